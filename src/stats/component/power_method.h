/*-------------------------------------------------------------------------
 *
 * power_method.h
 *	  The first component of a matrix that is near another: thousands of them,
 *	  in resampling.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_COMPONENT_POWER_METHOD_H
#define SC_STATS_COMPONENT_POWER_METHOD_H

#include <stddef.h>

#include "stats/base/status.h"

/* Bytes of workspace for sc_first_component_near() of a d x d matrix. */
extern size_t sc_power_workspace(size_t d);

/*
 * The largest eigenvalue and its unit eigenvector of the symmetric, positive
 * semidefinite d x d matrix, of which both triangles are read; start is a vector
 * near it, of any length but 0 and any sign.
 *
 * The power method (Golub & Van Loan, Matrix Computations, section 8.2), where it
 * is certain and quick: where the sum of squares of the matrix leaves no room for
 * another eigenvalue nearly as large, until the residual |A v - value v| is
 * rounding.  Otherwise sc_components().  The vector may have any sign.
 *
 * SC_OK, SC_UNDEFINED_COMPONENT (sc_component_is_defined(); nothing is set),
 * SC_TOO_MANY_COLUMNS, SC_SOLVER_FAILED.
 */
extern ScStatus sc_first_component_near(const double *matrix, size_t d,
										const double *start, double *value,
										double *vector, void *work, ScPoll poll);

#endif							/* SC_STATS_COMPONENT_POWER_METHOD_H */
