/*-------------------------------------------------------------------------
 *
 * refit.c
 *	  The whole analysis on resamples of the models: a table made ready, and
 *	  its resamples, eight at a time.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "stats/base/arena.h"
#include "stats/base/philox.h"
#include "stats/component/component.h"
#include "stats/correlation/partial.h"
#include "stats/correlation/rank.h"
#include "stats/resampling/refit_state.h"

/* ----------
 * The workspace
 * ----------
 */

static double *
take_lanes(ScArena *arena, size_t count)
{
	return sc_take_doubles(arena, count * SC_LANES);
}

static size_t
count_cells(const ScRefitTable *table)
{
	return table->m == 0 ? 0 : table->start[table->m];
}

/* Of the definition: whatever it is used for, on the table or on any resample, or sorting. */
static size_t
definition_workspace(const ScRefitTable *table)
{
	size_t		rows = sc_larger(table->n, table->draws);
	size_t		size = sc_larger(sc_correlate_workspace(table->method, table->draws),
								 sc_sort_workspace(sc_larger(table->n, table->m)));

	return sc_larger(size, sc_capability_workspace_up_to(rows, table->d, table->pca, 1));
}

/* Makes r of the table, with its arrays from base on; returns their size. */
static size_t
lay_out(ScRefit *r, const ScRefitTable *table, char *base)
{
	ScArena		arena = {base, 0};
	size_t		n = table->n;
	size_t		d = table->d;
	size_t		m = table->m;
	size_t		cells = count_cells(table);
	size_t		l;

	r->table = *table;
	r->by_lanes = d <= SC_LANE_COLUMNS;
	if (r->by_lanes)
	{
		bool		ranked = table->pca == SC_PCA_SPEARMAN;

		r->column_order = sc_take(&arena, ranked ? n * d : 0, sizeof(uint32_t));
		r->column_tied = sc_take(&arena, d, sizeof(bool));
		r->column = sc_take_doubles(&arena, n * d);
		r->matrix = take_lanes(&arena, d * d);
		r->iterate = take_lanes(&arena, d);
		r->scratch = take_lanes(&arena, (d + 1) * SC_LANE_ROWS);
		r->centre = take_lanes(&arena, d);
		r->sd = take_lanes(&arena, d);
		r->diagonal = take_lanes(&arena, d);
		r->root = take_lanes(&arena, d);
		r->dense = sc_take_doubles(&arena, d * d);
		r->solver = sc_take(&arena, sc_components_workspace(d, 1), 1);
	}
	r->first_vector = sc_take_doubles(&arena, d);
	r->first_order = sc_take(&arena, n, sizeof(uint32_t));

	r->target = sc_take(&arena, m, sizeof(uint32_t));
	r->same_models = sc_take(&arena, m, sizeof(bool));
	r->target_tied = sc_take(&arena, m, sizeof(bool));
	r->target_order = sc_take(&arena, table->method == SC_SPEARMAN ? cells : 0,
							  sizeof(uint32_t));
	r->target_y = sc_take_doubles(&arena, table->method == SC_PEARSON ? cells : 0);

	r->counts = take_lanes(&arena, n);
	r->product = take_lanes(&arena, n);
	r->score = take_lanes(&arena, n);
	r->vector = take_lanes(&arena, d);
	r->draws = take_lanes(&arena, 1);
	r->different = take_lanes(&arena, 1);
	r->value = take_lanes(&arena, 1);
	r->fault = take_lanes(&arena, 1);

	for (l = 0; l < SC_LANES; l++)
		r->sorted[l] = sc_take(&arena, n, sizeof(uint32_t));
	r->key = sc_take_doubles(&arena, sc_larger(n, m));
	r->has = sc_take_doubles(&arena, n);

	r->definition.rows = sc_take_doubles(&arena, table->draws * sc_larger(d, table->k + 2));
	r->definition.spread = sc_take(&arena, d, sizeof(ScSpread));
	r->definition.value = sc_take_doubles(&arena, d);
	r->definition.vector = sc_take_doubles(&arena, d);
	r->definition.score = sc_take_doubles(&arena, sc_larger(n, table->draws));
	r->definition.work = sc_take(&arena, definition_workspace(table), 1);
	r->definition.partial = sc_take(&arena, table->k == 0 ? 0 :
									sc_partial_workspace(table->method, table->draws, table->k), 1);
	return arena.used;
}

size_t
sc_refit_workspace(const ScRefitTable *table)
{
	ScRefit		r;

	return sizeof(ScRefit) + SC_ALIGNMENT + lay_out(&r, table, NULL);
}

/* ----------
 * What does not depend on counts
 * ----------
 */

static bool
sort_values(ScRefit *r, const double *x, const uint32_t *model, size_t n,
			uint32_t *order)
{
	bool		tied = sc_tied_order(x, model, n, order, r->definition.work, r->poll);

	sc_refit_tick(r, 16 * n);
	return tied;
}

/* Values less their mean: each difference is rounded once. */
static void
subtract_mean(ScRefit *r, const double *x, size_t n, double *u)
{
	ScSpread	spread;
	size_t		i;

	if (n == 0)
		return;
	sc_spread(x, n, r->poll, &spread);
	for (i = 0; i < n; i++)
		u[i] = x[i] - spread.mean;
	sc_refit_tick(r, 4 * n);
}

static void
prepare_columns(ScRefit *r)
{
	const ScRefitTable *t = &r->table;
	size_t		j;

	for (j = 0; j < t->d && r->by_lanes; j++)
	{
		if (t->pca == SC_PCA_SPEARMAN)
			r->column_tied[j] = sort_values(r, t->x + j * t->n, NULL, t->n,
											r->column_order + j * t->n);
		subtract_mean(r, t->x + j * t->n, t->n, r->column + j * t->n);
	}
}

/*
 * The component and the order of the models of the table itself.  Where it has
 * none anything will do: they only make resamples faster.
 */
static void
prepare_start(ScRefit *r)
{
	const ScRefitTable *t = &r->table;
	ScByDefinition *by = &r->definition;
	ScCapabilityFit fit;
	bool		found;
	size_t		i;

	fit.spread = by->spread;
	fit.value = by->value;
	fit.vector = by->vector;
	fit.score = by->score;
	found = sc_capability_fit(t->x, t->n, t->d, t->pca, 1, by->work, r->poll,
							  &fit) == SC_OK;
	for (i = 0; i < t->d; i++)
		r->first_vector[i] = found ? fit.vector[i] : 1.0 / sqrt((double) t->d);
	for (i = 0; i < t->n; i++)
		r->first_order[i] = (uint32_t) i;
	if (found)
		sc_sort_order(fit.score, t->n, r->first_order, by->work, r->poll);
}

static bool
have_same_models(const ScRefitTable *table, size_t a, size_t b)
{
	size_t		n = table->start[a + 1] - table->start[a];

	return n == table->start[b + 1] - table->start[b] &&
		memcmp(table->model + table->start[a], table->model + table->start[b],
			   n * sizeof(uint32_t)) == 0;
}

/* A number that targets have in common if they have the same models. */
static double
hash_models(const uint32_t *model, size_t n)
{
	uint64_t	hash = n;
	size_t		k;

	for (k = 0; k < n; k++)
	{
		hash = (hash ^ model[k]) * UINT64_C(0x9E3779B97F4A7C15);
		hash ^= hash >> 29;
	}
	return (double) (hash >> 11);
}

/*
 * Puts targets that have the same models one after the other.  Should two sets of
 * models have one number, they only share less than they could.
 */
static void
prepare_targets(ScRefit *r)
{
	const ScRefitTable *t = &r->table;
	size_t		k;

	for (k = 0; k < t->m; k++)
	{
		size_t		start = t->start[k];
		size_t		n = t->start[k + 1] - start;

		if (t->method == SC_SPEARMAN)
			r->target_tied[k] = sort_values(r, t->y + start, t->model + start, n,
											r->target_order + start);
		if (t->method == SC_PEARSON)
			subtract_mean(r, t->y + start, n, r->target_y + start);
		r->key[k] = hash_models(t->model + start, n);
		r->target[k] = (uint32_t) k;
		sc_refit_tick(r, n);
	}
	sc_sort_order(r->key, t->m, r->target, r->definition.work, r->poll);
	for (k = 0; k < t->m; k++)
		r->same_models[k] = k > 0 &&
			have_same_models(t, r->target[k - 1], r->target[k]);
}

ScRefit *
sc_refit_prepare(const ScRefitTable *table, void *work, ScPoll poll)
{
	ScRefit    *r = work;
	uintptr_t	end = (uintptr_t) work + sizeof(ScRefit);
	size_t		gap = (size_t) ((SC_ALIGNMENT - end % SC_ALIGNMENT) % SC_ALIGNMENT);

	lay_out(r, table, (char *) work + sizeof(ScRefit) + gap);
	r->loops = sc_lane_loops(table->kernel);
	r->poll = poll;
	r->steps = 0;
	prepare_columns(r);
	prepare_start(r);
	prepare_targets(r);
	return r;
}

/* ----------
 * Resamples
 * ----------
 */

/* Lanes that are left over have no draws, and so no component. */
static void
load_counts(ScRefit *r, const uint32_t *counts, size_t lanes)
{
	double		cubes[SC_LANES] __attribute__((aligned(64)));
	size_t		n = r->table.n;
	size_t		i;
	size_t		l;

	for (i = 0; i < n; i++)
	{
		for (l = 0; l < SC_LANES; l++)
			r->counts[i * SC_LANES + l] = l < lanes ? (double) counts[l * n + i] : 0.0;
	}
	r->loops->totals(r->counts, NULL, n, r->draws, cubes, r->different);
	sc_refit_tick(r, n);
}

static void
put_component(ScRefit *r, size_t lanes, size_t at, const ScRefitOut *out)
{
	size_t		i;
	size_t		l;

	for (l = 0; l < lanes && out->value != NULL; l++)
		out->value[at + l] = isnan(r->fault[l]) ? NAN : r->value[l];
	for (i = 0; i < r->table.d && out->vector != NULL; i++)
	{
		for (l = 0; l < lanes; l++)
			out->vector[i * out->stride + at + l] =
				isnan(r->fault[l]) ? NAN : r->vector[i * SC_LANES + l];
	}
	for (i = 0; i < r->table.n && out->score != NULL; i++)
	{
		for (l = 0; l < lanes; l++)
			out->score[i * out->stride + at + l] =
				isnan(r->fault[l]) ? NAN : r->score[i * SC_LANES + l];
	}
	sc_refit_tick(r, r->table.n);
}

void
sc_refit(ScRefit *refit, const uint32_t *counts, size_t replicates, size_t first,
		 const ScRefitOut *out, ScPoll poll)
{
	size_t		b;

	refit->poll = poll;
	for (b = 0; b < replicates; b += SC_LANES)
	{
		size_t		lanes = sc_smaller(replicates - b, SC_LANES);

		load_counts(refit, counts + b * refit->table.n, lanes);
		sc_refit_components(refit);
		put_component(refit, lanes, first + b, out);
		if (out->corr != NULL)
			sc_refit_targets(refit, lanes, out->corr + first + b, out->stride);
	}
}

void
sc_bootstrap_counts(uint64_t seed, uint64_t resample, size_t n, uint32_t *counts)
{
	ScPhilox	p;
	size_t		i;

	for (i = 0; i < n; i++)
		counts[i] = 0;
	sc_philox_start(&p, seed, SC_RESAMPLE_MODELS, resample);
	for (i = 0; i < n; i++)
		counts[sc_philox_index(&p, n)]++;
}
