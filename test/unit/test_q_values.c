/*-------------------------------------------------------------------------
 *
 * test_q_values.c
 *	  q-values against their definition, in O(m^2), and published ones.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/correlation/q_values.h"

static void
q_values(const double *p, size_t m, double *q)
{
	void	   *work = exactly(sc_q_values_workspace(m));

	sc_benjamini_hochberg(p, m, q, work, NULL);
	free(work);
}

/*
 * The smallest rate at which the step-up procedure rejects p[i]: of all
 * thresholds t = p[j] >= p[i] the least k t / #{p <= t}.
 */
static long double
by_definition(const double *p, size_t m, size_t i)
{
	long double least = 1.0L;
	size_t		k = 0;
	size_t		j;
	size_t		l;

	for (j = 0; j < m; j++)
		k += !isnan(p[j]);
	for (j = 0; j < m; j++)
	{
		if (p[j] >= p[i])
		{
			size_t		below = 0;

			for (l = 0; l < m; l++)
				below += p[l] <= p[j];
			least = fminl(least, (long double) k / (long double) below * p[j]);
		}
	}
	return least;
}

/* Kinds of p-values: uniform, small ones among them, on a grid, mostly NaN. */
static void
random_p_values(double *p, size_t m, int kind)
{
	size_t		i;

	for (i = 0; i < m; i++)
	{
		p[i] = random_uniform();
		if (kind == 1)
			p[i] = pow(p[i], 20.0);
		else if (kind == 2)
			p[i] = (double) random_below(8) / 7.0;
		if (random_below(kind == 3 ? 2 : 20) == 0)
			p[i] = NAN;
	}
}

static void
test_definition(void)
{
	size_t		m;
	int			kind;

	for (m = 0; m <= 120; m = m < 20 ? m + 1 : m + 10)
	{
		for (kind = 0; kind < 4; kind++)
		{
			double	   *p = exactly(m * sizeof(double));
			double	   *q = exactly(m * sizeof(double));
			double	   *moved = exactly(m * sizeof(double));
			double	   *moved_q = exactly(m * sizeof(double));
			size_t	   *order = exactly(m * sizeof(size_t));
			size_t		i;
			size_t		j;

			random_p_values(p, m, kind);
			q_values(p, m, q);
			for (i = 0; i < m; i++)
			{
				if (isnan(p[i]))
				{
					CHECK(isnan(q[i]));
					continue;
				}
				CHECK_RELATIVE(q[i], by_definition(p, m, i), 3e-16L);
				CHECK(q[i] >= p[i] && q[i] <= 1.0);
				for (j = 0; j < i; j++)
				{
					if (p[j] == p[i])
						CHECK(q[j] == q[i]);
					else if (p[j] < p[i])
						CHECK(q[j] <= q[i]);
				}
			}

			/* the same bits in any order of rows */
			random_order(order, m);
			for (i = 0; i < m; i++)
				moved[i] = p[order[i]];
			q_values(moved, m, moved_q);
			for (i = 0; i < m; i++)
				CHECK(isnan(p[order[i]]) ? isnan(moved_q[i]) : moved_q[i] == q[order[i]]);

			free(p);
			free(q);
			free(moved);
			free(moved_q);
			free(order);
		}
	}
}

/*
 * The 15 p-values of Benjamini & Hochberg (1995), section 4.1; R: p.adjust(p,
 * "BH").  At the rate 0.05 the first four are rejected.
 */
static void
test_published(void)
{
	static const double p[] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278,
	0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0};
	static const double expected[] = {0.0015, 0.003, 0.0095, 0.035625, 0.0603,
		0.06385714285714286, 0.06385714285714286, 0.0645, 0.0765, 0.486,
	0.5811818181818181, 0.714875, 0.7532307692307693, 0.8132142857142857, 1.0};
	double		q[15];
	size_t		i;

	q_values(p, 15, q);
	for (i = 0; i < 15; i++)
	{
		CHECK_RELATIVE(q[i], expected[i], 4e-16L);
		CHECK((q[i] <= 0.05) == (i < 4));
	}
}

static void
test_ends(void)
{
	static const double none[] = {NAN, NAN};
	static const double one[] = {NAN, 0.3};
	static const double zeros[] = {0.0, 0.0, 1.0, 0x1p-1074};
	double		q[4];

	q_values(none, 2, q);
	CHECK(isnan(q[0]) && isnan(q[1]));
	q_values(one, 2, q);
	CHECK(isnan(q[0]) && q[1] == 0.3);
	q_values(zeros, 4, q);
	CHECK(q[0] == 0.0 && q[1] == 0.0 && q[2] == 1.0 && q[3] == 0x1p-1074);
}

/* Many, cancelled at each poll. */
static void
test_jump(void)
{
	size_t		m = 300000;
	double	   *p = exactly(m * sizeof(double));
	double	   *q = exactly(m * sizeof(double));
	void	   *work = exactly(sc_q_values_workspace(m));
	volatile long jumps = 0;
	volatile long at;
	bool		right = true;
	size_t		i;

	/* uniform, in no order: i-th of m is i / m, so every q is 1 */
	for (i = 0; i < m; i++)
		p[i] = (double) (i * 7919 % m + 1) / (double) m;
	poll_calls = poll_jumps_at = 0;
	sc_benjamini_hochberg(p, m, q, work, test_poll);
	CHECK(poll_calls > 8);
	for (i = 0; i < m; i++)
		right = right && fabs(q[i] - 1.0) < 1e-15;
	CHECK(right);

	for (at = 1; at <= 8; at++)
	{
		poll_calls = 0;
		poll_jumps_at = at;
		if (setjmp(poll_target) == 0)
			sc_benjamini_hochberg(p, m, q, work, test_poll);
		else
			jumps++;
	}
	CHECK(jumps == 8);
	free(p);
	free(q);
	free(work);
}

int
main(void)
{
	RUN(test_definition);
	RUN(test_published);
	RUN(test_ends);
	RUN(test_jump);
	return check_done();
}
