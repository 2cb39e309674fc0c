/*-------------------------------------------------------------------------
 *
 * recipe.c
 *	  How capabilities scores are made: parameters.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "functions/shared/names.h"
#include "functions/shared/recipe.h"

const CapabilityRecipe sc_complete_recipe = {SC_PCA_SPEARMAN, false, 0};

void
sc_missing_arguments(FunctionCallInfo fcinfo, int first, CapabilityRecipe *recipe)
{
	recipe->impute = sc_impute_argument(fcinfo, first);
	recipe->min_scores = 0;
	if (PG_ARGISNULL(first + 1))
		return;
	recipe->min_scores = (uint32) sc_count_argument(fcinfo, first + 1, "min_scores");
	if (!recipe->impute)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"min_scores\" needs missing => 'impute'"),
				 errdetail("Without it only models with a score on every capability benchmark count.")));
}

void
sc_recipe_arguments(FunctionCallInfo fcinfo, int first, CapabilityRecipe *recipe)
{
	recipe->pca = sc_pca_argument(fcinfo, first);
	sc_missing_arguments(fcinfo, first + 1, recipe);
}

void
sc_check_min_scores(const CapabilityRecipe *recipe, uint32 d)
{
	if (recipe->min_scores > d)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for parameter \"min_scores\": %u", recipe->min_scores),
				 errdetail("There are %u capability benchmarks.", d)));
}

uint32
sc_scores_needed(const CapabilityRecipe *recipe, uint32 d)
{
	uint32		needed = recipe->min_scores;

	if (!recipe->impute)
		return d;
	if (needed == 0)
		needed = Max((d + SC_MIN_SCORES_SHARE - 1) / SC_MIN_SCORES_SHARE, SC_MIN_SCORES);
	return Min(needed, d);
}
