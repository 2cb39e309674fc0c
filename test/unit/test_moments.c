/*-------------------------------------------------------------------------
 *
 * test_moments.c
 *	  Streaming moments against a long double two-pass sum over all rows, whole
 *	  and merged from parts in random trees.
 *
 *-------------------------------------------------------------------------
 */
#include "check.h"
#include "stats/correlation/moments.h"

static ScMoments
new_moments(size_t d)
{
	ScMoments	m;

	m.d = d;
	m.n = 0;
	m.pivot = exactly(d * sizeof(double));
	m.mean = exactly(d * sizeof(double));
	m.min = exactly(d * sizeof(double));
	m.max = exactly(d * sizeof(double));
	m.comoment = exactly(SC_TRIANGLE(d) * sizeof(double));
	return m;
}

static void
free_moments(ScMoments *m)
{
	free(m->pivot);
	free(m->mean);
	free(m->min);
	free(m->max);
	free(m->comoment);
}

/* Adds rows from .. to - 1 in blocks of the given size, 0 for random sizes. */
static void
add_rows(ScMoments *m, const double *rows, size_t from, size_t to, size_t block)
{
	void	   *work = exactly(sc_moments_workspace(m->d));

	while (from < to)
	{
		size_t		count = block > 0 ? block : 1 + random_below(SC_BLOCK_ROWS(m->d));

		if (count > to - from)
			count = to - from;
		sc_moments_add(m, rows + from * m->d, count, work);
		from += count;
	}
	free(work);
}

static bool
merge(ScMoments *a, const ScMoments *b)
{
	void	   *work = exactly(sc_moments_merge_workspace(a->d));
	bool		merged = sc_moments_merge(a, b, work);

	free(work);
	return merged;
}

/* The moments of rows from .. to - 1, merged from random parts. */
static ScMoments
tree(const double *rows, size_t d, size_t from, size_t to)
{
	ScMoments	m = new_moments(d);

	if (to - from <= 1 || random_below(4) == 0)
		add_rows(&m, rows, from, to, 0);
	else
	{
		size_t		mid = from + random_below(to - from + 1);	/* may be empty */
		ScMoments	left = tree(rows, d, from, mid);
		ScMoments	right = tree(rows, d, mid, to);

		CHECK(merge(&m, &right));	/* into the empty, and in this order */
		CHECK(merge(&m, &left));
		free_moments(&left);
		free_moments(&right);
	}
	return m;
}

/* Everything by two passes in long double. */
typedef struct Exact
{
	long double *mean;			/* less the first row's value */
	long double *comoment;		/* d x d */
} Exact;

static Exact
exact_moments(const double *rows, size_t n, size_t d)
{
	Exact		e;
	size_t		i;
	size_t		j;
	size_t		r;

	e.mean = exactly(d * sizeof(long double));
	e.comoment = exactly(d * d * sizeof(long double));
	for (j = 0; j < d; j++)
	{
		e.mean[j] = 0.0L;
		for (r = 0; r < n; r++)
			e.mean[j] += (long double) rows[r * d + j] - rows[j];
		e.mean[j] /= (long double) n;
	}
	for (i = 0; i < d; i++)
	{
		for (j = 0; j < d; j++)
		{
			long double sum = 0.0L;

			for (r = 0; r < n; r++)
				sum += ((long double) rows[r * d + i] - rows[i] - e.mean[i]) *
					((long double) rows[r * d + j] - rows[j] - e.mean[j]);
			e.comoment[i * d + j] = sum;
		}
	}
	return e;
}

/* Holds m against the exact moments; every column varies. */
static void
check_moments(const ScMoments *m, const double *rows, size_t n, const Exact *e)
{
	size_t		d = m->d;
	double	   *mean = exactly(d * sizeof(double));
	double	   *sd = exactly(d * sizeof(double));
	double	   *matrix = exactly(d * d * sizeof(double));
	size_t		constant = SIZE_MAX;
	size_t		i;
	size_t		j;
	size_t		r;

	CHECK(m->n == (int64_t) n);
	CHECK(sc_moments_correlation(m, mean, sd, matrix, &constant) == SC_OK);
	CHECK(constant == SIZE_MAX);
	for (i = 0; i < d; i++)
	{
		long double sii = e->comoment[i * d + i];
		double		lowest = rows[i];
		double		highest = rows[i];

		for (r = 1; r < n; r++)
		{
			lowest = fmin(lowest, rows[r * d + i]);
			highest = fmax(highest, rows[r * d + i]);
		}
		CHECK(m->min[i] == lowest && m->max[i] == highest);
		CHECK_NEAR(mean[i], rows[i] + e->mean[i],
				   2.3e-16L * fabs(mean[i]) + 1e-14L * (highest - lowest));
		CHECK_RELATIVE(sd[i], sqrtl(sii / (long double) n), 1e-13L);
		CHECK(matrix[i * d + i] == 1.0);
		for (j = i; j < d; j++)
		{
			long double sjj = e->comoment[j * d + j];

			CHECK_NEAR(m->comoment[SC_TRIANGLE_AT(d, i, j)], e->comoment[i * d + j],
					   1e-13L * sqrtl(sii) * sqrtl(sjj));
			CHECK_NEAR(matrix[i * d + j],
					   e->comoment[i * d + j] / sqrtl(sii) / sqrtl(sjj), 1e-13L);
			CHECK(matrix[i * d + j] == matrix[j * d + i]);
			CHECK(fabs(matrix[i * d + j]) <= 1.0);
		}
	}
	free(mean);
	free(sd);
	free(matrix);
}

/* Rows that share a factor, column j in units and with an offset of its own. */
static void
random_rows(double *rows, size_t n, size_t d)
{
	static const double offsets[] = {0.0, 1e9, -1e9, 1e6, 0.0};
	static const double scales[] = {1.0, 1e-3, 1.0, 100.0, 1e-9};
	size_t		j;
	size_t		r;

	for (r = 0; r < n; r++)
	{
		double		common = random_normal();

		for (j = 0; j < d; j++)
			rows[r * d + j] = offsets[j % 5] + scales[j % 5] *
				((j % 2 == 0 ? common : -common) + random_normal());
	}
}

static void
test_accuracy(void)
{
	static const size_t ds[] = {1, 2, 3, 4, 5, 7, 8, 12, 33};
	static const size_t ns[] = {3, 63, 64, 65, 128, 1000};
	static const size_t blocks[] = {64, 1, 2, 63, 0};
	size_t		a;
	size_t		b;
	size_t		k;

	for (a = 0; a < 9; a++)
	{
		for (b = 0; b < 6; b++)
		{
			size_t		n = ns[b];
			size_t		d = ds[a];
			double	   *rows = exactly(n * d * sizeof(double));
			double	   *copy = exactly(n * d * sizeof(double));
			Exact		e;

			random_rows(rows, n, d);
			memcpy(copy, rows, n * d * sizeof(double));
			e = exact_moments(rows, n, d);
			for (k = 0; k < 5; k++)
			{
				ScMoments	m = new_moments(d);

				add_rows(&m, rows, 0, n, blocks[k]);
				check_moments(&m, rows, n, &e);
				free_moments(&m);
				m = tree(rows, d, 0, n);
				check_moments(&m, rows, n, &e);
				free_moments(&m);
			}
			CHECK(same_bits(rows, copy, n * d));
			free(rows);
			free(copy);
			free(e.mean);
			free(e.comoment);
		}
	}
}

/* So many columns that blocks are longer. */
static void
test_wide(void)
{
	size_t		n = 300;
	size_t		d = 257;
	double	   *rows = exactly(n * d * sizeof(double));
	Exact		e;
	size_t		k;

	CHECK(SC_BLOCK_ROWS(d) > SC_BLOCK_ROWS(d - 1));
	random_rows(rows, n, d);
	e = exact_moments(rows, n, d);
	for (k = 0; k < 2; k++)
	{
		ScMoments	m = new_moments(d);

		add_rows(&m, rows, 0, n, k == 0 ? SC_BLOCK_ROWS(d) : 77);
		check_moments(&m, rows, n, &e);
		free_moments(&m);
	}
	free(rows);
	free(e.mean);
	free(e.comoment);
}

/* Constant columns keep co-moments of exactly 0, however rows are divided. */
static void
test_constant(void)
{
	static const double values[] = {0.1, 1e9 + 0.1, 1e-310, 3e139};
	size_t		n = 260;
	size_t		d = 6;
	double		rows[260 * 6];
	double		mean[6];
	double		sd[6];
	double		matrix[36];
	size_t		i;
	size_t		j;
	size_t		r;
	int			round;

	for (round = 0; round < 60; round++)
	{
		ScMoments	m;
		bool		zero = true;
		size_t		constant = SIZE_MAX;
		size_t		first = (size_t) round % 3;

		random_rows(rows, n, d);
		for (r = 0; r < n; r++)
		{
			rows[r * d + first] = values[round % 4];
			rows[r * d + 4] = 0.1;
		}
		m = tree(rows, d, 0, n);
		for (i = 0; i < d; i++)
		{
			for (j = i; j < d; j++)
			{
				double		s = m.comoment[SC_TRIANGLE_AT(d, i, j)];

				if (i == first || j == first || i == 4 || j == 4)
					zero = zero && s == 0.0;
				else
					zero = zero && s != 0.0;
			}
		}
		CHECK(zero);
		CHECK(m.pivot[4] + m.mean[4] == 0.1);
		CHECK(sc_moments_correlation(&m, mean, sd, matrix, &constant) ==
			  SC_CONSTANT_COLUMN);
		CHECK(constant == first);
		free_moments(&m);

		/* one last bit in one row, and it is not constant */
		rows[random_below(n - 1) * d + 4] = nextafter(0.1, 1.0);
		m = tree(rows + 3, d, 0, n - 1);	/* column 4 is now column 1 */
		CHECK(m.min[1] < m.max[1] && m.comoment[SC_TRIANGLE_AT(d, 1, 1)] > 0.0);
		free_moments(&m);
	}

	/* 0.1 x 26, alone */
	{
		ScMoments	m = new_moments(1);
		size_t		constant = SIZE_MAX;

		for (r = 0; r < 26; r++)
			rows[r] = 0.1;
		add_rows(&m, rows, 0, 26, 0);
		CHECK(m.comoment[0] == 0.0 && m.mean[0] == 0.0 && m.pivot[0] == 0.1);
		CHECK(sc_moments_correlation(&m, mean, sd, matrix, &constant) ==
			  SC_CONSTANT_COLUMN);
		CHECK(constant == 0);
		free_moments(&m);
	}
}

static void
test_merge_edges(void)
{
	static const double rows[] = {1, 2, 3, 5, 4, 4, 7, 7};
	ScMoments	a = new_moments(2);
	ScMoments	b = new_moments(2);
	ScMoments	empty = new_moments(2);
	double		mean[2];
	double		sd[2];
	double		matrix[4];
	double		before[3];
	size_t		constant = SIZE_MAX;

	/* nothing and nothing; something and nothing; nothing and something */
	CHECK(merge(&a, &empty) && a.n == 0);
	CHECK(sc_moments_correlation(&a, mean, sd, matrix, &constant) ==
		  SC_TOO_FEW_MODELS);
	add_rows(&a, rows, 0, 4, 64);
	memcpy(before, a.comoment, sizeof(before));
	CHECK(merge(&a, &empty) && a.n == 4);
	CHECK(same_bits(before, a.comoment, 3));
	CHECK(merge(&b, &a) && b.n == 4);
	CHECK(same_bits(before, b.comoment, 3) && same_bits(a.mean, b.mean, 2) &&
		  same_bits(a.min, b.min, 2) && same_bits(a.max, b.max, 2) &&
		  same_bits(a.pivot, b.pivot, 2));

	/* by hand: means 15 / 4 and 18 / 4 */
	CHECK(sc_moments_correlation(&a, mean, sd, matrix, &constant) == SC_OK);
	CHECK(mean[0] == 3.75 && mean[1] == 4.5);
	CHECK_NEAR(before[0], 18.75L, 1e-14L);
	CHECK_NEAR(before[1], 14.5L, 1e-14L);
	CHECK_NEAR(before[2], 13.0L, 1e-14L);
	CHECK_NEAR(sd[0], sqrtl(18.75L / 4), 1e-15L);
	CHECK_NEAR(matrix[1], 14.5L / sqrtl(18.75L * 13.0L), 1e-15L);

	/* the same rows twice: the same correlation */
	CHECK(merge(&a, &b) && a.n == 8);
	CHECK_NEAR(a.comoment[1], 29.0L, 1e-13L);

	/* more rows than can be counted: refused, nothing changed */
	a.n = INT64_MAX - 3;
	memcpy(before, a.comoment, sizeof(before));
	CHECK(!merge(&a, &b));
	CHECK(a.n == INT64_MAX - 3 && same_bits(before, a.comoment, 3));
	a.n = INT64_MAX - 4;
	CHECK(merge(&a, &b));
	CHECK(a.n == INT64_MAX && isfinite(a.comoment[0]));

	free_moments(&a);
	free_moments(&b);
	free_moments(&empty);
}

static void
test_statuses(void)
{
	static const double rows[] = {1, 5, 2, 5, 3, 5};
	ScMoments	m = new_moments(2);
	double		mean[2] = {7, 7};
	double		sd[2];
	double		matrix[4];
	size_t		constant = SIZE_MAX;

	add_rows(&m, rows, 0, 2, 64);
	CHECK(sc_moments_correlation(&m, mean, sd, matrix, &constant) ==
		  SC_TOO_FEW_MODELS);
	CHECK(constant == SIZE_MAX);
	add_rows(&m, rows, 2, 3, 64);
	CHECK(sc_moments_correlation(&m, mean, sd, matrix, &constant) ==
		  SC_CONSTANT_COLUMN);
	CHECK(constant == 1);
	CHECK(mean[0] == 7);

	/* a state from elsewhere: min = max says it, not the sum of squares */
	m.min[0] = m.max[0];
	CHECK(sc_moments_correlation(&m, mean, sd, matrix, &constant) ==
		  SC_CONSTANT_COLUMN);
	CHECK(constant == 0);
	free_moments(&m);
}

static void
test_magnitudes(void)
{
	static const double units[] = {1e140, 1e-140, 1e-100, 1.0};
	size_t		n = 100;
	size_t		d = 4;
	double		rows[400];
	double		scaled[400];
	double		mean[4];
	double		sd[4];
	double		matrix[16];
	double		expected[16];
	ScMoments	m = new_moments(d);
	size_t		constant = SIZE_MAX;
	size_t		i;
	size_t		j;
	size_t		r;

	for (r = 0; r < n; r++)
	{
		double		common = random_uniform();

		for (j = 0; j < d; j++)
		{
			rows[r * d + j] = (common + random_uniform()) - 1.0;
			scaled[r * d + j] = rows[r * d + j] * units[j];
		}
	}
	add_rows(&m, rows, 0, n, 64);
	CHECK(sc_moments_correlation(&m, mean, sd, expected, &constant) == SC_OK);
	m.n = 0;
	add_rows(&m, scaled, 0, n, 64);
	CHECK(sc_moments_correlation(&m, mean, sd, matrix, &constant) == SC_OK);
	for (i = 0; i < d * d; i++)
		CHECK_NEAR(matrix[i], expected[i], 1e-14L);
	free_moments(&m);

	/*
	 * the largest scores, alternating, in a number of rows as large as it
	 * gets
	 */
	m = new_moments(d);
	for (r = 0; r < n; r++)
	{
		for (j = 0; j < d; j++)
			scaled[r * d + j] = (r + j) % 2 == 0 ? SC_MAX_SCORE : -SC_MAX_SCORE;
	}
	add_rows(&m, scaled, 0, n, 64);
	CHECK(sc_moments_correlation(&m, mean, sd, matrix, &constant) == SC_OK);
	CHECK_RELATIVE(sd[0], 1e140L, 1e-14L);
	CHECK(matrix[1] == -1.0 && matrix[2] == 1.0);
	{
		ScMoments	far = new_moments(d);

		for (j = 0; j < d; j++)
		{
			scaled[j] = -SC_MAX_SCORE;
			scaled[d + j] = SC_MAX_SCORE;
			scaled[2 * d + j] = SC_MAX_SCORE;
		}
		add_rows(&far, scaled, 0, 1, 64);
		m.n = 0;
		add_rows(&m, scaled, 1, 3, 64);
		far.n = m.n = INT64_MAX / 2;
		CHECK(merge(&m, &far));
		CHECK(isfinite(m.comoment[0]) && isfinite(m.mean[0]));
		CHECK(sc_moments_correlation(&m, mean, sd, matrix, &constant) == SC_OK);
		CHECK_RELATIVE(sd[0], 1e140L, 1e-14L);
		free_moments(&far);
	}
	free_moments(&m);

	/* too small to be squared: constant, as the header says, and never NaN */
	m = new_moments(d);
	for (r = 0; r < n; r++)
	{
		for (j = 0; j < d; j++)
			scaled[r * d + j] = rows[r * d + j] * (j == 2 ? 1e-200 : 1.0);
	}
	add_rows(&m, scaled, 0, n, 64);
	CHECK(m.min[2] < m.max[2]);
	CHECK(sc_moments_correlation(&m, mean, sd, matrix, &constant) ==
		  SC_CONSTANT_COLUMN);
	CHECK(constant == 2);
	free_moments(&m);
}

int
main(void)
{
	RUN(test_accuracy);
	RUN(test_wide);
	RUN(test_constant);
	RUN(test_merge_edges);
	RUN(test_statuses);
	RUN(test_magnitudes);
	return check_done();
}
