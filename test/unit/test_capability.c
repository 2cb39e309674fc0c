/*-------------------------------------------------------------------------
 *
 * test_capability.c
 *	  The capabilities score against the recipe done again in long double, with
 *	  ranks by definition and a power iteration; mean and standard deviation of
 *	  hostile columns.
 *
 *-------------------------------------------------------------------------
 */
#include "stats/component/capability.h"
#include "check.h"
#include "stats/component/component.h"
#include "stats/correlation/correlate.h"

static ScCapabilityFit
new_fit(size_t n, size_t d)
{
	ScCapabilityFit fit;

	fit.spread = exactly(d * sizeof(ScSpread));
	fit.value = exactly(d * sizeof(double));
	fit.vector = exactly(d * d * sizeof(double));
	fit.n_values = fit.n_vectors = SIZE_MAX;
	fit.score = exactly(n * sizeof(double));
	fit.constant = SIZE_MAX;
	return fit;
}

static void
free_fit(ScCapabilityFit *fit)
{
	free(fit->spread);
	free(fit->value);
	free(fit->vector);
	free(fit->score);
}

static ScStatus
fit_some(const double *x, size_t n, size_t d, ScPca pca, size_t wanted,
		 ScCapabilityFit *fit)
{
	void	   *work = exactly(sc_capability_workspace(n, d, pca, wanted));
	ScStatus	status = sc_capability_fit(x, n, d, pca, wanted, work, NULL, fit);

	free(work);
	return status;
}

/* All components that there are. */
static ScStatus
fit_capability(const double *x, size_t n, size_t d, ScPca pca,
			   ScCapabilityFit *fit)
{
	return fit_some(x, n, d, pca, d, fit);
}

/* The correlation matrix of the table, to be freed. */
static double *
matrix_of(const double *x, size_t n, size_t d, ScPca pca)
{
	double	   *matrix = exactly(d * d * sizeof(double));
	void	   *work = exactly(sc_correlation_matrix_workspace(n, d, pca));

	sc_correlation_matrix(x, n, d, pca, matrix, work, NULL);
	free(work);
	return matrix;
}

/* d columns of n models that share a factor, in units of their own, with ties. */
static void
random_table(double *x, size_t n, size_t d)
{
	size_t		i;
	size_t		j;

	for (i = 0; i < n; i++)
	{
		double		common = random_normal() * 2.0;

		for (j = 0; j < d; j++)
		{
			double		value = common + random_normal();

			if (j % 3 == 1)
				value = rint(value * 2.0);
			x[j * n + i] = value * pow(10.0, (double) (j % 5) - 2.0) +
				(j % 4 == 2 ? 1e6 : 0.0);
		}
	}
}

/* The long double mean of a column, measured from its first value. */
static long double
exact_mean(const double *x, size_t n)
{
	long double sum = 0.0L;
	size_t		i;

	for (i = 0; i < n; i++)
		sum += (long double) x[i] - x[0];
	return sum / (long double) n;
}

static long double
exact_sd(const double *x, size_t n)
{
	long double mean = exact_mean(x, n);
	long double sum = 0.0L;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		long double deviation = (long double) x[i] - x[0] - mean;

		sum += deviation * deviation;
	}
	return sqrtl(sum / (long double) n);
}

/* Pearson's correlation of values or, by their definition, of mid-ranks. */
static long double
exact_correlation(const double *a, const double *b, size_t n, ScPca pca)
{
	long double sab = 0.0L;
	long double saa = 0.0L;
	long double sbb = 0.0L;
	long double ma = exact_mean(a, n);
	long double mb = exact_mean(b, n);
	size_t		i;
	size_t		j;

	for (i = 0; i < n; i++)
	{
		long double da = (long double) a[i] - a[0] - ma;
		long double db = (long double) b[i] - b[0] - mb;

		if (pca == SC_PCA_SPEARMAN)
		{
			da = db = 0.0L;
			for (j = 0; j < n; j++)
			{
				da += (a[i] > a[j]) - (a[i] < a[j]);
				db += (b[i] > b[j]) - (b[i] < b[j]);
			}
		}
		sab += da * db;
		saa += da * da;
		sbb += db * db;
	}
	return sab / (sqrtl(saa) * sqrtl(sbb));
}

static void
check_fit(const double *x, size_t n, size_t d, ScPca pca,
		  const ScCapabilityFit *fit)
{
	double	   *doubles = matrix_of(x, n, d, pca);
	long double *matrix = exactly(d * d * sizeof(long double));
	long double *v = exactly(d * sizeof(long double));
	long double *w = exactly(d * sizeof(long double));
	long double norm = 0.0L;
	long double sum = 0.0L;
	long double first = 0.0L;
	size_t		i;
	size_t		j;
	int			round;

	for (i = 0; i < d; i++)
	{
		for (j = 0; j < d; j++)
		{
			matrix[i * d + j] = exact_correlation(x + i * n, x + j * n, n, pca);
			CHECK_NEAR(doubles[i * d + j], matrix[i * d + j],
					   pca == SC_PCA_SPEARMAN ? 4e-16L : 4e-15L);
			CHECK(doubles[i * d + j] == doubles[j * d + i]);
		}
		CHECK(doubles[i * d + i] == 1.0);
	}
	CHECK(fit->n_values == d && fit->n_vectors == (n < d && d > 32 ? n : d));

	for (i = 0; i < d; i++)
		v[i] = 1.0L;
	for (round = 0; round < 400; round++)
	{
		norm = 0.0L;
		for (i = 0; i < d; i++)
		{
			w[i] = 0.0L;
			for (j = 0; j < d; j++)
				w[i] += matrix[i * d + j] * v[j];
			norm += w[i] * w[i];
		}
		norm = sqrtl(norm);
		for (i = 0; i < d; i++)
			v[i] = w[i] / norm;
	}
	for (i = 0; i < d; i++)
		sum += v[i];
	CHECK(sum > 0.0L);
	CHECK_RELATIVE(fit->value[0], norm, 1e-13L);
	for (i = 0; i < d; i++)
		CHECK_NEAR(fit->vector[i], v[i], 1e-12L);

	for (j = 0; j < d; j++)
	{
		CHECK_RELATIVE(fit->spread[j].sd, exact_sd(x + j * n, n), 1e-15L);
		CHECK_NEAR(fit->spread[j].mean, x[j * n] + exact_mean(x + j * n, n),
				   1.2e-16L * fabs(fit->spread[j].mean) + 1e-15L * fit->spread[j].sd);
	}
	for (i = 0; i < n; i++)
	{
		long double score = 0.0L;

		for (j = 0; j < d; j++)
		{
			const double *column = x + j * n;

			score += v[j] * ((long double) column[i] - column[0] -
							 exact_mean(column, n)) / exact_sd(column, n);
		}
		if (i == 0)
			first = score;
		CHECK_NEAR(fit->score[i], score, 1e-12L);
		CHECK_NEAR(fit->score[i] - fit->score[0], score - first, 1e-12L);
	}
	free(doubles);
	free(matrix);
	free(v);
	free(w);
}

static void
test_recipe(void)
{
	static const size_t ns[] = {4, 7, 27, 60};
	static const size_t ds[] = {1, 2, 3, 5, 12, 32, 33};
	size_t		a;
	size_t		b;
	size_t		i;
	size_t		j;
	int			pca;

	for (a = 0; a < 4; a++)
	{
		for (b = 0; b < 7; b++)
		{
			size_t		n = ns[a];
			size_t		d = ds[b];
			double	   *x = exactly(n * d * sizeof(double));

			for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
			{
				ScCapabilityFit fit = new_fit(n, d);
				ScCapabilityFit again = new_fit(n, d);
				double	   *matrix;

				random_table(x, n, d);
				matrix = matrix_of(x, n, d, pca);
				CHECK(fit_capability(x, n, d, pca, &fit) == SC_OK);
				check_fit(x, n, d, pca, &fit);
				CHECK(fit_capability(x, n, d, pca, &again) == SC_OK);
				CHECK(same_bits(fit.score, again.score, n));
				for (i = 0; i < d; i++)
				{
					for (j = 0; j < i; j++)
					{
						ScMethod	method = pca == SC_PCA_SPEARMAN ?
							SC_SPEARMAN : SC_PEARSON;
						void	   *work = exactly(sc_correlate_workspace(method, n));
						ScCorrelation c;

						sc_correlate(method, x + i * n, x + j * n, n, work, NULL, &c);
						CHECK(c.corr == matrix[i * d + j]);
						free(work);
					}
				}
				if (d == 1)
				{
					CHECK(matrix[0] == 1.0 && fit.value[0] == 1.0 &&
						  fit.vector[0] == 1.0);
					for (i = 0; i < n; i++)
						CHECK(fit.score[i] == (x[i] - fit.spread[0].pivot - fit.spread[0].centre) / fit.spread[0].sd);
				}
				free(matrix);
				free_fit(&fit);
				free_fit(&again);
			}
			free(x);
		}
	}
}

/* Rows in another order: the same matrix, to the bit; each row keeps its score. */
static void
test_row_order(void)
{
	size_t		n = 40;
	size_t		d = 6;
	double		x[240];
	double		y[240];
	size_t		order[40];
	size_t		i;
	size_t		j;
	int			round;

	for (round = 0; round < 50; round++)
	{
		ScCapabilityFit fit = new_fit(n, d);
		ScCapabilityFit other = new_fit(n, d);
		double	   *matrix;
		double	   *matrix2;
		bool		tied = true;
		bool		kept = true;

		random_table(x, n, d);
		for (i = 1; i < n; i += 3)	/* rows 0 and 1, 3 and 4, ... are equal */
		{
			for (j = 0; j < d; j++)
				x[j * n + i] = x[j * n + i - 1];
		}
		random_order(order, n);
		for (i = 0; i < n; i++)
		{
			for (j = 0; j < d; j++)
				y[j * n + i] = x[j * n + order[i]];
		}
		CHECK(fit_capability(x, n, d, SC_PCA_SPEARMAN, &fit) == SC_OK);
		CHECK(fit_capability(y, n, d, SC_PCA_SPEARMAN, &other) == SC_OK);
		matrix = matrix_of(x, n, d, SC_PCA_SPEARMAN);
		matrix2 = matrix_of(y, n, d, SC_PCA_SPEARMAN);
		CHECK(same_bits(matrix, matrix2, d * d));
		CHECK(same_bits(fit.vector, other.vector, d * d));
		for (i = 1; i < n; i += 3)
			tied = tied && fit.score[i] == fit.score[i - 1];
		for (i = 0; i < n; i++)
			kept = kept && fabs(other.score[i] - fit.score[order[i]]) < 1e-12;
		CHECK(tied);
		CHECK(kept);
		free(matrix);
		free(matrix2);
		free_fit(&fit);
		free_fit(&other);
	}
}

static void
test_statuses(void)
{
	size_t		most = SC_MAX_COMPONENT_COLUMNS + 1;
	double	   *x = exactly(most * 4 * sizeof(double));
	ScCapabilityFit fit = new_fit(4, 3);
	double	   *matrix;
	double		untouched = 0.0;
	size_t		i;

	memset(&untouched, 0xff, sizeof(untouched));
	for (i = 0; i < most * 4; i++)
		x[i] = 0.1;
	CHECK(fit_some(x, most, most, SC_PCA_SPEARMAN, 1, &fit) == SC_TOO_MANY_COLUMNS);
	CHECK(fit_some(x, 2, most, SC_PCA_SPEARMAN, 1, &fit) == SC_TOO_FEW_MODELS);
	CHECK(fit_some(x, 4, most, SC_PCA_PEARSON, 1, &fit) == SC_CONSTANT_COLUMN);
	CHECK(fit.constant == 0);
	fit.constant = SIZE_MAX;
	CHECK(fit_capability(x, 2, 3, SC_PCA_SPEARMAN, &fit) == SC_TOO_FEW_MODELS);
	CHECK(fit_capability(x, 0, 3, SC_PCA_PEARSON, &fit) == SC_TOO_FEW_MODELS);
	CHECK(fit.constant == SIZE_MAX);
	CHECK(fit_capability(x, 4, 3, SC_PCA_SPEARMAN, &fit) == SC_CONSTANT_COLUMN);
	CHECK(fit.constant == 0);
	x[2] = nextafter(0.1, 0.0);
	CHECK(fit_capability(x, 4, 3, SC_PCA_PEARSON, &fit) == SC_CONSTANT_COLUMN);
	CHECK(fit.constant == 1);
	x[4] = 0.2;
	CHECK(fit_capability(x, 4, 3, SC_PCA_SPEARMAN, &fit) == SC_CONSTANT_COLUMN);
	CHECK(fit.constant == 2);
	CHECK(memcmp(fit.spread, &untouched, sizeof(double)) == 0);
	CHECK(memcmp(fit.value, &untouched, sizeof(double)) == 0);
	CHECK(memcmp(fit.vector, &untouched, sizeof(double)) == 0);
	CHECK(memcmp(fit.score, &untouched, sizeof(double)) == 0);
	CHECK(fit.n_values == SIZE_MAX && fit.n_vectors == SIZE_MAX);

	/* two benchmarks without correlation, 1 2 3 4 and 2 4 1 3: no component */
	for (i = 0; i < 4; i++)
		x[i] = (double) i;
	x[4] = 2.0;
	x[5] = 4.0;
	x[6] = 1.0;
	x[7] = 3.0;
	CHECK(fit_capability(x, 4, 2, SC_PCA_SPEARMAN, &fit) == SC_UNDEFINED_COMPONENT);
	matrix = matrix_of(x, 4, 2, SC_PCA_SPEARMAN);
	CHECK(matrix[1] == 0.0 && fit.value[0] == 1.0 && fit.spread[0].mean == 1.5);
	CHECK(fit.n_values == 2 && fit.n_vectors == 2);
	free(matrix);
	CHECK(memcmp(fit.score, &untouched, sizeof(double)) == 0);
	CHECK(fit_capability(x, 4, 2, SC_PCA_PEARSON, &fit) == SC_UNDEFINED_COMPONENT);

	/* two opposite ones have one: (+a, -a) */
	for (i = 0; i < 4; i++)
		x[4 + i] = -x[i];
	CHECK(fit_capability(x, 4, 2, SC_PCA_SPEARMAN, &fit) == SC_OK);
	matrix = matrix_of(x, 4, 2, SC_PCA_SPEARMAN);
	CHECK(matrix[1] == -1.0 && fit.vector[0] > 0.7 && fit.vector[1] < -0.7);
	free(matrix);
	CHECK(fit.score[0] < fit.score[1] && fit.score[2] < fit.score[3]);
	free(x);
	free_fit(&fit);
}

static void
test_mean_sd(void)
{
	static const double offsets[] = {0.0, 1e9, -1e9, 1e15, 123456.789};
	static const double scales[] = {1.0, 1e-6, 1e-3, 1e9, 1e130, 1e-200};
	double		x[1000];
	ScSpread	spread;
	size_t		n;
	size_t		i;
	int			o;
	int			s;

	for (n = 2; n <= 1000; n = n * 3 / 2 + 1)
	{
		for (o = 0; o < 5; o++)
		{
			for (s = 0; s < 6; s++)
			{
				long double expected;
				double		lowest = INFINITY;
				double		highest = -INFINITY;

				for (i = 0; i < n; i++)
				{
					x[i] = offsets[o] + random_normal() * scales[s];
					lowest = fmin(lowest, x[i]);
					highest = fmax(highest, x[i]);
				}
				sc_spread(x, n, NULL, &spread);
				CHECK(spread.mean >= lowest && spread.mean <= highest);
				if (lowest == highest)
				{
					CHECK(spread.sd == 0.0);
					continue;
				}
				CHECK_RELATIVE(spread.sd, exact_sd(x, n), 1e-15L);
				expected = x[0] + exact_mean(x, n);
				CHECK_NEAR(spread.mean, expected, 2.3e-16L * fabsl(expected) +
						   1e-15L * (highest - lowest));
			}
		}
	}

	/* a constant is one exactly, whatever its sum would round to */
	for (i = 0; i < 26; i++)
		x[i] = 0.1;
	sc_spread(x, 26, NULL, &spread);
	CHECK(spread.mean == 0.1 && spread.sd == 0.0);
	sc_spread(x, 1, NULL, &spread);
	CHECK(spread.mean == 0.1 && spread.sd == 0.0);
	x[25] = nextafter(0.1, 1.0);
	sc_spread(x, 26, NULL, &spread);
	CHECK(spread.mean == 0.1);
	CHECK_RELATIVE(spread.sd, 0x1p-56L * sqrtl(25.0L) / 26, 1e-15L);

	/* the extremes: subnormal differences, the largest scores */
	x[0] = x[1] = 0.0;
	x[2] = 0x1p-1074;
	for (n = 3; n <= 1000; n *= 7)
	{
		for (i = 3; i < n; i++)
			x[i] = 0.0;
		sc_spread(x, n, NULL, &spread);
		CHECK(spread.sd == 0x1p-1074);	/* below 1/2 of it from n = 7 on:
										 * never 0 */
	}
	x[0] = 1e-300;
	x[1] = 2e-300;
	x[2] = 3e-300;
	sc_spread(x, 3, NULL, &spread);
	CHECK_RELATIVE(spread.mean, 2e-300L, 1e-15L);
	CHECK_RELATIVE(spread.sd, 1e-300L * sqrtl(2.0L / 3), 1e-15L);
	x[0] = -SC_MAX_SCORE;
	x[1] = SC_MAX_SCORE;
	sc_spread(x, 2, NULL, &spread);
	CHECK(spread.mean == 0.0 && spread.sd == SC_MAX_SCORE);
	for (i = 0; i < 9; i++)
		x[i] = (double) (i + 1);
	sc_spread(x, 9, NULL, &spread);
	CHECK(spread.mean == 5.0);
	CHECK_RELATIVE(spread.sd, sqrtl(20.0L / 3), 1.2e-16L);
}

/* Columns in wild units: all numbers finite, the Spearman matrix unmoved. */
static void
test_magnitudes(void)
{
	static const double units[] = {1e140, 1e-140, 1.0, 1e-300, 0x1p-1074, 1e-9};
	size_t		n = 27;
	size_t		d = 6;
	double		x[162];
	double		y[162];
	size_t		i;
	size_t		j;
	int			pca;

	for (i = 0; i < n; i++)
	{
		double		common = (double) random_below(1000);

		for (j = 0; j < d; j++)
		{
			x[j * n + i] = common + (double) random_below(500);
			y[j * n + i] = x[j * n + i] / 1500.0 * units[j];
			if (j == 4)
				y[j * n + i] = x[j * n + i] * units[j];
			if (j == 5)
				y[j * n + i] += 1.0;
		}
	}
	for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
	{
		ScCapabilityFit fit = new_fit(n, d);
		ScCapabilityFit other = new_fit(n, d);
		double	   *matrix = matrix_of(x, n, d, pca);
		double	   *moved = matrix_of(y, n, d, pca);
		bool		finite = true;

		CHECK(fit_capability(x, n, d, pca, &fit) == SC_OK);
		CHECK(fit_capability(y, n, d, pca, &other) == SC_OK);
		for (i = 0; i < d * d; i++)
			CHECK_NEAR(moved[i], matrix[i],
					   pca == SC_PCA_SPEARMAN ? 0.0L : 1e-7L);
		for (i = 0; i < n; i++)
			finite = finite && fabs(other.score[i]) < 100.0;
		CHECK(finite);
		free(matrix);
		free(moved);
		free_fit(&fit);
		free_fit(&other);
	}
}

/* More columns than components allow, for a heatmap. */
static void
test_wide_matrix(void)
{
	size_t		n = 5;
	size_t		d = 300;
	double	   *x = exactly(n * d * sizeof(double));
	size_t		i;
	int			pca;

	for (i = 0; i < n * d; i++)
		x[i] = random_normal();
	for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
	{
		double	   *matrix = matrix_of(x, n, d, pca);

		for (i = 0; i < d; i++)
			CHECK_NEAR(matrix[i * d + (d - 1 - i)],
					   exact_correlation(x + i * n, x + (d - 1 - i) * n, n, pca),
					   2e-15L);
		free(matrix);
	}
	free(x);
}

/*
 * More benchmarks than models: the eigenvalues, the components that are defined
 * and those that are not, the scores are those of the correlation matrix.
 */
static void
check_primal(const double *x, size_t n, size_t d, ScPca pca, size_t wanted)
{
	size_t		found = sc_components_found(d, wanted);
	size_t		n_values = sc_eigenvalues_found(d, wanted);
	double	   *matrix = matrix_of(x, n, d, pca);
	double	   *values = exactly(n_values * sizeof(double));
	double	   *vectors = exactly(found * d * sizeof(double));
	void	   *work = exactly(sc_components_workspace(d, wanted));
	ScCapabilityFit fit = new_fit(n, d);
	ScCapabilityFit again = new_fit(n, d);
	ScStatus	status;
	size_t		i;
	size_t		k;

	free(fit.vector);			/* room for those that are found, no more */
	fit.vector = exactly(sc_components_found(n, wanted) * d * sizeof(double));
	CHECK(sc_components(matrix, d, wanted, values, vectors, work, NULL) == SC_OK);
	status = fit_some(x, n, d, pca, wanted, &fit);
	CHECK(status == (sc_component_is_defined(values, n_values, 0) ? SC_OK :
					 SC_UNDEFINED_COMPONENT));
	CHECK(fit.n_values == (n <= SC_MAX_DIRECT_COLUMNS ? d : sc_eigenvalues_found(n, wanted)));
	CHECK(fit.n_vectors == sc_components_found(n, wanted));
	for (k = 0; k < n_values && k < fit.n_values; k++)
	{
		CHECK_NEAR(fit.value[k], values[k],
				   (d > SC_MAX_DIRECT_COLUMNS && k + 1 == n_values ? 1e-10L : 1e-12L) * values[0]);
		CHECK(fit.value[k] >= 0.0 && (k == 0 || fit.value[k] <= fit.value[k - 1]));
	}
	for (; k < fit.n_values; k++)
		CHECK(fit.value[k] >= 0.0 && fit.value[k] <= fit.value[k - 1]);
	for (k = 0; k < found && k < fit.n_vectors; k++)
	{
		bool		defined = sc_component_is_defined(values, n_values, k);
		double		gap = fmin(k == 0 ? INFINITY : values[k - 1] - values[k],
							   k + 1 == n_values ? INFINITY : values[k] - values[k + 1]);
		long double off = 0.0L;

		CHECK(sc_component_is_defined(fit.value, fit.n_values, k) == defined);
		for (i = 0; i < d; i++)
			off += ((long double) fit.vector[k * d + i] - vectors[k * d + i]) *
				((long double) fit.vector[k * d + i] - vectors[k * d + i]);
		if (defined)
			CHECK_NEAR(sqrtl(off), 0.0L, 1e-12L * values[0] / gap);
	}
	for (i = 0; i < n && status == SC_OK; i++)
		CHECK(fit.score[i] == sc_component_score(x + i, n, d, fit.spread, fit.vector));
	CHECK(fit_some(x, n, d, pca, wanted, &again) == status);
	CHECK(same_bits(fit.value, again.value, fit.n_values));
	CHECK(same_bits(fit.vector, again.vector, fit.n_vectors * d));
	CHECK(same_bits(fit.score, again.score, n));
	free(matrix);
	free(values);
	free(vectors);
	free(work);
	free_fit(&fit);
	free_fit(&again);
}

static void
test_dual(void)
{
	static const size_t ns[] = {5, 6, 9, 16, 32, 33, 60};
	static const size_t ds[] = {33, 34, 61, 129, 200, 257, 400};
	size_t		a;
	size_t		b;
	size_t		i;
	size_t		wanted = 1;
	int			pca;

	for (a = 0; a < 7; a++)
	{
		for (b = 0; b < 7; b++)
		{
			size_t		n = ns[a];
			size_t		d = ds[b];
			double	   *x = exactly(n * d * sizeof(double));

			for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON && n < d; pca++)
			{
				random_table(x, n, d);
				if ((a + b) % 3 == 1)	/* noise */
				{
					for (i = 0; i < n * d; i++)
						x[i] = random_normal();
				}
				else if ((a + b) % 3 == 2)	/* every benchmark twice or thrice */
				{
					for (i = 0; i < n * d; i++)
						x[i] = x[i % (n * (d / 3))];
				}
				check_primal(x, n, d, pca, wanted);
				wanted = wanted % 12 + 1;
			}
			free(x);
		}
	}

	/* more models than the direct solver takes, through the dual all the same */
	{
		double	   *x = exactly(257 * 300 * sizeof(double));

		random_table(x, 257, 300);
		check_primal(x, 257, 300, SC_PCA_PEARSON, 3);
		check_primal(x, 256, 257, SC_PCA_SPEARMAN, 12);
		free(x);
	}
}

/* More benchmarks than SC_MAX_COMPONENT_COLUMNS, of fewer models. */
static void
test_many_benchmarks(void)
{
	size_t		n = 20;
	size_t		d = SC_MAX_COMPONENT_COLUMNS + 1;
	double	   *x = exactly(n * d * sizeof(double));
	ScCapabilityFit fit;
	long double trace = 0.0L;
	long double length = 0.0L;
	size_t		j;

	fit.spread = exactly(d * sizeof(ScSpread));
	fit.value = exactly(d * sizeof(double));
	fit.vector = exactly(2 * d * sizeof(double));
	fit.score = exactly(n * sizeof(double));
	random_table(x, n, d);
	CHECK(fit_some(x, n, d, SC_PCA_SPEARMAN, 2, &fit) == SC_OK);
	CHECK(fit.n_values == d && fit.n_vectors == 2);
	for (j = 0; j < d; j++)
	{
		trace += fit.value[j];
		length += (long double) fit.vector[j] * fit.vector[j];
		CHECK(j < n || fit.value[j] == 0.0);
	}
	CHECK_RELATIVE(trace, (long double) d, 1e-13L);
	CHECK_NEAR(length, 1.0L, 1e-13L);
	for (j = 0; j < d; j += 100)	/* all share one factor */
		CHECK(fit.vector[j] > 0.0);
	free(x);
	free_fit(&fit);
}

/*
 * Two groups of benchmarks without correlation between them: where both are as
 * large the first component is undefined, by any of the ways it is looked for.
 */
static void
test_two_groups(void)
{
	static const double patterns[2][4] = {{0, 1, 2, 3}, {1, 3, 0, 2}};
	static const size_t ns[] = {4, 8, 40, 264, 400};
	static const size_t ds[] = {2, 32, 33, 64, 256, 257, 258, 300, 401};
	size_t		a;
	size_t		b;
	size_t		i;
	size_t		wanted;
	int			pca;

	for (a = 0; a < 5; a++)
	{
		for (b = 0; b < 9; b++)
		{
			size_t		n = ns[a];
			size_t		d = ds[b];
			double	   *x = exactly(n * d * sizeof(double));

			for (i = 0; i < n * d; i++)
				x[i] = patterns[i / n < d / 2][i % n % 4];
			for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
			{
				for (wanted = 1; wanted <= 3 && wanted <= d; wanted += 2)
				{
					ScCapabilityFit fit = new_fit(n, d);

					CHECK(fit_some(x, n, d, pca, wanted, &fit) ==
						  (d % 2 == 0 ? SC_UNDEFINED_COMPONENT : SC_OK));
					CHECK_NEAR(fit.value[0], (long double) ((d + 1) / 2), 1e-12L * (long double) d);
					CHECK_NEAR(fit.value[1], (long double) (d / 2), 1e-10L * (long double) d);
					free_fit(&fit);
				}
			}
			free(x);
		}
	}
}

static void
test_poll_and_jump(void)
{
	size_t		n = 70000;
	size_t		d = 4;
	double	   *x = exactly(n * d * sizeof(double));
	ScCapabilityFit fit = new_fit(n, d);
	double	   *score = exactly(n * sizeof(double));
	volatile int pca;
	volatile long at;

	random_table(x, n, d);
	for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
	{
		volatile long jumps = 0;
		volatile long calls;
		void	   *volatile work = exactly(sc_capability_workspace(n, d, pca, d));

		poll_calls = poll_jumps_at = 0;
		CHECK(sc_capability_fit(x, n, d, pca, d, work, test_poll, &fit) == SC_OK);
		calls = poll_calls;
		CHECK(calls > 40);
		memcpy(score, fit.score, n * sizeof(double));
		for (at = 1; at <= calls; at += 37)
		{
			poll_calls = 0;
			poll_jumps_at = at;
			if (setjmp(poll_target) == 0)
				sc_capability_fit(x, n, d, pca, d, work, test_poll, &fit);
			else
				jumps++;
		}
		CHECK(jumps == (calls - 1) / 37 + 1);
		poll_jumps_at = 0;
		CHECK(sc_capability_fit(x, n, d, pca, d, work, NULL, &fit) == SC_OK);
		CHECK(same_bits(score, fit.score, n));
		free(work);
	}
	free(x);
	free(score);
	free_fit(&fit);
}

/* Workspace for up to n models is enough for any number of them. */
static void
test_workspace_up_to(void)
{
	static const size_t columns[] = {1, 2, 32, 33, 100, 300, 2000};
	size_t		k;
	size_t		n;
	size_t		wanted;
	int			pca;

	for (k = 0; k < sizeof(columns) / sizeof(columns[0]); k++)
	{
		for (wanted = 1; wanted <= 3; wanted++)
		{
			for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
			{
				size_t		d = columns[k];
				size_t		most = 0;
				bool		enough = true;

				for (n = 1; n <= 2500; n++)
				{
					size_t		size = sc_capability_workspace(n, d, (ScPca) pca, wanted);

					most = size > most ? size : most;
					enough = enough &&
						sc_capability_workspace_up_to(n, d, (ScPca) pca, wanted) == most;
				}
				CHECK(enough);
			}
		}
	}
}

int
main(void)
{
	RUN(test_workspace_up_to);
	RUN(test_recipe);
	RUN(test_row_order);
	RUN(test_statuses);
	RUN(test_mean_sd);
	RUN(test_magnitudes);
	RUN(test_wide_matrix);
	RUN(test_dual);
	RUN(test_many_benchmarks);
	RUN(test_two_groups);
	RUN(test_poll_and_jump);
	return check_done();
}
