"""Random matrices of scores for test_random.py, the same at every run.

Each kind stresses one thing and is seeded by its name and a number, so that a
failure names a matrix that can be made again: make("ties", 3).
"""
import zlib
from fractions import Fraction

import numpy as np

PER_KIND = {"large": 8}
DEFAULT_PER_KIND = 20


class Matrix:
    """Models x (capabilities, targets, one covariate), as stored.

    Labels are whole numbers, so that the same matrix can be keyed by text and by
    bigint; columns are in C order of their labels, which is not that of the
    numbers.  scores[i, j] is a list of the scores of one cell, empty if missing.
    """

    def __init__(self, kind, number):
        self.kind, self.number = kind, number
        self.name = f"{kind} {number}"
        self.rng = np.random.default_rng([zlib.crc32(kind.encode()), number])

    def label(self, x, y, lower, reruns=False):
        rng = self.rng
        n, d = x.shape
        t = y.shape[1]
        self.models = sorted(map(str, rng.choice(np.arange(1, 5000), n, replace=False)))
        names = list(map(str, rng.choice(np.arange(1, 5000), d + t, replace=False)))
        self.benchmarks = sorted(names)
        capabilities, targets = set(names[:d]), names[d:]
        self.covariate = targets[-1]
        self.is_capability = np.array([b in capabilities for b in self.benchmarks])
        stored = dict(zip(names, np.column_stack([x, y]).T))
        table = np.column_stack([stored[b] for b in self.benchmarks])
        flags = dict(zip(names, lower))
        self.lower = np.array([flags[b] for b in self.benchmarks])
        self.scores = {(i, j): self.cell(table[i, j], reruns)
                       for i in range(n) for j in range(len(names))
                       if not np.isnan(table[i, j])}
        # what the extension is to see: the mean of a cell, higher is better
        self.table = np.full(table.shape, np.nan)
        for (i, j), scores in self.scores.items():
            self.table[i, j] = exact_mean(scores) * (-1 if self.lower[j] else 1)
        return self

    def cell(self, score, reruns):
        if not reruns or self.rng.random() < 0.7:
            return [score]
        return [score + 0.1 * self.rng.standard_normal()
                for _ in range(self.rng.integers(2, 5))]

    @property
    def x(self):
        return self.table[:, self.is_capability]

    def column(self, benchmark):
        return self.table[:, self.benchmarks.index(benchmark)]

    @property
    def capabilities(self):
        return [b for b, c in zip(self.benchmarks, self.is_capability) if c]

    @property
    def targets(self):
        return [b for b, c in zip(self.benchmarks, self.is_capability)
                if not c and b != self.covariate]

    @property
    def lower_is_better(self):
        return [b for b, low in zip(self.benchmarks, self.lower) if low]


def exact_mean(scores):
    """Mean of a few doubles, rounded once."""
    if len(scores) == 1:
        return float(scores[0])
    return float(sum(map(Fraction, scores)) / len(scores))


def factor_scores(rng, n, columns, strength=None):
    """Columns that share one factor, each by its own share."""
    general = rng.standard_normal((n, 1))
    share = rng.uniform(0.3, 0.95, columns) if strength is None else strength
    noise = rng.standard_normal((n, columns))
    return general * share + np.sqrt(1 - np.square(share)) * noise


def shape(rng, kind, number):
    """Number of models, of capability benchmarks, of targets."""
    t = int(rng.integers(2, 6))
    if kind == "few models":
        return int(rng.integers(3, 7)), int(rng.integers(1, 7)), t
    if kind == "more benchmarks than models":
        n = int(rng.integers(3, 21))
        return n, int(rng.integers(n + 1, 61)), t
    if kind == "large" and number == 0:
        return 200, 60, t
    if kind == "large":
        return int(rng.integers(100, 201)), int(rng.integers(30, 61)), t
    if kind == "undefined component":
        return 0, int(rng.integers(2, 5)), t
    if kind == "few complete models":
        return int(rng.integers(4, 10)), int(rng.integers(2, 5)), t
    if kind == "one capability":
        return int(rng.integers(3, 100)), 1, t
    return int(rng.integers(6, 120)), int(rng.integers(2, 21)), t


def drop_cells(rng, x, share):
    """Makes a share of the cells missing, but leaves one in every column."""
    gone = rng.random(x.shape) < share
    gone[rng.integers(0, len(x), x.shape[1]), np.arange(x.shape[1])] = False
    return np.where(gone, np.nan, x)


def factorial(rng, d):
    """All sign patterns of d columns, some times over: they are uncorrelated."""
    patterns = (np.arange(2 ** d)[:, None] >> np.arange(d) & 1) * 2.0 - 1
    return rng.permutation(np.tile(patterns, (rng.integers(1, 4), 1))) * rng.uniform(1, 9, d)


# Each changes the stored columns of a matrix in the way that its kind says.

def ties(rng, z):
    levels = rng.integers(1, 6, z.shape[1])
    return np.round(z * levels / 2)


def offset(rng, z):
    """Offsets of 1e9 and more, spreads down to a unit in the last place."""
    size = rng.choice([1e-4, 1e-2, 1, 100], z.shape[1])
    return rng.choice([1e9, -1e9, 4e12], z.shape[1]) + np.where(
        rng.random(z.shape[1]) < 0.3, np.round(z * 3), z) * size


def far_scales(rng, z):
    return z * 10.0 ** rng.uniform(-100, 100, z.shape[1])


def constant(rng, z):
    """One column, or none, is 0.1 in every row: no binary fraction."""
    z = z.copy()
    z[:, rng.random(z.shape[1]) < 0.8 / z.shape[1]] = 0.1
    return z


def reversed_some(rng, z):
    return z * np.where(rng.random(z.shape[1]) < 0.3, -1, 1)


def repeated_models(rng, z):
    return z[rng.integers(0, max(3, len(z) // 2), len(z))]


def few_digits(rng, z):
    return np.round(z, rng.integers(0, 3))


SHAPING = {"ties": ties, "offset": offset, "far scales": far_scales,
           "constant": constant, "negative loadings": reversed_some,
           "equal models": repeated_models, "few models": few_digits}

KINDS = ("continuous", "ties", "few models", "more benchmarks than models",
         "large", "one capability", "offset", "far scales", "constant",
         "independent", "negative loadings", "lower is better", "equal models",
         "missing targets", "missing capabilities", "few complete models",
         "undefined component", "reruns")


def make(kind, number):
    """Matrix number of a kind."""
    matrix = Matrix(kind, number)
    rng = matrix.rng
    n, d, t = shape(rng, kind, number)
    design = factorial(rng, d) if kind == "undefined component" else np.empty((n, 0))
    z = factor_scores(rng, len(design), d + t, 0.0 if kind == "independent" else None)
    z = SHAPING.get(kind, lambda _, same: same)(rng, z)
    lower = np.zeros(d + t, bool)
    if kind == "lower is better":
        lower = rng.random(d + t) < 0.4
        z = np.where(lower, -z, z)
    x, y = z[:, :d], z[:, d:]
    if design.size:
        x = design
    if kind == "few complete models":
        x = drop_cells(rng, x, 0.35)
    if kind == "missing capabilities":
        x = drop_cells(rng, x, 0.5 / d)
    if kind.startswith("missing"):
        y = drop_cells(rng, y, 0.3)
    return matrix.label(x, y, lower, reruns=kind == "reruns")


def all_matrices():
    return [make(kind, number) for kind in KINDS
            for number in range(PER_KIND.get(kind, DEFAULT_PER_KIND))]
