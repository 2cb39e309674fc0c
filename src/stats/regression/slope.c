/*-------------------------------------------------------------------------
 *
 * slope.c
 *	  The slope of y over x: Theil-Sen's for ranks, least squares for Pearson.
 *
 * Few observations: all slopes, and a selection.  Many: a bracket of two slopes
 * around the median is narrowed until few slopes lie in it, which are then
 * computed (Cole, Salowe, Steiger & Szemeredi, SIAM J. Comput. 18 (1989)
 * 792-810; Matousek, Inform. Process. Lett. 39 (1991) 183-187).  How slopes are
 * counted without computing them is in slope_pairs.h.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "stats/base/arena.h"
#include "stats/base/select.h"
#include "stats/base/sums.h"
#include "stats/regression/slope.h"
#include "stats/regression/slope_pairs.h"

/* Up to this many observations, all slopes are computed. */
#define ALL_PAIRS ((size_t) 120)

/* Slopes that are kept, per observation; even. */
#define ROOM_FACTOR ((size_t) 8)

/*
 * A slope has three roundings, so that its error is up to three units in the
 * last place, one more to be sure.  Ends as near to each other as NARROW_STEPS are
 * not brought nearer.
 */
#define ERROR_STEPS 4
#define NARROW_STEPS (4 * ERROR_STEPS)

/* ----------
 * The median of many
 * ----------
 */

/* The double that is steps doubles above value, at most infinite. */
static double
step_from(double value, int64_t steps)
{
	int64_t		last = sc_ordinal_of(HUGE_VAL);
	int64_t		ordinal = sc_ordinal_of(value) + steps;

	return sc_of_ordinal(ordinal > last ? last : ordinal < -last ? -last : ordinal);
}

/*
 * How many slopes are from that of the order that is kept to this one, which is
 * not below it; the observations are sorted by it.
 */
static int64_t
count_from_kept(ScSlopes *s, double slope)
{
	sc_order_as_kept(s);
	if (slope == -HUGE_VAL)
		return 0;
	sc_sort_by_residuals(s, slope, 0);
	return s->met;
}

/* Are they in the order of x, and those of equal x in that of y? */
static bool
are_sorted(const ScSlopes *s)
{
	size_t		i;

	for (i = 1; i < s->n; i++)
	{
		uint32_t	a = s->sorted[i - 1].at;
		uint32_t	b = s->sorted[i].at;

		if (s->x[a] > s->x[b] || (s->x[a] == s->x[b] && s->y[a] > s->y[b]))
			return false;
		sc_poll_at(s->poll, i);
	}
	return true;
}

/* Copies the observations in the order of x, those of equal x in that of y. */
static void
sort_observations(ScSlopes *s, double *x, double *y)
{
	double		largest_y = 0.0;
	int64_t		tied = 0;
	size_t		first = 0;
	size_t		i;

	sc_order_as_given(s);
	if (!are_sorted(s))
	{
		sc_sort_by_residuals(s, -HUGE_VAL, 0);
		if (!are_sorted(s))
		{
			sc_order_as_given(s);
			sc_sort_by_residuals(s, 0.0, 0);
			sc_sort_by_residuals(s, -HUGE_VAL, 0);
		}
	}

	for (i = 0; i < s->n; i++)
	{
		x[i] = s->x[s->sorted[i].at];
		y[i] = s->y[s->sorted[i].at];
		if (x[i] != x[first])
			first = i;
		tied += (int64_t) (i - first);
		largest_y = fmax(largest_y, fabs(y[i]));
		sc_poll_at(s->poll, i);
	}
	s->x = x;
	s->y = y;
	(void) frexp(fmax(fabs(x[0]), fabs(x[s->n - 1])), &s->exponent_x);
	(void) frexp(largest_y, &s->exponent_y);
	s->pairs = (int64_t) s->n * ((int64_t) s->n - 1) / 2 - tied;
}

/*
 * Slopes of some pairs, evenly taken from all: those of observations i and i +
 * distance, for some distances.  There is at least one of different x at each.
 */
static void
take_sample(ScSlopes *s)
{
	size_t		distances = ROOM_FACTOR;	/* of n / 2 pairs on average */
	size_t		k;
	size_t		i;

	s->met = s->pairs;
	s->stride = 2;				/* or more: not all */
	s->n_kept = 0;
	for (k = 0; k < distances; k++)
	{
		size_t		distance = 1 + s->n * (2 * k + 1) / (2 * distances);

		for (i = 0; i + distance < s->n; i++)
		{
			s->kept[s->n_kept] = sc_slope_of(s->y, s->x, i, i + distance);
			s->n_kept += s->x[i] != s->x[i + distance];
			sc_poll_at(s->poll, i);
		}
	}
}

/*
 * Slopes on both sides of those numbered first and last, which are neighbours or
 * the same, among the kept ones, an even sample of the slopes from low to high;
 * they become the new ends.  The share of a sample of m that is below them is off
 * by 1 / (2 sqrt(m)), one standard deviation; each end is 2.5 of these away.
 * They go further by the error of a slope, so that slopes which differ by
 * rounding stay together.  Returns how many slopes to expect between them.
 */
static int64_t
choose_ends(ScSlopes *s, int64_t first, int64_t last, double *low, double *high)
{
	double		m = (double) s->n_kept;
	double		share = ((double) first + (double) last) / 2.0 / (double) s->met;
	double		margin = 1.25 * sqrt(m);
	double		from = floor(share * m - margin);
	double		to = ceil(share * m + margin);
	double		end;
	size_t		k = 0;

	if (from >= 0.0 && from < m)
	{
		k = (size_t) from;
		end = step_from(sc_select(s->kept, s->n_kept, k, s->poll), -ERROR_STEPS);
		*low = fmin(fmax(*low, end), *high);
	}
	if (to < m)
	{
		end = step_from(sc_select(s->kept + k, s->n_kept - k, (size_t) to - k, s->poll),
						ERROR_STEPS);
		*high = fmax(fmin(*high, end), *low);
	}
	return (int64_t) ((to - from) / m * (double) s->met);
}

/* One in how many of count slopes to keep: all, or else a sample. */
static int64_t
stride_for(const ScSlopes *s, int64_t count)
{
	int64_t		room = (int64_t) s->room;

	return count < room ? 1 : 1 + count / (room / 4);
}

/* An index among the kept slopes, whatever was miscounted by underflow. */
static size_t
kept_index(const ScSlopes *s, double index)
{
	return index < (double) s->n_kept ? (size_t) index : s->n_kept - 1;
}

/*
 * The slopes numbered first and last, which are neighbours or the same, from 0
 * in ascending order.  False if they were found to lie apart.
 */
static bool
find_slopes(ScSlopes *s, int64_t first, int64_t last, double *slope_first,
			double *slope_last)
{
	double		a = -HUGE_VAL;	/* first and last are in [a, b) */
	double		b = HUGE_VAL;
	int64_t		below_a = 0;
	int64_t		below_b = s->pairs;
	int			failures = 0;

	sc_order_as_given(s);
	sc_keep_order(s);			/* that of a, always */
	take_sample(s);
	while (s->stride > 1 && s->n_kept > 0)
	{
		int64_t		met_before = s->met;
		int64_t		expected = 0;
		int64_t		below;
		double		low = a;
		double		high = b;

		if ((uint64_t) sc_ordinal_of(b) - (uint64_t) sc_ordinal_of(a) <= NARROW_STEPS)
			break;
		if (failures == 2)
			low = high = sc_of_ordinal(sc_ordinal_of(a) / 2 + sc_ordinal_of(b) / 2);
		else
			expected = choose_ends(s, first - below_a, last - below_a, &low, &high);

		below = below_a + count_from_kept(s, low);
		if (below > first)
		{
			if (below <= last)
				return false;
			b = low;
			below_b = below;
			sc_order_as_kept(s);
			sc_sort_by_residuals(s, b, stride_for(s, below_b - below_a));
		}
		else
		{
			a = low;
			below_a = below;
			sc_keep_order(s);
			sc_sort_by_residuals(s, high, stride_for(s, expected));
			below = below_a + s->met;
			if (below > last)
			{
				b = high;
				below_b = below;
			}
			else if (below > first)
				return false;
			else
			{
				a = high;
				below_a = below;
				sc_keep_order(s);
				sc_sort_by_residuals(s, b, stride_for(s, below_b - below_a));
			}
		}

		/*
		 * by samples if that helps; by halves, which must come to an end, if
		 * not
		 */
		failures = s->met <= met_before / 2 ? 0 : failures % 2 + 1;
	}

	if (s->n_kept == 0)
		*slope_first = *slope_last = a; /* what differs underflows */
	else if (s->stride > 1)
	{
		/* more than there is room for, all but equal: that one of a sample */
		double		share = (double) (first - below_a) / (double) s->met;

		*slope_first = *slope_last =
			sc_select(s->kept, s->n_kept, kept_index(s, share * (double) s->n_kept),
					  s->poll);
	}
	else
	{
		*slope_first = sc_select_pair(s->kept, s->n_kept,
									  kept_index(s, (double) (first - below_a)),
									  slope_last, s->poll);
		if (first == last)
			*slope_last = *slope_first;
	}
	return true;
}

/* Of the two in the middle; no negative zero. */
static double
mean_of(double a, double b)
{
	double		mean = (a + b) / 2.0;

	if (a == b)
		mean = a;
	else if (!isfinite(mean))
		mean = a / 2.0 + b / 2.0;
	return mean + 0.0;
}

/* Lays out the arrays for n observations; returns their size. */
static size_t
lay_out(ScSlopes *s, double **sorted_x, double **sorted_y, size_t n, void *base)
{
	ScArena		arena = {base, 0};

	s->n = n;
	s->room = ROOM_FACTOR * n;
	*sorted_x = sc_take_doubles(&arena, n);
	*sorted_y = sc_take_doubles(&arena, n);
	s->kept = sc_take_doubles(&arena, s->room);
	s->sorted = sc_take(&arena, n, sizeof(ScResidual));
	s->scratch = sc_take(&arena, n, sizeof(ScResidual));
	s->order = sc_take(&arena, n, sizeof(uint32_t));
	return arena.used;
}

static double
median_of_many(const double *y, const double *x, size_t n, void *work,
			   ScPoll poll)
{
	ScSlopes	s;
	double	   *sorted_x;
	double	   *sorted_y;
	int64_t		first;
	int64_t		last;
	double		low;
	double		high;

	lay_out(&s, &sorted_x, &sorted_y, n, work);
	s.x = x;
	s.y = y;
	s.poll = poll;
	sort_observations(&s, sorted_x, sorted_y);

	first = (s.pairs - 1) / 2;
	last = s.pairs / 2;
	if (!find_slopes(&s, first, last, &low, &high))
	{
		(void) find_slopes(&s, first, first, &low, &low);
		(void) find_slopes(&s, last, last, &high, &high);
	}
	return mean_of(low, high);
}

/* ----------
 * The median of few
 * ----------
 */

static double
median_of_few(const double *y, const double *x, size_t n, double *slopes)
{
	size_t		count = 0;
	size_t		tied = 0;
	size_t		i;
	size_t		j;
	double		low;
	double		high;

	for (i = 1; i < n; i++)
	{
		for (j = 0; j < i; j++)
		{
			slopes[count + j] = sc_slope_of(y, x, i, j);
			tied += x[i] == x[j];
		}
		count += i;
	}
	if (tied > 0)
	{
		count = 0;
		for (i = 1; i < n; i++)
		{
			for (j = 0; j < i; j++)
			{
				slopes[count] = sc_slope_of(y, x, i, j);
				count += x[i] != x[j];
			}
		}
	}
	low = sc_select_pair(slopes, count, (count - 1) / 2, &high, NULL);
	return mean_of(low, count % 2 == 0 ? high : low);
}

size_t
sc_theil_sen_workspace(size_t n)
{
	ScSlopes	s;
	double	   *sorted_x;
	double	   *sorted_y;

	if (n <= ALL_PAIRS)
		return n * (n - 1) / 2 * sizeof(double);
	return lay_out(&s, &sorted_x, &sorted_y, n, NULL);
}

double
sc_theil_sen(const double *y, const double *x, size_t n, void *work,
			 ScPoll poll)
{
	if (n <= ALL_PAIRS)
		return median_of_few(y, x, n, work);
	return median_of_many(y, x, n, work, poll);
}

/* ----------
 * Least squares
 * ----------
 */

size_t
sc_least_squares_workspace(size_t n)
{
	return 2 * n * sizeof(double);
}

static double
range_of(const double *x, size_t n, ScPoll poll)
{
	double		min;
	double		max;

	sc_range(x, n, &min, &max, poll);
	return max - min;
}

/* Of both in units of their ranges, as Pearson's correlation has them. */
double
sc_least_squares(const double *y, const double *x, size_t n, void *work,
				 ScPoll poll)
{
	double	   *uy = work;
	double	   *ux = uy + n;
	double		range_y = range_of(y, n, poll);
	double		range_x = range_of(x, n, poll);
	double		slope;

	if (range_y == 0.0)
		return 0.0;
	sc_centre(y, n, uy, poll);
	sc_centre(x, n, ux, poll);
	slope = sc_dot(ux, uy, n, poll) / sc_dot(ux, ux, n, poll);
	if (isfinite(range_y / range_x))
		slope *= range_y / range_x;
	else
		slope = slope * range_y / range_x;
	return slope + 0.0;
}
