/*-------------------------------------------------------------------------
 *
 * congruence.h
 *	  Tucker's congruence of two components.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_COMPONENT_CONGRUENCE_H
#define SC_STATS_COMPONENT_CONGRUENCE_H

#include <stddef.h>

/*
 * sum a[i] b[i] / sqrt(sum a[i]^2 sum b[i]^2) of the weights, or the loadings, which
 * differ by a factor that cancels, of the same n benchmarks on either (Tucker 1951;
 * Lorenzo-Seva & ten Berge, Methodology 2 (2006) 57-64): the cosine of the angle between
 * them, in [-1, 1].  Both are finite and at most 1e140 in magnitude.  NaN for fewer than
 * two benchmarks, and where all of one component are 0.
 */
extern double sc_congruence(const double *a, const double *b, size_t n);

#endif							/* SC_STATS_COMPONENT_CONGRUENCE_H */
