"""Correlations given controls, against numpy: least squares of ranks or of scores on the controls, and the
correlation of what is left.

Random tables with ties, gaps and one to four controls; every resample and family left out is made again;
then the paper's chat models given training compute.
"""
import csv
import json

import numpy as np
import pytest
from scipy import stats

import reference
import resampling
from compare import near
from tables import CAPABILITIES, FILES, family_of

METHODS = ("spearman", "pearson")
CASES = [(seed, method) for seed in range(8) for method in METHODS]


# ----------------------------------------------------------------------
# The definition
# ----------------------------------------------------------------------

def scale(method, v):
    v = stats.rankdata(v) if method == "spearman" else v
    return (v - v.mean()) / v.std()


def left_by(controls, v):
    """What a least squares fit leaves."""
    a = np.column_stack([np.ones(len(v)), *controls])
    return v - a @ np.linalg.lstsq(a, v, rcond=None)[0]


def partial(method, y, x, controls):
    """(corr, vif) of complete columns."""
    y, x, *controls = (scale(method, v) for v in (y, x, *controls))
    rest_y, rest_x = left_by(controls, y), left_by(controls, x)
    return rest_y @ rest_x / np.sqrt((rest_y @ rest_y) * (rest_x @ rest_x)), (x @ x) / (rest_x @ rest_x)


def leak(method, y, x, controls):
    """What ranks let through: the correlation of fits on Pearson's scale, back on Spearman's, less that of ranks."""
    if method == "pearson" or len(controls) < 2:
        return 0.0
    r = np.corrcoef([stats.rankdata(v) for v in (y, x, *controls)])
    normal = np.where(np.eye(len(r)) == 1, 1, 2 * np.sin(np.pi * r / 6))

    def through(m):
        return m[:2, 2:] @ np.linalg.solve(m[2:, 2:], m[2:, :2])

    fits = through(r)
    return (6 / np.pi * np.arcsin(through(normal)[0, 1] / 2) - fits[0, 1]) / np.sqrt((1 - fits[0, 0]) * (1 - fits[1, 1]))


def without_leak(r, through, n):
    return np.tanh(reference.z_of(r, n) - np.arctanh(through))


def p_value(method, r, n):
    """n is less the controls."""
    p = 2 * stats.t.sf(abs(r) * np.sqrt((n - 2) / (1 - r * r)), n - 2)
    return max(p, 2 * stats.norm.sf(abs(np.arctanh(r)) / reference.z_error(method, r, n))) if method == "spearman" else p


def expected(method, y, x, controls):
    """corr, vif, interval and p of complete columns."""
    n = len(y) - len(controls)
    r, vif = partial(method, y, x, controls)
    both = [r, without_leak(r, leak(method, y, x, controls), n)]
    ends = [reference.interval(method, v, n) for v in both]
    return r, vif, min(e[0] for e in ends), max(e[1] for e in ends), max(p_value(method, v, n) for v in both)


# ----------------------------------------------------------------------
# Random tables
# ----------------------------------------------------------------------

class Table:
    """Three capability benchmarks, two targets and up to four controls of 24 to 40 models, in C order."""

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        n = 24 + seed * 2
        self.names = ["cap0", "cap1", "cap2"]
        self.controls = [f"k{j}" for j in range(1 + seed % 4)]
        common = rng.normal(size=n)
        columns = {name: common + 0.5 * rng.normal(size=n) for name in self.names}
        columns |= {name: rng.choice([0.3, 1]) * common + rng.normal(size=n) for name in ("t0", "t1")}
        columns |= {name: rng.choice([0.4, -0.8]) * common + rng.normal(size=n) for name in self.controls}
        for name in rng.choice(list(columns), 3, replace=False):
            columns[name] = np.round(columns[name])  # ties
        for name in ("t0", "t1", *self.controls):
            columns[name][rng.random(n) < 0.06] = np.nan
        columns["cap1"][rng.random(n) < 0.05] = np.nan
        self.columns, self.n = columns, n
        self.families = [f"f{i % 7}" for i in range(n)]
        self.complete = ~np.isnan(np.column_stack([columns[name] for name in self.names])).any(1)

    def cells(self):
        return [(f"m{i:02}", name, float(v)) for name, column in self.columns.items() for i, v in enumerate(column)
                if not np.isnan(v)]

    def call(self, db, function, columns, **options):
        """Rows of a function over the matrix of these cells."""
        given = {"controlling": self.controls, **options}
        db.rows("DROP TABLE IF EXISTS table_of_cells")
        db.rows("CREATE TABLE table_of_cells (model text, benchmark text, score float8)")
        with db.connection.cursor() as cursor:
            cursor.executemany("INSERT INTO table_of_cells VALUES (%s, %s, %s)", self.cells())
        named = ", ".join(f"{name} => %s" for name in given)
        return db.rows(f"""SELECT {columns} FROM (SELECT score_matrix(model, benchmark, score) AS m FROM table_of_cells) AS t,
            {function}(m, {named}) AS c""", list(given.values()))

    def scores(self, rows=None):
        """The capabilities score of the complete models, or of those rows of them."""
        x = np.column_stack([self.columns[name][self.complete] for name in self.names])
        return reference.Fit(x if rows is None else x[rows]).scores

    def of(self, *names):
        return [self.columns[name][self.complete] for name in names]


def refitted(table, method, target, rows):
    """
    The correlation of a target in a table with these rows of the complete models; NaN where too few
    different models are in it beside the controls.
    """
    score = table.scores(rows)
    y, *controls = table.of(target, *table.controls)
    have = ~np.isnan(np.column_stack([y, *controls])).any(1)
    kept = have[rows]
    if len(set(rows[kept])) < reference.MIN_MODELS + len(controls):
        return np.nan
    return partial(method, y[rows][kept], score[kept], [c[rows][kept] for c in controls])[0]


@pytest.mark.parametrize("seed, method", CASES)
def test_random(db, seed, method):
    table = Table(seed)
    rows = table.call(db, "capabilities_correlations", "benchmark, n, n_dropped, corr, vif, ci_low, ci_high, p_value, "
                      "corr_uncontrolled, verdict, slope, corr_disattenuated, status", capabilities=table.names, method=method)
    assert [row[0] for row in rows] == ["t0", "t1"]  # controls are no targets
    score = table.scores()
    for benchmark, n, n_dropped, corr, vif, low, high, p, uncontrolled, verdict, slope, disattenuated, status in rows:
        y, *controls = table.of(benchmark, *table.controls)
        have = ~np.isnan(np.column_stack([y, *controls])).any(1)
        args = y[have], score[have], [c[have] for c in controls]
        r, inflation, *rest = expected(method, *args)
        what = f"{seed} {method} {benchmark}"
        assert (n, n_dropped) == (have.sum(), (~np.isnan(table.columns[benchmark])).sum() - have.sum()), what
        near(corr, r, 1e-12, what)
        near(vif, inflation, 1e-11 * inflation, what)
        near(uncontrolled, reference.CORRELATION[method](*args[:2]), 1e-12, what)
        near(low, rest[0], 1e-12, what)
        near(high, rest[1], 1e-12, what)
        assert slope is None and disattenuated is None
        if inflation < 5:
            near(p, rest[2], 1e-11, what)
            assert status in ("ok", "unreliable score") and verdict == resampling.verdict(low, high)
        else:
            assert (p, verdict, status) == (None, None, "control and capability not separable")


@pytest.mark.parametrize("seed, method", [case for case in CASES if case[0] < 4])
def test_against(db, seed, method):
    """With a benchmark in the place of the capabilities score; also the other way round."""
    table = Table(seed)
    row, = table.call(db, "benchmark_correlations", "n, corr, vif, corr_uncontrolled", against="t0", targets=["t1"], method=method)
    other, = table.call(db, "benchmark_correlations", "n, corr, vif, corr_uncontrolled", against="t1", targets=["t0"], method=method)
    y, x, *controls = (table.columns[name] for name in ("t1", "t0", *table.controls))
    have = ~np.isnan(np.column_stack([y, x, *controls])).any(1)
    r, vif = partial(method, y[have], x[have], [c[have] for c in controls])
    assert row[0] == have.sum()
    near(row[1], r, 1e-12, "corr")
    near(row[2], vif, 1e-11 * vif, "vif")
    assert row[0] == other[0] and abs(row[1] - other[1]) < 1e-14 and row[3] == other[3]


@pytest.mark.parametrize("seed, method", [case for case in CASES if case[0] in (1, 2, 3)])
def test_bootstrap(db, seed, method):
    table = Table(seed)
    count = 200
    rows = table.call(db, "capabilities_correlations", "benchmark, n_resamples, ci_low, ci_high, corr", capabilities=table.names,
                      method=method, ci="bootstrap", resamples=count, seed=seed)
    score = table.scores()
    for benchmark, n_resamples, low, high, corr in rows:
        values = np.array([refitted(table, method, benchmark, resampling.indices(seed, resampling.MODELS, b, len(score)))
                           for b in range(count)])
        values = values[~np.isnan(values)]
        assert n_resamples == len(values) > count - 20
        y, *controls = table.of(benchmark, *table.controls)
        have = ~np.isnan(np.column_stack([y, *controls])).any(1)
        n = have.sum() - len(controls)
        ends = np.quantile(values, [0.025, 0.975])
        through = np.arctanh(leak(method, y[have], score[have], [c[have] for c in controls]))
        moved = np.tanh([reference.z_of(v, n) - through for v in ends])
        perfect = reference.interval(method, 1.0, n)[0]
        near(low, min(ends[0], moved[0], perfect), 1e-11, f"{seed} {method} {benchmark}")
        near(high, max(ends[1], moved[1], -perfect), 1e-11, f"{seed} {method} {benchmark}")


@pytest.mark.parametrize("seed, method", [case for case in CASES if case[0] in (0, 2, 5)])
def test_jackknife(db, seed, method):
    table = Table(seed)
    families = {f"m{i:02}": family for i, family in enumerate(table.families)}
    rows = table.call(db, "capabilities_correlations", "benchmark, n_families, ci_low, ci_high, p_value, vif",
                      capabilities=table.names, method=method, families=json.dumps(families))
    score = table.scores()
    family = np.array(table.families)[table.complete]
    for benchmark, n_families, low, high, p, vif in rows:
        y, *controls = table.of(benchmark, *table.controls)
        have = ~np.isnan(np.column_stack([y, *controls])).any(1)
        args = y[have], score[have], [c[have] for c in controls]
        n = have.sum() - len(controls)
        names = sorted(set(family[have]))
        z = np.array([reference.z_of(refitted(table, method, benchmark, np.flatnonzero(family != f)),
                                     n - (family[have] == f).sum()) for f in names])
        g = len(names)
        error = np.sqrt((g - 1) / g * ((z - z.mean()) ** 2).sum())
        r, _, formula_low, formula_high, formula_p = expected(method, *args)
        through = np.arctanh(leak(method, *args))
        t = resampling.student_quantile(0.025, g - 1)
        at = reference.z_of(r, n)
        assert n_families == g
        near(low, min(formula_low, np.tanh(at - t * error), np.tanh(at - t * error - through)), 1e-11, f"{seed} {benchmark}")
        near(high, max(formula_high, np.tanh(at + t * error), np.tanh(at + t * error - through)), 1e-11, f"{seed} {benchmark}")
        if vif < 5:
            near(p, max(formula_p, *(2 * stats.t.sf(abs(v) / error, g - 1) for v in (at, at - through))), 1e-11, benchmark)
        else:
            assert p is None


@pytest.mark.parametrize("seed, method", CASES)
def test_difference(db, seed, method):
    table = Table(seed)
    score = table.scores()
    a, b, *controls = table.of("t0", "t1", *table.controls)
    have = ~np.isnan(np.column_stack([a, b, *controls])).any(1)
    a, b, x, controls = a[have], b[have], score[have], [c[have] for c in controls]
    n = have.sum() - len(controls)
    r_a, r_b = partial(method, a, x, controls)[0], partial(method, b, x, controls)[0]
    r_ab, inflation = partial(method, a, b, controls)[0], partial(method, a, x, controls)[1]
    for absolute in (False, True):
        row, = table.call(db, "capabilities_difference", "n, corr_a, corr_b, difference, ci_low, ci_high, p_value, "
                          "difference_uncontrolled, vif, status", benchmark_a="t0", benchmark_b="t1", capabilities=table.names,
                          method=method, absolute=absolute)
        assert row[0] == have.sum()
        near(row[1], r_a, 1e-12, "a")
        near(row[2], r_b, 1e-12, "b")
        plain = [reference.CORRELATION[method](v, x) for v in (a, b)]
        size = np.abs if absolute else np.array
        near(row[3], np.subtract(*size([r_a, r_b])), 1e-12, "difference")
        near(row[7], np.subtract(*size(plain)), 1e-12, "uncontrolled")
        near(row[8], inflation, 1e-11 * inflation, "vif")
        if not absolute and (method == "pearson" or len(controls) == 1):
            low, high = reference.difference_interval(method, r_a, r_b, r_ab, n)
            near(row[4], low, 1e-11, "low")
            near(row[5], high, 1e-11, "high")
            if inflation < 5:
                near(row[6], reference.difference_p_value(method, r_a, r_b, r_ab, n), 1e-9, "p")
        assert (row[6] is None) == (inflation >= 5)
        assert row[9] == ("ok" if inflation < 5 else "control and capability not separable")


@pytest.mark.parametrize("seed, method", [case for case in CASES if case[0] < 4])
def test_matrix(db, seed, method):
    """Every pair of benchmarks that are no controls."""
    table = Table(seed)
    rows = table.call(db, "correlation_matrix", "benchmark_a, benchmark_b, n, corr, status", method=method)
    names = sorted(set(table.columns) - set(table.controls))
    assert [row[:2] for row in rows] == [(a, b) for a in names for b in names]
    found = {(a, b): corr for a, b, _, corr, _ in rows}
    for a, b, n, corr, status in rows:
        y, x, *controls = (table.columns[name] for name in (a, b, *table.controls))
        have = ~np.isnan(np.column_stack([y, x, *controls])).any(1)
        assert n == have.sum() and status == "ok" and found[b, a] == corr
        near(corr, partial(method, y[have], x[have], [c[have] for c in controls])[0], 1e-12, f"{a} {b}")


# ----------------------------------------------------------------------
# Given capability: of a pair the component without it
# ----------------------------------------------------------------------

class Annotated(Table):
    """d capability benchmarks, three targets, two of which overlap with some of them."""

    def __init__(self, seed, d):
        super().__init__(seed)
        rng = np.random.default_rng([seed, d])
        common = self.columns["cap0"]
        self.names = [f"cap{j}" for j in range(d)]
        for name in self.names[3:]:
            self.columns[name] = common + rng.normal(size=self.n)
            self.columns[name][rng.random(self.n) < 0.05] = np.nan
        for name in {"cap0", "cap1", "cap2"} - set(self.names):
            del self.columns[name]
        self.columns["t2"] = np.round(common + rng.normal(size=self.n))
        self.overlaps = {"t1": self.names[-1:], "t2": self.names[:2] if d > 1 else []}

    def call_annotated(self, db, columns, **options):
        db.rows("DROP TABLE IF EXISTS table_of_cells")
        db.rows("CREATE TABLE table_of_cells (model text, benchmark text, score float8)")
        with db.connection.cursor() as cursor:
            cursor.executemany("INSERT INTO table_of_cells VALUES (%s, %s, %s)", self.cells())
        named = ", ".join(f"{name} => %s" for name in options)
        return db.rows(f"""SELECT {columns} FROM (SELECT annotate(score_matrix(model, benchmark, score), %s, overlaps => %s) AS m
            FROM table_of_cells) AS t, correlation_matrix(m, {named}) AS c""",
                       [self.names, json.dumps(self.overlaps), *options.values()])

    def score_without(self, *pair):
        """The score of the component of the others, NaN of models that are not complete on them; None if there is none."""
        out = {*pair}.union(*(self.overlaps.get(name, []) for name in pair))
        rest = [name for name in self.names if name not in out]
        if not rest:
            return None
        x = np.column_stack([self.columns[name] for name in rest])
        complete = ~np.isnan(x).any(1)
        score = np.full(self.n, np.nan)
        score[complete] = reference.Fit(x[complete]).scores
        return score


@pytest.mark.parametrize("d", [1, 2, 3, 7])
@pytest.mark.parametrize("seed, method", [case for case in CASES if case[0] < 4])
@pytest.mark.parametrize("beside", [False, True])
def test_given_capability(db, seed, method, d, beside):
    """Targets and capability benchmarks, overlaps, gaps, ties; alone and beside plain controls."""
    table = Annotated(seed, d)
    controls = table.controls if beside else []
    rows = table.call_annotated(db, "benchmark_a, benchmark_b, n, corr, status", method=method,
                                controlling=[*controls, "capability"])
    names = sorted(set(table.columns) - set(controls))
    assert [row[:2] for row in rows] == [(a, b) for a in names for b in names]
    found = {(a, b): corr for a, b, _, corr, _ in rows}
    count = 0
    for a, b, n, corr, status in rows:
        assert found[b, a] == corr
        score = table.score_without(a, b)
        if score is None:
            assert (n, corr, status) == (0, None, "no other capability benchmark")
            continue
        y, x, *given = (table.columns[name] for name in (a, b, *controls))
        have = ~np.isnan(np.column_stack([y, x, score, *given])).any(1)
        assert n == have.sum() and status in ("ok", "unreliable score", "component not above chance"), status
        r = partial(method, y[have], x[have], [v[have] for v in (score, *given)])[0]
        near(corr, r, 1e-12, f"{seed} {d} {method} {a} {b}")
        count += 1
    assert count >= {1: 4, 2: 4}.get(d, 30)


def test_given_many_capabilities(db):
    """Of more than 64 the score without a pair is that of the others with the weights of all."""
    table = Annotated(1, 3)
    rng = np.random.default_rng(65)
    common = rng.normal(size=table.n)
    table.names = [f"cap{j:02}" for j in range(65)]
    table.columns = {name: common + rng.normal(size=table.n) for name in (*table.names, "t0", "t1")}
    table.columns["cap07"][3] = table.columns["t0"][5] = np.nan
    table.overlaps = {"t1": ["cap07", "cap08"]}
    rows = table.call_annotated(db, "benchmark_a, benchmark_b, n, corr, status", controlling=["capability"])
    x = np.column_stack([table.columns[name] for name in table.names])
    whole = reference.Fit(x)
    z = (x - whole.mean) / whole.sd * whole.vectors[0]
    assert len(rows) == 67 * 67
    for a, b, n, corr, status in rows:
        out = {a, b}.union(*(table.overlaps.get(name, []) for name in (a, b)))
        score = z[:, [name not in out for name in table.names]].sum(1)
        have = ~np.isnan(np.column_stack([table.columns[a], table.columns[b], score])).any(1)
        assert (n, status) == (have.sum(), "ok")
        near(corr, partial("spearman", table.columns[a][have], table.columns[b][have], [score[have]])[0], 1e-12, f"{a} {b}")


def test_capability_is_a_name_first(db):
    """A benchmark that is called so is meant, and no annotation is needed."""
    table = Table(1)
    table.columns["capability"] = table.columns.pop("k0")
    rows = table.call(db, "correlation_matrix", "benchmark_a, benchmark_b, n, corr", controlling=["capability"])
    table.columns["k0"] = table.columns.pop("capability")
    assert rows == table.call(db, "correlation_matrix", "benchmark_a, benchmark_b, n, corr", controlling=["k0"])


def test_one_factor(db):
    """By arithmetic -1 / (d - 1) is left of two capability benchmarks given a score that contains them; 1 / (k + 1 / lambda^2)
    given one of k others."""
    rng = np.random.default_rng(5)
    n, d, loading = 20000, 6, 0.8
    x = loading * rng.normal(size=(n, 1)) + 0.6 * rng.normal(size=(n, d + 2))
    db.rows("CREATE TABLE factor (model int, scores float8[])")
    with db.connection.cursor() as cursor:
        cursor.executemany("INSERT INTO factor VALUES (%s, %s)", list(enumerate(x.tolist())))
    rows = db.rows("""SELECT least(a, 7), least(b, 7), avg(corr), max(abs(corr - expected)) FROM (SELECT benchmark_a::int AS a,
        benchmark_b::int AS b, corr, 1 / (4 + (benchmark_a::int > 6)::int + (benchmark_b::int > 6)::int + 1 / 0.64) AS expected
        FROM (SELECT annotate(score_matrix(model, b, s), '{1,2,3,4,5,6}') AS m FROM factor, unnest(scores) WITH ORDINALITY AS u (s, b)) AS t,
        correlation_matrix(m, method => 'pearson', controlling => '{capability}')) AS t WHERE a < b GROUP BY 1, 2""")
    assert len(rows) == 22 and max(error for *_, error in rows) < 0.03
    whole = reference.Fit(x[:, :d]).scores
    inside = np.mean([partial("pearson", x[:, i], x[:, j], [whole])[0] for i in range(d) for j in range(i)])
    assert abs(inside + 1 / (d - 1)) < 0.001


# ----------------------------------------------------------------------
# The paper's chat models
# ----------------------------------------------------------------------

PAPER = {"MT_Bench": 0.09, "ethics_all": 0.22, "truthfulqa_mc1": 0.21, "wmdp_bio": -0.14}


def test_paper(db, shared_data):
    """Given training compute nothing is left, and nothing can be said of it."""
    with open(shared_data / "safetywashing" / "benchmarks_chat_models_compute.csv", encoding="utf-8", newline="") as file:
        models = list(csv.DictReader(file))
    columns = {name: np.array([float(m[name] or "nan") for m in models]) for name in (*CAPABILITIES, *PAPER, "FLOP")}
    cells = [(m["model"], name, float(column[i])) for name, column in columns.items() for i, m in enumerate(models)
             if not np.isnan(column[i])]
    db.rows("CREATE TABLE paper_cells (model text, benchmark text, score float8)")
    with db.connection.cursor() as cursor:
        cursor.executemany("INSERT INTO paper_cells VALUES (%s, %s, %s)", cells)
    rows = db.rows("""SELECT c.* FROM (SELECT annotate(score_matrix(model, benchmark, score), %s, covariates => '{FLOP}') AS m
        FROM paper_cells) AS t, LATERAL (SELECT benchmark, n, n_dropped, corr, ci_low, ci_high, p_value, q_value, verdict,
        q_verdict, corr_uncontrolled, vif, status FROM capabilities_correlations(m, controlling => '{FLOP}')) AS c""",
                   [list(CAPABILITIES)])
    score = reference.Fit(np.column_stack([columns[name] for name in sorted(CAPABILITIES)])).scores
    have = ~np.isnan(columns["FLOP"])
    assert sorted(row[0] for row in rows) == sorted(PAPER)
    for benchmark, n, n_dropped, corr, low, high, p, q, verdict, q_verdict, uncontrolled, vif, status in rows:
        args = columns[benchmark][have], score[have], [columns["FLOP"][have]]
        r, inflation, expected_low, expected_high, _ = expected("spearman", *args)
        assert (n, n_dropped) == (23, 3)
        assert abs(corr - PAPER[benchmark]) < 0.005 and abs(vif - 8.3) < 0.05
        near(corr, r, 1e-12, benchmark)
        near(vif, inflation, 1e-11, benchmark)
        near(low, expected_low, 1e-12, benchmark)
        near(high, expected_high, 1e-12, benchmark)
        near(uncontrolled, reference.spearman(*args[:2]), 1e-12, benchmark)
        assert (p, q, verdict, q_verdict) == (None,) * 4
        assert status == "control and capability not separable"
        if benchmark == "MT_Bench":
            assert (round(low, 2), round(high, 2)) == (-0.34, 0.49)


# ----------------------------------------------------------------------
# What makes no difference
# ----------------------------------------------------------------------

def test_nothing_else_matters(db):
    """Direction of a control, the order in which they are named, one that is constant or said already."""
    table = Table(3)
    table.columns["k9"] = 3 - 2 * table.columns["k1"]
    table.columns["flat"] = np.full(table.n, 0.1)
    what = "benchmark, n, corr, ci_low, ci_high, p_value, q_value, verdict, vif, corr_uncontrolled"
    plain = table.call(db, "capabilities_correlations", what, capabilities=table.names, targets=["t0", "t1"])
    assert plain == table.call(db, "capabilities_correlations", what, capabilities=table.names, targets=["t0", "t1"],
                               controlling=table.controls[::-1])
    named = [*table.controls, "flat", "k9"]
    more = table.call(db, "capabilities_correlations", what, capabilities=table.names, targets=["t0", "t1"], controlling=named)
    for row, other in zip(plain, more):
        for ours, theirs in zip(row, other):
            assert ours == theirs or abs(ours - theirs) < 1e-13
    for name in ("k1", "k2"):
        table.columns[name] = -table.columns[name]
    turned = table.call(db, "capabilities_correlations", what, capabilities=table.names, targets=["t0", "t1"])
    assert turned == plain
    table.columns["k0"] = -table.columns["k0"]
    db.rows("DROP TABLE table_of_cells")
    assert table.call(db, "capabilities_correlations", what, capabilities=table.names, targets=["t0", "t1"]) == plain


def test_imputed(db):
    """Capability scores may be imputed, also anew in resamples; controls are not."""
    table = Table(2)
    have = ~np.isnan(np.column_stack([table.columns[name] for name in ("t0", *table.controls)])).any(1)
    for options in ({"ci": "analytic"}, {"ci": "bootstrap", "resamples": 200},
                    {"families": json.dumps({f"m{i:02}": f for i, f in enumerate(table.families)})}):
        row, = table.call(db, "capabilities_correlations", "n, n_imputed, corr, ci_low, ci_high", capabilities=table.names,
                          targets=["t0"], missing="impute", **options)
        assert row[0] == have.sum() and 0 < row[1] <= (~table.complete).sum()
        assert -1 < row[3] < row[2] < row[4] < 1
