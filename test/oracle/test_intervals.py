"""How sure a number is, against numpy and scipy: every resample made again.

Real data (the paper's chat and base models) and random sparse ones.  The replay
is resampling.py's: intervals agree to 1e-12, counts of resamples exactly.
"""
import csv
import itertools
import json
import re

import numpy as np
import pytest
from scipy import stats

import reference
import resampling
from compare import copy, near
from conftest import ROOT
from tables import CAPABILITIES, FILES, family_of, load_paper, random_matrix


@pytest.fixture(scope="module")
def paper(db, shared_data):
    return load_paper(db, shared_data)

@pytest.fixture(scope="module")
def random_matrices(db):
    return [random_matrix(db, number) for number in range(12)]


# ----------------------------------------------------------------------
# Whole columns on the paper's data
# ----------------------------------------------------------------------

VERDICTS = {"chat": dict(entangled=27, inverse=6, positive=38, negative=20, unresolved=75),
            "base": dict(entangled=24, inverse=15, low=2, positive=35, negative=34, unresolved=54)}
Q_BELOW_5 = {"chat": 82, "base": 107}
P_BELOW_5 = {"chat": 100, "base": 108}


@pytest.mark.parametrize("name", FILES)
def test_paper_columns(paper, name):
    """Verdicts, q-values, slopes and spreads of every benchmark of the paper."""
    matrix = paper[name]
    rows = matrix.call("capabilities_correlations",
                       "benchmark, corr, ci_low, ci_high, p_value, q_value, slope, benchmark_sd, verdict")
    assert [row[0] for row in rows] == matrix.targets
    counts = {}
    q = resampling.q_values([row[4] for row in rows])
    fit = reference.Fit(matrix.columns(CAPABILITIES))
    sd = fit.scores.std()
    for (benchmark, corr, low, high, p, ours, slope, spread, verdict), expected in zip(rows, q):
        y = matrix.column(benchmark)
        have = ~np.isnan(y)
        near(ours, expected, 1e-12, benchmark + " q")
        assert verdict == resampling.verdict(low, high), benchmark
        steepest = resampling.theil_sen(y[have], fit.scores[have]) * sd
        near(slope, steepest, 1e-11 * max(1e-3, abs(steepest)), benchmark + " slope")
        near(spread, y[have].std(), 1e-12 * max(1, abs(spread)), benchmark + " sd")
        counts[verdict] = counts.get(verdict, 0) + 1
        # Theil and Sen's slope does not contradict the rank correlation where that is plain
        assert p > 0.05 or slope * corr >= 0, benchmark
    assert counts == VERDICTS[name]
    assert sum(row[5] < 0.05 for row in rows) == Q_BELOW_5[name]
    assert sum(row[4] < 0.05 for row in rows) == P_BELOW_5[name]


# ----------------------------------------------------------------------
# Bootstrap
# ----------------------------------------------------------------------

def check_ends(row_low, row_high, low, high, what):
    if low is None:
        assert row_low is None and row_high is None, what
    else:
        near(row_low, low, 1e-12, what + " ci_low")
        near(row_high, high, 1e-12, what + " ci_high")


def check_bootstrap(matrix, resamples, seed, confidence=0.95, **options):
    """capabilities_correlations with ci => 'bootstrap'; returns the rows compared."""
    rows = matrix.call("capabilities_correlations",
                       "benchmark, n, corr, ci_low, ci_high, n_resamples, n_families, verdict, status",
                       ci="bootstrap", resamples=resamples, seed=seed, confidence=confidence, **options)
    complete = matrix.complete()
    x = matrix.columns(matrix.capabilities)[complete]
    targets = [matrix.column(b)[complete] for b in matrix.targets]
    replicates = None
    compared = 0
    for t, (benchmark, _, corr, low, high, n_resamples, n_families, verdict, status) in enumerate(rows):
        what = f"{matrix.name}, {benchmark}, {options}"
        assert n_families is None
        if corr is None:
            assert (low, high, n_resamples, verdict) == (None,) * 4, what
            continue
        if replicates is None:
            replicates = resampling.bootstrap(x, targets, resamples, seed,
                                              options.get("method", "spearman"), options.get("pca", "spearman"))
        *ends, valid = resampling.percentile_interval(replicates[:, t], confidence)
        assert n_resamples == valid, what
        check_ends(low, high, *ends, what)
        assert verdict == (None if low is None else resampling.verdict(
            low, high, 0.273 if options.get("method") == "kendall" else 0.4)), what
        assert status == ("ok" if low is not None else "too few resamples for an interval"), what
        compared += 1
    return compared


@pytest.mark.parametrize("method", reference.METHODS)
def test_paper_bootstrap(paper, method):
    """100 resamples of all of the paper's chat models and benchmarks."""
    assert check_bootstrap(paper["chat"], 100, 7, method=method) == 166


def test_paper_bootstrap_pearson_component(paper):
    assert check_bootstrap(paper["base"], 100, -1, pca="pearson", confidence=0.9) == 164


def test_random_bootstrap(random_matrices):
    """Tables on which many resamples are degenerate."""
    compared = 0
    for number, matrix in enumerate(random_matrices):
        for method in reference.METHODS:
            compared += check_bootstrap(matrix, 150, number, method=method,
                                        pca=["spearman", "pearson"][number % 2])
    assert compared > 100


def test_bootstrap_against_a_benchmark(paper):
    """benchmark_correlations: the reference is refitted, which is to say ranked, anew."""
    matrix = paper["chat"]
    rows = matrix.call("benchmark_correlations", "benchmark, ci_low, ci_high, n_resamples", against="mmlu",
                       ci="bootstrap", resamples=200, seed=3, capabilities=None)
    x = matrix.column("mmlu")[:, None]
    names = [b for b in matrix.benchmarks if b != "mmlu"]
    replicates = resampling.bootstrap(x, [matrix.column(b) for b in names], 200, 3)
    assert [row[0] for row in rows] == names
    for t, (benchmark, low, high, n_resamples) in enumerate(rows):
        *ends, valid = resampling.percentile_interval(replicates[:, t])
        assert n_resamples == valid
        check_ends(low, high, *ends, benchmark)


def test_bootstrap_with_the_others(paper):
    """A capability benchmark as a target: the component of the others, refitted."""
    matrix = paper["chat"]
    (low, high, valid), = matrix.call("capabilities_correlations", "ci_low, ci_high, n_resamples", targets=["bbh"],
                                      ci="bootstrap", resamples=200)
    x = matrix.columns([b for b in CAPABILITIES if b != "bbh"])
    replicates = resampling.bootstrap(x, [matrix.column("bbh")], 200)
    *ends, count = resampling.percentile_interval(replicates[:, 0])
    assert valid == count
    check_ends(low, high, *ends, "bbh")


def test_seed_and_plan(paper):
    """Same seed, same bits, also from a rollup of parts; another seed, others."""
    db, call = paper["chat"].db, ("capabilities_correlations({m}, %s, ci => 'bootstrap', resamples => 500, "
                                  "seed => {seed}) AS c")
    def ends(m, seed, source="chat"):
        return db.rows(f"SELECT benchmark, ci_low, ci_high FROM {source}, " +
                       call.format(m=m, seed=seed), [CAPABILITIES])
    parts = ("(SELECT rollup(p) AS m FROM (SELECT score_matrix(model, benchmark, score ORDER BY score) AS p "
             "FROM chat_cell GROUP BY left(md5(model), 1)) AS part) AS s")
    assert ends("m", 5) == ends("m", 5) == ends("m", 5, parts)
    assert ends("m", 5) != ends("m", 6)


def test_independent_resampling(paper):
    """numpy's own generator gives the same interval within Monte Carlo error."""
    matrix = paper["chat"]
    names = ["LMSYS_Chatbot_Arena", "MT_Bench", "bbq_amb"]
    rows = matrix.call("capabilities_correlations", "ci_low, ci_high", targets=names, ci="bootstrap")
    rng = np.random.default_rng(12345)
    x = matrix.columns(CAPABILITIES)
    targets = [matrix.column(b) for b in names]
    replicates = np.array([resampling.refitted(x, targets, rng.integers(0, len(x), len(x)))
                           for _ in range(1000)])
    for t, (low, high) in enumerate(rows):
        a, b, _ = resampling.percentile_interval(replicates[:, t])
        near(low, a, 0.05, names[t])
        near(high, b, 0.05, names[t])


# ----------------------------------------------------------------------
# Families
# ----------------------------------------------------------------------

def check_jackknife(matrix, families, method="spearman", pca="spearman", confidence=0.95):
    rows = matrix.call("capabilities_correlations",
                       "benchmark, n, corr, ci_low, ci_high, n_families, n_resamples, status",
                       families=json.dumps(families), method=method, pca=pca, confidence=confidence)
    complete = matrix.complete()
    x = matrix.columns(matrix.capabilities)[complete]
    own = [families.get(m) or f"alone: {m}" for m in np.array(matrix.models)[complete]]
    targets = [matrix.column(b)[complete] for b in matrix.targets]
    names, replicates = resampling.without_families(x, targets, own, method, pca)
    compared = 0
    for t, (benchmark, n, corr, low, high, n_families, n_resamples, status) in enumerate(rows):
        what = f"{matrix.name}, {benchmark}, {method}"
        assert n_resamples is None
        if corr is None:
            assert (low, high, n_families) == (None, None, None), what
            continue
        have = ~np.isnan(targets[t])
        there = [sum(f == name and h for f, h in zip(own, have)) for name in names]
        used = [g for g, count in enumerate(there) if count > 0]
        assert n_families == len(used), what
        ends = resampling.jackknife_interval(corr, n, replicates[used, t], [n - there[g] for g in used], confidence)
        check_ends(low, high, *ends, what)
        if ends[0] is None:
            assert status == ("too few families for an interval" if len(used) < 5 else
                              "too few resamples for an interval"), what
            continue
        compared += 1
    return compared


@pytest.mark.parametrize("method", reference.METHODS)
def test_paper_families(paper, method):
    matrix = paper["chat"]
    families = {model: family_of(model) for model in matrix.models}
    assert 5 <= len(set(families.values())) < len(families)
    assert check_jackknife(matrix, families, method) == 166


def test_random_families(random_matrices):
    compared = 0
    for number, matrix in enumerate(random_matrices):
        families = {model: f"family {i // 2}" for i, model in enumerate(matrix.models) if i % 5}
        families["no model of ours"] = "ignored"
        families[matrix.models[0]] = None
        compared += check_jackknife(matrix, families, reference.METHODS[number % 3], confidence=0.8)
    assert compared > 10


# ----------------------------------------------------------------------
# Differences
# ----------------------------------------------------------------------

def test_difference(paper):
    """RMSCE and Brier score of MMLU: intervals overlap, the difference is plain."""
    matrix = paper["chat"]
    (n, n_imputed, n_families, n_resamples, a, b, difference, low, high, p, status), = matrix.call(
        "capabilities_difference", benchmark_a="rmsce_mmlu", benchmark_b="brier_mmlu", resamples=300)
    assert (n, n_imputed, n_families, n_resamples, status) == (26, 0, None, 300, "ok")
    x = matrix.columns(CAPABILITIES)
    targets = [matrix.column("rmsce_mmlu"), matrix.column("brier_mmlu")]
    replicates = resampling.bootstrap(x, targets, 300)
    values = replicates[:, 0] - replicates[:, 1]
    *ends, _ = resampling.percentile_interval(values)
    check_ends(low, high, *ends, "difference")
    near(p, resampling.p_value_of_difference(values), 1e-12, "p")
    fit = reference.Fit(x)
    near(a, reference.spearman(targets[0], fit.scores), 1e-14, "a")
    near(difference, a - b, 0, "difference")
    (low, high), = matrix.call("capabilities_difference", "ci_low, ci_high", benchmark_a="rmsce_mmlu",
                               benchmark_b="brier_mmlu")
    assert low < difference < high < 0


def test_difference_over_families(paper):
    matrix = paper["chat"]
    families = {model: family_of(model) for model in matrix.models}
    pair = ["LMSYS_Chatbot_Arena", "MT_Bench"]
    (n, n_families, low, high, p, a, b), = matrix.call(
        "capabilities_difference", "n, n_families, ci_low, ci_high, p_value, corr_a, corr_b", benchmark_a=pair[0],
        benchmark_b=pair[1], families=json.dumps(families))
    both = ~np.isnan(matrix.columns(pair)).any(1)
    assert n == both.sum() == 20
    targets = [np.where(both, matrix.column(name), np.nan) for name in pair]
    own = [families[m] for m in matrix.models]
    names, replicates = resampling.without_families(matrix.columns(CAPABILITIES), targets, own)
    used = [g for g, name in enumerate(names) if any(f == name and h for f, h in zip(own, both))]
    assert n_families == len(used)
    *ends, p_value = resampling.jackknife_difference(a - b, (replicates[:, 0] - replicates[:, 1])[used])
    check_ends(low, high, *ends, "difference")
    near(p, p_value, 1e-10 * p_value, "p")


def test_random_differences(random_matrices):
    """Incomplete models and missing scores: only models with everything are compared."""
    compared = 0
    for number, matrix in enumerate(random_matrices):
        pair = [b for b in matrix.targets if b != "target constant"][:2]
        (n, n_resamples, a, b, low, high, status), = matrix.call(
            "capabilities_difference", "n, n_resamples, corr_a, corr_b, ci_low, ci_high, status",
            benchmark_a=pair[0], benchmark_b=pair[1], resamples=150, seed=number)
        complete = matrix.complete()
        both = complete & ~np.isnan(matrix.columns(pair)).any(1)
        assert n == both.sum(), matrix.name
        if a is None or b is None:
            continue
        x = matrix.columns(matrix.capabilities)[complete]
        targets = [np.where(both, matrix.column(name), np.nan)[complete] for name in pair]
        replicates = resampling.bootstrap(x, targets, 150, number)
        *ends, valid = resampling.percentile_interval(replicates[:, 0] - replicates[:, 1])
        assert n_resamples == valid, matrix.name
        check_ends(low, high, *ends, matrix.name)
        compared += complete.sum() < len(matrix.models)
    assert compared > 2


# ----------------------------------------------------------------------
# Aggregates
# ----------------------------------------------------------------------

def enumerated_p_value(method, y, x):
    """Over all orders, one by one."""
    if method == "spearman":
        y, x = (stats.rankdata(v) * 2 - len(v) - 1 for v in (y, x))
        statistic = lambda order: abs((y * x[list(order)]).sum())
    else:
        i, j = np.triu_indices(len(y), 1)
        signs = np.sign(y[i] - y[j])
        statistic = lambda order: abs((signs * np.sign(x[list(order)][i] - x[list(order)][j])).sum())
    observed = statistic(range(len(y)))
    values = np.array([statistic(order) for order in itertools.permutations(range(len(y)))])
    return (values >= observed - 1e-9).mean()


@pytest.mark.parametrize("method", reference.METHODS)
def test_aggregates(db, method):
    """spearman_test, pearson_test, kendall_test in a GROUP BY."""
    rng = np.random.default_rng(5)
    groups = {}
    for g in range(60):
        n = int(rng.integers(2, 40)) if g % 3 else int(rng.integers(3, 8))
        x = rng.normal(size=n)
        y = 0.5 * x + rng.normal(size=n)
        if g % 2:
            x, y = np.round(x), np.round(y)
        groups[g] = y, x
    db.rows(f"CREATE TABLE pair_{method} (g int, y float8, x float8)")
    copy(db, f"pair_{method}", [(g, repr(float(b)), repr(float(a))) for g, (y, x) in groups.items() for b, a in zip(y, x)])
    rows = db.rows(f"SELECT g, (t).n, (t).corr, (t).ci_low, (t).ci_high, (t).p_value "
                   f"FROM (SELECT g, {method}_test(y, x) AS t FROM pair_{method} GROUP BY g) AS q")
    assert len(rows) == 60
    exact = 0
    for g, n, corr, low, high, p in rows:
        y, x = groups[g]
        assert n == len(y)
        if n < 3 or reference.is_constant(y) or reference.is_constant(x):
            assert (corr, low, high, p) == (None,) * 4
            continue
        near(corr, reference.CORRELATION[method](y, x), 1e-13, f"{method} {g}")
        ends = reference.interval(method, corr, n)
        check_ends(low, high, *(ends or (None, None)), f"{method} {g}")
        if method != "pearson" and n <= 7:
            near(p, enumerated_p_value(method, y, x), 1e-12, f"{method} {g}")
            exact += 1
        elif reference.has_exact_p_value(method, y, x):
            near(p, reference.exact_p_value(method, y, x), 1e-12, f"{method} {g}")
        else:
            expected = reference.kendall_test(y, x).pvalue if method == "kendall" else \
                reference.student_p_value(method, corr, n)
            near(p, expected, 1e-10 * expected + 1e-300, f"{method} {g}")
    assert exact > 10 or method == "pearson"
    # the order of rows and the shape of the plan change no bit
    shuffled = db.rows(f"SELECT g, ({method}_test(y, x ORDER BY md5(x::text || y))).* FROM pair_{method} GROUP BY g")
    assert {row[0]: row[1:] for row in shuffled} == {row[0]: row[1:] for row in rows}


# ----------------------------------------------------------------------
# README
# ----------------------------------------------------------------------

README_ROWS = {"MT-Bench": "MT_Bench", "LMSYS Chatbot Arena": "LMSYS_Chatbot_Arena", "ETHICS": "ethics_all",
               "BBQ ambiguous": "bbq_amb", "CrowS-Pairs": "crows_pairs_english",
               "HarmBench, human jailbreaks": "HarmBench-HumanJailbreaks-all", "WMDP biosecurity": "wmdp_bio"}


def test_readme_table(paper, shared_data):
    """The documents' table of the paper's numbers, and the verdicts in words."""
    readme = "".join((ROOT / doc).read_text(encoding="utf-8") for doc in ("src/stats/README.md", "sql/recipes.md")).replace("−", "-")
    with open(shared_data / "safetywashing" / "published.csv", encoding="utf-8", newline="") as lines:
        published = {row["column"]: float(row["published_pct"]) for row in csv.DictReader(lines)
                     if (row["statistic"], row["models"]) == ("capabilities", "chat")}
    ours = {row[0]: row[1:] for row in paper["chat"].call(
        "capabilities_correlations", "benchmark, n, corr, ci_low, ci_high, verdict")}
    for name, column in README_ROWS.items():
        n, corr, low, high, verdict = ours[column]
        row = (f"| {name} | {n} | {published[column]:.1f} | {100 * corr:.1f} | "
               f"{100 * low:.0f} to {100 * high:.0f} | {verdict} |")
        assert row in readme, row
    words = re.sub(r"\s+", " ", readme)
    chat, base = VERDICTS["chat"], VERDICTS["base"]
    assert (f"Of all 166 benchmarks {chat['entangled']} are entangled, {chat['inverse']} inverse, 0 low, "
            f"{chat['positive']} positive, {chat['negative']} negative and {chat['unresolved']} unresolved") in words
    assert (f"{base['entangled']}, {base['inverse']}, {base['low']}, {base['positive']}, {base['negative']} and "
            f"{base['unresolved']}") in words
    (difference, low, high), = paper["chat"].call("capabilities_difference", "difference, ci_low, ci_high",
                                                  benchmark_a="rmsce_mmlu", benchmark_b="brier_mmlu")
    assert f"{difference:.2f}, 95 % interval {low:.2f} to {high:.2f}" in words
