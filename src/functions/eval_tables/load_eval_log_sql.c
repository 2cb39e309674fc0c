/*-------------------------------------------------------------------------
 *
 * load_eval_log_sql.c
 *	  The statements of load_eval_log() and its kin, as text.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "functions/eval_tables/load_eval_log_sql.h"

/* The columns of eval_scores() that are ours to keep. */
#define CELL_COLUMNS "model, setting, benchmark, variant, metric, filter"
#define COLUMNS CELL_COLUMNS ", score, stderr, n, n_total, lower_is_better, parent, is_group, item, run_id, run_at, source"

/* of these types, whatever has been done to eval_scores_row */
const char *const sc_load_sql_read =
"SELECT model::text, setting::text, benchmark::text, variant::text, metric::text, filter::text, score::double precision,"
" stderr::double precision, n::bigint, n_total::bigint, lower_is_better::boolean, parent::text, is_group::boolean,"
" item::text, run_id::text, run_at::timestamptz, source::text FROM @extension@.eval_scores($1)";
const char *const sc_load_sql_problem = "SELECT @extension@.eval_log_problem($1)";
const char *const sc_load_sql_text = "SELECT @extension@.eval_log_text($1)";
const char *const sc_load_sql_hash = "SELECT encode(sha256($1), 'hex')";

const char *const sc_load_sql_lock = "LOCK TABLE @schema@.logs IN SHARE ROW EXCLUSIVE MODE";

const char *const sc_load_sql_known =
"SELECT EXISTS (SELECT FROM @schema@.logs AS l WHERE l.hash = $2 AND l.n_rows IS NOT NULL),"
" EXISTS (SELECT FROM @schema@.logs AS l WHERE l.file = $1 AND l.n_rows IS NOT NULL)";

const char *const sc_load_sql_has_hash =
"SELECT EXISTS (SELECT FROM @schema@.logs AS l WHERE l.hash = $1 AND l.n_rows IS NOT NULL)";

const char *const sc_load_sql_delete_rows = "DELETE FROM @schema@.results AS r WHERE r.file = $1";

const char *const sc_load_sql_delete_other =
"DELETE FROM @schema@.logs AS l WHERE l.file = $1 AND l.hash IS DISTINCT FROM $2";

#define UPDATE_LOG \
	"ON CONFLICT (file) DO UPDATE SET hash = excluded.hash, bytes = excluded.bytes, loaded_at = excluded.loaded_at," \
	" source = excluded.source, n_rows = excluded.n_rows, reason = excluded.reason"

const char *const sc_load_sql_insert_rejected =
"INSERT INTO @schema@.logs AS l (file, hash, bytes, loaded_at, source, n_rows, reason)"
" VALUES ($1, $2, $3, clock_timestamp(), NULL, NULL, $4) " UPDATE_LOG;

/*
 * What the path says of items: ".../Org__Name/samples_TASK_2026-01-05T10-00-00.jsonl";
 * and of results without a model.
 */
#define PATH_MODEL "replace(substring($1 FROM '(?:^|/)([^/]*[^/_]__[^/_][^/]*)/[^/]*$'), '__', '/')"
/* ".../results_2026-01-05T10-00-00.123456.json" says when, if nothing in it does; as times without a zone UTC. */
#define PATH_TIME \
	"(SELECT make_timestamptz(t[1]::integer, t[2]::integer, 1, t[4]::integer, t[5]::integer, t[6]::integer, 'UTC')" \
	" + (t[3]::integer - 1) * interval '24 hours' FROM regexp_match($1," \
	" '(?:^|[/_])([1-9]\\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3])-([0-5]\\d)-([0-5]\\d)(?:[.]\\d+)?[.][^/]*$') AS t)"
/* Leaderboards of AlpacaEval do not say who judged: ".../JUDGE/leaderboard.csv", ".../JUDGE_leaderboard.csv". */
#define PATH_VARIANT \
	"CASE WHEN source = 'alpaca_eval' AND variant IS NULL THEN 'judge=' || coalesce(substring($1 FROM '([^/]+)/leaderboard[.]csv$')," \
	" substring($1 FROM '([^/]+)_leaderboard[.]csv$'), substring($1 FROM '([^/]+)[.][^./]*$')) ELSE variant END"
#define PATH_TASK "substring($1 FROM '(?:^|/)[^/]*samples_([^/]+)_\\d{4}-\\d{2}-\\d{2}T[^/]*$')"

/*
 * rows has the columns of COLUMNS, of items the sum of the scores in score and their
 * number in n_total, one row or several for an item.
 */
#define INSERT(rows) \
	"WITH read AS MATERIALIZED (" \
	"SELECT DISTINCT coalesce(model, " PATH_MODEL ") AS model, setting, benchmark, " PATH_VARIANT " AS variant, metric, filter," \
	" score, stderr, n, n_total, lower_is_better, parent, is_group, run_id, coalesce(run_at, " PATH_TIME ") AS run_at, source, false AS of_items" \
	" FROM " rows " WHERE item IS NULL" \
	" UNION ALL SELECT coalesce(i.model, " PATH_MODEL "), i.setting, coalesce(i.benchmark, " PATH_TASK "), i.variant, i.metric, i.filter," \
	" avg(i.score), CASE WHEN count(*) > 1 AND (stddev_samp(i.score) > 0 OR avg(i.score) IN (0, 1))" \
	" THEN stddev_samp(i.score) / sqrt(count(*)) END, count(*), NULL::bigint," \
	" bool_or(i.lower_is_better), min(i.parent), false, i.run_id, coalesce(max(i.run_at), " PATH_TIME "), i.source, true" \
	" FROM (SELECT " CELL_COLUMNS ", item, run_id, source, sum(score) / sum(n_total) AS score," \
	" bool_or(lower_is_better) AS lower_is_better, min(parent) AS parent, max(run_at) AS run_at" \
	" FROM " rows " WHERE item IS NOT NULL AND score IS NOT NULL GROUP BY " CELL_COLUMNS ", item, run_id, source) AS i" \
	" GROUP BY i.model, i.setting, i.benchmark, i.variant, i.metric, i.filter, i.run_id, i.source)," \
	" log AS (INSERT INTO @schema@.logs AS l (file, hash, bytes, loaded_at, source, n_rows, reason)" \
	" SELECT $1, $2, $3, clock_timestamp(), min(r.source), count(*)::integer," \
	" CASE WHEN count(r.score) = 0 THEN 'no score of the log is a number' WHEN count(r.model) = 0 THEN 'the log names no model' WHEN count(r.benchmark) = 0 THEN 'the log names no task' END" \
	" FROM read AS r " UPDATE_LOG ")" \
	" INSERT INTO @schema@.results (file, model, setting, benchmark, variant, metric, filter, score, stderr, n, n_total," \
	" lower_is_better, parent, is_group, run_id, run_at, source, of_items)" \
	" SELECT $1, r.model, r.setting, r.benchmark, r.variant, r.metric, r.filter, r.score, r.stderr, r.n, r.n_total," \
	" r.lower_is_better, r.parent, r.is_group, r.run_id, r.run_at, r.source, r.of_items FROM read AS r"

const char *const sc_load_sql_insert =
INSERT("(SELECT " CELL_COLUMNS ", score, stderr, n, CASE WHEN item IS NULL THEN n_total ELSE 1 END AS n_total,"
	   " lower_is_better, parent, is_group, item, run_id, run_at, source FROM " EVAL_ROWS ") AS s");

#define STAGED "pg_temp." EVAL_STAGED

const char *const sc_load_sql_insert_staged =
INSERT("(SELECT * FROM " STAGED " AS p WHERE p.in_schema = $4 AND p.file = $1 AND p.hash = $2 AND p.part_bytes IS NULL) AS s");

const char *const sc_load_sql_create_staged =
"CREATE TEMPORARY TABLE " EVAL_STAGED " (in_schema oid, file text, hash text, part_bytes bigint, reason text,"
" model text, setting text, benchmark text, variant text, metric text, filter text, score double precision,"
" stderr double precision, n bigint, n_total bigint, lower_is_better boolean, parent text, is_group boolean,"
" item text, run_id text, run_at timestamptz, source text)";

const char *const sc_load_sql_stage =
"WITH part AS (INSERT INTO " STAGED " (in_schema, file, hash, part_bytes) VALUES ($4, $1, $2, $3))"
" INSERT INTO " STAGED " (in_schema, file, hash, " COLUMNS ")"
" SELECT $4, $1, $2, " CELL_COLUMNS ", score, stderr, n, n_total, lower_is_better, parent, is_group, item, run_id, run_at, source"
" FROM " EVAL_ROWS " WHERE item IS NULL"
" UNION ALL SELECT $4, $1, $2, " CELL_COLUMNS ", sum(score), NULL, NULL, count(*), bool_or(lower_is_better), min(parent), false,"
" item, run_id, max(run_at), source"
" FROM " EVAL_ROWS " WHERE item IS NOT NULL AND score IS NOT NULL GROUP BY " CELL_COLUMNS ", item, run_id, source";

const char *const sc_load_sql_stage_part =
"INSERT INTO " STAGED " (in_schema, file, hash, part_bytes, reason) VALUES ($4, $1, $2, $3, $5)";

const char *const sc_load_sql_staged_parts =
"SELECT sum(p.part_bytes)::bigint, min(p.reason COLLATE \"C\"), count(*) - count(p.part_bytes) FROM " STAGED " AS p"
" WHERE p.in_schema = $3 AND p.file = $1 AND p.hash = $2 HAVING count(*) > 0";

const char *const sc_load_sql_unstage =
"DELETE FROM " STAGED " AS p WHERE p.in_schema = $2 AND p.file = $1";

const char *const sc_load_sql_any_staged = "SELECT FROM " STAGED " LIMIT 1";
