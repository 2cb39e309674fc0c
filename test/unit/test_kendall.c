/*-------------------------------------------------------------------------
 *
 * test_kendall.c
 *	  The spread of Kendall's tau-b against its definition over all pairs, in
 *	  long double; the interval against the inequality that it solves; the
 *	  variance of normal scores against its formula.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/correlation/kendall.h"

#define LARGEST 120

static bool
correlate(const double *y, const double *x, size_t n, ScCorrelation *c)
{
	size_t		size = sc_kendall_spread_workspace(n);
	void	   *work = exactly(sc_correlate_workspace(SC_KENDALL, n));
	bool		found = sc_correlate(SC_KENDALL, y, x, n, work, NULL, c) == SC_OK;

	free(work);
	CHECK(c->kendall_spread == 0.0);
	if (found)
	{
		work = exactly(size);
		sc_kendall_spread(y, x, n, work, NULL, c);
		free(work);
	}
	return found;
}

static long double
normal_variance(long double tau, long double n)
{
	long double pi = acosl(-1.0L);
	long double share = 2 / pi * asinl(sinl(pi * tau / 2) / 2);

	return 2 / (n * (n - 1)) * (1 - tau * tau + 2 * (n - 2) * (1 / 9.0L - share * share));
}

static int
sign(double a, double b)
{
	return (a > b) - (a < b);
}

/* Pair by pair: what each adds to tau-b, that of an observation being its mean. */
static long double
defined_spread(const double *y, const double *x, size_t n, long double tau)
{
	long double all = (long double) n * ((long double) n - 1);
	long double a = 0.0L;
	long double b = 0.0L;
	long double squares = 0.0L;
	long double pair_squares = 0.0L;
	size_t		i;
	size_t		j;

	for (i = 0; i < n; i++)
	{
		for (j = 0; j < n; j++)
		{
			a += x[i] != x[j];
			b += y[i] != y[j];
		}
	}
	a /= all;
	b /= all;
	for (i = 0; i < n; i++)
	{
		long double own = 0.0L;

		for (j = 0; j < n; j++)
		{
			long double h = sign(x[i], x[j]) * sign(y[i], y[j]) / sqrtl(a * b) -
				tau / 2 * ((x[i] != x[j]) / a + (y[i] != y[j]) / b);

			if (i != j)
			{
				own += h / ((long double) n - 1);
				pair_squares += h * h / all;
			}
		}
		squares += own * own;
	}
	return fmaxl((4 * (n - 1.0L) * squares - 2.0L * n * pair_squares) /
				 (n * (n - 2.0L) * (n - 3.0L)), 0) /
		normal_variance(fminl(fabsl(tau), 1 - 2 / all), (long double) n);
}

static void
test_spread(void)
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

	for (n = 4; n <= LARGEST; n = n < 30 ? n + 1 : n + 17)
	{
		for (kinds = 0; kinds < DATA_KINDS * DATA_KINDS; kinds++)
		{
			ScCorrelation c;
			ScCorrelation other;

			random_values(x, n, kinds % DATA_KINDS);
			random_values(y, n, kinds / DATA_KINDS);
			for (i = 0; i < n; i += 2)	/* not always independent */
				y[i] = kinds % 2 == 0 ? x[i] : -x[i];
			if (!correlate(y, x, n, &c))
				continue;
			CHECK_NEAR(c.kendall_spread, defined_spread(y, x, n, c.corr),
					   1e-11L * (1.0L + fabsl((long double) c.kendall_spread)));
			random_order(order, n);
			for (i = 0; i < n; i++)
			{
				px[i] = x[order[i]];
				py[i] = y[order[i]];
				minus_x[i] = -x[i];
			}
			correlate(py, px, n, &other);
			CHECK(same_bits(&c.kendall_spread, &other.kendall_spread, 1));
			correlate(x, y, n, &other);
			CHECK_NEAR(other.kendall_spread, c.kendall_spread, 1e-12L * (1.0L + c.kendall_spread));
			correlate(y, minus_x, n, &other);
			CHECK_NEAR(other.kendall_spread, c.kendall_spread, 1e-12L * (1.0L + c.kendall_spread));
		}
	}
}

/* A perfect order has none, however long; nor does it with ties. */
static void
test_perfect(void)
{
	size_t		n;
	int			tied;

	for (n = 4; n <= 300000; n = n < 10 ? n + 1 : n * 8)
	{
		for (tied = 0; tied < 2; tied++)
		{
			double	   *x = exactly(n * sizeof(double));
			ScCorrelation c;
			size_t		i;

			for (i = 0; i < n; i++)
				x[i] = (double) (tied ? i / 2 : i);
			CHECK(correlate(x, x, n, &c) && c.corr == 1.0);
			CHECK_NEAR(c.kendall_spread, 0.0L, 1e-2L);
			free(x);
		}
	}
}

/* Of normal scores without ties the mean of the variance that is estimated is that of tau. */
static void
test_unbiased(void)
{
	double		x[12];
	double		y[12];
	int			samples = 40000;
	int			rho;

	for (rho = 0; rho <= 8; rho += 4)
	{
		long double sum = 0.0L;
		long double squares = 0.0L;
		long double estimated = 0.0L;
		long double variance;
		int			s;

		for (s = 0; s < samples; s++)
		{
			ScCorrelation c;
			size_t		i;

			for (i = 0; i < 12; i++)
			{
				x[i] = random_normal();
				y[i] = rho / 10.0 * x[i] + sqrt(1 - rho * rho / 100.0) * random_normal();
			}
			correlate(y, x, 12, &c);
			sum += c.corr;
			squares += c.corr * c.corr;
			estimated += c.kendall_spread *
				normal_variance(fminl(fabsl((long double) c.corr), 1 - 2 / 132.0L), 12);
		}
		variance = squares / samples - sum / samples * (sum / samples);
		CHECK_RELATIVE(variance, normal_variance(2 / acosl(-1.0L) * asinl(rho / 10.0L), 12), 0.03L);
		CHECK_RELATIVE(estimated / samples, variance, 0.04L);
	}
}

/* The ends are where the inequality turns into an equation, or 1 and -1. */
static void
test_interval(void)
{
	static const size_t ns[] = {5, 6, 8, 27, 1000, 1000000};
	static const double corrs[] = {0.0, 1e-9, 0.3, 0.7, 0.95, 0.999, 1.0};
	static const double spreads[] = {0.0, 0.5, 1.0, 1.7, 30.0};
	static const double quantiles[] = {0.1, 1.0, 1.96, 5.0};
	size_t		i;
	size_t		j;
	size_t		k;
	size_t		l;

	for (i = 0; i < 6; i++)
	{
		for (j = 0; j < 7; j++)
		{
			for (k = 0; k < 5; k++)
			{
				double		inner_low = corrs[j];
				double		inner_high = corrs[j];

				for (l = 0; l < 4; l++)
				{
					ScCorrelation c = {0};
					long double scale = fmaxl(spreads[k], 1) * quantiles[l] * quantiles[l];
					double		low;
					double		high;
					double		mirrored_low;
					double		mirrored_high;

					c.method = SC_KENDALL;
					c.n = ns[i];
					c.corr = corrs[j];
					c.kendall_spread = spreads[k];
					sc_kendall_interval(&c, quantiles[l], &low, &high);
					CHECK(-1.0 < low && low < c.corr && high <= 1.0);
					CHECK(high > c.corr || c.corr == 1.0);
					/* the wider the more confident */
					CHECK(low <= inner_low && high >= inner_high);
					inner_low = low;
					inner_high = high;
					/* the formula as it stands loses digits near 1 */
					CHECK_NEAR(c.corr - low, sqrtl(scale * normal_variance(low, ns[i])), 1e-13L);
					if (high < 0.9999)
						CHECK_NEAR(high - c.corr, sqrtl(scale * normal_variance(high, ns[i])), 1e-13L);
					c.corr = -c.corr;
					sc_kendall_interval(&c, quantiles[l], &mirrored_low, &mirrored_high);
					CHECK(mirrored_low == -high && mirrored_high == -low);
					CHECK_RELATIVE(sc_kendall_deviate(&c, 0.273),
								   (fabsl((long double) c.corr) - 0.273L) /
								   sqrtl(fmaxl(spreads[k], 1) * normal_variance(0.273, ns[i])), 1e-12L);
				}
			}
		}
	}
}

/* What is long polls, and begins anew after a jump. */
static void
test_jump(void)
{
	size_t		n = 200000;
	double	   *x = exactly(n * sizeof(double));
	double	   *y = exactly(n * sizeof(double));
	void	   *work = exactly(sc_kendall_spread_workspace(n));
	ScCorrelation c = {0};
	volatile double spread;
	volatile long jumps = 0;
	volatile long at;
	long		calls;

	random_values(x, n, 0);
	random_values(y, n, 1);
	c.method = SC_KENDALL;
	c.n = n;
	c.corr = 0.5;
	poll_calls = poll_jumps_at = 0;
	sc_kendall_spread(y, x, n, work, test_poll, &c);
	spread = c.kendall_spread;
	calls = poll_calls;
	CHECK(calls >= 20);
	for (at = 1; at <= calls; at++)
	{
		poll_calls = 0;
		poll_jumps_at = at;
		if (setjmp(poll_target) == 0)
			sc_kendall_spread(y, x, n, work, test_poll, &c);
		else
			jumps++;
	}
	CHECK(jumps == calls);
	poll_jumps_at = 0;
	sc_kendall_spread(y, x, n, work, NULL, &c);
	CHECK(c.kendall_spread == spread);
	free(x);
	free(y);
	free(work);
}

int
main(void)
{
	RUN(test_spread);
	RUN(test_perfect);
	RUN(test_unbiased);
	RUN(test_interval);
	RUN(test_jump);
	return check_done();
}
