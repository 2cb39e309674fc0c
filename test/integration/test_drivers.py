"""The views for BI tools, through the drivers that BI tools use.

psycopg2 (Superset, Redash), JDBC (Metabase, Tableau), psqlODBC (Power BI, Excel) and
node-postgres (Evidence, Observable) each read every view as a read-only role.  What
they hand on is held against the server's own word: names, types and comments from the
catalogs, values from to_jsonb.
"""
import contextlib
import datetime
import decimal
import json
import math
import os
import pathlib
import shutil
import socket
import subprocess
import threading

import psycopg2
import pytest

import conftest

DRIVERS = pathlib.Path(__file__).resolve().parent / "drivers"
JAR = pathlib.Path("/usr/share/java/postgresql.jar")
NPM_PACKAGE = "pg@8"
ROLE = "regress_drivers_reader"
VIEWS = {"capabilities_report", "capabilities_correlations", "capabilities_scores", "capabilities_loadings", "capabilities_components",
         "correlation_matrix", "correlation_matrix_beyond_capability", "capabilities_scatter", "capabilities_adjusted_scores",
         "capabilities_over_time", "capabilities_strata_differences"}
# A date that the zone moves is wrong by a day: the server is east of the clients.
SERVER_ZONE, CLIENT_ZONE = "Asia/Kolkata", "America/New_York"

# Labels that need care, a model that lacks a capability, a stratum of two, scores
# of all digits; releases in winter and summer time.
DATA = f"""
CREATE TABLE eval_scores AS
SELECT CASE i WHEN 1 THEN 'modèle "1" \\ 日本' WHEN 2 THEN E'tab\\there, ''2''' ELSE 'model ' || i END AS model,
    b AS benchmark, sin(i) * 7 + cos(i * j) / 3 AS score, CASE WHEN i < 3 THEN 'few' ELSE 'chat' END AS kind,
    DATE '2025-01-31' + 30 * i AS released
FROM generate_series(1, 12) AS i, unnest('{{bbh,gsm8k,math,mmlu,piqa,arc,toxigen,truthfulqa}}'::text[])
    WITH ORDINALITY AS u (b, j) WHERE NOT (i = 5 AND b = 'mmlu');
CREATE ROLE {ROLE} LOGIN;
ALTER ROLE {ROLE} SET default_transaction_read_only = on;
ALTER ROLE {ROLE} SET statement_timeout = '5s';
CREATE VIEW evaluation WITH (security_invoker) AS
WITH s AS (SELECT kind AS stratum, merge(score_matrix(model, benchmark, score),
    score_matrix(model, 'released', released - DATE '1970-01-01')) AS m FROM eval_scores GROUP BY kind)
SELECT stratum, annotate(m, '{{bbh,gsm8k,math,mmlu,piqa,arc}}', '{{toxigen}}', '{{released}}', missing_ok => true) AS m
FROM (TABLE s UNION ALL SELECT '(all)', rollup(m) FROM s) AS t;
GRANT SELECT ON eval_scores, evaluation TO {ROLE};
"""
CREATE = "SELECT create_capabilities_views(%s, 'evaluation', %s)"


class Expected:
    """A view as the server describes it: columns (name, type, comment), rows of plain Python values."""

    def __init__(self, db, schema, name):
        relation = f"{schema}.{name}"
        self.comment = db.value("SELECT obj_description(%s::regclass, 'pg_class')", (relation,))
        self.columns = db.rows("""SELECT attname, atttypid::regtype::text, col_description(attrelid, attnum)
            FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum""", (relation,))
        self.rows = [[read(row[column], type_) for column, type_, _ in self.columns]
                     for (row,) in db.rows(f"SELECT to_jsonb(v) FROM {relation} AS v")]

    @property
    def types(self):
        return [type_ for _, type_, _ in self.columns]


def two_digits(value):
    """A numeric of the report, however many zeros a driver adds."""
    return decimal.Decimal(str(value)).quantize(decimal.Decimal("0.01"))


def read(value, type_):
    """A value of to_jsonb as what a Python program would like to have."""
    if value is None:
        return None
    if type_ == "date":
        return datetime.date.fromisoformat(value)
    if type_ == "timestamp with time zone":
        return datetime.datetime.fromisoformat(value).astimezone(datetime.timezone.utc)
    return {"double precision": float, "numeric": two_digits, "integer": int, "text": str, "boolean": bool}[type_](value)


def ordered(rows):
    """Rows have no order in a view."""
    return sorted(([*map(repr, row)] for row in rows))


def assert_same_rows(found, wanted):
    """Kind by kind, bit by bit: repr of a float tells any two apart, and True from 1."""
    assert ordered(found) == ordered(wanted.rows)


@pytest.fixture(scope="module")
def server(db):
    """The views, plain in schema bi, over materialised views in bi_kept, and what is in them."""
    db.rows(f"DROP ROLE IF EXISTS {ROLE}")
    db.rows(DATA)
    for schema, materialized in (("bi", False), ("bi_kept", True)):
        db.rows(f"CREATE SCHEMA {schema}")
        db.rows(CREATE, (schema, materialized))
        db.rows(f"GRANT USAGE ON SCHEMA {schema} TO {ROLE}; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {ROLE}")
    db.rows(f"ALTER DATABASE {db.name} SET timezone = '{SERVER_ZONE}'")
    db.kept = {name: Expected(db, "bi_kept", name) for name in VIEWS}
    db.views = {name: Expected(db, "bi", name) for name in VIEWS}
    yield db
    db.rows(f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")


def environment(server, **more):
    """For programs that read PG*, as the reader."""
    return {**os.environ, "PGUSER": ROLE, "PGDATABASE": server.name, "TZ": CLIENT_ZONE, **more}


def run(command, **options):
    """Standard output of a driver's program, as JSON."""
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", timeout=60, **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_is_compared(server):
    """All types of the views, each with values (but sign changes of these strata); NULL among those that can be missing; never NaN."""
    for missing in (False, True):
        types = {type_ for view in server.views.values() for row in view.rows
                 for value, type_ in zip(row, view.types) if (value is None) is missing}
        assert types == {"text", "integer", "double precision", "numeric"} | (
            {"boolean"} if missing else {"date", "timestamp with time zone"})
    for name, view in server.views.items():
        assert len(view.rows) >= 2 and view.comment and all(comment for _, _, comment in view.columns), name
        assert all(math.isfinite(value) for row in view.rows for value in row if isinstance(value, float)), name
        assert server.kept[name].columns == view.columns
        assert_same_rows(server.kept[name].rows, view)


# ---------------------------------------------------------------------
# psycopg2
# ---------------------------------------------------------------------

def test_psycopg2(server):
    codes = {"text": 25, "integer": 23, "double precision": 701, "numeric": 1700, "boolean": 16, "date": 1082,
             "timestamp with time zone": 1184}
    connection = conftest.connect(server.name, user=ROLE)
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'bi'")
        assert {row[0] for row in cursor.fetchall()} == VIEWS
        for name, view in server.views.items():
            cursor.execute(f"SELECT * FROM bi.{name}")
            assert [(column.name, column.type_code) for column in cursor.description] == [
                (column, codes[type_]) for column, type_, _ in view.columns]
            rows = cursor.fetchall()
            assert_same_rows([[value.astimezone(datetime.timezone.utc) if isinstance(value, datetime.datetime)
                               else value for value in row] for row in rows], view)
        with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
            cursor.execute("CREATE TEMP TABLE t ()")


# ---------------------------------------------------------------------
# JDBC
# ---------------------------------------------------------------------

# Type: JDBC's name, java.sql.Types, the class of an object.
JDBC = {
    "text": ("text", 12, "java.lang.String"),
    "integer": ("int4", 4, "java.lang.Integer"),
    "double precision": ("float8", 8, "java.lang.Double"),
    "numeric": ("numeric", 2, "java.math.BigDecimal"),
    "boolean": ("bool", -7, "java.lang.Boolean"),
    "date": ("date", 91, "java.sql.Date"),
    "timestamp with time zone": ("timestamptz", 93, "java.sql.Timestamp"),
}


@contextlib.contextmanager
def port_to(path):
    """A port of this machine that leads one caller to a socket in the file system: Java has none."""
    def pump(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def serve():
        with contextlib.suppress(OSError):  # closed before anyone called
            caller, _ = door.accept()
            with caller, socket.socket(socket.AF_UNIX) as server:
                server.connect(path)
                back = threading.Thread(target=pump, args=(server, caller), daemon=True)
                back.start()
                pump(caller, server)
                back.join()

    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(60)
        threading.Thread(target=serve, daemon=True).start()
        yield door.getsockname()[1]


@pytest.fixture(scope="module")
def jdbc(server):
    """What the Java program says of both schemas."""
    if not shutil.which("javac"):
        pytest.skip("no JDK (Debian: default-jdk-headless)")
    if not JAR.exists():
        pytest.skip("no JDBC driver (Debian: libpostgresql-jdbc-java)")
    about = server.connection.info
    with contextlib.ExitStack() as stack:
        host, port = about.host or "", about.port
        if host.startswith("/"):
            host, port = "127.0.0.1", stack.enter_context(port_to(f"{host}/.s.PGSQL.{port}"))
        return run(["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", f"-Duser.timezone={CLIENT_ZONE}",
                    "-cp", str(JAR), str(DRIVERS / "ReadViews.java"),
                    f"jdbc:postgresql://{host}:{port}/{server.name}", ROLE, "bi", "bi_kept"])


@pytest.mark.parametrize("schema", ["bi", "bi_kept"])
def test_jdbc_lists(server, jdbc, schema):
    """The list is clean of the materialised views; views and columns bring their comments."""
    assert jdbc[schema].keys() == VIEWS
    for name, view in (server.views if schema == "bi" else server.kept).items():
        found = jdbc[schema][name]
        assert (found["type"], found["remarks"]) == ("VIEW", view.comment)
        assert found["columns"] == [[column, *JDBC[type_][:2], "YES", comment]
                                    for column, type_, comment in view.columns]
        assert found["classes"] == [JDBC[type_][2] for type_ in view.types]


def from_java(value, type_):
    if value is None:
        return None
    class_, text = value
    assert class_ == JDBC[type_][2]
    if type_ == "boolean":
        return {"true": True, "false": False}[text]
    return read(text.replace("Z", "+00:00") if type_.startswith("timestamp") else text, type_)


@pytest.mark.parametrize("schema", ["bi", "bi_kept"])
def test_jdbc_reads(server, jdbc, schema):
    for name, view in server.views.items():
        assert_same_rows([list(map(from_java, row, view.types)) for row in jdbc[schema][name]["rows"]], view)


# ---------------------------------------------------------------------
# psqlODBC
# ---------------------------------------------------------------------

@pytest.fixture(scope="module")
def odbc(server, tmp_path_factory):
    """Opens connections, with options of psqlODBC."""
    pyodbc = pytest.importorskip("pyodbc", reason="no pyodbc (Debian: python3-pyodbc)")
    found = [*pathlib.Path("/usr/lib").glob("*/odbc/psqlodbcw.so"), *pathlib.Path("/usr/lib64").glob("psqlodbcw.so")]
    if not found:
        pytest.skip("no psqlODBC (Debian: odbc-postgresql)")
    # Debian's registration of the driver leaves logs behind; this one is ours
    folder = tmp_path_factory.mktemp("odbc")
    (folder / "odbcinst.ini").write_text(f"[psqlodbc]\nDriver={found[0]}\n", encoding="utf-8")
    about = server.connection.info
    opened = []

    def connect(**options):
        given = {"Driver": "{psqlodbc}", "Server": about.host, "Port": about.port, "Database": server.name,
                 "UID": ROLE, **options}
        opened.append(pyodbc.connect(";".join(f"{key}={value}" for key, value in given.items()), autocommit=True))
        return opened[-1].cursor()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ODBCSYSINI", str(folder))
        yield connect
    for connection in opened:
        connection.close()


# Type: ODBC's name, SQL type, what pyodbc makes of it; booleans as psqlODBC has them by default.
ODBC = {
    "text": ("text", -10, str),
    "integer": ("int4", 4, int),
    "double precision": ("float8", 6, float),
    "numeric": ("numeric", 2, decimal.Decimal),
    "boolean": ("bool", 12, str),
    "date": ("date", 91, datetime.date),
    "timestamp with time zone": ("timestamptz", 93, datetime.datetime),
}


def test_odbc_lists(server, odbc):
    """Views are views, materialised ones go by a type of their own."""
    cursor = odbc()
    assert {(row.table_name, row.table_type) for row in cursor.tables(schema="bi")} == {
        (name, "VIEW") for name in VIEWS}
    kept = {(row.table_name, row.table_type) for row in cursor.tables(schema="bi\\_kept")}
    assert {name for name, type_ in kept if type_ in ("VIEW", "TABLE")} == VIEWS
    for name, view in server.views.items():
        columns = cursor.columns(schema="bi", table=name.replace("_", "\\_")).fetchall()
        assert [(row.column_name, row.type_name, row.data_type) for row in columns] == [
            (column, *ODBC[type_][:2]) for column, type_, _ in view.columns]


@pytest.mark.parametrize("as_bits", [False, True])
def test_odbc_reads(server, odbc, as_bits):
    """The values; booleans as text 0 and 1, or as bits where BoolsAsChar is off; instants in the server's zone."""
    cursor = odbc(BoolsAsChar=0) if as_bits else odbc()
    zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    for name, view in server.views.items():
        cursor.execute(f"SELECT * FROM bi.{name}")
        assert [(column[0], column[1]) for column in cursor.description] == [
            (column, bool if as_bits and type_ == "boolean" else ODBC[type_][2]) for column, type_, _ in view.columns]
        rows = []
        for row in cursor.fetchall():
            row = list(row)
            for i, type_ in enumerate(view.types):
                if row[i] is not None and type_ == "boolean" and not as_bits:
                    row[i] = {"0": False, "1": True}[row[i]]
                elif row[i] is not None and type_ == "numeric":
                    row[i] = two_digits(row[i])
                elif row[i] is not None and type_.startswith("timestamp"):
                    row[i] = row[i].replace(tzinfo=zone).astimezone(datetime.timezone.utc)
            rows.append(row)
        assert_same_rows(rows, view)


# ---------------------------------------------------------------------
# node-postgres
# ---------------------------------------------------------------------

NODE = {
    "text": ("TEXT", "string"),
    "integer": ("INT4", "number"),
    "double precision": ("FLOAT8", "number"),
    "numeric": ("NUMERIC", "string"),
    "boolean": ("BOOL", "boolean"),
    "date": ("DATE", "Date"),
    "timestamp with time zone": ("TIMESTAMPTZ", "Date"),
}


@pytest.fixture(scope="module")
def node(server, tmp_path_factory):
    """What the program says of schema bi; the driver comes from npm, into a folder of the test."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("no Node.js with npm")
    folder = tmp_path_factory.mktemp("node")
    try:
        done = subprocess.run(
            ["npm", "install", "--prefix", str(folder), "--no-save", "--no-audit", "--no-fund", "--ignore-scripts",
             "--no-update-notifier", "--fetch-retries=0", "--fetch-timeout=15000", NPM_PACKAGE],
            check=False, capture_output=True, encoding="utf-8", timeout=60, cwd=folder)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm could not install {NPM_PACKAGE}: no answer")
    if done.returncode != 0:
        pytest.skip(f"npm could not install {NPM_PACKAGE}: " + " ".join(done.stderr.split())[:200])
    return run(["node", str(DRIVERS / "read_views.js"), "bi"],
               env=environment(server, NODE_PATH=str(folder / "node_modules")))["bi"]


def from_node(value, type_):
    if value is None:
        return None
    kind, text = value
    assert kind == NODE[type_][1]
    if type_ == "boolean":
        return {"true": True, "false": False}[text]
    return read(text.replace("Z", "+00:00") if type_.startswith("timestamp") else text, type_)


def as_floats(rows):
    """JSON has one kind of number."""
    return ordered([value if value is None else float(value) for value in row] for row in rows)


def test_node(server, node):
    """Names, types and values; in JSON there is a number or null, never a number as text, but for the report's."""
    assert node.keys() == VIEWS
    for name, view in server.views.items():
        assert node[name]["columns"] == [[column, NODE[type_][0]] for column, type_, _ in view.columns]
        assert_same_rows([list(map(from_node, row, view.types)) for row in node[name]["rows"]], view)
        numbers = [i for i, type_ in enumerate(view.types) if type_ in ("integer", "double precision")]
        sent = [[row[i] for i in numbers] for row in json.loads(node[name]["json"])]
        assert not any(isinstance(value, str) for row in sent for value in row), name
        assert as_floats(sent) == as_floats([row[i] for i in numbers] for row in view.rows)
