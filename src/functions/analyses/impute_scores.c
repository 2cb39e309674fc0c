/*-------------------------------------------------------------------------
 *
 * impute_scores.c
 *	  impute_scores: what missing => 'impute' takes for the missing scores of the
 *	  capability benchmarks, to be looked at.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/float.h"

#include "functions/analyses/capability_scores.h"
#include "functions/analyses/targets.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "types/forms/poll.h"
#include "stats/imputation/impute.h"

PG_FUNCTION_INFO_V1(sc_impute_scores);

static const ResultColumn result_columns[] = {
	{"model", TEXTOID},
	{"benchmark", TEXTOID},
	{"score", FLOAT8OID},
	{"stderr", FLOAT8OID},
	{"imputed", BOOLOID},
	{"status", TEXTOID},
};

/* Standard errors of the imputed scores, in the order of scores->x; NULL if none. */
static double *
imputed_errors(const CapabilityScores *scores)
{
	double	   *se;

	if (scores->status != SC_OK || scores->missing == NULL)
		return NULL;
	se = sc_alloc((Size) scores->n * scores->d, sizeof(double));
	sc_imputation_errors(scores->missing, scores->n, scores->d, &scores->imputation, sc_poll, se);
	return se;
}

/* Where a cell stands among n, which ascend by model and benchmark; -1: nowhere. */
static int64
find_cell(const CellIndex *at, uint32 n, uint32 model, uint32 benchmark)
{
	uint32		low = 0;
	uint32		high = n;

	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;

		if (at[middle].model < model ||
			(at[middle].model == model && at[middle].benchmark < benchmark))
			low = middle + 1;
		else
			high = middle;
	}
	if (low < n && at[low].model == model && at[low].benchmark == benchmark)
		return low;
	return -1;
}

/* The observed score of a cell, as stored; false if there is none. */
static bool
observed_score(const ScoreMatrixView *view, uint32 model, uint32 benchmark,
			   double *score, double *error)
{
	int64		at = find_cell(view->single_at, view->n_single, model, benchmark);

	*error = get_float8_nan();
	if (at >= 0)
	{
		*score = view->score[at];
		return true;
	}
	at = find_cell(view->pooled_at, view->n_pooled, model, benchmark);
	if (at < 0)
		return false;
	*score = sc_pooled_mean(&view->pooled[at]);
	*error = sc_pooled_stderr(&view->pooled[at], view->pooled_flags[at]);
	return true;
}

/* One cell, in the units and the direction of the stored scores. */
static void
put_cell(ResultRows *rows, const ScoreColumns *columns, const CapabilityScores *scores,
		 uint32 model, uint32 j, const double *se)
{
	uint32		benchmark = scores->benchmark[j];
	double		score = get_float8_nan();
	double		error = get_float8_nan();
	const char *status = SC_STATUS_OK;
	bool		observed = observed_score(&columns->view, model, benchmark, &score, &error);

	if (!observed)
		status = sc_model_status(scores, model, SC_STATUS_OK);
	if (!observed && strcmp(status, SC_STATUS_OK) == 0)
	{
		Size		at = (Size) j * scores->n + scores->fit_row[model];

		score = scores->x[at];
		if (sc_is_flagged(columns, benchmark, SC_BENCHMARK_LOWER_IS_BETTER))
			score = score == 0 ? 0.0 : -score;
		error = se[at];
	}
	sc_add_model(rows, columns, model);
	sc_add_benchmark(rows, columns, benchmark);
	sc_add_float8(rows, score);
	sc_add_float8(rows, error);
	if (isnan(score))
		sc_add_null(rows);
	else
		sc_add_bool(rows, !observed);
	sc_add_text(rows, status);
	sc_end_row(rows);
}

/* impute_scores(m, capabilities, min_scores) */
Datum
sc_impute_scores(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	CapabilityRecipe recipe = {SC_PCA_PEARSON, true, 0};
	ScoreColumns columns;
	BenchmarkSet capabilities;
	CapabilityScores scores;
	double	   *se;
	uint32		i;
	uint32		j;

	if (!PG_ARGISNULL(2))
		recipe.min_scores = (uint32) sc_count_argument(fcinfo, 2, "min_scores");
	sc_begin_rows(fcinfo, result_columns, lengthof(result_columns), &rows);
	sc_read_columns(fcinfo, 0, &columns);
	(void) sc_capability_set(fcinfo, 1, &columns.view, MISSING_RAISE, &capabilities);
	sc_fit_named(&columns, &capabilities, &recipe, 1, &scores);
	se = imputed_errors(&scores);
	for (i = 0; i < columns.view.n_models; i++)
	{
		/* a model without any of them has no part in this */
		if (scores.n_observed[i] == 0)
			continue;
		for (j = 0; j < scores.d; j++)
		{
			CHECK_FOR_INTERRUPTS();
			put_cell(&rows, &columns, &scores, i, j, se);
		}
	}
	return (Datum) 0;
}
