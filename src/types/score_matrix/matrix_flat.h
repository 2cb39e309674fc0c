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
 * Labels stand in C order (memcmp, then length), cells of either kind ascend by
 * (model, benchmark), no cell is of both kinds and every label has a cell.
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
#define SC_TEXT_BYTES_PER_LABEL(len) (6 * (uint64_t) (len) + 80)

/* Benchmark flags; merging ORs them. */
#define SC_BENCHMARK_CAPABILITY 0x01
#define SC_BENCHMARK_LOWER_IS_BETTER 0x02
#define SC_BENCHMARK_COVARIATE 0x04
#define SC_BENCHMARK_FLAGS 0x07

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
	uint16_t	reserved;		/* 0 */
	uint32_t	n_models;
	uint32_t	n_benchmarks;
	uint32_t	n_single;
	uint32_t	n_pooled;
	uint32_t	label_bytes;
	uint32_t	reserved2;		/* 0 */
} ScoreMatrixFlat;

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
} ScoreMatrixView;

/* Bytes of a flat matrix with these counts, padding included. */
extern uint64_t sc_flat_size(uint64_t n_models, uint64_t n_benchmarks,
							 uint64_t n_single, uint64_t n_pooled,
							 uint64_t label_bytes);

/* Finds the parts of a flat matrix whose header is filled in. */
extern void sc_flat_view(const ScoreMatrixFlat *flat, ScoreMatrixView *view);

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
