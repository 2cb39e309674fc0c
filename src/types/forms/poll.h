/*-------------------------------------------------------------------------
 *
 * poll.h
 *	  How loops over labels, cells and models stay cancellable.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_FORMS_POLL_H
#define SC_TYPES_FORMS_POLL_H

#include "miscadmin.h"

/* CHECK_FOR_INTERRUPTS() as the stats floor and the validator want it (ScPoll). */
static inline void
sc_poll(void)
{
	CHECK_FOR_INTERRUPTS();
}

/*
 * In a loop whose steps take at most some 100 ns each: at step i = 0, 65536, ...
 * Nothing may be held that an error would leak.
 */
static inline void
sc_poll_step(uint64 i)
{
	if ((i & 0xFFFF) == 0)
		CHECK_FOR_INTERRUPTS();
}

#endif							/* SC_TYPES_FORMS_POLL_H */
