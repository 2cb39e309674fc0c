"""capabilities_over_time: each window is the analysis of the models that are released in it."""
import datetime

import numpy as np
import pytest
from scipy import stats

EPOCH = datetime.date(1970, 1, 1)
# Forty models on thirty days, some of them on one, two without a date and one with a fraction of a day; gaps.
DATA = """
CREATE TABLE scores AS
SELECT 'm' || lpad(i::text, 2, '0') AS model, 'b' || j AS benchmark, i + 12 * sin(i * (j + 2.3)) AS score
FROM generate_series(1, 40) AS i, generate_series(0, 7) AS j WHERE (i * 7 + j * 3) % 23 > 0;
CREATE TABLE models AS
SELECT 'm' || lpad(i::text, 2, '0') AS model, DATE '2024-01-01' + 11 * (i * 17 % 30) AS released, 'f' || i % 9 AS family
FROM generate_series(1, 38) AS i;
CREATE TABLE kept AS SELECT annotate(score_matrix(model, benchmark, score), '{b0,b1,b2,b3}', '{b5}', '{day,flop}') AS m
FROM (TABLE scores UNION ALL SELECT model, 'day', released - DATE '1970-01-01' + 0.75 * (model = 'm07')::int FROM models
      UNION ALL SELECT model, 'flop', ln(released - DATE '2023-01-01') FROM models) AS s;
"""
FAMILIES = "families => (SELECT jsonb_object_agg(model, family) FROM models)"
OPTIONS = ["", "method => 'pearson', pca => 'pearson'", "method => 'kendall', threshold => 0.2", "missing => 'impute', min_scores => 3",
           "targets => '{b0,b5,b6,flop}'", "targets => '{b0,b3}', exclude_self => false", "capabilities => '{b0,b6}'", "ci => 'none'",
           "ci => 'bootstrap', resamples => 200, seed => 7, confidence => 0.8", FAMILIES, f"{FAMILIES}, missing => 'impute'",
           "controlling => '{flop,b6}'", f"controlling => '{{b6}}', method => 'pearson', {FAMILIES}"]


@pytest.fixture(scope="module")
def data(db):
    db.rows(DATA)
    return db


def over_time(db, days, options, columns="o.*"):
    return db.rows(f"SELECT {columns} FROM kept, capabilities_over_time(m, 'day', {days}{', ' if options else ''}{options}) AS o")


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("days", [1, 60, 150, 365, 36500])
def test_a_window_is_a_subset(data, days, options):
    """Bit for bit, of every option; a target without a score in the window has no row."""
    found = [row[:2] + row[3:] for row in over_time(data, days, options)]  # without capability_sd_ratio
    released = data.rows("SELECT model, released FROM models")
    ends = sorted({day for _, day in released})
    wanted = []
    for end in ends:
        start = max(end - datetime.timedelta(days=days - 1), datetime.date(1, 1, 1))
        models = [model for model, day in released if start <= day <= end]
        wanted += [(start, end, *row) for row in data.rows(
            f"""SELECT c.* FROM (SELECT subset(m, %s) AS m, benchmarks(subset(m, %s)) AS there FROM kept) AS s,
            capabilities_correlations(m{', ' if options else ''}{options}) AS c""", (models, models))] if subset_has(data, models, options) else []
    there = {row[:3] for row in found}
    assert [row for row in wanted if row[:3] in there] == [row for row in found if row[1] in {w[1] for w in wanted}]
    for start, end, benchmark in {row[:3] for row in wanted} - there:
        assert not has_score(data, benchmark, [model for model, day in released if start <= day <= end])
    assert {row[1] for row in found} <= set(ends) and len(found) > 50


def has_score(db, benchmark, models):
    return db.value("SELECT count(*) > 0 FROM kept, cells(m) AS c WHERE c.benchmark = %s AND c.model = ANY (%s)", (benchmark, models))


def subset_has(db, models, options):
    """Can the options be given to the subset: is every benchmark that they name in it?"""
    named = {"b0", "b1", "b2", "b3", "b5", "b6", "flop"}
    there = set(db.value("SELECT benchmarks(subset(m, %s)) FROM kept", (models,)))
    return named <= there


# ----------------------------------------------------------------------
# capability_sd_ratio
# ----------------------------------------------------------------------

def ratios(db, days, options="", matrix="m"):
    """By the end of the window; all rows of a window have the same."""
    rows = db.rows(f"SELECT DISTINCT window_end, capability_sd_ratio FROM kept, capabilities_over_time({matrix}, 'day', {days}{options})")
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def capability(table, kind="spearman"):
    """Models x benchmarks: z-scores (ddof = 0) along the first eigenvector."""
    if table.shape[1] == 1:
        return stats.zscore(table[:, 0])
    matrix = np.corrcoef(stats.rankdata(table, axis=0).T if kind == "spearman" else table.T)
    return stats.zscore(table) @ np.linalg.eigh(matrix)[1][:, -1]


@pytest.mark.parametrize("names, kind, days", [
    (names, kind, days) for names in ("b0 b1 b2 b3", "b4 b7", "b6") for kind in ("spearman", "pearson") for days in (30, 150, 36500)])
def test_spread_of_capability(data, names, kind, days):
    """By numpy: one component, of all complete models that have a date; the window's models by it."""
    names = names.split()
    released = dict(data.rows("SELECT model, released FROM models"))
    score = {(model, benchmark): x for model, benchmark, x in data.rows("SELECT model, benchmark, score FROM scores")}
    models = [model for model in sorted(released) if all((model, name) in score for name in names)]
    assert len(names) == 1 or len(models) < 38
    c = capability(np.array([[score[model, name] for name in names] for model in models]), kind)
    found = ratios(data, days, f", capabilities => '{{{','.join(names)}}}', pca => '{kind}'")
    assert set(found) == set(released.values())
    there = 0
    for end, ratio in found.items():
        inside = np.array([end - datetime.timedelta(days=min(days, 700000) - 1) <= released[model] <= end for model in models])
        assert (ratio is None) == (inside.sum() < 3)
        if ratio is not None:
            assert abs(ratio - c[inside].std() / c.std()) < 1e-12
            there += 1
    assert there >= 15
    assert days < 36500 or found[max(found)] == 1 and min(x for x in found.values() if x is not None) < 0.9


def test_spread_of_capability_imputed(data):
    """The same with imputed scores, of all models that have enough."""
    dated = "subset(m, (SELECT array_agg(model) FROM models))"
    scores = dict(data.rows(f"SELECT model, capability FROM kept, capabilities_scores({dated}, missing => 'impute', min_scores => 3, ci => 'none')"))
    released = dict(data.rows("SELECT model, released FROM models"))
    assert data.value(f"SELECT count(capability) FROM kept, capabilities_scores({dated}, ci => 'none')") < len(scores) <= 38
    spread = np.std(list(scores.values()))
    for end, ratio in ratios(data, 150, ", missing => 'impute', min_scores => 3").items():
        inside = [scores[m] for m in scores if end - datetime.timedelta(days=149) <= released[m] <= end]
        assert (ratio is None) == (len(inside) < 3) and (ratio is None or abs(ratio - np.std(inside) / spread) < 1e-12)


def test_spread_of_capability_is_of_the_window(data):
    """Targets and what they are held against change nothing; nor do the scale and direction of a benchmark, or models without a date."""
    plain = ratios(data, 150)
    assert plain == ratios(data, 150, ", targets => '{b0,b3,b5,flop}'") == ratios(data, 150, ", ci => 'none', threshold => 0.1")
    assert plain == ratios(data, 150, "", "subset(m, (SELECT array_agg(model) FROM models))")
    assert plain == ratios(data, 150, "", "(SELECT annotate(score_matrix(model, benchmark, CASE benchmark WHEN 'b1' THEN -score ELSE score END), "
                           "'{b0,b1,b2,b3}', '{b1,b5}', '{day,flop}') FROM cells(m))")


def test_no_spread_of_capability(data):
    """Where all that have a date have no component there is none in any window."""
    def unknown(matrix, options=""):
        found = ratios(data, 365, options, matrix)
        return len(found) > 0 and set(found.values()) == {None}
    same = "(SELECT annotate(score_matrix(model, benchmark, CASE benchmark WHEN 'b1' THEN 7 ELSE score END), '{b0,b1}', covariates => '{day}') FROM cells(m))"
    assert unknown(same)
    assert unknown("annotate(m, '{b0,b9}', missing_ok => true)")
    assert unknown("(SELECT merge(annotate(m, lower_is_better => '{b1}'), annotate(m, higher_is_better => '{b1}')))")


@pytest.mark.parametrize("days", [1, 60])
def test_thin_windows(data, days):
    """Fewer models than a component takes: NULL and a status."""
    for n, corr, status in over_time(data, days, "", "n, corr, status"):
        if n < 3:
            assert corr is None and (status.startswith("too few") or status == "capability benchmark without scores")
        assert status != "ok" or corr is not None


def test_dates(data):
    """A fraction of a day is that day; outside the years 1 to 9999 there are none; negated or not."""
    days = {model: day for model, day in data.rows("SELECT model, released FROM models")}
    assert days["m07"] in {row[1] for row in over_time(data, 365, "")}
    data.rows("""CREATE TABLE odd AS SELECT score_matrix(model, benchmark, score) AS m FROM (TABLE scores UNION ALL
        SELECT model, 'day', CASE model WHEN 'm01' THEN -719163 WHEN 'm02' THEN -719162 WHEN 'm03' THEN 2932896.9 WHEN 'm04' THEN 2932897
            WHEN 'm05' THEN 1e140 WHEN 'm06' THEN -1e140 WHEN 'm07' THEN -0.5 ELSE 0 END FROM models) AS s""")
    try:
        call = "SELECT DISTINCT window_start::text, window_end::text FROM odd, capabilities_over_time({}, 'day', 30, '{{b0,b1}}') ORDER BY 2"
        wanted = [("0001-01-01", "0001-01-01"), ("1969-12-02", "1969-12-31"), ("1969-12-03", "1970-01-01"), ("9999-12-02", "9999-12-31")]
        assert data.rows(call.format("m")) == wanted
        assert data.rows(call.format("annotate(m, covariates => '{day}', lower_is_better => '{day}')")) == wanted
    finally:
        data.rows("DROP TABLE odd")


def test_not_a_target(data):
    """The dates are none, marked as a covariate or not, unless they are named."""
    targets = "SELECT DISTINCT benchmark FROM kept, capabilities_over_time({}, 'day', 365{}) ORDER BY 1"
    rest = [("b4",), ("b5",), ("b6",), ("b7",)]
    assert data.rows(targets.format("m", "")) == rest
    unmarked = "(SELECT score_matrix(model, benchmark, score) FROM kept, cells(m))"
    assert data.rows(targets.format(unmarked, ", '{b0,b1,b2,b3}'")) == [*rest, ("flop",)]
    assert data.rows(targets.format("m", ", targets => '{day,b4}'")) == [("b4",), ("day",)]


def test_nothing_to_do(data):
    """Models without dates are in no window; no matrix is an error, as everywhere."""
    assert data.rows("""SELECT * FROM kept, capabilities_over_time(subset(m, '{m39,m40,m01}'), 'day', 365, '{b0,b1}') WHERE n > 1""") == []
    assert data.error("SELECT * FROM capabilities_over_time(NULL, 'day')").pgcode == "22023"


@pytest.mark.parametrize("arguments, text", [
    ("m, 'days'", '"day"'), ("m, 'b0'", "capability benchmark"), ("m, NULL", "released"), ("m, 'day', NULL", "window_days"),
    ("m, 'day', 0", "at least 1"), ("m, 'day', 36501", "36500"), ("m, 'day', 365, '{b0,b9}'", "b9"),
    ("m, 'day', targets => '{b9}'", "b9"), ("m, 'day', ci => 'jackknife'", "families"), ("m, 'day', exclude_self => NULL", "exclude_self")])
def test_wrong_arguments(data, arguments, text):
    error = data.error(f"SELECT capabilities_over_time({arguments}) FROM kept")
    assert error.pgcode == "22023" and text in f"{error} {error.diag.message_detail} {error.diag.message_hint}"


def test_models_that_nothing_connects(data):
    """In one window that is a status, and the others go on."""
    data.rows("""CREATE TABLE apart AS SELECT annotate(score_matrix(model, benchmark, score), '{a1,a2,b1,b2}', covariates => '{day}') AS m FROM (
        SELECT 'm' || i AS model, b AS benchmark, sin(i * j * 1.7) + i / 2.0 AS score FROM generate_series(1, 24) AS i,
            unnest('{a1,a2,b1,b2,t,day}'::text[]) WITH ORDINALITY AS u (b, j)
            WHERE b = 't' OR (b = 'day') IS FALSE AND (i > 12 OR (b LIKE 'a%') = (i % 2 = 0))
        UNION ALL SELECT 'm' || i, 'day', 100 * (i > 12)::int + 20000 FROM generate_series(1, 24) AS i) AS s""")
    try:
        rows = data.rows("SELECT window_end, n, status FROM apart, capabilities_over_time(m, 'day', 50, missing => 'impute', min_scores => 2)")
        assert [status for _, _, status in rows] == ["models not connected", "ok"]
    finally:
        data.rows("DROP TABLE apart")
