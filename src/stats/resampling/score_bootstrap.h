/*-------------------------------------------------------------------------
 *
 * score_bootstrap.h
 *	  How far capabilities scores and ranks of models depend on which benchmarks
 *	  measure capability, and on the error of each score.
 *
 * Models stay, benchmarks are resampled: they are a sample of the benchmarks
 * that there could be.  Resample b takes d of the d benchmarks, with
 * replacement: those at sc_philox_index(d), d times, of the stream b of
 * SC_RESAMPLE_BENCHMARKS.  One that is taken c times stands c times: the recipe
 * of capability.h is that of a table of d columns, some of them equal, and the
 * sign is sc_orient_component()'s of their d weights.
 *
 * Scores with a known standard error are drawn anew in every resample: x + se *
 * sc_philox_normal(), of the stream b of SC_REDRAW_SCORES, one number for each
 * cell with se > 0, benchmark by benchmark of those taken, in ascending order
 * and each once, and in it model by model.  z-scores, ranks and matrix are then
 * those of the scores drawn.
 *
 * Scores that were missing and have been imputed, see impute.h, are drawn anew too
 * (multiple imputation: Rubin, Multiple Imputation for Nonresponse in Surveys,
 * 1987).  With the imputation's mean, sd, v, shrink and noise, and c as above, a
 * model's t is estimated from what was observed of the benchmarks taken,
 *
 *		t = sum of c v z / ((1 - shrink) * sum of c v^2 over all taken
 *							+ shrink * sum of c v^2 over those observed)
 *
 * z being (x - mean) / sd of the scores as drawn; 0 if none was.  Then a missing
 * score is mean + sd * (shrink * v * t + noise * sc_philox_normal()), its number
 * taken from the same stream at the place of its cell.  So a score is as
 * uncertain as the benchmarks that the model was seen on, and as what they leave
 * open about the others.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_RESAMPLING_SCORE_BOOTSTRAP_H
#define SC_STATS_RESAMPLING_SCORE_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

#include "stats/correlation/correlation_matrix.h"
#include "stats/imputation/impute.h"
#include "stats/base/status.h"

/*
 * With fewer benchmarks than this a resample is of too few different ones for
 * its spread to mean anything.  The caller checks that.
 */
#define SC_MIN_RESAMPLED_BENCHMARKS 6

/*
 * Which resamples, and the caller's memory for what they give: resample first + b,
 * b < count, of model i is at [i * stride + b]; stride >= count.
 */
typedef struct ScScoreReplicates
{
	size_t		first;			/* 0, but in tests */
	size_t		count;
	size_t		stride;
	double	   *score;
	int32_t    *rank;			/* 1: the best; equal scores share the better
								 * one.  NULL for none */
} ScScoreReplicates;

/* Bytes of workspace for sc_score_bootstrap(). */
extern size_t sc_score_bootstrap_workspace(size_t n, size_t d, ScPca pca);

/*
 * Of the table x, n models x d benchmarks as in capability.h, finite, |x| <=
 * SC_MAX_SCORE.  se, of the same shape, holds standard errors up to
 * SC_MAX_SCORE; 0 and NaN mean that the score is taken as it is; NULL: all are.
 * missing, of the same shape, says which scores were imputed; NULL: none.
 *
 * A resample has score NaN and rank 0 everywhere if its first component is
 * undefined, see sc_component_is_defined(), or a benchmark drawn anew does not
 * vary.  The answer for a resample does not depend on which others are asked
 * for.
 *
 * SC_TOO_MANY_COLUMNS above SC_MAX_COMPONENT_COLUMNS, SC_TOO_FEW_MODELS,
 * SC_CONSTANT_COLUMN (of x), SC_SOLVER_FAILED (what is in out is undefined),
 * SC_OK.
 */
extern ScStatus sc_score_bootstrap(const double *x, const double *se,
								   const bool *missing, const ScImputation *imputation,
								   size_t n, size_t d, ScPca pca, uint64_t seed,
								   void *work, ScPoll poll, ScScoreReplicates *out);

/*
 * The same of scores on a given component that was fitted to other models: fitted
 * has its weights, means and standard deviations, and by what a missing score is
 * imputed (missing NULL: none is).  Nothing is fitted anew: in a resample a score is
 *
 *		sum of c v z / sqrt(sum of c v^2)
 *
 * A resample has score NaN and rank 0 everywhere if its weights are all 0.  n is at
 * least 1, fitted->t is not read.  work is that of sc_score_bootstrap() with
 * SC_PCA_SPEARMAN.
 */
extern void sc_fitted_score_bootstrap(const double *x, const double *se,
									  const bool *missing, const ScImputation *fitted,
									  size_t n, size_t d, uint64_t seed, void *work,
									  ScPoll poll, ScScoreReplicates *out);

#endif							/* SC_STATS_RESAMPLING_SCORE_BOOTSTRAP_H */
