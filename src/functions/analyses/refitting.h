/*-------------------------------------------------------------------------
 *
 * refitting.h
 *	  The whole analysis on other models: resamples, or all but some.
 *
 * Targets are collected once, by sc_refit_targets_collect() or by the caller; then
 * sc_refit_resamples() or sc_refit_without() set an array of correlations, which
 * for the latter sc_groups_of_target() reads.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_REFITTING_H
#define SC_FUNCTIONS_ANALYSES_REFITTING_H

#include "functions/analyses/capability_scores.h"
#include "functions/analyses/families.h"
#include "stats/correlation/correlate.h"

/*
 * Targets as the refitting wants them: those of target t are at start[t] ..
 * start[t + 1] - 1, places in the fit ascending.
 */
typedef struct RefitTargets
{
	uint32		m;
	Size	   *start;			/* [m + 1] */
	uint32	   *fit_row;
	double	   *y;
} RefitTargets;

/* Room for m targets with so many scores altogether; none is there yet. */
extern void sc_refit_targets_init(RefitTargets *targets, uint32 m, Size n_scores);
extern void sc_refit_targets_free(RefitTargets *targets);

/* The scores that m benchmarks have on models of the fit that have the controls. */
extern void sc_refit_targets_collect(RefitTargets *targets, const ScoreColumns *columns,
									 const uint32 *benchmark, uint32 m,
									 const CapabilityScores *scores);

/* How many targets may be refitted at a time, at least one. */
extern uint32 sc_targets_at_a_time(uint32 replicates);

/*
 * Correlations of every target with the capabilities score, refitted on count
 * resamples of the models, or on what is left without one of the groups of models.
 * What was imputed is imputed anew in every replicate.  That of target t and
 * replicate b is corr[t * count + b]; NaN where a replicate is degenerate.  54000 for
 * too many models.
 */
extern void sc_refit_resamples(const CapabilityScores *scores,
							   const RefitTargets *targets, ScMethod method,
							   uint64 seed, uint32 count, double *corr);
extern void sc_refit_without(const CapabilityScores *scores,
							 const RefitTargets *targets, ScMethod method,
							 const ModelGroups *groups, double *corr);

/*
 * The groups that have models of target t, ascending; the others have no part in its
 * correlation.  n_left[i] is how many models it has without group which[i]; both have
 * room for all groups.  Returns their number.
 */
extern uint32 sc_groups_of_target(const RefitTargets *targets, uint32 t,
								  const ModelGroups *groups,
								  uint32 *which, Size *n_left);

#endif							/* SC_FUNCTIONS_ANALYSES_REFITTING_H */
