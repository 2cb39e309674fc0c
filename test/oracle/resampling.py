"""Bootstrap and jackknife once more, in numpy: the same resamples, another way.

A resample is made as a table in which a model that is drawn twice stands twice,
and everything is computed from that table by reference.py.  The streams are
numpy's own Philox, so that every single resample is that of the C code.
"""
import numpy as np
from scipy import stats

import reference

MODELS, BENCHMARKS, REDRAWS, NULLS = range(4)
MIN_FAMILIES = 5


# ----------------------------------------------------------------------
# Random numbers
# ----------------------------------------------------------------------

def raw_numbers(seed, purpose, stream, count):
    key = np.array([seed % 2**64, purpose], np.uint64)
    return np.random.Philox(key=key, counter=[0, 0, stream, 0]).random_raw(count)


def indices(seed, purpose, stream, n):
    """n draws of n, with replacement."""
    return np.array([int(raw) * n >> 64 for raw in raw_numbers(seed, purpose, stream, n)])


def normals(seed, purpose, stream, count):
    uniform = ((raw_numbers(seed, purpose, stream, count) >> np.uint64(12)).astype(float) + 0.5) * 2.0**-52
    return stats.norm.ppf(uniform)


# ----------------------------------------------------------------------
# Correlations of targets, refitted
# ----------------------------------------------------------------------

def refitted(x, targets, rows, method="spearman", pca="spearman"):
    """
    Correlation of each target (a column, NaN where missing) with the capabilities
    score of the table of the given rows of x; NaN where it is degenerate.
    """
    result = np.full(len(targets), np.nan)
    if len(np.unique(rows)) < reference.MIN_MODELS:
        return result
    if x.shape[1] == 1:
        fitted = None if reference.is_constant(x[rows, 0]) else x[rows, 0]
    else:
        fit = reference.Fit(x[rows], pca)
        fitted = fit.scores if fit.status == "ok" else None
    if fitted is None:
        return result
    for t, y in enumerate(targets):
        have = ~np.isnan(y[rows])
        if len(np.unique(rows[have])) < reference.MIN_MODELS:
            continue
        a, b = y[rows][have], fitted[have]
        if not reference.is_constant(a) and not reference.is_constant(b):
            result[t] = reference.CORRELATION[method](a, b)
    return result


def bootstrap(x, targets, resamples, seed=0, method="spearman", pca="spearman"):
    """resamples x targets."""
    return np.array([refitted(x, targets, indices(seed, MODELS, b, len(x)), method, pca)
                     for b in range(resamples)])


def percentile_interval(values, confidence=0.95):
    """(low, high, valid); None for the ends if half of the values are missing."""
    valid = values[~np.isnan(values)]
    if len(valid) == 0 or len(valid) < len(values) // 2:
        return None, None, len(valid)
    return (*np.quantile(valid, [(1 - confidence) / 2, 1 - (1 - confidence) / 2]), len(valid))


def p_value_of_difference(values):
    """Two-sided, of 0: how often the resamples are on either side of it."""
    valid = values[~np.isnan(values)]
    side = min((valid <= 0).sum(), (valid >= 0).sum())
    return min(1, 2 * (1 + side) / (len(valid) + 1))


def student_quantile(tail, nu):
    """What Student's t exceeds with probability tail: scipy's, which is good to
    1e-10 only, made better by Newton's steps with its distribution function."""
    t = stats.t.isf(tail, nu)
    for _ in range(3):
        t += (stats.t.sf(t, nu) - tail) / stats.t.pdf(t, nu)
    return t


# ----------------------------------------------------------------------
# The jackknife over families
# ----------------------------------------------------------------------

def without_families(x, targets, families, method="spearman", pca="spearman"):
    """Names of the families, and families x targets."""
    names = sorted(set(families))
    families = np.array(families)
    return names, np.array([refitted(x, targets, np.flatnonzero(families != name), method, pca)
                            for name in names])


def jackknife_error(left_out, n_left):
    """On Fisher's z scale; None without enough families, or where one is all there is."""
    count = len(left_out)
    if count < MIN_FAMILIES or np.isnan(left_out).any():
        return None
    z = np.array([reference.z_of(value, n_g) for value, n_g in zip(left_out, n_left)])
    return np.sqrt((count - 1) / count * ((z - z.mean()) ** 2).sum())


def jackknife_interval(method, r, n, left_out, n_left, confidence=0.95, spread=1.0):
    """On Fisher's z scale, Student's t with G - 1 degrees of freedom; never surer than n independent models."""
    error = jackknife_error(left_out, n_left)
    if error is None:
        return None, None
    half = student_quantile((1 - confidence) / 2, len(left_out) - 1) * error
    low, high = reference.interval(method, r, n, confidence, spread)
    return min(np.tanh(reference.z_of(r, n) - half), low), max(np.tanh(reference.z_of(r, n) + half), high)


def jackknife_p_value(r, n, left_out, n_left, p):
    """Of no correlation, where independent models have p."""
    error = jackknife_error(left_out, n_left)
    if error is None:
        return np.nan
    return max(p, 2 * stats.t.sf(abs(reference.z_of(r, n)) / error, len(left_out) - 1) if error > 0 else p,
               reference.least_p_value(len(left_out)))


def jackknife_difference(difference, left_out, confidence=0.95):
    count = len(left_out)
    if count < MIN_FAMILIES or np.isnan(left_out).any():
        return None, None, None
    error = np.sqrt((count - 1) / count * ((left_out - left_out.mean()) ** 2).sum())
    half = student_quantile((1 - confidence) / 2, count - 1) * error
    return difference - half, difference + half, 2 * stats.t.sf(abs(difference) / error, count - 1)


# ----------------------------------------------------------------------
# What is said about an interval
# ----------------------------------------------------------------------

def verdict(low, high, line=0.4):
    if low >= line:
        return "entangled"
    if high <= -line:
        return "inverse"
    if low >= -line and high <= line:
        return "low"
    return "positive" if low > 0 else "negative" if high < 0 else "unresolved"


def claims(method, r, n, line, left_out=None, n_left=None, spread=1.0):
    """p-values of |rho| <= line and of |rho| >= line."""
    if left_out is not None and jackknife_error(left_out, n_left) is None:
        return np.nan, np.nan
    tails = [(stats.norm.sf, reference.deviate(method, r, n, line, spread))]
    if left_out is not None:
        error = jackknife_error(left_out, n_left)
        beyond = abs(reference.z_of(r, n)) - np.arctanh(line)
        tails.append((stats.t(len(left_out) - 1).sf, beyond / error if error > 0 else np.sign(beyond) * np.inf))
    least = reference.least_p_value(n if left_out is None else len(left_out))
    return tuple(max(least, *(tail(side * beyond) for tail, beyond in tails)) for side in (1, -1))


def bounded(low, high, method, n, confidence=0.95):
    """An interval that claims no more than the formula does of a perfect correlation."""
    nearest = (reference.interval(method, 1, n, confidence) or (-1, 1))[0]
    return min(low, nearest), max(high, -nearest)


def counted_claims(method, r, n, replicates, line):
    """The shares of resamples that bear out no claim."""
    valid = replicates[~np.isnan(replicates)]
    count = len(valid)
    least = claims(method, 1, n, line)[0] if n >= (5 if method == "kendall" else 4) else 0.5
    return (max((np.sum(np.sign(r) * valid <= line) + 1) / (count + 1), least),
            (np.sum(abs(valid) >= line) + 1) / (count + 1))


def q_verdicts(verdicts, p, beyond, within):
    """What stands beside the verdicts, all tests being of all targets."""
    p, beyond, within = map(q_values, (p, beyond, within))
    of = {"entangled": beyond, "inverse": beyond, "low": within, "positive": p, "negative": p}
    return [of[v][i] if v in of else None for i, v in enumerate(verdicts)]


def q_values(p):
    """Benjamini and Hochberg (1995); NaN stays out."""
    p = np.asarray(p, float)
    result = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    m = len(order)
    smallest = np.inf
    for place in range(m, 0, -1):
        smallest = min(smallest, p[order[place - 1]] * m / place)
        result[order[place - 1]] = min(smallest, 1)
    return result


def theil_sen(y, x):
    i, j = np.triu_indices(len(x), 1)
    use = x[i] != x[j]
    return np.median((y[j] - y[i])[use] / (x[j] - x[i])[use])
