-- Views for BI tools over a table with one row per score: made, made again with
-- other parameters, materialised, refreshed, dropped.
CREATE SCHEMA bi;
CREATE TABLE eval_scores AS
SELECT 'model ' || i AS model, b AS benchmark, round((sin(i) + cos(i * j) / 2)::numeric, 3) AS score,
    CASE WHEN i % 2 = 0 THEN 'base' ELSE 'chat' END AS kind, DATE '2025-01-01' + 30 * i AS released
FROM generate_series(1, 12) AS i, unnest('{bbh,math,mmlu,toxigen,truthfulqa}'::text[]) WITH ORDINALITY AS u (b, j);

SELECT * FROM create_capabilities_views('bi', 'eval_scores', '{bbh,math,mmlu}', '{toxigen}');
SELECT stratum, benchmark, negated, n, round(corr::numeric, 3) AS corr, verdict, status
FROM bi.capabilities_correlations ORDER BY benchmark;
SELECT c.relname, c.reloptions, obj_description(c.oid, 'pg_class') AS comment
FROM pg_class AS c WHERE c.relnamespace = 'bi'::regnamespace ORDER BY 1;

-- Again: strata, release dates, behind materialised views.
SELECT * FROM create_capabilities_views('bi', 'eval_scores', '{bbh,math,mmlu}', '{toxigen}',
    strata => 'kind', released => 'released', window_days => 180, materialized => true);
SELECT stratum, benchmark, n, round(corr::numeric, 3) AS corr
FROM bi.capabilities_correlations ORDER BY stratum, benchmark;
SELECT stratum, window_start, window_end, n, round(corr::numeric, 3) AS corr, status
FROM bi.capabilities_correlations_over_time WHERE benchmark = 'truthfulqa' ORDER BY stratum, window_end;
DELETE FROM eval_scores WHERE model = 'model 12';
SELECT count(*) AS models FROM bi.capabilities_scores WHERE stratum = '(all)';
SELECT * FROM refresh_capabilities_views('bi');
SELECT count(*) AS models FROM bi.capabilities_scores WHERE stratum = '(all)';

-- Every column has a type that every driver reads, and a comment.
SELECT a.atttypid::regtype AS type, count(*) > 0 AS some,
    count(*) FILTER (WHERE coalesce(col_description(a.attrelid, a.attnum), '') = '') AS without_comment
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'bi'::regnamespace AND c.relkind IN ('v', 'm') GROUP BY 1 ORDER BY 1::text;

-- What is wrong is said.
SELECT error_of($$SELECT create_capabilities_views('nowhere', 'eval_scores', '{bbh}')$$);
SELECT error_of($$SELECT create_capabilities_views('bi', 'eval_scores', '{bbh}', score => 'Score')$$);
SELECT error_of($$SELECT create_capabilities_views('bi', 'eval_scores', '{bbh}', score => 'kind')$$);
SELECT error_of($$SELECT create_capabilities_views('bi', 'eval_scores', '{bbh}', released => 'model')$$);
SELECT error_of($$SELECT create_capabilities_views('bi', 'eval_scores', '{bbh,mmul}')$$);
SELECT error_of($$SELECT create_capabilities_views('bi', 'eval_scores', '{}')$$);
SELECT error_of($$SELECT create_capabilities_views('bi', 'eval_scores', '{bbh,NULL}')$$);
SELECT error_of($$SELECT create_capabilities_views('bi', 'eval_scores', '{bbh}', window_days => 0)$$);
SELECT error_of($$SELECT create_capabilities_views('bi', 'eval_scores', '{bbh}', window_days => 36501)$$);
SELECT error_of($$SELECT create_capabilities_views('bi', 'bi.capabilities_scores', '{bbh}', score => 'capability', benchmark => 'stratum')$$);

-- Only what was made is dropped.
COMMENT ON VIEW bi.capabilities_scatter IS 'mine now';
SELECT error_of($$SELECT drop_capabilities_views('bi')$$);
DROP VIEW bi.capabilities_scatter;
SELECT * FROM drop_capabilities_views('bi');
SELECT error_of($$SELECT refresh_capabilities_views('bi')$$);
CREATE TABLE bi.capabilities_scatter ();
SELECT error_of($$SELECT create_capabilities_views('bi', 'eval_scores', '{bbh,math}')$$);
DROP TABLE bi.capabilities_scatter;
DROP SCHEMA bi;
DROP TABLE eval_scores;
