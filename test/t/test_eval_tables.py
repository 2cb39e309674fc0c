"""The tables of evaluation logs: what is made, what is loaded, which scores are chosen.

Logs are small documents of lm-evaluation-harness; the rules of choosing are tried on
rows of results that the tests write themselves.  Roles and sessions are real.
"""
import contextlib
import json
import subprocess
import threading
import time

import psycopg2
import pytest

import conftest

TABLES = ["logs", "results", "benchmarks", "models"]
VIEWS = ["rejected", "candidates", "scores", "collisions", "evaluation"]
HOSTILE = ['evals"; DROP TABLE other; --', "new\nline", "it's", "@schema@ %s %1$s", "Δ schema", "$$"]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def log(model="org/m", results=None, date=1750000000, **more):
    """A document of lm-evaluation-harness, as bytes."""
    results = {"t": {"acc,none": 0.5, "acc_stderr,none": 0.01}} if results is None else results
    return json.dumps({
        "results": results, "versions": {task: 1 for task in results}, "model_name": model, "date": date,
        "config": {"model": "hf", "model_args": f"pretrained={model}"}, **more}).encode()


def item(doc, **metrics):
    return json.dumps({"doc_id": doc, "doc": {}, "target": "A", "resps": [], "filtered_resps": [],
                       "metrics": list(metrics), **metrics}) + "\n"


def load(db, file, content, digest=None, schema="evals", is_last=True):
    return db.value("SELECT load_eval_log(%s, %s, %s, %s, %s)", (schema, file, digest, psycopg2.Binary(content), is_last))


def fill(db):
    return db.value("SELECT fill_eval_tables('evals')")


def add(db, *rows, **common):
    """Rows of results, each in a file of its own unless it names one."""
    for i, row in enumerate(rows):
        row = {"file": f"file {i}", "model": "m", "benchmark": "b", "metric": "acc", "score": 0.5, **common, **row}
        db.rows("INSERT INTO evals.logs (file, n_rows) VALUES (%s, 1) ON CONFLICT DO NOTHING", (row["file"],))
        db.rows(f"INSERT INTO evals.results ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})", tuple(row.values()))


def table(db, name, columns):
    return db.rows(f"SELECT {columns} FROM evals.{name} ORDER BY {columns}")


@pytest.fixture
def evals(db):
    """The tables in a new schema."""
    db.rows("DROP SCHEMA IF EXISTS evals CASCADE; CREATE SCHEMA evals")
    db.rows("SELECT * FROM create_eval_tables('evals')")
    yield db
    db.rows("DROP SCHEMA IF EXISTS evals CASCADE")


@contextlib.contextmanager
def role(db, name, grants=""):
    db.rows(f"CREATE ROLE {name}; {grants}")
    try:
        yield
    finally:
        db.rows(f"RESET ROLE; DROP OWNED BY {name} CASCADE; DROP ROLE {name}")


@pytest.fixture(scope="module")
def has_readers(db):
    """Skips what needs the readers of all formats."""
    if db.value("SELECT l.lanname FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang "
                "WHERE p.oid = to_regprocedure('eval_scores(text)')") != "c":
        pytest.skip("eval_scores(text) is a stub")


# ---------------------------------------------------------------------------
# Making and dropping
# ---------------------------------------------------------------------------

def test_what_is_made(evals):
    """Tables and views, each with a comment, and every column."""
    kinds = {"r": "table", "v": "view"}
    made = evals.rows("""SELECT c.relname, c.relkind::text, c.reloptions, obj_description(c.oid, 'pg_class') FROM pg_class AS c
        WHERE c.relnamespace = 'evals'::regnamespace AND c.relkind <> 'i'""")
    assert {name: kinds[kind] for name, kind, _, _ in made} == {**dict.fromkeys(TABLES, "table"), **dict.fromkeys(VIEWS, "view")}
    assert all(comment.endswith(" Made by create_eval_tables() of safetycorr.") for *_, comment in made)
    assert all(options == ["security_invoker=true"] for _, kind, options, _ in made if kind == "v")
    assert evals.rows("""SELECT attrelid::regclass::text, attname FROM pg_attribute WHERE attrelid IN (
        SELECT oid FROM pg_class WHERE relnamespace = 'evals'::regnamespace AND relkind <> 'i')
        AND attnum > 0 AND coalesce(col_description(attrelid, attnum), '') = ''""") == []


def test_results_hold_the_columns_of_eval_scores(evals):
    columns = {row[0] for row in evals.rows("""SELECT attname FROM pg_attribute
        WHERE attrelid = 'eval_scores_row'::regclass AND attnum > 0""")}
    assert {row[0] for row in evals.rows("""SELECT attname FROM pg_attribute
        WHERE attrelid = 'evals.results'::regclass AND attnum > 0""")} == columns - {"item"} | {"file", "of_items"}


def test_again_keeps_rows_and_grants(evals):
    with role(evals, "eval_reader", "GRANT SELECT ON evals.scores, evals.logs TO eval_reader"):
        load(evals, "f", log())
        fill(evals)
        evals.rows("ALTER TABLE evals.benchmarks DROP COLUMN note")
        evals.rows("ALTER TABLE evals.logs ADD COLUMN mine text")
        evals.rows("CREATE VIEW evals.mine AS TABLE evals.scores")
        before = evals.rows("TABLE evals.results"), evals.rows("TABLE evals.models")
        notes = dict(evals.rows("SELECT relation, note FROM create_eval_tables('evals')"))
        assert list(notes) == TABLES + VIEWS
        assert {name: note for name, note in notes.items() if note} == {"benchmarks": "columns added: note"}
        assert (evals.rows("TABLE evals.results"), evals.rows("TABLE evals.models")) == before
        assert evals.value("SELECT has_table_privilege('eval_reader', 'evals.scores', 'SELECT')")


def test_views_of_other_columns_are_made_anew_with_their_grants(evals):
    """As after an update of the extension, those that stand on them too."""
    with role(evals, "eval_reader"):
        evals.rows("""DROP VIEW evals.collisions, evals.evaluation, evals.scores, evals.candidates;
            CREATE VIEW evals.candidates AS SELECT 1 AS other, ''::text AS model;
            CREATE VIEW evals.scores AS SELECT model FROM evals.candidates; CREATE VIEW evals.collisions AS TABLE evals.scores;
            COMMENT ON VIEW evals.candidates IS 'Made by create_eval_tables() of safetycorr.';
            COMMENT ON VIEW evals.scores IS 'Made by create_eval_tables() of safetycorr.';
            COMMENT ON VIEW evals.collisions IS 'Made by create_eval_tables() of safetycorr.';
            GRANT SELECT ON evals.candidates, evals.rejected TO eval_reader WITH GRANT OPTION;
            GRANT SELECT (model), REFERENCES (model) ON evals.scores TO eval_reader; ALTER VIEW evals.scores ALTER model SET DEFAULT 'x'""")
        assert [row for row in evals.rows("SELECT relation, note FROM create_eval_tables('evals')") if row[1]] == [
            ("scores", "not kept: default 'x'::text of column model")]
        assert evals.rows("SELECT why FROM evals.collisions") == []
        assert evals.row("""SELECT has_table_privilege('eval_reader', 'evals.candidates', 'SELECT WITH GRANT OPTION'),
            has_table_privilege('eval_reader', 'evals.rejected', 'SELECT WITH GRANT OPTION'),
            has_column_privilege('eval_reader', 'evals.scores', 'model', 'SELECT'),
            has_table_privilege('eval_reader', 'evals.scores', 'SELECT')""") == (True, True, True, False)
        evals.rows("CREATE VIEW mine AS TABLE evals.evaluation; DROP VIEW evals.collisions; COMMENT ON VIEW evals.candidates IS 'mine'")
        assert evals.error("SELECT * FROM create_eval_tables('evals')").pgcode == "42P07"
        evals.rows("DROP VIEW mine")


@pytest.mark.parametrize("name", TABLES + VIEWS)
def test_nothing_of_yours_is_touched(evals, name):
    """A relation that we did not make stops the call before it has done anything."""
    evals.rows("SELECT * FROM drop_eval_tables('evals')")
    evals.rows(f"CREATE TABLE evals.{name} (mine text)")
    error = evals.error("SELECT * FROM create_eval_tables('evals')")
    assert (error.pgcode, str(error).split("\n")[0]) == (
        "42P07", f"relation evals.{name} exists and was not made by create_eval_tables")
    assert evals.rows("SELECT relname FROM pg_class WHERE relnamespace = 'evals'::regnamespace") == [(name,)]
    assert evals.rows("SELECT * FROM drop_eval_tables('evals')") == []
    assert evals.value(f"SELECT count(*) FROM evals.{name}") == 0


def test_drop(evals):
    """What is ours goes, in an order that works; what depends on it stops it."""
    evals.rows("CREATE VIEW mine AS TABLE evals.scores")
    assert evals.error("SELECT * FROM drop_eval_tables('evals')").pgcode == "2BP01"
    evals.rows("DROP VIEW mine; COMMENT ON VIEW evals.rejected IS 'mine'; CREATE TABLE evals.other ()")
    load(evals, "f", log())
    assert evals.error("SELECT * FROM drop_eval_tables('evals')").pgcode == "2BP01"
    assert table(evals, "results", "file") == [("f",)]
    evals.rows("DROP VIEW evals.rejected")
    assert evals.rows("SELECT * FROM drop_eval_tables('evals')") == [
        *((name, "view", None) for name in reversed(VIEWS) if name != "rejected"), *((name, "table", None) for name in reversed(TABLES))]
    assert evals.rows("SELECT relname FROM pg_class WHERE relnamespace = 'evals'::regnamespace") == [("other",)]


def test_rights_to_make_and_drop(evals):
    with role(evals, "eval_other", "GRANT USAGE ON SCHEMA evals TO eval_other"):
        evals.rows("SET ROLE eval_other")
        assert evals.error("SELECT * FROM create_eval_tables('evals')").pgcode == "42501"
        assert evals.error("SELECT * FROM drop_eval_tables('evals')").pgcode == "42501"
        evals.rows("RESET ROLE; GRANT CREATE ON SCHEMA evals TO eval_other; SET ROLE eval_other")
        error = evals.error("SELECT * FROM create_eval_tables('evals')")
        assert error.pgcode == "42501" and "belongs to role" in str(error)


def test_rights_are_checked_before_locks(evals):
    """Who may not load does not wait for who does."""
    other = evals.another()
    other.connection.autocommit = False
    try:
        load(other, "f", log())
        with role(evals, "eval_other", "GRANT USAGE ON SCHEMA evals TO eval_other; GRANT SELECT ON evals.logs TO eval_other"):
            evals.rows("SET ROLE eval_other; SET lock_timeout = '5s'")
            for call in ("load_eval_log('evals', 'f', NULL, '')", "reject_eval_log('evals', 'f', 'x')"):
                assert evals.error(f"SELECT {call}").pgcode == "42501"
            evals.rows("RESET lock_timeout")
    finally:
        other.connection.close()


def test_loading_with_grants(evals):
    """As the caller: what it takes is in the reference."""
    with role(evals, "eval_loader", """GRANT USAGE ON SCHEMA evals TO eval_loader;
            GRANT SELECT, INSERT, UPDATE, DELETE ON evals.logs, evals.results TO eval_loader;
            GRANT SELECT, INSERT ON evals.benchmarks, evals.models TO eval_loader"""):
        evals.rows("SET ROLE eval_loader")
        assert load(evals, "f", log()) == "loaded"
        assert load(evals, "f", log(model="other")) == "replaced"
        assert fill(evals) == 2
        evals.rows("RESET ROLE; REVOKE INSERT ON evals.results FROM eval_loader; SET ROLE eval_loader")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            load(evals, "g", log(model="third"))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(db, name):
    """Of schemas and files; nothing of them is read as SQL."""
    db.rows("CREATE TABLE other ()")
    schema = quoted(name)
    db.rows(f"CREATE SCHEMA {schema}".replace("%", "%%"), ())
    try:
        assert len(db.rows("SELECT * FROM create_eval_tables(%s)", (name,))) == 9
        assert load(db, name, log(model=name, results={name: {"acc,none": 0.5}}), schema=name) == "loaded"
        assert load(db, "-- " + name, b"{", schema=name) == "rejected"
        assert db.value("SELECT fill_eval_tables(%s)", (name,)) == 2
        db.rows(f"UPDATE {schema}.benchmarks SET role = 'target'".replace("%", "%%"), ())
        assert db.rows(f"SELECT c.model, c.benchmark FROM {schema}.evaluation, cells(m) AS c".replace("%", "%%"), ()) == [(name, name)]
        assert db.rows(f"SELECT file FROM {schema}.rejected".replace("%", "%%"), ()) == [("-- " + name,)]
        db.rows("SELECT * FROM create_eval_tables(%s)", (name,))
        assert len(db.rows("SELECT * FROM drop_eval_tables(%s)", (name,))) == 9
    finally:
        db.rows(f"DROP SCHEMA {schema} CASCADE; DROP TABLE other".replace("%", "%%"), ())


def test_planted_functions_are_not_called(evals):
    """Whatever the search_path of the caller holds."""
    evals.rows("""CREATE SCHEMA planted; CREATE FUNCTION planted.boom(text, text) RETURNS bool LANGUAGE plpgsql AS
        $$BEGIN RAISE 'planted'; END$$; CREATE OPERATOR planted.= (LEFTARG = text, RIGHTARG = text, FUNCTION = planted.boom);
        CREATE FUNCTION planted.count(text) RETURNS int8 LANGUAGE plpgsql AS $$BEGIN RAISE 'planted'; END$$;
        SET search_path = planted, pg_catalog, public""")
    try:
        evals.rows("SELECT * FROM create_eval_tables('evals')")
        assert [load(evals, "f", log()), load(evals, "f", log()), load(evals, "f", log(model="n"))] == ["loaded", "known", "replaced"]
        fill(evals)
        evals.rows("TABLE evals.collisions")
        assert evals.value("SELECT count(*) FROM evals.scores") == 1
        assert evals.value("SELECT current_setting('search_path')") == "planted, pg_catalog, public"
    finally:
        evals.rows("RESET search_path; DROP SCHEMA planted CASCADE")


CALLS = {
    "create_eval_tables": "NULL", "drop_eval_tables": "NULL", "fill_eval_tables": "NULL", "eval_log_is_known": "NULL, 'x'",
    "load_eval_log": "NULL, 'f', NULL, ''", "reject_eval_log": "NULL, 'f', 'x'"}


def test_null_arguments(evals):
    for name, arguments in [*CALLS.items(), ("eval_log_is_known", "'evals', NULL"), ("load_eval_log", "'evals', NULL, NULL, ''"),
                            ("load_eval_log", "'evals', 'f', NULL, NULL"), ("load_eval_log", "'evals', 'f', 'h', '', NULL"),
                            ("load_eval_log", "'evals', 'f', NULL, '', false"), ("reject_eval_log", "'evals', NULL, 'x'"),
                            ("reject_eval_log", "'evals', 'f', NULL")]:
        assert evals.error(f"SELECT {name}({arguments})").pgcode == "22023", (name, arguments)


def test_where_nothing_is_there(db):
    db.rows("DROP SCHEMA IF EXISTS evals CASCADE")
    for name, arguments in CALLS.items():
        assert db.error(f"SELECT {name}({arguments.replace('NULL', repr('evals'), 1)})").pgcode == "3F000", name
    db.rows("CREATE SCHEMA evals")
    for name, arguments in CALLS.items():
        if name not in ("create_eval_tables", "drop_eval_tables"):
            error = db.error(f"SELECT {name}({arguments.replace('NULL', repr('evals'), 1)})")
            assert error.pgcode == "42P01" and "create_eval_tables" in error.diag.message_hint, name
    assert db.rows("SELECT * FROM drop_eval_tables('evals')") == []
    for schema in ("pg_temp", "pg_toast"):
        assert db.error(f"SELECT * FROM create_eval_tables('{schema}')").pgcode in ("3F000", "42501", "22023")
    db.rows("SET default_transaction_read_only = on")
    for name, arguments in CALLS.items():
        if name != "eval_log_is_known":
            assert db.error(f"SELECT {name}({arguments.replace('NULL', repr('evals'), 1)})").pgcode == "25006", name
    db.rows("RESET default_transaction_read_only")


# ---------------------------------------------------------------------------
# Loading
# ---------------------------------------------------------------------------

def test_loaded_known_replaced_rejected(evals):
    one, two = log("org/one"), log("org/two")
    assert load(evals, "a", one) == "loaded"
    assert load(evals, "a", one) == "known"
    assert load(evals, "copy of a", one) == "known"
    assert table(evals, "results", "file, model") == [("a", "org/one")]
    assert load(evals, "a", two) == "replaced"
    assert table(evals, "results", "file, model") == [("a", "org/two")]
    assert load(evals, "b", b"{") == "rejected"
    assert load(evals, "b", b"[]") == "rejected"
    assert load(evals, "b", one) == "loaded"
    assert table(evals, "rejected", "file") == []
    assert load(evals, "a", b'{"results": ') == "rejected"
    assert table(evals, "results", "file, model") == [("b", "org/one")]
    (file, reason), = table(evals, "rejected", "file, reason")
    assert file == "a" and reason
    assert table(evals, "logs", "file, source, n_rows") == [("a", None, None), ("b", "lm-evaluation-harness", 1)]
    assert evals.rows("SELECT bytes, hash = encode(sha256(%s), 'hex') FROM evals.logs WHERE file = 'b'",
                      (psycopg2.Binary(one),)) == [(len(one), True)]


def test_a_file_that_becomes_a_copy_of_another(evals):
    """Its own rows go: what they were read of is there no more."""
    load(evals, "a", log("org/one"))
    load(evals, "b", log("org/two"))
    assert load(evals, "a", log("org/two")) == "known"
    assert table(evals, "results", "file, model") == [("b", "org/two")]


def test_hashes_are_as_given(evals):
    """The loader's own, of a compressed file perhaps."""
    assert load(evals, "a", log(), "h1") == "loaded"
    assert evals.rows("SELECT eval_log_is_known('evals', h) FROM unnest('{h1,h2}'::text[]) AS h") == [(True,), (False,)]
    assert load(evals, "b", b"whatever", "h1") == "known"
    assert load(evals, "c", b"whatever", "h3") == "rejected"
    assert evals.value("SELECT eval_log_is_known('evals', 'h3')") is False


def test_reject(evals):
    load(evals, "a", log())
    evals.rows("SELECT reject_eval_log('evals', 'b', 'too large'), reject_eval_log('evals', 'a', 'gone')")
    assert table(evals, "rejected", "file, reason") == [("a", "gone"), ("b", "too large")]
    assert table(evals, "results", "file") == []
    assert load(evals, "b", log()) == "loaded"


def test_items(evals):
    """One row for each metric: the mean over distinct items, and names from the path."""
    content = item(0, acc=0.0, acc_norm=1.0) + item(1, acc=1.0, acc_norm=1.0) + item(2, acc=1.0, acc_norm=0.5)
    path = "deep/Org__Name-7b/samples_arc_easy_2026-01-05T10-00-00.123456.jsonl"
    assert load(evals, path, content.encode()) == "loaded"
    rows = evals.rows("SELECT model, benchmark, metric, n, score, stderr, of_items FROM evals.results ORDER BY metric")
    assert [row[:4] for row in rows] == [("Org/Name-7b", "arc_easy", "acc", 3), ("Org/Name-7b", "arc_easy", "acc_norm", 3)]
    assert [row[4:] for row in rows] == [(pytest.approx(2 / 3), pytest.approx(1 / 3), True), (pytest.approx(5 / 6), pytest.approx(1 / 6), True)]


def test_items_that_are_there_several_times_count_once(evals):
    content = item(0, exact_match=0.0) + item(1, exact_match=0.0) + item(0, exact_match=1.0) + item(1, exact_match=0.0)
    load(evals, "o__m/samples_gsm_2026-01-05T10-00-00.jsonl", content.encode())
    assert table(evals, "results", "score, n") == [(0.25, 2)]


def test_paths_that_name_nothing(evals):
    """Rows are kept, and it is said that they cannot be used."""
    assert load(evals, "x/samples_arc_2026-01-05T10-00-00.jsonl", item(0, acc=1.0).encode()) == "loaded"
    assert load(evals, "o__m/items.jsonl", item(1, acc=1.0).encode()) == "loaded"
    assert table(evals, "results", "model, benchmark") == [("o/m", None), (None, "arc")]
    assert table(evals, "rejected", "file, reason") == [
        ("o__m/items.jsonl", "the log names no task"), ("x/samples_arc_2026-01-05T10-00-00.jsonl", "the log names no model")]
    assert fill(evals) == 2
    assert evals.rows("TABLE evals.scores") == []
    evals.rows("UPDATE evals.results SET model = 'mine' WHERE model IS NULL")
    assert fill(evals) == 1
    assert evals.rows("SELECT model, benchmark FROM evals.scores") == [("mine", "arc")]


PATH = "Org__M/samples_arc_2026-01-05T10-00-00.jsonl"


def test_parts(evals):
    """A file in parts gives what it gives in one."""
    parts = ["".join(item(i, acc=i % 3 == 0, acc_norm=i / 50) for i in range(k * 10, k * 10 + 12)) for k in range(4)]
    for i, part in enumerate(parts):
        assert load(evals, PATH, part.encode(), "h", is_last=i == 3) == ("staged" if i < 3 else "loaded")
    assert load(evals, "whole/" + PATH, "".join(parts).encode()) == "loaded"
    columns = "model, benchmark, metric, round(score::numeric, 12), round(stderr::numeric, 12), n"
    staged, whole = (evals.rows(f"SELECT {columns} FROM evals.results WHERE file = %s ORDER BY metric", (file,))
                     for file in (PATH, "whole/" + PATH))
    assert staged == whole and staged[0][5] == 42
    assert evals.rows("SELECT bytes FROM evals.logs WHERE file = %s", (PATH,)) == [(sum(map(len, parts)),)]
    assert load(evals, PATH, parts[0].encode(), "h", is_last=False) == "known"
    assert evals.value("SELECT pg_relation_size('pg_temp.safetycorr_eval_parts')") == 0


def test_a_bad_part_rejects_the_file(evals):
    good, bad = item(0, acc=1.0).encode(), b'{"doc_id": 1, "resps"'
    for first, second in ((good, bad), (bad, good)):
        assert load(evals, PATH, first, "h", is_last=False) == ("staged" if first == good else "rejected")
        assert load(evals, PATH, second, "h") == "rejected"
        assert table(evals, "results", "file") == []
        assert len(table(evals, "rejected", "file, reason")) == 1
    assert load(evals, PATH, good, "h", is_last=False) == "staged"
    assert load(evals, PATH, good, "h") == "loaded"
    assert table(evals, "results", "n") == [(1,)]


def test_parts_of_an_abandoned_load(evals):
    """Those of other content are not added; those of the same count once."""
    load(evals, PATH, item(7, acc=1.0).encode(), "old", is_last=False)
    load(evals, PATH, item(0, acc=1.0).encode(), "new", is_last=False)
    load(evals, PATH, item(0, acc=1.0).encode(), "new", is_last=False)
    load(evals, "other", item(0, acc=1.0).encode(), "new", is_last=False)
    assert load(evals, PATH, item(1, acc=0.0).encode(), "new") == "loaded"
    assert table(evals, "results", "score, n") == [(0.5, 2)]
    assert evals.rows("SELECT DISTINCT file FROM pg_temp.safetycorr_eval_parts") == [("other",)]


def test_a_temporary_table_of_yours(evals):
    other = evals.another()
    other.rows("CREATE TEMPORARY TABLE safetycorr_eval_parts (mine text)")
    with pytest.raises(psycopg2.errors.DuplicateTable):
        load(other, "f", log(), "h", is_last=False)
    other.connection.close()


def test_bad_contents(evals):
    """Whatever is in a file, it ends in a reason; the rest of the statement goes on."""
    contents = [b"", b"\x00\x01\x02", b"\xff\xfe", b"null", b"[]", b"{}", b"[" * 100000, b'{"results": []}', b'{"a": ' * 20000,
                b'{"results": {"t": {"acc": 1e999}}, "versions": {}, "config": {}}',
                log(model="m" * 1001), log(results={"t" * 1001: {"acc,none": 1}}), log(results={}), log()]
    found = evals.rows("SELECT load_eval_log('evals', i::text, NULL, c) FROM unnest(%s::bytea[]) WITH ORDINALITY AS u (c, i)",
                       ([psycopg2.Binary(content) for content in contents],))
    assert [row[0] for row in found] == ["rejected"] * (len(contents) - 1) + ["loaded"]
    assert all(reason and len(reason) < 501 for _, reason in table(evals, "rejected", "file, reason"))


def test_what_is_not_of_the_content_is_an_error(evals):
    """A trigger that refuses, a right that lacks: the file is not to blame."""
    evals.rows("""CREATE FUNCTION evals.refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;
        CREATE TRIGGER refuse BEFORE INSERT ON evals.results FOR EACH ROW EXECUTE FUNCTION evals.refuse()""")
    with pytest.raises(psycopg2.errors.RaiseException):
        load(evals, "f", log())
    evals.rows("DROP TRIGGER refuse ON evals.results")
    with role(evals, "eval_loader", """GRANT USAGE ON SCHEMA evals TO eval_loader;
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA evals TO eval_loader;
            REVOKE EXECUTE ON FUNCTION eval_scores(text) FROM PUBLIC"""):
        evals.rows("SET ROLE eval_loader")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            load(evals, "f", log())
        evals.rows("RESET ROLE; GRANT EXECUTE ON FUNCTION eval_scores(text) TO PUBLIC")
    assert table(evals, "logs", "file") == []
    assert load(evals, "f", log()) == "loaded"


def test_long_file_names(evals):
    for call in ("load_eval_log('evals', repeat('x', 2001), NULL, '')", "reject_eval_log('evals', repeat('x', 2001), 'y')"):
        assert evals.error(f"SELECT {call}").pgcode == "54000"
    name = "".join(chr(0x4e00 + i * 7) for i in range(666))
    assert load(evals, name, log()) == "loaded"


def test_scores_that_are_no_numbers(evals):
    """Rows are there, and it is said that they cannot be used."""
    assert load(evals, "f", log(results={"t": {"acc,none": "N/A"}})) == "loaded"
    assert table(evals, "rejected", "file, reason") == [("f", "no score of the log is a number")]
    assert fill(evals) == 0


def test_types_that_were_changed(evals):
    """Who owns the extension can change its types: an error at most."""
    for name, in evals.rows("SELECT attname FROM pg_attribute WHERE attrelid = 'eval_scores_row'::regclass AND attnum > 0"):
        for change in (f"ALTER ATTRIBUTE {name} TYPE int2", f"ALTER ATTRIBUTE {name} TYPE varchar", f"DROP ATTRIBUTE {name}"):
            other = evals.another()
            other.rows(f"BEGIN; ALTER TYPE eval_scores_row {change}")
            try:
                assert load(other, "f", log()) in ("loaded", "rejected")
            except psycopg2.Error as error:
                assert error.pgcode in ("42703", "42804", "42846", "42883"), (change, error)
            other.connection.close()
    assert load(evals, "f", log()) == "loaded"


def test_cancel_is_no_rejection(evals):
    """A statement that is cancelled while it reads is cancelled."""
    content = log(results={f"task {i}": {"acc,none": 0.5} for i in range(200000)})
    evals.rows("SET statement_timeout = 300")
    start = time.monotonic()
    try:
        with pytest.raises(psycopg2.errors.QueryCanceled):
            load(evals, "f", content)
    finally:
        evals.reset_timeout()
    assert time.monotonic() - start < 30
    assert table(evals, "logs", "file") == []


def test_many_rejected_in_one_transaction(evals):
    """In bounded memory, and without a transaction number for each."""
    other = evals.another()
    other.connection.autocommit = False
    memory = "SELECT sum(total_bytes) FROM pg_backend_memory_contexts"
    load_many = """SELECT count(*) FROM (SELECT load_eval_log('evals', 'bad ' || i, NULL, convert_to('{"a": ' || i, 'UTF8')) AS r
        FROM generate_series(%s, %s) AS i OFFSET 0) AS s WHERE r = 'rejected'"""
    try:
        assert other.value(load_many, (1, 1000)) == 1000
        before, number = other.value(memory), other.value("SELECT txid_current()")
        assert other.value(load_many, (1001, 10000)) == 9000
        assert other.value(memory) - before < 8e6
        other.connection.commit()
        assert other.value("SELECT txid_current()") - number < 100
    finally:
        other.connection.close()
    assert evals.value("SELECT count(*) FROM evals.rejected") == 10000


def test_loading_one_file_in_two_sessions(evals):
    """The second waits for the first, and finds the content there; after a rollback it loads it."""
    first, second = evals.another(), evals.another()
    first.connection.autocommit = False
    for end, expected in (("rollback", "loaded"), ("commit", "known")):
        evals.rows("TRUNCATE evals.logs CASCADE")
        assert load(first, "f", log()) == "loaded"
        found = []
        thread = threading.Thread(target=lambda: found.append(load(second, "f", log())))
        thread.start()
        time.sleep(0.3)
        assert found == []
        assert evals.rows("TABLE evals.results") == []  # readers do not wait
        getattr(first.connection, end)()
        thread.join(20)
        assert found == [expected]
        first.connection.commit()
    first.connection.close()
    second.connection.close()


def test_two_sessions_make_the_tables(evals):
    evals.rows("SELECT * FROM drop_eval_tables('evals')")
    sessions = [evals.another() for _ in range(3)]
    found = []
    threads = [threading.Thread(target=lambda s=s: found.append(len(s.rows("SELECT * FROM create_eval_tables('evals')")))) for s in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [9, 9, 9]
    for session in sessions:
        session.connection.close()


# ---------------------------------------------------------------------------
# What is proposed
# ---------------------------------------------------------------------------

def benchmarks(db, columns="benchmark, metric, filter, variant"):
    fill(db)
    return table(db, "benchmarks", columns)


def test_the_metric_is_that_of_most_models(evals):
    add(evals, *({"model": f"m{i}", "metric": metric} for metric, n in (("acc", 2), ("acc_norm", 3), ("f1", 3)) for i in range(n)))
    assert benchmarks(evals) == [("b", "acc_norm", None, None)]


def test_models_that_ran_a_metric_in_vain_ran_it(evals):
    """acc is NaN for one of three, which has perplexity instead: acc it is."""
    add(evals, *({"model": m, "metric": "acc", "score": s} for m, s in (("a", 0.7), ("b", None), ("c", 0.5))),
        *({"model": m, "metric": "perplexity", "score": s} for m, s in (("a", 4), ("b", 9), ("c", 6))))
    assert benchmarks(evals) == [("b", "acc", None, None)]
    assert table(evals, "scores", "model, score") == [("a", 0.7), ("c", 0.5)]


@pytest.mark.parametrize("metrics, chosen", [
    ([("exact_match", "flexible-extract"), ("exact_match", "strict-match")], ("exact_match", "strict-match")),
    ([("acc", None), ("acc_norm", None), ("perplexity", None)], ("acc_norm", None)),
    ([("word_perplexity", None), ("made_up", None)], ("made_up", None)),
    ([("bits_per_byte", None), ("total_time", None)], ("bits_per_byte", None)),
    ([("avg_length", None), ("length_controlled_winrate", None), ("n_total", None)], ("length_controlled_winrate", None)),
    ([("inference_runtime", None), ("num_output_tokens", None)], ("inference_runtime", None)),
])
def test_ties_are_decided_by_a_list(evals, metrics, chosen):
    add(evals, *({"metric": metric, "filter": filter} for metric, filter in metrics))
    assert benchmarks(evals, "metric, filter") == [chosen]


def test_times_and_lengths_are_no_scores(evals):
    """However many models have them."""
    add(evals, {"metric": "acc"}, *({"model": f"m{i}", "metric": "total_time", "score": i} for i in range(5)))
    assert benchmarks(evals) == [("b", "acc", None, None)]


def test_one_variant_for_all_models(evals):
    """That of most; limits aside; but other arguments make another benchmark."""
    add(evals, *({"model": f"m{i}", "variant": "shots=5, version=1"} for i in range(3)), {"model": "m9", "variant": "shots=0, version=1"},
        {"model": "m8", "variant": "shots=5, version=1, limit=3"}, {"model": "m7", "variant": "limit=3, shots=5, version=1"},
        {"benchmark": "xs", "variant": "subset=safe"}, {"benchmark": "xs", "variant": "shots=2, subset=unsafe", "model": "z"})
    assert benchmarks(evals, "benchmark, task, variant") == [
        ("b", "b", "shots=5, version=1"), ("xs(subset=safe)", "xs", "subset=safe"),
        ("xs(subset=unsafe)", "xs", "shots=2, subset=unsafe")]
    assert sorted(row[0] for row in evals.rows("SELECT model FROM evals.scores WHERE benchmark = 'b'")) == ["m0", "m1", "m2", "m7", "m8"]
    assert evals.value("SELECT note FROM evals.benchmarks WHERE benchmark = 'b'") == (
        "1 of 6 models have it only with another metric, filter or variant")


def test_known_benchmarks(evals):
    """Under the names that harnesses give them."""
    names = {"leaderboard|arc:challenge|25": "capability", "inspect_evals/mmlu_0_shot": "capability", "MMLU-PRO": "capability",
             "leaderboard_bbh": "capability", "lighteval|gsm8k|0": "capability", "MATH Level 5": "capability", "IFEval": "capability",
             "TruthfulQA": "target", "inspect_evals/xstest": "target", "leaderboard|truthfulqa:mc|0": "target", "BBQ": "target",
             "bbq:subject=all": "target", "wmdp_bio": "target", "dan.Dan_11_0": "target", "hendrycks_ethics": "target",
             "mmlu:subject=law,method=joint": "capability", "simpleqa": "capability", "something else": None, "arcade": None}
    add(evals, *({"benchmark": name} for name in names))
    assert dict(benchmarks(evals, "benchmark, role")) == names


def test_the_list_is_in_order(db):
    rows = db.rows("SELECT pattern, role, metric, lower_is_better FROM known_benchmarks()")
    assert len(rows) > 100 and {row[1] for row in rows} == {"capability", "target"}
    assert all(row[0] == row[0].lower() for row in rows)
    assert len({(row[0], row[2]) for row in rows}) == len(rows)


def test_directions(evals):
    """From the log, or a list, or nowhere; of several logs that differ, nowhere."""
    add(evals, {"benchmark": "a", "metric": "x", "lower_is_better": True}, {"benchmark": "b", "metric": "x"},
        {"benchmark": "c", "metric": "perplexity"}, {"benchmark": "d", "metric": "acc"},
        {"benchmark": "e", "metric": "acc", "lower_is_better": True},
        {"benchmark": "f", "metric": "acc", "lower_is_better": True}, {"benchmark": "f", "metric": "acc", "lower_is_better": False, "model": "n"},
        {"benchmark": "wmdp_bio", "metric": "acc", "lower_is_better": False},
        {"benchmark": "crows_pairs_english", "metric": "pct_stereotype", "lower_is_better": True},
        {"benchmark": "wikitext", "metric": "word_perplexity", "lower_is_better": True}, {"benchmark": "persona_x", "metric": "acc"},
        {"benchmark": "sycophancy_on_nlp_survey", "metric": "acc", "lower_is_better": False}, {"benchmark": "harmbench", "metric": "asr"})
    assert benchmarks(evals, "benchmark, lower_is_better, direction_from, note") == [
        ("a", True, "log", None), ("b", None, None, None), ("c", True, "list", None), ("crows_pairs_english", True, "log", None),
        ("d", False, "list", None), ("e", True, "log", None), ("f", None, None, "logs differ in which way is better"),
        ("harmbench", True, "list", None), ("persona_x", None, None, None),
        ("sycophancy_on_nlp_survey", True, "list", "the log says that higher is better"), ("wikitext", True, "log", None), ("wmdp_bio", True, "list", "the log says that higher is better")]


def test_groups_and_members(evals):
    """Members of a group that is there are left out; of one that is not, they are taken."""
    add(evals, {"benchmark": "mmlu", "is_group": True}, {"benchmark": "mmlu_stem", "parent": "mmlu", "is_group": True},
        {"benchmark": "mmlu_law", "parent": "mmlu_stem"}, {"benchmark": "leaderboard_gpqa", "parent": "leaderboard"},
        {"benchmark": "piqa"}, {"benchmark": "odd", "parent": "odd"}, {"benchmark": "p", "parent": "q"}, {"benchmark": "q", "parent": "p"})
    found = {row[0]: row[1:] for row in benchmarks(evals, 'benchmark, role, parent, overlaps_with, note')}
    assert found["mmlu"] == ("capability", None, None, None)
    assert found["mmlu_stem"] == ("omit", "mmlu", ["mmlu"], "part of mmlu")
    assert found["mmlu_law"] == ("omit", "mmlu_stem", ["mmlu"], "part of mmlu_stem")
    assert found["leaderboard_gpqa"] == ("capability", "leaderboard", None, None)
    assert found["odd"] == (None, None, None, None)
    evals.rows("TABLE evals.scores")  # a circle of groups does not hang


def test_members_of_a_capability_benchmark_as_targets(evals):
    """Then they are held against the component without it."""
    add(evals, *({"model": f"m{i}", "benchmark": b, "score": i + j, "parent": p, "file": f"f{i}"} for i in range(5)
                 for j, (b, p) in enumerate((("mmlu", None), ("mmlu_law", "mmlu"), ("piqa", None), ("gsm8k", None)))))
    fill(evals)
    evals.rows("UPDATE evals.benchmarks SET role = 'target' WHERE benchmark = 'mmlu_law'")
    assert evals.rows("SELECT r.benchmark, r.role, r.overlaps_with FROM evals.evaluation, roles(m) AS r") == [
        ("gsm8k", "capability", None), ("mmlu", "capability", None), ("mmlu_law", "target", "mmlu"), ("piqa", "capability", None)]
    assert evals.rows("SELECT c.benchmark, c.n, c.status FROM evals.evaluation, capabilities_correlations(m) AS c "
                      "WHERE c.role = 'target'") == [("mmlu_law", 5, "ok")]


def test_revisions(evals):
    """main, or none, or else the last step, by its number."""
    settings = {"a": ["revision=step1000", "revision=step143000", "revision=step9"], "b": ["", "revision=step5"],
                "c": ["revision=main", "revision=step5"], "d": ["revision=ab12cd", "revision=ef34"],
                "e": ["iteration=2", "iteration=10"], "f": ["revision=step1, chat_template=x", "revision=step2, chat_template=x"]}
    add(evals, *({"model": name, "setting": setting or None} for name, several in settings.items() for setting in several))
    fill(evals)
    assert table(evals, "models", "name, setting, model") == sorted([
        ("a", "revision=step1000", "a@step1000"), ("a", "revision=step143000", "a"), ("a", "revision=step9", "a@step9"),
        ("b", "", "b"), ("b", "revision=step5", "b@step5"), ("c", "revision=main", "c"), ("c", "revision=step5", "c@step5"),
        ("d", "revision=ab12cd", "d"), ("d", "revision=ef34", "d@ef34"), ("e", "iteration=10", "e"), ("e", "iteration=2", "e@2"),
        ("f", "revision=step1, chat_template=x", "f@step1 (chat_template=x)"), ("f", "revision=step2, chat_template=x", "f")])
    assert all(included == (name == model) for name, model, included in table(evals, "models", "name, model, included"))
    assert evals.rows("SELECT note FROM evals.models WHERE model = 'a@step9'") == [("included is the one with revision=step143000",)]
    assert evals.value("SELECT count(*) FROM evals.scores") == 6


def test_the_setting_with_most_benchmarks(evals):
    add(evals, {"setting": "chat_template=x", "benchmark": "a"}, {"setting": "chat_template=x"}, {"setting": "quantization=4bit"},
        {"model": "n", "setting": "peft=z"}, {"model": "n"})
    fill(evals)
    assert table(evals, "models", "name, setting, model, included") == [
        ("m", "chat_template=x", "m", True), ("m", "quantization=4bit", "m (quantization=4bit)", False),
        ("n", "", "n", True), ("n", "peft=z", "n (peft=z)", False)]


def test_families(evals):
    names = {"meta-llama/Llama-2-7b-chat-hf": "meta-llama/Llama-2", "EleutherAI/pythia-160m": "EleutherAI/pythia",
             "mistralai/Mixtral-8x7B-v0.1": "mistralai/Mixtral", "Qwen/Qwen1.5-0.5B": "Qwen/Qwen1.5", "gpt-4o": "gpt-4o",
             "org/7b": "org/7b", "bigscience/bloom": "bigscience/bloom", "Llama 2 13B": "Llama 2", "x/abc-3beta": "x/abc-3beta",
             "/scratch/models/Llama-2-13b-hf-eus": "Llama-2", "/ckpts/1.3B_dedup": "/ckpts/1.3B_dedup", "runs/a/opt-350m": "opt"}
    add(evals, *({"model": name} for name in names))
    fill(evals)
    assert dict(table(evals, "models", "name, family")) == names
    assert {name for name, note in table(evals, "models", "name, note") if note == "the family is a guess"} == {
        name for name, family in names.items() if name != family}


def test_members_are_held_against_others_only(evals):
    """A group and its member share items, whichever of them is given which role when."""
    add(evals, *({"file": f"f{i}", "model": f"m{i}", "benchmark": b, "parent": parent, "is_group": b in ("g", "g_h"), "score": i / 10}
                 for i in range(6) for b, parent in (("g", None), ("g_h", "g"), ("g_h_i", "g_h"), ("other", None))))
    fill(evals)
    evals.rows("UPDATE evals.benchmarks SET role = CASE benchmark WHEN 'g_h_i' THEN 'target' WHEN 'g_h' THEN 'omit' ELSE 'capability' END")
    assert evals.rows("SELECT r.overlaps_with FROM evals.evaluation, roles(m) AS r WHERE r.benchmark = 'g_h_i'") == [("g",)]
    evals.rows("UPDATE evals.benchmarks SET role = CASE benchmark WHEN 'g' THEN 'target' WHEN 'g_h' THEN 'omit' ELSE 'capability' END")
    assert evals.rows("SELECT r.overlaps_with FROM evals.evaluation, roles(m) AS r WHERE r.benchmark = 'g'") == [("g_h_i",)]


def test_detectors_of_garak(evals):
    add(evals, *({"model": "m", "benchmark": "leak.Coupon", "metric": "passed", "filter": detector, "source": "garak"}
                 for detector in ("always.Pass", "base.X", "leak.Coupon", "mitigation.Bypass")))
    add(evals, *({"model": "m", "benchmark": "dan.Dan", "metric": "passed", "filter": detector, "source": "garak"}
                 for detector in ("mitigation.Bypass", "zzz.Own")))
    fill(evals)
    assert dict(table(evals, "benchmarks", "benchmark, filter")) == {"leak.Coupon": "leak.Coupon", "dan.Dan": "zzz.Own"}


def test_judges_of_alpaca_eval(evals):
    """A leaderboard does not say who judged; its path does, and one judge's rates are not another's."""
    for path in ("a/gpt4/leaderboard.csv", "turbo_leaderboard.csv", "x/mine.csv"):
        evals.rows("SELECT load_eval_log('evals', %s, NULL, convert_to(%s, 'UTF8'))",
                   (path, f",win_rate,standard_error,n_total\nm,{len(path)},1,805\n"))
    fill(evals)
    assert sorted(row[0] for row in table(evals, "benchmarks", "benchmark")) == [
        "alpaca_eval(judge=gpt4)", "alpaca_eval(judge=mine)", "alpaca_eval(judge=turbo)"]


def test_reasons_say_where(evals):
    evals.rows("SELECT load_eval_log('evals', 'a.csv', NULL, convert_to(E'model,b\\nx,1\\ny,2\\nz,three\\n', 'UTF8'))")
    assert table(evals, "rejected", "reason") == [('column "b" of the table has both numbers and texts: Row 3 has "three".',)]


def test_rows_that_are_there_are_never_touched(evals):
    add(evals, {}, {"model": "n", "setting": "revision=step1"})
    assert fill(evals) == 3
    evals.rows("UPDATE evals.benchmarks SET metric = 'mine', role = 'covariate', note = 'mine'")
    evals.rows("UPDATE evals.models SET model = 'Mine', family = NULL WHERE name = 'm'")
    before = evals.rows("TABLE evals.benchmarks"), evals.rows("SELECT * FROM evals.models ORDER BY name")
    assert fill(evals) == 0
    add(evals, *({"file": f"more {i}", "model": f"m{i}", "metric": "acc_norm"} for i in range(9)), {"file": "x", "model": "n", "setting": "revision=step2"},
        {"file": "y", "benchmark": "new"})
    assert fill(evals) == 11
    assert evals.rows("SELECT * FROM evals.benchmarks WHERE benchmark = 'b'") == before[0]
    assert evals.rows("SELECT * FROM evals.models WHERE name = 'm' OR (name = 'n' AND setting = 'revision=step1') ORDER BY name") == before[1]
    assert evals.rows("SELECT included, note FROM evals.models WHERE setting = 'revision=step2'") == [
        (False, "included is the one with revision=step1")]


# ---------------------------------------------------------------------------
# What is chosen
# ---------------------------------------------------------------------------

def chosen(db):
    fill(db)
    return table(db, "scores", "benchmark, model, file, score")


def why(db):
    return {file: (wins, reason) for file, wins, reason in table(db, "collisions", "file, wins, why")}


def test_results_before_items_full_before_limited_newest_last(evals):
    add(evals, {"file": "items", "of_items": True, "run_at": "2026-06-01", "n": 1000}, {"file": "limited", "n": 3, "n_total": 1000, "run_at": "2026-05-01"},
        {"file": "also limited", "variant": "limit=3", "run_at": "2026-05-02"}, {"file": "old", "run_at": "2024-01-01"},
        {"file": "new", "run_at": "2025-01-01", "score": 0.75}, {"file": "no date"}, {"file": "none", "score": None, "run_at": "2027-01-01"},
        {"file": "infinite", "score": float("inf"), "run_at": "2027-01-01"}, {"file": "nan", "score": float("nan"), "run_at": "2027-01-01"})
    assert chosen(evals) == [("b", "m", "new", 0.75)]
    assert why(evals) == {"items": (False, "of items"), "limited": (False, "limited"), "also limited": (False, "limited"),
                          "old": (False, "older"), "new": (True, "newest"), "no date": (False, "without a date")}


def test_a_limited_run_is_better_than_none(evals):
    add(evals, {"n": 3, "n_total": 1000})
    assert len(chosen(evals)) == 1 and why(evals) == {}


def test_file_names_decide_last(evals):
    add(evals, {"file": "results_2024.json"}, {"file": "results_2025.json"}, run_at="2025-01-01")
    assert chosen(evals) == [("b", "m", "results_2025.json", 0.5)]
    assert why(evals) == {"results_2024.json": (False, "earlier file by name"), "results_2025.json": (True, "last file by name")}


def test_one_run_in_two_files_is_no_collision(evals):
    add(evals, {"file": "a"}, {"file": "b"}, run_id="r")
    assert len(chosen(evals)) == 1 and why(evals) == {}


def test_cells_of_a_model_come_from_many_files(evals):
    add(evals, {"benchmark": "a", "run_at": "2025-01-01"}, {"benchmark": "b", "run_at": "2024-01-01"}, {"benchmark": "c"})
    assert [row[2] for row in chosen(evals)] == ["file 0", "file 1", "file 2"]


def with_members(db):
    db.rows("UPDATE evals.benchmarks SET role = 'target'")


def test_group_and_members_come_from_one_run(evals):
    """The newest that has the group; a later run of a member alone does not mix with it."""
    add(evals, *({"file": file, "benchmark": b, "parent": p, "is_group": p is None, "run_at": at, "score": score}
                 for file, at, score, tasks in (("old", "2024-01-01", 0.1, "gxy"), ("new", "2025-01-01", 0.2, "gx"), ("member", "2026-01-01", 0.9, "xy"))
                 for b, p in ((("g", None), ("x", "g"), ("y", "g"))["gxy".index(b)] for b in tasks)))
    fill(evals)
    with_members(evals)
    assert chosen(evals) == [("g", "m", "new", 0.2), ("x", "m", "new", 0.2)]
    assert evals.rows("SELECT benchmark, file, wins, why FROM evals.collisions ORDER BY benchmark, file") == [
        ("g", "new", True, "of the run of its group"), ("g", "old", False, "not of the run of its group"),
        ("x", "member", False, "not of the run of its group"), ("x", "new", True, "of the run of its group"),
        ("x", "old", False, "not of the run of its group"),
        ("y", "member", False, "not of the run of its group"), ("y", "old", False, "not of the run of its group")]


def test_members_in_files_of_their_own(evals):
    """Without the group's own score each comes from its best run."""
    add(evals, {"benchmark": "g", "model": "other", "file": "o"}, {"benchmark": "x", "parent": "g", "file": "x1", "run_at": "2024-01-01"},
        {"benchmark": "x", "parent": "g", "file": "x2", "run_at": "2025-01-01"}, {"benchmark": "y", "parent": "g", "file": "y1"})
    fill(evals)
    with_members(evals)
    assert [row[:3] for row in chosen(evals)] == [("g", "other", "o"), ("x", "m", "x2"), ("y", "m", "y1")]


def test_a_full_run_of_a_group_before_a_limited_one(evals):
    add(evals, {"benchmark": "g", "file": "full", "run_at": "2024-01-01"}, {"benchmark": "x", "parent": "g", "file": "full", "run_at": "2024-01-01", "n": 9, "n_total": 9},
        {"benchmark": "g", "file": "limited", "run_at": "2025-01-01"}, {"benchmark": "x", "parent": "g", "file": "limited", "run_at": "2025-01-01", "n": 3, "n_total": 9})
    fill(evals)
    with_members(evals)
    assert {row[2] for row in chosen(evals)} == {"full"}


def test_never_an_average(evals):
    add(evals, {"file": "a", "score": 0.1}, {"file": "a", "score": 0.9}, {"file": "b", "score": 0.5})
    assert chosen(evals) == [("b", "m", "b", 0.5)]


def test_two_names_of_one_model(evals):
    """Made one by its label."""
    add(evals, {"model": "org/m", "run_at": "2024-01-01", "score": 0.1}, {"model": "M", "run_at": "2025-01-01", "score": 0.2})
    fill(evals)
    evals.rows("UPDATE evals.models SET model = 'M'")
    assert chosen(evals) == [("b", "M", "file 1", 0.2)]


def test_evaluation(evals):
    """Marked with all that the tables say; standard errors stay where n is unknown."""
    add(evals, *({"model": f"org/m-{i}b", "benchmark": b, "score": (i * k) % 7 / 7, "metric": m, "file": f"f{i}", "stderr": e, "n": n}
                 for i in range(1, 7) for k, (b, m, e, n) in enumerate((
                     ("mmlu", "acc", 0.01, None), ("piqa", "acc", 0.02, 500), ("wikitext", "word_perplexity", None, None),
                     ("toxigen", "acc", 0.03, 1), ("unknown", "x", None, None), ("flop", "x", None, None)), 1)))
    fill(evals)
    evals.rows("UPDATE evals.benchmarks SET role = 'covariate' WHERE benchmark = 'flop'")
    evals.rows("INSERT INTO evals.benchmarks (benchmark, metric, role) VALUES ('absent', 'acc', 'capability')")
    evals.rows("UPDATE evals.benchmarks SET overlaps_with = '{mmlu,absent,flop,toxigen}' WHERE benchmark = 'toxigen'")
    assert evals.rows("SELECT stratum, r.* FROM evals.evaluation, roles(m) AS r") == [
        ("(all)", "flop", "covariate", None, None, 6, False), ("(all)", "mmlu", "capability", "higher", None, 6, False),
        ("(all)", "piqa", "capability", "higher", None, 6, False), ("(all)", "toxigen", "target", "higher", "mmlu", 6, False),
        ("(all)", "wikitext", "capability", "lower", None, 6, False)]
    assert evals.rows("SELECT DISTINCT f.family FROM evals.evaluation, families(m) AS f") == [("org/m",)]
    assert {row for row in evals.rows("SELECT c.benchmark, c.stderr, c.n FROM evals.evaluation, cells(m) AS c")} == {
        ("mmlu", 0.01, 2), ("piqa", 0.02, 500), ("wikitext", None, 1), ("toxigen", 0.03, 2), ("flop", None, 1)}
    evals.rows("SELECT * FROM evals.evaluation, capabilities_correlations(m)")
    evals.rows("CREATE SCHEMA bi; SELECT * FROM create_capabilities_views('bi', 'evals.evaluation')")
    evals.rows("SELECT * FROM create_eval_tables('evals')")
    assert evals.value("SELECT count(*) FROM bi.capabilities_scores") == 6
    evals.rows("DROP SCHEMA bi CASCADE")


def test_hostile_names_take_no_time(evals):
    """Patterns are held against names that were made to take long."""
    names = ["1" * 999, "-" * 999, "7b" * 499, "a-" * 499, "__" * 499, "x__y" * 249, "step" * 249, "/" * 999, "|" * 999, "leaderboard_" * 80]
    start = time.monotonic()
    add(evals, *({"file": name + "/f", "model": name, "setting": "revision=" + name[:900], "benchmark": name, "variant": ", " + name[:900]} for name in names))
    for name in names:
        load(evals, name[:950] + "/samples_" + name[:950] + "_2026-01-05T10-00-00.jsonl", item(0, acc=1.0).encode())
    fill(evals)
    evals.rows("TABLE evals.collisions")
    assert time.monotonic() - start < 5


def test_dump_and_restore(evals):
    """All of it, and what was made is known again."""
    load(evals, "f", log())
    fill(evals)
    evals.rows("UPDATE evals.benchmarks SET role = 'target'")
    name = evals.name + "_restored"
    evals.rows(f'DROP DATABASE IF EXISTS "{name}"')
    evals.rows(f'CREATE DATABASE "{name}"')
    try:
        dump = subprocess.run(["pg_dump", "-d", evals.name], check=True, capture_output=True, text=True).stdout
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", name], input=dump, check=True, capture_output=True, text=True)
        other = conftest.Database(name)
        for sql in ("TABLE evals.results", "TABLE evals.benchmarks", "SELECT * FROM evals.evaluation, cells(m)"):
            assert other.rows(sql) == evals.rows(sql) != []
        assert len(other.rows("SELECT * FROM create_eval_tables('evals')")) == 9
        assert load(other, "f", log()) == "known"
        assert len(other.rows("SELECT * FROM drop_eval_tables('evals')")) == 9
        other.connection.close()
    finally:
        evals.rows(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_an_empty_evaluation(evals):
    assert evals.rows("SELECT stratum, m FROM evals.evaluation") == [("(all)", None)]
    add(evals, {"benchmark": "unknown"})
    fill(evals)
    assert evals.rows("SELECT stratum, m FROM evals.evaluation") == [("(all)", None)]


def test_views_show_what_their_reader_may_see(evals):
    with role(evals, "eval_reader", "GRANT USAGE ON SCHEMA evals TO eval_reader; GRANT SELECT ON evals.evaluation TO eval_reader"):
        evals.rows("SET ROLE eval_reader")
        assert evals.error("TABLE evals.evaluation").pgcode == "42501"
        evals.rows("RESET ROLE; GRANT SELECT ON ALL TABLES IN SCHEMA evals TO eval_reader; SET ROLE eval_reader")
        evals.rows("TABLE evals.evaluation")


def test_views_are_fast(evals):
    """As many rows as 1,700 files of the larger harnesses hold; statistics or none."""
    evals.rows("""INSERT INTO evals.logs (file, n_rows) SELECT 'f' || i, 60 FROM generate_series(1, 1700) AS i;
        INSERT INTO evals.results (file, model, benchmark, variant, metric, score, stderr, parent, run_at)
        SELECT 'f' || i, 'org/model ' || i % 300, 'mmlu' || CASE WHEN k > 0 THEN '_' || k ELSE '' END, 'shots=5', 'acc', sin(i * k), 0.01,
            CASE WHEN k > 0 THEN 'mmlu' END, '2026-01-01'::timestamptz + i * interval '1 hour'
        FROM generate_series(1, 1700) AS i, generate_series(0, 59) AS k""")
    fill(evals)
    evals.rows("UPDATE evals.benchmarks SET role = 'target' WHERE role = 'omit'")
    for analyze in ("", "ANALYZE evals.logs, evals.results, evals.benchmarks, evals.models"):
        if analyze:
            evals.rows(analyze)
        best = 1e9
        for _ in range(2):
            start = time.monotonic()
            assert evals.value("SELECT count(*) FROM evals.evaluation, cells(m)") == 18000
            best = min(best, time.monotonic() - start)
        assert best < 10, (analyze, best)  # 0.8 s on two idle cores


# ---------------------------------------------------------------------------
# Logs that went wrong once
# ---------------------------------------------------------------------------

CASES = conftest.SHARED / "eval_logs" / "cases"


@pytest.fixture
def cases(evals, has_readers):
    """Loads cases by the beginnings of their names."""
    if not CASES.is_dir():
        pytest.skip("../shared/data/eval_logs/cases is absent")

    def load_cases(*names):
        found = {}
        for path in sorted(CASES.iterdir()):
            if path.name.startswith(names):
                file = path.name.replace("03_samples_", "org__m/samples_")
                found[path.name] = load(evals, file, path.read_bytes())
        fill(evals)
        return found
    return load_cases


def cells(db):
    return {(model, benchmark): score for model, benchmark, score in table(db, "scores", "model, benchmark, score")}


def test_case_revisions(evals, cases):
    cases("01_")
    assert table(evals, "models", "model, included") == [("org/m", True), ("org/m@step1000", False)]
    assert cells(evals) == {("org/m", "t"): 0.7}
    evals.rows("UPDATE evals.models SET included = true")
    assert cells(evals) == {("org/m", "t"): 0.7, ("org/m@step1000", "t"): 0.1}


def test_case_items(evals, cases):
    cases("03_")
    assert evals.rows("SELECT benchmark, metric, score, n FROM evals.results WHERE of_items ORDER BY 1, 2") == [
        ("arc", "acc", 0.5, 2), ("arc", "acc_norm", 1.0, 2), ("gsm", "exact_match", 0.5, 2)]


def test_case_one_metric_for_all(evals, cases):
    cases("05_")
    assert cells(evals) == {("org/a", "lam"): 0.7, ("org/c", "lam"): 0.5}
    assert table(evals, "benchmarks", "metric, lower_is_better") == [("acc", False)]


def test_case_lighteval(evals, cases):
    assert set(cases("06_").values()) == {"loaded"}
    assert set(cells(evals).values()) == {0.5}


def test_case_task_arguments(evals, cases):
    cases("08_")
    assert sorted(cells(evals).values()) == [0.1, 0.9]


def test_case_limited_run(evals, cases):
    cases("09_")
    assert cells(evals) == {("org/m", "t"): 0.62}
    assert why(evals) == {"09_full.json": (True, "full"), "09_smoke.json": (False, "limited")}


def test_case_bad_files(evals, cases):
    assert cases("10_", "24_", "17_") == {"10_bom.json": "loaded", "10_summary.json": "rejected", "10_truncated.json": "rejected",
                                          "17_helm_stats.json": "rejected", "24_results_array.json": "rejected"}
    assert {file for file, reason in table(evals, "rejected", "file, reason") if reason} == {
        "10_summary.json", "10_truncated.json", "17_helm_stats.json", "24_results_array.json"}


def test_case_one_model_under_two_paths(evals, cases):
    cases("18_")
    assert table(evals, "models", "model") == [("/ckpt/m",)]


def test_case_group(evals, cases):
    cases("21_", "22_")
    assert cells(evals) == {("org/m", "mm"): 0.5, ("org/m", "piqa"): 0.7}
    evals.rows("UPDATE evals.benchmarks SET role = 'target'")
    assert {benchmark: stderr for benchmark, stderr in evals.rows("SELECT c.benchmark, c.stderr FROM evals.evaluation, cells(m) AS c")}["mm"] == 0.02


def test_all_cases_at_once(evals, cases):
    """Nothing stops, and the matrix can be made."""
    found = cases("")
    assert len(found) > 25 and set(found.values()) <= {"loaded", "rejected", "known", "replaced"}
    evals.rows("UPDATE evals.benchmarks SET role = 'target' WHERE role IS NULL")
    assert evals.value("SELECT count(*) FROM evals.evaluation, cells(m)") > 10
