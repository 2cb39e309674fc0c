/*-------------------------------------------------------------------------
 *
 * eval_text.h
 *	  The text of an evaluation log: what harnesses write, as JSON that PostgreSQL
 *	  takes.
 *
 * Harnesses are written in Python, whose json module writes NaN, Infinity and
 * -Infinity, which JSON has not, and \u0000 and lone surrogates in strings, which
 * jsonb has not.  In place, so that no byte moves: a number that is none becomes null or
 * an empty string, an unknown character U+FFFD, and one that is escaped and that the
 * encoding of the database has not got, a question mark.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_LOGS_EVAL_TEXT_H
#define SC_FUNCTIONS_LOGS_EVAL_TEXT_H

/*
 * Repairs the JSON value that begins at s, before end, and returns its end: end itself
 * if it does not end, or if it is no JSON.  Looks for interrupts.
 */
extern char *sc_eval_repair_value(char *s, char *end);

/* Skips blanks, and the byte order mark at the beginning of a file. */
extern char *sc_eval_skip_blanks(char *s, const char *end);
extern char *sc_eval_skip_mark(char *s, const char *end);

#endif							/* SC_FUNCTIONS_LOGS_EVAL_TEXT_H */
