/*-------------------------------------------------------------------------
 *
 * strata_intervals.c
 *	  Intervals and tests of the difference of two strata: by formula, or by leaving
 *	  families out of both.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "functions/analyses/refitting.h"
#include "functions/analyses/strata_rows.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"
#include "stats/correlation/infer.h"
#include "stats/correlation/strata_difference.h"
#include "stats/resampling/replicates.h"

/* The side of 0 on which an interval is. */
static int
sign_of(double low, double high)
{
	return (low > 0) - (high < 0);
}

/* By formula; false where there are too few models. */
static bool
set_analytic(const StrataOptions *options, StrataRow *row)
{
	double		quantile = sc_normal_quantile(options->confidence);
	int			s;

	for (s = 0; s < 2; s++)
	{
		StrataSide *side = &row->side[s];
		double		low;
		double		high;

		if (sc_interval(&side->result.c, quantile, &low, &high))
			side->sign = sign_of(low, high);
	}
	if (!sc_strata_interval(&row->side[0].result.c, &row->side[1].result.c, NULL,
							options->confidence, &row->low, &row->high))
	{
		sc_say_status(row, SC_STATUS_NO_INTERVAL);
		return false;
	}
	row->p_value = sc_strata_p_value(&row->side[0].result.c, &row->side[1].result.c, NULL);
	return true;
}

/* What is left of one target without each of the families, in both strata. */
typedef struct Replicates
{
	double	   *corr[2];		/* [groups], in order of their numbers; that
								 * of all where a family has no part in it */
	Size	   *n[2];			/* [groups] */
	bool	   *there;			/* [groups], has a part in one of them? */
	double	   *own;			/* [groups], of one stratum, those that have a
								 * part in it */
	uint32	   *which;
	Size	   *n_left;
} Replicates;

static void
alloc_replicates(uint32 groups, Replicates *r)
{
	int			s;

	for (s = 0; s < 2; s++)
	{
		r->corr[s] = sc_alloc(groups, sizeof(double));
		r->n[s] = sc_alloc(groups, sizeof(Size));
	}
	r->there = sc_alloc(groups, sizeof(bool));
	r->own = sc_alloc(groups, sizeof(double));
	r->which = sc_alloc(groups, sizeof(uint32));
	r->n_left = sc_alloc(groups, sizeof(Size));
}

static void
free_replicates(Replicates *r)
{
	int			s;

	for (s = 0; s < 2; s++)
	{
		pfree(r->corr[s]);
		pfree(r->n[s]);
	}
	pfree(r->there);
	pfree(r->own);
	pfree(r->which);
	pfree(r->n_left);
}

/*
 * The families of a row are those of the models that it has in either stratum.  Of each
 * stratum there must be enough, and the fewer give the degrees of freedom.  They make
 * nobody surer than as many independent models in independent strata would.
 */
static void
set_jackknife(const RefitTargets *targets, uint32 t, const ModelGroups *groups,
			  double *const *corr, const StrataOptions *options, Replicates *r, StrataRow *row)
{
	ScPairErrors errors;
	uint32		fewest = PG_UINT32_MAX;
	uint32		n = 0;
	bool		found = true;
	double		low;
	double		high;
	double		p;
	int			sign[2];
	uint32		g;
	int			s;

	memset(r->there, 0, groups[0].n);
	for (s = 0; s < 2; s++)
	{
		const ScCorrelation *c = &row->side[s].result.c;
		uint32		families = sc_groups_of_target(&targets[s], t, &groups[s], r->which, r->n_left);
		ScJackknife own;
		uint32		i;

		for (g = 0; g < groups[s].n; g++)
		{
			r->corr[s][g] = c->corr;
			r->n[s][g] = c->n;
		}
		for (i = 0; i < families; i++)
		{
			g = r->which[i];
			r->there[g] = true;
			r->own[i] = r->corr[s][g] = corr[s][(Size) t * groups[s].n + g];
			r->n[s][g] = r->n_left[i];
		}
		fewest = Min(fewest, families);
		sign[s] = 0;
		if (families < SC_MIN_GROUPS)
			continue;
		if (!sc_jackknife_correlation(c->corr, c->n, r->own, r->n_left, families,
									  options->confidence, &own))
			found = false;
		else
			sign[s] = sign_of(own.low, own.high);
	}
	for (g = 0; g < groups[0].n; g++)
	{
		if (!r->there[g])
			continue;
		for (s = 0; s < 2; s++)
		{
			r->corr[s][n] = r->corr[s][g];
			r->n[s][n] = r->n[s][g];
		}
		n++;
	}
	row->n_families = (int32) n;
	if (fewest < SC_MIN_GROUPS)
		sc_say_status(row, SC_STATUS_FEW_FAMILIES);
	else if (!found || !sc_jackknife_pair(r->corr[0], r->n[0], r->corr[1], r->n[1], n, &errors))
		sc_say_status(row, SC_STATUS_DEGENERATE);
	else if (set_analytic(options, row))
	{
		errors.nu = fewest - 1.0;
		(void) sc_strata_interval(&row->side[0].result.c, &row->side[1].result.c, &errors,
								  options->confidence, &low, &high);
		p = sc_strata_p_value(&row->side[0].result.c, &row->side[1].result.c, &errors);
		row->low = Min(row->low, low);
		row->high = Max(row->high, high);
		row->p_value = Max(Max(row->p_value, p), sc_least_p_value(fewest));
		for (s = 0; s < 2; s++)
			if (sign[s] == 0)
				row->side[s].sign = 0;
	}
}

/* Some rows, whose families are left out of the fits of a pair. */
static void
refit_rows(const Strata *strata, const FitPair *pair, const ModelGroups *groups,
		   StrataRow **row, uint32 n, const StrataOptions *options)
{
	RefitTargets targets[2];
	double	   *corr[2];
	uint32	   *benchmark = sc_alloc(n, sizeof(uint32));
	Replicates	replicates;
	uint32		t;
	int			s;

	for (s = 0; s < 2; s++)
	{
		for (t = 0; t < n; t++)
			benchmark[t] = (uint32) row[t]->place->in[s];
		corr[s] = sc_alloc((Size) n * groups[s].n, sizeof(double));
		sc_refit_targets_collect(&targets[s], &strata->columns[s], benchmark, n, &pair->scores[s]);
		sc_refit_without(&pair->scores[s], &targets[s], options->method, &groups[s], corr[s]);
	}
	alloc_replicates(groups[0].n, &replicates);
	for (t = 0; t < n; t++)
	{
		CHECK_FOR_INTERRUPTS();
		set_jackknife(targets, t, groups, corr, options, &replicates, row[t]);
	}
	free_replicates(&replicates);
	for (s = 0; s < 2; s++)
	{
		sc_refit_targets_free(&targets[s]);
		pfree(corr[s]);
	}
	pfree(benchmark);
}

/* The families of the models of either fit, by the same numbers in both. */
static void
group_families(const Strata *strata, const FitPair *pair, ModelGroups *groups)
{
	uint32		n = strata->families[0].n;
	uint32	   *number = sc_alloc(n, sizeof(uint32));
	uint32		found = 0;
	uint32		i;
	int			s;

	memset(number, 0xFF, sizeof(uint32) * n);
	for (s = 0; s < 2; s++)
	{
		const CapabilityScores *scores = &pair->scores[s];

		groups[s].of_row = sc_alloc(scores->n, sizeof(uint32));
		for (i = 0; i < scores->n; i++)
		{
			uint32	   *own = &number[strata->families[s].of_model[scores->model[i]]];

			sc_poll_step(i);
			if (*own == PG_UINT32_MAX)
				*own = found++;
			groups[s].of_row[i] = *own;
		}
	}
	groups[0].n = groups[1].n = found;
	pfree(number);
}

void
sc_set_strata_intervals(const Strata *strata, const FitPair *pair, StrataRow **row, uint32 n,
						const StrataOptions *options)
{
	ModelGroups groups[2];
	uint32		step;
	uint32		i;

	for (i = 0; i < n && !strata->has_families; i++)
	{
		CHECK_FOR_INTERRUPTS();
		(void) set_analytic(options, row[i]);
	}
	if (!strata->has_families || n == 0)
		return;
	group_families(strata, pair, groups);
	step = sc_targets_at_a_time(groups[0].n);
	for (i = 0; i < n; i += step)
		refit_rows(strata, pair, groups, row + i, Min(step, n - i), options);
}
