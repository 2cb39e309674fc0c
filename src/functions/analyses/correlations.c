/*-------------------------------------------------------------------------
 *
 * correlations.c
 *	  Correlations over a score_matrix: capabilities_corr, capabilities_test,
 *	  capabilities_correlations, benchmark_correlations.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"

#include "functions/analyses/component_gate.h"
#include "functions/analyses/correlation_rows.h"
#include "functions/analyses/correlations.h"
#include "functions/analyses/intervals.h"
#include "functions/analyses/later_component.h"
#include "functions/analyses/limits.h"
#include "functions/analyses/targets.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "functions/shared/run.h"

PG_FUNCTION_INFO_V1(sc_score_matrix_capabilities_corr);
PG_FUNCTION_INFO_V1(sc_score_matrix_capabilities_test);
PG_FUNCTION_INFO_V1(sc_capabilities_correlations);
PG_FUNCTION_INFO_V1(sc_benchmark_correlations);

/* ----------
 * Scalar forms
 * ----------
 */

/*
 * The one correlation of capabilities_corr(m, benchmark, capabilities) and
 * capabilities_test(), and if wanted its p-value; false if a named benchmark is not
 * in the matrix, or there is nothing to correlate with.
 */
static bool
scalar_correlation(FunctionCallInfo fcinfo, TargetCorrelation *result, double *p_value)
{
	ScoreColumns columns;
	BenchmarkSet capabilities;
	OtherBenchmarks others;
	CapabilityScores scores;
	TargetPairs pairs;
	int64		target;
	bool		found;

	sc_read_columns(fcinfo, 0, &columns);
	target = sc_named_benchmark(fcinfo, 1, "benchmark", &columns.view, MISSING_TELL);
	if (!sc_capability_set(fcinfo, 2, &columns.view, MISSING_TELL, &capabilities) ||
		target < 0)
		return false;
	sc_begin_others(&columns, &capabilities, (uint32) target, &others);
	found = others.n > 0;
	if (found)
	{
		ScStatus	known;

		sc_fit_some(&columns, &capabilities, others.place, others.n, &sc_complete_recipe, 1,
					&scores);
		sc_sort_scores(&scores);
		sc_gather_pairs(&columns, (uint32) target, &scores, &pairs);
		sc_correlate_pairs(&pairs, &scores, SC_SPEARMAN, result);
		known = sc_target_status(&columns, (uint32) target, &scores);
		if (known != SC_OK)
			result->status = known;
		if (p_value != NULL && result->status == SC_OK)
			*p_value = sc_run_p_value(pairs.y, pairs.x, &result->c);
	}
	sc_end_others(&others);
	return found;
}

Datum
sc_score_matrix_capabilities_corr(PG_FUNCTION_ARGS)
{
	TargetCorrelation result;

	if (!scalar_correlation(fcinfo, &result, NULL) || result.status != SC_OK)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result.c.corr);
}

Datum
sc_score_matrix_capabilities_test(PG_FUNCTION_ARGS)
{
	TargetCorrelation result = {0};
	double		p_value = 0;

	if (!scalar_correlation(fcinfo, &result, &p_value))
		result.status = SC_TOO_FEW_MODELS;
	return sc_test_datum(fcinfo, result.status, &result.c, p_value);
}

/* ----------
 * Sets of correlations
 * ----------
 */

/* Says of the rows that are correlated with these scores what their component is worth. */
static void
gate_rows(const ScoreColumns *columns, const CapabilityScores *scores,
		  const CorrelationOptions *options, CorrelationRow *row, uint32 n)
{
	const IntervalOptions *interval = &options->interval;

	if (scores->later == NULL)
		sc_gate_rows(columns, scores, &interval->families, row, n);
	else
		sc_gate_later_rows(scores, &interval->families,
						   Min(interval->resamples, SC_MAX_GATE_SAMPLES), interval->seed, row, n);
}

/*
 * A target and the component of the others, or that of them which is the one of all;
 * of it nothing is kept.
 */
static void
correlate_with_others(const ScoreColumns *columns, uint32 target, const char *role,
					  const BenchmarkSet *capabilities, const CapabilityScores *all,
					  const CorrelationOptions *options, CorrelationRow *row)
{
	OtherBenchmarks others;
	CapabilityScores scores;

	sc_begin_others(columns, capabilities, target, &others);
	if (others.n == 0)
		sc_row_init_alone(row, columns, target, role, capabilities);
	else
	{
		sc_fit_some(columns, capabilities, others.place, others.n, &options->recipe,
					sc_components_wanted(options->component), &scores);
		if (options->component > 0)
			sc_take_matching(&scores, all);
		sc_sort_scores(&scores);
		scores.controls = options->controls;
		sc_row_init(row, columns, target, role, &scores, options->method, false,
					SC_STATUS_CONSTANT_CAPABILITY);
		sc_set_intervals(columns, &scores, row, 1, options->method, &options->interval);
		sc_withhold_tests(&scores, row, 1);
		gate_rows(columns, &scores, options, row, 1);
	}
	row->scores = NULL;
	sc_end_others(&others);
}

void
sc_correlation_options(FunctionCallInfo fcinfo, int first, int first_of_interval,
					   const ScoreColumns *columns, CorrelationOptions *options)
{
	options->method = sc_method_argument(fcinfo, first);
	sc_recipe_arguments(fcinfo, first + 1, &options->recipe);
	options->exclude_self = sc_bool_argument(fcinfo, first + 4, "exclude_self");
	options->component = 0;
	options->controls = NULL;
	sc_interval_options(fcinfo, first_of_interval, &columns->view, CI_ALL, CI_ANALYTIC,
						&options->interval);
	options->interval.threshold = sc_threshold_argument(fcinfo, first_of_interval + 5,
														options->method);
}

/*
 * Argument component, from 1 to the number of capability benchmarks, after the others
 * have been read, ci from argument ci on.
 */
static void
component_option(FunctionCallInfo fcinfo, int i, int ci, uint32 n_capabilities,
				 CorrelationOptions *options)
{
	int32		component = sc_count_argument(fcinfo, i, "component");

	if ((uint32) component > n_capabilities)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for parameter \"%s\": %d", "component", component),
				 errdetail_plural("There is %u capability benchmark.",
								  "There are %u capability benchmarks.",
								  n_capabilities, n_capabilities)));
	options->component = (uint32) component - 1;
	if (component == 1 || options->interval.kind != CI_ANALYTIC)
		return;
	if (!PG_ARGISNULL(ci))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"%s\" cannot be used with %s => '%s'",
						"component", "ci", sc_ci_word(CI_ANALYTIC)),
				 errdetail("The formula takes the scores as given, and those of a later component are far from it."),
				 errhint("Leave out \"ci\", or set it to 'bootstrap'.")));
	options->interval.kind = CI_BOOTSTRAP;
	options->interval.resamples = Min(options->interval.resamples, SC_MAX_DEFAULT_LATER_RESAMPLES);
}

void
sc_correlate_targets(const ScoreColumns *columns, const BenchmarkSet *capabilities,
					 const BenchmarkSet *targets, const CapabilityScores *scores,
					 const CorrelationOptions *options, CorrelationRow *row)
{
	uint32		j;

	for (j = 0; j < targets->n; j++)
	{
		uint32		target = targets->place[j];
		bool		is_part = sc_is_part(columns, capabilities, target);
		const char *role = sc_role_of(columns, target, capabilities->member[target]);

		CHECK_FOR_INTERRUPTS();
		if (is_part && options->exclude_self)
			correlate_with_others(columns, target, role, capabilities, scores, options, &row[j]);
		else
			sc_row_init(&row[j], columns, target, role, scores, options->method, is_part,
						SC_STATUS_CONSTANT_CAPABILITY);
	}
	sc_set_intervals(columns, scores, row, targets->n, options->method, &options->interval);
	sc_withhold_tests(scores, row, targets->n);
	gate_rows(columns, scores, options, row, targets->n);
	sc_set_q_values(row, targets->n);
}

static void
put_rows(ResultRows *rows, const ScoreColumns *columns,
		 const CorrelationRow *row, uint32 n, double threshold)
{
	uint32		j;

	for (j = 0; j < n; j++)
	{
		CHECK_FOR_INTERRUPTS();
		sc_put_correlation_row(rows, columns, &row[j], threshold);
	}
}

/*
 * capabilities_correlations(m, capabilities, targets, method, pca, missing,
 *							 min_scores, exclude_self, component, confidence, ci,
 *							 resamples, seed, families, threshold, controlling)
 */
Datum
sc_capabilities_correlations(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	CorrelationOptions options;
	ScoreColumns columns;
	BenchmarkSet capabilities;
	BenchmarkSet except;
	BenchmarkSet targets;
	Controls	controls;
	CapabilityScores scores;
	CorrelationRow *row;

	sc_begin_rows(fcinfo, sc_correlation_columns, SC_CORRELATION_COLUMNS, &rows);
	sc_read_columns(fcinfo, 0, &columns);
	sc_correlation_options(fcinfo, 3, 9, &columns, &options);
	if (sc_controls_argument(fcinfo, 15, &columns, options.method, &controls))
		options.controls = &controls;
	(void) sc_capability_set(fcinfo, 1, &columns.view, MISSING_RAISE, &capabilities);
	component_option(fcinfo, 8, 10, capabilities.n, &options);
	sc_add_controls(&columns, &capabilities, options.controls, &except);
	sc_choose_targets(fcinfo, 2, &columns, &except, SC_BENCHMARK_COVARIATE, &targets);

	sc_fit_named(&columns, &capabilities, &options.recipe,
				 sc_components_wanted(options.component), &scores);
	if (options.component > 0)
		sc_take_component(&scores, options.component);
	sc_sort_scores(&scores);
	scores.controls = options.controls;
	row = sc_alloc(targets.n, sizeof(CorrelationRow));
	sc_correlate_targets(&columns, &capabilities, &targets, &scores, &options, row);
	put_rows(&rows, &columns, row, targets.n, options.interval.threshold);
	return (Datum) 0;
}

/*
 * benchmark_correlations(m, against, targets, method, confidence, ci, resamples,
 *						  seed, families, threshold, controlling)
 */
Datum
sc_benchmark_correlations(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	ScMethod	method = sc_method_argument(fcinfo, 3);
	IntervalOptions options;
	ScoreColumns columns;
	BenchmarkSet reference;
	BenchmarkSet except;
	BenchmarkSet targets;
	Controls	controls;
	CapabilityScores scores;
	CorrelationRow *row;
	uint32		against;
	bool		controlled;
	uint32		j;

	sc_begin_rows(fcinfo, sc_correlation_columns, SC_CORRELATION_COLUMNS, &rows);
	sc_read_columns(fcinfo, 0, &columns);
	sc_interval_options(fcinfo, 4, &columns.view, CI_ALL, CI_ANALYTIC, &options);
	options.threshold = sc_threshold_argument(fcinfo, 9, method);
	against = (uint32) sc_named_benchmark(fcinfo, 1, "against", &columns.view, MISSING_RAISE);
	sc_set_init(&reference, &columns.view);
	reference.member[against] = true;
	controlled = sc_controls_argument(fcinfo, 10, &columns, method, &controls);
	sc_add_controls(&columns, &reference, controlled ? &controls : NULL, &except);
	sc_choose_targets(fcinfo, 2, &columns, &except,
					  SC_BENCHMARK_COVARIATE | SC_BENCHMARK_CAPABILITY, &targets);

	sc_reference_scores(&columns, against, &scores);
	if (controlled)
		scores.controls = &controls;
	if (sc_has_direction_conflict(columns.view.benchmark_flags[against]))
		scores.status = SC_CONFLICT;
	row = sc_alloc(targets.n, sizeof(CorrelationRow));
	for (j = 0; j < targets.n; j++)
	{
		uint32		target = targets.place[j];

		CHECK_FOR_INTERRUPTS();
		sc_row_init(&row[j], &columns, target,
					sc_role_of(&columns, target,
							   sc_is_flagged(&columns, target, SC_BENCHMARK_CAPABILITY)),
					&scores, method, target == against || sc_overlaps(&columns, target, against),
					"constant reference");
	}
	sc_set_intervals(&columns, &scores, row, targets.n, method, &options);
	sc_withhold_tests(&scores, row, targets.n);
	sc_set_q_values(row, targets.n);
	put_rows(&rows, &columns, row, targets.n, options.threshold);
	return (Datum) 0;
}
