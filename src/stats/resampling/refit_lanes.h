/*-------------------------------------------------------------------------
 *
 * refit_lanes.h
 *	  The inner loops of refitting, for eight resamples side by side.  Private
 *	  to the stats floor.
 *
 * A resample is a lane.  Quantities of all of them lie together: a count c of
 * model i in lane l is c[i * SC_LANES + l], so that what the loops read is in one
 * piece whatever the order of models, and one instruction serves several lanes.
 * No lane depends on another.  Pointers to lanes are aligned to 64 bytes.
 *
 * Ranks are centred and doubled as in rank.h: along an ascending order of models
 * the rank q of one is the draws before it plus those up to and with it, less all
 * draws.  They and their sums are whole numbers below 2^53 in doubles: exact, in
 * any order.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_RESAMPLING_REFIT_LANES_H
#define SC_STATS_RESAMPLING_REFIT_LANES_H

#include <stddef.h>
#include <stdint.h>

#include "stats/base/products.h"
#include "stats/base/sums.h"
#include "stats/correlation/rank.h"

#define SC_LANES 8

/* Rows between two additions to a long sum; of centred_products() at a time. */
#define SC_LANE_BLOCK 256
#define SC_LANE_ROWS 16

/*
 * The same bits from each set of them, as in products.h.  Arguments without a
 * shape in their comment are SC_LANES.
 */
typedef struct ScLaneLoops
{
	/*
	 * Of the n models listed, or of the first n if model is NULL: the sum of
	 * counts, of their cubes, the number that are not 0.
	 */
	void		(*totals) (const double *c, const uint32_t *model, size_t n,
						   double *draws, double *cubes, double *different);

	/*
	 * p = c times the rank in an order of n models, ties flagged, in lanes of
	 * draws; cubes: the sum of the cubes of the counts of each group of ties.
	 * Squares of ranks sum to (draws^3 - cubes) / 3.
	 */
	void		(*ranks) (const double *c, const uint32_t *order, size_t n,
						  const double *draws, double *p, double *cubes);

	/*
	 * The sum of products of the ranks in an order of n models with other
	 * ranks, those in p, which is c times them.  Without ties; with ties, and
	 * the cubes of their counts.
	 */
	void		(*rank_products) (const double *c, const double *p,
								  const uint32_t *order, size_t n,
								  double *products);
	void		(*tied_rank_products) (const double *c, const double *p,
									   const uint32_t *order, size_t n,
									   double *products, double *cubes);

	/*
	 * The sums of c u and c u^2 over n models; of those listed, and of p u,
	 * too.
	 */
	void		(*moments) (const double *c, const double *u, size_t n,
							double *sum, double *squares);
	void		(*products) (const double *c, const double *p,
							 const uint32_t *model, const double *u, size_t n,
							 double *sum, double *squares, double *products);

	/*
	 * Adds to matrix[(j * d + k) * SC_LANES], j <= k < d, the sum over count
	 * <= SC_LANE_ROWS models of c (u_j - centre_j) (u_k - centre_k), u[j *
	 * stride + i]; centre is d x SC_LANES, work (d + 1) x SC_LANE_ROWS x
	 * SC_LANES.
	 */
	void		(*centred_products) (const double *c, const double *u,
									 size_t stride, size_t count, size_t d,
									 const double *centre, double *work,
									 double *matrix);

	/*
	 * score[i] = the sum over j, in its order, of weight[j] u[j * n + i],
	 * less shift: n and d x SC_LANES.
	 */
	void		(*scores) (const double *u, size_t n, size_t d,
						   const double *weight, const double *shift,
						   double *score);

	/* The sum of c score over the n models listed. */
	void		(*score_sums) (const double *c, const double *score,
							   const uint32_t *model, size_t n, double *sum);

	/*
	 * p = c (score - centre) of the n models listed, the sum of p, and of p
	 * (score - centre).
	 */
	void		(*centre) (const double *c, const double *score,
						   const uint32_t *model, size_t n,
						   const double *centre, double *p, double *sum,
						   double *squares);

	/*
	 * A step of the power method on the symmetric d x d matrix: of unit
	 * vectors v (d x SC_LANES) Rayleigh's quotient and |A v - value v|^2;
	 * then v becomes A v / |A v|.  work is d x SC_LANES.
	 */
	void		(*power_step) (const double *matrix, size_t d, double *v,
							   double *work, double *value, double *residual);

	/* Square roots. */
	void		(*roots) (const double *squares, double *roots);

	/*
	 * sxy / sqrt(sxx syy) + fault, of which the roots are given, in [-1, 1];
	 * every NaN is NAN.  The bits of sc_pearson_ratio(), and of
	 * sc_rank_correlation(): of ranks that are neither the same nor opposite,
	 * 1 - |corr| is at least some 1 / sxx, 3e-15 up to SC_MAX_REFIT_MODELS
	 * draws, and does not round to 0.
	 */
	void		(*correlations) (const double *sxy, const double *sxx,
								 const double *root_xx, const double *syy,
								 const double *root_yy, const double *fault,
								 double *corr);
} ScLaneLoops;

extern const ScLaneLoops *sc_lane_loops(ScKernel kernel);

#endif							/* SC_STATS_RESAMPLING_REFIT_LANES_H */
