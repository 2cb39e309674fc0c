/*-------------------------------------------------------------------------
 *
 * test_products.c
 *	  Sums of products of columns: both kernels against a plain loop over the
 *	  rows, to the bit.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/base/products.h"

/* Elements on each side of the triangle that must stay as they are. */
#define GUARD 256

/*
 * A block at an odd multiple of 8 bytes and nothing behind it; values of one
 * kind, padding 0.  base is to be freed.
 */
static double *
new_block(size_t d, size_t count, int kind, double **base)
{
	size_t		size = SC_BLOCK_SIZE(count, d);
	double	   *row = exactly(d * sizeof(double));
	double	   *block;
	size_t		j;
	size_t		r;

	*base = exactly((1 + size) * sizeof(double));
	block = *base + 1;
	memset(block, 0, size * sizeof(double));
	for (r = 0; r < count; r++)
	{
		random_values(row, d, kind);
		for (j = 0; j < d; j++)
			block[SC_BLOCK_AT(count, r, j)] = row[j];
	}
	free(row);
	return block;
}

/* The sums over the rows of the block, from zero, row by row. */
static void
plain_sums(double *sums, size_t d, const double *block, size_t count)
{
	size_t		i;
	size_t		j;
	size_t		r;

	for (i = 0; i < d; i++)
	{
		for (j = i; j < d; j++)
		{
			double		sum = 0.0;

			for (r = 0; r < count; r++)
				sum += block[SC_BLOCK_AT(count, r, i)] * block[SC_BLOCK_AT(count, r, j)];
			*sums++ = sum;
		}
	}
}

static bool
same(double a, double b)
{
	return (isnan(a) && isnan(b)) || same_bits(&a, &b, 1);
}

/*
 * Both kernels, with or without steps, onto a triangle that holds something:
 * the plain loop's numbers, the same bits, and nothing beside the triangle.
 */
static void
check_products(size_t d, size_t count, int kind, const double *block,
			   const double *sums, bool steps)
{
	size_t		triangle = SC_TRIANGLE(d);
	size_t		all = triangle + 2 * GUARD;
	double	   *best = exactly(all * sizeof(double));
	double	   *portable = exactly(all * sizeof(double));
	double	   *before = exactly(all * sizeof(double));
	double	   *step = exactly(d * sizeof(double));
	double	   *delta = exactly(d * sizeof(double));
	bool		equal = true;
	bool		kept = true;
	size_t		i;
	size_t		j;
	size_t		at = GUARD;

	random_values(before, all, kind);
	random_values(step, d, kind);
	random_values(delta, d, kind);
	memcpy(best, before, all * sizeof(double));
	memcpy(portable, before, all * sizeof(double));
	sc_add_products(best + GUARD, d, block, count, steps ? step : NULL,
					steps ? delta : NULL, SC_KERNEL_BEST);
	sc_add_products(portable + GUARD, d, block, count, steps ? step : NULL,
					steps ? delta : NULL, SC_KERNEL_PORTABLE);

	CHECK(same_bits(best, portable, all));
	for (i = 0; i < d; i++)
	{
		for (j = i; j < d; j++, at++)
		{
			double		sum = sums[at - GUARD];

			if (steps)
				sum += step[i] * delta[j];
			equal = equal && same(portable[at], before[at] + sum);
		}
	}
	CHECK(equal);
	for (i = 0; i < GUARD; i++)
		kept = kept && same_bits(best + i, before + i, 1) &&
			same_bits(portable + i, before + i, 1) &&
			same_bits(best + at + i, before + at + i, 1) &&
			same_bits(portable + at + i, before + at + i, 1);
	CHECK(at == GUARD + triangle && kept);

	free(best);
	free(portable);
	free(before);
	free(step);
	free(delta);
}

static void
check_size(size_t d, size_t count, int kind)
{
	double	   *base;
	double	   *block = new_block(d, count, kind, &base);
	double	   *copy = exactly(SC_BLOCK_SIZE(count, d) * sizeof(double));
	double	   *sums = exactly(SC_TRIANGLE(d) * sizeof(double));

	memcpy(copy, block, SC_BLOCK_SIZE(count, d) * sizeof(double));
	plain_sums(sums, d, block, count);
	check_products(d, count, kind, block, sums, false);
	check_products(d, count, kind, block, sums, true);
	CHECK(same_bits(copy, block, SC_BLOCK_SIZE(count, d)));
	free(base);
	free(copy);
	free(sums);
}

/* No place of a block is used twice or lies beyond its end. */
static void
check_block_index(size_t d, size_t count)
{
	size_t		size = SC_BLOCK_SIZE(count, d);
	char	   *used = exactly(size);
	bool		once = true;
	size_t		j;
	size_t		r;

	memset(used, 0, size);
	for (r = 0; r < count; r++)
	{
		for (j = 0; j < d; j++)
		{
			size_t		at = SC_BLOCK_AT(count, r, j);

			once = once && at < size && used[at]++ == 0;
		}
	}
	CHECK(once);
	free(used);
}

/* The upper triangle row by row: no index twice, none left out. */
static void
test_index(void)
{
	size_t		d;

	for (d = 1; d <= 70; d++)
	{
		bool		in_order = true;
		size_t		at = 0;
		size_t		i;
		size_t		j;

		for (i = 0; i < d; i++)
		{
			for (j = i; j < d; j++)
				in_order = in_order && SC_TRIANGLE_AT(d, i, j) == at++;
		}
		CHECK(in_order && at == SC_TRIANGLE(d));
		check_block_index(d, 1);
		check_block_index(d, 5);
		check_block_index(d, SC_BLOCK_ROWS(d));
	}
}

static void
test_small(void)
{
	size_t		d;
	size_t		count;

	for (d = 1; d <= 70; d++)
	{
		for (count = 1; count <= SC_BLOCK_ROWS(d); count++)
			check_size(d, count, (int) ((d * 7 + count) % DATA_KINDS));
	}
}

/* Every kind of numbers: ties, zeros of both signs, 1e-270 to 1e270. */
static void
test_kinds(void)
{
	static const size_t ds[] = {1, 3, 4, 5, 8, 9, 12, 13, 16, 31, 67};
	size_t		a;
	int			kind;

	for (a = 0; a < 11; a++)
	{
		for (kind = 0; kind < DATA_KINDS; kind++)
		{
			check_size(ds[a], 1, kind);
			check_size(ds[a], 17, kind);
			check_size(ds[a], SC_BLOCK_ROWS(ds[a]), kind);
		}
	}
}

static void
test_large(void)
{
	static const size_t ds[] = {127, 128, 129, 255, 256, 257, 400, 701};
	size_t		a;

	for (a = 0; a < 8; a++)
	{
		check_size(ds[a], SC_BLOCK_ROWS(ds[a]), 0);
		check_size(ds[a], 3, 4);
	}
}

/*
 * Overflow, underflow, zeros of both signs, subnormal numbers: in every place
 * of a tile, among ordinary numbers.
 */
static void
test_special(void)
{
	static const double specials[] = {0.0, -0.0, 0x1p-1074, -0x1p-1074,
	DBL_MIN, 1e-160, -1e-170, 1e160, -1e160, DBL_MAX, -DBL_MAX, 1e140};
	size_t		d = 21;
	size_t		count = 9;
	int			round;

	for (round = 0; round < 400; round++)
	{
		double	   *base;
		double	   *block = new_block(d, count, 0, &base);
		double	   *sums = exactly(SC_TRIANGLE(d) * sizeof(double));
		size_t		i;

		for (i = 0; i < (round < 200 ? 12 : d * count); i++)
		{
			size_t		r = random_below(count);
			size_t		j = random_below(d);

			block[SC_BLOCK_AT(count, r, j)] = specials[random_below(12)];
		}
		plain_sums(sums, d, block, count);
		check_products(d, count, round % 2 == 0 ? 5 : 0, block, sums, false);
		check_products(d, count, round % 2 == 0 ? 5 : 0, block, sums, true);
		free(base);
		free(sums);
	}
}

/* A number in one place: only the products with it are there. */
static void
test_places(void)
{
	static const size_t ds[] = {1, 7, 8, 9, 20};
	size_t		a;
	size_t		p;
	size_t		q;
	int			kernel;

	for (a = 0; a < 5; a++)
	{
		size_t		d = ds[a];
		double	   *block = exactly(SC_BLOCK_SIZE(2, d) * sizeof(double));
		double	   *triangle = exactly(SC_TRIANGLE(d) * sizeof(double));

		for (p = 0; p < d; p++)
		{
			for (q = p; q < d; q++)
			{
				for (kernel = SC_KERNEL_BEST; kernel <= SC_KERNEL_PORTABLE; kernel++)
				{
					bool		right = true;
					size_t		i;
					size_t		j;

					memset(block, 0, SC_BLOCK_SIZE(2, d) * sizeof(double));
					memset(triangle, 0, SC_TRIANGLE(d) * sizeof(double));
					block[SC_BLOCK_AT(2, 1, p)] = 3.0;
					block[SC_BLOCK_AT(2, 1, q)] = 5.0;
					sc_add_products(triangle, d, block, 2, NULL, NULL, kernel);
					for (i = 0; i < d; i++)
					{
						for (j = i; j < d; j++)
							right = right && triangle[SC_TRIANGLE_AT(d, i, j)] ==
								block[SC_BLOCK_AT(2, 1, i)] * block[SC_BLOCK_AT(2, 1, j)];
					}
					CHECK(right);
				}
			}
		}
		free(block);
		free(triangle);
	}
}

/* Centred ranks, block after block: integers, exactly. */
static void
test_integers(void)
{
	size_t		d = 11;
	size_t		rows = SC_BLOCK_ROWS(d);
	double	   *triangle = exactly(SC_TRIANGLE(d) * sizeof(double));
	int64_t    *expected = exactly(SC_TRIANGLE(d) * sizeof(int64_t));
	double	   *block = exactly(SC_BLOCK_SIZE(rows, d) * sizeof(double));
	bool		right = true;
	int			round;
	size_t		i;
	size_t		j;
	size_t		r;

	memset(triangle, 0, SC_TRIANGLE(d) * sizeof(double));
	memset(expected, 0, SC_TRIANGLE(d) * sizeof(int64_t));
	for (round = 0; round < 300; round++)
	{
		size_t		count = 1 + random_below(rows);

		memset(block, 0, SC_BLOCK_SIZE(count, d) * sizeof(double));
		for (r = 0; r < count; r++)
		{
			for (j = 0; j < d; j++)
				block[SC_BLOCK_AT(count, r, j)] = (double) random_below(600001) - 300000.0;
			for (i = 0; i < d; i++)
			{
				for (j = i; j < d; j++)
					expected[SC_TRIANGLE_AT(d, i, j)] +=
						(int64_t) block[SC_BLOCK_AT(count, r, i)] * (int64_t) block[SC_BLOCK_AT(count, r, j)];
			}
		}
		sc_add_products(triangle, d, block, count, NULL, NULL,
						round % 3 == 0 ? SC_KERNEL_PORTABLE : SC_KERNEL_BEST);
	}
	for (i = 0; i < SC_TRIANGLE(d); i++)
		right = right && (int64_t) triangle[i] == expected[i];
	CHECK(right);
	free(triangle);
	free(expected);
	free(block);
}

int
main(void)
{
	RUN(test_index);
	RUN(test_small);
	RUN(test_kinds);
	RUN(test_large);
	RUN(test_special);
	RUN(test_places);
	RUN(test_integers);
	return check_done();
}
