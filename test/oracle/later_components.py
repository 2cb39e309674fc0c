"""How good intervals, p-values and verdicts of a second component are, by simulation: the table of src/stats/README.md.

    test/cluster test/oracle/later_components.py [samples [resamples]]        500 samples of 400: ten minutes

Twelve capability benchmarks. Targets: one independent of everything; one that has a correlation of 0.8 with the first
component and none with the second; three whose Spearman correlation with the second is 0.4 (the threshold), 0.4 beside
one of 0.7 with the first, and 0.8. Components and correlations of the population are those of 200,000 models. The true
correlation is that with the component of the population that is most congruent with the sample's second; a verdict is
wrong where that denies it, or lies at the threshold.
"""
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy import stats

from gates import percent, row
from simulation import Simulation, families_option, family_numbers

D = 12
CAPABILITIES = [f"c{j:02}" for j in range(D)]
TARGETS = ["independent", "capable", "threshold", "beside", "tied"]
SECOND = {"one factor, 0.7": 0, "two, eigenvalues 6.1 and 2.3": 0.4, "two, 5.9 and 4.4": 0.6}


def normal(rng, shape, family, share):
    """Standard normal numbers of models; those of one family share a part of the variance."""
    own = rng.standard_normal(shape)
    if family is None:
        return own
    return np.sqrt(share) * rng.standard_normal((*shape[:-1], family.max() + 1))[..., family] + np.sqrt(1 - share) * own


class Population:
    def __init__(self, rng, second):
        self.loading = np.column_stack([np.full(D, 0.7), np.repeat([second, -second], D // 2)])
        x = self.benchmarks(rng.standard_normal((D + 2, 200000)))
        rank = np.array([stats.rankdata(column) for column in x])
        values, vectors = np.linalg.eigh(np.corrcoef(rank))
        self.values, self.vectors = values[::-1], vectors[:, ::-1].T
        self.mean, self.sd = x.mean(1), x.std(1)
        self.score_sd = (self.vectors @ self.standardised(x)).std(1)
        score, y = self.scores(x), self.targets(self.scores(x), rng.standard_normal((len(TARGETS), x.shape[1])))
        self.truth = np.array([[stats.spearmanr(s, t)[0] for t in y] for s in score[:2]])

    def benchmarks(self, e):
        own = np.sqrt(1 - (self.loading ** 2).sum(1))
        return self.loading @ e[D:] + own[:, None] * e[:D]

    def standardised(self, x):
        return (x - self.mean[:, None]) / self.sd[:, None]

    def scores(self, x):
        return self.vectors @ self.standardised(x) / self.score_sd[:, None]

    def targets(self, score, e):
        first, second = score[..., 0, :], score[..., 1, :]
        low, high = 2 * np.sin(np.pi * np.array([0.4, 0.8]) / 6)
        weight = np.array([[0, 0], [0.8, 0], [0, low], [0.7, low], [0, high]])
        own = np.sqrt(1 - (weight ** 2).sum(1))
        return np.stack([a * first + b * second + c * e[..., i, :] for i, ((a, b), c) in enumerate(zip(weight, own))], -2)


def study(simulation, name, n, resamples, family=None, share=0.0):
    rng, samples = simulation.rng, simulation.samples
    population = Population(np.random.default_rng(1), SECOND[name])
    x = np.stack([population.benchmarks(normal(rng, (D + 2, n), family, share)) for _ in range(samples)])
    y = population.targets(population.scores(x), normal(rng, (samples, len(TARGETS), n), family, share))
    simulation.load(**{b: x[:, j] for j, b in enumerate(CAPABILITIES)}, **{t: y[:, j] for j, t in enumerate(TARGETS)})
    cursor = simulation.cursor
    capabilities = "'{" + ",".join(CAPABILITIES) + "}'"
    cursor.execute(f"""SELECT s, array_agg(weight ORDER BY benchmark COLLATE "C") FROM sample,
        capabilities_loadings(m, {capabilities}, components => 2, ci => 'none') WHERE component = 2 GROUP BY s""")
    vector = dict(cursor.fetchall())
    options = "" if family is None else families_option(family)
    cursor.execute(f"""SELECT s, benchmark, corr, ci_low, ci_high, p_value, verdict, status = 'ok'
        FROM sample, capabilities_correlations(m, {capabilities}, component => 2, resamples => {resamples}{options})""")
    found = {target: [] for target in TARGETS}
    second = []
    for s, target, corr, low, high, p, verdict, above in cursor.fetchall():
        congruence = population.vectors @ np.array(vector[s])
        match = np.abs(congruence).argmax()
        second.append(match == 1)
        if match < 2:
            truth = np.sign(congruence[match]) * population.truth[match, TARGETS.index(target)]
        else:
            truth = 0.0 if TARGETS.index(target) < 2 else np.nan
        if low is None:
            continue
        found[target].append((verdict is not None, p < 0.05, low <= truth <= high, verdict == "tied", verdict == "low",
                              verdict == "tied" and abs(truth) < 0.41, verdict == "low" and abs(truth) > 0.39))
    for target in TARGETS[:5 if SECOND[name] > 0 else 2]:
        a = np.array(found[target], float)
        row(name, n, "" if family is None else family.max() + 1, target, percent(second), *map(percent, a.T))


def main(samples=500, resamples=400):
    simulation = Simulation(samples)
    row("benchmarks", "models", "families", "target", "is the population's second", "above chance", "p < 0.05", "covered",
        "tied", "low", "tied, wrongly", "low, wrongly")
    for name in SECOND:
        for n in (26, 60):
            study(simulation, name, n, resamples)
        study(simulation, name, 60, resamples, family_numbers(60, 12), 0.5)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
