"""Benchmarks of intervals by resampling the whole analysis."""
import data
import resampling_rivals as rivals
from data import scaled
from measure import Contender, compare

RESAMPLES = 10000
LOOP = 20           # resamples that the loop is given; its time is multiplied


def interval_ends(rows):
    return {"low": {name: low for name, low, _ in rows}, "high": {name: high for name, _, high in rows}}


def bootstrap_of(session, scale, report, table, chosen, what, with_loop):
    resamples = scaled(RESAMPLES, scale, 100)
    ours = (f"SELECT benchmark, ci_low, ci_high FROM capabilities_correlations("
            f"(SELECT score_matrix(model, benchmark, score) FROM {table}), {data.sql_list(chosen)}, "
            f"ci => 'bootstrap', resamples => {resamples})")

    def numpy_batched(own):
        return rivals.intervals(rivals.batched_bootstrap, own, table, chosen, resamples)

    def scipy_loop(own):
        return rivals.intervals(rivals.looped_bootstrap, own, table, chosen, LOOP)

    contenders = [Contender("safetycorr", ours, answer=interval_ends),
                  Contender("numpy, batched, 1 thread", numpy_batched, answer=interval_ends, at_client=True)]
    if with_loop:
        # other resamples, so other intervals: nothing to compare
        contenders.append(Contender("scipy loop", scipy_loop, at_client=True))
    lanes = compare(contenders)
    what = f"{what}, {resamples:,} resamples → {len(lanes[0].rows)} intervals"
    report.pair(what, lanes[0], lanes[1], target=0.25)
    if with_loop:
        lanes[2].times = [seconds * resamples / LOOP for seconds in lanes[2].times]
        lanes[2].label = f"scipy loop, extrapolated from {LOOP}"
        report.pair(what, lanes[0], lanes[2], target=0.005)


def bootstrap(session, scale, report):
    chosen, origin = data.make_chat(session, "chat")
    bootstrap_of(session, scale, report, "chat", chosen, f"26 × 178 ({origin})", with_loop=True)
    models = scaled(500, scale ** 0.5, 50)
    data.make_scores(session, "scores", models, 178)
    bootstrap_of(session, scale, report, "scores", data.capabilities(), f"{models} × 178", with_loop=False)
