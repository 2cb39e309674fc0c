/*-------------------------------------------------------------------------
 *
 * capability_control.h
 *	  The capabilities score as a control of pairs of benchmarks.
 *
 * Of a pair the score is that of the component without the two, if they are capability
 * benchmarks, and without those that either shares items with: given a score that
 * contains both, a pair of d capability benchmarks would have -1 / (d - 1) by arithmetic
 * alone.  What is left of general capability is 1 / (k + 1 / lambda^2), k benchmarks in
 * the component and all of loading lambda on one factor: a score is no more than an
 * estimate of it (src/stats/README.md).
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_CAPABILITY_CONTROL_H
#define SC_FUNCTIONS_ANALYSES_CAPABILITY_CONTROL_H

#include "functions/analyses/controls.h"
#include "functions/shared/benchmark_names.h"

/* What pairs are controlled for. */
typedef struct PairComponent
{
	uint64		number;			/* of those that were told of, from 1 */
	bool		there;
	const char *status;			/* why it is not, or what to keep in mind
								 * where correlations stand; SC_STATUS_OK */
	Controls	controls;		/* the others and after them the score of
								 * those who have it, 0 for all if it is not
								 * there; no places */
} PairComponent;

/*
 * The annotated capability benchmarks, for the control "capability"; 22023 if there are
 * none.
 */
extern void sc_annotated_capabilities(const ScoreColumns *columns, BenchmarkSet *capabilities);

/* Of the pair of members i <= j of the set. */
typedef void (*PairGivenComponent) (void *state, uint32 i, uint32 j, const PairComponent *component);

/*
 * Tells of every pair of a set its component, fitted to the models that are complete on
 * it, and the controls beside it (n = 0: none).  Of more than SC_MAX_REFITTED_OTHERS
 * capability benchmarks it is not fitted anew: the score is that of the others with the
 * means, deviations and weights of all.  Each component is computed once, and
 * its pairs come together; what is allocated on the way is freed with it.  16 bytes for
 * each pair.
 */
extern void sc_pairs_given_capability(const ScoreColumns *columns,
									  const BenchmarkSet *capabilities,
									  const BenchmarkSet *set, const Controls *controls,
									  PairGivenComponent pair, void *state);

#endif							/* SC_FUNCTIONS_ANALYSES_CAPABILITY_CONTROL_H */
