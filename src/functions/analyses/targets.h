/*-------------------------------------------------------------------------
 *
 * targets.h
 *	  The benchmarks that are held against capability, their roles, and the words
 *	  for what became of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_TARGETS_H
#define SC_FUNCTIONS_ANALYSES_TARGETS_H

#include "functions/analyses/capability_scores.h"

/*
 * The benchmarks named by argument i; if it is NULL, of those that are not in the set
 * except the ones that are marked as targets or, if none is marked at all, those that
 * have scores and no flag of except_flags.
 */
extern void sc_choose_targets(FunctionCallInfo fcinfo, int i,
							  const ScoreColumns *columns,
							  const BenchmarkSet *except, uint8 except_flags,
							  BenchmarkSet *set);

/*
 * The benchmarks named by argument i; if it is NULL, all that have scores, but for the
 * controls (NULL: none).
 */
extern void sc_choose_benchmarks(FunctionCallInfo fcinfo, int i, const char *parameter,
								 const ScoreColumns *columns, const Controls *controls,
								 BenchmarkSet *set);

/* The words of the column "role". */
#define SC_ROLE_TARGET "target"
#define SC_ROLE_CAPABILITY "capability"
extern const char *sc_role_of(const ScoreColumns *columns, uint32 benchmark,
							  bool is_capability);

/*
 * The words of the column "status", listed in sql/README.md.
 */
#define SC_STATUS_OK "ok"
#define SC_STATUS_PART_WHOLE "part-whole"
#define SC_STATUS_NO_OTHER "no other capability benchmark"
#define SC_STATUS_NO_INTERVAL "too few models for an interval"
#define SC_STATUS_INCOMPLETE "incomplete"
#define SC_STATUS_FEW_SCORES "too few scores"
#define SC_STATUS_CONSTANT_SCORES "constant scores"
#define SC_STATUS_CONSTANT_CAPABILITY "constant capabilities score"
#define SC_STATUS_OUTSIDE "score outside (0, 1)"
#define SC_STATUS_COLLINEAR "too few distinct capabilities scores"
#define SC_STATUS_CURVATURE "significant curvature"
#define SC_STATUS_CONFLICT "conflicting annotation"
#define SC_STATUS_UNKNOWN_FAMILIES "families unknown"
#define SC_STATUS_FEW_FAMILIES "too few families for an interval"
#define SC_STATUS_DEGENERATE "too few resamples for an interval"
#define SC_STATUS_ON_REQUEST "interval on request"
#define SC_STATUS_FEW_BENCHMARKS "too few benchmarks for an interval"
#define SC_STATUS_MANY_BENCHMARKS "too many benchmarks for an interval"
#define SC_STATUS_NOT_SEPARABLE "control and capability not separable"
#define SC_STATUS_REFERENCE_NOT_SEPARABLE "control and reference not separable"
#define SC_STATUS_TARGET_NOT_SEPARABLE "control and benchmark not separable"
#define SC_STATUS_CHANCE "component not above chance"
#define SC_STATUS_REVERSED "reversed capability benchmark"
#define SC_STATUS_NOT_TESTED "component not tested"
#define SC_STATUS_IMPUTED_COMPONENT "not tested with imputed scores"
#define SC_STATUS_UNRELIABLE "unreliable score"
#define SC_STATUS_NOISY "noisy scores"
#define SC_STATUS_UNTESTED "untested"
#define SC_STATUS_ONE_STRATUM "not in both strata"
#define SC_STATUS_SHARED_MODELS "models in both strata"
#define SC_STATUS_OTHER_CAPABILITIES "other capability benchmarks"
#define SC_STATUS_SUPPOSED "independent strata supposed"

/* The word for a fit; "ok" for SC_OK. */
extern const char *sc_fit_status(ScStatus status);

/*
 * The word for a model: why it has no capabilities score, of its own or of all, or
 * else the given one.
 */
extern const char *sc_model_status(const CapabilityScores *scores, uint32 model,
								   const char *status);

/*
 * What keeps a target from being correlated with these scores, whatever its own: the
 * status of their fit, or SC_CONFLICT for one of two directions; SC_OK.
 */
extern ScStatus sc_target_status(const ScoreColumns *columns, uint32 target,
								 const CapabilityScores *scores);

/*
 * The word for a correlation with scores of which fit_status is the status;
 * constant_x is the word if they do not vary.  SC_CONTROLLED_X is the caller's.
 */
extern const char *sc_correlation_status(ScStatus fit_status, ScStatus status,
										 const char *constant_x);

#endif							/* SC_FUNCTIONS_ANALYSES_TARGETS_H */
