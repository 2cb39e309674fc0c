/*-------------------------------------------------------------------------
 *
 * moments.c
 *	  Streaming means and co-moments of rows of d scores, mergeable.
 *
 * Where a column does not vary, its differences from the pivot, its mean, its
 * deviations and every product with them are exactly 0: no test is needed to
 * keep its co-moments at exactly 0 through any additions and merges.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "moments.h"
#include "private.h"

/*
 * Below this a sum of squares has terms that lost digits to underflow, or all
 * of them.
 */
#define SMALLEST_SQUARES (DBL_MIN / DBL_EPSILON)

/* The mean (or its difference) of each column, and a centred block. */
size_t
sc_moments_workspace(size_t d)
{
	return (1 + SC_MOMENTS_BLOCK) * d * sizeof(double);
}

/*
 * The co-moments of a block of count rows, added to those of the n rows so
 * far: c[j * SC_MOMENTS_BLOCK + r] is row r of column j about the block's mean,
 * delta the block's mean less the mean so far, factor = n count / (n + count).
 *
 * Each product is summed over the rows in their order, from zero, and then
 * added to what was there: a kernel that takes other columns side by side
 * gives the same bits.  Here it is four, for independent additions.
 */
static void
add_block(double *comoment, size_t d, const double *c, size_t count,
		  const double *delta, double factor)
{
	size_t		i;
	size_t		j;
	size_t		r;

	for (i = 0; i < d; i++)
	{
		const double *ci = c + i * SC_MOMENTS_BLOCK;
		double		step = delta[i] * factor;

		for (j = i; j + 3 < d; j += 4)
		{
			const double *c0 = c + j * SC_MOMENTS_BLOCK;
			const double *c1 = c0 + SC_MOMENTS_BLOCK;
			const double *c2 = c1 + SC_MOMENTS_BLOCK;
			const double *c3 = c2 + SC_MOMENTS_BLOCK;
			double		s0 = 0.0;
			double		s1 = 0.0;
			double		s2 = 0.0;
			double		s3 = 0.0;

			for (r = 0; r < count; r++)
			{
				s0 += ci[r] * c0[r];
				s1 += ci[r] * c1[r];
				s2 += ci[r] * c2[r];
				s3 += ci[r] * c3[r];
			}
			comoment[0] += s0 + step * delta[j];
			comoment[1] += s1 + step * delta[j + 1];
			comoment[2] += s2 + step * delta[j + 2];
			comoment[3] += s3 + step * delta[j + 3];
			comoment += 4;
		}
		for (; j < d; j++)
		{
			const double *cj = c + j * SC_MOMENTS_BLOCK;
			double		s = 0.0;

			for (r = 0; r < count; r++)
				s += ci[r] * cj[r];
			*comoment += s + step * delta[j];
			comoment++;
		}
	}
}

void
sc_moments_add(ScMoments *m, const double *rows, size_t count, void *work)
{
	size_t		d = m->d;
	double	   *delta = work;
	double	   *c = delta + d;
	double		total = (double) m->n + (double) count;
	double		share = (double) count / total;
	size_t		j;
	size_t		r;

	if (m->n == 0)
	{
		memcpy(m->pivot, rows, d * sizeof(double));
		memcpy(m->min, rows, d * sizeof(double));
		memcpy(m->max, rows, d * sizeof(double));
		for (j = 0; j < d; j++)
			m->mean[j] = 0.0;
		for (j = 0; j < SC_COMOMENTS(d); j++)
			m->comoment[j] = 0.0;
	}

	for (j = 0; j < d; j++)
	{
		double	   *cj = c + j * SC_MOMENTS_BLOCK;
		double		pivot = m->pivot[j];
		double		mean = 0.0;

		for (r = 0; r < count; r++)
		{
			double		x = rows[r * d + j];

			if (x < m->min[j])
				m->min[j] = x;
			if (x > m->max[j])
				m->max[j] = x;
			cj[r] = x - pivot;
			mean += cj[r];
		}
		mean /= (double) count;
		for (r = 0; r < count; r++)
			cj[r] -= mean;
		delta[j] = mean - m->mean[j];
		m->mean[j] += delta[j] * share;
	}

	add_block(m->comoment, d, c, count, delta, (double) m->n * share);
	m->n += (int64_t) count;
}

bool
sc_moments_merge(ScMoments *a, const ScMoments *b, void *work)
{
	size_t		d = a->d;
	double	   *delta = work;
	double	   *comoment = a->comoment;
	const double *other = b->comoment;
	double		share;
	double		factor;
	size_t		i;
	size_t		j;

	if (b->n > INT64_MAX - a->n)
		return false;
	if (b->n == 0)
		return true;
	if (a->n == 0)
	{
		a->n = b->n;
		memcpy(a->pivot, b->pivot, d * sizeof(double));
		memcpy(a->mean, b->mean, d * sizeof(double));
		memcpy(a->min, b->min, d * sizeof(double));
		memcpy(a->max, b->max, d * sizeof(double));
		memcpy(a->comoment, b->comoment, SC_COMOMENTS(d) * sizeof(double));
		return true;
	}

	share = (double) b->n / ((double) a->n + (double) b->n);
	factor = (double) a->n * share;
	for (j = 0; j < d; j++)
	{
		/* b's mean from a's pivot: the two pivots differ by little */
		delta[j] = (b->mean[j] + (b->pivot[j] - a->pivot[j])) - a->mean[j];
		a->mean[j] += delta[j] * share;
		if (b->min[j] < a->min[j])
			a->min[j] = b->min[j];
		if (b->max[j] > a->max[j])
			a->max[j] = b->max[j];
	}
	for (i = 0; i < d; i++)
	{
		double		step = delta[i] * factor;

		for (j = i; j < d; j++)
			*comoment++ += *other++ + step * delta[j];
	}
	a->n += b->n;
	return true;
}

ScStatus
sc_moments_correlation(const ScMoments *m, double *mean, double *sd,
					   double *matrix, size_t *constant)
{
	size_t		d = m->d;
	size_t		i;
	size_t		j;

	if (m->n < SC_MIN_MODELS)
		return SC_TOO_FEW_MODELS;
	for (j = 0; j < d; j++)
	{
		if (m->min[j] == m->max[j] ||
			m->comoment[SC_COMOMENT(d, j, j)] < SMALLEST_SQUARES)
		{
			*constant = j;
			return SC_CONSTANT_COLUMN;
		}
	}

	for (i = 0; i < d; i++)
	{
		double		sii = m->comoment[SC_COMOMENT(d, i, i)];

		mean[i] = m->pivot[i] + m->mean[i];
		sd[i] = sqrt(sii / (double) m->n);
		matrix[i * d + i] = 1.0;
		for (j = i + 1; j < d; j++)
		{
			double		r;

			r = sc_pearson_ratio(m->comoment[SC_COMOMENT(d, i, j)], sii,
								 m->comoment[SC_COMOMENT(d, j, j)]);
			matrix[i * d + j] = r;
			matrix[j * d + i] = r;
		}
	}
	return SC_OK;
}
