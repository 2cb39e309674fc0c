/*-------------------------------------------------------------------------
 *
 * strata_components.c
 *	  The components of two strata beside each other.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/float.h"

#include "functions/analyses/strata_components.h"
#include "functions/shared/memory.h"
#include "functions/shared/run.h"
#include "types/forms/poll.h"
#include "stats/component/congruence.h"

/* The fit of one stratum. */
static void
fit_stratum(const Strata *strata, int s, const StrataPlace *place, bool is_part,
			const CapabilityRecipe *recipe, FitPair *pair)
{
	const ScoreColumns *columns = &strata->columns[s];
	const BenchmarkSet *capabilities = &strata->capabilities[s];
	CapabilityScores *scores = &pair->scores[s];
	uint32	   *benchmark;
	uint32		n = capabilities->n;

	pair->has_others[s] = true;
	if (strata->lacks[s])
	{
		uint32		absent = SC_NO_BENCHMARK;

		sc_gather_capabilities(columns, &absent, 1, NULL, recipe, scores);
		scores->status = SC_NO_SCORES;
		return;
	}
	benchmark = capabilities->place;
	if (is_part)
	{
		benchmark = sc_alloc(n, sizeof(uint32));
		n = sc_without_target(columns, capabilities->place, n, (uint32) place->in[s], benchmark);
	}
	else
		sc_check_min_scores(recipe, n);
	pair->has_others[s] = n > 0;
	if (n > 0)
	{
		sc_fit_some(columns, capabilities, benchmark, n, recipe, 1, scores);
		sc_sort_scores(scores);
		return;
	}
	sc_gather_capabilities(columns, benchmark, 0, NULL, recipe, scores);
	scores->status = SC_TOO_FEW_MODELS;
}

static int
compare_benchmarks(const Strata *strata, uint32 a, uint32 b)
{
	const ScoreMatrixView *view[2] = {&strata->columns[0].view, &strata->columns[1].view};
	uint32		a_len;
	uint32		b_len;
	const char *a_label = sc_flat_label(view[0], view[0]->n_models + a, &a_len);
	const char *b_label = sc_flat_label(view[1], view[1]->n_models + b, &b_len);

	return sc_label_compare(a_label, a_len, b_label, b_len);
}

/* Places in the fits of the benchmarks that both have; they ascend by name in each. */
static uint32
common_benchmarks(const Strata *strata, const FitPair *pair, uint32 *const *at)
{
	const CapabilityScores *scores = pair->scores;
	uint32		n = 0;
	uint32		a = 0;
	uint32		b = 0;

	while (a < scores[0].d && b < scores[1].d)
	{
		int			cmp = compare_benchmarks(strata, scores[0].benchmark[a], scores[1].benchmark[b]);

		if (cmp == 0)
		{
			at[0][n] = a;
			at[1][n++] = b;
		}
		a += cmp <= 0;
		b += cmp >= 0;
	}
	return n;
}

static double
congruence_of(const FitPair *pair, uint32 *const *at, uint32 n)
{
	double	   *weight[2];
	uint32		i;
	int			s;

	for (s = 0; s < 2; s++)
	{
		weight[s] = sc_alloc(n, sizeof(double));
		for (i = 0; i < n; i++)
			weight[s][i] = pair->scores[s].fit.vector[at[s][i]];
	}
	return sc_congruence(weight[0], weight[1], n);
}

/* Scores of the models of both fits on the component of all of them. */
static void
score_together(const Strata *strata, FitPair *pair, uint32 *const *at, uint32 d)
{
	const CapabilityScores *scores = pair->scores;
	Size		n = (Size) scores[0].n + scores[1].n;
	double	   *x;
	ScCapabilityFit fit;
	ScSpread	spread;
	Size		first = 0;
	uint32		i;
	uint32		j;
	int			s;

	sc_check_size(n, d);
	x = sc_alloc(n * d, sizeof(double));
	for (s = 0; s < 2; s++)
	{
		for (j = 0; j < d; j++)
		{
			CHECK_FOR_INTERRUPTS();
			memcpy(x + j * n + first, scores[s].x + (Size) at[s][j] * scores[s].n,
				   sizeof(double) * scores[s].n);
		}
		first += scores[s].n;
	}
	if (sc_run_fit(x, n, d, scores[0].recipe.pca, 1, &fit) != SC_OK)
		return;
	sc_spread(fit.score, n, sc_poll, &spread);
	if (spread.sd == 0)
		return;
	pair->common_sd = spread.sd;
	for (s = 0, first = 0; s < 2; s++)
	{
		pair->common[s] = sc_alloc(strata->columns[s].view.n_models, sizeof(double));
		for (i = 0; i < scores[s].n; i++)
		{
			sc_poll_step(i);
			pair->common[s][scores[s].model[i]] = fit.score[first + i];
		}
		first += scores[s].n;
	}
}

void
sc_fit_pair(const Strata *strata, const StrataPlace *place, const bool *is_part,
			const CapabilityRecipe *recipe, FitPair *pair)
{
	const CapabilityScores *scores = pair->scores;
	uint32	   *at[2];
	uint32		n;
	uint32		i;
	int			s;

	memset(pair, 0, sizeof(FitPair));
	pair->congruence = get_float8_nan();
	for (s = 0; s < 2; s++)
	{
		fit_stratum(strata, s, place, is_part[s], recipe, pair);
		sc_gate_component(&strata->columns[s], &scores[s], &strata->families[s], &pair->gate[s]);
		at[s] = sc_alloc(scores[s].d, sizeof(uint32));
	}
	if (scores[0].status != SC_OK || scores[1].status != SC_OK)
		return;

	n = common_benchmarks(strata, pair, at);
	pair->other_capabilities = n < scores[0].d || n < scores[1].d;
	for (i = 0; i < n; i++)
		pair->conflict |= sc_is_flagged(&strata->columns[0], scores[0].benchmark[at[0][i]], SC_BENCHMARK_LOWER_IS_BETTER) !=
			sc_is_flagged(&strata->columns[1], scores[1].benchmark[at[1][i]], SC_BENCHMARK_LOWER_IS_BETTER);
	for (i = 0; i < strata->n_shared && !pair->shares_models; i++)
	{
		sc_poll_step(i);
		pair->shares_models = scores[0].included[strata->shared[i].in[0]] &&
			scores[1].included[strata->shared[i].in[1]];
	}
	pair->congruence = congruence_of(pair, at, n);
	if (n > 0 && !pair->conflict)
		score_together(strata, pair, at, n);
}

double
sc_pair_spread(const FitPair *pair, const ScoreColumns *columns, int s, uint32 target)
{
	uint32		first = columns->start[target];
	uint32		end = columns->start[target + 1];
	double	   *score;
	uint32		n = 0;
	ScSpread	spread;
	uint32		k;

	if (pair->common[s] == NULL)
		return get_float8_nan();
	score = sc_alloc(end - first, sizeof(double));
	for (k = first; k < end; k++)
	{
		sc_poll_step(k);
		if (pair->scores[s].included[columns->model[k]])
			score[n++] = pair->common[s][columns->model[k]];
	}
	if (n > 0)
		sc_spread(score, n, sc_poll, &spread);
	pfree(score);
	return n > 0 ? spread.sd / pair->common_sd : get_float8_nan();
}
