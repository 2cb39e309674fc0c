-- Besides the names of hostile.sql some that look alike, are formulas, or turn
-- what is around them.
\ir hostile.sql

CREATE TEMP TABLE twin (number int PRIMARY KEY, name text NOT NULL);
INSERT INTO twin VALUES
	(1, 'Twin'), (2, 'twin'), (3, 'Twin '), (4, ' Twin'), (5, E'Twin\t'), (6, E'Twin\u200b'), (7, 'Twin (2)'),
	(8, E'Caf\u00e9'), (9, E'Cafe\u0301'), (10, E'\u202eniwT'), (11, E'a\u2069b'), (12, '=1+1'), (13, E'\uffff\u0001'), (14, E'\u0002'),
	(15, 'constructor'), (16, '$&$1${x}');

INSERT INTO scores (model, kind, benchmark, score)
SELECT m.name, 'alike', b.name,
	round((0.5 + 0.1 * (CASE WHEN b.number <= 4 THEN 0.9 ELSE 0.2 END * (m.number - 8)
		+ pg_temp.normal(format('alike %s %s', m.number, b.number))))::numeric, 3)
FROM twin AS m CROSS JOIN (TABLE twin UNION ALL SELECT number + 100, name FROM name) AS b;

SELECT :'capabilities'::text[] || array_agg(name) AS capabilities FROM twin WHERE number <= 4
\gset
