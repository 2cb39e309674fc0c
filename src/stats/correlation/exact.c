/*-------------------------------------------------------------------------
 *
 * exact.c
 *	  Exact permutation p-values of rank correlations of few observations.
 *
 * The distribution of the statistic over all orders is counted over subsets.
 * Put x in ascending order and give its observations their y's group by group,
 * a group being the observations with one value of x: what the statistic gains
 * by a group depends on which y's have been given out before, not on their
 * order.  So for every subset of the y's there is one table, of how many ways
 * to give it to the first of the x's lead to which sum.  That is 2^n tables in
 * place of n! orders.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/base/arena.h"
#include "stats/base/poll.h"
#include "stats/correlation/exact.h"
#include "stats/correlation/rank.h"

/* Largest |S|: of Spearman without ties, n (n^2 - 1) / 3. */
#define LARGEST_S 572

/* Ways to choose the y's of a group: binomial(9, 4); without ties at most 12. */
#define MOST_CHOICES 126

/* Subsets between two calls of a poll. */
#define POLL_SUBSETS 256

/* tail[s]: equally likely cases with |S| >= s; tail[0] is all of them. */
typedef struct Distribution
{
	bool		ready;
	uint32_t	tail[LARGEST_S + 1];
} Distribution;

/*
 * What is kept: per method, Spearman first, all without ties by n, and the last
 * one with ties.  A Distribution is made ready after its last count is in place.
 */
static Distribution untied[2][SC_EXACT_UNTIED + 1];
static Distribution tied[2];
static struct
{
	size_t		n;
	uint32_t	pattern_y;
	uint32_t	pattern_x;
}			tied_key[2];

/* What is counted, and the tables of the subsets, in the workspace. */
typedef struct Count
{
	ScMethod	method;
	int			n;
	int32_t		y[SC_EXACT_UNTIED]; /* ascending, 0 .. n - 1 or .. 2 n - 2 */
	int32_t		x[SC_EXACT_UNTIED];
	int			group[SC_EXACT_UNTIED]; /* size of the group of x that starts
										 * at this place; 0: none does */
	int32_t    *low;			/* by subset: its least sum, */
	int32_t    *high;			/* its greatest, */
	uint32_t   *start;			/* where its table begins, in ways */
	int32_t    *gain;			/* what a subset of the free y's adds */
	uint32_t   *ways;
	uint8_t    *size;			/* of a subset */
} Count;

/* One way to go on from a subset. */
typedef struct Choice
{
	uint32_t	subset;			/* the one that is reached */
	int32_t		gain;
} Choice;

/*
 * The most sums that all tables have together.  The sums of a subset of k y's
 * range, from pairing it with the first k x's in opposite order to pairing it
 * in the same, over the sum of (x[k - 1 - i] - x[i]) (y[k - 1 - i] - y[i]), i <
 * k / 2, with the y's of the subset in order.  The differences of y are at most
 * n - 1, those of x add up to at most floor(k^2 / 4): whole groups of tied ranks
 * are means of what they would be without ties, which makes the upper half
 * smaller, the lower one larger.  Doubled ranks, which are there for ties, make
 * it 4 times as much.  The mean of k^2 over all subsets is n (n + 1) / 4.
 * Kendall's sums range over k (k - 1), which is less.
 */
static size_t
most_ways(size_t n)
{
	size_t		subsets = (size_t) 1 << n;
	size_t		doubled = n <= SC_EXACT_TIED ? 4 : 1;

	return subsets + subsets * doubled * (n - 1) * n * (n + 1) / 16;
}

static size_t
lay_out(Count *count, void *base)
{
	ScArena		arena = {base, 0};
	size_t		subsets = (size_t) 1 << count->n;

	count->low = sc_take(&arena, subsets, sizeof(int32_t));
	count->high = sc_take(&arena, subsets, sizeof(int32_t));
	count->gain = sc_take(&arena, subsets, sizeof(int32_t));
	count->start = sc_take(&arena, subsets, sizeof(uint32_t));
	count->ways = sc_take(&arena, most_ways((size_t) count->n), sizeof(uint32_t));
	count->size = sc_take(&arena, subsets, sizeof(uint8_t));
	return arena.used;
}

size_t
sc_exact_workspace(ScMethod method, size_t n)
{
	Count		count;

	if (method == SC_PEARSON || n < SC_MIN_MODELS || n > SC_EXACT_UNTIED)
		return 0;
	count.n = (int) n;
	return lay_out(&count, NULL);
}

/* The set of ranks that occur, as bits: it tells which are tied, see spell(). */
static uint32_t
pattern_of(const int32_t *q, size_t n)
{
	uint32_t	pattern = 0;
	size_t		i;

	for (i = 0; i < n; i++)
		pattern |= UINT32_C(1) << (q[i] + (int32_t) n - 1);
	return pattern;
}

/* Without ties the ranks are every other number. */
static bool
has_ties(uint32_t pattern, size_t n)
{
	return pattern != (UINT32_C(0x55555555) & ((UINT32_C(1) << (2 * n - 1)) - 1));
}

/*
 * The ranks of a pattern in ascending order, from 0: doubled mid-ranks if some
 * are tied, otherwise 0 .. n - 1.  A group at places start .. end - 1 has the
 * bit start + end - 1.
 */
static void
spell(uint32_t pattern, int n, int32_t *ranks)
{
	int32_t		unit = has_ties(pattern, (size_t) n) ? 1 : 2;
	int			start = 0;
	int			bit;

	for (bit = 0; bit < 2 * n - 1; bit++)
	{
		if (pattern >> bit & 1)
		{
			int			end = bit + 1 - start;

			for (; start < end; start++)
				ranks[start] = bit / unit;
		}
	}
}

/*
 * All ways to give y's, none of them in subset, to the next group of x; 0 if
 * subset ends within a group.
 */
static int
find_choices(const Count *count, uint32_t subset, Choice *choices)
{
	uint32_t	all = (UINT32_C(1) << count->n) - 1;
	uint32_t	left = all & ~subset;
	int			place = count->size[subset];
	int			wanted;
	int			found = 0;
	uint32_t	chosen;
	int			j;

	if (left == 0 || count->group[place] == 0)
		return 0;
	wanted = count->group[place];

	for (j = 0; j < count->n; j++)
	{
		uint32_t	bit = UINT32_C(1) << j;
		int			before = j;
		int			after = j;

		if (subset & bit)
			continue;
		if (count->method == SC_SPEARMAN)
			count->gain[bit] = count->x[place] * count->y[j];
		else
		{
			/* concordant with those below it, discordant with those above */
			while (before > 0 && count->y[before - 1] == count->y[j])
				before--;
			while (after < count->n && count->y[after] == count->y[j])
				after++;
			count->gain[bit] =
				count->size[subset & ((UINT32_C(1) << before) - 1)] -
				count->size[subset >> after];
		}
		if (wanted == 1)
		{
			choices[found].subset = subset | bit;
			choices[found++].gain = count->gain[bit];
		}
	}
	if (wanted == 1)
		return found;

	/* every subset of what is left, each after those within it */
	count->gain[0] = 0;
	for (chosen = (0 - left) & left; chosen != 0; chosen = (chosen - left) & left)
	{
		uint32_t	rest = chosen & (chosen - 1);

		count->gain[chosen] = count->gain[rest] + count->gain[chosen ^ rest];
		if (count->size[chosen] == wanted)
		{
			choices[found].subset = subset | chosen;
			choices[found++].gain = count->gain[chosen];
		}
	}
	return found;
}

/* How far the sums of each subset range, and so where its table is. */
static void
find_ranges(Count *count)
{
	uint32_t	subsets = UINT32_C(1) << count->n;
	Choice		choices[MOST_CHOICES];
	uint32_t	start = 0;
	uint32_t	subset;

	for (subset = 0; subset < subsets; subset++)
	{
		count->size[subset] = subset == 0 ? 0 :
			(uint8_t) (count->size[subset >> 1] + (subset & 1));
		count->low[subset] = INT32_MAX;
		count->high[subset] = INT32_MIN;
	}
	count->low[0] = count->high[0] = 0;

	for (subset = 0; subset < subsets; subset++)
	{
		int			found;
		int			k;

		count->start[subset] = start;
		if (count->low[subset] > count->high[subset])
			continue;			/* never reached: it ends within a group */
		start += (uint32_t) (count->high[subset] - count->low[subset] + 1);

		found = find_choices(count, subset, choices);
		for (k = 0; k < found; k++)
		{
			uint32_t	next = choices[k].subset;
			int32_t		low = count->low[subset] + choices[k].gain;
			int32_t		high = count->high[subset] + choices[k].gain;

			if (low < count->low[next])
				count->low[next] = low;
			if (high > count->high[next])
				count->high[next] = high;
		}
	}
	memset(count->ways, 0, start * sizeof(uint32_t));
}

/* A subset's number is above those of all within it: they come before it. */
static void
count_ways(Count *count, ScPoll poll)
{
	uint32_t	subsets = UINT32_C(1) << count->n;
	Choice		choices[MOST_CHOICES];
	uint32_t	subset;

	count->ways[0] = 1;
	for (subset = 0; subset < subsets - 1; subset++)
	{
		const uint32_t *from = count->ways + count->start[subset];
		int32_t		length;
		int			found;
		int			k;

		if (subset % POLL_SUBSETS == POLL_SUBSETS - 1)
			sc_poll_now(poll);
		if (count->low[subset] > count->high[subset])
			continue;
		length = count->high[subset] - count->low[subset] + 1;
		found = find_choices(count, subset, choices);
		for (k = 0; k < found; k++)
		{
			uint32_t	next = choices[k].subset;
			uint32_t   *restrict to = count->ways + count->start[next] +
				(count->low[subset] + choices[k].gain - count->low[next]);
			int32_t		i;

			for (i = 0; i < length; i++)
				to[i] += from[i];
		}
	}
}

/*
 * From the sums of all y's to the tails of |S|.  Spearman's sum of products of
 * ranks from 0 becomes that of doubled centred ones.
 */
static void
add_tails(const Count *count, int32_t unit, Distribution *distribution)
{
	uint32_t	all = (UINT32_C(1) << count->n) - 1;
	const uint32_t *ways = count->ways + count->start[all];
	int32_t		centre = count->n - 1;
	int32_t		sum;
	int			s;

	memset(distribution->tail, 0, sizeof(distribution->tail));
	for (sum = count->low[all]; sum <= count->high[all]; sum++)
	{
		s = count->method == SC_SPEARMAN ?
			sum * unit - count->n * centre * centre : sum;
		distribution->tail[abs(s)] += ways[sum - count->low[all]];
	}
	for (s = LARGEST_S; s > 0; s--)
		distribution->tail[s - 1] += distribution->tail[s];
}

static void
find_distribution(ScMethod method, size_t n, uint32_t pattern_y,
				  uint32_t pattern_x, void *work, ScPoll poll,
				  Distribution *distribution)
{
	Count		count;
	int			start;
	int			end;

	count.method = method;
	count.n = (int) n;
	spell(pattern_y, count.n, count.y);
	spell(pattern_x, count.n, count.x);
	for (start = 0; start < count.n; start = end)
	{
		for (end = start; end < count.n && count.x[end] == count.x[start]; end++)
			count.group[end] = 0;
		count.group[start] = end - start;
	}
	lay_out(&count, work);
	find_ranges(&count);
	count_ways(&count, poll);
	add_tails(&count, (has_ties(pattern_y, n) ? 1 : 2) *
			  (has_ties(pattern_x, n) ? 1 : 2), distribution);
	distribution->ready = true;
}

/* |S| of the data. */
static int32_t
statistic(ScMethod method, const int32_t *qy, const int32_t *qx, size_t n)
{
	int32_t		s = 0;
	size_t		i;
	size_t		j;

	if (method == SC_SPEARMAN)
		return (int32_t) abs((int) sc_rank_product(qy, qx, n, NULL));
	for (i = 0; i < n; i++)
	{
		for (j = 0; j < i; j++)
			s += ((qy[i] > qy[j]) - (qy[i] < qy[j])) *
				((qx[i] > qx[j]) - (qx[i] < qx[j]));
	}
	return abs(s);
}

bool
sc_exact_p_value(ScMethod method, const double *y, const double *x, size_t n,
				 void *work, ScPoll poll, double *p)
{
	int			which = method == SC_SPEARMAN ? 0 : 1;
	int32_t		rank_y[SC_EXACT_UNTIED];
	int32_t		rank_x[SC_EXACT_UNTIED];
	uint32_t	pattern_y;
	uint32_t	pattern_x;
	Distribution *distribution;

	if (method == SC_PEARSON || n < SC_MIN_MODELS || n > SC_EXACT_UNTIED)
		return false;
	sc_mid_ranks(y, n, rank_y, work, poll);
	sc_mid_ranks(x, n, rank_x, work, poll);
	pattern_y = pattern_of(rank_y, n);
	pattern_x = pattern_of(rank_x, n);

	if (!has_ties(pattern_y, n) && !has_ties(pattern_x, n))
		distribution = &untied[which][n];
	else if (n > SC_EXACT_TIED)
		return false;
	else
	{
		distribution = &tied[which];
		if (tied_key[which].n != n ||
			tied_key[which].pattern_y != pattern_y ||
			tied_key[which].pattern_x != pattern_x)
			distribution->ready = false;
		tied_key[which].n = n;
		tied_key[which].pattern_y = pattern_y;
		tied_key[which].pattern_x = pattern_x;
	}
	if (!distribution->ready)
		find_distribution(method, n, pattern_y, pattern_x, work, poll,
						  distribution);

	*p = (double) distribution->tail[statistic(method, rank_y, rank_x, n)] /
		(double) distribution->tail[0];
	return true;
}
