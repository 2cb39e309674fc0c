"""Tables for test_plans.py and test_shards.py (DATA), for test_merge.py, test_stored.py and test_lint.py (SOURCE).

And how every aggregate is called, for test_lint.py and test_sorts.py (AGGREGATES, ARGUMENTS).
"""

DATA = """
-- Rows of a wide table: ties, NULL, NaN, rows that lack a capability, a group
-- of two (7), one with a constant capability (8), repeated models.
CREATE FUNCTION h(i int, k int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (hashint8extended(i, k) & 1048575) / 1048576.0 $$;

CREATE TABLE wide AS
SELECT i AS id, CASE WHEN i <= 2 THEN 7 ELSE 1 + i % 6 + (i % 6 / 5) * 2 END AS grp,
    chr(97 + i % 3) AS kind,
    CASE WHEN i % 41 = 0 THEN NULL ELSE ARRAY[
        round((h(k, 1) + h(k, 2))::numeric, 2)::float8,
        CASE WHEN i % 6 = 5 THEN 0.1 ELSE round((h(k, 1) + h(k, 3))::numeric, 1)::float8 END,
        CASE WHEN i % 29 = 0 THEN NULL WHEN i % 31 = 0 THEN 'NaN' ELSE h(k, 1) + h(k, 4) / 3 END,
        1e6 + h(k, 5) - h(k, 1)] END AS caps,
    CASE WHEN i % 17 = 0 THEN NULL WHEN i % 19 = 0 THEN 'NaN'
        ELSE round((h(k, 1) + h(i, 6))::numeric, 2)::float8 END AS safety,
    CASE WHEN i % 23 = 0 THEN NULL
        ELSE ARRAY[h(i, 7), round(h(k, 1)::numeric, 1), NULLIF(i % 5, 0)]::float8[] END AS many,
    NULLIF(i % 37, 0)::float8 AS y, round((h(i, 8) + h(k, 1))::numeric, 1)::float8 AS x
FROM (SELECT i, CASE WHEN i % 10 = 0 THEN i - 6 ELSE i END AS k
      FROM generate_series(1, 600) AS i) AS r;

-- A long table: up to three scores in a cell, missing cells; exact sums too; the
-- scores as means of 1 to 301 items, of known spread or not.
CREATE TABLE long AS
SELECT row_number() OVER () AS id, d AS domain, 'model ' || m AS model, m::bigint AS model_id,
    'bench' || b AS benchmark, b::bigint AS benchmark_id,
    CASE WHEN (m + b + r) % 13 = 0 THEN NULL WHEN (m * b + r) % 37 = 0 THEN 'NaN'
        ELSE round((h(m, d) + h(m * 100 + b * 10 + r, d) / b)::numeric, 3)::float8 END AS score,
    round(1024 * (h(m, d) + h(m * 100 + b * 10 + r, d) / b)) / 1024 AS exact,
    (1 + (m * b + r) % 7 * 50)::bigint AS n, CASE WHEN b % 4 > 0 AND (m + b) % 9 > 0 THEN h(m * r, b) / 50 END AS stderr
FROM generate_series(1, 4) AS d, generate_series(1, 26) AS m, generate_series(1, 8) AS b,
    generate_series(1, 3) AS r
WHERE r <= 1 + (m + b) % 3 AND (m * 7 + b * 3 + d) % 11 > 0;

CREATE TABLE objects AS
SELECT row_number() OVER () AS id, domain, model, jsonb_object_agg(benchmark, score) AS scores
FROM long WHERE score <> 'NaN' GROUP BY domain, model, id % 3;

-- Stored summaries, one per domain and day.
CREATE TABLE days AS
SELECT row_number() OVER () AS id, domain, day, matrix, exact, means, moments
FROM (SELECT domain, id % 40 AS day, score_matrix(model, benchmark, score) AS matrix,
          score_matrix(model, benchmark, exact) AS exact,
          score_matrix(model, benchmark, score, n, stderr) AS means FROM long GROUP BY 1, 2) AS l
    LEFT JOIN (SELECT grp AS domain, id % 40 AS day, score_moments(caps) AS moments
               FROM wide GROUP BY 1, 2) AS w USING (domain, day);
INSERT INTO days VALUES (1000, 1, 40, NULL, NULL, NULL, NULL);
"""

# Rows that feed every aggregate.
SOURCE = """
CREATE TABLE source AS
SELECT i AS id, 'model ' || i % 23 AS model, (i % 23)::bigint AS model_id,
    'b' || i % 7 AS benchmark, (i % 7)::bigint AS benchmark_id,
    CASE WHEN i % 31 = 0 THEN NULL WHEN i % 37 = 0 THEN 'NaN'
        ELSE round((sin(i % 23) + sin(i) / 3)::numeric, 3)::float8 END AS score,
    (2 + i % 9 - i / 460)::bigint AS n, CASE WHEN i % 7 < 5 THEN abs(cos(i)) / 20 END AS stderr,
    jsonb_build_object('b' || i % 7, round(sin(i)::numeric, 3), 'c' || i % 3, i % 11) AS scores,
    CASE WHEN i % 29 = 0 THEN NULL
        ELSE ARRAY[sin(i), sin(i) + cos(i * 3) / 2, CASE WHEN i % 17 > 0 THEN i % 13 + 3 * sin(i) END]
        END AS caps,
    NULLIF(sin(i * 1.1), sin(19 * 1.1)) AS safety,
    CASE WHEN i % 5 > 0 THEN ARRAY[cos(i), NULLIF(i % 4, 1)]::float8[] END AS many
FROM generate_series(1, 500) AS i;

-- What workers make: states of score_rows, of each form.
CREATE AGGREGATE partial_one(float8[], float8) (
    SFUNC = score_rows_accum, STYPE = score_rows, COMBINEFUNC = score_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE partial_many(float8[], float8[]) (
    SFUNC = score_rows_accum, STYPE = score_rows, COMBINEFUNC = score_rows_combine, PARALLEL = SAFE);
CREATE AGGREGATE partial_pair(float8, float8) (
    SFUNC = score_rows_accum, STYPE = score_rows, COMBINEFUNC = score_rows_combine, PARALLEL = SAFE);
"""

# How each argument list of an aggregate is fed from source and states.
ARGUMENTS = {
    "capabilities_corr(double precision[],double precision)": "caps, safety",
    "capabilities_corr(double precision[],double precision[])": "caps, many",
    "capabilities_test(double precision[],double precision)": "caps, safety",
    "spearman_corr(double precision,double precision)": "score, safety",
    "kendall_corr(double precision,double precision)": "score, safety",
    "spearman_test(double precision,double precision)": "score, safety",
    "pearson_test(double precision,double precision)": "score, safety",
    "kendall_test(double precision,double precision)": "score, safety",
    "score_matrix(text,text,double precision)": "model, benchmark, score",
    "score_matrix(bigint,bigint,double precision)": "model_id, benchmark_id, score",
    "score_matrix(text,jsonb)": "model, scores",
    "score_matrix(text,text,double precision,bigint,double precision)": "model, benchmark, score, n, stderr",
    "rollup(score_matrix)": "matrix",
    "rollup(score_moments)": "moments",
    "score_moments(double precision[])": "caps",
    "first_component(double precision[])": "caps",
}

MEMBERS = """SELECT d.objid FROM pg_depend AS d
    JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
    WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e' AND e.extname = 'safetycorr'"""
AGGREGATES = f"""
SELECT a.aggfnoid::regprocedure::text, p.proname, a.aggtranstype::regtype::text,
    a.aggtransfn::regproc::text, a.aggcombinefn::regproc::text,
    CASE WHEN a.aggfinalfn <> 0 THEN a.aggfinalfn::regproc::text END, t.typsend::regproc::text,
    (SELECT string_agg(x::regtype::text, ', ') FROM unnest(p.proargtypes) AS x)
FROM pg_aggregate AS a JOIN pg_proc AS p ON p.oid = a.aggfnoid JOIN pg_type AS t ON t.oid = a.aggtranstype
WHERE a.aggfnoid IN ({MEMBERS}) ORDER BY 1
"""
