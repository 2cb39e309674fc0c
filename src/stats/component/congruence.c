/*-------------------------------------------------------------------------
 *
 * congruence.c
 *	  Tucker's congruence of two components.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "stats/base/sums.h"
#include "stats/component/congruence.h"

/* The largest magnitude, by which weights are divided: no square underflows then. */
static double
largest(const double *x, size_t n)
{
	double		most = 0.0;
	size_t		i;

	for (i = 0; i < n; i++)
		most = fmax(most, fabs(x[i]));
	return most;
}

double
sc_congruence(const double *a, const double *b, size_t n)
{
	ScSum		aa = {0.0, 0.0};
	ScSum		bb = {0.0, 0.0};
	ScSum		ab = {0.0, 0.0};
	double		most_a = largest(a, n);
	double		most_b = largest(b, n);
	size_t		i;

	if (n < 2 || most_a == 0.0 || most_b == 0.0)
		return NAN;
	for (i = 0; i < n; i++)
	{
		double		x = a[i] / most_a;
		double		y = b[i] / most_b;

		sc_sum_add(&aa, x * x);
		sc_sum_add(&bb, y * y);
		sc_sum_add(&ab, x * y);
	}
	return fmax(-1.0, fmin(sc_sum_total(&ab) / sqrt(sc_sum_total(&aa) * sc_sum_total(&bb)), 1.0));
}
