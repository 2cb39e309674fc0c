/*-------------------------------------------------------------------------
 *
 * test_power_method.c
 *	  The first component near a known one, against the solver.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/component/component.h"
#include "stats/component/power_method.h"

/* R of d columns with one common factor and noise: loadings about strength. */
static void
make_matrix(double *matrix, size_t d, double strength)
{
	double	   *loading = exactly(d * sizeof(double));
	size_t		i;
	size_t		j;

	for (j = 0; j < d; j++)
		loading[j] = strength * (0.7 + 0.3 * random_uniform()) * (random_uniform() < 0.1 ? -1 : 1);
	for (i = 0; i < d; i++)
	{
		for (j = 0; j < d; j++)
			matrix[i * d + j] = i == j ? 1.0 : loading[i] * loading[j];
	}
	free(loading);
}

static void
compare(const double *matrix, size_t d, const double *start)
{
	double	   *vector = exactly(d * sizeof(double));
	double	   *values = exactly(d * sizeof(double));
	double	   *vectors = exactly(d * sizeof(double));
	void	   *work = exactly(sc_power_workspace(d));
	void	   *work2 = exactly(sc_components_workspace(d, 1));
	double		value = -1.0;
	double		dot = 0.0;
	double		off = 0.0;
	ScStatus	status;
	size_t		j;

	CHECK(sc_components(matrix, d, 1, values, vectors, work2, NULL) == SC_OK);
	status = sc_first_component_near(matrix, d, start, &value, vector, work, NULL);
	if (!sc_component_is_defined(values, sc_eigenvalues_found(d, 1), 0))
		CHECK(status == SC_UNDEFINED_COMPONENT);
	else
	{
		double		gap = d > 1 ? (values[0] - values[1]) / values[0] : 1.0;

		CHECK(status == SC_OK);
		CHECK_RELATIVE(value, values[0], 1e-14 * (double) (d + 8));
		for (j = 0; j < d; j++)
			dot += vector[j] * vectors[j];
		for (j = 0; j < d; j++)
			off = fmax(off, fabs((dot < 0 ? -1 : 1) * vector[j] - vectors[j]));
		CHECK_NEAR(off, 0, 4e-15 / gap);
	}
	free(vector);
	free(values);
	free(vectors);
	free(work);
	free(work2);
}

static void
test_near(void)
{
	static const size_t sizes[] = {1, 2, 3, 5, 12, 47, 100};
	static const double strengths[] = {0.0, 0.05, 0.3, 0.6, 0.9, 1.0};
	size_t		s;
	size_t		k;
	size_t		j;
	int			repeat;

	for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
	{
		size_t		d = sizes[s];
		double	   *matrix = exactly(d * d * sizeof(double));
		double	   *start = exactly(d * sizeof(double));

		for (k = 0; k < sizeof(strengths) / sizeof(strengths[0]); k++)
		{
			for (repeat = 0; repeat < 10; repeat++)
			{
				make_matrix(matrix, d, strengths[k]);
				for (j = 0; j < d; j++)
					start[j] = 1e-3 * (repeat % 2 ? -1 : 1) * (0.5 + random_uniform());
				compare(matrix, d, start);
			}
		}
		free(matrix);
		free(start);
	}
}

/* A start that has nothing of the component never gets there by itself. */
static void
test_orthogonal_start(void)
{
	static const double matrix[] = {1.0, 0.9, 0.0, 0.9, 1.0, 0.0, 0.0, 0.0, 1.0};
	static const double across[] = {1.0, -1.0, 0.0};
	static const double other[] = {0.0, 0.0, 1.0};

	compare(matrix, 3, across);
	compare(matrix, 3, other);
}

static void
test_not_finite(void)
{
	double		matrix[] = {1.0, NAN, NAN, 1.0};
	double		start[] = {1.0, 1.0};
	double		value;
	double		vector[2];
	void	   *work = exactly(sc_power_workspace(2));

	CHECK(sc_first_component_near(matrix, 2, start, &value, vector, work, NULL) == SC_SOLVER_FAILED);
	free(work);
}

int
main(void)
{
	RUN(test_near);
	RUN(test_orthogonal_start);
	RUN(test_not_finite);
	return check_done();
}
