/*-------------------------------------------------------------------------
 *
 * impute.h
 *	  Scores that are missing from the capability benchmarks, imputed by
 *	  regularised iterative principal components analysis, one component.
 *
 * Josse & Husson, "Handling missing values in exploratory multivariate data
 * analysis methods", J. SFdS 153 (2012) 79-99, section 3 (their imputePCA): column
 * means are imputed, the table is standardised, reduced to its first component, and
 * what the component, shrunk, predicts of each missing score is imputed, until that
 * changes no more.  With z the standardised columns (ddof = 0) of the imputed
 * table, R = z'z / n, lambda its largest eigenvalue and v the unit eigenvector,
 *
 *		sigma2 = n d / min(d, n - 1) * (d - lambda) / ((n - 2) (d - 1)),
 *				 at most R's second eigenvalue
 *		shrink = 1 - sigma2 / lambda
 *		t = z v
 *		a missing score = mean + sd * shrink * v * t		of its column and model
 *
 * Where nothing moves, t of a model depends on its observed scores alone:
 *
 *		t = sum over them of v z / (1 - shrink * (1 - sum over them of v^2))
 *
 * and that is what is iterated here, near the end with the like of it for columns.
 * So tens of steps do what takes imputePCA hundreds, to the same fixed point.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_STATS_IMPUTATION_IMPUTE_H
#define SC_STATS_IMPUTATION_IMPUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/component/capability.h"
#include "stats/base/status.h"

/*
 * It has converged where the component is R's first and one step changes no weight,
 * no mean and standard deviation (in units of the latter) and no share of the
 * variance by more than the tolerance, this one for what is shown.
 */
#define SC_IMPUTE_TOLERANCE 1e-12

/* The most steps that are made. */
#define SC_MAX_IMPUTE_STEPS 10000

/*
 * By what scores are imputed, in the caller's memory: of n models and d benchmarks.
 */
typedef struct ScImputation
{
	ScSpread   *spread;			/* d, of the imputed columns */
	double	   *weight;			/* d: v */
	double	   *noise;			/* d: standard deviation of z - v t */
	double	   *t;				/* n */
	double		shrink;			/* 0 to 1; 1 if the component explains all */
	size_t		steps;			/* made, for tests; 0 if nothing was missing */
	size_t		column;			/* SC_TOO_FEW_SCORES, SC_CONSTANT_COLUMN: the
								 * first such column */
} ScImputation;

/*
 * Bytes of workspace for sc_impute(), of n models, and of any number up to n: with
 * fewer it may take more.
 */
extern size_t sc_impute_workspace(size_t n, size_t d);
extern size_t sc_impute_workspace_up_to(size_t n, size_t d);

/*
 * Imputes the missing scores of x, n models x d benchmarks as in capability.h:
 * missing[j * n + i] says whether x[j * n + i] is one, which then is not read.
 * Imputed scores are finite and at most SC_MAX_SCORE in magnitude.  Equal models get
 * equal ones.  With nothing missing x stays as it is and of out only steps is set.
 *
 * The noise of a column is estimated from the residuals z - v t of its n_j observed
 * scores.  Degrees of freedom are taken off for two parameters, and for how much
 * each t depends on this very score, a:
 *
 *		noise^2 = sum of (z - v t)^2 / ((1 - 2 / n_j) * sum of (1 - a))
 *		a = v^2 / (1 - shrink * (1 - sum over the model's observed scores of v^2))
 *
 * It is 1 where every a is 1: these scores are then their models' only ones.
 *
 * SC_TOO_MANY_COLUMNS, SC_TOO_FEW_MODELS, SC_TOO_FEW_SCORES (a benchmark has
 * fewer than SC_MIN_MODELS), SC_CONSTANT_COLUMN (its observed scores are
 * equal), SC_NOT_CONNECTED (sc_impute_groups(): of one benchmark always), SC_UNDEFINED_COMPONENT,
 * SC_NOT_CONVERGED, SC_SOLVER_FAILED: x is undefined where scores are missing.
 * SC_OK.
 */
extern ScStatus sc_impute(double *x, const bool *missing, size_t n, size_t d,
						  double tolerance, void *work, ScPoll poll, ScImputation *out);

/*
 * t of models by a given imputation: its weight, spread and shrink, by the formula
 * above.  It is the conditional expectation of z v given the observed scores, if z
 * is normal with the covariance matrix of a probabilistic PCA, (lambda - sigma2) v v'
 * + sigma2 (Tipping & Bishop, J. R. Statist. Soc. B 61 (1999) 611-622).  A model with
 * nothing missing (missing NULL: all) has its sc_component_score().
 */
extern void sc_impute_project(const double *x, const bool *missing, size_t n,
							  size_t d, const ScImputation *imputation,
							  ScPoll poll, double *t);

/* sigma2 of the formula above, n models. */
extern double sc_impute_sigma2(double n, size_t d, double lambda, double second);

/*
 * The standard errors of what sc_impute() imputed, se[j * n + i]; 0 for what was
 * observed.  Each is that of a regression's prediction and of t,
 *
 *		sd^2 * (noise^2 * (1 + 1 / n_j + (t - mean_j)^2 / S_j) + (shrink v)^2 var)
 *
 * mean_j and S_j, the sum of squared deviations, being of t over the models
 * that have the benchmark, and var the variance of t,
 *
 *		var = sum of (v noise)^2 / (1 - shrink * (1 - sum of v^2))^2
 *
 * over the model's observed scores.  At most DBL_MAX.
 */
extern void sc_imputation_errors(const bool *missing, size_t n, size_t d,
								 const ScImputation *imputation, ScPoll poll,
								 double *se);

/*
 * Groups of models that no benchmark connects: without a score in common nothing
 * says how those of one compare with those of another.  group[i], numbered from 0
 * in the order of their first models.  Models without any score are groups of
 * their own.  parent has room for n.  Returns how many groups there are.
 */
extern size_t sc_impute_groups(const bool *missing, size_t n, size_t d,
							   uint32_t *parent, ScPoll poll, uint32_t *group);

#endif							/* SC_STATS_IMPUTATION_IMPUTE_H */
