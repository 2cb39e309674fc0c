/*-------------------------------------------------------------------------
 *
 * reversed.c
 *	  Capability benchmarks that go against the others.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "functions/analyses/intervals.h"
#include "functions/analyses/limits.h"
#include "functions/analyses/reversed.h"
#include "functions/analyses/targets.h"
#include "functions/shared/memory.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "stats/component/component.h"

/* How often one useless benchmark, or one of several, may be called reversed. */
#define LEVEL 0.05

/* A weight that is negative by more than rounding. */
static bool
is_negative(double weight)
{
	return weight < -SC_EIGENVALUE_TOLERANCE;
}

/*
 * Is the interval of a benchmark's correlation with the scores of the others, in the
 * direction of their sign, wholly below 0?
 */
static bool
is_below_zero(const ScoreColumns *columns, const CapabilityScores *others,
			  CorrelationRow *row, double sign, const IntervalOptions *options)
{
	row->ci_low = row->ci_high = 0;
	row->status = SC_STATUS_OK;
	sc_set_intervals(columns, others, row, 1, SC_SPEARMAN, options);
	return strcmp(row->status, SC_STATUS_OK) == 0 &&
		(sign > 0 ? row->ci_high < 0 : row->ci_low > 0);
}

/* By the component of the others. */
static bool
opposes_others(const ScoreColumns *columns, const CapabilityScores *scores, uint32 j,
			   const IntervalOptions *options)
{
	CorrelationRow row = {0};
	CapabilityScores others;
	uint32	   *place = sc_alloc(scores->d, sizeof(uint32));
	double		sign = 0;
	uint32		i;

	(void) sc_without(scores->benchmark, scores->d, scores->benchmark[j], place);
	sc_fit_capabilities(columns, place, scores->d - 1, &scores->recipe, 1, &others);
	row.target = scores->benchmark[j];
	row.scores = &others;
	row.tested = true;
	sc_correlate_with_scores(columns, row.target, &others, SC_SPEARMAN, &row.result);
	if (row.result.status != SC_OK)
		return false;
	for (i = 0; i < others.d; i++)
		sign += others.fit.vector[i] * scores->fit.vector[i < j ? i : i + 1];
	return is_below_zero(columns, &others, &row, sign, options);
}

/* By the component of all but the benchmark's own part of the scores. */
static bool
opposes_rest(const ScoreColumns *columns, const CapabilityScores *scores, uint32 j,
			 double models, const IntervalOptions *options)
{
	CorrelationRow row = {0};
	CapabilityScores rest = *scores;
	const ScSpread *spread = &scores->fit.spread[j];
	uint32		i;

	rest.controls = NULL;
	rest.rank = NULL;
	rest.order = NULL;
	rest.sorted = NULL;
	rest.score = sc_alloc(columns->view.n_models, sizeof(double));
	for (i = 0; i < scores->n; i++)
		rest.score[scores->model[i]] = scores->score[scores->model[i]] -
			scores->fit.vector[j] *
			((scores->x[(Size) j * scores->n + i] - spread->pivot - spread->centre) / spread->sd);
	row.target = scores->benchmark[j];
	row.scores = &rest;
	row.tested = true;
	sc_correlate_with_scores(columns, row.target, &rest, SC_SPEARMAN, &row.result);
	row.result.c.n = (Size) (row.result.c.n * models / scores->n);
	return row.result.status == SC_OK && is_below_zero(columns, &rest, &row, 1, options);
}

uint32
sc_reversed_benchmarks(const ScoreColumns *columns, const CapabilityScores *scores,
					   const Families *families, double models, bool *reversed)
{
	IntervalOptions options = {0};
	MemoryContext context;
	MemoryContext old;
	uint32		negative = 0;
	uint32		found = 0;
	uint32		j;

	if (reversed != NULL)
		memset(reversed, false, sizeof(bool) * scores->d);
	for (j = 0; j < scores->d; j++)
		negative += is_negative(scores->fit.vector[j]);
	if (negative == 0)
		return 0;

	options.kind = CI_ANALYTIC;
	options.confidence = 1 - LEVEL / negative;
	options.threshold = SC_VERDICT_THRESHOLD;
	if (families != NULL && families->of_model != NULL && scores->d <= SC_MAX_REFITTED_OTHERS)
	{
		options.kind = CI_JACKKNIFE;
		options.families = *families;
	}
	context = AllocSetContextCreate(CurrentMemoryContext, "reversed benchmark", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	for (j = 0; j < scores->d && (found == 0 || reversed != NULL); j++)
	{
		bool		opposes;

		CHECK_FOR_INTERRUPTS();
		if (!is_negative(scores->fit.vector[j]))
			continue;
		opposes = scores->d <= SC_MAX_REFITTED_OTHERS ?
			opposes_others(columns, scores, j, &options) :
			opposes_rest(columns, scores, j, models, &options);
		found += opposes;
		if (reversed != NULL)
			reversed[j] = opposes;
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	if (reversed != NULL && found > 0 && scores->d == 2)
	{
		reversed[0] = reversed[1] = true;
		found = 2;
	}
	return found;
}
