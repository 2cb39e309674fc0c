"""The recipes of README.md that need more than a session: more servers, more writers.

The text of README.md is what runs here, with its host names replaced, and its
results are held against those of the raw rows on one server.  (What it shows
as output of a single server is compared by test_readme.py.)
"""
import threading
import time

import pytest

import conftest
from clusters import running_shards
from fingerprint import create, explain
from test_readme import BLOCKS, EXAMPLES, README, is_same_output, psql, without_trailing_blanks

MATRIX = "score_matrix(model, benchmark, score)"


def examples(heading):
    """The SQL blocks of a section, and those of the sections before it."""
    begin = README.index(f"\n### {heading}\n")
    end = README.index("\n### ", begin + 1) if "\n### " in README[begin + 1:] else len(README)
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
    """A database in which README.md was followed up to and through this recipe."""
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
# table in order, as README.md advises; MERGE joins, so that it takes one key.
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
    if kind == "merge" and not known:  # as README.md says
        assert [error.pgcode for error in errors] == ["23505"]
        write(daily, [9], UPSERTS[kind], errors)
        errors.pop()
    assert errors == []
    assert daily.rows("SELECT day, family, print(m) FROM written ORDER BY 1, 2") == daily.rows(
        f"SELECT day, family, print({MATRIX}) FROM runs WHERE id IN %s GROUP BY 1, 2 ORDER BY 1, 2", (ids,))


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
    assert [block for block in BLOCKS if block.where and block.where != "bi"] == RECIPE


@pytest.mark.parametrize("block", ON_HUB, ids=lambda block: f"line_{block.line}")
def test_recipe(block, printed):
    """It runs, and prints what README.md shows."""
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
