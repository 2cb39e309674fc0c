-- The 53 models that the project ships, and what the evaluation was on three days.
\ir ../shipped.sql
\set history pages/history.sql
