/*-------------------------------------------------------------------------
 *
 * imputed_resample.h
 *	  The correlation matrix of resamples of the models whose missing scores are
 *	  imputed anew, from near.
 *
 * By definition it is that of the table in which rows are repeated, as sc_impute() imputes
 * it.  Here models are counted instead, and direct steps (imputer.c) go from the answer of
 * all models straight to that of the resample, which is taken only where it is one: where
 * nothing moves any more, by the same tolerance; where the sum of squares of the matrix leaves
 * no room for another component nearly as large (power_method.h), so that the one found
 * is the first; and where the second eigenvalue cannot be what holds sigma2.  Of several
 * such answers it is the one near that of all models.  Simulated, 36 % missing, sc_impute()
 * finds another in up to 1.2 % of resamples where correlations are low or models and
 * benchmarks few (26 x 6), and in none of 98 or more models where they are not.  An answer
 * depends on the counts alone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_RESAMPLING_IMPUTED_RESAMPLE_H
#define SC_STATS_RESAMPLING_IMPUTED_RESAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/correlation/correlation_matrix.h"
#include "stats/imputation/imputer.h"

typedef enum ScResampled
{
	SC_RESAMPLED,				/* there is a matrix */
	SC_NO_RESAMPLE,				/* sc_impute() cannot impute it */
	SC_BY_DEFINITION			/* this way does not tell */
} ScResampled;

/* A table, and pieces of the workspace. */
typedef struct ScImputedResample
{
	const double *x;
	const bool *missing;
	size_t		n;
	size_t		d;
	ScPca		pca;
	bool		ready;			/* false: all by the definition */

	/* of all models */
	size_t	   *start;			/* d + 1: observed scores of each column, in */
	uint32_t   *order;			/* ascending order: whose they are */
	double	   *w;				/* in units of ScImputer */
	double	   *mean;			/* d: the estimate */
	double	   *sd;				/* d */
	double	   *weight;			/* d */
	double		lambda;

	/* of one resample, of the m models in it */
	uint32_t   *number;			/* n: of a model among them; n: not there */
	uint32_t   *group;			/* d: columns that models connect */
	uint32_t   *by_t;			/* m */
	uint32_t   *merged;			/* m */
	double	   *score;			/* beside s.w: the scores themselves */
	double	   *key;			/* m: the scores of a column */
	double	   *z;				/* m x d, then ranks */
	double	   *counted;		/* m: z or ranks times counts */
	double	   *squares;		/* d: of z or ranks */
	double	   *root;			/* d */
	void	   *sort;
	ScImputer	s;
} ScImputedResample;

/* Bytes of workspace for sc_begin_imputed_resample(). */
extern size_t sc_imputed_resample_workspace(size_t n, size_t d);

/*
 * Makes a table ready, as of sc_component_bootstrap(); x and missing must stay.  Nothing is
 * to be freed.
 */
extern void sc_begin_imputed_resample(ScImputedResample *r, const double *x, const bool *missing,
									  size_t n, size_t d, ScPca pca, void *work, ScPoll poll);

/*
 * The matrix, d x d, of the resample in which model i stands counts[i] times, rows times
 * in all, if there is one.
 */
extern ScResampled sc_impute_resample(ScImputedResample *r, const uint32_t *counts, size_t rows,
									  double *matrix, ScPoll poll);

#endif							/* SC_STATS_RESAMPLING_IMPUTED_RESAMPLE_H */
