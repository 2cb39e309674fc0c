/*-------------------------------------------------------------------------
 *
 * score_matrix_merge.c
 *	  The score_matrix in memory: cells of another one are added, all or some of
 *	  them, or those of a stored form.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "types/forms/poll.h"
#include "types/score_matrix/score_matrix.h"
#include "types/score_matrix/score_matrix_cells.h"

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

	sc_matrix_stop_waiting(m);
	for (i = 0; i < from->n_models; i++)
	{
		const char *label = sc_flat_label(from, i, &len);

		sc_poll_step(i);
		model[i] = sc_matrix_intern_model(m, label, len);
	}
	for (i = 0; i < from->n_benchmarks; i++)
	{
		const char *label = sc_flat_label(from, from->n_models + i, &len);

		sc_poll_step(i);
		benchmark[i] = sc_matrix_intern_benchmark(m, label, len);
		m->benchmark_flags[benchmark[i]] |= from->benchmark_flags[i];
	}
	for (i = 0; i < from->n_single; i++)
	{
		at.model = model[from->single_at[i].model];
		at.benchmark = benchmark[from->single_at[i].benchmark];
		sc_matrix_add_single(m, at, from->score[i]);
		sc_poll_step(i);
	}
	for (i = 0; i < from->n_pooled; i++)
	{
		at.model = model[from->pooled_at[i].model];
		at.benchmark = benchmark[from->pooled_at[i].benchmark];
		sc_matrix_add_pooled(m, at, &from->pooled[i], from->pooled_flags[i]);
		sc_poll_step(i);
	}
	pfree(model);
	pfree(benchmark);
	sc_matrix_copy_families(m, from, NULL);
	sc_matrix_copy_overlaps(m, from, NULL);
}

void
sc_matrix_copy_cell(ExpandedScoreMatrix *m, const ScoreMatrixView *from,
					CellIndex at, uint32 i, bool single)
{
	CellIndex	to;
	const char *label;
	uint32		len;

	label = sc_flat_label(from, at.model, &len);
	to.model = sc_matrix_intern_model(m, label, len);
	label = sc_flat_label(from, from->n_models + at.benchmark, &len);
	to.benchmark = sc_matrix_intern_benchmark(m, label, len);
	m->benchmark_flags[to.benchmark] |= from->benchmark_flags[at.benchmark];
	if (single)
		sc_matrix_add_single(m, to, from->score[i]);
	else
		sc_matrix_add_pooled(m, to, &from->pooled[i], from->pooled_flags[i]);
}

void
sc_matrix_copy_flags(ExpandedScoreMatrix *m, const ScoreMatrixView *from, uint32 benchmark)
{
	uint32		len;
	const char *label = sc_flat_label(from, from->n_models + benchmark, &len);
	uint32		number = sc_matrix_intern_benchmark(m, label, len);

	m->benchmark_flags[number] |= from->benchmark_flags[benchmark];
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
		sc_matrix_check_size(m, SC_TEXT_BYTES_PER_LABEL(len), escontext);
}

bool
sc_matrix_put_model(ExpandedScoreMatrix *m, const char *text, uint32 len,
					Node *escontext)
{
	if (!check_label(m, len, escontext) ||
		sc_labels_find(&m->models, text, len) >= 0)
		return false;
	sc_matrix_new_model(m, text, len);
	return true;
}

bool
sc_matrix_put_benchmark(ExpandedScoreMatrix *m, const char *text, uint32 len,
						uint8 flags, Node *escontext)
{
	uint32		number;

	if (!check_label(m, len, escontext) ||
		sc_labels_find(&m->benchmarks, text, len) >= 0)
		return false;
	number = sc_matrix_new_benchmark(m, text, len);
	m->benchmark_flags[number] = flags;
	return true;
}

static bool
put_single(ExpandedScoreMatrix *m, uint32 model, uint32 benchmark,
		   double score, Node *escontext)
{
	CellIndex	at = {model, benchmark};
	MatrixCell *cell;

	/* cells come after all labels, and none waits */
	Assert(model < m->models.n && benchmark < m->benchmarks.n && m->n_pending == 0);
	if (fabs(score) > SC_MAX_SCORE)
	{
		sc_refuse_score(score, NULL, escontext);
		return false;
	}
	if (!sc_matrix_check_size(m, SC_TEXT_BYTES_PER_SINGLE, escontext))
		return false;
	cell = sc_matrix_reach_cell(m, at);
	if (cell->kind != CELL_EMPTY)
		return false;
	sc_matrix_set_single(m, cell, score + 0.0); /* no negative zero */
	return true;
}

static bool
put_pooled(ExpandedScoreMatrix *m, uint32 model, uint32 benchmark,
		   const PooledCell *cell, uint8 flags, Node *escontext)
{
	CellIndex	at = {model, benchmark};
	MatrixCell *place;

	Assert(model < m->models.n && benchmark < m->benchmarks.n && m->n_pending == 0);
	if (!sc_matrix_check_size(m, SC_TEXT_BYTES_PER_POOLED, escontext))
		return false;
	place = sc_matrix_reach_cell(m, at);
	if (place->kind != CELL_EMPTY)
		return false;
	sc_matrix_reserve_pooled(m, 1);
	sc_matrix_set_pooled(m, place, cell, flags);
	return true;
}

const char *
sc_matrix_put_cell(ExpandedScoreMatrix *m, int64 model, int64 benchmark, bool is_pooled,
				   const PooledCell *cell, uint8 flags, Node *escontext)
{
	const char *problem;

	if (model < 0 || model >= m->models.n)
		return "A cell names a model that is not there.";
	if (benchmark < 0 || benchmark >= m->benchmarks.n)
		return "A cell names a benchmark that is not there.";
	if (is_pooled)
	{
		if ((problem = sc_flat_check_pooled(cell, flags)) != NULL)
			return problem;
		if (!put_pooled(m, (uint32) model, (uint32) benchmark, cell, flags, escontext))
			return "A cell appears twice.";
	}
	else
	{
		if (isnan(cell->sum))
			return "A score is not a number.";
		if (!put_single(m, (uint32) model, (uint32) benchmark, cell->sum, escontext))
			return "A cell appears twice.";
	}
	return NULL;
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
	sc_matrix_cover_overlaps(m, covered);
	for (i = 0; i < m->benchmarks.n && (covered[i] || m->benchmark_flags[i] != 0); i++)
		;
	pfree(covered);
	return i == m->benchmarks.n;
}
