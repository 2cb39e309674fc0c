"""The views of create_capabilities_views(), as their reader asks for them: all of each, under a short timeout."""
import contextlib

import data
from measure import Contender, compare

# A reader of dashboards, whose own timeout may be short: the targets say how short.
READER = {"role": "reader", "statement_timeout": "1min"}

# What a view may take, and the components of imputed scores, in milliseconds.
SECOND, HALF = 1000, 500

VIEWS = [
    "capabilities_report", "capabilities_correlations", "capabilities_scores", "capabilities_loadings",
    "capabilities_components", "correlation_matrix", "correlation_matrix_beyond_capability", "capabilities_scatter",
    "capabilities_adjusted_scores", "capabilities_over_time", "capabilities_strata_differences",
]

# The functions of the views, given missing => 'impute', and further arguments as the views have them.
IMPUTED = [
    ("capabilities_report", ""),
    ("capabilities_correlations", ""),
    ("capabilities_scores", ", resamples => 1000"),
    ("capabilities_loadings", ""),
    ("capabilities_components", ""),
    ("capabilities_robustness", ""),
    ("correlation_matrix", ", controlling => '{capability}'::text[]"),
    ("capabilities_adjusted_scores", ""),
    ("capabilities_over_time", ", released => 'released'"),
]

EVALUATION = """CREATE VIEW {table}_evaluation AS
WITH s AS (
    SELECT stratum, score_matrix(model, benchmark, score) AS m
    FROM (SELECT model, benchmark, score FROM {table}
          UNION ALL SELECT model, 'released', (released - DATE '1970-01-01')::float8 FROM {table}_models) AS cell
        JOIN {table}_models USING (model)
    GROUP BY stratum)
SELECT stratum, annotate(m, capabilities => {capabilities}, covariates => '{{released}}', missing_ok => true) AS m
FROM (TABLE s UNION ALL SELECT '(all)', rollup(m) FROM s) AS t"""


def make_evaluation(session, table, models, benchmarks, capability, gaps):
    """
    Scores of models, of which that share is missing, of base and chat models that are released within three years,
    and the plain view evaluation over them, of the two strata and of all.
    """
    data.make_cells(session, models, benchmarks, capability)
    session.rows(f"CREATE UNLOGGED TABLE {table} (model text, benchmark text, score float8)")
    session.rows(f"INSERT INTO {table} SELECT model, benchmark, score FROM cell WHERE uniform(cell, 21) >= {gaps} ORDER BY cell")
    data.finish(session, table)
    session.rows(f"""CREATE UNLOGGED TABLE {table}_models AS
        SELECT model, CASE WHEN uniform(model_id, 22) < 0.5 THEN 'base' ELSE 'chat' END AS stratum,
            DATE '2023-01-01' + 30 * trunc(36 * uniform(model_id, 23))::int AS released
        FROM (SELECT DISTINCT model, model_id FROM cell) AS m ORDER BY model""")
    data.finish(session, f"{table}_models")
    session.rows(EVALUATION.format(table=table, capabilities=data.sql_list(data.capabilities(capability))))
    session.rows(f"""CREATE SCHEMA bi_{table}; SELECT create_capabilities_views('bi_{table}', '{table}_evaluation');
        GRANT USAGE ON SCHEMA bi_{table} TO reader;
        GRANT SELECT ON ALL TABLES IN SCHEMA bi_{table} TO reader; GRANT SELECT ON {table}_evaluation TO reader""")


def as_reader(label, sql):
    return Contender(label, sql, settings=READER)


def time_views(session, report, table, what):
    for view in VIEWS:
        # with the whole row nothing of it is left out; what the client does with rows is not ours
        lane, = compare([as_reader("safetycorr", f"SELECT count(v) FROM bi_{table}.{view} AS v")])
        report.time(f"{what}: `{view}`", lane, target=SECOND)


def imputed_call(table, call):
    return f"SELECT count(c) FROM {table}_evaluation, {call} AS c"


@contextlib.contextmanager
def evaluation(session, table, *shape):
    make_evaluation(session, table, *shape)
    try:
        yield
    finally:
        session.rows(f"SELECT drop_capabilities_views('bi_{table}'); DROP SCHEMA bi_{table}; DROP VIEW {table}_evaluation")


def time_imputed(session, report, table, what):
    for function, arguments in IMPUTED:
        # a matrix given capability has complete models alone
        impute = "" if function == "correlation_matrix" else ", missing => 'impute'"
        call = f"{function}(m{impute}{arguments})"
        lane, = compare([as_reader("safetycorr", imputed_call(table, call))])
        report.time(f"{what}: `{call}`", lane, target=HALF if function == "capabilities_components" else SECOND)
    call = "capabilities_loadings(m, missing => 'impute'{0})"
    ours, theirs = compare([as_reader("safetycorr", imputed_call(table, call.format(""))),
                            as_reader("without intervals", imputed_call(table, call.format(", ci => 'none'")))])
    report.pair(f"{what}: imputed loadings with intervals", ours, theirs)


def views(session, scale, report):
    if not session.value("SELECT count(*) FROM pg_roles WHERE rolname = 'reader'"):
        session.rows("CREATE ROLE reader")
    models = data.scaled(197, scale ** 0.5, 60)
    for capability in 12, 40:
        table = f"gaps{capability}"
        with evaluation(session, table, models, 110, capability, 0.36):
            time_imputed(session, report, table, f"{models} × 110, {capability} of capability, 36 % missing")
    models = data.scaled(2000, scale ** 0.5, 200)
    for capability in 12, 60:
        table = f"complete{capability}"
        with evaluation(session, table, models, 200, capability, 0):
            time_views(session, report, table, f"{models:,} × 200, {capability} of capability, complete")
