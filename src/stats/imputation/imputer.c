/*-------------------------------------------------------------------------
 *
 * imputer.c
 *	  Imputing missing scores: the steps, of two kinds.
 *
 * A step of the power method on the imputed table follows imputePCA to the fixed
 * point that is reached from the columns' means, of several that there may be.  The
 * imputed scores hold it back: the more is missing, the slower it is.
 *
 * A direct step takes t as given and solves, for each column, the equations of the
 * fixed point.  What is missing does not slow it down, but from afar it may come
 * to another fixed point, or go round in circles.  So it is made near one only, and
 * undone where it leads away.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <string.h>

#include "stats/base/poll.h"
#include "stats/imputation/imputer.h"

/*
 * Direct steps begin where a step of the power method changes less than this, or than the
 * root of the tolerance.
 */
#define NEAR 1e-3

/* They have failed where one of them changes more than this. */
#define FAR 0.1

/* How far an accelerated step goes beyond the last, at most. */
#define LARGEST_SHARE 20.0

/* But for so many at first, where they begin near. */
#define FEW_STEPS 8

/* They have failed where this many of them do not suffice. */
#define MAX_DIRECT_STEPS 100

/*
 * They are not for a component that explains all of the variance but this: imputed
 * scores may then be free to move along a line of fixed points.
 */
#define LEAST_NOISE 1e-5

void
sc_imputer_take(ScImputer *s, ScArena *arena, size_t n, size_t d)
{
	s->start = sc_take(arena, d + 1, sizeof(size_t));
	s->model = sc_take(arena, n * d, sizeof(uint32_t));
	s->w = sc_take_doubles(arena, n * d);
	s->count = sc_take_doubles(arena, n);
	s->n_rows = sc_take_doubles(arena, d);
	s->sum = sc_take_doubles(arena, d);
	s->squares = sc_take_doubles(arena, d);
	s->observed = sc_take(arena, d, sizeof(ScSpread));
	s->mean = sc_take_doubles(arena, d);
	s->sd = sc_take_doubles(arena, d);
	s->weight = sc_take_doubles(arena, d);
	s->t = sc_take_doubles(arena, n);
	s->new_mean = sc_take_doubles(arena, d);
	s->new_sd = sc_take_doubles(arena, d);
	s->new_weight = sc_take_doubles(arena, d);
	s->slope = sc_take_doubles(arena, d);
	s->middle = sc_take_doubles(arena, d);
	s->product = sc_take_doubles(arena, n);
	s->coverage = sc_take_doubles(arena, n);
}

void
sc_impute_set_sigma2(ScImputer *s)
{
	/* of two columns the second eigenvalue is what the first leaves */
	if (s->d == 2)
		s->second = 2.0 - s->lambda;
	s->sigma2 = sc_impute_sigma2(s->rows, s->d, s->lambda, s->second);
}

void
sc_impute_set_t(ScImputer *s, ScPoll poll)
{
	double		shrink = sc_shrink_of(s);
	size_t		i;
	size_t		j;
	size_t		k;

	memset(s->t, 0, s->n * sizeof(double));
	memset(s->coverage, 0, s->n * sizeof(double));
	for (j = 0; j < s->d; j++)
	{
		double		v = s->weight[j];
		double		scale = v / s->sd[j];

		for (k = s->start[j]; k < s->start[j + 1]; k++)
		{
			s->t[s->model[k]] += scale * (s->w[k] - s->mean[j]);
			s->coverage[s->model[k]] += v * v;
		}
		sc_poll_between(s, poll);
	}
	for (i = 0; i < s->n; i++)
	{
		s->t[i] /= 1.0 - shrink * (1.0 - s->coverage[i]);
		sc_poll_at(poll, i);
	}
}

/* ----------
 * A step of the power method
 * ----------
 */

/* Mean and standard deviation of the columns, imputed by mean + slope * t. */
static void
set_spread(ScImputer *s, ScPoll poll)
{
	double		shrink = sc_shrink_of(s);
	double		t1 = 0.0;
	double		t2 = 0.0;
	size_t		i;
	size_t		j;
	size_t		k;

	for (i = 0; i < s->n; i++)
	{
		sc_poll_at(poll, i);
		t1 += s->count[i] * s->t[i];
		t2 += s->count[i] * (s->t[i] * s->t[i]);
	}
	for (j = 0; j < s->d; j++)
	{
		double		n_j = s->n_rows[j];
		double		n_missing = s->rows - n_j;
		double		slope = s->sd[j] * shrink * s->weight[j];
		double		imputed1 = t1;
		double		imputed2 = t2;
		double		mean;
		double		squares;

		for (k = s->start[j]; k < s->start[j + 1]; k++)
		{
			double		t = s->t[s->model[k]];
			double		count = s->count[s->model[k]];

			imputed1 -= count * t;
			imputed2 -= count * (t * t);
		}
		if (n_missing == 0)
			imputed1 = imputed2 = 0.0;
		mean = (s->sum[j] + n_missing * s->mean[j] + slope * imputed1) / s->rows;
		squares = s->squares[j] - 2.0 * mean * s->sum[j] + n_j * mean * mean;
		squares += n_missing * (s->mean[j] - mean) * (s->mean[j] - mean) +
			2.0 * (s->mean[j] - mean) * slope * imputed1 +
			slope * slope * fmax(imputed2, 0.0);
		s->new_mean[j] = mean;
		s->new_sd[j] = sqrt(squares / s->rows);
		s->slope[j] = slope;
		sc_poll_between(s, poll);
	}
}

/* By how much observed score k of column j differs from what would be imputed. */
static inline double
difference(const ScImputer *s, size_t j, size_t k)
{
	return s->w[k] - s->mean[j] - s->slope[j] * s->t[s->model[k]];
}

/*
 * One step of the power method: v becomes R v.  z is ((mean - new_mean) + slope *
 * t + difference) / new_sd.
 */
static double
multiply(ScImputer *s, ScPoll poll)
{
	double		constant = 0.0;
	double		linear = 0.0;
	double		sum = 0.0;
	double		sum_t = 0.0;
	double		squares = 0.0;
	double		lambda;
	size_t		i;
	size_t		j;
	size_t		k;

	memset(s->product, 0, s->n * sizeof(double));
	for (j = 0; j < s->d; j++)
	{
		double		scale = s->weight[j] / s->new_sd[j];

		constant += scale * (s->mean[j] - s->new_mean[j]);
		linear += scale * s->slope[j];
		for (k = s->start[j]; k < s->start[j + 1]; k++)
			s->product[s->model[k]] += scale * difference(s, j, k);
		sc_poll_between(s, poll);
	}
	for (i = 0; i < s->n; i++)
	{
		s->product[i] = s->count[i] * (s->product[i] + (constant + linear * s->t[i]));
		sum += s->product[i];
		sum_t += s->product[i] * s->t[i];
	}
	for (j = 0; j < s->d; j++)
	{
		double		g = (s->mean[j] - s->new_mean[j]) * sum + s->slope[j] * sum_t;

		for (k = s->start[j]; k < s->start[j + 1]; k++)
			g += difference(s, j, k) * s->product[s->model[k]];
		s->new_weight[j] = g / (s->rows * s->new_sd[j]);
		squares += s->new_weight[j] * s->new_weight[j];
		sc_poll_between(s, poll);
	}
	lambda = sqrt(squares);
	for (j = 0; j < s->d; j++)
		s->new_weight[j] /= lambda;
	return lambda;
}

/* Makes the new estimate; returns its lambda. */
static double
power_step(ScImputer *s, ScPoll poll)
{
	sc_impute_set_t(s, poll);
	set_spread(s, poll);
	return multiply(s, poll);
}

/* ----------
 * A direct step
 * ----------
 */

/*
 * Moves t to mean 0, where it is when nothing moves; its mean square there is
 * lambda.  Returns the sum of squares.
 */
static double
centre_t(ScImputer *s, ScPoll poll)
{
	double		sum = 0.0;
	double		squares = 0.0;
	size_t		i;

	for (i = 0; i < s->n; i++)
	{
		sum += s->count[i] * s->t[i];
		sc_poll_at(poll, i);
	}
	sum /= s->rows;
	for (i = 0; i < s->n; i++)
	{
		s->t[i] -= sum;
		squares += s->count[i] * (s->t[i] * s->t[i]);
		sc_poll_at(poll, i);
	}
	return squares;
}

/*
 * Column j for a given t, of which t2 is the sum of squares: the mean, the
 * standard deviation and the slope (sd * v) at which R v = lambda v holds for the
 * imputed column.  Of sums over the observed scores, with their own means,
 *
 *		slope = sum of w t / ((1 - shrink) * t2 + shrink * sum of t^2)
 *		mean = mean of w - shrink * slope * mean of t
 *
 * The sums are about the last step's mean of t, which loses no digits in the end.
 */
static void
set_column(ScImputer *s, size_t j, double shrink, double t2)
{
	double		n_j = s->n_rows[j];
	double		middle = s->middle[j];
	double		sum_t = 0.0;
	double		sum_tt = 0.0;
	double		sum_tw = 0.0;
	double		shrunk;
	double		mean;
	double		squares;
	size_t		k;

	for (k = s->start[j]; k < s->start[j + 1]; k++)
	{
		double		t = s->t[s->model[k]] - middle;
		double		counted = s->count[s->model[k]] * t;

		sum_t += counted;
		sum_tt += counted * t;
		sum_tw += counted * s->w[k];
	}
	sum_t /= n_j;
	middle += sum_t;
	sum_tt = fmax(sum_tt - n_j * sum_t * sum_t, 0.0);
	sum_tw -= sum_t * s->sum[j];

	s->slope[j] = sum_tw / ((1.0 - shrink) * t2 + shrink * sum_tt);
	shrunk = shrink * s->slope[j];
	mean = s->sum[j] / n_j - shrunk * middle;
	squares = s->squares[j] - 2.0 * mean * s->sum[j] + n_j * mean * mean;
	if (n_j < s->rows)
		squares += shrunk * shrunk * fmax(t2 - sum_tt - n_j * middle * middle, 0.0);
	s->new_mean[j] = mean;
	s->new_sd[j] = sqrt(squares / s->rows);
	s->middle[j] = middle;
}

/* Makes the new estimate; returns its lambda. */
static double
direct_step(ScImputer *s, ScPoll poll)
{
	double		shrink = sc_shrink_of(s);
	double		squares = 0.0;
	double		t2;
	size_t		j;

	sc_impute_set_t(s, poll);
	t2 = centre_t(s, poll);
	for (j = 0; j < s->d; j++)
	{
		set_column(s, j, shrink, t2);
		s->new_weight[j] = s->slope[j] / s->new_sd[j];
		squares += s->new_weight[j] * s->new_weight[j];
		sc_poll_between(s, poll);
	}
	squares = sqrt(squares);
	for (j = 0; j < s->d; j++)
		s->new_weight[j] /= squares;

	/* on the way it can be more than all of the variance */
	return fmin(t2 / s->rows, (double) s->d);
}

/* ----------
 * One after the other
 * ----------
 */

/* Returns the largest change; not finite if there is no going on. */
static double
make_step(ScImputer *s, bool direct, ScPoll poll)
{
	double		change;
	double		lambda;
	size_t		j;

	sc_impute_set_sigma2(s);
	lambda = direct ? direct_step(s, poll) : power_step(s, poll);
	change = fabs(lambda - s->lambda) / (double) s->d;
	if (!(lambda > 0.0))
		return NAN;
	for (j = 0; j < s->d; j++)
	{
		double		sd = s->new_sd[j];

		/* fmax() would lose a NaN */
		if (!(sd > 0.0) || !isfinite(sd) || !isfinite(s->new_mean[j]) ||
			!isfinite(s->new_weight[j]))
			return NAN;
		change = fmax(change, fabs(s->new_weight[j] - s->weight[j]));
		change = fmax(change, fabs(s->new_mean[j] - s->mean[j]) / sd);
		change = fmax(change, fabs(sd - s->sd[j]) / sd);
	}
	memcpy(s->weight, s->new_weight, s->d * sizeof(double));
	memcpy(s->mean, s->new_mean, s->d * sizeof(double));
	memcpy(s->sd, s->new_sd, s->d * sizeof(double));
	s->lambda = lambda;
	return change;
}

static void
save_estimate(ScImputer *s)
{
	memcpy(s->saved, s->weight, s->d * sizeof(double));
	memcpy(s->saved + s->d, s->mean, s->d * sizeof(double));
	memcpy(s->saved + 2 * s->d, s->sd, s->d * sizeof(double));
}

static void
restore_estimate(ScImputer *s, double lambda)
{
	memcpy(s->weight, s->saved, s->d * sizeof(double));
	memcpy(s->mean, s->saved + s->d, s->d * sizeof(double));
	memcpy(s->sd, s->saved + 2 * s->d, s->d * sizeof(double));
	s->lambda = lambda;
}

/* The estimate as one vector of 3 d + 1 numbers. */
static void
get_estimate(const ScImputer *s, double *u)
{
	memcpy(u, s->weight, s->d * sizeof(double));
	memcpy(u + s->d, s->mean, s->d * sizeof(double));
	memcpy(u + 2 * s->d, s->sd, s->d * sizeof(double));
	u[3 * s->d] = s->lambda;
}

/*
 * Anderson's acceleration, of depth one (J. ACM 12 (1965) 547-560): of the last two steps,
 * from u to g and from last_u to last_g, the secant that would end them.  False if that is
 * no estimate.
 */
static bool
accelerate(ScImputer *s, const double *u, const double *g, const double *last_u, const double *last_g)
{
	size_t		d = s->d;
	double		products = 0.0;
	double		squares = 0.0;
	double		norm = 0.0;
	double		share;
	size_t		i;

	for (i = 0; i < 3 * d; i++)
	{
		double		step = g[i] - u[i];
		double		turn = step - (last_g[i] - last_u[i]);

		products += step * turn;
		squares += turn * turn;
	}
	share = products / squares;
	if (!(fabs(share) < LARGEST_SHARE))
		return false;
	for (i = 0; i < d; i++)
	{
		s->weight[i] = g[i] - share * (g[i] - last_g[i]);
		s->mean[i] = g[d + i] - share * (g[d + i] - last_g[d + i]);
		s->sd[i] = g[2 * d + i] - share * (g[2 * d + i] - last_g[2 * d + i]);
		norm += s->weight[i] * s->weight[i];
		if (!(s->sd[i] > 0.5 * g[2 * d + i]))
			return false;
	}
	s->lambda = g[3 * d] - share * (g[3 * d] - last_g[3 * d]);
	if (!(norm > 0.25) || !(s->lambda > 0.5 * g[3 * d]) || !(s->lambda < (double) d))
		return false;
	for (i = 0; i < d; i++)
		s->weight[i] /= sqrt(norm);
	return true;
}

ScStatus
sc_impute_converge_near(ScImputer *s, ScPoll poll)
{
	size_t		size = 3 * s->d + 1;
	double	   *u = s->history;
	double	   *g = u + size;
	double	   *last_u = g + size;
	double	   *last_g = last_u + size;
	size_t		step;

	for (step = 0; step < MAX_DIRECT_STEPS; step++)
	{
		double	   *swap;
		double		change;

		get_estimate(s, u);
		change = make_step(s, true, poll);

		/* the first ones go from one sample to another, and may overshoot */
		if (!isfinite(change) ||
			(step >= FEW_STEPS && (!(change < FAR) || 1.0 - sc_shrink_of(s) < LEAST_NOISE)))
			return SC_NOT_CONVERGED;
		s->near_steps = step + 1;
		if (change <= s->tolerance)
			return step >= FEW_STEPS || 1.0 - sc_shrink_of(s) >= LEAST_NOISE ? SC_OK : SC_NOT_CONVERGED;
		get_estimate(s, g);
		if (step > 0 && !accelerate(s, u, g, last_u, last_g))
		{
			memcpy(s->weight, g, s->d * sizeof(double));
			memcpy(s->mean, g + s->d, s->d * sizeof(double));
			memcpy(s->sd, g + 2 * s->d, s->d * sizeof(double));
			s->lambda = g[3 * s->d];
		}
		swap = last_u;
		last_u = u;
		u = swap;
		swap = last_g;
		last_g = g;
		g = swap;
	}
	return SC_NOT_CONVERGED;
}

ScStatus
sc_impute_converge(ScImputer *s, ScPoll poll, size_t *steps)
{
	double		near = fmax(NEAR, sqrt(s->tolerance));
	double		saved_lambda = 0.0;
	size_t		n_direct = 0;
	bool		direct = false;

	for (;;)
	{
		double		change;

		if (*steps == SC_MAX_IMPUTE_STEPS)
			return SC_NOT_CONVERGED;
		if (*steps % 64 == 63)
			sc_poll_now(poll);
		change = make_step(s, direct, poll);
		++*steps;

		if (direct && (!(change < FAR) || ++n_direct == MAX_DIRECT_STEPS ||
					   1.0 - sc_shrink_of(s) < LEAST_NOISE))
		{
			restore_estimate(s, saved_lambda);
			s->direct_fails = true;
			direct = false;
			continue;
		}
		if (!isfinite(change))
			return SC_NOT_CONVERGED;
		if (change <= s->tolerance)
			return SC_OK;
		if (!direct && !s->direct_fails && change < near)
		{
			save_estimate(s);
			saved_lambda = s->lambda;
			n_direct = 0;
			direct = true;
		}
	}
}
