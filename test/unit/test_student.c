/*-------------------------------------------------------------------------
 *
 * test_student.c
 *	  Student's t distribution against its density integrated, closed forms for
 *	  few degrees of freedom, and tables.
 *
 *-------------------------------------------------------------------------
 */
#include <gsl/gsl_errno.h>

#include "check.h"
#include "stats/base/student.h"

static const double nus[] = {1, 2, 3, 4, 5, 7, 10, 25, 30, 31, 48, 101, 998,
5000, 30001, 200003, 1000000};

#define NUS (sizeof(nus) / sizeof(*nus))

/*
 * The two-sided tail with t = sqrt(nu) tan(theta): the integral of cos^(nu - 1)
 * from theta to pi / 2, by Simpson's rule up to where that has fallen to some
 * 1e-30, over its value from 0, by Wallis' product.
 */
static long double
integrated(long double t, double nu)
{
	long double half_pi = acosl(0.0L);
	long double theta = atanl(t / sqrtl(nu));
	long double total = (int) nu % 2 == 0 ? 1.0L : half_pi;
	long double end = half_pi;
	long double sum = 0.0L;
	int			panels = 16000;
	int			k;

	for (k = (int) nu % 2 == 0 ? 3 : 2; k <= (int) nu - 1; k += 2)
		total *= (k - 1.0L) / k;
	while (powl(cosl((theta + end) / 2) / cosl(theta), nu - 1) < 1e-30L)
		end = (theta + end) / 2;
	for (k = 0; k <= panels; k++)
	{
		long double weight = k == 0 || k == panels ? 1 : k % 2 == 0 ? 2 : 4;
		long double c = cosl(theta + k * (end - theta) / panels);

		sum += weight * powl(fmaxl(c, 0.0L), nu - 1);
	}
	return sum * (end - theta) / panels / 3.0L / total;
}

static void
test_two_sided(void)
{
	static const double ts[] = {0, 1e-12, 1e-6, 0.01, 0.5, 0.99, 1.01, 1.96, 3,
	6, 12, 30};
	size_t		i;
	size_t		k;

	for (i = 0; i < NUS; i++)
	{
		for (k = 0; k < sizeof(ts) / sizeof(*ts); k++)
		{
			long double expected = integrated(ts[k], nus[i]);
			double		p = sc_student_two_sided(ts[k], nus[i]);

			if (expected > 1e-280L)
				CHECK_RELATIVE(p, expected, 1e-10L);
			else
				CHECK(p >= 0.0 && p < 1e-279);
			CHECK(sc_student_two_sided(-ts[k], nus[i]) == p);
		}
		CHECK(sc_student_two_sided(0.0, nus[i]) == 1.0);
		CHECK(sc_student_two_sided(1e200, nus[i]) == 0.0);
		CHECK(sc_student_two_sided(HUGE_VAL, nus[i]) == 0.0);
		CHECK(sc_student_two_sided(-HUGE_VAL, nus[i]) == 0.0);
		CHECK(isnan(sc_student_two_sided(NAN, nus[i])));
	}
}

/* The tails of the normal distribution with two corrections, A&S 26.7.8. */
static long double
many_degrees_tails(long double t, long double nu)
{
	long double t2 = t * t;
	long double first = t * (t2 + 1) / (4 * nu);
	long double second = t * (((3 * t2 - 7) * t2 - 5) * t2 - 3) / (96 * nu * nu);

	return erfcl(t / sqrtl(2.0L)) +
		2 * expl(-t2 / 2) / sqrtl(2 * 3.14159265358979323846264338327950288L) *
		(first + second);
}

/* Many models: a number everywhere, falling, and the right one. */
static void
test_many_degrees(void)
{
	static const double many[] = {9999, 10000, 70000, 250000, 1e6, 2e6, 1e7, 1e8};
	size_t		i;
	int			k;

	for (i = 0; i < sizeof(many) / sizeof(*many); i++)
	{
		double		before = 1.0;

		for (k = 1; k < 1200; k++)
		{
			double		t = k / 100.0;
			double		p = sc_student_two_sided(t, many[i]);

			CHECK(p > 0.0 && p < before);
			before = p;
			if (t < 6.0)
				CHECK_RELATIVE(p, many_degrees_tails(t, many[i]),
							   powl(t + 1, 12) / (100 * powl(many[i], 3)) + (t < 1.0 ? 1e-11L : 1e-13L));
		}
	}
}

static void
test_closed_forms(void)
{
	static const double ts[] = {1e-9, 0.1, 0.7, 1, 2, 10, 1e4, 1e9};
	static const double ps[] = {1e-100, 1e-20, 1e-6, 0.001, 0.025, 0.1, 0.3, 0.49};
	long double pi = acosl(-1.0L);
	size_t		k;

	for (k = 0; k < sizeof(ts) / sizeof(*ts); k++)
	{
		long double t = ts[k];

		CHECK_RELATIVE(sc_student_two_sided(ts[k], 1), 2 / pi * atanl(1 / t), 1e-12L);
		CHECK_RELATIVE(sc_student_two_sided(ts[k], 2),
					   2 / (sqrtl(2 + t * t) * (sqrtl(2 + t * t) + t)), 1e-12L);
	}
	for (k = 0; k < sizeof(ps) / sizeof(*ps); k++)
	{
		long double p = ps[k];

		/* Cauchy's distribution; and the one of 2 degrees of freedom */
		CHECK_RELATIVE(sc_student_quantile(ps[k], 1), -1 / tanl(pi * p), 1e-12L);
		CHECK_RELATIVE(sc_student_quantile(ps[k], 2),
					   (2 * p - 1) / sqrtl(2 * p * (1 - p)), 1e-12L);
	}
}

/* What quantile() gives has the probability that was asked for. */
static void
test_quantile(void)
{
	static const double tails[] = {1e-100, 1e-50, 1e-12, 1e-4, 0.005, 0.025,
	0.1, 0.158, 0.16, 0.25, 0.4, 0.499, 0.4999999};
	size_t		i;
	size_t		k;

	for (i = 0; i < NUS; i++)
	{
		double		before = HUGE_VAL;

		for (k = 0; k < sizeof(tails) / sizeof(*tails); k++)
		{
			double		t = -sc_student_quantile(tails[k], nus[i]);

			CHECK(t > 0.0 && t < before);
			before = t;

			/*
			 * a relative error e of t is one of about e (1 + t^2) here, at
			 * most e nu
			 */
			CHECK_RELATIVE(sc_student_two_sided(t, nus[i]), 2 * (long double) tails[k],
						   1e-12L * (1 + fminl((long double) t * t, nus[i])) +
						   1e-16L * nus[i]);
			if (tails[k] >= 0.025)
			{
				CHECK_RELATIVE(integrated(t, nus[i]), 2 * (long double) tails[k], 1e-10L);
				/* 1 - tail has an error of its own, of 2^-54 */
				CHECK_NEAR(sc_student_quantile(1 - tails[k], nus[i]), t, 1e-12 * (t + 1));
			}
		}
		CHECK(sc_student_quantile(0.5, nus[i]) == 0.0);
		CHECK(sc_student_quantile(0.0, nus[i]) == -HUGE_VAL);
		CHECK(sc_student_quantile(1.0, nus[i]) == HUGE_VAL);
		CHECK(isnan(sc_student_quantile(NAN, nus[i])));
	}
}

/* R: qt(0.975, c(4, 9, 25, 40, 1000)), qt(0.9995, 60) */
static void
test_tables(void)
{
	CHECK_RELATIVE(sc_student_quantile(0.975, 4), 2.7764451051977934L, 1e-12L);
	CHECK_RELATIVE(sc_student_quantile(0.975, 9), 2.2621571627982053L, 1e-12L);
	CHECK_RELATIVE(sc_student_quantile(0.975, 25), 2.059538552753298L, 1e-12L);
	CHECK_RELATIVE(sc_student_quantile(0.975, 40), 2.0210753903062737L, 1e-12L);
	CHECK_RELATIVE(sc_student_quantile(0.975, 1000), 1.9623390808264074L, 1e-12L);
	CHECK_RELATIVE(sc_student_quantile(0.9995, 60), 3.4602004691963555L, 1e-11L);
}

/* A correlation's test is that of its t; x is taken as it is given. */
static void
test_of_correlation(void)
{
	int			k;

	for (k = 1; k < 40; k++)
	{
		double		r = k / 40.0;
		double		x = (1 - r) * (1 + r);

		CHECK_RELATIVE(sc_student_of_correlation(r, x, 24.0),
					   sc_student_two_sided(r * sqrt(24.0 / x), 24.0), 1e-12L);
		CHECK(sc_student_of_correlation(-r, x, 24.0) ==
			  sc_student_of_correlation(r, x, 24.0));
	}
	/* nu = 2: the tail is 1 - r, x = 1 - r^2 even where r rounds to 1 */
	CHECK_RELATIVE(sc_student_of_correlation(1.0, 1e-30, 2.0), 5e-31L, 1e-12L);
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

	CHECK(sc_student_two_sided(1e150, 1e6) == 0.0 &&
		  sc_student_two_sided(1e149, 1.0) > 0.0);
	CHECK(sc_student_quantile(0x1p-1074, 1.0) ==
		  sc_student_quantile(1e-100, 1.0));
	CHECK(sc_student_quantile(0x1p-1074, 1e6) < -20.0);
	CHECK(sc_student_quantile(1.0 - 0x1p-53, 3.0) > 1e4);
	CHECK(handled == 0);
	CHECK(gsl_set_error_handler(before) == count_errors);
}

int
main(void)
{
	RUN(test_two_sided);
	RUN(test_many_degrees);
	RUN(test_closed_forms);
	RUN(test_quantile);
	RUN(test_tables);
	RUN(test_of_correlation);
	RUN(test_handler);
	return check_done();
}
