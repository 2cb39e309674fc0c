"""States: merged in any shape, shipped as text and in binary, nothing changes.

What distributed engines do with an aggregate is done here by hand: partial
states per shard, sent over a wire, combined in some order, finished elsewhere.
"""
import io
import random

import pytest

from example_rows import SOURCE
from fingerprint import close, create, odd_settings


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

@pytest.fixture(scope="module")
def data(db):
    create(db)
    db.rows(SOURCE)
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
