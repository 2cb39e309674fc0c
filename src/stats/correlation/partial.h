/*-------------------------------------------------------------------------
 *
 * partial.h
 *	  The correlation of two variables given others, the controls: Spearman and
 *	  Pearson.
 *
 * By definition the correlation of what is left of y and x when their least squares
 * fits on the controls are taken off; for Spearman all of them are mid-ranks (Kendall
 * & Stuart, The Advanced Theory of Statistics, volume 2, chapter 27; of ranks Conover,
 * Practical Nonparametric Statistics, 1999, section 5.4).  Kendall's partial tau is not
 * here: it is not 0 where two variables depend on each other through the control alone.
 *
 * It is found from the correlations of all of them, by Cholesky's decomposition of
 * those of the controls, the largest pivot first.  A control that is constant, or of
 * which the others leave at most SC_COLLINEAR_TOLERANCE of the variance, says nothing that
 * they do not: it is passed over and does not count.
 *
 * Ranks let something through.  Where y and x depend on each other through the controls
 * alone, Pearson's correlation given them is 0, if all are normal; Spearman's is not quite,
 * because fits of ranks are not those of what is ranked: at most 0.0121 with one
 * control, with several that all count much more (README.md).  So the leak of a correlation is found
 * beside it: the rank correlations are taken to Pearson's scale (scales.h), what of y and x
 * goes through the controls there is taken back, and the fits of ranks taken off that.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_PARTIAL_H
#define SC_STATS_CORRELATION_PARTIAL_H

#include <stddef.h>
#include <stdint.h>

#include "stats/correlation/correlate.h"

/* Controls at a time, at most. */
#define SC_MAX_CONTROLS 32

/* A share of the variance that is no more than rounding. */
#define SC_COLLINEAR_TOLERANCE 1e-9

/*
 * From this variance inflation of x on, 1 / (1 - R^2) of x on the controls, x and
 * controls are not told apart: p-values are too small (README.md).
 */
#define SC_MAX_VIF 5.0

/* An x and its controls, for many y. */
typedef struct ScPartial ScPartial;

/* Bytes of workspace for sc_partial_prepare() of n observations and k controls. */
extern size_t sc_partial_workspace(ScMethod method, size_t n, size_t k);

/*
 * Takes x and k <= SC_MAX_CONTROLS controls, control[j * n + i], all finite and for
 * Pearson at most SC_MAX_SCORE in magnitude; none of them is needed afterwards.  What it
 * returns lies in work; nothing is to be freed.  Not for Kendall.
 */
extern ScPartial *sc_partial_prepare(ScMethod method, const double *x, const double *control,
									 size_t n, size_t k, void *work, ScPoll poll);

/*
 * The ranks of a variable, as of sc_mid_ranks(), and the sum of their squares, which is 0
 * if it is constant.  Of at most SC_MAX_PAIRWISE_MODELS, so that it is below 2^63.
 */
typedef struct ScRanks
{
	const int32_t *rank;
	int64_t		squares;
} ScRanks;

/*
 * The same for Spearman where the ranks among the n observations are known; they must
 * stay as they are.
 */
extern ScPartial *sc_partial_prepare_ranks(const ScRanks *x, const ScRanks *control, size_t n,
										   size_t k, void *work, ScPoll poll);

/* How many of the controls count. */
extern size_t sc_partial_controls(const ScPartial *partial);

/*
 * How many times the controls inflate the variance of what is estimated of x, 1 or
 * more; NaN where they leave nothing of x, or there is no x that varies.
 */
extern double sc_partial_vif(const ScPartial *partial);

/*
 * The correlation of y, of the same n observations, with that x given the controls.
 * out->controls is how many count, out->n stays n, out->leak is that of two or more.  SC_OK, SC_TOO_FEW_MODELS (first:
 * fewer than SC_MIN_MODELS, or than that beside the controls), SC_CONSTANT_Y,
 * SC_CONSTANT_X, SC_CONTROLLED_Y, SC_CONTROLLED_X where the controls leave at most
 * SC_COLLINEAR_TOLERANCE of the variance.  Without controls the bits of sc_correlate().
 * Spearman does not depend on the order of observations, to the last bit; the opposite
 * of y, x or a control changes no more than the sign.  An error of rounding is some
 * 1e-16 times the variance inflation of y, of x and of each control by the others.
 */
extern ScStatus sc_partial_correlate(ScPartial *partial, const double *y, ScPoll poll,
									 ScCorrelation *out);

/* The same bits where the ranks of y are known, for Spearman. */
extern ScStatus sc_partial_correlate_ranks(ScPartial *partial, const ScRanks *y, ScPoll poll,
										   ScCorrelation *out);

#endif							/* SC_STATS_CORRELATION_PARTIAL_H */
