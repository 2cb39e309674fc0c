/*-------------------------------------------------------------------------
 *
 * refit_imputed.h
 *	  The whole analysis on resamples of the models where capability scores are
 *	  missing: they are imputed anew in each resample.  And where another component
 *	  than the first is meant: it is found anew.
 *
 * Imputing once, before models are resampled, would take imputed scores for
 * measured ones: intervals would be too narrow, the more so the more is missing
 * (Efron, "Missing data, imputation, and the bootstrap", JASA 89 (1994) 463-475).
 *
 * A resample is how often each model is in it, as in refit.h.  What comes out is by
 * definition, to the last bit, that of the table in which model i is repeated
 * counts[i] times, models ascending: sc_impute(), sc_capability_fit() of what
 * came of it, and sc_correlate() of each target with the score, given controls
 * sc_partial_correlate().  It is fastest where
 * targets that have the same models follow each other.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_RESAMPLING_REFIT_IMPUTED_H
#define SC_STATS_RESAMPLING_REFIT_IMPUTED_H

#include <stddef.h>
#include <stdint.h>

#include "stats/resampling/refit.h"
#include "stats/base/status.h"

/*
 * Bytes of workspace for sc_refit_imputed().  The table is that of refit.h, but for
 * capability scores that are missing: table->missing[j * n + i] says whether x[j * n
 * + i] is; then it is not read.  Nor is the kernel.
 */
extern size_t sc_refit_imputed_workspace(const ScRefitTable *table);

/*
 * Refits replicates resamples, counts[b * n + i] times model i in resample b, and
 * puts the correlation of target t with the capabilities score at corr[t * stride +
 * first + b].  An answer depends on its counts only, never on which others are
 * refitted with it.
 *
 * It is NaN where a resample has fewer than SC_MIN_MODELS different models, does
 * not connect all of them or cannot be imputed otherwise (sc_impute()), or
 * has no component (sc_capability_fit()); and where fewer than SC_MIN_MODELS
 * different models of the resample have the target, or that beside the controls, or it
 * or the score is constant among these, or nothing is left of one of them by the
 * controls.
 */
extern void sc_refit_imputed(const ScRefitTable *table, const uint32_t *counts,
							 size_t replicates, size_t first, size_t stride,
							 double *corr, void *work, ScPoll poll);

/*
 * The same with the component of a resample that is most congruent with a reference, d
 * weights of length 1, and its sign (matching.h): what is by its order the second may be
 * another one there.  NaN where there is no such component.  Scores may be missing, or
 * table->missing NULL.  A resample takes the time of all d components, up to
 * SC_MAX_DIRECT_COLUMNS; with more it is one of the SC_MAX_LEADING_COMPONENTS.
 */
extern size_t sc_refit_matched_workspace(const ScRefitTable *table);
extern void sc_refit_matched(const ScRefitTable *table, const double *reference,
							 const uint32_t *counts, size_t replicates, size_t first,
							 size_t stride, double *corr, void *work, ScPoll poll);

#endif							/* SC_STATS_RESAMPLING_REFIT_IMPUTED_H */
