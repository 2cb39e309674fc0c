/*-------------------------------------------------------------------------
 *
 * test_difference.c
 *	  Differences of correlations against the formulas as they are published, in long
 *	  double, over all correlations that three variables can have.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/correlation/difference.h"
#include "stats/correlation/infer.h"

static ScCorrelation
correlation(ScMethod method, size_t n, double corr)
{
	ScCorrelation c = {0};

	c.method = method;
	c.n = n;
	c.corr = corr;
	return c;
}

/* Olkin and Siotani, as in Steiger (1980). */
static long double
published_overlap(long double a, long double b, long double ab)
{
	return ((ab - a * b / 2) * (1 - a * a - b * b - ab * ab) + ab * ab * ab) /
		((1 - a * a) * (1 - b * b));
}

/* Steps of 0.09 from -0.99 to 0.99, and the ends. */
#define STEPS 25
static double
step(int i)
{
	return i == 0 ? -1.0 : i == STEPS - 1 ? 1.0 : -0.99 + 0.09 * (i - 1);
}

/* The k-th of as many r_ab as there are steps that go with a and b. */
static double
between(double a, double b, int k)
{
	double		ab = a * b + sqrt((1 - a) * (1 + a) * (1 - b) * (1 + b)) * step(k);

	return fmax(-1.0, fmin(ab, 1.0));
}

static void
test_overlap(void)
{
	int			i;
	int			j;
	int			k;

	for (i = 1; i < STEPS - 1; i++)
		for (j = 1; j < STEPS - 1; j++)
			for (k = 0; k < STEPS; k++)
			{
				ScCorrelation a = correlation(SC_SPEARMAN, 40, step(i));
				ScCorrelation b = correlation(SC_SPEARMAN, 40, step(j));
				double		ab = between(a.corr, b.corr, k);
				double		found = sc_overlap_correlation(&a, &b, ab);

				CHECK_NEAR(found, published_overlap(a.corr, b.corr, ab), 1e-12);
				CHECK(found == sc_overlap_correlation(&b, &a, ab));
				CHECK(found >= -1.0 && found <= 1.0);
			}
}

/* A benchmark in perfect order agrees with the other as capability does. */
static void
test_perfect_overlap(void)
{
	static const size_t ns[] = {4, 12, 26, 1000, 2000000};
	size_t		i;

	for (i = 0; i < sizeof(ns) / sizeof(*ns); i++)
	{
		ScCorrelation one = correlation(SC_SPEARMAN, ns[i], 1.0);
		ScCorrelation other = correlation(SC_SPEARMAN, ns[i], 0.4);
		long double least = 6.0L / ((long double) ns[i] * ns[i] * ns[i] - ns[i]);

		/* which cancels more and more */
		if (ns[i] <= 1000)
			CHECK_NEAR(sc_overlap_correlation(&one, &other, 0.4),
					   published_overlap(1 - least, 0.4L, 0.4L), ns[i] > 100 ? 1e-8 : 1e-10);
		CHECK_NEAR(sc_overlap_correlation(&one, &other, 0.4), 0.2, 2 * least);
		CHECK_NEAR(sc_overlap_correlation(&other, &one, 0.4), 0.2, 2 * least);
	}
	{
		ScCorrelation one = correlation(SC_SPEARMAN, 26, 1.0);
		ScCorrelation opposite = correlation(SC_SPEARMAN, 26, -1.0);

		CHECK_NEAR(sc_overlap_correlation(&one, &one, 1.0), 1.0, 1e-3);
		CHECK_NEAR(sc_overlap_correlation(&one, &opposite, -1.0), -1.0, 1e-3);
		one.method = opposite.method = SC_KENDALL;
		CHECK(sc_overlap_correlation(&one, &opposite, 0.3) == -1.0);
	}
}

/* Zou's interval, and what it becomes of magnitudes. */
static void
check_pair(ScMethod method, size_t n, double r_a, double r_b, double r_ab)
{
	static const double confidences[] = {0.1, 0.5, 0.9, 0.95, 0.999, 0.9999999};
	ScCorrelation a = correlation(method, n, r_a);
	ScCorrelation b = correlation(method, n, r_b);
	ScCorrelation minus = correlation(method, n, -r_b);
	double		p = sc_difference_p_value(&a, &b, r_ab, false);
	double		p_of_magnitudes = sc_difference_p_value(&a, &b, r_ab, true);
	double		least = sc_least_p_value(n);
	size_t		i;

	CHECK(p >= least && p <= 1.0 && p_of_magnitudes >= least && p_of_magnitudes <= 1.0);
	CHECK(p == sc_difference_p_value(&b, &a, r_ab, false));
	CHECK(p_of_magnitudes == sc_difference_p_value(&a, &minus, -r_ab, true));
	for (i = 0; i < sizeof(confidences) / sizeof(*confidences); i++)
	{
		double		quantile = sc_normal_quantile(confidences[i]);
		double		c = sc_overlap_correlation(&a, &b, r_ab);
		double		low_a;
		double		high_a;
		double		low_b;
		double		high_b;
		double		low;
		double		high;
		double		other_low;
		double		other_high;
		long double x;
		long double y;

		CHECK(sc_interval(&a, quantile, &low_a, &high_a) && sc_interval(&b, quantile, &low_b, &high_b));
		CHECK(sc_difference_interval(&a, &b, r_ab, false, quantile, &low, &high));
		x = r_a - low_a;
		y = high_b - r_b;
		CHECK_NEAR(low, r_a - r_b - sqrtl(fmaxl(0, x * x + y * y - 2 * c * x * y)), 1e-8);
		CHECK_NEAR((low - (r_a - r_b)) * (low - (r_a - r_b)), x * x + y * y - 2 * c * x * y, 1e-13);
		x = high_a - r_a;
		y = r_b - low_b;
		CHECK_NEAR((high - (r_a - r_b)) * (high - (r_a - r_b)), x * x + y * y - 2 * c * x * y, 1e-13);
		CHECK(low <= r_a - r_b && r_a - r_b <= high && low >= -2 - 1e-15 && high <= 2 + 1e-15);

		/* p agrees with every interval */
		CHECK((low > 0 || high < 0) == (p < 1 - confidences[i]) ||
			  fabs(p - (1 - confidences[i])) < 1e-9 || (p == least && confidences[i] != 0.95));
		CHECK(sc_difference_interval(&b, &a, r_ab, false, quantile, &other_low, &other_high));
		CHECK(other_low == -high && other_high == -low);

		/* what is negative may be turned before or by the function */
		CHECK(sc_difference_interval(&a, &b, r_ab, true, quantile, &low, &high));
		CHECK(sc_difference_interval(&a, &minus, -r_ab, true, quantile, &other_low, &other_high));
		CHECK(low == other_low && high == other_high);
		CHECK(low <= fabs(r_a) - fabs(r_b) && fabs(r_a) - fabs(r_b) <= high && low >= -1 && high <= 1);
		CHECK((low > 0 || high < 0) == (p_of_magnitudes < 1 - confidences[i]) ||
			  fabs(p_of_magnitudes - (1 - confidences[i])) < 1e-9 ||
			  (p_of_magnitudes == least && confidences[i] != 0.95));
		/* no magnitude that may be 0 is the larger one */
		CHECK(low <= 0 || low_a * high_a > 0);
		CHECK(high >= 0 || low_b * high_b > 0);
		if (low_b * high_b < 0)
			CHECK(high >= fmin(fmax(fabs(low_a), fabs(high_a)), 1));
	}
}

static void
test_all_correlations(void)
{
	static const size_t ns[] = {4, 7, 26, 300};
	size_t		n;
	int			i;
	int			j;
	int			k;

	for (n = 0; n < sizeof(ns) / sizeof(*ns); n++)
		for (i = 0; i < STEPS; i++)
			for (j = n % 2; j < STEPS; j += 2)
				for (k = 0; k < STEPS; k += 3)
					check_pair(k % 2 ? SC_PEARSON : SC_SPEARMAN, ns[n], step(i), step(j),
							   between(step(i), step(j), k));
}

static void
test_equal(void)
{
	ScCorrelation a = correlation(SC_SPEARMAN, 26, 0.8);
	ScCorrelation b = correlation(SC_SPEARMAN, 26, -0.8);

	CHECK(sc_difference_p_value(&a, &a, 1.0, false) == 1.0);
	CHECK(sc_difference_p_value(&a, &b, -0.5, true) == 1.0);
	CHECK(sc_difference_p_value(&a, &b, -0.5, false) < 1e-6);
}

static void
test_too_few(void)
{
	ScCorrelation a = correlation(SC_PEARSON, 3, 0.8);
	double		low = 7;
	double		high = 8;

	CHECK(!sc_difference_interval(&a, &a, 1.0, false, 1.96, &low, &high));
	CHECK(low == 7 && high == 8);
	CHECK(isnan(sc_difference_p_value(&a, &a, 1.0, false)));
}

int
main(void)
{
	RUN(test_overlap);
	RUN(test_perfect_overlap);
	RUN(test_all_correlations);
	RUN(test_equal);
	RUN(test_too_few);
	return check_done();
}
