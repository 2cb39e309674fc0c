/*-------------------------------------------------------------------------
 *
 * kendall.h
 *	  How sure Kendall's tau-b is: its variance and interval.
 *
 * Of n observations from a bivariate normal distribution with the correlation
 * rho = sin(pi tau / 2) the variance of tau is, for every n,
 *	  v(tau) = 2 / (n (n - 1)) (1 - tau^2 + 2 (n - 2) (1/9 - (2/pi asin(rho/2))^2))
 * (Esscher, Skandinavisk Aktuarietidskrift 7 (1924) 201-219; Kendall, Rank
 * Correlation Methods, 1970).  Extremes that go together, and ties, make it
 * larger.  So the observations are asked too.  With c[i] = concordant -
 * discordant pairs of observation i, a[i] and b[i] those untied in x and in y,
 * A and B half the sums of these over i,
 *	  h[i] = n / 2 (c[i] / sqrt(A B) - tau / 2 (a[i] / A + b[i] / B))
 * is what the pairs of i add to tau-b on average beyond what all do, and
 *	  (4 (n - 1) sum h[i]^2 - 2 n w) / (n (n - 2) (n - 3)),
 * w being the mean square of what a single pair adds in the same way, its variance:
 * without bias where nothing is tied (Cliff & Charlin, Multivariate Behavioral
 * Research 26 (1991) 693-707).  The spread is that variance over v, |tau| there
 * being at most 1 - 2 / (n (n - 1)), half a step from 1.
 *
 * The interval is all t that are not rejected,
 *	  (corr - t)^2 <= quantile^2 spread v(t), spread >= 1:
 * of a t near 1 little variance is expected, so that it is narrow there without
 * ever being a point, also where corr is 1.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_KENDALL_H
#define SC_STATS_CORRELATION_KENDALL_H

#include "stats/correlation/correlate.h"

/* Bytes of workspace for sc_kendall_spread() of n observations. */
extern size_t sc_kendall_spread_workspace(size_t n);

/*
 * Sets c->kendall_spread of y and x, of which sc_correlate() with SC_KENDALL has
 * made c, with SC_OK: at least 0; of n < 4 it is left alone.  In O(n log n); it does
 * not depend on the order of observations, to the last bit.
 */
extern void sc_kendall_spread(const double *y, const double *x, size_t n, void *work,
							  ScPoll poll, ScCorrelation *c);

/* The interval of c, n >= 2; a spread below 1 counts as 1. */
extern void sc_kendall_interval(const ScCorrelation *c, double quantile,
								double *low, double *high);

/*
 * By how many standard errors |corr| exceeds a tau within (-1, 1), where that is the
 * truth: what the interval is made of.
 */
extern double sc_kendall_deviate(const ScCorrelation *c, double tau);

#endif							/* SC_STATS_CORRELATION_KENDALL_H */
