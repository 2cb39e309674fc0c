/*-------------------------------------------------------------------------
 *
 * variations.h
 *	  How far correlations with capability move when something changes that
 *	  should not matter.
 *
 * One capability benchmark, one model or one family is left out and everything
 * refitted; the correlation or the component is taken in another way.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_VARIATIONS_H
#define SC_FUNCTIONS_ANALYSES_VARIATIONS_H

#include "functions/analyses/correlation_rows.h"
#include "functions/analyses/families.h"
#include "functions/analyses/leave_out.h"
#include "stats/correlation/infer.h"
#include "stats/correlation/verdict.h"

/* A target and how far it moves; NaN is a number that is not there. */
typedef struct RobustnessRow
{
	CorrelationRow base;
	LeaveOutRow left_out;
	double		pearson;
	double		kendall;
	double		pca_pearson;
	double		mean_z;
	bool		sign_flips;
	bool		verdict_flips;
} RobustnessRow;

/* What is the same for all rows of a call. */
typedef struct Robustness
{
	ScoreColumns columns;
	CapabilityRecipe recipe;
	CapabilityRecipe pearson;	/* with Pearson's matrix */
	Families	families;
	double		quantile;
	double		threshold;		/* of the verdict; on Kendall's scale: */
	double		threshold_kendall;
} Robustness;

/* A row without any answer yet. */
extern void sc_robustness_row_init(RobustnessRow *row, uint32 target, const char *role);

/* The verdict of a correlation by its interval, on the scale of its method. */
extern ScVerdict sc_robustness_verdict(const Robustness *r, const ScCorrelation *c);

/*
 * Correlates m targets with the component of d of the capability benchmarks, and varies
 * that.
 */
extern void sc_vary_rows(const Robustness *r, RobustnessRow **row, uint32 m,
						 const BenchmarkSet *capabilities,
						 const uint32 *capability, uint32 d);

/* The same of a target that is part of the component, with that of the others. */
extern void sc_vary_with_others(const Robustness *r, RobustnessRow *row,
								const BenchmarkSet *capabilities);

#endif							/* SC_FUNCTIONS_ANALYSES_VARIATIONS_H */
