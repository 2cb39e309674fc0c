/*-------------------------------------------------------------------------
 *
 * correlation_matrix.h
 *	  The correlation matrix of the columns of a complete, dense table, and its
 *	  dual, which is smaller where there are more columns than rows.
 *
 * Tables are column by column, as in capability.h: d columns of n values, n >=
 * SC_MIN_MODELS, no constant column.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_CORRELATION_MATRIX_H
#define SC_STATS_CORRELATION_CORRELATION_MATRIX_H

#include <stddef.h>
#include <stdint.h>

#include "stats/base/status.h"

/* The matrix whose top eigenvector is taken. */
typedef enum ScPca
{
	SC_PCA_SPEARMAN,
	SC_PCA_PEARSON
} ScPca;

/* Bytes of workspace for sc_correlation_matrix(). */
extern size_t sc_correlation_matrix_workspace(size_t n, size_t d, ScPca pca);

/*
 * matrix is d x d, its diagonal 1.  Spearman's is exact up to the last rounding;
 * Pearson's values are centred as in sc_correlate(), with the same bits.
 */
extern void sc_correlation_matrix(const double *x, size_t n, size_t d,
								  ScPca pca, double *matrix, void *work,
								  ScPoll poll);

/*
 * Spearman's from columns that have been ranked as by sc_mid_ranks(), rank[j * n
 * + i], none of them all 0; by the same code.  It needs a workspace of
 * sc_rank_matrix_workspace() bytes.
 */
extern size_t sc_rank_matrix_workspace(size_t d);
extern void sc_rank_matrix(const int32_t *rank, size_t n, size_t d,
						   double *matrix, void *work, ScPoll poll);

/*
 * The same columns, ranked for Spearman, centred and scaled to unit length:
 * unit[j * n + i].  Their products are the correlations.  work is that of
 * sc_correlation_matrix().
 */
extern void sc_unit_columns(const double *x, size_t n, size_t d, ScPca pca,
							double *unit, void *work, ScPoll poll);

/* Bytes of workspace for sc_dual_matrix(). */
extern size_t sc_dual_matrix_workspace(size_t n);

/*
 * The n x n matrix of the products of rows of unit columns.  It has the
 * eigenvalues of the correlation matrix, but for zeros; of its eigenvector u the
 * correlation matrix has v = sum over i of u[i] unit[j * n + i], scaled to unit
 * length, which sc_vector_of_dual() gives.
 */
extern void sc_dual_matrix(const double *unit, size_t n, size_t d,
						   double *matrix, void *work, ScPoll poll);
extern void sc_vector_of_dual(const double *unit, size_t n, size_t d,
							  const double *u, double *v);

#endif							/* SC_STATS_CORRELATION_CORRELATION_MATRIX_H */
