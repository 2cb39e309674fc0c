/*-------------------------------------------------------------------------
 *
 * recipe.h
 *	  How capabilities scores are made: the parameters pca, missing and
 *	  min_scores, and what follows from them for models with gaps.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_SHARED_RECIPE_H
#define SC_FUNCTIONS_SHARED_RECIPE_H

#include "fmgr.h"

#include "stats/component/capability.h"

/* Fewest scores of a model by default: one in so many capability benchmarks, */
#define SC_MIN_SCORES_SHARE 3

/* and so many at least. */
#define SC_MIN_SCORES 2

typedef struct CapabilityRecipe
{
	ScPca		pca;
	bool		impute;			/* else models with a missing score are left out */
	uint32		min_scores;		/* with impute: fewest scores of a model; 0: the
								 * default */
} CapabilityRecipe;

/* The recipe of the paper, for complete models. */
extern const CapabilityRecipe sc_complete_recipe;

/*
 * Reads arguments pca, missing and min_scores, from first on.  22023 for what is
 * malformed, and for min_scores without missing => 'impute'.
 */
extern void sc_recipe_arguments(FunctionCallInfo fcinfo, int first,
								CapabilityRecipe *recipe);

/* The parameters missing and min_scores, without pca. */
extern void sc_missing_arguments(FunctionCallInfo fcinfo, int first,
								 CapabilityRecipe *recipe);

/* 22023 for more min_scores than capability benchmarks. */
extern void sc_check_min_scores(const CapabilityRecipe *recipe, uint32 d);

/* How many scores of d capability benchmarks a model needs, at most d. */
extern uint32 sc_scores_needed(const CapabilityRecipe *recipe, uint32 d);

#endif							/* SC_FUNCTIONS_SHARED_RECIPE_H */
