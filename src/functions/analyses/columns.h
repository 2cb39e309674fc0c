/*-------------------------------------------------------------------------
 *
 * columns.h
 *	  The scores of a score_matrix by benchmark, as the analyses want them.
 *
 * Everything here is in C order of models and benchmarks, and direction has been
 * applied: a benchmark of which lower is better is negated, so that higher
 * always means better or safer.  One of which both are said is as if only lower
 * were; what rests on its direction is not to be given (SC_CONFLICT).  Memory is
 * the current context's, to the end of the call.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_COLUMNS_H
#define SC_FUNCTIONS_ANALYSES_COLUMNS_H

#include "fmgr.h"

#include "functions/shared/result_rows.h"
#include "types/score_matrix/score_matrix.h"

/*
 * The scores by benchmark: those of benchmark j are at start[j] ..
 * start[j + 1] - 1, models ascending, negated where lower is better.
 */
typedef struct ScoreColumns
{
	ScoreMatrixView view;
	uint32	   *start;			/* [n_benchmarks + 1] */
	uint32	   *model;
	double	   *score;
	uint32	   *pooled;			/* place of each among the pooled cells of the
								 * view, SC_NOT_POOLED of one score; NULL if
								 * none is pooled */
} ScoreColumns;

#define SC_NOT_POOLED PG_UINT32_MAX

/* Room for all cells of columns->view. */
extern void sc_alloc_columns(ScoreColumns *columns);

/* An empty matrix for a NULL argument 0. */
extern void sc_read_columns(FunctionCallInfo fcinfo, int i, ScoreColumns *columns);

/* The pooled cell behind score k, or NULL: it is a score whose error nobody knows. */
static inline const PooledCell *
sc_pooled_cell(const ScoreColumns *columns, uint32 k)
{
	if (columns->pooled == NULL || columns->pooled[k] == SC_NOT_POOLED)
		return NULL;
	return &columns->view.pooled[columns->pooled[k]];
}

/* The standard error of score k, as of sc_pooled_stderr(); NaN if nobody knows. */
extern double sc_score_error(const ScoreColumns *columns, uint32 k);

static inline bool
sc_is_flagged(const ScoreColumns *columns, uint32 benchmark, uint8 flag)
{
	return (columns->view.benchmark_flags[benchmark] & flag) != 0;
}

/* Does a target share items with a benchmark, or with any of a set? */
extern bool sc_overlaps(const ScoreColumns *columns, uint32 target, uint32 capability);
extern bool sc_overlaps_any(const ScoreColumns *columns, uint32 target, const bool *member);

/* "higher" or "lower"; null for what nobody said, and for what both were said of. */
extern void sc_add_direction(ResultRows *rows, const ScoreColumns *columns, uint32 benchmark);

/* The name of a benchmark or a model, as a column of a row. */
extern void sc_add_benchmark(ResultRows *rows, const ScoreColumns *columns, uint32 benchmark);
extern void sc_add_model(ResultRows *rows, const ScoreColumns *columns, uint32 model);

#endif							/* SC_FUNCTIONS_ANALYSES_COLUMNS_H */
