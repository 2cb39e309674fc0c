-- score_matrix: the ways in, merging, the ways out, annotations.
SET client_min_messages = warning;

-- One row per score; several scores of a cell are averaged: 1 and 3 to 2, with
-- the standard error sd / sqrt(n) = sqrt(2) / sqrt(2) = 1; 1, 2 and 6 to 3 with
-- sqrt(14 / 2 / 3) = 1.527525.
CREATE TABLE score (model text, benchmark text, value float8);
INSERT INTO score VALUES
    ('b', 'mmlu', 1), ('b', 'mmlu', 3), ('a', 'mmlu', 7), ('a', 'arc', 1), ('a', 'arc', 2), ('a', 'arc', 6), ('c', 'arc', 0.5);
CREATE TABLE m AS SELECT score_matrix(model, benchmark, value) AS m FROM score;
SELECT models(m), benchmarks(m) FROM m;
SELECT model, benchmark, score, n, round(stderr::numeric, 6) AS stderr FROM m, cells(m);

-- Labels stand in C order, whatever the order of rows and the collation.
SELECT models(score_matrix(x, 'b', 1)), benchmarks(score_matrix('m', x, 1))
FROM unnest('{b,a,B,A,é,e,z,"",10,9,"a b",ab,a-b,日本}'::text[]) x;

-- By ids, written in decimal, sorted as text.
SELECT model, benchmark, score
FROM cells((SELECT score_matrix(i, -i, i / 2.0) FROM unnest('{1,10,9,-7,9223372036854775807}'::bigint[]) i));
SELECT models(score_matrix(-9223372036854775808, 9223372036854775807, 1));
-- int4 ids are ids too.
SELECT models(score_matrix(1::int4, 2::int4, 3::int4));

-- Means of n items with their standard error, pooled as their items would be:
-- 1, 2, 3 (mean 2, stderr sqrt(1 / 3)) with 4 and 6 (mean 5, stderr 1) are n 5,
-- mean 3.2, squares about it 14.8, stderr sqrt(14.8 / 4 / 5) = 0.860233.
SELECT model, benchmark, score, n, round(stderr::numeric, 6) AS stderr
FROM cells((SELECT score_matrix(model, benchmark, score, n, stderr) FROM (VALUES
    ('a', 'mmlu', 2.0, 3, sqrt(1 / 3.0)), ('a', 'mmlu', 5.0, 2, 1), ('a', 'arc', 0.25, 1000, 0.0125),
    -- equal items have no spread
    ('a', 'same', 0.1, 3, 0), ('a', 'same', 0.1, 5, 0),
    -- unknown, and it stays so; nor do 1 item and a stderr say anything of it
    ('b', 'mmlu', 2.0, 3, NULL), ('b', 'mmlu', 5.0, 2, 1), ('b', 'arc', 2.0, 3, 'NaN'), ('b', 'one', 2.0, 1, NULL),
    ('b', 'same', 2.0, 1, 0.5), ('b', 'same', 2.0, 1, 0.5),
    -- a row without a score is ignored, whatever else is in it
    ('a', 'none', NULL, NULL, NULL), ('none', 'arc', 'NaN', -1, -1), (NULL, NULL, NULL, 0, 'Infinity'))
    v (model, benchmark, score, n, stderr)));
-- Items of which one came as a plain score: 1, 2, 3 and 6 again have a spread; a
-- mean of one item has not.
SELECT score, n, round(stderr::numeric, 6) AS stderr
FROM (SELECT score_matrix('m', 'b', 2, 3, sqrt(1 / 3.0)) AS m) s,
     LATERAL (VALUES (score_matrix_accum(m, 'm', 'b', 6)), (score_matrix_accum(m, 'm', 'b', 6, 1, 0))) v (merged), cells(merged);

-- From wide rows: each key a benchmark, true and false are 1 and 0, null and NaN
-- are no score.
SELECT model, benchmark, score, n
FROM cells((SELECT score_matrix(model, scores) FROM (VALUES
    ('a', '{"mmlu": 0.5, "safe": true, "toxic": null}'::jsonb),
    ('b', '{"mmlu": 1e-3, "safe": false, "toxic": "NaN"}'),
    ('b', '{"mmlu": 3e-3}'),
    ('c', '{}'),
    (NULL, '{}'),
    (NULL, NULL),
    ('d', '{"mmlu": null}')) v (model, scores)));
-- Long and wide rows give the same bits, for float8, integer and numeric columns.
CREATE TABLE wide AS
SELECT 'm' || i AS model, sin(i) * 10.0::float8 ^ (i % 19 - 9) AS f, i * 12345 AS i, i / 7.0 AS n FROM generate_series(1, 140) i;
SELECT (SELECT score_matrix(model, b, x)::text FROM wide, LATERAL (VALUES ('f', f), ('i', i), ('n', n)) v (b, x)) =
       (SELECT score_matrix(model, to_jsonb(wide) - '{model}'::text[])::text FROM wide) AS same;
DROP TABLE wide;

-- Merging is the same as aggregating all at once, in any way.
SELECT bool_and(merged::text = m::text) AS same
FROM m, LATERAL (
    SELECT rollup(part) AS merged FROM (SELECT score_matrix(model, benchmark, value) AS part FROM score GROUP BY model) p
    UNION ALL
    SELECT rollup(part) FROM (SELECT score_matrix(model, benchmark, value) AS part FROM score GROUP BY benchmark, value) p
    UNION ALL
    SELECT merge((SELECT score_matrix(model, benchmark, value) FROM score WHERE value > 2),
                 (SELECT score_matrix(model, benchmark, value) FROM score WHERE value <= 2))) u;
SELECT merge(m, NULL)::text = m::text AS right, merge(NULL, m)::text = m::text AS left,
       merge(NULL, NULL) IS NULL AS neither, (SELECT rollup(NULL::score_matrix) IS NULL) AS nothing FROM m;
-- A stored summary, brought up to date.
CREATE TABLE summary (day int PRIMARY KEY, m score_matrix);
INSERT INTO summary SELECT 1, score_matrix('a', 'mmlu', 1);
INSERT INTO summary SELECT 1, score_matrix('a', 'mmlu', 2)
    ON CONFLICT (day) DO UPDATE SET m = merge(summary.m, excluded.m);
MERGE INTO summary USING (SELECT score_matrix('b', 'mmlu', 5) AS m) s ON day = 1
    WHEN MATCHED THEN UPDATE SET m = merge(summary.m, s.m);
SELECT c.* FROM summary, cells(m) c;

-- Sums are double-doubles: nothing is lost, in any order.
SELECT score, n FROM cells((SELECT score_matrix('m', 'b', x) FROM unnest('{1e16,1,-1e16,1}'::float8[]) x));
SELECT count(DISTINCT score_matrix::text)
FROM (SELECT score_matrix('m', 'b', x ORDER BY md5(x::text || seed))
      FROM generate_series(1, 20) seed, unnest('{0.1,0.2,0.3,1e10,-1e10,7}'::float8[]) x GROUP BY seed) s;

-- Compressed and out of line in its table.
CREATE TABLE large AS
SELECT score_matrix('model ' || i, 'benchmark ' || j, (i * 7919 + j * 104729) % 1000 / 7.0) AS m
FROM generate_series(1, 100) i, generate_series(1, 30) j;
SELECT cardinality(models(m)) AS models, cardinality(benchmarks(m)) AS benchmarks FROM large;
SELECT count(*), min(score), round(sum(score)::numeric, 6) AS sum FROM large, cells(m);
SELECT pg_column_size(m) > 10000 AS large, m::text::score_matrix::text = m::text AS same FROM large;
DROP TABLE large;

-- Parts of it.
SELECT subset(m, '{a}') FROM m;
SELECT subset(m, benchmarks => '{mmlu,absent}') FROM m;
SELECT subset(m, '{c}', '{mmlu}') FROM m;
SELECT subset(m)::text = m::text AS all, subset(m, NULL, NULL)::text = m::text AS null,
       subset(m, '{}')::text AS none, subset(NULL) IS NULL AS of_nothing FROM m;

-- Roles and direction are said once (annotations.sql has more).
SELECT annotate(m, '{mmlu}', '{arc}')::jsonb -> 'benchmarks' AS benchmarks FROM m;
SELECT annotate(annotate(m, '{mmlu}'), lower_is_better => '{mmlu}', covariates => '{arc}')::jsonb -> 'benchmarks' AS benchmarks FROM m;
SELECT annotate(m)::text = m::text AS same, annotate(m, NULL, NULL, NULL)::text = m::text AS null, annotate(NULL, '{a}') IS NULL AS nothing FROM m;
-- Merging keeps them, from either side; subsets keep them.
SELECT merge(annotate(m, '{mmlu}'), annotate(m, '{}', '{mmlu}', '{arc}'))::jsonb -> 'benchmarks' AS benchmarks FROM m;
SELECT subset(annotate(m, '{mmlu}', '{mmlu}'), '{b}')::jsonb -> 'benchmarks' AS benchmarks FROM m;
\pset format unaligned
\pset tuples_only on
SELECT error_of($$SELECT annotate(m, '{mmlu}', '{}', '{arc,mmlu}') FROM m$$);
SELECT error_of($$SELECT annotate(m, '{{mmlu},{arc}}') FROM m$$);
SELECT error_of($$SELECT subset(m, benchmarks => '{{mmlu},{arc}}') FROM m$$);
SELECT error_of($$SELECT subset(m, '{{a},{b}}') FROM m$$);
\pset tuples_only off
\pset format aligned

-- Equality is that of stored values: the same scores, added in another order, may
-- be stored in other bytes; a mark makes another value.
SELECT m = m AS same, m = m::text::score_matrix AS text, m <> annotate(m, '{mmlu}') AS marked,
       score_matrix_hash(m) = score_matrix_hash(merge(m, NULL)) AS hash, m = subset(m) AS expanded, m = NULL AS "null"
FROM m;

DROP TABLE score, m, summary;
