/*-------------------------------------------------------------------------
 *
 * parallel_analysis.c
 *	  Parallel analysis.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "stats/base/arena.h"
#include "stats/base/normal.h"
#include "stats/base/poll.h"
#include "stats/component/component.h"
#include "stats/imputation/impute.h"
#include "stats/resampling/parallel_analysis.h"
#include "stats/resampling/replicates.h"

/* Pieces of the workspace. */
typedef struct Sample
{
	double	   *x;				/* n x d, column by column */
	double	   *own;			/* d: sqrt(u) */
	double	   *factor;			/* k < d */
	double	   *matrix;			/* d x d */
	double	   *value;			/* d */
	void	   *scratch;		/* of what is called */
	ScImputation imputation;	/* if scores are missing */
} Sample;

/* Lays out the arrays from base on; returns their size. */
static size_t
lay_out(Sample *s, size_t n, size_t d, ScPca pca, bool imputed, void *base)
{
	ScArena		arena = {base, 0};
	size_t		scratch = sc_larger(sc_correlation_matrix_workspace(n, d, pca),
									sc_components_workspace(d, 1));

	s->x = sc_take_doubles(&arena, n * d);
	s->own = sc_take_doubles(&arena, d);
	s->factor = sc_take_doubles(&arena, d);
	s->matrix = sc_take_doubles(&arena, d * d);
	s->value = sc_take_doubles(&arena, d);
	if (imputed)
	{
		s->imputation.spread = sc_take(&arena, d, sizeof(ScSpread));
		s->imputation.weight = sc_take_doubles(&arena, d);
		s->imputation.noise = sc_take_doubles(&arena, d);
		s->imputation.t = sc_take_doubles(&arena, n);
		scratch = sc_larger(scratch, sc_impute_workspace(n, d));
	}
	s->scratch = sc_take(&arena, scratch, 1);
	return arena.used;
}

size_t
sc_parallel_workspace(size_t n, size_t d, ScPca pca, bool imputed)
{
	Sample		s;

	return lay_out(&s, n, d, pca, imputed, NULL);
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
		if (i % 256 == 255)
			sc_poll_now(poll);
	}
}

ScStatus
sc_parallel_threshold(const bool *missing, size_t n, size_t d, ScPca pca, size_t k,
					  const double *loading, uint64_t seed, size_t samples,
					  double quantile, void *work, ScPoll poll, double *value,
					  double *threshold)
{
	Sample		sample;
	size_t		found = 0;
	size_t		s;

	if (d > SC_MAX_DIRECT_COLUMNS)
		return SC_TOO_MANY_COLUMNS;
	if (n < SC_MIN_MODELS)
		return SC_TOO_FEW_MODELS;

	lay_out(&sample, n, d, pca, missing != NULL, work);
	find_own(loading, d, k, sample.own);

	for (s = 0; s < samples; s++)
	{
		ScPhilox	random;
		ScStatus	status;

		sc_poll_now(poll);
		sc_philox_start(&random, seed, SC_NULL_SAMPLES, ((uint64_t) k << 32) + s);
		draw_sample(&sample, n, d, k, loading, &random, poll);
		if (missing != NULL &&
			sc_impute(sample.x, missing, n, d, SC_PARALLEL_TOLERANCE, sample.scratch, poll,
					  &sample.imputation) != SC_OK)
			continue;
		sc_correlation_matrix(sample.x, n, d, pca, sample.matrix, sample.scratch,
							  poll);
		status = sc_eigenvalues(sample.matrix, d, sample.value, sample.scratch);
		if (status != SC_OK)
			return status;
		value[found++] = sample.value[k];
	}
	for (s = found; s < samples; s++)
		value[s] = NAN;
	if (2 * found < samples)
		return SC_NOT_CONVERGED;
	*threshold = sc_quantile(value, found, quantile, poll);
	return SC_OK;
}
