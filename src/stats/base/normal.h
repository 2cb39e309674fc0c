/*-------------------------------------------------------------------------
 *
 * normal.h
 *	  Normal random numbers.  Private to the stats floor.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_BASE_NORMAL_H
#define SC_STATS_BASE_NORMAL_H

#include <gsl/gsl_cdf.h>

#include "stats/base/gsl_guard.h"
#include "stats/base/philox.h"

/*
 * The next standard normal number of a stream: the quantile at
 * sc_philox_uniform(), of one number, so that scipy.stats.norm.ppf makes the
 * same.  At most 8.3 in magnitude.
 */
static inline double
sc_philox_normal(ScPhilox *p)
{
	double		uniform = sc_philox_uniform(p);
	gsl_error_handler_t *saved = sc_gsl_enter();
	double		normal = gsl_cdf_ugaussian_Pinv(uniform);

	sc_gsl_leave(saved);
	return normal;
}

#endif							/* SC_STATS_BASE_NORMAL_H */
