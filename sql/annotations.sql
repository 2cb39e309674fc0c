-- Marks of a score_matrix: roles, directions, overlaps and families, and what
-- merging makes of them.
CREATE TABLE m AS
SELECT score_matrix(model, benchmark, score) AS m
FROM (VALUES ('a', 'mmlu', 1), ('a', 'arc', 2), ('a', 'safe', 3), ('b', 'mmlu', 4), ('b', 'safe', 5), ('c', 'flop', 6)) v (model, benchmark, score);

CREATE TABLE marked AS
SELECT annotate(m, '{mmlu,arc}', '{safe}', '{flop}', '{safe}', '{arc}', '{"a": "llama", "b": "llama", "c": "gpt"}',
                '{"safe": "mmlu"}') AS m FROM m;
SELECT m FROM marked;
SELECT r.* FROM marked, roles(m) AS r;
SELECT f.* FROM marked, families(m) AS f;
-- Nothing is marked: nothing is stored.
SELECT r.* FROM m, roles(m) AS r;
SELECT f.* FROM m, families(m) AS f;
SELECT pg_column_size(m) AS plain, pg_column_size(annotate(m, '{mmlu}', '{arc}', targets => '{safe}')) AS roles, pg_column_size(annotate(m)) AS none,
       annotate(m) = m AS same, annotate(m, '{}', '{}', '{}', '{}', '{}', '{}', '{}') = m AS cleared FROM m;
SELECT annotate(marked.m, '{}', '{}', '{}', '{}', '{}', '{}', '{}') = m.m AS cleared FROM marked, m;
SELECT * FROM roles(NULL);
SELECT * FROM families(NULL);

-- A list that is given replaces its marks, and leaves the others.
SELECT benchmark, role, direction, overlaps_with FROM marked, roles(annotate(m, '{mmlu}', higher_is_better => '{}')) AS r;
SELECT r.role, r.direction, r.overlaps_with, f.family FROM marked,
    LATERAL (SELECT annotate(m, families => '{"a": "x", "b": "y"}', overlaps => '{}') AS m) AS other,
    roles(other.m) AS r, families(other.m) AS f WHERE (benchmark, model) IN (('safe', 'a'), ('safe', 'c'));
-- Two calls may contradict each other: that is kept, to be seen.
SELECT r.* FROM marked, roles(annotate(m, targets => '{mmlu,safe}', higher_is_better => '{safe}')) AS r;

-- Names of what has no score are kept if they may be missing.
CREATE TABLE declared AS
SELECT annotate(m, '{mmlu,gpqa}', '{toxic}', families => '{"a": "llama", "z": "gpt", "y": "llama"}',
                overlaps => '{"new": ["gpqa", "mmlu"], "safe": ["other"]}', missing_ok => true) AS m FROM m;
SELECT m FROM declared;
SELECT r.* FROM declared, roles(m) AS r;
SELECT f.* FROM declared, families(m) AS f;
SELECT models(m), benchmarks(m), (SELECT count(*) FROM cells(m)) AS cells FROM declared;
-- They are names of the matrix now; they go with their last mark.
SELECT annotate(m, targets => '{gpqa}')::jsonb -> 'benchmarks' -> 2 AS declared FROM declared;
SELECT benchmark, role, n_scores, declared_only FROM declared,
    roles(annotate(m, '{mmlu}', '{}', overlaps => '{"safe": ["other"]}')) AS r;
SELECT annotate(d.m, '{}', '{}', overlaps => '{}', families => '{}') = m.m AS plain FROM declared AS d, m;
-- Scores that come later take the mark.
SELECT benchmark, role, direction, n_scores, declared_only
FROM declared, roles(score_matrix_accum(score_matrix_accum(m, 'z', 'gpqa', 1), 'z', 'toxic', 2)) AS r;
SELECT f.* FROM declared, families(score_matrix_accum(m, 'z', 'gpqa', 1)) AS f;
-- A matrix of nothing but names.
SELECT annotate(subset(m, '{}'), '{b}', families => '{"m": "f"}', missing_ok => true) FROM m;
SELECT error_of($$SELECT annotate(subset(m, '{}'), '{b}') FROM m$$);

-- Merging: marks add up, and what does not fit together is a conflict.
SELECT r.* FROM m, roles(merge(annotate(m, '{mmlu}', '{arc}'), annotate(m, targets => '{mmlu}', higher_is_better => '{arc}'))) AS r;
SELECT f.* FROM m, families(merge(annotate(m, families => '{"a": "x", "b": "y", "z": "z"}', missing_ok => true),
                                  annotate(m, families => '{"a": "x", "b": "x", "c": "x", "z": "y"}', missing_ok => true))) AS f;
SELECT merge(annotate(m, families => '{"a": "x", "b": "y"}', overlaps => '{"safe": "mmlu"}'),
             annotate(m, families => '{"a": "y", "b": "y"}', overlaps => '{"safe": "arc", "arc": "mmlu"}'))::jsonb - 'cells' AS merged FROM m;
-- Declared in one, scored in the other.
SELECT merge(declared.m, score_matrix('z', 'gpqa', 1))::jsonb - 'cells' AS merged FROM declared GROUP BY declared.m;
SELECT merge(NULL, m) = m AS left, merge(m, NULL) = m AS right FROM declared;

-- Subsets keep the marks of what they keep, and of what was not left out.
SELECT subset(m, '{a,z}') FROM declared;
SELECT subset(m, benchmarks => '{mmlu,new}') FROM declared;
SELECT subset(m, '{}', '{}') FROM declared;
SELECT subset(m) = m AS all FROM declared;

-- Text, binary and jsonb keep all.
SELECT m::text::score_matrix = m AS text, m::jsonb::score_matrix = m AS jsonb FROM declared UNION ALL
SELECT m::text::score_matrix = m, m::jsonb::score_matrix = m FROM (
    SELECT merge(m, annotate(m, families => '{"a": "other", "b": "llama"}')) AS m FROM marked) AS conflict;
CREATE TABLE copied (m score_matrix);
\copy declared TO 'results/annotations.copy' (FORMAT binary)
\copy copied FROM 'results/annotations.copy' (FORMAT binary)
SELECT copied.m = declared.m AS binary FROM copied, declared;

-- What contradicts itself or names nothing is an error that names it.
\pset format unaligned
\pset tuples_only on
SELECT call, error_of(format('SELECT annotate(m, %s) FROM m', call)) FROM unnest(ARRAY[
    $$'{mmlu,safe}', targets => '{safe}'$$, $$'{mmlu}', covariates => '{mmlu}'$$,
    $$covariates => '{mmlu}', targets => '{mmlu}'$$, $$lower_is_better => '{arc}', higher_is_better => '{arc}'$$,
    $$'{mmlu,NULL}'$$, $$lower_is_better => '{NULL}', missing_ok => true$$, $$'{mmlu,arc,mmlu}'$$,
    $$targets => '{new,new}', missing_ok => true$$, $$'{MMLU}'$$, $$higher_is_better => '{sage}'$$, $$'{{mmlu},{arc}}'$$,
    $$families => '[]'$$, $$families => '"a"'$$, $$families => '{"a": 1}'$$, $$families => '{"a": ["x"]}'$$,
    $$families => '{"a": {"conflict": true}}'$$, $$families => '{"A": "x", "B": "x"}'$$, $$families => '{"a": "x"}'$$,
    $$families => '{"a": "x", "b": null, "c": null}'$$, $$families => '{"a": null, "x": null}'$$,
    $$families => '{"": "x"}'$$,
    $$overlaps => '[]'$$, $$overlaps => '{"safe": 1}'$$, $$overlaps => '{"safe": [null]}'$$, $$overlaps => '{"safe": {"mmlu": 1}}'$$,
    $$overlaps => '{"safe": ["safe"]}'$$, $$overlaps => '{"safe": "safe"}'$$, $$overlaps => '{"safe": ["mmlu", "mmlu"]}'$$,
    $$overlaps => '{"save": ["mmlu"]}'$$, $$overlaps => '{"safe": ["mml"]}'$$, $$overlaps => '{"save": []}'$$,
    $$overlaps => '{"new": ["new"]}', missing_ok => true$$, $$missing_ok => NULL$$]) AS call;
SELECT error_of($$SELECT annotate(m, families => jsonb_build_object('a', repeat('f', 10001), 'b', 'x')) FROM m$$);
SELECT error_of($$SELECT annotate(m, families => jsonb_build_object(repeat('m', 10001), 'f'), missing_ok => true) FROM m$$);
SELECT error_of($$SELECT annotate(m, ARRAY[repeat('b', 10001)], missing_ok => true) FROM m$$);
\pset tuples_only off
\pset format aligned
-- These are none.
SELECT f.* FROM m, families(annotate(m, families => '{"a": "", "b": "", "no such": "x"}')) AS f;
SELECT annotate(m, families => '{"no such": null}', missing_ok => true) = m AS none FROM m;

DROP TABLE m, marked, declared, copied;
