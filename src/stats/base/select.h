/*-------------------------------------------------------------------------
 *
 * select.h
 *	  Order statistics without sorting: medians, ends of percentile intervals.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_BASE_SELECT_H
#define SC_STATS_BASE_SELECT_H

#include <stddef.h>

#include "stats/base/status.h"

/*
 * Puts x, n values without NaN, in an order where x[k], k < n, is the one that
 * sorting would put there, no value before it is larger and none after it
 * smaller.  Returns it.  In place, in a few passes over x.
 */
extern double sc_select(double *x, size_t n, size_t k, ScPoll poll);

/* The same, and *next is what sorting would put at k + 1; x[k] if k = n - 1. */
extern double sc_select_pair(double *x, size_t n, size_t k, double *next,
							 ScPoll poll);

#endif							/* SC_STATS_BASE_SELECT_H */
