/*-------------------------------------------------------------------------
 *
 * reliability.h
 *	  How reliable the scores of a target are, by their standard errors.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_RELIABILITY_H
#define SC_FUNCTIONS_ANALYSES_RELIABILITY_H

#include "functions/analyses/target_pairs.h"

/*
 * Reliability of the scores in the pairs of a target, gathered with these scores and not
 * yet sorted; NaN unless every one has a standard error and they vary.  One of 0 of a
 * score that is 0 or 1 is replaced (sc_extreme_error()).
 */
extern double sc_target_reliability(const ScoreColumns *columns, uint32 target,
									const CapabilityScores *scores, const TargetPairs *pairs);

#endif							/* SC_FUNCTIONS_ANALYSES_RELIABILITY_H */
