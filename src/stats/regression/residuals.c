/*-------------------------------------------------------------------------
 *
 * residuals.c
 *	  Scores adjusted for capability.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>

#include "stats/base/sums.h"
#include "stats/regression/residuals.h"

/*
 * Where less than this is left of 1 by h, or of the sum of squares without a
 * model, it is not formed as a difference, which would lose digits.  That is so
 * of at most five models: h sums to 2, residual^2 to the sum of squares.
 */
#define SMALL_REST 0.1

/*
 * A line in centred units, u = (x - mean) / range: residuals e = uy - slope us.
 * The arrays are of the workspace.
 */
typedef struct Line
{
	double	   *us;
	double	   *uy;				/* then e */
	double		range_y;
	double		range_s;
	double		slope;
	double		sss;			/* sums of squares */
	double		sse;
	bool		exact;
} Line;

size_t
sc_adjusted_workspace(size_t n)
{
	return 6 * n * sizeof(double);
}

/* The range, and the largest magnitude. */
static void
find_range(const double *x, size_t n, double *range, double *most, ScPoll poll)
{
	double		min = x[0];
	double		max = x[0];
	size_t		i;

	for (i = 1; i < n; i++)
	{
		if (x[i] < min)
			min = x[i];
		if (x[i] > max)
			max = x[i];
		sc_poll_at(poll, i);
	}
	*range = max - min;
	*most = fmax(fabs(min), fabs(max));
}

/* Neither y nor s is constant.  line->us and ->uy are given. */
static void
fit_line(const double *y, const double *s, size_t n, Line *line, ScPoll poll)
{
	double		most_y;
	double		most_s;
	double		tolerance;
	double		syy;
	size_t		i;

	find_range(y, n, &line->range_y, &most_y, poll);
	find_range(s, n, &line->range_s, &most_s, poll);
	sc_centre(y, n, line->uy, poll);
	sc_centre(s, n, line->us, poll);
	line->sss = sc_dot(line->us, line->us, n, poll);
	syy = sc_dot(line->uy, line->uy, n, poll);
	line->slope = sc_dot(line->us, line->uy, n, poll) / line->sss;
	for (i = 0; i < n; i++)
	{
		line->uy[i] -= line->slope * line->us[i];
		sc_poll_at(poll, i);
	}
	line->sse = sc_dot(line->uy, line->uy, n, poll);

	/* a range is no less than half a bit of the largest: nothing overflows */
	tolerance = SC_EXACT_LINE * DBL_EPSILON *
		(most_y / line->range_y + fabs(line->slope) * (most_s / line->range_s));
	line->exact = sqrt(line->sse / (double) n) <= tolerance &&
		line->sse <= SC_EXACT_SHARE * syy;
}

/* Do all but the i-th have the same s? */
static bool
stands_alone(const double *s, size_t n, size_t i, ScPoll poll)
{
	double		other = s[i == 0 ? 1 : 0];
	size_t		j;

	for (j = 0; j < n; j++)
	{
		if (j != i && s[j] != other)
			return false;
		sc_poll_at(poll, j);
	}
	return true;
}

/*
 * The studentised residual by its definition: the distance of model i from the
 * line of the others, by the standard error of predicting it.  n >= 4; work has
 * room for 4 n doubles.
 */
static double
refit_without(const double *y, const double *s, size_t n, size_t i,
			  double *work, ScPoll poll)
{
	size_t		m = n - 1;
	double	   *other_y = work;
	double	   *other_s = work + m;
	Line		line;
	double		us;
	double		distance;
	double		t;
	size_t		at = 0;
	size_t		j;

	for (j = 0; j < n; j++)
	{
		if (j != i)
		{
			other_y[at] = y[j];
			other_s[at++] = s[j];
		}
		sc_poll_at(poll, j);
	}
	if (sc_is_constant(other_s, m, poll) || sc_is_constant(other_y, m, poll))
		return NAN;

	line.us = other_s + m;
	line.uy = line.us + m;
	fit_line(other_y, other_s, m, &line, poll);
	if (line.exact)
		return NAN;

	/* where the model is on that scale: so far from the first of the others */
	us = (s[i] - other_s[0]) / line.range_s;
	distance = (y[i] - other_y[0]) / line.range_y - line.slope * us + line.uy[0];
	us += line.us[0];
	t = distance / sqrt(line.sse / (double) (m - 2) *
						(1.0 + 1.0 / (double) m + us * (us / line.sss)));
	return isinf(t) ? copysign(DBL_MAX, t) : t;
}

/* The studentised residual of model i. */
static double
studentise(const double *y, const double *s, size_t n, size_t i, double leverage,
		   const Line *line, double *work, ScPoll poll)
{
	double		e = line->uy[i];
	double		rest;

	if (1.0 - leverage >= SMALL_REST)
	{
		rest = line->sse - e * (e / (1.0 - leverage));
		if (rest >= SMALL_REST * line->sse)
			return e / sqrt(rest / (double) (n - 3) * (1.0 - leverage));
	}
	return refit_without(y, s, n, i, work, poll);
}

ScStatus
sc_adjust(const double *y, const double *s, size_t n, double t_quantile,
		  void *work, ScPoll poll, ScAdjusted *out)
{
	double	   *refit;
	Line		line;
	size_t		i;

	if (n < SC_MIN_MODELS)
		return SC_TOO_FEW_MODELS;
	if (sc_is_constant(y, n, poll))
		return SC_CONSTANT_Y;
	if (sc_is_constant(s, n, poll))
		return SC_CONSTANT_X;

	line.us = work;
	line.uy = line.us + n;
	refit = line.uy + n;
	fit_line(y, s, n, &line, poll);
	out->exact = line.exact;
	out->sigma = line.exact ? 0.0 :
		sqrt(line.sse / (double) (n - 2)) * line.range_y;

	for (i = 0; i < n; i++)
	{
		double		h = 1.0 / (double) n + line.us[i] * (line.us[i] / line.sss);
		bool		alone = 1.0 - h < SMALL_REST && stands_alone(s, n, i, poll);
		double		half_width;

		h = alone ? 1.0 : fmin(h, 1.0);
		half_width = line.exact ? 0.0 : t_quantile * out->sigma * sqrt(1.0 + h);
		out->leverage[i] = h;
		out->residual[i] = alone || line.exact ? 0.0 :
			line.uy[i] * line.range_y;
		out->expected[i] = y[i] - out->residual[i];
		out->low[i] = out->expected[i] - half_width;
		out->high[i] = out->expected[i] + half_width;
		out->studentised[i] = n < 4 || alone || line.exact ? NAN :
			studentise(y, s, n, i, h, &line, refit, poll);
		sc_poll_at(poll, i);
	}
	return SC_OK;
}
