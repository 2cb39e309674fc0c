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

#include "functions/views/views_reach.h"
#include "functions/views/views_targets.h"

/*
 * The GRANT commands that give a relation the rights that it has now, on all of it
 * and on those of its columns that it will have again.
 */
extern List *sc_view_rights(const ViewTarget *target, const char *const *columns,
							int n_columns);

/*
 * The GRANT commands for the new materialised view, data, of an evaluation: of is
 * the view that stood alone before, whose readers shall read data too, or the old data,
 * whose rights stay.  But data show what their owner sees, so SELECT
 *	- goes from a view to data for those only who may read all of the evaluation;
 *	- stays on data of the same evaluation, and goes for another one again to those;
 * note says who gets it so, who does not, and who keeps it though the evaluation itself
 * is closed to them; it is set to NULL if there is nothing to say.
 */
extern List *sc_view_data_rights(const ViewTarget *of, const ViewTarget *data,
								 const char *const *columns, int n_columns,
								 const ViewReach *reach, const char **note);

/* What a relation has that a new one of its name and columns might not. */
extern List *sc_view_properties(const ViewTarget *target);

/* Says which of those of before the relation now lacks; NULL if none. */
extern char *sc_view_lost(const ViewTarget *target, List *before);

#endif							/* SC_FUNCTIONS_VIEWS_VIEWS_KEPT_H */
