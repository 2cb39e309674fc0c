/*-------------------------------------------------------------------------
 *
 * test_models_needed.c
 *	  How many models a verdict takes: published numbers, and the power of the
 *	  least number and of one less in long double.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/correlation/infer.h"
#include "stats/correlation/models_needed.h"

static long double
below(long double x)
{
	return erfcl(-x / sqrtl(2)) / 2;
}

static long double
power_of(long double corr, long double threshold, long double quantile, long double n)
{
	long double r = fminl(corr, 1 - 6 / (n * (n - 1) * (n + 1)));
	long double error = sqrtl((1 + r * r / 2) / (n - 3));
	long double z = atanhl(r);
	long double zeta = atanhl(threshold);

	if (corr > threshold)
	{
		long double perfect = 1 - 6 / (n * (n - 1) * (n + 1));

		if ((atanhl(perfect) - zeta) / sqrtl((1 + perfect * perfect / 2) / (n - 3)) < quantile)
			return 0;
		return below((z - zeta) / error - quantile);
	}
	return zeta / error <= quantile ? 0 :
		below((zeta - z) / error - quantile) - below(quantile - (zeta + z) / error);
}

static void
test_known(void)
{
	CHECK(sc_models_needed(0, 0.4, 0.8, 0.95) == 62);
	CHECK(sc_models_needed(0.2, 0.4, 0.8, 0.95) == 168);
	CHECK(sc_models_needed(0.6, 0.4, 0.8, 0.95) == 131);
	CHECK(sc_models_needed(-0.65, 0.4, 0.8, 0.95) == 80);
	CHECK(sc_models_needed(0.9, 0.4, 0.1, 0.95) == 6);
}

static void
test_least(void)
{
	static const double thresholds[] = {0.05, 0.273, 0.4, 0.95};
	static const double powers[] = {0.01, 0.5, 0.8, 0.999};
	static const double confidences[] = {0.5, 0.95, 0.9999};
	int			i;
	size_t		t;
	size_t		p;
	size_t		k;

	for (i = 0; i <= 40; i++)
	{
		double		corr = i == 40 ? 1.0 : i / 40.0 + 0.0007;

		for (t = 0; t < 4; t++)
			for (p = 0; p < 4; p++)
				for (k = 0; k < 3; k++)
				{
					long double quantile = sc_normal_quantile(confidences[k]);
					int32_t		n = sc_models_needed(corr, thresholds[t], powers[p], confidences[k]);

					CHECK(n == sc_models_needed(-corr, thresholds[t], powers[p], confidences[k]));
					CHECK(n >= 4 && power_of(corr, thresholds[t], quantile, n) > powers[p] - 1e-9L);
					if (n > 4)
						CHECK(power_of(corr, thresholds[t], quantile, n - 1) < powers[p] + 1e-9L);
				}
	}
}

static void
test_ends(void)
{
	CHECK(sc_models_needed(0.4, 0.4, 0.8, 0.95) == 0);
	CHECK(sc_models_needed(-0.4, 0.4, 0.8, 0.95) == 0);
	CHECK(sc_models_needed(0.4 + 1e-9, 0.4, 0.8, 0.95) == 0);
	CHECK(sc_models_needed(nextafter(0.4, 0), 0.4, 1 - 1e-16, 1 - 1e-16) == 0);
	CHECK(sc_models_needed(0.4 - 1e-4, 0.4, 0.8, 0.95) > 100000000);
	CHECK(sc_models_needed(1, nextafter(1, 0), 0.5, 0.5) >= 0);
	CHECK(sc_models_needed(0, 1e-300, 0.5, 0.5) == 0);
	CHECK(sc_models_needed(1, 0.4, 0.8, 0.95) == 7);
}

int
main(void)
{
	RUN(test_known);
	RUN(test_least);
	RUN(test_ends);
	return check_done();
}
