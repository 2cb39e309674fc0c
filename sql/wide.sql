-- Straight over a wide table: a row is a model.
--
-- The two capability benchmarks rank the models alike, so that their Spearman
-- matrix is all ones, its top eigenvector (1, 1) / sqrt(2) and the capabilities
-- score (z1 + z2) / sqrt(2): for 1 .. 5, whose sd is sqrt(2), it is -2 .. 2.
SET client_min_messages = warning;

CREATE TABLE board (model text, family text, mmlu float8, gsm8k float8, safe float8, toxic float8);
INSERT INTO board VALUES
    ('a', 'x', 1, 10, 1, 5),
    ('b', 'x', 2, 20, 2, 4),
    ('c', 'x', 3, 30, 3, 3),
    ('d', 'y', 4, 40, 5, 2),
    ('e', 'y', 5, 50, 4, 1);

-- safe: differences of ranks 0 0 0 1 1, so 1 - 6 * 2 / (5 * 24) = 0.9; toxic: -1.
SELECT capabilities_corr(ARRAY[mmlu, gsm8k], safe) AS safe,
       capabilities_corr(ARRAY[mmlu, gsm8k], toxic) AS toxic,
       capabilities_corr(ARRAY[mmlu, gsm8k], ARRAY[safe, toxic, NULL]) AS all
FROM board;

-- Bonett-Wright: atanh(0.9) -+ 1.959964 * sqrt((1 + 0.81 / 2) / 2), back through
-- tanh.  At -1 the interval is taken at half a rank step less, 1 - 6 / 120 = 0.95
-- (-0.998183 to -0.160805), and reaches to the estimate.  p is exact: 10 and 2 of
-- 120 orders lie as far out.
SELECT n, round(corr::numeric, 6) AS corr, round(ci_low::numeric, 6) AS ci_low,
       round(ci_high::numeric, 6) AS ci_high, round(p_value::numeric, 6) AS p_value
FROM (SELECT (capabilities_test(ARRAY[mmlu, gsm8k], safe)).* FROM board
      UNION ALL
      SELECT (capabilities_test(ARRAY[mmlu, gsm8k], toxic)).* FROM board) t;

-- Capabilities score of each row in its partition, in any order and frame.
SELECT model, round(capabilities_score(ARRAY[mmlu, gsm8k]) OVER ()::numeric, 9) AS score,
       round(capabilities_score(ARRAY[mmlu, gsm8k]) OVER (ORDER BY model DESC ROWS 1 PRECEDING)::numeric, 9) AS same,
       round(capabilities_score(ARRAY[mmlu, gsm8k]) OVER (PARTITION BY family)::numeric, 9) AS in_family
FROM board ORDER BY model;

-- One capability benchmark: the score is its z-score.
SELECT model, round(capabilities_score(ARRAY[gsm8k]) OVER ()::numeric, 6) AS z FROM board ORDER BY model;

-- A reversed benchmark gets a negative weight; the sum of weights stays positive.
SELECT model, round(capabilities_score(ARRAY[mmlu, gsm8k, toxic]) OVER ()::numeric, 6) AS score FROM board ORDER BY model;

-- The aggregate as any other.
SELECT family, capabilities_corr(ARRAY[mmlu, gsm8k], safe), count(*) FROM board GROUP BY ROLLUP (family) ORDER BY family;
SELECT capabilities_corr(ARRAY[mmlu, gsm8k], safe) FILTER (WHERE model < 'e') FROM board;
SELECT capabilities_corr(DISTINCT ARRAY[mmlu, gsm8k], safe)
FROM (SELECT * FROM board UNION ALL SELECT * FROM board) twice;
SELECT capabilities_corr(ARRAY[mmlu, gsm8k], safe ORDER BY model DESC) FROM board;
-- Moving frames of three rows: over a, b, c and b, c, d 1; over c, d, e
-- 1 - 6 * 2 / 24 = 0.5.
SELECT model, capabilities_corr(ARRAY[mmlu, gsm8k], safe) OVER w AS corr,
       spearman_corr(safe, mmlu) OVER w AS spearman,
       round(kendall_corr(safe, mmlu) OVER w::numeric, 6) AS kendall,
       (capabilities_test(ARRAY[mmlu, gsm8k], safe) OVER w).n,
       (capabilities_corr(ARRAY[mmlu, gsm8k], ARRAY[toxic, safe]) OVER w)[2] AS second
FROM board WINDOW w AS (ORDER BY model ROWS 2 PRECEDING) ORDER BY model;

-- Each row is a model: duplicates count twice.
SELECT (capabilities_test(ARRAY[mmlu, gsm8k], safe)).n FROM (SELECT * FROM board UNION ALL SELECT * FROM board) twice;
-- Equal rows have equal scores, to the last bit.
SELECT count(DISTINCT score)
FROM (SELECT capabilities_score(ARRAY[mmlu / 3, gsm8k / 7, -safe / 9]) OVER () AS score
      FROM board, generate_series(1, 50)) s;

-- Arrays may begin at any subscript.
SELECT capabilities_corr(caps, safe)
FROM (SELECT ('[-3:-2]={' || mmlu || ',' || gsm8k || '}')::float8[] AS caps, safe FROM board) s;

-- Two variables.  Ties get mid-ranks: 1, 2.5, 2.5, 4 against 1, 2, 3, 4 gives
-- 4.5 / sqrt(4.5 * 5) = 0.948683 (where 1 - 6 sum(d^2) / (n^3 - n) would give
-- 0.95) and tau-b 5 / sqrt(5 * 6) = 0.912871.
SELECT round(spearman_corr(y, x)::numeric, 6) AS spearman, round(kendall_corr(y, x)::numeric, 6) AS kendall,
       spearman_corr(y, x) = spearman_corr(x, y) AS symmetric, spearman_corr(-y, x) = -spearman_corr(y, x) AS odd
FROM (VALUES (1, 1), (2, 2), (2, 3), (3, 4)) v (y, x);
SELECT spearman_corr(safe, mmlu) AS spearman, kendall_corr(safe, mmlu) AS kendall FROM board;
-- An offset costs nothing.
SELECT spearman_corr(1e9 + safe / 1e6, mmlu) AS spearman FROM board;

-- First component of any number of rows, by Pearson: of 1 .. 5 and 10 .. 50
-- weights 1 / sqrt(2), eigenvalues 2 and 0.
CREATE TABLE component AS SELECT first_component(ARRAY[mmlu, gsm8k]) AS c, score_moments(ARRAY[mmlu, gsm8k]) AS s FROM board;
SELECT n_rows(c), benchmarks(c), matrix_kind(c), negated(c), means(c),
       (SELECT array_agg(round(x::numeric, 6)) FROM unnest(sds(c)) x) AS sds,
       (SELECT array_agg(round(x::numeric, 6)) FROM unnest(weights(c)) x) AS weights,
       (SELECT array_agg(round(x::numeric, 6)) FROM unnest(loadings(c)) x) AS loadings,
       (SELECT array_agg(round(x::numeric, 6)) FROM unnest(eigenvalues(c)) x) AS eigenvalues,
       round(explained(c)::numeric, 6) AS explained
FROM component;
-- A row of the table, the mean, and one that was not there: 3 sqrt(2) / 2 sds
-- above either mean.
SELECT round(component_score(c, '{1,10}')::numeric, 9) AS a, round(component_score(c, '{3,30}')::numeric, 9) AS mean,
       round(component_score(c, '[7:8]={6,60}')::numeric, 9) AS new, component_score(c, '{6,NULL}') AS missing
FROM component;
-- In two steps, from parts.
SELECT n_rows(s), n_rows(first_component(s)), round(explained(first_component(s))::numeric, 6) AS explained
FROM (SELECT rollup(s) AS s FROM (SELECT score_moments(ARRAY[mmlu, gsm8k]) AS s FROM board GROUP BY family) parts) r;
-- Three columns: 1 .. 5, 1 3 2 5 4 and 5 .. 1 correlate at 0.8, -1 and -0.8:
-- eigenvalues 2.736932, 0.263068 and 0 (numpy.linalg.eigh).
SELECT (SELECT array_agg(round(x::numeric, 6)) FROM unnest(eigenvalues(c)) x) AS eigenvalues,
       (SELECT array_agg(round(x::numeric, 6)) FROM unnest(weights(c)) x) AS weights
FROM (SELECT first_component(x) AS c
      FROM (VALUES ('{1,1,5}'::float8[]), ('{2,3,4}'), ('{3,2,3}'), ('{4,5,2}'), ('{5,4,1}')) v (x)) s;
-- An offset of 1e9 costs no digits of spreads of 1e-3.
SELECT (SELECT array_agg(round(x::numeric, 6)) FROM unnest(eigenvalues(c)) x) AS eigenvalues
FROM (SELECT first_component(ARRAY[1e9 + x[1] / 1024, 1e9 - x[2] / 1024, x[3]]) AS c
      FROM (VALUES ('{1,1,5}'::float8[]), ('{2,3,4}'), ('{3,2,3}'), ('{4,5,2}'), ('{5,4,1}')) v (x)) s;
-- As a cast to jsonb.
SELECT jsonb_object_keys(c::jsonb) FROM component;

DROP TABLE board, component;
