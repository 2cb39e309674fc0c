/*-------------------------------------------------------------------------
 *
 * score_matrix_expanded.c
 *	  The score_matrix in memory as an expanded object: making, finding, and
 *	  flattening it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#include "types/forms/poll.h"
#include "types/score_matrix/score_matrix.h"
#include "types/score_matrix/score_matrix_cells.h"

#define SC_MATRIX_MAGIC 0x5C0A3A71

static Size matrix_get_flat_size(ExpandedObjectHeader *eohptr);
static void matrix_flatten_into(ExpandedObjectHeader *eohptr, void *result,
								Size allocated_size);

static const ExpandedObjectMethods matrix_methods = {
	matrix_get_flat_size,
	matrix_flatten_into
};

ExpandedScoreMatrix *
sc_matrix_create(MemoryContext context)
{
	ExpandedScoreMatrix *m;

	m = MemoryContextAllocZero(context, sizeof(ExpandedScoreMatrix));
	EOH_init_header(&m->hdr, &matrix_methods, context);
	m->magic = SC_MATRIX_MAGIC;
	sc_labels_init(&m->models, context);
	sc_labels_init(&m->benchmarks, context);
	sc_labels_init(&m->annotations.models, context);
	sc_labels_init(&m->annotations.families, context);
	return m;
}

ExpandedScoreMatrix *
sc_matrix_from_datum(Datum d)
{
	ExpandedScoreMatrix *m = (ExpandedScoreMatrix *) DatumGetEOHP(d);

	if (m->hdr.eoh_methods != &matrix_methods || m->magic != SC_MATRIX_MAGIC)
		elog(ERROR, "expanded object is not a score_matrix");
	return m;
}

static int64
find_model(void *where, const char *text, uint32 len)
{
	return sc_labels_find((LabelTable *) where, text, len);
}

static Size
matrix_get_flat_size(ExpandedObjectHeader *eohptr)
{
	ExpandedScoreMatrix *m = (ExpandedScoreMatrix *) eohptr;
	AnnotationsFlat counts;
	Size		size;

	sc_matrix_settle(m);

	/* the limit of the text form keeps this far below MaxAllocSize */
	size = sc_flat_size(m->models.n, m->benchmarks.n, m->n_single, m->n_pooled,
						m->models.bytes + m->benchmarks.bytes);
	if (sc_annotations_count(m, find_model, &m->models, &counts))
		size += sc_flat_annotations_size(m->models.n, &counts);
	return size;
}

/* ----------
 * The cells of one model in C order of benchmarks
 * ----------
 */

/* A cell to be sorted: place of its benchmark, place in the hash table. */
#define CELL_KEY(rank, slot) (((uint64) (rank) << 32) | (slot))
#define KEY_RANK(key) ((uint32) ((key) >> 32))
#define KEY_SLOT(key) ((uint32) (key))

#define ST_SORT sort_keys
#define ST_ELEMENT_TYPE uint64
#define ST_COMPARE(a, b) (*(a) < *(b) ? -1 : *(a) > *(b))
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* What flattening needs beside the result. */
typedef struct Scratch
{
	uint32	   *model_order;
	uint32	   *model_rank;
	uint32	   *benchmark_order;
	uint32	   *benchmark_rank;
	uint64	   *key;			/* [n_benchmarks] */
	MatrixCell **at_rank;		/* [n_benchmarks], valid where is_there says
								 * so */
	uint64	   *is_there;		/* [WORDS(n_benchmarks)], 0 between models */
} Scratch;

/* Words of so many bits. */
#define WORDS(bits) (((Size) (bits) + 63) / 64)

/* Where the next cell goes. */
typedef struct Target
{
	ScoreMatrixView view;
	uint32		n_single;
	uint32		n_pooled;
} Target;

static inline void
put_cell(const ExpandedScoreMatrix *m, CellIndex at, const MatrixCell *cell,
		 Target *target)
{
	if (cell->kind == CELL_POOLED)
	{
		uint32		p = target->n_pooled++;

		target->view.pooled_at[p] = at;
		target->view.pooled_flags[p] = m->pooled_flags[cell->u.pooled];
		target->view.pooled[p] = m->pooled[cell->u.pooled];
	}
	else
	{
		uint32		s = target->n_single++;

		target->view.single_at[s] = at;
		target->view.score[s] = cell->u.score;
	}
}

/* Deals the cells out to the places of their benchmarks. */
static void
deal_cells(const ExpandedScoreMatrix *m, cellhash_hash *row, CellIndex at,
		   Scratch *scratch, Target *target)
{
	cellhash_iterator iterator;
	MatrixCell *cell;
	uint32		n = 0;
	Size		word;

	cellhash_start_iterate(row, &iterator);
	while ((cell = cellhash_iterate(row, &iterator)) != NULL)
	{
		uint32		rank;

		sc_poll_step(n++);
		if (cell->kind == CELL_EMPTY)
			continue;
		rank = scratch->benchmark_rank[cell->benchmark];
		scratch->at_rank[rank] = cell;
		scratch->is_there[rank / 64] |= UINT64CONST(1) << (rank % 64);
	}
	for (word = 0; word < WORDS(m->benchmarks.n); word++)
	{
		uint64		left = scratch->is_there[word];

		if (word % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
		scratch->is_there[word] = 0;
		for (; left != 0; left &= left - 1)
		{
			at.benchmark = (uint32) word * 64 + pg_rightmost_one_pos64(left);
			put_cell(m, at, scratch->at_rank[at.benchmark], target);
		}
	}
}

/* The same for a model with few of very many benchmarks. */
static void
sort_cells(const ExpandedScoreMatrix *m, cellhash_hash *row, CellIndex at,
		   Scratch *scratch, Target *target)
{
	cellhash_iterator iterator;
	MatrixCell *cell;
	uint32		n = 0;
	uint32		walked = 0;
	uint32		i;

	cellhash_start_iterate(row, &iterator);
	while ((cell = cellhash_iterate(row, &iterator)) != NULL)
	{
		sc_poll_step(walked++);
		if (cell->kind != CELL_EMPTY)
			scratch->key[n++] = CELL_KEY(scratch->benchmark_rank[cell->benchmark],
										 (uint32) (cell - row->data));
	}
	sort_keys(scratch->key, n);
	for (i = 0; i < n; i++)
	{
		sc_poll_step(i);
		at.benchmark = KEY_RANK(scratch->key[i]);
		put_cell(m, at, &row->data[KEY_SLOT(scratch->key[i])], target);
	}
}

/* ----------
 * The whole
 * ----------
 */

static void
flatten_labels(const LabelTable *table, const uint32 *order, uint32 first,
			   ScoreMatrixView *view, uint32 *end)
{
	uint32		i;

	for (i = 0; i < table->n; i++)
	{
		const Label *label = &table->label[order[i]];

		memcpy(view->labels + *end, label->text, label->len);
		*end += label->len;
		view->label_end[first + i] = *end;
		sc_poll_step(i);
	}
}

static void
matrix_flatten_into(ExpandedObjectHeader *eohptr, void *result,
					Size allocated_size)
{
	ExpandedScoreMatrix *m = (ExpandedScoreMatrix *) eohptr;
	ScoreMatrixFlat *flat = (ScoreMatrixFlat *) result;
	Size		n_models = m->models.n;
	Size		n_benchmarks = m->benchmarks.n;
	Target		target = {0};
	Scratch		scratch;
	MemoryContext context;
	MemoryContext old;
	AnnotationsFlat counts;
	bool		is_annotated = sc_annotations_count(m, find_model, &m->models, &counts);
	uint32		end = 0;
	uint32		i;

	Assert(allocated_size == matrix_get_flat_size(eohptr));
	SET_VARSIZE(flat, allocated_size);
	flat->version = SC_MATRIX_VERSION;
	flat->flags = is_annotated ? SC_MATRIX_ANNOTATED : 0;
	flat->n_models = m->models.n;
	flat->n_benchmarks = m->benchmarks.n;
	flat->n_single = m->n_single;
	flat->n_pooled = m->n_pooled;
	flat->label_bytes = (uint32) (m->models.bytes + m->benchmarks.bytes);
	flat->reserved = 0;
	if (is_annotated)
		*sc_flat_annotations(flat) = counts;
	sc_flat_view(flat, &target.view);
	sc_flat_pad(flat, allocated_size);

	/* one that was cancelled has left its own */
	if (m->flattening != NULL)
	{
		context = m->flattening;
		m->flattening = NULL;
		MemoryContextDelete(context);
	}

	/*
	 * not a child of the caller's context, which may be one of a sort's
	 * tuples
	 */
	context = AllocSetContextCreate(m->hdr.eoh_context, "score_matrix flatten",
									ALLOCSET_DEFAULT_SIZES);
	m->flattening = context;
	old = MemoryContextSwitchTo(context);
	scratch.model_order = palloc_extended(sizeof(uint32) * 2 * (n_models + n_benchmarks) + 1,
										  MCXT_ALLOC_HUGE);
	scratch.model_rank = scratch.model_order + n_models;
	scratch.benchmark_order = scratch.model_rank + n_models;
	scratch.benchmark_rank = scratch.benchmark_order + n_benchmarks;
	scratch.key = palloc_extended(sizeof(uint64) * n_benchmarks + 1, MCXT_ALLOC_HUGE);
	scratch.at_rank = palloc_extended(sizeof(MatrixCell *) * n_benchmarks + 1,
									  MCXT_ALLOC_HUGE);
	scratch.is_there = palloc0(sizeof(uint64) * WORDS(n_benchmarks) + 1);

	sc_labels_sort(&m->models, scratch.model_order, scratch.model_rank);
	sc_labels_sort(&m->benchmarks, scratch.benchmark_order, scratch.benchmark_rank);
	flatten_labels(&m->models, scratch.model_order, 0, &target.view, &end);
	flatten_labels(&m->benchmarks, scratch.benchmark_order, m->models.n, &target.view, &end);
	for (i = 0; i < n_benchmarks; i++)
	{
		sc_poll_step(i);
		target.view.benchmark_flags[i] = m->benchmark_flags[scratch.benchmark_order[i]];
	}

	for (i = 0; i < n_models; i++)
	{
		cellhash_hash *row = m->row[scratch.model_order[i]];
		CellIndex	at = {i, 0};

		/* no label is without a cell; to be safe */
		if (row == NULL)
			continue;
		if (row->members >= WORDS(n_benchmarks) / 16)
			deal_cells(m, row, at, &scratch, &target);
		else
			sort_cells(m, row, at, &scratch, &target);
		CHECK_FOR_INTERRUPTS();
	}
	Assert(target.n_single == m->n_single && target.n_pooled == m->n_pooled);
	if (is_annotated)
		sc_annotations_flatten(m, find_model, &m->models, scratch.model_rank,
							   scratch.benchmark_order, scratch.benchmark_rank,
							   &target.view);
	MemoryContextSwitchTo(old);
	m->flattening = NULL;
	MemoryContextDelete(context);

	/* whatever came in, what is stored can be read */
	Assert(sc_flat_check(flat, allocated_size, sc_poll) == NULL);
}
