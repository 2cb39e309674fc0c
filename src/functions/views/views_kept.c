/*-------------------------------------------------------------------------
 *
 * views_kept.c
 *	  What stays of a view that is made anew.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "functions/views/views_kept.h"

/* The first column of what a query of the catalogs finds. */
static List *
texts_of(const char *sql)
{
	List	   *texts = NIL;
	uint64		i;

	sc_view_look_up(sql);
	for (i = 0; i < SPI_processed; i++)
		texts = lappend(texts, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
	SPI_freetuptable(SPI_tuptable);
	return texts;
}

static char *
joined(const List *texts)
{
	StringInfoData all;
	const ListCell *cell;

	initStringInfo(&all);
	foreach(cell, texts)
		appendStringInfo(&all, "%s%s", all.len > 0 ? ", " : "", (const char *) lfirst(cell));
	return all.data;
}

/* Is a string in a list of them? */
static bool
is_member(const List *list, const char *text)
{
	const ListCell *cell;

	foreach(cell, list)
	{
		if (strcmp(lfirst(cell), text) == 0)
			return true;
	}
	return false;
}

/* ----------
 * Rights
 * ----------
 */

/*
 * A subquery of the rights on a relation: acl, attname (NULL: on all of it), relowner.
 * The words for a grantee.
 */
#define RIGHTS_OF \
	"(SELECT relacl, NULL::name, relowner FROM pg_class WHERE oid = %u" \
	" UNION ALL SELECT attacl, attname, relowner FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid" \
	" WHERE attrelid = %u AND attnum > 0 AND NOT attisdropped) AS r (acl, attname, relowner)"
#define GRANTEE "CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END"

List *
sc_view_rights(const ViewTarget *target, const char *const *columns, int n_columns)
{
	static const char sql[] =
		"SELECT format('GRANT %%s%%s ON %%s TO %%s%%s', a.privilege_type, '(' || quote_ident(r.attname) || ')', %s, " GRANTEE ","
		" CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)"
		" FROM " RIGHTS_OF ", aclexplode(r.acl) AS a"
		" WHERE a.grantee <> r.relowner AND (r.attname IS NULL OR r.attname::text = ANY (%s::text[]))";
	Datum	   *names = palloc(sizeof(Datum) * n_columns);
	ArrayType  *array;
	int			i;

	for (i = 0; i < n_columns; i++)
		names[i] = CStringGetTextDatum(columns[i]);
	array = construct_array(names, n_columns, TEXTOID, -1, false, TYPALIGN_INT);
	return texts_of(psprintf(sql, quote_literal_cstr(target->qualified), target->oid, target->oid,
							 quote_literal_cstr(OidOutputFunctionCall(F_ARRAY_OUT, PointerGetDatum(array)))));
}

/*
 * What a grantee of SELECT may read of the evaluation.  Who may read plain tables
 * whole, and views that show everybody the same of them, may read what is computed of
 * them.  Of a foreign table, one with row-level security, and a view that calls
 * functions which are not immutable, it depends on who asks; who has no right, or
 * meets row-level security, is closed out for sure.
 */
typedef enum Access
{
	READS_ALL,
	CLOSED_OUT,
	ANYBODY
} Access;

/* x.opens: not closed out; y.reads_all.  Of relations as arrays: asked, all, all again. */
#define ACCESS_OF \
	" CROSS JOIN LATERAL (SELECT bool_and(CASE WHEN a.grantee = 0" \
	" THEN EXISTS (SELECT FROM aclexplode(s.relacl) AS p WHERE p.grantee = 0 AND p.privilege_type = 'SELECT')" \
	" AND EXISTS (SELECT FROM aclexplode(n.nspacl) AS p WHERE p.grantee = 0 AND p.privilege_type = 'USAGE')" \
	" ELSE has_table_privilege(a.grantee, s.oid, 'SELECT') AND has_schema_privilege(a.grantee, n.oid, 'USAGE') END)" \
	" AND NOT EXISTS (SELECT FROM pg_class AS t WHERE t.oid = ANY ('%s'::oid[]) AND t.relrowsecurity)" \
	" FROM pg_class AS s JOIN pg_namespace AS n ON n.oid = s.relnamespace WHERE s.oid = ANY ('%s'::oid[])) AS x (opens)" \
	" CROSS JOIN LATERAL (SELECT x.opens AND %s AND NOT EXISTS (" \
	"WITH RECURSIVE below AS (SELECT unnest('%s'::oid[]) AS oid UNION SELECT i.inhrelid FROM pg_inherits AS i JOIN below AS b ON b.oid = i.inhparent)" \
	" SELECT FROM below AS b JOIN pg_class AS f ON f.oid = b.oid WHERE f.relkind = 'f')) AS y (reads_all)"

/* Relations as the text of an array. */
static char *
oids(const List *relations)
{
	StringInfoData all;
	const ListCell *cell;

	initStringInfo(&all);
	foreach(cell, relations)
		appendStringInfo(&all, "%s%u", all.len > 0 ? "," : "{", lfirst_oid(cell));
	appendStringInfoChar(&all, '}');
	return all.data;
}

/* Who has SELECT on a relation, or on columns of it, and that access to the evaluation. */
static List *
readers(const ViewTarget *of, const ViewReach *reach, Access access)
{
	return texts_of(psprintf("SELECT DISTINCT " GRANTEE " FROM " RIGHTS_OF " CROSS JOIN LATERAL aclexplode(r.acl) AS a" ACCESS_OF
							 " WHERE a.grantee <> r.relowner AND a.privilege_type = 'SELECT' AND %s ORDER BY 1",
							 of->oid, of->oid, oids(reach->all), oids(reach->asked),
							 reach->same_for_all ? "true" : "false", oids(reach->all),
							 access == READS_ALL ? "y.reads_all" : access == CLOSED_OUT ? "NOT x.opens" : "true"));
}

/* Is data, as it is, made of this relation? */
static bool
is_made_of(const ViewTarget *data, Oid relation)
{
	return texts_of(psprintf("SELECT '' FROM pg_rewrite AS w JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid"
							 " WHERE w.ev_class = %u AND d.refclassid = 'pg_class'::regclass AND d.refobjid = %u LIMIT 1",
							 data->oid, relation)) != NIL;
}

/* SELECT on a column is not enough: the view reads all, whoever asks for which. */
static List *
grants_of_select(const ViewTarget *data, const List *roles)
{
	List	   *grants = NIL;
	const ListCell *cell;

	foreach(cell, roles)
		grants = lappend(grants, psprintf("GRANT SELECT ON %s TO %s", data->qualified, (const char *) lfirst(cell)));
	return grants;
}

List *
sc_view_data_rights(const ViewTarget *of, const ViewTarget *data, const char *const *columns, int n_columns,
					const ViewReach *reach, const char **note)
{
	List	   *reading = readers(of, reach, READS_ALL);
	List	   *others = NIL;
	ListCell   *cell;

	if (of->relkind == RELKIND_MATVIEW && is_made_of(of, reach->relation))
	{
		others = readers(of, reach, CLOSED_OUT);
		*note = others == NIL ? NULL : psprintf("SELECT stays with %s, to whom the evaluation is closed", joined(others));
		return sc_view_rights(of, columns, n_columns);
	}
	foreach(cell, readers(of, reach, ANYBODY))
	{
		if (!is_member(reading, lfirst(cell)))
			others = lappend(others, lfirst(cell));
	}
	*note = NULL;
	if (reading != NIL)
		*note = psprintf("SELECT granted to %s", joined(reading));
	if (others != NIL)
		*note = psprintf("%s%sSELECT not granted to %s, who may not read all of the evaluation",
						 *note ? *note : "", *note ? "; " : "", joined(others));
	return grants_of_select(data, reading);
}

/* ----------
 * Properties
 * ----------
 */

List *
sc_view_properties(const ViewTarget *target)
{
	static const char sql[] =
		"SELECT 'index ' || quote_ident(c.relname) || CASE WHEN i.indisclustered THEN ' (clustered)' ELSE '' END"
		" FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid = %1$u"
		" UNION ALL SELECT 'statistics ' || quote_ident(stxname) FROM pg_statistic_ext WHERE stxrelid = %1$u"
		" UNION ALL SELECT 'trigger ' || quote_ident(tgname) FROM pg_trigger WHERE tgrelid = %1$u AND NOT tgisinternal"
		" UNION ALL SELECT 'rule ' || quote_ident(rulename) FROM pg_rewrite WHERE ev_class = %1$u AND rulename <> '_RETURN'"
		" UNION ALL SELECT 'option ' || o FROM pg_class AS c, unnest(c.reloptions) AS o WHERE c.oid = %1$u"
		" UNION ALL SELECT 'option toast.' || o FROM pg_class AS c JOIN pg_class AS t ON t.oid = c.reltoastrelid,"
		" unnest(t.reloptions) AS o WHERE c.oid = %1$u"
		" UNION ALL SELECT 'tablespace ' || quote_ident(spcname) FROM pg_class AS c JOIN pg_tablespace AS t ON t.oid = c.reltablespace"
		" WHERE c.oid = %1$u"
		" UNION ALL SELECT 'access method ' || quote_ident(amname) FROM pg_class AS c JOIN pg_am AS m ON m.oid = c.relam"
		" WHERE c.oid = %1$u"
		" UNION ALL SELECT p || ' of column ' || quote_ident(attname) FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d"
		" ON d.adrelid = a.attrelid AND d.adnum = a.attnum, unnest(ARRAY["
		"CASE WHEN attstattarget >= 0 THEN 'statistics target ' || attstattarget END,"
		"CASE WHEN a.attlen = -1 THEN 'storage ' || CASE attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'"
		" WHEN 'm' THEN 'main' ELSE 'extended' END END,"
		"'compression ' || CASE attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,"
		"'default ' || pg_get_expr(d.adbin, d.adrelid)]"
	/* there may be others, that the server sets */
		" || ARRAY(SELECT o FROM unnest(attoptions) AS o WHERE starts_with(o, 'n_distinct'))) AS p"
		" WHERE attrelid = %1$u AND attnum > 0 AND NOT attisdropped AND p IS NOT NULL"
		" UNION ALL SELECT 'security label of ' || provider FROM pg_seclabel"
		" WHERE objoid = %1$u AND classoid = 'pg_class'::regclass AND objsubid = 0";

	return OidIsValid(target->oid) ? texts_of(psprintf(sql, target->oid)) : NIL;
}

char *
sc_view_lost(const ViewTarget *target, List *before)
{
	List	   *now = before ? sc_view_properties(target) : NIL;
	List	   *lost = NIL;
	ListCell   *cell;

	foreach(cell, before)
	{
		if (!is_member(now, lfirst(cell)))
			lost = lappend(lost, lfirst(cell));
	}
	return lost ? psprintf("not kept: %s", joined(lost)) : NULL;
}
