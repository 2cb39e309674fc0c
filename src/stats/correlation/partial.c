/*-------------------------------------------------------------------------
 *
 * partial.c
 *	  The correlation of two variables given others.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "stats/base/arena.h"
#include "stats/base/sums.h"
#include "stats/correlation/partial.h"
#include "stats/correlation/rank.h"
#include "stats/correlation/scales.h"

struct ScPartial
{
	ScMethod	method;
	size_t		n;
	size_t		k;				/* controls that were given */
	bool		constant;		/* is x? */

	/*
	 * Of the controls, of x, which is number k, and of y, number k + 1: ranks
	 * for Spearman, centred values for Pearson, and the sums of their
	 * squares.
	 */
	int32_t    *rank;			/* (k + 2) x n, where they are not the
								 * caller's */
	const int32_t **rank_of;	/* k + 2: those of a variable */
	__int128   *rank_squares;	/* k + 2 */
	double	   *value;			/* (k + 2) x n */
	double	   *squares;		/* k + 2 */
	void	   *sort;

	/*
	 * Cholesky's factor: row j is that of variable j, in terms of the pivots
	 * so far
	 */
	size_t		used;
	size_t	   *pivot;			/* k: the controls that count, as they came */
	double	   *factor;			/* (k + 2) x k */
	double	   *left;			/* k + 2: share of the variance that the
								 * pivots leave; 0 of a constant */
	double	   *normal_factor;	/* the same two of the rank correlations on */
	double	   *normal_left;	/* Pearson's scale; only for Spearman */
};

static size_t
lay_out(ScPartial *p, ScMethod method, size_t n, size_t k, void *base)
{
	ScArena		arena = {base, 0};
	bool		ranked = method == SC_SPEARMAN;

	p->method = method;
	p->n = n;
	p->k = k;
	p->rank = sc_take(&arena, ranked ? (k + 2) * n : 0, sizeof(int32_t));
	p->rank_of = sc_take(&arena, ranked ? k + 2 : 0, sizeof(int32_t *));
	p->rank_squares = sc_take(&arena, ranked ? k + 2 : 0, sizeof(__int128));
	p->value = sc_take_doubles(&arena, ranked ? 0 : (k + 2) * n);
	p->squares = sc_take_doubles(&arena, ranked ? 0 : k + 2);
	p->sort = sc_take(&arena, ranked ? sc_mid_ranks_workspace(n) : 0, 1);
	p->pivot = sc_take(&arena, k, sizeof(size_t));
	p->factor = sc_take_doubles(&arena, (k + 2) * k);
	p->left = sc_take_doubles(&arena, k + 2);
	p->normal_factor = sc_take_doubles(&arena, ranked ? (k + 2) * k : 0);
	p->normal_left = sc_take_doubles(&arena, ranked ? k + 2 : 0);
	return arena.used;
}

size_t
sc_partial_workspace(ScMethod method, size_t n, size_t k)
{
	ScPartial	p;

	return sizeof(ScPartial) + SC_ALIGNMENT + lay_out(&p, method, n, k, NULL);
}

/* Takes the ranks of a variable in as number j, of which everything is left. */
static void
take_ranks(ScPartial *p, size_t j, const int32_t *rank, __int128 squares)
{
	p->left[j] = p->normal_left[j] = squares == 0 ? 0.0 : 1.0;
	p->rank_of[j] = rank;
	p->rank_squares[j] = squares;
}

/* The same of a variable. */
static void
take(ScPartial *p, size_t j, const double *x, ScPoll poll)
{
	size_t		n = p->n;

	p->left[j] = n == 0 || sc_is_constant(x, n, poll) ? 0.0 : 1.0;
	if (p->left[j] == 0.0)
		return;
	if (p->method == SC_SPEARMAN)
	{
		int32_t    *rank = p->rank + j * n;

		sc_mid_ranks(x, n, rank, p->sort, poll);
		take_ranks(p, j, rank, sc_rank_product(rank, rank, n, poll));
		return;
	}
	sc_centre(x, n, p->value + j * n, poll);
	p->squares[j] = sc_dot(p->value + j * n, p->value + j * n, n, poll);
}

/* The correlation of two variables that vary, the bits of sc_correlate(). */
static double
correlation(const ScPartial *p, size_t i, size_t j, ScPoll poll)
{
	size_t		n = p->n;

	if (p->method == SC_SPEARMAN)
		return sc_rank_correlation(sc_rank_product(p->rank_of[i], p->rank_of[j], n, poll),
								   p->rank_squares[j], p->rank_squares[i]);
	return sc_pearson_ratio(sc_dot(p->value + j * n, p->value + i * n, n, poll),
							p->squares[j], p->squares[i]);
}

/*
 * A step of Cholesky's decomposition: the part of a variable along pivot number s, of
 * which the pivot's own row is given; 0 of a pivot that has nothing of its own.
 */
static double
part_along(double corr, const double *pivot, const double *own, size_t s)
{
	size_t		t;

	for (t = 0; t < s; t++)
		corr -= pivot[t] * own[t];
	return pivot[s] > 0.0 ? corr / pivot[s] : 0.0;
}

/* Takes out of variable j what pivot number s has beyond those before it. */
static void
reduce(ScPartial *p, size_t j, size_t s, ScPoll poll)
{
	size_t		pivot = p->pivot[s] * p->k;
	size_t		own = j * p->k;
	double		corr = correlation(p, j, p->pivot[s], poll);
	double		part = part_along(corr, p->factor + pivot, p->factor + own, s);

	p->factor[own + s] = part;
	p->left[j] -= part * part;
	if (p->method != SC_SPEARMAN)
		return;
	part = part_along(sc_to_pearson(SC_SPEARMAN, corr), p->normal_factor + pivot,
					  p->normal_factor + own, s);
	p->normal_factor[own + s] = part;
	p->normal_left[j] -= part * part;
}

/*
 * Takes one control after the other, always that of which the others leave most; of
 * equals the first.  One that is taken, or of which nothing is left, is taken no more.
 */
static void
decompose(ScPartial *p, ScPoll poll)
{
	size_t		k = p->k;

	for (p->used = 0; p->used < k; p->used++)
	{
		size_t		best = 0;
		size_t		j;

		for (j = 1; j < k; j++)
		{
			if (p->left[j] > p->left[best])
				best = j;
		}
		if (!(p->left[best] > SC_COLLINEAR_TOLERANCE))
			return;
		p->pivot[p->used] = best;
		p->factor[best * k + p->used] = sqrt(p->left[best]);
		if (p->method == SC_SPEARMAN)
			p->normal_factor[best * k + p->used] = p->normal_left[best] > SC_COLLINEAR_TOLERANCE ?
				sqrt(p->normal_left[best]) : 0.0;
		p->left[best] = 0.0;
		for (j = 0; j <= k; j++)
		{
			if (p->left[j] > SC_COLLINEAR_TOLERANCE)
				reduce(p, j, p->used, poll);
		}
	}
}

static ScPartial *
begin(ScMethod method, size_t n, size_t k, void *work)
{
	ScPartial  *p = work;
	uintptr_t	end = (uintptr_t) work + sizeof(ScPartial);
	size_t		gap = (size_t) ((SC_ALIGNMENT - end % SC_ALIGNMENT) % SC_ALIGNMENT);

	lay_out(p, method, n, k, (char *) work + sizeof(ScPartial) + gap);
	return p;
}

ScPartial *
sc_partial_prepare(ScMethod method, const double *x, const double *control, size_t n,
				   size_t k, void *work, ScPoll poll)
{
	ScPartial  *p = begin(method, n, k, work);
	size_t		j;

	for (j = 0; j < k; j++)
		take(p, j, control + j * n, poll);
	take(p, k, x, poll);
	p->constant = p->left[k] == 0.0;
	decompose(p, poll);
	return p;
}

ScPartial *
sc_partial_prepare_ranks(const ScRanks *x, const ScRanks *control, size_t n, size_t k,
						 void *work, ScPoll poll)
{
	ScPartial  *p = begin(SC_SPEARMAN, n, k, work);
	size_t		j;

	for (j = 0; j < k; j++)
		take_ranks(p, j, control[j].rank, control[j].squares);
	take_ranks(p, k, x->rank, x->squares);
	p->constant = p->left[k] == 0.0;
	decompose(p, poll);
	return p;
}

size_t
sc_partial_controls(const ScPartial *partial)
{
	return partial->used;
}

double
sc_partial_vif(const ScPartial *partial)
{
	double		left = partial->left[partial->k];

	return left > SC_COLLINEAR_TOLERANCE ? 1.0 / left : NAN;
}

/* The sum of products of the rows of y and x in a factor: what goes through the controls. */
static double
through_controls(const ScPartial *p, const double *factor)
{
	const double *x = factor + p->k * p->k;
	const double *y = x + p->k;
	double		sum = 0.0;
	size_t		s;

	for (s = 0; s < p->used; s++)
		sum += x[s] * y[s];
	return sum;
}

/* There is no y yet.  SC_OK, SC_TOO_FEW_MODELS. */
static ScStatus
begin_correlation(const ScPartial *p, ScCorrelation *out)
{
	out->method = p->method;
	out->n = p->n;
	out->controls = p->used;
	out->corr = out->leak = out->kendall_s = out->kendall_var = out->kendall_spread = 0.0;
	return p->n < SC_MIN_MODELS + p->used ? SC_TOO_FEW_MODELS : SC_OK;
}

/* The correlation of the y that was taken in. */
static ScStatus
correlate(ScPartial *p, ScPoll poll, ScCorrelation *out)
{
	size_t		k = p->k;
	double		common;
	size_t		s;

	if (p->left[k + 1] == 0.0)
		return SC_CONSTANT_Y;
	if (p->constant)
		return SC_CONSTANT_X;
	for (s = 0; s < p->used && p->left[k + 1] > SC_COLLINEAR_TOLERANCE; s++)
		reduce(p, k + 1, s, poll);
	if (!(p->left[k + 1] > SC_COLLINEAR_TOLERANCE))
		return SC_CONTROLLED_Y;
	if (!(p->left[k] > SC_COLLINEAR_TOLERANCE))
		return SC_CONTROLLED_X;

	/* as left is found, so that a variable with itself is 1, exactly */
	common = correlation(p, k + 1, k, poll);
	for (s = 0; s < p->used; s++)
		common -= p->factor[(k + 1) * k + s] * p->factor[k * k + s];
	out->corr = sc_pearson_ratio(common, p->left[k], p->left[k + 1]);
	if (p->method == SC_SPEARMAN && p->used > 1)
		out->leak = sc_pearson_ratio(sc_from_pearson(SC_SPEARMAN, through_controls(p, p->normal_factor)) -
									 through_controls(p, p->factor),
									 p->left[k], p->left[k + 1]);
	return SC_OK;
}

ScStatus
sc_partial_correlate(ScPartial *partial, const double *y, ScPoll poll, ScCorrelation *out)
{
	ScStatus	status = begin_correlation(partial, out);

	if (status != SC_OK)
		return status;
	take(partial, partial->k + 1, y, poll);
	return correlate(partial, poll, out);
}

ScStatus
sc_partial_correlate_ranks(ScPartial *partial, const ScRanks *y, ScPoll poll,
						   ScCorrelation *out)
{
	ScStatus	status = begin_correlation(partial, out);

	if (status != SC_OK)
		return status;
	take_ranks(partial, partial->k + 1, y->rank, y->squares);
	return correlate(partial, poll, out);
}
