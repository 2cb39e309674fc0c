/*-------------------------------------------------------------------------
 *
 * views_targets.c
 *	  The views that are there: found by name, told to be ours, and whose.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
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
	/* what the catalogs say now, ours included, not when the transaction began */
	CommandCounterIncrement();
	PushActiveSnapshot(GetLatestSnapshot());
	code = SPI_execute(sql, true, 0);
	PopActiveSnapshot();
	AtEOXact_GUC(true, guc_level);
	if (code < 0)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(code));
}

ViewTarget
sc_view_target(Oid schema, const char *schema_name, const ViewKind *kind, char relkind)
{
	ViewTarget	target;

	target.name = psprintf("%s%s", kind->name, relkind == RELKIND_MATVIEW ? VIEW_DATA_SUFFIX : "");
	target.qualified = quote_qualified_identifier(schema_name, target.name);
	target.relkind = relkind;
	target.oid = get_relname_relid(target.name, schema);
	return target;
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

	if (!OidIsValid(target->oid) || get_rel_relkind(target->oid) != target->relkind)
		return false;
	comment = GetComment(target->oid, RelationRelationId, 0);
	length = comment ? strlen(comment) : 0;
	return length >= strlen(VIEW_MARK) &&
		strcmp(comment + length - strlen(VIEW_MARK), VIEW_MARK) == 0;
}

void
sc_view_check_is_free(const ViewTarget *target)
{
	if (!OidIsValid(target->oid))
		return;
	if (!sc_view_is_ours(target))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_TABLE),
				 errmsg("relation %s exists and was not made by create_capabilities_views", target->qualified),
				 errdetail("What was made by it is a %s whose comment ends in \"%s\".",
						   target->relkind == RELKIND_MATVIEW ? "materialized view" : "view", VIEW_MARK),
				 errhint("If it was, give it this end of its comment again; otherwise choose another schema, or rename or drop the relation.")));
	if (owner_of(target->oid) != GetUserId())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s belongs to role \"%s\"", target->qualified,
						GetUserNameFromId(owner_of(target->oid), false)),
				 errhint("SET ROLE to its owner first.")));
}

void
sc_view_claim(ViewTarget *target, Oid schema)
{
	Oid			locked = InvalidOid;

	while (OidIsValid(target->oid) && target->oid != locked)
	{
		sc_view_check_is_free(target);
		if (OidIsValid(locked))
			UnlockRelationOid(locked, AccessExclusiveLock);
		locked = target->oid;
		LockRelationOid(locked, AccessExclusiveLock);
		/* while we waited it may have gone, or have been changed */
		target->oid = get_relname_relid(target->name, schema);
		sc_view_check_is_free(target);
	}
}
