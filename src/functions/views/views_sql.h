/*-------------------------------------------------------------------------
 *
 * views_sql.h
 *	  The views that create_capabilities_views() makes: their names, columns,
 *	  queries and comments, as text.
 *
 * Nothing here touches the database.  Whatever comes from the user is quoted
 * before it gets here, see Evaluation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_VIEWS_VIEWS_SQL_H
#define SC_FUNCTIONS_VIEWS_VIEWS_SQL_H

#include "lib/stringinfo.h"

#include "functions/views/views_evaluation.h"

/* What follows a view's name in that of the materialised view behind it. */
#define VIEW_DATA_SUFFIX "_data"

/* The function that makes the views: by its name they are known again. */
#define VIEW_MAKER "create_capabilities_views"

/* A column that is not as it comes from the function; name is NULL after the last. */
typedef struct ViewColumn
{
	const char *name;
	Oid			type;
	const char *expression;		/* over q (stratum, m, or both of a pair) and
								 * c, a row of the function */
	const char *comment;		/* NULL: that of the function's column */
} ViewColumn;

/* What a view is of. */
typedef enum ViewOf
{
	OF_STRATUM,
	OF_DATES,					/* over time: of matrices with release dates
								 * alone */
	OF_PAIR						/* of strata, in C order */
} ViewOf;

/* A view: what stands first, then the columns of its function, all or some. */
typedef struct ViewKind
{
	const char *name;
	const char *function;		/* of a score_matrix m, of a pair a and b */
	const char *arguments;		/* beside it: ", name => value", or "" */
	const char *const *columns; /* of the function's rows, NULL after the
								 * last; NULL for all */
	const char *key;			/* columns that tell its rows apart */
	ViewOf		of;
	const char *comment;
} ViewKind;

extern const ViewKind sc_view_kinds[];
extern const int sc_n_view_kinds;

/* Can the view be had of this evaluation? */
static inline bool
sc_view_is_wanted(const ViewKind *kind, const EvaluationHas *has)
{
	return kind->of == OF_STRATUM || (kind->of == OF_DATES ? has->released : has->strata);
}

/* The columns before the others. */
extern const ViewColumn *sc_view_leading_columns(const ViewKind *kind);

/*
 * Appends the query of a view: the leading columns, then the given ones of its
 * function, which is called once on each matrix, or pair of them.
 */
extern void sc_view_query(StringInfo sql, const ViewKind *kind, const Evaluation *evaluation,
						  const char *const *columns, int n_columns);

#endif							/* SC_FUNCTIONS_VIEWS_VIEWS_SQL_H */
