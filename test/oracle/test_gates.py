"""No verdict without a component: the gates, on tables whose answer is known.

Hundreds of random components are gated in test_random.py; how often the gates are wrong is simulated by
gates.py, on demand.
"""
import json

import numpy as np
import pytest

import imputation
import reference
from compare import near
from tables import CAPABILITIES, load_paper


@pytest.fixture(scope="module")
def paper(db, shared_data):
    return load_paper(db, shared_data)


# Two capability benchmarks that disagree, and what their difference makes of a third.
A = list(range(1, 17))
B = [9, 14, 16, 3, 12, 7, 15, 1, 10, 5, 13, 2, 8, 11, 4, 6]
T = [1, 2, 3, 5, 4, 6, 8, 9, 7, 10, 11, 12, 13, 14, 15, 16]
# Of a, c and e each pair but c and e is above chance, the three are barely.
C = [6, -1, -5, 8, 11, 9, -8, -1, 13, 19, 2, 18, 20, 14, 7, 12]
E = [-2, 8, 10, -4, 4, 6, 6, 16, 7, 9, -1, 13, 5, 29, 16, 17]

COLUMNS = "benchmark, n_capabilities, score_reliability, corr, ci_low, ci_high, p_value, q_value, verdict, status"


def matrix_of(columns):
    """SQL for a score_matrix of {benchmark: scores}."""
    scores = json.dumps([{b: column[i] if column[i] is None else float(column[i]) for b, column in columns.items()}
                         for i in range(len(next(iter(columns.values()))))])
    return (f"(SELECT score_matrix(lpad(i::text, 4, '0'), scores) "
            f"FROM jsonb_array_elements('{scores}'::jsonb) WITH ORDINALITY AS s (scores, i))")


def correlations(db, columns, capabilities, options="", what=COLUMNS):
    names = "{" + ",".join(capabilities) + "}"
    return {row[0]: row[1:] for row in db.rows(
        f"SELECT {what} FROM capabilities_correlations({matrix_of(columns)}, '{names}' {options})")}


def one_factor(rng, n, loadings):
    """A latent ability of n models, and benchmarks that load on it."""
    ability = rng.standard_normal(n)
    loadings = np.asarray(loadings, float)
    noise = rng.standard_normal((n, len(loadings)))
    return ability, (ability[:, None] * loadings + noise * np.sqrt(1 - loadings ** 2)).T


def named(columns):
    return {f"c{j:02d}": column for j, column in enumerate(columns)}


def test_two_that_disagree(db):
    """A component of two benchmarks that correlate negatively is their difference: no verdict."""
    columns = {"a": A, "b": B, "t": T}
    d, reliability, corr, low, high, p, q, verdict, status = correlations(db, columns, "ab")["t"]
    fit = reference.Fit(np.array([A, B], float).T)
    assert fit.vectors[0][0] * fit.vectors[0][1] < 0
    assert (d, verdict, status) == (2, None, "component not above chance")
    near(reliability, 2 * (1 - 1 / fit.values[0]), 1e-12, "score_reliability")
    near(corr, 0.841176, 1e-6, "corr")
    assert 0.4 < low < corr < high and p == q < 1e-4  # the numbers stand
    assert correlations(db, columns, "ab", ", ci => 'none'")["t"][-1] == status
    assert correlations(db, columns, "ab", ", ci => 'bootstrap', resamples => 100")["t"][-2:] == (None, status)
    assert correlations(db, columns, "ab", ", method => 'kendall'")["t"][-2:] == (None, status)
    assert correlations(db, columns, "ab", ", pca => 'pearson'")["t"][-2:] == (None, status)


def test_noise(db):
    """Four capability benchmarks of noise, 26 models, a target near one: rarely a verdict."""
    rng, given, strong = np.random.default_rng(15), 0, 0
    for _ in range(300):
        noise = rng.standard_normal((4, 26))
        target = 0.95 * noise[0] + np.sqrt(1 - 0.95 ** 2) * rng.standard_normal(26)
        row, = correlations(db, {**named(noise), "t": target}, named(noise)).values()
        fit = reference.Fit(noise.T)
        closed = fit.values[0] <= reference.chance_threshold(26, 4)
        assert (row[-1] == "component not above chance") == closed
        assert (row[-2] is None) == reference.Gate(fit).closed
        given += row[-2] is not None
        strong += row[3] >= 0.4 or row[4] <= -0.4
    assert strong > 40 and given <= 25  # 58 of 300 and 5 %


def test_one_capability_benchmark(db):
    """There is no component to test, and the verdict stands."""
    d, reliability, *_, verdict, status = correlations(db, {"a": A, "t": T}, "a")["t"]
    assert (d, reliability, verdict, status) == (1, None, "entangled", "ok")


def test_own_component(db):
    """A capability benchmark is held against the others, and its row says what theirs is worth."""
    columns = {"a": A, "c": C, "e": E, "t": T}
    rows = correlations(db, columns, "ace", ", targets => '{a,c,e,t}'")
    assert rows["t"][0] == 3 and rows["t"][-2:] == ("entangled", "unreliable score")
    assert rows["a"][0] == 2 and rows["a"][-2:] == (None, "component not above chance")
    assert [rows[b][-1] for b in "ce"] == ["ok"] * 2
    assert None not in (rows["c"][-2], rows["e"][-2])
    whole = correlations(db, columns, "ace", ", targets => '{c}', exclude_self => false")["c"]
    assert whole[0] == 3 and whole[1] == rows["t"][1] and whole[-2:] == (None, "part-whole")


def test_unreliable_score(db):
    """Where there are many models weak benchmarks pass chance: numbers and verdict stand, and it is said."""
    ability, columns = one_factor(np.random.default_rng(2), 2000, [0.2] * 4)
    _, reliability, *_, verdict, status = correlations(db, {**named(columns), "t": ability}, named(columns))["t"]
    assert 0.1 < reliability < 0.25 and status == "unreliable score" and verdict is not None


def reversed_in(db, columns, capabilities):
    """Benchmarks that capabilities_loadings calls reversed."""
    return [row[0] for row in db.rows(
        f"SELECT benchmark, status FROM capabilities_loadings({matrix_of(columns)}, '{{{','.join(capabilities)}}}', "
        "components => 2, ci => 'none') WHERE component = 1") if row[1] == "reversed capability benchmark"]


def test_one_reversed(db):
    """One of twelve capability benchmarks counts errors: no verdict until that is said, and the loadings name it."""
    ability, columns = one_factor(np.random.default_rng(12), 26, [0.8] * 12)
    columns = named(columns)
    columns["c07"] = -columns["c07"]
    everything = {**columns, "t": 0.9 * ability + 0.4 * np.random.default_rng(1).standard_normal(26)}
    row = correlations(db, everything, columns)["t"]
    assert row[2] > 0.6 and row[3] > 0.3 and row[-2:] == (None, "reversed capability benchmark")
    assert reversed_in(db, everything, columns) == ["c07"]
    # its own row, and the row of one that is held against the others with it
    rows = correlations(db, everything, columns, ", targets => '{c01,c07}'")
    assert rows["c07"][4] < 0 and rows["c07"][-2:] == ("inverse", "ok")
    assert rows["c01"][-2:] == (None, "reversed capability benchmark")
    assert db.rows(f"SELECT verdict, status FROM capabilities_correlations(annotate({matrix_of(everything)}, "
                   f"'{{{','.join(columns)}}}', '{{c07}}'))") == [("entangled", "ok")]


def test_two_reversed(db):
    """Of two that surely disagree neither can be told to be the one."""
    columns = {"a": A, "b": [-x for x in T], "t": T}
    assert correlations(db, columns, "ab")["t"][-2:] == (None, "reversed capability benchmark")
    assert reversed_in(db, columns, "ab") == ["a", "b"]
    assert reversed_in(db, {"a": A, "b": B}, "ab") == []  # not above chance: nothing is said of them


def test_useless_is_not_reversed(db):
    """A benchmark that measures nothing has a negative weight in half of cases, and is rarely called reversed."""
    rng, negative, fired = np.random.default_rng(7), 0, 0
    for _ in range(100):
        ability, columns = one_factor(rng, 26, [0.8] * 5 + [0])
        fit = reference.Fit(columns.T)
        row = correlations(db, {**named(columns), "t": ability}, named(columns))["t"]
        negative += fit.vectors[0][5] < 0
        fired += row[-1] == "reversed capability benchmark"
        assert row[-1] == reference.Gate(fit).status
    assert negative > 35 and fired <= 8


def test_many_benchmarks(db):
    """Of more benchmarks than are refitted the others are what is left of the component."""
    ability, columns = one_factor(np.random.default_rng(3), 40, [0.7] * 80)
    columns = named(columns)
    assert correlations(db, {**columns, "t": ability}, columns)["t"][-1] == "ok"
    columns["c20"], columns["c21"] = -columns["c20"], -columns["c21"]
    assert correlations(db, {**columns, "t": ability}, columns)["t"][-2:] == (None, "reversed capability benchmark")
    assert reversed_in(db, columns, columns) == ["c20", "c21"]


def test_families(db):
    """The threshold is that of as many independent models as those of the families are worth; a benchmark is reversed
    if the jackknife over families says so too."""
    rng, seen, other = np.random.default_rng(26), [], 0
    family = np.repeat(np.arange(9), [5, 4, 4, 3, 3, 2, 2, 2, 1])
    options = json.dumps({f"{i + 1:04}": f"f{name}" for i, name in enumerate(family)})
    for number in range(160):
        def shared(count, share=0.6):
            return np.sqrt(share) * rng.standard_normal((count, 9))[:, family] + \
                np.sqrt(1 - share) * rng.standard_normal((count, len(family)))
        loading = [0, 0.6, 0.6, 0.7][number % 4]
        d = 2 + number // 4 % 6
        ability = shared(1)
        columns = loading * ability + np.sqrt(1 - loading ** 2) * shared(d)
        if number % 4 > 1:
            columns[0] = -columns[0]
        pca = ["spearman", "pearson"][number % 3 == 0]
        row = correlations(db, {**named(columns), "t": ability[0]}, named(columns),
                           f", families => '{options}', pca => '{pca}'")["t"]
        fit = reference.Fit(columns.T, pca)
        gate = reference.Gate(fit, family)
        assert row[-1] == gate.status and (row[-2] is None) == gate.closed, number
        seen.append(gate.status)
        other += gate.status != reference.Gate(fit).status
    assert all(seen.count(word) > 20 for word in ("ok", "component not above chance", "reversed capability benchmark"))
    assert other > 20


def with_gaps(rng, columns, share):
    """A share of the cells is None; at least four scores of every benchmark stay."""
    gaps = rng.random(columns.shape) < share
    gaps[:, :4] = False
    return [[None if gap else float(v) for v, gap in zip(c, g)] for c, g in zip(columns, gaps)], np.where(gaps, np.nan, columns).T


def imputed_gate(table, pca, family=None):
    keep = imputation.included(table)
    imputed = np.full_like(table, np.nan)
    imputed[keep] = imputation.Imputation(table[keep]).imputed if np.isnan(table[keep]).any() else table[keep]
    return reference.Gate(reference.Fit(imputed, pca), family, table)


def test_imputed(db):
    """With imputed scores the scores that are there are what is judged."""
    rng, seen = np.random.default_rng(44), []
    family = np.repeat(np.arange(10), 3)
    options = json.dumps({f"{i + 1:04}": f"f{name}" for i, name in enumerate(family)})
    for number in range(80):
        d = 3 + number // 4 % 6
        ability, columns = one_factor(rng, 30, [[0, 0.45, 0.8, 0.8][number % 4]] * d)
        use_families = number % 3 == 0
        if number % 4 == 3 and not use_families:
            columns[0] = -columns[0]
        pca = ["spearman", "pearson"][number % 5 == 0]
        cells, table = with_gaps(rng, columns, 0.2)
        row = correlations(db, {**named(cells), "t": ability}, named(cells), ", missing => 'impute', "
                           f"pca => '{pca}'{f', families => {chr(39)}{options}{chr(39)}' if use_families else ''}")["t"]
        gate = imputed_gate(table, pca, family if use_families else None)
        assert row[-1] == gate.status and (row[-2] is None) == gate.closed, number
        near(row[1], gate.reliability, 1e-10, "score_reliability")
        seen.append(gate.status)
    assert all(seen.count(word) > 5 for word in ("ok", "component not above chance", "reversed capability benchmark")), seen


def test_noise_with_gaps(db):
    """Imputing makes a component of noise, whose score would look reliable; there is no verdict by it."""
    rng, given = np.random.default_rng(8), 0
    for _ in range(100):
        noise = rng.standard_normal((12, 26))
        cells, _ = with_gaps(rng, noise, 0.4)
        row = correlations(db, {**named(cells), "t": noise[0]}, named(cells), ", missing => 'impute'")["t"]
        given += row[-2] is not None
    assert given <= 8


def test_later_components_with_gaps(db):
    """One factor stays one: what is imputed leaves the rest too few dimensions for a test of later components."""
    for gaps in (0, 0.2, 0.4):
        _, columns = one_factor(np.random.default_rng(1), 200, [0.7] * 11)
        cells, _ = with_gaps(np.random.default_rng(2), columns, gaps)
        rows = db.rows(f"SELECT eigenvalue, parallel_threshold, status FROM capabilities_components({matrix_of(named(cells))}, "
                       f"'{{{','.join(named(cells))}}}', missing => 'impute', ci => 'bootstrap', resamples => 100)")
        assert rows[0][0] > rows[0][1] and rows[0][2] == "ok"
        if gaps == 0:
            assert rows[1][0] <= rows[1][1]
        else:
            assert {row[1:] for row in rows[1:]} == {(None, "not tested with imputed scores")}


def test_not_tested(db):
    """Too many benchmarks with gaps are judged by nobody, and that is said."""
    ability, columns = one_factor(np.random.default_rng(5), 30, [0.8] * 257)
    cells, _ = with_gaps(np.random.default_rng(6), columns, 0.1)
    d, reliability, *_, verdict, status = correlations(
        db, {**named(cells), "t": ability}, named(cells), ", missing => 'impute'")["t"]
    assert (d, reliability, status) == (257, None, "component not tested") and verdict is not None


def test_no_component_to_test(db):
    """benchmark_correlations has the columns and nothing in them."""
    assert db.rows(f"SELECT n_capabilities, score_reliability, verdict, status "
                   f"FROM benchmark_correlations({matrix_of({'a': A, 't': T})}, 'a')") == [
        (None, None, "entangled", "ok")]


def test_robustness(db):
    """capabilities_robustness has no verdict either, and so none that flips; its numbers stand."""
    def card(columns, capabilities):
        row, = db.rows(f"SELECT corr, verdict, sign_flips, verdict_flips, status FROM capabilities_robustness("
                       f"{matrix_of(columns)}, '{capabilities}', '{{t}}')")
        return row
    corr, verdict, sign_flips, verdict_flips, status = card({"a": A, "b": B, "t": T}, "{a,b}")
    assert corr > 0.8 and sign_flips and (verdict, verdict_flips) == (None, None)
    assert status == "component not above chance"
    # without a the component is chance, and that alone is no flip: intervals are what is compared
    assert card({"a": A, "c": C, "e": E, "t": A}, "{a,c,e}")[1:] == ("entangled", False, True, "unreliable score")
    assert card({"a": A, "c": C, "e": E, "t": T}, "{a,c,e}")[1:] == ("entangled", False, True, "unreliable score")


def test_paper(paper):
    """The gates leave the paper's components alone."""
    for name in ("base", "chat"):
        rows = paper[name].call("capabilities_correlations", "n_capabilities, score_reliability, status")
        assert {(d, status) for d, _, status in rows} == {(len(CAPABILITIES), "ok")}
        assert all(r == rows[0][1] and 0.95 < r < 1 for _, r, _ in rows)
