/*-------------------------------------------------------------------------
 *
 * reliability.h
 *	  How much of a benchmark's spread over models is sampling error of its items,
 *	  and what a correlation would be without that error.
 *
 * A score is the mean over some items, with a standard error.  In the classical
 * theory of tests (Spearman, Amer. J. Psychology 15 (1904) 72-101) its variance over
 * models is that of true scores and that of the errors; the reliability is the share
 * of the former, and a correlation of scores that of true scores times its root.
 *
 * The standard errors count the items of each model as drawn for it alone.  If all
 * models answer the same items, the difficulty of those items is counted as error,
 * which it is not: the reliability is a lower bound then, that of Kuder and
 * Richardson, Psychometrika 2 (1937) 151-160, formula 21, but for the divisor of the
 * variance.  It is blind to every other error: of reruns, of prompts, of judges.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_RELIABILITY_H
#define SC_STATS_CORRELATION_RELIABILITY_H

#include <stddef.h>

#include "stats/correlation/correlate.h"

/* Below this a benchmark is noisy: no correlation is corrected by so little. */
#define SC_MIN_RELIABILITY 0.7

/*
 * The standard error of a share of n >= 1 items that is 0 or 1, for which the usual one
 * is 0: that of (x + 2) / (n + 4) as a share of n + 4 items, x being 0 or n (Agresti and
 * Coull, American Statistician 52 (1998) 119-126).
 */
extern double sc_extreme_error(double n);

/*
 * 1 - mean squared standard error / variance (ddof = 1) of n scores y, of which error[i]
 * >= 0 are the standard errors.  0 where the errors are more than the variance; NaN if
 * the scores do not vary, n < 2, or an error is NaN.  The same bits for -y.
 */
extern double sc_reliability(const double *y, const double *error, size_t n, ScPoll poll);

/*
 * The correlation without the errors of one of the two variables, whose reliability is
 * given: Pearson's divided by the root of the reliability, at most 1 in magnitude.  Rank
 * correlations are taken to Pearson's scale and back as those of a bivariate normal
 * are: r = 2 sin(pi rho / 6) of Spearman's, r = sin(pi tau / 2) of Kendall's.
 * NaN unless the reliability is at least SC_MIN_RELIABILITY.
 */
extern double sc_disattenuate(ScMethod method, double corr, double reliability);

#endif							/* SC_STATS_CORRELATION_RELIABILITY_H */
