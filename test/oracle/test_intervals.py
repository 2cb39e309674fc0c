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
# with a q_verdict below 0.05
BORNE_OUT = {"chat": dict(entangled=18, inverse=5, positive=33, negative=16),
             "base": dict(entangled=17, inverse=9, positive=34, negative=34)}


@pytest.mark.parametrize("name", FILES)
def test_paper_columns(paper, name):
    """Verdicts, q-values, slopes and spreads of every benchmark of the paper."""
    matrix = paper[name]
    rows = matrix.call("capabilities_correlations",
                       "benchmark, n, corr, ci_low, ci_high, p_value, q_value, slope, benchmark_sd, verdict, q_verdict")
    assert [row[0] for row in rows] == matrix.targets
    counts = {}
    q = resampling.q_values([row[5] for row in rows])
    fit = reference.Fit(matrix.columns(CAPABILITIES))
    sd = fit.scores.std()
    for (benchmark, _, corr, low, high, p, ours, slope, spread, verdict, _), expected in zip(rows, q):
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
    assert sum(row[6] < 0.05 for row in rows) == Q_BELOW_5[name]
    assert sum(row[5] < 0.05 for row in rows) == P_BELOW_5[name]
    claims = np.array([resampling.claims("spearman", row[2], row[1], 0.4) for row in rows])
    check_q_verdicts([row[-2] for row in rows], [row[5] for row in rows], claims, [row[-1] for row in rows])
    borne_out = {}
    for *_, verdict, q_verdict in rows:
        if q_verdict is not None and q_verdict < 0.05:
            borne_out[verdict] = borne_out.get(verdict, 0) + 1
    assert borne_out == BORNE_OUT[name]


# ----------------------------------------------------------------------
# Bootstrap
# ----------------------------------------------------------------------

def check_ends(row_low, row_high, low, high, what):
    if low is None:
        assert row_low is None and row_high is None, what
    else:
        near(row_low, low, 1e-12, what + " ci_low")
        near(row_high, high, 1e-12, what + " ci_high")


def check_q_verdicts(verdicts, p, claims, ours):
    p = np.array([np.nan if value is None else value for value in p])
    for t, expected in enumerate(resampling.q_verdicts(verdicts, p, *claims.T)):
        assert (ours[t] is None) == (expected is None)
        if expected is not None:
            near(ours[t], expected, 1e-9 * expected + 1e-300, "q_verdict")


def check_bootstrap(matrix, resamples, seed, confidence=0.95, **options):
    """capabilities_correlations with ci => 'bootstrap'; returns the rows compared."""
    rows = matrix.call("capabilities_correlations",
                       "benchmark, n, corr, ci_low, ci_high, n_resamples, n_families, p_value, verdict, q_verdict, status",
                       ci="bootstrap", resamples=resamples, seed=seed, confidence=confidence, **options)
    complete = matrix.complete()
    x = matrix.columns(matrix.capabilities)[complete]
    targets = [matrix.column(b)[complete] for b in matrix.targets]
    method = options.get("method", "spearman")
    line = 0.273 if method == "kendall" else 0.4
    claims = np.full((len(rows), 2), np.nan)
    replicates = None
    compared = 0
    for t, (benchmark, n, corr, low, high, n_resamples, n_families, _, verdict, _, status) in enumerate(rows):
        what = f"{matrix.name}, {benchmark}, {options}"
        assert n_families is None
        if corr is None:
            assert (low, high, n_resamples, verdict) == (None,) * 4, what
            continue
        if replicates is None:
            replicates = resampling.bootstrap(x, targets, resamples, seed,
                                              method, options.get("pca", "spearman"))
        *ends, valid = resampling.percentile_interval(replicates[:, t], confidence)
        assert n_resamples == valid, what
        if ends[0] is not None:
            ends = resampling.bounded(*ends, method, n, confidence)
            claims[t] = resampling.counted_claims(method, corr, n, replicates[:, t], line)
        check_ends(low, high, *ends, what)
        assert verdict == (None if low is None else resampling.verdict(low, high, line)), what
        assert status == ("ok" if low is not None else "too few resamples for an interval"), what
        compared += 1
    check_q_verdicts([row[-3] for row in rows], [row[-4] for row in rows], claims, [row[-2] for row in rows])
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


def test_overlap(paper):
    """A target that shares its items with mmlu: the component without mmlu, refitted and by families too."""
    matrix = paper["chat"]
    families = {model: family_of(model) for model in matrix.models}

    def call(overlaps, columns="corr, ci_low, ci_high", **options):
        given = "".join(f", {name} => %({name})s" for name in options)
        (row,) = matrix.db.rows(f"""SELECT {columns} FROM chat, LATERAL annotate(m, %(capabilities)s, overlaps => %(overlaps)s) AS a,
            capabilities_correlations(a, targets => '{{brier_mmlu}}'{given}) AS c""",
                                {"capabilities": CAPABILITIES, "overlaps": json.dumps(overlaps), **options})
        return row

    assert [round(v, 2) for v in call({})] == [0.84, 0.63, 0.93]
    assert [round(v, 2) for v in call({"brier_mmlu": "mmlu"})] == [0.79, 0.53, 0.91]
    assert call({"brier_mmlu": ["gsm8k", "mmlu"]}, "n_capabilities") == (len(CAPABILITIES) - 2,)
    x = matrix.columns([b for b in CAPABILITIES if b != "mmlu"])
    y = matrix.column("brier_mmlu")
    low, high = call({"brier_mmlu": "mmlu"}, "ci_low, ci_high", ci="bootstrap", resamples=200)
    *ends, _ = resampling.percentile_interval(resampling.bootstrap(x, [y], 200)[:, 0])
    check_ends(low, high, *ends, "bootstrap")
    corr, low, high = call({"brier_mmlu": "mmlu"}, families=json.dumps(families))
    names, replicates = resampling.without_families(x, [y], list(families.values()))
    sizes = [list(families.values()).count(name) for name in names]
    ends = resampling.jackknife_interval("spearman", corr, len(y), replicates[:, 0], [len(y) - size for size in sizes], 0.95)
    check_ends(low, high, *ends, "jackknife")


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
                       "benchmark, n, corr, ci_low, ci_high, n_families, n_without_family, n_resamples, p_value, q_value, "
                       "verdict, q_verdict, status",
                       families=json.dumps(families), method=method, pca=pca, confidence=confidence)
    line = 0.273 if method == "kendall" else 0.4
    complete = matrix.complete()
    x = matrix.columns(matrix.capabilities)[complete]
    fit = reference.Fit(x, pca)
    own = [families.get(m) or f"alone: {m}" for m in np.array(matrix.models)[complete]]
    targets = [matrix.column(b)[complete] for b in matrix.targets]
    names, replicates = resampling.without_families(x, targets, own, method, pca)
    p = np.full(len(rows), np.nan)
    claims = np.full((len(rows), 2), np.nan)
    compared = 0
    for t, (benchmark, n, corr, low, high, n_families, without, n_resamples, p_value, _, verdict, _, status) in enumerate(rows):
        what = f"{matrix.name}, {benchmark}, {method}"
        assert n_resamples is None
        if corr is None:
            assert (low, high, n_families, p_value) == (None,) * 4, what
            continue
        have = ~np.isnan(targets[t])
        there = [sum(f == name and h for f, h in zip(own, have)) for name in names]
        used = [g for g, count in enumerate(there) if count > 0]
        assert without == sum(h and f.startswith("alone: ") for f, h in zip(own, have)), what
        if 2 * without > n:
            assert (low, high, n_families, p_value, status) == (None, None, None, None, "families unknown"), what
            continue
        assert n_families == len(used), what
        left_out = replicates[used, t], [n - there[g] for g in used]
        pairs = reference.with_capabilities(fit, targets[t], method)
        ends = resampling.jackknife_interval(method, corr, n, *left_out, confidence, pairs.spread())
        check_ends(low, high, *ends, what)
        if ends[0] is None:
            assert status == ("too few families for an interval" if len(used) < 5 else
                              "too few resamples for an interval"), what
            assert p_value is None and verdict is None, what
            continue
        p[t] = resampling.jackknife_p_value(corr, n, *left_out, pairs.p_value(corr))
        near(p_value, p[t], 1e-10 * p[t] + 1e-300, what)
        assert verdict in (resampling.verdict(low, high, line), None), what
        claims[t] = resampling.claims(method, corr, n, line, *left_out, pairs.spread())
        compared += 1
    for row, q in zip(rows, resampling.q_values(p)):
        assert (row[-4] is None) == np.isnan(q)
        if row[-4] is not None:
            near(row[-4], q, 1e-10 * q + 1e-300, "q_value")
    check_q_verdicts([row[-3] for row in rows], p, claims, [row[-2] for row in rows])
    return compared


@pytest.mark.parametrize("method", reference.METHODS)
def test_paper_families(paper, method):
    matrix = paper["chat"]
    families = {model: family_of(model) for model in matrix.models}
    assert 5 <= len(set(families.values())) < len(families)
    assert check_jackknife(matrix, families, method) == 166


def test_paper_families_counts(paper):
    """What families change: fewer are sure, and no q contradicts its interval."""
    matrix = paper["chat"]
    families = json.dumps({model: family_of(model) for model in matrix.models})
    rows = matrix.call("capabilities_correlations", "benchmark, p_value, q_value, verdict, q_verdict, ci_low, ci_high",
                       families=families)
    alone = matrix.call("capabilities_correlations", "p_value, ci_low, ci_high")
    assert sum(row[2] < 0.05 for row in rows) == 45
    assert not [row[0] for row in rows if row[2] < 0.05 and row[5] <= 0 <= row[6]]
    assert all(row[1] >= a[0] and row[5] <= a[1] and row[6] >= a[2] for row, a in zip(rows, alone))
    counts = {verdict: [row[3] for row in rows].count(verdict) for verdict in ("entangled", "inverse", "low")}
    assert counts == dict(entangled=16, inverse=6, low=0)
    assert sum(row[3] in counts and row[4] < 0.05 for row in rows) == 8
    (p,) = [row[1] for row in rows if row[0] == "MT_Bench"]
    near(p, 1.27e-3, 1e-5, "MT_Bench")
    # ci => 'none' takes the interval and the verdict, and nothing else
    none = matrix.call("capabilities_correlations", "benchmark, p_value, q_value, verdict, q_verdict, ci_low, ci_high",
                       families=families, ci="none")
    assert none == [row[:3] + (None,) * 4 for row in rows]


def test_single_models_as_families(paper):
    """Families of one model each never make anyone surer."""
    (row,) = paper["chat"].db.rows("""SELECT corr, ci_low, ci_high, p_value, verdict FROM
        (SELECT score_matrix(model, benchmark, score) AS m FROM
            (SELECT 'm' || i AS model, benchmark, i::float8 AS score FROM generate_series(1, 5) AS i,
                unnest('{a,b,y}'::text[]) AS benchmark) AS s) AS t,
        capabilities_correlations(m, '{a,b}', families => '{"m1": "1", "m2": "2", "m3": "3", "m4": "4", "m5": "5"}') AS c""")
    assert row[0] == 1 and row[3] == 2 / 120
    assert row[4] == resampling.verdict(*reference.interval("spearman", 1, 5))
    check_ends(row[1], row[2], *reference.interval("spearman", 1, 5), "five")


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
    (n, n_imputed, n_families, without, n_resamples, a, b, difference, low, high, p, *uncontrolled, status), = matrix.call(
        "capabilities_difference", benchmark_a="rmsce_mmlu", benchmark_b="brier_mmlu", ci="bootstrap", resamples=300)
    assert (n, n_imputed, n_families, without, n_resamples, status) == (26, 0, None, None, 300, "ok")
    assert uncontrolled == [None, None]
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
                               benchmark_b="brier_mmlu", ci="bootstrap")
    assert low < difference < high < 0


def difference_of(matrix, pair, columns="corr_a, corr_b, difference, ci_low, ci_high, p_value, status", **options):
    (row,) = matrix.call("capabilities_difference", columns, benchmark_a=pair[0], benchmark_b=pair[1], **options)
    return row


def common_correlations(matrix, pair, method="spearman", without=()):
    """The three correlations over the models that have both, and how many these are."""
    names = [name for name in matrix.capabilities if name not in pair and name not in without]
    x = matrix.columns(names)
    complete = ~np.isnan(x).any(1)
    y = matrix.columns(pair)
    both = complete & ~np.isnan(y).any(1)
    scores = reference.Fit(x[complete]).scores[both[complete]]
    a, b = y[both].T
    of = reference.CORRELATION[method]
    return of(a, scores), of(b, scores), of(a, b), int(both.sum())


@pytest.mark.parametrize("method", ["spearman", "pearson"])
def test_difference_by_formula(paper, method):
    """By the formulas as they are published, of many pairs; p by another way of finding a root."""
    matrix = paper["chat"]
    counts = dict(turned=0, differ=0)
    targets = [name for name in matrix.targets if np.isfinite(matrix.column(name)).sum() >= 5]
    for number, pair in enumerate(zip(targets, targets[5:] + targets[:5])):
        a, b, ab, n = common_correlations(matrix, pair, method)
        for absolute in (False, True):
            ours = difference_of(matrix, pair, method=method, absolute=absolute)
            near(ours[0], a, 1e-12, pair[0])
            near(ours[1], b, 1e-12, pair[1])
            near(ours[2], abs(a) - abs(b) if absolute else a - b, 1e-12, pair[0])
            check_ends(ours[3], ours[4], *reference.difference_interval(method, a, b, ab, n, absolute), pair[0])
            p = reference.difference_p_value(method, a, b, ab, n, absolute)
            near(ours[5], p, 1e-9 * p, pair[0] + " p")
            assert (ours[5] < 0.05) == (not ours[3] <= 0 <= ours[4]) and ours[6] == "ok"
            counts["turned"] += absolute and a * b < 0
            counts["differ"] += p < 0.05
    assert counts["turned"] >= 40 and counts["differ"] > 100, counts


def test_equally_entangled(paper):
    """Opposite signs are no difference of entanglement; a turned benchmark is as entangled as it was."""
    matrix = paper["chat"]
    pair = ["wmdp_bio", "MT_Bench"]
    a, b, difference, low, high, p, _ = difference_of(matrix, pair)
    assert a < -0.8 and b > 0.7 and high < -1 and p < 0.001
    a, b, difference, low, high, p, _ = difference_of(matrix, pair, absolute=True)
    near(difference, abs(a) - abs(b), 0, "difference")
    assert low < 0 < high and p > 0.1
    (turned,) = matrix.db.rows("""SELECT c.corr_b, c.difference, c.ci_low, c.ci_high, c.p_value FROM chat, LATERAL annotate(m,
        lower_is_better => '{MT_Bench}') AS a (m2), capabilities_difference(m2, 'wmdp_bio', 'MT_Bench', %s, absolute => true) AS c""",
                               (CAPABILITIES,))
    assert turned == (-b, difference, low, high, p)


def test_difference_without_overlaps(paper):
    """Both benchmarks meet the component without what either shares items with."""
    matrix = paper["chat"]
    pair = ["rmsce_mmlu", "MT_Bench"]
    for overlaps in ({pair[0]: CAPABILITIES[0]}, {pair[1]: CAPABILITIES[0]},
                     {pair[0]: CAPABILITIES[:2], pair[1]: CAPABILITIES[1:3]}):
        without = {name for names in overlaps.values() for name in ([names] if isinstance(names, str) else names)}
        a, b, ab, n = common_correlations(matrix, pair, without=without)
        (row,) = matrix.db.rows("""SELECT n, corr_a, corr_b, ci_low, ci_high FROM chat, LATERAL annotate(m, %s, overlaps => %s) AS a (m2),
            capabilities_difference(m2, 'rmsce_mmlu', 'MT_Bench') AS c""", (CAPABILITIES, json.dumps(overlaps)))
        assert row[0] == n
        near(row[1], a, 1e-12, "a")
        near(row[2], b, 1e-12, "b")
        check_ends(row[3], row[4], *reference.difference_interval("spearman", a, b, ab, n), "overlaps")
    with_all = common_correlations(matrix, pair)
    assert (a, b) != with_all[:2]


@pytest.mark.parametrize("method", reference.METHODS)
def test_no_certain_difference(paper, method):
    """A perfect order and its opposite: resamples and families claim no more than the formula."""
    of_one = json.dumps({f"m{i}": str(i) for i in range(1, 13)})

    def call(b, absolute, **options):
        words = "".join(f", {name} => %({name})s" for name in options)
        (row,) = paper["chat"].db.rows(f"""SELECT ci_low, ci_high, p_value, status FROM
            (SELECT score_matrix('m' || i, b, CASE b WHEN 'down' THEN -i WHEN 'near' THEN i + (i / 6) * 4.0 %% 5 ELSE i END) AS m
             FROM generate_series(1, 12) AS i, unnest('{{c,up,down,near}}'::text[]) AS b) AS t,
            capabilities_difference(m, 'up', '{b}', '{{c}}', absolute => {absolute}, method => '{method}' {words}) AS d""", options)
        return row

    for b in ("up", "down", "near"):
        for absolute in (False, True):
            least = call(b, absolute) if method != "kendall" else None
            for options in (dict(ci="bootstrap", resamples=200), dict(families=of_one)):
                low, high, p, status = call(b, absolute, **options)
                assert status == "ok" and high - low > 0.01 and p > 1e-9
                if least:
                    assert low <= least[0] and high >= least[1] and p >= least[2]
                if b == "down":
                    assert (p < 0.05) != absolute and (absolute or high == 2)


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
    low_j, high_j, p_j = resampling.jackknife_difference(a - b, (replicates[:, 0] - replicates[:, 1])[used])
    # never surer than as many independent models
    correlations = common_correlations(matrix, pair)
    low_f, high_f = reference.difference_interval("spearman", *correlations)
    p_value = max(p_j, reference.difference_p_value("spearman", *correlations))
    check_ends(low, high, min(low_j, low_f), max(high_j, high_f), "difference")
    near(p, p_value, 1e-10 * p_value, "p")
    low, high = matrix.call("capabilities_difference", "ci_low, ci_high", benchmark_a=pair[0], benchmark_b=pair[1],
                            families=json.dumps(families), method="kendall")[0]
    _, replicates = resampling.without_families(matrix.columns(CAPABILITIES), targets, own, "kendall")
    a, b = common_correlations(matrix, pair, "kendall")[:2]
    check_ends(low, high, *resampling.jackknife_difference(a - b, (replicates[:, 0] - replicates[:, 1])[used])[:2], "kendall")


def test_random_differences(random_matrices):
    """Incomplete models and missing scores: only models with everything are compared."""
    compared = 0
    for number, matrix in enumerate(random_matrices):
        pair = [b for b in matrix.targets if b != "target constant"][:2]
        (n, n_resamples, a, b, low, high, status), = matrix.call(
            "capabilities_difference", "n, n_resamples, corr_a, corr_b, ci_low, ci_high, status",
            benchmark_a=pair[0], benchmark_b=pair[1], ci="bootstrap", resamples=150, seed=number,
            absolute=number % 2 > 0)
        complete = matrix.complete()
        both = complete & ~np.isnan(matrix.columns(pair)).any(1)
        assert n == both.sum(), matrix.name
        if a is None or b is None:
            continue
        x = matrix.columns(matrix.capabilities)[complete]
        targets = [np.where(both, matrix.column(name), np.nan)[complete] for name in pair]
        replicates = resampling.bootstrap(x, targets, 150, number)
        if number % 2:
            replicates = replicates * np.where(np.array([a, b]) < 0, -1, 1)
        *ends, valid = resampling.percentile_interval(replicates[:, 0] - replicates[:, 1])
        if number % 2 and ends[0] is not None:
            ends = np.clip(ends, -1, 1)
        if 1 in (abs(a), abs(b)) and ends[0] is not None:
            found = reference.difference_interval("spearman", *common_correlations(matrix, pair), number % 2 > 0)
            ends = min(ends[0], found[0]), max(ends[1], found[1])
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
        ends = reference.interval(method, corr, n, spread=reference.spread(method, y, x))
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


@pytest.mark.parametrize("method", reference.METHODS)
def test_nothing_is_certain(db, method):
    """Perfect orders, and what ties leave near them: ends and p by their definitions."""
    groups = {}
    for n in (4, 5, 6, 8, 13, 26, 60, 180):
        x = np.arange(n, dtype=float)
        for y in (x, -x, np.maximum(x, 1), np.minimum(x, n - 3), x + 1e-5 * (x % 2)):
            groups[len(groups)] = y, x
    db.rows(f"CREATE TABLE perfect_{method} (g int, y float8, x float8)")
    copy(db, f"perfect_{method}", [(g, repr(float(b)), repr(float(a))) for g, (y, x) in groups.items()
                                   for b, a in zip(y, x)])
    rows = db.rows(f"SELECT g, (t).n, (t).corr, (t).ci_low, (t).ci_high, (t).p_value "
                   f"FROM (SELECT g, {method}_test(y, x) AS t FROM perfect_{method} GROUP BY g) AS q")
    nearest = {}
    for g, n, corr, low, high, p in rows:
        y, x = groups[g]
        check_ends(low, high, *(reference.interval(method, corr, n, spread=reference.spread(method, y, x)) or (None, None)),
                   f"{method} {g}")
        assert p >= reference.least_p_value(n) * (1 - 1e-13), f"{method} {g}"
        if n <= 6:
            orders = [reference.CORRELATION[method](y, x[list(order)]) for order in itertools.permutations(range(n))]
            floor = 2 * np.mean(np.array(orders) >= 1 - 1e-12)
            assert p >= min(1, floor) * (1 - 1e-12) or abs(corr) < 1, f"{method} {g}"
        if abs(corr) == 1 and method != "kendall" and n > 12:
            near(p, reference.least_p_value(n), 1e-13 * p, f"{method} {g}")
        if low is not None and corr == 1:
            nearest[n] = low
    assert len(nearest) == (7 if method == "kendall" else 8)
    for g, n, corr, low, high, p in rows:
        if low is not None:
            assert low <= nearest[n] and high >= -nearest[n], f"{method} {g}: nearer to 1 than a perfect correlation"


@pytest.mark.parametrize("tau, n, levels", [(0.9, 12, None), (0.8, 15, None), (0.9, 50, 5)])
def test_kendall_covers(db, tau, n, levels):
    """Of strong associations, and with five levels of scores, by simulation."""
    rng = np.random.default_rng(17)
    samples = 1500
    rho = np.sin(np.pi * tau / 2)

    def draw(*shape):
        x, e = rng.normal(size=(2, *shape))
        y = rho * x + np.sqrt(1 - rho ** 2) * e
        return (x, y) if levels is None else tuple(np.floor(levels * stats.norm.cdf(v)) for v in (x, y))

    with np.errstate(over="ignore"):  # in the p-value
        truth = tau if levels is None else stats.kendalltau(*draw(2_000_000))[0]
    table = f"tau_{n}_{levels}"
    db.rows(f"CREATE TABLE {table} (s int, y float8, x float8)")
    x, y = draw(samples, n)
    copy(db, table, [(s, repr(float(b)), repr(float(a))) for s in range(samples) for a, b in zip(x[s], y[s])])
    ends = np.array(db.rows(f"SELECT (t).ci_low, (t).ci_high FROM (SELECT kendall_test(y, x) AS t FROM {table} GROUP BY s) AS q"))
    covered = ((ends[:, 0] <= truth) & (truth <= ends[:, 1])).mean()
    assert 0.925 < covered < 0.985


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
    pair = ["wmdp_bio", "MT_Bench"]
    a, b, difference, *_, p, _ = difference_of(paper["chat"], pair)
    assert f"({a:.3f}) against MT-Bench ({b:.3f}) it is {difference:.2f}, p < 0.0001;" in words and p < 1e-4
    _, _, difference, low, high, p, _ = difference_of(paper["chat"], pair, absolute=True)
    assert f"differ by {difference:.2f}, {low:.2f} to {high:.2f}, p = {p:.2f}" in words
