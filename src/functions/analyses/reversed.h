/*-------------------------------------------------------------------------
 *
 * reversed.h
 *	  Capability benchmarks that go against the others.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_REVERSED_H
#define SC_FUNCTIONS_ANALYSES_REVERSED_H

#include "functions/analyses/capability_scores.h"
#include "functions/analyses/families.h"

/*
 * Which of the capability benchmarks of a fit that is SC_OK, of d >= 2, are
 * significantly reversed: their Spearman correlation with the component of the others
 * has an interval wholly below 0.
 *
 * Looked at are the k benchmarks of negative weight alone, because what correlates with
 * the others has a positive one (lambda v[j] = v[j] + R[j] . v); nothing is done where
 * there are none.  The component of the others has the sign in which it agrees with
 * that of all, for where two of them cancel its own sign is a coin's.  The interval is
 * that of the formula at 1 - 0.05 / k; with families (NULL or without: none) also the
 * jackknife's over families.  Of more than SC_MAX_REFITTED_OTHERS benchmarks the
 * component of the others is that of all without the benchmark's part, and families are
 * taken into account by models, the number of independent ones that the fit's are worth.
 *
 * reversed[j] is set for all d, and their number returned; NULL: it is looked for one,
 * and 0 or 1 returned.  Of two that go against each other both are: which has the
 * negative weight is an accident.
 */
extern uint32 sc_reversed_benchmarks(const ScoreColumns *columns,
									 const CapabilityScores *scores,
									 const Families *families, double models,
									 bool *reversed);

#endif							/* SC_FUNCTIONS_ANALYSES_REVERSED_H */
