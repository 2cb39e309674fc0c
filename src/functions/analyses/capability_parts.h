/*-------------------------------------------------------------------------
 *
 * capability_parts.h
 *	  The capabilities scores by some of the capability benchmarks, of what was found
 *	  of all: thousands of them.
 *
 * As long as no more models are complete without the benchmarks that are left out, the
 * matrix of the others is a part of the whole one, and so are their z-scores.  A component
 * is then found from near (power_method.h), and what comes out is that of
 * sc_fit_capabilities() up to rounding.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_CAPABILITY_PARTS_H
#define SC_FUNCTIONS_ANALYSES_CAPABILITY_PARTS_H

#include "functions/analyses/capability_scores.h"

typedef struct CapabilityParts
{
	const CapabilityScores *whole;	/* NULL: there are none */
	uint32		n_words;		/* of a set of capability benchmarks, bit by
								 * bit */
	uint32		n_incomplete;	/* models with some of the scores, not all */
	uint64	   *lacking;		/* [n_incomplete x n_words], which they lack */
	double	   *matrix;			/* [d x d] */
	double	   *z;				/* [d x n] */
	double	   *block;			/* [blocks x n], sums of weighted z; NULL:
								 * refitted */
	double	   *part;			/* [d x d], matrix of the others */
	double	   *vector;			/* [d], that of all, of the others */
	double	   *weight;			/* [d] */
	double	   *score;			/* [n] */
	void	   *work;
} CapabilityParts;

/*
 * Makes parts ready of the complete models' scores on all capability benchmarks, which
 * must stay.  refit: each part has a component of its own; otherwise the weights of all.
 * Parts has none where the whole has no component or, to refit, fewer models than benchmarks.
 */
extern void sc_begin_parts(const ScoreColumns *columns, const CapabilityScores *whole, bool refit,
						   CapabilityParts *parts);

/* Are the models that are complete without some of the benchmarks those of all? */
extern bool sc_part_has_models(const CapabilityParts *parts, const uint64 *left_out);

/*
 * The scores of the n models by benchmarks which[0] < .. < which[d - 1], d >= 1, in
 * parts->score, and the eigenvalue of their component (NaN where it is not refitted).
 * SC_OK, SC_UNDEFINED_COMPONENT.
 */
extern ScStatus sc_score_part(CapabilityParts *parts, const uint32 *which, uint32 d,
							  double *value);

#endif							/* SC_FUNCTIONS_ANALYSES_CAPABILITY_PARTS_H */
