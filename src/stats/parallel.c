/*-------------------------------------------------------------------------
 *
 * parallel.c
 *	  Parallel analysis.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "component.h"
#include "normal.h"
#include "parallel.h"
#include "private.h"
#include "rank.h"

/* Pieces of the workspace. */
typedef struct Sample
{
	double	   *x;				/* n x d, column by column */
	double	   *own;			/* d: sqrt(u) */
	double	   *factor;			/* k < d */
	double	   *matrix;			/* d x d */
	double	   *value;			/* d */
	void	   *scratch;		/* of what is called */
} Sample;

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* In the end, of the samples: an order, and a copy of their eigenvalues. */
size_t
sc_parallel_workspace(size_t n, size_t d, ScPca pca, size_t samples)
{
	size_t		one = (n * d + 3 * d + d * d) * sizeof(double) +
		larger(sc_correlation_matrix_workspace(n, d, pca),
			   sc_components_workspace(d, 1));
	size_t		all = samples * (sizeof(double) + sizeof(uint32_t)) +
		sc_sort_workspace(samples);

	return larger(one, all);
}

/* What of each column's variance the k components leave to itself. */
static void
find_own(const double *loading, size_t d, size_t k, double *own)
{
	size_t		c;
	size_t		j;

	for (j = 0; j < d; j++)
	{
		double		left = 1.0;

		for (c = 0; c < k; c++)
			left -= loading[c * d + j] * loading[c * d + j];
		own[j] = sqrt(fmax(left, SC_MIN_UNIQUENESS));
	}
}

/* Draws n models. */
static void
draw_sample(const Sample *s, size_t n, size_t d, size_t k,
			const double *loading, ScPhilox *random, ScPoll poll)
{
	size_t		c;
	size_t		i;
	size_t		j;

	for (i = 0; i < n; i++)
	{
		for (c = 0; c < k; c++)
			s->factor[c] = sc_philox_normal(random);
		for (j = 0; j < d; j++)
		{
			double		common = 0.0;

			for (c = 0; c < k; c++)
				common += loading[c * d + j] * s->factor[c];
			s->x[j * n + i] = common + s->own[j] * sc_philox_normal(random);
		}
		if (poll != NULL && i % 256 == 255)
			poll();
	}
}

/* Sorts the values; the quantile of type 7. */
static double
sort_and_cut(double *value, size_t samples, double quantile, void *work,
			 ScPoll poll)
{
	double	   *copy = work;
	uint32_t   *order = (uint32_t *) (copy + samples);
	double		position = (double) (samples - 1) * quantile;
	size_t		below = (size_t) position;
	size_t		s;

	memcpy(copy, value, samples * sizeof(double));
	for (s = 0; s < samples; s++)
		order[s] = (uint32_t) s;
	sc_sort_order(copy, samples, order, order + samples, poll);
	for (s = 0; s < samples; s++)
		value[s] = copy[order[s]];

	if (below + 1 >= samples)
		return value[samples - 1];
	return value[below] + (position - (double) below) *
		(value[below + 1] - value[below]);
}

ScStatus
sc_parallel_threshold(size_t n, size_t d, ScPca pca, size_t k,
					  const double *loading, uint64_t seed, size_t samples,
					  double quantile, void *work, ScPoll poll, double *value,
					  double *threshold)
{
	Sample		sample;
	size_t		s;

	if (d > SC_MAX_DIRECT_COLUMNS)
		return SC_TOO_MANY_COLUMNS;
	if (n < SC_MIN_MODELS)
		return SC_TOO_FEW_MODELS;

	sample.x = work;
	sample.own = sample.x + n * d;
	sample.factor = sample.own + d;
	sample.value = sample.factor + d;
	sample.matrix = sample.value + d;
	sample.scratch = sample.matrix + d * d;
	find_own(loading, d, k, sample.own);

	for (s = 0; s < samples; s++)
	{
		ScPhilox	random;
		ScStatus	status;

		if (poll != NULL)
			poll();
		sc_philox_start(&random, seed, SC_NULL_SAMPLES, ((uint64_t) k << 32) + s);
		draw_sample(&sample, n, d, k, loading, &random, poll);
		sc_correlation_matrix(sample.x, n, d, pca, sample.matrix, sample.scratch,
							  poll);
		status = sc_eigenvalues(sample.matrix, d, sample.value, sample.scratch);
		if (status != SC_OK)
			return status;
		value[s] = sample.value[k];
	}
	*threshold = sort_and_cut(value, samples, quantile, work, poll);
	return SC_OK;
}
