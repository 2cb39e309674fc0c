"""The recipes that need more than a session: more servers, more writers.

The text of the documents is what runs here, with its host names replaced, and its
results are held against those of the raw rows on one server.  (What it shows
as output of a single server is compared by test_readme.py.)
"""
import csv
import re
import threading
import time

import pytest

import conftest
from clusters import running_shards
from fingerprint import create, explain
from test_readme import BLOCKS, EXAMPLES, TEXT, is_same_output, psql, without_trailing_blanks

MATRIX = "score_matrix(model, benchmark, score)"


def examples(heading):
    """The SQL blocks of a section with all below it, and those of the sections before it."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", TEXT, re.M)
    begin, level = found.start(), len(found[1])
    following = re.compile(rf"^#{{1,{level}}} \w", re.M).search(TEXT, begin + level)
    end = following.start() if following else len(TEXT)
    return ([block for block in BLOCKS if block.language == "sql" and begin < block.start < end],
            [block for block in EXAMPLES if block.start < begin
             and not (block.output and block.output.text.startswith("ERROR"))])


def failed(output):
    return [line for line in output.splitlines() if line.startswith(("ERROR", "FATAL", "psql:"))]


# ---------------------------------------------------------------------------
# A table of daily states
# ---------------------------------------------------------------------------

@pytest.fixture(scope="module")
def daily(db):
    """A database in which the documents were followed up to and through this recipe."""
    blocks, before = examples("A table of daily states")
    script = "".join(block.text for block in before + blocks)
    name = f"{db.name}_daily"
    db.rows(f'CREATE DATABASE "{name}"')
    try:
        assert failed(psql(name, script)) == []
        database = conftest.Database(name)
        create(database)
        yield database
        database.connection.close()
    finally:
        db.rows(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.parametrize("days", ["true", "day = '2026-01-05'", "day BETWEEN '2026-01-06' AND '2026-01-07'",
                                  "family <> 'MPT'", "day > '2026-01-05' AND family = 'Llama'"])
def test_daily_states_are_the_raw_rows(daily, days):
    """History, ON CONFLICT and MERGE: every range and stratum has the bits of the raw rows."""
    wanted = daily.row(f"SELECT print({MATRIX}), count(*) FROM runs WHERE {days}")
    assert daily.row(f"""SELECT print(m), (SELECT sum(n) FROM cells(m))
        FROM (SELECT rollup(m) AS m FROM daily WHERE {days}) AS s""") == wanted
    assert daily.rows(f"SELECT family, print(rollup(m)) FROM daily WHERE {days} GROUP BY family ORDER BY 1") == \
        daily.rows(f"SELECT family, print({MATRIX}) FROM runs WHERE {days} GROUP BY family ORDER BY 1")


def test_a_dashboard_reads_no_raw_row(daily):
    """The recipe's query, as it is, goes without the table of raw rows."""
    query, = [block.text.partition(";")[0] for block in examples("A table of daily states")[0]
              if "capabilities_correlations" in block.text]
    scanned = {node.get("Relation Name") for node in explain(daily, query)[0]}
    assert "daily" in scanned and "runs" not in scanned


def test_merging_twice_counts_twice(daily):
    """And replacing, which the recipe advises for jobs that may run again, does not."""
    session = daily.another()
    session.rows("CREATE TEMP TABLE t (LIKE daily INCLUDING ALL)")
    job = f"""INSERT INTO t SELECT day, family, {MATRIX} FROM runs WHERE day = '2026-01-06' GROUP BY 1, 2
        ON CONFLICT (day, family) DO UPDATE SET m = """
    total = "SELECT sum(n) FROM t, cells(m)"
    rows = session.value("SELECT count(*) FROM runs WHERE day = '2026-01-06'")
    for update, times in (("excluded.m", 1), ("excluded.m", 1), ("merge(t.m, excluded.m)", 2), ("excluded.m", 1)):
        session.rows(job + update)
        assert session.value(total) == times * rows
    session.connection.close()


# What a writer does with the rows of one id.  ON CONFLICT takes the keys of the
# table in order, as the recipe advises; MERGE joins, so that it takes one key.
UPSERTS = {
    "conflict": f"""INSERT INTO written AS t SELECT day, family, {MATRIX} FROM runs WHERE id = %s GROUP BY 1, 2
        ORDER BY 1, 2 ON CONFLICT (day, family) DO UPDATE SET m = merge(t.m, excluded.m)""",
    "merge": f"""MERGE INTO written AS t
        USING (SELECT day, family, {MATRIX} AS m FROM runs WHERE id = %s AND family = %s GROUP BY 1, 2) AS new
        ON t.day = new.day AND t.family = new.family
        WHEN MATCHED THEN UPDATE SET m = merge(t.m, new.m)
        WHEN NOT MATCHED THEN INSERT VALUES (new.day, new.family, new.m)""",
}


def write(daily, ids, statement, errors):
    session = daily.another()
    try:
        for i in ids:
            for family in ("Falcon", "Llama", "MPT") if "family = %s" in statement else (None,):
                session.rows(statement, (i, family) if family else (i,))
    except Exception as error:  # pylint: disable=broad-except
        errors.append(error)  # raised in the test
    finally:
        session.connection.close()


@pytest.mark.parametrize("kinds", [("conflict", "conflict"), ("conflict", "merge"), ("merge", "merge")])
def test_two_writers(daily, kinds):
    """Two sessions upsert the same keys at the same time: no update is lost."""
    daily.rows("DROP TABLE IF EXISTS written")
    daily.rows("CREATE TABLE written (LIKE daily INCLUDING ALL)")
    if "merge" in kinds:  # which fails when both add a key, see below
        daily.rows("INSERT INTO written SELECT day, family, score_matrix(model, benchmark, NULL) "
                   "FROM runs GROUP BY 1, 2")
    errors = []
    writers = [threading.Thread(target=write, args=(daily, range(1 + k, 121, 2), UPSERTS[kind], errors))
               for k, kind in enumerate(kinds)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    assert daily.rows("SELECT day, family, print(m) FROM written ORDER BY 1, 2") == daily.rows(
        f"SELECT day, family, print({MATRIX}) FROM runs WHERE id <= 120 GROUP BY 1, 2 ORDER BY 1, 2")


@pytest.mark.parametrize("kind", UPSERTS)
@pytest.mark.parametrize("known", [True, False])
def test_the_second_writer_waits(daily, kind, known):
    """The same in slow motion: the second one merges into what the first one commits."""
    daily.rows("DROP TABLE IF EXISTS written")
    daily.rows("CREATE TABLE written (LIKE daily INCLUDING ALL)")
    if known:
        daily.rows(UPSERTS["conflict"], (3,))
    first = daily.another()
    first.rows("BEGIN")
    first.rows(UPSERTS["conflict"], (6,))  # of the same day as 3 and 9
    errors = []
    second = threading.Thread(target=write, args=(daily, [9], UPSERTS[kind], errors))
    second.start()
    while not daily.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                          "AND wait_event_type = 'Lock'"):
        assert second.is_alive() or errors
        time.sleep(0.01)
    first.rows("COMMIT")
    second.join()
    first.connection.close()
    ids = (3, 6, 9) if known else (6, 9)
    if kind == "merge" and not known:  # as the recipe says
        assert [error.pgcode for error in errors] == ["23505"]
        write(daily, [9], UPSERTS[kind], errors)
        errors.pop()
    assert errors == []
    assert daily.rows("SELECT day, family, print(m) FROM written ORDER BY 1, 2") == daily.rows(
        f"SELECT day, family, print({MATRIX}) FROM runs WHERE id IN %s GROUP BY 1, 2 ORDER BY 1, 2", (ids,))


# ---------------------------------------------------------------------------
# Loading scores
# ---------------------------------------------------------------------------

PARTS = {block.where: block for block in BLOCKS if block.where in (
    "files of the server", "MLflow", "Open LLM Leaderboard")}


def cells(database, matrix):
    return {(model, benchmark): score for model, benchmark, score in database.rows(
        f"SELECT model, benchmark, score FROM cells(({matrix})) AS c")}


def test_files_of_the_server(own_database):
    """The server gives the rows that the client gave."""
    folder = conftest.ROOT / "test/data/logs/example__small"
    # the server may be another user, who cannot read the source tree
    data = own_database.value("SHOW data_directory")
    own_database.rows("CREATE TABLE files (name text, content text)")
    for path in folder.iterdir():
        own_database.rows("INSERT INTO files VALUES (%s, %s)", (path.name, path.read_text(encoding="utf-8")))
    # a program that ends before it has read what COPY sends is an error: Broken pipe
    own_database.rows(f"COPY (SELECT) TO PROGRAM 'cat && mkdir {data}/srv_logs'")
    try:
        for name, in own_database.rows("SELECT name FROM files"):
            own_database.rows(f"""COPY (SELECT regexp_split_to_table(rtrim(content, E'\\n'), E'\\n') FROM files
                WHERE name = '{name}') TO '{data}/srv_logs/{name}' WITH (FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01')""")
        output = psql(own_database.name, PARTS["files of the server"].text.replace("/srv/logs", f"{data}/srv_logs"))
        assert failed(output) == []
        assert own_database.value("SELECT count(DISTINCT file) FROM server_log_scores") == len(list(folder.iterdir())) == 5
        assert own_database.value("SELECT count(*) FROM server_log_scores") == 13
        columns = "name AS file, s.benchmark, s.metric, s.filter, s.score, s.stderr, s.n, s.item, s.run_at, s.source"
        assert own_database.rows(f"SELECT {columns.replace('name AS', '')} FROM server_log_scores AS s ORDER BY s::text") == [
            row[:-1] for row in own_database.rows(f"""SELECT {columns}, (name, s.*)::text AS q FROM files, eval_scores(content) AS s ORDER BY q""")]
    finally:
        own_database.rows(f"COPY (SELECT) TO PROGRAM 'cat && rm -r {data}/srv_logs'")


# The tables of MLflow's tracking store that matter here, as its models declare them.
MLFLOW = """
CREATE TABLE experiments (
    experiment_id serial CONSTRAINT experiment_pk PRIMARY KEY, name varchar(256) NOT NULL UNIQUE, artifact_location varchar(256),
    lifecycle_stage varchar(32) CHECK (lifecycle_stage IN ('active', 'deleted')), creation_time bigint, last_update_time bigint);
CREATE TABLE runs (
    run_uuid varchar(32) CONSTRAINT run_pk PRIMARY KEY, name varchar(250),
    source_type varchar(20) CHECK (source_type IN ('NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')), source_name varchar(500),
    entry_point_name varchar(50), user_id varchar(256),
    status varchar(9) CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED')),
    start_time bigint, end_time bigint, source_version varchar(50),
    lifecycle_stage varchar(20) CHECK (lifecycle_stage IN ('active', 'deleted')), artifact_uri varchar(200),
    experiment_id integer REFERENCES experiments, deleted_time bigint);
CREATE TABLE metrics (
    key varchar(250) NOT NULL, value double precision NOT NULL, timestamp bigint NOT NULL, run_uuid varchar(32) NOT NULL REFERENCES runs,
    step bigint NOT NULL DEFAULT 0, is_nan boolean NOT NULL DEFAULT false,
    CONSTRAINT metric_pk PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan));
CREATE TABLE latest_metrics (
    key varchar(250) NOT NULL, value double precision NOT NULL, timestamp bigint, step bigint NOT NULL, is_nan boolean NOT NULL,
    run_uuid varchar(32) NOT NULL REFERENCES runs, CONSTRAINT latest_metric_pk PRIMARY KEY (key, run_uuid));
CREATE TABLE params (
    key varchar(250) NOT NULL, value varchar(8000) NOT NULL, run_uuid varchar(32) NOT NULL REFERENCES runs,
    CONSTRAINT param_pk PRIMARY KEY (key, run_uuid));
CREATE TABLE tags (
    key varchar(250) NOT NULL, value varchar(5000), run_uuid varchar(32) NOT NULL REFERENCES runs, CONSTRAINT tag_pk PRIMARY KEY (key, run_uuid));
INSERT INTO experiments (name, lifecycle_stage) VALUES ('evals', 'active'), ('old', 'deleted');
"""
LARGEST = 1.7976931348623157e308  # what MLflow stores for infinity
# uuid, name, status, stage, experiment, start, model parameter, runName tag, {metric: its values by step}
MLFLOW_RUNS = [
    ("a1", "bold-crow-1", "FINISHED", "active", 1, 100, "org/a", "bold-crow-1", {"mmlu": [0.1, 0.2, 0.5], "gsm8k": [0.25], "loss": [3.0]}),
    ("a2", "bold-crow-2", "FINISHED", "active", 1, 200, "org/a", None, {"mmlu": [0.7, 0.6], "truthfulqa": [None]}),
    ("a3", "bold-crow-3", "FAILED", "active", 1, 300, "org/a", None, {"mmlu": [0.9], "truthfulqa": [0.9]}),
    ("a4", "bold-crow-4", "FINISHED", "deleted", 1, 400, "org/a", None, {"mmlu": [0.9]}),
    ("a5", "bold-crow-5", "FINISHED", "active", 2, 500, "org/a", None, {"mmlu": [0.9]}),
    ("a6", "bold-crow-6", "RUNNING", "active", 1, 600, "org/a", None, {"mmlu": [0.9]}),
    ("b1", "renamed", "FINISHED", "active", 1, 100, None, "org/b", {"mmlu": [0.375], "gsm8k": [None, 0.5], "truthfulqa": [0.25, None]}),
    ("c1", "org/c", "FINISHED", "active", 1, 100, None, None, {"mmlu": [LARGEST], "gsm8k": [0.125]}),
    ("d1", None, "FINISHED", "active", 1, 100, None, None, {"gsm8k": [0.0625], "other": [1.0]}),
]


def test_mlflow(own_database):
    """The last step of the newest finished run that still exists, per model and metric."""
    own_database.rows(MLFLOW)
    wanted = {}
    for uuid, name, status, stage, experiment, start, model, tag, metrics in MLFLOW_RUNS:
        own_database.rows("INSERT INTO runs (run_uuid, name, source_type, status, start_time, lifecycle_stage, experiment_id) "
                     "VALUES (%s, %s, 'LOCAL', %s, %s, %s, %s)", (uuid, name, status, start, stage, experiment))
        for table, key, value in (("params", "model", model), ("params", "epochs", "3"), ("tags", "mlflow.runName", tag),
                                  ("tags", "mlflow.user", "me")):
            if value:
                own_database.rows(f"INSERT INTO {table} (key, value, run_uuid) VALUES (%s, %s, %s)", (key, value, uuid))
        for key, values in metrics.items():
            for step, value in enumerate(values):
                row = (key, 0.0 if value is None else value, 1000 - step, step, value is None, uuid)  # clocks can go back
                own_database.rows("INSERT INTO metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (%s, %s, %s, %s, %s, %s)", row)
            own_database.rows("INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (%s, %s, %s, %s, %s, %s)", row)
            if (status, stage, experiment) == ("FINISHED", "active", 1) and value not in (None, LARGEST) \
                    and key in ("mmlu", "gsm8k", "truthfulqa"):
                wanted[model or tag or name or uuid, key] = value  # runs of a model come in the order of their start
    assert cells(own_database, PARTS["MLflow"].text.strip().rstrip(";")) == wanted
    assert wanted["org/a", "mmlu"] == 0.6 and len(wanted) == 6


LEADERBOARD = ["eval_name", "Precision", "Type", "T", "Weight type", "Architecture", "Model", "fullname", "Model sha", "Average ⬆️",
               "Hub License", "Hub ❤️", "#Params (B)", "Available on the hub", "MoE", "Flagged", "Chat Template", "CO₂ cost (kg)",
               "IFEval Raw", "IFEval", "BBH Raw", "BBH", "MATH Lvl 5 Raw", "MATH Lvl 5", "GPQA Raw", "GPQA", "MUSR Raw", "MUSR",
               "MMLU-PRO Raw", "MMLU-PRO", "Merged", "Official Providers", "Upload To Hub Date", "Submission Date", "Generation",
               "Base Model"]


def test_open_llm_leaderboard(own_database, tmp_path):
    """Six scores of each model's newest submission that is not flagged, with the columns of the data set."""
    names = ["IFEval", "BBH", "MATH Lvl 5", "GPQA", "MUSR", "MMLU-PRO"]
    rows, wanted = [], {}
    for i, (model, flagged, date) in enumerate((
            ("org/a", False, "2024-08-05"), ("org/a", False, "2024-09-05"), ("org/b", False, "2024-06-12"), ("org/a", True, "2024-12-01"),
            ("org/c", True, "2024-08-05"), ("org/b", False, "2024-06-11"), ("other/d, quoted \"x\"", False, ""))):
        row = {name: "" for name in LEADERBOARD}
        scores = {name: i * 10 + j + 0.125 for j, name in enumerate(names)}
        row.update(scores, **{
            "fullname": model, "Flagged": flagged, "Submission Date": date, "Average ⬆️": 7, "#Params (B)": 7.5, "Merged": True,
            "Model": f'<a target="_blank" href="https://huggingface.co/{model}" style="color: red; x: y">{model}</a>, new'})
        row.update({f"{name} Raw": 0.5 for name in names})
        if i == 1:
            row["GPQA"] = ""
        rows.append(row)
        if not flagged and i != 5 and i != 0:
            wanted.update({(model, name): score for name, score in scores.items() if (i, name) != (1, "GPQA")})
    path = tmp_path / "board.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, LEADERBOARD, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    output = psql(own_database.name, PARTS["Open LLM Leaderboard"].text.replace("open_llm_leaderboard.csv", str(path)))
    assert failed(output) == []
    assert cells(own_database, "SELECT scores FROM evaluation_open_llm") == wanted
    assert len(wanted) == 17


# ---------------------------------------------------------------------------
# More than one server
# ---------------------------------------------------------------------------

RECIPE, BEFORE = examples("More than one server")
ON_HUB = [block for block in RECIPE if "hub" in block.where]


@pytest.fixture(scope="module")
def shards(db):
    """The two shards of the recipe, with their rows and what the recipe creates on them."""
    setup = "".join(block.text for block in BEFORE)
    with running_shards(db) as running:
        for shard, part in zip(running, ("model LIKE 'Llama%'", "model NOT LIKE 'Llama%'")):
            admin = shard.connect("postgres")
            admin.rows("CREATE DATABASE evals")
            admin.rows("CREATE ROLE reader LOGIN")
            output = psql("evals", setup[:setup.index("CREATE TABLE evaluation")], "-h", shard.host)
            assert failed(output) == []
            evals = shard.connect("evals")
            for table in ("leaderboard", "scores"):
                evals.rows(f"DELETE FROM {table} WHERE NOT ({part})")
                assert evals.value(f"SELECT count(*) FROM {table}") > 0
            for block in RECIPE:
                if block.where == "shards":
                    evals.rows(block.text)
            evals.rows("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        yield running


@pytest.fixture(scope="module")
def printed(db, shards):
    """What each block of the recipe prints on the hub; those of plproxy only where it is."""
    name = f"{db.name}_hub"
    proxied = db.value("SELECT count(*) FROM pg_available_extensions WHERE name = 'plproxy'")
    db.rows(f'CREATE DATABASE "{name}"')
    try:
        outputs = {}
        for block in ON_HUB:
            if "plproxy" in block.where and not proxied:
                continue
            text = block.text
            for number, shard in enumerate(shards, 1):
                text = text.replace(f"shard{number}.example.org", shard.host)
            assert "example.org" not in text
            outputs[block.line] = psql(name, text)
        yield outputs
    finally:
        db.rows(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_all_blocks_run_somewhere():
    assert {block.where for block in RECIPE} == {"hub", "plproxy hub", "shards"}
    assert [block for block in BLOCKS if block.where not in (None, "demo") and block not in PARTS.values()] == RECIPE
    assert len(PARTS) == 3


@pytest.mark.parametrize("block", ON_HUB, ids=lambda block: f"line_{block.line}")
def test_recipe(block, printed):
    """It runs, and prints what the documents show."""
    if block.line not in printed:
        pytest.skip("plproxy is not installed")
    output = printed[block.line]
    assert failed(output) == []
    if block.output and not is_same_output(block.output.text, output):
        assert without_trailing_blanks(block.output.text) == without_trailing_blanks(output)


def test_recipe_shows_states(printed):
    """What the text says of the plan is what is shown: two scans at once, one state from each."""
    plan, = [block.output.text for block in ON_HUB if block.text.startswith("EXPLAIN")]
    assert plan.count("Async Foreign Scan") == 2
    assert plan.count("Remote SQL: SELECT public.score_matrix(model, benchmark, score) FROM public.scores") == 2
    assert plan.count("Remote SQL") == 2
