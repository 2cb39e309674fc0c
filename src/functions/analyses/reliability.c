/*-------------------------------------------------------------------------
 *
 * reliability.c
 *	  How reliable the scores of a target are, by their standard errors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "utils/float.h"

#include "functions/analyses/reliability.h"
#include "functions/shared/memory.h"
#include "types/forms/poll.h"
#include "stats/correlation/reliability.h"

/*
 * The standard error of score k; NaN if nobody knows.  One of 0, where all items were
 * right or all wrong, is that of a few items more.
 */
static double
item_error(const ScoreColumns *columns, uint32 k)
{
	double		error = sc_score_error(columns, k);

	if (error == 0)
	{
		const PooledCell *cell = sc_pooled_cell(columns, k);
		double		score = sc_pooled_mean(cell);

		if (score == 0 || score == 1)
			return sc_extreme_error((double) cell->n);
	}
	return error;
}

double
sc_target_reliability(const ScoreColumns *columns, uint32 target,
					  const CapabilityScores *scores, const TargetPairs *pairs)
{
	double	   *error;
	double		reliability;
	uint32		n = 0;
	uint32		k;

	/* as a rule there are no standard errors, or one of each score */
	if (columns->pooled == NULL)
		return get_float8_nan();
	error = sc_alloc(pairs->n, sizeof(double));
	for (k = columns->start[target]; k < columns->start[target + 1]; k++)
	{
		sc_poll_step(k);
		if (!sc_has_pair(scores, columns->model[k]))
			continue;
		error[n] = item_error(columns, k);
		if (isnan(error[n]))
			break;
		n++;
	}
	reliability = n < pairs->n ? get_float8_nan() :
		sc_reliability(pairs->y, error, n, sc_poll);
	pfree(error);
	return reliability;
}
