/*-------------------------------------------------------------------------
 *
 * test_component_bootstrap.c
 *	  Replicates of components against resamples written out here, their
 *	  correlations by definition in long double and the equations that define
 *	  eigenvalues and loadings.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/component/component.h"
#include "stats/resampling/component_bootstrap.h"
#include "stats/imputation/impute.h"
#include "stats/base/philox.h"

#define SEED UINT64_C(0x9e3779b97f4a7c15)

static ScComponentReplicates
new_replicates(size_t d, size_t wanted, size_t first, size_t count, size_t stride)
{
	ScComponentReplicates out;

	out.first = first;
	out.count = count;
	out.stride = stride;

	/* the last quantity ends after count */
	out.share = exactly(((wanted - 1) * stride + count) * sizeof(double));
	out.loading = exactly(((wanted * d - 1) * stride + count) * sizeof(double));
	return out;
}

static void
free_replicates(ScComponentReplicates *out)
{
	free(out->share);
	free(out->loading);
}

static ScStatus
bootstrap_gaps(const double *x, const bool *missing, size_t n, size_t d, ScPca pca,
			   size_t wanted, const double *reference, ScPoll poll,
			   ScComponentReplicates *out)
{
	void	   *work = exactly(sc_component_bootstrap_workspace(n, d, pca, wanted,
																missing != NULL));
	ScStatus	status = sc_component_bootstrap(x, missing, n, d, pca, wanted,
												reference, SEED, work, poll, out);

	free(work);
	return status;
}

static ScStatus
bootstrap(const double *x, size_t n, size_t d, ScPca pca, size_t wanted,
		  const double *reference, ScPoll poll, ScComponentReplicates *out)
{
	return bootstrap_gaps(x, NULL, n, d, pca, wanted, reference, poll, out);
}

/* Columns that share a factor; the later ones have many ties. */
static void
random_table(double *x, size_t n, size_t d)
{
	size_t		i;
	size_t		j;

	for (i = 0; i < n; i++)
	{
		double		common = random_normal();

		for (j = 0; j < d; j++)
		{
			double		value = (1.2 + (double) j / 20) * common + random_normal();

			x[j * n + i] = j % 3 == 2 ? rint(2 * value) : value * pow(10.0, (double) (j % 4));
		}
	}
}

/* The resample, drawn row by row; how many models are in it? */
static size_t
write_out(const double *x, size_t n, size_t d, size_t b, double *y)
{
	bool	   *seen = exactly(n * sizeof(bool));
	ScPhilox	random;
	size_t		different = 0;
	size_t		i;
	size_t		j;

	memset(seen, 0, n * sizeof(bool));
	sc_philox_start(&random, SEED, SC_RESAMPLE_MODELS, b);
	for (i = 0; i < n; i++)
	{
		size_t		model = sc_philox_index(&random, n);

		different += !seen[model];
		seen[model] = true;
		for (j = 0; j < d; j++)
			y[j * n + i] = x[j * n + model];
	}
	free(seen);
	return different;
}

/* Values to numbers of which Pearson's formula makes the correlation. */
static void
centre(const double *y, size_t n, ScPca pca, long double *u)
{
	long double mean = 0.0L;
	size_t		i;
	size_t		r;

	for (i = 0; i < n; i++)
		mean += y[i] / (long double) n;
	for (i = 0; i < n; i++)
	{
		u[i] = y[i] - mean;
		if (pca == SC_PCA_PEARSON)
			continue;
		u[i] = 0.0L;
		for (r = 0; r < n; r++)
			u[i] += (y[i] > y[r]) - (y[i] < y[r]);
	}
}

static long double
dot(const long double *a, const long double *b, size_t n)
{
	long double sum = 0.0L;
	size_t		i;

	for (i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* False if a column of the resample is constant. */
static bool
exact_matrix(const double *y, size_t n, size_t d, ScPca pca, long double *matrix)
{
	long double *u = exactly(n * d * sizeof(long double));
	bool		varies = true;
	size_t		i;
	size_t		j;

	for (j = 0; j < d; j++)
	{
		bool		this_varies = false;

		for (i = 1; i < n; i++)
			this_varies = this_varies || y[j * n + i] != y[j * n];
		varies = varies && this_varies;
		centre(y + j * n, n, pca, u + j * n);
	}
	for (i = 0; i < d; i++)
	{
		for (j = 0; j < d; j++)
			matrix[i * d + j] = dot(u + i * n, u + j * n, n) /
				(sqrtl(dot(u + i * n, u + i * n, n)) * sqrtl(dot(u + j * n, u + j * n, n)));
	}
	free(u);
	return varies;
}

/*
 * Shares and loadings of all components of one resample: matrix * loadings_k =
 * value_k loadings_k, loadings_k . loadings_k = value_k, orthogonal, the values
 * descending and d in all: that is all that there is to an eigenvalue problem.
 */
static void
check_replicate(const long double *matrix, size_t d, const double *reference,
				const ScComponentReplicates *out, size_t b, size_t *undefined)
{
	double	   *value = exactly(d * sizeof(double));
	double	   *l = exactly(d * d * sizeof(double));
	double		trace = 0.0;
	size_t		i;
	size_t		j;
	size_t		k;

	for (k = 0; k < d; k++)
	{
		value[k] = out->share[k * out->stride + b] * (double) d;
		trace += value[k];
		for (j = 0; j < d; j++)
			l[k * d + j] = out->loading[(k * d + j) * out->stride + b];
	}
	CHECK_NEAR(trace, d, 1e-12L);
	for (k = 0; k < d; k++)
	{
		long double worst = 0.0L;
		long double sum = 0.0L;
		long double side = 0.0L;

		CHECK(value[k] >= 0.0 && (k == 0 || value[k] <= value[k - 1] + 1e-13));
		if (!sc_component_is_defined(value, d, k))
		{
			for (j = 0; j < d; j++)
				CHECK(isnan(l[k * d + j]));
			++*undefined;
			continue;
		}
		for (i = 0; i < d; i++)
		{
			long double row = 0.0L;

			for (j = 0; j < d; j++)
				row += matrix[i * d + j] * l[k * d + j];
			worst = fmaxl(worst, fabsl(row - (long double) value[k] * l[k * d + i]));
			sum += l[k * d + i];
			side += (long double) l[k * d + i] * reference[k * d + i];
		}
		CHECK_NEAR(worst, 0.0L, 1e-13L * (long double) d);
		/* a sum that is nothing but rounding does not decide the sign */
		CHECK(k > 0 || sum > -1e-9L * sqrtl((long double) d));
		CHECK(k == 0 || side >= 0.0L);
		for (i = 0; i <= k; i++)
		{
			long double product = 0.0L;

			for (j = 0; j < d; j++)
				product += (long double) l[i * d + j] * l[k * d + j];
			if (!isnan(product))
				CHECK_NEAR(product, i == k ? value[k] : 0.0, 1e-12L);
		}
	}
	free(value);
	free(l);
}

static void
test_definition(void)
{
	static const size_t ns[] = {3, 4, 6, 11, 26, 70};
	static const size_t ds[] = {1, 2, 3, 12};
	size_t		count = 40;
	size_t		valid = 0;
	size_t		invalid = 0;
	size_t		undefined = 0;
	size_t		a;
	size_t		c;
	size_t		b;
	int			pca;

	for (a = 0; a < 6; a++)
	{
		for (c = 0; c < 4; c++)
		{
			size_t		n = ns[a];
			size_t		d = ds[c];
			double	   *x = exactly(n * d * sizeof(double));
			double	   *y = exactly(n * d * sizeof(double));
			double	   *reference = exactly(d * d * sizeof(double));
			long double *matrix = exactly(d * d * sizeof(long double));
			size_t		i;

			random_table(x, n, d);
			for (i = 0; i < d * d; i++)
				reference[i] = random_normal();
			for (i = 0; i < d; i++)
				reference[i] = NAN; /* is not read */
			for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
			{
				ScComponentReplicates out = new_replicates(d, d, 5, count, count + a);

				CHECK(bootstrap(x, n, d, pca, d, reference, NULL, &out) == SC_OK);
				for (b = 0; b < count; b++)
				{
					if (write_out(x, n, d, 5 + b, y) >= 3 &&
						exact_matrix(y, n, d, pca, matrix))
					{
						valid++;
						check_replicate(matrix, d, reference, &out, b, &undefined);
						continue;
					}
					invalid++;
					for (i = 0; i < d * d; i++)
						CHECK(isnan(out.loading[i * out.stride + b]));
					for (i = 0; i < d; i++)
						CHECK(isnan(out.share[i * out.stride + b]));
				}
				free_replicates(&out);
			}
			free(x);
			free(y);
			free(reference);
			free(matrix);
		}
	}
	CHECK(valid > 1000 && invalid > 100 && undefined > 100);
}

/*
 * The resample as a table of its own has the same bits; so has one with its
 * models in another order, of Spearman's matrix.
 */
static void
test_same_bits(void)
{
	size_t		n = 26;
	size_t		d = 12;
	double		x[26 * 12];
	double		y[26 * 12];
	double		matrix[144];
	double		value[12];
	double		vector[24];
	double		reference[24] = {0.0};
	ScComponentReplicates out = new_replicates(d, 2, 0, 100, 100);
	void	   *work = exactly(sc_correlation_matrix_workspace(n, d, SC_PCA_SPEARMAN));
	void	   *work2 = exactly(sc_components_workspace(d, 2));
	size_t		b;
	size_t		j;
	size_t		k;

	random_table(x, n, d);
	CHECK(bootstrap(x, n, d, SC_PCA_SPEARMAN, 2, reference, NULL, &out) == SC_OK);
	for (b = 0; b < 100; b++)
	{
		bool		same = true;

		write_out(x, n, d, b, y);
		sc_correlation_matrix(y, n, d, SC_PCA_SPEARMAN, matrix, work, NULL);
		CHECK(sc_components(matrix, d, 2, value, vector, work2, NULL) == SC_OK);
		for (k = 0; k < 2; k++)
		{
			same = same && out.share[k * 100 + b] == value[k] / 12;
			for (j = 0; j < d; j++)
				same = same && out.loading[(k * d + j) * 100 + b] ==
					vector[k * d + j] * sqrt(value[k]);
		}
		CHECK(same);
	}
	free(work);
	free(work2);
	free_replicates(&out);
}

/* The answer for a resample does not depend on which others are asked for. */
static void
test_batches(void)
{
	size_t		n = 20;
	size_t		d = 5;
	double		x[100];
	double		reference[10];
	ScComponentReplicates all = new_replicates(d, 2, 0, 60, 60);
	size_t		first;
	size_t		q;
	int			pca;

	random_table(x, n, d);
	for (q = 0; q < 10; q++)
		reference[q] = random_normal();
	for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
	{
		CHECK(bootstrap(x, n, d, pca, 2, reference, NULL, &all) == SC_OK);
		for (first = 0; first < 60; first += 7)
		{
			size_t		count = 60 - first < 7 ? 60 - first : 7;
			ScComponentReplicates some = new_replicates(d, 2, first, count, 9);
			double	   *loading = some.loading;

			CHECK(bootstrap(x, n, d, pca, 2, reference, NULL, &some) == SC_OK);
			for (q = 0; q < 2; q++)
				CHECK(same_bits(some.share + q * 9, all.share + q * 60 + first, count));
			for (q = 0; q < 10; q++)
				CHECK(same_bits(loading + q * 9, all.loading + q * 60 + first, count));

			/* shares alone, without a reference, are the same up to rounding */
			some.loading = NULL;
			CHECK(bootstrap(x, n, d, pca, 2, NULL, NULL, &some) == SC_OK);
			for (q = 0; q < count; q++)
			{
				CHECK_NEAR(some.share[q], all.share[first + q], 1e-15L);
				CHECK_NEAR(some.share[9 + q], all.share[60 + first + q], 1e-15L);
			}
			some.loading = loading;
			free_replicates(&some);
		}
	}
	free_replicates(&all);
}

/* Columns in wild units; a constant one; too few models, too many columns. */
static void
test_hostile(void)
{
	static const double units[] = {1e140, 1e-140, 1.0, 0x1p-1074};
	size_t		most = SC_MAX_DIRECT_COLUMNS + 1;
	size_t		n = 15;
	size_t		d = 4;
	double		x[60];
	double		y[60];
	double		reference[16];
	ScComponentReplicates out = new_replicates(d, d, 0, 50, 50);
	ScComponentReplicates other = new_replicates(d, d, 0, 50, 50);
	double	   *large = exactly(3 * most * sizeof(double));
	bool		all_nan = true;
	size_t		i;
	size_t		j;
	int			pca;

	for (i = 0; i < 16; i++)
		reference[i] = i % 3 == 0 ? -1.0 : 1.0;
	for (j = 0; j < d; j++)
	{
		for (i = 0; i < n; i++)
		{
			x[j * n + i] = (double) random_below(9) + (double) i;
			y[j * n + i] = x[j * n + i] / (j == 3 ? 1.0 : 32.0) * units[j];
		}
	}
	for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
	{
		CHECK(bootstrap(x, n, d, pca, d, reference, NULL, &out) == SC_OK);
		CHECK(bootstrap(y, n, d, pca, d, reference, NULL, &other) == SC_OK);
		for (i = 0; i < 16 * 50; i++)
		{
			if (!isnan(out.loading[i]))
				CHECK_NEAR(other.loading[i], out.loading[i], 1e-11L);
		}
		for (i = 0; i < 4 * 50; i++)
			CHECK_NEAR(other.share[i], out.share[i], 1e-14L);
	}

	for (i = 0; i < n; i++)
		x[n + i] = 0.1;
	for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
	{
		CHECK(bootstrap(x, n, d, pca, d, reference, NULL, &out) == SC_OK);
		for (i = 0; i < 4 * 50; i++)
			all_nan = all_nan && isnan(out.share[i]);
		for (i = 0; i < 16 * 50; i++)
			all_nan = all_nan && isnan(out.loading[i]);
		CHECK(all_nan);
	}

	CHECK(sc_component_bootstrap(large, NULL, 2, most, SC_PCA_SPEARMAN, 1, NULL, 0, NULL,
								 NULL, &out) == SC_TOO_MANY_COLUMNS);
	CHECK(sc_component_bootstrap(large, NULL, 2, 4, SC_PCA_SPEARMAN, 1, NULL, 0, NULL,
								 NULL, &out) == SC_TOO_FEW_MODELS);
	free(large);
	free_replicates(&out);
	free_replicates(&other);
}

/*
 * Two benchmarks that are uncorrelated in some resamples, where they have shares
 * but no direction, and in full agreement in others, where they have one.
 */
static void
test_undefined(void)
{
	static const double zero[] = {1, 2, 3, 4, 2, 4, 1, 3};
	static const double some[] = {1, 2, 3, 4, 5, 2, 4, 1, 3, 5};
	double		reference[] = {NAN, NAN, 1, -1};
	ScComponentReplicates out = new_replicates(2, 2, 0, 400, 400);
	size_t		halves = 0;
	size_t		perfect = 0;
	size_t		n;
	size_t		b;

	for (n = 4; n <= 5; n++)
	{
		CHECK(bootstrap(n == 4 ? zero : some, n, 2, SC_PCA_SPEARMAN, 2,
						reference, NULL, &out) == SC_OK);
		for (b = 0; b < 400; b++)
		{
			const double *first = out.loading + b;
			const double *second = out.loading + 800 + b;

			if (out.share[b] == 0.5)
			{
				CHECK(out.share[400 + b] == 0.5);
				CHECK(isnan(first[0]) && isnan(first[400]));
				CHECK(isnan(second[0]) && isnan(second[400]));
				halves++;
			}
			else if (out.share[400 + b] < 1e-9)
			{
				CHECK(fabs(first[0]) > 0.99 && fabs(first[400]) > 0.99);
				CHECK(isnan(second[0]) && isnan(second[400]));
				perfect++;
			}
			else if (!isnan(out.share[b]))
				CHECK(first[0] > 0.5 && second[0] >= second[400]);
		}
	}
	CHECK(halves > 10 && perfect > 10);
	free_replicates(&out);
}

/*
 * The resample with its gaps, models ascending, imputed; its matrix, unless too few
 * models are in it, they are not connected or they cannot be imputed.
 */
static bool
impute_resample(const double *x, const bool *missing, size_t n, size_t d, ScPca pca,
				size_t b, double *matrix)
{
	double	   *y = exactly(n * d * sizeof(double));
	bool	   *gone = exactly(n * d * sizeof(bool));
	uint32_t   *parent = exactly(n * sizeof(uint32_t));
	uint32_t   *group = exactly(n * sizeof(uint32_t));
	uint32_t   *taken = exactly(n * sizeof(uint32_t));
	void	   *work = exactly(sc_impute_workspace(n, d));
	void	   *work2 = exactly(sc_correlation_matrix_workspace(n, d, pca));
	ScImputation out;
	ScPhilox	random;
	size_t		different = 0;
	size_t		row = 0;
	size_t		i;
	size_t		j;
	bool		valid;

	out.spread = exactly(d * sizeof(ScSpread));
	out.weight = exactly(d * sizeof(double));
	out.noise = exactly(d * sizeof(double));
	out.t = exactly(n * sizeof(double));
	memset(taken, 0, n * sizeof(uint32_t));
	sc_philox_start(&random, SEED, SC_RESAMPLE_MODELS, b);
	for (i = 0; i < n; i++)
		taken[sc_philox_index(&random, n)]++;
	for (i = 0; i < n; i++)
	{
		different += taken[i] > 0;
		for (; taken[i] > 0; taken[i]--, row++)
		{
			for (j = 0; j < d; j++)
			{
				y[j * n + row] = x[j * n + i];
				gone[j * n + row] = missing[j * n + i];
			}
		}
	}
	valid = different >= SC_MIN_MODELS &&
		sc_impute_groups(gone, n, d, parent, NULL, group) == 1 &&
		sc_impute(y, gone, n, d, SC_IMPUTE_TOLERANCE, work, NULL, &out) == SC_OK;
	if (valid)
		sc_correlation_matrix(y, n, d, pca, matrix, work2, NULL);
	free(y);
	free(gone);
	free(parent);
	free(group);
	free(taken);
	free(work);
	free(work2);
	free(out.spread);
	free(out.weight);
	free(out.noise);
	free(out.t);
	return valid;
}

/* Missing scores: shares and loadings are those of each resample imputed anew. */
static void
test_missing(void)
{
	static const size_t ns[] = {4, 7, 12, 26, 70};
	static const size_t ds[] = {1, 2, 5, 12, 40};
	size_t		valid = 0;
	size_t		invalid = 0;
	size_t		another = 0;
	size_t		round;

	for (round = 0; round < 100; round++)
	{
		size_t		n = ns[round % 5];
		size_t		d = ds[round / 5 % 5];
		ScPca		pca = round / 25 % 2 == 0 ? SC_PCA_SPEARMAN : SC_PCA_PEARSON;
		size_t		wanted = d < 2 ? 1 : 2;
		double	   *x = exactly(n * d * sizeof(double));
		bool	   *missing = exactly(n * d * sizeof(bool));
		double	   *reference = exactly(wanted * d * sizeof(double));
		double	   *matrix = exactly(d * d * sizeof(double));
		double	   *value = exactly(d * sizeof(double));
		double	   *vector = exactly(wanted * d * sizeof(double));
		void	   *work = exactly(sc_components_workspace(d, wanted));
		ScComponentReplicates out = new_replicates(d, wanted, 3, 20, 21);
		ScComponentReplicates some = new_replicates(d, wanted, 12, 7, 21);
		size_t		b;
		size_t		i;
		size_t		j;

		random_table(x, n, d);
		for (i = 0; i < n * d; i++)
		{
			missing[i] = random_below(100) < (round < 50 ? 15 : 35);
			if (missing[i])
				x[i] = NAN;
		}
		for (i = 0; i < wanted * d; i++)
			reference[i] = 1.0;
		CHECK(bootstrap_gaps(x, missing, n, d, pca, wanted, reference, NULL, &out) == SC_OK);

		/* a resample does not depend on the others */
		CHECK(bootstrap_gaps(x, missing, n, d, pca, wanted, reference, NULL, &some) == SC_OK);
		for (i = 0; i < wanted; i++)
			CHECK(same_bits(some.share + i * 21, out.share + i * 21 + 9, 7));
		for (i = 0; i < wanted * d; i++)
			CHECK(same_bits(some.loading + i * 21, out.loading + i * 21 + 9, 7));
		for (b = 0; b < 20; b++)
		{
			bool		same = true;

			if (!impute_resample(x, missing, n, d, pca, 3 + b, matrix))
			{
				for (i = 0; i < wanted; i++)
					same = same && isnan(out.share[i * 21 + b]);
				for (i = 0; i < wanted * d; i++)
					same = same && isnan(out.loading[i * 21 + b]);
				CHECK(same);
				invalid++;
				continue;
			}
			CHECK(sc_components(matrix, d, wanted, value, vector, work, NULL) == SC_OK);
			for (i = 0; i < wanted; i++)
			{
				/*
				 * imputed from near, it is what sc_impute() imputes up to its
				 * tolerance, or of few models seldom another answer; of fewer
				 * it is imputed by sc_impute()
				 */
				if (n == 26 && fabs(out.share[i * 21 + b] - value[i] / (double) d) >= 1e-9)
				{
					another++;
					break;
				}
				CHECK(fabs(out.share[i * 21 + b] - value[i] / (double) d) <= (n <= 12 ? 0.0 : 1e-9));
				for (j = 0; j < d && sc_component_is_defined(value, d, i); j++)
					same = same && fabs(fabs(out.loading[(i * d + j) * 21 + b]) -
										fabs(vector[i * d + j] * sqrt(value[i]))) <= (n <= 12 ? 0.0 : 1e-7);
			}
			CHECK(same);
			valid++;
		}
		free(x);
		free(missing);
		free(reference);
		free(matrix);
		free(value);
		free(vector);
		free(work);
		free_replicates(&out);
		free_replicates(&some);
	}
	CHECK(another <= 4);
	CHECK(valid > 600 && invalid > 200);
}

/* With nothing missing the bits are those of a table that has no gaps. */
static void
test_none_missing(void)
{
	size_t		n = 20;
	size_t		d = 6;
	double		x[120];
	double		reference[12];
	bool		missing[120] = {false};
	ScComponentReplicates out = new_replicates(d, 2, 0, 50, 50);
	ScComponentReplicates imputed = new_replicates(d, 2, 0, 50, 50);
	size_t		i;
	int			pca;

	random_table(x, n, d);
	for (i = 0; i < 12; i++)
		reference[i] = random_normal();
	for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
	{
		CHECK(bootstrap(x, n, d, pca, 2, reference, NULL, &out) == SC_OK);
		CHECK(bootstrap_gaps(x, missing, n, d, pca, 2, reference, NULL, &imputed) == SC_OK);
		CHECK(same_bits(out.share, imputed.share, 100));
		CHECK(same_bits(out.loading, imputed.loading, 600));
	}
	free_replicates(&out);
	free_replicates(&imputed);
}

/* Jumps out of the poll at each of its calls, and starts over. */
static void
test_jump(void)
{
	size_t		n = 100000;
	size_t		d = 2;
	double	   *x = exactly(n * d * sizeof(double));
	bool	   *gaps = exactly(n * d * sizeof(bool));
	double		reference[4] = {1.0, 1.0, 1.0, 1.0};
	volatile int kind;
	size_t		i;

	random_table(x, n, d);
	for (i = 0; i < n * d; i++)
		gaps[i] = i >= n && random_below(5) == 0;
	for (kind = 0; kind < 4; kind++)
	{
		ScPca		pca = kind % 2 == 0 ? SC_PCA_SPEARMAN : SC_PCA_PEARSON;
		const bool *missing = kind < 2 ? NULL : gaps;
		ScComponentReplicates out = new_replicates(d, 2, 0, 2, 2);
		ScComponentReplicates again = new_replicates(d, 2, 0, 2, 2);
		void	   *work = exactly(sc_component_bootstrap_workspace(n, d, pca, 2,
																	missing != NULL));
		volatile long jumps = 0;
		volatile long at;
		volatile long calls;

		poll_calls = poll_jumps_at = 0;
		CHECK(bootstrap_gaps(x, missing, n, d, pca, 2, reference, test_poll, &out) == SC_OK);
		calls = poll_calls;
		CHECK(calls > 20);
		for (at = 1; at <= calls; at += 1 + calls / 40)
		{
			poll_calls = 0;
			poll_jumps_at = at;
			if (setjmp(poll_target) == 0)
				sc_component_bootstrap(x, missing, n, d, pca, 2, reference, SEED, work,
									   test_poll, &again);
			else
				jumps++;
		}
		CHECK(jumps > 5);
		poll_jumps_at = 0;
		CHECK(sc_component_bootstrap(x, missing, n, d, pca, 2, reference, SEED, work,
									 test_poll, &again) == SC_OK);
		CHECK(!isnan(out.share[0]));
		CHECK(same_bits(out.share, again.share, 4));
		CHECK(same_bits(out.loading, again.loading, 8));
		free(work);
		free_replicates(&out);
		free_replicates(&again);
	}
	free(x);
	free(gaps);
}

int
main(void)
{
	RUN(test_definition);
	RUN(test_same_bits);
	RUN(test_batches);
	RUN(test_hostile);
	RUN(test_undefined);
	RUN(test_missing);
	RUN(test_none_missing);
	RUN(test_jump);
	return check_done();
}
