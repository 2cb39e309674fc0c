/*-------------------------------------------------------------------------
 *
 * views_source.c
 *	  The table that create_capabilities_views() is told of, its columns and the
 *	  names of benchmarks, checked and turned into SQL.
 *
 * Columns are looked up in the catalog by the name as it is written there; all
 * names and values are quoted, so that none can be anything else.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "functions/shared/arguments.h"
#include "functions/shared/benchmark_names.h"
#include "functions/views/views_source.h"

/* How many columns of a table are listed when one is not found. */
#define MAX_LISTED 20

/* Raises 42703. */
static void
missing_column(Oid relation, const char *column, const char *parameter)
{
	Relation	rel = relation_open(relation, AccessShareLock);
	StringInfoData names;
	int			n = 0;
	int			i;

	initStringInfo(&names);
	for (i = 0; i < rel->rd_att->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(rel->rd_att, i);

		if (att->attisdropped)
			continue;
		if (n < MAX_LISTED)
			appendStringInfo(&names, "%s\"%s\"", n > 0 ? ", " : "", NameStr(att->attname));
		n++;
	}
	relation_close(rel, AccessShareLock);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of relation \"%s\" does not exist", column, get_rel_name(relation)),
			 n > MAX_LISTED ?
			 errdetail("The parameter \"%s\" names it. There are %d columns, the first are %s.", parameter, n, names.data) :
			 errdetail("The parameter \"%s\" names it. The columns are %s.", parameter, names.data),
			 errhint("Name the column by %s => '...', as it is written in the catalog.", parameter)));
}

/*
 * The column of s that text argument i names, quoted, and its type without
 * domains; NULL where the argument is and may be.
 */
static const char *
source_column(FunctionCallInfo fcinfo, int i, const char *parameter, bool may_be_null,
			  Oid relation, Oid *type)
{
	char	   *column;
	AttrNumber	number;

	if (may_be_null && PG_ARGISNULL(i))
		return NULL;
	column = sc_text_parameter(fcinfo, i, parameter);
	number = get_attnum(relation, column);
	if (number <= 0)
		missing_column(relation, column, parameter);
	*type = getBaseType(get_atttype(relation, number));
	return psprintf("s.%s", quote_identifier(column));
}

/* Raises 42804. */
static void
wrong_type(FunctionCallInfo fcinfo, int i, const char *parameter, Oid type, const char *wanted,
		   const char *cast)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" is of type %s, not %s", sc_text_parameter(fcinfo, i, parameter),
					format_type_be(type), wanted),
			 errdetail("The parameter \"%s\" names it.", parameter),
			 errhint("Make a view of the table that casts it to %s, and take that as the source.", cast)));
}

/* A label as text, of the database's own collation, so that parts of a union agree. */
static const char *
label_column(FunctionCallInfo fcinfo, int i, const char *parameter, bool may_be_null, Oid relation)
{
	Oid			type;
	const char *column = source_column(fcinfo, i, parameter, may_be_null, relation, &type);

	return column ? psprintf("(%s::pg_catalog.text COLLATE pg_catalog.\"default\")", column) : NULL;
}

/* A number as float8; true and false are 1 and 0. */
static const char *
score_column(FunctionCallInfo fcinfo, int i, const char *parameter, Oid relation)
{
	Oid			type;
	const char *column = source_column(fcinfo, i, parameter, false, relation, &type);

	switch (type)
	{
		case FLOAT8OID:
		case FLOAT4OID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
			return psprintf("%s::pg_catalog.float8", column);
		case BOOLOID:
			return psprintf("%s::pg_catalog.int4::pg_catalog.float8", column);
		default:
			wrong_type(fcinfo, i, parameter, type, "a number", "float8");
			return NULL;		/* not reached */
	}
}

/* A day; of an instant that in UTC, whatever the time zone of who looks. */
static const char *
date_column(FunctionCallInfo fcinfo, int i, const char *parameter, Oid relation)
{
	Oid			type;
	const char *column = source_column(fcinfo, i, parameter, true, relation, &type);

	if (column == NULL)
		return NULL;
	switch (type)
	{
		case DATEOID:
		case TIMESTAMPOID:
			return psprintf("%s::pg_catalog.date", column);
		case TIMESTAMPTZOID:
			return psprintf("(%s AT TIME ZONE 'UTC')::pg_catalog.date", column);
		default:
			wrong_type(fcinfo, i, parameter, type, "a date", "date");
			return NULL;		/* not reached */
	}
}

/* A list of names as SQL, and their number; 22023 for a NULL in it, and if it is empty and must not be. */
static const char *
name_list(FunctionCallInfo fcinfo, int i, const char *parameter, bool may_be_empty, int *n_names)
{
	StringInfoData sql;
	ArrayType  *array;
	Datum	   *name;
	bool	   *null;
	int			n;
	int			j;

	if (PG_ARGISNULL(i))
		sc_null_parameter(parameter);
	array = PG_GETARG_ARRAYTYPE_P(i);
	sc_check_name_list(array, parameter);
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &name, &null, &n);
	if (n == 0 && !may_be_empty)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"%s\" must not be empty", parameter),
				 errhint("Name the benchmarks that stand for general capability.")));
	initStringInfo(&sql);
	appendStringInfoString(&sql, "ARRAY[");
	for (j = 0; j < n; j++)
	{
		if (null[j])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("parameter \"%s\" contains a null name", parameter)));
		appendStringInfo(&sql, "%s%s", j > 0 ? ", " : "", quote_literal_cstr(TextDatumGetCString(name[j])));
	}
	appendStringInfoString(&sql, "]::pg_catalog.text[]");
	*n_names = n;
	return sql.data;
}

/* The relation, with its schema, as SQL. */
static const char *
source_relation(FunctionCallInfo fcinfo, int i, Oid *relation)
{
	Oid			oid;

	if (PG_ARGISNULL(i))
		sc_null_parameter("source");
	oid = PG_GETARG_OID(i);
	switch (get_rel_relkind(oid))
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
		case RELKIND_VIEW:
		case RELKIND_MATVIEW:
		case RELKIND_FOREIGN_TABLE:
			break;
		case '\0':
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_TABLE),
					 errmsg("relation with OID %u does not exist", oid)));
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("\"%s\" is not a table or view", get_rel_name(oid)),
					 errhint("The source has one row per score: a table, a foreign table, a view or a materialized view.")));
	}
	if (get_rel_persistence(oid) == RELPERSISTENCE_TEMP)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is temporary", get_rel_name(oid)),
				 errhint("A view of it would go with the session: put the scores into a permanent table.")));
	*relation = oid;
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(oid)), get_rel_name(oid));
}

Oid
sc_view_source(FunctionCallInfo fcinfo, ViewSource *source)
{
	CapabilityRecipe recipe;
	Oid			relation;
	int			n_capabilities;
	int			n;

	source->extension = NULL;
	source->relation = source_relation(fcinfo, 1, &relation);
	source->capabilities = name_list(fcinfo, 2, "capabilities", false, &n_capabilities);
	source->lower_is_better = name_list(fcinfo, 3, "lower_is_better", true, &n);
	source->covariates = name_list(fcinfo, 4, "covariates", true, &n);
	source->model = label_column(fcinfo, 5, "model", false, relation);
	source->benchmark = label_column(fcinfo, 6, "benchmark", false, relation);
	source->score = score_column(fcinfo, 7, "score", relation);
	source->strata = label_column(fcinfo, 8, "strata", true, relation);
	source->released = date_column(fcinfo, 9, "released", relation);
	source->window_days = sc_count_argument(fcinfo, 10, "window_days");
	if (source->window_days > SC_MAX_WINDOW_DAYS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for parameter \"%s\": %d", "window_days", source->window_days),
				 errdetail("It must be at most %d.", SC_MAX_WINDOW_DAYS)));
	sc_missing_arguments(fcinfo, 11, &recipe);
	sc_check_min_scores(&recipe, (uint32) n_capabilities);
	source->impute = recipe.impute;
	source->recipe = !recipe.impute ? "" : recipe.min_scores == 0 ? ", missing => 'impute'::pg_catalog.text" :
		psprintf(", missing => 'impute'::pg_catalog.text, min_scores => %u", recipe.min_scores);
	return relation;
}
