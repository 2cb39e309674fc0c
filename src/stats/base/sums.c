/*-------------------------------------------------------------------------
 *
 * sums.c
 *	  Centred variables and their products.
 *
 *-------------------------------------------------------------------------
 */
#include "stats/base/sums.h"

/* Elements of a dot product that are summed without compensation. */
#define DOT_BLOCK ((size_t) 128)

void
sc_range(const double *x, size_t n, double *min, double *max, ScPoll poll)
{
	double		least = x[0];
	double		largest = x[0];
	size_t		i;

	for (i = 1; i < n; i++)
	{
		if (x[i] < least)
			least = x[i];
		if (x[i] > largest)
			largest = x[i];
		sc_poll_at(poll, i);
	}
	*min = least;
	*max = largest;
}

void
sc_centre(const double *x, size_t n, double *u, ScPoll poll)
{
	ScSum		sum = {0.0, 0.0};
	size_t		lowest = 0;
	size_t		highest = 0;
	double		range;
	double		mean;
	size_t		i;

	for (i = 1; i < n; i++)
	{
		if (x[i] < x[lowest])
			lowest = i;
		if (x[i] > x[highest])
			highest = i;
		sc_poll_at(poll, i);
	}
	range = x[highest] - x[lowest];

	for (i = 0; i < n; i++)
	{
		if (lowest < highest)
			u[i] = (x[i] - x[lowest]) / range;
		else
			u[i] = (x[highest] - x[i]) / range;
		sc_sum_add(&sum, u[i]);
		sc_poll_at(poll, i);
	}
	mean = sc_sum_total(&sum) / (double) n;

	for (i = 0; i < n; i++)
	{
		u[i] = lowest < highest ? u[i] - mean : mean - u[i];
		sc_poll_at(poll, i);
	}
}

double
sc_dot(const double *a, const double *b, size_t n, ScPoll poll)
{
	ScSum		total = {0.0, 0.0};
	size_t		start;
	size_t		end;

	for (start = 0; start < n; start = end)
	{
		end = n - start < DOT_BLOCK ? n : start + DOT_BLOCK;
		sc_sum_add(&total, sc_short_dot(a + start, b + start, end - start));
		sc_poll_at(poll, end - 1);
	}
	return sc_sum_total(&total);
}
