"""Marks of a score_matrix are a lattice: what merging makes of them depends on no order.

The laws are tested on random matrices, against a few lines of Python that know
what each of them says of each name.
"""
import json
import random
import time

import psycopg2
import pytest

LISTS = ("capabilities", "lower_is_better", "covariates", "targets", "higher_is_better")
KEYS = dict(zip(LISTS, ("capability", "lower_is_better", "covariate", "target", "higher_is_better")))
ROLES = ("capabilities", "covariates", "targets")
BENCHMARKS = [f"b{i}" for i in range(8)] + ["", "é", "B0"]
MODELS = [f"m{i}" for i in range(12)] + ["", "日本", "M0"]
FAMILIES = ["x", "y", "", "Ω", "x, y"]


def literal(text):
    return "'" + text.replace("'", "''") + "'"


class Marked:
    """A random matrix with marks, as SQL and as what it says."""

    def __init__(self, chance, number):
        self.cells = {(chance.choice(MODELS), chance.choice(BENCHMARKS)) for _ in range(chance.choice((0, 1, 5, 20)))}
        roles, directions = [list(BENCHMARKS) for _ in range(2)]
        chance.shuffle(roles)
        chance.shuffle(directions)
        self.lists = {name: [(roles if name in ROLES else directions).pop() for _ in range(chance.choice((0, 0, 1, 3)))]
                      for name in LISTS}
        self.families = {model: chance.choice(FAMILIES) for model in MODELS if chance.random() < 0.3}
        self.overlaps = {a: chance.sample([b for b in BENCHMARKS if b != a], chance.choice((1, 3)))
                         for a in BENCHMARKS if chance.random() < 0.1}
        self.number = number

    def sql(self):
        rows = ",".join(f"({literal(m)}, {literal(b)}, {self.number}::float8)" for m, b in sorted(self.cells))
        rows = rows or "('', '', NULL::float8)"
        marks = ", ".join(f"{name} => ARRAY[{','.join(map(literal, names))}]::text[]" for name, names in self.lists.items())
        return (f"annotate((SELECT score_matrix(m, b, s) FROM (VALUES {rows}) AS v (m, b, s)), {marks}, "
                f"families => {literal(json.dumps(self.families))}, overlaps => {literal(json.dumps(self.overlaps))}, "
                "missing_ok => true)")


def joined(parts):
    """What matrices say together, as jsonb without the cells has it."""
    models = {model for part in parts for model, _ in part.cells}
    flags, families, overlaps = {}, {}, {}
    for part in parts:
        for _, benchmark in part.cells:
            flags.setdefault(benchmark, {})
        for name, benchmarks in part.lists.items():
            for benchmark in benchmarks:
                flags.setdefault(benchmark, {})[KEYS[name]] = True
        for model, family in part.families.items():
            families[model] = {"conflict": True} if families.get(model, family) != family else family
        for target, others in part.overlaps.items():
            overlaps.setdefault(target, set()).update(others)
    for target, others in overlaps.items():
        for benchmark in (target, *others):
            flags.setdefault(benchmark, {})
    said = {"version": 1, "models": sorted(models, key=str.encode),
            "benchmarks": [{"name": b, **flags[b]} for b in sorted(flags, key=str.encode)]}
    if families:
        said["families"] = families
    if overlaps:
        said["overlaps"] = {target: sorted(others, key=str.encode) for target, others in overlaps.items()}
    return said


def make(db, chance, n):
    """A table of n random matrices with different cells, so that sums of scores have no last bit."""
    parts = [Marked(chance, i) for i in range(n)]
    seen = set()
    for part in parts:
        part.cells -= seen
        seen |= part.cells
    db.rows("DROP TABLE IF EXISTS parts, pool")
    db.rows("CREATE TABLE parts (key int, m score_matrix)")
    for part in parts:
        db.rows(f"INSERT INTO parts SELECT {part.number}, {part.sql()}")
    return parts


TRIPS = ("m", "m::text::score_matrix", "m::jsonb::score_matrix", "merge(m, m0.nothing)", "merge(NULL, m)", "subset(m)", "annotate(m)")


@pytest.mark.parametrize("seed", range(12))
def test_any_tree_gives_the_same_value(db, seed):
    chance = random.Random(f"trees {seed}")
    parts = make(db, chance, 6)
    wanted = joined(parts)
    values = set()
    for _ in range(5):
        db.rows("DROP TABLE IF EXISTS pool")
        db.rows("CREATE TABLE pool AS TABLE parts")
        keys, fresh = [part.number for part in parts], 100
        while len(keys) > 1:
            chance.shuffle(keys)
            a, b = keys.pop(), keys.pop()
            db.rows(f"INSERT INTO pool SELECT {fresh}, merge(a.m, b.m) FROM pool AS a, pool AS b WHERE a.key = {a} AND b.key = {b}")
            assert db.value(f"""SELECT same.m = pool.m FROM pool, LATERAL (SELECT subset(m, '{{}}', '{{}}') AS nothing) AS m0,
                LATERAL (SELECT {chance.choice(TRIPS)} AS m) AS same WHERE key = {fresh}""")
            keys.append(fresh)
            fresh += 1
        said, value = db.row(f"SELECT (m::jsonb - 'cells')::text, md5(score_matrix_send(m)) FROM pool WHERE key = {keys[0]}")
        assert json.loads(said) == wanted
        values.add(value)
    # one after the other, in any order; and what is merged twice says nothing new
    for order in ("key", "-key", "key % 3, key", "md5(key::text)"):
        values.add(db.value(f"SELECT md5(score_matrix_send(rollup(m ORDER BY {order}))) FROM parts"))
    assert len(values) == 1
    assert db.value("""SELECT rollup(m)::jsonb - 'cells' = (SELECT rollup(m)::jsonb - 'cells' FROM parts)
        FROM (TABLE parts UNION ALL TABLE parts UNION ALL SELECT NULL, NULL) AS twice""")


@pytest.mark.parametrize("settings", ["max_parallel_workers_per_gather = 0", "max_parallel_workers_per_gather = 4"])
def test_any_plan_gives_the_same_value(db, settings):
    """Partial aggregates in parallel workers, by group or of all, hashed or sorted."""
    parts = make(db, random.Random("plans"), 40)
    wanted = joined(parts)
    try:
        db.rows(f"SET {settings}; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0")
        db.rows("ALTER TABLE parts SET (parallel_workers = 4)")
        plan = str(db.rows("EXPLAIN SELECT rollup(m) FROM parts"))
        assert ("Partial" in plan) == settings.endswith("4")
        said, value = db.row("SELECT (rollup(m)::jsonb - 'cells')::text, md5(score_matrix_send(rollup(m))) FROM parts")
        assert json.loads(said) == wanted
        for hashed in ("on", "off"):
            db.rows(f"SET enable_hashagg = {hashed}")
            assert db.value("""SELECT md5(score_matrix_send(rollup(m)))
                FROM (SELECT key % 7 AS part, rollup(m) AS m FROM parts GROUP BY 1 ORDER BY 1 DESC) AS q""") == value
    finally:
        db.rows("RESET ALL")


@pytest.mark.parametrize("seed", range(6))
def test_a_list_replaces_its_marks_only(db, seed):
    """annotate() of an annotated matrix: declared names come and go between the columns of its cells."""
    chance = random.Random(f"again {seed}")
    first, second = make(db, chance, 2)
    given = chance.sample([*LISTS, "families", "overlaps"], 3)
    said = Marked(random.Random(0), 0)
    said.cells = first.cells
    said.lists = {name: (second if name in given else first).lists[name] for name in LISTS}
    said.families = (second if "families" in given else first).families
    said.overlaps = (second if "overlaps" in given else first).overlaps
    marks = ", ".join([f"{name} => ARRAY[{','.join(map(literal, second.lists[name]))}]::text[]" for name in LISTS if name in given] +
                      [f"{name} => {literal(json.dumps(getattr(second, name)))}" for name in ("families", "overlaps") if name in given])
    db.rows(f"CREATE TABLE again AS SELECT annotate(m, {marks}, missing_ok => true) AS m FROM parts WHERE key = 0")
    assert json.loads(db.value("SELECT (m::jsonb - 'cells')::text FROM again")) == joined([said])
    assert db.value("SELECT m = m::text::score_matrix AND (m::jsonb) -> 'cells' IS NOT NULL FROM again")
    assert db.value("""SELECT count(*) = 0 FROM (TABLE x EXCEPT TABLE y) AS lost""".replace("TABLE x", "SELECT c.* FROM parts, cells(m) AS c WHERE key = 0")
                    .replace("TABLE y", "SELECT c.* FROM again, cells(m) AS c"))
    assert db.value("SELECT count(*) FROM again, cells(m)") == len(first.cells)
    db.rows("DROP TABLE again")


def test_ten_thousand_families(db):
    db.rows("""CREATE TABLE many AS SELECT annotate(score_matrix('model ' || i, 'b', i), families => jsonb_object_agg('model ' || i, 'family ' || i))
        AS m FROM generate_series(1, 10000) AS i""")
    assert db.row("SELECT count(*), count(DISTINCT family), bool_or(conflict) FROM many, families(m)") == (10000, 10000, False)
    assert db.value("SELECT merge(m, m)::jsonb - 'cells' = m::jsonb - 'cells' AND m::text::score_matrix = m FROM many")
    # each of them in a matrix of its own, of models that have no score there
    db.rows("""CREATE TABLE each AS SELECT annotate(score_matrix('model ' || i, 'b', i), families => jsonb_build_object('model ' || i, 'family ' || i,
        'model ' || i + 5000, 'family ' || i + 5000), missing_ok => true) AS m FROM generate_series(1, 10000) AS i GROUP BY i""")
    assert db.row("SELECT count(*), count(DISTINCT family), bool_or(conflict), count(*) FILTER (WHERE declared_only) "
                  "FROM (SELECT rollup(m) AS m FROM each) AS q, families(m)") == (15000, 15000, False, 5000)
    # all are in conflict, and none is left
    db.rows("""CREATE TABLE conflict AS SELECT merge(m, annotate(m, families => other)) AS m
        FROM many, (SELECT jsonb_object_agg('model ' || i, 'other') AS other FROM generate_series(1, 10000) AS i) AS o""")
    assert db.row("SELECT count(*) FILTER (WHERE conflict), count(family) FROM conflict, families(m)") == (10000, 0)
    assert db.value("SELECT m::text NOT LIKE '%family%' AND m::text::score_matrix = m FROM conflict")
    db.rows("DROP TABLE many, each, conflict")


def flat_size(models, benchmarks, cells):
    """Bytes of a matrix of single cells, see matrix_flat.h."""
    labels = [len(label.encode()) for label in (*models, *benchmarks)]
    size = 32 + 16 * cells + 4 * len(labels) + len(benchmarks) + sum(labels)
    return (size + 7) // 8 * 8


def test_marks_of_benchmarks_take_no_room(db):
    models, benchmarks = [f"model {i}" for i in range(30)], ["mmlu", "arc", "gpqa", "toxic"]
    db.rows("CREATE TABLE plain (m score_matrix); ALTER TABLE plain ALTER m SET STORAGE external")
    db.rows("INSERT INTO plain SELECT score_matrix(m, b, length(m) + length(b)) FROM unnest(%s) AS m, unnest(%s) AS b", (models, benchmarks))
    size = flat_size(models, benchmarks, 120) - 4  # of a value out of line, the length word is not counted
    assert db.value("SELECT pg_column_size(m) FROM plain") == size
    db.rows("""UPDATE plain SET m = annotate(m, '{mmlu,arc}', '{toxic}', targets => '{toxic}', higher_is_better => '{mmlu}')""")
    assert db.value("SELECT pg_column_size(m) FROM plain") == size
    db.rows("UPDATE plain SET m = annotate(m, families => (SELECT jsonb_object_agg(model, 'f') FROM families(m)))")
    assert db.value("SELECT pg_column_size(m) FROM plain") == size + (16 + 4 * 30 + 4 + 1 + 7) // 8 * 8
    db.rows("UPDATE plain SET m = annotate(m, families => '{}')")
    assert db.value("SELECT pg_column_size(m) FROM plain") == size
    db.rows("DROP TABLE plain")


def test_annotations_count_towards_the_limit_of_the_text_form(db):
    """What can be built can be dumped: at 1 GB of text more families are refused, not written."""
    error = db.error("""SELECT length(rollup(m)::text) FROM (SELECT annotate(subset(score_matrix('m', 'b', 1), '{}'),
        families => jsonb_build_object(rpad(i::text, 10000, 'm'), rpad(i::text, 10000, 'f')), missing_ok => true) AS m
        FROM generate_series(1, 9000) AS i GROUP BY i) AS q""")
    assert error.pgcode == "54000" and "score matrix is too large" in str(error)
    error = db.error("""SELECT annotate(m, families => (SELECT jsonb_object_agg(rpad(i::text, 10000, 'm'), rpad(i::text, 10000, 'f'))
        FROM generate_series(1, 9000) AS i), missing_ok => true) FROM (SELECT score_matrix('m' || i, 'b', 1) AS m FROM generate_series(1, 9) AS i) AS s""")
    assert error.pgcode == "54000" and "0 models" not in error.diag.message_detail
    # a conflict forgets both families
    assert db.value("""SELECT length(rollup(m)::text) < 90000000 FROM (SELECT annotate(subset(score_matrix('m', 'b', 1), '{}'),
        families => jsonb_build_object(rpad((i % 100)::text, 10000, 'm'), rpad(i::text, 10000, 'f')), missing_ok => true) AS m
        FROM generate_series(1, 3000) AS i GROUP BY i) AS q""")


def test_annotate_can_be_cancelled(db):
    """At whatever moment, it ends soon."""
    db.rows("""CREATE TABLE wide AS SELECT score_matrix('m' || i % 400, 'b' || i, i) AS m, array_agg('b' || i) AS names,
        jsonb_object_agg('m' || i, 'f' || i % 1000) AS families FROM generate_series(0, 300000) AS i""")
    for call in ("annotate(m, names)", "annotate(m, families => families, missing_ok => true)",
                 "annotate(m, targets => ARRAY(SELECT 'x' || i FROM generate_series(1, 300000) AS i), missing_ok => true)"):
        sql = f"SELECT {call} IS NULL FROM wide"
        start = time.monotonic()
        db.rows(sql)
        whole = time.monotonic() - start
        for share in (0.05, 0.2, 0.4, 0.6, 0.8):
            timeout = max(1, int(1000 * whole * share))
            db.rows(f"SET statement_timeout = {timeout}")
            start = time.monotonic()
            try:
                db.rows(sql)
            except psycopg2.errors.QueryCanceled:
                late = time.monotonic() - start - timeout / 1000
                assert late < 0.25, f"{call}: {late:.3f} s after {timeout} ms of {whole:.3f} s"
            else:
                # it was faster than before, by that much
                assert share > 0.2, f"{call} was not cancelled at {timeout} ms of {whole:.3f} s"
            finally:
                db.reset_timeout()
    db.rows("DROP TABLE wide")
