/*-------------------------------------------------------------------------
 *
 * support.h
 *	  What the SQL functions share: contexts, arrays of scores, running the
 *	  statistics on palloc'd memory, and turning a status into words.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_SHARED_SUPPORT_H
#define SC_FUNCTIONS_SHARED_SUPPORT_H

#include <math.h>

#include "fmgr.h"
#include "utils/array.h"

#include "types/forms/poll.h"
#include "stats/component/capability.h"
#include "stats/correlation/correlate.h"

/*
 * Where a new transition state lives: with the others of its aggregate, or by
 * itself when a support function is called from plain SQL, as Citus does.
 */
extern MemoryContext sc_state_context(FunctionCallInfo fcinfo);

/* Is argument i an expanded object that the callee may change in place? */
static inline bool
sc_is_writable(FunctionCallInfo fcinfo, int i)
{
	return !PG_ARGISNULL(i) &&
		VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(PG_GETARG_DATUM(i)));
}

/* palloc of n items of the given size, huge allowed, at least one byte. */
extern void *sc_alloc(Size n, Size size);

/*
 * Elements of an array of scores; 2202E unless it has exactly one dimension.
 * Lower bounds do not matter.
 */
extern int64 sc_scores_length(ArrayType *array);

/*
 * Copies the scores of an array; NULL and NaN become NaN.  Returns whether all
 * are there.  22003 for an infinite score.
 */
extern bool sc_scores_copy(ArrayType *array, double *scores);

/* A float8[] of n values. */
extern ArrayType *sc_float8_array(const double *values, int n);

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
 * The p-value of a correlation of y and x that came with SC_OK: exact where there
 * are few of them, otherwise sc_p_value().
 */
extern double sc_run_p_value(const double *y, const double *x, const ScCorrelation *c);

/*
 * The composite correlation_test (n, corr, ci_low, ci_high, p_value) for a
 * function declared to return it; all but n NULL unless status is SC_OK.
 */
extern Datum sc_test_datum(FunctionCallInfo fcinfo, ScStatus status,
						   const ScCorrelation *c, double p_value);

/* A column of a result; NaN and -1 become NULL. */
static inline void
sc_put_float8(double value, Datum *datum, bool *null)
{
	*null = isnan(value);
	*datum = *null ? (Datum) 0 : Float8GetDatum(value);
}

static inline void
sc_put_count(int32 value, Datum *datum, bool *null)
{
	*null = value < 0;
	*datum = *null ? (Datum) 0 : Int32GetDatum(value);
}

/* 0.95: the confidence of forms that have no such parameter. */
#define SC_DEFAULT_CONFIDENCE 0.95

#endif							/* SC_FUNCTIONS_SHARED_SUPPORT_H */
