-- Every error: SQLSTATE, message, detail and hint.
SET client_min_messages = warning;
CREATE TABLE m AS
SELECT annotate(score_matrix('m' || i, b, i * length(b) % 7), '{mmlu,gsm8k}') AS m
FROM generate_series(1, 6) i, unnest('{mmlu,gsm8k,safe,safety,safer,safest}'::text[]) b;
\pset format unaligned
\pset tuples_only on

-- Infinite scores and scores out of range: 22003.
SELECT error_of($$SELECT score_matrix('m', 'b', 'Infinity')$$);
SELECT error_of($$SELECT score_matrix('m', 'b', '-Infinity')$$);
SELECT error_of($$SELECT score_matrix(1, 2, 'Infinity')$$);
SELECT error_of($$SELECT score_matrix('m', 'b', 1.0000001e140)$$);
SELECT error_of($$SELECT score_matrix('m', 'b', -1e308)$$);
SELECT error_of($$SELECT score_matrix('m', 'b', 'Infinity', 3, 1)$$);
SELECT error_of($$SELECT score_matrix('m', 'b', 1.0000001e140, 3, 1)$$);
SELECT error_of($$SELECT score_matrix('m', 'b', 0, 3, 7.1e139)$$);
SELECT error_of($$SELECT score_matrix('m', 'b', 0, 9223372036854775807, 1e308)$$);
SELECT error_of($$SELECT capabilities_corr('{1,Infinity}'::float8[], 1)$$);
SELECT error_of($$SELECT capabilities_corr('{NULL,-Infinity}'::float8[], 1)$$);
SELECT error_of($$SELECT capabilities_corr('{1,2}'::float8[], 'Infinity'::float8)$$);
SELECT error_of($$SELECT capabilities_corr(NULL::float8[], 'Infinity'::float8)$$);
SELECT error_of($$SELECT capabilities_corr('{1,2}'::float8[], '{1,Infinity}'::float8[])$$);
SELECT error_of($$SELECT capabilities_corr(NULL::float8[], '{1,Infinity}'::float8[])$$);
SELECT error_of($$SELECT capabilities_test('{1,1e141}'::float8[], 1)$$);
SELECT error_of($$SELECT capabilities_score('{1,Infinity}'::float8[]) OVER ()$$);
SELECT error_of($$SELECT first_component('{1,Infinity}'::float8[])$$);
SELECT error_of($$SELECT score_moments('{1,-1e141}'::float8[])$$);
SELECT error_of($$SELECT spearman_corr('Infinity'::float8, 1)$$);
SELECT error_of($$SELECT spearman_corr(NULL, '-Infinity'::float8)$$);
SELECT error_of($$SELECT kendall_corr(1, 1e200)$$);
SELECT error_of($$SELECT component_score(first_component(ARRAY[i]), '{Infinity}') FROM generate_series(1, 3) i$$);
-- The largest are allowed.
SELECT error_of($$SELECT score_matrix('m', 'b', 1e140, 9223372036854775807, 1e110), score_matrix('m', 'b', 0, 3, 7.07e139)$$);
SELECT error_of($$SELECT score_matrix('m', 'b', 1e140), score_matrix('m', 'b', -1e140), spearman_corr(1e140, -1e140)$$);
-- A score too far from the mean of a component of tiny numbers.
SELECT error_of($$SELECT component_score(capabilities_component(score_matrix(i::text, 'b', i * 1e-200), '{b}'), '{1e140}')
                  FROM generate_series(1, 3) i$$);
-- Counts beyond 64 bits.
SELECT error_of($$SELECT merge(m, m) FROM (SELECT
    '{"version":1,"models":["m"],"benchmarks":[{"name":"b"}],"cells":[[0,0,5000000000000000000,1,0]]}'::score_matrix AS m) s$$);
SELECT error_of($$SELECT score_matrix('m', 'b', 1, n, 1) FROM (VALUES (9223372036854775807), (1)) v (n)$$);
SELECT error_of($$SELECT score_moments_combine(m, m) FROM (SELECT
    '{"version":1,"columns":1,"rows":5000000000000000000,"pivot":[0],"mean":[1],"min":[0],"max":[2],"comoments":[2]}'::score_moments AS m) s$$);
SELECT error_of($$SELECT score_moments_accum('{"version":1,"columns":1,"rows":9223372036854775807,"pivot":[0],"mean":[1],"min":[0],"max":[2],"comoments":[2]}', '{1}')$$);

-- The shape of arrays: 2202E.
SELECT error_of($$SELECT capabilities_corr(x, 1) FROM (VALUES ('{1,2}'::float8[]), ('{1,2,3}')) v (x)$$);
SELECT error_of($$SELECT capabilities_corr('{1}'::float8[], x) FROM (VALUES ('{1,2}'::float8[]), ('{1}')) v (x)$$);
SELECT error_of($$SELECT capabilities_corr(x, 1) FROM (VALUES ('{1,2}'::float8[]), ('{NULL}')) v (x)$$);
SELECT error_of($$SELECT capabilities_corr('{}'::float8[], 1)$$);
SELECT error_of($$SELECT capabilities_corr('{1}'::float8[], '{}'::float8[])$$);
SELECT error_of($$SELECT capabilities_corr('{{1,2},{3,4}}'::float8[], 1)$$);
SELECT error_of($$SELECT capabilities_corr('{{{1}}}'::float8[], 1)$$);
SELECT error_of($$SELECT capabilities_test('{{1,2}}'::float8[], 1)$$);
SELECT error_of($$SELECT capabilities_score('{}') OVER ()$$);
SELECT error_of($$SELECT capabilities_score(x) OVER () FROM (VALUES ('{1,2}'::float8[]), ('{1,2,3}')) v (x)$$);
SELECT error_of($$SELECT first_component('{{1,2},{3,4}}'::float8[])$$);
SELECT error_of($$SELECT score_moments('{}'::float8[])$$);
SELECT error_of($$SELECT score_moments(x) FROM (VALUES ('{1,2}'::float8[]), ('{1,2,3}')) v (x)$$);
SELECT error_of($$SELECT rollup(s ORDER BY x) FROM (SELECT x, score_moments(x) AS s FROM (VALUES ('{1,2}'::float8[]), ('{1,2,3}')) v (x) GROUP BY x) p$$);
SELECT error_of($$SELECT component_score(first_component(ARRAY[i, i * i]), '{1,2,3}') FROM generate_series(1, 3) i$$);
SELECT error_of($$SELECT component_score(first_component(ARRAY[i, i * i]), '{}') FROM generate_series(1, 3) i$$);
SELECT error_of($$SELECT component_score(first_component(ARRAY[i, i * i]), '{{1,2}}') FROM generate_series(1, 3) i$$);
-- Lower bounds do not matter.
SELECT error_of($$SELECT capabilities_corr('[0:1]={1,2}'::float8[], '[5:5]={1}'::float8[]), first_component('[-7:-6]={1,2}'::float8[]) $$);

-- Too much: 54000.
SELECT error_of($$SELECT capabilities_corr(array_fill(i::float8, '{10001}'), i) FROM generate_series(1, 3) i$$);
SELECT error_of($$SELECT capabilities_corr(array_fill(i::float8, '{2001}'), i) FROM generate_series(1, 2001) i$$);
SELECT error_of($$SELECT capabilities_corr(array_fill(1::float8, '{100001}'), 1)$$);
SELECT error_of($$SELECT first_component(array_fill(i::float8, '{2001}')) FROM generate_series(1, 3) i$$);
SELECT error_of($$SELECT capabilities_score(array_fill(i::float8, '{10001}')) OVER () FROM generate_series(1, 3) i$$);
SELECT error_of($$SELECT capabilities_scores(score_matrix('m' || i % 3, 'b' || i, i), array_agg(DISTINCT 'b' || i)) FROM generate_series(1, 10001) i$$);
SELECT error_of($$SELECT capabilities_loadings(score_matrix('m' || i % 300, 'b' || i / 300, i::int8 * i % 1013), array_agg(DISTINCT 'b' || i / 300), components => 11) FROM generate_series(0, 89999) i$$);
SELECT error_of($$SELECT correlation_matrix(score_matrix(1, i, i)) FROM generate_series(1, 3001) i$$);
SELECT error_of($$SELECT count(*) FROM correlation_matrix((SELECT score_matrix(1, i, i) FROM generate_series(1, 3001) i), '{1,2,3}')$$);
-- So many are allowed.
SELECT error_of($$SELECT first_component(array_fill(i::float8, '{2000}')) FROM generate_series(1, 3) i$$);
SELECT error_of($$SELECT capabilities_corr(array_fill(i::float8, '{10000}'), i) FROM generate_series(1, 3) i$$);
SELECT error_of($$SELECT capabilities_loadings(score_matrix('m' || i % 300, 'b' || i / 300, i::int8 * i % 1013), array_agg(DISTINCT 'b' || i / 300), components => 10) FROM generate_series(0, 89999) i$$);

-- Labels: any text of up to 10,000 bytes.
SELECT error_of($$SELECT score_matrix(repeat('x', 10001), 'b', 1)$$);
SELECT error_of($$SELECT score_matrix('m', repeat('é', 5001), 1)$$);
SELECT error_of($$SELECT score_matrix('m', jsonb_build_object(repeat('x', 10001), 1))$$);
SELECT error_of($$SELECT jsonb_build_object('version', 1, 'models', ARRAY[repeat('x', 10001)], 'benchmarks', '[{"name":"b"}]'::jsonb, 'cells', '[[0,0,1]]'::jsonb)::score_matrix$$);
-- A name that long is found nowhere, and that is all.
SELECT left(error_of($$SELECT capabilities_scores(m, ARRAY[repeat('x', 20000)]) FROM m$$), 60);
\pset tuples_only off
\pset format aligned
-- 10,000 are allowed; so are '', letters that differ only in case, blanks, and
-- any script.
SELECT length(x), octet_length(x), left(x, 12) AS begin, benchmarks(m) = ARRAY[x] AS same, m::text::score_matrix::text = m::text AS text,
       score_matrix_send(m::text::score_matrix) = score_matrix_send(m) AS "binary", c.benchmark = x AS cell
FROM unnest(ARRAY[repeat('x', 10000), repeat('é', 5000), '', ' ', E'\n', '"', '\', 'null', '日本語', '😀', E'\u0001']) x,
     LATERAL (SELECT score_matrix(y, y, 1) AS m FROM unnest(ARRAY[x]) y) s, cells(m) c;
-- They are told apart by their bytes: é as one character and as two.
SELECT models(score_matrix(x, 'b', 1)) = ARRAY['', 'A', 'B', 'a', 'b', U&'e\0301', U&'\00e9'] AS models
FROM unnest(ARRAY['a', 'A', 'b', 'B', '', U&'\00e9', U&'e\0301']) x;
SELECT benchmark, round(corr::numeric, 6) AS corr
FROM capabilities_correlations((SELECT score_matrix(i::text, b, i * length(b || 'x') % 5) FROM generate_series(1, 4) i, unnest('{"",é,É,"x y"}'::text[]) b), '{""}');
\pset format unaligned
\pset tuples_only on

-- Names of benchmarks: 22023, with near matches.
SELECT error_of($$SELECT capabilities_correlations(m, '{mmlu,saffe}') FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, '{mmlu,humaneval}') FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, targets => '{safe,Safety}') FROM m$$);
SELECT error_of($$SELECT benchmark_correlations(m, 'flop') FROM m$$);
SELECT error_of($$SELECT correlation_matrix(m, '{mlmu}') FROM m$$);
SELECT error_of($$SELECT correlation_matrix(m, '{SAFE}') FROM m$$);
SELECT error_of($$SELECT correlation_matrix(m, '{sa}') FROM m$$);
-- NULL, twice, none.
SELECT error_of($$SELECT capabilities_correlations(m, '{mmlu,NULL}') FROM m$$);
SELECT error_of($$SELECT capabilities_corr(m, 'safe', '{NULL}') FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, '{mmlu,gsm8k,mmlu}') FROM m$$);
SELECT error_of($$SELECT capabilities_corr(m, 'safe', '{mmlu,mmlu}') FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, targets => '{safe,safe}') FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, targets => '{NULL}') FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, '{}') FROM m$$);
SELECT error_of($$SELECT capabilities_corr(m, 'safe', '{}') FROM m$$);
SELECT error_of($$SELECT capabilities_scores(m, '{{mmlu},{gsm8k}}') FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(score_matrix('m', 'b', 1))$$);
SELECT error_of($$SELECT capabilities_corr(score_matrix('m', 'b', 1), 'b')$$);
SELECT error_of($$SELECT capabilities_corr(m, NULL) FROM m$$);
SELECT error_of($$SELECT benchmark_correlations(m, NULL) FROM m$$);
-- No targets are no rows.
SELECT error_of($$SELECT capabilities_correlations(m, targets => '{}') FROM m$$), count(c) FROM m LEFT JOIN capabilities_correlations(m, targets => '{}') c ON true;
-- The target among the capabilities is its own case, not an error.
SELECT error_of($$SELECT capabilities_correlations(m, targets => '{mmlu}') FROM m$$);

-- Options: 22023.
SELECT error_of($$SELECT capabilities_correlations(m, method => 'Spearman') FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, method => '') FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, method => NULL) FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, pca => 'kendall') FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, pca => NULL) FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, exclude_self => NULL) FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, confidence => 1) FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, confidence => 0) FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, confidence => 95) FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, confidence => -0.5) FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, confidence => 'NaN') FROM m$$);
SELECT error_of($$SELECT capabilities_correlations(m, confidence => NULL) FROM m$$);
SELECT error_of($$SELECT benchmark_correlations(m, 'safe', method => 'tau') FROM m$$);
SELECT error_of($$SELECT benchmark_correlations(m, 'safe', confidence => 1.5) FROM m$$);
SELECT error_of($$SELECT correlation_matrix(m, method => 'r') FROM m$$);
SELECT error_of($$SELECT capabilities_scores(m, pca => 'ranks') FROM m$$);
SELECT error_of($$SELECT capabilities_component(m, pca => NULL) FROM m$$);
SELECT error_of($$SELECT capabilities_loadings(m, components => 0) FROM m$$);
SELECT error_of($$SELECT capabilities_loadings(m, components => -1) FROM m$$);
SELECT error_of($$SELECT capabilities_loadings(m, components => NULL) FROM m$$);
SELECT error_of($$SELECT capabilities_components(m, pca => 'x') FROM m$$);
SELECT error_of(format('SELECT models_needed(%s)', arguments)) FROM unnest(ARRAY[
    '1.1', '-2', '''NaN''', '''-Infinity''', '0, 0', '0, 1', '0, power => 0', '0, power => 1', '0, power => NULL', '0, power => ''NaN''',
    '0, confidence => 1', '0, confidence => NULL', 'NULL, 2']) arguments;
-- Options are looked at first, whatever the matrix.
SELECT error_of($$SELECT capabilities_correlations(NULL, method => 'x')$$);

-- The number of scores of a mean, and its standard error: 22023.
SELECT error_of($$SELECT score_matrix('m', 'b', 0.5, NULL, 0.1)$$);
SELECT error_of($$SELECT score_matrix('m', 'b', 0.5, 0, NULL)$$);
SELECT error_of($$SELECT score_matrix('m', 'b', 0.5, -9223372036854775808, 0.1)$$);
SELECT error_of($$SELECT score_matrix('m', 'b', 0.5, 3, -0.1)$$);
SELECT error_of($$SELECT score_matrix('m', 'b', 0.5, 1, '-Infinity')$$);
SELECT error_of($$SELECT score_matrix('m', 'b', 0.5, 3, 'Infinity')$$);
SELECT error_of($$SELECT score_matrix(NULL, 'b', 0.5, 0, -1)$$);

-- jsonb: 22023 for what is no score, 22003 for what is too large a number.
SELECT scores, error_of(format('SELECT score_matrix(%L, %L::jsonb)', 'm', scores)) FROM unnest(ARRAY[
    '1', '"x"', 'null', 'true', '[]', '[{"a": 1}]', '{"a": {"b": 1}}', '{"a": []}', '{"a": "0.5"}', '{"a": ""}', '{"a": "nan"}',
    '{"b": 1, "family": "llama"}', '{"a": "Infinity"}', '{"a": "-Infinity"}', '{"a": 1e400}', '{"a": -1e400}', '{"a": 1e141}',
    '{"a": 1e140}', '{"a": 1e-400}', '{"a": "NaN", "b": null, "c": true}']) scores;

-- The inverse of a transition on a state that has no row.
SELECT error_of($$SELECT score_rows_inv(NULL, 1::float8, 1::float8)$$);

\pset tuples_only off
\pset format aligned
DROP TABLE m;
