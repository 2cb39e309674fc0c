/*-------------------------------------------------------------------------
 *
 * refit.h
 *	  The whole analysis on resamples of the models, thousands of times.
 *
 * A resample is how often each model is in it, a whole number from 0: the
 * bootstrap draws models, the jackknife and leave-one-out leave some away.  What
 * comes out is by definition that of the recipe of capability.h, and of
 * sc_correlate() or, given controls, sc_partial_correlate(), on the table in which
 * row i is repeated counts[i] times:
 * mid-ranks in which the copies of a row are ties, means, standard deviations and
 * correlations over all of them, the sign of the component fixed anew.
 *
 * Columns are sorted once; mid-ranks of a resample are sums of counts along that
 * order (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 6,
 * on resampling vectors).  Sums of products of ranks are integers, exact in
 * doubles: Spearman's and Kendall's correlations are the bits of sc_correlate(),
 * given the order of the scores.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_RESAMPLING_REFIT_H
#define SC_STATS_RESAMPLING_REFIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/correlation/correlate.h"
#include "stats/correlation/correlation_matrix.h"
#include "stats/base/products.h"
#include "stats/base/status.h"

/*
 * Models of a table, and draws of a resample: sums of products of ranks are at
 * most their cube, which is to be a whole number below 2^53.
 */
#define SC_MAX_REFIT_MODELS ((size_t) 100000)

/*
 * A table of n models.  Capability benchmarks are complete and as in
 * sc_capability_fit().  Targets have some of the models: target t has model[k]
 * with score y[k] for k = start[t] .. start[t + 1] - 1, models ascending.  All
 * scores are finite and at most SC_MAX_SCORE in magnitude; higher is better, in
 * every column or in none.
 */
typedef struct ScRefitTable
{
	size_t		n;				/* at most SC_MAX_REFIT_MODELS */
	size_t		d;				/* capability benchmarks, at least 1 */
	const double *x;			/* x[j * n + i]: model i, benchmark j */
	size_t		m;				/* targets; with 0 the next three may be NULL */
	const size_t *start;		/* m + 1 */
	const uint32_t *model;
	const double *y;
	ScPca		pca;			/* the matrix whose component is taken */
	ScMethod	method;			/* of the correlations of targets */
	size_t		draws;			/* the most that counts sum to, at most
								 * SC_MAX_REFIT_MODELS; n for a bootstrap */
	ScKernel	kernel;			/* SC_KERNEL_BEST */
	const bool *missing;		/* of refit_imputed.h alone */
	size_t		k;				/* controls (partial.h); 0 for Kendall */
	const double *control;		/* control[j * n + i]: model i, control j;
								 * read of models that a target has */
} ScRefitTable;

/* A table that is ready: what does not depend on counts, and room to work. */
typedef struct ScRefit ScRefit;

/*
 * Where the answers go, in the caller's memory: quantity q of resample b is at
 * [q * stride + b].  Any may be NULL: not wanted.  All but corr are there for tests.
 *
 * All four are NaN where a resample has no component: fewer than SC_MIN_MODELS
 * different models in it, a capability benchmark constant among them, the
 * component undefined (sc_component_is_defined()), d and draws both above
 * SC_MAX_COMPONENT_COLUMNS.  corr is NaN also where fewer than SC_MIN_MODELS
 * different models of the resample have the target, or that beside the controls, or it
 * or the score is constant among these, or nothing is left of one of them by the
 * controls.
 */
typedef struct ScRefitOut
{
	size_t		stride;
	double	   *corr;			/* m: the target with the capabilities score */
	double	   *value;			/* 1: the largest eigenvalue */
	double	   *vector;			/* d: the first component's weights */
	double	   *score;			/* n: of every model, also of those not drawn,
								 * by the resample's component, mean and sd;
								 * at most 1e300 in magnitude */
} ScRefitOut;

/*
 * Bytes of workspace for sc_refit_prepare(), aligned for double: some 24 for each
 * capability score of n and of draws, up to 8 for each of a target, 260 per model,
 * 72 d^2 for d up to SC_MAX_DIRECT_COLUMNS.
 */
extern size_t sc_refit_workspace(const ScRefitTable *table);

/*
 * Makes a table ready in work, where what it returns lies; nothing is to be
 * freed.  The table's arrays, not the struct, must stay as they are.
 */
extern ScRefit *sc_refit_prepare(const ScRefitTable *table, void *work, ScPoll poll);

/*
 * Refits replicates resamples, counts[b * n + i] times model i in resample b, and
 * puts their answers at first + b.  An answer depends on its counts only, to the
 * last bit, never on which others are refitted with it.  Resamples are handled
 * eight at a time: multiples of that are fastest.  If poll jumps out, the answers
 * of this call are undefined and another call may follow.
 *
 * With up to SC_MAX_DIRECT_COLUMNS capability benchmarks a resample takes a part of
 * the time of a pass over the table; with more, for Kendall's correlation and given
 * controls, that of sc_capability_fit(), sc_correlate() and sc_partial_correlate().
 */
extern void sc_refit(ScRefit *refit, const uint32_t *counts, size_t replicates,
					 size_t first, const ScRefitOut *out, ScPoll poll);

/*
 * How often each of n models, n >= 1, is drawn by n draws with replacement:
 * numbers 0 .. n - 1 of the stream of this resample (philox.h), purpose
 * SC_RESAMPLE_MODELS.
 */
extern void sc_bootstrap_counts(uint64_t seed, uint64_t resample, size_t n,
								uint32_t *counts);

#endif							/* SC_STATS_RESAMPLING_REFIT_H */
