/*-------------------------------------------------------------------------
 *
 * reliability.c
 *	  How much of a benchmark's spread over models is sampling error of its items,
 *	  and what a correlation would be without that error.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "stats/base/sums.h"
#include "stats/correlation/reliability.h"
#include "stats/correlation/scales.h"

/* In units of the range: more is as much, and squares of it can be added up. */
#define MAX_ERROR 1e100

double
sc_extreme_error(double n)
{
	/* p (1 - p) / (n + 4) of p = 2 / (n + 4), or of its complement */
	return sqrt(2 * (n + 2) / (n + 4)) / (n + 4);
}

double
sc_reliability(const double *y, const double *error, size_t n, ScPoll poll)
{
	ScSum		sum = {0, 0};
	ScSum		squares = {0, 0};
	ScSum		noise = {0, 0};
	double		min;
	double		max;
	double		mean;
	double		share;
	size_t		i;

	if (n < 2 || sc_is_constant(y, n, poll))
		return NAN;

	/* in units of the range, from the first score on: nothing overflows */
	sc_range(y, n, &min, &max, poll);
	for (i = 0; i < n; i++)
	{
		sc_poll_at(poll, i);
		sc_sum_add(&sum, (y[i] - y[0]) / (max - min));
	}
	mean = sc_sum_total(&sum) / (double) n;
	for (i = 0; i < n; i++)
	{
		double		deviation = (y[i] - y[0]) / (max - min) - mean;
		double		e = error[i] / (max - min);

		sc_poll_at(poll, i);
		sc_sum_add(&squares, deviation * deviation);
		sc_sum_add(&noise, e > MAX_ERROR ? MAX_ERROR * MAX_ERROR : e * e);
	}
	share = sc_sum_total(&noise) / (double) n / (sc_sum_total(&squares) / (double) (n - 1));
	return share > 1 ? 0 : 1 - share;
}

double
sc_disattenuate(ScMethod method, double corr, double reliability)
{
	if (!(reliability >= SC_MIN_RELIABILITY))
		return NAN;
	return sc_from_pearson(method, sc_to_pearson(method, corr) / sqrt(reliability));
}
