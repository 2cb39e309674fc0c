"""Every number of the page of Observable is held against the rows of the scores.

Not with the views that the page reads: the component, the correlations and the lines are
computed here from the rows, by numpy and scipy; intervals and notes are asked of the
functions.  The scores are made to be odd: strata that share a model, one without a name,
families of two, dates of one stratum, ties, gaps, a constant benchmark, one with scores beyond
10¹², one whose sign differs between the strata, days with other models, other scores of
the same order, another capability benchmark.
"""
import collections
import csv
import datetime
import io
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree

import numpy as np
import pytest
from psycopg2.extras import execute_values
from scipy import stats

import conftest
from dashboards import BI, SHIPPED, chromium, environment, observable, tools  # noqa: F401  (fixtures)

CAPABILITY = ["cap 0", "cap 1", "cap 2"]
LOWER = ["flips", "low"]
STRATA = {"x": 16, "": 15}
EVERYTHING = "(all)"
NO_FAULT = "no fault found in what could be checked"


def made():
    """The rows: model, stratum, benchmark, score."""
    random = np.random.RandomState(19)
    rows = []
    for at, (stratum, size) in enumerate(STRATA.items()):
        for number in range(size):
            capability = random.normal()
            model = f"model {at}.{number}"
            loads = {**dict.fromkeys(CAPABILITY, 0.9), "entangled": 0.97, "flips": -0.9 if at else 0.9, "low": 0.1, "large": 0.5, "constant": 0}
            for benchmark, load in loads.items():
                score = load * capability + np.sqrt(1 - load * load) * random.normal()
                score = {"large": 1e12 + score, "constant": 0.5, "low": round(score, 1), "entangled": 0.5 + 0.1 * score}.get(benchmark, round(0.5 + 0.1 * score, 4))
                if random.uniform() > (0.03 if benchmark in CAPABILITY else 0.1):
                    rows.append((model, stratum, benchmark, score))
            rows.append((model, stratum, "FLOP", np.exp(capability + random.normal())))
            if at == 0:
                rows.append((model, stratum, "released", 19000 + 50.0 * number))
    # a model of both strata, with other scores in the second
    return rows + [(model, "", benchmark, score * 1.01) for model, _, benchmark, score in rows if model == "model 0.0" and benchmark != "released"]


FAMILIES = "jsonb_object_agg(model, left(model, 7) || '.' || split_part(model, '.', 2)::int / 2)"


def annotated(day, families=FAMILIES):
    return f"""annotate(score_matrix(model, benchmark, score), capabilities => '{{cap 0,cap 1,cap 2}}',
        covariates => '{{FLOP,released}}', lower_is_better => '{{flips,low}}', higher_is_better => '{{entangled}}',
        families => {families}, missing_ok => true) FROM {day} GROUP BY kind"""


SCRIPT = f"""
    CREATE EXTENSION safetycorr;
    CREATE SCHEMA dashboard;
    CREATE VIEW evaluation WITH (security_invoker) AS
    WITH s AS (SELECT kind AS stratum, {annotated("scores")})
    SELECT stratum, annotate AS m FROM s UNION ALL SELECT '(all)', rollup(annotate) FROM s;
    SELECT create_capabilities_views('dashboard', 'evaluation');
    CREATE TABLE dashboard.evaluation_history (day date, stratum text, m score_matrix);
    INSERT INTO dashboard.evaluation_history SELECT '2026-11-04', * FROM evaluation;
"""

DAYS = {
    # fewer models
    "2026-11-03": "SELECT * FROM scores WHERE model !~ '[1357]$'",
    # fewer models, and other scores in the same order
    "2026-11-02": "SELECT model, kind, benchmark, CASE WHEN benchmark IN ('entangled', 'flips') THEN 3 * score ELSE score END AS score FROM scores WHERE model !~ '[1357]$'",
    # a capability benchmark less
    "2026-11-01": "SELECT * FROM scores WHERE benchmark <> 'cap 2'",
    # no families
    "2026-10-31": "SELECT * FROM scores",
}


@pytest.fixture(scope="module")
def source(db):
    """The database that the page is of."""
    name = f"{db.name}_numbers"
    db.rows(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    db.rows(f'CREATE DATABASE "{name}"')
    database = conftest.Database(name)
    database.rows("CREATE TABLE scores (model text, kind text, benchmark text, score float8)")
    with database.connection.cursor() as cursor:
        execute_values(cursor, "INSERT INTO scores VALUES %s", [(m, k, b, float(s)) for m, k, b, s in made()])
    database.rows(SCRIPT)
    for day, rows in DAYS.items():
        database.rows(f"""WITH s AS (SELECT kind AS stratum, {annotated(f"({rows}) AS r", *(["NULL"] if day == "2026-10-31" else []))})
            INSERT INTO dashboard.evaluation_history
            SELECT DATE '{day}', stratum, annotate FROM s UNION ALL SELECT DATE '{day}', '(all)', rollup(annotate) FROM s""")
    yield database
    database.connection.close()
    db.rows(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def views(source, observable, tools, chromium, tmp_path_factory):  # noqa: F811
    """What numbers.mjs saw."""
    folder = tmp_path_factory.mktemp("numbers") / "page"
    subprocess.run([BI / "build", folder], env=environment(PGDATABASE=source.name), check=True, timeout=120)
    run = subprocess.run([BI / "look", "--with", "numbers.mjs", folder, chromium], check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=120)
    assert run.returncode == 0, run.stderr
    page = json.loads((folder / "data" / "page.json").read_text())
    seen = json.loads(run.stdout)
    for view in seen:
        view["stratum"] = page["strata"][int(view["chosen"]["Models"])]["name"]
        view["benchmark"] = page["benchmarks"][int(view["chosen"]["Benchmark"])]
        view["threshold"] = float(view["chosen"]["Threshold"])
    assert {(view["stratum"], view["threshold"]) for view in seen} >= {(s, t) for s in (EVERYTHING, *STRATA) for t in (0.4, 0.6)}
    assert {view["benchmark"] for view in seen} == {"entangled", "flips", "low", "large", "constant"}
    return seen


class Rows:
    """The scores of a stratum, as benchmark → model → mean; higher is better."""

    def __init__(self, source, stratum):
        cells = collections.defaultdict(list)
        for model, kind, benchmark, score in source.rows("SELECT model, kind, benchmark, score FROM scores"):
            if stratum in (kind, EVERYTHING):
                cells[benchmark, model].append(score)
        self.models = {model for _, model in cells}
        self.stored = collections.defaultdict(dict)
        for (benchmark, model), scores in cells.items():
            self.stored[benchmark][model] = sum(scores) / len(scores)
        self.complete = sorted(self.models.intersection(*(self.stored[each] for each in CAPABILITY)))
        z = stats.zscore([[self.stored[each][model] for each in CAPABILITY] for model in self.complete])
        self.eigenvalues, vectors = np.linalg.eigh(stats.spearmanr(z).statistic)
        weights = vectors[:, -1] * np.sign(vectors[:, -1].sum())
        self.capability = dict(zip(self.complete, z @ weights))

    def of(self, benchmark):
        """Capability and score, as it is stored, of the models that have both."""
        both = [model for model in self.complete if model in self.stored[benchmark]]
        return both, np.array([self.capability[model] for model in both]), np.array([self.stored[benchmark][model] for model in both])

    def corr(self, benchmark):
        _, x, y = self.of(benchmark)
        return None if np.ptp(y) == 0 else (-1 if benchmark in LOWER else 1) * stats.spearmanr(x, y).statistic


@pytest.fixture(scope="module")
def rows(source):
    return {stratum: Rows(source, stratum) for stratum in (EVERYTHING, *STRATA)}


def name_of(stratum):
    return {EVERYTHING: "all models", "": "(empty) models"}.get(stratum, f"{stratum} models")


def table(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def shown(number):
    return str(number).replace("-", "−")


def test_correlations_are_those_of_the_rows(views, rows):
    for view in views:
        written = table(view["cards"]["correlations"]["csv"])
        assert len(written) == 5 * 3
        for row in written:
            expected = rows[row["models"]].corr(row["benchmark"])
            assert int(row["n"] or 0) == (len(rows[row["models"]].of(row["benchmark"])[0]) if expected is not None else int(row["n"] or 0))
            assert (row["corr"] == "") == (expected is None)
            assert expected is None or abs(float(row["corr"]) - expected) < 1e-5


def test_component_is_that_of_the_rows(views, rows):
    for view in views:
        mine = rows[view["stratum"]]
        explained = mine.eigenvalues[-1] / 3
        assert view["strip"]["First component"][0] == f"{100 * explained:.0f} %"
        assert f"reliability {1.5 * (1 - 1 / mine.eigenvalues[-1]):.2f}" in view["strip"]["First component"]
        assert [float(row["eigenvalue"]) for row in table(view["cards"]["scree"]["csv"])] == pytest.approx(sorted(mine.eigenvalues, reverse=True), abs=1e-5)
        scores = {row["model"]: row["capability"] for row in table(view["cards"]["models"]["csv"])}
        assert set(scores) == mine.models
        assert {model for model, score in scores.items() if score} == set(mine.complete)
        assert all(abs(float(scores[model]) - score) < 1e-5 for model, score in mine.capability.items())


def test_strip_is_of_the_stratum(views, rows):
    for view in views:
        mine = rows[view["stratum"]]
        expected = [str(len(mine.models))]
        if len(mine.complete) < len(mine.models):
            expected.append(f"{len(mine.complete)} have a capabilities score")
        expected.append(f"of {len({(model[:7], int(model.split('.')[1]) // 2) for model in mine.models})} families")
        assert view["strip"]["Models"][:len(expected)] == expected
        dates = [datetime.date(1970, 1, 1) + datetime.timedelta(days) for days in mine.stored["released"].values()]
        released = [f"released {min(dates):%-d %b %Y} to {max(dates):%-d %b %Y}"] if dates else []
        assert view["strip"]["Models"][len(expected):] == [words.replace("Sep ", "Sept ") for words in released]
        assert view["lead"].startswith(f"{len(mine.models)} models" + ("." if view["stratum"] == EVERYTHING else f" of the stratum {name_of(view['stratum'])[:-7]}."))


def test_lists_and_heading_are_those_of_the_report(views, source):
    for view in views:
        report = source.rows("""SELECT r.benchmark, c.verdict, c.q_verdict, r.note, r.corr, r.interval, c.n, r.corr IS NULL
            FROM evaluation AS e, capabilities_report(e.m, threshold => %s) WITH ORDINALITY AS r
            JOIN LATERAL capabilities_correlations(e.m, threshold => %s) AS c USING (benchmark)
            WHERE e.stratum = %s ORDER BY r.ordinality""", (view["threshold"], view["threshold"], view["stratum"]))
        assert len(report) == 5
        expected = {"quotable": [], "noted": [], "open": []}
        for benchmark, verdict, q, note, corr, interval, n, none in report:
            kind = "open" if verdict not in ("entangled", "inverse", "low") else "quotable" if q < 0.05 and note in (None, NO_FAULT) else "noted"
            expected[kind].append((benchmark, f"no correlation, n {n}" if none else f"{shown(corr)} ({shown(interval) if interval else 'no interval'}), n {n}"))
        assert {kind: [(name, re.sub("(, q |; lower is better).*", "", figures)) for name, figures, _ in entries] for kind, entries in view["lists"].items()} == expected
        told = [sum(row[1] == verdict for row in report) for verdict in ("entangled", "inverse", "low")]
        numbers = [5, *filter(None, told), *([5 - sum(told)] if sum(told) < 5 else [])] if sum(told) else [5]
        assert [int(number) for number in re.findall(r"\d+", view["heading"])] == numbers


def test_signs_differ_in_two_strata(views, rows):
    opposite = {benchmark for benchmark in ("entangled", "flips", "low", "large") if rows["x"].corr(benchmark) * rows[""].corr(benchmark) < 0}
    assert "flips" in opposite
    for view in views:
        assert view["cards"]["correlations"]["title"] == "1 of 5 has opposite signs in (empty) and x models, beyond chance"
        assert view["cards"]["ways"]["title"].startswith("Its sign differs") == (view["benchmark"] == "flips")


def affine(pixels, values):
    """What takes values to pixels."""
    middle = np.mean(values)
    slope, offset = np.polyfit(np.array(values) - middle, pixels, 1)
    assert np.abs(np.array(pixels) - slope * (np.array(values) - middle) - offset).max() < 1
    return lambda value: slope * (value - middle) + offset


def test_points_and_lines_are_those_of_the_rows(views, rows):
    dashed = 0
    for view in views:
        mine = rows[view["stratum"]]
        both, x, y = mine.of(view["benchmark"])
        card = view["cards"]["scatter"]
        written = {row["model"]: row for row in table(card["csv"]) if row["score"] and row["capability"]}
        # to the last digit: of scores about 10¹² six digits are none
        assert {model: float(row["score"]) for model, row in written.items()} == dict(zip(both, y))
        assert len(card["points"]) == len(both)
        if view["benchmark"] == "constant":
            continue
        line = np.polyfit(x, y - y.mean(), 1)
        for model, capability in zip(both, x):
            assert abs(float(written[model]["expected"]) - y.mean() - np.polyval(line, capability)) < 1e-3 * np.ptp(y)
        place = {tip.split("\n")[0]: (cx, cy) for tip, cx, cy in card["points"]}
        across = affine([place[model][0] for model in both], x)
        up = affine([place[model][1] for model in both], y)
        if view["stratum"] != EVERYTHING:
            assert card["dashed"] == []
            continue
        # a stratum alone, also of the model that is in both
        expected = []
        for stratum in sorted(STRATA, key=lambda name: [*STRATA].index(name)):
            own = np.array([model in rows[stratum].models for model in both])
            alone = np.polyfit(x[own], y[own] - y.mean(), 1)
            expected.append([(across(end), up(y.mean() + np.polyval(alone, end))) for end in (x[own].min(), x[own].max())])
        drawn = [[tuple(map(float, point.split(","))) for point in re.findall(r"-?[\d.]+,-?[\d.]+", path)] for path in card["dashed"]]
        assert len(drawn) == 2
        for path in drawn:
            assert any(np.abs(np.array(path) - np.array(ends)).max() < 2 for ends in expected), view["benchmark"]
        dashed += 1
    assert dashed >= 4


def test_reasons_of_changes(views, source):
    reasons = collections.Counter()
    cells = collections.defaultdict(dict)
    for day, stratum, model, benchmark, score in source.rows("SELECT day::text, stratum, c.model, c.benchmark, c.score FROM dashboard.evaluation_history, cells(m) AS c"):
        cells[day, stratum][model, benchmark] = score
    verdicts = {(day, stratum, benchmark): verdict for day, stratum, benchmark, verdict in source.rows(
        "SELECT day::text, stratum, r.benchmark, r.verdict FROM dashboard.evaluation_history, capabilities_correlations(m) AS r")}
    for view in views:
        assert len(view["changes"]) == len(DAYS)
        now = cells["2026-11-04", view["stratum"]]
        for change, day in zip(view["changes"], DAYS):
            before = cells[day, view["stratum"]]
            models = [{model for model, _ in each} for each in (before, now)]
            common = models[0] & models[1]
            assert f" models came, {len(models[0] - common)} went, {len(common)} are on both days" in change["subtitle"]
            changed = {b for (d, s, b), verdict in verdicts.items() if (d, s) == (day, view["stratum"]) and verdict != verdicts["2026-11-04", s, b]}
            assert {row[0] for row in change["rows"]} == changed
            for benchmark, *_, why, _, _ in change["rows"]:
                same = all(before[cell] == now[cell] for cell in before.keys() & now.keys() if cell[1] in (*CAPABILITY, benchmark))
                reasons[why] += 1
                if day == "2026-11-03":
                    assert why == "other models alone" and same
                elif day == "2026-11-02":
                    assert why == "other models alone" if same else why in ("other models, mostly", "scores of the same models")
                else:
                    assert why == ("other capability benchmarks alone" if day == "2026-11-01" else "marks or standard errors of the same scores")
    assert len(reasons) >= 4, reasons


WRONG = re.compile(r"(?<![\d,.])1 (models|benchmarks|families|verdicts|are|have|order)\b|\bundefined\b|\bNaN\b|Infinity|\bnull\b|\[object")


def test_sentences_hold(views, source):
    first = {stratum: (model, highest) for stratum, model, highest in source.rows(
        "SELECT stratum, r.model, r.rank_high FROM evaluation, capabilities_scores(m, resamples => 1000) AS r WHERE r.rank = 1")}
    for view in views:
        texts = [view["heading"], view["lead"], *(line for facts in view["strip"].values() for line in facts)]
        for card in view["cards"].values():
            texts += [card["title"], card["subtitle"] or "", *card["tips"]]
        for change in view["changes"]:
            texts += [change["title"], change["subtitle"]]
        assert not [text for text in texts if WRONG.search(text) or text == "undefined component"]
        assert all(card["title"].strip() for card in view["cards"].values())
        model, highest = first[view["stratum"]]
        assert model in view["cards"]["models"]["title"]
        assert ("is the most capable" in view["cards"]["models"]["title"]) == (highest == 1)


def test_files_can_be_read(views):
    for view in views:
        for name, card in view["cards"].items():
            if card["svg"]:
                picture = xml.etree.ElementTree.fromstring(card["svg"])
                words = "".join("".join(each.itertext()) for each in picture.iter("{http://www.w3.org/2000/svg}text"))
                assert re.sub(r"\s", "", card["title"])[:20] in re.sub(r"\s", "", words)
                assert "Source:" in words
                assert "var(--" not in card["svg"], name
            if card["csv"]:
                lines = list(csv.reader(io.StringIO(card["csv"].removeprefix("\ufeff"), newline="")))
                assert len({len(line) for line in lines}) == 1
                for field in (field for line in lines for field in line if field[:1] in ("=", "+", "@", "-", "\t", "\r", "\n") and field):
                    assert re.fullmatch(r"-[\d.]+(e[+-]?\d+)?", field), field


def test_older_numbers_have_no_newer_notes(source, observable, tmp_path):  # noqa: F811
    """Materialized views, and scores that came after their refresh."""
    source.rows("""
        CREATE TABLE more AS SELECT model, benchmark, score, '(all)' AS kind FROM scores;
        CREATE VIEW later AS SELECT kind AS stratum, """ + annotated("more") + """;
        ALTER VIEW later RENAME annotate TO m;
        CREATE SCHEMA kept;
        SELECT create_capabilities_views('kept', 'later', materialized => true)""")
    made = []
    reader = shutil.copytree(SHIPPED / "observable", tmp_path / "observable", ignore=shutil.ignore_patterns("node_modules", "dist", "data"))
    for _ in range(2):
        subprocess.run(["node", reader / "read.js"], env=environment(PGDATABASE=source.name, SAFETYCORR_SCHEMA="kept"), check=True, timeout=60)
        made.append(json.loads((reader / "src" / "data" / "page.json").read_text()))
        source.rows("DELETE FROM more WHERE model ~ '[1357]$'")
    same, older = made
    assert same["source"]["evaluation"] and len(same["thresholds"]) == 5
    assert older["source"]["evaluation"] is None and older["thresholds"] == [0.4]
    for column in ("n", "corr", "verdict", "not_checked"):
        assert older["report"]["columns"][column] == same["report"]["columns"][column]
