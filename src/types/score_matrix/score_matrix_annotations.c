/*-------------------------------------------------------------------------
 *
 * score_matrix_annotations.c
 *	  The score_matrix in memory: families of models and overlaps of benchmarks,
 *	  which merging joins, and flattening them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "types/forms/poll.h"
#include "types/score_matrix/score_matrix.h"
#include "types/score_matrix/score_matrix_cells.h"

/*
 * Each target has a table of its capability benchmarks: none is ever so large
 * that growing it takes long.
 */
typedef struct OverlapEntry
{
	uint32		capability;
	char		status;
} OverlapEntry;

#define SH_PREFIX overlaphash
#define SH_ELEMENT_TYPE OverlapEntry
#define SH_KEY_TYPE uint32
#define SH_KEY capability
#define SH_HASH_KEY(tb, key) murmurhash32(key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

#define ST_SORT sort_ranks
#define ST_ELEMENT_TYPE uint32
#define ST_COMPARE(a, b) (*(a) < *(b) ? -1 : *(a) > *(b))
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* Makes an array long enough for entry number; new entries are 0. */
static void *
reserve_entry(ExpandedScoreMatrix *m, void *array, uint32 *capacity, uint32 number, Size size)
{
	Size		wanted = Max(*capacity, 4);

	if (number < *capacity)
		return array;
	while (wanted <= number)
		wanted *= 2;
	if (array == NULL)
		array = MemoryContextAllocHuge(m->hdr.eoh_context, wanted * size);
	else
		array = repalloc_huge(array, wanted * size);
	memset((char *) array + *capacity * size, 0, (wanted - *capacity) * size);
	*capacity = (uint32) wanted;
	return array;
}

/* ----------
 * Families
 * ----------
 */

/* The number of a family, which is added if it is new. */
static uint32
intern_family(ExpandedScoreMatrix *m, const char *family, uint32 len)
{
	MatrixAnnotations *a = &m->annotations;
	int64		found = sc_matrix_find_label(&a->families, family, len);

	if (found >= 0)
		return (uint32) found;
	a->users = reserve_entry(m, a->users, &a->families_capacity, a->families.n, sizeof(uint32));
	a->users[a->families.n] = 0;
	return sc_labels_add(&a->families, family, len);
}

/* A model that has a family and meets another one. */
static void
join_family(MatrixAnnotations *a, uint32 model, uint32 family)
{
	uint32		old = a->family[model];

	if (old == family || old == SC_FAMILY_CONFLICT)
		return;
	a->users[old]--;
	a->text_bytes -= SC_TEXT_BYTES_PER_FAMILY(0, a->families.label[old].len) -
		SC_TEXT_BYTES_PER_FAMILY(0, 0);
	a->family[model] = SC_FAMILY_CONFLICT;
}

bool
sc_matrix_add_family(ExpandedScoreMatrix *m, const char *model, uint32 model_len,
					 const char *family, uint32 family_len, Node *escontext)
{
	MatrixAnnotations *a = &m->annotations;
	int64		found = sc_matrix_find_label(&a->models, model, model_len);
	uint32		number = SC_FAMILY_CONFLICT;
	uint64		bytes = SC_TEXT_BYTES_PER_FAMILY(model_len, family == NULL ? 0 : family_len);

	Assert(m->pending == NULL);
	if (!sc_labels_check(model_len, escontext) ||
		(family != NULL && !sc_labels_check(family_len, escontext)) ||
		(found < 0 && !sc_matrix_check_size(m, bytes, escontext)))
		return false;
	if (family != NULL)
		number = intern_family(m, family, family_len);
	if (found >= 0)
	{
		join_family(a, (uint32) found, number);
		return true;
	}

	a->family = reserve_entry(m, a->family, &a->models_capacity, a->models.n, sizeof(uint32));
	sc_labels_reserve(&a->models, a->models.n, model, model_len);
	a->family[a->models.n] = number;
	if (family != NULL)
		a->users[number]++;
	a->text_bytes += bytes;
	sc_labels_commit(&a->models);
	return true;
}

/* Joins the family, by its code, of a model of a flat matrix. */
static void
copy_family(ExpandedScoreMatrix *m, const ScoreMatrixView *from,
			const char *model, uint32 model_len, uint32 code)
{
	const char *family = NULL;
	uint32		len = 0;

	if (code == SC_FAMILY_NONE)
		return;
	if (code != SC_FAMILY_CONFLICT)
		family = sc_flat_family_label(from, code, &len);
	(void) sc_matrix_add_family(m, model, model_len, family, len, NULL);
}

void
sc_matrix_copy_families(ExpandedScoreMatrix *m, const ScoreMatrixView *from,
						const KeptLabels *kept)
{
	uint32		i;
	uint32		len;

	if (from->family == NULL)
		return;
	sc_matrix_stop_waiting(m);
	for (i = 0; i < from->n_models; i++)
	{
		const char *label = sc_flat_label(from, i, &len);

		sc_poll_step(i);
		if (kept == NULL || kept->model == NULL || kept->model[i])
			copy_family(m, from, label, len, from->family[i]);
	}
	for (i = 0; i < from->counts.n_declared; i++)
	{
		const char *label = sc_flat_declared_label(from, i, &len);

		sc_poll_step(i);
		if (kept == NULL || kept->declared == NULL || kept->declared[i])
			copy_family(m, from, label, len, from->declared_family[i]);
	}
}

/* ----------
 * Overlaps
 * ----------
 */

static overlaphash_hash *
overlaps_of(const ExpandedScoreMatrix *m, uint32 target)
{
	const MatrixAnnotations *a = &m->annotations;

	return target < a->targets_capacity ? a->overlaps[target] : NULL;
}

bool
sc_matrix_add_overlap(ExpandedScoreMatrix *m, uint32 target, uint32 capability,
					  Node *escontext)
{
	MatrixAnnotations *a = &m->annotations;
	overlaphash_hash *others = overlaps_of(m, target);
	uint64		bytes = SC_TEXT_BYTES_PER_OVERLAP(m->benchmarks.label[target].len,
												  m->benchmarks.label[capability].len);
	bool		found;

	Assert(m->pending == NULL && target != capability);
	if (others != NULL && overlaphash_lookup(others, capability) != NULL)
		return true;
	if (!sc_matrix_check_size(m, bytes, escontext))
		return false;
	if (others == NULL)
	{
		a->overlaps = reserve_entry(m, a->overlaps, &a->targets_capacity, target,
									sizeof(a->overlaps[0]));
		others = a->overlaps[target] = overlaphash_create(m->hdr.eoh_context, 2, NULL);
	}
	(void) overlaphash_insert(others, capability, &found);
	a->n_overlaps++;
	a->text_bytes += bytes;
	return true;
}

void
sc_matrix_copy_overlaps(ExpandedScoreMatrix *m, const ScoreMatrixView *from,
						const KeptLabels *kept)
{
	const bool *keep = kept == NULL ? NULL : kept->benchmark;
	uint32		i;

	if (from->counts.n_overlaps == 0)
		return;
	sc_matrix_stop_waiting(m);
	for (i = 0; i < from->counts.n_overlaps; i++)
	{
		Overlap		overlap = from->overlap[i];
		uint32		target;
		uint32		capability;
		const char *label;
		uint32		len;

		sc_poll_step(i);
		if (keep != NULL && !(keep[overlap.target] && keep[overlap.capability]))
			continue;
		label = sc_flat_label(from, from->n_models + overlap.target, &len);
		target = sc_matrix_intern_benchmark(m, label, len);
		label = sc_flat_label(from, from->n_models + overlap.capability, &len);
		capability = sc_matrix_intern_benchmark(m, label, len);
		(void) sc_matrix_add_overlap(m, target, capability, NULL);
	}
}

void
sc_matrix_cover_overlaps(ExpandedScoreMatrix *m, bool *covered)
{
	uint32		target;

	for (target = 0; target < m->annotations.targets_capacity; target++)
	{
		overlaphash_iterator iterator;
		OverlapEntry *entry;
		uint32		n = 0;

		sc_poll_step(target);
		if (m->annotations.overlaps[target] == NULL)
			continue;
		covered[target] = true;
		overlaphash_start_iterate(m->annotations.overlaps[target], &iterator);
		while ((entry = overlaphash_iterate(m->annotations.overlaps[target], &iterator)) != NULL)
		{
			sc_poll_step(n++);
			covered[entry->capability] = true;
		}
	}
}

/* ----------
 * Flattening
 * ----------
 */

bool
sc_annotations_count(ExpandedScoreMatrix *m, FindModel find, void *where,
					 AnnotationsFlat *counts)
{
	MatrixAnnotations *a = &m->annotations;
	uint32		i;

	memset(counts, 0, sizeof(AnnotationsFlat));
	counts->n_overlaps = a->n_overlaps;
	for (i = 0; i < a->families.n; i++)
	{
		sc_poll_step(i);
		if (a->users[i] == 0)
			continue;
		counts->n_families++;
		counts->label_bytes += a->families.label[i].len;
	}
	for (i = 0; i < a->models.n; i++)
	{
		const Label *model = &a->models.label[i];

		sc_poll_step(i);
		if (find(where, model->text, model->len) >= 0)
			continue;
		counts->n_declared++;
		counts->label_bytes += model->len;
	}
	return a->models.n > 0 || a->n_overlaps > 0;
}

/* Appends a label to those of the annotations. */
static void
put_label(ScoreMatrixView *view, uint32 i, const Label *label, uint32 *end)
{
	memcpy(view->annotation_labels + *end, label->text, label->len);
	*end += label->len;
	view->annotation_end[i] = *end;
}

/* Labels of the families that have a model; code[i] is that of family number i. */
static uint32
flatten_families(const MatrixAnnotations *a, uint32 *code, ScoreMatrixView *view)
{
	uint32	   *order = palloc_extended(sizeof(uint32) * a->families.n + 1, MCXT_ALLOC_HUGE);
	uint32		end = 0;
	uint32		n = 0;
	uint32		i;

	sc_labels_sort(&a->families, order, code);
	for (i = 0; i < a->families.n; i++)
	{
		sc_poll_step(i);
		if (a->users[order[i]] == 0)
			continue;
		put_label(view, n, &a->families.label[order[i]], &end);
		code[order[i]] = ++n;
	}
	Assert(n == view->counts.n_families);
	return end;
}

static void
flatten_models(MatrixAnnotations *a, FindModel find, void *where, const uint32 *model_rank,
			   ScoreMatrixView *view)
{
	uint32	   *code = palloc_extended(sizeof(uint32) * a->families.n + 1, MCXT_ALLOC_HUGE);
	uint32	   *order = palloc_extended(sizeof(uint32) * 2 * (Size) a->models.n + 1,
										MCXT_ALLOC_HUGE);
	uint32		end = flatten_families(a, code, view);
	uint32		n_declared = 0;
	uint32		i;

	sc_labels_sort(&a->models, order, order + a->models.n);
	memset(view->family, 0, sizeof(uint32) * view->n_models);
	for (i = 0; i < a->models.n; i++)
	{
		const Label *model = &a->models.label[order[i]];
		uint32		family = a->family[order[i]];
		int64		found = find(where, model->text, model->len);

		sc_poll_step(i);
		if (family != SC_FAMILY_CONFLICT)
			family = code[family];
		if (found >= 0)
			view->family[model_rank == NULL ? (uint32) found : model_rank[found]] = family;
		else
		{
			put_label(view, view->counts.n_families + n_declared, model, &end);
			view->declared_family[n_declared++] = family;
		}
	}
	Assert(n_declared == view->counts.n_declared && end == view->counts.label_bytes);
}

static void
flatten_overlaps(ExpandedScoreMatrix *m, const uint32 *benchmark_order,
				 const uint32 *benchmark_rank, ScoreMatrixView *view)
{
	uint32	   *rank = palloc_extended(sizeof(uint32) * view->n_benchmarks + 1,
									   MCXT_ALLOC_HUGE);
	uint32		n = 0;
	uint32		place;

	for (place = 0; place < view->n_benchmarks; place++)
	{
		overlaphash_hash *others = overlaps_of(m, benchmark_order[place]);
		overlaphash_iterator iterator;
		OverlapEntry *entry;
		uint32		k = 0;
		uint32		i;

		sc_poll_step(place);
		if (others == NULL)
			continue;
		overlaphash_start_iterate(others, &iterator);
		while ((entry = overlaphash_iterate(others, &iterator)) != NULL)
		{
			rank[k] = benchmark_rank[entry->capability];
			sc_poll_step(k++);
		}
		sort_ranks(rank, k);
		for (i = 0; i < k; i++)
		{
			view->overlap[n].target = place;
			view->overlap[n++].capability = rank[i];
		}
		CHECK_FOR_INTERRUPTS();
	}
	Assert(n == view->counts.n_overlaps);
}

void
sc_annotations_flatten(ExpandedScoreMatrix *m, FindModel find, void *where,
					   const uint32 *model_rank, const uint32 *benchmark_order,
					   const uint32 *benchmark_rank, ScoreMatrixView *view)
{
	flatten_models(&m->annotations, find, where, model_rank, view);
	if (m->annotations.n_overlaps > 0)
		flatten_overlaps(m, benchmark_order, benchmark_rank, view);
}
