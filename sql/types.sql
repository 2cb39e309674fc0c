-- The four types as text, in binary and as jsonb.
SET client_min_messages = warning;

CREATE TABLE forms (kind text, m score_matrix, r score_rows, s score_moments, c principal_component);

-- A matrix: single cells, a pooled one, flags, labels that JSON has to escape.
INSERT INTO forms (kind, m)
SELECT 'matrix', annotate(score_matrix(model, benchmark, score), '{mmlu}', '{tox}', '{flop}')
FROM (VALUES ('llama', 'mmlu', 0.5), ('llama', 'tox', 0.25), ('llama', 'tox', 0.5), ('gpt "x"', 'mmlu', 1),
             (E'tab\there', 'flop', 6e23), ('', 'mmlu', -1e-7), ('日本', 'tox', 0.1), ('日本', 'tox', 0.2))
     v (model, benchmark, score);
-- None at all, and one cell.
INSERT INTO forms (kind, m) SELECT 'empty', subset(score_matrix('m', 'b', 1), '{}');
INSERT INTO forms (kind, m) SELECT 'one cell', score_matrix('m', 'b', 1);
-- The smallest and the largest scores; a negative zero is zero.
INSERT INTO forms (kind, m)
SELECT 'extremes', score_matrix(i::text, 'b', x)
FROM unnest('{1e140,-1e140,5e-324,-0,0.1,1.7976931348623157e100,123456789012345680}'::float8[]) WITH ORDINALITY u (x, i);
-- Means: of known spread, of unknown, of one score.
INSERT INTO forms (kind, m)
SELECT 'means', score_matrix(model, benchmark, score, n, stderr)
FROM (VALUES ('a', 'x', 0.5, 3::bigint, 0.25), ('a', 'y', 0.1, 7, NULL), ('b', 'x', 0.1, 1, NULL),
             ('b', 'y', 0.1, 9223372036854775807, 0)) v (model, benchmark, score, n, stderr);
-- Rows, with and without targets, a missing one.
INSERT INTO forms (kind, r) VALUES
    ('no row', score_rows_accum(NULL, NULL::float8[], NULL::float8)),
    ('no targets yet', score_rows_accum(NULL, '{1,2}', NULL::float8[])),
    ('one target', score_rows_accum(score_rows_accum(NULL, '{1,0.1}'::float8[], 5::float8), '{3,4}'::float8[], NULL::float8));
-- Moments of 2 columns: 1, 2, 6 and 4, 2, 0: means 3 and 2 (from the first row
-- 2 and -2), squares 14 and 8, product -2*2 + 0 + 3*-2 = -10.
INSERT INTO forms (kind, s)
SELECT '3 rows', score_moments(x) FROM (VALUES ('{1,4}'::float8[]), ('{2,2}'), ('{6,0}')) v (x);
INSERT INTO forms (kind, s) VALUES
    ('no row at all', score_moments_accum(NULL, NULL)),
    ('no complete row', score_moments_accum(NULL, '{1,NULL}'));
-- Components, with names and without.
INSERT INTO forms (kind, c)
SELECT 'with names', capabilities_component(annotate(score_matrix('m' || i, b, s), '{up,down}', '{down}'))
FROM generate_series(1, 3) i, LATERAL (VALUES ('up', i), ('down', 2 - i)) v (b, s);
INSERT INTO forms (kind, c)
SELECT 'without names', first_component(ARRAY[i, i * i]) FROM generate_series(1, 3) i;
INSERT INTO forms (kind, c)
VALUES ('by hand', '{"matrix":"spearman","n":9,"benchmarks":["é",""],"negated":[false,true],"means":[0,-2.5],
                     "sds":[1,1e9],"weights":[0.6,-0.8],"eigenvalues":[1.5,0.5],"version":1}');

\pset format unaligned
\pset tuples_only on
SELECT kind, m FROM forms WHERE m IS NOT NULL;
SELECT kind, r FROM forms WHERE r IS NOT NULL;
SELECT kind, s FROM forms WHERE s IS NOT NULL;
-- (the last digits of what is computed are the machine's)
SELECT kind, c FROM forms WHERE kind = 'by hand';
\pset tuples_only off
\pset format aligned

-- Text comes back, binary comes back, and so do both through jsonb.
SELECT kind, m::text::score_matrix::text = m::text AND
             score_matrix_send(m::text::score_matrix) = score_matrix_send(m) AS text,
       score_matrix_send(m::jsonb::score_matrix) = score_matrix_send(m) AS jsonb,
       jsonb_typeof(m::jsonb) AS type
FROM forms WHERE m IS NOT NULL
UNION ALL
SELECT kind, r::text::score_rows::text = r::text AND
             score_rows_send(r::text::score_rows) = score_rows_send(r), NULL, NULL
FROM forms WHERE r IS NOT NULL
UNION ALL
SELECT kind, s::text::score_moments::text = s::text AND
             score_moments_send(s::text::score_moments) = score_moments_send(s), NULL, NULL
FROM forms WHERE s IS NOT NULL
UNION ALL
SELECT kind, c::text::principal_component::text = c::text AND
             principal_component_send(c::text::principal_component) = principal_component_send(c),
       principal_component_send(c::jsonb::principal_component) = principal_component_send(c),
       jsonb_typeof(c::jsonb)
FROM forms WHERE c IS NOT NULL;

-- Binary through COPY.
CREATE TABLE copied (LIKE forms);
\copy forms TO 'results/types.copy' (FORMAT binary)
\copy copied FROM 'results/types.copy' (FORMAT binary)
SELECT count(*), count(*) FILTER (WHERE f::text = t::text) AS same FROM forms f JOIN copied t USING (kind);
DROP TABLE copied;

-- The bytes, in network order: version 1; 1 model, 1 benchmark, 1 single cell,
-- no pooled one, no families or overlaps; "m"; "b" and no flags; cell 0, 0 of 1.0.
SELECT score_matrix_send(m) FROM forms WHERE kind = 'one cell';

-- No setting changes the text.
SET extra_float_digits = -15;
SELECT m = '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,0.30000000000000004]]}'
FROM (SELECT score_matrix('m', 'b', 0.1::float8 + 0.2::float8)::text AS m) s;
RESET extra_float_digits;

-- Read in any order, with blanks; written in one.
SELECT '{ "cells": [[1, 0, 2], [0, 1, 1.50]], "benchmarks": [{"name": "z"}, {"covariate": false, "name": "a", "capability": true}],
          "models": ["x", "w"], "version": 1}'::score_matrix;
-- Sums that came without their squares have an unknown spread; with them, here:
-- n 4, mean 1.5, squares about it 14 - 9 = 5, stderr sqrt(5 / 3 / 4) = 0.645497.
SELECT model, benchmark, score, n, round(stderr::numeric, 6) AS stderr FROM cells('{"version":1,"models":["m"],"benchmarks":[{"name":"a"},{"name":"b"}],
                        "cells":[[0,0,4,6,0],[0,1,4,6,0,14,0]]}');

-- What is malformed is refused, and the message says why.
\pset format unaligned
\pset tuples_only on
SELECT form, error_of(format('SELECT %L::score_matrix', form)) FROM unnest(ARRAY[
    '', ' ', 'm', '[]', '{}', 'null', '{"version":1}',
    '{"version":2,"models":[],"benchmarks":[],"cells":[]}',
    '{"version":"1","models":[],"benchmarks":[],"cells":[]}',
    '{"version":1,"models":[],"benchmarks":[],"cells":[]',
    '{"version":1,"models":[],"benchmarks":[],"cells":[]} {}',
    '{"version":1,"models":[],"benchmarks":[],"cells":[],"rows":[]}',
    '{"version":1,"models":[],"models":[],"benchmarks":[],"cells":[]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[]}',
    '{"version":1,"models":["m","m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1],[1,0,1]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"},{"name":"b"}],"cells":[[0,0,1],[0,1,1]]}',
    '{"version":1,"models":["m"],"benchmarks":["b"],"cells":[[0,0,1]]}',
    '{"version":1,"models":["m"],"benchmarks":[{}],"cells":[[0,0,1]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b","weight":1}],"cells":[[0,0,1]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b","capability":1}],"cells":[[0,0,1]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"},{"name":"c"}],"cells":[[0,0,1]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1]],"families":[]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1]],"families":{"m":1}}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1]],"families":{"m":{}}}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1]],"families":{"m":{"conflict":false}}}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1]],"families":{"m":{"conflict":true,"x":1}}}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1]],"families":{"m":"f","m":"f"}}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1]],"overlaps":{"b":["c"]}}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1]],"overlaps":{"c":["b"]}}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1]],"overlaps":{"b":["b"]}}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1]],"overlaps":{"b":"c"}}',
    '{"version":1,"models":[1],"benchmarks":[{"name":"b"}],"cells":[[0,0,1]]}',
    '{"version":1,"models":["a\u0000"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[1,0,1]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,-1,1]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0.5,1]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1],[0,0,1]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,NaN]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,"NaN"]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,null]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1e400]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1e200]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,0,1,0]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1,1,1e-20]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,1,1,0,1,0]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,2,1,1]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,2,1,0,-1,0]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,2,1e150,0,1,0]]}',
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,9223372036854775808,1,0,1,0]]}']) form;

SELECT form, error_of(format('SELECT %L::score_rows', form)) FROM unnest(ARRAY[
    '{"version":1,"capabilities":2,"targets":1}',
    '{"version":3,"capabilities":2,"targets":1,"rows":[]}',
    '{"version":1,"capabilities":0,"targets":1,"rows":[]}',
    '{"version":1,"capabilities":-1,"targets":1,"rows":[]}',
    '{"version":1,"capabilities":100001,"targets":1,"rows":[]}',
    '{"version":1,"capabilities":null,"targets":1,"rows":[[1]]}',
    '{"version":1,"capabilities":2,"targets":1,"rows":[[1,2]]}',
    '{"version":1,"capabilities":2,"targets":1,"rows":[[1,2,3,4]]}',
    '{"version":1,"capabilities":2,"targets":1,"rows":[[1,null,3]]}',
    '{"version":1,"capabilities":2,"targets":1,"rows":[[1,2,1e141]]}',
    '{"version":1,"capabilities":2,"targets":1,"rows":[1,2,3]}']) form;

SELECT form, error_of(format('SELECT %L::score_moments', form)) FROM unnest(ARRAY[
    '{"version":1,"columns":1,"rows":3}',
    '{"version":0,"columns":1,"rows":3,"pivot":[0],"mean":[1],"min":[0],"max":[2],"comoments":[2]}',
    '{"version":1,"columns":2001,"rows":0,"pivot":[],"mean":[],"min":[],"max":[],"comoments":[]}',
    '{"version":1,"columns":1,"rows":-3,"pivot":[0],"mean":[1],"min":[0],"max":[2],"comoments":[2]}',
    '{"version":1,"columns":0,"rows":3,"pivot":[],"mean":[],"min":[],"max":[],"comoments":[]}',
    '{"version":1,"columns":1,"rows":3,"pivot":[0,1],"mean":[1],"min":[0],"max":[2],"comoments":[2]}',
    '{"version":1,"columns":1,"rows":3,"pivot":[0],"mean":[1],"min":[0],"max":[2],"comoments":[]}',
    '{"version":1,"columns":1,"rows":3,"pivot":[0],"mean":[3],"min":[0],"max":[2],"comoments":[2]}',
    '{"version":1,"columns":1,"rows":3,"pivot":[0],"mean":[1],"min":[2],"max":[0],"comoments":[2]}',
    '{"version":1,"columns":1,"rows":3,"pivot":[0],"mean":[1],"min":[0],"max":[2],"comoments":[-2]}',
    '{"version":1,"columns":1,"rows":3,"pivot":[0],"mean":[1],"min":[0],"max":[2],"comoments":[4]}',
    '{"version":1,"columns":2,"rows":3,"pivot":[0,0],"mean":[1,1],"min":[0,0],"max":[2,2],"comoments":[2,3,2]}']) form;

SELECT form, error_of(format('SELECT %L::principal_component', form)) FROM unnest(ARRAY[
    '{"version":1,"matrix":"pearson","n":3,"benchmarks":null,"negated":[false],"means":[2],"sds":[1],"weights":[1]}',
    '{"version":9,"matrix":"pearson","n":3,"benchmarks":null,"negated":[false],"means":[2],"sds":[1],"weights":[1],"eigenvalues":[1]}',
    '{"version":1,"matrix":"kendall","n":3,"benchmarks":null,"negated":[false],"means":[2],"sds":[1],"weights":[1],"eigenvalues":[1]}',
    '{"version":1,"matrix":"pearson","n":2,"benchmarks":null,"negated":[false],"means":[2],"sds":[1],"weights":[1],"eigenvalues":[1]}',
    '{"version":1,"matrix":"pearson","n":3,"benchmarks":["a","b"],"negated":[false],"means":[2],"sds":[1],"weights":[1],"eigenvalues":[1]}',
    '{"version":1,"matrix":"pearson","n":3,"benchmarks":null,"negated":[false,true],"means":[2],"sds":[1],"weights":[1],"eigenvalues":[1]}',
    '{"version":1,"matrix":"pearson","n":3,"benchmarks":null,"negated":[0],"means":[2],"sds":[1],"weights":[1],"eigenvalues":[1]}',
    '{"version":1,"matrix":"pearson","n":3,"benchmarks":null,"negated":[],"means":[],"sds":[],"weights":[],"eigenvalues":[]}',
    '{"version":1,"matrix":"pearson","n":3,"benchmarks":null,"negated":[false],"means":[2],"sds":[0],"weights":[1],"eigenvalues":[1]}',
    '{"version":1,"matrix":"pearson","n":3,"benchmarks":null,"negated":[false],"means":[1e141],"sds":[1],"weights":[1],"eigenvalues":[1]}',
    '{"version":1,"matrix":"pearson","n":3,"benchmarks":null,"negated":[false],"means":[2],"sds":[1],"weights":[0.5],"eigenvalues":[1]}',
    '{"version":1,"matrix":"pearson","n":3,"benchmarks":null,"negated":[false,false],"means":[2,2],"sds":[1,1],"weights":[1,0],"eigenvalues":[1,2]}']) form;
\pset tuples_only off
\pset format aligned

-- Binary forms are mutated in test/t/test_hostile.py.
DROP TABLE forms;
