-- 12 models, 10 benchmarks, no gaps and no strata: what a team begins with.
\ir random.sql

CREATE TEMP TABLE benchmark (name text, loading float8);
INSERT INTO benchmark VALUES
	('MMLU', 0.96), ('GSM8K', 0.92), ('HellaSwag', 0.9), ('ARC', 0.94),
	('TruthfulQA', 0.85), ('BBQ', 0.1), ('XSTest', 0.45), ('WMDP', -0.93), ('AdvBench', -0.3), ('ETHICS', 0.7);

INSERT INTO scores (model, kind, benchmark, score)
SELECT format('model-%s', chr(96 + model)), NULL, name,
	round((0.55 + 0.12 * (loading * (model - 6.5) / 3.5
		+ sqrt(1 - loading * loading) * pg_temp.normal(format('small %s %s', model, name))))::numeric, 3)
FROM generate_series(1, 12) AS model CROSS JOIN benchmark;

\set capabilities '{MMLU,GSM8K,HellaSwag,ARC}'
\set covariates {}
