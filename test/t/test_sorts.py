"""A Sort above every aggregate, every type, every function that makes a state.

A state in memory is flattened when a sort takes it.  Since 17 that happens in a
context that can only grow: freeing there kills the server.  So every aggregate
that the catalog knows, and the same without its final function, is sorted in
every way in which a plan may sort what an aggregate gave.  Each case first makes
sure, by EXPLAIN, that the sort is there; the results are those of the plan
without it, to the last byte.
"""
import pytest

from example_rows import AGGREGATES, ARGUMENTS, MEMBERS
from fingerprint import close, create, explain, nodes

# Groups 0 and 1 are so large that matrices keep scores waiting; no group fills the
# last block of rows that moments keep waiting.  Scores and errors are binary
# fractions: their sums are exact in any order.  Stored by (g, part, id), so that
# rows of a group come in the same order from a scan and from the index.
ROWS = """
CREATE TABLE rows AS
SELECT g, id / 5 AS part, id, (id * 37 + g * 11) % 1000 AS o, 'model ' || id % 100 AS model, id % 100 AS model_id,
    'benchmark ' || id / 100 AS benchmark, (id / 100)::bigint AS benchmark_id,
    round(1024 * sin(id % 100 + g) + 512 * sin(id)) / 1024 AS score, (1 + id % 3)::bigint AS n, (id % 7) / 128.0::float8 AS stderr,
    jsonb_build_object('b' || id / 100, round(sin(id)::numeric, 3), 'c' || id / 77, id % 11) AS scores,
    ARRAY[sin(id), sin(id) + cos(id * 3) / 2, id % 13 + 3 * sin(id)] AS caps, sin(id * 1.1) AS safety,
    ARRAY[cos(id), NULLIF(id % 4, 1)]::float8[] AS many
FROM generate_series(0, 15) AS g, LATERAL generate_series(1, CASE WHEN g < 2 THEN 4603 ELSE 67 + g END) AS id
ORDER BY g, id;
ALTER TABLE rows ADD matrix score_matrix, ADD moments score_moments;
UPDATE rows SET matrix = score_matrix_accum(NULL, model, benchmark, score), moments = score_moments_accum(NULL, caps);
CREATE TABLE sorted AS SELECT * FROM rows ORDER BY g, part, id;
CREATE INDEX ON sorted (g, part, id);
-- workers scan a table that has no order
CREATE TABLE shared WITH (parallel_workers = 2) AS SELECT * FROM sorted;
CREATE TABLE keys AS SELECT DISTINCT g, o FROM (SELECT g, max(o) AS o FROM sorted GROUP BY g) AS s;
DROP TABLE rows;
ANALYZE sorted, shared;
ANALYZE keys;
"""
TYPES = ("principal_component", "score_matrix", "score_moments", "score_rows")

# What is compared of a value of each type.
READ = {"float8": "bits({})", "double precision": "bits({})", "double precision[]": "bits({})", "correlation_test": "bits({})",
        **{type_: f"md5({type_}_send({{}}))" for type_ in TYPES}}


class Call:
    """An aggregate over sorted: its call, the types of its state and result."""

    def __init__(self, text, state, result, combine, whole):
        self.text, self.state, self.result, self.combine = text, state, result, combine
        self.whole = whole      # as users call it, with its final function

    def read(self, value="v"):
        return READ[self.result].format(value)


@pytest.fixture(scope="module")
def data(db):
    create(db)
    db.rows(ROWS)
    db.calls = []
    for i, (signature, name, state, transition, combine, _, _, types) in enumerate(db.rows(AGGREGATES)):
        result = db.value("SELECT prorettype::regtype::text FROM pg_proc WHERE oid = %s::regprocedure", (signature,))
        db.rows(f"CREATE AGGREGATE state_{i} ({types}) (SFUNC = {transition}, STYPE = {state})")
        db.calls.append(Call(f"{name}({ARGUMENTS[signature]})", state, result, combine, True))
        db.calls.append(Call(f"state_{i}({ARGUMENTS[signature]})", state, state, combine, False))
    for state, combine in {(call.state, call.combine) for call in db.calls}:
        db.rows(f"CREATE AGGREGATE together_{state} ({state}) (SFUNC = {combine}, STYPE = {state})")
    return db


@pytest.fixture
def setting(data):
    """Sets what the plan is to be; a setting that the server does not have is left out."""
    data.rows("SET max_parallel_workers_per_gather = 0; SET jit = off")

    def change(**values):
        for name, value in values.items():
            if data.value("SELECT count(*) FROM pg_settings WHERE name = %s", (name,)):
                data.rows(f"SET {name} = '{value}'")

    yield change
    data.rows("RESET ALL")


def test_all_types(data):
    """States and results are of all the types that we have, and nothing is left out."""
    found = {row[0] for row in data.rows(f"""SELECT t.oid::regtype::text FROM pg_type AS t JOIN pg_proc AS p
        ON p.oid = t.typinput WHERE p.oid IN ({MEMBERS})""")}
    assert found == set(TYPES)
    assert {call.state for call in data.calls} | {call.result for call in data.calls} >= found
    assert {row[0] for row in data.rows(AGGREGATES)} == set(ARGUMENTS)


# ----------------------------------------------------------------------
# Plans that sort what an aggregate gave
# ----------------------------------------------------------------------

HASHED = {"enable_sort": "off"}     # of the rows; the sort above is the only way
BY_G = "SELECT g, {call} AS v, max(o) AS o FROM sorted GROUP BY g"
BY_PART = "SELECT g * 10000 + part AS g, {call} AS v, max(o) AS o FROM sorted GROUP BY g, part"
SMALL = "SELECT g, id, {call} OVER (PARTITION BY g ORDER BY id) AS v FROM sorted WHERE g BETWEEN 2 AND 4"

# name: the query, of (g, v); the plain one, which has no sort; the settings.
SHAPES = {
    "order by": (f"{BY_G} ORDER BY max(o)", BY_G, HASHED),
    "many groups": (f"{BY_PART} ORDER BY max(o), 1 DESC", BY_PART, HASHED),
    "external": (f"{BY_PART} ORDER BY max(o), 1 DESC", BY_PART, {"work_mem": "64kB", "enable_sort": "off"}),
    "incremental": (f"{BY_PART} ORDER BY sorted.g, max(o)", BY_PART,
                    {"enable_hashagg": "off", "enable_seqscan": "off", "enable_bitmapscan": "off", "enable_sort": "off"}),
    "distinct on": (f"SELECT DISTINCT ON (g) g, v FROM ({BY_G}) AS s ORDER BY g, o", BY_G, {"enable_hashagg": "on", **HASHED}),
    "union all": (f"SELECT g, v FROM (({BY_G}) UNION ALL ({BY_G})) AS s ORDER BY o",
                  f"({BY_G}) UNION ALL ({BY_G})", HASHED),
    "cte": (f"WITH s AS MATERIALIZED ({BY_G}) SELECT g, v FROM s ORDER BY o", BY_G, HASHED),
    "merge join": (f"SELECT s.g, v FROM ({BY_G}) AS s JOIN keys ON keys.o = s.o AND keys.g = s.g", BY_G,
                   {"enable_hashjoin": "off", "enable_nestloop": "off"}),
    "window above": (f"SELECT g, lag(v, 0) OVER (PARTITION BY g % 3 ORDER BY o DESC) AS v FROM ({BY_G}) AS s", BY_G, HASHED),
    "above a window": (f"SELECT g, v FROM (SELECT g * 1000 + id AS g, id, v FROM ({SMALL}) AS w) AS s ORDER BY -id",
                       f"SELECT g * 1000 + id AS g, v FROM ({SMALL}) AS w", {"enable_incremental_sort": "off"}),
    "limit": (f"SELECT g, v FROM ({BY_G}) AS s ORDER BY o LIMIT 1000", BY_G, HASHED),
}


def is_sorted(plan):
    """A Sort of the plan has an aggregate below it, and more columns than its keys."""
    for node in plan:
        if node["Node Type"] in ("Sort", "Incremental Sort"):
            below = [other["Node Type"] for other in nodes(node)]
            if {"Aggregate", "WindowAgg"} & set(below) and len(node["Output"]) > len(node["Sort Key"]):
                yield node


def read(db, call, sql):
    """The values of sql's rows (g, v) as text, by g; they are made before they are read."""
    return db.rows(f"SELECT g, {call.read()} FROM ({sql} OFFSET 0) AS made")


@pytest.mark.parametrize("shape", SHAPES)
def test_sort_above(data, setting, shape):
    """Whatever sorts what an aggregate gave, its values are those of the plan without a sort."""
    sql, plain, settings = SHAPES[shape]
    setting(**settings)
    for call in data.calls:
        query = sql.format(call=call.text)
        plan, _ = explain(data, query, analyze=shape == "external")
        found = list(is_sorted(plan))
        assert found, (call.text, plan)
        if shape == "incremental":
            assert any(node["Node Type"] == "Incremental Sort" for node in found), call.text
        if shape == "external":
            assert found[0]["Sort Space Type"] == "Disk", call.text
        if shape == "merge join":
            assert any(node["Node Type"] == "Merge Join" for node in plan), call.text
        wanted = sorted(read(data, call, plain.format(call=call.text)))
        assert len(wanted) >= 16 and len(set(wanted)) > 1
        assert sorted(read(data, call, query)) == wanted, call.text


def test_create_table(data, setting):
    """CREATE TABLE AS … ORDER BY: what is stored is what was made."""
    setting(**HASHED)
    for call in data.calls:
        sql = f"{BY_G} ORDER BY max(o)".format(call=call.text)
        assert list(is_sorted(explain(data, f"CREATE TABLE stored AS {sql}")[0])), call.text
        data.rows(f"CREATE TEMP TABLE stored AS {sql}")
        stored = sorted(data.rows(f"SELECT g, {call.read()} FROM stored"))
        assert stored == sorted(read(data, call, BY_G.format(call=call.text))), call.text
        data.rows("DROP TABLE stored")


@pytest.mark.parametrize("shape", [
    "SELECT DISTINCT v FROM {0}", "SELECT v FROM {0} GROUP BY v HAVING count(*) >= 2",
    "SELECT v FROM {0} INTERSECT SELECT v FROM {0}", "SELECT DISTINCT a.v FROM {0} AS a JOIN {0} AS b USING (v)"])
def test_hashed(data, setting, shape):
    """Tables of hashed values hold what was just made: each of our types, twice over."""
    setting(enable_sort="off", enable_mergejoin="off", enable_nestloop="off")
    made = f"(({BY_G} OFFSET 0) UNION ALL ({BY_G} OFFSET 0))"
    seen = set()
    for call in data.calls:
        if call.result not in TYPES:
            continue
        seen.add(call.result)
        twice = f"(SELECT v FROM {made.format(call=call.text)} AS u)"
        sql = shape.format(twice + " AS s" if " AS a" not in shape else twice)
        plan, _ = explain(data, sql)
        assert plan[0].get("Strategy") == "Hashed", (call.text, plan)
        found = data.rows(f"SELECT {call.read()} FROM ({sql} OFFSET 0) AS t")
        assert sorted(found) == sorted(data.rows(f"SELECT DISTINCT {call.read()} FROM ({BY_G} OFFSET 0) AS t".format(call=call.text)))
    assert seen == set(TYPES)


@pytest.mark.parametrize("presorted", ["on", "off"])
def test_ordered_aggregate(data, setting, presorted):
    """rollup(s ORDER BY …) and the like over states that were just made."""
    setting(enable_sort="off", enable_presorted_aggregate=presorted)
    made = f"({BY_G} OFFSET 0) AS s"
    for call in data.calls:
        if call.result not in TYPES:
            continue
        fresh = made.format(call=call.text)
        values = data.value(f"SELECT array_agg({call.read()} ORDER BY o) FROM {fresh}")
        assert len(values) == 16
        assert data.value(f"""SELECT array_agg({call.read('x')} ORDER BY i) FROM (
            SELECT array_agg(v ORDER BY o) AS a FROM {fresh}) AS a, unnest(a) WITH ORDINALITY AS u (x, i)""") == values
        if call.result != call.state:
            continue
        names = [f"together_{call.state}"] + ["rollup"] * (call.state in ("score_matrix", "score_moments"))
        for name in names:
            wanted = data.value(f"SELECT {call.read(f'{name}(v)')} FROM (SELECT g, v FROM {fresh} ORDER BY o OFFSET 0) AS t")
            assert data.value(f"SELECT {call.read(f'{name}(v ORDER BY o)')} FROM {fresh}") == wanted is not None, call.text


PARALLEL = {"max_parallel_workers_per_gather": 2, "parallel_setup_cost": 0, "min_parallel_table_scan_size": 0, "enable_sort": "on"}


def test_gather_merge(data, setting):
    """Workers sort their partial states, and the leader merges them in that order."""
    sql = "SELECT g, {call} AS v FROM shared GROUP BY g"
    for call in data.calls:
        if not call.whole:
            continue
        reader = call.read()
        if call.state == "score_moments":   # sums of floats as they come: 1e-12
            reader = "numbers(v)" if call.result == "principal_component" else "numbers(first_component(v))"
        setting(**HASHED)
        query = f"SELECT g, {reader} FROM ({sql} {{order}} OFFSET 0) AS s"
        wanted = sorted(data.rows(query.format(call=call.text, order="")))
        setting(**PARALLEL)
        plan, _ = explain(data, sql.format(call=call.text) + " ORDER BY g")
        merges = [node for node in plan if node["Node Type"] == "Gather Merge"]
        assert [child["Node Type"] for node in merges for child in node["Plans"]] == ["Sort"], (call.text, plan)
        assert [node["Partial Mode"] for sort in is_sorted(plan) for node in nodes(sort)
                if node["Node Type"] == "Aggregate"] == ["Partial"], call.text
        found = sorted(data.rows(query.format(call=call.text, order="ORDER BY g")))
        assert len(found) == len(wanted) == 16
        for row, other in zip(found, wanted):
            assert row[0] == other[0] and (
                close(row[1], other[1]) if call.state == "score_moments" else row == other), call.text
        data.rows("RESET ALL")


def test_default_parallel_plan(data):
    """Many rows under the server's own settings: this took the whole server down."""
    data.rows("""CREATE UNLOGGED TABLE big AS
        SELECT 'family ' || i % 20 AS family, 50 + 10 * sin(i) AS a, 50 + 10 * sin(i) + 5 * cos(i * 3) AS b,
            40 + 7 * sin(i * 1.1) AS c FROM generate_series(1, 300001) AS i""")
    data.rows("ANALYZE big")
    sql = "SELECT family, n_rows(first_component(ARRAY[a, b, c])) FROM big GROUP BY family"
    assert list(is_sorted(explain(data, sql)[0]))
    assert sorted(data.rows(sql)) == sorted((f"family {i}", 15001 if i == 1 else 15000) for i in range(20))
    data.rows("DROP TABLE big")


# ----------------------------------------------------------------------
# What functions give
# ----------------------------------------------------------------------

# How each function that returns one of our types is called, of a row's own values.
MATRIX, MOMENTS = "score_matrix_accum(matrix, model, 'other', score)", "score_moments_accum(moments, caps)"
PAIR = "score_rows_accum(score_rows_accum(NULL, score, safety), safety, score)"
FUNCTIONS = {
    "annotate": f"annotate({MATRIX}, '{{other}}')",
    "capabilities_component": f"capabilities_component(merge({MATRIX}, (SELECT score_matrix(model, 'other', score) "
                              "FROM sorted WHERE g = 3)), '{other}')",
    "first_component": f"first_component(score_moments_accum({MOMENTS}, many || score))",
    "merge": f"merge({MATRIX}, matrix)",
    "score_matrix_accum": MATRIX,
    "score_moments_accum": MOMENTS,
    "score_moments_combine": f"score_moments_combine({MOMENTS}, {MOMENTS})",
    "score_rows_accum": PAIR,
    "score_rows_combine": f"score_rows_combine({PAIR}, {PAIR})",
    "score_rows_inv": f"score_rows_inv({PAIR}, score, safety)",
    "subset": f"subset({MATRIX}, benchmarks => '{{other}}')",
    # casts bring in what stands in text and in jsonb
    "jsonb": f"({MATRIX})::jsonb::score_matrix",
    "text": f"({MATRIX})::text::score_matrix",
}


def test_every_function_is_known(data):
    """A new function that returns one of our types must be added above."""
    assert {row[0] for row in data.rows(f"""SELECT DISTINCT proname::text FROM pg_proc WHERE oid IN ({MEMBERS})
        AND prokind = 'f' AND prorettype::regtype::text = ANY (%s) AND proname !~ '_(in|recv)$'""", (list(TYPES),))} == {
            name for name in FUNCTIONS if name not in ("jsonb", "text")} | casts(data)


def casts(db):
    """Casts to our types are functions under the types' names."""
    return {row[0] for row in db.rows(f"""SELECT proname::text FROM pg_cast AS c JOIN pg_proc AS p ON p.oid = c.castfunc
        WHERE p.oid IN ({MEMBERS}) AND c.casttarget::regtype::text = ANY (%s)""", (list(TYPES),))}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_sort_above_function(data, setting, function):
    """What a function gave, sorted before it is read."""
    setting(**HASHED)
    call = FUNCTIONS[function]
    type_ = data.value(f"SELECT pg_typeof({call})::text FROM sorted WHERE g = 2 LIMIT 1")
    sql = f"SELECT id, {call} AS v FROM sorted WHERE g = 2"
    wanted = data.rows(f"SELECT id, {READ[type_].format('v')} FROM ({sql} OFFSET 0) AS s")
    sort, = [node for node in explain(data, f"{sql} ORDER BY -id")[0] if node["Node Type"] == "Sort"]
    assert any("(" in column and "-" not in column for column in sort["Output"])
    found = data.rows(f"SELECT id, {READ[type_].format('v')} FROM ({sql} ORDER BY -id OFFSET 0) AS s")
    assert found == sorted(wanted, reverse=True) and len(found) == 69 and len(set(found)) > 1
