/*-------------------------------------------------------------------------
 *
 * fill_eval_tables_sql.h
 *	  The statements of fill_eval_tables(), as text; see sc_tables_sql().
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_EVAL_TABLES_FILL_EVAL_TABLES_SQL_H
#define SC_FUNCTIONS_EVAL_TABLES_FILL_EVAL_TABLES_SQL_H

/* Rows for the models, and for the benchmarks, of results that have none. */
extern const char *const sc_fill_sql_models;

/* In the current context: the lists of metrics are put in. */
extern char *sc_fill_sql_benchmarks(void);

#endif							/* SC_FUNCTIONS_EVAL_TABLES_FILL_EVAL_TABLES_SQL_H */
