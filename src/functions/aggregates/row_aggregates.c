/*-------------------------------------------------------------------------
 *
 * row_aggregates.c
 *	  Aggregates that collect rows and rank them: capabilities_corr and
 *	  capabilities_test over a wide table, spearman_corr, kendall_corr, and the
 *	  tests spearman_test, pearson_test, kendall_test.
 *
 * One state, score_rows, serves them all.  A row that cannot count (a missing
 * capability; for two variables, either missing) is not stored, and the inverse
 * transition decides from the same arguments whether it was.  Final functions
 * read the state only, so that they may be called again for the next frame.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/float.h"

#include "functions/aggregates/fitted_rows.h"
#include "functions/shared/arrays.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "functions/shared/run.h"
#include "types/score_matrix/pooled.h"
#include "types/states/score_rows.h"
#include "stats/component/capability.h"
#include "stats/correlation/correlate.h"

PG_FUNCTION_INFO_V1(sc_score_rows_accum_one);
PG_FUNCTION_INFO_V1(sc_score_rows_inv_one);
PG_FUNCTION_INFO_V1(sc_score_rows_accum_many);
PG_FUNCTION_INFO_V1(sc_score_rows_inv_many);
PG_FUNCTION_INFO_V1(sc_score_rows_accum_pair);
PG_FUNCTION_INFO_V1(sc_score_rows_inv_pair);
PG_FUNCTION_INFO_V1(sc_score_rows_combine);
PG_FUNCTION_INFO_V1(sc_capabilities_corr_final);
PG_FUNCTION_INFO_V1(sc_capabilities_corr_array_final);
PG_FUNCTION_INFO_V1(sc_capabilities_test_final);
PG_FUNCTION_INFO_V1(sc_spearman_corr_final);
PG_FUNCTION_INFO_V1(sc_kendall_corr_final);
PG_FUNCTION_INFO_V1(sc_spearman_test_final);
PG_FUNCTION_INFO_V1(sc_pearson_test_final);
PG_FUNCTION_INFO_V1(sc_kendall_test_final);

/* ----------
 * Transition
 * ----------
 */

/* Adds the rows of argument i, if there is one. */
static void
merge_argument(ExpandedScoreRows *state, FunctionCallInfo fcinfo, int i)
{
	ScoreRowsView from;

	if (!PG_ARGISNULL(i))
	{
		sc_rows_read(PG_GETARG_DATUM(i), &from);
		sc_rows_merge(state, &from);
	}
}

/* The state to change, see "Generic support" in matrix_aggregates.c. */
static ExpandedScoreRows *
state_for_write(FunctionCallInfo fcinfo)
{
	ExpandedScoreRows *state;

	if (sc_is_writable(fcinfo, 0))
		return sc_rows_from_datum(PG_GETARG_DATUM(0));
	state = sc_rows_create(sc_state_context(fcinfo));
	merge_argument(state, fcinfo, 0);
	return state;
}

/* A float8 argument that may be missing: NaN then. */
static double
score_argument(FunctionCallInfo fcinfo, int i)
{
	double		score;

	if (PG_ARGISNULL(i))
		return get_float8_nan();
	score = PG_GETARG_FLOAT8(i);
	return isnan(score) ? get_float8_nan() : sc_check_score(score);
}

Datum
sc_score_rows_accum_one(PG_FUNCTION_ARGS)
{
	ExpandedScoreRows *r = state_for_write(fcinfo);
	double		target = score_argument(fcinfo, 2);

	if (!PG_ARGISNULL(1))
	{
		ArrayType  *capabilities = PG_GETARG_ARRAYTYPE_P(1);
		int64		d = sc_scores_length(capabilities);
		double	   *row;

		sc_rows_set_widths(r, d, 1);
		r->with_capabilities++;
		row = sc_rows_reserve(r);
		if (sc_scores_copy(capabilities, row))
		{
			row[d] = target;
			r->n_rows++;
		}
		PG_FREE_IF_COPY(capabilities, 1);
	}
	PG_RETURN_DATUM(ScoreRowsGetDatum(r));
}

Datum
sc_score_rows_accum_many(PG_FUNCTION_ARGS)
{
	ExpandedScoreRows *r = state_for_write(fcinfo);
	ArrayType  *targets = PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2);
	int64		t = targets ? sc_scores_length(targets) : -1;

	r->with_targets += targets != NULL;
	if (PG_ARGISNULL(1))
	{
		sc_rows_set_widths(r, -1, t);

		/* an infinite score is an error in a row that does not count, too */
		if (targets)
			(void) sc_scores_copy(targets, sc_alloc(t, sizeof(double)));
	}
	else
	{
		ArrayType  *capabilities = PG_GETARG_ARRAYTYPE_P(1);
		int64		d = sc_scores_length(capabilities);
		double	   *row;
		bool		complete;
		int32		j;

		sc_rows_set_widths(r, d, t);
		r->with_capabilities++;
		row = sc_rows_reserve(r);
		complete = sc_scores_copy(capabilities, row);
		if (targets)
			(void) sc_scores_copy(targets, row + d);
		else
		{
			for (j = 0; j < r->n_targets; j++)
				row[d + j] = get_float8_nan();
		}
		if (complete)
			r->n_rows++;
	}
	PG_RETURN_DATUM(ScoreRowsGetDatum(r));
}

Datum
sc_score_rows_accum_pair(PG_FUNCTION_ARGS)
{
	ExpandedScoreRows *r = state_for_write(fcinfo);
	double		y = score_argument(fcinfo, 1);
	double		x = score_argument(fcinfo, 2);

	if (!isnan(x) && !isnan(y))
	{
		double	   *row;

		sc_rows_set_widths(r, 1, 1);
		row = sc_rows_reserve(r);
		row[0] = x;
		row[1] = y;
		r->n_rows++;
	}
	PG_RETURN_DATUM(ScoreRowsGetDatum(r));
}

/* ----------
 * Inverse transition
 * ----------
 */

/*
 * Takes out a row that had, or did not have, arrays of capabilities and targets.
 * NULL, where the state cannot forget it, makes the executor begin anew.
 */
static Datum
remove_row(FunctionCallInfo fcinfo, bool was_stored, bool capabilities,
		   bool targets)
{
	ExpandedScoreRows *r = state_for_write(fcinfo);

	if (!sc_rows_forget(r, capabilities, targets))
		PG_RETURN_NULL();
	if (was_stored)
		sc_rows_remove_oldest(r);
	PG_RETURN_DATUM(ScoreRowsGetDatum(r));
}

/* Was a row with these capabilities stored? */
static bool
is_complete(FunctionCallInfo fcinfo, int i)
{
	ArrayType  *capabilities;
	double	   *scratch;
	bool		complete;

	if (PG_ARGISNULL(i))
		return false;
	capabilities = PG_GETARG_ARRAYTYPE_P(i);
	scratch = sc_alloc(sc_scores_length(capabilities), sizeof(double));
	complete = sc_scores_copy(capabilities, scratch);
	pfree(scratch);
	return complete;
}

Datum
sc_score_rows_inv_one(PG_FUNCTION_ARGS)
{
	return remove_row(fcinfo, is_complete(fcinfo, 1), !PG_ARGISNULL(1), false);
}

Datum
sc_score_rows_inv_many(PG_FUNCTION_ARGS)
{
	return remove_row(fcinfo, is_complete(fcinfo, 1), !PG_ARGISNULL(1),
					  !PG_ARGISNULL(2));
}

Datum
sc_score_rows_inv_pair(PG_FUNCTION_ARGS)
{
	return remove_row(fcinfo, !isnan(score_argument(fcinfo, 1)) &&
					  !isnan(score_argument(fcinfo, 2)), false, false);
}

Datum
sc_score_rows_combine(PG_FUNCTION_ARGS)
{
	ExpandedScoreRows *r;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	r = state_for_write(fcinfo);
	merge_argument(r, fcinfo, 1);
	PG_RETURN_DATUM(ScoreRowsGetDatum(r));
}

/* ----------
 * Final functions
 * ----------
 */

/*
 * Correlation of target k with the capabilities score, over the rows that have
 * it, and if wanted its p-value.  Sets c->n in any case.
 */
static ScStatus
correlate_target(const FittedRows *fitted, int32 k, ScCorrelation *c, double *p_value)
{
	const ScoreRowsView *view = &fitted->view;
	int32		at = view->n_capabilities + k;
	ScStatus	status = fitted->status;
	double	   *x;
	double	   *y;
	Size		n = 0;
	int64		i;

	x = sc_alloc(view->n_rows, sizeof(double));
	y = sc_alloc(view->n_rows, sizeof(double));
	for (i = 0; i < view->n_rows; i++)
	{
		double		score = status == SC_OK ? fitted->row[i][at] :
			view->score[i * view->width + at];

		if (isnan(score))
			continue;
		if (status == SC_OK)
			x[n] = fitted->fit.score[i];
		y[n++] = score;
	}
	if (status == SC_OK)
		status = sc_run_correlation(SC_SPEARMAN, y, x, n, c);
	c->n = n;
	if (p_value != NULL && status == SC_OK)
		*p_value = sc_run_p_value(y, x, c);
	pfree(x);
	pfree(y);
	return status;
}

Datum
sc_capabilities_corr_final(PG_FUNCTION_ARGS)
{
	FittedRows	fitted;
	ScCorrelation c;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	sc_fit_rows(PG_GETARG_DATUM(0), &fitted);
	if (fitted.view.n_targets != 1 ||
		correlate_target(&fitted, 0, &c, NULL) != SC_OK)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(c.corr);
}

Datum
sc_capabilities_test_final(PG_FUNCTION_ARGS)
{
	FittedRows	fitted;
	ScCorrelation c = {0};
	ScStatus	status = SC_TOO_FEW_MODELS;
	double		p_value = 0;

	if (!PG_ARGISNULL(0))
	{
		sc_fit_rows(PG_GETARG_DATUM(0), &fitted);
		if (fitted.view.n_targets == 1)
			status = correlate_target(&fitted, 0, &c, &p_value);
	}
	return sc_test_datum(fcinfo, status, &c, p_value);
}

Datum
sc_capabilities_corr_array_final(PG_FUNCTION_ARGS)
{
	FittedRows	fitted;
	ScCorrelation c;
	Datum	   *values;
	bool	   *nulls;
	int			dims[1];
	int			lbs[1] = {1};
	int32		k;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	sc_fit_rows(PG_GETARG_DATUM(0), &fitted);
	if (fitted.view.n_targets < 0)
		PG_RETURN_NULL();
	dims[0] = fitted.view.n_targets;
	values = sc_alloc(dims[0], sizeof(Datum));
	nulls = sc_alloc(dims[0], sizeof(bool));
	for (k = 0; k < dims[0]; k++)
	{
		values[k] = (Datum) 0;
		nulls[k] = correlate_target(&fitted, k, &c, NULL) != SC_OK;
		if (!nulls[k])
			values[k] = Float8GetDatum(c.corr);
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(values, nulls, 1, dims, lbs,
											 FLOAT8OID, sizeof(float8),
											 FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * Correlation of the two columns of a state of pairs, and if wanted its p-value.
 * Sets c->n in any case.
 * Ranks do not depend on the order of rows; values are summed in ascending order.
 */
static ScStatus
correlate_pairs(FunctionCallInfo fcinfo, ScMethod method, ScCorrelation *c,
				double *p_value)
{
	ScoreRowsView view;
	const double **row;
	ScStatus	status;
	double	   *x;
	double	   *y;
	int64		i;

	c->n = 0;
	if (PG_ARGISNULL(0))
		return SC_TOO_FEW_MODELS;
	sc_rows_read(PG_GETARG_DATUM(0), &view);
	if (view.n_capabilities != 1 || view.n_targets != 1)
		return SC_TOO_FEW_MODELS;
	c->n = view.n_rows;
	if (view.n_rows < SC_MIN_MODELS)
		return SC_TOO_FEW_MODELS;
	row = method == SC_PEARSON ? sc_rows_sorted(&view) : NULL;
	x = sc_alloc(view.n_rows, sizeof(double));
	y = sc_alloc(view.n_rows, sizeof(double));
	for (i = 0; i < view.n_rows; i++)
	{
		const double *pair = row != NULL ? row[i] : view.score + 2 * i;

		x[i] = pair[0];
		y[i] = pair[1];
		if (isnan(y[i]))
		{
			c->n = 0;			/* the state is of another aggregate */
			return SC_TOO_FEW_MODELS;
		}
	}
	status = sc_run_correlation(method, y, x, view.n_rows, c);
	if (p_value != NULL && status == SC_OK)
	{
		sc_run_spread(y, x, c);
		*p_value = sc_run_p_value(y, x, c);
	}
	pfree(x);
	pfree(y);
	return status;
}

static Datum
pair_correlation(FunctionCallInfo fcinfo, ScMethod method)
{
	ScCorrelation c;

	if (correlate_pairs(fcinfo, method, &c, NULL) != SC_OK)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(c.corr);
}

static Datum
pair_test(FunctionCallInfo fcinfo, ScMethod method)
{
	ScCorrelation c;
	double		p_value = 0;
	ScStatus	status = correlate_pairs(fcinfo, method, &c, &p_value);

	return sc_test_datum(fcinfo, status, &c, p_value);
}

Datum
sc_spearman_corr_final(PG_FUNCTION_ARGS)
{
	return pair_correlation(fcinfo, SC_SPEARMAN);
}

Datum
sc_kendall_corr_final(PG_FUNCTION_ARGS)
{
	return pair_correlation(fcinfo, SC_KENDALL);
}

Datum
sc_spearman_test_final(PG_FUNCTION_ARGS)
{
	return pair_test(fcinfo, SC_SPEARMAN);
}

Datum
sc_pearson_test_final(PG_FUNCTION_ARGS)
{
	return pair_test(fcinfo, SC_PEARSON);
}

Datum
sc_kendall_test_final(PG_FUNCTION_ARGS)
{
	return pair_test(fcinfo, SC_KENDALL);
}
