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

#include "functions/analyses/component_gate.h"
#include "functions/analyses/targets.h"
#include "functions/analyses/variations.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"

void
sc_robustness_row_init(RobustnessRow *row, uint32 target, const char *role)
{
	memset(row, 0, sizeof(RobustnessRow));
	row->base.target = target;
	row->base.role = role;
	sc_leave_out_row_init(&row->left_out, target);
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

/* Rows that are varied together. */
typedef struct Varied
{
	const Robustness *r;
	RobustnessRow **row;
} Varied;

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

/* The same without one of many, by Spearman. */
static void
compare_without(void *state, uint32 t, Size n, double corr)
{
	const Varied *varied = state;
	ScCorrelation c = {0};

	c.method = SC_SPEARMAN;
	c.n = n;
	c.corr = corr;
	compare(varied->r, varied->row[t], &c);
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

/* Says of a row whether families are known well enough to leave them out. */
static void
check_families(const Robustness *r, RobustnessRow *row)
{
	const char *status = sc_row_families(&row->base, &r->columns, &r->families);

	row->left_out.has_families = strcmp(status, SC_STATUS_OK) == 0;
	if (!row->left_out.has_families && strcmp(row->base.status, SC_STATUS_OK) == 0)
		row->base.status = status;
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
	Varied		varied = {r, sc_alloc(m, sizeof(RobustnessRow *))};
	LeaveOutRow **left_out = sc_alloc(m, sizeof(LeaveOutRow *));
	LeaveOut	leave = {&r->columns, &scores, &r->families, SC_SPEARMAN, compare_without, &varied};
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
		{
			left_out[n_varied] = &row[t]->left_out;
			varied.row[n_varied++] = row[t];
		}
	}
	if (n_varied == 0)
		return;
	row = varied.row;
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
		sc_leave_out_models(&leave, left_out, m);
	}
	for (t = 0; t < m; t++)
	{
		CHECK_FOR_INTERRUPTS();
		row[t]->pca_pearson = vary(r, row[t], &pearson, SC_SPEARMAN);
	}
	sc_leave_out_benchmarks(&leave, left_out, m);
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
