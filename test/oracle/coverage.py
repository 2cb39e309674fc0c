#!/usr/bin/python3
"""test/cluster test/oracle/coverage.py [SAMPLES]

How often do the nominal 95 % intervals hold the true correlation, and the true
capabilities score?  Simulated, on demand: some minutes.  Samples of correlations
are bivariate normal, for families with a part of the variance common to the models
of one family; the truth is known, on the scale of each method.  The truth of a
score is that on the many benchmarks of which a few are a sample.  Prints the tables
of src/stats/README.md.
"""
import io
import sys

import numpy as np
import psycopg2

SIZES = (15, 26, 50, 200)
RHOS = (0, 0.5, 0.8)
METHODS = ("spearman", "pearson", "kendall")
RESAMPLES = 1000
FAMILIES = 9
SHARES = (0, 0.3, 0.5, 0.7)


def truth(method, rho):
    """Of a bivariate normal with correlation rho."""
    return {"spearman": 6 / np.pi * np.arcsin(rho / 2), "pearson": rho, "kendall": 2 / np.pi * np.arcsin(rho)}[method]


def pairs(rng, count, n, rho):
    x, e = rng.normal(size=(2, count, n))
    return x, rho * x + np.sqrt(1 - rho**2) * e


def family_numbers(n):
    """Of n models: sizes differ, as they do in the paper's data."""
    return np.sort(np.arange(n) ** 2 % FAMILIES) if n < FAMILIES else \
        np.concatenate([np.arange(FAMILIES), np.arange(n - FAMILIES) % 4])


# Benchmarks that there could be, of which some are a sample.
UNIVERSE = 500


def scored(rng, n, d, share):
    """Scores of n models on d benchmarks of one factor, a share of them deleted; and
    the models' capabilities scores on all benchmarks there are, on the scale of d."""
    loading = rng.uniform(0.6, 0.95, UNIVERSE)
    x = rng.normal(size=(n, 1)) * loading + rng.normal(size=(n, UNIVERSE)) * np.sqrt(1 - loading**2)
    z = (x - x.mean(0)) / x.std(0)
    v = np.linalg.svd(z, full_matrices=False)[2][0]
    true = z @ (v * np.sign(v.sum())) * np.sqrt(d / UNIVERSE)
    return np.where(rng.random((n, d)) < share, np.nan, x[:, :d]), true


class Study:
    def __init__(self, samples):
        self.samples = samples
        self.connection = psycopg2.connect("")
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()
        self.cursor.execute("CREATE EXTENSION IF NOT EXISTS safetycorr")
        self.rng = np.random.default_rng(20261128)

    def load(self, x, y):
        """A matrix for each sample: model m on x and y."""
        self.cursor.execute("DROP TABLE IF EXISTS pair, sample")
        self.cursor.execute("CREATE TABLE pair (s int, model int, x float8, y float8)")
        lines = "".join(f"{s}\t{i}\t{float(a)!r}\t{float(b)!r}\n" for s in range(len(x))
                        for i, (a, b) in enumerate(zip(x[s].tolist(), y[s].tolist())))
        self.cursor.copy_expert("COPY pair FROM STDIN", io.StringIO(lines))
        self.cursor.execute("""CREATE TABLE sample AS
            SELECT s, score_matrix(model::text, jsonb_build_object('x', x, 'y', y)) AS m FROM pair GROUP BY s""")

    def ends(self, method, options):
        self.cursor.execute(f"""SELECT ci_low, ci_high, p_value
            FROM sample, benchmark_correlations(m, 'x', '{{y}}', '{method}' {options}) AS c""")
        return np.array(self.cursor.fetchall(), float)

    def coverage(self, method, options, rho):
        found = self.ends(method, options)
        inside = (found[:, 0] <= truth(method, rho)) & (truth(method, rho) <= found[:, 1])
        return inside.mean(), np.median(found[:, 1] - found[:, 0]), (found[:, 2] < 0.05).mean()

    def independent(self):
        print("| models | true correlation | " + " | ".join(
            f"{method}, {kind}" for method in METHODS for kind in ("analytic", "bootstrap")) + " |")
        for n in SIZES:
            for rho in RHOS:
                self.load(*pairs(self.rng, self.samples, n, rho))
                cells = []
                for method in METHODS:
                    for options in ("", f", ci => 'bootstrap', resamples => {RESAMPLES}"):
                        covered, width, _ = self.coverage(method, options, rho)
                        cells.append(f"{covered:.3f} ({width:.2f})")
                print(f"| {n} | {rho} | " + " | ".join(cells) + " |", flush=True)

    def families(self):
        print("| models | share of the family | true correlation | analytic | bootstrap | jackknife | p < 0.05 |")
        for n in (26, 50):
            family = family_numbers(n)
            names = "{" + ", ".join(f'"{i}": "f{f}"' for i, f in enumerate(family)) + "}"
            for share in SHARES:
                for rho in RHOS:
                    common = pairs(self.rng, self.samples, FAMILIES, rho)
                    own = pairs(self.rng, self.samples, n, rho)
                    x, y = (np.sqrt(share) * c[:, family] + np.sqrt(1 - share) * o for c, o in zip(common, own))
                    self.load(x, y)
                    cells = []
                    for options in ("", f", ci => 'bootstrap', resamples => {RESAMPLES}", f", families => '{names}'"):
                        covered, width, rejected = self.coverage("spearman", options, rho)
                        cells.append(f"{covered:.3f} ({width:.2f})")
                    print(f"| {n} | {share} | {rho} | " + " | ".join(cells) + f" | {rejected:.3f} |", flush=True)


    def scores(self):
        print("| models | benchmarks | deleted | score | rank |")
        for n, d in ((26, 12), (100, 12), (26, 30), (100, 30)):
            for share in (0, 0.2, 0.4):
                inside = np.concatenate([score_coverage(self.cursor, *scored(self.rng, n, d, share))
                                         for _ in range(self.samples // 20)])
                score, rank = inside.mean(0)
                print(f"| {n} | {d} | {share} | {score:.3f} | {rank:.3f} |", flush=True)


def score_coverage(cursor, x, true):
    """Of each model with an interval: is the truth in it, and its rank?"""
    i, j = np.nonzero(~np.isnan(x))
    cursor.execute(f"""SELECT c.model, ci_low, ci_high, rank_low, rank_high
        FROM (SELECT score_matrix(m, b, s) AS m FROM unnest(%s::text[], %s::text[], %s::float8[]) AS c (m, b, s)) AS t,
        capabilities_scores(m, benchmarks(m), missing => 'impute', resamples => {RESAMPLES}) AS c WHERE ci_low IS NOT NULL""",
                   ([str(k) for k in i], [f"b{k:03}" for k in j], list(map(float, x[i, j]))))
    rank = 1 + (true > true[:, None]).sum(1)
    return np.array([(low <= true[int(m)] <= high, rank_low <= rank[int(m)] <= rank_high)
                     for m, low, high, rank_low, rank_high in cursor.fetchall()], float)


def main():
    study = Study(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
    print(f"coverage of nominal 95 % intervals (median width), {study.samples} samples a line\n")
    study.independent()
    print()
    study.families()
    print()
    study.scores()


if __name__ == "__main__":
    main()
