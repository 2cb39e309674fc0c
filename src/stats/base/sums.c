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
		double		s0 = 0.0;
		double		s1 = 0.0;
		double		s2 = 0.0;
		double		s3 = 0.0;
		size_t		i;

		end = n - start < DOT_BLOCK ? n : start + DOT_BLOCK;
		for (i = start; i + 3 < end; i += 4)
		{
			s0 += a[i] * b[i];
			s1 += a[i + 1] * b[i + 1];
			s2 += a[i + 2] * b[i + 2];
			s3 += a[i + 3] * b[i + 3];
		}
		for (; i < end; i++)
			s0 += a[i] * b[i];
		sc_sum_add(&total, (s0 + s1) + (s2 + s3));
		sc_poll_at(poll, end - 1);
	}
	return sc_sum_total(&total);
}
