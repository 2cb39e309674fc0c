/*-------------------------------------------------------------------------
 *
 * infer.c
 *	  Intervals and p-values of a correlation.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "stats/base/gsl_guard.h"
#include "stats/base/student.h"
#include "stats/correlation/infer.h"
#include "stats/correlation/kendall.h"

/* Half of the least fall of Spearman's from a perfect order without ties. */
static double
half_step(double n)
{
	return 6.0 / (n * (n - 1.0) * (n + 1.0));
}

double
sc_fisher_z(double corr, size_t n)
{
	double		step = half_step((double) n);

	if (fabs(corr) < 1.0 - step)
		return atanh(corr);

	/* atanh(1 - step), also where 1 - step rounds to 1 */
	return copysign(0.5 * log((2.0 - step) / step), corr);
}

size_t
sc_free_observations(const ScCorrelation *c)
{
	return c->n > c->controls ? c->n - c->controls : 0;
}

double
sc_correlation_z(const ScCorrelation *c)
{
	return sc_fisher_z(c->corr, sc_free_observations(c));
}

ScCorrelation
sc_without_leak(const ScCorrelation *c)
{
	ScCorrelation rest = *c;

	rest.leak = 0.0;
	if (c->leak != 0.0)
		rest.corr = tanh(sc_correlation_z(c) - sc_fisher_z(c->leak, sc_free_observations(c)));
	return rest;
}

double
sc_normal_quantile(double confidence)
{
	gsl_error_handler_t *saved = sc_gsl_enter();
	double		quantile = gsl_cdf_ugaussian_Qinv((1.0 - confidence) / 2.0);

	sc_gsl_leave(saved);
	return quantile;
}

static bool
is_too_few(const ScCorrelation *c)
{
	return sc_free_observations(c) < (c->method == SC_KENDALL ? 5u : 4u);
}

double
sc_z_error(const ScCorrelation *c)
{
	double		n = (double) sc_free_observations(c);
	double		size = fmin(fabs(c->corr), 1.0 - half_step(n));

	if (c->method == SC_KENDALL || is_too_few(c))
		return 0.0;
	return sqrt((c->method == SC_SPEARMAN ? 1.0 + size * size / 2.0 : 1.0) / (n - 3.0));
}

double
sc_deviate(const ScCorrelation *c, double threshold)
{
	if (is_too_few(c))
		return NAN;
	if (c->method == SC_KENDALL)
		return sc_kendall_deviate(c, threshold);
	return (fabs(sc_correlation_z(c)) - atanh(threshold)) / sc_z_error(c);
}

static void
fisher_interval(const ScCorrelation *c, double quantile, double *low, double *high)
{
	double		size = fabs(c->corr);
	double		half_width;
	double		inner;
	double		outer;

	/* of |corr|, the end towards 0 and beyond, and the one towards 1 */
	half_width = quantile * sc_z_error(c);
	inner = fmin(tanh(fabs(sc_correlation_z(c)) - half_width), size);
	outer = fmax(tanh(atanh(size) + half_width), size);
	*low = c->corr < 0.0 ? -outer : inner;
	*high = c->corr < 0.0 ? -inner : outer;
}

bool
sc_interval(const ScCorrelation *c, double quantile, double *low,
			double *high)
{
	if (is_too_few(c))
		return false;
	if (c->method == SC_KENDALL)
	{
		sc_kendall_interval(c, quantile, low, high);
		return true;
	}
	fisher_interval(c, quantile, low, high);
	if (c->leak != 0.0)
	{
		ScCorrelation rest = sc_without_leak(c);
		double		rest_low;
		double		rest_high;

		fisher_interval(&rest, quantile, &rest_low, &rest_high);
		*low = fmin(*low, rest_low);
		*high = fmax(*high, rest_high);
	}
	return true;
}

void
sc_bound_interval(ScMethod method, size_t n, double quantile, double *low,
				  double *high)
{
	ScCorrelation perfect = {0};
	double		nearest = -1.0;
	double		one;

	perfect.method = method;
	perfect.n = n;
	perfect.corr = 1.0;
	sc_interval(&perfect, quantile, &nearest, &one);
	*low = fmin(*low, nearest);
	*high = fmax(*high, -nearest);
}

double
sc_least_p_value(size_t n)
{
	double		p = 2.0;
	size_t		k;

	for (k = 2; k <= n && p > DBL_MIN; k++)
		p /= (double) k;
	return p < DBL_MIN ? DBL_MIN : p > 1.0 ? 1.0 : p;
}

static double
normal_p_value(double z)
{
	gsl_error_handler_t *saved;
	double		p;

	saved = sc_gsl_enter();
	p = 2.0 * gsl_cdf_ugaussian_Q(fabs(z));
	sc_gsl_leave(saved);
	return p;
}

/* By Student's t; given controls no less than by the interval. */
static double
fisher_p_value(const ScCorrelation *c)
{
	double		r = c->corr;
	double		p = sc_student_of_correlation(r, (1.0 - r) * (1.0 + r),
											  (double) sc_free_observations(c) - 2.0);
	double		normal;

	if (c->method != SC_SPEARMAN || c->controls == 0 || is_too_few(c))
		return p;
	normal = normal_p_value(sc_correlation_z(c) / sc_z_error(c));
	return normal > p ? normal : p;
}

double
sc_p_value(const ScCorrelation *c)
{
	double		p = 1.0;
	double		least = sc_least_p_value(sc_free_observations(c));

	switch (c->method)
	{
		case SC_SPEARMAN:
		case SC_PEARSON:
			p = fisher_p_value(c);
			if (c->leak != 0.0)
			{
				ScCorrelation rest = sc_without_leak(c);
				double		other = fisher_p_value(&rest);

				p = other > p ? other : p;
			}
			break;
		case SC_KENDALL:
			p = normal_p_value(c->kendall_s / sqrt(c->kendall_var));
			break;
	}
	/* fmax() would make a number of a NaN: certainty */
	return p < least ? least : p > 1.0 ? 1.0 : p;
}
