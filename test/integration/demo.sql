-- Scores to show on a dashboard, views over them, and a role that reads these.
-- test/integration/dashboard runs this file in a new database, from the top of the
-- source tree: with the paper's models if CHAT_CSV and BASE_CSV name its files,
-- else with the 12 models of the Llama 2 report.
\set QUIET on
SET client_min_messages = warning;

CREATE EXTENSION safetycorr;

-- One row per score; kind is what the models are compared by.
CREATE TABLE scores (
	model text NOT NULL,
	kind text NOT NULL,
	benchmark text NOT NULL,
	score float8 NOT NULL,
	PRIMARY KEY (model, benchmark)
);

CREATE SCHEMA bi;

-- What a BI tool connects as: it reads, and not for long.
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bi_reader') AS no_reader
\gset
\if :no_reader
	CREATE ROLE bi_reader LOGIN;
	ALTER ROLE bi_reader SET search_path = bi;
	ALTER ROLE bi_reader SET default_transaction_read_only = on;
	ALTER ROLE bi_reader SET statement_timeout = '5s';
\endif

\getenv chat_csv CHAT_CSV
\if :{?chat_csv}
	\ir paper.sql
\else
	\ir llama2.sql
\endif

-- The views run with the rights of who asks, so that policies on rows hold.
GRANT USAGE ON SCHEMA bi TO bi_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA bi TO bi_reader;
GRANT SELECT ON scores TO bi_reader;
