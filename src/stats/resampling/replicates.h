/*-------------------------------------------------------------------------
 *
 * replicates.h
 *	  What is made of replicates: estimates from resamples of the models, or
 *	  from all models but those of one group.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_RESAMPLING_REPLICATES_H
#define SC_STATS_RESAMPLING_REPLICATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/base/status.h"
#include "stats/correlation/strata_difference.h"

/* Fewest groups from whose spread a standard error is estimated. */
#define SC_MIN_GROUPS 5

/* ----------
 * Bootstrap
 * ----------
 */

/*
 * The quantile of count values, at least one, at a share of 0 to 1, by linear
 * interpolation (type 7 of Hyndman & Fan, Amer. Statist. 50 (1996) 361-365), as
 * numpy.quantile() has it.  No NaN; they are moved about.
 */
extern double sc_quantile(double *values, size_t count, double share, ScPoll poll);

/*
 * The percentile interval of count replicates, 0 < confidence <= 1: the quantiles
 * (1 - confidence) / 2 and 1 - (1 - confidence) / 2 by linear interpolation, as
 * numpy.quantile() has them, to the bit.  Degenerate resamples are NaN and left
 * out; *valid is how many are not, always set.  False if there are none.  Values
 * are finite or NaN; they are moved about.
 */
extern bool sc_percentile_interval(double *values, size_t count,
								   double confidence, ScPoll poll,
								   double *low, double *high, size_t *valid);

/*
 * Two-sided p-value of a difference being 0: twice the smaller share of
 * replicates that are not positive, or not negative, the estimate itself counted
 * with both (Davison & Hinkley, Bootstrap Methods and their Application, 1997,
 * section 4.4); at most 1.  NaN are left out.
 */
extern double sc_bootstrap_p_value(const double *values, size_t count,
								   ScPoll poll);

/*
 * Percentiles of resamples of d observations, d >= 2, are too near to each other if d
 * is small: the standard deviation of resamples is that of a sample times
 * sqrt((d - 1) / d), and normal quantiles stand for Student's.  These give the
 * confidence whose percentiles are as far apart as they should be, and the p-value
 * that goes with them: of sc_percentile_interval() and of sc_bootstrap_p_value(), for
 * t = z sqrt((d - 1) / d) with d - 1 degrees of freedom (Hesterberg, What teachers
 * should know about the bootstrap, Amer. Statist. 69 (2015) 371-386).
 */
extern double sc_widened_confidence(double confidence, size_t d);
extern double sc_widened_p_value(double p, size_t d);

/*
 * The same interval of ranks, which are integers: each end is one of them, the
 * inverse of the empirical distribution function (method "inverted_cdf" of
 * numpy.quantile()).  Ranks are at least 1; 0 and below are degenerate resamples.
 */
extern bool sc_rank_interval(const int32_t *ranks, size_t count,
							 double confidence, ScPoll poll,
							 int32_t *low, int32_t *high, size_t *valid);

/* ----------
 * Jackknife over groups
 * ----------
 */

typedef struct ScJackknife
{
	double		low;
	double		high;
	double		p;				/* of the estimate being 0 */
	double		error;			/* the standard error, on the scale of the
								 * replicates: Fisher's z of correlations */
} ScJackknife;

/*
 * Interval and p-value of an estimate from its replicates, each of all models
 * but those of one group: with G groups the squared standard error is
 * (G - 1) / G times the sum of squared deviations of replicates from their mean,
 * and Student's t has G - 1 degrees of freedom (Efron & Tibshirani, An
 * Introduction to the Bootstrap, 1993, chapter 11).  Without any spread p is 0,
 * or 1 for an estimate of 0.  False if G < SC_MIN_GROUPS or a replicate is NaN.
 */
extern bool sc_jackknife(double estimate, const double *replicates,
						 size_t groups, double confidence,
						 ScJackknife *out);

/*
 * The same of a correlation of n models and replicates of ns[g], on the scale of
 * Fisher's z.  Where one is 1 or -1 it stands for what it does in sc_interval(),
 * and as there the interval always contains the correlation.
 */
extern bool sc_jackknife_correlation(double corr, size_t n,
									 const double *replicates,
									 const size_t *ns, size_t groups,
									 double confidence, ScJackknife *out);

/*
 * The errors of two correlations by the jackknife in which each group is left out of both
 * at once: replicate g of the first is a[g], of ns_a[g] observations, of the second b[g];
 * one that the group has no part in is the correlation itself.  nu is the caller's.  False
 * if there are fewer than SC_MIN_GROUPS, or a replicate is NaN.
 */
extern bool sc_jackknife_pair(const double *a, const size_t *ns_a, const double *b,
							  const size_t *ns_b, size_t groups, ScPairErrors *out);

#endif							/* SC_STATS_RESAMPLING_REPLICATES_H */
