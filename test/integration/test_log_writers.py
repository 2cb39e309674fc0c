"""What real harnesses write, read by eval_scores, beside what their own interfaces say.

Each harness is installed from PyPI, in the versions of writers/versions.txt, into a virtual
environment of its own in the user's cache.  A program of writers/, run by its Python, lets it
write logs and prints the rows that should be read in each, by the harness's own reader or the
values that it returned.  A harness that cannot be installed in time is skipped.
"""
import datetime
import json
import os
import pathlib
import subprocess
import sys

import pytest

import conftest
from installing import WRITERS as TOOLS, uv
sys.path.insert(0, str(conftest.ROOT / "test" / "t"))
from test_recipes import PARTS  # noqa: E402

WRITERS = pathlib.Path(__file__).resolve().parent / "writers"
COLUMNS = ("model", "setting", "benchmark", "variant", "metric", "filter", "score", "stderr", "n", "n_total", "lower_is_better",
           "parent", "is_group", "item", "run_id", "run_at", "source")
# seconds for one program of writers/
RUN_LIMIT = 120


# ---------------------------------------------------------------------------
# Running
# ---------------------------------------------------------------------------

def run(python, script, *arguments, folder, **more):
    """The JSON of the last line that a program of writers/ prints; harnesses print, too."""
    environment = {**os.environ, "HOME": str(folder), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TZ": "Asia/Kolkata", **more}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what is kept in the cache may be compiled there
    try:
        done = subprocess.run([python, WRITERS / script, *arguments], check=False, capture_output=True, encoding="utf-8",
                              timeout=RUN_LIMIT, cwd=folder, stdin=subprocess.DEVNULL, env=environment)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{script} took longer than {RUN_LIMIT} s")
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


# ---------------------------------------------------------------------------
# Comparing
# ---------------------------------------------------------------------------

def read(db, content):
    """The rows of a file; why there are none, or None."""
    rows = [dict(zip(COLUMNS, row)) for row in db.rows(
        f"SELECT {', '.join(COLUMNS)} FROM eval_scores(eval_log_text(%s)) WHERE eval_log_problem(eval_log_text(%s)) IS NULL",
        (content, content))]
    return rows, db.value("SELECT eval_log_problem(eval_log_text(%s))", (content,))


def plain(row):
    """A row as text that compares: times in UTC, numbers by all their digits."""
    def text(column, value):
        if column == "run_at" and isinstance(value, float):
            # as the server rounds: in microseconds since 2000
            value = datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(
                microseconds=round((value - 946684800) * 1e6))
        if isinstance(value, str) and value[4:5] == "-" and value[10:11] in ("T", " "):
            value = datetime.datetime.fromisoformat(value)
        if isinstance(value, datetime.datetime):
            return value.astimezone(datetime.timezone.utc).isoformat()
        return value
    return {column: text(column, row.get(column)) for column in COLUMNS}


def ordered(rows):
    return sorted((plain(row) for row in rows), key=lambda row: json.dumps(row, sort_keys=True))


def assert_same(db, name, wanted):
    rows, problem = read(db, pathlib.Path(name).read_bytes())
    rows, wanted = ordered(rows), ordered(wanted)
    assert [row for row in rows if row not in wanted] == [row for row in wanted if row not in rows], name
    assert rows == wanted, name
    assert (problem is None) == bool(wanted), (name, problem)


# ---------------------------------------------------------------------------
# Inspect
# ---------------------------------------------------------------------------

@pytest.fixture(scope="module")
def inspect(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inspect")
    return run(TOOLS.installed("inspect", "inspect-ai"), "write_inspect.py", folder, folder=folder)


def test_inspect(db, inspect):
    """Every row of every log, in JSON, of .eval, as it is dumped, of an eval set."""
    for name, rows in inspect.items():
        if not name.endswith(".eval"):
            assert_same(db, name, rows)


# ---------------------------------------------------------------------------
# lm-evaluation-harness
# ---------------------------------------------------------------------------

@pytest.fixture(scope="module")
def lm_eval(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lm_eval")
    return run(TOOLS.installed("lm_eval", "lm-eval", more=("sqlitedict", "word2number", "rouge-score")), "write_lm_eval.py", folder, folder=folder)


def test_lm_eval(db, lm_eval):
    """Every row of the results of each run, and of every sample."""
    for name, rows in lm_eval.items():
        assert_same(db, name, rows)


# ---------------------------------------------------------------------------
# Every Eval Ever
# ---------------------------------------------------------------------------

def optional(request, fixture):
    """What a fixture gives; nothing where it skips."""
    try:
        return request.getfixturevalue(fixture)
    except pytest.skip.Exception:
        return {}


def test_every_eval(db, request, tmp_path):
    """What it makes of logs of Inspect and of lm-evaluation-harness: every row of results and items."""
    python, tool = TOOLS.installed("inspect", "inspect-ai"), uv()
    # its own requirements are those of what it does beside; it runs on an older Python than it says
    package = TOOLS.install("every_eval", "", lambda folder: TOOLS.in_time(
        tool, "pip", "install", "-q", "--no-deps", "--only-binary", ":all:", "--python", python,
        "--python-version", "3.12", "--target", folder, TOOLS.version("every-eval-ever")))
    results = [str(pathlib.Path(name).parent) for name in optional(request, "lm_eval")
               if "/results_" in name and ("/named_filters/" in name or "/instructed/" in name)]
    said = run(python, "write_every_eval.py", tmp_path, *results, folder=tmp_path, PYTHONPATH=str(package))
    assert len(said) >= 10 + 4 * len(results) or not results
    for name, rows in said.items():
        assert_same(db, name, rows)


# ---------------------------------------------------------------------------
# The loader
# ---------------------------------------------------------------------------

@pytest.mark.parametrize("harness", ["inspect", "lm_eval"])
def test_loader(db, request, harness):
    """safetycorr-load on the files: the same rows, of .eval too; what has none is rejected."""
    # what is taken out of a zip is the same content, and samples are added up
    said = {name: rows for name, rows in request.getfixturevalue(harness).items() if ".eval." not in name and not name.endswith(".jsonl")}
    schema = f"of_{harness}"
    subprocess.run(["safetycorr-load", "-d", db.name, "--schema", schema, *said], check=True, capture_output=True, timeout=RUN_LIMIT)
    columns = [column for column in COLUMNS if column != "item"]
    found = {name: [] for name in said}
    for name, *row in db.rows(f"SELECT file, {', '.join(columns)} FROM {schema}.results"):
        found[name].append(dict(zip(columns, row)))
    for name, rows in said.items():
        assert ordered(found[name]) == ordered(rows), name
    assert {name for name, in db.rows(f"SELECT file FROM {schema}.rejected")} == {name for name, rows in said.items() if not rows}


# ---------------------------------------------------------------------------
# MLflow
# ---------------------------------------------------------------------------

def test_mlflow(own_database, tmp_path):
    """The recipe of the documents on MLflow's own tables gives the cells that its search finds."""
    python = TOOLS.installed("mlflow", "mlflow-skinny", "sqlalchemy", "alembic", "psycopg2-binary")
    said = run(python, "write_mlflow.py", tmp_path, own_database.name, folder=tmp_path)
    assert own_database.value("SELECT count(*) FROM runs") == said["runs"]
    recipe = PARTS["MLflow"].text.strip().rstrip(";")
    cells = own_database.rows(f"SELECT model, benchmark, score FROM cells(({recipe})) AS c")
    assert sorted(cells) == sorted((model, benchmark, score) for model, scores in said["scores"].items()
                                   for benchmark, score in scores.items())
    assert len(cells) == 12
