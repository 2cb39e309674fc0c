"""What the files of this folder share: loading rows, comparing correlations."""
import collections
import io

import numpy as np
from psycopg2.extensions import Float, register_adapter

import reference

# From numpy 2 on a number writes itself as np.float64(…), which is no SQL.
register_adapter(np.float64, lambda value: Float(float(value)))

# Rank correlations that were not compared, because two scores are too close.
skipped = collections.Counter()


def copy(db, table, rows):
    """COPY rows of plain values; None is NULL."""
    def field(value):
        if value is None:
            return r"\N"
        if isinstance(value, (list, tuple)):
            return "{%s}" % ",".join("NULL" if v is None else str(v) for v in value)
        return str(value)
    text = "".join("\t".join(map(field, row)) + "\n" for row in rows)
    with db.connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(text))


def near(ours, expected, tolerance, what):
    difference = abs(ours - expected)
    assert difference <= tolerance, \
        f"{what}: {ours!r}, expected {expected!r}, off by {difference:.2g} > {tolerance:.2g}"


def tolerance_of(method, fitted=None):
    """Ranks are exact; values of scores carry the error of the eigenvector."""
    if method != "pearson":
        return 1e-14
    return 1e-12 * (fitted.condition() if fitted is not None else 1)


def check_correlation(row, expected, confidence, tested, fitted, what, gated=True):
    """corr, ci_low, ci_high, p_value, status of one row; gated: which says what its component is worth."""
    corr, low, high, p, status = row
    if expected.corr is None:
        assert (corr, low, high, p) == (None,) * 4, what
        assert status == expected.status, what
        return
    skipped["compared"] += 1
    if fitted is not None and expected.method != "pearson" and \
            fitted.has_close_scores(expected.who):
        skipped["close scores"] += 1
        return
    near(corr, expected.corr, tolerance_of(expected.method, fitted), what)
    if not tested:
        assert (low, high, p, status) == (None, None, None, "part-whole"), what
        return
    ends = reference.interval(expected.method, corr, expected.n, confidence, expected.spread())
    if ends is None:
        assert (low, high, status) == (None, None, "too few models for an interval"), what
    else:
        gate = reference.Gate(fitted).status if gated and fitted is not None else "ok"
        assert status == gate, what
        near(low, ends[0], 1e-12, what + " ci_low")
        near(high, ends[1], 1e-12, what + " ci_high")
    p_value = expected.p_value(corr)
    near(p, p_value, max(1e-10 * p_value, 1e-300), what + " p_value")
