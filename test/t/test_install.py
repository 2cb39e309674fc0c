"""What is installed, by whom, where, and that nothing planted beside it matters."""
import json
import re
import subprocess

import pytest

import conftest
from fingerprint import FUNCTIONS, create

# Every member of the extension: nothing appears by accident.
MEMBERS = """
type benchmark_correlations_row; type capabilities_components_row; type capabilities_correlations_row
type capabilities_difference_row; type capabilities_loadings_row; type capabilities_over_time_row; type capabilities_report_row; type capabilities_robustness_row
type capabilities_scores_row; type capabilities_scores_difference_row; type capabilities_strata_difference_row; type capabilities_views_row; type capabilities_adjusted_scores_row; type cells_row
type correlation_matrix_row; type eval_scores_row; type eval_tables_row; type known_benchmarks_row; type families_row; type impute_scores_row; type roles_row
cast from jsonb to principal_component; cast from jsonb to score_matrix
cast from principal_component to jsonb; cast from score_matrix to jsonb
function annotate(score_matrix,text[],text[],text[],text[],text[],jsonb,jsonb,boolean)
function benchmark_correlations(score_matrix,text,text[],text,double precision,text,integer,bigint,jsonb,double precision,text[])
function benchmarks(principal_component); function benchmarks(score_matrix)
function capabilities_component(score_matrix,text[],text,text,integer)
function capabilities_components(score_matrix,text[],text,text,integer,double precision,text,integer,bigint)
function capabilities_corr(double precision[],double precision)
function capabilities_corr(double precision[],double precision[])
function capabilities_corr(score_matrix,text,text[])
function capabilities_corr_array_final(score_rows); function capabilities_corr_final(score_rows)
function capabilities_correlations(score_matrix,text[],text[],text,text,text,integer,boolean,integer,double precision,text,integer,bigint,jsonb,double precision,text[])
function capabilities_difference(score_matrix,text,text,text[],text,text,text,integer,boolean,double precision,text,integer,bigint,jsonb,text[])
function capabilities_loadings(score_matrix,text[],text,text,integer,integer,double precision,text,integer,bigint)
function capabilities_over_time(score_matrix,text,integer,text[],text[],text,text,text,integer,boolean,double precision,text,integer,bigint,jsonb,double precision,text[])
function capabilities_report(score_matrix,text[],text[],text,text,text,integer,double precision,jsonb,double precision,text[])
function capabilities_robustness(score_matrix,text[],text[],text,integer,jsonb,double precision,double precision)
function capabilities_score(double precision[])
function capabilities_scores(score_matrix,text[],text,text,integer,principal_component,double precision,text,integer,bigint)
function capabilities_scores_difference(score_matrix,text,text,text[],text,text,integer,principal_component,double precision,text,integer,bigint)
function capabilities_strata_difference(score_matrix,score_matrix,text[],text[],text,text,text,integer,boolean,double precision,text,jsonb)
function capabilities_test(double precision[],double precision)
function capabilities_test(score_matrix,text,text[]); function capabilities_test_final(score_rows)
function capabilities_adjusted_scores(score_matrix,text[],text[],text,text,text,text,integer,double precision)
function cells(score_matrix)
function component_score(principal_component,double precision[])
function congruence(principal_component,principal_component)
function correlation_matrix(score_matrix,text[],text,text[])
function create_capabilities_views(text,regclass,boolean)
function drop_capabilities_views(text); function refresh_capabilities_views(text)
function create_eval_tables(text); function drop_eval_tables(text); function fill_eval_tables(text); function known_benchmarks()
function eval_log_is_known(text,text); function load_eval_log(text,text,text,bytea,boolean); function reject_eval_log(text,text,text)
function eigenvalues(principal_component); function eval_log_problem(text); function eval_log_text(bytea); function eval_scores(jsonb); function eval_scores(text); function explained(principal_component); function families(score_matrix)
function first_component(double precision[]); function first_component(score_moments)
function impute_scores(score_matrix,text[],integer)
function kendall_corr(double precision,double precision); function kendall_corr_final(score_rows)
function kendall_test(double precision,double precision); function kendall_test_final(score_rows)
function loadings(principal_component); function matrix_kind(principal_component)
function means(principal_component); function merge(score_matrix,score_matrix)
function models(score_matrix); function models_needed(double precision,double precision,double precision,double precision)
function n_rows(principal_component); function n_rows(score_moments)
function negated(principal_component)
function pearson_test(double precision,double precision); function pearson_test_final(score_rows)
function principal_component_in(cstring); function principal_component_out(principal_component)
function principal_component_recv(internal); function principal_component_send(principal_component)
function roles(score_matrix); function rollup(score_matrix); function rollup(score_moments)
function score_matrix(bigint,bigint,double precision); function score_matrix(text,jsonb)
function score_matrix(text,text,double precision)
function score_matrix(text,text,double precision,bigint,double precision)
function score_matrix_accum(score_matrix,bigint,bigint,double precision)
function score_matrix_accum(score_matrix,text,jsonb)
function score_matrix_accum(score_matrix,text,text,double precision)
function score_matrix_accum(score_matrix,text,text,double precision,bigint,double precision)
function score_matrix_accum_support(internal)
function score_matrix_in(cstring); function score_matrix_out(score_matrix)
function score_matrix_recv(internal); function score_matrix_send(score_matrix)
function score_moments(double precision[])
function score_moments_accum(score_moments,double precision[])
function score_moments_combine(score_moments,score_moments)
function score_moments_in(cstring); function score_moments_out(score_moments)
function score_moments_recv(internal); function score_moments_send(score_moments)
function score_rows_accum(score_rows,double precision,double precision)
function score_rows_accum(score_rows,double precision[],double precision)
function score_rows_accum(score_rows,double precision[],double precision[])
function score_rows_combine(score_rows,score_rows)
function score_rows_in(cstring); function score_rows_out(score_rows)
function score_rows_inv(score_rows,double precision,double precision)
function score_rows_inv(score_rows,double precision[],double precision)
function score_rows_inv(score_rows,double precision[],double precision[])
function score_rows_recv(internal); function score_rows_send(score_rows)
function sds(principal_component); function spearman_corr(double precision,double precision)
function spearman_corr_final(score_rows)
function spearman_test(double precision,double precision); function spearman_test_final(score_rows)
function subset(score_matrix,text[],text[])
function weights(principal_component)
type correlation_test; type principal_component; type score_matrix; type score_moments; type score_rows
"""
# Equality of each type.
for _type in ("principal_component", "score_matrix", "score_moments", "score_rows"):
    MEMBERS += "".join(f"function {_type}_{name}({_type},{_type}); operator {operator}({_type},{_type})\n"
                       for name, operator in (("eq", "="), ("ne", "<>"), ("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">=")))
    MEMBERS += f"function {_type}_cmp({_type},{_type}); function {_type}_hash({_type})\n"
    MEMBERS += f"function {_type}_hash_extended({_type},bigint)\n"
    MEMBERS += "".join(f"operator {kind} {_type}_ops for access method {method}\n"
                       for kind in ("class", "family") for method in ("btree", "hash"))
# From 17 on array types are members too, and stay so when an older cluster is upgraded to it.
OBJECTS = """(SELECT classid, objid, pg_describe_object(classid, objid, objsubid) AS object FROM pg_depend
    WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
        AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'safetycorr')
        AND NOT (classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type WHERE typarray = objid))) AS o"""
DEFINITIONS = """SELECT object, prosrc, prokind, provolatile, proparallel, proisstrict, prosecdef, proconfig,
    proargnames, proallargtypes::regtype[], pg_get_expr(proargdefaults, 0), prorettype::regtype, procost,
    ARRAY(SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = typrelid ORDER BY attnum),
    ARRAY(SELECT regexp_replace(f::text, '^.*[.]', '') FROM unnest(ARRAY[aggtransfn, aggcombinefn, aggfinalfn,
        aggmtransfn, aggminvtransfn, aggmfinalfn, typinput, typoutput, typreceive, typsend]) AS f),
    aggtranstype::regtype, typlen, typalign, typstorage
    FROM {} LEFT JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND p.oid = objid
        LEFT JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
        LEFT JOIN pg_type AS t ON classid = 'pg_type'::regclass AND t.oid = objid ORDER BY 1""".format(OBJECTS)

ROWS = """CREATE TABLE rows AS SELECT i AS id, i % 3 AS grp, 'model ' || i % 40 AS model, 'b' || i % 7 AS benchmark,
    i % 40 AS model_id, i % 7 AS benchmark_id, sin(i % 40) + cos(i) / 3 AS score,
    ARRAY[sin(i), sin(i) + cos(i * 3), i % 9]::float8[] AS caps, cos(i) AS safety, ARRAY[sin(i * 2), i % 5]::float8[] AS many,
    jsonb_build_object('b' || i % 7, sin(i % 40)) AS scores FROM generate_series(1, 400) AS i"""

# Every function once, all names qualified: {0} is our schema, operators are left to the path.
EVERYTHING = """
SELECT {0}.capabilities_corr(caps, safety), {0}.capabilities_corr(caps, many),
    {0}.capabilities_test(caps, safety)::pg_catalog.text, {0}.spearman_corr(score, safety),
    {0}.kendall_corr(score, safety), {0}.n_rows({0}.first_component(caps)),
    {0}.spearman_test(score, safety)::pg_catalog.text, {0}.pearson_test(score, safety)::pg_catalog.text,
    {0}.kendall_test(score, safety)::pg_catalog.text,
    {0}.n_rows({0}.score_moments(caps)), {0}.n_rows({0}.first_component({0}.score_moments(caps)))
    FROM public.rows GROUP BY grp
SELECT id, {0}.capabilities_score(caps) OVER (PARTITION BY grp), {0}.spearman_corr(score, safety)
    OVER (ORDER BY id ROWS 9 PRECEDING) FROM public.rows
SELECT {0}.score_matrix(model, benchmark, score)::pg_catalog.text,
    {0}.score_matrix(model_id::pg_catalog.int8, benchmark_id::pg_catalog.int8, score)::pg_catalog.text,
    {0}.score_matrix(model, benchmark, score, id, safety * safety)::pg_catalog.text,
    {0}.score_matrix(model, scores)::pg_catalog.text FROM public.rows
SELECT {0}.rollup(m)::pg_catalog.text, {0}.rollup(s)::pg_catalog.text FROM public.kept
SELECT {0}.merge(m, m)::pg_catalog.text, {0}.subset(m, benchmarks => '{{b1,b2}}')::pg_catalog.text,
    {0}.annotate(m, '{{b1,b2}}', '{{b3}}')::pg_catalog.jsonb, {0}.models(m), {0}.benchmarks(m),
    {0}.capabilities_corr(m, 'b3', '{{b0,b1}}'), {0}.capabilities_test(m, 'b3', '{{b0,b1}}')::pg_catalog.text,
    {0}.capabilities_component(m, '{{b0,b1}}')::pg_catalog.text FROM public.kept
SELECT f.* FROM public.kept, {0}.cells(m) AS f
SELECT * FROM {0}.eval_scores('{{"model_id": "m", "evaluation_name": "b", "sample_id": "1", "evaluation": {{"score": 0.5}}}}'::pg_catalog.jsonb)
SELECT * FROM {0}.eval_scores('{{"doc_id": 1, "resps": [], "acc": NaN}}'::pg_catalog.text)
SELECT {0}.eval_log_problem({0}.eval_log_text('{{}}'::pg_catalog.bytea))
SELECT f.* FROM public.kept, {0}.capabilities_correlations(m, '{{b0,b1,b2}}') AS f
SELECT f.* FROM public.kept, {0}.capabilities_correlations(m, '{{b0,b1,b2}}', ci => 'bootstrap', resamples => 100) AS f
SELECT f.* FROM public.kept, {0}.capabilities_correlations(m, '{{b0,b1,b2}}', families => (SELECT pg_catalog.jsonb_object_agg(x, 'a'::pg_catalog.text) FROM pg_catalog.unnest({0}.models(m)) AS x)) AS f
SELECT f.* FROM public.kept, {0}.capabilities_difference(m, 'b3', 'b4', '{{b0,b1,b2}}', resamples => 100) AS f
SELECT f.* FROM public.kept, {0}.capabilities_strata_difference(m, m, '{{b0,b1,b2}}', families => (SELECT pg_catalog.jsonb_object_agg(x, x) FROM pg_catalog.unnest({0}.models(m)) AS x)) AS f
SELECT f.* FROM public.kept, {0}.capabilities_adjusted_scores(m, '{{b0,b1,b2}}') AS f
SELECT f.* FROM public.kept, {0}.capabilities_report(m, '{{b0,b1,b2}}') AS f
SELECT f.* FROM public.kept, {0}.capabilities_robustness(m, '{{b0,b1,b2}}') AS f
SELECT f.* FROM public.kept, {0}.benchmark_correlations(m, 'b6') AS f
SELECT f.* FROM public.kept, {0}.capabilities_over_time(m, 'b6', 36500, '{{b0,b1,b2}}') AS f
SELECT f.* FROM public.kept, {0}.capabilities_scores(m, '{{b0,b1,b2}}') AS f
SELECT f.* FROM public.kept, {0}.capabilities_scores(m, missing => 'impute',
    fitted => {0}.capabilities_component(m, '{{b0,b1,b2}}', missing => 'impute')) AS f
SELECT f.* FROM public.kept, {0}.impute_scores(m, '{{b0,b1,b2}}') AS f
SELECT f.* FROM public.kept, {0}.capabilities_loadings(m, '{{b0,b1,b2}}') AS f
SELECT f.* FROM public.kept, {0}.capabilities_components(m, '{{b0,b1,b2}}') AS f
SELECT f.* FROM public.kept, {0}.correlation_matrix(m, method => 'kendall') AS f
SELECT {0}.component_score(c, caps) FROM public.kept, public.rows
SELECT {0}.means(c), {0}.sds(c), {0}.negated(c), {0}.eigenvalues(c), {0}.explained(c), {0}.matrix_kind(c),
    {0}.n_rows(c), {0}.benchmarks(c), {0}.congruence(c, c) FROM public.kept
SELECT m::pg_catalog.text::{0}.score_matrix::pg_catalog.jsonb::{0}.score_matrix::pg_catalog.text,
    s::pg_catalog.text::{0}.score_moments::pg_catalog.text, r::pg_catalog.text::{0}.score_rows::pg_catalog.text,
    c::pg_catalog.text::{0}.principal_component::pg_catalog.text, {0}.score_matrix_send(m)::pg_catalog.text,
    {0}.score_rows_send(r)::pg_catalog.text, {0}.score_moments_send(s)::pg_catalog.text FROM public.kept
""".strip().replace("\n    ", " ").split("\n")
KEPT = """CREATE TABLE kept AS SELECT score_matrix(model, benchmark, score) AS m,
    score_rows_accum(NULL, 1::float8, 2::float8) AS r, score_moments(caps) AS s, first_component(caps) AS c FROM rows"""


def everything(db, schema="public"):
    return [sorted(db.rows(sql.format(schema)), key=repr) for sql in EVERYTHING]


@pytest.fixture(scope="module")
def data(db):
    create(db)
    db.rows(ROWS)
    db.rows(KEPT)
    return db


@pytest.fixture
def fresh(request, data):
    """A factory of databases and connections that go with the test."""
    opened, made = [], []

    def make(suffix):
        name = f"{data.name}_{suffix}"
        data.rows(f'DROP DATABASE IF EXISTS "{name}"')
        data.rows(f'CREATE DATABASE "{name}"')
        made.append(name)
        return name

    def connect(name, **options):
        database = conftest.Database.__new__(conftest.Database)
        database.name, database.connection = name, conftest.connect(name, **options)
        opened.append(database.connection)
        return database

    yield make, connect
    for connection in opened:
        connection.close()
    for name in made:
        data.rows(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_members(data):
    """Exactly the members listed above, each with a comment."""
    listed = [m.strip() for line in MEMBERS.strip().splitlines() for m in line.split(";")]
    found = [row[0] for row in data.rows(f"SELECT object FROM {OBJECTS}")]
    assert sorted(found) == sorted(listed)
    assert data.rows(f"SELECT object FROM {OBJECTS} WHERE coalesce(obj_description(objid, classid::regclass::name), '') = ''") == []
    assert data.value("SELECT obj_description(oid, 'pg_extension') FROM pg_extension WHERE extname = 'safetycorr'")


def test_functions(data):
    """Immutable, parallel safe (but for those that make views and tables or catch errors), plain C without settings or definer's rights."""
    assert data.rows(f"""SELECT object FROM {OBJECTS} JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND p.oid = objid
        WHERE (provolatile <> 'i' OR proparallel <> 's') <> (proname ~ '_(capabilities_views|eval_tables|eval_log)$|^eval_log_(is_known|problem)$') OR prosecdef OR proconfig IS NOT NULL
            OR prolang <> (SELECT oid FROM pg_language WHERE lanname = CASE prokind WHEN 'a' THEN 'internal' ELSE 'c' END)""") == []
    assert data.row("SELECT extversion, extrelocatable, extconfig FROM pg_extension "
                    "WHERE extname = 'safetycorr'") == ("1.0", True, None)


def test_without_superuser(data, fresh):
    """Who may create in the database installs it, uses all of it, dumps and restores it."""
    make, connect = fresh
    name, target = make("owner"), make("restored")
    data.rows("DROP ROLE IF EXISTS sc_installer")
    data.rows("DROP ROLE IF EXISTS sc_reader")
    data.rows("CREATE ROLE sc_installer LOGIN")
    data.rows("CREATE ROLE sc_reader LOGIN")
    try:
        for database in (name, target):
            data.rows(f'GRANT CREATE ON DATABASE "{database}" TO sc_installer')
            admin = connect(database)
            admin.rows("GRANT CREATE ON SCHEMA public TO sc_installer")
        owner = connect(name, user="sc_installer")
        assert owner.value("SELECT usesuper FROM pg_user WHERE usename = current_user") is False
        owner.rows("CREATE EXTENSION safetycorr")
        owner.rows(ROWS)
        owner.rows(KEPT)
        results = everything(owner)
        assert results == everything(data)
        owner.rows("GRANT SELECT ON rows, kept TO sc_reader")
        assert everything(connect(name, user="sc_reader")) == results
        dump = subprocess.run(["pg_dump", "-U", "sc_installer", name], check=True, capture_output=True).stdout
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "sc_installer", "-d", target],
                       input=dump, check=True, stdout=subprocess.DEVNULL)
        assert everything(connect(target, user="sc_installer")) == results
        owner.rows("DROP EXTENSION safetycorr CASCADE")
    finally:
        for database in (name, target):
            connect(database).rows("DROP OWNED BY sc_installer, sc_reader CASCADE")
        data.rows("DROP ROLE sc_installer")
        data.rows("DROP ROLE sc_reader")


# Operators, functions and types under the names that we and the server use.
HOSTILE = """
CREATE SCHEMA evil;
CREATE FUNCTION evil.no(anyelement, anyelement) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'evil operator'; END $$;
CREATE FUNCTION evil.sum(float8, float8) RETURNS float8 LANGUAGE plpgsql AS $$ BEGIN RAISE 'evil operator'; END $$;
CREATE FUNCTION evil.cat(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'evil operator'; END $$;
CREATE OPERATOR evil.= (FUNCTION = evil.no, LEFTARG = anyelement, RIGHTARG = anyelement);
CREATE OPERATOR evil.< (FUNCTION = evil.no, LEFTARG = anyelement, RIGHTARG = anyelement);
CREATE OPERATOR evil.> (FUNCTION = evil.no, LEFTARG = anyelement, RIGHTARG = anyelement);
CREATE OPERATOR evil.+ (FUNCTION = evil.sum, LEFTARG = float8, RIGHTARG = float8);
CREATE OPERATOR evil.- (FUNCTION = evil.sum, LEFTARG = float8, RIGHTARG = float8);
CREATE OPERATOR evil.|| (FUNCTION = evil.cat, LEFTARG = text, RIGHTARG = text);
CREATE DOMAIN evil.text AS pg_catalog.text CHECK (false);
CREATE DOMAIN evil.float8 AS pg_catalog.float8 CHECK (false);
CREATE DOMAIN evil.int4 AS pg_catalog.int4 CHECK (false);
CREATE DOMAIN evil.int8 AS pg_catalog.int8 CHECK (false);
CREATE DOMAIN evil.bool AS pg_catalog.bool CHECK (false);
CREATE DOMAIN evil.jsonb AS pg_catalog.jsonb CHECK (false);
CREATE TYPE evil.bytea AS (x int);
"""
# Of our types in public, and of types of those names in evil.
HOSTILE_FUNCTIONS = [
    "score_rows_combine(a {0}.score_rows, b {0}.score_rows) RETURNS {0}.score_rows",
    "merge(a {0}.score_matrix, b {0}.score_matrix) RETURNS {0}.score_matrix",
    "cells(m {0}.score_matrix) RETURNS SETOF record",
    "score_matrix_in(pg_catalog.text) RETURNS {0}.score_matrix",
    "score_matrix_out(m {0}.score_matrix) RETURNS pg_catalog.text",
    "capabilities_corr_final(r {0}.score_rows) RETURNS pg_catalog.float8",
    "float8in(pg_catalog.text) RETURNS pg_catalog.float8",
    "array_append(anyarray, anyelement) RETURNS anyarray",
    "jsonb_in(pg_catalog.text) RETURNS pg_catalog.jsonb",
    "numeric_float8(numeric) RETURNS pg_catalog.float8"]


def plant(db, functions=True):
    """Creates the schema evil; functions only where ours exist already."""
    db.rows(HOSTILE)
    if functions:
        db.rows("CREATE TYPE evil.score_matrix AS (x int)")
        db.rows("CREATE TYPE evil.score_rows AS (x int)")
        for function in HOSTILE_FUNCTIONS:
            for schema in ("public", "evil") if "{0}" in function else ("public",):
                if not (schema == "evil" and function.startswith("score_matrix_in")):
                    db.rows(f"CREATE FUNCTION evil.{function.format(schema)} LANGUAGE plpgsql "
                            "AS $$ BEGIN RAISE 'evil function'; END $$")


def test_hostile_search_path_when_used(data, fresh):
    """Whatever comes first in search_path, the results are the same."""
    make, connect = fresh
    db = connect(make("used"))
    db.rows("CREATE EXTENSION safetycorr")
    db.rows(ROWS)
    db.rows(KEPT)
    plant(db)
    results = everything(data)
    for path in ("evil, pg_catalog, public", "evil", "pg_catalog", "''"):
        db.rows(f"SET search_path = {path}")
        for plan in ("off", "on"):
            db.rows(f"SET enable_hashagg = {plan}")
            assert everything(db) == results, path
    db.rows("SET search_path = evil, pg_catalog, public")
    for setting in ("parallel_setup_cost = 0", "parallel_tuple_cost = 0", "min_parallel_table_scan_size = 0"):
        db.rows("SET " + setting)
    assert everything(db) == results


def test_hostile_search_path_when_installed(data, fresh):
    """The script makes the same objects, whoever prepared path and schema."""
    make, connect = fresh
    db = connect(make("installed"))
    plant(db, functions=False)
    db.rows("SET search_path = evil, pg_catalog, public")
    db.rows("CREATE EXTENSION safetycorr SCHEMA public")
    db.rows("SET search_path = public")
    wanted = data.rows(DEFINITIONS)
    assert db.rows(DEFINITIONS) == wanted
    db.rows("DROP EXTENSION safetycorr")
    # even into the schema that holds the planted objects
    db.rows("CREATE EXTENSION safetycorr SCHEMA evil")
    db.rows("SET search_path = pg_catalog, evil")
    assert db.rows(DEFINITIONS) == wanted
    db.rows("DROP EXTENSION safetycorr")


def test_backslashes_are_escapes_when_installed(data, fresh):
    """The script says the same where standard_conforming_strings is off."""
    make, connect = fresh
    db = connect(make("escapes"))
    db.rows("SET standard_conforming_strings = off")
    db.rows("CREATE EXTENSION safetycorr")
    assert db.rows(DEFINITIONS) == data.rows(DEFINITIONS)


@pytest.mark.parametrize("planted", [
    "TYPE evil.score_rows", "TYPE evil.score_matrix AS (x int)",
    "FUNCTION evil.capabilities_score(float8[]) RETURNS float8 LANGUAGE sql AS 'SELECT 1.0::float8'",
    "FUNCTION evil.score_moments(float8[]) RETURNS float8 LANGUAGE sql AS 'SELECT 1.0::float8'",
    "FUNCTION evil.kendall_corr(float8, float8) RETURNS float8 LANGUAGE sql AS 'SELECT 1.0::float8'"])
def test_planted_objects_are_not_taken_over(data, fresh, planted):
    """An object of ours that is there already stops the installation."""
    make, connect = fresh
    db = connect(make("planted"))
    db.rows("CREATE SCHEMA evil")
    db.rows(f"CREATE {planted}")
    assert db.error("CREATE EXTENSION safetycorr SCHEMA evil").pgcode in ("42710", "42723")
    assert db.value("SELECT count(*) FROM pg_extension WHERE extname = 'safetycorr'") == 0


def test_relocation(data, fresh):
    """SET SCHEMA moves all of it; tables, views, defaults and plans go on working."""
    make, connect = fresh
    db = connect(make("moved"))
    db.rows("CREATE EXTENSION safetycorr")
    db.rows(FUNCTIONS)
    db.rows(ROWS)
    db.rows(KEPT)
    db.rows("CREATE VIEW panel AS SELECT f.* FROM kept, capabilities_correlations(m, '{b0,b1}') AS f")
    db.rows("CREATE VIEW by_grp AS SELECT grp, capabilities_test(caps, safety) AS test FROM rows GROUP BY grp")
    db.rows("PREPARE q AS SELECT capabilities_corr(caps, safety), score_matrix(model, benchmark, score)::text FROM rows")
    before = everything(db), *map(db.rows, ("SELECT * FROM panel", "SELECT * FROM by_grp ORDER BY 1", "EXECUTE q"))
    db.rows('CREATE SCHEMA "Else where"')
    db.rows('ALTER EXTENSION safetycorr SET SCHEMA "Else where"')
    db.rows('SET search_path = public, "Else where"')
    after = everything(db, '"Else where"'), *map(
        db.rows, ("SELECT * FROM panel", "SELECT * FROM by_grp ORDER BY 1", "EXECUTE q"))
    assert after == before
    assert db.rows("SELECT 1 FROM pg_proc WHERE proname LIKE 'score%' AND pronamespace = 'public'::regnamespace") == []
    assert db.error("SELECT public.models(NULL)").pgcode == "42883"
    db.rows("DROP EXTENSION safetycorr CASCADE")
    db.rows("CREATE EXTENSION safetycorr SCHEMA public")
    assert db.rows(f"SELECT count(*) FROM {OBJECTS}") == data.rows(f"SELECT count(*) FROM {OBJECTS}")


# ---------------------------------------------------------------------
# The library
# ---------------------------------------------------------------------

def test_module_says_what_it_is(data):
    """From 18 on a loaded library has a name and a version: that of the distribution."""
    if data.connection.server_version < 180000:
        pytest.skip("pg_get_loaded_modules() is there from 18 on")
    data.rows("LOAD 'safetycorr'")
    meta = json.loads((conftest.ROOT / "META.json").read_text(encoding="utf-8"))
    assert data.rows("SELECT module_name, version FROM pg_get_loaded_modules() WHERE file_name ~ '^safetycorr'") == [
        (meta["name"], meta["version"])]
    assert meta["provides"]["safetycorr"]["version"] == meta["version"]


def test_one_place_knows_the_server_version():
    """What differs between servers is in compat.h, and nowhere else in src/."""
    asking = re.compile(r"^\s*#.*\bPG_(MAJORVERSION|VERSION)\w*|^\s*#\s*(el)?if.*\bCATALOG_VERSION_NO\b", re.M)
    files = [path for path in (conftest.ROOT / "src").rglob("*") if path.suffix in (".c", ".h")]
    assert len(files) > 100
    assert [str(path.relative_to(conftest.ROOT)) for path in files
            if asking.search(path.read_text(encoding="utf-8"))] == ["src/types/forms/compat.h"]
