/*-------------------------------------------------------------------------
 *
 * views_source.h
 *	  The table that create_capabilities_views() is told of, as SQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_VIEWS_VIEWS_SOURCE_H
#define SC_FUNCTIONS_VIEWS_VIEWS_SOURCE_H

#include "fmgr.h"

/* The longest window of releases, in days. */
#define SC_MAX_WINDOW_DAYS 36500

/* Where the scores are: pieces of SQL, all names and values quoted. */
typedef struct ViewSource
{
	const char *extension;		/* schema of our functions */
	const char *relation;		/* the table, with its schema */
	const char *model;			/* expressions over s, a row of it: text */
	const char *benchmark;		/* text */
	const char *score;			/* float8 */
	const char *strata;			/* text, or NULL */
	const char *released;		/* date, or NULL */
	const char *capabilities;	/* text[] */
	const char *lower_is_better;	/* text[] */
	const char *covariates;		/* text[] */
	int			window_days;
	bool		impute;
	const char *recipe;			/* arguments missing and min_scores, or "" */
} ViewSource;

/*
 * Reads the arguments source (the second) to min_scores and returns the source.
 * The schema of our functions is left to the caller.  22023 for NULL
 * or malformed ones, 42703 for a column that is not there, 42804 for one of the wrong
 * type, 42809 for a source that is no table or view, or temporary.
 */
extern Oid	sc_view_source(FunctionCallInfo fcinfo, ViewSource *source);

#endif							/* SC_FUNCTIONS_VIEWS_VIEWS_SOURCE_H */
