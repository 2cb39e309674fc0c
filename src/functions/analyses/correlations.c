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

#include "functions/analyses/analysis.h"
#include "functions/analyses/correlation_rows.h"
#include "functions/analyses/intervals.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/interval_options.h"
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
	CapabilityScores scores;
	TargetPairs pairs;
	int64		target;

	sc_read_columns(fcinfo, 0, &columns);
	target = sc_named_benchmark(fcinfo, 1, "benchmark", &columns.view, MISSING_TELL);
	if (!sc_capability_set(fcinfo, 2, &columns.view, MISSING_TELL, &capabilities) ||
		target < 0)
		return false;
	capabilities.n = sc_without(capabilities.place, capabilities.n, (uint32) target,
								capabilities.place);
	if (capabilities.n == 0)
		return false;
	sc_fit_named(&columns, capabilities.place, capabilities.n, &sc_complete_recipe, 1, &scores);
	sc_gather_pairs(&columns, (uint32) target, &scores, &pairs);
	sc_correlate_pairs(&pairs, &scores, SC_SPEARMAN, result);
	if (p_value != NULL && result->status == SC_OK)
		*p_value = sc_run_p_value(pairs.y, pairs.x, &result->c);
	sc_free_pairs(&pairs);
	return true;
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

/* A capability benchmark and the component of the others, of which nothing is kept. */
static void
correlate_with_others(const ScoreColumns *columns, uint32 target,
					  const BenchmarkSet *capabilities, const CapabilityRecipe *recipe,
					  ScMethod method, const IntervalOptions *options,
					  CorrelationRow *row)
{
	OtherBenchmarks others;
	CapabilityScores scores;

	sc_begin_others(capabilities, target, &others);
	if (others.n == 0)
		sc_row_init_alone(row, columns, target, SC_ROLE_CAPABILITY);
	else
	{
		sc_fit_capabilities(columns, others.place, others.n, recipe, 1, &scores);
		sc_row_init(row, columns, target, SC_ROLE_CAPABILITY, &scores, method, false,
					SC_STATUS_CONSTANT_CAPABILITY);
		sc_set_intervals(columns, &scores, row, 1, method, options);
	}
	row->scores = NULL;
	sc_end_others(&others);
}

/* Finds what the rows have in common, and puts them out. */
static void
put_rows(ResultRows *rows, const ScoreColumns *columns,
		 CorrelationRow *row, uint32 n, double threshold)
{
	uint32		j;

	sc_set_q_values(row, n);
	for (j = 0; j < n; j++)
	{
		CHECK_FOR_INTERRUPTS();
		sc_put_correlation_row(rows, columns, &row[j], threshold);
	}
}

/*
 * capabilities_correlations(m, capabilities, targets, method, pca, missing,
 *							 min_scores, exclude_self, confidence, ci, resamples,
 *							 seed, families, threshold)
 */
Datum
sc_capabilities_correlations(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	ScMethod	method = sc_method_argument(fcinfo, 3);
	bool		exclude_self = sc_bool_argument(fcinfo, 7, "exclude_self");
	CapabilityRecipe recipe;
	IntervalOptions options;
	double		threshold;
	ScoreColumns columns;
	BenchmarkSet capabilities;
	BenchmarkSet targets;
	CapabilityScores scores;
	CorrelationRow *row;
	uint32		j;

	sc_recipe_arguments(fcinfo, 4, &recipe);
	sc_begin_rows(fcinfo, sc_correlation_columns, SC_CORRELATION_COLUMNS, &rows);
	sc_read_columns(fcinfo, 0, &columns);
	sc_interval_options(fcinfo, 8, &columns.view, CI_ALL, CI_ANALYTIC, &options);
	threshold = sc_threshold_argument(fcinfo, 13, method);
	(void) sc_capability_set(fcinfo, 1, &columns.view, MISSING_RAISE, &capabilities);
	sc_choose_targets(fcinfo, 2, "targets", &columns, &capabilities,
					  SC_BENCHMARK_COVARIATE, &targets);

	sc_fit_named(&columns, capabilities.place, capabilities.n, &recipe, 1, &scores);
	row = sc_alloc(targets.n, sizeof(CorrelationRow));
	for (j = 0; j < targets.n; j++)
	{
		uint32		target = targets.place[j];
		bool		is_capability = capabilities.member[target];
		const char *role = sc_role_of(&columns, target, is_capability);

		CHECK_FOR_INTERRUPTS();
		if (is_capability && exclude_self)
			correlate_with_others(&columns, target, &capabilities, &recipe, method,
								  &options, &row[j]);
		else
			sc_row_init(&row[j], &columns, target, role, &scores, method,
						is_capability, SC_STATUS_CONSTANT_CAPABILITY);
	}
	sc_set_intervals(&columns, &scores, row, targets.n, method, &options);
	put_rows(&rows, &columns, row, targets.n, threshold);
	return (Datum) 0;
}

/*
 * benchmark_correlations(m, against, targets, method, confidence, ci, resamples,
 *						  seed, families, threshold)
 */
Datum
sc_benchmark_correlations(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	ScMethod	method = sc_method_argument(fcinfo, 3);
	IntervalOptions options;
	double		threshold;
	ScoreColumns columns;
	BenchmarkSet reference;
	BenchmarkSet targets;
	CapabilityScores scores;
	CorrelationRow *row;
	uint32		against;
	uint32		j;

	sc_begin_rows(fcinfo, sc_correlation_columns, SC_CORRELATION_COLUMNS, &rows);
	sc_read_columns(fcinfo, 0, &columns);
	sc_interval_options(fcinfo, 4, &columns.view, CI_ALL, CI_ANALYTIC, &options);
	threshold = sc_threshold_argument(fcinfo, 9, method);
	against = (uint32) sc_named_benchmark(fcinfo, 1, "against", &columns.view, MISSING_RAISE);
	sc_set_init(&reference, &columns.view);
	reference.member[against] = true;
	sc_choose_targets(fcinfo, 2, "targets", &columns, &reference,
					  SC_BENCHMARK_COVARIATE | SC_BENCHMARK_CAPABILITY, &targets);

	sc_reference_scores(&columns, against, &scores);
	row = sc_alloc(targets.n, sizeof(CorrelationRow));
	for (j = 0; j < targets.n; j++)
	{
		uint32		target = targets.place[j];

		CHECK_FOR_INTERRUPTS();
		sc_row_init(&row[j], &columns, target,
					sc_role_of(&columns, target,
							sc_is_flagged(&columns, target, SC_BENCHMARK_CAPABILITY)),
					&scores, method, target == against, "constant reference");
	}
	sc_set_intervals(&columns, &scores, row, targets.n, method, &options);
	put_rows(&rows, &columns, row, targets.n, threshold);
	return (Datum) 0;
}
