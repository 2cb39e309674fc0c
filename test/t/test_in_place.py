"""A matrix that grows row by row in a variable of PL/pgSQL.

From PostgreSQL 18 on m := score_matrix_accum(m, ...) changes m in place, in a
block that handles exceptions too.  So an error must leave m as it was, whatever
the error is and however large m: that is tested on every server.

Copies are counted without a clock: a matrix remembers the ids that it has met
more than once, a copy of it knows none.
"""
import pytest

# Arguments after the first of each overload; all four add to matrices of ids.
OVERLOADS = {
    "text": "'1', '2', 0.5",
    "bigint": "1::bigint, 2::bigint, 0.5",
    "mean": "'1', '2', 0.5, 10, 0.1",
    "jsonb": """'1', '{"1": 0.25, "2": 0.5, "another": 1}'::jsonb""",
}

LONG = "repeat('x', 10001)"
MOST = "9223372036854775807"

# Arguments that are refused, and the code of the error.  In the matrices below cell ('full', 'full') and ('0', '0')
# have as many scores as can be counted, 'full' and 'new' are texts, and 'b1' is a benchmark.
REFUSED = {
    "no model": ("22004", "NULL::text, 'new', 1"),
    "no benchmark": ("22004", "'new', NULL::text, 1"),
    "infinite": ("22003", "'new', 'new', 'infinity'"),
    "too large": ("22003", "'new', 'new', 1e200"),
    "long model": ("54000", f"{LONG}, 'new', 1"),
    "long benchmark": ("54000", f"'new', {LONG}, 1"),
    "full": ("22003", "'full', 'full', 1"),
    "no model id": ("22004", "NULL::bigint, 77::bigint, 1"),
    "no benchmark id": ("22004", "77::bigint, NULL::bigint, 1"),
    "infinite of ids": ("22003", "77::bigint, 77::bigint, '-infinity'"),
    "full of ids": ("22003", "0::bigint, 0::bigint, 1"),
    "mean without model": ("22004", "NULL, 'new', 1, 2, 0.5"),
    "mean without benchmark": ("22004", "'new', NULL, 1, 2, 0.5"),
    "infinite mean": ("22003", "'new', 'new', 'infinity', 2, 0.5"),
    "mean of unknown many": ("22023", "'new', 'new', 1, NULL, 0.5"),
    "mean of none": ("22023", "'new', 'new', 1, 0, 0.5"),
    "negative error": ("22023", "'new', 'new', 1, 2, -1"),
    "huge error": ("22003", "'new', 'new', 1, 2, 1e200"),
    "mean of long model": ("54000", f"{LONG}, 'new', 1, 2, 0.5"),
    "mean of long benchmark": ("54000", f"'new', {LONG}, 1, 2, 0.5"),
    "full of means": ("22003", "'full', 'full', 1, 1, NULL"),
    "one too many for a single": ("22003", f"'m1', 'b1', 1, {MOST}, NULL"),
    "no object": ("22023", "'new', '[1]'::jsonb"),
    "row without model": ("22004", """NULL, '{"new": 1}'::jsonb"""),
    "second is no score": ("22023", """'new', '{"b1": 1, "new": 1, "newer": {}}'::jsonb"""),
    "second is infinite": ("22003", """'new', '{"b1": 1, "new": 1, "newer": "Infinity"}'::jsonb"""),
    "second is too large": ("22003", """'new', '{"b1": 1, "new": 1, "newer": 1e200}'::jsonb"""),
    "second is out of range": ("22003", """'new', '{"b1": 1, "new": 1, "newer": 1e400}'::jsonb"""),
    "row of long model": ("54000", f"""{LONG}, '{{"b1": 1, "new": 1}}'::jsonb"""),
    "second is long": ("54000", f"""'full', jsonb_build_object('b1', 1, 'new', 1, {LONG}, 1)"""),
    "last is full": ("22003", """'full', '{"b1": 1, "b2": 1, "new": 1, "full": 1}'::jsonb"""),
}

# Sizes at which labels and cells are kept in different ways: few labels, an index of them, scores that wait.
# A marked one declares names that come to have scores.
SIZES = {"tiny": (2, 2), "small": (20, 10), "large": (150, 60), "marked": (20, 10)}


@pytest.fixture(scope="module")
def data(db):
    db.rows("CREATE TABLE base (size text PRIMARY KEY, m score_matrix)")
    for size, (models, benchmarks) in SIZES.items():
        db.rows(f"""INSERT INTO base SELECT '{size}',
            score_matrix_accum(score_matrix_accum(score_matrix('m' || i, 'b' || j, i + j), 'full', 'full', 1, {MOST}, NULL),
                               '0', '0', 1, {MOST}, NULL)
            FROM generate_series(1, {models}) AS i, generate_series(1, {benchmarks}) AS j""")
    db.rows("""UPDATE base SET m = annotate(m, '{b1,new}', '{b2,newer}', targets => '{another}', families => '{"m1": "x", "new": "y", "77": "x"}',
        overlaps => '{"newest": ["b1", "c"]}', missing_ok => true) WHERE size = 'marked'""")
    # what the one "safetycorr object" of a function takes
    db.rows("""CREATE FUNCTION memory() RETURNS bigint LANGUAGE sql AS $$
        SELECT sum(used_bytes)::bigint FROM pg_backend_memory_contexts WHERE name = 'safetycorr object' $$;
        CREATE DOMAIN marked AS score_matrix CHECK (true);
        CREATE TYPE holder AS (m score_matrix)""")
    return db


# ---------------------------------------------------------------------
# Errors
# ---------------------------------------------------------------------

REFUSAL = """
CREATE OR REPLACE FUNCTION refusal() RETURNS TABLE (code text, same bool, goes_on bool) LANGUAGE plpgsql AS $$
DECLARE
    m score_matrix; before score_matrix; other score_matrix;
BEGIN
    SELECT base.m INTO m FROM base WHERE size = '{size}';
    before := m;
    -- an object of its own now, with many scores that wait if it is large
    FOR i IN 1..{steps} LOOP
        m := score_matrix_accum(m, 'm' || i % 3, 'b' || i % 7, i);
        before := score_matrix_accum(before, 'm' || i % 3, 'b' || i % 7, i);
    END LOOP;
    FOR attempt IN 1..2 LOOP
        BEGIN
            code := 'none';
            m := score_matrix_accum(m, {arguments});
        EXCEPTION WHEN OTHERS THEN
            code := SQLSTATE;
        END;
        same := m = before AND score_matrix_send(m) = score_matrix_send(before) AND m::text = before::text;
    END LOOP;
    m := score_matrix_accum(score_matrix_accum(score_matrix_accum(m, 'new', 'b1', 1), 'm1', 'new', 2), 77, 77, 3);
    before := score_matrix_accum(score_matrix_accum(score_matrix_accum(before, 'new', 'b1', 1), 'm1', 'new', 2), 77, 77, 3);
    goes_on := score_matrix_send(m) = score_matrix_send(before);
    RETURN NEXT;
END $$"""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", REFUSED)
def test_an_error_changes_nothing(data, name, size):
    code, arguments = REFUSED[name]
    data.rows(REFUSAL.format(size=size, arguments=arguments, steps=5 if size == "large" else 1))
    assert data.row("SELECT * FROM refusal()") == (code, True, True)


def test_every_refusal_can_come_first(data):
    """All of them after each other on one matrix, which gets a score in between."""
    attempts = "".join(f"""
        BEGIN m := score_matrix_accum(m, {arguments}); RAISE 'not refused' USING ERRCODE = '99999';
        EXCEPTION WHEN OTHERS THEN ASSERT SQLSTATE = '{code}', SQLERRM; END;
        m := score_matrix_accum(m, 'm{i}', 'b{i % 5}', {i});""" for i, (code, arguments) in enumerate(REFUSED.values()))
    data.rows(f"CREATE FUNCTION refusals(m score_matrix) RETURNS score_matrix LANGUAGE plpgsql AS $$ BEGIN {attempts} "
              "RETURN m; END $$")
    for size in SIZES:
        assert data.value(f"""
            SELECT score_matrix_send(refusals(m)) = (SELECT score_matrix_send(merge(m, score_matrix('m' || i, 'b' || i % 5, i)))
                FROM generate_series(0, {len(REFUSED) - 1}) AS i) FROM base WHERE size = '{size}'""")


@pytest.mark.parametrize("there", range(65533, 65539))
@pytest.mark.parametrize("many", ["models", "benchmarks"])
def test_errors_while_an_index_is_dealt_out(data, many, there):
    """The index of labels becomes many at 65,536: labels that were reserved and refused, before, at and after it, are no labels."""
    label = "'m' || i, 'b'" if many == "models" else "'m', 'b' || i"
    new = "'{}', 'b', 1" if many == "models" else "'m', '{}', 1"
    data.rows(f"""CREATE OR REPLACE FUNCTION dealt() RETURNS bool LANGUAGE plpgsql AS $$
        DECLARE
            m score_matrix; code text;
            wanted CONSTANT score_matrix := (SELECT score_matrix(k, v, 1) FROM (
                SELECT {label} FROM generate_series(1, {there}) AS i
                UNION ALL VALUES ('x', 'y1'), ('x', 'y2'), ('x', 'y3'), ('x', 'y4'),
                    {", ".join("(" + new.format(name).rsplit(",", 1)[0] + ")" for name in ("p", "q", "r", "s", "y1"))}) AS r (k, v));
        BEGIN
            SELECT score_matrix({label}, 1) INTO m FROM generate_series(1, {there}) AS i;
            FOR attempt IN 1..3 LOOP
                BEGIN
                    m := score_matrix_accum(m, 'x', '{{"y1": 1, "y2": 1, "y3": 1, "y4": "Infinity"}}'::jsonb);
                EXCEPTION WHEN numeric_value_out_of_range THEN code := SQLSTATE;
                END;
                BEGIN
                    m := score_matrix_accum(m, {new.format("p").replace(", 1", ", 'Infinity'")});
                EXCEPTION WHEN numeric_value_out_of_range THEN code := SQLSTATE;
                END;
            END LOOP;
            ASSERT code = '22003' AND cardinality({many}(m)) = {there};
            m := score_matrix_accum(m, {new.format("q")});
            m := score_matrix_accum(m, {new.format("p")});
            m := score_matrix_accum(m, 'x', '{{"y4": 1, "y3": 1, "y2": 1, "y1": 1}}'::jsonb);
            m := score_matrix_accum(m, {new.format("r")});
            m := score_matrix_accum(m, {new.format("s")});
            m := score_matrix_accum(m, {new.format("y1")});
            ASSERT {many}(m) = {many}(wanted);
            RETURN score_matrix_send(m) = score_matrix_send(wanted);
        END $$""")
    assert data.value("SELECT dealt()") is True


def test_no_score_waits_beside_a_full_cell(data):
    """A score that waits for its cell is in it before the cell gets as many as can be counted, or is refused at once."""
    data.rows(f"""DO $$
        DECLARE m score_matrix; code text; cell record;
        BEGIN
            SELECT score_matrix('m' || i, 'b' || j, i + j) INTO m
            FROM generate_series(1, 150) AS i, generate_series(1, 60) AS j;
            FOR i IN 1..3 LOOP
                m := score_matrix_accum(m, 'm1', 'b1', i);
            END LOOP;
            BEGIN
                m := score_matrix_accum(m, 'm1', 'b1', 0, {MOST} - 3, NULL);
            EXCEPTION WHEN numeric_value_out_of_range THEN
                code := SQLSTATE;
            END;
            ASSERT code = '22003';
            m := score_matrix_accum(m, 'm1', 'b1', 0, {MOST} - 4, NULL);
            code := NULL;
            BEGIN
                m := score_matrix_accum(m, 'm1', 'b1', 1);
            EXCEPTION WHEN numeric_value_out_of_range THEN
                code := SQLSTATE;
            END;
            ASSERT code = '22003';
            SELECT * INTO STRICT cell FROM cells(m) WHERE model = 'm1' AND benchmark = 'b1';
            ASSERT cell.n = {MOST};
        END $$""")


def test_the_size_limit_changes_nothing(data):
    """At 1 GB of text: what still fits goes in, what does not leaves no label behind, and no part of a row."""
    fits = (1000000000 - 2000) // (6 * 10000 + 120 + 48)
    data.rows(f"""DO $$
        DECLARE m score_matrix; before bigint; refused int := 0;
        BEGIN
            SELECT score_matrix(rpad(i::text, 10000, 'x'), 'b', i) INTO m FROM generate_series(1, {fits}) AS i;
            m := score_matrix_accum(m, '1', 'b', 1);
            before := score_matrix_hash_extended(m, 0);
            FOR attempt IN 1..2 LOOP
                BEGIN
                    m := score_matrix_accum(m, 'new', rpad('new', 10000, 'x'), 1);
                EXCEPTION WHEN program_limit_exceeded THEN
                    refused := refused + 1;
                END;
                BEGIN
                    m := score_matrix_accum(m, 'new', rpad('new', 10000, 'x'), 1, 2, 0.5);
                EXCEPTION WHEN program_limit_exceeded THEN
                    refused := refused + 1;
                END;
                BEGIN
                    m := score_matrix_accum(m, 'new', jsonb_build_object('b', 1, 'c', 1, rpad('new', 10000, 'x'), 1));
                EXCEPTION WHEN program_limit_exceeded THEN
                    refused := refused + 1;
                END;
            END LOOP;
            ASSERT refused = 6;
            ASSERT score_matrix_hash_extended(m, 0) = before;
            m := score_matrix_accum(m, 'new', 'b', 1);
            ASSERT cardinality(models(m)) = {fits} + 2;
        END $$""")


# ---------------------------------------------------------------------
# Copies
# ---------------------------------------------------------------------

# A step, in a block that handles exceptions, in a function that has made m from 1,000 ids, each of which came twice: what
# m takes before it, after it, and as a copy.
STEP = """
CREATE OR REPLACE FUNCTION step({parameters}) RETURNS TABLE (before bigint, after bigint, copy bigint, result bytea) LANGUAGE plpgsql AS $$
DECLARE
    {declarations}
BEGIN
    FOR i IN 0..1999 LOOP
        BEGIN
            m := score_matrix_accum(m, i % 1000::bigint, 2::bigint, i);
        EXCEPTION WHEN data_exception THEN
            RAISE;
        END;
    END LOOP;
    before := memory();
    BEGIN
        {step}
    EXCEPTION WHEN data_exception THEN
        RAISE;
    END;
    after := memory();
    result := score_matrix_send(m);
    BEGIN
        m := merge(m, NULL);
    EXCEPTION WHEN data_exception THEN
        RAISE;
    END;
    copy := memory();
    RETURN NEXT;
END $$"""

IDS = 20000  # bytes that 1,000 ids take at least

IN_PLACE = {name: f"m := score_matrix_accum(m, {arguments});" for name, arguments in OVERLOADS.items()} | {
    "named": "m := score_matrix_accum(score => 1.5, benchmark => '2', model => 'new', state => m);",
    "no score": "m := score_matrix_accum(m, '1', '2', NULL);",
    "computed": "m := score_matrix_accum(m, other::text, upper(other || 'x'), pg_catalog.length(other) / 3.0);",
    "loop": "FOR k IN 1..5 LOOP m := score_matrix_accum(m, 'new ' || k, 'b', k); END LOOP;",
    "query": "FOR r IN SELECT * FROM cells(m) LIMIT 5 LOOP m := score_matrix_accum(m, r.model, 'b', r.score); END LOOP;",
    "nested blocks": "DECLARE m2 text := 'n'; BEGIN BEGIN m := score_matrix_accum(m, m2, '2', 1); "
                     "EXCEPTION WHEN OTHERS THEN RAISE; END; END;",
    "after an error": f"""
        BEGIN m := score_matrix_accum(m, 'new', '2', 'infinity'); EXCEPTION WHEN OTHERS THEN NULL; END;
        BEGIN m := score_matrix_accum(m, 'new', {LONG}, 1); EXCEPTION WHEN OTHERS THEN NULL; END;
        m := score_matrix_accum(m, 'new', '2', 1);""",
}

COPIED = {
    "another argument reads it": "m := score_matrix_accum(m, 'x', (benchmarks(m))[1], 1);",
    "an expression reads it": "m := score_matrix_accum(m, 'a', cardinality(models(m))::text, 1);",
    "twice": "m := score_matrix_accum(score_matrix_accum(m, 'a', 'b', 1), 'c', 'd', 2);",
    "merge": "m := merge(m, score_matrix_accum(NULL, 'a', 'b', 1));",
}


# Were the ids known before the step, and after it?
IN_PLACE_ALWAYS, COPIED_LAST, COPIED_ALWAYS = (True, True), (True, False), (False, False)


def step(db, text, declarations="m score_matrix; other text := 'o'; r record;", parameters="", call="step()"):
    db.rows("DROP FUNCTION IF EXISTS step")
    db.rows(STEP.format(step=text, declarations=declarations, parameters=parameters))
    before, after, copy, result = db.row(f"SELECT * FROM {call}")
    return (before - copy > IDS, after - copy > IDS), bytes(result)


@pytest.fixture(scope="module")
def in_place(data):
    if data.connection.server_version < 180000:
        pytest.skip("before PostgreSQL 18 variables are copied")
    return data


def wanted(db, *changes):
    """The same from flat values, in SQL."""
    matrix = "(SELECT score_matrix(i % 1000::bigint, 2::bigint, i) FROM generate_series(0, 1999) AS i)"
    for change in changes:
        matrix = f"score_matrix_accum({matrix}, {change})"
    return bytes(db.value(f"SELECT score_matrix_send({matrix})"))


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place(in_place, name):
    assert step(in_place, IN_PLACE[name])[0] == IN_PLACE_ALWAYS


@pytest.mark.parametrize("name", COPIED)
def test_copied(in_place, name):
    """That copies are seen at all; and that what must not be changed in place is not."""
    assert step(in_place, COPIED[name])[0] == COPIED_LAST


@pytest.mark.parametrize("name", OVERLOADS)
def test_result_in_place(in_place, name):
    assert step(in_place, IN_PLACE[name]) == (IN_PLACE_ALWAYS, wanted(in_place, OVERLOADS[name]))


def test_parameter(in_place):
    """A parameter of the function is a variable as any other, and the caller's value stays."""
    assert step(in_place, IN_PLACE["text"], "", "m score_matrix", "step(NULL)") == (
        IN_PLACE_ALWAYS, wanted(in_place, OVERLOADS["text"]))
    assert in_place.row("""
        SELECT old = score_matrix_send(m), cardinality(models(score_matrix_accum(m, 'c', 'd', 1))) FROM (
            SELECT m, score_matrix_send(m) AS old, (SELECT after FROM step(m)) AS after
            FROM (SELECT score_matrix_accum(NULL, 'a', 'b', 1) AS m OFFSET 0) AS q OFFSET 0) AS s""") == (True, 2)


def test_domain(in_place):
    """A variable of a domain is copied, as its constraint is checked at the end; and it is right."""
    assert step(in_place, IN_PLACE["text"], "m marked;") == (COPIED_ALWAYS, wanted(in_place, OVERLOADS["text"]))


DOMAIN = """
CREATE DOMAIN few AS score_matrix CHECK (length(VALUE::text) < 200);
CREATE FUNCTION few() RETURNS bool LANGUAGE plpgsql AS $$
DECLARE m few; before text; caught int := 0;
BEGIN
    FOR i IN 1..100 LOOP
        before := m::text;
        BEGIN
            m := score_matrix_accum(m, 'model ' || i, 'b', i);
        EXCEPTION WHEN check_violation THEN
            caught := caught + 1;
            ASSERT m::text = before;
        END;
    END LOOP;
    RETURN caught BETWEEN 1 AND 99;
END $$"""


def test_constraint_of_a_domain(data):
    data.rows(DOMAIN)
    assert data.value("SELECT few()")


def test_record_field(data):
    data.rows("""DO $$
        DECLARE r holder; s record; a score_matrix;
        BEGIN
            FOR i IN 1..20 LOOP
                BEGIN
                    r.m := score_matrix_accum(r.m, 'm' || i, 'b', i);
                    a := score_matrix_accum(a, 'm' || i, 'b', i);
                    s := r;
                    s.m := score_matrix_accum(s.m, 'other', 'b', i);
                EXCEPTION WHEN data_exception THEN
                    RAISE;
                END;
                ASSERT r.m = a AND s.m <> a;
                ASSERT cardinality(models(s.m)) = i + 1;
            END LOOP;
        END $$""")


def test_aliases(data):
    """A variable that was assigned from another, passed on, or is read by an open cursor: each keeps its value."""
    data.rows("""
        CREATE FUNCTION adds(m score_matrix) RETURNS score_matrix LANGUAGE plpgsql AS $$
        BEGIN
            BEGIN
                m := score_matrix_accum(m, 'in a function', 'b', 1);
            EXCEPTION WHEN data_exception THEN
                RAISE;
            END;
            RETURN m;
        END $$;
        DO $$
        DECLARE
            m score_matrix; n score_matrix; before text; list score_matrix[]; c refcursor; fetched score_matrix; seen int;
        BEGIN
            FOR i IN 1..50 LOOP
                BEGIN
                    m := score_matrix_accum(m, 'm' || i, 'b', i);
                    before := m::text;
                    n := m;
                    list := array_append(list, m);
                    OPEN c FOR SELECT m;
                    m := score_matrix_accum(m, 'm' || i, 'c', i);
                    ASSERT n::text = before AND list[i]::text = before;
                    FETCH c INTO fetched;
                    CLOSE c;
                    ASSERT fetched::text = before;
                    before := m::text;
                    n := score_matrix_accum(n, 'other', 'c', i);
                    ASSERT m::text = before AND n::text <> before;
                    n := adds(m);
                    ASSERT m::text = before AND n <> m;
                    m := score_matrix_accum(m, 'm1', cardinality(models(adds(m)))::text, i);
                    seen := 0;
                    FOR n IN SELECT m FROM generate_series(1, 3) LOOP
                        m := score_matrix_accum(m, 'm1', 'again', i);
                        seen := seen + (SELECT count(*) FROM cells(n) WHERE benchmark = 'again' AND cells.n > 3 * (i - 1));
                    END LOOP;
                    ASSERT seen = 0, seen;
                EXCEPTION WHEN data_exception THEN
                    RAISE;
                END;
            END LOOP;
        END $$""")


def test_loop_gives_the_bytes_of_the_aggregate(data):
    """All overloads in turn, with errors in between, into one variable and by aggregates."""
    rows = 30000 if data.connection.server_version >= 180000 else 600
    models, benchmarks = (97, 83) if rows > 1000 else (9, 7)
    data.rows(f"""
        CREATE TABLE source AS SELECT i, (i * 31 % {models})::bigint AS model, (i * 17 % {benchmarks})::bigint AS benchmark,
            (i % 1000) / 8.0::float8 AS score FROM generate_series(1, {rows}) AS i;
        CREATE FUNCTION looped() RETURNS score_matrix LANGUAGE plpgsql AS $$
        DECLARE m score_matrix; r record; caught int := 0;
        BEGIN
            FOR r IN SELECT * FROM source ORDER BY i LOOP
                BEGIN
                    IF r.i % 10 = 0 THEN
                        m := score_matrix_accum(m, r.model::text,
                            jsonb_build_object(r.benchmark, r.score, 'x', r.score, 'y' || r.i % 20, r.score));
                    ELSIF r.i % 10 < 4 THEN
                        m := score_matrix_accum(m, r.model::text, r.benchmark::text, r.score);
                    ELSIF r.i % 10 < 9 THEN
                        m := score_matrix_accum(m, r.model, r.benchmark, r.score);
                    ELSIF r.i % 100 = 9 THEN
                        m := score_matrix_accum(m, r.model::text, r.benchmark::text, r.score, r.i, 0.25);
                    ELSE
                        m := score_matrix_accum(m, r.model::text, jsonb_build_object(r.benchmark, 1, 'z' || r.i, 'no score'));
                    END IF;
                EXCEPTION WHEN invalid_parameter_value THEN
                    caught := caught + 1;
                END;
            END LOOP;
            ASSERT caught = {rows} * 9 / 100;
            RETURN m;
        END $$""")
    assert data.row("""
        SELECT score_matrix_send(looped()) = score_matrix_send(merge(merge(a, b), merge(c, d))) FROM (
            SELECT score_matrix(model::text, jsonb_build_object(benchmark, score, 'x', score, 'y' || i % 20, score))
                       FILTER (WHERE i % 10 = 0) AS a,
                   score_matrix(model::text, benchmark::text, score) FILTER (WHERE i % 10 BETWEEN 1 AND 3) AS b,
                   score_matrix(model, benchmark, score) FILTER (WHERE i % 10 BETWEEN 4 AND 8) AS c,
                   score_matrix(model::text, benchmark::text, score, i::bigint, 0.25) FILTER (WHERE i % 100 = 9) AS d
            FROM source) AS s""") == (True,)


@pytest.mark.parametrize("handler", [True, False])
def test_no_step_leaks(data, handler):
    """Memory of the session after many steps is that after few."""
    steps = 200000 if data.connection.server_version >= 180000 else 20000
    begin, end = ("BEGIN", "EXCEPTION WHEN data_exception THEN caught := caught + 1; END;") if handler else ("", "")
    bad = "CASE WHEN i % 100 = 0 THEN 'infinity' ELSE i END" if handler else "i"
    few, many = data.row(f"""
        CREATE FUNCTION steps() RETURNS TABLE (few bigint, many bigint) LANGUAGE plpgsql AS $$
        DECLARE m score_matrix; caught int := 0;
        BEGIN
            FOR i IN 1..{steps} LOOP
                {begin}
                    m := score_matrix_accum(m, 'm' || i % 10, 'b' || i % 7, {bad});
                    m := score_matrix_accum(m, i % 10::bigint, i % 7::bigint, {bad});
                    m := score_matrix_accum(m, 'm' || i % 10, 'b' || i % 7, {bad}, i, 0.5);
                    m := score_matrix_accum(m, 'm' || i % 10, jsonb_build_object('b' || i % 7, i, 'c', i));
                {end}
                IF i = {steps} / 20 THEN
                    SELECT sum(total_bytes) INTO few FROM pg_backend_memory_contexts;
                END IF;
            END LOOP;
            SELECT sum(total_bytes) INTO many FROM pg_backend_memory_contexts;
            RETURN NEXT;
        END $$;
        SELECT * FROM steps()""")
    data.rows("DROP FUNCTION steps")
    assert many - few < 100000
