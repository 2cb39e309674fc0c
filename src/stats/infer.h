/*-------------------------------------------------------------------------
 *
 * infer.h
 *	  Intervals and p-values of a correlation.
 *
 * Intervals are symmetric on Fisher's z scale, z = atanh(corr), with variance
 *	  Spearman	(1 + corr^2 / 2) / (n - 3)	Bonett & Wright, Psychometrika 65
 *											(2000) 23-28
 *	  Pearson	1 / (n - 3)					Fisher (1921)
 *	  Kendall	0.437 / (n - 4)				Fieller, Hartley & Pearson,
 *											Biometrika 44 (1957) 470-481
 * At |corr| = 1 z is infinite; corr then stands for sign * (1 - 6 / (n^3 - n)),
 * half a rank step of Spearman's coefficient, in the interval of every method
 * and in Spearman's p-value.  The interval always contains corr: at 1 its upper
 * end is 1, at -1 its lower end is -1.
 *
 * p-values are two-sided tests of no association: Spearman and Pearson by
 * Student's t with n - 2 degrees of freedom, as P(Beta((n - 2) / 2, 1/2) <=
 * 1 - corr^2) (gsl_cdf_beta_P is accurate in the tail and has no error path),
 * where t^2 < 1 as its complement in corr^2; relative error below 1e-9 up to
 * n = 1,000,000; Kendall by the normal approximation with the tie-corrected variance.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_INFER_H
#define SC_STATS_INFER_H

#include <stdbool.h>

#include "correlate.h"

/*
 * The interval of c->corr at the given confidence (0 < confidence < 1).
 * Returns false, leaving low and high alone, where n is too small for a
 * variance: n < 4, for Kendall n < 5.
 */
extern bool sc_interval(const ScCorrelation *c, double confidence,
						double *low, double *high);

/* The p-value of c, which came with SC_OK (so n >= 3); within [0, 1]. */
extern double sc_p_value(const ScCorrelation *c);

#endif							/* SC_STATS_INFER_H */
