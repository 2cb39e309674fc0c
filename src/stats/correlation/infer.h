/*-------------------------------------------------------------------------
 *
 * infer.h
 *	  Intervals, p-values and verdicts of a correlation.
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
 * 1 - corr^2), where t^2 < 1 as its complement in corr^2 (student.h): relative
 * error below 1e-9 up to n = 1,000,000; Kendall by the normal approximation with the tie-corrected variance.
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

/* z of a correlation of n >= 3 observations, finite also where it is 1 or -1. */
extern double sc_fisher_z(double corr, size_t n);

/*
 * The interval of c->corr, with the quantile of the wanted confidence.
 * Returns false, leaving low and high alone, where n is too small for a
 * variance: n < 4, for Kendall n < 5.
 */
extern bool sc_interval(const ScCorrelation *c, double quantile,
						double *low, double *high);

/* The p-value of c, which came with SC_OK (so n >= 3); within [0, 1]. */
extern double sc_p_value(const ScCorrelation *c);

/*
 * What an interval says about a line, below which a correlation counts as low:
 * the first of these that holds.
 */
typedef enum ScVerdict
{
	SC_ENTANGLED,				/* wholly at or above the line */
	SC_INVERSE,					/* wholly at or below minus the line */
	SC_LOW,						/* wholly between the two, ends included */
	SC_POSITIVE,				/* wholly above 0 */
	SC_NEGATIVE,				/* wholly below 0 */
	SC_UNRESOLVED				/* none of these */
} ScVerdict;

/*
 * The line of Ren et al. on Spearman's scale, and where that is on Kendall's:
 * of a bivariate normal, tau = 2/pi asin(r), r = 2 sin(pi rho_s / 6).
 */
#define SC_VERDICT_THRESHOLD 0.4
#define SC_VERDICT_THRESHOLD_KENDALL 0.273

/* The same conversion of any line. */
extern double sc_kendall_of_spearman(double rho);

/* Of low <= high and threshold >= 0; an interval with a NaN is SC_UNRESOLVED. */
extern ScVerdict sc_verdict(double low, double high, double threshold);

/* Its word, in lower case. */
extern const char *sc_verdict_word(ScVerdict verdict);

#endif							/* SC_STATS_CORRELATION_INFER_H */
