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
SELECT benchmark, parent, is_group, metric, filter, score, stderr, n, n_total, lower_is_better FROM lm_eval, eval_scores(log);
SELECT DISTINCT model, setting, run_at, source FROM lm_eval, eval_scores(log);

-- The model's name: model_name, else one of the model's arguments, the most
-- telling first, else the sanitised name; the kind of model is none.
SELECT change, model
FROM lm_eval, (VALUES (1, '{}'::jsonb), (2, '{"model_name": ""}'), (3, '{"model_name": null, "config": {"model_args": "base_model=no, pretrained=org/a"}}'),
    (4, '{"model_name": null, "config": {"model_args": "dtype=x,model=gpt-x"}}'), (5, '{"model_name": null, "config": {"model_args": {"path": "p", "model": "m"}}}'),
    (6, '{"model_name": null, "config": {"model": "hf", "model_args": ""}, "model_name_sanitized": "org__a"}'),
    (7, '{"model_name": 5, "config": {"model": "hf", "model_args": "pretrained="}}'), (8, '{"model_name": null, "config": "hf"}'),
    (9, '{"model_name": null, "config": {"model_args": "pretrained"}}'), (10, '{"model_name": null, "config": {"model_args": ",,=,engine=e=1"}}')) AS c (i, change),
    LATERAL (SELECT min(model) AS model FROM eval_scores(log || '{"config": {}}' || change)) AS s
ORDER BY i;

-- Before version 0.4 there were no filters, n, directions and time.
SELECT * FROM eval_scores('{"results": {"arc": {"acc": 0.5, "acc_stderr": 0.01, "acc_norm": 1, "acc_norm_stderr": 0.02, "alias": 5, "sample_len": 9, "x": "y"}},
    "versions": {"arc": 0}, "config": {"model": "hf-causal", "model_args": "pretrained=gpt2"}}');

-- Items know neither model nor task; old ones do not list their metrics.
SELECT * FROM eval_scores('{"doc_id": 7, "doc": {"q": 1}, "resps": [], "filter": "none", "metrics": ["acc", "acc_norm", "ppl", "absent", 3], "acc": 1.0, "acc_norm": false, "ppl": [1, 2], "length": 9}');
SELECT metric, filter, item, score FROM eval_scores('{"doc_id": 7, "resps": [], "filter": "strict-match", "metrics": ["exact_match"], "exact_match": 0}');
SELECT metric, filter, item, score FROM eval_scores('{"doc_id": 7, "doc": {"q": 1}, "target": "5", "resps": [], "acc": 0.0, "acc_norm": true}');
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
-- Several scorers, dictionaries, reducers: the filter says which.
SELECT metric, filter, score, stderr, n FROM inspect, eval_scores(jsonb_set(log, '{results,scores}', '[
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
-- epochs of a sample are reduced to one score, unless the reduction is switched off: then each counts
SELECT n, n_total, (SELECT string_agg(format('%s of %s', s.n, s.n_total), ', ') FROM eval_scores(jsonb_set(jsonb_set(jsonb_set(log,
        '{eval,dataset}', '{"samples": 7}'), '{eval,config}', '{"epochs": 3}'), '{results}', format(
        '{"total_samples": %s, "completed_samples": %1$s, "scores": [{"name": "s", "scored_samples": %s, "metrics": {"mean": {"value": 1}}}]}',
        run, n)::jsonb)) AS s) AS read
FROM inspect, (VALUES (21, 7, 7), (6, 2, 7), (21, 21, 21), (6, 6, 21)) AS v (run, n, n_total);
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
-- What converters of version 0.3 write: an id tells filters and scorers apart; a direction that nobody knows; what the model was loaded with.
SELECT model, setting, benchmark, variant, metric, filter, lower_is_better FROM eval_scores('{
    "model_info": {"id": "org/m", "additional_details": {"model_args": "pretrained=org/m,revision=step10,dtype=float16,load_in_4bit=True"}},
    "evaluation_results": [
    {"evaluation_result_id": "exact_match:strict", "evaluation_name": "gsm8k/strict", "score_details": {"score": 1},
        "metric_config": {"metric_id": "exact-match", "metric_name": "exact_match", "metric_kind": "accuracy", "lower_is_better": false},
        "generation_config": {"generation_args": {"temperature": 0.5}, "additional_details": {"num_fewshot": "5"}}},
    {"evaluation_result_id": "harm:accuracy", "evaluation_name": "judged", "score_details": {"score": 1},
        "metric_config": {"metric_id": "accuracy", "metric_name": "accuracy", "metric_kind": "accuracy", "lower_is_better": false}},
    {"evaluation_result_id": "harm:mean", "evaluation_name": "judged", "score_details": {"score": 1},
        "metric_config": {"metric_id": "inspect_ai.mean", "metric_name": "mean", "lower_is_better": false, "additional_details": {"polarity": "unknown"}}},
    {"evaluation_result_id": "acc", "evaluation_name": "a/acc", "score_details": {"score": 1}, "metric_config": {"metric_name": "acc", "lower_is_better": true}},
    {"evaluation_result_id": ":", "evaluation_name": "/", "score_details": {"score": 1}, "metric_config": {"metric_name": ":"}},
    {"evaluation_result_id": ":a", "evaluation_name": "/", "score_details": {"score": 1}, "metric_config": {"metric_name": "a"}},
    {"evaluation_result_id": "a:/b", "evaluation_name": "//b", "score_details": {"score": 1}, "metric_config": {"metric_name": "a"}}]}');
-- Too small is 0; a count beyond what a double counts is none; long strings are no numbers.
SELECT score, n FROM eval_scores('{"model_info": {}, "evaluation_results": [
    {"score_details": {"score": 1e-400, "uncertainty": {"num_samples": 1e400}}}, {"score_details": {"score": -0, "uncertainty": {"num_samples": 9007199254740993}}},
    {"score_details": {"score": 1.7e308, "uncertainty": {"num_samples": 9007199254740991}}}, {"score_details": {"score": "00", "uncertainty": {"num_samples": -1}}},
    {"score_details": {"score": "0.1000000000000000000000000000000000000000000000000000000000000000", "uncertainty": {"num_samples": "5"}}},
    {"score_details": {"score": " 1"}}, {"score_details": {"score": "+1"}}, {"score_details": {"score": "0x10"}}, {"score_details": {"score": "Infinity"}}, {"score_details": {"score": "-0.5e-1"}}]}');

-- ---------------------------------------------------------------------
-- Models and how they ran
-- ---------------------------------------------------------------------

-- Paths, cached repositories, revisions, adapters, quantisation, templates and prompts.
SELECT change, s.* FROM lm_eval, LATERAL (VALUES
    (1, '{"model_name": "org/m/"}'::jsonb), (2, '{"model_name": "/"}'), (3, '{"model_name": "/cache/models--Org--Name-7B/snapshots/0123456789abcdef0123/"}'),
    (4, '{"model_name": "models--gpt2"}'), (5, '{"model_name": "models--/x"}'), (6, '{"model_name": "/cache/models--a--b--c"}'),
    (20, '{"model_name": "/scratch//llama//global_step1000_hf/"}'), (21, '{"model_name": "runs/a/checkpoint-500"}'), (22, '{"model_name": "org/step1000"}'), (23, '{"model_name": "s3://a//b/stepping"}'), (24, '{"model_name": "/a/step"}'),
    (7, '{"config": {"model_args": "pretrained=org/m,revision=main"}}'),
    (25, '{"config": {"model_args": "pretrained=org/m,revision=0123456789abcdef0123456789abcdef01234567"}}'), (8, '{"config": {"model_args": "pretrained=org/m,revision=step143000,load_in_8bit=True,load_in_4bit=False"}}'),
    (9, '{"config": {"model_args": {"pretrained": "org/m", "peft": "/adapters/one", "load_in_4bit": true, "load_in_8bit": false, "reasoning_effort": "high"}}}'),
    (10, '{"model_name": null, "config": {"model_args": "load=/checkpoints/gpt/,iteration=1000"}}'), (11, '{"model_name": null, "config": {"model": "gpt2", "model_args": ""}}'),
    (12, '{"model_name": null, "config": {"model": "<lm_eval.HFLM object at 0x7f>", "model_args": null}}'),
    (13, '{"chat_template": "{% x %}", "chat_template_sha": "0123456789abcdef", "fewshot_as_multiturn": true, "system_instruction": "Be\nbrief.", "config": {"gen_kwargs": "temperature=0.7,top_p=1"}}'),
    -- of newer versions: always multiturn, an object, a random word for what has no arguments
    (14, '{"chat_template": null, "fewshot_as_multiturn": true, "config": {"gen_kwargs": {"temperature": 0.7, "top_p": 1, "stop": null}}}'), (15, '{"config": {"gen_kwargs": {}}}'),
    (18, '{"config": {"gen_kwargs": "top_p=1,,temperature=0.7,do_sample=True,odd"}}'), (19, '{"config": {"gen_kwargs": {"do_sample": true}}}'),
    (16, '{"model_source": "CUSTOM", "model_name": "qdpv68r5", "config": {"model": "org/m", "model_args": ""}}'), (17, '{"model_source": "hf", "model_name": "org/m", "config": {"model": "hf", "model_args": {"pretrained": "org/m"}}}')
    ) AS c (i, change), LATERAL (SELECT DISTINCT model, setting FROM eval_scores(log || '{"config": {}}' || change)) AS s
ORDER BY i;

-- Shots, versions and limits; n of a standard error that is written in full, and only so.
SELECT s.benchmark, variant, metric, score, stderr, n FROM eval_scores('{"results": {
    "piqa": {"acc": 0.7, "acc_stderr": 0.0106919044563, "acc_norm": 0.7, "acc_norm_stderr": 0.0107, "ppl": 0.5, "ppl_stderr": 0.011666},
    "never": {"acc": 0.25, "acc_stderr": 0.0, "em": 1, "em_stderr": 0.0, "mc1": 0.25, "mc1_stderr": 0.3}},
    "versions": {"piqa": 1.0}, "config": {"model_args": "pretrained=m", "num_fewshot": 5, "limit": 200}}') AS s;

-- Groups of groups; one that is its own member; members up to 0.4.2, which name their group.
SELECT benchmark, parent, is_group, n, n_total, variant FROM eval_scores('{"results": {"all": {"acc,none": 0.5}, "half": {"acc,none": 0.5}, "a": {"acc,none": 0.5},
    "b": {"acc,none": 0.5}, "loop": {"acc,none": 1}}, "versions": {"all": 2}, "config": {}, "n-shot": {"a": 3, "b": 3},
    "group_subtasks": {"all": ["half", "b", "b"], "half": ["a"], "loop": ["loop", "pool"], "pool": ["loop"], "a": []},
    "n-samples": {"a": {"original": 10, "effective": 4}, "b": {"original": 20, "effective": 4}}}') AS s ORDER BY benchmark;
SELECT benchmark, parent, is_group FROM eval_scores('{"results": {"g": {"acc,none": 1}, "t": {"acc,none": 1}, "u": {"acc,none": 1}, "v": {"acc,none": 1}},
    "groups": {"g": {"acc,none": 1}}, "versions": {}, "config": {}, "configs": {"t": {"group": "g"}, "u": {"group": ["g", "h"]}, "v": {"group": "elsewhere"}, "w": 1}}') AS s ORDER BY benchmark;

-- Several standard errors: the clustered one; of lmms-eval's common one only the metric that it belongs to.
SELECT metric, score, stderr FROM eval_scores('{"results": {"pope": {"acc,none": 0.8, "acc_stderr,none": "N/A", "acc_stderr_clt,none": 0.004, "acc_stderr_clustered,none": "N/A",
    "f1,none": 0.7, "f1_stderr_clt,none": 0.004, "em,none": 0.5, "em_stderr,none": 0.1, "em_stderr_clustered,none": 0.2, "by_topic,none": {"a": 1}}},
    "versions": {}, "config": {}, "n-samples": {"pope": {"original": 10000, "effective": 10000}}, "date": "20260102_030405"}') AS s ORDER BY metric;

-- ---------------------------------------------------------------------
-- Other formats
-- ---------------------------------------------------------------------

-- Results and nothing else; LightEval, new and old; the logs of an eval set; HELM.
SELECT model, benchmark, metric, score, stderr, source FROM eval_scores('{"arc_easy": {"alias": "arc_easy", "acc,none": 0.6, "acc_stderr,none": 0.01}}') AS s;
SELECT model, setting, benchmark, variant, metric, score, stderr, n, n_total, lower_is_better, parent, is_group FROM eval_scores('{
    "config_general": {"model_config": {"model_name": "org/l/", "revision": "v2", "generation_parameters": {"temperature": 0.5, "seed": 1}}, "max_samples": 10},
    "results": {"lighteval|mmlu:law|5": {"acc": 0.5, "acc_stderr": 0.1}, "lighteval|mmlu:art|5": {"acc": 0.25, "acc_stderr": 0.1},
        "lighteval|mmlu:_average|5": {"acc": 0.375, "acc_stderr": 0.1}, "gsm8k|0": {"em": 1, "rate": 0.5}, "toy:part|0": {"em": 0}, "all": {"acc": 0.4}},
    "versions": {"gsm8k|0": 2}, "config_tasks": {"lighteval|mmlu:law": {"effective_num_docs": 10, "original_num_docs": 100},
        "lighteval|mmlu:art|5": {"effective_num_docs": 10, "original_num_docs": 50}, "gsm8k|0": {"effective_num_docs": -1, "metrics": [
        {"metric_name": "em", "higher_is_better": true}, {"metric_name": ["rate"], "higher_is_better": {"rate": false}}]}}}') AS s ORDER BY benchmark, metric;
SELECT model, benchmark, variant, score FROM inspect, eval_scores(jsonb_build_object('one.json', jsonb_set(log, '{eval,task_args}', '{"subset": "safe"}'), 'two.json', log || '{"status": "error"}')) AS s WHERE metric = 'accuracy';
SELECT model, benchmark, variant, metric, score, n, run_id, source FROM eval_scores('{"run_spec": {"name": "mmlu:subject=law,model=org_m", "adapter_spec": {"model": "org/m", "max_train_instances": 5, "method": "joint"},
    "scenario_spec": {"args": {"subject": "law"}}}, "stats": [{"name": {"name": "exact_match", "split": "valid"}, "count": 1, "mean": 0.1}, {"name": {"name": "num_instances", "split": "valid"}, "mean": 9},
    {"name": {"name": "exact_match", "split": "test"}, "count": 1, "mean": 0.5}, {"name": {"name": "exact_match", "split": "test", "perturbation": {"name": "typos"}}, "mean": 0.2},
    {"name": {"name": "num_instances", "split": "test"}, "mean": 111.0}, {"name": 1}, 7]}') AS s;
-- A probe with two detectors; a report that goes on.
\set report '{"entry_type": "start_run setup", "plugins.model_type": "huggingface", "plugins.model_name": "gpt2"}\n{"entry_type": "init", "start_time": "2025-01-02T03:04:05", "run": "r-1"}\n{"entry_type": "attempt", "outputs": ["\\u0000"]}\n'
SELECT model, benchmark, metric, filter, score, stderr, n, lower_is_better, run_id, run_at, source FROM eval_scores(:'report' || '
    {"entry_type": "eval", "probe": "dan.Dan_11_0", "detector": "detector.dan.DAN", "passed": 3, "total": 4}
    {"entry_type": "eval", "probe": "dan.Dan_11_0", "detector": "mitigation", "passed": 5, "total_evaluated": 5, "fails": 0}
    {"entry_type": "eval", "probe": "none", "detector": "x", "passed": 0, "total": 0}') AS s;
SELECT eval_log_problem(:'report');
-- Tables: wide, with the number of the row before; long; AlpacaEval's.
SELECT model, benchmark, metric, score FROM eval_scores(E'\uFEFF;Model;kind;"a ""b""";mmlu\r\n0;org/a/;base;0.5;\r\n\r\n1;"org/b";chat;NaN;1e-1\r\n') AS s;
SELECT model, benchmark, score FROM eval_scores(E'model;mmlu;bbq\na;0,5;40%\nb;0,25;4,5 %\n') AS s;
SELECT model, setting, benchmark, variant, metric, score, stderr, n FROM eval_scores(E'model,benchmark,score,metric,n,stderr\na,mmlu,0.5,acc,100,0.05\nb,mmlu,,acc,,\n') AS s;
SELECT model, benchmark, metric, score, stderr, n, lower_is_better, source FROM eval_scores(E',win_rate,standard_error,mode,n_total,length_controlled_winrate,lc_standard_error\ngpt,50.0,0.0,minimal,805,50.0,\nm,9.5,1.25,community,804,11.25,0.5\n') AS s;

-- Checkpoints stay apart in every format that has only a name.
SELECT source, model, setting FROM unnest(ARRAY[
    '{"status": "success", "eval": {"model": "/ckpt/m/step10", "task": "t"}, "results": {"scores": [{"metrics": {"accuracy": {"value": 1}}}]}}',
    '{"model_info": {"id": "/ckpt/m/step10"}, "evaluation_results": [{"evaluation_name": "t", "score_details": {"score": 1}}]}',
    '{"model_id": "/ckpt/m/step10", "sample_id": "1", "evaluation": {"score": 1}}',
    '{"config_general": {"model_name": "/ckpt/m/step10"}, "results": {"t|0": {"acc": 1}}}',
    '{"run_spec": {"name": "t", "adapter_spec": {"model": "/ckpt/m/step10"}}, "stats": [{"name": {"name": "em", "split": "test"}, "mean": 1}]}',
    '{"entry_type": "start_run setup", "plugins.target_name": "/ckpt/m/step10"} {"entry_type": "eval", "probe": "p", "passed": 1, "total": 1}',
    E'model,t\n/ckpt/m/step10,1\n,\n', E'model,benchmark,score\n/ckpt/m/step10,t,1\n', E'model,win_rate,n_total\n/ckpt/m/step10,1,805\n']) AS log, eval_scores(log) AS s;

-- ---------------------------------------------------------------------
-- The text of a file
-- ---------------------------------------------------------------------

-- What harnesses write and jsonb refuses: NaN, Infinity, zero characters and halves of others.
SELECT model, metric, score, stderr FROM eval_scores(E'\uFEFF\n {"results": {"t": {"a,none": NaN, "b,none": Infinity, "c,none": -Infinity, "d,none":NaN,"e,none":[-1, NaN],
    "f,none": 0.5, "f_stderr,none": -Infinity}}, "versions": {}, "config": {}, "model_name": "NaN \\u0000 \\\\u0000 \\ud800 \\ud83d\\ude00 \\udc00\\ud800", "x": "Infinity"}\n\n') AS s ORDER BY metric;
-- Lines, or values without lines; errors say in which of them.
SELECT metric, item, score FROM eval_scores(E'{"doc_id": 1, "resps": [], "acc": 1}\n{"doc_id": "x", "filtered_resps": [], "acc": NaN}{"doc_id": 3, "resps": [], "acc": true}') AS s;
SELECT regexp_replace(problem, '(syntax for type json).*', '\1') AS problem FROM unnest(ARRAY['', E' \n', '{"results": {}', '{} {}', 'null', 'NaN', 'Infinity', '"', '\', '}', ']]', '{"a": "\', '{"a": "\u00', '[1, 2]', '[{"doc_id": 1, "resps": []}]',
    '[{"name": {"name": "exact_match", "split": "test"}, "count": 1}]', 'plain text', 'version https://git-lfs.github.com/spec/v1', 'a,b', E'a,b\n1', E'a,b\n1,2', E'model,b\n,2', E'model,b\nm,1\nn,2\no,three', E'model,b\r\n\r\n"m\n",1\r\nx\r\n',
    E'model,b,b\nm,1,2', E'model,b\n"m,1', E'model,b\n"m"x,1', '{"doc_id": 1, "resps": [], "acc": 1} {"gpu": "A100"}', '{"doc_id": 1, "resps": [], "acc": 1} {"doc_id": 2', '{"results": {"t": {"acc,none": 1e400}}}',
    '{"status": "error", "eval": {}}', '{"status": "success", "eval": {}, "results": {}, "invalidated": true}', '{"results": {}, "versions": {}, "config": {}}', '{"results": [], "versions": {}, "config": {}}']) WITH ORDINALITY AS t (log, i),
    eval_log_problem(log) AS problem ORDER BY i;
SELECT eval_log_problem('{"results": {"t": {"acc,none": 1}}}') IS NULL AS fine, eval_log_problem(NULL) IS NULL AS no_log;
SELECT eval_log_text('\xefbbbf7b7d') AS mark, eval_log_text('\x61ff62c328c0') AS bad, eval_log_text('\x610062') AS zero, eval_log_text('\xe29c93f09f9880') AS good, eval_log_text('') = '' AS nothing;

-- ---------------------------------------------------------------------
-- From logs to a matrix
-- ---------------------------------------------------------------------

-- Every n that there is can go into the matrix.
SELECT benchmark, score, n, stderr FROM cells((
    SELECT annotate(score_matrix(model, benchmark, score, coalesce(n, 1), stderr), lower_is_better => array_agg(DISTINCT benchmark) FILTER (WHERE lower_is_better))
    FROM lm_eval, eval_scores(log) WHERE metric IN ('acc', 'word_perplexity') OR filter = 'strict-match')) AS c;
SELECT benchmark, n FROM cells((SELECT score_matrix('m', coalesce(benchmark, '?'), score, coalesce(n, 1), stderr) FROM eval_scores('{"model_info": {}, "evaluation_results": [
    {"evaluation_name": "none", "score_details": {"score": 0.5, "uncertainty": {"num_samples": 0}}}, {"evaluation_name": "one", "score_details": {"score": 0.5, "uncertainty": {"num_samples": 1}}}]}'))) AS c;

DROP TABLE lm_eval, inspect;
DROP FUNCTION error_of_log(jsonb);
