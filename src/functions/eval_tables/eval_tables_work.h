/*-------------------------------------------------------------------------
 *
 * eval_tables_work.h
 *	  What the functions of the eval tables share: their schema, the relations
 *	  in it that are ours, and running commands.
 *
 * Commands run as the caller, with the search_path pg_catalog, pg_temp: so nothing
 * that somebody has planted is called by ours, and the caller's triggers see that
 * path too.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_EVAL_TABLES_EVAL_TABLES_WORK_H
#define SC_FUNCTIONS_EVAL_TABLES_EVAL_TABLES_WORK_H

#include "executor/spi.h"
#include "fmgr.h"

#include "functions/eval_tables/eval_tables_sql.h"
#include "functions/views/views_targets.h"

typedef struct EvalWork
{
	Oid			schema;			/* where the tables are */
	char	   *schema_name;
	char	   *extension;		/* name of the schema of our functions */
	int			guc_level;
} EvalWork;

/*
 * Reads argument 0, the schema.  22023 for NULL, 3F000 for one that is not there.
 * command is named by 25006 where nothing can be written.
 */
extern void sc_tables_find(FunctionCallInfo fcinfo, EvalWork *work, const char *command);

/* The same again, after a wait. */
extern void sc_tables_find_schema(EvalWork *work);

/* Connects to SPI and sets the search_path, and back. */
extern void sc_tables_connect(EvalWork *work);
extern void sc_tables_finish(EvalWork *work);

/* What is there by the name of a kind. */
extern ViewTarget sc_tables_target(const EvalWork *work, const EvalKind *kind);

/* 42P01 unless the table is there and ours. */
extern void sc_tables_need(const EvalWork *work, const char *table);

/*
 * Runs a statement, with the schemas put in, whose plan is kept for the session;
 * arguments are of the types that are given, '\0' ends them.  Within SPI.
 */
#define EVAL_MAX_ARGUMENTS 6
extern uint64 sc_tables_run(const EvalWork *work, const char *text, int n_arguments,
							const Oid *types, const Datum *values, const bool *nulls,
							DestReceiver *destination);

#endif							/* SC_FUNCTIONS_EVAL_TABLES_EVAL_TABLES_WORK_H */
