/*-------------------------------------------------------------------------
 *
 * interrupt.h
 *	  Ctrl-C and SIGTERM.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_LOAD_INTERRUPT_H
#define SC_LOAD_INTERRUPT_H

#include "libpq-fe.h"

/*
 * From now on the first of these signals cancels what the server is doing for
 * the connection and is remembered; the second one ends the program.
 */
extern void sc_watch_interrupts(PGconn *connection);

/* The signal that came, or 0. */
extern int	sc_interrupted(void);

#endif
