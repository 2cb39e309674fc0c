-- Tables 2 to 8 of the safetywashing paper: published, and as we find them.
-- test/paper runs this file with CHAT_CSV and PUBLISHED_CSV in the environment.
\pset pager off
\pset footer off
\pset null ''
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS safetycorr;

-- A wide CSV, 183 columns: the header makes the table.
\set header `head -n 1 "$CHAT_CSV"`
SELECT format('CREATE TEMP TABLE chat (%s)', string_agg(format('%I %s', name,
	CASE WHEN name IN ('model', 'name', 'type') THEN 'text' ELSE 'float8' END), ', '))
FROM string_to_table(:'header', ',') AS name
\gexec
\copy chat FROM PROGRAM 'cat "$CHAT_CSV"' WITH (FORMAT csv, HEADER match)

CREATE TEMP TABLE evaluation AS
SELECT annotate(score_matrix(model, to_jsonb(chat) - '{model,name,type}'::text[]),
		capabilities => '{logiqa,piqa,hellaswag,winogrande,superglue_copa,medqa_4options,
			arc_challenge,mmlu,minerva_math,lambada_openai,gsm8k,bbh}',
		covariates => '{model_size,FLOP}') AS scores
FROM chat;

CREATE TEMP TABLE published ("table" text, statistic text, models text,
	benchmark text, "column" text, published_pct numeric,
	line int GENERATED ALWAYS AS IDENTITY);
\copy published ("table", statistic, models, benchmark, "column", published_pct) FROM PROGRAM 'cat "$PUBLISHED_CSV"' WITH (FORMAT csv, HEADER match)

-- Table 6 repeats, for MMLU, what the paper's appendix has in its table 17.
UPDATE published SET "table" = 'T6'
WHERE "table" = 'T17' AND models = 'chat'
	AND "column" IN ('mmlu|rmsce_mmlu', 'mmlu|brier_mmlu');

-- Calibration is correlated with the accuracy on the same data set, everything
-- else with the capabilities score and with training compute.
CREATE TEMP VIEW ours AS
SELECT 'capabilities' AS statistic, benchmark AS "column", n, corr
FROM evaluation, capabilities_correlations(scores)
UNION ALL
SELECT 'compute', benchmark, n, corr
FROM evaluation, benchmark_correlations(scores, against => 'FLOP')
UNION ALL
SELECT 'accuracy_vs_calibration', 'mmlu|' || benchmark, n, corr
FROM evaluation, benchmark_correlations(scores, against => 'mmlu',
	targets => '{rmsce_mmlu,brier_mmlu}');

CREATE TEMP TABLE line AS
SELECT "table", p.line, statistic, models, benchmark, published_pct AS published,
	round(100 * corr::numeric, 1) AS ours, n,
	abs(100 * corr::numeric - published_pct) <= 0.05 AS agrees
FROM published AS p LEFT JOIN ours USING (statistic, "column")
WHERE "table" BETWEEN 'T2' AND 'T8' AND length("table") = 2;

CREATE TEMP VIEW paper AS
SELECT "table", min(c.line) AS line, benchmark,
	c.published, c.ours, c.n, k.published AS k_published, k.ours AS k_ours, k.n AS k_n
FROM (SELECT * FROM line WHERE statistic <> 'compute') AS c
	LEFT JOIN (SELECT * FROM line WHERE statistic = 'compute') AS k USING ("table", benchmark)
GROUP BY "table", benchmark, c.published, c.ours, c.n, k.published, k.ours, k.n;

\echo 'Ren et al. 2024, arXiv:2407.21792, chat models: rank correlations in percent with the'
\echo 'capabilities score (first component of 12 benchmarks) and with training compute.'
\echo

PREPARE correlations (text) AS
SELECT benchmark, published, ours, n,
	k_published AS "compute: published", k_ours AS "ours", k_n AS "n"
FROM paper WHERE "table" = $1 ORDER BY line;

\pset title 'Table 2: alignment'
EXECUTE correlations('T2');
\pset title 'Table 3: machine ethics'
EXECUTE correlations('T3');
\pset title 'Table 4: bias'
EXECUTE correlations('T4');
\pset title 'Table 5: scalable oversight'
EXECUTE correlations('T5');
\pset title 'Table 6: calibration (with accuracy on the same data set instead of capabilities)'
SELECT benchmark, published, ours, n FROM paper WHERE "table" = 'T6' ORDER BY line;
\pset title 'Table 7: adversarial robustness'
EXECUTE correlations('T7');
\pset title 'Table 8: weaponization'
EXECUTE correlations('T8');

\pset title
\pset format unaligned
\pset tuples_only on
SELECT format('%s of %s published %s agree to 0.05 percentage points',
	count(*) FILTER (WHERE agrees), count(*),
	CASE statistic WHEN 'accuracy_vs_calibration' THEN 'correlations of calibration with accuracy'
		ELSE statistic || ' correlations' END)
FROM line WHERE ours IS NOT NULL GROUP BY statistic ORDER BY statistic;
SELECT format('%s rows on images cannot be computed: their scores are not published', count(*))
FROM line WHERE models LIKE 'vision%' HAVING count(*) > 0;

-- The paper's compute correlations are over 23 models.
SELECT count("FLOP") AS n_flop, count("FLOP") < 23 AS lacks_flop FROM chat
\gset
\if :lacks_flop
	\echo
	\echo 'Note: this file has the training compute of' :n_flop 'models. The published compute'
	\echo 'correlations are over 23: they come from the file of the same name on the branch'
	\echo 'compute_correlations of the paper''s repository (git checkout compute_correlations).'
\endif
