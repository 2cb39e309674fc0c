/*-------------------------------------------------------------------------
 *
 * target_pairs.c
 *	  A target's scores beside those of capability, and their correlation.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/float.h"

#include "functions/analyses/target_pairs.h"
#include "functions/shared/memory.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"

/* The controls of the n models that a target has. */
static double *
gather_controls(const ScoreColumns *columns, uint32 target, const CapabilityScores *scores,
				uint32 n)
{
	const Controls *controls = scores->controls;
	double	   *control = sc_alloc((Size) n * controls->n, sizeof(double));
	uint32		at = 0;
	uint32		k;

	for (k = columns->start[target]; k < columns->start[target + 1]; k++)
	{
		uint32		model = columns->model[k];
		uint32		j;

		sc_poll_step(k);
		if (!sc_has_pair(scores, model))
			continue;
		for (j = 0; j < controls->n; j++)
			control[(Size) j * n + at] = sc_control_score(controls, j, model);
		at++;
	}
	return control;
}

void
sc_gather_pairs(const ScoreColumns *columns, uint32 target,
				const CapabilityScores *scores, TargetPairs *pairs)
{
	uint32		start = columns->start[target];
	uint32		end = columns->start[target + 1];
	double	   *x = sc_alloc(end - start, sizeof(double));
	double	   *y = sc_alloc(end - start, sizeof(double));
	uint32		n = 0;
	uint32		k;

	for (k = start; k < end; k++)
	{
		sc_poll_step(k);
		if (!sc_has_pair(scores, columns->model[k]))
			continue;
		x[n] = scores->score[columns->model[k]];
		y[n++] = columns->score[k];
	}
	pairs->x = x;
	pairs->y = y;
	pairs->n = n;
	pairs->n_dropped = (int32) (end - start - n);
	pairs->n_imputed = 0;
	for (k = start; scores->missing != NULL && k < end; k++)
		pairs->n_imputed += sc_has_pair(scores, columns->model[k]) &&
			sc_is_imputed(scores, columns->model[k]);
	pairs->control = scores->controls == NULL ? NULL :
		gather_controls(columns, target, scores, n);
}

void
sc_free_pairs(TargetPairs *pairs)
{
	pfree(pairs->x);
	pfree(pairs->y);
	if (pairs->control != NULL)
		pfree(pairs->control);
}

void
sc_sort_pairs(const CapabilityScores *scores, TargetPairs *pairs)
{
	uint32		i;

	if (pairs->n < scores->n || scores->order == NULL)
		return;

	/* y is in the order of rows; x is known in the order of its own */
	memcpy(pairs->x, pairs->y, sizeof(double) * pairs->n);
	for (i = 0; i < pairs->n; i++)
	{
		sc_poll_step(i);
		pairs->y[i] = pairs->x[scores->order[i]];
	}
	memcpy(pairs->x, scores->sorted, sizeof(double) * pairs->n);
}

static void
correlate_given_controls(const TargetPairs *pairs, uint32 k, ScMethod method,
						 TargetCorrelation *result)
{
	if (sc_run_correlation(method, pairs->y, pairs->x, pairs->n, &result->c) == SC_OK)
		result->uncontrolled = result->c.corr;
	result->status = sc_run_partial(method, pairs->y, pairs->x, pairs->control, pairs->n, k,
									&result->c, &result->vif);
}

void
sc_correlate_pairs(const TargetPairs *pairs, const CapabilityScores *scores,
				   ScMethod method, TargetCorrelation *result)
{
	result->n_dropped = pairs->n_dropped;
	result->n_imputed = pairs->n_imputed;
	result->status = scores->status;
	result->uncontrolled = result->vif = get_float8_nan();
	result->c.controls = 0;
	if (result->status == SC_OK && pairs->control != NULL)
		correlate_given_controls(pairs, scores->controls->n, method, result);
	else if (result->status == SC_OK)
	{
		if (method == SC_SPEARMAN && pairs->n == scores->n && scores->rank != NULL)
			result->status = sc_run_correlation_with_ranks(pairs->y, scores->rank, pairs->n, &result->c);
		else
			result->status = sc_run_correlation(method, pairs->y, pairs->x, pairs->n, &result->c);
		if (result->status == SC_OK)
			sc_run_spread(pairs->y, pairs->x, &result->c);
	}
	result->c.n = pairs->n;
}

void
sc_correlate_with_scores(const ScoreColumns *columns, uint32 target,
						 const CapabilityScores *scores, ScMethod method,
						 TargetCorrelation *result)
{
	TargetPairs pairs;

	sc_gather_pairs(columns, target, scores, &pairs);
	sc_correlate_pairs(&pairs, scores, method, result);
	sc_free_pairs(&pairs);
}

void
sc_correlate_benchmarks(const ScoreColumns *columns, uint32 target,
						uint32 against, const Controls *controls,
						ScMethod method, TargetCorrelation *result)
{
	uint32		a = columns->start[target];
	uint32		a_end = columns->start[target + 1];
	uint32		b = columns->start[against];
	uint32		b_end = columns->start[against + 1];
	double	   *x = sc_alloc(a_end - a, sizeof(double));
	double	   *y = sc_alloc(a_end - a, sizeof(double));
	uint32	   *model = sc_alloc(a_end - a, sizeof(uint32));
	uint32		n = 0;

	/* both ascend by model */
	result->n_dropped = 0;
	result->n_imputed = 0;
	for (; a < a_end; a++)
	{
		sc_poll_step(a);
		while (b < b_end && columns->model[b] < columns->model[a])
			b++;
		if (b == b_end || columns->model[b] != columns->model[a] ||
			(controls != NULL && !controls->has[columns->model[a]]))
		{
			result->n_dropped++;
			continue;
		}
		model[n] = columns->model[a];
		x[n] = columns->score[b];
		y[n++] = columns->score[a];
	}
	result->uncontrolled = result->vif = get_float8_nan();
	if (controls == NULL)
		result->status = sc_run_correlation(method, y, x, n, &result->c);
	else
	{
		double	   *control = sc_controls_of_models(controls, model, n);

		result->status = sc_run_partial(method, y, x, control, n, controls->n, &result->c,
										&result->vif);
		pfree(control);
	}
	result->c.n = n;
	pfree(x);
	pfree(y);
	pfree(model);
}
