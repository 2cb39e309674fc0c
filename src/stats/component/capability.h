/*-------------------------------------------------------------------------
 *
 * capability.h
 *	  The capabilities score of models on a complete, dense table.
 *
 * The recipe of Ren et al. 2024 (arXiv:2407.21792, section 3 and appendix A.3):
 * z-scores of the raw values per benchmark (ddof = 0), the Spearman correlation
 * matrix of the benchmarks, its top eigenvector, score = z . eigenvector.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_COMPONENT_CAPABILITY_H
#define SC_STATS_COMPONENT_CAPABILITY_H

#include <stddef.h>

#include "stats/correlation/correlation_matrix.h"
#include "stats/base/status.h"

/*
 * Where a column lies and how wide it is.  The mean is pivot + centre: kept as
 * two numbers because their sum, rounded, loses digits where the offset is
 * large against the spread.
 */
typedef struct ScSpread
{
	double		pivot;			/* the minimum */
	double		centre;			/* mean of the differences from it */
	double		mean;			/* pivot + centre; min <= mean <= max */
	double		sd;				/* ddof = 0 */
} ScSpread;

/*
 * What a fit gives, in the caller's memory.  d benchmarks, n models.
 */
typedef struct ScCapabilityFit
{
	ScSpread   *spread;			/* d */
	double	   *value;			/* d; n_values eigenvalues, the largest first */
	size_t		n_values;		/* d, or fewer where d and n are large */
	double	   *vector;			/* wanted x d, one component after the other */
	size_t		n_vectors;		/* of them found */
	double	   *score;			/* n capabilities scores */
	size_t		constant;		/* SC_CONSTANT_COLUMN: the first such column */
} ScCapabilityFit;

/*
 * Bytes of workspace for sc_capability_fit(), of n models, and of any number up to
 * n: with fewer it may take more.
 */
extern size_t sc_capability_workspace(size_t n, size_t d, ScPca pca, size_t wanted);
extern size_t sc_capability_workspace_up_to(size_t n, size_t d, ScPca pca, size_t wanted);

/*
 * Fits n models x d benchmarks, d >= 1, column by column: x[j * n + i] is the
 * score of model i on benchmark j, higher meaning better; finite, |x| <=
 * SC_MAX_SCORE.  The same rows in the same order give the same bits; equal rows
 * give equal scores.  With d = 1 the score is the benchmark's z-score.  wanted,
 * at least 1, is the number of components; the first makes the score.
 *
 * SC_TOO_MANY_COLUMNS (both d and n above SC_MAX_COMPONENT_COLUMNS),
 * SC_TOO_FEW_MODELS, SC_CONSTANT_COLUMN, looked for in this order: nothing else
 * is set.  SC_SOLVER_FAILED: neither value, vector nor score is.
 * SC_UNDEFINED_COMPONENT: all but score is set.  SC_OK.
 */
extern ScStatus sc_capability_fit(const double *x, size_t n, size_t d,
								  ScPca pca, size_t wanted, void *work,
								  ScPoll poll, ScCapabilityFit *fit);

/*
 * Of n finite values, n >= 1, summed about their minimum: an offset costs no
 * digits, nothing over- or underflows.  sd is 0 for a constant (min = max,
 * exactly) and only then: what rounds to 0 is the smallest positive double.
 */
extern void sc_spread(const double *x, size_t n, ScPoll poll, ScSpread *spread);

/*
 * sum over j of weight[j] * (x[j * stride] - mean) / sd of spread[j], in the
 * order of j: the one place where a score is computed, so that equal models tie.
 */
extern double sc_component_score(const double *x, size_t stride, size_t d,
								 const ScSpread *spread, const double *weight);

#endif							/* SC_STATS_COMPONENT_CAPABILITY_H */
