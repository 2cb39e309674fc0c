-- NULL and NaN, wherever they may stand, are "no score"; and what little data
-- gives is NULL, never an error.
SET client_min_messages = warning;

-- A capability is missing in e f g j k, the safety score in h i j k.
CREATE TABLE board (model text, mmlu float8, gsm8k float8, safe float8);
INSERT INTO board VALUES
    ('a', 1, 10, 1), ('b', 2, 20, 3), ('c', 3, 30, 2), ('d', 4, 40, 4),
    ('e', NULL, 50, 5), ('f', 'NaN', 60, 6), ('g', 7, NULL, 7), ('h', 8, 80, NULL), ('i', 9, 90, 'NaN'),
    ('j', NULL, NULL, NULL), ('k', 'NaN', 'NaN', 'NaN');
-- Complete are a b c d h i, and a b c d have both: differences of ranks 0 1 1 0,
-- 1 - 6 * 2 / 60 = 0.8.  Of safe and mmlu alone g has both too: 1 - 6 * 2 / 120.
SELECT capabilities_corr(ARRAY[mmlu, gsm8k], safe) AS corr, (capabilities_test(ARRAY[mmlu, gsm8k], safe)).n,
       capabilities_corr(ARRAY[mmlu, gsm8k], ARRAY[safe, NULL, 'NaN', -safe]) AS many,
       spearman_corr(safe, mmlu) AS spearman, round(kendall_corr(safe, mmlu)::numeric, 6) AS kendall,
       n_rows(first_component(ARRAY[mmlu, gsm8k])), n_rows(score_moments(ARRAY[mmlu, gsm8k, safe]))
FROM board;
-- The same from a table without them.
SELECT capabilities_corr(ARRAY[mmlu, gsm8k], safe) AS corr, spearman_corr(safe, mmlu) AS spearman
FROM board WHERE model < 'e' OR model IN ('h', 'i');
-- Whole arrays that are NULL or hold nothing but NULL.
SELECT capabilities_corr(caps, safe) AS corr, capabilities_corr(caps, ARRAY[safe]) AS many, (capabilities_test(caps, safe)).n,
       n_rows(score_moments(caps))
FROM (SELECT ARRAY[mmlu, gsm8k] AS caps, safe FROM board UNION ALL
      SELECT NULL, 3 UNION ALL SELECT '{NULL,NULL}', 3 UNION ALL SELECT '{NaN,1}', 3 UNION ALL SELECT NULL, NULL) s;
-- A row whose array of targets is NULL has none of them, before and after the
-- others; it is a model all the same.
SELECT capabilities_corr(caps, safe ORDER BY o) AS first, capabilities_corr(caps, safe ORDER BY o DESC) AS last
FROM (SELECT model AS o, ARRAY[mmlu, gsm8k] AS caps, ARRAY[safe, -safe] AS safe FROM board WHERE model < 'e'
      UNION ALL SELECT ' ', '{9,90}', NULL) s;
-- The window function gives NULL to rows that lack a capability, and the others
-- what they would get without them: n = 6.
SELECT model, round(capabilities_score(ARRAY[mmlu, gsm8k]) OVER ()::numeric, 6) AS score FROM board ORDER BY model;
SELECT model, round(capabilities_score(ARRAY[mmlu, gsm8k]) OVER ()::numeric, 6) AS score
FROM board WHERE model IN ('a', 'b', 'c', 'd', 'h', 'i') ORDER BY model;
SELECT capabilities_score(NULL) OVER () FROM generate_series(1, 2);
SELECT component_score(c, NULL) AS null, component_score(c, '{1,NaN}') AS nan, component_score(NULL, '{1,2}') AS nothing
FROM (SELECT first_component(ARRAY[mmlu, gsm8k]) AS c FROM board) s;
DROP TABLE board;

-- Moving frames pass over them: per frame of five rows, the number of pairs.
SELECT i, (capabilities_test(caps, y) OVER w).n, spearman_corr(caps[1], y) OVER w AS spearman
FROM (VALUES (1, '{1}'::float8[], 1::float8), (2, NULL, 2), (3, '{3}', NULL), (4, '{4}', 4), (5, '{5}', 'NaN'),
             (6, '{NULL}', 6), (7, '{7}', 8), (8, '{8}', 7)) v (i, caps, y)
WINDOW w AS (ORDER BY i ROWS 4 PRECEDING) ORDER BY i;

-- In a matrix, a row without a score registers no label, and its label may be NULL.
SELECT models(m), benchmarks(m) FROM (
    SELECT score_matrix(model, benchmark, score) AS m FROM (VALUES
        ('a', 'x', 1::float8), ('b', 'x', NULL), ('c', 'y', 'NaN'), (NULL, 'x', NULL), ('a', NULL, 'NaN'), (NULL, NULL, NULL))
        v (model, benchmark, score)) s;
SELECT models(m), benchmarks(m) FROM (
    SELECT score_matrix(model, scores) AS m FROM (VALUES
        ('a', '{"x": 1, "y": null, "z": "NaN"}'::jsonb), ('b', '{"y": null}'), (NULL, '{"y": "NaN"}'), (NULL, NULL), ('c', NULL))
        v (model, scores)) s;
SELECT models(score_matrix(1, NULL, NULL::float8)), models(score_matrix(NULL::bigint, 1, 'NaN'));
-- A label of a score may not be NULL.
\pset format unaligned
\pset tuples_only on
SELECT error_of($$SELECT score_matrix(NULL, 'b', 1)$$);
SELECT error_of($$SELECT score_matrix('m', NULL, 1)$$);
SELECT error_of($$SELECT score_matrix(NULL::bigint, 1, 1)$$);
SELECT error_of($$SELECT score_matrix(1, NULL::bigint, 1)$$);
SELECT error_of($$SELECT score_matrix(NULL, '{"b": 1}'::jsonb)$$);
\pset tuples_only off
\pset format aligned

-- A NULL matrix is an empty one.
SELECT models(NULL), benchmarks(NULL::score_matrix), annotate(NULL) IS NULL AS annotate, subset(NULL) IS NULL AS subset,
       capabilities_corr(NULL, 'b', '{a}') AS corr, (capabilities_test(NULL, 'b', '{a}')).n,
       capabilities_corr(NULL::score_matrix, 'b') AS unnamed, capabilities_corr(subset(score_matrix('m', 'b', 1), '{}'), 'b') AS empty;
SELECT count(*) FROM cells(NULL);
SELECT count(*) FROM correlation_matrix(NULL);

-- No rows, one row, two rows.
SELECT n, count(v.x), capabilities_corr(ARRAY[x, x], x) AS one, capabilities_corr(ARRAY[x, x], ARRAY[x, x]) AS many,
       (capabilities_test(ARRAY[x, x], x)).n AS test_n, (capabilities_test(ARRAY[x, x], x)).corr AS test_corr, spearman_corr(x, x) AS spearman, kendall_corr(x, x) AS kendall,
       first_component(ARRAY[x, 2 * x]) IS NULL AS component, n_rows(score_moments(ARRAY[x])) AS moments,
       cardinality(models(score_matrix(x::text, 'b', x))) AS models
FROM generate_series(0, 3) n LEFT JOIN LATERAL (SELECT x::float8 FROM generate_series(1, n) x) v ON true
GROUP BY n ORDER BY n;
SELECT score_matrix('m', 'b', 1) IS NULL AS matrix, rollup(m) IS NULL AS rollup, capabilities_test('{1}'::float8[], 1) AS test,
       score_moments('{1}'::float8[]) IS NULL AS moments, capabilities_corr('{1}'::float8[], 1) AS corr
FROM (SELECT score_matrix('m', 'b', 1) AS m) s WHERE false;
SELECT i, capabilities_score(ARRAY[i, i]) OVER () AS score FROM generate_series(1, 2) i;
SELECT n, model, round(capability::numeric, 6) AS capability, rank, status
FROM generate_series(1, 3) n,
     LATERAL (SELECT score_matrix('m' || i, b, i) AS m FROM generate_series(1, n) i, unnest('{x,y}'::text[]) b) s,
     capabilities_scores(m, '{x,y}');
SELECT models, n, corr, status
FROM generate_series(1, 3) models,
     LATERAL (SELECT score_matrix('m' || i, b, i) AS m FROM generate_series(1, models) i, unnest('{x,y}'::text[]) b) s,
     capabilities_correlations(m, '{x}');
SELECT n_rows(NULL::score_moments), first_component(NULL::score_moments) IS NULL AS component;

-- Models without a score of their own on a capability benchmark do not count,
-- however many there are; the others are not touched by them.
SELECT benchmark, n, n_dropped, round(corr::numeric, 6) AS corr, status
FROM capabilities_correlations((
    SELECT score_matrix('m' || i, b, CASE WHEN i % 2 = 0 AND b = 'y' THEN NULL WHEN b = 't' THEN i * 7 % 11 ELSE i END)
    FROM generate_series(1, 10) i, unnest('{x,y,t}'::text[]) b), '{x,y}');
