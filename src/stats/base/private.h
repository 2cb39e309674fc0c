/*-------------------------------------------------------------------------
 *
 * private.h
 *	  What the files of the stats floor share among themselves: sizes, polling,
 *	  compensated sums, Pearson's pieces.  Not for callers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_BASE_PRIVATE_H
#define SC_STATS_BASE_PRIVATE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "stats/base/status.h"

/* Of sizes. */
static inline size_t
sc_larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static inline size_t
sc_smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Elements handled between two calls of a poll.  Even where each one is a
 * cache miss or two this is some 10 ms, well below the 100 ms promised.
 */
#define SC_POLL_STEPS ((size_t) 65536)

/* Polls in a loop over i = 0, 1, 2, ..., once every SC_POLL_STEPS rounds. */
static inline void
sc_poll_at(ScPoll poll, size_t i)
{
	if (i % SC_POLL_STEPS == SC_POLL_STEPS - 1 && poll != NULL)
		poll();
}

/*
 * A running sum and what rounding took from it: Neumaier, ZAMM 54 (1974)
 * 39-51.  The error of the total does not grow with the number of terms.
 */
typedef struct ScSum
{
	double		sum;
	double		lost;
} ScSum;

static inline void
sc_sum_add(ScSum *s, double term)
{
	double		sum = s->sum + term;

	if (fabs(s->sum) >= fabs(term))
		s->lost += (s->sum - sum) + term;
	else
		s->lost += (term - sum) + s->sum;
	s->sum = sum;
}

static inline double
sc_sum_total(const ScSum *s)
{
	return s->sum + s->lost;
}

/*
 * Is min(x) = max(x)?  Written so that a variable that does vary, the usual
 * case, is known at its first different value.  n >= 1.
 */
static inline bool
sc_is_constant(const double *x, size_t n, ScPoll poll)
{
	size_t		i;

	for (i = 1; i < n; i++)
	{
		if (x[i] != x[0])
			return false;
		sc_poll_at(poll, i);
	}
	return true;
}

/*
 * Pearson's formula.  With sxx = syy there is one rounding only, so that
 * variables which centre to the same numbers correlate at exactly 1.
 */
static inline double
sc_pearson_ratio(double sxy, double sxx, double syy)
{
	double		r;

	if (sxx == syy)
		r = sxy / sxx;
	else
		r = sxy / (sqrt(sxx) * sqrt(syy));
	return r > 1.0 ? 1.0 : r < -1.0 ? -1.0 : r;
}

/* In correlate.c; described there. */
extern void sc_centre(const double *x, size_t n, double *u, ScPoll poll);
extern double sc_dot(const double *a, const double *b, size_t n, ScPoll poll);

#endif							/* SC_STATS_BASE_PRIVATE_H */
