/*-------------------------------------------------------------------------
 *
 * test_parallel_analysis.c
 *	  Thresholds of eigenvalues against samples drawn here as the header says,
 *	  and quantiles by their definition.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/component/component.h"
#include "stats/imputation/impute.h"
#include "stats/base/normal.h"
#include "stats/resampling/parallel_analysis.h"

#define SEED UINT64_C(0x0123456789abcdef)

static ScStatus
threshold_gaps(const bool *missing, size_t n, size_t d, ScPca pca, size_t k,
			   const double *loading, size_t samples, double quantile,
			   double *value, double *result)
{
	void	   *work = exactly(sc_parallel_workspace(n, d, pca, missing != NULL));
	ScStatus	status = sc_parallel_threshold(missing, n, d, pca, k, loading, SEED,
											   samples, quantile, work, test_poll,
											   value, result);

	free(work);
	return status;
}

static ScStatus
threshold(size_t n, size_t d, ScPca pca, size_t k, const double *loading,
		  size_t samples, double quantile, double *value, double *result)
{
	return threshold_gaps(NULL, n, d, pca, k, loading, samples, quantile, value, result);
}

/* Normal numbers are the quantiles of the uniform ones, to the last bits. */
static void
test_normal(void)
{
	ScPhilox	a;
	ScPhilox	b;
	long double sum = 0.0L;
	long double squares = 0.0L;
	int			i;

	sc_philox_start(&a, 1, SC_NULL_SAMPLES, 2);
	sc_philox_start(&b, 1, SC_NULL_SAMPLES, 2);
	for (i = 0; i < 20000; i++)
	{
		double		uniform = sc_philox_uniform(&a);
		double		normal = sc_philox_normal(&b);

		CHECK_RELATIVE(0.5L * erfcl(-normal / sqrtl(2.0L)), uniform, 1e-14L);
		sum += normal;
		squares += normal * normal;
	}
	CHECK_NEAR(sum / 20000, 0.0L, 4.0L / sqrtl(20000.0L));
	CHECK_NEAR(squares / 20000, 1.0L, 4.0L * sqrtl(2.0L / 20000));
}

/*
 * Sample s by the header, imputed where scores are missing, its correlation matrix,
 * its (k + 1)-th eigenvalue.  NaN if it cannot be imputed.
 */
static double
one_value(const bool *missing, size_t n, size_t d, ScPca pca, size_t k, const double *loading,
		  size_t s)
{
	double	   *x = exactly(n * d * sizeof(double));
	double	   *f = exactly((k + d) * sizeof(double));
	double	   *matrix = exactly(d * d * sizeof(double));
	double	   *values = exactly(d * sizeof(double));
	double	   *vectors = exactly(d * d * sizeof(double));
	void	   *work = exactly(sc_correlation_matrix_workspace(n, d, pca));
	void	   *work2 = exactly(sc_components_workspace(d, d));
	ScPhilox	random;
	ScImputation out;
	void	   *work3 = exactly(sc_impute_workspace(n, d));
	double		result;
	size_t		i;
	size_t		j;
	size_t		c;

	sc_philox_start(&random, SEED, SC_NULL_SAMPLES, k * 4294967296 + s);
	for (i = 0; i < n; i++)
	{
		for (c = 0; c < k + d; c++)
			f[c] = sc_philox_normal(&random);
		for (j = 0; j < d; j++)
		{
			double		u = 1.0;

			for (c = 0; c < k; c++)
				u -= loading[c * d + j] * loading[c * d + j];
			x[j * n + i] = f[k + j] * sqrt(u < 1e-6 ? 1e-6 : u);
			for (c = 0; c < k; c++)
				x[j * n + i] += loading[c * d + j] * f[c];
		}
	}
	out.spread = exactly(d * sizeof(ScSpread));
	out.weight = exactly(d * sizeof(double));
	out.noise = exactly(d * sizeof(double));
	out.t = exactly(n * sizeof(double));
	result = NAN;
	if (missing == NULL || sc_impute(x, missing, n, d, SC_PARALLEL_TOLERANCE, work3, NULL, &out) == SC_OK)
	{
		sc_correlation_matrix(x, n, d, pca, matrix, work, NULL);
		CHECK(sc_components(matrix, d, d, values, vectors, work2, NULL) == SC_OK);
		result = values[k];
	}
	free(out.spread);
	free(out.weight);
	free(out.noise);
	free(out.t);
	free(work3);
	free(x);
	free(f);
	free(matrix);
	free(values);
	free(vectors);
	free(work);
	free(work2);
	return result;
}

static int
by_size(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static void
test_samples(void)
{
	static const size_t ns[] = {3, 5, 26, 300};
	static const size_t ds[] = {1, 2, 5, 12};
	static const size_t counts[] = {1, 2, 21, 30};
	static const double quantiles[] = {0.95, 0.0, 1.0, 0.5, 0.3};
	double		loading[144];
	size_t		a;
	size_t		b;
	size_t		i;
	size_t		k;
	int			pca;

	for (i = 0; i < 144; i++)
		loading[i] = 0.8 * random_normal() / (1.0 + (double) (i / 12));
	for (a = 0; a < 4; a++)
	{
		for (b = 0; b < 4; b++)
		{
			size_t		d = ds[b];
			size_t		samples = counts[(a + b) % 4];

			for (k = 0; k < d; k = 2 * k + 1)
			{
				double	   *value = exactly(samples * sizeof(double));
				double	   *expected = exactly(samples * sizeof(double));
				double	   *given = exactly(k * d * sizeof(double));
				double		quantile = quantiles[(a + b + k) % 5];
				double		position = (double) (samples - 1) * quantile;
				double		low;
				double		high;
				double		result;

				memcpy(given, loading, k * d * sizeof(double));
				for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
				{
					CHECK(threshold(ns[a], d, pca, k, k > 0 ? given : NULL, samples,
									quantile, value, &result) == SC_OK);
					for (i = 0; i < samples; i++)
						expected[i] = one_value(NULL, ns[a], d, pca, k, given, i);
					qsort(expected, samples, sizeof(double), by_size);
					qsort(value, samples, sizeof(double), by_size);
					for (i = 0; i < samples; i++)
						CHECK_NEAR(value[i], expected[i], 2e-13L);

					/* between its neighbours, in proportion */
					low = expected[(size_t) floor(position)];
					high = expected[(size_t) ceil(position)];
					CHECK_NEAR(result, low + (high - low) * (position - floor(position)),
							   2e-13L);
				}
				free(value);
				free(expected);
				free(given);
			}
		}
	}
}

/* Samples with the gaps of a table; what cannot be imputed is left out. */
static void
test_missing(void)
{
	static const size_t ns[] = {5, 8, 14, 26};
	static const size_t ds[] = {2, 3, 5, 12, 40};
	double		loading[80];
	double		value[20];
	double		expected[20];
	size_t		left_out = 0;
	size_t		failed = 0;
	size_t		larger = 0;
	size_t		round;

	for (round = 0; round < 200; round++)
	{
		/* of two columns with few models in common many cannot be imputed */
		size_t		n = round < 80 ? ns[round % 4] : 14;
		size_t		d = round < 80 ? ds[round / 4 % 5] : 2;
		size_t		k = round % 3 == 2;
		ScPca		pca = round % 2 == 0 ? SC_PCA_SPEARMAN : SC_PCA_PEARSON;
		bool	   *missing = exactly(n * d * sizeof(bool));
		double		result = -1.0;
		double		complete;
		size_t		found = 0;
		size_t		i;
		ScStatus	status;

		for (i = 0; i < n * d; i++)
			missing[i] = random_below(100) < (round < 40 ? 15 : round < 80 ? 35 : 60);

		/* a model without any score is connected with none */
		for (i = 0; i < n; i++)
		{
			size_t		j;

			for (j = 0; j < d && missing[j * n + i]; j++)
				;
			if (j == d)
				missing[random_below(d) * n + i] = false;
		}
		for (i = 0; i < 80; i++)
			loading[i] = 0.5 + 0.1 * random_normal();
		status = threshold_gaps(missing, n, d, pca, k, loading, 20, 0.5, value, &result);
		for (i = 0; i < 20; i++)
		{
			expected[found] = one_value(missing, n, d, pca, k, loading, i);
			found += !isnan(expected[found]);
		}
		left_out += found < 20;
		for (i = 0; i < 20; i++)
			CHECK(isnan(value[i]) == (i >= found));
		if (found < 10)
		{
			CHECK(status == SC_NOT_CONVERGED && result == -1.0);
			failed++;
		}
		else if (CHECK(status == SC_OK))
		{
			size_t		middle = (found - 1) / 2;

			qsort(expected, found, sizeof(double), by_size);
			qsort(value, found, sizeof(double), by_size);
			for (i = 0; i < found; i++)
				CHECK_NEAR(value[i], expected[i], 2e-13L * (long double) d);
			CHECK_NEAR(result, (expected[middle] + expected[found / 2]) / 2.0L,
					   2e-13L * (long double) d);
			CHECK(threshold(n, d, pca, k, loading, 20, 0.5, value, &complete) == SC_OK);
			larger += k == 0 && result > complete;
		}
		free(missing);
	}
	CHECK(left_out > 10 && failed > 5 && larger > 20);
}

/* Gaps that are none change nothing. */
static void
test_none_missing(void)
{
	bool		missing[26 * 12] = {false};
	double		value[30];
	double		imputed[30];
	double		result;
	double		result2;
	int			pca;

	for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
	{
		CHECK(threshold(26, 12, pca, 0, NULL, 30, 0.95, value, &result) == SC_OK);
		CHECK(threshold_gaps(missing, 26, 12, pca, 0, NULL, 30, 0.95, imputed, &result2) == SC_OK);
		CHECK(same_bits(value, imputed, 30) && result == result2);
	}
}

/* What is known of thresholds without sampling. */
static void
test_known(void)
{
	double		loading[24];
	double		value[400];
	double		result;
	double		later;
	size_t		j;

	/* one column: its eigenvalue is 1 */
	CHECK(threshold(10, 1, SC_PCA_SPEARMAN, 0, NULL, 20, 0.95, value, &result) == SC_OK);
	CHECK(result == 1.0);

	/* three models span two dimensions: nothing is left but rounding */
	for (j = 0; j < 24; j++)
		loading[j] = 0.3;
	CHECK(threshold(3, 5, SC_PCA_PEARSON, 3, loading, 1, 0.95, value, &result) == SC_OK);
	CHECK(result >= 0.0 && result < 1e-14);

	/*
	 * Horn for 26 x 12, by another program: 2.69 +- 0.02; more models come
	 * nearer to 1, as 1 + sqrt(d / n) squared (Marchenko & Pastur)
	 */
	CHECK(threshold(26, 12, SC_PCA_SPEARMAN, 0, NULL, 400, 0.95, value, &result) == SC_OK);
	CHECK_NEAR(result, 2.69L, 0.06L);
	CHECK(threshold(3000, 12, SC_PCA_PEARSON, 0, NULL, 20, 0.5, value, &result) == SC_OK);
	CHECK_NEAR(result, powl(1.0L + sqrtl(12.0L / 3000), 2), 0.04L);

	/*
	 * Loadings of 1: both real components take everything, and the third is
	 * of the order of the least uniqueness, not 0, not NaN; a loading above 1
	 * leaves no less.
	 */
	for (j = 0; j < 12; j++)
	{
		loading[j] = j < 6 ? 1.0 : 0.0;
		loading[12 + j] = j < 6 ? 0.0 : 1.1;
	}
	CHECK(threshold(100, 12, SC_PCA_PEARSON, 2, loading, 50, 0.95, value, &result) == SC_OK);
	CHECK(result > 0.5e-6 && result < 5e-6);
	CHECK(threshold(100, 12, SC_PCA_PEARSON, 1, loading, 50, 0.95, value, &later) == SC_OK);
	CHECK(later > 1.0 && later < 2.0);
}

static void
test_statuses(void)
{
	size_t		most = SC_MAX_DIRECT_COLUMNS + 1;
	double		value = 0.0;
	double		result = -1.0;

	CHECK(sc_parallel_threshold(NULL, 2, most, SC_PCA_SPEARMAN, 0, NULL, 0, 1, 0.95, NULL,
								NULL, &value, &result) == SC_TOO_MANY_COLUMNS);
	CHECK(sc_parallel_threshold(NULL, 2, 5, SC_PCA_SPEARMAN, 0, NULL, 0, 1, 0.95, NULL,
								NULL, &value, &result) == SC_TOO_FEW_MODELS);
	CHECK(result == -1.0);
}

/* Jumps out of the poll at some of its calls, and starts over. */
static void
test_jump(void)
{
	double		value[30];
	double		again[30];
	double		loading[2] = {0.5, 0.6};
	double		result;
	double		result2;
	bool		gaps[2000];
	volatile long jumps;
	volatile long at;
	volatile long calls;
	volatile int kind;
	int			i;

	for (i = 0; i < 2000; i++)
		gaps[i] = i >= 1000 && random_below(5) == 0;
	for (kind = 0; kind < 2; kind++)
	{
		const bool *missing = kind == 0 ? NULL : gaps;
		void	   *work = exactly(sc_parallel_workspace(1000, 2, SC_PCA_SPEARMAN, kind == 1));

		jumps = poll_calls = poll_jumps_at = 0;
		CHECK(threshold_gaps(missing, 1000, 2, SC_PCA_SPEARMAN, 1, loading, 30, 0.95,
							 value, &result) == SC_OK);
		calls = poll_calls;
		CHECK(calls > 30 * 4);
		for (at = 1; at <= calls; at += 1 + calls / 50)
		{
			poll_calls = 0;
			poll_jumps_at = at;
			if (setjmp(poll_target) == 0)
				sc_parallel_threshold(missing, 1000, 2, SC_PCA_SPEARMAN, 1, loading, SEED, 30,
									  0.95, work, test_poll, again, &result2);
			else
				jumps++;
		}
		CHECK(jumps > 40);
		poll_jumps_at = 0;
		CHECK(sc_parallel_threshold(missing, 1000, 2, SC_PCA_SPEARMAN, 1, loading, SEED, 30,
									0.95, work, test_poll, again, &result2) == SC_OK);
		CHECK(same_bits(value, again, 30) && result == result2);
		free(work);
	}
}

int
main(void)
{
	RUN(test_normal);
	RUN(test_samples);
	RUN(test_known);
	RUN(test_statuses);
	RUN(test_missing);
	RUN(test_none_missing);
	RUN(test_jump);
	return check_done();
}
