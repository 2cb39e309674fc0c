/*-------------------------------------------------------------------------
 *
 * correlation_matrix.c
 *	  The correlation matrix of the columns of a dense table, and its dual.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "stats/base/products.h"
#include "stats/base/sums.h"
#include "stats/correlation/correlation_matrix.h"
#include "stats/correlation/rank.h"

/*
 * Centred, doubled ranks are integers whose squares sum to at most n^3 / 3.  Up
 * to this n that is below 2^53: products of ranks are summed exactly in doubles,
 * in any order.
 */
#define MAX_EXACT_RANKS ((size_t) 300000)

/* A triangle of sums, and a block of rows. */
static size_t
blocks_workspace(size_t d)
{
	return (SC_TRIANGLE(d) + SC_BLOCK_SIZE(SC_BLOCK_ROWS(d), d)) * sizeof(double);
}

/* The workspace: ranks, and what ranking or the blocks of products need. */
static size_t
spearman_workspace(size_t n, size_t d)
{
	size_t		scratch = sc_mid_ranks_workspace(n);
	size_t		blocks = blocks_workspace(d);
	size_t		ranks = (n * d + 1) / 2 * 2 * sizeof(int32_t);

	return ranks + (scratch > blocks ? scratch : blocks);
}

size_t
sc_correlation_matrix_workspace(size_t n, size_t d, ScPca pca)
{
	return pca == SC_PCA_SPEARMAN ? spearman_workspace(n, d) :
		(n + 1) * d * sizeof(double);
}

/* The workspace past the ranks, aligned for double. */
static void *
past_ranks(int32_t *q, size_t n, size_t d)
{
	return q + (n * d + 1) / 2 * 2;
}

static void
rank_columns(const double *x, size_t n, size_t d, int32_t *q, ScPoll poll)
{
	size_t		j;

	for (j = 0; j < d; j++)
	{
		sc_mid_ranks(x + j * n, n, q + j * n, past_ranks(q, n, d), poll);
		sc_poll_now(poll);
	}
}

static void
put_both(double *matrix, size_t d, size_t i, size_t j, double r)
{
	matrix[i * d + j] = r;
	matrix[j * d + i] = r;
}

/* In blocks of models, as doubles. */
static void
spearman_by_blocks(const int32_t *q, size_t n, size_t d, double *matrix,
				   double *triangle, ScPoll poll)
{
	double	   *block = triangle + SC_TRIANGLE(d);
	size_t		most = SC_BLOCK_ROWS(d);
	size_t		start;
	size_t		i;
	size_t		j;
	size_t		r;

	memset(triangle, 0, blocks_workspace(d));
	for (start = 0; start < n; start += most)
	{
		size_t		count = n - start < most ? n - start : most;

		for (j = 0; j < d; j++)
		{
			for (r = 0; r < count; r++)
				block[SC_BLOCK_AT(count, r, j)] = q[j * n + start + r];
		}
		sc_add_products(triangle, d, block, count, NULL, NULL, SC_KERNEL_BEST);
		sc_poll_now(poll);
	}
	for (i = 0; i < d; i++)
	{
		double		sii = triangle[SC_TRIANGLE_AT(d, i, i)];

		matrix[i * d + i] = 1.0;
		for (j = i + 1; j < d; j++)
			put_both(matrix, d, i, j,
					 sc_rank_correlation((__int128) triangle[SC_TRIANGLE_AT(d, i, j)],
										 (__int128) sii,
										 (__int128) triangle[SC_TRIANGLE_AT(d, j, j)]));
		sc_poll_now(poll);
	}
}

/* In integers, for any number of models. */
static void
spearman_by_pairs(const int32_t *q, size_t n, size_t d, double *matrix, ScPoll poll)
{
	size_t		i;
	size_t		j;

	for (i = 0; i < d; i++)
	{
		__int128	sii = sc_rank_product(q + i * n, q + i * n, n, poll);

		matrix[i * d + i] = 1.0;
		for (j = 0; j < i; j++)
		{
			__int128	sjj = sc_rank_product(q + j * n, q + j * n, n, poll);

			put_both(matrix, d, i, j,
					 sc_rank_correlation(sc_rank_product(q + i * n, q + j * n, n, poll),
										 sii, sjj));
			sc_poll_now(poll);
		}
	}
}

size_t
sc_rank_matrix_workspace(size_t d)
{
	return blocks_workspace(d);
}

void
sc_rank_matrix(const int32_t *rank, size_t n, size_t d, double *matrix,
			   void *work, ScPoll poll)
{
	if (n <= MAX_EXACT_RANKS)
		spearman_by_blocks(rank, n, d, matrix, work, poll);
	else
		spearman_by_pairs(rank, n, d, matrix, poll);
}

static void
pearson_matrix(const double *x, size_t n, size_t d, double *matrix,
			   void *work, ScPoll poll)
{
	double	   *squares = work;
	double	   *u = squares + d;
	size_t		i;
	size_t		j;

	for (j = 0; j < d; j++)
	{
		sc_centre(x + j * n, n, u + j * n, poll);
		squares[j] = sc_dot(u + j * n, u + j * n, n, poll);
		sc_poll_now(poll);
	}

	for (i = 0; i < d; i++)
	{
		matrix[i * d + i] = 1.0;
		for (j = 0; j < i; j++)
			put_both(matrix, d, i, j,
					 sc_pearson_ratio(sc_dot(u + i * n, u + j * n, n, poll),
									  squares[i], squares[j]));
		sc_poll_now(poll);
	}
}

void
sc_correlation_matrix(const double *x, size_t n, size_t d, ScPca pca,
					  double *matrix, void *work, ScPoll poll)
{
	int32_t    *q = work;

	switch (pca)
	{
		case SC_PCA_SPEARMAN:
			rank_columns(x, n, d, q, poll);
			sc_rank_matrix(q, n, d, matrix, past_ranks(q, n, d), poll);
			break;
		case SC_PCA_PEARSON:
			pearson_matrix(x, n, d, matrix, work, poll);
			break;
	}
}

/* ----------
 * The dual
 * ----------
 */

void
sc_unit_columns(const double *x, size_t n, size_t d, ScPca pca, double *unit,
				void *work, ScPoll poll)
{
	int32_t    *q = work;
	void	   *scratch = q + (n + 1) / 2 * 2;
	size_t		i;
	size_t		j;

	for (j = 0; j < d; j++)
	{
		double	   *u = unit + j * n;
		double		length;

		if (pca == SC_PCA_SPEARMAN)
		{
			sc_mid_ranks(x + j * n, n, q, scratch, poll);
			length = sqrt((double) sc_rank_product(q, q, n, poll));
			for (i = 0; i < n; i++)
				u[i] = q[i] / length;
		}
		else
		{
			sc_centre(x + j * n, n, u, poll);
			length = sqrt(sc_dot(u, u, n, poll));
			for (i = 0; i < n; i++)
				u[i] /= length;
		}
		sc_poll_now(poll);
	}
}

size_t
sc_dual_matrix_workspace(size_t n)
{
	return blocks_workspace(n);
}

void
sc_dual_matrix(const double *unit, size_t n, size_t d, double *matrix,
			   void *work, ScPoll poll)
{
	double	   *triangle = work;
	double	   *block = triangle + SC_TRIANGLE(n);
	size_t		most = SC_BLOCK_ROWS(n);
	size_t		start;
	size_t		i;
	size_t		j;
	size_t		r;

	memset(work, 0, sc_dual_matrix_workspace(n));
	for (start = 0; start < d; start += most)
	{
		size_t		count = d - start < most ? d - start : most;

		for (r = 0; r < count; r++)
		{
			for (i = 0; i < n; i++)
				block[SC_BLOCK_AT(count, r, i)] = unit[(start + r) * n + i];
		}
		sc_add_products(triangle, n, block, count, NULL, NULL, SC_KERNEL_BEST);
		sc_poll_now(poll);
	}
	for (i = 0; i < n; i++)
	{
		for (j = i; j < n; j++)
			put_both(matrix, n, i, j, triangle[SC_TRIANGLE_AT(n, i, j)]);
	}
}

void
sc_vector_of_dual(const double *unit, size_t n, size_t d, const double *u, double *v)
{
	double		length = 0.0;
	size_t		j;

	for (j = 0; j < d; j++)
	{
		v[j] = sc_dot(unit + j * n, u, n, NULL);
		length += v[j] * v[j];
	}
	length = sqrt(length);
	for (j = 0; j < d && length > 0.0; j++)
		v[j] /= length;
}
