-- What the evaluation was on three days, as a team would keep it: one model in 6 was
-- not there on the first day and one in 12 not on the second, and some scores
-- were others.  The last day is the evaluation of now.
\ir random.sql

CREATE TABLE dashboard.evaluation_history (
	day date NOT NULL,
	stratum text NOT NULL,
	m score_matrix NOT NULL,
	PRIMARY KEY (day, stratum)
);

INSERT INTO dashboard.evaluation_history
WITH days AS (
	SELECT day, ago FROM (VALUES (DATE '2026-09-15', 2), (DATE '2026-10-15', 1), (DATE '2026-11-15', 0)) AS d (day, ago)
), cell AS (
	SELECT day, kind AS stratum, model, benchmark,
		CASE WHEN pg_temp.uniform(format('was %s %s %s', ago, model, benchmark)) < 0.02 * ago AND benchmark NOT IN ('FLOP', 'released')
			THEN round((score * 0.9)::numeric, 4)::float8 ELSE score END AS score
	FROM days CROSS JOIN scores
	WHERE pg_temp.uniform('there ' || model) >= ago / 12.0
), s AS (
	SELECT day, stratum, score_matrix(model, benchmark, score) AS m FROM cell GROUP BY day, stratum
)
SELECT day, stratum, annotate(m, capabilities => :'capabilities', covariates => :'covariates',
	lower_is_better => :'lower_is_better', higher_is_better => :'higher_is_better',
	families => nullif(:'families', '')::jsonb, overlaps => nullif(:'overlaps', '')::jsonb, missing_ok => true) AS m
FROM (TABLE s UNION ALL SELECT day, '(all)', rollup(m) FROM s GROUP BY day) AS t
WHERE stratum IS NOT NULL;
