/*-------------------------------------------------------------------------
 *
 * kendall.c
 *	  How sure Kendall's tau-b is: its variance and interval.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdbool.h>

#include "stats/base/arena.h"
#include "stats/base/sums.h"
#include "stats/correlation/kendall.h"
#include "stats/correlation/rank.h"

/* Halvings of an interval within [-1, 1] until what is left is rounding. */
#define HALVINGS 64

/* ----------
 * Normal scores
 * ----------
 */

/*
 * v(tau), without cancellation near 1 and -1.  With u = 1 - |tau|, c = cos(pi tau /
 * 2) = sin(pi u / 2), 1/9 - (2/pi asin(rho/2))^2 is 2/pi d (2/3 - 2/pi d) for d =
 * pi/6 - asin(rho/2), and sin d = sqrt(3)/4 (sqrt(1 + c^2 / 3) - rho).
 */
static double
normal_variance(double tau, double n)
{
	double		u = 1.0 - fabs(tau);
	double		rho = cos(M_PI / 2.0 * u);
	double		c = sin(M_PI / 2.0 * u);
	double		sine = c * c / (sqrt(3.0) * (sqrt(1.0 + c * c / 3.0) + rho));
	double		share = asin(sine) * 2.0 / M_PI;

	return 2.0 / (n * (n - 1.0)) *
		(u * (2.0 - u) + 2.0 * (n - 2.0) * share * (2.0 / 3.0 - share));
}

/* ----------
 * These observations
 * ----------
 */

/* What there is to know of each observation, and the counts of a Fenwick tree. */
typedef struct Pairs
{
	uint32_t   *order;			/* ascending in x, ties of x ascending in y */
	uint32_t   *below;			/* observations with a smaller y */
	uint32_t   *up_to;			/* with an equal or smaller one */
	int32_t    *net;			/* concordant - discordant pairs */
	uint32_t   *tree;			/* of those put in, by their place in y */
	void	   *scratch;
} Pairs;

static size_t
lay_out(Pairs *pairs, size_t n, void *base)
{
	ScArena		arena = {base, 0};

	pairs->order = sc_take(&arena, n, sizeof(uint32_t));
	pairs->below = sc_take(&arena, n, sizeof(uint32_t));
	pairs->up_to = sc_take(&arena, n, sizeof(uint32_t));
	pairs->net = sc_take(&arena, n, sizeof(int32_t));
	pairs->tree = sc_take(&arena, n + 1, sizeof(uint32_t));
	pairs->scratch = sc_take(&arena, sc_sort_workspace(n), 1);
	return arena.used;
}

size_t
sc_kendall_spread_workspace(size_t n)
{
	Pairs		pairs;

	return lay_out(&pairs, n, NULL);
}

/* Puts an observation in, at the place 1 to n. */
static void
put_in(uint32_t *tree, size_t n, size_t place)
{
	for (; place <= n; place += place & (~place + 1))
		tree[place]++;
}

/* How many have been put in at the places 1 to place. */
static int64_t
count_in(const uint32_t *tree, size_t place)
{
	int64_t		count = 0;

	for (; place > 0; place -= place & (~place + 1))
		count += tree[place];
	return count;
}

/* Past the end of the observations that are equal to the one at start of the order. */
static size_t
end_of_group(const double *x, const uint32_t *order, size_t n, size_t start, ScPoll poll)
{
	size_t		end = start + 1;

	while (end < n && x[order[end]] == x[order[start]])
	{
		end++;
		sc_poll_at(poll, end);
	}
	return end;
}

/* Sorts, and finds where each y is among the others. */
static void
place_observations(const double *y, const double *x, size_t n, Pairs *pairs, ScPoll poll)
{
	size_t		start;
	size_t		end;
	size_t		k;

	sc_sort_values(y, n, pairs->order, pairs->scratch, poll);
	for (start = 0; start < n; start = end)
	{
		end = end_of_group(y, pairs->order, n, start, poll);
		for (k = start; k < end; k++)
		{
			pairs->below[pairs->order[k]] = (uint32_t) start;
			pairs->up_to[pairs->order[k]] = (uint32_t) end;
			sc_poll_at(poll, k);
		}
	}
	sc_sort_order(x, n, pairs->order, pairs->scratch, poll);
	for (k = 0; k <= n; k++)
	{
		pairs->tree[k] = 0;
		sc_poll_at(poll, k);
	}
}

/* Of observation i, those in the tree with a smaller y and those without a larger one. */
static int64_t
count_smaller(const Pairs *pairs, uint32_t i, bool is_in)
{
	int64_t		smaller = count_in(pairs->tree, pairs->below[i]);

	if (pairs->up_to[i] - pairs->below[i] == 1)
		return 2 * smaller + is_in;
	return smaller + count_in(pairs->tree, pairs->up_to[i]);
}

/*
 * Of the start observations with a smaller x, who are in the tree when their group is
 * come to, a smaller y is concordant and a larger one discordant: smaller + not larger
 * - start.  Of the n - end with a larger x, whom the tree lacks when the group is in it
 * too, the other way round.
 */
static void
count_pairs(const double *x, size_t n, Pairs *pairs, ScPoll poll)
{
	size_t		start;
	size_t		end;
	size_t		k;

	for (start = 0; start < n; start = end)
	{
		end = end_of_group(x, pairs->order, n, start, poll);
		for (k = start; k < end; k++)
		{
			uint32_t	i = pairs->order[k];

			pairs->net[i] = (int32_t) (count_smaller(pairs, i, false) - (int64_t) start);
			sc_poll_at(poll, k);
		}
		for (k = start; k < end; k++)
		{
			put_in(pairs->tree, n, (size_t) pairs->below[pairs->order[k]] + 1);
			sc_poll_at(poll, k);
		}
		for (k = start; k < end; k++)
		{
			uint32_t	i = pairs->order[k];
			int64_t		left = (int64_t) pairs->below[i] + pairs->up_to[i];

			/* alone in its group it is all that has been put in */
			left -= end - start == 1 ? pairs->net[i] + (int64_t) start + 1 :
				count_smaller(pairs, i, true);
			pairs->net[i] += (int32_t) ((int64_t) (n - end) - left);
			sc_poll_at(poll, k);
		}
	}
}

/* Pairs untied in x, in y and in both. */
typedef struct Untied
{
	double		x;
	double		y;
	double		both;
} Untied;

static Untied
count_untied(const double *y, const double *x, size_t n, const Pairs *pairs, ScPoll poll)
{
	int64_t		all = (int64_t) n * ((int64_t) n - 1) / 2;
	int64_t		tied_x = 0;
	int64_t		tied_y = 0;
	int64_t		tied_both = 0;
	size_t		start_x = 0;
	size_t		start_both = 0;
	size_t		k;
	Untied		untied;

	/* each with those before it in the order */
	for (k = 0; k < n; k++)
	{
		uint32_t	i = pairs->order[k];

		if (x[i] != x[pairs->order[start_x]])
			start_x = start_both = k;
		if (y[i] != y[pairs->order[start_both]])
			start_both = k;
		tied_x += (int64_t) (k - start_x);
		tied_both += (int64_t) (k - start_both);
		tied_y += (int64_t) pairs->up_to[i] - pairs->below[i] - 1;
		sc_poll_at(poll, k);
	}
	tied_y /= 2;
	untied.x = (double) (all - tied_x);
	untied.y = (double) (all - tied_y);
	untied.both = (double) (all - tied_x - tied_y + tied_both);
	return untied;
}

/*
 * The sum of (c[i] - s / 2 (a[i] / A + b[i] / B))^2, s being half the sum of c: in
 * the order of x and y, in which equal observations give equal terms.
 */
static double
sum_of_squares(const double *x, size_t n, double s, const Untied *untied,
			   const Pairs *pairs, ScPoll poll)
{
	ScSum		sum = {0.0, 0.0};
	size_t		start;
	size_t		end;
	size_t		k;

	for (start = 0; start < n; start = end)
	{
		end = end_of_group(x, pairs->order, n, start, poll);
		for (k = start; k < end; k++)
		{
			uint32_t	i = pairs->order[k];
			double		a = (double) (n - (end - start)) / untied->x;
			double		b = (double) (n - (pairs->up_to[i] - pairs->below[i])) / untied->y;
			double		more = (double) pairs->net[i] - s / 2.0 * (a + b);

			sc_sum_add(&sum, more * more);
			sc_poll_at(poll, k);
		}
	}
	return sc_sum_total(&sum);
}

void
sc_kendall_spread(const double *y, const double *x, size_t n, void *work, ScPoll poll,
				  ScCorrelation *c)
{
	double		m = (double) n;
	double		all = m * (m - 1.0);
	double		tau = c->corr;
	double		size = fmin(fabs(tau), 1.0 - 2.0 / all);
	double		squares;
	double		pair_square;
	double		variance;
	Pairs		pairs;
	Untied		untied;

	if (n < 4)
		return;
	lay_out(&pairs, n, work);
	place_observations(y, x, n, &pairs, poll);
	count_pairs(x, n, &pairs, poll);
	untied = count_untied(y, x, n, &pairs, poll);
	squares = sum_of_squares(x, n, c->kendall_s, &untied, &pairs, poll);

	/* 4 sum h^2, and w, which may come out below 0 where it is 0 */
	squares *= m / untied.x * (m / untied.y);
	pair_square = all / 2.0 *
		(untied.both / untied.x / untied.y * (1.0 + tau * tau / 2.0) -
		 0.75 * tau * tau * (1.0 / untied.x + 1.0 / untied.y));
	variance = ((m - 1.0) * squares - 2.0 * m * fmax(pair_square, 0.0)) /
		(m * (m - 2.0) * (m - 3.0));
	c->kendall_spread = fmax(variance, 0.0) / normal_variance(size, m);
}

/* ----------
 * The interval
 * ----------
 */

static double
standard_error(const ScCorrelation *c, double tau)
{
	return sqrt(fmax(c->kendall_spread, 1.0) * normal_variance(tau, (double) c->n));
}

double
sc_kendall_deviate(const ScCorrelation *c, double tau)
{
	return (fabs(c->corr) - tau) / standard_error(c, tau);
}

/*
 * The t farthest from corr towards end, which is 1 or -1, that is not rejected.  The
 * standard error is 0 at end and concave, so there is one place where it changes.
 */
static double
farthest(const ScCorrelation *c, double quantile, double end)
{
	double		inside = c->corr;
	double		outside = end;
	int			i;

	for (i = 0; i < HALVINGS; i++)
	{
		double		t = inside + (outside - inside) / 2.0;

		if (fabs(c->corr - t) <= quantile * standard_error(c, t))
			inside = t;
		else
			outside = t;
	}
	return inside;
}

void
sc_kendall_interval(const ScCorrelation *c, double quantile, double *low, double *high)
{
	*low = farthest(c, quantile, -1.0);
	*high = farthest(c, quantile, 1.0);
}
