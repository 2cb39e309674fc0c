/*-------------------------------------------------------------------------
 *
 * test_strata_difference.c
 *	  Differences of the correlations of two strata against Zou's formula in long double,
 *	  and their p-values against their intervals.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/base/student.h"
#include "stats/correlation/infer.h"
#include "stats/correlation/strata_difference.h"

static ScCorrelation
correlation(ScMethod method, size_t n, double corr)
{
	ScCorrelation c = {0};

	c.method = method;
	c.n = n;
	c.corr = corr;
	return c;
}

/* Steps of 0.2 from -1 to 1. */
#define STEPS 11
static double
step(int i)
{
	return (i - 5) / 5.0;
}

/* Zou (2007), of intervals that are known. */
static void
published(long double a, long double low_a, long double high_a, long double b, long double low_b,
		  long double high_b, long double c, long double *low, long double *high)
{
	long double x = a - low_a;
	long double y = high_b - b;

	*low = a - b - sqrtl(fmaxl(0, x * x + y * y - 2 * c * x * y));
	x = high_a - a;
	y = b - low_b;
	*high = a - b + sqrtl(fmaxl(0, x * x + y * y - 2 * c * x * y));
}

static void
test_formula(void)
{
	int			m;
	int			i;
	int			j;

	for (m = SC_SPEARMAN; m <= SC_KENDALL; m++)
		for (i = 0; i < STEPS; i++)
			for (j = 0; j < STEPS; j++)
			{
				ScCorrelation a = correlation(m, 26, step(i));
				ScCorrelation b = correlation(m, 12, step(j));
				double		quantile = sc_normal_quantile(0.95);
				double		low_a;
				double		high_a;
				double		low_b;
				double		high_b;
				long double want_low;
				long double want_high;
				double		low;
				double		high;
				double		p = sc_strata_p_value(&a, &b, NULL);

				CHECK(sc_interval(&a, quantile, &low_a, &high_a));
				CHECK(sc_interval(&b, quantile, &low_b, &high_b));
				published(step(i), low_a, high_a, step(j), low_b, high_b, 0, &want_low, &want_high);
				CHECK(sc_strata_interval(&a, &b, NULL, 0.95, &low, &high));
				CHECK_NEAR(low, (double) want_low, 1e-15);
				CHECK_NEAR(high, (double) want_high, 1e-15);
				CHECK(low <= a.corr - b.corr && high >= a.corr - b.corr);
				CHECK(p >= sc_least_p_value(12) && p <= 1);
				CHECK((low > 0 || high < 0) == (p < 0.05));
				CHECK(p == sc_strata_p_value(&b, &a, NULL));
				CHECK(i != j || p == 1);
			}
}

/*
 * With the errors of the jackknife: p agrees with the interval, at every correlation of the
 * two estimates.
 */
static void
test_errors(void)
{
	static const double error[] = {0, 0.05, 0.3, 1.5};
	static const double overlap[] = {-1, -0.5, 0, 0.5, 0.9, 1};
	int			i;
	int			j;
	int			k;
	int			l;
	int			o;

	for (i = 0; i < STEPS; i++)
		for (j = 0; j < STEPS; j++)
			for (k = 0; k < 4; k++)
				for (l = 0; l < 4; l++)
					for (o = 0; o < 6; o++)
					{
						ScCorrelation a = correlation(SC_SPEARMAN, 26, step(i));
						ScCorrelation b = correlation(SC_SPEARMAN, 26, step(j));
						ScPairErrors errors = {error[k], error[l], k * l == 0 ? 0 : overlap[o], 7};
						double		p = sc_strata_p_value(&a, &b, &errors);
						double		low;
						double		high;
						double		confidence;

						for (confidence = 0.5; confidence < 0.9995; confidence += 0.0497)
						{
							CHECK(sc_strata_interval(&a, &b, &errors, confidence, &low, &high));
							CHECK(low <= a.corr - b.corr && high >= a.corr - b.corr);
							CHECK((low > 1e-13 || high < -1e-13) == (p < 1 - confidence) || p == sc_least_p_value(26));
						}
						CHECK(p >= sc_least_p_value(26) && p <= 1);
					}
}

/*
 * Known ends: without an error of b those of a, less b; where both go wholly together, or
 * wholly against each other, those of one line.  p is that of the difference of z.
 */
static void
test_known(void)
{
	ScCorrelation a = correlation(SC_SPEARMAN, 26, 0.5);
	ScCorrelation b = correlation(SC_SPEARMAN, 26, -0.5);
	ScPairErrors alone = {0.3, 0, 0, 9};
	ScPairErrors against = {0.3, 0.3, -1, 9};
	ScPairErrors some = {0.3, 0.2, 0.4, 9};
	double		t = -sc_student_quantile(0.025, 9);
	double		z = atanh(0.5);
	double		low;
	double		high;

	CHECK(sc_strata_interval(&a, &b, &alone, 0.95, &low, &high));
	CHECK_NEAR(low, tanh(z - 0.3 * t) + 0.5, 1e-14);
	CHECK_NEAR(high, tanh(z + 0.3 * t) + 0.5, 1e-14);
	CHECK(sc_strata_interval(&a, &b, &against, 0.95, &low, &high));
	CHECK_NEAR(low, 2 * tanh(z - 0.3 * t), 1e-14);
	CHECK_NEAR(high, 2 * tanh(z + 0.3 * t), 1e-14);
	CHECK_NEAR(sc_strata_p_value(&a, &b, &some),
			   sc_student_two_sided(2 * z / sqrt(0.09 + 0.04 - 2 * 0.4 * 0.06), 9), 1e-15);
}

static void
test_too_few(void)
{
	ScCorrelation a = correlation(SC_PEARSON, 3, 0.8);
	ScCorrelation b = correlation(SC_PEARSON, 30, 0.1);
	double		low = 7;
	double		high = 8;

	CHECK(!sc_strata_interval(&a, &b, NULL, 0.95, &low, &high));
	CHECK(!sc_strata_interval(&b, &a, NULL, 0.95, &low, &high));
	CHECK(low == 7 && high == 8);
	CHECK(isnan(sc_strata_p_value(&a, &b, NULL)));
	CHECK(isnan(sc_strata_p_value(&b, &a, NULL)));
}

int
main(void)
{
	RUN(test_formula);
	RUN(test_errors);
	RUN(test_known);
	RUN(test_too_few);
	return check_done();
}
