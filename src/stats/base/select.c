/*-------------------------------------------------------------------------
 *
 * select.c
 *	  Order statistics without sorting.
 *
 *-------------------------------------------------------------------------
 */
#include <stdbool.h>

#include "stats/base/poll.h"
#include "stats/base/select.h"

/* So few values are sorted by insertion. */
#define FEW ((size_t) 12)

/* Values looked at to choose one that parts the others. */
#define SAMPLE 9

static void
insertion_sort(double *x, size_t n)
{
	size_t		i;

	for (i = 1; i < n; i++)
	{
		double		moving = x[i];
		size_t		j = i;

		for (; j > 0 && x[j - 1] > moving; j--)
			x[j] = x[j - 1];
		x[j] = moving;
	}
}

/*
 * Moves what is less than pivot (or, if or_equal, not greater) to the front;
 * returns how many that are.  No branch depends on the values: half of them
 * would be guessed wrong.
 */
static size_t
part(double *x, size_t n, double pivot, bool or_equal, ScPoll poll)
{
	size_t		front = 0;
	size_t		start;
	size_t		end;
	size_t		i;

	for (start = 0; start < n; start = end)
	{
		end = n - start < SC_POLL_STEPS ? n : start + SC_POLL_STEPS;
		if (or_equal)
		{
			for (i = start; i < end; i++)
			{
				double		value = x[i];

				x[i] = x[front];
				x[front] = value;
				front += value <= pivot;
			}
		}
		else
		{
			for (i = start; i < end; i++)
			{
				double		value = x[i];

				x[i] = x[front];
				x[front] = value;
				front += value < pivot;
			}
		}
		if (end < n)
			sc_poll_now(poll);
	}
	return front;
}

/*
 * A value beside the one that is wanted, on the side of the middle: of a sorted
 * sample the one at the wanted place, or one further.  So the first parting
 * leaves little more than half of a median's values, the second one, from the
 * other side, only few (the idea of Floyd & Rivest, Comm. ACM 18 (1975)
 * 165-172).
 */
static double
choose_pivot(const double *x, size_t n, size_t k)
{
	double		sample[SAMPLE];
	size_t		place = k * SAMPLE / n;
	size_t		i;

	for (i = 0; i < SAMPLE; i++)
		sample[i] = x[(2 * i + 1) * n / (2 * SAMPLE)];
	insertion_sort(sample, SAMPLE);
	if (place < SAMPLE / 2)
		place++;
	else if (place > SAMPLE / 2)
		place--;
	return sample[place];
}

/*
 * Selects; *end is a place beyond k such that the values from there on are not
 * smaller than those from k + 1 to it.
 */
static double
select_within(double *x, size_t n, size_t k, size_t *end, ScPoll poll)
{
	size_t		low = 0;
	size_t		high = n;

	while (high - low > FEW)
	{
		bool		from_above = k - low < (high - low) / 2;
		double		pivot = choose_pivot(x + low, high - low, k - low);
		size_t		front;

		front = low + part(x + low, high - low, pivot, !from_above, poll);
		if (front == (from_above ? low : high))
		{
			/* nothing beyond it: set aside what equals it, if not all */
			front = low + part(x + low, high - low, pivot, from_above, poll);
			if ((k < front) == from_above)
			{
				*end = from_above ? front : high;
				return pivot;
			}
		}
		if (k < front)
			high = front;
		else
			low = front;
	}
	insertion_sort(x + low, high - low);
	*end = high;
	return x[k];
}

double
sc_select(double *x, size_t n, size_t k, ScPoll poll)
{
	size_t		end;

	return select_within(x, n, k, &end, poll);
}

double
sc_select_pair(double *x, size_t n, size_t k, double *next, ScPoll poll)
{
	size_t		end;
	double		value = select_within(x, n, k, &end, poll);
	double		least = value;
	size_t		i;

	/* what was set aside is equal, few values have been sorted */
	if (k + 1 < end)
		least = x[k + 1];
	else if (end < n)
	{
		least = x[end];
		for (i = end + 1; i < n; i++)
		{
			least = x[i] < least ? x[i] : least;
			sc_poll_at(poll, i);
		}
	}
	*next = least;
	return value;
}
