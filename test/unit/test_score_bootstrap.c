/*-------------------------------------------------------------------------
 *
 * test_score_bootstrap.c
 *	  Replicates of capabilities scores against sc_capability_fit() of tables
 *	  written out here, copies and redrawn scores included; ranks by counting.
 *
 *-------------------------------------------------------------------------
 */
#include "stats/component/capability.h"
#include "check.h"
#include "stats/component/component.h"
#include "stats/base/normal.h"
#include "stats/resampling/score_bootstrap.h"

#define SEED UINT64_C(0xfedcba9876543210)

/* Of count resamples of n models; the last one's ends after count. */
static ScScoreReplicates
new_replicates(size_t first, size_t count, size_t stride, size_t n)
{
	ScScoreReplicates out;
	size_t		size = (n - 1) * stride + count;

	out.first = first;
	out.count = count;
	out.stride = stride;
	out.score = exactly(size * sizeof(double));
	out.rank = exactly(size * sizeof(int32_t));
	return out;
}

static void
free_replicates(ScScoreReplicates *out)
{
	free(out->score);
	free(out->rank);
}

static ScStatus
bootstrap(const double *x, const double *se, size_t n, size_t d, ScPca pca,
		  ScPoll poll, ScScoreReplicates *out)
{
	void	   *work = exactly(sc_score_bootstrap_workspace(n, d, pca));
	ScStatus	status = sc_score_bootstrap(x, se, NULL, NULL, n, d, pca, SEED, work, poll, out);

	free(work);
	return status;
}

/* Columns that share a factor, in units of their own, some with ties. */
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
			double		value = 1.5 * common + random_normal();

			if (j % 3 == 2)
				value = rint(2 * value);
			x[j * n + i] = value * pow(10.0, (double) (j % 4)) +
				(j % 4 == 1 ? 1e6 : 0.0);
		}
	}
}

/* Standard errors of some cells; none of a column in three. */
static void
random_errors(double *se, size_t n, size_t d)
{
	size_t		i;
	size_t		j;

	for (j = 0; j < d; j++)
	{
		for (i = 0; i < n; i++)
		{
			se[j * n + i] = fabs(random_normal()) * pow(10.0, (double) (j % 4));
			if (j % 3 == 1 || random_below(4) == 0)
				se[j * n + i] = random_below(2) == 0 ? 0.0 : NAN;
		}
	}
}

/* The table of resample b, copies side by side. */
static void
write_out(const double *x, const double *se, size_t n, size_t d, size_t b,
		  double *y)
{
	size_t	   *taken = exactly(d * sizeof(size_t));
	ScPhilox	random;
	size_t		at = 0;
	size_t		i;
	size_t		j;

	memset(taken, 0, d * sizeof(size_t));
	sc_philox_start(&random, SEED, SC_RESAMPLE_BENCHMARKS, b);
	for (j = 0; j < d; j++)
		taken[sc_philox_index(&random, d)]++;
	sc_philox_start(&random, SEED, SC_REDRAW_SCORES, b);
	for (j = 0; j < d; j++)
	{
		size_t		copy;

		if (taken[j] == 0)
			continue;
		for (i = 0; i < n; i++)
		{
			double		value = x[j * n + i];

			if (se != NULL && se[j * n + i] > 0)
				value += se[j * n + i] * sc_philox_normal(&random);
			for (copy = 0; copy < taken[j]; copy++)
				y[(at + copy) * n + i] = value;
		}
		at += taken[j];
	}
	free(taken);
}

/* Resample first + b of out is that of the recipe; false: there is none. */
static bool
check_replicate(const double *y, size_t n, size_t d, ScPca pca,
				const ScScoreReplicates *out, size_t b)
{
	void	   *work = exactly(sc_capability_workspace(n, d, pca, 2));
	ScCapabilityFit fit;
	ScStatus	status;
	bool		same_ranks = true;
	size_t		i;
	size_t		r;

	fit.spread = exactly(d * sizeof(ScSpread));
	fit.value = exactly(d * sizeof(double));
	fit.vector = exactly(2 * d * sizeof(double));
	fit.score = exactly(n * sizeof(double));
	status = sc_capability_fit(y, n, d, pca, 2, work, NULL, &fit);
	for (i = 0; i < n; i++)
	{
		double		score = out->score[i * out->stride + b];
		int32_t		rank = 1;

		if (status != SC_OK)
		{
			CHECK(isnan(score) && out->rank[i * out->stride + b] == 0);
			continue;
		}
		CHECK_NEAR(score, fit.score[i], 1e-13L * (long double) d * fit.value[0] /
				   (d == 1 ? 1 : fit.value[0] - fit.value[1]));
		for (r = 0; r < n; r++)
			rank += out->score[r * out->stride + b] > score;
		same_ranks = same_ranks && rank == out->rank[i * out->stride + b];
	}
	CHECK(same_ranks);
	free(work);
	free(fit.spread);
	free(fit.value);
	free(fit.vector);
	free(fit.score);
	return status == SC_OK;
}

static void
test_definition(void)
{
	static const size_t ns[] = {3, 4, 7, 26, 60};
	static const size_t ds[] = {1, 2, 3, 6, 12, 40};
	size_t		count = 25;
	size_t		valid = 0;
	size_t		a;
	size_t		c;
	size_t		b;
	int			pca;
	int			errors;

	for (a = 0; a < 5; a++)
	{
		for (c = 0; c < 6; c++)
		{
			size_t		n = ns[a];
			size_t		d = ds[c];
			double	   *x = exactly(n * d * sizeof(double));
			double	   *se = exactly(n * d * sizeof(double));
			double	   *y = exactly(n * d * sizeof(double));

			random_table(x, n, d);
			random_errors(se, n, d);
			for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
			{
				for (errors = 0; errors <= 1; errors++)
				{
					ScScoreReplicates out = new_replicates(9, count, count + a, n);

					CHECK(bootstrap(x, errors ? se : NULL, n, d, pca, NULL, &out) == SC_OK);
					for (b = 0; b < count; b++)
					{
						write_out(x, errors ? se : NULL, n, d, 9 + b, y);
						valid += check_replicate(y, n, d, pca, &out, b);
					}
					free_replicates(&out);
				}
			}
			free(x);
			free(se);
			free(y);
		}
	}
	CHECK(valid > 2500);
}

/* More columns than the direct solver takes, of which it takes those drawn. */
static void
test_many_columns(void)
{
	static const size_t ds[] = {300, 440};
	size_t		n = 6;
	size_t		c;
	size_t		b;

	for (c = 0; c < 2; c++)
	{
		size_t		d = ds[c];
		double	   *x = exactly(n * d * sizeof(double));
		double	   *y = exactly(n * d * sizeof(double));
		ScScoreReplicates out = new_replicates(0, 2, 2, n);

		random_table(x, n, d);
		CHECK(bootstrap(x, NULL, n, d, SC_PCA_SPEARMAN, NULL, &out) == SC_OK);
		for (b = 0; b < 2; b++)
		{
			write_out(x, NULL, n, d, b, y);
			CHECK(check_replicate(y, n, d, SC_PCA_SPEARMAN, &out, b));
		}
		free(x);
		free(y);
		free_replicates(&out);
	}
}

/*
 * The answer for a resample does not depend on which others are asked for, nor on where in memory; errors that are all 0 are none.
 */
static void
test_batches(void)
{
	size_t		n = 20;
	size_t		d = 6;
	double		x[120];
	double		se[120];
	double		zeros[120] = {0.0};
	ScScoreReplicates all = new_replicates(0, 60, 60, n);
	size_t		first;
	size_t		i;
	int			errors;

	random_table(x, n, d);
	random_errors(se, n, d);
	for (errors = 0; errors <= 1; errors++)
	{
		CHECK(bootstrap(x, errors ? se : NULL, n, d, SC_PCA_SPEARMAN, NULL, &all) == SC_OK);
		for (first = 0; first < 60; first += 7)
		{
			size_t		count = 60 - first < 7 ? 60 - first : 7;
			ScScoreReplicates some = new_replicates(first, count, 9, n);
			int32_t    *rank = some.rank;

			CHECK(bootstrap(x, errors ? se : zeros, n, d, SC_PCA_SPEARMAN, NULL, &some) == SC_OK);
			for (i = 0; i < n; i++)
			{
				size_t		at = i * 60 + first;

				CHECK(same_bits(some.score + i * 9, all.score + at, count));
				CHECK(memcmp(some.rank + i * 9, all.rank + at, count * sizeof(int32_t)) == 0);
			}

			some.rank = NULL;
			some.score[0] = 0.0;
			CHECK(bootstrap(x, errors ? se : NULL, n, d, SC_PCA_SPEARMAN, NULL, &some) == SC_OK);
			CHECK(same_bits(some.score, all.score + first, count));
			some.rank = rank;
			free_replicates(&some);
		}
	}
	free_replicates(&all);
}

/* Equal models tie, in every resample and wherever they stand. */
static void
test_ties(void)
{
	size_t		n = 30;
	size_t		d = 7;
	double		x[210];
	ScScoreReplicates out = new_replicates(0, 50, 50, n);
	bool		tied = true;
	bool		skipped = true;
	size_t		i;
	size_t		j;
	size_t		b;

	random_table(x, n, d);
	for (i = 0; i < 15; i++)
	{
		for (j = 0; j < d; j++)
			x[j * n + i + 15] = x[j * n + i];
	}
	CHECK(bootstrap(x, NULL, n, d, SC_PCA_PEARSON, NULL, &out) == SC_OK);
	for (b = 0; b < 50; b++)
	{
		for (i = 0; i < 15; i++)
		{
			tied = tied && out.score[i * 50 + b] == out.score[(i + 15) * 50 + b] &&
				out.rank[i * 50 + b] == out.rank[(i + 15) * 50 + b];
			skipped = skipped && out.rank[i * 50 + b] % 2 == 1;
		}
	}
	CHECK(tied);
	CHECK(skipped);
	free_replicates(&out);
}

/* One benchmark throughout, and two that have no component in common. */
static void
test_degenerate(void)
{
	static const double x[] = {1, 2, 3, 4, 2, 4, 1, 3};
	static const double nearly[] = {1, 1, 1, 1, 1 - 0x1p-53};
	static const double error[] = {0, 0, 0, 0, 0x1p-54};
	ScScoreReplicates out = new_replicates(0, 100, 100, 4);
	ScScoreReplicates drawn = new_replicates(0, 100, 100, 5);
	size_t		undefined = 0;
	size_t		constant = 0;
	size_t		b;
	size_t		i;

	CHECK(bootstrap(x, NULL, 4, 2, SC_PCA_SPEARMAN, NULL, &out) == SC_OK);
	for (b = 0; b < 100; b++)
	{
		bool		first = out.rank[300 + b] == 1;

		if (isnan(out.score[b]))
		{
			for (i = 0; i < 4; i++)
				CHECK(isnan(out.score[i * 100 + b]) && out.rank[i * 100 + b] == 0);
			undefined++;
			continue;
		}
		for (i = 0; i < 4; i++) /* z sqrt(2), of mean 2.5, variance 1.25 */
		{
			CHECK_NEAR(out.score[i * 100 + b],
					   sqrtl(2.0L) * (x[first ? i : 4 + i] - 2.5L) / sqrtl(1.25L), 1e-15L);
			CHECK(out.rank[i * 100 + b] == 5 - (int) x[first ? i : 4 + i]);
		}
	}
	CHECK(undefined > 30 && undefined < 70);

	/* a score that is drawn just so much larger that all are the same */
	CHECK(bootstrap(nearly, error, 5, 1, SC_PCA_PEARSON, NULL, &drawn) == SC_OK);
	for (b = 0; b < 100; b++)
	{
		if (isnan(drawn.score[b]))
		{
			CHECK(isnan(drawn.score[400 + b]) && drawn.rank[400 + b] == 0 &&
				  drawn.rank[b] == 0);
			constant++;
		}
		else
			CHECK(fabs(fabs(drawn.score[400 + b]) - 2.0) < 1e-14 && drawn.rank[b] <= 2);
	}
	CHECK(constant > 5 && constant < 50);
	free_replicates(&out);
	free_replicates(&drawn);
}

/* The largest scores and errors; small ones; statuses. */
static void
test_hostile(void)
{
	size_t		most = SC_MAX_COMPONENT_COLUMNS + 1;
	size_t		n = 8;
	size_t		d = 6;
	double		x[48];
	double		se[48];
	ScScoreReplicates out = new_replicates(0, 40, 40, n);
	bool		finite = true;
	size_t		i;
	int			pca;

	for (i = 0; i < n * d; i++)
	{
		static const double units[] = {SC_MAX_SCORE, 1e-300, 1.0};

		x[i] = (random_uniform() * 2 - 1) * units[i / n % 3];
		se[i] = units[i / n % 3];
	}
	for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
	{
		CHECK(bootstrap(x, se, n, d, pca, NULL, &out) == SC_OK);
		for (i = 0; i < n * 40; i++)
			finite = finite && fabs(out.score[i]) < 20.0 && out.rank[i] >= 1;
		CHECK(finite);
	}

	for (i = 0; i < n; i++)
		x[2 * n + i] = 0.1;
	CHECK(bootstrap(x, NULL, n, d, SC_PCA_SPEARMAN, NULL, &out) == SC_CONSTANT_COLUMN);
	CHECK(bootstrap(x, se, n, d, SC_PCA_SPEARMAN, NULL, &out) == SC_CONSTANT_COLUMN);
	CHECK(sc_score_bootstrap(x, NULL, NULL, NULL, 2, most, SC_PCA_SPEARMAN, 0, NULL, NULL, &out) ==
		  SC_TOO_MANY_COLUMNS);
	CHECK(sc_score_bootstrap(x, NULL, NULL, NULL, 2, 6, SC_PCA_SPEARMAN, 0, NULL, NULL, &out) ==
		  SC_TOO_FEW_MODELS);
	free_replicates(&out);
}

/* Jumps out of the poll at some of its calls, and starts over. */
static void
test_jump(void)
{
	size_t		n = 100000;
	size_t		d = 3;
	double	   *x = exactly(n * d * sizeof(double));
	double	   *se = exactly(n * d * sizeof(double));
	void	   *work = exactly(sc_score_bootstrap_workspace(n, d, SC_PCA_SPEARMAN));
	volatile int errors;

	random_table(x, n, d);
	random_errors(se, n, d);
	for (errors = 0; errors <= 1; errors++)
	{
		const double *given = errors ? se : NULL;
		ScScoreReplicates out = new_replicates(0, 2, 2, n);
		ScScoreReplicates again = new_replicates(0, 2, 2, n);
		volatile long jumps = 0;
		volatile long at;
		volatile long calls;

		poll_calls = poll_jumps_at = 0;
		CHECK(bootstrap(x, given, n, d, SC_PCA_SPEARMAN, test_poll, &out) == SC_OK);
		calls = poll_calls;
		CHECK(calls > 50);
		for (at = 1; at <= calls; at += 1 + calls / 30)
		{
			poll_calls = 0;
			poll_jumps_at = at;
			if (setjmp(poll_target) == 0)
				sc_score_bootstrap(x, given, NULL, NULL, n, d, SC_PCA_SPEARMAN, SEED, work,
								   test_poll, &again);
			else
				jumps++;
		}
		CHECK(jumps > 20);
		poll_jumps_at = 0;
		CHECK(sc_score_bootstrap(x, given, NULL, NULL, n, d, SC_PCA_SPEARMAN, SEED, work,
								 test_poll, &again) == SC_OK);
		CHECK(same_bits(out.score, again.score, 2 * n));
		CHECK(memcmp(out.rank, again.rank, 2 * n * sizeof(int32_t)) == 0);
		free_replicates(&out);
		free_replicates(&again);
	}
	free(x);
	free(se);
	free(work);
}

int
main(void)
{
	RUN(test_definition);
	RUN(test_many_columns);
	RUN(test_batches);
	RUN(test_ties);
	RUN(test_degenerate);
	RUN(test_hostile);
	RUN(test_jump);
	return check_done();
}
