/*-------------------------------------------------------------------------
 *
 * refitting.c
 *	  The whole analysis on other models: resamples, or all but some.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "functions/analyses/limits.h"
#include "functions/analyses/refitting.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"
#include "stats/resampling/refit.h"
#include "stats/resampling/refit_imputed.h"

/* Resamples are refitted by eight. */
#define RESAMPLES_STEP 8

/* ----------
 * Targets
 * ----------
 */

void
sc_refit_targets_init(RefitTargets *targets, uint32 m, Size n_scores)
{
	targets->m = 0;
	targets->start = sc_alloc((Size) m + 1, sizeof(Size));
	targets->start[0] = 0;
	targets->fit_row = sc_alloc(n_scores, sizeof(uint32));
	targets->y = sc_alloc(n_scores, sizeof(double));
}

void
sc_refit_targets_free(RefitTargets *targets)
{
	pfree(targets->start);
	pfree(targets->fit_row);
	pfree(targets->y);
}

void
sc_refit_targets_collect(RefitTargets *targets, const ScoreColumns *columns,
						 const uint32 *benchmark, uint32 m, const CapabilityScores *scores)
{
	Size		n_scores = 0;
	Size		at = 0;
	uint32		t;
	uint32		k;

	for (t = 0; t < m; t++)
		n_scores += columns->start[benchmark[t] + 1] - columns->start[benchmark[t]];
	sc_refit_targets_init(targets, m, n_scores);
	for (t = 0; t < m; t++)
	{
		sc_poll();
		for (k = columns->start[benchmark[t]]; k < columns->start[benchmark[t] + 1]; k++)
		{
			sc_poll_step(k);
			if (!sc_has_pair(scores, columns->model[k]))
				continue;
			targets->fit_row[at] = scores->fit_row[columns->model[k]];
			targets->y[at++] = columns->score[k];
		}
		targets->start[++targets->m] = at;
	}
}

uint32
sc_targets_at_a_time(uint32 replicates)
{
	return Max(SC_MAX_KEPT_CORRELATIONS / Max(replicates, 1), 1);
}

/* ----------
 * Replicates
 * ----------
 */

/*
 * A table that is ready; scores that are missing, and another component than the first,
 * want another way than all others.
 */
typedef struct Refit
{
	ScRefitTable table;
	const double *later;		/* NULL: the first component */
	ScRefit    *prepared;		/* NULL: imputed or matched anew */
	void	   *work;
} Refit;

static void
prepare(const CapabilityScores *scores, const RefitTargets *targets, ScMethod method,
		Refit *refit)
{
	ScRefitTable *table = &refit->table;

	if (scores->n > SC_MAX_REFIT_MODELS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many models to refit the analysis"),
				 errdetail("There are %u; at most %zu are allowed.", scores->n, SC_MAX_REFIT_MODELS),
				 errhint("Take intervals by formula, ci => 'analytic', or a subset() of the models.")));
	table->n = scores->n;
	table->d = scores->d;
	table->x = scores->x;
	table->m = targets->m;
	table->start = targets->start;
	table->model = targets->fit_row;
	table->y = targets->y;
	table->pca = scores->recipe.pca;
	table->method = method;
	table->draws = scores->n;
	table->kernel = SC_KERNEL_BEST;
	table->missing = scores->missing;
	table->k = 0;
	table->control = NULL;
	if (scores->controls != NULL)
	{
		table->k = scores->controls->n;
		table->control = sc_controls_of_models(scores->controls, scores->model, scores->n);
	}
	refit->later = scores->later;
	refit->prepared = NULL;
	if (refit->later != NULL)
		refit->work = sc_alloc(sc_refit_matched_workspace(table), 1);
	else if (table->missing != NULL)
		refit->work = sc_alloc(sc_refit_imputed_workspace(table), 1);
	else
	{
		refit->work = sc_alloc(sc_refit_workspace(table), 1);
		refit->prepared = sc_refit_prepare(table, refit->work, sc_poll);
	}
}

static void
refit_replicates(const Refit *refit, const uint32 *counts, uint32 replicates, uint32 first,
				 uint32 stride, double *corr)
{
	ScRefitOut	out = {0};

	out.stride = stride;
	out.corr = corr;
	if (refit->later != NULL)
		sc_refit_matched(&refit->table, refit->later, counts, replicates, first, stride, corr,
						 refit->work, sc_poll);
	else if (refit->prepared == NULL)
		sc_refit_imputed(&refit->table, counts, replicates, first, stride, corr, refit->work, sc_poll);
	else
		sc_refit(refit->prepared, counts, replicates, first, &out, sc_poll);
}

/* Replicates are resamples with this seed or, if there are groups, without one of them. */
static void
refit_all(const CapabilityScores *scores, const RefitTargets *targets, ScMethod method,
		  uint64 seed, const ModelGroups *groups, uint32 count, double *corr)
{
	uint32		n = scores->n;
	Refit		refit;
	Size		at_a_time;
	uint32	   *counts;
	uint32		first;
	uint32		b;
	uint32		i;

	prepare(scores, targets, method, &refit);
	at_a_time = Max(SC_MAX_KEPT_COUNTS / Max(n, 1) / RESAMPLES_STEP, 1) * RESAMPLES_STEP;
	at_a_time = Min(at_a_time, count);
	counts = sc_alloc(at_a_time * n, sizeof(uint32));
	for (first = 0; first < count; first += at_a_time)
	{
		uint32		replicates = Min(at_a_time, count - first);

		for (b = 0; b < replicates; b++)
		{
			uint32	   *own = counts + (Size) b * n;

			CHECK_FOR_INTERRUPTS();
			if (groups == NULL)
				sc_bootstrap_counts(seed, first + b, n, own);
			for (i = 0; groups != NULL && i < n; i++)
				own[i] = groups->of_row[i] != first + b;
		}
		refit_replicates(&refit, counts, replicates, first, count, corr);
	}
	pfree(counts);
	pfree(refit.work);
}

void
sc_refit_resamples(const CapabilityScores *scores, const RefitTargets *targets,
				   ScMethod method, uint64 seed, uint32 count, double *corr)
{
	refit_all(scores, targets, method, seed, NULL, count, corr);
}

void
sc_refit_without(const CapabilityScores *scores, const RefitTargets *targets,
				 ScMethod method, const ModelGroups *groups, double *corr)
{
	refit_all(scores, targets, method, 0, groups, groups->n, corr);
}

uint32
sc_groups_of_target(const RefitTargets *targets, uint32 t, const ModelGroups *groups,
					uint32 *which, Size *n_left)
{
	Size		n = targets->start[t + 1] - targets->start[t];
	Size	   *left_out = sc_alloc(groups->n, sizeof(Size));
	uint32		found = 0;
	uint32		g;
	Size		k;

	memset(left_out, 0, sizeof(Size) * groups->n);
	for (k = targets->start[t]; k < targets->start[t + 1]; k++)
		left_out[groups->of_row[targets->fit_row[k]]]++;
	for (g = 0; g < groups->n; g++)
	{
		if (left_out[g] == 0)
			continue;
		which[found] = g;
		n_left[found++] = n - left_out[g];
	}
	pfree(left_out);
	return found;
}
