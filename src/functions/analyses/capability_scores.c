/*-------------------------------------------------------------------------
 *
 * capability_scores.c
 *	  The capabilities scores of a score_matrix: which models have one, and the fit.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "functions/analyses/capability_scores.h"
#include "functions/shared/memory.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "stats/correlation/rank.h"

/* Spreads the scores of the models of the fit over all. */
static void
set_scores(CapabilityScores *scores, const double *score)
{
	uint32		i;

	for (i = 0; i < scores->n; i++)
	{
		sc_poll_step(i);
		scores->score[scores->model[i]] = score[i];
	}
}

void
sc_sort_scores(CapabilityScores *scores)
{
	uint32		n = scores->n;
	double	   *score;
	void	   *work;
	ScSpread	spread;
	uint32		i;

	if (scores->status != SC_OK || n == 0)
		return;
	score = sc_alloc(n, sizeof(double));
	work = sc_alloc(sc_sort_workspace(n), 1);
	scores->order = sc_alloc(n, sizeof(uint32));
	scores->sorted = sc_alloc(n, sizeof(double));
	scores->rank = sc_alloc(n, sizeof(int32));
	for (i = 0; i < n; i++)
	{
		sc_poll_step(i);
		score[i] = scores->score[scores->model[i]];
		scores->order[i] = i;
	}
	sc_spread(score, n, sc_poll, &spread);
	scores->sd = spread.sd;
	sc_sort_order(score, n, scores->order, work, sc_poll);
	for (i = 0; i < n; i++)
	{
		sc_poll_step(i);
		scores->sorted[i] = score[scores->order[i]];
	}
	sc_ranks_of_order(score, n, scores->order, scores->rank, sc_poll);
	for (i = 0; i < n && scores->rank[i] == 0; i++)
		;
	if (i == n)
		scores->rank = NULL;
	pfree(work);
	pfree(score);
}

void
sc_gather_capabilities(const ScoreColumns *columns, const uint32 *benchmark, uint32 d,
					   const bool *turned, const CapabilityRecipe *recipe,
					   CapabilityScores *scores)
{
	uint32		n_models = columns->view.n_models;
	uint32		needed = sc_scores_needed(recipe, d);
	Size		n_observed = 0;
	uint32		i;
	uint32		j;
	uint32		k;

	scores->recipe = *recipe;
	scores->d = d;
	scores->benchmark = sc_alloc(d, sizeof(uint32));
	memcpy(scores->benchmark, benchmark, sizeof(uint32) * d);
	scores->n_observed = sc_alloc(n_models, sizeof(uint32));
	memset(scores->n_observed, 0, sizeof(uint32) * n_models);
	scores->included = sc_alloc(n_models, sizeof(bool));
	scores->model = sc_alloc(n_models, sizeof(uint32));
	scores->fit_row = sc_alloc(n_models, sizeof(uint32));
	scores->score = sc_alloc(n_models, sizeof(double));
	for (j = 0; j < d; j++)
	{
		if (benchmark[j] == SC_NO_BENCHMARK)
			continue;
		for (k = columns->start[benchmark[j]]; k < columns->start[benchmark[j] + 1]; k++)
		{
			sc_poll_step(k);
			scores->n_observed[columns->model[k]]++;
		}
	}
	scores->n = 0;
	for (i = 0; i < n_models; i++)
	{
		sc_poll_step(i);
		scores->included[i] = scores->n_observed[i] >= needed;
		scores->score[i] = get_float8_nan();
		if (scores->included[i])
		{
			n_observed += scores->n_observed[i];
			scores->fit_row[i] = scores->n;
			scores->model[scores->n++] = i;
		}
	}

	/* a model needs a share of the scores: so there are not many more cells */
	scores->x = sc_alloc((Size) scores->n * d, sizeof(double));
	scores->missing = NULL;
	if (n_observed < (Size) scores->n * d)
	{
		scores->missing = sc_alloc((Size) scores->n * d, sizeof(bool));
		memset(scores->missing, true, (Size) scores->n * d);
	}
	for (j = 0; j < d; j++)
	{
		bool		turn = turned != NULL && turned[j];

		if (benchmark[j] == SC_NO_BENCHMARK)
			continue;
		for (k = columns->start[benchmark[j]]; k < columns->start[benchmark[j] + 1]; k++)
		{
			uint32		model = columns->model[k];
			Size		at;

			sc_poll_step(k);
			if (!scores->included[model])
				continue;
			at = (Size) j * scores->n + scores->fit_row[model];
			scores->x[at] = turn ? -columns->score[k] : columns->score[k];
			if (scores->missing != NULL)
				scores->missing[at] = false;
		}
		CHECK_FOR_INTERRUPTS();
	}
	scores->sd = get_float8_nan();
	scores->order = NULL;
	scores->sorted = NULL;
	scores->rank = NULL;
	scores->reference = false;
	scores->controls = NULL;
	scores->component = 0;
	scores->later = NULL;
}

/* Imputes the missing scores. */
static ScStatus
impute_missing(CapabilityScores *scores)
{
	ScImputation *imputation = &scores->imputation;
	Size		n = scores->n;
	Size		d = scores->d;
	ScStatus	status;
	void	   *work;

	sc_check_size(n, d);
	imputation->spread = sc_alloc(d, sizeof(ScSpread));
	imputation->weight = sc_alloc(d, sizeof(double));
	imputation->noise = sc_alloc(d, sizeof(double));
	imputation->t = sc_alloc(n, sizeof(double));
	work = sc_alloc(sc_impute_workspace(n, d), 1);
	status = sc_impute(scores->x, scores->missing, n, d, SC_IMPUTE_TOLERANCE, work, sc_poll, imputation);
	pfree(work);
	sc_check_status(status, n, d);
	return status;
}

void
sc_fit_capabilities(const ScoreColumns *columns, const uint32 *benchmark,
					uint32 d, const CapabilityRecipe *recipe, uint32 wanted,
					CapabilityScores *scores)
{
	sc_gather_capabilities(columns, benchmark, d, NULL, recipe, scores);
	scores->fit.constant = 0;
	scores->status = SC_OK;
	if (recipe->impute && scores->n < SC_MIN_MODELS)
		scores->status = SC_TOO_FEW_SCORES;
	else if (scores->missing != NULL)
		scores->status = impute_missing(scores);
	if (scores->status == SC_OK)
		scores->status = sc_run_fit(scores->x, scores->n, d, recipe->pca, wanted, &scores->fit);
	else if (scores->status == SC_CONSTANT_COLUMN)
		scores->fit.constant = scores->imputation.column;
	if (scores->status == SC_OK)
		set_scores(scores, scores->fit.score);
}

ScStatus
sc_check_capabilities(const ScoreColumns *columns, const BenchmarkSet *capabilities)
{
	ScStatus	status = SC_OK;
	uint32		k;

	for (k = 0; k < capabilities->n; k++)
	{
		uint32		benchmark = capabilities->place[k];
		uint8		flags = columns->view.benchmark_flags[benchmark];

		sc_poll_step(k);
		if (columns->start[benchmark] == columns->start[benchmark + 1])
			return SC_NO_SCORES;
		if (sc_has_direction_conflict(flags) ||
			(capabilities->annotated && sc_has_role_conflict(flags)))
			status = SC_CONFLICT;
	}
	return status;
}

void
sc_fit_some(const ScoreColumns *columns, const BenchmarkSet *capabilities,
			const uint32 *benchmark, uint32 d, const CapabilityRecipe *recipe,
			uint32 wanted, CapabilityScores *scores)
{
	ScStatus	status = sc_check_capabilities(columns, capabilities);

	if (status == SC_OK)
		sc_fit_capabilities(columns, benchmark, d, recipe, wanted, scores);
	else
	{
		sc_gather_capabilities(columns, benchmark, d, NULL, recipe, scores);
		scores->status = status;
	}
}

void
sc_fit_named(const ScoreColumns *columns, const BenchmarkSet *capabilities,
			 const CapabilityRecipe *recipe, uint32 wanted, CapabilityScores *scores)
{
	sc_check_min_scores(recipe, capabilities->n);
	sc_fit_some(columns, capabilities, capabilities->place, capabilities->n, recipe, wanted, scores);
}

int32
sc_count_imputed(const CapabilityScores *scores)
{
	int32		count = 0;
	uint32		i;

	for (i = 0; i < scores->n; i++)
		count += sc_is_imputed(scores, scores->model[i]);
	return count;
}

uint32
sc_without(const uint32 *place, uint32 n, uint32 left_out, uint32 *others)
{
	uint32		left = 0;
	uint32		k;

	for (k = 0; k < n; k++)
	{
		if (place[k] != left_out)
			others[left++] = place[k];
	}
	return left;
}

uint32
sc_without_target(const ScoreColumns *columns, const uint32 *place, uint32 n,
				  uint32 target, uint32 *others)
{
	uint32		left = 0;
	uint32		k;

	for (k = 0; k < n; k++)
	{
		if (place[k] != target && !sc_overlaps(columns, target, place[k]))
			others[left++] = place[k];
	}
	return left;
}

bool
sc_is_part(const ScoreColumns *columns, const BenchmarkSet *capabilities, uint32 target)
{
	return capabilities->member[target] ||
		sc_overlaps_any(columns, target, capabilities->member);
}

void
sc_begin_others(const ScoreColumns *columns, const BenchmarkSet *capabilities, uint32 target,
				OtherBenchmarks *others)
{
	others->context = AllocSetContextCreate(CurrentMemoryContext,
											"component of the others",
											ALLOCSET_DEFAULT_SIZES);
	others->caller = MemoryContextSwitchTo(others->context);
	others->place = sc_alloc(capabilities->n, sizeof(uint32));
	others->n = sc_without_target(columns, capabilities->place, capabilities->n, target,
								  others->place);
}

void
sc_end_others(OtherBenchmarks *others)
{
	MemoryContextSwitchTo(others->caller);
	MemoryContextDelete(others->context);
}

void
sc_reference_scores(const ScoreColumns *columns, uint32 benchmark,
					CapabilityScores *scores)
{
	sc_gather_capabilities(columns, &benchmark, 1, NULL, &sc_complete_recipe, scores);
	scores->status = SC_OK;
	scores->reference = true;
	set_scores(scores, scores->x);
	sc_sort_scores(scores);
}
