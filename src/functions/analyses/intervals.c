/*-------------------------------------------------------------------------
 *
 * intervals.c
 *	  Intervals of correlations: by formula, or by refitting the whole analysis
 *	  on other models.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"

#include "functions/analyses/intervals.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"
#include "stats/correlation/infer.h"
#include "stats/resampling/refit.h"
#include "stats/resampling/refit_imputed.h"
#include "stats/resampling/replicates.h"

/*
 * Replicates of correlations that are kept at a time; more targets are refitted
 * in turn.
 */
#define MAX_REPLICATES ((Size) 8000000)

/* Counts of models that are made at a time; resamples go by eight. */
#define MAX_COUNTS ((Size) 1000000)
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
	targets->row = sc_alloc(n_scores, sizeof(uint32));
	targets->y = sc_alloc(n_scores, sizeof(double));
}

void
sc_refit_targets_add(RefitTargets *targets, const ScoreColumns *columns,
					 uint32 target, const CapabilityScores *scores)
{
	Size		at = targets->start[targets->m];
	uint32		k;

	sc_poll();
	for (k = columns->start[target]; k < columns->start[target + 1]; k++)
	{
		sc_poll_step(k);
		if (!scores->included[columns->model[k]])
			continue;
		targets->row[at] = scores->row[columns->model[k]];
		targets->y[at++] = columns->score[k];
	}
	targets->start[++targets->m] = at;
}

/* ----------
 * Replicates
 * ----------
 */

/* What a replicate is: makes the counts of one. */
typedef struct Scheme
{
	uint64		seed;			/* of resamples */
	const uint32 *group;		/* or which of them to leave out, by row */
} Scheme;

static void
make_counts(const Scheme *scheme, uint32 n, uint32 replicate, uint32 *counts)
{
	uint32		i;

	if (scheme->group == NULL)
	{
		sc_bootstrap_counts(scheme->seed, replicate, n, counts);
		return;
	}
	for (i = 0; i < n; i++)
		counts[i] = scheme->group[i] != replicate;
}

/* The table of a fit and its targets. */
static void
set_table(const CapabilityScores *scores, const RefitTargets *targets, ScMethod method,
		  ScRefitTable *table)
{
	table->n = scores->n;
	table->d = scores->d;
	table->x = scores->x;
	table->m = targets->m;
	table->start = targets->start;
	table->model = targets->row;
	table->y = targets->y;
	table->pca = scores->recipe.pca;
	table->method = method;
	table->draws = scores->n;
	table->kernel = SC_KERNEL_BEST;
	table->missing = scores->missing;
}

/* What was filled is filled anew in every replicate. */
static void
refit(const CapabilityScores *scores, const RefitTargets *targets, ScMethod method,
	  const Scheme *scheme, uint32 count, double *corr)
{
	bool		imputed = scores->missing != NULL;
	ScRefitTable table;
	ScRefitOut	out = {0};
	ScRefit    *prepared = NULL;
	void	   *work;
	Size		at_a_time;
	uint32	   *counts;
	uint32		first;
	uint32		b;

	if (scores->n > SC_MAX_REFIT_MODELS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many models to refit the analysis"),
				 errdetail("There are %u; at most %zu are allowed.", scores->n, SC_MAX_REFIT_MODELS),
				 errhint("Take intervals by formula, ci => 'analytic', or a subset() of the models.")));
	set_table(scores, targets, method, &table);
	work = sc_alloc(imputed ? sc_refit_imputed_workspace(&table) : sc_refit_workspace(&table), 1);
	if (!imputed)
		prepared = sc_refit_prepare(&table, work, sc_poll);
	out.stride = count;
	out.corr = corr;
	at_a_time = Max(MAX_COUNTS / Max(scores->n, 1) / RESAMPLES_STEP, 1) * RESAMPLES_STEP;
	at_a_time = Min(at_a_time, count);
	counts = sc_alloc(at_a_time * scores->n, sizeof(uint32));
	for (first = 0; first < count; first += at_a_time)
	{
		uint32		replicates = Min(at_a_time, count - first);

		for (b = 0; b < replicates; b++)
		{
			CHECK_FOR_INTERRUPTS();
			make_counts(scheme, scores->n, first + b, counts + (Size) b * scores->n);
		}
		if (imputed)
			sc_refit_imputed(&table, counts, replicates, first, count, corr, work, sc_poll);
		else
			sc_refit(prepared, counts, replicates, first, &out, sc_poll);
	}
	pfree(counts);
	pfree(work);
}

void
sc_refit_resamples(const CapabilityScores *scores, const RefitTargets *targets,
				   ScMethod method, uint64 seed, uint32 count, double *corr)
{
	Scheme		scheme = {seed, NULL};

	refit(scores, targets, method, &scheme, count, corr);
}

void
sc_refit_without(const CapabilityScores *scores, const RefitTargets *targets,
				 ScMethod method, const uint32 *group, uint32 n_groups, double *corr)
{
	Scheme		scheme = {0, group};

	refit(scores, targets, method, &scheme, n_groups, corr);
}

uint32
sc_complete_groups(const CapabilityScores *scores, const IntervalOptions *options,
				   uint32 *group)
{
	uint32	   *number = sc_alloc(options->n_families, sizeof(uint32));
	uint32		n_groups = 0;
	uint32		i;

	memset(number, 0xFF, sizeof(uint32) * options->n_families);
	for (i = 0; i < scores->n; i++)
	{
		uint32		family = options->family[scores->model[i]];

		if (number[family] == PG_UINT32_MAX)
			number[family] = n_groups++;
		group[i] = number[family];
	}
	pfree(number);
	return n_groups;
}

void
sc_count_left_out(const RefitTargets *targets, uint32 t, const uint32 *group,
				  uint32 n_groups, Size *left_out)
{
	Size		k;

	memset(left_out, 0, sizeof(Size) * n_groups);
	for (k = targets->start[t]; k < targets->start[t + 1]; k++)
		left_out[group[targets->row[k]]]++;
}

/* ----------
 * The three kinds
 * ----------
 */

static void
set_analytic(CorrelationRow *row, double quantile)
{
	if (!sc_interval(&row->result.c, quantile, &row->ci_low, &row->ci_high))
	{
		row->ci_low = row->ci_high = get_float8_nan();
		row->status = SC_STATUS_NO_INTERVAL;
	}
}

/*
 * Percentiles of what the resamples gave.  Where more than half of them are
 * degenerate the rest is no sample of anything.
 */
static void
set_percentile(CorrelationRow *row, double *corr, Size count, double confidence)
{
	double		low = 0;
	double		high = 0;
	Size		valid = 0;
	bool		found = sc_percentile_interval(corr, count, confidence, sc_poll, &low, &high, &valid);

	row->n_resamples = (int32) valid;
	if (!found || valid < count / 2)
	{
		row->status = SC_STATUS_DEGENERATE;
		return;
	}
	row->ci_low = low;
	row->ci_high = high;
}

/*
 * The jackknife over the families of the models that have the target; other
 * families are no part of it.  left_out is scratch for as many as there are groups,
 * n_left too.
 */
static void
set_jackknife(CorrelationRow *row, const RefitTargets *targets, uint32 t,
			  const uint32 *group, uint32 n_groups, const double *corr,
			  double confidence, double *left_out, Size *n_left)
{
	Size		n = targets->start[t + 1] - targets->start[t];
	ScJackknife found;
	uint32		families = 0;
	uint32		g;

	sc_count_left_out(targets, t, group, n_groups, n_left);
	for (g = 0; g < n_groups; g++)
	{
		if (n_left[g] == 0)
			continue;
		left_out[families] = corr[g];
		n_left[families++] = n - n_left[g];
	}
	row->n_families = (int32) families;
	if (families < SC_MIN_GROUPS)
		row->status = SC_STATUS_FEW_FAMILIES;
	else if (!sc_jackknife_correlation(row->result.c.corr, n, left_out, n_left, families,
									   confidence, &found))
		row->status = SC_STATUS_DEGENERATE;
	else
	{
		row->ci_low = found.low;
		row->ci_high = found.high;
	}
}

static bool
is_wanted(const CorrelationRow *row, const CapabilityScores *scores)
{
	return row->scores == scores && row->tested;
}

/* Rows from .. to - 1, as far as they are wanted, by refitting. */
static void
set_refitted(const ScoreColumns *columns, const CapabilityScores *scores,
			 CorrelationRow *row, uint32 n, ScMethod method,
			 const IntervalOptions *options, const uint32 *group, uint32 n_groups)
{
	uint32		count = group == NULL ? (uint32) options->resamples : n_groups;
	RefitTargets targets;
	Size		n_scores = 0;
	double	   *corr;
	double	   *left_out;
	Size	   *n_left;
	uint32		t = 0;
	uint32		j;

	for (j = 0; j < n; j++)
	{
		if (is_wanted(&row[j], scores))
			n_scores += columns->start[row[j].target + 1] - columns->start[row[j].target];
	}
	sc_refit_targets_init(&targets, n, n_scores);
	for (j = 0; j < n; j++)
	{
		if (is_wanted(&row[j], scores))
			sc_refit_targets_add(&targets, columns, row[j].target, scores);
	}
	if (targets.m == 0)
		return;

	corr = sc_alloc((Size) targets.m * count, sizeof(double));
	left_out = sc_alloc(n_groups, sizeof(double));
	n_left = sc_alloc(n_groups, sizeof(Size));
	if (group == NULL)
		sc_refit_resamples(scores, &targets, method, options->seed, count, corr);
	else
		sc_refit_without(scores, &targets, method, group, n_groups, corr);
	for (j = 0; j < n; j++)
	{
		if (!is_wanted(&row[j], scores))
			continue;
		CHECK_FOR_INTERRUPTS();
		if (group == NULL)
			set_percentile(&row[j], corr + (Size) t * count, count, options->confidence);
		else
			set_jackknife(&row[j], &targets, t, group, n_groups, corr + (Size) t * count,
						  options->confidence, left_out, n_left);
		t++;
	}
	pfree(targets.start);
	pfree(targets.row);
	pfree(targets.y);
	pfree(corr);
	pfree(left_out);
	pfree(n_left);
}

void
sc_set_intervals(const ScoreColumns *columns, const CapabilityScores *scores,
				 CorrelationRow *row, uint32 n, ScMethod method,
				 const IntervalOptions *options)
{
	uint32	   *group = NULL;
	uint32		n_groups = 0;
	uint32		step;
	uint32		j;

	if (options->kind == CI_NONE || scores->status != SC_OK)
		return;
	if (options->kind == CI_ANALYTIC)
	{
		double		quantile = sc_normal_quantile(options->confidence);

		for (j = 0; j < n; j++)
		{
			sc_poll_step(j);
			if (is_wanted(&row[j], scores))
				set_analytic(&row[j], quantile);
		}
		return;
	}
	if (options->kind == CI_JACKKNIFE)
	{
		group = sc_alloc(scores->n, sizeof(uint32));
		n_groups = sc_complete_groups(scores, options, group);
	}
	step = Max(MAX_REPLICATES / Max(group == NULL ? (uint32) options->resamples : n_groups, 1), 1);
	for (j = 0; j < n; j += step)
		set_refitted(columns, scores, row + j, Min(step, n - j), method, options,
					 group, n_groups);
	if (group != NULL)
		pfree(group);
}
