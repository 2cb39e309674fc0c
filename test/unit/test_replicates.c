/*-------------------------------------------------------------------------
 *
 * test_replicates.c
 *	  Intervals of replicates against sorting and the formulas in long double.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/correlation/infer.h"
#include "stats/resampling/replicates.h"
#include "stats/base/student.h"

static const double confidences[] = {0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.001};

#define CONFIDENCES (sizeof(confidences) / sizeof(*confidences))

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* Type 7 of sorted values, in long double but for the place, which is numpy's. */
static long double
by_definition(const double *sorted, size_t n, double share)
{
	double		at = (double) (n - 1) * share;
	size_t		k = (size_t) at;

	if (k + 1 >= n)
		return sorted[n - 1];
	return sorted[k] + ((long double) sorted[k + 1] - sorted[k]) * ((long double) at - k);
}

static void
test_percentiles(void)
{
	size_t		n;
	size_t		c;
	int			kind;

	for (n = 1; n <= 1100; n = n < 30 ? n + 1 : n * 3)
	{
		for (kind = 0; kind < DATA_KINDS; kind++)
		{
			double	   *x = exactly(n * sizeof(double));
			double	   *sorted = exactly(n * sizeof(double));
			size_t		valid = SIZE_MAX;
			size_t		expected = 0;
			size_t		i;

			random_values(x, n, kind);
			for (i = 0; i < n; i++)
			{
				if (random_below(10) == 0)
					x[i] = NAN;
				else
					sorted[expected++] = x[i];
			}
			qsort(sorted, expected, sizeof(double), compare);
			for (c = 0; c < CONFIDENCES; c++)
			{
				double		tail = (1.0 - confidences[c]) / 2.0;
				double		low = 77.0;
				double		high = 78.0;
				bool		found = sc_percentile_interval(x, n, confidences[c], NULL,
														   &low, &high, &valid);

				CHECK(found == (expected > 0) && valid == expected);
				if (found)
				{
					double		largest = fmax(fabs(sorted[0]), fabs(sorted[valid - 1]));

					CHECK_NEAR(low, by_definition(sorted, valid, tail), 3e-16L * largest);
					CHECK_NEAR(high, by_definition(sorted, valid, 1.0 - tail),
							   3e-16L * largest);
					CHECK(sorted[0] <= low && low <= high && high <= sorted[valid - 1]);
				}
				else
					CHECK(low == 77.0 && high == 78.0);
			}
			free(x);
			free(sorted);
		}
	}
}

/* numpy.quantile([3, 1, 2, 10, 7], [0.025, 0.975]), [0.1, 0.9] and of one value */
static void
test_percentiles_known(void)
{
	double		x[] = {3, 1, NAN, 2, 10, 7};
	double		one[] = {NAN, 0.1, NAN};
	double		none[] = {NAN};
	double		low;
	double		high;
	size_t		valid;

	CHECK(sc_percentile_interval(x, 6, 0.95, NULL, &low, &high, &valid));
	CHECK(valid == 5);
	CHECK_RELATIVE(low, 1.1L, 3e-16L);
	CHECK_RELATIVE(high, 9.7L, 3e-16L);
	CHECK(sc_percentile_interval(x, 6, 0.8, NULL, &low, &high, &valid));
	CHECK_RELATIVE(low, 1.4L, 3e-16L);
	CHECK_RELATIVE(high, 8.8L, 3e-16L);
	CHECK(sc_percentile_interval(one, 3, 0.95, NULL, &low, &high, &valid));
	CHECK(low == 0.1 && high == 0.1 && valid == 1);
	CHECK(!sc_percentile_interval(none, 1, 0.95, NULL, &low, &high, &valid));
	CHECK(!sc_percentile_interval(none, 0, 0.95, NULL, &low, &high, &valid));
}

static void
test_bootstrap_p(void)
{
	static const double all_above[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
	static const double zeros[] = {0, 0, -0.0};
	static const double some[] = {-1, NAN, 2, 3, 0, 4, 5, 6, 7, NAN, 8};
	static const double none[] = {NAN};

	CHECK(sc_bootstrap_p_value(all_above, 9, NULL) == 2.0 / 10.0);
	CHECK(sc_bootstrap_p_value(zeros, 3, NULL) == 1.0);
	/* of nine, -1 and 0 are not positive */
	CHECK(sc_bootstrap_p_value(some, 11, NULL) == 2.0 * 3.0 / 10.0);
	CHECK(sc_bootstrap_p_value(none, 1, NULL) == 1.0);
}

/* The first of sorted ranks at which the cumulated share has reached it. */
static int32_t
first_reaching(const int32_t *ranks, size_t count, size_t n, long double share)
{
	int32_t		rank;
	size_t		i;

	for (rank = 1;; rank++)
	{
		size_t		up_to = 0;

		for (i = 0; i < count; i++)
			up_to += ranks[i] >= 1 && ranks[i] <= rank;
		if (up_to > 0 && up_to >= (size_t) ceill(n * share - 1e-9L))
			return rank;
	}
}

/* Known values are scipy's. */
static void
test_widened(void)
{
	size_t		d;
	size_t		c;

	CHECK(fabs(sc_widened_confidence(0.95, 12) - 0.9784867701663794) < 1e-9);
	CHECK(fabs(sc_widened_p_value(0.05, 12) - 0.08734786647784885) < 1e-9);
	CHECK(sc_widened_p_value(1.0, 12) == 1.0);
	for (d = 2; d < 400; d = d < 40 ? d + 1 : d * 2)
	{
		for (c = 0; c < CONFIDENCES; c++)
		{
			double		wide = sc_widened_confidence(confidences[c], d);

			/* the interval ends at 0 where p is what is left */
			CHECK(wide > confidences[c] && wide <= 1.0);
			if (wide < 1.0 - 1e-6)
				CHECK(fabs(sc_widened_p_value(1.0 - wide, d) - (1.0 - confidences[c])) < 1e-8);
		}
	}
}

static void
test_ranks(void)
{
	size_t		n;
	size_t		c;
	int			repeat;

	for (n = 1; n <= 400; n = n < 30 ? n + 1 : n + 37)
	{
		for (repeat = 0; repeat < 4; repeat++)
		{
			int32_t    *ranks = exactly(n * sizeof(int32_t));
			size_t		expected = 0;
			size_t		valid = SIZE_MAX;
			size_t		i;

			for (i = 0; i < n; i++)
			{
				ranks[i] = (int32_t) random_below(repeat == 0 ? 2 : repeat * 20);
				if (repeat == 3)
					ranks[i] -= 3;
				expected += ranks[i] >= 1;
			}
			for (c = 0; c < CONFIDENCES; c++)
			{
				int32_t		low = -77;
				int32_t		high = -78;
				bool		found = sc_rank_interval(ranks, n, confidences[c], NULL,
													 &low, &high, &valid);

				CHECK(found == (expected > 0) && valid == expected);
				if (found)
				{
					long double tail = (1 - (long double) confidences[c]) / 2;

					CHECK(low == first_reaching(ranks, n, valid, tail));
					CHECK(high == first_reaching(ranks, n, valid, 1 - tail));
				}
				else
					CHECK(low == -77 && high == -78);
			}
			free(ranks);
		}
	}
}

static void
test_ranks_known(void)
{
	static const int32_t largest[] = {INT32_MAX, 1, INT32_MAX};
	static const int32_t degenerate[] = {0, -1, INT32_MIN};
	int32_t		ranks[1000];
	int32_t		low;
	int32_t		high;
	size_t		valid;
	int			i;

	/*
	 * 1 .. 1000: the 25th is the first with a share of 0.025, the 975th of
	 * 0.975
	 */
	for (i = 0; i < 1000; i++)
		ranks[i] = i * 7 % 1000 + 1;
	CHECK(sc_rank_interval(ranks, 1000, 0.95, NULL, &low, &high, &valid));
	CHECK(low >= 25 && low <= 26 && high == 975 && valid == 1000);
	CHECK(sc_rank_interval(largest, 3, 0.95, NULL, &low, &high, &valid));
	CHECK(low == 1 && high == INT32_MAX);
	CHECK(!sc_rank_interval(degenerate, 3, 0.95, NULL, &low, &high, &valid));
	CHECK(valid == 0);
}

/* A replicate or estimate as the formulas take it. */
static long double
scaled(double value, size_t n, bool correlation)
{
	long double step = 6.0L / ((long double) n * (n - 1.0L) * (n + 1.0L));

	if (!correlation)
		return value;
	return fabs(value) < 1.0L - step ? atanhl(value) :
		copysignl(logl((2 - step) / step) / 2, value);
}

static void
test_jackknife(void)
{
	size_t		groups;
	int			repeat;
	size_t		c;

	for (groups = 5; groups <= 200; groups += groups < 20 ? 1 : 60)
	{
		for (repeat = 0; repeat < 6; repeat++)
		{
			bool		correlation = repeat % 2 == 0;
			double	   *replicates = exactly(groups * sizeof(double));
			size_t	   *ns = exactly(groups * sizeof(size_t));
			double		estimate = 0.9 * random_uniform();
			size_t		n = groups + random_below(50);
			long double mean = 0.0L;
			long double squares = 0.0L;
			long double z;
			long double error;
			size_t		g;

			for (g = 0; g < groups; g++)
			{
				replicates[g] = fmin(estimate + 0.02 * random_normal(), 0.98);
				ns[g] = n - 1 - random_below(3) % (n - 3);
				if (repeat == 4 && random_below(3) == 0)
					replicates[g] = random_below(2) == 0 ? 1.0 : -1.0;
				if (repeat == 5)
					replicates[g] += 1e6;
			}
			if (repeat == 4)
				estimate = 1.0;
			else if (repeat == 5)
				estimate = -3.0;
			for (g = 0; g < groups; g++)
				mean += scaled(replicates[g], ns[g], correlation) / groups;
			for (g = 0; g < groups; g++)
				squares += powl(scaled(replicates[g], ns[g], correlation) - mean, 2);
			error = sqrtl((groups - 1.0L) / groups * squares);
			z = scaled(estimate, n, correlation);

			for (c = 0; c < CONFIDENCES; c++)
			{
				long double t = -sc_student_quantile((1 - confidences[c]) / 2,
													 (double) groups - 1);
				long double low = z - t * error;
				long double high = z + t * error;
				ScJackknife result;

				if (correlation)
				{
					CHECK(sc_jackknife_correlation(estimate, n, replicates, ns, groups,
												   confidences[c], &result));
					low = fminl(tanhl(low), estimate);
					high = fmaxl(tanhl(high), estimate);
					CHECK(result.low <= estimate && estimate <= result.high);
					CHECK(estimate < 1.0 || result.high == 1.0);
				}
				else
					CHECK(sc_jackknife(estimate, replicates, groups, confidences[c],
									   &result));
				CHECK_NEAR(result.low, low, 1e-13L);
				CHECK_NEAR(result.high, high, 1e-13L);
				CHECK_RELATIVE(result.p,
							   sc_student_two_sided((double) (z / error), (double) groups - 1),
							   1e-9L);
			}
			free(replicates);
			free(ns);
		}
	}
}

/* Where there is none, and where there is no spread. */
static void
test_jackknife_ends(void)
{
	double		same[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
	double		ones[] = {1, 1, 1, 1, 1};
	size_t		ns[] = {26, 26, 26, 26, 26, 26, 26};
	ScJackknife result = {77, 78, 79, 80};
	size_t		g;

	for (g = 0; g < 5; g++)
	{
		CHECK(!sc_jackknife(0.1, same, g, 0.95, &result));
		CHECK(!sc_jackknife_correlation(0.1, 27, same, ns, g, 0.95, &result));
	}
	for (g = 0; g < 7; g++)
	{
		same[g] = NAN;
		CHECK(!sc_jackknife(0.1, same, 7, 0.95, &result));
		CHECK(!sc_jackknife_correlation(0.1, 27, same, ns, 7, 0.95, &result));
		same[g] = 0.1;
	}
	CHECK(result.low == 77 && result.high == 78 && result.p == 79);

	CHECK(sc_jackknife(0.2, same, 7, 0.95, &result));
	CHECK(result.low == 0.2 && result.high == 0.2 && result.p == 0.0);
	CHECK(sc_jackknife(0.0, same, 7, 0.95, &result));
	CHECK(result.low == 0.0 && result.high == 0.0 && result.p == 1.0);
	CHECK(sc_jackknife_correlation(1.0, 27, ones, ns, 5, 0.95, &result));
	CHECK(result.low < 1.0 && result.high == 1.0 && result.p == 0.0);
}

/*
 * Nine groups, done by hand: replicates 1 .. 9, mean 5, sum of squares 60, error
 * sqrt(8 / 9 * 60); R: qt(0.975, 8) = 2.306004135204166
 */
static void
test_jackknife_known(void)
{
	static const double replicates[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
	long double error = sqrtl(480 / 9.0L);
	ScJackknife result;

	CHECK(sc_jackknife(5.5, replicates, 9, 0.95, &result));
	CHECK_RELATIVE(result.low, 5.5L - 2.306004135204166L * error, 1e-12L);
	CHECK_RELATIVE(result.high, 5.5L + 2.306004135204166L * error, 1e-12L);
}

/* What is large is cancelled at each poll. */
static void
test_jump(void)
{
	size_t		n = 200000;
	double	   *x = exactly(n * sizeof(double));
	int32_t    *ranks = exactly(n * sizeof(int32_t));
	volatile long jumps = 0;
	volatile int what;
	double		low;
	double		high;
	int32_t		low_rank;
	int32_t		high_rank;
	size_t		valid;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		x[i] = random_normal();
		ranks[i] = (int32_t) i + 1;
	}
	for (what = 0; what < 9; what++)
	{
		poll_calls = 0;
		poll_jumps_at = 1 + what / 3 * 2;
		if (setjmp(poll_target) == 0)
		{
			if (what % 3 == 0)
				(void) sc_percentile_interval(x, n, 0.95, test_poll, &low, &high, &valid);
			else if (what % 3 == 1)
				(void) sc_rank_interval(ranks, n, 0.95, test_poll, &low_rank, &high_rank,
										&valid);
			else
			{
				poll_jumps_at = 1 + what / 3;
				(void) sc_bootstrap_p_value(x, n, test_poll);
			}
		}
		else
			jumps++;
	}
	CHECK(jumps == 9);
	free(x);
	free(ranks);
}

/* Errors and their correlation, in long double; a group may have no part in one of the two. */
static void
test_jackknife_pair(void)
{
	double		a[] = {0.5, 0.61, 0.42, 0.5, 0.55, 0.5, 0.7};
	double		b[] = {-0.1, -0.3, -0.2, 0.05, -0.1, -0.15, -0.2};
	size_t		ns_a[] = {20, 18, 19, 20, 17, 20, 18};
	size_t		ns_b[] = {15, 12, 13, 14, 15, 13, 12};
	long double mean_a = 0;
	long double mean_b = 0;
	long double aa = 0;
	long double bb = 0;
	long double ab = 0;
	ScPairErrors found;
	int			g;

	for (g = 0; g < 7; g++)
	{
		mean_a += atanhl(a[g]) / 7;
		mean_b += atanhl(b[g]) / 7;
	}
	for (g = 0; g < 7; g++)
	{
		aa += (atanhl(a[g]) - mean_a) * (atanhl(a[g]) - mean_a);
		bb += (atanhl(b[g]) - mean_b) * (atanhl(b[g]) - mean_b);
		ab += (atanhl(a[g]) - mean_a) * (atanhl(b[g]) - mean_b);
	}
	CHECK(sc_jackknife_pair(a, ns_a, b, ns_b, 7, &found));
	CHECK_NEAR(found.a, (double) sqrtl(6 * aa / 7), 1e-15);
	CHECK_NEAR(found.b, (double) sqrtl(6 * bb / 7), 1e-15);
	CHECK_NEAR(found.overlap, (double) (ab / sqrtl(aa * bb)), 1e-15);

	/* the same of both is all in common; what does not vary has no part in it */
	CHECK(sc_jackknife_pair(a, ns_a, a, ns_a, 7, &found));
	CHECK_NEAR(found.overlap, 1, 1e-15);
	for (g = 0; g < 7; g++)
		b[g] = 0.25;
	CHECK(sc_jackknife_pair(a, ns_a, b, ns_b, 7, &found));
	CHECK(found.b == 0 && found.overlap == 0 && found.a > 0);
	CHECK(!sc_jackknife_pair(a, ns_a, b, ns_b, 4, &found));
	b[3] = NAN;
	CHECK(!sc_jackknife_pair(a, ns_a, b, ns_b, 7, &found));
}

int
main(void)
{
	RUN(test_percentiles);
	RUN(test_percentiles_known);
	RUN(test_bootstrap_p);
	RUN(test_widened);
	RUN(test_ranks);
	RUN(test_ranks_known);
	RUN(test_jackknife);
	RUN(test_jackknife_ends);
	RUN(test_jackknife_known);
	RUN(test_jackknife_pair);
	RUN(test_jump);
	return check_done();
}
