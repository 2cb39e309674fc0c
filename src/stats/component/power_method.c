/*-------------------------------------------------------------------------
 *
 * power_method.c
 *	  The first component of a matrix that is near another.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "stats/base/poll.h"
#include "stats/component/component.h"
#include "stats/component/power_method.h"

/* Steps that take the time in which the solver finds all components. */
#define MOST_STEPS(d) (8 + 4 * (d))

/* The iterate's product, then what sc_components() takes and gives. */
size_t
sc_power_workspace(size_t d)
{
	return 3 * d * sizeof(double) + sc_components_workspace(d, 1);
}

/* y = A v, the rows of A times the elements of v one after the other. */
static void
multiply(const double *restrict matrix, size_t d, const double *restrict v,
		 double *restrict y)
{
	size_t		i;
	size_t		j;

	memset(y, 0, d * sizeof(double));
	for (i = 0; i < d; i++)
	{
		const double *restrict row = matrix + i * d;
		double		factor = v[i];

		for (j = 0; j < d; j++)
			y[j] += factor * row[j];
	}
}

static double
length(const double *v, size_t d)
{
	double		squares = 0.0;
	size_t		j;

	for (j = 0; j < d; j++)
		squares += v[j] * v[j];
	return sqrt(squares);
}

/* True if the power method has found it. */
static bool
iterate(const double *matrix, size_t d, const double *start, double *value,
		double *vector, double *y, ScPoll poll)
{
	double		squares = 0.0;
	double		norm = length(start, d);
	size_t		step;
	size_t		j;

	for (j = 0; j < d * d; j++)
		squares += matrix[j] * matrix[j];
	for (j = 0; j < d; j++)
		vector[j] = start[j] / norm;
	for (step = 1; step < MOST_STEPS(d); step++)
	{
		double		quotient = 0.0;
		double		residual = 0.0;
		double		square;
		bool		safe;

		multiply(matrix, d, vector, y);
		for (j = 0; j < d; j++)
			quotient += vector[j] * y[j];
		for (j = 0; j < d; j++)
		{
			double		rest = y[j] - quotient * vector[j];

			residual += rest * rest;
		}
		square = quotient * quotient;
		safe = squares - square <= SC_POWER_SAFE_RATIO * square;
		if (!safe && step >= SC_POWER_FEW_STEPS)
			return false;

		/* the step taken has made it better still */
		norm = length(y, d);
		if (!(norm > 0.0))
			return false;
		for (j = 0; j < d; j++)
			vector[j] = y[j] / norm;
		if (safe && residual <= SC_POWER_RESIDUAL(d) * SC_POWER_RESIDUAL(d) * square)
		{
			*value = quotient;
			return true;
		}
		if (d >= 256 || step % 16 == 0)
			sc_poll_now(poll);
	}
	return false;
}

ScStatus
sc_first_component_near(const double *matrix, size_t d, const double *start,
						double *value, double *vector, void *work, ScPoll poll)
{
	double	   *y = work;
	double	   *values = y + d;
	ScStatus	status;

	if (d <= SC_MAX_COMPONENT_COLUMNS &&
		iterate(matrix, d, start, value, vector, y, poll))
		return SC_OK;
	status = sc_components(matrix, d, 1, values, y, values + 2 * d, poll);
	if (status != SC_OK)
		return status;
	if (!sc_component_is_defined(values, sc_eigenvalues_found(d, 1), 0))
		return SC_UNDEFINED_COMPONENT;
	*value = values[0];
	memcpy(vector, y, d * sizeof(double));
	return SC_OK;
}
