/*-------------------------------------------------------------------------
 *
 * test_correlate.c
 *	  Spearman and Kendall against O(n^2) definitions in exact integers, the
 *	  null variance of Kendall's S against all n! orders, Pearson against a
 *	  long double two-pass sum.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/correlation/correlate.h"

#define LARGEST 200

static ScStatus
correlate(ScMethod method, const double *y, const double *x, size_t n,
		  ScCorrelation *out)
{
	void	   *work = exactly(sc_correlate_workspace(method, n));
	ScStatus	status = sc_correlate(method, y, x, n, work, NULL, out);

	free(work);
	return status;
}

static int
sign(double a, double b)
{
	return (a > b) - (a < b);
}

static bool
is_constant(const double *x, size_t n)
{
	size_t		i;

	for (i = 1; i < n; i++)
	{
		if (x[i] != x[0])
			return false;
	}
	return true;
}

/* 2 R - (n + 1) is how many values are below less how many are above. */
static int64_t
centred_rank(const double *x, size_t n, size_t i)
{
	int64_t		q = 0;
	size_t		j;

	for (j = 0; j < n; j++)
		q += sign(x[i], x[j]);
	return q;
}

static long double
brute_spearman(const double *y, const double *x, size_t n)
{
	__int128	sxy = 0;
	__int128	sxx = 0;
	__int128	syy = 0;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		__int128	p = centred_rank(x, n, i);
		__int128	q = centred_rank(y, n, i);

		sxy += p * q;
		sxx += p * p;
		syy += q * q;
	}
	return (long double) sxy / sqrtl((long double) (sxx * syy));
}

/* S and the pairs not tied in x, in y, by definition. */
static int64_t
brute_kendall_s(const double *y, const double *x, size_t n, int64_t *nx,
				int64_t *ny)
{
	int64_t		s = 0;
	size_t		i;
	size_t		j;

	*nx = *ny = 0;
	for (i = 0; i < n; i++)
	{
		for (j = 0; j < i; j++)
		{
			s += sign(x[i], x[j]) * sign(y[i], y[j]);
			*nx += x[i] != x[j];
			*ny += y[i] != y[j];
		}
	}
	return s;
}

static long double
brute_pearson(const double *y, const double *x, size_t n)
{
	long double my = 0.0L;
	long double mx = 0.0L;
	long double sxy = 0.0L;
	long double sxx = 0.0L;
	long double syy = 0.0L;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		mx += (long double) x[i] - x[0];
		my += (long double) y[i] - y[0];
	}
	mx /= (long double) n;
	my /= (long double) n;
	for (i = 0; i < n; i++)
	{
		long double dx = (long double) x[i] - x[0] - mx;
		long double dy = (long double) y[i] - y[0] - my;

		sxy += dx * dy;
		sxx += dx * dx;
		syy += dy * dy;
	}
	return sxy / sqrtl(sxx) / sqrtl(syy);
}

static void
test_rank_methods(void)
{
	double		x[LARGEST];
	double		y[LARGEST];
	double		minus_x[LARGEST];
	double		px[LARGEST];
	double		py[LARGEST];
	size_t		order[LARGEST];
	size_t		n;
	size_t		i;
	int			kinds;

	for (n = 3; n <= LARGEST; n = n < 30 ? n + 1 : n + 17)
	{
		for (kinds = 0; kinds < DATA_KINDS * DATA_KINDS; kinds++)
		{
			ScCorrelation c;
			ScCorrelation other;
			int64_t		s;
			int64_t		nx;
			int64_t		ny;

			random_values(x, n, kinds % DATA_KINDS);
			random_values(y, n, kinds / DATA_KINDS);
			for (i = 0; i < n; i += 2)	/* not always independent */
				y[i] = kinds % 2 == 0 ? x[i] : -x[i];
			if (is_constant(x, n) || is_constant(y, n))
				continue;
			random_order(order, n);
			for (i = 0; i < n; i++)
			{
				px[i] = x[order[i]];
				py[i] = y[order[i]];
				minus_x[i] = -x[i];
			}

			CHECK(correlate(SC_SPEARMAN, y, x, n, &c) == SC_OK);
			CHECK(c.n == n && c.method == SC_SPEARMAN);
			CHECK_NEAR(c.corr, brute_spearman(y, x, n), 4e-16L);
			CHECK(fabs(c.corr) <= 1.0);
			correlate(SC_SPEARMAN, py, px, n, &other);
			CHECK(c.corr == other.corr);
			correlate(SC_SPEARMAN, x, y, n, &other);
			CHECK(c.corr == other.corr);
			correlate(SC_SPEARMAN, y, minus_x, n, &other);
			CHECK(c.corr == -other.corr);

			CHECK(correlate(SC_KENDALL, y, x, n, &c) == SC_OK);
			s = brute_kendall_s(y, x, n, &nx, &ny);
			CHECK(c.kendall_s == (double) s);
			CHECK_NEAR(c.corr, (long double) s /
					   sqrtl((long double) nx * (long double) ny), 4e-16L);
			CHECK(fabs(c.corr) <= 1.0);
			correlate(SC_KENDALL, py, px, n, &other);
			CHECK(c.corr == other.corr && c.kendall_s == other.kendall_s &&
				  c.kendall_var == other.kendall_var);
			correlate(SC_KENDALL, x, y, n, &other);
			CHECK(c.corr == other.corr &&
				  fabs(c.kendall_var - other.kendall_var) <=
				  1e-15 * c.kendall_var);
			correlate(SC_KENDALL, y, minus_x, n, &other);
			CHECK(c.corr == -other.corr && c.kendall_s == -other.kendall_s);
		}
	}
}

/*
 * The variance of S over all orders of y is what kendall_var says; exactly, not
 * asymptotically.  Heap's algorithm goes through the orders.
 */
static void
test_kendall_variance(void)
{
	double		x[7];
	double		y[7];
	size_t		n;
	int			round;

	for (n = 3; n <= 7; n++)
	{
		for (round = 0; round < 12; round++)
		{
			ScCorrelation c;
			size_t		counter[7] = {0};
			int64_t		squares = 0;
			int64_t		sum = 0;
			int64_t		orders = 1;
			int64_t		nx;
			int64_t		ny;
			int64_t		s;
			size_t		i;

			for (i = 0; i < n; i++)
			{
				x[i] = (double) random_below(round < 3 ? 1000 : 3);
				y[i] = (double) random_below(round < 6 ? 1000 : 3);
			}
			if (is_constant(x, n) || is_constant(y, n))
				continue;
			correlate(SC_KENDALL, y, x, n, &c);

			sum = brute_kendall_s(y, x, n, &nx, &ny);
			squares = sum * sum;
			for (i = 0; i < n;)
			{
				if (counter[i] < i)
				{
					size_t		j = i % 2 == 0 ? 0 : counter[i];
					double		swap = y[j];

					y[j] = y[i];
					y[i] = swap;
					s = brute_kendall_s(y, x, n, &nx, &ny);
					sum += s;
					squares += s * s;
					orders++;
					counter[i]++;
					i = 0;
				}
				else
					counter[i++] = 0;
			}
			CHECK(sum == 0);
			CHECK_RELATIVE(c.kendall_var,
						   (long double) squares / (long double) orders,
						   1e-15L);
		}
	}
}

static void
test_pearson(void)
{
	static const double offsets[] = {0.0, 1.0, 1e9, -1e9, 1e15};
	static const double scales[] = {1.0, 1e-3, 1e130, 1e-160, 1e-290};
	double		x[LARGEST];
	double		y[LARGEST];
	size_t		n;
	size_t		i;
	int			o;
	int			s;

	for (n = 3; n <= LARGEST; n = n < 30 ? n + 1 : n + 17)
	{
		for (o = 0; o < 5; o++)
		{
			for (s = 0; s < 5; s++)
			{
				ScCorrelation c;
				ScCorrelation other;

				for (i = 0; i < n; i++)
				{
					double		common = random_normal();

					x[i] = offsets[o] + (common + random_normal()) * 1e-3;
					y[i] = (common - random_normal() / 3.0) * scales[s];
				}
				if (is_constant(x, n))
					continue;
				CHECK(correlate(SC_PEARSON, y, x, n, &c) == SC_OK);
				CHECK_NEAR(c.corr, brute_pearson(y, x, n), 2e-15L);
				CHECK(fabs(c.corr) <= 1.0);
				correlate(SC_PEARSON, x, y, n, &other);
				CHECK(c.corr == other.corr);
				for (i = 0; i < n; i++)
					y[i] = -y[i];
				correlate(SC_PEARSON, y, x, n, &other);
				CHECK(c.corr == -other.corr);
			}
		}
	}
}

/* Straight lines correlate at exactly 1 and -1; nearly straight ones do not. */
static void
test_lines(void)
{
	static const ScMethod methods[] = {SC_SPEARMAN, SC_PEARSON, SC_KENDALL};
	double		x[LARGEST];
	double		y[LARGEST];
	ScCorrelation c;
	size_t		n;
	size_t		i;
	int			m;

	for (n = 3; n <= LARGEST; n += 3)
	{
		for (m = 0; m < 3; m++)
		{
			for (i = 0; i < n; i++)
			{
				x[i] = (double) random_below(1000);
				y[i] = 3.0 * x[i] + 7.0;
			}
			x[0] = -1.0;
			y[0] = 4.0;
			CHECK(correlate(methods[m], y, x, n, &c) == SC_OK);
			CHECK(c.corr == 1.0);
			for (i = 0; i < n; i++)
				y[i] = -5.0 * x[i] - 1e6;
			CHECK(correlate(methods[m], y, x, n, &c) == SC_OK);
			CHECK(c.corr == -1.0);
			y[0] = -2e6;		/* lowest in x, now in y as well */
			CHECK(correlate(methods[m], y, x, n, &c) == SC_OK);
			CHECK(c.corr > -1.0);
		}
	}
}

/* Lines whose values are rounded: 1 but for the last bits, and never more. */
static void
test_rounded_lines(void)
{
	double		x[LARGEST];
	double		y[LARGEST];
	ScCorrelation c;
	size_t		n;
	size_t		i;

	for (n = 3; n <= LARGEST; n++)
	{
		double		slope = random_uniform();

		for (i = 0; i < n; i++)
		{
			x[i] = random_normal();
			y[i] = 0.1 + slope * x[i];
		}
		CHECK(correlate(SC_PEARSON, y, x, n, &c) == SC_OK);
		CHECK(c.corr <= 1.0);
		CHECK_NEAR(c.corr, 1.0L, 1e-14L);
		for (i = 0; i < n; i++)
			y[i] = -y[i];
		CHECK(correlate(SC_PEARSON, y, x, n, &c) == SC_OK);
		CHECK(c.corr >= -1.0);
		CHECK_NEAR(c.corr, -1.0L, 1e-14L);
	}
}

/* The largest scores, subnormal differences: the answer of small integers. */
static void
test_magnitudes(void)
{
	static const double k[] = {0, 3, 1, 7, 7, 2, 9, 4};
	static const double l[] = {1, 2, 2, 9, 5, 0, 7, 6};
	static const double units[] = {0x1p-1074, 0x1p-1030, 0x1p-500, 0x1p461};
	double		x[8];
	double		y[8];
	ScCorrelation c;
	ScCorrelation plain;
	int			u;
	int			v;
	int			i;

	correlate(SC_PEARSON, l, k, 8, &plain);
	CHECK_NEAR(plain.corr, brute_pearson(l, k, 8), 3e-16L);
	for (u = 0; u < 4; u++)
	{
		for (v = 0; v < 4; v++)
		{
			for (i = 0; i < 8; i++)
			{
				x[i] = k[i] * units[u];
				y[i] = l[i] * units[v];
			}
			CHECK(correlate(SC_PEARSON, y, x, 8, &c) == SC_OK);
			CHECK(c.corr == plain.corr);
		}
	}

	/* from one end of the scores allowed to the other */
	for (i = 0; i < 8; i++)
	{
		x[i] = i % 2 == 0 ? -SC_MAX_SCORE : SC_MAX_SCORE;
		y[i] = i % 2 == 0 ? 0x1p-1074 : 0.0;
	}
	CHECK(correlate(SC_PEARSON, y, x, 8, &c) == SC_OK);
	CHECK(c.corr == -1.0);
}

static void
test_statuses(void)
{
	static const ScMethod methods[] = {SC_SPEARMAN, SC_PEARSON, SC_KENDALL};
	double		constant[26];
	double		vary[26];
	double		barely[26];
	ScCorrelation c;
	size_t		n;
	int			m;
	int			i;

	for (i = 0; i < 26; i++)
	{
		constant[i] = barely[i] = 0.1;
		vary[i] = i;
	}
	barely[25] = nextafter(0.1, 1.0);
	for (m = 0; m < 3; m++)
	{
		for (n = 0; n < 3; n++)
		{
			CHECK(correlate(methods[m], constant, constant, n, &c) ==
				  SC_TOO_FEW_MODELS);
			CHECK(c.n == n && c.method == methods[m]);
		}
		CHECK(correlate(methods[m], constant, constant, 26, &c) == SC_CONSTANT_Y);
		CHECK(correlate(methods[m], constant, vary, 26, &c) == SC_CONSTANT_Y);
		CHECK(correlate(methods[m], vary, constant, 26, &c) == SC_CONSTANT_X);
		CHECK(c.n == 26);
		CHECK(correlate(methods[m], vary, barely, 26, &c) == SC_OK);
		CHECK(c.corr > 0.2 && c.corr < 0.4);
	}
}

/* Long loops poll; jumping out and starting over gives the same answer. */
static void
test_poll_and_jump(void)
{
	static const ScMethod methods[] = {SC_SPEARMAN, SC_PEARSON, SC_KENDALL};
	size_t		n = 140000;
	double	   *x = exactly(n * sizeof(double));
	double	   *y = exactly(n * sizeof(double));
	volatile int m;
	volatile long at;

	random_values(x, n, 0);
	random_values(y, n, 1);
	for (m = 0; m < 3; m++)
	{
		void	   *volatile work;
		volatile double corr;
		volatile long jumps = 0;
		volatile long calls;
		volatile long step;
		ScCorrelation c;

		work = exactly(sc_correlate_workspace(methods[m], n));
		poll_calls = poll_jumps_at = 0;
		CHECK(sc_correlate(methods[m], y, x, n, work, test_poll, &c) == SC_OK);
		corr = c.corr;
		calls = poll_calls;
		CHECK(calls >= 10);
		step = 1 + calls / 12;
		for (at = 1; at <= calls; at += step)
		{
			poll_calls = 0;
			poll_jumps_at = at;
			if (setjmp(poll_target) == 0)
				sc_correlate(methods[m], y, x, n, work, test_poll, &c);
			else
				jumps++;
		}
		CHECK(jumps == (calls - 1) / step + 1);
		poll_jumps_at = 0;
		sc_correlate(methods[m], y, x, n, work, NULL, &c);
		CHECK(c.corr == corr);
		free(work);
	}
	free(x);
	free(y);
}

/* Tie sums beyond 64 bits: two values, half of the observations each. */
static void
test_huge_ties(void)
{
	size_t		n = 3400000;
	double	   *x = exactly(n * sizeof(double));
	double	   *y = exactly(n * sizeof(double));
	void	   *work = exactly(sc_correlate_workspace(SC_KENDALL, n));
	long double t = (long double) n / 2;
	long double m = (long double) n * (n - 1.0L);
	long double half = t * (t - 1);
	long double var;
	ScCorrelation c;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		x[i] = (double) (i % 2);
		y[i] = (double) (i / 2 % 2);
	}
	var = (m * (2.0L * n + 5) - 4 * half * (2 * t + 5)) / 18 +
		2 * half * half / m +
		4 * half * (t - 2) * half * (t - 2) / (9 * m * (n - 2.0L));
	CHECK(sc_correlate(SC_KENDALL, y, x, n, work, NULL, &c) == SC_OK);
	CHECK(c.kendall_s == 0.0 && c.corr == 0.0);
	CHECK_RELATIVE(c.kendall_var, var, 1e-14L);

	/* y = x, but for two: (n / 2)^2 agreeing pairs, less what those two cost */
	memcpy(y, x, n * sizeof(double));
	y[0] = 1.0;
	y[1] = 0.0;
	CHECK(sc_correlate(SC_KENDALL, y, x, n, work, NULL, &c) == SC_OK);
	CHECK_RELATIVE(c.kendall_s, (t - 1) * (t - 1) - 1, 1e-15L);
	CHECK_NEAR(c.corr, ((t - 1) * (t - 1) - 1) / (t * t), 1e-15L);
	free(x);
	free(y);
	free(work);
}

int
main(void)
{
	RUN(test_rank_methods);
	RUN(test_kendall_variance);
	RUN(test_pearson);
	RUN(test_lines);
	RUN(test_rounded_lines);
	RUN(test_magnitudes);
	RUN(test_statuses);
	RUN(test_poll_and_jump);
	RUN(test_huge_ties);
	return check_done();
}
