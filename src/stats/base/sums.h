/*-------------------------------------------------------------------------
 *
 * sums.h
 *	  Compensated sums, and the centred products that correlations and least
 *	  squares are made of.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_BASE_SUMS_H
#define SC_STATS_BASE_SUMS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "stats/base/poll.h"

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
 * u = x about its mean, divided by its range, of a variable that is not
 * constant: so the sum of u^2 is between 1/2 and n / 4 whatever the units of
 * x, and nothing that matters over- or underflows.
 *
 * The mean is formed from differences to one end of the range, where an offset
 * common to all values cancels exactly.  It is the minimum if that comes
 * first, otherwise the maximum: so -x gives exactly -u, the correlation
 * of -x is exactly the opposite of that of x, and a falling straight line
 * comes out at -1 wherever the rising one comes out at 1.
 */
extern void sc_centre(const double *x, size_t n, double *u, ScPoll poll);

/*
 * The sum of a[i] * b[i].  Short blocks are summed in four strands, for speed,
 * and added with compensation: the error is that of a block, whatever n.
 */
extern double sc_dot(const double *a, const double *b, size_t n, ScPoll poll);

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

#endif							/* SC_STATS_BASE_SUMS_H */
