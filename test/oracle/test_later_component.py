"""capabilities_correlations with a later component: its scores, what it is among the others, resamples, verdicts.

How good they are is simulated by later_components.py, on demand.
"""
import json

import numpy as np
import pytest
from scipy import stats

import reference
import resampling
from compare import near
from tables import CAPABILITIES, Matrix, family_of, load_paper

COLUMNS = "benchmark, n, n_capabilities, corr, ci_low, ci_high, p_value, q_value, verdict, q_verdict, n_resamples, score_reliability, status"
N, K, CORR, LOW, HIGH, P, Q, VERDICT, Q_VERDICT, RESAMPLES, RELIABILITY, STATUS = range(12)


@pytest.fixture(scope="module")
def paper(db, shared_data):
    return load_paper(db, shared_data)


@pytest.fixture(scope="module")
def two_factors(db):
    """60 models of 12 benchmarks; the second component is real."""
    rng = np.random.default_rng(4)
    ability, other = rng.standard_normal((2, 60))
    side = np.repeat([1, -1], 6)
    cells = {}
    for j in range(12):
        cells |= {(f"m{i:02}", f"c{j:02}"): x for i, x in enumerate(0.7 * ability + 0.5 * side[j] * other + 0.5 * rng.standard_normal(60))}
    for name, a, b in (("capable", 0.9, 0), ("tied", 0, -0.95), ("beside", 0.6, 0.6), ("weak", 0, 0.3), ("noise", 0, 0), ("noise2", 0, 0)):
        cells |= {(f"m{i:02}", name): x for i, x in enumerate(
            a * ability + b * other + np.sqrt(1 - a * a - b * b) * rng.standard_normal(60)) if name != "weak" or i % 7}
    return Matrix(db, "two_factors", cells, [f"c{j:02}" for j in range(12)])


def rows(matrix, component, **parameters):
    return {row[0]: row[1:] for row in matrix.call("capabilities_correlations", COLUMNS, component=component, **parameters)}


def fitted(x, kind="spearman"):
    values, vectors = reference.components(reference.correlation_matrix(x, kind))
    z = np.column_stack([reference.deviations(c).astype(float) for c in x.T]) / x.std(0)
    return values, vectors, z


def most_congruent(values, vectors, weights):
    """Place and congruence, of those with an eigenvalue."""
    congruence = np.where(values > 1e-9 * values[0], vectors @ weights, 0)
    k = np.abs(congruence).argmax()
    return k, congruence[k]


def refitted(x, targets, kept, weights, method="spearman", kind="spearman"):
    """Of the table of these rows: every target with the component that is like the weights."""
    result = np.full(len(targets), np.nan)
    if len(np.unique(kept)) < 3 or (x[kept].min(0) == x[kept].max(0)).any():
        return result
    values, vectors, z = fitted(x[kept], kind)
    k, congruence = most_congruent(values, vectors, weights)
    score = z @ vectors[k] * np.sign(congruence)
    # copies of a model are equal, whatever the order in which numpy adds up
    score = score[[np.flatnonzero(kept == i)[0] for i in kept]]
    for t, y in enumerate(targets):
        have = ~np.isnan(y[kept])
        if len(np.unique(kept[have])) >= 3 and y[kept][have].min() < y[kept][have].max():
            result[t] = reference.CORRELATION[method](y[kept][have], score[have])
    return result


CHOSEN = ["crows_pairs_english", "bbq_amb", "drop_em", "toxigen", "LMSYS_Chatbot_Arena", "machiavelli-games"]


@pytest.mark.parametrize("component", [2, 3, 7])
@pytest.mark.parametrize("method, pca", [("spearman", "spearman"), ("pearson", "pearson"), ("kendall", "spearman")])
def test_numbers(paper, component, method, pca):
    """Correlation, p-value, percentiles and claims of the very resamples that are drawn."""
    matrix = paper["chat"]
    x = matrix.columns(CAPABILITIES)
    targets = [matrix.column(b) for b in CHOSEN]
    values, vectors, z = fitted(x, pca)
    v = vectors[component - 1]
    found = rows(matrix, component, targets=CHOSEN, method=method, pca=pca, resamples=100, seed=3)
    replicates = np.array([refitted(x, targets, resampling.indices(3, resampling.MODELS, b, len(x)), v, method, pca) for b in range(100)])
    for t, benchmark in enumerate(CHOSEN):
        have = ~np.isnan(targets[t])
        y, score = targets[t][have], (z @ v)[have]
        row = found[benchmark]
        assert (row[N], row[K], row[RELIABILITY]) == (have.sum(), 12, None)
        near(row[CORR], reference.CORRELATION[method](y, score), 1e-9, benchmark)
        low, high, valid = resampling.percentile_interval(replicates[:, t])
        low, high = resampling.bounded(low, high, method, have.sum())
        assert row[RESAMPLES] == valid
        near(row[LOW], low, 1e-9, benchmark)
        near(row[HIGH], high, 1e-9, benchmark)
        if method == "spearman":
            near(row[P], stats.spearmanr(y, score)[1], 1e-9, benchmark)


def partial(y, x, z):
    """Of ranks, given one control."""
    yx, yz, xz = (stats.spearmanr(a, b)[0] for a, b in ((y, x), (y, z), (x, z)))
    return (yx - yz * xz) / np.sqrt((1 - yz * yz) * (1 - xz * xz)), 1 / (1 - xz * xz)


def test_given_a_control(two_factors):
    """What a control takes out of a later component, in the sample and in every resample."""
    x, control = two_factors.columns([f"c{j:02}" for j in range(12)]), two_factors.column("capable")
    values, vectors, z = fitted(x)
    v = vectors[1]
    chosen = ["tied", "beside", "noise"]
    found = two_factors.call("capabilities_correlations", "benchmark, corr, vif, corr_uncontrolled, ci_low, ci_high",
                             component=2, targets=chosen, controlling=["capable"], resamples=100, seed=5)
    replicates = {name: [] for name in chosen}
    for b in range(100):
        kept = resampling.indices(5, resampling.MODELS, b, len(x))
        own = fitted(x[kept])
        k, congruence = most_congruent(own[0], own[1], v)
        score = own[2] @ own[1][k] * np.sign(congruence)
        score = score[[np.flatnonzero(kept == i)[0] for i in kept]]
        for name in chosen:
            replicates[name].append(partial(two_factors.column(name)[kept], score, control[kept])[0])
    assert [row[0] for row in found] == sorted(chosen)
    for name, corr, vif, uncontrolled, low, high in found:
        y = two_factors.column(name)
        wanted, inflation = partial(y, z @ v, control)
        near(corr, wanted, 1e-9, name)
        near(vif, inflation, 1e-9, name)
        near(uncontrolled, stats.spearmanr(y, z @ v)[0], 1e-9, name)
        ends = resampling.percentile_interval(np.array(replicates[name]))
        near(low, ends[0], 1e-9, name)
        near(high, ends[1], 1e-9, name)


def test_crows_pairs(paper):
    """Of the paper's chat models: as far as can be from 0, with a component that is not above chance."""
    row = rows(paper["chat"], 2, ci="bootstrap")["crows_pairs_english"]
    near(row[CORR], -0.84, 0.005, "corr")
    near(row[LOW], -0.93, 0.01, "ci_low")
    near(row[HIGH], -0.24, 0.01, "ci_high")
    assert row[Q] < 0.05 and row[VERDICT] is None and row[Q_VERDICT] is None and row[STATUS] == "component not above chance"


def test_resamples_by_default(paper):
    """Five hundred unless ci is given, or fewer if fewer are asked for."""
    few = rows(paper["chat"], 2)
    assert few == rows(paper["chat"], 2, ci="bootstrap", resamples=500) and few["crows_pairs_english"][RESAMPLES] == 500
    assert rows(paper["chat"], 2, resamples=300)["crows_pairs_english"][RESAMPLES] == 300
    assert rows(paper["chat"], 2, ci="bootstrap")["crows_pairs_english"][RESAMPLES] == 10000


@pytest.mark.parametrize("name", ["chat", "base"])
def test_component_of_the_others(paper, name):
    """That of the others which has more than half of the component; or none."""
    matrix = paper[name]
    x = matrix.columns(CAPABILITIES)
    v = fitted(x)[1][1]
    found = rows(matrix, 2, targets=CAPABILITIES, ci="none", resamples=100)
    matched = 0
    for j, benchmark in enumerate(CAPABILITIES):
        others = np.delete(np.arange(12), j)
        values, vectors, z = fitted(x[:, others])
        k, congruence = most_congruent(values, vectors, v[others])
        row = found[benchmark]
        assert row[K] == 11
        if congruence ** 2 <= 0.5:
            assert row[CORR] is None and row[STATUS] == "component not matched"
        else:
            matched += 1
            near(row[CORR], reference.spearman(x[:, j], z @ vectors[k] * np.sign(congruence)), 1e-12, benchmark)
    assert matched > 0 and (matched < 12 or name == "base")


def test_the_others_are_refitted(two_factors):
    """The interval of a capability benchmark: resamples match the component of the others."""
    x = two_factors.columns(two_factors.capabilities)
    others = np.arange(1, 12)
    values, vectors, z = fitted(x[:, others])
    k, congruence = most_congruent(values, vectors, fitted(x)[1][1][others])
    w = vectors[k] * np.sign(congruence)
    row = rows(two_factors, 2, targets=["c00"], resamples=100)["c00"]
    near(row[CORR], reference.spearman(x[:, 0], z @ w), 1e-12, "corr")
    replicates = np.array([refitted(x[:, others], [x[:, 0]], resampling.indices(0, resampling.MODELS, b, 60), w) for b in range(100)])
    low, high, _ = resampling.percentile_interval(replicates[:, 0])
    near(row[LOW], low, 1e-9, "low")
    near(row[HIGH], high, 1e-9, "high")
    assert row[STATUS] == "ok" and row[VERDICT] == "tied" and abs(row[CORR]) > 0.6


def test_verdicts(two_factors):
    """tied, low and unresolved by the interval's magnitude, with q of what they claim over all targets."""
    targets = two_factors.targets
    x = two_factors.columns(two_factors.capabilities)
    v = fitted(x)[1][1]
    replicates = np.array([refitted(x, [two_factors.column(t) for t in targets], resampling.indices(0, resampling.MODELS, b, 60), v)
                           for b in range(200)])
    found = rows(two_factors, 2, resamples=200)
    claims = [resampling.counted_claims("spearman", found[t][CORR], found[t][N], replicates[:, i], 0.4) for i, t in enumerate(targets)]
    beyond, within = (resampling.q_values(p) for p in zip(*claims))
    q = resampling.q_values([found[t][P] for t in targets])
    words = set()
    for i, t in enumerate(targets):
        row = found[t]
        word = {"entangled": "tied", "inverse": "tied", "low": "low"}.get(resampling.verdict(row[LOW], row[HIGH]), "unresolved")
        assert (row[VERDICT], row[STATUS]) == (word, "ok")
        near(row[Q], q[i], 1e-12, t)
        if word == "unresolved":
            assert row[Q_VERDICT] is None
        else:
            near(row[Q_VERDICT], (beyond if word == "tied" else within)[i], 1e-9, t)
        words.add(word)
    assert words == {"tied", "low", "unresolved"}
    assert found["tied"][VERDICT] == "tied" and found["capable"][VERDICT] == "low"


def test_families(two_factors, paper):
    """The jackknife over families, each without one of them matched; never surer than the formula."""
    for matrix, family in ((two_factors, lambda m: f"f{int(m[1:]) % 15}"), (paper["chat"], family_of)):
        families = [family(m) for m in matrix.models]
        given = dict(zip(matrix.models, families))
        x = matrix.columns(matrix.capabilities)
        _, vectors, z = fitted(x)
        v = vectors[1]
        targets = [t for t in matrix.targets if not np.isnan(matrix.column(t)).any()][:40]
        found = rows(matrix, 2, targets=targets, families=json.dumps(given), resamples=100)
        names = sorted(set(families))
        keep = [np.flatnonzero(np.array(families) != name) for name in names]
        left = np.array([refitted(x, [matrix.column(t) for t in targets], kept, v) for kept in keep])
        for i, t in enumerate(targets):
            row = found[t]
            low, high = resampling.jackknife_interval("spearman", row[CORR], row[N], left[:, i], [len(kept) for kept in keep])
            near(row[LOW], low, 1e-9, t)
            near(row[HIGH], high, 1e-9, t)
            near(row[P], resampling.jackknife_p_value(row[CORR], row[N], left[:, i], [len(kept) for kept in keep],
                                                      stats.spearmanr(matrix.column(t), z @ v)[1]), 1e-9, t)


@pytest.mark.parametrize("component", [2, 3])
def test_gate(two_factors, paper, component):
    """Verdicts where this component and those before it are above the thresholds of capabilities_components, with its resamples and seed."""
    for matrix, wanted in ((two_factors, component == 2), (paper["chat"], False), (paper["base"], None)):
        table = matrix.call("capabilities_components", "eigenvalue, parallel_threshold", resamples=300, seed=8)[:component]
        above = all(threshold is not None and value > threshold for value, threshold in table)
        assert wanted is None or above == wanted
        found = rows(matrix, component, resamples=300, seed=8)
        assert {row[STATUS] for row in found.values()} <= ({"ok", "noisy scores"} if above else {"component not above chance"})
        assert all((row[VERDICT] is not None) == above and row[CORR] is not None and row[LOW] is not None for row in found.values())


def test_of_the_whole(paper):
    """No verdict of the others' component where that of all, which it is like, is not above chance."""
    found = rows(paper["chat"], 2, targets=CAPABILITIES, resamples=200)
    assert {row[VERDICT] for row in found.values()} == {None}
    assert {row[STATUS] for row in found.values()} == {"component not above chance", "component not matched"}


def test_imputed(two_factors):
    """With imputed scores a later component cannot be tested: numbers, but no verdict."""
    two_factors.db.rows("""CREATE TABLE gaps AS SELECT score_matrix(model, benchmark, score) AS m FROM two_factors_cell
        WHERE benchmark NOT LIKE 'c%' OR md5(model || benchmark) > '2'""")
    found = two_factors.db.rows("SELECT corr, ci_low, verdict, status, n_imputed FROM gaps, capabilities_correlations(m, %s, component => 2, "
                                "missing => 'impute', resamples => 100)", (two_factors.capabilities,))
    assert len(found) == 6
    for corr, low, verdict, status, n_imputed in found:
        assert corr is not None and low is not None and verdict is None and status == "not tested with imputed scores" and n_imputed > 10


def test_first_is_as_ever(paper):
    """component => 1 changes nothing."""
    assert rows(paper["chat"], 1) == {row[0]: row[1:] for row in paper["chat"].call("capabilities_correlations", COLUMNS)}


def test_thin_data(db):
    """As many components as models less one: beyond them NULL and a status."""
    db.rows("""CREATE TABLE thin AS SELECT score_matrix('m' || i, 'b' || j, sin(i * j * 1.3) + i) AS m
        FROM generate_series(1, 5) AS i, generate_series(0, 7) AS j""")
    call = "SELECT corr IS NULL, ci_low IS NULL, verdict, status FROM thin, capabilities_correlations(m, '{b0,b1,b2,b3,b4,b5}', '{b6}', component => %s, resamples => 100) AS c"
    assert db.row(call, (6,)) == (True, True, None, "undefined component")
    assert db.row(call, (2,))[0] is False and db.row(call, (2,))[2:] == (None, "component not above chance")
    few = call.replace("thin,", "(SELECT subset(m, '{m1,m2}') AS m FROM thin) AS t,")
    assert db.row(few, (2,)) == (True, True, None, "too few complete models")


@pytest.mark.parametrize("arguments, what", [
    ("component => 0", "at least 1"), ("component => -1", "at least 1"), ("component => NULL", "component"), ("component => 9", "8 capability"),
    ("component => 2, ci => 'analytic'", "bootstrap"), ("component => 2, ci => 'jackknife'", "families")])
def test_wrong_arguments(db, arguments, what):
    error = db.error("SELECT capabilities_correlations(m, '{b0,b1,b2,b3,b4,b5,b6,b7}', '{b0}', " + arguments +
                     ") FROM (SELECT score_matrix('m' || i, 'b' || j, sin(i * j * 1.3) + i) AS m FROM generate_series(1, 9) AS i, generate_series(0, 7) AS j) AS t")
    assert error.pgcode == "22023" and what in f"{error} {error.diag.message_detail} {error.diag.message_hint}"
