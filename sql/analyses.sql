-- The analyses of a score_matrix.
--
-- Models a to e score 1 .. 5 on mmlu and 10 .. 50 on gsm8k, so their
-- capabilities score is -2, -1, 0, 1, 2 (see wide.sql); f lacks gsm8k.  toxic is
-- lower is better; sparse has two models; constant does not vary.
SET client_min_messages = warning;

CREATE TABLE m AS
SELECT annotate(score_matrix(model, scores), '{mmlu,gsm8k}', '{toxic}', '{flop}') AS m
FROM (VALUES
    ('a', '{"mmlu": 1, "gsm8k": 10, "safe": 1, "toxic": 5, "constant": 7, "flop": 1e20, "sparse": 1}'::jsonb),
    ('b', '{"mmlu": 2, "gsm8k": 20, "safe": 2, "toxic": 4, "constant": 7, "flop": 1e21, "sparse": 2}'),
    ('c', '{"mmlu": 3, "gsm8k": 30, "safe": 3, "toxic": 3, "constant": 7, "flop": 1e22}'),
    ('d', '{"mmlu": 4, "gsm8k": 40, "safe": 5, "toxic": 2, "constant": 7, "flop": 1e24}'),
    ('e', '{"mmlu": 5, "gsm8k": 50, "safe": 4, "toxic": 1, "constant": 7, "flop": 1e23}'),
    ('f', '{"mmlu": 9, "safe": 0, "toxic": 3}')) v (model, scores);

-- What an analyst sees; six digits are enough here.
CREATE FUNCTION six(float8) RETURNS numeric LANGUAGE sql RETURN round($1::numeric, 6);

-- capabilities_correlations.  safe: 0.9, as in wide.sql; toxic, negated, 1.  p is
-- exact: 10 and 2 of 120 orders lie as far out.  f's score counts nowhere.
SELECT benchmark, role, direction, n, n_dropped, six(corr) AS corr, six(ci_low) AS ci_low, six(ci_high) AS ci_high,
       six(p_value) AS p_value, status
FROM m, capabilities_correlations(m);
-- All of them named: each capability against the other, and a covariate too.
SELECT benchmark, role, direction, n, n_dropped, six(corr) AS corr, six(p_value) AS p_value, status
FROM m, capabilities_correlations(m, targets => benchmarks(m));
-- Against a component that contains it: part-whole, never tested.
SELECT benchmark, role, n, six(corr) AS corr, six(ci_low) AS ci_low, six(ci_high) AS ci_high, six(p_value) AS p_value, status
FROM m, capabilities_correlations(m, targets => '{mmlu,gsm8k,safe}', exclude_self => false);
-- One capability benchmark: there is no other to correlate it with.
SELECT benchmark, role, n, n_dropped, corr, six(p_value) AS p_value, status
FROM m, capabilities_correlations(m, '{gsm8k}', '{gsm8k,mmlu}');
-- Named here, capabilities are these and no others; the order of names does not
-- matter.  Scores of safe and gsm8k together are -2 -1 0 1.5 1.5, so d and e tie:
-- 9.5 / sqrt(10 * 9.5) = 0.974679.
SELECT benchmark, role, n, six(corr) AS corr, status FROM m, capabilities_correlations(m, '{safe,gsm8k}', '{toxic,mmlu}');
SELECT benchmark, role, n, six(corr) AS corr, status FROM m, capabilities_correlations(m, '{gsm8k,safe}', '{mmlu,toxic}');

-- Methods: pearson is 0.9 too (equal values and ranks), p by t with 3 degrees of
-- freedom the same, its interval Fisher's: tanh(atanh(0.9) -+ 1.959964 / sqrt(2));
-- kendall 0.8, p exact: 10 of 120 orders have at most one discordant pair, or one
-- concordant; its interval all t with (0.8 - t)^2 <= 1.959964^2 v(t), v(0) = 1 / 6.
SELECT method, n, six(corr) AS corr, six(ci_low) AS ci_low, six(ci_high) AS ci_high, six(p_value) AS p_value
FROM m, unnest('{spearman,pearson,kendall}'::text[]) method, capabilities_correlations(m, targets => '{safe}', method => method);
-- Confidence: z of 0.5 and 0.999.
SELECT confidence, six(ci_low) AS ci_low, six(ci_high) AS ci_high
FROM m, unnest('{0.5,0.95,0.999}'::float8[]) confidence, capabilities_correlations(m, targets => '{safe}', confidence => confidence);
-- The matrix of the component: pearson gives the same score here, but not where
-- values and ranks part (loadings below).
SELECT pca, six(corr) AS corr FROM m, unnest('{spearman,pearson}'::text[]) pca, capabilities_correlations(m, targets => '{safe}', pca => pca);

-- Scalar forms.
SELECT capabilities_corr(m, 'safe', '{mmlu,gsm8k}') AS named, capabilities_corr(m, 'safe') AS annotated,
       capabilities_corr(m, 'mmlu') AS self, capabilities_corr(m, 'mmlu', '{mmlu}') AS alone,
       capabilities_corr(m, 'absent') AS absent, capabilities_corr(m, 'safe', '{absent,mmlu}') AS absent_capability,
       capabilities_corr(m, 'sparse') AS sparse, capabilities_corr(m, 'toxic') AS negated,
       capabilities_corr(NULL, 'safe', '{mmlu}') AS nothing FROM m;
SELECT benchmark, (t).n, six((t).corr) AS corr, six((t).ci_low) AS ci_low, six((t).ci_high) AS ci_high, six((t).p_value) AS p_value
FROM m, unnest('{safe,toxic,sparse,constant,mmlu,absent}'::text[]) benchmark, capabilities_test(m, benchmark) t;

-- benchmark_correlations.  safe ranks the models as flop does, all others have d
-- and e the other way round: 0.9.
SELECT benchmark, role, direction, n, n_dropped, six(corr) AS corr, six(p_value) AS p_value, status
FROM m, benchmark_correlations(m, 'flop');
SELECT benchmark, role, n, six(corr) AS corr, six(ci_low) AS ci_low, six(p_value) AS p_value, status
FROM m, benchmark_correlations(m, 'flop', benchmarks(m), 'kendall', 0.9);
SELECT benchmark, n, corr, status FROM m, benchmark_correlations(m, 'constant', '{safe,sparse}');
-- With a reference that is lower is better, it is negated too.
SELECT benchmark, direction, n, six(corr) AS corr FROM m, benchmark_correlations(m, 'toxic', '{safe}');

-- capabilities_scores: the highest first, those without last, equal ones share a rank.
SELECT model, six(capability) AS capability, rank, n_observed, status FROM m, capabilities_scores(m);
SELECT model, six(capability) AS capability, rank, n_observed, status FROM m, capabilities_scores(m, '{mmlu}', 'pearson');
SELECT model, six(capability) AS capability, rank
FROM capabilities_scores((SELECT score_matrix(i::text, b, (i + 1) / 2) FROM generate_series(1, 6) i, unnest('{x,y}'::text[]) b), '{x,y}');

-- capabilities_component, to score other models with: a as in the table; f's
-- mmlu of 9 and a gsm8k of 90 are 3 * sqrt(2) sds above the mean each: 6.
SELECT n_rows(c), benchmarks(c), negated(c), means(c), matrix_kind(c), six(explained(c)) AS explained,
       six(component_score(c, '{10,1}')) AS a, six(component_score(c, '{90,9}')) AS f
FROM m, capabilities_component(m) c;
-- The means are those of the scores as they are stored.
SELECT benchmarks(c), negated(c), means(c), six(component_score(c, '{50,1}')) AS e
FROM m, capabilities_component(m, '{toxic,gsm8k}', 'pearson') c;

-- capabilities_loadings and _components.  x is 1 2 3 4 5, y 1 3 2 5 4, z 5 4 3 2
-- 100: ranks correlate at 0.8, 0 and -0.3.  Values by numpy.linalg.eigh of
-- scipy.stats.spearmanr and of numpy.corrcoef.
CREATE TABLE three AS SELECT score_matrix(i::text, b, x[i]) AS m
FROM (VALUES ('x', '{1,2,3,4,5}'::float8[]), ('y', '{1,3,2,5,4}'), ('z', '{5,4,3,2,100}')) v (b, x), generate_series(1, 5) i;
SELECT benchmark_a, benchmark_b, n, six(corr) AS corr FROM three, correlation_matrix(m) WHERE benchmark_a < benchmark_b;
SELECT pca, component, benchmark, six(weight) AS weight, six(loading) AS loading, n, status
FROM three, unnest('{spearman,pearson}'::text[]) pca, capabilities_loadings(m, '{x,y,z}', pca, components => 2);
SELECT pca, component, six(eigenvalue) AS eigenvalue, six(explained) AS explained, six(cumulative) AS cumulative, n, status
FROM three, unnest('{spearman,pearson}'::text[]) pca, capabilities_components(m, '{x,y,z}', pca);
-- More components than there are.
SELECT count(*), max(component) FROM three, capabilities_loadings(m, '{x,y,z}', components => 1000);
-- A loading is the correlation with the component.
SELECT l.benchmark, six(l.loading - c.corr) AS difference
FROM three, capabilities_loadings(m, '{x,y,z}', 'pearson') l
JOIN LATERAL capabilities_correlations(m, '{x,y,z}', '{x,y,z}', 'pearson', 'pearson', exclude_self => false) c USING (benchmark);

-- correlation_matrix: the full square.
SELECT benchmark_a, benchmark_b, n, six(corr) AS corr, status FROM m, correlation_matrix(m, '{safe,mmlu,sparse,constant}');
SELECT benchmark_a, benchmark_b, n, six(corr) AS corr FROM m, correlation_matrix(m, '{mmlu,safe}', 'kendall');
SELECT count(*), count(corr) FROM m, correlation_matrix(m);

-- The words that say why there is no number.  Too few complete models:
SELECT benchmark, n, n_dropped, corr, status FROM m, capabilities_correlations(m, '{sparse}', '{safe,toxic}');
SELECT model, capability, rank, n_observed, status FROM m, capabilities_scores(m, '{sparse}');
SELECT component, benchmark, weight, loading, n, status FROM m, capabilities_loadings(m, '{sparse,mmlu}');
SELECT component, eigenvalue, n, status FROM m, capabilities_components(m, '{sparse,mmlu}');
-- A constant capability benchmark:
SELECT benchmark, n, corr, status FROM m, capabilities_correlations(m, '{constant,mmlu}', '{safe}');
SELECT component, benchmark, weight, n, status FROM m, capabilities_loadings(m, '{constant,mmlu}');
SELECT component, eigenvalue, explained, n, status FROM m, capabilities_components(m, '{constant,mmlu}');
-- Two that are uncorrelated (1 2 3 4 and 2 4 1 3: differences -1 -2 2 1, so
-- 1 - 6 * 10 / 60 = 0): either could be the first component.
CREATE TABLE two AS SELECT score_matrix(i::text, b, x[i]) AS m
FROM (VALUES ('x', '{1,2,3,4}'::float8[]), ('y', '{2,4,1,3}'), ('z', '{1,3,2,4}')) v (b, x), generate_series(1, 4) i;
SELECT benchmark, n, corr, status FROM two, capabilities_correlations(m, '{x,y}');
SELECT model, capability, rank, status FROM two, capabilities_scores(m, '{x,y}');
SELECT component, benchmark, weight, loading, status FROM two, capabilities_loadings(m, '{x,y}', components => 2);
SELECT component, six(eigenvalue) AS eigenvalue, six(explained) AS explained, six(cumulative) AS cumulative, status
FROM two, capabilities_components(m, '{x,y}');
SELECT capabilities_component(m, '{x,y}') IS NULL AS no_component FROM two;
-- All models of a target have the same capabilities score:
SELECT benchmark, n, corr, status
FROM capabilities_correlations((SELECT score_matrix(i::text, b, CASE b WHEN 'cap' THEN (i + 2) / 3 ELSE i END)
                                FROM generate_series(1, 6) i, unnest('{cap,t}'::text[]) b WHERE b = 'cap' OR i < 4), '{cap}');
-- Three models have a correlation and no interval:
SELECT method, n, six(corr) AS corr, ci_low, ci_high, six(p_value) AS p_value, status
FROM unnest('{spearman,pearson,kendall}'::text[]) method,
     capabilities_correlations((SELECT score_matrix(i::text, b, CASE b WHEN 'cap' THEN i ELSE i % 3 END)
                                FROM generate_series(1, 3) i, unnest('{cap,t}'::text[]) b), '{cap}', method => method);

-- Names that are not there: an error where a set would be returned, with what is near.
\pset format unaligned
\pset tuples_only on
SELECT error_of($$SELECT capabilities_correlations(m, '{mmul,gsm8k}') FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, targets => '{SAFE}') FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, targets => '{truthfulqa}') FROM m$$);
SELECT error_of($$SELECT benchmark_correlations(m, 'flops') FROM m$$);
SELECT error_of($$SELECT benchmark_correlations(m, 'sa') FROM m$$);
SELECT error_of($$SELECT capabilities_scores(m, '{gsm}') FROM m$$);
SELECT error_of($$SELECT capabilities_component(m, '{GSM-8K}') FROM m$$);
SELECT error_of($$SELECT capabilities_loadings(m, '{"mmlu "}') FROM m$$);
SELECT error_of($$SELECT capabilities_components(m, '{""}') FROM m$$);
SELECT error_of($$SELECT capabilities_scores(NULL, '{mmlu}')$$);
SELECT error_of($$SELECT benchmark_correlations(NULL, 'flop') FROM m$$);
\pset tuples_only off
\pset format aligned

DROP TABLE m, two, three;
DROP FUNCTION six;
