/*-------------------------------------------------------------------------
 *
 * difference.c
 *	  capabilities_difference: is one benchmark less entangled with capability
 *	  than another?
 *
 * Two correlations over the same models with the same score are not independent,
 * so that their intervals may overlap while the difference is plain.  The formula knows
 * how they go together; or both are refitted on the same resamples, or without the same
 * families, and the difference is taken in each.
 *
 * Of absolute correlations what is negative is turned, in every resample as in the
 * whole.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/float.h"

#include "functions/analyses/intervals.h"
#include "functions/analyses/limits.h"
#include "functions/analyses/refitting.h"
#include "functions/analyses/reliability.h"
#include "functions/analyses/targets.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "stats/base/student.h"
#include "stats/correlation/difference.h"
#include "stats/correlation/infer.h"
#include "stats/correlation/partial.h"
#include "stats/correlation/reliability.h"
#include "stats/resampling/replicates.h"

PG_FUNCTION_INFO_V1(sc_capabilities_difference);

static const ResultColumn result_columns[] = {
	{"n", INT4OID},
	{"n_imputed", INT4OID},
	{"n_families", INT4OID},
	{"n_without_family", INT4OID},
	{"n_resamples", INT4OID},
	{"corr_a", FLOAT8OID},
	{"corr_b", FLOAT8OID},
	{"difference", FLOAT8OID},
	{"ci_low", FLOAT8OID},
	{"ci_high", FLOAT8OID},
	{"p_value", FLOAT8OID},
	{"difference_uncontrolled", FLOAT8OID},
	{"vif", FLOAT8OID},
	{"status", TEXTOID},
};

/* Both correlations and their difference; NaN is a number that is not there. */
typedef struct Difference
{
	uint32		n;
	int32		n_imputed;		/* of them, those with imputed capability
								 * scores */
	ScCorrelation with[2];		/* with the capabilities score */
	double		corr[2];		/* of them; NaN: not there */
	double		uncontrolled[2];	/* without the controls; NaN without
									 * controls, or if not there */
	double		vif;			/* as of TargetCorrelation */
	double		r_ab;			/* of the two with each other */
	bool		absolute;
	int32		n_families;		/* -1: none */
	int32		n_without_family;	/* -1: no families */
	int32		n_resamples;
	double		low;
	double		high;
	double		p_value;
	const char *status;
} Difference;

/*
 * The capability benchmarks but for the two and those that they share items with: they
 * would otherwise be part of the score they are compared with.  False if none is left.
 */
static bool
fit_without(const ScoreColumns *columns, const BenchmarkSet *capabilities,
			const uint32 *target, const CapabilityRecipe *recipe,
			CapabilityScores *scores)
{
	uint32	   *others = sc_alloc(capabilities->n, sizeof(uint32));
	uint32		n = sc_without_target(columns, capabilities->place, capabilities->n, target[0],
									  others);

	n = sc_without_target(columns, others, n, target[1], others);
	sc_check_min_scores(recipe, capabilities->n);
	if (n > 0 || sc_check_capabilities(columns, capabilities) != SC_OK)
	{
		sc_fit_some(columns, capabilities, others, n, recipe, 1, scores);
		return true;
	}
	sc_gather_capabilities(columns, others, 0, NULL, recipe, scores);
	scores->status = SC_TOO_FEW_MODELS;
	return false;
}

/* Scores of the models of the fit that have both, and the controls. */
static void
common_targets(const ScoreColumns *columns, const CapabilityScores *scores,
			   const uint32 *target, RefitTargets *targets)
{
	uint32		a = columns->start[target[0]];
	uint32		b = columns->start[target[1]];
	uint32		a_end = columns->start[target[0] + 1];
	uint32		b_end = columns->start[target[1] + 1];
	uint32		most = Min(a_end - a, b_end - b);
	double	   *other = sc_alloc(most, sizeof(double));
	Size		n = 0;

	sc_refit_targets_init(targets, 2, 2 * (Size) most);
	while (a < a_end && b < b_end)
	{
		uint32		model = columns->model[a];

		if (model != columns->model[b])
		{
			if (model < columns->model[b])
				a++;
			else
				b++;
			continue;
		}
		if (sc_has_pair(scores, model))
		{
			targets->fit_row[n] = scores->fit_row[model];
			targets->y[n] = columns->score[a];
			other[n++] = columns->score[b];
		}
		a++;
		b++;
	}
	memcpy(targets->fit_row + n, targets->fit_row, sizeof(uint32) * n);
	memcpy(targets->y + n, other, sizeof(double) * n);
	targets->m = 2;
	targets->start[1] = n;
	targets->start[2] = 2 * n;
	pfree(other);
}

/* One of the two, or of both with each other: y with x, given the controls if there are any. */
static ScStatus
correlate(const Difference *d, ScMethod method, const double *y, const double *x,
		  const double *control, uint32 n_controls, ScCorrelation *c, double *vif)
{
	if (n_controls == 0)
		return sc_run_correlation(method, y, x, d->n, c);
	return sc_run_partial(method, y, x, control, d->n, n_controls, c, vif);
}

/* The two correlations; false if one of them cannot be had. */
static bool
correlate_both(const ScoreColumns *columns, const uint32 *target,
			   const CapabilityScores *scores, const RefitTargets *targets,
			   ScMethod method, Difference *d)
{
	const Controls *controls = scores->controls;
	uint32		n_controls = controls == NULL ? 0 : controls->n;
	double	   *x = sc_alloc(d->n, sizeof(double));
	uint32	   *model = sc_alloc(d->n, sizeof(uint32));
	double	   *control = NULL;
	ScCorrelation between;
	double		vif;
	uint32		i;
	int			t;

	for (i = 0; i < d->n; i++)
	{
		model[i] = scores->model[targets->fit_row[i]];
		x[i] = scores->score[model[i]];
	}
	if (n_controls > 0)
		control = sc_controls_of_models(controls, model, d->n);
	for (t = 0; t < 2; t++)
	{
		const double *y = targets->y + targets->start[t];
		ScStatus	known = sc_target_status(columns, target[t], scores);
		ScStatus	status = known;

		if (status == SC_OK && n_controls > 0 &&
			sc_run_correlation(method, y, x, d->n, &between) == SC_OK)
			d->uncontrolled[t] = between.corr;
		if (status == SC_OK)
			status = correlate(d, method, y, x, control, n_controls, &d->with[t], &d->vif);
		if (status == SC_OK)
		{
			d->corr[t] = d->with[t].corr;
			sc_run_spread(y, x, &d->with[t]);
		}
		else if (strcmp(d->status, SC_STATUS_OK) == 0)
			d->status = status == SC_CONTROLLED_X ? sc_not_separable(scores) :
				sc_correlation_status(known, status, SC_STATUS_CONSTANT_CAPABILITY);
	}

	/* where both are there neither is constant, nor all that the controls are */
	if (!isnan(d->corr[0]) && !isnan(d->corr[1]))
	{
		(void) correlate(d, method, targets->y, targets->y + targets->start[1], control,
						 n_controls, &between, &vif);
		d->r_ab = between.corr;
	}
	pfree(x);
	pfree(model);
	if (control != NULL)
		pfree(control);
	return !isnan(d->corr[0]) && !isnan(d->corr[1]);
}

/* Of the two whose signs decide, where there are absolute correlations, which is turned. */
static double
turned_difference(const double *sign, bool absolute, double corr_a, double corr_b)
{
	if (absolute && sign[0] < 0.0)
		corr_a = -corr_a;
	if (absolute && sign[1] < 0.0)
		corr_b = -corr_b;
	return corr_a - corr_b;
}

/* Of these models or of some of them: which is to be turned is known from all. */
static double
difference_of(const Difference *d, double corr_a, double corr_b)
{
	return turned_difference(d->corr, d->absolute, corr_a, corr_b);
}

static bool
is_perfect(const Difference *d)
{
	return fabs(d->corr[0]) == 1.0 || fabs(d->corr[1]) == 1.0;
}

/* Are the families, if there are any, known well enough of the models that have both? */
static bool
has_known_families(const CapabilityScores *scores, const RefitTargets *targets,
				   const Families *families, Difference *d)
{
	FamilyCounts counts = {0};
	uint32		i;

	if (families->of_model == NULL)
		return true;
	for (i = 0; i < d->n; i++)
		sc_count_family(families, scores->model[targets->fit_row[i]], &counts);
	d->n_without_family = counts.n_without;
	d->status = sc_families_status(&counts);
	return strcmp(d->status, SC_STATUS_OK) == 0;
}

/*
 * Is one of the two so noisy that its correlation is lower for that alone?  Said of all
 * models that have it.
 */
static bool
is_noisy(const ScoreColumns *columns, const uint32 *target, const CapabilityScores *scores)
{
	bool		noisy = false;
	int			t;

	for (t = 0; t < 2; t++)
	{
		TargetPairs pairs;

		sc_gather_pairs(columns, target[t], scores, &pairs);
		if (sc_target_reliability(columns, target[t], scores, &pairs) < SC_MIN_RELIABILITY)
			noisy = true;
		sc_free_pairs(&pairs);
	}
	return noisy;
}

/* The interval by formula; false where there are too few models for it. */
static bool
set_analytic(const IntervalOptions *options, Difference *d)
{
	if (!sc_difference_interval(&d->with[0], &d->with[1], d->r_ab, d->absolute,
								sc_normal_quantile(options->confidence), &d->low, &d->high))
		return false;
	d->p_value = sc_difference_p_value(&d->with[0], &d->with[1], d->r_ab, d->absolute);
	return true;
}

/* What of the difference ranks let through of the controls (partial.h). */
static double
leak_of(const Difference *d)
{
	return difference_of(d, d->with[0].leak, d->with[1].leak);
}

/*
 * An interval that was found otherwise, widened by the leak, and cut to what is possible.  Where it may not be
 * surer than the formula is, the wider interval and the larger p-value count.
 */
static void
set_otherwise(double low, double high, double p, bool widen, const IntervalOptions *options,
			  Difference *d)
{
	double		most = d->absolute ? 1.0 : 2.0;

	low = Min(low, low - leak_of(d));
	high = Max(high, high - leak_of(d));
	if (widen && set_analytic(options, d))
	{
		low = Min(low, d->low);
		high = Max(high, d->high);
		p = Max(p, d->p_value);
	}
	else if (widen)
	{
		low = -most;
		high = most;
		p = 1.0;
	}
	d->low = Max(Min(low, most), -most);
	d->high = Min(Max(high, -most), most);
	d->p_value = p;
}

static void
resample_difference(const CapabilityScores *scores, const RefitTargets *targets,
					ScMethod method, const IntervalOptions *options, bool by_default,
					Difference *d)
{
	Size		count = options->resamples;
	double	   *corr = sc_alloc(2 * count, sizeof(double));
	double		low = 0;
	double		high = 0;
	Size		valid = 0;
	Size		b;

	if (by_default && scores->missing != NULL)
		count = Min(count, SC_MAX_DEFAULT_IMPUTED_DIFFERENCE / ((Size) scores->n * scores->d));
	if (count < SC_MIN_RESAMPLES)
	{
		d->status = SC_STATUS_ON_REQUEST;
		return;
	}
	sc_refit_resamples(scores, targets, method, options->seed, count, corr);
	for (b = 0; b < count; b++)
		corr[b] = difference_of(d, corr[b], corr[count + b]);
	if (!sc_percentile_interval(corr, count, options->confidence, sc_poll, &low, &high, &valid) ||
		valid < count / 2)
		d->status = SC_STATUS_DEGENERATE;
	else
	{
		double		p = sc_bootstrap_p_value(corr, count, sc_poll);

		for (b = 0; b < count; b++)
			corr[b] -= leak_of(d);
		p = Max(p, sc_bootstrap_p_value(corr, count, sc_poll));
		/* resamples of a perfect order are perfect, which is no certainty */
		set_otherwise(low, high, p, is_perfect(d), options, d);
	}
	d->n_resamples = (int32) valid;
	pfree(corr);
}

/*
 * The families are those of the models that have both.  They make nobody surer than as
 * many independent models would be, of which Kendall knows only if one is perfect.
 */
static void
jackknife_difference(const CapabilityScores *scores, const RefitTargets *targets,
					 ScMethod method, const IntervalOptions *options, Difference *d)
{
	ModelGroups groups;
	double	   *corr;
	uint32	   *which;
	Size	   *n_left;
	double	   *without;
	ScJackknife found;
	uint32		families;
	uint32		i;

	sc_family_groups(&options->families, scores->model, scores->n, &groups);
	corr = sc_alloc(2 * (Size) groups.n, sizeof(double));
	which = sc_alloc(groups.n, sizeof(uint32));
	n_left = sc_alloc(groups.n, sizeof(Size));
	without = sc_alloc(groups.n, sizeof(double));
	families = sc_groups_of_target(targets, 0, &groups, which, n_left);
	sc_refit_without(scores, targets, method, &groups, corr);
	for (i = 0; i < families; i++)
		without[i] = difference_of(d, corr[which[i]], corr[groups.n + which[i]]);
	d->n_families = (int32) families;
	if (families < SC_MIN_GROUPS)
		d->status = SC_STATUS_FEW_FAMILIES;
	else if (!sc_jackknife(difference_of(d, d->corr[0], d->corr[1]), without, families, options->confidence, &found))
		d->status = SC_STATUS_DEGENERATE;
	else
	{
		double		p = Max(found.p, sc_least_p_value(families));

		if (leak_of(d) != 0 && found.error > 0)
			p = Max(p, sc_student_two_sided((difference_of(d, d->corr[0], d->corr[1]) - leak_of(d)) / found.error,
											families - 1.0));
		set_otherwise(found.low, found.high, p, method != SC_KENDALL || is_perfect(d), options, d);
	}
}

/*
 * capabilities_difference(m, benchmark_a, benchmark_b, capabilities, method, pca,
 *						   missing, min_scores, absolute, confidence, ci,
 *						   resamples, seed, families, controlling)
 */
Datum
sc_capabilities_difference(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	ScMethod	method = sc_method_argument(fcinfo, 4);
	CapabilityRecipe recipe;
	IntervalOptions options;
	ScoreColumns columns;
	BenchmarkSet capabilities;
	Controls	controls;
	CapabilityScores scores;
	RefitTargets targets;
	uint32		target[2];
	bool		has_others;
	bool		controlled;
	Difference	d;
	uint32		i;

	sc_recipe_arguments(fcinfo, 5, &recipe);
	sc_begin_rows(fcinfo, result_columns, lengthof(result_columns), &rows);
	sc_read_columns(fcinfo, 0, &columns);
	if (method == SC_KENDALL)
		sc_interval_options(fcinfo, 9, &columns.view, CI_ALL & ~CI_BIT(CI_ANALYTIC),
							CI_BOOTSTRAP, &options);
	else
		sc_interval_options(fcinfo, 9, &columns.view, CI_ALL, CI_ANALYTIC, &options);
	(void) sc_capability_set(fcinfo, 3, &columns.view, MISSING_RAISE, &capabilities);
	target[0] = (uint32) sc_named_benchmark(fcinfo, 1, "benchmark_a", &columns.view, MISSING_RAISE);
	target[1] = (uint32) sc_named_benchmark(fcinfo, 2, "benchmark_b", &columns.view, MISSING_RAISE);
	controlled = sc_controls_argument(fcinfo, 14, &columns, method, &controls);
	has_others = fit_without(&columns, &capabilities, target, &recipe, &scores);
	if (controlled)
		scores.controls = &controls;
	common_targets(&columns, &scores, target, &targets);

	memset(&d, 0, sizeof(d));
	d.absolute = sc_bool_argument(fcinfo, 8, "absolute");
	d.n = (uint32) targets.start[1];
	for (i = 0; i < d.n; i++)
		d.n_imputed += sc_is_imputed(&scores, scores.model[targets.fit_row[i]]);
	d.uncontrolled[0] = d.uncontrolled[1] = d.vif = get_float8_nan();
	d.corr[0] = d.corr[1] = d.low = d.high = d.p_value = get_float8_nan();
	d.n_families = d.n_without_family = d.n_resamples = -1;
	d.status = has_others ? SC_STATUS_OK : SC_STATUS_NO_OTHER;
	if (correlate_both(&columns, target, &scores, &targets, method, &d) &&
		has_known_families(&scores, &targets, &options.families, &d))
	{
		if (options.kind == CI_ANALYTIC && !set_analytic(&options, &d))
			d.status = SC_STATUS_NO_INTERVAL;
		else if (options.kind == CI_BOOTSTRAP)
			resample_difference(&scores, &targets, method, &options, PG_ARGISNULL(10), &d);
		else if (options.kind == CI_JACKKNIFE)
			jackknife_difference(&scores, &targets, method, &options, &d);
		if (d.vif >= SC_MAX_VIF)
		{
			d.p_value = get_float8_nan();
			if (strcmp(d.status, SC_STATUS_OK) == 0)
				d.status = sc_not_separable(&scores);
		}
		if (strcmp(d.status, SC_STATUS_OK) == 0 && is_noisy(&columns, target, &scores))
			d.status = SC_STATUS_NOISY;
	}

	sc_add_int4(&rows, (int32) d.n);
	sc_add_int4(&rows, d.n_imputed);
	sc_add_count(&rows, d.n_families);
	sc_add_count(&rows, d.n_without_family);
	sc_add_count(&rows, d.n_resamples);
	sc_add_float8(&rows, d.corr[0]);
	sc_add_float8(&rows, d.corr[1]);
	sc_add_float8(&rows, difference_of(&d, d.corr[0], d.corr[1]));
	sc_add_float8(&rows, d.low);
	sc_add_float8(&rows, d.high);
	sc_add_float8(&rows, d.p_value);
	sc_add_float8(&rows, turned_difference(d.uncontrolled, d.absolute, d.uncontrolled[0], d.uncontrolled[1]));
	sc_add_float8(&rows, d.vif);
	sc_add_text(&rows, d.status);
	sc_end_row(&rows);
	return (Datum) 0;
}
