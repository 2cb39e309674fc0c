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

#include <float.h>
#include <stddef.h>

#include "stats/base/status.h"

/*
 * What the power method goes by, here and where eight matrices are iterated side
 * by side.  A residual |A v - value v| below this part of the value is rounding
 * error (about twice the smallest attainable).
 */
#define SC_POWER_RESIDUAL(d) ((4.0 + (double) (d) / 64.0) * DBL_EPSILON)

/*
 * No other eigenvalue is larger than sqrt(sum of squares of the matrix - value^2).
 * Where its square is at most this part of value^2, value is the largest and alone.
 */
#define SC_POWER_SAFE_RATIO 0.98

/* After this many steps the value is near enough to tell that it will never be. */
#define SC_POWER_FEW_STEPS 8

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
