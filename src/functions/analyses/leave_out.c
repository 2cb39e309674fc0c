/*-------------------------------------------------------------------------
 *
 * leave_out.c
 *	  Correlations with capability when one capability benchmark, one model or
 *	  one family is left out and everything refitted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "functions/analyses/leave_out.h"
#include "functions/analyses/refitting.h"
#include "functions/shared/memory.h"

void
sc_leave_out_row_init(LeaveOutRow *row, uint32 target)
{
	int			kind;

	row->target = target;
	row->has_families = false;
	for (kind = 0; kind < N_LEFT_OUT; kind++)
	{
		row->extremes[kind].lowest = row->extremes[kind].highest = get_float8_nan();
		row->extremes[kind].lowest_without = row->extremes[kind].highest_without = 0;
	}
}

/* A correlation of row t without one of many, of n models; NaN is none. */
static void
extend(const LeaveOut *leave, LeaveOutRow *row, uint32 t, LeftOut kind, uint32 without,
	   Size n, double corr)
{
	Extremes   *extremes = &row->extremes[kind];

	if (isnan(corr))
		return;
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
	if (leave->seen != NULL)
		leave->seen(leave->state, t, n, corr);
}

void
sc_leave_out_benchmarks(const LeaveOut *leave, LeaveOutRow **row, uint32 m)
{
	uint32		d = leave->scores->d;
	const uint32 *capability = leave->scores->benchmark;
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
		sc_fit_capabilities(leave->columns, others, d - 1, &leave->scores->recipe, 1, &scores);
		sc_sort_scores(&scores);
		for (t = 0; t < m; t++)
		{
			TargetCorrelation result;

			CHECK_FOR_INTERRUPTS();
			sc_correlate_with_scores(leave->columns, row[t]->target, &scores, leave->method,
									 &result);
			if (result.status == SC_OK)
				extend(leave, row[t], t, WITHOUT_BENCHMARK, capability[out], result.c.n,
					   result.c.corr);
		}
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/*
 * Leaves out the groups of models of the fit one by one, of the rows numbered which[0]
 * .. which[m - 1]; name[g] is what the extremes shall know of group g.
 */
static void
without_groups(const LeaveOut *leave, LeaveOutRow **row, const uint32 *which, uint32 m,
			   const ModelGroups *groups, LeftOut kind, const uint32 *name)
{
	uint32		step = sc_targets_at_a_time(groups->n);
	uint32	   *benchmark = sc_alloc(m, sizeof(uint32));
	uint32	   *found = sc_alloc(groups->n, sizeof(uint32));
	Size	   *n_left = sc_alloc(groups->n, sizeof(Size));
	uint32		first;
	uint32		t;

	for (t = 0; t < m; t++)
		benchmark[t] = row[which[t]]->target;
	for (first = 0; first < m; first += step)
	{
		uint32		count = Min(step, m - first);
		double	   *corr = sc_alloc((Size) count * groups->n, sizeof(double));
		RefitTargets targets;

		sc_refit_targets_collect(&targets, leave->columns, benchmark + first, count,
								 leave->scores);
		sc_refit_without(leave->scores, &targets, leave->method, groups, corr);
		for (t = 0; t < count; t++)
		{
			uint32		n_found = sc_groups_of_target(&targets, t, groups, found, n_left);
			uint32		at = which[first + t];
			uint32		i;

			CHECK_FOR_INTERRUPTS();
			for (i = 0; i < n_found; i++)
				extend(leave, row[at], at, kind, name[found[i]], n_left[i],
					   corr[(Size) t * groups->n + found[i]]);
		}
		sc_refit_targets_free(&targets);
		pfree(corr);
	}
	pfree(benchmark);
	pfree(found);
	pfree(n_left);
}

/* The models of the fit as groups of one. */
static void
without_models(const LeaveOut *leave, LeaveOutRow **row, const uint32 *which, uint32 m)
{
	const CapabilityScores *scores = leave->scores;
	ModelGroups groups = {scores->n, sc_alloc(scores->n, sizeof(uint32))};
	uint32		i;

	for (i = 0; i < scores->n; i++)
		groups.of_row[i] = i;
	without_groups(leave, row, which, m, &groups, WITHOUT_MODEL, scores->model);
	pfree(groups.of_row);
}

static void
without_families(const LeaveOut *leave, LeaveOutRow **row, const uint32 *which, uint32 m)
{
	const CapabilityScores *scores = leave->scores;
	ModelGroups groups;
	uint32	   *family;
	uint32		i;

	sc_family_groups(leave->families, scores->model, scores->n, &groups);
	family = sc_alloc(groups.n, sizeof(uint32));
	for (i = 0; i < scores->n; i++)
		family[groups.of_row[i]] = leave->families->of_model[scores->model[i]];
	without_groups(leave, row, which, m, &groups, WITHOUT_FAMILY, family);
	pfree(groups.of_row);
	pfree(family);
}

void
sc_leave_out_models(const LeaveOut *leave, LeaveOutRow **row, uint32 m)
{
	uint32	   *which = sc_alloc(m, sizeof(uint32));
	uint32		n = 0;
	uint32		t;

	for (t = 0; t < m; t++)
		which[t] = t;
	without_models(leave, row, which, m);
	for (t = 0; t < m; t++)
	{
		if (row[t]->has_families)
			which[n++] = t;
	}
	if (n > 0)
		without_families(leave, row, which, n);
	pfree(which);
}

/* ----------
 * How long it takes
 * ----------
 */

/*
 * Nanoseconds, measured: of a refit for each capability score, for it beside those of
 * the other benchmarks, for imputing one; for each score of a target, and for Kendall.
 */
#define SCORE_TIME 4.0
#define PAIR_TIME 0.125
#define IMPUTE_TIME 450.0
#define TARGET_TIME 1.5
#define KENDALL_TIME 200.0

/* The same of a fit by itself, which finds an eigenvector of d benchmarks in d cubed. */
#define OWN_SCORE_TIME 20.0
#define OWN_PAIR_TIME 0.6
#define OWN_TARGET_TIME 30.0
#define EIGEN_TIME 0.6

double
sc_leave_out_time(const CapabilityScores *scores, const Families *families, ScMethod method,
				  uint32 m)
{
	double		n = scores->n;
	double		d = scores->d;
	double		refits = n + (families->of_model == NULL ? 0 : Min(scores->n, families->n));
	double		impute = scores->missing == NULL ? 0 : IMPUTE_TIME;
	bool		kendall = method == SC_KENDALL;

	return refits * n * (d * (SCORE_TIME + PAIR_TIME * d + impute) +
						 m * (kendall ? KENDALL_TIME : TARGET_TIME)) +
		d * n * (d * (OWN_SCORE_TIME + OWN_PAIR_TIME * d + impute) +
				 m * (kendall ? KENDALL_TIME : OWN_TARGET_TIME)) +
		d * d * d * d * EIGEN_TIME;
}
