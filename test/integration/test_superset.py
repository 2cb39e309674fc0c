"""Apache Superset with the dashboard that src/dashboards/superset has, looked at in Chromium.

Superset is installed from PyPI, in the versions of superset/versions.txt, see installing.py.  The
folder is zipped as src/dashboards/README.md says and imported as Superset's own page does it.
What the charts get and show is held against the views.  It runs on localhost, with a database of
its own in a temporary folder, and asks no other host.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

import conftest
from dashboards import (  # noqa: F401  (fixtures)
    SHIPPED, chromium, databases, environment, png_size, shipped, tools)
from installing import Installer
from test_dashboards import TEXTS, VERDICTS, yaml  # noqa: F401  (a fixture)

SUPERSET = pathlib.Path(__file__).resolve().parent / "superset"
TOOLS = Installer("superset", SUPERSET / "versions.txt", 150)
USER = {"username": "admin", "password": "only for a test"}
EVERYTHING, STRATUM = "(all)", "base"
# seconds: the start of the server, what it is asked, the browser
START_LIMIT, ASK_LIMIT, LOOK_LIMIT = 90, 60, 240


# ---------------------------------------------------------------------------
# The server
# ---------------------------------------------------------------------------

def settings(home):
    """Its environment, with the configuration copied, so that nothing is compiled in the tree."""
    config = home / "superset_config.py"
    if not config.exists():
        shutil.copy(SUPERSET / config.name, config)
    changed = environment(SUPERSET_HOME=str(home), SUPERSET_CONFIG_PATH=str(config), HOME=str(home), TMPDIR=str(home),
                          FLASK_APP="superset.app:create_app()", SCARF_ANALYTICS="false")
    changed.pop("PYTHONDONTWRITEBYTECODE", None)  # what is kept in the cache may be compiled there
    return changed


def made(folder):
    """Its own database, with a user, beside the programs: that takes longer than installing them."""
    home = folder / "home"
    home.mkdir()
    try:
        TOOLS.in_time(folder / "bin/python", SUPERSET / "make_home.py", *USER.values(), **settings(home))
    except subprocess.CalledProcessError as error:
        pytest.fail(error.stderr[-4000:])  # it was installed: no reason to skip


class Server:
    """What is asked of it, as by its pages."""

    def __init__(self, url):
        self.url, self.headers = url, {"Referer": url, "Accept": "application/json"}
        self.cookies = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def ask(self, path, body=None, kind="application/json"):
        request = urllib.request.Request(self.url + path, data=body, headers={**self.headers, **({"Content-Type": kind} if body else {})})
        try:
            with self.cookies.open(request, timeout=ASK_LIMIT) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def log_in(self):
        _, answer = self.ask("/api/v1/security/login", json.dumps({**USER, "provider": "db"}).encode())
        self.headers["Authorization"] = f"Bearer {answer['access_token']}"
        self.headers["X-CSRFToken"] = self.ask("/api/v1/security/csrf_token/")[1]["result"]

    def load(self, archive, **fields):
        """Imports a zip, among the dashboards."""
        border = "---------------of-a-form"
        parts = [f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{json.dumps(value)}\r\n'.encode()
                 for name, value in fields.items()]
        parts += [f'--{border}\r\nContent-Disposition: form-data; name="formData"; filename="{archive.name}"\r\n'
                  "Content-Type: application/zip\r\n\r\n".encode(), archive.read_bytes(), f"\r\n--{border}--\r\n".encode()]
        return self.ask("/api/v1/dashboard/import/", b"".join(parts), f"multipart/form-data; boundary={border}")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if shutil.which("zip") is None:
        pytest.skip("zip is not installed")
    python = TOOLS.installed("server", "apache-superset", "psycopg2-binary", "cachetools",
                             more=("apache-superset", "odfpy", "wtforms-json"), then=made)
    home = tmp_path_factory.mktemp("superset")
    shutil.copy(python.parent.parent / "home" / "superset.db", home)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = home / "log"
    with log.open("w") as output:
        # charts ask all at once; two at a time leave each the time that the role has
        process = subprocess.Popen(
            [python.parent / "gunicorn", "--workers", "1", "--threads", "2", "--timeout", "120", "--bind", f"127.0.0.1:{port}",
             "superset.app:create_app()"], env=settings(home), cwd=home, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True)
    try:
        url, deadline = f"http://localhost:{port}", time.monotonic() + START_LIMIT
        while True:
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()[-4000:]
            try:
                urllib.request.urlopen(f"{url}/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.5)
        server = Server(url)
        server.log_in()
        server.log = log
        yield server
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def imported(server, shipped, tmp_path_factory):  # noqa: F811
    """The dashboard, by the steps of the README: what an import says without and with the password."""
    folder = tmp_path_factory.mktemp("bundle")
    shutil.copytree(SHIPPED / "superset", folder / "src/dashboards/superset")
    database = folder / "src/dashboards/superset/databases/safetycorr.yaml"
    text, host = database.read_text(encoding="utf-8"), "localhost:5432/evals"
    assert host in text
    database.write_text(text.replace(host, f"/{shipped.name}?host={os.environ['PGHOST']}&port={os.environ['PGPORT']}"), encoding="utf-8")
    command, = re.findall(r"`(cd src/dashboards && zip [^`]+)`", TEXTS["src/dashboards/README.md"])
    subprocess.run(["sh", "-c", command], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    archive, = folder.glob("src/dashboards/*.zip")
    # a machine that does other things as well is slower than the role allows
    shipped.owner.rows(f"ALTER ROLE dashboard_reader IN DATABASE \"{shipped.name}\" SET statement_timeout = '60s'")
    return server.load(archive), server.load(archive, passwords={"databases/safetycorr.yaml": "any"})


@pytest.fixture(scope="module")
def dashboard(yaml):  # noqa: F811
    """What the files say: titles of the charts, in order, and colours of labels."""
    files = yaml((SHIPPED / "superset" / "dashboards").glob("*.yaml"))
    value, = files.values()
    placed = sorted((each["meta"]["chartId"], each["meta"]["sliceName"]) for each in value["position"].values()
                    if isinstance(each, dict) and each["type"] == "CHART")
    return [title for _, title in placed], value["metadata"]["label_colors"]


@pytest.fixture(scope="module")
def seen(server, imported, tools, chromium, tmp_path_factory):  # noqa: F811
    """What look.mjs finds on the dashboard, and the folder with its pictures."""
    assert imported[1] == (200, {"message": "OK"}), server.log.read_text()[-4000:]
    folder = tmp_path_factory.mktemp("seen")
    shutil.copy(SUPERSET / "look.mjs", folder)
    (folder / "node_modules").symlink_to(tools / "node_modules")
    run = subprocess.run(["node", folder / "look.mjs", server.url, chromium, *USER.values(), STRATUM, folder], check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=LOOK_LIMIT)
    if run.returncode:
        pytest.fail(run.stderr[-2000:] + server.log.read_text()[-2000:], pytrace=False)
    return json.loads(run.stdout), folder


def shown(seen, title, stratum=EVERYTHING):
    chart, = [chart for chart in seen[0]["charts" if stratum == EVERYTHING else "chosen"] if chart["title"] == title]
    return chart


# ---------------------------------------------------------------------------
# What is seen
# ---------------------------------------------------------------------------

def test_import(imported):
    """It asks for the password, and takes every file."""
    (status, answer), after = imported
    assert status == 422 and "Must provide a password for the database" in json.dumps(answer)
    assert after == (200, {"message": "OK"})


def test_no_errors(seen):
    found, _ = seen
    assert found["console"] == found["errors"] == found["failed"] == []
    assert found["title"] == "Safety benchmarks and capability" and found["overflow"] <= 0
    for chart in found["charts"] + found["chosen"]:
        assert (chart["wrong"], chart["cut"]) == ([], []), chart["title"]


def test_asks_no_other_host(seen):
    assert seen[0]["elsewhere"] == []


def test_every_chart_shows_data(seen, dashboard):
    for charts in seen[0]["charts"], seen[0]["chosen"]:
        assert [chart["title"] for chart in charts] == dashboard[0]
        for chart in charts:
            assert chart.get("data") and all(part["rows"] for part in chart["data"]), chart["title"]
            if chart["head"]:
                assert len(chart["rows"]) > 3
            else:
                assert len(chart["colours"]) >= 2, chart["title"]


def test_filters(seen, shipped):  # noqa: F811
    """All models at first, and the first of the benchmarks."""
    first = shipped.owner.value("SELECT min(benchmark) FROM dashboard.capabilities_correlations")
    assert seen[0]["filters"] == [EVERYTHING, first]


TABLES = [
    ("Report: each benchmark against capability", "capabilities_report", "benchmark, n::text, corr::text, interval, verdict, note", "stratum = %s"),
    ("Correlations with intervals", "capabilities_correlations", "benchmark, n::text, corr, ci_low, ci_high, q_value, verdict, status", "stratum = %s"),
    ("Models by capabilities score", "capabilities_scores",
     "rank::text, model, capability, ci_low, ci_high, rank_low::text, rank_high::text", "stratum = %s"),
    ("Models beside what their capability predicts", "capabilities_adjusted_scores",
     "rank::text, model, score, expected, pi_low, pi_high, q_value",
     "stratum = %s AND benchmark = (SELECT min(benchmark) FROM dashboard.capabilities_correlations)"),
    ("Differences between strata", "capabilities_strata_differences",
     "benchmark, stratum_a, corr_a, stratum_b, corr_b, difference, ci_low, ci_high, q_value, sign_changes::text",
     "stratum_a <> '(all)' AND %s <> ''"),
]


@pytest.mark.parametrize("stratum", [EVERYTHING, STRATUM])
@pytest.mark.parametrize("title, view, columns, where", TABLES, ids=[table[1] for table in TABLES])
def test_tables_are_the_views(seen, shipped, title, view, columns, where, stratum):  # noqa: F811
    """Every row, as it can be read; numbers with two or three digits."""
    chart = shown(seen, title, stratum)
    wanted = shipped.owner.rows(f"SELECT {columns} FROM dashboard.{view} WHERE {where}", (stratum,))
    assert len(chart["rows"]) == len(wanted) > 3
    names = {row[chart["head"][0].index("model" if "model" in columns else "benchmark")]: row for row in chart["rows"]}
    for row in wanted:
        cells = names[next(value for value in row if value in names)]
        for cell, value in zip(cells, row):
            if isinstance(value, float):
                digits = len(cell.partition(".")[2])
                assert digits in (2, 3) and abs(float(cell.replace("−", "-")) - value) <= 0.5001 * 10 ** -digits, (title, row)
            else:
                assert cell == ("N/A" if value is None else value), (title, row)


@pytest.mark.parametrize("stratum", [EVERYTHING, STRATUM])
def test_report_has_the_order_of_the_function(seen, shipped, stratum):  # noqa: F811
    """But where only digits that the table does not have tell two rows apart."""
    def key(row):
        low, high = row[3].split(" to ")
        if row[4] == "low":
            return row[4], max(abs(float(low)), abs(float(high)))
        return row[4], abs(float(low if float(row[2]) >= 0 else high))
    rows = shipped.owner.rows("SELECT benchmark, n::text, corr::text, interval, verdict FROM public.evaluation, capabilities_report(m) WHERE stratum = %s", (stratum,))
    assert [key(row) for row in shown(seen, "Report: each benchmark against capability", stratum)["rows"]] == [key(row) for row in rows]


def painted(colour):
    return tuple(int(number) for number in re.findall(r"\d+", colour)[:3])


@pytest.mark.parametrize("stratum", [EVERYTHING, STRATUM])
def test_verdicts_have_their_colours(seen, shipped, dashboard, stratum):  # noqa: F811
    """In the table and in the bars."""
    present = {verdict for verdict, in shipped.owner.rows(
        "SELECT DISTINCT verdict FROM dashboard.capabilities_correlations WHERE stratum = %s AND verdict IS NOT NULL", (stratum,))}
    assert len(present) >= 5
    palette = {name: dashboard[1][name] for name in VERDICTS}
    bars = set(shown(seen, "Correlation with capability, by verdict", stratum)["colours"])
    assert {name for name, colour in palette.items() if colour in bars} == present
    chart = shown(seen, "Report: each benchmark against capability", stratum)
    at = chart["head"][0].index("verdict")
    fills = [painted(fill) for fill in chart["fills"]][at::len(chart["head"][0])]
    assert fills == [tuple(bytes.fromhex(palette[row[at]][1:])) for row in chart["rows"]]


CHARTS = [
    ("Correlation with capability, by verdict", 0, "SELECT benchmark, verdict, corr FROM dashboard.capabilities_correlations WHERE stratum = %s"),
    ("Benchmarks with each other", 0, "SELECT benchmark_a, benchmark_b, corr FROM dashboard.correlation_matrix WHERE stratum = %s"),
    ("Score against capability", 0, """SELECT model, capability, score, expected,
            CASE WHEN score > pi_high THEN 'above' WHEN score < pi_low THEN 'below' ELSE 'within' END || ' the interval'
        FROM dashboard.capabilities_scatter WHERE stratum = %s AND capability IS NOT NULL AND score IS NOT NULL
        AND benchmark = (SELECT min(benchmark) FROM dashboard.capabilities_correlations)"""),
    ("Components against chance", 0, "SELECT component, eigenvalue FROM dashboard.capabilities_components WHERE stratum = %s AND component <= 12"),
    ("Components against chance", 1, """SELECT component, parallel_threshold FROM dashboard.capabilities_components
        WHERE stratum = %s AND parallel_threshold IS NOT NULL AND component <= 12"""),
]
DATA = {  # rows of the chart's data as those of the query
    "Correlation with capability, by verdict": lambda row: [
        (row["benchmark"], name, value) for name, value in row.items() if name in VERDICTS and value is not None],
    "Benchmarks with each other": lambda row: [(row["benchmark_a"], row["benchmark_b"], row["correlation"])],
    "Score against capability": lambda row: [tuple(row[name] for name in ("model", "capability", "score", "predicted", "prediction"))],
    "Components against chance": lambda row: [(row["component"], value) for name, value in row.items()
                                              if name in ("eigenvalue", "threshold") and value is not None],
}


@pytest.mark.parametrize("stratum", [EVERYTHING, STRATUM])
@pytest.mark.parametrize("title, part, sql", CHARTS, ids=["bars", "cells", "points", "eigenvalues", "thresholds"])
def test_charts_have_the_data_of_the_views(seen, shipped, title, part, sql, stratum):  # noqa: F811
    """What is drawn, to the last digit."""
    found = [entry for row in shown(seen, title, stratum)["data"][part]["rows"] for entry in DATA[title](row)]
    wanted = shipped.owner.rows(sql, (stratum,))
    assert len(found) == len(wanted) > 2
    for one, other in zip(sorted(found, key=str), sorted(wanted, key=str)):
        assert all(a == b or isinstance(a, float) and a == pytest.approx(b, rel=1e-14) for a, b in zip(one, other)), (one, other)


def test_strata_side_by_side(seen, shipped):  # noqa: F811
    chart = shown(seen, "Correlation in each stratum")
    strata = chart["head"][1][1:]
    assert strata == ["(all)", "base", "chat"]
    found = {(row[0], stratum): cell for row in chart["rows"] for stratum, cell in zip(strata, row[1:])}
    for benchmark, stratum, corr in shipped.owner.rows("SELECT benchmark, stratum, corr FROM dashboard.capabilities_correlations"):
        assert found.pop((benchmark, stratum)) == ("" if corr is None else f"{corr:.2f}"), benchmark
    assert set(found.values()) <= {""}


def test_pictures(seen):
    """At 1440 px, of the top of the page, of all of it, and of each chart."""
    found, folder = seen
    assert png_size(folder / "top.png") == (1440, 900)
    assert len(list(folder.glob("page-*.png"))) == len(list(folder.glob(f"{STRATUM}-*.png"))) == len(found["charts"])
    for path in folder.glob("*-*.png"):
        assert png_size(path)[0] > 400 and path.stat().st_size > 5000


def test_nothing_is_written_into_the_tree():
    assert sorted(path.name for path in SUPERSET.iterdir()) == ["look.mjs", "make_home.py", "superset_config.py", "versions.txt"]
    assert list((conftest.ROOT / "src" / "dashboards").glob("*.zip")) == []
