/*-------------------------------------------------------------------------
 *
 * residuals.h
 *	  Scores adjusted for capability: how far is a model from what its
 *	  capabilities score predicts?
 *
 * Least squares, y = a + b s, or y = a + b s + c s^2, over n models, y a target and
 * s the capabilities score.  The formulas are those of Cook & Weisberg, Residuals and
 * Influence in Regression (1982), sections 2.1 and 2.2.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_REGRESSION_RESIDUALS_H
#define SC_STATS_REGRESSION_RESIDUALS_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/base/status.h"

/* What is fitted; the value is its number of coefficients. */
typedef enum ScFit
{
	SC_FIT_LINEAR = 2,
	SC_FIT_QUADRATIC = 3
} ScFit;

/*
 * A fit is exact if the root mean square of its residuals is at most
 *
 *		SC_EXACT_LINE * DBL_EPSILON * (max |y| + b max |s|)
 *
 * b the largest slope there may be, which is what rounding leaves of an exact fit: y
 * is only known to half a bit of its own magnitude, s, a sum of products, to a few.
 * Such residuals would differ between compilers: they are 0.  And it explains all of
 * y's variance but SC_EXACT_SHARE: an s that varies only in its last bit would explain
 * everything.
 *
 * Likewise s^2 is on a line with s, of fewer than three different s, if it is off that
 * line by no more than the rounding of s, relative to its range.
 */
#define SC_EXACT_LINE 8.0
#define SC_EXACT_SHARE 0.01

/* What a fit gives, in the caller's memory: arrays of n, in the order of y. */
typedef struct ScAdjusted
{
	double	   *expected;		/* a + b s, or a + b s + c s^2 */
	double	   *residual;		/* y - expected */
	double	   *studentised;	/* externally: residual / (sigma' sqrt(1 - h)) */
	double	   *low;			/* of the prediction interval */
	double	   *high;
	double		curvature;		/* t of a quadratic term; see sc_adjust() */

	/* for tests: nobody else reads these */
	double	   *leverage;		/* h, the diagonal of the hat matrix, at most
								 * 1: of a line 1 / n + (s - mean)^2 / Sss */
	double		sigma;			/* sqrt(sum of residual^2 / (n - fit)) */
	bool		exact;			/* see SC_EXACT_LINE */
} ScAdjusted;

/* Bytes of workspace for sc_adjust(). */
extern size_t sc_adjusted_workspace(size_t n);

/*
 * Of finite y and s, at most SC_MAX_SCORE in magnitude; k = fit is the number of
 * coefficients.
 *
 * The prediction interval, expected -+ t_quantile sigma sqrt(1 + h), is where
 * the fit predicts the score of a new model of the same s; t_quantile is
 * Student's with n - k degrees of freedom.  The model itself is one of those that
 * were fitted, and is tested by the other number:
 *
 * The externally studentised residual, in which sigma' is sigma of the fit
 * without this model, has Student's t distribution with n - k - 1 degrees of freedom
 * if the model is like the others.  It is NaN with fewer than k + 2 models, if there
 * is no fit without this one (h = 1: all others have the same s, or with a quadratic
 * one of two), and if that fit is exact or y does not vary along it: there is no
 * sigma' to measure by.  One that is too large for a double is +-DBL_MAX.
 *
 * curvature is that of a quadratic term, whether the fit has one or not: its
 * coefficient by its standard error, with n - 3 degrees of freedom if there is none.
 * NaN with fewer than 4 models or different s, and of an exact fit.
 *
 * If the fit of all is exact, expected is y, residual and sigma are 0, the
 * interval is expected alone, studentised NaN.
 *
 * Everything is formed about an end of the range and in units of it, as in
 * correlate.h, and the square of s as what a line leaves of it, twice: offsets cost no
 * digits, nothing over- or underflows, -y gives exactly the opposite residuals.  Models
 * whose sigma' or 1 - h the usual formulas would form as a small difference, at most
 * five, get a fit of their own.
 *
 * SC_TOO_FEW_MODELS (first: SC_MIN_MODELS, and more than k - 1), SC_CONSTANT_Y (before)
 * SC_CONSTANT_X, which is s, SC_COLLINEAR of a quadratic: nothing is set.  SC_OK.
 */
extern ScStatus sc_adjust(const double *y, const double *s, size_t n, ScFit fit,
						  double t_quantile, void *work, ScPoll poll,
						  ScAdjusted *out);

#endif							/* SC_STATS_REGRESSION_RESIDUALS_H */
