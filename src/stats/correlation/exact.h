/*-------------------------------------------------------------------------
 *
 * exact.h
 *	  Exact permutation p-values of rank correlations of few observations.
 *
 * p = P(|S*| >= |S|) where S* is the statistic after one of the n! orders of
 * one variable against the other, all equally likely: the share of orders that
 * are at least as far from 0 as what was observed, in either direction.  S is
 * an integer, so that ties of the statistic are exact: for Spearman the sum of
 * products of the doubled centred mid-ranks (rank.h), for Kendall concordant -
 * discordant pairs.  With ties in the data the distribution of S need not be
 * symmetric; p is defined by |S| all the same, and so is the same for (y, x),
 * (x, y) and (y, -x), to the last bit.
 *
 * Such a p-value exists for n <= SC_EXACT_TIED, and if neither variable has
 * ties for n <= SC_EXACT_UNTIED; sc_p_value() is for the others.
 *
 * A distribution is found by counting over subsets (exact.c).  Without ties it
 * depends on n alone: found once per process and kept.  Of distributions with
 * ties the last one of each method is kept.  The p-value is a function of the
 * data alone whatever is kept.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_EXACT_H
#define SC_STATS_CORRELATION_EXACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/correlation/correlate.h"
#include "stats/base/status.h"

#define SC_EXACT_TIED 9
#define SC_EXACT_UNTIED 12

/*
 * Bytes of workspace; 0 where there is never an exact p-value.  At most 1.9 MB,
 * hardly any of which is touched where the distribution is kept.
 */
extern size_t sc_exact_workspace(ScMethod method, size_t n);

/*
 * Sets *p, in (0, 1], and returns true if there is an exact p-value of y and x;
 * false, without it, for Pearson, n < SC_MIN_MODELS and where n is too large.
 * y and x hold no NaN; if one is constant p is 1.
 */
extern bool sc_exact_p_value(ScMethod method, const double *y, const double *x,
							 size_t n, void *work, ScPoll poll, double *p);

#endif							/* SC_STATS_CORRELATION_EXACT_H */
