"""States: merged in any shape, stored, shipped as text and in binary, nothing changes.

What distributed engines do with an aggregate is done here by hand: partial
states per shard, sent over a wire, combined in some order, finished elsewhere.
"""
import io
import random
import re
import subprocess

import pytest

import conftest
from fingerprint import close, create

ROWS = """
CREATE TABLE source AS
SELECT i AS id, 'model ' || i % 23 AS model, (i % 23)::bigint AS model_id,
    'b' || i % 7 AS benchmark, (i % 7)::bigint AS benchmark_id,
    CASE WHEN i % 31 = 0 THEN NULL WHEN i % 37 = 0 THEN 'NaN'
        ELSE round((sin(i % 23) + sin(i) / 3)::numeric, 3)::float8 END AS score,
    jsonb_build_object('b' || i % 7, round(sin(i)::numeric, 3), 'c' || i % 3, i % 11) AS scores,
    CASE WHEN i % 29 = 0 THEN NULL
        ELSE ARRAY[sin(i), sin(i) + cos(i * 3) / 2, CASE WHEN i % 17 > 0 THEN i % 13 + 3 * sin(i) END]
        END AS caps,
    NULLIF(sin(i * 1.1), sin(19 * 1.1)) AS safety,
    CASE WHEN i % 5 > 0 THEN ARRAY[cos(i), NULLIF(i % 4, 1)]::float8[] END AS many
FROM generate_series(1, 500) AS i
"""

PARTIAL_ROWS = """CREATE AGGREGATE partial_{0}({1}) (SFUNC = score_rows_accum,
    STYPE = score_rows, COMBINEFUNC = score_rows_combine, PARALLEL = SAFE)"""


class Kind:
    """A way to make partial states of a type, to merge them and to read them."""

    def __init__(self, type_, partial, nothing, combine, **results):
        self.type = type_
        self.partial = partial  # the aggregate that makes a state
        self.nothing = nothing  # the same over rows that do not count
        self.combine = combine
        self.functions = [key.replace("_of_s", "") for key in results]
        self.whole = [self.printed(call) for call in results.values()]  # by one aggregate

    @staticmethod
    def printed(call):
        return call if call.startswith(("print", "n_rows")) else f"bits({call})"

    def read(self, state):
        """What is read from a state."""
        return ", ".join(self.printed(f"{function}({state})") for function in self.functions)


KINDS = {
    "long": Kind("score_matrix", "score_matrix(model, benchmark, score)",
                 "score_matrix(model, benchmark, NULL)", "merge",
                 print_of_s="print(score_matrix(model, benchmark, score))"),
    "ids": Kind("score_matrix", "score_matrix(model_id, benchmark_id, score)",
                "score_matrix(model_id, NULL::bigint, NULL)", "merge",
                print_of_s="print(score_matrix(model_id, benchmark_id, score))"),
    "jsonb": Kind("score_matrix", "score_matrix(model, scores)",
                  "score_matrix(model, NULL::jsonb)", "merge",
                  print_of_s="print(score_matrix(model, scores))"),
    "one": Kind("score_rows", "partial_one(caps, safety)", "partial_one(NULL, safety)",
                "score_rows_combine", capabilities_corr_final_of_s="capabilities_corr(caps, safety)",
                capabilities_test_final_of_s="capabilities_test(caps, safety)"),
    "many": Kind("score_rows", "partial_many(caps, many)", "partial_many(NULL, many)",
                 "score_rows_combine",
                 capabilities_corr_array_final_of_s="capabilities_corr(caps, many)"),
    "pair": Kind("score_rows", "partial_pair(score, safety)", "partial_pair(NULL, safety)",
                 "score_rows_combine", spearman_corr_final_of_s="spearman_corr(score, safety)",
                 kendall_corr_final_of_s="kendall_corr(score, safety)"),
    "moments": Kind("score_moments", "score_moments(caps)", "score_moments(NULL::float8[])",
                    "score_moments_combine", n_rows_of_s="n_rows(score_moments(caps))"),
}

# Every setting that changes the text of some built-in type.
ODD_SETTINGS = ("SET extra_float_digits = -9", "SET \"DateStyle\" = 'German, DMY'",
                "SET bytea_output = 'escape'", "SET xmlbinary = 'hex'", "SET standard_conforming_strings = on",
                "SET \"IntervalStyle\" = 'iso_8601'", "SET array_nulls = off",
                "SET lc_numeric = '{locale}'", "SET lc_monetary = '{locale}'", "SET \"TimeZone\" = 'Asia/Tokyo'")


def odd_settings(db):
    """Applies ODD_SETTINGS, with a decimal comma where the system has one."""
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
    comma = [name for name in known if name.startswith(("de_", "fr_"))] + ["C"]
    for setting in ODD_SETTINGS:
        db.rows(setting.format(locale=comma[0]))


@pytest.fixture(scope="module")
def data(db):
    create(db)
    db.rows(ROWS)
    db.rows(PARTIAL_ROWS.format("one", "float8[], float8"))
    db.rows(PARTIAL_ROWS.format("many", "float8[], float8[]"))
    db.rows(PARTIAL_ROWS.format("pair", "float8, float8"))
    return db


def binary_trip(db, key):
    """Row key of the pool leaves through COPY BINARY and comes back."""
    wire = io.BytesIO()
    with db.connection.cursor() as cursor:
        cursor.copy_expert(f"COPY (SELECT * FROM pool WHERE key = {key}) TO STDOUT (FORMAT binary)", wire)
        cursor.execute("DELETE FROM pool WHERE key = %s", (key,))
        wire.seek(0)
        cursor.copy_expert("COPY pool FROM STDIN (FORMAT binary)", wire)


def merge_in_a_random_tree(db, kind, seed):
    """Splits the rows, makes states, merges them two by two; one is left in pool."""
    chance = random.Random(seed)
    parts = chance.choice((2, 7, 16))
    split = "id % 7" if parts == 7 else f"abs(hashint8extended(id, {seed})) % {parts}"
    db.rows("DROP TABLE IF EXISTS pool")
    db.rows(f"CREATE TABLE pool AS SELECT ({split})::int AS key, {kind.partial} AS s FROM source GROUP BY 1")
    # a state of no rows, which is none, and two of rows that do not count
    db.rows(f"""INSERT INTO pool SELECT 1000, {kind.partial} FROM source WHERE false
        UNION ALL SELECT 1001, {kind.nothing} FROM source
        UNION ALL SELECT 1002, {kind.nothing} FROM source WHERE id < 3""")
    keys = [row[0] for row in db.rows("SELECT key FROM pool")]
    assert len(keys) == parts + 3
    fresh = 2000
    while len(keys) > 1:
        chance.shuffle(keys)
        a, b = keys.pop(), keys.pop()
        db.rows(f"""INSERT INTO pool SELECT {fresh}, {kind.combine}(a.s, b.s)
            FROM pool AS a, pool AS b WHERE a.key = {a} AND b.key = {b}""")
        db.rows(f"DELETE FROM pool WHERE key IN ({a}, {b})")
        state = f"SELECT md5({kind.type}_send(s)), md5(s::text) FROM pool WHERE key = {fresh}"
        before = db.row(state)
        how = chance.choice(("text", "binary", "stored"))
        if how == "text":
            db.rows(f"UPDATE pool SET s = s::text::{kind.type} WHERE key = {fresh}")
        elif how == "binary":
            binary_trip(db, fresh)
        assert db.row(state) == before, how
        keys.append(fresh)
        fresh += 1


@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("name", KINDS)
def test_random_merge_trees(data, name, odd):
    """Any tree, any order, text and binary in between: the aggregate's own bits."""
    kind = KINDS[name]
    wanted = data.row(f"SELECT {', '.join(kind.whole)} FROM source")
    assert all(value is not None for value in wanted)
    for seed in range(6):
        if odd:
            odd_settings(data)
        try:
            merge_in_a_random_tree(data, kind, seed)
        finally:
            data.rows("RESET ALL")
        assert data.row(f"SELECT {kind.read('s')} FROM pool") == wanted, seed
        if name == "moments":
            assert close(*data.row("""SELECT numbers(first_component(s)),
                (SELECT numbers(first_component(caps)) FROM source) FROM pool"""))


@pytest.mark.parametrize("name", KINDS)
def test_empty_states(data, name):
    """NULL and empty are neutral on either side; NULL with NULL is NULL."""
    kind = KINDS[name]
    data.rows("DROP TABLE IF EXISTS states")
    data.rows(f"CREATE TEMP TABLE states AS SELECT {kind.partial} AS s, {kind.nothing} AS empty FROM source")
    c, t = kind.combine, kind.type
    some = data.row(f"SELECT {kind.read('s')} FROM states")
    for same in (f"{c}(empty, s)", f"{c}(s, empty)", f"{c}(NULL, s)", f"{c}(s, NULL)"):
        assert data.row(f"SELECT {kind.read(same)} FROM states") == some
    assert data.row(f"SELECT {kind.read('empty')} FROM states") != some
    assert data.value(f"SELECT {c}(NULL::{t}, NULL) IS NULL FROM states")
    if t != "score_rows":
        assert data.value("SELECT rollup(s) IS NULL FROM states WHERE false")
        assert data.value(f"SELECT rollup(NULL::{t}) IS NULL FROM states")
        assert some == data.row(f"SELECT {kind.read('rollup(r)')} FROM (SELECT empty AS r FROM states "
                                "UNION ALL SELECT s FROM states UNION ALL SELECT NULL) AS q")


def test_plain_calls_do_not_change_their_arguments(data):
    """Transition and combine functions copy when no aggregate calls them."""
    calls = {
        "long": ("merge({a}, {b})", "score_matrix_accum({a}, 'model 1', 'b1', 5)",
                 "score_matrix_accum({a}, 1::bigint, 2::bigint, 5)",
                 "score_matrix_accum({a}, 'model 1', '{{\"b1\": 2}}'::jsonb)",
                 "annotate({a}, lower_is_better => '{{b1}}')", "subset({a}, benchmarks => '{{b1}}')"),
        "one": ("score_rows_combine({a}, {b})", "score_rows_accum({a}, '{{1,2,3}}'::float8[], 4::float8)",
                "score_rows_inv({a}, '{{1,2,3}}'::float8[], 4::float8)"),
        "many": ("score_rows_accum({a}, '{{1,2,3}}'::float8[], '{{4,5}}'::float8[])",
                 "score_rows_inv({a}, '{{1,2,3}}'::float8[], '{{4,5}}'::float8[])"),
        "pair": ("score_rows_accum({a}, 1::float8, 2::float8)", "score_rows_inv({a}, 1::float8, 2::float8)"),
        "moments": ("score_moments_combine({a}, {b})", "score_moments_accum({a}, '{{1,2,3}}')"),
    }
    for kind, changes in calls.items():
        type_, partial, combine = KINDS[kind].type, KINDS[kind].partial, KINDS[kind].combine
        for change in changes:
            # flat from a subquery, expanded from a function, and in PL/pgSQL variables
            for a in ("s.a", f"{combine}(s.a, s.b)"):
                once, changed, again, twice = data.row(f"""
                    SELECT {type_}_send(a), {type_}_send({change.format(a='a', b='b')}),
                        {type_}_send(a), {type_}_send({change.format(a='a', b='b')})
                    FROM (SELECT {a} AS a, s.b FROM (SELECT {partial} FILTER (WHERE id < 300) AS a,
                        {partial} FILTER (WHERE id >= 300) AS b FROM source) AS s OFFSET 0) AS q""")
                assert bytes(once) == bytes(again) != bytes(changed) == bytes(twice), (kind, change)
            data.rows(f"""DO $$
                DECLARE a {type_}; b {type_}; c {type_}; d {type_}; before text; other text;
                BEGIN
                    SELECT {partial} FILTER (WHERE id < 300), {partial} INTO a, b FROM source;
                    a := {combine}(a, b);
                    before := a::text; other := b::text;
                    c := {change.format(a='a', b='b')};
                    d := a;
                    d := {change.format(a='d', b='b')};
                    ASSERT a::text = before AND b::text = other, 'an argument changed';
                    ASSERT c::text <> before AND c::text = d::text, 'the result is off';
                END $$""")


# How each argument list of an aggregate is fed from source and states.
ARGUMENTS = {
    "capabilities_corr(double precision[],double precision)": "caps, safety",
    "capabilities_corr(double precision[],double precision[])": "caps, many",
    "capabilities_test(double precision[],double precision)": "caps, safety",
    "spearman_corr(double precision,double precision)": "score, safety",
    "kendall_corr(double precision,double precision)": "score, safety",
    "score_matrix(text,text,double precision)": "model, benchmark, score",
    "score_matrix(bigint,bigint,double precision)": "model_id, benchmark_id, score",
    "score_matrix(text,jsonb)": "model, scores",
    "rollup(score_matrix)": "matrix",
    "rollup(score_moments)": "moments",
    "score_moments(double precision[])": "caps",
    "first_component(double precision[])": "caps",
}
AGGREGATES = """
SELECT a.aggfnoid::regprocedure::text, p.proname, a.aggtranstype::regtype::text,
    a.aggtransfn::regproc::text, a.aggcombinefn::regproc::text,
    CASE WHEN a.aggfinalfn <> 0 THEN a.aggfinalfn::regproc::text END
FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid
    JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
WHERE e.extname = 'safetycorr' ORDER BY 1
"""


def test_citus_calling_convention(data):
    """Fold by hand: a fresh call per row, states as text, all names from the catalog."""
    data.rows("""CREATE TABLE shards AS SELECT *, id % 3 AS shard,
        score_matrix_accum(NULL, model, benchmark, score) AS matrix,
        score_moments_accum(NULL, caps) AS moments FROM source WHERE id <= 90""")
    found = data.rows(AGGREGATES)
    assert {row[0] for row in found} == set(ARGUMENTS)
    for signature, name, type_, transition, combine, final in found:
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


def test_catalog_lint(data):
    """Every aggregate has the shape that Citus pushes down and postgres_fdw ships."""
    lint = """
    SELECT a.aggfnoid::regprocedure::text, concat_ws('; ',
        CASE WHEN a.aggcombinefn = 0 THEN 'no COMBINEFUNC' END,
        CASE WHEN t.typtype = 'p' THEN 'pseudo-type state' END,
        CASE WHEN a.aggkind <> 'n' THEN 'not a normal aggregate' END,
        CASE WHEN a.aggfinalextra OR a.aggmfinalextra THEN 'FINALFUNC_EXTRA' END,
        CASE WHEN p.pronargs = 0 THEN 'no argument' END,
        CASE WHEN p.proparallel <> 's' THEN 'not PARALLEL SAFE' END,
        CASE WHEN t.typsend = 0 OR t.typreceive = 0 THEN 'no binary I/O' END,
        CASE WHEN t.typtype <> 'p' AND t.oid < 16384 THEN 'built-in state' END,
        CASE WHEN a.aggfinalmodify <> 'r' OR a.aggmfinalmodify <> 'r' THEN 'final function writes' END,
        CASE WHEN a.agginitval IS NOT NULL OR a.aggminitval IS NOT NULL THEN 'INITCOND' END,
        CASE WHEN a.aggtransspace = 0 THEN 'no SSPACE' END,
        (SELECT 'polymorphic argument' FROM unnest(p.proargtypes) AS x JOIN pg_type AS y ON y.oid = x
         WHERE y.typtype = 'p' LIMIT 1),
        (SELECT 'not IMMUTABLE: ' || f.proname FROM pg_proc AS f WHERE f.provolatile <> 'i'
         AND f.oid IN (a.aggtransfn, a.aggcombinefn, a.aggfinalfn, a.aggmtransfn, a.aggminvtransfn,
                       a.aggmfinalfn) LIMIT 1),
        (SELECT 'collatable argument' FROM unnest(p.proargtypes) AS x JOIN pg_type AS y ON y.oid = x
         WHERE y.typcategory = 'S' LIMIT 1))
    FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid
        JOIN pg_type AS t ON t.oid = a.aggtranstype
        JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
    WHERE e.extname = 'safetycorr'"""
    found = dict(data.rows(lint))
    assert len(found) == len(ARGUMENTS)
    # the labels are columns, never constants: the one exception
    assert {name: text for name, text in found.items() if text} == {
        "score_matrix(text,text,double precision)": "collatable argument",
        "score_matrix(text,jsonb)": "collatable argument"}


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
