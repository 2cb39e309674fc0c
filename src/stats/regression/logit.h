/*-------------------------------------------------------------------------
 *
 * logit.h
 *	  The logit of a share, and back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_REGRESSION_LOGIT_H
#define SC_STATS_REGRESSION_LOGIT_H

#include <math.h>

/*
 * log(p / (1 - p)) for 0 < p < 1.  In the middle, where the quotient is near 1, by
 * 2 p - 1, which is exact there: to some units in the last place, and of 1 - p, where
 * that is exact, the opposite.
 */
static inline double
sc_logit(double p)
{
	if (p < 0.25)
		return log(p / (1.0 - p));
	if (p > 0.75)
		return -log((1.0 - p) / p);
	return 2.0 * atanh(2.0 * p - 1.0);
}

/* The p, from 0 to 1, of which x is the logit. */
static inline double
sc_logistic(double x)
{
	double		e = exp(-fabs(x));

	return x < 0.0 ? e / (1.0 + e) : 1.0 / (1.0 + e);
}

#endif							/* SC_STATS_REGRESSION_LOGIT_H */
