/*-------------------------------------------------------------------------
 *
 * correlations.c
 *	  Correlations over a score_matrix: capabilities_corr, capabilities_test,
 *	  capabilities_correlations, benchmark_correlations, correlation_matrix.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "functions/analysis.h"
#include "functions/names.h"
#include "functions/support.h"
#include "stats/infer.h"

PG_FUNCTION_INFO_V1(sc_score_matrix_capabilities_corr);
PG_FUNCTION_INFO_V1(sc_score_matrix_capabilities_test);
PG_FUNCTION_INFO_V1(sc_capabilities_correlations);
PG_FUNCTION_INFO_V1(sc_benchmark_correlations);
PG_FUNCTION_INFO_V1(sc_score_matrix_correlation_matrix);

/*
 * Correlation of a capability benchmark with the component of the others.
 * False if there are no others.
 */
static bool
correlate_with_others(const ScoreColumns *columns, uint32 target,
					  const BenchmarkSet *capabilities, ScPca pca,
					  ScMethod method, TargetCorrelation *result)
{
	CapabilityScores scores;
	uint32	   *others;
	uint32		n = 0;
	uint32		k;

	if (capabilities->n < 2)
		return false;
	others = sc_alloc(capabilities->n, sizeof(uint32));
	for (k = 0; k < capabilities->n; k++)
	{
		if (capabilities->place[k] != target)
			others[n++] = capabilities->place[k];
	}
	sc_fit_capabilities(columns, others, n, pca, 1, &scores);
	sc_correlate_with_scores(columns, target, &scores, method, result);
	return true;
}

/* ----------
 * Scalar forms
 * ----------
 */

/*
 * The one correlation of capabilities_corr(m, capabilities, benchmark) and
 * capabilities_test(); false if a named benchmark is not in the matrix.
 */
static bool
scalar_correlation(FunctionCallInfo fcinfo, TargetCorrelation *result)
{
	ScoreColumns columns;
	BenchmarkSet capabilities;
	CapabilityScores scores;
	int64		target;

	sc_read_columns(fcinfo, 0, &columns);
	target = sc_named_benchmark(fcinfo, 2, "benchmark", &columns.view, MISSING_TELL);
	if (!sc_capability_set(fcinfo, 1, &columns.view, MISSING_TELL, &capabilities) ||
		target < 0)
		return false;
	if (capabilities.member[target])
		return correlate_with_others(&columns, (uint32) target, &capabilities,
									 SC_PCA_SPEARMAN, SC_SPEARMAN, result);
	sc_fit_capabilities(&columns, capabilities.place, capabilities.n,
						SC_PCA_SPEARMAN, 1, &scores);
	sc_correlate_with_scores(&columns, (uint32) target, &scores, SC_SPEARMAN, result);
	return true;
}

Datum
sc_score_matrix_capabilities_corr(PG_FUNCTION_ARGS)
{
	TargetCorrelation result;

	if (!scalar_correlation(fcinfo, &result) || result.status != SC_OK)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result.c.corr);
}

Datum
sc_score_matrix_capabilities_test(PG_FUNCTION_ARGS)
{
	TargetCorrelation result;

	memset(&result, 0, sizeof(result));
	if (!scalar_correlation(fcinfo, &result))
		result.status = SC_TOO_FEW_MODELS;
	return sc_test_datum(fcinfo, result.status, &result.c);
}

/* ----------
 * Sets of correlations
 * ----------
 */

#define CORRELATION_COLUMNS 10

/* Word of the column "status" for a correlation that could not be had. */
static const char *
correlation_status(const TargetCorrelation *result, const char *constant_x)
{
	if (result->fit_status != SC_OK)
		return sc_fit_status(result->fit_status);
	switch (result->status)
	{
		case SC_OK:
			return SC_STATUS_OK;
		case SC_TOO_FEW_MODELS:
			return "too few models";
		case SC_CONSTANT_Y:
			return SC_STATUS_CONSTANT_SCORES;
		case SC_CONSTANT_X:
			return constant_x;
		default:
			elog(ERROR, "unexpected status %d", (int) result->status);
	}
	return NULL;				/* keep compiler quiet */
}

/* What a row says beside its correlation. */
typedef struct RowContext
{
	const char *role;
	const char *status;			/* SC_STATUS_OK: the correlation stands */
	bool		tested;			/* with interval and p-value */
	double		quantile;		/* of the interval's confidence */
} RowContext;

static void
put_correlation(ReturnSetInfo *rsinfo, const ScoreColumns *columns,
				uint32 target, const TargetCorrelation *result,
				const RowContext *row)
{
	Datum		values[CORRELATION_COLUMNS] = {0};
	bool		nulls[CORRELATION_COLUMNS] = {false};
	const char *status = row->status;
	double		low;
	double		high;

	values[0] = sc_benchmark_name(columns, target);
	values[1] = CStringGetTextDatum(row->role);
	values[2] = BoolGetDatum(sc_is_flagged(columns, target, SC_BENCHMARK_LOWER_IS_BETTER));
	values[3] = Int32GetDatum((int32) result->c.n);
	values[4] = Int32GetDatum(result->n_dropped);
	nulls[5] = nulls[6] = nulls[7] = nulls[8] = true;
	if (result->status == SC_OK)
	{
		values[5] = Float8GetDatum(result->c.corr);
		nulls[5] = false;
		if (row->tested)
		{
			values[8] = Float8GetDatum(sc_p_value(&result->c));
			nulls[8] = false;
			if (sc_interval(&result->c, row->quantile, &low, &high))
			{
				values[6] = Float8GetDatum(low);
				values[7] = Float8GetDatum(high);
				nulls[6] = nulls[7] = false;
			}
			else
				status = SC_STATUS_NO_INTERVAL;
		}
	}
	values[9] = CStringGetTextDatum(status);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * The benchmarks named by argument i; if it is NULL, all but those of the set
 * except (NULL: none) and those with a flag of except_flags.
 */
static void
named_or_all(FunctionCallInfo fcinfo, int i, const char *parameter,
			 const ScoreColumns *columns, const BenchmarkSet *except,
			 uint8 except_flags, BenchmarkSet *set)
{
	uint32		j;

	if (!PG_ARGISNULL(i))
	{
		(void) sc_named_benchmarks(fcinfo, i, parameter, &columns->view,
								   MISSING_RAISE, set);
		return;
	}
	sc_set_init(set, &columns->view);
	for (j = 0; j < columns->view.n_benchmarks; j++)
		set->member[j] = !(except && except->member[j]) &&
			!sc_is_flagged(columns, j, except_flags);
	sc_set_finish(set, &columns->view);
}

static const char *
role_of(const ScoreColumns *columns, uint32 benchmark, bool is_capability)
{
	if (is_capability)
		return "capability";
	if (sc_is_flagged(columns, benchmark, SC_BENCHMARK_COVARIATE))
		return "covariate";
	return "target";
}

/*
 * capabilities_correlations(m, capabilities, targets, method, pca,
 *							 exclude_self, confidence)
 */
Datum
sc_capabilities_correlations(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ScMethod	method = sc_method_argument(fcinfo, 3);
	ScPca		pca = sc_pca_argument(fcinfo, 4);
	bool		exclude_self = sc_bool_argument(fcinfo, 5, "exclude_self");
	double		quantile = sc_normal_quantile(sc_confidence_argument(fcinfo, 6));
	ScoreColumns columns;
	BenchmarkSet capabilities;
	BenchmarkSet targets;
	CapabilityScores scores;
	uint32		j;

	InitMaterializedSRF(fcinfo, 0);
	sc_read_columns(fcinfo, 0, &columns);
	(void) sc_capability_set(fcinfo, 1, &columns.view, MISSING_RAISE, &capabilities);
	named_or_all(fcinfo, 2, "targets", &columns, &capabilities,
				 SC_BENCHMARK_COVARIATE, &targets);

	sc_fit_capabilities(&columns, capabilities.place, capabilities.n, pca, 1, &scores);
	for (j = 0; j < targets.n; j++)
	{
		uint32		target = targets.place[j];
		bool		is_capability = capabilities.member[target];
		TargetCorrelation result;
		RowContext	row;

		CHECK_FOR_INTERRUPTS();
		row.role = role_of(&columns, target, is_capability);
		row.quantile = quantile;
		row.tested = true;
		if (is_capability && exclude_self)
		{
			memset(&result, 0, sizeof(result));
			if (correlate_with_others(&columns, target, &capabilities, pca,
									  method, &result))
				row.status = correlation_status(&result, "constant capabilities score");
			else
			{
				result.status = SC_TOO_FEW_MODELS;
				result.n_dropped = (int32) (columns.start[target + 1] - columns.start[target]);
				row.status = SC_STATUS_NO_OTHER;
			}
		}
		else
		{
			sc_correlate_with_scores(&columns, target, &scores, method, &result);
			row.status = correlation_status(&result, "constant capabilities score");
			if (is_capability && result.status == SC_OK)
			{
				/* inflated by construction: a test of it would mean nothing */
				row.tested = false;
				row.status = SC_STATUS_PART_WHOLE;
			}
		}
		put_correlation(rsinfo, &columns, target, &result, &row);
	}
	return (Datum) 0;
}

/* benchmark_correlations(m, against, targets, method, confidence) */
Datum
sc_benchmark_correlations(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ScMethod	method = sc_method_argument(fcinfo, 3);
	double		quantile = sc_normal_quantile(sc_confidence_argument(fcinfo, 4));
	ScoreColumns columns;
	BenchmarkSet reference;
	BenchmarkSet targets;
	int64		against;
	uint32		j;

	InitMaterializedSRF(fcinfo, 0);
	sc_read_columns(fcinfo, 0, &columns);
	against = sc_named_benchmark(fcinfo, 1, "against", &columns.view, MISSING_RAISE);
	sc_set_init(&reference, &columns.view);
	reference.member[against] = true;
	named_or_all(fcinfo, 2, "targets", &columns, &reference,
				 SC_BENCHMARK_COVARIATE | SC_BENCHMARK_CAPABILITY, &targets);
	for (j = 0; j < targets.n; j++)
	{
		uint32		target = targets.place[j];
		TargetCorrelation result;
		RowContext	row;

		CHECK_FOR_INTERRUPTS();
		sc_correlate_benchmarks(&columns, target, (uint32) against, method, &result);
		row.role = role_of(&columns, target,
						   sc_is_flagged(&columns, target, SC_BENCHMARK_CAPABILITY));
		row.quantile = quantile;
		row.tested = target != against;
		row.status = target == against && result.status == SC_OK ?
			SC_STATUS_PART_WHOLE :
			correlation_status(&result, "constant reference");
		put_correlation(rsinfo, &columns, target, &result, &row);
	}
	return (Datum) 0;
}

/* correlation_matrix(m, benchmarks, method): the full square */
Datum
sc_score_matrix_correlation_matrix(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ScMethod	method = sc_method_argument(fcinfo, 2);
	ScoreColumns columns;
	BenchmarkSet set;
	uint32		i;
	uint32		j;

	InitMaterializedSRF(fcinfo, 0);
	sc_read_columns(fcinfo, 0, &columns);
	named_or_all(fcinfo, 1, "benchmarks", &columns, NULL, 0, &set);
	for (i = 0; i < set.n; i++)
	{
		for (j = 0; j < set.n; j++)
		{
			TargetCorrelation result;
			Datum		values[5] = {0};
			bool		nulls[5] = {false};

			CHECK_FOR_INTERRUPTS();
			sc_correlate_benchmarks(&columns, set.place[i], set.place[j],
									method, &result);
			values[0] = sc_benchmark_name(&columns, set.place[i]);
			values[1] = sc_benchmark_name(&columns, set.place[j]);
			values[2] = Int32GetDatum((int32) result.c.n);
			nulls[3] = result.status != SC_OK;
			if (!nulls[3])
				values[3] = Float8GetDatum(result.c.corr);
			values[4] = CStringGetTextDatum(correlation_status(&result,
															   SC_STATUS_CONSTANT_SCORES));
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
			pfree(DatumGetPointer(values[0]));
			pfree(DatumGetPointer(values[1]));
			pfree(DatumGetPointer(values[4]));
		}
	}
	return (Datum) 0;
}
