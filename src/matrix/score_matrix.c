/*-------------------------------------------------------------------------
 *
 * score_matrix.c
 *	  The score_matrix in memory: accumulate, merge, flatten.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "matrix/score_matrix.h"

#define SC_MATRIX_MAGIC 0x5C0A3A71

static inline uint32
cell_hash(CellIndex at)
{
	return murmurhash32(at.benchmark ^ murmurhash32(at.model));
}

#define SH_PREFIX cellhash
#define SH_ELEMENT_TYPE MatrixCell
#define SH_KEY_TYPE CellIndex
#define SH_KEY at
#define SH_HASH_KEY(tb, key) cell_hash(key)
#define SH_EQUAL(tb, a, b) ((a).model == (b).model && (a).benchmark == (b).benchmark)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static Size matrix_get_flat_size(ExpandedObjectHeader *eohptr);
static void matrix_flatten_into(ExpandedObjectHeader *eohptr, void *result,
								Size allocated_size);

static const ExpandedObjectMethods matrix_methods = {
	matrix_get_flat_size,
	matrix_flatten_into
};

/* ----------
 * Making and finding the expanded object
 * ----------
 */

ExpandedScoreMatrix *
sc_matrix_create(MemoryContext parent)
{
	MemoryContext context;
	ExpandedScoreMatrix *m;

	context = AllocSetContextCreate(parent, "score_matrix",
									ALLOCSET_START_SMALL_SIZES);
	m = MemoryContextAllocZero(context, sizeof(ExpandedScoreMatrix));
	EOH_init_header(&m->hdr, &matrix_methods, context);
	m->magic = SC_MATRIX_MAGIC;
	sc_labels_init(&m->models, context);
	sc_labels_init(&m->benchmarks, context);
	m->cells = cellhash_create(context, 8, NULL);
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

ExpandedScoreMatrix *
sc_matrix_for_write(Datum d, MemoryContext parent)
{
	ExpandedScoreMatrix *m;
	ScoreMatrixView view;

	if (VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(d)))
		return sc_matrix_from_datum(d);

	sc_matrix_read(d, &view);
	m = sc_matrix_create(parent);
	sc_matrix_merge(m, &view);
	return m;
}

/* ----------
 * Growing it
 * ----------
 */

/* Keeps the text form under its limit; called before anything is added. */
static inline void
check_size(const ExpandedScoreMatrix *m, uint64 more)
{
	uint64		bytes = m->models.text_bytes + m->benchmarks.text_bytes + more +
	(uint64) m->n_single * SC_TEXT_BYTES_PER_SINGLE +
	(uint64) m->n_pooled * SC_TEXT_BYTES_PER_POOLED;

	if (unlikely(bytes > SC_MAX_TEXT_BYTES))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("score matrix is too large"),
				 errdetail("It has %u models, %u benchmarks and %u cells; its text form could pass %d bytes.",
						   m->models.n, m->benchmarks.n,
						   m->n_single + m->n_pooled, SC_MAX_TEXT_BYTES),
				 errhint("Aggregate fewer benchmarks or models into one matrix.")));
}

static uint32
intern_model(ExpandedScoreMatrix *m, const char *text, uint32 len, bool *is_new)
{
	int64		found = sc_labels_find(&m->models, text, len);

	*is_new = false;
	if (likely(found >= 0))
		return (uint32) found;
	check_size(m, SC_TEXT_BYTES_PER_LABEL(len));
	return sc_labels_intern(&m->models, text, len, is_new);
}

static uint32
intern_benchmark(ExpandedScoreMatrix *m, const char *text, uint32 len,
				 bool *is_new)
{
	int64		found = sc_labels_find(&m->benchmarks, text, len);
	uint32		number;

	*is_new = false;
	if (likely(found >= 0))
		return (uint32) found;
	check_size(m, SC_TEXT_BYTES_PER_LABEL(len));
	if (m->benchmarks.n == m->flags_capacity)
	{
		uint32		capacity = m->flags_capacity == 0 ? 16 : m->flags_capacity * 2;

		if (m->benchmark_flags == NULL)
			m->benchmark_flags = MemoryContextAlloc(m->hdr.eoh_context, capacity);
		else
			m->benchmark_flags = repalloc(m->benchmark_flags, capacity);
		m->flags_capacity = capacity;
	}
	number = sc_labels_intern(&m->benchmarks, text, len, is_new);
	m->benchmark_flags[number] = 0;
	return number;
}

/* Room for one more pooled cell. */
static void
reserve_pooled(ExpandedScoreMatrix *m)
{
	uint32		capacity;

	if (m->n_pooled < m->pooled_capacity)
		return;
	capacity = m->pooled_capacity == 0 ? 8 : m->pooled_capacity * 2;
	if (m->pooled == NULL)
	{
		m->pooled = MemoryContextAlloc(m->hdr.eoh_context,
									   capacity * sizeof(PooledCell));
		m->pooled_flags = MemoryContextAlloc(m->hdr.eoh_context, capacity);
	}
	else
	{
		m->pooled = repalloc_huge(m->pooled, capacity * sizeof(PooledCell));
		m->pooled_flags = repalloc_huge(m->pooled_flags, capacity);
	}
	m->pooled_capacity = capacity;
}

/*
 * Adds scores to a cell: a single one (add->n = 1) or the sums of several.
 */
static void
add_to_cell(ExpandedScoreMatrix *m, CellIndex at, const PooledCell *add,
			uint8 add_flags)
{
	MatrixCell *cell;
	bool		found;

	if (add->n > 1)
		reserve_pooled(m);
	cell = cellhash_lookup(m->cells, at);
	if (cell == NULL)
	{
		check_size(m, SC_TEXT_BYTES_PER_POOLED);
		cell = cellhash_insert(m->cells, at, &found);
		cell->is_pooled = add->n > 1;
		if (cell->is_pooled)
		{
			cell->u.pooled = m->n_pooled;
			m->pooled_flags[m->n_pooled] = add_flags;
			m->pooled[m->n_pooled++] = *add;
		}
		else
		{
			cell->u.score = add->sum;
			m->n_single++;
		}
		return;
	}
	if (cell->is_pooled)
	{
		sc_pooled_add(&m->pooled[cell->u.pooled],
				   &m->pooled_flags[cell->u.pooled], add, add_flags);
		return;
	}

	/* the second score of a cell: it becomes a pooled one */
	{
		PooledCell	p = sc_pooled_of_score(cell->u.score);
		uint8		flags = 0;

		check_size(m, SC_TEXT_BYTES_PER_POOLED);
		reserve_pooled(m);
		sc_pooled_add(&p, &flags, add, add_flags);
		m->pooled_flags[m->n_pooled] = flags;
		m->pooled[m->n_pooled] = p;
		cell->is_pooled = true;
		cell->u.pooled = m->n_pooled++;
		m->n_single--;
	}
}

void
sc_matrix_add(ExpandedScoreMatrix *m, const char *model, uint32 model_len,
			  const char *benchmark, uint32 benchmark_len, double score)
{
	PooledCell	add = sc_pooled_of_score(sc_check_score(score));
	CellIndex	at;
	bool		is_new;

	/*
	 * A label that has just been added always gets its cell: the only error
	 * in between is of size or memory, and after one of those the state is
	 * never flattened.
	 */
	at.model = intern_model(m, model, model_len, &is_new);
	at.benchmark = intern_benchmark(m, benchmark, benchmark_len, &is_new);
	add_to_cell(m, at, &add, 0);
}

void
sc_check_flags(const char *label, uint32 len, uint8 flags)
{
	if ((flags & SC_BENCHMARK_CAPABILITY) && (flags & SC_BENCHMARK_COVARIATE))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("benchmark \"%s\" is annotated both as capability and as covariate",
						pnstrdup(label, len))));
}

void
sc_matrix_merge(ExpandedScoreMatrix *m, const ScoreMatrixView *from)
{
	uint32	   *model = palloc_extended(sizeof(uint32) * Max(from->n_models, 1),
										MCXT_ALLOC_HUGE);
	uint32	   *benchmark = palloc_extended(sizeof(uint32) * Max(from->n_benchmarks, 1),
											MCXT_ALLOC_HUGE);
	uint32		i;
	uint32		len;
	bool		is_new;

	for (i = 0; i < from->n_benchmarks; i++)
	{
		const char *label = sc_flat_label(from, from->n_models + i, &len);
		int64		found = sc_labels_find(&m->benchmarks, label, len);

		if (found >= 0)
			sc_check_flags(label, len,
						m->benchmark_flags[found] | from->benchmark_flags[i]);
	}
	for (i = 0; i < from->n_models; i++)
	{
		const char *label = sc_flat_label(from, i, &len);

		model[i] = intern_model(m, label, len, &is_new);
	}
	for (i = 0; i < from->n_benchmarks; i++)
	{
		const char *label = sc_flat_label(from, from->n_models + i, &len);

		benchmark[i] = intern_benchmark(m, label, len, &is_new);
		m->benchmark_flags[benchmark[i]] |= from->benchmark_flags[i];
	}
	for (i = 0; i < from->n_single; i++)
	{
		PooledCell	add = sc_pooled_of_score(from->score[i]);
		CellIndex	at;

		at.model = model[from->single_at[i].model];
		at.benchmark = benchmark[from->single_at[i].benchmark];
		add_to_cell(m, at, &add, 0);
		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	for (i = 0; i < from->n_pooled; i++)
	{
		CellIndex	at;

		at.model = model[from->pooled_at[i].model];
		at.benchmark = benchmark[from->pooled_at[i].benchmark];
		add_to_cell(m, at, &from->pooled[i], from->pooled_flags[i]);
		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(model);
	pfree(benchmark);
}

void
sc_matrix_copy_cell(ExpandedScoreMatrix *m, const ScoreMatrixView *from,
					CellIndex at, uint32 i, bool single)
{
	PooledCell	add = single ? sc_pooled_of_score(from->score[i]) : from->pooled[i];
	CellIndex	to;
	const char *label;
	uint32		len;
	bool		is_new;

	label = sc_flat_label(from, at.model, &len);
	to.model = intern_model(m, label, len, &is_new);
	label = sc_flat_label(from, from->n_models + at.benchmark, &len);
	to.benchmark = intern_benchmark(m, label, len, &is_new);
	m->benchmark_flags[to.benchmark] |= from->benchmark_flags[at.benchmark];
	add_to_cell(m, to, &add, single ? 0 : from->pooled_flags[i]);
}

bool
sc_matrix_put_model(ExpandedScoreMatrix *m, const char *text, uint32 len)
{
	bool		is_new;

	(void) intern_model(m, text, len, &is_new);
	return is_new;
}

bool
sc_matrix_put_benchmark(ExpandedScoreMatrix *m, const char *text, uint32 len,
						uint8 flags)
{
	bool		is_new;
	uint32		number;

	sc_check_flags(text, len, flags);
	number = intern_benchmark(m, text, len, &is_new);
	m->benchmark_flags[number] |= flags;
	return is_new;
}

static bool
put_cell(ExpandedScoreMatrix *m, uint32 model, uint32 benchmark,
		 const PooledCell *cell, uint8 flags)
{
	CellIndex	at;

	at.model = model;
	at.benchmark = benchmark;
	if (cellhash_lookup(m->cells, at) != NULL)
		return false;
	add_to_cell(m, at, cell, flags);
	return true;
}

bool
sc_matrix_put_single(ExpandedScoreMatrix *m, uint32 model, uint32 benchmark,
					 double score)
{
	PooledCell	cell = sc_pooled_of_score(sc_check_score(score));

	return put_cell(m, model, benchmark, &cell, 0);
}

bool
sc_matrix_put_pooled(ExpandedScoreMatrix *m, uint32 model, uint32 benchmark,
					 const PooledCell *cell, uint8 flags)
{
	return put_cell(m, model, benchmark, cell, flags);
}

bool
sc_matrix_is_covered(ExpandedScoreMatrix *m)
{
	uint32		n = m->models.n + m->benchmarks.n;
	bool	   *covered = palloc_extended(Max(n, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	cellhash_iterator iterator;
	MatrixCell *cell;
	uint32		i;

	cellhash_start_iterate(m->cells, &iterator);
	while ((cell = cellhash_iterate(m->cells, &iterator)) != NULL)
	{
		covered[cell->at.model] = true;
		covered[m->models.n + cell->at.benchmark] = true;
	}
	for (i = 0; i < n && covered[i]; i++)
		;
	pfree(covered);
	return i == n;
}

/* ----------
 * Flattening
 * ----------
 */

static Size
matrix_get_flat_size(ExpandedObjectHeader *eohptr)
{
	ExpandedScoreMatrix *m = (ExpandedScoreMatrix *) eohptr;

	/* check_size() keeps this far below MaxAllocSize */
	return sc_flat_size(m->models.n, m->benchmarks.n, m->n_single, m->n_pooled,
						m->models.bytes + m->benchmarks.bytes);
}

/* In a loop over millions of cells, each a cache miss or two. */
static inline void
poll_at(uint32 i)
{
	if ((i & 0xFFFF) == 0)
		CHECK_FOR_INTERRUPTS();
}

/*
 * Stable counting sort of cells by one of their two places: from -> to, count
 * has room for n_places + 1.
 */
static void
sort_cells(MatrixCell **from, MatrixCell **to, uint32 n, bool by_model,
		   const uint32 *rank, uint32 n_places, uint32 *count)
{
	uint32		i;

	memset(count, 0, sizeof(uint32) * ((Size) n_places + 1));
	for (i = 0; i < n; i++)
	{
		count[rank[by_model ? from[i]->at.model : from[i]->at.benchmark] + 1]++;
		poll_at(i);
	}
	for (i = 0; i < n_places; i++)
		count[i + 1] += count[i];
	for (i = 0; i < n; i++)
	{
		to[count[rank[by_model ? from[i]->at.model : from[i]->at.benchmark]]++] = from[i];
		poll_at(i);
	}
}

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
		poll_at(i);
	}
}

static void
matrix_flatten_into(ExpandedObjectHeader *eohptr, void *result,
					Size allocated_size)
{
	ExpandedScoreMatrix *m = (ExpandedScoreMatrix *) eohptr;
	ScoreMatrixFlat *flat = (ScoreMatrixFlat *) result;
	ScoreMatrixView view;
	MemoryContext context;
	MemoryContext old;
	uint32		n_models = m->models.n;
	uint32		n_benchmarks = m->benchmarks.n;
	uint32		n_cells = m->n_single + m->n_pooled;
	uint32	   *scratch;
	uint32	   *model_order;
	uint32	   *model_rank;
	uint32	   *benchmark_order;
	uint32	   *benchmark_rank;
	uint32	   *count;
	MatrixCell **cells;
	MatrixCell **sorted;
	cellhash_iterator iterator;
	MatrixCell *cell;
	uint32		end = 0;
	uint32		s = 0;
	uint32		p = 0;
	uint32		i;

	Assert(allocated_size == matrix_get_flat_size(eohptr));
	memset(flat, 0, allocated_size);
	SET_VARSIZE(flat, allocated_size);
	flat->version = SC_MATRIX_VERSION;
	flat->n_models = n_models;
	flat->n_benchmarks = n_benchmarks;
	flat->n_single = m->n_single;
	flat->n_pooled = m->n_pooled;
	flat->label_bytes = (uint32) (m->models.bytes + m->benchmarks.bytes);
	sc_flat_view(flat, &view);

	/* scratch goes at once, whatever happens */
	context = AllocSetContextCreate(CurrentMemoryContext, "score_matrix flatten",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	scratch = palloc_extended(sizeof(uint32) *
							  (2 * ((Size) n_models + n_benchmarks) +
							   Max(n_models, n_benchmarks) + 1),
							  MCXT_ALLOC_HUGE);
	model_order = scratch;
	model_rank = model_order + n_models;
	benchmark_order = model_rank + n_models;
	benchmark_rank = benchmark_order + n_benchmarks;
	count = benchmark_rank + n_benchmarks;
	cells = palloc_extended(sizeof(MatrixCell *) * 2 * Max((Size) n_cells, 1),
							MCXT_ALLOC_HUGE);
	sorted = cells + n_cells;

	sc_labels_sort(&m->models, model_order, model_rank);
	sc_labels_sort(&m->benchmarks, benchmark_order, benchmark_rank);
	flatten_labels(&m->models, model_order, 0, &view, &end);
	flatten_labels(&m->benchmarks, benchmark_order, n_models, &view, &end);
	for (i = 0; i < n_benchmarks; i++)
		view.benchmark_flags[i] = m->benchmark_flags[benchmark_order[i]];

	cellhash_start_iterate(m->cells, &iterator);
	for (i = 0; (cell = cellhash_iterate(m->cells, &iterator)) != NULL; i++)
	{
		cells[i] = cell;
		poll_at(i);
	}
	Assert(i == n_cells);
	sort_cells(cells, sorted, n_cells, false, benchmark_rank, n_benchmarks, count);
	sort_cells(sorted, cells, n_cells, true, model_rank, n_models, count);

	for (i = 0; i < n_cells; i++)
	{
		CellIndex	at;

		poll_at(i);
		at.model = model_rank[cells[i]->at.model];
		at.benchmark = benchmark_rank[cells[i]->at.benchmark];
		if (cells[i]->is_pooled)
		{
			view.pooled_at[p] = at;
			view.pooled_flags[p] = m->pooled_flags[cells[i]->u.pooled];
			view.pooled[p++] = m->pooled[cells[i]->u.pooled];
		}
		else
		{
			view.single_at[s] = at;
			view.score[s++] = cells[i]->u.score;
		}
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

Datum
sc_matrix_flatten(ExpandedScoreMatrix *m)
{
	Size		size = EOH_get_flat_size(&m->hdr);
	void	   *flat = palloc(size);

	EOH_flatten_into(&m->hdr, flat, size);
	return PointerGetDatum(flat);
}
