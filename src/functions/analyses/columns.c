/*-------------------------------------------------------------------------
 *
 * columns.c
 *	  The scores of a score_matrix by benchmark, as the analyses want them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/float.h"

#include "functions/analyses/columns.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"

void
sc_alloc_columns(ScoreColumns *columns)
{
	const ScoreMatrixView *view = &columns->view;
	Size		n_cells = (Size) view->n_single + view->n_pooled;

	columns->start = sc_alloc((Size) view->n_benchmarks + 1, sizeof(uint32));
	columns->model = sc_alloc(n_cells, sizeof(uint32));
	columns->score = sc_alloc(n_cells, sizeof(double));
	columns->pooled = view->n_pooled > 0 ? sc_alloc(n_cells, sizeof(uint32)) : NULL;
}

void
sc_read_columns(FunctionCallInfo fcinfo, int i, ScoreColumns *columns)
{
	ScoreMatrixView *view = &columns->view;
	uint32	   *next;
	uint32		s = 0;
	uint32		p = 0;
	uint32		k;

	if (PG_ARGISNULL(i))
		memset(view, 0, sizeof(ScoreMatrixView));
	else
		sc_matrix_read(PG_GETARG_DATUM(i), view);

	/* cells stand by model: a counting sort puts them by benchmark */
	sc_alloc_columns(columns);
	next = sc_alloc(view->n_benchmarks, sizeof(uint32));
	memset(columns->start, 0, sizeof(uint32) * ((Size) view->n_benchmarks + 1));
	for (k = 0; k < view->n_single; k++)
	{
		sc_poll_step(k);
		columns->start[view->single_at[k].benchmark + 1]++;
	}
	for (k = 0; k < view->n_pooled; k++)
	{
		sc_poll_step(k);
		columns->start[view->pooled_at[k].benchmark + 1]++;
	}
	for (k = 0; k < view->n_benchmarks; k++)
	{
		sc_poll_step(k);
		columns->start[k + 1] += columns->start[k];
		next[k] = columns->start[k];
	}
	Assert(columns->start[view->n_benchmarks] == view->n_single + view->n_pooled);
	while (s < view->n_single || p < view->n_pooled)
	{
		bool		single = sc_next_cell_is_single(view, s, p);
		CellIndex	at = single ? view->single_at[s] : view->pooled_at[p];
		uint32		place = next[at.benchmark]++;
		double		score;

		sc_poll_step((uint64) s + p);
		if (columns->pooled != NULL)
			columns->pooled[place] = single ? SC_NOT_POOLED : p;
		score = single ? view->score[s++] : sc_pooled_mean(&view->pooled[p++]);
		if (sc_is_flagged(columns, at.benchmark, SC_BENCHMARK_LOWER_IS_BETTER))
			score = score == 0 ? 0.0 : -score;
		columns->model[place] = at.model;
		columns->score[place] = score;
	}
	pfree(next);
}

double
sc_score_error(const ScoreColumns *columns, uint32 k)
{
	const PooledCell *cell = sc_pooled_cell(columns, k);

	return cell == NULL ? get_float8_nan() :
		sc_pooled_stderr(cell, columns->view.pooled_flags[columns->pooled[k]]);
}

/* Where the overlap of a target with a benchmark is, or would be. */
static uint32
overlap_place(const ScoreMatrixView *view, uint32 target, uint32 capability)
{
	uint32		low = 0;
	uint32		high = view->counts.n_overlaps;

	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;
		Overlap		at = view->overlap[middle];

		if (at.target < target || (at.target == target && at.capability < capability))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
sc_overlaps(const ScoreColumns *columns, uint32 target, uint32 capability)
{
	const ScoreMatrixView *view = &columns->view;
	uint32		i = overlap_place(view, target, capability);

	return i < view->counts.n_overlaps && view->overlap[i].target == target &&
		view->overlap[i].capability == capability;
}

bool
sc_overlaps_any(const ScoreColumns *columns, uint32 target, const bool *member)
{
	const ScoreMatrixView *view = &columns->view;
	uint32		i;

	for (i = overlap_place(view, target, 0);
		 i < view->counts.n_overlaps && view->overlap[i].target == target; i++)
	{
		sc_poll_step(i);
		if (member[view->overlap[i].capability])
			return true;
	}
	return false;
}

void
sc_add_benchmark(ResultRows *rows, const ScoreColumns *columns, uint32 benchmark)
{
	uint32		len;
	const char *label = sc_flat_label(&columns->view, columns->view.n_models + benchmark, &len);

	sc_add_label(rows, label, len);
}

void
sc_add_direction(ResultRows *rows, const ScoreColumns *columns, uint32 benchmark)
{
	uint8		said = columns->view.benchmark_flags[benchmark] & SC_BENCHMARK_DIRECTIONS;

	sc_add_text(rows, said == SC_BENCHMARK_LOWER_IS_BETTER ? "lower" :
				said == SC_BENCHMARK_HIGHER_IS_BETTER ? "higher" : NULL);
}

void
sc_add_model(ResultRows *rows, const ScoreColumns *columns, uint32 model)
{
	uint32		len;
	const char *label = sc_flat_label(&columns->view, model, &len);

	sc_add_label(rows, label, len);
}
