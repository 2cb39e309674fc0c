/*-------------------------------------------------------------------------
 *
 * json_lines.h
 *	  As much of JSON as it takes to send a file in parts.
 *
 * The server reads and judges; here only lines are told apart.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_LOAD_JSON_LINES_H
#define SC_LOAD_JSON_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Is the line, without its end, one whole object? */
extern bool sc_is_whole_object(const char *line, size_t size);

/*
 * The text, as it is written, that the object in the line has under the key,
 * on its first floor; NULL if there is none or it is no text.
 */
extern const char *sc_text_of_key(const char *line, size_t size, const char *key, size_t *text_size);

/* Is the text of that key this word? */
extern bool sc_key_says(const char *line, size_t size, const char *key, const char *word);

#endif
