/*-------------------------------------------------------------------------
 *
 * difference.c
 *	  capabilities_difference: is one benchmark less entangled with capability
 *	  than another?
 *
 * Two correlations over the same models with the same score are not independent,
 * so that their intervals may overlap while the difference is plain.  Both are
 * refitted on the same resamples, and the difference is taken in each.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "functions/analyses/correlation_rows.h"
#include "functions/analyses/intervals.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/interval_options.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "stats/resampling/replicates.h"

PG_FUNCTION_INFO_V1(sc_capabilities_difference);

static const ResultColumn result_columns[] = {
	{"n", INT4OID},
	{"n_imputed", INT4OID},
	{"n_families", INT4OID},
	{"n_resamples", INT4OID},
	{"corr_a", FLOAT8OID},
	{"corr_b", FLOAT8OID},
	{"difference", FLOAT8OID},
	{"ci_low", FLOAT8OID},
	{"ci_high", FLOAT8OID},
	{"p_value", FLOAT8OID},
	{"status", TEXTOID},
};

/* Both correlations and their difference; NaN is a number that is not there. */
typedef struct Difference
{
	uint32		n;
	int32		n_imputed;		/* of them, those with filled capability scores */
	double		corr[2];
	int32		n_families;		/* -1: none */
	int32		n_resamples;
	double		low;
	double		high;
	double		p_value;
	const char *status;
} Difference;

/*
 * The capability benchmarks but for the two, which would else be parts of what
 * they are compared by.
 */
static void
fit_without(const ScoreColumns *columns, const BenchmarkSet *capabilities,
			const uint32 *target, const CapabilityRecipe *recipe,
			CapabilityScores *scores)
{
	uint32	   *others = sc_alloc(capabilities->n, sizeof(uint32));
	uint32		n = sc_without(capabilities->place, capabilities->n, target[0], others);

	n = sc_without(others, n, target[1], others);
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no capability benchmarks are left"),
				 errdetail("A benchmark that is compared is left out of the component, and there are no others.")));
	sc_fit_named(columns, others, n, recipe, 1, scores);
}

/* Scores of the models of the fit that have both. */
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
		if (scores->included[model])
		{
			targets->row[n] = scores->row[model];
			targets->y[n] = columns->score[a];
			other[n++] = columns->score[b];
		}
		a++;
		b++;
	}
	memcpy(targets->row + n, targets->row, sizeof(uint32) * n);
	memcpy(targets->y + n, other, sizeof(double) * n);
	targets->m = 2;
	targets->start[1] = n;
	targets->start[2] = 2 * n;
	pfree(other);
}

/* The two correlations; false if one of them cannot be had. */
static bool
correlate_both(const CapabilityScores *scores, const RefitTargets *targets,
			   ScMethod method, Difference *d)
{
	double	   *x = sc_alloc(d->n, sizeof(double));
	uint32		i;
	int			t;

	for (i = 0; i < d->n; i++)
		x[i] = scores->score[scores->model[targets->row[i]]];
	for (t = 0; t < 2; t++)
	{
		TargetCorrelation result = {0};

		result.fit_status = result.status = scores->status;
		if (result.status == SC_OK)
			result.status = sc_run_correlation(method, targets->y + targets->start[t], x, d->n,
											   &result.c);
		if (result.status == SC_OK)
			d->corr[t] = result.c.corr;
		else if (strcmp(d->status, SC_STATUS_OK) == 0)
			d->status = sc_correlation_status(&result, SC_STATUS_CONSTANT_CAPABILITY);
	}
	pfree(x);
	return !isnan(d->corr[0]) && !isnan(d->corr[1]);
}

/*
 * Where missing scores are filled anew in every resample, by default so many scores
 * are in all of them together: a few seconds.
 */
#define MAX_DEFAULT_IMPUTED 6000000

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
		count = Min(count, MAX_DEFAULT_IMPUTED / ((Size) scores->n * scores->d));
	if (count < SC_MIN_RESAMPLES)
	{
		d->status = SC_STATUS_ON_REQUEST;
		return;
	}
	sc_refit_resamples(scores, targets, method, options->seed, count, corr);
	for (b = 0; b < count; b++)
		corr[b] -= corr[count + b];
	if (!sc_percentile_interval(corr, count, options->confidence, sc_poll, &low, &high, &valid) ||
		valid < count / 2)
		d->status = SC_STATUS_DEGENERATE;
	else
	{
		d->low = low;
		d->high = high;
		d->p_value = sc_bootstrap_p_value(corr, count, sc_poll);
	}
	d->n_resamples = (int32) valid;
	pfree(corr);
}

/* The families are those of the models that have both. */
static void
jackknife_difference(const CapabilityScores *scores, const RefitTargets *targets,
					 ScMethod method, const IntervalOptions *options, Difference *d)
{
	uint32	   *group = sc_alloc(scores->n, sizeof(uint32));
	uint32		n_groups = sc_complete_groups(scores, options, group);
	double	   *corr = sc_alloc(2 * (Size) n_groups, sizeof(double));
	Size	   *left_out = sc_alloc(n_groups, sizeof(Size));
	ScJackknife found;
	uint32		families = 0;
	uint32		g;

	sc_count_left_out(targets, 0, group, n_groups, left_out);
	sc_refit_without(scores, targets, method, group, n_groups, corr);
	for (g = 0; g < n_groups; g++)
	{
		if (left_out[g] > 0)
			corr[families++] = corr[g] - corr[n_groups + g];
	}
	d->n_families = (int32) families;
	if (families < SC_MIN_GROUPS)
		d->status = SC_STATUS_FEW_FAMILIES;
	else if (!sc_jackknife(d->corr[0] - d->corr[1], corr, families, options->confidence, &found))
		d->status = SC_STATUS_DEGENERATE;
	else
	{
		d->low = found.low;
		d->high = found.high;
		d->p_value = found.p;
	}
}

/*
 * capabilities_difference(m, benchmark_a, benchmark_b, capabilities, method, pca,
 *						   missing, min_scores, confidence, ci, resamples, seed,
 *						   families)
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
	CapabilityScores scores;
	RefitTargets targets;
	uint32		target[2];
	Difference	d;
	uint32		i;
	Datum		values[lengthof(result_columns)] = {0};
	bool		nulls[lengthof(result_columns)] = {false};

	sc_recipe_arguments(fcinfo, 5, &recipe);
	sc_begin_rows(fcinfo, result_columns, lengthof(result_columns), &rows);
	sc_read_columns(fcinfo, 0, &columns);
	sc_interval_options(fcinfo, 8, &columns.view,
						CI_BIT(CI_NONE) | CI_BIT(CI_BOOTSTRAP) | CI_BIT(CI_JACKKNIFE),
						CI_BOOTSTRAP, &options);
	(void) sc_capability_set(fcinfo, 3, &columns.view, MISSING_RAISE, &capabilities);
	target[0] = (uint32) sc_named_benchmark(fcinfo, 1, "benchmark_a", &columns.view, MISSING_RAISE);
	target[1] = (uint32) sc_named_benchmark(fcinfo, 2, "benchmark_b", &columns.view, MISSING_RAISE);
	fit_without(&columns, &capabilities, target, &recipe, &scores);
	common_targets(&columns, &scores, target, &targets);

	memset(&d, 0, sizeof(d));
	d.n = (uint32) targets.start[1];
	for (i = 0; i < d.n; i++)
		d.n_imputed += sc_is_imputed(&scores, scores.model[targets.row[i]]);
	d.corr[0] = d.corr[1] = d.low = d.high = d.p_value = get_float8_nan();
	d.n_families = d.n_resamples = -1;
	d.status = SC_STATUS_OK;
	if (correlate_both(&scores, &targets, method, &d))
	{
		if (options.kind == CI_BOOTSTRAP)
			resample_difference(&scores, &targets, method, &options, PG_ARGISNULL(9), &d);
		else if (options.kind == CI_JACKKNIFE)
			jackknife_difference(&scores, &targets, method, &options, &d);
	}

	values[0] = Int32GetDatum((int32) d.n);
	values[1] = Int32GetDatum(d.n_imputed);
	sc_put_count(d.n_families, &values[2], &nulls[2]);
	sc_put_count(d.n_resamples, &values[3], &nulls[3]);
	sc_put_float8(d.corr[0], &values[4], &nulls[4]);
	sc_put_float8(d.corr[1], &values[5], &nulls[5]);
	sc_put_float8(d.corr[0] - d.corr[1], &values[6], &nulls[6]);
	sc_put_float8(d.low, &values[7], &nulls[7]);
	sc_put_float8(d.high, &values[8], &nulls[8]);
	sc_put_float8(d.p_value, &values[9], &nulls[9]);
	values[10] = CStringGetTextDatum(d.status);
	sc_put_row(&rows, values, nulls);
	return (Datum) 0;
}
