/*-------------------------------------------------------------------------
 *
 * strata_difference.h
 *	  The difference of the correlations of two strata: other observations, and
 *	  another variable that they are of.
 *
 * Of independent strata the interval of the difference a - b is made of those of a and of b
 * (infer.h) as in difference.h, after Zou (2007), the two estimates being uncorrelated; p
 * agrees with it.
 *
 * Of strata that share families errors and correlation of the two z are estimated, by the
 * jackknife in which one family is left out of both at once (replicates.h); quantiles are
 * Student's t.  p is that of z_a - z_b over its error, sqrt(e_a^2 + e_b^2 - 2 c e_a e_b).
 * The interval goes from the least to the largest tanh(u) - tanh(v) of all u and v of
 *	  (x^2 - 2 c x y + y^2) / (1 - c^2) <= t^2, x = (u - z_a) / e_a, y = (v - z_b) / e_b,
 * an ellipse that reaches u = v exactly where |z_a - z_b| is t errors: so p agrees with this
 * one too.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_STRATA_DIFFERENCE_H
#define SC_STATS_CORRELATION_STRATA_DIFFERENCE_H

#include <stdbool.h>

#include "stats/correlation/correlate.h"

/* Standard errors of the z of two correlations, found together. */
typedef struct ScPairErrors
{
	double		a;
	double		b;
	double		overlap;		/* correlation of the two estimates; 0 where
								 * one has no error */
	double		nu;				/* degrees of freedom, at least 1 */
} ScPairErrors;

/*
 * The interval of a->corr - b->corr, which contains it; errors NULL: independent strata,
 * by formula.  False, leaving low and high alone, where by formula one of them has too
 * few observations for sc_interval().
 */
extern bool sc_strata_interval(const ScCorrelation *a, const ScCorrelation *b,
							   const ScPairErrors *errors, double confidence,
							   double *low, double *high);

/*
 * The two-sided p-value of no difference: p < 1 - confidence where 0 is outside such an
 * interval.  1 for equal correlations.  At least the larger sc_least_p_value() of the numbers of
 * observations.  NaN where there is no interval.
 */
extern double sc_strata_p_value(const ScCorrelation *a, const ScCorrelation *b,
								const ScPairErrors *errors);

#endif							/* SC_STATS_CORRELATION_STRATA_DIFFERENCE_H */
