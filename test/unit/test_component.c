/*-------------------------------------------------------------------------
 *
 * test_component.c
 *	  Principal components: the defining equations, matrices whose components
 *	  are known in closed form, the sign rules, hostile input.
 *
 *-------------------------------------------------------------------------
 */
#include <gsl/gsl_errno.h>

#include "check.h"
#include "stats/component/component.h"

static ScStatus
some_components(const double *matrix, size_t d, size_t wanted, double *values,
				double *vectors)
{
	void	   *work = exactly(sc_components_workspace(d, wanted));
	ScStatus	status = sc_components(matrix, d, wanted, values, vectors, work,
									   test_poll);

	free(work);
	return status;
}

/* All of them, of up to SC_MAX_DIRECT_COLUMNS columns. */
static ScStatus
components(const double *matrix, size_t d, double *values, double *vectors)
{
	return some_components(matrix, d, d, values, vectors);
}

/*
 * A correlation matrix of n rows of d columns, which share a common factor;
 * where n <= d it is singular.
 */
static void
random_correlations(double *matrix, size_t d, size_t n, double factor)
{
	double	   *x = exactly(n * d * sizeof(double));
	size_t		i;
	size_t		j;
	size_t		r;

	for (r = 0; r < n; r++)
	{
		double		common = random_normal() * factor;

		for (j = 0; j < d; j++)
			x[j * n + r] = random_normal() + common;
	}
	for (j = 0; j < d; j++)
	{
		double		norm = 0.0;

		for (r = 0; r < n; r++)
			norm += x[j * n + r] * x[j * n + r];
		for (r = 0; r < n; r++)
			x[j * n + r] /= sqrt(norm);
	}
	for (i = 0; i < d; i++)
	{
		for (j = 0; j < d; j++)
		{
			double		sum = 0.0;

			for (r = 0; r < n; r++)
				sum += x[i * n + r] * x[j * n + r];
			matrix[i * d + j] = i == j ? 1.0 : sum;
		}
	}
	free(x);
}

/* A v = l v, orthonormal, descending, the trace, the signs. */
static void
check_components(const double *a, size_t d, const double *values,
				 const double *v)
{
	long double worst_residual = 0.0L;
	long double worst_product = 0.0L;
	long double trace = 0.0L;
	long double sum = 0.0L;
	bool		descending = true;
	bool		signs = true;
	size_t		i;
	size_t		j;
	size_t		k;

	for (k = 0; k < d; k++)
	{
		double		largest = 0.0;
		size_t		first = 0;

		for (i = 0; i < d; i++)
		{
			long double row = 0.0L;
			long double product = 0.0L;

			for (j = 0; j < d; j++)
			{
				row += (long double) a[i * d + j] * v[k * d + j];
				product += (long double) v[i * d + j] * v[k * d + j];
			}
			worst_residual = fmaxl(worst_residual,
								   fabsl(row - (long double) values[k] * v[k * d + i]));
			worst_product = fmaxl(worst_product, fabsl(product - (i == k)));
			largest = fmax(largest, fabs(v[k * d + i]));
		}
		trace += values[k];
		descending = descending && values[k] >= 0.0 &&
			(k == 0 || values[k] <= values[k - 1]);
		while (fabs(v[k * d + first]) < largest * (1 - 1e-9))
			first++;
		if (k == 0)
		{
			for (j = 0; j < d; j++)
				sum += v[j];
			signs = fabsl(sum) > 1e-9L * sqrtl(d) ? sum > 0 : v[first] > 0;
		}
		else
			signs = signs && v[k * d + first] > 0;
	}
	CHECK_NEAR(worst_residual, 0.0L, 1e-14L * (1 + values[0]));
	CHECK_NEAR(worst_product, 0.0L, 1e-14L + 2e-16L * (long double) d);
	CHECK_NEAR(trace, (long double) d, 1e-13L * (long double) d);
	CHECK(descending);
	CHECK(signs);
}

/* Those found without vectors. */
static void
check_eigenvalues(const double *matrix, size_t d, const double *expected)
{
	double	   *values = exactly(d * sizeof(double));
	void	   *work = exactly(sc_components_workspace(d, d));
	size_t		k;

	CHECK(sc_eigenvalues(matrix, d, values, work) == SC_OK);
	for (k = 0; k < d; k++)
	{
		CHECK_NEAR(values[k], expected[k], 1e-14L * (1 + expected[0]));
		CHECK(values[k] >= 0.0 && (k == 0 || values[k] <= values[k - 1]));
	}
	free(values);
	free(work);
}

static void
test_random(void)
{
	static const double factors[] = {0.0, 0.5, 3.0};
	size_t		d;
	int			f;

	for (d = 1; d <= 256; d = d < 60 ? d + 1 : d < 128 ? 128 : d + 128)
	{
		double	   *matrix = exactly(d * d * sizeof(double));
		double	   *copy = exactly(d * d * sizeof(double));
		double	   *vectors = exactly(d * d * sizeof(double));
		double	   *again = exactly(d * d * sizeof(double));
		double	   *values = exactly(d * sizeof(double));
		size_t		wanted;

		for (f = d > 60 ? 1 : 0; f < (d > 60 ? 2 : 3); f++)
		{
			random_correlations(matrix, d, f == 2 ? d / 2 + 2 : 2 * d + 5,
								factors[f]);
			memcpy(copy, matrix, d * d * sizeof(double));
			CHECK(components(matrix, d, values, vectors) == SC_OK);
			CHECK(same_bits(copy, matrix, d * d));
			check_components(matrix, d, values, vectors);
			check_eigenvalues(matrix, d, values);
			CHECK(same_bits(copy, matrix, d * d));

			/* fewer are the first of these; there is room for no more */
			for (wanted = 1; wanted < d + 3; wanted += 1 + wanted * 2)
			{
				size_t		found = wanted < d ? wanted : d;
				double	   *first = exactly(found * d * sizeof(double));

				CHECK(sc_components_found(d, wanted) == found);
				CHECK(sc_eigenvalues_found(d, wanted) == d);
				CHECK(some_components(matrix, d, wanted, again, first) == SC_OK);
				CHECK(same_bits(again, values, d));
				CHECK(same_bits(first, vectors, found * d));
				free(first);
			}
		}
		free(matrix);
		free(copy);
		free(vectors);
		free(again);
		free(values);
	}
}

static void
test_known(void)
{
	double		matrix[20 * 20];
	double		vectors[20 * 20];
	double		values[20];
	long double pi = acosl(-1.0L);
	size_t		d;
	size_t		i;
	size_t		k;

	/* one benchmark */
	matrix[0] = 1.0;
	CHECK(components(matrix, 1, values, vectors) == SC_OK);
	CHECK(values[0] == 1.0 && vectors[0] == 1.0);
	CHECK(sc_component_is_defined(values, 1, 0));

	/* every correlation 1/2: (d + 1) / 2 with equal weights, then 1/2 */
	for (d = 2; d <= 20; d++)
	{
		for (i = 0; i < d * d; i++)
			matrix[i] = i % (d + 1) == 0 ? 1.0 : 0.5;
		CHECK(components(matrix, d, values, vectors) == SC_OK);
		CHECK_NEAR(values[0], ((long double) d + 1) / 2, 1e-13L);
		for (i = 0; i < d; i++)
			CHECK_NEAR(vectors[i], 1 / sqrtl((long double) d), 1e-14L);
		for (k = 1; k < d; k++)
			CHECK_NEAR(values[k], 0.5L, 1e-14L);
		CHECK(sc_component_is_defined(values, d, 0));
		CHECK(sc_component_is_defined(values, d, 1) == (d == 2));
	}

	/* 1/2 beside the diagonal, else 0: 1 + cos(k pi / (d + 1)), sines */
	for (d = 2; d <= 20; d++)
	{
		for (i = 0; i < d * d; i++)
		{
			size_t		row = i / d;
			size_t		column = i % d;

			matrix[i] = row == column ? 1.0 :
				row + 1 == column || column + 1 == row ? 0.5 : 0.0;
		}
		CHECK(components(matrix, d, values, vectors) == SC_OK);
		for (k = 0; k < d; k++)
		{
			long double angle = ((long double) k + 1) * pi / ((long double) d + 1);
			long double side = 0.0L;

			CHECK_NEAR(values[k], 1 + cosl(angle), 1e-14L);
			CHECK(sc_component_is_defined(values, d, k));
			for (i = 0; i < d; i++)
				side += vectors[k * d + i] * sinl(angle * ((long double) i + 1));
			CHECK_NEAR(fabsl(side), sqrtl(((long double) d + 1) / 2), 1e-12L);
		}
	}

	/* all the same: one component; what is left is 0, never negative */
	for (i = 0; i < 100; i++)
		matrix[i] = 1.0;
	CHECK(components(matrix, 10, values, vectors) == SC_OK);
	CHECK_NEAR(values[0], 10.0L, 1e-14L);
	for (k = 1; k < 10; k++)
	{
		CHECK(values[k] >= 0.0 && values[k] < 1e-14);
		CHECK(!sc_component_is_defined(values, 10, k));
	}
	CHECK(sc_component_is_defined(values, 10, 0));

	/* no correlations at all: nothing is defined */
	for (i = 0; i < 100; i++)
		matrix[i] = i % 11 == 0 ? 1.0 : 0.0;
	CHECK(components(matrix, 10, values, vectors) == SC_OK);
	for (k = 0; k < 10; k++)
	{
		CHECK(values[k] == 1.0);
		CHECK(!sc_component_is_defined(values, 10, k));
	}

	/* eigenvalues 1 and -1 */
	matrix[0] = matrix[3] = 0.0;
	matrix[1] = matrix[2] = 1.0;
	CHECK(components(matrix, 2, values, vectors) == SC_OK);
	CHECK_NEAR(values[0], 1.0L, 1e-15L);
	CHECK(values[1] == 0.0);
}

/*
 * Above SC_MAX_DIRECT_COLUMNS: as many as are wanted and at most ten, one
 * eigenvalue more, oriented; the direct solver's are the same.
 */
static void
test_iteration(void)
{
	static const size_t ds[] = {257, 300, 411};
	static const size_t wants[] = {1, 2, 9, 10, 11, 500};
	size_t		a;
	size_t		b;
	size_t		i;
	size_t		k;

	for (a = 0; a < 3; a++)
	{
		size_t		d = ds[a];
		double	   *matrix = exactly(d * d * sizeof(double));
		double	   *copy = exactly(d * d * sizeof(double));

		/* one factor, noise, fewer rows than columns and reversed columns */
		random_correlations(matrix, d, a == 2 ? 100 : 2 * d, a == 1 ? 0.0 : 1.0);
		if (a == 2)
		{
			for (i = 0; i < d * d; i++)
			{
				if ((i / d % 3 == 0) != (i % d % 3 == 0))
					matrix[i] = -matrix[i];
			}
		}
		memcpy(copy, matrix, d * d * sizeof(double));
		for (b = 0; b < 6; b++)
		{
			size_t		found = wants[b] < 10 ? wants[b] : 10;
			double	   *values = exactly((found + 1) * sizeof(double));
			double	   *vectors = exactly(found * d * sizeof(double));
			double	   *oriented = exactly(d * sizeof(double));

			CHECK(sc_components_found(d, wants[b]) == found);
			CHECK(sc_eigenvalues_found(d, wants[b]) == found + 1);
			poll_calls = 0;
			CHECK(some_components(matrix, d, wants[b], values, vectors) == SC_OK);
			CHECK(poll_calls > (long) found);
			CHECK(same_bits(matrix, copy, d * d));
			for (k = 0; k < found; k++)
			{
				const double *v = vectors + k * d;
				long double residual = 0.0L;
				long double length = 0.0L;
				size_t		j;

				for (i = 0; i < d; i++)
				{
					long double row = -(long double) values[k] * v[i];

					for (j = 0; j < d; j++)
						row += (long double) matrix[i * d + j] * v[j];
					residual += row * row;
					length += (long double) v[i] * v[i];
				}
				CHECK_NEAR(sqrtl(residual), 0.0L, 3e-14L * values[0]);
				CHECK_NEAR(length, 1.0L, 1e-14L);
				CHECK(values[k] >= values[k + 1] && values[k + 1] >= 0.0);
				CHECK(sc_component_is_defined(values, found + 1, k));
				memcpy(oriented, v, d * sizeof(double));
				sc_orient_component(oriented, d, k);
				CHECK(same_bits(oriented, v, d));
				for (i = 0; i < d; i++)
					oriented[i] = -v[i];
				sc_orient_component(oriented, d, k);
				CHECK(same_bits(oriented, v, d));
			}
			free(values);
			free(vectors);
			free(oriented);
		}
		free(matrix);
		free(copy);
	}
}

/* d = 256 and, with a column that correlates with no other, 257. */
static void
test_both_ways(void)
{
	size_t		d = SC_MAX_DIRECT_COLUMNS;
	size_t		e = d + 1;
	double	   *matrix = exactly(d * d * sizeof(double));
	double	   *larger = exactly(e * e * sizeof(double));
	double	   *vectors = exactly(10 * d * sizeof(double));
	double	   *others = exactly(10 * e * sizeof(double));
	double	   *values = exactly(d * sizeof(double));
	double	   *few = exactly(11 * sizeof(double));
	size_t		i;
	size_t		k;

	random_correlations(matrix, d, 2 * d, 0.5);
	for (i = 0; i < e * e; i++)
		larger[i] = i / e == d || i % e == d ? (double) (i + 1 == e * e) :
			matrix[i / e * d + i % e];
	CHECK(some_components(matrix, d, 10, values, vectors) == SC_OK);
	CHECK(some_components(larger, e, 10, few, others) == SC_OK);
	CHECK(values[10] > 1.1);
	for (k = 0; k < 10; k++)
	{
		double		gap = fmin(values[k] - values[k + 1],
							   k == 0 ? INFINITY : values[k - 1] - values[k]);

		CHECK_NEAR(few[k], values[k], 1e-12L * values[0]);
		CHECK_NEAR(others[k * e + d], 0.0L, 1e-12L * values[0] / gap);
		for (i = 0; i < d; i++)
			CHECK_NEAR(others[k * e + i], vectors[k * d + i],
					   1e-12L * values[0] / gap);
	}
	CHECK_NEAR(few[10], values[10], 1e-10L * values[0]);
	free(matrix);
	free(larger);
	free(vectors);
	free(others);
	free(values);
	free(few);
}

static void
test_signs(void)
{
	double		matrix[12 * 12];
	double		vectors[12 * 12];
	double		values[12];
	size_t		reversed;
	size_t		i;
	size_t		j;

	/*
	 * two opposite benchmarks, (+a, -a): the sum decides nothing, so the
	 * first
	 */
	matrix[0] = matrix[3] = 1.0;
	matrix[1] = matrix[2] = -0.75;
	CHECK(components(matrix, 2, values, vectors) == SC_OK);
	CHECK_NEAR(values[0], 1.75L, 1e-15L);
	CHECK_NEAR(vectors[0], sqrtl(0.5L), 1e-15L);
	CHECK_NEAR(vectors[1], -sqrtl(0.5L), 1e-15L);
	/* and of the second, (+a, +a), the first as well */
	CHECK_NEAR(vectors[2], sqrtl(0.5L), 1e-15L);
	CHECK_NEAR(vectors[3], sqrtl(0.5L), 1e-15L);

	/* +, -, -, +: again a sum of zero */
	for (i = 0; i < 4; i++)
	{
		for (j = 0; j < 4; j++)
			matrix[i * 4 + j] = i == j ? 1.0 :
				((i == 1 || i == 2) == (j == 1 || j == 2)) ? 0.5 : -0.5;
	}
	CHECK(components(matrix, 4, values, vectors) == SC_OK);
	CHECK(vectors[0] > 0.49 && vectors[1] < -0.49 && vectors[2] < -0.49 &&
		  vectors[3] > 0.49);

	/* one or a few of 12 reversed: the others stay positive */
	for (reversed = 0; reversed <= 5; reversed++)
	{
		for (i = 0; i < 12; i++)
		{
			for (j = 0; j < 12; j++)
				matrix[i * 12 + j] = i == j ? 1.0 :
					(i < reversed) == (j < reversed) ? 0.6 : -0.6;
		}
		CHECK(components(matrix, 12, values, vectors) == SC_OK);
		for (i = 0; i < 12; i++)
			CHECK_NEAR(vectors[i], (i < reversed ? -1 : 1) / sqrtl(12.0L), 1e-14L);
	}

	/* the largest weight is reversed, the sum of the others is larger */
	for (i = 0; i < 9; i++)
		matrix[i] = i % 4 == 0 ? 1.0 : 0.3;
	matrix[1] = matrix[2] = matrix[3] = matrix[6] = -0.6;
	CHECK(components(matrix, 3, values, vectors) == SC_OK);
	CHECK(vectors[0] < 0.0 && -vectors[0] > vectors[1]);
	CHECK(vectors[1] > 0.0 && vectors[2] > 0.0);
	check_components(matrix, 3, values, vectors);
}

static void
test_defined(void)
{
	double		values[4] = {2.0, 1.0, 0.5, 0.0};

	CHECK(sc_component_is_defined(values, 4, 0));
	CHECK(sc_component_is_defined(values, 4, 1));
	CHECK(sc_component_is_defined(values, 4, 2));
	CHECK(!sc_component_is_defined(values, 4, 3));
	values[1] = 2.0 - 1.9e-9;	/* within 1e-9 of 2 */
	CHECK(!sc_component_is_defined(values, 4, 0));
	CHECK(!sc_component_is_defined(values, 4, 1));
	CHECK(sc_component_is_defined(values, 4, 2));
	values[1] = 2.0 - 2.1e-9;
	CHECK(sc_component_is_defined(values, 4, 0));
	CHECK(sc_component_is_defined(values, 4, 1));
	values[3] = 1.9e-9;
	CHECK(!sc_component_is_defined(values, 4, 3));
	values[3] = 2.1e-9;
	CHECK(sc_component_is_defined(values, 4, 3));
	values[0] = values[1] = values[2] = values[3] = 0.0;
	CHECK(!sc_component_is_defined(values, 4, 0));
	CHECK(!sc_component_is_defined(values, 1, 0));
}

static int	handled = 0;

static void
count_errors(const char *reason, const char *file, int line, int number)
{
	(void) reason;
	(void) file;
	(void) line;
	(void) number;
	handled++;
}

static void
test_hostile(void)
{
	static const double bad[] = {NAN, INFINITY, -INFINITY};
	gsl_error_handler_t *before = gsl_set_error_handler(count_errors);
	size_t		most = SC_MAX_COMPONENT_COLUMNS + 1;
	double	   *large = exactly(most * most * sizeof(double));
	void	   *solver = exactly(sc_components_workspace(3, 3));
	double		matrix[9];
	double		values[3];
	double		vectors[9];
	size_t		i;
	size_t		k;

	for (i = 0; i < 9; i++)
	{
		for (k = 0; k < 3; k++)
		{
			size_t		j;

			for (j = 0; j < 9; j++)
				matrix[j] = j % 4 == 0 ? 1.0 : 0.5;
			matrix[i] = bad[k];
			CHECK(components(matrix, 3, values, vectors) == SC_SOLVER_FAILED);
			CHECK(sc_eigenvalues(matrix, 3, values, solver) == SC_SOLVER_FAILED);
		}
	}
	for (i = 0; i < 9; i++)
		matrix[i] = 1e308;		/* finite, its eigenvalues are not */
	CHECK(components(matrix, 3, values, vectors) == SC_SOLVER_FAILED);
	matrix[0] = NAN;
	CHECK(components(matrix, 1, values, vectors) == SC_SOLVER_FAILED);

	for (i = 0; i < most * most; i++)
		large[i] = i % (most + 1) == 0 ? 1.0 : 0.5;
	CHECK(sc_components(large, most, 1, NULL, NULL, NULL, NULL) == SC_TOO_MANY_COLUMNS);
	CHECK(sc_eigenvalues(large, SC_MAX_DIRECT_COLUMNS + 1, NULL, NULL) == SC_TOO_MANY_COLUMNS);
	large[SC_MAX_DIRECT_COLUMNS + 1] = NAN;
	CHECK(some_components(large, SC_MAX_DIRECT_COLUMNS + 1, 1, values, vectors) ==
		  SC_SOLVER_FAILED);

	for (i = 0; i < (SC_MAX_DIRECT_COLUMNS + 1) * (SC_MAX_DIRECT_COLUMNS + 1); i++)
		large[i] = 1e308;
	CHECK(some_components(large, SC_MAX_DIRECT_COLUMNS + 1, 1, values, vectors) ==
		  SC_SOLVER_FAILED);

	CHECK(handled == 0);
	CHECK(gsl_set_error_handler(before) == count_errors);
	free(large);
	free(solver);
}

int
main(void)
{
	RUN(test_random);
	RUN(test_known);
	RUN(test_iteration);
	RUN(test_both_ways);
	RUN(test_signs);
	RUN(test_defined);
	RUN(test_hostile);
	return check_done();
}
