/*-------------------------------------------------------------------------
 *
 * test_available.c
 *	  The first eigenvalue of what is there of a table.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/component/available.h"
#include "stats/component/component.h"

static ScStatus
available(const double *x, const bool *missing, size_t n, size_t d, ScPca pca,
		  double *value, double *models)
{
	void	   *work = exactly(sc_available_workspace(n, d));
	ScStatus	status = sc_available_eigenvalue(x, missing, n, d, pca, work, test_poll, value, models);

	free(work);
	return status;
}

#define N 40
#define D 7

/* With nothing missing it is that of the correlation matrix, judged by all models. */
static void
test_complete(void)
{
	double		x[N * D];
	bool		missing[N * D] = {false};
	double		matrix[D * D];
	double		values[D];
	double		value;
	double		models;
	int			pca;
	size_t		i;

	for (i = 0; i < N * D; i++)
		x[i] = floor(random_normal() * 3) + (double) (i % N) / 10 + 1e6;
	for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
	{
		void	   *work = exactly(sc_correlation_matrix_workspace(N, D, pca));
		void	   *solver = exactly(sc_components_workspace(D, D));

		sc_correlation_matrix(x, N, D, pca, matrix, work, test_poll);
		CHECK(sc_eigenvalues(matrix, D, values, solver) == SC_OK);
		CHECK(available(x, missing, N, D, pca, &value, &models) == SC_OK);
		CHECK_NEAR(value, values[0], 1e-12);
		CHECK_NEAR(models, N, 1e-9);
		free(work);
		free(solver);
	}
}

/* What is missing does not count, whatever stands there. */
static void
test_gaps(void)
{
	/* a and b agree where both are there, c is there with neither */
	double		x[3 * 8] = {1, 2, 3, 4, 5, NAN, NAN, NAN,
		10, 20, 30, 40, NAN, INFINITY, 7, 9,
	-1e300, 0, 0, 0, 0, 1, 2, 3};
	bool		missing[3 * 8] = {0, 0, 0, 0, 0, 1, 1, 1,
		0, 0, 0, 0, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 0, 0, 0};
	double		value = 0;
	double		models = 0;

	CHECK(available(x, missing, 8, 3, SC_PCA_SPEARMAN, &value, &models) == SC_OK);
	CHECK_NEAR(value, 2, 1e-12);
	CHECK_NEAR(models, 4, 1e-12);

	/*
	 * c is there with a three times, against its order: the mean of 1/3 and
	 * 1/2
	 */
	missing[2 * 8 + 2] = missing[2 * 8 + 3] = missing[2 * 8 + 4] = false;
	x[2 * 8 + 2] = 9;
	x[2 * 8 + 3] = 8;
	x[2 * 8 + 4] = 7;
	CHECK(available(x, missing, 8, 3, SC_PCA_PEARSON, &value, &models) == SC_OK);
	CHECK_NEAR(value, 1 + sqrt(2.0), 1e-12);
	CHECK_NEAR(models, 1 + 2 / (1.0 / 3 + 1.0 / 2), 1e-12);

	/* it does not vary there */
	x[2 * 8 + 2] = x[2 * 8 + 3] = x[2 * 8 + 4] = 0.1;
	CHECK(available(x, missing, 8, 3, SC_PCA_PEARSON, &value, &models) == SC_OK);
	CHECK_NEAR(value, 2, 1e-9);
}

static void
test_nothing(void)
{
	double		x[6] = {1, 2, 3, 1, 2, 3};
	bool		missing[6] = {0, 0, 0, 0, 0, 1};
	double		value = -7;
	double		models = -7;

	CHECK(available(x, missing, 3, 2, SC_PCA_SPEARMAN, &value, &models) == SC_TOO_FEW_SCORES);
	CHECK(available(x, missing, 3, SC_MAX_DIRECT_COLUMNS + 1, SC_PCA_SPEARMAN, &value, &models) == SC_TOO_MANY_COLUMNS);
	CHECK(value == -7 && models == -7);
}

int
main(void)
{
	RUN(test_complete);
	RUN(test_gaps);
	RUN(test_nothing);
	return check_done();
}
