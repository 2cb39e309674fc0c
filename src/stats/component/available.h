/*-------------------------------------------------------------------------
 *
 * available.h
 *	  The first eigenvalue of a table with missing scores, of those alone that are
 *	  there.
 *
 * Imputed scores lie on the component: of the imputed table the first eigenvalue is
 * beyond chance also where there is nothing but noise.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_COMPONENT_AVAILABLE_H
#define SC_STATS_COMPONENT_AVAILABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/base/poll.h"
#include "stats/correlation/correlation_matrix.h"

/* Bytes of workspace for sc_available_eigenvalue(). */
extern size_t sc_available_workspace(size_t n, size_t d);

/*
 * x is the table of n models x d >= 2 benchmarks, column by column, as
 * sc_capability_fit() has it; what stands where missing is true does not count.  Each
 * benchmark is ranked among the models that have it (Spearman; Pearson: its values), and
 * two correlated, as Pearson does, over the models that have both; 0 where these are
 * fewer than SC_MIN_MODELS, or one does not vary over them.  value is the largest eigenvalue
 * of that matrix, which need not be positive semidefinite; models the number of models
 * that it is to be judged by, 1 + 1 / mean of 1 / (n[j][k] - 1) over those pairs of
 * benchmarks that have SC_MIN_MODELS in common.
 *
 * SC_TOO_MANY_COLUMNS above SC_MAX_DIRECT_COLUMNS, SC_TOO_FEW_SCORES (no such pair),
 * SC_SOLVER_FAILED: nothing is set.  SC_OK.
 */
extern ScStatus sc_available_eigenvalue(const double *x, const bool *missing, size_t n,
										size_t d, ScPca pca, void *work, ScPoll poll,
										double *value, double *models);

#endif							/* SC_STATS_COMPONENT_AVAILABLE_H */
