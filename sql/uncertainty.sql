-- How sure a number is: intervals, tests, verdicts.
--
-- Twelve models of six families, two of each.  Scores on c1 .. c7 rise with the
-- model's number, with one step back each; up follows them, down runs against
-- them, flat does not care, late is known of nine models.
SET client_min_messages = warning;

CREATE TABLE m AS
SELECT annotate(score_matrix('m' || to_char(i, 'FM00'), benchmark, score), '{c1,c2,c3,c4,c5,c6,c7}', '{down}') AS m
FROM generate_series(1, 12) AS i, LATERAL (
    SELECT 'c' || j, i + CASE WHEN i = j THEN 1.5 WHEN i = j + 1 THEN -1.5 ELSE 0 END FROM generate_series(1, 7) AS j
    UNION ALL SELECT 'up', i * i
    UNION ALL SELECT 'down', i % 4 - i
    UNION ALL SELECT 'flat', i * 5 % 12
    UNION ALL SELECT 'late', i % 3 + i / 4 WHERE i > 3) AS s (benchmark, score);
CREATE TABLE family AS
SELECT jsonb_object_agg('m' || to_char(i, 'FM00'), 'f' || (i + 1) / 2) AS families FROM generate_series(1, 12) AS i;

-- Six digits are enough here.
CREATE FUNCTION six(float8) RETURNS numeric LANGUAGE sql RETURN round($1::numeric, 6);

-- All columns; by default intervals are those of the formula.
SELECT benchmark, n, n_families, n_resamples, six(corr) AS corr, six(ci_low) AS low, six(ci_high) AS high, six(p_value) AS p,
       six(q_value) AS q, six(slope) AS slope, six(benchmark_sd) AS sd, verdict, status
FROM m, capabilities_correlations(m) AS c;
-- Without intervals: no verdict either, p and q stay.
SELECT benchmark, ci_low, six(p_value) AS p, six(q_value) AS q, verdict, status FROM m, capabilities_correlations(m, ci => 'none');
-- q is over the targets: a capability benchmark among them has none.
SELECT benchmark, role, six(p_value) AS p, six(q_value) AS q, verdict FROM m, capabilities_correlations(m, targets => '{c1,up,flat}');
-- Resampled: same seed, same answer; the number of resamples that gave one is said.
SELECT benchmark, n_resamples, six(ci_low) AS low, six(ci_high) AS high, verdict, status
FROM m, capabilities_correlations(m, ci => 'bootstrap', resamples => 1000, seed => 1);
SELECT count(*) AS same FROM m, capabilities_correlations(m, ci => 'bootstrap', seed => 1, resamples => 500) AS a
JOIN m AS m2 ON true JOIN capabilities_correlations(m2.m, ci => 'bootstrap', seed => 1, resamples => 500) AS b
    ON ROW(a.benchmark, a.ci_low, a.ci_high) = ROW(b.benchmark, b.ci_low, b.ci_high);
-- The jackknife over families is what families mean.
SELECT benchmark, n, n_families, n_resamples, six(ci_low) AS low, six(ci_high) AS high, verdict, status
FROM m, family, capabilities_correlations(m, families => families);
-- A model without a family, or with null, is one of its own; other names do not matter.
SELECT benchmark, n_families, status
FROM m, capabilities_correlations(m, targets => '{up,late}', families => '{"m01":"a","m02":"a","m03":null,"other":"b"}');
SELECT benchmark, n_families, ci_low, status
FROM m, capabilities_correlations(m, targets => '{up}', families => (
    SELECT jsonb_object_agg(x, CASE WHEN x < 'm08' THEN 'a' WHEN x < 'm10' THEN 'b' ELSE 'c' END) FROM unnest(models(m)) AS x));
-- The same for one benchmark, where the line of the verdict may lie elsewhere.
SELECT benchmark, six(corr) AS corr, six(ci_low) AS low, six(ci_high) AS high, six(slope) AS slope, verdict
FROM m, benchmark_correlations(m, 'up', '{down,flat}');
SELECT threshold, benchmark, verdict FROM m, unnest('{0.01,0.1,0.99}'::float8[]) AS threshold, benchmark_correlations(m, 'up', '{c7,flat}', threshold => threshold);
SELECT method, verdict, six(ci_low) AS low FROM m, unnest('{spearman,pearson,kendall}'::text[]) AS method,
    capabilities_correlations(m, targets => '{late}', method => method);

-- Two benchmarks compared.
SELECT n, n_families, n_resamples, six(corr_a) AS a, six(corr_b) AS b, six(difference) AS difference, six(ci_low) AS low, six(ci_high) AS high,
       six(p_value) AS p, status
FROM m, capabilities_difference(m, 'up', 'late', resamples => 1000);
SELECT n, n_families, n_resamples, six(difference) AS difference, six(ci_low) AS low, six(ci_high) AS high, six(p_value) AS p, status
FROM m, family, capabilities_difference(m, 'up', 'flat', families => families);
SELECT difference, ci_low, p_value, status FROM m, capabilities_difference(m, 'up', 'up', resamples => 100);
SELECT six(difference) AS difference, ci_low, p_value, status FROM m, capabilities_difference(m, 'c1', 'up', ci => 'none');

-- Scores and components.
SELECT model, rank, rank_low, rank_high, six(capability) AS capability, six(ci_low) AS low, six(ci_high) AS high, n_resamples, status
FROM m, capabilities_scores(m, resamples => 1000) LIMIT 3;
SELECT component, six(explained) AS explained, six(ci_low) AS low, six(ci_high) AS high, n_resamples, six(parallel_threshold) AS threshold, status
FROM m, capabilities_components(m);
SELECT component, benchmark, six(loading) AS loading, six(ci_low) AS low, six(ci_high) AS high, n_resamples, status
FROM m, capabilities_loadings(m, '{c1,c2,c3}', resamples => 500);
SELECT ci_low, n_resamples, parallel_threshold, status FROM m, capabilities_components(m, '{c1,c2}', ci => 'none');
-- With many scores intervals of components are made only if they are asked for.
CREATE TABLE many AS
SELECT score_matrix('m' || i, 'b' || j, sin(i) + cos(i * j) / 2) AS m FROM generate_series(1, 2001) AS i, generate_series(1, 3) AS j;
SELECT DISTINCT ci_low, n_resamples, parallel_threshold, status FROM many, capabilities_components(m, '{b1,b2,b3}');
SELECT DISTINCT ci_low, n_resamples, status FROM many, capabilities_loadings(m, '{b1,b2,b3}');
SELECT DISTINCT ci_low IS NULL AS none, n_resamples, status FROM many, capabilities_components(m, '{b1,b2,b3}', ci => 'bootstrap', resamples => 100);

-- Adjusted for capability.  One model short of late; down is lower is better, so
-- that its rank 1 lies furthest below the line.
SELECT model, benchmark, negated, six(score) AS score, six(expected) AS expected, six(pi_low) AS low, six(pi_high) AS high,
       six(residual) AS residual, six(studentised) AS studentised, six(p_value) AS p, six(q_value) AS q, rank, n, status
FROM m, capabilities_adjusted_scores(m, targets => '{down,late}') ORDER BY benchmark, rank, model;
-- Nothing to expect it from; a straight line leaves nothing to judge by.
SELECT DISTINCT benchmark, expected, studentised, rank, status FROM m, capabilities_adjusted_scores(m, '{c1}', '{c1}');
SELECT DISTINCT benchmark, expected - score AS off, studentised, rank, status
FROM (SELECT score_matrix('m' || i, b, i) AS m FROM generate_series(1, 5) AS i, unnest('{x,y}'::text[]) AS b) AS s,
    capabilities_adjusted_scores(m, '{x}');

-- The card of a benchmark.
\x on
SELECT benchmark, n, six(corr) AS corr, verdict, six(without_benchmark_low) AS wb_low, without_benchmark_low_name AS wb_low_name,
       six(without_benchmark_high) AS wb_high, six(without_model_low) AS wm_low, without_model_low_name AS wm_low_name,
       six(without_model_high) AS wm_high, without_model_high_name AS wm_high_name, six(without_family_low) AS wf_low,
       without_family_low_name AS wf_low_name, six(without_family_high) AS wf_high, six(pearson) AS pearson, six(kendall) AS kendall,
       six(pca_pearson) AS pca_pearson, six(mean_z) AS mean_z, sign_flips, verdict_flips, status
FROM m, family, capabilities_robustness(m, targets => '{flat,late,c1}', families => families);
\x off

-- Aggregates.
SELECT g, six((s).corr) AS spearman, six((s).p_value) AS p, six((p).corr) AS pearson, six((p).p_value) AS p, six((k).corr) AS kendall, six((k).p_value) AS p
FROM (SELECT i % 3 AS g, spearman_test(i * 7 % 11, i) AS s, pearson_test(i * 7 % 11, i) AS p, kendall_test(i * 7 % 11, i) AS k
      FROM generate_series(1, 30) AS i GROUP BY 1) AS t ORDER BY g;
SELECT spearman_test(y, x), pearson_test(y, x), kendall_test(y, x) FROM (VALUES (1, 1), (NULL, 2), (2, NULL), (2, 1)) AS v (y, x);
SELECT spearman_test(y, x) FROM (SELECT 1 AS y, 2 AS x WHERE false) AS none;
-- In a moving frame.
SELECT i, (spearman_test(i * i % 7, i) OVER (ORDER BY i ROWS 4 PRECEDING)).n FROM generate_series(1, 6) AS i;
-- Exact: both tails of all orders.
SELECT round((spearman_test(i, i)).p_value * 3628800) AS orders FROM generate_series(1, 10) AS i;
SELECT round((kendall_test(i, i)).p_value * 3628800) AS orders FROM generate_series(1, 10) AS i;

-- Malformed parameters: 22023.
\pset format unaligned
\pset tuples_only on
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, ci => 'exact') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, ci => 'jackknife') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, ci => 'bootstrap', families => '{}') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, ci => 'analytic', families => '{}') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, families => '[1]') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, families => '"x"') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, families => '{"m01": 7}') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, families => '{"m01": {"a": "b"}}') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, resamples => 99) AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, resamples => 100001) AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, resamples => NULL) AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, seed => NULL) AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, threshold => 0) AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, threshold => 1) AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, threshold => 'NaN') AS c$$);
SELECT error_of($$SELECT c.* FROM m, benchmark_correlations(m, 'up', ci => 'none', resamples => 0) AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_difference(m, 'up', 'flat', ci => 'analytic') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_difference(m, 'up', 'flta') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_difference(m, 'up', NULL) AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_difference(m, 'c1', 'up', '{c1}') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_scores(m, ci => 'analytic') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_components(m, ci => 'jackknife') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_loadings(m, confidence => 1) AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_adjusted_scores(m, confidence => 0) AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_robustness(m, targets => '{updown}') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_robustness(m, families => '7') AS c$$);
-- Limits: 54000.
SELECT error_of($$SELECT c.* FROM (SELECT score_matrix('m' || i, 'b' || j, i * j % 7 + 10 * i) AS m FROM generate_series(1, 4) i, generate_series(1, 300) j) s,
    capabilities_components(m, benchmarks(m), ci => 'bootstrap') AS c$$);
-- A NULL matrix is an empty one.
SELECT error_of($$SELECT c.* FROM capabilities_adjusted_scores(NULL, '{a}') AS c$$);
DROP TABLE m, family, many;
DROP FUNCTION six;
