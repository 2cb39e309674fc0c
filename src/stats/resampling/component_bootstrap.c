/*-------------------------------------------------------------------------
 *
 * component_bootstrap.c
 *	  Bootstrap replicates of explained shares and loadings.
 *
 * A resample is written out, row by row, and given to the code that the full
 * sample goes through: so it has the bits that it would have as a table of its
 * own.  Only its ranks are not sorted for: each column is sorted once, and a
 * pass over that order, with how often each model was taken, gives the mid-ranks
 * of the resample.  Where scores are missing imputed_resample.c counts models, or
 * what it leaves is sorted for.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "stats/base/arena.h"
#include "stats/base/philox.h"
#include "stats/base/sums.h"
#include "stats/component/component.h"
#include "stats/component/power_method.h"
#include "stats/correlation/rank.h"
#include "stats/imputation/impute.h"
#include "stats/resampling/component_bootstrap.h"
#include "stats/resampling/imputed_resample.h"

/* The table, and pieces of the workspace. */
typedef struct Bootstrap
{
	const double *x;
	const bool *missing;		/* or NULL: none */
	size_t		n;
	size_t		d;
	ScPca		pca;
	size_t		wanted;
	double	   *matrix;			/* d x d */
	double	   *value;			/* d */
	double	   *vector;			/* wanted x d */
	uint32_t   *taken;			/* n: how often each model was */
	uint32_t   *row;			/* n: the model in each row of the resample */
	void	   *scratch;		/* of what is called */

	/* Spearman without missing scores: ranked; only then */
	bool		ranked;
	uint32_t   *order;			/* n x d, each column's */
	int32_t    *model_rank;		/* n, ranks of models in one column */
	int32_t    *rank;			/* n x d, those of the resample */

	/* only otherwise */
	double	   *column;			/* n x d, the resample */

	/* only with missing scores */
	bool	   *gone;			/* n x d, of the resample */
	ScImputation imputation;
	void	   *near_work;
	ScImputedResample near;
} Bootstrap;

static size_t
scratch_size(size_t n, size_t d, ScPca pca, size_t wanted, bool imputed)
{
	size_t		size = sc_larger(sc_components_workspace(d, wanted), sc_power_workspace(d));

	if (imputed)
		size = sc_larger(size, sc_impute_workspace(n, d));
	if (pca == SC_PCA_SPEARMAN && !imputed)
		return sc_larger(size, sc_larger(sc_rank_matrix_workspace(d),
										 sc_sort_workspace(n)));
	return sc_larger(size, sc_correlation_matrix_workspace(n, d, pca));
}

/* Lays out the arrays from base on; returns their size. */
static size_t
lay_out(Bootstrap *s, size_t n, size_t d, ScPca pca, size_t wanted, bool imputed,
		void *base)
{
	ScArena		arena = {base, 0};

	s->n = n;
	s->d = d;
	s->pca = pca;
	s->wanted = wanted;
	s->ranked = pca == SC_PCA_SPEARMAN && !imputed;
	s->matrix = sc_take_doubles(&arena, d * d);
	s->value = sc_take_doubles(&arena, d);
	s->vector = sc_take_doubles(&arena, wanted * d);
	s->taken = sc_take(&arena, n, sizeof(uint32_t));
	s->row = sc_take(&arena, n, sizeof(uint32_t));
	if (s->ranked)
	{
		s->order = sc_take(&arena, n * d, sizeof(uint32_t));
		s->model_rank = sc_take(&arena, n, sizeof(int32_t));
		s->rank = sc_take(&arena, n * d, sizeof(int32_t));
	}
	else
		s->column = sc_take_doubles(&arena, n * d);
	if (imputed)
	{
		s->gone = sc_take(&arena, n * d, sizeof(bool));
		s->imputation.spread = sc_take(&arena, d, sizeof(ScSpread));
		s->imputation.weight = sc_take_doubles(&arena, d);
		s->imputation.noise = sc_take_doubles(&arena, d);
		s->imputation.t = sc_take_doubles(&arena, n);
		s->near_work = sc_take(&arena, sc_imputed_resample_workspace(n, d), 1);
	}
	s->scratch = sc_take(&arena, scratch_size(n, d, pca, wanted, imputed), 1);
	return arena.used;
}

size_t
sc_component_bootstrap_workspace(size_t n, size_t d, ScPca pca, size_t wanted,
								 bool imputed)
{
	Bootstrap	s;

	return lay_out(&s, n, d, pca, wanted, imputed, NULL);
}

static void
sort_columns(Bootstrap *s, ScPoll poll)
{
	size_t		n = s->n;
	size_t		j;

	for (j = 0; j < s->d; j++)
	{
		sc_sort_values(s->x + j * n, n, s->order + j * n, s->scratch, poll);
		sc_poll_now(poll);
	}
}

/* Takes n models, into rows in ascending order; returns how many different ones. */
static size_t
take_models(Bootstrap *s, ScPhilox *random, ScPoll poll)
{
	size_t		different = 0;
	size_t		r = 0;
	size_t		i;
	uint32_t	times;

	for (i = 0; i < s->n; i++)
	{
		s->taken[i] = 0;
		sc_poll_at(poll, i);
	}
	for (i = 0; i < s->n; i++)
	{
		s->taken[sc_philox_index(random, s->n)]++;
		sc_poll_at(poll, i);
	}
	for (i = 0; i < s->n; i++)
	{
		different += s->taken[i] > 0;
		for (times = s->taken[i]; times > 0; times--)
			s->row[r++] = (uint32_t) i;
		sc_poll_at(poll, i);
	}
	return different;
}

/*
 * The mid-ranks, as of sc_mid_ranks(), of the models in column j of the
 * resample, in which model i stands taken[i] times; of one that was not taken,
 * no matter.  False if the column is constant.
 */
static bool
rank_models(Bootstrap *s, size_t j, ScPoll poll)
{
	const double *x = s->x + j * s->n;
	const uint32_t *order = s->order + j * s->n;
	size_t		below = 0;		/* rows of the resample */
	size_t		end;
	size_t		begin;

	for (begin = 0; begin < s->n; begin = end)
	{
		double		value = x[order[begin]];
		size_t		equal = 0;
		int32_t		shared;
		size_t		i;

		for (end = begin; end < s->n && x[order[end]] == value; end++)
		{
			equal += s->taken[order[end]];
			sc_poll_at(poll, end);
		}
		if (equal == s->n)
			return false;
		shared = (int32_t) ((int64_t) (2 * below + equal) - (int64_t) s->n);
		for (i = begin; i < end; i++)
		{
			s->model_rank[order[i]] = shared;
			sc_poll_at(poll, i);
		}
		below += equal;
	}
	return true;
}

/* The correlation matrix of the resample; false if a column is constant. */
static bool
correlate_resample(Bootstrap *s, ScPoll poll)
{
	size_t		n = s->n;
	size_t		i;
	size_t		j;

	for (j = 0; j < s->d; j++)
	{
		if (s->pca == SC_PCA_SPEARMAN)
		{
			if (!rank_models(s, j, poll))
				return false;
			for (i = 0; i < n; i++)
			{
				s->rank[j * n + i] = s->model_rank[s->row[i]];
				sc_poll_at(poll, i);
			}
		}
		else
		{
			for (i = 0; i < n; i++)
			{
				s->column[j * n + i] = s->x[j * n + s->row[i]];
				sc_poll_at(poll, i);
			}
			if (sc_is_constant(s->column + j * n, n, poll))
				return false;
		}
		sc_poll_now(poll);
	}

	if (s->pca == SC_PCA_SPEARMAN)
		sc_rank_matrix(s->rank, n, s->d, s->matrix, s->scratch, poll);
	else
		sc_correlation_matrix(s->column, n, s->d, s->pca, s->matrix, s->scratch,
							  poll);
	return true;
}

/* The same of one that has to be imputed; false if it cannot be. */
static bool
correlate_imputed(Bootstrap *s, ScPoll poll)
{
	size_t		n = s->n;
	ScResampled near = sc_impute_resample(&s->near, s->taken, n, s->matrix, poll);
	size_t		i;
	size_t		j;

	if (near != SC_BY_DEFINITION)
		return near == SC_RESAMPLED;
	for (j = 0; j < s->d; j++)
	{
		for (i = 0; i < n; i++)
		{
			size_t		at = j * n + s->row[i];

			s->gone[j * n + i] = s->missing[at];
			s->column[j * n + i] = s->missing[at] ? 0.0 : s->x[at];
			sc_poll_at(poll, i);
		}
		sc_poll_now(poll);
	}
	if (sc_impute(s->column, s->gone, n, s->d, SC_IMPUTE_TOLERANCE, s->scratch, poll, &s->imputation) != SC_OK)
		return false;
	sc_correlation_matrix(s->column, n, s->d, s->pca, s->matrix, s->scratch, poll);
	return true;
}

/* Puts the loadings of component k, if it is defined, at [b]. */
static void
put_loadings(const Bootstrap *s, size_t k, bool defined, const double *reference, size_t b,
			 ScComponentReplicates *out)
{
	const double *v = s->vector + k * s->d;
	double		scale = sqrt(s->value[k]);
	size_t		j;

	if (!defined)
		scale = NAN;
	else if (k > 0)
	{
		double		product = 0.0;

		for (j = 0; j < s->d; j++)
			product += v[j] * reference[k * s->d + j];
		if (product < 0.0)
			scale = -scale;
	}
	for (j = 0; j < s->d; j++)
		out->loading[(k * s->d + j) * out->stride + b] = v[j] * scale + 0.0;
}

/* What the resample that matrix is of gives, or if there is none NaN, at [b]. */
static ScStatus
put_replicate(Bootstrap *s, bool valid, const double *reference, size_t b,
			  ScPoll poll, ScComponentReplicates *out)
{
	ScStatus	status;
	size_t		i;
	size_t		k;

	if (!valid)
	{
		for (k = 0; k < s->wanted; k++)
			out->share[k * out->stride + b] = NAN;
		for (i = 0; out->loading != NULL && i < s->wanted * s->d; i++)
			out->loading[i * out->stride + b] = NAN;
		return SC_OK;
	}

	if (out->loading == NULL)
		status = sc_eigenvalues(s->matrix, s->d, s->value, s->scratch);
	else if (s->wanted == 1)
	{
		status = sc_first_component_near(s->matrix, s->d, reference, s->value, s->vector,
										 s->scratch, poll);
		if (status == SC_OK)
		{
			sc_orient_component(s->vector, s->d, 0);
			out->share[b] = s->value[0] / (double) s->d;
			put_loadings(s, 0, true, reference, b, out);
			return SC_OK;
		}
		if (status == SC_UNDEFINED_COMPONENT)
			status = sc_components(s->matrix, s->d, 1, s->value, s->vector, s->scratch, poll);
	}
	else
		status = sc_components(s->matrix, s->d, s->wanted, s->value, s->vector,
							   s->scratch, poll);
	if (status != SC_OK)
		return status;

	for (k = 0; k < s->wanted; k++)
	{
		out->share[k * out->stride + b] = s->value[k] / (double) s->d;
		if (out->loading != NULL)
			put_loadings(s, k, sc_component_is_defined(s->value, s->d, k), reference, b, out);
	}
	return SC_OK;
}

ScStatus
sc_component_bootstrap(const double *x, const bool *missing, size_t n, size_t d,
					   ScPca pca, size_t wanted, const double *reference,
					   uint64_t seed, void *work, ScPoll poll,
					   ScComponentReplicates *out)
{
	Bootstrap	s;
	size_t		b;

	if (d > SC_MAX_DIRECT_COLUMNS)
		return SC_TOO_MANY_COLUMNS;
	if (n < SC_MIN_MODELS)
		return SC_TOO_FEW_MODELS;

	s.x = x;
	s.missing = missing;
	lay_out(&s, n, d, pca, wanted, missing != NULL, work);
	if (s.ranked)
		sort_columns(&s, poll);
	if (missing != NULL)
		sc_begin_imputed_resample(&s.near, x, missing, n, d, pca, s.near_work, poll);

	for (b = 0; b < out->count; b++)
	{
		ScPhilox	random;
		bool		valid;
		ScStatus	status;

		sc_poll_now(poll);
		sc_philox_start(&random, seed, SC_RESAMPLE_MODELS, out->first + b);
		valid = take_models(&s, &random, poll) >= SC_MIN_MODELS &&
			(missing == NULL ? correlate_resample(&s, poll) : correlate_imputed(&s, poll));
		status = put_replicate(&s, valid, reference, b, poll, out);
		if (status != SC_OK)
			return status;
	}
	return SC_OK;
}
