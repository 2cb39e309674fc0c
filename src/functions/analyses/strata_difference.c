/*-------------------------------------------------------------------------
 *
 * strata_difference.c
 *	  capabilities_strata_difference: do two strata, base and chat models, say,
 *	  differ in how benchmarks go with capability?
 *
 * Both correlations are those of capabilities_correlations() in each stratum, with its
 * own component.  Without families the strata are taken for independent.  With families
 * they need not be: one family is left out of both at once, and both are refitted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/float.h"
#include "utils/memutils.h"

#include "functions/analyses/component_gate.h"
#include "functions/analyses/intervals.h"
#include "functions/analyses/reliability.h"
#include "functions/analyses/strata_rows.h"
#include "functions/shared/arguments.h"
#include "functions/shared/memory.h"
#include "functions/shared/result_rows.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "stats/correlation/q_values.h"
#include "stats/correlation/reliability.h"

PG_FUNCTION_INFO_V1(sc_capabilities_strata_difference);

static const ResultColumn result_columns[] = {
	{"benchmark", TEXTOID},
	{"role", TEXTOID},
	{"direction", TEXTOID},
	{"n_a", INT4OID},
	{"n_b", INT4OID},
	{"n_families", INT4OID},
	{"corr_a", FLOAT8OID},
	{"corr_b", FLOAT8OID},
	{"difference", FLOAT8OID},
	{"ci_low", FLOAT8OID},
	{"ci_high", FLOAT8OID},
	{"p_value", FLOAT8OID},
	{"q_value", FLOAT8OID},
	{"sign_changes", BOOLOID},
	{"congruence", FLOAT8OID},
	{"capability_sd_a", FLOAT8OID},
	{"capability_sd_b", FLOAT8OID},
	{"status", TEXTOID},
};

/* ----------
 * One row
 * ----------
 */

static const char *
role_of(const Strata *strata, const StrataPlace *place)
{
	const char *role = SC_ROLE_TARGET;
	int			s;

	/* what is no target in one stratum is none */
	for (s = 0; s < 2; s++)
	{
		const char *own;

		if (place->in[s] < 0)
			continue;
		own = sc_role_of(&strata->columns[s], (uint32) place->in[s],
						 strata->capabilities[s].member[place->in[s]]);
		if (strcmp(own, SC_ROLE_TARGET) != 0 && strcmp(role, SC_ROLE_CAPABILITY) != 0)
			role = own;
	}
	return role;
}

/* Is a lower score better in one stratum, and not in the other? */
static bool
differs_in_direction(const Strata *strata, const StrataPlace *place)
{
	return place->in[0] >= 0 && place->in[1] >= 0 &&
		sc_is_flagged(&strata->columns[0], (uint32) place->in[0], SC_BENCHMARK_LOWER_IS_BETTER) !=
		sc_is_flagged(&strata->columns[1], (uint32) place->in[1], SC_BENCHMARK_LOWER_IS_BETTER);
}

static void
clear_row(StrataRow *row, const Strata *strata, const StrataPlace *place)
{
	int			s;

	memset(row, 0, sizeof(StrataRow));
	row->place = place;
	row->role = role_of(strata, place);
	row->n_families = -1;
	row->congruence = row->low = row->high = row->p_value = row->q_value = get_float8_nan();
	row->sign_changes = -1;
	row->status = SC_STATUS_OK;
	for (s = 0; s < 2; s++)
	{
		row->side[s].corr = row->side[s].capability_sd = get_float8_nan();
		row->side[s].result.status = SC_TOO_FEW_MODELS;
	}
}

/* The correlation in one stratum, as capabilities_correlations() has it. */
static void
correlate_side(const Strata *strata, const FitPair *pair, ScMethod method, int s,
			   StrataRow *row)
{
	const ScoreColumns *columns = &strata->columns[s];
	const CapabilityScores *scores = &pair->scores[s];
	uint32		target = (uint32) row->place->in[s];
	StrataSide *side = &row->side[s];
	ScStatus	known = sc_target_status(columns, target, scores);
	TargetPairs pairs;

	if (!pair->has_others[s])
	{
		known = sc_check_capabilities(columns, &strata->capabilities[s]);
		sc_say_status(row, known == SC_OK ? SC_STATUS_NO_OTHER : sc_fit_status(known));
		return;
	}
	sc_gather_pairs(columns, target, scores, &pairs);
	sc_correlate_pairs(&pairs, scores, method, &side->result);
	if (known != SC_OK)
		side->result.status = known;
	sc_say_status(row, sc_correlation_status(known, side->result.status, SC_STATUS_CONSTANT_CAPABILITY));
	if (side->result.status == SC_OK)
	{
		side->corr = side->result.c.corr;
		side->noisy = sc_target_reliability(columns, target, scores, &pairs) < SC_MIN_RELIABILITY;
	}
	side->capability_sd = sc_pair_spread(pair, columns, s, target);
	sc_free_pairs(&pairs);
}

/* Are the families known well enough of the models of the row, in both strata? */
static const char *
families_status(const Strata *strata, const FitPair *pair, const StrataRow *row)
{
	int			s;

	for (s = 0; s < 2 && strata->has_families; s++)
	{
		const ScoreColumns *columns = &strata->columns[s];
		uint32		target = (uint32) row->place->in[s];
		FamilyCounts counts = {0};
		const char *status;
		uint32		k;

		for (k = columns->start[target]; k < columns->start[target + 1]; k++)
		{
			sc_poll_step(k);
			if (pair->scores[s].included[columns->model[k]])
				sc_count_family(&strata->families[s], columns->model[k], &counts);
		}
		status = sc_families_status(&counts);
		if (strcmp(status, SC_STATUS_OK) != 0)
			return status;
	}
	return SC_STATUS_OK;
}

/*
 * All of a row but what is tested; true if it may be tested.  part_whole: one of the
 * scores contains the target.
 */
static bool
correlate_row(const Strata *strata, const FitPair *pair, ScMethod method, bool part_whole,
			  StrataRow *row)
{
	int			s;

	row->opposed = pair->conflict || differs_in_direction(strata, row->place);
	if (row->place->in[0] < 0 || row->place->in[1] < 0)
		sc_say_status(row, SC_STATUS_ONE_STRATUM);
	for (s = 0; s < 2; s++)
		if (row->place->in[s] >= 0)
			correlate_side(strata, pair, method, s, row);
	row->congruence = pair->congruence;
	if (part_whole)
		sc_say_status(row, SC_STATUS_PART_WHOLE);
	if (row->opposed)
		sc_say_status(row, SC_STATUS_CONFLICT);
	if (strcmp(row->status, SC_STATUS_OK) == 0)
		sc_say_status(row, families_status(strata, pair, row));
	if (!strata->has_families && pair->shares_models)
		sc_say_status(row, SC_STATUS_SHARED_MODELS);
	return strcmp(row->status, SC_STATUS_OK) == 0;
}

/* What stands beside numbers that are there. */
static void
warn(const Strata *strata, const FitPair *pair, StrataRow *row)
{
	int			s;

	/* what leaves something out goes before what leaves all standing */
	for (s = 0; s < 2; s++)
		if (pair->gate[s].closed)
			sc_say_status(row, pair->gate[s].status);
	for (s = 0; s < 2; s++)
		sc_say_status(row, pair->gate[s].status);
	if (pair->other_capabilities)
		sc_say_status(row, SC_STATUS_OTHER_CAPABILITIES);
	if (row->side[0].noisy || row->side[1].noisy)
		sc_say_status(row, SC_STATUS_NOISY);
	if (!strata->has_families)
		sc_say_status(row, SC_STATUS_SUPPOSED);
}

/* ----------
 * Rows of one pair of fits
 * ----------
 */

/* Rows that are correlated with the fits of one pair; part_whole of each, or NULL. */
static void
make_rows(const Strata *strata, const FitPair *pair, StrataRow **row, uint32 n,
		  const bool *part_whole, const StrataOptions *options)
{
	bool		closed = pair->gate[0].closed || pair->gate[1].closed;
	StrataRow **tested = sc_alloc(n, sizeof(StrataRow *));
	uint32		n_tested = 0;
	uint32		i;

	for (i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (correlate_row(strata, pair, options->method, part_whole != NULL && part_whole[i], row[i]))
			tested[n_tested++] = row[i];
	}
	sc_set_strata_intervals(strata, pair, tested, n_tested, options);
	for (i = 0; i < n_tested; i++)
	{
		const StrataSide *a = &tested[i]->side[0];
		const StrataSide *b = &tested[i]->side[1];

		if (!isnan(tested[i]->p_value) && !closed)
			tested[i]->sign_changes = a->sign * b->sign < 0;
		warn(strata, pair, tested[i]);
	}
	pfree(tested);
}

/* ----------
 * All rows
 * ----------
 */

/* A target that is part of a component, with that of the others. */
static void
make_row_of_part(const Strata *strata, const bool *is_part, StrataRow *row, const StrataOptions *options)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "components of the others",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	FitPair		pair;

	sc_fit_pair(strata, row->place, is_part, &options->recipe, &pair);
	make_rows(strata, &pair, &row, 1, NULL, options);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

static void
make_all_rows(const Strata *strata, StrataRow *row, const StrataOptions *options)
{
	static const bool of_all[2] = {false, false};
	uint32		n = strata->n_targets;
	StrataRow **whole = sc_alloc(n, sizeof(StrataRow *));
	bool	   *part_whole = sc_alloc(n, sizeof(bool));
	FitPair		pair;
	uint32		n_whole = 0;
	uint32		i;
	int			s;

	sc_fit_pair(strata, NULL, of_all, &options->recipe, &pair);
	for (i = 0; i < n; i++)
	{
		const StrataPlace *place = &strata->target[i];
		bool		is_part[2] = {false, false};

		CHECK_FOR_INTERRUPTS();
		for (s = 0; s < 2; s++)
			if (place->in[s] >= 0)
				is_part[s] = sc_is_part(&strata->columns[s], &strata->capabilities[s], (uint32) place->in[s]);
		clear_row(&row[i], strata, place);
		if (options->exclude_self && (is_part[0] || is_part[1]))
			make_row_of_part(strata, is_part, &row[i], options);
		else
		{
			part_whole[n_whole] = is_part[0] || is_part[1];
			whole[n_whole++] = &row[i];
		}
	}
	make_rows(strata, &pair, whole, n_whole, part_whole, options);
}

static void
set_q_values(StrataRow *row, uint32 n)
{
	double	   *p = sc_alloc(n, sizeof(double));
	double	   *q = sc_alloc(n, sizeof(double));
	uint32		i;

	for (i = 0; i < n; i++)
	{
		sc_poll_step(i);
		p[i] = strcmp(row[i].role, SC_ROLE_TARGET) == 0 ? row[i].p_value : get_float8_nan();
	}
	sc_benjamini_hochberg(p, n, q, sc_alloc(sc_q_values_workspace(n), 1), sc_poll);
	for (i = 0; i < n; i++)
	{
		sc_poll_step(i);
		row[i].q_value = q[i];
	}
}

/* "higher" or "lower", as one stratum says and the other does not deny. */
static const char *
direction_of(const Strata *strata, const StrataPlace *place)
{
	uint8		said = 0;
	int			s;

	if (differs_in_direction(strata, place))
		return NULL;
	for (s = 0; s < 2; s++)
		if (place->in[s] >= 0)
			said |= strata->columns[s].view.benchmark_flags[place->in[s]] & SC_BENCHMARK_DIRECTIONS;
	return said == SC_BENCHMARK_LOWER_IS_BETTER ? "lower" :
		said == SC_BENCHMARK_HIGHER_IS_BETTER ? "higher" : NULL;
}

static void
put_row(ResultRows *rows, const Strata *strata, const StrataRow *row, bool interval)
{
	int			s = row->place->in[0] >= 0 ? 0 : 1;

	sc_add_benchmark(rows, &strata->columns[s], (uint32) row->place->in[s]);
	sc_add_text(rows, row->role);
	sc_add_text(rows, direction_of(strata, row->place));
	for (s = 0; s < 2; s++)
		sc_add_int4(rows, (int32) row->side[s].result.c.n);
	sc_add_count(rows, row->n_families);
	for (s = 0; s < 2; s++)
		sc_add_float8(rows, row->side[s].corr);
	sc_add_float8(rows, row->opposed ? get_float8_nan() : row->side[0].corr - row->side[1].corr);
	sc_add_float8(rows, interval ? row->low : get_float8_nan());
	sc_add_float8(rows, interval ? row->high : get_float8_nan());
	sc_add_float8(rows, row->p_value);
	sc_add_float8(rows, row->q_value);
	if (row->sign_changes < 0)
		sc_add_null(rows);
	else
		sc_add_bool(rows, row->sign_changes > 0);
	sc_add_float8(rows, row->congruence);
	for (s = 0; s < 2; s++)
		sc_add_float8(rows, row->side[s].capability_sd);
	sc_add_text(rows, row->status);
	sc_end_row(rows);
}

/*
 * capabilities_strata_difference(a, b, capabilities, targets, method, pca, missing,
 *								  min_scores, exclude_self, confidence, ci, families)
 */
Datum
sc_capabilities_strata_difference(PG_FUNCTION_ARGS)
{
	ResultRows	rows;
	StrataOptions options;
	Strata		strata;
	StrataRow  *row;
	bool		annotated;
	uint32		i;

	sc_begin_rows(fcinfo, result_columns, lengthof(result_columns), &rows);
	options.method = sc_method_argument(fcinfo, 4);
	sc_recipe_arguments(fcinfo, 5, &options.recipe);
	options.exclude_self = sc_bool_argument(fcinfo, 8, "exclude_self");
	options.confidence = sc_confidence_argument(fcinfo, 9);
	sc_read_strata(fcinfo, &strata);
	annotated = sc_strata_families(fcinfo, 11, &strata);
	options.kind = sc_ci_argument(fcinfo, 10, CI_ALL & ~CI_BIT(CI_BOOTSTRAP),
								  strata.has_families ? CI_JACKKNIFE : CI_ANALYTIC);
	if (!sc_families_count(options.kind, strata.has_families, annotated))
		sc_no_strata_families(&strata);
	sc_strata_capabilities(fcinfo, 2, &strata);
	sc_strata_targets(fcinfo, 3, &strata);

	row = sc_alloc(strata.n_targets, sizeof(StrataRow));
	make_all_rows(&strata, row, &options);
	set_q_values(row, strata.n_targets);
	for (i = 0; i < strata.n_targets; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_row(&rows, &strata, &row[i], options.kind != CI_NONE);
	}
	return (Datum) 0;
}
