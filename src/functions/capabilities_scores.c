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
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/tuplestore.h"

#include "functions/analysis.h"
#include "functions/interval_options.h"
#include "functions/names.h"
#include "functions/support.h"
#include "stats/component.h"
#include "stats/resample.h"
#include "stats/score_bootstrap.h"

PG_FUNCTION_INFO_V1(sc_capabilities_scores);

/* Columns of the result. */
#define SCORE_COLUMNS 10

/*
 * Replicates are kept for percentiles: at most so many scores of models, that is
 * fewer resamples where there are very many models.
 */
#define MAX_REPLICATES 20000000

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
		place[scores->benchmark[j]] = j;
	for (p = 0; p < view->n_pooled; p++)
	{
		CellIndex	at = view->pooled_at[p];
		double		error;

		if ((p & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		if (place[at.benchmark] == PG_UINT32_MAX || !scores->complete[at.model])
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

/*
 * Intervals of the complete models, by their row.  Returns the number of resamples
 * that gave scores; if fewer than half of them did there are no intervals.
 */
static int32
resample_scores(const ScoreColumns *columns, const CapabilityScores *scores,
				double confidence, int32 resamples, uint64 seed,
				ScoreInterval *interval, bool *enough)
{
	Size		n = scores->n;
	Size		count = Min((Size) resamples, MAX_REPLICATES / n);
	double	   *se = cell_errors(columns, scores);
	double	   *score = sc_alloc(n * count, sizeof(double));
	int32	   *rank = sc_alloc(n * count, sizeof(int32));
	void	   *work = sc_alloc(sc_score_bootstrap_workspace(n, scores->d, scores->pca), 1);
	ScScoreReplicates out = {0};
	Size		valid = 0;
	Size		i;

	out.count = out.stride = count;
	out.models = n;
	out.score = score;
	out.rank = rank;
	sc_check_status(sc_score_bootstrap(scores->x, se, n, scores->d, scores->pca,
									   seed, work, sc_poll, &out), n, scores->d);
	for (i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		/* both are there, or neither: what has a score has a rank */
		if (!sc_percentile_interval(score + i * count, count, confidence, sc_poll,
									&interval[i].low, &interval[i].high, &valid) ||
			!sc_rank_interval(rank + i * count, count, confidence, sc_poll,
							  &interval[i].rank_low, &interval[i].rank_high, &valid))
			break;
	}
	pfree(score);
	pfree(rank);
	pfree(work);
	*enough = valid > 0 && valid >= count / 2;
	return (int32) valid;
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

/* capabilities_scores(m, capabilities, pca, confidence, ci, resamples, seed) */
Datum
sc_capabilities_scores(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ScPca		pca = sc_pca_argument(fcinfo, 2);
	double		confidence = sc_confidence_argument(fcinfo, 3);
	CiKind		kind = sc_ci_argument(fcinfo, 4, CI_BIT(CI_NONE) | CI_BIT(CI_BOOTSTRAP), CI_BOOTSTRAP);
	int32		resamples = sc_resamples_argument(fcinfo, 5);
	uint64		seed = sc_seed_argument(fcinfo, 6);
	ScoreColumns columns;
	BenchmarkSet capabilities;
	CapabilityScores scores;
	ScoreInterval *interval;
	const char *status = SC_STATUS_OK;
	int32		n_resamples = -1;
	bool		enough = false;
	uint32	   *order;
	uint32		rank = 0;
	uint32		i;

	InitMaterializedSRF(fcinfo, 0);
	sc_read_columns(fcinfo, 0, &columns);
	(void) sc_capability_set(fcinfo, 1, &columns.view, MISSING_RAISE, &capabilities);
	sc_fit_capabilities(&columns, capabilities.place, capabilities.n, pca, 1, &scores);

	interval = sc_alloc(scores.n, sizeof(ScoreInterval));
	if (kind == CI_BOOTSTRAP && scores.status == SC_OK)
	{
		if (scores.d < SC_MIN_RESAMPLED_BENCHMARKS)
			status = SC_STATUS_FEW_BENCHMARKS;
		else if (scores.d > SC_MAX_DIRECT_COLUMNS)
			status = SC_STATUS_MANY_BENCHMARKS;
		else
		{
			n_resamples = resample_scores(&columns, &scores, confidence, resamples,
										  seed, interval, &enough);
			if (!enough)
				status = SC_STATUS_DEGENERATE;
		}
	}

	order = sc_alloc(columns.view.n_models, sizeof(uint32));
	for (i = 0; i < columns.view.n_models; i++)
		order[i] = i;
	qsort_arg(order, columns.view.n_models, sizeof(uint32), compare_capability,
			  scores.score);
	for (i = 0; i < columns.view.n_models; i++)
	{
		uint32		model = order[i];
		double		score = scores.score[model];
		bool		has_interval = enough && scores.complete[model];
		Datum		values[SCORE_COLUMNS] = {0};
		bool		nulls[SCORE_COLUMNS] = {false};

		CHECK_FOR_INTERRUPTS();
		values[0] = sc_model_name(&columns, model);
		nulls[1] = nulls[2] = isnan(score);
		if (!isnan(score))
		{
			/* equal scores share the better rank, as rank() does */
			if (i == 0 || score != scores.score[order[i - 1]])
				rank = i + 1;
			values[1] = Float8GetDatum(score);
			values[2] = Int32GetDatum((int32) rank);
		}
		values[3] = Int32GetDatum((int32) scores.n_observed[model]);
		nulls[4] = nulls[5] = nulls[6] = nulls[7] = !has_interval;
		if (has_interval)
		{
			const ScoreInterval *own = &interval[scores.row[model]];

			values[4] = Float8GetDatum(own->low);
			values[5] = Float8GetDatum(own->high);
			values[6] = Int32GetDatum(own->rank_low);
			values[7] = Int32GetDatum(own->rank_high);
		}
		nulls[8] = n_resamples < 0;
		values[8] = Int32GetDatum(n_resamples);
		values[9] = CStringGetTextDatum(!scores.complete[model] ? SC_STATUS_INCOMPLETE :
										scores.status == SC_OK ? status :
										sc_fit_status(scores.status));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
