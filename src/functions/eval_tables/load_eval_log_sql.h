/*-------------------------------------------------------------------------
 *
 * load_eval_log_sql.h
 *	  The statements of load_eval_log() and its kin, as text; see sc_tables_sql().
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_EVAL_TABLES_LOAD_EVAL_LOG_SQL_H
#define SC_FUNCTIONS_EVAL_TABLES_LOAD_EVAL_LOG_SQL_H

/* The rows of the file at hand, by this name in statements. */
#define EVAL_ROWS "safetycorr_eval_rows"

/* The temporary table of the session where parts of files wait. */
#define EVAL_STAGED "safetycorr_eval_parts"
#define EVAL_STAGED_MARK "Parts of evaluation logs, made by load_eval_log() of safetycorr."

/* $1 text of the log: its rows, in the columns of EVAL_ROWS. */
extern const char *const sc_load_sql_read;
extern const char *const sc_load_sql_problem;

/* $1 content: the same of bytes. */
extern const char *const sc_load_sql_text;
extern const char *const sc_load_sql_hash;

/* One loader at a time in a schema; readers are not hindered. */
extern const char *const sc_load_sql_lock;

/* $1 file, $2 hash: is the content there, under any name; has the file rows. */
extern const char *const sc_load_sql_known;

/* $1 file: its rows go; $1 file, $2 hash: it goes itself, if it had other content. */
extern const char *const sc_load_sql_delete_rows;
extern const char *const sc_load_sql_delete_other;

/* $1 file, $2 hash, $3 bytes, $4 reason: a log that gives nothing. */
extern const char *const sc_load_sql_insert_rejected;

/*
 * The same without a reason: the log and its rows, from EVAL_ROWS; or with $4 oid
 * of the schema from what is staged.
 */
extern const char *const sc_load_sql_insert;
extern const char *const sc_load_sql_insert_staged;

/* The temporary table, as a command. */
extern const char *const sc_load_sql_create_staged;

/* $1 file, $2 hash, $3 bytes, $4 oid of the schema: the part in EVAL_ROWS, and how long it was. */
extern const char *const sc_load_sql_stage;

/* The same with $5 reason: a part that is rejected, and the file with it. */
extern const char *const sc_load_sql_stage_part;

/* $1 file, $2 hash, $3 oid of the schema: bytes of all parts, and the first reason; none: no rows. */
extern const char *const sc_load_sql_staged_parts;

/* $1 file, $2 oid of the schema: what is staged of it goes. */
extern const char *const sc_load_sql_unstage;

/* A row if anything is staged of any file. */
extern const char *const sc_load_sql_any_staged;

/* Whether a file's content is there: $1 hash. */
extern const char *const sc_load_sql_has_hash;

#endif							/* SC_FUNCTIONS_EVAL_TABLES_LOAD_EVAL_LOG_SQL_H */
