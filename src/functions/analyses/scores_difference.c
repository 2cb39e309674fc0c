/*-------------------------------------------------------------------------
 *
 * scores_difference.c
 *	  capabilities_scores_difference: is one model really ahead of another?
 *
 * Both scores are taken on the same resamples of the capability benchmarks, so that
 * what a benchmark does to both of them drops out of the difference.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/float.h"

#include "functions/analyses/score_resampling.h"
#include "functions/analyses/targets.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/result_rows.h"
#include "types/forms/poll.h"
#include "stats/resampling/replicates.h"

PG_FUNCTION_INFO_V1(sc_capabilities_scores_difference);

static const ResultColumn result_columns[] = {
	{"n_capabilities", INT4OID},
	{"capability_a", FLOAT8OID},
	{"capability_b", FLOAT8OID},
	{"difference", FLOAT8OID},
	{"ci_low", FLOAT8OID},
	{"ci_high", FLOAT8OID},
	{"p_value", FLOAT8OID},
	{"n_resamples", INT4OID},
	{"status", TEXTOID},
};

/* NaN is a number that is not there. */
typedef struct Difference
{
	double		low;
	double		high;
	double		p_value;
	int32		n_resamples;	/* -1: none were made */
} Difference;

/*
 * Interval and p-value of the difference of two rows of the fit, of so many
 * benchmarks; the status.
 */
static const char *
find_difference(const ScScoreReplicates *replicates, uint32 a, uint32 b, Size benchmarks,
				double confidence, Difference *d)
{
	Size		count = replicates->count;
	double	   *difference = replicates->score + a * count;
	double		low;
	double		high;
	Size		valid;
	Size		i;

	for (i = 0; i < count; i++)
		difference[i] -= replicates->score[b * count + i];
	if (!sc_percentile_interval(difference, count, sc_widened_confidence(confidence, benchmarks),
								sc_poll, &low, &high, &valid) ||
		valid < count / 2)
	{
		d->n_resamples = (int32) valid;
		return SC_STATUS_DEGENERATE;
	}
	d->n_resamples = (int32) valid;
	d->low = low;
	d->high = high;
	d->p_value = sc_widened_p_value(sc_bootstrap_p_value(difference, count, sc_poll), benchmarks);
	return SC_STATUS_OK;
}

/*
 * capabilities_scores_difference(m, model_a, model_b, capabilities, pca, missing,
 *								  min_scores, fitted, confidence, ci, resamples,
 *								  seed)
 */
Datum
sc_capabilities_scores_difference(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	ScoreOptions options;
	ScoreColumns columns;
	CapabilityScores scores;
	ScScoreReplicates replicates = {0};
	Difference	d;
	const char *status;
	uint32		a;
	uint32		b;
	double		score_a;
	double		score_b;

	sc_score_options(fcinfo, 8, &options);
	sc_begin_rows(fcinfo, result_columns, lengthof(result_columns), &rows);
	sc_read_columns(fcinfo, 0, &columns);
	sc_find_scores(fcinfo, 3, &columns, &scores);
	a = sc_named_model(fcinfo, 1, "model_a", &columns.view);
	b = sc_named_model(fcinfo, 2, "model_b", &columns.view);

	d.low = d.high = d.p_value = get_float8_nan();
	d.n_resamples = -1;
	status = sc_model_status(&scores, a, SC_STATUS_OK);
	if (strcmp(status, SC_STATUS_OK) == 0)
		status = sc_model_status(&scores, b, SC_STATUS_OK);
	if (strcmp(status, SC_STATUS_OK) == 0)
	{
		status = sc_resample_scores(&columns, &scores, &options, false, &replicates);
		if (replicates.count > 0)
			status = find_difference(&replicates, scores.fit_row[a], scores.fit_row[b],
									 scores.d, options.confidence, &d);
	}

	score_a = scores.score[a];
	score_b = scores.score[b];
	sc_add_int4(&rows, (int32) scores.d);
	sc_add_float8(&rows, score_a);
	sc_add_float8(&rows, score_b);
	sc_add_float8(&rows, score_a - score_b);
	sc_add_float8(&rows, d.low);
	sc_add_float8(&rows, d.high);
	sc_add_float8(&rows, d.p_value);
	sc_add_count(&rows, d.n_resamples);
	sc_add_text(&rows, status);
	sc_end_row(&rows);
	return (Datum) 0;
}
