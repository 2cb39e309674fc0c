/*-------------------------------------------------------------------------
 *
 * models_needed.h
 *	  How many models a verdict takes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_CORRELATION_MODELS_NEEDED_H
#define SC_STATS_CORRELATION_MODELS_NEEDED_H

#include <stdint.h>

/*
 * The least number n of independent models with which the interval of Spearman's
 * correlation lies wholly beyond the threshold, where |corr| is above it, or wholly
 * within, where it is below, with at least the given probability: of z about
 * normal with mean atanh(corr) and the variance of the interval (infer.h; Bonett &
 * Wright, Psychometrika 65 (2000) 23-28), for "within"
 *	  Phi((zeta - z) / se - q) - Phi(q - (zeta + z) / se)
 * with zeta = atanh(threshold) and q the normal quantile of the confidence.
 * Beyond, n is one with which a perfect order has the verdict.
 * 0 if |corr| is the threshold, or so near it that n would not fit.
 * -1 <= corr <= 1; threshold, power and confidence are greater than 0 and less than 1.
 */
extern int32_t sc_models_needed(double corr, double threshold, double power,
								double confidence);

#endif							/* SC_STATS_CORRELATION_MODELS_NEEDED_H */
