"""The bootstrap of the whole pipeline in numpy: batched, and as people write it.

Both draw with numpy.random.Philox as the extension does, so that the same
resamples are compared and the intervals must agree.
"""
import warnings

import numpy as np

from rivals import first_score, midranks, pivot

BATCH = 250
FEW_MODELS = 64     # up to here ranks by matrix multiplication are faster


def resample_counts(resamples, n, seed=0):
    """How often each model is in each resample."""
    counts = np.empty((resamples, n))
    for b in range(resamples):
        raw = np.random.Philox(key=[seed, 0], counter=[0, 0, b, 0]).random_raw(n)
        # the upper half of a product of 64 by 64 bits
        low, high = raw & np.uint64(0xFFFFFFFF), raw >> np.uint64(32)
        index = (high * np.uint64(n) + (low * np.uint64(n) >> np.uint64(32))) >> np.uint64(32)
        counts[b] = np.bincount(index.astype(np.int64), minlength=n)
    return counts


class Ranker:
    """Centred weighted mid-ranks of one column, for many sets of weights."""

    def __init__(self, column):
        n = len(column)
        if n <= FEW_MODELS:
            below = column[:, None] > column[None, :]
            self.matrix = (below + 0.5 * (column[:, None] == column[None, :])).T
            return
        self.matrix = None
        self.order = column.argsort(kind="stable")
        values = column[self.order]
        new = np.r_[True, values[1:] != values[:-1]]
        group = np.cumsum(new) - 1
        first = np.flatnonzero(new)
        last = np.r_[first[1:], n] - 1
        self.first, self.last = first[group], last[group]
        self.back = np.empty(n, int)
        self.back[self.order] = np.arange(n)

    def ranks(self, counts):
        """batch x n, about their mean."""
        if self.matrix is not None:
            ranks = counts @ self.matrix
        else:
            cumulated = np.zeros((len(counts), counts.shape[1] + 1))
            np.cumsum(counts[:, self.order], axis=1, out=cumulated[:, 1:])
            ranks = 0.5 * (cumulated[:, self.first] + cumulated[:, self.last + 1])[:, self.back]
        return ranks - 0.5 * counts.sum(1, keepdims=True)


def score_ranks(score, counts):
    """The same for scores that differ from resample to resample."""
    order = score.argsort(axis=1, kind="stable")
    values = np.take_along_axis(score, order, 1)
    cumulated = np.cumsum(np.take_along_axis(counts, order, 1), axis=1)
    n = score.shape[1]
    new = np.ones(score.shape, bool)
    new[:, 1:] = values[:, 1:] != values[:, :-1]
    places = np.arange(n)
    first = np.maximum.accumulate(np.where(new, places, 0), axis=1)
    ends = np.ones(score.shape, bool)
    ends[:, :-1] = new[:, 1:]
    last = np.minimum.accumulate(np.where(ends, places, n)[:, ::-1], axis=1)[:, ::-1]
    before = np.take_along_axis(np.c_[np.zeros(len(score)), cumulated], first, 1)
    middle = 0.5 * (before + np.take_along_axis(cumulated, last, 1))
    ranks = np.empty(score.shape)
    np.put_along_axis(ranks, order, middle, 1)
    return ranks - 0.5 * counts.sum(1, keepdims=True)


def batched_bootstrap(raw, targets, resamples):
    """resamples x targets: weighted ranks, stacked eigenproblems, no loop over resamples."""
    n = len(raw)
    rankers = [Ranker(column) for column in raw.T]
    full = ~np.isnan(targets).any(0)
    target_rankers = [Ranker(column) if whole else None for column, whole in zip(targets.T, full)]
    partial = {t: (~np.isnan(targets[:, t]), Ranker(targets[~np.isnan(targets[:, t]), t]))
               for t in np.flatnonzero(~full)}
    together = None
    if n <= FEW_MODELS:
        together = np.concatenate([ranker.matrix for ranker in target_rankers if ranker], axis=1)
    counts = resample_counts(resamples, n)
    result = np.empty((resamples, targets.shape[1]))
    for begin in range(0, resamples, BATCH):
        c = counts[begin:begin + BATCH]
        ranked = np.stack([ranker.ranks(c) for ranker in rankers], axis=1)
        products = np.matmul(ranked * c[:, None, :], ranked.transpose(0, 2, 1))
        scale = np.sqrt(np.einsum("bii->bi", products))
        with np.errstate(invalid="ignore", divide="ignore"):
            matrix = products / (scale[:, :, None] * scale[:, None, :])
            bad = ~np.isfinite(matrix).all((1, 2))
            matrix[bad] = np.eye(raw.shape[1])
            weights = np.linalg.eigh(matrix)[1][:, :, -1]
            weights = weights * np.where(weights.sum(1) > 0, 1, -1)[:, None]
            mean = c @ raw / n
            sd = np.sqrt(np.maximum(c @ (raw * raw) / n - mean * mean, 0))
            # one score a model, so that one drawn twice ties with itself
            score = (((raw[None] - mean[:, None]) / sd[:, None]) * weights[:, None]).sum(2)
            score[bad] = 0
            own = score_ranks(score, c)
            weighted = c * own
            across = (weighted * own).sum(1)
            here = result[begin:begin + len(c)]
            if together is not None:
                r = (c @ together).reshape(len(c), -1, n) - 0.5 * n
                top = np.matmul(r, weighted[:, :, None])[:, :, 0]
                np.multiply(r, r, out=r)
                below = np.matmul(r, c[:, :, None])[:, :, 0] * across[:, None]
                here[:, full] = top / np.sqrt(below)
            for t in np.flatnonzero(full) if together is None else ():
                r = target_rankers[t].ranks(c)
                top, below = np.einsum("bi,bi->b", r, weighted), np.einsum("bi,bi,bi->b", c, r, r) * across
                here[:, t] = top / np.sqrt(below)
            for t, (there, some) in partial.items():
                w = c[:, there]
                r, s = some.ranks(w), score_ranks(score[:, there], w)
                here[:, t] = (w * r * s).sum(1) / np.sqrt((w * r * r).sum(1) * (w * s * s).sum(1))
            here[bad] = np.nan
    return result


def looped_bootstrap(raw, targets, resamples):
    """The same as people write it: scipy, a loop over resamples, a loop over targets."""
    from scipy import stats
    warnings.simplefilter("ignore", stats.ConstantInputWarning)
    counts = resample_counts(resamples, len(raw)).astype(int)
    result = np.empty((resamples, targets.shape[1]))
    for b, c in enumerate(counts):
        rows = np.repeat(np.arange(len(raw)), c)
        x = raw[rows]
        score = first_score(x, midranks(x))
        for t in range(targets.shape[1]):
            y = targets[rows, t]
            have = ~np.isnan(y)
            result[b, t] = stats.spearmanr(y[have], score[have]).correlation
    return result


def intervals(bootstrap, session, table, capabilities, resamples):
    """
    [(benchmark, low, high)] of the table, fetched into this process.  Models are
    numbered in C order, as the extension numbers them.
    """
    rows = session.rows(f"SELECT model, benchmark, score FROM {table}")
    rows.sort(key=lambda row: row[0].encode())
    models, benchmarks, scores = zip(*rows)
    _, labels, matrix = pivot(models, benchmarks, scores)
    chosen = [labels.index(name) for name in capabilities]
    matrix = matrix[~np.isnan(matrix[:, chosen]).any(1)]
    others = [k for k, name in enumerate(labels) if name not in capabilities]
    replicates = bootstrap(matrix[:, chosen], matrix[:, others], resamples)
    low, high = np.nanquantile(replicates, [0.025, 0.975], axis=0)
    return [(labels[k], float(a), float(b)) for k, a, b in zip(others, low, high)]
