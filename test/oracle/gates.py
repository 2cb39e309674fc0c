"""How often the gates of a verdict are wrong, by simulation: the tables of src/stats/README.md.

    test/oracle/gates.py [table ...]        level noise kept opposed held families available (all: some minutes)

Many tables of scores at a time, in numpy alone; the formulas are reference.py's.
"""
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy import stats

import reference

NORMAL = stats.norm.ppf(0.975)


# ----------------------------------------------------------------------
# Tables of scores: samples x benchmarks x models
# ----------------------------------------------------------------------

def unit_ranks(x):
    """Ranks along the last axis, centred, of length 1; no ties."""
    n = x.shape[-1]
    q = np.argsort(np.argsort(x, -1), -1) - (n - 1) / 2
    return q / np.sqrt(n * (n * n - 1) / 12)


def z_scores(x):
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x * x).mean(-1, keepdims=True))


def unit_values(x):
    return z_scores(x) / np.sqrt(x.shape[-1])


def first(matrix):
    """Largest eigenvalue and its vector, whose sum is positive."""
    values, vectors = np.linalg.eigh(matrix)
    v = vectors[..., -1]
    return values[..., -1], np.where(v.sum(-1, keepdims=True) < 0, -v, v)


def component(x):
    """Eigenvalue, weights and scores."""
    unit = unit_ranks(x)
    value, v = first(unit @ unit.swapaxes(1, 2))
    return value, v, (v[:, :, None] * z_scores(x)).sum(1)


def ends(r, n, quantile=NORMAL):
    step = reference.half_step(n)
    r = np.clip(r, -1 + step, 1 - step)
    half = quantile * np.sqrt((1 + r * r / 2) / (n - 3))
    return np.tanh(np.arctanh(r) - half), np.tanh(np.arctanh(r) + half)


def one_factor(rng, samples, n, loadings):
    loadings = np.asarray(loadings, float)[:, None]
    ability = rng.standard_normal((samples, 1, n))
    return loadings * ability + np.sqrt(1 - loadings ** 2) * rng.standard_normal((samples, len(loadings), n))


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def percent(share):
    return f"{100 * np.mean(share):.1f}"


# ----------------------------------------------------------------------
# The tables
# ----------------------------------------------------------------------

def level(rng):
    """Share of tables of noise above the threshold."""
    row("models x benchmarks", "Spearman", "Pearson")
    for n, d in ((8, 4), (8, 12), (12, 8), (26, 12), (26, 40), (50, 12), (100, 30), (300, 57)):
        above = {"spearman": [], "pearson": []}
        for _ in range(20):
            x = rng.standard_normal((max(500, 3000000 // (20 * d * d)), d, n))
            for kind, unit in (("spearman", unit_ranks(x)), ("pearson", unit_values(x))):
                value, _ = first(unit @ unit.swapaxes(1, 2))
                above[kind].append(value > reference.chance_threshold(n, d, kind))
        row(f"{n} x {d}", percent(np.concatenate(above["spearman"])), percent(np.concatenate(above["pearson"])))


def noise(rng, n=26, samples=4000):
    """Targets near one of d benchmarks of noise: share called entangled or inverse, any but unresolved.

    Ungated, where the component is above chance, and where no benchmark is reversed either.
    """
    row("benchmarks", *(f"{verdict}: {rule}" for verdict in ("entangled or inverse", "any verdict but unresolved")
                        for rule in ("ungated", "above chance", "and one way")))
    for d in (2, 3, 4, 8, 12):
        x = rng.standard_normal((samples, d, n))
        value, _, score = component(x)
        target = 0.95 * x[:, 0] + np.sqrt(1 - 0.95 ** 2) * rng.standard_normal((samples, n))
        low, high = ends((unit_ranks(score) * unit_ranks(target)).sum(-1), n)
        strong = (low >= 0.4) | (high <= -0.4)
        resolved = (low > 0) | (high < 0) | (low >= -0.4) & (high <= 0.4)
        above = value > reference.chance_threshold(n, d)
        one_way = above & ~against_others(x)[0].any(1)
        row(d, *(percent(verdict & rule) for verdict in (strong, resolved) for rule in (True, above, one_way)))


def kept(rng, samples=1000):
    """Benchmarks of one factor: share above chance."""
    row("loading", "models", *(f"d = {d}" for d in (2, 3, 4, 6, 8, 12)))
    for loading in (0.3, 0.5, 0.7, 0.9):
        for n in (12, 26, 50):
            row(loading, n, *(percent(component(one_factor(rng, samples, n, [loading] * d))[0]
                                      > reference.chance_threshold(n, d)) for d in (2, 3, 4, 6, 8, 12)))


def against_others(x):
    """Benchmarks called reversed: samples x benchmarks; and the first eigenvalue."""
    samples, d, n = x.shape
    unit = unit_ranks(x)
    matrix, z = unit @ unit.swapaxes(1, 2), z_scores(x)
    value, v = first(matrix)
    quantile = stats.norm.ppf(1 - 0.025 / np.maximum(1, (v < 0).sum(1)))
    found = np.zeros((samples, d), bool)
    for j in range(d):
        rest = np.arange(d) != j
        _, w = first(matrix[:, rest][:, :, rest])
        w = np.where((w * v[:, rest]).sum(1, keepdims=True) < 0, -w, w)
        r = (unit_ranks((w[:, :, None] * z[:, rest]).sum(1)) * unit[:, j]).sum(-1)
        found[:, j] = (v[:, j] < 0) & (ends(r, n, quantile)[1] < 0)
    return found, value


def opposed(rng, samples=2000):
    """Share with a benchmark called reversed: useless ones beside good ones, which load 0.7; one of d reversed."""
    row("benchmarks", *(f"n = {n}" for n in (12, 26, 50, 200)))
    cases = [(f"{good} and {useless} useless", [0.7] * good + [0] * useless)
             for good, useless in ((2, 1), (4, 1), (11, 1), (9, 3), (6, 6), (12, 0))]
    cases += [(f"one reversed of {d}, loading {loading}", [loading] * (d - 1) + [-loading])
              for loading in (0.5, 0.7, 0.9) for d in (2, 3, 4, 12)]
    for name, loadings in cases:
        cells = []
        for n in (12, 26, 50, 200):
            found, value = against_others(one_factor(rng, samples, n, loadings))
            found = found.any(1) & (value > reference.chance_threshold(n, len(loadings)))
            cells.append(percent(found))
        row(name, *cells)


def held(rng, n=26, samples=20000):
    """A target of Spearman correlation 0.9 with the ability itself: share whose interval holds 0.9."""
    row("loadings", "holds 0.9")
    slope = 2 * np.sin(np.pi * 0.9 / 6)
    for name, loadings in (("0.5, 0.6, 0.7", [0.5, 0.6, 0.7]), ("12 of 0.7", [0.7] * 12), ("3 of 0.9", [0.9] * 3)):
        x = one_factor(rng, samples, n, [1, slope] + loadings)
        _, _, score = component(x[:, 2:])
        low, high = ends((unit_ranks(score) * unit_ranks(x[:, 1])).sum(-1), n)
        row(name, percent((low <= 0.9) & (0.9 <= high)))


# Sizes of families: none of these is a pattern by which effective_models() was chosen.
FAMILIES = {
    "5 of 3": [3] * 5,
    "6 of 5": [5] * 6,
    "20 of 2": [2] * 20,
    "12, 6, 4, 3, 2": [12, 6, 4, 3, 2],
    "15 and 12 alone": [15] + [1] * 12,
    "10 of 3 and 20 alone": [3] * 10 + [1] * 20,
    "32, 16, 8, 4, 2, 1, 1": [32, 16, 8, 4, 2, 1, 1],
    "20 of 5": [5] * 20,
    "40, 20, 13, ... (25)": [max(1, 40 // (k + 1)) for k in range(25)],
}


def effective_models(unit, family):
    """reference.effective_models() of many tables at a time."""
    size = np.bincount(family)
    n, groups = len(family), len(size)
    sums = np.stack([unit[:, :, family == g].sum(-1) for g in range(groups)], -1)
    between = (sums ** 2 / size).sum(-1)
    msb, msw = between / (groups - 1), (1 - between) / (n - groups)
    rho = (msb - msw) / (msb + ((n - (size ** 2).sum() / n) / (groups - 1) - 1) * msw)
    rho = np.clip(rho.mean(-1), 0, 1)
    d = unit.shape[1]
    w = d / (d + n)
    inflation = (size ** 2).sum() / n
    inflation = inflation ** (1 - w) * size.max() ** w
    return n / (1 + rho ** (1 + 1 / np.sqrt(d - 1)) * (inflation - 1))


def families(rng, samples=1000):
    """Models of families that share a part of the variance: share above chance, by n models, families, and n_eff."""
    row("families", "models", "loading", "share", *(f"d = {d}: n / families / effective" for d in (2, 3, 6, 12, 40)))
    for name, sizes in FAMILIES.items():
        family = np.repeat(np.arange(len(sizes)), sizes)
        n = len(family)
        for loading, share in ((0, 0.3), (0, 0.5), (0, 0.7), (0, 0.9), (0.7, 0.5)):
            cells = []
            for d in (2, 3, 6, 12, 40):
                above = []
                for _ in range(samples // 100):
                    own = np.sqrt(share) * rng.standard_normal((100, d + 1, len(sizes)))[:, :, family] + \
                        np.sqrt(1 - share) * rng.standard_normal((100, d + 1, n))
                    unit = unit_ranks(loading * own[:, :1] + np.sqrt(1 - loading ** 2) * own[:, 1:])
                    value, _ = first(unit @ unit.swapaxes(1, 2))
                    above.append([[v > reference.chance_threshold(n, d), v > reference.chance_threshold(len(sizes), d),
                                   v > reference.chance_threshold(e, d)]
                                  for v, e in zip(value, effective_models(unit, family))])
                cells.append(" / ".join(percent(a) for a in np.concatenate(above).T))
            row(name, n, loading, share, *cells)


def available(rng, samples=400):
    """Cells missing at random: share above chance, by the scores that are there."""
    row("models x benchmarks", "missing", "noise", "loading 0.5", "0.7", "complete: 0.5", "0.7")
    for n, d, missing in ((26, 4, 0.2), (26, 4, 0.4), (26, 12, 0.2), (26, 12, 0.4), (60, 8, 0.4), (200, 11, 0.4)):
        cells = []
        for share in (missing, 0):
            for loading in (0, 0.5, 0.7) if share > 0 else (0.5, 0.7):
                x = one_factor(rng, samples, n, [loading] * d)
                x[rng.random(x.shape) < share] = np.nan
                needed = max(-(-d // 3), 2)
                found = [reference.available_eigenvalue(t.T[(~np.isnan(t.T)).sum(1) >= needed]) for t in x]
                cells.append(percent([value > reference.chance_threshold(models, d) for value, models in found]))
        row(f"{n} x {d}", missing, *cells)


TABLES = {"level": level, "noise": noise, "kept": kept, "opposed": opposed, "held": held, "families": families,
          "available": available}


if __name__ == "__main__":
    for name in sys.argv[1:] or TABLES:
        print(f"\n{name}: {TABLES[name].__doc__}\n")
        TABLES[name](np.random.default_rng(15))
