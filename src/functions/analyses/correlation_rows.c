/*-------------------------------------------------------------------------
 *
 * correlation_rows.c
 *	  The rows of capabilities_correlations and benchmark_correlations.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "functions/analyses/correlation_rows.h"
#include "functions/analyses/reliability.h"
#include "functions/analyses/targets.h"
#include "functions/shared/memory.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "stats/correlation/partial.h"
#include "stats/correlation/q_values.h"
#include "stats/correlation/reliability.h"

const ResultColumn sc_correlation_columns[SC_CORRELATION_COLUMNS] = {
	{"benchmark", TEXTOID},
	{"role", TEXTOID},
	{"direction", TEXTOID},
	{"n", INT4OID},
	{"n_dropped", INT4OID},
	{"n_imputed", INT4OID},
	{"n_families", INT4OID},
	{"n_without_family", INT4OID},
	{"n_capabilities", INT4OID},
	{"n_resamples", INT4OID},
	{"score_reliability", FLOAT8OID},
	{"corr", FLOAT8OID},
	{"ci_low", FLOAT8OID},
	{"ci_high", FLOAT8OID},
	{"p_value", FLOAT8OID},
	{"q_value", FLOAT8OID},
	{"slope", FLOAT8OID},
	{"benchmark_sd", FLOAT8OID},
	{"reliability", FLOAT8OID},
	{"corr_disattenuated", FLOAT8OID},
	{"corr_uncontrolled", FLOAT8OID},
	{"vif", FLOAT8OID},
	{"verdict", TEXTOID},
	{"q_verdict", FLOAT8OID},
	{"status", TEXTOID},
};

/* How reliable the target's scores are, and what corr would be if they were so wholly. */
static void
describe_noise(CorrelationRow *row, const ScoreColumns *columns, const TargetPairs *pairs,
			   ScMethod method)
{
	if (pairs->n < SC_MIN_MODELS ||
		row->result.status == SC_NO_SCORES || row->result.status == SC_CONFLICT)
		return;
	row->reliability = sc_target_reliability(columns, row->target, row->scores, pairs);

	/*
	 * What contains the target contains its errors too.  Given controls it is
	 * the reliability of what they leave of the target that would count.
	 */
	if (row->tested && pairs->control == NULL)
		row->corr_disattenuated = sc_disattenuate(method, row->result.c.corr, row->reliability);
}

/*
 * How far the target's scores spread, and how steeply they rise: by Theil and Sen,
 * for Pearson by least squares, per standard deviation of what they rise with.  The
 * slope of all of it is not that of what controls leave.
 */
static void
describe_target(CorrelationRow *row, const TargetPairs *pairs, ScMethod method)
{
	ScSpread	spread;

	if (pairs->n >= SC_MIN_MODELS &&
		row->result.status != SC_NO_SCORES && row->result.status != SC_CONFLICT)
	{
		sc_spread(pairs->y, pairs->n, sc_poll, &spread);
		row->benchmark_sd = spread.sd;
	}
	if (row->result.status == SC_OK && pairs->control == NULL)
	{
		row->slope = sc_run_slope(method, pairs->y, pairs->x, pairs->n) * row->scores->sd;
		if (!isfinite(row->slope))
			row->slope = get_float8_nan();
	}
}

static void
clear_row(CorrelationRow *row, uint32 target, const char *role,
		  const CapabilityScores *scores)
{
	memset(row, 0, sizeof(CorrelationRow));
	row->target = target;
	row->role = role;
	row->scores = scores;
	row->component = SC_STATUS_OK;
	row->n_families = row->n_without_family = row->n_capabilities = row->n_resamples = -1;
	row->score_reliability = get_float8_nan();
	row->ci_low = row->ci_high = row->p_value = row->q_value = get_float8_nan();
	row->claim.beyond = row->claim.within = get_float8_nan();
	row->q_claim = row->claim;
	row->slope = row->benchmark_sd = get_float8_nan();
	row->reliability = row->corr_disattenuated = get_float8_nan();
	row->result.uncontrolled = row->result.vif = get_float8_nan();
}

void
sc_row_init(CorrelationRow *row, const ScoreColumns *columns, uint32 target,
			const char *role, const CapabilityScores *scores, ScMethod method,
			bool part_whole, const char *constant_x)
{
	ScStatus	known = sc_target_status(columns, target, scores);
	TargetPairs pairs;

	clear_row(row, target, role, scores);
	sc_gather_pairs(columns, target, scores, &pairs);
	sc_correlate_pairs(&pairs, scores, method, &row->result);
	if (known != SC_OK)
	{
		row->result.status = known;
		row->result.uncontrolled = get_float8_nan();
	}
	row->status = row->result.status == SC_CONTROLLED_X ? sc_not_separable(scores) :
		sc_correlation_status(known, row->result.status, constant_x);
	row->tested = row->result.status == SC_OK && !part_whole;
	if (row->tested)
		row->p_value = sc_run_p_value(pairs.y, pairs.x, &row->result.c);
	else if (row->result.status == SC_OK)
		row->status = SC_STATUS_PART_WHOLE;
	describe_noise(row, columns, &pairs, method);
	sc_sort_pairs(scores, &pairs);
	describe_target(row, &pairs, method);
	sc_free_pairs(&pairs);
}

void
sc_row_init_alone(CorrelationRow *row, const ScoreColumns *columns,
				  uint32 target, const char *role, const BenchmarkSet *capabilities)
{
	ScStatus	known = sc_check_capabilities(columns, capabilities);

	clear_row(row, target, role, NULL);
	row->result.status = SC_TOO_FEW_MODELS;
	row->result.n_dropped = (int32) (columns->start[target + 1] - columns->start[target]);
	row->n_capabilities = 0;
	row->status = known == SC_OK ? SC_STATUS_NO_OTHER : sc_fit_status(known);
}

const char *
sc_row_families(CorrelationRow *row, const ScoreColumns *columns, const Families *families)
{
	FamilyCounts counts = {0};
	uint32		k;

	for (k = columns->start[row->target]; k < columns->start[row->target + 1]; k++)
	{
		sc_poll_step(k);
		if (sc_has_pair(row->scores, columns->model[k]))
			sc_count_family(families, columns->model[k], &counts);
	}
	row->n_without_family = counts.n_without;
	return sc_families_status(&counts);
}

const char *
sc_not_separable(const CapabilityScores *scores)
{
	return scores->reference ? SC_STATUS_REFERENCE_NOT_SEPARABLE : SC_STATUS_NOT_SEPARABLE;
}

void
sc_withhold_tests(const CapabilityScores *scores, CorrelationRow *row, uint32 n)
{
	uint32		j;

	for (j = 0; j < n; j++)
	{
		sc_poll_step(j);
		if (row[j].scores != scores || !(row[j].result.vif >= SC_MAX_VIF))
			continue;
		row[j].p_value = row[j].claim.beyond = row[j].claim.within = get_float8_nan();
		row[j].no_verdict = true;
		if (strcmp(row[j].status, SC_STATUS_OK) == 0)
			row[j].status = sc_not_separable(scores);
	}
}

void
sc_set_q_values(CorrelationRow *row, uint32 n)
{
	/* one test of each row: where its p-value is, and where its q-value goes */
	static const struct
	{
		Size		p;
		Size		q;
	}			test[] = {
		{offsetof(CorrelationRow, p_value), offsetof(CorrelationRow, q_value)},
		{offsetof(CorrelationRow, claim.beyond), offsetof(CorrelationRow, q_claim.beyond)},
		{offsetof(CorrelationRow, claim.within), offsetof(CorrelationRow, q_claim.within)},
	};
	double	   *p = sc_alloc(n, sizeof(double));
	double	   *q = sc_alloc(n, sizeof(double));
	void	   *work = sc_alloc(sc_q_values_workspace(n), 1);
	uint32		t;
	uint32		i;

	for (t = 0; t < lengthof(test); t++)
	{
		for (i = 0; i < n; i++)
		{
			sc_poll_step(i);
			p[i] = strcmp(row[i].role, SC_ROLE_TARGET) == 0 ?
				*(double *) ((char *) &row[i] + test[t].p) : get_float8_nan();
		}
		sc_benjamini_hochberg(p, n, q, work, sc_poll);
		for (i = 0; i < n; i++)
		{
			sc_poll_step(i);
			*(double *) ((char *) &row[i] + test[t].q) = q[i];
		}
	}
	pfree(p);
	pfree(q);
	pfree(work);
}

bool
sc_row_verdict(const CorrelationRow *row, double threshold, ScVerdict *verdict)
{
	*verdict = row->sign_is_arbitrary ?
		sc_unsigned_verdict(row->ci_low, row->ci_high, threshold) :
		sc_verdict(row->ci_low, row->ci_high, threshold);
	return !isnan(row->ci_low) && !row->no_verdict;
}

double
sc_verdict_q_value(const CorrelationRow *row, ScVerdict verdict)
{
	switch (verdict)
	{
		case SC_ENTANGLED:
		case SC_INVERSE:
		case SC_TIED:
			return row->q_claim.beyond;
		case SC_LOW:
			return row->q_claim.within;
		case SC_POSITIVE:
		case SC_NEGATIVE:
			return row->q_value;
		case SC_UNRESOLVED:
			break;
	}
	return get_float8_nan();
}

void
sc_put_correlation_row(ResultRows *rows, const ScoreColumns *columns,
					   const CorrelationRow *row, double threshold)
{
	bool		there = row->result.status == SC_OK;
	ScVerdict	verdict;
	bool		has_verdict = sc_row_verdict(row, threshold, &verdict);
	bool		noisy = has_verdict && verdict == SC_LOW &&
		row->reliability < SC_MIN_RELIABILITY && strcmp(row->status, SC_STATUS_OK) == 0;

	sc_add_benchmark(rows, columns, row->target);
	sc_add_text(rows, row->role);
	sc_add_direction(rows, columns, row->target);
	sc_add_int4(rows, (int32) row->result.c.n);
	sc_add_int4(rows, row->result.n_dropped);
	sc_add_int4(rows, row->result.n_imputed);
	sc_add_count(rows, row->n_families);
	sc_add_count(rows, row->n_without_family);
	sc_add_count(rows, row->n_capabilities);
	sc_add_count(rows, row->n_resamples);
	sc_add_float8(rows, row->score_reliability);
	sc_add_float8(rows, there ? row->result.c.corr : get_float8_nan());
	sc_add_float8(rows, row->ci_low);
	sc_add_float8(rows, row->ci_high);
	sc_add_float8(rows, row->p_value);
	sc_add_float8(rows, row->q_value);
	sc_add_float8(rows, row->slope);
	sc_add_float8(rows, row->benchmark_sd);
	sc_add_float8(rows, row->reliability);
	sc_add_float8(rows, row->corr_disattenuated);
	sc_add_float8(rows, row->result.uncontrolled);
	sc_add_float8(rows, row->result.vif);
	sc_add_text(rows, has_verdict ? sc_verdict_word(verdict) : NULL);
	sc_add_float8(rows, has_verdict ? sc_verdict_q_value(row, verdict) : get_float8_nan());
	sc_add_text(rows, noisy ? SC_STATUS_NOISY : row->status);
	sc_end_row(rows);
}
