#!/usr/bin/python3
"""test/cluster test/oracle/ahead.py [SAMPLES]

How often does capabilities_scores_difference() find one model ahead of another where
neither is?  Simulated, on demand: some minutes.  Benchmarks are a random sample of
those of one factor, with loadings of 0.6 to 0.95; two of the models have the same
value of the factor, the rest of their scores is independent and of the same
distribution: over all benchmarks that there could be they are equal.  In clusters
benchmarks share half of what the factor leaves.  Prints the table of
src/stats/README.md; the last column is of percentiles that are not widened, which are
those of a lower confidence.
"""
import sys

import numpy as np
from scipy import stats

from simulation import Simulation, clustered

RESAMPLES = 1000
# models, benchmarks, in clusters of, where the two equal models are (standard deviations of the models)
LINES = ((26, 6, 1, 0), (26, 8, 1, 0), (26, 12, 1, 0), (26, 12, 1, 1.5), (100, 12, 1, 0), (26, 20, 1, 0),
         (26, 30, 1, 0), (26, 12, 3, 0), (26, 30, 3, 0))


def scores_of(rng, n, d, cluster, at):
    """Scores of n models on d benchmarks; the first two models are equal."""
    factor = rng.normal(size=n)
    factor[:2] = at
    loading = rng.uniform(0.6, 0.95, d)
    return factor[:, None] * loading + clustered(rng, n, d, cluster) * np.sqrt(1 - loading**2)


def main():
    study = Simulation(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
    print(f"two equal models of which one is found ahead, nominal 5 %, {study.samples} samples a line\n")
    print("| models | benchmarks | in clusters of | the two at | interval excludes 0 | p < 0.05 | not widened |")
    for n, d, cluster, at in LINES:
        found = []
        plain = 1 - 2 * stats.t.sf(stats.norm.isf(0.025) * np.sqrt((d - 1) / d), d - 1)
        difference = f"capabilities_scores_difference(m, '0', '1', benchmarks(m), resamples => {RESAMPLES}, confidence => "
        for _ in range(study.samples):
            x = scores_of(study.rng, n, d, cluster, at)
            i, j = np.indices(x.shape)
            study.cursor.execute(f"""SELECT (c.ci_low > 0 OR c.ci_high < 0)::int, (c.p_value < 0.05)::int, (p.ci_low > 0 OR p.ci_high < 0)::int
                FROM (SELECT score_matrix(m, b, s) AS m FROM unnest(%s::text[], %s::text[], %s::float8[]) AS x (m, b, s)) AS t,
                    {difference}0.95) AS c, {difference}{plain}) AS p""",
                           ([str(k) for k in i.ravel()], [f"b{k:02}" for k in j.ravel()], list(map(float, x.ravel()))))
            found.append(study.cursor.fetchone())
        shares = " | ".join(f"{share:.3f}" for share in np.mean(found, 0))
        print(f"| {n} | {d} | {cluster} | {at} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
