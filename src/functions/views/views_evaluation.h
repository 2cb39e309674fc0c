/*-------------------------------------------------------------------------
 *
 * views_evaluation.h
 *	  The relation (stratum text, m score_matrix) that create_capabilities_views()
 *	  is told of, as SQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_VIEWS_VIEWS_EVALUATION_H
#define SC_FUNCTIONS_VIEWS_VIEWS_EVALUATION_H

#include "fmgr.h"

/* The covariate that holds release dates, as days since 1970-01-01. */
#define VIEW_RELEASED "released"

/* Where the matrices are: pieces of SQL, all names quoted. */
typedef struct Evaluation
{
	Oid			oid;
	const char *extension;		/* schema of our functions */
	const char *relation;		/* the relation, with its schema */
	const char *stratum;		/* expressions over e, a row of it: text */
	const char *m;				/* score_matrix */
} Evaluation;

/*
 * Reads argument i, a relation, and its columns; extension_schema is that of our
 * types.  22023 for NULL, 42P01 for a relation that is not there, 42809 for one that is
 * no table or view, or temporary, 42703 for a column that is not there, 42804 for
 * one of another type.
 */
extern void sc_view_evaluation(FunctionCallInfo fcinfo, int i, Oid extension_schema,
							   Evaluation *evaluation);

/* What the matrices have that some views want. */
typedef struct EvaluationHas
{
	bool		released;		/* the covariate of release dates, in one */
	bool		strata;			/* two strata to VIEW_MAX_STRATA */
} EvaluationHas;

/* Strata beside each other in pairs, 190 of them; of more there is no view. */
#define VIEW_MAX_STRATA 20

/*
 * Reads the matrices once, within SPI, so that what is wrong with scores or names comes out now, and not
 * in somebody's dashboard.  22023 for a matrix that has no capability benchmarks
 * marked, 23505 for a stratum that stands twice.  Rows with a NULL are passed over,
 * as by the views.
 */
extern void sc_view_check_matrices(const Evaluation *evaluation, EvaluationHas *has);

#endif							/* SC_FUNCTIONS_VIEWS_VIEWS_EVALUATION_H */
