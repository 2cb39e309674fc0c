/*-------------------------------------------------------------------------
 *
 * refit_imputed.c
 *	  The analysis on resamples of the models, missing scores imputed anew, or
 *	  another component than the first found anew.
 *
 * A resample is written out, row by row, and given to the code that the full
 * table goes through: imputing it takes most of the time.  Of targets only
 * Kendall's correlation, and those given controls, are found that way.  For Spearman's their order is found
 * once; ranks are sums of counts along it, and sums of their products are whole
 * numbers, whatever way they are added up.  What a correlation takes of the score
 * is found anew only where a target has other models than the one before it.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "stats/base/arena.h"
#include "stats/base/sums.h"
#include "stats/component/capability.h"
#include "stats/component/component.h"
#include "stats/component/matching.h"
#include "stats/correlation/partial.h"
#include "stats/correlation/rank.h"
#include "stats/imputation/impute.h"
#include "stats/resampling/refit_imputed.h"

/* The table, and pieces of the workspace. */
typedef struct Refit
{
	const ScRefitTable *table;
	const double *reference;	/* d: what the component shall be like; NULL:
								 * the first */
	ScPoll		poll;
	size_t		steps;			/* since the last poll */

	double	   *x;				/* draws x d: the resample, and */
	bool	   *missing;		/* of its scores; NULL: none is */
	uint32_t   *at;				/* n: the first row of each model in it */
	size_t		rows;			/* in it */
	ScImputation imputation;
	ScCapabilityFit fit;

	bool	   *same_models;	/* m: as the target before it */
	uint32_t   *order;			/* Spearman: of each target's models, by its
								 * y, as of sc_tied_order() */

	/* of the models that a target has */
	size_t		target_rows;
	size_t		different;		/* in these rows */
	bool		constant;		/* is the score, in these rows? */
	double	   *y;				/* draws: the target's rows */
	double	   *score;			/* draws: the score in them */
	double	   *centred;		/* draws: that of sc_centre(); Pearson */
	double		squares;		/* sum of its squares */
	size_t		n_drawn;		/* different models of the resample */
	uint32_t   *drawn;			/* n: these, */
	double	   *drawn_score;	/* n: their scores, */
	uint32_t   *by_score;		/* n: and their sc_tied_order() */
	uint32_t   *taken;			/* n: counts, 0 for those the target lacks */
	int32_t    *rank;			/* n: of the score among the target's rows */
	int64_t		rank_squares;	/* sum over the rows */
	double	   *control;		/* draws x k: the controls in the rows */
	ScPartial  *partial;		/* given controls: score and controls */
	void	   *partial_work;
	void	   *scratch;		/* of what is called */
} Refit;

/* How many components are asked for. */
static size_t
wanted(const ScRefitTable *table, bool matched)
{
	return matched ? table->d : 1;
}

/* At most how many are, of any resample: of few models all, however many benchmarks. */
static size_t
most_found(const ScRefitTable *table, bool matched)
{
	return sc_smaller(wanted(table, matched), SC_MAX_DIRECT_COLUMNS);
}

/* Of what is called, on any resample. */
static size_t
scratch_size(const ScRefitTable *table, bool matched)
{
	size_t		rows = table->draws;
	size_t		size = sc_larger(sc_correlate_workspace(table->method, rows),
								 sc_sort_workspace(table->n));

	size = sc_larger(size, sc_impute_workspace_up_to(rows, table->d));
	return sc_larger(size, sc_capability_workspace_up_to(rows, table->d, table->pca,
														 wanted(table, matched)));
}

/* Makes r of the table, with its arrays from base on; returns their size. */
static size_t
lay_out(Refit *r, const ScRefitTable *table, bool matched, void *base)
{
	ScArena		arena = {base, 0};
	size_t		draws = table->draws;
	size_t		n = table->n;
	size_t		d = table->d;
	size_t		cells = table->m == 0 ? 0 : table->start[table->m];

	r->table = table;
	r->x = sc_take_doubles(&arena, draws * d);
	r->missing = table->missing == NULL ? NULL : sc_take(&arena, draws * d, sizeof(bool));
	r->at = sc_take(&arena, n, sizeof(uint32_t));

	r->imputation.spread = sc_take(&arena, d, sizeof(ScSpread));
	r->imputation.weight = sc_take_doubles(&arena, d);
	r->imputation.noise = sc_take_doubles(&arena, d);
	r->imputation.t = sc_take_doubles(&arena, draws);
	r->fit.spread = sc_take(&arena, d, sizeof(ScSpread));
	r->fit.value = sc_take_doubles(&arena, d);
	r->fit.vector = sc_take_doubles(&arena, d * most_found(table, matched));
	r->fit.score = sc_take_doubles(&arena, draws);

	r->same_models = sc_take(&arena, table->m, sizeof(bool));
	r->order = sc_take(&arena, table->method == SC_SPEARMAN ? cells : 0,
					   sizeof(uint32_t));

	r->y = sc_take_doubles(&arena, draws);
	r->score = sc_take_doubles(&arena, draws);
	r->centred = sc_take_doubles(&arena, draws);
	r->drawn = sc_take(&arena, n, sizeof(uint32_t));
	r->drawn_score = sc_take_doubles(&arena, n);
	r->by_score = sc_take(&arena, n, sizeof(uint32_t));
	r->taken = sc_take(&arena, n, sizeof(uint32_t));
	r->rank = sc_take(&arena, n, sizeof(int32_t));
	r->control = sc_take_doubles(&arena, draws * table->k);
	r->partial_work = sc_take(&arena, table->k == 0 ? 0 :
							  sc_partial_workspace(table->method, draws, table->k), 1);
	r->scratch = sc_take(&arena, scratch_size(table, matched), 1);
	return arena.used;
}

size_t
sc_refit_imputed_workspace(const ScRefitTable *table)
{
	Refit		r;

	return lay_out(&r, table, false, NULL);
}

size_t
sc_refit_matched_workspace(const ScRefitTable *table)
{
	Refit		r;

	return lay_out(&r, table, true, NULL);
}

/* Counts steps, each of some nanoseconds up to a hundred, and polls in time. */
static void
tick(Refit *r, size_t steps)
{
	r->steps += steps;
	if (r->steps >= SC_POLL_STEPS)
	{
		r->steps = 0;
		sc_poll_now(r->poll);
	}
}

/* What does not depend on counts. */
static void
prepare_targets(Refit *r)
{
	const ScRefitTable *t = r->table;
	size_t		k;

	for (k = 0; k < t->m; k++)
	{
		size_t		n = t->start[k + 1] - t->start[k];

		r->same_models[k] = k > 0 && n == t->start[k] - t->start[k - 1] &&
			memcmp(t->model + t->start[k], t->model + t->start[k - 1],
				   n * sizeof(uint32_t)) == 0;
		tick(r, n);
		if (t->method == SC_SPEARMAN)
		{
			sc_tied_order(t->y + t->start[k], t->model + t->start[k], n,
						  r->order + t->start[k], r->scratch, r->poll);
			tick(r, 16 * n);
		}
	}
}

/* Writes the resample out; false if it has too few different models. */
static bool
take_models(Refit *r, const uint32_t *counts)
{
	const ScRefitTable *t = r->table;
	size_t		different = 0;
	size_t		i;
	size_t		j;
	uint32_t	times;

	r->rows = 0;
	for (i = 0; i < t->n; i++)
	{
		r->at[i] = (uint32_t) r->rows;
		r->rows += counts[i];
		different += counts[i] > 0;
	}
	tick(r, t->n);
	if (different < SC_MIN_MODELS)
		return false;
	for (j = 0; j < t->d; j++)
	{
		size_t		to = j * r->rows;

		for (i = 0; i < t->n; i++)
		{
			bool		gone = t->missing != NULL && t->missing[j * t->n + i];

			for (times = counts[i]; times > 0; times--)
			{
				if (t->missing != NULL)
					r->missing[to] = gone;
				r->x[to++] = gone ? 0.0 : t->x[j * t->n + i];
			}
		}
		tick(r, t->n + r->rows);
	}
	return true;
}

/* The scores of the component that matches the reference; false if none does. */
static bool
score_matching(Refit *r)
{
	size_t		d = r->table->d;
	double	   *vector;
	double		congruence;
	size_t		match;
	size_t		i;

	if (!sc_match_component(r->fit.value, r->fit.n_values, r->fit.vector, r->fit.n_vectors, d,
							r->reference, &match, &congruence))
		return false;
	vector = r->fit.vector + match * d;
	for (i = 0; i < d && congruence < 0.0; i++)
		vector[i] = -vector[i];
	for (i = 0; i < r->rows; i++)
		r->fit.score[i] = sc_component_score(r->x + i, r->rows, d, r->fit.spread, vector);
	tick(r, r->rows * d);
	return true;
}

/* Imputes the resample and finds its score. */
static bool
fit_resample(Refit *r)
{
	size_t		d = r->table->d;
	bool		matched = r->reference != NULL;
	ScStatus	status;

	/* what the parts call polls at its own steps only */
	tick(r, matched ? SC_POLL_STEPS / 4 : SC_POLL_STEPS / 16);
	if (r->missing != NULL &&
		sc_impute(r->x, r->missing, r->rows, d, SC_IMPUTE_TOLERANCE, r->scratch, r->poll,
				  &r->imputation) != SC_OK)
		return false;
	status = sc_capability_fit(r->x, r->rows, d, r->table->pca, wanted(r->table, matched),
							   r->scratch, r->poll, &r->fit);
	if (!matched)
		return status == SC_OK;
	/* that the first is not defined does not matter to another */
	return (status == SC_OK || status == SC_UNDEFINED_COMPONENT) && score_matching(r);
}

/* The order of the models of the resample by their scores. */
static void
sort_models(Refit *r, const uint32_t *counts)
{
	size_t		n = r->table->n;
	size_t		i;

	r->n_drawn = 0;
	for (i = 0; i < n; i++)
	{
		if (counts[i] == 0)
			continue;
		r->drawn_score[r->n_drawn] = r->fit.score[r->at[i]];
		r->drawn[r->n_drawn++] = (uint32_t) i;
	}
	sc_tied_order(r->drawn_score, r->drawn, r->n_drawn, r->by_score, r->scratch, r->poll);
	tick(r, 16 * n);
}

/*
 * The rank, as of sc_mid_ranks(), that equal rows of rows share which have below
 * rows below them.
 */
static int64_t
shared_rank(size_t below, size_t equal, size_t rows)
{
	return (int64_t) (2 * below + equal) - (int64_t) rows;
}

/* Ranks of the score among the rows of a target. */
static void
rank_score(Refit *r)
{
	size_t		below = 0;
	size_t		begin;
	size_t		end;

	r->rank_squares = 0;
	for (begin = 0; begin < r->n_drawn; begin = end)
	{
		size_t		equal = 0;
		int64_t		shared;
		uint32_t	at;

		end = begin;
		do
		{
			at = r->by_score[end++];
			equal += r->taken[at & ~SC_TIED];
		} while (at & SC_TIED);
		shared = shared_rank(below, equal, r->target_rows);
		for (; begin < end; begin++)
			r->rank[r->by_score[begin] & ~SC_TIED] = (int32_t) shared;
		r->rank_squares += (int64_t) equal * shared * shared;
		below += equal;
	}
}

/* Given controls: what of them and the score is in the rows of a target. */
static void
take_controls(Refit *r, const uint32_t *counts, size_t target)
{
	const ScRefitTable *t = r->table;
	size_t		to = 0;
	size_t		j;
	size_t		k;
	uint32_t	times;

	for (j = 0; j < t->k; j++)
	{
		for (k = t->start[target]; k < t->start[target + 1]; k++)
		{
			for (times = counts[t->model[k]]; times > 0; times--)
				r->control[to++] = t->control[j * t->n + t->model[k]];
		}
	}
	r->partial = sc_partial_prepare(t->method, r->score, r->control, r->target_rows, t->k,
									r->partial_work, r->poll);
	tick(r, 16 * (t->k + 1) * (t->k + 1) * (r->target_rows + 1));
}

/* What correlations take of the score in the rows of a target. */
static void
take_score(Refit *r, const uint32_t *counts, size_t target)
{
	const ScRefitTable *t = r->table;
	bool		ranked = t->method == SC_SPEARMAN && t->k == 0;
	size_t		to = 0;
	size_t		k;
	uint32_t	times;

	if (ranked)
		memset(r->taken, 0, t->n * sizeof(uint32_t));
	r->different = 0;
	for (k = t->start[target]; k < t->start[target + 1]; k++)
	{
		uint32_t	i = t->model[k];

		r->different += counts[i] > 0;
		r->taken[i] = counts[i];
		for (times = counts[i]; times > 0; times--)
			r->score[to++] = r->fit.score[r->at[i]];
	}
	r->target_rows = to;
	r->constant = to == 0 || sc_is_constant(r->score, to, r->poll);
	if (ranked)
		rank_score(r);
	if (t->k > 0)
		take_controls(r, counts, target);
	else if (t->method == SC_PEARSON && !r->constant)
	{
		sc_centre(r->score, to, r->centred, r->poll);
		r->squares = sc_dot(r->centred, r->centred, to, r->poll);
	}
	tick(r, t->n + to);
}

/* By the ranks of rank_score(); NaN if the target is constant. */
static double
spearman(const Refit *r, size_t target)
{
	size_t		end = r->table->start[target + 1];
	size_t		k = r->table->start[target];
	size_t		below = 0;
	int64_t		products = 0;
	int64_t		squares = 0;

	while (k < end)
	{
		size_t		equal = 0;
		int64_t		sum = 0;
		int64_t		shared;
		uint32_t	at;

		do
		{
			uint32_t	i;

			at = r->order[k++];
			i = at & ~SC_TIED;
			equal += r->taken[i];
			sum += (int64_t) r->taken[i] * r->rank[i];
		} while (at & SC_TIED);
		shared = shared_rank(below, equal, r->target_rows);
		products += shared * sum;
		squares += (int64_t) equal * shared * shared;
		below += equal;
	}
	if (squares == 0)
		return NAN;
	return sc_rank_correlation(products, r->rank_squares, squares);
}

/* As sc_correlate() does, the score's part of it once. */
static double
pearson(Refit *r)
{
	size_t		n = r->target_rows;

	if (sc_is_constant(r->y, n, r->poll))
		return NAN;
	sc_centre(r->y, n, r->scratch, r->poll);
	return sc_pearson_ratio(sc_dot(r->centred, r->scratch, n, r->poll), r->squares,
							sc_dot(r->scratch, r->scratch, n, r->poll));
}

static double
correlate_target(Refit *r, const uint32_t *counts, size_t target)
{
	const ScRefitTable *t = r->table;
	ScCorrelation correlation;
	size_t		to = 0;
	size_t		k;
	uint32_t	times;

	if (!r->same_models[target])
		take_score(r, counts, target);
	if (r->different < SC_MIN_MODELS || r->constant)
		return NAN;
	if (t->method == SC_SPEARMAN && t->k == 0)
		return spearman(r, target);
	for (k = t->start[target]; k < t->start[target + 1]; k++)
	{
		for (times = counts[t->model[k]]; times > 0; times--)
			r->y[to++] = t->y[k];
	}
	if (t->k > 0)
	{
		tick(r, 16 * (t->k + 1) * to);
		return r->different >= SC_MIN_MODELS + sc_partial_controls(r->partial) &&
			sc_partial_correlate(r->partial, r->y, r->poll, &correlation) == SC_OK ?
			correlation.corr : NAN;
	}
	if (t->method == SC_PEARSON)
		return pearson(r);
	return sc_correlate(t->method, r->y, r->score, to, r->scratch, r->poll,
						&correlation) == SC_OK ? correlation.corr : NAN;
}

static void
refit(const ScRefitTable *table, const double *reference, const uint32_t *counts,
	  size_t replicates, size_t first, size_t stride, double *corr, void *work, ScPoll poll)
{
	Refit		r;
	size_t		b;
	size_t		k;

	r.reference = reference;
	r.poll = poll;
	r.steps = 0;
	lay_out(&r, table, reference != NULL, work);
	/* models that are not in a resample have some rank, which counts 0 times */
	memset(r.rank, 0, table->n * sizeof(int32_t));
	prepare_targets(&r);

	for (b = 0; b < replicates; b++, counts += table->n)
	{
		bool		valid = take_models(&r, counts) && fit_resample(&r);

		if (valid && table->method == SC_SPEARMAN && table->k == 0)
			sort_models(&r, counts);
		for (k = 0; k < table->m; k++)
		{
			double	   *to = &corr[k * stride + first + b];

			*to = valid ? correlate_target(&r, counts, k) : NAN;
			tick(&r, 16 + 16 * (table->start[k + 1] - table->start[k]));
		}
	}
}

void
sc_refit_imputed(const ScRefitTable *table, const uint32_t *counts,
				 size_t replicates, size_t first, size_t stride, double *corr,
				 void *work, ScPoll poll)
{
	refit(table, NULL, counts, replicates, first, stride, corr, work, poll);
}

void
sc_refit_matched(const ScRefitTable *table, const double *reference,
				 const uint32_t *counts, size_t replicates, size_t first,
				 size_t stride, double *corr, void *work, ScPoll poll)
{
	refit(table, reference, counts, replicates, first, stride, corr, work, poll);
}
