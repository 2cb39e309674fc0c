"""The page of src/dashboards/observable, built against this server and opened in Chromium.

What is on it is compared with the views, in every stratum and at every threshold.  Over
four sets of scores (pages/) it is audited at three widths, light and dark, for what is
wrong with any page (tools/audit.mjs).  Then how it is built: of a database
elsewhere, of scores that have changed, and what is said when it cannot be.
"""
import collections
import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
import xml.etree.ElementTree

import pytest

import conftest
from dashboards import (  # noqa: F401  (fixtures)
    BI, EVERYTHING, SHIPPED, chromium, databases, environment, observable, png_size, shipped, tools,
)

sys.path.insert(0, str(conftest.ROOT / "test" / "t"))
from test_readme import TEXTS  # noqa: E402

CLAIMS = ("entangled", "inverse", "low")
VERDICTS = ("entangled", "positive", "low", "unresolved", "negative", "inverse")
SETS = ("small", "paper", "large", "hostile")
CARDS = ("correlations", "scatter", "ways", "adjusted", "scree", "loadings", "heatmap", "models")


def build(folder, asset, check=True, **more):
    """Builds the page of a database into a folder, as dashboard_reader; what was printed."""
    run = subprocess.run([BI / "build", folder], env=environment(**{"PGDATABASE": asset.name, "PGUSER": "dashboard_reader", **more}),
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=120)
    assert run.returncode == 0 or not check, run.stdout
    return run.stdout


def run_tool(program, page, chromium, *options):  # noqa: F811
    """What look or audit says of a built page."""
    run = subprocess.run([BI / program, page, chromium, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         encoding="utf-8", timeout=240)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


# ---------------------------------------------------------------------------
# Pages
# ---------------------------------------------------------------------------

@pytest.fixture(scope="module")
def served(databases, observable, tools, chromium, tmp_path_factory):  # noqa: F811
    """
    The default of "make dashboard", looked at while it is served and then
    interrupted as by Ctrl-C: (database, what was found, folder of pictures,
    status, whether the address still answers, what is left in TMPDIR).
    """
    asset = databases("served", None)
    folder = tmp_path_factory.mktemp("served")
    scratch = tmp_path_factory.mktemp("scratch")
    process = subprocess.Popen(
        [BI / "dashboard"], env=environment(PGDATABASE=asset.name, TMPDIR=str(scratch)), start_new_session=True,
        stdout=subprocess.PIPE, stderr=(folder / "stderr").open("w"), encoding="utf-8")
    try:
        url = ""
        for line in process.stdout:
            if line.startswith("http://localhost:"):
                url = line.strip()
                break
        assert url, (folder / "stderr").read_text()
        shutil.copy(BI / "tools" / "look.mjs", folder)
        (folder / "node_modules").symlink_to(tools / "node_modules")
        run = subprocess.run(["node", folder / "look.mjs", url, chromium, "--shots", folder],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=180)
        assert run.returncode == 0, run.stderr
        found = json.loads(run.stdout)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        status = process.wait(timeout=20)
    try:
        urllib.request.urlopen(url, timeout=5)
        answers = True
    except OSError:
        answers = False
    return asset, found, folder, status, answers, sorted(path.name for path in scratch.iterdir())


@pytest.fixture(scope="module")
def built(databases, observable, tmp_path_factory):  # noqa: F811
    """Builds the page of a set of scores, once: (database, folder)."""
    made = {}

    def make(name):
        if name not in made:
            asset = databases(name, "test/integration/demo.sql", scores=f"pages/{name}.sql")
            folder = tmp_path_factory.mktemp(name)
            build(folder / "page", asset)
            made[name] = asset, folder
        return made[name]
    return make


@pytest.fixture(scope="module")
def large(built, tools, chromium):  # noqa: F811
    """The largest of the sets, looked at in dark."""
    asset, folder = built("large")
    return asset, run_tool("look", folder / "page", chromium, "--shots", folder, "--dark"), folder


@pytest.fixture(scope="module", params=["served", "large"])
def page(request):
    return request.getfixturevalue(request.param)[:3]


def test_interrupt_ends_and_cleans_up(served):
    _, _, folder, status, answers, left = served
    assert status in (130, -signal.SIGINT, 0), (folder / "stderr").read_text()
    assert not answers
    assert left == []


def states(found):
    """Everything that was looked at."""
    return {**found["strata"], **found["thresholds"], "sent": found["link"]["sent"], "got": found["link"]["got"], "wrong": found["wrong"]}


def test_page_has_no_errors(page):
    _, found, _ = page
    assert found["console"] == found["errors"] == found["failed"] == []
    assert len(states(found)) >= 3 + 4 + 3
    for name, state in states(found).items():
        assert state["boxes"] == state["broken"] == [], name


def test_page_asks_no_other_host(page):
    assert page[1]["elsewhere"] == []


# ---------------------------------------------------------------------------
# What it says, held against the views
# ---------------------------------------------------------------------------

def number(value, digits=2):
    if value is None:
        return "–"
    return re.sub(r"^-(0(\.0*)?)$", r"\1", f"{value:.{digits}f}").replace("-", "−")


def small(value):
    # what is below 0.05 is not shown as 0.050
    return "< 0.001" if value < 0.001 else "0.049" if 0.049 < value < 0.05 else f"{value:.3f}"


def stratum_of(option):
    """Of "all models (53)" and "base (27)": the stratum and its number of models."""
    name, models = re.fullmatch(r"(.*) \((\d+)\)", option, re.S).groups()
    return EVERYTHING if name == "all models" else name, int(models)


def report(asset, threshold):
    """
    The rows of the analysis at a threshold: (stratum, benchmark) → a dict.  said is the correlation with its
    interval as the report for people rounds them: so that the verdict can be read off.
    """
    names = ["stratum", "benchmark", "role", "direction", "n", "corr", "ci_low", "ci_high", "verdict", "q_verdict", "status"]
    rows = asset.owner.rows(f"""SELECT e.stratum, {", ".join(f"r.{name}" for name in names[1:])}, p.corr || ' (' || coalesce(p.interval, 'no interval') || ')'
        FROM evaluation AS e, capabilities_correlations(e.m, threshold => %(t)s) AS r, capabilities_report(e.m, threshold => %(t)s) AS p
        WHERE stratum IS NOT NULL AND p.benchmark = r.benchmark""", {"t": threshold})
    return {row[:2]: {**dict(zip(names, row)), "said": row[-1] and row[-1].replace("-", "−")} for row in rows}


def expected_tip(row, models):
    """The first lines of what a mark shows."""
    return [f"{row['benchmark']}, {models}", f"correlation {row['said']}, {row['n']} models",
            f"{row['verdict']}, q {small(row['q_verdict'])}" if row["verdict"] and row["q_verdict"] is not None else row["verdict"] or row["status"]]


def test_strata_are_those_of_the_evaluation(page):
    asset, found, _ = page
    counted = dict(asset.owner.rows("SELECT stratum, count(*) FROM dashboard.capabilities_scores GROUP BY 1"))
    assert dict(map(stratum_of, found["options"]["strata"])) == counted
    assert stratum_of(found["options"]["strata"][0])[0] == EVERYTHING
    for option, state in found["strata"].items():
        assert state["facts"]["Models"][0] == str(counted[stratum_of(option)[0]])


@pytest.mark.parametrize("chosen", ["strata", "thresholds"])
def test_marks_of_correlations_are_the_rows(page, chosen):
    """Each mark shows what the row of its benchmark and stratum says, and each has its number and n beside it."""
    asset, found, _ = page
    for option, state in found[chosen].items():
        threshold = float(option) if chosen == "thresholds" else 0.4
        rows = report(asset, threshold)
        targets = {key for key, row in rows.items() if row["role"] == "target"}
        wanted = {}
        for stratum, benchmark in targets:
            models = "all models" if stratum == EVERYTHING else f"{stratum} models"
            wanted[f"{benchmark}, {models}"] = rows[stratum, benchmark]
        known = [tip.split("\n") for tip in state["tips"] if re.search("\ncorrelation ", tip)]
        assert len(known) == state["corrs"] == len(state["numbers"]) == len(state["counts"]) > 30, option
        for lines in known:
            row = wanted[lines[0]]
            assert lines[:3] == expected_tip(row, lines[0].split(", ")[-1]), (option, lines)
        # the numbers are those of the marks, in their order
        assert state["numbers"] == [line[1].split()[1] for line in known]
        assert state["counts"] == [re.search(r", (\d+) model", line[1])[1] for line in known]
        assert state["intervals"] == sum("no interval" not in line[1] for line in known)
        # every benchmark, or those with the most to say
        benchmarks = {benchmark for _, benchmark in targets}
        assert len(state["names"]) == min(40, len(benchmarks))
        assert len(known) + len(state["statuses"]) == len(state["names"]) * len({stratum for stratum, _ in targets})


def test_verdicts_have_their_colours(page):
    """The colour of each mark is that of its verdict; unresolved is grey; the legend counts those of the stratum."""
    asset, found, _ = page
    for option, state in {**found["strata"], **found["thresholds"]}.items():
        palette = state["palette"]
        assert len(set(palette.values())) == 6
        red, green, blue = map(int, re.findall(r"\d+", palette["unresolved"])[:3])
        assert max(red, green, blue) - min(red, green, blue) < 20
        said = [tip.split("\n")[2].split(",")[0] for tip in state["tips"] if re.search("\ncorrelation ", tip)]
        shown = collections.Counter(palette[verdict if verdict in palette else "unresolved"] for verdict in said)
        assert state["fills"] == shown, option
        stratum, threshold = (stratum_of(option)[0], 0.4) if option in found["strata"] else (EVERYTHING, float(option))
        given = collections.Counter(row["verdict"] for (name, _), row in report(asset, threshold).items()
                                    if name == stratum and row["role"] == "target")
        assert state["legend"] == [f"{verdict} {given[verdict]}" for verdict in VERDICTS], option


def test_headline_and_lists_are_the_verdicts(page):
    asset, found, _ = page
    for option, state in {**found["strata"], **found["thresholds"]}.items():
        stratum, threshold = (stratum_of(option)[0], 0.4) if option in found["strata"] else (EVERYTHING, float(option))
        targets = [row for (name, _), row in report(asset, threshold).items() if name == stratum and row["role"] == "target"]
        given = collections.Counter(row["verdict"] for row in targets)
        claimed = sum(given[verdict] for verdict in CLAIMS)
        heading = state["heading"]
        assert heading.startswith(f"Of {len(targets)} benchmarks") if claimed else f"{len(targets)} benchmarks" in heading, option
        for verdict in CLAIMS:
            assert not given[verdict] or re.search(rf"\b{given[verdict]} ", heading), (option, verdict, heading)
        assert claimed == len(targets) or f"{len(targets) - claimed} " in heading or not claimed
        assert state["title"].startswith(heading)
        counts = {kind: int(each["count"]) for kind, each in state["lists"].items()}
        assert counts["quotable"] + counts["noted"] == claimed, option
        assert counts["open"] == len(targets) - claimed, option
        notes = dict(asset.owner.rows("""SELECT r.benchmark, r.note FROM evaluation AS e, capabilities_report(e.m, threshold => %s) AS r
            WHERE stratum = %s""", (threshold, stratum)))
        for name in state["lists"]["quotable"]["names"]:
            row, = [each for each in targets if each["benchmark"] == name]
            assert row["verdict"] in CLAIMS and row["q_verdict"] < 0.05, (option, name)
            assert notes[name] in (None, "no fault found in what could be checked"), (option, name)


def test_changes_of_sign_are_those_of_the_view(page):
    asset, found, _ = page
    sure = {name for name, in asset.owner.rows("SELECT benchmark FROM dashboard.capabilities_strata_differences "
                                              f"WHERE sign_changes AND '{EVERYTHING}' NOT IN (stratum_a, stratum_b)")}
    opposite = {name for name, in asset.owner.rows(f"""
        SELECT benchmark FROM dashboard.capabilities_correlations WHERE stratum <> '{EVERYTHING}' AND role = 'target'
        GROUP BY benchmark HAVING min(corr) < 0 AND max(corr) > 0""")}
    title = found["page"]["titles"]["correlations"]
    assert re.match(rf"{len(sure or opposite)} of \d+ ha(s|ve) opposite signs", title) and sure <= opposite
    assert ("none beyond chance" in title) == (not sure)


@pytest.mark.parametrize("chart, sql", [
    ("points", "SELECT count(*) FROM dashboard.capabilities_scatter WHERE stratum = %(stratum)s AND benchmark = %(benchmark)s "
               "AND score IS NOT NULL AND capability IS NOT NULL"),
    ("adjusted", "SELECT CASE WHEN count(*) > 18 THEN 16 ELSE count(*) END FROM dashboard.capabilities_adjusted_scores "
                 "WHERE stratum = %(stratum)s AND benchmark = %(benchmark)s AND rank IS NOT NULL"),
    ("eigenvalues", "SELECT least(count(*), 10) FROM dashboard.capabilities_components "
                    "WHERE stratum = %(stratum)s AND eigenvalue IS NOT NULL"),
    ("loadings", "SELECT count(*) FROM dashboard.capabilities_loadings WHERE stratum = %(stratum)s AND component = 1 "
                 "AND loading IS NOT NULL"),
    ("ranking", "SELECT least(count(*), 30) FROM dashboard.capabilities_scores WHERE stratum = %(stratum)s AND capability IS NOT NULL"),
], ids=["points", "adjusted", "eigenvalues", "loadings", "ranking"])
def test_charts_are_the_views(page, chart, sql):
    """In every stratum that a reader may choose."""
    asset, found, _ = page
    wanted = {option: asset.owner.value(sql, {"stratum": stratum_of(option)[0], "benchmark": found["page"]["one"]})
              for option in found["strata"]}
    assert min(wanted.values()) > 0 and len(wanted) > 2
    assert {option: state[chart] for option, state in found["strata"].items()} == wanted


def test_heatmap_is_the_view(served):
    asset, found = served[:2]
    for option, state in found["strata"].items():
        assert state["cells"] == asset.owner.value("""SELECT count(*) FROM dashboard.correlation_matrix
            WHERE stratum = %s AND benchmark_a <> benchmark_b AND corr IS NOT NULL AND 'FLOP' NOT IN (benchmark_a, benchmark_b)""",
                                                   (stratum_of(option)[0],))


def test_titles_say_what_is_seen(page):
    asset, found, _ = page
    benchmark = found["page"]["one"]
    models = {model for model, in asset.owner.rows("SELECT DISTINCT model FROM dashboard.capabilities_scores")}
    for option, state in found["strata"].items():
        stratum, _ = stratum_of(option)
        assert state["one"] == benchmark and state["chosen"][:2] == [option, benchmark]
        row = report(asset, 0.4)[stratum, benchmark]
        title = state["titles"]["scatter"]
        assert f"correlation {row['said']}" in title and str(row["n"]) in title
        assert not row["verdict"] or row["verdict"] in title
        far = asset.owner.value("""SELECT count(*) FILTER (WHERE q_value < 0.05) FROM dashboard.capabilities_adjusted_scores
            WHERE stratum = %s AND benchmark = %s""", (stratum, benchmark))
        said = state["titles"]["adjusted"]
        assert said.startswith(f"{far} model") if far else said.startswith("No model is clearly far"), option
        explained = asset.owner.value("SELECT explained FROM dashboard.capabilities_components "
                                      "WHERE stratum = %s AND component = 1", (stratum,))
        assert f"explains {100 * explained:.0f} %" in state["titles"]["scree"]
        # labels are of models, cut where they are long
        for label in state["labels"]:
            begin, *end = label.split("…")
            assert any(model.startswith(begin.strip()) and (not end or model.endswith(end[-1].strip())) for model in models) \
                or re.search(r" \d+$", label), label
        assert len(state["labels"]) >= min(10, state["points"]) and state["band"] == 1


def test_facts_are_those_of_the_evaluation(page):
    asset, found, _ = page
    facts = found["page"]["facts"]
    capability = asset.owner.value("SELECT count(*) FROM dashboard.capabilities_loadings WHERE stratum = '(all)' AND component = 1")
    assert facts["Capability benchmarks"][0] == str(capability)
    families = asset.owner.value("SELECT count(DISTINCT f.family) FROM evaluation AS e, families(e.m) AS f WHERE stratum = '(all)'")
    assert f"of {families} families" in facts["Models"]
    value, chance = asset.owner.row("""SELECT eigenvalue, parallel_threshold FROM dashboard.capabilities_components
        WHERE stratum = '(all)' AND component = 1""")
    assert facts["Against chance"][0] == "passes" and f"eigenvalue {number(value)}, by chance {number(chance)}" in facts["Against chance"]
    assert f"database {asset.name}" in facts["Read"] and "schema dashboard" in facts["Read"]


def test_over_time_is_there_where_dates_are(served, large):
    assert served[1]["page"]["titles"].get("over-time") is None
    asset, found, _ = large
    windows = asset.owner.value("""SELECT count(DISTINCT window_end) FROM dashboard.capabilities_over_time
        WHERE stratum = '(all)' AND benchmark = %s AND corr IS NOT NULL""", (found["page"]["one"],))
    assert 0 < found["page"]["windows"] <= windows
    assert re.search(r"\d{4}\)", found["page"]["titles"]["over-time"])


def test_changed_verdicts_are_those_of_the_history(large):
    """Of the two newest days, over all models: which verdicts differ, and what they were."""
    asset, found, _ = large
    rows = asset.owner.rows("""
        SELECT b.benchmark, b.verdict, b.n, a.verdict, a.n
        FROM dashboard.evaluation_history AS h, dashboard.evaluation_history AS i,
            capabilities_correlations(h.m) AS b, capabilities_correlations(i.m) AS a
        WHERE h.stratum = '(all)' AND i.stratum = '(all)' AND h.day = '2026-10-15' AND i.day = '2026-11-15'
            AND a.benchmark = b.benchmark AND a.verdict IS DISTINCT FROM b.verdict ORDER BY 1""")
    assert len(rows) > 1 and len(found["page"]["days"]) == 2
    shown = sorted((cells[0], *(part for cell in cells[1:3] for part in
                                (re.match(r"(\w+)", cell)[1], int((re.search(r"n\s(\d+)", cell) or [0, 0])[1]))))
                   for cells in found["page"]["changed"])
    assert shown == sorted((name, before or "none", n_before if before else 0, after or "none", n_after if after else 0)
                           for name, before, n_before, after, n_after in rows)


# ---------------------------------------------------------------------------
# What a reader does with it
# ---------------------------------------------------------------------------

def without(state, *keys):
    return {key: value for key, value in state.items() if key not in keys}


def test_a_link_shows_what_its_sender_saw(page):
    _, found, _ = page
    link = found["link"]
    assert set(re.findall(r"(\w+)=", link["search"])) == {"models", "benchmark", "threshold"}
    assert link["sent"]["chosen"] == link["got"]["chosen"] != found["page"]["chosen"]
    assert without(link["sent"]) == without(link["got"])
    # the first look is at no address, and an address that names nothing shows it
    assert found["address"] == ""
    assert found["wrong"]["chosen"] == found["page"]["chosen"] and found["wrong"]["heading"] == found["page"]["heading"]


def test_names_and_search_lead_to_benchmarks(page):
    _, found, _ = page
    clicked = found["clicked"]
    assert clicked["one"] == clicked["name"] and clicked["focus"] == "one"
    searched = found["searched"]
    assert searched["names"] and searched["focus"] == "search"
    assert all(searched["text"].lower() in name.lower() or "…" in name for name in searched["names"])


def test_keys_show_the_marks(page):
    """One after the other, there and back, the first and the last."""
    _, found, _ = page
    assert set(CARDS) <= set(found["typed"])
    for card, each in found["typed"].items():
        first, second, back, last, home = each["shown"]
        assert None not in each["shown"], card
        assert first == back == home and (first != second or each["marks"] == 1), card
        assert each["marks"] < 3 or len({first, second, last}) == 3, card
        assert each["hidden"], card


def test_tables_and_files_are_the_charts(page):
    asset, found, folder = page
    everything = asset.owner.rows("""SELECT stratum, benchmark, n, corr, ci_low, verdict FROM dashboard.capabilities_correlations
        WHERE role = 'target'""")
    first = found["files"]["correlations CSV"]
    assert found["download"] == {"name": first["name"], "content": first["content"]}
    assert len({each["name"] for each in found["files"].values()}) == len(found["files"])
    for card in CARDS:
        assert found["tables"][card]["rows"] > 0, card
        content = found["files"][f"{card} CSV"]["content"]
        assert content.startswith("\ufeff") and content.endswith("\r\n")
        lines = list(csv.DictReader(io.StringIO(content[1:], newline="")))
        assert list(lines[0]) == found["tables"][card]["columns"], card
        assert len(lines) == found["tables"][card]["rows"], card
        if card == "correlations":
            read = {(line["models"], line["benchmark"]): line for line in lines}
            assert set(read) == {row[:2] for row in everything}
            for stratum, benchmark, n, corr, low, verdict in everything:
                line = read[stratum, benchmark]
                assert line["n"] == str(n) and line["verdict"] == (verdict or "")
                for text, value in ((line["corr"], corr), (line["ci_low"], low)):
                    assert text == "" if value is None else float(text) == pytest.approx(value, rel=1e-5, abs=1e-9)
        picture = xml.etree.ElementTree.fromstring(found["files"][f"{card} SVG"]["content"])
        said = " ".join("".join(text.itertext()) for text in picture.iter("{http://www.w3.org/2000/svg}text"))
        first, = re.match(r"(\S+)", found["page"]["titles"][card]).groups()
        assert first in said and f"database {asset.name}" in said, card
        assert "var(" not in found["files"][f"{card} SVG"]["content"]


def test_screenshots(page):
    for name in ("correlations", "scatter", "heatmap", "models"):
        width, height = png_size(page[2] / f"{name}.png")
        assert width > 600 and height > 150
        assert (page[2] / f"{name}.png").stat().st_size > 5000


def test_pictures_of_the_readme():
    pictures = sorted((SHIPPED / "pictures").iterdir())
    assert [path.name for path in pictures] == ["correlations.png", "scatter.png"]
    shown = "".join(TEXTS.values())
    for path in pictures:
        assert png_size(path)[0] > 600
        assert path.stat().st_size < 250_000
        assert re.search(rf"\]\([a-z/]*pictures/{path.name}\)", shown)


# ---------------------------------------------------------------------------
# What is wrong with any page
# ---------------------------------------------------------------------------

@pytest.mark.parametrize("name", SETS)
def test_audit(built, tools, chromium, name):  # noqa: F811
    """At 390, 820 and 1,440 pixels, light and dark: nothing is wrong, and little is fetched."""
    _, folder = built(name)
    found = run_tool("audit", folder / "page", chromium)
    assert [(fault["kind"], fault["where"], fault["what"], fault["views"]) for fault in found["faults"]] == []
    assert len(found["views"]) == 6
    for view in found["views"]:
        assert len(view["charts"]) >= 7 and view["texts"] > 100
        # a page of 197 models and 110 benchmarks too
        assert view["bytes"]["inAll"]["json"] < 400_000 and view["bytes"]["untilFirstChart"]["json"] < 150_000
    hovered = [chart for view in found["views"] for chart in view.get("hovering", [])]
    assert len([chart for chart in hovered if chart["hovered"] and chart["typed"]]) >= 7
    assert any(view.get("allReached") and view["tabs"] > 20 for view in found["views"])


KINDS = {
    "a value that is none", "an id twice", "another host", "chart in no figure", "chart without a role",
    "chart without a table", "chart without a text alternative", "console", "control without a name", "empty heading",
    "failed request", "faint text", "focus is not seen", "heading skips a level", "keyboard trap",
    "marks inside role=img", "no lang", "no main", "no title", "only a mouse shows it", "page scrolls sideways",
    "picture without alt", "script error", "small target", "small text", "table without headings", "text cut off",
    "text outside its card", "text outside its chart", "texts over each other", "wider than the window",
}


def test_audit_finds_faults(tools, chromium, tmp_path):  # noqa: F811
    """A page with a fault of every kind has them all found, and one without none."""
    (tmp_path / "faults").mkdir()
    shutil.copy(BI / "faults.html", tmp_path / "faults" / "index.html")
    found = run_tool("audit", tmp_path / "faults", chromium, "--widths", "820", "--schemes", "light")
    assert set(found["kinds"]) == KINDS


# ---------------------------------------------------------------------------
# How it is built
# ---------------------------------------------------------------------------

def test_scores_that_changed_are_shown(built, tools, chromium, tmp_path):  # noqa: F811
    """A page that is built again shows the scores of now."""
    asset, folder = built("small")
    before = report(asset, 0.4)[EVERYTHING, "TruthfulQA"]
    asset.owner.rows("UPDATE scores SET score = 1 - score WHERE benchmark = 'TruthfulQA'")
    try:
        build(tmp_path / "page", asset)
        row = report(asset, 0.4)[EVERYTHING, "TruthfulQA"]
    finally:
        asset.owner.rows("UPDATE scores SET score = 1 - score WHERE benchmark = 'TruthfulQA'")
    assert row["corr"] == -before["corr"] != 0
    shown = [tip.split("\n")[:3] for tip in run_tool("look", tmp_path / "page", chromium, "--brief")["page"]["tips"] if tip.startswith("TruthfulQA")]
    assert shown == [expected_tip(row, "all models")] != [expected_tip(before, "all models")]


@pytest.fixture
def psql_that_tells(tmp_path):
    """A psql first on PATH that writes down its arguments and PGPASSWORD: (PATH, what it wrote)."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "psql").write_text(f'#!/bin/sh\n{{ echo "$@"; echo "${{PGPASSWORD-none}}"; }} >>"{tmp_path}/told"\n'
                                 f'exec "{shutil.which("psql")}" "$@"\n')
    (folder / "psql").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}", tmp_path / "told"


def dashboard(**more):
    """Runs test/integration/dashboard --database, as "make dashboard DB=..." does: (status, what was printed)."""
    run = subprocess.run([BI / "dashboard", "--database"], env=environment(**more), stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, encoding="utf-8", timeout=120)
    return run.returncode, run.stdout


def elsewhere(**more):
    """An environment in which no PG variable says where to connect."""
    return {**{key: "" for key in ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE")}, **more}


def test_database_elsewhere(built, observable, psql_that_tells, tmp_path):  # noqa: F811
    """
    Found by a connection string alone, whose password is on no command line and in nothing that is
    printed; put into a folder that has the page of yesterday.
    """
    asset, _ = built("small")
    path, told = psql_that_tells
    out = tmp_path / "out"
    (out / "data").mkdir(parents=True)
    for name in ("page.json", "of-yesterday.json"):
        (out / "data" / name).touch()
    host, port = os.environ["PGHOST"], os.environ["PGPORT"]
    status, said = dashboard(**elsewhere(
        PATH=path, OUT=str(out),
        SAFETYCORR_DB=f"host='{host}' port={port} dbname={asset.name} user=dashboard_reader password='top \\'secret'"))
    assert status == 0 and str(out) in said, said
    assert not (out / "data" / "of-yesterday.json").exists() and (out / "index.html").exists()
    assert json.loads((out / "data" / "page.json").read_text())["source"]["database"] == asset.name
    arguments, password = told.read_text().splitlines()[:2]
    assert "secret" not in arguments and "secret" not in said and password == "top 'secret"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("out")] == ["out"]


def test_services_and_uris_find_the_database(built, observable, tmp_path):  # noqa: F811
    """What libpq knows holds, here a service, and a URI with a password."""
    asset, _ = built("small")
    host = os.environ["PGHOST"]
    (tmp_path / "service").write_text(f"[team]\nhost={host}\nport={os.environ['PGPORT']}\ndbname={asset.name}\nuser=dashboard_reader\n")
    for more in ({"SAFETYCORR_DB": "service=team", "PGSERVICEFILE": str(tmp_path / "service")},
                 {"SAFETYCORR_DB": f"postgresql://dashboard_reader:a%40b@{host.replace('/', '%2F')}:{os.environ['PGPORT']}/{asset.name}"}):
        copy = tmp_path / "page"
        copy.mkdir()
        for name in ("read.js", "read", "package.json"):
            source = SHIPPED / "observable" / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
        run = subprocess.run(["node", "read.js"], cwd=copy, env=environment(**elsewhere(**more)), stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, encoding="utf-8", timeout=60)
        assert run.returncode == 0, run.stdout
        assert json.loads((copy / "src" / "data" / "page.json").read_text())["source"]["database"] == asset.name
        shutil.rmtree(copy)


def test_a_folder_that_is_no_page_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").touch()
    status, said = dashboard(OUT=str(tmp_path / "mine"))
    assert status == 1 and "no page" in said and (tmp_path / "mine" / "thesis.txt").exists()


def test_nothing_in_c_is_needed_for_a_database():
    """make dashboard DB=... needs node, npm and psql: no pg_config, no compiler, no cluster."""
    said = subprocess.run(["make", "-n", "dashboard", "DB=postgresql://u:p$w@h/d", "SCHEMA=s", "PG_CONFIG=/nowhere", "CC=/nowhere"], cwd=conftest.ROOT,
                          env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8").stdout
    assert said.splitlines() == ["test/setup page", "test/integration/dashboard --database"]


@pytest.mark.parametrize("more, wanted", [
    ({"PGDATABASE": "no such database"}, 'database "no such database" does not exist'),
    ({"SAFETYCORR_DB": "service=no_such_service"}, 'definition of service "no_such_service" not found'),
    ({"SAFETYCORR_DB": "dbname=x my secret"}, "connection string: "),
    ({"SAFETYCORR_DB": "postgresql://me:my%zzsecret@localhost/x"}, "connection string: "),
    ({"SAFETYCORR_SCHEMA": "no such schema"}, "create_capabilities_views|dashboard"),
    ({"SAFETYCORR_SCHEMA": "public"}, "There are views in dashboard"),
    ({"PGDATABASE": "postgres"}, "safetycorr is not installed"),
    ({"PGUSER": "page_outsider"}, r"permission denied for [^\n]*(.|\n)*USAGE"),
    ({"PGOPTIONS": "-c statement_timeout=1ms"}, "statement timeout(.|\n)*materialized => true"),
], ids=["database", "service", "string", "uri", "schema", "views", "extension", "rights", "timeout"])
def test_errors_say_what_to_do(built, observable, tmp_path, db, more, wanted):  # noqa: F811
    asset, _ = built("small")
    if "PGUSER" in more:
        db.rows("DROP ROLE IF EXISTS page_outsider")
        db.rows("CREATE ROLE page_outsider LOGIN")
    try:
        said = build(tmp_path / "page", asset, check=False, **more)
    finally:
        if "PGUSER" in more:
            db.rows("DROP ROLE page_outsider")
    assert re.search(wanted, said), said
    assert "secret" not in said and "    at " not in said and len(said.splitlines()) < 8
    assert not (tmp_path / "page" / "index.html").exists()


def test_views_that_are_materialized_are_enough(databases, observable, tmp_path):  # noqa: F811
    """
    A role that sees nothing but materialized views, in a schema with a name to be quoted, over an
    extension in a schema of its own that the role may not use.
    """
    asset = databases("materialized", None)
    asset.owner.rows("""
        CREATE SCHEMA stats; CREATE EXTENSION safetycorr SCHEMA stats; CREATE SCHEMA "our ""views";
        SET search_path = public, stats;
        CREATE TABLE scores (model text, benchmark text, score float8);
        INSERT INTO scores SELECT 'm' || i, 'b' || j, i + (7 * i * j) % 5 FROM generate_series(1, 20) AS i, generate_series(1, 6) AS j;
        CREATE VIEW evaluation AS SELECT '(all)' AS stratum, annotate(score_matrix(model, benchmark, score), '{b1,b2,b3}') AS m FROM scores;
        SELECT count(*) FROM create_capabilities_views('our "views', 'evaluation', materialized => true);
        CREATE ROLE page_viewer LOGIN; GRANT USAGE ON SCHEMA "our ""views" TO page_viewer;
        GRANT SELECT ON ALL TABLES IN SCHEMA "our ""views" TO page_viewer;
        RESET search_path""")
    try:
        build(tmp_path / "page", asset, PGUSER="page_viewer", SAFETYCORR_SCHEMA='our "views')
        page = json.loads((tmp_path / "page" / "data" / "page.json").read_text())
    finally:
        asset.owner.rows("DROP OWNED BY page_viewer; DROP ROLE page_viewer")
    assert page["thresholds"] == [0.4] and page["source"]["evaluation"] is None
    assert page["report"]["rows"] == 3 and len(page["models"]) == 20
