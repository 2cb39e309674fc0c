/*-------------------------------------------------------------------------
 *
 * score_matrix_cells.h
 *	  The hash table of a model's cells, for the files that make and read it, and
 *	  what these files share: steps of a change, none of which fails half-way.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_SCORE_MATRIX_SCORE_MATRIX_CELLS_H
#define SC_TYPES_SCORE_MATRIX_SCORE_MATRIX_CELLS_H

#include "common/hashfn.h"

#include "types/score_matrix/score_matrix.h"

#define SH_PREFIX cellhash
#define SH_ELEMENT_TYPE MatrixCell
#define SH_KEY_TYPE uint32
#define SH_KEY benchmark
#define SH_HASH_KEY(tb, key) (key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/*
 * Keeps the text form under its limit, with so many bytes more: 54000, raised or
 * saved (then false).
 */
extern bool sc_matrix_check_size(const ExpandedScoreMatrix *m, uint64 more,
								 Node *escontext);

/* Finds the number, or the place, of a model that is in the matrix, or -1. */
typedef int64 (*FindModel) (void *where, const char *text, uint32 len);

/* Sets true for each benchmark, by number, that stands in an overlap. */
extern void sc_matrix_cover_overlaps(ExpandedScoreMatrix *m, bool *covered);

/*
 * Flattening annotations in two steps.  How much of what there is: false if there
 * is nothing.  Then what there is, to a view whose counts and parts are set; rank
 * NULL: find gives places.  The second allocates in CurrentMemoryContext.
 */
extern bool sc_annotations_count(ExpandedScoreMatrix *m, FindModel find, void *where,
								 AnnotationsFlat *counts);
extern void sc_annotations_flatten(ExpandedScoreMatrix *m, FindModel find, void *where,
								   const uint32 *model_rank, const uint32 *benchmark_order,
								   const uint32 *benchmark_rank, ScoreMatrixView *view);

/* Number of a label or -1. */
static inline int64
sc_matrix_find_label(LabelTable *table, const char *text, uint32 len)
{
	if (sc_labels_is_last(table, text, len))
		return table->last;
	return sc_labels_find(table, text, len);
}

/*
 * Reserving a label, as sc_labels_reserve() does, with what belongs to it here;
 * committing it there is enough.
 */
extern void sc_matrix_reserve_model(ExpandedScoreMatrix *m, uint32 number,
									const char *text, uint32 len);
extern void sc_matrix_reserve_benchmark(ExpandedScoreMatrix *m, uint32 number,
										const char *text, uint32 len);

/* Numbers of labels, which are added if they are new; 54000. */
extern uint32 sc_matrix_intern_model(ExpandedScoreMatrix *m, const char *text,
									 uint32 len);
extern uint32 sc_matrix_intern_benchmark(ExpandedScoreMatrix *m, const char *text,
										 uint32 len);

/* The same of labels that are new. */
extern uint32 sc_matrix_new_model(ExpandedScoreMatrix *m, const char *text,
								  uint32 len);
extern uint32 sc_matrix_new_benchmark(ExpandedScoreMatrix *m, const char *text,
									  uint32 len);

/*
 * The cell at a place, of labels that may be only reserved; an empty one is made
 * if there is none.
 */
extern MatrixCell *sc_matrix_reach_cell(ExpandedScoreMatrix *m, CellIndex at);

/* Makes room for n cells more to become pooled ones. */
extern void sc_matrix_reserve_pooled(ExpandedScoreMatrix *m, uint32 n);

/* Makes an empty cell a single one. */
static inline void
sc_matrix_set_single(ExpandedScoreMatrix *m, MatrixCell *cell, double score)
{
	cell->kind = CELL_SINGLE;
	cell->u.score = score;
	m->n_single++;
}

/* Makes an empty or single cell a pooled one, for which there is room. */
extern void sc_matrix_set_pooled(ExpandedScoreMatrix *m, MatrixCell *cell,
								 const PooledCell *pooled, uint8 flags);

/*
 * Adds to a cell, past the scores that wait: 54000, and 22003 if it gets too many
 * scores.
 */
extern void sc_matrix_add_to_cell(ExpandedScoreMatrix *m, MatrixCell *cell,
								  double score);
extern void sc_matrix_add_single(ExpandedScoreMatrix *m, CellIndex at, double score);
extern void sc_matrix_add_pooled(ExpandedScoreMatrix *m, CellIndex at,
								 const PooledCell *add, uint8 flags);

/*
 * Adds the scores that wait, and lets none wait until sc_matrix_add(): for who
 * adds in another way, by which they could come to be refused.
 */
extern void sc_matrix_stop_waiting(ExpandedScoreMatrix *m);

#endif							/* SC_TYPES_SCORE_MATRIX_SCORE_MATRIX_CELLS_H */
