"""Intervals of scores, ranks, loadings and explained variance, against numpy.

Every resample is made again (resampling.py); scores that were measured with an
error are drawn again from the same streams.
"""
import itertools

import numpy as np
import pytest
from scipy import stats

import reference
import resampling
from compare import near
from tables import CAPABILITIES, Matrix, load_paper


@pytest.fixture(scope="module")
def paper(db, shared_data):
    return load_paper(db, shared_data)


# ----------------------------------------------------------------------
# Scores and ranks: the capability benchmarks are resampled
# ----------------------------------------------------------------------

def ranks_of(scores):
    """1 is the highest; equal ones share the better rank."""
    return np.array([1 + (scores > s).sum() for s in scores])


def resampled_scores(x, resamples, seed, errors=None):
    """resamples x models, and their ranks; NaN and 0 where there is no component."""
    n, d = x.shape
    scores, ranks = np.full((resamples, n), np.nan), np.zeros((resamples, n), int)
    for b in range(resamples):
        drawn = resampling.indices(seed, resampling.BENCHMARKS, b, d)
        table = x.copy()
        if errors is not None:
            cells = [(i, j) for j in sorted(set(drawn)) for i in range(n) if errors[i, j] > 0]
            for (i, j), z in zip(cells, resampling.normals(seed, resampling.REDRAWS, b, len(cells))):
                table[i, j] += errors[i, j] * z
        fit = reference.Fit(table[:, np.sort(drawn)])
        if fit.status == "ok":
            scores[b], ranks[b] = fit.scores, ranks_of(fit.scores)
    return scores, ranks


def check_scores(matrix, resamples, seed, confidence=0.95, errors=None):
    rows = matrix.call("capabilities_scores",
                       "model, capability, rank, ci_low, ci_high, rank_low, rank_high, n_resamples, status",
                       resamples=resamples, seed=seed, confidence=confidence)
    x = matrix.columns(matrix.capabilities)
    scores, ranks = resampled_scores(x, resamples, seed, errors)
    valid = ~np.isnan(scores[:, 0])
    assert len(rows) == len(matrix.models)
    for model, capability, rank, low, high, rank_low, rank_high, n_resamples, status in rows:
        i = matrix.models.index(model)
        assert (n_resamples, status) == (valid.sum(), "ok")
        tail = (1 - confidence) / 2
        ends = np.quantile(scores[valid, i], [tail, 1 - tail])
        near(low, ends[0], 1e-11, model + " ci_low")
        near(high, ends[1], 1e-11, model + " ci_high")
        expected = np.quantile(ranks[valid, i], [tail, 1 - tail], method="inverted_cdf")
        assert [rank_low, rank_high] == list(expected), model
    return rows


@pytest.mark.parametrize("name", ["chat", "base"])
def test_paper_scores(paper, name):
    check_scores(paper[name], 200, 11, 0.9)


def test_paper_ranks(paper):
    """Few neighbours in the ranking of the chat models can be told apart."""
    rows = paper["chat"].call("capabilities_scores", "rank, rank_low, rank_high, ci_low, ci_high")
    apart = sum(a[2] < b[1] for a, b in zip(rows, rows[1:]))
    assert apart <= 4
    assert all(low <= rank <= high for rank, low, high, *_ in rows)


def test_paper_score_differences(paper):
    """The difference of two models in the same resamples of benchmarks."""
    matrix = paper["chat"]
    scores, _ = resampled_scores(matrix.columns(CAPABILITIES), 200, 4)
    shown = dict(matrix.call("capabilities_scores", "model, capability", ci="none"))
    for a, b in itertools.islice(itertools.permutations(range(len(matrix.models)), 2), 0, None, 13):
        names = [matrix.models[a], matrix.models[b]]
        (row,) = matrix.db.rows("""SELECT c.* FROM chat, capabilities_scores_difference(m, %s, %s, %s,
            resamples => 200, seed => 4, confidence => 0.9) AS c""", [*names, CAPABILITIES])
        n, score_a, score_b, difference, low, high, p, n_resamples, status = row
        assert (n, n_resamples, status) == (len(CAPABILITIES), 200, "ok")
        assert (score_a, score_b, difference) == (shown[names[0]], shown[names[1]], shown[names[0]] - shown[names[1]])
        replicates = scores[:, a] - scores[:, b]
        d = len(CAPABILITIES)
        tail = stats.norm.sf(resampling.student_quantile(0.05, d - 1) * np.sqrt(d / (d - 1)))
        ends = np.quantile(replicates, [tail, 1 - tail])
        near(low, ends[0], 1e-11, f"{names} ci_low")
        near(high, ends[1], 1e-11, f"{names} ci_high")
        z = stats.norm.isf(resampling.p_value_of_difference(replicates) / 2)
        near(p, 2 * stats.t.sf(z * np.sqrt((d - 1) / d), d - 1), 1e-12, f"{names} p")


def test_pairs_of_models(paper):
    """Of how many pairs of chat models the order is clear: by the difference, and by two intervals that part."""
    matrix = paper["chat"]
    (found,) = matrix.db.rows("""WITH interval AS MATERIALIZED (SELECT m, model, ci_low, ci_high
            FROM chat, capabilities_scores(m, %(capabilities)s) AS c)
        SELECT count(*), count(*) FILTER (WHERE d.ci_low > 0 OR d.ci_high < 0),
            count(*) FILTER (WHERE a.ci_low > b.ci_high OR b.ci_low > a.ci_high)
        FROM interval AS a, interval AS b,
            capabilities_scores_difference(a.m, a.model, b.model, %(capabilities)s) AS d
        WHERE a.model < b.model""", {"capabilities": CAPABILITIES})
    assert found == (325, 238, 215)


def test_scores_measured_with_error(db):
    """Cells of several answers have a standard error and are drawn anew."""
    rng = np.random.default_rng(3)
    cells = {}
    for i in range(9):
        skill = rng.normal()
        for j in range(7):
            cells[f"m{i}", f"b{j}"] = skill + rng.normal(scale=0.5)
    matrix = Matrix(db, "with_error", cells, {f"b{j}" for j in range(7)})
    # a second score for every other cell
    db.rows("INSERT INTO with_error_cell SELECT model, benchmark, score + 0.3 FROM with_error_cell "
            "WHERE ascii(right(model, 1)) % 2 = 0")
    db.rows("UPDATE with_error SET m = (SELECT score_matrix(model, benchmark, score) FROM with_error_cell)")
    errors = np.zeros(matrix.table.shape)
    for model, benchmark, score, n, stderr in db.rows("SELECT c.* FROM with_error, cells(m) AS c"):
        i, j = matrix.models.index(model), matrix.benchmarks.index(benchmark)
        matrix.table[i, j] = score
        errors[i, j] = stderr or 0
    assert 0 < (errors > 0).sum() < errors.size
    check_scores(matrix, 150, 2, errors=errors)


def test_scores_without_interval(paper):
    """Five capability benchmarks are too few to resample; ci => 'none' asks for none."""
    matrix = paper["chat"]
    five = matrix.call("capabilities_scores", "ci_low, rank_low, n_resamples, status", capabilities=CAPABILITIES[:5])
    assert set(five) == {(None, None, None, "too few benchmarks for an interval")}
    none = matrix.call("capabilities_scores", "ci_low, rank_low, n_resamples, status", ci="none")
    assert set(none) == {(None, None, None, "ok")}


# ----------------------------------------------------------------------
# Components: the models are resampled
# ----------------------------------------------------------------------

def resampled_components(x, resamples, seed, kind, reference_vectors):
    """Shares (resamples x d) and loadings (resamples x components x d)."""
    n, d = x.shape
    shares = np.full((resamples, d), np.nan)
    loadings = np.full((resamples, len(reference_vectors), d), np.nan)
    for b in range(resamples):
        rows = resampling.indices(seed, resampling.MODELS, b, n)
        if len(set(rows)) < 3 or any(reference.is_constant(column) for column in x[rows].T):
            continue
        values, vectors = reference.components(reference.correlation_matrix(x[rows], kind))
        shares[b] = values / d
        for k, full in enumerate(reference_vectors):
            vector = vectors[k] if k == 0 or vectors[k] @ full >= 0 else -vectors[k]
            loadings[b, k] = vector * np.sqrt(values[k])
    return shares, loadings


@pytest.mark.parametrize("kind", ["spearman", "pearson"])
@pytest.mark.parametrize("name", ["chat", "base"])
def test_paper_components(paper, name, kind):
    matrix = paper[name]
    rows = matrix.call("capabilities_components", "component, eigenvalue, explained, ci_low, ci_high, n_resamples, "
                       "parallel_threshold", pca=kind, resamples=200, seed=4)
    x = matrix.columns(CAPABILITIES)
    values, vectors = reference.components(reference.correlation_matrix(x, kind))
    shares, loadings = resampled_components(x, 200, 4, kind, vectors[:2])
    real = True
    for k, (component, eigenvalue, explained, low, high, n_resamples, threshold) in enumerate(rows):
        assert (component, n_resamples) == (k + 1, 200)
        ends = np.quantile(shares[:, k], [0.025, 0.975])
        near(low, ends[0], 1e-12, f"component {k + 1}")
        near(high, ends[1], 1e-12, f"component {k + 1}")
        if not real:
            assert threshold is None
            continue
        expected = parallel_threshold(len(x), kind, k, vectors[:k] * np.sqrt(values[:k, None]), 12, 4, 200)
        near(threshold, expected, 1e-12 * values[0], f"threshold {k + 1}")
        real = eigenvalue > threshold
    none = matrix.call("capabilities_components", "component, eigenvalue, explained, ci_low, ci_high, n_resamples, "
                       "parallel_threshold", pca=kind, resamples=200, seed=4, ci="none")
    assert none == [row[:3] + (None,) * 3 + row[6:] for row in rows]

    rows = matrix.call("capabilities_loadings", "component, benchmark, ci_low, ci_high, n_resamples", pca=kind,
                       components=2, resamples=200, seed=4)
    gap = min(values[0] - values[1], values[1] - values[2])
    for component, benchmark, low, high, n_resamples in rows:
        ends = np.nanquantile(loadings[:, component - 1, CAPABILITIES.index(benchmark)], [0.025, 0.975])
        # a resample's own gap may be far smaller than that of all models
        near(low, ends[0], 1e-12 * 1e4 / gap, f"{component} {benchmark}")
        near(high, ends[1], 1e-12 * 1e4 / gap, f"{component} {benchmark}")


def parallel_threshold(n, kind, k, loadings, d, seed, samples):
    """Green et al. 2012: k components are real, nothing else."""
    values = np.empty(samples)
    own = np.sqrt(np.maximum(1 - (loadings**2).sum(0), 1e-6)) if k else np.ones(d)
    for s in range(samples):
        numbers = resampling.normals(seed, resampling.NULLS, k * 2**32 + s, n * (k + d)).reshape(n, k + d)
        x = numbers[:, k:] * own + (numbers[:, :k] @ loadings if k else 0)
        values[s] = np.linalg.eigvalsh(reference.correlation_matrix(x, kind))[::-1][k]
    return np.quantile(values, 0.95)


def test_horn(paper):
    """The paper's data: 2.65 (base) and 2.69 (chat), one component by Horn's rule."""
    for name, expected in (("base", 2.65), ("chat", 2.69)):
        rows = paper[name].call("capabilities_components", "eigenvalue, parallel_threshold")
        near(rows[0][1], expected, 0.03, name)
        assert rows[0][0] > rows[0][1]


def test_very_many_models(db):
    """Fewer resamples than asked for, and the result says how many."""
    db.rows("""CREATE TABLE many AS SELECT score_matrix('m' || i, 'b' || j, sin(i) + cos(i * j) / 2) AS m
        FROM generate_series(1, 4001) AS i, generate_series(1, 6) AS j""")
    assert db.rows("""SELECT count(*), min(n_resamples), max(n_resamples), count(ci_low)
        FROM many, capabilities_scores(m, benchmarks(m))""") == [(4001, 4998, 4998, 4001)]
