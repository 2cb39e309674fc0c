/*-------------------------------------------------------------------------
 *
 * chance.h
 *	  Is a first component more than chance, and how reliable is its score?
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_COMPONENT_CHANCE_H
#define SC_STATS_COMPONENT_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/base/poll.h"
#include "stats/correlation/correlation_matrix.h"

/*
 * The largest eigenvalue that chance exceeds in 5 % of samples: the 0.95 quantile of
 * that of the correlation matrix of n models and d >= 2 independent benchmarks.
 * What parallel analysis simulates (Horn 1965) by a formula: centring and scaling of
 * Johnstone, Ann. Statist. 29 (2001) 295-327, as Saccenti & Timmerman, Psychometrika 82
 * (2017) 186-209, with m = sqrt(n - 1), p = sqrt(d),
 *
 *		L = ((m + p)^2 + 0.97931605 (m + p) (1/m + 1/p)^(1/3)) / (n - 1)
 *		threshold = min(d, L exp(-sum over i, j = 1..3 of c[i][j] / (m^i p^j)))
 *
 * where 0.979... is the 0.95 quantile of Tracy and Widom's distribution (beta = 1) and c,
 * one for each kind of matrix, was fitted to quantiles simulated at 18 n from 5 on by 14
 * d: the trace of a correlation matrix is fixed, that of their Wishart matrix is not.
 * Within 1 % of the simulated quantile for n >= 5 and 2 <= d <= 500 (but for 1.13 % of
 * Spearman's at 5 models and 3 benchmarks, where it is a step); src/stats/README.md has
 * the level.  n need not be whole; of 2 or less
 * nothing is above chance, and the threshold is d.
 */
extern double sc_chance_threshold(double n, double d, ScPca pca);

/* Is the largest of d eigenvalues above that, by more than rounding? */
extern bool sc_is_above_chance(double eigenvalue, double n, double d, ScPca pca);

/*
 * How many independent models n models of families are worth where the largest of d
 * eigenvalues is judged: not more than n, and n where every model is alone or all are of
 * one family.
 *
 *		n / (1 + rho^(1 + 1 / sqrt(d - 1)) (m^(1 - w) M^w - 1)),	w = d / (d + n)
 *
 * rho is the mean over the benchmarks of the intraclass correlation of their ranks
 * (values, with Pearson's matrix) in the families, by analysis of variance (e.g. Donner,
 * Int. Stat. Rev. 54 (1986) 67-82), at least 0; m the mean size of a model's family,
 * sum of m[f]^2 / n, and M the largest.  Of two benchmarks the variance of their
 * correlation grows by 1 + rho^2 (m - 1); with many the largest eigenvalue is that of
 * the models, 1 + rho (M - 1); what lies between was chosen, and simulated
 * (src/stats/README.md).
 *
 * x is the table, column by column, as sc_capability_fit() has it; family[i] < n_families
 * that of model i.  missing (NULL: none) are cells that do not count.
 */
extern double sc_effective_models(const double *x, const bool *missing, size_t n, size_t d,
								  const uint32_t *family, size_t n_families, ScPca pca,
								  void *work, ScPoll poll);

/* Bytes of workspace for it. */
extern size_t sc_effective_models_workspace(size_t n, size_t n_families);

/*
 * The reliability of the score of a first component of d benchmarks, Armor's theta
 * (Sociological Methodology 5 (1974) 17-50): d / (d - 1) (1 - 1 / eigenvalue).
 * NaN for one benchmark.
 */
extern double sc_score_reliability(double eigenvalue, double d);

/* Below this a score is called unreliable. */
#define SC_MIN_SCORE_RELIABILITY 0.7

#endif							/* SC_STATS_COMPONENT_CHANCE_H */
