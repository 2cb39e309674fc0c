/*-------------------------------------------------------------------------
 *
 * infer.c
 *	  Intervals and p-values of a correlation.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "gsl_guard.h"
#include "infer.h"

/* What 1 - |corr| stands for where corr is 1 or -1: half a rank step. */
static double
half_rank_step(double n)
{
	return 6.0 / (n * (n - 1.0) * (n + 1.0));
}

bool
sc_interval(const ScCorrelation *c, double confidence, double *low,
			double *high)
{
	double		n = (double) c->n;
	double		r = c->corr;
	double		z;
	double		variance = 0.0;
	double		half_width;
	gsl_error_handler_t *saved;

	if (c->n < 4 || (c->method == SC_KENDALL && c->n < 5))
		return false;

	if (fabs(r) < 1.0)
		z = atanh(r);
	else
	{
		/* atanh(1 - step), also where 1 - step rounds to 1 */
		double		step = half_rank_step(n);

		z = copysign(0.5 * log((2.0 - step) / step), r);
		r = copysign(1.0 - step, r);
	}

	switch (c->method)
	{
		case SC_SPEARMAN:
			variance = (1.0 + r * r / 2.0) / (n - 3.0);
			break;
		case SC_PEARSON:
			variance = 1.0 / (n - 3.0);
			break;
		case SC_KENDALL:
			variance = 0.437 / (n - 4.0);
			break;
	}

	saved = sc_gsl_enter();
	half_width = gsl_cdf_ugaussian_Qinv((1.0 - confidence) / 2.0) *
		sqrt(variance);
	sc_gsl_leave(saved);

	/* at 1 or -1 the estimate itself is the end on its side */
	*low = fmin(tanh(z - half_width), c->corr);
	*high = fmax(tanh(z + half_width), c->corr);
	return true;
}

/*
 * P(Beta(nu / 2, 1/2) <= x), x = 1 - r^2, with nu = n - 2: Student's t test of
 * t^2 = nu r^2 / x.  Near r = 0 it is asked for as P(Beta(1/2, nu / 2) >= r^2),
 * the same thing, because x is 1 there and no longer knows r; elsewhere not,
 * because for nu > 200,000 GSL forms that as a difference from 1.
 */
static double
student_p_value(double r, double x, double nu)
{
	gsl_error_handler_t *saved;
	double		p;

	saved = sc_gsl_enter();
	if (nu * r * r < x)
		p = gsl_cdf_beta_Q(r * r, 0.5, nu / 2.0);
	else
		p = gsl_cdf_beta_P(x, nu / 2.0, 0.5);
	sc_gsl_leave(saved);
	return p;
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

double
sc_p_value(const ScCorrelation *c)
{
	double		n = (double) c->n;
	double		r = c->corr;
	double		x = (1.0 - r) * (1.0 + r);
	double		p = 1.0;

	switch (c->method)
	{
		case SC_SPEARMAN:
			if (x == 0.0)
			{
				double		step = half_rank_step(n);

				x = step * (2.0 - step);
				r = 1.0 - step;
			}
			p = student_p_value(r, x, n - 2.0);
			break;
		case SC_PEARSON:
			p = student_p_value(r, x, n - 2.0);
			break;
		case SC_KENDALL:
			p = normal_p_value(c->kendall_s / sqrt(c->kendall_var));
			break;
	}
	return fmin(fmax(p, 0.0), 1.0);
}
