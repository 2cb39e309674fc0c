/*-------------------------------------------------------------------------
 *
 * test_rank.c
 *	  Sorting, exchanges and mid-ranks against O(n^2) definitions.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/correlation/rank.h"

/* Where each element stands in an order. */
static void
positions(const uint32_t *order, size_t n, size_t *position)
{
	size_t		i;

	for (i = 0; i < n; i++)
		position[i] = SIZE_MAX;
	for (i = 0; i < n; i++)
		position[order[i]] = i;
}

static void
test_one_sort(const double *x, size_t n, const size_t *start)
{
	uint32_t   *order = exactly(n * sizeof(uint32_t));
	void	   *work = exactly(sc_sort_workspace(n));
	size_t	   *position = exactly(n * sizeof(size_t));
	int64_t		exchanges;
	int64_t		inversions = 0;
	bool		permutation = true;
	bool		sorted = true;
	bool		stable = true;
	size_t		i;
	size_t		j;

	for (i = 0; i < n; i++)
		order[i] = (uint32_t) start[i];
	for (i = 0; i < n; i++)
	{
		for (j = i + 1; j < n; j++)
			inversions += x[start[i]] > x[start[j]];
	}

	exchanges = sc_sort_order(x, n, order, work, NULL);
	CHECK(exchanges == inversions);

	for (i = 1; i < n; i++)
		sorted = sorted && x[order[i - 1]] <= x[order[i]];
	CHECK(sorted);
	positions(order, n, position);
	for (i = 0; i < n; i++)
		permutation = permutation && position[i] != SIZE_MAX;
	CHECK(permutation);
	for (i = 0; i < n; i++)
	{
		for (j = i + 1; j < n; j++)
		{
			if (x[start[i]] == x[start[j]] &&
				position[start[i]] > position[start[j]])
				stable = false;
		}
	}
	CHECK(stable);

	free(order);
	free(work);
	free(position);
}

static void
test_sort(void)
{
	double		x[200];
	size_t		start[200];
	size_t		n;
	int			kind;

	for (n = 0; n <= 200; n = n < 40 ? n + 1 : n + 7)
	{
		for (kind = 0; kind < DATA_KINDS; kind++)
		{
			random_values(x, n, kind);
			random_order(start, n);
			test_one_sort(x, n, start);
		}
	}

	/* infinities and the largest values have an order, too */
	x[0] = INFINITY;
	x[1] = -INFINITY;
	x[2] = DBL_MAX;
	x[3] = -DBL_MAX;
	x[4] = 0x1p-1074;
	x[5] = 0.0;
	x[6] = -0x1p-1074;
	random_order(start, 7);
	test_one_sort(x, 7, start);
}

static void
test_large_sort(void)
{
	size_t		n = 200003;
	double	   *x = exactly(n * sizeof(double));
	uint32_t   *order = exactly(n * sizeof(uint32_t));
	void	   *work = exactly(sc_sort_workspace(n));
	int64_t		before;
	bool		sorted = true;
	size_t		i;

	/* wholly reversed: every pair is exchanged, more than 2^32 of them */
	for (i = 0; i < n; i++)
	{
		x[i] = -(double) i;
		order[i] = (uint32_t) i;
	}
	poll_calls = 0;
	before = sc_sort_order(x, n, order, work, test_poll);
	CHECK(before == (int64_t) n * ((int64_t) n - 1) / 2);
	CHECK(before > UINT32_MAX);
	for (i = 0; i < n; i++)
		sorted = sorted && order[i] == n - 1 - i;
	CHECK(sorted);

	/* the runs take n steps, each of the 15 merges n more */
	CHECK(poll_calls >= (long) (16 * n / 65536));

	/* again, from the result: nothing to exchange */
	CHECK(sc_sort_order(x, n, order, work, NULL) == 0);

	free(x);
	free(order);
	free(work);
}

static void
test_mid_ranks(void)
{
	double		x[200];
	size_t		n;
	int			kind;

	for (n = 0; n <= 200; n = n < 40 ? n + 1 : n + 7)
	{
		for (kind = 0; kind < DATA_KINDS; kind++)
		{
			int32_t    *q = exactly(n * sizeof(int32_t));
			void	   *work = exactly(sc_mid_ranks_workspace(n));
			bool		right = true;
			size_t		i;
			size_t		j;

			random_values(x, n, kind);
			sc_mid_ranks(x, n, q, work, NULL);
			for (i = 0; i < n; i++)
			{
				/* twice the mid-rank: that of the first equal + of the last */
				int64_t		first = 1;
				int64_t		last = 0;

				for (j = 0; j < n; j++)
				{
					first += x[j] < x[i];
					last += x[j] <= x[i];
				}
				right = right && q[i] == first + last - ((int64_t) n + 1);
			}
			CHECK(right);
			free(q);
			free(work);
		}
	}
}

static void
test_mid_ranks_known(void)
{
	static const double x[] = {0.3, 0.1, 0.3, 0.2, 0.3};
	static const double same[] = {0.1, 0.1, 0.1};
	static const double zeros[] = {0.0, -0.0, 1.0};
	int32_t		q[5];
	uint32_t	work[10];

	/* ranks 4, 1, 4, 2, 4 */
	sc_mid_ranks(x, 5, q, work, NULL);
	CHECK(q[0] == 2 && q[1] == -4 && q[2] == 2 && q[3] == -2 && q[4] == 2);
	sc_mid_ranks(same, 3, q, work, NULL);
	CHECK(q[0] == 0 && q[1] == 0 && q[2] == 0);
	sc_mid_ranks(zeros, 3, q, work, NULL);
	CHECK(q[0] == -1 && q[1] == -1 && q[2] == 2);
}

static void
test_rank_product(void)
{
	size_t		n = 70001;
	int32_t    *a = exactly(n * sizeof(int32_t));
	int32_t    *b = exactly(n * sizeof(int32_t));
	__int128	largest = (__int128) INT32_MAX * INT32_MAX;
	__int128	sum = 0;
	size_t		i;
	size_t		k;

	/* the largest products: each pair nearly fills 63 bits */
	for (i = 0; i < n; i++)
		a[i] = b[i] = INT32_MAX;
	for (k = 0; k < 20; k++)
		CHECK(sc_rank_product(a, b, k, NULL) == largest * k);
	poll_calls = 0;
	CHECK(sc_rank_product(a, b, n, test_poll) == largest * n);
	CHECK(poll_calls >= 1);
	for (i = 0; i < n; i++)
		b[i] = -INT32_MAX;
	CHECK(sc_rank_product(a, b, n, NULL) == -largest * n);

	for (i = 0; i < n; i++)
	{
		a[i] = (int32_t) (random_bits() >> 33) - 0x3fffffff;
		b[i] = (int32_t) (random_bits() >> 33) - 0x3fffffff;
	}
	for (i = 0; i < n; i++)
		sum += (__int128) a[i] * b[i];
	CHECK(sc_rank_product(a, b, n, NULL) == sum);
	CHECK(sc_rank_product(b, a, n, NULL) == sum);

	free(a);
	free(b);
}

static void
test_rank_correlation(void)
{
	__int128	n = 2000000000;
	__int128	square = n * (n * n - 1) / 3;	/* of n ranks without ties */

	CHECK(sc_rank_correlation(7, 7, 7) == 1.0);
	CHECK(sc_rank_correlation(-7, 7, 7) == -1.0);
	CHECK(sc_rank_correlation(square, square, square) == 1.0);
	CHECK(sc_rank_correlation(-square, square, square) == -1.0);
	CHECK(sc_rank_correlation(0, 5, 9) == 0.0);
	CHECK(sc_rank_correlation(3, 6, 6) == 0.5);

	/* two neighbours exchanged among 2e9: not the same order */
	CHECK(sc_rank_correlation(square - 4, square, square) < 1.0);
	CHECK(sc_rank_correlation(4 - square, square, square) > -1.0);
	CHECK(sc_rank_correlation(square - 4, square, square - 6) < 1.0);
	CHECK(sc_rank_correlation(4 - square, square, square - 6) > -1.0);
	CHECK_NEAR(sc_rank_correlation(square - 4, square, square), 1.0L, 0x1p-53L);
	CHECK_NEAR(sc_rank_correlation(5, 7, 11), 5.0L / sqrtl(77.0L), 2.3e-16L);
}

/* Jumps out of the poll at each of its calls, and starts over. */
static void
test_jump(void)
{
	size_t		n = 150000;
	double	   *x = exactly(n * sizeof(double));
	int32_t    *q = exactly(n * sizeof(int32_t));
	int32_t    *expected = exactly(n * sizeof(int32_t));
	void	   *work = exactly(sc_mid_ranks_workspace(n));
	volatile long jumps = 0;
	volatile long at;

	random_values(x, n, 1);
	poll_calls = poll_jumps_at = 0;
	sc_mid_ranks(x, n, expected, work, test_poll);
	CHECK(poll_calls > 20);

	for (at = 1; at <= 20; at++)
	{
		poll_calls = 0;
		poll_jumps_at = at;
		if (setjmp(poll_target) == 0)
			sc_mid_ranks(x, n, q, work, test_poll);
		else
			jumps++;
	}
	CHECK(jumps == 20);
	poll_jumps_at = 0;
	sc_mid_ranks(x, n, q, work, test_poll);
	CHECK(memcmp(q, expected, n * sizeof(int32_t)) == 0);

	free(x);
	free(q);
	free(expected);
	free(work);
}

/* The order of sc_sort_order(), as models, flagged where the next one is equal. */
static void
test_tied_order(void)
{
	double		x[200];
	uint32_t	model[200];
	int			kind;
	int			named;
	size_t		n;
	size_t		k;

	for (k = 0; k < 200; k++)
		model[k] = (uint32_t) (7 + 3 * k);
	for (kind = 0; kind < DATA_KINDS; kind++)
	{
		for (n = 0; n <= 200; n += 1 + n / 4)
		{
			uint32_t   *plain = exactly(n * sizeof(uint32_t));
			uint32_t   *order = exactly(n * sizeof(uint32_t));
			void	   *work = exactly(sc_sort_workspace(n));

			random_values(x, n, kind);
			for (k = 0; k < n; k++)
				plain[k] = (uint32_t) k;
			sc_sort_order(x, n, plain, work, NULL);
			for (named = 0; named <= 1; named++)
			{
				bool		tied = sc_tied_order(x, named ? model : NULL, n, order, work, NULL);
				bool		any = false;
				bool		right = true;

				for (k = 0; k < n; k++)
				{
					bool		same = k + 1 < n && x[plain[k]] == x[plain[k + 1]];
					uint32_t	want = named ? model[plain[k]] : plain[k];

					right = right && order[k] == (same ? want | SC_TIED : want);
					any = any || same;
				}
				CHECK(right && tied == any);
			}
			free(plain);
			free(order);
			free(work);
		}
	}
}

int
main(void)
{
	RUN(test_sort);
	RUN(test_tied_order);
	RUN(test_large_sort);
	RUN(test_mid_ranks);
	RUN(test_mid_ranks_known);
	RUN(test_rank_product);
	RUN(test_rank_correlation);
	RUN(test_jump);
	return check_done();
}
