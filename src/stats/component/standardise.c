/*-------------------------------------------------------------------------
 *
 * standardise.c
 *	  The scores of one column that are there, made comparable with those of
 *	  others.
 *
 *-------------------------------------------------------------------------
 */
#include "stats/component/standardise.h"
#include "stats/correlation/rank.h"

void
sc_standardise(double *value, size_t n, ScPca pca, int32_t *rank, void *sort, ScPoll poll)
{
	ScSpread	spread;
	size_t		i;

	if (pca == SC_PCA_SPEARMAN)
	{
		sc_mid_ranks(value, n, rank, sort, poll);
		for (i = 0; i < n; i++)
			value[i] = rank[i];
	}
	sc_spread(value, n, poll, &spread);
	for (i = 0; i < n; i++)
		value[i] = spread.sd > 0.0 ? (value[i] - spread.pivot - spread.centre) / spread.sd : 0.0;
}
