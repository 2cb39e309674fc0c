"""The shape that distributed engines ask of an aggregate, read from the catalogs.

Citus pushes an aggregate down only if it has a real state type and a
COMBINEFUNC; it ships states as text and calls transition functions anew for
each row.  postgres_fdw ships whole aggregates and types, through text.  No
aggregate is listed here without being found in the catalogs, and none found
there is left out.
"""
import io

import psycopg2
import pytest

from example_rows import AGGREGATES, ARGUMENTS, MEMBERS, SOURCE
from fingerprint import close, create, odd_values

# The labels are columns as a rule, and constants of the default collation are
# shipped beside a column: the one exception, by name.
LABELS = {"score_matrix(text,text,double precision)": "collatable argument",
          "score_matrix(text,jsonb)": "collatable argument",
          "score_matrix(text,text,double precision,bigint,double precision)": "collatable argument"}

# What is wrong with each of a set of aggregates; '' for nothing.
LINT = """
SELECT a.aggfnoid::regprocedure::text, concat_ws('; ',
    CASE WHEN a.aggcombinefn = 0 THEN 'no COMBINEFUNC' END,
    CASE WHEN t.typtype = 'p' THEN 'pseudo-type state' END,
    CASE WHEN t.typtype <> 'p' AND t.oid < 16384 THEN 'built-in state' END,
    CASE WHEN m.typtype = 'p' OR m.oid < 16384 THEN 'built-in moving state' END,
    CASE WHEN t.typsend = 0 OR t.typreceive = 0 THEN 'no binary I/O' END,
    CASE WHEN a.aggkind <> 'n' THEN 'not a normal aggregate' END,
    CASE WHEN a.aggfinalextra OR a.aggmfinalextra THEN 'FINALFUNC_EXTRA' END,
    CASE WHEN a.aggfinalmodify <> 'r' OR a.aggmfinalmodify <> 'r' THEN 'final function writes' END,
    CASE WHEN a.agginitval IS NOT NULL OR a.aggminitval IS NOT NULL THEN 'INITCOND' END,
    CASE WHEN a.aggtransspace = 0 THEN 'no SSPACE' END,
    CASE WHEN p.pronargs = 0 THEN 'no argument' END,
    CASE WHEN p.proparallel <> 's' THEN 'not PARALLEL SAFE' END,
    (SELECT 'polymorphic argument' FROM unnest(p.proargtypes) AS x JOIN pg_type AS y ON y.oid = x
     WHERE y.typtype = 'p' LIMIT 1),
    (SELECT 'collatable argument' FROM unnest(p.proargtypes) AS x JOIN pg_type AS y ON y.oid = x
     WHERE y.typcategory = 'S' LIMIT 1),
    (SELECT 'not IMMUTABLE: ' || min(f.proname) FROM pg_proc AS f WHERE f.provolatile <> 'i' AND f.oid IN (
         a.aggtransfn, a.aggcombinefn, a.aggfinalfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn,
         t.typinput, t.typoutput, t.typsend, t.typreceive)),
    (SELECT 'unsafe in workers: ' || min(f.proname) FROM pg_proc AS f WHERE f.proparallel <> 's' AND f.oid IN (
         a.aggtransfn, a.aggcombinefn, a.aggfinalfn, t.typinput, t.typoutput, t.typsend, t.typreceive)))
FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid
    JOIN pg_type AS t ON t.oid = a.aggtranstype LEFT JOIN pg_type AS m ON m.oid = a.aggmtranstype
WHERE a.aggfnoid IN ({})
"""


@pytest.fixture(scope="module")
def data(db):
    create(db)
    db.rows(SOURCE)
    db.rows("UPDATE source SET model = 'modèle ' || model_id")
    db.rows("""CREATE TABLE shards AS SELECT *, id % 3 AS shard,
        score_matrix_accum(NULL, model, benchmark, score) AS matrix,
        score_moments_accum(NULL, caps) AS moments FROM source WHERE id <= 90""")
    return db


def test_every_aggregate_is_known(data):
    """A new aggregate must be added above, and is then held to all of this file."""
    assert {row[0] for row in data.rows(AGGREGATES)} == set(ARGUMENTS)


def test_catalog_lint(data):
    """Every aggregate has the shape that Citus pushes down and postgres_fdw ships."""
    found = dict(data.rows(LINT.format(MEMBERS)))
    assert set(found) == set(ARGUMENTS)
    assert {name: text for name, text in found.items() if text} == LABELS


# Aggregates of every shape that does not travel: their options, what is found.
GOOD = "SFUNC = score_moments_accum, STYPE = score_moments, SSPACE = 9, PARALLEL = SAFE"
WHOLE = f"{GOOD}, COMBINEFUNC = score_moments_combine"
BUILT_IN = "SFUNC = array_cat, STYPE = float8[], COMBINEFUNC = array_cat, SSPACE = 9, PARALLEL = SAFE"
VIOLATIONS = {
    "whole (float8[])": (WHOLE, ""),
    "uncombined (float8[])": (GOOD, "no COMBINEFUNC"),
    "serial (float8[])": (WHOLE.replace("PARALLEL = SAFE", "PARALLEL = RESTRICTED"), "not PARALLEL SAFE"),
    "unsized (float8[])": (WHOLE.replace("SSPACE = 9, ", ""), "no SSPACE"),
    "internal_state (numeric)": (
        "SFUNC = numeric_avg_accum, STYPE = internal, COMBINEFUNC = numeric_avg_combine, SSPACE = 9, "
        "SERIALFUNC = numeric_avg_serialize, DESERIALFUNC = numeric_avg_deserialize, PARALLEL = SAFE, "
        "FINALFUNC = numeric_avg", "pseudo-type state; no binary I/O"),
    "array_state (float8[])": (BUILT_IN, "built-in state; not IMMUTABLE: array_in"),
    "prepared (float8[])": (BUILT_IN + ", INITCOND = '{}'", "built-in state; INITCOND; not IMMUTABLE: array_in"),
    "moving (float8[])": (
        WHOLE + ", MSFUNC = lint.move, MINVFUNC = lint.move, MSTYPE = float8[], MFINALFUNC = lint.still",
        "built-in moving state"),
    "extra (float8[])": (WHOLE + ", FINALFUNC = lint.extra, FINALFUNC_EXTRA", "FINALFUNC_EXTRA"),
    "writing (float8[])": (
        WHOLE + ", FINALFUNC = first_component, FINALFUNC_MODIFY = READ_WRITE", "final function writes"),
    "ordered (ORDER BY float8[])": (
        "SFUNC = score_moments_accum, STYPE = score_moments, SSPACE = 9, PARALLEL = SAFE",
        "no COMBINEFUNC; not a normal aggregate; final function writes"),
    "polymorphic (anyarray)": (
        "SFUNC = lint.any, STYPE = score_moments, SSPACE = 9, COMBINEFUNC = score_moments_combine, "
        "PARALLEL = SAFE", "polymorphic argument"),
    "empty (*)": (
        "SFUNC = lint.nothing, STYPE = score_moments, SSPACE = 9, COMBINEFUNC = score_moments_combine, "
        "PARALLEL = SAFE", "no argument"),
    "option (float8[], text)": (
        "SFUNC = lint.option, STYPE = score_moments, SSPACE = 9, COMBINEFUNC = score_moments_combine, "
        "PARALLEL = SAFE", "collatable argument"),
    "changing (float8[])": (
        WHOLE.replace("score_moments_accum", "lint.stable"), "not IMMUTABLE: stable"),
    "chained (float8[])": (
        WHOLE.replace("score_moments_accum", "lint.leader"), "unsafe in workers: leader"),
    "textual (lint.textual)": (
        "SFUNC = lint.join, STYPE = lint.textual, SSPACE = 9, COMBINEFUNC = lint.join, PARALLEL = SAFE",
        "no binary I/O; not IMMUTABLE: textual_out"),
}
VIOLATORS = """
CREATE SCHEMA lint;
CREATE FUNCTION lint.move(float8[], float8[]) RETURNS float8[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT $1';
CREATE FUNCTION lint.still(float8[]) RETURNS score_moments LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT NULL::score_moments';
CREATE FUNCTION lint.extra(score_moments, float8[]) RETURNS int8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT n_rows($1)';
CREATE FUNCTION lint.any(score_moments, anyarray) RETURNS score_moments LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT $1';
CREATE FUNCTION lint.nothing(score_moments) RETURNS score_moments LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT $1';
CREATE FUNCTION lint.option(score_moments, float8[], text) RETURNS score_moments LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT $1';
CREATE FUNCTION lint.stable(score_moments, float8[]) RETURNS score_moments LANGUAGE sql STABLE PARALLEL SAFE
    AS 'SELECT $1';
CREATE FUNCTION lint.leader(score_moments, float8[]) RETURNS score_moments LANGUAGE sql IMMUTABLE
    AS 'SELECT $1';
CREATE TYPE lint.textual;
CREATE FUNCTION lint.textual_in(cstring) RETURNS lint.textual LANGUAGE internal
    IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION lint.textual_out(lint.textual) RETURNS cstring LANGUAGE internal
    STABLE STRICT PARALLEL SAFE AS 'textout';
CREATE TYPE lint.textual (INPUT = lint.textual_in, OUTPUT = lint.textual_out);
CREATE FUNCTION lint.join(lint.textual, lint.textual) RETURNS lint.textual LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT $1';
"""


def test_the_lint_sees(data):
    """Each rule of the lint is broken once, and that rule alone is reported."""
    data.rows("SET client_min_messages = warning")  # the shell type is only a shell at first
    data.rows(VIOLATORS)
    for declaration, (options, _) in VIOLATIONS.items():
        data.rows(f"CREATE AGGREGATE lint.{declaration} ({options})")
    found = {name.removeprefix("lint.").partition("(")[0]: text for name, text in data.rows(LINT.format(
        "SELECT p.oid FROM pg_proc AS p WHERE p.pronamespace = 'lint'::regnamespace"))}
    data.rows("DROP SCHEMA lint CASCADE")
    data.rows("RESET client_min_messages")
    assert found == {declaration.split()[0]: problem for declaration, (_, problem) in VIOLATIONS.items()}


def test_citus_calling_convention(data):
    """Fold by hand: a fresh call per row, states as text, all names from the catalog."""
    for signature, name, type_, transition, combine, final, _, _ in data.rows(AGGREGATES):
        arguments = ARGUMENTS[signature]
        worker = []
        for shard in (2, 0, 1):
            state = None
            for (key,) in data.rows("SELECT id FROM shards WHERE shard = %s ORDER BY md5(id::text)", (shard,)):
                state = data.value(f"SELECT {transition}(%s::{type_}, {arguments})::text "
                                   "FROM shards WHERE id = %s", (state, key))
            worker.append(state)
        state = None
        for partial in [None] + worker:
            state = data.value(f"SELECT {combine}(%s::{type_}, %s::{type_})::text", (state, partial))
        result = f"{final}(%(s)s::{type_})" if final else f"%(s)s::{type_}"
        read = {"score_matrix": "print({})", "float8": "bits({})", "rollup": "print({})"}.get(name, "bits({})")
        if type_ == "score_moments":
            read = "numbers({})" if final else "numbers(first_component({}))"
        by_hand = data.value(f"SELECT {read.format(result)}", {"s": state})
        whole = data.value(f"SELECT {read.format(f'{name}({arguments})')} FROM shards")
        assert whole is not None
        if type_ == "score_moments":
            assert close(by_hand, whole), signature
        else:
            assert by_hand == whole, signature


@pytest.fixture(scope="module")
def states(data):
    """A table with the state of every aggregate, by aggregates that stop short of the final function."""
    columns, reads = [], []
    for i, (signature, _, type_, transition, combine, _, send, types) in enumerate(data.rows(AGGREGATES)):
        data.rows(f"CREATE AGGREGATE state_{i} ({types}) (SFUNC = {transition}, STYPE = {type_}, "
                  f"COMBINEFUNC = {combine})")
        columns.append(f"state_{i}({ARGUMENTS[signature]}) AS s{i}")
        reads.append(f"md5(s{i}::text), md5({send}(s{i})), md5({send}(s{i}::text::{type_}))")
    data.rows(f"CREATE TABLE states AS SELECT {', '.join(columns)} FROM shards")
    return f"SELECT {', '.join(reads)} FROM states"


def values_of(db):
    """Every setting that could concern how values are written, with all or some of its values.

    Not client_encoding: as with text itself, binary output has labels in the client's.
    """
    odd = {"datestyle": ("German, DMY", "SQL, MDY", "Postgres"), "timezone": ("Asia/Tokyo",),
           "extra_float_digits": (-15, -9, 0, 1, 3)}
    for name, kind, choices in db.rows("""SELECT lower(name), vartype, enumvals FROM pg_settings
            WHERE context IN ('user', 'superuser') AND name !~ '^(transaction_|session_repl)'
                AND category ~ '^(Client Connection Defaults|Version and Platform)'"""):
        for value in odd.get(name, choices if kind == "enum" else ("on", "off") if kind == "bool" else ()):
            yield f"SET {name} = '{value}'"
    yield from odd_values()


def test_states_do_not_depend_on_settings(data, states):
    """Text, binary, and what text is read as, of every aggregate's state under every setting."""
    wanted = data.row(states)
    assert None not in wanted
    settings = list(values_of(data))
    for name in ("bytea_output", "intervalstyle", "xmlbinary", "extra_float_digits", "lc_numeric",
                 "array_nulls", "quote_all_identifiers"):
        assert any(name in setting for setting in settings), name
    # built-in types change under these settings, so that such a change would be seen
    built_in = "SELECT concat_ws(' ', pi()::float8, decode('00', 'hex'), DATE '2026-01-02', INTERVAL '90 s')"
    plain, changed = data.value(built_in), set()
    for setting in settings:
        try:
            data.rows(setting)
        except psycopg2.errors.FeatureNotSupported:  # a value that only older servers take, from 19 on
            assert setting == "SET standard_conforming_strings = 'off'"
            continue
        try:
            assert data.row(states) == wanted, setting
            if data.value(built_in) != plain:
                changed.add(setting.split()[1])
        finally:
            data.rows("RESET ALL")
    assert changed >= {"extra_float_digits", "bytea_output", "datestyle", "intervalstyle"}


def test_client_encoding(data):
    """Labels are converted like text: out in one encoding, in again, in text and in binary."""
    wanted = data.row("SELECT score_matrix_send(m)::text FROM "
                      "(SELECT score_matrix(model, benchmark, score) AS m FROM shards) AS s")
    data.rows("CREATE TABLE away AS SELECT score_matrix(model, benchmark, score) AS m FROM shards")
    data.rows("CREATE TABLE home (m score_matrix)")
    for encoding, letter in (("LATIN1", b"\xe8"), ("UTF8", b"\xc3\xa8")):
        for form in ("text", "binary"):
            wire = io.BytesIO()
            data.connection.set_client_encoding(encoding)
            with data.connection.cursor() as cursor:
                cursor.copy_expert(f"COPY away TO STDOUT (FORMAT {form})", wire)
                assert b"mod" + letter + b"le" in wire.getvalue()
                wire.seek(0)
                cursor.copy_expert(f"COPY home FROM STDIN (FORMAT {form})", wire)
            data.connection.set_client_encoding("UTF8")
            assert data.row("DELETE FROM home RETURNING score_matrix_send(m)::text") == wanted
