/*
 * symmv D
 *
 * Prints the seconds that gsl_eigen_symmv takes for a correlation matrix of D
 * columns with one common factor: what a component costs by the textbook.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_matrix.h>
#include <gsl/gsl_vector.h>

static double
loading(size_t i)
{
	return 0.3 + 0.6 * fmod(0.6180339887498949 * (double) (i + 1), 1.0);
}

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

int
main(int argc, char **argv)
{
	size_t		d = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	gsl_matrix *matrix,
			   *vectors;
	gsl_vector *values;
	gsl_eigen_symmv_workspace *work;
	double		start;

	if (d < 2)
	{
		fprintf(stderr, "usage: symmv D\n");
		return 2;
	}
	matrix = gsl_matrix_alloc(d, d);
	vectors = gsl_matrix_alloc(d, d);
	values = gsl_vector_alloc(d);
	work = gsl_eigen_symmv_alloc(d);
	for (size_t i = 0; i < d; i++)
		for (size_t j = 0; j < d; j++)
			gsl_matrix_set(matrix, i, j,
						   i == j ? 1.0 : loading(i) * loading(j));

	start = now();
	if (gsl_eigen_symmv(matrix, values, vectors, work) != 0)
		return 1;
	printf("%.6f\n", now() - start);
	return 0;
}
