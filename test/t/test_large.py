"""A matrix of more cells than scores are added to at once: none is lost, none is counted twice.

From some thousands of single scores on, scores wait until there are enough of
them to be added side by side.  What comes out must not depend on where a batch ended.
"""
import pytest

N_MODELS, N_BENCHMARKS = 203, 197

# 50,011 scores, no multiple of any batch: some cells have none, most several;
# two scores of a new cell often come one right after the other.
DATA = f"""
CREATE TABLE large AS
SELECT i, hashint4(CASE WHEN i % 8 = 0 THEN i - 1 ELSE i END) & 2147483647 AS cell, (hashint4(i) % 1000) / 8.0::float8 AS score FROM generate_series(1, 50011) AS i;
CREATE TABLE scores AS
SELECT i, cell % {N_MODELS} - 50 AS model, cell / {N_MODELS} % {N_BENCHMARKS} AS benchmark, score FROM large;
ANALYZE scores;
"""

ORDERS = ["i", "model, benchmark, i", "benchmark, model, i", "hashint4(i)", "score, i"]
TEXT = "score_matrix('m' || model, 'b' || benchmark, score{})"


@pytest.fixture(scope="module")
def large(db):
    db.rows(DATA)
    db.rows("SET max_parallel_workers_per_gather = 0")
    db.rows(f"CREATE TABLE whole AS SELECT {TEXT.format('')} AS m FROM scores")
    return db


def test_every_score_counts(large):
    """The cells are those of GROUP BY: eighths of whole numbers, so that sums are exact."""
    assert large.value("SELECT count(*) FROM whole, cells(m)") > 20000
    assert large.rows("""SELECT model, benchmark, n, score FROM whole, cells(m)
        EXCEPT SELECT 'm' || model, 'b' || benchmark, count(*), sum(score) / count(*) FROM scores GROUP BY 1, 2""") == []
    assert large.value("SELECT sum(n)::int FROM whole, cells(m)") == 50011


@pytest.mark.parametrize("order", ORDERS)
def test_any_order(large, order):
    ordered = TEXT.format(f" ORDER BY {order}")
    assert large.value(f"SELECT score_matrix_send({ordered}) = score_matrix_send((SELECT m FROM whole)) FROM scores")


@pytest.mark.parametrize("n", [4095, 4096, 4097, 4500, 5000, 5001, 5127, 5128, 12345])
def test_any_length(large, n):
    """Wherever it ends, with a batch begun or not."""
    expected = large.row(f"""SELECT count(*), sum(n)::int FROM
        (SELECT count(*) AS n FROM scores WHERE i <= {n} GROUP BY model, benchmark) AS s""")
    assert large.row(f"""SELECT count(*), sum(n)::int FROM cells(
        (SELECT {TEXT.format('')} FROM scores WHERE i <= {n}))""") == expected


@pytest.mark.parametrize("parts", [2, 7, 60])
def test_any_parts(large, parts):
    """Merging into a matrix that has scores waiting, and going on after that."""
    assert large.value(f"""SELECT score_matrix_send(rollup(part)) = score_matrix_send((SELECT m FROM whole))
        FROM (SELECT {TEXT.format('')} AS part FROM scores GROUP BY i * 7919 % {parts}) AS s""")
    assert large.value(f"""SELECT score_matrix_send(score_matrix_accum(merge(a, b), 'm1', 'b1', 0.5))
            = score_matrix_send(merge((SELECT score_matrix('m1', 'b1', 0.5)), (SELECT m FROM whole)))
        FROM (SELECT {TEXT.format('')} FILTER (WHERE i % {parts} = 0) AS a,
                     {TEXT.format('')} FILTER (WHERE i % {parts} > 0) AS b FROM scores) AS s""")


def test_parallel(large):
    large.rows("SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; "
               "SET min_parallel_table_scan_size = 0")
    sql = f"SELECT score_matrix_send({TEXT.format('')}) = score_matrix_send((SELECT m FROM whole)) FROM scores"
    plan = "\n".join(line for line, in large.rows("EXPLAIN " + sql))
    same = large.value(sql)
    large.rows("SET max_parallel_workers_per_gather = 0")
    assert "Partial Aggregate" in plan and same


def test_ids(large):
    """Ids, the smallest and the largest among them, are their decimal forms."""
    assert large.value("""SELECT score_matrix_send(score_matrix(model::int8, benchmark::int8, score))
        = score_matrix_send(score_matrix(model::text, benchmark::text, score)) FROM scores""")
    assert large.value("""SELECT score_matrix_send(score_matrix(model, benchmark, score ORDER BY i))
            = score_matrix_send(score_matrix(model::text, benchmark::text, score))
        FROM (SELECT i, (CASE WHEN i % 3 = 0 THEN -9223372036854775808 WHEN i % 3 = 1 THEN 9223372036854775807 ELSE i % 11 END)::int8 AS model,
                     (i % 5 - 2)::int8 << 40 AS benchmark, i::float8 AS score FROM generate_series(1, 1000) AS i) AS s""")


@pytest.mark.parametrize("order", ["again, label", "label", "again, length(label)", "again, md5(label || again)"])
def test_labels_of_all_lengths(large, order):
    """Labels that differ in one byte only, first, last or in the middle, of 0 to 40 bytes."""
    sql = f"""SELECT count(*), count(DISTINCT model), sum(n)::int FROM cells((SELECT score_matrix(label, 'b', 1) FROM (
        SELECT label FROM (
            SELECT overlay(repeat('x', length) PLACING 'y' FROM place) AS label FROM generate_series(1, 40) AS length,
                generate_series(1, length) AS place
            UNION ALL SELECT repeat('x', length) FROM generate_series(0, 40) AS length) AS l,
            generate_series(1, 3) AS again ORDER BY {order}) AS s))"""
    distinct = 40 * 41 // 2 + 41
    assert large.row(sql) == (distinct, distinct, 3 * distinct)
