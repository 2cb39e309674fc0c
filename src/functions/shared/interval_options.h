/*-------------------------------------------------------------------------
 *
 * interval_options.h
 *	  The parameters that say how sure a number shall be: confidence, ci,
 *	  resamples, seed, families, threshold.
 *
 * They stand side by side, in this order, in every function that has them all;
 * those that have fewer read them one by one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_SHARED_INTERVAL_OPTIONS_H
#define SC_FUNCTIONS_SHARED_INTERVAL_OPTIONS_H

#include "fmgr.h"

#include "types/score_matrix/matrix_flat.h"
#include "stats/correlation/correlate.h"

/* Limits of "resamples". */
#define SC_MIN_RESAMPLES 100
#define SC_MAX_RESAMPLES 100000

typedef enum CiKind
{
	CI_NONE,
	CI_ANALYTIC,
	CI_BOOTSTRAP,				/* over models, percentiles */
	CI_JACKKNIFE				/* over families of models */
} CiKind;

/* Sets of kinds, for functions that do not know them all. */
#define CI_BIT(kind) (1 << (kind))
#define CI_ALL (CI_BIT(CI_NONE) | CI_BIT(CI_ANALYTIC) | CI_BIT(CI_BOOTSTRAP) | CI_BIT(CI_JACKKNIFE))

typedef struct IntervalOptions
{
	CiKind		kind;
	double		confidence;
	int32		resamples;
	uint64		seed;
	uint32		n_families;		/* of all models; 0 without families */
	uint32	   *family;			/* [n_models], numbers below n_families; NULL without */
	text	  **family_name;	/* [n_families]; of a model alone its own */
} IntervalOptions;

/*
 * Reads the five arguments confidence to families from argument first on.  allowed is the set of kinds
 * that the function knows; preferred is what NULL means without families (with
 * them it means jackknife).  Models of one family are those to whose names the
 * JSON object gives the same string; a model that it lacks, or to which it gives
 * null, is a family of its own; names that are no models are ignored.  22023 for
 * what is malformed, for families with another ci than jackknife or none, and for
 * jackknife without families.
 */
extern void sc_interval_options(FunctionCallInfo fcinfo, int first,
								const ScoreMatrixView *view,
								int allowed, CiKind preferred,
								IntervalOptions *options);

/*
 * The threshold of the verdict: argument i, or the paper's 0.4 on the scale of the
 * method.
 */
extern double sc_threshold_argument(FunctionCallInfo fcinfo, int i, ScMethod method);

/* The parameter ci alone, without families. */
extern CiKind sc_ci_argument(FunctionCallInfo fcinfo, int i, int allowed,
							 CiKind preferred);

/* The others. */
extern int32 sc_resamples_argument(FunctionCallInfo fcinfo, int i);
extern uint64 sc_seed_argument(FunctionCallInfo fcinfo, int i);
extern void sc_families_argument(FunctionCallInfo fcinfo, int i,
								 const ScoreMatrixView *view,
								 IntervalOptions *options);

#endif							/* SC_FUNCTIONS_SHARED_INTERVAL_OPTIONS_H */
