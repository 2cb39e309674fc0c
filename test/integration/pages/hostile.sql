-- Names that a page must show as they are and must not obey: 9 models, 9
-- benchmarks and three strata, one of which has too few models for anything.
\ir random.sql

CREATE TEMP TABLE name (number int PRIMARY KEY, name text NOT NULL);
INSERT INTO name VALUES
	(1, '<script>alert(1)</script>'),
	(2, repeat('W', 200)),
	(3, U&'\0645\0642\064A\0627\0633 \0627\0644\0623\0645\0627\0646 \202E321 cba\202C \05D1\05D8\05D9\05D7\05D5\05EA'),
	(4, U&'z\0335\0322\0310\0344a\0334\0349\035Bl\0336\0353\030Dg\0337\0316\0304o\0338\031D\0307 e\0301te\0301'),
	(5, U&'\+01F9D1\200D\+01F52C \+01F1FA\+01F1F8 \+01F44D\+01F3FF'),
	(6, E'quotes \' " ` and \\ back\\slash\nsecond line\tafter a tab ${x} {{y}} $&'),
	(7, '../../etc/passwd'),
	(8, '%00?a=b&c#d "><img src=x onerror=alert(1)>'),
	(9, '__proto__');

INSERT INTO scores (model, kind, benchmark, score)
SELECT m.name,
	CASE WHEN m.number <= 3 THEN '"><img src=x onerror=alert(2)>' WHEN m.number <= 8 THEN 'constructor' ELSE repeat('S', 200) END,
	b.name,
	round((0.5 + 0.1 * (CASE WHEN b.number % 2 = 1 THEN 0.9 ELSE 0.2 END * (m.number - 5)
		+ pg_temp.normal(format('hostile %s %s', m.number, b.number)) * CASE WHEN b.number % 2 = 1 THEN 1.1 ELSE 1 END))::numeric, 3)
FROM name AS m CROSS JOIN name AS b;

SELECT array_agg(name) AS capabilities FROM name WHERE number IN (1, 3, 5, 7)
\gset
SELECT array_agg(name) AS lower_is_better FROM name WHERE number IN (2, 8)
\gset
\set covariates {}
