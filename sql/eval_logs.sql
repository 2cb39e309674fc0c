-- eval_scores: the scores of result documents of evaluation harnesses.
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- What a statement raises: SQLSTATE, message, detail, hint.
CREATE FUNCTION error_of_log(log jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text; hint text;
BEGIN
    PERFORM count(*) FROM eval_scores(log);
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE, message, NULLIF(detail, ''), NULLIF(hint, ''));
END $$;

-- ---------------------------------------------------------------------
-- lm-evaluation-harness
-- ---------------------------------------------------------------------

-- Two filters; a task without a filter's name; stderr that is "N/A"; a group,
-- with the count of its own; one that is only in groups; strings that are numbers
-- and others; what is no metric.
CREATE TABLE lm_eval AS SELECT '{
    "results": {
        "gsm8k": {"alias": "gsm8k", "exact_match,strict-match": 0.5, "exact_match_stderr,strict-match": 0.0138,
                  "exact_match,flexible-extract": 0.625, "exact_match_stderr,flexible-extract": "N/A"},
        "mmlu": {"alias": "mmlu", "name": "mmlu", "acc,none": 0.25, "acc_stderr,none": 0.004, "sample_len": 14042,
                 "sample_count": {"acc,none": 14040}},
        "mmlu_law": {"alias": " - law", "acc,none": true, "acc_stderr,none": -0.1, "sample_len": 7},
        "wikitext": {"alias": "wikitext", "word_perplexity,none": 11.5, "word_perplexity_stderr,none": "N/A",
                     "bits_per_byte,none": null, "byte_perplexity,none": "NaN", "other,none": [1], "more,none": "0.0625",
                     "most,none": "1e-3 ", "samples": 62, "_stderr,none": 3},
        "empty": {"alias": "empty", " ": " "}
    },
    "groups": {"mmlu": {"acc,none": 0.99}, "truthfulqa": {"alias": "truthfulqa", "acc,none": 0.375, "sample_len": 817}},
    "versions": {"gsm8k": 3},
    "configs": {"wikitext": {"metric_list": [{"metric": "bits_per_byte"}, 7, {"metric": "word_perplexity", "higher_is_better": false}]},
                "gsm8k": {"metric_list": [{"metric": "exact_match", "higher_is_better": false}]}},
    "higher_is_better": {"gsm8k": {"exact_match": true}, "mmlu": {"acc": null}, "mmlu_law": {"acc": true}},
    "n-samples": {"gsm8k": {"original": 1319, "effective": 50}, "wikitext": 62, "mmlu_law": {"original": 9}},
    "config": {"model": "hf", "model_args": "pretrained=org/base,peft=org/tuned,dtype=float16"},
    "date": 1700000000.25, "model_name": "org/tuned"
}'::jsonb AS log;
SELECT benchmark, metric, score, stderr, n, lower_is_better FROM lm_eval, eval_scores(log);
SELECT DISTINCT model, run_at, source FROM lm_eval, eval_scores(log);

-- The model's name: model_name, else one of the model's arguments, the most
-- telling first, else the sanitised name; the kind of model is none.
SELECT change, model
FROM lm_eval, (VALUES (1, '{}'::jsonb), (2, '{"model_name": ""}'), (3, '{"model_name": null, "config": {"model_args": "base_model=no, pretrained=org/a"}}'),
    (4, '{"model_name": null, "config": {"model_args": "dtype=x,model=gpt-x"}}'), (5, '{"model_name": null, "config": {"model_args": {"path": "p", "model": "m"}}}'),
    (6, '{"model_name": null, "config": {"model": "hf", "model_args": ""}, "model_name_sanitized": "org__a"}'),
    (7, '{"model_name": 5, "config": {"model": "hf", "model_args": "pretrained="}}'), (8, '{"model_name": null, "config": "hf"}'),
    (9, '{"model_name": null, "config": {"model_args": "pretrained"}}'), (10, '{"model_name": null, "config": {"model_args": ",,=,engine=e=1"}}')) AS c (i, change),
    LATERAL (SELECT min(model) AS model FROM eval_scores(log || change)) AS s
ORDER BY i;

-- Before version 0.4 there were no filters, n, directions and time.
SELECT * FROM eval_scores('{"results": {"arc": {"acc": 0.5, "acc_stderr": 0.01, "acc_norm": 1, "acc_norm_stderr": 0.02, "alias": 5, "sample_len": 9, "x": "y"}},
    "versions": {"arc": 0}, "config": {"model": "hf-causal", "model_args": "pretrained=gpt2"}}');

-- Items know neither model nor task; old ones do not list their metrics.
SELECT * FROM eval_scores('{"doc_id": 7, "doc": {"q": 1}, "resps": [], "filter": "none", "metrics": ["acc", "acc_norm", "ppl", "absent", 3], "acc": 1.0, "acc_norm": false, "ppl": [1, 2], "length": 9}');
SELECT metric, score FROM eval_scores('{"doc_id": 7, "resps": [], "filter": "strict-match", "metrics": ["exact_match"], "exact_match": 0}');
SELECT metric, score FROM eval_scores('{"doc_id": 7, "doc": {"q": 1}, "target": "5", "resps": [], "acc": 0.0, "acc_norm": true}');
SELECT count(*) FROM eval_scores('{"doc_id": 7, "resps": [], "metrics": [], "acc": 1}');

-- ---------------------------------------------------------------------
-- Inspect
-- ---------------------------------------------------------------------

CREATE TABLE inspect AS SELECT '{
    "version": 2, "status": "success",
    "eval": {"created": "2025-10-21T01:12:03+02:00", "task": "evals/arc_easy", "model": "openai/gpt-x"},
    "results": {"total_samples": 9, "completed_samples": 8, "scores": [
        {"name": "choice", "scorer": "choice", "metrics": {
            "accuracy": {"name": "accuracy", "value": 0.5}, "mean": {"value": 0.75}, "std": {"value": 0.125}, "var": {"value": 0.25},
            "f1": {"value": "NaN"}, "stderr": {"name": "stderr", "value": 0.0625}}}]}
}'::jsonb AS log;
SELECT s.* FROM inspect, eval_scores(log) AS s;
-- Several scorers, dictionaries, reducers: the metric says which.
SELECT metric, score, stderr, n FROM inspect, eval_scores(jsonb_set(log, '{results,scores}', '[
    {"name": "choice", "scorer": "choice", "reducer": "mean", "scored_samples": 5, "metrics": {"accuracy": {"value": 0.5}, "stderr": {"value": 0.1}}},
    {"name": "choice", "scorer": "choice", "reducer": "pass_at_2", "scored_samples": 6, "metrics": {"accuracy": {"value": 0.75}, "bootstrap_stderr": {"value": 0.2}}},
    {"name": "toxicity", "scorer": "judge", "metrics": {"refusals": {"value": 3}, "std": {"value": 1}, "stderr": {"value": 0.3}}},
    {"name": "groups", "scorer": "judge", "metrics": {"a": {"value": 1}, "b": {"value": 2}, "stderr": {"value": 0.4}}},
    {"scorer": "nameless", "metrics": {"mean": {"value": 1}, "bootstrap_stderr": {"value": 0.5}, "stderr": {"value": 0.6}}},
    {"name": "none"}, {"name": "empty", "metrics": {}}, {"name": "odd", "metrics": {"mean": {}, "stderr": {"value": -1}}}]'));
-- Version 1 had one scorer.
SELECT metric, score, stderr, n FROM inspect, eval_scores(jsonb_set(log, '{results}',
    '{"scorer": {"name": "match"}, "metrics": {"accuracy": {"value": 1}, "stderr": {"value": 0}}}'));
-- A run that broke off, or goes on, has no scores, whatever the log holds.
SELECT status, count(s) FROM inspect, unnest('{error,cancelled,started,success}'::text[]) AS status
    LEFT JOIN LATERAL eval_scores(log || jsonb_build_object('status', status)) AS s ON true
GROUP BY status ORDER BY status;
SELECT count(*) FROM eval_scores('{"status": "error", "eval": {"task": "t", "model": "m"}, "results": null, "error": {}}');
SELECT count(*) FROM eval_scores('{"status": "success", "eval": {"task": "t", "model": "m"}}');
SELECT count(*) FROM eval_scores('{"status": 5, "eval": {"task": "t", "model": "m"}, "results": {}}');

-- ---------------------------------------------------------------------
-- Every Eval Ever
-- ---------------------------------------------------------------------

-- 0.2 names no metric; levels can be unknown; a time of the result's own.
SELECT * FROM eval_scores('{
    "schema_version": "0.3.0", "evaluation_id": "x/y/z", "evaluation_timestamp": "1750000000", "retrieved_timestamp": "1760000000",
    "model_info": {"name": "demo", "id": "org/demo"},
    "evaluation_results": [
        {"evaluation_name": "a", "metric_config": {"metric_id": "accuracy", "metric_name": "Accuracy", "lower_is_better": false},
         "score_details": {"score": 0.75, "uncertainty": {"standard_error": {"value": 0.05}, "num_samples": 100}}},
        {"evaluation_name": "b", "evaluation_timestamp": "2025-06-01", "metric_config": {"metric_name": "Elo", "lower_is_better": true}, "score_details": {"score": "12.5"}},
        {"evaluation_name": "c", "metric_config": {"metric_kind": "pass_rate"}, "score_details": {"score": null}},
        {"evaluation_name": "d", "metric_config": {"evaluation_description": "Levels of d", "score_type": "levels", "has_unknown_level": true},
         "score_details": {"score": -1, "uncertainty": {"standard_error": 0.25, "num_samples": 2.5}}},
        {"evaluation_name": "e", "metric_config": {"score_type": "levels", "has_unknown_level": false}, "score_details": {"score": -1}},
        {"evaluation_name": "f", "metric_config": {"score_type": "continuous", "has_unknown_level": true}, "score_details": {"score": -1, "uncertainty": "none"}},
        {}]
}');
SELECT model, run_at FROM eval_scores('{"model_info": {"name": "demo"}, "retrieved_timestamp": "1760000000.5", "evaluation_results": [{}]}');
SELECT model, run_at FROM eval_scores('{"model_info": null, "evaluation_results": [{}]}');
SELECT count(*) FROM eval_scores('{"model_info": {}, "evaluation_results": null}');
-- Items.
SELECT * FROM eval_scores('{"schema_version": "0.3.0", "evaluation_id": "x", "model_id": "org/demo", "evaluation_name": "a", "evaluation_result_id": "a#acc",
    "sample_id": "1", "interaction_type": "single_turn", "evaluation": {"score": 0.5, "is_correct": false}}');
SELECT model, benchmark, metric, score, n FROM eval_scores('{"model_id": "org/demo", "evaluation_name": "a", "sample_id": "1", "evaluation": {"score": true}}');

-- ---------------------------------------------------------------------
-- Times
-- ---------------------------------------------------------------------

-- Without a zone it is UTC in every session.
SET timezone = 'Asia/Tokyo';
SELECT time, run_at AT TIME ZONE 'UTC' AS run_at
FROM unnest(ARRAY['"2024-02-29T23:59:60Z"', '"2024-02-29 12:30"', '"2024-02-29"', '"2024-02-29T12:30:15.1234567"', '"2024-02-29T12:30:15-0330"',
    '"2024-02-29T00:30:15.5+14"', '"1700000000"', '1700000000.25', '0', '-1e9', '"-1"', '1e15', '1e400', '"1e400"', '"NaN"', 'null', 'true', '[]', '""',
    '"2023-02-29"', '"2024-13-01"', '"2024-00-01"', '"2024-01-32"', '"0000-01-01"', '"2024-1-1"', '"2024-01-01T"', '"2024-01-01T24:00"', '"2024-01-01T12:60"',
    '"2024-01-01T12:30:61"', '"2024-01-01T12:30:"', '"2024-01-01T12:30 "', '"2024-01-01T12:30x"', '"2024-01-01T12:30+"', '"2024-01-01T12:30+16"', '"2024-01-01T12:30+01:6"',
    '"2024-01-01T12:30+01:60"', '"2024-01-01T12:30ZZ"', '"tomorrow"', '"20240101T123000"']) WITH ORDINALITY AS t (time, i),
    eval_scores(jsonb_build_object('model_info', '{}'::jsonb, 'evaluation_results', '[{}]'::jsonb, 'evaluation_timestamp', time::jsonb))
ORDER BY i;
SET timezone = 'UTC';

-- ---------------------------------------------------------------------
-- What is none, or not as it should be
-- ---------------------------------------------------------------------

SELECT count(*) FROM eval_scores(NULL);
\pset tuples_only on
\pset format unaligned
SELECT error_of_log('{}');
SELECT error_of_log('[{"model_info": {}, "evaluation_results": []}]');
SELECT error_of_log('"results"');
SELECT error_of_log('null');
SELECT error_of_log('{"results": {}, "config_general": {}, "versions": {}}');
SELECT error_of_log(jsonb_object_agg(repeat('é', i) || i, i)) FROM generate_series(1, 99) AS i;
SELECT error_of_log(jsonb_build_object(repeat('x', 100000), 1));
-- Where scores would be.
SELECT error_of_log(jsonb_set(log, '{results}', '[]')) FROM lm_eval;
SELECT error_of_log(jsonb_set(log, '{results}', '7')) FROM lm_eval;
SELECT error_of_log(jsonb_set(log, '{groups}', '"none"')) FROM lm_eval;
SELECT error_of_log(jsonb_set(log, '{results,mmlu}', '[0.5]')) FROM lm_eval;
SELECT error_of_log(jsonb_set(log, '{results}', jsonb_build_object(repeat('é', 500), true))) FROM lm_eval;
SELECT error_of_log('{"doc_id": 1, "resps": [], "metrics": "acc"}');
SELECT error_of_log(jsonb_set(log, '{eval}', '"x"')) FROM inspect;
SELECT error_of_log(jsonb_set(log, '{results}', '[]')) FROM inspect;
SELECT error_of_log(jsonb_set(log, '{results,scores}', '{}')) FROM inspect;
SELECT error_of_log(jsonb_set(log, '{results,scores,0}', '1')) FROM inspect;
SELECT error_of_log(jsonb_set(log, '{results,scores,0,metrics}', '"accuracy"')) FROM inspect;
SELECT error_of_log(jsonb_set(log, '{results,scores,0,metrics,accuracy}', '0.5')) FROM inspect;
SELECT error_of_log(jsonb_set(log, '{results,scores,0,metrics,accuracy}', 'null')) FROM inspect;
SELECT error_of_log('{"model_info": "m", "evaluation_results": []}');
SELECT error_of_log('{"model_info": {}, "evaluation_results": {}}');
SELECT error_of_log('{"model_info": {}, "evaluation_results": [[]]}');
SELECT error_of_log('{"model_info": {}, "evaluation_results": [{"metric_config": 1}]}');
SELECT error_of_log('{"model_info": {}, "evaluation_results": [{"score_details": [0.5]}]}');
SELECT error_of_log('{"model_id": "m", "sample_id": "1", "evaluation": 0.5}');
-- A number that float8 cannot hold.
SELECT error_of_log(jsonb_set(log, '{results,mmlu,acc\,none}', '1e400')) FROM lm_eval;
SELECT error_of_log(jsonb_set(log, '{results,mmlu,acc\,none}', '"-1e400"')) FROM lm_eval;
SELECT error_of_log(jsonb_set(log, '{results,mmlu,acc_stderr\,none}', '1e400')) FROM lm_eval;
SELECT error_of_log(jsonb_set(log, '{results,scores,0,metrics,stderr,value}', '1e400')) FROM inspect;
SELECT error_of_log(jsonb_set(log, '{results,scores,0,metrics,accuracy,value}', ('1' || repeat('0', 400))::jsonb)) FROM inspect;
SELECT error_of_log('{"model_info": {}, "evaluation_results": [{"evaluation_name": "a", "score_details": {"score": 1e400}}]}');
SELECT error_of_log('{"model_info": {}, "evaluation_results": [{"score_details": {"score": "1e400"}}]}');
SELECT error_of_log('{"doc_id": 1, "resps": [], "acc": 1e400}');
\pset tuples_only off
\pset format aligned
-- Too small is 0; a count beyond what a double counts is none; long strings are no numbers.
SELECT score, n FROM eval_scores('{"model_info": {}, "evaluation_results": [
    {"score_details": {"score": 1e-400, "uncertainty": {"num_samples": 1e400}}}, {"score_details": {"score": -0, "uncertainty": {"num_samples": 9007199254740993}}},
    {"score_details": {"score": 1.7e308, "uncertainty": {"num_samples": 9007199254740991}}}, {"score_details": {"score": "00", "uncertainty": {"num_samples": -1}}},
    {"score_details": {"score": "0.1000000000000000000000000000000000000000000000000000000000000000", "uncertainty": {"num_samples": "5"}}},
    {"score_details": {"score": " 1"}}, {"score_details": {"score": "+1"}}, {"score_details": {"score": "0x10"}}, {"score_details": {"score": "Infinity"}}, {"score_details": {"score": "-0.5e-1"}}]}');

-- ---------------------------------------------------------------------
-- From logs to a matrix
-- ---------------------------------------------------------------------

-- Every n that there is can go into the matrix.
SELECT benchmark, score, n, stderr FROM cells((
    SELECT annotate(score_matrix(model, benchmark, score, coalesce(n, 1), stderr), lower_is_better => array_agg(DISTINCT benchmark) FILTER (WHERE lower_is_better))
    FROM lm_eval, eval_scores(log) WHERE metric IN ('acc', 'exact_match,strict-match', 'word_perplexity'))) AS c;
SELECT benchmark, n FROM cells((SELECT score_matrix('m', coalesce(benchmark, '?'), score, coalesce(n, 1), stderr) FROM eval_scores('{"model_info": {}, "evaluation_results": [
    {"evaluation_name": "none", "score_details": {"score": 0.5, "uncertainty": {"num_samples": 0}}}, {"evaluation_name": "one", "score_details": {"score": 0.5, "uncertainty": {"num_samples": 1}}}]}'))) AS c;

DROP TABLE lm_eval, inspect;
DROP FUNCTION error_of_log(jsonb);
