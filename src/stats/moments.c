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
#include "products.h"

/*
 * Below this a sum of squares has terms that lost digits to underflow, or all
 * of them.
 */
#define SMALLEST_SQUARES (DBL_MIN / DBL_EPSILON)

/* Per column the block's mean, its step and delta; and a centred block. */
size_t
sc_moments_workspace(size_t d)
{
	return (2 + SC_BLOCK_ROWS) * SC_BLOCK_STRIDE(d) * sizeof(double);
}

/*
 * Copies the rows less the pivot into the block, sums them up and widens the
 * ranges.  Column by column in the order of rows, side by side: loops that the
 * compiler can vectorise without changing a bit.
 */
static void
take_rows(ScMoments *m, const double *restrict rows, size_t count,
		  double *restrict block, double *restrict sum)
{
	size_t		d = m->d;
	const double *restrict pivot = m->pivot;
	double	   *restrict min = m->min;
	double	   *restrict max = m->max;
	size_t		j;
	size_t		r;

	for (r = 0; r < count; r++)
	{
		for (j = 0; j < d; j++)
		{
			double		x = rows[j];

			min[j] = x < min[j] ? x : min[j];
			max[j] = x > max[j] ? x : max[j];
			block[j] = x - pivot[j];
			sum[j] += block[j];
		}
		rows += d;
		block += SC_BLOCK_STRIDE(d);
	}
}

static void
centre_block(double *restrict block, size_t count, size_t stride,
			 const double *restrict mean)
{
	size_t		j;
	size_t		r;

	for (r = 0; r < count; r++)
	{
		for (j = 0; j < stride; j++)
			block[j] -= mean[j];
		block += stride;
	}
}

void
sc_moments_add(ScMoments *m, const double *rows, size_t count, void *work)
{
	size_t		d = m->d;
	size_t		stride = SC_BLOCK_STRIDE(d);
	double	   *delta = work;	/* the block's mean at first */
	double	   *step = delta + stride;
	double	   *block = step + stride;
	double		total = (double) m->n + (double) count;
	double		share = (double) count / total;
	double		factor = (double) m->n * share;
	size_t		j;

	if (m->n == 0)
	{
		memcpy(m->pivot, rows, d * sizeof(double));
		memcpy(m->min, rows, d * sizeof(double));
		memcpy(m->max, rows, d * sizeof(double));
		for (j = 0; j < d; j++)
			m->mean[j] = 0.0;
		for (j = 0; j < SC_TRIANGLE(d); j++)
			m->comoment[j] = 0.0;
	}

	memset(work, 0, (2 + count) * stride * sizeof(double));
	take_rows(m, rows, count, block, delta);
	for (j = 0; j < d; j++)
		delta[j] /= (double) count;
	centre_block(block, count, stride, delta);

	/* Chan, Golub & LeVeque: the block's mean less the mean so far */
	for (j = 0; j < d; j++)
	{
		delta[j] -= m->mean[j];
		m->mean[j] += delta[j] * share;
		step[j] = delta[j] * factor;
	}
	sc_add_products(m->comoment, d, block, count, step, delta, SC_KERNEL_BEST);
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
		memcpy(a->comoment, b->comoment, SC_TRIANGLE(d) * sizeof(double));
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
			m->comoment[SC_TRIANGLE_AT(d, j, j)] < SMALLEST_SQUARES)
		{
			*constant = j;
			return SC_CONSTANT_COLUMN;
		}
	}

	for (i = 0; i < d; i++)
	{
		double		sii = m->comoment[SC_TRIANGLE_AT(d, i, i)];

		mean[i] = m->pivot[i] + m->mean[i];
		sd[i] = sqrt(sii / (double) m->n);
		matrix[i * d + i] = 1.0;
		for (j = i + 1; j < d; j++)
		{
			double		r;

			r = sc_pearson_ratio(m->comoment[SC_TRIANGLE_AT(d, i, j)], sii,
								 m->comoment[SC_TRIANGLE_AT(d, j, j)]);
			matrix[i * d + j] = r;
			matrix[j * d + i] = r;
		}
	}
	return SC_OK;
}
