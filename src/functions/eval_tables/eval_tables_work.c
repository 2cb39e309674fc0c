/*-------------------------------------------------------------------------
 *
 * eval_tables_work.c
 *	  What the functions of the eval tables share.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "nodes/params.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "functions/eval_tables/eval_tables_work.h"
#include "functions/shared/arguments.h"

/* ----------
 * The schema
 * ----------
 */

void
sc_tables_find_schema(EvalWork *work)
{
	work->schema = sc_view_schema(work->schema_name, "Tables");
}

void
sc_tables_find(FunctionCallInfo fcinfo, EvalWork *work, const char *command)
{
	if (command != NULL)
		PreventCommandIfReadOnly(command);
	work->schema_name = sc_text_parameter(fcinfo, 0, "schema");
	/* the extension is relocatable: its schema is that of this function */
	work->extension = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	sc_tables_find_schema(work);
}

void
sc_tables_connect(EvalWork *work)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	work->guc_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

void
sc_tables_finish(EvalWork *work)
{
	AtEOXact_GUC(true, work->guc_level);
	SPI_finish();
}

/* ----------
 * Relations
 * ----------
 */

ViewTarget
sc_tables_target(const EvalWork *work, const EvalKind *kind)
{
	ViewTarget	target;

	target.name = pstrdup(kind->name);
	target.qualified = quote_qualified_identifier(work->schema_name, kind->name);
	target.relkind = kind->relkind;
	target.maker = EVAL_TABLES_MAKER;
	target.mark = SC_MADE_BY(EVAL_TABLES_MAKER);
	sc_view_find(&target, work->schema);
	return target;
}

void
sc_tables_need(const EvalWork *work, const char *table)
{
	ViewTarget	target = sc_tables_target(work, sc_tables_kind(table));

	if (!sc_view_is_ours(&target))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("schema \"%s\" has no table \"%s\" of create_eval_tables", work->schema_name, table),
				 errhint("SELECT * FROM create_eval_tables(%s) makes what is missing.",
						 quote_literal_cstr(work->schema_name))));
}

/* ----------
 * Statements
 * ----------
 */

/*
 * Plans by their texts, in which the schemas are named: the same few for every file of a
 * folder.  The server makes a plan anew when what it stands on has changed.
 */
#define MAX_PLANS 32

typedef struct KeptPlan
{
	char	   *sql;
	SPIPlanPtr	plan;
} KeptPlan;

static KeptPlan kept[MAX_PLANS];
static int	n_kept;

static SPIPlanPtr
plan_of(const char *sql, int n_arguments, const Oid *types)
{
	Oid			argument_types[EVAL_MAX_ARGUMENTS];
	SPIPlanPtr	plan;
	char	   *copy;
	int			i;

	for (i = 0; i < n_kept; i++)
		if (strcmp(kept[i].sql, sql) == 0)
			return kept[i].plan;
	Assert(n_arguments <= EVAL_MAX_ARGUMENTS);
	for (i = 0; i < n_arguments; i++)
		argument_types[i] = types[i];
	plan = SPI_prepare(sql, n_arguments, argument_types);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));

	/*
	 * none is thrown out for another: it may be at work, in a trigger of a
	 * trigger
	 */
	if (n_kept == MAX_PLANS)
		return plan;
	copy = MemoryContextStrdup(TopMemoryContext, sql);
	if (SPI_keepplan(plan) != 0)
		elog(ERROR, "SPI_keepplan failed");
	kept[n_kept].sql = copy;
	kept[n_kept++].plan = plan;
	return plan;
}

uint64
sc_tables_run(const EvalWork *work, const char *text, int n_arguments, const Oid *types,
			  const Datum *values, const bool *nulls, DestReceiver *destination)
{
	SPIExecuteOptions options = {0};
	Datum		copies[EVAL_MAX_ARGUMENTS];
	char		marks[EVAL_MAX_ARGUMENTS + 1] = {0};
	char	   *sql = sc_tables_sql(text, work->schema_name, work->extension);
	SPIPlanPtr	plan = plan_of(sql, n_arguments, types);
	int			code;
	int			i;

	for (i = 0; i < n_arguments; i++)
	{
		copies[i] = values[i];
		marks[i] = nulls != NULL && nulls[i] ? 'n' : ' ';
	}
	pfree(sql);
	if (destination != NULL)
	{
		ParamListInfo parameters = makeParamList(n_arguments);

		for (i = 0; i < n_arguments; i++)
		{
			parameters->params[i].value = copies[i];
			parameters->params[i].isnull = marks[i] == 'n';
			parameters->params[i].pflags = PARAM_FLAG_CONST;
			parameters->params[i].ptype = types[i];
		}
		options.params = parameters;
		options.read_only = false;
		options.dest = destination;
		code = SPI_execute_plan_extended(plan, &options);
	}
	else
		code = SPI_execute_plan(plan, copies, marks, false, 0);
	if (code < 0)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(code));
	return SPI_processed;
}
