/*-------------------------------------------------------------------------
 *
 * fitted_rows.h
 *	  The rows of a score_rows in ascending order, and the capabilities score
 *	  of each: what the aggregates over wide tables and the window function
 *	  are made of.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_AGGREGATES_FITTED_ROWS_H
#define SC_FUNCTIONS_AGGREGATES_FITTED_ROWS_H

#include "stats/component/capability.h"
#include "types/states/score_rows.h"

/* Without SC_OK only view is set. */
typedef struct FittedRows
{
	ScStatus	status;
	ScoreRowsView view;			/* the rows as they came */
	const double **row;			/* row[i]: the i-th in ascending order, in
								 * view */
	ScCapabilityFit fit;		/* fit.score[i]: of row[i] */
} FittedRows;

/*
 * Fits the first component to the capabilities of the rows of a datum.  They are
 * sorted first, so that no bit depends on the order in which they came.
 */
extern void sc_fit_rows(Datum score_rows, FittedRows *fitted);

#endif							/* SC_FUNCTIONS_AGGREGATES_FITTED_ROWS_H */
