/*-------------------------------------------------------------------------
 *
 * fitted_scores.h
 *	  Scores on a stored component: models of this year on the component of last
 *	  year's.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_FITTED_SCORES_H
#define SC_FUNCTIONS_ANALYSES_FITTED_SCORES_H

#include "fmgr.h"

#include "functions/analyses/capability_scores.h"

/*
 * Projects the models on the principal_component of argument i, which is not NULL.
 * Its own benchmarks and directions count, whatever the matrix is annotated with.
 * Models that have not enough scores, or with recipe->impute false not all, are not
 * included; a missing score is what the component expects of it, see
 * sc_impute_project().
 *
 * 22023 for a component without names, if none of its benchmarks is in the matrix,
 * and if one is not and recipe->impute is false.  22003 for a score out of range.
 *
 * Sets all of scores that does not come from a fit to these models: not fit;
 * of imputation not t.  They are not sorted.  status is SC_OK.
 */
extern void sc_project_on_component(FunctionCallInfo fcinfo, int i,
									const ScoreColumns *columns,
									const CapabilityRecipe *recipe,
									CapabilityScores *scores);

#endif							/* SC_FUNCTIONS_ANALYSES_FITTED_SCORES_H */
