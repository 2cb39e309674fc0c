/*-------------------------------------------------------------------------
 *
 * component.h
 *	  Principal components of a correlation matrix.
 *
 * gsl_eigen_symmv on the caller's memory, GSL's error handler off and restored;
 * by iteration where that would take too long.  Signs are fixed, never the
 * solver's: see sc_orient_component().
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_COMPONENT_COMPONENT_H
#define SC_STATS_COMPONENT_COMPONENT_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/base/status.h"

/*
 * GSL's solver cannot be interrupted; at 256 columns it takes 75-90 ms.  Up to
 * there all components are found, above the leading ones, at most
 * SC_MAX_LEADING_COMPONENTS.
 */
#define SC_MAX_DIRECT_COLUMNS 256
#define SC_MAX_LEADING_COMPONENTS 10

/* Columns, or models if they are fewer, of which a component is found. */
#define SC_MAX_COMPONENT_COLUMNS 2000

/* Columns of a component that was found by way of fewer models. */
#define SC_MAX_CAPABILITIES 10000

/* Two eigenvalues nearer than this, relative to the largest, are one. */
#define SC_EIGENVALUE_TOLERANCE 1e-9

/* How many of the wanted components are found of a d x d matrix. */
static inline size_t
sc_components_found(size_t d, size_t wanted)
{
	size_t		most = d <= SC_MAX_DIRECT_COLUMNS ? d : SC_MAX_LEADING_COMPONENTS;

	return wanted < most ? wanted : most;
}

/* How many eigenvalues, the largest ones, are found with them. */
static inline size_t
sc_eigenvalues_found(size_t d, size_t wanted)
{
	return d <= SC_MAX_DIRECT_COLUMNS ? d : sc_components_found(d, wanted) + 1;
}

/* Bytes of workspace for sc_components() of a d x d matrix. */
extern size_t sc_components_workspace(size_t d, size_t wanted);

/*
 * Eigenvalues, descending, and unit eigenvectors of the symmetric, positive
 * semidefinite d x d matrix (both triangles are given; it is not changed).
 * values has room for sc_eigenvalues_found(), vectors for sc_components_found()
 * times d: values[k] belongs to vectors[k * d .. k * d + d - 1].  Negative
 * eigenvalues, which rounding makes of zero, become 0.  Vectors are oriented.
 *
 * SC_OK, SC_TOO_MANY_COLUMNS, SC_SOLVER_FAILED (also for a matrix that is not
 * finite, or has elements above 1e140).  d >= 1, wanted >= 1; d = 1 gives value matrix[0] and vector 1.
 */
extern ScStatus sc_components(const double *matrix, size_t d, size_t wanted,
							  double *values, double *vectors, void *work,
							  ScPoll poll);

/*
 * The eigenvalues alone, d of them, of 1 <= d <= SC_MAX_DIRECT_COLUMNS columns:
 * up to eight times as fast, and equal to those of sc_components() up to
 * rounding.  work is that of sc_components().  The same statuses.
 */
extern ScStatus sc_eigenvalues(const double *matrix, size_t d, double *values,
							   void *work);

/*
 * Fixes the sign of component k (from 0), a vector of d weights.  The first
 * one's weights sum to a positive number; if their sum is 0 within 1e-9
 * sqrt(d), and for every later one, the first weight of largest magnitude
 * (within a relative 1e-9) is positive.  No weight is a negative zero.
 */
extern void sc_orient_component(double *vector, size_t d, size_t k);

/*
 * Is component k (from 0) of the n largest eigenvalues values[0..n-1] a
 * direction that the data determine?  Not if its eigenvalue is 0 or coincides with a neighbour's,
 * both within SC_EIGENVALUE_TOLERANCE * values[0].
 */
extern bool sc_component_is_defined(const double *values, size_t n, size_t k);

#endif							/* SC_STATS_COMPONENT_COMPONENT_H */
