/*-------------------------------------------------------------------------
 *
 * matrix_flat.h
 *	  The score_matrix at rest: format 1, its layout and its validator.
 *
 * No server header is included here, so that the validator can be fuzzed
 * without a server.  A flat matrix is one piece of memory, aligned to 8:
 *
 *	  ScoreMatrixFlat	header, 32 bytes, beginning with the varlena length
 *	  double			score of each single cell (one score)
 *	  PooledCell		sums of each pooled cell (several scores, or a mean)
 *	  CellIndex			model and benchmark of each single cell
 *	  CellIndex			the same of each pooled cell
 *	  uint32			end of each label in the label bytes: models, benchmarks
 *	  uint8				flags of each benchmark, SC_BENCHMARK_*
 *	  uint8				flags of each pooled cell, SC_CELL_*
 *	  char				label bytes, not terminated
 *	  zero padding to a multiple of 8
 *
 * With SC_MATRIX_ANNOTATED this follows:
 *
 *	  AnnotationsFlat	header, 16 bytes
 *	  uint32			family of each model, see SC_FAMILY_NONE
 *	  uint32			family of each declared model
 *	  Overlap			target and capability benchmark of each overlap
 *	  uint32			end of each label in the label bytes: families, declared models
 *	  char				label bytes
 *	  zero padding to a multiple of 8
 *
 * Labels stand in C order (memcmp, then length), cells of either kind ascend by
 * (model, benchmark), no cell is of both kinds and every model has a cell.  A
 * benchmark has a cell, or it is declared: it has a flag or an overlap.  A declared
 * model is none of the models, and has a family.  Every family has a model.
 * Overlaps ascend by (target, capability).
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_TYPES_SCORE_MATRIX_MATRIX_FLAT_H
#define SC_TYPES_SCORE_MATRIX_MATRIX_FLAT_H

#include <stddef.h>
#include <stdint.h>

#include "stats/base/status.h"

#define SC_MATRIX_VERSION 1

/* Limits, documented in sql/README.md. */
#define SC_MAX_LABEL_BYTES 10000
#define SC_MAX_TEXT_BYTES 1000000000	/* of the text form, see below */

/*
 * Upper bounds of what one item takes in the text form, commas included.  Their
 * sum is kept under SC_MAX_TEXT_BYTES while a matrix grows, so that a matrix
 * that can be built can be dumped.  Binary and flat forms are smaller.
 */
#define SC_TEXT_BYTES_PER_SINGLE 48
#define SC_TEXT_BYTES_PER_POOLED 144
#define SC_TEXT_BYTES_PER_LABEL(len) (6 * (uint64_t) (len) + 120)

/* Of a model with a family, of the lengths of both (0 for a conflict); of an overlap. */
#define SC_TEXT_BYTES_PER_FAMILY(model, family) \
	(6 * ((uint64_t) (model) + (family)) + 24)
#define SC_TEXT_BYTES_PER_OVERLAP(target, capability) \
	(6 * ((uint64_t) (target) + (capability)) + 16)

/* Flags of the whole. */
#define SC_MATRIX_ANNOTATED 0x0001	/* annotations follow */

/*
 * Benchmark flags; merging ORs them, so that two roles, or both directions, may
 * come together: a conflict, which is kept.
 */
#define SC_BENCHMARK_CAPABILITY 0x01
#define SC_BENCHMARK_LOWER_IS_BETTER 0x02
#define SC_BENCHMARK_COVARIATE 0x04
#define SC_BENCHMARK_TARGET 0x08
#define SC_BENCHMARK_HIGHER_IS_BETTER 0x10
#define SC_BENCHMARK_FLAGS 0x1F

#define SC_BENCHMARK_ROLES \
	(SC_BENCHMARK_CAPABILITY | SC_BENCHMARK_COVARIATE | SC_BENCHMARK_TARGET)
#define SC_BENCHMARK_DIRECTIONS \
	(SC_BENCHMARK_LOWER_IS_BETTER | SC_BENCHMARK_HIGHER_IS_BETTER)

static inline int
sc_has_role_conflict(uint8_t flags)
{
	uint8_t		roles = flags & SC_BENCHMARK_ROLES;

	return (roles & (roles - 1)) != 0;
}

static inline int
sc_has_direction_conflict(uint8_t flags)
{
	return (flags & SC_BENCHMARK_DIRECTIONS) == SC_BENCHMARK_DIRECTIONS;
}

/*
 * The family of a model: none, number code - 1 of the families, or two of them met.
 * Merging joins them: none < a family < conflict.
 */
#define SC_FAMILY_NONE 0
#define SC_FAMILY_CONFLICT UINT32_MAX

/* Pooled cell flag: scores came without their squares, as a mean. */
#define SC_CELL_SPREAD_UNKNOWN 0x01

typedef struct CellIndex
{
	uint32_t	model;
	uint32_t	benchmark;
} CellIndex;

/*
 * n >= 1 scores, their sum and sum of squares as unevaluated sums of two
 * doubles (hi + lo, |lo| <= ulp(hi) / 2).  With SC_CELL_SPREAD_UNKNOWN the
 * squares are 0.  n = 1 is always of unknown spread and its sum one double: it
 * came as the mean of one score.  (One that came as a score is a single cell,
 * whose square is known.)
 */
typedef struct PooledCell
{
	int64_t		n;
	double		sum;
	double		sum_lo;
	double		sumsq;
	double		sumsq_lo;
} PooledCell;

typedef struct ScoreMatrixFlat
{
	int32_t		vl_len_;		/* varlena header (do not touch directly!) */
	uint16_t	version;
	uint16_t	flags;			/* SC_MATRIX_* */
	uint32_t	n_models;
	uint32_t	n_benchmarks;
	uint32_t	n_single;
	uint32_t	n_pooled;
	uint32_t	label_bytes;
	uint32_t	reserved;		/* 0 */
} ScoreMatrixFlat;

/* A target that shares items with a capability benchmark; places. */
typedef struct Overlap
{
	uint32_t	target;
	uint32_t	capability;
} Overlap;

/* How much of what is in the annotations. */
typedef struct AnnotationsFlat
{
	uint32_t	n_families;
	uint32_t	n_declared;		/* models without a cell */
	uint32_t	n_overlaps;
	uint32_t	label_bytes;
} AnnotationsFlat;

/* A flat matrix with its parts found; points into it and owns nothing. */
typedef struct ScoreMatrixView
{
	uint32_t	n_models;
	uint32_t	n_benchmarks;
	uint32_t	n_single;
	uint32_t	n_pooled;
	uint32_t	label_bytes;
	double	   *score;
	PooledCell *pooled;
	CellIndex  *single_at;
	CellIndex  *pooled_at;
	uint32_t   *label_end;
	uint8_t    *benchmark_flags;
	uint8_t    *pooled_flags;
	char	   *labels;

	/* all 0 and NULL without annotations */
	AnnotationsFlat counts;
	uint32_t   *family;			/* [n_models] */
	uint32_t   *declared_family;	/* [n_declared] */
	Overlap    *overlap;		/* [n_overlaps] */
	uint32_t   *annotation_end;
	char	   *annotation_labels;
} ScoreMatrixView;

/* Bytes of a flat matrix with these counts, padding included, no annotations. */
extern uint64_t sc_flat_size(uint64_t n_models, uint64_t n_benchmarks,
							 uint64_t n_single, uint64_t n_pooled,
							 uint64_t label_bytes);

/* Bytes that annotations take, padding included. */
extern uint64_t sc_flat_annotations_size(uint64_t n_models, const AnnotationsFlat *counts);

/*
 * Finds the parts of a flat matrix whose header is filled in, and that of its
 * annotations if it has any.
 */
extern void sc_flat_view(const ScoreMatrixFlat *flat, ScoreMatrixView *view);

/* Where the header of the annotations is, if there are any. */
extern AnnotationsFlat *sc_flat_annotations(const ScoreMatrixFlat *flat);

/* Sets the padding of a flat matrix of this size, which is viewed already. */
extern void sc_flat_pad(ScoreMatrixFlat *flat, size_t size);

/*
 * Is this piece of memory, size bytes aligned to 8, a valid flat matrix?
 * Returns NULL if so, else a sentence that says what is wrong.  Reads nothing
 * beyond size; does not look at vl_len_.  Polls every 65536 labels and cells.
 */
extern const char *sc_flat_check(const void *flat, size_t size, ScPoll poll);

/* Checks of one item, shared by every way in; NULL, or what is wrong. */
extern const char *sc_flat_check_pooled(const PooledCell *cell, uint8_t flags);

/* Label i of the models (0 ..) or, offset by n_models, of the benchmarks. */
static inline const char *
sc_flat_label(const ScoreMatrixView *view, uint32_t i, uint32_t *len)
{
	uint32_t	start = (i == 0) ? 0 : view->label_end[i - 1];

	*len = view->label_end[i] - start;
	return view->labels + start;
}

/* The family of a model, as a code. */
static inline uint32_t
sc_flat_family(const ScoreMatrixView *view, uint32_t model)
{
	return view->family == NULL ? SC_FAMILY_NONE : view->family[model];
}

/* Label i of the annotations: of the families, and from n_families on of the declared models. */
static inline const char *
sc_flat_annotation_label(const ScoreMatrixView *view, uint32_t i, uint32_t *len)
{
	uint32_t	start = (i == 0) ? 0 : view->annotation_end[i - 1];

	*len = view->annotation_end[i] - start;
	return view->annotation_labels + start;
}

/* The label of a family, by a code that is one. */
static inline const char *
sc_flat_family_label(const ScoreMatrixView *view, uint32_t code, uint32_t *len)
{
	return sc_flat_annotation_label(view, code - 1, len);
}

static inline const char *
sc_flat_declared_label(const ScoreMatrixView *view, uint32_t i, uint32_t *len)
{
	return sc_flat_annotation_label(view, view->counts.n_families + i, len);
}

/*
 * Walking both lists of cells as one, ascending: is the next cell, with s single
 * and p pooled ones behind, a single one?
 */
static inline int
sc_next_cell_is_single(const ScoreMatrixView *view, uint32_t s, uint32_t p)
{
	if (s >= view->n_single || p >= view->n_pooled)
		return s < view->n_single;
	if (view->single_at[s].model != view->pooled_at[p].model)
		return view->single_at[s].model < view->pooled_at[p].model;
	return view->single_at[s].benchmark < view->pooled_at[p].benchmark;
}

/* C order of two labels: memcmp, the shorter first. */
extern int	sc_label_compare(const char *a, uint32_t a_len,
							 const char *b, uint32_t b_len);

#endif							/* SC_TYPES_SCORE_MATRIX_MATRIX_FLAT_H */
