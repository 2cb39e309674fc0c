/*-------------------------------------------------------------------------
 *
 * pooled.h
 *	  Several scores of one cell: their count, mean and spread.
 *
 * Sums are double-doubles, so that mean and spread, rounded once when read, are
 * the same whatever the order in which scores came, short of cancellation
 * beyond 106 bits: the spread keeps its last bit while the mean is below some
 * 1e6 times the spread.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_MATRIX_POOLED_H
#define SC_MATRIX_POOLED_H

#include "matrix/flat.h"

/*
 * Raises 22003 for a score that is infinite or larger than SC_MAX_SCORE; turns
 * -0 into 0.  Not for NaN, which is no score.
 */
extern double sc_check_score(double score);

/* A single score as sums over n = 1, the form in which cells are added. */
extern PooledCell sc_pooled_of_score(double score);

/*
 * a += b; the spread stays known only if both are known.  22003 if the count
 * overflows, with a unchanged.
 */
extern void sc_pooled_add(PooledCell *a, uint8 *a_flags,
						  const PooledCell *b, uint8 b_flags);

/* The mean, and its standard error: sd (ddof = 1) / sqrt(n); NaN if unknown. */
extern double sc_pooled_mean(const PooledCell *cell);
extern double sc_pooled_stderr(const PooledCell *cell, uint8 flags);

#endif							/* SC_MATRIX_POOLED_H */
