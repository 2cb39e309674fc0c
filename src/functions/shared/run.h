/*-------------------------------------------------------------------------
 *
 * run.h
 *	  Runs the statistics on palloc'd memory, which is freed again, and raises
 *	  those of their statuses that are no answer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_SHARED_RUN_H
#define SC_FUNCTIONS_SHARED_RUN_H

#include "stats/component/capability.h"
#include "stats/correlation/correlate.h"

/*
 * Runs sc_capability_fit() on palloc'd memory.  The statuses that are no
 * answer (too many columns: 54000; the solver failed: XX000) are raised.
 */
extern ScStatus sc_run_fit(const double *x, Size n, Size d, ScPca pca,
						   Size wanted, ScCapabilityFit *fit);

/* Raises for those two statuses, returns for the others. */
extern void sc_check_status(ScStatus status, Size rows, Size columns);

/* Raises for the first of them, before anything is allocated. */
extern void sc_check_size(Size rows, Size columns);

/* Runs sc_correlate() on palloc'd memory. */
extern ScStatus sc_run_correlation(ScMethod method, const double *y,
								   const double *x, Size n, ScCorrelation *out);

/*
 * Slope of y over x, which varies: by Theil and Sen, for Pearson by least squares;
 * infinite if it is too steep for a double.
 */
extern double sc_run_slope(ScMethod method, const double *y, const double *x, Size n);

/* The same of sc_correlate_with_ranks(). */
extern ScStatus sc_run_correlation_with_ranks(const double *y, const int32 *rank_x,
											  Size n, ScCorrelation *out);

/*
 * Runs sc_partial_correlate() given k >= 1 controls, control[j * n + i], also for its
 * variance inflation of x.
 */
extern ScStatus sc_run_partial(ScMethod method, const double *y, const double *x,
							   const double *control, Size n, Size k,
							   ScCorrelation *out, double *vif);

/* Runs sc_kendall_spread(), which the interval of Kendall's tau takes; of others nothing. */
extern void sc_run_spread(const double *y, const double *x, ScCorrelation *c);

/*
 * The p-value of a correlation of y and x that came with SC_OK: exact where there
 * are few of them and no controls, otherwise sc_p_value().
 */
extern double sc_run_p_value(const double *y, const double *x, const ScCorrelation *c);

#endif							/* SC_FUNCTIONS_SHARED_RUN_H */
