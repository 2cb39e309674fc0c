/*-------------------------------------------------------------------------
 *
 * fill_eval_tables.c
 *	  fill_eval_tables: rows of benchmarks and models for what is new in results.
 *
 * Rows that are there are never touched, whoever has made them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "functions/eval_tables/eval_tables_work.h"
#include "functions/eval_tables/fill_eval_tables_sql.h"

PG_FUNCTION_INFO_V1(sc_fill_eval_tables);

/* fill_eval_tables(schema) */
Datum
sc_fill_eval_tables(PG_FUNCTION_ARGS)
{
	EvalWork	work;
	uint64		n;

	sc_tables_find(fcinfo, &work, "fill_eval_tables()");
	sc_tables_need(&work, "results");
	sc_tables_need(&work, "benchmarks");
	sc_tables_need(&work, "models");
	sc_tables_connect(&work);
	n = sc_tables_run(&work, sc_fill_sql_models, 0, NULL, NULL, NULL, NULL);
	n += sc_tables_run(&work, sc_fill_sql_benchmarks(), 0, NULL, NULL, NULL, NULL);
	sc_tables_finish(&work);
	PG_RETURN_INT32((int32) n);
}
