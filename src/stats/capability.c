/*-------------------------------------------------------------------------
 *
 * capability.c
 *	  The capabilities score of models on a complete, dense table.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "capability.h"
#include "component.h"
#include "private.h"
#include "rank.h"

/* The smallest positive double. */
#define SMALLEST 0x1p-1074

/* Ranges below 2^-300, whose squares come near underflow, are scaled up. */
#define SMALL_RANGE 0x1p-300
#define SCALE_UP 0x1p600

/*
 * The matrix is formed from columns ranked (int32) or centred (double) once,
 * and the sum of squares of each, kept in front of them.
 */
static size_t
spearman_workspace(size_t n, size_t d)
{
	return d * sizeof(__int128) + n * d * sizeof(int32_t) +
		sc_mid_ranks_workspace(n);
}

static size_t
pearson_workspace(size_t n, size_t d)
{
	return d * sizeof(double) + n * d * sizeof(double);
}

/* The component needs its workspace when the matrix is done with it. */
size_t
sc_capability_workspace(size_t n, size_t d)
{
	size_t		size = spearman_workspace(n, d);

	if (size < pearson_workspace(n, d))
		size = pearson_workspace(n, d);
	if (d <= SC_MAX_COMPONENT_COLUMNS && size < sc_components_workspace(d))
		size = sc_components_workspace(d);
	return size;
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
	double		min = x[0];
	double		max = x[0];
	double		scale;
	double		centre;
	double		residue;
	double		variance;
	size_t		i;

	for (i = 1; i < n; i++)
	{
		if (x[i] < min)
			min = x[i];
		if (x[i] > max)
			max = x[i];
		sc_poll_at(poll, i);
	}
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

static void
spearman_matrix(const double *x, size_t n, size_t d, double *matrix,
				void *work, ScPoll poll)
{
	char	   *squares = work; /* d __int128, which a double's alignment
								 * does not suit: copied in and out */
	int32_t    *q = (int32_t *) (squares + d * sizeof(__int128));
	void	   *scratch = q + n * d;
	size_t		i;
	size_t		j;

	for (j = 0; j < d; j++)
	{
		__int128	square;

		sc_mid_ranks(x + j * n, n, q + j * n, scratch, poll);
		square = sc_rank_product(q + j * n, q + j * n, n, poll);
		memcpy(squares + j * sizeof(square), &square, sizeof(square));
		if (poll != NULL)
			poll();
	}

	for (i = 0; i < d; i++)
	{
		__int128	sii;

		memcpy(&sii, squares + i * sizeof(sii), sizeof(sii));
		matrix[i * d + i] = 1.0;
		for (j = 0; j < i; j++)
		{
			__int128	sjj;
			double		r;

			memcpy(&sjj, squares + j * sizeof(sjj), sizeof(sjj));
			r = sc_rank_correlation(sc_rank_product(q + i * n, q + j * n, n,
													poll),
									sii, sjj);
			matrix[i * d + j] = r;
			matrix[j * d + i] = r;
		}
		if (poll != NULL)
			poll();
	}
}

static void
pearson_matrix(const double *x, size_t n, size_t d, double *matrix,
			   void *work, ScPoll poll)
{
	double	   *squares = work;
	double	   *u = squares + d;
	size_t		i;
	size_t		j;

	for (j = 0; j < d; j++)
	{
		sc_centre(x + j * n, n, u + j * n, poll);
		squares[j] = sc_dot(u + j * n, u + j * n, n, poll);
		if (poll != NULL)
			poll();
	}

	for (i = 0; i < d; i++)
	{
		matrix[i * d + i] = 1.0;
		for (j = 0; j < i; j++)
		{
			double		r = sc_pearson_ratio(sc_dot(u + i * n, u + j * n, n,
													poll),
											 squares[i], squares[j]);

			matrix[i * d + j] = r;
			matrix[j * d + i] = r;
		}
		if (poll != NULL)
			poll();
	}
}

void
sc_correlation_matrix(const double *x, size_t n, size_t d, ScPca pca,
					  double *matrix, void *work, ScPoll poll)
{
	switch (pca)
	{
		case SC_PCA_SPEARMAN:
			spearman_matrix(x, n, d, matrix, work, poll);
			break;
		case SC_PCA_PEARSON:
			pearson_matrix(x, n, d, matrix, work, poll);
			break;
	}
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

ScStatus
sc_capability_fit(const double *x, size_t n, size_t d, ScPca pca, void *work,
				  ScPoll poll, ScCapabilityFit *fit)
{
	ScStatus	status;
	size_t		i;
	size_t		j;

	if (d > SC_MAX_COMPONENT_COLUMNS)
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
		if (poll != NULL)
			poll();
	}
	sc_correlation_matrix(x, n, d, pca, fit->matrix, work, poll);

	status = sc_components(fit->matrix, d, fit->value, fit->vector, work);
	if (status != SC_OK)
		return status;
	if (!sc_component_is_defined(fit->value, d, 0))
		return SC_UNDEFINED_COMPONENT;

	for (i = 0; i < n; i++)
	{
		fit->score[i] = sc_component_score(x + i, n, d, fit->spread, fit->vector);
		if (i % 256 == 255 && poll != NULL)
			poll();
	}
	return SC_OK;
}
