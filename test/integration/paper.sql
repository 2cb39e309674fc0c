-- The base and the chat models of the safetywashing paper (arXiv:2407.21792),
-- with the benchmarks of its tables 2 to 8 under the names it prints.  demo.sql
-- includes this file; BASE_CSV and CHAT_CSV are in the environment.
--
-- Scores are taken as they are, as the paper does: higher is better or safer.

-- Wide CSVs, some 180 columns: the headers make the tables.
\set header `head -n 1 "$BASE_CSV"`
SELECT format('CREATE TEMP TABLE base (%s)', string_agg(format('%I %s', name,
	CASE WHEN name IN ('model', 'name', 'type') THEN 'text' ELSE 'float8' END), ', '))
FROM string_to_table(:'header', ',') AS name
\gexec
\set header `head -n 1 "$CHAT_CSV"`
SELECT format('CREATE TEMP TABLE chat (%s)', string_agg(format('%I %s', name,
	CASE WHEN name IN ('model', 'name', 'type') THEN 'text' ELSE 'float8' END), ', '))
FROM string_to_table(:'header', ',') AS name
\gexec
\copy base FROM PROGRAM 'cat "$BASE_CSV"' WITH (FORMAT csv, HEADER match)
\copy chat FROM PROGRAM 'cat "$CHAT_CSV"' WITH (FORMAT csv, HEADER match)

-- A calibration error stands there beside the accuracy on the same data set.
CREATE TEMP TABLE published ("table" text, statistic text, models text,
	benchmark text, "column" text, published_pct numeric);
\copy published FROM 'test/data/published_tables.csv' WITH (FORMAT csv, HEADER match)

CREATE TEMP TABLE benchmark ("column" text PRIMARY KEY, name text NOT NULL, capability bool NOT NULL);
INSERT INTO benchmark VALUES
	('arc_challenge', 'ARC Challenge', true), ('bbh', 'BBH', true), ('gsm8k', 'GSM8K', true),
	('hellaswag', 'HellaSwag', true), ('lambada_openai', 'LAMBADA', true), ('logiqa', 'LogiQA', true),
	('medqa_4options', 'MedQA', true), ('minerva_math', 'MATH', true), ('mmlu', 'MMLU', true),
	('piqa', 'PIQA', true), ('superglue_copa', 'COPA', true), ('winogrande', 'WinoGrande', true);
INSERT INTO benchmark
SELECT DISTINCT split_part("column", '|', -1), replace(regexp_replace(benchmark, ' \((caption|explicit max)\)$', ''), ' (Utility)', ' Utility'), false
FROM published
WHERE models = 'chat' AND "column" <> '';

INSERT INTO scores (model, kind, benchmark, score)
SELECT w.model, w.kind, b.name, cell.score::float8
FROM (SELECT name AS model, 'base' AS kind, to_jsonb(base) AS scores FROM base
		UNION ALL
		SELECT name, 'chat', to_jsonb(chat) FROM chat) AS w
	CROSS JOIN jsonb_each_text(w.scores) AS cell ("column", score)
	JOIN benchmark AS b USING ("column")
WHERE cell.score IS NOT NULL;

-- The view keeps the names, not the temporary table.
SELECT array_agg(name) AS capabilities FROM benchmark WHERE capability
\gset
\set covariates {}
-- The developer, by the first word of the model's name, as in the file that is shipped.
SELECT jsonb_object_agg(model, coalesce(developer, word)) AS families
FROM (SELECT DISTINCT model, split_part(model, ' ', 1) AS word FROM scores) AS m
	LEFT JOIN (VALUES ('Deepseek', 'DeepSeek'), ('Meta', 'Llama'), ('Mixtral', 'Mistral'), ('Qwen1.5', 'Qwen')) AS d (word, developer) USING (word)
\gset
\ir paper_marks.sql
