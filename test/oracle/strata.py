#!/usr/bin/python3
"""test/cluster test/oracle/strata.py [SAMPLES [independent|families|congruence ...]]

How often does the nominal 95 % interval of capabilities_strata_difference() leave out the true
difference, and how often is p below 0.05 where there is none?  Simulated, on demand: ten
minutes.  Normal scores; two strata of n models each, with four capability benchmarks whose
loadings differ; a target has a known Spearman correlation with the component of each.
With families too.  Then what
congruence says of loadings that have nothing to do with each other.  Prints
the tables of src/stats/README.md: all, or those named.
"""
import sys

import numpy as np

from simulation import Simulation, families_option, family_numbers

LOADINGS = np.array([[0.9, 0.8, 0.7, 0.6], [0.5, 0.7, 0.8, 0.9]])
TRUTHS = ((0, 0), (0.4, 0.4), (0.8, 0.8), (0.95, 0.95), (0.4, 0), (0.8, 0), (0.8, 0.4), (0.4, -0.4), (0.8, -0.8))


def stratum(rng, loadings, rho, shape):
    """Four capability benchmarks and a target that has this Spearman correlation with their component."""
    x = loadings[:, None] * rng.normal(size=shape)[..., None, :] + \
        np.sqrt(1 - loadings**2)[:, None] * rng.normal(size=(*shape[:-1], 4, shape[-1]))
    # Spearman's matrix has the same order of loadings; this is its component
    r = 6 / np.pi * np.arcsin((np.outer(loadings, loadings) * (1 - np.eye(4)) + np.eye(4)) / 2)
    v = np.abs(np.linalg.eigh(r)[1][:, -1])
    variance = v @ (np.outer(loadings, loadings) + np.diag(1 - loadings**2)) @ v
    score = np.einsum("j,...ji->...i", v, x) / np.sqrt(variance)
    pearson = 2 * np.sin(np.pi * rho / 6)
    target = pearson * score + np.sqrt(1 - pearson**2) * rng.normal(size=shape)
    return np.concatenate([np.moveaxis(x, -2, 0), target[None]])


class Study(Simulation):
    def load_strata(self, a, b):
        n = a.shape[-1]
        both = np.concatenate([a, b], -1)
        self.load(**dict(zip(("w", "x", "y", "z", "t"), both)))
        self.cursor.execute("DROP TABLE IF EXISTS pair")
        names = ", ".join(f"'{name}', {name}" for name in "wxyzt")
        self.cursor.execute(f"""CREATE TABLE pair AS
            SELECT s, score_matrix(model, jsonb_build_object({names})) FILTER (WHERE model::int < {n}) AS a,
                score_matrix(model, jsonb_build_object({names})) FILTER (WHERE model::int >= {n}) AS b
            FROM cell GROUP BY s""")

    def study(self, options, true):
        """In percent: misses, p < 0.05, sign changes; how many have an interval."""
        self.cursor.execute(f"""SELECT ci_low, ci_high, p_value, sign_changes
            FROM pair, capabilities_strata_difference(a, b, '{{w,x,y,z}}' {options}) AS d""")
        rows = [row for row in self.cursor.fetchall() if row[0] is not None]
        low, high, p = np.array([row[:3] for row in rows]).T
        changes = np.array([bool(row[3]) for row in rows])
        assert (((low > 0) | (high < 0)) == (p < 0.05)).mean() > 0.999 or "families" in options
        return 100 * ((low > true) | (high < true)).mean(), 100 * (p < 0.05).mean(), 100 * changes.mean(), len(rows)

    def line(self, head, options, true):
        found = [self.study(option, true) for option in options]
        assert found[0][3] > 0.9 * self.samples, found
        print(f"| {head} | " + " | ".join(f"{value:.1f}" for one in found for value in one[:3]) + " |", flush=True)

    def independent(self):
        print("| models | a | b | misses | p < 0.05 | sign changes |")
        for n in (15, 26, 60):
            for truth in TRUTHS:
                self.load_strata(*(stratum(self.rng, LOADINGS[s], truth[s], (self.samples, n)) for s in (0, 1)))
                self.line(f"{n} | {truth[0]} | {truth[1]}", [""], truth[0] - truth[1])

    def families(self):
        """Half of the variance is that of families: the same in both strata, or others."""
        for shared in (True, False):
            print("the same families in both" if shared else "other families in each")
            print("| models | families | a | b | misses | p < 0.05 | sign changes | without families: misses | p < 0.05 | sign changes |")
            for n, g in ((15, 5), (26, 5), (60, 5), (15, 8), (26, 8), (60, 8), (15, 12), (26, 12), (60, 12)):
                family = family_numbers(n, g)
                names = [*family, *(family if shared else family + g)]
                for truth in ((0, 0), (0.4, 0.4), (0.8, 0.8), (0.8, 0), (0.4, -0.4)):
                    seed = self.rng.integers(2**60, size=2)
                    strata = []
                    for s in (0, 1):
                        of_families = np.random.default_rng(seed[0 if shared else s])
                        common = stratum(of_families, LOADINGS[s], truth[s], (self.samples, g))[..., family]
                        own = stratum(self.rng, LOADINGS[s], truth[s], (self.samples, n))
                        strata.append(np.sqrt(0.5) * (common + own))
                    self.load_strata(*strata)
                    self.line(f"{n} | {g} | {truth[0]} | {truth[1]}", [families_option(names), ""], truth[0] - truth[1])

    def congruence(self):
        print("| benchmarks | loadings | 1 % | 5 % | median | 95 % |")
        for d in (3, 6, 12):
            for low, high in ((0.5, 0.95), (0.2, 0.95)):
                a, b = self.rng.uniform(low, high, (2, 100 * self.samples, d))
                c = (a * b).sum(1) / np.sqrt((a**2).sum(1) * (b**2).sum(1))
                print(f"| {d} | {low} to {high} | " + " | ".join(f"{q:.3f}" for q in np.quantile(c, (0.01, 0.05, 0.5, 0.95))) + " |")


def main():
    study = Study(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
    print(f"of nominal 95 % intervals of a difference of strata, {study.samples} samples a line, in percent\n")
    for part in sys.argv[2:] or ("independent", "families", "congruence"):
        getattr(study, part)()
        print()


if __name__ == "__main__":
    main()
