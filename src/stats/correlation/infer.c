/*-------------------------------------------------------------------------
 *
 * infer.c
 *	  Intervals, p-values and verdicts of a correlation.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "stats/base/gsl_guard.h"
#include "stats/correlation/infer.h"
#include "stats/base/student.h"

/* What 1 - |corr| stands for where corr is 1 or -1: half a rank step. */
static double
half_rank_step(double n)
{
	return 6.0 / (n * (n - 1.0) * (n + 1.0));
}

double
sc_fisher_z(double corr, size_t n)
{
	double		step;

	if (fabs(corr) < 1.0)
		return atanh(corr);

	/* atanh(1 - step), also where 1 - step rounds to 1 */
	step = half_rank_step((double) n);
	return copysign(0.5 * log((2.0 - step) / step), corr);
}

double
sc_normal_quantile(double confidence)
{
	gsl_error_handler_t *saved = sc_gsl_enter();
	double		quantile = gsl_cdf_ugaussian_Qinv((1.0 - confidence) / 2.0);

	sc_gsl_leave(saved);
	return quantile;
}

bool
sc_interval(const ScCorrelation *c, double quantile, double *low,
			double *high)
{
	double		n = (double) c->n;
	double		r = c->corr;
	double		z = sc_fisher_z(r, c->n);
	double		variance = 0.0;
	double		half_width;

	if (c->n < 4 || (c->method == SC_KENDALL && c->n < 5))
		return false;

	if (fabs(r) == 1.0)
		r = copysign(1.0 - half_rank_step(n), r);

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

	half_width = quantile * sqrt(variance);

	/* at 1 or -1 the estimate itself is the end on its side */
	*low = fmin(tanh(z - half_width), c->corr);
	*high = fmax(tanh(z + half_width), c->corr);
	return true;
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
			p = sc_student_of_correlation(r, x, n - 2.0);
			break;
		case SC_PEARSON:
			p = sc_student_of_correlation(r, x, n - 2.0);
			break;
		case SC_KENDALL:
			p = normal_p_value(c->kendall_s / sqrt(c->kendall_var));
			break;
	}
	/* fmax() would make 0 of a NaN: certainty */
	return p < 0.0 ? 0.0 : p > 1.0 ? 1.0 : p;
}

double
sc_kendall_of_spearman(double rho)
{
	return asin(2.0 * sin(M_PI * rho / 6.0)) * 2.0 / M_PI;
}

ScVerdict
sc_verdict(double low, double high, double threshold)
{
	if (low >= threshold)
		return SC_ENTANGLED;
	if (high <= -threshold)
		return SC_INVERSE;
	if (low >= -threshold && high <= threshold)
		return SC_LOW;
	if (low > 0.0)
		return SC_POSITIVE;
	if (high < 0.0)
		return SC_NEGATIVE;
	return SC_UNRESOLVED;
}

const char *
sc_verdict_word(ScVerdict verdict)
{
	switch (verdict)
	{
		case SC_ENTANGLED:
			return "entangled";
		case SC_INVERSE:
			return "inverse";
		case SC_LOW:
			return "low";
		case SC_POSITIVE:
			return "positive";
		case SC_NEGATIVE:
			return "negative";
		case SC_UNRESOLVED:
			break;
	}
	return "unresolved";
}
