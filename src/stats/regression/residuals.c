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
 * of at most five models: h sums to 3 at most, residual^2 to the sum of squares.
 */
#define SMALL_REST 0.1

/*
 * A line in centred units, u = (x - mean) / range: residuals e = uy - slope us.  A
 * curve has one term more, curve uq, where uq is what the line through the squares
 * leaves of them, us^2 - square_mean - square_slope us: it sums to 0, alone and with
 * us, so that nothing of the line changes.  The arrays are of the workspace.
 */
typedef struct Fit
{
	ScFit		fit;
	double	   *us;
	double	   *uy;				/* then e */
	double	   *uq;
	double		range_y;
	double		range_s;
	double		slope;
	double		sss;			/* sums of squares */
	double		sse;
	bool		exact;

	/* of the square, unless it is collinear */
	bool		collinear;
	double		square_mean;
	double		square_slope;
	double		sqq;
	double		curve;
	double		curvature;		/* NaN: none */
} Fit;

size_t
sc_adjusted_workspace(size_t n)
{
	return 8 * n * sizeof(double);
}

/* The range, and the largest magnitude. */
static void
find_range(const double *x, size_t n, double *range, double *most, ScPoll poll)
{
	double		min;
	double		max;

	sc_range(x, n, &min, &max, poll);
	*range = max - min;
	*most = fmax(fabs(min), fabs(max));
}

/*
 * The squares of us, of which Sum us^2 = sss, less the line through them.  Twice, as
 * the first time leaves the rounding of what it takes away.  False if nothing is left:
 * us takes two values, but for rounding, which is unit in units of the range.
 */
static bool
find_squares(const double *us, size_t n, double sss, double unit, Fit *f, ScPoll poll)
{
	double	   *uq = f->uq;
	int			round;
	size_t		i;

	f->square_mean = f->square_slope = 0.0;
	for (i = 0; i < n; i++)
	{
		uq[i] = us[i] * us[i];
		sc_poll_at(poll, i);
	}
	for (round = 0; round < 2; round++)
	{
		ScSum		sum = {0.0, 0.0};
		double		mean;
		double		slope;

		for (i = 0; i < n; i++)
		{
			sc_sum_add(&sum, uq[i]);
			sc_poll_at(poll, i);
		}
		mean = sc_sum_total(&sum) / (double) n;
		slope = sc_dot(us, uq, n, poll) / sss;
		for (i = 0; i < n; i++)
		{
			uq[i] = (uq[i] - mean) - slope * us[i];
			sc_poll_at(poll, i);
		}
		f->square_mean += mean;
		f->square_slope += slope;
	}
	f->sqq = sc_dot(uq, uq, n, poll);
	return sqrt(f->sqq / (double) n) > SC_EXACT_LINE * DBL_EPSILON * unit;
}

/*
 * Neither y nor s is constant.  The arrays and f->fit are given; uq is lost with a
 * line.
 */
static void
find_fit(const double *y, const double *s, size_t n, Fit *f, ScPoll poll)
{
	double		most_y;
	double		most_s;
	double		steepest;
	double		tolerance;
	double		sse;
	double		syy;
	size_t		i;

	find_range(y, n, &f->range_y, &most_y, poll);
	find_range(s, n, &f->range_s, &most_s, poll);
	sc_centre(y, n, f->uy, poll);
	sc_centre(s, n, f->us, poll);
	f->sss = sc_dot(f->us, f->us, n, poll);
	syy = sc_dot(f->uy, f->uy, n, poll);
	f->slope = sc_dot(f->us, f->uy, n, poll) / f->sss;
	steepest = fabs(f->slope);
	for (i = 0; i < n; i++)
	{
		f->uy[i] -= f->slope * f->us[i];
		sc_poll_at(poll, i);
	}
	f->sse = sse = sc_dot(f->uy, f->uy, n, poll);

	f->curve = 0.0;
	f->collinear = !find_squares(f->us, n, f->sss, most_s / f->range_s, f, poll);
	if (!f->collinear)
	{
		double	   *e = f->fit == SC_FIT_QUADRATIC ? f->uy : f->uq;

		f->curve = sc_dot(f->uq, f->uy, n, poll) / f->sqq;
		for (i = 0; i < n; i++)
		{
			e[i] = f->uy[i] - f->curve * f->uq[i];
			sc_poll_at(poll, i);
		}
		sse = sc_dot(e, e, n, poll);
		if (f->fit == SC_FIT_QUADRATIC)
		{
			f->sse = sse;
			/* |us| is at most 1, and so is square_slope */
			steepest += 3.0 * fabs(f->curve);
		}
	}

	/* a range is no less than half a bit of the largest: nothing overflows */
	tolerance = SC_EXACT_LINE * DBL_EPSILON *
		(most_y / f->range_y + steepest * (most_s / f->range_s));
	f->exact = sqrt(f->sse / (double) n) <= tolerance &&
		f->sse <= SC_EXACT_SHARE * syy;

	f->curvature = NAN;
	if (!f->collinear && !f->exact && n > 3)
	{
		double		t = f->curve * sqrt(f->sqq) / sqrt(sse / (double) (n - 3));

		f->curvature = isinf(t) ? copysign(DBL_MAX, t) : t;
	}
}

/* All but the i-th of x. */
static void
copy_others(const double *x, size_t n, size_t i, double *others, ScPoll poll)
{
	size_t		at = 0;
	size_t		j;

	for (j = 0; j < n; j++)
	{
		if (j != i)
			others[at++] = x[j];
		sc_poll_at(poll, j);
	}
}

/*
 * Is there no such fit without the i-th?  All others have the same s, or two.  work has
 * room for 5 n doubles.
 */
static bool
stands_alone(const double *s, size_t n, size_t i, ScFit fit, double *work, ScPoll poll)
{
	size_t		m = n - 1;
	double	   *others = work;
	Fit			f;
	double		most;

	copy_others(s, n, i, others, poll);
	if (sc_is_constant(others, m, poll))
		return true;
	if (fit == SC_FIT_LINEAR)
		return false;
	f.us = others + m;
	f.uq = f.us + m;
	find_range(others, m, &f.range_s, &most, poll);
	sc_centre(others, m, f.us, poll);
	f.sss = sc_dot(f.us, f.us, m, poll);
	return !find_squares(f.us, m, f.sss, most / f.range_s, &f, poll);
}

/*
 * The studentised residual by its definition: the distance of model i from the
 * fit to the others, by the standard error of predicting it.  More models than
 * coefficients and one; work has room for 5 n doubles.
 */
static double
refit_without(const double *y, const double *s, size_t n, size_t i, ScFit fit,
			  double *work, ScPoll poll)
{
	size_t		m = n - 1;
	double	   *other_y = work;
	double	   *other_s = work + m;
	Fit			f;
	double		us;
	double		distance;
	double		spread;
	double		t;

	copy_others(y, n, i, other_y, poll);
	copy_others(s, n, i, other_s, poll);
	if (sc_is_constant(other_s, m, poll) || sc_is_constant(other_y, m, poll))
		return NAN;

	f.fit = fit;
	f.us = other_s + m;
	f.uy = f.us + m;
	f.uq = f.uy + m;
	find_fit(other_y, other_s, m, &f, poll);
	if (f.exact || (fit == SC_FIT_QUADRATIC && f.collinear))
		return NAN;

	/* where the model is on that scale: so far from the first of the others */
	us = (s[i] - other_s[0]) / f.range_s;
	distance = (y[i] - other_y[0]) / f.range_y - f.slope * us + f.uy[0];
	us += f.us[0];
	spread = 1.0 + 1.0 / (double) m + us * (us / f.sss);
	if (fit == SC_FIT_QUADRATIC)
	{
		/*
		 * no overflow: so far off, the others would be one point and
		 * collinear
		 */
		double		uq = us * us - f.square_mean - f.square_slope * us;

		distance -= f.curve * (uq - f.uq[0]);
		spread += uq * (uq / f.sqq);
	}
	t = distance / sqrt(f.sse / (double) (m - fit) * spread);
	return isinf(t) ? copysign(DBL_MAX, t) : t;
}

/* The studentised residual of model i. */
static double
studentise(const double *y, const double *s, size_t n, size_t i, double leverage,
		   const Fit *f, double *work, ScPoll poll)
{
	double		e = f->uy[i];
	double		rest;

	if (1.0 - leverage >= SMALL_REST)
	{
		rest = f->sse - e * (e / (1.0 - leverage));
		if (rest >= SMALL_REST * f->sse)
			return e / sqrt(rest / (double) (n - f->fit - 1) * (1.0 - leverage));
	}
	return refit_without(y, s, n, i, f->fit, work, poll);
}

ScStatus
sc_adjust(const double *y, const double *s, size_t n, ScFit fit, double t_quantile,
		  void *work, ScPoll poll, ScAdjusted *out)
{
	double	   *refit;
	Fit			f;
	size_t		i;

	if (n < SC_MIN_MODELS || n <= (size_t) fit)
		return SC_TOO_FEW_MODELS;
	if (sc_is_constant(y, n, poll))
		return SC_CONSTANT_Y;
	if (sc_is_constant(s, n, poll))
		return SC_CONSTANT_X;

	f.fit = fit;
	f.us = work;
	f.uy = f.us + n;
	f.uq = f.uy + n;
	refit = f.uq + n;
	find_fit(y, s, n, &f, poll);
	if (fit == SC_FIT_QUADRATIC && f.collinear)
		return SC_COLLINEAR;
	out->exact = f.exact;
	out->curvature = f.curvature;
	out->sigma = f.exact ? 0.0 :
		sqrt(f.sse / (double) (n - fit)) * f.range_y;

	for (i = 0; i < n; i++)
	{
		double		h = 1.0 / (double) n + f.us[i] * (f.us[i] / f.sss);
		bool		alone;
		double		half_width;

		if (fit == SC_FIT_QUADRATIC)
			h += f.uq[i] * (f.uq[i] / f.sqq);
		alone = 1.0 - h < SMALL_REST && stands_alone(s, n, i, fit, refit, poll);
		h = alone ? 1.0 : fmin(h, 1.0);
		half_width = f.exact ? 0.0 : t_quantile * out->sigma * sqrt(1.0 + h);
		out->leverage[i] = h;
		out->residual[i] = alone || f.exact ? 0.0 :
			f.uy[i] * f.range_y;
		out->expected[i] = y[i] - out->residual[i];
		out->low[i] = out->expected[i] - half_width;
		out->high[i] = out->expected[i] + half_width;
		out->studentised[i] = n < (size_t) fit + 2 || alone || f.exact ? NAN :
			studentise(y, s, n, i, h, &f, refit, poll);
		sc_poll_at(poll, i);
	}
	return SC_OK;
}
