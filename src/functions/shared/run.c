/*-------------------------------------------------------------------------
 *
 * run.c
 *	  Runs the statistics on palloc'd memory.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "functions/shared/memory.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "stats/component/component.h"
#include "stats/correlation/exact.h"
#include "stats/correlation/infer.h"
#include "stats/correlation/kendall.h"
#include "stats/correlation/partial.h"
#include "stats/regression/slope.h"

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

ScStatus
sc_run_partial(ScMethod method, const double *y, const double *x, const double *control,
			   Size n, Size k, ScCorrelation *out, double *vif)
{
	void	   *work = sc_alloc(sc_partial_workspace(method, n, k), 1);
	ScPartial  *partial = sc_partial_prepare(method, x, control, n, k, work, sc_poll);
	ScStatus	status = sc_partial_correlate(partial, y, sc_poll, out);

	*vif = sc_partial_vif(partial);
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

void
sc_run_spread(const double *y, const double *x, ScCorrelation *c)
{
	void	   *work;

	if (c->method != SC_KENDALL)
		return;
	work = sc_alloc(sc_kendall_spread_workspace(c->n), 1);
	sc_kendall_spread(y, x, c->n, work, sc_poll, c);
	pfree(work);
}

double
sc_run_p_value(const double *y, const double *x, const ScCorrelation *c)
{
	Size		size = sc_exact_workspace(c->method, c->n);
	bool		exact = false;
	double		p_value;
	void	   *work;

	if (size > 0 && c->controls == 0)
	{
		work = sc_alloc(size, 1);
		exact = sc_exact_p_value(c->method, y, x, c->n, work, sc_poll, &p_value);
		pfree(work);
	}
	return exact ? p_value : sc_p_value(c);
}
