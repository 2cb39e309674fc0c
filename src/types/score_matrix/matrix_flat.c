/*-------------------------------------------------------------------------
 *
 * matrix_flat.c
 *	  Layout and validation of the flat score_matrix.  No server header.
 *
 *-------------------------------------------------------------------------
 */
#include "types/score_matrix/matrix_flat.h"

#include <math.h>
#include <string.h>

uint64_t
sc_flat_size(uint64_t n_models, uint64_t n_benchmarks,
			 uint64_t n_single, uint64_t n_pooled, uint64_t label_bytes)
{
	uint64_t	size = sizeof(ScoreMatrixFlat);

	size += n_single * (sizeof(double) + sizeof(CellIndex));
	size += n_pooled * (sizeof(PooledCell) + sizeof(CellIndex) + 1);
	size += (n_models + n_benchmarks) * sizeof(uint32_t);
	size += n_benchmarks;
	size += label_bytes;
	return (size + 7) & ~(uint64_t) 7;
}

void
sc_flat_view(const ScoreMatrixFlat *flat, ScoreMatrixView *view)
{
	char	   *p = (char *) flat + sizeof(ScoreMatrixFlat);

	view->n_models = flat->n_models;
	view->n_benchmarks = flat->n_benchmarks;
	view->n_single = flat->n_single;
	view->n_pooled = flat->n_pooled;
	view->label_bytes = flat->label_bytes;

	view->score = (double *) p;
	p += sizeof(double) * view->n_single;
	view->pooled = (PooledCell *) p;
	p += sizeof(PooledCell) * view->n_pooled;
	view->single_at = (CellIndex *) p;
	p += sizeof(CellIndex) * view->n_single;
	view->pooled_at = (CellIndex *) p;
	p += sizeof(CellIndex) * view->n_pooled;
	view->label_end = (uint32_t *) p;
	p += sizeof(uint32_t) * ((size_t) view->n_models + view->n_benchmarks);
	view->benchmark_flags = (uint8_t *) p;
	p += view->n_benchmarks;
	view->pooled_flags = (uint8_t *) p;
	p += view->n_pooled;
	view->labels = p;
}

int
sc_label_compare(const char *a, uint32_t a_len, const char *b, uint32_t b_len)
{
	uint32_t	len = a_len < b_len ? a_len : b_len;
	int			cmp = len > 0 ? memcmp(a, b, len) : 0;

	if (cmp != 0)
		return cmp;
	return (a_len > b_len) - (a_len < b_len);
}

const char *
sc_flat_check_pooled(const PooledCell *cell, uint8_t flags)
{
	double		n = (double) cell->n;

	if (cell->n < 1)
		return "A pooled cell has no score.";
	if (flags & ~SC_CELL_SPREAD_UNKNOWN)
		return "A pooled cell has flags that are not defined.";
	if (cell->n == 1 && !(flags & SC_CELL_SPREAD_UNKNOWN))
		return "A pooled cell of one score has a spread.";
	if (cell->n == 1 && cell->sum_lo != 0)
		return "A pooled cell of one score has a sum that is not a score.";
	if (!isfinite(cell->sum) || !isfinite(cell->sum_lo) ||
		!isfinite(cell->sumsq) || !isfinite(cell->sumsq_lo))
		return "A pooled cell has a sum that is not finite.";
	if (cell->sum + cell->sum_lo != cell->sum ||
		cell->sumsq + cell->sumsq_lo != cell->sumsq)
		return "A pooled cell has a sum that is not normalised.";
	if (fabs(cell->sum) > n * SC_MAX_SCORE * (1 + 1e-9) || cell->sumsq < 0 ||
		cell->sumsq > n * SC_MAX_SCORE * SC_MAX_SCORE * (1 + 1e-9))
		return "A pooled cell has a sum that is out of range.";
	if ((flags & SC_CELL_SPREAD_UNKNOWN) &&
		(cell->sumsq != 0 || cell->sumsq_lo != 0))
		return "A pooled cell of unknown spread has a sum of squares.";
	return NULL;
}

static inline void
poll_step(uint64_t i, ScPoll poll)
{
	if ((i & 0xFFFF) == 0 && poll != NULL)
		poll();
}

/* Labels first .. first + count - 1 ascend strictly and are short enough. */
static const char *
check_labels(const ScoreMatrixView *view, uint32_t first, uint32_t count,
			 ScPoll poll)
{
	uint32_t	i;

	for (i = first; i < first + count; i++)
	{
		uint32_t	start = (i == 0) ? 0 : view->label_end[i - 1];
		uint32_t	len;
		uint32_t	prev_len;
		const char *label;
		const char *prev;

		poll_step(i, poll);
		if (view->label_end[i] < start || view->label_end[i] > view->label_bytes)
			return "A label lies outside the label bytes.";
		if (view->label_end[i] - start > SC_MAX_LABEL_BYTES)
			return "A label is too long.";
		if (i == first)
			continue;
		prev = sc_flat_label(view, i - 1, &prev_len);
		label = sc_flat_label(view, i, &len);
		if (sc_label_compare(prev, prev_len, label, len) >= 0)
			return "Labels are not distinct and in C order.";
	}
	return NULL;
}

static inline uint64_t
cell_key(CellIndex at)
{
	return ((uint64_t) at.model << 32) | at.benchmark;
}

/*
 * Both lists of cells ascend, share no cell, stay inside the labels and leave
 * no model without a cell.  (That every benchmark has a cell is not checked
 * here: it would take memory, and nothing breaks on an empty column.)
 */
static const char *
check_cells(const ScoreMatrixView *view, ScPoll poll)
{
	uint32_t	s = 0;
	uint32_t	p = 0;
	uint32_t	models_seen = 0;
	uint64_t	previous = 0;
	int			first = 1;

	while (s < view->n_single || p < view->n_pooled)
	{
		uint64_t	key;
		CellIndex	at;

		poll_step((uint64_t) s + p, poll);
		if (sc_next_cell_is_single(view, s, p))
		{
			at = view->single_at[s];
			if (!isfinite(view->score[s]) || fabs(view->score[s]) > SC_MAX_SCORE)
				return "A score is not a number in range.";
			s++;
		}
		else
		{
			const char *problem;

			at = view->pooled_at[p];
			problem = sc_flat_check_pooled(&view->pooled[p],
										   view->pooled_flags[p]);
			if (problem)
				return problem;
			p++;
		}

		key = cell_key(at);
		if (!first && key <= previous)
			return "Cells are not distinct and in order.";
		if (at.model >= view->n_models || at.benchmark >= view->n_benchmarks)
			return "A cell lies outside the labels.";
		if (first || at.model != (uint32_t) (previous >> 32))
		{
			if (at.model != models_seen)
				return "A model has no cell.";
			models_seen++;
		}
		previous = key;
		first = 0;
	}
	if (models_seen != view->n_models)
		return "A model has no cell.";
	if (first && view->n_benchmarks > 0)
		return "A benchmark has no cell.";
	return NULL;
}

const char *
sc_flat_check(const void *memory, size_t size, ScPoll poll)
{
	const ScoreMatrixFlat *flat = (const ScoreMatrixFlat *) memory;
	ScoreMatrixView view;
	uint64_t	total;
	uint64_t	used;
	const char *problem;
	uint32_t	i;

	if (size < sizeof(ScoreMatrixFlat))
		return "The value is shorter than its header.";
	if (flat->version != SC_MATRIX_VERSION)
		return "The format version is not supported.";
	if (flat->reserved != 0 || flat->reserved2 != 0)
		return "Reserved bytes are not zero.";
	total = sc_flat_size(flat->n_models, flat->n_benchmarks, flat->n_single,
						 flat->n_pooled, flat->label_bytes);
	if (total != size)
		return "The length does not agree with the counts.";
	if ((uint64_t) flat->n_models + flat->n_benchmarks > UINT32_MAX)
		return "There are too many labels.";

	sc_flat_view(flat, &view);
	if (view.n_models + view.n_benchmarks > 0 &&
		view.label_end[view.n_models + view.n_benchmarks - 1] != view.label_bytes)
		return "The label bytes do not agree with the labels.";
	if ((problem = check_labels(&view, 0, view.n_models, poll)) != NULL ||
		(problem = check_labels(&view, view.n_models, view.n_benchmarks, poll)) != NULL)
		return problem;
	for (i = 0; i < view.n_benchmarks; i++)
	{
		if ((view.benchmark_flags[i] & ~SC_BENCHMARK_FLAGS) != 0)
			return "A benchmark has flags that are not defined.";
	}
	if ((problem = check_cells(&view, poll)) != NULL)
		return problem;

	used = (uint64_t) (view.labels + view.label_bytes - (const char *) memory);
	while (used < size)
	{
		if (((const char *) memory)[used++] != 0)
			return "The padding is not zero.";
	}
	return NULL;
}
