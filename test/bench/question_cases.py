"""Each question that is asked of benchmarks, over a stored matrix: the paper's chat models, and as many others."""
import data
from measure import Contender, compare

# m, annotated, and o, of other models whose scores are nearly the same.
KEPT = """CREATE TABLE kept AS
    SELECT annotate((SELECT score_matrix(model, benchmark, score) FROM chat), {0}) AS m,
        annotate((SELECT score_matrix('other ' || model, benchmark, score * (1 + random() / 10)) FROM chat), {0}) AS o,
        (SELECT jsonb_object_agg(model, left(model, 4)) FROM chat) AS families, '{1}'::text AS control, '{2}'::text AS target"""

# What is asked, and how many milliseconds it may take; a matrix of 32,000 rows may take as long as it does.
QUESTIONS = [
    ("capabilities_report(m)", 150),
    ("capabilities_report(m, families => families)", 150),
    ("capabilities_correlations(m)", 50),
    ("capabilities_correlations(m, families => families)", 50),
    ("capabilities_correlations(m, controlling => ARRAY[control])", 50),
    ("capabilities_correlations(m, component => 2)", 50),
    ("capabilities_correlations(m, component => 2, families => families)", 50),
    ("capabilities_difference(m, target, control)", 50),
    ("capabilities_strata_difference(m, o)", 50),
    ("capabilities_robustness(m)", 50),
    ("capabilities_adjusted_scores(m)", 50),
    ("correlation_matrix(m, controlling => ARRAY[control])", None),
]


def questions(session, scale, report):
    chosen, origin = data.make_chat(session, "chat")
    others = [name for name, in session.rows("SELECT DISTINCT benchmark FROM chat ORDER BY 1") if name not in chosen]
    session.rows(KEPT.format(data.sql_list(chosen), others[-1], others[0]))
    session.rows("ANALYZE kept")
    for call, target in QUESTIONS:
        lane, = compare([Contender("safetycorr", f"SELECT count(f) FROM kept, {call} AS f")])
        report.time(f"26 × 178 ({origin}): `{call}`", lane, target=target)
