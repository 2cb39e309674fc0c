/*-------------------------------------------------------------------------
 *
 * report.c
 *	  capabilities_report: every target in one row, for people, with what is wrong
 *	  with it in words.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"

#include "functions/analyses/component_gate.h"
#include "functions/analyses/controls.h"
#include "functions/analyses/correlations.h"
#include "functions/analyses/limits.h"
#include "functions/analyses/report_checks.h"
#include "functions/analyses/report_later.h"
#include "functions/analyses/report_text.h"
#include "functions/analyses/targets.h"
#include "functions/shared/arguments.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "types/forms/poll.h"

PG_FUNCTION_INFO_V1(sc_capabilities_report);

static const ResultColumn result_columns[] = {
	{"benchmark", TEXTOID},
	{"n", INT4OID},
	{"corr", NUMERICOID},
	{"interval", TEXTOID},
	{"verdict", TEXTOID},
	{"corr_controlled", NUMERICOID},
	{"interval_controlled", TEXTOID},
	{"note", TEXTOID},
	{"not_checked", TEXTOID},
};

/* ----------
 * What the checks want to know
 * ----------
 */

/* How many models have the best score, and the worst, and what was imputed of theirs. */
static void
describe_models(const ScoreColumns *columns, const CapabilityScores *scores, ReportRow *row)
{
	uint32		target = row->base.target;
	double		best = -HUGE_VAL;
	double		worst = HUGE_VAL;
	double		imputed = 0;
	uint32		k;

	for (k = columns->start[target]; k < columns->start[target + 1]; k++)
	{
		double		score = columns->score[k];

		sc_poll_step(k);
		if (!scores->included[columns->model[k]])
			continue;
		if (score > best)
		{
			best = score;
			row->n_best = 0;
		}
		if (score < worst)
		{
			worst = score;
			row->n_worst = 0;
		}
		row->n_best += score == best;
		row->n_worst += score == worst;
		imputed += sc_imputed_share(scores, columns->model[k]);
	}
	row->imputed = imputed / (double) Max(row->base.result.c.n, 1);
}

/* The rows of targets that are correlated with the same scores. */
static void
describe_rows(const Report *report, const CapabilityScores *scores, ReportRow **row, uint32 m)
{
	const Families *families = &report->options.interval.families;
	LeaveOut	leave = {&report->columns, scores, families, report->options.method, NULL, NULL};
	LeaveOutRow **claims = sc_alloc(m, sizeof(LeaveOutRow *));
	uint32		reversed = SC_NO_BENCHMARK;
	uint32		n_claims = 0;
	uint32		t;

	for (t = 0; t < m; t++)
	{
		ReportRow  *r = row[t];

		CHECK_FOR_INTERRUPTS();
		r->fit = sc_target_status(&report->columns, r->base.target, scores);
		describe_models(&report->columns, scores, r);
		if (strcmp(r->base.component, SC_STATUS_REVERSED) == 0)
		{
			if (reversed == SC_NO_BENCHMARK)
				reversed = sc_first_reversed(&report->columns, scores, families);
			r->reversed = reversed;
		}
		if (sc_claims(r))
			claims[n_claims++] = &r->left_out;
	}
	if (report->leaves_out && n_claims > 0)
	{
		sc_leave_out_benchmarks(&leave, claims, n_claims);
		sc_leave_out_models(&leave, claims, n_claims);
	}
	pfree(claims);
}

/* A target that is part of the component, with that of the others. */
static void
describe_part(const Report *report, ReportRow *row)
{
	OtherBenchmarks others;
	CapabilityScores scores;

	sc_begin_others(&report->columns, &report->capabilities, row->base.target, &others);
	if (others.n == 0)
		row->fit = sc_check_capabilities(&report->columns, &report->capabilities);
	else
	{
		sc_fit_some(&report->columns, &report->capabilities, others.place, others.n,
					&report->options.recipe, 1, &scores);
		sc_sort_scores(&scores);
		describe_rows(report, &scores, &row, 1);
	}
	sc_end_others(&others);
}

/* What is left of the rows' correlations given the controls; nothing else comes of it. */
static void
correlate_given_controls(const Report *report, const BenchmarkSet *targets,
						 const CapabilityScores *scores, ReportRow *row)
{
	CorrelationRow *controlled = sc_alloc(targets->n, sizeof(CorrelationRow));
	CorrelationOptions options = report->options;
	CapabilityScores given = *scores;
	uint32		j;

	options.controls = given.controls = report->controls;
	sc_correlate_targets(&report->columns, &report->capabilities, targets, &given, &options,
						 controlled);
	for (j = 0; j < targets->n; j++)
	{
		sc_poll_step(j);
		row[j].controlled = controlled[j];
		row[j].controlled.scores = NULL;
	}
	pfree(controlled);
}

/* About how long leaving out takes for so many targets of one fit. */
static double
leave_out_time(const Report *report, const CapabilityScores *scores, uint32 m)
{
	return m == 0 ? 0 : sc_leave_out_time(scores, &report->options.interval.families,
										  report->options.method, m);
}

/* The rows: numbers, verdicts, and what the checks want to know. */
static ReportRow **
make_rows(Report *report, const BenchmarkSet *targets)
{
	CorrelationRow *base = sc_alloc(targets->n, sizeof(CorrelationRow));
	ReportRow  *row = sc_alloc(targets->n, sizeof(ReportRow));
	ReportRow **all = sc_alloc(targets->n, sizeof(ReportRow *));
	ReportRow **whole = sc_alloc(targets->n, sizeof(ReportRow *));
	CapabilityScores scores;
	uint32		n_whole = 0;
	uint32		n_claims = 0;
	uint32		n_claims_of_parts = 0;
	uint32		j;

	sc_fit_named(&report->columns, &report->capabilities, &report->options.recipe, 1, &scores);
	sc_sort_scores(&scores);
	sc_correlate_targets(&report->columns, &report->capabilities, targets, &scores,
						 &report->options, base);
	memset(row, 0, targets->n * sizeof(ReportRow));
	for (j = 0; j < targets->n; j++)
	{
		ReportRow  *r = all[j] = &row[j];
		bool		is_part = sc_is_part(&report->columns, &report->capabilities, targets->place[j]);

		sc_poll_step(j);
		r->base = base[j];
		r->reversed = SC_NO_BENCHMARK;
		r->has_verdict = sc_row_verdict(&r->base, report->options.interval.threshold, &r->verdict);
		sc_leave_out_row_init(&r->left_out, r->base.target);
		r->left_out.has_families = r->base.n_families > 0;
		report->n_tested += !isnan(r->base.q_value);
		if (sc_claims(r))
			n_claims++;
		if (sc_claims(r) && is_part)
			n_claims_of_parts++;
		if (!is_part)
			whole[n_whole++] = r;
	}
	report->leaves_out = leave_out_time(report, &scores, n_claims - n_claims_of_parts) +
		n_claims_of_parts * leave_out_time(report, &scores, 1) <= SC_MAX_DEFAULT_LEAVE_OUT_TIME;
	describe_rows(report, &scores, whole, n_whole);
	sc_correlate_later(report, &scores, whole, n_whole);
	for (j = 0; j < targets->n; j++)
	{
		if (sc_is_part(&report->columns, &report->capabilities, targets->place[j]))
			describe_part(report, &row[j]);
	}
	if (report->controls != NULL)
		correlate_given_controls(report, targets, &scores, row);
	pfree(base);
	pfree(whole);
	return all;
}

/* ----------
 * The order of the rows
 * ----------
 */

/*
 * Where a row stands among those of its verdict, the least first.  What has an interval
 * goes by the end of it that is nearest to 0, or beyond it, "low" by the farthest; the
 * others by the correlation.
 */
static double
place_of(const ReportRow *row)
{
	const CorrelationRow *base = &row->base;

	switch (row->has_verdict ? row->verdict : SC_UNRESOLVED)
	{
		case SC_ENTANGLED:
		case SC_POSITIVE:
			return -base->ci_low;
		case SC_INVERSE:
		case SC_NEGATIVE:
			return base->ci_high;
		case SC_LOW:
			return Max(-base->ci_low, base->ci_high);
		case SC_TIED:			/* of later components */
		case SC_UNRESOLVED:
			if (row->has_verdict)
				return base->result.c.corr < 0 ? base->ci_high : -base->ci_low;
			break;
	}
	return base->result.status == SC_OK ? -fabs(base->result.c.corr) : 0;
}

/* The verdicts in the order of ScVerdict, then those without, then those without corr. */
static int
group_of(const ReportRow *row)
{
	if (row->has_verdict)
		return row->verdict;
	return row->base.result.status == SC_OK ? SC_UNRESOLVED + 1 : SC_UNRESOLVED + 2;
}

static int
compare_rows(const void *a, const void *b)
{
	const ReportRow *x = *(ReportRow *const *) a;
	const ReportRow *y = *(ReportRow *const *) b;
	double		place_x = place_of(x);
	double		place_y = place_of(y);

	CHECK_FOR_INTERRUPTS();
	if (group_of(x) != group_of(y))
		return group_of(x) < group_of(y) ? -1 : 1;
	if (place_x != place_y)
		return place_x < place_y ? -1 : 1;
	return x->base.target < y->base.target ? -1 : 1;
}

/* ----------
 * The rows themselves
 * ----------
 */

static void
add_words(ResultRows *rows, StringInfo words)
{
	sc_add_text(rows, words->len > 0 ? words->data : NULL);
	resetStringInfo(words);
}

/* A correlation and its interval, or what is there of them. */
static void
add_correlation(ResultRows *rows, const Report *report, const CorrelationRow *row, StringInfo words)
{
	if (row->result.status == SC_OK)
		sc_add(&rows->row, sc_rounded(row->result.c.corr), false);
	else
		sc_add_null(rows);
	if (!isnan(row->ci_low))
		sc_append_interval(words, row->ci_low, row->ci_high, report->options.interval.threshold);
	add_words(rows, words);
}

static void
put_row(ResultRows *rows, const Report *report, const ReportRow *row)
{
	const CorrelationRow *base = &row->base;
	MemoryContext caller = MemoryContextSwitchTo(rows->context);
	StringInfoData words;
	StringInfoData not_checked;

	initStringInfo(&words);
	initStringInfo(&not_checked);
	sc_add_benchmark(rows, &report->columns, base->target);
	sc_add_int4(rows, (int32) base->result.c.n);
	add_correlation(rows, report, base, &words);
	sc_add_text(rows, row->has_verdict ? sc_verdict_word(row->verdict) : NULL);
	if (report->controls != NULL)
		add_correlation(rows, report, &row->controlled, &words);
	else
	{
		sc_add_null(rows);
		sc_add_null(rows);
	}
	sc_check_row(report, row, &words, &not_checked);
	add_words(rows, &words);
	add_words(rows, &not_checked);
	MemoryContextSwitchTo(caller);
	sc_end_row(rows);
}

/*
 * capabilities_report(m, capabilities, targets, method, pca, missing, min_scores,
 *					   confidence, families, threshold, controlling)
 */
Datum
sc_capabilities_report(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	Report		report = {0};
	CorrelationOptions *options = &report.options;
	BenchmarkSet except;
	BenchmarkSet targets;
	Controls	controls;
	ReportRow **row;
	uint32		j;

	sc_begin_rows(fcinfo, result_columns, lengthof(result_columns), &rows);
	sc_read_columns(fcinfo, 0, &report.columns);
	options->method = sc_method_argument(fcinfo, 3);
	sc_recipe_arguments(fcinfo, 4, &options->recipe);
	options->exclude_self = true;
	options->interval.confidence = sc_confidence_argument(fcinfo, 7);
	sc_families_argument(fcinfo, 8, &report.columns.view, &options->interval.families);
	options->interval.kind = options->interval.families.of_model != NULL ? CI_JACKKNIFE : CI_ANALYTIC;
	options->interval.threshold = sc_threshold_argument(fcinfo, 9, options->method);
	if (sc_controls_argument(fcinfo, 10, &report.columns, options->method, &controls))
		report.controls = &controls;
	(void) sc_capability_set(fcinfo, 1, &report.columns.view, MISSING_RAISE, &report.capabilities);
	sc_add_controls(&report.columns, &report.capabilities, report.controls, &except);
	sc_choose_targets(fcinfo, 2, &report.columns, &except, SC_BENCHMARK_COVARIATE, &targets);

	row = make_rows(&report, &targets);
	qsort(row, targets.n, sizeof(ReportRow *), compare_rows);
	for (j = 0; j < targets.n; j++)
	{
		CHECK_FOR_INTERRUPTS();
		put_row(&rows, &report, row[j]);
	}
	return (Datum) 0;
}
