/*-------------------------------------------------------------------------
 *
 * strata_difference.c
 *	  The difference of the correlations of two strata.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "stats/base/gsl_guard.h"
#include "stats/base/student.h"
#include "stats/correlation/difference.h"
#include "stats/correlation/infer.h"
#include "stats/correlation/strata_difference.h"

/* More standard errors than this are not told apart: p would underflow. */
#define MOST_ERRORS 37.0

/* Directions in which the farthest point of an ellipse is looked for, and steps from there. */
#define DIRECTIONS 256
#define STEPS 40

#define TAU 6.28318530717958647692
#define GOLDEN 0.61803398874989484820

typedef struct Pair
{
	const ScCorrelation *a;
	const ScCorrelation *b;
} Pair;

static bool
interval_by_formula(const void *of, double quantile, double *low, double *high)
{
	const Pair *pair = of;
	double		low_a;
	double		high_a;
	double		low_b;
	double		high_b;

	if (!sc_interval(pair->a, quantile, &low_a, &high_a) ||
		!sc_interval(pair->b, quantile, &low_b, &high_b))
		return false;
	sc_difference_of_intervals(pair->a->corr, low_a, high_a, pair->b->corr, low_b, high_b,
							   0.0, low, high);
	return true;
}

/* Points about the two z that are as far from them as a quantile says. */
typedef struct Ellipse
{
	double		z_a;
	double		z_b;
	double		radius_a;		/* quantile times error */
	double		radius_b;
	double		cosine;			/* the correlation of the two estimates */
	double		sine;
} Ellipse;

/* The difference at one of them, times sign. */
static double
difference_at(const Ellipse *e, double sign, double angle)
{
	double		x = cos(angle);
	double		y = sin(angle);

	return sign * (tanh(e->z_a + e->radius_a * x) -
				   tanh(e->z_b + e->radius_b * (e->cosine * x + e->sine * y)));
}

/* The largest of these: about the best of all directions, by golden sections. */
static double
farthest(const Ellipse *e, double sign)
{
	double		best = -HUGE_VAL;
	double		low = 0.0;
	double		high;
	double		left;
	double		right;
	int			i;

	for (i = 0; i < DIRECTIONS; i++)
	{
		double		value = difference_at(e, sign, TAU * i / DIRECTIONS);

		if (value > best)
		{
			best = value;
			low = TAU * (i - 1) / DIRECTIONS;
		}
	}
	high = low + 2.0 * TAU / DIRECTIONS;
	for (i = 0; i < STEPS; i++)
	{
		double		value_left;
		double		value_right;

		left = high - GOLDEN * (high - low);
		right = low + GOLDEN * (high - low);
		value_left = difference_at(e, sign, left);
		value_right = difference_at(e, sign, right);
		best = fmax(best, fmax(value_left, value_right));
		if (value_left < value_right)
			low = left;
		else
			high = right;
	}
	return best;
}

bool
sc_strata_interval(const ScCorrelation *a, const ScCorrelation *b, const ScPairErrors *errors,
				   double confidence, double *low, double *high)
{
	Pair		pair = {a, b};
	Ellipse		e;
	double		quantile;

	if (errors == NULL)
		return interval_by_formula(&pair, sc_normal_quantile(confidence), low, high);
	quantile = -sc_student_quantile((1.0 - confidence) / 2.0, errors->nu);
	e.z_a = sc_fisher_z(a->corr, a->n);
	e.z_b = sc_fisher_z(b->corr, b->n);
	e.radius_a = quantile * errors->a;
	e.radius_b = quantile * errors->b;
	e.cosine = errors->overlap;
	e.sine = sqrt(fmax(0.0, (1.0 - errors->overlap) * (1.0 + errors->overlap)));
	*low = fmin(-farthest(&e, -1.0), a->corr - b->corr);
	*high = fmax(farthest(&e, 1.0), a->corr - b->corr);
	return true;
}

/* Of z_a - z_b, by Student's t. */
static double
p_value_by_errors(const ScCorrelation *a, const ScCorrelation *b, const ScPairErrors *errors)
{
	double		difference = sc_fisher_z(a->corr, a->n) - sc_fisher_z(b->corr, b->n);
	double		variance = (errors->a - errors->b) * (errors->a - errors->b) +
		2.0 * (1.0 - errors->overlap) * errors->a * errors->b;

	if (!(variance > 0.0))
		return difference == 0.0 ? 1.0 : 0.0;
	return sc_student_two_sided(difference / sqrt(variance), errors->nu);
}

double
sc_strata_p_value(const ScCorrelation *a, const ScCorrelation *b, const ScPairErrors *errors)
{
	Pair		pair = {a, b};
	double		least = fmax(sc_least_p_value(a->n), sc_least_p_value(b->n));
	double		low;
	double		high;
	double		quantile;
	gsl_error_handler_t *saved;
	double		p;

	if (errors != NULL)
		return fmax(p_value_by_errors(a, b, errors), least);
	if (!interval_by_formula(&pair, 1.0, &low, &high))
		return NAN;
	if (a->corr == b->corr)
		return 1.0;
	quantile = sc_quantile_without_zero(interval_by_formula, &pair, MOST_ERRORS);
	saved = sc_gsl_enter();
	p = 2.0 * gsl_cdf_ugaussian_Q(quantile);
	sc_gsl_leave(saved);
	return fmax(p, least);
}
