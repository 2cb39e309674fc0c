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
from scipy import optimize, stats

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

def half_step(n):
    """Half of what Spearman's falls by when two neighbours of a perfect order change places."""
    return 6 / (n * (n - 1) * (n + 1))


def z_error(method, r, n):
    """The standard error of Fisher's z, Bonett and Wright's or Fisher's."""
    size = min(abs(r), 1 - half_step(n))
    return np.sqrt((1 + size * size / 2 if method == "spearman" else 1) / (n - 3))


def z_of(r, n):
    """Fisher's z, |r| being half a step below 1 at most."""
    step = half_step(n)
    return np.arctanh(r) if abs(r) < 1 - step else np.sign(r) * np.log((2 - step) / step) / 2


def kendall_variance(tau, n):
    """Of Kendall's tau in samples of a bivariate normal distribution (Esscher 1924)."""
    share = 2 / np.pi * np.arcsin(np.sin(np.pi * tau / 2) / 2)
    return 2 / (n * (n - 1)) * (1 - tau * tau + 2 * (n - 2) * (1 / 9 - share * share))


def spread(method, y, x):
    """How many times that these scores spread tau, at least 1: from what each pair of models adds to tau-b."""
    n = len(y)
    if method != "kendall" or n < 4:
        return 1.0
    a, b = (np.sign(v[:, None] - v) for v in (np.asarray(x, float), np.asarray(y, float)))
    mean_a, mean_b = (np.abs(v).sum() / (n * (n - 1)) for v in (a, b))
    root = np.sqrt(mean_a * mean_b)
    tau = (a * b).sum() / (n * (n - 1)) / root
    adds = a * b / root - tau / 2 * (np.abs(a) / mean_a + np.abs(b) / mean_b)
    np.fill_diagonal(adds, 0)
    # the mean of products of what disjoint pairs add, which have no covariance
    disjoint = adds.sum() ** 2 - 4 * (adds.sum(1) ** 2).sum() + 2 * (adds ** 2).sum()
    variance = -disjoint / (n * (n - 1) * (n - 2) * (n - 3))
    return max(1.0, variance / kendall_variance(min(abs(tau), 1 - 2 / (n * (n - 1))), n))


def deviate(method, r, n, threshold, spread=1.0):
    """By how many standard errors |r| is beyond a threshold."""
    if method == "kendall":
        return (abs(r) - threshold) / np.sqrt(spread * kendall_variance(threshold, n))
    return (abs(z_of(r, n)) - np.arctanh(threshold)) / z_error(method, r, n)


def interval(method, r, n, confidence=0.95, spread=1.0):
    return interval_at(method, r, n, stats.norm.ppf((1 + confidence) / 2), spread)


def interval_at(method, r, n, quantile, spread=1.0):
    """None where n is small.

    Symmetric on the z scale, where in the end towards 0 |r| counts as half a step
    below 1 at most; the other end is that of r itself.  Of Kendall's tau every value
    that is not rejected.
    """
    if n < (5 if method == "kendall" else 4):
        return None
    size = abs(r)
    if method == "kendall":
        def rejected(t):
            return abs(size - t) - quantile * np.sqrt(max(spread * kendall_variance(t, n), 0))
        # at 1 nothing varies, so that 1 is a place where the sign changes, too
        inner = optimize.brentq(rejected, -1, min(size, 1 - 1e-12), xtol=1e-16, rtol=1e-15)
        outer = optimize.brentq(rejected, size, 1, xtol=1e-16, rtol=1e-15) if size < 1 else 1.0
    else:
        half = quantile * z_error(method, r, n)
        inner = min(np.tanh(z_of(size, n) - half), size)
        outer = np.tanh(np.arctanh(size) + half) if size < 1 else 1.0
    return (inner, outer) if r >= 0 else (-outer, -inner)


def overlap_correlation(r_a, r_b, r_ab, n):
    """Of two correlations with one variable, as Steiger (1980) has it after Olkin and Siotani."""
    most = 1 - half_step(n)
    r_a, r_b = np.clip(r_a, -most, most), np.clip(r_b, -most, most)
    if abs(r_ab - r_a * r_b) > np.sqrt((1 - r_a**2) * (1 - r_b**2)):
        return r_ab             # more than goes with the two, now that they are less than 1
    c = ((r_ab - r_a * r_b / 2) * (1 - r_a**2 - r_b**2 - r_ab**2) + r_ab**3) / ((1 - r_a**2) * (1 - r_b**2))
    return np.clip(c, -1, 1)


def difference_interval(method, r_a, r_b, r_ab, n, absolute=False, quantile=stats.norm.ppf(0.975)):
    """Of r_a - r_b over the same n models, after Zou (2007), or of |r_a| - |r_b|."""
    if absolute:
        turned = np.sign(r_a) * np.sign(r_b)
        r_a, r_b, r_ab = abs(r_a), abs(r_b), turned * r_ab if turned else -abs(r_ab)
    c = overlap_correlation(r_a, r_b, r_ab, n)
    (low_a, high_a), (low_b, high_b) = (interval_at(method, r, n, quantile) for r in (r_a, r_b))
    down, up = ((r_a - low_a, high_b - r_b), (high_a - r_a, r_b - low_b))
    low, high = (r_a - r_b + sign * np.sqrt(max(0, x * x + y * y - 2 * c * x * y))
                 for sign, (x, y) in ((-1, down), (1, up)))
    if absolute:
        # what may be 0 leaves the other alone
        low = max(min(low, -high_b) if low_a < 0 else low, -1)
        high = min(max(high, high_a) if low_b < 0 else high, 1)
    return low, high


def difference_p_value(method, r_a, r_b, r_ab, n, absolute=False):
    """Of no difference: 1 less the confidence of the interval that ends at 0."""
    difference = abs(r_a) - abs(r_b) if absolute else r_a - r_b
    if difference == 0:
        return 1.0

    def end_near_0(quantile):
        low, high = difference_interval(method, r_a, r_b, r_ab, n, absolute, quantile)
        return low if difference > 0 else high
    return max(2 * stats.norm.sf(optimize.brentq(end_near_0, 1e-12, 30, xtol=1e-15, rtol=1e-14)), least_p_value(n))


def least_p_value(n):
    """Of a perfect order without ties: it and its opposite, among n! orders."""
    return max(2 / math.factorial(n) if n <= 170 else 0.0, np.finfo(float).tiny)


def student_p_value(method, r, n):
    """Two-sided, Student's t with n - 2 degrees of freedom."""
    if abs(r) == 1:
        return least_p_value(n)
    return max(2 * stats.t.sf(abs(r) * np.sqrt((n - 2) / ((1 - r) * (1 + r))), n - 2), least_p_value(n))


def item_errors(score, n, stderr):
    """Standard errors of means over n items, known ones; of a share of 0 or 1 by Agresti and Coull (1998)."""
    p = (n * score + 2) / (n + 4)
    extreme = (stderr == 0) & ((score == 0) | (score == 1))
    return np.where(extreme, np.sqrt(np.clip(p * (1 - p), 0, None) / (n + 4)), stderr)


def reliability(score, n, stderr):
    """Share of the variance of scores that is not sampling error; None unless all errors are known and scores vary."""
    if len(score) < MIN_MODELS or np.isnan(stderr).any() or is_constant(score):
        return None
    variance = (deviations(score) ** 2).sum() / (len(score) - 1)
    return max(0.0, float(1 - (item_errors(score, n, stderr).astype(np.longdouble) ** 2).mean() / variance))


def disattenuated(method, r, share):
    """r without the errors of one variable, by way of Pearson's scale of a bivariate normal (Greiner 1909)."""
    if share is None or share < 0.7:
        return None
    to, back = {"spearman": (lambda x: 2 * np.sin(np.pi * x / 6), lambda x: 6 / np.pi * np.arcsin(x / 2)),
                "kendall": (lambda x: np.sin(np.pi * x / 2), lambda x: 2 / np.pi * np.arcsin(x)),
                "pearson": (lambda x: x, lambda x: x)}[method]
    return float(back(np.clip(to(r) / np.sqrt(share), -1, 1)))


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
        self.x, self.kind = x, kind
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
# Is there a component?
# ----------------------------------------------------------------------

# Of (n - 1)^(-i/2) d^(-j/2), i and j = 1, 2, 3.
CHANCE_CORRECTION = {
    "spearman": [[3.0628, -1.1786, 0.4330], [-1.1679, 1.0508, -2.3688], [1.5025, -5.3784, 7.1757]],
    "pearson": [[3.0718, -1.3562, 0.7083], [-0.9355, 1.7440, -4.1227], [1.2176, -6.6202, 10.2070]]}


def chance_threshold(n, d, kind="spearman"):
    """0.95 quantile of the first eigenvalue by chance: src/stats/component/chance.h."""
    m, p = np.sqrt(n - 1), np.sqrt(d)
    largest = ((m + p) ** 2 + 0.97931605 * (m + p) * np.cbrt(1 / m + 1 / p)) / (n - 1)
    powers = np.arange(1, 4)
    excess = (CHANCE_CORRECTION[kind] * np.outer(m ** -powers, p ** -powers)).sum()
    return min(d, largest * np.exp(-excess))


def available_eigenvalue(x, kind="spearman"):
    """Of the correlations of each two columns of x over the rows that have both, and by how many models to judge it."""
    n, d = x.shape
    columns = [np.full(n, np.nan) for _ in range(d)]
    for column, values in zip(columns, x.T):
        there = ~np.isnan(values)
        column[there] = stats.rankdata(values[there]) if kind == "spearman" else values[there]
    matrix, common = np.eye(d), []
    for j, k in itertools.combinations(range(d), 2):
        both = ~np.isnan(columns[j]) & ~np.isnan(columns[k])
        if both.sum() >= MIN_MODELS:
            common.append(both.sum())
            if not is_constant(columns[j][both]) and not is_constant(columns[k][both]):
                matrix[j, k] = matrix[k, j] = pearson(columns[j][both], columns[k][both])
    if not common:
        return None
    return np.linalg.eigvalsh(matrix)[-1], 1 + 1 / np.mean(1 / (np.array(common) - 1))


def intraclass_correlation(x, families):
    """Of centred x in families, by analysis of variance."""
    groups = [x[families == name] for name in np.unique(families)]
    n, count, sizes = len(x), len(groups), np.array([len(g) for g in groups])
    between = sum(g.sum() ** 2 / len(g) for g in groups)
    msb, msw = between / (count - 1), ((x ** 2).sum() - between) / (n - count)
    size = (n - (sizes ** 2).sum() / n) / (count - 1)
    return (msb - msw) / (msb + (size - 1) * msw)


def effective_models(x, families, kind="spearman"):
    """How many independent models those of x, of the given families, are worth."""
    (n, d), families = x.shape, np.array(families)
    sizes = np.unique(families, return_counts=True)[1]
    if len(sizes) in (1, n):
        return n
    there = ~np.isnan(x.T)
    columns = [centred_ranks(c) if kind == "spearman" else deviations(c).astype(float)
               for c in (c[t] for c, t in zip(x.T, there))]
    rho = np.clip(np.mean([intraclass_correlation(c, families[t]) for c, t in zip(columns, there)]), 0, 1)
    w = d / (d + n)
    size = ((sizes ** 2).sum() / n) ** (1 - w) * sizes.max() ** w
    return n / (1 + rho ** (1 + 1 / np.sqrt(d - 1)) * (size - 1))


class Gate:
    """What is said of the component of a fit: reliability of its score, status, no verdict?

    families: of each row of the fit's table; None without.  table: with missing scores, which the fit's has imputed.
    """

    def __init__(self, fit, families=None, table=None):
        self.families = None if families is None else np.array(families)
        self.n_capabilities, self.reliability, self.reversed = fit.d, None, []
        self.closed, self.status = False, "ok"
        if fit.status != "ok" or fit.d == 1:
            return
        table = None if table is None or not np.isnan(table[fit.complete]).any() else table
        observed = (fit.x if table is None else table)[fit.complete]
        largest, n = (fit.values[0], fit.n) if table is None else available_eigenvalue(observed, fit.kind)
        self.reliability = fit.d / (fit.d - 1) * (1 - 1 / largest)
        if families is not None:
            n *= effective_models(observed, self.families[fit.complete], fit.kind) / fit.n
        if largest <= chance_threshold(n, fit.d, fit.kind) * (1 + 1e-9):
            self.closed, self.status = True, "component not above chance"
            return
        self.reversed = self.against_others(fit, table)
        if self.reversed:
            self.closed, self.status = True, "reversed capability benchmark"
        elif self.reliability < 0.7:
            self.status = "unreliable score"

    def others(self, fit, table, j):
        """The fit of all but benchmark j, and j."""
        if table is None:
            return Fit(np.delete(fit.x, j, 1), fit.kind), fit.x[:, j]
        import imputation  # which needs this module
        rest = np.delete(table, j, 1)
        keep = imputation.included(rest)
        imputed = np.full_like(rest, np.nan)
        imputed[keep] = imputation.Imputation(rest[keep]).imputed
        return Fit(imputed, fit.kind), table[:, j]

    def against_others(self, fit, table):
        """Benchmarks of negative weight whose correlation with the others is surely below 0."""
        weights = fit.vectors[0]
        negative = np.flatnonzero(weights < -1e-9)
        found = []
        for j in negative:
            others, y = self.others(fit, table, j)
            result = with_capabilities(others, y)
            if result.corr is None:
                continue
            agree = np.sign(others.vectors[0] @ np.delete(weights, j))
            ends = interval("spearman", result.corr * (agree or -1), result.n, 1 - 0.05 / len(negative))
            if ends is not None and ends[1] < 0 and (
                    self.families is None or self.by_families(others, y, result, agree, len(negative))):
                found.append(j)
        return found if fit.d > 2 or not found else [0, 1]

    def by_families(self, others, y, result, agree, count):
        """The jackknife's interval too."""
        import resampling  # which needs this module
        who = others.complete
        names, without = resampling.without_families(
            others.x[who], [y[who]], self.families[who], "spearman", others.kind)
        there = np.array([(self.families[who & ~np.isnan(y)] == name).sum() for name in names])
        used = there > 0
        low, high = resampling.jackknife_interval("spearman", result.corr, result.n, without[used, 0], result.n - there[used],
                                                  1 - 0.05 / count)
        return low is not None and (high < 0 if agree > 0 else low > 0)


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

    def spread(self):
        return spread(self.method, self.y, self.x)

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
