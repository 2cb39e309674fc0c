/*-------------------------------------------------------------------------
 *
 * support.c
 *	  What the SQL functions share.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "functions/shared/result_rows.h"
#include "functions/shared/support.h"
#include "types/score_matrix/pooled.h"
#include "types/forms/state_context.h"
#include "stats/component/component.h"
#include "stats/correlation/exact.h"
#include "stats/correlation/infer.h"
#include "stats/regression/slope.h"

MemoryContext
sc_state_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (AggCheckCallContext(fcinfo, &context))
		return sc_shared_state_context(context);
	return sc_object_context();
}

void *
sc_alloc(Size n, Size size)
{
	/* counts come from data in memory; a product cannot wrap, but make sure */
	if (size > 0 && n > MaxAllocHugeSize / size)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("analysis needs too much memory")));
	return palloc_extended(Max(n * size, 1), MCXT_ALLOC_HUGE);
}

int64
sc_scores_length(ArrayType *array)
{
	if (ARR_NDIM(array) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 ARR_NDIM(array) == 0 ?
				 errmsg("array of scores is empty") :
				 errmsg("array of scores has %d dimensions", ARR_NDIM(array)),
				 errdetail("A row of scores is an array of one dimension with at least one element.")));
	return ARR_DIMS(array)[0];
}

/*
 * The usual array, complete and in range: true if it is that.  No branch in the
 * loop, so that the compiler can vectorise it.
 */
static bool
copy_plain_scores(const double *restrict data, int n, double *restrict scores)
{
	int			bad = 0;
	int			i;

	for (i = 0; i < n; i++)
	{
		scores[i] = data[i] + 0.0;	/* no negative zero */
		bad |= !(fabs(data[i]) <= SC_MAX_SCORE);
	}
	return bad == 0;
}

bool
sc_scores_copy(ArrayType *array, double *scores)
{
	int			n = ARR_DIMS(array)[0];
	const double *data = (const double *) ARR_DATA_PTR(array);
	const uint8 *nulls = ARR_NULLBITMAP(array);
	bool		complete = true;
	int			i;

	Assert(ARR_ELEMTYPE(array) == FLOAT8OID);
	if (nulls == NULL && copy_plain_scores(data, n, scores))
		return true;
	for (i = 0; i < n; i++)
	{
		double		score;

		if (nulls != NULL && (nulls[i / 8] & (1 << (i % 8))) == 0)
			score = get_float8_nan();
		else
			score = *data++;
		if (isnan(score))
		{
			scores[i] = get_float8_nan();
			complete = false;
		}
		else
			scores[i] = sc_check_score(score);
	}
	return complete;
}

ArrayType *
sc_float8_array(const double *values, int n)
{
	Datum	   *datums = sc_alloc(n, sizeof(Datum));
	int			i;

	for (i = 0; i < n; i++)
		datums[i] = Float8GetDatum(values[i]);
	return construct_array(datums, n, FLOAT8OID, sizeof(float8),
						   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

void
sc_check_status(ScStatus status, Size rows, Size columns)
{
	switch (status)
	{
		case SC_TOO_MANY_COLUMNS:
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many capability benchmarks"),
					 columns > SC_MAX_CAPABILITIES ?
					 errdetail("There are %zu; at most %d are allowed.",
							   columns, SC_MAX_CAPABILITIES) :
					 errdetail("There are %zu of them and %zu models; of one of the two at most %d are allowed.",
							   columns, rows, SC_MAX_COMPONENT_COLUMNS),
					 errhint("Average related benchmarks into one, or choose fewer.")));
			break;
		case SC_SOLVER_FAILED:
			elog(ERROR, "eigenvalue solver failed");
			break;
		default:
			break;
	}
}

void
sc_check_size(Size rows, Size columns)
{
	if (columns > SC_MAX_CAPABILITIES ||
		(columns > SC_MAX_COMPONENT_COLUMNS && rows > SC_MAX_COMPONENT_COLUMNS))
		sc_check_status(SC_TOO_MANY_COLUMNS, rows, columns);
}

ScStatus
sc_run_fit(const double *x, Size n, Size d, ScPca pca, Size wanted,
		   ScCapabilityFit *fit)
{
	ScStatus	status;
	void	   *work;

	sc_check_size(n, d);
	fit->spread = sc_alloc(d, sizeof(ScSpread));
	fit->value = sc_alloc(d, sizeof(double));
	fit->vector = sc_alloc(d * Min(wanted, Min(d, SC_MAX_DIRECT_COLUMNS)), sizeof(double));
	fit->score = sc_alloc(n, sizeof(double));
	fit->constant = 0;
	work = sc_alloc(sc_capability_workspace(n, d, pca, wanted), 1);
	status = sc_capability_fit(x, n, d, pca, wanted, work, sc_poll, fit);
	pfree(work);
	sc_check_status(status, n, d);
	return status;
}

ScStatus
sc_run_correlation(ScMethod method, const double *y, const double *x, Size n,
				   ScCorrelation *out)
{
	void	   *work = sc_alloc(sc_correlate_workspace(method, n), 1);
	ScStatus	status = sc_correlate(method, y, x, n, work, sc_poll, out);

	pfree(work);
	return status;
}

ScStatus
sc_run_correlation_with_ranks(const double *y, const int32 *rank_x, Size n,
							  ScCorrelation *out)
{
	void	   *work = sc_alloc(sc_correlate_workspace(SC_SPEARMAN, n), 1);
	ScStatus	status = sc_correlate_with_ranks(y, rank_x, n, work, sc_poll, out);

	pfree(work);
	return status;
}

double
sc_run_slope(ScMethod method, const double *y, const double *x, Size n)
{
	bool		is_pearson = method == SC_PEARSON;
	void	   *work = sc_alloc(is_pearson ? sc_least_squares_workspace(n) : sc_theil_sen_workspace(n), 1);
	double		slope = is_pearson ? sc_least_squares(y, x, n, work, sc_poll) :
	sc_theil_sen(y, x, n, work, sc_poll);

	pfree(work);
	return slope;
}

double
sc_run_p_value(const double *y, const double *x, const ScCorrelation *c)
{
	Size		size = sc_exact_workspace(c->method, c->n);
	bool		exact = false;
	double		p_value;
	void	   *work;

	if (size > 0)
	{
		work = sc_alloc(size, 1);
		exact = sc_exact_p_value(c->method, y, x, c->n, work, sc_poll, &p_value);
		pfree(work);
	}
	return exact ? p_value : sc_p_value(c);
}

static const ResultColumn test_columns[] = {
	{"n", INT4OID},
	{"corr", FLOAT8OID},
	{"ci_low", FLOAT8OID},
	{"ci_high", FLOAT8OID},
	{"p_value", FLOAT8OID},
};

Datum
sc_test_datum(FunctionCallInfo fcinfo, ScStatus status, const ScCorrelation *c,
			  double p_value)
{
	Datum		values[lengthof(test_columns)] = {0};
	bool		nulls[lengthof(test_columns)] = {false, true, true, true, true};
	double		low;
	double		high;

	values[0] = Int32GetDatum((int32) c->n);
	if (status == SC_OK)
	{
		values[1] = Float8GetDatum(c->corr);
		nulls[1] = false;
		if (sc_interval(c, sc_normal_quantile(SC_DEFAULT_CONFIDENCE), &low, &high))
		{
			values[2] = Float8GetDatum(low);
			values[3] = Float8GetDatum(high);
			nulls[2] = nulls[3] = false;
		}
		values[4] = Float8GetDatum(p_value);
		nulls[4] = false;
	}
	return sc_one_row(fcinfo, test_columns, lengthof(test_columns), values, nulls);
}
