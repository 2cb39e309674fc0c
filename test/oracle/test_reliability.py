"""Reliability of a target by the standard errors of its scores, and correlations corrected by it.

Against reference.py, made from the items themselves; and against formulas of other books
where they say the same.  How good the corrected ones are is simulated by coverage.py.
"""
import numpy as np
import pytest

import reference
from compare import copy, near

COLUMNS = "corr, reliability, corr_disattenuated, verdict, status"
TARGETS = ("reliable", "short", "easy", "hard", "shown", "mixed", "single", "one_single", "no_error")


class Items:
    """Models that answer items: benchmarks a, b, c of capability, and targets of some numbers of items."""

    def __init__(self, db, number):
        rng = np.random.default_rng(1600 + number)
        self.db, self.n = db, int(rng.integers(12, 60))
        skill, self.table = rng.normal(size=self.n), f"items_{number}"
        rows = [(f"m{i:02}", b, repr(float(skill[i] + rng.normal() / 3)), None, None)
                for b in "abc" for i in range(self.n) if (b, i) != ("c", 3)]
        self.capability = {b: np.full(self.n, np.nan) for b in "abc"}
        for model, b, score, *_ in rows:
            self.capability[b][int(model[1:])] = float(score)
        self.score, self.count, self.error = {}, {}, {}
        for target in TARGETS:
            k = {"reliable": 400, "short": 8}.get(target, 60)
            shift = {"easy": 1.6, "hard": -1.6}.get(target, 0)
            chance = 1 / (1 + np.exp(-shift - 0.9 * skill - 0.5 * rng.normal(size=self.n)))
            items = (rng.random((self.n, k)) < chance[:, None]).astype(float)
            count = np.full(self.n, float(k))
            mean, error = items.mean(1), items.std(1, ddof=1) / np.sqrt(k)
            if target == "shown":  # grades, not shares: some have no spread at all
                items = np.round(3 * chance)[:, None] + np.where(np.arange(self.n) % 3 == 0, 0, 1)[:, None] * items
                mean, error = items.mean(1), items.std(1, ddof=1) / np.sqrt(k)
            if target in ("single", "one_single"):
                first = slice(0, 1 if target == "one_single" else self.n)
                mean[first], error[first], count[first] = items[first, 0], np.nan, 1
            if target == "no_error":
                error[5] = np.nan
            have = rng.random(self.n) < 0.9
            have[:6] = True
            self.score[target] = np.where(have, mean, np.nan)
            self.count[target], self.error[target] = count, error
            for i in np.flatnonzero(have):
                plain = target in ("mixed", "shown") or count[i] == 1
                if plain:  # the items themselves
                    rows += [(f"m{i:02}", target, repr(float(x)), None, None) for x in items[i, :int(count[i])]]
                else:
                    rows.append((f"m{i:02}", target, repr(float(mean[i])), int(count[i]),
                                 None if np.isnan(error[i]) else repr(float(error[i]))))
        db.rows(f"CREATE TABLE {self.table}_cell (model text, benchmark text, score float8, n int8, stderr float8)")
        copy(db, f"{self.table}_cell", rows)
        db.rows(f"""CREATE TABLE {self.table} AS SELECT annotate(rollup(m), '{{a,b,c}}') AS m FROM (
            SELECT score_matrix(model, benchmark, score) FROM {self.table}_cell WHERE n IS NULL UNION ALL
            SELECT score_matrix(model, benchmark, score, n, stderr) FROM {self.table}_cell WHERE n IS NOT NULL) AS p (m)""")

    def rows(self, call):
        return {row[0]: row[1:] for row in self.db.rows(f"SELECT benchmark, {COLUMNS} FROM {self.table}, {call} AS c")}

    def expected(self, target, method, counted):
        who = counted & ~np.isnan(self.score[target])
        share = reference.reliability(self.score[target][who], self.count[target][who], self.error[target][who])
        return share, lambda corr: reference.disattenuated(method, corr, share)


@pytest.fixture(scope="module")
def items(db):
    return [Items(db, number) for number in range(12)]


def check(found, share, corrected, what):
    corr, reliability, disattenuated, *_ = found
    assert (reliability is None) == (share is None), what
    if share is not None:
        near(reliability, share, 1e-12, what)
    expected = corrected(corr)
    assert (disattenuated is None) == (expected is None), what
    if expected is not None:
        # the arc sine is steep near Kendall's 1
        near(disattenuated, expected, 1e-12 if abs(expected) < 0.99 else 1e-7, what + " corrected")
        assert abs(corr) - 1e-15 <= abs(disattenuated) <= 1


@pytest.mark.parametrize("method", reference.METHODS)
def test_columns(items, method):
    """Of every target, over the models of its row; whichever way is better."""
    for case in items:
        complete = ~np.isnan(case.capability["c"])
        for function, counted in ((f"capabilities_correlations(m, method => '{method}')", complete),
                                  (f"benchmark_correlations(m, 'a', '{{{','.join(TARGETS)}}}', '{method}')", complete | True)):
            rows = case.rows(function)
            assert set(rows) == set(TARGETS)
            for target, row in rows.items():
                check(row, *case.expected(target, method, counted), f"{case.table} {function} {target}")
            assert {rows[t][1] for t in ("single", "one_single", "no_error")} == {None}
            opposite = case.rows(function.replace("(m,", "(annotate(m, lower_is_better => '{%s}')," % ",".join(TARGETS)))
            for target, row in rows.items():
                assert opposite[target][1] == row[1], target
                assert (opposite[target][2] is None and row[2] is None) or opposite[target][2] == -row[2], target


def test_there_was_something_to_see(items):
    """Scores of 0 and 1 without an error, equal grades with one of 0, reliabilities on both sides of 0.7."""
    extreme = sum(((case.score[t] == 1) | (case.score[t] == 0)).sum() for case in items for t in ("short", "easy", "hard"))
    zeros = sum(((case.error["shown"] == 0) & (case.score["shown"] > 1)).sum() for case in items)
    shares = [case.rows("capabilities_correlations(m)")["short"][1] for case in items]
    assert extreme > 20 and zeros > 20 and min(shares) < 0.7 < max(shares)


def test_whole_of_a_capability_benchmark(items):
    """What contains the target has its errors: nothing is corrected.  Against the others it is."""
    for case in items[:4]:
        whole = case.rows("capabilities_correlations(m, '{a,reliable}', '{reliable}', exclude_self => false)")["reliable"]
        others = case.rows("capabilities_correlations(m, '{a,reliable}', '{reliable}')")["reliable"]
        assert whole[1] == others[1] > 0.7 and whole[2] is None and whole[4] == "part-whole"
        check(others, *case.expected("reliable", "spearman", np.ones(case.n, bool)), "others")
        itself = case.rows("benchmark_correlations(m, 'reliable', '{reliable}')")["reliable"]
        assert itself[0] == 1 and itself[1] > 0.7 and itself[2] is None


def test_windows_and_families(items):
    """Over the models of a window, as of a subset of them; families change nothing here."""
    for case in items[:4]:
        name = case.table
        case.db.rows(f"""CREATE TABLE {name}_dated AS SELECT annotate(merge(m, days), covariates => '{{day}}') AS m
            FROM {name}, (SELECT score_matrix(x, 'day', 20000 + 10 * (y / 2)) AS days
                          FROM {name}, unnest(models(m)) WITH ORDINALITY AS l (x, y)) AS d""")
        rows = case.db.rows(f"""SELECT w.benchmark, w.reliability IS NOT NULL,
                w.reliability IS NOT DISTINCT FROM s.reliability AND w.corr_disattenuated IS NOT DISTINCT FROM s.corr_disattenuated
            FROM {name}_dated, capabilities_over_time(m, 'day', 60) AS w
                JOIN LATERAL (SELECT array_agg(model) FROM cells(m) WHERE benchmark = 'day' AND
                    score BETWEEN w.window_start - date '1970-01-01' AND w.window_end - date '1970-01-01') AS k (models) ON true
                JOIN LATERAL capabilities_correlations(subset(m, models)) AS s USING (benchmark)""")
        assert len(rows) > 40 and all(same for *_, same in rows) and sum(known for _, known, _ in rows) > 10
        alone = case.rows("capabilities_correlations(m)")
        related = case.rows("capabilities_correlations(m, families => (SELECT jsonb_object_agg(x, left(x, 2)) FROM unnest(models(m)) AS x))")
        assert {t: row[:3] for t, row in alone.items()} == {t: row[:3] for t, row in related.items()}


def test_kuder_richardson(db):
    """All items equally hard: Cronbach's alpha, which is formula 20, is formula 21, and is ours with ddof = 0."""
    k = 24
    items = np.array([np.roll(np.arange(k) < right, shift) for right in (3, 9, 14, 20, 22) for shift in range(k)], float)
    n = len(items)
    assert len(set(items.mean(0))) == 1
    alpha = k / (k - 1) * (1 - items.var(0).sum() / items.sum(1).var())
    rows = [(f"m{i:03}", b, float(s)) for i in range(n) for b, s in [("x", i * 7 % n), *(("t", s) for s in items[i])]]
    found = db.value("SELECT reliability FROM (SELECT score_matrix(m, b, s) AS m FROM unnest(%s::text[], %s::text[], %s::float8[]) AS c (m, b, s)) "
                     "AS s, benchmark_correlations(m, 'x', '{t}') AS c", tuple(map(list, zip(*rows))))
    near(1 - (1 - found) * n / (n - 1), alpha, 1e-12, "alpha")


def low_row(db, k, options="", against="benchmark_correlations(m, 'x', '{t}' %s)"):
    """100 models, a target of k items that has nothing to do with x or y."""
    i = np.arange(100)
    share = (np.round(k * (0.3 + 0.4 * (i * 37 % 101) / 101)) / k).tolist()
    error = [np.sqrt(p * (1 - p) / (k - 1)) for p in share]
    models = [f"m{j:03}" for j in i]
    return db.rows(f"""SELECT {COLUMNS} FROM (SELECT rollup(m) AS m FROM (
            SELECT score_matrix(m, jsonb_build_object('x', s, 'y', -s, 'z', s * s)) FROM unnest(%s::text[], %s::float8[]) AS c (m, s) UNION ALL
            SELECT score_matrix(m, 't', s, {k}, e) FROM unnest(%s::text[], %s::float8[], %s::float8[]) AS c (m, s, e)) AS p (m)) AS s,
        """ + against % options, (models, i.tolist(), models, share, error))[0]


def test_noisy_scores(db):
    """The verdict low of few items stands, and is said to be; whatever else is wrong is said first."""
    _, reliability, corrected, verdict, status = low_row(db, 15)
    assert reliability < 0.7 and corrected is None and (verdict, status) == ("low", "noisy scores")
    _, reliability, corrected, verdict, status = low_row(db, 200)
    assert reliability > 0.7 and corrected is not None and (verdict, status) == ("low", "ok")
    assert low_row(db, 15, ", threshold => 0.1")[3:] == ("unresolved", "ok")
    assert low_row(db, 15, ", ci => 'none'")[3:] == (None, "ok")
    assert low_row(db, 15, ", ci => 'bootstrap', resamples => 200")[3:] == ("low", "noisy scores")
    capabilities = "capabilities_correlations(m, '{%s}', '{t}')"
    assert low_row(db, 15, "x", capabilities)[3:] == ("low", "noisy scores")
    assert low_row(db, 15, "x,z", capabilities)[3:] == ("low", "noisy scores")
    assert low_row(db, 15, "x,y,z", capabilities)[3:] == (None, "reversed capability benchmark")
    columns = """LATERAL (SELECT NULL AS corr, NULL AS reliability, NULL AS corr_disattenuated, NULL AS verdict, status
        FROM capabilities_difference(m, 'x', 't', '{y}' %s)) AS d"""
    assert low_row(db, 15, "", columns)[-1] == "noisy scores"
    assert low_row(db, 15, ", ci => 'none'", columns)[-1] == "noisy scores"
    assert low_row(db, 200, "", columns)[-1] == "ok"
