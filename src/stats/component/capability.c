/*-------------------------------------------------------------------------
 *
 * capability.c
 *	  The capabilities score of models on a complete, dense table.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "stats/base/arena.h"
#include "stats/base/sums.h"
#include "stats/component/capability.h"
#include "stats/component/component.h"

/* The smallest positive double. */
#define SMALLEST 0x1p-1074

/* Ranges below 2^-300, whose squares come near underflow, are scaled up. */
#define SMALL_RANGE 0x1p-300
#define SCALE_UP 0x1p600

/*
 * With more benchmarks than models the dual's components are found; with a few
 * benchmarks neither takes long.
 */
#define FEW_BENCHMARKS 32

static bool
use_dual(size_t n, size_t d)
{
	return n < d && d > FEW_BENCHMARKS;
}

/* Pieces of the workspace.  The matrix is d x d, or that of the dual. */
typedef struct Pieces
{
	double	   *matrix;
	double	   *unit;			/* dual: n x d, the unit columns */
	double	   *vectors;		/* dual: of n, the components found */
	void	   *scratch;		/* what forms the matrix or finds its
								 * components, one after the other */
} Pieces;

static size_t
lay_out(Pieces *p, size_t n, size_t d, ScPca pca, size_t wanted, void *base)
{
	ScArena		arena = {base, 0};
	bool		dual = use_dual(n, d);
	size_t		size = dual ? n : d;
	size_t		scratch = sc_larger(sc_correlation_matrix_workspace(n, dual ? 1 : d, pca),
									sc_components_workspace(size, wanted));

	p->matrix = sc_take_doubles(&arena, size * size);
	p->unit = p->vectors = NULL;
	if (dual)
	{
		p->unit = sc_take_doubles(&arena, n * d);
		p->vectors = sc_take_doubles(&arena, sc_components_found(n, wanted) * n);
		scratch = sc_larger(scratch, sc_dual_matrix_workspace(n));
	}
	p->scratch = sc_take(&arena, scratch, 1);
	return arena.used;
}

size_t
sc_capability_workspace(size_t n, size_t d, ScPca pca, size_t wanted)
{
	Pieces		pieces;

	return lay_out(&pieces, n, d, pca, wanted, NULL);
}

/*
 * It grows with n but where fewer models than benchmarks make it take the dual,
 * and where components are found by iteration.
 */
size_t
sc_capability_workspace_up_to(size_t n, size_t d, ScPca pca, size_t wanted)
{
	size_t		size = sc_capability_workspace(n, d, pca, wanted);

	size = sc_larger(size, sc_capability_workspace(sc_smaller(n, d - 1), d, pca, wanted));
	return sc_larger(size, sc_capability_workspace(sc_smaller(n, SC_MAX_DIRECT_COLUMNS), d,
												   pca, wanted));
}

/*
 * Two passes, about the minimum, where an offset cancels exactly; the second
 * corrects for the rounding of the first one's mean (Chan, Golub & LeVeque,
 * Amer. Statist. 37 (1983) 242-247).  The scale is a power of two, which costs
 * no digit.
 */
void
sc_spread(const double *x, size_t n, ScPoll poll, ScSpread *spread)
{
	ScSum		sum = {0.0, 0.0};
	ScSum		squares = {0.0, 0.0};
	double		min;
	double		max;
	double		scale;
	double		centre;
	double		residue;
	double		variance;
	size_t		i;

	sc_range(x, n, &min, &max, poll);
	spread->pivot = min;
	if (min == max)
	{
		spread->centre = 0.0;
		spread->mean = min;
		spread->sd = 0.0;
		return;
	}
	scale = max - min < SMALL_RANGE ? SCALE_UP : 1.0;

	for (i = 0; i < n; i++)
	{
		sc_sum_add(&sum, (x[i] - min) * scale);
		sc_poll_at(poll, i);
	}
	centre = sc_sum_total(&sum) / (double) n;

	sum.sum = sum.lost = 0.0;
	for (i = 0; i < n; i++)
	{
		double		deviation = (x[i] - min) * scale - centre;

		sc_sum_add(&sum, deviation);
		sc_sum_add(&squares, deviation * deviation);
		sc_poll_at(poll, i);
	}
	residue = sc_sum_total(&sum);
	variance = (sc_sum_total(&squares) - residue * residue / (double) n) /
		(double) n;

	spread->centre = centre / scale;
	spread->mean = fmin(min + spread->centre, max);
	spread->sd = fmax(sqrt(variance) / scale, SMALLEST);
}

double
sc_component_score(const double *x, size_t stride, size_t d,
				   const ScSpread *spread, const double *weight)
{
	double		score = 0.0;
	size_t		j;

	for (j = 0; j < d; j++)
		score += weight[j] * ((x[j * stride] - spread[j].pivot - spread[j].centre) /
							  spread[j].sd);
	return score;
}

static ScStatus
fit_components(const double *x, size_t n, size_t d, ScPca pca, size_t wanted,
			   const Pieces *p, ScPoll poll, ScCapabilityFit *fit)
{
	sc_correlation_matrix(x, n, d, pca, p->matrix, p->scratch, poll);
	fit->n_values = sc_eigenvalues_found(d, wanted);
	fit->n_vectors = sc_components_found(d, wanted);
	return sc_components(p->matrix, d, wanted, fit->value, fit->vector,
						 p->scratch, poll);
}

static ScStatus
fit_dual_components(const double *x, size_t n, size_t d, ScPca pca, size_t wanted,
					const Pieces *p, ScPoll poll, ScCapabilityFit *fit)
{
	ScStatus	status;
	size_t		k;

	fit->n_values = sc_eigenvalues_found(n, wanted);
	fit->n_vectors = sc_components_found(n, wanted);
	sc_unit_columns(x, n, d, pca, p->unit, p->scratch, poll);
	sc_dual_matrix(p->unit, n, d, p->matrix, p->scratch, poll);
	status = sc_components(p->matrix, n, wanted, fit->value, p->vectors,
						   p->scratch, poll);
	if (status != SC_OK)
		return status;
	for (k = 0; k < fit->n_vectors; k++)
	{
		sc_vector_of_dual(p->unit, n, d, p->vectors + k * n, fit->vector + k * d);
		sc_orient_component(fit->vector + k * d, d, k);
		sc_poll_now(poll);
	}

	/* all others are 0 */
	if (fit->n_values == n)
	{
		for (k = n; k < d; k++)
			fit->value[k] = 0.0;
		fit->n_values = d;
	}
	return SC_OK;
}

ScStatus
sc_capability_fit(const double *x, size_t n, size_t d, ScPca pca,
				  size_t wanted, void *work, ScPoll poll, ScCapabilityFit *fit)
{
	Pieces		pieces;
	ScStatus	status;
	size_t		i;
	size_t		j;

	if (d > SC_MAX_COMPONENT_COLUMNS && n > SC_MAX_COMPONENT_COLUMNS)
		return SC_TOO_MANY_COLUMNS;
	if (n < SC_MIN_MODELS)
		return SC_TOO_FEW_MODELS;
	for (j = 0; j < d; j++)
	{
		if (sc_is_constant(x + j * n, n, poll))
		{
			fit->constant = j;
			return SC_CONSTANT_COLUMN;
		}
	}

	for (j = 0; j < d; j++)
	{
		sc_spread(x + j * n, n, poll, &fit->spread[j]);
		sc_poll_now(poll);
	}
	lay_out(&pieces, n, d, pca, wanted, work);
	if (use_dual(n, d))
		status = fit_dual_components(x, n, d, pca, wanted, &pieces, poll, fit);
	else
		status = fit_components(x, n, d, pca, wanted, &pieces, poll, fit);
	if (status != SC_OK)
		return status;
	if (!sc_component_is_defined(fit->value, fit->n_values, 0))
		return SC_UNDEFINED_COMPONENT;

	for (i = 0; i < n; i++)
	{
		fit->score[i] = sc_component_score(x + i, n, d, fit->spread, fit->vector);
		if (i % 256 == 255 || d > 256)
			sc_poll_now(poll);
	}
	return SC_OK;
}
