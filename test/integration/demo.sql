-- Scores to show on a dashboard, views over them, and a role that reads these.
-- test/integration/dashboard runs this file in a new database, from the top of the
-- source tree: with the scores that the project ships, or with those of the paper's
-- repository if CHAT_CSV and BASE_CSV name its files.  The tests of the page have
-- scores of their own: psql -v scores=pages/large.sql -f test/integration/demo.sql
\set QUIET on
SET client_min_messages = warning;

CREATE EXTENSION safetycorr;

-- One row per score; kind is what the models are compared by, if by anything.
CREATE TABLE scores (
	model text NOT NULL,
	kind text,
	benchmark text NOT NULL,
	score float8 NOT NULL,
	PRIMARY KEY (model, benchmark)
);

CREATE SCHEMA dashboard;

-- What a BI tool connects as: it reads, and not for long.
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'dashboard_reader') AS no_reader
\gset
\if :no_reader
	CREATE ROLE dashboard_reader LOGIN;
	ALTER ROLE dashboard_reader SET search_path = dashboard, public;
	ALTER ROLE dashboard_reader SET default_transaction_read_only = on;
	ALTER ROLE dashboard_reader SET statement_timeout = '5s';
\endif

\set lower_is_better {}
\set higher_is_better {}
\set families
\set overlaps
\getenv chat_csv CHAT_CSV
\if :{?scores}
	\ir :scores
\elif :{?chat_csv}
	\ir paper.sql
\else
	\ir shipped.sql
\endif

-- By kind, and all of them.
CREATE VIEW evaluation WITH (security_invoker) AS
WITH s AS (SELECT kind AS stratum, score_matrix(model, benchmark, score) AS m FROM scores GROUP BY kind)
SELECT stratum, annotate(m, capabilities => :'capabilities', covariates => :'covariates',
	lower_is_better => :'lower_is_better', higher_is_better => :'higher_is_better',
	families => nullif(:'families', '')::jsonb, overlaps => nullif(:'overlaps', '')::jsonb, missing_ok => true) AS m
FROM (TABLE s UNION ALL SELECT '(all)', rollup(m) FROM s) AS t;

SELECT count(*) AS views
FROM create_capabilities_views('dashboard', 'evaluation')
\gset

\if :{?history}
	\ir :history
\endif

-- The views run with the rights of who asks, so that policies on rows hold.
GRANT USAGE ON SCHEMA dashboard TO dashboard_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA dashboard TO dashboard_reader;
GRANT SELECT ON scores, evaluation TO dashboard_reader;
