"""The page's reader, its build, its server and the page itself, given what nobody should give
them: connection strings of every form, names that are commands, views that fail, folders that
are somebody's, requests and addresses that are made up.
"""
import concurrent.futures
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time

import psycopg2
import pytest
from psycopg2.extensions import parse_dsn

import conftest
from dashboards import (  # noqa: F401  (fixtures)
    BI, chromium, databases, environment, observable, program, tools,
)

PAGE = conftest.ROOT / "src" / "dashboards" / "observable"
SECRET = "s3cr3t"


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Runs read.js away from the source tree: (status, what it says, what it wrote into page.json)."""
    folder = tmp_path_factory.mktemp("reader")
    node = program("node")
    for name in ("read.js", "package.json"):
        shutil.copy(PAGE / name, folder)
    shutil.copytree(PAGE / "read", folder / "read")
    (folder / "src").mkdir()

    def start(connection, schema="dashboard", **more):
        return subprocess.Popen([node, folder / "read.js"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", start_new_session=True,
                                env=environment(SAFETYCORR_DB=connection, SAFETYCORR_SCHEMA=schema, **more))

    def run(connection, schema="dashboard", **more):
        process = start(connection, schema, **more)
        try:
            said = process.communicate(timeout=60)[0]
        finally:
            process.kill()
        written = folder / "src" / "data" / "page.json"
        return process.returncode, said, json.loads(written.read_text(encoding="utf-8")) if process.returncode == 0 else None
    run.start = start
    run.folder = folder
    return run


@pytest.fixture(scope="module")
def small(databases):  # noqa: F811
    return databases("small", "test/integration/demo.sql", scores="pages/small.sql")


# ---------------------------------------------------------------------------
# Connection strings
# ---------------------------------------------------------------------------

def split(strings):
    """withoutPassword() of each: {rest, password} or {error}."""
    script = f"""import {{withoutPassword}} from {json.dumps((PAGE / "read" / "connection.js").as_uri())};
        let text = "";
        for await (const piece of process.stdin) text += piece;
        const split = (each) => {{ try {{ return withoutPassword(each); }} catch (error) {{ return {{error: error.message, kind: error.constructor.name}}; }} }};
        console.log(JSON.stringify(JSON.parse(text).map(split)));"""
    return json.loads(subprocess.run([program("node"), "--input-type=module", "-e", script], input=json.dumps(strings), check=True,
                                     stdout=subprocess.PIPE, encoding="utf-8", timeout=30).stdout)


def some_pairs(rng):
    words = []
    for _ in range(rng.randint(1, 5)):
        key = rng.choice(["host", "port", "user", "dbname", "password", "password", "application_name", "service", "passfile"])
        raw = "".join(rng.choice([SECRET, "x", "=", "'", "\\", " ", "password=", "@", "/", "\n", "é", "%"]) for _ in range(rng.randint(0, 4)))
        escaped = re.sub(r"(['\\])", r"\\\1", raw)
        value = rng.choice([f"'{escaped}'", re.sub(r"(\s)", r"\\\1", escaped), raw])
        words.append(key + rng.choice(["=", "= ", " =", "\n=\t"]) + value)
    return rng.choice([" ", "  ", "\n"]).join(words)


def some_uri(rng):
    def word():
        return "".join(rng.choice([SECRET, "x", "%40", "%2F", "%C3%A9", "%25", "y", rng.choice(":='?&@/.") if rng.random() < 0.2 else "p"])
                       for _ in range(rng.randint(0, 3)))
    text = rng.choice(["postgres://", "postgresql://"])
    if rng.random() < 0.7:
        text += word() + (f":{word()}" if rng.random() < 0.8 else "") + "@"
    text += rng.choice(["", "h", "h:5", "[::1]:5", "h1:1,h2:2", "[::1],b", word()])
    text += rng.choice(["", "/", "/db", f"/{word()}"])
    if rng.random() < 0.5:
        text += "?" + "&".join(rng.choice(["password=", "pass%77ord=", "sslmode=", "application_name=", "service="]) + word()
                               for _ in range(rng.randint(1, 3)))
    return text


def test_passwords_are_split_off_as_libpq_reads_them():
    rng = random.Random(19)
    strings = [make(rng) for _ in range(1500) for make in (some_pairs, some_uri)]
    same = 0
    for string, got in zip(strings, split(strings)):
        try:
            wanted = parse_dsn(string)
        except psycopg2.Error:
            wanted = None
        if "error" in got:
            assert got["kind"] == "ReadError" and SECRET not in got["error"], string
        elif wanted is not None:
            password = wanted.pop("password", "")
            assert (parse_dsn(got["rest"]) if got["rest"] else {}, got["password"] or "") == (wanted, password), string
            same += 1
    assert same > 2000


@pytest.mark.parametrize("connection, password", [
    (f"postgresql://u:{SECRET}@h/db", SECRET), (f"postgres://u:{SECRET}%40%2F@h1:1,[::1]:2/db?sslmode=require", f"{SECRET}@/"),
    (f"postgresql://h/db?password={SECRET}", SECRET), (f"postgresql://u:old@h/db?sslmode=prefer&pass%77ord={SECRET}&connect_timeout=1", SECRET),
    (f"host=h password={SECRET} dbname=d", SECRET), (rf"host=h password = 'it\'s \\ {SECRET}'user=u", f"it's \\ {SECRET}"),
    (f"password=old host=h password={SECRET}", SECRET), (f"service=evals password='{SECRET}'", SECRET),
    ("dbname=d password=''", ""), ("dbname='a password=b'", None), ("evals", None), ("-evals", None), ("a name", None), ("", None),
    # refused, and not repeated
    (f"postgresql://u:{SECRET}/x@h/db", ...), (f"postgresql://u:{SECRET}@x@h/db", ...), (f"postgresql://u:{SECRET}%zz@h/db", ...),
    (f"postgresql://u:{SECRET}", ...), (f"host=h password=my {SECRET}", ...), (f"password='{SECRET}", ...), (f"Host=h;Password={SECRET}", ...),
    (f"jdbc:postgresql://h/db?user=u&password={SECRET}", ...), (f"sslpassword={SECRET} host=h", ...), (f"postgresql://h/?sslpassword={SECRET}", ...),
    (f"passwd={SECRET} host=h", ...)])
def test_nobody_sees_the_password(connection, password, reader, tmp_path):
    """What psql is given, as a list of processes shows it, and what is said where that fails."""
    fake = tmp_path / "psql"
    fake.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/arguments\nprintf "%s" "${{PGPASSWORD-none}}" >{tmp_path}/password\n'
                    'echo "psql: error: $*" >&2\nexit 2\n', encoding="utf-8")
    fake.chmod(0o755)
    status, said, _ = reader(connection, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert status == 1 and said.startswith("safetycorr page: ") and SECRET not in said and "    at " not in said
    if password is ...:
        assert not (tmp_path / "arguments").exists()
    else:
        assert SECRET not in (tmp_path / "arguments").read_text(encoding="utf-8")
        assert (tmp_path / "password").read_text(encoding="utf-8") == ("none" if password is None else password)


# ---------------------------------------------------------------------------
# Names that are commands, and settings that change what they mean
# ---------------------------------------------------------------------------

def test_names_are_not_obeyed(databases, reader, tmp_path):  # noqa: F811
    """A schema, an evaluation, a stratum, a benchmark and a control whose names are SQL and commands of psql."""
    asset = databases("obeyed", "test/integration/demo.sql")
    mark = tmp_path / "obeyed"
    name = f"\\'; \\! touch {mark}\n\\! touch {mark}\n\\\\'; SELECT 1/0; -- :'x' :x :\"x\" \" {{?x}} $$"
    short = f"\"'\\;\n\\! touch {mark}"[:63]  # as long as a name of PostgreSQL may be
    quoted = '"' + short.replace('"', '""') + '"'
    asset.owner.rows("INSERT INTO scores SELECT DISTINCT ON (model) model, kind, %s, length(model) + ascii(model) FROM scores", (name,))
    asset.owner.rows("UPDATE scores SET benchmark = 'ETHICS ' || %s WHERE benchmark = 'ETHICS'", (name,))
    asset.owner.rows(f"CREATE SCHEMA {quoted}")
    asset.owner.rows(f"""CREATE TABLE {quoted}.{quoted} AS
        SELECT CASE stratum WHEN 'base' THEN %s ELSE stratum END AS stratum, annotate(m, covariates => ARRAY[%s]) AS m FROM
        (SELECT kind AS stratum, annotate(score_matrix(model, benchmark, score), capabilities => '{{MMLU,PIQA,MATH,BBH}}') AS m FROM scores GROUP BY kind) AS e""",
                     (name, name))
    asset.owner.rows("SELECT create_capabilities_views(%s, %s::regclass)", (short, f"{quoted}.{quoted}"))
    asset.owner.rows(f'ALTER DATABASE "{asset.name}" SET standard_conforming_strings = off')
    asset.owner.rows(f'ALTER DATABASE "{asset.name}" SET extra_float_digits = -15')
    asset.owner.rows(f"""ALTER DATABASE "{asset.name}" SET timezone = 'Pacific/Auckland'""")
    status, said, page = reader(asset.name, short)
    assert status == 0, said
    assert not mark.exists()
    assert name in page["benchmarks"] or any(name in each["covariates"] for each in page["strata"])
    assert f"ETHICS {name}" in page["benchmarks"] and {each["name"] for each in page["strata"]} == {name, "chat"}
    assert page["source"]["schema"] == short and page["made"].endswith("+00:00")
    assert page["report"]["columns"]["corr"][0] != round(page["report"]["columns"]["corr"][0], 1)
    given = json.loads((reader.folder / "src" / "data" / "benchmarks" / "0.json").read_text(encoding="utf-8"))["given"]
    assert [each["control"] for each in given] == [name] and given[0]["rows"]["rows"] == 2


def test_functions_of_others_are_not_called(small, reader):
    """What stands on the search_path before PostgreSQL's own, or fits better than these."""
    small.owner.rows("""
        CREATE SCHEMA evil;
        CREATE FUNCTION evil.trap() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
        CREATE FUNCTION evil.json_agg(json) RETURNS json LANGUAGE sql AS 'SELECT to_json(evil.trap())';
        CREATE FUNCTION evil.json_build_array(name, text, timestamptz, name) RETURNS json LANGUAGE sql AS 'SELECT to_json(evil.trap())';
        CREATE FUNCTION evil.current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT evil.trap()';
        CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT evil.trap()::timestamptz';
        CREATE FUNCTION evil.json_build_object(text, text, text, text) RETURNS json LANGUAGE sql AS 'SELECT to_json(evil.trap())';
        CREATE FUNCTION evil.same(name, name) RETURNS boolean LANGUAGE sql AS 'SELECT evil.trap()::boolean';
        CREATE OPERATOR evil.= (leftarg = name, rightarg = name, function = evil.same);
        CREATE OPERATOR evil.~ (leftarg = name, rightarg = name, function = evil.same);
        CREATE DOMAIN evil.regclass AS text""")
    status, said, page = reader(small.name, PGOPTIONS="-c search_path=evil,pg_catalog,public")
    assert status == 0, said
    assert page["source"]["evaluation"] == "public.evaluation"


# ---------------------------------------------------------------------------
# What fails, and what is said
# ---------------------------------------------------------------------------

def test_failures_end_and_say_why(small, databases, reader, tmp_path):
    """Each ends soon, in a line for people: a reader that waits forever was how most of these ended."""
    empty = databases("no_extension", None)
    small.owner.rows("""CREATE SCHEMA other; CREATE VIEW other.capabilities_report AS SELECT pg_sleep(1000)::text AS stratum;
        CREATE ROLE page_stranger LOGIN""")
    try:
        cases = [
            (dict(connection="no such database"), "does not exist"),
            (dict(connection=empty.name), "safetycorr is not installed there"),
            (dict(connection=small.name, schema="other"), "has no view capabilities_correlations"),
            (dict(connection=small.name, schema='x"; \\! :y'), 'schema x"; \\! :y of database'),
            (dict(connection=small.name, PGOPTIONS="-c statement_timeout=1ms"), "statement_timeout"),
            (dict(connection=small.name, PGUSER="page_stranger"), "Grant the role USAGE"),
            (dict(connection=small.name, PATH=str(tmp_path)), "psql is not installed"),
            (dict(connection=f"{small.name} \x1b]0;x\x07"), "�]0;x�"),
        ]
        for given, wanted in cases:
            status, said, _ = reader(given.pop("connection"), **given)
            assert status == 1 and wanted in said and said.startswith("safetycorr page: ") and "    at " not in said, (given, said)
    finally:
        small.owner.rows("DROP SCHEMA other CASCADE; DROP ROLE page_stranger")


@pytest.mark.parametrize("column", ["'NaN'::float8", "'Infinity'::float8", "'<b>'::text", "DATE '2026-01-01'"])
def test_views_of_somebody_else(small, reader, column):
    """What has the name of a view and other values in it; an error, and nothing odd on the page."""
    small.owner.rows(f"""ALTER VIEW dashboard.capabilities_components RENAME TO components;
        CREATE VIEW dashboard.capabilities_components AS
        SELECT stratum, component, eigenvalue, explained, {column} AS ci_low, ci_high, parallel_threshold, n, n_imputed, status FROM dashboard.components""")
    try:
        status, said, _ = reader(small.name)
        assert status == 1 and "view dashboard.capabilities_components: its column ci_low has" in said, said
    finally:
        small.owner.rows("DROP VIEW dashboard.capabilities_components; ALTER VIEW dashboard.components RENAME TO capabilities_components")


HISTORY = "CREATE VIEW dashboard.evaluation_history AS SELECT d::date AS day, stratum, {m} AS m FROM evaluation, unnest(%s::text[]) AS d"


@pytest.mark.parametrize("sql, days, wanted", [
    ("CREATE VIEW dashboard.evaluation_history AS SELECT 1 AS day", None, "its column day must be of the type date"),
    ("CREATE VIEW dashboard.evaluation_history AS SELECT current_date AS day, 'x'::text AS stratum, 1 AS m", None, "its column m must be of the type score_matrix"),
    (HISTORY.replace("{m}", "CASE WHEN 1 / (length(stratum) - length(stratum)) > 0 THEN m END"), ["2026-01-01"], "division by zero"),
    (HISTORY.replace("{m}", "m"), ["2026-01-01", "2026-01-01", "2026-02-01"], "a stratum is there twice on 2026-01-01"),
    (HISTORY.replace("{m}", "CASE WHEN d = '2026-02-01' THEN NULL ELSE m END"),
     ["-infinity", "infinity", "0044-03-15 BC", "12026-01-01", None, "2026-02-01", "2026-03-01", "2026-01-01"], ["2026-01-01"])])
def test_histories_of_all_kinds(small, reader, sql, days, wanted):
    small.owner.rows(sql, (days,) if days else None)
    try:
        status, said, page = reader(small.name)
        if isinstance(wanted, str):
            assert status == 1 and wanted in said and "table dashboard.evaluation_history" in said, said
        else:
            assert status == 0, said
            assert [each["before"] for each in page["changes"]] == wanted and page["changes"][0]["after"] == "2026-03-01"
    finally:
        small.owner.rows("DROP VIEW dashboard.evaluation_history")


def test_no_query_outlives_its_reader(small, reader):
    """Not where the server ends the session, nor where the reader is interrupted."""
    small.owner.rows("CREATE VIEW dashboard.evaluation_history AS SELECT DATE '2026-01-01' AS day, stratum, m FROM evaluation WHERE pg_sleep(1000) IS NOT NULL")
    sessions = "FROM pg_stat_activity WHERE application_name = 'safetycorr page' AND state = 'active' AND query LIKE '%%evaluation_history%%'"
    try:
        for how in ("terminated", signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process = reader.start(small.name)
            wait_for(lambda: small.owner.value(f"SELECT count(*) {sessions}") == 1)
            if how == "terminated":
                small.owner.rows(f"SELECT pg_terminate_backend(pid) {sessions}")
            else:
                os.killpg(process.pid, how)
            said = process.communicate(timeout=30)[0]
            assert process.returncode == 1
            assert how != "terminated" or "terminating connection" in said
            wait_for(lambda: small.owner.value(f"SELECT count(*) {sessions}") == 0)
    finally:
        small.owner.rows("DROP VIEW dashboard.evaluation_history")


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_bytes_that_are_no_text(db, databases, reader):  # noqa: F811
    """A database that takes any bytes: names that are not UTF-8 would not be known apart."""
    name = f"{db.name}_bytes"
    db.rows(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    db.rows(f"""CREATE DATABASE "{name}" TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'""")
    try:
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", name, "-v", "scores=pages/small.sql", "-f", "test/integration/demo.sql"],
                       cwd=conftest.ROOT, env=environment(), check=True, timeout=60)
        assert reader(name)[0] == 0
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", name, "-c", "UPDATE scores SET model = model || E'\\xe9'"],
                       env=environment(), check=True, timeout=60)
        status, said, _ = reader(name)
        assert status == 1 and "invalid byte sequence" in said and "SQL_ASCII" in said
    finally:
        db.rows(f'DROP DATABASE "{name}" WITH (FORCE)')


# ---------------------------------------------------------------------------
# Where the page is put
# ---------------------------------------------------------------------------

@pytest.fixture
def put(tmp_path):
    """Runs the script "dashboard" with a build that takes no time: (status, what it says)."""
    here = tmp_path / "tree" / "test" / "integration"
    here.mkdir(parents=True)
    shutil.copy(BI / "dashboard", here)
    (here / "build").write_text('#!/bin/sh\nmkdir -p "$1/data" "$1/_observablehq"\necho "$$" >"$1/data/page.json"\necho >"$1/index.html"\n', encoding="utf-8")
    (here / "build").chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    (tmp_path / "scratch").mkdir()

    def run(out, **more):
        done = subprocess.run([here / "dashboard", "--database"], cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                              env=environment(OUT=out, TMPDIR=str(tmp_path / "scratch"), **more), timeout=60)
        assert not list((tmp_path / "scratch").iterdir()) and not list(work.rglob("*.new.*"))
        return done.returncode, done.stdout
    run.work = work
    return run


PARTS = ["_observablehq", "data", "index.html"]


def test_page_is_put_where_it_may_be(put):
    for out in ("page", "page", "page//", "-x", "a b/c $d", "empty", "link"):
        if out == "empty":
            (put.work / out).mkdir()
        if out == "link":
            (put.work / out).symlink_to("page")
        before = (put.work / "page" / "data" / "page.json").read_text(encoding="utf-8") if (put.work / "page").exists() else ""
        status, said = put(out)
        assert status == 0, said
        assert sorted(each.name for each in (put.work / out).iterdir()) == PARTS
        assert out not in ("page", "link") or (put.work / "page" / "data" / "page.json").read_text(encoding="utf-8") != before
    assert (put.work / "link").is_symlink()


def test_nothing_else_is_written_over(put):
    (put.work / "full").mkdir()
    (put.work / "full" / "mine").touch()
    (put.work / "file").touch()
    (put.work / "another").mkdir()
    for name in ("_observablehq", "index.html"):  # of Observable Framework too, but no page of ours
        (put.work / "another" / name).mkdir()
    for mine in (".git", "CNAME"):
        assert put(mine.lower())[0] == 0
        (put.work / mine.lower() / mine).touch()
    for out in ("/", "//", ".", "..", "full", "file", "another", ".git", "cname", str(PAGE), str(conftest.ROOT)):
        before = sorted(put.work.rglob("*"))
        status, said = put(out)
        assert status == 1 and "name another" in said or "root of the file system" in said, (out, said)
        assert sorted(put.work.rglob("*")) == before


def test_two_at_once_leave_one_page(put):
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        runs = [pool.submit(subprocess.run, [put.work.parent / "tree/test/integration/dashboard", "--database"], cwd=put.work, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, encoding="utf-8", env=environment(OUT="page"), timeout=60) for _ in range(12)]
    assert any(run.result().returncode == 0 for run in runs)
    assert all(run.result().returncode == 0 or "/work/page" in run.result().stdout for run in runs)
    assert sorted(each.name for each in (put.work / "page").iterdir()) == PARTS
    assert [each.name for each in put.work.iterdir()] == ["page"]


def test_packages_of_somebody_else_are_not_run(tmp_path):
    """In a TMPDIR that all write to, the name of the folder can be guessed."""
    program("npm")
    (tmp_path / f"safetycorr-npm-{os.getuid()}").symlink_to(tmp_path / "theirs")
    (tmp_path / "theirs").mkdir()
    done = subprocess.run([BI / "npm", BI / "tools"], env=environment(XDG_CACHE_HOME="/dev/null/none", TMPDIR=str(tmp_path)),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=60)
    assert done.returncode == 1 and "somebody else's" in done.stdout


# ---------------------------------------------------------------------------
# The server
# ---------------------------------------------------------------------------

@pytest.fixture
def served(tmp_path):
    """ask(request, headers) → (status, headers, body) of a folder that has a file outside beside it."""
    root = tmp_path / "page"
    (root / "data").mkdir(parents=True)
    (root / "index.html").write_text("<p>here", encoding="utf-8")
    (root / "data" / "a é.json").write_text("[1]", encoding="utf-8")
    (tmp_path / "page-secret").write_text(SECRET, encoding="utf-8")
    (tmp_path / "outside").write_text(SECRET, encoding="utf-8")
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to(root / "loop")
    os.mkfifo(root / "pipe")
    process = subprocess.Popen([program("node"), BI / "serve.mjs", root], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    port = int(re.search(r":(\d+)/", process.stdout.readline()).group(1))

    def ask(line, host="localhost", more=b""):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(line.encode("latin-1") + b" HTTP/1.1\r\nConnection: close\r\n" + (f"Host: {host}\r\n".encode() if host else b"") + more + b"\r\n")
            got = b""
            while True:
                piece = connection.recv(65536)
                if not piece:
                    break
                got += piece
        head, _, body = got.partition(b"\r\n\r\n")
        return int(head.split()[1]), head.decode("latin-1"), body
    ask.port = port
    yield ask
    assert process.poll() is None  # nothing of that ended it
    process.kill()
    process.communicate()


def test_server_gives_the_folder_and_no_more(served):
    status, head, body = served("GET /")
    assert (status, body) == (200, b"<p>here")
    assert "no-store" in head and "nosniff" in head and "text/html; charset=utf-8" in head
    assert served("GET /data/a%20%C3%A9.json?x=%zz")[2] == b"[1]"
    status, head, body = served("HEAD /")
    assert (status, body) == (200, b"") and "Content-Length: 7" in head
    for path in ("/../outside", "/%2e%2e/outside", "/..%2foutside", "/%2e%2e%2foutside", "/data/../../outside", "/..%5coutside", "//../outside",
                 "/../page-secret", "/%2e%2e/page-secret", "/link", "/loop", "/pipe", "/%00", "/index.html%00.js", "/%zz", "/%", "/data", "/data/",
                 "http://localhost/../outside", "//evil/../outside", "/" + "a" * 8000, "/....//outside", "*", "x"):
        status, head, body = served(f"GET {path}")
        assert status in (400, 404) and SECRET.encode() not in body, (path, status)
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert served(f"{method} /")[0] == 405
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", "localhost@evil"):
        assert served("GET /", host)[0] in (400, 403), host
    for host in ("127.0.0.1:80", "LOCALHOST:4000", "[::1]:1"):
        assert served("GET /", host)[0] == 200
    try:
        assert served("GET /", more=b"X: " + b"y" * 100000 + b"\r\n")[0] == 431
    except ConnectionResetError:  # before all of that was sent
        pass
    assert served("GET /", more=b"Range: bytes=0-1,5-,-1\r\n")[2] == b"<p>here"
    # a reader who goes away in the middle
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", served.port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert served("GET /")[0] == 200


def test_server_says_what_is_wrong_with_a_port(served):
    for port, wanted in (("x", "is no port"), ("70000", "is no port"), (str(served.port), "is taken")):
        done = subprocess.run(["node", BI / "serve.mjs", BI, port], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=60)
        assert done.returncode and wanted in done.stdout and "    at " not in done.stdout


# ---------------------------------------------------------------------------
# The page
# ---------------------------------------------------------------------------

@pytest.fixture(scope="module")
def provoked(databases, observable, tools, chromium, tmp_path_factory):  # noqa: F811
    """What provoke.mjs finds on a page of names that look alike or are markup."""
    asset = databases("alike", "test/integration/demo.sql", scores="pages/alike.sql")
    folder = tmp_path_factory.mktemp("provoked") / "page"
    subprocess.run([BI / "build", folder], env=environment(PGDATABASE=asset.name, PGUSER="dashboard_reader"), check=True, timeout=150)
    done = subprocess.run([BI / "look", "--with", "provoke.mjs", folder, chromium], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=150)
    assert done.returncode == 0, done.stderr
    return asset, json.loads(done.stdout)


def test_names_are_no_markup(provoked):
    _, found = provoked
    assert found["dialogs"] == found["errors"] == found["intruders"] == []
    svgs = [each for each in found["files"] if "wrong" in each]
    assert len(svgs) >= 7 and all(each == {"wrong": None, "scripts": 0} for each in svgs)


def test_names_stay_distinct(provoked):
    asset, found = provoked
    targets = asset.owner.value("SELECT count(DISTINCT benchmark) FROM dashboard.capabilities_correlations")
    looks = [re.sub(r"\s+", " ", name) for name in found["options"]["benchmarks"]]
    assert len(set(looks)) == len(looks) == targets
    names = [name.removesuffix(" (negated)") for name in found["names"]]
    assert len(set(names)) == len(names) > 12
    assert not any(re.search("[\u202a-\u202e\u2066-\u2069\ufffe\uffff\u0000-\u001f]", name) for name in names + looks)
    # as they are where a program reads them
    csv = next(each["csv"] for each in found["files"] if "csv" in each and each["csv"].startswith("models,"))
    assert "Twin\u200b" in csv and "\u202eniwT" in csv and ",'=1+1," in csv
    assert not any(re.search(r"(^|,)[=+@]", each["csv"], re.M) for each in found["files"] if "csv" in each)


def test_the_last_choice_is_shown(provoked):
    _, found = provoked
    for how in ("slow", "fast"):
        assert found[how]["one"] == found[how]["wanted"] and found[how]["scatter"].startswith(f"{found[how]['wanted']}:"), how
    assert found["slowThreshold"]["h1"] == found["slowThreshold"]["wanted"]


def test_what_cannot_be_read_is_said_and_comes_again(provoked):
    _, found = provoked
    gone, back = found["gone"], found["back"]
    assert gone["h1"] == "This could not be read" and "threshold-0.7.json" in gone["lead"] and gone["lists"] == 0
    assert gone["scatter"] == "This could not be drawn" and "cannot be fetched" in gone["body"] and gone["saves"] == 0
    assert back["h1"] != gone["h1"] and back["lists"] > 0 and ": " in back["scatter"] and back["left"] == 0
    assert found["sideways"] <= 0


def test_made_up_addresses_show_the_usual(provoked):
    _, found = provoked
    assert len(found["addresses"]) == 5
    assert {(each["h1"], each["threshold"]) for each in found["addresses"]} == {(found["slowThreshold"]["wanted"], "0.4")}
