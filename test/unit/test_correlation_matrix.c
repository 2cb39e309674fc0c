/*-------------------------------------------------------------------------
 *
 * test_correlation_matrix.c
 *	  The correlation matrix against sc_correlate() for every pair of columns,
 *	  to the bit; the dual against the matrix it stands for.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/component/component.h"
#include "stats/correlation/correlate.h"
#include "stats/correlation/correlation_matrix.h"

/* The matrix, to be freed; its workspace has exactly the size asked for. */
static double *
matrix_of(const double *x, size_t n, size_t d, ScPca pca)
{
	double	   *matrix = exactly(d * d * sizeof(double));
	void	   *work = exactly(sc_correlation_matrix_workspace(n, d, pca));

	sc_correlation_matrix(x, n, d, pca, matrix, work, test_poll);
	free(work);
	return matrix;
}

static double *
unit_columns_of(const double *x, size_t n, size_t d, ScPca pca)
{
	double	   *unit = exactly(n * d * sizeof(double));
	void	   *work = exactly(sc_correlation_matrix_workspace(n, d, pca));

	sc_unit_columns(x, n, d, pca, unit, work, test_poll);
	free(work);
	return unit;
}

static double *
dual_of(const double *unit, size_t n, size_t d)
{
	double	   *matrix = exactly(n * n * sizeof(double));
	void	   *work = exactly(sc_dual_matrix_workspace(n));

	sc_dual_matrix(unit, n, d, matrix, work, test_poll);
	free(work);
	return matrix;
}

static ScStatus
components(const double *matrix, size_t d, size_t wanted, double *values,
		   double *vectors)
{
	void	   *work = exactly(sc_components_workspace(d, wanted));
	ScStatus	status = sc_components(matrix, d, wanted, values, vectors, work, NULL);

	free(work);
	return status;
}

/* Columns of all kinds, some alike, none constant, |x| <= SC_MAX_SCORE. */
static void
random_table(double *x, size_t n, size_t d)
{
	size_t		i;
	size_t		j;

	for (j = 0; j < d; j++)
	{
		double	   *column = x + j * n;
		const double *other = x + (j > 0 ? random_below(j) : 0) * n;
		int			kind = (int) random_below(8);

		if (kind < 6)
			random_values(column, n, kind == 4 ? 0 : kind);
		for (i = 0; i < n; i++)
		{
			if (kind == 6)		/* the same or the opposite order */
				column[i] = j == 0 ? (double) i : j % 2 == 0 ? other[i] : -other[i];
			else if (kind == 7)
				column[i] = (j == 0 ? 0.0 : other[i]) + random_normal();
			else if (kind == 4)
				column[i] = ldexp(column[i], 200);
		}
		column[j % n] += fabs(column[j % n]) + 1.0;
		column[(j + 1) % n] -= fabs(column[(j + 1) % n]) + 1.0;
	}
}

/* Every element has the bits that sc_correlate() gives for the pair. */
static void
check_pairs(const double *x, size_t n, size_t d, ScPca pca)
{
	ScMethod	method = pca == SC_PCA_SPEARMAN ? SC_SPEARMAN : SC_PEARSON;
	double	   *copy = exactly(n * d * sizeof(double));
	double	   *matrix;
	void	   *work = exactly(sc_correlate_workspace(method, n));
	bool		same = true;
	bool		diagonal = true;
	size_t		i;
	size_t		j;

	memcpy(copy, x, n * d * sizeof(double));
	poll_calls = poll_jumps_at = 0;
	matrix = matrix_of(x, n, d, pca);
	CHECK(poll_calls >= (long) d);
	CHECK(same_bits(copy, x, n * d));
	for (i = 0; i < d; i++)
	{
		diagonal = diagonal && matrix[i * d + i] == 1.0;
		for (j = 0; j < i; j++)
		{
			ScCorrelation c;

			same = same && sc_correlate(method, x + i * n, x + j * n, n, work,
										NULL, &c) == SC_OK &&
				same_bits(&c.corr, matrix + i * d + j, 1) &&
				same_bits(&c.corr, matrix + j * d + i, 1);
		}
	}
	CHECK(same);
	CHECK(diagonal);
	free(copy);
	free(matrix);
	free(work);
}

static void
test_pairs(void)
{
	static const size_t ds[] = {1, 2, 3, 7, 8, 9, 13, 20};
	size_t		n;
	size_t		a;
	int			pca;

	for (n = 3; n <= 200; n++)
	{
		size_t		d = ds[n % 8];
		double	   *x = exactly(n * d * sizeof(double));

		random_table(x, n, d);
		for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
			check_pairs(x, n, d, pca);
		free(x);
	}
	for (a = 0; a < 4; a++)
	{
		static const size_t large[] = {1000, 2048, 4097, 20};
		size_t		d = a == 3 ? 70 : 10;
		double	   *x = exactly(large[a] * d * sizeof(double));

		random_table(x, large[a], d);
		for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
			check_pairs(x, large[a], d, pca);
		free(x);
	}
}

/*
 * Up to where squares of ranks are exact doubles, and above: no ties, and an
 * order that differs by one exchange of neighbours, which is not exactly 1; with ties; at
 * last an order that has something in common, where lost bits would show.
 */
static void
test_many_models(void)
{
	static const size_t ns[] = {299999, 300000, 300001, 420000};
	size_t		d = 3;
	size_t		a;
	size_t		i;

	for (a = 0; a < 4; a++)
	{
		size_t		n = ns[a];
		double	   *x = exactly(n * d * sizeof(double));
		double	   *matrix;

		for (i = 0; i < n; i++)
		{
			x[i] = (double) i;
			x[n + i] = (double) i;
			x[2 * n + i] = a == 3 ? (double) i + 1e5 * random_normal() :
				a == 2 ? (double) random_below(1000) : -(double) (i / 2);
		}
		x[n + 10] = 11.0;
		x[n + 11] = 10.0;
		check_pairs(x, n, d, SC_PCA_SPEARMAN);
		matrix = matrix_of(x, n, d, SC_PCA_SPEARMAN);
		CHECK(matrix[1] < 1.0 && matrix[1] > 1.0 - 1e-14);
		free(matrix);
		free(x);
	}
}

/* Unit columns: of length 1, their products the correlations. */
static void
check_unit_columns(const double *unit, const double *matrix, size_t n, size_t d)
{
	long double worst = 0.0L;
	size_t		i;
	size_t		j;
	size_t		r;

	for (i = 0; i < d; i++)
	{
		for (j = 0; j <= i; j++)
		{
			long double sum = 0.0L;

			for (r = 0; r < n; r++)
				sum += (long double) unit[i * n + r] * unit[j * n + r];
			worst = fmaxl(worst, fabsl(sum - matrix[i * d + j]));
		}
	}
	CHECK_NEAR(worst, 0.0L, 5e-15L);
}

static void
check_dual(const double *unit, const double *dual, size_t n, size_t d)
{
	long double worst = 0.0L;
	bool		symmetric = true;
	size_t		i;
	size_t		j;
	size_t		r;

	for (i = 0; i < n; i++)
	{
		for (j = 0; j < n; j++)
		{
			long double sum = 0.0L;

			for (r = 0; r < d; r++)
				sum += (long double) unit[r * n + i] * unit[r * n + j];
			worst = fmaxl(worst, fabsl(sum - dual[i * n + j]));
			symmetric = symmetric && same_bits(dual + i * n + j, dual + j * n + i, 1);
		}
	}
	CHECK_NEAR(worst, 0.0L, 1e-15L * (long double) d);
	CHECK(symmetric);
}

/* Its eigenvalues are the matrix's, and its vectors become the matrix's. */
static void
test_dual(void)
{
	static const size_t ns[] = {3, 5, 8, 20, 63, 64, 65, 100};
	static const size_t ds[] = {4, 33, 64, 65, 150, 256};
	size_t		a;
	size_t		b;
	size_t		i;
	size_t		k;
	int			pca;

	for (a = 0; a < 8; a++)
	{
		for (b = 0; b < 6; b++)
		{
			size_t		n = ns[a];
			size_t		d = ds[b];
			size_t		m = n < d ? n : d;
			double	   *x = exactly(n * d * sizeof(double));

			if (n > d * 2)
			{
				free(x);
				continue;
			}
			for (i = 0; i < n * d; i++)
				x[i] = random_normal() + (i % n % 3 == 0 ? 0.7 : 0.0);
			for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
			{
				double	   *matrix = matrix_of(x, n, d, pca);
				double	   *unit = unit_columns_of(x, n, d, pca);
				double	   *dual = dual_of(unit, n, d);
				double	   *values = exactly(d * sizeof(double));
				double	   *vectors = exactly(d * d * sizeof(double));
				double	   *dual_values = exactly(n * sizeof(double));
				double	   *dual_vectors = exactly(n * n * sizeof(double));
				double	   *v = exactly(d * sizeof(double));

				check_unit_columns(unit, matrix, n, d);
				check_dual(unit, dual, n, d);
				CHECK(components(matrix, d, d, values, vectors) == SC_OK);
				CHECK(components(dual, n, n, dual_values, dual_vectors) == SC_OK);
				for (k = 0; k < m; k++)
					CHECK_NEAR(dual_values[k], values[k], 1e-12L * values[0]);
				for (k = m; k < n || k < d; k++)
					CHECK_NEAR(k < n ? dual_values[k] : values[k], 0.0L,
							   1e-12L * values[0]);
				for (k = 0; k < m && k < 4 && sc_component_is_defined(values, d, k); k++)
				{
					double		gap = fmin(k == 0 ? INFINITY : values[k - 1] - values[k],
										   k + 1 == d ? INFINITY : values[k] - values[k + 1]);
					long double off = 0.0L;

					sc_vector_of_dual(unit, n, d, dual_vectors + k * n, v);
					sc_orient_component(v, d, k);
					for (i = 0; i < d; i++)
						off += ((long double) v[i] - vectors[k * d + i]) *
							((long double) v[i] - vectors[k * d + i]);
					CHECK_NEAR(sqrtl(off), 0.0L, 1e-12L * values[0] / gap);
				}

				/* of nothing there is nothing, but no NaN */
				memset(dual_vectors, 0, n * sizeof(double));
				sc_vector_of_dual(unit, n, d, dual_vectors, v);
				for (i = 0; i < d; i++)
					CHECK(v[i] == 0.0);
				free(matrix);
				free(unit);
				free(dual);
				free(values);
				free(vectors);
				free(dual_values);
				free(dual_vectors);
				free(v);
			}
			free(x);
		}
	}
}

/* A jump out of any poll leaves the table as it was and a next run as good. */
static void
test_poll_and_jump(void)
{
	static const size_t n = 150;
	static const size_t d = 12;
	double	   *x = exactly(n * d * sizeof(double));
	double	   *copy = exactly(n * d * sizeof(double));
	double	   *again = exactly(d * d * sizeof(double));
	volatile int pca;

	random_table(x, n, d);
	memcpy(copy, x, n * d * sizeof(double));
	for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
	{
		void	   *volatile work = exactly(sc_correlation_matrix_workspace(n, d, pca));
		double	   *volatile matrix;
		volatile long calls;
		volatile long jumps = 0;
		volatile long at;

		poll_calls = poll_jumps_at = 0;
		matrix = matrix_of(x, n, d, pca);
		calls = poll_calls;
		for (at = 1; at <= calls; at++)
		{
			poll_calls = 0;
			poll_jumps_at = at;
			if (setjmp(poll_target) == 0)
				sc_correlation_matrix(x, n, d, pca, again, work, test_poll);
			else
				jumps++;
		}
		CHECK(jumps == calls && calls >= (long) d);
		poll_jumps_at = 0;
		sc_correlation_matrix(x, n, d, pca, again, work, NULL);
		CHECK(same_bits(again, matrix, d * d));
		CHECK(same_bits(x, copy, n * d));
		free(work);
		free(matrix);
	}
	free(x);
	free(copy);
	free(again);
}

int
main(void)
{
	RUN(test_pairs);
	RUN(test_many_models);
	RUN(test_dual);
	RUN(test_poll_and_jump);
	return check_done();
}
