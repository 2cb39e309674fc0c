/*-------------------------------------------------------------------------
 *
 * poll.h
 *	  Long loops look, now and then, whether they are to end.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_BASE_POLL_H
#define SC_STATS_BASE_POLL_H

#include <stddef.h>

#include "stats/base/status.h"

/*
 * Elements handled between two calls of a poll.  Even where each one is a
 * cache miss or two this is some 10 ms, well below the 100 ms promised.
 */
#define SC_POLL_STEPS ((size_t) 65536)

static inline void
sc_poll_now(ScPoll poll)
{
	if (poll != NULL)
		poll();
}

/* Polls in a loop over i = 0, 1, 2, ..., once every SC_POLL_STEPS rounds. */
static inline void
sc_poll_at(ScPoll poll, size_t i)
{
	if (i % SC_POLL_STEPS == SC_POLL_STEPS - 1)
		sc_poll_now(poll);
}

#endif							/* SC_STATS_BASE_POLL_H */
