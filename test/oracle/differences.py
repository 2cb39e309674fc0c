#!/usr/bin/python3
"""test/cluster test/oracle/differences.py [SAMPLES [independent|tails|families ...]]

How often does the nominal 95 % interval of capabilities_difference() leave out the true
difference?  Where the two true correlations are equal (with absolute in magnitude) that
is also how often a nominal 5 % test rejects.  Simulated, on demand: a quarter of an hour.
Normal scores, Spearman correlations with one capability benchmark, of which the truth is known; what
capability leaves of the two benchmarks is correlated by so much.  Prints the tables of
src/stats/README.md: all, or those named.
"""
import sys

import numpy as np

from simulation import Simulation, families_option, family_numbers

RESAMPLES = 1000
BETWEEN = (0, 0.5, 0.9)
TRUTHS = ((0, 0), (0.4, 0.4), (0.8, 0.8), (0.95, 0.95), (0.4, -0.4), (0.8, -0.8), (0.4, 0), (0.8, 0), (0.8, 0.4))


def triples(rng, count, n, rhos, between):
    """Capability, and two benchmarks that have these Spearman correlations with it."""
    x, e, f = rng.normal(size=(3, count, n))
    a, b = (2 * np.sin(np.pi * rho / 6) for rho in rhos)
    f = between * e + np.sqrt(1 - between**2) * f
    return np.array([x, a * x + np.sqrt(1 - a**2) * e, b * x + np.sqrt(1 - b**2) * f])


def related_triples(rng, count, family, share, rhos, between):
    """With a part of the variance that models of one family have in common."""
    common = triples(rng, count, max(family) + 1, rhos, between)
    return np.sqrt(share) * common[..., family] + np.sqrt(1 - share) * triples(rng, count, len(family), rhos, between)


class Study(Simulation):
    def load_triples(self, scores):
        x, a, b = scores
        self.load(x=x, a=a, b=b)

    def study(self, options, true, samples):
        """Shares that leave out the truth, and that differ; how wide."""
        self.cursor.execute(f"""SELECT ci_low, ci_high, p_value
            FROM sample, capabilities_difference(m, 'a', 'b', '{{x}}' {options}) AS d WHERE s < {samples}""")
        low, high, p = np.array(self.cursor.fetchall(), float).T
        assert (((low > 0) | (high < 0)) == (p < 0.05)).all() or "bootstrap" in options
        return np.array([100 * ((low > true) | (high < true)).mean(), 100 * (p < 0.05).mean(), np.median(high - low)])

    def independent(self):
        print("| models | a | b | formula | bootstrap | absolute: formula | bootstrap |")
        power = ["| models | a | b | formula | bootstrap | absolute: formula | bootstrap |"]
        for n in (8, 12, 26, 100):
            for a, b in TRUTHS:
                found = []
                for between in BETWEEN:
                    self.load_triples(triples(self.rng, self.samples, n, (a, b), between))
                    for absolute, true in (("false", a - b), ("true", abs(a) - abs(b))):
                        for ci, samples in (("analytic", self.samples), ("bootstrap", self.samples // 4)):
                            found.append(self.study(f", absolute => {absolute}, ci => '{ci}', resamples => {RESAMPLES}",
                                                    true, samples))
                found = np.array(found).reshape(len(BETWEEN), 4, 3)
                missed, differs = (f"| {n} | {a} | {b} | " + " | ".join(
                    ", ".join(f"{v:.1f}" for v in found[:, kind, what]) for kind in range(4)) + " |" for what in (0, 1))
                print(missed, flush=True)
                if abs(a) != abs(b):
                    power.append(differs)
        print("\nfound:", *power, sep="\n")

    def tails(self):
        """Of equal correlations near 1: how much too small is a small p?"""
        print("| models | a = b | p < 0.05 | p < 0.01 | p < 0.001 |")
        for n in (12, 26):
            for rho in (0.8, 0.9, 0.97):
                self.load_triples(triples(self.rng, 5 * self.samples, n, (rho, rho), 0))
                self.cursor.execute("SELECT p_value FROM sample, capabilities_difference(m, 'a', 'b', '{x}')")
                p = np.array(self.cursor.fetchall(), float)
                print(f"| {n} | {rho} | " + " | ".join(f"{100 * (p < level).mean():.2f}" for level in (0.05, 0.01, 0.001)) +
                      " |", flush=True)

    def families(self):
        print("| models | families | a | b | between | misses | differs | absolute: misses | differs |")
        for n in (26, 50):
            family = family_numbers(n)
            for a, b in ((0, 0), (0.8, 0.8), (0.8, -0.8), (0.8, 0)):
                for between in (0, 0.9):
                    self.load_triples(related_triples(self.rng, self.samples // 2, family, 0.5, (a, b), between))
                    cells = []
                    for absolute, true in (("false", a - b), ("true", abs(a) - abs(b))):
                        missed, differs, _ = self.study(f", absolute => {absolute}" + families_option(family), true,
                                                        self.samples)
                        cells += [f"{missed:.1f}", f"{differs:.1f}"]
                    print(f"| {n} | {max(family) + 1} | {a} | {b} | {between} | " + " | ".join(cells) + " |", flush=True)


def main():
    study = Study(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
    print(f"of nominal 95 % intervals of a difference, {study.samples} samples a line; of each cell the two benchmarks "
          f"are correlated, given capability, by {BETWEEN}\n")
    for part in sys.argv[2:] or ("independent", "tails", "families"):
        getattr(study, part)()
        print()


if __name__ == "__main__":
    main()
