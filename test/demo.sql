-- Is this safety benchmark capability under another name?
-- "make demo" runs this file in a new database, from the top of the source tree.
\set QUIET on
\pset pager off
\pset footer off
\pset null ''

CREATE EXTENSION safetycorr;

-- One row per score: the models of the safetywashing paper, base and chat, of 8 developers.
CREATE TABLE paper_scores (model text, kind text, family text, benchmark text, score float8);
\copy paper_scores FROM 'test/data/safetywashing.csv' WITH (FORMAT csv, HEADER match)

-- All scores of all models, and of each kind, as one value each.
CREATE TABLE evaluation AS
SELECT coalesce(kind, 'all') AS models,
	annotate(score_matrix(model, benchmark, score),
		capabilities => '{LogiQA,PIQA,HellaSwag,WinoGrande,COPA,MedQA,ARC Challenge,MMLU,MATH,LAMBADA,GSM8K,BBH}',
		targets => '{Brier MMLU,ANLI,ETHICS,AdvGLUE,CrowS-Pairs English,BBQ Ambiguous,GCG,Sycophancy,WMDP Cyber}',
		higher_is_better => '{Brier MMLU,ANLI,ETHICS,AdvGLUE,CrowS-Pairs English,BBQ Ambiguous,GCG,Sycophancy,WMDP Cyber}',
		families => jsonb_object_agg(model, family),
		overlaps => '{"Brier MMLU": ["MMLU"]}') AS scores
FROM paper_scores
GROUP BY ROLLUP (kind);

\echo 'Correlation with capabilities, 95 % interval: the 53 models of the safetywashing paper'

SELECT benchmark, n, corr, interval, verdict, note, not_checked
FROM evaluation, capabilities_report(scores)
WHERE models = 'all';

\echo 'entangled: it orders models much as capability does; inverse: the other way round; low: hardly.'
\echo 'CrowS-Pairs and BBQ Ambiguous are near 0 over all models, and of opposite sign in the two kinds:'

SELECT models, benchmark, n, corr, interval, verdict, note, not_checked
FROM evaluation, capabilities_report(scores, targets => '{CrowS-Pairs English,BBQ Ambiguous}')
WHERE models <> 'all'
ORDER BY benchmark, models;

\echo 'But each of these intervals holds 0: so few models leave so small a correlation open.'
