/*-------------------------------------------------------------------------
 *
 * test_partial.c
 *	  Correlations given controls against their definition in long double: the
 *	  correlation of residuals.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/correlation/infer.h"
#include "stats/correlation/partial.h"
#include "stats/correlation/rank.h"

#define MOST 6

static const ScMethod methods[] = {SC_SPEARMAN, SC_PEARSON};

/* What sc_partial_correlate() says of one y, and what belongs to it. */
typedef struct Found
{
	ScStatus	status;
	ScCorrelation c;
	double		vif;
} Found;

static Found
find(ScMethod method, const double *y, const double *x, const double *control, size_t n, size_t k)
{
	void	   *work = exactly(sc_partial_workspace(method, n, k));
	double	   *gone_x = exactly(n * sizeof(double));
	double	   *gone = exactly(k * n * sizeof(double) + 1);
	ScPartial  *partial;
	Found		found;

	memcpy(gone_x, x, n * sizeof(double));
	memcpy(gone, control, k * n * sizeof(double));
	partial = sc_partial_prepare(method, gone_x, gone, n, k, work, NULL);
	free(gone_x);
	free(gone);
	found.status = sc_partial_correlate(partial, y, NULL, &found.c);
	found.vif = sc_partial_vif(partial);
	CHECK(found.c.controls == sc_partial_controls(partial) && found.c.n == n);
	free(work);
	return found;
}

/* Centred mid-ranks, or values in units of their range, in long double. */
static void
variable(ScMethod method, const double *x, size_t n, long double *u)
{
	int32_t    *rank = exactly(n * sizeof(int32_t));
	void	   *work = exactly(sc_mid_ranks_workspace(n));
	long double mean = 0;
	long double most = 0;
	size_t		i;

	sc_mid_ranks(x, n, rank, work, NULL);
	for (i = 0; i < n; i++)
		u[i] = method == SC_SPEARMAN ? (long double) rank[i] : (long double) x[i] - x[0];
	for (i = 0; i < n; i++)
		mean += u[i] / n;
	for (i = 0; i < n; i++)
	{
		u[i] -= mean;
		most = fmaxl(most, fabsl(u[i]));
	}
	for (i = 0; i < n && most > 0; i++)
		u[i] /= most;
	free(rank);
	free(work);
}

static long double
dot(const long double *a, const long double *b, size_t n)
{
	long double sum = 0;
	size_t		i;

	for (i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Takes off what goes along b, twice; returns what share of the squares is left. */
static long double
take_off(long double *a, const long double *b, size_t n)
{
	long double before = dot(a, a, n);
	int			pass;
	size_t		i;

	for (pass = 0; pass < 2; pass++)
	{
		long double along = dot(a, b, n) / dot(b, b, n);

		for (i = 0; i < n; i++)
			a[i] -= along * b[i];
	}
	return dot(a, a, n) / before;
}

/*
 * The correlation of residuals, by Gram and Schmidt in the order given; the least
 * share of the variance of a control that the others before it leave.
 */
static long double
by_definition(ScMethod method, const double *y, const double *x, const double *control,
			  size_t n, size_t k, long double *vif, long double *least)
{
	long double u[MOST + 2][80];
	long double whole;
	size_t		j;
	size_t		l;

	for (j = 0; j < k; j++)
		variable(method, control + j * n, n, u[j]);
	variable(method, x, n, u[k]);
	variable(method, y, n, u[k + 1]);
	*least = 1;
	for (j = 0; j < k; j++)
	{
		long double share = 1;

		for (l = 0; l < j; l++)
			share *= take_off(u[j], u[l], n);
		*least = fminl(*least, share);
	}
	whole = dot(u[k], u[k], n);
	for (j = 0; j < k; j++)
	{
		take_off(u[k], u[j], n);
		take_off(u[k + 1], u[j], n);
	}
	*vif = whole / dot(u[k], u[k], n);
	return dot(u[k], u[k + 1], n) / sqrtl(dot(u[k], u[k], n) * dot(u[k + 1], u[k + 1], n));
}

/* y, x and controls that hang together, of a kind: without ties, rounded, offset. */
static void
make(double *y, double *x, double *control, size_t n, size_t k, int kind)
{
	size_t		i;
	size_t		j;

	for (i = 0; i < n; i++)
	{
		double		common = random_normal();

		y[i] = common + random_normal();
		x[i] = common + random_normal();
		for (j = 0; j < k; j++)
			control[j * n + i] = common + (double) (j + 1) * random_normal();
		for (j = 0; j < k + 2 && kind > 0; j++)
		{
			double	   *value = j == k ? &y[i] : j == k + 1 ? &x[i] : &control[j * n + i];

			*value = kind == 1 ? rint(*value) : kind == 2 ? *value + 1e6 : ldexp(*value, (int) (j * 40) - 80);
		}
	}
}

static void
test_definition(void)
{
	static const size_t ns[] = {4, 5, 8, 13, 26, 77};
	long		seen = 0;
	long		seen_vif = 0;
	size_t		a;
	size_t		k;
	int			m;
	int			kind;
	int			round;

	for (a = 0; a < 6; a++)
	{
		for (k = 0; k <= MOST; k++)
		{
			for (m = 0; m < 2; m++)
			{
				for (kind = 0; kind < 4; kind++)
				{
					for (round = 0; round < 20; round++)
					{
						size_t		n = ns[a];
						double	   *y = exactly(n * sizeof(double));
						double	   *x = exactly(n * sizeof(double));
						double	   *control = exactly(k * n * sizeof(double) + 1);
						long double vif;
						long double least;
						long double corr;
						Found		found;

						make(y, x, control, n, k, kind);
						corr = by_definition(methods[m], y, x, control, n, k, &vif, &least);
						found = find(methods[m], y, x, control, n, k);
						if (n < SC_MIN_MODELS + k)
							CHECK(found.status != SC_OK || found.c.controls < k);
						else if (found.status == SC_OK && found.c.controls == k)
						{
							long double loss = vif / least;

							CHECK(least > 1e-10L);
							CHECK_NEAR(found.c.corr, corr, 1e-14L * loss * (kind == 2 && m == 1 ? 10 : 1));
							CHECK_RELATIVE(found.vif, vif, 1e-14L * loss * (kind == 2 && m == 1 ? 10 : 1));
							seen++;
							seen_vif += vif > 5;
						}
						free(y);
						free(x);
						free(control);
					}
				}
			}
		}
	}
	CHECK(seen > 4000 && seen_vif > 200);
}

/* Of one control the formula of every textbook, of two what comes of it twice. */
static void
test_formula(void)
{
	double		y[30];
	double		x[30];
	double		control[60];
	int			m;
	int			round;

	for (m = 0; m < 2; m++)
	{
		for (round = 0; round < 50; round++)
		{
			long double r[4][4];
			const double *v[4] = {y, x, control, control + 30};
			ScCorrelation c;
			void	   *work = exactly(sc_correlate_workspace(methods[m], 30));
			Found		one;
			int			i;
			int			j;

			make(y, x, control, 30, 2, round % 2);
			for (i = 0; i < 4; i++)
			{
				for (j = 0; j < 4; j++)
				{
					sc_correlate(methods[m], v[i], v[j], 30, work, NULL, &c);
					r[i][j] = c.corr;
				}
			}
			one = find(methods[m], y, x, control, 30, 1);
			CHECK(one.status == SC_OK && one.c.controls == 1 && one.c.leak == 0);
			CHECK_NEAR(one.c.corr, (r[0][1] - r[0][2] * r[1][2]) /
					   sqrtl((1 - r[0][2] * r[0][2]) * (1 - r[1][2] * r[1][2])), 1e-14L);
			CHECK_RELATIVE(one.vif, 1 / (1 - r[1][2] * r[1][2]), 1e-14L);
			free(work);
		}
	}
}

/* The same bits: order of observations (ranks), opposites, several y, no controls. */
static void
test_same_bits(void)
{
	size_t		n = 40;
	size_t		k;
	int			m;
	int			round;

	for (m = 0; m < 2; m++)
	{
		for (round = 0; round < 100; round++)
		{
			double		y[40];
			double		x[40];
			double		control[3 * 40];
			double		moved[5][40];
			size_t		order[40];
			void	   *work = exactly(sc_correlate_workspace(methods[m], n));
			ScCorrelation plain;
			Found		a;
			Found		b;
			size_t		i;
			size_t		j;

			make(y, x, control, n, 3, round % 2);
			a = find(methods[m], y, x, control, n, 0);
			CHECK(sc_correlate(methods[m], y, x, n, work, NULL, &plain) == a.status &&
				  plain.corr == a.c.corr && a.c.controls == 0 && a.vif == 1);
			free(work);

			k = 1 + random_below(3);
			a = find(methods[m], x, x, control, n, k);
			CHECK(a.status != SC_OK || a.c.corr == 1);
			a = find(methods[m], y, x, control, n, k);
			if (a.status != SC_OK)
				continue;
			if (methods[m] == SC_SPEARMAN)
			{
				random_order(order, n);
				for (i = 0; i < n; i++)
				{
					moved[0][i] = y[order[i]];
					moved[1][i] = x[order[i]];
					for (j = 0; j < k; j++)
						moved[2 + j][i] = control[j * n + order[i]];
				}
				b = find(methods[m], moved[0], moved[1], moved[2], n, k);
				CHECK(a.c.corr == b.c.corr && a.vif == b.vif && a.c.leak == b.c.leak);
			}
			for (j = 0; j < 5; j++)
			{
				double	   *turned = j == 0 ? y : j == 1 ? x : control + (j - 2) * n;

				if (j >= 2 + k)
					break;
				for (i = 0; i < n; i++)
					turned[i] = -turned[i];
				b = find(methods[m], y, x, control, n, k);
				CHECK(b.c.corr == (j < 2 ? -a.c.corr : a.c.corr) && a.vif == b.vif);
				CHECK(b.c.leak == (j < 2 ? -a.c.leak : a.c.leak));
				for (i = 0; i < n; i++)
					turned[i] = -turned[i];
			}
		}
	}
}

/* What says nothing does not count, and what says all leaves nothing. */
static void
test_edges(void)
{
	double		y[12];
	double		x[12];
	double		control[4 * 12];
	double		few[] = {1, 2, 4, 3, 2, 1, 4, 3, 3, 1, 2, 4};
	int			m;
	size_t		i;

	for (m = 0; m < 2; m++)
	{
		Found		one;
		Found		more;

		make(y, x, control, 12, 1, 0);
		one = find(methods[m], y, x, control, 12, 1);
		for (i = 0; i < 12; i++)
		{
			control[12 + i] = 0.1;
			control[24 + i] = 3.0 * control[i] + 7.0;
			control[36 + i] = -control[i];
		}
		more = find(methods[m], y, x, control, 12, 4);
		CHECK(one.status == SC_OK && more.status == SC_OK && more.c.controls == 1 && more.c.leak == 0);
		CHECK_NEAR(more.c.corr, one.c.corr, 1e-14L);
		CHECK_NEAR(more.vif, one.vif, 1e-13L);
		more = find(methods[m], y, x, control + 12, 12, 1);
		CHECK(more.status == SC_OK && more.c.controls == 0 && more.vif == 1);

		/* y or x itself among the controls, x constant, y constant */
		more = find(methods[m], control, x, control, 12, 2);
		CHECK(more.status == SC_CONTROLLED_Y && more.vif == one.vif);
		more = find(methods[m], y, control, control, 12, 4);
		CHECK(more.status == SC_CONTROLLED_X && isnan(more.vif));
		more = find(methods[m], y, control + 12, control, 12, 1);
		CHECK(more.status == SC_CONSTANT_X && isnan(more.vif));
		more = find(methods[m], control + 12, x, control, 12, 1);
		CHECK(more.status == SC_CONSTANT_Y && more.vif == one.vif);

		/* a sum of controls */
		make(y, x, control, 12, 2, 0);
		for (i = 0; i < 12; i++)
			y[i] = control[i] - 2.0 * control[12 + i];
		more = find(SC_PEARSON, y, x, control, 12, 2);
		CHECK(more.status == SC_CONTROLLED_Y);
		memcpy(control + 24, y, sizeof(y));
		make(y, x, control + 36, 12, 1, 0);
		more = find(SC_PEARSON, y, x, control, 12, 3);
		CHECK(more.status == SC_OK && more.c.controls == 2);

		/* too few beside the controls, first of all; no observations at all */
		more = find(methods[m], y, x, control, 2, 1);
		CHECK(more.status == SC_TOO_FEW_MODELS);
		more = find(methods[m], y, x, control, 3, 1);
		CHECK(more.status == SC_TOO_FEW_MODELS && more.c.controls == 1);
		more = find(methods[m], y, x, control, 0, 1);
		CHECK(more.status == SC_TOO_FEW_MODELS && more.c.n == 0);
		more = find(methods[m], few, few + 4, few + 8, 4, 1);
		CHECK(more.status == SC_OK && fabs(more.c.corr) <= 1);
	}
}

/* The largest and the least scores there are. */
static void
test_extremes(void)
{
	double		y[] = {1e140, -1e140, 0, 5e139, 3e139, -2e139};
	double		x[] = {3e-310, 2e-310, 0, 1e-310, 5e-310, 4e-310};
	double		c[] = {-1e140, 2, 3, 4, 1e140, 6};
	Found		found = find(SC_PEARSON, y, x, c, 6, 1);

	CHECK(found.status == SC_OK && fabs(found.c.corr) <= 1 && found.vif >= 1);
}

/*
 * The leak of normal scores: y and x are the sums of two independent controls and of noise,
 * so that their rank correlations are known, and Pearson's given the controls is 0.
 */
static void
test_leak(void)
{
	size_t		n = 60000;
	double	   *y = exactly(n * sizeof(double));
	double	   *x = exactly(n * sizeof(double));
	double	   *control = exactly(2 * n * sizeof(double));
	double		share = 0.75;
	long double pi = acosl(-1.0L);
	long double with = 6 / pi * asinl(sqrtl(share / 2) / 2);
	long double expected = (6 / pi * asinl(share / 2) - 2 * with * with) / (1 - 2 * with * with);
	Found		found;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		double		common;

		control[i] = random_normal();
		control[n + i] = random_normal();
		common = sqrt(share / 2) * (control[i] + control[n + i]);
		y[i] = common + sqrt(1 - share) * random_normal();
		x[i] = common + sqrt(1 - share) * random_normal();
	}
	found = find(SC_SPEARMAN, y, x, control, n, 2);
	CHECK(found.status == SC_OK && found.c.controls == 2);
	CHECK_NEAR(expected, 0.094L, 0.001L);
	CHECK_NEAR(found.c.leak, expected, 0.004L);
	CHECK_NEAR(found.c.corr, expected, 0.02L);
	CHECK(sc_p_value(&found.c) > 0.01);
	found.c.leak = 0;
	CHECK(sc_p_value(&found.c) < 1e-100);
	CHECK(find(SC_PEARSON, y, x, control, n, 2).c.leak == 0);
	free(y);
	free(x);
	free(control);
}

/* n stands for n - k in all that is made of a correlation. */
static void
test_inference(void)
{
	size_t		n;
	size_t		k;
	int			m;

	for (m = 0; m < 2; m++)
	{
		for (n = 5; n < 40; n += 7)
		{
			for (k = 1; k < 5; k++)
			{
				ScCorrelation given = {.method = methods[m],.n = n + k,.controls = k,.corr = 0.6};
				ScCorrelation plain = {.method = methods[m],.n = n,.corr = 0.6};
				ScCorrelation leaking = given;
				double		quantile = sc_normal_quantile(0.95);
				double		low[3];
				double		high[3];

				leaking.leak = 0.1;
				CHECK(sc_z_error(&given) == sc_z_error(&plain) && sc_free_observations(&given) == n);
				CHECK(sc_deviate(&given, 0.4) == sc_deviate(&plain, 0.4));
				CHECK(sc_interval(&given, quantile, &low[0], &high[0]));
				CHECK(sc_interval(&plain, quantile, &low[1], &high[1]));
				CHECK(sc_interval(&leaking, quantile, &low[2], &high[2]));
				CHECK(low[0] == low[1] && high[0] == high[1]);
				CHECK(low[2] < low[0] && high[2] >= high[0]);
				CHECK(sc_p_value(&given) >= sc_p_value(&plain));
				CHECK(sc_p_value(&leaking) > sc_p_value(&given));
				if (methods[m] == SC_PEARSON)
					CHECK(sc_p_value(&given) == sc_p_value(&plain));
				else
					CHECK_NEAR(erfcl(sc_correlation_z(&given) / sc_z_error(&given) / sqrtl(2)) <
							   sc_p_value(&plain) ? sc_p_value(&plain) :
							   erfcl(sc_correlation_z(&given) / sc_z_error(&given) / sqrtl(2)),
							   sc_p_value(&given), 1e-14L);
				CHECK_NEAR(sc_correlation_z(&leaking) - atanhl(0.1), atanhl(sc_without_leak(&leaking).corr), 1e-14L);
			}
		}
	}
	for (k = 1; k < 9; k++)
	{
		ScCorrelation few = {.method = SC_SPEARMAN,.n = 6,.controls = k,.corr = 0.3};
		double		low = -7;
		double		high = -7;

		CHECK(sc_interval(&few, 2, &low, &high) == (k < 3));
		CHECK((low == -7) == (k >= 3));
		CHECK(isnan(sc_deviate(&few, 0.4)) == (k >= 3));
	}
}

/* Where ranks are known, ties and constants and all, the bits are the same. */
static void
test_known_ranks(void)
{
	size_t		round;
	size_t		seen[16] = {0};

	for (round = 0; round < 400; round++)
	{
		size_t		n = random_below(30);
		size_t		k = random_below(4);
		double	   *value = exactly((k + 2) * n * sizeof(double));
		int32_t    *rank = exactly((k + 2) * n * sizeof(int32_t));
		ScRanks		ranks[5];
		void	   *work = exactly(sc_partial_workspace(SC_SPEARMAN, n, k));
		void	   *sort = exactly(sc_mid_ranks_workspace(n));
		ScPartial  *partial;
		ScCorrelation c = {0};
		ScCorrelation known = {0};
		ScStatus	status;
		size_t		i;
		size_t		j;

		for (j = 0; j < k + 2; j++)
		{
			for (i = 0; i < n; i++)
				value[j * n + i] = random_below(10) == 0 && j > 0 ? value[i] : round % 3 == 0 ? rint(random_normal()) :
					random_normal();
			for (i = 0; i < n && random_below(20) == 0; i++)
				value[j * n + i] = 1.0;
			sc_mid_ranks(value + j * n, n, rank + j * n, sort, NULL);
			ranks[j].rank = rank + j * n;
			ranks[j].squares = (int64_t) sc_rank_product(rank + j * n, rank + j * n, n, NULL);
		}
		partial = sc_partial_prepare(SC_SPEARMAN, value, value + n, n, k, work, NULL);
		status = sc_partial_correlate(partial, value + (k + 1) * n, NULL, &c);
		partial = sc_partial_prepare_ranks(&ranks[0], &ranks[1], n, k, work, NULL);
		CHECK(sc_partial_correlate_ranks(partial, &ranks[k + 1], NULL, &known) == status);
		CHECK(c.corr == known.corr && c.leak == known.leak && c.n == known.n && c.controls == known.controls);
		seen[status]++;
		free(value);
		free(rank);
		free(work);
		free(sort);
	}
	CHECK(seen[SC_OK] > 200 && seen[SC_TOO_FEW_MODELS] > 20);
}

/* It polls, and a poll may jump out. */
static void
test_poll_and_jump(void)
{
	size_t		n = 300000;
	double	   *value = exactly(4 * n * sizeof(double));
	void	   *work = exactly(sc_partial_workspace(SC_SPEARMAN, n, 2));
	ScCorrelation c;
	size_t		i;

	for (i = 0; i < 4 * n; i++)
		value[i] = random_normal();
	poll_calls = poll_jumps_at = 0;
	CHECK(sc_partial_correlate(sc_partial_prepare(SC_SPEARMAN, value, value + n, n, 2, work, test_poll),
							   value + 3 * n, test_poll, &c) == SC_OK);
	CHECK(poll_calls > 40);
	poll_calls = 0;
	poll_jumps_at = 30;
	if (setjmp(poll_target) == 0)
	{
		sc_partial_prepare(SC_SPEARMAN, value, value + n, n, 2, work, test_poll);
		CHECK(false);
	}
	poll_jumps_at = 0;
	free(value);
	free(work);
}

int
main(void)
{
	RUN(test_definition);
	RUN(test_formula);
	RUN(test_same_bits);
	RUN(test_edges);
	RUN(test_extremes);
	RUN(test_leak);
	RUN(test_inference);
	RUN(test_known_ranks);
	RUN(test_poll_and_jump);
	return check_done();
}
