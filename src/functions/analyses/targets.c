/*-------------------------------------------------------------------------
 *
 * targets.c
 *	  The benchmarks that are held against capability, and the words for them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "functions/analyses/targets.h"

static inline bool
has_scores(const ScoreColumns *columns, uint32 benchmark)
{
	return columns->start[benchmark] < columns->start[benchmark + 1];
}

void
sc_choose_targets(FunctionCallInfo fcinfo, int i, const ScoreColumns *columns,
				  const BenchmarkSet *except, uint8 except_flags, BenchmarkSet *set)
{
	uint32		n = columns->view.n_benchmarks;
	bool		marked = false;
	uint32		j;

	if (!PG_ARGISNULL(i))
	{
		(void) sc_named_benchmarks(fcinfo, i, "targets", &columns->view, MISSING_RAISE, set);
		return;
	}
	for (j = 0; j < n && !marked; j++)
		marked = sc_is_flagged(columns, j, SC_BENCHMARK_TARGET);
	sc_set_init(set, &columns->view);
	for (j = 0; j < n; j++)
		set->member[j] = !except->member[j] &&
			(marked ? sc_is_flagged(columns, j, SC_BENCHMARK_TARGET) :
			 has_scores(columns, j) && !sc_is_flagged(columns, j, except_flags));
	sc_set_finish(set, &columns->view);
}

void
sc_choose_benchmarks(FunctionCallInfo fcinfo, int i, const char *parameter,
					 const ScoreColumns *columns, const Controls *controls, BenchmarkSet *set)
{
	uint32		j;

	if (!PG_ARGISNULL(i))
	{
		(void) sc_named_benchmarks(fcinfo, i, parameter, &columns->view, MISSING_RAISE, set);
		return;
	}
	sc_set_init(set, &columns->view);
	for (j = 0; j < columns->view.n_benchmarks; j++)
		set->member[j] = has_scores(columns, j);
	for (j = 0; controls != NULL && j < controls->n; j++)
		set->member[controls->place[j]] = false;
	sc_set_finish(set, &columns->view);
}

const char *
sc_role_of(const ScoreColumns *columns, uint32 benchmark, bool is_capability)
{
	if (is_capability)
		return SC_ROLE_CAPABILITY;
	if (sc_is_flagged(columns, benchmark, SC_BENCHMARK_COVARIATE) &&
		!sc_is_flagged(columns, benchmark, SC_BENCHMARK_TARGET))
		return "covariate";
	return SC_ROLE_TARGET;
}

const char *
sc_fit_status(ScStatus status)
{
	switch (status)
	{
		case SC_OK:
			return SC_STATUS_OK;
		case SC_TOO_FEW_MODELS:
			return "too few complete models";
		case SC_CONSTANT_COLUMN:
			return "constant capability benchmark";
		case SC_UNDEFINED_COMPONENT:
			return "undefined component";
		case SC_TOO_FEW_SCORES:
			return "capability benchmark with too few scores";
		case SC_NOT_CONNECTED:
			return "models not connected";
		case SC_NOT_CONVERGED:
			return "imputation not converged";
		case SC_NO_SCORES:
			return "capability benchmark without scores";
		case SC_CONFLICT:
			return SC_STATUS_CONFLICT;
		case SC_NOT_MATCHED:
			return "component not matched";
		default:
			elog(ERROR, "unexpected status %d", (int) status);
	}
	return NULL;				/* keep compiler quiet */
}

const char *
sc_model_status(const CapabilityScores *scores, uint32 model, const char *status)
{
	if (scores->status == SC_NO_SCORES || scores->status == SC_CONFLICT)
		return sc_fit_status(scores->status);
	if (!scores->included[model])
		return scores->recipe.impute ? SC_STATUS_FEW_SCORES : SC_STATUS_INCOMPLETE;
	return scores->status == SC_OK ? status : sc_fit_status(scores->status);
}

ScStatus
sc_target_status(const ScoreColumns *columns, uint32 target, const CapabilityScores *scores)
{
	if (scores->status != SC_NO_SCORES &&
		sc_has_direction_conflict(columns->view.benchmark_flags[target]))
		return SC_CONFLICT;
	return scores->status;
}

const char *
sc_correlation_status(ScStatus fit_status, ScStatus status, const char *constant_x)
{
	if (fit_status != SC_OK)
		return sc_fit_status(fit_status);
	switch (status)
	{
		case SC_OK:
			return SC_STATUS_OK;
		case SC_TOO_FEW_MODELS:
			return "too few models";
		case SC_CONSTANT_Y:
			return SC_STATUS_CONSTANT_SCORES;
		case SC_CONSTANT_X:
			return constant_x;
		case SC_CONTROLLED_Y:
			return SC_STATUS_TARGET_NOT_SEPARABLE;
		case SC_COLLINEAR:
			return SC_STATUS_COLLINEAR;
		case SC_CONFLICT:
			return SC_STATUS_CONFLICT;
		default:
			elog(ERROR, "unexpected status %d", (int) status);
	}
	return NULL;				/* keep compiler quiet */
}
