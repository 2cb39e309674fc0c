/*-------------------------------------------------------------------------
 *
 * component.c
 *	  Principal components of a correlation matrix.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_matrix.h>
#include <gsl/gsl_vector.h>

#include "stats/component/component.h"
#include "stats/base/gsl_guard.h"
#include "stats/component/lanczos.h"

/* Sums of weights and differences of weights below this are rounding. */
#define SIGN_TOLERANCE 1e-9

/* Larger elements are no correlations; their sums of squares stay finite. */
#define LARGEST_ELEMENT 1e140

/*
 * Elements below this are 0 to the solver: where the squares of a whole row
 * underflow its reflections are not orthogonal any more.
 */
#define NO_CORRELATION 1e-100

/*
 * The workspace, in doubles.  Direct: the matrix, which the solver destroys; its
 * eigenvectors; its eigenvalues; the four vectors of GSL's own workspace.  By
 * iteration: the vectors, one more than are wanted; the iteration's own.
 */
size_t
sc_components_workspace(size_t d, size_t wanted)
{
	size_t		k = sc_eigenvalues_found(d, wanted);

	if (d <= SC_MAX_DIRECT_COLUMNS)
		return (2 * d * d + 5 * d) * sizeof(double);
	return k * d * sizeof(double) + sc_leading_workspace(d);
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

void
sc_orient_component(double *vector, size_t d, size_t k)
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

/* gsl_eigen_symmv takes a NaN, reports success and returns garbage. */
static bool
elements_are_sound(const double *matrix, size_t d)
{
	size_t		i;

	for (i = 0; i < d * d; i++)
	{
		if (!(fabs(matrix[i]) <= LARGEST_ELEMENT))
			return false;
	}
	return true;
}

/* What the solver is given, and destroys. */
static void
copy_for_solver(const double *matrix, size_t d, double *a)
{
	size_t		i;

	for (i = 0; i < d * d; i++)
		a[i] = fabs(matrix[i]) < NO_CORRELATION ? 0.0 : matrix[i];
}

/* All of them, in the order and with the signs that GSL gives. */
static int
solve_all(const double *matrix, size_t d, double *eval, double *evec, double *work)
{
	double	   *a = work;
	gsl_error_handler_t *saved;
	int			status;
	size_t		i;

	copy_for_solver(matrix, d, a);
	saved = sc_gsl_enter();
	status = solve(a, d, eval, evec, a + d * d);
	sc_gsl_leave(saved);
	if (status != GSL_SUCCESS)
		return status;
	for (i = 0; i < d; i++)
	{
		if (!isfinite(eval[i]))
			return GSL_EFAILED;
	}
	for (i = 0; i < d * d; i++)
	{
		if (!isfinite(evec[i]))
			return GSL_EFAILED;
	}
	return GSL_SUCCESS;
}

/*
 * The solver's eigenvalues come in no order, its eigenvectors are columns.  Pick
 * the largest that is left, the first of equal ones, d times.
 */
static void
sort_components(double *eval, const double *evec, size_t d, size_t found,
				double *values, double *vectors)
{
	size_t		i;
	size_t		j;
	size_t		k;

	for (k = 0; k < d; k++)
	{
		size_t		largest = 0;

		for (i = 1; i < d; i++)
		{
			if (eval[i] > eval[largest])
				largest = i;
		}
		values[k] = eval[largest];
		eval[largest] = -INFINITY;
		for (j = 0; k < found && j < d; j++)
			vectors[k * d + j] = evec[j * d + largest];
	}
}

ScStatus
sc_components(const double *matrix, size_t d, size_t wanted, double *values,
			  double *vectors, void *work, ScPoll poll)
{
	size_t		found = sc_components_found(d, wanted);
	size_t		n_values = sc_eigenvalues_found(d, wanted);
	size_t		i;

	if (d > SC_MAX_COMPONENT_COLUMNS)
		return SC_TOO_MANY_COLUMNS;

	if (!elements_are_sound(matrix, d))
		return SC_SOLVER_FAILED;

	if (d <= SC_MAX_DIRECT_COLUMNS)
	{
		double	   *evec = work;
		double	   *eval = evec + d * d;

		if (solve_all(matrix, d, eval, evec, eval + d) != GSL_SUCCESS)
			return SC_SOLVER_FAILED;
		sort_components(eval, evec, d, found, values, vectors);
	}
	else
	{
		double	   *all = work;

		sc_leading_components(matrix, d, n_values, values, all,
							  all + n_values * d, poll);
		memcpy(vectors, all, found * d * sizeof(double));
	}
	for (i = 0; i < n_values; i++)
		values[i] = values[i] > 0.0 ? values[i] : 0.0;
	for (i = 0; i < found; i++)
		sc_orient_component(vectors + i * d, d, i);
	return SC_OK;
}

ScStatus
sc_eigenvalues(const double *matrix, size_t d, double *values, void *work)
{
	double	   *copy = work;
	gsl_eigen_symm_workspace w;
	gsl_matrix_view a;
	gsl_vector_view eval;
	gsl_error_handler_t *saved;
	int			status;
	size_t		i;
	size_t		j;

	if (d > SC_MAX_DIRECT_COLUMNS)
		return SC_TOO_MANY_COLUMNS;
	if (!elements_are_sound(matrix, d))
		return SC_SOLVER_FAILED;

	copy_for_solver(matrix, d, copy);
	w.size = d;
	w.d = copy + d * d;
	w.sd = w.d + d;
	saved = sc_gsl_enter();
	a = gsl_matrix_view_array(copy, d, d);
	eval = gsl_vector_view_array(values, d);
	status = gsl_eigen_symm(&a.matrix, &eval.vector, &w);
	sc_gsl_leave(saved);
	if (status != GSL_SUCCESS)
		return SC_SOLVER_FAILED;
	for (i = 0; i < d; i++)
	{
		if (!isfinite(values[i]))
			return SC_SOLVER_FAILED;
	}

	/* in descending order, by insertion: there are few */
	for (i = 0; i < d; i++)
	{
		double		value = values[i] > 0.0 ? values[i] : 0.0;

		for (j = i; j > 0 && values[j - 1] < value; j--)
			values[j] = values[j - 1];
		values[j] = value;
	}
	return SC_OK;
}

bool
sc_component_is_defined(const double *values, size_t n, size_t k)
{
	double		tolerance = SC_EIGENVALUE_TOLERANCE * values[0];

	if (values[k] <= tolerance)
		return false;
	if (k > 0 && values[k - 1] - values[k] <= tolerance)
		return false;
	if (k + 1 < n && values[k] - values[k + 1] <= tolerance)
		return false;
	return true;
}
