/*-------------------------------------------------------------------------
 *
 * score_matrix_marks.c
 *	  A flat score_matrix with other marks: its cells stay where they are but for
 *	  the places of declared benchmarks, which come and go.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "types/forms/poll.h"
#include "types/score_matrix/score_matrix.h"
#include "types/score_matrix/score_matrix_cells.h"

/* The benchmarks of the result, of those that marks has. */
typedef struct Kept
{
	uint32		n;
	uint32	   *order;			/* [n], their numbers in C order */
	uint32	   *rank;			/* by number; of those not kept nothing */
	uint32		bytes;
} Kept;

static int64
find_model(void *where, const char *text, uint32 len)
{
	return sc_matrix_find_model((const ScoreMatrixView *) where, text, len);
}

/* A benchmark stays that has a cell, a flag or an overlap. */
static void
choose_benchmarks(const ScoreMatrixView *from, ExpandedScoreMatrix *marks, Kept *kept)
{
	LabelTable *labels = &marks->benchmarks;
	bool	   *keep = palloc_extended(labels->n + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	uint32		i;

	for (i = 0; i < from->n_single; i++)
	{
		sc_poll_step(i);
		keep[from->single_at[i].benchmark] = true;
	}
	for (i = 0; i < from->n_pooled; i++)
	{
		sc_poll_step(i);
		keep[from->pooled_at[i].benchmark] = true;
	}
	sc_matrix_cover_overlaps(marks, keep);
	kept->order = palloc_extended(sizeof(uint32) * labels->n + 1, MCXT_ALLOC_HUGE);
	kept->rank = palloc_extended(sizeof(uint32) * labels->n + 1, MCXT_ALLOC_HUGE);
	kept->n = 0;
	kept->bytes = 0;
	sc_labels_sort(labels, kept->order, kept->rank);
	for (i = 0; i < labels->n; i++)
	{
		uint32		number = kept->order[i];

		sc_poll_step(i);
		if (!keep[number] && marks->benchmark_flags[number] == 0)
			continue;
		kept->rank[number] = kept->n;
		kept->order[kept->n++] = number;
		kept->bytes += labels->label[number].len;
	}
	pfree(keep);
}

static void
put_benchmarks(const ScoreMatrixView *from, const ExpandedScoreMatrix *marks, const Kept *kept,
			   ScoreMatrixView *to)
{
	uint32		end = from->n_models == 0 ? 0 : from->label_end[from->n_models - 1];
	uint32		i;

	memcpy(to->label_end, from->label_end, sizeof(uint32) * from->n_models);
	memcpy(to->labels, from->labels, end);
	for (i = 0; i < kept->n; i++)
	{
		const Label *label = &marks->benchmarks.label[kept->order[i]];

		sc_poll_step(i);
		memcpy(to->labels + end, label->text, label->len);
		end += label->len;
		to->label_end[to->n_models + i] = end;
		to->benchmark_flags[i] = marks->benchmark_flags[kept->order[i]];
	}
}

/* Their order stays, because that of the benchmarks does. */
static void
put_cells(const ScoreMatrixView *from, const Kept *kept, ScoreMatrixView *to)
{
	uint32		i;

	memcpy(to->score, from->score, sizeof(double) * from->n_single);
	memcpy(to->pooled, from->pooled, sizeof(PooledCell) * from->n_pooled);
	memcpy(to->pooled_flags, from->pooled_flags, from->n_pooled);
	for (i = 0; i < from->n_single; i++)
	{
		sc_poll_step(i);
		to->single_at[i].model = from->single_at[i].model;
		to->single_at[i].benchmark = kept->rank[from->single_at[i].benchmark];
	}
	for (i = 0; i < from->n_pooled; i++)
	{
		sc_poll_step(i);
		to->pooled_at[i].model = from->pooled_at[i].model;
		to->pooled_at[i].benchmark = kept->rank[from->pooled_at[i].benchmark];
	}
}

/* What the models and cells of from take in the text form, beside marks. */
static uint64
text_bytes(const ScoreMatrixView *from)
{
	uint32		end = from->n_models == 0 ? 0 : from->label_end[from->n_models - 1];

	return (uint64) from->n_single * SC_TEXT_BYTES_PER_SINGLE +
		(uint64) from->n_pooled * SC_TEXT_BYTES_PER_POOLED +
		(uint64) from->n_models * SC_TEXT_BYTES_PER_LABEL(0) +
		SC_TEXT_BYTES_PER_LABEL(end) - SC_TEXT_BYTES_PER_LABEL(0);
}

Datum
sc_matrix_with_marks(const ScoreMatrixView *from, ExpandedScoreMatrix *marks)
{
	ScoreMatrixFlat head = {0};
	ScoreMatrixFlat *flat;
	ScoreMatrixView to;
	AnnotationsFlat counts;
	Kept		kept;
	Size		size;

	Assert(marks->models.n == 0 && marks->benchmarks.n >= from->n_benchmarks);
	(void) sc_matrix_check_size(marks, text_bytes(from), NULL);
	choose_benchmarks(from, marks, &kept);
	head.version = SC_MATRIX_VERSION;
	head.n_models = from->n_models;
	head.n_benchmarks = kept.n;
	head.n_single = from->n_single;
	head.n_pooled = from->n_pooled;
	head.label_bytes = kept.bytes +
		(from->n_models == 0 ? 0 : from->label_end[from->n_models - 1]);
	if (sc_annotations_count(marks, find_model, unconstify(ScoreMatrixView *, from), &counts))
		head.flags = SC_MATRIX_ANNOTATED;
	size = sc_flat_size(head.n_models, head.n_benchmarks, head.n_single, head.n_pooled,
						head.label_bytes);
	if (head.flags != 0)
		size += sc_flat_annotations_size(head.n_models, &counts);

	flat = palloc(size);
	*flat = head;
	SET_VARSIZE(flat, size);
	if (head.flags != 0)
		*sc_flat_annotations(flat) = counts;
	sc_flat_view(flat, &to);
	sc_flat_pad(flat, size);
	put_benchmarks(from, marks, &kept, &to);
	put_cells(from, &kept, &to);
	if (head.flags != 0)
		sc_annotations_flatten(marks, find_model, unconstify(ScoreMatrixView *, from), NULL,
							   kept.order, kept.rank, &to);
	Assert(sc_flat_check(flat, size, sc_poll) == NULL);
	return PointerGetDatum(flat);
}
