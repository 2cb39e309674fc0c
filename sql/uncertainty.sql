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
-- A model without a family, or with null, is one of its own; other names do not
-- matter.  Of the models of "late" fewer than half have one.
SELECT benchmark, n, n_families, n_without_family AS without, six(corr) AS corr, six(ci_low) AS low, six(p_value) AS p, six(q_value) AS q, verdict, status
FROM m, capabilities_correlations(m, targets => '{up,late}', families => '{"m01":"a","m02":"a","m03":"a","m04":"b","m05":"b","m06":"c","m07":null,"other":"b"}');
-- No families, and what makes no sense of this matrix.
SELECT n_families, n_without_family, six(ci_low) AS low, status FROM m, capabilities_correlations(m, targets => '{up}', families => '{}');
SELECT error_of($$SELECT capabilities_correlations(m, targets => '{up}', families => '{"M01":"a","M02":"a"}') FROM m$$);
SELECT error_of($$SELECT capabilities_robustness(m, families => '{"m01":"a","m02":"a","m03":"b","m04":null}') FROM m$$);
SELECT error_of($$SELECT capabilities_difference(m, 'up', 'flat', families => '{"m01":"a","x":1}') FROM m$$);
SELECT count(*) FROM benchmark_correlations(annotate(score_matrix('m', 'b', NULL), '{b}', missing_ok => true), 'b', families => '{"a":"b"}') AS c;

-- What the matrix says of itself counts where the call says nothing; what the call
-- asks for that families do not go with is done without them.
CREATE TABLE told AS
SELECT annotate(m, families => families) AS m,
       annotate(m, families => '{"M01": "a"}', missing_ok => true) AS misspelt,
       merge(annotate(m, families => families), annotate(subset(m, '{m01}'), families => '{"m01": "other"}')) AS conflict
FROM m, family;
SELECT count(*) AS rows, count(*) FILTER (WHERE a IS NOT DISTINCT FROM b) AS same
FROM m, family, told, capabilities_correlations(told.m) AS a JOIN LATERAL capabilities_correlations(m.m, families => families) AS b USING (benchmark);
SELECT ci, n_families, n_without_family AS without, n_resamples, six(ci_low) AS low, six(p_value) AS p, verdict, status
FROM told, unnest('{NULL,analytic,bootstrap,jackknife,none}'::text[]) AS ci, capabilities_correlations(m, targets => '{up}', ci => ci, resamples => 100);
SELECT n_families, n_resamples, six(ci_low) AS low FROM told, capabilities_correlations(m, targets => '{up}', families => '{}');
SELECT n_families, n_without_family AS without, six(ci_low) AS low, six(p_value) AS p, status FROM told, capabilities_difference(m, 'up', 'flat');
SELECT n_without_family AS without, without_family_low_name, status FROM told, capabilities_robustness(m, targets => '{up,late}');
SELECT benchmark, n_families, six(ci_low) AS low, status FROM told, benchmark_correlations(m, 'up', '{late}');
-- Families of models that are not there are no families of these.
SELECT n_without_family AS without, six(corr) AS corr, ci_low, p_value, verdict, status
FROM told, capabilities_correlations(misspelt, targets => '{up,c1}', ci => 'none');
SELECT n_without_family AS without, six(difference) AS difference, ci_low, p_value, status FROM told, capabilities_difference(misspelt, 'up', 'flat');
SELECT n_without_family AS without, six(corr) AS corr, without_family_low, without_family_low_name, status
FROM told, capabilities_robustness(misspelt, targets => '{up}');
-- A model of two families: the rows that have it cannot be tested.
SELECT benchmark, n_without_family AS without, six(corr) AS corr, six(ci_low) AS low, six(p_value) AS p, six(q_value) AS q, verdict, status
FROM told, capabilities_correlations(conflict, targets => '{up,late}');
SELECT n_without_family AS without, six(difference) AS difference, ci_low, p_value, status FROM told, capabilities_difference(conflict, 'up', 'flat');
SELECT benchmark, without_family_low_name, status FROM told, capabilities_robustness(conflict, targets => '{up,late}');
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
FROM m, capabilities_difference(m, 'up', 'late');
SELECT n_resamples, six(ci_low) AS low, six(ci_high) AS high, six(p_value) AS p FROM m, capabilities_difference(m, 'up', 'late', ci => 'bootstrap', resamples => 1000);
-- Kendall has no formula, so that models are resampled.
SELECT method, n_resamples, six(ci_low) AS low, six(ci_high) AS high, six(p_value) AS p
FROM m, unnest('{pearson,kendall}'::text[]) AS method, capabilities_difference(m, 'c1', 'late', method => method, resamples => 1000);
-- Which is less entangled, whatever the signs?  The same for a benchmark and its opposite.
SELECT absolute, six(corr_a) AS a, six(corr_b) AS b, six(difference) AS difference, six(ci_low) AS low, six(ci_high) AS high, six(p_value) AS p
FROM (SELECT annotate(m, lower_is_better => '{}') AS m FROM m) AS t, unnest('{false,true}'::bool[]) AS absolute,
    capabilities_difference(m, 'late', 'down', absolute => absolute);
SELECT count(DISTINCT (difference, ci_low, ci_high, p_value)) AS answers
FROM m, unnest('{"{}","{late}","{down}","{late,down}"}'::text[]) AS lower, unnest('{analytic,bootstrap}'::text[]) AS ci,
    LATERAL annotate(m, lower_is_better => lower::text[]) AS a (turned), capabilities_difference(turned, 'late', 'down', ci => ci, absolute => true, resamples => 100);
SELECT n_families, six(difference) AS difference, six(ci_low) AS low, six(ci_high) AS high, six(p_value) AS p, status
FROM m, family, LATERAL annotate(m, lower_is_better => '{}') AS a (m2), capabilities_difference(m2, 'late', 'down', absolute => true, families => families);
-- At a correlation of 1 nothing is certain, however the interval is made.
SELECT ci, six(corr_a) AS a, six(corr_b) AS b, six(ci_low) AS low, six(ci_high) AS high, six(p_value) AS p, status
FROM (SELECT score_matrix('m' || i, b, CASE WHEN b = 'down' THEN -i ELSE i END) AS m FROM generate_series(1, 9) AS i, unnest('{c,up,down}'::text[]) AS b) AS t,
    unnest('{analytic,bootstrap}'::text[]) AS ci, capabilities_difference(m, 'up', 'down', '{c}', ci => ci, resamples => 100);
-- Three models are too few for the formula.
SELECT n, corr_a, ci_low, p_value, status FROM m, capabilities_difference(subset(m, '{m01,m02,m05}'), 'up', 'flat');
SELECT n, n_families, n_resamples, six(difference) AS difference, six(ci_low) AS low, six(ci_high) AS high, six(p_value) AS p, status
FROM m, family, capabilities_difference(m, 'up', 'flat', families => families);
SELECT difference, six(ci_low) AS low, six(ci_high) AS high, p_value, status FROM m, capabilities_difference(m, 'up', 'up');
SELECT six(difference) AS difference, ci_low, p_value, status FROM m, capabilities_difference(m, 'c1', 'up', ci => 'none');

-- Scores and components.
SELECT model, rank, rank_low, rank_high, six(capability) AS capability, six(ci_low) AS low, six(ci_high) AS high, n_resamples, status
FROM m, capabilities_scores(m, resamples => 1000) LIMIT 3;
SELECT n_capabilities AS n, six(capability_a) AS a, six(capability_b) AS b, six(difference) AS difference, six(ci_low) AS low, six(ci_high) AS high,
       six(p_value) AS p, n_resamples, status
FROM m, unnest('{m05,m06,m12}'::text[]) AS model, capabilities_scores_difference(m, 'm06', model, resamples => 1000);
-- Without an interval: five benchmarks, none wanted, and a model without all scores.
SELECT six(difference) AS difference, ci_low, p_value, n_resamples, status
FROM m, unnest('{none,bootstrap}'::text[]) AS ci, unnest(ARRAY['{c1,c2,c3,c4,c5}', '{c1,late,up}']::text[]) AS c,
    capabilities_scores_difference(m, 'm06', 'm03', c::text[], ci => ci);
SELECT six(difference) AS difference, six(ci_low) AS low, status
FROM m, capabilities_component(m) AS c, capabilities_scores_difference(m, 'm06', 'm03', fitted => c, resamples => 100);
SELECT component, six(explained) AS explained, six(ci_low) AS low, six(ci_high) AS high, n_resamples, six(parallel_threshold) AS threshold, status
FROM m, capabilities_components(m);
SELECT component, benchmark, six(loading) AS loading, six(ci_low) AS low, six(ci_high) AS high, n_resamples, status
FROM m, capabilities_loadings(m, '{c1,c2,c3}', resamples => 500);
SELECT ci_low, n_resamples, six(parallel_threshold) AS threshold, status FROM m, capabilities_components(m, '{c1,c2}', ci => 'none');
-- With many scores intervals of components are made only if they are asked for.
CREATE TABLE many AS
SELECT score_matrix('m' || i, 'b' || j, sin(i) + cos(i * j) / 2) AS m FROM generate_series(1, 2001) AS i, generate_series(1, 3) AS j;
SELECT DISTINCT ci_low, n_resamples, parallel_threshold, status FROM many, capabilities_components(m, '{b1,b2,b3}');
SELECT DISTINCT ci_low, n_resamples, status FROM many, capabilities_loadings(m, '{b1,b2,b3}');
SELECT DISTINCT ci_low IS NULL AS none, n_resamples, status FROM many, capabilities_components(m, '{b1,b2,b3}', ci => 'bootstrap', resamples => 100);

-- Adjusted for capability.  One model short of late; down is lower is better, so
-- that its rank 1 lies furthest below the line.
SELECT model, benchmark, direction, six(score) AS score, six(expected) AS expected, six(pi_low) AS low, six(pi_high) AS high,
       six(residual) AS residual, six(studentised) AS studentised, six(p_value) AS p, six(q_value) AS q, rank, n, status
FROM m, capabilities_adjusted_scores(m, targets => '{down,late}') ORDER BY benchmark, rank, model;
-- Nothing to expect it from; a straight line leaves nothing to judge by.
SELECT DISTINCT benchmark, expected, studentised, rank, status FROM m, capabilities_adjusted_scores(m, '{c1}', '{c1}');
SELECT DISTINCT benchmark, expected - score AS off, studentised, rank, status
FROM (SELECT score_matrix('m' || i, b, i) AS m FROM generate_series(1, 5) AS i, unnest('{x,y}'::text[]) AS b) AS s,
    capabilities_adjusted_scores(m, '{x}');

-- A curve, logits, and what each needs: more models than coefficients, three values of
-- capability, scores inside (0, 1).  miss is lower is better, and one less u.
CREATE TABLE curved AS
SELECT annotate(score_matrix('m' || to_char(i, 'FM00'), jsonb_build_object('x', i, 'u', u, 'miss', 1 - u, 'edge', CASE WHEN i > 1 THEN u ELSE 1 END,
       'few', CASE WHEN i < 4 THEN u END, 'odd', i % 2)), '{x}', '{miss}') AS m
FROM generate_series(1, 10) AS i, LATERAL (SELECT round((i - 5) * (i - 5) / 32.0 + 0.05 + (i * 7 % 5) / 50.0, 2)) AS s (u);
SELECT fit, scale, benchmark, model, six(score) AS score, six(expected) AS expected, six(pi_low) AS low, six(pi_high) AS high,
       six(residual) AS residual, six(studentised) AS studentised, six(p_value) AS p, rank, n, status
FROM curved, unnest('{linear,quadratic}'::text[]) AS fit, unnest('{raw,logit}'::text[]) AS scale,
    capabilities_adjusted_scores(m, targets => '{u,miss}', fit => fit, scale => scale)
WHERE model IN ('m01', 'm05') ORDER BY fit, scale, model, benchmark;
SELECT DISTINCT fit, scale, benchmark, expected IS NULL AS none, n, status
FROM curved, unnest('{linear,quadratic}'::text[]) AS fit, unnest('{raw,LOGIT}'::text[]) AS scale,
    capabilities_adjusted_scores(m, targets => '{edge,few}', fit => fit, scale => scale) ORDER BY fit, scale, benchmark;
SELECT DISTINCT fit, expected IS NULL AS none, status
FROM curved, unnest('{linear,quadratic}'::text[]) AS fit, capabilities_adjusted_scores(m, '{odd}', '{u}', fit) ORDER BY fit;

-- No verdict without a component: a and b correlate negatively, and t with their difference.
WITH s AS (SELECT score_matrix(i::text, jsonb_build_object('a', i, 'b', b, 't', t)) AS m
           FROM unnest('{9,14,16,3,12,7,15,1,10,5,13,2,8,11,4,6}'::int[], '{1,2,3,5,4,6,8,9,7,10,11,12,13,14,15,16}'::int[])
               WITH ORDINALITY AS x (b, t, i))
SELECT capabilities, benchmark, n_capabilities, six(score_reliability) AS reliability, six(corr) AS corr, six(ci_low) AS low,
       six(p_value) AS p, six(q_value) AS q, verdict, status
FROM s, (VALUES ('{a}'::text[]), ('{a,b}')) AS c (capabilities), capabilities_correlations(m, capabilities, '{t}');
-- The card of a benchmark.
\x on
SELECT benchmark, n, six(corr) AS corr, verdict, six(without_benchmark_low) AS wb_low, without_benchmark_low_name AS wb_low_name,
       six(without_benchmark_high) AS wb_high, six(without_model_low) AS wm_low, without_model_low_name AS wm_low_name,
       six(without_model_high) AS wm_high, without_model_high_name AS wm_high_name, six(without_family_low) AS wf_low,
       without_family_low_name AS wf_low_name, six(without_family_high) AS wf_high, six(pearson) AS pearson, six(kendall) AS kendall,
       six(pca_pearson) AS pca_pearson, six(mean_z) AS mean_z, sign_flips, verdict_flips, status
FROM m, family, capabilities_robustness(m, targets => '{flat,late,c1}', families => families);
\x off

-- All of it in words: rounded, what is sure and strong first.
SELECT r.* FROM m, family, capabilities_report(m, families => families) AS r;
SELECT r.* FROM told, capabilities_report(conflict, targets => '{up,late}') AS r;
SELECT benchmark, corr, interval, verdict, note FROM m, capabilities_report(m, method => 'kendall', threshold => 0.2, confidence => 0.8) LIMIT 3;
SELECT error_of($$SELECT capabilities_report(m, confidence => 1) FROM m$$);
SELECT error_of($$SELECT capabilities_report(m, targets => '{upp}') FROM m$$);

-- Aggregates.
SELECT g, six((s).corr) AS spearman, six((s).p_value) AS p, six((p).corr) AS pearson, six((p).p_value) AS p, six((k).corr) AS kendall, six((k).p_value) AS p
FROM (SELECT i % 3 AS g, spearman_test(i * 7 % 11, i) AS s, pearson_test(i * 7 % 11, i) AS p, kendall_test(i * 7 % 11, i) AS k
      FROM generate_series(1, 30) AS i GROUP BY 1) AS t ORDER BY g;
SELECT spearman_test(y, x), pearson_test(y, x), kendall_test(y, x) FROM (VALUES (1, 1), (NULL, 2), (2, NULL), (2, 1)) AS v (y, x);
SELECT spearman_test(y, x) FROM (SELECT 1 AS y, 2 AS x WHERE false) AS none;
-- In a moving frame.
SELECT i, (spearman_test(i * i % 7, i) OVER (ORDER BY i ROWS 4 PRECEDING)).n FROM generate_series(1, 6) AS i;
-- How much of the spread is error of the items: of means with a standard error each.
-- Of "extreme" the models get all items right or none, of "bad" lower is better, "part" lacks
-- one error, the errors of "noise" are more than its spread.
CREATE TABLE noisy AS
SELECT annotate(score_matrix('m' || to_char(i, 'FM000'), benchmark, score, n, sqrt(score * (1 - score) / nullif(n - 1, 0))), '{a,b}', '{bad}', higher_is_better => '{sure}') AS m
FROM generate_series(1, 100) AS i, LATERAL (VALUES
    ('a', i / 100.0, 1), ('b', (i + 8 * (i % 2)) / 120.0, 1),
    ('sure', i / 101.0, 400), ('bad', 1 - i / 101.0, 400), ('short', (i + 150 * (i % 3)) / 500.0, 10),
    ('low', i * 37 % 101 / 101.0, 400), ('noisy', (i * 37 % 101 + 50) / 201.0, 16), ('noise', (i * 37 % 101 + 900) / 2001.0, 10),
    ('extreme', i / 51, 6), ('part', i / 101.0, CASE WHEN i = 7 THEN 1 ELSE 400 END), ('none', i / 101.0, 1), ('same', 0, 9)) AS s (benchmark, score, n);
SELECT benchmark, n, six(corr) AS corr, six(reliability) AS reliability, six(corr_disattenuated) AS disattenuated, verdict, status
FROM noisy, capabilities_correlations(m) AS c;
SELECT method, benchmark, six(corr) AS corr, six(corr_disattenuated) AS disattenuated, verdict, status
FROM noisy, unnest('{spearman,pearson,kendall}'::text[]) AS method, benchmark_correlations(m, 'a', '{sure,extreme,noisy}', method) AS c;
-- What contains the target contains its errors: corr stands alone.  Two directions leave nothing.
SELECT part, benchmark, six(corr) AS corr, six(reliability) AS reliability, corr_disattenuated, status
FROM noisy, LATERAL (VALUES ('whole', m), ('conflict', merge(m, annotate(m, lower_is_better => '{sure}')))) AS v (part, x),
    capabilities_correlations(x, '{a,b,sure}', '{sure}', exclude_self => false) AS c;
DROP TABLE noisy;

-- Given controls.  Twenty models: all rises with size, which m07 lacks; flat does not vary, twice is size once more.
CREATE TABLE g AS
SELECT annotate(score_matrix('m' || to_char(i, 'FM00'), benchmark, score), '{a1,a2,a3}', covariates => '{size,age,flat,twice}') AS m
FROM generate_series(1, 20) AS i, LATERAL (VALUES ('a1', i + i * 7 % 11), ('a2', i + i * 5 % 13), ('a3', i + i * 3 % 8),
    ('safe', i + i * i % 17), ('other', 20 - i + i * i % 19), ('size', CASE WHEN i <> 7 THEN i + i * 13 % 9 END),
    ('age', i * 8 % 21 + i / 3), ('flat', 1), ('twice', CASE WHEN i <> 7 THEN -2 * (i + i * 13 % 9) END)) AS s (benchmark, score);
-- The correlation without the controls is that of the same models; slope and corr_disattenuated are not there.
SELECT benchmark, n, n_dropped, six(corr_uncontrolled) AS uncontrolled, six(corr) AS corr, six(ci_low) AS low, six(ci_high) AS high,
       six(p_value) AS p, six(vif) AS vif, slope, verdict, status FROM g, capabilities_correlations(m, controlling => '{size}');
SELECT benchmark, n, six(corr) AS corr, corr_uncontrolled, vif FROM g, capabilities_correlations(m);
SELECT benchmark, n, six(corr_uncontrolled) AS uncontrolled, six(corr) AS corr, six(ci_low) AS low, six(ci_high) AS high,
       six(p_value) AS p, six(vif) AS vif, status FROM g, capabilities_correlations(m, method => 'pearson', controlling => '{age,size}');
-- By families and by resamples; what does not vary, or is said already, changes nothing.
SELECT benchmark, n_families, six(ci_low) AS low, six(ci_high) AS high, six(p_value) AS p, verdict, status
FROM g, capabilities_correlations(m, controlling => '{size,age}',
    families => (SELECT jsonb_object_agg('m' || to_char(i, 'FM00'), 'f' || i % 7) FROM generate_series(1, 20) AS i));
SELECT benchmark, n_resamples > 900 AS enough, ci_low < corr AND corr < ci_high AS around
FROM g, capabilities_correlations(m, controlling => '{size,age}', ci => 'bootstrap', resamples => 1000);
SELECT six(a.corr - b.corr) AS difference, six(a.ci_low - b.ci_low) AS low, a.vif = b.vif AS same
FROM g, capabilities_correlations(m, targets => '{safe}', controlling => '{size}') AS a,
    capabilities_correlations(m, targets => '{safe}', controlling => '{twice,size,flat}') AS b;
-- Controls that are the target, what it is correlated with, or too near to that.
SELECT benchmark, n, corr, six(corr_uncontrolled) AS uncontrolled, six(vif) AS vif, status
FROM g, capabilities_correlations(m, targets => '{size,twice}', controlling => '{size}');
SELECT benchmark, n, six(corr) AS corr, six(ci_low) AS low, p_value, verdict, six(vif) AS vif, status
FROM g, capabilities_correlations(m, '{a1}', '{safe}', controlling => '{a1}');
SELECT benchmark, n, six(corr) AS corr, six(ci_low) AS low, p_value, q_value, verdict, q_verdict, six(vif) AS vif, status
FROM g, capabilities_correlations(m, targets => '{safe,other}', controlling => '{a1,a2,a3}');
SELECT benchmark, n, six(corr) AS corr, six(ci_low) AS low, p_value, verdict, six(vif) AS vif, status
FROM g, benchmark_correlations(m, 'size', targets => '{safe}', controlling => '{twice}');
SELECT benchmark, n, six(corr) AS corr, six(ci_low) AS low, six(p_value) AS p, verdict, six(vif) AS vif, status
FROM g, benchmark_correlations(m, 'size', targets => '{safe,other}', controlling => '{a1}');
-- No model has the control; too few models beside the controls: four beside two, then one, five beside one.
SELECT benchmark, n, n_dropped, corr, corr_uncontrolled, vif, status
FROM g, capabilities_correlations(annotate(m, covariates => '{size,absent}', missing_ok => true), targets => '{safe}', controlling => '{absent}');
SELECT s.models, n, corr, six(ci_low) AS low, six(p_value) AS p, vif IS NULL AS no_vif, status
FROM g, (VALUES ('{m01,m02,m03,m04}'::text[], '{size,age}'::text[]), ('{m01,m02,m03,m04}', '{age}'), ('{m01,m02,m03,m04,m09}', '{age}'))
    AS s (models, controls), capabilities_correlations(subset(m, s.models), '{a1}', '{safe}', controlling => controls);
-- The report has both, and says why there is none.
SELECT benchmark, n, corr, interval, verdict, corr_controlled, interval_controlled, note, not_checked
FROM g, capabilities_report(m, targets => '{safe,other,size}', controlling => '{size}');
SELECT controls, benchmark, corr, corr_controlled, interval_controlled, note, not_checked
FROM g, unnest(ARRAY['{a1,a2,a3}', '{flat}', '{size,twice,flat}']::text[]) AS c (controls), LATERAL capabilities_report(m, targets => '{safe}', controlling => controls::text[]);
SELECT error_of($$SELECT capabilities_report(m, method => 'kendall', controlling => '{size}') FROM g$$);
-- Every pair: with NULL all but the controls.
SELECT benchmark_a, benchmark_b, n, six(corr) AS corr, status FROM g, correlation_matrix(m, controlling => '{size,a1,a2,a3}') WHERE benchmark_a <= 'flat';
SELECT benchmark_a, benchmark_b, n, six(corr) AS corr, status FROM g, correlation_matrix(m, '{safe,size}', 'pearson', '{size}');
-- Given capability, of a pair the component without it; a benchmark of that name wins.
SELECT benchmark_a, benchmark_b, n, six(corr) AS corr, status FROM g, correlation_matrix(m, '{a1,a2,safe,other}', controlling => '{capability}') WHERE benchmark_a <= benchmark_b;
SELECT benchmark_a, benchmark_b, n, six(corr) AS corr, status FROM g, correlation_matrix(annotate(m, overlaps => '{"safe": ["a1"]}'), '{a2,a3,safe,flat}', 'pearson', '{size,capability}') WHERE benchmark_a < benchmark_b;
SELECT benchmark_a, benchmark_b, n, corr, status FROM g, correlation_matrix(subset(m, (models(m))[:2]), '{a1,safe}', controlling => '{capability}');
SELECT benchmark_a, benchmark_b, n, six(corr) AS corr, status FROM g, correlation_matrix(
    annotate(merge(m, (SELECT score_matrix('m' || to_char(i, 'FM00'), 'capability', -i) FROM generate_series(1, 20) AS i)), '{}'), '{safe,other}', controlling => '{capability}');
-- Reversed, not above chance, without scores.
SELECT c.corr IS NOT NULL AS there, c.status, count(*) FROM g, (VALUES ('{a1,a2,a3,other}'::text[], '{other}'::text[]), ('{age,flat,a1}', '{}'), ('{age,other,size}', '{}'), ('{a1,a2,a3,none}', '{}')) AS s (caps, lower),
    correlation_matrix(annotate(m, caps, covariates => '{}', missing_ok => true), '{safe,other}', controlling => '{capability}') AS c GROUP BY 1, 2, caps ORDER BY caps, 1, 2;
-- The difference of two.
SELECT n, six(corr_a) AS a, six(corr_b) AS b, six(difference) AS difference, six(ci_low) AS low, six(ci_high) AS high, six(p_value) AS p,
       six(difference_uncontrolled) AS uncontrolled, six(vif) AS vif, status
FROM g, (VALUES ('{}'::text[]), ('{size}'), ('{size,age}'), ('{a1,a2,a3}'), ('{safe}')) AS s (controls),
    capabilities_difference(m, 'safe', 'other', controlling => controls);

-- Exact: both tails of all orders.
SELECT round((spearman_test(i, i)).p_value * 3628800) AS orders FROM generate_series(1, 10) AS i;
SELECT round((kendall_test(i, i)).p_value * 3628800) AS orders FROM generate_series(1, 10) AS i;

-- Malformed parameters: 22023.
\pset format unaligned
\pset tuples_only on
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, ci => 'exact') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_correlations(m, ci => 'jackknife') AS c$$);
SELECT error_of($$SELECT c.* FROM m, family, capabilities_correlations(m, ci => 'bootstrap', families => families) AS c$$);
SELECT error_of($$SELECT c.* FROM m, family, capabilities_correlations(m, ci => 'analytic', families => families) AS c$$);
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
SELECT error_of($$SELECT c.* FROM m, capabilities_difference(m, 'up', 'flat', method => 'kendall', ci => 'analytic') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_difference(m, 'up', 'flat', absolute => NULL) AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_difference(m, 'up', 'flta') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_difference(m, 'up', NULL) AS c$$);
SELECT n, corr_a, corr_b, difference, status FROM m, capabilities_difference(m, 'c1', 'up', '{c1}') AS c;
SELECT error_of($$SELECT c.* FROM m, capabilities_scores(m, ci => 'analytic') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_scores_difference(m, 'm01', 'm99') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_scores_difference(m, NULL, 'm01') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_scores_difference(m, 'm01', 'm02', ci => 'jackknife') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_components(m, ci => 'jackknife') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_loadings(m, confidence => 1) AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_adjusted_scores(m, confidence => 0) AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_adjusted_scores(m, fit => 'cubic') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_adjusted_scores(m, scale => NULL) AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_robustness(m, targets => '{updown}') AS c$$);
SELECT error_of($$SELECT c.* FROM m, capabilities_robustness(m, families => '7') AS c$$);
-- And of controls.
SELECT error_of($$SELECT capabilities_correlations(m, method => 'kendall', controlling => '{size}') FROM g$$);
SELECT error_of($$SELECT capabilities_correlations(m, controlling => '{siez}') FROM g$$);
SELECT error_of($$SELECT capabilities_correlations(m, controlling => '{size,size}') FROM g$$);
SELECT error_of($$SELECT capabilities_correlations(m, controlling => '{size,NULL}') FROM g$$);
SELECT error_of($$SELECT capabilities_correlations(m, controlling => '{{size},{age}}') FROM g$$);
SELECT error_of($$SELECT capabilities_correlations(m, controlling => NULL) FROM g$$);
SELECT error_of($$SELECT capabilities_correlations(m, controlling => '{capability}') FROM g$$);
SELECT error_of($$SELECT correlation_matrix(m, controlling => '{capability,capability}') FROM g$$);
SELECT error_of($$SELECT correlation_matrix(m, method => 'kendall', controlling => '{capability}') FROM g$$);
SELECT error_of($$SELECT correlation_matrix(annotate(m, '{}'), controlling => '{capability}') FROM g$$);
SELECT error_of($$SELECT correlation_matrix(NULL, controlling => '{capability}')$$);
SELECT error_of($$SELECT benchmark_correlations(m, 'a1', controlling => '{""}') FROM g$$);
SELECT error_of($$SELECT capabilities_difference(m, 'safe', 'other', method => 'kendall', controlling => '{size}') FROM g$$);
SELECT error_of(format($$SELECT benchmark_correlations(score_matrix('m', b, 1), 'c1', controlling => %L) FROM (SELECT 'c' || generate_series(1, 1000)) AS c (b)$$,
    (SELECT array_agg('c' || i) FROM generate_series(1, 1000) AS i)));
SELECT error_of($$SELECT correlation_matrix(m, method => 'kendall', controlling => '{size}') FROM g$$);
SELECT count(*) FROM g, capabilities_correlations(m, method => 'kendall', controlling => '{}');
-- Limits: 54000.
SELECT error_of($$SELECT c.* FROM (SELECT score_matrix('m' || i, 'b' || j, i * j % 7 + 10 * i) AS m FROM generate_series(1, 4) i, generate_series(1, 300) j) s,
    capabilities_components(m, benchmarks(m), ci => 'bootstrap') AS c$$);
-- A NULL matrix is an empty one.
SELECT error_of($$SELECT c.* FROM capabilities_adjusted_scores(NULL, '{a}') AS c$$);
-- Claims far within a threshold, never with certainty; the ends of a turned difference in order.
SELECT bool_and(q_verdict > 0) FROM m, capabilities_correlations(m, targets => '{flat,late}', method => 'kendall', threshold => 0.9999);
SELECT six(difference) AS difference, six(ci_low) AS low, six(ci_high) AS high
FROM (SELECT score_matrix('m' || i, b, s) AS m FROM unnest('{1,2,3,4, 2,3,4,1, 0,1,2,3, 0,3,1,1}'::float8[]) WITH ORDINALITY AS v (s, k),
        LATERAL (SELECT (k - 1) % 4, (ARRAY['a', 'b', 'c1', 'c2'])[(k + 3) / 4]) AS w (i, b)) AS four,
    capabilities_difference(m, 'a', 'b', '{c1,c2}', 'kendall', absolute => true, confidence => 1e-6, resamples => 100);

-- How many models a verdict takes; NULL on the threshold and next to it.
SELECT corr, threshold, models_needed(corr, threshold) FROM unnest('{NULL,0,-0.2,0.4,-0.4,0.4000001,0.6,1,-1}'::float8[]) AS corr,
    unnest('{NULL,0.4,0.99}'::float8[]) AS threshold;

-- Two strata.  chat are twelve more models of the same six families, of whom up is what down
-- is above; it has no late, and a target more.
CREATE TABLE strata AS
SELECT m AS base, (
    SELECT annotate(score_matrix('n' || to_char(i, 'FM00'), benchmark, score), '{c1,c2,c3,c4,c5,c6,c7}', '{down}')
    FROM generate_series(1, 12) AS i, LATERAL (
        SELECT 'c' || j, i + CASE WHEN i = 13 - j THEN 1.5 WHEN i = 12 - j THEN -1.5 ELSE 0 END FROM generate_series(1, 7) AS j
        UNION ALL SELECT 'up', i % 4 - i
        UNION ALL SELECT 'down', i * 7 % 5 - i
        UNION ALL SELECT 'flat', i * 7 % 12 + i
        UNION ALL SELECT 'more', i) AS s (benchmark, score)) AS chat,
    (SELECT jsonb_object_agg(k || to_char(i, 'FM00'), 'f' || (i + 1) / 2) FROM generate_series(1, 12) AS i, unnest('{m,n}'::text[]) AS k) AS families
FROM m;
SELECT benchmark, role, direction, n_a, n_b, six(corr_a) AS a, six(corr_b) AS b, six(difference) AS difference, six(ci_low) AS low, six(ci_high) AS high,
    six(p_value) AS p, six(q_value) AS q, sign_changes AS changes, six(congruence) AS congruence, six(capability_sd_a) AS sd_a, six(capability_sd_b) AS sd_b, status
FROM strata, capabilities_strata_difference(base, chat);
-- The correlations are those of each stratum, to the last bit.
SELECT count(*), bool_and(d.corr_a IS NOT DISTINCT FROM a.corr AND d.corr_b IS NOT DISTINCT FROM b.corr AND (d.n_a, d.n_b) = (a.n, b.n)) AS same
FROM strata, capabilities_strata_difference(base, chat, targets => '{c1,c7,down,flat,up}') AS d, capabilities_correlations(base, targets => ARRAY[d.benchmark]) AS a,
    capabilities_correlations(chat, targets => ARRAY[d.benchmark]) AS b;
-- With families, one left out of both at once; annotated ones are the same as given ones.
SELECT benchmark, n_families, six(difference) AS difference, six(ci_low) AS low, six(ci_high) AS high, six(p_value) AS p, six(q_value) AS q, sign_changes AS changes, status
FROM strata, capabilities_strata_difference(base, chat, families => families);
SELECT count(*) AS other FROM (SELECT base, chat, families, annotate(base, families => families, missing_ok => true) AS x, annotate(chat, families => families, missing_ok => true) AS y FROM strata) AS s,
    LATERAL (SELECT d FROM capabilities_strata_difference(base, chat, families => families) AS d EXCEPT SELECT d FROM capabilities_strata_difference(x, y) AS d) AS d;
-- Known in one of the two alone; too few; a model of both of two families; passed over.
SELECT DISTINCT what, n_families, p_value IS NULL AS untested, status FROM (
    SELECT 'one' AS what, annotate(base, families => families, missing_ok => true) AS x, chat AS y, NULL::jsonb AS f, NULL AS ci FROM strata
    UNION ALL SELECT 'four', base, chat, (SELECT jsonb_object_agg(key, CASE WHEN value::text IN ('"f5"', '"f6"') THEN '"f4"' ELSE value END) FROM jsonb_each(families)), NULL FROM strata
    UNION ALL SELECT 'two', annotate(base, families => '{"m01": "x", "m02": "b", "m03": "c", "m04": "d", "m05": "e", "m06": "f"}'),
        annotate(base, families => '{"m01": "a", "m02": "b", "m03": "c", "m04": "d", "m05": "e", "m06": "f"}'), NULL, NULL FROM strata
    UNION ALL SELECT 'passed over', annotate(base, families => families, missing_ok => true), annotate(chat, families => families, missing_ok => true), NULL, 'analytic' FROM strata) AS v,
    capabilities_strata_difference(x, y, targets => '{up}', families => f, ci => ci) AS d ORDER BY 1;
-- Part-whole; no interval, all else; three models; the same models without families, and with.
SELECT benchmark, role, difference IS NULL AS nothing, p_value, sign_changes, status FROM strata, capabilities_strata_difference(base, chat, targets => '{c1}', exclude_self => false);
SELECT ci_low, ci_high, six(p_value) AS p, sign_changes, status FROM strata, capabilities_strata_difference(base, chat, targets => '{up}', ci => 'none');
SELECT n_a, n_b, six(difference) AS difference, ci_low, p_value, sign_changes, status
FROM strata, capabilities_strata_difference(subset(base, '{m01,m05,m09}'), chat, targets => '{flat}');
SELECT n_a, n_b, six(difference) AS difference, p_value, status FROM strata, capabilities_strata_difference(base, merge(chat, subset(base, '{m01}')), targets => '{up,flat}');
SELECT n_families, six(p_value) AS p, status FROM strata, capabilities_strata_difference(base, base, targets => '{up}', families => families);
-- Lower is better in one alone; other capability benchmarks; a component of chance; a reversed one.
SELECT benchmark, direction, six(corr_a) AS a, six(corr_b) AS b, six(difference) AS difference, six(p_value) AS p, congruence IS NULL AS apart, capability_sd_a IS NULL AS no_sd, status
FROM (SELECT base, annotate(chat, lower_is_better => v) AS chat FROM strata, (VALUES ('{}'::text[]), ('{c1,down}')) AS v (v)) AS s,
    capabilities_strata_difference(base, chat, targets => '{down,up}');
SELECT six(congruence) AS congruence, status FROM strata, capabilities_strata_difference(annotate(base, '{c1,c2,c3}'), annotate(chat, '{c3,c4,c5}'), targets => '{up}');
SELECT v, n_a, p_value IS NULL AS untested, sign_changes, status FROM strata, unnest('{"{flat,c1}","{down,c1,c2,c3}"}'::text[]) AS v,
    capabilities_strata_difference(annotate(base, v::text[], '{}'), annotate(chat, v::text[], '{}'), targets => '{up}');
-- A stratum without a capability benchmark, and a NULL one.
SELECT benchmark, n_a, n_b, six(corr_a) AS a, corr_b, p_value, status FROM strata, capabilities_strata_difference(base, chat, '{c1,c2,late}', targets => '{up}');
SELECT benchmark, n_a, n_b, six(corr_a) AS a, corr_b, p_value, status FROM strata, capabilities_strata_difference(base, NULL, targets => '{up,late}');
SELECT benchmark, n_a, n_b, corr_a, six(corr_b) AS b, p_value, status FROM strata, capabilities_strata_difference(NULL, chat, targets => '{up}', families => families);
SELECT error_of($$SELECT capabilities_strata_difference(NULL, NULL)$$);
SELECT error_of($$SELECT capabilities_strata_difference(NULL, NULL, '{c1}')$$);
SELECT error_of($$SELECT capabilities_strata_difference(base, chat, targets => '{up,lat,nothing}') FROM strata$$);
SELECT error_of($$SELECT capabilities_strata_difference(base, chat, '{c1,c11}') FROM strata$$);
SELECT error_of($$SELECT capabilities_strata_difference(base, chat, '{c1,late,late}') FROM strata$$);
SELECT error_of($$SELECT capabilities_strata_difference(base, chat, targets => '{up,NULL}') FROM strata$$);
SELECT error_of($$SELECT capabilities_strata_difference(base, annotate(chat, '{}')) FROM strata$$);
SELECT error_of($$SELECT capabilities_strata_difference(base, chat, ci => 'bootstrap') FROM strata$$);
SELECT error_of($$SELECT capabilities_strata_difference(base, chat, ci => 'jackknife') FROM strata$$);
SELECT error_of($$SELECT capabilities_strata_difference(base, chat, ci => 'analytic', families => families) FROM strata$$);
SELECT error_of($$SELECT capabilities_strata_difference(base, chat, families => '{"m01": "a"}') FROM strata$$);
SELECT error_of($$SELECT capabilities_strata_difference(base, chat, missing => 'impute', min_scores => 8) FROM strata$$);
-- Congruence: by name, whatever the order; by place without names; of components in common.
SELECT six(congruence(a, b)) AS all, congruence(a, a) AS self, six(congruence(a, c)) AS some, congruence(a, d) AS none, congruence(a, e) AS one, congruence(a, f) AS unnamed,
    congruence(f, f) AS by_place, congruence(f, g) AS longer, congruence(a, NULL) AS nothing
FROM strata, capabilities_component(base) AS a, capabilities_component(chat) AS b, capabilities_component(chat, '{flat,c2,c5,up}') AS c,
    capabilities_component(chat, '{more,down}') AS d, capabilities_component(chat, '{c1,down}') AS e,
    (SELECT first_component(ARRAY[i, i * i, sin(i)]) AS f, first_component(ARRAY[i, i * i]) AS g FROM generate_series(1, 9) AS i) AS n;

DROP TABLE strata;
DROP TABLE told, m, family, many, g;
DROP FUNCTION six;
