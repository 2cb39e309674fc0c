-- A constant is constant if and only if its minimum is its maximum, exactly.
SET client_min_messages = warning;

-- The mean of 0.1 in 26 rows is not 0.1: up to 18 PostgreSQL's own corr finds
-- variation where there is none, and calls it -0.64 (on a machine that adds as
-- most do).
CREATE TABLE flat AS SELECT i AS model, 0.1::float8 AS constant, i::float8 AS up, sin(i) AS other FROM generate_series(1, 26) i;
-- As target, as capability, as both; as one of two, first or second.
SELECT capabilities_corr(ARRAY[up, other], constant) AS target, capabilities_corr(ARRAY[constant], up) AS capability,
       capabilities_corr(ARRAY[up, constant], other) AS one_of_two, capabilities_corr(ARRAY[constant, up], ARRAY[other, constant, up]) AS many,
       capabilities_corr(ARRAY[constant, constant], constant) AS all, (capabilities_test(ARRAY[constant], up)).*,
       spearman_corr(constant, up) AS spearman, spearman_corr(up, constant) AS reversed, kendall_corr(constant, up) AS kendall,
       kendall_corr(up, constant) AS reversed, kendall_corr(constant, constant) AS both,
       first_component(ARRAY[constant, up]) IS NULL AS component, first_component(ARRAY[constant, constant, constant]) IS NULL AS components,
       first_component(ARRAY[constant]) IS NULL AS single
FROM flat;
SELECT DISTINCT capabilities_score(ARRAY[up, constant]) OVER () AS score FROM flat;

-- Also after partial states were merged.
SELECT first_component(rollup) IS NULL AS component, first_component(rollup::text::score_moments) IS NULL AS as_text
FROM (SELECT rollup(s) FROM (SELECT score_moments(ARRAY[up, constant, other]) AS s FROM flat GROUP BY model % 5) p) r;
SELECT capabilities_corr_final(score_rows_combine(a, b)) AS capability, spearman_corr_final(score_rows_combine(c, d)) AS spearman,
       kendall_corr_final(score_rows_combine(c, d)) AS kendall
FROM (SELECT '{"version":1,"capabilities":2,"targets":1,"rows":[[1,0.1,3],[2,0.1,1],[3,0.1,2]]}'::score_rows AS a,
             '{"version":1,"capabilities":2,"targets":1,"rows":[[4,0.1,3],[5,0.1,4]]}'::score_rows AS b,
             '{"version":1,"capabilities":1,"targets":1,"rows":[[1,0.1],[2,0.1]]}'::score_rows AS c,
             '{"version":1,"capabilities":1,"targets":1,"rows":[[3,0.1],[7,0.1]]}'::score_rows AS d) s;
-- And not before two unequal ones came together: each part of it is constant.
SELECT spearman_corr_final(score_rows_combine(
         '{"version":1,"capabilities":1,"targets":1,"rows":[[0.1,1],[0.1,1]]}',
         '{"version":1,"capabilities":1,"targets":1,"rows":[[0.2,2],[0.2,2]]}')) AS spearman;
SELECT round(explained(first_component(rollup(s)))::numeric, 6) AS explained
FROM (SELECT score_moments(ARRAY[g, -g, 0.1 * g]) AS s FROM generate_series(1, 3) g, generate_series(1, 9) GROUP BY g) p;
-- In parallel.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT capabilities_corr(ARRAY[up, other], constant) AS target, capabilities_corr(ARRAY[up, constant], other) AS one_of_two,
       spearman_corr(constant, up) AS spearman, first_component(ARRAY[up, constant]) IS NULL AS component
FROM flat;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- In a matrix, also where a cell is the mean of 26 scores of 0.1, which is 0.1,
-- and where the parts were merged.
CREATE TABLE m AS
SELECT score_matrix(model::text, b, x) AS m
FROM (SELECT model, b, x FROM flat, LATERAL (VALUES ('constant', constant), ('up', up), ('other', other)) v (b, x)
      UNION ALL
      SELECT model, 'pooled', 0.1 FROM flat, generate_series(1, model)) s;
SELECT count(DISTINCT score), min(score), max(score), max(n), min(stderr), max(stderr) < 1e-16 AS small FROM m, cells(m) WHERE benchmark = 'pooled';
SELECT benchmark, role, n, corr, ci_low, p_value, status FROM m, capabilities_correlations(m, '{up}', '{constant,pooled,up}');
SELECT benchmark, n, corr, status FROM m, capabilities_correlations(m, '{pooled,up}');
SELECT benchmark, n, corr, status FROM m, capabilities_correlations(m, '{constant,pooled}', '{constant,up}');
SELECT benchmark, n, corr, status FROM m, benchmark_correlations(m, 'pooled', '{constant,up}', 'pearson');
SELECT benchmark_b, method, corr, status
FROM m, unnest('{spearman,pearson,kendall}'::text[]) method, correlation_matrix(m, '{pooled,constant,up}', method)
WHERE benchmark_a = 'constant';
SELECT pca, status, count(*), count(capability) FROM m, unnest('{spearman,pearson}'::text[]) pca, capabilities_scores(m, '{pooled,up}', pca) GROUP BY 1, 2 ORDER BY 1;
SELECT benchmark, weight, loading, status FROM m, capabilities_loadings(m, '{constant,pooled,up}');
SELECT capabilities_corr(m, 'pooled', '{up}') AS target, capabilities_corr(m, 'up', '{pooled,other}') AS capability,
       capabilities_component(m, '{constant,pooled}') IS NULL AS component,
       capabilities_corr(merge(m, m), 'constant', '{up,other}') AS merged FROM m;

-- What does vary is not constant, however little: neighbouring numbers, the
-- smallest ones, those whose squares overflow or vanish.
SELECT name, spearman_corr(y[i], i) AS spearman, kendall_corr(y[i], i) AS kendall, capabilities_corr(ARRAY[y[i]], i) AS corr,
       count(DISTINCT score) AS scores, bool_and(score BETWEEN -1.5 AND 1.5) AS in_range
FROM (SELECT name, y, i, capabilities_score(ARRAY[y[i]]) OVER (PARTITION BY name) AS score
      FROM (VALUES ('neighbours', '{0.1,0.10000000000000002,0.10000000000000003}'::float8[]), ('offset', '{1e16,1.0000000000000002e16,1.0000000000000004e16}'),
                   ('smallest', '{0,5e-324,1e-323}'), ('tiny', '{1e-200,2e-200,3e-200}'), ('largest', '{-1e140,0,1e140}')) v (name, y),
           generate_series(1, 3) i) s
GROUP BY name ORDER BY name;
-- Pearson: straight lines, all of them (of the smallest numbers too).
SELECT name, round(c.corr::numeric, 9) AS corr, c.status
FROM (VALUES ('largest', '{-1e140,0,1e140}'::float8[]), ('smallest', '{0,5e-324,1e-323}'), ('tiny', '{1e-200,2e-200,3e-200}')) v (name, y),
     LATERAL (SELECT score_matrix(i::text, b, CASE b WHEN 'x' THEN i ELSE y[i] END) AS m FROM generate_series(1, 3) i, unnest('{x,y}'::text[]) b) s,
     capabilities_correlations(m, '{x}', method => 'pearson') c ORDER BY name;

-- In a moving frame, where variation comes and goes (ranks 2 2 2 4 against 1 2 3 4:
-- 3 / sqrt(15) = 0.774597; then 1 / sqrt(15) = 0.258199).
SELECT i, round(spearman_corr(y, i) OVER (ORDER BY i ROWS 3 PRECEDING)::numeric, 6) AS spearman
FROM (VALUES (1, 0.1), (2, 0.1), (3, 0.1), (4, 0.1), (5, 0.3), (6, 0.1), (7, 0.1), (8, 0.1), (9, 0.1)) v (i, y);

DROP TABLE flat, m;

-- Correlations so small that their squares underflow are none, and the component
-- can be read back. (The two other columns correlate at 0.948683, weights 1/sqrt 2.)
SELECT c::text::principal_component::text = c::text AS round_trip,
	(SELECT array_agg(round(w::numeric, 6)) FROM unnest(weights(c)) AS w) AS weights
FROM (SELECT first_component(x) FROM (VALUES ('{1,1e-317,3e-317}'::float8[]),
	('{0,1,2}'), ('{0,-1,-2}'), ('{0,0,1}'), ('{0,0,-1}'), ('{-1,0,0}')) AS v (x)) AS q (c);

-- The spread of equal scores is none, however often they were pooled.
SELECT n, score, stderr FROM cells((SELECT score_matrix('m', 'b', 0.1)
	FROM generate_series(1, 1000)));
