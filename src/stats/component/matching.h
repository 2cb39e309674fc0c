/*-------------------------------------------------------------------------
 *
 * matching.h
 *	  Which component of other data is the one that is meant?
 *
 * Later components change places from sample to sample: what is second here is third
 * there.  Congruence, the sum of the products of two vectors of weights of length 1
 * (Tucker 1951; Lorenzo-Seva & ten Berge, Methodology 2 (2006) 57-64), says which is
 * which, whatever their order and sign.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_COMPONENT_MATCHING_H
#define SC_STATS_COMPONENT_MATCHING_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The least square of a congruence by which a component counts as another: components
 * are orthogonal, so their squares sum to 1 at most, and only one can have more.
 */
#define SC_MIN_SQUARED_CONGRUENCE 0.5

/*
 * The component that is most congruent with a reference, up to sign.  values and vectors
 * are those of sc_components(), n_vectors of them found of d benchmarks; reference has d
 * weights, of length 1 or, where it has been cut, less.  Components of eigenvalue 0 are none.
 *
 * False if there is no such component: two are equally congruent within a relative
 * SC_EIGENVALUE_TOLERANCE, or it is not defined (sc_component_is_defined()).  Otherwise
 * *match is its place, from 0, and *congruence, not 0, has the sign that turns it the way
 * of the reference.
 */
extern bool sc_match_component(const double *values, size_t n_values, const double *vectors,
							   size_t n_vectors, size_t d, const double *reference,
							   size_t *match, double *congruence);

#endif							/* SC_STATS_COMPONENT_MATCHING_H */
