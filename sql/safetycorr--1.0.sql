/* safetycorr--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION safetycorr" to load this file. \quit

-- Order: the types; then what SQL calls, as in README: straight over a wide
-- table, over a long table (score_matrix), analyses of a score_matrix.
-- Every function is LANGUAGE C and names nothing at run time, so no setting of
-- search_path changes what it does.

-- ---------------------------------------------------------------------
-- Types
-- ---------------------------------------------------------------------

CREATE TYPE correlation_test AS (
	n int4,
	corr float8,
	ci_low float8,
	ci_high float8,
	p_value float8
);

COMMENT ON TYPE correlation_test IS
'a correlation, the number of models it was taken over, its 95 % interval and the p-value of no association, as of independent models';

COMMENT ON COLUMN correlation_test.n IS 'number of models, those with both values';
COMMENT ON COLUMN correlation_test.corr IS 'correlation, between -1 and 1; NULL where it is undefined';
COMMENT ON COLUMN correlation_test.ci_low IS 'lower end of its 95 % interval';
COMMENT ON COLUMN correlation_test.ci_high IS 'upper end of its 95 % interval';
COMMENT ON COLUMN correlation_test.p_value IS 'p-value of no association at all, two-sided';

CREATE TYPE score_rows;

CREATE FUNCTION score_rows_in(cstring)
RETURNS score_rows
AS 'MODULE_PATHNAME', 'sc_score_rows_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_in(cstring) IS
'text input of score_rows';

CREATE FUNCTION score_rows_out(score_rows)
RETURNS cstring
AS 'MODULE_PATHNAME', 'sc_score_rows_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_out(score_rows) IS
'text output of score_rows';

CREATE FUNCTION score_rows_recv(internal)
RETURNS score_rows
AS 'MODULE_PATHNAME', 'sc_score_rows_recv'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_recv(internal) IS
'binary input of score_rows';

CREATE FUNCTION score_rows_send(score_rows)
RETURNS bytea
AS 'MODULE_PATHNAME', 'sc_score_rows_send'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_send(score_rows) IS
'binary output of score_rows';

CREATE TYPE score_rows (
	INPUT = score_rows_in,
	OUTPUT = score_rows_out,
	RECEIVE = score_rows_recv,
	SEND = score_rows_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);

COMMENT ON TYPE score_rows IS
'state of the aggregates that rank: rows of scores, collected; JSON as text, versioned in binary';

CREATE TYPE score_moments;

CREATE FUNCTION score_moments_in(cstring)
RETURNS score_moments
AS 'MODULE_PATHNAME', 'sc_score_moments_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_in(cstring) IS
'text input of score_moments';

CREATE FUNCTION score_moments_out(score_moments)
RETURNS cstring
AS 'MODULE_PATHNAME', 'sc_score_moments_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_out(score_moments) IS
'text output of score_moments';

CREATE FUNCTION score_moments_recv(internal)
RETURNS score_moments
AS 'MODULE_PATHNAME', 'sc_score_moments_recv'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_recv(internal) IS
'binary input of score_moments';

CREATE FUNCTION score_moments_send(score_moments)
RETURNS bytea
AS 'MODULE_PATHNAME', 'sc_score_moments_send'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_send(score_moments) IS
'binary output of score_moments';

CREATE TYPE score_moments (
	INPUT = score_moments_in,
	OUTPUT = score_moments_out,
	RECEIVE = score_moments_recv,
	SEND = score_moments_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);

COMMENT ON TYPE score_moments IS
'streaming means and co-moments of rows of scores, storable and mergeable; JSON as text, versioned in binary';

CREATE TYPE principal_component;

CREATE FUNCTION principal_component_in(cstring)
RETURNS principal_component
AS 'MODULE_PATHNAME', 'sc_principal_component_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION principal_component_in(cstring) IS
'text input of principal_component';

CREATE FUNCTION principal_component_out(principal_component)
RETURNS cstring
AS 'MODULE_PATHNAME', 'sc_principal_component_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION principal_component_out(principal_component) IS
'text output of principal_component';

CREATE FUNCTION principal_component_recv(internal)
RETURNS principal_component
AS 'MODULE_PATHNAME', 'sc_principal_component_recv'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION principal_component_recv(internal) IS
'binary input of principal_component';

CREATE FUNCTION principal_component_send(principal_component)
RETURNS bytea
AS 'MODULE_PATHNAME', 'sc_principal_component_send'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION principal_component_send(principal_component) IS
'binary output of principal_component';

CREATE TYPE principal_component (
	INPUT = principal_component_in,
	OUTPUT = principal_component_out,
	RECEIVE = principal_component_recv,
	SEND = principal_component_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);

COMMENT ON TYPE principal_component IS
'first principal component of a set of benchmarks: means, standard deviations, weights, eigenvalues; JSON as text, versioned in binary';

CREATE TYPE score_matrix;

CREATE FUNCTION score_matrix_in(cstring)
RETURNS score_matrix
AS 'MODULE_PATHNAME', 'sc_score_matrix_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_matrix_in(cstring) IS
'text input of score_matrix';

CREATE FUNCTION score_matrix_out(score_matrix)
RETURNS cstring
AS 'MODULE_PATHNAME', 'sc_score_matrix_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_matrix_out(score_matrix) IS
'text output of score_matrix';

CREATE FUNCTION score_matrix_recv(internal)
RETURNS score_matrix
AS 'MODULE_PATHNAME', 'sc_score_matrix_recv'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_matrix_recv(internal) IS
'binary input of score_matrix';

CREATE FUNCTION score_matrix_send(score_matrix)
RETURNS bytea
AS 'MODULE_PATHNAME', 'sc_score_matrix_send'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_matrix_send(score_matrix) IS
'binary output of score_matrix';

CREATE TYPE score_matrix (
	INPUT = score_matrix_in,
	OUTPUT = score_matrix_out,
	RECEIVE = score_matrix_recv,
	SEND = score_matrix_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);

COMMENT ON TYPE score_matrix IS
'labelled cells of models and benchmarks, each the count, mean and spread of its scores, storable and mergeable; JSON as text, versioned in binary';

CREATE CAST (principal_component AS jsonb) WITH INOUT;

COMMENT ON CAST (principal_component AS jsonb) IS
'the text form, as jsonb';

CREATE CAST (jsonb AS principal_component) WITH INOUT;

COMMENT ON CAST (jsonb AS principal_component) IS
'from the text form, as jsonb';

CREATE CAST (score_matrix AS jsonb) WITH INOUT;

COMMENT ON CAST (score_matrix AS jsonb) IS
'the text form, as jsonb';

CREATE CAST (jsonb AS score_matrix) WITH INOUT;

COMMENT ON CAST (jsonb AS score_matrix) IS
'from the text form, as jsonb';

-- ---------------------------------------------------------------------
-- Equality: the same stored value, for replication, DISTINCT and the comparison
-- of records.  It is not "the same scores".
-- ---------------------------------------------------------------------

-- score_rows: the same stored value?

CREATE FUNCTION score_rows_eq(a score_rows, b score_rows)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_rows_eq'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_eq(score_rows, score_rows) IS
'the same stored value?';

CREATE FUNCTION score_rows_ne(a score_rows, b score_rows)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_rows_ne'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_ne(score_rows, score_rows) IS
'another stored value?';

CREATE FUNCTION score_rows_lt(a score_rows, b score_rows)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_rows_lt'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_lt(score_rows, score_rows) IS
'before, in an order without meaning';

CREATE FUNCTION score_rows_le(a score_rows, b score_rows)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_rows_le'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_le(score_rows, score_rows) IS
'before or equal, in an order without meaning';

CREATE FUNCTION score_rows_gt(a score_rows, b score_rows)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_rows_gt'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_gt(score_rows, score_rows) IS
'after, in an order without meaning';

CREATE FUNCTION score_rows_ge(a score_rows, b score_rows)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_rows_ge'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_ge(score_rows, score_rows) IS
'after or equal, in an order without meaning';

CREATE FUNCTION score_rows_cmp(a score_rows, b score_rows)
RETURNS int4
AS 'MODULE_PATHNAME', 'sc_score_rows_cmp'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_cmp(score_rows, score_rows) IS
'less than, equal to or greater than 0, in an order without meaning';

CREATE FUNCTION score_rows_hash(value score_rows)
RETURNS int4
AS 'MODULE_PATHNAME', 'sc_score_rows_hash'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_hash(score_rows) IS
'hash of a stored value';

CREATE FUNCTION score_rows_hash_extended(value score_rows, seed int8)
RETURNS int8
AS 'MODULE_PATHNAME', 'sc_score_rows_hash_extended'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_hash_extended(score_rows, int8) IS
'hash of a stored value, with a seed';

CREATE OPERATOR = (
	FUNCTION = score_rows_eq,
	LEFTARG = score_rows,
	RIGHTARG = score_rows,
	COMMUTATOR = =,
	NEGATOR = <>,
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES, MERGES
);

COMMENT ON OPERATOR = (score_rows, score_rows) IS
'the same stored value?';

CREATE OPERATOR <> (
	FUNCTION = score_rows_ne,
	LEFTARG = score_rows,
	RIGHTARG = score_rows,
	COMMUTATOR = <>,
	NEGATOR = =,
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);

COMMENT ON OPERATOR <> (score_rows, score_rows) IS
'another stored value?';

CREATE OPERATOR < (
	FUNCTION = score_rows_lt,
	LEFTARG = score_rows,
	RIGHTARG = score_rows,
	COMMUTATOR = >,
	NEGATOR = >=,
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);

COMMENT ON OPERATOR < (score_rows, score_rows) IS
'before, in an order without meaning';

CREATE OPERATOR <= (
	FUNCTION = score_rows_le,
	LEFTARG = score_rows,
	RIGHTARG = score_rows,
	COMMUTATOR = >=,
	NEGATOR = >,
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);

COMMENT ON OPERATOR <= (score_rows, score_rows) IS
'before or equal, in an order without meaning';

CREATE OPERATOR > (
	FUNCTION = score_rows_gt,
	LEFTARG = score_rows,
	RIGHTARG = score_rows,
	COMMUTATOR = <,
	NEGATOR = <=,
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);

COMMENT ON OPERATOR > (score_rows, score_rows) IS
'after, in an order without meaning';

CREATE OPERATOR >= (
	FUNCTION = score_rows_ge,
	LEFTARG = score_rows,
	RIGHTARG = score_rows,
	COMMUTATOR = <=,
	NEGATOR = <,
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);

COMMENT ON OPERATOR >= (score_rows, score_rows) IS
'after or equal, in an order without meaning';

CREATE OPERATOR CLASS score_rows_ops DEFAULT FOR TYPE score_rows USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 score_rows_cmp(score_rows, score_rows);

COMMENT ON OPERATOR CLASS score_rows_ops USING btree IS
'stored values, in an order without meaning';

COMMENT ON OPERATOR FAMILY score_rows_ops USING btree IS
'stored values, in an order without meaning';

CREATE OPERATOR CLASS score_rows_ops DEFAULT FOR TYPE score_rows USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 score_rows_hash(score_rows),
	FUNCTION 2 score_rows_hash_extended(score_rows, int8);

COMMENT ON OPERATOR CLASS score_rows_ops USING hash IS
'stored values';

COMMENT ON OPERATOR FAMILY score_rows_ops USING hash IS
'stored values';

-- score_moments: the same stored value?

CREATE FUNCTION score_moments_eq(a score_moments, b score_moments)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_moments_eq'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_eq(score_moments, score_moments) IS
'the same stored value?';

CREATE FUNCTION score_moments_ne(a score_moments, b score_moments)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_moments_ne'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_ne(score_moments, score_moments) IS
'another stored value?';

CREATE FUNCTION score_moments_lt(a score_moments, b score_moments)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_moments_lt'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_lt(score_moments, score_moments) IS
'before, in an order without meaning';

CREATE FUNCTION score_moments_le(a score_moments, b score_moments)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_moments_le'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_le(score_moments, score_moments) IS
'before or equal, in an order without meaning';

CREATE FUNCTION score_moments_gt(a score_moments, b score_moments)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_moments_gt'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_gt(score_moments, score_moments) IS
'after, in an order without meaning';

CREATE FUNCTION score_moments_ge(a score_moments, b score_moments)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_moments_ge'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_ge(score_moments, score_moments) IS
'after or equal, in an order without meaning';

CREATE FUNCTION score_moments_cmp(a score_moments, b score_moments)
RETURNS int4
AS 'MODULE_PATHNAME', 'sc_score_moments_cmp'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_cmp(score_moments, score_moments) IS
'less than, equal to or greater than 0, in an order without meaning';

CREATE FUNCTION score_moments_hash(value score_moments)
RETURNS int4
AS 'MODULE_PATHNAME', 'sc_score_moments_hash'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_hash(score_moments) IS
'hash of a stored value';

CREATE FUNCTION score_moments_hash_extended(value score_moments, seed int8)
RETURNS int8
AS 'MODULE_PATHNAME', 'sc_score_moments_hash_extended'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_hash_extended(score_moments, int8) IS
'hash of a stored value, with a seed';

CREATE OPERATOR = (
	FUNCTION = score_moments_eq,
	LEFTARG = score_moments,
	RIGHTARG = score_moments,
	COMMUTATOR = =,
	NEGATOR = <>,
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES, MERGES
);

COMMENT ON OPERATOR = (score_moments, score_moments) IS
'the same stored value?';

CREATE OPERATOR <> (
	FUNCTION = score_moments_ne,
	LEFTARG = score_moments,
	RIGHTARG = score_moments,
	COMMUTATOR = <>,
	NEGATOR = =,
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);

COMMENT ON OPERATOR <> (score_moments, score_moments) IS
'another stored value?';

CREATE OPERATOR < (
	FUNCTION = score_moments_lt,
	LEFTARG = score_moments,
	RIGHTARG = score_moments,
	COMMUTATOR = >,
	NEGATOR = >=,
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);

COMMENT ON OPERATOR < (score_moments, score_moments) IS
'before, in an order without meaning';

CREATE OPERATOR <= (
	FUNCTION = score_moments_le,
	LEFTARG = score_moments,
	RIGHTARG = score_moments,
	COMMUTATOR = >=,
	NEGATOR = >,
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);

COMMENT ON OPERATOR <= (score_moments, score_moments) IS
'before or equal, in an order without meaning';

CREATE OPERATOR > (
	FUNCTION = score_moments_gt,
	LEFTARG = score_moments,
	RIGHTARG = score_moments,
	COMMUTATOR = <,
	NEGATOR = <=,
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);

COMMENT ON OPERATOR > (score_moments, score_moments) IS
'after, in an order without meaning';

CREATE OPERATOR >= (
	FUNCTION = score_moments_ge,
	LEFTARG = score_moments,
	RIGHTARG = score_moments,
	COMMUTATOR = <=,
	NEGATOR = <,
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);

COMMENT ON OPERATOR >= (score_moments, score_moments) IS
'after or equal, in an order without meaning';

CREATE OPERATOR CLASS score_moments_ops DEFAULT FOR TYPE score_moments USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 score_moments_cmp(score_moments, score_moments);

COMMENT ON OPERATOR CLASS score_moments_ops USING btree IS
'stored values, in an order without meaning';

COMMENT ON OPERATOR FAMILY score_moments_ops USING btree IS
'stored values, in an order without meaning';

CREATE OPERATOR CLASS score_moments_ops DEFAULT FOR TYPE score_moments USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 score_moments_hash(score_moments),
	FUNCTION 2 score_moments_hash_extended(score_moments, int8);

COMMENT ON OPERATOR CLASS score_moments_ops USING hash IS
'stored values';

COMMENT ON OPERATOR FAMILY score_moments_ops USING hash IS
'stored values';

-- principal_component: the same stored value?

CREATE FUNCTION principal_component_eq(a principal_component, b principal_component)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_principal_component_eq'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION principal_component_eq(principal_component, principal_component) IS
'the same stored value?';

CREATE FUNCTION principal_component_ne(a principal_component, b principal_component)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_principal_component_ne'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION principal_component_ne(principal_component, principal_component) IS
'another stored value?';

CREATE FUNCTION principal_component_lt(a principal_component, b principal_component)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_principal_component_lt'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION principal_component_lt(principal_component, principal_component) IS
'before, in an order without meaning';

CREATE FUNCTION principal_component_le(a principal_component, b principal_component)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_principal_component_le'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION principal_component_le(principal_component, principal_component) IS
'before or equal, in an order without meaning';

CREATE FUNCTION principal_component_gt(a principal_component, b principal_component)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_principal_component_gt'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION principal_component_gt(principal_component, principal_component) IS
'after, in an order without meaning';

CREATE FUNCTION principal_component_ge(a principal_component, b principal_component)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_principal_component_ge'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION principal_component_ge(principal_component, principal_component) IS
'after or equal, in an order without meaning';

CREATE FUNCTION principal_component_cmp(a principal_component, b principal_component)
RETURNS int4
AS 'MODULE_PATHNAME', 'sc_principal_component_cmp'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION principal_component_cmp(principal_component, principal_component) IS
'less than, equal to or greater than 0, in an order without meaning';

CREATE FUNCTION principal_component_hash(value principal_component)
RETURNS int4
AS 'MODULE_PATHNAME', 'sc_principal_component_hash'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION principal_component_hash(principal_component) IS
'hash of a stored value';

CREATE FUNCTION principal_component_hash_extended(value principal_component, seed int8)
RETURNS int8
AS 'MODULE_PATHNAME', 'sc_principal_component_hash_extended'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION principal_component_hash_extended(principal_component, int8) IS
'hash of a stored value, with a seed';

CREATE OPERATOR = (
	FUNCTION = principal_component_eq,
	LEFTARG = principal_component,
	RIGHTARG = principal_component,
	COMMUTATOR = =,
	NEGATOR = <>,
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES, MERGES
);

COMMENT ON OPERATOR = (principal_component, principal_component) IS
'the same stored value?';

CREATE OPERATOR <> (
	FUNCTION = principal_component_ne,
	LEFTARG = principal_component,
	RIGHTARG = principal_component,
	COMMUTATOR = <>,
	NEGATOR = =,
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);

COMMENT ON OPERATOR <> (principal_component, principal_component) IS
'another stored value?';

CREATE OPERATOR < (
	FUNCTION = principal_component_lt,
	LEFTARG = principal_component,
	RIGHTARG = principal_component,
	COMMUTATOR = >,
	NEGATOR = >=,
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);

COMMENT ON OPERATOR < (principal_component, principal_component) IS
'before, in an order without meaning';

CREATE OPERATOR <= (
	FUNCTION = principal_component_le,
	LEFTARG = principal_component,
	RIGHTARG = principal_component,
	COMMUTATOR = >=,
	NEGATOR = >,
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);

COMMENT ON OPERATOR <= (principal_component, principal_component) IS
'before or equal, in an order without meaning';

CREATE OPERATOR > (
	FUNCTION = principal_component_gt,
	LEFTARG = principal_component,
	RIGHTARG = principal_component,
	COMMUTATOR = <,
	NEGATOR = <=,
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);

COMMENT ON OPERATOR > (principal_component, principal_component) IS
'after, in an order without meaning';

CREATE OPERATOR >= (
	FUNCTION = principal_component_ge,
	LEFTARG = principal_component,
	RIGHTARG = principal_component,
	COMMUTATOR = <=,
	NEGATOR = <,
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);

COMMENT ON OPERATOR >= (principal_component, principal_component) IS
'after or equal, in an order without meaning';

CREATE OPERATOR CLASS principal_component_ops DEFAULT FOR TYPE principal_component USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 principal_component_cmp(principal_component, principal_component);

COMMENT ON OPERATOR CLASS principal_component_ops USING btree IS
'stored values, in an order without meaning';

COMMENT ON OPERATOR FAMILY principal_component_ops USING btree IS
'stored values, in an order without meaning';

CREATE OPERATOR CLASS principal_component_ops DEFAULT FOR TYPE principal_component USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 principal_component_hash(principal_component),
	FUNCTION 2 principal_component_hash_extended(principal_component, int8);

COMMENT ON OPERATOR CLASS principal_component_ops USING hash IS
'stored values';

COMMENT ON OPERATOR FAMILY principal_component_ops USING hash IS
'stored values';

-- score_matrix: the same stored value?

CREATE FUNCTION score_matrix_eq(a score_matrix, b score_matrix)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_matrix_eq'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_matrix_eq(score_matrix, score_matrix) IS
'the same stored value?';

CREATE FUNCTION score_matrix_ne(a score_matrix, b score_matrix)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_matrix_ne'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_matrix_ne(score_matrix, score_matrix) IS
'another stored value?';

CREATE FUNCTION score_matrix_lt(a score_matrix, b score_matrix)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_matrix_lt'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_matrix_lt(score_matrix, score_matrix) IS
'before, in an order without meaning';

CREATE FUNCTION score_matrix_le(a score_matrix, b score_matrix)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_matrix_le'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_matrix_le(score_matrix, score_matrix) IS
'before or equal, in an order without meaning';

CREATE FUNCTION score_matrix_gt(a score_matrix, b score_matrix)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_matrix_gt'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_matrix_gt(score_matrix, score_matrix) IS
'after, in an order without meaning';

CREATE FUNCTION score_matrix_ge(a score_matrix, b score_matrix)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_score_matrix_ge'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_matrix_ge(score_matrix, score_matrix) IS
'after or equal, in an order without meaning';

CREATE FUNCTION score_matrix_cmp(a score_matrix, b score_matrix)
RETURNS int4
AS 'MODULE_PATHNAME', 'sc_score_matrix_cmp'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_matrix_cmp(score_matrix, score_matrix) IS
'less than, equal to or greater than 0, in an order without meaning';

CREATE FUNCTION score_matrix_hash(value score_matrix)
RETURNS int4
AS 'MODULE_PATHNAME', 'sc_score_matrix_hash'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_matrix_hash(score_matrix) IS
'hash of a stored value';

CREATE FUNCTION score_matrix_hash_extended(value score_matrix, seed int8)
RETURNS int8
AS 'MODULE_PATHNAME', 'sc_score_matrix_hash_extended'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_matrix_hash_extended(score_matrix, int8) IS
'hash of a stored value, with a seed';

CREATE OPERATOR = (
	FUNCTION = score_matrix_eq,
	LEFTARG = score_matrix,
	RIGHTARG = score_matrix,
	COMMUTATOR = =,
	NEGATOR = <>,
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES, MERGES
);

COMMENT ON OPERATOR = (score_matrix, score_matrix) IS
'the same stored value?';

CREATE OPERATOR <> (
	FUNCTION = score_matrix_ne,
	LEFTARG = score_matrix,
	RIGHTARG = score_matrix,
	COMMUTATOR = <>,
	NEGATOR = =,
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);

COMMENT ON OPERATOR <> (score_matrix, score_matrix) IS
'another stored value?';

CREATE OPERATOR < (
	FUNCTION = score_matrix_lt,
	LEFTARG = score_matrix,
	RIGHTARG = score_matrix,
	COMMUTATOR = >,
	NEGATOR = >=,
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);

COMMENT ON OPERATOR < (score_matrix, score_matrix) IS
'before, in an order without meaning';

CREATE OPERATOR <= (
	FUNCTION = score_matrix_le,
	LEFTARG = score_matrix,
	RIGHTARG = score_matrix,
	COMMUTATOR = >=,
	NEGATOR = >,
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);

COMMENT ON OPERATOR <= (score_matrix, score_matrix) IS
'before or equal, in an order without meaning';

CREATE OPERATOR > (
	FUNCTION = score_matrix_gt,
	LEFTARG = score_matrix,
	RIGHTARG = score_matrix,
	COMMUTATOR = <,
	NEGATOR = <=,
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);

COMMENT ON OPERATOR > (score_matrix, score_matrix) IS
'after, in an order without meaning';

CREATE OPERATOR >= (
	FUNCTION = score_matrix_ge,
	LEFTARG = score_matrix,
	RIGHTARG = score_matrix,
	COMMUTATOR = <=,
	NEGATOR = <,
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);

COMMENT ON OPERATOR >= (score_matrix, score_matrix) IS
'after or equal, in an order without meaning';

CREATE OPERATOR CLASS score_matrix_ops DEFAULT FOR TYPE score_matrix USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 score_matrix_cmp(score_matrix, score_matrix);

COMMENT ON OPERATOR CLASS score_matrix_ops USING btree IS
'stored values, in an order without meaning';

COMMENT ON OPERATOR FAMILY score_matrix_ops USING btree IS
'stored values, in an order without meaning';

CREATE OPERATOR CLASS score_matrix_ops DEFAULT FOR TYPE score_matrix USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 score_matrix_hash(score_matrix),
	FUNCTION 2 score_matrix_hash_extended(score_matrix, int8);

COMMENT ON OPERATOR CLASS score_matrix_ops USING hash IS
'stored values';

COMMENT ON OPERATOR FAMILY score_matrix_ops USING hash IS
'stored values';

-- ---------------------------------------------------------------------
-- Straight over a wide table: one row per model
-- ---------------------------------------------------------------------

CREATE FUNCTION score_rows_accum(state score_rows, capabilities float8[], safety float8)
RETURNS score_rows
AS 'MODULE_PATHNAME', 'sc_score_rows_accum_one'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_accum(score_rows, float8[], float8) IS
'transition function: adds a row';

CREATE FUNCTION score_rows_inv(state score_rows, capabilities float8[], safety float8)
RETURNS score_rows
AS 'MODULE_PATHNAME', 'sc_score_rows_inv_one'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_inv(score_rows, float8[], float8) IS
'inverse transition function: removes the oldest row';

CREATE FUNCTION score_rows_accum(state score_rows, capabilities float8[], safety float8[])
RETURNS score_rows
AS 'MODULE_PATHNAME', 'sc_score_rows_accum_many'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_accum(score_rows, float8[], float8[]) IS
'transition function: adds a row';

CREATE FUNCTION score_rows_inv(state score_rows, capabilities float8[], safety float8[])
RETURNS score_rows
AS 'MODULE_PATHNAME', 'sc_score_rows_inv_many'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_inv(score_rows, float8[], float8[]) IS
'inverse transition function: removes the oldest row';

CREATE FUNCTION score_rows_accum(state score_rows, y float8, x float8)
RETURNS score_rows
AS 'MODULE_PATHNAME', 'sc_score_rows_accum_pair'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_accum(score_rows, float8, float8) IS
'transition function: adds a row';

CREATE FUNCTION score_rows_inv(state score_rows, y float8, x float8)
RETURNS score_rows
AS 'MODULE_PATHNAME', 'sc_score_rows_inv_pair'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_inv(score_rows, float8, float8) IS
'inverse transition function: removes the oldest row';

CREATE FUNCTION score_rows_combine(a score_rows, b score_rows)
RETURNS score_rows
AS 'MODULE_PATHNAME', 'sc_score_rows_combine'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION score_rows_combine(score_rows, score_rows) IS
'rows of both states';

CREATE FUNCTION capabilities_corr_final(state score_rows)
RETURNS float8
AS 'MODULE_PATHNAME', 'sc_capabilities_corr_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION capabilities_corr_final(score_rows) IS
'final function: the capabilities correlation of the one safety column';

CREATE AGGREGATE capabilities_corr(capabilities float8[], safety float8) (
	SFUNC = score_rows_accum,
	STYPE = score_rows,
	SSPACE = 1024,
	FINALFUNC = capabilities_corr_final,
	COMBINEFUNC = score_rows_combine,
	MSFUNC = score_rows_accum,
	MINVFUNC = score_rows_inv,
	MSTYPE = score_rows,
	MSSPACE = 1024,
	MFINALFUNC = capabilities_corr_final,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE capabilities_corr(float8[], float8) IS
'capabilities correlation of a safety benchmark: Spearman, with the first component of the capability benchmarks; a row is a model';

CREATE FUNCTION capabilities_corr_array_final(state score_rows)
RETURNS float8[]
AS 'MODULE_PATHNAME', 'sc_capabilities_corr_array_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION capabilities_corr_array_final(score_rows) IS
'final function: the capabilities correlation of each safety column';

CREATE AGGREGATE capabilities_corr(capabilities float8[], safety float8[]) (
	SFUNC = score_rows_accum,
	STYPE = score_rows,
	SSPACE = 1024,
	FINALFUNC = capabilities_corr_array_final,
	COMBINEFUNC = score_rows_combine,
	MSFUNC = score_rows_accum,
	MINVFUNC = score_rows_inv,
	MSTYPE = score_rows,
	MSSPACE = 1024,
	MFINALFUNC = capabilities_corr_array_final,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE capabilities_corr(float8[], float8[]) IS
'capabilities correlation of each safety benchmark, in the order of the array; a row is a model';

CREATE FUNCTION capabilities_test_final(state score_rows)
RETURNS correlation_test
AS 'MODULE_PATHNAME', 'sc_capabilities_test_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION capabilities_test_final(score_rows) IS
'final function: the capabilities correlation with n, interval and p-value';

CREATE AGGREGATE capabilities_test(capabilities float8[], safety float8) (
	SFUNC = score_rows_accum,
	STYPE = score_rows,
	SSPACE = 1024,
	FINALFUNC = capabilities_test_final,
	COMBINEFUNC = score_rows_combine,
	MSFUNC = score_rows_accum,
	MINVFUNC = score_rows_inv,
	MSTYPE = score_rows,
	MSSPACE = 1024,
	MFINALFUNC = capabilities_test_final,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE capabilities_test(float8[], float8) IS
'capabilities correlation of a safety benchmark with n, 95 % interval and p-value; a row is a model, independent of the others';

CREATE FUNCTION capabilities_score(capabilities float8[])
RETURNS float8
AS 'MODULE_PATHNAME', 'sc_capabilities_score'
LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE COST 100;

COMMENT ON FUNCTION capabilities_score(float8[]) IS
'capabilities score of each row among the rows of its partition (a window function over a wide table; for a score_matrix see capabilities_scores, for a stored component component_score)';

CREATE FUNCTION score_moments_accum(state score_moments, scores float8[])
RETURNS score_moments
AS 'MODULE_PATHNAME', 'sc_score_moments_accum'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_accum(score_moments, float8[]) IS
'transition function: adds a row';

CREATE FUNCTION score_moments_combine(a score_moments, b score_moments)
RETURNS score_moments
AS 'MODULE_PATHNAME', 'sc_score_moments_combine'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION score_moments_combine(score_moments, score_moments) IS
'moments of the rows of both states';

CREATE AGGREGATE score_moments(scores float8[]) (
	SFUNC = score_moments_accum,
	STYPE = score_moments,
	SSPACE = 1024,
	COMBINEFUNC = score_moments_combine,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE score_moments(float8[]) IS
'means and co-moments of complete rows of scores, to store, to merge with rollup and to read with first_component';

CREATE AGGREGATE rollup(score_moments) (
	SFUNC = score_moments_combine,
	STYPE = score_moments,
	SSPACE = 1024,
	COMBINEFUNC = score_moments_combine,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE rollup(score_moments) IS
'merges moments of disjoint sets of rows';

CREATE FUNCTION first_component(moments score_moments)
RETURNS principal_component
AS 'MODULE_PATHNAME', 'sc_first_component'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION first_component(score_moments) IS
'first principal component (Pearson) of the rows that the moments summarise; NULL where it is undefined';

CREATE AGGREGATE first_component(scores float8[]) (
	SFUNC = score_moments_accum,
	STYPE = score_moments,
	SSPACE = 1024,
	FINALFUNC = first_component,
	COMBINEFUNC = score_moments_combine,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE first_component(float8[]) IS
'first principal component (Pearson: ranks cannot stream) of complete rows of scores, any number of rows; NULL where it is undefined';

CREATE FUNCTION component_score(component principal_component, scores float8[])
RETURNS float8
AS 'MODULE_PATHNAME', 'sc_principal_component_score'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION component_score(principal_component, float8[]) IS
'score of one row, seen or new, on a stored component, scores in the order of its benchmarks; NULL if a score is missing (for a score_matrix see capabilities_scores, over a partition capabilities_score)';

CREATE FUNCTION congruence(a principal_component, b principal_component)
RETURNS float8
AS 'MODULE_PATHNAME', 'sc_congruence_of_components'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION congruence(principal_component, principal_component) IS
'Tucker''s congruence of two components over the benchmarks that both have, by name (by place where neither has names); NULL for fewer than two. It says little: loadings that have nothing to do with each other give .97';

CREATE FUNCTION n_rows(moments score_moments)
RETURNS int8
AS 'MODULE_PATHNAME', 'sc_score_moments_n_rows'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION n_rows(score_moments) IS
'number of complete rows summarised';

CREATE FUNCTION n_rows(component principal_component)
RETURNS int8
AS 'MODULE_PATHNAME', 'sc_principal_component_n_rows'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION n_rows(principal_component) IS
'number of complete rows or models the component was fitted on';

CREATE FUNCTION benchmarks(component principal_component)
RETURNS text[]
AS 'MODULE_PATHNAME', 'sc_principal_component_benchmarks'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION benchmarks(principal_component) IS
'names of the benchmarks, NULL for a component made from arrays';

CREATE FUNCTION means(component principal_component)
RETURNS float8[]
AS 'MODULE_PATHNAME', 'sc_principal_component_means'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION means(principal_component) IS
'mean of each benchmark, as stored';

CREATE FUNCTION sds(component principal_component)
RETURNS float8[]
AS 'MODULE_PATHNAME', 'sc_principal_component_sds'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION sds(principal_component) IS
'standard deviation (ddof = 0) of each benchmark';

CREATE FUNCTION weights(component principal_component)
RETURNS float8[]
AS 'MODULE_PATHNAME', 'sc_principal_component_weights'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION weights(principal_component) IS
'weight of each benchmark: the unit eigenvector, for scores of which higher is better';

CREATE FUNCTION loadings(component principal_component)
RETURNS float8[]
AS 'MODULE_PATHNAME', 'sc_principal_component_loadings'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION loadings(principal_component) IS
'loading of each benchmark: its weight times the root of the eigenvalue, the correlation with the component';

CREATE FUNCTION negated(component principal_component)
RETURNS bool[]
AS 'MODULE_PATHNAME', 'sc_principal_component_negated'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION negated(principal_component) IS
'per benchmark: lower is better, so that its score is negated';

CREATE FUNCTION eigenvalues(component principal_component)
RETURNS float8[]
AS 'MODULE_PATHNAME', 'sc_principal_component_eigenvalues'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION eigenvalues(principal_component) IS
'eigenvalues of the correlation matrix, descending';

CREATE FUNCTION explained(component principal_component)
RETURNS float8
AS 'MODULE_PATHNAME', 'sc_principal_component_explained'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION explained(principal_component) IS
'share of the first eigenvalue in the sum of all';

CREATE FUNCTION matrix_kind(component principal_component)
RETURNS text
AS 'MODULE_PATHNAME', 'sc_principal_component_matrix_kind'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION matrix_kind(principal_component) IS
'spearman or pearson: the correlation matrix whose top eigenvector was taken';

CREATE FUNCTION spearman_corr_final(state score_rows)
RETURNS float8
AS 'MODULE_PATHNAME', 'sc_spearman_corr_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION spearman_corr_final(score_rows) IS
'final function: Spearman correlation of the two columns';

CREATE AGGREGATE spearman_corr(y float8, x float8) (
	SFUNC = score_rows_accum,
	STYPE = score_rows,
	SSPACE = 1024,
	FINALFUNC = spearman_corr_final,
	COMBINEFUNC = score_rows_combine,
	MSFUNC = score_rows_accum,
	MINVFUNC = score_rows_inv,
	MSTYPE = score_rows,
	MSSPACE = 1024,
	MFINALFUNC = spearman_corr_final,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE spearman_corr(float8, float8) IS
'Spearman rank correlation, mid-ranks for ties; NULL for fewer than 3 pairs or a constant';

CREATE FUNCTION kendall_corr_final(state score_rows)
RETURNS float8
AS 'MODULE_PATHNAME', 'sc_kendall_corr_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION kendall_corr_final(score_rows) IS
'final function: Kendall tau-b of the two columns';

CREATE AGGREGATE kendall_corr(y float8, x float8) (
	SFUNC = score_rows_accum,
	STYPE = score_rows,
	SSPACE = 1024,
	FINALFUNC = kendall_corr_final,
	COMBINEFUNC = score_rows_combine,
	MSFUNC = score_rows_accum,
	MINVFUNC = score_rows_inv,
	MSTYPE = score_rows,
	MSSPACE = 1024,
	MFINALFUNC = kendall_corr_final,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE kendall_corr(float8, float8) IS
'Kendall rank correlation tau-b; NULL for fewer than 3 pairs or a constant';

CREATE FUNCTION spearman_test_final(state score_rows)
RETURNS correlation_test
AS 'MODULE_PATHNAME', 'sc_spearman_test_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION spearman_test_final(score_rows) IS
'final function: the Spearman correlation of the two columns with n, interval and p-value';

CREATE AGGREGATE spearman_test(y float8, x float8) (
	SFUNC = score_rows_accum,
	STYPE = score_rows,
	SSPACE = 1024,
	FINALFUNC = spearman_test_final,
	COMBINEFUNC = score_rows_combine,
	MSFUNC = score_rows_accum,
	MINVFUNC = score_rows_inv,
	MSTYPE = score_rows,
	MSSPACE = 1024,
	MFINALFUNC = spearman_test_final,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE spearman_test(float8, float8) IS
'Spearman rank correlation, mid-ranks for ties, with n, 95 % interval and p-value; n alone for fewer than 3 pairs or a constant';

CREATE FUNCTION pearson_test_final(state score_rows)
RETURNS correlation_test
AS 'MODULE_PATHNAME', 'sc_pearson_test_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION pearson_test_final(score_rows) IS
'final function: the Pearson correlation of the two columns with n, interval and p-value';

CREATE AGGREGATE pearson_test(y float8, x float8) (
	SFUNC = score_rows_accum,
	STYPE = score_rows,
	SSPACE = 1024,
	FINALFUNC = pearson_test_final,
	COMBINEFUNC = score_rows_combine,
	MSFUNC = score_rows_accum,
	MINVFUNC = score_rows_inv,
	MSTYPE = score_rows,
	MSSPACE = 1024,
	MFINALFUNC = pearson_test_final,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE pearson_test(float8, float8) IS
'Pearson correlation with n, 95 % interval and p-value; n alone for fewer than 3 pairs or a constant';

CREATE FUNCTION kendall_test_final(state score_rows)
RETURNS correlation_test
AS 'MODULE_PATHNAME', 'sc_kendall_test_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION kendall_test_final(score_rows) IS
'final function: the Kendall correlation of the two columns with n, interval and p-value';

CREATE AGGREGATE kendall_test(y float8, x float8) (
	SFUNC = score_rows_accum,
	STYPE = score_rows,
	SSPACE = 1024,
	FINALFUNC = kendall_test_final,
	COMBINEFUNC = score_rows_combine,
	MSFUNC = score_rows_accum,
	MINVFUNC = score_rows_inv,
	MSTYPE = score_rows,
	MSSPACE = 1024,
	MFINALFUNC = kendall_test_final,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE kendall_test(float8, float8) IS
'Kendall rank correlation tau-b with n, 95 % interval and p-value; n alone for fewer than 3 pairs or a constant';

-- ---------------------------------------------------------------------
-- Over a long table: one row per score
-- ---------------------------------------------------------------------

CREATE FUNCTION score_matrix_accum_support(internal)
RETURNS internal
AS 'MODULE_PATHNAME', 'sc_modify_in_place'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION score_matrix_accum_support(internal) IS
'support function: from PostgreSQL 18 on m := score_matrix_accum(m, ...) in PL/pgSQL changes m in place';

CREATE FUNCTION score_matrix_accum(state score_matrix, model text, benchmark text, score float8)
RETURNS score_matrix
AS 'MODULE_PATHNAME', 'sc_score_matrix_accum_text'
LANGUAGE C IMMUTABLE PARALLEL SAFE SUPPORT score_matrix_accum_support;

COMMENT ON FUNCTION score_matrix_accum(score_matrix, text, text, float8) IS
'transition function: adds a score';

CREATE FUNCTION score_matrix_accum(state score_matrix, model bigint, benchmark bigint, score float8)
RETURNS score_matrix
AS 'MODULE_PATHNAME', 'sc_score_matrix_accum_bigint'
LANGUAGE C IMMUTABLE PARALLEL SAFE SUPPORT score_matrix_accum_support;

COMMENT ON FUNCTION score_matrix_accum(score_matrix, bigint, bigint, float8) IS
'transition function: adds a score, labels in decimal';

CREATE FUNCTION score_matrix_accum(state score_matrix, model text, benchmark text, score float8,
	n bigint, stderr float8)
RETURNS score_matrix
AS 'MODULE_PATHNAME', 'sc_score_matrix_accum_mean'
LANGUAGE C IMMUTABLE PARALLEL SAFE SUPPORT score_matrix_accum_support;

COMMENT ON FUNCTION score_matrix_accum(score_matrix, text, text, float8, bigint, float8) IS
'transition function: adds the mean of n scores';

CREATE FUNCTION score_matrix_accum(state score_matrix, model text, scores jsonb)
RETURNS score_matrix
AS 'MODULE_PATHNAME', 'sc_score_matrix_accum_jsonb'
LANGUAGE C IMMUTABLE PARALLEL SAFE SUPPORT score_matrix_accum_support;

COMMENT ON FUNCTION score_matrix_accum(score_matrix, text, jsonb) IS
'transition function: adds the scores of one object';

CREATE FUNCTION merge(a score_matrix, b score_matrix)
RETURNS score_matrix
AS 'MODULE_PATHNAME', 'sc_score_matrix_merge'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

COMMENT ON FUNCTION merge(score_matrix, score_matrix) IS
'cells of both matrices, scores of a common cell pooled; NULL is an empty matrix';

CREATE AGGREGATE score_matrix(model text, benchmark text, score float8) (
	SFUNC = score_matrix_accum,
	STYPE = score_matrix,
	SSPACE = 4096,
	COMBINEFUNC = merge,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE score_matrix(text, text, float8) IS
'matrix of the scores of a long table; several scores of one cell are averaged';

CREATE AGGREGATE score_matrix(model bigint, benchmark bigint, score float8) (
	SFUNC = score_matrix_accum,
	STYPE = score_matrix,
	SSPACE = 4096,
	COMBINEFUNC = merge,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE score_matrix(bigint, bigint, float8) IS
'matrix of the scores of a long table keyed by ids, labels in decimal';

CREATE AGGREGATE score_matrix(model text, benchmark text, score float8, n bigint, stderr float8) (
	SFUNC = score_matrix_accum,
	STYPE = score_matrix,
	SSPACE = 4096,
	COMBINEFUNC = merge,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE score_matrix(text, text, float8, bigint, float8) IS
'matrix of a long table whose scores are means of n items, with the standard error of the mean or NULL; several of a cell are pooled as their items would be';

CREATE AGGREGATE score_matrix(model text, scores jsonb) (
	SFUNC = score_matrix_accum,
	STYPE = score_matrix,
	SSPACE = 4096,
	COMBINEFUNC = merge,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE score_matrix(text, jsonb) IS
'matrix of the scores of wide rows: each key of the object is a benchmark';

CREATE AGGREGATE rollup(score_matrix) (
	SFUNC = merge,
	STYPE = score_matrix,
	SSPACE = 4096,
	COMBINEFUNC = merge,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE rollup(score_matrix) IS
'merges matrices of disjoint sets of scores: partitions, shards, days';

CREATE FUNCTION annotate(m score_matrix,
	capabilities text[] DEFAULT NULL, lower_is_better text[] DEFAULT NULL,
	covariates text[] DEFAULT NULL, targets text[] DEFAULT NULL,
	higher_is_better text[] DEFAULT NULL, families jsonb DEFAULT NULL,
	overlaps jsonb DEFAULT NULL, missing_ok bool DEFAULT false)
RETURNS score_matrix
AS 'MODULE_PATHNAME', 'sc_score_matrix_annotate'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;

COMMENT ON FUNCTION annotate(score_matrix, text[], text[], text[], text[], text[], jsonb, jsonb, bool) IS
'the matrix with roles, direction and overlaps of its benchmarks and families of its models marked; a list that is given replaces its marks';

CREATE TYPE roles_row AS (
	benchmark text,
	role text,
	direction text,
	overlaps_with text,
	n_scores int4,
	declared_only bool
);

COMMENT ON TYPE roles_row IS
'a row of roles()';

COMMENT ON COLUMN roles_row.benchmark IS 'name of the benchmark';
COMMENT ON COLUMN roles_row.role IS 'capability, covariate or target: what it is marked as; NULL if as nothing; conflict if as several';
COMMENT ON COLUMN roles_row.direction IS 'higher or lower is better; NULL if it is not marked; conflict if both are';
COMMENT ON COLUMN roles_row.overlaps_with IS 'names of the capability benchmarks that share items with it, separated by commas; NULL for none';
COMMENT ON COLUMN roles_row.n_scores IS 'number of models that have a score on it';
COMMENT ON COLUMN roles_row.declared_only IS 'whether it has marks and no score';

CREATE FUNCTION roles(m score_matrix)
RETURNS SETOF roles_row
AS 'MODULE_PATHNAME', 'sc_score_matrix_roles'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 100;

COMMENT ON FUNCTION roles(score_matrix) IS
'benchmarks in C order with their marks: role, direction, overlaps';

CREATE TYPE families_row AS (
	model text,
	family text,
	conflict bool,
	n_scores int4,
	declared_only bool
);

COMMENT ON TYPE families_row IS
'a row of families()';

COMMENT ON COLUMN families_row.model IS 'name of the model';
COMMENT ON COLUMN families_row.family IS 'its family; NULL if it has none, or several';
COMMENT ON COLUMN families_row.conflict IS 'whether matrices that were merged gave it different families';
COMMENT ON COLUMN families_row.n_scores IS 'number of benchmarks that it has a score on';
COMMENT ON COLUMN families_row.declared_only IS 'whether it has a family and no score';

CREATE FUNCTION families(m score_matrix)
RETURNS SETOF families_row
AS 'MODULE_PATHNAME', 'sc_score_matrix_families'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 100;

COMMENT ON FUNCTION families(score_matrix) IS
'models with their families: those with scores in C order, then those that are only declared';

CREATE FUNCTION models(m score_matrix)
RETURNS text[]
AS 'MODULE_PATHNAME', 'sc_score_matrix_models'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION models(score_matrix) IS
'names of the models, in C order';

CREATE FUNCTION benchmarks(m score_matrix)
RETURNS text[]
AS 'MODULE_PATHNAME', 'sc_score_matrix_benchmarks'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION benchmarks(score_matrix) IS
'names of the benchmarks, in C order';

CREATE TYPE cells_row AS (
	model text,
	benchmark text,
	score float8,
	n int8,
	stderr float8
);

COMMENT ON TYPE cells_row IS
'a row of cells()';

COMMENT ON COLUMN cells_row.model IS 'name of the model';
COMMENT ON COLUMN cells_row.benchmark IS 'name of the benchmark';
COMMENT ON COLUMN cells_row.score IS 'mean of the scores of the cell';
COMMENT ON COLUMN cells_row.n IS 'number of scores of the cell';
COMMENT ON COLUMN cells_row.stderr IS 'standard error of the mean; NULL for a single score, and where it is not known';

CREATE FUNCTION cells(m score_matrix)
RETURNS SETOF cells_row
AS 'MODULE_PATHNAME', 'sc_score_matrix_cells'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 1000;

COMMENT ON FUNCTION cells(score_matrix) IS
'observed cells in C order: mean score, number of scores, standard error of the mean (NULL for a single score)';

CREATE FUNCTION subset(m score_matrix, models text[] DEFAULT NULL, benchmarks text[] DEFAULT NULL)
RETURNS score_matrix
AS 'MODULE_PATHNAME', 'sc_score_matrix_subset'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;

COMMENT ON FUNCTION subset(score_matrix, text[], text[]) IS
'the cells of the named models and benchmarks, NULL for all; names that are not in the matrix are ignored';

CREATE TYPE eval_scores_row AS (
	model text,
	setting text,
	benchmark text,
	variant text,
	metric text,
	filter text,
	score float8,
	stderr float8,
	n int8,
	n_total int8,
	lower_is_better bool,
	parent text,
	is_group bool,
	item text,
	run_id text,
	run_at timestamptz,
	source text
);

COMMENT ON TYPE eval_scores_row IS
'a row of eval_scores()';

COMMENT ON COLUMN eval_scores_row.model IS 'name of the model, as the log has it, without slashes at its end; a cached one as ORG/NAME';
COMMENT ON COLUMN eval_scores_row.setting IS 'what the model ran with, as key=value, key=value: revision, adapter, quantization, chat template, system prompt, reasoning; NULL for nothing of it';
COMMENT ON COLUMN eval_scores_row.benchmark IS 'name of the benchmark, task or group of tasks';
COMMENT ON COLUMN eval_scores_row.variant IS 'how the task was asked, as key=value, key=value: shots, version, arguments; NULL for nothing of it';
COMMENT ON COLUMN eval_scores_row.metric IS 'name of the metric';
COMMENT ON COLUMN eval_scores_row.filter IS 'which of several values of the metric it is: a filter of answers, a scorer, a detector; NULL if there is only one';
COMMENT ON COLUMN eval_scores_row.score IS 'value of the metric';
COMMENT ON COLUMN eval_scores_row.stderr IS 'its standard error; NULL also where the log has 0 and the score is between 0 and 1';
COMMENT ON COLUMN eval_scores_row.n IS 'number of items or samples that the score is the mean of';
COMMENT ON COLUMN eval_scores_row.n_total IS 'number that n would be if the run had not been limited';
COMMENT ON COLUMN eval_scores_row.lower_is_better IS 'whether a lower score is better';
COMMENT ON COLUMN eval_scores_row.parent IS 'the group of which the benchmark is a member';
COMMENT ON COLUMN eval_scores_row.is_group IS 'whether the benchmark is a group of others, of which this is the mean';
COMMENT ON COLUMN eval_scores_row.item IS 'which item this is the score of; NULL of a result, which is that of all items';
COMMENT ON COLUMN eval_scores_row.run_id IS 'which run of the harness this is of';
COMMENT ON COLUMN eval_scores_row.run_at IS 'when the evaluation ran';
COMMENT ON COLUMN eval_scores_row.source IS 'which harness or format the log is of';

CREATE FUNCTION eval_scores(log jsonb)
RETURNS SETOF eval_scores_row
AS 'MODULE_PATHNAME', 'sc_eval_scores'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 20;

COMMENT ON FUNCTION eval_scores(jsonb) IS
'scores of one document of an evaluation harness, a row for each benchmark and metric; NULL for what it does not say';

CREATE FUNCTION eval_scores(log text)
RETURNS SETOF eval_scores_row
AS 'MODULE_PATHNAME', 'sc_eval_scores_text'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 20;

COMMENT ON FUNCTION eval_scores(text) IS
'the same of the text of a whole file, JSON, JSON Lines or CSV, with what jsonb refuses: NaN, Infinity, the escape of U+0000';

CREATE FUNCTION eval_log_problem(log text)
RETURNS text
AS 'MODULE_PATHNAME', 'sc_eval_log_problem'
LANGUAGE C IMMUTABLE STRICT PARALLEL UNSAFE COST 1000;

COMMENT ON FUNCTION eval_log_problem(text) IS
'why eval_scores() finds no scores in the text of a file; NULL if it does';

CREATE FUNCTION eval_log_text(content bytea)
RETURNS text
AS 'MODULE_PATHNAME', 'sc_eval_log_text'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;

COMMENT ON FUNCTION eval_log_text(bytea) IS
'the bytes of a file as text: UTF-8 without its byte order mark; what is none, and zero bytes, as U+FFFD';

-- ---------------------------------------------------------------------
-- Analyses of a score_matrix
-- ---------------------------------------------------------------------

CREATE FUNCTION capabilities_corr(m score_matrix, benchmark text, capabilities text[] DEFAULT NULL)
RETURNS float8
AS 'MODULE_PATHNAME', 'sc_score_matrix_capabilities_corr'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION capabilities_corr(score_matrix, text, text[]) IS
'capabilities correlation (Spearman) of one benchmark; NULL also where a named benchmark is not in the matrix';

CREATE FUNCTION capabilities_test(m score_matrix, benchmark text, capabilities text[] DEFAULT NULL)
RETURNS correlation_test
AS 'MODULE_PATHNAME', 'sc_score_matrix_capabilities_test'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;

COMMENT ON FUNCTION capabilities_test(score_matrix, text, text[]) IS
'capabilities correlation (Spearman) of one benchmark with n, 95 % interval and p-value, as of independent models; n = 0 where a named benchmark is not in the matrix';

CREATE TYPE capabilities_report_row AS (
	benchmark text,
	n int4,
	corr numeric,
	interval text,
	verdict text,
	corr_controlled numeric,
	interval_controlled text,
	note text,
	not_checked text
);

COMMENT ON TYPE capabilities_report_row IS
'a row of capabilities_report()';

COMMENT ON COLUMN capabilities_report_row.benchmark IS 'name of the benchmark';
COMMENT ON COLUMN capabilities_report_row.n IS 'number of models behind the numbers of this row';
COMMENT ON COLUMN capabilities_report_row.corr IS 'correlation with the capabilities score, to two digits; 1.00 and -1.00 only where it is exactly so; NULL where it is undefined, see note';
COMMENT ON COLUMN capabilities_report_row.interval IS 'interval of corr in words, 0.84 to 0.99; NULL where there is none, see note';
COMMENT ON COLUMN capabilities_report_row.verdict IS 'what the interval says, before it was rounded: entangled, inverse, low, positive, negative or unresolved; NULL where there is none, see note';
COMMENT ON COLUMN capabilities_report_row.corr_controlled IS 'corr given the controls, over the models that also have these; NULL without controls, and where it is undefined, see note';
COMMENT ON COLUMN capabilities_report_row.interval_controlled IS 'interval of corr_controlled in words; NULL where there is none, see note';
COMMENT ON COLUMN capabilities_report_row.note IS 'what is wrong with this row, in words, at most three things, the most important first; NULL only if everything could be checked and nothing was found';
COMMENT ON COLUMN capabilities_report_row.not_checked IS 'what could not be checked: component, direction, families, standard errors, overlap, leaving out, controls, later components, or everything; NULL: nothing is missing';

CREATE FUNCTION capabilities_report(m score_matrix,
	capabilities text[] DEFAULT NULL, targets text[] DEFAULT NULL,
	method text DEFAULT 'spearman', pca text DEFAULT 'spearman',
	missing text DEFAULT 'complete', min_scores int4 DEFAULT NULL,
	confidence float8 DEFAULT 0.95, families jsonb DEFAULT NULL,
	threshold float8 DEFAULT NULL, controlling text[] DEFAULT '{}')
RETURNS SETOF capabilities_report_row
AS 'MODULE_PATHNAME', 'sc_capabilities_report'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 100;

COMMENT ON FUNCTION capabilities_report(score_matrix, text[], text[], text, text, text, int4, float8, jsonb, float8, text[]) IS
'every target against the capabilities score in one row for people: rounded correlation, interval, verdict, and in words what is wrong with it and what could not be checked; what is sure and strong comes first';

CREATE TYPE capabilities_correlations_row AS (
	benchmark text,
	role text,
	direction text,
	n int4,
	n_dropped int4,
	n_imputed int4,
	n_families int4,
	n_without_family int4,
	n_capabilities int4,
	n_resamples int4,
	score_reliability float8,
	corr float8,
	ci_low float8,
	ci_high float8,
	p_value float8,
	q_value float8,
	slope float8,
	benchmark_sd float8,
	reliability float8,
	corr_disattenuated float8,
	corr_uncontrolled float8,
	vif float8,
	verdict text,
	q_verdict float8,
	status text
);

COMMENT ON TYPE capabilities_correlations_row IS
'a row of capabilities_correlations()';

COMMENT ON COLUMN capabilities_correlations_row.benchmark IS 'name of the benchmark';
COMMENT ON COLUMN capabilities_correlations_row.role IS 'target: a benchmark that is judged; capability, covariate: what it is marked as';
COMMENT ON COLUMN capabilities_correlations_row.direction IS 'which is better, as marked: higher or lower; where it is lower, scores were negated before they were correlated, so that higher means better or safer; NULL: nobody has said, and higher is taken as better';
COMMENT ON COLUMN capabilities_correlations_row.n IS 'number of models behind the numbers of this row';
COMMENT ON COLUMN capabilities_correlations_row.n_dropped IS 'models with a score on this benchmark that were left out because they lack one on a capability benchmark or a control';
COMMENT ON COLUMN capabilities_correlations_row.n_imputed IS 'how many of the n models lack some capability scores, which have been imputed';
COMMENT ON COLUMN capabilities_correlations_row.n_families IS 'number of families of models in the jackknife; NULL without families';
COMMENT ON COLUMN capabilities_correlations_row.n_without_family IS 'how many of the n models have no family that is known, and count as one each; NULL without families';
COMMENT ON COLUMN capabilities_correlations_row.n_capabilities IS 'number of capability benchmarks of the component of this row';
COMMENT ON COLUMN capabilities_correlations_row.n_resamples IS 'number of resamples behind the interval; NULL where it was not made by resampling';
COMMENT ON COLUMN capabilities_correlations_row.score_reliability IS 'reliability of the capabilities score as a measure of one thing, by its eigenvalue (Armor''s theta), with imputed scores by that of the others; NULL with one capability benchmark, and of a later component';
COMMENT ON COLUMN capabilities_correlations_row.corr IS 'correlation, between -1 and 1, given the controls if there are any; NULL where it is undefined, see status';
COMMENT ON COLUMN capabilities_correlations_row.ci_low IS 'lower end of the interval of corr';
COMMENT ON COLUMN capabilities_correlations_row.ci_high IS 'upper end of the interval of corr';
COMMENT ON COLUMN capabilities_correlations_row.p_value IS 'p-value of no association at all, two-sided; it is no test of the verdict''s threshold';
COMMENT ON COLUMN capabilities_correlations_row.q_value IS 'p-value adjusted for the number of rows whose role is target (Benjamini and Hochberg)';
COMMENT ON COLUMN capabilities_correlations_row.slope IS 'rise of the score, higher meaning better, per standard deviation of the capabilities score (Theil and Sen; least squares with pearson); NULL with controls';
COMMENT ON COLUMN capabilities_correlations_row.benchmark_sd IS 'standard deviation of the benchmark''s scores over these models';
COMMENT ON COLUMN capabilities_correlations_row.reliability IS 'share of the variance of the benchmark''s scores over these models that is not sampling error of its items, by their standard errors; NULL unless every score has one';
COMMENT ON COLUMN capabilities_correlations_row.corr_disattenuated IS 'corr without that error, on the same scale: an upper bound of its magnitude as far as items go; NULL unless reliability is at least 0.7, and with controls';
COMMENT ON COLUMN capabilities_correlations_row.corr_uncontrolled IS 'the same correlation over the same models without the controls; NULL without controls';
COMMENT ON COLUMN capabilities_correlations_row.vif IS 'variance inflation of the capabilities score by the controls, 1/(1 - R squared); from 5 on the two are not told apart, and p, q and verdict are NULL; NULL without controls, and where they leave nothing of it';
COMMENT ON COLUMN capabilities_correlations_row.verdict IS 'what the interval says: entangled, inverse, low, positive, negative or unresolved, of a later component tied, low or unresolved; NULL also where there is no component to give it by';
COMMENT ON COLUMN capabilities_correlations_row.q_verdict IS 'p-value of what the verdict claims, adjusted for the number of rows whose role is target; q_value for positive and negative, NULL for unresolved';
COMMENT ON COLUMN capabilities_correlations_row.status IS 'ok, or why numbers of this row are NULL, or what to keep in mind';

CREATE FUNCTION capabilities_correlations(m score_matrix,
	capabilities text[] DEFAULT NULL, targets text[] DEFAULT NULL,
	method text DEFAULT 'spearman', pca text DEFAULT 'spearman',
	missing text DEFAULT 'complete', min_scores int4 DEFAULT NULL,
	exclude_self bool DEFAULT true, component int4 DEFAULT 1,
	confidence float8 DEFAULT 0.95, ci text DEFAULT NULL,
	resamples int4 DEFAULT 10000, seed int8 DEFAULT 0,
	families jsonb DEFAULT NULL, threshold float8 DEFAULT NULL,
	controlling text[] DEFAULT '{}')
RETURNS SETOF capabilities_correlations_row
AS 'MODULE_PATHNAME', 'sc_capabilities_correlations'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100;

COMMENT ON FUNCTION capabilities_correlations(score_matrix, text[], text[], text, text, text, int4, bool, int4, float8, text, int4, int8, jsonb, float8, text[]) IS
'capabilities correlation of every target benchmark, with n, interval, p-value, q-value, slope and verdict; on request given controls such as training compute';

CREATE TYPE benchmark_correlations_row AS (
	benchmark text,
	role text,
	direction text,
	n int4,
	n_dropped int4,
	n_imputed int4,
	n_families int4,
	n_without_family int4,
	n_capabilities int4,
	n_resamples int4,
	score_reliability float8,
	corr float8,
	ci_low float8,
	ci_high float8,
	p_value float8,
	q_value float8,
	slope float8,
	benchmark_sd float8,
	reliability float8,
	corr_disattenuated float8,
	corr_uncontrolled float8,
	vif float8,
	verdict text,
	q_verdict float8,
	status text
);

COMMENT ON TYPE benchmark_correlations_row IS
'a row of benchmark_correlations()';

COMMENT ON COLUMN benchmark_correlations_row.benchmark IS 'name of the benchmark';
COMMENT ON COLUMN benchmark_correlations_row.role IS 'target: a benchmark that is judged; capability, covariate: what it is marked as';
COMMENT ON COLUMN benchmark_correlations_row.direction IS 'which is better, as marked: higher or lower; where it is lower, scores were negated before they were correlated, so that higher means better or safer; NULL: nobody has said, and higher is taken as better';
COMMENT ON COLUMN benchmark_correlations_row.n IS 'number of models behind the numbers of this row';
COMMENT ON COLUMN benchmark_correlations_row.n_dropped IS 'models with a score on this benchmark that were left out because they lack one on what it is correlated with or a control';
COMMENT ON COLUMN benchmark_correlations_row.n_imputed IS '0: nothing is imputed here; as in capabilities_correlations';
COMMENT ON COLUMN benchmark_correlations_row.n_families IS 'number of families of models in the jackknife; NULL without families';
COMMENT ON COLUMN benchmark_correlations_row.n_without_family IS 'how many of the n models have no family that is known, and count as one each; NULL without families';
COMMENT ON COLUMN benchmark_correlations_row.n_capabilities IS 'NULL: there is no component here; as in capabilities_correlations';
COMMENT ON COLUMN benchmark_correlations_row.n_resamples IS 'number of resamples behind the interval; NULL where it was not made by resampling';
COMMENT ON COLUMN benchmark_correlations_row.score_reliability IS 'NULL: there is no component here; as in capabilities_correlations';
COMMENT ON COLUMN benchmark_correlations_row.corr IS 'correlation with the benchmark or covariate that was named, between -1 and 1, given the controls if there are any; NULL where it is undefined, see status';
COMMENT ON COLUMN benchmark_correlations_row.ci_low IS 'lower end of the interval of corr';
COMMENT ON COLUMN benchmark_correlations_row.ci_high IS 'upper end of the interval of corr';
COMMENT ON COLUMN benchmark_correlations_row.p_value IS 'p-value of no association at all, two-sided; it is no test of the verdict''s threshold';
COMMENT ON COLUMN benchmark_correlations_row.q_value IS 'p-value adjusted for the number of rows whose role is target (Benjamini and Hochberg)';
COMMENT ON COLUMN benchmark_correlations_row.slope IS 'rise of the score, higher meaning better, per standard deviation of what it is correlated with (Theil and Sen; least squares with pearson); NULL with controls';
COMMENT ON COLUMN benchmark_correlations_row.benchmark_sd IS 'standard deviation of the benchmark''s scores over these models';
COMMENT ON COLUMN benchmark_correlations_row.reliability IS 'share of the variance of the benchmark''s scores over these models that is not sampling error of its items, by their standard errors; NULL unless every score has one';
COMMENT ON COLUMN benchmark_correlations_row.corr_disattenuated IS 'corr without that error, on the same scale: an upper bound of its magnitude as far as items go; NULL unless reliability is at least 0.7, and with controls';
COMMENT ON COLUMN benchmark_correlations_row.corr_uncontrolled IS 'the same correlation over the same models without the controls; NULL without controls';
COMMENT ON COLUMN benchmark_correlations_row.vif IS 'variance inflation of what the benchmark is correlated with by the controls, 1/(1 - R squared); from 5 on the two are not told apart, and p, q and verdict are NULL; NULL without controls, and where they leave nothing of it';
COMMENT ON COLUMN benchmark_correlations_row.verdict IS 'what the interval says: entangled, inverse, low, positive, negative or unresolved';
COMMENT ON COLUMN benchmark_correlations_row.q_verdict IS 'p-value of what the verdict claims, adjusted for the number of rows whose role is target; q_value for positive and negative, NULL for unresolved';
COMMENT ON COLUMN benchmark_correlations_row.status IS 'ok, or why numbers of this row are NULL, or what to keep in mind';

CREATE FUNCTION benchmark_correlations(m score_matrix, against text,
	targets text[] DEFAULT NULL, method text DEFAULT 'spearman',
	confidence float8 DEFAULT 0.95, ci text DEFAULT NULL,
	resamples int4 DEFAULT 10000, seed int8 DEFAULT 0,
	families jsonb DEFAULT NULL, threshold float8 DEFAULT NULL,
	controlling text[] DEFAULT '{}')
RETURNS SETOF benchmark_correlations_row
AS 'MODULE_PATHNAME', 'sc_benchmark_correlations'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100;

COMMENT ON FUNCTION benchmark_correlations(score_matrix, text, text[], text, float8, text, int4, int8, jsonb, float8, text[]) IS
'correlation of every target benchmark with one benchmark or covariate, such as training compute, with n, interval, p-value, q-value, slope and verdict';

CREATE TYPE capabilities_over_time_row AS (
	window_start date,
	window_end date,
	capability_sd_ratio float8,
	benchmark text,
	role text,
	direction text,
	n int4,
	n_dropped int4,
	n_imputed int4,
	n_families int4,
	n_without_family int4,
	n_capabilities int4,
	n_resamples int4,
	score_reliability float8,
	corr float8,
	ci_low float8,
	ci_high float8,
	p_value float8,
	q_value float8,
	slope float8,
	benchmark_sd float8,
	reliability float8,
	corr_disattenuated float8,
	corr_uncontrolled float8,
	vif float8,
	verdict text,
	q_verdict float8,
	status text
);

COMMENT ON TYPE capabilities_over_time_row IS
'a row of capabilities_over_time()';

COMMENT ON COLUMN capabilities_over_time_row.window_start IS 'first day of the window: models released from then on are in it';
COMMENT ON COLUMN capabilities_over_time_row.window_end IS 'last day of the window: one on which a model was released';
COMMENT ON COLUMN capabilities_over_time_row.capability_sd_ratio IS 'standard deviation of the capabilities score over the models of the window against that over all models that have a date, both by the component of the latter: where it is small, corr is small by arithmetic alone';
COMMENT ON COLUMN capabilities_over_time_row.benchmark IS 'name of the benchmark';
COMMENT ON COLUMN capabilities_over_time_row.role IS 'target: a benchmark that is judged; capability, covariate: what it is marked as';
COMMENT ON COLUMN capabilities_over_time_row.direction IS 'which is better, as marked: higher or lower; where it is lower, scores were negated before they were correlated, so that higher means better or safer; NULL: nobody has said, and higher is taken as better';
COMMENT ON COLUMN capabilities_over_time_row.n IS 'number of models behind the numbers of this row';
COMMENT ON COLUMN capabilities_over_time_row.n_dropped IS 'models with a score on this benchmark that were left out because they lack one on a capability benchmark or a control';
COMMENT ON COLUMN capabilities_over_time_row.n_imputed IS 'how many of the n models lack some capability scores, which have been imputed';
COMMENT ON COLUMN capabilities_over_time_row.n_families IS 'number of families of models in the jackknife; NULL without families';
COMMENT ON COLUMN capabilities_over_time_row.n_without_family IS 'how many of the n models have no family that is known, and count as one each; NULL without families';
COMMENT ON COLUMN capabilities_over_time_row.n_capabilities IS 'number of capability benchmarks of the component of this row';
COMMENT ON COLUMN capabilities_over_time_row.n_resamples IS 'number of resamples behind the interval; NULL where it was not made by resampling';
COMMENT ON COLUMN capabilities_over_time_row.score_reliability IS 'reliability of the capabilities score as a measure of one thing, by its eigenvalue (Armor''s theta), with imputed scores by that of the others; NULL with one capability benchmark';
COMMENT ON COLUMN capabilities_over_time_row.corr IS 'correlation, between -1 and 1, given the controls if there are any; NULL where it is undefined, see status';
COMMENT ON COLUMN capabilities_over_time_row.ci_low IS 'lower end of the interval of corr';
COMMENT ON COLUMN capabilities_over_time_row.ci_high IS 'upper end of the interval of corr';
COMMENT ON COLUMN capabilities_over_time_row.p_value IS 'p-value of no association at all, two-sided; it is no test of the verdict''s threshold';
COMMENT ON COLUMN capabilities_over_time_row.q_value IS 'p-value adjusted for the number of rows of the window whose role is target (Benjamini and Hochberg)';
COMMENT ON COLUMN capabilities_over_time_row.slope IS 'rise of the score, higher meaning better, per standard deviation of the capabilities score (Theil and Sen; least squares with pearson); NULL with controls';
COMMENT ON COLUMN capabilities_over_time_row.benchmark_sd IS 'standard deviation of the benchmark''s scores over these models';
COMMENT ON COLUMN capabilities_over_time_row.reliability IS 'share of the variance of the benchmark''s scores over these models that is not sampling error of its items, by their standard errors; NULL unless every score has one';
COMMENT ON COLUMN capabilities_over_time_row.corr_disattenuated IS 'corr without that error, on the same scale: an upper bound of its magnitude as far as items go; NULL unless reliability is at least 0.7, and with controls';
COMMENT ON COLUMN capabilities_over_time_row.corr_uncontrolled IS 'the same correlation over the same models without the controls; NULL without controls';
COMMENT ON COLUMN capabilities_over_time_row.vif IS 'variance inflation of the capabilities score by the controls, 1/(1 - R squared); from 5 on the two are not told apart, and p, q and verdict are NULL; NULL without controls, and where they leave nothing of it';
COMMENT ON COLUMN capabilities_over_time_row.verdict IS 'what the interval says: entangled, inverse, low, positive, negative or unresolved; NULL also where there is no component to give it by';
COMMENT ON COLUMN capabilities_over_time_row.q_verdict IS 'p-value of what the verdict claims, adjusted for the number of rows of the window whose role is target; q_value for positive and negative, NULL for unresolved';
COMMENT ON COLUMN capabilities_over_time_row.status IS 'ok, or why numbers of this row are NULL, or what to keep in mind';

CREATE FUNCTION capabilities_over_time(m score_matrix,
	released text, window_days int4 DEFAULT 365,
	capabilities text[] DEFAULT NULL, targets text[] DEFAULT NULL,
	method text DEFAULT 'spearman', pca text DEFAULT 'spearman',
	missing text DEFAULT 'complete', min_scores int4 DEFAULT NULL,
	exclude_self bool DEFAULT true, confidence float8 DEFAULT 0.95, ci text DEFAULT NULL,
	resamples int4 DEFAULT 10000, seed int8 DEFAULT 0,
	families jsonb DEFAULT NULL, threshold float8 DEFAULT NULL,
	controlling text[] DEFAULT '{}')
RETURNS SETOF capabilities_over_time_row
AS 'MODULE_PATHNAME', 'sc_capabilities_over_time'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 1000;

COMMENT ON FUNCTION capabilities_over_time(score_matrix, text, int4, text[], text[], text, text, text, int4, bool, float8, text, int4, int8, jsonb, float8, text[]) IS
'capabilities_correlations over the models of a moving window, which ends at each release date in turn; released names the covariate with the dates, as days since 1970-01-01';

CREATE TYPE capabilities_difference_row AS (
	n int4,
	n_imputed int4,
	n_families int4,
	n_without_family int4,
	n_resamples int4,
	corr_a float8,
	corr_b float8,
	difference float8,
	ci_low float8,
	ci_high float8,
	p_value float8,
	difference_uncontrolled float8,
	vif float8,
	status text
);

COMMENT ON TYPE capabilities_difference_row IS
'a row of capabilities_difference()';

COMMENT ON COLUMN capabilities_difference_row.n IS 'number of models that have both benchmarks and the controls';
COMMENT ON COLUMN capabilities_difference_row.n_imputed IS 'how many of the n models lack some capability scores, which have been imputed';
COMMENT ON COLUMN capabilities_difference_row.n_families IS 'number of families of models in the jackknife; NULL without families';
COMMENT ON COLUMN capabilities_difference_row.n_without_family IS 'how many of the n models have no family that is known, and count as one each; NULL without families';
COMMENT ON COLUMN capabilities_difference_row.n_resamples IS 'number of resamples behind the interval; NULL where it was not made by resampling';
COMMENT ON COLUMN capabilities_difference_row.corr_a IS 'capabilities correlation of benchmark_a over these models, given the controls if there are any';
COMMENT ON COLUMN capabilities_difference_row.corr_b IS 'capabilities correlation of benchmark_b over these models, given the controls if there are any';
COMMENT ON COLUMN capabilities_difference_row.difference IS 'corr_a - corr_b; with absolute that of their magnitudes: above 0 if a is the more entangled';
COMMENT ON COLUMN capabilities_difference_row.ci_low IS 'lower end of the interval of difference';
COMMENT ON COLUMN capabilities_difference_row.ci_high IS 'upper end of the interval of difference';
COMMENT ON COLUMN capabilities_difference_row.p_value IS 'p-value of no difference, two-sided';
COMMENT ON COLUMN capabilities_difference_row.difference_uncontrolled IS 'the same difference over the same models without the controls; NULL without controls';
COMMENT ON COLUMN capabilities_difference_row.vif IS 'variance inflation of the capabilities score by the controls, 1/(1 - R squared); from 5 on the two are not told apart, and p is NULL; NULL without controls, and where they leave nothing of it';
COMMENT ON COLUMN capabilities_difference_row.status IS 'ok, or why numbers of this row are NULL';

CREATE FUNCTION capabilities_difference(m score_matrix,
	benchmark_a text, benchmark_b text, capabilities text[] DEFAULT NULL,
	method text DEFAULT 'spearman', pca text DEFAULT 'spearman',
	missing text DEFAULT 'complete', min_scores int4 DEFAULT NULL,
	absolute bool DEFAULT false, confidence float8 DEFAULT 0.95, ci text DEFAULT NULL,
	resamples int4 DEFAULT 10000, seed int8 DEFAULT 0,
	families jsonb DEFAULT NULL,
	controlling text[] DEFAULT '{}')
RETURNS SETOF capabilities_difference_row
AS 'MODULE_PATHNAME', 'sc_capabilities_difference'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 1;

COMMENT ON FUNCTION capabilities_difference(score_matrix, text, text, text[], text, text, text, int4, bool, float8, text, int4, int8, jsonb, text[]) IS
'difference of the capabilities correlations of two benchmarks, or of their magnitudes (absolute), over the models that have both, with interval and p-value';

CREATE TYPE capabilities_strata_difference_row AS (
	benchmark text,
	role text,
	direction text,
	n_a int4,
	n_b int4,
	n_families int4,
	corr_a float8,
	corr_b float8,
	difference float8,
	ci_low float8,
	ci_high float8,
	p_value float8,
	q_value float8,
	sign_changes bool,
	congruence float8,
	capability_sd_a float8,
	capability_sd_b float8,
	status text
);

COMMENT ON TYPE capabilities_strata_difference_row IS
'a row of capabilities_strata_difference()';

COMMENT ON COLUMN capabilities_strata_difference_row.benchmark IS 'name of the benchmark';
COMMENT ON COLUMN capabilities_strata_difference_row.role IS 'target: a benchmark that is judged; capability, covariate: what it is marked as in one of the strata';
COMMENT ON COLUMN capabilities_strata_difference_row.direction IS 'which is better, as marked: higher or lower; NULL: nobody has said, or only one of the strata says lower';
COMMENT ON COLUMN capabilities_strata_difference_row.n_a IS 'number of models behind corr_a';
COMMENT ON COLUMN capabilities_strata_difference_row.n_b IS 'number of models behind corr_b';
COMMENT ON COLUMN capabilities_strata_difference_row.n_families IS 'number of families of these models, of both strata together, in the jackknife; NULL without families';
COMMENT ON COLUMN capabilities_strata_difference_row.corr_a IS 'capabilities correlation in stratum a, with its own component';
COMMENT ON COLUMN capabilities_strata_difference_row.corr_b IS 'the same in stratum b';
COMMENT ON COLUMN capabilities_strata_difference_row.difference IS 'corr_a - corr_b';
COMMENT ON COLUMN capabilities_strata_difference_row.ci_low IS 'lower end of the interval of difference';
COMMENT ON COLUMN capabilities_strata_difference_row.ci_high IS 'upper end of the interval of difference';
COMMENT ON COLUMN capabilities_strata_difference_row.p_value IS 'p-value of no difference, two-sided';
COMMENT ON COLUMN capabilities_strata_difference_row.q_value IS 'p-value adjusted for the number of rows whose role is target (Benjamini and Hochberg); NULL for others';
COMMENT ON COLUMN capabilities_strata_difference_row.sign_changes IS 'do the intervals of corr_a and corr_b exclude 0 on opposite sides? NULL where there is none, or no component to say it by';
COMMENT ON COLUMN capabilities_strata_difference_row.congruence IS 'congruence of the components of the two strata behind this row';
COMMENT ON COLUMN capabilities_strata_difference_row.capability_sd_a IS 'spread of capability of the n_a models: standard deviation of their scores on one component of both strata, over that of all models of both';
COMMENT ON COLUMN capabilities_strata_difference_row.capability_sd_b IS 'the same of the n_b models';
COMMENT ON COLUMN capabilities_strata_difference_row.status IS 'ok, or why numbers of this row are NULL, or what to keep in mind';

CREATE FUNCTION capabilities_strata_difference(a score_matrix, b score_matrix,
	capabilities text[] DEFAULT NULL, targets text[] DEFAULT NULL,
	method text DEFAULT 'spearman', pca text DEFAULT 'spearman',
	missing text DEFAULT 'complete', min_scores int4 DEFAULT NULL,
	exclude_self bool DEFAULT true, confidence float8 DEFAULT 0.95,
	ci text DEFAULT NULL, families jsonb DEFAULT NULL)
RETURNS SETOF capabilities_strata_difference_row
AS 'MODULE_PATHNAME', 'sc_capabilities_strata_difference'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 100;

COMMENT ON FUNCTION capabilities_strata_difference(score_matrix, score_matrix, text[], text[], text, text, text, int4, bool, float8, text, jsonb) IS
'do two strata, base and chat models, say, differ? per benchmark the difference of its capabilities correlations, each with the component of its stratum, with interval, p- and q-value';

CREATE TYPE capabilities_scores_row AS (
	model text,
	capability float8,
	rank int4,
	n_observed int4,
	imputed float8,
	ci_low float8,
	ci_high float8,
	rank_low int4,
	rank_high int4,
	n_resamples int4,
	status text
);

COMMENT ON TYPE capabilities_scores_row IS
'a row of capabilities_scores()';

COMMENT ON COLUMN capabilities_scores_row.model IS 'name of the model';
COMMENT ON COLUMN capabilities_scores_row.capability IS 'capabilities score of the model: its projection on the first component; 0 is the average of these models';
COMMENT ON COLUMN capabilities_scores_row.rank IS 'rank by capability, 1 is the most capable; equal scores share the better rank';
COMMENT ON COLUMN capabilities_scores_row.n_observed IS 'number of capability benchmarks on which the model has a score';
COMMENT ON COLUMN capabilities_scores_row.imputed IS 'share of the capability benchmarks on which the model''s score was imputed, 0 to 1';
COMMENT ON COLUMN capabilities_scores_row.ci_low IS 'lower end of the interval of capability';
COMMENT ON COLUMN capabilities_scores_row.ci_high IS 'upper end of the interval of capability';
COMMENT ON COLUMN capabilities_scores_row.rank_low IS 'best rank in the interval of rank';
COMMENT ON COLUMN capabilities_scores_row.rank_high IS 'worst rank in the interval of rank';
COMMENT ON COLUMN capabilities_scores_row.n_resamples IS 'number of resamples behind the interval; NULL where it was not made by resampling';
COMMENT ON COLUMN capabilities_scores_row.status IS 'ok, or why numbers of this row are NULL';

CREATE FUNCTION capabilities_scores(m score_matrix,
	capabilities text[] DEFAULT NULL, pca text DEFAULT 'spearman',
	missing text DEFAULT 'complete', min_scores int4 DEFAULT NULL,
	fitted principal_component DEFAULT NULL,
	confidence float8 DEFAULT 0.95, ci text DEFAULT NULL,
	resamples int4 DEFAULT 10000, seed int8 DEFAULT 0)
RETURNS SETOF capabilities_scores_row
AS 'MODULE_PATHNAME', 'sc_capabilities_scores'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 100;

COMMENT ON FUNCTION capabilities_scores(score_matrix, text[], text, text, int4, principal_component, float8, text, int4, int8) IS
'capabilities score and rank of every model of a matrix, with intervals from resampling the capability benchmarks; with fitted, on the component of other models (a set; over the rows of a wide table see capabilities_score, for a stored component component_score)';

CREATE TYPE capabilities_scores_difference_row AS (
	n_capabilities int4,
	capability_a float8,
	capability_b float8,
	difference float8,
	ci_low float8,
	ci_high float8,
	p_value float8,
	n_resamples int4,
	status text
);

COMMENT ON TYPE capabilities_scores_difference_row IS
'a row of capabilities_scores_difference()';

COMMENT ON COLUMN capabilities_scores_difference_row.n_capabilities IS 'number of capability benchmarks behind the scores';
COMMENT ON COLUMN capabilities_scores_difference_row.capability_a IS 'capabilities score of model_a';
COMMENT ON COLUMN capabilities_scores_difference_row.capability_b IS 'capabilities score of model_b';
COMMENT ON COLUMN capabilities_scores_difference_row.difference IS 'capability_a - capability_b';
COMMENT ON COLUMN capabilities_scores_difference_row.ci_low IS 'lower end of the interval of difference';
COMMENT ON COLUMN capabilities_scores_difference_row.ci_high IS 'upper end of the interval of difference';
COMMENT ON COLUMN capabilities_scores_difference_row.p_value IS 'p-value of no difference, two-sided';
COMMENT ON COLUMN capabilities_scores_difference_row.n_resamples IS 'number of resamples behind the interval; NULL where it was not made by resampling';
COMMENT ON COLUMN capabilities_scores_difference_row.status IS 'ok, or why numbers of this row are NULL';

CREATE FUNCTION capabilities_scores_difference(m score_matrix,
	model_a text, model_b text,
	capabilities text[] DEFAULT NULL, pca text DEFAULT 'spearman',
	missing text DEFAULT 'complete', min_scores int4 DEFAULT NULL,
	fitted principal_component DEFAULT NULL,
	confidence float8 DEFAULT 0.95, ci text DEFAULT NULL,
	resamples int4 DEFAULT 10000, seed int8 DEFAULT 0)
RETURNS SETOF capabilities_scores_difference_row
AS 'MODULE_PATHNAME', 'sc_capabilities_scores_difference'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1;

COMMENT ON FUNCTION capabilities_scores_difference(score_matrix, text, text, text[], text, text, int4, principal_component, float8, text, int4, int8) IS
'is one model really ahead of another? the difference of two capabilities scores, with an interval from the same resamples of the capability benchmarks';

CREATE TYPE impute_scores_row AS (
	model text,
	benchmark text,
	score float8,
	stderr float8,
	imputed bool,
	status text
);

COMMENT ON TYPE impute_scores_row IS
'a row of impute_scores()';

COMMENT ON COLUMN impute_scores_row.model IS 'name of the model';
COMMENT ON COLUMN impute_scores_row.benchmark IS 'name of the benchmark';
COMMENT ON COLUMN impute_scores_row.score IS 'score of the model on the benchmark, observed or imputed, in the units of the stored scores; an imputed one may leave the scale of the benchmark';
COMMENT ON COLUMN impute_scores_row.stderr IS 'standard error of the score';
COMMENT ON COLUMN impute_scores_row.imputed IS 'whether the score is imputed';
COMMENT ON COLUMN impute_scores_row.status IS 'ok, or why there is no score';

CREATE FUNCTION impute_scores(m score_matrix,
	capabilities text[] DEFAULT NULL, min_scores int4 DEFAULT NULL)
RETURNS SETOF impute_scores_row
AS 'MODULE_PATHNAME', 'sc_impute_scores'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1000;

COMMENT ON FUNCTION impute_scores(score_matrix, text[], int4) IS
'the scores of every model on the capability benchmarks, observed or, where they are missing, imputed as missing => ''impute'' does, with standard error and a flag';

CREATE FUNCTION capabilities_component(m score_matrix,
	capabilities text[] DEFAULT NULL, pca text DEFAULT 'spearman',
	missing text DEFAULT 'complete', min_scores int4 DEFAULT NULL)
RETURNS principal_component
AS 'MODULE_PATHNAME', 'sc_capabilities_component'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;

COMMENT ON FUNCTION capabilities_component(score_matrix, text[], text, text, int4) IS
'first principal component of the capability benchmarks, to store and to score other models with; NULL where it is undefined';

CREATE TYPE capabilities_loadings_row AS (
	component int4,
	benchmark text,
	weight float8,
	loading float8,
	ci_low float8,
	ci_high float8,
	n_resamples int4,
	n int4,
	n_imputed int4,
	status text
);

COMMENT ON TYPE capabilities_loadings_row IS
'a row of capabilities_loadings()';

COMMENT ON COLUMN capabilities_loadings_row.component IS 'number of the component, 1 is the first';
COMMENT ON COLUMN capabilities_loadings_row.benchmark IS 'name of the benchmark';
COMMENT ON COLUMN capabilities_loadings_row.weight IS 'weight of the benchmark''s standardised score in the component, an element of the unit eigenvector';
COMMENT ON COLUMN capabilities_loadings_row.loading IS 'correlation of the benchmark with the component';
COMMENT ON COLUMN capabilities_loadings_row.ci_low IS 'lower end of the interval of loading';
COMMENT ON COLUMN capabilities_loadings_row.ci_high IS 'upper end of the interval of loading';
COMMENT ON COLUMN capabilities_loadings_row.n_resamples IS 'number of resamples behind the interval; NULL where it was not made by resampling';
COMMENT ON COLUMN capabilities_loadings_row.n IS 'number of models behind the numbers of this row';
COMMENT ON COLUMN capabilities_loadings_row.n_imputed IS 'how many of the n models lack some capability scores, which have been imputed';
COMMENT ON COLUMN capabilities_loadings_row.status IS 'ok, or why numbers of this row are NULL, or that the benchmark goes against the others';

CREATE FUNCTION capabilities_loadings(m score_matrix,
	capabilities text[] DEFAULT NULL, pca text DEFAULT 'spearman',
	missing text DEFAULT 'complete', min_scores int4 DEFAULT NULL,
	components int4 DEFAULT 1, confidence float8 DEFAULT 0.95,
	ci text DEFAULT NULL, resamples int4 DEFAULT 1000, seed int8 DEFAULT 0)
RETURNS SETOF capabilities_loadings_row
AS 'MODULE_PATHNAME', 'sc_capabilities_loadings'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 20;

COMMENT ON FUNCTION capabilities_loadings(score_matrix, text[], text, text, int4, int4, float8, text, int4, int8) IS
'weight and loading of every capability benchmark on the first components, with the interval of the loading from resampling models';

CREATE TYPE capabilities_components_row AS (
	component int4,
	eigenvalue float8,
	explained float8,
	cumulative float8,
	ci_low float8,
	ci_high float8,
	n_resamples int4,
	parallel_threshold float8,
	n int4,
	n_imputed int4,
	status text
);

COMMENT ON TYPE capabilities_components_row IS
'a row of capabilities_components()';

COMMENT ON COLUMN capabilities_components_row.component IS 'number of the component, 1 is the first';
COMMENT ON COLUMN capabilities_components_row.eigenvalue IS 'eigenvalue of the component';
COMMENT ON COLUMN capabilities_components_row.explained IS 'share of the variance that the component explains, 0 to 1';
COMMENT ON COLUMN capabilities_components_row.cumulative IS 'share of the variance that this component and those before it explain, 0 to 1';
COMMENT ON COLUMN capabilities_components_row.ci_low IS 'lower end of the interval of explained';
COMMENT ON COLUMN capabilities_components_row.ci_high IS 'upper end of the interval of explained';
COMMENT ON COLUMN capabilities_components_row.n_resamples IS 'number of resamples behind the interval; NULL where it was not made by resampling';
COMMENT ON COLUMN capabilities_components_row.parallel_threshold IS 'eigenvalue that chance exceeds in 5 % of samples (parallel analysis); with imputed scores of the first component only';
COMMENT ON COLUMN capabilities_components_row.n IS 'number of models behind the numbers of this row';
COMMENT ON COLUMN capabilities_components_row.n_imputed IS 'how many of the n models lack some capability scores, which have been imputed';
COMMENT ON COLUMN capabilities_components_row.status IS 'ok, or why numbers of this row are NULL';

CREATE FUNCTION capabilities_components(m score_matrix,
	capabilities text[] DEFAULT NULL, pca text DEFAULT 'spearman',
	missing text DEFAULT 'complete', min_scores int4 DEFAULT NULL,
	confidence float8 DEFAULT 0.95, ci text DEFAULT NULL,
	resamples int4 DEFAULT 1000, seed int8 DEFAULT 0)
RETURNS SETOF capabilities_components_row
AS 'MODULE_PATHNAME', 'sc_capabilities_components'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 20;

COMMENT ON FUNCTION capabilities_components(score_matrix, text[], text, text, int4, float8, text, int4, int8) IS
'eigenvalue and explained variance of every component of the capability benchmarks, with the interval of the latter from resampling models, and the eigenvalue that chance would give (parallel analysis)';

CREATE TYPE capabilities_adjusted_scores_row AS (
	model text,
	benchmark text,
	direction text,
	capability float8,
	imputed float8,
	score float8,
	expected float8,
	pi_low float8,
	pi_high float8,
	residual float8,
	studentised float8,
	p_value float8,
	q_value float8,
	rank int4,
	n int4,
	status text
);

COMMENT ON TYPE capabilities_adjusted_scores_row IS
'a row of capabilities_adjusted_scores()';

COMMENT ON COLUMN capabilities_adjusted_scores_row.model IS 'name of the model';
COMMENT ON COLUMN capabilities_adjusted_scores_row.benchmark IS 'name of the benchmark';
COMMENT ON COLUMN capabilities_adjusted_scores_row.direction IS 'which is better, as marked: higher or lower; NULL: nobody has said, and higher is taken as better';
COMMENT ON COLUMN capabilities_adjusted_scores_row.capability IS 'capabilities score of the model: its projection on the first component; 0 is the average of these models';
COMMENT ON COLUMN capabilities_adjusted_scores_row.imputed IS 'share of the capability benchmarks on which the model''s score was imputed, 0 to 1';
COMMENT ON COLUMN capabilities_adjusted_scores_row.score IS 'score of the model on the benchmark, as it is stored';
COMMENT ON COLUMN capabilities_adjusted_scores_row.expected IS 'score that the model''s capability predicts';
COMMENT ON COLUMN capabilities_adjusted_scores_row.pi_low IS 'lower end of the prediction interval of the score of a new model of this capability; it may leave the scale of the benchmark, except with scale logit';
COMMENT ON COLUMN capabilities_adjusted_scores_row.pi_high IS 'upper end of the prediction interval of the score of a new model of this capability; it may leave the scale of the benchmark, except with scale logit';
COMMENT ON COLUMN capabilities_adjusted_scores_row.residual IS 'score minus expected';
COMMENT ON COLUMN capabilities_adjusted_scores_row.studentised IS 'residual from the fit of the other models, in standard errors';
COMMENT ON COLUMN capabilities_adjusted_scores_row.p_value IS 'p-value of the model being where the fit of the others predicts it';
COMMENT ON COLUMN capabilities_adjusted_scores_row.q_value IS 'p-value adjusted for the number of models and benchmarks (Benjamini and Hochberg)';
COMMENT ON COLUMN capabilities_adjusted_scores_row.rank IS 'rank on the benchmark given capability: 1 is furthest above what capability predicts, where lower is better furthest below';
COMMENT ON COLUMN capabilities_adjusted_scores_row.n IS 'number of models behind the numbers of this row';
COMMENT ON COLUMN capabilities_adjusted_scores_row.status IS 'ok, or why numbers of this row are NULL, or what to keep in mind';

CREATE FUNCTION capabilities_adjusted_scores(m score_matrix,
	capabilities text[] DEFAULT NULL, targets text[] DEFAULT NULL,
	fit text DEFAULT 'linear', scale text DEFAULT 'raw',
	pca text DEFAULT 'spearman',
	missing text DEFAULT 'complete', min_scores int4 DEFAULT NULL,
	confidence float8 DEFAULT 0.95)
RETURNS SETOF capabilities_adjusted_scores_row
AS 'MODULE_PATHNAME', 'sc_capabilities_adjusted_scores'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1000;

COMMENT ON FUNCTION capabilities_adjusted_scores(score_matrix, text[], text[], text, text, text, text, int4, float8) IS
'score of every model on every target beside the score that its capability predicts (least squares, by a line or a quadratic curve), with prediction interval, residual and externally studentised residual; rank 1 is furthest above what capability predicts, where lower is better furthest below';

CREATE TYPE capabilities_robustness_row AS (
	benchmark text,
	role text,
	direction text,
	n int4,
	n_imputed int4,
	n_without_family int4,
	corr float8,
	verdict text,
	without_benchmark_low float8,
	without_benchmark_low_name text,
	without_benchmark_high float8,
	without_benchmark_high_name text,
	without_model_low float8,
	without_model_low_name text,
	without_model_high float8,
	without_model_high_name text,
	without_family_low float8,
	without_family_low_name text,
	without_family_high float8,
	without_family_high_name text,
	pearson float8,
	kendall float8,
	pca_pearson float8,
	mean_z float8,
	sign_flips bool,
	verdict_flips bool,
	status text
);

COMMENT ON TYPE capabilities_robustness_row IS
'a row of capabilities_robustness()';

COMMENT ON COLUMN capabilities_robustness_row.benchmark IS 'name of the benchmark';
COMMENT ON COLUMN capabilities_robustness_row.role IS 'target: a benchmark that is judged; capability, covariate: what it is marked as';
COMMENT ON COLUMN capabilities_robustness_row.direction IS 'which is better, as marked: higher or lower; where it is lower, scores were negated before they were correlated, so that higher means better or safer; NULL: nobody has said, and higher is taken as better';
COMMENT ON COLUMN capabilities_robustness_row.n IS 'number of models behind the numbers of this row';
COMMENT ON COLUMN capabilities_robustness_row.n_imputed IS 'how many of the n models lack some capability scores, which have been imputed';
COMMENT ON COLUMN capabilities_robustness_row.n_without_family IS 'how many of the n models have no family that is known, and count as one each; NULL without families';
COMMENT ON COLUMN capabilities_robustness_row.corr IS 'correlation, between -1 and 1; NULL where it is undefined, see status';
COMMENT ON COLUMN capabilities_robustness_row.verdict IS 'what the interval of corr says: entangled, inverse, low, positive, negative or unresolved; NULL also where there is no component to give it by';
COMMENT ON COLUMN capabilities_robustness_row.without_benchmark_low IS 'lowest correlation when one capability benchmark is left out';
COMMENT ON COLUMN capabilities_robustness_row.without_benchmark_low_name IS 'the capability benchmark without which it is the lowest';
COMMENT ON COLUMN capabilities_robustness_row.without_benchmark_high IS 'highest correlation when one capability benchmark is left out';
COMMENT ON COLUMN capabilities_robustness_row.without_benchmark_high_name IS 'the capability benchmark without which it is the highest';
COMMENT ON COLUMN capabilities_robustness_row.without_model_low IS 'lowest correlation when one model is left out';
COMMENT ON COLUMN capabilities_robustness_row.without_model_low_name IS 'the model without which it is the lowest';
COMMENT ON COLUMN capabilities_robustness_row.without_model_high IS 'highest correlation when one model is left out';
COMMENT ON COLUMN capabilities_robustness_row.without_model_high_name IS 'the model without which it is the highest';
COMMENT ON COLUMN capabilities_robustness_row.without_family_low IS 'lowest correlation when one family is left out';
COMMENT ON COLUMN capabilities_robustness_row.without_family_low_name IS 'the family without which it is the lowest';
COMMENT ON COLUMN capabilities_robustness_row.without_family_high IS 'highest correlation when one family is left out';
COMMENT ON COLUMN capabilities_robustness_row.without_family_high_name IS 'the family without which it is the highest';
COMMENT ON COLUMN capabilities_robustness_row.pearson IS 'the correlation by Pearson';
COMMENT ON COLUMN capabilities_robustness_row.kendall IS 'the correlation by Kendall (tau-b)';
COMMENT ON COLUMN capabilities_robustness_row.pca_pearson IS 'the correlation with the component of the Pearson matrix';
COMMENT ON COLUMN capabilities_robustness_row.mean_z IS 'the correlation with the mean of the standardised capability scores instead of the component';
COMMENT ON COLUMN capabilities_robustness_row.sign_flips IS 'whether any of these has another sign than corr';
COMMENT ON COLUMN capabilities_robustness_row.verdict_flips IS 'whether any of these has another verdict than corr, by its interval alone; NULL where there is no verdict';
COMMENT ON COLUMN capabilities_robustness_row.status IS 'ok, or why numbers of this row are NULL, or what to keep in mind';

CREATE FUNCTION capabilities_robustness(m score_matrix,
	capabilities text[] DEFAULT NULL, targets text[] DEFAULT NULL,
	missing text DEFAULT 'complete', min_scores int4 DEFAULT NULL,
	families jsonb DEFAULT NULL, confidence float8 DEFAULT 0.95,
	threshold float8 DEFAULT NULL)
RETURNS SETOF capabilities_robustness_row
AS 'MODULE_PATHNAME', 'sc_capabilities_robustness'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000 ROWS 100;

COMMENT ON FUNCTION capabilities_robustness(score_matrix, text[], text[], text, int4, jsonb, float8, float8) IS
'how far each capabilities correlation moves without one capability benchmark, model or family, by other methods and with other scores of capability, and whether its sign or verdict flips';

CREATE FUNCTION models_needed(corr float8, threshold float8 DEFAULT NULL,
	power float8 DEFAULT 0.8, confidence float8 DEFAULT 0.95)
RETURNS int4
AS 'MODULE_PATHNAME', 'sc_models_needed_for_verdict'
LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION models_needed(float8, float8, float8, float8) IS
'how many independent models a verdict takes: with this true correlation (Spearman), entangled or inverse beyond the threshold, low within it; NULL on it';

CREATE TYPE correlation_matrix_row AS (
	benchmark_a text,
	benchmark_b text,
	n int4,
	corr float8,
	status text
);

COMMENT ON TYPE correlation_matrix_row IS
'a row of correlation_matrix()';

COMMENT ON COLUMN correlation_matrix_row.benchmark_a IS 'name of one benchmark of the pair';
COMMENT ON COLUMN correlation_matrix_row.benchmark_b IS 'name of the other benchmark of the pair';
COMMENT ON COLUMN correlation_matrix_row.n IS 'number of models that have a score on both and on the controls, and with the control capability a capabilities score';
COMMENT ON COLUMN correlation_matrix_row.corr IS 'correlation of the two benchmarks, higher meaning better on both, given the controls if there are any; NULL where it is undefined, see status';
COMMENT ON COLUMN correlation_matrix_row.status IS 'ok, or why corr is NULL, or what to keep in mind about the component of the control capability';

CREATE FUNCTION correlation_matrix(m score_matrix,
	benchmarks text[] DEFAULT NULL, method text DEFAULT 'spearman',
	controlling text[] DEFAULT '{}')
RETURNS SETOF correlation_matrix_row
AS 'MODULE_PATHNAME', 'sc_score_matrix_correlation_matrix'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 1000;

COMMENT ON FUNCTION correlation_matrix(score_matrix, text[], text, text[]) IS
'correlation of every pair of benchmarks, the full square, each over the models that have both; the word capability among the controls stands for the capabilities score, unless a benchmark has that name';

-- ---------------------------------------------------------------------
-- Views for BI tools
-- ---------------------------------------------------------------------

CREATE TYPE capabilities_views_row AS (
	view text,
	kind text,
	note text
);

COMMENT ON TYPE capabilities_views_row IS
'a row of create_capabilities_views(), refresh_capabilities_views() and drop_capabilities_views()';

COMMENT ON COLUMN capabilities_views_row.view IS 'name of the view';
COMMENT ON COLUMN capabilities_views_row.kind IS 'view or materialized view';
COMMENT ON COLUMN capabilities_views_row.note IS 'what could not be kept or has to be done by hand; NULL if nothing';

CREATE FUNCTION create_capabilities_views(target_schema text, evaluation regclass,
	materialized bool DEFAULT false)
RETURNS SETOF capabilities_views_row
AS 'MODULE_PATHNAME', 'sc_create_capabilities_views'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 16;

COMMENT ON FUNCTION create_capabilities_views(text, regclass, bool) IS
'makes plain views of every analysis in a schema, over a relation (stratum text, m score_matrix), for BI tools; again, it replaces those that it made';

CREATE FUNCTION refresh_capabilities_views(target_schema text)
RETURNS SETOF capabilities_views_row
AS 'MODULE_PATHNAME', 'sc_refresh_capabilities_views'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 8;

COMMENT ON FUNCTION refresh_capabilities_views(text) IS
'computes anew the materialized views that create_capabilities_views made in a schema';

CREATE FUNCTION drop_capabilities_views(target_schema text)
RETURNS SETOF capabilities_views_row
AS 'MODULE_PATHNAME', 'sc_drop_capabilities_views'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 16;

COMMENT ON FUNCTION drop_capabilities_views(text) IS
'drops the views that create_capabilities_views made in a schema, and nothing that depends on them';

-- ---------------------------------------------------------------------
-- Tables of evaluation logs
-- ---------------------------------------------------------------------

CREATE TYPE eval_tables_row AS (
	relation text,
	kind text,
	note text
);

COMMENT ON TYPE eval_tables_row IS
'a row of create_eval_tables() and drop_eval_tables()';

COMMENT ON COLUMN eval_tables_row.relation IS 'name of the table or view';
COMMENT ON COLUMN eval_tables_row.kind IS 'table or view';
COMMENT ON COLUMN eval_tables_row.note IS 'what was added or could not be kept; NULL if nothing';

CREATE FUNCTION create_eval_tables(schema text)
RETURNS SETOF eval_tables_row
AS 'MODULE_PATHNAME', 'sc_create_eval_tables'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 9;

COMMENT ON FUNCTION create_eval_tables(text) IS
'makes tables of evaluation logs in a schema, and views that choose scores from them; again, it brings them up to date and keeps their rows';

CREATE FUNCTION drop_eval_tables(schema text)
RETURNS SETOF eval_tables_row
AS 'MODULE_PATHNAME', 'sc_drop_eval_tables'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000 ROWS 9;

COMMENT ON FUNCTION drop_eval_tables(text) IS
'drops the tables and views that create_eval_tables made in a schema, and nothing that depends on them';

CREATE FUNCTION eval_log_is_known(schema text, hash text)
RETURNS bool
AS 'MODULE_PATHNAME', 'sc_eval_log_is_known'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100;

COMMENT ON FUNCTION eval_log_is_known(text, text) IS
'whether a content of this hash is loaded, under whatever name';

CREATE FUNCTION load_eval_log(schema text, file text, hash text, content bytea, is_last bool DEFAULT true)
RETURNS text
AS 'MODULE_PATHNAME', 'sc_load_eval_log'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;

COMMENT ON FUNCTION load_eval_log(text, text, text, bytea, bool) IS
'reads an evaluation log into the tables of create_eval_tables: loaded, replaced, known or rejected; staged if it is not the last part of the file';

CREATE FUNCTION reject_eval_log(schema text, file text, reason text)
RETURNS void
AS 'MODULE_PATHNAME', 'sc_reject_eval_log'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;

COMMENT ON FUNCTION reject_eval_log(text, text, text) IS
'writes down that a file gives nothing, and why';

CREATE FUNCTION fill_eval_tables(schema text)
RETURNS int4
AS 'MODULE_PATHNAME', 'sc_fill_eval_tables'
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000;

COMMENT ON FUNCTION fill_eval_tables(text) IS
'adds a row for each benchmark and model that is new in the results, and says how many; rows that are there stay as they are';

CREATE TYPE known_benchmarks_row AS (
	pattern text,
	role text,
	metric text,
	lower_is_better bool
);

COMMENT ON TYPE known_benchmarks_row IS
'a row of known_benchmarks()';

COMMENT ON COLUMN known_benchmarks_row.pattern IS 'pattern of LIKE for the name in lower case, without what harnesses put around it';
COMMENT ON COLUMN known_benchmarks_row.role IS 'capability or target';
COMMENT ON COLUMN known_benchmarks_row.metric IS 'the usual metric, which the direction is of; NULL: any';
COMMENT ON COLUMN known_benchmarks_row.lower_is_better IS 'whether a lower score is better; NULL: not by the name of the benchmark';

CREATE FUNCTION known_benchmarks()
RETURNS SETOF known_benchmarks_row
AS 'MODULE_PATHNAME', 'sc_known_benchmarks'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 200;

COMMENT ON FUNCTION known_benchmarks() IS
'the benchmarks by whose names fill_eval_tables sets roles and directions; the first pattern that fits counts';
