-- Installing: in any schema, for anybody who may create in the database, with a
-- comment on everything.  The tests that follow use what is left at the end.
SET client_min_messages = warning;

-- In a schema of one's own, where it works without being on the search_path,
-- and from which it can be moved.
CREATE SCHEMA elsewhere;
CREATE SCHEMA "Over there";
CREATE EXTENSION safetycorr SCHEMA elsewhere;
SELECT elsewhere.spearman_corr(i, i * i) FROM generate_series(1, 4) i;
ALTER EXTENSION safetycorr SET SCHEMA "Over there";
SELECT "Over there".models("Over there".score_matrix('m' || i, 'b', i)) FROM generate_series(1, 2) i;
SELECT benchmark, n, corr
FROM "Over there".benchmark_correlations(
    (SELECT "Over there".score_matrix('m' || i, b, i) FROM generate_series(1, 4) i,
            unnest('{flop,mmlu}'::text[]) b), 'flop');

-- A second time it is there already.
CREATE EXTENSION safetycorr;

DROP SCHEMA elsewhere;
DROP EXTENSION safetycorr;
DROP SCHEMA "Over there";

-- Nothing is left behind.
SELECT proname FROM pg_proc WHERE probin LIKE '%safetycorr%';

-- A trusted extension: whoever may create in the database can install it.
DROP ROLE IF EXISTS regress_safetycorr_user;
CREATE ROLE regress_safetycorr_user;
DO $$ BEGIN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_safetycorr_user', current_database());
END $$;
SET ROLE regress_safetycorr_user;
CREATE SCHEMA theirs;
CREATE EXTENSION safetycorr SCHEMA theirs;
SELECT theirs.kendall_corr(i, -i) FROM generate_series(1, 4) i;
DROP EXTENSION safetycorr;
DROP SCHEMA theirs;
RESET ROLE;
DO $$ BEGIN
    EXECUTE format('REVOKE CREATE ON DATABASE %I FROM regress_safetycorr_user', current_database());
END $$;

-- What others put on the search_path before changes nothing, neither while the
-- extension is installed nor when it runs.
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.hijacked(float8, float8) RETURNS bool LANGUAGE plpgsql
AS $$ BEGIN RAISE 'hijacked'; END $$;
CREATE OPERATOR hostile.= (FUNCTION = hostile.hijacked, LEFTARG = float8, RIGHTARG = float8);
CREATE OPERATOR hostile.< (FUNCTION = hostile.hijacked, LEFTARG = float8, RIGHTARG = float8);
CREATE FUNCTION hostile.rank_corr(float8[]) RETURNS float8 LANGUAGE sql AS 'SELECT -1.0::float8';
CREATE DOMAIN hostile.float8 AS pg_catalog.int4;
CREATE DOMAIN hostile.text AS pg_catalog.int4;
SET search_path = hostile, pg_catalog, public;
CREATE EXTENSION safetycorr SCHEMA public;
SELECT public.spearman_corr(i, i) FROM generate_series(1, 4) i;
SELECT public.capabilities_corr(ARRAY[i, i * i]::pg_catalog.float8[], i) FROM generate_series(1, 4) i;
SELECT model, round(capability::numeric, 6) AS capability, rank
FROM public.capabilities_scores((SELECT public.score_matrix('m' || i, 'b' || j, i * j)
                                 FROM generate_series(1, 3) i, generate_series(1, 2) j), '{b1,b2}');
RESET search_path;
DROP SCHEMA hostile CASCADE;

-- Everybody may use it.
SET ROLE regress_safetycorr_user;
SELECT spearman_corr(i, i) FROM generate_series(1, 4) i;
SELECT benchmarks(score_matrix('m', 'b', 1));
RESET ROLE;
DROP ROLE regress_safetycorr_user;

-- What the extension consists of.  From 17 on the array types are members too;
-- everywhere they come and go with their elements.
CREATE TEMP VIEW members AS
SELECT classid, objid FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND
      refobjid = (SELECT oid FROM pg_extension WHERE extname = 'safetycorr') AND
      NOT (classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type WHERE typarray = objid));

-- Everything there is: what users call, with defaults and results ...
\pset format unaligned
\pset tuples_only on
SELECT format(E'%s %s(%s)\n  %s', CASE prokind WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window' ELSE 'function' END,
              proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid))
FROM members JOIN pg_proc p ON objid = p.oid AND classid = 'pg_proc'::regclass
WHERE proname !~ '_(in|out|recv|send|accum|support|inv|combine|final|eq|ne|lt|le|gt|ge|cmp|hash|hash_extended)$'
ORDER BY proname COLLATE "C", pg_get_function_arguments(p.oid) COLLATE "C";

-- ... the rows that they give ...
SELECT format(E'%s\n  %s', t.typname, string_agg(format('%s %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum))
FROM members JOIN pg_type t ON objid = t.oid AND classid = 'pg_type'::regclass JOIN pg_attribute ON attrelid = t.typrelid
GROUP BY t.typname
ORDER BY t.typname COLLATE "C";

-- ... and the rest.
SELECT pg_describe_object(classid, objid, 0)
FROM members LEFT JOIN pg_proc p ON objid = p.oid AND classid = 'pg_proc'::regclass
WHERE proname IS NULL OR proname ~ '_(in|out|recv|send|accum|support|inv|combine|final|eq|ne|lt|le|gt|ge|cmp|hash|hash_extended)$'
ORDER BY pg_describe_object(classid, objid, 0) COLLATE "C";
\pset format aligned
\pset tuples_only off

-- Every one has a comment, and every column.
SELECT format('%s.%s', t.typname, attname) AS without_comment
FROM members JOIN pg_type t ON objid = t.oid AND classid = 'pg_type'::regclass JOIN pg_attribute ON attrelid = t.typrelid
WHERE col_description(attrelid, attnum) IS NULL;

SELECT pg_describe_object(classid, objid, 0) AS without_comment
FROM members WHERE obj_description(objid, classid::regclass::text::name) IS NULL;

-- Every aggregate works in parallel on a state that has a name, has a function
-- that combines states, and does not depend on hidden types.
SELECT aggfnoid::regprocedure
FROM pg_aggregate JOIN pg_proc p ON aggfnoid = p.oid JOIN members ON objid = p.oid AND classid = 'pg_proc'::regclass
WHERE aggcombinefn = 0 OR proparallel <> 's' OR aggtranstype = 'internal'::regtype OR
      aggtranstype = 'float8[]'::regtype;

-- Every function is immutable and safe in parallel, but for those that make views and
-- tables, and what goes into them.
SELECT p.oid::regprocedure, provolatile, proparallel
FROM pg_proc p JOIN members ON objid = p.oid AND classid = 'pg_proc'::regclass
WHERE (provolatile <> 'i' OR proparallel <> 's') AND proname !~ '_(capabilities_views|eval_tables|eval_log)$|^eval_log_(is_known|problem)$';

-- What the tests that follow use: the error that a query raises.
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state text;
    message text;
    detail text;
    hint text;
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
        detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN state || ': ' || left(message, 200) ||
        CASE WHEN detail <> '' THEN E'\n  DETAIL: ' || left(detail, 300) ELSE '' END ||
        CASE WHEN hint <> '' THEN E'\n  HINT: ' || hint ELSE '' END;
END $$;
