-- 197 models on 110 benchmarks, with 36 % gaps, as a harness leaves them: long names,
-- base and chat models, families, dates of release, training compute.
--
-- The 10 capability benchmarks are what every model was run on but for one score in
-- 80, so that some 9 models in 10 are complete and have a capabilities score.
-- The gaps are in the other 100.
\ir random.sql

-- Each line is a family: its models are sizes times variants.  (The first
-- variant is a base model, the others are chat models.)
CREATE TEMP TABLE family (family text, released date, tokens float8, pattern text, sizes float8[], variants text[]);
INSERT INTO family VALUES
	('Llama 2', '2023-07-18', 2, 'meta-llama/Llama-2-%sb%s', '{7,13,70}', '{-hf,-chat-hf}'),
	('Llama 3', '2024-04-18', 15, 'meta-llama/Meta-Llama-3-%sB%s', '{8,70}', '{"",-Instruct}'),
	('Llama 3.1', '2024-07-23', 15, 'meta-llama/Meta-Llama-3.1-%sB%s', '{8,70,405}', '{"",-Instruct}'),
	('Llama 3.2', '2024-09-25', 9, 'meta-llama/Llama-3.2-%sB%s', '{1,3}', '{"",-Instruct}'),
	('Code Llama', '2023-08-24', 2.5, 'codellama/CodeLlama-%sb%s', '{7,13,34}', '{-hf,-Instruct-hf}'),
	('Mistral', '2023-09-27', 4, 'mistralai/Mistral-%sB%s', '{7}', '{-v0.1,-Instruct-v0.1,-Instruct-v0.2,-Instruct-v0.3}'),
	('Mixtral', '2023-12-11', 6, 'mistralai/Mixtral-8x%sB%s', '{7,22}', '{-v0.1,-Instruct-v0.1}'),
	('Qwen 1.5', '2024-02-05', 3, 'Qwen/Qwen1.5-%sB%s', '{0.5,1.8,4,7,14,32,72,110}', '{"",-Chat}'),
	('Qwen 2', '2024-06-07', 7, 'Qwen/Qwen2-%sB%s', '{0.5,1.5,7,72}', '{"",-Instruct}'),
	('Qwen 2.5', '2024-09-19', 18, 'Qwen/Qwen2.5-%sB%s', '{0.5,1.5,3,7,14,32,72}', '{"",-Instruct}'),
	('Yi', '2023-11-02', 3, '01-ai/Yi-%sB%s', '{6,9,34}', '{"",-Chat}'),
	('Yi 1.5', '2024-05-13', 3.6, '01-ai/Yi-1.5-%sB%s', '{6,9,34}', '{"",-Chat,-Chat-16K}'),
	('Gemma', '2024-02-21', 5, 'google/gemma-%sb%s', '{2,7}', '{"",-it}'),
	('Gemma 1.1', '2024-04-05', 5, 'google/gemma-1.1-%sb%s', '{2,7}', '{-pt,-it}'),
	('Gemma 2', '2024-06-27', 9, 'google/gemma-2-%sb%s', '{2,9,27}', '{"",-it}'),
	('Falcon', '2023-05-25', 1.3, 'tiiuae/falcon-%sb%s', '{7,40,180}', '{"",-instruct}'),
	('MPT', '2023-05-05', 1, 'mosaicml/mpt-%sb%s', '{7,30}', '{"",-instruct,-chat}'),
	('Pythia', '2023-02-13', 0.3, 'EleutherAI/pythia-%sb%s', '{0.16,0.41,1.4,2.8,6.9,12}', '{-deduped}'),
	('OPT', '2022-05-03', 0.18, 'facebook/opt-%sb%s', '{0.35,1.3,2.7,6.7,13,30,66}', '{""}'),
	('BLOOM', '2022-07-11', 0.37, 'bigscience/bloom-%sb1%s', '{1,3,7,176}', '{"",z-instruction-finetuned}'),
	('Phi', '2023-09-11', 0.5, 'microsoft/phi-%sB%s', '{1.3,2.7}', '{"",-instruct-community-finetune}'),
	('Phi 3', '2024-04-23', 3.3, 'microsoft/Phi-3-%sB-4k%s', '{3.8,7,14}', '{-base,-instruct}'),
	('OLMo', '2024-02-01', 2.5, 'allenai/OLMo-%sB%s', '{1,7}', '{-hf,-SFT-hf,-Instruct-hf}'),
	('DeepSeek', '2023-11-29', 2, 'deepseek-ai/deepseek-llm-%sb%s', '{7,67}', '{-base,-chat}'),
	('DeepSeek V2', '2024-05-06', 8, 'deepseek-ai/DeepSeek-V2-%sB%s', '{16,236}', '{"",-Chat,-Chat-0628}'),
	('InternLM 2', '2024-01-17', 2.6, 'internlm/internlm2-%sb%s', '{1.8,7,20}', '{"",-chat-sft,-chat}'),
	('Baichuan 2', '2023-09-06', 2.6, 'baichuan-inc/Baichuan2-%sB%s', '{7,13}', '{-Base,-Chat}'),
	('StableLM 2', '2024-01-19', 2, 'stabilityai/stablelm-2-%sb%s', '{1.6,12}', '{"",-zephyr,-chat}'),
	('Command R', '2024-03-11', 4, 'CohereForAI/c4ai-command-r-%sB%s', '{35,104}', '{-base,-v01,-08-2024}'),
	('Aya', '2024-05-23', 4, 'CohereForAI/aya-23-%sB%s', '{8,35}', '{-base,-instruct}'),
	('Jamba', '2024-03-28', 3, 'ai21labs/Jamba-v0.1-%sB%s', '{52,398}', '{"",-Instruct}'),
	('DBRX', '2024-03-27', 12, 'databricks/dbrx-%sB%s', '{132}', '{-base,-instruct}'),
	('SOLAR', '2023-12-13', 3, 'upstage/SOLAR-%sB%s', '{10.7}', '{-v1.0,-Instruct-v1.0}'),
	('Nous Hermes', '2024-01-15', 4, 'NousResearch/Nous-Hermes-2-Mixtral-8x%sB%s', '{7}', '{-SFT,-DPO}'),
	('Tulu 2', '2023-11-13', 2, 'allenai/tulu-2-%sb%s', '{7,13,70}', '{-base,"",-dpo}'),
	('Vicuna', '2023-07-29', 2, 'lmsys/vicuna-%sb%s', '{7,13,33}', '{-v1.0-base,-v1.5,-v1.5-16k}'),
	('Granite', '2024-05-06', 3, 'ibm-granite/granite-%sb%s', '{3,8,20,34}', '{-code-base-4k,-code-instruct-4k}'),
	('Nemotron', '2024-06-14', 9, 'nvidia/Nemotron-4-%sB%s', '{15,340}', '{-Base,-Instruct,-Reward-tuned-Instruct-with-steering-and-a-long-name}'),
	('SmolLM', '2024-07-15', 1, 'HuggingFaceTB/SmolLM-%sB%s', '{0.135,0.36,1.7}', '{"",-Instruct}'),
	('Zephyr', '2023-10-26', 4, 'HuggingFaceH4/zephyr-%sb%s', '{7}', '{-sft-full,-beta}');

CREATE TEMP TABLE model AS
SELECT * FROM (
	SELECT format(pattern, size, variant) AS model, family, CASE v WHEN 1 THEN 'base' ELSE 'chat' END AS kind,
		released + (v - 1)::int * 30 AS released, 6e21 * size * tokens AS flop,
		row_number() OVER (ORDER BY family, size, v) AS number
	FROM family, unnest(sizes) AS size, unnest(variants) WITH ORDINALITY AS u (variant, v)) AS t
WHERE number <= 197;

-- In units of the standard deviation of models: compute makes most of capability, a
-- family's data some, chance the rest.
ALTER TABLE model ADD g float8;
UPDATE model SET g = 0.95 * (log(flop) - 22.6) + 0.3 * pg_temp.normal('family ' || family) + 0.25 * pg_temp.normal('model ' || model);

-- What a benchmark is in base and in chat models: its correlation with capability,
-- the share of gaps, and whether lower is better.
CREATE TEMP TABLE benchmark (name text PRIMARY KEY, kind text, base float8, chat float8, gaps float8, lower bool DEFAULT false);

INSERT INTO benchmark
SELECT name, 'capability', loading, loading, 1 / 80.0
FROM unnest('{leaderboard_mmlu_pro,leaderboard_gpqa_main,leaderboard_math_hard,leaderboard_musr,leaderboard_bbh,harness|arc:challenge|25,
	harness|hellaswag|10,harness|winogrande|5,harness|gsm8k|5,harness|hendrycksTest|5}'::text[],
	'{0.95,0.82,0.88,0.78,0.96,0.94,0.9,0.88,0.9,0.97}'::float8[]) AS t (name, loading);

-- Parts of capability benchmarks: entangled.
INSERT INTO benchmark
SELECT 'leaderboard_bbh_' || name, 'entangled', 0.8, 0.85, 0.17 + 0.2 * pg_temp.uniform('gaps ' || name)
FROM unnest('{boolean_expressions,causal_judgement,date_understanding,disambiguation_qa,formal_fallacies,geometric_shapes,hyperbaton,
	logical_deduction_five_objects,logical_deduction_seven_objects,logical_deduction_three_objects,movie_recommendation,navigate,
	object_counting,penguins_in_a_table,reasoning_about_colored_objects,ruin_names,salient_translation_error_detection,snarks,
	sports_understanding,temporal_sequences,tracking_shuffled_objects_five_objects,tracking_shuffled_objects_seven_objects,
	tracking_shuffled_objects_three_objects,web_of_lies}'::text[]) AS name;
INSERT INTO benchmark
SELECT format('harness|hendrycksTest-%s|5', name), 'entangled', 0.9, 0.9, 0.3 + 0.2 * pg_temp.uniform('gaps ' || name)
FROM unnest('{abstract_algebra,anatomy,astronomy,business_ethics,clinical_knowledge,college_biology,college_chemistry,college_computer_science,
	college_mathematics,college_medicine,college_physics,computer_security,conceptual_physics,econometrics,electrical_engineering,
	elementary_mathematics,formal_logic,global_facts,high_school_government_and_politics,international_law,jurisprudence,
	moral_disputes,moral_scenarios}'::text[]) AS name;

-- Safety benchmarks of every sort.
INSERT INTO benchmark VALUES
	('truthfulqa_mc1', 'entangled', 0.6, 0.75, 0.1, false), ('truthfulqa_mc2', 'entangled', 0.55, 0.7, 0.1, false),
	('truthfulqa_gen', 'positive', 0.35, 0.45, 0.4, false), ('ethics/commonsense_hard', 'entangled', 0.75, 0.7, 0.3, false),
	('ethics/deontology_hard', 'positive', 0.5, 0.45, 0.3, false), ('ethics/justice_hard', 'positive', 0.45, 0.5, 0.3, false),
	('ethics/utilitarianism_hard', 'entangled', 0.7, 0.75, 0.3, false), ('ethics/virtue_hard', 'positive', 0.4, 0.5, 0.3, false),
	('machiavelli/power_seeking', 'low', 0.05, -0.05, 0.5, true), ('machiavelli/violations', 'low', -0.05, 0.1, 0.5, true),
	('bbq/ambiguous_accuracy', 'opposite', 0.6, -0.55, 0.2, false), ('bbq/disambiguated_accuracy', 'entangled', 0.8, 0.8, 0.2, false),
	('bbq/age', 'opposite', 0.5, -0.5, 0.35, false), ('bbq/gender_identity', 'opposite', 0.55, -0.4, 0.35, false),
	('bbq/nationality', 'opposite', 0.45, -0.6, 0.35, false), ('bbq/race_ethnicity', 'opposite', 0.5, -0.45, 0.35, false),
	('crows_pairs_english', 'opposite', -0.5, 0.45, 0.2, false), ('crows_pairs_french', 'opposite', -0.4, 0.5, 0.5, false),
	('winogender', 'positive', 0.4, 0.4, 0.4, false), ('wmdp_bio', 'inverse', 0.92, 0.93, 0.2, true), ('wmdp_chem', 'inverse', 0.85, 0.85, 0.2, true),
	('wmdp_cyber', 'inverse', 0.9, 0.9, 0.2, true), ('harmbench/direct_request_asr', 'low', 0, 0.05, 0.3, true),
	('harmbench/gcg_asr', 'negative', 0.35, 0.4, 0.5, true), ('harmbench/pair_asr', 'negative', 0.4, 0.35, 0.5, true),
	('harmbench/tap_asr', 'negative', 0.3, 0.4, 0.5, true), ('harmbench/autodan_asr', 'low', 0.05, 0, 0.5, true),
	('advglue', 'entangled', 0.75, 0.8, 0.4, false), ('adv_arc', 'entangled', 0.8, 0.8, 0.4, false), ('anli_r1', 'entangled', 0.7, 0.75, 0.3, false),
	('anli_r2', 'positive', 0.5, 0.55, 0.3, false), ('anli_r3', 'positive', 0.5, 0.5, 0.3, false), ('rmsce_mmlu', 'low', 0.1, 0.1, 0.45, true),
	('rmsce_gsm8k', 'low', -0.1, 0.05, 0.45, true), ('sycophancy/opinion', 'negative', 0.5, 0.3, 0.4, true),
	('sycophancy/agreement', 'unresolved', 0.2, 0.2, 0.86, true), ('xstest/safe_refusal_rate', 'opposite', 0.3, -0.6, 0.4, true),
	('xstest/unsafe_compliance_rate', 'low', 0.05, -0.1, 0.4, true), ('realtoxicityprompts/expected_maximum_toxicity', 'low', 0.1, 0, 0.4, true),
	('toxigen', 'positive', 0.45, 0.3, 0.3, false), ('inspect_evals/agentharm_refusal', 'unresolved', NULL, 0.1, 0.85, false),
	('inspect_evals/agentharm_score_when_not_refused', 'unresolved', NULL, 0.55, 0.88, true),
	('inspect_evals/cyse2_prompt_injection', 'unresolved', 0, 0.2, 0.88, true),
	('inspect_evals/sad_stages_oversight', 'unresolved', 0.4, 0.5, 0.88, false),
	('inspect_evals/makemesay_average_score', 'unresolved', NULL, 0.4, 0.93, true),
	('decodingtrust/privacy_enron_email_five_shot_leak_rate', 'low', 0.1, -0.1, 0.5, true),
	('decodingtrust/machine_ethics_jailbreak_fpr', 'negative', 0.3, 0.35, 0.5, true),
	('strongreject/mean_score_over_all_jailbreaks', 'low', 0, 0.05, 0.55, true), ('donotanswer/share_harmless', 'low', 0.05, 0.1, 0.5, false),
	('house_rules_of_our_own_assistant_v7_final_reviewed_by_the_policy_team', 'unresolved', 0.3, 0.3, 0.9, false),
	('canary_always_refuses', 'constant', 0, 0, 0.3, false), ('pilot_of_four_models', 'four', 0.5, 0.5, 0, false),
	('pilot_of_four_other_models', 'four', -0.5, 0.5, 0, false);

INSERT INTO scores (model, kind, benchmark, score)
SELECT model, m.kind, name, CASE b.kind
		WHEN 'constant' THEN 1
		ELSE round((CASE WHEN b.name LIKE '%/%' THEN 50 ELSE 0.5 END * (1 + 0.3 * z))::numeric, 4) END
FROM model AS m CROSS JOIN benchmark AS b,
	LATERAL (SELECT CASE m.kind WHEN 'base' THEN b.base ELSE b.chat END) AS r (rho),
	LATERAL (SELECT rho * g + sqrt(1 - rho * rho) * pg_temp.normal(format('large %s %s', model, name))) AS s (z)
WHERE rho IS NOT NULL
	AND CASE b.kind
		WHEN 'four' THEN number % 50 = CASE WHEN b.name LIKE '%other%' THEN 7 ELSE 29 END AND number < 200
		ELSE pg_temp.uniform(format('gap %s %s', model, name)) >= b.gaps END
UNION ALL
SELECT model, kind, 'released', released - DATE '1970-01-01' FROM model
UNION ALL
SELECT model, kind, 'FLOP', flop FROM model;

SELECT (SELECT array_agg(name) FROM benchmark WHERE kind = 'capability') AS capabilities,
	(SELECT array_agg(name) FROM benchmark WHERE lower) AS lower_is_better,
	(SELECT jsonb_object_agg(model, family) FROM model) AS families
\gset
\set covariates '{FLOP,released}'
\set history pages/history.sql
