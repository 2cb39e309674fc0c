"""Moving frames, and the window function capabilities_score.

A moving aggregate drops rows as they leave its frame; it must say what a fresh
one says over the rows that are in it.  Which rows those are is asked of
array_agg(id) over the same frame, an aggregate that core restarts for every row.
"""
import time

import psycopg2
import psycopg2.errorcodes
import pytest

from fingerprint import close, create, explain

DATA = """
-- Missing scores of all kinds, ties, constant stretches, two partitions.
CREATE TABLE r AS
SELECT i AS id, i % 2 AS part, i / 7 AS peer, (i % 5)::float8 AS step,
    CASE WHEN i BETWEEN 60 AND 66 THEN NULL WHEN i % 13 = 0 THEN NULL ELSE ARRAY[
        round(sin(i)::numeric, 1)::float8,
        CASE WHEN i % 11 = 0 THEN NULL WHEN i % 17 = 0 THEN 'NaN' ELSE sin(i) + cos(i * 3) END,
        CASE WHEN i BETWEEN 30 AND 44 THEN 0.1 ELSE cos(i) - 3 * sin(i) END] END AS caps,
    CASE WHEN i % 7 = 0 THEN NULL WHEN i % 19 = 0 THEN 'NaN' WHEN i BETWEEN 80 AND 90 THEN 0.3
        ELSE round((sin(i) + sin(i * i))::numeric, 1)::float8 END AS safety,
    CASE WHEN i % 9 = 0 THEN NULL ELSE ARRAY[sin(i * 7), NULLIF(i % 4, 2)]::float8[] END AS many,
    NULLIF(round((i % 23)::numeric / 3, 0), 4)::float8 AS y,
    CASE WHEN i % 29 = 0 THEN 'NaN' ELSE sin(i * 2) END AS x
FROM generate_series(1, 150) AS i
"""

CALLS = ("capabilities_corr(caps, safety)", "capabilities_corr(caps, many)",
         "capabilities_test(caps, safety)", "spearman_corr(y, x)", "kendall_corr(y, x)",
         "spearman_test(y, x)", "pearson_test(y, x)", "kendall_test(y, x)")

FRAMES = (
    "ORDER BY id ROWS 5 PRECEDING",
    "ORDER BY id ROWS BETWEEN 9 PRECEDING AND 2 PRECEDING",
    "ORDER BY id ROWS BETWEEN 3 FOLLOWING AND 12 FOLLOWING",
    "ORDER BY id ROWS BETWEEN 20 PRECEDING AND 20 FOLLOWING",
    "ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
    "ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
    "ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
    "ORDER BY id ROWS CURRENT ROW",
    "ORDER BY id DESC ROWS BETWEEN 8 PRECEDING AND CURRENT ROW",
    "ORDER BY id RANGE BETWEEN 10 PRECEDING AND 4 PRECEDING",
    "ORDER BY step RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING",
    "ORDER BY peer RANGE BETWEEN 2 PRECEDING AND CURRENT ROW",
    "ORDER BY peer GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
    "ORDER BY peer GROUPS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING",
    "ORDER BY md5(id::text) ROWS BETWEEN 15 PRECEDING AND CURRENT ROW",
    "PARTITION BY part ORDER BY id ROWS BETWEEN 12 PRECEDING AND CURRENT ROW",
    "PARTITION BY part ORDER BY peer GROUPS BETWEEN 2 PRECEDING AND 1 PRECEDING",
    "PARTITION BY id / 40 ORDER BY id RANGE BETWEEN 7 PRECEDING AND 7 FOLLOWING",
    "ORDER BY id ROWS BETWEEN 8 PRECEDING AND 3 FOLLOWING EXCLUDE CURRENT ROW",
    "ORDER BY peer ROWS BETWEEN 15 PRECEDING AND 9 FOLLOWING EXCLUDE GROUP",
    "ORDER BY peer GROUPS BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE TIES",
    "ORDER BY id ROWS BETWEEN 8 PRECEDING AND CURRENT ROW EXCLUDE NO OTHERS",
)


@pytest.fixture(scope="module")
def data(db):
    create(db)
    db.rows(DATA)
    db.rows("ANALYZE r")
    return db


def fresh(call):
    """The call over the rows whose ids are members."""
    return f"(SELECT bits({call}) FROM r AS f WHERE f.id = ANY (members))"


@pytest.mark.parametrize("frame", FRAMES)
def test_moving_frames(data, frame):
    """Over every frame, every row: the bits of a recomputation."""
    moving = ", ".join(f"bits({call} OVER w)" for call in CALLS)
    n = len(CALLS)
    names = ", ".join(f"c{i}" for i in range(n))
    sql = f"""SELECT id, {names}, {', '.join(map(fresh, CALLS))} FROM (
        SELECT id, array_agg(id) OVER w, {moving} FROM r WINDOW w AS ({frame})
        ) AS q (id, members, {names}) ORDER BY id"""
    assert any(n["Node Type"] == "WindowAgg" for n in explain(data, sql)[0])
    rows = data.rows(sql)
    assert len(rows) == 150
    differ = [(row[0], CALLS[i], row[1 + i], row[1 + n + i])
              for row in rows for i in range(n) if row[1 + i] != row[1 + n + i]]
    assert differ == []
    if "ROWS CURRENT" not in frame:
        assert all(any(row[1 + i] for row in rows) for i in range(n)), "nothing was compared"


def test_correlated_subquery(data):
    """The plainest recomputation there is, with no window in it."""
    for call in CALLS:
        assert data.rows(f"""SELECT id, bits({call} OVER (ORDER BY id ROWS 25 PRECEDING)) FROM r
            ORDER BY id""") == data.rows(f"""SELECT id, (SELECT bits({call}) FROM r AS f
            WHERE f.id BETWEEN r.id - 25 AND r.id) FROM r ORDER BY id""")


@pytest.mark.parametrize("rows", [
    # a NULL array after one of two scores: the frame no longer knows a width
    "(1, '{1,2}', '{1,2}'), (2, '{2,3}', NULL), (3, '{3,1}', NULL), (4, '{4,0}', NULL), (5, '{5,7}', '{1,2}')",
    # lengths that differ, never in one frame
    "(1, '{1,2}', '{1}'), (2, NULL, NULL), (3, '{3,1,5}', '{1,2,3}'), (4, '{1,1,1}', NULL), (5, NULL, '{1,2,3}')",
    # known from rows that do not count
    "(1, NULL, '{1,2}'), (2, '{NULL,3}', NULL), (3, '{3,1}', '{1}'), (4, NULL, '{2}'), (5, '{1}', NULL)"])
def test_the_width_leaves_with_its_row(data, rows):
    """What a frame knows of the lengths of arrays comes from its own rows."""
    rows = f"(SELECT i, c::float8[], t::float8[] FROM (VALUES {rows}) AS v (i, c, t)) AS v"
    for call in ("capabilities_corr(c, t)", "capabilities_corr(c, t[1])"):
        assert data.rows(f"SELECT i, bits({call} OVER (ORDER BY i ROWS 1 PRECEDING)) FROM {rows}") == data.rows(
            f"""SELECT i, (SELECT bits({call}) FROM {rows} WHERE v.i BETWEEN u.i - 1 AND u.i)
            FROM generate_series(1, 5) AS u (i)""")


def test_an_infinite_score_is_an_error_while_it_is_in_a_frame(data):
    """And the lengths of arrays are checked as rows enter."""
    for bad, code in (("'{1,2,Infinity}'::float8[]", "22003"), ("'{1,2}'::float8[]", "2202E")):
        caught = data.error(f"""SELECT capabilities_corr(CASE WHEN id = 140 THEN {bad} ELSE caps END,
            safety) OVER (ORDER BY id ROWS 5 PRECEDING) FROM r""")
        assert caught.pgcode == code


INVERSES = {
    "capabilities_corr(double precision[],double precision)": "double precision[],double precision",
    "capabilities_corr(double precision[],double precision[])": "double precision[],double precision[]",
    "capabilities_test(double precision[],double precision)": "double precision[],double precision",
    "spearman_corr(double precision,double precision)": "double precision,double precision",
    "kendall_corr(double precision,double precision)": "double precision,double precision",
    "spearman_test(double precision,double precision)": "double precision,double precision",
    "pearson_test(double precision,double precision)": "double precision,double precision",
    "kendall_test(double precision,double precision)": "double precision,double precision",
}


@pytest.mark.parametrize("call, signature", list(zip(CALLS, INVERSES)))
def test_the_inverse_is_used(data, call, signature):
    """A row leaves by one call of MINVFUNC; a twin without it gives the same bits."""
    arguments = INVERSES[signature]
    inverse = f"score_rows_inv(score_rows,{arguments})"
    data.rows("BEGIN")
    try:
        # a function with a setting of its own is called through a door where calls are counted
        data.rows(f"ALTER FUNCTION {inverse} SET work_mem = '4MB'")
        data.rows("SET LOCAL track_functions = 'all'")
        calls = f"SELECT coalesce(pg_stat_get_xact_function_calls('{inverse}'::regprocedure), 0)"
        before = data.value(calls)
        over = "OVER (ORDER BY id ROWS BETWEEN 9 PRECEDING AND CURRENT ROW)"
        moving = data.rows(f"SELECT id, bits({call} {over}) FROM r ORDER BY id")
        assert data.value(calls) - before == 140
        final = data.value("SELECT aggfinalfn::regproc::text FROM pg_aggregate WHERE aggfnoid = %s::regprocedure",
                           (signature,))
        data.rows(f"CREATE AGGREGATE twin({arguments}) (SFUNC = score_rows_accum, STYPE = score_rows, "
                  f"FINALFUNC = {final})")
        twin = "twin" + call[call.index("("):]
        assert data.rows(f"SELECT id, bits({twin} {over}) FROM r ORDER BY id") == moving
        assert data.value(calls) - before == 140
    finally:
        data.rows("ROLLBACK")


def test_long_run_of_a_moving_frame(data):
    """Many more rows leave than a frame holds: the state stays small and right."""
    moving, members, last = data.row("""SELECT md5(string_agg(bits(a), ' ' ORDER BY i)), count(a), max(i) FROM (
        SELECT i, spearman_corr(h, g) OVER (ORDER BY i ROWS 20 PRECEDING) AS a FROM (
            SELECT i, NULLIF(i % 10, 3)::float8 AS h, sin(i) AS g FROM generate_series(1, 30000) AS i) AS s) AS q""")
    assert members == 30000 - 3 and last == 30000  # h is NULL in row 3
    data.rows("""CREATE AGGREGATE twin(float8, float8) (SFUNC = score_rows_accum, STYPE = score_rows,
        FINALFUNC = spearman_corr_final)""")
    assert moving == data.value("""SELECT md5(string_agg(bits(a), ' ' ORDER BY i)) FROM (
        SELECT i, twin(h, g) OVER (ORDER BY i ROWS 20 PRECEDING) AS a FROM (
            SELECT i, NULLIF(i % 10, 3)::float8 AS h, sin(i) AS g FROM generate_series(1, 30000) AS i) AS s) AS q""")


# ---------------------------------------------------------------------
# capabilities_score(...) OVER (PARTITION BY ...)
# ---------------------------------------------------------------------

SCORED = """
CREATE TABLE scored AS
SELECT i AS id, 'model ' || i AS model, i % 4 AS part,
    CASE WHEN i % 23 = 0 THEN NULL ELSE ARRAY[
        round((sin(k) + cos(k) / 4)::numeric, 2)::float8,
        CASE WHEN i % 31 = 0 THEN NULL WHEN i % 37 = 0 THEN 'NaN' ELSE 50 + 9 * sin(k) + cos(k * k) END,
        sin(k) - cos(k * 5) / 3, -sin(k) + sin(k * 11) / 2]::float8[] END AS caps
FROM (SELECT i, CASE WHEN i % 9 = 0 THEN i - 8 ELSE i END AS k FROM generate_series(1, 320) AS i) AS g
UNION ALL SELECT 1000 + i, 'model ' || i, 10, ARRAY[i, i * i]::float8[] FROM generate_series(1, 2) AS i
UNION ALL SELECT 1010 + i, 'model ' || i, 11, ARRAY[i, 0.1]::float8[] FROM generate_series(1, 26) AS i
UNION ALL SELECT 1050 + i, 'model ' || i, 12, ARRAY[CASE WHEN i > 2 THEN NULL ELSE i END, i] FROM generate_series(1, 5) AS i
UNION ALL SELECT 1060, 'alone', 13, ARRAY[1.5]
UNION ALL SELECT 1070 + i, 'model ' || i, 14, ARRAY[i * i] FROM generate_series(1, 4) AS i
UNION ALL SELECT 1080 + i, 'none', 15, NULL FROM generate_series(1, 4) AS i
"""
SCORE = "SELECT id, capabilities_score(caps) OVER (PARTITION BY part) FROM {}"


@pytest.fixture(scope="module")
def scored(data):
    data.rows(SCORED)
    return dict(data.rows(SCORE.format("scored")))


def test_scores_of_a_matrix(data, scored):
    """Each partition's scores are capabilities_scores of its rows, to 1e-12."""
    matrix = dict(data.rows("""SELECT s.id, c.capability FROM (
        SELECT part, score_matrix(id::text, 'c' || n, x ORDER BY md5(id::text)) AS m
        FROM scored, unnest(caps) WITH ORDINALITY AS u (x, n) GROUP BY part) AS q
        CROSS JOIN capabilities_scores(m, benchmarks(m)) AS c JOIN scored AS s ON s.id::text = c.model"""))
    compared = 0
    for key, score in scored.items():
        assert close([score], [matrix[key]]) if score is not None else matrix.get(key) is None
        compared += score is not None
    assert compared > 280


def test_null_where_there_is_no_score(data, scored):
    """Incomplete rows, partitions of fewer than three, constant columns."""
    incomplete = [row[0] for row in data.rows("""SELECT id FROM scored WHERE caps IS NULL
        OR array_position(caps, NULL) > 0 OR array_position(caps, 'NaN') > 0""")]
    assert len(incomplete) > 30 and all(scored[key] is None for key in incomplete)
    nulls = {row[0] for row in data.rows("SELECT id FROM scored WHERE part IN (10, 11, 12, 13, 15)")}
    assert {key for key, score in scored.items() if score is None} == nulls | set(incomplete)
    z = [scored[1070 + i] for i in range(1, 5)]  # one capability: its z-score
    mean, sd = 7.5, (sum((i * i - 7.5) ** 2 for i in range(1, 5)) / 4) ** 0.5
    assert close(z, [(i * i - mean) / sd for i in range(1, 5)])


@pytest.mark.parametrize("order", ["id DESC", "md5(id::text)", "hashint4(id)", "caps DESC NULLS FIRST"])
def test_shuffled_rows_give_the_same_bits(data, scored, order):
    """Whatever order the rows of a partition come in."""
    data.rows(f"CREATE TEMP TABLE shuffled AS SELECT * FROM scored ORDER BY {order}")
    assert data.rows("SELECT id FROM shuffled") != data.rows("SELECT id FROM scored")
    assert dict(data.rows(SCORE.format("shuffled"))) == scored
    data.rows("DROP TABLE shuffled")


def test_equal_rows_have_equal_scores(data, scored):
    """Not one bit apart."""
    assert data.value("SELECT count(*) FROM scored AS a JOIN scored AS b USING (part, caps) WHERE a.id < b.id") > 5
    for a, b in data.rows("SELECT a.id, b.id FROM scored AS a JOIN scored AS b USING (part, caps)"):
        assert scored[a] == scored[b]


def test_the_frame_plays_no_part(data, scored):
    """The whole partition counts, in any frame and order; several windows in one query."""
    for frame in ("ORDER BY id", "ORDER BY id ROWS 1 PRECEDING", "ORDER BY caps, id GROUPS 2 PRECEDING",
                  "ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW"):
        rows = data.rows(f"SELECT id, capabilities_score(caps) OVER (PARTITION BY part {frame}) FROM scored")
        assert dict(rows) == scored, frame
    for row in data.rows("""SELECT id, capabilities_score(caps) OVER p, rank() OVER (ORDER BY id),
            capabilities_score(caps) OVER (PARTITION BY part ORDER BY id DESC), capabilities_score(caps) OVER p,
            capabilities_score(caps[1:1]) OVER p FROM scored WINDOW p AS (PARTITION BY part)"""):
        assert row[1] == row[3] == row[4] == scored[row[0]]


def test_plans_of_the_window_function(data, scored):
    """Sorted, read through an index, sorted in workers (the function itself runs in the leader)."""
    data.rows("CREATE TABLE indexed AS SELECT * FROM scored ORDER BY md5(id::text)")
    data.rows("CREATE INDEX ON indexed (part)")
    data.rows("ALTER TABLE indexed SET (parallel_workers = 2)")
    try:
        for node, *settings in (
                ("Index Scan", "enable_sort = off", "enable_seqscan = off", "enable_bitmapscan = off"),
                ("Sort", "enable_indexscan = off", "work_mem = '64kB'"),
                ("Gather Merge", "parallel_setup_cost = 0", "parallel_tuple_cost = 0", "cpu_tuple_cost = 1",
                 "min_parallel_table_scan_size = 0", "enable_indexscan = off")):
            for setting in settings:
                data.rows("SET " + setting)
            plan = [n["Node Type"] for n in explain(data, SCORE.format("indexed"))[0]]
            assert plan[0] == "WindowAgg" and node in plan
            assert dict(data.rows(SCORE.format("indexed"))) == scored
            data.rows("RESET ALL")
    finally:
        data.rows("RESET ALL")


def test_statement_timeout(data):
    """A long partition can be cancelled."""
    data.rows("SET statement_timeout = 300")
    begin = time.monotonic()
    try:
        caught = data.error("SELECT max(s) FROM (SELECT capabilities_score(ARRAY[sin(i), cos(i), i % 7]) "
                            "OVER () AS s FROM generate_series(1, 3000000) AS i) AS q")
    finally:
        data.reset_timeout()
    assert caught.pgcode == psycopg2.errorcodes.QUERY_CANCELED and time.monotonic() - begin < 1.5
    assert data.value("SELECT 1") == 1


def test_only_over(data):
    """It is a window function, and says so."""
    assert data.error("SELECT capabilities_score(ARRAY[1.0])").pgcode == "42809"
