/*-------------------------------------------------------------------------
 *
 * capability_scores.h
 *	  The capabilities scores of a score_matrix: which models have one, and the fit.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_CAPABILITY_SCORES_H
#define SC_FUNCTIONS_ANALYSES_CAPABILITY_SCORES_H

#include "functions/analyses/columns.h"
#include "functions/analyses/controls.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "stats/component/capability.h"
#include "stats/imputation/impute.h"

/*
 * The capabilities score of the models that have one: of the complete models, or of
 * those with enough scores, whose missing ones are imputed.  Or the scores of a
 * benchmark, with which others are correlated in its stead.
 */
typedef struct CapabilityScores
{
	uint32		d;
	uint32	   *benchmark;		/* [d], places */
	CapabilityRecipe recipe;
	uint32		n;				/* models of the fit */
	uint32	   *model;			/* [n], places */
	uint32	   *fit_row;		/* [n_models], place in the fit:
								 * model[fit_row[i]] = i if i is included */
	uint32	   *n_observed;		/* [n_models], capability scores of each model */
	bool	   *included;		/* [n_models], in the fit? */
	double	   *x;				/* [d x n], the scores column by column,
								 * imputed */
	bool	   *missing;		/* [d x n], those that were imputed; NULL if
								 * none */
	ScImputation imputation;	/* how, if SC_OK */
	double	   *score;			/* [n_models]; set for models of the fit if
								 * SC_OK */
	ScStatus	status;
	double		sd;				/* this and the next by sc_sort_scores(): the
								 * standard deviation of the scores (ddof = 0) */
	uint32	   *order;			/* [n], rows by ascending score; NULL: not
								 * sorted */
	double	   *sorted;			/* [n], those scores */
	int32	   *rank;			/* [n], centred ranks of the scores; NULL: not
								 * sorted, or all are equal */
	ScCapabilityFit fit;		/* by benchmark and model of the fit; of a
								 * benchmark in its stead nothing */
	bool		reference;		/* of a benchmark in its stead? */
	const Controls *controls;	/* given which others are correlated with
								 * these scores; NULL, unless a caller sets
								 * it: none */
	uint32		component;		/* of the fit, from 0, that score is of */
	const double *later;		/* [d], its weights, of length 1, if it was
								 * taken by later_component.h; NULL: the first */
} CapabilityScores;

/* Is a model that has a target among the pairs of it with these scores? */
static inline bool
sc_has_pair(const CapabilityScores *scores, uint32 model)
{
	return scores->included[model] &&
		(scores->controls == NULL || scores->controls->has[model]);
}

/* Did an included model lack capability scores, which were imputed? */
static inline bool
sc_is_imputed(const CapabilityScores *scores, uint32 model)
{
	return scores->included[model] && scores->n_observed[model] < scores->d;
}

/* Share of the capability benchmarks of an included model that were imputed. */
static inline double
sc_imputed_share(const CapabilityScores *scores, uint32 model)
{
	return (double) (scores->d - scores->n_observed[model]) / scores->d;
}

/* The number of models with imputed scores. */
extern int32 sc_count_imputed(const CapabilityScores *scores);

/*
 * Finds which models have the scores that the recipe asks for, and these scores:
 * sets of scores what needs no fit, up to missing; score is NaN, and nothing is sorted.
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
 * What is wrong with capability benchmarks before any fit, and so with every row that
 * rests on some of them: SC_NO_SCORES if one has no score, SC_CONFLICT if one has two
 * directions or, where they were chosen by their marks, two roles.
 */
extern ScStatus sc_check_capabilities(const ScoreColumns *columns,
									  const BenchmarkSet *capabilities);

/*
 * Fits d of the capability benchmarks that the user named, unless something is wrong
 * with one of all: then status says what, and models and scores are gathered only.
 */
extern void sc_fit_some(const ScoreColumns *columns, const BenchmarkSet *capabilities,
						const uint32 *benchmark, uint32 d,
						const CapabilityRecipe *recipe, uint32 wanted,
						CapabilityScores *scores);

/* The same of all; 22023 if there are fewer than min_scores. */
extern void sc_fit_named(const ScoreColumns *columns, const BenchmarkSet *capabilities,
						 const CapabilityRecipe *recipe, uint32 wanted,
						 CapabilityScores *scores);

/*
 * Sorts scores that benchmarks are to be correlated with.  A correlation is the same
 * without, but slower, and has no slope.
 */
extern void sc_sort_scores(CapabilityScores *scores);

/*
 * Copies n places but for one that is left out to others, which has room for all
 * and may be the same array; returns their number.
 */
extern uint32 sc_without(const uint32 *place, uint32 n, uint32 left_out, uint32 *others);

/* The same without a target and the benchmarks that it shares items with. */
extern uint32 sc_without_target(const ScoreColumns *columns, const uint32 *place, uint32 n,
								uint32 target, uint32 *others);

/*
 * Is a target part of the component of these capability benchmarks: one of them, or
 * made of items of one?
 */
extern bool sc_is_part(const ScoreColumns *columns, const BenchmarkSet *capabilities,
					   uint32 target);

/*
 * The capability benchmarks that a target is held against, all but itself and those
 * that it shares items with; there may be none.  There may be many such targets: from
 * sc_begin_others() on memory is that of a context of its own, which sc_end_others()
 * deletes.
 */
typedef struct OtherBenchmarks
{
	uint32		n;
	uint32	   *place;			/* [n] */
	MemoryContext context;
	MemoryContext caller;
} OtherBenchmarks;

extern void sc_begin_others(const ScoreColumns *columns, const BenchmarkSet *capabilities,
							uint32 target, OtherBenchmarks *others);
extern void sc_end_others(OtherBenchmarks *others);

/*
 * The scores of a benchmark in the place of the capabilities score, sorted, SC_OK always:
 * whether they vary is seen when they are correlated.
 */
extern void sc_reference_scores(const ScoreColumns *columns, uint32 benchmark,
								CapabilityScores *scores);

#endif							/* SC_FUNCTIONS_ANALYSES_CAPABILITY_SCORES_H */
