"""What every pytest file of ours starts from.

The tests run inside test/cluster, which exports PGHOST, PGPORT and PGUSER of a
throwaway cluster; each file gets a database of its own with the extension.
"""
import os
import pathlib
import re

import psycopg2
import psycopg2.errors
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


def connect(database, **options):
    connection = psycopg2.connect(dbname=database, **options)
    connection.autocommit = True
    return connection


class Database:
    """A connection with the few verbs that tests need."""

    def __init__(self, name):
        self.name = name
        self.connection = connect(name)

    def rows(self, sql, parameters=None):
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def row(self, sql, parameters=None):
        rows = self.rows(sql, parameters)
        assert len(rows) == 1
        return rows[0]

    def value(self, sql, parameters=None):
        row = self.row(sql, parameters)
        assert len(row) == 1
        return row[0]

    def error(self, sql, parameters=None):
        """The error that sql raises; fails if it raises none."""
        with self.connection.cursor() as cursor:
            with pytest.raises(psycopg2.Error) as caught:
                cursor.execute(sql, parameters)
        return caught.value

    def reset_timeout(self):
        """Resets statement_timeout; one that fires as its statement ends cancels the RESET instead."""
        for _ in range(10):
            try:
                self.rows("RESET statement_timeout")
                return
            except psycopg2.errors.QueryCanceled:
                pass
        raise AssertionError("statement_timeout cannot be reset")

    def another(self):
        """A second connection to the same database."""
        return Database(self.name)


@pytest.fixture(scope="module")
def db(request):
    """A new database with the extension, dropped when the file is through."""
    name = re.sub(r"\W", "_", request.module.__name__)
    admin = connect("postgres")
    with admin.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    database = Database(name)
    database.rows("CREATE EXTENSION safetycorr")
    yield database
    database.connection.close()
    with admin.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    admin.close()


@pytest.fixture
def own_database(db, request):
    """A database of one test, with nothing but the extension; .name is for programs."""
    name = f"{db.name}_{request.function.__name__}"
    db.rows(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    db.rows(f'CREATE DATABASE "{name}"')
    database = Database(name)
    database.rows("CREATE EXTENSION safetycorr")
    yield database
    database.connection.close()
    db.rows(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def shared_data():
    """The folder of real data beside the repository; skips where it is absent."""
    if not (SHARED / "safetywashing").is_dir():
        pytest.skip("../shared/data is absent")
    return SHARED
