/*-------------------------------------------------------------------------
 *
 * refit_state.h
 *	  What refit.c, refit_component.c, refit_targets.c and refit_controlled.c
 *	  share: a table made ready, and eight resamples of it, the lanes of
 *	  refit_lanes.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_RESAMPLING_REFIT_STATE_H
#define SC_STATS_RESAMPLING_REFIT_STATE_H

#include <stdbool.h>

#include "stats/base/poll.h"
#include "stats/component/capability.h"
#include "stats/component/component.h"
#include "stats/resampling/refit.h"
#include "stats/resampling/refit_lanes.h"

/*
 * Up to this many capability benchmarks the components of eight resamples are found
 * side by side; their matrices are 4 MB then.
 */
#define SC_LANE_COLUMNS SC_MAX_DIRECT_COLUMNS

/* Room for sc_capability_fit() and sc_correlate() on repeated rows. */
typedef struct ScByDefinition
{
	double	   *rows;			/* draws x d; draws x (k + 2) of y, score and
								 * controls */
	ScSpread   *spread;			/* d */
	double	   *value;			/* d */
	double	   *vector;			/* d */
	double	   *score;			/* draws, or n if that is more */
	void	   *work;
	void	   *partial;		/* work of sc_partial_prepare() */
} ScByDefinition;

struct ScRefit
{
	ScRefitTable table;
	const ScLaneLoops *loops;
	bool		by_lanes;		/* d <= SC_LANE_COLUMNS */

	/* capability columns, each n; only by lanes */
	uint32_t   *column_order;	/* ascending, ties flagged: Spearman's matrix */
	bool	   *column_tied;	/* d, not n */
	double	   *column;			/* less the mean of all models */

	/* of the table as it is, from where those of resamples are near */
	double	   *first_vector;	/* d */
	uint32_t   *first_order;	/* n: models by ascending score */

	/*
	 * targets in the order in which they are handled: those that have the
	 * same models follow each other
	 */
	uint32_t   *target;			/* m */
	bool	   *same_models;	/* m: as the one handled before */
	bool	   *target_tied;	/* m: not in this order but as in the table */
	uint32_t   *target_order;	/* as model[], by ascending y, ties flagged:
								 * Spearman */
	double	   *target_y;		/* as y[], less its mean: Pearson */

	/* eight resamples; SC_LANES is left out of the shapes */
	double	   *counts;			/* n */
	double	   *product;		/* n: counts times rank or centred score */
	double	   *score;			/* n */
	double	   *matrix;			/* d x d */
	double	   *vector;			/* d */
	double	   *iterate;		/* d */
	double	   *scratch;		/* d x (SC_LANE_ROWS + 1) at least */
	double	   *centre;			/* d: means of column */
	double	   *sd;				/* d */
	double	   *diagonal;		/* d: sums of squares, and their roots */
	double	   *root;			/* d */
	double	   *draws;			/* 1, as all that follow */
	double	   *different;		/* models with a count above 0 */
	double	   *value;
	double	   *fault;			/* NaN in a lane without a component, else 0 */

	/* one resample at a time */
	uint32_t   *sorted[SC_LANES];	/* n: models of the resample by score */
	size_t		n_sorted[SC_LANES];
	bool		sorted_tied[SC_LANES];
	double	   *key;			/* n */
	double	   *has;			/* n: 1 if the target has the model, else 0 */
	double	   *dense;			/* d x d, a lane's matrix; only by lanes */
	double	   *solver;			/* work of sc_components() for it */
	ScByDefinition definition;

	ScPoll		poll;
	size_t		steps;			/* since the last poll */
};

/*
 * Has a sum of squares about the mean too few digits?  What is left when the mean's
 * part is taken off squares is too little of them, or near underflow.  A constant,
 * too, comes out so.  Such a resample is computed by the definition.
 */
static inline bool
sc_digits_are_lost(double left, double squares)
{
	return !(left >= squares / 16.0 && left >= 1e-250);
}

/* The squares of all ranks, exactly, from the cubes of ties (refit_lanes.h). */
static inline double
sc_rank_squares(double draws, double cubes)
{
	return (draws * draws * draws - cubes) / 3.0;
}

/* Counts steps of some 10 ns to 100 ns, and polls. */
static inline void
sc_refit_tick(ScRefit *r, size_t steps)
{
	r->steps += steps;
	if (r->steps >= SC_POLL_STEPS)
	{
		r->steps = 0;
		sc_poll_now(r->poll);
	}
}

/*
 * In refit_component.c: from counts, draws and different the components of eight
 * resamples, in value, vector, score and fault.
 */
extern void sc_refit_components(ScRefit *r);

/*
 * In refit_targets.c: the correlations of all targets with score, of the first
 * lanes of the eight resamples, into corr[t * stride].
 */
extern void sc_refit_targets(ScRefit *r, size_t lanes, double *corr, size_t stride);

/*
 * In refit_controlled.c: the same of the targets numbered first .. end - 1 in the order in
 * which they are handled, which have the same models, given controls.
 */
extern void sc_refit_controlled(ScRefit *r, size_t first, size_t end, size_t lanes,
								double *corr, size_t stride);

#endif							/* SC_STATS_RESAMPLING_REFIT_STATE_H */
