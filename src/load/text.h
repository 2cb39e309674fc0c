/*-------------------------------------------------------------------------
 *
 * text.h
 *	  Growing pieces of text, and names of files, which are any bytes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_LOAD_TEXT_H
#define SC_LOAD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes, with a zero behind them once there are any. */
typedef struct ScText
{
	char	   *data;			/* NULL while nothing is in it */
	size_t		size,
				room;
} ScText;

/* Memory, or the end of the program: for what is small. */
extern void *sc_get_memory(void *old, size_t size);
extern char *sc_copy(const char *string);

/* Puts bytes behind it; false if there is not enough memory. */
extern bool sc_text_add(ScText *buffer, const void *data, size_t size);

/* Makes room for that many more bytes and the zero; false as above. */
extern bool sc_text_reserve(ScText *buffer, size_t size);

/* A string behind it, or a formatted one; memory, or the end of the program. */
extern void sc_text_put(ScText *buffer, const char *string);
extern void sc_text_print(ScText *buffer, const char *format,...) __attribute__((format(printf, 2, 3)));
extern void sc_text_free(ScText *buffer);

/*
 * A name as the database keeps it: UTF-8, where every byte that is not part of
 * it is \xNN, and so is, lest two names become one, a backslash before an x.
 * With only_ascii, for databases that are not in UTF-8, all other bytes too.
 * Allocated.
 */
extern char *sc_stored_name(const char *name, bool only_ascii);

/*
 * A text as a terminal may have it: the same, and control characters, which
 * would move its cursor, are \xNN too.  Allocated.
 */
extern char *sc_shown(const char *string);

#endif
