/*-------------------------------------------------------------------------
 *
 * test_slope.c
 *	  Theil-Sen's slope against the median of all pairs' slopes, sorted; least
 *	  squares against the formula in long double.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/regression/slope.h"

/* More than this many observations are not handled pair by pair. */
#define MANY 120

static double
theil_sen(const double *y, const double *x, size_t n)
{
	void	   *work = exactly(sc_theil_sen_workspace(n));
	double		slope = sc_theil_sen(y, x, n, work, NULL);

	free(work);
	return slope;
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* The definition. */
static double
by_definition(const double *y, const double *x, size_t n)
{
	double	   *slopes = exactly((n * (n - 1) / 2 + 1) * sizeof(double));
	size_t		count = 0;
	double		median;
	size_t		i;
	size_t		j;

	for (i = 0; i < n; i++)
	{
		for (j = i + 1; j < n; j++)
		{
			if (x[i] != x[j])
				slopes[count++] = (y[j] - y[i]) / (x[j] - x[i]);
		}
	}
	qsort(slopes, count, sizeof(double), compare);
	median = slopes[count / 2];
	if (count % 2 == 0 && slopes[count / 2 - 1] != median)
		median = (slopes[count / 2 - 1] + median) / 2.0;
	free(slopes);
	return median;
}

/*
 * Kinds of data, made for one thing each: no ties; grids in both; few values of
 * y, of x, of both; a line, rounded; a line with steps; all scales; equal points;
 * slopes 0 and more in near equal shares; an offset; two scales so far apart that
 * nothing between them has a product.
 */
#define KINDS 12

static void
random_points(double *y, double *x, size_t n, int kind)
{
	size_t		i;

	do
	{
		for (i = 0; i < n; i++)
		{
			x[i] = random_normal();
			y[i] = 0.7 * x[i] + random_normal();
			switch (kind)
			{
				case 1:
					x[i] = rint(x[i] * 100.0) / 10.0;
					y[i] = rint(y[i] * 100.0) / 10.0;
					break;
				case 2:
					y[i] = rint(y[i]);
					break;
				case 3:
					x[i] = rint(x[i]);
					break;
				case 4:
					x[i] = x[i] > 0.0;
					y[i] = y[i] > 0.0;
					break;
				case 5:
					y[i] = 100.0 * x[i] + 3.0;
					break;
				case 6:
					x[i] = rint(x[i] * 30.0);
					y[i] = floor(x[i] / 3.0);
					break;
				case 7:
					x[i] = ldexp(x[i], (int) random_below(1400) - 940);
					y[i] = ldexp(y[i], (int) random_below(1400) - 940);
					break;
				case 8:
					if (i > 0 && random_below(2) == 0)
					{
						size_t		j = random_below(i);

						x[i] = x[j];
						y[i] = y[j];
					}
					break;
				case 9:
					x[i] = (double) i;
					y[i] = i < n * 5 / 7 ? 0.0 : x[i];
					break;
				case 10:
					x[i] = 1e9 + x[i];
					y[i] = 1e9 + 1e-3 * y[i];
					break;
				case 11:
					x[i] = ldexp(x[i], random_below(2) == 0 ? -1060 : 460);
					y[i] = ldexp(y[i], random_below(2) == 0 ? -1060 : 460);
					break;
				default:
					break;
			}
		}
		for (i = 1; i < n && x[i] == x[0]; i++)
			;
	} while (i == n);			/* until x is not constant */
}

static void
test_definition(void)
{
	size_t		n;
	int			kind;

	for (n = 2; n <= 400; n = n < 20 ? n + 1 : n < MANY ? n + 9 : n + 31)
	{
		for (kind = 0; kind < KINDS; kind++)
		{
			double	   *x = exactly(n * sizeof(double));
			double	   *y = exactly(n * sizeof(double));

			random_points(y, x, n, kind);
			CHECK(theil_sen(y, x, n) == by_definition(y, x, n));
			CHECK(theil_sen(x, x, n) == 1.0);
			free(x);
			free(y);
		}
	}
	for (kind = 0; kind < KINDS; kind++)
	{
		for (n = 1200; n <= 1201; n++)
		{
			double	   *x = exactly(n * sizeof(double));
			double	   *y = exactly(n * sizeof(double));

			random_points(y, x, n, kind);
			CHECK(theil_sen(y, x, n) == by_definition(y, x, n));
			free(x);
			free(y);
		}
	}
}

/* Both ways of finding it do not mind order, sign and units. */
static void
test_invariance(void)
{
	static const size_t ns[] = {26, 60, MANY, MANY + 1, 500};
	double		x[500];
	double		y[500];
	double		other_x[500];
	double		other_y[500];
	size_t		order[500];
	size_t		k;
	size_t		i;
	int			kind;

	for (k = 0; k < 5; k++)
	{
		size_t		n = ns[k];

		for (kind = 0; kind < KINDS; kind++)
		{
			double		slope;

			if (kind == 7 || kind == 11)
				continue;		/* changes of units would not be exact */
			random_points(y, x, n, kind);
			slope = theil_sen(y, x, n);

			random_order(order, n);
			for (i = 0; i < n; i++)
			{
				other_x[i] = x[order[i]];
				other_y[i] = y[order[i]];
			}
			CHECK(theil_sen(other_y, other_x, n) == slope);
			for (i = 0; i < n; i++)
				other_y[i] = -y[i];
			CHECK(theil_sen(other_y, x, n) == -slope);
			for (i = 0; i < n; i++)
				other_x[i] = -x[i];
			CHECK(theil_sen(y, other_x, n) == -slope);
			CHECK(theil_sen(other_y, other_x, n) == slope);
			for (i = 0; i < n; i++)
			{
				other_x[i] = x[i] * 0x1p-300;
				other_y[i] = y[i] * 0x1p400;
			}
			CHECK(theil_sen(other_y, other_x, n) == slope * 0x1p700);
			for (i = 0; i < n; i++)
			{
				other_x[i] = x[i] * 0x1p400;
				other_y[i] = y[i] * 0x1p-300;
			}
			CHECK(theil_sen(other_y, other_x, n) == slope * 0x1p-700);
		}
	}
}

/* Signs of zero, constants, half of the slopes here and half there. */
static void
test_special(void)
{
	size_t		n;

	for (n = 2; n < 300; n += n < 10 ? 1 : 43)
	{
		double		x[300];
		double		y[300];
		size_t		i;

		for (i = 0; i < n; i++)
		{
			x[i] = -(double) i;
			y[i] = i % 2 == 0 ? 0.0 : -0.0;
		}
		CHECK(theil_sen(y, x, n) == 0.0 && !signbit(theil_sen(y, x, n)));

		/* two values of x: of each slope's pairs one end is the last */
		for (i = 0; i < n; i++)
		{
			x[i] = i == n - 1 ? 4.0 : 2.0;
			y[i] = i == n - 1 ? 0.0 : (double) (i < (n - 1) / 2 ? 2 : 8);
		}
		CHECK(theil_sen(y, x, n) == ((n - 1) % 2 == 1 ? -4.0 : -2.5));

		/* so many values of x, more than 2^53 units in the last place apart */
		for (i = 0; i < n; i++)
		{
			x[i] = ldexp(1.0, (int) i);
			y[i] = (double) i;
		}
		CHECK(theil_sen(y, x, n) == by_definition(y, x, n));
	}
}

/* No slope to show: infinite, or half of them at each end. */
static void
test_infinite(void)
{
	double		x[400];
	double		y[400];
	size_t		n;
	size_t		i;

	for (n = 3; n <= 400; n += 397)
	{
		for (i = 0; i < n; i++)
		{
			x[i] = (double) i * 0x1p-1074;
			y[i] = (double) i * 1e137;
		}
		CHECK(theil_sen(y, x, n) > 0.9 * DBL_MAX);
		for (i = 0; i < n; i++)
			y[i] = -y[i];
		CHECK(theil_sen(y, x, n) < -0.9 * DBL_MAX);
	}
	x[0] = 0.0;
	x[1] = x[2] = 0x1p-1074;
	y[0] = 0.0;
	y[1] = 1e140;
	y[2] = -1e140;
	CHECK(!isfinite(theil_sen(y, x, 3)));

	/* the mean of two that have no sum */
	x[1] = x[2] = 1e-168;
	y[1] = y[2] = 1e140;
	y[2] = 0.9999e140;
	CHECK_RELATIVE(theil_sen(y, x, 3), 0.99995e308L, 1e-15L);
}

/*
 * Larger: of all slopes not more than half are below it, nor above.  n is such
 * that their number is odd where x has no ties.
 */
static void
test_many(void)
{
	size_t		n = 6003;
	double	   *x = exactly(n * sizeof(double));
	double	   *y = exactly(n * sizeof(double));
	int			kind;

	for (kind = 0; kind < KINDS; kind++)
	{
		int64_t		below = 0;
		int64_t		above = 0;
		int64_t		equal = 0;
		double		slope;
		size_t		i;
		size_t		j;

		random_points(y, x, n, kind);
		slope = theil_sen(y, x, n);
		for (i = 0; i < n; i++)
		{
			for (j = i + 1; j < n; j++)
			{
				double		one = (y[j] - y[i]) / (x[j] - x[i]);

				if (x[i] != x[j])
				{
					below += one < slope;
					above += one > slope;
					equal += one == slope;
				}
			}
		}
		CHECK(2 * below <= below + above + equal);
		CHECK(2 * above <= below + above + equal);
		CHECK(equal > 0 || (below == above && (below + above) % 2 == 0));
	}
	free(x);
	free(y);
}

static void
test_jump(void)
{
	size_t		n = 70000;
	double	   *x = exactly(n * sizeof(double));
	double	   *y = exactly(n * sizeof(double));
	void	   *work = exactly(sc_theil_sen_workspace(n));
	volatile long jumps = 0;
	volatile long at;
	double		slope;
	long		polls;

	random_points(y, x, n, 1);
	slope = theil_sen(y, x, n);
	poll_calls = poll_jumps_at = 0;
	CHECK(sc_theil_sen(y, x, n, work, test_poll) == slope);
	polls = poll_calls;

	/* at least one for each merge of all, of 17, in at least 5 sorts */
	CHECK(polls >= 85);
	for (at = 1; at <= polls; at += 9)
	{
		poll_calls = 0;
		poll_jumps_at = at;
		if (setjmp(poll_target) == 0)
			(void) sc_theil_sen(y, x, n, work, test_poll);
		else
			jumps++;
	}
	CHECK(jumps == (polls + 8) / 9);
	poll_jumps_at = 0;
	CHECK(sc_theil_sen(y, x, n, work, test_poll) == slope);
	free(x);
	free(y);
	free(work);
}

static double
least_squares(const double *y, const double *x, size_t n)
{
	void	   *work = exactly(sc_least_squares_workspace(n));
	double		slope = sc_least_squares(y, x, n, work, NULL);

	free(work);
	return slope;
}

static void
test_least_squares(void)
{
	size_t		n;
	int			kind;
	size_t		i;

	for (n = 2; n <= 600; n = n < 12 ? n + 1 : n * 2)
	{
		for (kind = 0; kind < KINDS; kind++)
		{
			double	   *x = exactly(n * sizeof(double));
			double	   *y = exactly(n * sizeof(double));
			long double mx = 0.0L;
			long double my = 0.0L;
			long double sxy = 0.0L;
			long double sxx = 0.0L;
			long double syy = 0.0L;
			double		slope;

			random_points(y, x, n, kind);
			for (i = 0; i < n; i++)
			{
				mx += ((long double) x[i] - x[0]) / n;
				my += ((long double) y[i] - y[0]) / n;
			}
			for (i = 0; i < n; i++)
			{
				long double dx = (long double) x[i] - x[0] - mx;
				long double dy = (long double) y[i] - y[0] - my;

				sxy += dx * dy;
				sxx += dx * dx;
				syy += dy * dy;
			}
			slope = least_squares(y, x, n);
			/* an error of the correlation, in units of the slope */
			CHECK_NEAR(slope, sxy / sxx, 1e-15L * sqrtl(syy / sxx));

			for (i = 0; i < n; i++)
				y[i] = -y[i];
			CHECK(least_squares(y, x, n) == -slope);
			free(x);
			free(y);
		}
	}
}

static void
test_least_squares_known(void)
{
	static const double x[] = {1e140, -1e140, 0.5e140};
	static const double y[] = {3.0, -3.0, 1.5};
	static const double same[] = {0.1, 0.1, 0.1};
	static const double steep[] = {0.0, 0x1p-1074, 0x1p-1073};

	CHECK_RELATIVE(least_squares(y, x, 3), 3e-140L, 3e-16L);
	CHECK_RELATIVE(least_squares(x, y, 3), 1e140L / 3, 3e-16L);
	CHECK(least_squares(same, x, 3) == 0.0);
	CHECK(isinf(least_squares(x, steep, 3)));
}

int
main(void)
{
	RUN(test_definition);
	RUN(test_invariance);
	RUN(test_special);
	RUN(test_infinite);
	RUN(test_many);
	RUN(test_jump);
	RUN(test_least_squares);
	RUN(test_least_squares_known);
	return check_done();
}
