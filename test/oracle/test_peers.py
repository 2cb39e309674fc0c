"""Mistakes that other implementations make, and ours must not.

Each test shows first that the mistake would be seen on its data.
"""
import numpy as np
import pytest

import matrices
import reference
from compare import copy


@pytest.fixture(scope="module")
def tied(db):
    """400 pairs with heavy ties, x of 2 levels and y of a few."""
    rng = np.random.default_rng(7)
    z = matrices.factor_scores(rng, 400, 2, 0.8)
    x, y = (z[:, 0] > 0.9).astype(float), np.round(z[:, 1])
    db.rows("CREATE TABLE tied (x float8, y float8)")
    copy(db, "tied", zip(x, y))
    return x, y


def test_ties_by_rank_would_be_seen(db, tied):
    """corr() over RANK(), and 1 - 6 sum d^2 / (n^3 - n), are both wrong with ties."""
    x, y = tied
    ours = db.value("SELECT spearman_corr(y, x) FROM tied")
    by_rank, by_formula = db.row("""
        WITH ranked AS (
            SELECT rank() OVER (ORDER BY x) AS rx, rank() OVER (ORDER BY y) AS ry,
                rank() OVER (ORDER BY x) + (count(*) OVER (PARTITION BY x) - 1) / 2.0 AS mx,
                rank() OVER (ORDER BY y) + (count(*) OVER (PARTITION BY y) - 1) / 2.0 AS my
            FROM tied)
        SELECT corr(ry, rx), 1 - 6 * sum((mx - my) ^ 2) / (count(*) ^ 3 - count(*))
        FROM ranked""")
    assert abs(ours - reference.spearman(y, x)) <= 1e-14
    assert abs(by_rank - ours) > 0.01
    assert abs(float(by_formula) - ours) > 0.1


def test_tau_is_tau_b(db, tied):
    """tau-a, which counts ties as neither, would be seen."""
    x, y = tied
    ours = db.value("SELECT kendall_corr(y, x) FROM tied")
    signs = np.sign(np.subtract.outer(x, x)) * np.sign(np.subtract.outer(y, y))
    tau_a = signs.sum() / (400 * 399)
    assert abs(ours - reference.kendall(y, x)) <= 1e-14
    assert abs(tau_a - ours) > 0.1


# ----------------------------------------------------------------------
# The sign of the component
# ----------------------------------------------------------------------

@pytest.fixture(scope="module")
def benchmarks(db):
    """60 models, 7 benchmarks, two of them against the others; long and wide."""
    rng = np.random.default_rng(11)
    x = matrices.factor_scores(rng, 60, 7, 0.7) * [1, 1, 1, -1, 1, -1, 1]
    db.rows("""CREATE TABLE score (model text, benchmark text, score float8);
        CREATE TABLE wide (model int, x float8[])""")
    copy(db, "wide", ((i, row.tolist()) for i, row in enumerate(x)))
    copy(db, "score", ((f"m{i}", f"b{j}", value) for (i, j), value in np.ndenumerate(x)))
    return x


SCORES = "SELECT model, capability FROM {m}, capabilities_scores(m, '{{{b}}}') ORDER BY model"


def test_sign_from_run_to_run(db, benchmarks):
    """The same query, again and again, and with rows and names in other orders."""
    names = [f"b{j}" for j in range(7)]
    rng = np.random.default_rng(12)
    answers = set()
    for run in range(12):
        m = (f"(SELECT score_matrix(model, benchmark, score ORDER BY md5('{run}' || model || "
             "benchmark)) AS m FROM score) AS s")
        rows = db.rows(SCORES.format(m=m, b=",".join(rng.permutation(names))))
        answers.add(tuple(rows))
    assert len(answers) == 1


def test_sign_under_shuffled_columns(db, benchmarks):
    """Wide arrays in any order of columns and rows: the same scores."""
    expected = reference.Fit(benchmarks).scores
    first = reference.Fit(benchmarks, "pearson")
    rng = np.random.default_rng(13)
    for _ in range(20):
        order = rng.permutation(7)
        columns = ", ".join(f"x[{j + 1}]" for j in order)
        rows = db.rows(f"SELECT model, capabilities_score(ARRAY[{columns}]) OVER (ORDER BY "
                       f"md5(model::text) ROWS 3 PRECEDING) FROM wide ORDER BY model")
        assert np.abs([row[1] for row in rows] - expected).max() <= 1e-12 * first.condition()
        weights = db.value(f"SELECT weights(first_component(ARRAY[{columns}] ORDER BY random())) "
                           "FROM wide")
        assert np.abs(weights - first.vectors[0][order]).max() <= 1e-12 * first.condition()


def test_sign_of_a_balanced_component(db):
    """Weights that sum to 0 (+a, -a): the first of the largest is positive."""
    for sign in (1, -1):
        x = [[v, -sign * w] for v, w in zip([1, 2, 3, 4, 5], [2, 1, 3, 5, 4])]
        weights = db.value("SELECT weights(capabilities_component(score_matrix(m::text, b::text, "
                           "s), '{1,2}')) FROM unnest(%s::float8[]) WITH ORDINALITY AS t (s, i), "
                           "LATERAL (SELECT (i - 1) / 2 AS m, (i - 1) %% 2 + 1 AS b) AS at", [x])
        half = np.sqrt(0.5)
        assert np.abs(np.array(weights) - [half, -sign * half]).max() <= 1e-15


# ----------------------------------------------------------------------
# Missing cells, equal models
# ----------------------------------------------------------------------

def test_missing_cells_are_not_imputed(db):
    """Models with a gap are left out and counted: no mean takes the gap's place."""
    rng = np.random.default_rng(17)
    x = matrices.drop_cells(rng, matrices.factor_scores(rng, 80, 6, 0.7), 0.08)
    y = x[:, 5]
    x = x[:, :5]
    table = np.column_stack([x, y])
    db.rows("CREATE TABLE gaps (model int, x float8[], y float8)")
    copy(db, "gaps", ((i, [None if np.isnan(v) else v for v in row[:5]],
                       None if np.isnan(row[5]) else row[5]) for i, row in enumerate(table)))
    ours = db.row("SELECT (capabilities_test(x, y)).* FROM gaps")
    expected = reference.with_capabilities(reference.Fit(x), y)
    with_column_means = np.where(np.isnan(x), np.nanmean(x, axis=0), x)
    with_means = reference.with_capabilities(reference.Fit(with_column_means), y)
    assert ours[0] == expected.n < with_means.n
    assert abs(ours[1] - expected.corr) <= 1e-14
    assert abs(with_means.corr - ours[1]) > 1e-3

    rows = db.rows("""SELECT model, capability, n_observed, status FROM
        (SELECT score_matrix(model::text, i::text, s) AS m
            FROM gaps, unnest(x) WITH ORDINALITY AS u (s, i)) AS v,
        capabilities_scores(m, '{1,2,3,4,5}')""")
    incomplete = {row[0]: row[1:] for row in rows if row[3] == "incomplete"}
    gaps = {str(i): (None, int((~np.isnan(row)).sum()), "incomplete")
            for i, row in enumerate(x) if np.isnan(row).any()}
    assert incomplete == gaps and len(gaps) > 10

    moments = db.row("SELECT n_rows(c), means(c) FROM (SELECT first_component(x) AS c "
                     "FROM gaps OFFSET 0) AS f")
    complete = ~np.isnan(x).any(axis=1)
    assert moments[0] == complete.sum()
    assert np.abs(moments[1] - x[complete].mean(axis=0)).max() <= 1e-14


def test_equal_models_have_equal_scores(db):
    """A blocked matrix product gives equal rows different last bits; ours does not."""
    rng = np.random.default_rng(19)
    distinct = matrices.factor_scores(rng, 23, 37)
    which = np.concatenate([np.arange(23), rng.integers(0, 23, 178)])
    db.rows("CREATE TABLE twins (twin int, model int, x float8[])")
    copy(db, "twins", ((k, i, distinct[k].tolist()) for i, k in enumerate(which)))
    scores = db.rows("""SELECT twin, model, capabilities_score(x) OVER () AS window,
            component_score(c, x)
        FROM twins, (SELECT first_component(x) AS c FROM twins) AS f""")
    long = dict(db.rows("""SELECT model::int, capability FROM
        (SELECT score_matrix(model::text, i::text, s) AS m
            FROM twins, unnest(x) WITH ORDINALITY AS u (s, i)) AS v,
        capabilities_scores(m, (SELECT array_agg(i::text) FROM generate_series(1, 37) AS i))"""))
    for column in (lambda r: r[2], lambda r: r[3], lambda r: long[r[1]]):
        assert len({(r[0], column(r)) for r in scores}) == 23
        assert len({column(r) for r in scores}) == 23
