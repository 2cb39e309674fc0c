/*-------------------------------------------------------------------------
 *
 * test_verdict.c
 *	  Verdicts by what they say, and tests of what they claim: against numerical
 *	  integration, closed forms, and the intervals that they belong to.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "check.h"
#include "stats/correlation/infer.h"
#include "stats/correlation/scales.h"
#include "stats/correlation/verdict.h"

static double
kendall_of_spearman(double rho)
{
	return sc_from_pearson(SC_KENDALL, sc_to_pearson(SC_SPEARMAN, rho));
}

/*
 * Each verdict by what it says, of all intervals with ends on a grid that
 * contains the threshold, its opposite, 0 and what is next to them.
 */
static void
test_verdict(void)
{
	static const double thresholds[] = {0.0, 0.273, 0.4, 1.0};
	double		grid[16];
	size_t		a;
	size_t		b;
	size_t		k;

	for (k = 0; k < 4; k++)
	{
		double		threshold = thresholds[k];
		size_t		n = 0;

		for (b = 0; b < 4; b++)
		{
			static const double at[] = {-1.0, 0.0, 1.0, 0.5};

			grid[n++] = nextafter(at[b] * threshold, -2.0);
			grid[n++] = at[b] * threshold;
			grid[n++] = nextafter(at[b] * threshold, 2.0);
		}
		grid[n++] = -1.0;
		grid[n++] = 1.0;
		for (a = 0; a < n; a++)
		{
			for (b = 0; b < n; b++)
			{
				double		low = grid[a];
				double		high = grid[b];
				bool		above = low >= threshold;
				bool		below = high <= -threshold;
				bool		within = -threshold <= low && high <= threshold;
				ScVerdict	expected = above ? SC_ENTANGLED : below ? SC_INVERSE :
					within ? SC_LOW : low > 0 ? SC_POSITIVE :
					high < 0 ? SC_NEGATIVE : SC_UNRESOLVED;

				if (low > high)
					continue;
				CHECK(sc_verdict(low, high, threshold) == expected);

				/* of an unsigned one, whichever way it is turned */
				expected = above || below ? SC_TIED : within ? SC_LOW : SC_UNRESOLVED;
				CHECK(sc_unsigned_verdict(low, high, threshold) == expected);
				CHECK(sc_unsigned_verdict(-high, -low, threshold) == expected);
			}
		}
	}

	CHECK_NEAR(kendall_of_spearman(SC_VERDICT_THRESHOLD), SC_VERDICT_THRESHOLD_KENDALL, 5e-4);
	CHECK(kendall_of_spearman(0.0) == 0.0);
	CHECK_NEAR(kendall_of_spearman(-0.5), -0.34637724662, 1e-10);
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

	/*
	 * the two thresholds are one: tau of the normal distribution with that
	 * rho
	 */
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

/* P(T >= t) of Student's t with 1 or 3 degrees of freedom, or a normal variable. */
static long double
upper_tail(long double t, double nu)
{
	long double pi = acosl(-1.0L);
	long double s = t / sqrtl(3);

	if (nu == 1)
		return 0.5L - atanl(t) / pi;
	if (nu == 3)
		return 0.5L - (atanl(s) + s / (1 + s * s)) / pi;
	return erfcl(t / sqrtl(2)) / 2;
}

static void
test_claims(void)
{
	static const double freedom[] = {1, 3, HUGE_VAL};
	static const double errors[] = {0.1, 0.2, 1};
	ScClaims	claim;
	int			i;
	size_t		k;
	size_t		e;

	for (i = -60; i <= 60; i++)
	{
		for (k = 0; k < 3; k++)
		{
			for (e = 0; e < 3; e++)
			{
				double		z = i / 20.0 + 0.001;
				double		beyond = (fabs(z) - atanh(0.4)) / errors[e];

				sc_test_claims(beyond, freedom[k], &claim);
				CHECK_RELATIVE(claim.beyond, upper_tail(beyond, freedom[k]), 1e-9L);
				CHECK_RELATIVE(claim.within, upper_tail(-beyond, freedom[k]), 1e-9L);
			}
		}
	}

	/* no spread: sure on either side, but not on the threshold itself */
	sc_test_claims(-HUGE_VAL, 4, &claim);
	CHECK(claim.beyond == 1 && claim.within == 0);
	sc_test_claims(HUGE_VAL, HUGE_VAL, &claim);
	CHECK(claim.beyond == 0 && claim.within == 1);
	sc_test_claims(NAN, 4, &claim);
	CHECK(claim.beyond == 0.5 && claim.within == 0.5);
}

/* A verdict of the interval at 1 - 2 p is what a claim with that p bears out. */
static void
test_claims_and_intervals(void)
{
	static const ScMethod methods[] = {SC_SPEARMAN, SC_PEARSON, SC_KENDALL};
	int			i;
	int			m;

	for (m = 0; m < 3; m++)
	{
		for (i = -100; i <= 100; i++)
		{
			ScCorrelation c = {0};
			ScClaims	claim;
			double		low;
			double		high;
			ScVerdict	verdict;

			c.method = methods[m];
			c.n = 26;
			c.corr = i / 100.0;
			c.kendall_spread = 1.3;
			sc_test_claims(sc_deviate(&c, 0.4), HUGE_VAL, &claim);
			CHECK(sc_interval(&c, sc_normal_quantile(0.95), &low, &high));
			verdict = sc_verdict(low, high, 0.4);
			CHECK((verdict == SC_ENTANGLED || verdict == SC_INVERSE) == (claim.beyond < 0.025));
			if (verdict == SC_LOW)
				CHECK(claim.within < 0.025);
		}
	}
}

static void
test_counted(void)
{
	double		replicates[] = {0.3, 0.5, NAN, 0.4, -0.5, 0.9, NAN, 0.0};
	ScClaims	claim;

	sc_count_claims(replicates, 8, 0.5, 0.4, NULL, &claim);
	CHECK(claim.beyond == 5.0 / 7 && claim.within == 5.0 / 7);
	sc_count_claims(replicates, 8, -0.5, 0.4, NULL, &claim);
	CHECK(claim.beyond == 6.0 / 7 && claim.within == 5.0 / 7);
	sc_count_claims(replicates, 0, 0.5, 0.4, NULL, &claim);
	CHECK(claim.beyond == 1 && claim.within == 1);
}

int
main(void)
{
	RUN(test_verdict);
	RUN(test_claims);
	RUN(test_claims_and_intervals);
	RUN(test_counted);
	return check_done();
}
