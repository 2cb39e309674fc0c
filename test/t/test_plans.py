"""The same rows give the same bits of result on every plan.

Every aggregate is run under many plans: hashed, sorted, plain, parallel with 0
to 4 workers, partitionwise, spilled, compiled, with rows in other orders.  Each
case first makes sure, by EXPLAIN, that the plan it is about is the one that
runs.  first_component, which adds floats as they come, may differ by 1e-12.
"""
import contextlib

import pytest

from example_rows import DATA
from fingerprint import close, create, explain

TABLES = ("wide", "long", "objects", "days")
SEEDS = (1, 2, 3)

# Each query names its tables in braces and returns its key, then results.
ROWS = """bits(capabilities_corr(caps, safety)), bits(capabilities_corr(caps, many)),
    bits(capabilities_test(caps, safety)), bits(spearman_corr(y, x)), bits(kendall_corr(y, x)),
    bits(spearman_corr(x, y)), bits(spearman_corr(y, x)), bits(spearman_test(y, x)),
    bits(pearson_test(y, x)), bits(kendall_test(y, x))"""
MATRIX = """print(score_matrix(model, benchmark, score)),
    print(score_matrix(model_id, benchmark_id, score)),
    print(score_matrix(model, benchmark, score, n, stderr)),
    md5(score_matrix_send(score_matrix(model, benchmark, exact)))"""
QUERIES = {
    "rows by group": f"SELECT grp, {ROWS} FROM {{wide}} GROUP BY grp",
    "rows": f"SELECT 0, {ROWS} FROM {{wide}}",
    "filter": """SELECT grp, bits(capabilities_corr(caps, safety) FILTER (WHERE kind <> 'b')),
        bits(kendall_corr(y, x) FILTER (WHERE id % 2 = 0)),
        bits(spearman_corr(y, x) FILTER (WHERE grp = 0)) FROM {wide} GROUP BY grp""",
    "matrix by domain": f"SELECT domain, {MATRIX} FROM {{long}} GROUP BY domain",
    "matrix": f"SELECT 0, {MATRIX} FROM {{long}}",
    "jsonb": "SELECT domain, print(score_matrix(model, scores)) FROM {objects} GROUP BY domain",
    "rollup": """SELECT domain, print(rollup(matrix)), print(rollup(means)), md5(score_matrix_send(rollup(exact))),
        n_rows(rollup(moments)) FROM {days} GROUP BY domain""",
    "moments": "SELECT grp, n_rows(score_moments(caps)) FROM {wide} GROUP BY grp",
}
# These return numbers that are compared to 1e-12.
CLOSE = {
    "component": """SELECT grp, numbers(first_component(caps)),
        numbers(first_component(score_moments(caps))) FROM {wide} GROUP BY grp""",
    "component of rollup": """SELECT domain, numbers(first_component(rollup(moments)))
        FROM {days} GROUP BY domain""",
}


def named(query, suffix=""):
    """The query over one of the copies of the tables."""
    return query.format(**{table: table + suffix for table in TABLES})


@pytest.fixture(scope="module")
def data(db):
    create(db)
    db.rows(DATA)
    for table in TABLES:
        for seed in SEEDS:
            db.rows(f"CREATE TABLE {table}_{seed} AS SELECT * FROM {table} "
                    f"ORDER BY hashint8extended(id, {seed})")
        key = "grp" if table == "wide" else "domain"
        db.rows(f"CREATE TABLE {table}_p (LIKE {table}) PARTITION BY LIST ({key})")
        db.rows(f"CREATE TABLE {table}_p1 PARTITION OF {table}_p FOR VALUES IN (1, 2, 7)")
        db.rows(f"CREATE TABLE {table}_p2 PARTITION OF {table}_p DEFAULT")
        db.rows(f"INSERT INTO {table}_p SELECT * FROM {table}_2")
        for suffix in ("", "_1", "_2", "_3", "_p1", "_p2"):
            db.rows(f"ALTER TABLE {table}{suffix} SET (parallel_workers = 4)")
    db.rows("VACUUM ANALYZE")
    return db


@contextlib.contextmanager
def settings(db, **values):
    for name, value in values.items():
        db.rows(f"SET {name} = {value}")
    try:
        yield
    finally:
        db.rows("RESET ALL")


SERIAL = {"max_parallel_workers_per_gather": 0}


@pytest.fixture(scope="module")
def expected(data):
    """Every query's result on the plainest plan: serial and sorted."""
    with settings(data, enable_hashagg="off", **SERIAL):
        results = {name: sorted(data.rows(named(sql)))
                   for name, sql in {**QUERIES, **CLOSE}.items()}
    groups = dict((row[0], row[1:]) for row in results["rows by group"])
    assert set(groups) == {1, 2, 3, 4, 5, 7, 8}
    assert groups[7][:2] == (None, None) or groups[7][0] is None  # two rows
    assert groups[8][0] is None and groups[8][3] is not None  # a constant capability
    assert all(groups[g][0] is not None for g in (1, 2, 3, 4, 5))
    assert all(len(set(column)) > 1 for column in zip(*results["matrix by domain"]))
    return results


def check(db, expected, suffix=""):
    """All queries give what they gave on the plainest plan."""
    for name, sql in QUERIES.items():
        assert sorted(db.rows(named(sql, suffix))) == expected[name], name
    for name, sql in CLOSE.items():
        rows = sorted(db.rows(named(sql, suffix)))
        assert [row[0] for row in rows] == [row[0] for row in expected[name]]
        for row, wanted in zip(rows, expected[name]):
            assert all(map(close, row[1:], wanted[1:])), (name, row, wanted)


def aggregates(plan):
    return [node for node in plan if node["Node Type"] == "Aggregate"]


def every_plan(db, suffix=""):
    for name, sql in {**QUERIES, **CLOSE}.items():
        yield name, explain(db, named(sql, suffix))[0]


@pytest.mark.parametrize("suffix", [""] + [f"_{seed}" for seed in SEEDS])
@pytest.mark.parametrize("strategy", ["Hashed", "Sorted"])
def test_serial(data, expected, strategy, suffix):
    """Hashed and sorted groups, rows in the order of the ids and shuffled."""
    off = "enable_sort" if strategy == "Hashed" else "enable_hashagg"
    with settings(data, **{off: "off"}, **SERIAL):
        for name, plan in every_plan(data, suffix):
            wanted = strategy if "GROUP BY" in {**QUERIES, **CLOSE}[name] else "Plain"
            assert [node["Strategy"] for node in aggregates(plan)] == [wanted], name
        check(data, expected, suffix)


# Reading a row is made dear, so that sharing the scan pays; sending one too, so
# that sending a state per group is better than sending the rows.
PARALLEL = {"parallel_setup_cost": 0, "parallel_tuple_cost": 1, "cpu_tuple_cost": 10,
            "min_parallel_table_scan_size": 0}


@pytest.mark.parametrize("workers, leader, strategy, suffix", [
    (1, "on", "Hashed", ""), (1, "on", "Sorted", "_1"), (2, "on", "Sorted", "_2"),
    (2, "off", "Hashed", "_3"), (3, "on", "Hashed", "_1"), (3, "off", "Sorted", ""),
    (4, "on", "Sorted", "_3"), (4, "off", "Hashed", "_2")])
def test_parallel(data, expected, workers, leader, strategy, suffix):
    """Partial aggregates in workers, with and without the leader's help."""
    off = "enable_sort" if strategy == "Hashed" else "enable_hashagg"
    with settings(data, max_parallel_workers_per_gather=workers,
                  parallel_leader_participation=leader, **{off: "off"}, **PARALLEL):
        for name, plan in every_plan(data, suffix):
            gather = [n for n in plan if n["Node Type"] in ("Gather", "Gather Merge")]
            assert [n["Workers Planned"] for n in gather] == [workers], name
            assert {n["Partial Mode"] for n in aggregates(plan)} == {"Partial", "Finalize"}, name
            partial = [n for n in aggregates(plan) if n["Partial Mode"] == "Partial"]
            wanted = strategy if "GROUP BY" in {**QUERIES, **CLOSE}[name] else "Plain"
            assert [n["Strategy"] for n in partial] == [wanted], name
        check(data, expected, suffix)


def test_parallel_states_are_merged(data, expected):
    """Where each worker has some rows of a group, its states really meet."""
    slow = "(SELECT * FROM {} WHERE pg_sleep(0.00001) IS NOT NULL) AS slow"
    with settings(data, max_parallel_workers_per_gather=4, **PARALLEL):
        for name in ("rows by group", "matrix by domain"):
            sql = QUERIES[name]
            for table in TABLES:
                sql = sql.replace("{" + table + "}", slow.format(table + "_1"))
            plan, _ = explain(data, sql, analyze=True)
            partial = [n for n in aggregates(plan) if n["Partial Mode"] == "Partial"]
            states = sum(n["Actual Rows"] * n["Actual Loops"] for n in partial)
            assert states > len(expected[name]), name
            assert sorted(data.rows(sql)) == expected[name], name


@pytest.mark.parametrize("mode", ["on", "regress"])
def test_forced_parallel(data, expected, mode):
    """Whole plans in a worker."""
    # its name is another since 16
    forced = data.value("SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')")
    with settings(data, **{forced: mode}, max_parallel_workers_per_gather=2):
        plan, _ = explain(data, named(QUERIES["rows by group"]))
        assert plan[0]["Node Type"] == "Gather" or mode == "regress"
        check(data, expected)


def test_partitionwise(data, expected):
    """Full per partition by the partition key, partial by another column."""
    with settings(data, enable_partitionwise_aggregate="on", cpu_tuple_cost=10, **SERIAL):
        for _, plan in every_plan(data, "_p"):
            assert any(n["Node Type"] == "Append" for n in plan)
        plan, _ = explain(data, named(QUERIES["rows by group"], "_p"))
        assert [n["Partial Mode"] for n in aggregates(plan)] == ["Simple"] * 2
        check(data, expected, "_p")
        by_kind = f"SELECT kind, {ROWS} FROM {{wide}} GROUP BY kind"
        by_model = "SELECT model, print(score_matrix(domain || benchmark, model, score)) " \
                   "FROM {long} GROUP BY model"
        for sql in (by_kind, by_model):
            plan, _ = explain(data, named(sql, "_p"))
            assert sorted(n["Partial Mode"] for n in aggregates(plan)) == \
                ["Finalize", "Partial", "Partial"]
            assert sorted(data.rows(named(sql, "_p"))) == sorted(data.rows(named(sql)))


def test_parallel_append(data, expected):
    """Workers on different partitions."""
    with settings(data, max_parallel_workers_per_gather=3,
                  enable_partitionwise_aggregate="on", **PARALLEL):
        plan, _ = explain(data, named(QUERIES["rows"], "_p"))
        assert any(n["Node Type"] in ("Gather", "Gather Merge") for n in plan)
        check(data, expected, "_p")


def test_jit(data, expected):
    """Compiled expressions, the transition functions inlined from bitcode."""
    if not data.value("SELECT pg_jit_available()"):
        pytest.skip("the server has no JIT")
    queries = {
        "rows by group": QUERIES["rows by group"],
        "matrix by domain": """SELECT domain, score_matrix(model, benchmark, score) AS a,
            score_matrix(model_id, benchmark_id, score) AS b,
            score_matrix(model, benchmark, score, n, stderr) AS c,
            score_matrix(model, benchmark, exact) AS d FROM {long} GROUP BY domain""",
        "jsonb": "SELECT domain, score_matrix(model, scores) AS a FROM {objects} GROUP BY domain",
    }
    printed = {"matrix by domain": "domain, print(a), print(b), print(c), md5(score_matrix_send(d))",
               "jsonb": "domain, print(a)"}
    for name, sql in queries.items():
        # the prints are queries too: they stay out of what is compiled
        with settings(data, jit="on", jit_above_cost=0, jit_inline_above_cost=0,
                      jit_optimize_above_cost=0, **SERIAL):
            _, document = explain(data, named(sql), analyze=True)
            assert document["JIT"]["Functions"] > 0 and document["JIT"]["Options"]["Inlining"]
            data.rows(f"CREATE TEMP TABLE compiled AS {named(sql)}" if name in printed else
                      f"CREATE TEMP TABLE compiled AS SELECT * FROM ({named(sql)}) AS q"
                      "(grp, a, b, c, d, e, f, g, h, i, j)")
        rows = data.rows(f"SELECT {printed.get(name, '*')} FROM compiled")
        assert sorted(rows) == expected[name], name
        data.rows("DROP TABLE compiled")


def test_spilled_hash(data):
    """Thousands of groups in 64 kB: batches on disk, rows of a group apart."""
    sql = """SELECT count(*), digest(array_agg(line ORDER BY line)) FROM (
        SELECT concat_ws(' ', g, bits(spearman_corr(y, x)),
            bits(capabilities_corr(ARRAY[x, y], z)),
            md5(score_matrix_send(score_matrix(m, b, y)))) AS line
        FROM (SELECT i % 2000 AS g, (i / 2000)::text AS m, (i / 7 % 2)::text AS b,
                  h(i, 1) AS x, h(i, 2) + h(i, 1) AS y, h(i, 3) AS z
              FROM generate_series(1, 16000) AS i ORDER BY hashint4(i)) AS r
        GROUP BY g) AS groups"""
    with settings(data, enable_sort="off", work_mem="'64kB'", **SERIAL):
        plan, _ = explain(data, sql, analyze=True)
        spilled = [n for n in aggregates(plan) if n.get("HashAgg Batches", 0) > 1]
        assert spilled and spilled[0]["Disk Usage"] > 0
        on_disk = data.row(sql)
    with settings(data, enable_hashagg="off", **SERIAL):
        assert data.row(sql) == on_disk
    with settings(data, enable_sort="off", work_mem="'1GB'", **SERIAL):
        plan, _ = explain(data, sql, analyze=True)
        assert not [n for n in aggregates(plan) if n.get("HashAgg Batches", 0) > 1]
        assert data.row(sql) == on_disk
    assert on_disk[0] == 2000


@pytest.mark.parametrize("strategy", ["Hashed", "Sorted"])
@pytest.mark.parametrize("grouping, sets", [
    ("GROUPING SETS ((grp), (kind), (grp, kind), ())", ["grp", "kind", "grp, kind", ""]),
    ("ROLLUP (grp, kind)", ["grp, kind", "grp", ""]),
    ("CUBE (kind, grp)", ["grp, kind", "grp", "kind", ""])])
def test_grouping_sets(data, strategy, grouping, sets):
    """Interleaved states of several groupings, against each grouping alone."""
    off = "enable_sort" if strategy == "Hashed" else "enable_hashagg"
    components = "n_rows(score_moments(caps)), print(score_matrix(id::text, kind, y))"
    key = "GROUPING(grp), GROUPING(kind), grp, kind"

    def by_key(rows):
        return sorted(rows, key=lambda row: [(v is None, v) for v in row[:4]])

    with settings(data, **{off: "off"}, **SERIAL):
        sql = f"SELECT {key}, {ROWS}, {components} FROM wide_1 GROUP BY {grouping}"
        node = aggregates(explain(data, sql)[0])[0]
        wanted = ("Hashed", "Mixed") if strategy == "Hashed" else ("Sorted",)
        assert node["Strategy"] in wanted and len(node["Grouping Sets"]) >= 1
        together = data.rows(sql)
    one_by_one = []
    for group in sets:
        grp = "0, " if "grp" in group else "1, "
        grp += "0, " if "kind" in group else "1, "
        grp += "grp, " if "grp" in group else "NULL, "
        grp += "kind" if "kind" in group else "NULL"
        by = f"GROUP BY {group}" if group else ""
        one_by_one += data.rows(f"SELECT {grp}, {ROWS}, {components} FROM wide {by}")
    assert by_key(together) == by_key(one_by_one)


def test_filter_is_where(data):
    """FILTER drops rows as WHERE does."""
    filtered = data.rows("""SELECT bits(capabilities_corr(caps, safety) FILTER (WHERE kind = 'a')),
        bits(capabilities_test(caps, safety) FILTER (WHERE kind = 'a')),
        bits(kendall_corr(y, x) FILTER (WHERE kind = 'a')),
        n_rows(score_moments(caps) FILTER (WHERE kind = 'a')),
        print(score_matrix(kind, grp::text, y) FILTER (WHERE kind = 'a')) FROM wide_2""")
    assert filtered == data.rows("""SELECT bits(capabilities_corr(caps, safety)),
        bits(capabilities_test(caps, safety)), bits(kendall_corr(y, x)),
        n_rows(score_moments(caps)), print(score_matrix(kind, grp::text, y))
        FROM wide WHERE kind = 'a'""")


def test_distinct_and_order_by(data, expected):
    """DISTINCT drops equal rows; ORDER BY inside the call changes nothing."""
    calls = ["bits(capabilities_corr({0}caps, safety{1}))", "bits(capabilities_corr({0}caps, many{1}))",
             "bits(capabilities_test({0}caps, safety{1}))", "bits(spearman_corr({0}y, x{1}))",
             "bits(kendall_corr({0}y, x{1}))"]
    for call in calls:
        inside = call[call.index("{0}") + 3:call.index("{1}")]
        distinct = data.rows(f"SELECT {call.format('DISTINCT ', '')} FROM wide_1")
        wanted = data.rows(f"SELECT {call.format('', '')} FROM (SELECT DISTINCT {inside} FROM wide) AS w")
        assert distinct == wanted
        plain = data.rows(f"SELECT {call.format('', '')} FROM wide")
        for order in ("x", "id DESC", "safety, y DESC NULLS FIRST", "md5(id::text)"):
            assert data.rows(f"SELECT {call.format('', ' ORDER BY ' + order)} FROM wide") == plain
    matrices = ["model, benchmark, score", "model_id, benchmark_id, score", "model, benchmark, score, n, stderr"]
    for arguments in matrices:
        assert data.rows(f"SELECT print(score_matrix(DISTINCT {arguments})) FROM long_1") == data.rows(
            f"SELECT print(score_matrix({arguments})) FROM (SELECT DISTINCT {arguments} FROM long) AS l")
        plain = data.rows(f"SELECT print(score_matrix({arguments})) FROM long")
        for order in ("score", "id DESC", "md5(id::text)"):
            assert data.rows(f"SELECT print(score_matrix({arguments} ORDER BY {order})) FROM long") == plain
    ordered = data.rows("SELECT domain, print(rollup(matrix ORDER BY day DESC)) FROM days GROUP BY 1")
    assert sorted(ordered) == [row[:2] for row in expected["rollup"]]


def test_over_partition(data, expected):
    """OVER (PARTITION BY ...) gives each row what GROUP BY gives its group."""
    over = ROWS.replace("))", ") OVER w)")
    sql = f"SELECT DISTINCT grp, {over} FROM wide_3 WINDOW w AS (PARTITION BY grp)"
    assert any(n["Node Type"] == "WindowAgg" for n in explain(data, sql)[0])
    assert sorted(data.rows(sql)) == expected["rows by group"]
    # of matrices a sample: print() runs for a millisecond
    sql = """SELECT domain, print(a), print(b), print(c), md5(score_matrix_send(d)) FROM (
        SELECT domain, id, score_matrix(model, benchmark, score) OVER w AS a,
            score_matrix(model_id, benchmark_id, score) OVER w AS b,
            score_matrix(model, benchmark, score, n, stderr) OVER w AS c,
            score_matrix(model, benchmark, exact) OVER w AS d
        FROM long_3 WINDOW w AS (PARTITION BY domain)) AS q WHERE id % 50 = 0"""
    assert any(n["Node Type"] == "WindowAgg" for n in explain(data, sql)[0])
    rows = data.rows(sql)
    assert len(rows) > 20 and sorted(set(rows)) == expected["matrix by domain"]


def test_growing_frames(data):
    """A state is read, then grows on: the default frame of OVER (ORDER BY)."""
    sql = """SELECT id, print(score_matrix(model, benchmark, score) OVER w),
        n_rows(score_moments(ARRAY[score, exact]) OVER w) FROM long WHERE domain = 1 AND id <= {}
        WINDOW w AS (ORDER BY id)"""
    growing = data.rows(sql.format(120))
    for i, matrix, n in growing[::17]:
        assert (matrix, n) == data.row(f"""SELECT print(score_matrix(model, benchmark, score)),
            n_rows(score_moments(ARRAY[score, exact])) FROM long WHERE domain = 1 AND id <= {i}""")


def test_one_state_for_several_results(data):
    """Calls that share a state, or are one call twice, do not disturb each other."""
    for sql in ("spearman_corr(y, x)", "kendall_corr(y, x)", "capabilities_corr(caps, safety)",
                "capabilities_test(caps, safety)", "capabilities_corr(caps, many)"):
        alone = data.value(f"SELECT bits({sql}) FROM wide")
        shared = data.row(f"""SELECT bits({sql}), bits(kendall_corr(y, x)), bits(spearman_corr(y, x)),
            bits(capabilities_test(caps, safety)), bits(capabilities_corr(caps, safety)),
            bits({sql}), bits({sql}) FROM wide_1""")
        assert shared[0] == shared[-1] == shared[-2] == alone
    sql = "score_matrix(model, benchmark, score)"
    alone = data.value(f"SELECT print({sql}) FROM long")
    assert data.row(f"SELECT print({sql}), print({sql}), print(merge({sql}, NULL)) FROM long_2") == (alone,) * 3
    twice = data.value("SELECT print(rollup(m)) FROM (SELECT " + sql +
                       " AS m FROM long UNION ALL SELECT " + sql + " FROM long_1) AS two")
    assert data.value(f"SELECT print(merge({sql}, {sql})) FROM long_3") == twice


@pytest.mark.parametrize("offset", ["0", "1e3"])
def test_spread_does_not_depend_on_order(data, offset):
    """Mean and standard error of a cell of many scores, in any order, offsets too."""
    sql = """SELECT digest(ARRAY(SELECT c::text FROM cells(m) AS c)) FROM (
        SELECT score_matrix(model, domain::text, {0} + score ORDER BY {1}) AS m FROM long) AS q"""
    orders = ("id", "id DESC", "score", "abs(score - 0.5)", "md5(id::text)")
    assert len({data.value(sql.format(offset, order)) for order in orders}) == 1


def test_spread_at_a_huge_offset(data):
    """A mean of 1e9 times the spread takes 60 of the 106 bits of a sum of squares: the mean
    is the same bits in any order, its standard error as near as the bits that are left."""
    sql = """SELECT score, n, stderr FROM cells((SELECT score_matrix(model, domain::text,
        1e9 + score ORDER BY {}) FROM long)) ORDER BY model, benchmark"""
    first = data.rows(sql.format("id"))
    for order in ("id DESC", "score", "md5(id::text)"):
        other = data.rows(sql.format(order))
        assert [row[:2] for row in first] == [row[:2] for row in other]
        for (mean, n, a), (_, _, b) in zip(first, other):
            assert a == b or abs(a - b) <= a * (mean / a) ** 2 / n * 2.0 ** -100
