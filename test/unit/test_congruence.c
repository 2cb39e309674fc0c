/*-------------------------------------------------------------------------
 *
 * test_congruence.c
 *	  Tucker's congruence against its formula in long double.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/component/congruence.h"

static void
test_formula(void)
{
	double		a[9];
	double		b[9];
	size_t		n;
	size_t		i;

	for (n = 2; n <= 9; n++)
	{
		long double aa = 0;
		long double bb = 0;
		long double ab = 0;

		for (i = 0; i < n; i++)
		{
			a[i] = sin(3.0 * (double) i + 1);
			b[i] = cos(5.0 * (double) i) * 40;
			aa += (long double) a[i] * a[i];
			bb += (long double) b[i] * b[i];
			ab += (long double) a[i] * b[i];
		}
		CHECK_NEAR(sc_congruence(a, b, n), (double) (ab / sqrtl(aa * bb)), 1e-15);
		CHECK(sc_congruence(a, b, n) == sc_congruence(b, a, n));
	}
}

static void
test_ends(void)
{
	double		a[] = {0.6, -0.8, 1e-170};
	double		opposite[] = {-0.6, 0.8, -1e-170};
	double		apart[] = {0.8, 0.6, 0};
	double		tiny[] = {6e-200, -8e-200, 0};
	double		zero[] = {0, 0, 0};

	CHECK(sc_congruence(a, a, 3) == 1);
	CHECK(sc_congruence(a, opposite, 3) == -1);
	CHECK_NEAR(sc_congruence(a, apart, 3), 0, 1e-16);
	/* the scale cancels, however small */
	CHECK_NEAR(sc_congruence(a, tiny, 3), 1, 1e-15);
	CHECK(isnan(sc_congruence(a, zero, 3)));
	CHECK(isnan(sc_congruence(zero, a, 3)));
	CHECK(isnan(sc_congruence(a, a, 1)));
	CHECK(isnan(sc_congruence(a, a, 0)));
}

int
main(void)
{
	RUN(test_formula);
	RUN(test_ends);
	return check_done();
}
