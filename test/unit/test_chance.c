/*-------------------------------------------------------------------------
 *
 * test_chance.c
 *	  The chance threshold of a first eigenvalue, and the reliability of a score.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/component/chance.h"

/* What the fitted formula gives, computed elsewhere. */
static void
test_values(void)
{
	static const struct
	{
		double		n;
		double		d;
		double		spearman;
		double		pearson;
	}			known[] = {
		{27, 12, 2.657232, 2.653954}, {26, 12, 2.695911, 2.692440},
		{8, 12, 4.660871, 4.644079}, {12, 8, 3.020652, 3.011932},
		{16, 2, 1.498198, 1.496908}, {2000, 200, 1.737584, 1.737573},
		{5000, 500, 1.736338, 1.736332}, {5, 2, 1.900396, 1.878989},
		{9, 2, 1.670071, 1.665664}, {26, 4, 1.740415, 1.738465},
	};
	size_t		i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
	{
		CHECK_NEAR(sc_chance_threshold(known[i].n, known[i].d, SC_PCA_SPEARMAN), known[i].spearman, 1e-6);
		CHECK_NEAR(sc_chance_threshold(known[i].n, known[i].d, SC_PCA_PEARSON), known[i].pearson, 1e-6);
	}
}

/*
 * Two benchmarks have the eigenvalue 1 + |r|, of which the quantile is known: with
 * many models r is normal.
 */
static void
test_two_benchmarks(void)
{
	double		n;

	for (n = 1000; n <= 1e9; n *= 10)
		CHECK_RELATIVE(sc_chance_threshold(n, 2, SC_PCA_PEARSON), 1 + 1.959964 / sqrt(n), 0.002);
}

/* More models, a lower threshold; more benchmarks, a higher one; never beyond d. */
static void
test_monotone(void)
{
	double		n;
	double		d;

	for (n = 4; n < 3000; n *= 1.2)
	{
		for (d = 2; d <= 500; d++)
		{
			double		here = sc_chance_threshold(n, d, SC_PCA_SPEARMAN);

			CHECK(here > 1 && here <= d);
			CHECK(sc_chance_threshold(n, d + 1, SC_PCA_SPEARMAN) > here);
			CHECK(sc_chance_threshold(n * 1.2, d, SC_PCA_SPEARMAN) < here || here == d);
		}
	}
}

/* Equal is not above, and rounding is no excess. */
static void
test_above(void)
{
	double		threshold = sc_chance_threshold(26, 12, SC_PCA_SPEARMAN);

	CHECK(!sc_is_above_chance(threshold, 26, 12, SC_PCA_SPEARMAN));
	CHECK(!sc_is_above_chance(threshold * (1 + 1e-12), 26, 12, SC_PCA_SPEARMAN));
	CHECK(sc_is_above_chance(threshold * (1 + 1e-6), 26, 12, SC_PCA_SPEARMAN));
	CHECK(!sc_is_above_chance(2 + 1e-15, 3, 2, SC_PCA_SPEARMAN));
	CHECK(sc_chance_threshold(2, 5, SC_PCA_SPEARMAN) == 5 && sc_chance_threshold(0.5, 5, SC_PCA_PEARSON) == 5);
}

/* d equal correlations r make the eigenvalue 1 + (d - 1) r, and theta Cronbach's alpha. */
static void
test_reliability(void)
{
	double		r;
	int			d;

	for (d = 2; d < 50; d++)
	{
		for (r = 0; r <= 1; r += 0.125)
			CHECK_NEAR(sc_score_reliability(1 + (d - 1) * r, d), d * r / (1 + (d - 1) * r), 1e-14);
	}
	CHECK(isnan(sc_score_reliability(1, 1)));
}

static double
effective_models(const double *x, const bool *missing, size_t n, size_t d,
				 const uint32_t *family, size_t n_families, ScPca pca)
{
	void	   *work = exactly(sc_effective_models_workspace(n, n_families));
	double		models = sc_effective_models(x, missing, n, d, family, n_families, pca, work, test_poll);

	free(work);
	return models;
}

#define N 14
#define D 3

/* A table computed elsewhere too. */
static void
test_effective_models(void)
{
	double		x[D * N];
	uint32_t	family[N];
	size_t		i;
	size_t		j;

	for (i = 0; i < N; i++)
	{
		family[i] = i < 9 ? i % 4 : i % 2;
		for (j = 0; j < D; j++)
			x[j * N + i] = (7 * i + 11 * j + i * i * j + 3 * (i % 4) * (j + 2)) % 17 + 6 * (i % 4);
	}
	CHECK_NEAR(effective_models(x, NULL, N, D, family, 4, SC_PCA_SPEARMAN), 12.058740852725249, 1e-12);
	CHECK_NEAR(effective_models(x, NULL, N, D, family, 4, SC_PCA_PEARSON), 11.240995740078134, 1e-12);

	/* a family that no model is of changes nothing, nor do other units */
	CHECK_NEAR(effective_models(x, NULL, N, D, family, 5, SC_PCA_SPEARMAN), 12.058740852725249, 1e-12);
	for (i = 0; i < N * D; i++)
		x[i] = 1e139 + x[i] * 1e130;
	CHECK_NEAR(effective_models(x, NULL, N, D, family, 4, SC_PCA_PEARSON), 11.240995740078134, 1e-6);
}

/* Models of one family that are equal are one; models alone are all of them. */
static void
test_families(void)
{
	double		x[2 * 12];
	bool		missing[2 * 12] = {false};
	uint32_t	family[12];
	uint32_t	one[12] = {0};
	int			pca;
	size_t		i;

	for (i = 0; i < 12; i++)
	{
		family[i] = (uint32_t) i / 3;
		x[i] = (double) (family[i] * family[i]);
		x[12 + i] = 10.0 - family[i];
	}
	for (pca = SC_PCA_SPEARMAN; pca <= SC_PCA_PEARSON; pca++)
	{
		CHECK_NEAR(effective_models(x, NULL, 12, 2, family, 4, pca), 4, 1e-12);
		CHECK(effective_models(x, NULL, 12, 2, one, 1, pca) == 12);
	}

	/* missing cells do not count, whatever they hold */
	for (i = 0; i < 12; i += 3)
	{
		missing[12 + i] = true;
		x[12 + i] = NAN;
	}
	CHECK_NEAR(effective_models(x, missing, 12, 2, family, 4, SC_PCA_SPEARMAN), 4, 1e-12);
	for (i = 0; i < 12; i++)
		missing[12 + i] = true;
	CHECK_NEAR(effective_models(x, missing, 12, 2, family, 4, SC_PCA_PEARSON), 4, 1e-12);

	/* nobody has a family, or the families have nothing in common */
	for (i = 0; i < 12; i++)
		one[i] = (uint32_t) i;
	CHECK(effective_models(x, NULL, 12, 1, one, 12, SC_PCA_SPEARMAN) == 12);
	for (i = 0; i < 12; i++)
		x[i] = (double) (i % 3);
	CHECK(effective_models(x, NULL, 12, 1, family, 4, SC_PCA_SPEARMAN) == 12);
}

int
main(void)
{
	RUN(test_values);
	RUN(test_two_benchmarks);
	RUN(test_monotone);
	RUN(test_above);
	RUN(test_reliability);
	RUN(test_effective_models);
	RUN(test_families);
	return check_done();
}
