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
    "means": Kind("score_matrix", "score_matrix(model, benchmark, score, n, stderr)",
                  "score_matrix(model, benchmark, NULL, 0, -1)", "merge",
                  print_of_s="print(score_matrix(model, benchmark, score, n, stderr))"),
    "one": Kind("score_rows", "partial_one(caps, safety)", "partial_one(NULL, safety)",
                "score_rows_combine", capabilities_corr_final_of_s="capabilities_corr(caps, safety)",
                capabilities_test_final_of_s="capabilities_test(caps, safety)"),
    "many": Kind("score_rows", "partial_many(caps, many)", "partial_many(NULL, many)",
                 "score_rows_combine",
                 capabilities_corr_array_final_of_s="capabilities_corr(caps, many)"),
    "pair": Kind("score_rows", "partial_pair(score, safety)", "partial_pair(NULL, safety)",
                 "score_rows_combine", spearman_corr_final_of_s="spearman_corr(score, safety)",
                 kendall_corr_final_of_s="kendall_corr(score, safety)",
                 pearson_test_final_of_s="pearson_test(score, safety)"),
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
                 "score_matrix_accum({a}, 'model 1', 'b1', 5, 3, 0.5)",
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
