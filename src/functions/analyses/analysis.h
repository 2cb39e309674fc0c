/*-------------------------------------------------------------------------
 *
 * analysis.h
 *	  From a score_matrix to the numbers that the statistics want: columns and
 *	  the capabilities scores.
 *
 * Everything here is in C order of models and benchmarks, and polarity has been
 * applied: a benchmark of which lower is better is negated, so that higher
 * always means better or safer.  Memory is the current context's, to the end of
 * the call.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_ANALYSIS_H
#define SC_FUNCTIONS_ANALYSES_ANALYSIS_H

#include "fmgr.h"

#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "types/score_matrix/score_matrix.h"
#include "stats/component/capability.h"
#include "stats/imputation/impute.h"

/*
 * Benchmarks of one correlation_matrix: 9 million rows, some 500 MB.  Twenty
 * thousand would write ten gigabytes of temporary files.
 */
#define SC_MAX_MATRIX_BENCHMARKS 3000

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
} ScoreColumns;

/*
 * The capabilities score of the models that have one: of the complete models, or of
 * those with enough scores, whose missing ones are filled.  Or the scores of a
 * benchmark, with which others are correlated in its stead.
 */
typedef struct CapabilityScores
{
	uint32		d;
	uint32	   *benchmark;		/* [d], places */
	CapabilityRecipe recipe;
	uint32		n;				/* models of the fit */
	uint32	   *model;			/* [n], places */
	uint32	   *row;			/* [n_models]: model[row[i]] = i if i is included */
	uint32	   *n_observed;		/* [n_models], capability scores of each model */
	bool	   *included;		/* [n_models], in the fit? */
	double	   *x;				/* [d x n], the scores column by column, filled */
	bool	   *missing;		/* [d x n], those that were filled; NULL if none */
	ScImputation imputation;	/* how, if SC_OK */
	double	   *score;			/* [n_models]; set for models of the fit if SC_OK */
	double		sd;				/* of their scores (ddof = 0), if SC_OK */
	int32	   *rank;			/* [n], centred ranks of their scores; NULL if
								 * not SC_OK, or if all are equal */
	uint32	   *order;			/* [n], rows by ascending score, and */
	double	   *sorted;			/* [n], those scores; if SC_OK */
	ScStatus	status;
	ScCapabilityFit fit;		/* by benchmark and model of the fit; of a
								 * benchmark in its stead nothing */
} CapabilityScores;

/* Did an included model lack capability scores, which were filled? */
static inline bool
sc_is_imputed(const CapabilityScores *scores, uint32 model)
{
	return scores->included[model] && scores->n_observed[model] < scores->d;
}

/* Share of the capability benchmarks of an included model that were filled. */
static inline double
sc_imputed_share(const CapabilityScores *scores, uint32 model)
{
	return (double) (scores->d - scores->n_observed[model]) / scores->d;
}

/* The number of models with filled scores. */
extern int32 sc_count_imputed(const CapabilityScores *scores);

/* An empty matrix for a NULL argument 0. */
extern void sc_read_columns(FunctionCallInfo fcinfo, int i, ScoreColumns *columns);

static inline bool
sc_is_flagged(const ScoreColumns *columns, uint32 benchmark, uint8 flag)
{
	return (columns->view.benchmark_flags[benchmark] & flag) != 0;
}

/*
 * Finds which models have the scores that the recipe asks for, and these scores:
 * sets of scores what needs no fit, up to missing; score is NaN, sd too, rank NULL.
 * SC_NO_BENCHMARK among the benchmarks is one that no model has; turned (NULL:
 * none) are those whose scores are taken with the opposite sign.
 */
#define SC_NO_BENCHMARK PG_UINT32_MAX

extern void sc_gather_capabilities(const ScoreColumns *columns,
								   const uint32 *benchmark, uint32 d,
								   const bool *turned,
								   const CapabilityRecipe *recipe,
								   CapabilityScores *scores);

/*
 * Fits the capability benchmarks, d >= 1 (54000 if there are too many), and
 * finds the wanted number of components, at least 1.
 */
extern void sc_fit_capabilities(const ScoreColumns *columns,
								const uint32 *benchmark, uint32 d,
								const CapabilityRecipe *recipe,
								uint32 wanted, CapabilityScores *scores);

/*
 * The same of the capability benchmarks that the user named.  22023 if there are
 * fewer than min_scores, and if models cannot be compared because no benchmark
 * connects them.
 */
extern void sc_fit_named(const ScoreColumns *columns, const uint32 *benchmark, uint32 d,
						 const CapabilityRecipe *recipe, uint32 wanted,
						 CapabilityScores *scores);

/*
 * Copies n places but for one that is left out to others, which has room for all
 * and may be the same array; returns their number.
 */
extern uint32 sc_without(const uint32 *place, uint32 n, uint32 left_out, uint32 *others);

/*
 * The capability benchmarks that a target is held against, all but itself; there may
 * be none.  There may be many such targets: from sc_begin_others() on memory is that
 * of a context of its own, which sc_end_others() deletes.
 */
typedef struct OtherBenchmarks
{
	uint32		n;
	uint32	   *place;			/* [n] */
	MemoryContext context;
	MemoryContext caller;
} OtherBenchmarks;

extern void sc_begin_others(const BenchmarkSet *capabilities, uint32 target,
							OtherBenchmarks *others);
extern void sc_end_others(OtherBenchmarks *others);

/*
 * The scores of a benchmark in the place of the capabilities score, SC_OK always:
 * whether they vary is seen when they are correlated.
 */
extern void sc_reference_scores(const ScoreColumns *columns, uint32 benchmark,
								CapabilityScores *scores);

/* The datum of a benchmark's or a model's name. */
extern Datum sc_benchmark_name(const ScoreColumns *columns, uint32 benchmark);
extern Datum sc_model_name(const ScoreColumns *columns, uint32 model);

/*
 * The words of the column "status", listed in sql/README.md.
 */
#define SC_STATUS_OK "ok"
#define SC_STATUS_PART_WHOLE "part-whole"
#define SC_STATUS_NO_OTHER "no other capability benchmark"
#define SC_STATUS_NO_INTERVAL "too few models for an interval"
#define SC_STATUS_INCOMPLETE "incomplete"
#define SC_STATUS_FEW_SCORES "too few scores"
#define SC_STATUS_CONSTANT_SCORES "constant scores"
#define SC_STATUS_CONSTANT_CAPABILITY "constant capabilities score"
#define SC_STATUS_FEW_FAMILIES "too few families for an interval"
#define SC_STATUS_DEGENERATE "too few resamples for an interval"
#define SC_STATUS_ON_REQUEST "interval on request"
#define SC_STATUS_FEW_BENCHMARKS "too few benchmarks for an interval"
#define SC_STATUS_MANY_BENCHMARKS "too many benchmarks for an interval"

/* The word for a fit; "ok" for SC_OK. */
extern const char *sc_fit_status(ScStatus status);

/* The word for a model that is not in the fit. */
extern const char *sc_excluded_status(const CapabilityScores *scores);

#endif							/* SC_FUNCTIONS_ANALYSES_ANALYSIS_H */
