/*-------------------------------------------------------------------------
 *
 * matrix_flat.c
 *	  Layout of the flat score_matrix.  No server header.
 *
 *-------------------------------------------------------------------------
 */
#include "types/score_matrix/matrix_flat.h"

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

uint64_t
sc_flat_annotations_size(uint64_t n_models, const AnnotationsFlat *counts)
{
	uint64_t	size = sizeof(AnnotationsFlat);

	size += (n_models + counts->n_declared) * sizeof(uint32_t);
	size += (uint64_t) counts->n_overlaps * sizeof(Overlap);
	size += ((uint64_t) counts->n_families + counts->n_declared) * sizeof(uint32_t);
	size += counts->label_bytes;
	return (size + 7) & ~(uint64_t) 7;
}

/* Bytes before the annotations. */
static uint64_t
main_size(const ScoreMatrixFlat *flat)
{
	return sc_flat_size(flat->n_models, flat->n_benchmarks, flat->n_single,
						flat->n_pooled, flat->label_bytes);
}

AnnotationsFlat *
sc_flat_annotations(const ScoreMatrixFlat *flat)
{
	return (AnnotationsFlat *) ((char *) flat + main_size(flat));
}

static void
view_annotations(const ScoreMatrixFlat *flat, ScoreMatrixView *view)
{
	AnnotationsFlat *annotations = sc_flat_annotations(flat);
	char	   *p = (char *) annotations + sizeof(AnnotationsFlat);

	view->counts = *annotations;
	view->family = (uint32_t *) p;
	p += sizeof(uint32_t) * view->n_models;
	view->declared_family = (uint32_t *) p;
	p += sizeof(uint32_t) * view->counts.n_declared;
	view->overlap = (Overlap *) p;
	p += sizeof(Overlap) * view->counts.n_overlaps;
	view->annotation_end = (uint32_t *) p;
	p += sizeof(uint32_t) * ((size_t) view->counts.n_families + view->counts.n_declared);
	view->annotation_labels = p;
}

void
sc_flat_view(const ScoreMatrixFlat *flat, ScoreMatrixView *view)
{
	char	   *p = (char *) flat + sizeof(ScoreMatrixFlat);

	memset(view, 0, sizeof(ScoreMatrixView));
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
	if (flat->flags & SC_MATRIX_ANNOTATED)
		view_annotations(flat, view);
}

void
sc_flat_pad(ScoreMatrixFlat *flat, size_t size)
{
	ScoreMatrixView view;
	char	   *end = (char *) flat + size;
	char	   *last;

	sc_flat_view(flat, &view);
	last = view.labels + view.label_bytes;
	if (flat->flags & SC_MATRIX_ANNOTATED)
	{
		memset(last, 0, (size_t) ((char *) sc_flat_annotations(flat) - last));
		last = view.annotation_labels + view.counts.label_bytes;
	}
	memset(last, 0, (size_t) (end - last));
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
