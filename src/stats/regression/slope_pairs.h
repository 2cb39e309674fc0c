/*-------------------------------------------------------------------------
 *
 * slope_pairs.h
 *	  Observations in the order of their residuals about a slope, and the pairs
 *	  that exchange between two of these orders.  Private to slope.c.
 *
 * A pair's slope is below s if and only if its residuals y - s x are in another
 * order than its x.  So sorting by residuals, from the order of x, exchanges the
 * pairs whose slopes are below s, and sorting from the order of a slope a into
 * that of a larger one b those with a <= slope < b.  The order is exact, rounding
 * or not, except where something is 2^1900 times smaller than something else.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_REGRESSION_SLOPE_PAIRS_H
#define SC_STATS_REGRESSION_SLOPE_PAIRS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "stats/base/status.h"

/*
 * An observation and its residual, rounded.  The residual is kept as its ordinal
 * among all doubles, because integers are compared faster.
 */
typedef struct ScResidual
{
	int64_t		ordinal;
	uint32_t	at;				/* in x and y of the problem */
} ScResidual;

/* The observations and what has been found about the median of their slopes. */
typedef struct ScSlopes
{
	size_t		n;
	const double *x;			/* ascending, once they are sorted */
	const double *y;			/* of equal x ascending */
	int			exponent_x;		/* of the largest magnitude: */
	int			exponent_y;		/* below 2^exponent */
	int64_t		pairs;			/* of different x */
	ScResidual *sorted;			/* in the order of the residuals */
	double		factor;			/* unit * y - factor * x */
	double		unit;
	ScResidual *scratch;
	uint32_t   *order;			/* kept by sc_keep_order() */

	/* the pairs that exchanged, and slopes of some of them: one in stride */
	int64_t		met;
	int64_t		stride;
	int64_t		next;			/* the next one to keep */
	uint64_t	jitter;			/* makes it an irregular choice */
	double	   *kept;
	size_t		n_kept;
	size_t		room;			/* even */
	ScPoll		poll;
} ScSlopes;

/*
 * The ordinal of a double among all doubles, infinite ones included: neighbours
 * differ by 1, the two zeros not at all.
 */
static inline int64_t
sc_ordinal_of(double value)
{
	int64_t		bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits < 0 ? INT64_MIN - bits : bits;
}

static inline double
sc_of_ordinal(int64_t ordinal)
{
	int64_t		bits = ordinal < 0 ? INT64_MIN - ordinal : ordinal;
	double		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Not of equal x, unless it does not matter what comes out. */
static inline double
sc_slope_of(const double *y, const double *x, size_t i, size_t j)
{
	return (y[j] - y[i]) / (x[j] - x[i]);
}

/* Puts the observations in the order that x and y have them in. */
extern void sc_order_as_given(ScSlopes *s);

/* Keeps the order that the observations are in, and puts them in it again. */
extern void sc_keep_order(ScSlopes *s);
extern void sc_order_as_kept(ScSlopes *s);

/*
 * Sorts the observations, from the order they are in, by their residuals about
 * a slope, which may be infinite: then by -x or x, for -HUGE_VAL.  The pairs that
 * exchange are counted in met, and the slope of one in stride of them, beginning
 * with the first, is kept; of fewer if there is no room, which raises stride; of
 * none if stride is 0.
 */
extern void sc_sort_by_residuals(ScSlopes *s, double slope, int64_t stride);

#endif							/* SC_STATS_REGRESSION_SLOPE_PAIRS_H */
