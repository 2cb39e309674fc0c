/*-------------------------------------------------------------------------
 *
 * test_pairwise.c
 *	  Spearman's correlations of pairs by their orders, against sc_correlate() of
 *	  what they have in common.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/correlation/pairwise.h"
#include "stats/correlation/rank.h"

/* A benchmark that some of n models have. */
typedef struct Column
{
	size_t		n;
	uint32_t   *model;
	double	   *y;
	uint32_t   *order;
} Column;

static Column
random_column(size_t n, double share, int kind)
{
	Column		c;
	size_t		i;
	void	   *work;

	c.model = exactly(n * sizeof(uint32_t));
	c.y = exactly(n * sizeof(double));
	c.n = 0;
	for (i = 0; i < n; i++)
	{
		if (random_uniform() >= share)
			continue;
		c.model[c.n] = (uint32_t) i;
		c.y[c.n++] = kind < 4 ? random_normal() : kind < 8 ? (double) random_below(4) :
			kind == 8 ? 0.1 : random_below(2) == 0 ? 0.0 : -0.0;
	}
	c.order = exactly(c.n * sizeof(uint32_t));
	work = exactly(sc_sort_workspace(c.n));
	sc_tied_order(c.y, c.model, c.n, c.order, work, NULL);
	free(work);
	return c;
}

static void
free_column(Column *c)
{
	free(c->model);
	free(c->y);
	free(c->order);
}

/* The same by the scores of the models that have both. */
static ScStatus
by_definition(const Column *a, const Column *b, size_t n, ScCorrelation *out)
{
	double	   *ya = exactly(n * sizeof(double));
	double	   *yb = exactly(n * sizeof(double));
	void	   *work = exactly(sc_correlate_workspace(SC_SPEARMAN, n));
	size_t		common = 0;
	size_t		i;
	size_t		j;
	ScStatus	status;

	for (i = 0; i < a->n; i++)
	{
		for (j = 0; j < b->n && b->model[j] < a->model[i]; j++)
			;
		if (j == b->n || b->model[j] != a->model[i])
			continue;
		ya[common] = a->y[i];
		yb[common++] = b->y[j];
	}
	status = sc_correlate(SC_SPEARMAN, ya, yb, common, work, NULL, out);
	free(ya);
	free(yb);
	free(work);
	return status;
}

static void
test_pairs(void)
{
	size_t		seen[4] = {0, 0, 0, 0};
	size_t		round;
	size_t		i;

	for (round = 0; round < 4000; round++)
	{
		size_t		n = 1 + random_below(round % 10 == 0 ? 300 : 25);
		double		share = 0.2 + 0.8 * random_uniform();
		Column		a = random_column(n, share, (int) random_below(10));
		Column		b = random_column(n, share, (int) random_below(10));
		uint8_t    *has = exactly(n);
		uint32_t   *rank = exactly(n * sizeof(uint32_t));
		ScCorrelation ours;
		ScCorrelation theirs;
		ScStatus	status;
		bool		clear = true;

		memset(has, 0, n);
		memset(rank, 0, n * sizeof(uint32_t));
		for (i = 0; i < a.n; i++)
			has[a.model[i]] = 1;
		status = sc_pairwise_spearman(a.order, a.n, b.order, b.n, has, rank, NULL, &ours);
		CHECK(status == by_definition(&a, &b, n, &theirs));
		CHECK(ours.n == theirs.n && ours.method == theirs.method);
		CHECK(same_bits(&ours.corr, &theirs.corr, 1));
		for (i = 0; i < n; i++)
			clear = clear && rank[i] == 0;
		CHECK(clear);
		seen[status]++;
		free_column(&a);
		free_column(&b);
		free(has);
		free(rank);
	}
	CHECK(seen[SC_OK] > 1000 && seen[SC_TOO_FEW_MODELS] > 100);
	CHECK(seen[SC_CONSTANT_Y] > 100 && seen[SC_CONSTANT_X] > 100);
}

/* Sums of ranks of so many models pass 2^63 on the way. */
static void
test_many(void)
{
	size_t		n = SC_MAX_PAIRWISE_MODELS;
	uint32_t   *a = exactly(n * sizeof(uint32_t));
	uint32_t   *b = exactly(n * sizeof(uint32_t));
	uint8_t    *has = exactly(n);
	uint32_t   *rank = exactly(n * sizeof(uint32_t));
	ScCorrelation c;
	size_t		i;

	memset(has, 1, n);
	memset(rank, 0, n * sizeof(uint32_t));
	for (i = 0; i < n; i++)
	{
		a[i] = (uint32_t) i;
		b[i] = (uint32_t) (n - 1 - i);
	}
	CHECK(sc_pairwise_spearman(a, n, a, n, has, rank, test_poll, &c) == SC_OK && c.corr == 1.0);
	CHECK(sc_pairwise_spearman(a, n, b, n, has, rank, test_poll, &c) == SC_OK && c.corr == -1.0);

	/*
	 * the halves change places: 1 - 6 * n * (n / 2)^2 / (n^3 - n) = -1/2,
	 * nearly
	 */
	for (i = 0; i < n; i++)
		b[i] = (uint32_t) ((i + n / 2) % n);
	CHECK(sc_pairwise_spearman(a, n, b, n, has, rank, test_poll, &c) == SC_OK);
	CHECK_NEAR(c.corr, -0.5L, 1e-11L);
	free(a);
	free(b);
	free(has);
	free(rank);
}

int
main(void)
{
	RUN(test_pairs);
	RUN(test_many);
	return check_done();
}
