/*-------------------------------------------------------------------------
 *
 * strata_components.h
 *	  The components of two strata beside each other.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_STRATA_COMPONENTS_H
#define SC_FUNCTIONS_ANALYSES_STRATA_COMPONENTS_H

#include "functions/analyses/capability_scores.h"
#include "functions/analyses/component_gate.h"
#include "functions/analyses/strata.h"

/* The fit of each stratum, and what the two have in common. */
typedef struct FitPair
{
	bool		has_others[2];	/* is there a capability benchmark to fit? */
	CapabilityScores scores[2]; /* sorted */
	ComponentGate gate[2];
	bool		shares_models;	/* a model is in both fits */
	bool		conflict;		/* of a capability benchmark of both lower is
								 * better in one */
	bool		other_capabilities; /* not the same ones in both */
	double		congruence;		/* of the two; NaN: not there */
	double	   *common[2];		/* [n_models], scores of both on one
								 * component; NULL: not there */
	double		common_sd;		/* of all of them */
} FitPair;

/*
 * Fits the capability benchmarks of both strata; where is_part without the target at
 * place (NULL: none) and those that it shares items with.  A stratum that lacks one is
 * SC_NO_SCORES.  22023 for too many min_scores.
 *
 * The one component is that of the models of both fits, by the same recipe, of the
 * capability benchmarks that both have.
 */
extern void sc_fit_pair(const Strata *strata, const StrataPlace *place, const bool *is_part,
						const CapabilityRecipe *recipe, FitPair *pair);

/*
 * The standard deviation of the scores on the one component of those models of a stratum
 * that have the target, over that of all models of both fits; NaN where there is none.
 */
extern double sc_pair_spread(const FitPair *pair, const ScoreColumns *columns, int s, uint32 target);

#endif							/* SC_FUNCTIONS_ANALYSES_STRATA_COMPONENTS_H */
