/*-------------------------------------------------------------------------
 *
 * slope_pairs.c
 *	  Observations in the order of their residuals about a slope, and the pairs
 *	  that exchange between two of these orders.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdbool.h>

#include "stats/base/double_double.h"
#include "stats/base/poll.h"
#include "stats/regression/slope_pairs.h"

/*
 * Residuals are formed in units in which the larger of y and of what is taken
 * from it is near this power of two: nothing overflows, and what underflows is
 * some 2^1900 times smaller.
 */
#define LARGE_EXPONENT 900

/* ----------
 * Residuals
 * ----------
 */

/* Of an infinite slope only x is left. */
static void
set_units(ScSlopes *s, double slope)
{
	int			exponent = s->exponent_y;
	int			exponent_slope;

	s->factor = isinf(slope) ? copysign(1.0, slope) : 0.0;
	s->unit = isinf(slope) ? 0.0 : 1.0;
	if (isinf(slope) || slope == 0.0)
		return;

	(void) frexp(slope, &exponent_slope);
	if (exponent < exponent_slope + s->exponent_x)
		exponent = exponent_slope + s->exponent_x;
	exponent = LARGE_EXPONENT - exponent;
	if (exponent > LARGE_EXPONENT - exponent_slope)
		exponent = LARGE_EXPONENT - exponent_slope;
	if (exponent > LARGE_EXPONENT)
		exponent = LARGE_EXPONENT;
	if (exponent < -LARGE_EXPONENT)
		exponent = -LARGE_EXPONENT;
	s->factor = ldexp(slope, exponent);
	s->unit = ldexp(1.0, exponent);
}

/* Rounded once, so that it does not contradict the exact order. */
static inline int64_t
residual_ordinal(const ScSlopes *s, uint32_t i)
{
	return sc_ordinal_of(fma(-s->factor, s->x[i], s->y[i] * s->unit));
}

/*
 * What rounding took from a residual, as two doubles, the first one being their
 * sum rounded: ErrFmaNearest of Boldo & Muller, IEEE Trans. Comput. 60 (2011)
 * 157-164.
 */
static void
residual_error(const ScSlopes *s, const ScResidual *r, double *high, double *low)
{
	double		y = s->y[r->at] * s->unit;
	DoubleDouble product = sc_two_product(-s->factor, s->x[r->at]);
	DoubleDouble a = sc_two_sum(y, product.lo);
	DoubleDouble b = sc_two_sum(product.hi, a.hi);
	double		g = (b.hi - sc_of_ordinal(r->ordinal)) + b.lo;

	*high = g + a.lo;
	*low = (g - *high) + a.lo;
}

/*
 * Of two residuals that round to the same: is the first one larger?  With one y
 * x tells, however small the product is.
 */
static bool
above_by_error(const ScSlopes *s, const ScResidual *a, const ScResidual *b)
{
	double		high_a;
	double		low_a;
	double		high_b;
	double		low_b;

	if (s->y[a->at] == s->y[b->at])
		return s->factor > 0.0 ? s->x[a->at] < s->x[b->at] :
			s->factor < 0.0 && s->x[a->at] > s->x[b->at];
	residual_error(s, a, &high_a, &low_a);
	residual_error(s, b, &high_b, &low_b);
	return high_a > high_b || (high_a == high_b && low_a > low_b);
}

static inline bool
is_above(const ScSlopes *s, const ScResidual *a, const ScResidual *b)
{
	if (a->ordinal == b->ordinal)
		return above_by_error(s, a, b);
	return a->ordinal > b->ordinal;
}

/* ----------
 * Pairs between two slopes
 * ----------
 */

/*
 * The pair to keep after this one: the next, or with a larger stride one that
 * is 1 .. 2 stride - 1 away.  Always the stride away would be in step with the
 * runs that are merged.  Any generator will do: what comes out is the same.
 */
static void
choose_next(ScSlopes *s)
{
	uint64_t	range = 2 * (uint64_t) s->stride - 1;

	s->jitter = s->jitter * UINT64_C(6364136223846793005) + 1;
	s->next += 1 + (int64_t) (((unsigned __int128) s->jitter * range) >> 64);
}

/*
 * Of pairs of one observation with count others, that exchange now, after met
 * before them, keeps the slopes of those whose turn it is; returns the next one
 * whose turn it will be.  Where the room is used up every second slope is
 * dropped, and the stride doubled.
 */
static int64_t
keep(ScSlopes *s, const ScResidual *others, int64_t count, const ScResidual *one,
	 int64_t met)
{
	while (s->next < met + count)
	{
		size_t		i = others[s->next - met].at;
		size_t		k;

		s->kept[s->n_kept++] = sc_slope_of(s->y, s->x, i, one->at);
		sc_poll_at(s->poll, s->n_kept);
		if (s->n_kept == s->room)
		{
			s->n_kept /= 2;
			for (k = 1; k < s->n_kept; k++)
			{
				s->kept[k] = s->kept[2 * k];
				sc_poll_at(s->poll, k);
			}
			s->stride *= 2;
		}
		choose_next(s);
	}
	return s->next;
}

/*
 * Between two slopes that are near each other few pairs exchange, and long runs
 * overlap by little.  The parts of them that do not overlap are looked for outwards
 * from where the runs meet, and copied.
 */
#define LONG_RUNS 32

/* The first of the run that is above one that comes after it; its end if none. */
static const ScResidual *
first_above(const ScSlopes *s, const ScResidual *run, const ScResidual *end,
			const ScResidual *one)
{
	size_t		most = (size_t) (end - run);	/* known: end[-size] is above */
	size_t		size = 0;
	size_t		step = 1;

	while (step <= most && is_above(s, end - step, one))
	{
		size = step;
		step *= 2;
	}
	most = step <= most ? step - 1 : most;
	while (size < most)
	{
		size_t		middle = most - (most - size) / 2;

		if (is_above(s, end - middle, one))
			size = middle;
		else
			most = middle - 1;
	}
	return end - size;
}

/* The end of those of the run that one which comes before it is above. */
static const ScResidual *
last_below(const ScSlopes *s, const ScResidual *run, const ScResidual *end,
		   const ScResidual *one)
{
	size_t		most = (size_t) (end - run);	/* known: run[size - 1] is
												 * below */
	size_t		size = 0;
	size_t		step = 1;

	while (step <= most && is_above(s, one, run + step - 1))
	{
		size = step;
		step *= 2;
	}
	most = step <= most ? step - 1 : most;
	while (size < most)
	{
		size_t		middle = most - (most - size) / 2;

		if (is_above(s, one, run + middle - 1))
			size = middle;
		else
			most = middle - 1;
	}
	return run + size;
}

/*
 * Merges the runs from .. mid - 1 and mid .. end - 1; stable.  The result is made
 * from both ends at the same time: as long as neither has taken as many elements
 * as the shorter run holds, no end need be looked for, and without a branch on
 * the values, half of which would be guessed wrong, the two keep the processor
 * busy.  An element of the left run exchanges with those of the right run that go
 * before it.
 */
static inline __attribute__((always_inline))
void
merge(ScSlopes *s, const ScResidual *from, const ScResidual *mid,
	  const ScResidual *end, ScResidual *to, bool keeping)
{
	const ScResidual *left = from;
	const ScResidual *left_end = mid;
	const ScResidual *right = mid;
	const ScResidual *right_end = end;
	ScResidual *to_end = to + (end - from);
	int64_t		met = s->met;
	int64_t		next = s->next;
	int64_t		count;
	size_t		steps;
	size_t		step;

	if (end - from >= LONG_RUNS && mid < end)
	{
		left = first_above(s, from, mid, mid);
		memcpy(to, from, (size_t) (left - from) * sizeof(ScResidual));
		to += left - from;
		if (left < left_end)
			right_end = last_below(s, mid, end, left_end - 1);
		else
			right_end = mid;
		to_end -= end - right_end;
		memcpy(to_end, right_end, (size_t) (end - right_end) * sizeof(ScResidual));
	}
	steps = (size_t) (left_end - left < right_end - right ? left_end - left : right_end - right);
	for (step = 0; step < steps; step++)
	{
		int64_t		above = left->ordinal > right->ordinal;
		int64_t		end_above = left_end[-1].ordinal > right_end[-1].ordinal;

		if (left->ordinal == right->ordinal)
			above = above_by_error(s, left, right);
		if (left_end[-1].ordinal == right_end[-1].ordinal)
			end_above = above_by_error(s, left_end - 1, right_end - 1);

		*to++ = *(above ? right : left);
		count = (right - mid) & (above - 1);
		if (keeping && next < met + count)
			next = keep(s, mid, count, left, met);
		met += count;
		right += above;
		left += 1 - above;

		*--to_end = *(end_above ? left_end - 1 : right_end - 1);
		count = (right_end - mid) & -end_above;
		if (keeping && next < met + count)
			next = keep(s, mid, count, left_end - 1, met);
		met += count;
		left_end -= end_above;
		right_end -= 1 - end_above;
		sc_poll_at(s->poll, step);
	}

	/* what is left in the middle, if one run was longer */
	for (step = 0; to < to_end; step++)
	{
		if (left == left_end || (right < right_end && is_above(s, left, right)))
			*to++ = *right++;
		else
		{
			count = right - mid;
			if (keeping && next < met + count)
				next = keep(s, mid, count, left, met);
			met += count;
			*to++ = *left++;
		}
		sc_poll_at(s->poll, step);
	}
	s->met = met;
}

static void
merge_counting(ScSlopes *s, const ScResidual *from, const ScResidual *mid,
			   const ScResidual *end, ScResidual *to)
{
	merge(s, from, mid, end, to, false);
}

static void
merge_keeping(ScSlopes *s, const ScResidual *from, const ScResidual *mid,
			  const ScResidual *end, ScResidual *to)
{
	merge(s, from, mid, end, to, true);
}

void
sc_order_as_given(ScSlopes *s)
{
	size_t		i;

	for (i = 0; i < s->n; i++)
	{
		s->sorted[i].at = (uint32_t) i;
		sc_poll_at(s->poll, i);
	}
}

void
sc_keep_order(ScSlopes *s)
{
	size_t		i;

	for (i = 0; i < s->n; i++)
	{
		s->order[i] = s->sorted[i].at;
		sc_poll_at(s->poll, i);
	}
}

void
sc_order_as_kept(ScSlopes *s)
{
	size_t		i;

	for (i = 0; i < s->n; i++)
	{
		s->sorted[i].at = s->order[i];
		sc_poll_at(s->poll, i);
	}
}

void
sc_sort_by_residuals(ScSlopes *s, double slope, int64_t stride)
{
	size_t		since_poll = 0;
	size_t		width;
	size_t		start;
	size_t		i;

	set_units(s, slope);
	for (i = 0; i < s->n; i++)
	{
		s->sorted[i].ordinal = residual_ordinal(s, s->sorted[i].at);
		sc_poll_at(s->poll, i);
	}

	s->met = 0;
	s->stride = stride;
	s->next = stride == 0 ? INT64_MAX : 0;
	s->jitter = UINT64_C(0x9e3779b97f4a7c15);
	s->n_kept = 0;

	for (width = 1; width < s->n; width *= 2)
	{
		ScResidual *swap = s->sorted;

		for (start = 0; start < s->n; start += 2 * width)
		{
			const ScResidual *from = s->sorted + start;
			size_t		rest = s->n - start;
			const ScResidual *mid = from + (rest < width ? rest : width);
			const ScResidual *end = from + (rest < 2 * width ? rest : 2 * width);

			if (stride == 0)
				merge_counting(s, from, mid, end, s->scratch + start);
			else
				merge_keeping(s, from, mid, end, s->scratch + start);
			since_poll += 2 * width;
			if (since_poll >= SC_POLL_STEPS)
			{
				since_poll = 0;
				sc_poll_now(s->poll);
			}
		}
		s->sorted = s->scratch;
		s->scratch = swap;
	}
}
