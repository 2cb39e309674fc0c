/*-------------------------------------------------------------------------
 *
 * q_values.c
 *	  Many tests at once: q-values.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdint.h>

#include "stats/base/poll.h"
#include "stats/correlation/q_values.h"
#include "stats/correlation/rank.h"

size_t
sc_q_values_workspace(size_t m)
{
	return m * sizeof(uint32_t) + sc_sort_workspace(m);
}

void
sc_benjamini_hochberg(const double *p, size_t m, double *q, void *work,
					  ScPoll poll)
{
	uint32_t   *order = work;
	size_t		k = 0;
	double		least = 1.0;
	size_t		i;
	size_t		j;

	for (i = 0; i < m; i++)
	{
		if (isnan(p[i]))
			q[i] = p[i];
		else
			order[k++] = (uint32_t) i;
		sc_poll_at(poll, i);
	}
	sc_sort_order(p, k, order, order + m, poll);

	/*
	 * From the largest down.  Of equal p-values the last one comes first and
	 * has the smallest factor: the others cannot lower the minimum.
	 */
	for (j = k; j > 0; j--)
	{
		i = order[j - 1];
		least = fmin(least, (double) k / (double) j * p[i]);
		q[i] = least;
		sc_poll_at(poll, j);
	}
}
