/*-------------------------------------------------------------------------
 *
 * test_reliability.c
 *	  Reliability against its definition in long double and Kuder and Richardson's
 *	  formula 21, and correlations corrected by it.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/correlation/reliability.h"

static long double
by_definition(const double *y, const double *error, size_t n)
{
	long double mean = 0;
	long double squares = 0;
	long double noise = 0;
	size_t		i;

	for (i = 0; i < n; i++)
		mean += (long double) y[i] / n;
	for (i = 0; i < n; i++)
	{
		squares += (y[i] - mean) * (y[i] - mean);
		noise += (long double) error[i] * error[i];
	}
	return fmaxl(1 - noise / n / (squares / (n - 1)), 0);
}

static void
test_definition(void)
{
	size_t		n;

	for (n = 2; n < 400; n += 1 + n / 8)
	{
		double	   *y = exactly(n * sizeof(double));
		double	   *minus = exactly(n * sizeof(double));
		double	   *error = exactly(n * sizeof(double));
		double		scale = pow(10, (double) random_below(7) - 3);
		double		offset = (double) random_below(100) * scale;
		size_t		i;

		for (i = 0; i < n; i++)
		{
			y[i] = offset + scale * random_uniform();
			minus[i] = -y[i];
			error[i] = scale * random_uniform() / 4;
		}
		CHECK_NEAR(sc_reliability(y, error, n, NULL), by_definition(y, error, n), 1e-12);
		CHECK(sc_reliability(minus, error, n, NULL) == sc_reliability(y, error, n, NULL));
		free(y);
		free(minus);
		free(error);
	}
}

/* Kuder and Richardson: k/(k - 1) (1 - mean p (1 - p) / (k var p)), the variance of ddof = 0. */
static void
test_kuder_richardson(void)
{
	size_t		n;

	for (n = 5; n < 100; n += 7)
	{
		double		k = 30;
		double	   *p = exactly(n * sizeof(double));
		double	   *error = exactly(n * sizeof(double));
		long double mean = 0;
		long double variance = 0;
		long double formula;
		double		ours;
		size_t		i;

		for (i = 0; i < n; i++)
		{
			p[i] = (3 + (double) random_below(25)) / k;
			error[i] = sqrt(p[i] * (1 - p[i]) / (k - 1));
			mean += (long double) p[i] / n;
		}
		for (i = 0; i < n; i++)
			variance += (p[i] - mean) * (p[i] - mean) / n;
		formula = k / (k - 1) * (1 - mean * (1 - mean) / (k * variance));
		ours = sc_reliability(p, error, n, NULL);
		CHECK(ours > 0);
		CHECK_NEAR(1 - (1 - ours) * (long double) n / (n - 1), formula, 1e-13);
		free(p);
		free(error);
	}
}

/* Nothing known is NaN, no spread of true scores 0, no errors 1; the largest and the least scores. */
static void
test_edges(void)
{
	double		y[] = {1, 2, 4};
	double		equal[] = {2, 2, 2};
	double		none[] = {0, 0, 0};
	double		some[] = {0, NAN, 0};
	double		large[] = {2, 2, 2};
	double		huge[] = {-1e140, 1e140, 0};
	double		huge_error[] = {1e139, 1e139, 1e139};
	double		tiny[] = {0, 5e-324, 5e-324};

	CHECK(sc_reliability(y, none, 3, NULL) == 1);
	CHECK(sc_reliability(y, large, 3, NULL) == 0);
	CHECK(isnan(sc_reliability(y, some, 3, NULL)));
	CHECK(isnan(sc_reliability(equal, large, 3, NULL)));
	CHECK(isnan(sc_reliability(y, none, 1, NULL)));
	CHECK(isnan(sc_reliability(y, none, 0, NULL)));
	CHECK_NEAR(sc_reliability(huge, huge_error, 3, NULL), 0.99, 1e-15);
	CHECK(sc_reliability(tiny, none, 3, NULL) == 1);
	CHECK(sc_reliability(tiny, huge_error, 3, NULL) == 0);
}

static void
test_extreme_error(void)
{
	double		n;

	for (n = 1; n < 1e18; n *= 7)
	{
		long double p = 2 / (n + 4.0L);

		CHECK_RELATIVE(sc_extreme_error(n), sqrtl(p * (1 - p) / (n + 4.0L)), 1e-15);
	}
	CHECK_NEAR(sc_extreme_error(1), sqrt(0.4 * 0.6 / 5), 1e-16);
}

static void
test_disattenuate(void)
{
	const long double pi = 3.141592653589793238462643383279502884L;
	double		corr;
	double		reliability;

	for (reliability = SC_MIN_RELIABILITY; reliability <= 1; reliability += 0.05)
	{
		double		before[3] = {-2, -2, -2};

		for (corr = -1; corr <= 1; corr += 1.0 / 64)
		{
			long double root = sqrtl(reliability);
			long double spearman = 2 * sinl(pi * corr / 6) / root;
			long double kendall = sinl(pi * corr / 2) / root;
			long double pearson = corr / root;
			double		ours[3];
			int			m;

			ours[0] = sc_disattenuate(SC_SPEARMAN, corr, reliability);
			ours[1] = sc_disattenuate(SC_PEARSON, corr, reliability);
			ours[2] = sc_disattenuate(SC_KENDALL, corr, reliability);
			CHECK_NEAR(ours[0], 6 / pi * asinl(fmaxl(fminl(spearman, 1), -1) / 2), 1e-15);
			CHECK_NEAR(ours[1], fmaxl(fminl(pearson, 1), -1), 1e-15);
			/* the arc sine is steep near 1 */
			CHECK_NEAR(ours[2], 2 / pi * asinl(fmaxl(fminl(kendall, 1), -1)),
					   fabsl(kendall) > 0.999 && fabsl(kendall) < 1.001 ? 1e-7 : 1e-14);
			for (m = 0; m < 3; m++)
			{
				CHECK(ours[m] >= before[m] && fabs(ours[m]) >= fabs(corr) - 1e-15 && fabs(ours[m]) <= 1);
				CHECK(sc_disattenuate((ScMethod) m, -corr, reliability) ==
					  -sc_disattenuate((ScMethod) m, corr, reliability));
				before[m] = ours[m];
			}
		}
	}
	CHECK(sc_disattenuate(SC_SPEARMAN, 1, 1) == 1 && sc_disattenuate(SC_SPEARMAN, -1, 0.8) == -1);
	CHECK(sc_disattenuate(SC_KENDALL, 0, 0.9) == 0);
	CHECK(isnan(sc_disattenuate(SC_SPEARMAN, 0.5, 0.7 - 1e-9)));
	CHECK(isnan(sc_disattenuate(SC_PEARSON, 0.5, NAN)));
	CHECK(isnan(sc_disattenuate(SC_PEARSON, NAN, 0.9)));
}

int
main(void)
{
	RUN(test_definition);
	RUN(test_kuder_richardson);
	RUN(test_edges);
	RUN(test_extreme_error);
	RUN(test_disattenuate);
	return check_done();
}
