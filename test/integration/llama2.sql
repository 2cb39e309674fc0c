-- The 12 pretrained models of the Llama 2 report, by family.  demo.sql includes
-- this file.
CREATE TEMP TABLE report (
	model text, params_b float8, tokens_t float8,
	code float8, commonsense_reasoning float8, world_knowledge float8, reading_comprehension float8,
	math float8, mmlu float8, bbh float8, agieval float8, truthfulqa float8, toxigen float8
);
\copy report FROM 'test/data/llama2.csv' WITH (FORMAT csv, HEADER match)

INSERT INTO scores (model, kind, benchmark, score)
SELECT model, split_part(model, ' ', 1), benchmark, score::float8
FROM report AS r,
	jsonb_each_text(to_jsonb(r) - '{model,params_b,tokens_t}'::text[]) AS cell (benchmark, score);

SELECT count(*) AS views
FROM create_capabilities_views('bi', 'scores',
	capabilities => '{code,commonsense_reasoning,world_knowledge,reading_comprehension,math,mmlu,bbh,agieval}',
	lower_is_better => '{toxigen}',
	strata => 'kind')
\gset
