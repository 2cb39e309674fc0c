"""Results as bits: what the plan, merge, window and server tests compare.

SQL functions, created in the schema of the test's database, print everything
that can be read from a value.  Two states are equal if all their prints are;
their bytes need not be.
"""
import subprocess

# bits() of a float8 is float8send(): no rounding hides in it.
FUNCTIONS = """
CREATE FUNCTION bits(float8) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT encode(float8send($1), 'hex') $$;

CREATE FUNCTION bits(float8[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT encode(array_send($1), 'hex') $$;

CREATE FUNCTION bits(correlation_test) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT concat_ws(' ', ($1).n, bits(($1).corr), bits(($1).ci_low),
                       bits(($1).ci_high), bits(($1).p_value)) $$;

-- A row of a set-returning analysis: text of float8 is exact here (asserted).
CREATE FUNCTION digest(lines text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT md5(array_to_string($1, E'\\n', '(null)')) $$;

CREATE FUNCTION print(m score_matrix) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
WITH names AS MATERIALIZED (
    SELECT (benchmarks(m))[1:greatest(cardinality(benchmarks(m)) - 3, 1)] AS caps,
        (benchmarks(m))[cardinality(benchmarks(m))] AS last
)
SELECT CASE WHEN m IS NULL THEN 'NULL' WHEN cardinality(benchmarks(m)) = 0 THEN 'empty'
ELSE concat_ws(' ',
    digest(models(m)), digest(benchmarks(m)),
    digest(ARRAY(SELECT r::text FROM cells(m) AS r)),
    digest(ARRAY(SELECT r::text FROM capabilities_correlations(m, caps) AS r)),
    digest(ARRAY(SELECT r::text FROM capabilities_correlations(
        m, caps, targets => benchmarks(m), method => 'pearson', pca => 'pearson') AS r)),
    digest(ARRAY(SELECT r::text FROM capabilities_correlations(
        m, caps, targets => benchmarks(m), method => 'kendall', exclude_self => false,
        confidence => 0.8) AS r)),
    digest(ARRAY(SELECT r::text FROM capabilities_correlations(m, caps, ci => 'bootstrap', resamples => 100) AS r)),
    digest(ARRAY(SELECT r::text FROM capabilities_correlations(m, caps, families => (
        SELECT jsonb_object_agg(x, left(x, 2)) FROM unnest(models(m)) AS x)) AS r)),
    digest(ARRAY(SELECT r::text FROM capabilities_adjusted_scores(m, caps) AS r)),
    digest(ARRAY(SELECT r::text FROM benchmark_correlations(m, last) AS r)),
    digest(ARRAY(SELECT r::text FROM benchmark_correlations(m, last, method => 'pearson') AS r)),
    digest(ARRAY(SELECT r::text FROM capabilities_scores(m, caps, resamples => 100) AS r)),
    digest(ARRAY(SELECT r::text FROM capabilities_scores(m, caps, pca => 'pearson', resamples => 100) AS r)),
    digest(ARRAY(SELECT r::text FROM capabilities_scores(m, caps, missing => 'impute', resamples => 100) AS r)),
    digest(ARRAY(SELECT r::text FROM impute_scores(m, caps, 1) AS r)),
    md5(coalesce(capabilities_component(m, caps)::text, 'NULL')),
    digest(ARRAY(SELECT r::text FROM capabilities_loadings(
        m, caps, components => cardinality(caps), resamples => 100) AS r)),
    digest(ARRAY(SELECT r::text FROM capabilities_components(m, caps, pca => 'pearson', resamples => 100) AS r)),
    digest(ARRAY(SELECT r::text FROM benchmark_correlations(m, last, controlling => caps[1:2]) AS r)),
    digest(ARRAY(SELECT r::text FROM capabilities_correlations(m, caps, method => 'pearson', controlling => caps[1:1],
        ci => 'bootstrap', resamples => 100) AS r)),
    digest(ARRAY(SELECT r::text FROM correlation_matrix(m) AS r)),
    digest(ARRAY(SELECT r::text FROM correlation_matrix(m, method => 'pearson') AS r)),
    digest(ARRAY(SELECT r::text FROM correlation_matrix(annotate(m, caps), controlling => '{capability}') AS r)),
    bits(capabilities_corr(m, last, caps)), bits(capabilities_test(m, last, caps)))
END FROM names
$$;

-- What is read from a component, as numbers: compared to 1e-12.
CREATE FUNCTION numbers(c principal_component) RETURNS float8[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT ARRAY[n_rows(c)::float8, explained(c)] || means(c) || sds(c) || weights(c)
             || loadings(c) || eigenvalues(c) $$;
"""


def create(db):
    """Creates the functions; text of float8 must tell any two values apart."""
    db.rows(FUNCTIONS)
    assert int(db.value("SHOW extra_float_digits")) >= 1


def nodes(plan):
    """All nodes of a plan from EXPLAIN (FORMAT JSON), depth first."""
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def explain(db, sql, analyze=False):
    """The nodes of sql's plan, and the whole document."""
    options = "ANALYZE, TIMING off, " if analyze else ""
    document = db.value(f"EXPLAIN ({options}VERBOSE, FORMAT JSON) {sql}")[0]
    return list(nodes(document["Plan"])), document


def close(a, b):
    """Two lists of numbers (or NULL) equal to 1e-12, relative above 1."""
    if a is None or b is None:
        return a is b
    return len(a) == len(b) and all(
        abs(p - q) <= 1e-12 * max(1.0, abs(p), abs(q)) for p, q in zip(a, b))


# Every setting that changes the text of some built-in type.
ODD_SETTINGS = ("SET extra_float_digits = -9", "SET \"DateStyle\" = 'German, DMY'",
                "SET bytea_output = 'escape'", "SET xmlbinary = 'hex'", "SET standard_conforming_strings = on",
                "SET \"IntervalStyle\" = 'iso_8601'", "SET array_nulls = off",
                "SET lc_numeric = '{locale}'", "SET lc_monetary = '{locale}'", "SET \"TimeZone\" = 'Asia/Tokyo'")


def odd_values():
    """ODD_SETTINGS with a decimal comma where the system has one."""
    known = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
    comma = [name for name in known if name.startswith(("de_", "fr_"))] + ["C"]
    return [setting.format(locale=comma[0]) for setting in ODD_SETTINGS]


def odd_settings(db):
    """Applies them to the session."""
    for setting in odd_values():
        db.rows(setting)
