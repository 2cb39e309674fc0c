/*-------------------------------------------------------------------------
 *
 * correlate.h
 *	  The correlation of two variables: Spearman, Pearson, Kendall's tau-b.
 *
 * Sources: Spearman by Pearson's formula on mid-ranks, never 1 - 6 sum d^2 /
 * (n^3 - n), which is wrong with ties.  Kendall's tau-b by Knight's merge sort
 * (1966), exact integers; the variance of con - dis under the null with ties is
 * Kendall, Rank Correlation Methods (1970), as in scipy.stats.kendalltau.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_CORRELATE_H
#define SC_STATS_CORRELATION_CORRELATE_H

#include <stddef.h>
#include <stdint.h>

#include "stats/base/status.h"

typedef enum ScMethod
{
	SC_SPEARMAN,
	SC_PEARSON,
	SC_KENDALL
} ScMethod;

typedef struct ScCorrelation
{
	ScMethod	method;
	size_t		n;				/* observations, set whatever the status */
	size_t		controls;		/* that it is given (partial.h), not for
								 * Kendall; 0 */
	double		corr;			/* in [-1, 1]; set if SC_OK */
	double		leak;			/* Spearman given several controls: what of
								 * corr the ranks of these let through
								 * (partial.h); 0 */
	double		kendall_s;		/* Kendall only: concordant - discordant pairs */
	double		kendall_var;	/* Kendall only: its null variance, ties
								 * counted */
	double		kendall_spread; /* Kendall only: how many times the variance
								 * of normal scores these show; 0, which is 1,
								 * unless by kendall.h */
} ScCorrelation;

/* Bytes of workspace for sc_correlate() of n observations. */
extern size_t sc_correlate_workspace(ScMethod method, size_t n);

/*
 * The correlation of y and x over n observations, both finite; for Pearson at
 * most SC_MAX_SCORE in magnitude.  A variable is constant if and only if its
 * minimum equals its maximum, exactly.  SC_OK, SC_TOO_FEW_MODELS (first),
 * SC_CONSTANT_Y (before) SC_CONSTANT_X.  Spearman and Kendall do not depend on
 * the order of observations, to the last bit; Pearson is summed in the order
 * given, about an end of the range of each variable and divided by that range,
 * so that offsets cost no digits and nothing over- or underflows.  Every method
 * gives the same bits for (y, x) and (x, y), and the exact opposite for (y, -x).
 */
extern ScStatus sc_correlate(ScMethod method, const double *y, const double *x,
							 size_t n, void *work, ScPoll poll,
							 ScCorrelation *out);

/*
 * Spearman's correlation with an x of which sc_mid_ranks() has given the ranks,
 * not all 0: the same bits as sc_correlate(), for many y with one x.
 */
extern ScStatus sc_correlate_with_ranks(const double *y, const int32_t *rank_x,
										size_t n, void *work, ScPoll poll,
										ScCorrelation *out);

#endif							/* SC_STATS_CORRELATION_CORRELATE_H */
