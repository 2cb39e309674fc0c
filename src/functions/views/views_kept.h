/*-------------------------------------------------------------------------
 *
 * views_kept.h
 *	  What stays of a view that is made anew: rights, which are given again, and
 *	  whatever else its owner has set, which is not, and is told.
 *
 * All of it within SPI.  Lists are of C strings in the current context.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_VIEWS_VIEWS_KEPT_H
#define SC_FUNCTIONS_VIEWS_VIEWS_KEPT_H

#include "functions/views/views_targets.h"

/*
 * The GRANT commands that give a relation the rights that it has now, on all of it
 * and on those of its columns that it will have again.
 */
extern List *sc_view_rights(const ViewTarget *target, const char *const *columns,
							int n_columns);

/*
 * The GRANT commands that let who may read a view read also the new materialised
 * view behind it, data.  Only for those who may read all of the source as well: a
 * plain view showed them what they were allowed to see there, and no more.  note
 * is set if there are others.
 */
extern List *sc_view_data_rights(const ViewTarget *view, const ViewTarget *data, Oid source,
								 char **note);

/* What a relation has that a new one of its name and columns might not. */
extern List *sc_view_properties(const ViewTarget *target);

/* Says which of those of before the relation now lacks; NULL if none. */
extern char *sc_view_lost(const ViewTarget *target, List *before);

#endif							/* SC_FUNCTIONS_VIEWS_VIEWS_KEPT_H */
