/*-------------------------------------------------------------------------
 *
 * pairwise.h
 *	  Spearman's correlation of every pair of many benchmarks, each over the
 *	  models that have both.
 *
 * Each benchmark is sorted once.  In that order the mid-ranks of any part of its
 * models are a matter of counting, so that a pair takes a walk along two orders
 * instead of two sorts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_PAIRWISE_H
#define SC_STATS_CORRELATION_PAIRWISE_H

#include <stddef.h>
#include <stdint.h>

#include "stats/correlation/correlate.h"

/* Models of a table: sums of products of their ranks are to fit in 64 bits. */
#define SC_MAX_PAIRWISE_MODELS ((size_t) 2000000)

/*
 * Spearman's correlation of two benchmarks by the orders of their models
 * (sc_tied_order()), a of n_a models and b of n_b: the same bits and statuses as sc_correlate() of the scores (y being a's) of
 * the models that have both, whose number is out->n.  has_a[i] says whether model i
 * has a.  rank has room for all models; it is 0 on entry and on return, not if poll
 * jumps out.
 */
extern ScStatus sc_pairwise_spearman(const uint32_t *a, size_t n_a,
									 const uint32_t *b, size_t n_b,
									 const uint8_t *has_a, uint32_t *rank,
									 ScPoll poll, ScCorrelation *out);

#endif							/* SC_STATS_CORRELATION_PAIRWISE_H */
