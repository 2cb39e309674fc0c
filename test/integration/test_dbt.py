"""dbt keeps a table of states: the project in dbt, built three times as scores come in.

dbt is installed from PyPI, in the versions of dbt/versions.txt, see installing.py.  It runs in a
temporary folder and reports to nobody.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

import conftest
from installing import Installer
sys.path.insert(0, str(conftest.ROOT / "test" / "t"))
from fingerprint import create  # noqa: E402
from test_recipes import TEXT  # noqa: E402

PROJECT = pathlib.Path(__file__).resolve().parent / "dbt"
TOOLS = Installer("dbt", PROJECT / "versions.txt", 100)
RUN_LIMIT = 120
HISTORY = "SELECT day, stratum, xmin::text, print(m) FROM evaluation_history ORDER BY day, stratum"


def build(python, folder, database, *arguments):
    """What dbt says of each node: {name: (status, message)}."""
    project = folder / "dbt"
    if not project.exists():
        shutil.copytree(PROJECT, project)
    done = subprocess.run(
        [python.parent / "dbt", "build", *arguments], cwd=project, check=False, capture_output=True, encoding="utf-8", timeout=RUN_LIMIT,
        stdin=subprocess.DEVNULL, env={**os.environ, "HOME": str(folder), "PGDATABASE": database, "DBT_PROFILES_DIR": str(project),
                                       "DO_NOT_TRACK": "1", "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((project / "target/run_results.json").read_text(encoding="utf-8"))["results"]
    return {result["unique_id"].split(".")[2]: (result["status"], result["message"]) for result in results}


@pytest.fixture(scope="module")
def builds(db, tmp_path_factory):
    """
    (database, what dbt said, the table after it) of each build: of two days; of a third day, with
    late scores of the second; of nothing new.
    """
    python = TOOLS.installed("dbt", "dbt-core", "dbt-postgres")
    folder = tmp_path_factory.mktemp("dbt")
    name = f"{db.name}_dbt"
    db.rows(f'CREATE DATABASE "{name}"')
    database = conftest.Database(name)
    try:
        database.rows("CREATE EXTENSION safetycorr")
        create(database)
        database.rows("""
            CREATE TABLE known (model text, kind text, family text, benchmark text, score float8);
            CREATE TABLE scores (day date, stratum text, model text, benchmark text, score float8)""")
        with database.connection.cursor() as cursor, open(conftest.ROOT / "test/data/safetywashing.csv", encoding="utf-8") as file:
            cursor.copy_expert("COPY known FROM STDIN WITH (FORMAT csv, HEADER)", file)
        # every benchmark of some models on each day; some scores come twice
        rows = """INSERT INTO scores SELECT DATE '2026-03-01' + part, kind, model, benchmark, score + 0.01 * part
            FROM known, LATERAL (SELECT abs(hashtext(model || benchmark)::bigint) % 7) AS h (h), generate_series(0, 2) AS part
            WHERE part IN (h % 3, (h + 1) % 3) AND ({})"""
        after = []
        for new in "part < 1 OR (part = 1 AND h < 4)", "part = 2 OR (part = 1 AND h >= 4)", "false":
            database.rows(rows.format(new))
            said = build(python, folder, name)
            after.append((said, database.rows(HISTORY)))
        yield database, after
    finally:
        database.connection.close()
        db.rows(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_builds(builds):
    """Every model and every test of the project passes; from the second on rows are merged."""
    for number, (said, _) in enumerate(builds[1]):
        status, message = said.pop("evaluation_history")
        assert (status, message) == ("success", ("SELECT 4", "MERGE 4", "MERGE 2")[number])
        assert {status for status, _ in said.values()} == {"pass"} and len(said) == 5


def test_only_what_is_new_is_written(builds):
    first, second, third = (rows for _, rows in builds[1])
    assert [len(rows) for rows in (first, second, third)] == [4, 6, 6]
    assert second[:2] == first[:2]  # the first day: the same row, not only the same content
    assert all(new[3] != old[3] for new, old in zip(second[2:], first[2:]))
    assert [(day, stratum, state) for day, stratum, _, state in third] == [(day, stratum, state) for day, stratum, _, state in second]
    assert third[:4] == second[:4]


def test_states_are_the_raw_rows(builds):
    """To the bit: all that can be read of a state, on every day."""
    database, after = builds
    wanted = database.rows("""
        SELECT d.day, d.stratum, print(score_matrix(s.model, s.benchmark, s.score))
        FROM (SELECT DISTINCT day, stratum FROM scores) AS d JOIN scores AS s ON s.stratum = d.stratum AND s.day <= d.day
        GROUP BY d.day, d.stratum ORDER BY d.day, d.stratum""")
    assert [(day, stratum, state) for day, stratum, _, state in after[-1][1]] == wanted


def test_correlations_are_those_of_the_raw_rows(builds):
    """Of the newest states, in each stratum and of all models."""
    database, _ = builds
    marks = "'{LogiQA,PIQA,HellaSwag,WinoGrande,COPA,MedQA,ARC Challenge,MMLU,MATH,LAMBADA,GSM8K,BBH}', covariates => '{FLOP}'"
    latest = "(SELECT DISTINCT ON (stratum) stratum, m FROM evaluation_history ORDER BY stratum, day DESC) AS s"
    columns = "(c).benchmark, (c).n, bits((c).corr), bits((c).ci_low), bits((c).ci_high), bits((c).q_value), (c).verdict"
    for of_states, of_rows in (
            (f"SELECT stratum, m FROM {latest}", "SELECT stratum, score_matrix(model, benchmark, score) AS m FROM scores GROUP BY stratum"),
            (f"SELECT '(all)', rollup(m) AS m FROM {latest}", "SELECT '(all)', score_matrix(model, benchmark, score) AS m FROM scores")):
        states, raw = (database.rows(f"SELECT t.stratum, {columns} FROM ({source}) AS t (stratum, m), capabilities_correlations(annotate(t.m, {marks})) AS c ORDER BY 1, 2")
                       for source in (of_states, of_rows))
        assert states == raw and len(states) >= 24
        assert sum(row[3] is not None for row in states) > 20


def test_documents_are_kept(builds):
    assert builds[0].value("SELECT obj_description('evaluation_history'::regclass)").startswith("For each day")
    assert builds[0].value("SELECT col_description('evaluation_history'::regclass, 3)") == "the scores"


def test_recipe_is_the_model():
    """The recipe shows what runs here."""
    model = (PROJECT / "models" / "evaluation_history.sql").read_text(encoding="utf-8")
    shown, = re.findall(r"```jinja\n(.*?)```", TEXT, re.S)
    assert shown == model


def test_nothing_is_written_into_the_tree():
    assert sorted(str(path.relative_to(PROJECT)) for path in PROJECT.rglob("*") if path.is_file()) == [
        "dbt_project.yml", "models/evaluation_history.sql", "models/schema.yml", "profiles.yml", "versions.txt"]
