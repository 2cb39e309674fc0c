/*-------------------------------------------------------------------------
 *
 * score_matrix.c
 *	  The score_matrix in memory: its labels and cells, and adding to them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "types/forms/poll.h"
#include "types/score_matrix/score_matrix.h"
#include "types/score_matrix/score_matrix_cells.h"

/* Fewest models and benchmarks that room is made for. */
#define FIRST_CAPACITY 4

/* From so many cells on scores wait until there are so many of them. */
#define MANY_CELLS 4096
#define MOST_PENDING 128

/* A cell that has them never gets as many again, one by one. */
#define HUGE_COUNT (PG_INT64_MAX / 2)

/* ----------
 * Size
 * ----------
 */

/* Would the text form keep its limit with so many bytes more? */
static inline bool
has_room(const ExpandedScoreMatrix *m, uint64 more)
{
	uint64		bytes = m->models.text_bytes + m->benchmarks.text_bytes +
		m->annotations.text_bytes + more +
		(uint64) m->n_single * SC_TEXT_BYTES_PER_SINGLE +
		(uint64) m->n_pooled * SC_TEXT_BYTES_PER_POOLED;

	return likely(bytes <= SC_MAX_TEXT_BYTES);
}

/* One without cells may be the marks of another, whose models it does not know. */
static void
refuse_size(const ExpandedScoreMatrix *m, Node *escontext)
{
	errsave(escontext,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("score matrix is too large"),
			 m->n_single + m->n_pooled == 0 ?
			 errdetail("Its text form could pass %d bytes.", SC_MAX_TEXT_BYTES) :
			 errdetail("It has %u models, %u benchmarks and %u cells; with more its text form could pass %d bytes.",
					   m->models.n, m->benchmarks.n,
					   m->n_single + m->n_pooled, SC_MAX_TEXT_BYTES),
			 errhint("Aggregate fewer benchmarks or models into one matrix.")));
}

bool
sc_matrix_check_size(const ExpandedScoreMatrix *m, uint64 more, Node *escontext)
{
	if (has_room(m, more))
		return true;
	refuse_size(m, escontext);
	return false;
}

/* Raises 54000 if so many bytes more are too many. */
static inline void
check_size(const ExpandedScoreMatrix *m, uint64 more)
{
	if (!has_room(m, more))
		refuse_size(m, NULL);
}

/* ----------
 * Labels
 * ----------
 */

/* Arrays beside a label table grow at its labels 0, 4, 8, 16, ... */
static inline bool
is_full(uint32 number)
{
	return number == 0 ||
		(number >= FIRST_CAPACITY && (number & (number - 1)) == 0);
}

/* Room for label number and those up to the next growth. */
static void *
grow_beside(ExpandedScoreMatrix *m, uint32 number, void *array, Size size)
{
	Size		bytes = size * (number == 0 ? FIRST_CAPACITY : 2 * (Size) number);

	if (array == NULL)
		return MemoryContextAlloc(m->hdr.eoh_context, bytes);
	return repalloc_huge(array, bytes);
}

void
sc_matrix_reserve_model(ExpandedScoreMatrix *m, uint32 number, const char *text, uint32 len)
{
	if (is_full(number))
		m->row = grow_beside(m, number, m->row, sizeof(m->row[0]));
	m->row[number] = NULL;
	sc_labels_reserve(&m->models, number, text, len);
}

void
sc_matrix_reserve_benchmark(ExpandedScoreMatrix *m, uint32 number, const char *text, uint32 len)
{
	if (is_full(number))
		m->benchmark_flags = grow_beside(m, number, m->benchmark_flags, sizeof(uint8));
	m->benchmark_flags[number] = 0;
	sc_labels_reserve(&m->benchmarks, number, text, len);
}

/*
 * An id is made known when it comes again: a label must be there first, and what
 * may run out of memory must not come after that.
 */
static inline int64
find_id(LabelTable *table, int64 id)
{
	int64		found = sc_labels_find_id(table, id);
	char		digits[MAXINT8LEN + 1];

	if (found < 0)
	{
		found = sc_matrix_find_label(table, digits, pg_lltoa(id, digits));
		if (found >= 0)
			sc_labels_set_id(table, id, (uint32) found);
	}
	return found;
}

uint32
sc_matrix_new_model(ExpandedScoreMatrix *m, const char *text, uint32 len)
{
	check_size(m, SC_TEXT_BYTES_PER_LABEL(len));
	sc_matrix_reserve_model(m, m->models.n, text, len);
	return sc_labels_commit(&m->models);
}

uint32
sc_matrix_new_benchmark(ExpandedScoreMatrix *m, const char *text, uint32 len)
{
	check_size(m, SC_TEXT_BYTES_PER_LABEL(len));
	sc_matrix_reserve_benchmark(m, m->benchmarks.n, text, len);
	return sc_labels_commit(&m->benchmarks);
}

uint32
sc_matrix_intern_model(ExpandedScoreMatrix *m, const char *text, uint32 len)
{
	int64		found = sc_matrix_find_label(&m->models, text, len);

	return found >= 0 ? (uint32) found : sc_matrix_new_model(m, text, len);
}

uint32
sc_matrix_intern_benchmark(ExpandedScoreMatrix *m, const char *text, uint32 len)
{
	int64		found = sc_matrix_find_label(&m->benchmarks, text, len);

	return found >= 0 ? (uint32) found : sc_matrix_new_benchmark(m, text, len);
}

/* ----------
 * Cells
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

static inline MatrixCell *
reach_cell(ExpandedScoreMatrix *m, CellIndex at)
{
	cellhash_hash *row = m->row[at.model];
	MatrixCell *cell;
	bool		found;

	if (unlikely(row == NULL))
		row = m->row[at.model] = create_row(m);
	cell = cellhash_insert(row, at.benchmark, &found);
	if (!found)
		cell->kind = CELL_EMPTY;
	return cell;
}

MatrixCell *
sc_matrix_reach_cell(ExpandedScoreMatrix *m, CellIndex at)
{
	return reach_cell(m, at);
}

void
sc_matrix_reserve_pooled(ExpandedScoreMatrix *m, uint32 n)
{
	uint64		capacity = Max(m->pooled_capacity, 4);

	if (n <= m->pooled_capacity - m->n_pooled)
		return;
	while (capacity < (uint64) m->n_pooled + n)
		capacity *= 2;
	if (m->pooled == NULL)
		m->pooled = MemoryContextAllocHuge(m->hdr.eoh_context,
										   capacity * sizeof(PooledCell));
	else
		m->pooled = repalloc_huge(m->pooled, capacity * sizeof(PooledCell));
	if (m->pooled_flags == NULL)
		m->pooled_flags = MemoryContextAllocHuge(m->hdr.eoh_context, capacity);
	else
		m->pooled_flags = repalloc_huge(m->pooled_flags, capacity);
	m->pooled_capacity = (uint32) capacity;
}

void
sc_matrix_set_pooled(ExpandedScoreMatrix *m, MatrixCell *cell, const PooledCell *pooled,
					 uint8 flags)
{
	Assert(m->n_pooled < m->pooled_capacity);
	if (cell->kind == CELL_SINGLE)
		m->n_single--;
	m->pooled[m->n_pooled] = *pooled;
	m->pooled_flags[m->n_pooled] = flags;
	cell->kind = CELL_POOLED;
	cell->u.pooled = m->n_pooled++;
	m->has_huge_count |= pooled->n > HUGE_COUNT;
}

/* The second score of a cell, or more of them. */
static void
pool_single(ExpandedScoreMatrix *m, MatrixCell *cell, const PooledCell *add,
			uint8 add_flags)
{
	PooledCell	pooled = sc_pooled_of_score(cell->u.score);
	uint8		flags = 0;

	sc_pooled_add(&pooled, &flags, add, add_flags);
	check_size(m, SC_TEXT_BYTES_PER_POOLED - SC_TEXT_BYTES_PER_SINGLE);
	sc_matrix_reserve_pooled(m, 1);
	sc_matrix_set_pooled(m, cell, &pooled, flags);
}

static void
pool_single_score(ExpandedScoreMatrix *m, MatrixCell *cell, double score)
{
	PooledCell	add = sc_pooled_of_score(score);

	pool_single(m, cell, &add, 0);
}

static inline void
add_to_cell(ExpandedScoreMatrix *m, MatrixCell *cell, double score)
{
	if (cell->kind == CELL_EMPTY)
	{
		check_size(m, SC_TEXT_BYTES_PER_SINGLE);
		sc_matrix_set_single(m, cell, score);
	}
	else if (cell->kind == CELL_POOLED)
		sc_pooled_add_score(&m->pooled[cell->u.pooled],
							&m->pooled_flags[cell->u.pooled], score);
	else
		pool_single_score(m, cell, score);
}

void
sc_matrix_add_to_cell(ExpandedScoreMatrix *m, MatrixCell *cell, double score)
{
	add_to_cell(m, cell, score);
}

static inline void
add_score(ExpandedScoreMatrix *m, CellIndex at, double score)
{
	add_to_cell(m, reach_cell(m, at), score);
}

void
sc_matrix_add_single(ExpandedScoreMatrix *m, CellIndex at, double score)
{
	add_score(m, at, score);
}

void
sc_matrix_add_pooled(ExpandedScoreMatrix *m, CellIndex at, const PooledCell *add,
					 uint8 flags)
{
	MatrixCell *cell = reach_cell(m, at);

	if (cell->kind == CELL_EMPTY)
	{
		check_size(m, SC_TEXT_BYTES_PER_POOLED);
		sc_matrix_reserve_pooled(m, 1);
		sc_matrix_set_pooled(m, cell, add, flags);
	}
	else if (cell->kind == CELL_POOLED)
	{
		PooledCell *pooled = &m->pooled[cell->u.pooled];

		sc_pooled_add(pooled, &m->pooled_flags[cell->u.pooled], add, flags);
		m->has_huge_count |= pooled->n > HUGE_COUNT;
	}
	else
		pool_single(m, cell, add, flags);
}

/* ----------
 * Scores that wait
 * ----------
 */

/*
 * Three passes, each of which asks for what the next one needs: a cell after the
 * other, every row would wait for memory twice.  A score that finds no memory
 * goes on waiting, and those after it.
 */
void
sc_matrix_settle(ExpandedScoreMatrix *m)
{
	uint32		first = m->n_settled;
	uint32		n = m->n_pending;
	uint64		pooled[MOST_PENDING];
	uint32		i;

	for (i = first; i < n; i++)
	{
		const cellhash_hash *row = m->row[m->pending[i].at.model];

		if (row != NULL)
			__builtin_prefetch(&row->data[m->pending[i].at.benchmark & row->sizemask]);
	}
	for (i = first; i < n; i++)
	{
		cellhash_hash *row = m->row[m->pending[i].at.model];
		const MatrixCell *cell = row == NULL ? NULL :
			cellhash_lookup(row, m->pending[i].at.benchmark);

		pooled[i] = PG_UINT64_MAX;
		if (cell != NULL && cell->kind == CELL_POOLED)
		{
			pooled[i] = cell->u.pooled;
			__builtin_prefetch(&m->pooled[pooled[i]], 1);
			__builtin_prefetch(&m->pooled_flags[pooled[i]]);
		}
	}
	for (i = first; i < n; i++)
	{
		if (pooled[i] != PG_UINT64_MAX)
			sc_pooled_add_score(&m->pooled[pooled[i]], &m->pooled_flags[pooled[i]],
								m->pending[i].score);
		else
			add_score(m, m->pending[i].at, m->pending[i].score);
		m->n_settled = i + 1;
	}
	m->n_pending = m->n_settled = 0;
}

/* No score that waits is refused later if there is so much room for others. */
static inline bool
has_room_for_pending(const ExpandedScoreMatrix *m, uint64 more)
{
	return has_room(m, more + MOST_PENDING * SC_TEXT_BYTES_PER_POOLED);
}

void
sc_matrix_stop_waiting(ExpandedScoreMatrix *m)
{
	if (m->pending == NULL)
		return;
	sc_matrix_settle(m);
	pfree(m->pending);
	m->pending = NULL;
}

static void
start_waiting(ExpandedScoreMatrix *m)
{
	if (!m->has_huge_count && has_room_for_pending(m, 0))
		m->pending = MemoryContextAlloc(m->hdr.eoh_context,
										sizeof(PendingScore) * MOST_PENDING);
}

/* Where scores wait, room for one more: then it cannot fail to be added. */
static inline void
reserve_pending(ExpandedScoreMatrix *m)
{
	if (m->pending == NULL)
	{
		if (m->n_single >= MANY_CELLS)
			start_waiting(m);
	}
	else if (m->n_pending == MOST_PENDING)
	{
		sc_matrix_settle(m);
		if (!has_room_for_pending(m, 0))
			sc_matrix_stop_waiting(m);
	}
}

static inline void
append_pending(ExpandedScoreMatrix *m, CellIndex at, double score)
{
	PendingScore *pending = &m->pending[m->n_pending++];

	pending->at = at;
	pending->score = score;
}

/* ----------
 * Adding
 * ----------
 */

/* Labels that a score needs; those that are not there yet are reserved. */
typedef struct ScoreLabels
{
	const char *model;
	const char *benchmark;
	uint32		model_len;
	uint32		benchmark_len;
	CellIndex	at;
	bool		new_model;
	bool		new_benchmark;
} ScoreLabels;

/* Of labels that were found, or not (-1); cell_bytes are for their new cell. */
static void
reserve_labels(ExpandedScoreMatrix *m, int64 model, int64 benchmark,
			   ScoreLabels *labels, uint64 cell_bytes)
{
	uint64		more = cell_bytes;

	labels->new_model = model < 0;
	labels->new_benchmark = benchmark < 0;
	labels->at.model = labels->new_model ? m->models.n : (uint32) model;
	labels->at.benchmark = labels->new_benchmark ? m->benchmarks.n : (uint32) benchmark;
	if (labels->new_model)
	{
		(void) sc_labels_check(labels->model_len, NULL);
		more += SC_TEXT_BYTES_PER_LABEL(labels->model_len);
	}
	if (labels->new_benchmark)
	{
		(void) sc_labels_check(labels->benchmark_len, NULL);
		more += SC_TEXT_BYTES_PER_LABEL(labels->benchmark_len);
	}
	if (m->pending != NULL && !has_room_for_pending(m, more))
		sc_matrix_stop_waiting(m);
	check_size(m, more);

	if (labels->new_model)
		sc_matrix_reserve_model(m, labels->at.model, labels->model, labels->model_len);
	if (labels->new_benchmark)
		sc_matrix_reserve_benchmark(m, labels->at.benchmark, labels->benchmark,
									labels->benchmark_len);
}

static void
commit_labels(ExpandedScoreMatrix *m, const ScoreLabels *labels)
{
	if (labels->new_model)
		sc_labels_commit(&m->models);
	if (labels->new_benchmark)
		sc_labels_commit(&m->benchmarks);
}

/* Adds a score with labels of which at least one is new. */
static void
add_new(ExpandedScoreMatrix *m, int64 model, int64 benchmark, ScoreLabels *labels,
		double score)
{
	reserve_labels(m, model, benchmark, labels, SC_TEXT_BYTES_PER_SINGLE);
	if (m->pending != NULL)
	{
		commit_labels(m, labels);
		append_pending(m, labels->at, score);
	}
	else
	{
		MatrixCell *cell = reach_cell(m, labels->at);

		Assert(cell->kind == CELL_EMPTY);
		commit_labels(m, labels);
		sc_matrix_set_single(m, cell, score);
	}
}

/* Adds a score with labels that are there. */
static inline void
add_known(ExpandedScoreMatrix *m, CellIndex at, double score)
{
	if (m->pending != NULL)
		append_pending(m, at, score);
	else
		add_score(m, at, score);
}

void
sc_matrix_add(ExpandedScoreMatrix *m, const char *model, uint32 model_len,
			  const char *benchmark, uint32 benchmark_len, double score)
{
	int64		i;
	int64		j;

	score = sc_check_score(score);
	reserve_pending(m);
	i = sc_matrix_find_label(&m->models, model, model_len);
	j = sc_matrix_find_label(&m->benchmarks, benchmark, benchmark_len);
	if (likely(i >= 0 && j >= 0))
	{
		CellIndex	at = {(uint32) i, (uint32) j};

		add_known(m, at, score);
	}
	else
	{
		ScoreLabels labels = {model, benchmark, model_len, benchmark_len, {0}, false, false};

		add_new(m, i, j, &labels, score);
	}
}

void
sc_matrix_add_by_id(ExpandedScoreMatrix *m, int64 model, int64 benchmark,
					double score)
{
	int64		i;
	int64		j;

	score = sc_check_score(score);
	reserve_pending(m);
	i = find_id(&m->models, model);
	j = find_id(&m->benchmarks, benchmark);
	if (likely(i >= 0 && j >= 0))
	{
		CellIndex	at = {(uint32) i, (uint32) j};

		add_known(m, at, score);
	}
	else
	{
		char		model_text[MAXINT8LEN + 1];
		char		benchmark_text[MAXINT8LEN + 1];
		ScoreLabels labels = {model_text, benchmark_text, 0, 0, {0}, false, false};

		labels.model_len = pg_lltoa(model, model_text);
		labels.benchmark_len = pg_lltoa(benchmark, benchmark_text);
		add_new(m, i, j, &labels, score);
		sc_labels_set_last_id(&m->models, model, labels.at.model);
		sc_labels_set_last_id(&m->benchmarks, benchmark, labels.at.benchmark);
	}
}

void
sc_matrix_add_mean(ExpandedScoreMatrix *m, const char *model, uint32 model_len,
				   const char *benchmark, uint32 benchmark_len,
				   double mean, int64 n, double error)
{
	PooledCell	pooled;
	uint8		flags;
	int64		i;
	int64		j;

	pooled = sc_pooled_of_mean(sc_check_score(mean), n, error, &flags);
	sc_matrix_stop_waiting(m);
	i = sc_matrix_find_label(&m->models, model, model_len);
	j = sc_matrix_find_label(&m->benchmarks, benchmark, benchmark_len);
	if (likely(i >= 0 && j >= 0))
	{
		CellIndex	at = {(uint32) i, (uint32) j};

		sc_matrix_add_pooled(m, at, &pooled, flags);
	}
	else
	{
		ScoreLabels labels = {model, benchmark, model_len, benchmark_len, {0}, false, false};
		MatrixCell *cell;

		reserve_labels(m, i, j, &labels, SC_TEXT_BYTES_PER_POOLED);
		sc_matrix_reserve_pooled(m, 1);
		cell = reach_cell(m, labels.at);
		Assert(cell->kind == CELL_EMPTY);
		commit_labels(m, &labels);
		sc_matrix_set_pooled(m, cell, &pooled, flags);
	}
}
