"""Benchmarks over evaluation logs: reading one, and choosing scores from many."""
from data import scaled
from measure import Contender, compare

# A log of Inspect whose samples are most of it, as they are in real ones.
LOG = """CREATE UNLOGGED TABLE log AS SELECT json_build_object('status', 'success',
    'eval', json_build_object('task', 't', 'model', 'm'),
    'results', '{{"scores": [{{"name": "s", "metrics": {{"accuracy": {{"value": 0.5}}}}}}]}}'::json,
    'samples', (SELECT json_agg(json_build_object('id', i, 'input', repeat('What is "x" of a\nnaïve fox? ', 70),
        'scores', json_build_array(sin(i), cos(i), i))) FROM generate_series(1, {}) AS i))::text AS log"""

# Logs of lm-evaluation-harness, a file for each model and part of the benchmarks.
FILES = """SELECT load_eval_log('evals', 'm' || m || '/' || f || '.json', NULL, convert_to(jsonb_build_object('model_name', 'org/m' || m,
    'versions', '{{}}'::jsonb, 'config', '{{}}'::jsonb, 'date', f, 'results', (SELECT jsonb_object_agg('mmlu_' || f % 10 || '_' || b,
        jsonb_build_object('acc,none', 0.5 + sin(m * 7 + b) / 3, 'acc_stderr,none', 0.01)) FROM generate_series(1, 60) AS b))::text, 'UTF8'))
    FROM generate_series(1, 85) AS m, generate_series(1, {}) AS f"""


def logs(session, scale, report):
    session.rows(LOG.format(scaled(45000, scale, 100)))
    session.rows("ALTER TABLE log ALTER log SET STORAGE EXTERNAL")
    size = session.value("SELECT octet_length(log) FROM log") / 1e6
    lanes = compare([
        Contender("safetycorr", "SELECT (SELECT count(*) FROM log, eval_scores(log)) = 1"),
        Contender("the cast to jsonb", "SELECT log::jsonb IS NOT NULL FROM log")])
    report.pair(f"eval_scores of a log of {size:.0f} MB", *lanes, target=1.5)

    session.rows("CREATE SCHEMA evals")
    session.rows("SELECT create_eval_tables('evals')")
    session.rows(FILES.format(scaled(20, scale, 2)))
    session.rows("SELECT fill_eval_tables('evals')")
    session.rows("ANALYZE evals.logs, evals.results")
    rows = session.value("SELECT count(*) FROM evals.results")
    lane, = compare([Contender("safetycorr", "SELECT m IS NOT NULL FROM evals.evaluation")])
    report.time(f"the evaluation of {rows:,} rows of logs", lane, target=1000)
    session.rows("DROP SCHEMA evals CASCADE")
