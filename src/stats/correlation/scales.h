/*-------------------------------------------------------------------------
 *
 * scales.h
 *	  A correlation on the scale of another method.
 *
 * Of a bivariate normal distribution with Pearson's correlation r Spearman's is rho and
 * Kendall's tau, r = 2 sin(pi rho / 6) = sin(pi tau / 2) (Kendall, Rank Correlation
 * Methods, 1970).
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_SCALES_H
#define SC_STATS_CORRELATION_SCALES_H

#include "stats/correlation/correlate.h"

/* From a method's scale to Pearson's: 1 of 1, exactly. */
extern double sc_to_pearson(ScMethod method, double corr);

/* And back; an r that is larger than 1 in magnitude counts as 1. */
extern double sc_from_pearson(ScMethod method, double r);

#endif							/* SC_STATS_CORRELATION_SCALES_H */
