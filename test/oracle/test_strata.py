"""capabilities_strata_difference and congruence, every column by numpy and scipy."""
import itertools
import json

import numpy as np
import pytest
from scipy import optimize, stats

import reference
import resampling
from compare import near
from tables import CAPABILITIES, Matrix, family_of, load_paper

COLUMNS = ("benchmark role n_a n_b n_families corr_a corr_b difference ci_low ci_high p_value q_value sign_changes "
           "congruence capability_sd_a capability_sd_b status").split()
LEVEL = 0.95
SOLVER = 1e-9  # what a component near a tie may be off by; see Fit.condition()


# ----------------------------------------------------------------------
# By hand
# ----------------------------------------------------------------------

def by_formula(pairs, quantile, method, spreads):
    """The interval of r_a - r_b of independent strata, after Zou; pairs of (r, n)."""
    ends = [reference.interval_at(method, r, n, quantile, spread) for (r, n), spread in zip(pairs, spreads)]
    if None in ends:
        return None
    (a, _), (b, _) = pairs
    (low_a, high_a), (low_b, high_b) = ends
    return a - b - np.hypot(a - low_a, high_b - b), a - b + np.hypot(high_a - a, b - low_b)


def p_by_formula(pairs, method, spreads):
    (a, _), (b, _) = pairs
    if a == b:
        return 1.0

    def end_near_0(quantile):
        low, high = by_formula(pairs, quantile, method, spreads)
        return low if a > b else high
    if end_near_0(30) * (a - b) > 0:
        return 0.0
    return 2 * stats.norm.sf(optimize.brentq(end_near_0, 1e-12, 30, xtol=1e-15, rtol=1e-14))


def by_errors(pairs, errors, overlap, nu):
    """Interval and p of strata with families: all differences within t errors of both z, by Student's t."""
    z = np.array([reference.z_of(*pair) for pair in pairs])
    t = resampling.student_quantile(0.5 - LEVEL / 2, nu)
    root = np.linalg.cholesky(np.array([[1, overlap], [overlap, 1]]) + 1e-15 * np.eye(2))

    def difference(angle):
        u, v = z[:, None] + t * errors[:, None] * (root @ np.array([np.cos(angle), np.sin(angle)]).reshape(2, -1))
        return np.tanh(u) - np.tanh(v)
    angles = np.linspace(0, 2 * np.pi, 4001)
    values = difference(angles)
    step = angles[1]
    (low, high) = (sign * -optimize.minimize_scalar(
        lambda angle: -sign * difference(angle)[0], bounds=(best - step, best + step), method="bounded",
        options=dict(xatol=1e-11)).fun for sign, best in ((-1, angles[values.argmin()]), (1, angles[values.argmax()])))
    here = pairs[0][0] - pairs[1][0]
    error = np.sqrt(errors @ np.array([[1, -overlap], [-overlap, 1]]) @ errors)
    return min(low, here), max(high, here), 2 * stats.t.sf(abs(z[0] - z[1]) / error, nu) if error > 0 else float(z[0] == z[1])


def left_out(side, method, pca):
    """
    Without each family all the correlations that are right: one, or several where scores of different models are equal as
    far as rounding can tell. Ranks may then have them in either order, or tied.
    """
    x, y, family = side["x"], side["y"], np.array(side["families_of_fit"])
    here, found = resampling.without_families(x, [y], family, method, pca)
    right = {}
    for name, value in zip(here, found[:, 0]):
        right[name] = [value]
        fit = reference.Fit(x[family != name], pca)
        if method == "pearson" or fit.d == 1 or fit.status != "ok" or np.isnan(value):
            continue
        y_left = y[family != name]
        has = ~np.isnan(y_left)
        distinct = np.unique(fit.x[has], axis=0)
        scores = np.array([fit.scores[has][(fit.x[has] == row).all(1)][0] for row in distinct])
        distinct, scores = distinct[np.argsort(scores)], np.sort(scores)
        close = np.flatnonzero(np.diff(scores) <= 1e-12 * fit.condition() * np.maximum(1, np.abs(scores[1:])))
        for towards in itertools.product((None, -np.inf, np.inf), repeat=len(close)):
            moved = fit.scores[has].copy()
            for k, way in zip(close, towards):
                lower, upper = ((fit.x[has] == row).all(1) for row in distinct[k:k + 2])
                moved[upper] = moved[lower][0] if way is None else np.nextafter(moved[lower][0], way)
            corr = reference.CORRELATION[method](y_left[has], moved)
            if corr not in right[name]:
                right[name].append(corr)
    return right


def ways(sides, method, pca):
    """Of both strata, what is left without each family, in every way that rounding may have it."""
    right = [left_out(side, method, pca) for side in sides]
    every = [[dict(zip(of, values)) for values in itertools.product(*of.values())] for of in right]
    return list(itertools.product(*every))


def jackknifed(sides, left_of_sides, families, method):
    """Errors and correlation of both z, and each stratum's own interval, from the families left out of both."""
    names = sorted({f for side in sides for f in side["families"]})
    z, own, counts = [], [], []
    for side, left in zip(sides, left_of_sides):
        y, family = side["y"], np.array(side["families_of_fit"])
        has = ~np.isnan(y)
        of_target = {name: int((has & (family == name)).sum()) for name in names}
        used = [name for name in names if of_target[name] > 0]
        counts.append(len(used))
        values = [left[name] for name in used]
        n_left = [side["n"] - of_target[name] for name in used]
        own.append(resampling.jackknife_interval(method, side["corr"], side["n"], np.array(values), np.array(n_left), LEVEL,
                                                 side["spread"]) if len(used) >= 5 else (None, None))
        z.append([np.nan if name in used and np.isnan(left[name]) else
                  reference.z_of(left[name], side["n"] - of_target[name]) if name in used else
                  reference.z_of(side["corr"], side["n"]) for name in names])
    z = np.array(z)
    count = len(names)
    deviations = z - z.mean(1, keepdims=True)
    covariance = (count - 1) / count * deviations @ deviations.T
    errors = np.sqrt(np.diag(covariance))
    overlap = covariance[0, 1] / errors.prod() if errors.prod() > 0 else 0.0
    return count, min(counts), errors, np.clip(overlap, -1, 1), own


def pooled_spread(fits, which, target_rows, kind):
    """Standard deviations on the component of both, over that of all."""
    x = np.concatenate([fit.x[fit.complete][:, columns] for fit, columns in zip(fits, which)])
    both = reference.Fit(x, kind)
    if both.status != "ok":
        return None, None
    n = fits[0].n
    parts = both.scores[:n], both.scores[n:]
    return tuple(part[rows].std() / both.scores.std() for part, rows in zip(parts, target_rows))


def tucker(a, b):
    return a @ b / np.sqrt((a @ a) * (b @ b))


# ----------------------------------------------------------------------
# Random strata
# ----------------------------------------------------------------------

class Strata:
    """Two random matrices of some common benchmarks: gaps, ties, families of both, shared models now and then."""

    def __init__(self, db, number):
        rng = np.random.default_rng(7000 + number)
        self.number, self.rng = number, rng
        d = int(rng.integers(1, 6))
        self.capabilities = [f"cap {j}" for j in range(d)]
        skill = {}
        self.matrix = []
        families = {}
        for s, kind in enumerate(("base", "chat")):
            n = int(rng.integers(7, 28))
            # every fourth pair has models in common
            names = [f"{kind if number % 4 else 'model'} {i}" for i in range(n)]
            of = {name: f"family {rng.integers(0, 4 if number % 5 == 4 else 9)}" for name in names}
            of.update({name: families[name] for name in names if name in families})
            families.update(of)
            cells = {}
            ability = np.array([skill.setdefault(of[name], rng.normal()) + rng.normal() for name in names])
            ability /= np.sqrt(2)
            for j in range(d + 5):
                slope = rng.uniform(0.4, 0.95) if j < d else rng.uniform(-1, 1)
                if j == d and number % 2:
                    slope = -0.95 if s else 0.95
                column = slope * ability + np.sqrt(1 - slope**2) * rng.normal(size=n)
                if j == 1 and number % 6 == 5:
                    column = -column
                if rng.random() < 0.4:
                    column = np.round(2 * column)
                if j == d + 4 and number % 3 == s:
                    continue    # a target that one of them lacks
                for i in range(n):
                    if rng.random() > (0.03 if j < d else 0.15):
                        cells[names[i], f"cap {j}" if j < d else f"target {j - d}"] = column[i]
            self.matrix.append(Matrix(db, f"strata_{number}_{kind}", cells, set(self.capabilities)))
        # those of both models agree
        self.families = {m: families[m] for matrix in self.matrix for m in matrix.models}
        self.names = sorted({b for matrix in self.matrix for b in matrix.benchmarks})

    def call(self, **options):
        given = "".join(f", {key} => %({key})s" for key in options)
        return self.matrix[0].db.rows(f"""SELECT {', '.join(COLUMNS)}
            FROM {self.matrix[0].name} AS a (a), {self.matrix[1].name} AS b (b), capabilities_strata_difference(a, b,
                %(capabilities)s{', ' if given else ''}{given[2:]})""", dict(options, capabilities=self.capabilities))


def check(strata, method="spearman", pca="spearman", exclude_self=True, families=False, several=None):
    """How many rows were compared to the end; several gets those of which rounding leaves several answers right."""
    options = dict(method=method, pca=pca, exclude_self=exclude_self, targets=strata.names, confidence=LEVEL)
    if families:
        options["families"] = json.dumps(strata.families)
    rows = [dict(zip(COLUMNS, row)) for row in strata.call(**options)]
    assert [row["benchmark"] for row in rows] == strata.names
    q = resampling.q_values([np.nan if row["p_value"] is None or row["role"] != "target" else row["p_value"] for row in rows])
    compared = 0
    for row, expected_q in zip(rows, q):
        compared += check_row(strata, row, method, pca, exclude_self, families, several)
        if row["p_value"] is None or row["role"] != "target":
            assert row["q_value"] is None
        else:
            near(row["q_value"], expected_q, 1e-12, "q")
    return compared


def check_row(strata, row, method, pca, exclude_self, families, several=None):
    name = row["benchmark"]
    what = f"{strata.number} {name} {method} {families}"
    is_part = name in strata.capabilities
    used = [c for c in strata.capabilities if not (is_part and exclude_self and c == name)]
    assert row["role"] == ("capability" if is_part else "target"), what
    sides, fits, statuses = [], [], []
    for s, matrix in enumerate(strata.matrix):
        if name not in matrix.benchmarks:
            assert row[f"corr_{'ab'[s]}"] is None and row[f"n_{'ab'[s]}"] == 0 and row["status"] == "not in both strata"
            continue
        # the same bits as of one stratum alone, and its status
        (n, corr, status), = matrix.call("capabilities_correlations", "n, corr, status", targets=[name], method=method, pca=pca,
                                         exclude_self=exclude_self, families="{}")
        assert (row[f"n_{'ab'[s]}"], row[f"corr_{'ab'[s]}"]) == (n, corr), what
        statuses.append(status)
        if corr is None or not used:
            continue
        fit = reference.Fit(matrix.columns(used), pca)
        y = matrix.column(name)
        rows = fit.complete & ~np.isnan(y)
        of = [strata.families[m] for m in matrix.models]
        fits.append(fit)
        sides.append(dict(corr=corr, n=n, x=fit.x[fit.complete], y=y[fit.complete], rows=rows[fit.complete],
                          families_of_fit=[f for f, c in zip(of, fit.complete) if c],
                          families=[f for f, r in zip(of, rows) if r],
                          gate=reference.Gate(fit, of if families else None),
                          models={m for m, c in zip(matrix.models, fit.complete) if c},
                          spread=reference.spread(method, y[rows], fit.scores[rows])))
    if len(sides) < 2:
        assert [row[c] for c in ("difference", "ci_low", "ci_high", "p_value", "sign_changes")] == [None] * 5, what
        return 0
    a, b = sides
    assert row["difference"] == a["corr"] - b["corr"], what
    vectors = [fit.vectors[0] for fit in fits]
    if len(used) > 1:
        near(row["congruence"], tucker(*vectors), SOLVER, what)
    else:
        assert row["congruence"] is None
    sd = pooled_spread(fits, [slice(None)] * 2, [side["rows"] for side in sides], pca)
    for given, expected in zip((row["capability_sd_a"], row["capability_sd_b"]), sd):
        assert (given is None) == (expected is None), what
        if expected is not None:
            near(given, expected, SOLVER, what)

    if not families:
        return check_test(strata, row, sides, None, method, is_part and not exclude_self, what)
    possible = ways(sides, method, pca)
    if len(possible) > 1:
        several.append(what)
    # the last one says what is wrong if none is right
    for left in possible[:-1]:
        try:
            return check_test(strata, row, sides, left, method, is_part and not exclude_self, what)
        except AssertionError:
            pass
    return check_test(strata, row, sides, possible[-1], method, is_part and not exclude_self, what)


def check_test(strata, row, sides, left, method, part_whole, what):
    """Interval, p and status; left: what is left of each stratum without each of the families, if there are any."""
    a, b = sides
    families = left is not None
    tested, status = not part_whole, "part-whole" if part_whole else None
    if families:
        groups, fewest, errors, overlap, own = jackknifed(sides, left, strata.families, method)
        if tested:
            assert row["n_families"] == groups, what
        if tested and fewest < 5:
            tested, status = False, "too few families for an interval"
        elif tested and (np.isnan(errors).any() or None in (own[0][0], own[1][0])):
            tested, status = False, "too few resamples for an interval"
    elif tested and a["models"] & b["models"]:
        tested, status = False, "models in both strata"
    pairs = [(side["corr"], side["n"]) for side in sides]
    spreads = [side["spread"] for side in sides]
    formula = by_formula(pairs, stats.norm.ppf(0.5 + LEVEL / 2), method, spreads)
    if tested and formula is None:
        tested, status = False, "too few models for an interval"
    if not tested:
        assert [row[c] for c in ("ci_low", "ci_high", "p_value", "sign_changes")] == [None] * 4, what
        assert row["status"] == status, what
        return 0
    low, high = formula
    p = max(p_by_formula(pairs, method, spreads), *(reference.least_p_value(n) for _, n in pairs))
    signs = [np.sign(ends[0]) if ends[0] * ends[1] > 0 else 0
             for ends in (reference.interval(method, *pair, LEVEL, s) for pair, s in zip(pairs, spreads))]
    if families:
        *other, p_of_families = by_errors(pairs, errors, overlap, fewest - 1)
        low, high = min(low, other[0]), max(high, other[1])
        p = max(p, p_of_families, reference.least_p_value(fewest))
        signs = [sign if ends[0] * ends[1] > 0 else 0 for sign, ends in zip(signs, own)]
    near(row["ci_low"], low, 1e-10, what)
    near(row["ci_high"], high, 1e-10, what)
    near(row["p_value"], p, 1e-8 * p + 1e-12, what)
    closed = a["gate"].closed or b["gate"].closed
    assert row["sign_changes"] == (None if closed else signs[0] * signs[1] < 0), what
    gates = [side["gate"] for side in sides if side["gate"].status != "ok"]
    gates = [gate.status for gate in sorted(gates, key=lambda gate: not gate.closed)]
    assert row["status"] == (gates[0] if gates else "ok" if families else "independent strata supposed"), what
    return 1


@pytest.fixture(scope="module")
def random_strata(db):
    return [Strata(db, number) for number in range(18)]


@pytest.mark.parametrize("families", [False, True])
@pytest.mark.parametrize("method, pca, exclude_self", [("spearman", "spearman", True), ("pearson", "pearson", True),
                                                       ("kendall", "spearman", True), ("spearman", "spearman", False)])
def test_random_strata(random_strata, method, pca, exclude_self, families):
    several = []
    compared = sum(check(strata, method, pca, exclude_self, families, several) for strata in random_strata)
    assert compared > 50
    # no more than a few, so that an answer that is one of several does not pass for a comparison
    assert len(several) < compared / 6, several


def test_imputed_strata(random_strata):
    """Models with gaps too: the correlations of each stratum, and the interval of independent strata."""
    compared = 0
    for strata in random_strata:
        rows = [dict(zip(COLUMNS, row)) for row in strata.call(missing="impute", min_scores=1, targets=strata.names)]
        alone = [{row[0]: row[1:] for row in matrix.call("capabilities_correlations", "benchmark, n, corr", missing="impute", min_scores=1,
                                                         targets=[b for b in strata.names if b in matrix.benchmarks])}
                 for matrix in strata.matrix]
        for row in rows:
            pairs = [(row["corr_a"], row["n_a"]), (row["corr_b"], row["n_b"])]
            for (corr, n), of in zip(pairs, alone):
                assert (n, corr) == of.get(row["benchmark"], (0, None))
            if row["p_value"] is not None:
                low, high = by_formula(pairs, stats.norm.ppf(0.5 + LEVEL / 2), "spearman", (1, 1))
                near(row["ci_low"], low, 1e-10, strata.number)
                near(row["ci_high"], high, 1e-10, strata.number)
                compared += 1
    assert compared > 40


def test_random_strata_have_everything(random_strata):
    """So that what is compared above is not the same case again and again."""
    found = {row[-1] for strata in random_strata for row in strata.call(targets=strata.names)}
    found |= {row[-1] for strata in random_strata for row in strata.call(targets=strata.names, families=json.dumps(strata.families))}
    assert found >= {"ok", "independent strata supposed", "models in both strata", "not in both strata", "component not above chance",
                     "too few families for an interval", "no other capability benchmark", "reversed capability benchmark"}
    changes = {row[-5] for strata in random_strata for row in strata.call()}
    assert changes == {True, False, None}


def test_swapped_strata(random_strata):
    """b against a is the opposite of a against b."""
    for strata in random_strata[:8]:
        for options in ({}, {"families": json.dumps(strata.families)}):
            rows = strata.call(targets=strata.names, **options)
            strata.matrix.reverse()
            swapped = strata.call(targets=strata.names, **options)
            strata.matrix.reverse()
            for row, other in zip(rows, swapped):
                row, other = dict(zip(COLUMNS, row)), dict(zip(COLUMNS, other))
                for one, two, sign in (("difference", "difference", -1), ("ci_low", "ci_high", -1), ("corr_a", "corr_b", 1),
                                       ("p_value", "p_value", 1), ("congruence", "congruence", 1),
                                       ("capability_sd_a", "capability_sd_b", 1), ("n_a", "n_b", 1)):
                    assert (row[one] is None) == (other[two] is None)
                    if row[one] is not None:
                        near(row[one], sign * other[two], 1e-9, one)
                assert (row["sign_changes"], row["n_families"]) == (other["sign_changes"], other["n_families"])


# ----------------------------------------------------------------------
# Congruence
# ----------------------------------------------------------------------

def test_congruence_of_components(random_strata):
    """By name, of any sets of benchmarks; the same as in the rows."""
    compared = 0
    for strata in random_strata:
        a, b = strata.matrix
        for own in (strata.capabilities, strata.capabilities[1:]):
            if len(own) == 0:
                continue
            (found,), = a.db.rows(f"""SELECT congruence(capabilities_component(a.m, %s), capabilities_component(b.m, %s))
                FROM {a.name} AS a, {b.name} AS b""", (strata.capabilities, own))
            fits = [reference.Fit(m.columns(c)) for m, c in ((a, strata.capabilities), (b, own))]
            if len(own) < 2 or {fit.status for fit in fits} != {"ok"}:
                assert found is None
                continue
            near(found, tucker(fits[0].vectors[0][-len(own):], fits[1].vectors[0]), SOLVER, strata.number)
            compared += 1
    assert compared > 12


def test_congruence_of_unrelated_loadings():
    """What the documents say: loadings that have nothing to do with each other give .97."""
    rng = np.random.default_rng(1)
    for d in (6, 12):
        a, b = rng.uniform(0.5, 0.95, (2, 100000, d))
        median = np.median((a * b).sum(1) / np.sqrt((a**2).sum(1) * (b**2).sum(1)))
        assert 0.965 < median < 0.98


# ----------------------------------------------------------------------
# The paper's models
# ----------------------------------------------------------------------

@pytest.fixture(scope="module")
def paper(db, shared_data):
    return load_paper(db, shared_data)


def test_paper(paper):
    """Base against chat: 13 of 164 have opposite signs and a gap above .5."""
    base, chat = paper["base"], paper["chat"]
    targets = [b for b in base.targets if b in chat.targets]
    rows = base.db.rows("""SELECT d.benchmark, n_a, n_b, corr_a, corr_b, difference, d.ci_low, d.ci_high, d.p_value, d.q_value, sign_changes,
            congruence, d.status, x.corr, y.corr
        FROM base AS a (a), chat AS b (b), capabilities_strata_difference(a, b, %(c)s, %(t)s) AS d,
            capabilities_correlations(a, %(c)s, d.benchmark || '{}'::text[]) AS x,
            capabilities_correlations(b, %(c)s, d.benchmark || '{}'::text[]) AS y""", dict(c=CAPABILITIES, t=targets))
    assert len(rows) == len(targets) == 164
    assert all(row[3:5] == row[-2:] for row in rows)
    assert sum(row[3] * row[4] < 0 and abs(row[5]) > 0.5 for row in rows) == 13
    fits = [reference.Fit(m.columns(CAPABILITIES)) for m in (base, chat)]
    for row in rows:
        near(row[11], tucker(fits[0].vectors[0], fits[1].vectors[0]), 1e-10, "congruence")
        assert row[12] == "independent strata supposed"


def test_paper_by_families(paper):
    base, chat = paper["base"], paper["chat"]
    families = json.dumps({model: family_of(model) for matrix in (base, chat) for model in matrix.models})
    rows = base.db.rows("""SELECT f.benchmark, i.ci_low, f.ci_low, i.ci_high, f.ci_high, i.p_value, f.p_value, f.n_families, f.status
        FROM base AS a (a), chat AS b (b), capabilities_strata_difference(a, b, %(c)s) AS i
            JOIN capabilities_strata_difference(a, b, %(c)s, families => %(f)s) AS f USING (benchmark)""",
                        dict(c=CAPABILITIES, f=families))
    tested = [row for row in rows if row[6] is not None]
    assert len(tested) > 150 and {row[-1] for row in tested} == {"ok"}
    # never surer than independent strata
    assert all(row[2] <= row[1] and row[4] >= row[3] and row[6] >= row[5] for row in tested)
