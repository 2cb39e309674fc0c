/*-------------------------------------------------------------------------
 *
 * benchmark_names.h
 *	  Benchmarks and models of a score_matrix as the user names them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_SHARED_BENCHMARK_NAMES_H
#define SC_FUNCTIONS_SHARED_BENCHMARK_NAMES_H

#include "fmgr.h"
#include "utils/array.h"

#include "types/forms/compat.h"
#include "types/score_matrix/matrix_flat.h"

/* Benchmarks by their place in C order, ascending. */
typedef struct BenchmarkSet
{
	uint32		n;
	uint32	   *place;			/* [n] */
	bool	   *member;			/* [n_benchmarks] */
	bool		annotated;		/* chosen by the marks of the matrix */
} BenchmarkSet;

/* What to do about a name that is not in the matrix. */
typedef enum MissingName
{
	MISSING_RAISE,				/* 22023 with near matches */
	MISSING_IGNORE,				/* leave it out */
	MISSING_TELL				/* return false */
} MissingName;

/* Raises 22023 with near matches for a name that is not in the matrix. */
pg_noreturn extern void sc_unknown_benchmark(const ScoreMatrixView *view,
											 const char *name, int len);

/* The same for one that is in neither of two matrices. */
pg_noreturn extern void sc_unknown_in_both(const ScoreMatrixView *a, const ScoreMatrixView *b,
										   const char *name, int len);

/* A sentence, for a DETAIL, on the models that have a name near this one. */
extern char *sc_near_models(const ScoreMatrixView *view, const char *name, int len);

/* 22023 for a benchmark of two roles or of both directions. */
extern void sc_check_marks(const char *label, uint32 len, uint8 flags);

/* 2202E for an array of names that has more than one dimension. */
extern void sc_check_name_list(ArrayType *array, const char *parameter);

/*
 * The benchmarks named by text[] argument i, which is not NULL.  22023 for a
 * NULL or repeated name (with MISSING_IGNORE both are ignored).  Returns false
 * only with MISSING_TELL.
 */
extern bool sc_named_benchmarks(FunctionCallInfo fcinfo, int i,
								const char *parameter,
								const ScoreMatrixView *view,
								MissingName missing, BenchmarkSet *set);

/*
 * The same with MISSING_RAISE, but that a word stands for no benchmark where the matrix
 * has none of that name; said: it is there.
 */
extern void sc_named_benchmarks_or_word(FunctionCallInfo fcinfo, int i, const char *parameter,
										const ScoreMatrixView *view, const char *word,
										BenchmarkSet *set, bool *said);

/* An empty set, and adding a member to it (places may come in any order). */
extern void sc_set_init(BenchmarkSet *set, const ScoreMatrixView *view);
extern void sc_set_finish(BenchmarkSet *set, const ScoreMatrixView *view);

/* Place of the benchmark named by text argument i; -1 if not there and tell. */
extern int64 sc_named_benchmark(FunctionCallInfo fcinfo, int i,
								const char *parameter,
								const ScoreMatrixView *view,
								MissingName missing);

/* Place of the model named by text argument i; 22023 with near matches if not there. */
extern uint32 sc_named_model(FunctionCallInfo fcinfo, int i, const char *parameter,
							 const ScoreMatrixView *view);

/*
 * The capability benchmarks: argument i, or the annotated ones if it is NULL;
 * 22023 if there are none.  As sc_named_benchmarks() otherwise.
 */
extern bool sc_capability_set(FunctionCallInfo fcinfo, int i,
							  const ScoreMatrixView *view,
							  MissingName missing, BenchmarkSet *set);

#endif							/* SC_FUNCTIONS_SHARED_BENCHMARK_NAMES_H */
