/*-------------------------------------------------------------------------
 *
 * component_bootstrap.h
 *	  How far the components themselves depend on which models there are:
 *	  bootstrap replicates of explained shares and loadings.
 *
 * Efron & Tibshirani, An Introduction to the Bootstrap (1993), section 7.2.
 * Resample b takes n of the n models, with replacement: those at
 * sc_philox_index(n), n times, of the stream b of SC_RESAMPLE_MODELS.  A model
 * taken twice stands twice: its duplicates are ties.  Ranks, matrix, components
 * and signs are made anew.  Scores that are missing are imputed anew before that,
 * models ascending; where many models are in a resample, from near (imputed_resample.h).
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_RESAMPLING_COMPONENT_BOOTSTRAP_H
#define SC_STATS_RESAMPLING_COMPONENT_BOOTSTRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/correlation/correlation_matrix.h"
#include "stats/base/status.h"

/*
 * Which resamples, and the caller's memory for what they give: the one of
 * resample first + b, b < count, is at [b] of each quantity; quantities are
 * stride >= count apart.
 */
typedef struct ScComponentReplicates
{
	size_t		first;			/* 0, but in tests */
	size_t		count;
	size_t		stride;
	double	   *share;			/* wanted: share[k * stride + b] */
	double	   *loading;		/* wanted x d, or NULL for none: loading[(k *
								 * d + j) * stride + b] */
} ScComponentReplicates;

/* Bytes of workspace for sc_component_bootstrap(), with missing scores or without. */
extern size_t sc_component_bootstrap_workspace(size_t n, size_t d, ScPca pca,
											   size_t wanted, bool imputed);

/*
 * Of the table x, n models x d benchmarks as in capability.h, finite unless
 * missing[j * n + i], which are not read (NULL: none is missing), and the
 * wanted components, 1 <= wanted <= d, the k-th being that of the k-th largest
 * eigenvalue: the share it explains, eigenvalue / d, and the loading of each
 * benchmark, weight * sqrt(eigenvalue).
 *
 * The sign of the first component is the recipe's, sc_orient_component(), in
 * every resample.  That rule makes nothing of a later one, whose largest weight
 * may be another in each resample: it points to the side on which its product
 * with the full sample's, reference[k * d ..], is not negative.  reference is
 * wanted x d, weights or loadings, and not read if loading is NULL.  Where the first
 * component alone is wanted it is found from there (power_method.h), up to rounding.
 *
 * All is NaN of a resample with fewer than SC_MIN_MODELS different models
 * or a benchmark that does not vary in it, of one whose models are not connected
 * or which sc_impute() cannot impute otherwise, and the loadings of a component that
 * the resample leaves undefined, see sc_component_is_defined(): its eigenvalue
 * is as good as 0, as are all from the n-th on, or coincides with a neighbour's.
 *
 * The answer for a resample does not depend on which others are asked for.
 * SC_TOO_MANY_COLUMNS above SC_MAX_DIRECT_COLUMNS, SC_TOO_FEW_MODELS,
 * SC_SOLVER_FAILED (what is in out is undefined), SC_OK.
 */
extern ScStatus sc_component_bootstrap(const double *x, const bool *missing,
									   size_t n, size_t d, ScPca pca, size_t wanted,
									   const double *reference, uint64_t seed,
									   void *work, ScPoll poll,
									   ScComponentReplicates *out);

#endif							/* SC_STATS_RESAMPLING_COMPONENT_BOOTSTRAP_H */
