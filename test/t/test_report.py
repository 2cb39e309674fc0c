"""capabilities_report: the numbers of capabilities_correlations, rounded, and in words what is wrong with them.

Every note has a test in which it is there and one in which it is not.
"""
import csv
import decimal
import json
import time

import numpy as np
import psycopg2.errors
import psycopg2.extras
import pytest

CAPABILITIES = [f"c{j}" for j in range(6)]
FINE = "no fault found in what could be checked"
UNDECIDED = "undecided, even the sign"
UNDECLARED = "direction not declared: higher taken as better"
VERDICTS = ["entangled", "inverse", "low", "positive", "negative", "unresolved", None]
COLUMNS = "benchmark, n, corr, interval, verdict, note, not_checked"


def ranked(n, corr, seed=0):
    """Scores whose Spearman correlation with 0 .. n - 1 is about so much."""
    rng = np.random.default_rng(seed)
    noise = rng.permutation(n).astype(float)
    for _ in range(2000):
        order = np.argsort(np.argsort(noise))
        at = np.corrcoef(order, np.arange(n))[0, 1]
        if abs(at - corr) < 0.01:
            break
        i, j = sorted(rng.choice(n, 2, replace=False))
        if (noise[i] > noise[j]) == (at < corr):
            noise[i], noise[j] = noise[j], noise[i]
    return noise


def insert(db, table, rows):
    with db.connection.cursor() as cursor:
        psycopg2.extras.execute_values(cursor, f"INSERT INTO {table} VALUES %s", rows, page_size=10000)


class Table:
    """Models 0 .. n - 1, the next always abler than the last; benchmarks are lists, None is no score."""

    def __init__(self, db, n=30, capabilities=CAPABILITIES, **targets):
        self.db, self.n = db, n
        rng = np.random.default_rng(1)
        self.columns = {c: list(np.arange(n) + rng.normal(size=n)) for c in capabilities}
        self.columns.update({name: list(column) for name, column in targets.items()})
        self.capabilities, self.errors = list(capabilities), {}
        self.marks = {"higher_is_better": [*self.columns], "overlaps": {"another": self.capabilities[:1]}}

    def matrix(self):
        """As SQL; marks are arguments of annotate."""
        rows = [(f"m{i:04}", name, float(score), 100 if name in self.errors else None, self.errors.get(name))
                for name, column in self.columns.items() for i, score in enumerate(column) if score is not None]
        marks = {"capabilities": self.capabilities, **self.marks}
        self.db.rows("DROP TABLE IF EXISTS cell; CREATE TABLE cell (model text, benchmark text, score float8, n int8, error float8)")
        insert(self.db, "cell", rows)
        names = ", ".join(f"{name} => %s" for name in marks)
        self.db.rows("DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT annotate(merge("
                     "(SELECT score_matrix(model, benchmark, score) FROM cell WHERE n IS NULL),"
                     "(SELECT score_matrix(model, benchmark, score, n, error) FROM cell WHERE n IS NOT NULL)), "
                     f"missing_ok => true, {names}) AS m",
                     [json.dumps(value) if isinstance(value, dict) else value for value in marks.values()])
        return self

    def report(self, options="", columns=COLUMNS):
        self.matrix()
        return self.db.rows(f"SELECT {columns} FROM kept, capabilities_report(m{options})")

    def notes(self, options=""):
        return dict(self.report(options, "benchmark, note"))

    def note(self, options=""):
        (_, note), = self.report(options, "benchmark, note")
        return note

    def not_checked(self, options=""):
        (_, words), = self.report(options, "benchmark, not_checked")
        return words


def rounded(x):
    """To hundredths, halves away from 0; 1 only of 1."""
    if x is None:
        return None
    two = decimal.Decimal(f"{x:.15g}").quantize(decimal.Decimal("0.01"), decimal.ROUND_HALF_UP)
    return two if abs(two) < 1 or abs(x) == 1 else decimal.Decimal("0.99").copy_sign(two)


def verdict_of(low, high, threshold):
    if low >= threshold:
        return "entangled"
    if high <= -threshold:
        return "inverse"
    if low >= -threshold and high <= threshold:
        return "low"
    return "positive" if low > 0 else "negative" if high < 0 else "unresolved"


# ---------------------------------------------------------------------
# Numbers and order
# ---------------------------------------------------------------------

OPTIONS = ["", ", method => 'pearson', pca => 'pearson'", ", method => 'kendall', threshold => 0.2", ", missing => 'impute', min_scores => 3",
           ", confidence => 0.5, threshold => 0.3", ", targets => '{b0,b4,b5}'", ", capabilities => '{b0,b1}'", ", FAMILIES",
           ", FAMILIES, missing => 'impute', confidence => 0.8"]


@pytest.fixture(scope="module")
def many(db):
    """Fifty targets of all kinds over 28 models with gaps."""
    db.rows("""CREATE TABLE scores AS SELECT 'm' || i AS model, 'b' || j AS benchmark,
            i * (j % 5 - 1 + (j < 4)::int * 2) + 25 * sin(i * (j + 2.3)) AS score
        FROM generate_series(1, 28) AS i, generate_series(0, 53) AS j WHERE (i * 7 + j * 3) % 31 > 0;
        CREATE TABLE many AS SELECT annotate(score_matrix(model, benchmark, score), '{b0,b1,b2,b3}', '{b5,b6}') AS m FROM scores""")
    return db


@pytest.mark.parametrize("options", OPTIONS)
def test_numbers_are_those_of_correlations(many, options):
    given = options.replace("FAMILIES", "families => (SELECT jsonb_object_agg('m' || i, 'f' || i % 9) FROM generate_series(1, 28) AS i)")
    found = many.rows(f"SELECT {COLUMNS} FROM many, capabilities_report(m{given})")
    wanted = {row[0]: row for row in many.rows(
        f"SELECT benchmark, n, corr, ci_low, ci_high, verdict, status FROM many, capabilities_correlations(m{given})")}
    threshold = next((float(word) for word in ("0.2", "0.3") if f"threshold => {word}" in options), 0.4)
    assert {row[0] for row in found} == set(wanted) and len(found) == len(wanted)
    for benchmark, n, corr, interval, verdict, note, not_checked in found:
        _, n_wanted, corr_wanted, low, high, verdict_wanted, _ = wanted[benchmark]
        assert (n, corr, verdict) == (n_wanted, rounded(corr_wanted), verdict_wanted)
        assert (interval is None) == (low is None)
        if interval is not None:
            ends = [decimal.Decimal(end) for end in interval.split(" to ")]
            assert all(end.as_tuple().exponent == -2 for end in ends)
            assert abs(float(ends[0]) - low) < 0.0101 and abs(float(ends[1]) - high) < 0.0101
            if verdict is not None:
                assert verdict == verdict_of(*map(float, ends), threshold), "can be read off"
        assert note and not_checked
    if options == "":
        assert len({row[4] for row in found}) >= 4


@pytest.mark.parametrize("options", ["threshold => 0.5", "FAMILIES"])
def test_order(many, options):
    """Intervals that families make are not the wider the smaller corr is."""
    options = options.replace("FAMILIES", "families => (SELECT jsonb_object_agg(x, 'f' || substr(x, 2)::int % 7) FROM unnest(models(m)) AS x)")
    rows = many.rows(f"""SELECT r.benchmark, r.verdict, c.corr, c.ci_low, c.ci_high FROM many, LATERAL ROWS FROM (capabilities_report(m, {options}))
        WITH ORDINALITY AS r (benchmark, n, corr, interval, verdict, corr_controlled, interval_controlled, note, not_checked, place), capabilities_correlations(m, {options}) AS c
        WHERE c.benchmark = r.benchmark ORDER BY place""")

    def key(row):
        name, verdict, corr, low, high = row
        strength = abs(corr or 0)
        if verdict == "low":
            strength = -max(-low, high)
        elif verdict is not None:
            strength = -high if corr < 0 else low
        return (VERDICTS.index(verdict) + (corr is None), -strength, name)
    assert rows == sorted(rows, key=key) and len({row[1] for row in rows}) >= 4
    first = many.rows(f"SELECT benchmark FROM many, capabilities_report(m, {options}) LIMIT 3")
    assert [name for name, in first] == [row[0] for row in rows[:3]]


def test_ties_of_order_go_by_name(db):
    table = Table(db, **{name: range(30) for name in ("z", "a", "é", "B")}, none1=[1] * 30, none0=[1] * 30)
    assert [row[0] for row in table.report()] == ["B", "a", "z", "é", "none0", "none1"]


@pytest.mark.parametrize("corr, shown", [(1, "1.00"), (0.9985, "0.99"), (-0.9985, "-0.99"), (-1, "-1.00")])
def test_one_is_one(db, corr, shown):
    scores = list(range(30))
    if abs(corr) < 1:
        scores[7:9] = scores[8], scores[7]
    table = Table(db, capabilities=["c0"], t=[corr / abs(corr) * score for score in scores])
    table.columns["c0"] = list(range(30))
    (_, _, found, interval, *_), = table.report()
    assert str(found) == shown and (shown in interval) == (abs(corr) == 1 or shown in interval.split(" to "))
    assert ("1.00" in interval) == (abs(corr) == 1)


@pytest.mark.parametrize("sign", [1, -1])
def test_narrow_interval_beside_zero(db, sign):
    """No end is shown beyond the other where one of them goes away from 0."""
    def corr(scores):
        return np.corrcoef(np.argsort(np.argsort(scores)), np.arange(30))[0, 1]
    scores = next(y for y in map(np.random.default_rng(0).permutation, [30] * 10000) if 0.001 < corr(y) < 0.004)
    table = Table(db, capabilities=["c0"], t=sign * scores)
    table.columns["c0"] = list(range(30))
    (*_, interval, verdict, _, _), = table.report(", confidence => 0.000001")
    assert verdict == "low" and interval == ("0.01 to 0.01" if sign > 0 else "-0.01 to -0.01")


# ---------------------------------------------------------------------
# Notes
# ---------------------------------------------------------------------

def test_nothing_wrong(db):
    """Of a clean table, with families and errors: only controls are missing."""
    table = Table(db, t=ranked(30, 0.9))
    table.errors = {"t": 0.5}
    table.marks["families"] = {f"m{i:04}": f"f{i % 10}" for i in range(30)}
    (name, n, corr, interval, verdict, note, not_checked), = table.report()
    assert (name, n, verdict, note, not_checked) == ("t", 30, "entangled", FINE, "controls")


@pytest.mark.parametrize("families, errors, declared, single", [(f, e, d, s) for f in (0, 1) for e in (0, 1) for d in (0, 1) for s in (0, 1)])
def test_not_checked(db, families, errors, declared, single):
    table = Table(db, capabilities=["c0"] if single else CAPABILITIES, t=ranked(30, 0.9))
    if families:
        table.marks["families"] = {f"m{i:04}": f"f{i % 10}" for i in range(30)}
    if errors:
        table.errors = {"t": 0.5}
    if not declared:
        table.marks["higher_is_better"] = CAPABILITIES[:1]
    wanted = [word for word, checked in (("component", not single), ("direction", declared), ("families", families),
                                         ("standard errors", errors), ("controls", False)) if not checked]
    (*_, note, not_checked), = table.report()
    assert not_checked == ", ".join(wanted)
    assert note == (FINE if declared else UNDECLARED)


def test_no_component(db):
    rng = np.random.default_rng(4)
    table = Table(db, capabilities=["a", "b"], t=range(30))
    table.columns["b"] = list(rng.permutation(30))
    (*_, interval, verdict, note, _), = table.report()
    assert verdict is None and interval is not None
    assert note == "no verdict: the 2 capability benchmarks have no more in common than chance gives"
    table.columns["b"] = [i + 0.5 * (i % 2) for i in range(30)]
    assert table.note() == FINE


@pytest.mark.parametrize("families", [False, True])
def test_reversed_benchmark(db, families):
    table = Table(db, t=range(30), u=ranked(30, 0.3))
    table.columns["c3"] = [-score for score in table.columns["c3"]]
    if families:
        table.marks["families"] = {f"m{i:04}": f"f{i % 10}" for i in range(30)}
    assert set(table.notes().values()) == {"no verdict: capability benchmark c3 goes against the others"}
    table.marks["lower_is_better"], table.marks["higher_is_better"] = ["c3"], ["t", "u"]
    assert table.notes() == {"t": FINE, "u": UNDECIDED}


def test_reversed_of_the_others(db):
    """A capability benchmark as a target: its own component has the reversed one too, which is held against good ones."""
    table = Table(db)
    table.columns["c3"] = [-score for score in table.columns["c3"]]
    notes = table.notes(", targets => '{c0,c3}'")
    assert notes["c0"] == "no verdict: capability benchmark c3 goes against the others; a capability benchmark: held against the 5 others"
    assert notes["c3"] == "a capability benchmark: held against the 5 others"


def test_direction(db):
    """Said of a verdict that would be another with the other direction."""
    table = Table(db, n=80, t=ranked(80, 0.0), u=ranked(80, 0.9))
    table.marks = {}
    assert table.notes() == {"t": "low may be noise: no standard errors", "u": UNDECLARED}
    assert table.report("", "not_checked") == [("direction, families, standard errors, overlap, controls",)] * 2
    table = Table(db, t=range(30))
    for marks, note in (({}, UNDECLARED), ({"lower_is_better": ["t"]}, FINE), ({"higher_is_better": ["t"]}, FINE)):
        table.marks = marks
        assert table.note() == note


@pytest.mark.parametrize("families, note", [
    (1, "only 1 family: too few for an interval"), (4, "only 4 families: too few for an interval"),
    (5, "5 families are few: a wide interval"), (7, "7 families are few: a wide interval"), (8, FINE)])
def test_few_families(db, families, note):
    table = Table(db, t=range(30))
    given = json.dumps({f"m{i:04}": f"f{i % families}" for i in range(30)})
    (*_, verdict, found, not_checked), = table.report(f", families => '{given}'")
    assert found == note and not_checked == "standard errors, controls"
    assert (verdict is None) == (families < 5)


def test_unknown_families(db):
    table = Table(db, t=range(30))
    table.marks["families"] = {f"m{i:04}": f"f{i % 9}" for i in range(10)}
    assert table.note() == "no interval: the families of 20 of 30 models are not known"
    table.marks["families"] = {f"m{i:04}": f"f{i % 9}" for i in range(16)}
    assert table.note() == "14 of 30 models have no family and count as one each"
    table.marks["families"] = {f"m{i:04}": f"f{i % 9}" for i in range(30)}
    assert table.note() == FINE


def test_conflicting_annotations(db):
    Table(db, t=range(30)).matrix()
    families = "annotate(m, missing_ok => true, families => '{\"m0001\": \"%s\", \"m0002\": \"c\"}')"
    note, = db.row(f"SELECT note FROM kept, capabilities_report(merge({families % 'a'}, {families % 'b'}))")
    assert note == "no interval: a model was given several families"
    row = db.row("""SELECT note, not_checked FROM kept, capabilities_report(merge(m, annotate(m, higher_is_better => '{}', lower_is_better => '{t}')))""")
    assert row == ("annotations contradict each other", "everything")


def test_score_reliability(db):
    """Many models of benchmarks that have little in common, but more than chance."""
    rng = np.random.default_rng(5)
    table = Table(db, n=200, capabilities=CAPABILITIES[:4], t=range(200))
    for name in CAPABILITIES[:4]:
        table.columns[name] = list(np.arange(200) / 60 + 1.4 * rng.normal(size=200))
    note = table.note()
    assert note.startswith("reliability of the capabilities score about 0.6")
    for name in CAPABILITIES[:4]:
        table.columns[name] = list(np.arange(200) / 60 + 0.3 * rng.normal(size=200))
    assert table.note() == FINE


def test_noise(db):
    table = Table(db, n=80, t=ranked(80, 0.0), u=ranked(80, 0.95))
    spread = float(np.std(np.arange(80), ddof=1))
    for reliability, note in ((0.55, "reliability of the scores about 0.55: low may be noise"), (0.75, FINE)):
        table.errors = {name: spread * (1 - reliability) ** 0.5 for name in "tu"}
        assert table.notes() == {"t": note, "u": FINE}
        assert {row[4] for row in table.report()} == {"low", "entangled"}
    table.errors = {}
    assert table.notes() == {"t": "low may be noise: no standard errors", "u": FINE}


def test_q_verdict(db):
    """A verdict that is barely one, alone and among twenty others."""
    table = Table(db, t=ranked(30, 0.4))
    assert table.report()[0][4:6] == ("positive", FINE)
    table = Table(db, t=ranked(30, 0.4), **{f"u{k}": ranked(30, 0.05, k) for k in range(20)})
    q = db.value("SELECT q_verdict FROM kept, capabilities_correlations(m) WHERE benchmark = 't'") if table.matrix() else 0
    assert q >= 0.05
    notes = table.notes()
    assert notes["t"] == f"that it is not 0 may be chance among 21 targets: q_verdict {rounded(q)}"
    assert notes["u3"] == UNDECIDED


@pytest.mark.parametrize("corr, n, verdict, claim, threshold", [
    (0.72, 30, "entangled", "beyond 0.4", 0.625), (-0.72, 30, "inverse", "beyond 0.4", 0.625), (0.05, 40, "low", "within 0.4", 0.1875)])
def test_claims(db, corr, n, verdict, claim, threshold):
    """What may be chance is said as the verdict says it; a threshold that is given has its digits."""
    table = Table(db, n=n, t=ranked(n, corr), **{f"u{k}": ranked(n, 0.35, k) for k in range(30)})
    (name, *_, found, note, _) = next(row for row in table.report() if row[0] == "t")
    q = db.value("SELECT q_verdict FROM kept, capabilities_correlations(m) WHERE benchmark = 't'")
    assert (name, found) == ("t", verdict) and q >= 0.05
    assert note.split("; ")[-1] == f"that it is {claim} may be chance among 31 targets: q_verdict {rounded(q)}"
    options = f", targets => '{{t}}', threshold => {threshold}, confidence => 0.5"
    (_, verdict_then, note), = table.report(options, "benchmark, verdict, note")
    q = db.value(f"SELECT q_verdict FROM kept, capabilities_correlations(m{options})")
    assert verdict_then == verdict and q >= 0.05
    assert f"that it is {claim.split()[0]} {threshold} may be chance among 1 target: q_verdict {rounded(q)}" in note.split("; ")


@pytest.mark.parametrize("tied, end, note", [
    (10, 1, "10 of 30 models tied at the best score, in no order"), (10, -1, "10 of 30 models tied at the worst score, in no order"),
    (9, 1, FINE), (9, -1, FINE)])
def test_ties(db, tied, end, note):
    scores = np.arange(30.0)
    scores = np.minimum(scores, 30 - tied) if end > 0 else np.maximum(scores, tied - 1)
    table = Table(db, t=scores)
    assert table.note() == note
    table.columns["t"], table.marks = list(-scores), {"lower_is_better": ["t"]}
    assert table.note() == note
    table.marks = {}
    undeclared = note.replace("best", "highest").replace("worst", "lowest")
    table.columns["t"] = list(scores)
    assert table.note() == UNDECLARED + ("" if note == FINE else f"; {undeclared}")


def test_two_are_no_ties(db):
    assert Table(db, n=6, capabilities=["c0"], t=[1, 2, 3, 4, 5, 5]).note() == "only 6 models"
    assert Table(db, n=6, capabilities=["c0"], t=[1, 2, 3, 5, 5, 5]).note() == "only 6 models; 3 of 6 models tied at the best score, in no order"


def test_few_models(db):
    assert Table(db, n=7, t=range(7)).note() == "only 7 models"
    assert Table(db, n=8, t=range(8)).note() == FINE
    assert Table(db, n=3, t=range(3)).note() == "only 3 models: too few for an interval"


def test_overlap(db):
    table = Table(db, t=range(30))
    table.marks["overlaps"] = {"t": ["c2"]}
    assert table.note() == "shares items with c2, left out of its component"
    table.marks["overlaps"] = {"t": ["c2", "c0", "c5"]}
    assert table.note() == "shares items with c0 and 2 more, left out of its component"
    assert table.note(", capabilities => '{c1,c3,c4}', targets => '{t}'") == FINE
    table.marks["overlaps"] = {"t": CAPABILITIES}
    assert table.report()[0] == ("t", 0, None, None, None, "no capability benchmark is left to hold it against", "everything")


def test_a_copy(db):
    """The very scores of a capability benchmark; where nobody spoke of overlaps, that is all that can be seen."""
    table = Table(db, t=range(30))
    table.columns["t"] = list(table.columns["c4"])
    assert table.note() == "has the scores of capability benchmark c4" and table.not_checked() == "families, standard errors, controls"
    del table.marks["overlaps"]
    assert table.note() == "has the scores of capability benchmark c4"
    assert table.not_checked() == "families, standard errors, overlap, controls"
    table.columns["t"][7] += 1e-9
    assert table.note() == FINE
    table.columns["t"] = table.columns["c4"][:29]
    assert table.note() == FINE
    # the same scores in the same order, one of them of another model
    table.columns["t"] = [table.columns["c4"][1], None, *table.columns["c4"][2:]]
    table.columns["c4"] = [None, *table.columns["c4"][1:]]
    assert table.note() == FINE


def test_a_benchmark_left_out(db):
    """Three capability benchmarks, and a target that goes with one of them."""
    rng = np.random.default_rng(8)
    ability, own = rng.normal(size=(2, 60))
    table = Table(db, n=60, capabilities=["a", "b", "c"], t=own + 0.2 * ability)
    table.columns.update(a=list(ability + 0.8 * rng.normal(size=60)), b=list(ability + 0.8 * rng.normal(size=60)), c=list(ability + 1.4 * own))
    (_, _, corr, _, verdict, note, _), = table.report()
    low, name = db.row("SELECT without_benchmark_low, without_benchmark_low_name FROM kept, capabilities_robustness(m)")
    assert verdict == "positive" and float(corr) - low > 0.2 and name == "c"
    assert f"corr is {rounded(low)} without capability benchmark c" in note.split("; ")
    table.columns["t"] = list(ability)
    assert "without" not in table.note()


@pytest.mark.parametrize("scores, note", [
    ([5, 3, 6, 2, 4, 5, 3, 4, 2, 6, 4], "the sign changes: -0.04 without model m0011"),
    ([5, 3, 3, 4, 6, 3, 4, 4, 6, 5, 4], "corr is 0.27 without model m0011"),
    ([2, 3, 4, 3, 4, 5, 4, 5, 4, 5, 6], FINE)])
def test_a_model_left_out(db, scores, note):
    """One model of twelve makes the correlation, by Pearson."""
    table = Table(db, n=12, capabilities=["c0"], t=[*scores, 40])
    table.columns["c0"] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 60]
    (*_, verdict, found, _), = table.report(", method => 'pearson'")
    assert (verdict, found) == ("entangled", note)
    if note != FINE:  # by ranks nobody claims anything
        assert table.report()[0][4:6] == ("unresolved", UNDECIDED)


def test_low_has_no_sign(db):
    """A correlation near 0 changes its sign without a model, which is no news."""
    table = Table(db, n=60, t=ranked(60, 0.005))
    (*_, verdict, found, _), = table.report()
    low, high, corr = db.row("SELECT without_model_low, without_model_high, corr FROM kept, capabilities_robustness(m)")
    assert low < 0 < high and (verdict, found) == ("low", "low may be noise: no standard errors")


def test_a_family_left_out(db):
    """The ablest models are of one family, and safe."""
    table = Table(db, n=75, t=np.concatenate([ranked(60, 0.55, 3), 100 + ranked(15, 0.2)]))
    (*_, verdict, note, _), = table.report()
    assert (verdict, note) == ("entangled", FINE)
    table.marks["families"] = {f"m{i:04}": f"f{i % 12}" if i < 60 else "able" for i in range(75)}
    (_, _, corr, _, verdict, note, _), = table.report()
    low, name = db.row("SELECT without_family_low, without_family_low_name FROM kept, capabilities_robustness(m)")
    assert verdict == "positive" and float(corr) - low > 0.2 and name == "able"
    assert note == f"corr is {rounded(low)} without family able"


def test_leaving_out_takes_too_long(db):
    """Eight thousand models: said, and done quickly."""
    db.rows("""DROP TABLE IF EXISTS big; CREATE TABLE big AS SELECT annotate(score_matrix(i, j, i + 900 * sin(i * j)), '{1,2,3,4,5,6,7,8}') AS m
        FROM generate_series(1, 8000) AS i, generate_series(1, 10) AS j""")
    assert db.rows("SELECT DISTINCT not_checked FROM big, capabilities_report(m)") == [
        ("direction, families, standard errors, overlap, leaving out, controls",)]
    begun = time.monotonic()
    db.rows("SELECT count(*) FROM big, capabilities_report(m)")
    assert time.monotonic() - begun < 5


def test_imputed(db):
    table = Table(db, t=range(30))
    for i in range(30):
        for j in (range(2) if i % 3 else range(1)):
            table.columns[f"c{(i + 3 * j) % 6}"][i] = None
    assert table.note(", missing => 'impute'") == "28 % of the capability scores are imputed"
    for i in range(0, 30, 2):
        for j in range(6):
            table.columns[f"c{j}"][i] = float(i)
    assert table.note(", missing => 'impute'") == FINE


def test_dropped(db):
    table = Table(db, t=range(30))
    table.columns["c0"][:11] = [None] * 11
    assert table.note() == "11 of the 30 models with a score are left out for lack of capability scores"
    table.columns["c0"][0] = 0.0
    assert table.note() == FINE


def test_at_most_three(db):
    """In order; the rest is counted."""
    table = Table(db, t=[min(i, 12) for i in range(30)])
    table.marks = {"families": {f"m{i:04}": f"f{i % 6}" for i in range(30)}}
    table.columns["c0"][:12] = [None] * 12
    table.columns["t"] = [i if i < 20 else 20 for i in range(30)]
    three = [UNDECLARED, "6 families are few: a wide interval", "10 of 18 models tied at the highest score, in no order"]
    assert table.note() == "; ".join(three) + "; and 1 more"
    table.marks["overlaps"] = {"t": ["c1"]}
    assert table.note() == "; ".join(three) + "; and 2 more"


@pytest.mark.parametrize("change, note", [
    ({"t": [1] * 30}, "all models have the same score"),
    ({"t": [1, 2] + [None] * 28}, "2 of 2 models with a score have a capabilities score: too few"),
    ({"t": [1, 2, 5] + [None] * 27}, "only 3 models: too few for an interval"),
    ({"c1": [3] * 30}, "a capability benchmark has the same score for all models"),
    ({"c1": [1, 2] + [None] * 28}, "fewer than 3 models have all capability scores"),
    ({"c1": [1, 2, 3] + [None] * 27, "t": [None] * 3 + list(range(27))}, "0 of 27 models with a score have a capabilities score: too few")])
def test_reasons(db, change, note):
    """Every NULL has its reason."""
    table = Table(db, t=range(30))
    table.columns.update(change)
    (_, _, corr, interval, verdict, found, not_checked), = table.report(", targets => '{t}'")
    assert interval is verdict is None and (found == note or found.startswith(note + "; "))
    assert (corr is None) == (not_checked == "everything")


def test_declared_without_scores(db):
    table = Table(db, t=range(30))
    table.capabilities.append("to come")
    assert table.note() == "a capability benchmark has no scores"


def test_impute_reasons(db):
    table = Table(db, t=range(30))
    for i in range(30):
        for j in range(6):
            if (j < 3) == (i < 15):
                table.columns[f"c{j}"][i] = None
    assert table.note(", missing => 'impute'") == "some models have no capability benchmark in common with the others"
    assert table.note(", missing => 'impute', min_scores => 6") == "a capability benchmark has too few scores"


def test_families_that_leave_nothing(db):
    """Without one family the target is constant."""
    table = Table(db, t=[1.0] * 20 + list(range(10)))
    table.marks["families"] = {f"m{i:04}": f"f{i % 9}" if i < 20 else "rest" for i in range(30)}
    assert table.note().startswith("no interval: without one of the families there is no correlation")


# ---------------------------------------------------------------------
# Controls
# ---------------------------------------------------------------------

def written(corr, low, high):
    """As the report writes a correlation and its interval, where no end lies near a threshold."""
    return rounded(corr), None if low is None else f"{rounded(low)} to {rounded(high)}"


def ends_of(interval):
    return [] if interval is None else [float(end) for end in interval.split(" to ")]


@pytest.mark.parametrize("controls", ["{b7}", "{b7,b9,b20}", "{b5,b8}", "{b0}"])
@pytest.mark.parametrize("options", ["", ", method => 'pearson', pca => 'pearson', confidence => 0.5", ", missing => 'impute', min_scores => 3",
                                     ", targets => '{b0,b7,b11,b12}'", ", FAMILIES"])
def test_controlled_numbers_are_those_of_correlations(many, options, controls):
    given = options.replace("FAMILIES", "families => (SELECT jsonb_object_agg('m' || i, 'f' || mod(i, 9)) FROM generate_series(1, 28) AS i)")
    query = "SELECT {} FROM many, {}(m{}{})"
    control = f", controlling => '{controls}'"
    found = many.rows(query.format("benchmark, corr_controlled, interval_controlled", "capabilities_report", given, control))
    wanted = many.rows(query.format("benchmark, corr, ci_low, ci_high", "capabilities_correlations", given, control))
    assert sorted(row[0] for row in found) == [row[0] for row in wanted]
    wanted = {row[0]: row[1:] for row in wanted}
    for benchmark, corr, interval in found:
        assert corr == rounded(wanted[benchmark][0])
        assert ends_of(interval) == pytest.approx([end for end in wanted[benchmark][1:] if end is not None], abs=0.0101)
    assert any(row[2] for row in found)
    # and the others do not know of them
    named = given if "targets" in given else given + ", targets => (SELECT array_agg(benchmark) FROM unnest(%s) AS benchmark)"
    names = ([row[0] for row in found],)
    columns = "benchmark, n, corr, interval, verdict"
    assert (many.rows(query.format(columns, "capabilities_report", named, control), names)
            == many.rows(query.format(columns, "capabilities_report", named, ""), names))


def controlled(table, options=", controlling => '{size}'"):
    row, = table.report(options, "corr_controlled, interval_controlled, note, not_checked")
    return row


def test_without_controls(db):
    corr, interval, _, not_checked = controlled(Table(db, t=range(30)), "")
    assert corr is interval is None and not_checked == "families, standard errors, controls"


@pytest.mark.parametrize("size, vif", [(0.8, False), (0.97, True)])
def test_not_told_apart(db, size, vif):
    table = Table(db, t=ranked(30, 0.9), size=ranked(30, size, 2))
    table.marks["covariates"] = ["size"]
    corr, interval, note, not_checked = controlled(table)
    found, low, high = db.row("SELECT vif, ci_low, ci_high FROM kept, capabilities_correlations(m, controlling => '{size}')")
    assert (found >= 5) == vif and written(corr, low, high) == (corr, interval)
    assert note == (f"capability cannot be told apart from size in these models: VIF {found:.1f}" if vif else FINE)
    assert not_checked == "families, standard errors"


def test_controls_of_few_models(db):
    """Said where more than a third of the row's models have none."""
    for n, note in ((20, FINE), (19, "given size: only 19 of 30 models have all scores")):
        table = Table(db, t=ranked(30, 0.9), size=[i * 7 % 11 if i < n else None for i in range(30)])
        table.marks["covariates"] = ["size"]
        assert controlled(table)[2] == note


def test_controls_are_never_only_counted(db):
    """Who asks for controls reads what came of it, whatever else there is to say."""
    table = Table(db, t=[i if i < 20 else 20 for i in range(30)], size=ranked(30, 0.98, 2))
    table.marks = {"families": {f"m{i:04}": f"f{i % 6}" for i in range(30)}, "covariates": ["size"], "overlaps": {"t": ["c1"]}}
    few, tied = "6 families are few: a wide interval", "10 of 30 models tied at the highest score, in no order"
    assert controlled(table, "")[2].endswith(f"{few}; {tied}; and 1 more")
    note = controlled(table)[2]
    assert note.startswith(f"{UNDECLARED}; {few}; capability cannot be told apart from size in these models: VIF ") and note.endswith("; and 2 more")


def test_nothing_missing_given_controls(db):
    """The one row that needs no word at all."""
    table = Table(db, t=ranked(30, 0.9), size=ranked(30, 0.5, 2))
    table.errors = {"t": 0.5}
    table.marks.update(covariates=["size"], families={f"m{i:04}": f"f{i % 10}" for i in range(30)})
    assert controlled(table)[2:] == (None, None)


@pytest.mark.parametrize("controls, names", [(["size", "older"], "older and size"), (["size", "older", "xx", "yy"], "older and 3 other controls"), (["é" * 30], "é" * 20 + "...")])
def test_controls_are_named(db, controls, names):
    table = Table(db, t=ranked(30, 0.9), **{name: ranked(30, 0.3, k) for k, name in enumerate(controls[1:])}, **{controls[0]: ranked(30, 0.98)})
    table.marks["covariates"] = controls
    note = controlled(table, ", controlling => '{%s}'" % ",".join(controls))[2]
    assert note.startswith(f"capability cannot be told apart from {names} in these models: VIF ")


@pytest.mark.parametrize("change, note", [
    ({"size": [1] * 30}, "given size: the same score for all models"),
    ({"size": list(range(3)) + [None] * 27}, "given size: 3 of 30 models have all scores: too few"),
    ({"size": [2, 1, 4, 3] + [None] * 26}, "given size: too few models for an interval"),
    ({"size": list(range(0, 60, 2)), "t": list(range(30))}, "given size: nothing is left of this benchmark"),
    ({"size": [3, 1, 2, 5, 4, 6] + [None] * 24, "t": [1] * 6 + list(range(24))}, "given size: all models have the same score")])
def test_not_controlled(db, change, note):
    table = Table(db, t=ranked(30, 0.9), size=ranked(30, 0.5, 2))
    table.marks["covariates"] = ["size"]
    table.columns.update(change)
    _, interval, found, not_checked = controlled(table)
    assert note in found.split("; ") and "controls" in not_checked.split(", ")
    assert interval is None or "the same score for all" in note
    assert controlled(table, "")[2] in (FINE, found.replace(note, "").strip("; ") or FINE)


def test_families_given_controls(db):
    """Of the models with the control too few families are left."""
    table = Table(db, t=ranked(30, 0.9), size=[i * 7 % 11 if i % 10 < 4 else None for i in range(30)])
    table.marks.update(covariates=["size"], families={f"m{i:04}": f"f{i % 10}" for i in range(30)})
    assert controlled(table) == (controlled(table)[0], None, "given size: too few families for an interval", "standard errors, controls")


def test_all_of_the_score_is_the_control(db):
    table = Table(db, capabilities=["c0"], t=ranked(30, 0.9))
    assert controlled(table, ", controlling => '{c0}'") == (None, None, "capability cannot be told apart from c0 in these models",
                                                            "component, families, standard errors")


def test_no_note_where_controls_take_all(db):
    """What an interval that holds 0 says, columns show."""
    table = Table(db, n=60, t=ranked(60, 0.8), size=ranked(60, 0.8))
    table.marks["covariates"] = ["size"]
    table.columns["t"] = list(ranked(60, 0.8) + 12 * np.sin(np.arange(60) * 2.1))
    _, interval, note, _ = controlled(table)
    low, high = ends_of(interval)
    assert low < 0 < high and note == FINE and table.report()[0][4] == "entangled"


def test_controlling_errors(db):
    Table(db, t=range(30), size=ranked(30, 0.5)).matrix()
    for arguments in ("controlling => '{nosuch}'", "controlling => NULL", "controlling => '{size,size}'", "method => 'kendall', controlling => '{size}'"):
        assert db.error(f"SELECT capabilities_report(m, {arguments}) FROM kept").pgcode == "22023", arguments
    assert db.rows("SELECT benchmark FROM kept, capabilities_report(m, method => 'kendall', controlling => '{}') ORDER BY 1") == [("size",), ("t",)]
    assert db.rows("SELECT benchmark FROM kept, capabilities_report(m, controlling => '{size}')") == [("t",)], "a control is no target"


# ---------------------------------------------------------------------
# A later component
# ---------------------------------------------------------------------

def two_factors(db, n=60, second=0.6, **targets):
    """Benchmarks that load on ability and, with opposite signs, on a second factor; t goes with that, u with ability."""
    rng = np.random.default_rng(11)
    ability, other = rng.normal(size=(2, n))
    table = Table(db, n=n, t=other + 0.4 * rng.normal(size=n), u=ability + 0.2 * rng.normal(size=n), **targets)
    for j, name in enumerate(CAPABILITIES):
        table.columns[name] = list(ability + (second if j < 3 else -second) * other + 0.5 * rng.normal(size=n))
    return table


def later(db, options=""):
    return {row[0]: row[1:] for row in db.rows(f"""SELECT benchmark, corr, ci_low, ci_high, q_value, status
        FROM kept, capabilities_correlations(m, component => 2, resamples => 500{options})""")}


@pytest.mark.parametrize("families", [False, True])
def test_later_component(db, families):
    table = two_factors(db)
    if families:
        table.marks["families"] = {f"m{i:04}": f"f{i % 20}" for i in range(60)}
    notes = table.notes()
    corr, low, high, q, status = later(db)["t"]
    assert q < 0.05 and low * high > 0 and status == "ok" and abs(corr) > 0.6
    assert notes["t"].split("; ")[-1] == f"corr with component 2 is {rounded(corr)} ({rounded(low)} to {rounded(high)})"
    assert notes["u"] == FINE and later(db)["u"][3] >= 0.05


def test_later_component_not_above_chance(db):
    """What is specific to three of the benchmarks, but no more than chance gives."""
    rng = np.random.default_rng(3)
    n = 26
    table = Table(db, n=n)
    for j, name in enumerate(CAPABILITIES):
        table.columns[name] = list(np.arange(n) + 6 * rng.normal(size=n))
    centred = np.column_stack([table.columns[name] for name in CAPABILITIES])
    centred -= centred.mean(0)
    table.columns["t"] = list(centred @ np.linalg.svd(centred, full_matrices=False)[2][1] + 3 * rng.normal(size=n))
    table.marks["higher_is_better"] = [*table.columns]
    note = table.note()
    corr, low, high, q, status = later(db)["t"]
    assert q < 0.05 and status == "component not above chance"
    assert note == f"corr with component 2 is {rounded(corr)} ({rounded(low)} to {rounded(high)}), but component 2 is no more than chance"


def test_later_component_among_many(db):
    """q is over all targets."""
    table = two_factors(db)
    table.columns["t"] = list(np.array(table.columns["t"]) + 2.9 * np.random.default_rng(1).normal(size=60))
    table.columns.pop("u")
    noted = "component 2" in table.note()
    q = later(db)["t"][3]
    assert noted and q < 0.05
    for k in range(30):
        table.columns[f"v{k}"] = list(np.random.default_rng(100 + k).normal(size=60))
    table.marks["higher_is_better"] = [*table.columns]
    assert "component 2" not in table.notes()["t"] and later(db)["t"][3] >= 0.05


def test_later_component_of_nothing(db):
    """Not where there is no first, and not where there is none but the first."""
    rng = np.random.default_rng(4)
    table = Table(db, capabilities=["a", "b"], t=range(30))
    table.columns["b"] = list(rng.permutation(30))
    table.columns["t"] = list(np.arange(30) - np.array(table.columns["b"]))
    (*_, note, not_checked), = table.report()
    assert later(db)["t"][3] < 0.05 and note.startswith("no verdict") and "component 2" not in note and "later" not in not_checked
    (*_, not_checked), = Table(db, capabilities=["a"], t=range(30)).report()
    assert not_checked == "component, families, standard errors, controls"


def test_later_component_not_checked(db):
    """Of parts of the component, with imputed scores, and of too many models."""
    table = two_factors(db)
    table.marks["overlaps"] = {"u": ["c1"]}
    words = dict(table.report(", targets => '{t,u,c0}'", "benchmark, not_checked"))
    assert words == {"t": "families, standard errors, controls", "u": "families, standard errors, controls, later components",
                     "c0": "families, standard errors, controls, later components"}
    table.columns["c0"][5] = None
    assert "component 2" in table.note(", targets => '{t}'")
    note, not_checked = db.row("SELECT note, not_checked FROM kept, capabilities_report(m, targets => '{t}', missing => 'impute')")
    assert "component 2" not in note and not_checked == "families, standard errors, controls, later components"


def test_later_component_takes_too_long(db):
    """Only of rows whose q asks for it."""
    words = dict(two_factors(db, n=2000).report("", "benchmark, not_checked"))
    assert words == {"t": "families, standard errors, controls, later components", "u": "families, standard errors, controls"}


# ---------------------------------------------------------------------
# Edges
# ---------------------------------------------------------------------

def test_empty(db):
    assert db.error("SELECT capabilities_report(NULL)").pgcode == "22023"
    assert db.error("SELECT capabilities_report(NULL, '{a}')").pgcode == "22023"
    Table(db, t=range(30)).matrix()
    assert db.rows("SELECT * FROM kept, capabilities_report(m, targets => '{}')") == []
    assert db.rows("SELECT r.* FROM kept, capabilities_report(subset(m, benchmarks => %s)) AS r", (CAPABILITIES,)) == []
    for arguments in ("targets => '{nosuch}'", "method => 'x'", "confidence => 1", "threshold => 0", "families => '[]'",
                      "missing => 'impute', min_scores => 9", "families => '{\"nosuch\": \"x\"}'"):
        assert db.error(f"SELECT capabilities_report(m, {arguments}) FROM kept").pgcode == "22023", arguments


@pytest.mark.parametrize("name", ["it's \"quoted\"; \\ a, b", "x" * 10000, "日" * 3333, "a" + "é" * 4999, ""])
def test_names(db, name):
    """Of any bytes; in notes cut to whole characters."""
    table = Table(db, capabilities=[*CAPABILITIES[:5], name], **{"t" + name[:9000]: list(range(30))})
    table.columns[name] = [-score for score in table.columns[name]]
    table.marks["overlaps"] = {"t" + name[:9000]: [CAPABILITIES[0]]}
    (found, *_, note, _), = table.report()
    shown = name.encode()[:40].decode(errors="ignore") + ("..." if len(name.encode()) > 40 else "")
    assert found == "t" + name[:9000]
    assert note == (f"no verdict: capability benchmark {shown} goes against the others; shares items with c0, left out of its component")


@pytest.mark.parametrize("start", ["", "a", "ab"])
def test_names_of_any_bytes(db, start):
    """In a database that does not know what its bytes are a client of UTF-8 gets the note."""
    db.rows("DROP DATABASE IF EXISTS bytes")
    db.rows("CREATE DATABASE bytes ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    connection = psycopg2.connect(db.connection.dsn, dbname="bytes")
    try:
        connection.set_client_encoding("UTF8")
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION safetycorr")
            cursor.execute("""SELECT note FROM (SELECT annotate(score_matrix('m' || i, name, CASE WHEN place = 6 THEN -i ELSE i END + sin(i * place)),
                    %(names)s, targets => '{}') AS m FROM generate_series(1, 30) AS i, unnest(%(names)s || ARRAY['t']) WITH ORDINALITY AS u (name, place)) AS s,
                capabilities_report(m, targets => '{t}')""", dict(names=[*"abcde", start + "日" * 60]))
            (note,), = cursor.fetchall()
            assert f"capability benchmark {start + '日' * ((40 - len(start)) // 3)}... goes against the others" in note
    finally:
        connection.close()
        db.rows("DROP DATABASE bytes")


def test_interval_is_a_plain_column(db):
    Table(db, t=range(30)).matrix()
    db.rows("CREATE TABLE report AS SELECT r.* FROM kept, capabilities_report(m) AS r")
    assert db.value("SELECT interval FROM report WHERE interval LIKE '%to 0%' OR interval IS NOT NULL GROUP BY interval ORDER BY interval") is not None
    assert db.rows("SELECT r.interval, upper(interval) FROM report AS r ORDER BY r.interval DESC")


def test_thousands_of_targets_can_be_cancelled(db):
    db.rows("""DROP TABLE IF EXISTS wide; CREATE TABLE wide AS SELECT annotate(score_matrix(i, j, i + 20 * sin(i * j)), '{1,2,3,4,5}') AS m
        FROM generate_series(1, 60) AS i, generate_series(1, 8000) AS j""")
    db.rows("SET statement_timeout = 100")
    begun = time.monotonic()
    try:
        with pytest.raises(psycopg2.errors.QueryCanceled):
            db.rows("SELECT count(*) FROM wide, generate_series(1, 1000) AS i, LATERAL capabilities_report(m, confidence => 0.5 + i / 10000.0)")
        assert time.monotonic() - begun < 2
    finally:
        db.reset_timeout()
    assert db.value("SELECT count(*) FROM wide, capabilities_report(m)") == 7995


def test_paper(db, shared_data):
    """The chat models of the paper: 166 rows, each with a word or the word that there is none."""
    skip = {"model", "name", "type", "model_size", "FLOP"}
    with open(shared_data / "safetywashing" / "benchmarks_chat_models.csv", encoding="utf-8", newline="") as lines:
        rows = [(row["model"], name, value) for row in csv.DictReader(lines) for name, value in row.items() if name not in skip and value]
    db.rows("CREATE TABLE chat (model text, benchmark text, score float8)")
    insert(db, "chat", rows)
    db.rows("""CREATE TABLE paper AS SELECT annotate(score_matrix(model, benchmark, score), '{logiqa,piqa,hellaswag,winogrande,
        superglue_copa,medqa_4options,arc_challenge,mmlu,minerva_math,lambada_openai,gsm8k,bbh}',
        higher_is_better => array_agg(DISTINCT benchmark)) AS m FROM chat""")
    found = db.rows("SELECT benchmark, verdict, note FROM paper, capabilities_report(m)")
    assert len(found) == 166
    counts = {verdict: sum(row[1] == verdict for row in found) for verdict in VERDICTS}
    assert list(counts.values()) == [27, 6, 0, 38, 20, 75, 0]
    notes = {name: note for name, _, note in found}
    assert notes["machiavelli-games"] == "24 of 26 models tied at the best score, in no order"
    assert notes["MT_Bench"] == FINE
    assert not any("without" in note for note in notes.values())
    db.rows("SELECT count(*) FROM paper, capabilities_report(m)")
    begun = time.monotonic()
    db.rows("SELECT count(*) FROM paper, capabilities_report(m)")
    assert time.monotonic() - begun < 1, "150 ms at most on a quiet machine"
    named = db.rows("SELECT benchmark, corr, ci_low, ci_high FROM paper, capabilities_correlations(m, component => 2, resamples => 500) "
                    "WHERE q_value < 0.05 AND (ci_low > 0 OR ci_high < 0)")
    assert len(named) == 7
    for name, corr, low, high in named:
        assert notes[name] == f"corr with component 2 is {rounded(corr)} ({rounded(low)} to {rounded(high)}), but component 2 is no more than chance"
    assert sum("component 2" in note for note in notes.values()) == 7


def test_paper_given_compute(db):
    """MT-Bench and compute over the chat models: nobody can tell."""
    db.rows("CREATE TABLE published (model text, kind text, family text, benchmark text, score float8)")
    with open("test/data/safetywashing.csv", encoding="utf-8", newline="") as lines:
        insert(db, "published", [tuple(row.values()) for row in csv.DictReader(lines)])
    report = db.rows("""SELECT r.benchmark, r.n, r.corr, r.corr_controlled, r.interval_controlled, r.note
        FROM (SELECT annotate(score_matrix(model, benchmark, score), '{LogiQA,PIQA,HellaSwag,WinoGrande,COPA,MedQA,ARC Challenge,MMLU,MATH,LAMBADA,GSM8K,BBH}',
            covariates => '{FLOP}', higher_is_better => '{MT-Bench}') AS m FROM published WHERE kind = 'chat') AS p,
            capabilities_report(m, targets => '{MT-Bench}', controlling => '{FLOP}') AS r""")
    assert report == [("MT-Bench", 26, decimal.Decimal("0.79"), decimal.Decimal("0.09"), "-0.34 to 0.49",
                       "capability cannot be told apart from FLOP in these models: VIF 8.3")]
