/*-------------------------------------------------------------------------
 *
 * views.c
 *	  create_capabilities_views, refresh_capabilities_views and
 *	  drop_capabilities_views: plain views for BI tools in a schema of the user.
 *
 * The views are the user's, as an extension cannot own views of its user's tables.
 * They are made by SQL commands that run as the caller, so that all rights are
 * checked and all hooks see them.  What we made is known by its name, its kind
 * and the end of its comment; nothing else is ever replaced or dropped, and
 * nothing that hangs on it: CASCADE is not used.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "commands/comment.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "parser/parse_type.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "functions/shared/arguments.h"
#include "functions/shared/result_rows.h"
#include "functions/views/views_kept.h"
#include "functions/views/views_targets.h"

PG_FUNCTION_INFO_V1(sc_create_capabilities_views);
PG_FUNCTION_INFO_V1(sc_refresh_capabilities_views);
PG_FUNCTION_INFO_V1(sc_drop_capabilities_views);

static const ResultColumn result_columns[] = {
	{"view", TEXTOID},
	{"kind", TEXTOID},
	{"note", TEXTOID},
};

/* Room for the columns of a function. */
#define MAX_COLUMNS 64

/* One of our functions at work. */
typedef struct Work
{
	ResultRows	rows;
	Oid			extension;
	Oid			extension_schema;
	Oid			schema;			/* where the views are */
	char	   *schema_name;
} Work;

/* The columns of a view. */
typedef struct ViewColumns
{
	int			n;
	int			n_leading;
	const char *name[MAX_COLUMNS];
	Oid			type[MAX_COLUMNS];
	const char *comment[MAX_COLUMNS];
} ViewColumns;

/* ----------
 * Beginning, end and commands
 * ----------
 */

/* What a caller must be allowed to do, see check_rights(). */
typedef enum Purpose
{
	TO_CREATE,
	TO_REFRESH,
	TO_DROP
} Purpose;

static bool check_rights(const Work *work, Purpose purpose);

/*
 * Finds the schemas, locks that of the views against others of us and connects to
 * SPI.  command is named where nothing can be written.
 */
static void
begin_work(FunctionCallInfo fcinfo, Work *work, Purpose purpose, const char *command)
{
	Oid			self = fcinfo->flinfo->fn_oid;
	Oid			locked = InvalidOid;

	PreventCommandIfReadOnly(command);

	work->schema_name = sc_text_parameter(fcinfo, 0, "target_schema");
	work->schema = sc_view_schema(work->schema_name, "Views");

	sc_begin_rows(fcinfo, result_columns, lengthof(result_columns), &work->rows);

	/* the extension is relocatable: its schema is that of this function */
	work->extension = getExtensionOfObject(ProcedureRelationId, self);
	work->extension_schema = get_func_namespace(self);

	/*
	 * Two calls for one schema come one after the other; others are not
	 * hindered. Only who may do it, and has something to do, gets the lock;
	 * while we waited another schema may have taken the name.
	 */
	while (check_rights(work, purpose) && locked != work->schema)
	{
		if (OidIsValid(locked))
			UnlockDatabaseObject(NamespaceRelationId, locked, 0, ShareUpdateExclusiveLock);
		locked = work->schema;
		LockDatabaseObject(NamespaceRelationId, locked, 0, ShareUpdateExclusiveLock);
		work->schema = sc_view_schema(work->schema_name, "Views");
	}

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

static Datum
end_work(void)
{
	SPI_finish();
	return (Datum) 0;
}

/* note: what there is to say about the view; NULL for nothing. */
static void
put_result(Work *work, const ViewTarget *target, const char *note)
{
	Datum		values[lengthof(result_columns)] = {0};
	bool		nulls[lengthof(result_columns)] = {false, false, note == NULL};

	values[0] = CStringGetTextDatum(target->name);
	values[1] = CStringGetTextDatum(sc_view_word(target));
	if (note != NULL)
		values[2] = CStringGetTextDatum(note);
	sc_put_row(&work->rows, values, nulls);
}

/* ----------
 * Rights
 * ----------
 */

/*
 * Raises 42501 unless the caller may create, or refresh or drop all that we made.
 * False if there is nothing to refresh or drop.
 */
static bool
check_rights(const Work *work, Purpose purpose)
{
	bool		found = false;
	int			i;

	if (purpose == TO_CREATE)
	{
		AclResult	result = object_aclcheck(NamespaceRelationId, work->schema,
											 GetUserId(), ACL_CREATE);

		if (result != ACLCHECK_OK)
			aclcheck_error(result, OBJECT_SCHEMA, work->schema_name);
		return true;
	}
	for (i = 0; i < 2 * sc_n_view_kinds; i++)
	{
		bool		is_data = i % 2 == 1;
		ViewTarget	target = sc_view_target(work->schema, work->schema_name, &sc_view_kinds[i / 2],
											is_data ? RELKIND_MATVIEW : RELKIND_VIEW);

		if ((purpose == TO_REFRESH && !is_data) || !sc_view_is_ours(&target))
			continue;
		found = true;
		if (object_ownercheck(RelationRelationId, target.oid, GetUserId()))
			continue;
		if (purpose == TO_DROP ?
			object_ownercheck(NamespaceRelationId, work->schema, GetUserId()) :
			(ACL_MAINTAIN != 0 &&
			 pg_class_aclcheck(target.oid, GetUserId(), ACL_MAINTAIN) == ACLCHECK_OK))
			continue;
		aclcheck_error(ACLCHECK_NOT_OWNER, is_data ? OBJECT_MATVIEW : OBJECT_VIEW, target.name);
	}
	return found;
}

static void
drop(ViewTarget *target)
{
	sc_view_run(psprintf("DROP %s %s RESTRICT", sc_view_command(target), target->qualified));
	target->oid = InvalidOid;
}

/* ----------
 * Making views
 * ----------
 */

/* The row type of our function of a name that returns rows: a relation. */
static Oid
row_type(const Work *work, const char *function)
{
	CatCList   *list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(function));
	Oid			type = InvalidOid;
	int			i;

	for (i = 0; i < list->n_members && !OidIsValid(type); i++)
	{
		Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(&list->members[i]->tuple);

		if (proc->proretset && proc->pronamespace == work->extension_schema &&
			getExtensionOfObject(ProcedureRelationId, proc->oid) == work->extension)
			type = proc->prorettype;
	}
	ReleaseSysCacheList(list);
	if (!OidIsValid(type))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function %s of the extension is not in its schema", function)));
	return typeidTypeRelid(type);
}

/* comment: what the column holds; NULL for none. */
static void
add_column(ViewColumns *columns, const char *name, Oid type, const char *comment)
{
	if (columns->n >= MAX_COLUMNS)
		elog(ERROR, "too many columns");
	columns->name[columns->n] = name;
	columns->type[columns->n] = type;
	columns->comment[columns->n++] = comment;
}

/* Has a view a column of its function, beside the leading ones? */
static bool
has_column(const ViewKind *kind, const char *name)
{
	const ViewColumn *leading = sc_view_leading_columns(kind);
	const char *const *column = kind->columns;

	for (; leading->name != NULL; leading++)
		if (strcmp(leading->name, name) == 0)
			return false;
	while (column != NULL && *column != NULL && strcmp(*column, name) != 0)
		column++;
	return column == NULL || *column != NULL;
}

/*
 * The columns of a view: ours, then those of the rows of its function as the
 * catalog has them, all or those that the kind lists.
 */
static ViewColumns
view_columns(const Work *work, const ViewKind *kind)
{
	const ViewColumn *leading = sc_view_leading_columns(kind);
	Oid			rows = row_type(work, kind->function);
	Relation	relation = relation_open(rows, AccessShareLock);
	ViewColumns columns = {0};
	int			i;

	for (; leading->name != NULL; leading++)
		add_column(&columns, leading->name, leading->type,
				   leading->comment ? leading->comment :
				   GetComment(rows, RelationRelationId, get_attnum(rows, leading->name)));
	columns.n_leading = columns.n;
	for (i = 0; i < relation->rd_att->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(relation->rd_att, i);

		if (!att->attisdropped && has_column(kind, NameStr(att->attname)))
			add_column(&columns, pstrdup(NameStr(att->attname)), att->atttypid,
					   GetComment(rows, RelationRelationId, att->attnum));
	}
	relation_close(relation, AccessShareLock);
	return columns;
}

/*
 * Can a view be replaced by one with these columns?  It keeps its own and may get
 * more, as after an update of the extension, whatever depends on it.
 */
static bool
can_be_replaced(Oid relation, const ViewColumns *columns)
{
	Relation	rel = relation_open(relation, AccessShareLock);
	TupleDesc	desc = rel->rd_att;
	bool		same = desc->natts <= columns->n;
	int			i;

	for (i = 0; same && i < desc->natts; i++)
		same = strcmp(NameStr(TupleDescAttr(desc, i)->attname), columns->name[i]) == 0 &&
			TupleDescAttr(desc, i)->atttypid == columns->type[i];
	relation_close(rel, AccessShareLock);
	return same;
}

/* Comments on a relation and all its columns. */
static void
comment(const ViewTarget *target, const ViewKind *kind, const Evaluation *evaluation,
		const ViewColumns *columns, bool materialized)
{
	StringInfoData text;
	int			i;

	initStringInfo(&text);
	appendStringInfo(&text, "%s Of %s", kind->comment, evaluation->relation);
	if (materialized)
		appendStringInfoString(&text, ", as of the last refresh_capabilities_views()");
	appendStringInfo(&text, ". %s", target->mark);
	sc_view_run(psprintf("COMMENT ON %s %s IS %s", sc_view_command(target), target->qualified,
						 quote_literal_cstr(text.data)));
	for (i = 0; i < columns->n; i++)
		if (columns->comment[i] != NULL)
			sc_view_run(psprintf("COMMENT ON COLUMN %s.%s IS %s", target->qualified,
								 quote_identifier(columns->name[i]), quote_literal_cstr(columns->comment[i])));
}

/* Makes a plain view, or gives one that is there another query. */
static void
make_view(const Work *work, ViewTarget *target, const ViewColumns *columns, const char *query)
{
	List	   *rights = NIL;
	ListCell   *cell;

	if (OidIsValid(target->oid) && !can_be_replaced(target->oid, columns))
	{
		rights = sc_view_rights(target, columns->name, columns->n);
		drop(target);
	}
	/* nothing that has come by that name since is replaced */
	sc_view_run(psprintf("CREATE %sVIEW %s WITH (security_invoker = true) AS\n%s",
						 OidIsValid(target->oid) ? "OR REPLACE " : "", target->qualified, query));
	foreach(cell, rights)
		sc_view_run(lfirst(cell));
	target->oid = get_relname_relid(target->name, work->schema);
}

/* Makes the materialised view behind a plain one; rights are those of one that was there. */
static void
make_data(const Work *work, ViewTarget *target, const ViewKind *kind, const char *query, List *rights)
{
	ListCell   *cell;

	sc_view_run(psprintf("CREATE MATERIALIZED VIEW %s AS\n%s", target->qualified, query));
	target->oid = get_relname_relid(target->name, work->schema);
	/* with it, a refresh does not keep readers out */
	sc_view_run(psprintf("CREATE UNIQUE INDEX ON %s (%s)", target->qualified, kind->key));
	foreach(cell, rights)
		sc_view_run(lfirst(cell));
}

/* Two notes, either of which may be NULL, as one. */
static const char *
both(const char *a, const char *b)
{
	return a == NULL ? b : b == NULL ? a : psprintf("%s; %s", a, b);
}

/*
 * Makes the view of a kind, and if wanted the materialised one behind it.  A view
 * that is replaced keeps its rights and its dependents; what is dropped and made
 * anew gets its rights again, and loses the rest of what its owner has set.
 */
static void
make_kind(Work *work, const ViewKind *kind, const Evaluation *evaluation, const ViewReach *reach,
		  bool materialized)
{
	ViewTarget	view = sc_view_target(work->schema, work->schema_name, kind, RELKIND_VIEW);
	ViewTarget	data = sc_view_target(work->schema, work->schema_name, kind, RELKIND_MATVIEW);
	ViewColumns columns = view_columns(work, kind);
	bool		had_data;
	List	   *view_had;
	List	   *data_had;
	StringInfoData query;
	List	   *rights = NIL;
	const char *note = NULL;
	int			i;

	sc_view_claim(&view, work->schema, AccessExclusiveLock);
	if (materialized || sc_view_is_ours(&data))
		sc_view_claim(&data, work->schema, AccessExclusiveLock);
	had_data = sc_view_is_ours(&data);
	view_had = sc_view_properties(&view);
	data_had = had_data ? sc_view_properties(&data) : NIL;
	initStringInfo(&query);
	sc_view_query(&query, kind, evaluation, columns.name + columns.n_leading, columns.n - columns.n_leading);

	/*
	 * with old data, first the plain view, so that nothing depends on it when
	 * it is dropped
	 */
	if (!materialized || had_data)
		make_view(work, &view, &columns, query.data);
	if (had_data)
	{
		if (materialized)
			rights = sc_view_data_rights(&data, &data, columns.name, columns.n, reach, &note);
		drop(&data);
	}
	else if (materialized && OidIsValid(view.oid))
		rights = sc_view_data_rights(&view, &data, columns.name, columns.n, reach, &note);
	if (materialized)
	{
		make_data(work, &data, kind, query.data, rights);
		comment(&data, kind, evaluation, &columns, true);
		resetStringInfo(&query);
		appendStringInfoString(&query, "SELECT ");
		for (i = 0; i < columns.n; i++)
			appendStringInfo(&query, "%sd.%s", i > 0 ? ", " : "", quote_identifier(columns.name[i]));
		appendStringInfo(&query, " FROM %s AS d", data.qualified);
		make_view(work, &view, &columns, query.data);
	}
	comment(&view, kind, evaluation, &columns, materialized);
	put_result(work, &view, sc_view_lost(&view, view_had));
	if (materialized)
	{
		note = both(note, sc_view_lost(&data, data_had));
		/* what the owner may not see, nobody will */
		if (reach->secured_for_owner)
			note = both(note, "row-level security of the evaluation applies to the owner");
		put_result(work, &data, note);
	}
}

/* Drops what we made of a kind, if there is any. */
static void
drop_kind(Work *work, const ViewKind *kind, bool tell)
{
	ViewTarget	target[2];
	int			i;

	target[0] = sc_view_target(work->schema, work->schema_name, kind, RELKIND_VIEW);
	target[1] = sc_view_target(work->schema, work->schema_name, kind, RELKIND_MATVIEW);
	for (i = 0; i < 2; i++)
		if (sc_view_is_ours(&target[i]))
		{
			drop(&target[i]);
			if (tell)
				put_result(work, &target[i], NULL);
		}
}

/*
 * Raises 22023 if the evaluation reads a view that is to be made.
 */
static void
check_no_circle(const Work *work, const ViewReach *reach)
{
	int			i;

	for (i = 0; i < 2 * sc_n_view_kinds; i++)
	{
		ViewTarget	target = sc_view_target(work->schema, work->schema_name, &sc_view_kinds[i / 2],
											i % 2 == 1 ? RELKIND_MATVIEW : RELKIND_VIEW);

		if (OidIsValid(target.oid) && list_member_oid(reach->all, target.oid))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the evaluation cannot be made of %s, which is to be made of it", target.qualified)));
	}
}

/* create_capabilities_views(target_schema, evaluation, materialized) */
Datum
sc_create_capabilities_views(PG_FUNCTION_ARGS)
{
	bool		materialized = sc_bool_argument(fcinfo, 2, "materialized");
	Work		work;
	Evaluation	evaluation;
	ViewReach	reach;
	EvaluationHas has;
	int			i;

	begin_work(fcinfo, &work, TO_CREATE, "create_capabilities_views()");
	sc_view_evaluation(fcinfo, 1, work.extension_schema, &evaluation);
	for (i = 0; i < sc_n_view_kinds; i++)
	{
		ViewTarget	view = sc_view_target(work.schema, work.schema_name, &sc_view_kinds[i], RELKIND_VIEW);
		ViewTarget	data = sc_view_target(work.schema, work.schema_name, &sc_view_kinds[i], RELKIND_MATVIEW);
		bool		wanted = sc_view_kinds[i].of == OF_STRATUM || sc_view_is_ours(&view);

		if (wanted)
			sc_view_check_is_free(&view);
		if ((wanted && materialized) || sc_view_is_ours(&data))
			sc_view_check_is_free(&data);
	}
	sc_view_check_matrices(&evaluation, &has);
	sc_view_reach(evaluation.oid, &reach);
	check_no_circle(&work, &reach);
	for (i = 0; i < sc_n_view_kinds; i++)
	{
		const ViewKind *kind = &sc_view_kinds[i];
		ViewTarget	view = sc_view_target(work.schema, work.schema_name, kind, RELKIND_VIEW);

		CHECK_FOR_INTERRUPTS();

		/*
		 * what is there stays, with its readers, when there are no dates or
		 * no second stratum for a while
		 */
		if (sc_view_is_wanted(kind, &has) || sc_view_is_ours(&view))
			make_kind(&work, kind, &evaluation, &reach, materialized);
	}
	return end_work();
}

/* refresh_capabilities_views(target_schema) */
Datum
sc_refresh_capabilities_views(PG_FUNCTION_ARGS)
{
	Work		work;
	bool		found = false;
	int			i;

	begin_work(fcinfo, &work, TO_REFRESH, "refresh_capabilities_views()");
	for (i = 0; i < sc_n_view_kinds; i++)
	{
		ViewTarget	data = sc_view_target(work.schema, work.schema_name, &sc_view_kinds[i], RELKIND_MATVIEW);

		CHECK_FOR_INTERRUPTS();
		if (!sc_view_is_ours(&data))
			continue;
		found = true;
		/* without keeping readers out, if its index is still there */
		sc_view_look_up(psprintf("SELECT FROM pg_class AS c JOIN pg_index AS i ON i.indrelid = c.oid WHERE c.oid = %u AND c.relispopulated"
								 " AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL",
								 data.oid));
		sc_view_run(psprintf("REFRESH MATERIALIZED VIEW %s%s", SPI_processed > 0 ? "CONCURRENTLY " : "", data.qualified));
		put_result(&work, &data, NULL);
	}
	if (!found)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("schema \"%s\" has no materialized capabilities views", work.schema_name),
				 errhint("create_capabilities_views makes them with materialized => true.")));
	return end_work();
}

/* drop_capabilities_views(target_schema) */
Datum
sc_drop_capabilities_views(PG_FUNCTION_ARGS)
{
	Work		work;
	int			i;

	begin_work(fcinfo, &work, TO_DROP, "drop_capabilities_views()");
	for (i = 0; i < sc_n_view_kinds; i++)
		drop_kind(&work, &sc_view_kinds[i], true);
	return end_work();
}
