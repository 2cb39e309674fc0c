"""How a correlation falls where models are alike, by simulation: the table of src/stats/README.md.

    test/oracle/restriction.py [samples]        20,000 samples: a minute

520 models of one ability, 12 capability benchmarks, and a target that has a correlation of 0.8 (Pearson) with the
capabilities score. A window takes 26 of those whose score is nearest to the middle, or of the ablest: of as many as
make capability_sd_ratio what it shall be.
"""
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from gates import component, row, unit_ranks, z_scores

MODELS, ALL, CORR, REPEATS = 26, 520, 0.8, 10
CASES = [("in the middle", ratio) for ratio in (1, 0.75, 0.5, 0.25)] + [("the ablest", ratio) for ratio in (0.75, 0.5)]


def thorndike(r, ratio):
    """Case 2: what r becomes where the variable that models are chosen by has so much of its standard deviation."""
    return r * ratio / np.sqrt(1 - r * r + r * r * ratio * ratio)


def spearman(pearson):
    """Of a bivariate normal distribution."""
    return 6 / np.pi * np.arcsin(pearson / 2)


def nearest(score, place, ratio):
    """Places of the models whose scores spread so much."""
    order = np.argsort(-score if place == "the ablest" else np.abs(score))
    first, square = np.cumsum(score[order]), np.cumsum(score[order] ** 2)
    k = np.arange(1, ALL + 1)
    sd = np.sqrt(np.maximum(square / k - (first / k) ** 2, 0))[MODELS - 1:]
    return order[:MODELS + np.abs(sd / score.std() - ratio).argmin()]


def rank_correlation(a, b):
    return unit_ranks(a) @ unit_ranks(b)


def main(samples=20000):
    rng = np.random.default_rng(26)
    for loading in (0.9, 0.7):
        found = {case: [] for case in CASES}
        for _ in range(samples // REPEATS):
            x = loading * rng.standard_normal(ALL) + np.sqrt(1 - loading ** 2) * rng.standard_normal((12, ALL))
            score = component(x[None])[2][0]
            target = CORR * z_scores(score) + np.sqrt(1 - CORR ** 2) * rng.standard_normal(ALL)
            for place, ratio in CASES:
                near = nearest(score, place, ratio)
                for _ in range(REPEATS):
                    chosen = rng.choice(near, MODELS, replace=False)
                    a, b = score[chosen], target[chosen]
                    anew = component(x[None, :, chosen])[2][0]
                    found[place, ratio].append((a.std() / score.std(), np.corrcoef(a, b)[0, 1], rank_correlation(a, b),
                                                rank_correlation(anew, b)))
        print(f"\nCapability benchmarks load {loading}\n")
        row("models", "ratio", "ratio found", "Thorndike", "Pearson", "Thorndike as Spearman's", "Spearman", "with the window's component")
        for place, ratio in CASES:
            spread, r, rho, anew = np.mean(found[place, ratio], 0)
            expected = thorndike(CORR, ratio)
            row(place, ratio, *(f"{x:.3f}" for x in (spread, expected, r, spearman(expected), rho, anew)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
