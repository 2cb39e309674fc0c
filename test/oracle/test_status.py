"""What is said where there is nothing to say: NULLs and the words of status."""
import pytest

import reference


def matrix_of(columns):
    """SQL for a score_matrix of {benchmark: scores}, models a, b, c, ...; None is missing."""
    cells = ", ".join(f"('{chr(97 + i)}', '{benchmark}', {score}::float8)"
                      for benchmark, scores in columns.items()
                      for i, score in enumerate(scores) if score is not None)
    return f"(SELECT score_matrix(m, b, s) FROM (VALUES {cells}) AS v (m, b, s))"


def correlations(db, columns, options="", capabilities="{p,q}"):
    """Rows of capabilities_correlations: n, n_dropped, corr, ci_low, ci_high, p, status."""
    return {row[0]: row[1:] for row in db.rows(
        f"SELECT benchmark, n, n_dropped, corr, ci_low, ci_high, p_value, status "
        f"FROM capabilities_correlations({matrix_of(columns)}, '{capabilities}' {options})")}


P, Q = [1, 2, 3, 4, 5, 6], [20, 10, 30, 52, 40, 69]


@pytest.mark.parametrize("target, expected", [
    ([1, 2, None, None, None, None], (2, 0, "too few models")),
    ([7, 7, 7, 7, None, None], (4, 0, "constant scores")),
    ([7, 7, None, None, None, None], (2, 0, "too few models")),
])
def test_target_without_correlation(db, target, expected):
    """Fewer than three models, or no variation: NULL and why, never an error."""
    row = correlations(db, {"p": P, "q": Q, "t": target})["t"]
    assert row == (*expected[:2], None, None, None, None, expected[2])


def test_three_models_have_no_interval(db):
    """A correlation over three models comes with p, but without an interval."""
    n, _, corr, low, high, p, status = correlations(
        db, {"p": P, "q": Q, "t": [2, 1, 3, None, None, None]})["t"]
    assert (n, low, high, status) == (3, None, None, "too few models for an interval")
    assert (abs(corr), p) == (0.5, 1)  # no order of three is less far out


def test_kendall_needs_five_for_an_interval(db):
    """Of four even a perfect order is one of twelve, which no formula would know."""
    four, five = [1, 3, 2, 4, None, None], [1, 3, 2, 4, 5, None]
    rows = correlations(db, {"p": P, "q": Q, "four": four, "five": five},
                        ", method => 'kendall'")
    assert rows["four"][3:5] == (None, None)
    assert rows["four"][6] == "too few models for an interval"
    assert None not in rows["five"]


@pytest.mark.parametrize("p, q, status", [
    ([1, 2, None, None, None, None], Q, "too few complete models"),
    ([0.1] * 6, Q, "constant capability benchmark"),
    ([1, 1, 2, 2, 1, 2], [1, 2, 1, 2, None, None], "undefined component"),
])
def test_no_component(db, p, q, status):
    """Every row, every model and every loading says why there is no component."""
    columns = {"p": p, "q": q, "t": P}
    complete = sum(a is not None and b is not None for a, b in zip(p, q))
    assert correlations(db, columns) == {
        "t": (complete, 6 - complete, None, None, None, None, status)}
    rows = db.rows("SELECT model, capability, rank, n_observed, status FROM "
                   f"capabilities_scores({matrix_of(columns)}, '{{p,q}}')")
    assert len(rows) == 6
    for model, capability, rank, n_observed, word in rows:
        i = ord(model) - 97
        assert (capability, rank) == (None, None)
        assert n_observed == sum(column[i] is not None for column in (p, q))
        assert word == (status if n_observed == 2 else "incomplete")
    assert db.value(f"SELECT capabilities_component({matrix_of(columns)}, '{{p,q}}')") is None
    assert db.value(f"SELECT capabilities_corr({matrix_of(columns)}, 't', '{{p,q}}')") is None
    words = {row[2]: row[:2] for row in db.rows(
        "SELECT weight, loading, status FROM "
        f"capabilities_loadings({matrix_of(columns)}, '{{p,q}}')")}
    assert set(words.values()) == {(None, None)} and status in words


def test_undefined_component_has_eigenvalues(db):
    """Equal eigenvalues: no direction is the first, but their size is known."""
    columns = {"p": [1, 1, 2, 2], "q": [1, 2, 1, 2]}
    assert db.rows("SELECT component, eigenvalue, explained, cumulative, n, status FROM "
                   f"capabilities_components({matrix_of(columns)}, '{{p,q}}')") == [
        (1, 1.0, 0.5, 0.5, 4, "ok"), (2, 1.0, 0.5, 1.0, 4, "ok")]


@pytest.mark.parametrize("method", reference.METHODS)
@pytest.mark.parametrize("sign", (1, -1))
def test_perfect_correlation(db, method, sign):
    """At 1 and -1 there is an interval, from the estimate to an end inside."""
    rows = correlations(db, {"p": P, "t": [sign * 3 * x for x in P]},
                        f", method => '{method}'", "{p}")
    n, _, corr, low, high, p, status = rows["t"]
    assert (n, corr, status) == (6, sign, "ok")
    ends = reference.interval(method, sign, 6)
    assert abs(low - ends[0]) <= 1e-12 and abs(high - ends[1]) <= 1e-12
    assert high == 1 > low > 0 if sign > 0 else low == -1 < high < 0
    assert abs(p - 2 / 720) <= 1e-15  # of 6! orders the same and the reverse


def test_part_whole(db):
    """A capability benchmark is tested against the others, or not at all."""
    columns = {"p": P, "q": Q, "t": P}
    alone = correlations(db, columns, ", targets => '{p}'")["p"]
    assert alone[6] == "ok" and None not in alone
    whole = correlations(db, columns, ", targets => '{p}', exclude_self => false")["p"]
    assert whole[2] > alone[2] and whole[3:] == (None, None, None, "part-whole")
    single = correlations(db, columns, ", targets => '{p}'", "{p}")["p"]
    assert single == (0, 6, None, None, None, None, "no other capability benchmark")


def test_too_few_complete_models_without_self(db):
    """Without itself a capability benchmark says the same as another target would."""
    columns = {"p": P, "q": [1, 2, None, None, None, None], "r": Q}
    rows = correlations(db, columns, ", targets => '{p}'", "{p,q,r}")
    assert rows["p"][6] == "too few complete models"


@pytest.mark.parametrize("call", [
    "capabilities_corr(NULL::score_matrix, 't', '{p}')",
    "capabilities_corr(m, 't', '{p,absent}')",
    "capabilities_corr(m, 'absent', '{p}')",
])
def test_scalar_form_is_null_for_absent_names(db, call):
    """One thin stratum must not kill a GROUP BY."""
    m = matrix_of({"p": P, "t": Q})
    assert db.value(f"SELECT {call.replace('(m,', f'({m},')}") is None


def test_corr_of_postgresql_is_no_oracle(db):
    """0.1 is no binary fraction: up to 18 corr() finds a correlation with a constant."""
    found = db.value("SELECT corr(0.1::float8, x::float8) FROM generate_series(1, 26) AS x")
    if db.connection.server_version < 190000:
        assert found == pytest.approx(-0.642, abs=0.001)
    else:
        assert found is None


@pytest.mark.parametrize("call", [
    "spearman_corr(0.1::float8, x::float8)",
    "kendall_corr(x::float8, 0.1::float8)",
    "capabilities_corr(ARRAY[x, x * x]::float8[], 0.1::float8)",
    "capabilities_corr(ARRAY[x, 0.1]::float8[], x::float8)",
    "(capabilities_test(ARRAY[x, 0.1]::float8[], x::float8)).corr",
    "first_component(ARRAY[x, 0.1]::float8[])",
])
def test_constant_column(db, call):
    """Ours is NULL, on 26 rows of 0.1 as on any constant."""
    assert db.value(f"SELECT {call} FROM generate_series(1, 26) AS x") is None


def test_constant_column_after_merges(db):
    """Constant in every part and over the parts, however they are merged."""
    db.rows("""CREATE TABLE part AS
        SELECT x % 4 AS part,
            score_matrix(x::text, jsonb_build_object('p', x, 'q', x * x % 17, 'c', 0.1)) AS m,
            score_moments(ARRAY[x, x * x % 17, 0.1]) AS moments
        FROM generate_series(1, 26) AS x GROUP BY x % 4""")
    assert db.value("SELECT first_component(rollup(moments)) FROM part") is None
    for method in ("spearman", "pearson", "kendall"):
        assert db.rows("""SELECT n, corr, ci_low, p_value, status FROM
            (SELECT rollup(m) AS m FROM part) AS p, capabilities_correlations(m, '{p,q}',
                method => %s)""", [method]) == [(26, None, None, None, "constant scores")]
        assert db.rows("""SELECT corr, status FROM (SELECT rollup(m) AS m FROM part) AS p,
            benchmark_correlations(m, 'c', method => %s)""",
            [method]) == [(None, "constant reference")] * 2
    assert db.value("""SELECT capabilities_corr(rollup(m), 'q', '{p,c}') FROM part""") is None


def test_reruns_of_a_constant(db):
    """Averages of 0.1 with itself are 0.1, so that the column stays constant."""
    assert db.rows("""SELECT corr, status FROM
        (SELECT score_matrix(x::text, b, CASE b WHEN 'c' THEN 0.1 ELSE x * x % 17 + x END) AS m
            FROM generate_series(1, 26) AS x, unnest('{p,c}'::text[]) AS b,
                generate_series(1, 1 + x % 7) AS rerun) AS v,
        capabilities_correlations(m, '{p}')""") == [(None, "constant scores")]
