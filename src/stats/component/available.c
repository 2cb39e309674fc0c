/*-------------------------------------------------------------------------
 *
 * available.c
 *	  The first eigenvalue of a table with missing scores, of those alone that are
 *	  there.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "stats/base/arena.h"
#include "stats/component/available.h"
#include "stats/component/capability.h"
#include "stats/component/component.h"
#include "stats/component/standardise.h"
#include "stats/correlation/rank.h"

typedef struct Pieces
{
	double	   *z;				/* d x n, standardised values or ranks; 0
								 * where there is none */
	double	   *there;			/* d x n, 1 or 0 */
	double	   *value;			/* n, those of one column */
	int32_t    *rank;			/* n */
	void	   *sort;
	double	   *matrix;			/* d x d */
	double	   *eigenvalue;		/* d */
	void	   *solver;
} Pieces;

static size_t
lay_out(Pieces *p, size_t n, size_t d, void *base)
{
	ScArena		arena = {base, 0};

	p->z = sc_take_doubles(&arena, n * d);
	p->there = sc_take_doubles(&arena, n * d);
	p->value = sc_take_doubles(&arena, n);
	p->matrix = sc_take_doubles(&arena, d * d);
	p->eigenvalue = sc_take_doubles(&arena, d);
	p->rank = sc_take(&arena, n, sizeof(int32_t));
	p->sort = sc_take(&arena, sc_mid_ranks_workspace(n), 1);
	p->solver = sc_take(&arena, sc_components_workspace(d, d), 1);
	return arena.used;
}

size_t
sc_available_workspace(size_t n, size_t d)
{
	Pieces		pieces;

	return d > SC_MAX_DIRECT_COLUMNS ? 1 : lay_out(&pieces, n, d, NULL);
}

/* Column j, standardised over the models that have it. */
static void
standardise(const double *x, const bool *missing, size_t n, size_t j, ScPca pca,
			const Pieces *p, ScPoll poll)
{
	size_t		count = 0;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		p->there[j * n + i] = missing[j * n + i] ? 0.0 : 1.0;
		if (!missing[j * n + i])
			p->value[count++] = x[j * n + i];
	}
	if (count > 0)
		sc_standardise(p->value, count, pca, p->rank, p->sort, poll);
	count = 0;
	for (i = 0; i < n; i++)
		p->z[j * n + i] = missing[j * n + i] ? 0.0 : p->value[count++];
}

/* Variances below this, of standardised values, are rounding. */
#define NO_VARIANCE 1e-12

/* Correlation of two columns over the models that have both, and how many these are. */
static double
correlate(const double *a, const double *has_a, const double *b, const double *has_b,
		  size_t n, double *both)
{
	double		count = 0.0;
	double		sa = 0.0;
	double		sb = 0.0;
	double		saa = 0.0;
	double		sbb = 0.0;
	double		sab = 0.0;
	double		r;
	size_t		i;

	for (i = 0; i < n; i++)
	{
		count += has_a[i] * has_b[i];
		sa += a[i] * has_b[i];
		sb += b[i] * has_a[i];
		saa += a[i] * a[i] * has_b[i];
		sbb += b[i] * b[i] * has_a[i];
		sab += a[i] * b[i];
	}
	*both = count;
	if (count < SC_MIN_MODELS)
		return 0.0;
	saa -= sa * sa / count;
	sbb -= sb * sb / count;
	if (saa <= NO_VARIANCE * count || sbb <= NO_VARIANCE * count)
		return 0.0;
	r = (sab - sa * sb / count) / sqrt(saa * sbb);
	return fmax(-1.0, fmin(1.0, r));
}

ScStatus
sc_available_eigenvalue(const double *x, const bool *missing, size_t n, size_t d,
						ScPca pca, void *work, ScPoll poll, double *value, double *models)
{
	Pieces		p;
	double		inverse = 0.0;
	size_t		pairs = 0;
	ScStatus	status;
	size_t		j;
	size_t		k;

	if (d > SC_MAX_DIRECT_COLUMNS)
		return SC_TOO_MANY_COLUMNS;
	lay_out(&p, n, d, work);
	for (j = 0; j < d; j++)
	{
		standardise(x, missing, n, j, pca, &p, poll);
		sc_poll_now(poll);
	}
	for (j = 0; j < d; j++)
	{
		p.matrix[j * d + j] = 1.0;
		for (k = 0; k < j; k++)
		{
			double		both;
			double		r = correlate(p.z + j * n, p.there + j * n, p.z + k * n, p.there + k * n,
									  n, &both);

			p.matrix[j * d + k] = p.matrix[k * d + j] = r;
			if (both >= SC_MIN_MODELS)
			{
				inverse += 1.0 / (both - 1.0);
				pairs++;
			}
			sc_poll_now(poll);
		}
	}
	if (pairs == 0)
		return SC_TOO_FEW_SCORES;
	status = sc_eigenvalues(p.matrix, d, p.eigenvalue, p.solver);
	if (status != SC_OK)
		return status;
	*value = p.eigenvalue[0];
	*models = 1.0 + (double) pairs / inverse;
	return SC_OK;
}
