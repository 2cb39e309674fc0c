/*-------------------------------------------------------------------------
 *
 * later_component.c
 *	  The scores of another component than the first, and whether it is more
 *	  than chance.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "functions/analyses/component_gate.h"
#include "functions/analyses/later_component.h"
#include "functions/analyses/limits.h"
#include "functions/analyses/targets.h"
#include "functions/shared/memory.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "stats/component/component.h"
#include "stats/component/matching.h"
#include "stats/resampling/parallel_analysis.h"

/* ----------
 * Scores
 * ----------
 */

uint32
sc_components_wanted(uint32 component)
{
	return component == 0 ? 1 : SC_MAX_DIRECT_COLUMNS;
}

/* Are eigenvalues and eigenvectors there? */
static bool
has_components(const CapabilityScores *scores)
{
	return scores->status == SC_OK || scores->status == SC_UNDEFINED_COMPONENT;
}

/* Scores by a component of the fit, whose weights it turns if they shall be. */
static void
score_models(CapabilityScores *scores, uint32 component, bool turned)
{
	double	   *weight = scores->fit.vector + (Size) component * scores->d;
	uint32		i;
	uint32		j;

	for (j = 0; j < scores->d && turned; j++)
		weight[j] = 0.0 - weight[j];
	for (i = 0; i < scores->n; i++)
	{
		sc_poll_step(i);
		scores->score[scores->model[i]] =
			sc_component_score(scores->x + i, scores->n, scores->d, scores->fit.spread, weight);
	}
	scores->component = component;
	scores->later = weight;
	scores->status = SC_OK;
}

void
sc_take_component(CapabilityScores *scores, uint32 component)
{
	const ScCapabilityFit *fit = &scores->fit;

	if (!has_components(scores))
		return;
	if (component >= fit->n_vectors && fit->n_values < scores->d)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many components"),
				 errdetail("Of %u capability benchmarks and %u models at most %zu components are found.",
						   scores->d, scores->n, fit->n_vectors)));
	if (component >= fit->n_vectors ||
		!sc_component_is_defined(fit->value, fit->n_values, component))
		scores->status = SC_UNDEFINED_COMPONENT;
	else
		score_models(scores, component, false);
}

void
sc_take_matching(CapabilityScores *scores, const CapabilityScores *whole)
{
	double	   *reference = sc_alloc(scores->d, sizeof(double));
	double		congruence;
	Size		match;
	uint32		j;
	uint32		k = 0;

	if (!has_components(scores))
		return;
	if (whole->later == NULL)
	{
		scores->status = whole->status;
		return;
	}
	for (j = 0; j < scores->d; j++)
	{
		while (whole->benchmark[k] != scores->benchmark[j])
			k++;
		reference[j] = whole->later[k];
	}
	if (sc_match_component(scores->fit.value, scores->fit.n_values, scores->fit.vector,
						   scores->fit.n_vectors, scores->d, reference, &match, &congruence) &&
		congruence * congruence > SC_MIN_SQUARED_CONGRUENCE)
		score_models(scores, (uint32) match, congruence < 0);
	else
		scores->status = SC_NOT_MATCHED;
	pfree(reference);
}

/* ----------
 * Chance
 * ----------
 */

void
sc_parallel_thresholds(const CapabilityScores *scores, Size models, Size samples, uint64 seed,
					   uint32 n, double *threshold)
{
	Size		most = Max(SC_MAX_CHANCE_SCORES / Max(models * scores->d, 1), SC_MIN_CHANCE_SAMPLES);
	double	   *loading = sc_alloc((Size) n * scores->d, sizeof(double));
	double	   *value = sc_alloc(samples, sizeof(double));
	void	   *work = sc_alloc(sc_parallel_workspace(models, scores->d, scores->recipe.pca,
													  scores->missing != NULL), 1);
	uint32		j;
	uint32		k;

	samples = Min(samples, most);
	for (k = 0; k < n; k++)
		threshold[k] = get_float8_nan();
	if (scores->missing != NULL)
		n = Min(n, 1);
	for (k = 0; k < Min(n, SC_MAX_LEADING_COMPONENTS) && scores->fit.value[k] > 0; k++)
	{
		ScStatus	status = sc_parallel_threshold(scores->missing, models, scores->d, scores->recipe.pca,
												   k, loading, seed, samples, SC_PARALLEL_QUANTILE, work,
												   sc_poll, value, &threshold[k]);

		sc_check_status(status, models, scores->d);
		if (status != SC_OK)
			break;
		if (scores->fit.value[k] <= threshold[k])
			break;
		for (j = 0; j < scores->d; j++)
			loading[(Size) k * scores->d + j] = scores->fit.vector[(Size) k * scores->d + j] *
				sqrt(scores->fit.value[k]);
	}
	pfree(loading);
	pfree(value);
	pfree(work);
}

/* Is the component of the scores above its threshold? */
static bool
is_above_chance(const CapabilityScores *scores, Size models, Size samples, uint64 seed)
{
	uint32		n = scores->component + 1;
	double	   *threshold;
	bool		above;

	if (models < SC_MIN_MODELS)
		return false;
	threshold = sc_alloc(n, sizeof(double));
	sc_parallel_thresholds(scores, models, samples, seed, n, threshold);
	above = scores->fit.value[n - 1] > threshold[n - 1];
	pfree(threshold);
	return above;
}

void
sc_gate_later_rows(const CapabilityScores *scores,
				   const Families *families, Size samples, uint64 seed,
				   CorrelationRow *row, uint32 n)
{
	ComponentGate gate = {0};
	uint32		j;

	gate.n_capabilities = (int32) scores->d;
	gate.reliability = get_float8_nan();
	gate.closed = true;
	gate.status = SC_STATUS_CHANCE;
	if (scores->missing != NULL)
		gate.status = SC_STATUS_IMPUTED_COMPONENT;
	else if (scores->d > SC_MAX_DIRECT_COLUMNS)
		gate.status = SC_STATUS_NOT_TESTED;
	else if (is_above_chance(scores, (Size) sc_independent_models(scores, families), samples, seed))
	{
		gate.closed = false;
		gate.status = SC_STATUS_OK;
	}
	for (j = 0; j < n; j++)
	{
		sc_poll_step(j);
		if (row[j].scores == scores)
		{
			row[j].sign_is_arbitrary = true;
			sc_gate_row(&gate, &row[j]);
		}
		else if (row[j].sign_is_arbitrary && gate.closed)
		{
			/* of another that is like this one: if this is none, that is none */
			row[j].no_verdict = true;
			if (strcmp(row[j].status, SC_STATUS_OK) == 0)
				row[j].status = gate.status;
		}
	}
}
