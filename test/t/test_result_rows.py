"""Rows of the set functions are of named types, which a later version gives more columns.

Views of users stand on these functions, so no update could replace or drop them; a
type takes a column more under every view.  The library fills the columns that the
catalog has, whichever of the two is the older one.
"""
import pathlib

import pytest

import conftest

CALLS = {
    "cells": "cells(m)",
    "roles": "roles(m)",
    "families": "families(m)",
    "capabilities_correlations": "capabilities_correlations(m, '{b0,b1,b2}')",
    "benchmark_correlations": "benchmark_correlations(m, 'b0')",
    "capabilities_over_time": "capabilities_over_time(m, 'b5', 8, '{b0,b1,b2}')",
    "capabilities_difference": "capabilities_difference(m, 'b3', 'b4', '{b0,b1,b2}', resamples => 100)",
    "capabilities_strata_difference": "capabilities_strata_difference(m, m, '{b0,b1,b2}')",
    "capabilities_scores": "capabilities_scores(m, '{b0,b1,b2}', resamples => 100)",
    "capabilities_scores_difference": "capabilities_scores_difference(m, 'model 1', 'model 2', '{b0,b1,b2}', resamples => 100)",
    "impute_scores": "impute_scores(m, '{b0,b1,b2}')",
    "capabilities_loadings": "capabilities_loadings(m, '{b0,b1,b2}', resamples => 100)",
    "capabilities_components": "capabilities_components(m, '{b0,b1,b2}', resamples => 100)",
    "capabilities_adjusted_scores": "capabilities_adjusted_scores(m, '{b0,b1,b2}')",
    "capabilities_report": "capabilities_report(m, '{b0,b1,b2}')",
    "capabilities_robustness": "capabilities_robustness(m, '{b0,b1,b2}')",
    "correlation_matrix": "correlation_matrix(m)",
    "eval_scores": """eval_scores('{"model_id": "m", "evaluation_name": "b", "sample_id": "1", "evaluation": {"score": 0.5}}')""",
    "known_benchmarks": "known_benchmarks()",
}
SCALARS = ["capabilities_test(m, 'b3', '{b0,b1,b2}')", "(SELECT spearman_test(i, i * i) FROM generate_series(1, 9) AS i)"]
DATA = """
CREATE TABLE scores AS SELECT 'model ' || i AS model, 'b' || j AS benchmark, i + 6 * sin(i * (j + 2)) AS score
FROM generate_series(1, 24) AS i, generate_series(0, 5) AS j WHERE (i, j) <> (7, 1);
CREATE TABLE kept AS SELECT score_matrix(model, benchmark, score) AS m FROM scores;
CREATE VIEW evaluation AS SELECT '(all)' AS stratum, annotate(score_matrix(model, benchmark, score), '{b0,b1,b2}', covariates => '{released}') AS m
FROM (TABLE scores UNION ALL SELECT 'model ' || i, 'released', 100 * i FROM generate_series(1, 24) AS i) AS s;
"""
VIEWS = "SELECT * FROM create_capabilities_views('{}', 'evaluation', {})"


def row_type(function):
    return f"{function}_row"


def attributes(db, type_):
    return [name for name, in db.rows(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND NOT attisdropped ORDER BY attnum", (type_,))]


@pytest.fixture
def work(db):
    """A database of its own, in which types may be spoilt."""
    name = db.name + "_rows"
    db.rows(f'CREATE DATABASE "{name}"')
    work = conftest.Database(name)
    try:
        work.rows("CREATE EXTENSION safetycorr")
        work.rows(DATA)
        yield work
    finally:
        work.connection.close()
        db.rows(f'DROP DATABASE "{name}" WITH (FORCE)')


def contents(db, columns=None):
    return {function: db.rows(f"SELECT {', '.join('f.' + c for c in columns[function]) if columns else 'f.*'} FROM kept, {call} AS f")
            for function, call in CALLS.items()}


def test_every_set_function_has_its_type(work):
    """No set function that a view may stand on has columns of its own."""
    found = work.rows("""SELECT proname, prorettype::regtype::text, proargmodes FROM pg_proc AS p JOIN pg_depend AS d
        ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e' WHERE proretset
        AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'safetycorr')""")
    assert {name: type_ for name, type_, _ in found} == {
        **{name: row_type(name) for name in CALLS},
        **{f"{verb}_capabilities_views": "capabilities_views_row" for verb in ("create", "refresh", "drop")},
        **{f"{verb}_eval_tables": "eval_tables_row" for verb in ("create", "drop")}}
    assert {modes for _, _, modes in found} == {None}


def extension_folder(db):
    """Where the server of this test looks for scripts first; None if they are not the test's to write."""
    share = pathlib.Path(db.value("SELECT setting FROM pg_config WHERE name = 'SHAREDIR'"))
    path = db.value("SELECT current_setting('extension_control_path', true)")
    destination = db.value("SELECT current_setting('extension_destdir', true)")
    folder = (pathlib.Path(path.split(":")[0]) / "extension" if path else
              pathlib.Path((destination or "") + str(share)) / "extension")
    return folder if (folder / "safetycorr--1.0.sql").exists() else None


def test_update_under_views(work):
    """An update adds a column to every type: views of users, ours and theirs on ours, go on, and new ones have it."""
    folder = extension_folder(work)
    assert folder is not None
    for function, call in CALLS.items():
        work.rows(f"CREATE VIEW of_{function} AS SELECT f.* FROM kept, {call} AS f")
        work.rows(f"CREATE VIEW whole_{function} AS SELECT f FROM kept, {call} AS f")
        work.rows(f"CREATE TABLE stored_{function} AS SELECT f FROM kept, {call} AS f")
    work.rows("CREATE VIEW of_test AS SELECT t.* FROM kept, capabilities_test(m, 'b3', '{b0,b1,b2}') AS t")
    work.rows("CREATE MATERIALIZED VIEW of_views AS SELECT * FROM of_capabilities_correlations")
    work.rows("PREPARE q AS SELECT benchmark, corr FROM kept, capabilities_correlations(m, '{b0,b1,b2}')")
    work.rows("""CREATE FUNCTION loop_over() RETURNS float8 LANGUAGE plpgsql AS $$
        DECLARE r record; total float8 := 0;
        BEGIN
            FOR r IN SELECT * FROM kept, capabilities_correlations(m, '{b0,b1,b2}') LOOP total := total + r.corr; END LOOP;
            RETURN total;
        END $$""")
    for schema, materialized in (("bi", "false"), ("bim", "true")):
        work.rows(f"CREATE SCHEMA {schema}")
        work.rows(VIEWS.format(schema, materialized))
        work.rows(f"CREATE VIEW {schema}.mine AS SELECT * FROM {schema}.capabilities_correlations")
    seen = [f"SELECT * FROM {view} AS v" for view, in work.rows(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('v', 'm') AND oid > 16384 ORDER BY 1")]
    seen += [f"SELECT (f).{'note' if function == 'capabilities_report' else 'status'} FROM {kind}_{function}" for function in CALLS
             if function not in ("cells", "roles", "families", "eval_scores", "known_benchmarks") for kind in ("whole", "stored")]
    seen += ["EXECUTE q", "SELECT loop_over()"]
    seen = [sql for sql in seen if not sql.startswith("SELECT * FROM whole_")]
    before = [work.rows(sql) for sql in seen]
    assert len(before) > 50 and all(before)

    types = [*map(row_type, CALLS), "capabilities_views_row", "eval_tables_row", "correlation_test"]
    script = folder / "safetycorr--1.0--1.1.sql"
    try:
        script.write_text("".join(f"ALTER TYPE {type_} ADD ATTRIBUTE later float8;\n"
                                  f"COMMENT ON COLUMN {type_}.later IS 'a column of 1.1';\n" for type_ in types), encoding="utf-8")
        work.rows("ALTER EXTENSION safetycorr UPDATE TO '1.1'")
    finally:
        script.unlink()
    for sql, rows in zip(seen, before):
        assert work.rows(sql) == rows, sql
    # the library knows nothing of the new columns
    for function, call in CALLS.items():
        assert attributes(work, row_type(function))[-1] == "later"
        assert set(work.rows(f"SELECT later FROM kept, {call}")) == {(None,)}
        assert set(work.rows(f"SELECT (f).later FROM stored_{function}")) == {(None,)}
    for scalar in SCALARS:
        assert work.row(f"SELECT (t).n > 8, (t).later FROM (SELECT {scalar} AS t FROM kept) AS s") == (True, None)
    # our views, made again, get them, and who stands on them stays
    for schema, materialized in (("bi", "false"), ("bim", "true")):
        mine = work.rows(f"SELECT * FROM {schema}.mine")
        oid = work.value(f"SELECT '{schema}.capabilities_correlations'::regclass::oid")
        work.rows(VIEWS.format(schema, materialized))
        assert work.value(f"SELECT '{schema}.capabilities_correlations'::regclass::oid") == oid
        assert work.rows(f"SELECT * FROM {schema}.mine") == mine
        assert set(work.rows(f"SELECT later FROM {schema}.capabilities_correlations")) == {(None,)}
        assert work.value(f"SELECT col_description('{schema}.capabilities_correlations'::regclass, "
                          "(SELECT attnum FROM pg_attribute WHERE attrelid = '{}.capabilities_correlations'::regclass "
                          "AND attname = 'later'))".format(schema)) == "a column of 1.1"


def test_library_is_newer_than_the_catalog(work):
    """Each column in turn is not there: the others are filled as before."""
    whole = contents(work)
    names = {function: attributes(work, row_type(function)) for function in CALLS}
    for function, call in CALLS.items():
        for i, name in enumerate(names[function]):
            work.rows(f"BEGIN; ALTER TYPE {row_type(function)} DROP ATTRIBUTE {name}")
            assert work.rows(f"SELECT f.* FROM kept, {call} AS f") == [row[:i] + row[i + 1:] for row in whole[function]], name
            work.rows("ROLLBACK")
    # and in another order
    for function, call in CALLS.items():
        type_, first = row_type(function), names[function][0]
        kind = work.value("SELECT format_type(atttypid, -1) FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s", (type_, first))
        work.rows(f"BEGIN; ALTER TYPE {type_} DROP ATTRIBUTE {first}; ALTER TYPE {type_} ADD ATTRIBUTE {first} {kind}")
        assert work.rows(f"SELECT f.* FROM kept, {call} AS f") == [row[1:] + row[:1] for row in whole[function]]
        work.rows("ROLLBACK")
    work.rows("BEGIN; ALTER TYPE correlation_test DROP ATTRIBUTE corr")
    assert work.row(f"SELECT (t).n > 8, (t).p_value < 1 FROM (SELECT {SCALARS[0]} AS t FROM kept) AS s") == (True, True)
    work.rows("ROLLBACK")


def test_columns_of_other_types_are_refused(work):
    """Who owns a type can change it: that must not become a crash."""
    for function, call in CALLS.items():
        for name in attributes(work, row_type(function)):
            type_of = "SELECT atttypid::regtype::text FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s"
            ours = work.value(type_of, (row_type(function), name))
            for other in ("int2", "text", "name", "numeric"):
                work.rows(f"BEGIN; ALTER TYPE {row_type(function)} ALTER ATTRIBUTE {name} TYPE {other}")
                if other == ours:
                    work.rows(f"SELECT * FROM kept, {call}")
                else:
                    error = work.error(f"SELECT * FROM kept, {call}")
                    assert error.pgcode == "42804" and f'"{name}"' in str(error) and row_type(function) in str(error)
                work.rows("ROLLBACK")
    for name in ("n", "corr"):
        work.rows(f"BEGIN; ALTER TYPE correlation_test ALTER ATTRIBUTE {name} TYPE text")
        assert {work.error(f"SAVEPOINT s; SELECT {scalar} FROM kept").pgcode for scalar in SCALARS[:1]} == {"42804"}
        work.rows("ROLLBACK")
