/*-------------------------------------------------------------------------
 *
 * test_matching.c
 *	  Components that are known again by their weights.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/component/component.h"
#include "stats/component/matching.h"

#define D 6

/* D orthogonal vectors of length 1, at random. */
static void
make_vectors(double *vector)
{
	size_t		a;
	size_t		b;
	size_t		j;

	for (a = 0; a < D; a++)
	{
		double		length = 0.0;

		for (j = 0; j < D; j++)
			vector[a * D + j] = random_normal();
		for (b = 0; b < a; b++)
		{
			double		c = 0.0;

			for (j = 0; j < D; j++)
				c += vector[a * D + j] * vector[b * D + j];
			for (j = 0; j < D; j++)
				vector[a * D + j] -= c * vector[b * D + j];
		}
		for (j = 0; j < D; j++)
			length += vector[a * D + j] * vector[a * D + j];
		for (j = 0; j < D; j++)
			vector[a * D + j] /= sqrt(length);
	}
}

/* Each is itself, turned or not; a mixture is what it has most of. */
static void
test_itself(void)
{
	static const double values[D] = {3.0, 1.2, 0.9, 0.5, 0.3, 0.1};
	double		vector[D * D];
	double		reference[D];
	double		congruence;
	size_t		match;
	int			round;
	size_t		j;
	size_t		k;

	for (round = 0; round < 50; round++)
	{
		make_vectors(vector);
		for (k = 0; k < D; k++)
		{
			double		sign = round % 2 == 0 ? 1.0 : -1.0;

			for (j = 0; j < D; j++)
				reference[j] = sign * vector[k * D + j];
			CHECK(sc_match_component(values, D, vector, D, D, reference, &match, &congruence));
			CHECK(match == k);
			CHECK_NEAR(congruence, sign, 1e-12);

			for (j = 0; j < D; j++)
				reference[j] = sign * 0.8 * vector[k * D + j] - 0.6 * vector[(k + 1) % D * D + j];
			CHECK(sc_match_component(values, D, vector, D, D, reference, &match, &congruence));
			CHECK(match == k);
			CHECK_NEAR(congruence, sign * 0.8, 1e-12);
		}
		/* of those that were found; cut short, as of other benchmarks */
		for (j = 0; j < D; j++)
			reference[j] = 0.5 * (0.8 * vector[4 * D + j] + 0.6 * vector[1 * D + j]);
		CHECK(sc_match_component(values, 3, vector, 2, D, reference, &match, &congruence));
		CHECK(match == 1);
		CHECK_NEAR(congruence, 0.3, 1e-12);
	}
}

/* Two that are equally like it, one that is not defined, none at all. */
static void
test_none(void)
{
	static const double values[D] = {3.0, 1.0, 1.0, 0.5, 0.0, 0.0};
	static const double nothing[D] = {0};
	double		vector[D * D] = {0};
	double		reference[D] = {0};
	double		congruence;
	size_t		match;
	size_t		k;

	for (k = 0; k < D; k++)
		vector[k * D + k] = 1.0;
	reference[0] = reference[3] = sqrt(0.5);
	CHECK(!sc_match_component(values, D, vector, D, D, reference, &match, &congruence));
	reference[3] = -sqrt(0.5);
	CHECK(!sc_match_component(values, D, vector, D, D, reference, &match, &congruence));
	reference[3] *= 1.0 + 1e-8;
	CHECK(sc_match_component(values, D, vector, D, D, reference, &match, &congruence) && match == 3 && congruence < 0.0);
	reference[0] = 0.1;
	reference[3] = 0.0;
	reference[1] = 0.9;
	CHECK(!sc_match_component(values, D, vector, D, D, reference, &match, &congruence));
	/* one of eigenvalue 0 is no component, however like it is */
	reference[1] = 0.0;
	reference[4] = 0.9;
	CHECK(sc_match_component(values, D, vector, D, D, reference, &match, &congruence) && match == 0);
	CHECK(!sc_match_component(values, D, vector, D, D, nothing, &match, &congruence));
	CHECK(!sc_match_component(nothing, D, vector, D, D, reference, &match, &congruence));
}

int
main(void)
{
	RUN(test_itself);
	RUN(test_none);
	return check_done();
}
