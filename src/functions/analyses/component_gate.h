/*-------------------------------------------------------------------------
 *
 * component_gate.h
 *	  No verdict without a component: is the one that benchmarks are correlated
 *	  with more than chance, and do its benchmarks go one way?
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_COMPONENT_GATE_H
#define SC_FUNCTIONS_ANALYSES_COMPONENT_GATE_H

#include "functions/analyses/correlation_rows.h"
#include "functions/analyses/families.h"

/* What is known of a component when verdicts are given by its scores. */
typedef struct ComponentGate
{
	int32		n_capabilities; /* benchmarks that it is of */
	double		reliability;	/* of its score; NaN: one benchmark, or not
								 * known */
	bool		closed;			/* no verdict */
	const char *status;			/* why, or what to keep in mind where numbers
								 * and verdict stand; SC_STATUS_OK */
} ComponentGate;

/*
 * Looks at the component of a fit, also at one that failed: then there is no answer.
 * families may be without any.
 */
extern void sc_gate_component(const ScoreColumns *columns, const CapabilityScores *scores,
							  const Families *families, ComponentGate *gate);

/*
 * The first capability benchmark that goes against the others, where the gate of a fit
 * says that one does.
 */
extern uint32 sc_first_reversed(const ScoreColumns *columns, const CapabilityScores *scores,
								const Families *families);

/*
 * How many independent models those of a fit are worth (sc_effective_models()); without
 * families all.
 */
extern double sc_independent_models(const CapabilityScores *scores, const Families *families);

/* Puts what it says into a row, whose own status comes first. */
extern void sc_gate_row(const ComponentGate *gate, CorrelationRow *row);

/*
 * The same, and what it says put into those of n rows that are correlated with the
 * scores of this fit; after their intervals, whose status words come first.
 */
extern void sc_gate_rows(const ScoreColumns *columns, const CapabilityScores *scores,
						 const Families *families, CorrelationRow *row, uint32 n);

#endif							/* SC_FUNCTIONS_ANALYSES_COMPONENT_GATE_H */
