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

/* The least and the largest of n >= 1 values. */
extern void sc_range(const double *x, size_t n, double *min, double *max, ScPoll poll);

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

/* The sum of a[i] * b[i], in four strands, for independent additions. */
static inline double
sc_short_dot(const double *a, const double *b, size_t n)
{
	double		s0 = 0.0;
	double		s1 = 0.0;
	double		s2 = 0.0;
	double		s3 = 0.0;
	size_t		i;

	for (i = 0; i + 3 < n; i += 4)
	{
		s0 += a[i] * b[i];
		s1 += a[i + 1] * b[i + 1];
		s2 += a[i + 2] * b[i + 2];
		s3 += a[i + 3] * b[i + 3];
	}
	for (; i < n; i++)
		s0 += a[i] * b[i];
	return (s0 + s1) + (s2 + s3);
}

/*
 * The sum of a[i] * b[i].  Short blocks are summed as above and added with
 * compensation: the error is that of a block, whatever n.
 */
extern double sc_dot(const double *a, const double *b, size_t n, ScPoll poll);

/* A correlation that rounding may have carried beyond 1 or -1. */
static inline double
sc_limit_correlation(double r)
{
	return r > 1.0 ? 1.0 : r < -1.0 ? -1.0 : r;
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
	return sc_limit_correlation(r);
}

#endif							/* SC_STATS_BASE_SUMS_H */
