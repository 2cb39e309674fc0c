/*-------------------------------------------------------------------------
 *
 * test_lanczos.c
 *	  Leading eigenpairs by iteration: the defining equations, GSL's direct
 *	  solver, and spectra that iterations find hard: eigenvalues that coincide
 *	  or nearly do, eigenvectors without weight in a constant vector.
 *
 *-------------------------------------------------------------------------
 */
#include <gsl/gsl_eigen.h>

#include "check.h"
#include "stats/component/component.h"
#include "stats/component/lanczos.h"

/* Residuals, relative to the largest eigenvalue; of the last one of several. */
#define PAIR_TOLERANCE 3e-14L
#define LAST_TOLERANCE 1.01e-10L

/* A matrix and, from leading(), its components. */
typedef struct Leading
{
	size_t		n;
	size_t		k;
	double	   *matrix;
	double	   *values;
	double	   *vectors;
} Leading;

static double *
new_matrix(size_t n)
{
	double	   *a = exactly(n * n * sizeof(double));

	memset(a, 0, n * n * sizeof(double));
	return a;
}

/* The matrix is freed with it; garbage 0xff in all that is written to. */
static Leading
leading(double *matrix, size_t n, size_t k)
{
	Leading		l = {n, k, matrix, NULL, NULL};
	void	   *work = exactly(sc_leading_workspace(n));

	l.values = exactly(k * sizeof(double));
	l.vectors = exactly(k * n * sizeof(double));
	sc_leading_components(matrix, n, k, l.values, l.vectors, work, test_poll);
	free(work);
	return l;
}

static void
free_components(Leading *l)
{
	free(l->values);
	free(l->vectors);
}

static void
free_leading(Leading *l)
{
	free_components(l);
	free(l->matrix);
}

/* A v = l v for all but the last as for one alone, orthonormal, descending. */
static void
check_leading(const Leading *l)
{
	size_t		n = l->n;
	long double worst_product = 0.0L;
	bool		descending = true;
	size_t		c;
	size_t		e;
	size_t		i;
	size_t		j;

	for (c = 0; c < l->k; c++)
	{
		const double *v = l->vectors + c * n;
		long double residual = 0.0L;

		for (i = 0; i < n; i++)
		{
			long double row = -(long double) l->values[c] * v[i];

			for (j = 0; j < n; j++)
				row += (long double) l->matrix[i * n + j] * v[j];
			residual += row * row;
		}
		CHECK_NEAR(sqrtl(residual), 0.0L, l->values[0] *
				   (c > 0 && c + 1 == l->k ? LAST_TOLERANCE : PAIR_TOLERANCE));
		for (e = 0; e <= c; e++)
		{
			long double product = 0.0L;

			for (i = 0; i < n; i++)
				product += (long double) l->vectors[e * n + i] * v[i];
			worst_product = fmaxl(worst_product, fabsl(product - (e == c)));
		}
		descending = descending && (c == 0 || l->values[c] <= l->values[c - 1]);
	}
	CHECK_NEAR(worst_product, 0.0L, 1e-14L + 2e-16L * (long double) l->k);
	CHECK(descending);
}

static int
descending_order(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x < y) - (x > y);
}

/*
 * Holds it against all of GSL's: the values, and the vectors as far as the gaps
 * on both sides determine them.
 */
static void
check_direct(const Leading *l)
{
	size_t		n = l->n;
	gsl_matrix *a = gsl_matrix_alloc(n, n);
	gsl_matrix *evec = gsl_matrix_alloc(n, n);
	gsl_vector *eval = gsl_vector_alloc(n);
	gsl_eigen_symmv_workspace *w = gsl_eigen_symmv_alloc(n);
	double	   *values = exactly(n * sizeof(double));
	size_t		c;
	size_t		i;

	memcpy(a->data, l->matrix, n * n * sizeof(double));
	CHECK(gsl_eigen_symmv(a, eval, evec, w) == 0);
	for (i = 0; i < n; i++)
		values[i] = gsl_vector_get(eval, i);
	qsort(values, n, sizeof(double), descending_order);
	for (c = 0; c < l->k; c++)
	{
		bool		last = c > 0 && c + 1 == l->k;
		double		gap = fmin(c == 0 ? INFINITY : values[c - 1] - values[c],
							   c + 1 == n ? INFINITY : values[c] - values[c + 1]);
		long double side = 0.0L;
		long double off = 0.0L;
		size_t		which = 0;

		CHECK_NEAR(l->values[c], values[c], (last ? 1e-10L : 1e-12L) * values[0]);
		if (!(gap > 1e-9 * values[0]))
			continue;
		while (gsl_vector_get(eval, which) != values[c])
			which++;
		for (i = 0; i < n; i++)
			side += gsl_matrix_get(evec, i, which) * (long double) l->vectors[c * n + i];
		for (i = 0; i < n; i++)
		{
			long double difference = l->vectors[c * n + i] -
				(side < 0.0L ? -1 : 1) * (long double) gsl_matrix_get(evec, i, which);

			off += difference * difference;
		}
		CHECK_NEAR(sqrtl(off), 0.0L, (last ? 2e-10L : 1e-12L) * values[0] / gap);
	}
	gsl_matrix_free(a);
	gsl_matrix_free(evec);
	gsl_vector_free(eval);
	gsl_eigen_symmv_free(w);
	free(values);
}

/* One run: equations, same bits again, matrix not changed; and GSL if asked. */
static void
check_run(double *matrix, size_t n, size_t k, bool direct)
{
	double	   *copy = exactly(n * n * sizeof(double));
	Leading		l;
	Leading		again;

	memcpy(copy, matrix, n * n * sizeof(double));
	poll_calls = poll_jumps_at = 0;
	l = leading(matrix, n, k);
	CHECK(poll_calls >= (long) k);
	CHECK(same_bits(copy, matrix, n * n));
	check_leading(&l);
	if (direct)
		check_direct(&l);
	again = leading(copy, n, k);
	CHECK(same_bits(l.values, again.values, k));
	CHECK(same_bits(l.vectors, again.vectors, k * n));
	free_components(&l);
	free_leading(&again);
}

/* Rows that share a factor, or none: their correlations, but for the means. */
static double *
random_correlations(size_t n, size_t rows, double factor)
{
	double	   *x = exactly(rows * n * sizeof(double));
	double	   *a = new_matrix(n);
	size_t		i;
	size_t		j;
	size_t		r;

	for (r = 0; r < rows; r++)
	{
		double		common = random_normal() * factor;

		for (j = 0; j < n; j++)
			x[j * rows + r] = random_normal() + common;
	}
	for (j = 0; j < n; j++)
	{
		double		norm = 0.0;

		for (r = 0; r < rows; r++)
			norm += x[j * rows + r] * x[j * rows + r];
		for (r = 0; r < rows; r++)
			x[j * rows + r] /= sqrt(norm);
	}
	for (i = 0; i < n; i++)
	{
		for (j = 0; j < i; j++)
		{
			double		sum = 0.0;

			for (r = 0; r < rows; r++)
				sum += x[i * rows + r] * x[j * rows + r];
			a[i * n + j] = a[j * n + i] = sum;
		}
		a[i * n + i] = 1.0;
	}
	free(x);
	return a;
}

/* The given eigenvalues and, by three reflections, random eigenvectors. */
static double *
random_spectrum(const double *values, size_t n)
{
	long double *a = exactly(n * n * sizeof(long double));
	long double *u = exactly(n * sizeof(long double));
	long double *p = exactly(n * sizeof(long double));
	double	   *matrix = new_matrix(n);
	size_t		i;
	size_t		j;
	int			round;

	for (i = 0; i < n * n; i++)
		a[i] = i % (n + 1) == 0 ? values[i / n] : 0.0L;
	for (round = 0; round < 3; round++)
	{
		long double norm = 0.0L;
		long double between = 0.0L;

		for (i = 0; i < n; i++)
		{
			u[i] = random_normal();
			norm += u[i] * u[i];
		}
		for (i = 0; i < n; i++)
			u[i] *= sqrtl(2.0L / norm);
		for (i = 0; i < n; i++)
		{
			p[i] = 0.0L;
			for (j = 0; j < n; j++)
				p[i] += a[i * n + j] * u[j];
		}
		for (i = 0; i < n; i++)
			between += p[i] * u[i];
		/* (I - u u') a (I - u u') */
		for (i = 0; i < n; i++)
		{
			for (j = 0; j < n; j++)
				a[i * n + j] += between * u[i] * u[j] - p[i] * u[j] - u[i] * p[j];
		}
	}
	for (i = 0; i < n; i++)
	{
		for (j = 0; j <= i; j++)
			matrix[i * n + j] = matrix[j * n + i] = (double) a[i * n + j];
	}
	free(a);
	free(u);
	free(p);
	return matrix;
}

static void
test_random(void)
{
	static const size_t ns[] = {2, 3, 5, 6, 12, 40, 41, 100, 257};
	size_t		a;
	size_t		k;
	int			kind;

	for (a = 0; a < 9; a++)
	{
		size_t		n = ns[a];

		for (kind = 0; kind < 3; kind++)
		{
			double	   *matrix;

			/* one factor; noise; fewer rows than columns */
			matrix = random_correlations(n, kind == 2 ? n / 3 + 1 : 2 * n + 3,
										 kind == 0 ? 1.0 : 0.0);
			for (k = 1; k <= 11 && k <= n; k += n > 100 ? 5 : 1 + k / 4)
				check_run(matrix, n, k, k < 3 || n < 100 || k == 11);
			free(matrix);
		}
	}
}

/* All n of them. */
static void
test_all(void)
{
	size_t		n;

	for (n = 1; n <= 30; n++)
	{
		double	   *matrix = random_correlations(n, 2 * n + 3, 0.5);

		check_run(matrix, n, n, true);
		free(matrix);
		matrix = random_correlations(n, n / 2 + 1, 0.5);
		check_run(matrix, n, n, true);
		free(matrix);
	}
}

static void
test_large(void)
{
	double	   *matrix = random_correlations(600, 300, 0.7);

	check_run(matrix, 600, 11, true);
	free(matrix);
	matrix = random_correlations(600, 200, 0.0);
	check_run(matrix, 600, 3, false);
	free(matrix);
}

/* The first of many are the first of few, but for the last of the few. */
static void
test_first(void)
{
	double	   *matrix = random_correlations(120, 150, 0.5);
	Leading		all = leading(matrix, 120, 11);
	size_t		k;

	for (k = 1; k <= 10; k++)
	{
		Leading		l = leading(matrix, 120, k);
		size_t		same = k == 1 ? 1 : k - 1;

		CHECK(same_bits(l.values, all.values, same));
		CHECK(same_bits(l.vectors, all.vectors, same * 120));
		CHECK_NEAR(l.values[k - 1], all.values[k - 1], 1e-10L * all.values[0]);
		free_components(&l);
	}
	free_leading(&all);
}

/* Diagonal matrices in any order, with zeros, and the identity. */
static void
test_diagonal(void)
{
	static const size_t ns[] = {1, 2, 7, 64, 257};
	size_t		a;
	size_t		i;
	int			kind;

	for (a = 0; a < 5; a++)
	{
		for (kind = 0; kind < 4; kind++)
		{
			size_t		n = ns[a];
			size_t		k = n < 6 ? n : 6;
			double	   *matrix = new_matrix(n);

			for (i = 0; i < n; i++)
				matrix[i * n + i] = kind == 0 ? 1.0 :
					kind == 1 ? (double) (i * 37 % n + 1) :
					kind == 2 ? (i % 5 == 3 || n < 5 ? random_uniform() : 0.0) :
					ldexp(1.0 + random_uniform(), (int) (i * 3 % 40) - 20);
			check_run(matrix, n, k, n < 300 || kind == 1);
			if (kind == 0)
			{
				Leading		l = leading(matrix, n, k);

				for (i = 0; i < k; i++)
				{
					CHECK_NEAR(l.values[i], 1.0L, 1e-15L);
					CHECK(sc_component_is_defined(l.values, k, i) == (n == 1));
				}
				free_components(&l);
			}
			free(matrix);
		}
	}
}

/* Of the zero matrix the values are 0; the vectors are orthonormal none the less. */
static void
test_zero(void)
{
	static const size_t ns[] = {1, 2, 257, 600};
	size_t		a;
	size_t		i;

	for (a = 0; a < 4; a++)
	{
		size_t		n = ns[a];
		size_t		k = n < 4 ? n : 4;
		Leading		l = leading(new_matrix(n), n, k);
		bool		finite = true;

		for (i = 0; i < k; i++)
		{
			CHECK(l.values[i] == 0.0);
			CHECK(!sc_component_is_defined(l.values, k, i));
		}
		for (i = 0; i < k * n; i++)
			finite = finite && fabs(l.vectors[i]) <= 1.0;
		CHECK(finite);
		check_leading(&l);
		free_leading(&l);
	}
}

/* One vector's products: one eigenvalue, all others exactly or nearly 0. */
static void
test_rank_one(void)
{
	static const size_t ns[] = {2, 3, 257, 600};
	size_t		a;
	size_t		i;
	int			kind;

	for (a = 0; a < 4; a++)
	{
		for (kind = 0; kind < 3; kind++)
		{
			size_t		n = ns[a];
			size_t		k = n < 5 ? n : 5;
			double	   *matrix = new_matrix(n);
			double	   *v = exactly(n * sizeof(double));
			long double length = 0.0L;
			Leading		l;

			for (i = 0; i < n; i++)
			{
				/* ones; signs that sum to 0 or 1; a few of it only */
				v[i] = kind == 0 ? 1.0 : kind == 1 ? (i % 2 == 0 ? 1.0 : -1.0) :
					i % 7 == 1 ? random_normal() : 0.0;
				length += (long double) v[i] * v[i];
			}
			for (i = 0; i < n * n; i++)
				matrix[i] = v[i / n] * v[i % n];
			check_run(matrix, n, k, n < 300);
			l = leading(matrix, n, k);
			CHECK_RELATIVE(l.values[0], length, 1e-14L);
			CHECK(sc_component_is_defined(l.values, k, 0));
			for (i = 1; i < k; i++)
			{
				CHECK_NEAR(l.values[i], 0.0L, 1e-14L * length);
				CHECK(!sc_component_is_defined(l.values, k, i));
			}
			free_leading(&l);
			free(v);
		}
	}
}

/*
 * The rest of the spectrum below the top: spread out; flat but for one; with
 * zeros; flat, so that a few steps find the top.
 */
static void
fill_spectrum(double *values, size_t n, size_t from, int rest)
{
	size_t		i;

	for (i = from; i < n; i++)
		values[i] = rest == 3 ? 0.025 : rest == 0 ? 0.5 * (double) (n - i) / (double) n :
			rest == 1 ? 0.25 + (i == from ? 0.25 : 0.0) : i < n / 2 ? 0.5 / (double) (i + 1) : 0.0;
}

/* The largest eigenvalue twice and three times, wherever it is looked for. */
static void
test_coincident(void)
{
	static const size_t ns[] = {3, 4, 20, 100, 257, 600};
	double		values[600];
	size_t		a;
	size_t		copies;
	size_t		i;
	size_t		k;
	int			rest;

	for (a = 0; a < 6; a++)
	{
		size_t		n = ns[a];

		for (copies = 2; copies <= 3; copies++)
		{
			for (rest = 0; rest < (n == 600 ? 1 : 4); rest++)
			{
				double	   *matrix;

				for (i = 0; i < copies && i < n; i++)
					values[i] = 3.0;
				fill_spectrum(values, n, copies, rest);
				matrix = random_spectrum(values, n);
				for (k = 2; k <= 11 && k <= n; k += n > 200 ? 4 : 1 + k / 3)
				{
					Leading		l;

					if (n < 200 || k == 2)
						check_run(matrix, n, k, n < 200 || k == 3);
					l = leading(matrix, n, k);
					CHECK(!sc_component_is_defined(l.values, k, 0));
					CHECK(!sc_component_is_defined(l.values, k, 1));
					for (i = 0; i < k; i++)
						CHECK_NEAR(l.values[i], values[i],
								   (i + 1 == k ? 3e-10L : 1e-13L));
					/* below those that coincide there is one alone */
					if (k > copies + 1)
						CHECK(sc_component_is_defined(l.values, k, copies) ||
							  values[copies] - values[copies + 1] < 1e-9);
					free_components(&l);
				}
				free(matrix);
			}
		}
	}
}

/* The two, or three, largest a little apart: told apart down to 1e-9. */
static void
test_gaps(void)
{
	static const double gaps[] = {1e-3, 1e-6, 1e-8, 2e-9, 5e-10, 1e-11, 1e-14};
	static const size_t ns[] = {5, 48, 257};
	double		values[257];
	size_t		a;
	size_t		i;
	size_t		k;
	int			g;
	int			rest;
	int			near;

	for (a = 0; a < 3; a++)
	{
		for (g = 0; g < 7; g++)
		{
			for (rest = 0; rest < 3; rest++)
			{
				for (near = 2; near <= 3; near++)
				{
					size_t		n = ns[a];
					double	   *matrix;

					/* the large one takes long */
					if (n > 200 && (rest == 1 || near == 3 || gaps[g] == 1e-11))
						continue;
					for (i = 0; i < (size_t) near; i++)
						values[i] = 2.0 * (1.0 - (double) i * gaps[g]);
					fill_spectrum(values, n, (size_t) near, rest);
					matrix = random_spectrum(values, n);
					for (k = 2; k <= 4; k++)
					{
						Leading		l;

						if (n < 200 || k == 3)
							check_run(matrix, n, k, n < 200 || rest == 0);
						l = leading(matrix, n, k);
						for (i = 0; i < 2; i++)
							CHECK(sc_component_is_defined(l.values, k, i) == (gaps[g] > 1e-9));
						for (i = 0; i < k; i++)
							CHECK_NEAR(l.values[i], values[i],
									   (i + 1 == k ? 3e-10L : 1e-13L));
						free_components(&l);
					}
					free(matrix);
				}
			}
		}
	}
}

/*
 * Blocks of benchmarks, half of each reversed: correlations r s_i s_j in a
 * block, 0 between blocks.  1 + (size - 1) r with vectors orthogonal to a
 * constant one, even in each block.
 */
static void
test_blocks(void)
{
	static const size_t sizes[] = {2, 10, 66};
	static const double rs[] = {0.9, 0.75, 0.5, 0.25};
	size_t		a;
	size_t		i;
	size_t		j;
	size_t		b;
	int			kind;

	for (a = 0; a < 3; a++)
	{
		for (kind = 0; kind < 3; kind++)
		{
			size_t		size = sizes[a];
			size_t		n = 4 * size;
			double	   *matrix = new_matrix(n);
			Leading		l;

			for (i = 0; i < n; i++)
			{
				for (j = 0; j < n; j++)
				{
					/*
					 * halves of a block, or one and the next, have opposite
					 * signs
					 */
					size_t		si = kind == 1 ? i % 2 : i % size / (size / 2);
					size_t		sj = kind == 1 ? j % 2 : j % size / (size / 2);

					if (i / size == j / size)
						matrix[i * n + j] = i == j ? 1.0 :
							(si == sj ? 1.0 : -1.0) * rs[kind == 2 ? i / size / 2 : i / size];
				}
			}
			check_run(matrix, n, 5, n < 300);
			l = leading(matrix, n, 5);
			for (b = 0; b < 4; b++)
			{
				double		r = rs[kind == 2 ? b / 2 : b];
				long double sum = 0.0L;

				CHECK_NEAR(l.values[b], 1 + ((long double) size - 1) * r,
						   1e-14L * (long double) n);
				CHECK(sc_component_is_defined(l.values, 5, b) == (kind != 2));
				for (i = 0; i < n; i++)
					sum += l.vectors[b * n + i];
				CHECK_NEAR(sum, 0.0L, 1e-12L);
				for (i = 0; i < n && kind != 2; i++)
					CHECK_NEAR(fabs(l.vectors[b * n + i]),
							   i / size == b ? 1 / sqrtl((long double) size) : 0.0L, 1e-13L);
			}
			free_leading(&l);
		}
	}
}

/* In any unit. */
static void
test_scale(void)
{
	static const int powers[] = {-300, -60, 60, 300};
	size_t		n = 90;
	double	   *matrix = random_correlations(n, 50, 0.5);
	Leading		l = leading(matrix, n, 5);
	size_t		i;
	int			p;

	for (p = 0; p < 4; p++)
	{
		double	   *scaled = new_matrix(n);
		Leading		m;

		for (i = 0; i < n * n; i++)
			scaled[i] = ldexp(matrix[i], powers[p]);
		m = leading(scaled, n, 5);
		for (i = 0; i < 5; i++)
			CHECK(m.values[i] == ldexp(l.values[i], powers[p]));
		CHECK(same_bits(l.vectors, m.vectors, 5 * n));
		free_leading(&m);
	}
	free_leading(&l);
}

/* A poll in each step: up to four columns all steps are taken. */
static void
test_poll_calls(void)
{
	size_t		n;
	size_t		k;
	size_t		c;
	double	   *matrix;
	Leading		l;

	for (n = 1; n <= 4; n++)
	{
		matrix = random_correlations(n, 20, 0.5);
		for (k = 1; k <= n; k++)
		{
			long		steps = 0;

			for (c = 0; c < k; c++)
				steps += (long) (n - c);
			poll_calls = 0;
			l = leading(matrix, n, k);
			CHECK(poll_calls >= steps);
			free_components(&l);
		}
		free(matrix);
	}

	/* 1 + cos(i pi / 101): no step fewer than half of them finds the largest */
	n = 100;
	matrix = new_matrix(n);
	for (c = 0; c < n; c++)
	{
		matrix[c * n + c] = 1.0;
		if (c > 0)
			matrix[c * n + c - 1] = matrix[(c - 1) * n + c] = 0.5;
	}
	poll_calls = 0;
	l = leading(matrix, n, 1);
	CHECK(poll_calls >= 50);
	free_leading(&l);
}

/* A jump out of any poll leaves the matrix as it was and a next run as good. */
static void
test_jump(void)
{
	static const size_t n = 70;
	static const size_t k = 4;
	double	   *matrix = random_correlations(n, 100, 0.3);
	double	   *copy = new_matrix(n);
	void	   *work = exactly(sc_leading_workspace(n));
	double	   *values = exactly(k * sizeof(double));
	double	   *vectors = exactly(k * n * sizeof(double));
	volatile long calls;
	volatile long jumps = 0;
	volatile long at;
	Leading		l;

	memcpy(copy, matrix, n * n * sizeof(double));
	poll_calls = poll_jumps_at = 0;
	l = leading(matrix, n, k);
	calls = poll_calls;
	CHECK(calls > 40);
	for (at = 1; at <= calls; at++)
	{
		poll_calls = 0;
		poll_jumps_at = at;
		if (setjmp(poll_target) == 0)
			sc_leading_components(matrix, n, k, values, vectors, work, test_poll);
		else
			jumps++;
		CHECK(poll_calls == at);
		CHECK(same_bits(matrix, copy, n * n));
		if (at % 16 == 0)
		{
			sc_leading_components(matrix, n, k, values, vectors, work, NULL);
			CHECK(same_bits(values, l.values, k));
			CHECK(same_bits(vectors, l.vectors, k * n));
		}
	}
	CHECK(jumps == calls);
	poll_jumps_at = 0;
	sc_leading_components(matrix, n, k, values, vectors, work, NULL);
	CHECK(same_bits(values, l.values, k));
	CHECK(same_bits(vectors, l.vectors, k * n));
	free(work);
	free(values);
	free(vectors);
	free(copy);
	free_leading(&l);
}

int
main(void)
{
	RUN(test_random);
	RUN(test_all);
	RUN(test_large);
	RUN(test_first);
	RUN(test_diagonal);
	RUN(test_zero);
	RUN(test_rank_one);
	RUN(test_coincident);
	RUN(test_gaps);
	RUN(test_blocks);
	RUN(test_scale);
	RUN(test_poll_calls);
	RUN(test_jump);
	return check_done();
}
