"""reliability and corr_disattenuated beside R's psych, the package of psychometrics.

Its alpha() is Kuder and Richardson's formula 20 for items that are right or wrong, which is 21,
ours, where all items are equally hard, and above it where not; its correct.cor() corrects
a correlation.  Skipped without R or the package.
"""
import shutil
import subprocess
import sys

import numpy as np
import pytest

import conftest
sys.path.insert(0, str(conftest.ROOT / "test" / "oracle"))
from compare import near  # noqa: E402

SCRIPT = """
folder <- commandArgs(TRUE)[1]
if (!requireNamespace("psych", quietly = TRUE)) quit(status = 77)
for (file in list.files(folder, "\\\\.items$", full.names = TRUE)) {
    x <- as.matrix(read.csv(file, header = FALSE))
    items <- x[, -1]
    n <- nrow(x)
    alpha <- suppressMessages(suppressWarnings(psych::alpha(items, check.keys = FALSE, warnings = FALSE)))$total$raw_alpha
    # ours has the variance of ddof = 1
    ours <- 1 - (1 - alpha) * (n - 1) / n
    r <- cor(x[, 1], rowMeans(items))
    corrected <- psych::correct.cor(matrix(c(1, r, r, 1), 2), c(1, ours))
    write(format(c(ours, max(corrected[1, 2], corrected[2, 1])), digits = 17), sub("items$", "psych", file))
}
"""


def equally_hard():
    """Models that are right on 3, 9, 14, ... of 24 items, each item on as many models."""
    return np.array([np.roll(np.arange(24) < right, shift) for right in (3, 9, 14, 20, 22) for shift in range(24)], float)


def differently_hard(rng):
    return (rng.normal(size=(80, 1)) + rng.normal(size=(80, 30)) > 1.5 * rng.normal(size=30)).astype(float)


@pytest.fixture(scope="module")
def cases(db, tmp_path_factory):
    """{name: (ours, psych's)} of reliability and corrected correlation."""
    if not shutil.which("Rscript"):
        pytest.skip("there is no Rscript")
    path, rng, made = tmp_path_factory.mktemp("peers"), np.random.default_rng(16), {}
    for name, items in {"equal": equally_hard(), **{f"different_{i}": differently_hard(rng) for i in range(5)}}.items():
        x = items.mean(1) + 0.3 * rng.normal(size=len(items))
        np.savetxt(path / f"{name}.items", np.column_stack([x, items]), "%.17g", ",")
        rows = [(f"m{i:03}", b, float(s)) for i in range(len(x)) for b, s in [("x", x[i]), *(("t", s) for s in items[i])]]
        made[name] = db.rows("SELECT reliability, corr_disattenuated FROM (SELECT score_matrix(m, b, s) AS m FROM "
                             "unnest(%s::text[], %s::text[], %s::float8[]) AS c (m, b, s)) AS s, "
                             "benchmark_correlations(m, 'x', '{t}', 'pearson') AS c", tuple(map(list, zip(*rows))))[0]
    (path / "peers.R").write_text(SCRIPT)
    done = subprocess.run(["Rscript", "--vanilla", path / "peers.R", path], capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip("R has no psych")
    assert done.returncode == 0, done.stderr
    return {name: (ours, tuple(np.loadtxt(path / f"{name}.psych"))) for name, ours in made.items()}


def test_equally_hard_items(cases):
    (reliability, corrected), (alpha, psych) = cases["equal"]
    near(reliability, alpha, 1e-12, "reliability")
    near(corrected, psych, 1e-12, "corr_disattenuated")
    assert 0 < corrected < 1


def test_items_that_differ(cases):
    """Ours counts what items differ by as error: a lower bound, and of the correlation an upper one."""
    for name, ((reliability, corrected), (alpha, psych)) in cases.items():
        if name != "equal":
            assert 0.7 < reliability < alpha - 0.01 and corrected > psych, name
