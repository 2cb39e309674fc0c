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
#include "types/forms/refuse.h"
#include "types/score_matrix/score_matrix.h"
#include "types/forms/state_context.h"

static void
check_stored(const struct varlena *flat)
{
	const char *problem = sc_flat_check(flat, VARSIZE(flat), sc_poll);

	if (problem != NULL)
		sc_refuse_stored("score_matrix", problem);
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

/* Binary search among labels first .. first + n - 1. */
/* sc_flat_label() and the like: label i, and its length. */
typedef const char *(*LabelAt) (const ScoreMatrixView *view, uint32 i, uint32 *len);

/* Place of a text among n sorted labels from the first on, or -1. */
static int64
find_label(const ScoreMatrixView *view, LabelAt label_at, uint32 first, uint32 n,
		   const char *text, uint32 len)
{
	uint32		low = 0;
	uint32		high = n;

	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;
		uint32		label_len;
		const char *label = label_at(view, first + middle, &label_len);
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
	return find_label(view, sc_flat_label, 0, view->n_models, text, len);
}

int64
sc_matrix_find_benchmark(const ScoreMatrixView *view, const char *text, uint32 len)
{
	return find_label(view, sc_flat_label, view->n_models, view->n_benchmarks, text, len);
}

int64
sc_matrix_find_declared(const ScoreMatrixView *view, const char *text, uint32 len)
{
	return find_label(view, sc_flat_declared_label, 0, view->counts.n_declared, text, len);
}

uint32 *
sc_count_scores(const ScoreMatrixView *view)
{
	Size		bytes = sizeof(uint32) * ((Size) view->n_benchmarks + 1);
	uint32	   *n_scores = palloc_extended(bytes, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	uint32		i;

	for (i = 0; i < view->n_single; i++)
	{
		sc_poll_step(i);
		n_scores[view->single_at[i].benchmark]++;
	}
	for (i = 0; i < view->n_pooled; i++)
	{
		sc_poll_step(i);
		n_scores[view->pooled_at[i].benchmark]++;
	}
	return n_scores;
}
