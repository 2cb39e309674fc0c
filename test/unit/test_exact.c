/*-------------------------------------------------------------------------
 *
 * test_exact.c
 *	  Exact p-values against all permutations one by one, for every kind of
 *	  ties, and against published tables.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/correlation/exact.h"
#include "stats/correlation/rank.h"

static const ScMethod methods[] = {SC_SPEARMAN, SC_KENDALL};

/*
 * The statistic by definition, up to a factor: pairs' signs; or products of
 * sums of signs, which are the doubled centred mid-ranks.
 */
static long
by_definition(ScMethod method, const double *y, const double *x, size_t n)
{
	long		s = 0;
	size_t		i;
	size_t		j;

	for (i = 0; i < n; i++)
	{
		long		ry = 0;
		long		rx = 0;

		for (j = 0; j < n; j++)
		{
			int			dy = (y[i] > y[j]) - (y[i] < y[j]);
			int			dx = (x[i] > x[j]) - (x[i] < x[j]);

			ry += dy;
			rx += dx;
			if (method == SC_KENDALL && j < i)
				s += dy * dx;
		}
		if (method == SC_SPEARMAN)
			s += ry * rx;
	}
	return s;
}

/* Puts y in its next order, places 0 .. n - 1; false after the last one. */
static bool
next_order(size_t *order, size_t n)
{
	size_t		i = n - 1;
	size_t		j = n - 1;
	size_t		swap;
	size_t		end = n - 1;

	while (i > 0 && order[i - 1] > order[i])
		i--;
	if (i == 0)
		return false;
	while (order[j] < order[i - 1])
		j--;
	swap = order[i - 1];
	order[i - 1] = order[j];
	order[j] = swap;
	for (; i < end; i++, end--)
	{
		swap = order[i];
		order[i] = order[end];
		order[end] = swap;
	}
	return true;
}

/* far[s]: of all orders of y, those with |S| = s.  Products are of tables. */
static long
count_orders(ScMethod method, const double *y, const double *x, size_t n,
			 long *far, size_t size)
{
	long		table[16][16];
	long		sign[16][16];
	size_t		order[16];
	long		orders = 0;
	size_t		i;
	size_t		j;

	memset(far, 0, size * sizeof(long));
	for (i = 0; i < n; i++)
	{
		long		rx = 0;

		for (j = 0; j < n; j++)
		{
			rx += (x[i] > x[j]) - (x[i] < x[j]);
			sign[i][j] = (x[i] > x[j]) - (x[i] < x[j]);
		}
		for (j = 0; j < n; j++)
		{
			long		ry = 0;
			size_t		k;

			for (k = 0; k < n; k++)
				ry += (y[j] > y[k]) - (y[j] < y[k]);
			table[i][j] = rx * ry;
		}
		order[i] = i;
	}
	do
	{
		long		s = 0;

		for (i = 0; i < n; i++)
		{
			if (method == SC_SPEARMAN)
				s += table[i][order[i]];
			else
			{
				for (j = 0; j < i; j++)
					s += sign[i][j] * ((y[order[i]] > y[order[j]]) -
									   (y[order[i]] < y[order[j]]));
			}
		}
		far[labs(s)]++;
		orders++;
	} while (next_order(order, n));
	return orders;
}

static bool
exact_p(ScMethod method, const double *y, const double *x, size_t n, double *p)
{
	void	   *work = exactly(sc_exact_workspace(method, n));
	bool		found = sc_exact_p_value(method, y, x, n, work, NULL, p);

	free(work);
	return found;
}

/* Values of which bit i says that value i is tied with the one before. */
static void
tied_values(double *x, size_t n, unsigned ties)
{
	size_t		i;

	x[0] = 0.0;
	for (i = 1; i < n; i++)
		x[i] = x[i - 1] + (ties >> i & 1 ? 0.0 : 0.25);
}

static void
shuffle(double *x, size_t n)
{
	size_t		i;

	for (i = n; i > 1; i--)
	{
		size_t		j = random_below(i);
		double		swap = x[i - 1];

		x[i - 1] = x[j];
		x[j] = swap;
	}
}

/* Checks some data with these ties, all orders of which are counted. */
static void
check_pattern(ScMethod method, size_t n, unsigned ties_y, unsigned ties_x)
{
	static long far[1000];
	double		y[16];
	double		x[16];
	double		negative[16];
	long		orders;
	int			repeat;
	size_t		i;

	tied_values(y, n, ties_y);
	tied_values(x, n, ties_x);
	orders = count_orders(method, y, x, n, far, 1000);

	for (repeat = 0; repeat < 3; repeat++)
	{
		long		reached = 0;
		double		p = -1.0;
		double		again = -1.0;

		if (repeat > 0)
		{
			shuffle(y, n);
			shuffle(x, n);
		}
		for (i = (size_t) labs(by_definition(method, y, x, n)); i < 1000; i++)
			reached += far[i];
		CHECK(exact_p(method, y, x, n, &p));
		CHECK(p == (double) reached / (double) orders);

		/* and with the variables exchanged, one of them reversed */
		for (i = 0; i < n; i++)
			negative[i] = -x[i];
		CHECK(exact_p(method, negative, y, n, &again));
		CHECK(again == p);
	}
}

static void
test_every_pattern(void)
{
	size_t		n;
	unsigned	a;
	unsigned	b;
	int			m;

	for (m = 0; m < 2; m++)
	{
		for (n = 3; n <= 6; n++)
		{
			/* bit 0 is not used: the first has none before */
			for (a = 0; a < 1u << n; a += 2)
			{
				for (b = 0; b < 1u << n; b += 2)
					check_pattern(methods[m], n, a, b);
			}
		}
	}
}

static void
test_some_patterns(void)
{
	int			m;
	int			k;

	for (m = 0; m < 2; m++)
	{
		for (k = 0; k < 60; k++)
			check_pattern(methods[m], 7, (unsigned) random_bits() & 0x7e,
						  (unsigned) random_bits() & 0x7e);
		check_pattern(methods[m], 7, 0, 0);
		for (k = 0; k < 6; k++)
			check_pattern(methods[m], 8, (unsigned) random_bits() & 0xfe,
						  (unsigned) random_bits() & 0xfe);
		check_pattern(methods[m], 8, 0, 0x90);
		check_pattern(methods[m], 9, 0, 0);
		check_pattern(methods[m], 9, 0, 0x100);
	}
}

/*
 * Every kind of ties of nine values in workspace of exactly the size that is
 * asked for; p-values of all of them are p-values.
 */
static void
test_bounds(void)
{
	void	   *work = exactly(sc_exact_workspace(SC_SPEARMAN, 9));
	double		y[9];
	double		x[9];
	unsigned	a;
	unsigned	b;

	for (a = 0; a < 512; a += 2)
	{
		for (b = 0; b < 512; b += 2 * (1 + (unsigned) random_below(120)))
		{
			ScMethod	method = methods[random_below(2)];
			double		p = -1.0;

			tied_values(y, 9, a);
			tied_values(x, 9, b);
			shuffle(x, 9);
			CHECK(sc_exact_p_value(method, y, x, 9, work, NULL, &p));
			CHECK(p > 0.0 && p <= 1.0);
		}
	}
	free(work);
}

/* x = 0 .. n - 1 and y the same but for one exchange at the given places. */
static double
p_of_exchange(ScMethod method, size_t n, size_t a, size_t b)
{
	double		y[16];
	double		x[16];
	double		p = -1.0;

	tied_values(x, n, 0);
	tied_values(y, n, 0);
	y[a] = x[b];
	y[b] = x[a];
	CHECK(exact_p(method, y, x, n, &p));
	return p;
}

static void
test_published(void)
{
	/* 12! orders: all as they are and all reversed; with one exchange 11 more */
	CHECK(p_of_exchange(SC_KENDALL, 12, 0, 0) == 2 / 479001600.0);
	CHECK(p_of_exchange(SC_SPEARMAN, 12, 0, 0) == 2 / 479001600.0);
	CHECK(p_of_exchange(SC_KENDALL, 12, 4, 5) == 24 / 479001600.0);
	CHECK(p_of_exchange(SC_SPEARMAN, 12, 4, 5) == 24 / 479001600.0);
}

/*
 * Critical values, two-sided at 0.05 and 0.01, of Spearman's coefficient: Zar,
 * J. Amer. Statist. Assoc. 67 (1972) 578-580; p passes alpha where the sum of
 * squared differences of ranks passes that of the critical value.
 */
static void
test_zar(void)
{
	static const double critical[][3] = {{8, 0.738, 0.881}, {9, 0.700, 0.833},
	{10, 0.648, 0.794}, {11, 0.618, 0.755}, {12, 0.587, 0.727}};
	size_t		k;

	for (k = 0; k < 5; k++)
	{
		size_t		n = (size_t) critical[k][0];
		long		cubes = (long) (n * n * n - n);
		double		x[16];
		double		y[16];
		long		largest[2] = {-1, -1};	/* sum of squares with p <= alpha */
		void	   *work = exactly(sc_exact_workspace(SC_SPEARMAN, n));
		int			tries;
		int			level;

		tied_values(x, n, 0);
		tied_values(y, n, 0);
		for (tries = 0; tries < 20000; tries++)
		{
			size_t		i = random_below(n);
			size_t		j = random_below(n);
			double		swap = y[i];
			long		s;
			long		squares;
			double		p = -1.0;

			if (tries % 40 == 0)
				tied_values(y, n, 0);
			else
			{
				y[i] = y[j];
				y[j] = swap;
			}
			s = by_definition(SC_SPEARMAN, y, x, n);
			squares = (cubes - 3 * s) / 6;
			if (s < 0 || 20 * s < 7 * cubes / 3)
				continue;
			CHECK(sc_exact_p_value(SC_SPEARMAN, y, x, n, work, NULL, &p));
			for (level = 0; level < 2; level++)
			{
				if (p <= (level == 0 ? 0.05 : 0.01) && squares > largest[level])
					largest[level] = squares;
			}
		}
		for (level = 0; level < 2; level++)
			CHECK_NEAR(1 - 6.0L * largest[level] / cubes, critical[k][1 + level], 6e-4L);
		free(work);
	}
}

static void
test_unavailable(void)
{
	double		x[16];
	double		y[16];
	double		p = 77.0;
	size_t		n;
	int			m;

	for (n = 0; n <= 13; n++)
	{
		CHECK(sc_exact_workspace(SC_PEARSON, n) == 0);
		tied_values(x, 16, 0);
		tied_values(y, 16, 0);
		CHECK(!exact_p(SC_PEARSON, y, x, n, &p) && p == 77.0);
		for (m = 0; m < 2; m++)
		{
			bool		expected = n >= 3 && n <= 12;

			CHECK((sc_exact_workspace(methods[m], n) > 0) == expected);
			CHECK(exact_p(methods[m], y, x, n, &p) == expected);
			CHECK((p == 77.0) == !expected);
			p = 77.0;
		}
	}

	/* ties in either variable */
	for (m = 0; m < 2; m++)
	{
		for (n = 9; n <= 12; n++)
		{
			tied_values(x, n, 0);
			tied_values(y, n, 4);
			CHECK(exact_p(methods[m], y, x, n, &p) == (n == 9));
			CHECK(exact_p(methods[m], x, y, n, &p) == (n == 9));
		}
		tied_values(y, 9, 0x1fe);
		CHECK(exact_p(methods[m], y, x, 9, &p) && p == 1.0);
		CHECK(exact_p(methods[m], x, y, 9, &p) && p == 1.0);
	}
}

/*
 * The same of the ranks themselves and of the two exchanged, whatever was asked
 * for before.
 */
static void
test_ranks(void)
{
	double		x[12];
	double		y[12];
	int			repeat;

	for (repeat = 0; repeat < 300; repeat++)
	{
		size_t		n = 3 + random_below(10);
		ScMethod	method = methods[random_below(2)];
		void	   *work = exactly(sc_exact_workspace(method, n));
		void	   *scratch = exactly(sc_mid_ranks_workspace(n));
		int32_t		q[12];
		double		rank[12];
		double		first = -1.0;
		double		second = -1.0;
		double		third = -1.0;
		size_t		i;

		random_values(x, n, (int) random_below(n > 9 ? 1 : DATA_KINDS));
		random_values(y, n, (int) random_below(n > 9 ? 1 : DATA_KINDS));
		sc_mid_ranks(x, n, q, scratch, NULL);
		for (i = 0; i < n; i++)
			rank[i] = q[i];
		CHECK(sc_exact_p_value(method, y, x, n, work, NULL, &first));
		CHECK(sc_exact_p_value(method, y, rank, n, work, NULL, &second));
		CHECK(sc_exact_p_value(method, x, y, n, work, NULL, &third));
		CHECK(first == second && first == third);
		free(work);
		free(scratch);
	}
}

/*
 * Jumps out of the poll at each of its calls: what is kept is right afterwards.
 * The first test, so that nothing is kept yet.
 */
static void
test_jump(void)
{
	static const size_t ns[] = {12, 9};
	double		x[12];
	double		y[12];
	void	   *work = exactly(sc_exact_workspace(SC_SPEARMAN, 12));
	volatile long jumps;
	volatile long at;
	volatile int m;
	volatile int k;

	for (m = 0; m < 2; m++)
	{
		for (k = 0; k < 2; k++)
		{
			size_t		n = ns[k];
			double		p = -1.0;

			tied_values(x, n, 0);
			tied_values(y, n, n == 9 ? 0x100 : 0);
			jumps = 0;
			for (at = 1; at < 100; at++)
			{
				poll_calls = 0;
				poll_jumps_at = at;
				if (setjmp(poll_target) == 0)
				{
					CHECK(sc_exact_p_value(methods[m], y, x, n, work, test_poll, &p));
					break;
				}
				jumps++;
			}
			CHECK(jumps == (n == 12 ? 15 : 1));
			/* the order itself and its reverse; with a tie, twice that */
			CHECK(p == (n == 12 ? 2 / 479001600.0 : 4 / 362880.0));

			/* found once: no more polls */
			poll_calls = poll_jumps_at = 0;
			memset(work, 0xff, sc_exact_workspace(methods[m], n));
			CHECK(sc_exact_p_value(methods[m], y, x, n, work, test_poll, &p));
			CHECK(poll_calls == 0);
		}
	}
	free(work);
}

int
main(void)
{
	RUN(test_jump);
	RUN(test_every_pattern);
	RUN(test_some_patterns);
	RUN(test_bounds);
	RUN(test_published);
	RUN(test_zar);
	RUN(test_unavailable);
	RUN(test_ranks);
	return check_done();
}
