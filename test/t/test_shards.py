"""Scores spread over two servers, brought together on a third.

Each shard is a real server with settings, encoding and collation of its own.
Every way of asking is held to two things: the plan says that states travel,
not rows, and the answer has the bits of the one that a single server gives.
"""
import pytest

from clusters import running_shards
from example_rows import DATA
from fingerprint import close, create, explain, odd_values

# The rows on one server.  Labels with é, ü and €, which the bytes of WIN1252 and
# of UTF-8 put in different orders; several scores in a cell; a fifth domain
# with no more than three models.
SCORES = """
CREATE TABLE scores AS
SELECT CASE WHEN model_id < 4 THEN 5 ELSE domain END AS domain, id,
    CASE model_id % 3 WHEN 0 THEN 'modèle ü' WHEN 1 THEN 'modèle €' ELSE 'modèle ' END || model_id AS model,
    model_id, 'benché ' || benchmark_id AS benchmark, benchmark_id, score, n, stderr,
    jsonb_build_object('benché ' || benchmark_id, NULLIF(score, 'NaN'), 'size €', model_id) AS scores
FROM long;
"""
# How the rows of scores and of wide come to lie on shard {0}.
TABLES = {
    "by_model": "SELECT * FROM scores WHERE model_id % 2 = {0}",
    "by_row": "SELECT * FROM scores WHERE id % 2 = {0}",  # the same cells on both
    "by_domain": "SELECT * FROM scores WHERE (domain > 2)::int = {0}",
    "one_side": "SELECT * FROM scores WHERE {0} = 0",  # the other shard has no row
    "bad": "SELECT * FROM scores WHERE false",
    "wide": "SELECT * FROM wide WHERE id % 2 = {0}",
    "wide_by_grp": "SELECT * FROM wide WHERE (grp > 3)::int = {0}",
}
CALLS = {
    "text": "score_matrix(model, benchmark, score)",
    "ids": "score_matrix(model_id, benchmark_id, score)",
    "jsonb": "score_matrix(model, scores)",
    "means": "score_matrix(model, benchmark, score, n, stderr)",
}
MATRIX = CALLS["text"]

COLUMNS = {
    "wide": "id int, grp int, kind text, caps float8[], safety float8, many float8[], y float8, x float8",
    "": "domain int, id bigint, model text, model_id bigint, benchmark text, benchmark_id bigint, "
        "score float8, n bigint, stderr float8, scores jsonb",
}
SERVER = """
CREATE SERVER {name} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (
    host '{host}', port '{port}', dbname 'evals', async_capable 'true' {extensions});
CREATE USER MAPPING FOR CURRENT_USER SERVER {name};
CREATE SCHEMA {name};
IMPORT FOREIGN SCHEMA public FROM SERVER {name} INTO {name};
"""


def prepare(shard, number):
    """A database on the shard, unlike the hub's in all that a database can differ in."""
    admin = shard.connect("postgres")
    # not "unicode", which every server lists from 16 on, with ICU or without
    icu = admin.value("SELECT count(*) FROM pg_collation WHERE collname = 'und-x-icu'") > 0
    admin.rows("CREATE DATABASE evals TEMPLATE template0 LOCALE 'C' " + (
        "ENCODING 'WIN1252'" if number == 0 else
        "ENCODING 'UTF8'" + " LOCALE_PROVIDER icu ICU_LOCALE 'de'" * icu))
    for setting in odd_values():
        if "array_nulls" in setting:  # the arrays of rows that go to the shards need it
            continue
        admin.rows("ALTER DATABASE evals " + setting)
    db = shard.connect("evals")
    db.rows("SET client_encoding = 'UTF8'")
    assert int(db.value("SHOW extra_float_digits")) == -9
    db.rows("CREATE EXTENSION safetycorr")
    for table in TABLES:
        db.rows(f"CREATE TABLE {table} ({COLUMNS['wide' if 'wide' in table else '']})")
    db.rows(f"CREATE VIEW states AS SELECT domain, {MATRIX} AS m FROM by_row GROUP BY domain")
    db.rows(f"CREATE VIEW bad_state AS SELECT {MATRIX} AS m FROM bad")
    return db


@pytest.fixture(scope="module")
def shards(db):
    with running_shards(db) as running:
        yield running


@pytest.fixture(scope="module")
def hub(db, shards):
    create(db)
    db.rows(DATA)
    db.rows(SCORES)
    db.rows("CREATE EXTENSION postgres_fdw")
    db.shards = [prepare(shard, number) for number, shard in enumerate(shards)]
    for number, shard in enumerate(shards):
        for name, extensions in (("s", ", extensions 'safetycorr'"), ("plain", "")):
            db.rows(SERVER.format(name=f"{name}{number}", extensions=extensions, **vars(shard)))
        for table, rows in TABLES.items():
            db.rows(f"INSERT INTO s{number}.{table} {rows.format(number)}")
        # without statistics the planner may think that fetching rows is cheaper,
        # with the news that a table is empty too
        for table in TABLES.keys() - {"one_side", "bad"}:
            db.rows(f"ANALYZE s{number}.{table}")
    assert db.value("""SELECT count(*) FROM (SELECT 1 FROM scores WHERE score <> 'NaN' GROUP BY model, benchmark
                       HAVING count(DISTINCT id % 2) = 2) AS s""") > 100
    orders = [shard.value("SELECT models(score_matrix(model, benchmark, score)) FROM by_model") for shard in db.shards]
    assert orders[0] != sorted(orders[0]) and orders[1] == sorted(orders[1])
    return db


def both(select, table, server="s"):
    """select, with {} for the table, over the tables of both shards."""
    return " UNION ALL ".join(select.format(f"{server}{i}.{table}") for i in (0, 1))


def remote(db, sql, analyze=False):
    """The foreign scans of sql's plan, and the SQL that they send."""
    found = [node for node in explain(db, sql, analyze)[0] if node["Node Type"] == "Foreign Scan"]
    return found, [node["Remote SQL"] for node in found]


def assert_states_travel(db, sql, sent):
    """Both shards are sent just this, at the same time."""
    scans, queries = remote(db, sql)
    assert queries == [sent, sent]
    assert all(node["Async Capable"] for node in scans)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("table", ["by_model", "by_row", "one_side"])
def test_states_travel(hub, table, call):
    """A matrix per shard and rollup: one value comes from each, all analyses have the same bits."""
    call = CALLS[call]
    sql = f"SELECT print(rollup(m)) FROM ({both(f'SELECT {call} AS m FROM {{}}', table)}) AS shard"
    arguments = call[len("score_matrix"):]
    assert_states_travel(hub, sql, f"SELECT public.score_matrix{arguments} FROM public.{table}")
    assert [node["Actual Rows"] for node in remote(hub, sql, analyze=True)[0]] == [1, 1]
    assert hub.value(sql) == hub.value(f"SELECT print({call}) FROM scores")
    # and that is what the option is for: without it the rows themselves come
    plain = sql.replace("s0.", "plain0.").replace("s1.", "plain1.")
    scans, queries = remote(hub, plain, analyze=True)
    assert all("score_matrix" not in query for query in queries)
    assert sum(node["Actual Rows"] for node in scans) == hub.value("SELECT count(*) FROM scores")
    assert hub.value(plain) == hub.value(sql)


@pytest.mark.parametrize("table", ["by_model", "by_row", "by_domain"])
def test_strata(hub, table):
    """GROUP BY on the shards and again at the hub, with FILTER and WHERE."""
    call = MATRIX + " FILTER (WHERE benchmark <> 'benché 3')"
    each = both(f"SELECT domain, {call} AS m FROM {{}} WHERE model_id < 24 GROUP BY domain", table)
    sql = f"SELECT domain, print(rollup(m)) FROM ({each}) AS shard GROUP BY domain ORDER BY domain"
    assert_states_travel(hub, sql, "SELECT domain, public.score_matrix(model, benchmark, score) FILTER "
                         f"(WHERE (benchmark <> 'benché 3')) FROM public.{table} WHERE ((model_id < 24)) GROUP BY 1")
    assert hub.rows(sql) == hub.rows(
        f"SELECT domain, print({call}) FROM scores WHERE model_id < 24 GROUP BY domain ORDER BY domain")


def test_constants_and_expressions_travel(hub):
    """Labels may be made on the shard."""
    call = "score_matrix((model || ' é'), {}, score)"
    each = both(f"SELECT {call.format(chr(39) + 'all' + chr(39))} AS m FROM {{}}", "by_row")
    sql = f"SELECT md5(print(rollup(m))) FROM ({each}) AS shard"
    assert_states_travel(hub, sql, f"SELECT public.{call.format(chr(39) + 'all' + chr(39) + '::text')} "
                         "FROM public.by_row")
    assert hub.value(sql) == hub.value(f"SELECT md5(print({call.format(chr(39) + 'all' + chr(39))})) FROM scores")


def test_remote_view(hub):
    """A view that exposes states: they travel without the option, and conditions go the other way."""
    sql = f"""SELECT domain, print(rollup(m)) FROM ({both('SELECT * FROM {}', 'states', 'plain')}) AS shard
        WHERE domain <> 3 GROUP BY domain ORDER BY domain"""
    assert_states_travel(hub, sql, "SELECT domain, m FROM public.states WHERE ((domain <> 3))")
    assert hub.rows(sql) == hub.rows(
        f"SELECT domain, print({MATRIX}) FROM scores WHERE domain <> 3 GROUP BY domain ORDER BY domain")


def test_bits_on_the_way(hub, shards):
    """dblink leaves the shard's settings as they are: text has all digits all the same."""
    hub.rows("CREATE EXTENSION IF NOT EXISTS dblink")
    for number, shard in enumerate(shards):
        hub.rows("SELECT dblink_connect(%s, %s)", (
            f"shard{number}", f"host={shard.host} port={shard.port} dbname=evals user={hub.connection.info.user}"))
        hub.rows("SELECT dblink_exec(%s, 'SET client_encoding = UTF8')", (f"shard{number}",))
        assert hub.value("SELECT * FROM dblink(%s, 'SHOW extra_float_digits') AS t (t text)",
                         (f"shard{number}",)) == "-9"
    each = " UNION ALL ".join(f"SELECT * FROM dblink('shard{i}', 'SELECT domain, m FROM states') "
                              "AS t (domain int, m score_matrix)" for i in (0, 1))
    assert hub.value(f"SELECT print(rollup(m)) FROM ({each}) AS shard") == hub.value(
        f"SELECT print({MATRIX}) FROM scores")
    hub.rows("SELECT dblink_disconnect('shard0'), dblink_disconnect('shard1')")


def partitioned(db, name, table, key, values):
    """A table whose two partitions are on the shards."""
    columns = COLUMNS["wide" if "wide" in table else ""]
    db.rows(f"CREATE TABLE {name} ({columns}) PARTITION BY LIST ({key})")
    for i, part in enumerate(values):
        db.rows(f"CREATE FOREIGN TABLE {name}_{i} PARTITION OF {name} FOR VALUES IN ({part}) "
                f"SERVER s{i} OPTIONS (table_name '{table}')")
    db.rows(f"ANALYZE {name}")


@pytest.fixture
def partitionwise(hub):
    hub.rows("SET enable_partitionwise_aggregate = on")
    yield hub
    hub.rows("RESET enable_partitionwise_aggregate")


def test_partitioned_table(partitionwise):
    """States travel if the inner aggregate has the partition key; without it rows do."""
    db = partitionwise
    partitioned(db, "parts", "by_domain", "domain", ("1, 2", "3, 4, 5"))
    sql = f"SELECT print(rollup(m)) FROM (SELECT domain, {MATRIX} AS m FROM parts GROUP BY domain) AS part"
    assert_states_travel(
        db, sql, "SELECT domain, public.score_matrix(model, benchmark, score) FROM public.by_domain GROUP BY 1")
    wanted = db.value(f"SELECT print({MATRIX}) FROM scores")
    assert db.value(sql) == wanted
    whole = f"SELECT print({MATRIX}) FROM parts"
    assert remote(db, whole)[1] == ["SELECT model, benchmark, score FROM public.by_domain"] * 2
    assert db.value(whole) == wanted


def test_rank_aggregates(partitionwise):
    """They need all rows of a group: whole aggregates travel by partition key, rows otherwise."""
    db = partitionwise
    partitioned(db, "wide_parts", "wide_by_grp", "grp", ("1, 2, 3", "4, 5, 7, 8"))
    calls = {"capabilities_corr(caps, safety)": "bits", "capabilities_corr(caps, many)": "bits",
             "capabilities_test(caps, safety)": "bits", "spearman_corr(y, x)": "bits", "kendall_corr(y, x)": "bits"}
    for call, read in calls.items():
        sql = "SELECT grp, " + read + "({}) FROM {} GROUP BY grp ORDER BY grp"
        assert_states_travel(db, sql.format(call, "wide_parts"),
                             f"SELECT grp, public.{call} FROM public.wide_by_grp GROUP BY 1")
        wanted = db.rows(sql.format(call, "wide"))
        assert db.rows(sql.format(call, "wide_parts")) == wanted and len(set(wanted)) == 7
        arguments = call.partition("(")[2][:-1]
        pooled = "SELECT " + read + "({}) FROM {}"
        assert remote(db, pooled.format(call, "wide_parts"))[1] == [
            f"SELECT {arguments} FROM public.wide_by_grp"] * 2
        assert db.value(pooled.format(call, "wide_parts")) == db.value(pooled.format(call, "wide"))


def test_wide_shards(hub):
    """Moments per shard, rollup, component: equal to 1e-12, which is what is promised."""
    each = both("SELECT grp, score_moments(caps) AS s FROM {} GROUP BY grp", "wide")
    sql = f"SELECT grp, numbers(first_component(rollup(s))) FROM ({each}) AS shard GROUP BY grp ORDER BY grp"
    assert_states_travel(hub, sql, "SELECT grp, public.score_moments(caps) FROM public.wide GROUP BY 1")
    wanted = hub.rows("SELECT grp, numbers(first_component(caps)) FROM wide GROUP BY grp ORDER BY grp")
    found = hub.rows(sql)
    assert [row[0] for row in found] == [row[0] for row in wanted] and len(found) == 7
    assert all(close(row[1], other[1]) for row, other in zip(found, wanted))
    assert sum(row[1] is not None for row in found) > 4


@pytest.mark.parametrize("relation", ["bad", "bad_state"])
def test_error_on_a_shard(hub, relation):
    """The hub's error is the shard's, and says what was asked of which table; the session goes on."""
    select = "SELECT m FROM {}" if relation == "bad_state" else f"SELECT {MATRIX} AS m FROM {{}}"
    sql = f"SELECT rollup(m) IS NULL FROM ({both(select, relation)}) AS shard"
    assert hub.value(sql) is True
    hub.shards[1].rows("INSERT INTO bad VALUES (1, 1, 'modèle', 1, 'b', 1, 'Infinity')")
    try:
        with hub.shards[1].connection.cursor() as cursor:
            with pytest.raises(Exception) as alone:
                cursor.execute(f"SELECT {MATRIX} FROM bad")
        error = hub.error(sql)
        assert error.pgcode == alone.value.pgcode == "22003"
        assert error.diag.message_primary == alone.value.diag.message_primary
        assert "remote SQL command: SELECT " in error.diag.context and relation in error.diag.context
    finally:
        hub.shards[1].rows("DELETE FROM bad")
    assert hub.value(sql) is True


# The function to call, of the same name on the shards.
PROXY = """
CREATE SERVER proxied FOREIGN DATA WRAPPER plproxy OPTIONS ({});
CREATE USER MAPPING FOR CURRENT_USER SERVER proxied OPTIONS (user '{}');
CREATE FUNCTION domain_states() RETURNS TABLE (domain int, m score_matrix) LANGUAGE plproxy
AS $$ CLUSTER 'proxied'; RUN ON ALL; $$;
CREATE FUNCTION grp_states() RETURNS TABLE (grp int, s score_moments) LANGUAGE plproxy
AS $$ CLUSTER 'proxied'; RUN ON ALL; $$;
"""
PROXIED = f"""
CREATE FUNCTION domain_states() RETURNS TABLE (domain int, m score_matrix) LANGUAGE sql STABLE
AS $$ SELECT domain, {MATRIX} FROM by_row GROUP BY domain $$;
CREATE FUNCTION grp_states() RETURNS TABLE (grp int, s score_moments) LANGUAGE sql STABLE
AS $$ SELECT grp, score_moments(caps) FROM wide GROUP BY grp $$;
"""


@pytest.fixture(scope="module")
def proxy(hub, shards):
    """plproxy, set up to call the functions of both shards."""
    if not hub.value("SELECT count(*) FROM pg_available_extensions WHERE name = 'plproxy'"):
        pytest.skip("plproxy is not installed")
    hub.rows("CREATE EXTENSION plproxy")
    places = ", ".join(f"p{i} 'host={shard.host} port={shard.port} dbname=evals'" for i, shard in enumerate(shards))
    hub.rows(PROXY.format(places, hub.connection.info.user))
    for shard in hub.shards:
        shard.rows(PROXIED)
    return hub


def test_plproxy(proxy):
    """RUN ON ALL: states of both shards, as text, under the shards' odd settings."""
    assert proxy.value("SELECT count(*) FROM domain_states()") == 2 * 5
    assert proxy.rows("SELECT domain, print(rollup(m)) FROM domain_states() GROUP BY domain ORDER BY domain") == \
        proxy.rows(f"SELECT domain, print({MATRIX}) FROM scores GROUP BY domain ORDER BY domain")
    assert proxy.value("SELECT print(rollup(m)) FROM domain_states()") == proxy.value(
        f"SELECT print({MATRIX}) FROM scores")


def test_plproxy_moments(proxy):
    """The same for wide shards; plproxy frees what an input function returns."""
    rows = proxy.rows("""SELECT numbers(first_component(rollup(s))),
            (SELECT numbers(first_component(caps)) FROM wide AS w WHERE w.grp = g.grp)
        FROM grp_states() AS g GROUP BY grp""")
    assert len(rows) == 7 and all(close(*row) for row in rows)
