"""What people do instead: numpy, in the server as PL/Python or at a client.

The functions below are written once.  They run in this process for the pandas
client and for checks, and their source makes the bodies of the PL/Python
functions, so that all of them do the same: the paper's recipe, vectorised over
benchmarks as far as missing scores allow.
"""
import inspect
import io

import numpy as np


def midranks(a):
    """Ranks within each column, equal values the average of theirs."""
    n = len(a)
    order = a.argsort(axis=0, kind="stable")
    values = np.take_along_axis(a, order, 0)
    starts = np.ones(a.shape, bool)
    starts[1:] = values[1:] != values[:-1]
    ends = np.ones(a.shape, bool)
    ends[:-1] = starts[1:]
    places = np.arange(n)[:, None]
    first = np.maximum.accumulate(np.where(starts, places, 0), axis=0)
    last = np.minimum.accumulate(np.where(ends, places, n)[::-1], axis=0)[::-1]
    ranks = np.empty(a.shape)
    np.put_along_axis(ranks, order, (first + last) / 2.0, 0)
    return ranks


def correlate(x, y):
    """Spearman's correlation of each column of x with y."""
    x, y = midranks(x), midranks(y[:, None])
    x, y = x - x.mean(0), y - y.mean(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (x * y).sum(0) / np.sqrt((x * x).sum(0) * (y * y).sum(0))


def pivot(models, benchmarks, scores):
    """The matrix, NaN where there is no score, and its labels."""
    rows, columns = {}, {}
    i = [rows.setdefault(model, len(rows)) for model in models]
    j = [columns.setdefault(benchmark, len(columns)) for benchmark in benchmarks]
    matrix = np.full((len(rows), len(columns)), np.nan)
    matrix[i, j] = scores
    return list(rows), list(columns), matrix


def first_score(raw, ranked):
    """Projection of z-scores on the first component of the rank correlations."""
    _, vectors = np.linalg.eigh(np.corrcoef(ranked, rowvar=False))
    weights = vectors[:, -1] * (1 if vectors[:, -1].sum() > 0 else -1)
    return ((raw - raw.mean(0)) / raw.std(0)) @ weights


def capability_correlations(labels, matrix, capabilities):
    """(benchmark, correlation) of every other benchmark, over complete models."""
    chosen = [labels.index(name) for name in capabilities]
    matrix = matrix[~np.isnan(matrix[:, chosen]).any(1)]
    raw = matrix[:, chosen]
    score = first_score(raw, midranks(raw))
    wanted = np.ones(len(labels), bool)
    wanted[chosen] = False
    there = ~np.isnan(matrix)
    full = wanted & there.all(0)
    result = np.full(len(labels), np.nan)
    result[full] = correlate(matrix[:, full], score)
    for k in np.flatnonzero(wanted & ~full):
        have = there[:, k]
        if have.sum() >= 3:
            result[k] = correlate(matrix[have, k][:, None], score[have])[0]
    return [(labels[k], float(result[k])) for k in np.flatnonzero(wanted)]


def pandas_client(session, table, capabilities):
    """COPY to the client, pivot, rank: the paper's script without its loops."""
    import pandas
    csv = io.StringIO()
    with session.connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} TO STDOUT WITH (FORMAT csv, HEADER)", csv)
    csv.seek(0)
    wide = pandas.read_csv(csv).pivot(index="model", columns="benchmark", values="score")
    wide = wide.dropna(subset=capabilities)
    raw = wide[capabilities]
    score = first_score(raw.to_numpy(), raw.rank().to_numpy())
    corr = wide.drop(columns=capabilities).corrwith(pandas.Series(score, wide.index), method="spearman")
    return list(corr.items())


# One row of arrays comes over faster than a dictionary for each row of the table.
CORRELATIONS = """
CREATE FUNCTION plpython_correlations(query text, capabilities text[])
RETURNS TABLE (benchmark text, corr float8) LANGUAGE plpython3u AS $plpython$
import numpy as np
if "capability_correlations" not in SD:
    exec({source!r}, SD)
    SD["np"] = np
row = plpy.execute("SELECT array_agg(model) AS m, array_agg(benchmark) AS b, array_agg(score) AS s "
                   "FROM (" + query + ") AS q (model, benchmark, score)")[0]
_, labels, matrix = SD["pivot"](row["m"], row["b"], row["s"])
return SD["capability_correlations"](labels, matrix, capabilities)
$plpython$;
"""

# The cross-product runs over blocks, about the first row, so that large means
# cost no digits.
FIRST_COMPONENT = """
CREATE FUNCTION plpython_first_component(query text, block int DEFAULT 10000)
RETURNS float8[] LANGUAGE plpython3u AS $plpython$
import numpy as np
cursor = plpy.cursor(query)
pivot = None
n = 0
while True:
    rows = cursor.fetch(block)
    if not rows:
        break
    x = np.array([row["v"] for row in rows])
    if pivot is None:
        pivot = x[0].copy()
        total = np.zeros(len(pivot))
        cross = np.zeros((len(pivot), len(pivot)))
    x -= pivot
    n += len(x)
    total += x.sum(0)
    cross += x.T @ x
cov = cross / n - np.outer(total, total) / n**2
sd = np.sqrt(np.diag(cov))
_, vectors = np.linalg.eigh(cov / np.outer(sd, sd))
weights = vectors[:, -1]
return (weights * (1 if weights.sum() > 0 else -1)).tolist()
$plpython$;
"""

# How far R w is from eigenvalue times w, for a matrix that eigh would take
# minutes for: one pass over the rows, R is never made.
RESIDUAL = """
CREATE FUNCTION plpython_residual(query text, means float8[], sds float8[], weights float8[],
    eigenvalue float8)
RETURNS float8 LANGUAGE plpython3u AS $plpython$
import numpy as np
m, s, w = np.array(means), np.array(sds), np.array(weights)
cursor = plpy.cursor(query)
n, product = 0, np.zeros(len(w))
while True:
    rows = cursor.fetch(500)
    if not rows:
        break
    z = (np.array([row["v"] for row in rows]) - m) / s
    n += len(z)
    product += (z @ w) @ z
return float(abs(product / n - eigenvalue * w).max() / eigenvalue)
$plpython$;
"""


def create_plpython(session):
    """The functions, in the database of the benchmark."""
    source = "\n".join(inspect.getsource(function) for function in (
        midranks, correlate, pivot, first_score, capability_correlations))
    session.rows("CREATE EXTENSION IF NOT EXISTS plpython3u")
    for create in (CORRELATIONS.replace("{source!r}", repr(source)), FIRST_COMPONENT, RESIDUAL):
        session.rows(create)


def scores_by_svd(rows):
    """
    The capabilities score of each model when all benchmarks are capability
    benchmarks, by a singular value decomposition of the ranks, models by
    benchmarks: for more benchmarks than eigh would finish.
    """
    models, _, raw = pivot(*zip(*rows))
    ranked = midranks(raw)
    ranked -= ranked.mean(0)
    ranked /= ranked.std(0)
    weights = np.linalg.svd(ranked, full_matrices=False)[2][0]
    score = ((raw - raw.mean(0)) / raw.std(0)) @ (weights * (1 if weights.sum() > 0 else -1))
    return dict(zip(models, score.tolist()))
