/*-------------------------------------------------------------------------
 *
 * over_time.c
 *	  capabilities_over_time: the correlations of capabilities_correlations over
 *	  the models of a window of release dates, which ends at each date in turn.
 *
 * A window is the analysis of the matrix that has the scores of its models alone:
 * the same numbers as of subset().  One number of each window compares it with all
 * that have a date: how far its models spread in capability, which its correlations
 * rise and fall with.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "functions/analyses/capability_scores.h"
#include "functions/analyses/columns.h"
#include "functions/analyses/correlation_rows.h"
#include "functions/analyses/correlations.h"
#include "functions/analyses/limits.h"
#include "functions/analyses/targets.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "types/forms/poll.h"
#include "stats/component/component.h"
#include "stats/correlation/rank.h"

PG_FUNCTION_INFO_V1(sc_capabilities_over_time);

/* 0001-01-01 and 9999-12-31 as days since 1970-01-01: dates that every driver reads. */
#define FIRST_DAY (-719162)
#define LAST_DAY 2932896

/* Columns that say which window, and how wide. */
#define WINDOW_COLUMNS 3

/* The models that have a date, by day. */
typedef struct Releases
{
	uint32		n;
	double	   *day;			/* [n], ascending; since 1970-01-01 */
	uint32	   *model;			/* [n] */
} Releases;

/* Reads them from the scores of a benchmark; what is no day of those years is no date. */
static void
read_releases(const ScoreColumns *columns, uint32 released, Releases *releases)
{
	bool		negated = sc_is_flagged(columns, released, SC_BENCHMARK_LOWER_IS_BETTER);
	uint32		first = columns->start[released];
	uint32		n = columns->start[released + 1] - first;
	double	   *day = sc_alloc(n, sizeof(double));
	uint32	   *order = sc_alloc(n, sizeof(uint32));
	uint32		i;

	for (i = 0; i < n; i++)
	{
		sc_poll_step(i);
		day[i] = floor(negated ? -columns->score[first + i] : columns->score[first + i]);
		order[i] = i;
	}
	sc_sort_order(day, n, order, sc_alloc(sc_sort_workspace(n), 1), sc_poll);
	releases->n = 0;
	releases->day = sc_alloc(n, sizeof(double));
	releases->model = sc_alloc(n, sizeof(uint32));
	for (i = 0; i < n; i++)
	{
		sc_poll_step(i);
		if (day[order[i]] >= FIRST_DAY && day[order[i]] <= LAST_DAY)
		{
			releases->day[releases->n] = day[order[i]];
			releases->model[releases->n++] = columns->model[first + order[i]];
		}
	}
}

/* The scores of the models that are in a window; the labels stay. */
static void
keep_models(const ScoreColumns *all, const bool *in_window, ScoreColumns *kept)
{
	uint32		n_benchmarks = all->view.n_benchmarks;
	uint32		n = 0;
	uint32		j;
	uint32		k;

	for (j = 0; j < n_benchmarks; j++)
	{
		kept->start[j] = n;
		for (k = all->start[j]; k < all->start[j + 1]; k++)
		{
			sc_poll_step(k);
			if (!in_window[all->model[k]])
				continue;
			kept->model[n] = all->model[k];
			if (all->pooled != NULL)
				kept->pooled[n] = all->pooled[k];
			kept->score[n++] = all->score[k];
		}
	}
	kept->start[n_benchmarks] = n;
}

/* ----------
 * How far capability spreads
 * ----------
 */

/*
 * The standard deviation (ddof = 0) of the scores that the models of a window have by a
 * fit; NaN for fewer than SC_MIN_MODELS of the fit, which have no correlation either.
 */
static double
spread_of_models(const CapabilityScores *scores, const bool *in_window)
{
	double	   *score;
	ScSpread	spread = {0};
	Size		n = 0;
	uint32		i;

	if (scores->status != SC_OK)
		return get_float8_nan();
	score = sc_alloc(scores->n, sizeof(double));
	for (i = 0; i < scores->n; i++)
	{
		sc_poll_step(i);
		if (in_window[scores->model[i]])
			score[n++] = scores->score[scores->model[i]];
	}
	if (n >= SC_MIN_MODELS)
		sc_spread(score, n, sc_poll, &spread);
	pfree(score);
	return n >= SC_MIN_MODELS ? spread.sd : get_float8_nan();
}

/*
 * Fits all models that have a date, as a window that holds them all does; sd is the
 * spread of their scores.  Where they are too many to be fitted, which windows need not
 * be, there is no fit.
 */
static void
fit_released(const ScoreColumns *columns, const BenchmarkSet *capabilities,
			 const CapabilityRecipe *recipe, const Releases *releases, ScoreColumns *kept,
			 CapabilityScores *scores)
{
	bool	   *is_released = sc_alloc(columns->view.n_models, sizeof(bool));
	uint32		i;

	memset(is_released, 0, columns->view.n_models);
	for (i = 0; i < releases->n; i++)
		is_released[releases->model[i]] = true;
	scores->status = SC_TOO_MANY_COLUMNS;
	scores->sd = get_float8_nan();
	if (releases->n > SC_MAX_COMPONENT_COLUMNS && capabilities->n > SC_MAX_COMPONENT_COLUMNS)
		return;
	keep_models(columns, is_released, kept);
	sc_fit_some(kept, capabilities, capabilities->place, capabilities->n, recipe, 1, scores);
	scores->sd = spread_of_models(scores, is_released);
	if (scores->sd == 0)
		scores->sd = get_float8_nan();
	pfree(is_released);
}

/* ----------
 * Windows
 * ----------
 */

/* Days since 1970-01-01 as a date. */
static Datum
date_of_day(int32 day)
{
	return DateADTGetDatum(day - (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE));
}

/* The rows of a window: of the targets that have a score in it. */
static void
put_window(ResultRows *rows, const ScoreColumns *columns, const BenchmarkSet *capabilities,
		   const BenchmarkSet *targets, const CorrelationOptions *options,
		   double capability_sd_ratio, int32 first_day, int32 last_day)
{
	CapabilityScores scores;
	BenchmarkSet here;
	CorrelationRow *row;
	uint32		j;

	sc_set_init(&here, &columns->view);
	for (j = 0; j < targets->n; j++)
		here.member[targets->place[j]] = columns->start[targets->place[j]] < columns->start[targets->place[j] + 1];
	sc_set_finish(&here, &columns->view);
	sc_fit_some(columns, capabilities, capabilities->place, capabilities->n, &options->recipe, 1,
				&scores);
	sc_sort_scores(&scores);
	scores.controls = options->controls;
	row = sc_alloc(here.n, sizeof(CorrelationRow));
	sc_correlate_targets(columns, capabilities, &here, &scores, options, row);
	for (j = 0; j < here.n; j++)
	{
		CHECK_FOR_INTERRUPTS();
		sc_add(&rows->row, date_of_day(first_day), false);
		sc_add(&rows->row, date_of_day(last_day), false);
		sc_add_float8(rows, capability_sd_ratio);
		sc_put_correlation_row(rows, columns, &row[j], options->interval.threshold);
	}
}

/*
 * capabilities_over_time(m, released, window_days, capabilities, targets, method,
 *						  pca, missing, min_scores, exclude_self, confidence, ci,
 *						  resamples, seed, families, threshold, controlling)
 */
Datum
sc_capabilities_over_time(PG_FUNCTION_ARGS)
{
	ResultColumn result[WINDOW_COLUMNS + SC_CORRELATION_COLUMNS] = {
		{"window_start", DATEOID}, {"window_end", DATEOID}, {"capability_sd_ratio", FLOAT8OID}
	};
	int32		window_days = sc_count_argument(fcinfo, 2, "window_days");
	ResultRows	rows;
	CorrelationOptions options;
	ScoreColumns columns;
	ScoreColumns kept;
	BenchmarkSet capabilities;
	BenchmarkSet except;
	BenchmarkSet targets;
	Controls	controls;
	Releases	releases;
	CapabilityScores all;
	bool	   *in_window;
	MemoryContext window_context;
	MemoryContext caller;
	uint32		released;
	uint32		first = 0;
	uint32		end = 0;

	if (window_days > SC_MAX_WINDOW_DAYS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for parameter \"%s\": %d", "window_days", window_days),
				 errdetail("It must be at most %d.", SC_MAX_WINDOW_DAYS)));
	memcpy(&result[WINDOW_COLUMNS], sc_correlation_columns, sizeof(sc_correlation_columns));
	sc_begin_rows(fcinfo, result, lengthof(result), &rows);
	sc_read_columns(fcinfo, 0, &columns);
	sc_correlation_options(fcinfo, 5, 10, &columns, &options);
	released = (uint32) sc_named_benchmark(fcinfo, 1, "released", &columns.view, MISSING_RAISE);
	(void) sc_capability_set(fcinfo, 3, &columns.view, MISSING_RAISE, &capabilities);
	sc_check_min_scores(&options.recipe, capabilities.n);
	if (capabilities.member[released])
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("benchmark \"%s\" is a capability benchmark, and cannot hold release dates",
						text_to_cstring(PG_GETARG_TEXT_PP(1)))));
	/* of all models: which of them are in a window is known from its scores */
	if (sc_controls_argument(fcinfo, 16, &columns, options.method, &controls))
		options.controls = &controls;
	sc_add_controls(&columns, &capabilities, options.controls, &except);
	except.member[released] = true;
	sc_choose_targets(fcinfo, 4, &columns, &except, SC_BENCHMARK_COVARIATE, &targets);

	read_releases(&columns, released, &releases);
	kept.view = columns.view;
	sc_alloc_columns(&kept);
	fit_released(&columns, &capabilities, &options.recipe, &releases, &kept, &all);
	in_window = sc_alloc(columns.view.n_models, sizeof(bool));
	memset(in_window, 0, columns.view.n_models);
	window_context = AllocSetContextCreate(CurrentMemoryContext, "window of releases", ALLOCSET_DEFAULT_SIZES);
	while (end < releases.n)
	{
		int32		last_day = (int32) releases.day[end];
		int32		first_day = Max(last_day - window_days + 1, FIRST_DAY);

		CHECK_FOR_INTERRUPTS();
		for (; end < releases.n && releases.day[end] == last_day; end++)
			in_window[releases.model[end]] = true;
		for (; releases.day[first] < first_day; first++)
			in_window[releases.model[first]] = false;
		keep_models(&columns, in_window, &kept);
		caller = MemoryContextSwitchTo(window_context);
		put_window(&rows, &kept, &capabilities, &targets, &options,
				   spread_of_models(&all, in_window) / all.sd, first_day, last_day);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(window_context);
	}
	return (Datum) 0;
}
