/*-------------------------------------------------------------------------
 *
 * difference.h
 *	  The difference of two correlations with the same variable.
 *
 * a and b are the correlations of two variables with a third, all over the same n
 * observations; r_ab is the correlation of the two with each other, by the same
 * method.  From the interval (l, u) of each by sc_interval() that of a - b is made
 * after Zou, Psychological Methods 12 (2007) 399-413:
 *	  a - b - sqrt((a - l_a)^2 + (u_b - b)^2 - 2 c (a - l_a) (u_b - b))
 *	  a - b + sqrt((u_a - a)^2 + (b - l_b)^2 - 2 c (u_a - a) (b - l_b))
 * with c = sc_overlap_correlation().  It contains a - b, and its p-value agrees with it.
 *
 * Given controls, the same of each (partial.h), all three are correlations of what the
 * controls leave, and n is what they leave of the observations (infer.h).
 *
 * Of absolute correlations, |a| - |b|: those that are negative are turned, and r_ab
 * with each of them (beside an exact 0 it counts as negative, which is widest).  The
 * sign is an estimate too, so that where the interval of |a| or |b| reaches 0 there may
 * be nothing at all: the interval of the difference then reaches at least as far as the
 * other's own, to -u_b or u_a.  It is cut at -1 and 1.  (Cutting l_a and l_b at 0 in the
 * formula instead leaves a third of intervals without a true difference of 0.8 - 0: the
 * step from |b| to 0 is then all the error that |b| is allowed.)
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_DIFFERENCE_H
#define SC_STATS_CORRELATION_DIFFERENCE_H

#include <stdbool.h>

#include "stats/correlation/correlate.h"

/*
 * That interval, of the intervals of a and b, which contain them, and the correlation of
 * the two estimates.
 */
extern void sc_difference_of_intervals(double a, double low_a, double high_a,
									   double b, double low_b, double high_b,
									   double overlap, double *low, double *high);

/*
 * The highest quantile, at most the given one, whose interval leaves 0 out, 0 if none
 * does: by halves, of an interval that widens as its quantile rises.  at() may return
 * false for a pair that has none; then it is 0.
 */
typedef bool (*ScIntervalAt) (const void *pair, double quantile, double *low, double *high);
extern double sc_quantile_without_zero(ScIntervalAt at, const void *pair, double most);

/*
 * The correlation of the estimates a and b, by Olkin & Siotani (1976), in Steiger,
 * Psychological Bulletin 87 (1980) 245-251,
 *	  [(r_ab - a b / 2) (1 - a^2 - b^2 - r_ab^2) + r_ab^3] / [(1 - a^2) (1 - b^2)],
 * computed as (r_ab - a b) + a b / 2 (1 + p^2), p the partial correlation of the two
 * variables, which is the same without cancellation.  |a| and |b| are at most 1 less the
 * step of Spearman and Pearson (infer.h).  In [-1, 1].  Kendall has no such formula:
 * the worst, -1.
 */
extern double sc_overlap_correlation(const ScCorrelation *a, const ScCorrelation *b,
									 double r_ab);

/*
 * The interval of a - b, or of |a| - |b|, with the quantile of the wanted confidence.
 * Returns false, leaving low and high alone, where n is too small for sc_interval().
 */
extern bool sc_difference_interval(const ScCorrelation *a, const ScCorrelation *b,
								   double r_ab, bool absolute, double quantile,
								   double *low, double *high);

/*
 * The two-sided p-value of no difference: 1 less the highest confidence of an interval
 * that leaves 0 out, so p < 1 - confidence exactly where 0 is outside, but at least
 * sc_least_p_value(n), which is above 0.05 for n = 4 alone, where no 95 % interval leaves
 * 0 out.  NaN where there is no interval.
 */
extern double sc_difference_p_value(const ScCorrelation *a, const ScCorrelation *b,
									double r_ab, bool absolute);

#endif							/* SC_STATS_CORRELATION_DIFFERENCE_H */
