/*-------------------------------------------------------------------------
 *
 * component.h
 *	  Principal components of a correlation matrix.
 *
 * gsl_eigen_symmv on the caller's memory, GSL's error handler off and restored.
 * Signs are fixed, never the solver's: see sc_components().
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_COMPONENT_H
#define SC_STATS_COMPONENT_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

/*
 * GSL's solver cannot be interrupted; at 256 columns it takes 75-90 ms.
 */
#define SC_MAX_COMPONENT_COLUMNS 256

/* Two eigenvalues nearer than this, relative to the largest, are one. */
#define SC_EIGENVALUE_TOLERANCE 1e-9

/* Bytes of workspace for sc_components() of a d x d matrix. */
extern size_t sc_components_workspace(size_t d);

/*
 * Eigenvalues, descending, and unit eigenvectors of the symmetric d x d matrix
 * (only its lower triangle is read; it is not changed).  values[k] belongs to
 * vectors[k * d .. k * d + d - 1].  Negative eigenvalues, which rounding makes
 * of zero, become 0.  The first vector's weights sum to a positive number; if
 * their sum is 0 within 1e-9 sqrt(d), and for every later vector, the first
 * weight of largest magnitude (within a relative 1e-9) is positive.
 *
 * SC_OK, SC_TOO_MANY_COLUMNS, SC_SOLVER_FAILED (also for a matrix that is not
 * finite).  d >= 1; d = 1 gives value matrix[0] and vector 1.
 */
extern ScStatus sc_components(const double *matrix, size_t d,
							  double *values, double *vectors, void *work);

/*
 * Is component k (from 0) of eigenvalues values[0..d-1] a direction that the
 * data determine?  Not if its eigenvalue is 0 or coincides with a neighbour's,
 * both within SC_EIGENVALUE_TOLERANCE * values[0].
 */
extern bool sc_component_is_defined(const double *values, size_t d, size_t k);

#endif							/* SC_STATS_COMPONENT_H */
