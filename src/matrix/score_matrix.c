/*-------------------------------------------------------------------------
 *
 * score_matrix.c
 *	  The score_matrix in memory: accumulate and merge.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "matrix/poll.h"
#include "matrix/score_matrix.h"
#include "matrix/score_matrix_cells.h"

/* Fewest models and benchmarks that room is made for. */
#define FIRST_CAPACITY 4

/* From so many cells on scores wait until there are so many of them. */
#define MANY_CELLS 4096
#define MOST_PENDING 128

/*
 * Keeps the text form under its limit, with so many bytes more: 54000, raised or
 * saved (then false).
 */
static inline bool
check_size(const ExpandedScoreMatrix *m, uint64 more, Node *escontext)
{
	uint64		bytes = m->models.text_bytes + m->benchmarks.text_bytes + more +
	(uint64) m->n_single * SC_TEXT_BYTES_PER_SINGLE +
	(uint64) m->n_pooled * SC_TEXT_BYTES_PER_POOLED;

	if (unlikely(bytes > SC_MAX_TEXT_BYTES))
		ereturn(escontext, false,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("score matrix is too large"),
				 errdetail("It has %u models, %u benchmarks and %u cells; its text form could pass %d bytes.",
						   m->models.n, m->benchmarks.n,
						   m->n_single + m->n_pooled, SC_MAX_TEXT_BYTES),
				 errhint("Aggregate fewer benchmarks or models into one matrix.")));
	return true;
}

/* ----------
 * Labels
 * ----------
 */

/* Room for the array beside a label table that is full. */
static void *
grow_beside(ExpandedScoreMatrix *m, const LabelTable *table, void *array, Size size)
{
	Size		bytes = size * (table->n == 0 ? FIRST_CAPACITY : 2 * (Size) table->n);

	if (array == NULL)
		return MemoryContextAlloc(m->hdr.eoh_context, bytes);
	return repalloc_huge(array, bytes);
}

/* Arrays grow at 4, 8, 16, ... labels. */
static inline bool
is_full(const LabelTable *table)
{
	return table->n == 0 ||
		(table->n >= FIRST_CAPACITY && (table->n & (table->n - 1)) == 0);
}

static uint32
add_model(ExpandedScoreMatrix *m, const char *text, uint32 len)
{
	(void) check_size(m, SC_TEXT_BYTES_PER_LABEL(len), NULL);
	if (is_full(&m->models))
		m->row = grow_beside(m, &m->models, m->row, sizeof(m->row[0]));
	m->row[m->models.n] = NULL;
	return sc_labels_add(&m->models, text, len);
}

static uint32
add_benchmark(ExpandedScoreMatrix *m, const char *text, uint32 len)
{
	(void) check_size(m, SC_TEXT_BYTES_PER_LABEL(len), NULL);
	if (is_full(&m->benchmarks))
		m->benchmark_flags = grow_beside(m, &m->benchmarks, m->benchmark_flags,
										 sizeof(uint8));
	m->benchmark_flags[m->benchmarks.n] = 0;
	return sc_labels_add(&m->benchmarks, text, len);
}

static inline uint32
intern_model(ExpandedScoreMatrix *m, const char *text, uint32 len)
{
	int64		found;

	if (sc_labels_is_last(&m->models, text, len))
		return m->models.last;
	found = sc_labels_find(&m->models, text, len);
	return found >= 0 ? (uint32) found : add_model(m, text, len);
}

static inline uint32
intern_benchmark(ExpandedScoreMatrix *m, const char *text, uint32 len)
{
	int64		found;

	if (sc_labels_is_last(&m->benchmarks, text, len))
		return m->benchmarks.last;
	found = sc_labels_find(&m->benchmarks, text, len);
	return found >= 0 ? (uint32) found : add_benchmark(m, text, len);
}

static uint32
intern_model_id(ExpandedScoreMatrix *m, int64 id)
{
	int64		found = sc_labels_find_id(&m->models, id);
	char		text[MAXINT8LEN + 1];

	if (found < 0)
	{
		found = intern_model(m, text, pg_lltoa(id, text));
		sc_labels_set_id(&m->models, id, (uint32) found);
	}
	return (uint32) found;
}

static uint32
intern_benchmark_id(ExpandedScoreMatrix *m, int64 id)
{
	int64		found = sc_labels_find_id(&m->benchmarks, id);
	char		text[MAXINT8LEN + 1];

	if (found < 0)
	{
		found = intern_benchmark(m, text, pg_lltoa(id, text));
		sc_labels_set_id(&m->benchmarks, id, (uint32) found);
	}
	return (uint32) found;
}

/* ----------
 * Cells
 *
 * Limits are checked when a label or cell is there already: after an error the
 * matrix is never used again.
 * ----------
 */

/*
 * The cells of one more model.  Where models come one after the other it will
 * have as many as the one before it; otherwise that has few yet.  So all the
 * room that is made in advance is at most that of all cells.
 */
static cellhash_hash *
create_row(ExpandedScoreMatrix *m)
{
	uint32		likely_cells = m->newest == NULL ? 0 : m->newest->members;

	m->newest = cellhash_create(m->hdr.eoh_context, Max(likely_cells, 3), NULL);
	return m->newest;
}

/* The cell at a place; a new one, of which only the place is set, if none was. */
static inline MatrixCell *
reach_cell(ExpandedScoreMatrix *m, CellIndex at, bool *found)
{
	cellhash_hash *row = m->row[at.model];

	if (unlikely(row == NULL))
		row = m->row[at.model] = create_row(m);
	return cellhash_insert(row, at.benchmark, found);
}

/* Makes a new or single cell a pooled one. */
static void
set_pooled(ExpandedScoreMatrix *m, MatrixCell *cell, const PooledCell *pooled,
		   uint8 flags)
{
	if (m->n_pooled == m->pooled_capacity)
	{
		uint32		capacity = m->pooled_capacity == 0 ? 4 : m->pooled_capacity * 2;

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
	m->pooled[m->n_pooled] = *pooled;
	m->pooled_flags[m->n_pooled] = flags;
	cell->is_pooled = true;
	cell->u.pooled = m->n_pooled++;
	(void) check_size(m, 0, NULL);
}

/* The second score of a cell, or more of them. */
static void
pool_single(ExpandedScoreMatrix *m, MatrixCell *cell, const PooledCell *add,
			uint8 add_flags)
{
	PooledCell	pooled = sc_pooled_of_score(cell->u.score);
	uint8		flags = 0;

	sc_pooled_add(&pooled, &flags, add, add_flags);
	m->n_single--;
	set_pooled(m, cell, &pooled, flags);
}

/* Makes a new cell a single one. */
static inline void
set_single(ExpandedScoreMatrix *m, MatrixCell *cell, double score)
{
	cell->is_pooled = false;
	cell->u.score = score;
	m->n_single++;
	(void) check_size(m, 0, NULL);
	if (m->n_single >= MANY_CELLS && m->pending == NULL)
		m->pending = MemoryContextAlloc(m->hdr.eoh_context,
										sizeof(PendingScore) * MOST_PENDING);
}

static inline void
add_score(ExpandedScoreMatrix *m, CellIndex at, double score)
{
	bool		found;
	MatrixCell *cell = reach_cell(m, at, &found);

	if (!found)
		set_single(m, cell, score);
	else if (cell->is_pooled)
		sc_pooled_add_score(&m->pooled[cell->u.pooled],
							&m->pooled_flags[cell->u.pooled], score);
	else
	{
		PooledCell	add = sc_pooled_of_score(score);

		pool_single(m, cell, &add, 0);
	}
}

static void
add_pooled(ExpandedScoreMatrix *m, CellIndex at, const PooledCell *add, uint8 flags)
{
	bool		found;
	MatrixCell *cell = reach_cell(m, at, &found);

	if (!found)
		set_pooled(m, cell, add, flags);
	else if (cell->is_pooled)
		sc_pooled_add(&m->pooled[cell->u.pooled],
					  &m->pooled_flags[cell->u.pooled], add, flags);
	else
		pool_single(m, cell, add, flags);
}

/* ----------
 * Adding
 * ----------
 */

/*
 * Three passes, each of which asks for what the next one needs: a cell after the
 * other, every row would wait for memory twice.
 */
void
sc_matrix_settle(ExpandedScoreMatrix *m)
{
	uint32		n = m->n_pending;
	uint64		pooled[MOST_PENDING];
	uint32		i;

	for (i = 0; i < n; i++)
	{
		const cellhash_hash *row = m->row[m->pending[i].at.model];

		if (row != NULL)
			__builtin_prefetch(&row->data[m->pending[i].at.benchmark & row->sizemask]);
	}
	for (i = 0; i < n; i++)
	{
		cellhash_hash *row = m->row[m->pending[i].at.model];
		const MatrixCell *cell = row == NULL ? NULL :
		cellhash_lookup(row, m->pending[i].at.benchmark);

		pooled[i] = PG_UINT64_MAX;
		if (cell != NULL && cell->is_pooled)
		{
			pooled[i] = cell->u.pooled;
			__builtin_prefetch(&m->pooled[pooled[i]], 1);
			__builtin_prefetch(&m->pooled_flags[pooled[i]]);
		}
	}
	m->n_pending = 0;
	for (i = 0; i < n; i++)
	{
		if (pooled[i] != PG_UINT64_MAX)
			sc_pooled_add_score(&m->pooled[pooled[i]], &m->pooled_flags[pooled[i]],
								m->pending[i].score);
		else
			add_score(m, m->pending[i].at, m->pending[i].score);
	}
}

static inline void
add_soon(ExpandedScoreMatrix *m, CellIndex at, double score)
{
	PendingScore *pending;

	if (m->pending == NULL)
	{
		add_score(m, at, score);
		return;
	}
	pending = &m->pending[m->n_pending++];
	pending->at = at;
	pending->score = score;
	if (m->n_pending == MOST_PENDING)
		sc_matrix_settle(m);
}

void
sc_matrix_add(ExpandedScoreMatrix *m, const char *model, uint32 model_len,
			  const char *benchmark, uint32 benchmark_len, double score)
{
	CellIndex	at;

	score = sc_check_score(score);
	at.model = intern_model(m, model, model_len);
	at.benchmark = intern_benchmark(m, benchmark, benchmark_len);
	add_soon(m, at, score);
}

void
sc_matrix_add_by_id(ExpandedScoreMatrix *m, int64 model, int64 benchmark,
					double score)
{
	CellIndex	at;

	score = sc_check_score(score);
	at.model = intern_model_id(m, model);
	at.benchmark = intern_benchmark_id(m, benchmark);
	add_soon(m, at, score);
}

void
sc_matrix_add_mean(ExpandedScoreMatrix *m, const char *model, uint32 model_len,
				   const char *benchmark, uint32 benchmark_len,
				   double mean, int64 n, double error)
{
	CellIndex	at;
	PooledCell	pooled;
	uint8		flags;

	pooled = sc_pooled_of_mean(sc_check_score(mean), n, error, &flags);
	at.model = intern_model(m, model, model_len);
	at.benchmark = intern_benchmark(m, benchmark, benchmark_len);
	add_pooled(m, at, &pooled, flags);
}

bool
sc_check_flags(const char *label, uint32 len, uint8 flags, Node *escontext)
{
	if ((flags & SC_BENCHMARK_CAPABILITY) && (flags & SC_BENCHMARK_COVARIATE))
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("benchmark \"%s\" is annotated both as capability and as covariate",
						pnstrdup(label, len))));
	return true;
}

void
sc_matrix_merge(ExpandedScoreMatrix *m, const ScoreMatrixView *from)
{
	uint32	   *model = palloc_extended(sizeof(uint32) * Max(from->n_models, 1),
										MCXT_ALLOC_HUGE);
	uint32	   *benchmark = palloc_extended(sizeof(uint32) * Max(from->n_benchmarks, 1),
											MCXT_ALLOC_HUGE);
	CellIndex	at;
	uint32		i;
	uint32		len;

	for (i = 0; i < from->n_benchmarks; i++)
	{
		const char *label = sc_flat_label(from, from->n_models + i, &len);
		int64		found = sc_labels_find(&m->benchmarks, label, len);

		sc_poll_step(i);
		if (found >= 0)
			(void) sc_check_flags(label, len,
								  m->benchmark_flags[found] | from->benchmark_flags[i],
								  NULL);
	}
	for (i = 0; i < from->n_models; i++)
	{
		const char *label = sc_flat_label(from, i, &len);

		sc_poll_step(i);
		model[i] = intern_model(m, label, len);
	}
	for (i = 0; i < from->n_benchmarks; i++)
	{
		const char *label = sc_flat_label(from, from->n_models + i, &len);

		sc_poll_step(i);
		benchmark[i] = intern_benchmark(m, label, len);
		m->benchmark_flags[benchmark[i]] |= from->benchmark_flags[i];
	}
	for (i = 0; i < from->n_single; i++)
	{
		at.model = model[from->single_at[i].model];
		at.benchmark = benchmark[from->single_at[i].benchmark];
		add_score(m, at, from->score[i]);
		sc_poll_step(i);
	}
	for (i = 0; i < from->n_pooled; i++)
	{
		at.model = model[from->pooled_at[i].model];
		at.benchmark = benchmark[from->pooled_at[i].benchmark];
		add_pooled(m, at, &from->pooled[i], from->pooled_flags[i]);
		sc_poll_step(i);
	}
	pfree(model);
	pfree(benchmark);
}

void
sc_matrix_copy_cell(ExpandedScoreMatrix *m, const ScoreMatrixView *from,
					CellIndex at, uint32 i, bool single)
{
	CellIndex	to;
	const char *label;
	uint32		len;

	label = sc_flat_label(from, at.model, &len);
	to.model = intern_model(m, label, len);
	label = sc_flat_label(from, from->n_models + at.benchmark, &len);
	to.benchmark = intern_benchmark(m, label, len);
	m->benchmark_flags[to.benchmark] |= from->benchmark_flags[at.benchmark];
	if (single)
		add_score(m, to, from->score[i]);
	else
		add_pooled(m, to, &from->pooled[i], from->pooled_flags[i]);
}

/* ----------
 * Building from a stored form
 * ----------
 */

/* What adding would raise is looked for first, so that it can be saved. */
static bool
check_label(const ExpandedScoreMatrix *m, uint32 len, Node *escontext)
{
	return sc_labels_check(len, escontext) &&
		check_size(m, SC_TEXT_BYTES_PER_LABEL(len), escontext);
}

bool
sc_matrix_put_model(ExpandedScoreMatrix *m, const char *text, uint32 len,
					Node *escontext)
{
	if (!check_label(m, len, escontext) ||
		sc_labels_find(&m->models, text, len) >= 0)
		return false;
	add_model(m, text, len);
	return true;
}

bool
sc_matrix_put_benchmark(ExpandedScoreMatrix *m, const char *text, uint32 len,
						uint8 flags, Node *escontext)
{
	uint32		number;

	if (!check_label(m, len, escontext) ||
		!sc_check_flags(text, len, flags, escontext) ||
		sc_labels_find(&m->benchmarks, text, len) >= 0)
		return false;
	number = add_benchmark(m, text, len);
	m->benchmark_flags[number] = flags;
	return true;
}

bool
sc_matrix_put_single(ExpandedScoreMatrix *m, uint32 model, uint32 benchmark,
					 double score, Node *escontext)
{
	CellIndex	at = {model, benchmark};
	MatrixCell *cell;
	bool		found;

	/* cells come after all labels, and none waits */
	Assert(model < m->models.n && benchmark < m->benchmarks.n && m->n_pending == 0);
	if (fabs(score) > SC_MAX_SCORE)
	{
		sc_refuse_score(score, escontext);
		return false;
	}
	if (!check_size(m, SC_TEXT_BYTES_PER_SINGLE, escontext))
		return false;
	cell = reach_cell(m, at, &found);
	if (!found)
		set_single(m, cell, score + 0.0);	/* no negative zero */
	return !found;
}

bool
sc_matrix_put_pooled(ExpandedScoreMatrix *m, uint32 model, uint32 benchmark,
					 const PooledCell *cell, uint8 flags, Node *escontext)
{
	CellIndex	at = {model, benchmark};
	MatrixCell *place;
	bool		found;

	Assert(model < m->models.n && benchmark < m->benchmarks.n && m->n_pending == 0);
	if (!check_size(m, SC_TEXT_BYTES_PER_POOLED, escontext))
		return false;
	place = reach_cell(m, at, &found);
	if (!found)
		set_pooled(m, place, cell, flags);
	return !found;
}

bool
sc_matrix_is_covered(ExpandedScoreMatrix *m)
{
	bool	   *covered = palloc_extended(Max(m->benchmarks.n, 1),
										  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	cellhash_iterator iterator;
	MatrixCell *cell;
	uint32		i;

	Assert(m->n_pending == 0);
	for (i = 0; i < m->models.n; i++)
	{
		if (m->row[i] == NULL)
			return false;
		cellhash_start_iterate(m->row[i], &iterator);
		while ((cell = cellhash_iterate(m->row[i], &iterator)) != NULL)
			covered[cell->benchmark] = true;
		CHECK_FOR_INTERRUPTS();
	}
	for (i = 0; i < m->benchmarks.n && covered[i]; i++)
		;
	pfree(covered);
	return i == m->benchmarks.n;
}
