/*-------------------------------------------------------------------------
 *
 * robustness.c
 *	  capabilities_robustness: how far does the answer move when something
 *	  changes that should not matter?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/float.h"

#include "functions/analyses/targets.h"
#include "functions/analyses/variations.h"
#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "types/forms/poll.h"
#include "stats/correlation/infer.h"
#include "stats/correlation/scales.h"
#include "stats/correlation/verdict.h"

PG_FUNCTION_INFO_V1(sc_capabilities_robustness);

static const ResultColumn result_columns[] = {
	{"benchmark", TEXTOID},
	{"role", TEXTOID},
	{"direction", TEXTOID},
	{"n", INT4OID},
	{"n_imputed", INT4OID},
	{"n_without_family", INT4OID},
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

static void
add_name(ResultRows *rows, const Robustness *r, LeftOut kind, uint32 which)
{
	switch (kind)
	{
		case WITHOUT_BENCHMARK:
			sc_add_benchmark(rows, &r->columns, which);
			break;
		case WITHOUT_MODEL:
			sc_add_model(rows, &r->columns, which);
			break;
		case WITHOUT_FAMILY:
			sc_add(&rows->row, PointerGetDatum(r->families.name[which]), false);
			break;
	}
}

/* One end of the extremes and its name; NaN: none. */
static void
add_extreme(ResultRows *rows, const Robustness *r, LeftOut kind, double corr, uint32 without)
{
	sc_add_float8(rows, corr);
	if (isnan(corr))
		sc_add_null(rows);
	else
		add_name(rows, r, kind, without);
}

static void
add_flip(ResultRows *rows, bool there, bool flips)
{
	if (there)
		sc_add_bool(rows, flips);
	else
		sc_add_null(rows);
}

static void
put_row(ResultRows *rows, const Robustness *r, const RobustnessRow *row)
{
	const CorrelationRow *base = &row->base;
	bool		there = base->result.status == SC_OK;
	bool		has_verdict = there && !base->no_verdict;
	int			kind;

	sc_add_benchmark(rows, &r->columns, base->target);
	sc_add_text(rows, base->role);
	sc_add_direction(rows, &r->columns, base->target);
	sc_add_int4(rows, (int32) base->result.c.n);
	sc_add_int4(rows, base->result.n_imputed);
	sc_add_count(rows, base->n_without_family);
	sc_add_float8(rows, there ? base->result.c.corr : get_float8_nan());
	sc_add_text(rows, has_verdict ? sc_verdict_word(sc_robustness_verdict(r, &base->result.c)) : NULL);
	for (kind = 0; kind < N_LEFT_OUT; kind++)
	{
		const Extremes *e = &row->left_out.extremes[kind];

		add_extreme(rows, r, (LeftOut) kind, e->lowest, e->lowest_without);
		add_extreme(rows, r, (LeftOut) kind, e->highest, e->highest_without);
	}
	sc_add_float8(rows, row->pearson);
	sc_add_float8(rows, row->kendall);
	sc_add_float8(rows, row->pca_pearson);
	sc_add_float8(rows, row->mean_z);
	add_flip(rows, there, row->sign_flips);
	add_flip(rows, has_verdict, row->verdict_flips);
	sc_add_text(rows, base->status);
	sc_end_row(rows);
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
	sc_choose_targets(fcinfo, 2, &r.columns, &capabilities, SC_BENCHMARK_COVARIATE, &targets);
	sc_check_min_scores(&r.recipe, capabilities.n);
	sc_families_argument(fcinfo, 5, &r.columns.view, &r.families);
	r.quantile = sc_normal_quantile(sc_confidence_argument(fcinfo, 6));
	r.threshold = sc_threshold_argument(fcinfo, 7, SC_SPEARMAN);
	r.threshold_kendall = PG_ARGISNULL(7) ? SC_VERDICT_THRESHOLD_KENDALL :
		sc_from_pearson(SC_KENDALL, sc_to_pearson(SC_SPEARMAN, r.threshold));

	row = sc_alloc(targets.n, sizeof(RobustnessRow));
	others = sc_alloc(targets.n, sizeof(RobustnessRow *));
	for (j = 0; j < targets.n; j++)
	{
		uint32		target = targets.place[j];

		sc_poll_step(j);
		sc_robustness_row_init(&row[j], target,
							   sc_role_of(&r.columns, target, capabilities.member[target]));
		if (!sc_is_part(&r.columns, &capabilities, target))
			others[n_others++] = &row[j];
	}
	sc_vary_rows(&r, others, n_others, &capabilities, capabilities.place, capabilities.n);

	/* one that is part of the component is held against the others */
	for (j = 0; j < targets.n; j++)
	{
		if (sc_is_part(&r.columns, &capabilities, targets.place[j]))
			sc_vary_with_others(&r, &row[j], &capabilities);
	}
	for (j = 0; j < targets.n; j++)
	{
		CHECK_FOR_INTERRUPTS();
		put_row(&rows, &r, &row[j]);
	}
	return (Datum) 0;
}
