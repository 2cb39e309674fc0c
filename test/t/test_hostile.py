"""Hostile input: mutated text and binary forms, and random arguments.

Whatever comes in, a value is accepted, and then it is written out and read back
without loss and every function works on it, or it is refused with an error of
ours; the backend never dies and no NaN or infinity ever comes out.

Everything is seeded: a failure repeats.  SAFETYCORR_FUZZ=10 makes ten times as
many mutations and calls, SAFETYCORR_SEED chooses other ones.
"""
import io
import json
import math
import os
import random
import struct

import psycopg2
import pytest

FACTOR = float(os.environ.get("SAFETYCORR_FUZZ", "1"))
SEED = int(os.environ.get("SAFETYCORR_SEED", "20240731"))

TYPES = ["score_matrix", "score_rows", "score_moments", "principal_component"]

# What a malformed value may be refused with.
TEXT_ERRORS = {
    "22P02",  # invalid text representation
    "22003",  # a score, count or number out of range
    "54000",  # too many, too long
    "54001",  # nested too deep
}
BINARY_ERRORS = {
    "22P03",  # invalid binary representation
    "08P01",  # the message ends too early
    "22021",  # label with invalid encoding
    "22003", "54000",
}
# What a function may answer to arguments of the right types.
CALL_ERRORS = {
    "22023",  # parameter or name
    "22003",  # infinite or out of range
    "22004",  # NULL label
    "2202E",  # shape of an array
    "54000",  # too many columns
    "3F000",  # schema of views
    "42P01",  # their source: not there,
    "42809",  # no table,
    "42703",  # or without such a column
    "22P02",  # a log that is no JSON
}

# Valid values to mutate; every kind of cell, label and flag is among them.
SEEDS = {
    "score_matrix": [
        "subset((SELECT score_matrix('m', 'b', 1)), '{}')",
        "(SELECT score_matrix('m', 'b', 1.5))",
        """(SELECT score_matrix('model' || i, 'bench' || j, (i * 7 + j * j * 3) % 11)
            FROM generate_series(1, 6) i, generate_series(1, 4) j)""",
        """(SELECT annotate(score_matrix(model, benchmark, score),
                            '{mmlu}', '{tox}', '{flop}')
            FROM (VALUES ('', 'mmlu', 0.1), ('A', 'mmlu', 0.1), ('a', 'mmlu', 0.3),
                         ('é', 'mmlu', 1e140), ('é', 'mmlu', -1e140),
                         ('A', 'tox', 5e-324), ('a', 'tox', 1e-160), ('a', 'tox', 3e-162),
                         ('A', 'flop', 6.02e23), ('日本', 'flop', 1.0 / 3),
                         ('日本', 'flop', 2.0 / 3), ('日本', 'flop', 1e9))
                 v (model, benchmark, score))""",
        """(SELECT merge(annotate(m, '{mmlu,gpqa}', '{tox}', '{flop}', '{tox}', '{mmlu}', families => '{"a": "x", "b": "y", "z": "y"}',
                overlaps => '{"tox": ["mmlu", "gone"], "new": "mmlu"}', missing_ok => true),
                annotate(m, families => '{"b": "x", "é": "", "z": "日本"}', overlaps => '{"flop": "tox"}', missing_ok => true))
            FROM (SELECT score_matrix(model, benchmark, score) AS m FROM (VALUES ('a', 'mmlu', 1), ('b', 'mmlu', 2), ('c', 'tox', 3),
                ('a', 'tox', 4), ('c', 'flop', 5)) v (model, benchmark, score)) s)""",
        """'{"version": 1, "models": ["a", "b"], "benchmarks": [{"name": "x"}],
             "cells": [[0, 0, 3, 6, 0], [1, 0, 2, 3, 0, 5, 0]]}'::score_matrix""",
        """(SELECT score_matrix(model, benchmark, score, n, stderr)
            FROM (VALUES ('a', 'x', 0.5, 1::bigint, NULL::float8), ('a', 'y', 0.1, 7, 0.02), ('a', 'y', 0.4, 300, 0.01),
                         ('b', 'x', 1e140, 9223372036854775807, 0), ('b', 'y', 1e-160, 3, 5e-324), ('b', 'z', 0.1, 5, NULL))
                 v (model, benchmark, score, n, stderr))""",
    ],
    "score_rows": [
        "score_rows_accum(NULL, NULL::float8[], NULL::float8)",
        "score_rows_accum(NULL, 2::float8, 3::float8)",
        "score_rows_accum(NULL, NULL::float8[], ARRAY[1, 2]::float8[])",
        """(SELECT score_rows_combine(score_rows_combine(a, b), score_rows_combine(c, a)) FROM (SELECT
              score_rows_accum(NULL, '{1,2,3}'::float8[], '{4,NULL}'::float8[]) AS a,
              score_rows_accum(NULL, '{1,2,-1e140}'::float8[], '{NaN,5e-324}'::float8[]) AS b,
              score_rows_accum(NULL, '{0.1,2,0.3}'::float8[], '{7,-8}'::float8[]) AS c) s)""",
        """score_rows_accum(score_rows_accum(score_rows_accum(
             NULL, '{1,2}'::float8[], 3::float8), '{2,1}'::float8[], 5::float8), '{4,4}'::float8[], NULL::float8)""",
    ],
    "score_moments": [
        "score_moments_accum(NULL, NULL)",
        "score_moments_accum(NULL, '{1,NULL}')",
        "(SELECT score_moments(ARRAY[i, i * i, 7]::float8[]) FROM generate_series(1, 70) i)",
        "(SELECT score_moments(ARRAY[i, -sqrt(i), i % 3]::float8[]) FROM generate_series(1, 9) i)",
        "(SELECT score_moments(x) FROM (VALUES ('{1e140,1e-200}'::float8[]), ('{-1e140,-1e-200}'), ('{0,0}')) v (x))",
    ],
    "principal_component": [
        "(SELECT first_component(ARRAY[i, i * i]::float8[]) FROM generate_series(1, 9) i)",
        """(SELECT capabilities_component(annotate(score_matrix('m' || i, b, s),
                                                   '{é,z,neg}', '{neg}'), pca => 'pearson')
            FROM generate_series(1, 5) i,
                 LATERAL (VALUES ('é', i), ('z', i * i % 7), ('neg', (i - 3) * 1e9)) v (b, s))""",
    ],
}

# Functions of each type that must work on any value that was accepted.  The
# server side of it: is.finite() of every number that comes out.
SETUP = """
CREATE FUNCTION not_finite(VARIADIC x float8[]) RETURNS bool LANGUAGE sql
RETURN EXISTS (SELECT FROM unnest(x) u WHERE u IN ('NaN', 'Infinity', '-Infinity'));

-- Runs a query of one boolean, "is something wrong?", on a value.
CREATE FUNCTION examine(query text, value anyelement) RETURNS void LANGUAGE plpgsql AS $$
DECLARE wrong bool;
BEGIN
    EXECUTE query INTO wrong USING value;
    IF wrong THEN
        RAISE 'not finite: %', query USING ERRCODE = 'ZZ001';
    END IF;
EXCEPTION
    WHEN SQLSTATE '22023' OR SQLSTATE '22003' OR SQLSTATE '2202E' OR SQLSTATE '54000' THEN
        NULL;
END $$;
"""

# How an error is returned to those who ask for that: pg_input_error_info() says the same
# as the error that is raised, or nothing where none is.  15 cannot be asked.
SAME_WHEN_SAVED = """
CREATE FUNCTION check_saved(form text, type text, raised text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE saved text[];
BEGIN
    SELECT ARRAY[sql_error_code, message, coalesce(detail, ''), coalesce(hint, '')] INTO saved
    FROM pg_input_error_info(form, type);
    IF saved IS DISTINCT FROM coalesce(raised, ARRAY[NULL, NULL, '', '']) OR
       pg_input_is_valid(form, type) IS DISTINCT FROM (raised IS NULL) THEN
        RAISE 'saved % instead of %', saved, raised USING ERRCODE = 'ZZ003';
    END IF;
END $$;
"""
NEVER_SAVED = """
CREATE FUNCTION check_saved(form text, type text, raised text[]) RETURNS void LANGUAGE sql AS '';
"""

ROUND_TRIP = """
CREATE FUNCTION round_trip(value {0}) RETURNS void LANGUAGE plpgsql AS $$
DECLARE again {0} := value::text::{0};
BEGIN
    IF again::text <> value::text OR {0}_send(again) <> {0}_send(value) THEN
        RAISE 'does not come back: % against %', value, again USING ERRCODE = 'ZZ002';
    END IF;
END $$;

-- A text form: 'ok', or the SQLSTATE it is refused with.
CREATE FUNCTION try_text(form text, type {0}) RETURNS text LANGUAGE plpgsql AS $$
DECLARE value {0}; code text; message text; detail text; hint text;
BEGIN
    BEGIN
        value := form::{0};
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
            detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        PERFORM check_saved(form, '{0}', ARRAY[code, message, detail, hint]);
        RETURN code;
    END;
    PERFORM check_saved(form, '{0}', NULL);
    PERFORM round_trip(value);
    PERFORM exercise(value);
    RETURN 'ok';
END $$;

CREATE TABLE {0}_values (value {0});
"""

STRATA = ("SELECT bool_or(not_finite(corr_a, corr_b, difference, ci_low, ci_high, p_value, q_value, congruence, capability_sd_a, capability_sd_b)) "
          "FROM ")
CORRELATIONS = "SELECT bool_or(not_finite(corr, ci_low, ci_high, p_value)) FROM "

EXERCISE = {
    "score_matrix": [
        "SELECT bool_or(not_finite(score, stderr)) FROM cells($1)",
        "SELECT models($1) IS NULL OR benchmarks($1) IS NULL",
        "SELECT merge($1, $1)::text IS NULL",
        "SELECT subset($1, (SELECT array_agg(model) FROM families($1)))::text IS DISTINCT FROM $1::text",
        "SELECT ($1::jsonb)::score_matrix::text IS NULL",
        "SELECT annotate($1, benchmarks($1), benchmarks($1))::text IS NULL",
        "SELECT merge($1, $1)::jsonb - 'cells' IS DISTINCT FROM $1::jsonb - 'cells' FROM roles($1), families($1)",
        "SELECT annotate($1, '{}', '{}', '{}', '{}', '{}', '{}', '{}')::text LIKE '%famil%'",
        CORRELATIONS + "capabilities_correlations($1)",
        CORRELATIONS + "capabilities_correlations($1, (benchmarks($1))[1:2])",
        CORRELATIONS + "capabilities_correlations($1, benchmarks($1), benchmarks($1), 'kendall', 'pearson')",
        CORRELATIONS + "capabilities_correlations($1, benchmarks($1), benchmarks($1), 'pearson', exclude_self => false)",
        CORRELATIONS + "benchmark_correlations($1, (benchmarks($1))[1], method => 'pearson')",
        CORRELATIONS + "benchmark_correlations($1, (benchmarks($1))[2], benchmarks($1), 'kendall')",
        "SELECT bool_or(not_finite(corr::float8) OR note || not_checked = '') FROM capabilities_report($1, (benchmarks($1))[1:2], benchmarks($1), missing => 'impute')",
        "SELECT bool_or(not_finite(corr_controlled::float8) OR note || not_checked = '') "
        "FROM capabilities_report($1, (benchmarks($1))[1:3], benchmarks($1), controlling => (benchmarks($1))[4:5])",
        CORRELATIONS + "capabilities_over_time($1, (benchmarks($1))[1], 30, (benchmarks($1))[2:3], benchmarks($1), missing => 'impute')",
        "SELECT bool_or(not_finite(corr)) FROM correlation_matrix($1)",
        "SELECT bool_or(not_finite(corr)) FROM correlation_matrix($1, benchmarks($1), controlling => (benchmarks($1))[1:2])",
        "SELECT bool_or(not_finite(corr, ci_low, ci_high, p_value, corr_uncontrolled, vif)) FROM "
        "capabilities_correlations($1, (benchmarks($1))[1:2], benchmarks($1), 'pearson', controlling => (benchmarks($1))[2:4])",
        CORRELATIONS + "capabilities_correlations($1, (benchmarks($1))[1:1], benchmarks($1), controlling => (benchmarks($1))[1:3], "
                       "missing => 'impute', min_scores => 1, ci => 'bootstrap', resamples => 100)",
        CORRELATIONS + "benchmark_correlations($1, (benchmarks($1))[1], benchmarks($1), controlling => (benchmarks($1))[2:3], "
                       "families => (SELECT jsonb_object_agg(x, x) FROM unnest(models($1)) AS x))",
        "SELECT bool_or(not_finite(difference, ci_low, ci_high, p_value, difference_uncontrolled, vif)) FROM capabilities_difference("
        "$1, (benchmarks($1))[2], (benchmarks($1))[3], (benchmarks($1))[1:1], controlling => (benchmarks($1))[4:5])",
        "SELECT bool_or(not_finite(corr)) FROM correlation_matrix($1, method => 'pearson')",
        "SELECT bool_or(not_finite(corr)) FROM correlation_matrix(annotate($1, (benchmarks($1))[1:3]), benchmarks($1), controlling => '{capability}')",
        CORRELATIONS + "capabilities_correlations($1, (benchmarks($1))[1:2], ci => 'bootstrap', resamples => 100)",
        CORRELATIONS + "capabilities_correlations($1, benchmarks($1), benchmarks($1), 'pearson', 'pearson', "
                       "ci => 'bootstrap', resamples => 100)",
        CORRELATIONS + "capabilities_correlations($1, benchmarks($1), benchmarks($1), component => greatest(1, least(2, cardinality(benchmarks($1)))), "
                       "resamples => 100)",
        CORRELATIONS + "capabilities_correlations($1, (benchmarks($1))[1:1], method => 'kendall', families => (SELECT jsonb_object_agg(x, x) FROM unnest(models($1)) AS x))",
        "SELECT bool_or(not_finite(slope, benchmark_sd, reliability, corr_disattenuated)) FROM capabilities_correlations($1, (benchmarks($1))[1:2])",
        "SELECT bool_or(not_finite(difference, ci_low, ci_high, p_value)) FROM capabilities_difference("
        "$1, (benchmarks($1))[2], (benchmarks($1))[3], (benchmarks($1))[1:1], ci => 'bootstrap', resamples => 100)",
        "SELECT bool_or(not_finite(difference, ci_low, ci_high, p_value)) FROM capabilities_difference("
        "$1, (benchmarks($1))[2], (benchmarks($1))[3], (benchmarks($1))[1:1], absolute => true)",
        STRATA + "capabilities_strata_difference($1, $1, (benchmarks($1))[1:2])",
        STRATA + "capabilities_strata_difference($1, NULL, (benchmarks($1))[1:2], benchmarks($1), exclude_self => false)",
        STRATA + "capabilities_strata_difference($1, $1, benchmarks($1), benchmarks($1), 'pearson', 'pearson', "
                 "families => (SELECT jsonb_object_agg(x, x) FROM unnest(models($1)) AS x))",
        STRATA + "capabilities_strata_difference($1, subset($1, (models($1))[3:]), (benchmarks($1))[1:1], method => 'kendall', missing => 'impute')",
        "SELECT bool_or(not_finite(score, expected, pi_low, pi_high, residual, studentised, p_value, q_value)) "
        "FROM capabilities_adjusted_scores($1, (benchmarks($1))[1:2], benchmarks($1))",
        "SELECT bool_or(not_finite(score, expected, pi_low, pi_high, residual, studentised, p_value, q_value)) "
        "FROM capabilities_adjusted_scores($1, (benchmarks($1))[1:1], benchmarks($1), 'quadratic')",
        "SELECT bool_or(not_finite(expected, pi_low, pi_high, residual, studentised, p_value) OR pi_low < 0 OR pi_high > 1) "
        "FROM capabilities_adjusted_scores($1, (benchmarks($1))[1:2], benchmarks($1), 'linear', 'logit')",
        "SELECT bool_or(not_finite(corr, without_benchmark_low, without_model_high, without_family_low, pearson, kendall, "
        "mean_z)) FROM capabilities_robustness($1, (benchmarks($1))[1:2], benchmarks($1), '{}')",
        "SELECT bool_or(not_finite(ci_low, ci_high)) FROM capabilities_scores($1, benchmarks($1), resamples => 100)",
        "SELECT bool_or(not_finite(capability_a, capability_b, difference, ci_low, ci_high, p_value)) "
        "FROM capabilities_scores_difference($1, (models($1))[1], (models($1))[2], benchmarks($1), resamples => 100)",
        "SELECT bool_or(not_finite(ci_low, ci_high, parallel_threshold)) FROM capabilities_components("
        "$1, benchmarks($1), ci => 'bootstrap', resamples => 100)",
        "SELECT bool_or(not_finite(capability)) FROM capabilities_scores($1, benchmarks($1))",
        "SELECT bool_or(not_finite(capability, ci_low, ci_high)) FROM capabilities_scores($1, benchmarks($1), "
        "missing => 'impute', min_scores => 1, resamples => 100)",
        "SELECT bool_or(not_finite(score, stderr)) FROM impute_scores($1, benchmarks($1), 1)",
        CORRELATIONS + "capabilities_correlations($1, benchmarks($1), benchmarks($1), missing => 'impute', min_scores => 1)",
        "SELECT bool_or(not_finite(capability)) FROM capabilities_scores($1, (benchmarks($1))[1:1])",
        "SELECT bool_or(not_finite(weight, loading)) FROM capabilities_loadings($1, benchmarks($1), components => 9)",
        "SELECT bool_or(not_finite(eigenvalue, explained, cumulative)) FROM capabilities_components($1, benchmarks($1), 'pearson')",
        "SELECT not_finite(VARIADIC means(c) || sds(c) || loadings(c) || explained(c)) FROM capabilities_component($1, benchmarks($1)) c",
        "SELECT not_finite(capabilities_corr($1, (benchmarks($1))[1], (benchmarks($1))[2:3]))",
        "SELECT not_finite((capabilities_test($1, (benchmarks($1))[1], benchmarks($1))).p_value)",
    ],
    "score_rows": [
        "SELECT not_finite(capabilities_corr_final($1))",
        "SELECT not_finite(VARIADIC capabilities_corr_array_final($1))",
        "SELECT not_finite(t.corr, t.ci_low, t.ci_high, t.p_value) FROM capabilities_test_final($1) t",
        "SELECT not_finite(spearman_corr_final($1), kendall_corr_final($1))",
        "SELECT not_finite((pearson_test_final($1)).p_value, (kendall_test_final($1)).p_value, (spearman_test_final($1)).ci_low)",
        "SELECT score_rows_combine($1, $1)::text IS NULL",
        "SELECT score_rows_accum($1, '{1,2}'::float8[], 3::float8)::text IS NULL",
        "SELECT score_rows_accum($1, '{1,2,3}'::float8[], '{4,5}'::float8[])::text IS NULL",
        "SELECT score_rows_inv($1, '{1,2}'::float8[], 3::float8)::text = ''",
        "SELECT score_rows_inv($1, '{1,2}'::float8[], '{3}'::float8[])::text = ''",
        "SELECT score_rows_inv($1, 2::float8, 3::float8)::text = ''",
    ],
    "score_moments": [
        "SELECT n_rows($1) IS NULL",
        "SELECT not_finite(VARIADIC means(c) || sds(c) || weights(c) || eigenvalues(c) || explained(c)) FROM first_component($1) c",
        "SELECT score_moments_combine($1, $1)::text IS NULL",
        "SELECT first_component(score_moments_combine($1, $1))::text = ''",
        "SELECT score_moments_accum($1, '{1,2}')::text IS NULL",
        "SELECT score_moments_accum($1, '{1e140,2,-1e140}')::text IS NULL",
        "SELECT rollup(m)::text IS NULL FROM (SELECT $1 AS m FROM generate_series(1, 3)) s",
    ],
    "principal_component": [
        """SELECT not_finite(VARIADIC means($1) || sds($1) || weights($1) || loadings($1)
                             || eigenvalues($1) || explained($1))""",
        "SELECT n_rows($1) IS NULL OR negated($1) IS NULL OR matrix_kind($1) IS NULL",
        "SELECT benchmarks($1) = '{}'",
        "SELECT not_finite(component_score($1, means($1)))",
        "SELECT not_finite(component_score($1, array_fill(1e140::float8, ARRAY[cardinality(means($1))])))",
        "SELECT not_finite(component_score($1, '{-1e140,1e140}'))",
        "SELECT not_finite(congruence($1, $1))",
        "SELECT ($1::jsonb)::principal_component::text IS NULL",
    ],
}


def sql_literal(text):
    return "'" + text.replace("'", "''") + "'"


@pytest.fixture(scope="module")
def hostile(db):
    """The database with what the tests run on it, and each type's seeds."""
    db.rows("SET client_min_messages = error")
    db.rows(SETUP)
    db.rows(SAME_WHEN_SAVED if db.connection.server_version >= 160000 else NEVER_SAVED)
    db.seeds = {}
    for name in TYPES:
        performs = "\n".join(
            f"PERFORM examine({sql_literal(query)}, value);" for query in EXERCISE[name])
        db.rows(f"CREATE FUNCTION exercise(value {name}) RETURNS void LANGUAGE plpgsql"
                f" AS $$ BEGIN {performs} END $$")
        db.rows(ROUND_TRIP.format(name))
        db.seeds[name] = [
            (text, bytes(binary))
            for text, binary in db.rows(" UNION ALL ".join(
                f"SELECT v::text, {name}_send(v) FROM (SELECT {seed} AS v) s"
                for seed in SEEDS[name]))]
    db.pid = db.value("SELECT pg_backend_pid()")
    yield db


# ----------------------------------------------------------------------
# Text
# ----------------------------------------------------------------------

def try_texts(db, name, texts):
    """Feeds text forms to the server; fails unless each is refused properly."""
    accepted = 0
    for start in range(0, len(texts), 200):
        batch = texts[start:start + 200]
        rows = db.rows(f"SELECT try_text(form, NULL::{name}) FROM unnest(%s::text[])"
                       " WITH ORDINALITY u (form, i) ORDER BY i", (batch,))
        for form, (outcome,) in zip(batch, rows):
            assert outcome in TEXT_ERRORS | {"ok"}, (outcome, form[:500])
            accepted += outcome == "ok"
    return accepted


ODD_NUMBERS = ["0", "-0", "1", "-1", "2", "3", "0.5", "1e140", "1.0000001e140", "-1e140",
               "1e141", "5e-324", "1e-400", "1e400", "-1e400", "9223372036854775807",
               "9223372036854775808", "-9223372036854775808", "4294967295", "4294967296",
               "2147483647", "1" * 400, "0." + "1" * 400, "1e-160", "2e280", "64", "2000", "2001"]
ODD_VALUES = ODD_NUMBERS + [
    "null", "true", "false", '""', '"a"', '"NaN"', '"Infinity"', "[]", "{}", "[[]]", "[1]",
    "[null]", '{"a":1}', '{"name":"n"}', '"\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"',
    "[0,0,1]", "[0,0,2,3,0]", "[0,0,2,3,0,5,0]", "[1,1,1]", "NaN", "Infinity", "nul", "-", "01",
    "'a'", '"a', "]", "}", ",", ":"]


def mutate_text(random, text):
    """One to three edits: of characters, of tokens, of whole parts."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        kind = random.randrange(7)
        at = random.randrange(len(text) + 1)
        if kind == 0:
            text = text[:at] + text[at + random.randint(1, 4):]
        elif kind == 1:
            text = text[:at] + random.choice('{}[],:"\\-+.eE0123456789 \taé\x01') + text[at:]
        elif kind == 2:
            text = text[:at] + random.choice(ODD_VALUES) + text[at:]
        elif kind == 3:
            other = random.randrange(len(text) + 1)
            text = text[:at] + text[min(at, other):max(at, other)] + text[at:]
        else:
            # replace a token: structure stays, meaning changes
            tokens = []
            i = 0
            while i < len(text):
                j = i + 1
                if text[i] == '"':
                    while j < len(text) and text[j] != '"':
                        j += 2 if text[j] == "\\" else 1
                    j += 1
                elif text[i] in "-0123456789":
                    while j < len(text) and text[j] in "-+.eE0123456789":
                        j += 1
                elif text[i].isalpha():
                    while j < len(text) and text[j].isalpha():
                        j += 1
                if text[i] not in " ,:{}[]":
                    tokens.append((i, min(j, len(text))))
                i = j
            if not tokens:
                continue
            i, j = random.choice(tokens)
            if kind == 4:
                i2, j2 = random.choice(tokens)
                new = text[i2:j2]
            elif kind == 5:
                new = random.choice(ODD_NUMBERS)
            else:
                new = random.choice(ODD_VALUES)
            text = text[:i] + new + text[j:]
        if not text:
            return text
    return text


@pytest.mark.parametrize("name", TYPES)
def test_text_seeds(hostile, name):
    texts = [text for text, _ in hostile.seeds[name]]
    assert try_texts(hostile, name, texts) == len(texts)


@pytest.mark.parametrize("name", TYPES)
def test_text_truncated(hostile, name):
    texts = [text[:n] for text, _ in hostile.seeds[name] for n in range(len(text))]
    assert try_texts(hostile, name, texts) == 0


@pytest.mark.parametrize("name", TYPES)
def test_text_mutated(hostile, name):
    rng = random.Random(f"{SEED} text {name}")
    seeds = [text for text, _ in hostile.seeds[name]]
    texts = [mutate_text(rng, rng.choice(seeds)) for _ in range(int(2500 * FACTOR))]
    accepted = try_texts(hostile, name, texts)
    assert accepted > len(texts) // 100  # the mutations are not all too coarse


@pytest.mark.parametrize("name", TYPES)
def test_text_keys(hostile, name):
    """Unknown, missing and repeated keys at the top; another version."""
    text = hostile.seeds[name][-1][0]
    value = json.loads(text)
    texts = [text.replace('"version":1', f'"version":{version}')
             for version in ("0", "2", "-1", "1.0", "1e0", '"1"', "null", "99999999999999999999")]
    texts.append(text[:-1] + ',"more":1}')
    for key in value:
        texts.append(json.dumps({k: v for k, v in value.items() if k != key}))
        texts.append(text[:-1] + f',{json.dumps(key)}:{json.dumps(value[key])}}}')
        texts += [json.dumps({**value, key: other}) for other in ("x", {}, [[]], [[], []], 1.5)]
    assert try_texts(hostile, name, texts) == 0
    # of these some are right: no rows, no names
    try_texts(hostile, name, [json.dumps({**value, key: other}) for key in value
                              for other in (None, True, 0, 1, [], [None])])
    reordered = json.dumps(dict(reversed(value.items())), indent=3)
    assert try_texts(hostile, name, [reordered]) == 1


@pytest.mark.parametrize("name", TYPES)
def test_text_nested(hostile, name):
    key = {"score_matrix": "cells", "score_rows": "rows",
           "score_moments": "mean", "principal_component": "means"}[name]
    texts = []
    for depth in (10, 1000, 300000):
        for opening, closing in (("[", "]"), ('{"a":', "}")):
            texts.append(opening * depth)
            texts.append(opening * depth + "1" + closing * depth)
            texts.append(f'{{"version":1,"{key}":' + opening * depth + "1" + closing * depth + "}")
    assert try_texts(hostile, name, texts) == 0
    # jsonb reads them first, and has a limit of its own
    error = hostile.error(f"SELECT (repeat('[', 300000) || repeat(']', 300000))::jsonb::{name}"
                          if name in ("score_matrix", "principal_component") else
                          f"SELECT repeat('[', 300000)::{name}")
    assert error.pgcode in TEXT_ERRORS


@pytest.mark.parametrize("name", TYPES)
def test_copy_skips_what_is_malformed(hostile, name):
    """COPY … (ON_ERROR ignore) loads the good lines and skips the others."""
    if hostile.connection.server_version < 170000:
        pytest.skip("COPY has ON_ERROR from PostgreSQL 17 on")
    rng = random.Random(f"{SEED} copy {name}")
    good = [text for text, _ in hostile.seeds[name]]
    bad = [text[:rng.randrange(len(text))] for text in good * 20]
    lines = good + bad
    rng.shuffle(lines)
    copied = "".join(line.replace("\\", "\\\\") + "\n" for line in lines)
    with hostile.connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {name}_values FROM STDIN (ON_ERROR ignore)", io.StringIO(copied))
    kept = hostile.rows(f"SELECT value::text FROM {name}_values")
    hostile.rows(f"TRUNCATE {name}_values")
    assert [text for text, in kept] == [line for line in lines if line in good]


# ----------------------------------------------------------------------
# Binary
# ----------------------------------------------------------------------

def copy_binary(db, name, value):
    """Reads one binary value; None, or the SQLSTATE it is refused with."""
    stream = (b"PGCOPY\n\xff\r\n\x00" + struct.pack("!ii", 0, 0) +
              struct.pack("!hi", 1, len(value)) + value + struct.pack("!h", -1))
    try:
        with db.connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {name}_values FROM STDIN (FORMAT binary)",
                               io.BytesIO(stream))
    except psycopg2.Error as error:
        assert error.pgcode is not None, "the connection is lost"
        return error.pgcode
    return None


def try_binaries(db, name, binaries):
    accepted = 0
    for value in binaries:
        code = copy_binary(db, name, value)
        assert code in BINARY_ERRORS | {None}, (code, value.hex())
        if code is None:
            accepted += 1
            try:
                db.rows(f"SELECT round_trip(value), exercise(value) FROM {name}_values")
            except psycopg2.Error as error:
                pytest.fail(f"{error.pgcode} {error}\n{value.hex()}")
            db.rows(f"TRUNCATE {name}_values")
    return accepted


ODD_INT16 = [struct.pack("!h", n) for n in (0, 1, 2, -1, 32767)]
ODD_INT32 = [struct.pack("!i", n) for n in (0, 1, 2, 3, -1, 255, 256, 257, 2000, 2001, 10000, 10001,
                                            100000, 100001, 2**24, 2**31 - 1, -2**31)]
ODD_INT64 = [struct.pack("!q", n) for n in (0, 1, 2, -1, 2**31, 2**32 + 1, 36000000,
                                            2**53 + 1, 2**61, 2**63 - 1, -2**63)]
ODD_FLOATS = [struct.pack("!d", x) for x in (
    0.0, -0.0, 1.0, -1.0, 0.1, 5e-324, -5e-324, 2.3e-308, 1e-160, 1e140, -1e140,
    1.0000000001e140, 1e280, 1e300, 1.7e308, math.inf, -math.inf, math.nan)]
ODD_FLOATS.append(b"\x7f\xf0\x00\x00\x00\x00\x00\x01")  # a signalling NaN
ODD_BYTES = [b"\xff", b"\x00", b"\xc3", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"]


def mutate_binary(random, value):
    value = bytearray(value)
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        kind = random.randrange(6)
        at = random.randrange(len(value) + 1)
        if kind == 0 and value:
            value[at % len(value)] ^= 1 << random.randrange(8)
        elif kind == 1:
            new = random.choice(random.choice(
                (ODD_INT16, ODD_INT32, ODD_INT64, ODD_FLOATS, ODD_BYTES)))
            value[at:at + len(new)] = new
        elif kind == 2:
            del value[at:at + random.choice((1, 4, 8, 16))]
        elif kind == 3:
            value[at:at] = random.randbytes(random.choice((1, 4, 8)))
        elif kind == 4:
            size = random.choice((4, 8, 16, 24))
            other = random.randrange(len(value) + 1)
            value[at:at + size] = value[other:other + size]
        elif value:
            value[at % len(value)] = random.randrange(256)
    return bytes(value)


@pytest.mark.parametrize("name", TYPES)
def test_binary_seeds(hostile, name):
    binaries = [binary for _, binary in hostile.seeds[name]]
    assert try_binaries(hostile, name, binaries) == len(binaries)


@pytest.mark.parametrize("name", TYPES)
def test_binary_truncated(hostile, name):
    binaries = [binary[:n] for _, binary in hostile.seeds[name] for n in range(len(binary))]
    binaries += [binary + b"\0" for _, binary in hostile.seeds[name]]
    assert try_binaries(hostile, name, binaries) == 0


@pytest.mark.parametrize("name", TYPES)
def test_binary_flipped(hostile, name):
    """Every bit of the shortest values, one at a time."""
    binaries = []
    for _, binary in sorted(hostile.seeds[name], key=lambda seed: len(seed[1]))[1:3]:
        for bit in range(min(len(binary), 100) * 8):
            flipped = bytearray(binary)
            flipped[bit // 8] ^= 0x80 >> bit % 8
            binaries.append(bytes(flipped))
    try_binaries(hostile, name, binaries)


@pytest.mark.parametrize("name", TYPES)
def test_binary_mutated(hostile, name):
    rng = random.Random(f"{SEED} binary {name}")
    seeds = [binary for _, binary in hostile.seeds[name]]
    binaries = [mutate_binary(rng, rng.choice(seeds)) for _ in range(int(2000 * FACTOR))]
    accepted = try_binaries(hostile, name, binaries)
    assert accepted > len(binaries) // 100


def matrix_binary(models, benchmarks, single=(), pooled=(), version=1, counts=None, families=(), overlaps=()):
    """A binary score_matrix, right or wrong; a family is (model, kind, label or nothing)."""
    counts = counts or (len(models), len(benchmarks), len(single), len(pooled))
    out = struct.pack("!hiiiiii", version, *counts, len(families), len(overlaps))
    for label in models:
        out += struct.pack("!i", len(label)) + label
    for label, flags in benchmarks:
        out += struct.pack("!i", len(label)) + label + bytes([flags])
    for model, benchmark, score in single:
        out += struct.pack("!iid", model, benchmark, score)
    for model, benchmark, flags, n, *sums in pooled:
        out += struct.pack("!iibq4d", model, benchmark, flags, n, *sums)
    for model, kind, *family in families:
        out += struct.pack("!i", len(model)) + model + bytes([kind])
        for label in family:
            out += struct.pack("!i", len(label)) + label
    for overlap in overlaps:
        out += struct.pack("!ii", *overlap)
    return out


def test_binary_matrix_by_hand(hostile):
    """What the format allows, and what it does not, each with its SQLSTATE."""
    one = [b"m"], [(b"b", 0)]
    cell = (0, 0, 1.0)
    cases = [
        (matrix_binary([], []), None),
        (matrix_binary(*one, [cell]), None),
        (matrix_binary(*one, [], [(0, 0, 0, 2, 3, 0, 5, 0)]), None),
        (matrix_binary(*one, [], [(0, 0, 1, 2, 3, 0, 0, 0)]), None),
        (matrix_binary(*one, [], [(0, 0, 1, 1, 3, 0, 0, 0)]), None),     # the mean of one score
        (matrix_binary([b""], [(b"", 0)], [cell]), None),
        (matrix_binary([b"m" * 10000], [(b"b", 7 - 4)], [cell]), None),
        (matrix_binary(*one, [cell], version=0), "22P03"),
        (matrix_binary(*one, [cell], version=2), "22P03"),
        (matrix_binary(*one, [cell], version=-1), "22P03"),
        (matrix_binary(*one, [cell], counts=(-1, 1, 1, 0)), "22P03"),
        (matrix_binary(*one, [cell], counts=(2**31 - 1, 1, 1, 0)), "22P03"),
        (matrix_binary(*one, [cell], counts=(1, 1, 3, 0)), "22P03"),
        (matrix_binary(*one, [cell], counts=(1, 1, 0, 1)), "22P03"),
        (matrix_binary(*one), "22P03"),                                # labels without a cell
        (matrix_binary([b"m", b"n"], one[1], [cell]), "22P03"),
        (matrix_binary(one[0], [(b"b", 0), (b"c", 0)], [cell]), "22P03"),
        (matrix_binary([b"m", b"m"], one[1], [cell, (1, 0, 1)]), "22P03"),
        (matrix_binary(one[0], [(b"b", 0), (b"b", 0)], [cell, (0, 1, 1)]), "22P03"),
        (matrix_binary(*one, [cell, cell]), "22P03"),                  # a cell twice
        (matrix_binary(*one, [cell], [(0, 0, 0, 2, 3, 0, 5, 0)]), "22P03"),
        (matrix_binary(*one, [(1, 0, 1.0)]), "22P03"),
        (matrix_binary(*one, [(0, 1, 1.0)]), "22P03"),
        (matrix_binary(*one, [(-1, 0, 1.0)]), "22P03"),
        (matrix_binary(*one, [(0, 0, math.nan)]), "22P03"),
        (matrix_binary(*one, [(0, 0, math.inf)]), "22003"),
        (matrix_binary(*one, [(0, 0, 1.1e140)]), "22003"),
        (matrix_binary(one[0], [(b"b", 31)], [cell]), None),           # all roles, both directions
        (matrix_binary(one[0], [(b"b", 32)], [cell]), "22P03"),        # unknown flag
        (matrix_binary(one[0], [(b"b", 0), (b"c", 8)], [cell]), None),  # declared
        (matrix_binary([], [(b"c", 16)]), None),
        (matrix_binary(*one, [cell], families=[(b"m", 0, b"f"), (b"n", 0, b""), (b"", 1)]), None),
        (matrix_binary(*one, [cell], families=[(b"m", 0, b"f"), (b"m", 0, b"f")]), "22P03"),
        (matrix_binary(*one, [cell], families=[(b"m", 1), (b"m", 0, b"f")]), "22P03"),
        (matrix_binary(*one, [cell], families=[(b"m", 2)]), "22P03"),
        (matrix_binary(*one, [cell], families=[(b"m", 0)]), "08P01"),
        (matrix_binary(*one, [cell], families=[(b"m", 0, b"f" * 10001)]), "54000"),
        (matrix_binary(*one, [cell], families=[(b"m" * 10001, 1)]), "54000"),
        (matrix_binary(*one, [cell], families=[(b"m", 0, b"\xff")]), "22021"),
        (matrix_binary(*one, [cell], families=[(b"\xff", 1)]), "22021"),
        (matrix_binary(one[0], [(b"b", 0), (b"c", 0), (b"d", 0)], [cell], overlaps=[(1, 2), (1, 0)]), None),
        (matrix_binary(one[0], [(b"b", 0), (b"c", 0), (b"d", 0)], [cell], overlaps=[(1, 0)]), "22P03"),
        (matrix_binary(*one, [cell], overlaps=[(0, 0)]), "22P03"),
        (matrix_binary(*one, [cell], overlaps=[(0, 1)]), "22P03"),
        (matrix_binary(*one, [cell], overlaps=[(-1, 0)]), "22P03"),
        (matrix_binary([b"m" * 10001], one[1], [cell]), "54000"),
        (matrix_binary([b"\xff"], one[1], [cell]), "22021"),
        (matrix_binary([b"a\0b"], one[1], [cell]), "22021"),
        (matrix_binary(*one, [], [(0, 0, 0, 1, 3, 0, 9, 0)]), "22P03"),  # one score has no spread
        (matrix_binary(*one, [], [(0, 0, 1, 1, 3, 1e-20, 0, 0)]), "22P03"),
        (matrix_binary(*one, [], [(0, 0, 1, 0, 0, 0, 0, 0)]), "22P03"),
        (matrix_binary(*one, [], [(0, 0, 0, -2, 3, 0, 9, 0)]), "22P03"),
        (matrix_binary(*one, [], [(0, 0, 2, 2, 3, 0, 5, 0)]), "22P03"),
        (matrix_binary(*one, [], [(0, 0, 1, 2, 3, 0, 5, 0)]), "22P03"),  # unknown, yet known
        (matrix_binary(*one, [], [(0, 0, 0, 2, math.nan, 0, 5, 0)]), "22P03"),
        (matrix_binary(*one, [], [(0, 0, 0, 2, 3, 1, 5, 0)]), "22P03"),  # not normalised
        (matrix_binary(*one, [], [(0, 0, 0, 2, 3, 0, -5, 0)]), "22P03"),
        (matrix_binary(*one, [], [(0, 0, 0, 2, 3e140, 0, 5, 0)]), "22P03"),
    ]
    for value, expected in cases:
        assert copy_binary(hostile, "score_matrix", value) == expected, value[:200].hex()
        hostile.rows("TRUNCATE score_matrix_values")


# ----------------------------------------------------------------------
# Random arguments
# ----------------------------------------------------------------------

NAMES = ["a", "b", "c", "d", "A", "", "é", "absent"]
FLOATS = ["0", "1", "2", "3", "-1", "0.1", "0.2", "0.3", "1e9", "1000000000.0000001",
          "5e-324", "-5e-324", "2.2250738585072014e-308", "1e-160", "1e-300",
          "1e140", "-1e140", "9.999999999999999e139", "-0", "NaN",
          "1.0000001e140", "1e308", "-1e308", "Infinity", "-Infinity"]
TAME = FLOATS[:20]  # what is a score, or none


def random_float(rng, wild=0.1):
    if rng.random() < 0.5:
        return str(rng.randint(0, 4))
    return rng.choice(FLOATS if rng.random() < wild else TAME)


def random_array(rng, of, length=None):
    length = rng.choice((0, 1, 2, 2, 3, 3, 5)) if length is None else length
    items = ["NULL" if rng.random() < 0.05 else of() for _ in range(length)]
    if length and rng.random() < 0.05:
        return "{{" + ",".join(items) + "},{" + ",".join(items) + "}}"
    body = "{" + ",".join(items) + "}"
    return f"[-1:{length - 2}]={body}" if length and rng.random() < 0.1 else body


def random_matrix(rng):
    """SQL of a score_matrix of one to 14 models."""
    names = rng.sample(NAMES[:7], rng.randint(1, 5))
    kind = rng.choice((TAME, TAME, ["0.1"], ["1", "2", "3"], ["1e140", "-1e140"],
                       ["5e-324", "1e-323", "0"], ["1e9", "1000000000.0000001"]))
    values = []
    for model in range(rng.randint(1, 14)):
        for name in names:
            for _ in range(rng.choice((0, 1, 1, 1, 1, 2))):
                values.append(f"('m{model}','{name}','{rng.choice(kind)}'::float8)")
    if not values:
        return "NULL::score_matrix"
    means = rng.choice(("", "", ", 1 + length(m) % 3, 0", ", 2 + ascii(b), least(abs(s), 0.02)", ", 5, NULL"))
    matrix = f"(SELECT score_matrix(m, b, s{means}) FROM (VALUES {','.join(values)}) v (m, b, s))"
    if rng.random() < 0.5:
        roles = rng.sample(names, len(names))
        cut = rng.randint(0, len(roles))
        families = {f"m{i}": rng.choice(NAMES) for i in range(14) if rng.random() < 0.8}
        overlaps = {a: [b] for a, b in zip(roles, roles[1:]) if rng.random() < 0.3}
        matrix = (f"annotate({matrix}, {sql_literal('{' + ','.join(quote(n) for n in roles[:cut]) + '}')},"
                  f" {sql_literal('{' + quote(rng.choice(names)) + '}')},"
                  f" {sql_literal('{' + ','.join(quote(n) for n in roles[cut:][:1]) + '}')},"
                  f" {sql_literal('{' + ','.join(quote(n) for n in roles[cut:][1:3]) + '}')},"
                  f" families => {sql_literal(json.dumps(families, ensure_ascii=False))},"
                  f" overlaps => {sql_literal(json.dumps(overlaps, ensure_ascii=False))}, missing_ok => true)")
    return matrix


def quote(name):
    return '"' + name + '"'


class Arguments:
    """Random SQL expressions of each type that our functions take."""

    def __init__(self, rng, db):
        self.rng = rng
        self.pool = {name: [text for text, _ in db.seeds[name]] for name in TYPES}
        for _ in range(60):
            self.pool["score_matrix"].append(db.value(f"SELECT {random_matrix(rng)}::text"))
        for _ in range(20):
            rows = [sql_literal("{" + ",".join(rng.choice(TAME) for _ in range(2)) + "}")
                    for _ in range(rng.randint(1, 9))]
            values = ",".join(f"({row}::float8[])" for row in rows)
            moments, component = db.row(
                f"SELECT score_moments(x)::text, first_component(x)::text FROM (VALUES {values}) v (x)")
            self.pool["score_moments"].append(moments)
            if component:
                self.pool["principal_component"].append(component)
        self.pool["score_matrix"] = [text for text in self.pool["score_matrix"] if text]

    def expression(self, kind):
        rng = self.rng
        if rng.random() < 0.05:
            return f"NULL::{kind}"
        if kind in self.pool:
            return f"{sql_literal(rng.choice(self.pool[kind]))}::{kind}"
        if kind == "double precision":
            return f"'{random_float(rng)}'::float8"
        if kind == "double precision[]":
            return f"'{random_array(rng, lambda: random_float(rng, 0.02))}'::float8[]"
        if kind == "text[]":
            if rng.random() < 0.5:
                names = rng.sample(NAMES[:4], rng.randint(1, 4))
                return sql_literal("{" + ",".join(map(quote, names)) + "}") + "::text[]"
            return sql_literal(random_array(rng, lambda: quote(rng.choice(NAMES)))) + "::text[]"
        if kind == "text":
            return sql_literal(rng.choice(
                NAMES + ["spearman", "pearson", "kendall"] * 4 + ["impute", "complete"] * 4 +
                ["linear", "quadratic", "raw", "logit"] * 3 + ["x" * 300])) + "::text"
        if kind == "jsonb":
            return sql_literal(rng.choice((
                "{}", '{"a": 1, "b": 0.1}', '{"a": null, "b": true}', '{"a": "NaN", "": -5e-324}',
                '{"a": 1e400}', '{"a": "Infinity"}', '{"a": "x"}', '{"a": [1]}', "[1]", "1", '"a"',
                "null", '{"é": 1e140, "b": 123456789012345678901234567890}'))) + "::jsonb"
        if kind == "boolean":
            return rng.choice(("true", "false"))
        if kind == "integer":
            return str(rng.choice((-2147483647, -1, 0, 1, 2, 3, 100, 2147483647)))
        if kind == "bigint":
            return str(rng.choice((0, 1, 2, -1, 2**62, -2**63 + 1)))
        if kind == "bytea":
            return rng.choice((r"'\x'", r"'\xff00'", r"'\x7b7d'", "convert_to('{\"doc_id\": 1, \"resps\": [], \"acc\": NaN}', 'UTF8')",
                               "convert_to('model,b', 'UTF8')")) + "::bytea"
        if kind == "regclass":
            return rng.choice(("'pg_class'", "'pg_views'", "'pg_class_oid_index'", "4294967295")) + "::regclass"
        raise AssertionError(f"no random value of type {kind}")


FUNCTIONS = """
SELECT p.prokind, p.proname, coalesce(array_agg(format_type(t, NULL) ORDER BY i)
           FILTER (WHERE t IS NOT NULL), '{}')
FROM pg_depend e JOIN pg_extension x ON e.refobjid = x.oid AND x.extname = 'safetycorr'
JOIN pg_proc p ON e.objid = p.oid AND e.classid = 'pg_proc'::regclass AND e.deptype = 'e'
LEFT JOIN LATERAL unnest(p.proargtypes) WITH ORDINALITY a (t, i) ON true
GROUP BY p.oid
HAVING NOT bool_or(t IN ('internal'::regtype, 'cstring'::regtype))
ORDER BY 2, 3
"""


def numbers(value):
    """The floats in a value that psycopg2 gives."""
    if isinstance(value, float):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from numbers(item)


def call(rng, arguments, kind, name, types):
    """A statement that calls a function on random arguments."""
    if kind == "f":
        return f"SELECT * FROM {name}({', '.join(arguments.expression(t) for t in types)})"
    rows = []
    length = rng.randint(1, 4)
    for i in range(rng.choice((0, 1, 2, 3, 5, 9, 20))):
        row = [str(i), str(i % 3)]
        for t in types:
            if t == "double precision[]" and rng.random() < 0.9:
                row.append(f"'{random_array(rng, lambda: random_float(rng, 0.01), length)}'::float8[]")
            elif t == "double precision" and rng.random() < 0.9:
                row.append(f"'{random_float(rng, 0.01)}'::float8")
            elif t == "jsonb" and rng.random() < 0.9:
                row.append("'" + json.dumps({b: rng.randint(0, 5) for b in "abcd"[:length]}) + "'::jsonb")
            elif t == "text" and rng.random() < 0.9:
                row.append(sql_literal(rng.choice(NAMES)))
            else:
                row.append(arguments.expression(t))
        rows.append(f"({', '.join(row)})")
    columns = ", ".join(f"c{k}" for k in range(len(types)))
    source = ("(SELECT 0, 0" + "".join(f", NULL::{t}" for t in types) + " WHERE false)"
              if not rows else f"(VALUES {', '.join(rows)})") + f" v (i, g{''.join(', ' + c for c in columns.split(', '))})"
    over = rng.choice(("PARTITION BY g ORDER BY i", "ORDER BY i ROWS 3 PRECEDING", "",
                       "ORDER BY i ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW"))
    if kind == "w" or rng.random() < 0.3:
        result = f"{name}({columns}) OVER ({over})"
        text = f"SELECT {result} FROM {source}"
    else:
        text = f"SELECT {name}({columns}){rng.choice(('', ' FILTER (WHERE g > 0)'))} FROM {source}" + \
            rng.choice(("", " GROUP BY g", " GROUP BY ROLLUP (g)"))
    return text


def test_random_arguments(hostile):
    rng = random.Random(f"{SEED} arguments")
    arguments = Arguments(rng, hostile)
    functions = hostile.rows(FUNCTIONS)
    assert len(functions) > 50
    calls = failed = 0
    for _ in range(int(50 * FACTOR)):
        for kind, name, types in functions:
            statement = call(rng, arguments, kind, name, types)
            calls += 1
            try:
                rows = hostile.rows(statement)
            except psycopg2.Error as error:
                assert error.pgcode in CALL_ERRORS, (error.pgcode, str(error), statement)
                failed += 1
                continue
            for number in numbers(rows):
                assert math.isfinite(number), statement
    assert failed < calls / 2


def test_random_matrices(hostile):
    """Every analysis of random matrices, with names that are there."""
    rng = random.Random(f"{SEED} matrices")
    for _ in range(int(300 * FACTOR)):
        matrix = random_matrix(rng)
        try:
            hostile.rows(f"SELECT round_trip(m), exercise(m) FROM (SELECT {matrix} AS m) s"
                         " WHERE m IS NOT NULL")
        except psycopg2.Error as error:
            if "cannot impute scores of models that no" not in str(error):
                pytest.fail(f"{error.pgcode} {error}\n{matrix}")


def memory(db):
    """Bytes in the backend's memory contexts."""
    return db.value("SELECT sum(total_bytes)::int8 FROM pg_backend_memory_contexts")


def test_nothing_leaks(hostile):
    """Thousands of calls, failing or not, leave the backend as large as it was."""
    statements = [
        "SELECT '{\"version\":1,\"models\":[\"m\"],\"benchmarks\":[{\"name\":\"b\"}],\"cells\":[[0,0,1],[0,0,1]]}'::score_matrix",
        "SELECT score_matrix('m' || i, 'b', CASE WHEN i = 500 THEN 'Infinity' ELSE i END) FROM generate_series(1, 500) i",
        "SELECT capabilities_corr(array_fill(i::float8, ARRAY[2 + i / 500]), i) FROM generate_series(1, 500) i",
        "SELECT capabilities_score(array_fill(i::float8, ARRAY[10001])) OVER () FROM generate_series(1, 9) i",
        "SELECT capabilities_scores(score_matrix('m', 'b', 1), '{absent}')",
        "SELECT count(*) FROM capabilities_scores((SELECT score_matrix('m' || i, 'b', i) FROM generate_series(1, 99) i), '{b}')",
        "SELECT first_component(ARRAY[i, i * i]) FROM generate_series(1, 99) i",
        "SELECT eval_scores('{\"doc_id\": 1, \"resps\": [], \"acc\": 0.5, \"acc_norm\": true}')",
        "SELECT eval_scores('{\"doc_id\": 1, \"resps\": [], \"metrics\": {}}')",
    ]

    def run():
        for statement in statements:
            try:
                hostile.rows(statement)
            except psycopg2.Error as error:
                assert error.pgcode in CALL_ERRORS | TEXT_ERRORS, (error.pgcode, statement)

    for _ in range(20):
        run()
    before = memory(hostile)
    for _ in range(300):
        run()
    assert memory(hostile) - before < 200_000


def test_nothing_leaks_in_a_query(hostile):
    """Nor do many calls in one query: memory of one is free for the next."""
    matrix = "(SELECT score_matrix('m' || i, 'b' || j, i * j % 7) AS m FROM generate_series(1, 60) i, generate_series(1, 9) j)"
    for expression in ("length(merge(m, subset(m, models(m)))::text)",
                       "(SELECT count(*) FROM capabilities_correlations(m, ARRAY['b1', 'b' || 2 + i % 2]))",
                       "(SELECT sum(score) FROM cells(annotate(m, '{b1}')))",
                       "length(capabilities_component(m, '{b1,b2}')::text::principal_component::text)"):
        hostile.rows(f"SELECT sum({expression}) FROM {matrix} s, generate_series(1, 50) i")
        peak = "(SELECT (regexp_match(pg_read_file('/proc/self/status'), 'VmHWM:\\s+(\\d+) kB'))[1]::int8)"
        if hostile.value("SELECT pg_stat_file('/proc/self/status', true) IS NULL"):
            pytest.skip("no /proc here")
        before = hostile.value(f"SELECT {peak}")
        hostile.rows(f"SELECT sum({expression}) FROM {matrix} s, generate_series(1, 1500) i")
        assert hostile.value(f"SELECT {peak}") - before < 10_000, expression


def test_backend_survived(hostile):
    """One backend has served all of this."""
    assert hostile.value("SELECT pg_backend_pid()") == hostile.pid
