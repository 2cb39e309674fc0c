-- Views for BI tools over the matrices of an evaluation: made, made again of another
-- one, materialised, refreshed, dropped.
CREATE SCHEMA bi;
CREATE TABLE eval_scores AS
SELECT 'model ' || i AS model, b AS benchmark, round((sin(i) + cos(i * j) / 2)::numeric, 3) AS score,
    CASE WHEN i % 2 = 0 THEN 'base' ELSE 'chat' END AS kind, DATE '2025-01-01' + 30 * i AS released
FROM generate_series(1, 12) AS i, unnest('{bbh,math,mmlu,toxigen,truthfulqa}'::text[]) WITH ORDINALITY AS u (b, j);

CREATE VIEW everything AS
SELECT '(all)' AS stratum, annotate(score_matrix(model, benchmark, score), '{bbh,math,mmlu}', '{toxigen}') AS m FROM eval_scores;
SELECT * FROM create_capabilities_views('bi', 'everything');
SELECT stratum, benchmark, direction, n, round(corr::numeric, 3) AS corr, verdict, status
FROM bi.capabilities_correlations ORDER BY benchmark;
SELECT c.relname, c.reloptions, obj_description(c.oid, 'pg_class') AS comment
FROM pg_class AS c WHERE c.relnamespace = 'bi'::regnamespace ORDER BY 1;

-- Again: strata, release dates, behind materialised views.
CREATE VIEW by_kind WITH (security_invoker) AS
WITH s AS (
    SELECT kind AS stratum, merge(score_matrix(model, benchmark, score),
        score_matrix(model, 'released', released - DATE '1970-01-01')) AS m
    FROM eval_scores GROUP BY kind)
SELECT stratum, annotate(m, '{bbh,math,mmlu}', '{toxigen}', '{released}', missing_ok => true) AS m
FROM (TABLE s UNION ALL SELECT '(all)', rollup(m) FROM s) AS t;
SELECT * FROM create_capabilities_views('bi', 'by_kind', materialized => true);
SELECT stratum, benchmark, n, round(corr::numeric, 3) AS corr
FROM bi.capabilities_correlations ORDER BY stratum, benchmark;
SELECT stratum, window_start, window_end, round(capability_sd_ratio::numeric, 3) AS sd_ratio, n, round(corr::numeric, 3) AS corr, status
FROM bi.capabilities_over_time WHERE benchmark = 'truthfulqa' ORDER BY stratum, window_end;
SELECT stratum_a, stratum_b, benchmark, n_a, n_b, round(difference::numeric, 3) AS difference, sign_changes, status
FROM bi.capabilities_strata_differences ORDER BY stratum_a, stratum_b, benchmark;
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
SELECT error_of($$SELECT create_capabilities_views('nowhere', 'by_kind')$$);
SELECT error_of($$SELECT create_capabilities_views('bi', 'eval_scores')$$);
CREATE VIEW wrong AS SELECT kind AS stratum, score_matrix(model, benchmark, score) AS m FROM eval_scores GROUP BY kind;
SELECT error_of($$SELECT create_capabilities_views('bi', 'wrong')$$);
CREATE OR REPLACE VIEW wrong AS TABLE by_kind UNION ALL TABLE everything;
SELECT error_of($$SELECT create_capabilities_views('bi', 'wrong')$$);
DROP VIEW wrong;
CREATE VIEW wrong AS SELECT stratum::varchar(20), m FROM by_kind;
SELECT error_of($$SELECT create_capabilities_views('bi', 'wrong')$$);
DROP VIEW wrong;
CREATE VIEW wrong AS SELECT stratum, m::text AS m FROM by_kind;
SELECT error_of($$SELECT create_capabilities_views('bi', 'wrong')$$);
DROP VIEW wrong;
CREATE VIEW wrong AS SELECT DISTINCT stratum, NULL::score_matrix AS m FROM bi.capabilities_scores_data;
SELECT error_of($$SELECT create_capabilities_views('bi', 'wrong')$$);
DROP VIEW wrong;

-- Over time, of any matrix: windows of other lengths, and what is no covariate.
SELECT window_start, window_end, benchmark, n, round(corr::numeric, 3) AS corr, n_families, status
FROM by_kind, capabilities_over_time(m, 'released', 240, ci => 'none') WHERE stratum = 'chat' AND benchmark = 'toxigen';
SELECT error_of($$SELECT capabilities_over_time(m, 'release') FROM by_kind$$);
SELECT error_of($$SELECT capabilities_over_time(m, 'mmlu') FROM by_kind$$);
SELECT error_of($$SELECT capabilities_over_time(m, NULL) FROM by_kind$$);
SELECT error_of($$SELECT capabilities_over_time(m, 'released', 0) FROM by_kind$$);
SELECT error_of($$SELECT capabilities_over_time(m, 'released', 36501) FROM by_kind$$);
SELECT error_of($$SELECT capabilities_over_time(m, 'released', missing => 'impute', min_scores => 4) FROM by_kind$$);

-- Only what was made is dropped.
COMMENT ON VIEW bi.capabilities_scatter IS 'mine now';
SELECT error_of($$SELECT drop_capabilities_views('bi')$$);
DROP VIEW bi.capabilities_scatter;
SELECT * FROM drop_capabilities_views('bi');
SELECT error_of($$SELECT refresh_capabilities_views('bi')$$);
CREATE TABLE bi.capabilities_scatter ();
SELECT error_of($$SELECT create_capabilities_views('bi', 'by_kind')$$);
DROP TABLE bi.capabilities_scatter;
DROP SCHEMA bi;
DROP VIEW everything, by_kind;
DROP TABLE eval_scores;
