"""imputePCA once more, in numpy, as its authors state it, and what is made of it.

Josse & Husson (2012), section 3, one component: impute, standardise, singular
value decomposition, shrink, impute again.  Nothing of the closed form by which the
C code gets to the same fixed point.
"""
import numpy as np

import reference
import resampling

MIN_SCORES = 2


def scores_needed(d, min_scores=None):
    return min(min_scores or max(-(-d // 3), MIN_SCORES), d)


class Imputation:
    """x, models x benchmarks with NaN: the table `imputed`, and by what it was."""

    def __init__(self, x, tolerance=1e-13, most=60000):
        self.missing = np.isnan(x)
        n, d = x.shape
        # an offset would cost this code digits
        base = np.nanmin(x, 0)
        x = x - base
        imputed = np.where(self.missing, np.nanmean(x, 0), x)
        self.steps = 0
        while True:
            mean, sd = imputed.mean(0), imputed.std(0)
            z = (imputed - mean) / sd
            u, s, vt = np.linalg.svd(z / np.sqrt(n), full_matrices=False)
            sigma2 = n * d / min(d, n - 1) * (s[1:] ** 2).sum() / ((n - 2) * (d - 1))
            sigma2 = min(sigma2, s[1] ** 2)
            fit = np.outer(u[:, 0], vt[0]) * (s[0] ** 2 - sigma2) / s[0] * np.sqrt(n)
            new = np.where(self.missing, mean + sd * fit, imputed)
            change = (np.abs(new - imputed) / sd).max()
            imputed = new
            self.steps += 1
            if change < tolerance or self.steps == most:
                break
        self.converged = change < tolerance
        self.mean, self.sd = mean, sd
        self.v = vt[0] * np.sign(vt[0].sum())
        self.t = z @ self.v
        self.shrink = 1 - sigma2 / s[0] ** 2
        self.set_noise(x)
        self.imputed, self.mean = base + imputed, base + mean

    def set_noise(self, x):
        """What observed scores differ from the component by, per column."""
        coverage = (~self.missing * self.v**2).sum(1)
        lean = self.v**2 / (1 - self.shrink * (1 - coverage))[:, None]
        residual = np.where(self.missing, 0, (x - self.mean) / self.sd - np.outer(self.t, self.v))
        self.count = (~self.missing).sum(0)
        freedom = (1 - 2 / self.count) * np.where(self.missing, 0, 1 - lean).sum(0)
        self.noise = np.sqrt((residual**2).sum(0) / freedom)

    def errors(self):
        """Standard errors of the imputed cells; NaN for the others."""
        seen = ~self.missing
        coverage = (seen * self.v**2).sum(1)
        var = (seen * (self.v * self.noise) ** 2).sum(1) / (1 - self.shrink * (1 - coverage)) ** 2
        mean = (seen * self.t[:, None]).sum(0) / self.count
        spread = (seen * (self.t[:, None] - mean) ** 2).sum(0)
        variance = self.noise**2 * (1 + 1 / self.count + (self.t[:, None] - mean) ** 2 / spread) + \
            (self.shrink * self.v) ** 2 * var[:, None]
        return np.where(self.missing, self.sd * np.sqrt(variance), np.nan)

    def redrawn(self, x, taken, seed, b, errors=None, v=None):
        """The benchmarks taken (how often, by benchmark) in resample b, all of them."""
        columns = np.flatnonzero(taken)
        cells = [(i, j) for j in columns for i in range(len(x))
                 if self.missing[i, j] or (errors is not None and errors[i, j] > 0)]
        table, noise = x.copy(), np.zeros_like(x)
        for (i, j), number in zip(cells, resampling.normals(seed, resampling.REDRAWS, b, len(cells))):
            if self.missing[i, j]:
                noise[i, j] = number
            else:
                table[i, j] += errors[i, j] * number
        seen = ~self.missing[:, columns]
        c, v = taken[columns], self.v[columns]
        z = np.where(seen, (table[:, columns] - self.mean[columns]) / self.sd[columns], 0)
        coverage = (seen * c * v**2).sum(1)
        t = (z * c * v).sum(1) / ((1 - self.shrink) * (c * v**2).sum() + self.shrink * coverage)
        t[coverage == 0] = 0
        estimate = self.mean[columns] + self.sd[columns] * (
            self.shrink * np.outer(t, v) + self.noise[columns] * noise[:, columns])
        return np.repeat(np.where(seen, table[:, columns], estimate), c, axis=1)


def included(x, min_scores=None):
    """Which models have enough scores."""
    return (~np.isnan(x)).sum(1) >= scores_needed(x.shape[1], min_scores)


def scores(x, pca="spearman", min_scores=None):
    """The capabilities scores of all models, NaN where there is none."""
    keep = included(x, min_scores)
    result = np.full(len(x), np.nan)
    result[keep] = reference.Fit(Imputation(x[keep]).imputed, pca).scores
    return result


def delete(x, share, seed):
    """A share of the cells deleted at random."""
    return np.where(np.random.default_rng(seed).random(x.shape) < share, np.nan, x)
