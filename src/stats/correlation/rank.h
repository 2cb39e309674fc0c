/*-------------------------------------------------------------------------
 *
 * rank.h
 *	  Sorting with cancellation, and mid-ranks as exact integers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_RANK_H
#define SC_STATS_CORRELATION_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/base/status.h"

/*
 * Bytes of workspace for sc_sort_order(), sc_sort_values() and sc_tied_order() of
 * n values, and for sc_mid_ranks().
 */
extern size_t sc_sort_workspace(size_t n);
extern size_t sc_mid_ranks_workspace(size_t n);

/*
 * order[0..n-1]: a permutation that puts x in ascending order; equal values
 * keep the order that the input permutation gives them (a stable merge sort).
 * On entry order holds the permutation to start from.  Returns the number of
 * exchanges, that is of pairs (i before j on entry) with x[i] > x[j], which is
 * what Kendall's tau counts (Knight 1966).  No NaN.  n <= 2^31 - 1.
 */
extern int64_t sc_sort_order(const double *x, size_t n, uint32_t *order,
							 void *work, ScPoll poll);

/* The same from 0, 1, ..., n - 1, whatever is in order on entry. */
extern void sc_sort_values(const double *x, size_t n, uint32_t *order,
						   void *work, ScPoll poll);

/* In a tied order: the next one's value is the same. */
#define SC_TIED UINT32_C(0x80000000)

/*
 * The order of sc_sort_values(), of models if model[0 .. n - 1] says whose values
 * these are (NULL: their own numbers), or-ed with SC_TIED where the next one has
 * the same value.  Returns whether any has.
 */
extern bool sc_tied_order(const double *x, const uint32_t *model, size_t n,
						  uint32_t *order, void *work, ScPoll poll);

/*
 * q[i] = 2 R(i) - (n + 1), R the mid-rank of x[i] (ties share the mean of
 * their ranks): an integer, centred, so that sums over q are exact and do not
 * depend on the order of rows.  q of a constant x is all zero.  No NaN.
 */
extern void sc_mid_ranks(const double *x, size_t n, int32_t *q,
						 void *work, ScPoll poll);

/* The same where sc_sort_order() has given the order, and without workspace. */
extern void sc_ranks_of_order(const double *x, size_t n, const uint32_t *order,
							  int32_t *q, ScPoll poll);

/*
 * sum of a[i] * b[i], exact for every n <= 2^31 - 1 and |a|, |b| < 2^31.
 */
extern __int128 sc_rank_product(const int32_t *a, const int32_t *b, size_t n,
								ScPoll poll);

/*
 * Spearman's correlation from the three sums of products of centred ranks.
 * Exactly 1 or -1 if and only if the two orders, ties included, are the same
 * or reversed.  sxx and syy are positive.  (Kendall's tau-b is the same formula
 * over pairs, and uses it.)
 */
extern double sc_rank_correlation(__int128 sxy, __int128 sxx, __int128 syy);

#endif							/* SC_STATS_CORRELATION_RANK_H */
