/*-------------------------------------------------------------------------
 *
 * intervals.h
 *	  Intervals of correlations: by formula, or by refitting the whole analysis
 *	  on other models.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_INTERVALS_H
#define SC_FUNCTIONS_ANALYSES_INTERVALS_H

#include "functions/analyses/correlation_rows.h"
#include "functions/analyses/families.h"
#include "functions/shared/arguments.h"

/*
 * The parameters of an interval, which stand side by side, in this order, in every
 * function that has them all; those that have fewer read them one by one
 * (arguments.h).
 */
typedef struct IntervalOptions
{
	double		confidence;
	CiKind		kind;
	int32		resamples;
	uint64		seed;
	Families	families;
	double		threshold;		/* of the verdicts, with which a function sets
								 * it: no argument of the interval */
} IntervalOptions;

/*
 * Reads the five arguments confidence to families from argument first on.  allowed
 * is the set of kinds that the function knows; preferred is what NULL means without
 * families (with them it means jackknife).  22023 for what is malformed, for families
 * with another ci than jackknife or none, and for jackknife without families; families
 * that the matrix is annotated with are passed over then.
 */
extern void sc_interval_options(FunctionCallInfo fcinfo, int first,
								const ScoreMatrixView *view,
								int allowed, CiKind preferred,
								IntervalOptions *options);

/*
 * Do families count with this kind of interval?  False: the matrix is annotated with
 * them, and they are to be passed over.  22023 as for sc_interval_options().
 */
extern bool sc_families_count(CiKind kind, bool has_families, bool annotated);

/*
 * Finds the intervals of the tested rows, all of which are correlated with the
 * given scores (others are passed over), and the p-values of what a verdict may claim.
 * With families interval and p-values are the jackknife's, but never surer than those of
 * as many independent models; ci => 'none' leaves out the interval alone.
 *
 * Where there is none, the row's status says why.  Where families are not known well
 * enough, or too few, the row is not tested: no p-value either.
 */
extern void sc_set_intervals(const ScoreColumns *columns,
							 const CapabilityScores *scores,
							 CorrelationRow *row, uint32 n, ScMethod method,
							 const IntervalOptions *options);

#endif							/* SC_FUNCTIONS_ANALYSES_INTERVALS_H */
