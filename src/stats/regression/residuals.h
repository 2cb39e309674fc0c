/*-------------------------------------------------------------------------
 *
 * residuals.h
 *	  Scores adjusted for capability: how far is a model from what its
 *	  capabilities score lets expect?
 *
 * Least squares, y = a + b s over n models, y a target and s the capabilities
 * score.  The formulas are those of Cook & Weisberg, Residuals and Influence in
 * Regression (1982), sections 2.1 and 2.2.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_REGRESSION_RESIDUALS_H
#define SC_STATS_REGRESSION_RESIDUALS_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/base/status.h"

/*
 * A line is exact if the root mean square of its residuals is at most
 *
 *		SC_EXACT_LINE * DBL_EPSILON * (max |y| + |b| max |s|)
 *
 * which is what rounding leaves of an exact line: y is only known to half a bit
 * of its own magnitude, s, a sum of products, to a few.  Such residuals would
 * differ between compilers: they are 0.  And it explains all of y's variance but
 * SC_EXACT_SHARE, lest an s that varies in its last bit explain everything.
 */
#define SC_EXACT_LINE 8.0
#define SC_EXACT_SHARE 0.01

/* What a fit gives, in the caller's memory: arrays of n, in the order of y. */
typedef struct ScAdjusted
{
	double	   *expected;		/* a + b s */
	double	   *residual;		/* y - expected */
	double	   *leverage;		/* h = 1 / n + (s - mean)^2 / Sss, at most 1 */
	double	   *studentised;	/* externally: residual / (sigma' sqrt(1 - h)) */
	double	   *low;			/* of the prediction interval */
	double	   *high;
	double		sigma;			/* sqrt(sum of residual^2 / (n - 2)) */
	bool		exact;			/* see SC_EXACT_LINE */
} ScAdjusted;

/* Bytes of workspace for sc_adjust(). */
extern size_t sc_adjusted_workspace(size_t n);

/*
 * Of finite y and s, at most SC_MAX_SCORE in magnitude.
 *
 * The prediction interval, expected -+ t_quantile sigma sqrt(1 + h), is where
 * the line expects the score of a new model of the same s; t_quantile is
 * Student's with n - 2 degrees of freedom.  The model itself is one of those the
 * line was fitted to, and is tested by the other number:
 *
 * The externally studentised residual, in which sigma' is sigma of the line
 * without this model, has Student's t distribution with n - 3 degrees of freedom
 * if the model is like the others.  It is NaN with fewer than 4 models, if there
 * is no line without this one (h = 1: all others have the same s), and if that
 * line is exact or y does not vary along it: there is no sigma' to measure by.
 * One that is too large for a double is +-DBL_MAX.
 *
 * If the line of all is exact, expected is y, residual and sigma are 0, the
 * interval is expected alone, studentised NaN.
 *
 * Everything is formed about an end of the range and in units of it, as in
 * correlate.h: offsets cost no digits, nothing over- or underflows, -y gives
 * exactly the opposite residuals.  Models whose sigma' or 1 - h the usual
 * formulas would form as a small difference, at most five, get a line of their
 * own.
 *
 * SC_TOO_FEW_MODELS (first), SC_CONSTANT_Y (before) SC_CONSTANT_X, which is s:
 * nothing is set.  SC_OK.
 */
extern ScStatus sc_adjust(const double *y, const double *s, size_t n,
						  double t_quantile, void *work, ScPoll poll,
						  ScAdjusted *out);

#endif							/* SC_STATS_REGRESSION_RESIDUALS_H */
