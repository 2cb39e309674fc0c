/*-------------------------------------------------------------------------
 *
 * capabilities_scores.c
 *	  capabilities_scores: the capabilities score of every model, its rank, and
 *	  how much both depend on the choice of capability benchmarks.
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

#include "functions/analyses/score_resampling.h"
#include "functions/analyses/targets.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "types/forms/poll.h"
#include "stats/resampling/replicates.h"

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

/* What resampling gives of a model; NaN and 0 for none. */
typedef struct ScoreInterval
{
	double		low;
	double		high;
	int32		rank_low;
	int32		rank_high;
} ScoreInterval;

/*
 * Intervals of the models that have scores, by their row, from resamples.  Returns the
 * status.  n_resamples is the number of resamples that gave scores; there are
 * intervals if enough.
 */
static const char *
find_intervals(const CapabilityScores *scores, const ScScoreReplicates *replicates,
			   double confidence, ScoreInterval *interval, int32 *n_resamples, bool *enough)
{
	Size		count = replicates->count;
	Size		valid = 0;
	Size		i;

	for (i = 0; i < scores->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		/* both are there, or neither: what has a score has a rank */
		if (!sc_percentile_interval(replicates->score + i * count, count, confidence, sc_poll,
									&interval[i].low, &interval[i].high, &valid) ||
			!sc_rank_interval(replicates->rank + i * count, count, confidence, sc_poll,
							  &interval[i].rank_low, &interval[i].rank_high, &valid))
			break;
	}
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

/*
 * capabilities_scores(m, capabilities, pca, missing, min_scores, fitted, confidence,
 *					   ci, resamples, seed)
 */
Datum
sc_capabilities_scores(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	ScoreOptions options;
	ScoreColumns columns;
	CapabilityScores scores;
	ScScoreReplicates replicates;
	ScoreInterval *interval;
	const char *status;
	int32		n_resamples = -1;
	bool		enough = false;
	uint32	   *order;
	int32		rank = 0;
	uint32		i;

	sc_score_options(fcinfo, 6, &options);
	sc_begin_rows(fcinfo, result_columns, lengthof(result_columns), &rows);
	sc_read_columns(fcinfo, 0, &columns);
	sc_find_scores(fcinfo, 1, &columns, &scores);

	interval = sc_alloc(scores.n, sizeof(ScoreInterval));
	status = sc_resample_scores(&columns, &scores, &options, true, &replicates);
	if (replicates.count > 0)
		status = find_intervals(&scores, &replicates, options.confidence, interval, &n_resamples,
								&enough);

	order = sc_alloc(columns.view.n_models, sizeof(uint32));
	for (i = 0; i < columns.view.n_models; i++)
		order[i] = i;
	qsort_arg(order, columns.view.n_models, sizeof(uint32), compare_capability,
			  scores.score);
	for (i = 0; i < columns.view.n_models; i++)
	{
		uint32		model = order[i];
		double		score = scores.score[model];
		const ScoreInterval *own = NULL;

		CHECK_FOR_INTERRUPTS();
		if (enough && scores.included[model])
			own = &interval[scores.fit_row[model]];
		/* equal scores share the better rank, as rank() does */
		if (i == 0 || score != scores.score[order[i - 1]])
			rank = (int32) i + 1;
		sc_add_model(&rows, &columns, model);
		sc_add_float8(&rows, score);
		sc_add_count(&rows, isnan(score) ? -1 : rank);
		sc_add_int4(&rows, (int32) scores.n_observed[model]);
		sc_add_float8(&rows, isnan(score) ? get_float8_nan() : sc_imputed_share(&scores, model));
		sc_add_float8(&rows, own ? own->low : get_float8_nan());
		sc_add_float8(&rows, own ? own->high : get_float8_nan());
		sc_add_count(&rows, own ? own->rank_low : -1);
		sc_add_count(&rows, own ? own->rank_high : -1);
		sc_add_count(&rows, n_resamples);
		sc_add_text(&rows, sc_model_status(&scores, model, status));
		sc_end_row(&rows);
	}
	return (Datum) 0;
}
