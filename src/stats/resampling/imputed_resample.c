/*-------------------------------------------------------------------------
 *
 * imputed_resample.c
 *	  The correlation matrix of resamples of the models whose missing scores are
 *	  imputed anew, from near.
 *
 * What is imputed in a column goes with t: so the models are sorted by t once, and
 * the ranks of each column come of merging those it imputes with those it has, whose
 * order is that of all models.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "stats/base/arena.h"
#include "stats/base/sums.h"
#include "stats/component/power_method.h"
#include "stats/correlation/rank.h"
#include "stats/resampling/imputed_resample.h"

/* Fewer different models than this take no time anyway. */
#define LEAST_MODELS 12

/* Of so many rows sums of products of ranks are exact in doubles. */
#define MOST_ROWS ((size_t) 100000)

/* How far from a component of its matrix the weights may be found. */
#define LARGEST_RESIDUAL 1e-6

/* ----------
 * The workspace
 * ----------
 */

static size_t
lay_out(ScImputedResample *r, size_t n, size_t d, void *base)
{
	ScArena		arena = {base, 0};
	ScImputer  *s = &r->s;

	r->start = sc_take(&arena, d + 1, sizeof(size_t));
	r->order = sc_take(&arena, n * d, sizeof(uint32_t));
	r->w = sc_take_doubles(&arena, n * d);
	r->mean = sc_take_doubles(&arena, d);
	r->sd = sc_take_doubles(&arena, d);
	r->weight = sc_take_doubles(&arena, d);
	r->number = sc_take(&arena, n, sizeof(uint32_t));
	r->group = sc_take(&arena, d, sizeof(uint32_t));
	r->by_t = sc_take(&arena, n, sizeof(uint32_t));
	r->merged = sc_take(&arena, n, sizeof(uint32_t));
	r->key = sc_take_doubles(&arena, n);
	r->z = sc_take_doubles(&arena, n * d);
	r->counted = sc_take_doubles(&arena, n);
	r->squares = sc_take_doubles(&arena, d);
	r->root = sc_take_doubles(&arena, d);
	r->sort = sc_take(&arena, sc_sort_workspace(n), 1);

	r->score = sc_take_doubles(&arena, n * d);
	sc_imputer_take(s, &arena, n, d);
	s->history = sc_take_doubles(&arena, 4 * (3 * d + 1));
	return arena.used;
}

/* What is needed only to impute the table itself. */
typedef struct Whole
{
	double	   *x;				/* n x d */
	ScImputation imputation;
	void	   *work;
} Whole;

static size_t
lay_out_whole(Whole *whole, size_t n, size_t d, void *base)
{
	ScArena		arena = {base, 0};

	whole->x = sc_take_doubles(&arena, n * d);
	whole->imputation.spread = sc_take(&arena, d, sizeof(ScSpread));
	whole->imputation.weight = sc_take_doubles(&arena, d);
	whole->imputation.noise = sc_take_doubles(&arena, d);
	whole->imputation.t = sc_take_doubles(&arena, n);
	whole->work = sc_take(&arena, sc_impute_workspace(n, d), 1);
	return arena.used;
}

size_t
sc_imputed_resample_workspace(size_t n, size_t d)
{
	ScImputedResample r;
	Whole		whole;

	return lay_out(&r, n, d, NULL) + lay_out_whole(&whole, n, d, NULL);
}

/* ----------
 * All models
 * ----------
 */

/* The observed scores of each column in their order, and the units they are in. */
static void
sort_observed(ScImputedResample *r, ScPoll poll)
{
	size_t		at = 0;
	size_t		i;
	size_t		j;
	size_t		k;

	r->start[0] = 0;
	for (j = 0; j < r->d; j++)
	{
		const double *x = r->x + j * r->n;
		const bool *gone = r->missing + j * r->n;
		uint32_t   *order = r->order + at;
		size_t		n_j = 0;

		for (i = 0; i < r->n; i++)
		{
			if (!gone[i])
			{
				order[n_j] = (uint32_t) i;
				r->key[n_j++] = x[i];
			}
		}
		sc_spread(r->key, n_j, poll, &r->s.observed[j]);
		sc_sort_order(x, n_j, order, r->sort, poll);
		for (k = 0; k < n_j; k++)
			r->w[at + k] = (x[order[k]] - r->s.observed[j].pivot - r->s.observed[j].centre) /
				r->s.observed[j].sd;
		r->start[j + 1] = at += n_j;
		sc_poll_now(poll);
	}
}

/* Has every model a score? */
static bool
all_have_scores(const ScImputedResample *r, ScPoll poll)
{
	size_t		i;
	size_t		j;

	for (i = 0; i < r->n; i++)
	{
		for (j = 0; j < r->d && r->missing[j * r->n + i]; j++)
			;
		if (j == r->d)
			return false;
		if (i % 256 == 255)
			sc_poll_now(poll);
	}
	return true;
}

/* The estimate of all models, from which resamples begin; false if there is none. */
static bool
impute_whole(ScImputedResample *r, Whole *whole, ScPoll poll)
{
	ScImputation *found = &whole->imputation;
	double		squares = 0.0;
	size_t		i;
	size_t		j;

	for (j = 0; j < r->d; j++)
	{
		for (i = 0; i < r->n; i++)
			whole->x[j * r->n + i] = r->missing[j * r->n + i] ? 0.0 : r->x[j * r->n + i];
		sc_poll_now(poll);
	}
	if (sc_impute(whole->x, r->missing, r->n, r->d, SC_IMPUTE_TOLERANCE, whole->work, poll,
				  found) != SC_OK || found->steps == 0)
		return false;
	sort_observed(r, poll);
	for (j = 0; j < r->d; j++)
	{
		const ScSpread *o = &r->s.observed[j];

		r->weight[j] = found->weight[j];
		r->mean[j] = (found->spread[j].centre - o->centre) / o->sd;
		r->sd[j] = found->spread[j].sd / o->sd;
	}
	for (i = 0; i < r->n; i++)
		squares += found->t[i] * found->t[i];
	r->lambda = squares / (double) r->n;
	return true;
}

void
sc_begin_imputed_resample(ScImputedResample *r, const double *x, const bool *missing, size_t n,
						  size_t d, ScPca pca, void *work, ScPoll poll)
{
	Whole		whole;
	size_t		size;

	r->x = x;
	r->missing = missing;
	r->n = n;
	r->d = d;
	r->pca = pca;
	size = lay_out(r, n, d, work);
	lay_out_whole(&whole, n, d, (char *) work + size);
	r->s.d = d;
	r->s.tolerance = SC_IMPUTE_TOLERANCE;
	r->ready = d > 1 && all_have_scores(r, poll) && impute_whole(r, &whole, poll);
}

/* ----------
 * The models of a resample
 * ----------
 */

/* Numbers them; returns how many there are. */
static size_t
take_models(ScImputedResample *r, const uint32_t *counts, size_t rows, ScPoll poll)
{
	ScImputer  *s = &r->s;
	size_t		i;

	s->n = 0;
	s->rows = (double) rows;
	for (i = 0; i < r->n; i++)
	{
		r->number[i] = counts[i] > 0 ? (uint32_t) s->n : (uint32_t) r->n;
		if (counts[i] > 0)
			s->count[s->n++] = (double) counts[i];
		sc_poll_at(poll, i);
	}
	return s->n;
}

/* Their scores; false if a column has too few, or does not vary. */
static bool
take_scores(ScImputedResample *r, ScPoll poll)
{
	ScImputer  *s = &r->s;
	size_t		j;
	size_t		k;

	s->start[0] = s->n_observed = 0;
	for (j = 0; j < r->d; j++)
	{
		size_t		first = s->n_observed;
		double		rows = 0.0;
		double		sum = 0.0;
		double		squares = 0.0;

		for (k = r->start[j]; k < r->start[j + 1]; k++)
		{
			uint32_t	model = r->number[r->order[k]];
			double		w = r->w[k];

			if (model == r->n)
				continue;
			r->score[s->n_observed] = r->x[j * r->n + r->order[k]];
			s->model[s->n_observed] = model;
			s->w[s->n_observed++] = w;
			rows += s->count[model];
			sum += s->count[model] * w;
			squares += s->count[model] * (w * w);
		}
		s->start[j + 1] = s->n_observed;
		if (rows < SC_MIN_MODELS || r->score[first] == r->score[s->n_observed - 1])
			return false;
		s->n_rows[j] = rows;
		s->sum[j] = sum;
		s->squares[j] = squares;
		sc_poll_between(s, poll);
	}
	return true;
}

/* Are all columns, and so all models, connected?  A few models tell, mostly. */
static bool
is_connected(ScImputedResample *r, ScPoll poll)
{
	size_t		groups = r->d;
	size_t		i;
	size_t		j;

	for (j = 0; j < r->d; j++)
		r->group[j] = (uint32_t) j;
	for (i = 0; i < r->n && groups > 1; i++)
	{
		uint32_t	first = UINT32_MAX;

		for (j = 0; j < r->d && r->number[i] < r->n; j++)
		{
			uint32_t	own;

			if (r->missing[j * r->n + i])
				continue;
			own = sc_group_root(r->group, (uint32_t) j);
			if (first == UINT32_MAX)
				first = own;
			else if (own != first)
			{
				r->group[own] = first;
				groups--;
			}
		}
		if (i % 256 == 255)
			sc_poll_now(poll);
	}
	return groups == 1;
}

/* ----------
 * The imputed table
 * ----------
 */

/* Sums of products of the columns of z, over rows: the upper triangle, and the diagonal. */
static void
multiply_columns(ScImputedResample *r, double *matrix, ScPoll poll)
{
	size_t		m = r->s.n;
	size_t		i;
	size_t		j;
	size_t		k;

	for (j = 0; j < r->d; j++)
	{
		for (i = 0; i < m; i++)
			r->counted[i] = r->s.count[i] * r->z[j * m + i];
		for (k = j; k < r->d; k++)
			matrix[j * r->d + k] = sc_short_dot(r->counted, r->z + k * m, m);
		if (m * r->d > SC_POLL_STEPS / 4)
			sc_poll_now(poll);
	}
}

/* Makes correlations of them: the bits of sc_pearson_ratio(), each root taken once. */
static void
correlate_columns(ScImputedResample *r, double *matrix)
{
	size_t		d = r->d;
	size_t		j;
	size_t		k;

	for (j = 0; j < d; j++)
	{
		r->squares[j] = matrix[j * d + j];
		r->root[j] = sqrt(r->squares[j]);
		matrix[j * d + j] = 1.0;
	}
	for (j = 0; j < d; j++)
	{
		for (k = j + 1; k < d; k++)
			matrix[j * d + k] = matrix[k * d + j] =
				sc_limit_correlation(matrix[j * d + k] /
									 (r->squares[j] == r->squares[k] ? r->squares[j] :
									  r->root[j] * r->root[k]));
	}
}

static void
pearson_matrix(ScImputedResample *r, double *matrix, ScPoll poll)
{
	ScImputer  *s = &r->s;
	double		shrink = sc_shrink_of(s);
	size_t		m = s->n;
	size_t		d = r->d;
	size_t		i;
	size_t		j;
	size_t		k;

	for (j = 0; j < d; j++)
	{
		double	   *z = r->z + j * m;

		for (i = 0; i < m; i++)
			z[i] = shrink * s->weight[j] * s->t[i];
		for (k = s->start[j]; k < s->start[j + 1]; k++)
			z[s->model[k]] = (s->w[k] - s->mean[j]) / s->sd[j];
		sc_poll_between(s, poll);
	}
	multiply_columns(r, matrix, poll);
	correlate_columns(r, matrix);
}

/* Are the weights the first component of this matrix, and is sigma2 what it should be? */
static bool
is_certain(const ScImputedResample *r, const double *matrix)
{
	const double *v = r->s.weight;
	size_t		d = r->d;
	double		value = 0.0;
	double		squares = 0.0;
	double		residual = 0.0;
	size_t		j;
	size_t		k;

	for (j = 0; j < d; j++)
	{
		double		image = 0.0;

		for (k = 0; k < d; k++)
		{
			image += matrix[j * d + k] * v[k];
			squares += matrix[j * d + k] * matrix[j * d + k];
		}
		value += v[j] * image;
		residual += (image - r->s.lambda * v[j]) * (image - r->s.lambda * v[j]);
	}
	squares -= value * value;
	if (!(sqrt(residual) <= LARGEST_RESIDUAL * value && squares <= SC_POWER_SAFE_RATIO * value * value))
		return false;

	/* the second is at least the mean of the others, weighted by themselves */
	return d == 2 || squares >= (1.0 + LARGEST_RESIDUAL) * r->s.sigma2 * ((double) d - value);
}

/* ----------
 * Ranks
 * ----------
 */

/* The scores of column j, observed and imputed, in ascending order. */
static void
merge_column(ScImputedResample *r, size_t j, ScPoll poll)
{
	ScImputer  *s = &r->s;
	const ScSpread *o = &s->observed[j];
	double		slope = s->sd[j] * sc_shrink_of(s) * s->weight[j];
	double	   *is_there = r->counted;	/* 1 where it is */
	size_t		m = s->n;
	size_t		end = s->start[j + 1];
	size_t		at = 0;
	size_t		i;
	size_t		k;

	memset(is_there, 0, m * sizeof(double));
	for (k = s->start[j]; k < end; k++)
		is_there[s->model[k]] = 1.0;
	k = s->start[j];
	for (i = 0; i < m; i++)
	{
		uint32_t	model = r->by_t[slope < 0.0 ? m - 1 - i : i];
		double		imputed;

		if (is_there[model] != 0.0)
			continue;
		imputed = o->pivot + (o->centre + o->sd * (s->mean[j] + slope * s->t[model]));
		imputed = fmax(fmin(imputed, SC_MAX_SCORE), -SC_MAX_SCORE);
		for (; k < end && r->score[k] <= imputed; k++)
		{
			r->merged[at] = s->model[k];
			r->key[at++] = r->score[k];
		}
		r->merged[at] = model;
		r->key[at++] = imputed;
	}
	for (; k < end; k++)
	{
		r->merged[at] = s->model[k];
		r->key[at++] = r->score[k];
	}
	sc_poll_between(s, poll);
}

/* Mid-ranks of column j, as of sc_mid_ranks() of all rows; false if it is constant. */
static bool
rank_column(ScImputedResample *r, size_t j, ScPoll poll)
{
	ScImputer  *s = &r->s;
	double	   *rank = r->z + j * s->n;
	double		below = 0.0;
	size_t		begin;
	size_t		end;

	merge_column(r, j, poll);
	for (begin = 0; begin < s->n; begin = end)
	{
		double		equal = 0.0;

		for (end = begin; end < s->n && r->key[end] == r->key[begin]; end++)
			equal += s->count[r->merged[end]];
		for (; begin < end; begin++)
			rank[r->merged[begin]] = 2.0 * below + equal - s->rows;
		below += equal;
		if (equal == s->rows)
			return false;
	}
	return true;
}

static bool
spearman_matrix(ScImputedResample *r, double *matrix, ScPoll poll)
{
	ScImputer  *s = &r->s;
	size_t		j;

	sc_sort_values(s->t, s->n, r->by_t, r->sort, poll);
	for (j = 0; j < r->d; j++)
	{
		if (!rank_column(r, j, poll))
			return false;
	}
	multiply_columns(r, matrix, poll);
	correlate_columns(r, matrix);
	return true;
}

ScResampled
sc_impute_resample(ScImputedResample *r, const uint32_t *counts, size_t rows, double *matrix,
				   ScPoll poll)
{
	ScImputer  *s = &r->s;
	size_t		d = r->d;

	if (!r->ready || rows > MOST_ROWS || take_models(r, counts, rows, poll) < LEAST_MODELS)
		return SC_BY_DEFINITION;
	if (!take_scores(r, poll) || !is_connected(r, poll))
		return SC_NO_RESAMPLE;
	if (s->n_observed == s->n * d)
		return SC_BY_DEFINITION;

	memcpy(s->mean, r->mean, d * sizeof(double));
	memcpy(s->sd, r->sd, d * sizeof(double));
	memcpy(s->weight, r->weight, d * sizeof(double));
	memset(s->middle, 0, d * sizeof(double));
	s->lambda = r->lambda;
	s->second = HUGE_VAL;
	sc_impute_set_sigma2(s);
	if (sc_impute_converge_near(s, poll) != SC_OK)
		return SC_BY_DEFINITION;
	sc_impute_set_sigma2(s);
	sc_impute_set_t(s, poll);
	pearson_matrix(r, matrix, poll);
	if (!is_certain(r, matrix))
		return SC_BY_DEFINITION;
	if (r->pca == SC_PCA_SPEARMAN && !spearman_matrix(r, matrix, poll))
		return SC_BY_DEFINITION;
	return SC_RESAMPLED;
}
