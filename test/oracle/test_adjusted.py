"""capabilities_adjusted_scores and capabilities_robustness against numpy, exact arithmetic and R.

The adjusted scores by the textbook's formulas and by leaving the model out, and from the
capabilities scores that they show in fractions without rounding, and by lm() of R; the
robustness card by leaving things out of the table and computing all anew.
"""
import csv
import decimal
import fractions
import json
import math
import shutil
import subprocess

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


def is_curved(y, s):
    """Is a quadratic term significant at 5 %?"""
    x = np.vander((s - s.mean()) / s.std(), 3)
    coefficients, *_ = np.linalg.lstsq(x, y, rcond=None)
    rest = y - x @ coefficients
    sigma2 = rest @ rest / (len(y) - 3)
    t = coefficients[0] / np.sqrt(sigma2 * np.linalg.inv(x.T @ x)[0, 0])
    return 2 * stats.t.sf(abs(t), len(y) - 3) < 0.05


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
        curved = is_curved(y[both], fit.scores[both])
        scale = max(1, np.abs(y[both]).max())
        sign = -1 if benchmark in negated else 1
        place = {model: k for k, model in enumerate(np.array(matrix.models)[both])}
        ranks = {k: 1 + (sign * studentised > sign * studentised[k]).sum() for k in place.values()}
        for (model, _, direction, capability, imputed, score, e, l, h, r, t, p, q, rank, n, status) in of_it:
            what = f"{benchmark}, {model}"
            assert direction == ("lower" if benchmark in negated else None) and score == y[matrix.models.index(model)], what
            p_values.append(np.nan if p is None else p)
            q_values.append(np.nan if q is None else q)
            if model not in place:
                assert (capability, imputed, e, l, h, r, t, p, q, rank, status) == (None,) * 10 + ("incomplete",), what
                continue
            k = place[model]
            assert (n, imputed, status) == (both.sum(), 0, "significant curvature" if curved else "ok"), what
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
# Curves and logits: from the capabilities scores that the rows show
# ----------------------------------------------------------------------

COLUMNS = "benchmark, model, direction, capability, score, expected, pi_low, pi_high, residual, studentised, p_value, rank, n, status"


def exact_fit(y, s, k):
    """Least squares with k coefficients, in fractions: expected, leverage, residual, sigma^2, studentised^2
    (None where there is none), t^2 of the square where k is 3.
    """
    n = len(y)
    columns = []
    for power in range(k):
        column = [x**power for x in s]
        for other in columns:
            part = sum(a * b for a, b in zip(column, other)) / sum(b * b for b in other)
            column = [a - part * b for a, b in zip(column, other)]
        columns.append(column)
    lengths = [sum(a * a for a in column) for column in columns]
    coefficients = [sum(a * b for a, b in zip(column, y)) / length for column, length in zip(columns, lengths)]
    expected = [sum(c * column[i] for c, column in zip(coefficients, columns)) for i in range(n)]
    leverage = [sum(column[i]**2 / length for column, length in zip(columns, lengths)) for i in range(n)]
    residual = [a - b for a, b in zip(y, expected)]
    sse = sum(e * e for e in residual)
    squares = []
    for e, h in zip(residual, leverage):
        rest = sse - e * e / (1 - h) if h < 1 else 0
        squares.append(e * e * (n - k - 1) / (rest * (1 - h)) if rest else None)
    t2 = coefficients[2]**2 * lengths[2] * (n - 3) / sse if k == 3 else None
    return expected, leverage, residual, sse / (n - k), squares, t2


def root(x):
    """Of a fraction; 28 digits do."""
    return float((decimal.Decimal(x.numerator) / decimal.Decimal(x.denominator)).sqrt())


def logit(p):
    p = decimal.Decimal(p)
    return fractions.Fraction((p / (1 - p)).ln())


def logistic(x):
    return float(1 / (1 + (-decimal.Decimal(x.numerator) / decimal.Decimal(x.denominator)).exp()))


def check_exactly(rows, fit, scale, confidence=0.95):
    """Rows of COLUMNS; returns how many had numbers."""
    k = {"linear": 2, "quadratic": 3}[fit]
    by_benchmark = {}
    for row in rows:
        by_benchmark.setdefault(row[0], []).append(row)
    checked = 0
    for benchmark, of_it in by_benchmark.items():
        of_it = [row for row in of_it if row[3] is not None]
        scores = [row[4] for row in of_it]
        if scale == "logit" and not all(0 < score < 1 for score in scores):
            assert all(row[5:12] == (None,) * 7 and row[13] == "score outside (0, 1)" for row in of_it), benchmark
            continue
        s = [fractions.Fraction(row[3]) for row in of_it]
        y = [logit(score) if scale == "logit" else fractions.Fraction(score) for score in scores]
        n = len(y)
        expected, leverage, residual, sigma2, squares, _ = exact_fit(y, s, k)
        t2 = exact_fit(y, s, 3)[-1]
        sigma = root(sigma2)
        quantile = resampling.student_quantile((1 - confidence) / 2, n - k)
        curved = k == 2 and n > 3 and 2 * stats.t.sf(root(t2), n - 3) < 0.05
        sign = -1 if of_it[0][2] == "lower" else 1
        for i, (_, model, _, _, score, e, low, high, r, t, p, rank, rows_n, status) in enumerate(of_it):
            what = f"{benchmark}, {model}, {fit}, {scale}"
            half = quantile * sigma * root(1 + leverage[i])
            ends = [expected[i] - fractions.Fraction(half), expected[i] + fractions.Fraction(half)]
            if scale == "logit":
                assert r == score - e and 0 <= low <= e <= high <= 1, what
                for ours, theirs in ((e, expected[i]), (low, ends[0]), (high, ends[1])):
                    near(ours, logistic(theirs), 1e-12 * max(1, sigma) * logistic(theirs), what)
            else:
                for ours, theirs in ((e, expected[i]), (low, ends[0]), (high, ends[1])):
                    near(ours, float(theirs), 1e-12 * (abs(float(theirs)) + sigma), what)
                near(r, float(residual[i]), 1e-12 * (abs(float(residual[i])) + sigma), what)
            theirs = math.copysign(root(squares[i]), residual[i])
            near(t, theirs, 1e-12 * (abs(theirs) + 1), what)
            near(p, 2 * stats.t.sf(abs(t), n - k - 1), 1e-9 * p, what)
            assert rank == 1 + sum(sign * other[9] > sign * t for other in of_it), what
            assert rows_n == n and status == ("significant curvature" if curved else "ok"), what
            checked += 1
    return checked


@pytest.mark.parametrize("fit", ["linear", "quadratic"])
@pytest.mark.parametrize("scale", ["raw", "logit"])
def test_paper_fits(paper, fit, scale):
    """Of the chat models; capability benchmarks too, by the component of the others."""
    matrix = paper["chat"]
    rows = matrix.call("capabilities_adjusted_scores", COLUMNS, fit=fit, scale=scale,
                       targets=matrix.targets[::5] + matrix.capabilities)
    assert check_exactly(rows, fit, scale) > (700 if scale == "raw" else 350)


@pytest.mark.parametrize("fit", ["linear", "quadratic"])
def test_negated_fits(db, fit):
    """Lower is better: as if higher were, but for the rank, on either scale."""
    rng = np.random.default_rng(9)
    cells = {}
    for i in range(12):
        skill = rng.normal()
        cells[f"m{i:02d}", "cap"] = skill
        cells[f"m{i:02d}", "harm"] = cells[f"m{i:02d}", "help"] = 1 / (1 + np.exp(4 - skill**2 + rng.normal()))
    matrix = Matrix(db, f"negated_{fit}", cells, {"cap"})
    db.rows(f"UPDATE negated_{fit} SET m = annotate(m, lower_is_better => '{{harm}}')")
    for scale in ("raw", "logit"):
        rows = matrix.call("capabilities_adjusted_scores", COLUMNS, fit=fit, scale=scale)
        assert check_exactly(rows, fit, scale) == 24
        harm, good = rows[:12], rows[12:]
        assert all(a[3:11] == b[3:11] and a[11] == 13 - b[11] for a, b in zip(harm, good))


R = """
given <- read.csv("given.csv")
fit <- function(d) {
  u <- d$s - mean(d$s)
  model <- if (d$fit[1] == "linear") lm(y ~ u, data.frame(u, y = d$y)) else lm(y ~ u + I(u^2), data.frame(u, y = d$y))
  inner <- suppressWarnings(predict(model, interval = "prediction", level = 0.9))
  with_square <- summary(lm(y ~ u + I(u^2), data.frame(u, y = d$y)))$coefficients
  data.frame(row = d$row, inner, residual = resid(model), studentised = rstudent(model), square = with_square[3, 4])
}
answer <- do.call(rbind, lapply(split(given, paste(given$fit, given$benchmark)), fit))
answer[-1] <- lapply(answer[-1], function(x) sprintf("%.17g", x))
write.csv(answer, "answer.csv", row.names = FALSE, quote = FALSE)
"""


def test_r(paper, tmp_path):
    """lm(), predict(), rstudent() of R, to the 1e-11 that its decomposition keeps."""
    if not shutil.which("Rscript"):
        pytest.skip("there is no Rscript")
    matrix = paper["chat"]
    rows = [(fit, *row) for fit in ("linear", "quadratic") for row in matrix.call(
        "capabilities_adjusted_scores", COLUMNS, fit=fit, targets=matrix.targets[::9], confidence=0.9)]
    (tmp_path / "fit.R").write_text(R)
    with open(tmp_path / "given.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "fit", "benchmark", "s", "y"])
        writer.writerows([i, fit, benchmark, repr(s), repr(y)]
                         for i, (fit, benchmark, _, _, s, y, *_) in enumerate(rows))
    subprocess.run(["Rscript", "--vanilla", "fit.R"], cwd=tmp_path, check=True, capture_output=True)
    with open(tmp_path / "answer.csv", encoding="utf-8", newline="") as file:
        answer = {int(line["row"]): line for line in csv.DictReader(file)}
    assert len(answer) == len(rows) > 900
    for i, (fit, benchmark, model, _, _, _, e, low, high, r, t, _, _, _, status) in enumerate(rows):
        line, what = answer[i], f"{fit}, {benchmark}, {model}"
        scale = high - low
        for ours, theirs in ((e, "fit"), (low, "lwr"), (high, "upr"), (r, "residual")):
            near(ours, float(line[theirs]), 1e-11 * (abs(ours) + scale), f"{what} {theirs}")
        near(t, float(line["studentised"]), 1e-11 * (1 + abs(t)), what)
        assert (status == "significant curvature") == (fit == "linear" and float(line["square"]) < 0.05), what


def test_too_few_for_a_curve(db):
    """What a fit needs: models, and capabilities scores that differ."""
    cells = {(f"m{i}", b): x for i, (cap, y) in enumerate([(1, 0.3), (2, 0.2), (2, 0.4), (1, 0.5)])
             for b, x in (("cap", cap), ("y", y))}
    two = Matrix(db, "two_values", cells, {"cap"})
    one = {"fit": "quadratic"}
    assert set(two.call("capabilities_adjusted_scores", "expected, pi_low, studentised, rank, n, status", **one)) == {
        (None, None, None, None, 4, "too few distinct capabilities scores")}
    assert {row[1] for row in two.call("capabilities_adjusted_scores", "expected, status")} == {"ok"}
    cells = {key: x for key, x in cells.items() if key[0] != "m3"} | {("m2", "cap"): 3}
    three = Matrix(db, "three_models", cells, {"cap"})
    assert set(three.call("capabilities_adjusted_scores", "expected, pi_low, n, status", **one)) == {
        (None, None, 3, "too few models")}
    assert set(three.call("capabilities_adjusted_scores", "expected IS NULL, studentised, status")) == {(False, None, "untested")}
    four = Matrix(db, "four_models", cells | {("m4", "cap"): 5, ("m4", "y"): 0.9}, {"cap"})
    for fit, df in (("linear", 1), ("quadratic", 0)):
        rows = four.call("capabilities_adjusted_scores", "expected, pi_low, studentised, rank, n, status", fit=fit)
        assert all(e is not None and low is not None and (t is None) == (df == 0) and (rank is None) == (df == 0) and
                   n == 4 and status in (("ok", "significant curvature") if df else ("untested",)) for e, low, t, rank, n, status in rows)


# ----------------------------------------------------------------------
# sloth: a benchmark with a U, and shares whose lines leave [0, 1]
# ----------------------------------------------------------------------

EARLIER = ["ARC", "HellaSwag", "MMLU", "Winogrande", "GSM8K"]
LEADERBOARD = ["IFEval", "BBH", "MATH Lvl 5", "GPQA", "MUSR", "MMLU-PRO"]
NO_SHARES = {"", "Model", "Family", "Instruct", "date", "#Params (B)", "Pretraining Data Size (T)", "FLOPs (1E21)",
             "Arena-Elo", "MTBench"}


@pytest.fixture(scope="module")
def sloth(db, shared_data):
    path = shared_data / "sloth" / "data_v1.csv"
    if not path.exists():
        pytest.skip("../shared/data/sloth is absent")
    with open(path, encoding="utf-8", newline="") as lines:
        cells = {(row["Model"], b): float(value) for row in csv.DictReader(lines)
                 for b, value in row.items() if b not in NO_SHARES and value}
    return Matrix(db, "sloth", cells, EARLIER + LEADERBOARD)


def test_truthfulqa_is_u_shaped(sloth):
    """The least capable model: above the line, not above the curve."""
    for missing, capabilities, n, ranks in (("complete", EARLIER, 163, (6, 25)),
                                            ("impute", EARLIER + LEADERBOARD, 163, (2, 15))):
        for fit, rank, status in (("linear", ranks[0], "significant curvature"), ("quadratic", ranks[1], "ok")):
            rows = sloth.call("capabilities_adjusted_scores", COLUMNS, capabilities=capabilities, targets=["TruthfulQA"],
                              missing=missing, fit=fit)
            least = min((row for row in rows if row[3] is not None), key=lambda row: row[3])
            assert (least[1], *least[11:]) == ("pythia-70m-deduped", rank, n, status)
            if missing == "complete":
                assert check_exactly(rows, fit, "raw") == n


def test_what_leaves_the_scale(sloth):
    """Lines and imputed scores know nothing of [0, 1]: one interval in six; logits stay."""
    targets = [b for b in sloth.benchmarks if b not in EARLIER]
    rows = sloth.call("capabilities_adjusted_scores", COLUMNS, capabilities=EARLIER, targets=targets)
    off = [row[6] < 0 or row[7] > 1 for row in rows if row[6] is not None]
    assert round(np.mean(off), 2) == 0.16

    def curved(rows):
        return len({row[0] for row in rows if row[13] == "significant curvature"})
    assert (len(targets), curved(rows)) == (103, 83)
    rows = sloth.call("capabilities_adjusted_scores", COLUMNS, capabilities=EARLIER, targets=targets, scale="logit")
    assert all(0 <= row[6] < row[7] <= 1 for row in rows if row[6] is not None)
    assert (len({row[0] for row in rows if row[6] is not None}), curved(rows)) == (93, 77)
    imputed = [score for score, is_imputed in sloth.call(
        "impute_scores", "score, imputed", capabilities=[*sloth.capabilities, "TruthfulQA"]) if is_imputed]
    assert (len([s for s in imputed if s < 0]), len(imputed)) == (42, 684)


# ----------------------------------------------------------------------
# Robustness
# ----------------------------------------------------------------------

def verdict_of(method, corr, n, spread=1.0):
    ends = reference.interval(method, corr, n, spread=spread)
    if ends is None:
        return "unresolved"
    return resampling.verdict(*ends, 0.273 if method == "kendall" else 0.4)


def variations(matrix, benchmark, families):
    """{kind: [(name, method, n, spread, corr)]}"""
    capabilities = [b for b in matrix.capabilities if b != benchmark]
    x, y = matrix.columns(capabilities), matrix.column(benchmark)
    complete = ~np.isnan(x).any(1)
    found = {kind: [] for kind in ("base", "benchmark", "model", "family", "pearson", "kendall",
                                   "pca_pearson", "mean_z")}

    def add(kind, name, fit_scores, who, method="spearman"):
        have = who & ~np.isnan(y) & ~np.isnan(fit_scores)
        a, b = y[have], fit_scores[have]
        if have.sum() >= 3 and not reference.is_constant(a) and not reference.is_constant(b):
            found[kind].append((name, method, int(have.sum()), reference.spread(method, a, b),
                                reference.CORRELATION[method](a, b)))

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
        benchmark, role, _, n, n_imputed, n_without_family, corr, verdict = row[:8]
        left_out, others, flips, status = row[8:20], row[20:24], row[24:26], row[26]
        assert n_imputed == 0 and n_without_family in (0, None)
        if corr is None:
            assert status != "ok" and flips == (None, None)
            continue
        own = [b for b in matrix.capabilities if b != benchmark]
        gate = reference.Gate(reference.Fit(matrix.columns(own)), [families[m] for m in matrix.models])
        assert status == gate.status and role == ("capability" if benchmark in matrix.capabilities else "target")
        found = variations(matrix, benchmark, families)
        (_, _, count, _, base), = found.pop("base")
        assert n == count
        near(corr, base, 1e-13, benchmark)
        ungated = verdict_of("spearman", corr, n)
        assert verdict == (None if gate.closed else ungated)
        for k, kind in enumerate(("benchmark", "model", "family")):
            low, low_name, high, high_name = left_out[4 * k:4 * k + 4]
            values = [value for *_, value in found[kind]]
            if not values:
                assert (low, low_name, high, high_name) == (None,) * 4, f"{benchmark} {kind}"
                continue
            near(low, min(values), 1e-13, f"{benchmark} {kind}")
            near(high, max(values), 1e-13, f"{benchmark} {kind}")
            names = dict((name, value) for name, *_, value in found[kind])
            near(names[low_name], low, 1e-13, f"{benchmark} {kind}")
            near(names[high_name], high, 1e-13, f"{benchmark} {kind}")
        for ours, kind in zip(others, ("pearson", "kendall", "pca_pearson", "mean_z")):
            near(ours, found[kind][0][-1], 1e-11, f"{benchmark} {kind}")
        everything = [v for values in found.values() for v in values]
        assert flips[0] == any(value * base < 0 for *_, value in everything), benchmark
        assert flips[1] == (None if gate.closed else any(
            verdict_of(m, value, count, spread) != ungated for _, m, count, spread, value in everything)), benchmark


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
