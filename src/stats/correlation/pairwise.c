/*-------------------------------------------------------------------------
 *
 * pairwise.c
 *	  Spearman's correlation of every pair of many benchmarks.
 *
 * A doubled mid-rank counted from below is r = 2 * (models below) + (equal ones),
 * the centred one of rank.h is r - n; as the r of n models sum to n^2, sums of
 * products of centred ranks are those of r less n^3.  Either sum may pass 2^63, the
 * difference does not: unsigned numbers get there all the same.
 *
 *-------------------------------------------------------------------------
 */
#include "stats/base/poll.h"
#include "stats/correlation/pairwise.h"
#include "stats/correlation/rank.h"

/* Sums over the models of a pair. */
typedef struct RankSums
{
	size_t		n;
	uint64_t	squares;		/* of r, less n^3 in the end */
	uint64_t	products;
} RankSums;

/* Ranks of the models of an order that have the other benchmark too. */
static RankSums
rank_common(const uint32_t *order, size_t n, const uint8_t *has, uint32_t *rank,
			ScPoll poll)
{
	RankSums	sums = {0, 0, 0};
	size_t		begin;
	size_t		end;

	for (begin = 0; begin < n; begin = end)
	{
		uint64_t	equal = 0;
		uint64_t	r;

		end = begin;
		do
			equal += has[order[end] & ~SC_TIED];
		while (order[end++] & SC_TIED);
		r = 2 * sums.n + equal;
		for (; begin < end; begin++)
		{
			uint32_t	i = order[begin] & ~SC_TIED;

			if (has[i])
				rank[i] = (uint32_t) r;
			sc_poll_at(poll, begin);
		}
		sums.squares += equal * r * r;
		sums.n += equal;
	}
	return sums;
}

/* The same of the other order, whose products with those are wanted; clears them. */
static RankSums
multiply_common(const uint32_t *order, size_t n, uint32_t *rank, ScPoll poll)
{
	RankSums	sums = {0, 0, 0};
	size_t		k = 0;

	while (k < n)
	{
		uint64_t	equal = 0;
		uint64_t	sum = 0;
		uint64_t	r;
		uint32_t	at;

		do
		{
			uint32_t	i;

			at = order[k];
			i = at & ~SC_TIED;
			equal += rank[i] != 0;
			sum += rank[i];
			rank[i] = 0;
			sc_poll_at(poll, k);
			k++;
		} while (at & SC_TIED);
		r = 2 * sums.n + equal;
		sums.products += r * sum;
		sums.squares += equal * r * r;
		sums.n += equal;
	}
	return sums;
}

ScStatus
sc_pairwise_spearman(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b,
					 const uint8_t *has_a, uint32_t *rank, ScPoll poll,
					 ScCorrelation *out)
{
	RankSums	of_b = rank_common(b, n_b, has_a, rank, poll);
	RankSums	of_a = multiply_common(a, n_a, rank, poll);
	uint64_t	n = of_b.n;
	uint64_t	cube = n * n * n;

	out->method = SC_SPEARMAN;
	out->n = of_b.n;
	out->controls = 0;
	out->corr = out->leak = out->kendall_s = out->kendall_var = 0.0;
	if (of_b.n < SC_MIN_MODELS)
		return SC_TOO_FEW_MODELS;
	if (of_a.squares == cube)
		return SC_CONSTANT_Y;
	if (of_b.squares == cube)
		return SC_CONSTANT_X;
	out->corr = sc_rank_correlation((int64_t) (of_a.products - cube),
									(int64_t) (of_b.squares - cube),
									(int64_t) (of_a.squares - cube));
	return SC_OK;
}
