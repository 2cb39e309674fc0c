/*-------------------------------------------------------------------------
 *
 * pair_ranks.h
 *	  Spearman's correlations of pairs of benchmarks given controls, where pair after
 *	  pair has the same models.
 *
 * What takes time is sorting.  As long as the models that have all controls stay the same,
 * each benchmark that all of them have is ranked once; of the next pair only products are
 * made.  Benchmarks that some of these models lack are the caller's.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_PAIR_RANKS_H
#define SC_FUNCTIONS_ANALYSES_PAIR_RANKS_H

#include "functions/analyses/target_pairs.h"
#include "stats/correlation/partial.h"

/* A benchmark among the models. */
typedef struct RankedBenchmark
{
	bool		seen;			/* false: not looked at yet */
	ScRanks		ranks;			/* rank NULL: some of the models lack it */
} RankedBenchmark;

typedef struct PairRanks
{
	const ScoreColumns *columns;
	MemoryContext context;		/* of the ranks */
	uint32		n;				/* models that have all controls */
	bool	   *has;			/* [n_models], which these are */
	uint32	   *model;			/* [n], room for n_models */
	double	   *score;			/* [n], likewise: what is being ranked */
	RankedBenchmark *benchmark; /* [n_benchmarks] */
	uint32		k;
	int32	   *control_rank;	/* [k x n], room for n_models */
	ScRanks    *control;		/* [k] */
	void	   *sort;
	void	   *work;			/* of partial correlations */
} PairRanks;

/* Room for pairs given k controls; memory is the current context's. */
extern void sc_begin_pair_ranks(const ScoreColumns *columns, uint32 k, PairRanks *ranks);

/* Takes other controls, k of them. */
extern void sc_take_pair_controls(PairRanks *ranks, const Controls *controls);

/*
 * sc_correlate_benchmarks() with SC_SPEARMAN and the controls that were taken, to the last
 * bit.  False, and nothing done, where a model of the controls lacks one of the two, or
 * there are more than SC_MAX_PAIRWISE_MODELS.
 */
extern bool sc_correlate_pair_ranks(PairRanks *ranks, uint32 target, uint32 against,
									TargetCorrelation *result);

#endif							/* SC_FUNCTIONS_ANALYSES_PAIR_RANKS_H */
