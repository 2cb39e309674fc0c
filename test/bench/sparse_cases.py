"""Benchmarks of capability scores that are missing, filled by principal components.

A case is a function of a session, the scale and the report.  It makes its data
and compares; the caller drops its tables.
"""
import importlib.util

import data
import imputation_rivals
import measure
import rivals
from data import scaled
from measure import Contender, compare

# Iterations that stop when a millionth is gained are near the end, not at it.
NEAR = 0.03         # standard deviations of the scores
FINAL = 1e-6


def check_near(ours, theirs, label, within):
    """Scores of all models, in standard deviations of ours."""
    ours, theirs = dict(ours), dict(theirs)
    middle = sum(ours.values()) / len(ours)
    sd = (sum((value - middle) ** 2 for value in ours.values()) / len(ours)) ** 0.5
    off = max(abs(ours[model] - theirs[model]) for model in ours) / sd
    if ours.keys() != theirs.keys() or not off < within:
        raise measure.Disagreement(f"scores of safetycorr and {label} differ by {off:.2g} standard deviations")


def against_loops(session, report, what, table, chosen, goal=None, final=False):
    """capabilities_scores of the stored matrix, against imputePCA of one that is made already."""
    ours = (f"SELECT model, capability FROM stored, capabilities_scores(m, {data.sql_list(chosen)}, "
            "ci => 'none', missing => 'impute', min_scores => 2)")
    rows = session.rows(f"SELECT model, benchmark, score FROM {table} WHERE benchmark = ANY(%s)", [chosen])
    labels, _, x = rivals.pivot(*zip(*rows))
    loops = [("numpy, full SVD, 1 thread", imputation_rivals.by_svd)]
    if importlib.util.find_spec("sklearn"):
        loops.append(("scikit-learn PCA, 1 thread", imputation_rivals.by_sklearn))
    lanes = compare([Contender("safetycorr", ours)] + [
        Contender(label, lambda own, how=how: imputation_rivals.capabilities_scores(labels, x, how),
                  at_client=True) for label, how in loops], budget=60)
    for lane in lanes[1:]:
        check_near(lanes[0].rows, lane.rows, lane.label, NEAR)
    if final:
        check_near(lanes[0].rows, imputation_rivals.capabilities_scores(
            labels, x, imputation_rivals.by_svd, 1e-13), "numpy", FINAL)
    what = f"{what}: capabilities_scores, imputed"
    if goal:
        report.time(what, lanes[0], target=goal)
    for lane in lanes[1:]:
        report.pair(what, lanes[0], lane, target=0.05)


def store(session, table):
    session.rows(f"CREATE UNLOGGED TABLE stored AS SELECT score_matrix(model, benchmark, score) AS m FROM {table}")
    return session.value(f"SELECT count(*) FROM {table}")


def sparse_pca(session, scale, report):
    # A collection of a few models in which no model has all benchmarks.
    models, benchmarks = 84, 133
    data.make_cells(session, models, benchmarks, capability=benchmarks)
    session.rows("CREATE UNLOGGED TABLE few AS SELECT model, benchmark, score FROM cell WHERE uniform(cell, 12) < 0.23")
    n_cells = store(session, "few")
    against_loops(session, report, f"{models} × {benchmarks}, {n_cells:,} cells", "few",
                  data.capabilities(benchmarks), goal=50, final=True)
    session.rows("DROP TABLE few, stored")

    # A public one: every model has a quarter of the capability benchmarks.
    models, benchmarks = scaled(22000, scale ** 0.5, 500), scaled(2200, scale ** 0.5, 150)
    chosen = data.capabilities(50)
    data.make_gaps(session, "scores", models, benchmarks, len(chosen))
    n_cells = store(session, "scores")
    what = f"{models:,} × {benchmarks:,}, {n_cells:,} cells"
    correlations = (f"SELECT benchmark, corr FROM stored, capabilities_correlations(m, {data.sql_list(chosen)}, "
                    "missing => 'impute', min_scores => 2)")
    lane, = compare([Contender("safetycorr", correlations)])
    report.time(f"{what}: stored → {len(lane.rows):,} correlations, imputed", lane, target=10_000)

    # A session that has done as much with a small matrix has loaded all code and caches.
    imputing = measure.Session()
    imputing.rows(correlations.replace("FROM stored", "FROM (SELECT subset(m, (models(m))[:100]) AS m "
                                       "FROM stored) AS few"))
    with measure.MemoryWatch(imputing.pid) as memory:
        imputing.rows(correlations)
    imputing.close()
    report.number("peak memory of that", None if memory.grown is None else memory.grown / n_cells, "bytes/cell")
    against_loops(session, report, f"{models:,} × {len(chosen)}, a quarter observed", "scores", chosen)
