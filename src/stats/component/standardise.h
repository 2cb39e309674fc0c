/*-------------------------------------------------------------------------
 *
 * standardise.h
 *	  The scores of one column that are there, made comparable with those of
 *	  others.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_COMPONENT_STANDARDISE_H
#define SC_STATS_COMPONENT_STANDARDISE_H

#include <stddef.h>
#include <stdint.h>

#include "stats/base/status.h"
#include "stats/component/capability.h"

/*
 * Puts in the place of n >= 1 finite values their z-scores (ddof 0), for a Spearman
 * component those of their mid-ranks; 0 where they do not vary.  rank has room for n, sort
 * is a workspace of sc_mid_ranks_workspace(n) bytes.
 */
extern void sc_standardise(double *value, size_t n, ScPca pca, int32_t *rank, void *sort,
						   ScPoll poll);

#endif							/* SC_STATS_COMPONENT_STANDARDISE_H */
