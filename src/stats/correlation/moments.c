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

#include "stats/base/products.h"
#include "stats/base/sums.h"
#include "stats/correlation/moments.h"

/*
 * Below this a sum of squares has terms that lost digits to underflow, or all
 * of them.
 */
#define SMALLEST_SQUARES (DBL_MIN / DBL_EPSILON)

/* Per column the block's delta and step; and a centred block. */
size_t
sc_moments_workspace(size_t d)
{
	return (2 * d + SC_BLOCK_SIZE(SC_BLOCK_ROWS(d), d)) * sizeof(double);
}

/*
 * Columns first .. first + width - 1 of count rows: widens their ranges, copies
 * the rows less the pivot into the panel and takes their mean, which it returns,
 * from them.  Columns side by side, each in the order of rows: what the
 * compiler can vectorise without changing a bit, where it knows the width.
 */
static inline void
centre_panel(ScMoments *m, const double *rows, size_t count, size_t first,
			 size_t width, double *panel, double *mean)
{
	const double *pivot = m->pivot + first;
	double	   *min = m->min + first;
	double	   *max = m->max + first;
	double		low[SC_PANEL];
	double		high[SC_PANEL];
	double		sum[SC_PANEL];
	size_t		b;
	size_t		r;

	for (b = 0; b < width; b++)
	{
		low[b] = min[b];
		high[b] = max[b];
		sum[b] = 0.0;
	}
	for (r = 0; r < count; r++)
	{
		const double *row = rows + r * m->d + first;

		for (b = 0; b < width; b++)
		{
			double		difference = row[b] - pivot[b];

			low[b] = row[b] < low[b] ? row[b] : low[b];
			high[b] = row[b] > high[b] ? row[b] : high[b];
			sum[b] += difference;
			panel[r * SC_PANEL + b] = difference;
		}
		for (b = width; b < SC_PANEL; b++)
			panel[r * SC_PANEL + b] = 0.0;
	}
	for (b = 0; b < width; b++)
	{
		min[b] = low[b];
		max[b] = high[b];
		sum[b] /= (double) count;
		mean[b] = sum[b];
	}
	for (r = 0; r < count; r++)
	{
		for (b = 0; b < width; b++)
			panel[r * SC_PANEL + b] -= sum[b];
	}
}

void
sc_moments_add(ScMoments *m, const double *rows, size_t count, void *work)
{
	size_t		d = m->d;
	double	   *delta = work;	/* the block's mean at first */
	double	   *step = delta + d;
	double	   *block = step + d;
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

	for (j = 0; j < d; j += SC_PANEL)
	{
		double	   *panel = block + SC_BLOCK_AT(count, 0, j);

		if (d - j >= SC_PANEL)
			centre_panel(m, rows, count, j, SC_PANEL, panel, delta + j);
		else
			centre_panel(m, rows, count, j, d - j, panel, delta + j);
	}

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

size_t
sc_moments_merge_workspace(size_t d)
{
	return d * sizeof(double);
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
