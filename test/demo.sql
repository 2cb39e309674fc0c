-- Is this safety benchmark capability under another name?
-- "make demo" runs this file in a new database, from the top of the source tree.
\set QUIET on
\pset pager off
\pset footer off
\pset null ''

CREATE EXTENSION safetycorr;

-- One row per score: the models of the safetywashing paper, base and chat.
CREATE TABLE paper_scores (model text, kind text, family text, benchmark text, score float8);
\copy paper_scores FROM 'test/data/safetywashing.csv' WITH (FORMAT csv, HEADER match)

-- All scores of all models, and of each kind, as one value each.
CREATE TABLE evaluation AS
SELECT coalesce(kind, 'all') AS models,
	annotate(score_matrix(model, benchmark, score),
		capabilities => '{LogiQA,PIQA,HellaSwag,WinoGrande,COPA,MedQA,ARC Challenge,MMLU,MATH,LAMBADA,GSM8K,BBH}',
		covariates => '{FLOP}') AS scores
FROM paper_scores
GROUP BY ROLLUP (kind);

CREATE VIEW correlations AS
SELECT models, c.*
FROM evaluation CROSS JOIN LATERAL capabilities_correlations(scores) AS c;

\echo 'Correlation with capabilities, 95 % interval: the 53 models of the safetywashing paper'

SELECT c.benchmark AS "safety benchmark",
	round(c.corr::numeric, 2) AS "all",
	format('%s to %s', round(c.ci_low::numeric, 2), round(c.ci_high::numeric, 2)) AS "95 % interval",
	c.verdict,
	round(base.corr::numeric, 2) AS base,
	round(chat.corr::numeric, 2) AS chat
FROM correlations AS c
	JOIN correlations AS base ON base.benchmark = c.benchmark AND base.models = 'base'
	JOIN correlations AS chat ON chat.benchmark = c.benchmark AND chat.models = 'chat'
WHERE c.models = 'all'
	AND c.benchmark IN ('Brier MMLU', 'ANLI', 'ETHICS', 'AdvGLUE', 'CrowS-Pairs English', 'BBQ Ambiguous', 'GCG',
		'Sycophancy', 'WMDP Cyber')
ORDER BY c.corr DESC;

\echo 'entangled: it orders models much as capability does; inverse: the other way round; low: hardly.'
\echo 'CrowS-Pairs and BBQ Ambiguous are low over all models, and of opposite sign in the two kinds:'

SELECT benchmark, models, n, round(corr::numeric, 2) AS corr,
	format('%s to %s', round(ci_low::numeric, 2), round(ci_high::numeric, 2)) AS "95 % interval", verdict
FROM correlations
WHERE benchmark IN ('CrowS-Pairs English', 'BBQ Ambiguous') AND models <> 'all'
ORDER BY benchmark, models;

\echo 'But each of these intervals holds 0: so few models leave so small a correlation open.'
