/*-------------------------------------------------------------------------
 *
 * test_infer.c
 *	  Intervals against published values and the formulas in long double,
 *	  p-values against numerical integration and closed forms.
 *
 *-------------------------------------------------------------------------
 */
#include <gsl/gsl_errno.h>

#include "check.h"
#include "stats/correlation/infer.h"

static const ScMethod methods[] = {SC_SPEARMAN, SC_PEARSON, SC_KENDALL};

static ScCorrelation
correlation(ScMethod method, size_t n, double corr)
{
	ScCorrelation c;

	c.method = method;
	c.n = n;
	c.controls = 0;
	c.corr = corr;
	c.leak = 0.0;
	c.kendall_s = 0.0;
	c.kendall_var = 0.0;
	c.kendall_spread = 0.0;
	return c;
}

/* The z that a standard normal variable exceeds with probability p < 1/2. */
static long double
upper_quantile(long double p)
{
	long double low = 0.0L;
	long double high = 40.0L;
	int			i;

	for (i = 0; i < 200; i++)
	{
		long double mid = (low + high) / 2;

		if (erfcl(mid / sqrtl(2.0L)) / 2 > p)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/*
 * Student's two-sided p-value of a correlation r = sin(theta) with nu degrees
 * of freedom: the integral of cos^(nu - 1) from theta to pi / 2 over that from
 * 0, by Simpson's rule, with Wallis' product below; up to where the integrand has
 * fallen to some 1e-30 of its value at theta.
 */
static long double
integrated_p_value(long double theta, int nu)
{
	long double half_pi = acosl(0.0L);
	long double wallis = nu % 2 == 0 ? 1.0L : half_pi;
	long double end = half_pi;
	long double sum = 0.0L;
	long double step;
	int			panels = 16000;
	int			k;

	for (k = nu % 2 == 0 ? 3 : 2; k <= nu - 1; k += 2)
		wallis *= (k - 1.0L) / k;

	while (powl(cosl((theta + end) / 2) / cosl(theta), nu - 1) < 1e-30L)
		end = (theta + end) / 2;
	step = (end - theta) / panels;
	for (k = 0; k <= panels; k++)
	{
		long double weight = k == 0 || k == panels ? 1 : k % 2 == 0 ? 2 : 4;
		long double c = cosl(theta + k * step);

		if (c < 0.0L)
			c = 0.0L;			/* pi / 2, rounded up */
		sum += weight * powl(c, nu - 1);
	}
	return sum * step / 3.0L / wallis;
}

static void
test_published(void)
{
	/* R: statpsych::ci.spear(.05, y, x), the example of its manual */
	static const double y[] = {21, 4, 9, 12, 35, 18, 10, 22, 24, 1, 6, 8, 13,
	16, 19};
	static const double x[] = {67, 28, 30, 28, 52, 40, 25, 37, 44, 10, 14, 20,
	28, 40, 51};

	/* scipy.stats.kendalltau(x2, y2), the example of its manual */
	static const double x2[] = {12, 2, 1, 12, 2};
	static const double y2[] = {1, 4, 7, 1, 0};
	void	   *work = exactly(sc_correlate_workspace(SC_SPEARMAN, 15));
	ScCorrelation c;
	double		low;
	double		high;

	CHECK(sc_correlate(SC_SPEARMAN, y, x, 15, work, NULL, &c) == SC_OK);
	CHECK_NEAR(c.corr, 970.0L / sqrtl(1110.0L * 1120.0L), 1.2e-16L);
	CHECK(sc_interval(&c, sc_normal_quantile(0.95), &low, &high));
	CHECK_NEAR(low, 0.5840950938L, 5e-11L);
	CHECK_NEAR(high, 0.9638296742L, 5e-11L);

	CHECK(sc_correlate(SC_KENDALL, y2, x2, 5, work, NULL, &c) == SC_OK);
	CHECK_NEAR(c.corr, -0.47140452079103173L, 1.2e-16L);
	CHECK_RELATIVE(sc_p_value(&c), 0.2827454599327748L, 1e-14L);
	free(work);

	/* a table of t: 3.182446 with 3, 2.228139 with 10 degrees of freedom */
	c = correlation(SC_PEARSON, 5,
					3.1824463053 / sqrt(3 + 3.1824463053 * 3.1824463053));
	CHECK_NEAR(sc_p_value(&c), 0.05L, 1e-10L);
	c = correlation(SC_SPEARMAN, 12,
					2.2281388520 / sqrt(10 + 2.2281388520 * 2.2281388520));
	CHECK_NEAR(sc_p_value(&c), 0.05L, 1e-10L);
}

static long double
variance_of(ScMethod method, long double n, long double r)
{
	return (method == SC_SPEARMAN ? 1 + r * r / 2 : 1) / (n - 3);
}

/* The ends of r >= 0 by their definition. */
static void
defined_ends(ScMethod method, long double n, long double r, long double quantile,
			 long double *low, long double *high)
{
	long double step = 6 / (n * n * n - n);
	long double z = r < 1 - step ? atanhl(r) : logl((2 - step) / step) / 2;
	long double half = quantile * sqrtl(variance_of(method, n, fminl(r, 1 - step)));

	*low = tanhl(z - half);
	*high = r < 1 ? tanhl(atanhl(r) + half) : 1;
}

static void
test_intervals(void)
{
	static const double corrs[] = {0.999, 0.4, 0.0, 1e-9, 0.3, 0.95, 0.975, 1 - 1e-12, 1.0};
	static const double confidences[] = {0.5, 0.8, 0.95, 0.999, 1 - 1e-12};
	static const size_t ns[] = {5, 6, 8, 27, 1000, 1000000, 2147483647};
	size_t		i;
	size_t		j;
	size_t		k;
	int			m;

	for (m = 0; m < 2; m++)
	{
		for (i = 0; i < 7; i++)
		{
			for (j = 0; j < 9; j++)
			{
				ScCorrelation plus = correlation(methods[m], ns[i], corrs[j]);
				ScCorrelation minus = correlation(methods[m], ns[i], -corrs[j]);
				double		inner_low = corrs[j];
				double		inner_high = corrs[j];

				for (k = 0; k < 5; k++)
				{
					double		quantile = sc_normal_quantile(confidences[k]);
					long double defined_low;
					long double defined_high;
					double		low;
					double		high;
					double		mirrored_low;
					double		mirrored_high;

					defined_ends(methods[m], (long double) ns[i], corrs[j],
								 upper_quantile((1 - (long double) confidences[k]) / 2),
								 &defined_low, &defined_high);
					CHECK(sc_interval(&plus, quantile, &low, &high));
					CHECK_NEAR(low, fminl(defined_low, corrs[j]), 1e-14L);
					CHECK_NEAR(high, defined_high, 1e-14L);
					CHECK(low >= -1.0 && high <= 1.0);
					CHECK(corrs[j] < 1.0 || high == 1.0);
					/* the wider the more confident */
					CHECK(low <= inner_low && high >= inner_high);
					inner_low = low;
					inner_high = high;
					CHECK(sc_interval(&minus, quantile, &mirrored_low, &mirrored_high));
					CHECK(mirrored_low == -high && mirrored_high == -low);
				}
			}
		}
	}
}

/*
 * A stronger correlation never has a lower end that is lower, or a higher p: also
 * near 1, which ties come near without reaching it.
 */
static void
test_rising(void)
{
	static const size_t ns[] = {4, 5, 6, 8, 13, 27, 200};
	size_t		i;
	int			m;
	int			k;

	for (m = 0; m < 3; m++)
	{
		for (i = 0; i < 7; i++)
		{
			double		low_before = -1.0;
			double		high_before = -1.0;
			double		p_before = 1.0;

			if (methods[m] == SC_KENDALL && ns[i] < 5)
				continue;
			for (k = -4000; k <= 4000; k++)
			{
				ScCorrelation c = correlation(methods[m], ns[i], k / 4000.0);
				double		low;
				double		high;

				c.kendall_s = c.corr * (double) (ns[i] * (ns[i] - 1) / 2);
				c.kendall_var = (double) (ns[i] * (ns[i] - 1) * (2 * ns[i] + 5)) / 18;
				CHECK(sc_interval(&c, sc_normal_quantile(0.95), &low, &high));
				CHECK(low >= low_before && high >= high_before);
				CHECK(low <= c.corr && c.corr <= high);
				low_before = low;
				high_before = high;
				if (k >= 0)
				{
					CHECK(sc_p_value(&c) <= p_before);
					p_before = sc_p_value(&c);
				}
			}
			CHECK(high_before == 1.0 && low_before < 1.0);
		}
	}
}

/* At 1 nothing is certain, whatever the method. */
static void
test_perfect(void)
{
	static const size_t ns[] = {3, 4, 5, 8, 13, 27, 170, 1000, 2147483647};
	size_t		i;
	int			m;
	int			sign;

	for (i = 0; i < 9; i++)
	{
		long double n = (long double) ns[i];
		long double least = fmaxl(expl(logl(2) - lgammal(n + 1)), DBL_MIN);

		CHECK_RELATIVE(sc_least_p_value(ns[i]), least, 1e-13L);
		for (m = 0; m < 3; m++)
		{
			for (sign = -1; sign <= 1; sign += 2)
			{
				ScCorrelation c = correlation(methods[m], ns[i], sign);
				double		s = (double) ns[i] * ((double) ns[i] - 1) / 2;
				double		p;

				c.kendall_s = sign * s;
				c.kendall_var = s * (2 * (double) ns[i] + 5) / 9;
				p = sc_p_value(&c);
				if (methods[m] == SC_KENDALL)
					CHECK(p >= sc_least_p_value(ns[i]));
				else
					CHECK(p == sc_least_p_value(ns[i]));
				c.corr = sign * nextafter(1.0, 0.0);
				CHECK(sc_p_value(&c) >= sc_least_p_value(ns[i]));
			}
		}
	}
	CHECK(sc_least_p_value(0) == 1.0 && sc_least_p_value(1) == 1.0 && sc_least_p_value(2) == 1.0);
	CHECK(sc_least_p_value(3) == 2.0 / 6.0);
	CHECK_RELATIVE(sc_least_p_value(13), 2.0L / 6227020800.0L, 1e-15L);
	CHECK(sc_least_p_value(170) > DBL_MIN && sc_least_p_value(178) == DBL_MIN);
}

/* Intervals from elsewhere claim no more than that of a perfect correlation. */
static void
test_bound(void)
{
	static const size_t ns[] = {2, 3, 4, 5, 8, 27, 1000};
	double		quantile = sc_normal_quantile(0.95);
	size_t		i;
	int			m;

	for (m = 0; m < 3; m++)
	{
		for (i = 0; i < 7; i++)
		{
			ScCorrelation perfect = correlation(methods[m], ns[i], 1.0);
			double		nearest = 77.0;
			double		one = 78.0;
			double		low = 1.0;
			double		high = 1.0;

			if (!sc_interval(&perfect, quantile, &nearest, &one))
				nearest = -1.0;
			sc_bound_interval(methods[m], ns[i], quantile, &low, &high);
			CHECK(low == nearest && high == 1.0);
			low = high = -1.0;
			sc_bound_interval(methods[m], ns[i], quantile, &low, &high);
			CHECK(low == -1.0 && high == -nearest);
			low = nearest - 0.1;
			high = 0.1 - nearest;
			sc_bound_interval(methods[m], ns[i], quantile, &low, &high);
			CHECK(low == nearest - 0.1 && high == 0.1 - nearest);
		}
	}
}

static void
test_too_few(void)
{
	int			m;
	size_t		n;

	for (m = 0; m < 3; m++)
	{
		for (n = 3; n <= 5; n++)
		{
			ScCorrelation c = correlation(methods[m], n, 0.5);
			double		low = 77.0;
			double		high = 78.0;
			bool		expected = n >= (methods[m] == SC_KENDALL ? 5u : 4u);

			CHECK(sc_interval(&c, sc_normal_quantile(0.95), &low, &high) == expected);
			CHECK((low == 77.0 && high == 78.0) == !expected);
		}
	}
}

static void
test_student(void)
{
	static const double corrs[] = {0.0, 1e-9, 1e-5, 0.01, 0.1, 0.3, 0.5, 0.7,
	0.71, 0.9, 0.99, 0.9999, 1 - 1e-9};
	static const int nus[] = {1, 2, 3, 4, 5, 8, 13, 25, 26, 48, 49, 101, 998,
	4998, 30001, 199997, 200003, 1000000};
	size_t		i;
	size_t		j;

	for (i = 0; i < sizeof(nus) / sizeof(*nus); i++)
	{
		double		before = 1.0;

		for (j = 0; j < sizeof(corrs) / sizeof(*corrs); j++)
		{
			size_t		n = (size_t) nus[i] + 2;
			ScCorrelation c = correlation(j % 2 == 0 ? SC_SPEARMAN : SC_PEARSON,
										  n, corrs[j]);
			double		p = sc_p_value(&c);
			long double expected = integrated_p_value(asinl(corrs[j]), nus[i]);
			double		least = sc_least_p_value(n);

			if (expected <= (long double) least)
				CHECK(p == least);
			else if (expected > 1e-290L)
				CHECK_RELATIVE(p, expected, 1e-9L);
			else
				CHECK(p >= 0.0 && p < 1e-289);
			CHECK(p <= before);
			before = p;
			c.corr = -corrs[j];
			CHECK(sc_p_value(&c) == p);
			CHECK(corrs[j] != 0.0 || p == 1.0);
		}
	}

	/* closed forms: n = 3 the arc sine, n = 4 the uniform distribution */
	for (j = 0; j < sizeof(corrs) / sizeof(*corrs); j++)
	{
		long double r = corrs[j];
		ScCorrelation c = correlation(SC_PEARSON, 3, corrs[j]);

		CHECK_RELATIVE(sc_p_value(&c), fmaxl(acosl(r) / acosl(0.0L), 2 / 6.0L), 1e-11L);
		c.n = 4;
		CHECK_RELATIVE(sc_p_value(&c), fmaxl(1.0L - r, 2 / 24.0L), 1e-11L);
	}
}

static void
test_kendall(void)
{
	static const double s[] = {0, 1, 5, 30, 100, 400, 1000, 3000};
	static const double vars[] = {1.0, 3.5, 2301.0 / 3, 1e5, 1e20};
	size_t		i;
	size_t		j;

	for (i = 0; i < 8; i++)
	{
		for (j = 0; j < 5; j++)
		{
			ScCorrelation c = correlation(SC_KENDALL, 27, 0.5);
			long double expected;
			double		p;

			c.kendall_s = s[i];
			c.kendall_var = vars[j];
			expected = erfcl(s[i] / sqrtl(2.0L * vars[j]));
			p = sc_p_value(&c);
			if (expected <= (long double) sc_least_p_value(27))
				CHECK(p == sc_least_p_value(27));
			else
				CHECK_RELATIVE(p, expected, 1e-12L);
			c.kendall_s = -s[i];
			CHECK(sc_p_value(&c) == p);
		}
	}
}

static void
test_normal_quantile(void)
{
	static const double confidences[] = {0.01, 0.1, 0.5, 0.8, 0.95, 0.99, 0.999,
	1 - 1e-9};
	size_t		i;

	for (i = 0; i < sizeof(confidences) / sizeof(*confidences); i++)
		CHECK_RELATIVE(sc_normal_quantile(confidences[i]),
					   upper_quantile((1 - (long double) confidences[i]) / 2), 1e-11L);
	CHECK_RELATIVE(sc_normal_quantile(0.95), 1.959963984540054236L, 1e-15L);
}

static int	handled = 0;

static void
count_errors(const char *reason, const char *file, int line, int number)
{
	(void) reason;
	(void) file;
	(void) line;
	(void) number;
	handled++;
}

/* GSL's handler is not called, and is ours again afterwards. */
static void
test_handler(void)
{
	gsl_error_handler_t *before = gsl_set_error_handler(count_errors);
	ScCorrelation c = correlation(SC_SPEARMAN, 2000000000, 0.9);
	double		low;
	double		high;

	CHECK(sc_p_value(&c) < 1e-289);
	c.corr = 1e-160;
	CHECK(sc_p_value(&c) == 1.0);
	CHECK(sc_interval(&c, sc_normal_quantile(1.0 - 0x1p-53), &low, &high));
	c.method = SC_KENDALL;
	c.kendall_s = 1e18;
	c.kendall_var = 1.0;
	CHECK(sc_p_value(&c) == DBL_MIN);
	CHECK(handled == 0);
	CHECK(gsl_set_error_handler(before) == count_errors);
}

int
main(void)
{
	RUN(test_published);
	RUN(test_intervals);
	RUN(test_rising);
	RUN(test_perfect);
	RUN(test_bound);
	RUN(test_too_few);
	RUN(test_student);
	RUN(test_kendall);
	RUN(test_normal_quantile);
	RUN(test_handler);
	return check_done();
}
