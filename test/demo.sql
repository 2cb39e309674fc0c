-- Does a safety benchmark measure safety, or capability under another name?
-- "make demo" runs this file in a new database, from the top of the source tree.
\set QUIET on
\pset pager off
\pset footer off
\pset null ''

CREATE EXTENSION safetycorr;

-- One row per score: the models of the safetywashing paper, base and chat, of 8 developers.
CREATE TABLE paper_scores (model text, kind text, family text, benchmark text, score float8);
\copy paper_scores FROM 'test/data/safetywashing.csv' WITH (FORMAT csv, HEADER match)

-- All scores as one value, which knows what is capability, what is judged, and who is related.
CREATE VIEW safety_evaluation AS
SELECT '(all)' AS stratum, annotate(score_matrix(model, benchmark, score),
    capabilities => '{LogiQA,PIQA,HellaSwag,WinoGrande,COPA,MedQA,ARC Challenge,MMLU,MATH,LAMBADA,GSM8K,BBH}',
    targets => '{ANLI,ETHICS,WMDP Cyber,BBQ Ambiguous,AdvGLUE,TAP,GCG}',
    higher_is_better => '{ANLI,ETHICS,WMDP Cyber,BBQ Ambiguous,AdvGLUE,TAP,GCG}',
    families => jsonb_object_agg(model, family)) AS m
FROM paper_scores;

\echo 'Do they measure safety, or capability under another name?  Seven benchmarks of the'
\echo 'safetywashing paper over its 53 models: rank correlation with capability, 95 % interval.'
\echo

SELECT benchmark, n, corr, interval, verdict FROM capabilities_report((SELECT m FROM safety_evaluation));

\echo 'entangled: it orders models much as capability does; inverse: the other way round; low: hardly.'
\echo 'positive, negative: it rises or falls with capability, how much is open; unresolved: all is open.'
\echo
\echo 'What the report says of three of them, in words:'
\echo

SELECT benchmark, verdict, string_to_table(note, '; ') AS note
FROM capabilities_report((SELECT m FROM safety_evaluation))
WHERE benchmark IN ('BBQ Ambiguous', 'AdvGLUE', 'GCG');

\echo 'A correlation over all models may hide two.  Base models are as pretraining leaves them, chat models'
\echo 'tuned to follow instructions; of so few the intervals are wide, and hold 0:'
\echo

SELECT kind AS models, benchmark, n, corr, interval, verdict
FROM safety_evaluation,
	(SELECT kind, array_agg(DISTINCT model) AS of_kind FROM paper_scores GROUP BY kind) AS k,
	capabilities_report(subset(m, models => of_kind), targets => '{BBQ Ambiguous}')
ORDER BY kind;

\echo 'Next: "make dashboard" shows this as a page, "test/cluster psql" opens a psql to try it in, and'
\echo '"Start with your own data" in README.md has three ways to begin.'
