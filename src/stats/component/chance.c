/*-------------------------------------------------------------------------
 *
 * chance.c
 *	  Is a first component more than chance, and how reliable is its score?
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "stats/base/arena.h"
#include "stats/component/capability.h"
#include "stats/component/chance.h"
#include "stats/component/component.h"
#include "stats/component/standardise.h"
#include "stats/correlation/rank.h"

/* The 0.95 quantile of Tracy and Widom's distribution, beta = 1. */
#define TRACY_WIDOM 0.97931605

/* c[i][j] of chance.h: of (n - 1)^(-(i + 1) / 2) d^(-(j + 1) / 2). */
static const double correction[2][3][3] = {
	[SC_PCA_SPEARMAN] = {{3.0628, -1.1786, 0.4330}, {-1.1679, 1.0508, -2.3688}, {1.5025, -5.3784, 7.1757}},
	[SC_PCA_PEARSON] = {{3.0718, -1.3562, 0.7083}, {-0.9355, 1.7440, -4.1227}, {1.2176, -6.6202, 10.2070}},
};

double
sc_chance_threshold(double n, double d, ScPca pca)
{
	double		u = 1.0 / sqrt(n - 1.0);
	double		v = 1.0 / sqrt(d);
	double		edge = 1.0 / u + 1.0 / v;
	double		johnstone = u * u * edge * (edge + TRACY_WIDOM * cbrt(u + v));
	double		excess = 0.0;
	int			i;
	int			j;

	if (!(n > 2.0))
		return d;
	for (i = 2; i >= 0; i--)
	{
		double		row = 0.0;

		for (j = 2; j >= 0; j--)
			row = (row + correction[pca][i][j]) * v;
		excess = (excess + row) * u;
	}
	return fmin(d, johnstone * exp(-excess));
}

bool
sc_is_above_chance(double eigenvalue, double n, double d, ScPca pca)
{
	return eigenvalue > sc_chance_threshold(n, d, pca) * (1.0 + SC_EIGENVALUE_TOLERANCE);
}

double
sc_score_reliability(double eigenvalue, double d)
{
	return d < 2.0 ? NAN : d / (d - 1.0) * (1.0 - 1.0 / eigenvalue);
}

/* ----------
 * Families
 * ----------
 */

typedef struct Pieces
{
	double	   *value;			/* n, those that are there, or their ranks */
	uint32_t   *of;				/* n, their families */
	double	   *sum;			/* by family */
	size_t	   *size;			/* by family */
	int32_t    *rank;			/* n */
	void	   *sort;
} Pieces;

static size_t
lay_out(Pieces *p, size_t n, size_t n_families, void *base)
{
	ScArena		arena = {base, 0};

	p->value = sc_take_doubles(&arena, n);
	p->sum = sc_take_doubles(&arena, n_families);
	p->size = sc_take(&arena, n_families, sizeof(size_t));
	p->of = sc_take(&arena, n, sizeof(uint32_t));
	p->rank = sc_take(&arena, n, sizeof(int32_t));
	p->sort = sc_take(&arena, sc_mid_ranks_workspace(n), 1);
	return arena.used;
}

size_t
sc_effective_models_workspace(size_t n, size_t n_families)
{
	Pieces		pieces;

	return lay_out(&pieces, n, n_families, NULL);
}

/*
 * Intraclass correlation of n centred values in families; NaN where there is none: no
 * two of a family, or one family, or no variation.
 */
static double
intraclass(const double *value, const uint32_t *of, size_t n, size_t n_families,
		   double *sum, size_t *size)
{
	double		total = 0.0;
	double		between = 0.0;
	double		squares = 0.0;
	size_t		groups = 0;
	double		msb;
	double		msw;
	size_t		i;

	for (i = 0; i < n_families; i++)
	{
		sum[i] = 0.0;
		size[i] = 0;
	}
	for (i = 0; i < n; i++)
	{
		sum[of[i]] += value[i];
		size[of[i]]++;
		total += value[i] * value[i];
	}
	for (i = 0; i < n_families; i++)
	{
		if (size[i] == 0)
			continue;
		groups++;
		between += sum[i] * sum[i] / (double) size[i];
		squares += (double) size[i] * (double) size[i];
	}
	if (groups < 2 || groups == n || !(total > 0.0))
		return NAN;
	msb = between / (double) (groups - 1);
	msw = fmax(total - between, 0.0) / (double) (n - groups);
	return (msb - msw) / (msb + (((double) n - squares / (double) n) / (double) (groups - 1) - 1.0) * msw);
}

double
sc_effective_models(const double *x, const bool *missing, size_t n, size_t d,
					const uint32_t *family, size_t n_families, ScPca pca,
					void *work, ScPoll poll)
{
	Pieces		p;
	double		rho = 0.0;
	size_t		counted = 0;
	double		squares = 0.0;
	size_t		largest = 0;
	double		w = (double) d / (double) (d + n);
	double		exponent;
	double		inflation;
	size_t		i;
	size_t		j;

	lay_out(&p, n, n_families, work);
	for (j = 0; j < d; j++)
	{
		size_t		there = 0;
		double		share;

		for (i = 0; i < n; i++)
		{
			if (missing != NULL && missing[j * n + i])
				continue;
			p.value[there] = x[j * n + i];
			p.of[there++] = family[i];
		}
		if (there == 0)
			continue;
		sc_standardise(p.value, there, pca, p.rank, p.sort, poll);
		share = intraclass(p.value, p.of, there, n_families, p.sum, p.size);
		if (!isnan(share))
		{
			rho += share;
			counted++;
		}
		sc_poll_now(poll);
	}
	if (counted == 0 || !(rho > 0.0))
		return (double) n;

	for (i = 0; i < n_families; i++)
		p.size[i] = 0;
	for (i = 0; i < n; i++)
		p.size[family[i]]++;
	for (i = 0; i < n_families; i++)
	{
		squares += (double) p.size[i] * (double) p.size[i];
		if (p.size[i] > largest)
			largest = p.size[i];
	}
	rho = fmin(rho / (double) counted, 1.0);
	exponent = d < 2 ? 2.0 : 1.0 + 1.0 / sqrt((double) d - 1.0);
	inflation = pow(squares / (double) n, 1.0 - w) * pow((double) largest, w);
	return (double) n / (1.0 + pow(rho, exponent) * (inflation - 1.0));
}
