/*-------------------------------------------------------------------------
 *
 * analysis.c
 *	  From a score_matrix to the numbers that the statistics want.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "functions/analyses/analysis.h"
#include "functions/shared/memory.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "stats/correlation/rank.h"

void
sc_read_columns(FunctionCallInfo fcinfo, int i, ScoreColumns *columns)
{
	ScoreMatrixView *view = &columns->view;
	uint32		n_cells;
	uint32	   *next;
	uint32		s = 0;
	uint32		p = 0;
	uint32		k;

	if (PG_ARGISNULL(i))
		memset(view, 0, sizeof(ScoreMatrixView));
	else
		sc_matrix_read(PG_GETARG_DATUM(i), view);

	/* cells stand by model: a counting sort puts them by benchmark */
	n_cells = view->n_single + view->n_pooled;
	columns->start = sc_alloc(view->n_benchmarks + 1, sizeof(uint32));
	columns->model = sc_alloc(n_cells, sizeof(uint32));
	columns->score = sc_alloc(n_cells, sizeof(double));
	next = sc_alloc(view->n_benchmarks, sizeof(uint32));
	memset(columns->start, 0, sizeof(uint32) * ((Size) view->n_benchmarks + 1));
	for (k = 0; k < view->n_single; k++)
	{
		sc_poll_step(k);
		columns->start[view->single_at[k].benchmark + 1]++;
	}
	for (k = 0; k < view->n_pooled; k++)
	{
		sc_poll_step(k);
		columns->start[view->pooled_at[k].benchmark + 1]++;
	}
	for (k = 0; k < view->n_benchmarks; k++)
	{
		sc_poll_step(k);
		columns->start[k + 1] += columns->start[k];
		next[k] = columns->start[k];
	}
	Assert(columns->start[view->n_benchmarks] == n_cells);
	while (s < view->n_single || p < view->n_pooled)
	{
		bool		single = sc_next_cell_is_single(view, s, p);
		CellIndex	at = single ? view->single_at[s] : view->pooled_at[p];
		double		score;

		sc_poll_step((uint64) s + p);
		score = single ? view->score[s++] : sc_pooled_mean(&view->pooled[p++]);
		if (sc_is_flagged(columns, at.benchmark, SC_BENCHMARK_LOWER_IS_BETTER))
			score = score == 0 ? 0.0 : -score;
		columns->model[next[at.benchmark]] = at.model;
		columns->score[next[at.benchmark]++] = score;
	}
	pfree(next);
}

/*
 * Spreads the scores of the models of the fit over all, and finds what every target
 * needs of them.
 */
static void
set_scores(CapabilityScores *scores, const double *score)
{
	void	   *work = sc_alloc(sc_sort_workspace(scores->n), 1);
	ScSpread	spread;
	uint32		i;

	for (i = 0; i < scores->n; i++)
	{
		sc_poll_step(i);
		scores->score[scores->model[i]] = score[i];
	}
	if (scores->n > 0)
	{
		sc_spread(score, scores->n, sc_poll, &spread);
		scores->sd = spread.sd;
	}
	scores->order = sc_alloc(scores->n, sizeof(uint32));
	scores->sorted = sc_alloc(scores->n, sizeof(double));
	for (i = 0; i < scores->n; i++)
		scores->order[i] = i;
	sc_sort_order(score, scores->n, scores->order, work, sc_poll);
	pfree(work);
	for (i = 0; i < scores->n; i++)
	{
		sc_poll_step(i);
		scores->sorted[i] = score[scores->order[i]];
	}
	scores->rank = sc_alloc(scores->n, sizeof(int32));
	sc_ranks_of_order(score, scores->n, scores->order, scores->rank, sc_poll);
	for (i = 0; i < scores->n && scores->rank[i] == 0; i++)
		;
	if (i == scores->n)
		scores->rank = NULL;
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
	scores->row = sc_alloc(n_models, sizeof(uint32));
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
			scores->row[i] = scores->n;
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
			at = (Size) j * scores->n + scores->row[model];
			scores->x[at] = turn ? -columns->score[k] : columns->score[k];
			if (scores->missing != NULL)
				scores->missing[at] = false;
		}
		CHECK_FOR_INTERRUPTS();
	}
	scores->sd = get_float8_nan();
	scores->rank = NULL;
}

/* Fills the missing scores. */
static ScStatus
fill_missing(CapabilityScores *scores)
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
		scores->status = fill_missing(scores);
	if (scores->status == SC_OK)
		scores->status = sc_run_fit(scores->x, scores->n, d, recipe->pca, wanted, &scores->fit);
	else if (scores->status == SC_CONSTANT_COLUMN)
		scores->fit.constant = scores->imputation.column;
	if (scores->status == SC_OK)
		set_scores(scores, scores->fit.score);
}

/* Models that are named of a group that nothing connects with the others. */
#define MAX_NAMED_MODELS 5

static void
raise_not_connected(const ScoreColumns *columns, const CapabilityScores *scores)
{
	uint32	   *group = sc_alloc(scores->n, sizeof(uint32));
	uint32	   *parent = sc_alloc(scores->n, sizeof(uint32));
	Size		n_groups = sc_impute_groups(scores->missing, scores->n, scores->d, parent,
											sc_poll, group);
	uint32	   *size = sc_alloc(n_groups, sizeof(uint32));
	uint32		smallest = 0;
	uint32		named = 0;
	StringInfoData names;
	uint32		i;

	memset(size, 0, sizeof(uint32) * n_groups);
	for (i = 0; i < scores->n; i++)
		size[group[i]]++;
	for (i = 1; i < n_groups; i++)
	{
		if (size[i] < size[smallest])
			smallest = i;
	}
	initStringInfo(&names);
	for (i = 0; i < scores->n && named < MAX_NAMED_MODELS; i++)
	{
		if (group[i] == smallest)
			appendStringInfo(&names, "%s\"%s\"", named++ > 0 ? ", " : "",
							 TextDatumGetCString(sc_model_name(columns, scores->model[i])));
	}
	if (size[smallest] > named)
		appendStringInfo(&names, " and %u more", size[smallest] - named);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot impute scores of models that no capability benchmark connects"),
			 errdetail_plural("Model %s shares no capability benchmark with the %u others.",
							  "Models %s share no capability benchmark with the %u others.",
							  size[smallest], names.data, scores->n - size[smallest]),
			 errhint("Analyse the groups apart (see subset()), or choose capability benchmarks that connect them.")));
}

void
sc_fit_named(const ScoreColumns *columns, const uint32 *benchmark, uint32 d,
			 const CapabilityRecipe *recipe, uint32 wanted, CapabilityScores *scores)
{
	sc_check_min_scores(recipe, d);
	sc_fit_capabilities(columns, benchmark, d, recipe, wanted, scores);
	if (scores->status == SC_NOT_CONNECTED)
		raise_not_connected(columns, scores);
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

void
sc_begin_others(const BenchmarkSet *capabilities, uint32 target, OtherBenchmarks *others)
{
	others->context = AllocSetContextCreate(CurrentMemoryContext,
											"component of the others",
											ALLOCSET_DEFAULT_SIZES);
	others->caller = MemoryContextSwitchTo(others->context);
	others->place = sc_alloc(capabilities->n, sizeof(uint32));
	others->n = sc_without(capabilities->place, capabilities->n, target, others->place);
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
	set_scores(scores, scores->x);
}

Datum
sc_benchmark_name(const ScoreColumns *columns, uint32 benchmark)
{
	uint32		len;
	const char *label = sc_flat_label(&columns->view,
									  columns->view.n_models + benchmark, &len);

	return PointerGetDatum(cstring_to_text_with_len(label, len));
}

Datum
sc_model_name(const ScoreColumns *columns, uint32 model)
{
	uint32		len;
	const char *label = sc_flat_label(&columns->view, model, &len);

	return PointerGetDatum(cstring_to_text_with_len(label, len));
}

const char *
sc_fit_status(ScStatus status)
{
	switch (status)
	{
		case SC_OK:
			return SC_STATUS_OK;
		case SC_TOO_FEW_MODELS:
			return "too few complete models";
		case SC_CONSTANT_COLUMN:
			return "constant capability benchmark";
		case SC_UNDEFINED_COMPONENT:
			return "undefined component";
		case SC_TOO_FEW_SCORES:
			return "capability benchmark with too few scores";
		case SC_NOT_CONNECTED:
			return "no capability benchmark in common";
		case SC_NOT_CONVERGED:
			return "imputation not converged";
		default:
			elog(ERROR, "unexpected status %d", (int) status);
	}
	return NULL;				/* keep compiler quiet */
}

const char *
sc_excluded_status(const CapabilityScores *scores)
{
	return scores->recipe.impute ? SC_STATUS_FEW_SCORES : SC_STATUS_INCOMPLETE;
}
