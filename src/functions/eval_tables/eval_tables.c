/*-------------------------------------------------------------------------
 *
 * eval_tables.c
 *	  create_eval_tables and drop_eval_tables: tables of evaluation logs in a
 *	  schema of the user, and the views that choose scores from them.
 *
 * As with the views of capabilities, all is the user's, made by SQL commands that
 * run as the caller.  What we made is known by its name, its kind and the end of its
 * comment; nothing else is ever replaced or dropped, and nothing that hangs on it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "functions/eval_tables/eval_tables_work.h"
#include "functions/shared/result_rows.h"
#include "functions/views/views_kept.h"
#include "types/forms/compat.h"

PG_FUNCTION_INFO_V1(sc_create_eval_tables);
PG_FUNCTION_INFO_V1(sc_drop_eval_tables);

static const ResultColumn result_columns[] = {
	{"relation", TEXTOID},
	{"kind", TEXTOID},
	{"note", TEXTOID},
};

/* Room for the columns of a view. */
#define MAX_VIEW_COLUMNS 32

static void
put_result(ResultRows *rows, const ViewTarget *target, const char *note)
{
	sc_add_text(rows, target->name);
	sc_add_text(rows, sc_view_word(target));
	sc_add_text(rows, note);
	sc_end_row(rows);
}

/* ----------
 * Rights
 * ----------
 */

/*
 * Raises 42501 unless the caller may create, or drop all that we made.  False if
 * there is nothing to drop.
 */
static bool
check_rights(const EvalWork *work, bool to_create)
{
	bool		found = false;
	int			i;

	if (to_create)
	{
		AclResult	result = object_aclcheck(NamespaceRelationId, work->schema,
											 GetUserId(), ACL_CREATE);

		if (result != ACLCHECK_OK)
			aclcheck_error(result, OBJECT_SCHEMA, work->schema_name);
	}
	for (i = 0; i < sc_tables_n_kinds; i++)
	{
		ViewTarget	target = sc_tables_target(work, &sc_tables_kinds[i]);

		if (to_create)
			sc_view_check_is_free(&target);
		else if (sc_view_is_ours(&target))
		{
			if (!object_ownercheck(RelationRelationId, target.oid, GetUserId()) &&
				!object_ownercheck(NamespaceRelationId, work->schema, GetUserId()))
				aclcheck_error(ACLCHECK_NOT_OWNER,
							   target.relkind == RELKIND_VIEW ? OBJECT_VIEW : OBJECT_TABLE, target.name);
			found = true;
		}
	}
	return to_create || found;
}

/* As with views: only who may do it, and has something to do, waits for others. */
static void
begin_work(FunctionCallInfo fcinfo, EvalWork *work, ResultRows *rows, bool to_create)
{
	Oid			locked = InvalidOid;

	sc_tables_find(fcinfo, work, to_create ? "create_eval_tables()" : "drop_eval_tables()");
	sc_begin_rows(fcinfo, result_columns, lengthof(result_columns), rows);
	while (check_rights(work, to_create) && locked != work->schema)
	{
		if (OidIsValid(locked))
			UnlockDatabaseObject(NamespaceRelationId, locked, 0, ShareUpdateExclusiveLock);
		locked = work->schema;
		LockDatabaseObject(NamespaceRelationId, locked, 0, ShareUpdateExclusiveLock);
		sc_tables_find_schema(work);
	}
	sc_tables_connect(work);
}

/* Locks what is there by the name of a kind; true if there is something, and it is ours. */
static bool
claim(const EvalWork *work, const EvalKind *kind, LOCKMODE mode, ViewTarget *target)
{
	*target = sc_tables_target(work, kind);
	sc_view_claim(target, work->schema, mode);
	return OidIsValid(target->oid);
}

/* ----------
 * Making
 * ----------
 */

static void
comment(const ViewTarget *target, const EvalKind *kind)
{
	const EvalColumn *column;

	sc_view_run(psprintf("COMMENT ON %s %s IS %s", sc_view_command(target), target->qualified,
						 quote_literal_cstr(psprintf("%s %s", kind->comment, target->mark))));
	for (column = kind->columns; column->name != NULL; column++)
		if (get_attnum(target->oid, column->name) != InvalidAttrNumber)
			sc_view_run(psprintf("COMMENT ON COLUMN %s.%s IS %s", target->qualified,
								 quote_identifier(column->name), quote_literal_cstr(column->comment)));
}

/* Makes a table, or adds the columns that it lacks. */
static void
make_table(const EvalWork *work, const EvalKind *kind, ResultRows *rows)
{
	ViewTarget	target;
	const EvalColumn *column;
	const char *const *index;
	StringInfoData sql;
	StringInfoData added;
	bool		found = claim(work, kind, ShareUpdateExclusiveLock, &target);

	initStringInfo(&sql);
	initStringInfo(&added);
	if (!found)
	{
		appendStringInfo(&sql, "CREATE TABLE %s (", target.qualified);
		for (column = kind->columns; column->name != NULL; column++)
			appendStringInfo(&sql, "%s %s, ", quote_identifier(column->name), column->definition);
		appendStringInfo(&sql, "%s)", sc_tables_sql(kind->constraint, work->schema_name, work->extension));
		sc_view_run(sql.data);
		for (index = kind->indexes; index != NULL && *index != NULL; index++)
			sc_view_run(psprintf("CREATE INDEX ON %s %s", target.qualified, *index));
		target = sc_tables_target(work, kind);
	}
	else
		for (column = kind->columns; column->name != NULL; column++)
		{
			if (get_attnum(target.oid, column->name) != InvalidAttrNumber)
				continue;
			sc_view_run(psprintf("ALTER TABLE %s ADD COLUMN %s %s", target.qualified,
								 quote_identifier(column->name), column->definition));
			appendStringInfo(&added, "%s%s", added.len > 0 ? ", " : "columns added: ", column->name);
		}
	comment(&target, kind);
	put_result(rows, &target, added.len > 0 ? added.data : NULL);
}

/* Does a view have the columns of its kind, or the first of them? */
static bool
can_be_replaced(const ViewTarget *target, const EvalKind *kind)
{
	Relation	rel = relation_open(target->oid, AccessShareLock);
	const EvalColumn *column = kind->columns;
	bool		same = true;
	int			i;

	for (i = 0; same && i < rel->rd_att->natts; i++, column++)
		same = column->name != NULL &&
			strcmp(NameStr(TupleDescAttr(rel->rd_att, i)->attname), column->name) == 0;
	relation_close(rel, AccessShareLock);
	return same;
}

/* What a view had, to be given again. */
typedef struct KeptView
{
	List	   *rights;
	List	   *properties;
} KeptView;

static KeptView
keep(const ViewTarget *target, const EvalKind *kind)
{
	const char *names[MAX_VIEW_COLUMNS];
	KeptView	had;
	int			n;

	for (n = 0; kind->columns[n].name != NULL; n++)
	{
		Assert(n < MAX_VIEW_COLUMNS);
		names[n] = kind->columns[n].name;
	}
	had.rights = sc_view_rights(target, names, n);
	had.properties = sc_view_properties(target);
	return had;
}

/* found: it is there, and is given its query anew; otherwise it is made. */
static void
make_view(const EvalWork *work, const EvalKind *kind, bool found, const KeptView *had, ResultRows *rows)
{
	ViewTarget	target = sc_tables_target(work, kind);
	ListCell   *cell;

	/* nothing that has come by that name since is replaced */
	sc_view_run(psprintf("CREATE %sVIEW %s WITH (security_invoker = true) AS\n%s",
						 found ? "OR REPLACE " : "", target.qualified,
						 sc_tables_sql(kind->query, work->schema_name, work->extension)));
	if (!found)
		foreach(cell, had->rights)
			sc_view_run(lfirst(cell));
	target = sc_tables_target(work, kind);
	comment(&target, kind);
	put_result(rows, &target, sc_view_lost(&target, had->properties));
}

/*
 * Makes the views.  One that cannot be replaced is dropped, and before it those after
 * it, which stand on it.
 */
static void
make_views(const EvalWork *work, ResultRows *rows)
{
	KeptView   *had = palloc0(sc_tables_n_kinds * sizeof(KeptView));
	ViewTarget *target = palloc0(sc_tables_n_kinds * sizeof(ViewTarget));
	int			first = sc_tables_n_kinds;
	int			i;

	for (i = sc_tables_n_kinds - 1; i >= 0; i--)
		if (sc_tables_kinds[i].relkind == RELKIND_VIEW &&
			claim(work, &sc_tables_kinds[i], AccessExclusiveLock, &target[i]))
		{
			had[i] = keep(&target[i], &sc_tables_kinds[i]);
			if (!can_be_replaced(&target[i], &sc_tables_kinds[i]))
				first = i;
		}
	for (i = sc_tables_n_kinds - 1; i >= first; i--)
		if (OidIsValid(target[i].oid))
			sc_view_run(psprintf("DROP VIEW %s RESTRICT", target[i].qualified));
	for (i = 0; i < sc_tables_n_kinds; i++)
		if (sc_tables_kinds[i].relkind == RELKIND_VIEW)
			make_view(work, &sc_tables_kinds[i], OidIsValid(target[i].oid) && i < first, &had[i], rows);
}

/* create_eval_tables(schema) */
Datum
sc_create_eval_tables(PG_FUNCTION_ARGS)
{
	EvalWork	work;
	ResultRows	rows;
	int			i;

	begin_work(fcinfo, &work, &rows, true);
	for (i = 0; i < sc_tables_n_kinds; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (sc_tables_kinds[i].relkind == RELKIND_RELATION)
			make_table(&work, &sc_tables_kinds[i], &rows);
	}
	make_views(&work, &rows);
	sc_tables_finish(&work);
	return (Datum) 0;
}

/* drop_eval_tables(schema) */
Datum
sc_drop_eval_tables(PG_FUNCTION_ARGS)
{
	EvalWork	work;
	ResultRows	rows;
	int			i;

	begin_work(fcinfo, &work, &rows, false);
	/* results before logs: what is made of others goes before them */
	for (i = sc_tables_n_kinds - 1; i >= 0; i--)
	{
		ViewTarget	target = sc_tables_target(&work, &sc_tables_kinds[i]);

		CHECK_FOR_INTERRUPTS();
		if (!sc_view_is_ours(&target))
			continue;
		sc_view_run(psprintf("DROP %s %s RESTRICT", sc_view_command(&target), target.qualified));
		put_result(&rows, &target, NULL);
	}
	sc_tables_finish(&work);
	return (Datum) 0;
}
