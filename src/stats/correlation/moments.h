/*-------------------------------------------------------------------------
 *
 * moments.h
 *	  Streaming means and co-moments of rows of d scores, mergeable.
 *
 * Each column is measured from a pivot, its first value, so that an offset
 * costs no digits; rows are taken in blocks of SC_BLOCK_ROWS(d), a block's mean
 * and co-moments are formed in two passes and merged by the formula of Chan,
 * Golub & LeVeque (1979).  Minimum and maximum are kept because a column is
 * constant if and only if they are equal; a sum of squares cannot tell.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_MOMENTS_H
#define SC_STATS_CORRELATION_MOMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/base/products.h"
#include "stats/base/status.h"

/* Views of the caller's arrays; n = 0 leaves all of them undefined. */
typedef struct ScMoments
{
	size_t		d;
	int64_t		n;				/* rows */
	double	   *pivot;			/* d */
	double	   *mean;			/* d, measured from pivot */
	double	   *min;			/* d */
	double	   *max;			/* d */
	double	   *comoment;		/* SC_TRIANGLE(d): the sums of (x_i - mean_i)
								 * (x_j - mean_j) */
} ScMoments;

/* Bytes of workspace for sc_moments_add(), and for sc_moments_merge(). */
extern size_t sc_moments_workspace(size_t d);
extern size_t sc_moments_merge_workspace(size_t d);

/*
 * Adds a block of 1..SC_BLOCK_ROWS(d) rows, rows[r * d + j], all finite and
 * |x| <= SC_MAX_SCORE; rows are read only.  The caller checks that
 * m->n + count <= INT64_MAX.
 */
extern void sc_moments_add(ScMoments *m, const double *rows, size_t count,
						   void *work);

/*
 * Adds b to a, which is another object; the two have the same d and may have
 * different pivots.  b is read only.  Returns false, changing nothing, if n
 * would pass INT64_MAX.
 */
extern bool sc_moments_merge(ScMoments *a, const ScMoments *b, void *work);

/*
 * Pearson correlation matrix (d x d), absolute means and standard deviations
 * (ddof = 0).  SC_TOO_FEW_MODELS, SC_CONSTANT_COLUMN (*constant is the first),
 * SC_OK.  Besides a column with min = max, one counts as constant whose sum of
 * squares is below DBL_MIN / DBL_EPSILON = 1e-292 (a spread below about 1e-146):
 * there its squares have lost digits to underflow, or are 0.
 */
extern ScStatus sc_moments_correlation(const ScMoments *m, double *mean,
									   double *sd, double *matrix,
									   size_t *constant);

#endif							/* SC_STATS_CORRELATION_MOMENTS_H */
