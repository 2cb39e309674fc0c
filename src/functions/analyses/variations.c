/*-------------------------------------------------------------------------
 *
 * variations.c
 *	  How far correlations with capability move when something changes that
 *	  should not matter.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "functions/analyses/component_gate.h"
#include "functions/analyses/refitting.h"
#include "functions/analyses/targets.h"
#include "functions/analyses/variations.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"

void
sc_robustness_row_init(RobustnessRow *row, uint32 target, const char *role)
{
	int			kind;

	memset(row, 0, sizeof(RobustnessRow));
	row->base.target = target;
	row->base.role = role;
	for (kind = 0; kind < N_LEFT_OUT; kind++)
		row->extremes[kind].lowest = row->extremes[kind].highest = get_float8_nan();
	row->base.n_without_family = -1;
	row->pearson = row->kendall = get_float8_nan();
	row->pca_pearson = row->mean_z = get_float8_nan();
}

/* ----------
 * One variation
 * ----------
 */

ScVerdict
sc_robustness_verdict(const Robustness *r, const ScCorrelation *c)
{
	double		low;
	double		high;

	if (!sc_interval(c, r->quantile, &low, &high))
		return SC_UNRESOLVED;
	return sc_verdict(low, high, c->method == SC_KENDALL ? r->threshold_kendall : r->threshold);
}

/* Compares a variation of the row's correlation with it. */
static void
compare(const Robustness *r, RobustnessRow *row, const ScCorrelation *c)
{
	double		base = row->base.result.c.corr;

	if (row->base.result.status != SC_OK)
		return;
	if ((base > 0 && c->corr < 0) || (base < 0 && c->corr > 0))
		row->sign_flips = true;
	if (sc_robustness_verdict(r, c) != sc_robustness_verdict(r, &row->base.result.c))
		row->verdict_flips = true;
}

/* The same for one of many, by Spearman, of which the extremes are kept; NaN is none. */
static void
extend(const Robustness *r, RobustnessRow *row, LeftOut kind, uint32 without,
	   Size n, double corr)
{
	Extremes   *extremes = &row->extremes[kind];
	ScCorrelation c = {0};

	if (isnan(corr))
		return;
	c.method = SC_SPEARMAN;
	c.n = n;
	c.corr = corr;
	if (isnan(extremes->lowest) || corr < extremes->lowest)
	{
		extremes->lowest = corr;
		extremes->lowest_without = without;
	}
	if (isnan(extremes->highest) || corr > extremes->highest)
	{
		extremes->highest = corr;
		extremes->highest_without = without;
	}
	compare(r, row, &c);
}

/* The correlation with other scores, or by another method; NaN if there is none. */
static double
vary(const Robustness *r, RobustnessRow *row, const CapabilityScores *scores,
	 ScMethod method)
{
	TargetCorrelation result;

	sc_correlate_with_scores(&r->columns, row->base.target, scores, method, &result);
	if (result.status != SC_OK)
		return get_float8_nan();
	compare(r, row, &result.c);
	return result.c.corr;
}

/* ----------
 * Variations of all rows that share their capability benchmarks
 * ----------
 */

static void
without_benchmarks(const Robustness *r, RobustnessRow **row, uint32 m,
				   const uint32 *capability, uint32 d)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "without a benchmark",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	uint32		out;
	uint32		t;

	for (out = 0; d >= 2 && out < d; out++)
	{
		uint32	   *others = sc_alloc(d, sizeof(uint32));
		CapabilityScores scores;

		(void) sc_without(capability, d, capability[out], others);
		sc_fit_capabilities(&r->columns, others, d - 1, &r->recipe, 1, &scores);
		sc_sort_scores(&scores);
		for (t = 0; t < m; t++)
		{
			TargetCorrelation result;

			CHECK_FOR_INTERRUPTS();
			sc_correlate_with_scores(&r->columns, row[t]->base.target, &scores, SC_SPEARMAN,
									 &result);
			if (result.status == SC_OK)
				extend(r, row[t], WITHOUT_BENCHMARK, capability[out], result.c.n, result.c.corr);
		}
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/*
 * Leaves out the groups of models of the fit one by one; name[g] is what the extremes
 * shall know of group g.
 */
static void
without_groups(const Robustness *r, RobustnessRow **row, uint32 m,
			   const CapabilityScores *scores, const ModelGroups *groups,
			   LeftOut kind, const uint32 *name)
{
	uint32		step = sc_targets_at_a_time(groups->n);
	uint32	   *benchmark = sc_alloc(m, sizeof(uint32));
	uint32	   *which = sc_alloc(groups->n, sizeof(uint32));
	Size	   *n_left = sc_alloc(groups->n, sizeof(Size));
	uint32		first;
	uint32		t;

	for (t = 0; t < m; t++)
		benchmark[t] = row[t]->base.target;
	for (first = 0; first < m; first += step)
	{
		uint32		count = Min(step, m - first);
		double	   *corr = sc_alloc((Size) count * groups->n, sizeof(double));
		RefitTargets targets;

		sc_refit_targets_collect(&targets, &r->columns, benchmark + first, count, scores);
		sc_refit_without(scores, &targets, SC_SPEARMAN, groups, corr);
		for (t = 0; t < count; t++)
		{
			uint32		found = sc_groups_of_target(&targets, t, groups, which, n_left);
			uint32		i;

			CHECK_FOR_INTERRUPTS();
			for (i = 0; i < found; i++)
				extend(r, row[first + t], kind, name[which[i]], n_left[i],
					   corr[(Size) t * groups->n + which[i]]);
		}
		sc_refit_targets_free(&targets);
		pfree(corr);
	}
	pfree(benchmark);
	pfree(which);
	pfree(n_left);
}

static void
without_models(const Robustness *r, RobustnessRow **row, uint32 m,
			   const CapabilityScores *scores)
{
	ModelGroups groups = {scores->n, sc_alloc(scores->n, sizeof(uint32))};
	uint32		i;

	for (i = 0; i < scores->n; i++)
		groups.of_row[i] = i;
	without_groups(r, row, m, scores, &groups, WITHOUT_MODEL, scores->model);
	pfree(groups.of_row);
}

/* Says of a row whether families are known well enough to leave them out. */
static void
check_families(const Robustness *r, RobustnessRow *row)
{
	const char *status = sc_row_families(&row->base, &r->columns, &r->families);

	row->has_families = strcmp(status, SC_STATUS_OK) == 0;
	if (!row->has_families && strcmp(row->base.status, SC_STATUS_OK) == 0)
		row->base.status = status;
}

static void
without_families(const Robustness *r, RobustnessRow **all, uint32 n_all,
				 const CapabilityScores *scores)
{
	RobustnessRow **row = sc_alloc(n_all, sizeof(RobustnessRow *));
	uint32		m = 0;
	ModelGroups groups;
	uint32	   *family;
	uint32		i;

	for (i = 0; i < n_all; i++)
	{
		if (all[i]->has_families)
			row[m++] = all[i];
	}

	sc_family_groups(&r->families, scores->model, scores->n, &groups);
	family = sc_alloc(groups.n, sizeof(uint32));
	for (i = 0; i < scores->n; i++)
		family[groups.of_row[i]] = r->families.of_model[scores->model[i]];
	without_groups(r, row, m, scores, &groups, WITHOUT_FAMILY, family);
	pfree(row);
	pfree(groups.of_row);
	pfree(family);
}

/* The mean of the z-scores in the place of the component. */
static void
mean_scores(const CapabilityScores *scores, CapabilityScores *mean)
{
	uint32		i;
	uint32		j;

	*mean = *scores;
	mean->rank = NULL;
	mean->order = NULL;
	mean->sorted = NULL;
	mean->score = sc_alloc(scores->n == 0 ? 1 : (Size) scores->model[scores->n - 1] + 1,
						   sizeof(double));
	for (i = 0; i < scores->n; i++)
	{
		double		sum = 0;

		for (j = 0; j < scores->d; j++)
			sum += (scores->x[(Size) j * scores->n + i] - scores->fit.spread[j].pivot -
					scores->fit.spread[j].centre) / scores->fit.spread[j].sd;
		mean->score[scores->model[i]] = sum / scores->d;
	}
}

void
sc_vary_rows(const Robustness *r, RobustnessRow **row, uint32 m,
			 const BenchmarkSet *capabilities, const uint32 *capability, uint32 d)
{
	CapabilityScores scores;
	CapabilityScores pearson;
	CapabilityScores mean;
	ComponentGate gate;
	RobustnessRow **varied = sc_alloc(m, sizeof(RobustnessRow *));
	uint32		n_varied = 0;
	uint32		t;

	sc_fit_some(&r->columns, capabilities, capability, d, &r->recipe, 1, &scores);
	sc_sort_scores(&scores);
	for (t = 0; t < m; t++)
	{
		CHECK_FOR_INTERRUPTS();
		sc_row_init(&row[t]->base, &r->columns, row[t]->base.target, row[t]->base.role,
					&scores, SC_SPEARMAN, false, SC_STATUS_CONSTANT_CAPABILITY);
		if (r->families.of_model != NULL)
			check_families(r, row[t]);
	}

	/* what contradicts itself, or is not there, has no variations */
	for (t = 0; t < m; t++)
	{
		ScStatus	status = row[t]->base.result.status;

		sc_poll_step(t);
		if (status == SC_NO_SCORES || status == SC_CONFLICT)
			row[t]->base.scores = NULL;
		else
			varied[n_varied++] = row[t];
	}
	if (n_varied == 0)
		return;
	row = varied;
	m = n_varied;
	sc_gate_component(&r->columns, &scores, &r->families, &gate);
	sc_fit_capabilities(&r->columns, capability, d, &r->pearson, 1, &pearson);
	sc_sort_scores(&pearson);
	if (scores.status == SC_OK)
	{
		mean_scores(&scores, &mean);
		for (t = 0; t < m; t++)
		{
			CHECK_FOR_INTERRUPTS();
			row[t]->pearson = vary(r, row[t], &scores, SC_PEARSON);
			row[t]->kendall = vary(r, row[t], &scores, SC_KENDALL);
			row[t]->mean_z = vary(r, row[t], &mean, SC_SPEARMAN);
		}
		without_models(r, row, m, &scores);
		if (r->families.of_model != NULL)
			without_families(r, row, m, &scores);
	}
	for (t = 0; t < m; t++)
	{
		CHECK_FOR_INTERRUPTS();
		row[t]->pca_pearson = vary(r, row[t], &pearson, SC_SPEARMAN);
	}
	without_benchmarks(r, row, m, capability, d);
	for (t = 0; t < m; t++)
	{
		sc_poll_step(t);
		sc_gate_row(&gate, &row[t]->base);
		row[t]->base.scores = NULL;
	}
}

void
sc_vary_with_others(const Robustness *r, RobustnessRow *row,
					const BenchmarkSet *capabilities)
{
	OtherBenchmarks others;

	sc_begin_others(&r->columns, capabilities, row->base.target, &others);
	if (others.n == 0)
		sc_row_init_alone(&row->base, &r->columns, row->base.target, row->base.role, capabilities);
	else
		sc_vary_rows(r, &row, 1, capabilities, others.place, others.n);
	sc_end_others(&others);
}
