"""What the tests of dashboards share: databases with views, npm packages, browsers."""
import os
import pathlib
import re
import shutil
import struct
import subprocess

import pytest

import conftest

BI = pathlib.Path(__file__).resolve().parent
SHIPPED = conftest.ROOT / "src" / "dashboards"
TYPES = {16: "bool", 23: "int4", 25: "text", 701: "float8", 1082: "date", 1184: "timestamptz", 1700: "numeric"}
EVERYTHING = "(all)"


class Asset:
    """A database with views and demonstration data, and the role that reads them."""

    def __init__(self, name):
        self.name = name
        self.owner = conftest.Database(name)

    def columns(self, sql):
        """Runs sql as dashboard_reader; its columns and their types, as an ordered dict."""
        connection = conftest.connect(self.name, user="dashboard_reader")
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                self.rows = cursor.fetchall()
                names = [column.name for column in cursor.description]
                assert len(names) == len(set(names)), names
                return {column.name: TYPES.get(column.type_code, column.type_code)
                        for column in cursor.description}
        finally:
            connection.close()


def environment(**more):
    return {**{key: value for key, value in os.environ.items()
               if key not in ("BASE_CSV", "CHAT_CSV", "DATABASE_URL", "SAFETYCORR_DB", "SAFETYCORR_SCHEMA", "OUT", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")}, **more}


@pytest.fixture(scope="module")
def databases(db):
    """
    Makes databases by a psql script, of the scores of a file of pages/ if one is named; drops
    them and the role in the end.
    """
    made = []

    def make(suffix, script, scores=None, **variables):
        name = f"{db.name}_{suffix}"
        db.rows(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        db.rows(f'CREATE DATABASE "{name}"')
        if script:
            subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *(["-v", f"scores={scores}"] if scores else []), "-d", name, "-f", script],
                           cwd=conftest.ROOT, env=environment(**variables), check=True, timeout=60)
        made.append(Asset(name))
        return made[-1]

    db.rows("DROP ROLE IF EXISTS dashboard_reader")
    yield make
    for asset in made:
        asset.owner.connection.close()
        db.rows(f'DROP DATABASE "{asset.name}" WITH (FORCE)')
    db.rows("DROP ROLE IF EXISTS dashboard_reader")


@pytest.fixture(scope="module")
def shipped(databases):
    """The scores that the project ships, of base and chat models."""
    return databases("shipped", "test/integration/demo.sql")


def program(*names):
    found = [path for path in map(shutil.which, names) if path]
    if not found:
        pytest.skip(f"{names[0]} is not installed")
    return found[0]


NO_NETWORK = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|network|E50\d")


def packages(folder):
    """The folder with the npm packages of a folder; skips without npm or a network."""
    program("node"), program("npm")
    run = subprocess.run([BI / "npm", folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         encoding="utf-8", timeout=150)
    if run.returncode and NO_NETWORK.search(run.stderr):
        pytest.skip(f"npm cannot install the packages of {folder}")
    assert run.returncode == 0, run.stderr
    return pathlib.Path(run.stdout.strip())


@pytest.fixture(scope="session")
def tools():
    return packages(BI / "tools")


@pytest.fixture(scope="session")
def observable():
    return packages(SHIPPED / "observable")


@pytest.fixture(scope="session")
def chromium():
    return program("chromium", "chromium-browser", "google-chrome")


def png_size(path):
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])
