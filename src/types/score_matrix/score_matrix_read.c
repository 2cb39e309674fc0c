/*-------------------------------------------------------------------------
 *
 * score_matrix_read.c
 *	  Reading a score_matrix, flat or expanded: one validated flat form, and
 *	  names looked up in it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "types/forms/poll.h"
#include "types/score_matrix/score_matrix.h"
#include "types/forms/state_context.h"

static void
check_stored(const struct varlena *flat)
{
	const char *problem = sc_flat_check(flat, VARSIZE(flat), sc_poll);

	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored score_matrix is not valid"),
				 errdetail_internal("%s", problem)));
}

void
sc_matrix_read(Datum d, ScoreMatrixView *view)
{
	struct varlena *flat;

	if (VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(d)))
	{
		/* our own object: valid by construction */
		flat = (struct varlena *) DatumGetPointer(sc_flat_datum(&sc_matrix_from_datum(d)->hdr));
	}
	else
	{
		flat = PG_DETOAST_DATUM(d);
		check_stored(flat);
	}
	sc_flat_view((ScoreMatrixFlat *) flat, view);
}

Datum
sc_matrix_copy(Datum d)
{
	struct varlena *flat;

	if (VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(d)))
		return sc_flat_datum(&sc_matrix_from_datum(d)->hdr);
	flat = PG_DETOAST_DATUM_COPY(d);
	check_stored(flat);
	return PointerGetDatum(flat);
}

/* Binary search among labels first .. first + n - 1. */
static int64
find_label(const ScoreMatrixView *view, uint32 first, uint32 n,
		   const char *text, uint32 len)
{
	uint32		low = 0;
	uint32		high = n;

	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;
		uint32		label_len;
		const char *label = sc_flat_label(view, first + middle, &label_len);
		int			cmp = sc_label_compare(text, len, label, label_len);

		if (cmp == 0)
			return middle;
		if (cmp < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

int64
sc_matrix_find_model(const ScoreMatrixView *view, const char *text, uint32 len)
{
	return find_label(view, 0, view->n_models, text, len);
}

int64
sc_matrix_find_benchmark(const ScoreMatrixView *view, const char *text, uint32 len)
{
	return find_label(view, view->n_models, view->n_benchmarks, text, len);
}
