/*-------------------------------------------------------------------------
 *
 * imputer.h
 *	  What impute.c and imputer.c share: a table and the estimate by which its
 *	  missing scores are imputed, as it changes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_IMPUTATION_IMPUTER_H
#define SC_STATS_IMPUTATION_IMPUTER_H

#include <stdbool.h>

#include "stats/base/arena.h"
#include "stats/base/poll.h"
#include "stats/component/capability.h"
#include "stats/imputation/impute.h"

/* The table, and pieces of the workspace of sc_impute(). */
typedef struct ScImputer
{
	size_t		n;
	size_t		d;
	size_t		n_observed;
	double		tolerance;

	/*
	 * How often each model stands in the table, n, from 1; in all, and with a
	 * score in column j, d.
	 */
	double	   *count;
	double		rows;
	double	   *n_rows;

	/*
	 * Observed scores of column j and whose they are, at start[j] .. start[j
	 * + 1] - 1, in units of their standard deviation from their mean.
	 */
	size_t	   *start;			/* d + 1 */
	uint32_t   *model;
	double	   *w;
	double	   *sum;			/* d: of w over rows, 0 but for rounding if
								 * every model stands once */
	double	   *squares;		/* d: of w^2, likewise about n_j */
	ScSpread   *observed;		/* d: where w comes from */

	/* the estimate, in the same units */
	double	   *mean;			/* d */
	double	   *sd;				/* d */
	double	   *weight;			/* d */
	double	   *t;				/* n */
	double		lambda;			/* largest eigenvalue */
	double		second;			/* second one, as last found */
	double		last_cap;		/* of the round before: the second one used, */
	double		last_second;	/* and the one found; NaN: none */
	double		sigma2;

	/* of one step */
	double	   *new_mean;		/* d */
	double	   *new_sd;			/* d */
	double	   *new_weight;		/* d */
	double	   *slope;			/* d: sd * v, of power_step() sd * shrink * v */
	double	   *middle;			/* d: mean of t over the observed scores */
	double	   *product;		/* n: z v */
	double	   *coverage;		/* n: sum of v^2 over observed scores */

	/* of steps that may be undone */
	double	   *saved;			/* 3 d: the estimate before them */
	bool		direct_fails;	/* they were undone */

	/* of sc_impute_converge_near() alone */
	double	   *history;		/* 4 x (3 d + 1): two steps */
	size_t		near_steps;		/* made, for tests */

	/* of writing it out */
	ScCapabilityFit fit;
	void	   *scratch;
} ScImputer;

/*
 * Takes the arrays of an imputer of n models and d columns, as of a table, but for those of
 * steps that may be undone, of sc_impute_converge_near() and of writing it out.
 */
extern void sc_imputer_take(ScImputer *s, ScArena *arena, size_t n, size_t d);

/* What stands for the group of i: by parent[], each its own at first (union and find). */
static inline uint32_t
sc_group_root(uint32_t *parent, uint32_t i)
{
	while (parent[i] != i)
		i = parent[i] = parent[parent[i]];
	return i;
}

/* Shrinkage: an imputed score is this share of weight times t. */
static inline double
sc_shrink_of(const ScImputer *s)
{
	return 1.0 - s->sigma2 / s->lambda;
}

/* Polls between columns if there is much to do in them. */
static inline void
sc_poll_between(const ScImputer *s, ScPoll poll)
{
	if (s->n_observed + s->n > SC_POLL_STEPS / 4)
		sc_poll_now(poll);
}

/* sigma2, of lambda and second. */
extern void sc_impute_set_sigma2(ScImputer *s);

/* t of every model, from its observed scores. */
extern void sc_impute_set_t(ScImputer *s, ScPoll poll);

/*
 * Direct steps alone, from an estimate that is near.  SC_OK, SC_NOT_CONVERGED: the
 * estimate is lost.
 */
extern ScStatus sc_impute_converge_near(ScImputer *s, ScPoll poll);

/*
 * Steps until nothing moves.  Adds them to *steps, which stays within
 * SC_MAX_IMPUTE_STEPS.  SC_OK, SC_NOT_CONVERGED.
 */
extern ScStatus sc_impute_converge(ScImputer *s, ScPoll poll, size_t *steps);

#endif							/* SC_STATS_IMPUTATION_IMPUTER_H */
