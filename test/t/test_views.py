"""The views that create_capabilities_views makes: what BI tools see, and who may see it.

Their numbers are those of the analyses, their columns those of the catalogs, and
nothing that a name, a row or another user holds makes them into anything else.
Roles and the standby are real.
"""
import contextlib
import datetime
import subprocess
import threading
import time

import numpy as np
import psycopg2
import pytest
from scipy import stats

import conftest
from clusters import running_standby
from fingerprint import explain
from test_install import plant

CAPABILITIES = ["bbh", "gsm8k", "hellaswag", "math", "mmlu", "winogrande"]
LISTS = "'{bbh,gsm8k,hellaswag,math,mmlu,winogrande}', '{toxigen}', '{flop,released}', missing_ok => true"
CELLS = "merge(score_matrix(model, benchmark, score), score_matrix(model, 'released', released - DATE '1970-01-01'))"
MATRIX = f"annotate({CELLS}, {LISTS})"
WINDOW = 365  # days

# 30 models with releases 17 days apart, two of them on one day; scores that
# follow one ability more or less; gaps; a covariate.
EVALS = """
CREATE TABLE evals AS
SELECT 'model ' || i AS model, benchmark,
    CASE WHEN benchmark = 'flop' THEN 10 ^ (20 + i / 9.0)
        ELSE round((50 + i + 8 * sin(i * (3 + j)) + (j - 4) * cos(i * j * 2.1))::numeric, 2) END::numeric AS score,
    CASE WHEN i % 10 = 0 THEN NULL WHEN i % 3 = 0 THEN 'base' ELSE 'chat' END AS kind,
    DATE '2024-01-10' + 17 * (i - (i = 20)::int) AS released
FROM generate_series(1, 30) AS i,
    unnest('{bbh,flop,gsm8k,hellaswag,math,mmlu,toxigen,truthfulqa,winogrande}'::text[]) WITH ORDINALITY AS b (benchmark, j)
WHERE (i, j) NOT IN ((4, 1), (7, 8), (8, 8), (11, 3))
"""
# Each view, its function with what the view adds to the call, its columns of it if not all.
VIEWS = {
    "capabilities_report": ("capabilities_report", "", None),
    "capabilities_correlations": ("capabilities_correlations", "", None),
    "capabilities_scores": ("capabilities_scores", ", resamples => 1000", None),
    "capabilities_loadings": ("capabilities_loadings", "", None),
    "capabilities_components": ("capabilities_components", "", None),
    "correlation_matrix": ("correlation_matrix", "", None),
    "correlation_matrix_beyond_capability": ("correlation_matrix", ", controlling => '{capability}'", None),
    "capabilities_scatter": ("capabilities_adjusted_scores", "", "model benchmark direction capability imputed score expected "
                           "pi_low pi_high status".split()),
    "capabilities_adjusted_scores": ("capabilities_adjusted_scores", "", None),
}
OVER_TIME = "capabilities_over_time"
STRATA = "capabilities_strata_differences"  # a row for each pair of strata
OF_ONE = [*VIEWS, OVER_TIME]
ALL = [*OF_ONE, STRATA]
TYPES = {"text", "integer", "double precision", "numeric", "boolean", "date", "timestamp with time zone"}


def everything(name="everything", source="evals", lists=LISTS.replace(",released", ""),
               dates=False, invoker=True):
    """An evaluation with one stratum, of all models; with release dates if wanted."""
    m = "score_matrix(model, benchmark, score)"
    if dates:
        m, lists = CELLS, LISTS
    return (f"CREATE OR REPLACE VIEW {name} WITH (security_invoker = {invoker}) AS "
            f"SELECT '(all)' AS stratum, annotate({m}, {lists}) AS m FROM {source}")


def by_kind(name="evaluation", source="evals", cells=CELLS):
    """An evaluation as the documents write it, by the column kind, with release dates."""
    return f"""CREATE OR REPLACE VIEW {name} WITH (security_invoker) AS
        WITH s AS (SELECT kind AS stratum, {cells} AS m FROM {source} GROUP BY kind)
        SELECT stratum, annotate(m, {LISTS}) AS m FROM (TABLE s UNION ALL SELECT '(all)', rollup(m) FROM s) AS t"""


def call(schema="bi", evaluation="everything", **options):
    options = "".join(f", {name} => {value}" for name, value in options.items())
    return f"SELECT * FROM create_capabilities_views('{schema}', '{evaluation}'{options})"


def made(db, schema="bi"):
    """Views and materialised views in a schema, with their OIDs."""
    return dict(db.rows("SELECT relname, oid FROM pg_class WHERE relnamespace = %s::regnamespace "
                        "AND relkind IN ('v', 'm')", (schema,)))


def columns(db, relation):
    return db.rows("""SELECT attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum)
        FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum""", (relation,))


def contents(db, schema="bi", views=ALL):
    return {view: sorted(db.rows(f"SELECT v::text FROM {schema}.{view} AS v")) for view in views}


@pytest.fixture(scope="module")
def data(db):
    db.rows(EVALS)
    db.rows(everything())
    db.rows(by_kind())
    db.rows("CREATE SCHEMA bi")
    assert [row[0] for row in db.rows(call(evaluation="evaluation"))] == ALL
    return db


@pytest.fixture
def work(data):
    """A schema for one test."""
    data.rows("DROP SCHEMA IF EXISTS work CASCADE; CREATE SCHEMA work")
    yield data
    data.rows("DROP SCHEMA work CASCADE")


@pytest.fixture
def sessions(work):
    """Two more sessions; closed before the schema is dropped, whatever they hold."""
    opened = [work.another(), work.another()]
    yield opened
    for session in opened:
        session.connection.close()


@contextlib.contextmanager
def roles(db, *names):
    """Roles that may log in, and a function that connects as one of them."""
    opened = []

    def connect(name, **options):
        session = conftest.Database.__new__(conftest.Database)
        session.name, session.connection = db.name, conftest.connect(db.name, user=name, **options)
        opened.append(session.connection)
        return session

    for name in names:
        db.rows(f"DROP ROLE IF EXISTS {name}")
        db.rows(f"CREATE ROLE {name} LOGIN")
    try:
        yield connect
    finally:
        for connection in opened:
            connection.close()
        for name in names:
            db.rows(f"DROP OWNED BY {name} CASCADE")
            db.rows(f"DROP ROLE {name}")


# ---------------------------------------------------------------------
# What is in them
# ---------------------------------------------------------------------

@pytest.mark.parametrize("view", OF_ONE)
def test_numbers_are_those_of_the_analysis(data, view):
    """Every column of the function, bit for bit, of all models and of each stratum."""
    function, more, some = VIEWS.get(view, (OVER_TIME, ", released => 'released'", None))
    wanted = some or [name for name, in data.rows(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass ORDER BY attnum", (f"{function}_row",))]
    assert [row[0] for row in columns(data, f"bi.{view}") if row[0] != "time"] == ["stratum", *wanted]
    found = data.rows(f"SELECT stratum, {', '.join(wanted)} FROM bi.{view}")
    direct = []
    for stratum, where in (("(all)", "true"), ("base", "kind = 'base'"), ("chat", "kind = 'chat'")):
        direct += data.rows(f"""SELECT '{stratum}', {', '.join('c.' + name for name in wanted)}
            FROM (SELECT {MATRIX} AS m FROM evals WHERE {where}) AS q, {function}(m{more}) AS c""")
    assert len(found) > 3 and sorted(found, key=repr) == sorted(direct, key=repr)
    assert {row[0] for row in found} == {"(all)", "base", "chat"}


def test_pairs_of_strata(data):
    """Every pair once, in C order, with the numbers of the function, bit for bit; those with (all) share its models."""
    wanted = [name for name, in data.rows("SELECT attname FROM pg_attribute WHERE attrelid = "
                                          "'capabilities_strata_difference_row'::regclass ORDER BY attnum")]
    assert [row[0] for row in columns(data, f"bi.{STRATA}")] == ["stratum_a", "stratum_b", *wanted]
    found = data.rows(f"SELECT stratum_a, stratum_b, {', '.join(wanted)} FROM bi.{STRATA}")
    direct = []
    for a, b in (("(all)", "base"), ("(all)", "chat"), ("base", "chat")):
        where = {name: "true" if name == "(all)" else f"kind = '{name}'" for name in (a, b)}
        direct += data.rows(f"""SELECT '{a}', '{b}', {', '.join('c.' + name for name in wanted)}
            FROM (SELECT {MATRIX} AS m FROM evals WHERE {where[a]}) AS x, (SELECT {MATRIX} AS m FROM evals WHERE {where[b]}) AS y,
                capabilities_strata_difference(x.m, y.m) AS c""")
    assert len(found) == 6 and sorted(found, key=repr) == sorted(direct, key=repr)
    status = {(row[0], row[-1]) for row in found}
    assert status == {("(all)", "models in both strata"), ("base", "independent strata supposed")}
    assert {(row[0], row[wanted.index("p_value") + 2] is None) for row in found} == {("(all)", True), ("base", False)}


def test_pairs_of_few_or_many(work):
    """One stratum makes no pair, and more than 20 too many; a view that is there stays."""
    work.rows("CREATE TABLE work.n (n int); CREATE VIEW work.many AS SELECT 's' || i AS stratum, m "
              "FROM everything, work.n, generate_series(1, n) AS i")
    def made_of(n):
        work.rows(f"TRUNCATE work.n; INSERT INTO work.n VALUES ({n})")
        return STRATA in {row[0] for row in work.rows(call("work", "work.many"))}
    assert [made_of(n) for n in (1, 21)] == [False, False]
    assert made_of(20) and work.value(f"SELECT count(*) FROM (SELECT DISTINCT stratum_a, stratum_b FROM work.{STRATA}) AS p") == 190
    assert made_of(1) and work.rows(f"SELECT * FROM work.{STRATA}") == []


def window_by_hand(scores, models, target, sign):
    """The recipe in numpy: n and the correlation, None where there is none."""
    complete = sorted(m for m in models if all((m, c) in scores for c in CAPABILITIES))
    with_target = [i for i, m in enumerate(complete) if (m, target) in scores]
    if len(complete) < 3 or len(with_target) < 3:
        return None
    x = np.array([[scores[m, c] for c in CAPABILITIES] for m in complete])
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    values, vectors = np.linalg.eigh(stats.spearmanr(x).statistic)
    if values[-1] - values[-2] <= 1e-9 * values[-1]:
        return None
    score = z @ (vectors[:, -1] * np.sign(vectors[:, -1].sum()))
    y = [sign * scores[complete[i], target] for i in with_target]
    return len(y), stats.spearmanr(y, score[with_target]).statistic


def test_moving_window(data):
    """Each window by hand: its models are those released in it, it ends on a release date."""
    rows = data.rows("SELECT model, benchmark, score::float8, kind, released FROM evals")
    scores = {(row[0], row[1]): row[2] for row in rows}
    compared = 0
    for stratum in ("(all)", "base", "chat"):
        released = {row[0]: row[4] for row in rows if stratum in ("(all)", row[3])}
        found = {(row[0], row[1]): row[2:] for row in data.rows(
            f"""SELECT window_end, benchmark, window_start, n, corr, status, "time" AT TIME ZONE 'UTC'
            FROM bi.{OVER_TIME} WHERE stratum = %s""", (stratum,))}
        ends = sorted(set(released.values()))
        assert {end for end, _ in found} <= set(ends) and len(ends) > 8
        for end in ends:
            start = end - datetime.timedelta(days=WINDOW - 1)
            models = [model for model, day in released.items() if start <= day <= end]
            for target, sign in (("toxigen", -1), ("truthfulqa", 1)):
                if not any((m, target) in scores for m in models):
                    assert (end, target) not in found
                    continue
                window_start, n, corr, status, instant = found[end, target]
                assert window_start == start and instant == datetime.datetime.combine(end, datetime.time())
                wanted = window_by_hand(scores, models, target, sign)
                if wanted is None:
                    assert corr is None and status != "ok"
                else:
                    assert n == wanted[0] and abs(corr - wanted[1]) < 1e-12
                    compared += 1
    assert compared > 90


def test_columns_are_plain_and_explained(work):
    """Types that every driver reads; a comment on every view and column; the caller's rights."""
    work.rows(call("work", "evaluation", materialized="true"))
    relations = made(work, "work")
    assert set(relations) == set(ALL) | {f"{view}_data" for view in ALL}
    for name in relations:
        found = columns(work, f"work.{name}")
        assert found[0][0] == ("stratum_a" if name.startswith(STRATA) else "stratum")
        assert {type_ for _, type_, _ in found} <= TYPES
        assert [column for column, _, text in found if not text or len(text) < 8] == [], name
        assert len(work.value("SELECT obj_description(%s::regclass)", (f"work.{name}",))) > 60
    assert work.rows("""SELECT relname FROM pg_class WHERE relnamespace = 'work'::regnamespace
        AND relkind = 'v' AND reloptions IS DISTINCT FROM '{security_invoker=true}'""") == []
    assert [name for name, _, _ in columns(work, f"work.{OVER_TIME}")[:4]] == [
        "stratum", "window_start", "window_end", "time"]
    # a comment is that of the view's own column
    assert "capability" in columns(work, "work.capabilities_scores")[5][2]
    assert "explained" in [row for row in columns(work, "work.capabilities_components") if row[0] == "ci_low"][0][2]


def test_materialized_is_the_same(work):
    """The same rows and columns as the plain views, from the views behind them."""
    assert len(work.rows(call("work", "evaluation", materialized="true"))) == 2 * len(ALL)
    assert contents(work, "work") == contents(work)
    for view in ALL:
        assert columns(work, f"work.{view}") == columns(work, f"bi.{view}")
        assert work.value(f"SELECT pg_get_viewdef('work.{view}'::regclass)").count("FROM") == 1
    plain = work.rows("""SELECT table_name FROM information_schema.tables WHERE table_schema = 'work'""")
    assert {row[0] for row in plain} == set(ALL)  # what tools list


ODD = """
SELECT model, benchmark, score::float8, kind, released - DATE '1970-01-01' AS day FROM evals
UNION ALL SELECT model, benchmark, 1, 'constant', released - DATE '1970-01-01' FROM evals
UNION ALL SELECT 'only ' || i, 'bbh', i, 'lacking', NULL FROM generate_series(1, 5) AS i
UNION ALL SELECT 'far ' || model, benchmark, score, 'two', 1e100 FROM evals WHERE model IN ('model 1', 'model 2')
UNION ALL SELECT 'nan ' || model, benchmark, 'NaN', 'nan', -1e9 FROM evals
UNION ALL SELECT 'null ' || model, benchmark, NULL, '', -719163 FROM evals
UNION ALL SELECT 'all ' || model, benchmark, score, NULL, 2932897 FROM evals
UNION ALL SELECT 'early', benchmark, 1e140, 'chat', -719162 FROM evals WHERE model = 'model 2'
"""


@pytest.mark.parametrize("materialized", ["false", "true"])
def test_null_never_nan(work, materialized):
    """Thin, constant and missing data, odd dates: rows with NULL and a status, or no rows."""
    work.rows(f"CREATE VIEW work.odd AS {ODD}")
    work.rows(by_kind("work.evaluation", "work.odd",
                      cells="merge(score_matrix(model, benchmark, score), score_matrix(model, 'released', day))"))
    work.rows(call("work", "work.evaluation", materialized=materialized))
    strata = {view: {row[0] for row in work.rows(f"SELECT DISTINCT stratum FROM work.{view}")} for view in OF_ONE}
    assert strata["capabilities_scores"] == strata["correlation_matrix"] == {"(all)", "base", "chat", "constant", "two", "lacking", "nan", ""}
    assert work.rows("""SELECT DISTINCT capability, status FROM work.capabilities_scores WHERE stratum IN ('lacking', 'nan', '')""") == [
        (None, "capability benchmark without scores")]
    for view in ALL:
        for name, type_, _ in columns(work, f"work.{view}"):
            if type_ == "double precision":
                assert work.value(f"SELECT count(*) FROM work.{view} WHERE {name} IN ('NaN', 'Infinity', '-Infinity')") == 0
    # 28 pairs, but three strata have no targets at all
    assert work.row(f"""SELECT count(DISTINCT (stratum_a, stratum_b)), count(*) FILTER (WHERE difference IS NULL AND status = 'independent strata supposed')
        FROM work.{STRATA}""") == (25, 0)
    assert work.row("""SELECT DISTINCT corr, status FROM work.capabilities_correlations
        WHERE stratum = 'two'""") == (None, "too few complete models")
    # NULL is in all alone
    assert work.value("SELECT count(*) FROM work.capabilities_scores WHERE stratum = '(all)' AND model = 'all model 1'") == 1
    # dates outside the years 1 to 9999 are in no window
    assert strata[OVER_TIME] == {"(all)", "base", "chat", "constant"}
    assert work.row(f"SELECT min(window_start)::text, min(window_end)::text, max(window_end)::text FROM work.{OVER_TIME} WHERE stratum = 'chat'") == (
        "0001-01-01", "0001-01-01", "2025-05-17")


def test_no_rows_is_no_error(work):
    """Views made before there is data, and whose data are gone."""
    work.rows("CREATE TABLE work.empty (LIKE evals)")
    work.rows(by_kind("work.evaluation", "work.empty"))
    work.rows(everything("work.everything", "work.empty", dates=True))
    for evaluation in ("work.everything", "work.evaluation"):
        assert [row[0] for row in work.rows(call("work", evaluation))] == list(VIEWS)  # there are no dates yet
        assert all(rows == [] for rows in contents(work, "work", VIEWS).values())
    work.rows("INSERT INTO work.empty SELECT * FROM evals")
    assert work.rows("SELECT * FROM work.capabilities_correlations WHERE stratum = '(all)'") == data_rows(work)
    assert len(work.rows(call("work", "work.evaluation"))) == len(ALL)
    assert contents(work, "work") == contents(work)
    # a view over time that is there stays, and waits for dates
    work.rows("GRANT SELECT ON work.capabilities_over_time TO PUBLIC")
    work.rows("UPDATE work.empty SET released = NULL")
    assert work.rows(f"SELECT * FROM work.{OVER_TIME}") == []
    assert len(work.rows(call("work", "work.evaluation"))) == len(ALL)
    assert work.rows(f"SELECT * FROM work.{OVER_TIME}") == []
    assert work.value("SELECT has_table_privilege('public', 'work.capabilities_over_time', 'SELECT')")
    work.rows("TRUNCATE work.empty")
    assert len(work.rows(call("work", "work.evaluation"))) == len(ALL)


def test_dates_are_a_covariate_of_the_stratum(work):
    """A benchmark of that name that is something else in another stratum is no date there, and no error of them all."""
    work.rows("CREATE VIEW work.mixed AS TABLE evaluation UNION ALL SELECT kind, annotate(m, capabilities, covariates => '{}') FROM (VALUES "
              "('capability', '{mmlu,math,released}'::text[]), ('nothing', '{mmlu,math}')) AS v (kind, capabilities), "
              "evaluation WHERE stratum = '(all)'")
    work.rows(call("work", "work.mixed"))
    assert contents(work, "work", [OVER_TIME]) == contents(work, views=[OVER_TIME])
    assert {"capability", "nothing"} < {row[0] for row in work.rows("SELECT stratum FROM work.capabilities_correlations")}


def data_rows(db, view="capabilities_correlations"):
    return db.rows(f"SELECT * FROM bi.{view} WHERE stratum = '(all)'")


def analyses(plan):
    """Calls of the function of a view; roles() only says which strata have dates."""
    return [n for n in plan if n["Node Type"] == "Function Scan" and n["Alias"] != "r"]


def test_table_is_read_and_analysed_once(data):
    """One scan of the table, one call of the function for each stratum."""
    for view in ALL:
        plan, _ = explain(data, f"SELECT * FROM bi.{view}", analyze=True)
        scans = [n for n in plan if n.get("Relation Name") == "evals"]
        functions = analyses(plan)
        assert len(scans) == 1 and scans[0]["Actual Loops"] == 1, view
        assert len(functions) == 1, view
        assert functions[0]["Actual Loops"] == 3, view
    # a filter on strata leaves out their analyses
    for view in ALL:
        column = "stratum_b = 'chat' AND stratum_a" if view == STRATA else "stratum"
        other = "base" if view == STRATA else "chat"
        plan, _ = explain(data, f"SELECT * FROM bi.{view} WHERE {column} = '{other}'", analyze=True)
        assert [n["Actual Loops"] for n in analyses(plan)] == [1], view


WITH_DATES = """(SELECT model, benchmark, score::float8, kind FROM work.many
    UNION ALL SELECT model, 'released', (released - DATE '1970-01-01')::float8, kind FROM work.models) AS cell"""


@pytest.mark.parametrize("rows, cells", [("work.many", CELLS), (WITH_DATES, "score_matrix(model, benchmark, score)")])
def test_strata_in_parallel(work, rows, cells):
    """Workers share the table also with strata and dates, and give the same bits."""
    work.rows("CREATE TABLE work.many AS SELECT e.* FROM evals AS e, generate_series(1, 200); "
              "CREATE TABLE work.models AS SELECT DISTINCT model, kind, released FROM evals")
    work.rows("ANALYZE work.many; ANALYZE work.models")
    work.rows(by_kind("work.evaluation", rows, cells=cells))
    work.rows(call("work", "work.evaluation"))
    serial = contents(work, "work")
    for setting in ("parallel_setup_cost = 0", "min_parallel_table_scan_size = 0"):
        work.rows("SET " + setting)
    try:
        for view in ALL:
            plan, _ = explain(work, f"SELECT * FROM work.{view}")
            assert any(n.get("Partial Mode") == "Partial" for n in plan), view
        assert contents(work, "work") == serial
    finally:
        work.rows("RESET ALL")


# ---------------------------------------------------------------------
# What they are made of
# ---------------------------------------------------------------------

EVALUATIONS = {
    "view of its owner": "CREATE VIEW work.source AS SELECT * FROM evaluation",
    "materialized view": "CREATE MATERIALIZED VIEW work.source AS SELECT * FROM evaluation",
    "table": "CREATE TABLE work.source AS SELECT 1 AS number, m, stratum FROM evaluation",
    "partitioned table": """CREATE TABLE work.source (m score_matrix, stratum text) PARTITION BY LIST (stratum);
        CREATE TABLE work.p1 PARTITION OF work.source FOR VALUES IN ('base', NULL);
        CREATE TABLE work.p2 PARTITION OF work.source DEFAULT;
        INSERT INTO work.source SELECT m, stratum FROM evaluation""",
    "foreign table": """CREATE EXTENSION IF NOT EXISTS postgres_fdw;
        CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{host}', dbname '{dbname}');
        CREATE USER MAPPING FOR CURRENT_USER SERVER loop;
        CREATE FOREIGN TABLE work.source (stratum text, m score_matrix)
            SERVER loop OPTIONS (schema_name 'public', table_name 'evaluation')""",
    "domains": """CREATE DOMAIN work.matrix AS score_matrix NOT NULL; CREATE DOMAIN work.kind AS text COLLATE "C" NOT NULL;
        CREATE VIEW work.source AS SELECT stratum::work.kind, m::work.matrix FROM evaluation WHERE stratum IS NOT NULL""",
    "another collation": "CREATE VIEW work.source AS SELECT stratum COLLATE \"C\", m FROM evaluation",
    "ignoring case": """CREATE COLLATION work.nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE VIEW work.source AS SELECT stratum COLLATE work.nocase AS stratum, m FROM evaluation""",
}


@pytest.mark.parametrize("source", EVALUATIONS)
def test_evaluations(work, source):
    """Whatever holds the matrices."""
    if source == "ignoring case" and not work.value("SELECT count(*) > 0 FROM pg_collation WHERE collname = 'und-x-icu'"):
        pytest.skip("the server has no ICU")
    try:
        work.rows(EVALUATIONS[source].format(host=work.connection.info.host, dbname=work.name))
        work.rows(call("work"))  # which then are replaced
        work.rows(call("work", "work.source"))
        assert contents(work, "work") == contents(work)
        work.rows(call("work", "work.source", materialized="true"))
        assert contents(work, "work") == contents(work)
    finally:
        if source == "foreign table":
            work.rows("DROP SERVER IF EXISTS loop CASCADE")


WRONG = [
    ("work", "evals", {}, "42703", '"stratum"'),
    ("work", "work.no_stratum", {}, "42703", '"stratum"'),
    ("work", "work.no_columns", {}, "42703", '"stratum"'),
    ("work", "work.dropped", {}, "42703", '"m"'),
    ("work", "work.quoted", {}, "42703", '"Stratum"'),
    ("work", "work.varchars", {}, "42804", "Cast it to text"),
    ("work", "work.texts", {}, "42804", "score_matrix"),
    ("work", "work.arrays", {}, "42804", "score_matrix"),
    ("work", "evaluation", {"materialized": "NULL"}, "22023", "materialized"),
    ("nowhere", "evaluation", {}, "3F000", "CREATE SCHEMA"),
    ("pg_catalog", "evaluation", {}, "42501", "pg_catalog"),
    ("work", "work.numbers", {}, "42809", "numbers"),
    ("work", "work.composite", {}, "42809", "composite"),
    ("work", "work.index", {}, "42809", "index"),
    ("work", "pg_temp.passing", {}, "42809", "temporary"),
    ("work", "pg_temp.passing_view", {}, "42809", "temporary"),
    ("work", "work.unmarked", {}, "22023", "annotate"),
    ("work", "work.twice", {}, "23505", "rollup"),
    ("work", "work.two_roles", {}, "22023", 'stratum "(all)" of work.two_roles has marks that do not fit together'),
    ("work", "work.two_directions", {}, "22023", 'Benchmark "toxigen" has two directions.'),
]


@pytest.mark.parametrize("schema, evaluation, options, code, text", WRONG)
def test_wrong_arguments(work, schema, evaluation, options, code, text):
    """The error names what is wrong, and says what to do."""
    work.rows("""CREATE SEQUENCE work.numbers; CREATE TYPE work.composite AS (stratum text, m score_matrix);
        CREATE VIEW work.no_stratum AS SELECT m FROM evaluation; CREATE TABLE work.no_columns ();
        CREATE TABLE work.dropped AS SELECT * FROM evaluation; ALTER TABLE work.dropped DROP COLUMN m; CREATE INDEX index ON work.dropped (stratum);
        CREATE VIEW work.quoted AS SELECT stratum AS "Stratum", m FROM evaluation;
        CREATE VIEW work.varchars AS SELECT stratum::varchar(20), m FROM evaluation;
        CREATE VIEW work.texts AS SELECT stratum, m::text FROM evaluation; CREATE VIEW work.arrays AS SELECT stratum, ARRAY[m] AS m FROM evaluation;
        CREATE VIEW work.unmarked AS SELECT kind AS stratum, score_matrix(model, benchmark, score) AS m FROM evals GROUP BY kind;
        CREATE VIEW work.twice AS TABLE evaluation UNION ALL SELECT 'base', m FROM evaluation;
        CREATE VIEW work.two_roles AS SELECT stratum, merge(m, annotate(subset(m, '{}'), targets => '{mmlu}', missing_ok => true)) AS m FROM evaluation WHERE stratum = '(all)';
        CREATE VIEW work.two_directions AS
            SELECT stratum, merge(m, annotate(subset(m, '{}'), higher_is_better => '{toxigen}', missing_ok => true)) AS m FROM evaluation;
        CREATE TEMP TABLE IF NOT EXISTS passing AS TABLE evaluation; CREATE OR REPLACE TEMP VIEW passing_view AS TABLE evaluation""")
    error = work.error(call(schema, evaluation, **options))
    message = f"{error} {error.diag.message_hint} {error.diag.message_detail}"
    assert error.pgcode == code and text in message, message
    assert not set(made(work, "work")) & set(ALL)


def test_null_and_unknown_relations(work):
    assert work.error("SELECT create_capabilities_views('work', NULL)").pgcode == "22023"
    assert work.error("SELECT create_capabilities_views(NULL, 'evaluation')").pgcode == "22023"
    assert work.error("SELECT create_capabilities_views('work', 0)").pgcode == "42P01"
    assert work.error("SELECT create_capabilities_views('work', 'nothing')").pgcode == "42P01"


@pytest.mark.parametrize("again", ["TABLE work.{}", "SELECT stratum, m FROM (TABLE evaluation) AS e WHERE stratum IN (SELECT stratum FROM work.{})"])
@pytest.mark.parametrize("name, materialized", [("capabilities_scores", "false"), ("capabilities_scores_data", "true")])
def test_an_evaluation_made_of_the_views(work, again, name, materialized):
    """It would never end, whatever stands between."""
    work.rows(call("work", materialized=materialized))
    select = "SELECT DISTINCT stratum, NULL::score_matrix AS m FROM work.{}" if again.startswith("TABLE") else again
    work.rows(f"CREATE VIEW work.between AS {select.format(name)}; CREATE VIEW work.circle AS TABLE work.between")
    for materialized in ("false", "true"):
        error = work.error(call("work", "work.circle", materialized=materialized))
        assert error.pgcode == "22023" and f"work.{name}" in str(error)
    work.rows("CREATE SCHEMA elsewhere")
    try:
        work.rows(call("elsewhere", "work.circle"))
    finally:
        work.rows("DROP SCHEMA elsewhere CASCADE")


@pytest.mark.parametrize("row, code", [("'m', 'b', 'Infinity'", "22003"), ("NULL, 'b', 1", "22004"), ("'m', NULL, 1", "22004")])
def test_bad_scores_are_found_when_the_views_are_made(work, row, code):
    """Not when somebody looks."""
    work.rows("CREATE TABLE work.source AS SELECT model, benchmark, score FROM evals")
    work.rows(f"INSERT INTO work.source VALUES ({row})")
    work.rows(everything("work.everything", "work.source"))
    assert work.error(call("work", "work.everything")).pgcode == code


# ---------------------------------------------------------------------
# Again, and away
# ---------------------------------------------------------------------

def test_again(work):
    """The same objects with the same rights, whatever the parameters, and dependents go on."""
    with roles(work, "sc_views_reader") as connect:
        work.rows("GRANT USAGE ON SCHEMA work TO sc_views_reader; GRANT SELECT ON evals, everything, evaluation TO sc_views_reader")
        work.rows(call("work"))
        first = made(work, "work")
        work.rows("GRANT SELECT ON ALL TABLES IN SCHEMA work TO sc_views_reader WITH GRANT OPTION")
        work.rows("CREATE VIEW work.mine AS SELECT benchmark, corr FROM work.capabilities_correlations")
        mine = work.rows("SELECT * FROM work.mine")
        work.rows(call("work"))
        assert {name: oid for name, oid in made(work, "work").items() if name != "mine"} == first
        # other capabilities, strata, time
        work.rows(by_kind("fewer").replace("{bbh,gsm8k,hellaswag,math,mmlu,winogrande}", "{bbh,mmlu}"))
        work.rows("GRANT SELECT ON fewer TO sc_views_reader")
        work.rows(call("work", "fewer"))
        assert len(made(work, "work")) == len(ALL) + 1 and work.rows("SELECT * FROM work.mine") != mine
        assert "materialized" not in work.value(f"SELECT obj_description('work.{OVER_TIME}'::regclass)")
        # materialised, twice; who could read view and source reads the data, and rights on these stay too
        work.rows(call("work", materialized="true"))
        assert work.rows(f"SELECT * FROM work.{OVER_TIME}") == []
        assert len(connect("sc_views_reader").rows("TABLE work.capabilities_scatter")) > 50
        work.rows("GRANT SELECT ON work.capabilities_scatter_data TO PUBLIC")
        work.rows(call("work", materialized="true"))
        assert len(connect("sc_views_reader").rows("TABLE work.capabilities_scatter")) > 50
        assert work.value("SELECT relacl::text FROM pg_class WHERE oid = 'work.capabilities_scatter_data'::regclass").count("=r") == 2
        assert work.rows("SELECT * FROM work.mine") == mine
        # and plain again
        work.rows(call("work"))
        again = made(work, "work")
        assert again.pop("mine") and again.pop(OVER_TIME) and again.pop(STRATA) and again == first
        assert "r*/" in work.value("SELECT relacl::text FROM pg_class WHERE oid = 'work.capabilities_scatter'::regclass")
        dropped = work.error("SELECT drop_capabilities_views('work')")
        assert dropped.pgcode == "2BP01" and len(made(work, "work")) == len(ALL) + 1
        work.rows("DROP VIEW work.mine")
        assert len(work.rows("SELECT drop_capabilities_views('work')")) == len(ALL)
        work.rows("DROP VIEW fewer")
        assert made(work, "work") == {} and work.rows("SELECT drop_capabilities_views('work')") == []


def test_rights_on_columns_stay(work):
    """A reader of some columns goes on reading them: views made anew, materialized, plain again, of other columns."""
    with roles(work, "sc_views_reader") as connect:
        reader = connect("sc_views_reader")
        work.rows("GRANT USAGE ON SCHEMA work TO sc_views_reader; GRANT SELECT ON evals, everything, evaluation TO sc_views_reader")
        work.rows(call("work"))
        work.rows("GRANT SELECT (benchmark, corr) ON work.capabilities_correlations TO sc_views_reader; "
                  "GRANT SELECT (benchmark) ON work.capabilities_correlations TO sc_views_reader WITH GRANT OPTION")
        readable = "SELECT benchmark, corr FROM work.capabilities_correlations"
        rights = """SELECT attname::text, attacl::text FROM pg_attribute WHERE attrelid = 'work.capabilities_correlations{}'::regclass
            AND attacl IS NOT NULL ORDER BY 1"""
        wanted = work.rows(rights.format(""))
        assert [name for name, _ in wanted] == ["benchmark", "corr"] and "r*" in wanted[0][1]
        for i, options in enumerate(({}, {"materialized": "true"}, {"materialized": "true"}, {})):
            work.rows(call("work", **options))
            if i == 1:
                work.rows("GRANT SELECT (benchmark, corr) ON work.capabilities_correlations_data TO sc_views_reader; "
                          "GRANT SELECT (benchmark) ON work.capabilities_correlations_data TO sc_views_reader WITH GRANT OPTION")
            assert len(reader.rows(readable)) == 2
            assert reader.error("SELECT n FROM work.capabilities_correlations").pgcode == "42501"
            assert work.rows(rights.format("")) == wanted
            if options:
                assert work.rows(rights.format("_data")) == wanted
        # another version's view had a column more, and a right on it, which goes with it
        work.rows("DROP VIEW work.capabilities_correlations; "
                  "CREATE VIEW work.capabilities_correlations AS SELECT 'b' AS benchmark, 0.5 AS corr, 1 AS older; "
                  "GRANT SELECT (benchmark, corr, older) ON work.capabilities_correlations TO sc_views_reader")
        work.rows("COMMENT ON VIEW work.capabilities_correlations IS 'Made by create_capabilities_views() of safetycorr.'")
        work.rows(call("work"))
        assert len(reader.rows(readable)) == 2


# What may be asked of data by whom: the reader has SELECT on the view and the evaluation, and on the table if it says so.
READER = "sc_views_reader"
TABLE = "CREATE TABLE work.source AS SELECT * FROM evals"
OPEN = f"{TABLE}; GRANT SELECT ON work.source TO {READER}"
EVALUATION = f"{everything('work.mine', 'work.source')}; GRANT SELECT ON work.mine TO {READER}"
OWNERS = EVALUATION.replace("security_invoker = True", "security_invoker = False")
SOURCES_OF_READERS = {
    "table": (OPEN, EVALUATION, True),
    "by kind": (OPEN, f"{by_kind('work.mine', 'work.source')}; GRANT SELECT ON work.mine TO {READER}", True),
    "view of a view": (f"{OPEN}; CREATE VIEW work.v WITH (security_invoker) AS SELECT * FROM work.source WHERE kind IN (SELECT kind FROM work.source); "
                       f"GRANT SELECT ON work.v TO {READER}", EVALUATION.replace("work.source", "work.v"), True),
    "partitioned": ("CREATE TABLE work.source (LIKE evals) PARTITION BY LIST (kind); CREATE TABLE work.p PARTITION OF work.source DEFAULT; "
                    f"INSERT INTO work.source SELECT * FROM evals; GRANT SELECT ON work.source TO {READER}", EVALUATION, True),
    "by everybody": (f"{TABLE}; GRANT SELECT ON work.source TO PUBLIC", EVALUATION, True),
    "stored": (f"{TABLE}; {everything('work.made', 'work.source')}", f"CREATE TABLE work.mine AS TABLE work.made; GRANT SELECT ON work.mine TO {READER}", True),
    "stored, behind a view": (f"{TABLE}; CREATE MATERIALIZED VIEW work.made AS SELECT '(all)' AS stratum, {MATRIX} AS m FROM work.source; GRANT SELECT ON work.made TO {READER}",
                              f"CREATE VIEW work.mine WITH (security_invoker) AS TABLE work.made; GRANT SELECT ON work.mine TO {READER}", True),
    "view with its owner's rights": (TABLE, OWNERS, True),
    "no right": (TABLE, EVALUATION, False),
    "no right on the evaluation": (OPEN, EVALUATION.split(";")[0], False),
    "no right on a table of a subquery": (f"{OPEN}; CREATE TABLE work.chosen AS SELECT 'chat' AS kind",
                                          EVALUATION.replace("work.source", "work.source WHERE kind IN (SELECT kind FROM work.chosen)"), False),
    "some columns": (f"{TABLE}; GRANT SELECT (model, benchmark, score) ON work.source TO {READER}", EVALUATION, False),
    "row-level security": (f"{OPEN}; ALTER TABLE work.source ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON work.source USING (kind = 'chat')", EVALUATION, False),
    "row-level security behind a view": (f"{OPEN}; ALTER TABLE work.source ENABLE ROW LEVEL SECURITY; "
                                         f"CREATE POLICY p ON work.source USING (kind = 'chat' OR current_user <> '{READER}')", OWNERS, False),
    "view that asks who": (OPEN, EVALUATION.replace("work.source", f"work.source WHERE kind = 'chat' OR current_user <> '{READER}'"), False),
    "owner's view that asks who": (TABLE, OWNERS.replace("work.source", f"work.source WHERE kind = 'chat' OR current_user <> '{READER}'"), False),
    "view that asks for a setting": (OPEN, EVALUATION.replace("work.source", "work.source WHERE kind = coalesce(current_setting('work.kind', true), kind)"), False),
    "view that asks a function": (f"{OPEN}; CREATE FUNCTION work.mine(text) RETURNS bool LANGUAGE sql STABLE AS 'SELECT $1 IS NOT NULL'",
                                  EVALUATION.replace("work.source", "work.source WHERE work.mine(kind)"), False),
    "view that asks an aggregate": (f"{OPEN}; CREATE FUNCTION work.next(int, text) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1 + 1'; "
                                    "CREATE AGGREGATE work.mine(text) (SFUNC = work.next, STYPE = int, INITCOND = 0)",
                                    EVALUATION.replace("work.source", "work.source HAVING work.mine(kind) > 0"), False),
    "below another view that asks who": (f"{OPEN}; CREATE VIEW work.v AS SELECT * FROM work.source WHERE kind = 'chat' OR current_user <> '{READER}'; "
                                         f"GRANT SELECT ON work.v TO {READER}", EVALUATION.replace("work.source", "work.v"), False),
    "no right on its schema": ("CREATE SCHEMA hidden; CREATE TABLE hidden.source AS SELECT * FROM evals; "
                               f"GRANT SELECT ON hidden.source TO {READER}", EVALUATION.replace("work.source", "hidden.source"), False)}


@pytest.mark.parametrize("source", SOURCES_OF_READERS)
def test_rights_go_on_when_views_become_materialized(work, source):
    """Readers of view and source go on reading; nobody reads what the source would not have shown, which is said."""
    table, evaluation, reads = SOURCES_OF_READERS[source]
    relation = "work.mine"
    with roles(work, "sc_views_reader") as connect:
        try:
            work.rows(f"{table}; {evaluation}; GRANT USAGE ON SCHEMA work TO sc_views_reader")
            work.rows(call("work", relation))
            work.rows("GRANT SELECT ON work.capabilities_scores TO sc_views_reader; "
                      "GRANT SELECT (stratum, benchmark, corr) ON work.capabilities_correlations TO sc_views_reader")
            before = work.rows("SELECT * FROM work.capabilities_scores")
            notes = dict(work.rows(call("work", relation, materialized="true").replace("*", "view, note", 1)))
            said = {name: note for name, note in notes.items() if note}
            for readable in ("SELECT * FROM work.capabilities_scores", "SELECT benchmark, corr FROM work.capabilities_correlations"):
                reader = connect("sc_views_reader")
                if reads:
                    assert len(reader.rows(readable)) > 1
                else:
                    assert reader.error(readable).pgcode == "42501"
            assert work.rows("SELECT * FROM work.capabilities_scores") == before
            assert set(said) == {"capabilities_scores_data", "capabilities_correlations_data"}
            assert {note.split(" to ")[0] for note in said.values()} == {"SELECT granted" if reads else "SELECT not granted"}
            assert all("to sc_views_reader" in note for note in said.values())
            # other views have no readers, and get none
            assert work.value("SELECT count(*) FROM pg_class WHERE relnamespace = 'work'::regnamespace AND relname LIKE '%_data' AND "
                              "has_table_privilege('sc_views_reader', oid, 'SELECT')") == (2 if reads else 0)
            # again, nothing is to be said
            assert [note for _, note in work.rows(call("work", relation, materialized="true").replace("*", "view, note", 1)) if note] == []
        finally:
            work.rows("DROP SCHEMA IF EXISTS hidden CASCADE")


KEEPS = {  # what is set on the data, and what is said of it
    "CREATE INDEX mine ON {} (n)": "index mine",
    "CREATE UNIQUE INDEX \"My own\" ON {} (benchmark, stratum)": "index \"My own\"",
    "CREATE INDEX mine ON {} (n); ALTER MATERIALIZED VIEW {} CLUSTER ON mine": "index mine (clustered)",
    "ALTER MATERIALIZED VIEW {} SET (fillfactor = 70, autovacuum_enabled = false)": "option fillfactor=70, option autovacuum_enabled=false",
    "ALTER MATERIALIZED VIEW {} SET (toast.autovacuum_enabled = false)": "option toast.autovacuum_enabled=false",
    "ALTER MATERIALIZED VIEW {} ALTER corr SET STATISTICS 500": "statistics target 500 of column corr",
    "ALTER MATERIALIZED VIEW {} ALTER corr SET (n_distinct = 7)": "n_distinct=7 of column corr",
    "ALTER MATERIALIZED VIEW {} ALTER status SET STORAGE plain": "storage plain of column status",
    "ALTER MATERIALIZED VIEW {} ALTER status SET COMPRESSION pglz": "compression pglz of column status",
    "CREATE STATISTICS work.of_mine ON benchmark, verdict FROM {}": "statistics of_mine"}


@pytest.mark.parametrize("setting", KEEPS)
def test_what_is_not_kept_is_said(work, setting):
    """Of materialized views, which are made anew; once, and only of those that had it."""
    again = call("work", materialized="true").replace("*", "view, note", 1)
    assert {note for _, note in work.rows(again)} == {None}
    assert {note for _, note in work.rows(again)} == {None}
    work.rows(setting.replace("{}", "work.capabilities_correlations_data"))
    notes = {view: note for view, note in work.rows(again) if note}
    assert notes == {"capabilities_correlations_data": "not kept: " + KEEPS[setting]}
    assert {note for _, note in work.rows(again)} == {None}


def test_old_strings_warn_of_nothing(work):
    """Our queries hold no backslash, which strings that are not as the standard says would warn of."""
    if work.connection.server_version >= 190000:
        pytest.skip("from 19 on strings are as the standard says, always")
    work.rows("SET standard_conforming_strings = off")
    try:
        del work.connection.notices[:]
        for options in ({}, {"materialized": "true"}, {"materialized": "true"}, {"evaluation": "evaluation"}):
            work.rows(call("work", **options))
        work.rows("SELECT drop_capabilities_views('work')")
        assert [notice for notice in work.connection.notices if notice.startswith("WARNING")] == []
    finally:
        work.rows("RESET standard_conforming_strings")


def test_what_a_plain_view_does_not_keep_is_said(work):
    """Options are those that we set; what hangs on a view that is only replaced stays."""
    work.rows(call("work"))
    work.rows("ALTER VIEW work.capabilities_scatter SET (security_barrier = true, security_invoker = false); "
              "ALTER VIEW work.capabilities_scatter ALTER score SET DEFAULT 0.5; "
              "CREATE RULE mine AS ON INSERT TO work.capabilities_scatter DO INSTEAD NOTHING")
    again = call("work").replace("*", "view, note", 1)
    notes = {view: note for view, note in work.rows(again) if note}
    assert notes == {"capabilities_scatter": "not kept: option security_barrier=true, option security_invoker=false"}
    assert {note for _, note in work.rows(again)} == {None}
    assert work.value("SELECT reloptions::text FROM pg_class WHERE oid = 'work.capabilities_scatter'::regclass") == "{security_invoker=true}"
    # of another version, with other columns: dropped and made anew
    work.rows("DROP VIEW work.capabilities_scatter; CREATE VIEW work.capabilities_scatter AS SELECT 1 AS score; "
              "COMMENT ON VIEW work.capabilities_scatter IS 'Made by create_capabilities_views() of safetycorr.'; "
              "ALTER VIEW work.capabilities_scatter ALTER score SET DEFAULT 5; "
              "CREATE RULE mine AS ON INSERT TO work.capabilities_scatter DO INSTEAD NOTHING")
    notes = {view: note for view, note in work.rows(again) if note}
    assert notes == {"capabilities_scatter": "not kept: rule mine, default 5 of column score"}


def test_event_triggers_find_their_tables(work):
    """What our commands set off has the caller's search_path, and nothing of it is left changed."""
    work.rows("""CREATE SCHEMA audit;
        CREATE TABLE audit.seen (event text, tag text, path text);
        CREATE FUNCTION audit.look() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO seen VALUES (tg_event, tg_tag, current_setting('search_path'));
        END $$;
        CREATE EVENT TRIGGER look_start ON ddl_command_start EXECUTE FUNCTION audit.look();
        CREATE EVENT TRIGGER look_end ON ddl_command_end EXECUTE FUNCTION audit.look();
        CREATE EVENT TRIGGER look_drop ON sql_drop EXECUTE FUNCTION audit.look();
        SET search_path = audit, public""")
    try:
        work.rows(call("work", "public.everything", materialized="true"))
        work.rows(call("work", "public.everything", materialized="true"))
        refresh = "REFRESH MATERIALIZED VIEW CONCURRENTLY work.capabilities_scores_data"
        if work.connection.server_version < 170000:
            work.rows("SELECT refresh_capabilities_views('work')")
        else:  # from 17 on this command has a path of its own, whoever gives it
            assert '"seen"' in str(work.error(refresh))
            work.rows(refresh.replace("CONCURRENTLY", ""))
        work.rows(call("work", "public.everything"))
        work.rows("SELECT drop_capabilities_views('work')")
        seen = work.rows("SELECT DISTINCT event, tag, path FROM audit.seen")
        assert {path for _, _, path in seen} == {"audit, public"}
        assert {tag for _, tag, _ in seen} >= {"CREATE VIEW", "CREATE MATERIALIZED VIEW", "CREATE INDEX", "COMMENT",
                                               "REFRESH MATERIALIZED VIEW", "DROP VIEW", "DROP MATERIALIZED VIEW"}
        assert {event for event, _, _ in seen} == {"ddl_command_start", "ddl_command_end", "sql_drop"}
        assert work.value("SHOW search_path") == "audit, public"
        # an error in one of them is an error of ours, and nothing is made
        work.rows("CREATE OR REPLACE FUNCTION audit.look() RETURNS event_trigger LANGUAGE plpgsql AS "
                  "$$ BEGIN IF tg_tag = 'COMMENT' THEN RAISE 'no comment'; END IF; END $$")
        assert "no comment" in str(work.error(call("work", "public.everything")))
        assert made(work, "work") == {}
    finally:
        work.rows("RESET search_path; DROP EVENT TRIGGER look_start; DROP EVENT TRIGGER look_end; "
                  "DROP EVENT TRIGGER look_drop; DROP SCHEMA audit CASCADE")


@pytest.mark.parametrize("blocked", ["SELECT drop_capabilities_views('work')", "SELECT refresh_capabilities_views('work')", "create"])
def test_no_lock_without_rights(work, sessions, blocked):
    """Who may not change the views cannot keep their owner waiting, nor wait for him."""
    sql = call("work") if blocked == "create" else blocked
    with roles(work, "sc_views_other") as connect:
        other, owner = connect("sc_views_other"), sessions[0]
        work.rows("GRANT USAGE ON SCHEMA work TO sc_views_other; GRANT SELECT ON evals, everything, evaluation TO sc_views_other")
        # there is nothing to drop or refresh: no lock either
        other.rows("BEGIN; SAVEPOINT s")
        if "drop" in sql:
            assert other.rows(sql) == []
        else:
            assert other.error(sql).pgcode == ("42P01" if "refresh" in sql else "42501")
            other.rows("ROLLBACK TO s")
        owner.rows("SET lock_timeout = '2s'")
        owner.rows(call("work", materialized="true"))
        other.rows("COMMIT")
        # the owner holds it: the other one does not wait
        owner.rows("BEGIN")
        owner.rows("SELECT refresh_capabilities_views('work')")
        other.rows("SET lock_timeout = '2s'; BEGIN; SAVEPOINT s")
        assert other.error(sql).pgcode == "42501"
        other.rows("ROLLBACK TO s")
        owner.rows("COMMIT")
        owner.rows("SELECT drop_capabilities_views('work')")
        other.rows("COMMIT")


def test_schema_is_looked_up_again(work, sessions):
    """While a call waits for another, the schema is renamed and a new one takes its name: that one gets the views."""
    first, second = sessions
    first.rows("BEGIN")
    first.rows(call("work"))
    done = []
    thread = threading.Thread(target=lambda: done.append(second.rows(call("work"))))
    thread.start()
    time.sleep(0.3)
    assert done == []
    first.rows("ALTER SCHEMA work RENAME TO work_before; CREATE SCHEMA work; COMMIT")
    thread.join(20)
    try:
        assert len(done[0]) == len(VIEWS)
        assert set(made(work, "work")) == set(made(work, "work_before")) != set()
    finally:
        work.rows("DROP SCHEMA work_before CASCADE")


def test_materialized_views_are_made_once(work):
    """The view over new data is its first and only form: engines that distribute views cannot replace one."""
    work.rows("""CREATE TABLE made_views (command text, object text);
        CREATE FUNCTION note_views() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO public.made_views SELECT command_tag, object_identity FROM pg_catalog.pg_event_trigger_ddl_commands();
        END $$;
        CREATE EVENT TRIGGER note_views ON ddl_command_end WHEN TAG IN ('CREATE VIEW', 'CREATE MATERIALIZED VIEW')
            EXECUTE FUNCTION note_views()""")
    try:
        work.rows(call("work", materialized="true"))
        noted = work.rows("SELECT object FROM made_views")
        assert len(noted) == 2 * len(VIEWS) == len(set(noted))
    finally:
        work.rows("DROP EVENT TRIGGER note_views; DROP FUNCTION note_views(); DROP TABLE made_views")


def test_older_columns(work):
    """Views of another version, with other columns, are made anew with the rights that they had."""
    mark = work.value("SELECT obj_description('bi.capabilities_scatter'::regclass)")
    work.rows("CREATE VIEW work.capabilities_scatter AS SELECT 1 AS stratum; "
              "GRANT SELECT ON work.capabilities_scatter TO PUBLIC")
    work.rows("COMMENT ON VIEW work.capabilities_scatter IS '%s'" % mark.replace("'", "''"))
    work.rows("CREATE VIEW work.mine AS SELECT * FROM work.capabilities_scatter")
    assert work.error(call("work")).pgcode == "2BP01"
    work.rows("DROP VIEW work.mine")
    work.rows(call("work"))
    assert len(columns(work, "work.capabilities_scatter")) == 11
    assert work.value("SELECT has_table_privilege('public', 'work.capabilities_scatter', 'SELECT')")


@pytest.mark.parametrize("kind, name", [
    ("VIEW", "capabilities_scatter"), ("TABLE", "correlation_matrix"), ("TABLE", "capabilities_scores_data"),
    ("MATERIALIZED VIEW", "capabilities_scores"), ("VIEW", "capabilities_scores_data")])
def test_what_is_not_ours_stays(work, kind, name):
    """Even a table with our comment; and nothing else is made."""
    work.rows(f"CREATE {kind} work.{name} AS SELECT 1 AS stratum")
    comment = work.value("SELECT obj_description('bi.capabilities_scatter'::regclass)")
    for text in ("by hand", comment if kind != "VIEW" or name.endswith("_data") else "Made by us"):
        work.rows(f"COMMENT ON {kind} work.{name} IS '{text}'")
        error = work.error(call("work", materialized="true"))
        assert error.pgcode == "42P07" and f"work.{name}" in str(error) and "another schema" in error.diag.message_hint
        assert work.rows("SELECT drop_capabilities_views('work')") == []
    assert work.rows(f"TABLE work.{name}") == [(1,)]


def test_what_is_not_ours_is_no_hindrance_unless_wanted(work):
    """Names that this call does not need."""
    work.rows(f"CREATE TABLE work.capabilities_scores_data (); CREATE TABLE work.{OVER_TIME} ()")
    work.rows(call("work"))
    assert len(work.rows("SELECT drop_capabilities_views('work')")) == len(VIEWS)
    assert work.error(call("work", "evaluation")).pgcode == "42P07"
    assert work.rows("TABLE work.capabilities_scores_data") == []


def test_dump_and_restore(work):
    """The views and their data go with a dump, and are known there as ours."""
    name = work.name + "_restored"
    work.rows(call("work", "evaluation", materialized="true"))
    wanted = contents(work, "work")
    dump = subprocess.run(["pg_dump", work.name], check=True, capture_output=True).stdout
    work.rows(f'CREATE DATABASE "{name}"')
    try:
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", name], input=dump, check=True,
                       stdout=subprocess.DEVNULL)
        restored = conftest.Database(name)
        assert contents(restored, "work") == wanted and contents(restored) == contents(work)
        assert len(restored.rows("SELECT refresh_capabilities_views('work')")) == len(ALL)
        assert len(restored.rows(call("work"))) == len(ALL)
        assert restored.error("DROP EXTENSION safetycorr").pgcode == "2BP01"
        restored.rows("CREATE SCHEMA \"Over there\"; ALTER EXTENSION safetycorr SET SCHEMA \"Over there\"")
        assert contents(restored) == contents(work)
        again = call("bi", "evaluation")
        assert len(restored.rows(again.replace("create_", '"Over there".create_'))) == len(ALL)
        assert contents(restored) == contents(work)
        restored.connection.close()
    finally:
        work.rows(f'DROP DATABASE "{name}" WITH (FORCE)')


# ---------------------------------------------------------------------
# Names that want to be more
# ---------------------------------------------------------------------

EVIL = ["a\"b", "a'b", "a;DROP TABLE victim;--", "/* a */", "*/ a /*", "a\\'b", "\\", "a\nb\r\n-- c", "$$", "$1", "%s %I %n",
        "Ünï €", "SELECT", "a.b", "'||(SELECT 1)||'", "\"; DROP TABLE victim; --", "E'\\x41'", "x'); DROP TABLE victim; --", "{a}", "a,b",
        "(all)", " "]


def ident(name):
    """A quoted name, in a statement that is given parameters."""
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


@pytest.mark.parametrize("evil, conforming", [(evil, "off") for evil in EVIL] + [(evil, "on") for evil in EVIL[:8]])
def test_injection(work, evil, conforming):
    """Schema, evaluation, benchmarks, models and strata of any name: the same numbers."""
    schema, length = evil + "s", len(evil) + 1
    table = f"{ident(schema)}.{ident(evil)}"
    correlations = """SELECT {0}, {1}, direction, n, corr, slope FROM {2}.capabilities_correlations ORDER BY 1, 2"""
    wanted = work.rows(correlations.format("stratum", "benchmark", "bi"))
    if conforming == "off" and work.connection.server_version >= 190000:
        if evil in EVIL[:8]:
            pytest.skip("from 19 on strings are as the standard says, always: it is the same test as with on")
        conforming = "on"
    work.rows(f"SET standard_conforming_strings = {conforming}; CREATE TABLE victim (); CREATE TABLE work.victim ()")
    try:
        work.rows(f"CREATE SCHEMA {ident(schema)}", ())
        work.rows(f"""CREATE TABLE {table} AS SELECT %s || stratum AS stratum, annotate(m, %s, %s, %s) AS m FROM (
            SELECT coalesce(kind, '(all)') AS stratum, merge(score_matrix(%s || model, %s || benchmark, score),
                score_matrix(%s || model, 'released', released - DATE '1970-01-01')) AS m
            FROM (SELECT * FROM evals WHERE kind IS NOT NULL UNION ALL SELECT model, benchmark, score, NULL, released FROM evals) AS u GROUP BY 1) AS s""",
                  (evil, [evil + name for name in CAPABILITIES], [evil + "toxigen"], [evil + "flop", "released"], evil, evil, evil))
        for materialized in (False, True):
            work.rows("SELECT create_capabilities_views(%s, (SELECT oid FROM pg_class WHERE relname = %s AND relkind = 'r'), %s)",
                      (schema, evil, materialized))
            assert sorted(work.rows(correlations.format(f"substr(stratum, {length})", f"substr(benchmark, {length})", ident(schema)), ())) == sorted(wanted)
            count = "SELECT count(*) FROM {}." + OVER_TIME
            assert work.value(count.format(ident(schema)), ()) == work.value(count.format("bi"))
        assert len(work.rows("SELECT refresh_capabilities_views(%s)", (schema,))) == len(ALL)
        comment = work.value("""SELECT obj_description(oid, 'pg_class') FROM pg_class WHERE relname = 'capabilities_scatter'
            AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s)""", (schema,))
        assert evil in comment.replace('""', '"')
        assert len(work.rows("SELECT drop_capabilities_views(%s)", (schema,))) == 2 * len(ALL)
        assert work.rows("SELECT 1 FROM victim UNION ALL SELECT 1 FROM work.victim") == []
    finally:
        work.rows("RESET ALL; DROP TABLE victim")
        work.rows(f"DROP SCHEMA IF EXISTS {ident(schema)} CASCADE", ())


# Operators that our queries use, of just the types that they use them with.
EXACT = [("<@", "text[]", "text[]", "bool"), ("-", "date", "int4", "date"), ("=", "oid", "oid", "bool"),
         *((operator, type_, type_, "bool") for operator in ("=", "<>", "<", "<=", ">", ">=") for type_ in ("text", "date"))]


def test_search_path_and_planted_functions(work):
    """What comes first on the path is not called; what lies in our schema stops the views."""
    name = work.name + "_evil"
    work.rows(f'CREATE DATABASE "{name}"')
    try:
        db = conftest.Database(name)
        db.rows("CREATE EXTENSION safetycorr")
        db.rows(EVALS)
        db.rows(by_kind())
        plant(db)
        for operator, left, right, result in EXACT:
            function = f"evil.exact_{left.strip('[]')}_{right.strip('[]')}_{result}"
            db.rows(f"CREATE OR REPLACE FUNCTION {function}(pg_catalog.{left}, pg_catalog.{right}) RETURNS pg_catalog.{result} "
                    f"LANGUAGE plpgsql AS $$ BEGIN RAISE 'evil operator'; END $$")
            db.rows(f"CREATE OPERATOR evil.{operator} (FUNCTION = {function}, LEFTARG = pg_catalog.{left}, RIGHTARG = pg_catalog.{right})")
        for type_ in ("date", "timestamp", "name"):
            db.rows(f"CREATE DOMAIN evil.{type_} AS pg_catalog.{type_} CHECK (false)")
        db.rows("CREATE FUNCTION evil.timezone(pg_catalog.text, pg_catalog.timestamp) RETURNS timestamptz LANGUAGE plpgsql "
                "AS $$ BEGIN RAISE 'evil function'; END $$; CREATE TABLE evil.pg_class (oid int); CREATE TABLE evil.evaluation ()")
        db.rows("CREATE SCHEMA bi")
        for path in ("evil, pg_catalog, public", "evil", "pg_temp"):
            db.rows(f"SET search_path = {path}")
            made_views = call("bi", "public.evaluation", materialized="true")
            db.rows(made_views.replace("create_", "public.create_"))
            db.rows("SELECT public.refresh_capabilities_views('bi')")
            db.rows(made_views.replace("create_", "public.create_").replace("materialized => true", "materialized => false"))
            assert {view: sorted(db.rows(f"SELECT v::pg_catalog.text FROM bi.{view} AS v")) for view in ALL} == contents(work)
        db.rows("RESET search_path")
        for name_, arguments, more, result in (
                ("benchmarks", "anyelement", "", "text[]"),
                ("capabilities_scores", "m score_matrix, resamples int", "", "TABLE (model text, capability float8, rank int4, "
                 "n_observed int4, ci_low float8, ci_high float8, rank_low int4, rank_high int4, n_resamples int4, status text)"),
                ("correlation_matrix", "m score_matrix", "", "TABLE (benchmark_a text, benchmark_b text, n int4, corr float8, status text)")):
            db.rows(f"CREATE FUNCTION {name_}({arguments}{more}) RETURNS {result} LANGUAGE plpgsql "
                    "AS $$ BEGIN RAISE 'planted'; END $$")
            for materialized in ("true", "false"):
                if name_ == "benchmarks":  # that one is not called
                    db.rows(call(evaluation="evaluation", materialized=materialized))
                else:
                    error = db.error(call(evaluation="evaluation", materialized=materialized))
                    assert error.pgcode == "42725" and name_ in str(error)
            db.rows(f"DROP FUNCTION {name_}({arguments}{', int' if more else ''})")
        db.connection.close()
    finally:
        work.rows(f'DROP DATABASE "{name}" WITH (FORCE)')


# ---------------------------------------------------------------------
# Who
# ---------------------------------------------------------------------

def read_only(connect, name, **options):
    return connect(name, options="-c default_transaction_read_only=on -c statement_timeout=5000", **options)


def test_read_only_role(work):
    """SELECT on views and table is all that it takes; with materialised views, on these."""
    with roles(work, "sc_views_owner", "sc_views_reader") as connect:
        work.rows("GRANT USAGE, CREATE ON SCHEMA work TO sc_views_owner; GRANT USAGE ON SCHEMA work TO sc_views_reader")
        owner, reader = connect("sc_views_owner"), read_only(connect, "sc_views_reader")
        assert owner.error(call("work")).pgcode == "42501"  # no right to read the scores
        work.rows("GRANT SELECT ON evals, everything, evaluation TO sc_views_owner")
        owner.rows(call("work", "evaluation"))
        owner.rows("GRANT SELECT ON ALL TABLES IN SCHEMA work TO sc_views_reader")
        for view in ALL:
            assert reader.error(f"TABLE work.{view}").pgcode == "42501"  # the views give no right on the table
        work.rows("GRANT SELECT ON evals, everything, evaluation TO sc_views_reader")
        assert contents(reader, "work") == contents(work)
        for function in (call("work"), "SELECT refresh_capabilities_views('work')", "SELECT drop_capabilities_views('work')"):
            assert reader.error(function).pgcode == "25006"
        writer = connect("sc_views_reader")
        assert writer.error(call("work")).pgcode == "42501"
        assert writer.error("SELECT drop_capabilities_views('work')").pgcode == "42501"
        work.rows("REVOKE SELECT ON evals FROM sc_views_reader")
        owner.rows(call("work", "evaluation", materialized="true"))
        assert reader.error("TABLE work.capabilities_scatter").pgcode == "42501"
        owner.rows("GRANT SELECT ON ALL TABLES IN SCHEMA work TO sc_views_reader")
        assert contents(reader, "work") == contents(work)
        assert writer.error("SELECT refresh_capabilities_views('work')").pgcode == "42501"
        work.rows("SELECT refresh_capabilities_views('work')")  # a superuser, as their owner


def test_views_of_another_role_are_not_taken_over(work):
    """Who owns a view can change it later: another's is not replaced, even by a superuser."""
    with roles(work, "sc_views_owner") as connect:
        work.rows("GRANT ALL ON SCHEMA work TO sc_views_owner; GRANT SELECT ON evals, everything, evaluation TO sc_views_owner")
        connect("sc_views_owner").rows(call("work"))
        error = work.error(call("work"))
        assert error.pgcode == "42501" and "sc_views_owner" in str(error) and "SET ROLE" in error.diag.message_hint
        work.rows("SET ROLE sc_views_owner")
        work.rows(call("work"))
        work.rows("RESET ROLE")


def test_statement_timeout(work, sessions):
    """A view over too much data is cut short."""
    work.rows("CREATE VIEW work.large AS SELECT 'm' || i AS model, 'b' || i % 50 AS benchmark, sin(i) AS score "
              "FROM generate_series(1, CASE WHEN current_setting('work.everything', true) = 'on' THEN 30000000 ELSE 1000 END) AS i")
    work.rows(everything("work.everything", "work.large", "'{b1,b2,b3}'"))
    work.rows(call("work", "work.everything"))
    session, _ = sessions
    session.rows("SET work.everything = 'on'; SET statement_timeout = 300")
    begin = time.monotonic()
    assert session.error("TABLE work.capabilities_correlations").pgcode == "57014"
    assert session.error(call("work", "work.everything")).pgcode == "57014"
    assert time.monotonic() - begin < 3


def test_row_level_security(work):
    """Each reader's component is that of the rows which the reader may see."""
    with roles(work, "sc_views_owner", "sc_views_base", "sc_views_chat", "sc_views_none") as connect:
        work.rows("""GRANT ALL ON SCHEMA work TO sc_views_owner; CREATE TABLE work.source AS SELECT * FROM evals;
            ALTER TABLE work.source OWNER TO sc_views_owner; ALTER TABLE work.source ENABLE ROW LEVEL SECURITY;
            CREATE POLICY mine ON work.source USING (current_user = 'sc_views_' || kind);
            GRANT USAGE ON SCHEMA work TO PUBLIC""")
        owner = connect("sc_views_owner")
        owner.rows(everything("work.mine", "work.source", dates=True))
        owner.rows(call("work", "work.mine"))
        owner.rows("GRANT SELECT ON ALL TABLES IN SCHEMA work TO PUBLIC")
        of_owner, bi = contents(owner, "work", OF_ONE), contents(work, views=OF_ONE)
        for view in OF_ONE:  # the owner is above the policy
            assert of_owner[view] == [row for row in bi[view] if row[0].startswith('("(all)"')]
        for kind in ("base", "chat"):
            reader = contents(read_only(connect, f"sc_views_{kind}"), "work", OF_ONE)
            for view in OF_ONE:
                wanted = [row[0].replace(f"({kind},", '("(all)",', 1) for row in bi[view] if row[0].startswith(f"({kind},")]
                assert [row[0] for row in reader[view]] == sorted(wanted), view
                assert reader[view] and reader[view] != of_owner[view]
        assert set(map(len, contents(read_only(connect, "sc_views_none"), "work", OF_ONE).values())) == {0}
        # with the policy forced on the owner, too
        work.rows("ALTER TABLE work.source FORCE ROW LEVEL SECURITY")
        assert set(map(len, contents(owner, "work", OF_ONE).values())) == {0}
        work.rows("CREATE POLICY owners ON work.source TO sc_views_owner USING (kind = 'chat')")
        assert contents(owner, "work", OF_ONE) == reader
        # materialised: what its owner sees, for everybody who may read it
        found = owner.rows(call("work", "work.mine", materialized="true"))
        assert all(("row-level security" in (note or "")) == (kind == "materialized view") for _, kind, note in found)
        assert read_only(connect, "sc_views_none").error("TABLE work.capabilities_scatter").pgcode == "42501"
        owner.rows("GRANT SELECT ON ALL TABLES IN SCHEMA work TO PUBLIC")
        for name in ("none", "base"):
            assert contents(read_only(connect, f"sc_views_{name}"), "work", OF_ONE) == reader
        work.rows("SELECT refresh_capabilities_views('work')")  # by a superuser: still as the owner
        assert contents(owner, "work", OF_ONE) == reader


def test_refresh_keeps_nobody_waiting(work, sessions):
    """A reader sees the old data until the refresh is committed, then the new."""
    work.rows("CREATE TABLE work.source AS SELECT * FROM evals")
    work.rows(by_kind("work.mine", "work.source"))
    work.rows(call("work", "work.mine", materialized="true"))
    old = contents(work, "work")
    session, reader = sessions
    reader.rows("SET lock_timeout = '2s'")
    session.rows("DELETE FROM work.source WHERE model IN ('model 5', 'model 6')")
    session.rows("BEGIN")
    assert [row[0] for row in session.rows("SELECT * FROM refresh_capabilities_views('work')")] == [f"{v}_data" for v in ALL]
    new = contents(session, "work")
    assert all(new[view] != old[view] for view in ALL)
    assert contents(reader, "work") == old
    session.rows("COMMIT")
    assert contents(reader, "work") == new
    # without its index a view is still refreshed, but its readers wait
    index, = work.row("SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'work.capabilities_scatter_data'::regclass")
    work.rows(f"DROP INDEX {index}; INSERT INTO work.source SELECT * FROM evals WHERE model IN ('model 5', 'model 6')")
    work.rows("SELECT refresh_capabilities_views('work')")
    assert contents(work, "work") == old


def test_two_at_a_time(work, sessions):
    """Calls for one schema come one after the other, and both succeed."""
    first, second = sessions
    first.rows("BEGIN")
    first.rows(call("work"))
    results = []
    thread = threading.Thread(target=lambda: results.append(second.rows(call("work", materialized="true"))))
    thread.start()
    time.sleep(0.3)
    assert results == []
    first.rows("COMMIT")
    thread.join(20)
    assert len(results[0]) == 2 * len(VIEWS)


@pytest.mark.parametrize("change", ["ALTER VIEW work.everything RENAME TO before", "DROP VIEW work.everything"])
def test_another_evaluation_takes_the_name(work, sessions, change):
    """While a call waits for the evaluation: that one was meant which had the name when the call began."""
    first, second = sessions
    work.rows(everything("work.everything"))
    first.rows(f"BEGIN; {change}; {everything('work.everything', 'evals WHERE model < $$model 2$$')}")
    results = []

    def run():
        try:
            results.append(second.rows(call("work", "work.everything", materialized="true")))
        except psycopg2.Error as error:
            results.append(error.pgcode)
    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.3)
    assert results == []
    first.rows("COMMIT")
    thread.join(20)
    if "DROP" in change:
        assert results == ["42P01"] and not set(made(work, "work")) & set(ALL)
    else:
        assert len(results[0]) == 2 * len(VIEWS)
        assert work.value("SELECT count(*) FROM work.capabilities_scores") == work.value("SELECT count(DISTINCT model) FROM evals")


def test_hot_standby(work):
    """A real standby answers from the views as its primary does, and keeps up."""
    work.rows("CREATE TABLE work.source AS SELECT * FROM evals")
    work.rows(by_kind("work.mine", "work.source"))
    work.rows(call("work", "work.mine", materialized="true"))
    work.rows(call("bi", "evaluation"))
    with roles(work, "sc_views_reader"):
        work.rows("GRANT USAGE ON SCHEMA work, bi TO sc_views_reader; GRANT SELECT ON evals, everything, evaluation TO sc_views_reader; "
                  "GRANT SELECT ON ALL TABLES IN SCHEMA work, bi TO sc_views_reader")
        with running_standby(work) as standby:
            there = standby.connect(work.name, user="sc_views_reader", options="-c statement_timeout=5000")
            assert there.value("SELECT pg_is_in_recovery()")
            assert contents(there) == contents(work) and contents(there, "work") == contents(work, "work")
            admin = standby.connect(work.name)
            for function in (call("work"), "SELECT refresh_capabilities_views('work')"):
                assert admin.error(function).pgcode == "25006"
            work.rows("DELETE FROM work.source WHERE model = 'model 3'")
            work.rows("SELECT refresh_capabilities_views('work')")
            standby.catch_up(work)
            assert contents(there, "work") == contents(work, "work") != contents(work)
