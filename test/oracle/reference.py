"""The recipe of design and README once more, in numpy and scipy.

Nothing here is taken from the C code: ranks, correlations, p-values and
quantiles are scipy's, eigenvectors numpy's.  What numpy would lose digits on (a
mean of values near 1e9) is computed in extended precision about the first value.

Columns are in C order of their names and polarity has been applied: higher is
better.  NaN is a missing score.
"""
import functools
import itertools
import math

import numpy as np
from scipy import stats

MIN_MODELS = 3
EIGENVALUE_TOLERANCE = 1e-9
SIGN_TOLERANCE = 1e-9

METHODS = ("spearman", "pearson", "kendall")


# ----------------------------------------------------------------------
# One column, two columns
# ----------------------------------------------------------------------

def deviations(x):
    """x about its mean, in extended precision: an offset costs no digits."""
    shifted = x.astype(np.longdouble) - np.longdouble(x[0])
    return shifted - shifted.sum() / len(x)


def mean_and_sd(x):
    """Mean and standard deviation (ddof = 0), rounded once."""
    shifted = x.astype(np.longdouble) - np.longdouble(x[0])
    mean = np.longdouble(x[0]) + shifted.sum() / len(x)
    scale = np.abs(shifted).max()
    sd = scale * np.sqrt(((deviations(x) / scale) ** 2).mean())
    return float(mean), float(sd)


def centred_ranks(x):
    """Doubled mid-ranks about 0: whole numbers, so that their sums are exact."""
    return 2 * stats.rankdata(x) - (len(x) + 1)


def is_constant(x):
    return x.min() == x.max()


def spearman(y, x):
    qy, qx = centred_ranks(y), centred_ranks(x)
    return np.clip((qy @ qx) / np.sqrt((qy @ qy) * (qx @ qx)), -1, 1)


def pearson(y, x):
    dy, dx = deviations(y), deviations(x)
    dy, dx = dy / np.abs(dy).max(), dx / np.abs(dx).max()
    return float(np.clip((dy @ dx) / np.sqrt((dy @ dy) * (dx @ dx)), -1, 1))


def kendall(y, x):
    return kendall_test(y, x).correlation


@functools.lru_cache(maxsize=2)
def _kendall_test(y, x):
    return stats.kendalltau(np.frombuffer(y), np.frombuffer(x), method="asymptotic")


def kendall_test(y, x):
    """tau-b and its p-value: normal approximation, variance corrected for ties."""
    return _kendall_test(y.tobytes(), x.tobytes())


CORRELATION = {"spearman": spearman, "pearson": pearson, "kendall": kendall}


# ----------------------------------------------------------------------
# Uncertainty of a correlation r over n models
# ----------------------------------------------------------------------

def half_rank_step(n):
    return 6 / (n * (n - 1) * (n + 1))


def interval(method, r, n, confidence=0.95):
    """Bonett-Wright, Fisher or Fieller on the z scale; None where n is small.

    At 1 and -1, where z is infinite, r stands for half a rank step less, but the
    interval still reaches to r itself.
    """
    if n < (5 if method == "kendall" else 4):
        return None
    estimate = r
    if abs(r) == 1:
        step = half_rank_step(n)
        z = np.sign(r) * np.log((2 - step) / step) / 2
        r = np.sign(r) * (1 - step)
    else:
        z = np.arctanh(r)
    variance = {"spearman": (1 + r * r / 2) / (n - 3),
                "pearson": 1 / (n - 3),
                "kendall": 0.437 / (n - 4) if n > 4 else None}[method]
    half = stats.norm.ppf((1 + confidence) / 2) * np.sqrt(variance)
    return min(np.tanh(z - half), estimate), max(np.tanh(z + half), estimate)


def student_p_value(method, r, n):
    """Two-sided, Student's t with n - 2 degrees of freedom."""
    off_one = (1 - r) * (1 + r)
    if off_one == 0:
        if method == "pearson":
            return 0.0
        step = half_rank_step(n)
        off_one, r = step * (2 - step), 1 - step
    return 2 * stats.t.sf(abs(r) * np.sqrt((n - 2) / off_one), n - 2)


@functools.lru_cache(maxsize=100000)
def _null_distribution(method, y, x):
    """
    How many of the n! orders of y against x give each value of S: an array about
    its middle.  Elements of y are laid at the places of x one by one, or for
    Kendall a group of equal x at a time; what counts is which are laid already.
    """
    n = len(y)
    places = [list(group) for _, group in itertools.groupby(range(n), key=lambda i: x[i])]
    most = n ** 3 if method == "spearman" else n * n
    by_laid = {0: np.eye(1, 2 * most + 1, most)[0]}
    for group in places:
        following = {}
        for laid, counts in by_laid.items():
            free = [j for j in range(n) if not laid >> j & 1]
            for chosen in itertools.combinations(free, len(group)):
                if method == "spearman":
                    gain = int(x[group[0]]) * sum(int(y[j]) for j in chosen)
                else:
                    gain = sum(int(y[j] > y[k]) - int(y[j] < y[k]) for j in chosen
                               for k in range(n) if laid >> k & 1)
                mask = laid | sum(1 << j for j in chosen)
                more = np.roll(counts, gain) * math.factorial(len(group))
                following[mask] = following.get(mask, 0) + more
        by_laid = following
    return by_laid[2 ** n - 1]


def has_exact_p_value(method, y, x):
    ties = min(len(set(y)), len(set(x))) < len(y)
    return method != "pearson" and len(y) <= (9 if ties else 12)


def exact_p_value(method, y, x):
    """Share of all orders with |S| at least as large."""
    q, r = centred_ranks(y).astype(int), centred_ranks(x).astype(int)
    if method == "spearman":
        s = int(q @ r)
    else:
        i, j = np.triu_indices(len(q), 1)
        s = int((np.sign(q[i] - q[j]) * np.sign(r[i] - r[j])).sum())
    counts = _null_distribution(method, tuple(sorted(q)), tuple(sorted(r)))
    middle = len(counts) // 2
    return counts[np.abs(np.arange(len(counts)) - middle) >= abs(s)].sum() / math.factorial(len(q))


# ----------------------------------------------------------------------
# The component
# ----------------------------------------------------------------------

def correlation_matrix(x, kind):
    """Correlations of the columns of x, none constant, by ranks or values."""
    if kind == "spearman":
        q = np.column_stack([centred_ranks(column) for column in x.T])
    else:
        q = np.column_stack([deviations(column) for column in x.T])
        q = q / np.abs(q).max(axis=0)
    products = q.T @ q
    squares = np.diag(products)
    matrix = (products / np.sqrt(np.outer(squares, squares))).astype(float)
    np.fill_diagonal(matrix, 1)
    return np.clip(matrix, -1, 1)


def oriented(vector, first):
    """The sign rule: a positive sum, or else a positive largest weight."""
    decides = vector.sum() if first else 0
    if abs(decides) <= SIGN_TOLERANCE * np.sqrt(len(vector)):
        size = np.abs(vector)
        decides = vector[np.argmax(size >= size.max() * (1 - SIGN_TOLERANCE))]
    return -vector if decides < 0 else vector


def components(matrix):
    """Eigenvalues, descending, and as rows the oriented unit eigenvectors."""
    values, vectors = np.linalg.eigh(matrix)
    values = np.maximum(values[::-1], 0)
    rows = [oriented(v, k == 0) for k, v in enumerate(vectors.T[::-1])]
    return values, np.array(rows)


class Fit:
    """The first component of the complete rows of x (models x benchmarks).

    status, n, complete (bool per row) are always there; values and vectors if
    there is a correlation matrix; scores (NaN for the others) if status is ok.
    """

    def __init__(self, x, kind="spearman"):
        self.x = x
        self.complete = ~np.isnan(x).any(axis=1)
        self.n = int(self.complete.sum())
        self.d = x.shape[1]
        self.values = self.vectors = None
        self.scores = np.full(len(x), np.nan)
        rows = x[self.complete]
        if self.n < MIN_MODELS:
            self.status = "too few complete models"
            return
        if any(is_constant(column) for column in rows.T):
            self.status = "constant capability benchmark"
            return
        self.values, self.vectors = components(correlation_matrix(rows, kind))
        if not self.is_defined(0):
            self.status = "undefined component"
            return
        self.status = "ok"
        self.mean, self.sd = np.array([mean_and_sd(column) for column in rows.T]).T
        self.scores[self.complete] = self.project(rows)

    def gap(self, k):
        """Distance of eigenvalue k to the next ones."""
        gaps = [self.values[k - 1] - self.values[k]] if k > 0 else []
        if k + 1 < self.d:
            gaps.append(self.values[k] - self.values[k + 1])
        return min(gaps, default=self.values[0])

    def is_defined(self, k):
        tolerance = EIGENVALUE_TOLERANCE * self.values[0]
        return self.values[k] > tolerance and self.gap(k) > tolerance

    def condition(self, k=0):
        """How much an error of the matrix can grow in eigenvector k."""
        return self.values[0] / self.gap(k)

    def project(self, rows):
        """z-scores times weights, once per distinct row: equal models tie."""
        z = np.column_stack([deviations(column) for column in rows.T])
        scale = np.abs(z).max(axis=0)
        z = z / scale
        z = z / np.sqrt((z * z).mean(axis=0))
        _, first, which = np.unique(rows, axis=0, return_index=True,
                                    return_inverse=True)
        return (z[first] * self.vectors[0]).sum(1).astype(float)[which]

    def has_close_scores(self, who):
        """Are scores of two different models equal as far as rounding can tell?

        Then their ranks are no fact, and rank correlations cannot be compared.
        """
        distinct = np.unique(self.x[who], axis=0, return_index=True)[1]
        scores = np.sort(self.scores[who][distinct])
        room = 1e-12 * self.condition() * np.maximum(1, np.abs(scores[1:]))
        return bool((np.diff(scores) <= room).any())


# ----------------------------------------------------------------------
# A target
# ----------------------------------------------------------------------

class Correlation:
    """Correlation of target y with x over the rows that have both.

    counted says which rows count at all (complete models); n_dropped are those
    with y alone.  corr is None where status says why.
    """

    def __init__(self, method, y, x, counted, constant_x):
        both = counted & ~np.isnan(y)
        self.method, self.who = method, both
        self.y, self.x = y[both], x[both]
        self.n = int(both.sum())
        self.n_dropped = int((~np.isnan(y)).sum()) - self.n
        self.corr = None
        if self.n < MIN_MODELS:
            self.status = "too few models"
        elif is_constant(self.y):
            self.status = "constant scores"
        elif is_constant(self.x):
            self.status = constant_x
        else:
            self.status = "ok"
            self.corr = CORRELATION[method](self.y, self.x)

    def p_value(self, corr):
        """The p-value that belongs to corr, which may differ in the last bit."""
        if has_exact_p_value(self.method, self.y, self.x):
            return exact_p_value(self.method, self.y, self.x)
        if self.method == "kendall":
            return kendall_test(self.y, self.x).pvalue
        return student_p_value(self.method, corr, self.n)


def with_capabilities(fitted, y, method="spearman"):
    """Correlation of target y with the scores of a fit."""
    if fitted.status == "ok":
        return Correlation(method, y, fitted.scores, fitted.complete,
                           "constant capabilities score")
    result = Correlation(method, y, np.zeros(len(y)), fitted.complete, None)
    result.status, result.corr = fitted.status, None
    return result


def between(y, x, method="spearman"):
    """Correlation of two benchmarks."""
    return Correlation(method, y, x, ~np.isnan(x), "constant reference")
