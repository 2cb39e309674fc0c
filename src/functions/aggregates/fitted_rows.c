/*-------------------------------------------------------------------------
 *
 * fitted_rows.c
 *	  The first component of the rows of a score_rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "functions/aggregates/fitted_rows.h"
#include "functions/shared/memory.h"
#include "functions/shared/run.h"

void
sc_fit_rows(Datum score_rows, FittedRows *fitted)
{
	ScoreRowsView *view = &fitted->view;
	Size		n;
	Size		d;
	double	   *x;
	Size		i;
	Size		j;

	sc_rows_read(score_rows, view);
	if (view->n_rows < SC_MIN_MODELS)
	{
		fitted->status = SC_TOO_FEW_MODELS;
		return;
	}
	fitted->row = sc_rows_sorted(view);

	/* the statistics take columns */
	n = view->n_rows;
	d = view->n_capabilities;
	x = sc_alloc(n * d, sizeof(double));
	for (i = 0; i < n; i++)
	{
		for (j = 0; j < d; j++)
			x[j * n + i] = fitted->row[i][j];
	}
	fitted->status = sc_run_fit(x, n, d, SC_PCA_SPEARMAN, 1, &fitted->fit);
	pfree(x);
}
