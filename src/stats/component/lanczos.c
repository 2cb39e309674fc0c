/*-------------------------------------------------------------------------
 *
 * lanczos.c
 *	  The leading eigenpairs of a large symmetric matrix, by iteration.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "stats/base/sums.h"
#include "stats/component/lanczos.h"

/* Residuals, relative to the largest eigenvalue, at which one is found. */
#define PAIR_TOLERANCE 1e-14
#define VALUE_TOLERANCE 1e-10

/* Pivots are not smaller than some of this, whose squared inverse is finite. */
#define SMALLEST_SHIFT 1e-120

/* Solves by inverse iteration: one brings convergence, one more digits. */
#define INVERSE_STEPS 3

/*
 * The tridiagonal matrix of the m steps so far and what is needed to find its
 * largest eigenpair; arrays of n.
 */
typedef struct Tridiagonal
{
	size_t		m;
	double	   *diagonal;
	double	   *offdiag;		/* offdiag[i] is in rows i and i + 1 */
	double	   *pivot;			/* its factors, see factor() */
	double	   *du;				/* the first diagonal above the pivots */
	double	   *du2;			/* and the second one */
	double	   *multiplier;
	double	   *swapped;		/* 1: rows i and i + 1 changed places */
	double	   *vector;
} Tridiagonal;

size_t
sc_leading_workspace(size_t n)
{
	/* the basis; a product; the eight arrays of the tridiagonal matrix */
	return (n * n + 9 * n) * sizeof(double);
}

static void
subtract(double *a, const double *b, double times, size_t n)
{
	size_t		i;

	for (i = 0; i < n; i++)
		a[i] -= times * b[i];
}

/* Takes from a what lies in the k orthonormal vectors: twice is enough. */
static void
orthogonalise(double *a, const double *vectors, size_t k, size_t n)
{
	size_t		i;

	for (i = 0; i < k; i++)
		subtract(a, vectors + i * n, sc_short_dot(a, vectors + i * n, n), n);
}

static double
normalise(double *a, size_t n)
{
	double		norm = sqrt(sc_short_dot(a, a, n));
	size_t		i;

	if (norm > 0.0)
	{
		for (i = 0; i < n; i++)
			a[i] /= norm;
	}
	return norm;
}

/* ----------
 * The largest eigenpair of the tridiagonal matrix
 * ----------
 */

/* Are all eigenvalues below x?  By the signs of Sturm's sequence. */
static int
all_below(const Tridiagonal *t, double x)
{
	double		q = 1.0;
	size_t		i;

	for (i = 0; i < t->m; i++)
	{
		double		offdiag = i == 0 ? 0.0 : t->offdiag[i - 1];

		q = t->diagonal[i] - x - offdiag * (offdiag / q);
		if (q >= 0.0)
			return 0;
	}
	return 1;
}

/* By bisection between Gershgorin's bounds, to the last bit. */
static double
largest_value(const Tridiagonal *t)
{
	double		low = t->diagonal[0];
	double		high = t->diagonal[0];
	size_t		i;

	for (i = 0; i < t->m; i++)
	{
		double		radius = (i == 0 ? 0.0 : fabs(t->offdiag[i - 1])) +
			(i + 1 == t->m ? 0.0 : fabs(t->offdiag[i]));

		low = fmax(low, t->diagonal[i]);
		high = fmax(high, t->diagonal[i] + radius);
	}
	for (;;)
	{
		double		middle = low + (high - low) / 2;

		if (!(middle > low && middle < high))
			return high;
		if (all_below(t, middle))
			high = middle;
		else
			low = middle;
	}
}

/*
 * Factors the matrix less the shift, with partial pivoting: near an eigenvalue
 * the last pivot is next to 0, which is what makes inverse iteration converge.
 */
static void
factor(Tridiagonal *t, double shift)
{
	double		tiny = DBL_EPSILON * fmax(fabs(shift), SMALLEST_SHIFT);
	size_t		m = t->m;
	size_t		i;

	for (i = 0; i < m; i++)
	{
		t->pivot[i] = t->diagonal[i] - shift;
		t->du[i] = i + 1 < m ? t->offdiag[i] : 0.0;
		t->du2[i] = 0.0;
	}
	for (i = 0; i + 1 < m; i++)
	{
		double		below = t->offdiag[i];

		t->swapped[i] = 0.0;
		if (fabs(t->pivot[i]) >= fabs(below))
		{
			if (t->pivot[i] == 0.0)
				t->pivot[i] = tiny;
			t->multiplier[i] = below / t->pivot[i];
			t->pivot[i + 1] -= t->multiplier[i] * t->du[i];
		}
		else
		{
			double		next = t->pivot[i + 1];

			t->swapped[i] = 1.0;
			t->multiplier[i] = t->pivot[i] / below;
			t->pivot[i] = below;
			t->pivot[i + 1] = t->du[i] - t->multiplier[i] * next;
			t->du[i] = next;
			t->du2[i] = t->du[i + 1];
			t->du[i + 1] = -t->multiplier[i] * t->du[i + 1];
		}
	}
	if (fabs(t->pivot[m - 1]) < tiny)
		t->pivot[m - 1] = tiny;
}

/* Solves for the vector in place and normalises it. */
static void
solve_factored(Tridiagonal *t)
{
	double	   *x = t->vector;
	size_t		m = t->m;
	size_t		i;

	for (i = 0; i + 1 < m; i++)
	{
		if (t->swapped[i] != 0.0)
		{
			double		swap = x[i];

			x[i] = x[i + 1];
			x[i + 1] = swap;
		}
		x[i + 1] -= t->multiplier[i] * x[i];
	}
	for (i = m; i-- > 0;)
	{
		if (i + 1 < m)
			x[i] -= t->du[i] * x[i + 1];
		if (i + 2 < m)
			x[i] -= t->du2[i] * x[i + 2];
		x[i] /= t->pivot[i];
	}
	normalise(x, m);
}

/* The largest eigenvalue; its eigenvector goes to t->vector. */
static double
largest_pair(Tridiagonal *t)
{
	double		value = largest_value(t);
	size_t		i;

	factor(t, value);
	for (i = 0; i < t->m; i++)
		t->vector[i] = 1.0 / sqrt((double) t->m);
	for (i = 0; i < INVERSE_STEPS; i++)
		solve_factored(t);
	return value;
}

/* ----------
 * Lanczos
 * ----------
 */

/*
 * Numbers between -1 and 1 in no order, to which no eigenvector of real data is
 * orthogonal, and others for each component: of two that share an eigenvalue,
 * the first found is all that a start has of both (SplitMix64: Steele, Lea &
 * Flood, OOPSLA 2014).
 */
static void
start_vector(double *a, size_t n, size_t c)
{
	size_t		i;

	for (i = 0; i < n; i++)
	{
		uint64_t	z = ((uint64_t) c * n + i + 1) * UINT64_C(0x9E3779B97F4A7C15);

		z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
		a[i] = (double) (int64_t) (z ^ (z >> 31)) * 0x1p-63;
	}
}

/* The step after which the eigenpair is looked at again. */
static size_t
next_look(size_t steps)
{
	return steps + (steps < 40 ? 5 : steps / 8);
}

/* The largest eigenpair of what is orthogonal to the c vectors found. */
static double
next_component(const double *matrix, size_t n, size_t c, double *vectors,
			   double tolerance, double scale, double *work, ScPoll poll)
{
	double	   *basis = work;
	double	   *product = basis + n * n;
	double	   *found = vectors + c * n;
	Tridiagonal t;
	size_t		look = next_look(0);
	size_t		i;
	size_t		j;

	t.diagonal = product + n;
	t.offdiag = t.diagonal + n;
	t.pivot = t.offdiag + n;
	t.du = t.pivot + n;
	t.du2 = t.du + n;
	t.multiplier = t.du2 + n;
	t.swapped = t.multiplier + n;
	t.vector = t.swapped + n;

	start_vector(basis, n, c);
	orthogonalise(basis, vectors, c, n);
	orthogonalise(basis, vectors, c, n);
	normalise(basis, n);
	for (j = 0;; j++)
	{
		double	   *q = basis + j * n;
		double		rest;
		int			complete;

		for (i = 0; i < n; i++)
			product[i] = sc_short_dot(matrix + i * n, q, n);
		sc_poll_now(poll);
		t.diagonal[j] = sc_short_dot(product, q, n);
		for (i = 0; i < 2; i++)
		{
			orthogonalise(product, vectors, c, n);
			orthogonalise(product, basis, j + 1, n);
		}
		rest = normalise(product, n);
		t.m = j + 1;
		if (scale == 0.0 || t.diagonal[j] > scale)
			scale = t.diagonal[j];
		complete = j + 1 == n - c || !(rest > scale * DBL_EPSILON * 4);
		if (complete || j + 1 == look)
		{
			double		value = largest_pair(&t);

			scale = fmax(scale, value);
			if (complete || rest * fabs(t.vector[j]) <= tolerance * scale)
				break;
			look = next_look(look);
		}
		t.offdiag[j] = rest;
		memcpy(basis + (j + 1) * n, product, n * sizeof(double));
	}

	for (i = 0; i < n; i++)
		found[i] = 0.0;
	for (j = 0; j < t.m; j++)
		subtract(found, basis + j * n, -t.vector[j], n);
	orthogonalise(found, vectors, c, n);
	normalise(found, n);

	/* Rayleigh's quotient has twice the digits of the vector */
	for (i = 0; i < n; i++)
		product[i] = sc_short_dot(matrix + i * n, found, n);
	return sc_short_dot(product, found, n);
}

void
sc_leading_components(const double *matrix, size_t n, size_t k, double *values,
					  double *vectors, void *work, ScPoll poll)
{
	size_t		c;

	for (c = 0; c < k; c++)
	{
		values[c] = next_component(matrix, n, c, vectors,
								   c > 0 && c + 1 == k ? VALUE_TOLERANCE : PAIR_TOLERANCE,
								   c == 0 ? 0.0 : values[0], work, poll);

		/* two that coincide may come out in the wrong order by rounding */
		if (c > 0 && values[c] > values[c - 1])
			values[c] = values[c - 1];
	}
}
