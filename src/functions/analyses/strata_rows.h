/*-------------------------------------------------------------------------
 *
 * strata_rows.h
 *	  The rows of capabilities_strata_difference in the making.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_ANALYSES_STRATA_ROWS_H
#define SC_FUNCTIONS_ANALYSES_STRATA_ROWS_H

#include "functions/analyses/strata.h"
#include "functions/analyses/strata_components.h"
#include "functions/analyses/target_pairs.h"
#include "functions/analyses/targets.h"
#include "functions/shared/arguments.h"

typedef struct StrataOptions
{
	ScMethod	method;
	CapabilityRecipe recipe;
	bool		exclude_self;
	double		confidence;
	CiKind		kind;
} StrataOptions;

/* A target in one stratum; NaN is a number that is not there. */
typedef struct StrataSide
{
	TargetCorrelation result;
	double		corr;
	double		capability_sd;
	int			sign;			/* of all of its interval; 0: it contains 0 */
	bool		noisy;
} StrataSide;

typedef struct StrataRow
{
	const StrataPlace *place;
	StrataSide	side[2];
	const char *role;
	bool		opposed;		/* by directions that differ: no difference */
	int32		n_families;		/* -1: none */
	double		congruence;
	double		low;
	double		high;
	double		p_value;
	double		q_value;
	int			sign_changes;	/* -1: not known */
	const char *status;			/* SC_STATUS_OK or why something is missing */
} StrataRow;

/* Says why something is missing, or what to keep in mind: the first status stays. */
static inline void
sc_say_status(StrataRow *row, const char *status)
{
	if (strcmp(row->status, SC_STATUS_OK) == 0)
		row->status = status;
}

/*
 * Finds interval, p-value and the sign of both sides of rows that may be tested, n of them,
 * correlated with the fits of this pair: with families by the jackknife, but never surer than
 * the formula.  Where there is none, the row's status says why, and p_value is NaN.
 */
extern void sc_set_strata_intervals(const Strata *strata, const FitPair *pair, StrataRow **row,
									uint32 n, const StrataOptions *options);

#endif							/* SC_FUNCTIONS_ANALYSES_STRATA_ROWS_H */
