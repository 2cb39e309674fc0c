/*-------------------------------------------------------------------------
 *
 * capabilities_scores.c
 *	  capabilities_scores: the capabilities score of every model, its rank, and
 *	  how far both hang on which capability benchmarks there are.
 *
 * "Is this model really ahead of that one?" is a question about benchmarks, not
 * about other models: models stay, the capability benchmarks are resampled.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "functions/analyses/analysis.h"
#include "functions/analyses/fitted_scores.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "stats/component/component.h"
#include "stats/resampling/replicates.h"
#include "stats/resampling/score_bootstrap.h"

PG_FUNCTION_INFO_V1(sc_capabilities_scores);

static const ResultColumn result_columns[] = {
	{"model", TEXTOID},
	{"capability", FLOAT8OID},
	{"rank", INT4OID},
	{"n_observed", INT4OID},
	{"imputed", FLOAT8OID},
	{"ci_low", FLOAT8OID},
	{"ci_high", FLOAT8OID},
	{"rank_low", INT4OID},
	{"rank_high", INT4OID},
	{"n_resamples", INT4OID},
	{"status", TEXTOID},
};

/*
 * Replicates are kept for percentiles: at most so many scores of models, that is
 * fewer resamples where there are very many models.
 */
#define MAX_REPLICATES 20000000

/*
 * Where scores are drawn anew, because they were filled or their errors are known,
 * by default so many are: 2 or 3 seconds.
 */
#define MAX_DEFAULT_DRAWS 50000000

/* What resampling gives of a model; NaN and 0 for none. */
typedef struct ScoreInterval
{
	double		low;
	double		high;
	int32		rank_low;
	int32		rank_high;
} ScoreInterval;

/*
 * Standard errors of the cells that went into the fit, in the order of scores->x,
 * 0 where they are not known; NULL if none is.
 */
static double *
cell_errors(const ScoreColumns *columns, const CapabilityScores *scores)
{
	const ScoreMatrixView *view = &columns->view;
	double	   *se = NULL;
	uint32	   *place;
	uint32		j;
	uint32		p;

	if (view->n_pooled == 0)
		return NULL;
	place = sc_alloc(view->n_benchmarks, sizeof(uint32));
	memset(place, 0xFF, sizeof(uint32) * view->n_benchmarks);
	for (j = 0; j < scores->d; j++)
	{
		if (scores->benchmark[j] != SC_NO_BENCHMARK)
			place[scores->benchmark[j]] = j;
	}
	for (p = 0; p < view->n_pooled; p++)
	{
		CellIndex	at = view->pooled_at[p];
		double		error;

		if ((p & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (place[at.benchmark] == PG_UINT32_MAX || !scores->included[at.model])
			continue;
		error = sc_pooled_stderr(&view->pooled[p], view->pooled_flags[p]);
		if (!(error > 0))
			continue;
		if (se == NULL)
		{
			se = sc_alloc((Size) scores->n * scores->d, sizeof(double));
			memset(se, 0, sizeof(double) * scores->n * scores->d);
		}
		se[(Size) place[at.benchmark] * scores->n + scores->row[at.model]] = error;
	}
	pfree(place);
	return se;
}

/* What the call says of intervals. */
typedef struct ScoreOptions
{
	CiKind		kind;
	bool		by_default;		/* nobody asked for them */
	double		confidence;
	int32		resamples;
	uint64		seed;
} ScoreOptions;

/*
 * Intervals of the models that have scores, by their row; fitted: these are on a
 * given component.  Returns the status.  n_resamples is the number of resamples that
 * gave scores, -1 if none were made; there are intervals if enough.
 */
static const char *
resample_scores(const ScoreColumns *columns, const CapabilityScores *scores, bool fitted,
				const ScoreOptions *options, ScoreInterval *interval,
				int32 *n_resamples, bool *enough)
{
	ScPca		pca = fitted ? SC_PCA_SPEARMAN : scores->recipe.pca;
	Size		n = scores->n;
	Size		cells = n * scores->d;
	Size		count = Min((Size) options->resamples, MAX_REPLICATES / n);
	double	   *se;
	double	   *score;
	int32	   *rank;
	void	   *work;
	ScScoreReplicates out = {0};
	Size		valid = 0;
	Size		i;

	*n_resamples = -1;
	*enough = false;
	if (scores->d < SC_MIN_RESAMPLED_BENCHMARKS)
		return SC_STATUS_FEW_BENCHMARKS;
	if (scores->d > SC_MAX_DIRECT_COLUMNS)
		return SC_STATUS_MANY_BENCHMARKS;
	se = cell_errors(columns, scores);
	if (options->by_default && (fitted || se != NULL || scores->missing != NULL))
	{
		count = Min(count, MAX_DEFAULT_DRAWS / cells);
		if (count < SC_MIN_RESAMPLES)
			return SC_STATUS_ON_REQUEST;
	}

	score = sc_alloc(n * count, sizeof(double));
	rank = sc_alloc(n * count, sizeof(int32));
	work = sc_alloc(sc_score_bootstrap_workspace(n, scores->d, pca), 1);
	out.count = out.stride = count;
	out.models = n;
	out.score = score;
	out.rank = rank;
	if (fitted)
		sc_fitted_score_bootstrap(scores->x, se, scores->missing, &scores->imputation,
								  n, scores->d, options->seed, work, sc_poll, &out);
	else
		sc_check_status(sc_score_bootstrap(scores->x, se, scores->missing, &scores->imputation,
										   n, scores->d, pca, options->seed, work, sc_poll,
										   &out), n, scores->d);
	for (i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		/* both are there, or neither: what has a score has a rank */
		if (!sc_percentile_interval(score + i * count, count, options->confidence, sc_poll,
									&interval[i].low, &interval[i].high, &valid) ||
			!sc_rank_interval(rank + i * count, count, options->confidence, sc_poll,
							  &interval[i].rank_low, &interval[i].rank_high, &valid))
			break;
	}
	pfree(score);
	pfree(rank);
	pfree(work);
	*n_resamples = (int32) valid;
	*enough = valid > 0 && valid >= count / 2;
	return *enough ? SC_STATUS_OK : SC_STATUS_DEGENERATE;
}

/* Highest capability first; equal scores, and those without, in C order. */
static int
compare_capability(const void *a, const void *b, void *arg)
{
	const double *score = (const double *) arg;
	uint32		x = *(const uint32 *) a;
	uint32		y = *(const uint32 *) b;

	/* qsort holds nothing that an error would leak */
	CHECK_FOR_INTERRUPTS();
	if (isnan(score[x]) != isnan(score[y]))
		return isnan(score[x]) ? 1 : -1;
	if (!isnan(score[x]) && score[x] != score[y])
		return score[x] > score[y] ? -1 : 1;
	return x < y ? -1 : 1;
}

/* Fits the capability benchmarks, or takes the given component. */
static void
find_scores(FunctionCallInfo fcinfo, const ScoreColumns *columns,
			const CapabilityRecipe *recipe, CapabilityScores *scores)
{
	BenchmarkSet capabilities;

	if (PG_ARGISNULL(5))
	{
		(void) sc_capability_set(fcinfo, 1, &columns->view, MISSING_RAISE, &capabilities);
		sc_fit_named(columns, capabilities.place, capabilities.n, recipe, 1, scores);
		return;
	}
	if (!PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameters \"capabilities\" and \"fitted\" exclude each other"),
				 errdetail("A component has its own capability benchmarks.")));
	sc_project_on_component(fcinfo, 5, columns, recipe, scores);
}

/*
 * capabilities_scores(m, capabilities, pca, missing, min_scores, fitted, confidence,
 *					   ci, resamples, seed)
 */
Datum
sc_capabilities_scores(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	CapabilityRecipe recipe;
	ScoreOptions options;
	ScoreColumns columns;
	CapabilityScores scores;
	ScoreInterval *interval;
	const char *status = SC_STATUS_OK;
	int32		n_resamples = -1;
	bool		enough = false;
	uint32	   *order;
	uint32		rank = 0;
	uint32		i;

	sc_recipe_arguments(fcinfo, 2, &recipe);
	options.confidence = sc_confidence_argument(fcinfo, 6);
	options.by_default = PG_ARGISNULL(7);
	options.kind = sc_ci_argument(fcinfo, 7, CI_BIT(CI_NONE) | CI_BIT(CI_BOOTSTRAP), CI_BOOTSTRAP);
	options.resamples = sc_resamples_argument(fcinfo, 8);
	options.seed = sc_seed_argument(fcinfo, 9);
	sc_begin_rows(fcinfo, result_columns, lengthof(result_columns), &rows);
	sc_read_columns(fcinfo, 0, &columns);
	find_scores(fcinfo, &columns, &recipe, &scores);

	interval = sc_alloc(scores.n, sizeof(ScoreInterval));
	if (options.kind == CI_BOOTSTRAP && scores.status == SC_OK && scores.n > 0)
		status = resample_scores(&columns, &scores, !PG_ARGISNULL(5), &options, interval,
								 &n_resamples, &enough);

	order = sc_alloc(columns.view.n_models, sizeof(uint32));
	for (i = 0; i < columns.view.n_models; i++)
		order[i] = i;
	qsort_arg(order, columns.view.n_models, sizeof(uint32), compare_capability,
			  scores.score);
	for (i = 0; i < columns.view.n_models; i++)
	{
		uint32		model = order[i];
		double		score = scores.score[model];
		bool		has_interval = enough && scores.included[model];
		Datum		values[lengthof(result_columns)] = {0};
		bool		nulls[lengthof(result_columns)] = {false};

		CHECK_FOR_INTERRUPTS();
		values[0] = sc_model_name(&columns, model);
		nulls[1] = nulls[2] = nulls[4] = isnan(score);
		if (!isnan(score))
		{
			/* equal scores share the better rank, as rank() does */
			if (i == 0 || score != scores.score[order[i - 1]])
				rank = i + 1;
			values[1] = Float8GetDatum(score);
			values[2] = Int32GetDatum((int32) rank);
			values[4] = Float8GetDatum(sc_imputed_share(&scores, model));
		}
		values[3] = Int32GetDatum((int32) scores.n_observed[model]);
		nulls[5] = nulls[6] = nulls[7] = nulls[8] = !has_interval;
		if (has_interval)
		{
			const ScoreInterval *own = &interval[scores.row[model]];

			values[5] = Float8GetDatum(own->low);
			values[6] = Float8GetDatum(own->high);
			values[7] = Int32GetDatum(own->rank_low);
			values[8] = Int32GetDatum(own->rank_high);
		}
		nulls[9] = n_resamples < 0;
		values[9] = Int32GetDatum(n_resamples);
		values[10] = CStringGetTextDatum(!scores.included[model] ? sc_excluded_status(&scores) :
										 scores.status == SC_OK ? status :
										 sc_fit_status(scores.status));
		sc_put_row(&rows, values, nulls);
	}
	return (Datum) 0;
}
