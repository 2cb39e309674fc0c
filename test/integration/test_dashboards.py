"""What test/integration ships for BI tools is held against what can be had of the tool.

Of Grafana, Metabase and Superset, which are no packages, every SQL string is run as
the role that only reads, and the columns it gives are those, of the types, that
the charts name.  The page of Observable Framework has test_page.py, and Superset
itself test_superset.py.  npm packages are installed outside the tree, see
test/integration/npm.
"""
import collections
import json
import re
import shutil
import subprocess
import sys

import psycopg2
import pytest

import conftest
from dashboards import (  # noqa: F401  (fixtures)
    BI, EVERYTHING, SHIPPED, TYPES, databases, shipped, tools,
)

sys.path.insert(0, str(conftest.ROOT / "test" / "t"))
from test_readme import TEXTS  # noqa: E402

NUMBERS = ("int4", "float8")
PAPER = conftest.SHARED / "safetywashing"


EVALUATION = """
    CREATE OR REPLACE VIEW evaluation WITH (security_invoker) AS
    WITH s AS (SELECT {stratum} AS stratum, score_matrix(model, benchmark, score) AS m FROM {rows} AS r GROUP BY {stratum})
    SELECT stratum, annotate(m, %s, {marks}, missing_ok => true) AS m FROM (TABLE s UNION ALL SELECT '(all)', rollup(m) FROM s) AS t;
    SELECT create_capabilities_views('dashboard', 'evaluation')"""


def capability_benchmarks(asset):
    return [name for name, in asset.owner.rows(
        "SELECT DISTINCT benchmark FROM dashboard.capabilities_loadings ORDER BY 1")]


@pytest.fixture(scope="module")
def over_time(shipped, databases):
    """The same with release dates, for the view that only they make."""
    asset = databases("over_time", "test/integration/demo.sql")
    asset.owner.rows("""
        CREATE TABLE models AS
        SELECT model, kind, DATE '2023-01-01' + 20 * row_number() OVER (ORDER BY model)::int AS released
        FROM scores GROUP BY model, kind;
        GRANT SELECT ON models TO dashboard_reader""")
    rows = """(SELECT model, kind, benchmark, score FROM scores
        UNION ALL SELECT model, kind, 'released', (released - DATE '1970-01-01')::float8 FROM models)"""
    asset.owner.rows(EVALUATION.format(stratum="kind", rows=rows, marks="covariates => '{FLOP,released}'"), (capability_benchmarks(asset),))
    asset.owner.rows("GRANT SELECT ON ALL TABLES IN SCHEMA dashboard TO dashboard_reader")
    return asset


@pytest.mark.skipif(not PAPER.is_dir(), reason="the paper's data are not beside the tree")
def test_paper_data_are_those_that_are_shipped(shipped, databases):
    """What "make dashboard DATA=folder" reads is what it shows without, but for training compute."""
    paper = databases("paper", "test/integration/demo.sql", BASE_CSV=str(PAPER / "benchmarks_base_models.csv"),
                      CHAT_CSV=str(PAPER / "benchmarks_chat_models_compute.csv"))
    scores = "SELECT model, kind, benchmark, score FROM scores WHERE benchmark <> 'FLOP' ORDER BY model, benchmark"
    correlations = "SELECT * FROM dashboard.capabilities_correlations ORDER BY stratum, benchmark"
    assert paper.owner.rows(scores) == shipped.owner.rows(scores)
    assert paper.owner.rows(correlations) == shipped.owner.rows(correlations)


@pytest.fixture(scope="session")
def yaml(tools):
    """Reads YAML files, with npm's js-yaml."""
    def read(paths):
        script = ("const yaml = require('js-yaml'), fs = require('fs');"
                  "console.log(JSON.stringify(process.argv.slice(1).map((f) => yaml.load(fs.readFileSync(f, 'utf8')))))")
        paths = sorted(paths)
        out = subprocess.run(["node", "-e", script, *map(str, paths)], cwd=tools, check=True,
                             stdout=subprocess.PIPE, encoding="utf-8", timeout=30).stdout
        return dict(zip(paths, json.loads(out)))
    return read


def test_reader_only_reads(shipped):
    assert set(shipped.columns("SELECT * FROM capabilities_correlations")) >= {"stratum", "corr", "verdict"}
    # and it finds the functions
    assert set(shipped.columns("SELECT models_needed(0.2) AS n").values()) == {"int4"}
    shipped.columns("SHOW statement_timeout")
    assert shipped.rows == [("5s",)]
    for statement in ("DELETE FROM public.scores", "CREATE TEMP TABLE t ()"):
        with pytest.raises(psycopg2.Error):
            shipped.columns(statement)


def test_views_have_only_plain_types(over_time):
    views = [name for name, in over_time.owner.rows(
        "SELECT viewname FROM pg_views WHERE schemaname = 'dashboard' ORDER BY 1")]
    assert len(views) == 11
    for view in views:
        columns = over_time.columns(f"SELECT * FROM {view}")
        assert next(iter(columns)).startswith("stratum")
        assert set(columns.values()) <= set(TYPES.values()), view


def test_nothing_built_is_in_the_tree():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "test/integration", "src/dashboards"],
                            cwd=conftest.ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8")
    if listed.returncode:
        pytest.skip("not a git repository")
    assert [name for name in listed.stdout.split()
            if re.search(r"node_modules|/dist/|\.observablehq|benchmarks_(base|chat)", name)] == []


# ---------------------------------------------------------------------------
# Grafana
# ---------------------------------------------------------------------------

GRAFANA = sorted((SHIPPED / "grafana" / "dashboards").glob("*.json"))


@pytest.fixture(scope="module", params=GRAFANA, ids=lambda path: path.stem)
def grafana(request):
    return json.loads(request.param.read_text(encoding="utf-8"))


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def as_sent(sql):
    """The query that Grafana would send: variables and macros are replaced, none is left."""
    values = {"stratum": EVERYTHING, "benchmark": "ETHICS"}
    sql = re.sub(r"\$\{(\w+):sqlstring\}", lambda match: quoted(values[match[1]]), sql)
    sql = re.sub(r"\$__timeFilter\(([^)]+)\)",
                 r"\1 BETWEEN '2020-01-01T00:00:00Z' AND '2030-01-01T00:00:00Z'", sql)
    assert "$" not in sql, sql
    return sql


def named_columns(panel):
    """Every column that a panel refers to by its name, and those that must be numbers or text."""
    any_type, numeric, text = set(), set(), set()
    produced = set()
    for change in panel.get("transformations", []):
        assert change["id"] == "groupingToMatrix"
        options = change["options"]
        text |= {options["columnField"], options["rowField"]}
        numeric.add(options["valueField"])
        produced.add(f'{options["rowField"]}\\{options["columnField"]}')
    for override in panel["fieldConfig"]["overrides"]:
        assert override["matcher"]["id"] == "byName"
        any_type.add(override["matcher"]["options"])
        for changed in override["properties"]:
            if changed["id"] == "custom.fillBelowTo":
                numeric.add(changed["value"])
    options = panel["options"]
    if "xField" in options:
        text.add(options["xField"])
    if "colorByField" in options:
        any_type.add(options["colorByField"])
    for series in options.get("series", []):
        numeric |= {series[axis]["matcher"]["options"] for axis in "xy"}
    return any_type - produced, numeric, text


def test_grafana_queries(grafana, shipped, over_time):
    asset = over_time if "time" in grafana["uid"] else shipped
    for panel in grafana["panels"]:
        target, = panel["targets"]
        columns = asset.columns(as_sent(target["rawSql"]))
        assert asset.rows, panel["title"]
        assert set(columns.values()) <= set(TYPES.values()), panel["title"]
        any_type, numeric, text = named_columns(panel)
        assert any_type | numeric | text <= set(columns), panel["title"]
        assert all(columns[name] in NUMBERS for name in numeric), panel["title"]
        assert all(columns[name] == "text" for name in text), panel["title"]
        if target["format"] == "time_series":
            (first, kind), *rest = columns.items()
            assert (first, kind) == ("time", "timestamptz")
            times = [row[0] for row in asset.rows]
            assert times == sorted(times)
            assert all(kind in NUMBERS or name == "metric" for name, kind in rest)
            assert any(kind in NUMBERS for _, kind in rest)
        if panel["type"] in ("barchart", "timeseries") and "corr" in columns:
            # the axis of a correlation is not left to the data
            assert (panel["fieldConfig"]["defaults"]["min"], panel["fieldConfig"]["defaults"]["max"]) == (-1, 1)


def test_grafana_variables(grafana, shipped):
    variables = {variable["name"]: variable for variable in grafana["templating"]["list"]}
    text = json.dumps(grafana["panels"])
    assert set(re.findall(r"\$\{(\w+)", text)) - {"DS_SAFETYCORR"} == set(variables)
    for variable in variables.values():
        columns = shipped.columns(as_sent(variable["query"]))
        assert list(columns.values()) == ["text"] and shipped.rows


def test_grafana_layout(grafana):
    assert 39 <= grafana["schemaVersion"] <= 42
    panels = grafana["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 3
    taken = set()
    for panel in panels:
        at = panel["gridPos"]
        assert panel["title"] and panel["description"] and at["x"] + at["w"] <= 24
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
        assert panel["datasource"]["uid"] == "${DS_SAFETYCORR}" == panel["targets"][0]["datasource"]["uid"]
    assert grafana["__inputs"][0]["name"] == "DS_SAFETYCORR"
    assert {require["id"] for require in grafana["__requires"] if require["type"] == "panel"} == {
        panel["type"] for panel in panels}


def compiled(tools, folder, dashboards):
    """What the TypeScript compiler says of them, held against Grafana's types."""
    (folder / "node_modules").symlink_to(tools / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    shutil.copy(BI / "tools" / "dashboard.ts", folder)
    for name, text in dashboards.items():
        (folder / f"{name}.ts").write_text(
            'import type {SafetycorrDashboard} from "./dashboard";\n'
            f"export const dashboard: SafetycorrDashboard = {text};\n", encoding="utf-8")
    return subprocess.run(
        [tools / "node_modules/.bin/tsc", "--noEmit", "--strict", "--skipLibCheck", "--moduleResolution", "bundler",
         "--module", "esnext", "--target", "es2022", *(f"{name}.ts" for name in dashboards)],
        cwd=folder, stdout=subprocess.PIPE, encoding="utf-8", timeout=60).stdout


def test_grafana_types(tools, tmp_path):
    texts = {path.stem: path.read_text(encoding="utf-8") for path in GRAFANA}
    breaks = [('"format": "table"', '"format": "tables"'), ('"orientation": "horizontal"', '"orientation": "across"'),
              ('"show": "points"', '"show": "dots"'), ('"fillOpacity": 90', '"fillOpacity": "90"'),
              ('"schemaVersion": 39', '"schemaVersion": "39"'), ('"showHeader"', '"showHead"')]
    for number_, (old, new) in enumerate(breaks):
        assert old in texts["capabilities"]
        texts[f"broken_{number_}"] = texts["capabilities"].replace(old, new, 1)
    said = compiled(tools, tmp_path, texts)
    wrong = {line.split("(")[0] for line in said.splitlines() if ": error TS" in line}
    assert wrong == {f"broken_{number_}.ts" for number_ in range(len(breaks))}, said


def test_grafana_provisioning(yaml, grafana):
    files = yaml((SHIPPED / "grafana" / "provisioning").glob("*/*.yaml"))
    source, = [entry for value in files.values() for entry in value.get("datasources", [])]
    assert source["type"] == "grafana-postgresql-datasource" and source["user"] == "dashboard_reader"
    assert source["secureJsonData"]["password"].startswith("$")
    # an import asks for the data source; files are given it by the command of the README
    command, = re.findall(r"sed '[^']+'", TEXTS["src/dashboards/README.md"])
    written = subprocess.run(["sh", "-c", command], input=json.dumps(grafana, indent=1), check=True,
                             stdout=subprocess.PIPE, encoding="utf-8").stdout
    assert "${DS_" not in written
    assert {panel["datasource"]["uid"] for panel in json.loads(written)["panels"]} == {source["uid"]}
    provider, = [entry for value in files.values() for entry in value.get("providers", [])]
    assert provider["type"] == "file" and provider["options"]["path"]


# ---------------------------------------------------------------------------
# Metabase
# ---------------------------------------------------------------------------

METABASE = SHIPPED / "metabase"


@pytest.fixture(scope="module")
def metabase(yaml):
    return list(yaml(METABASE.rglob("*.yaml")).values())


def of_model(entities, model):
    return [entity for entity in entities if entity["serdes/meta"][-1]["model"] == model]


def validate(tools, folder):
    return subprocess.run(["node", tools / "node_modules/.bin/representations", "validate-schema", "--folder", folder],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=60)


def test_metabase_format(tools, metabase, tmp_path):
    if int(subprocess.run(["node", "--version"], stdout=subprocess.PIPE, encoding="utf-8").stdout[1:3]) < 20:
        pytest.skip("the validator of Metabase's format needs Node.js 20")
    run = validate(tools, METABASE)
    assert run.returncode == 0 and f"{len(metabase)} passed, 0 failed" in run.stdout, run.stdout
    shutil.copytree(METABASE, tmp_path / "broken")
    card = tmp_path / "broken/collections/main/safetycorr/score_against_capability.yaml"
    card.write_text(card.read_text(encoding="utf-8").replace("display: scatter", "display: scattered"), encoding="utf-8")
    assert validate(tools, tmp_path / "broken").returncode != 0


def test_metabase_queries(metabase, shipped):
    cards = of_model(metabase, "Card")
    assert len(cards) == 10
    for card in cards:
        stage, = card["dataset_query"]["stages"]
        tags = {tag["name"]: tag for tag in stage["template-tags"]}
        assert set(re.findall(r"\{\{(\w+)\}\}", stage["native"])) == set(tags), card["name"]
        assert {parameter["slug"]: parameter["id"] for parameter in card["parameters"]} == {
            name: tag["id"] for name, tag in tags.items()}
        columns = shipped.columns(re.sub(r"\{\{(\w+)\}\}", lambda match: quoted(tags[match[1]]["default"]), stage["native"]))
        assert shipped.rows, card["name"]
        assert set(columns.values()) <= set(TYPES.values()), card["name"]

        settings = card["visualization_settings"]
        numeric = {*settings.get("graph.metrics", []), *([settings["table.cell_column"]] if "table.pivot" in settings else [])}
        named = numeric | {*settings.get("graph.dimensions", []), *([settings["table.pivot_column"]] if "table.pivot" in settings else [])}
        named |= {column["name"] for column in settings.get("table.columns", [])}
        named |= {json.loads(key)[1] for key in settings.get("column_settings", {})}
        named |= {name for rule in settings.get("table.column_formatting", []) for name in rule["columns"]}
        assert named <= set(columns), card["name"]
        assert all(columns[name] in NUMBERS for name in numeric), card["name"]
        if "table.columns" in settings:
            assert {column["name"] for column in settings["table.columns"]} == set(columns)
        if numeric == {"corr"} and "graph.metrics" in settings:
            assert (settings["graph.y_axis.min"], settings["graph.y_axis.max"]) == (-1, 1)


def test_reports_have_the_order_of_the_function(metabase, shipped):
    """
    They come first in Grafana and in Metabase; a view has no order, their queries have: that of the
    function, but for ends of intervals that are the same once they are rounded.
    """
    panel = json.loads(GRAFANA[0].read_text(encoding="utf-8"))["panels"][0]
    dashboard, = of_model(metabase, "Dashboard")
    card, = [card for card in of_model(metabase, "Card") if card["entity_id"] == dashboard["dashcards"][0]["card_id"]]

    def place(verdict, corr, interval):
        low, high = map(float, interval.split(" to "))
        return verdict, max(abs(low), abs(high)) if verdict == "low" else low if corr >= 0 else -high

    report = shipped.owner.rows("SELECT benchmark, verdict, corr, interval FROM evaluation, capabilities_report(m) WHERE stratum = '(all)'")
    places = {benchmark: place(*rest) for benchmark, *rest in report}
    wanted = [places[benchmark] for benchmark, *_ in report]
    assert len(set(wanted)) > 12
    for sql in as_sent(panel["targets"][0]["rawSql"]), card["dataset_query"]["stages"][0]["native"].replace("{{stratum}}", quoted(EVERYTHING)):
        columns = list(shipped.columns(sql))
        assert {"corr", "interval", "verdict", "note"} < set(columns)
        assert [places[row[columns.index("benchmark")]] for row in shipped.rows] == wanted
        assert len({row[columns.index("benchmark")] for row in shipped.rows}) == len(wanted)


def test_metabase_links(metabase):
    collection, = of_model(metabase, "Collection")
    dashboard, = of_model(metabase, "Dashboard")
    cards = {card["entity_id"]: card for card in of_model(metabase, "Card")}
    assert {entity["collection_id"] for entity in (dashboard, *cards.values())} == {collection["entity_id"]}
    assert sorted(placed["card_id"] for placed in dashboard["dashcards"]) == sorted(cards)
    parameters = {parameter["id"]: parameter["slug"] for parameter in dashboard["parameters"]}
    taken = set()
    for placed in dashboard["dashcards"]:
        stage, = cards[placed["card_id"]]["dataset_query"]["stages"]
        mapped = {mapping["target"][1][1]: parameters[mapping["parameter_id"]] for mapping in placed["parameter_mappings"]}
        assert mapped == {tag["name"]: tag["name"] for tag in stage["template-tags"]}
        cells = {(x, y) for x in range(placed["col"], placed["col"] + placed["size_x"])
                 for y in range(placed["row"], placed["row"] + placed["size_y"])}
        assert not cells & taken and placed["col"] + placed["size_x"] <= 24
        taken |= cells


# ---------------------------------------------------------------------------
# Superset
# ---------------------------------------------------------------------------

VERDICTS = ("entangled", "positive", "low", "unresolved", "negative", "inverse")
SUPERSET_TYPES = {"TEXT": "text", "INTEGER": "int4", "DOUBLE PRECISION": "float8", "BOOLEAN": "bool", "NUMERIC": "numeric"}


@pytest.fixture(scope="module")
def superset(yaml):
    files = yaml((SHIPPED / "superset").rglob("*.yaml"))
    kinds = collections.defaultdict(list)
    for path, value in files.items():
        kinds[path.relative_to(SHIPPED / "superset").parts[0]].append(value)
    return kinds


def test_superset_datasets(superset, shipped):
    assert len(superset["datasets"]) == 8
    for dataset in superset["datasets"]:
        assert (dataset["schema"], dataset["sql"]) == ("dashboard", None)
        table = f'{dataset["schema"]}.{dataset["table_name"]}'
        declared = {column["column_name"]: SUPERSET_TYPES[column["type"]] for column in dataset["columns"]}
        computed = {column["column_name"]: column["expression"] for column in dataset["columns"] if column["expression"]}
        taken = ", ".join(f"{computed[name]} AS {name}" if name in computed else name for name in declared)
        assert shipped.columns(f"SELECT {taken} FROM {table}") == declared
        for metric in dataset["metrics"]:
            if "stratum" not in declared:
                kind, = shipped.columns(f"SELECT {metric['expression']} AS metric FROM {table}").values()
            else:
                # strata are never mixed: without a filter on them there is no number
                shipped.columns(f"SELECT {metric['expression']} AS metric FROM {table}")
                assert shipped.rows == [(None,)], metric
                kind, = shipped.columns(f"SELECT {metric['expression']} AS metric FROM {table} WHERE stratum = '(all)'").values()
                assert shipped.rows != [(None,)], metric
            assert kind in (*NUMBERS, "numeric"), metric


def listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def test_superset_charts(superset, shipped):
    """Columns, metrics and values of each chart are those of its dataset."""
    datasets = {dataset["uuid"]: dataset for dataset in superset["datasets"]}
    assert len(superset["charts"]) == 10
    for chart in superset["charts"]:
        dataset = datasets[chart["dataset_uuid"]]
        columns = {column["column_name"] for column in dataset["columns"]}
        metrics = {metric["metric_name"] for metric in dataset["metrics"]}
        params = chart["params"]
        assert params["viz_type"] == chart["viz_type"] and chart["description"]
        filters = [*params["adhoc_filters"], *params.get("adhoc_filters_b", [])]
        used = [*(each["subject"] for each in filters), *params.get("column_config", {}),
                *(json.loads(entry)[0] for entry in params.get("order_by_cols", []))]
        for key in ("all_columns", "groupbyRows", "groupbyColumns", "x_axis", "entity", "series", "groupby", "groupby_b"):
            used += listed(params.get(key))
        assert set(used) <= columns, chart["slice_name"]
        for each in filters:
            compared = {"==": "=", "!=": "<>"}.get(each["operator"], each["operator"])
            value = "" if each["comparator"] is None else quoted(str(each["comparator"]))
            shipped.columns(f"SELECT FROM {dataset['schema']}.{dataset['table_name']} WHERE {each['subject']} {compared} {value} LIMIT 1")
            assert shipped.rows, (chart["slice_name"], each["comparator"])
        wanted = [name for key in ("metrics", "metrics_b", "metric", "x", "y", "size") for name in listed(params.get(key))]
        assert set(wanted) <= metrics and (wanted or "all_columns" in params), chart["slice_name"]
        for rule in params.get("conditional_formatting", []):
            assert rule["column"] in {*params.get("all_columns", []), *wanted}
        if wanted == ["correlation"] and "y_axis_bounds" in params:
            assert params["y_axis_bounds"] == [-1, 1]


def test_superset_links(superset):
    database, = superset["databases"]
    assert "dashboard_reader" in database["sqlalchemy_uri"] and not database["allow_dml"]
    assert {dataset["database_uuid"] for dataset in superset["datasets"]} == {database["uuid"]}
    dashboard, = superset["dashboards"]
    position = dashboard["position"]
    placed = [value["meta"]["uuid"] for value in position.values() if isinstance(value, dict) and value["type"] == "CHART"]
    assert sorted(placed) == sorted(chart["uuid"] for chart in superset["charts"])
    for key, value in position.items():
        if not isinstance(value, dict):
            continue
        assert key == value["id"]
        for child in value.get("children", []):
            assert key in position[child].get("parents", [key])
        if value["type"] == "ROW":
            assert sum(position[child]["meta"]["width"] for child in value["children"]) <= 12
    # Superset applies a filter of the dashboard beside that of a chart: on one column both give nothing
    names = {dataset["uuid"]: {column["column_name"] for column in dataset["columns"]} for dataset in superset["datasets"]}
    charts = {chart["uuid"]: chart for chart in superset["charts"]}
    placed = {value["meta"]["chartId"]: charts[value["meta"]["uuid"]] for value in position.values()
              if isinstance(value, dict) and value["type"] == "CHART"}
    filtered = {}
    for each in dashboard["metadata"]["native_filter_configuration"]:
        column, = {target["column"]["name"] for target in each["targets"]}
        assert all(column in names[target["datasetUuid"]] for target in each["targets"])
        assert set(each["scope"]["excluded"]) < set(placed)
        filtered[column] = {chart["slice_name"] for number_, chart in placed.items() if number_ not in each["scope"]["excluded"]}
        for number_, chart in placed.items():
            if number_ not in each["scope"]["excluded"]:
                assert column in names[chart["dataset_uuid"]]
                assert column not in {condition["subject"] for condition in chart["params"]["adhoc_filters"]}
    # of each chart is said which stratum, or it shows them side by side; two are of one benchmark
    across = {chart["slice_name"] for chart in placed.values()
              if "stratum" in chart["params"].get("groupbyColumns", []) or "stratum_a" in chart["params"].get("all_columns", [])}
    assert filtered["stratum"] == {chart["slice_name"] for chart in placed.values()} - across
    assert filtered["benchmark"] == {"Score against capability", "Models beside what their capability predicts"}
    assert placed[1]["slice_name"].startswith("Report")
    # verdicts have the colours that they have in Grafana
    colours = {name: dashboard["metadata"]["label_colors"][name] for name in VERDICTS}
    text = GRAFANA[0].read_text(encoding="utf-8")
    assert all(re.search(rf'"{name}": \{{\s*"color": "{colour}"', text) for name, colour in colours.items())
    for chart in placed.values():
        painted = {rule["targetValue"]: rule["colorScheme"] for rule in chart["params"].get("conditional_formatting", [])
                   if rule["column"] == "verdict"}
        assert painted in ({}, colours)
    everything = [value["uuid"] for kind in ("databases", "datasets", "charts", "dashboards") for value in superset[kind]]
    assert len(set(everything)) == len(everything)
    metadata, = superset["metadata.yaml"]
    assert metadata["version"] == "1.0.0" and metadata["type"] == "Dashboard"
