"""What states take, and that PostgreSQL sees it.

All states of an aggregation live in one memory context: hashed aggregation adds
up all contexts at each new group, so with a context for each state its time
would grow with the square of the number of groups.
"""
import pytest

STATES = "safetycorr states"

# An aggregate, and the most bytes that a group of five rows may take.
AGGREGATES = {
    "score_matrix(model, benchmark, score)": 2500,
    "score_matrix(i, i % 3, score)": 2800,
    "score_matrix(model, benchmark, score, i, score)": 3000,
    "score_matrix(model, jsonb_build_object(benchmark, score))": 2500,
    "rollup(one)": 2500,
    "spearman_corr(score, score)": 600,
    "kendall_corr(score, score)": 600,
    "capabilities_corr(ARRAY[score, score * score], score)": 600,
    "capabilities_corr(ARRAY[score, score * score], ARRAY[score])": 600,
    "score_moments(ARRAY[score, score * score])": 600,
    "first_component(ARRAY[score, score * score])": 600,
    "rollup(moments)": 1200,
}

GROUPED = """
SELECT bool_and(there), max(contexts), max(bytes) FROM (
    SELECT state IS NOT NULL AS there,
           (SELECT count(*) FROM pg_backend_memory_contexts WHERE name = '{states}') AS contexts,
           (SELECT sum(used_bytes) FROM pg_backend_memory_contexts WHERE name = '{states}') AS bytes
    FROM (SELECT g, {aggregate} AS state
          FROM (SELECT i % {groups} AS g, i::bigint, 'model ' || i / {groups} AS model, 'b' || i % 3 AS benchmark,
                       (i % 7)::float8 AS score
                FROM generate_series(1, 5 * {groups}) AS i) AS s,
               (SELECT score_matrix('m', 'b', 1) AS one, score_moments(ARRAY[1, 2]) AS moments) AS parts
          GROUP BY g OFFSET 0) AS q
    LIMIT 1) AS first"""


@pytest.fixture(scope="module")
def hashed(db):
    db.rows("SET enable_sort = off; SET work_mem = '1GB'; SET max_parallel_workers_per_gather = 0; SET jit = off")
    return db


@pytest.mark.parametrize("aggregate", AGGREGATES)
def test_groups_share_a_context(hashed, aggregate):
    """While the first group is given out, all are there: in one context, and small."""
    groups = 2000
    sql = GROUPED.format(states=STATES, aggregate=aggregate, groups=groups)
    plan = "\n".join(line for line, in hashed.rows("EXPLAIN " + sql))
    assert "HashAggregate" in plan
    there, contexts, size = hashed.row(sql)
    assert there and contexts <= 2  # the rollups have a second aggregation below them
    assert size / groups <= AGGREGATES[aggregate]


def test_hash_aggregation_counts_states(hashed):
    """What EXPLAIN calls its memory includes the states: 2,000 matrices of 100 cells."""
    plan = hashed.value("""EXPLAIN (ANALYZE, FORMAT json) SELECT g, score_matrix('m', i % 100, 1.5)
        FROM (SELECT i % 2000 AS g, i::bigint AS i, 1::bigint AS m FROM generate_series(1, 200000) AS i) AS s
        GROUP BY g""".replace("'m'", "m"))[0]["Plan"]
    assert plan["Strategy"] == "Hashed"
    assert plan["Peak Memory Usage"] * 1024 > 2000 * 100 * 16


def test_hash_aggregation_spills(hashed):
    """With little memory it spills, and every group comes out right."""
    sql = """SELECT count(*), sum(n), min(n) FROM (
        SELECT g, (SELECT count(*) FROM cells(score_matrix(m, i % 100, 1.5))) AS n
        FROM (SELECT i % 2000 AS g, i::bigint AS i, 1::bigint AS m FROM generate_series(0, 199999) AS i) AS s
        GROUP BY g) AS q"""
    expected = hashed.row(sql)
    hashed.rows("SET work_mem = '1MB'")
    plan = "\n".join(line for line, in hashed.rows("EXPLAIN (ANALYZE, COSTS off) " + sql))
    spilled = hashed.row(sql)
    hashed.rows("SET work_mem = '1GB'")
    assert "HashAggregate" in plan and "Disk Usage" in plan
    assert spilled == expected


def test_many_aggregations_at_once(hashed):
    """More of them than are remembered at a time: each keeps its own states."""
    one = "(SELECT n_rows(score_moments(ARRAY[i, j])) FROM generate_series(1, {0} + j) AS i)"
    nested = "SELECT j, " + ", ".join(one.format(k) for k in range(12)) + " FROM generate_series(1, 30) AS j ORDER BY j"
    assert hashed.rows(nested) == [(j, *(k + j for k in range(12))) for j in range(1, 31)]

    columns = [f"c{k}" for k in range(10)]
    sets = ", ".join(f"({column})" for column in columns)
    rows = hashed.rows(f"""
        SELECT {", ".join(columns)}, n_rows(score_moments(ARRAY[i, i])), count(*)
        FROM (SELECT i, {", ".join(f"i % {k + 2} AS c{k}" for k in range(10))} FROM generate_series(1, 1000) AS i) AS s
        GROUP BY GROUPING SETS ({sets}, ())""")
    assert len(rows) == 1 + sum(range(2, 12))
    assert all(row[-1] == row[-2] for row in rows)


def test_window_forgets_its_arguments(hashed):
    """What capabilities_score() holds at a partition's last row: scores, not 100,000 arrays."""
    hashed.rows("""
        CREATE FUNCTION probe() RETURNS float8[] LANGUAGE plpgsql VOLATILE AS $$
        BEGIN
            PERFORM set_config('probe.bytes', sum(used_bytes)::text, false) FROM pg_backend_memory_contexts;
            RETURN ARRAY[1, 2];
        END $$""")
    window = """SELECT count(s) FROM (
        SELECT capabilities_score(CASE WHEN i < {0} THEN ARRAY[i % 7, i % 5]::float8[] ELSE probe() END) OVER () AS s
        FROM generate_series(1, {0}) AS i) AS q"""
    used = []
    hashed.rows("SET work_mem = '64kB'")  # the server's own store of rows goes to disk
    for n in (1, 100000):
        assert hashed.value(window.format(n)) == (n if n > 1 else 0)
        used.append(int(hashed.value("SELECT current_setting('probe.bytes')")))
    hashed.rows("SET work_mem = '1GB'")
    # three doubles and two pointers at most for each row; arrays would take 56 and more
    assert used[1] - used[0] < 56 * 100000


def test_nothing_stays(hashed):
    """A failed statement leaves no states behind, nor does one that is through."""
    hashed.error("SELECT score_matrix('m' || i, 'b', 1 / (500 - i)) FROM generate_series(1, 1000) AS i")
    hashed.rows("BEGIN; SAVEPOINT s")
    hashed.error("SELECT spearman_corr(i, 1 / (500 - i)) FROM generate_series(1, 1000) AS i")
    hashed.rows("ROLLBACK TO s; SELECT score_matrix('m', 'b', 1); COMMIT")
    assert hashed.value(f"SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'safetycorr%'") == 0


@pytest.mark.parametrize("order", ["i, j", "j, i", "md5(i || ' ' || j)"])
def test_bytes_per_cell(hashed, order):
    """
    A sparse matrix takes memory by its cells: some 30 bytes for a single score
    while it is collected, whatever the order of rows, 16 at rest.
    """
    n_cells, state, stored = hashed.row(f"""
        SELECT (SELECT count(*) FROM cells(m)), bytes, pg_column_size(m)
        FROM (SELECT score_matrix(model, benchmark, 0.5) AS m,
                     (SELECT sum(used_bytes) FROM pg_backend_memory_contexts WHERE name = '{STATES}') AS bytes
              FROM (SELECT 'model ' || i AS model, 'benchmark ' || j AS benchmark
                    FROM generate_series(1, 2000) AS i, generate_series(1, 1000) AS j
                    WHERE (i * 31 + j * 17) % 20 = 0 ORDER BY {order}) AS s OFFSET 0) AS q""")
    assert n_cells == 100000
    assert state / n_cells <= 40
    assert stored / n_cells <= 24
