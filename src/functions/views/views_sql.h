/*-------------------------------------------------------------------------
 *
 * views_sql.h
 *	  The views that create_capabilities_views() makes: their names, columns,
 *	  queries and comments, as text.
 *
 * Nothing here touches the database.  Whatever comes from the user is quoted
 * before it gets here, see ViewSource.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_VIEWS_VIEWS_SQL_H
#define SC_FUNCTIONS_VIEWS_VIEWS_SQL_H

#include "lib/stringinfo.h"

#include "functions/views/views_source.h"

/* What follows a view's name in that of the materialised view behind it. */
#define VIEW_DATA_SUFFIX "_data"

/* The end of the comment of everything we make: by this it is known again. */
#define VIEW_MARK "Made by create_capabilities_views() of safetycorr."

/* A column that we add; name is NULL after the last. */
typedef struct ViewColumn
{
	const char *name;
	Oid			type;
	const char *comment;
} ViewColumn;

/*
 * A view: the columns that come before those of its function, and those of its
 * function that it has, all or some.
 */
typedef struct ViewKind
{
	const char *name;
	const char *function;		/* of a score_matrix m */
	const char *arguments;		/* beside m: ", name => value", or "" */
	const char *const *columns; /* of the function's rows, NULL after the last; NULL for all */
	const char *key;			/* columns that tell its rows apart */
	bool		fitted;			/* needs all capability benchmarks */
	bool		moving;			/* one matrix per window of releases */
	const char *comment;
} ViewKind;

extern const ViewKind sc_view_kinds[];
extern const int sc_n_view_kinds;

/* The columns before those of the function. */
extern const ViewColumn *sc_view_leading_columns(const ViewKind *kind);

/*
 * Appends the query of a view with the given columns of its function.  A
 * matrix is built once for each stratum or window, and the function called once on it;
 * a matrix that lacks a capability benchmark altogether has no rows, where
 * the component is needed.
 */
extern void sc_view_query(StringInfo sql, const ViewKind *kind, const ViewSource *source,
						  const char *const *columns, int n_columns);

/* Appends the matrix of all scores, one row with one column m. */
extern void sc_view_whole_matrix(StringInfo sql, const ViewSource *source);

#endif							/* SC_FUNCTIONS_VIEWS_VIEWS_SQL_H */
