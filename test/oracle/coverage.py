#!/usr/bin/python3
"""test/cluster test/oracle/coverage.py [SAMPLES]

How often do the nominal 95 % intervals hold the true correlation?  Simulated, on
demand: some minutes.  Samples are bivariate normal, for families with a part of
the variance common to the models of one family; the truth is known, on the scale
of each method.  Prints the tables of README.md.
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
        lines = "".join(f"{s}\t{i}\t{a!r}\t{b!r}\n" for s in range(len(x))
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


def main():
    study = Study(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
    print(f"coverage of nominal 95 % intervals (median width), {study.samples} samples a line\n")
    study.independent()
    print()
    study.families()


if __name__ == "__main__":
    main()
