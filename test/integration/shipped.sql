-- The base and the chat models of the safetywashing paper (arXiv:2407.21792), from
-- the file that the project ships (test/data/README.md).  demo.sql includes this file.
CREATE TEMP TABLE shipped (model text, kind text, family text, benchmark text, score float8);
\copy shipped FROM 'test/data/safetywashing.csv' WITH (FORMAT csv, HEADER match)

INSERT INTO scores (model, kind, benchmark, score)
SELECT model, kind, benchmark, score
FROM shipped;

\set capabilities '{LogiQA,PIQA,HellaSwag,WinoGrande,COPA,MedQA,ARC Challenge,MMLU,MATH,LAMBADA,GSM8K,BBH}'
\set covariates {FLOP}
SELECT jsonb_object_agg(model, family) AS families FROM shipped
\gset
\ir paper_marks.sql
