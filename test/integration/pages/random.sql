-- Numbers that look random and are the same everywhere, by a hash of their name.
CREATE OR REPLACE FUNCTION pg_temp.uniform(name text) RETURNS float8 LANGUAGE sql IMMUTABLE
RETURN (('x' || left(md5(name), 8))::bit(32)::bigint + 0.5) / 4294967296;

CREATE OR REPLACE FUNCTION pg_temp.normal(name text) RETURNS float8 LANGUAGE sql IMMUTABLE
RETURN sqrt(-2 * ln(pg_temp.uniform(name || ' radius'))) * cos(2 * pi() * pg_temp.uniform(name || ' angle'));
