"""Means with n and a standard error, pooled: what their items would have given.

The oracle is exact: items are fractions, and so are their mean and the square of
its standard error.
"""
from fractions import Fraction
import math
import random

import numpy as np
import pytest

from compare import copy, near
from tables import Matrix
from test_uncertainty import check_scores

ITEMS = {
    "right or wrong": lambda rng: float(rng.random() < 0.7),
    "ratings": lambda rng: float(rng.randint(1, 10)),
    "a wide range": lambda rng: math.exp(rng.gauss(0, 4)),
    "about zero": lambda rng: rng.gauss(0, 1),
    "an offset": lambda rng: 1e5 + rng.gauss(0, 1),
    "tiny": lambda rng: rng.gauss(0, 1) * 1e-100,
    "huge": lambda rng: rng.gauss(0, 1) * 1e130,
    "all the same": lambda rng: 0.1,
}


def exactly(items):
    """Mean and standard error, each rounded once (the error's square root once more)."""
    items = [Fraction(item) for item in items]
    n = len(items)
    mean = sum(items) / n
    variance = sum((item - mean) ** 2 for item in items) / (n - 1) / n if n > 1 else Fraction(0)
    scale = Fraction(10) ** (2 * round(math.log10(variance) / 2)) if variance else Fraction(1)
    return float(mean), math.sqrt(variance / scale) * math.sqrt(scale)


def split(rng, items, least=2):
    """Groups of at least so many items, from few to all."""
    items = rng.sample(items, len(items))
    groups = []
    while items:
        size = min(len(items), rng.choice((least, least, 3, 7, 50, 400)))
        if len(items) - size < least:
            size = len(items)
        groups.append(items[:size])
        items = items[size:]
    return groups


@pytest.fixture(scope="module")
def data(db):
    """Cells of items, and the same in groups, each a mean with n and its standard error."""
    rng = random.Random(7)
    db.rows("CREATE TABLE item (kind text, cell text, score float8)")
    db.rows("CREATE TABLE grp (id int, kind text, cell text, score float8, n bigint, stderr float8)")
    items, groups = [], []
    for kind, draw in ITEMS.items():
        for k in range(12):
            drawn = [draw(rng) for _ in range(rng.choice((2, 3, 5, 30, 300, 1000)))]
            items += [(kind, f"c{k}", repr(score)) for score in drawn]
            for group in split(rng, drawn):
                mean, error = exactly(group)
                groups.append((len(groups), kind, f"c{k}", repr(mean), len(group), repr(error)))
    copy(db, "item", items)
    copy(db, "grp", groups)
    return db


def cells(db, matrix, source):
    return {row[:2]: row[2:] for row in db.rows(f"SELECT * FROM cells((SELECT {matrix} FROM {source}))")}


def test_groups_are_their_items(data):
    """Pooled groups against the items: by the aggregate of scores, and exactly."""
    by_items = cells(data, "score_matrix(kind, cell, score)", "item")
    by_groups = cells(data, "score_matrix(kind, cell, score, n, stderr)", "grp")
    assert by_items.keys() == by_groups.keys() and len(by_groups) == 12 * len(ITEMS)
    for kind, cell in by_groups:
        score, n, error = by_groups[kind, cell]
        items = [row[0] for row in data.rows("SELECT score FROM item WHERE kind = %s AND cell = %s", (kind, cell))]
        mean, spread = exactly(items)
        assert n == len(items) == by_items[kind, cell][1]
        scale = max(abs(mean), spread * math.sqrt(n))
        near(score, mean, 1e-15 * scale, (kind, cell))
        near(score, by_items[kind, cell][0], 1e-15 * scale, (kind, cell))
        near(error, spread, 1e-12 * spread, (kind, cell))
        near(error, by_items[kind, cell][2], 1e-12 * spread, (kind, cell))
    assert all(by_groups["all the same", f"c{k}"][0::2] == (0.1, 0) for k in range(12))


def test_a_group_comes_back(data):
    """Alone in its cell it is what was given: n and score to the bit, the error to 2 units of its last."""
    for n, score, error in data.rows("SELECT n, score, stderr FROM grp") + [
            (2**53 + 1, 0.7, 1e-9), (2**63 - 1, 0.1, 1e-11), (10**18, 1e140, 1e120), (5, 1e140, 0.0), (3, -1 / 3, 5e-15)]:
        got = data.row("SELECT n, score, stderr FROM cells(score_matrix_accum(NULL, 'm', 'b', %s::float8, %s, %s::float8))",
                       (repr(score), n, repr(error)))
        assert got[:2] == (n, score)
        if error > 1e-11 * abs(score):  # else the squares do not tell it from the mean
            near(got[2], error, 2 * math.ulp(error), (n, score, error))


BITS = """SELECT md5(string_agg(concat_ws(' ', model, benchmark, float8send(score), n, float8send(stderr)), ',')), count(*)
    FROM cells((SELECT {} FROM {}))"""


def test_any_order(data):
    """Every order of rows, every tree of merges: the same bits."""
    call = "score_matrix(kind, cell, score, n, stderr{})"
    wanted = data.row(BITS.format(call.format(""), "grp"))
    assert wanted[1] == 12 * len(ITEMS)
    for order in ("id DESC", "score", "-score", "n, md5(id::text)", "stderr DESC"):
        assert data.row(BITS.format(call.format(" ORDER BY " + order), "grp")) == wanted, order
    for seed in range(8):
        parts = (f"SELECT {call.format('')} AS m, hashint8extended(id, {seed}) % {2 + seed * seed} AS part, "
                 f"id % {1 + seed % 3} AS shard FROM grp GROUP BY 2, 3")
        text = "::text::score_matrix" if seed % 2 else ""
        tree = f"(SELECT rollup(m ORDER BY part) AS m FROM ({parts}) AS p GROUP BY shard) AS s"
        assert data.row(BITS.format(f"rollup(m{text} ORDER BY random())", tree)) == wanted, seed


@pytest.mark.parametrize("unknown", ["NULL", "'NaN'"])
def test_unknown_spread_stays_unknown(data, unknown):
    """One group without a standard error, or of one item, leaves n and mean, no error: on any plan."""
    for n, error in ((9, unknown), (1, unknown), (1, "0"), (1, "0.25")):
        one = f"SELECT 'm', 'b', 0.5::float8, {n}::bigint, {error}::float8"
        rest = "SELECT 'm', 'b', 0.1 * i, i::bigint, 0.01::float8 FROM generate_series(2, 6) AS i"
        both = f"({one} UNION ALL {rest}) AS v (model, benchmark, score, n, stderr)"
        call = "score_matrix(model, benchmark, score, n, stderr{})"
        (score, count, spread), = cells(data, call.format(""), both).values()
        expected = (Fraction(n, 2) + sum(i * Fraction(0.1 * i) for i in range(2, 7))) / (n + 20)
        near(score, float(expected), 1e-15, n)
        assert (count, spread) == (n + 20, None)
        wanted = data.row(BITS.format(call.format(""), both))
        for order in ("n", "n DESC"):
            assert data.row(BITS.format(call.format(" ORDER BY " + order), both)) == wanted
        # with plain scores, which are known, before and after it
        plain = "(SELECT score_matrix('m', 'b', x) FROM (VALUES (0.2), (0.4)) AS v (x))"
        mean = f"(SELECT {call.format('')} FROM ({one}) AS v (model, benchmark, score, n, stderr))"
        rows = [data.row(f"SELECT n, stderr, float8send(score) FROM cells({merge})") for merge in (
            f"merge({plain}, {mean})", f"merge({mean}, {plain})",
            f"score_matrix_accum(score_matrix_accum({mean}, 'm', 'b', 0.4), 'm', 'b', 0.2)",
            f"merge({plain}::text::score_matrix, {mean}::text::score_matrix)")]
        assert rows[0][:2] == (n + 2, None)
        assert all(bytes(row[2]) == bytes(rows[0][2]) and row[:2] == rows[0][:2] for row in rows)


def test_a_mean_of_one_score(data):
    """It reads as a plain score does; merged, its spread is unknown, a plain score's is known."""
    mean = "score_matrix_accum(NULL, 'm', 'b', 0.5, 1, NULL)"
    plain = "score_matrix_accum(NULL, 'm', 'b', 0.5)"
    assert data.rows(f"SELECT * FROM cells({mean})") == data.rows(f"SELECT * FROM cells({plain})") == [
        ("m", "b", 0.5, 1, None)]
    assert data.row(f"SELECT stderr FROM cells(merge({mean}, {mean}))") == (None,)
    assert data.row(f"SELECT stderr FROM cells(merge({mean}, {plain}))") == (None,)
    assert data.row(f"SELECT stderr FROM cells(merge({plain}, {plain}))") == (0,)
    # a plain score beside means of known spread: items all
    near(data.value("SELECT stderr FROM cells(score_matrix_accum("
                    "score_matrix_accum(NULL, 'm', 'b', 2, 3, 1 / sqrt(3::float8)), 'm', 'b', 6))"),
         exactly([1, 2, 3, 6])[1], 1e-15, "1, 2, 3 and 6")


def test_scores_whose_error_is_given(db):
    """capabilities_scores draws them anew by it; those of unknown error stay as they are."""
    rng = np.random.default_rng(4)
    given = {}
    for i in range(9):
        skill = rng.normal()
        for j in range(7):
            given[f"m{i}", f"b{j}"] = skill + rng.normal(scale=0.5)
    matrix = Matrix(db, "given", given, {f"b{j}" for j in range(7)})
    db.rows("""UPDATE given SET m = (SELECT score_matrix(model, benchmark, score, n, CASE WHEN k % 3 > 0 THEN 0.3 END)
        FROM (SELECT *, ascii(right(model, 1)) + ascii(right(benchmark, 1)) * 2 AS k,
                  (ARRAY[1, 20, 400])[1 + ascii(right(model, 1)) % 3] AS n FROM given_cell) AS c)""")
    errors = np.zeros(matrix.table.shape)
    unknown = 0
    for model, benchmark, score, n, stderr in db.rows("SELECT c.* FROM given, cells(m) AS c"):
        assert score == given[model, benchmark]
        i, j = matrix.models.index(model), matrix.benchmarks.index(benchmark)
        errors[i, j] = stderr or 0
        unknown += stderr is None and n > 1
    assert 0 < (errors > 0).sum() < errors.size and unknown > 5
    check_scores(matrix, 150, 5, errors=errors)
