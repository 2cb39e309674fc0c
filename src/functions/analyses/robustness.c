/*-------------------------------------------------------------------------
 *
 * robustness.c
 *	  capabilities_robustness: how far does the answer move when something
 *	  changes that should not matter?
 *
 * One capability benchmark, one model or one family is left out and everything
 * refitted; the correlation or the component is taken in another way.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "functions/analyses/correlation_rows.h"
#include "functions/analyses/intervals.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/interval_options.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "types/forms/poll.h"
#include "stats/correlation/infer.h"

PG_FUNCTION_INFO_V1(sc_capabilities_robustness);

static const ResultColumn result_columns[] = {
	{"benchmark", TEXTOID},
	{"role", TEXTOID},
	{"negated", BOOLOID},
	{"n", INT4OID},
	{"n_imputed", INT4OID},
	{"corr", FLOAT8OID},
	{"verdict", TEXTOID},
	{"without_benchmark_low", FLOAT8OID},
	{"without_benchmark_low_name", TEXTOID},
	{"without_benchmark_high", FLOAT8OID},
	{"without_benchmark_high_name", TEXTOID},
	{"without_model_low", FLOAT8OID},
	{"without_model_low_name", TEXTOID},
	{"without_model_high", FLOAT8OID},
	{"without_model_high_name", TEXTOID},
	{"without_family_low", FLOAT8OID},
	{"without_family_low_name", TEXTOID},
	{"without_family_high", FLOAT8OID},
	{"without_family_high_name", TEXTOID},
	{"pearson", FLOAT8OID},
	{"kendall", FLOAT8OID},
	{"pca_pearson", FLOAT8OID},
	{"mean_z", FLOAT8OID},
	{"sign_flips", BOOLOID},
	{"verdict_flips", BOOLOID},
	{"status", TEXTOID},
};

/* Replicates that are kept at a time. */
#define MAX_REPLICATES ((Size) 8000000)

/* What is left out. */
typedef enum LeftOut
{
	WITHOUT_BENCHMARK,
	WITHOUT_MODEL,
	WITHOUT_FAMILY
} LeftOut;

#define N_LEFT_OUT 3

/* Its place in the matrix, or the family's number. */
typedef struct Extremes
{
	double		low;			/* NaN: none yet */
	double		high;
	uint32		low_without;
	uint32		high_without;
} Extremes;

typedef struct RobustnessRow
{
	CorrelationRow base;
	Extremes	extremes[N_LEFT_OUT];
	double		pearson;		/* NaN: none */
	double		kendall;
	double		pca_pearson;
	double		mean_z;
	bool		sign_flips;
	bool		verdict_flips;
} RobustnessRow;

/* What is the same for all rows of a call. */
typedef struct Robustness
{
	ScoreColumns columns;
	CapabilityRecipe recipe;
	CapabilityRecipe pearson;	/* with Pearson's matrix */
	IntervalOptions options;	/* families alone */
	double		quantile;
	double		threshold;		/* of the verdict; on Kendall's scale: */
	double		threshold_kendall;
} Robustness;

/* ----------
 * One variation
 * ----------
 */

static ScVerdict
verdict_of(const Robustness *r, const ScCorrelation *c)
{
	double		low;
	double		high;

	if (!sc_interval(c, r->quantile, &low, &high))
		return SC_UNRESOLVED;
	return sc_verdict(low, high, c->method == SC_KENDALL ? r->threshold_kendall : r->threshold);
}

/* Compares a variation of the row's correlation with it; NaN is none. */
static void
compare(const Robustness *r, RobustnessRow *row, ScMethod method, Size n, double corr)
{
	ScCorrelation c = {0};
	double		base = row->base.result.c.corr;

	if (isnan(corr) || row->base.result.status != SC_OK)
		return;
	c.method = method;
	c.n = n;
	c.corr = corr;
	if ((base > 0 && corr < 0) || (base < 0 && corr > 0))
		row->sign_flips = true;
	if (verdict_of(r, &c) != verdict_of(r, &row->base.result.c))
		row->verdict_flips = true;
}

/* The same for one of many, of which the extremes are kept. */
static void
extend(const Robustness *r, RobustnessRow *row, LeftOut kind, uint32 without,
	   Size n, double corr)
{
	Extremes   *extremes = &row->extremes[kind];

	if (isnan(corr))
		return;
	if (isnan(extremes->low) || corr < extremes->low)
	{
		extremes->low = corr;
		extremes->low_without = without;
	}
	if (isnan(extremes->high) || corr > extremes->high)
	{
		extremes->high = corr;
		extremes->high_without = without;
	}
	compare(r, row, SC_SPEARMAN, n, corr);
}

/* Spearman's correlation, or another, with other scores; NaN if there is none. */
static double
correlation_with(const Robustness *r, RobustnessRow *row,
				 const CapabilityScores *scores, ScMethod method, Size *n)
{
	TargetCorrelation result;

	sc_correlate_with_scores(&r->columns, row->base.target, scores, method, &result);
	*n = result.c.n;
	return result.status == SC_OK ? result.c.corr : get_float8_nan();
}

static double
vary(const Robustness *r, RobustnessRow *row, const CapabilityScores *scores,
	 ScMethod method)
{
	Size		n;
	double		corr = correlation_with(r, row, scores, method, &n);

	compare(r, row, method, n, corr);
	return corr;
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
		for (t = 0; t < m; t++)
		{
			Size		n;
			double		corr = correlation_with(r, row[t], &scores, SC_SPEARMAN, &n);

			CHECK_FOR_INTERRUPTS();
			extend(r, row[t], WITHOUT_BENCHMARK, capability[out], n, corr);
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
			   const CapabilityScores *scores, const uint32 *group, uint32 n_groups,
			   LeftOut kind, const uint32 *name)
{
	Size	   *left_out = sc_alloc(n_groups, sizeof(Size));
	uint32		step = Max(MAX_REPLICATES / Max(n_groups, 1), 1);
	uint32		first;

	for (first = 0; first < m; first += step)
	{
		uint32		count = Min(step, m - first);
		double	   *corr = sc_alloc((Size) count * n_groups, sizeof(double));
		RefitTargets targets;
		Size		n_scores = 0;
		uint32		t;

		for (t = first; t < first + count; t++)
			n_scores += r->columns.start[row[t]->base.target + 1] -
				r->columns.start[row[t]->base.target];
		sc_refit_targets_init(&targets, count, n_scores);
		for (t = first; t < first + count; t++)
			sc_refit_targets_add(&targets, &r->columns, row[t]->base.target, scores);
		sc_refit_without(scores, &targets, SC_SPEARMAN, group, n_groups, corr);
		for (t = 0; t < count; t++)
		{
			Size		n = targets.start[t + 1] - targets.start[t];
			uint32		g;

			CHECK_FOR_INTERRUPTS();
			sc_count_left_out(&targets, t, group, n_groups, left_out);
			for (g = 0; g < n_groups; g++)
			{
				/* others have no part in the correlation */
				if (left_out[g] > 0)
					extend(r, row[first + t], kind, name[g], n - left_out[g],
						   corr[(Size) t * n_groups + g]);
			}
		}
		pfree(corr);
	}
	pfree(left_out);
}

static void
without_models(const Robustness *r, RobustnessRow **row, uint32 m,
			   const CapabilityScores *scores)
{
	uint32	   *group = sc_alloc(scores->n, sizeof(uint32));
	uint32		i;

	for (i = 0; i < scores->n; i++)
		group[i] = i;
	without_groups(r, row, m, scores, group, scores->n, WITHOUT_MODEL, scores->model);
	pfree(group);
}

static void
without_families(const Robustness *r, RobustnessRow **row, uint32 m,
				 const CapabilityScores *scores)
{
	uint32	   *group = sc_alloc(scores->n, sizeof(uint32));
	uint32		n_groups = sc_complete_groups(scores, &r->options, group);
	uint32	   *family = sc_alloc(n_groups, sizeof(uint32));
	uint32		i;

	for (i = 0; i < scores->n; i++)
		family[group[i]] = r->options.family[scores->model[i]];
	without_groups(r, row, m, scores, group, n_groups, WITHOUT_FAMILY, family);
	pfree(group);
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

/* named: the capability benchmarks are those of the call. */
static void
analyse(const Robustness *r, RobustnessRow **row, uint32 m,
		const uint32 *capability, uint32 d, bool named)
{
	CapabilityScores scores;
	CapabilityScores pearson;
	CapabilityScores mean;
	uint32		t;

	(named ? sc_fit_named : sc_fit_capabilities) (&r->columns, capability, d, &r->recipe, 1, &scores);
	for (t = 0; t < m; t++)
	{
		CHECK_FOR_INTERRUPTS();
		sc_row_init(&row[t]->base, &r->columns, row[t]->base.target, row[t]->base.role,
					&scores, SC_SPEARMAN, false, SC_STATUS_CONSTANT_CAPABILITY);
	}
	sc_fit_capabilities(&r->columns, capability, d, &r->pearson, 1, &pearson);
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
		if (r->options.family != NULL)
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
		row[t]->base.scores = NULL;
	}
}

/* A capability benchmark and the component of the others. */
static void
analyse_with_others(const Robustness *r, RobustnessRow *row,
					const BenchmarkSet *capabilities)
{
	OtherBenchmarks others;

	sc_begin_others(capabilities, row->base.target, &others);
	if (others.n == 0)
		sc_row_init_alone(&row->base, &r->columns, row->base.target, row->base.role);
	else
		analyse(r, &row, 1, others.place, others.n, false);
	sc_end_others(&others);
}

/* ----------
 * The function
 * ----------
 */

static Datum
name_of(const Robustness *r, LeftOut kind, uint32 which)
{
	switch (kind)
	{
		case WITHOUT_BENCHMARK:
			return sc_benchmark_name(&r->columns, which);
		case WITHOUT_MODEL:
			return sc_model_name(&r->columns, which);
		case WITHOUT_FAMILY:
			return PointerGetDatum(r->options.family_name[which]);
	}
	return (Datum) 0;			/* keep compiler quiet */
}

static void
put_row(ResultRows *rows, const Robustness *r, const RobustnessRow *row)
{
	const CorrelationRow *base = &row->base;
	Datum		values[lengthof(result_columns)] = {0};
	bool		nulls[lengthof(result_columns)] = {false};
	bool		there = base->result.status == SC_OK;
	int			kind;

	values[0] = sc_benchmark_name(&r->columns, base->target);
	values[1] = CStringGetTextDatum(base->role);
	values[2] = BoolGetDatum(sc_is_flagged(&r->columns, base->target, SC_BENCHMARK_LOWER_IS_BETTER));
	values[3] = Int32GetDatum((int32) base->result.c.n);
	values[4] = Int32GetDatum(base->result.n_imputed);
	sc_put_float8(there ? base->result.c.corr : get_float8_nan(), &values[5], &nulls[5]);
	nulls[6] = nulls[23] = nulls[24] = !there;
	if (there)
		values[6] = CStringGetTextDatum(sc_verdict_word(verdict_of(r, &base->result.c)));
	for (kind = 0; kind < N_LEFT_OUT; kind++)
	{
		const Extremes *e = &row->extremes[kind];
		int			at = 7 + 4 * kind;

		sc_put_float8(e->low, &values[at], &nulls[at]);
		sc_put_float8(e->high, &values[at + 2], &nulls[at + 2]);
		nulls[at + 1] = nulls[at + 3] = nulls[at];
		if (!nulls[at])
		{
			values[at + 1] = name_of(r, (LeftOut) kind, e->low_without);
			values[at + 3] = name_of(r, (LeftOut) kind, e->high_without);
		}
	}
	sc_put_float8(row->pearson, &values[19], &nulls[19]);
	sc_put_float8(row->kendall, &values[20], &nulls[20]);
	sc_put_float8(row->pca_pearson, &values[21], &nulls[21]);
	sc_put_float8(row->mean_z, &values[22], &nulls[22]);
	values[23] = BoolGetDatum(row->sign_flips);
	values[24] = BoolGetDatum(row->verdict_flips);
	values[25] = CStringGetTextDatum(base->status);
	sc_put_row(rows, values, nulls);
}

static void
clear_row(RobustnessRow *row, uint32 target, const char *role)
{
	int			kind;

	memset(row, 0, sizeof(RobustnessRow));
	row->base.target = target;
	row->base.role = role;
	for (kind = 0; kind < N_LEFT_OUT; kind++)
		row->extremes[kind].low = row->extremes[kind].high = get_float8_nan();
	row->pearson = row->kendall = get_float8_nan();
	row->pca_pearson = row->mean_z = get_float8_nan();
}

/*
 * capabilities_robustness(m, capabilities, targets, missing, min_scores, families,
 *						   confidence, threshold)
 */
Datum
sc_capabilities_robustness(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	Robustness	r = {0};
	BenchmarkSet capabilities;
	BenchmarkSet targets;
	RobustnessRow *row;
	RobustnessRow **others;
	uint32		n_others = 0;
	uint32		j;

	r.recipe.pca = SC_PCA_SPEARMAN;
	sc_missing_arguments(fcinfo, 3, &r.recipe);
	r.pearson = r.recipe;
	r.pearson.pca = SC_PCA_PEARSON;
	sc_begin_rows(fcinfo, result_columns, lengthof(result_columns), &rows);
	sc_read_columns(fcinfo, 0, &r.columns);
	(void) sc_capability_set(fcinfo, 1, &r.columns.view, MISSING_RAISE, &capabilities);
	sc_choose_targets(fcinfo, 2, "targets", &r.columns, &capabilities,
					  SC_BENCHMARK_COVARIATE, &targets);
	sc_families_argument(fcinfo, 5, &r.columns.view, &r.options);
	r.quantile = sc_normal_quantile(sc_confidence_argument(fcinfo, 6));
	r.threshold = sc_threshold_argument(fcinfo, 7, SC_SPEARMAN);
	r.threshold_kendall = PG_ARGISNULL(7) ? SC_VERDICT_THRESHOLD_KENDALL : sc_kendall_of_spearman(r.threshold);

	row = sc_alloc(targets.n, sizeof(RobustnessRow));
	others = sc_alloc(targets.n, sizeof(RobustnessRow *));
	for (j = 0; j < targets.n; j++)
	{
		bool		is_capability = capabilities.member[targets.place[j]];

		sc_poll_step(j);
		clear_row(&row[j], targets.place[j],
				  sc_role_of(&r.columns, targets.place[j], is_capability));
		if (!is_capability)
			others[n_others++] = &row[j];
	}
	analyse(&r, others, n_others, capabilities.place, capabilities.n, true);

	/* a capability benchmark is held against the others */
	for (j = 0; j < targets.n; j++)
	{
		if (capabilities.member[targets.place[j]])
			analyse_with_others(&r, &row[j], &capabilities);
	}
	for (j = 0; j < targets.n; j++)
	{
		CHECK_FOR_INTERRUPTS();
		put_row(&rows, &r, &row[j]);
	}
	return (Datum) 0;
}
