/*-------------------------------------------------------------------------
 *
 * pair_ranks.c
 *	  Spearman's correlations of pairs of benchmarks given controls, where pair after
 *	  pair has the same models.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/float.h"
#include "utils/memutils.h"

#include "functions/analyses/pair_ranks.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"
#include "stats/correlation/pairwise.h"
#include "stats/correlation/rank.h"

void
sc_begin_pair_ranks(const ScoreColumns *columns, uint32 k, PairRanks *ranks)
{
	uint32		n_models = columns->view.n_models;

	ranks->columns = columns;
	ranks->context = AllocSetContextCreate(CurrentMemoryContext, "ranks of pairs",
										   ALLOCSET_DEFAULT_SIZES);
	ranks->n = 0;
	ranks->has = sc_alloc(n_models, sizeof(bool));
	memset(ranks->has, 0, sizeof(bool) * n_models);
	ranks->model = sc_alloc(n_models, sizeof(uint32));
	ranks->score = sc_alloc(n_models, sizeof(double));
	ranks->benchmark = sc_alloc(columns->view.n_benchmarks, sizeof(RankedBenchmark));
	memset(ranks->benchmark, 0, sizeof(RankedBenchmark) * columns->view.n_benchmarks);
	ranks->k = k;
	ranks->control_rank = sc_alloc((Size) k * n_models, sizeof(int32));
	ranks->control = sc_alloc(k, sizeof(ScRanks));
	ranks->sort = sc_alloc(sc_mid_ranks_workspace(n_models), 1);
	ranks->work = sc_alloc(sc_partial_workspace(SC_SPEARMAN, n_models, k), 1);
}

/* Takes the models that have all controls; what was ranked among others is forgotten. */
static void
take_models(PairRanks *ranks, const bool *has)
{
	uint32		n_models = ranks->columns->view.n_models;
	uint32		i;

	if (memcmp(ranks->has, has, sizeof(bool) * n_models) == 0)
		return;
	memcpy(ranks->has, has, sizeof(bool) * n_models);
	ranks->n = 0;
	for (i = 0; i < n_models; i++)
	{
		sc_poll_step(i);
		if (has[i])
			ranks->model[ranks->n++] = i;
	}
	MemoryContextReset(ranks->context);
	memset(ranks->benchmark, 0, sizeof(RankedBenchmark) * ranks->columns->view.n_benchmarks);
}

/* Ranks what is in ranks->score. */
static void
rank_scores(PairRanks *ranks, int32 *rank, ScRanks *ranked)
{
	sc_mid_ranks(ranks->score, ranks->n, rank, ranks->sort, sc_poll);
	ranked->rank = rank;
	ranked->squares = (int64) sc_rank_product(rank, rank, ranks->n, sc_poll);
}

void
sc_take_pair_controls(PairRanks *ranks, const Controls *controls)
{
	uint32		i;
	uint32		j;

	take_models(ranks, controls->has);
	for (j = 0; j < ranks->k && ranks->n <= SC_MAX_PAIRWISE_MODELS; j++)
	{
		for (i = 0; i < ranks->n; i++)
		{
			sc_poll_step(i);
			ranks->score[i] = sc_control_score(controls, j, ranks->model[i]);
		}
		rank_scores(ranks, ranks->control_rank + (Size) j * ranks->n, &ranks->control[j]);
	}
}

/* The ranks of a benchmark that all of the models have; NULL of another. */
static const ScRanks *
rank_benchmark(PairRanks *ranks, uint32 benchmark)
{
	const ScoreColumns *columns = ranks->columns;
	RankedBenchmark *ranked = &ranks->benchmark[benchmark];
	uint32		n = 0;
	uint32		k;

	if (!ranked->seen)
	{
		ranked->seen = true;
		for (k = columns->start[benchmark]; k < columns->start[benchmark + 1]; k++)
		{
			sc_poll_step(k);
			if (ranks->has[columns->model[k]])
				ranks->score[n++] = columns->score[k];
		}
		if (n == ranks->n)
		{
			MemoryContext caller = MemoryContextSwitchTo(ranks->context);

			rank_scores(ranks, sc_alloc(n, sizeof(int32)), &ranked->ranks);
			MemoryContextSwitchTo(caller);
		}
	}
	return ranked->ranks.rank == NULL ? NULL : &ranked->ranks;
}

bool
sc_correlate_pair_ranks(PairRanks *ranks, uint32 target, uint32 against,
						TargetCorrelation *result)
{
	const ScoreColumns *columns = ranks->columns;
	const ScRanks *x;
	const ScRanks *y;
	ScPartial  *partial;

	if (ranks->n > SC_MAX_PAIRWISE_MODELS)
		return false;
	x = rank_benchmark(ranks, against);
	y = rank_benchmark(ranks, target);
	if (x == NULL || y == NULL)
		return false;
	partial = sc_partial_prepare_ranks(x, ranks->control, ranks->n, ranks->k, ranks->work, sc_poll);
	result->n_dropped = (int32) (columns->start[target + 1] - columns->start[target] - ranks->n);
	result->n_imputed = 0;
	result->uncontrolled = get_float8_nan();
	result->vif = sc_partial_vif(partial);
	result->status = sc_partial_correlate_ranks(partial, y, sc_poll, &result->c);
	result->c.n = ranks->n;
	return true;
}
