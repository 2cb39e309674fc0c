/*-------------------------------------------------------------------------
 *
 * capabilities_window.c
 *	  The window function capabilities_score(float8[]) OVER (PARTITION BY ...).
 *
 * All the work is done at the first row of a partition: read every row, sort
 * the complete ones (so that the answer does not depend on their order), fit,
 * keep one score per row.  The frame clause plays no part.  A row that lacks a
 * capability, and every row where the component is undefined, gets NULL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/float.h"
#include "utils/memutils.h"
#include "windowapi.h"

#include "functions/aggregates/fitted_rows.h"
#include "functions/shared/arrays.h"
#include "functions/shared/memory.h"
#include "types/states/score_rows.h"
#include "types/forms/state_context.h"

PG_FUNCTION_INFO_V1(sc_capabilities_score);

typedef struct PartitionScores
{
	bool		done;
	double	   *score;			/* of each row; NaN for NULL */
} PartitionScores;

/* Fills score[0 .. n_rows - 1] of one partition. */
static void
score_partition(WindowObject winobj, int64 n_rows, double *score)
{
	ExpandedScoreRows *rows = sc_rows_create(sc_object_context());
	int64	   *origin = sc_alloc(n_rows, sizeof(int64));
	MemoryContext row_context;
	MemoryContext old;
	FittedRows	fitted;
	int64		i;

	/*
	 * what computing an argument leaves behind, such as ARRAY[...], would
	 * pile up in the caller's context: it goes row by row
	 */
	row_context = AllocSetContextCreate(CurrentMemoryContext,
										"capabilities_score row",
										ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(row_context);
	for (i = 0; i < n_rows; i++)
	{
		bool		isnull;
		bool		isout;
		Datum		arg;

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(row_context);
		score[i] = get_float8_nan();
		arg = WinGetFuncArgInPartition(winobj, 0, (int) i, WINDOW_SEEK_HEAD,
									   false, &isnull, &isout);
		if (!isnull && !isout)
		{
			ArrayType  *array = DatumGetArrayTypeP(arg);
			int64		length = sc_scores_length(array);

			sc_rows_set_widths(rows, length, 0);
			if (sc_scores_copy(array, sc_rows_reserve(rows)))
				origin[rows->n_rows++] = i;
		}
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(row_context);

	sc_fit_rows(ScoreRowsGetDatum(rows), &fitted);
	if (fitted.status != SC_OK)
		return;
	for (i = 0; i < fitted.view.n_rows; i++)
		score[origin[(fitted.row[i] - fitted.view.score) / fitted.view.width]] = fitted.fit.score[i];
}

Datum
sc_capabilities_score(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	PartitionScores *partition;
	int64		position = WinGetCurrentPosition(winobj);
	double		score;

	partition = (PartitionScores *)
		WinGetPartitionLocalMemory(winobj, sizeof(PartitionScores));
	if (!partition->done)
	{
		int64		n_rows = WinGetPartitionRowCount(winobj);
		MemoryContext context;
		MemoryContext old;

		if (n_rows > SC_MAX_COLLECTED_SCORES)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many rows in one partition"),
					 errdetail("The partition has %lld rows; at most %d are allowed.",
							   (long long) n_rows, SC_MAX_COLLECTED_SCORES)));

		/* partition's lifetime for the answer, none for the rest */
		partition->score =
			MemoryContextAllocHuge(GetMemoryChunkContext(partition),
								   sizeof(double) * Max(n_rows, 1));
		context = AllocSetContextCreate(CurrentMemoryContext,
										"capabilities_score",
										ALLOCSET_DEFAULT_SIZES);
		old = MemoryContextSwitchTo(context);
		score_partition(winobj, n_rows, partition->score);
		MemoryContextSwitchTo(old);
		MemoryContextDelete(context);
		partition->done = true;
	}

	score = partition->score[position];
	WinSetMarkPosition(winobj, position);
	if (isnan(score))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score);
}
