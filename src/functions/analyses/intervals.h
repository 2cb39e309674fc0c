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
#include "functions/shared/interval_options.h"

/*
 * Targets as the refitting wants them: those of target t are at start[t] ..
 * start[t + 1] - 1, rows of the complete models ascending.
 */
typedef struct RefitTargets
{
	uint32		m;
	Size	   *start;			/* [m + 1] */
	uint32	   *row;
	double	   *y;
} RefitTargets;

/* Room for m targets with so many scores altogether. */
extern void sc_refit_targets_init(RefitTargets *targets, uint32 m, Size n_scores);

/* Adds the scores that a target has on complete models. */
extern void sc_refit_targets_add(RefitTargets *targets, const ScoreColumns *columns,
								 uint32 target, const CapabilityScores *scores);

/*
 * Correlations of every target with the capabilities score, refitted for
 * replicates first .. first + count - 1: resamples of the models, or what is left
 * without one of the families of complete models, which are numbered here from 0.
 * corr[t * count + b - first]; NaN where a replicate is degenerate.
 */
extern void sc_refit_resamples(const CapabilityScores *scores,
							   const RefitTargets *targets, ScMethod method,
							   uint64 seed, uint32 count, double *corr);
extern void sc_refit_without(const CapabilityScores *scores,
							 const RefitTargets *targets, ScMethod method,
							 const uint32 *group, uint32 n_groups, double *corr);

/*
 * The families of the complete models, numbered from 0 in the order in which they
 * come: group[row].  Returns their number.
 */
extern uint32 sc_complete_groups(const CapabilityScores *scores,
								 const IntervalOptions *options, uint32 *group);

/*
 * How many models of target t are of each group, and left out with it; a group with
 * none has no part in the target's correlation.
 */
extern void sc_count_left_out(const RefitTargets *targets, uint32 t,
							  const uint32 *group, uint32 n_groups, Size *left_out);

/*
 * Finds the intervals of the tested rows, all of which are correlated with the
 * given scores (others are passed over).  Where there is none, the row's status says why.
 */
extern void sc_set_intervals(const ScoreColumns *columns,
							 const CapabilityScores *scores,
							 CorrelationRow *row, uint32 n, ScMethod method,
							 const IntervalOptions *options);

#endif							/* SC_FUNCTIONS_ANALYSES_INTERVALS_H */
