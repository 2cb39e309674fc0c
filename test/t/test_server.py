"""A good guest of the server: long runs can be cancelled, nothing leaks, memory is bounded."""
import math
import pathlib
import re
import threading
import time

import psycopg2
import psycopg2.errors
import pytest

from fingerprint import create, explain

# What is longest on the way from a table to an answer, each past its timeout.
DATA = """
CREATE TABLE pairs AS SELECT sin(i)::float8 AS x, cos(i * 1.7)::float8 AS y, i % 1000 AS z
FROM generate_series(1, 3000000) AS i;

CREATE AGGREGATE partial(float8, float8) (SFUNC = score_rows_accum, STYPE = score_rows);
CREATE AGGREGATE partial(float8[], float8) (SFUNC = score_rows_accum, STYPE = score_rows);
CREATE TABLE rows (pairs score_rows, three score_rows);
ALTER TABLE rows ALTER pairs SET STORAGE EXTERNAL, ALTER three SET STORAGE EXTERNAL;
INSERT INTO rows SELECT partial(x, y), partial(ARRAY[x, x + y, y - x], x * y) FILTER (WHERE z < 350) FROM pairs;

CREATE TABLE matrix (big score_matrix, square score_matrix, gaps score_matrix, big_text text);
ALTER TABLE matrix ALTER big SET STORAGE EXTERNAL, ALTER big_text SET STORAGE EXTERNAL;
INSERT INTO matrix SELECT big, (SELECT score_matrix(m::bigint, b::bigint, sin(m * b + m))
        FROM generate_series(1, 200) AS m, generate_series(1, 600) AS b),
    (SELECT score_matrix(m, b, sin(m) + sin(b) * hashint4((m * 999 + b)::int4) / 1e9)
        FROM generate_series(1, 20000::bigint) AS m, generate_series(1, 100::bigint) AS b
        WHERE hashint4((b * 99999 + m)::int4) % 10 = 0), big::text
FROM (SELECT score_matrix(i % 5000, i / 5000, sin(i)) AS big
      FROM (SELECT generate_series(0, 1199999)::bigint AS i) AS s) AS q;

CREATE TABLE wide (moments score_moments, noise score_matrix);
ALTER TABLE wide ALTER moments SET STORAGE EXTERNAL;
INSERT INTO wide SELECT
    (SELECT score_moments(v) FROM (SELECT array_agg(hashint4(i * 2003 + j)::float8) AS v
        FROM generate_series(1, 300) AS i, generate_series(1, 2000) AS j GROUP BY i) AS s),
    (SELECT score_matrix(i, j, hashint4((i * 2003 + j)::int4)) FROM generate_series(1, 700::bigint) AS i,
        generate_series(1, 800::bigint) AS j);

CREATE TABLE document AS
SELECT jsonb_build_object('versions', 1, 'config', 1, 'results',
    jsonb_object_agg('t' || i, '{"acc,none": 1, "acc_stderr,none": 1, "acc_norm,none": "N/A"}'::jsonb)) AS log
FROM generate_series(1, 400000) AS i;

CREATE TABLE file (text_of_groups text, items text, cells text);
ALTER TABLE file ALTER text_of_groups SET STORAGE EXTERNAL, ALTER items SET STORAGE EXTERNAL, ALTER cells SET STORAGE EXTERNAL;
INSERT INTO file SELECT jsonb_build_object('versions', 1, 'config', 1, 'results', jsonb_object_agg('g' || i, '{"acc,none": 1}'::jsonb)
        FILTER (WHERE i <= 50000), 'group_subtasks', jsonb_object_agg('g' || i, jsonb_build_array('t' || i, 't' || i % 7, 'u' || i % 11))
        FILTER (WHERE i <= 50000))::text,
    string_agg(format('{"doc_id": %s, "resps": [], "acc": 1}', i), E'\\n'), 'model,a' || repeat(E'\\nm,1', 3000000)
FROM generate_series(1, 200000) AS i;
"""

SERIES = "FROM (SELECT generate_series(1, 9000000)::bigint AS i) AS s"
LONG = [
    (250, f"SELECT score_matrix(i % 1000, i / 1000 % 1000, i) {SERIES}"),
    (250, f"SELECT score_matrix('model ' || i % 9, 'b' || i % 7, i) {SERIES}"),
    (250, f"SELECT score_matrix('model ' || i % 99, jsonb_build_object('b', i, 'c' || i % 9, 1)) {SERIES}"),
    (250, f"SELECT score_matrix('model ' || i % 99, 'b' || i % 7, i, 1 + i % 100, 0.5) {SERIES}"),
    (600, f"SELECT score_matrix(i, 1, i) {SERIES}"),  # millions of labels
    (200, f"SELECT first_component(ARRAY[i, i % 7, i % 11, i * i % 13]) {SERIES}"),
    (200, f"SELECT capabilities_corr(ARRAY[i, i % 7], i % 11) {SERIES}"),
    (300, "SELECT spearman_corr(x, y) FROM pairs"),
    (300, "SELECT kendall_corr(x, y) FROM pairs"),
    (250, "SELECT spearman_corr_final(pairs) FROM rows"),
    (250, "SELECT kendall_corr_final(pairs) FROM rows"),
    (500, "SELECT kendall_corr_final(pairs) FROM rows"),
    (200, "SELECT capabilities_corr_final(three) FROM rows"),
    (250, "SELECT length(pairs::text) FROM rows"),
    (300, "SELECT correlation_matrix(square) FROM matrix"),
    (300, "SELECT correlation_matrix(square, method => 'kendall') FROM matrix"),
    (300, """SELECT c FROM matrix, capabilities_correlations(square, (benchmarks(square))[:256],
             targets => (benchmarks(square))[:256]) AS c"""),
    (200, "SELECT first_component(moments) FROM wide"),
    (600, "SELECT first_component(moments) FROM wide"),
    (200, "SELECT length(rollup(moments)::text) FROM wide, generate_series(1, 9)"),
    (300, "SELECT capabilities_components(noise, benchmarks(noise)) FROM wide"),
    (250, "SELECT c FROM matrix, capabilities_correlations(square, (benchmarks(square))[:20], ci => 'bootstrap') AS c"),
    (600, """SELECT c FROM matrix, capabilities_correlations(square, (benchmarks(square))[:200], method => 'kendall',
             ci => 'bootstrap', resamples => 100000) AS c"""),
    (300, "SELECT c FROM matrix, capabilities_correlations(square, (benchmarks(square))[:200], families => (SELECT jsonb_object_agg(x, x) FROM unnest(models(square)) AS x)) AS c"),
    (300, """SELECT c FROM matrix, capabilities_correlations(square, (benchmarks(square))[:20], controlling => (benchmarks(square))[21:52],
             ci => 'bootstrap', resamples => 100000) AS c"""),
    (300, "SELECT correlation_matrix(square, controlling => (benchmarks(square))[:32]) FROM matrix"),
    (300, "SELECT correlation_matrix(annotate(square, (benchmarks(square))[:64]), controlling => '{capability}') FROM matrix"),
    (300, "SELECT correlation_matrix(annotate(square, (benchmarks(square))[:400]), controlling => '{capability}') FROM matrix"),
    (300, "SELECT c FROM matrix, capabilities_scores(square, (benchmarks(square))[:200], resamples => 100000) AS c"),
    (300, "SELECT c FROM matrix, capabilities_components(square, (benchmarks(square))[:200], ci => 'bootstrap') AS c"),
    (300, "SELECT c FROM matrix, capabilities_robustness(square, (benchmarks(square))[:50]) AS c"),
    (300, "SELECT c FROM wide, capabilities_report(noise, (benchmarks(noise))[:50]) AS c"),
    (200, "SELECT c FROM matrix, capabilities_correlations(gaps, (benchmarks(gaps))[:100], missing => 'impute', "
          "min_scores => 4) AS c"),
    (300, "SELECT c FROM matrix, capabilities_scores(gaps, (benchmarks(gaps))[:100], missing => 'impute', "
          "min_scores => 4, ci => 'bootstrap') AS c"),
    (200, "SELECT c FROM matrix, impute_scores(gaps, (benchmarks(gaps))[:100], 1) AS c"),
    (200, "SELECT c FROM matrix, capabilities_adjusted_scores(square, (benchmarks(square))[:200], benchmarks(square)) AS c"),
    (150, "SELECT count(*) FROM matrix, generate_series(1, 500) AS i, "
          "capabilities_correlations(square, ARRAY['1', '2', (i % 9 + 3)::text])"),
    (150, "SELECT count(*) FROM matrix, cells(big)"),
    (250, "SELECT count(*) FROM document, eval_scores(log)"),
    (150, "SELECT count(*) FROM file, eval_scores(text_of_groups)"),
    (150, "SELECT eval_log_problem(text_of_groups) FROM file"),
    (250, "SELECT count(*) FROM file, eval_scores(items)"),
    (250, "SELECT eval_log_problem(items) FROM file"),
    (250, "SELECT count(*) FROM file, eval_scores(cells)"),
    (250, "SELECT length(eval_log_text(convert_to(repeat(cells, 9), 'UTF8'))) FROM file"),
    (200, "SELECT length(big_text::score_matrix::text) FROM matrix"),
    (700, "SELECT length(big_text::score_matrix::text) FROM matrix"),
    (150, "SELECT length(big::text) FROM matrix"),
    (200, "SELECT length(score_matrix_send(merge(big, big))) FROM matrix"),
    (600, "SELECT length(score_matrix_send(merge(big, big))) FROM matrix"),
    (200, "SELECT length(score_matrix_send(subset(big, benchmarks => (SELECT array_agg(i::text) "
          "FROM generate_series(0, 230) AS i)))) FROM matrix"),
]


@pytest.fixture(scope="module")
def data(db):
    db.rows("SET max_parallel_workers_per_gather = 0")
    db.rows("SET jit = off")
    create(db)
    db.rows(DATA)
    db.started = db.value("SELECT pg_postmaster_start_time()")
    return db


@pytest.mark.parametrize("timeout, sql", LONG)
def test_cancel(data, timeout, sql):
    """statement_timeout ends it soon after its time, not when it would have ended."""
    cancelled = False
    while not cancelled:
        data.rows(f"SET statement_timeout = {timeout}")
        begin = time.monotonic()
        try:
            data.rows(sql)
        except psycopg2.errors.QueryCanceled:
            cancelled = True
        late = time.monotonic() - begin - timeout / 1000
        data.reset_timeout()
        assert late < 1, f"{late:.2f} s late"
        timeout //= 2  # a fast machine
        assert timeout >= 10, "too short to be a test"
    assert data.value("SELECT pg_postmaster_start_time()") == data.started


# Moments to cancel at, as many as are affordable.
MANY_LABELS = [
    (7, "SELECT subset(m, names) IS NULL FROM labels"),
    (5, "SELECT subset(m, NULL, '{1}') IS NULL FROM labels"),
    (4, "SELECT merge(m, m) IS NULL FROM labels"),
    (5, "SELECT cardinality(models(m)) FROM labels"),
    (7, "SELECT count(*) FROM labels, cells(m)"),
    (3, "SELECT annotate(m, '{1}') IS NULL FROM labels"),
    (7, "SELECT score_matrix_out(m) IS NULL FROM labels"),
    (2, "SELECT score_matrix_in(score_matrix_out(m)) IS NULL FROM labels"),
    (5, "SELECT score_matrix_send(m) IS NULL FROM labels"),
    (5, "SELECT count(*) FROM labels, benchmark_correlations(m, '1')"),
    (5, "SELECT count(*) FROM labels, capabilities_over_time(m, '0', 36500, '{1}')"),
    (2, "SELECT count(*) FROM labels, capabilities_scores(m, '{1}', ci => 'none')"),
    (11, "SELECT count(*) FROM labels, capabilities_adjusted_scores(m, '{1}', '{0}')"),
]


@pytest.fixture(scope="module")
def labels(data):
    """A matrix of three million models, and as many names that are not in it."""
    data.rows("""CREATE TABLE labels (m score_matrix, names text[]);
        ALTER TABLE labels ALTER m SET STORAGE EXTERNAL, ALTER names SET STORAGE EXTERNAL;
        INSERT INTO labels SELECT score_matrix(i, i % 2, sin(i)), array_agg('x' || i)
        FROM (SELECT generate_series(1, 3000000)::bigint AS i) AS s""")
    yield data
    data.rows("DROP TABLE labels")


@pytest.fixture(scope="module")
def soon(data):
    """Checks how late a cancel is.

    Nothing holds for longer than 0.1 s of an idle processor, but a server with assertions
    checks all memory as it frees it, which takes 0.35 s.
    """
    latest = 0.15 if data.value("SHOW debug_assertions") == "off" else 0.7

    def check(cancel, what):
        # a busy machine may be late now and then; loops that do not look are late each time
        late = []
        while len(late) < 5 and min(late, default=latest) >= latest:
            late.append(cancel())
        assert min(late) < latest, f"{what}: {min(late):.2f} s late"

    return check


@pytest.mark.parametrize("moments, sql", MANY_LABELS)
def test_cancel_among_many_labels(labels, soon, moments, sql):
    """Wherever a statement is cancelled that walks over millions of labels, it ends soon."""

    def cancel():
        begin = time.monotonic()
        try:
            labels.rows(f"SET statement_timeout = {timeout}")
            labels.rows(sql)
            return 0
        except psycopg2.errors.QueryCanceled:
            return time.monotonic() - begin - timeout / 1000
        finally:
            labels.reset_timeout()

    whole = math.inf
    for _ in range(2 if moments > 4 else 1):  # the first run may be slower than those that follow
        begin = time.monotonic()
        labels.rows(sql)
        whole = min(time.monotonic() - begin, whole)
    for moment in range(1, moments + 1):
        timeout = max(int(whole * 1000 * moment / (moments + 1)), 1)
        soon(cancel, f"cancelled after {timeout} ms of {whole:.2f} s")


DOUBLING = 2 ** 22


@pytest.mark.parametrize("model, benchmark", [("i::text", "'1'"), ("i", "1")])
def test_cancel_as_labels_are_indexed(data, soon, model, benchmark):
    """One table of four million labels would double, in one stretch, just as this is cancelled."""
    pid = data.value("SELECT pg_backend_pid()")

    def cancel(at):
        data.rows("SELECT pg_advisory_lock(22)")
        other = data.another()
        cancelled = []

        def wait():
            cancelled.extend(other.row(f"""SELECT pg_advisory_lock(22) IS NULL,
                extract(epoch FROM clock_timestamp())::float8, pg_cancel_backend({pid})"""))

        waiter = threading.Thread(target=wait)
        waiter.start()
        with pytest.raises(psycopg2.errors.QueryCanceled):
            data.rows(f"""SELECT score_matrix({model}, {benchmark}, CASE i WHEN {at}
                THEN pg_advisory_unlock(22)::int ELSE 1 END)
                FROM (SELECT generate_series(1, {DOUBLING + 100000})::bigint AS i) AS s""")
        end = time.time()
        waiter.join()
        other.connection.close()
        return end - cancelled[1]

    # what it takes on this machine to free as much, a little before
    quiet = min(cancel(DOUBLING - 200000) for _ in range(3))
    soon(lambda: cancel(DOUBLING) - quiet, "cancelled as the table would double")


# ---------------------------------------------------------------------
# Leaks
# ---------------------------------------------------------------------

FAILING = """
SELECT score_matrix('m' || i, 'b', CASE WHEN i = 40 THEN 'Infinity' ELSE i END) FROM generate_series(1, 50) AS i
SELECT score_matrix('m' || i, NULLIF('b' || i, 'b40'), i) FROM generate_series(1, 50) AS i
SELECT score_matrix('m' || i, repeat('b', i * 300), i) FROM generate_series(1, 50) AS i
SELECT score_matrix('m' || i, 'b', i, CASE WHEN i < 40 THEN 9 ELSE 0 END, 1) FROM generate_series(1, 50) AS i
SELECT score_matrix('m', 'b', i, i, CASE WHEN i = 40 THEN 1e140 ELSE i END) FROM generate_series(1, 50) AS i
SELECT score_matrix('m' || i, jsonb_build_object('a', i, 'b', CASE WHEN i = 40 THEN 'x' ELSE 'NaN' END)) FROM generate_series(1, 50) AS i
SELECT capabilities_corr(CASE WHEN i = 40 THEN ARRAY[i] ELSE ARRAY[i, i * i] END, i) FROM generate_series(1, 50) AS i
SELECT capabilities_corr(ARRAY[i], CASE WHEN i = 40 THEN '{1,2}' ELSE ARRAY[i]::float8[] END) FROM generate_series(1, 50) AS i
SELECT spearman_corr(CASE WHEN i = 40 THEN 1e200 ELSE i END, i) OVER (ORDER BY i ROWS 9 PRECEDING) FROM generate_series(1, 50) AS i
SELECT capabilities_score(CASE WHEN i = 40 THEN ARRAY[i] ELSE ARRAY[i, i * i] END) OVER () FROM generate_series(1, 50) AS i
SELECT first_component(CASE WHEN i = 40 THEN '{{1},{2}}' ELSE ARRAY[i, i * i]::float8[] END) FROM generate_series(1, 50) AS i
SELECT rollup(score_moments_accum(NULL, array_fill(i::float8, ARRAY[i]))) FROM generate_series(1, 50) AS i
SELECT rollup(annotate(m, '{1}', covariates => CASE WHEN i = 40 THEN '{1}' ELSE '{}' END::text[])) FROM t, generate_series(1, 50) AS i
SELECT rollup(annotate(m, families => CASE WHEN i = 40 THEN '{"1": 1}' ELSE '{"1": "a", "x": "b"}' END::jsonb, missing_ok => true)) FROM t, generate_series(1, 50) AS i
SELECT annotate(m, families => jsonb_build_object('x' || i, 'f')) FROM t, generate_series(1, 50) AS i
SELECT annotate(m, overlaps => '{"1": ["2", "3", "nosuch"]}') FROM t
SELECT capabilities_correlations(m, '{1,2,nosuch}') FROM t
SELECT capabilities_correlations(m, '{1,2}', method => 'none such') FROM t
SELECT correlation_matrix(m, '{1,2,nosuch}') FROM t
SELECT capabilities_correlations(m, '{1,2}', ci => 'bootstrap', families => (SELECT jsonb_object_agg(x, 'a') FROM unnest(models(m)) AS x)) FROM t
SELECT capabilities_correlations(m, '{1,2}', families => '{"nosuch": "x"}') FROM t
SELECT capabilities_correlations(m, '{1,2}', families => '{"1": "x"}') FROM t
SELECT capabilities_correlations(m, '{1,2}', families => jsonb_build_object('1', 2)) FROM t
SELECT capabilities_robustness(m, '{1,2}', families => '[]') FROM t
SELECT capabilities_report(m, '{1,2}', families => '[]') FROM t
SELECT capabilities_components(m, '{}') FROM t
SELECT capabilities_scores(m, '{1,2}', missing => 'impute', min_scores => 3) FROM t
SELECT capabilities_scores(m, fitted => c) FROM t
SELECT substr(m::text, 1, length(m::text) - 3)::score_matrix FROM t
SELECT replace(m::text, '"models"', '"model"')::score_matrix FROM t
SELECT replace(r::text, '1', 'x')::score_rows FROM t
SELECT substr(s::text, 1, 100)::score_moments FROM t
SELECT replace(c::text, ':', ';')::principal_component FROM t
SELECT component_score(c, '{1,2,3,4,5,6}') FROM t
SELECT eval_scores(jsonb_build_object('model_info', '{}'::jsonb, 'evaluation_results', jsonb_build_array('{}'::jsonb, i))) FROM generate_series(1, 50) AS i
SELECT eval_scores('{"doc_id": 1, "resps": [], "acc": 0.5, "acc_norm": 1e400}')
SELECT eval_scores(jsonb_object_agg('key ' || i, i)) FROM generate_series(1, 50) AS i
SELECT eval_scores(repeat('{"doc_id": 1, "resps": [], "acc": 1}', 9) || '{"doc_id": 1')
SELECT eval_scores('{"config": {"gen_kwargs": "' || repeat('x', 300) || '"}, "results": {"t": {"acc,none": 1e400}}}'::text)
SELECT eval_scores(E'model,a,b\\nm,1,"2""3"\\nm,1,2\\nm,1,2'::text)
""".strip().split("\n")

SUCCEEDING = """
SELECT print(m), print(merge(m, m)), print(subset(m, benchmarks => '{1,2,3,4,5}')) FROM t
SELECT print(rollup(annotate(m, '{1,2}', '{3}', '{0}'))) FROM t, generate_series(1, 5)
SELECT print(rollup(annotate(m, '{1,2}', families => jsonb_build_object('1', 'a', 'y' || i, 'f' || i % 3), overlaps => '{"3": ["1", "new"]}', missing_ok => true))) FROM t, generate_series(1, 5) AS i
SELECT r, f FROM t, LATERAL annotate(m, targets => '{3}', families => '{"1": "a", "x": "b"}', missing_ok => true) AS a, roles(a) AS r, families(a) AS f
SELECT score_matrix('m' || i % 9, jsonb_build_object('a', i, 'b', NULL)) FROM generate_series(1, 50) AS i
SELECT print(score_matrix('m' || i % 9, 'b' || i % 3, i, i, CASE WHEN i % 3 > 0 THEN 0.5 END)) FROM generate_series(1, 50) AS i
SELECT score_matrix(i % 9, i % 5, i) OVER (ORDER BY i) FROM generate_series(1, 20)  AS i
SELECT capabilities_corr(ARRAY[i, sin(i)], cos(i)), capabilities_test(ARRAY[i, sin(i)], cos(i)) FROM generate_series(1, 50) AS i
SELECT capabilities_corr(ARRAY[i, sin(i)], ARRAY[cos(i), i]) OVER (ORDER BY i ROWS 9 PRECEDING) FROM generate_series(1, 30) AS i
SELECT capabilities_score(ARRAY[i, sin(i)]) OVER (PARTITION BY i % 3) FROM generate_series(1, 30) AS i
SELECT spearman_corr(i, sin(i)), kendall_corr(i, sin(i)) FROM generate_series(1, 100) AS i GROUP BY i % 5
SELECT spearman_test(i, sin(i)), pearson_test(i, sin(i)), kendall_test(i, sin(i)) FROM generate_series(1, 100) AS i GROUP BY i % 9
SELECT c FROM t, capabilities_correlations(m, '{1,2}', ci => 'bootstrap', resamples => 100) AS c
SELECT c FROM t, capabilities_correlations(m, '{1,2}', '{1,3}', families => (SELECT jsonb_object_agg(x, x % 7 || '') FROM unnest(models(m)::int4[]) AS x)) AS c
SELECT c FROM t, LATERAL annotate(m, '{1,2,nosuch}', overlaps => '{"3": "2"}', families => '{"1": "a"}', missing_ok => true) AS a, capabilities_correlations(a) AS c
SELECT c FROM t, LATERAL annotate(m, '{1,2}', overlaps => '{"3": "2"}', families => '{"1": "a"}', missing_ok => true) AS a, capabilities_correlations(a) AS c
SELECT c FROM (SELECT score_matrix(i, 1 + i % 2, i) AS m FROM generate_series(1, 40) AS i) AS t, capabilities_scores(m, '{1,2}', missing => 'impute', min_scores => 1) AS c
SELECT c FROM t, capabilities_difference(m, '3', '4', '{1,2}', ci => 'bootstrap', resamples => 100) AS c
SELECT c FROM t, capabilities_difference(m, '3', '4', '{1,2}', absolute => true) AS c
SELECT c FROM t, capabilities_strata_difference(m, m, '{1,2}') AS c
SELECT c FROM t, capabilities_strata_difference(m, m, '{1,2}', benchmarks(m), families => (SELECT jsonb_object_agg(x, x) FROM unnest(models(m)) AS x)) AS c
SELECT c FROM t, capabilities_adjusted_scores(m, '{1,2}') AS c
SELECT c FROM t, capabilities_robustness(m, '{1,2}') AS c
SELECT c FROM t, capabilities_report(m, '{1,2}', '{1,3}', families => (SELECT jsonb_object_agg(x, x % 7 || '') FROM unnest(models(m)::int4[]) AS x)) AS c
SELECT c FROM t, capabilities_scores(m, '{1,2}') AS c
SELECT c FROM t, capabilities_components(m, '{1,2}', resamples => 100) AS c
SELECT c FROM (SELECT score_matrix(i % 23, i % 6, sin(i)) AS m FROM generate_series(1, 100) AS i) AS t, capabilities_scores(m, '{0,1,2,3,4,5}', missing => 'impute', resamples => 100) AS c
SELECT c FROM (SELECT score_matrix(i % 23, i % 6, sin(i)) AS m FROM generate_series(1, 100) AS i) AS t, capabilities_correlations(m, '{1,2,3}', missing => 'impute', min_scores => 1, ci => 'bootstrap', resamples => 100) AS c
SELECT c FROM (SELECT score_matrix(i % 23, i % 6, sin(i)) AS m FROM generate_series(1, 100) AS i) AS t, capabilities_scores(m, missing => 'impute', fitted => capabilities_component(m, '{1,2,3}', missing => 'impute'), resamples => 100) AS c
SELECT c FROM (SELECT score_matrix(i % 23, i % 6, sin(i)) AS m FROM generate_series(1, 100) AS i) AS t, impute_scores(m, '{1,2,3}', 1) AS c
SELECT numbers(first_component(ARRAY[i, sin(i), cos(i)])) FROM generate_series(1, 100) AS i GROUP BY i % 5
SELECT m::text::score_matrix::text, r::text::score_rows::text, s::text::score_moments::text, c::text::principal_component::text FROM t
SELECT score_matrix_send(m), score_rows_send(r), score_moments_send(s), principal_component_send(c), m::jsonb::score_matrix FROM t
SELECT numbers(first_component(s)), component_score(c, '{1,2}'), congruence(c, c), models(m), benchmarks(c), negated(c), matrix_kind(c) FROM t
SELECT eval_scores(jsonb_build_object('versions', 1, 'config', 1, 'results', jsonb_build_object('t' || i, '{"acc,none": "0.5", "acc_stderr,none": 1}'::jsonb))) FROM generate_series(1, 50) AS i
SELECT eval_scores(repeat(E'{"doc_id": 1, "resps": [], "acc": NaN}\\n', 50)), eval_log_problem('{"a": ' || repeat('[', 9)), eval_log_text('\\xff00')
SELECT eval_scores(E'model,a,b\\nm,1,2'::text), eval_log_problem('{"results": {"t": {"acc,none": 1}}}'), eval_log_problem('a')
""".strip().split("\n")

SMALL = """
CREATE TABLE t AS SELECT score_matrix(i % 23, i % 6, round(sin(i)::numeric, 2)::float8) AS m,
    partial(ARRAY[sin(i), cos(i)], i) AS r, score_moments(ARRAY[sin(i), cos(i), i]) AS s,
    first_component(ARRAY[sin(i), i % 7]) AS c FROM generate_series(1, 300) AS i
"""


@pytest.fixture(scope="module")
def small(data):
    data.rows(SMALL)
    return data


def backend_memory(db):
    """Bytes in all memory contexts of the session."""
    return db.value("SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts")


def resident(pid, key="VmRSS"):
    """Resident memory of a process in kB; VmHWM is its peak."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    raise AssertionError(f"no {key}")


def flat(session, step, rounds):
    """Memory after some rounds to warm up and after many more."""
    pid = session.connection.get_backend_pid()
    for _ in range(10):
        step()
    before, before_kb = backend_memory(session), resident(pid)
    for _ in range(rounds):
        step()
    assert backend_memory(session) - before < 64 * 1024
    assert resident(pid) - before_kb < 2048


def test_failing_calls_do_not_leak(small):
    """2600 errors, in the middle of transition functions, in input, in names."""
    session = small.another()

    def step():
        for sql in FAILING:
            assert session.error(sql).pgcode[:2] in ("22", "54"), sql

    flat(session, step, 100)
    session.connection.close()


def test_successful_calls_do_not_leak(small):
    """4200 statements over every function."""
    session = small.another()
    flat(session, lambda: [session.rows(sql) for sql in SUCCEEDING], 200)
    session.connection.close()


def test_caught_errors_do_not_leak(small):
    """Errors caught in PL/pgSQL, thousands in one transaction."""
    session = small.another()
    tries = "\n".join(f"BEGIN EXECUTE $q${sql}$q$; EXCEPTION WHEN data_exception OR program_limit_exceeded "
                      "THEN n := n + 1; END;" for sql in FAILING)
    block = f"""DO $$ DECLARE n int := 0; BEGIN
        FOR i IN 1..20 LOOP {tries} END LOOP;
        ASSERT n = {20 * len(FAILING)}, n; END $$"""
    flat(session, lambda: session.rows(block), 10)
    session.connection.close()


@pytest.mark.parametrize("sql", [
    "SELECT count(score_matrix_send(merge(m, m))) FROM t, generate_series(1, 6000)",
    "SELECT count(c.n) FROM t, generate_series(1, 2000) AS i, cells(CASE WHEN i > 0 THEN m END) AS c",
    "SELECT count(c.n) FROM t, generate_series(1, 500) AS i, capabilities_correlations(m, ARRAY['1', '2', (i % 3 + 3)::text]) AS c",
    "SELECT count(m::text::score_matrix) FROM t, generate_series(1, 2000)",
    """SELECT count(s) FROM generate_series(1, 6000) AS i, eval_scores(jsonb_build_object('i', i, 'status', 'success', 'eval', '{}'::jsonb, 'results',
        '{"scores": [{"name": "x", "metrics": {"accuracy": {"value": 1}}}, {"name": "y", "metrics": {"stderr": {"value": 0.5}, "mean": {"value": "1"}}}]}'::jsonb)) AS s""",
    """SELECT count(s) FROM generate_series(1, 6000) AS i, eval_scores('{"doc_id": ' || i || ', "resps": [], "acc": NaN}\n{"doc_id": 2, "resps": [], "acc": 1}') AS s""",
    "SELECT count(eval_log_problem('{\"results\": {\"t\": {\"acc,none\": ' || i)) FROM generate_series(1, 10000) AS i",
    "SELECT count(eval_log_text(decode(lpad(to_hex(i), 2000, '00ff'), 'hex'))) FROM generate_series(1, 10000) AS i",
    "SELECT n_rows(rollup(s)) FROM t, generate_series(1, 60000)",
    "SELECT capabilities_corr(m, '3', '{1,2}') FROM t, generate_series(1, 3000)",
    "SELECT rollup(m) FROM t, generate_series(1, 4000)",
    "SELECT score_matrix('m' || i % 9, jsonb_build_object('a', repeat('0', 5)::int, 'b' || i % 99, i)) FROM generate_series(1, 60000) AS i",
    "SELECT score_matrix(repeat('m', 1 + i % 99), 'b' || i % 99, i, i, 0.5) FROM generate_series(1, 60000) AS i",
    "SELECT sum(a) FROM (SELECT spearman_corr(i, sin(i)) OVER (ORDER BY i ROWS 9 PRECEDING) AS a FROM generate_series(1, 30000) AS i) AS q",
    "SELECT sum(a) FROM (SELECT capabilities_corr(ARRAY[i, sin(i)], cos(i)) OVER (ORDER BY i ROWS 9 PRECEDING) AS a FROM generate_series(1, 10000) AS i) AS q",
    "SELECT sum(a) FROM (SELECT capabilities_score(ARRAY[i, sin(i)]) OVER (PARTITION BY i / 4) AS a FROM generate_series(1, 20000) AS i) AS q",
])
def test_one_statement_does_not_pile_up(small, sql):
    """Thousands of calls in one statement: what each needs goes with its row."""
    session = small.another()
    session.rows("SET work_mem = '1MB'")
    session.rows("SET max_parallel_workers_per_gather = 0")
    session.rows("SET jit = off")
    session.rows(re.sub(r"generate_series\(1, \d+\)", "generate_series(1, 200)", sql))
    pid = session.connection.get_backend_pid()
    before = resident(pid, "VmHWM")
    session.rows(sql)
    assert resident(pid, "VmHWM") - before < 12 * 1024
    session.connection.close()


# ---------------------------------------------------------------------
# Memory of a state
# ---------------------------------------------------------------------

GROUPS = 5000
STATES = {  # the aggregate, bytes per group of three rows (measured: 4160, 1140, 1140, 5140)
    "score_matrix('m' || i % 3, 'b' || i % 2, i)": 6000,
    "capabilities_corr(ARRAY[i, sin(i), i % 3], i)": 2000,
    "spearman_corr(i, sin(i))": 2000,
    "score_moments(ARRAY[i, sin(i), i % 3])": 7500,
}


@pytest.mark.parametrize("call", STATES)
def test_memory_of_small_groups(data, call):
    """A few kilobytes each, in one hash table."""
    data.rows("SET work_mem = '2GB'; SET enable_sort = off")
    try:
        plan, _ = explain(data, f"SELECT {call} FROM generate_series(1, {3 * GROUPS}) AS i "
                                f"GROUP BY i % {GROUPS}", analyze=True)
    finally:
        data.rows("RESET work_mem; RESET enable_sort")
    node = plan[0]
    assert node["Strategy"] == "Hashed" and node["HashAgg Batches"] == 1
    assert node["Actual Rows"] == GROUPS
    assert node["Peak Memory Usage"] * 1024 / GROUPS < STATES[call]


def test_memory_of_a_large_matrix(data):
    """A million cells: about 50 bytes each while they are collected."""
    plan, _ = explain(data, "SELECT i < 0, score_matrix(i / 200, i % 200, i) "
                            "FROM generate_series(0::bigint, 999999) AS i GROUP BY 1", analyze=True)
    node = [n for n in plan if n["Node Type"] == "Aggregate"][0]
    assert node["Peak Memory Usage"] * 1024 < 70 * 1000000
    size = data.value("SELECT octet_length(score_matrix_send(big)) / 1200000.0 FROM matrix")
    assert size < 17  # stored, of a single score: index and value
