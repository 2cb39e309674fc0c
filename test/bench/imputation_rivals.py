"""Missing scores filled in numpy, and with scikit-learn: imputePCA, as its authors state it.

Fill by the means; standardise, decompose, shrink the first component, fill again, until
the sum of squares at observed scores changes by less than a millionth or a thousand times
(missMDA's defaults).  The matrix is there already, pivoted, NaN where there is no score.
"""
import numpy as np

from rivals import first_score, midranks

TOLERANCE, MOST = 1e-6, 1000


def by_svd(z):
    """Scores on the first component, its loadings, all eigenvalues: the whole decomposition."""
    u, s, v = np.linalg.svd(z, full_matrices=False)
    return u[:, 0] * s[0], v[0], s[:2] ** 2 / len(z)


def by_sklearn(z):
    """Two components, by the solver that scikit-learn chooses for the matrix."""
    from sklearn.decomposition import PCA
    pca = PCA(2, random_state=0)
    t = pca.fit_transform(z)[:, 0]
    return t, pca.components_[0], pca.singular_values_ ** 2 / len(z)


def impute(x, decompose, tolerance=TOLERANCE):
    missing = np.isnan(x)
    observed = ~missing
    n, d = x.shape
    filled = np.where(missing, np.nanmean(x, 0), x)
    before = np.inf
    for step in range(1, MOST + 1):
        mean, sd = filled.mean(0), filled.std(0)
        z = (filled - mean) / sd
        t, v, (first, second) = decompose(z)
        noise = min(n * d / min(d, n - 1) * (d - first) / ((n - 2) * (d - 1)), second)
        fit = np.outer(t * (1 - noise / first), v)
        objective = ((z - fit)[observed] ** 2).sum()
        filled[missing] = (mean + sd * fit)[missing]
        if abs(1 - objective / before) < tolerance and step > 5:
            break
        before = objective
    return filled


def capabilities_scores(labels, x, decompose, tolerance=TOLERANCE):
    """(model, score), as capabilities_scores(missing => 'impute') has them."""
    filled = impute(x, decompose, tolerance)
    return list(zip(labels, first_score(filled, midranks(filled)).tolist()))
