/*-------------------------------------------------------------------------
 *
 * rank.c
 *	  Sorting with cancellation, and mid-ranks as exact integers.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "stats/base/poll.h"
#include "stats/correlation/rank.h"

/* Runs of this many elements are sorted by insertion before any merge. */
#define RUN_LENGTH ((size_t) 8)

/* Counts steps down to the next poll, across the calls of one sort. */
typedef struct Ticker
{
	ScPoll		poll;
	size_t		left;
} Ticker;

static inline void
tick(Ticker *t)
{
	if (--t->left == 0)
	{
		t->left = SC_POLL_STEPS;
		sc_poll_now(t->poll);
	}
}

size_t
sc_sort_workspace(size_t n)
{
	return n * sizeof(uint32_t);
}

size_t
sc_mid_ranks_workspace(size_t n)
{
	return n * sizeof(uint32_t) + sc_sort_workspace(n);
}

/*
 * Sorts a run of order in place; returns the exchanges, which for insertion
 * are the single steps.
 */
static int64_t
insertion_sort(const double *x, uint32_t *order, size_t n, Ticker *ticker)
{
	int64_t		exchanges = 0;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		uint32_t	moving = order[i];
		double		value = x[moving];
		size_t		j = i;

		while (j > 0 && x[order[j - 1]] > value)
		{
			order[j] = order[j - 1];
			j--;
		}
		order[j] = moving;
		exchanges += (int64_t) (i - j);
		tick(ticker);
	}
	return exchanges;
}

/*
 * Merges the sorted runs from[start..mid-1] and from[mid..end-1] into to.  An
 * element of the right run exchanges with those of the left run that are larger
 * (Knight, J. Amer. Statist. Assoc. 61 (1966) 436-439): with all that are left of
 * it when it goes first, with those that went before it from the back.  Of equal
 * values the left goes first: the sort is stable, and equal values are no exchange.
 *
 * The result is made from both ends at the same time, without a branch on the
 * values, half of which would be guessed wrong: as long as neither end has taken
 * as many elements as the shorter run holds, no end need be looked for.
 */
static int64_t
merge_runs(const double *x, const uint32_t *from, uint32_t *to,
		   size_t start, size_t mid, size_t end, Ticker *ticker)
{
	int64_t		exchanges = 0;
	size_t		left = start;
	size_t		left_end = mid;
	size_t		right = mid;
	size_t		right_end = end;
	size_t		k = start;
	size_t		k_end = end;
	size_t		steps = mid - start < end - mid ? mid - start : end - mid;

	for (; steps > 0; steps--)
	{
		size_t		right_first = x[from[left]] > x[from[right]];
		size_t		left_last = x[from[left_end - 1]] > x[from[right_end - 1]];

		to[k++] = from[right_first ? right : left];
		exchanges += (int64_t) ((mid - left) & -right_first);
		right += right_first;
		left += 1 - right_first;

		to[--k_end] = from[left_last ? left_end - 1 : right_end - 1];
		exchanges += (int64_t) ((mid - left_end) & (left_last - 1));
		left_end -= left_last;
		right_end -= 1 - left_last;
		tick(ticker);
		tick(ticker);			/* two elements */
	}

	/* what is left in the middle, if one run was longer */
	while (k < k_end)
	{
		if (left == left_end || (right < right_end && x[from[left]] > x[from[right]]))
		{
			exchanges += (int64_t) (mid - left);
			to[k++] = from[right++];
		}
		else
			to[k++] = from[left++];
		tick(ticker);
	}
	return exchanges;
}

int64_t
sc_sort_order(const double *x, size_t n, uint32_t *order, void *work,
			  ScPoll poll)
{
	Ticker		ticker;
	uint32_t   *from = order;
	uint32_t   *to = work;
	int64_t		exchanges = 0;
	size_t		width;
	size_t		start;

	ticker.poll = poll;
	ticker.left = SC_POLL_STEPS;

	for (start = 0; start < n; start += RUN_LENGTH)
	{
		size_t		length = n - start < RUN_LENGTH ? n - start : RUN_LENGTH;

		exchanges += insertion_sort(x, order + start, length, &ticker);
	}

	for (width = RUN_LENGTH; width < n; width *= 2)
	{
		uint32_t   *swap;

		for (start = 0; start < n; start += 2 * width)
		{
			size_t		mid = n - start < width ? n : start + width;
			size_t		end = n - start < 2 * width ? n : start + 2 * width;

			exchanges += merge_runs(x, from, to, start, mid, end, &ticker);
		}
		swap = from;
		from = to;
		to = swap;
	}

	if (from != order)
	{
		size_t		i;

		for (i = 0; i < n; i++)
		{
			order[i] = from[i];
			tick(&ticker);
		}
	}
	return exchanges;
}

void
sc_sort_values(const double *x, size_t n, uint32_t *order, void *work, ScPoll poll)
{
	size_t		i;

	for (i = 0; i < n; i++)
	{
		order[i] = (uint32_t) i;
		sc_poll_at(poll, i);
	}
	sc_sort_order(x, n, order, work, poll);
}

bool
sc_tied_order(const double *x, const uint32_t *model, size_t n, uint32_t *order,
			  void *work, ScPoll poll)
{
	bool		any = false;
	size_t		k;

	sc_sort_values(x, n, order, work, poll);
	for (k = 0; k < n; k++)
	{
		bool		tied = k + 1 < n && x[order[k]] == x[order[k + 1]];

		if (model != NULL)
			order[k] = model[order[k]];
		if (tied)
			order[k] |= SC_TIED;
		any = any || tied;
		sc_poll_at(poll, k);
	}
	return any;
}

void
sc_ranks_of_order(const double *x, size_t n, const uint32_t *order, int32_t *q, ScPoll poll)
{
	size_t		i;
	size_t		start;
	size_t		end;

	/*
	 * Values start .. end - 1 (from 0) in ascending order are equal: they
	 * share the rank R = (start + 1 + end) / 2, and 2 R - (n + 1) = start +
	 * end - n.
	 */
	for (start = 0; start < n; start = end)
	{
		int32_t		shared;

		for (end = start + 1; end < n; end++)
		{
			if (x[order[end]] != x[order[start]])
				break;
			sc_poll_at(poll, end);
		}
		shared = (int32_t) ((int64_t) start + (int64_t) end - (int64_t) n);
		for (i = start; i < end; i++)
		{
			q[order[i]] = shared;
			sc_poll_at(poll, i);
		}
	}
}

void
sc_mid_ranks(const double *x, size_t n, int32_t *q, void *work, ScPoll poll)
{
	uint32_t   *order = work;

	sc_sort_values(x, n, order, order + n, poll);
	sc_ranks_of_order(x, n, order, q, poll);
}

__int128
sc_rank_product(const int32_t *a, const int32_t *b, size_t n, ScPoll poll)
{
	__int128	sum = 0;
	size_t		i;

	/* Two products together are below 2^63; more would not always be. */
	for (i = 0; i + 1 < n; i += 2)
	{
		sum += (int64_t) a[i] * b[i] + (int64_t) a[i + 1] * b[i + 1];
		sc_poll_at(poll, i + 1);
	}
	if (i < n)
		sum += (int64_t) a[i] * b[i];
	return sum;
}

double
sc_rank_correlation(__int128 sxy, __int128 sxx, __int128 syy)
{
	double		inside = 1.0 - 0x1p-53; /* the double before 1 */
	double		r;

	if (sxx == syy)
	{
		if (sxy == sxx)
			return 1.0;
		if (sxy == -sxx)
			return -1.0;
		r = (double) sxy / (double) sxx;
	}
	else
		r = (double) sxy / (sqrt((double) sxx) * sqrt((double) syy));

	/*
	 * By Cauchy and Schwarz |r| is 1 only if one set of centred ranks is a
	 * multiple of the other, and two sets of mid-ranks of n values are so
	 * only if they are equal or opposite.  That was settled above in
	 * integers: here a quotient of 1 is rounding.
	 */
	return r > inside ? inside : r < -inside ? -inside : r;
}
