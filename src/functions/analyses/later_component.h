/*-------------------------------------------------------------------------
 *
 * later_component.h
 *	  The scores of another component than the first, and whether it is more
 *	  than chance.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_LATER_COMPONENT_H
#define SC_FUNCTIONS_ANALYSES_LATER_COMPONENT_H

#include "functions/analyses/capability_scores.h"
#include "functions/analyses/correlation_rows.h"
#include "functions/analyses/families.h"

/*
 * The components to ask a fit for whose scores are to be those of the given one (from
 * 0): all, to know the others by, or the first.
 */
extern uint32 sc_components_wanted(uint32 component);

/*
 * Turns the scores of a fit into those of one of its components, from 1 on; not sorted.
 * SC_UNDEFINED_COMPONENT where it is none.  A status that says that there are no
 * components stays.  54000 for a component that is not found among so many benchmarks.
 */
extern void sc_take_component(CapabilityScores *scores, uint32 component);

/*
 * The same of the component that is the one of a whole: of a fit of some of the whole's
 * benchmarks the one most congruent with the whole's weights of these, turned as it is.
 * SC_NOT_MATCHED where it has not SC_MIN_SQUARED_CONGRUENCE with them (matching.h);
 * the whole's status where that has none to match.
 */
extern void sc_take_matching(CapabilityScores *scores, const CapabilityScores *whole);

/*
 * Thresholds of parallel analysis: of the first component, and of each after one
 * that passed its own, SC_MAX_LEADING_COMPONENTS at most.  NaN for the others.  Where
 * scores are imputed the later ones cannot be tested: what is imputed lies on the first,
 * and leaves fewer dimensions to the rest than samples have.  Samples are of so many
 * models: those of the fit, where scores are imputed.
 * threshold has room for n.
 */
extern void sc_parallel_thresholds(const CapabilityScores *scores, Size models, Size samples,
								   uint64 seed, uint32 n, double *threshold);

/*
 * sc_gate_rows() for scores of another component.  A verdict takes one that, as those
 * before it, is above the threshold of parallel analysis; with families of as many
 * models as theirs are worth (sc_effective_models()), rounded down.  Rows that have been
 * gated by scores that match these lose their verdict too where these give none.
 */
extern void sc_gate_later_rows(const CapabilityScores *scores,
							   const Families *families, Size samples, uint64 seed,
							   CorrelationRow *row, uint32 n);

#endif							/* SC_FUNCTIONS_ANALYSES_LATER_COMPONENT_H */
