"""Values at rest: text and binary forms, TOAST, upserts, dump and restore."""
import re
import subprocess

import pytest

import conftest
from example_rows import SOURCE
from fingerprint import create, odd_settings

STORED = """
CREATE TABLE stored (
    id int PRIMARY KEY, m score_matrix, r score_rows, s score_moments, c principal_component);
INSERT INTO stored
SELECT 1, annotate(score_matrix(model, benchmark, score), '{b0,b1,b2}', '{b3}', '{b6}'),
    partial_many(caps, many), score_moments(caps), first_component(caps) FROM source
UNION ALL SELECT 2, NULL, NULL, NULL, NULL
UNION ALL SELECT 3, score_matrix('', '', NULL), partial_one(NULL, 1), score_moments(NULL::float8[]),
    first_component(ARRAY[score, safety]) FROM source
UNION ALL SELECT 4, score_matrix(E'größe\\n"\\\\' || model, E'\\u0001\\t' || i, score * power(10, i * 9 - 60)),
    partial_pair(1e-300, safety), score_moments(ARRAY[1e9 + score, safety / 3]),
    capabilities_component(score_matrix(model, benchmark, score), '{b0,b1,b2}')
    FROM source, generate_series(0, 6) AS i
UNION ALL SELECT 5, (SELECT score_matrix('model ' || i, 'benchmark ' || j, sin(i * j) * exp(i % 50))
        FROM generate_series(1, 400) AS i, generate_series(1, 50) AS j),
    partial_one(ARRAY[sin(i), cos(i)], sin(i * i)), score_moments(array_fill(i::float8, ARRAY[60])),
    first_component(ARRAY[sin(i), i % 7]) FROM generate_series(1, 20000) AS i;
"""
PRINT_STORED = """SELECT id, md5(score_matrix_send(m)), md5(m::text), print(m), md5(score_rows_send(r)),
    md5(r::text), md5(score_moments_send(s)), md5(s::text), numbers(first_component(s)),
    md5(principal_component_send(c)), md5(c::text), numbers(c),
    m::jsonb::score_matrix::text = m::text, c::jsonb::principal_component::text = c::text
    FROM stored ORDER BY id"""


@pytest.fixture(scope="module")
def data(db):
    create(db)
    db.rows(SOURCE)
    return db


@pytest.fixture(scope="module")
def stored(data):
    data.rows(STORED)
    rows = data.rows(PRINT_STORED)
    assert [row[0] for row in rows if row[1] is None] == [2]
    assert all(row[12] and row[13] for row in rows if row[0] != 2)
    return rows


def test_text_does_not_depend_on_settings(data, stored):
    """No setting changes text or binary output, or what text is read as."""
    columns = "md5(m::text), md5(r::text), md5(s::text), md5(c::text), md5(score_matrix_send(m)), " \
              "md5(score_rows_send(r)), md5(score_moments_send(s)), md5(principal_component_send(c)), " \
              "md5(m::jsonb::text), md5(c::jsonb::text)"
    trip = columns
    for column, type_ in (("m", "score_matrix"), ("r", "score_rows"), ("s", "score_moments"),
                          ("c", "principal_component")):
        trip = re.sub(rf"\({column}\b", f"({column}::text::{type_}", trip)
    wanted = data.rows(f"SELECT {columns} FROM stored ORDER BY id")
    for digits in (-15, -9, 0, 1, 3):
        odd_settings(data)
        data.rows(f"SET extra_float_digits = {digits}")
        try:
            assert data.rows(f"SELECT {columns} FROM stored ORDER BY id") == wanted
            assert data.rows(f"SELECT {trip} FROM stored ORDER BY id") == wanted
        finally:
            data.rows("RESET ALL")


def test_stored_and_toasted(data, stored):
    """Large values out of line, in all storage modes, small ones with a short header."""
    data.rows("CREATE TABLE kept (LIKE stored INCLUDING ALL)")
    for mode in ("EXTERNAL", "EXTENDED", "MAIN", "PLAIN"):
        data.rows("TRUNCATE kept")
        for column in "mrsc":
            data.rows(f"ALTER TABLE kept ALTER {column} SET STORAGE {mode}")
        data.rows("INSERT INTO kept SELECT id, m::text::score_matrix, r::text::score_rows, "
                  "s::text::score_moments, c::text::principal_component FROM stored"
                  + (" WHERE id IN (2, 3)" if mode == "PLAIN" else ""))
        toasted = data.value("SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'kept'::regclass")
        assert (toasted > 0) == (mode != "PLAIN")
        wanted = [row for row in stored if mode != "PLAIN" or row[0] in (2, 3)]
        assert data.rows(PRINT_STORED.replace("stored", "kept")) == wanted, mode
        # merging reads a stored value and leaves it alone
        data.rows("SELECT print(merge(k.m, k.m)), n_rows(score_moments_combine(k.s, k.s)), "
                  "score_rows_combine(k.r, k.r) FROM kept AS k")
        data.rows("SELECT rollup(m), rollup(s) FILTER (WHERE id = 1) FROM kept")
        assert data.rows(PRINT_STORED.replace("stored", "kept")) == wanted, mode
    small = data.value("SELECT pg_column_size(m) FROM kept WHERE id = 3")
    assert small < 127  # stored with a header of one byte


def test_upsert_and_merge_statement(data):
    """A summary table kept up by ON CONFLICT and by MERGE equals one made at once."""
    wanted = data.rows("SELECT id % 2, print(score_matrix(model, benchmark, score)), "
                       "n_rows(score_moments(caps)) FROM source GROUP BY 1 ORDER BY 1")
    day = "SELECT id % 2 AS part, score_matrix(model, benchmark, score) AS m, score_moments(caps) AS s " \
          "FROM source WHERE id % 9 = {} GROUP BY 1"
    for statement in (
            """INSERT INTO summary AS t {} ON CONFLICT (part) DO UPDATE
               SET m = merge(t.m, excluded.m), s = score_moments_combine(t.s, excluded.s)""",
            """MERGE INTO summary AS t USING ({}) AS d ON t.part = d.part
               WHEN MATCHED THEN UPDATE SET m = merge(t.m, d.m), s = score_moments_combine(t.s, d.s)
               WHEN NOT MATCHED THEN INSERT VALUES (d.part, d.m, d.s)"""):
        data.rows("DROP TABLE IF EXISTS summary")
        data.rows("CREATE TABLE summary (part int PRIMARY KEY, m score_matrix, s score_moments)")
        for i in (3, 1, 8, 0, 2, 5, 4, 7, 6):
            data.rows(statement.format(day.format(i)))
        assert data.rows("SELECT part, print(m), n_rows(s) FROM summary ORDER BY 1") == wanted


@pytest.mark.parametrize("form", ["plain", "custom"])
def test_dump_and_restore(data, stored, form, tmp_path):
    """pg_dump of a table of all four types, restored elsewhere: every byte."""
    dump, target = str(tmp_path / "dump"), f"{data.name}_{form}"
    subprocess.run(["pg_dump", "-F", form[0], "-f", dump, data.name], check=True)
    data.rows(f'DROP DATABASE IF EXISTS "{target}"')
    data.rows(f'CREATE DATABASE "{target}"')
    try:
        if form == "plain":
            command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", target, "-f", dump]
        else:
            command = ["pg_restore", "-e", "-j", "2", "-d", target, dump]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        restored = conftest.Database(target)
        assert restored.rows(PRINT_STORED) == stored
        restored.connection.close()
    finally:
        data.rows(f'DROP DATABASE "{target}" WITH (FORCE)')
