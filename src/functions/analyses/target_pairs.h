/*-------------------------------------------------------------------------
 *
 * target_pairs.h
 *	  A target's scores beside those of capability, of the models that have both,
 *	  and their correlation.
 *
 * They are gathered once, and handed to all that is computed of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_TARGET_PAIRS_H
#define SC_FUNCTIONS_ANALYSES_TARGET_PAIRS_H

#include "functions/analyses/capability_scores.h"
#include "stats/correlation/correlate.h"

/* Models ascend until sc_sort_pairs(). */
typedef struct TargetPairs
{
	double	   *x;				/* [n], scores of capability; NaN if they are
								 * not SC_OK */
	double	   *y;				/* [n], scores of the target */
	double	   *control;		/* [k x n], those of k controls by control;
								 * NULL: there are none */
	uint32		n;
	int32		n_dropped;		/* models of the target that lack a score or a
								 * control */
	int32		n_imputed;		/* of the n, those with imputed scores */
} TargetPairs;

/* Correlation of a benchmark with the capabilities score, or what it is instead. */
typedef struct TargetCorrelation
{
	ScStatus	status;			/* of the correlation; of the scores, if not
								 * SC_OK */
	int32		n_dropped;		/* as of TargetPairs */
	int32		n_imputed;		/* of the others, those with imputed scores */
	ScCorrelation c;
	double		uncontrolled;	/* the same without the controls, whatever the
								 * status; this and the next are NaN without
								 * controls, or if not there */
	double		vif;			/* of the capabilities score by the controls */
} TargetCorrelation;

/* Gathers the pairs of a target, and frees them. */
extern void sc_gather_pairs(const ScoreColumns *columns, uint32 target,
							const CapabilityScores *scores, TargetPairs *pairs);
extern void sc_free_pairs(TargetPairs *pairs);

/*
 * Puts pairs that were gathered with these scores into ascending order of x, if the
 * target has a score of each model of the fit and the scores are sorted; others stay
 * as they are.  Controls go with none of them afterwards.
 */
extern void sc_sort_pairs(const CapabilityScores *scores, TargetPairs *pairs);

/* Correlation of pairs that were gathered with these scores, and not yet sorted. */
extern void sc_correlate_pairs(const TargetPairs *pairs,
							   const CapabilityScores *scores,
							   ScMethod method, TargetCorrelation *result);

/* The same of pairs that are needed for nothing else. */
extern void sc_correlate_with_scores(const ScoreColumns *columns, uint32 target,
									 const CapabilityScores *scores,
									 ScMethod method, TargetCorrelation *result);

/* Correlation of two benchmarks over the models that have both, and the controls (NULL: none). */
extern void sc_correlate_benchmarks(const ScoreColumns *columns, uint32 target,
									uint32 against, const Controls *controls,
									ScMethod method, TargetCorrelation *result);

#endif							/* SC_FUNCTIONS_ANALYSES_TARGET_PAIRS_H */
