/*-------------------------------------------------------------------------
 *
 * infer.h
 *	  Intervals and p-values of a correlation.
 *
 * Intervals of Spearman and Pearson are symmetric on Fisher's z scale, z =
 * atanh(corr), with variance
 *	  Spearman	(1 + corr^2 / 2) / (n - 3)	Bonett & Wright, Psychometrika 65
 *											(2000) 23-28
 *	  Pearson	1 / (n - 3)					Fisher (1921)
 * At |corr| = 1 z is infinite, and no method claims certainty: in the end towards
 * 0 |corr| counts as at most 1 - 6 / (n^3 - n), half of what Spearman's falls by if
 * two neighbours of a perfect order without ties change places; Pearson's too: the
 * order of the scores is all that is sure of them.  The other end is that of corr
 * itself, 1 or -1 where that is.  Kendall's interval is that of kendall.h.  Every
 * interval contains corr, and both its ends rise with it.
 *
 * A correlation given k controls is one of n - k observations in all that follows
 * (Fisher, Metron 3 (1924) 329-332, of Pearson's; of ranks approximately, see README.md):
 * n stands for sc_free_observations(), and no exact p-value is to be had.  That of Spearman
 * is at least the normal one that goes with the interval.  Where there is a leak, interval
 * and p-value are also found of the correlation without it, and the wider interval (of both)
 * and the larger p-value count.
 *
 * p-values are two-sided tests of no association, for n that is too large for
 * exact.h (sc_run_p_value() chooses): Spearman and Pearson by
 * Student's t with n - 2 degrees of freedom, as P(Beta((n - 2) / 2, 1/2) <=
 * 1 - corr^2), where t^2 < 1 as its complement in corr^2 (student.h): relative
 * error below 1e-9 up to n = 1,000,000; Kendall by the normal approximation with
 * the tie-corrected variance.  None is below 2 / n!: of the n! orders of one
 * variable against the other, all equally likely, one agrees with a perfect order
 * without ties and one is its opposite; ties make it more.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_INFER_H
#define SC_STATS_CORRELATION_INFER_H

#include <stdbool.h>

#include "stats/correlation/correlate.h"

/*
 * The z that a standard normal variable exceeds in magnitude with probability
 * 1 - confidence, 0 < confidence < 1: once for many intervals.
 */
extern double sc_normal_quantile(double confidence);

/* What a correlation is worth: its observations less its controls; at least 0. */
extern size_t sc_free_observations(const ScCorrelation *c);

/*
 * z of a correlation of n >= 3 observations, |corr| being at most 1 less half that
 * step: finite, and rising with corr.
 */
extern double sc_fisher_z(double corr, size_t n);

/* The same of a correlation, with its controls. */
extern double sc_correlation_z(const ScCorrelation *c);

/*
 * A correlation without what ranks let through of controls, its leak: on the scale
 * of z less that of the leak.
 */
extern ScCorrelation sc_without_leak(const ScCorrelation *c);

/* The standard error of z, of Spearman and Pearson; 0 where n is too small for it. */
extern double sc_z_error(const ScCorrelation *c);

/*
 * By how many standard errors |corr| exceeds a threshold within (0, 1), as
 * sc_interval() counts them; NaN where n is too small for it.
 */
extern double sc_deviate(const ScCorrelation *c, double threshold);

/*
 * The interval of c->corr, with the quantile of the wanted confidence.
 * Returns false, leaving low and high alone, where n is too small for a
 * variance: n < 4, for Kendall n < 5.
 */
extern bool sc_interval(const ScCorrelation *c, double quantile,
						double *low, double *high);

/*
 * Widens the interval of a correlation of n observations that was found in
 * another way (from resamples that are perfect one and all, say) so that it
 * claims no more than sc_interval() does of a perfect one: low is at most the
 * lower end of that, high at least the upper end of its opposite.  Where n is too
 * small for sc_interval() the interval becomes -1 to 1.
 */
extern void sc_bound_interval(ScMethod method, size_t n, double quantile,
							  double *low, double *high);

/*
 * What no p-value of the association of n observations (or of n groups, where
 * these are what is independent) is below: 2 / n!, or DBL_MIN where that is
 * smaller, so that p is never 0; 1 for n < 2.
 */
extern double sc_least_p_value(size_t n);

/*
 * The p-value of c, which came with SC_OK (so n >= 3): at least
 * sc_least_p_value(n), at most 1.
 */
extern double sc_p_value(const ScCorrelation *c);

#endif							/* SC_STATS_CORRELATION_INFER_H */
