/*-------------------------------------------------------------------------
 *
 * score_resampling.h
 *	  Capabilities scores, of the models or on a given component, and on resampled
 *	  capability benchmarks.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_SCORE_RESAMPLING_H
#define SC_FUNCTIONS_ANALYSES_SCORE_RESAMPLING_H

#include "fmgr.h"

#include "functions/analyses/capability_scores.h"
#include "functions/shared/arguments.h"
#include "stats/resampling/score_bootstrap.h"

/*
 * Fits the capability benchmarks, or takes a given component: the arguments
 * capabilities, pca, missing, min_scores and fitted from argument first on.  22023 for
 * capabilities beside a component, and as sc_project_on_component().
 */
extern void sc_find_scores(FunctionCallInfo fcinfo, int first,
						   const ScoreColumns *columns, CapabilityScores *scores);

/* What the call says of intervals. */
typedef struct ScoreOptions
{
	bool		fitted;			/* on a given component */
	CiKind		kind;
	bool		by_default;		/* nobody asked for them */
	double		confidence;
	int32		resamples;
	uint64		seed;
} ScoreOptions;

/* Reads confidence, ci, resamples and seed from argument first on, after fitted. */
extern void sc_score_options(FunctionCallInfo fcinfo, int first, ScoreOptions *options);

/*
 * The scores of the models of the fit on resampled benchmarks, and if wanted their
 * ranks, by row of the fit; palloc'd.  Returns the status: why there are none, with
 * out->count 0, or "ok", then also with count 0 where none were asked for or nothing was
 * fitted.
 */
extern const char *sc_resample_scores(const ScoreColumns *columns,
									  const CapabilityScores *scores,
									  const ScoreOptions *options, bool ranks,
									  ScScoreReplicates *out);

#endif							/* SC_FUNCTIONS_ANALYSES_SCORE_RESAMPLING_H */
