-- What the analyses make of what a score_matrix says of itself.

-- A capability benchmark without a score counts: the component of the others is
-- never taken for it.  Targets are those that are marked, also without scores.
CREATE TABLE long AS
SELECT annotate(score_matrix('m' || i, b, i * length(b) % 7 + i), '{mmlu,arcs,gpqa}', '{gone}', '{size}', '{toxic,absent}',
                families => '{"m1": "x", "z": "y"}', overlaps => '{"toxic": "gpqa"}', missing_ok => true) AS m
FROM generate_series(1, 9) AS i, unnest('{mmlu,arcs,toxic,a}'::text[]) AS b;
SELECT benchmark, n, corr, status FROM long, capabilities_correlations(m) AS c;
SELECT count(*), count(capability), min(status), max(status) FROM long, capabilities_scores(m) AS c;
SELECT benchmark, n, corr, status FROM long, capabilities_correlations(m, missing => 'impute') AS c;
SELECT count(*), count(capability), min(status), max(status) FROM long, capabilities_scores(m, missing => 'impute') AS c;
SELECT capabilities_corr(m, 'toxic') AS corr, capabilities_corr(m, 'absent', '{mmlu}') AS absent, (capabilities_test(m, 'toxic')).*,
       capabilities_component(m) AS component FROM long;
SELECT benchmark_a, benchmark_b, n, round(corr::numeric, 3) AS corr FROM long, correlation_matrix(m) AS c WHERE benchmark_a IN ('gpqa', 'a');
SELECT benchmark, n, round(corr::numeric, 3) AS corr, status FROM long, benchmark_correlations(m, 'size') AS c;
SELECT benchmark, n, round(corr::numeric, 3) AS corr, status FROM long, benchmark_correlations(m, 'a', '{absent,toxic}') AS c;
SELECT component, eigenvalue, status FROM long, capabilities_components(m) AS c;
SELECT benchmark, weight, status FROM long, capabilities_loadings(m) AS c;
SELECT count(*), count(expected), min(status), max(status) FROM long, capabilities_adjusted_scores(m, '{toxic,absent}') AS c;
SELECT d.* FROM long, capabilities_difference(m, 'toxic', 'absent', capabilities => '{mmlu,arcs}') AS d;
SELECT count(*), min(status), max(status) FROM long, capabilities_robustness(m) AS c;
SELECT DISTINCT corr, interval, verdict, note, not_checked FROM long, capabilities_report(m);
SELECT benchmark, count(*), count(score), min(status), max(status) FROM long, impute_scores(m) AS c GROUP BY benchmark ORDER BY benchmark;


-- Which is better, as far as somebody has said: it is the same as not said if higher is.
SELECT benchmark, direction, round(s.corr::numeric, 3) AS corr, s.corr = CASE direction WHEN 'lower' THEN -o.corr ELSE o.corr END AS same
FROM long, LATERAL annotate(m, '{mmlu,arcs}', '{toxic,arcs}', targets => '{toxic,a,absent}', higher_is_better => '{a}', overlaps => '{}') AS told,
    capabilities_correlations(told) AS s JOIN LATERAL (SELECT benchmark, corr FROM capabilities_correlations(annotate(told, lower_is_better => '{arcs}', higher_is_better => '{}'))) AS o USING (benchmark);
SELECT benchmark, direction FROM long, benchmark_correlations(annotate(m, higher_is_better => '{toxic}'), 'a', '{toxic,arcs}') AS c;
SELECT DISTINCT benchmark, direction FROM long, LATERAL annotate(m, '{mmlu,arcs}', '{a}', higher_is_better => '{toxic}') AS told,
    capabilities_adjusted_scores(told, targets => '{toxic,arcs,a}') AS c ORDER BY benchmark;
SELECT benchmark, direction FROM long, LATERAL annotate(m, '{mmlu,arcs}', '{a}', higher_is_better => '{toxic}') AS told,
    capabilities_robustness(told, targets => '{toxic,arcs,a}') AS c;

-- Something is wrong with a capability benchmark: no row has a number.  So it is
-- where it has two directions or, if it was chosen by its mark, two roles.
CREATE TABLE scores AS
SELECT score_matrix('m' || i, b, i * length(b) % 7 + i) AS m
FROM generate_series(1, 9) AS i, unnest('{mmlu,arcs,gsm,toxic,a}'::text[]) AS b;
CREATE TABLE conflict AS
SELECT 'direction' AS kind, merge(annotate(m, '{mmlu,arcs,gsm}', '{mmlu}'), annotate(m, higher_is_better => '{mmlu}')) AS m FROM scores UNION ALL
SELECT 'role', merge(annotate(m, '{mmlu,arcs,gsm}'), annotate(m, covariates => '{arcs}')) FROM scores UNION ALL
SELECT 'target', merge(annotate(m, '{mmlu,arcs,gsm}', '{toxic}'), annotate(m, higher_is_better => '{toxic}')) FROM scores UNION ALL
SELECT 'judged', merge(annotate(m, '{mmlu,arcs,gsm}', targets => '{toxic}'), annotate(m, covariates => '{toxic}')) FROM scores;
SELECT kind, benchmark, role, direction, n, round(corr::numeric, 3) AS corr, p_value IS NULL AS no_p, slope IS NULL AS no_slope, benchmark_sd IS NULL AS no_sd, verdict, status
FROM conflict, capabilities_correlations(m, targets => '{toxic,a,mmlu}') AS c WHERE kind <> 'judged';
SELECT kind, benchmark, role, n, round(corr::numeric, 3) AS corr, status FROM conflict, capabilities_correlations(m) AS c;
SELECT kind, benchmark, role, n, round(corr::numeric, 3) AS corr, status FROM conflict, capabilities_correlations(m, '{arcs,gsm}', '{toxic,a,mmlu}') AS c;
SELECT kind, round(capabilities_corr(m, 'toxic')::numeric, 3) AS toxic, round(capabilities_corr(m, 'a')::numeric, 3) AS a, (capabilities_test(m, 'toxic')).n,
       capabilities_component(m) IS NULL AS no_component FROM conflict;
SELECT kind, benchmark, n, round(corr::numeric, 3) AS corr, status FROM conflict, benchmark_correlations(m, 'mmlu', '{toxic,a}') AS c;
SELECT kind, count(capability) AS scores, min(status), max(status) FROM conflict, capabilities_scores(m) AS c GROUP BY kind ORDER BY kind;
SELECT kind, count(*) AS scores FROM conflict, scores, capabilities_scores(conflict.m, fitted => capabilities_component(scores.m, '{mmlu,arcs,gsm}'), ci => 'none') AS c
    JOIN LATERAL capabilities_scores(scores.m, '{mmlu,arcs,gsm}', ci => 'none') AS own USING (model)
WHERE abs(c.capability - own.capability) < 1e-12 GROUP BY kind ORDER BY kind;
SELECT kind, min(loading) AS loading, min(status), max(status) FROM conflict, capabilities_loadings(m) AS c WHERE kind IN ('direction', 'role') GROUP BY kind ORDER BY kind;
SELECT kind, min(eigenvalue) AS eigenvalue, min(status), max(status) FROM conflict, capabilities_components(m) AS c WHERE kind IN ('direction', 'role') GROUP BY kind ORDER BY kind;
SELECT kind, c.benchmark, count(capability) AS capabilities, count(score) AS scores, count(expected) AS expected, min(status), max(status)
FROM conflict, capabilities_adjusted_scores(m, targets => '{toxic,a,mmlu}') AS c GROUP BY kind, c.benchmark ORDER BY kind, c.benchmark;
SELECT kind, round(corr_a::numeric, 3) AS corr_a, round(corr_b::numeric, 3) AS corr_b, difference, ci_low, p_value, status FROM conflict, capabilities_difference(m, 'toxic', 'a', ci => 'none') AS c;
SELECT kind, benchmark, round(corr::numeric, 3) AS corr, without_benchmark_low IS NULL AS fixed, pca_pearson IS NULL AS no_pearson, sign_flips IS NULL AS no_flips, status
FROM conflict, capabilities_robustness(m, targets => '{toxic,a,mmlu}') AS c;
SELECT kind, count(score) AS scores, min(status), max(status) FROM conflict, (SELECT score_matrix('m10', 'gsm', 9) FROM scores) AS more (cell), impute_scores(merge(m, cell), min_scores => 1) AS c GROUP BY kind ORDER BY kind;
SELECT kind, benchmark_a, benchmark_b, round(corr::numeric, 3) AS corr, status FROM conflict, correlation_matrix(m, '{mmlu,a}') AS c WHERE kind = 'direction';
SELECT kind, r.* FROM conflict, capabilities_report(m, targets => '{toxic,a,mmlu}') AS r;
-- Without a score comes before a conflict.
SELECT benchmark, status FROM conflict, capabilities_correlations(annotate(m, '{mmlu,arcs,gone}', missing_ok => true), targets => '{toxic,mmlu}') AS c WHERE kind = 'direction';
SELECT benchmark, status FROM conflict, capabilities_correlations(annotate(m, '{gone}', missing_ok => true), targets => '{toxic,gone}') AS c WHERE kind = 'target';

-- A target is held against the capability benchmarks that it shares no items with,
-- as a capability benchmark is against the others.
CREATE TABLE shared AS
SELECT annotate(m, '{mmlu,arcs,gsm}', overlaps => '{"toxic": "mmlu", "a": ["arcs", "gsm", "mmlu"], "arcs": "gsm", "gsm": "toxic"}') AS m FROM scores;
SELECT s.benchmark, s.role, s.n_capabilities AS of, s.corr = o.corr AS same, s.ci_low = o.ci_low AS interval, s.p_value = o.p_value AS p, s.slope = o.slope AS slope, s.status
FROM shared, scores, capabilities_correlations(shared.m, targets => '{toxic,a,arcs,gsm,mmlu}') AS s,
    unnest('{toxic,a,arcs,gsm,mmlu}'::text[], ARRAY['{arcs,gsm}', '{arcs}', '{mmlu}', '{arcs,mmlu}', '{arcs,gsm}']) AS other (name, list),
    LATERAL capabilities_correlations(scores.m, list::text[], ARRAY[name]) AS o
WHERE s.benchmark = name ORDER BY s.benchmark;
SELECT benchmark, round(corr::numeric, 3) AS corr, ci_low, p_value, verdict, status FROM shared, capabilities_correlations(m, exclude_self => false) AS c;
SELECT ci, s.ci_low = o.ci_low AS low, s.ci_high = o.ci_high AS high, s.n_resamples = o.n_resamples AS resamples
FROM shared, scores, unnest('{bootstrap,none}'::text[]) AS ci, capabilities_correlations(shared.m, targets => '{toxic}', ci => ci, resamples => 100) AS s,
    capabilities_correlations(scores.m, '{arcs,gsm}', '{toxic}', ci => ci, resamples => 100) AS o;
SELECT s.n_families, s.ci_low = o.ci_low AS low, s.ci_high = o.ci_high AS high
FROM shared, scores, (SELECT jsonb_object_agg('m' || i, i / 2) FROM generate_series(1, 9) AS i) AS f (numbers),
    LATERAL (SELECT jsonb_object_agg(key, value #>> '{}') FROM jsonb_each(numbers)) AS g (families),
    capabilities_correlations(shared.m, targets => '{toxic}', families => families) AS s,
    capabilities_correlations(scores.m, '{arcs,gsm}', '{toxic}', families => families) AS o;
SELECT capabilities_corr(shared.m, 'toxic') = capabilities_corr(scores.m, 'toxic', '{arcs,gsm}') AS corr, capabilities_corr(shared.m, 'a') AS none,
       capabilities_test(shared.m, 'arcs') = capabilities_test(scores.m, 'arcs', '{mmlu}') AS test FROM shared, scores;
SELECT count(*), count(*) FILTER (WHERE s IS NOT DISTINCT FROM o) AS same FROM shared, scores, capabilities_adjusted_scores(shared.m, targets => '{toxic}') AS s
    JOIN LATERAL capabilities_adjusted_scores(scores.m, '{arcs,gsm}', '{toxic}') AS o USING (model);
SELECT benchmark, count(expected), min(status), max(status) FROM shared, capabilities_adjusted_scores(m, targets => '{a}') AS c GROUP BY benchmark;
SELECT s.benchmark, s IS NOT DISTINCT FROM o AS same FROM shared, scores, capabilities_robustness(shared.m, targets => '{toxic}') AS s,
    capabilities_robustness(scores.m, '{arcs,gsm}', '{toxic}') AS o;
SELECT r.* FROM shared, capabilities_report(m) AS r;
SELECT s IS NOT DISTINCT FROM o AS same FROM shared, scores, capabilities_difference(shared.m, 'toxic', 'mmlu', resamples => 100) AS s,
    capabilities_difference(scores.m, 'toxic', 'mmlu', '{arcs,gsm}', resamples => 100) AS o;
SELECT n, difference, status FROM shared, capabilities_difference(m, 'a', 'toxic') AS c;
SELECT benchmark, round(corr::numeric, 3) AS corr, p_value, status FROM shared, benchmark_correlations(m, 'mmlu', '{toxic,gsm}') AS c;

-- Models that nothing connects are no error: one stratum of many may have them.
CREATE TABLE apart AS
SELECT annotate(score_matrix('m' || i, b, i * length(b) % 7 + i), '{a1,a2,b1,b2}') AS m
FROM generate_series(1, 12) AS i, unnest('{a1,a2,b1,b2,safe}'::text[]) AS b WHERE b = 'safe' OR (left(b, 1) = 'a') = (i % 2 = 0);
SELECT benchmark, n, n_imputed, corr, status FROM apart, capabilities_correlations(m, missing => 'impute', targets => '{safe,a1}') AS c;
SELECT min(status), max(status), count(capability) FROM apart, capabilities_scores(m, missing => 'impute') AS c;
SELECT min(status), max(status) FROM apart, capabilities_components(m, missing => 'impute') AS c;
SELECT imputed, status, count(score) FROM apart, impute_scores(m) AS c GROUP BY 1, 2 ORDER BY 1;
SELECT capabilities_component(m, missing => 'impute') AS component FROM apart;

DROP TABLE long, scores, conflict, shared, apart;
