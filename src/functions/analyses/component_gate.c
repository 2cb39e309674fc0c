/*-------------------------------------------------------------------------
 *
 * component_gate.c
 *	  No verdict without a component: is the one that benchmarks are correlated
 *	  with more than chance, and do its benchmarks go one way?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/float.h"

#include "functions/analyses/component_gate.h"
#include "functions/analyses/reversed.h"
#include "functions/analyses/targets.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"
#include "stats/component/available.h"
#include "stats/component/chance.h"

double
sc_independent_models(const CapabilityScores *scores, const Families *families)
{
	ModelGroups groups;
	void	   *work;
	double		n;

	if (families == NULL || families->of_model == NULL || scores->d < 2)
		return scores->n;
	sc_family_groups(families, scores->model, scores->n, &groups);
	work = sc_alloc(sc_effective_models_workspace(scores->n, groups.n), 1);
	n = sc_effective_models(scores->x, scores->missing, scores->n, scores->d, groups.of_row,
							groups.n, scores->recipe.pca, work, sc_poll);
	pfree(work);
	pfree(groups.of_row);
	return n;
}

/*
 * The first eigenvalue, and by how many models it is to be judged.  What is imputed lies
 * on the component, so that the eigenvalue of an imputed table says nothing: then it is
 * that of the scores that are there, if it can be had.
 */
static bool
find_eigenvalue(const CapabilityScores *scores, double *value, double *models)
{
	void	   *work;
	ScStatus	status;

	*value = scores->fit.value[0];
	*models = scores->n;
	if (scores->missing == NULL)
		return true;
	work = sc_alloc(sc_available_workspace(scores->n, scores->d), 1);
	status = sc_available_eigenvalue(scores->x, scores->missing, scores->n, scores->d,
									 scores->recipe.pca, work, sc_poll, value, models);
	pfree(work);
	return status == SC_OK;
}

void
sc_gate_component(const ScoreColumns *columns, const CapabilityScores *scores,
				  const Families *families, ComponentGate *gate)
{
	double		value;
	double		models;
	double		independent;

	gate->n_capabilities = (int32) scores->d;
	gate->reliability = get_float8_nan();
	gate->closed = false;
	gate->status = SC_STATUS_OK;
	if (scores->status != SC_OK || scores->d < 2)
		return;
	if (!find_eigenvalue(scores, &value, &models))
	{
		gate->status = SC_STATUS_NOT_TESTED;
		return;
	}
	independent = sc_independent_models(scores, families);
	gate->reliability = Min(sc_score_reliability(value, scores->d), 1);
	if (!sc_is_above_chance(value, models * independent / scores->n, scores->d, scores->recipe.pca))
	{
		gate->closed = true;
		gate->status = SC_STATUS_CHANCE;
	}
	else if (sc_reversed_benchmarks(columns, scores, families, independent, NULL) > 0)
	{
		gate->closed = true;
		gate->status = SC_STATUS_REVERSED;
	}
	else if (gate->reliability < SC_MIN_SCORE_RELIABILITY)
		gate->status = SC_STATUS_UNRELIABLE;
}

uint32
sc_first_reversed(const ScoreColumns *columns, const CapabilityScores *scores,
				  const Families *families)
{
	bool	   *reversed = sc_alloc(scores->d, sizeof(bool));
	uint32		j;

	(void) sc_reversed_benchmarks(columns, scores, families,
								  sc_independent_models(scores, families), reversed);
	for (j = 0; j < scores->d; j++)
	{
		if (reversed[j])
			return scores->benchmark[j];
	}
	return SC_NO_BENCHMARK;
}

void
sc_gate_row(const ComponentGate *gate, CorrelationRow *row)
{
	row->n_capabilities = gate->n_capabilities;
	row->score_reliability = gate->reliability;
	row->no_verdict |= gate->closed;
	row->component = gate->status;
	if (strcmp(row->status, SC_STATUS_OK) == 0)
		row->status = gate->status;
}

void
sc_gate_rows(const ScoreColumns *columns, const CapabilityScores *scores,
			 const Families *families, CorrelationRow *row, uint32 n)
{
	ComponentGate gate;
	uint32		j;

	sc_gate_component(columns, scores, families, &gate);
	for (j = 0; j < n; j++)
	{
		sc_poll_step(j);
		if (row[j].scores == scores)
			sc_gate_row(&gate, &row[j]);
	}
}
