/*-------------------------------------------------------------------------
 *
 * test_slope_pairs.c
 *	  Pairs with slopes below a slope, and between two, against exact integer
 *	  arithmetic.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/regression/slope_pairs.h"

#define N 90

/* Points of integers, in the order of x and y. */
static double x[N];
static double y[N];

static int
compare_points(const void *a, const void *b)
{
	const double *p = a;
	const double *q = b;

	return p[0] != q[0] ? (p[0] > q[0]) - (p[0] < q[0]) : (p[1] > q[1]) - (p[1] < q[1]);
}

static void
make_points(int64_t range_x, int64_t range_y)
{
	double		points[N][2];
	size_t		i;

	for (i = 0; i < N; i++)
	{
		points[i][0] = (double) ((int64_t) random_below((size_t) (2 * range_x + 1)) - range_x);
		points[i][1] = (double) ((int64_t) random_below((size_t) (2 * range_y + 1)) - range_y);
	}
	qsort(points, N, sizeof(points[0]), compare_points);
	for (i = 0; i < N; i++)
	{
		x[i] = points[i][0];
		y[i] = points[i][1];
	}
}

/* A slope p 2^-40 against that of i < j: -1 if the pair's is below, 0, or 1. */
static int
side(size_t i, size_t j, int64_t p)
{
	__int128	dy = (__int128) (y[j] - y[i]) * ((__int128) 1 << 40);
	__int128	line = (__int128) (x[j] - x[i]) * p;

	return (dy > line) - (dy < line);
}

/* Pairs of different x with p <= slope < q; without p, or q, all. */
static int64_t
count_pairs(const int64_t *p, const int64_t *q)
{
	int64_t		count = 0;
	size_t		i;
	size_t		j;

	for (i = 0; i < N; i++)
	{
		for (j = i + 1; j < N; j++)
			count += x[i] != x[j] && (p == NULL || side(i, j, *p) >= 0) &&
				(q == NULL || side(i, j, *q) < 0);
	}
	return count;
}

/* The slope of some pair, or one beside it, in units of 2^-40. */
static int64_t
some_slope(void)
{
	size_t		i = random_below(N);
	size_t		j = random_below(N);
	double		slope = x[i] == x[j] ? 0.0 : (y[j] - y[i]) / (x[j] - x[i]);

	if (fabs(slope) >= 0x1p12)
		slope = 0.0;			/* so that the units are doubles */
	return (int64_t) (slope * 0x1p40) + (int64_t) random_below(3) - 1;
}

/*
 * Ranges of x and y: up to 2^30, so that residuals have up to 100 bits and agree
 * in 53 of them; slopes are multiples of 2^-40, many of them exactly those of
 * pairs where ranges are small.
 */
static void
test_counts(void)
{
	static const int64_t ranges[] = {1, 3, 20, 1000, INT64_C(1) << 30};
	void	   *memory = exactly(2 * N * sizeof(ScResidual));
	double	   *kept = exactly(N * (N - 1) / 2 * sizeof(double));
	int			repeat;

	for (repeat = 0; repeat < 2000; repeat++)
	{
		int64_t		p;
		int64_t		q;
		ScSlopes	s;
		int64_t		below_p;
		int64_t		between;
		bool		right = true;
		size_t		k;

		make_points(ranges[random_below(5)], ranges[random_below(5)]);
		p = some_slope();
		q = some_slope();
		if (p > q)
		{
			int64_t		swap = p;

			p = q;
			q = swap;
		}

		memset(&s, 0, sizeof(s));
		s.n = N;
		s.x = x;
		s.y = y;
		(void) frexp(fmax(fabs(x[0]), fabs(x[N - 1])), &s.exponent_x);
		(void) frexp((double) ranges[4], &s.exponent_y);
		s.sorted = memory;
		s.scratch = s.sorted + N;
		s.kept = kept;
		s.room = N * (N - 1) / 2;

		sc_order_as_given(&s);
		sc_sort_by_residuals(&s, (double) p * 0x1p-40, 0);
		below_p = s.met;
		CHECK(below_p == count_pairs(NULL, &p));
		CHECK(s.n_kept == 0);

		/* all between, and none else, is kept: there is room for it */
		sc_sort_by_residuals(&s, (double) q * 0x1p-40, 1);
		between = s.met;
		CHECK(between == count_pairs(&p, &q));
		if (between < (int64_t) s.room)
		{
			CHECK((int64_t) s.n_kept == between && s.stride == 1);
			for (k = 0; k < s.n_kept; k++)
				right = right && kept[k] >= (double) p * 0x1p-40 - 1e-15 * fabs(kept[k]) &&
					kept[k] <= (double) q * 0x1p-40 + 1e-15 * fabs(kept[k]);
			CHECK(right);
		}

		/* from there to the end; room for some only */
		s.room = 16;
		sc_sort_by_residuals(&s, HUGE_VAL, 1 + (int64_t) random_below(3));
		CHECK(s.met == count_pairs(&q, NULL));
		CHECK(s.n_kept < 16 && (s.met == 0) == (s.n_kept == 0));

		/* and from the other end */
		sc_order_as_given(&s);
		sc_sort_by_residuals(&s, -HUGE_VAL, 0);
		CHECK(s.met == 0);
		sc_sort_by_residuals(&s, HUGE_VAL, 0);
		CHECK(s.met == count_pairs(NULL, NULL));
	}
	free(memory);
	free(kept);
}

static void
test_ordinals(void)
{
	static const double ascending[] = {-HUGE_VAL, -DBL_MAX, -1.0, -DBL_MIN,
	-0x1p-1074, 0.0, 0x1p-1074, DBL_MIN, 1.0, DBL_MAX, HUGE_VAL};
	size_t		i;

	for (i = 0; i < 11; i++)
	{
		int64_t		ordinal = sc_ordinal_of(ascending[i]);

		CHECK(sc_of_ordinal(ordinal) == ascending[i]);
		CHECK(i == 0 || ordinal > sc_ordinal_of(ascending[i - 1]));
		CHECK(sc_ordinal_of(-ascending[i]) == -ordinal);
		CHECK(i == 10 || sc_of_ordinal(ordinal + 1) == nextafter(ascending[i], HUGE_VAL));
	}
}

int
main(void)
{
	RUN(test_ordinals);
	RUN(test_counts);
	return check_done();
}
