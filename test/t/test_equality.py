"""Equality of stored values: operators, operator classes, and what PostgreSQL does with them.

Logical replication is real: a publisher and a subscriber, each a cluster of its own.
"""
import time

import pytest

from clusters import running_shards

TYPES = ("score_matrix", "score_moments", "score_rows", "principal_component")

# Twelve rows of four distinct values of each type, one of them large enough to be toasted.
VALUES = """
CREATE TABLE vals AS
SELECT i, g,
    (SELECT score_matrix('model ' || j, 'benchmark ' || k, sin(g * j * k)) FROM generate_series(1, CASE g WHEN 3 THEN 400 ELSE 3 END) AS j,
        generate_series(1, 5) AS k) AS score_matrix,
    (SELECT score_moments(ARRAY[g, j, sin(j * g)]) FROM generate_series(1, 70 + g) AS j) AS score_moments,
    (SELECT partial(j * g, sin(j)) FROM generate_series(1, CASE g WHEN 3 THEN 3000 ELSE 5 END) AS j) AS score_rows,
    (SELECT first_component(ARRAY[j, j * (g + 3) % 11]) FROM generate_series(1, 9) AS j) AS principal_component
FROM (SELECT i, i % 4 AS g FROM generate_series(0, 11) AS i) AS s;
"""
PARTIAL = "CREATE AGGREGATE partial(float8, float8) (SFUNC = score_rows_accum, STYPE = score_rows)"


@pytest.fixture(scope="module")
def values(db):
    db.rows(PARTIAL)
    db.rows(VALUES)
    return db


def test_all_types(values):
    """Every base type of the extension is tested here."""
    found = values.rows("""SELECT t.typname::text FROM pg_type AS t JOIN pg_depend AS d ON d.objid = t.oid AND d.classid = 'pg_type'::regclass
        WHERE d.deptype = 'e' AND t.typtype = 'b' AND t.typelem = 0
            AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'safetycorr')""")
    assert {name for name, in found} == set(TYPES)


@pytest.mark.parametrize("type_", TYPES)
def test_operators(values, type_):
    """All pairs: equal if and only if sent as the same bytes; one order for all operators; hashes agree."""
    rows = values.rows(f"""
        SELECT {type_}_send(a) = {type_}_send(b), a = b, a <> b, a < b, a <= b, a > b, a >= b, {type_}_cmp(a, b),
            {type_}_hash(a) = {type_}_hash(b), {type_}_hash_extended(a, 7) = {type_}_hash_extended(b, 7),
            {type_}_hash(a)::int8 & 4294967295 = {type_}_hash_extended(a, 0) & 4294967295,
            {type_}_hash_extended(a, 0) <> {type_}_hash_extended(a, 1)
        FROM (SELECT {type_} AS a FROM vals) AS x, (SELECT {type_} AS b FROM vals) AS y""")
    assert len(rows) == 144 and sum(row[0] for row in rows) == 36
    for same, eq, ne, lt, le, gt, ge, cmp_, hashed, extended, low, seeded in rows:
        assert (eq, ne, le, ge, hashed, extended) == (same, not same, lt or same, gt or same, same, same)
        assert [lt, eq, gt] == [cmp_ < 0, cmp_ == 0, cmp_ > 0] and low and seeded
    ordered = values.rows(f"SELECT {type_}_send({type_})::text FROM vals ORDER BY {type_}")
    assert ordered == values.rows(f"SELECT {type_}_send({type_})::text FROM vals ORDER BY {type_} DESC")[::-1]


@pytest.mark.parametrize("type_", TYPES)
def test_forms_of_one_value(values, type_):
    """Toasted, compressed, external, read from text, still expanded: the same value."""
    values.rows(f"""
        CREATE TEMP TABLE forms (how text, x {type_});
        ALTER TABLE forms ALTER x SET STORAGE EXTERNAL;
        INSERT INTO forms SELECT 'external', {type_} FROM vals WHERE i = 3;
        ALTER TABLE forms ALTER x SET STORAGE EXTENDED;
        INSERT INTO forms SELECT 'extended', x::text::{type_} FROM forms;""")
    expanded = {"score_matrix": "score_matrix_accum(x, 'm', 'b', NULL)", "score_moments": "score_moments_accum(x, NULL)",
                "score_rows": "score_rows_accum(x, NULL::float8, NULL::float8)"}.get(type_, "x")
    assert values.rows(f"""SELECT count(DISTINCT x), count(DISTINCT {type_}_hash(x)), bool_and({expanded} = x),
        bool_and({type_}_hash({expanded}) = {type_}_hash(x)) FROM forms""") == [(1, 1, True, True)]
    values.rows("DROP TABLE forms")


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("hashed", ["on", "off"])
def test_plans(values, type_, hashed):
    """DISTINCT, GROUP BY, UNION, EXCEPT, joins and indexes, by hashing and by sorting."""
    values.rows(f"SET enable_hashagg = {hashed}; SET enable_hashjoin = {hashed}; SET enable_nestloop = off; "
                f"SET enable_sort = {'off' if hashed == 'on' else 'on'}; SET enable_memoize = off")
    try:
        def plan(sql):
            return "\n".join(line for line, in values.rows("EXPLAIN " + sql))

        for sql, wanted, node in (
                (f"SELECT DISTINCT {type_} FROM vals", 4, "HashAggregate"),
                (f"SELECT {type_}, count(*) FROM vals GROUP BY {type_} HAVING count(*) = 3", 4, "HashAggregate"),
                (f"SELECT {type_} FROM vals UNION SELECT {type_} FROM vals", 4, "HashAggregate"),
                (f"SELECT {type_} FROM vals EXCEPT SELECT {type_} FROM vals WHERE g = 1", 3, "HashSetOp"),
                (f"SELECT FROM vals AS a JOIN vals AS b USING ({type_})", 36, "Hash Join"),
                (f"SELECT FROM vals WHERE {type_} IN (SELECT {type_} FROM vals WHERE g < 2)", 6, "Hash")):
            assert values.value(f"SELECT count(*) FROM ({sql}) AS s") == wanted
            assert (node in plan(sql)) == (hashed == "on"), plan(sql)
        if hashed == "off":
            assert "Merge Join" in plan(f"SELECT FROM vals AS a JOIN vals AS b USING ({type_})")
        values.rows(f"CREATE TABLE few AS SELECT g, {type_} AS x FROM vals WHERE i < 3; "
                    "CREATE UNIQUE INDEX ON few (x); CREATE INDEX ON few USING hash (x); SET enable_seqscan = off")
        assert values.rows(f"SELECT g FROM few WHERE x = (SELECT {type_} FROM vals WHERE i = 5)") == [(1,)]
        assert values.error(f"INSERT INTO few SELECT g, {type_} FROM vals WHERE i = 4").pgcode == "23505"
    finally:
        values.rows("RESET ALL; DROP TABLE IF EXISTS few")


def test_records(values):
    """OLD.* IS DISTINCT FROM NEW.*: a trigger that skips updates which change nothing."""
    values.rows("""
        CREATE TABLE watched AS SELECT * FROM vals;
        CREATE FUNCTION unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.* IS DISTINCT FROM NEW.* THEN RETURN NEW; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER unchanged BEFORE UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION unchanged()""")
    with values.connection.cursor() as cursor:
        cursor.execute("UPDATE watched SET score_matrix = score_matrix::text::score_matrix")
        assert cursor.rowcount == 0
        cursor.execute("UPDATE watched SET score_matrix = merge(score_matrix, score_matrix) WHERE g = 1")
        assert cursor.rowcount == 3
    assert values.value("SELECT count(*) FROM (SELECT * FROM vals UNION SELECT * FROM watched) AS s") == 15


def test_operator_classes_are_valid(values):
    assert values.rows("""SELECT amname::text, bool_and(amvalidate(c.oid)), count(*) FROM pg_opclass AS c JOIN pg_am AS a ON a.oid = opcmethod
        JOIN pg_depend AS d ON d.classid = 'pg_opclass'::regclass AND d.objid = c.oid AND deptype = 'e'
        GROUP BY 1 ORDER BY 1""") == [("btree", True, 4), ("hash", True, 4)]


def wait_for(check, seconds=60):
    """Until check() is true; replication has no other sign."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "replication does not come through"
        time.sleep(0.05)


def test_logical_replication(db):
    """UPDATE and DELETE of a table that has no key but all four types reach the subscriber."""
    if db.value("SELECT setting::int FROM pg_settings WHERE name = 'max_logical_replication_workers'") < 2:
        pytest.skip("the server does not replicate")
    with running_shards(db, more="wal_level = logical\n") as (publisher, subscriber):
        here, there = publisher.connect("postgres"), subscriber.connect("postgres")
        here.rows("CREATE EXTENSION safetycorr")
        there.rows("CREATE EXTENSION safetycorr")
        here.rows(PARTIAL)
        here.rows(VALUES)
        here.rows("ALTER TABLE vals REPLICA IDENTITY FULL; CREATE PUBLICATION all_types FOR TABLE vals")
        there.rows("CREATE TABLE vals (i int4, g int4, score_matrix score_matrix, score_moments score_moments, "
                   "score_rows score_rows, principal_component principal_component)")
        there.rows(f"CREATE SUBSCRIPTION sub CONNECTION 'host={publisher.host} port={publisher.port} dbname=postgres "
                   f"user={here.connection.info.user}' PUBLICATION all_types")
        sent = "SELECT i, " + ", ".join(f"md5({type_}_send({type_}))" for type_ in TYPES) + " FROM vals ORDER BY i"
        wait_for(lambda: there.rows(sent) == here.rows(sent))
        here.rows("UPDATE vals SET score_matrix = merge(score_matrix, score_matrix), i = i + 100 WHERE g = 3 AND i > 3")
        here.rows("UPDATE vals SET score_moments = score_moments_accum(score_moments, '{1,2,3}') WHERE i = 1")
        here.rows("DELETE FROM vals WHERE i IN (2, 3)")
        wait_for(lambda: there.rows(sent) == here.rows(sent))
        assert there.value("SELECT count(*) FROM vals") == 10 and there.value("SELECT count(*) FROM vals WHERE i > 100") == 2
        there.rows("DROP SUBSCRIPTION sub")
