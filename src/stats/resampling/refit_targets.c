/*-------------------------------------------------------------------------
 *
 * refit_targets.c
 *	  The correlations of targets with the scores of eight resamples.
 *
 * Targets that have the same models share the ranks, or the centred values, of
 * the scores of these.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "stats/correlation/rank.h"
#include "stats/resampling/refit_state.h"

/*
 * Steps of insertion, times models, that a merge sort costs as much as.  The order
 * of all models is near that of a resample: usually far fewer are needed.
 */
#define MOST_INSERTIONS 16

/* Some lanes' worth of doubles that is loaded as vectors. */
#define ALIGNED __attribute__((aligned(64)))

/* What the targets share that have the same models. */
typedef struct Shared
{
	double		draws[SC_LANES] ALIGNED;
	double		cubes[SC_LANES] ALIGNED;	/* sums of cubes of counts */
	double		different[SC_LANES] ALIGNED;
	double		fault[SC_LANES] ALIGNED;	/* NaN: no correlation */
	double		sxx[SC_LANES] ALIGNED;	/* squares of ranks, or of centred
										 * values */
	double		root_xx[SC_LANES] ALIGNED;
	double		sum_x[SC_LANES] ALIGNED;	/* of centred values: rounding */
	double		untied[SC_LANES] ALIGNED;	/* squares of ranks without ties */
	double		root_untied[SC_LANES] ALIGNED;
	bool		doubtful[SC_LANES]; /* Pearson: digits of the scores are lost */
} Shared;

/* ----------
 * Spearman
 * ----------
 */

/*
 * The models of one resample by score.  Insertion into the order of all models;
 * where that takes long a merge sort goes on from there.
 */
static void
sort_lane(ScRefit *r, size_t lane)
{
	const double *count = r->counts + lane;
	const double *score = r->score + lane;
	uint32_t   *order = r->sorted[lane];
	double	   *key = r->key;
	size_t		n = 0;
	size_t		left;
	size_t		k;

	for (k = 0; k < r->table.n; k++)
	{
		uint32_t	i = r->first_order[k];

		order[n] = i;
		n += count[i * SC_LANES] > 0.0;
	}
	for (k = 0; k < n; k++)
		key[k] = score[order[k] * SC_LANES];

	left = n * MOST_INSERTIONS;
	for (k = 1; k < n; k++)
	{
		double		moving_key = key[k];
		uint32_t	moving = order[k];
		size_t		at = k;

		for (; at > 0 && key[at - 1] > moving_key; at--)
		{
			key[at] = key[at - 1];
			order[at] = order[at - 1];
		}
		key[at] = moving_key;
		order[at] = moving;
		if (k - at > left)
			break;
		left -= k - at;
	}
	sc_refit_tick(r, n);
	if (k < n)
	{
		double	   *by_model = r->has;	/* which is set later */

		for (k = 0; k < r->table.n; k++)
			by_model[k] = score[k * SC_LANES];
		sc_sort_order(by_model, n, order, r->definition.work, r->poll);
		for (k = 0; k < n; k++)
			key[k] = by_model[order[k]];
		sc_refit_tick(r, 32 * n);
	}

	r->n_sorted[lane] = n;
	r->sorted_tied[lane] = false;
	for (k = 1; k < n; k++)
	{
		if (key[k] == key[k - 1])
		{
			order[k - 1] |= SC_TIED;
			r->sorted_tied[lane] = true;
		}
	}
}

/*
 * Ranks of the scores of one resample among the draws that have the target; of
 * the models that do not have it, 0.
 */
static void
rank_lane(ScRefit *r, size_t lane, const double *has, double draws)
{
	const double *count = r->counts + lane;
	double	   *product = r->product + lane;
	const uint32_t *order = r->sorted[lane];
	size_t		n = r->n_sorted[lane];
	double		before = -draws;
	size_t		k;

	for (k = 0; k < n; k++)
	{
		size_t		i = order[k];
		double		c = count[i * SC_LANES];
		double		rank;

		if (has != NULL)
			c *= has[i];
		rank = before + c;
		before = rank + c;
		product[i * SC_LANES] = c * rank;
	}
}

/* The same with ties; returns the sum of cubes of the draws in each. */
static double
rank_tied_lane(ScRefit *r, size_t lane, const double *has, double draws)
{
	const double *count = r->counts + lane;
	double	   *product = r->product + lane;
	const uint32_t *order = r->sorted[lane];
	size_t		n = r->n_sorted[lane];
	double		before = -draws;
	double		cubes = 0.0;
	size_t		start;
	size_t		end;
	size_t		k;

	for (start = 0; start < n; start = end)
	{
		double		group = 0.0;

		end = start;
		do
		{
			size_t		i = order[end] & ~SC_TIED;

			group += has == NULL ? count[i * SC_LANES] : count[i * SC_LANES] * has[i];
		} while (order[end++] & SC_TIED);

		for (k = start; k < end; k++)
		{
			size_t		i = order[k] & ~SC_TIED;
			double		c = has == NULL ? count[i * SC_LANES] : count[i * SC_LANES] * has[i];

			product[i * SC_LANES] = c * (before + group);
		}
		before += 2.0 * group;
		cubes += group * group * group;
	}
	return cubes;
}

static void
rank_scores(ScRefit *r, const double *has, Shared *shared)
{
	size_t		l;

	for (l = 0; l < SC_LANES; l++)
	{
		double		cubes = shared->cubes[l];

		shared->untied[l] = sc_rank_squares(shared->draws[l], cubes);
		if (r->sorted_tied[l])
			cubes = rank_tied_lane(r, l, has, shared->draws[l]);
		else
			rank_lane(r, l, has, shared->draws[l]);
		shared->sxx[l] = sc_rank_squares(shared->draws[l], cubes);
		sc_refit_tick(r, r->n_sorted[l]);
	}
	r->loops->roots(shared->sxx, shared->root_xx);
	r->loops->roots(shared->untied, shared->root_untied);
}

/* A constant has squares 0, and 0 / 0 is NaN. */
static void
correlate_ranks(ScRefit *r, size_t t, const Shared *shared, double *corr)
{
	size_t		start = r->table.start[t];
	size_t		n = r->table.start[t + 1] - start;
	double		products[SC_LANES] ALIGNED;
	double		syy[SC_LANES] ALIGNED;
	double		root_yy[SC_LANES] ALIGNED;
	size_t		l;

	if (!r->target_tied[t])
	{
		r->loops->rank_products(r->counts, r->product, r->target_order + start,
								n, products);
		r->loops->correlations(products, shared->sxx, shared->root_xx,
							   shared->untied, shared->root_untied,
							   shared->fault, corr);
		return;
	}
	r->loops->tied_rank_products(r->counts, r->product, r->target_order + start,
								 n, products, syy);
	for (l = 0; l < SC_LANES; l++)
		syy[l] = sc_rank_squares(shared->draws[l], syy[l]);
	r->loops->roots(syy, root_yy);
	r->loops->correlations(products, shared->sxx, shared->root_xx, syy, root_yy,
						   shared->fault, corr);
}

/* ----------
 * By the definition: Kendall, and Pearson where digits are lost
 * ----------
 */

static double
correlate_by_definition(ScRefit *r, size_t t, size_t lane)
{
	const ScRefitTable *table = &r->table;
	double	   *y = r->definition.rows;
	double	   *x = y + table->draws;
	ScCorrelation c;
	size_t		n = 0;
	size_t		k;

	for (k = table->start[t]; k < table->start[t + 1]; k++)
	{
		size_t		at = table->model[k] * (size_t) SC_LANES + lane;
		size_t		count = (size_t) r->counts[at];

		for (; count > 0; count--)
		{
			y[n] = table->y[k];
			x[n++] = r->score[at];
		}
	}
	sc_refit_tick(r, 32 * n);
	return sc_correlate(table->method, y, x, n, r->definition.work, r->poll,
						&c) == SC_OK ? c.corr : NAN;
}

/* ----------
 * Pearson
 * ----------
 */

static void
centre_scores(ScRefit *r, const uint32_t *model, size_t n, Shared *shared)
{
	double		mean[SC_LANES] ALIGNED;
	size_t		l;

	r->loops->score_sums(r->counts, r->score, model, n, mean);
	for (l = 0; l < SC_LANES; l++)
		mean[l] /= shared->draws[l];
	r->loops->centre(r->counts, r->score, model, n, mean, r->product,
					 shared->sum_x, shared->sxx);
	for (l = 0; l < SC_LANES; l++)
	{
		double		left = shared->sxx[l] -
			shared->sum_x[l] * (shared->sum_x[l] / shared->draws[l]);

		shared->doubtful[l] = sc_digits_are_lost(left, shared->sxx[l]);
		shared->sxx[l] = left;
	}
	r->loops->roots(shared->sxx, shared->root_xx);
	sc_refit_tick(r, n);
}

static void
correlate_centred(ScRefit *r, size_t t, const Shared *shared, double *corr)
{
	size_t		start = r->table.start[t];
	size_t		n = r->table.start[t + 1] - start;
	bool		doubtful[SC_LANES];
	double		sum[SC_LANES] ALIGNED;
	double		products[SC_LANES] ALIGNED;
	double		syy[SC_LANES] ALIGNED;
	double		root_yy[SC_LANES] ALIGNED;
	size_t		l;

	r->loops->products(r->counts, r->product, r->table.model + start,
					   r->target_y + start, n, sum, syy, products);
	for (l = 0; l < SC_LANES; l++)
	{
		double		mean = sum[l] / shared->draws[l];
		double		left = syy[l] - sum[l] * mean;

		doubtful[l] = shared->doubtful[l] || sc_digits_are_lost(left, syy[l]);
		products[l] -= shared->sum_x[l] * mean;
		syy[l] = left;
	}
	r->loops->roots(syy, root_yy);
	r->loops->correlations(products, shared->sxx, shared->root_xx, syy, root_yy,
						   shared->fault, corr);
	for (l = 0; l < SC_LANES; l++)
	{
		if (doubtful[l] && !isnan(shared->fault[l]))
			corr[l] = correlate_by_definition(r, t, l);
	}
}

static void
correlate_pairs(ScRefit *r, size_t t, const Shared *shared, double *corr)
{
	size_t		l;

	for (l = 0; l < SC_LANES; l++)
		corr[l] = isnan(shared->fault[l]) ? NAN : correlate_by_definition(r, t, l);
}

/* ----------
 * All targets
 * ----------
 */

/* What targets with these models share; r->has is made to say which they are. */
static void
prepare_shared(ScRefit *r, const uint32_t *model, size_t n, Shared *shared)
{
	const double *has = NULL;
	size_t		k;
	size_t		l;

	r->loops->totals(r->counts, model, n, shared->draws, shared->cubes,
					 shared->different);
	for (l = 0; l < SC_LANES; l++)
		shared->fault[l] = shared->different[l] < SC_MIN_MODELS ? NAN : r->fault[l];
	switch (r->table.method)
	{
		case SC_SPEARMAN:
			if (n < r->table.n)
			{
				memset(r->has, 0, r->table.n * sizeof(double));
				for (k = 0; k < n; k++)
					r->has[model[k]] = 1.0;
				has = r->has;
			}
			rank_scores(r, has, shared);
			break;
		case SC_PEARSON:
			centre_scores(r, model, n, shared);
			break;
		case SC_KENDALL:
			break;
	}
}

/*
 * One benchmark is itself the order of the models, whatever rounding makes of its
 * z-scores.
 */
static void
score_by_column(ScRefit *r)
{
	size_t		i;
	size_t		l;

	for (i = 0; i < r->table.n; i++)
	{
		for (l = 0; l < SC_LANES; l++)
			r->score[i * SC_LANES + l] = r->table.x[i];
	}
}

static void
sort_scores(ScRefit *r)
{
	size_t		l;

	/* models that are not drawn stay out of it: their products are 0 */
	memset(r->product, 0, r->table.n * SC_LANES * sizeof(double));
	for (l = 0; l < SC_LANES; l++)
	{
		r->n_sorted[l] = 0;
		r->sorted_tied[l] = false;
		if (!isnan(r->fault[l]))
			sort_lane(r, l);
	}
}

/* Given controls, those together that have the same models. */
static void
refit_all_controlled(ScRefit *r, size_t lanes, double *corr, size_t stride)
{
	size_t		first;
	size_t		end;

	for (first = 0; first < r->table.m; first = end)
	{
		end = first + 1;
		while (end < r->table.m && r->same_models[end])
			end++;
		sc_refit_controlled(r, first, end, lanes, corr, stride);
	}
}

void
sc_refit_targets(ScRefit *r, size_t lanes, double *corr, size_t stride)
{
	const ScRefitTable *table = &r->table;
	Shared		shared;
	double		answer[SC_LANES] ALIGNED;
	size_t		k;
	size_t		l;

	if (table->d == 1)
		score_by_column(r);
	if (table->k > 0)
	{
		refit_all_controlled(r, lanes, corr, stride);
		return;
	}
	if (table->method == SC_SPEARMAN)
		sort_scores(r);
	for (k = 0; k < table->m; k++)
	{
		size_t		t = r->target[k];
		size_t		start = table->start[t];
		size_t		n = table->start[t + 1] - start;

		if (!r->same_models[k])
			prepare_shared(r, table->model + start, n, &shared);
		switch (table->method)
		{
			case SC_SPEARMAN:
				correlate_ranks(r, t, &shared, answer);
				break;
			case SC_PEARSON:
				correlate_centred(r, t, &shared, answer);
				break;
			case SC_KENDALL:
				correlate_pairs(r, t, &shared, answer);
				break;
		}
		for (l = 0; l < lanes; l++)
			corr[t * stride + l] = answer[l];
		sc_refit_tick(r, n);
	}
}
