/*-------------------------------------------------------------------------
 *
 * test_select.c
 *	  Order statistics against sorting.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/base/select.h"

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* Selects each step-th place of x and checks all that is promised. */
static void
check_places(const double *x, size_t n, size_t step)
{
	double	   *sorted = exactly(n * sizeof(double));
	double	   *moved = exactly(n * sizeof(double));
	size_t		k;
	size_t		i;

	memcpy(sorted, x, n * sizeof(double));
	qsort(sorted, n, sizeof(double), compare);
	for (k = 0; k < n; k += step)
	{
		double		next = NAN;
		bool		parted = true;
		bool		same = true;

		memcpy(moved, x, n * sizeof(double));
		if (k % 2 == 0)
			CHECK(sc_select(moved, n, k, NULL) == sorted[k]);
		else
		{
			CHECK(sc_select_pair(moved, n, k, &next, NULL) == sorted[k]);
			CHECK(next == sorted[k + 1 < n ? k + 1 : k]);
		}
		CHECK(moved[k] == sorted[k]);
		for (i = 0; i < n; i++)
			parted = parted && (i < k ? moved[i] <= moved[k] : moved[i] >= moved[k]);
		CHECK(parted);
		qsort(moved, n, sizeof(double), compare);
		for (i = 0; i < n; i++)
			same = same && moved[i] == sorted[i];
		CHECK(same);
	}
	free(sorted);
	free(moved);
}

static void
test_places(void)
{
	size_t		n;
	int			kind;

	for (n = 1; n <= 300; n = n < 40 ? n + 1 : n + 37)
	{
		for (kind = 0; kind < DATA_KINDS; kind++)
		{
			double	   *x = exactly(n * sizeof(double));

			random_values(x, n, kind);
			check_places(x, n, 1);
			free(x);
		}
	}
	for (kind = 0; kind < DATA_KINDS; kind++)
	{
		double	   *x = exactly(20000 * sizeof(double));

		random_values(x, 20000, kind);
		check_places(x, 20000, 1999);
		free(x);
	}
}

/* What is in some order already, and infinities. */
static void
test_ordered(void)
{
	size_t		n = 1000;
	double	   *x = exactly(n * sizeof(double));
	int			shape;
	size_t		i;

	for (shape = 0; shape < 6; shape++)
	{
		for (i = 0; i < n; i++)
		{
			size_t		from_end = i < n - 1 - i ? i : n - 1 - i;

			x[i] = shape == 0 ? (double) i :
				shape == 1 ? -(double) i :
				shape == 2 ? (double) from_end :
				shape == 3 ? -(double) from_end :
				shape == 4 ? (double) (i % 10) :
				i % 3 == 0 ? HUGE_VAL : i % 3 == 1 ? -HUGE_VAL : 0.0;
		}
		check_places(x, n, 7);
	}
	free(x);
}

static void
test_jump(void)
{
	size_t		n = 500000;
	double	   *x = exactly(n * sizeof(double));
	volatile long jumps = 0;
	volatile long at;
	double		next;
	size_t		i;

	for (at = 1; at <= 7; at++)
	{
		random_values(x, n, 0);
		poll_calls = 0;
		poll_jumps_at = at;
		if (setjmp(poll_target) == 0)
			(void) sc_select(x, n, n / 2, test_poll);
		else
			jumps++;
	}
	CHECK(jumps == 7);

	/* from the mess that the last jump left */
	poll_jumps_at = 0;
	for (i = 0; i < n; i++)
		x[i] = (double) (i * 7919 % n);
	CHECK(sc_select_pair(x, n, 123456, &next, test_poll) == 123456.0);
	CHECK(next == 123457.0);
	free(x);
}

int
main(void)
{
	RUN(test_places);
	RUN(test_ordered);
	RUN(test_jump);
	return check_done();
}
