"""Who reads the data of materialized views: never what the source would not have shown, without the owner being told."""
import threading
import time

import pytest

from test_views import call, data, everything, roles, work  # noqa: F401 # pylint: disable=unused-import

READER, OTHER = "sc_views_reader", "sc_views_other"


def reads(session):
    try:
        return bool(session.value("SELECT count(*) FROM work.capabilities_scores_data"))
    except Exception as error:
        assert error.pgcode == "42501", error
        return False


def prepare(work, source="CREATE TABLE work.source AS SELECT * FROM evals"):
    work.rows(f"{source}; GRANT SELECT ON work.source TO {READER}; GRANT USAGE ON SCHEMA work TO {READER}; "
              f"{everything('work.evaluation', 'work.source')}; GRANT SELECT ON work.evaluation TO {READER}")
    work.rows(call("work", "work.evaluation"))
    work.rows(f"GRANT SELECT ON work.capabilities_scores TO {READER}")


def test_a_right_given_for_one_source_is_not_one_on_another(work):
    with roles(work, READER) as connect:
        prepare(work)
        work.rows(f"CREATE TABLE work.secret AS SELECT * FROM evals; {everything('work.of_secret', 'work.secret')}")
        work.rows(call("work", "work.evaluation", materialized="true"))
        notes = dict(work.rows(call("work", "work.of_secret", materialized="true").replace("*", "view, note", 1)))
        assert not reads(connect(READER))
        assert READER in (notes["capabilities_scores_data"] or "")


def test_an_evaluation_of_another_table(work):
    """The evaluation stays the same, and what it reads does not: who has no right there keeps the data's, and it is said."""
    with roles(work, READER) as connect:
        prepare(work)
        work.rows(call("work", "work.evaluation", materialized="true"))
        assert reads(connect(READER))
        work.rows(f"CREATE TABLE work.secret AS SELECT * FROM evals; {everything('work.evaluation', 'work.secret')}")
        notes = dict(work.rows(call("work", "work.evaluation", materialized="true").replace("*", "view, note", 1)))
        assert notes["capabilities_scores_data"] == f"SELECT stays with {READER}, to whom the evaluation is closed"
        work.rows(f"GRANT SELECT ON work.secret TO {READER}")
        notes = dict(work.rows(call("work", "work.evaluation", materialized="true").replace("*", "view, note", 1)))
        assert notes["capabilities_scores_data"] is None


@pytest.mark.parametrize("change", ["ALTER TABLE work.source ENABLE ROW LEVEL SECURITY", f"REVOKE SELECT ON work.source FROM {READER}"])
def test_a_right_is_looked_at_again(work, change):
    """At least said, as the right was ours to give and not the owner's."""
    with roles(work, READER) as connect:
        prepare(work)
        work.rows(call("work", "work.evaluation", materialized="true"))
        work.rows(change)
        notes = dict(work.rows(call("work", "work.evaluation", materialized="true").replace("*", "view, note", 1)))
        assert not reads(connect(READER)) or READER in (notes["capabilities_scores_data"] or "")


@pytest.mark.parametrize("parent", ["(LIKE evals) PARTITION BY LIST (kind)", "(LIKE evals)"])
def test_foreign_tables_below_a_source(work, parent):
    """What a foreign table shows depends on who asks: its user mapping."""
    child = "PARTITION OF work.source DEFAULT" if "PARTITION" in parent else "() INHERITS (work.source)"
    info = work.connection.info
    with roles(work, READER) as connect:
        try:
            work.rows(f"CREATE EXTENSION postgres_fdw; CREATE SERVER sc_loop FOREIGN DATA WRAPPER postgres_fdw "
                      f"OPTIONS (host '{info.host}', port '{info.port}', dbname '{info.dbname}'); "
                      "CREATE USER MAPPING FOR CURRENT_USER SERVER sc_loop")
            prepare(work, f"CREATE TABLE work.source {parent}; CREATE FOREIGN TABLE work.child {child} SERVER sc_loop "
                          "OPTIONS (schema_name 'public', table_name 'evals')")
            assert connect(READER).error("SELECT FROM work.source") is not None
            work.rows(call("work", "work.evaluation", materialized="true"))
            assert not reads(connect(READER))
        finally:
            work.rows("DROP EXTENSION IF EXISTS postgres_fdw CASCADE")


def test_rights_are_those_of_now_under_an_old_snapshot(work):
    """In REPEATABLE READ too: row-level security, and rights, as they are when the data are made."""
    with roles(work, READER) as connect:
        prepare(work)
        old = connect(work.value("SELECT current_user"))
        old.rows("BEGIN ISOLATION LEVEL REPEATABLE READ")
        old.rows("SELECT count(*) FROM evals")
        work.rows("ALTER TABLE work.source ENABLE ROW LEVEL SECURITY")
        old.rows(call("work", "work.evaluation", materialized="true"))
        old.rows("COMMIT")
        assert not reads(connect(READER))

        old.rows("BEGIN ISOLATION LEVEL REPEATABLE READ")
        old.rows("SELECT count(*) FROM evals")
        work.rows(f"GRANT SELECT ON work.capabilities_scores_data TO {READER}")
        old.rows("COMMIT")
        old.rows("BEGIN ISOLATION LEVEL REPEATABLE READ")
        old.rows("SELECT count(*) FROM evals")
        work.rows(f"REVOKE SELECT ON work.capabilities_scores_data FROM {READER}")
        old.rows(call("work", "work.evaluation", materialized="true"))
        old.rows("COMMIT")
        assert not reads(connect(READER))


@pytest.mark.parametrize("planted", ["view", "data"])
def test_views_planted_while_the_source_is_read(work, planted):
    """What has come since the first look is looked at again: not replaced, and no rights taken from it."""
    with roles(work, OTHER) as connect:
        work.rows(f"GRANT ALL ON SCHEMA work TO {OTHER}; CREATE TABLE work.seen (x int); CREATE FUNCTION work.slow(numeric) RETURNS numeric LANGUAGE plpgsql AS "
                  "$$ BEGIN PERFORM pg_sleep(0.004); RETURN $1; END $$; "
                  f"CREATE VIEW work.source AS SELECT model, benchmark, work.slow(score) AS score FROM evals; {everything('work.evaluation', 'work.source')}; "
                  "CREATE SCHEMA sc_model")
        caller, other = connect(work.value("SELECT current_user")), connect(OTHER)
        try:
            work.rows(call("sc_model"))
            columns = work.value("SELECT string_agg('NULL::' || format_type(atttypid, atttypmod) || ' AS ' || quote_ident(attname), ', ' ORDER BY attnum) "
                                 "FROM pg_attribute WHERE attrelid = 'sc_model.capabilities_scores'::regclass AND attnum > 0")
            comment = work.value("SELECT quote_literal(obj_description('sc_model.capabilities_scores'::regclass))")
        finally:
            work.rows("DROP SCHEMA sc_model CASCADE")
        result = []

        def run():
            try:
                result.append(caller.rows(call("work", "work.evaluation", materialized="true")))
            except Exception as error:
                result.append(error.pgcode)
        thread = threading.Thread(target=run)
        thread.start()
        time.sleep(0.4)
        if planted == "view":
            other.rows(f"CREATE VIEW work.capabilities_scores AS SELECT {columns}")
        else:
            other.rows(f"CREATE MATERIALIZED VIEW work.capabilities_scores_data AS SELECT {columns}; "
                       f"COMMENT ON MATERIALIZED VIEW work.capabilities_scores_data IS {comment}; "
                       "GRANT SELECT ON work.capabilities_scores_data TO PUBLIC")
        thread.join()
        assert result[0] in ("42P07", "42501"), result
