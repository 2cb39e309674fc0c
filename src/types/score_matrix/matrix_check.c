/*-------------------------------------------------------------------------
 *
 * matrix_check.c
 *	  Validation of the flat score_matrix.  No server header, and no memory.
 *
 *-------------------------------------------------------------------------
 */
#include "types/score_matrix/matrix_flat.h"

#include <math.h>
#include <string.h>

/*
 * A set of numbers on the stack, of this many in a row: where there are more,
 * what it is for is done again for each part of them.
 */
#define SEEN_NUMBERS (1u << 18)
#define SEEN_WORDS (SEEN_NUMBERS / 64)

typedef struct Seen
{
	uint64_t	first;			/* numbers first .. end - 1 */
	uint64_t	end;
	uint64_t	word[SEEN_WORDS];
} Seen;

static void
seen_begin(Seen *seen, uint64_t first, uint64_t n)
{
	seen->first = first;
	seen->end = n < first + SEEN_NUMBERS ? n : first + SEEN_NUMBERS;
	memset(seen->word, 0, (seen->end - first + 63) / 64 * sizeof(uint64_t));
}

static inline void
seen_add(Seen *seen, uint64_t number)
{
	if (number >= seen->first && number < seen->end)
	{
		number -= seen->first;
		seen->word[number / 64] |= UINT64_C(1) << (number % 64);
	}
}

static inline int
seen_has(const Seen *seen, uint64_t number)
{
	number -= seen->first;
	return (seen->word[number / 64] >> (number % 64)) & 1;
}

static inline void
poll_step(uint64_t i, ScPoll poll)
{
	if ((i & 0xFFFF) == 0 && poll != NULL)
		poll();
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

/* ----------
 * Labels and cells
 * ----------
 */

/* Labels first .. first + count - 1 ascend strictly and are short enough. */
static const char *
check_labels(const char *labels, const uint32_t *label_end, uint32_t label_bytes,
			 uint32_t first, uint32_t count, ScPoll poll)
{
	uint32_t	previous = 0;	/* where the one before begins */
	uint32_t	i;

	for (i = first; i < first + count; i++)
	{
		uint32_t	start = (i == 0) ? 0 : label_end[i - 1];

		poll_step(i, poll);
		if (label_end[i] < start || label_end[i] > label_bytes)
			return "A label lies outside the label bytes.";
		if (label_end[i] - start > SC_MAX_LABEL_BYTES)
			return "A label is too long.";
		if (i > first &&
			sc_label_compare(labels + previous, start - previous,
							 labels + start, label_end[i] - start) >= 0)
			return "Labels are not distinct and in C order.";
		previous = start;
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
 * no model without a cell.
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
	return NULL;
}

/* ----------
 * Annotations
 * ----------
 */

/* Both lists of models ascend: do they have one in common? */
static int
has_declared_model(const ScoreMatrixView *view, ScPoll poll)
{
	uint32_t	i = 0;
	uint32_t	j = 0;

	while (i < view->n_models && j < view->counts.n_declared)
	{
		uint32_t	len;
		uint32_t	declared_len;
		const char *label = sc_flat_label(view, i, &len);
		const char *declared = sc_flat_declared_label(view, j, &declared_len);
		int			cmp = sc_label_compare(label, len, declared, declared_len);

		poll_step((uint64_t) i + j, poll);
		if (cmp == 0)
			return 1;
		if (cmp < 0)
			i++;
		else
			j++;
	}
	return 0;
}

static inline int
is_family(const ScoreMatrixView *view, uint32_t code)
{
	return code == SC_FAMILY_CONFLICT || code <= view->counts.n_families;
}

/* Families are families, declared models have one, and each family has a model. */
static const char *
check_families(const ScoreMatrixView *view, Seen *seen, ScPoll poll)
{
	const AnnotationsFlat *counts = &view->counts;
	uint64_t	first;
	uint64_t	code;
	int			has_family = 0;
	uint32_t	i;

	for (i = 0; i < view->n_models; i++)
	{
		poll_step(i, poll);
		if (!is_family(view, view->family[i]))
			return "A model is of a family that is not there.";
		has_family |= view->family[i] != SC_FAMILY_NONE;
	}
	for (i = 0; i < counts->n_declared; i++)
	{
		poll_step(i, poll);
		if (view->declared_family[i] == SC_FAMILY_NONE)
			return "A declared model has no family.";
		if (!is_family(view, view->declared_family[i]))
			return "A model is of a family that is not there.";
	}
	if (!has_family && counts->n_declared == 0 && counts->n_overlaps == 0)
		return "The annotations are empty.";

	/* codes 1 .. n_families */
	for (first = 1; first <= counts->n_families; first = seen->end)
	{
		seen_begin(seen, first, (uint64_t) counts->n_families + 1);
		for (i = 0; i < view->n_models; i++)
		{
			poll_step(i, poll);
			seen_add(seen, view->family[i]);
		}
		for (i = 0; i < counts->n_declared; i++)
		{
			poll_step(i, poll);
			seen_add(seen, view->declared_family[i]);
		}
		for (code = seen->first; code < seen->end; code++)
		{
			poll_step(code, poll);
			if (!seen_has(seen, code))
				return "A family has no model.";
		}
	}
	return NULL;
}

static const char *
check_overlaps(const ScoreMatrixView *view, ScPoll poll)
{
	uint64_t	previous = 0;
	uint32_t	i;

	for (i = 0; i < view->counts.n_overlaps; i++)
	{
		Overlap		overlap = view->overlap[i];
		uint64_t	key = ((uint64_t) overlap.target << 32) | overlap.capability;

		poll_step(i, poll);
		if (overlap.target >= view->n_benchmarks || overlap.capability >= view->n_benchmarks)
			return "An overlap lies outside the labels.";
		if (overlap.target == overlap.capability)
			return "A benchmark overlaps with itself.";
		if (i > 0 && key <= previous)
			return "Overlaps are not distinct and in order.";
		previous = key;
	}
	return NULL;
}

static const char *
check_annotations(const ScoreMatrixView *view, Seen *seen, ScPoll poll)
{
	const AnnotationsFlat *counts = &view->counts;
	uint64_t	n = (uint64_t) counts->n_families + counts->n_declared;
	const char *problem;

	if (n > 0 ? view->annotation_end[n - 1] != counts->label_bytes :
		counts->label_bytes != 0)
		return "The label bytes do not agree with the labels.";
	if ((problem = check_labels(view->annotation_labels, view->annotation_end,
								counts->label_bytes, 0, counts->n_families,
								poll)) != NULL ||
		(problem = check_labels(view->annotation_labels, view->annotation_end,
								counts->label_bytes, counts->n_families,
								counts->n_declared, poll)) != NULL)
		return problem;
	if (has_declared_model(view, poll))
		return "A declared model has cells.";
	if ((problem = check_families(view, seen, poll)) != NULL)
		return problem;
	return check_overlaps(view, poll);
}

/* ----------
 * The whole
 * ----------
 */

/* Each benchmark has flags that are defined, and a cell, a flag or an overlap. */
static const char *
check_benchmarks(const ScoreMatrixView *view, Seen *seen, ScPoll poll)
{
	uint64_t	first;
	uint64_t	k;
	uint32_t	i;

	for (first = 0; first < view->n_benchmarks; first = seen->end)
	{
		seen_begin(seen, first, view->n_benchmarks);
		for (i = 0; i < view->n_single; i++)
		{
			poll_step(i, poll);
			seen_add(seen, view->single_at[i].benchmark);
		}
		for (i = 0; i < view->n_pooled; i++)
		{
			poll_step(i, poll);
			seen_add(seen, view->pooled_at[i].benchmark);
		}
		for (i = 0; i < view->counts.n_overlaps; i++)
		{
			poll_step(i, poll);
			seen_add(seen, view->overlap[i].target);
			seen_add(seen, view->overlap[i].capability);
		}
		for (k = seen->first; k < seen->end; k++)
		{
			poll_step(k, poll);
			if ((view->benchmark_flags[k] & ~SC_BENCHMARK_FLAGS) != 0)
				return "A benchmark has flags that are not defined.";
			if (view->benchmark_flags[k] == 0 && !seen_has(seen, k))
				return "A benchmark has no cell and no mark.";
		}
	}
	return NULL;
}

/* Bytes from .. to - 1 are 0. */
static int
is_zero(const char *from, const char *to)
{
	while (from < to)
	{
		if (*from++ != 0)
			return 0;
	}
	return 1;
}

/* The counts agree with the length; with annotations, those of them too. */
static const char *
check_size(const ScoreMatrixFlat *flat, size_t size)
{
	uint64_t	total;

	if (size < sizeof(ScoreMatrixFlat))
		return "The value is shorter than its header.";
	if (flat->version != SC_MATRIX_VERSION)
		return "The format version is not supported.";
	if ((flat->flags & ~SC_MATRIX_ANNOTATED) != 0)
		return "The value has flags that are not defined.";
	if (flat->reserved != 0)
		return "Reserved bytes are not zero.";
	total = sc_flat_size(flat->n_models, flat->n_benchmarks, flat->n_single,
						 flat->n_pooled, flat->label_bytes);
	if (flat->flags & SC_MATRIX_ANNOTATED)
	{
		const AnnotationsFlat *counts;

		if (total + sizeof(AnnotationsFlat) > size)
			return "The length does not agree with the counts.";
		counts = sc_flat_annotations(flat);
		if ((uint64_t) counts->n_families + counts->n_declared > UINT32_MAX)
			return "There are too many labels.";
		total += sc_flat_annotations_size(flat->n_models, counts);
	}
	if (total != size)
		return "The length does not agree with the counts.";
	if ((uint64_t) flat->n_models + flat->n_benchmarks > UINT32_MAX)
		return "There are too many labels.";
	return NULL;
}

const char *
sc_flat_check(const void *memory, size_t size, ScPoll poll)
{
	const ScoreMatrixFlat *flat = (const ScoreMatrixFlat *) memory;
	const char *end = (const char *) memory + size;
	const char *main_end = end;
	ScoreMatrixView view;
	Seen		seen;
	const char *problem;

	if ((problem = check_size(flat, size)) != NULL)
		return problem;
	sc_flat_view(flat, &view);
	if (view.n_models + view.n_benchmarks > 0 ?
		view.label_end[view.n_models + view.n_benchmarks - 1] != view.label_bytes :
		view.label_bytes != 0)
		return "The label bytes do not agree with the labels.";
	if ((problem = check_labels(view.labels, view.label_end, view.label_bytes,
								0, view.n_models, poll)) != NULL ||
		(problem = check_labels(view.labels, view.label_end, view.label_bytes,
								view.n_models, view.n_benchmarks, poll)) != NULL ||
		(problem = check_cells(&view, poll)) != NULL)
		return problem;
	if (flat->flags & SC_MATRIX_ANNOTATED)
	{
		if ((problem = check_annotations(&view, &seen, poll)) != NULL)
			return problem;
		main_end = (const char *) sc_flat_annotations(flat);
		if (!is_zero(view.annotation_labels + view.counts.label_bytes, end))
			return "The padding is not zero.";
	}
	if ((problem = check_benchmarks(&view, &seen, poll)) != NULL)
		return problem;
	if (!is_zero(view.labels + view.label_bytes, main_end))
		return "The padding is not zero.";
	return NULL;
}
