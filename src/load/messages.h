/*-------------------------------------------------------------------------
 *
 * messages.h
 *	  Standard error: messages, and on a terminal how far the work is.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_LOAD_MESSAGES_H
#define SC_LOAD_MESSAGES_H

#include <stdbool.h>

/* A message, behind the name of the program. */
extern void sc_say(const char *format,...) __attribute__((format(printf, 1, 2)));

/*
 * Is it time to say again how far the work is?  Never where standard error is no terminal.
 */
extern bool sc_progress_is_due(void);

/* The line that says so, in place of the last one; NULL clears it. */
extern void sc_show_progress(const char *line);

#endif
