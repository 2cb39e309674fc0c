"""eval_scores on what harnesses really write, and on anything else.

What the rows should be is said here a second time, by Python on the same
files: read with json, by the rules that README.md states.
"""
import datetime
import json
import math
import random

import psycopg2
import pytest

import conftest
from test_recipes import LOG_TO_JSONB, without_nul

COLUMNS = ("model", "benchmark", "metric", "score", "stderr", "n", "lower_is_better", "run_at", "source")
SHIPPED = sorted((conftest.ROOT / "test/data/logs").glob("*/*.json*"))


@pytest.fixture(scope="module")
def logs(db):
    db.rows(LOG_TO_JSONB.text)
    db.rows("SET timezone = 'Pacific/Auckland'")  # no time may depend on it
    return db


def rows_of(db, text):
    return [dict(zip(COLUMNS, row)) for row in db.rows(
        f"SELECT {', '.join(COLUMNS)} FROM eval_scores(log_to_jsonb(%s))", (text,))]


# ---------------------------------------------------------------------------
# The same in Python
# ---------------------------------------------------------------------------

def row(**known):
    return {**dict.fromkeys(COLUMNS), **known}


def number(value):
    """A number, or None for what is none."""
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_constant=lambda _: None)
        except ValueError:
            return None
    return None if value is None or isinstance(value, (list, dict)) or math.isnan(value) else float(value)


def epoch(value):
    if value is None:
        return None
    return datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=float(value))


def lm_eval(log):
    for task, metrics in {**log.get("groups", {}), **log["results"]}.items():
        for key, value in metrics.items():
            metric, comma, name = key.partition(",")
            if not comma or metric.endswith("_stderr"):
                continue
            higher = log["higher_is_better"].get(task, {}).get(metric)
            yield row(model=log["model_name"], benchmark=task, metric=metric if name == "none" else key, score=number(value),
                      stderr=number(metrics.get(f"{metric}_stderr,{name}")),
                      n=log["n-samples"].get(task, {}).get("effective", metrics.get("sample_len")),
                      lower_is_better=None if higher is None else not higher, run_at=epoch(log["date"]),
                      source="lm-evaluation-harness")


def lm_eval_item(log):
    for metric in log["metrics"]:
        yield row(metric=metric if log["filter"] == "none" else f"{metric},{log['filter']}", score=number(log[metric]), n=1,
                  source="lm-evaluation-harness")


def inspect(log):
    scorers = log["results"]["scores"] if log["status"] == "success" else []
    for scorer in scorers:
        metrics = {name: number(metric["value"]) for name, metric in scorer["metrics"].items()}
        error = metrics.pop("stderr", None)
        for name, value in metrics.items():
            yield row(model=log["eval"]["model"], benchmark=log["eval"]["task"],
                      metric=f"{scorer['name']}/{name}" if len(scorers) > 1 else name, score=value,
                      stderr=error if name in ("accuracy", "mean") or len(metrics) == 1 else None,
                      n=scorer.get("scored_samples", log["results"]["completed_samples"]),
                      run_at=datetime.datetime.fromisoformat(log["eval"]["created"]), source="inspect_ai")


def every_eval(log):
    for result in log["evaluation_results"]:
        config = result["metric_config"]
        uncertainty = result["score_details"].get("uncertainty", {})
        yield row(model=log["model_info"]["id"], benchmark=result["evaluation_name"],
                  metric=config.get("metric_id", config.get("evaluation_description")), score=number(result["score_details"]["score"]),
                  stderr=uncertainty.get("standard_error", {}).get("value"), n=uncertainty.get("num_samples"),
                  lower_is_better=config["lower_is_better"],
                  run_at=epoch(log.get("evaluation_timestamp", log["retrieved_timestamp"])), source="every_eval_ever")


def every_eval_item(log):
    yield row(model=log["model_id"], benchmark=log["evaluation_name"], metric=log.get("evaluation_result_id"),
              score=number(log["evaluation"]["score"]), n=1, source="every_eval_ever")


def in_python(text):
    log = without_nul(json.loads(text, parse_constant=lambda _: None))
    for mark, reader in (("evaluation_results", every_eval), ("sample_id", every_eval_item), ("eval", inspect),
                         ("results", lm_eval), ("resps", lm_eval_item)):
        if mark in log:
            return list(reader(log))
    raise AssertionError(list(log))


def in_order(rows):
    return sorted(rows, key=lambda r: json.dumps(r, default=str))


def check(db, text):
    found = rows_of(db, text)
    assert in_order(found) == in_order(in_python(text))
    return found


# ---------------------------------------------------------------------------
# Files
# ---------------------------------------------------------------------------

@pytest.fixture(scope="module")
def real(shared_data):
    folder = shared_data / "eval_logs"
    if not folder.is_dir():
        pytest.skip("../shared/data/eval_logs is absent")
    return folder


@pytest.mark.parametrize("name, count", [
    ("lm_eval_results.json", 2), ("inspect_data_arc_qwen.json", 1), ("inspect_data_cyse2_vuln_exploit_challenges.json", 3),
    ("inspect_data_pubmedqa_gpt4o_mini.json", 1), ("every_eval_ever_hfopenllm_v2.json", 6)])
def test_real_documents(logs, real, name, count):
    assert len(check(logs, (real / name).read_text(encoding="utf-8"))) == count


def test_real_items(logs, real):
    lines = (real / "lm_eval_samples.jsonl").read_text(encoding="utf-8").splitlines()
    found = [r for line in lines for r in check(logs, line)]
    assert len(lines) == len(found) == 10
    assert all(r["model"] is None and r["benchmark"] is None and r["metric"] == "exact_match" and r["score"] == 0 for r in found)


def test_items_average_to_the_result(logs, real):
    """The items of a task, put together by score_matrix, say what the results say of it."""
    text = (real / "lm_eval_samples.jsonl").read_text(encoding="utf-8")
    assert logs.rows("""SELECT score, n FROM cells((SELECT score_matrix('m', 'math_perturbed_full', score)
        FROM string_to_table(%s, E'\\n') AS line, eval_scores(log_to_jsonb(line)) WHERE line <> '')) AS c""", (text,)) == [(0, 10)]


def test_a_schema_is_no_document(logs, real):
    """The JSON schema of Every Eval Ever has none of the keys that its documents have at the top."""
    error = logs.error("SELECT eval_scores(%s)", ((real / "every_eval_ever.schema.json").read_text(encoding="utf-8"),))
    assert error.pgcode == "22023" and '"$schema"' in error.diag.message_detail


def test_why_the_loading_recipe(logs, real):
    """A real log has U+0000 in the text of a sample, as jsonb refuses."""
    text = (real / "inspect_data_cyse2_vuln_exploit_challenges.json").read_text(encoding="utf-8")
    assert logs.error("SELECT %s::jsonb", (text,)).pgcode == "22P05"


def test_log_to_jsonb_keeps_real_files(logs, real):
    for path in sorted(real.glob("*.json")):
        text = path.read_text(encoding="utf-8")
        assert logs.value("SELECT log_to_jsonb(%s)", (text,)) == without_nul(json.loads(text)), path.name


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_documents(logs, path):
    text = path.read_text(encoding="utf-8")
    for document in text.splitlines() if path.suffix == ".jsonl" else [text]:
        assert check(logs, document)
    if path.suffix == ".json" and path.name != "every_eval_ever.json":
        assert "NaN" in text
        assert logs.error("SELECT %s::jsonb", (text,)).pgcode in ("22P02", "22P05")


def test_time_zones(logs):
    """Written or not, a time is the same instant in every session."""
    def at(zone, time):
        logs.rows(f"SET timezone = '{zone}'")
        document = {"status": "success", "eval": {"created": time}, "results": {"scores": [{"metrics": {"accuracy": {"value": 1}}}]}}
        return rows_of(logs, json.dumps(document))[0]["run_at"]

    try:
        for time in ("2024-02-29T12:30:15.123456", "2024-02-29T12:30:15", "1999-12-31", "2024-02-29T12:30:15+05:45", "2024-02-29T12:30:15Z"):
            wanted = datetime.datetime.fromisoformat(time.replace("Z", "+00:00"))
            wanted = wanted if wanted.tzinfo else wanted.replace(tzinfo=datetime.timezone.utc)
            assert at("America/St_Johns", time) == at("Asia/Tokyo", time) == wanted
    finally:
        logs.rows("SET timezone = 'Pacific/Auckland'")


# ---------------------------------------------------------------------------
# Anything else
# ---------------------------------------------------------------------------

ODD = ["null", "true", "0", "-1", "1e400", "-1e400", "1e-400", "0.5", "123456789012345678901234567890", '""', '"x"', '"NaN"', '"Infinity"',
       '"0.25"', '"1e400"', "[]", "{}", "[[]]", "[null]", '[{"a": 1}]', '{"": null}', '{"value": 1}', '{"a": {"b": [1]}}',
       "[" * 2000 + "]" * 2000, '"' + "é" * 6000 + '"']


def places(value, path=()):
    """The paths of all values inside."""
    yield path
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(item, path + (str(key),))


DOCUMENTS = [document for path in SHIPPED for document in (
    path.read_text(encoding="utf-8").splitlines()[:1] if path.suffix == ".jsonl" else [path.read_text(encoding="utf-8")])]


@pytest.mark.parametrize("document", DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_another_type_anywhere(logs, document):
    """Each value of each kind of document replaced by each odd one, and left out: rows, or an error of ours."""
    value = without_nul(json.loads(document, parse_constant=lambda _: None))
    outcomes = set()
    for path in places(value):
        for odd in ODD:
            outcomes.add(outcome(logs, "jsonb_set(%s, %s, %s)", (json.dumps(value), list(path), odd)) if path
                         else outcome(logs, "%s", (odd,)))
        if path:
            outcomes.add(outcome(logs, "%s::jsonb #- %s::text[]", (json.dumps(value), list(path))))
    assert {"rows", "22023"} <= outcomes <= {"rows", "22023", "22003"}


def test_random_documents(logs):
    """Objects of the keys that are looked for, with anything in them."""
    rng = random.Random(20260105)
    keys = ["results", "versions", "config", "configs", "groups", "higher_is_better", "n-samples", "date", "model_name", "eval", "status",
            "scores", "metrics", "scorer", "accuracy", "stderr", "value", "name", "reducer", "model_info", "evaluation_results",
            "evaluation_name", "metric_config", "score_details", "score", "uncertainty", "standard_error", "model_id", "sample_id",
            "evaluation", "doc_id", "resps", "filter", "acc,none", "acc_stderr,none", "acc", ",", "_stderr", "task", "model_args", "effective"]

    def anything(depth):
        kind = rng.random()
        if depth == 0 or kind < 0.3:
            return rng.choice(["success", "acc", "acc,none", "accuracy", "pretrained=x,", 0, 1, 0.5, -1, True, False, None, "0.5", 10**400])
        if kind < 0.45:
            return [anything(depth - 1) for _ in range(rng.randint(0, 3))]
        return {rng.choice(keys): anything(depth - 1) for _ in range(rng.randint(0, 6))}

    marks = [["results", "versions", "config"], ["eval", "status"], ["model_info", "evaluation_results"], ["doc_id", "resps"],
             ["model_id", "sample_id", "evaluation"], []]
    outcomes = []
    for _ in range(3000):
        document = {key: anything(4) for key in rng.choice(marks) + rng.sample(keys, 4)}
        outcomes.append(outcome(logs, "%s::jsonb", (json.dumps(document),)))
    assert set(outcomes) <= {"rows", "22023", "22003"}
    assert all(outcomes.count(kind) > 20 for kind in ("rows", "22023"))


def outcome(db, expression, parameters):
    """'rows', every score of which is finite, or the SQLSTATE."""
    try:
        rows = db.rows(f"SELECT score, stderr, n FROM eval_scores({expression})", parameters)
    except psycopg2.Error as error:
        return error.pgcode
    for score, stderr, n in rows:
        assert score is None or math.isfinite(score)
        assert stderr is None or (math.isfinite(stderr) and stderr >= 0)
        assert n is None or n >= 1
    return "rows"


def test_large_documents(logs):
    """100,000 tasks, metrics, scorers and results."""
    for document in (
            "jsonb_build_object('versions', 1, 'config', 1, 'results', (SELECT jsonb_object_agg('t' || i, '{\"acc,none\": 1, \"acc_stderr,none\": 1}'::jsonb) FROM s))",
            "jsonb_build_object('versions', 1, 'config', 1, 'results', jsonb_build_object('t', (SELECT jsonb_object_agg('m' || i || ',none', i) FROM s)))",
            "jsonb_build_object('eval', '{}'::jsonb, 'status', 'success', 'results', jsonb_build_object('scores', "
            "(SELECT jsonb_agg('{\"name\": \"n\", \"metrics\": {\"a\": {\"value\": 1}}}'::jsonb) FROM s)))",
            "jsonb_build_object('model_info', '{}'::jsonb, 'evaluation_results', (SELECT jsonb_agg('{}'::jsonb) FROM s))",
            "jsonb_build_object('doc_id', 1, 'resps', 1, 'metrics', (SELECT jsonb_agg('acc'::text) FROM s), 'acc', 1)"):
        assert logs.value(f"WITH s AS (SELECT generate_series(1, 100000) AS i) SELECT count(*) FROM eval_scores({document})") == 100000


def test_backend_survived(logs):
    """One backend has served all of this."""
    assert logs.value("SELECT pg_backend_pid()") == logs.connection.get_backend_pid()
