/*-------------------------------------------------------------------------
 *
 * component.c
 *	  Principal components of a correlation matrix.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_matrix.h>
#include <gsl/gsl_vector.h>

#include "component.h"
#include "gsl_guard.h"

/* Sums of weights and differences of weights below this are rounding. */
#define SIGN_TOLERANCE 1e-9

/*
 * Elements below this are 0 to the solver: where the squares of a whole row
 * underflow its reflections are not orthogonal any more.
 */
#define NO_CORRELATION 1e-100

/*
 * The workspace, in doubles: the matrix, which the solver destroys; its
 * eigenvectors; its eigenvalues; the four vectors of GSL's own workspace.
 */
size_t
sc_components_workspace(size_t d)
{
	return (2 * d * d + 5 * d) * sizeof(double);
}

/*
 * GSL on our memory, so that there is nothing to free: views of the arrays,
 * and its workspace, a public struct, filled in by hand.
 */
static int
solve(double *matrix, size_t d, double *values, double *vectors, double *work)
{
	gsl_matrix_view a = gsl_matrix_view_array(matrix, d, d);
	gsl_matrix_view evec = gsl_matrix_view_array(vectors, d, d);
	gsl_vector_view eval = gsl_vector_view_array(values, d);
	gsl_eigen_symmv_workspace w;

	w.size = d;
	w.d = work;
	w.sd = work + d;
	w.gc = work + 2 * d;
	w.gs = work + 3 * d;
	return gsl_eigen_symmv(&a.matrix, &eval.vector, &evec.matrix, &w);
}

/*
 * Fixes the sign of component k, a unit vector: the rule is in the header.  The
 * sum of weights decides for the first component only.
 */
static void
orient(double *vector, size_t d, size_t k)
{
	double		decides = 0.0;
	size_t		j;

	if (k == 0)
	{
		for (j = 0; j < d; j++)
			decides += vector[j];
	}
	if (fabs(decides) <= SIGN_TOLERANCE * sqrt((double) d))
	{
		double		largest = 0.0;

		for (j = 0; j < d; j++)
			largest = fmax(largest, fabs(vector[j]));
		for (j = 0; fabs(vector[j]) < largest * (1.0 - SIGN_TOLERANCE); j++)
			;
		decides = vector[j];
	}

	if (decides < 0.0)
	{
		for (j = 0; j < d; j++)
			vector[j] = -vector[j];
	}
	for (j = 0; j < d; j++)
		vector[j] += 0.0;		/* no negative zero */
}

ScStatus
sc_components(const double *matrix, size_t d, double *values, double *vectors,
			  void *work)
{
	double	   *a;
	double	   *evec;
	double	   *eval;
	gsl_error_handler_t *saved;
	int			status;
	size_t		i;
	size_t		j;
	size_t		k;

	if (d > SC_MAX_COMPONENT_COLUMNS)
		return SC_TOO_MANY_COLUMNS;

	a = work;
	evec = a + d * d;
	eval = evec + d * d;

	/* gsl_eigen_symmv takes a NaN, reports success and returns garbage. */
	for (i = 0; i < d; i++)
	{
		for (j = 0; j <= i; j++)
		{
			double		element = matrix[i * d + j];

			if (!isfinite(element))
				return SC_SOLVER_FAILED;
			if (fabs(element) < NO_CORRELATION)
				element = 0.0;
			a[i * d + j] = element;
			a[j * d + i] = element;
		}
	}

	saved = sc_gsl_enter();
	status = solve(a, d, eval, evec, eval + d);
	sc_gsl_leave(saved);
	if (status != GSL_SUCCESS)
		return SC_SOLVER_FAILED;
	for (k = 0; k < d; k++)
	{
		if (!isfinite(eval[k]))
			return SC_SOLVER_FAILED;
	}
	for (k = 0; k < d * d; k++)
	{
		if (!isfinite(evec[k]))
			return SC_SOLVER_FAILED;
	}

	/*
	 * The solver's eigenvalues come in no order, its eigenvectors are columns.
	 * Pick the largest that is left, the first of equal ones, d times.
	 */
	for (k = 0; k < d; k++)
	{
		size_t		largest = 0;

		for (i = 1; i < d; i++)
		{
			if (eval[i] > eval[largest])
				largest = i;
		}
		values[k] = eval[largest] > 0.0 ? eval[largest] : 0.0;
		eval[largest] = -INFINITY;
		for (j = 0; j < d; j++)
			vectors[k * d + j] = evec[j * d + largest];
		orient(vectors + k * d, d, k);
	}
	return SC_OK;
}

bool
sc_component_is_defined(const double *values, size_t d, size_t k)
{
	double		tolerance = SC_EIGENVALUE_TOLERANCE * values[0];

	if (values[k] <= tolerance)
		return false;
	if (k > 0 && values[k - 1] - values[k] <= tolerance)
		return false;
	if (k + 1 < d && values[k] - values[k + 1] <= tolerance)
		return false;
	return true;
}
