/*-------------------------------------------------------------------------
 *
 * refit_component.c
 *	  The component and the scores of eight resamples.
 *
 * Side by side: counts give means, standard deviations and the matrix, the power
 * method its component.  Lanes that neither the eigenvalue bound nor the residual
 * certifies, and tables too wide for this, go to the solver or to the definition,
 * one by one.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "stats/component/component.h"
#include "stats/component/power_method.h"
#include "stats/resampling/refit_state.h"

/* Steps that take the time in which the solver finds the components of eight. */
#define MOST_STEPS(d) (200 + 8 * (d))

/* Finite, and its difference from any other score, too. */
#define LARGEST_SCORE 1e300

typedef enum Lane
{
	LANE_OK,					/* to be found, or found */
	LANE_FALLBACK,				/* to be done by the definition */
	LANE_NONE					/* there is no component */
} Lane;

/* ----------
 * By the definition
 * ----------
 */

/* The resample's table, rows repeated; returns how many. */
static size_t
repeat_rows(ScRefit *r, size_t lane)
{
	const ScRefitTable *t = &r->table;
	size_t		n = (size_t) r->draws[lane];
	double	   *row = r->definition.rows;
	size_t		i;
	size_t		j;

	for (j = 0; j < t->d; j++)
	{
		for (i = 0; i < t->n; i++)
		{
			size_t		count = (size_t) r->counts[i * SC_LANES + lane];

			for (; count > 0; count--)
				*row++ = t->x[j * t->n + i];
		}
		sc_refit_tick(r, n + t->n);
	}
	return n;
}

static Lane
fit_by_definition(ScRefit *r, size_t lane)
{
	const ScRefitTable *t = &r->table;
	ScByDefinition *by = &r->definition;
	ScCapabilityFit fit;
	size_t		n = repeat_rows(r, lane);
	size_t		i;
	size_t		j;

	fit.spread = by->spread;
	fit.value = by->value;
	fit.vector = by->vector;
	fit.score = by->score;
	if (sc_capability_fit(by->rows, n, t->d, t->pca, 1, by->work, r->poll,
						  &fit) != SC_OK)
		return LANE_NONE;
	r->value[lane] = fit.value[0];
	for (j = 0; j < t->d; j++)
		r->vector[j * SC_LANES + lane] = fit.vector[j];
	for (i = 0; i < t->n; i++)
	{
		double		score = sc_component_score(t->x + i, t->n, t->d, fit.spread,
											   fit.vector);

		/* one that was not drawn may be anywhere */
		r->score[i * SC_LANES + lane] = fmax(fmin(score, LARGEST_SCORE),
											 -LARGEST_SCORE);
		sc_refit_tick(r, t->d);
	}
	return LANE_OK;
}

/* ----------
 * The matrix, side by side
 * ----------
 */

/*
 * Means and standard deviations of columns that are measured from the mean of all
 * models.  Where the resample's mean is far from that, digits are lost.
 */
static void
spread_columns(ScRefit *r, Lane *lane)
{
	const ScRefitTable *t = &r->table;
	double		sum[SC_LANES] __attribute__((aligned(64)));
	double		squares[SC_LANES] __attribute__((aligned(64)));
	size_t		j;
	int			l;

	for (j = 0; j < t->d; j++)
	{
		r->loops->moments(r->counts, r->column + j * t->n, t->n, sum, squares);
		for (l = 0; l < SC_LANES; l++)
		{
			double		mean = sum[l] / r->draws[l];
			double		left = squares[l] - sum[l] * mean;

			if (lane[l] == LANE_OK && sc_digits_are_lost(left, squares[l]))
				lane[l] = LANE_FALLBACK;
			r->centre[j * SC_LANES + l] = mean;
			r->sd[j * SC_LANES + l] = sqrt(left / r->draws[l]);
		}
		sc_refit_tick(r, t->n);
	}
}

/* Sums of products of ranks: the upper triangle, and the diagonal apart. */
static void
rank_sums(ScRefit *r, Lane *lane)
{
	const ScRefitTable *t = &r->table;
	double		cubes[SC_LANES] __attribute__((aligned(64)));
	size_t		j;
	size_t		k;
	int			l;

	for (k = 0; k < t->d; k++)
	{
		double	   *square = r->diagonal + k * SC_LANES;

		r->loops->ranks(r->counts, r->column_order + k * t->n, t->n, r->draws,
						r->product, cubes);
		for (l = 0; l < SC_LANES; l++)
		{
			square[l] = sc_rank_squares(r->draws[l], cubes[l]);
			if (square[l] == 0.0)
				lane[l] = LANE_NONE;	/* constant, known before it costs
										 * more */
		}
		for (j = 0; j < k; j++)
		{
			double	   *at = r->matrix + (j * t->d + k) * SC_LANES;

			if (r->column_tied[j])
				r->loops->tied_rank_products(r->counts, r->product,
											 r->column_order + j * t->n, t->n,
											 at, cubes);
			else
				r->loops->rank_products(r->counts, r->product,
										r->column_order + j * t->n, t->n, at);
			sc_refit_tick(r, t->n);
		}
	}
}

/* Sums of products of centred scores, likewise. */
static void
centred_sums(ScRefit *r)
{
	const ScRefitTable *t = &r->table;
	size_t		start;
	size_t		j;

	memset(r->matrix, 0, t->d * t->d * SC_LANES * sizeof(double));
	for (start = 0; start < t->n; start += SC_LANE_ROWS)
	{
		size_t		left = t->n - start;

		r->loops->centred_products(r->counts + start * SC_LANES,
								   r->column + start, t->n,
								   left < SC_LANE_ROWS ? left : SC_LANE_ROWS,
								   t->d, r->centre, r->scratch, r->matrix);
		sc_refit_tick(r, t->d * t->d);
	}
	for (j = 0; j < t->d; j++)
		memcpy(r->diagonal + j * SC_LANES,
			   r->matrix + (j * t->d + j) * SC_LANES, SC_LANES * sizeof(double));
}

/* Correlations in both triangles; the sums of their squares, 1s and all. */
static void
sums_to_correlations(ScRefit *r, double *squares)
{
	static const double no_fault[SC_LANES] __attribute__((aligned(64))) = {0.0};
	size_t		d = r->table.d;
	size_t		j;
	size_t		k;
	int			l;

	for (j = 0; j < d; j++)
		r->loops->roots(r->diagonal + j * SC_LANES, r->root + j * SC_LANES);
	for (l = 0; l < SC_LANES; l++)
		squares[l] = (double) d;
	for (j = 0; j < d; j++)
	{
		for (l = 0; l < SC_LANES; l++)
			r->matrix[(j * d + j) * SC_LANES + l] = 1.0;
		for (k = j + 1; k < d; k++)
		{
			double	   *at = r->matrix + (j * d + k) * SC_LANES;

			r->loops->correlations(at, r->diagonal + j * SC_LANES,
								   r->root + j * SC_LANES,
								   r->diagonal + k * SC_LANES,
								   r->root + k * SC_LANES, no_fault, at);
			memcpy(r->matrix + (k * d + j) * SC_LANES, at,
				   SC_LANES * sizeof(double));
			for (l = 0; l < SC_LANES; l++)
				squares[l] += 2.0 * at[l] * at[l];
		}
	}
}

/* ----------
 * The component, side by side
 * ----------
 */

/* Of one lane, by the solver. */
static Lane
solve_lane(ScRefit *r, size_t lane)
{
	size_t		d = r->table.d;
	ScByDefinition *by = &r->definition;
	size_t		i;

	for (i = 0; i < d * d; i++)
		r->dense[i] = r->matrix[i * SC_LANES + lane];
	sc_refit_tick(r, d * d * d);
	if (sc_components(r->dense, d, 1, by->value, by->vector, r->solver,
					  r->poll) != SC_OK ||
		!sc_component_is_defined(by->value, d, 0))
		return LANE_NONE;
	r->value[lane] = by->value[0];
	for (i = 0; i < d; i++)
		r->vector[i * SC_LANES + lane] = by->vector[i];
	return LANE_OK;
}

/* The sign of one lane, as of any component. */
static void
orient_lane(ScRefit *r, size_t lane)
{
	double	   *vector = r->definition.vector;
	size_t		j;

	for (j = 0; j < r->table.d; j++)
		vector[j] = r->vector[j * SC_LANES + lane];
	sc_orient_component(vector, r->table.d, 0);
	for (j = 0; j < r->table.d; j++)
		r->vector[j * SC_LANES + lane] = vector[j];
}

/*
 * A lane is done at the step at which its residual is rounding, whatever the
 * others need; the step has then made its vector better still.
 */
static void
find_components(ScRefit *r, const double *squares, Lane *lane)
{
	size_t		d = r->table.d;
	double		value[SC_LANES] __attribute__((aligned(64)));
	double		residual[SC_LANES] __attribute__((aligned(64)));
	bool		solve[SC_LANES];
	bool		busy[SC_LANES];
	size_t		n_busy = 0;
	size_t		step;
	size_t		j;
	size_t		l;

	for (l = 0; l < SC_LANES; l++)
	{
		solve[l] = false;
		busy[l] = lane[l] == LANE_OK;
		n_busy += busy[l];
	}
	for (j = 0; j < d; j++)
	{
		for (l = 0; l < SC_LANES; l++)
			r->iterate[j * SC_LANES + l] = r->first_vector[j];
	}

	for (step = 1; n_busy > 0; step++)
	{
		r->loops->power_step(r->matrix, d, r->iterate, r->scratch, value, residual);
		sc_refit_tick(r, d * d);
		for (l = 0; l < SC_LANES; l++)
		{
			double		square = value[l] * value[l];
			double		least = SC_POWER_RESIDUAL(d) * value[l];
			bool		safe = squares[l] - square <= SC_POWER_SAFE_RATIO * square;

			if (!busy[l])
				continue;
			if (safe && residual[l] <= least * least)
			{
				r->value[l] = value[l];
				for (j = 0; j < d; j++)
					r->vector[j * SC_LANES + l] = r->iterate[j * SC_LANES + l];
			}
			else if ((!safe && step >= SC_POWER_FEW_STEPS) || step >= MOST_STEPS(d))
				solve[l] = true;
			else
				continue;
			busy[l] = false;
			n_busy--;
		}
	}

	for (l = 0; l < SC_LANES; l++)
	{
		/* of fewer draws than benchmarks the definition takes the dual */
		if (solve[l])
			lane[l] = r->draws[l] < (double) d ? LANE_FALLBACK : solve_lane(r, l);
		else if (lane[l] == LANE_OK)
			orient_lane(r, l);
	}
}

/* ----------
 * Scores
 * ----------
 */

/*
 * From columns that are measured from the mean of all models: what the resample's
 * own mean makes of it is the same for all.  Equal rows get equal scores, by the
 * same operations in the same order.
 */
static void
score_models(ScRefit *r, const Lane *lane)
{
	const ScRefitTable *t = &r->table;
	double	   *weight = r->scratch;
	double		shift[SC_LANES] __attribute__((aligned(64))) = {0.0};
	size_t		j;
	size_t		l;

	for (j = 0; j < t->d; j++)
	{
		for (l = 0; l < SC_LANES; l++)
		{
			size_t		at = j * SC_LANES + l;

			weight[at] = lane[l] == LANE_OK ? r->vector[at] / r->sd[at] : 0.0;
			if (lane[l] == LANE_OK)
				shift[l] += weight[at] * r->centre[at];
		}
	}
	r->loops->scores(r->column, t->n, t->d, weight, shift, r->score);
	sc_refit_tick(r, t->n * t->d);
}

static void
fit_side_by_side(ScRefit *r, Lane *lane)
{
	double		squares[SC_LANES];

	spread_columns(r, lane);
	if (r->table.pca == SC_PCA_SPEARMAN)
		rank_sums(r, lane);
	else
		centred_sums(r);
	sums_to_correlations(r, squares);
	find_components(r, squares, lane);
	score_models(r, lane);
}

void
sc_refit_components(ScRefit *r)
{
	Lane		lane[SC_LANES];
	size_t		l;

	for (l = 0; l < SC_LANES; l++)
		lane[l] = r->different[l] < SC_MIN_MODELS ? LANE_NONE :
			r->by_lanes ? LANE_OK : LANE_FALLBACK;
	if (r->by_lanes)
		fit_side_by_side(r, lane);
	else
		memset(r->score, 0, r->table.n * SC_LANES * sizeof(double));
	for (l = 0; l < SC_LANES; l++)
	{
		if (lane[l] == LANE_FALLBACK)
			lane[l] = fit_by_definition(r, l);
		r->fault[l] = lane[l] == LANE_NONE ? NAN : 0.0;
	}
}
