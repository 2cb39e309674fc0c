/*-------------------------------------------------------------------------
 *
 * check.h
 *	  Checks, memory and made-up data for the unit tests of the stats floor.
 *
 * A test program is one .c file that includes this one, calls RUN(test) for
 * each of its tests and ends with "return check_done();".
 *
 *-------------------------------------------------------------------------
 */
#ifndef CHECK_H
#define CHECK_H

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNUSED __attribute__((unused))

static long checks = 0;			/* made so far, in all tests */
static long check_failed = 0;	/* of those */
static long tests_passed = 0;
static long tests_failed = 0;

/* Prints the first failures of a program, with where. */
static bool UNUSED
check_that(bool ok, const char *file, int line, const char *what)
{
	checks++;
	if (!ok && ++check_failed <= 20)
		printf("%s:%d: failed: %s\n", file, line, what);
	return ok;
}

/* |got - want| <= tolerance; not so for a NaN. */
static bool UNUSED
check_near(long double got, long double want, long double tolerance,
		   const char *file, int line, const char *what)
{
	bool		ok = fabsl(got - want) <= tolerance;

	if (!check_that(ok, file, line, what) && check_failed <= 20)
		printf("\tgot %.21Lg, want %.21Lg, off by %.3Lg, allowed %.3Lg\n",
			   got, want, fabsl(got - want), tolerance);
	return ok;
}

#define CHECK(condition) check_that((condition), __FILE__, __LINE__, #condition)
#define CHECK_NEAR(got, want, tolerance) \
	check_near((got), (want), (tolerance), __FILE__, __LINE__, \
			   #got " ~ " #want)
#define CHECK_RELATIVE(got, want, tolerance) \
	check_near((got), (want), (tolerance) * fabsl(want), __FILE__, __LINE__, \
			   #got " ~ " #want)

/* Runs one test: it passes if it made a check and none failed. */
static void UNUSED
run_test(void (*test) (void), const char *name)
{
	long		checks_before = checks;
	long		failed_before = check_failed;

	test();
	if (check_failed == failed_before && checks > checks_before)
		tests_passed++;
	else
	{
		tests_failed++;
		printf("%s: %ld of %ld checks failed\n", name,
			   check_failed - failed_before, checks - checks_before);
	}
}

#define RUN(test) run_test(test, #test)

static int	UNUSED
check_done(void)
{
	printf("%ld passed, %ld failed (%ld checks)\n", tests_passed,
		   tests_failed, checks);
	return tests_failed > 0 || tests_passed == 0;
}

/*
 * Exactly size bytes, so that the address sanitiser sees a step beyond, and
 * none of them zero.
 */
static UNUSED void *
exactly(size_t size)
{
	void	   *memory = malloc(size);

	if (memory == NULL)
	{
		printf("out of memory\n");
		exit(2);
	}
	memset(memory, 0xff, size);
	return memory;
}

static bool UNUSED
same_bits(const double *a, const double *b, size_t n)
{
	return memcmp(a, b, n * sizeof(double)) == 0;
}

/* Random numbers: splitmix64, the same in every run. */
static uint64_t random_state = 1;

static uint64_t UNUSED
random_bits(void)
{
	uint64_t	z = (random_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static size_t UNUSED
random_below(size_t n)
{
	return (size_t) (random_bits() % n);
}

static double UNUSED
random_uniform(void)
{
	return ((double) (random_bits() >> 11) + 0.5) * 0x1p-53;
}

static double UNUSED
random_normal(void)
{
	return sqrt(-2.0 * log(random_uniform())) *
		cos(6.283185307179586 * random_uniform());
}

/* n values of one of DATA_KINDS kinds: no ties, few, many, almost all. */
#define DATA_KINDS 6

static void UNUSED
random_values(double *x, size_t n, int kind)
{
	size_t		i;

	for (i = 0; i < n; i++)
	{
		switch (kind)
		{
			case 0:
				x[i] = random_normal();
				break;
			case 1:
				x[i] = (double) random_below(n);
				break;
			case 2:
				x[i] = (double) random_below(5) / 10.0;
				break;
			case 3:
				x[i] = random_below(10) == 0 ? -1.0 : 1.0;
				break;
			case 4:
				x[i] = ldexp(random_normal(), (int) random_below(1800) - 900);
				break;
			default:
				x[i] = random_below(2) == 0 ? 0.0 : -0.0;
				if (random_below(2) == 0)
					x[i] = random_normal();
				break;
		}
	}
}

/* A random order of 0 .. n - 1. */
static void UNUSED
random_order(size_t *order, size_t n)
{
	size_t		i;

	for (i = 0; i < n; i++)
	{
		size_t		j = random_below(i + 1);

		order[i] = order[j];
		order[j] = i;
	}
}

/* A poll that counts, and jumps out at the call that is asked for. */
static long poll_calls = 0;
static long poll_jumps_at = 0;
static jmp_buf poll_target;

static void UNUSED
test_poll(void)
{
	if (++poll_calls == poll_jumps_at)
		longjmp(poll_target, 1);
}

#endif							/* CHECK_H */
