/*-------------------------------------------------------------------------
 *
 * test_infer.c
 *	  Intervals against published values and the formulas in long double,
 *	  p-values against numerical integration and closed forms, verdicts
 *	  against what each one says.
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
	c.corr = corr;
	c.kendall_s = 0.0;
	c.kendall_var = 0.0;
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

	/* a table of t: 12.706205 with 1, 2.228139 with 10 degrees of freedom */
	c = correlation(SC_PEARSON, 3,
					12.7062047364 / sqrt(1 + 12.7062047364 * 12.7062047364));
	CHECK_NEAR(sc_p_value(&c), 0.05L, 1e-10L);
	c = correlation(SC_SPEARMAN, 12,
					2.2281388520 / sqrt(10 + 2.2281388520 * 2.2281388520));
	CHECK_NEAR(sc_p_value(&c), 0.05L, 1e-10L);
}

static void
test_intervals(void)
{
	static const double corrs[] = {-0.999, -0.4, 0.0, 1e-9, 0.3, 0.95, 1 - 1e-12};
	static const double confidences[] = {0.5, 0.8, 0.95, 0.999, 1 - 1e-12};
	static const size_t ns[] = {5, 6, 27, 1000, 2147483647};
	size_t		i;
	size_t		j;
	size_t		k;
	int			m;

	for (m = 0; m < 3; m++)
	{
		for (i = 0; i < 5; i++)
		{
			long double n = (long double) ns[i];

			for (j = 0; j < 7; j++)
			{
				long double r = corrs[j];
				long double variance = m == 0 ? (1 + r * r / 2) / (n - 3) :
					m == 1 ? 1 / (n - 3) : 0.437L / (n - 4);
				ScCorrelation c = correlation(methods[m], ns[i], corrs[j]);
				double		inner_low = corrs[j];
				double		inner_high = corrs[j];

				for (k = 0; k < 5; k++)
				{
					long double half = sqrtl(variance) *
						upper_quantile((1 - (long double) confidences[k]) / 2);
					double		low;
					double		high;

					CHECK(sc_interval(&c, sc_normal_quantile(confidences[k]),
									  &low, &high));
					CHECK_NEAR(low, tanhl(atanhl(r) - half), 1e-14L);
					CHECK_NEAR(high, tanhl(atanhl(r) + half), 1e-14L);
					CHECK(low >= -1.0 && high <= 1.0);
					/* the wider the more confident */
					CHECK(low <= inner_low && high >= inner_high);
					inner_low = low;
					inner_high = high;
				}
			}
		}
	}
}

static void
test_perfect(void)
{
	static const size_t ns[] = {5, 8, 27, 1000, 1000000, 2147483647};
	size_t		i;
	int			m;

	for (i = 0; i < 6; i++)
	{
		long double n = (long double) ns[i];
		long double step = 6 / (n * n * n - n);
		long double z = logl((2 - step) / step) / 2;
		long double p;

		for (m = 0; m < 3; m++)
		{
			long double variance =
				m == 0 ? (1 + (1 - step) * (1 - step) / 2) / (n - 3) :
				m == 1 ? 1 / (n - 3) : 0.437L / (n - 4);
			long double half = 1.959963984540054236L * sqrtl(variance);
			ScCorrelation plus = correlation(methods[m], ns[i], 1.0);
			ScCorrelation minus = correlation(methods[m], ns[i], -1.0);
			double		low;
			double		high;
			double		mirrored_low;
			double		mirrored_high;

			CHECK(sc_interval(&plus, sc_normal_quantile(0.95), &low, &high));
			CHECK_NEAR(low, tanhl(z - half), 1e-14L);
			CHECK(high == 1.0);
			CHECK(sc_interval(&minus, sc_normal_quantile(0.95), &mirrored_low,
							  &mirrored_high));
			CHECK(mirrored_low == -high && mirrored_high == -low);
		}

		if (ns[i] <= 1000)
		{
			ScCorrelation c = correlation(SC_SPEARMAN, ns[i], 1.0);

			p = integrated_p_value(asinl(1 - step), (int) ns[i] - 2);
			if (p > 1e-290L)
				CHECK_RELATIVE(sc_p_value(&c), p, 1e-9L);
			else
				CHECK(sc_p_value(&c) < 1e-289);
			CHECK(ns[i] > 27 || sc_p_value(&c) > 0.0);
			c.corr = -1.0;
			CHECK_RELATIVE(sc_p_value(&c), p, ns[i] <= 27 ? 1e-9L : 1.0L);
			c.method = SC_PEARSON;
			CHECK(sc_p_value(&c) == 0.0);
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

			if (expected > 1e-290L)
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

		CHECK_RELATIVE(sc_p_value(&c), acosl(r) / acosl(0.0L), 1e-11L);
		c.n = 4;
		CHECK_RELATIVE(sc_p_value(&c), 1.0L - r, 1e-11L);
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
			if (expected > 1e-290L)
				CHECK_RELATIVE(p, expected, 1e-12L);
			else
				CHECK(p >= 0.0 && p < 1e-289);
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

/*
 * Each verdict by what it says, of all intervals with ends on a grid that
 * contains the line, its opposite, 0 and what is next to them.
 */
static void
test_verdict(void)
{
	static const double lines[] = {0.0, 0.273, 0.4, 1.0};
	double		grid[16];
	size_t		a;
	size_t		b;
	size_t		k;

	for (k = 0; k < 4; k++)
	{
		double		line = lines[k];
		size_t		n = 0;

		for (b = 0; b < 4; b++)
		{
			static const double at[] = {-1.0, 0.0, 1.0, 0.5};

			grid[n++] = nextafter(at[b] * line, -2.0);
			grid[n++] = at[b] * line;
			grid[n++] = nextafter(at[b] * line, 2.0);
		}
		grid[n++] = -1.0;
		grid[n++] = 1.0;
		for (a = 0; a < n; a++)
		{
			for (b = 0; b < n; b++)
			{
				double		low = grid[a];
				double		high = grid[b];
				bool		above = low >= line;
				bool		below = high <= -line;
				bool		within = -line <= low && high <= line;
				ScVerdict	expected = above ? SC_ENTANGLED : below ? SC_INVERSE :
					within ? SC_LOW : low > 0 ? SC_POSITIVE :
					high < 0 ? SC_NEGATIVE : SC_UNRESOLVED;

				if (low > high)
					continue;
				CHECK(sc_verdict(low, high, line) == expected);
			}
		}
	}

	CHECK_NEAR(sc_kendall_of_spearman(SC_VERDICT_THRESHOLD), SC_VERDICT_THRESHOLD_KENDALL, 5e-4);
	CHECK(sc_kendall_of_spearman(0.0) == 0.0);
	CHECK_NEAR(sc_kendall_of_spearman(-0.5), -0.34637724662, 1e-10);
	CHECK(sc_verdict(0.4, 0.9, SC_VERDICT_THRESHOLD) == SC_ENTANGLED);
	CHECK(sc_verdict(-0.9, -0.4, SC_VERDICT_THRESHOLD) == SC_INVERSE);
	CHECK(sc_verdict(-0.4, 0.4, SC_VERDICT_THRESHOLD) == SC_LOW);
	CHECK(sc_verdict(0.1, 0.4, SC_VERDICT_THRESHOLD) == SC_LOW);
	CHECK(sc_verdict(0.1, 0.41, SC_VERDICT_THRESHOLD) == SC_POSITIVE);
	CHECK(sc_verdict(-0.41, -0.1, SC_VERDICT_THRESHOLD) == SC_NEGATIVE);
	CHECK(sc_verdict(-0.1, 0.41, SC_VERDICT_THRESHOLD) == SC_UNRESOLVED);
	CHECK(sc_verdict(0.0, 0.41, SC_VERDICT_THRESHOLD) == SC_UNRESOLVED);
	CHECK(sc_verdict(NAN, 0.1, SC_VERDICT_THRESHOLD) == SC_UNRESOLVED);
	CHECK(sc_verdict(NAN, NAN, SC_VERDICT_THRESHOLD) == SC_UNRESOLVED);

	/* the two lines are one: tau of the normal distribution with that rho */
	CHECK_NEAR(2 / acosl(-1.0L) *
			   asinl(2 * sinl(acosl(-1.0L) * SC_VERDICT_THRESHOLD / 6)),
			   SC_VERDICT_THRESHOLD_KENDALL, 5e-4L);

	CHECK(strcmp(sc_verdict_word(SC_ENTANGLED), "entangled") == 0);
	CHECK(strcmp(sc_verdict_word(SC_INVERSE), "inverse") == 0);
	CHECK(strcmp(sc_verdict_word(SC_LOW), "low") == 0);
	CHECK(strcmp(sc_verdict_word(SC_POSITIVE), "positive") == 0);
	CHECK(strcmp(sc_verdict_word(SC_NEGATIVE), "negative") == 0);
	CHECK(strcmp(sc_verdict_word(SC_UNRESOLVED), "unresolved") == 0);
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
	CHECK(sc_p_value(&c) == 0.0);
	CHECK(handled == 0);
	CHECK(gsl_set_error_handler(before) == count_errors);
}

int
main(void)
{
	RUN(test_published);
	RUN(test_intervals);
	RUN(test_perfect);
	RUN(test_too_few);
	RUN(test_student);
	RUN(test_kendall);
	RUN(test_normal_quantile);
	RUN(test_verdict);
	RUN(test_handler);
	return check_done();
}
