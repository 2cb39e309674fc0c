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
#include "functions/analyses/refitting.h"
#include "functions/analyses/targets.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"
#include "stats/base/student.h"
#include "stats/correlation/infer.h"
#include "stats/correlation/verdict.h"
#include "stats/resampling/replicates.h"

/* ----------
 * Options
 * ----------
 */

bool
sc_families_count(CiKind kind, bool has_families, bool annotated)
{
	if (has_families && kind != CI_JACKKNIFE && kind != CI_NONE)
	{
		/* what a call asks for goes before what the matrix says of itself */
		if (annotated)
			return false;
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"%s\" cannot be used with %s => '%s'",
						"families", "ci", sc_ci_word(kind)),
				 errdetail("Models of one family are not independent, which only the jackknife over families accounts for."),
				 errhint("Leave out \"ci\", or set it to 'jackknife'.")));
	}
	if (!has_families && kind == CI_JACKKNIFE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ci => 'jackknife' needs the parameter \"%s\"", "families"),
				 errhint("Give the family of each model, families => jsonb_object_agg(model, family), here or once to annotate().")));
	return true;
}

void
sc_interval_options(FunctionCallInfo fcinfo, int first, const ScoreMatrixView *view,
					int allowed, CiKind preferred, IntervalOptions *options)
{
	bool		has_families;

	sc_families_argument(fcinfo, first + 4, view, &options->families);
	has_families = options->families.of_model != NULL;
	options->confidence = sc_confidence_argument(fcinfo, first);
	options->kind = sc_ci_argument(fcinfo, first + 1, allowed,
								   has_families ? CI_JACKKNIFE : preferred);
	options->resamples = sc_resamples_argument(fcinfo, first + 2);
	options->seed = sc_seed_argument(fcinfo, first + 3);
	if (!sc_families_count(options->kind, has_families, options->families.annotated))
		sc_no_families(&options->families);
}

/* ----------
 * The three kinds
 * ----------
 */

static void
untest(CorrelationRow *row, const char *status)
{
	row->tested = false;
	row->p_value = get_float8_nan();
	row->status = status;
}

/* No p-value of the row is below the least of so many models, or families. */
static void
raise_p_values(CorrelationRow *row, Size n)
{
	double		least = sc_least_p_value(n);

	row->p_value = Max(row->p_value, least);
	row->claim.beyond = Max(row->claim.beyond, least);
	row->claim.within = Max(row->claim.within, least);
}

/* By how many standard errors of z, NULL: the formula's, |corr| exceeds a threshold. */
static double
deviate(const ScCorrelation *c, double threshold, const double *error)
{
	return error == NULL ? sc_deviate(c, threshold) :
		(fabs(sc_correlation_z(c)) - atanh(threshold)) / *error;
}

/* The tests of claims; also of what the correlation is without its leak: the larger p-values. */
static void
test_claims(const ScCorrelation *c, double threshold, const double *error, double nu,
			ScClaims *claim)
{
	ScCorrelation rest = sc_without_leak(c);
	ScClaims	of_rest;

	sc_test_claims(deviate(c, threshold, error), nu, claim);
	if (c->leak == 0)
		return;
	sc_test_claims(deviate(&rest, threshold, error), nu, &of_rest);
	claim->beyond = Max(claim->beyond, of_rest.beyond);
	claim->within = Max(claim->within, of_rest.within);
}

/* A correlation of refitted models, or NaN, less the leak that all models have. */
static double
less_leak(const ScCorrelation *c, double corr)
{
	Size		n = sc_free_observations(c);

	return isnan(corr) ? corr : tanh(sc_fisher_z(corr, n) - sc_fisher_z(c->leak, n));
}

/* Widens an interval that was found by refitting so that it holds both. */
static void
widen_by_leak(const ScCorrelation *c, double *low, double *high)
{
	if (c->leak == 0)
		return;
	*low = Min(*low, less_leak(c, *low));
	*high = Max(*high, less_leak(c, *high));
}

/* The interval by formula, and the tests that belong to it. */
static bool
set_analytic(CorrelationRow *row, const IntervalOptions *options)
{
	const ScCorrelation *c = &row->result.c;

	if (!sc_interval(c, sc_normal_quantile(options->confidence), &row->ci_low, &row->ci_high))
	{
		row->status = SC_STATUS_NO_INTERVAL;
		return false;
	}
	test_claims(c, options->threshold, NULL, HUGE_VAL, &row->claim);
	raise_p_values(row, sc_free_observations(c));
	return true;
}

/*
 * Percentiles of what the resamples gave, and the shares that bear out no claim.  Where
 * more than half of them are degenerate the rest is no sample of anything.  All resamples of
 * a perfect order are perfect, which is no certainty: neither end nor claim goes
 * beyond what the formula has there.
 */
static void
set_percentile(CorrelationRow *row, double *corr, Size count, const IntervalOptions *options)
{
	double		low = 0;
	double		high = 0;
	Size		valid = 0;
	ScCorrelation perfect = row->result.c;
	ScClaims	least;
	Size		i;
	bool		found = sc_percentile_interval(corr, count, options->confidence, sc_poll,
											   &low, &high, &valid);

	row->n_resamples = (int32) valid;
	if (!found || valid < count / 2)
	{
		row->status = SC_STATUS_DEGENERATE;
		return;
	}
	sc_bound_interval(perfect.method, sc_free_observations(&perfect), sc_normal_quantile(options->confidence), &low, &high);
	widen_by_leak(&row->result.c, &low, &high);
	row->ci_low = low;
	row->ci_high = high;

	sc_count_claims(corr, count, row->result.c.corr, options->threshold, sc_poll, &row->claim);
	if (row->result.c.leak != 0)
	{
		for (i = 0; i < count; i++)
			corr[i] = less_leak(&row->result.c, corr[i]);
		sc_count_claims(corr, count, row->result.c.corr, options->threshold, sc_poll, &least);
		row->claim.beyond = Max(row->claim.beyond, least.beyond);
		row->claim.within = Max(row->claim.within, least.within);
	}
	perfect.corr = 1.0;
	perfect.leak = 0.0;
	perfect.kendall_spread = 0.0;
	sc_test_claims(sc_deviate(&perfect, options->threshold), HUGE_VAL, &least);
	row->claim.beyond = Max(row->claim.beyond, least.beyond);
}

/*
 * Families make nobody surer than as many independent models would be: of interval,
 * p-value and claims the wider and larger is taken.  What is independent is the
 * families, of which there are so many orders.
 */
static void
widen_by_jackknife(CorrelationRow *row, const ScJackknife *found, uint32 families,
				   const IntervalOptions *options)
{
	const ScCorrelation *c = &row->result.c;
	ScClaims	claim;
	double		low = found->low;
	double		high = found->high;

	if (!set_analytic(row, options))
		return;
	test_claims(c, options->threshold, &found->error, families - 1.0, &claim);
	widen_by_leak(c, &low, &high);
	row->ci_low = Min(row->ci_low, low);
	row->ci_high = Max(row->ci_high, high);
	row->p_value = Max(row->p_value, found->p);
	if (c->leak != 0 && found->error > 0)
	{
		ScCorrelation rest = sc_without_leak(c);

		row->p_value = Max(row->p_value,
						   sc_student_two_sided(sc_correlation_z(&rest) / found->error, families - 1.0));
	}
	row->claim.beyond = Max(row->claim.beyond, claim.beyond);
	row->claim.within = Max(row->claim.within, claim.within);
	raise_p_values(row, families);
}

/*
 * The jackknife over the families of the models that have the target; corr is what is
 * left without each of all families.
 */
static void
set_jackknife(CorrelationRow *row, const RefitTargets *targets, uint32 t,
			  const ModelGroups *groups, const double *corr, const IntervalOptions *options)
{
	const ScCorrelation *c = &row->result.c;
	uint32	   *which = sc_alloc(groups->n, sizeof(uint32));
	Size	   *n_left = sc_alloc(groups->n, sizeof(Size));
	double	   *without = sc_alloc(groups->n, sizeof(double));
	uint32		families = sc_groups_of_target(targets, t, groups, which, n_left);
	ScJackknife found;
	uint32		i;

	for (i = 0; i < families; i++)
	{
		without[i] = corr[which[i]];
		n_left[i] = Max(n_left[i], SC_MIN_MODELS + c->controls) - c->controls;
	}
	row->n_families = (int32) families;
	if (families < SC_MIN_GROUPS)
		untest(row, SC_STATUS_FEW_FAMILIES);
	else if (!sc_jackknife_correlation(c->corr, sc_free_observations(c), without, n_left, families,
									   options->confidence, &found))
		untest(row, SC_STATUS_DEGENERATE);
	else
		widen_by_jackknife(row, &found, families, options);
	pfree(which);
	pfree(n_left);
	pfree(without);
}

/* The given rows, by refitting; groups is NULL for resamples. */
static void
set_refitted(const ScoreColumns *columns, const CapabilityScores *scores,
			 CorrelationRow **row, uint32 n, ScMethod method,
			 const IntervalOptions *options, const ModelGroups *groups)
{
	uint32		count = groups == NULL ? (uint32) options->resamples : groups->n;
	double	   *corr = sc_alloc((Size) n * count, sizeof(double));
	uint32	   *benchmark = sc_alloc(n, sizeof(uint32));
	RefitTargets targets;
	uint32		t;

	for (t = 0; t < n; t++)
		benchmark[t] = row[t]->target;
	sc_refit_targets_collect(&targets, columns, benchmark, n, scores);
	if (groups == NULL)
		sc_refit_resamples(scores, &targets, method, options->seed, count, corr);
	else
		sc_refit_without(scores, &targets, method, groups, corr);
	for (t = 0; t < n; t++)
	{
		CHECK_FOR_INTERRUPTS();
		if (groups == NULL)
			set_percentile(row[t], corr + (Size) t * count, count, options);
		else
			set_jackknife(row[t], &targets, t, groups, corr + (Size) t * count, options);
	}
	sc_refit_targets_free(&targets);
	pfree(benchmark);
	pfree(corr);
}

/* What rests on families, of the rows whose models' families are not known. */
static void
check_families(const ScoreColumns *columns, const CapabilityScores *scores,
			   CorrelationRow *row, uint32 n, const Families *families)
{
	uint32		j;

	for (j = 0; j < n; j++)
	{
		const char *status;

		if (row[j].scores != scores)
			continue;
		status = sc_row_families(&row[j], columns, families);
		if (row[j].tested && strcmp(status, SC_STATUS_OK) != 0)
			untest(&row[j], status);
	}
}

void
sc_set_intervals(const ScoreColumns *columns, const CapabilityScores *scores,
				 CorrelationRow *row, uint32 n, ScMethod method,
				 const IntervalOptions *options)
{
	CorrelationRow **wanted;
	uint32		n_wanted = 0;
	ModelGroups groups = {0};
	bool		jackknife = options->families.of_model != NULL;
	uint32		step;
	uint32		j;

	if (jackknife)
		check_families(columns, scores, row, n, &options->families);
	if ((options->kind == CI_NONE && !jackknife) || scores->status != SC_OK)
		return;
	wanted = sc_alloc(n, sizeof(CorrelationRow *));
	for (j = 0; j < n; j++)
	{
		sc_poll_step(j);
		if (row[j].scores != scores || !row[j].tested)
			continue;
		if (options->kind == CI_ANALYTIC)
			set_analytic(&row[j], options);
		else
			wanted[n_wanted++] = &row[j];
	}
	if (jackknife)
		sc_family_groups(&options->families, scores->model, scores->n, &groups);
	step = sc_targets_at_a_time(jackknife ? groups.n : (uint32) options->resamples);
	for (j = 0; j < n_wanted; j += step)
		set_refitted(columns, scores, wanted + j, Min(step, n_wanted - j), method, options,
					 jackknife ? &groups : NULL);
	for (j = 0; j < n_wanted && options->kind == CI_NONE; j++)
		wanted[j]->ci_low = wanted[j]->ci_high = get_float8_nan();
	if (jackknife)
		pfree(groups.of_row);
	pfree(wanted);
}
