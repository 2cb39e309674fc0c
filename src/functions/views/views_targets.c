/*-------------------------------------------------------------------------
 *
 * views_targets.c
 *	  The relations that are there: found by name, told to be ours, and whose.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/comment.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "functions/views/views_targets.h"

void
sc_view_run(const char *sql)
{
	int			code = SPI_execute(sql, false, 0);

	if (code < 0)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(code));
}

void
sc_view_look_up(const char *sql)
{
	int			guc_level = NewGUCNestLevel();

	int			code;

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);

	/*
	 * what the catalogs say now, ours included, not when the transaction
	 * began
	 */
	CommandCounterIncrement();
	PushActiveSnapshot(GetLatestSnapshot());
	code = SPI_execute(sql, true, 0);
	PopActiveSnapshot();
	AtEOXact_GUC(true, guc_level);
	if (code < 0)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(code));
}

Oid
sc_view_schema(const char *name, const char *what)
{
	Oid			schema = get_namespace_oid(name, true);

	if (!OidIsValid(schema))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_SCHEMA),
				 errmsg("schema \"%s\" does not exist", name),
				 errhint("%s are made in a schema that is there: CREATE SCHEMA %s.", what, quote_identifier(name))));
	if (isAnyTempNamespace(schema))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("schema \"%s\" is one of temporary objects", name)));
	return schema;
}

void
sc_view_find(ViewTarget *target, Oid schema)
{
	target->oid = get_relname_relid(target->name, schema);
}

ViewTarget
sc_view_target(Oid schema, const char *schema_name, const ViewKind *kind, char relkind)
{
	ViewTarget	target;

	target.name = psprintf("%s%s", kind->name, relkind == RELKIND_MATVIEW ? VIEW_DATA_SUFFIX : "");
	target.qualified = quote_qualified_identifier(schema_name, target.name);
	target.relkind = relkind;
	target.maker = VIEW_MAKER;
	target.mark = SC_MADE_BY(VIEW_MAKER);
	sc_view_find(&target, schema);
	return target;
}

const char *
sc_view_word(const ViewTarget *target)
{
	return target->relkind == RELKIND_RELATION ? "table" :
		target->relkind == RELKIND_VIEW ? "view" : "materialized view";
}

const char *
sc_view_command(const ViewTarget *target)
{
	return target->relkind == RELKIND_RELATION ? "TABLE" :
		target->relkind == RELKIND_VIEW ? "VIEW" : "MATERIALIZED VIEW";
}

static Oid
owner_of(Oid relation)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relation);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

bool
sc_view_is_ours(const ViewTarget *target)
{
	char	   *comment;
	Size		length;
	Size		end = strlen(target->mark);

	if (!OidIsValid(target->oid) || get_rel_relkind(target->oid) != target->relkind)
		return false;
	comment = GetComment(target->oid, RelationRelationId, 0);
	length = comment ? strlen(comment) : 0;
	return length >= end && strcmp(comment + length - end, target->mark) == 0;
}

void
sc_view_check_is_free(const ViewTarget *target)
{
	if (!OidIsValid(target->oid))
		return;
	if (!sc_view_is_ours(target))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_TABLE),
				 errmsg("relation %s exists and was not made by %s", target->qualified, target->maker),
				 errdetail("What was made by it is a %s whose comment ends in \"%s\".",
						   sc_view_word(target), target->mark),
				 errhint("If it was, give it this end of its comment again; otherwise choose another schema, or rename or drop the relation.")));
	if (owner_of(target->oid) != GetUserId())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s belongs to role \"%s\"", target->qualified,
						GetUserNameFromId(owner_of(target->oid), false)),
				 errhint("SET ROLE to its owner first.")));
}

void
sc_view_claim(ViewTarget *target, Oid schema, LOCKMODE mode)
{
	Oid			locked = InvalidOid;

	while (OidIsValid(target->oid) && target->oid != locked)
	{
		sc_view_check_is_free(target);
		if (OidIsValid(locked))
			UnlockRelationOid(locked, mode);
		locked = target->oid;
		LockRelationOid(locked, mode);
		/* while we waited it may have gone, or have been changed */
		sc_view_find(target, schema);
		sc_view_check_is_free(target);
	}
}
