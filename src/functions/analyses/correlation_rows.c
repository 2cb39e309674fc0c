/*-------------------------------------------------------------------------
 *
 * correlation_rows.c
 *	  The rows of capabilities_correlations and benchmark_correlations.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/float.h"

#include "functions/analyses/correlation_rows.h"
#include "functions/shared/memory.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "stats/correlation/infer.h"
#include "stats/correlation/q_values.h"

const ResultColumn sc_correlation_columns[SC_CORRELATION_COLUMNS] = {
	{"benchmark", TEXTOID},
	{"role", TEXTOID},
	{"negated", BOOLOID},
	{"n", INT4OID},
	{"n_dropped", INT4OID},
	{"n_imputed", INT4OID},
	{"n_families", INT4OID},
	{"n_resamples", INT4OID},
	{"corr", FLOAT8OID},
	{"ci_low", FLOAT8OID},
	{"ci_high", FLOAT8OID},
	{"p_value", FLOAT8OID},
	{"q_value", FLOAT8OID},
	{"slope", FLOAT8OID},
	{"benchmark_sd", FLOAT8OID},
	{"verdict", TEXTOID},
	{"status", TEXTOID},
};

void
sc_choose_targets(FunctionCallInfo fcinfo, int i, const char *parameter,
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

const char *
sc_role_of(const ScoreColumns *columns, uint32 benchmark, bool is_capability)
{
	if (is_capability)
		return SC_ROLE_CAPABILITY;
	if (sc_is_flagged(columns, benchmark, SC_BENCHMARK_COVARIATE))
		return "covariate";
	return SC_ROLE_TARGET;
}

const char *
sc_correlation_status(const TargetCorrelation *result, const char *constant_x)
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

/*
 * How far the target's scores spread, and how steeply they rise: by Theil and Sen,
 * for Pearson by least squares, per standard deviation of what they rise with.
 */
static void
describe_target(CorrelationRow *row, const TargetPairs *pairs, ScMethod method)
{
	ScSpread	spread;

	if (pairs->n >= SC_MIN_MODELS)
	{
		sc_spread(pairs->y, pairs->n, sc_poll, &spread);
		row->benchmark_sd = spread.sd;
	}
	if (row->result.status == SC_OK)
	{
		row->slope = sc_run_slope(method, pairs->y, pairs->x, pairs->n) * row->scores->sd;
		if (!isfinite(row->slope))
			row->slope = get_float8_nan();
	}
}

static void
clear_row(CorrelationRow *row, uint32 target, const char *role,
		  const CapabilityScores *scores)
{
	memset(row, 0, sizeof(CorrelationRow));
	row->target = target;
	row->role = role;
	row->scores = scores;
	row->n_families = row->n_resamples = -1;
	row->ci_low = row->ci_high = row->p_value = row->q_value = get_float8_nan();
	row->slope = row->benchmark_sd = get_float8_nan();
}

void
sc_row_init(CorrelationRow *row, const ScoreColumns *columns, uint32 target,
			const char *role, const CapabilityScores *scores, ScMethod method,
			bool part_whole, const char *constant_x)
{
	TargetPairs pairs;

	clear_row(row, target, role, scores);
	sc_gather_pairs(columns, target, scores, &pairs);
	sc_correlate_pairs(&pairs, scores, method, &row->result);
	row->status = sc_correlation_status(&row->result, constant_x);
	row->tested = row->result.status == SC_OK && !part_whole;
	if (row->tested)
		row->p_value = sc_run_p_value(pairs.y, pairs.x, &row->result.c);
	else if (row->result.status == SC_OK)
		row->status = SC_STATUS_PART_WHOLE;
	sc_sort_pairs(scores, &pairs);
	describe_target(row, &pairs, method);
	sc_free_pairs(&pairs);
}

void
sc_row_init_alone(CorrelationRow *row, const ScoreColumns *columns,
				  uint32 target, const char *role)
{
	clear_row(row, target, role, NULL);
	row->result.status = SC_TOO_FEW_MODELS;
	row->result.n_dropped = (int32) (columns->start[target + 1] - columns->start[target]);
	row->status = SC_STATUS_NO_OTHER;
}

void
sc_set_q_values(CorrelationRow *row, uint32 n)
{
	double	   *p = sc_alloc(n, sizeof(double));
	double	   *q = sc_alloc(n, sizeof(double));
	void	   *work = sc_alloc(sc_q_values_workspace(n), 1);
	uint32		i;

	for (i = 0; i < n; i++)
	{
		sc_poll_step(i);
		p[i] = strcmp(row[i].role, SC_ROLE_TARGET) == 0 ? row[i].p_value : get_float8_nan();
	}
	sc_benjamini_hochberg(p, n, q, work, sc_poll);
	for (i = 0; i < n; i++)
	{
		sc_poll_step(i);
		row[i].q_value = q[i];
	}
	pfree(p);
	pfree(q);
	pfree(work);
}

void
sc_put_correlation_row(ResultRows *rows, const ScoreColumns *columns,
		   const CorrelationRow *row, double threshold)
{
	Datum		values[SC_CORRELATION_COLUMNS] = {0};
	bool		nulls[SC_CORRELATION_COLUMNS] = {false};
	double		corr = row->result.status == SC_OK ? row->result.c.corr : get_float8_nan();

	values[0] = sc_benchmark_name(columns, row->target);
	values[1] = CStringGetTextDatum(row->role);
	values[2] = BoolGetDatum(sc_is_flagged(columns, row->target, SC_BENCHMARK_LOWER_IS_BETTER));
	values[3] = Int32GetDatum((int32) row->result.c.n);
	values[4] = Int32GetDatum(row->result.n_dropped);
	values[5] = Int32GetDatum(row->result.n_imputed);
	sc_put_count(row->n_families, &values[6], &nulls[6]);
	sc_put_count(row->n_resamples, &values[7], &nulls[7]);
	sc_put_float8(corr, &values[8], &nulls[8]);
	sc_put_float8(row->ci_low, &values[9], &nulls[9]);
	sc_put_float8(row->ci_high, &values[10], &nulls[10]);
	sc_put_float8(row->p_value, &values[11], &nulls[11]);
	sc_put_float8(row->q_value, &values[12], &nulls[12]);
	sc_put_float8(row->slope, &values[13], &nulls[13]);
	sc_put_float8(row->benchmark_sd, &values[14], &nulls[14]);
	nulls[15] = isnan(row->ci_low);
	if (!nulls[15])
		values[15] = CStringGetTextDatum(sc_verdict_word(sc_verdict(row->ci_low, row->ci_high, threshold)));
	values[16] = CStringGetTextDatum(row->status);
	sc_put_row(rows, values, nulls);
}
