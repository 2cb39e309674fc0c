"""eval_scores on what harnesses really write, and on anything else.

What the rows should be is said here a second time, by Python on the same
files: read with json, by the rules that README.md states.
"""
import csv
import datetime
import io
import json
import math
import random
import re
import struct

import psycopg2
import pytest

import conftest

COLUMNS = ("model", "setting", "benchmark", "variant", "metric", "filter", "score", "stderr", "n", "n_total", "lower_is_better",
           "parent", "is_group", "item", "run_id", "run_at", "source")
SHIPPED = sorted((conftest.ROOT / "test/data/logs").glob("*/*.json*"))


@pytest.fixture(scope="module")
def logs(db):
    db.rows("SET timezone = 'Pacific/Auckland'")  # no time may depend on it
    return db


def rows_of(db, text):
    return [dict(zip(COLUMNS, row)) for row in db.rows(
        f"SELECT {', '.join(COLUMNS)} FROM eval_scores(%s::text)", (text,))]


# ---------------------------------------------------------------------------
# The same in Python
# ---------------------------------------------------------------------------

def row(**known):
    return {**dict.fromkeys(COLUMNS), "is_group": False, **known}


def without_nul(value):
    """The same with what jsonb refuses in strings as U+FFFD."""
    if isinstance(value, str):
        return re.sub("[\0\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    return {without_nul(key): without_nul(item) for key, item in value.items()} if isinstance(value, dict) else value


def facts(**known):
    return ", ".join(f"{key}={str(value).lower() if isinstance(value, bool) else value}" for key, value in known.items()
                     if value not in (None, "", [], {})) or None


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
    config, members = log["config"], log.get("group_subtasks", {})
    arguments = config.get("model_args") or {}
    if isinstance(arguments, str):
        arguments = dict(part.strip().split("=", 1) for part in arguments.split(",") if "=" in part)
    setting = facts(revision=arguments.get("revision"), gen_kwargs=config.get("gen_kwargs"))
    parents = {member: group for group in sorted(members, reverse=True) for member in members[group]}
    samples = log["n-samples"]
    for task, metrics in {**log.get("groups", {}), **log["results"]}.items():
        leaves = members.get(task) or [task]
        counts = [samples.get(leaf, {}) for leaf in leaves]
        n, n_total = (sum(count[key] for count in counts) if all(key in count for count in counts) else None
                      for key in ("effective", "original"))
        shots = log.get("n-shot", {}).get(leaves[0], log.get("configs", {}).get(leaves[0], {}).get("num_fewshot"))
        version = log["versions"].get(task)
        for key, value in metrics.items():
            metric, comma, name = key.partition(",")
            if not comma or metric.endswith("_stderr"):
                continue
            higher = log["higher_is_better"].get(task, {}).get(metric)
            yield row(model=log["model_name"], setting=setting, benchmark=task,
                      variant=facts(shots=shots, version=f"{version:g}" if isinstance(version, (int, float)) else None,
                                    limit=config.get("limit") if n_total is None else None),
                      metric=metric, filter=None if name == "none" else name, score=number(value),
                      stderr=number(metrics.get(f"{metric}_stderr,{name}")),
                      n=metrics.get("sample_len") if n is None else n, n_total=n_total,
                      lower_is_better=None if higher is None else not higher, parent=parents.get(task),
                      is_group=bool(members.get(task)) or task in log.get("groups", {}), run_at=epoch(log["date"]),
                      source="lm-evaluation-harness")


def lm_eval_item(log):
    for metric in log["metrics"]:
        yield row(metric=metric, filter=None if log["filter"] == "none" else log["filter"], score=number(log[metric]), n=1,
                  item=str(log["doc_id"]), source="lm-evaluation-harness")


def inspect(log):
    scorers = log["results"]["scores"] if log["status"] == "success" else []
    spec = log["eval"]
    samples, epochs = spec.get("dataset", {}).get("samples"), spec.get("config", {}).get("epochs") or 1
    for scorer in scorers:
        is_reduced = "scored_samples" in scorer and scorer["scored_samples"] * epochs <= log["results"]["total_samples"]
        metrics = {name: number(metric["value"]) for name, metric in scorer["metrics"].items()}
        error = metrics.pop("stderr", None)
        for name, value in metrics.items():
            yield row(model=spec["model"], benchmark=spec["task"],
                      variant=facts(**spec.get("task_args_passed", spec.get("task_args", {})), version=spec.get("task_version") or None),
                      metric=name, filter=scorer["name"] if len(scorers) > 1 else None, score=value,
                      stderr=error if name in ("accuracy", "mean") or len(metrics) == 1 else None,
                      n=scorer.get("scored_samples", log["results"]["completed_samples"]),
                      n_total=samples and samples * (1 if is_reduced else epochs), run_id=spec.get("run_id"),
                      run_at=datetime.datetime.fromisoformat(spec["created"]), source="inspect_ai")


def every_eval(log):
    for result in log["evaluation_results"]:
        config = result["metric_config"]
        uncertainty = result["score_details"].get("uncertainty", {})
        kind, name = config.get("metric_kind"), config.get("metric_id", config.get("metric_name"))
        arguments = result.get("generation_config", {}).get("generation_args", {})
        yield row(model=log["model_info"]["id"], setting=facts(temperature=arguments.get("temperature"),
                                                               reasoning=arguments.get("reasoning") or None),
                  benchmark=result["evaluation_name"], metric=kind or name or config.get("evaluation_description"),
                  filter=name if kind and name != kind else None, score=number(result["score_details"]["score"]),
                  stderr=uncertainty.get("standard_error", {}).get("value"), n=uncertainty.get("num_samples"),
                  lower_is_better=config["lower_is_better"], run_id=log.get("evaluation_id"),
                  run_at=epoch(log.get("evaluation_timestamp", log["retrieved_timestamp"])), source="every_eval_ever")


def every_eval_item(log):
    yield row(model=log["model_id"], benchmark=log["evaluation_name"], metric=log.get("evaluation_result_id"),
              score=number(log["evaluation"]["score"]), n=1, item=log["sample_id"], run_id=log.get("evaluation_id"),
              source="every_eval_ever")


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
        FROM string_to_table(%s, E'\\n') AS line, eval_scores(line) WHERE line <> '')) AS c""", (text,)) == [(0, 10)]


def test_a_schema_is_no_document(logs, real):
    """The JSON schema of Every Eval Ever has none of the keys that its documents have at the top."""
    error = logs.error("SELECT eval_scores(%s)", ((real / "every_eval_ever.schema.json").read_text(encoding="utf-8"),))
    assert error.pgcode == "22023" and '"$schema"' in error.diag.message_detail


def test_why_text(logs, real):
    """A real log has U+0000 in the text of a sample, as jsonb refuses."""
    text = (real / "inspect_data_cyse2_vuln_exploit_challenges.json").read_text(encoding="utf-8")
    assert logs.error("SELECT %s::jsonb", (text,)).pgcode == "22P05"
    assert rows_of(logs, text)


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


def python_escape(rng, text):
    """A JSON string as json.dumps writes it, or with any of its characters escaped."""
    return json.dumps(text, ensure_ascii=rng.random() < 0.5) if rng.random() < 0.5 else \
        '"' + "".join(f"\\u{unit:04x}" for unit in struct.unpack(f"<{len(text.encode('utf-16-le', 'surrogatepass')) // 2}H",
                                                              text.encode("utf-16-le", "surrogatepass"))) + '"'


def test_repaired_text(logs):
    """What Python's json module reads, U+0000 and lone surrogates as U+FFFD, NaN and Infinity as no score."""
    rng = random.Random(7)
    pieces = ["a", "\0", "\ud800", "\udc00", "\U0001f600", "é", "\\", '"', "NaN", "-Infinity", "{", "]", "\\u0000", "\n", "/", "Infinity,"]
    for _ in range(400):
        name = "".join(rng.choice(pieces) for _ in range(rng.randint(1, 12)))
        name = "x" + name.replace("\n/", "").rstrip("/") + "y"
        score = rng.choice(["NaN", "Infinity", "-Infinity", "0.5", "null", "1e-3"])
        blank = rng.choice(["", " ", "\n\t", "\r\n"])
        text = (f'{rng.choice(["", chr(0xfeff)])}{{"model_name":{blank}{python_escape(rng, name)},"results":{{"t"{blank}:{{"acc,none":{blank}{score}'
                f'{blank},"x":[NaN,{blank}-Infinity]}}}},"versions":{{}},"config":{{"x":{blank}NaN}}}}{blank}')
        if any("\ud800" <= c <= "\udfff" for c in text):
            continue  # a lone surrogate itself is no text
        wanted = without_nul(json.loads(text.lstrip("\ufeff"), parse_constant=lambda _: None))
        assert [(r["model"], r["score"]) for r in rows_of(logs, text)] == [(re.sub("/+", "/", wanted["model_name"]), wanted["results"]["t"]["acc,none"])]


@pytest.mark.parametrize("text", ['{"a": nan}', "[1", "[NaNa]", "[Infinit]", '["a]', "[-NaN1]", "[1NaN]"])
def test_what_is_no_json(logs, text):
    assert logs.error("SELECT eval_scores(%s::text)", (text,)).pgcode == "22P02"
    assert logs.value("SELECT eval_log_problem(%s)", (text,)).startswith("invalid input syntax for type json")


def test_cut_anywhere(logs):
    """A file that ends early is a problem that is told, never rows of half of it."""
    for path in SHIPPED:
        text = path.read_text(encoding="utf-8").strip()
        text = text.splitlines()[0] if path.suffix == ".jsonl" else text
        for end in range(1, len(text), 7):
            assert logs.value("SELECT eval_log_problem(%s)", (text[:end],)) is not None
        assert logs.value("SELECT eval_log_problem(%s)", (text,)) is None


def test_tables_as_python_writes_them(logs):
    rng = random.Random(11)
    for _ in range(100):
        names = rng.sample(["a", 'b "c"', "d,e", "f\ng", "é", "x;y", " z"], rng.randint(1, 5))
        rows = [[f"m{i}" + rng.choice(["", ",", '"', "\n"]), *(rng.choice(["", 0.5, -1e-5, 3]) for _ in names)] for i in range(rng.randint(1, 6))]
        rows[0][1:] = [1] * len(names)
        text = io.StringIO()
        writer = csv.writer(text, quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), lineterminator=rng.choice(["\n", "\r\n"]))
        writer.writerows([["model", *names], *rows])
        wanted = [(row[0], name.strip() if writer.dialect.quoting == csv.QUOTE_MINIMAL and not set(name) & set(',"\n') else name, float(score))
                  for row in rows for name, score in zip(names, row[1:]) if score != ""]
        assert [(r["model"], r["benchmark"], r["score"]) for r in rows_of(logs, text.getvalue())] == wanted


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
    assert {"rows", "22023"} <= outcomes <= {"rows", "22023", "22003", "54000"}


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
        fine = logs.value("SELECT eval_log_problem(%s)", (json.dumps(document),)) is None
        assert fine == (outcomes[-1] == "rows" and bool(rows_of(logs, json.dumps(document))))
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


# ---------------------------------------------------------------------------
# Hostile
# ---------------------------------------------------------------------------

def lm_document(results, **more):
    return json.dumps({"results": results, "versions": {}, "config": {}, **more})


def metrics(count, end=",none"):
    return {f"m{i}{end}": 0.5 for i in range(count)}


MANY = 40000
LINEAR = {  # each took minutes where a list was looked through once for each of another
    "a large group in very many": lambda: lm_document({f"g{i}": {"acc,none": 1} for i in range(MANY)}, group_subtasks={
        **{f"g{i}": ["hub"] for i in range(MANY)}, "hub": [f"t{i}" for i in range(MANY)]}),
    "errors of all metrics": lambda: lm_document({"t": {**metrics(MANY), **metrics(MANY, "_stderr_clt,none")}}),
    "a list of metrics": lambda: lm_document({"t": metrics(MANY)}, configs={"t": {"metric_list": [{"metric": f"x{i}"} for i in range(MANY)]}}),
    "names that begin alike": lambda: lm_document({}, groups={"_" * k + "a": {"acc,none": 1} for k in range(6000)}),
    "averages": lambda: json.dumps({"config_general": {}, "results": {f"a{i}:{part}": {"acc": 1} for i in range(MANY // 2) for part in ("x", "_average")}}),
    "a list of LightEval's metrics": lambda: json.dumps({"config_general": {}, "results": {"t|0": metrics(MANY, "")}, "config_tasks": {
        "t|0": {"metrics": [{"metric_name": f"x{i}"} for i in range(MANY)]}}}),
    "a fact of all tasks": lambda: lm_document({f"g{i}": {"acc,none": 1} for i in range(MANY)}, config={"num_fewshot": list(range(MANY))}),
    "a fact of all results": lambda: json.dumps({"model_info": {"additional_details": {"agent_scaffold": "x" * 10 * MANY}}, "evaluation_results": [{}] * MANY}),
    "very many facts": lambda: json.dumps({"run_spec": {"name": "a", "scenario_spec": {"args": {str(i): i for i in range(MANY)}}},
                                           "stats": [{"name": {"name": "x", "split": "test"}, "mean": 1}] * MANY}),
    "long names of columns": lambda: "model," + ",".join("x" * 5000 + f"{i:05}" for i in range(9000)) + "\nm" + ",1" * 9000,
}


@pytest.mark.parametrize("name", LINEAR)
def test_linear_time(logs, name):
    """No document takes much longer than another of its size."""
    text = LINEAR[name]()
    logs.rows("SET statement_timeout = '10s'")
    try:
        assert logs.value("SELECT count(*) FROM eval_scores(%s::text)", (text,)) >= 6000
    finally:
        logs.reset_timeout()


@pytest.mark.parametrize("document", [
    {"model_info": {}, "evaluation_results": [{}] * 300000},
    [{"doc_id": 1, "resps": [], "acc": 1}] * 100000,
    {f"f{i}": {"eval": {}, "status": "success", "results": {"scores": []}} for i in range(100000)},
], ids=["results", "items", "logs"])
def test_small_parts_take_no_memory(logs, document):
    """What is read of one of very many results goes with its row: each took a kilobyte or two."""
    session = logs.another()
    session.rows("CREATE TEMP TABLE document AS SELECT %s::jsonb AS log", (json.dumps(document),))
    pid = session.connection.get_backend_pid()

    def peak():
        status = open(f"/proc/{pid}/status", encoding="utf-8").read()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1])

    open(f"/proc/{pid}/clear_refs", "w", encoding="utf-8").write("5")
    before = peak()
    session.rows("SELECT count(*) FROM document, eval_scores(log)")
    assert peak() - before < 60 * 1024
    session.connection.close()


@pytest.mark.parametrize("name, document", [
    ("model", lm_document({"t": {"acc,none": 1}}, model_name="x" * 10001)),
    ("benchmark", lm_document({"x" * 10001: {"acc,none": 1}})),
    ("metric", lm_document({"t": {"x" * 10001 + ",none": 1}})),
    ("filter", lm_document({"t": {"acc," + "x" * 10001: 1}})),
    ("item", json.dumps({"doc_id": "x" * 10001, "resps": [], "acc": 1}))])
def test_long_texts(logs, name, document):
    """What is no label of a matrix is no name here; one byte less is one."""
    assert logs.error("SELECT eval_scores(%s::text)", (document,)).pgcode == "54000"
    assert logs.value("SELECT eval_log_problem(%s)", (document,)).startswith(f"{name} of the evaluation log is too long")
    assert len(rows_of(logs, document.replace("x" * 10001, "x" * 10000))) == 1


def test_a_problem_is_short(logs):
    """An error of JSON shows the whole of a token."""
    assert len(logs.value("SELECT eval_log_problem(%s)", ("é" * 1000000,))) < 1010


def test_nothing_is_cut_within_a_character(logs):
    """A revision and a hash are cut where they are of digits; anything else stays whole."""
    for text in ("é" * 30, "a" + "é" * 30, "0123456789abcdef" * 4):
        document = lm_document({"t": {"acc,none": 1}}, model_name=f"/c/models--o--n/snapshots/{text}", chat_template_sha=text)
        shown = logs.value("SELECT convert_from(convert_to(setting, 'UTF8'), 'UTF8') FROM eval_scores(%s::text)", (document,))
        is_hash = set(text) <= set("0123456789abcdef")
        assert shown == f"revision={text[:12] if is_hash else text}, chat_template=sha256:{text[:8] if is_hash else text}"


def test_different_arguments_look_different(logs):
    """Keys and values with the signs that stand between them are quoted."""
    def variant(arguments):
        document = {"status": "success", "eval": {"task_args_passed": arguments}, "results": {"scores": [{"metrics": {"accuracy": {"value": 1}}}]}}
        return rows_of(logs, json.dumps(document))[0]["variant"]

    rng = random.Random(3)
    words = ["a", "b", "a=b", "a, b=a", 'a="b"', "a,", "b=", '"a"', "a\tb", "\n", "x" * 300]
    seen = {}
    for _ in range(1000):
        arguments = {rng.choice(words): rng.choice(words) for _ in range(rng.randint(1, 3))}
        text = variant(arguments)
        assert seen.setdefault(text, arguments) == arguments, text


def test_counts_beyond_bigint(logs):
    """Sums of hostile counts are unknown, not negative."""
    most = 2 ** 53 - 1
    tasks = [f"t{i}" for i in range(1100)]
    document = lm_document({"g": {"acc,none": 1}}, group_subtasks={"g": tasks}, **{"n-samples": {t: {"original": most, "effective": most} for t in tasks}})
    assert [(r["n"], r["n_total"]) for r in rows_of(logs, document)] == [(None, None)]
    config = {"effective_num_docs": most, "original_num_docs": most}
    document = json.dumps({"config_general": {}, "results": {**{f"a:{t}|0": {"acc": 1} for t in tasks}, "a:_average|0": {"acc": 1}},
                           "config_tasks": {f"a:{t}|0": config for t in tasks}})
    assert [(r["n"], r["n_total"]) for r in rows_of(logs, document) if r["is_group"]] == [(None, None)]


def test_an_average_has_its_own_parts(logs):
    """The same task with other shots is another average's."""
    config = {"effective_num_docs": 10, "original_num_docs": 10}
    keys = [f"s|a:{part}|{shots}" for part in ("x", "y", "_average") for shots in (0, 5)]
    document = json.dumps({"config_general": {}, "results": {key: {"acc": 1} for key in keys},
                           "config_tasks": {key: config for key in keys if "average" not in key}})
    assert [(r["variant"], r["n"]) for r in rows_of(logs, document) if r["is_group"]] == [("suite=s, shots=0", 20), ("suite=s, shots=5", 20)]


def test_groups_by_the_beginnings_of_their_names(logs):
    """Of groups in groups.  The same by trying each beginning."""
    rng = random.Random(13)
    for _ in range(100):
        names = {"".join(rng.choice("ab__") for _ in range(rng.randint(1, 7))) for _ in range(rng.randint(1, 12))}
        found = rows_of(logs, lm_document({}, groups={name: {"acc,none": 1} for name in names}))
        for row in found:
            name = row["benchmark"]
            starts = [name[:i] for i in range(1, len(name)) if name[i] == "_" and name[:i] in names]
            assert row["parent"] == max(starts, key=len, default=None), names


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII", "EUC_JP"])
def test_other_encodings(logs, encoding):
    """What the database has no character for becomes a question mark, and is no reason to read nothing."""
    name = f"logs_{encoding.lower()}"
    logs.rows(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    connection = psycopg2.connect(dbname=name)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET client_encoding = 'SQL_ASCII'; CREATE EXTENSION safetycorr")
            codec = {"LATIN1": "latin-1", "SQL_ASCII": "ascii", "EUC_JP": "euc_jp"}[encoding]
            for text in ("\0", "\ud800", "é", "\u2019", "\U0001f600", "\u65e5", "a"):
                document = '{"model_name": %s, "results": {"t": {"acc,none": NaN}}}' % json.dumps(f"m{text}")
                cursor.execute("SELECT encode(model::bytea, 'hex'), eval_log_problem(%s) FROM eval_scores(%s::text)", (document, document))
                wanted = text if text not in ("\0", "\ud800") else "\ufffd"
                as_bytes = wanted.encode(codec, "replace") * (2 if ord(text) > 0xffff else 1)
                assert cursor.fetchall() == [((b"m" + as_bytes).hex(), None)]
            for text in ("é", "\u2019", "\U0001f600", "\u65e5", "a", "\ufffd"):
                cursor.execute("SELECT encode(convert_to(eval_log_text(%s), current_setting('server_encoding')), 'hex')",
                               (text.encode() if text != "\ufffd" else b"\xff",))
                assert cursor.fetchall() == [(text.encode("utf-8" if encoding == "SQL_ASCII" else codec, "replace").hex(),)]
    finally:
        connection.close()
        logs.rows(f"DROP DATABASE {name}")


def test_backend_survived(logs):
    """One backend has served all of this."""
    assert logs.value("SELECT pg_backend_pid()") == logs.connection.get_backend_pid()
