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
#ifndef SC_STATS_CAPABILITY_H
#define SC_STATS_CAPABILITY_H

#include <stddef.h>

#include "status.h"

/* The matrix whose top eigenvector is taken. */
typedef enum ScPca
{
	SC_PCA_SPEARMAN,
	SC_PCA_PEARSON
} ScPca;

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
	double	   *matrix;			/* d x d correlation matrix, unit diagonal */
	double	   *value;			/* d eigenvalues, descending */
	double	   *vector;			/* d x d, one component after the other */
	double	   *score;			/* n capabilities scores */
	size_t		constant;		/* SC_CONSTANT_COLUMN: the first such column */
} ScCapabilityFit;

/* Bytes of workspace for sc_capability_fit(). */
extern size_t sc_capability_workspace(size_t n, size_t d);

/*
 * Fits n models x d benchmarks, d >= 1, column by column: x[j * n + i] is the
 * score of model i on benchmark j, higher meaning better; finite, |x| <=
 * SC_MAX_SCORE.  The same rows in the same order give the same bits; equal rows
 * give equal scores.  With d = 1 the score is the benchmark's z-score.
 *
 * SC_TOO_MANY_COLUMNS, SC_TOO_FEW_MODELS, SC_CONSTANT_COLUMN, looked for in
 * this order: nothing else is set.  SC_SOLVER_FAILED: neither value, vector nor
 * score is.  SC_UNDEFINED_COMPONENT: all but score is set.  SC_OK.
 */
extern ScStatus sc_capability_fit(const double *x, size_t n, size_t d,
								  ScPca pca, void *work, ScPoll poll,
								  ScCapabilityFit *fit);

/*
 * Of n finite values, n >= 1, summed about their minimum: an offset costs no
 * digits, nothing over- or underflows.  sd is 0 for a constant (min = max,
 * exactly) and only then: what rounds to 0 is the smallest positive double.
 */
extern void sc_spread(const double *x, size_t n, ScPoll poll, ScSpread *spread);

/*
 * The correlation matrix alone, by either kind: d columns of n values as above,
 * matrix d x d, any d.  n >= SC_MIN_MODELS, no constant column.  work is that of
 * sc_capability_workspace().  Pearson's values are centred as in
 * sc_correlate(), with the same bits.
 */
extern void sc_correlation_matrix(const double *x, size_t n, size_t d,
								  ScPca pca, double *matrix, void *work,
								  ScPoll poll);

/*
 * sum over j of weight[j] * (x[j * stride] - mean) / sd of spread[j], in the
 * order of j: the one place where a score is computed, so that equal models tie.
 */
extern double sc_component_score(const double *x, size_t stride, size_t d,
								 const ScSpread *spread, const double *weight);

#endif							/* SC_STATS_CAPABILITY_H */
