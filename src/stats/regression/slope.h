/*-------------------------------------------------------------------------
 *
 * slope.h
 *	  The slope of y over x: Theil-Sen's for ranks, least squares for Pearson.
 *
 * Both have n finite values, at most SC_MAX_SCORE in magnitude, n < 2^31, of
 * which x are not all equal: the caller has checked.  The slope is in units of y
 * per unit of x.  A slope that is too large for a double comes out infinite or
 * NaN: there is none to show.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_REGRESSION_SLOPE_H
#define SC_STATS_REGRESSION_SLOPE_H

#include <stddef.h>

#include "stats/base/status.h"

/* Bytes of workspace for sc_theil_sen(): below 120 n for large n. */
extern size_t sc_theil_sen_workspace(size_t n);

/*
 * The median of (y[j] - y[i]) / (x[j] - x[i]) over all pairs with x[i] !=
 * x[j], the mean of the two in the middle if their number is even (Sen, J. Amer.
 * Statist. Assoc. 63 (1968) 1379-1389).
 *
 * In O(n log n) time and O(n) memory, without looking at all pairs, and still the
 * median of all: the same bits as if they had been computed and sorted.  Only
 * where slopes about it are closer together than their rounding errors may it be
 * off by 12 units in the last place.  Never a negative zero.  Does not depend
 * on the order of observations; takes less time if x ascends.
 */
extern double sc_theil_sen(const double *y, const double *x, size_t n,
						   void *work, ScPoll poll);

/* Bytes of workspace for sc_least_squares(). */
extern size_t sc_least_squares_workspace(size_t n);

/* The slope of the line with the least sum of squared residuals in y. */
extern double sc_least_squares(const double *y, const double *x, size_t n,
							   void *work, ScPoll poll);

#endif							/* SC_STATS_REGRESSION_SLOPE_H */
