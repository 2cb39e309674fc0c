"""capabilities_adjusted_scores and capabilities_robustness against numpy.

The adjusted scores by the textbook's formulas and by leaving the model out; the
robustness card by leaving things out of the table and computing all anew.
"""
import json

import numpy as np
import pytest
from scipy import stats

import reference
import resampling
from compare import near
from tables import Matrix, family_of, load_paper, random_matrix


@pytest.fixture(scope="module")
def paper(db, shared_data):
    return load_paper(db, shared_data)


def line_of(y, s, confidence=0.95):
    """expected, residual, studentised (by leaving each model out), ends."""
    n = len(y)
    slope, intercept = np.polyfit(s - s.mean(), y, 1)
    expected = intercept + slope * (s - s.mean())
    leverage = 1 / n + (s - s.mean()) ** 2 / ((s - s.mean()) ** 2).sum()
    sigma = np.sqrt(((y - expected) ** 2).sum() / (n - 2))
    half = resampling.student_quantile((1 - confidence) / 2, n - 2) * sigma * np.sqrt(1 + leverage)
    studentised = np.full(n, np.nan)
    for i in range(n):
        keep = np.arange(n) != i
        a, b = y[keep], s[keep]
        other = np.polyfit(b - b.mean(), a, 1)
        rest = a - (other[1] + other[0] * (b - b.mean()))
        studentised[i] = (y[i] - expected[i]) / np.sqrt((rest @ rest) / (n - 3) * (1 - leverage[i]))
    return expected, y - expected, studentised, expected - half, expected + half


def check_adjusted(matrix, rows, confidence, negated=()):
    fit = reference.Fit(matrix.columns(matrix.capabilities))
    by_benchmark = {}
    for row in rows:
        by_benchmark.setdefault(row[1], []).append(row)
    assert sorted(by_benchmark, key=str.encode) == matrix.targets
    p_values, q_values = [], []
    for benchmark, of_it in by_benchmark.items():
        y = matrix.column(benchmark)
        both = ~np.isnan(y) & fit.complete
        assert [row[0] for row in of_it] == [m for m, score in zip(matrix.models, y) if not np.isnan(score)]
        expected, residual, studentised, low, high = line_of(y[both], fit.scores[both], confidence)
        scale = max(1, np.abs(y[both]).max())
        sign = -1 if benchmark in negated else 1
        place = {model: k for k, model in enumerate(np.array(matrix.models)[both])}
        ranks = {k: 1 + (sign * studentised > sign * studentised[k]).sum() for k in place.values()}
        for (model, _, is_negated, capability, imputed, score, e, l, h, r, t, p, q, rank, n, status) in of_it:
            what = f"{benchmark}, {model}"
            assert is_negated == (benchmark in negated) and score == y[matrix.models.index(model)], what
            p_values.append(np.nan if p is None else p)
            q_values.append(np.nan if q is None else q)
            if model not in place:
                assert (capability, imputed, e, l, h, r, t, p, q, rank, status) == (None,) * 10 + ("incomplete",), what
                continue
            k = place[model]
            assert (n, imputed, status) == (both.sum(), 0, "ok"), what
            near(capability, fit.scores[matrix.models.index(model)], 1e-12 * fit.condition(), what)
            for ours, theirs in ((e, expected), (r, residual), (l, low), (h, high)):
                near(ours, theirs[k], 1e-10 * scale, what)
            near(t, studentised[k], 1e-7 * max(1, abs(t)), what)
            near(p, 2 * stats.t.sf(abs(t), n - 3), 1e-9 * p, what)
            assert rank == ranks[k], what
    for ours, theirs in zip(q_values, resampling.q_values(p_values)):
        assert np.isnan(ours) == np.isnan(theirs) and (np.isnan(ours) or abs(ours - theirs) < 1e-12)


def test_paper_adjusted(paper):
    matrix = paper["chat"]
    rows = matrix.call("capabilities_adjusted_scores", confidence=0.9)
    assert len(rows) == 26 * 166 - 6
    check_adjusted(matrix, rows, 0.9)


def test_adjusted_negated(db):
    """Lower is better: numbers stay as stored, rank 1 is furthest below the line."""
    rng = np.random.default_rng(8)
    cells = {}
    for i in range(14):
        skill = rng.normal()
        for j in range(3):
            cells[f"m{i:02d}", f"cap{j}"] = skill + rng.normal(scale=0.3)
        for name in ("harm", "help"):
            if i != 3:
                cells[f"m{i:02d}", name] = 50 + 1e3 * (skill + rng.normal())
    del cells["m05", "cap1"]
    matrix = Matrix(db, "negated", cells, {"cap0", "cap1", "cap2"})
    db.rows("UPDATE negated SET m = annotate(m, lower_is_better => '{harm}')")
    check_adjusted(matrix, matrix.call("capabilities_adjusted_scores"), 0.95, {"harm"})


# ----------------------------------------------------------------------
# Robustness
# ----------------------------------------------------------------------

def verdict_of(method, corr, n):
    ends = reference.interval(method, corr, n)
    if ends is None:
        return "unresolved"
    return resampling.verdict(*ends, 0.273 if method == "kendall" else 0.4)


def variations(matrix, benchmark, families):
    """{kind: [(name, method, n, corr)]}"""
    capabilities = [b for b in matrix.capabilities if b != benchmark]
    x, y = matrix.columns(capabilities), matrix.column(benchmark)
    complete = ~np.isnan(x).any(1)
    found = {kind: [] for kind in ("base", "benchmark", "model", "family", "pearson", "kendall",
                                   "pca_pearson", "mean_z")}

    def add(kind, name, fit_scores, who, method="spearman"):
        have = who & ~np.isnan(y) & ~np.isnan(fit_scores)
        a, b = y[have], fit_scores[have]
        if have.sum() >= 3 and not reference.is_constant(a) and not reference.is_constant(b):
            found[kind].append((name, method, int(have.sum()), reference.CORRELATION[method](a, b)))

    def scores(columns, who, pca="spearman"):
        result = np.full(len(y), np.nan)
        fit = reference.Fit(columns[who], pca)
        result[who] = fit.scores
        return result

    full = scores(x, complete)
    everyone = np.ones(len(y), bool)
    add("base", "base", full, everyone)
    for method in ("pearson", "kendall"):
        add(method, method, full, everyone, method)
    add("pca_pearson", "pca", scores(x, complete, "pearson"), everyone)
    z = np.full(len(y), np.nan)
    z[complete] = ((x[complete] - x[complete].mean(0)) / x[complete].std(0)).mean(1)
    add("mean_z", "mean", z, everyone)
    for out in capabilities if len(capabilities) > 1 else ():
        rest = matrix.columns([b for b in capabilities if b != out])
        add("benchmark", out, scores(rest, ~np.isnan(rest).any(1)), everyone)
    for i, model in enumerate(matrix.models):
        if complete[i] and not np.isnan(y[i]):
            who = complete.copy()
            who[i] = False
            add("model", model, scores(x, who), everyone)
    for family in sorted(set(families.values())):
        inside = np.array([families[m] == family for m in matrix.models])
        if (inside & complete & ~np.isnan(y)).any():
            who = complete & ~inside
            add("family", family, scores(x, who), everyone)
    return found


def check_robustness(matrix, rows, families):
    for row in rows:
        benchmark, role, _, n, n_imputed, corr, verdict = row[:7]
        left_out, others, flips, status = row[7:19], row[19:23], row[23:25], row[25]
        assert n_imputed == 0
        if corr is None:
            assert status != "ok" and flips == (None, None)
            continue
        assert status == "ok" and role == ("capability" if benchmark in matrix.capabilities else "target")
        found = variations(matrix, benchmark, families)
        (_, _, count, base), = found.pop("base")
        assert n == count
        near(corr, base, 1e-13, benchmark)
        assert verdict == verdict_of("spearman", corr, n)
        for k, kind in enumerate(("benchmark", "model", "family")):
            low, low_name, high, high_name = left_out[4 * k:4 * k + 4]
            values = [value for *_, value in found[kind]]
            if not values:
                assert (low, low_name, high, high_name) == (None,) * 4, f"{benchmark} {kind}"
                continue
            near(low, min(values), 1e-13, f"{benchmark} {kind}")
            near(high, max(values), 1e-13, f"{benchmark} {kind}")
            names = dict((name, value) for name, _, _, value in found[kind])
            near(names[low_name], low, 1e-13, f"{benchmark} {kind}")
            near(names[high_name], high, 1e-13, f"{benchmark} {kind}")
        for ours, kind in zip(others, ("pearson", "kendall", "pca_pearson", "mean_z")):
            near(ours, found[kind][0][3], 1e-11, f"{benchmark} {kind}")
        everything = [v for values in found.values() for v in values]
        assert flips[0] == any(value * base < 0 for *_, value in everything), benchmark
        assert flips[1] == any(verdict_of(m, value, count) != verdict for _, m, count, value in everything), benchmark


def test_paper_robustness(paper):
    matrix = paper["chat"]
    families = {model: family_of(model) for model in matrix.models}
    targets = ["MT_Bench", "LMSYS_Chatbot_Arena", "ethics_all", "bbq_amb", "crows_pairs_english", "wmdp_bio",
               "HarmBench-HumanJailbreaks-all", "bbh", "mmlu"]
    rows = matrix.call("capabilities_robustness", targets=targets, families=json.dumps(families))
    assert [row[0] for row in rows] == sorted(targets, key=str.encode)
    check_robustness(matrix, rows, families)


def test_random_robustness(db):
    """Incomplete models, and models that lack the target: leaving these out is no variation."""
    for number in range(12):
        matrix = random_matrix(db, number)
        families = {model: f"family {i // 2}" for i, model in enumerate(matrix.models)}
        targets = [b for b in matrix.targets if b != "target constant"]
        rows = matrix.call("capabilities_robustness", targets=targets, families=json.dumps(families))
        assert len(rows) == len(targets)
        check_robustness(matrix, rows, families)


def test_robustness_of_all(paper):
    """All of the paper's benchmarks answer, and say whether anything flips."""
    rows = paper["base"].call("capabilities_robustness", "benchmark, sign_flips, verdict_flips, status, "
                              "without_family_low")
    assert len(rows) == 164
    assert all(row[3] == "ok" and row[4] is None for row in rows)
    assert 0 < sum(row[1] for row in rows) < 164 and sum(row[2] for row in rows) > 0
