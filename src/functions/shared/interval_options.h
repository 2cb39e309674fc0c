/*-------------------------------------------------------------------------
 *
 * interval_options.h
 *	  The parameters of an interval together: confidence, ci, resamples, seed,
 *	  families.
 *
 * They stand side by side, in this order, in every function that has them all;
 * those that have fewer read them one by one (arguments.h).
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_SHARED_INTERVAL_OPTIONS_H
#define SC_FUNCTIONS_SHARED_INTERVAL_OPTIONS_H

#include "fmgr.h"

#include "functions/shared/arguments.h"
#include "types/score_matrix/matrix_flat.h"

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
 * Reads the five arguments confidence to families from argument first on.  allowed
 * is the set of kinds that the function knows; preferred is what NULL means without
 * families (with them it means jackknife).  Models of one family are those to whose names the
 * JSON object gives the same string; a model that it lacks, or to which it gives
 * null, is a family of its own; names that are no models are ignored.  22023 for
 * what is malformed, for families with another ci than jackknife or none, and for
 * jackknife without families.
 */
extern void sc_interval_options(FunctionCallInfo fcinfo, int first,
								const ScoreMatrixView *view,
								int allowed, CiKind preferred,
								IntervalOptions *options);

/* The families alone, of argument i; the rest of the options stays as it is. */
extern void sc_families_argument(FunctionCallInfo fcinfo, int i,
								 const ScoreMatrixView *view,
								 IntervalOptions *options);

#endif							/* SC_FUNCTIONS_SHARED_INTERVAL_OPTIONS_H */
