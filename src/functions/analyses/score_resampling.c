/*-------------------------------------------------------------------------
 *
 * score_resampling.c
 *	  Capabilities scores, of the models or on a given component, and on resampled
 *	  capability benchmarks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "functions/analyses/fitted_scores.h"
#include "functions/analyses/limits.h"
#include "functions/analyses/score_resampling.h"
#include "functions/analyses/targets.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "stats/component/component.h"

/* ----------
 * Scores
 * ----------
 */

void
sc_find_scores(FunctionCallInfo fcinfo, int first, const ScoreColumns *columns,
			   CapabilityScores *scores)
{
	CapabilityRecipe recipe;
	BenchmarkSet capabilities;

	sc_recipe_arguments(fcinfo, first + 1, &recipe);
	if (PG_ARGISNULL(first + 4))
	{
		(void) sc_capability_set(fcinfo, first, &columns->view, MISSING_RAISE, &capabilities);
		sc_fit_named(columns, &capabilities, &recipe, 1, scores);
		return;
	}
	if (!PG_ARGISNULL(first))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameters \"capabilities\" and \"fitted\" exclude each other"),
				 errdetail("A component has its own capability benchmarks.")));
	sc_project_on_component(fcinfo, first + 4, columns, &recipe, scores);
}

/* ----------
 * Resamples
 * ----------
 */

void
sc_score_options(FunctionCallInfo fcinfo, int first, ScoreOptions *options)
{
	options->fitted = !PG_ARGISNULL(first - 1);
	options->confidence = sc_confidence_argument(fcinfo, first);
	options->by_default = PG_ARGISNULL(first + 1);
	options->kind = sc_ci_argument(fcinfo, first + 1, CI_BIT(CI_NONE) | CI_BIT(CI_BOOTSTRAP),
								   CI_BOOTSTRAP);
	options->resamples = sc_resamples_argument(fcinfo, first + 2);
	options->seed = sc_seed_argument(fcinfo, first + 3);
}

/*
 * Standard errors of the cells that went into the fit, in the order of scores->x,
 * 0 where they are not known; NULL if none is.
 */
static double *
cell_errors(const ScoreColumns *columns, const CapabilityScores *scores)
{
	double	   *se = NULL;
	uint32		j;
	uint32		k;

	for (j = 0; j < scores->d && columns->pooled != NULL; j++)
	{
		uint32		benchmark = scores->benchmark[j];

		if (benchmark == SC_NO_BENCHMARK)
			continue;
		for (k = columns->start[benchmark]; k < columns->start[benchmark + 1]; k++)
		{
			uint32		model = columns->model[k];
			double		error = sc_score_error(columns, k);

			sc_poll_step(k);
			if (!scores->included[model] || !(error > 0))
				continue;
			if (se == NULL)
			{
				se = sc_alloc((Size) scores->n * scores->d, sizeof(double));
				memset(se, 0, sizeof(double) * scores->n * scores->d);
			}
			se[(Size) j * scores->n + scores->fit_row[model]] = error;
		}
	}
	return se;
}

const char *
sc_resample_scores(const ScoreColumns *columns, const CapabilityScores *scores,
				   const ScoreOptions *options, bool ranks, ScScoreReplicates *out)
{
	ScPca		pca = options->fitted ? SC_PCA_SPEARMAN : scores->recipe.pca;
	Size		n = scores->n;
	double	   *se;
	void	   *work;

	memset(out, 0, sizeof(*out));
	if (options->kind == CI_NONE || scores->status != SC_OK || n == 0)
		return SC_STATUS_OK;
	if (scores->d < SC_MIN_RESAMPLED_BENCHMARKS)
		return SC_STATUS_FEW_BENCHMARKS;
	if (scores->d > SC_MAX_DIRECT_COLUMNS)
		return SC_STATUS_MANY_BENCHMARKS;
	se = cell_errors(columns, scores);
	out->count = Min((Size) options->resamples, SC_MAX_KEPT_SCORES / n);
	if (options->by_default && (options->fitted || se != NULL || scores->missing != NULL))
	{
		out->count = Min(out->count, SC_MAX_DEFAULT_DRAWS / (n * scores->d));
		if (out->count < SC_MIN_RESAMPLES)
		{
			out->count = 0;
			return SC_STATUS_ON_REQUEST;
		}
	}

	out->stride = out->count;
	out->score = sc_alloc(n * out->count, sizeof(double));
	if (ranks)
		out->rank = sc_alloc(n * out->count, sizeof(int32));
	work = sc_alloc(sc_score_bootstrap_workspace(n, scores->d, pca), 1);
	if (options->fitted)
		sc_fitted_score_bootstrap(scores->x, se, scores->missing, &scores->imputation,
								  n, scores->d, options->seed, work, sc_poll, out);
	else
		sc_check_status(sc_score_bootstrap(scores->x, se, scores->missing, &scores->imputation,
										   n, scores->d, pca, options->seed, work, sc_poll,
										   out), n, scores->d);
	pfree(work);
	return SC_STATUS_OK;
}
