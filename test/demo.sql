-- Is this safety benchmark capability under another name?
-- "make demo" runs this file in a new database, from the top of the source tree.
\set QUIET on
\pset pager off
\pset footer off
\pset null ''

CREATE EXTENSION safetycorr;

-- A wide table, as reports print them: a row per model, a column per benchmark.
CREATE TABLE llama2_report (
	model text PRIMARY KEY,
	params_b float8 NOT NULL,
	tokens_t float8 NOT NULL,
	code float8,
	commonsense_reasoning float8,
	world_knowledge float8,
	reading_comprehension float8,
	math float8,
	mmlu float8,
	bbh float8,
	agieval float8,
	truthfulqa float8,
	toxigen float8,
	flop float8 GENERATED ALWAYS AS (6 * params_b * 1e9 * tokens_t * 1e12) STORED
);

\copy llama2_report FROM 'test/data/llama2.csv' WITH (FORMAT csv, HEADER match)

-- The same scores as one value, which says of itself what each benchmark is.
CREATE TABLE evaluation AS
SELECT annotate(
		score_matrix(model, to_jsonb(r) - '{model,params_b,tokens_t}'::text[]),
		capabilities => '{code,commonsense_reasoning,world_knowledge,
			reading_comprehension,math,mmlu,bbh,agieval}',
		lower_is_better => '{toxigen}',
		covariates => '{flop}') AS scores
FROM llama2_report AS r;

-- Each safety benchmark against the capabilities score and training compute.
CREATE VIEW safety AS
SELECT benchmark, c.negated, c.n, c.corr, c.ci_low, c.ci_high, c.p_value,
	flop.corr AS compute_corr
FROM evaluation
	CROSS JOIN capabilities_correlations(scores) AS c
	JOIN benchmark_correlations(scores, against => 'flop') AS flop USING (benchmark);

\echo 'Rank correlation with capabilities and with compute: 12 models, Llama 2 report'

SELECT benchmark || CASE WHEN negated THEN ' (negated)' ELSE '' END AS "safety benchmark",
	n,
	round(corr::numeric, 2) AS "capabilities",
	format('%s to %s', round(ci_low::numeric, 2), round(ci_high::numeric, 2)) AS "95 % interval",
	CASE WHEN p_value < 0.001 THEN '< 0.001' ELSE round(p_value::numeric, 3)::text END AS "p",
	round(compute_corr::numeric, 2) AS "compute"
FROM safety
ORDER BY corr DESC;

-- The models by capabilities score, and beside them the loadings that make it.
WITH models AS (
	SELECT row_number() OVER (ORDER BY rank, model) AS line, model, capability
	FROM evaluation, capabilities_scores(scores)
), loadings AS (
	SELECT row_number() OVER (ORDER BY loading DESC, benchmark) AS line, benchmark, loading
	FROM evaluation, capabilities_loadings(scores)
	UNION ALL -- two lines below the 8 loadings
	SELECT 10, 'explained variance', explained
	FROM evaluation, capabilities_components(scores)
	WHERE component = 1
)
SELECT model, round(capability::numeric, 2) AS score,
	round(truthfulqa::numeric, 1) AS truthfulqa,
	round(toxigen::numeric, 1) AS toxigen,
	benchmark AS "capability benchmark", round(loading::numeric, 3) AS loading
FROM models
	JOIN llama2_report USING (model)
	LEFT JOIN loadings USING (line)
ORDER BY line;

-- What the intervals allow to say; 0.40 is the line that the paper draws.
\pset format unaligned
\pset tuples_only on
SELECT format(E'%s models can show that %s is entangled (interval wholly above 0.40),\n'
		'but not whether %s rises or falls with it (interval has both signs).',
		max(n),
		string_agg(benchmark, ', ') FILTER (WHERE ci_low >= 0.40),
		string_agg(benchmark, ', ') FILTER (WHERE ci_low < 0 AND ci_high > 0))
FROM safety;
