/*-------------------------------------------------------------------------
 *
 * views_targets.h
 *	  The relations that are there: found by name, told to be ours, and whose; and
 *	  the schema that they are in.
 *
 * What one of our functions has made is known by its name, its kind and the end of its
 * comment, which names the function.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_VIEWS_VIEWS_TARGETS_H
#define SC_FUNCTIONS_VIEWS_VIEWS_TARGETS_H

#include "nodes/pg_list.h"
#include "storage/lockdefs.h"

#include "functions/views/views_sql.h"

/* The end of the comment of everything that a function makes. */
#define SC_MADE_BY(function) "Made by " function "() of safetycorr."

/* A relation by name, and what is there by that name. */
typedef struct ViewTarget
{
	char	   *name;			/* plain */
	char	   *qualified;		/* quoted, with its schema */
	char		relkind;		/* that it has to have */
	const char *maker;			/* the function that makes it */
	const char *mark;			/* SC_MADE_BY() of it */
	Oid			oid;			/* InvalidOid if there is none */
} ViewTarget;

/*
 * The schema of a name, which is set again after a wait: 3F000 if it is not there, 22023 if
 * it is one of temporary objects.  what is made there is named by the hint: "Views".
 */
extern Oid	sc_view_schema(const char *name, const char *what);

/* Finds again what is there by the name of a target. */
extern void sc_view_find(ViewTarget *target, Oid schema);

/* The view of a kind (RELKIND_VIEW), or the materialised view behind it. */
extern ViewTarget sc_view_target(Oid schema, const char *schema_name,
								 const ViewKind *kind, char relkind);

/* "table", "view" or "materialized view". */
extern const char *sc_view_word(const ViewTarget *target);

/* The same in capitals, for a command. */
extern const char *sc_view_command(const ViewTarget *target);

/* Is there something by that name, and did we make it? */
extern bool sc_view_is_ours(const ViewTarget *target);

/*
 * 42P07 if another relation, or a view of somebody else, has the name; 42501 if it
 * is ours and another role's: a view that is replaced keeps its owner, who could
 * change it afterwards.
 */
extern void sc_view_check_is_free(const ViewTarget *target);

/*
 * Locks what is there by that name, so that it stays what it is until it is
 * replaced or dropped; errors as above, before and after it was waited for.
 */
extern void sc_view_claim(ViewTarget *target, Oid schema, LOCKMODE mode);

/*
 * Runs a command within SPI, with the search_path of the caller: what it sets off,
 * such as event triggers, shall find what it is used to find.  So the command names
 * everything with its schema, operators and types too; then whatever the path holds,
 * nothing that somebody has planted there is called.
 */
extern void sc_view_run(const char *sql);

/*
 * Runs a query of the system catalogs within SPI, which needs no schemas; rows are
 * left in SPI_tuptable.
 */
extern void sc_view_look_up(const char *sql);

#endif							/* SC_FUNCTIONS_VIEWS_VIEWS_TARGETS_H */
