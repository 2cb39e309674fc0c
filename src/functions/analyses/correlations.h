/*-------------------------------------------------------------------------
 *
 * correlations.h
 *	  The correlations of targets with a capabilities score, for functions that
 *	  put out the rows of capabilities_correlations.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_CORRELATIONS_H
#define SC_FUNCTIONS_ANALYSES_CORRELATIONS_H

#include "functions/analyses/correlation_rows.h"
#include "functions/analyses/intervals.h"

/* The parameters that such functions have beside m, capabilities and targets. */
typedef struct CorrelationOptions
{
	ScMethod	method;
	CapabilityRecipe recipe;
	bool		exclude_self;
	uint32		component;		/* from 0; another than 0 is set by a function
								 * that has it */
	IntervalOptions interval;
	const Controls *controls;	/* NULL: none */
} CorrelationOptions;

/*
 * Reads the arguments method to exclude_self, which stand side by side from argument
 * first on, and confidence to threshold, from first_of_interval on.  22023 for what is
 * malformed.  There are no controls, and the component is the first.
 */
extern void sc_correlation_options(FunctionCallInfo fcinfo, int first, int first_of_interval,
								   const ScoreColumns *columns, CorrelationOptions *options);

/*
 * Correlates the targets with the scores, a fit of the capability benchmarks, sorted,
 * those of options->component and with the controls of the options; or one that is part
 * of their component with that of the others.  row [targets->n] gets
 * everything, the q-value too.
 */
extern void sc_correlate_targets(const ScoreColumns *columns, const BenchmarkSet *capabilities,
								 const BenchmarkSet *targets, const CapabilityScores *scores,
								 const CorrelationOptions *options, CorrelationRow *row);

#endif							/* SC_FUNCTIONS_ANALYSES_CORRELATIONS_H */
