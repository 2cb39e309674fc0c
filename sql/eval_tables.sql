-- Tables of evaluation logs: made, loaded into, filled, and what is chosen from them.
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE SCHEMA evals;
SELECT * FROM create_eval_tables('evals');
SELECT c.relname, c.relkind, c.reloptions, obj_description(c.oid, 'pg_class') AS comment
FROM pg_class AS c WHERE c.relnamespace = 'evals'::regnamespace AND c.relkind <> 'i' ORDER BY 1;
SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'evals' ORDER BY indexname;

-- A document of lm-evaluation-harness, of two tasks and a group.
CREATE FUNCTION log_of(model text, score float8, at int, more jsonb DEFAULT '{}') RETURNS bytea LANGUAGE sql RETURN convert_to((jsonb_build_object(
    'results', jsonb_build_object('mmlu', jsonb_build_object('acc,none', score, 'acc_stderr,none', 0.01),
        'mmlu_law', jsonb_build_object('acc,none', score + 0.1, 'acc_stderr,none', 0.02),
        'gsm8k', jsonb_build_object('exact_match,strict-match', score / 2, 'exact_match,flexible-extract', score / 2 + 0.01),
        'truthfulqa_mc1', jsonb_build_object('acc,none', 1 - score), 'wikitext', jsonb_build_object('word_perplexity,none', 10 / score),
        'house_rules', jsonb_build_object('odd,none', score ^ 2)),
    'group_subtasks', '{"mmlu": ["mmlu_law"]}'::jsonb, 'versions', '{"mmlu": 2, "mmlu_law": 2, "gsm8k": 3, "truthfulqa_mc1": 2, "wikitext": 2, "house_rules": 1}'::jsonb,
    'higher_is_better', '{"wikitext": {"word_perplexity": false}, "mmlu": {"acc": true}, "mmlu_law": {"acc": true}}'::jsonb,
    'n-samples', '{"mmlu": {"original": 100, "effective": 100}}'::jsonb,
    'config', jsonb_build_object('model', 'hf', 'model_args', 'pretrained=' || model), 'model_name', model, 'date', at) || more)::text, 'UTF8');
SELECT file, load_eval_log('evals', file, NULL, content)
FROM (VALUES ('a/1.json', log_of('org/a-1b', 0.5, 1750000000)), ('a/copy.json', log_of('org/a-1b', 0.5, 1750000000)),
    ('b/1.json', log_of('org/b-7b', 0.6, 1750000001)), ('b/2.json', log_of('org/b-7b', 0.7, 1750000002)), ('c.json', log_of('c', 0.4, 1750000003)),
    ('bad.json', '{"results":'), ('empty.json', '{}'), ('c.json', log_of('c', 0.45, 1750000003))) AS l (file, content);
SELECT eval_log_is_known('evals', encode(sha256(log_of('c', 0.45, 1750000003)), 'hex')) AS known,
    eval_log_is_known('evals', encode(sha256(log_of('c', 0.4, 1750000003)), 'hex')) AS replaced;
SELECT reject_eval_log('evals', 'huge.json', 'larger than 1 GB');
SELECT file, bytes > 0 AS has_bytes, source, n_rows, reason IS NULL AS good FROM evals.logs ORDER BY file COLLATE "C";
SELECT file FROM evals.rejected ORDER BY file COLLATE "C";

-- Items, in two parts; a path that names the model, and one that does not.
SELECT load_eval_log('evals', 'Org__D-3b/samples_arc_easy_2026-01-05T10-00-00.jsonl', 'some hash', convert_to(part, 'UTF8'), is_last)
FROM (VALUES (E'{"doc_id": 0, "resps": [], "metrics": ["acc"], "acc": 1}\n{"doc_id": 1, "resps": [], "metrics": ["acc"], "acc": 0}\n', false),
    (E'{"doc_id": 1, "resps": [], "metrics": ["acc"], "acc": 0}\n{"doc_id": 2, "resps": [], "metrics": ["acc"], "acc": 1}\n', true)) AS p (part, is_last);
SELECT load_eval_log('evals', 'samples_arc_easy_2026-01-05T10-00-00.jsonl', NULL, '{"doc_id": 0, "resps": [], "metrics": ["acc"], "acc": 1}');
SELECT model, benchmark, metric, round(score::numeric, 6) AS score, round(stderr::numeric, 6) AS stderr, n, of_items FROM evals.results WHERE of_items ORDER BY model;

-- What is proposed.
SELECT fill_eval_tables('evals');
SELECT fill_eval_tables('evals');
SELECT benchmark, metric, filter, role, lower_is_better AS lower, direction_from AS "from", parent, overlaps_with, note FROM evals.benchmarks ORDER BY benchmark COLLATE "C";
SELECT * FROM evals.models ORDER BY name COLLATE "C";

-- What is chosen, once the undecided is decided.
UPDATE evals.benchmarks SET role = 'target', lower_is_better = true WHERE benchmark = 'house_rules';
SELECT model, benchmark, round(score::numeric, 3) AS score, round(stderr::numeric, 3) AS stderr, n, lower_is_better AS lower, file, run_at FROM evals.scores ORDER BY model COLLATE "C", benchmark COLLATE "C";
SELECT model, benchmark, file, round(score::numeric, 3) AS score, wins, why FROM evals.collisions ORDER BY model COLLATE "C", benchmark COLLATE "C", file COLLATE "C";
UPDATE evals.benchmarks SET role = 'omit' WHERE benchmark = 'arc_easy';
SELECT r.benchmark, r.role, r.direction, r.overlaps_with, r.n_scores FROM evals.evaluation, roles(m) AS r;
SELECT f.model, f.family FROM evals.evaluation, families(m) AS f;
SELECT benchmark, n, corr, status FROM evals.evaluation, capabilities_correlations(m) AS c WHERE role = 'target';

-- Again: rows stay, a column that lacks is added.
ALTER TABLE evals.models DROP COLUMN note;
SELECT relation, note FROM create_eval_tables('evals') WHERE note IS NOT NULL;
SELECT count(*) FROM evals.scores;

-- What is wrong is said.
SELECT error_of($$SELECT create_eval_tables('nowhere')$$);
SELECT error_of($$SELECT create_eval_tables(NULL)$$);
SELECT error_of($$SELECT load_eval_log('public', 'f', NULL, '')$$);
SELECT error_of($$SELECT load_eval_log('evals', 'f', NULL, NULL)$$);
SELECT error_of($$SELECT load_eval_log('evals', 'f', NULL, '', false)$$);
SELECT error_of($$SELECT fill_eval_tables('public')$$);
COMMENT ON VIEW evals.scores IS 'mine';
SELECT error_of($$SELECT create_eval_tables('evals')$$);
COMMENT ON VIEW evals.scores IS 'Made by create_eval_tables() of safetycorr.';
CREATE VIEW mine AS TABLE evals.evaluation;
SELECT error_of($$SELECT drop_eval_tables('evals')$$);
DROP VIEW mine;

SELECT count(*) > 100 AS many, count(DISTINCT role) AS roles FROM known_benchmarks();

SELECT * FROM drop_eval_tables('evals');
SELECT * FROM drop_eval_tables('evals');
DROP SCHEMA evals;
DROP FUNCTION log_of;
