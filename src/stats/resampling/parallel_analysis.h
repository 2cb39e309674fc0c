/*-------------------------------------------------------------------------
 *
 * parallel_analysis.h
 *	  Parallel analysis: how large would an eigenvalue be by chance?
 *
 * The first component against independent columns: Horn, Psychometrika 30 (1965)
 * 179-185, at a quantile, as Glorfeld, Educ. Psychol. Meas. 55 (1995) 377-393.
 * A later one against columns in which those before it are real and nothing
 * else is: Green, Levy, Thompson, Lu & Lo, Educ. Psychol. Meas. 72 (2012)
 * 357-374.  Against independent columns a second component would look too small:
 * it shares what the first has left.
 *
 * Of tables of one factor, 12 benchmarks and 26 or 100 models, 0 to 10 % show a
 * second component above its threshold at 0.95 (simulated; the most where
 * loadings are low, 0.5): a component's loadings are not quite a factor's.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_RESAMPLING_PARALLEL_ANALYSIS_H
#define SC_STATS_RESAMPLING_PARALLEL_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/correlation/correlation_matrix.h"
#include "stats/base/status.h"

/* The quantile that is usual. */
#define SC_PARALLEL_QUANTILE 0.95

/* The least variance of its own that a column has in a sample. */
#define SC_MIN_UNIQUENESS 1e-6

/*
 * How exactly samples are imputed: better than their number allows.  Against 1e-5 it moves
 * the threshold by less than 0.1 % (197 models, 36 % missing, 12 or 40 benchmarks), where
 * that of 1,000 samples is off by 0.3 %.
 */
#define SC_PARALLEL_TOLERANCE 1e-3

/* Bytes of workspace for sc_parallel_threshold(), with missing scores or without. */
extern size_t sc_parallel_workspace(size_t n, size_t d, ScPca pca, bool imputed);

/*
 * The threshold of component k, 0 <= k < d, of n models x d benchmarks: that
 * quantile (0 to 1, by linear interpolation: type 7 of Hyndman & Fan, Amer.
 * Statist. 50 (1996) 361-365) of the (k + 1)-th largest eigenvalue of the
 * correlation matrix of samples in which the first k components are real.
 *
 * Sample s, s < samples (at least 1, below 2^32), takes its numbers from stream
 * k * 2^32 + s of SC_NULL_SAMPLES, sc_philox_normal() being the next, model by
 * model: k factors f[0..k-1], then d numbers e[0..d-1] of the benchmarks' own;
 *
 *		x[j] = sum over c < k of loading[c * d + j] * f[c] + sqrt(u[j]) * e[j]
 *		u[j] = 1 - sum over c < k of loading[c * d + j]^2, at least
 *			   SC_MIN_UNIQUENESS
 *
 * loading is k x d: weight * sqrt(eigenvalue) of the full sample.  Spearman's
 * matrix has the samples' ranks; its loadings stand for those of the normal
 * variables, whose correlations are larger by at most 0.018.
 *
 * Imputing raises the first eigenvalue, also where there is chance alone: where
 * missing[j * n + i], all samples lose the number that they have there and get
 * sc_impute()'s.  Those that it cannot impute are left out.  missing NULL: none is.
 *
 * value has room for all samples, and is left with the eigenvalues, in any order,
 * behind them NaN for samples that were left out.
 *
 * SC_TOO_MANY_COLUMNS above SC_MAX_DIRECT_COLUMNS, SC_TOO_FEW_MODELS,
 * SC_NOT_CONVERGED (fewer than half of the samples could be imputed),
 * SC_SOLVER_FAILED: threshold is not set.  SC_OK.
 */
extern ScStatus sc_parallel_threshold(const bool *missing, size_t n, size_t d,
									  ScPca pca, size_t k,
									  const double *loading, uint64_t seed,
									  size_t samples, double quantile,
									  void *work, ScPoll poll, double *value,
									  double *threshold);

#endif							/* SC_STATS_RESAMPLING_PARALLEL_ANALYSIS_H */
