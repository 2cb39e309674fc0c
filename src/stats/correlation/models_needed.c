/*-------------------------------------------------------------------------
 *
 * models_needed.c
 *	  How many models a verdict takes.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "stats/base/gsl_guard.h"
#include "stats/correlation/infer.h"
#include "stats/correlation/models_needed.h"

/* The fewest that have an interval. */
#define LEAST 4

/* What n models find of |corr|; rises with n. */
static double
power_of(double corr, size_t n, double threshold, double quantile)
{
	ScCorrelation c = {.method = SC_SPEARMAN,.n = n,.corr = corr};
	ScCorrelation perfect = {.method = SC_SPEARMAN,.n = n,.corr = 1.0};
	double		zeta = atanh(threshold);
	double		z = sc_fisher_z(corr, n);
	double		error = sc_z_error(&c);

	/* with so few that not even a perfect order has the verdict none has it */
	if (corr > threshold)
		return sc_deviate(&perfect, threshold) < quantile ? 0.0 :
			gsl_cdf_ugaussian_P((z - zeta) / error - quantile);
	if (zeta <= quantile * error)
		return 0.0;
	return gsl_cdf_ugaussian_P((zeta - z) / error - quantile) -
		gsl_cdf_ugaussian_P(quantile - (zeta + z) / error);
}

int32_t
sc_models_needed(double corr, double threshold, double power, double confidence)
{
	double		size = fabs(corr);
	double		quantile = sc_normal_quantile(confidence);
	int64_t		low = LEAST - 1;
	int64_t		high = LEAST;
	gsl_error_handler_t *saved;

	if (size == threshold)
		return 0;
	saved = sc_gsl_enter();
	while (high <= INT32_MAX && power_of(size, (size_t) high, threshold, quantile) < power)
	{
		low = high;
		high *= 2;
	}
	while (high - low > 1 && low < INT32_MAX)
	{
		int64_t		middle = low + (high - low) / 2;

		if (power_of(size, (size_t) middle, threshold, quantile) < power)
			low = middle;
		else
			high = middle;
	}
	sc_gsl_leave(saved);
	return high > INT32_MAX ? 0 : (int32_t) high;
}
