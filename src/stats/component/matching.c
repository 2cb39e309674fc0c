/*-------------------------------------------------------------------------
 *
 * matching.c
 *	  Which component of other data is the one that is meant?
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "stats/component/component.h"
#include "stats/component/matching.h"

bool
sc_match_component(const double *values, size_t n_values, const double *vectors,
				   size_t n_vectors, size_t d, const double *reference,
				   size_t *match, double *congruence)
{
	double		second = 0.0;
	size_t		j;
	size_t		k;

	*congruence = 0.0;
	for (k = 0; k < n_vectors && values[k] > SC_EIGENVALUE_TOLERANCE * values[0]; k++)
	{
		double		sum = 0.0;

		for (j = 0; j < d; j++)
			sum += vectors[k * d + j] * reference[j];
		if (fabs(sum) > fabs(*congruence))
		{
			second = fabs(*congruence);
			*congruence = sum;
			*match = k;
		}
		else
			second = fmax(second, fabs(sum));
	}
	return second < fabs(*congruence) * (1.0 - SC_EIGENVALUE_TOLERANCE) &&
		sc_component_is_defined(values, n_values, *match);
}
