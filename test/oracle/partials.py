#!/usr/bin/python3
"""test/cluster test/oracle/partials.py [SAMPLES [independent|truths|families|differences ...]]

How good are intervals and p-values given controls?  Simulated, on demand: some minutes.
Normal scores: what is correlated, x, and the target depend on the controls so that the
variance inflation of x by them is the one that is named in the population, and that of the
target too.  What the controls leave of the two is correlated by so much: 0 is the null, of
Pearson.  Of Spearman the truth is found from the rank correlations of all of them, and is not
quite the same.  A p-value is not there where the variance inflation of the sample is 5 or more;
"would be" is how often the interval leaves out 0, which stands in any case.  Prints the
tables of src/stats/README.md: all, or those named.
"""
import sys

import numpy as np

from simulation import Simulation, families_option, family_numbers

SIZES = (15, 26, 60)
INFLATIONS = (1, 2, 4, 8)
METHODS = ("spearman", "pearson")


def controlled(rng, count, n, k, vif, left):
    """k controls, and variables of which they leave 1 / vif (one for all, or one each) of the variance, left:
    (variables, count, n)."""
    controls = rng.normal(size=(k, count, n))
    common = controls.sum(0) / np.sqrt(max(k, 1))
    share = np.reshape(1 - 1 / np.array(vif, float) if k > 0 else 0, (-1, 1, 1))
    return controls, np.sqrt(share) * common + np.sqrt(1 - share) * left


def pairs_left(rng, count, n, rho):
    x, e = rng.normal(size=(2, count, n))
    return np.array([x, rho * x + np.sqrt(1 - rho**2) * e])


def triples_left(rng, count, n, rhos, between):
    """x, a and b, of which a and b have these correlations with x, and what x leaves of them another."""
    x, e, f = rng.normal(size=(3, count, n))
    a, b = rhos
    f = between * e + np.sqrt(1 - between**2) * f
    return np.array([x, a * x + np.sqrt(1 - a**2) * e, b * x + np.sqrt(1 - b**2) * f])


def partial(r):
    """Of the first two variables given the others, from the matrix of all."""
    p = np.linalg.inv(r)
    return -p[0, 1] / np.sqrt(p[0, 0] * p[1, 1])


def truth(method, k, vif, rho):
    """The partial correlation in the population."""
    if method == "pearson" or k == 0:
        return rho if method == "pearson" else 6 / np.pi * np.arcsin(rho / 2)
    share = 1 - 1 / vif
    r = np.eye(k + 2)
    r[0, 1] = r[1, 0] = share + (1 - share) * rho
    r[:2, 2:] = np.sqrt(share / k)
    r[2:, :2] = np.sqrt(share / k)
    return partial(np.where(np.eye(k + 2) == 1, 1, 6 / np.pi * np.arcsin(r / 2)))


class Study(Simulation):
    def load_all(self, controls, variables, names):
        self.load(**dict(zip(names, variables)), **{f"c{j}": c for j, c in enumerate(controls)})
        self.controlling = ", controlling => '{" + ",".join(f"c{j}" for j in range(len(controls))) + "}'" if len(controls) else ""

    def study(self, method, options, true):
        """Coverage of the truth, how often 0 is left out, the share with p and of them those below 0.05, entangled."""
        self.cursor.execute(f"""SELECT ci_low, ci_high, p_value, (verdict = 'entangled')::int, vif
            FROM sample, benchmark_correlations(m, 'x', '{{y}}', '{method}' {options} {self.controlling}) AS c""")
        low, high, p, entangled, vif = np.array(self.cursor.fetchall(), float).T
        assert (np.isnan(p) == ~(vif < 5)).all() or not self.controlling
        there = ~np.isnan(p)
        return {"covered": 100 * ((low <= true) & (true <= high)).mean(), "would be": 100 * ((low > 0) | (high < 0)).mean(),
                "tested": 100 * there.mean(), "p < 0.05": 100 * (p[there] < 0.05).mean() if there.sum() > 50 else np.nan,
                "entangled": 100 * (entangled[there] == 1).mean() if there.sum() > 50 else np.nan}

    def independent(self):
        """The null."""
        print("| models | controls | vif | tested, % | Spearman: truth | p < 0.05, % | would be, % | truth covered, % | "
              "Pearson: p < 0.05, % | would be, % |")
        for n in SIZES:
            for k in (0, 1, 2, 3):
                for vif in INFLATIONS if k else (1,):
                    self.load_all(*controlled(self.rng, self.samples, n, k, vif, pairs_left(self.rng, self.samples, n, 0)), "xy")
                    true = truth("spearman", k, vif, 0)
                    s, p = self.study("spearman", "", true), self.study("pearson", "", 0)
                    print(f"| {n} | {k} | {vif} | {s['tested']:.0f} | {true:.3f} | {s['p < 0.05']:.1f} | {s['would be']:.1f} | "
                          f"{s['covered']:.1f} | {p['p < 0.05']:.1f} | {p['would be']:.1f} |", flush=True)

    def truths(self):
        """Of correlations that are there; entangled where the truth is the threshold."""
        print("| models | controls | vif | correlation left | Spearman: covered, % | entangled, % | Pearson: covered, % | entangled, % | bootstrap |")
        for n in SIZES:
            for k, vif in ((1, 2), (1, 4), (3, 2)):
                for rho in (0.4, 0.8):
                    self.load_all(*controlled(self.rng, self.samples, n, k, vif, pairs_left(self.rng, self.samples, n, rho)), "xy")
                    s, p = (self.study(method, "", truth(method, k, vif, rho)) for method in METHODS)
                    self.cursor.execute("DELETE FROM sample WHERE s >= %s", (self.samples // 4,))
                    b = self.study("spearman", ", ci => 'bootstrap', resamples => 500", truth("spearman", k, vif, rho))
                    print(f"| {n} | {k} | {vif} | {rho} | {s['covered']:.1f} | {s['entangled']:.1f} | {p['covered']:.1f} | "
                          f"{p['entangled']:.1f} | {b['covered']:.1f} |", flush=True)

    def families(self):
        """Half of the variance is common to the models of a family, of controls too."""
        print("| models | families | controls | vif | correlation left | formula: p < 0.05, % | jackknife: tested, % | p < 0.05, % | would be, % | covered, % |")
        for n, family in ((26, family_numbers(26)), (50, family_numbers(50)), (26, np.arange(26) % 5), (26, np.arange(26))):
            for k, vif in ((1, 1), (1, 4), (1, 8), (2, 2), (3, 2)):
                for rho in (0, 0.5):
                    common = controlled(self.rng, self.samples, max(family) + 1, k, vif,
                                        pairs_left(self.rng, self.samples, max(family) + 1, rho))
                    own = controlled(self.rng, self.samples, n, k, vif, pairs_left(self.rng, self.samples, n, rho))
                    self.load_all(*((c[..., family] + o) / np.sqrt(2) for c, o in zip(common, own)), "xy")
                    true = truth("spearman", k, vif, rho)
                    a, j = (self.study("spearman", option, true) for option in ("", families_option(family)))
                    print(f"| {n} | {max(family) + 1} | {k} | {vif} | {rho} | {a['p < 0.05']:.1f} | {j['tested']:.0f} | {j['p < 0.05']:.1f} | "
                          f"{j['would be']:.1f} | {j['covered']:.1f} |", flush=True)

    def differences(self):
        """Two targets that are the same to x given the controls; the second may have nothing to do with these."""
        print("| models | controls | vif | correlation left | of the two | Spearman: missed, % | p < 0.05, % | Pearson: missed, % | p < 0.05, % | "
              "absolute, Spearman | bootstrap | with families |")
        for n in SIZES:
            for k, vif in ((1, 1), (1, 4), (2, 2), (3, (4, 4, 1))):
                for rho in (0, 0.4, 0.8) if isinstance(vif, int) else (0,):
                    for between in (0, 0.9):
                        controls, variables = controlled(self.rng, self.samples, n, k, vif,
                                                         triples_left(self.rng, self.samples, n, (rho, rho), between))
                        self.load_all(controls, variables, "xab")
                        cells = [v for method in METHODS for v in self.differ(method, "")]
                        cells.append(self.differ("spearman", ", absolute => true")[0])
                        self.cursor.execute("DELETE FROM sample WHERE s >= %s", (self.samples // 4,))
                        cells.append(self.differ("spearman", ", ci => 'bootstrap', resamples => 500")[0])
                        cells.append(self.differ("spearman", families_option(family_numbers(n)))[0])
                        print(f"| {n} | {k} | {vif} | {rho} | {between} | " + " | ".join(f"{v:.1f}" for v in cells) + " |", flush=True)

    def differ(self, method, options):
        """How often 0 is left out, and p below 0.05 where it is there."""
        self.cursor.execute(f"""SELECT ci_low, ci_high, p_value
            FROM sample, capabilities_difference(m, 'a', 'b', '{{x}}', '{method}' {options} {self.controlling}) AS d""")
        low, high, p = np.array(self.cursor.fetchall(), float).T
        p = p[~np.isnan(p)]
        return 100 * ((low > 0) | (high < 0)).mean(), 100 * (p < 0.05).mean()


def main():
    study = Study(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
    print(f"{study.samples} samples a line\n")
    for part in sys.argv[2:] or ("independent", "truths", "families", "differences"):
        getattr(study, part)()
        print()


if __name__ == "__main__":
    main()
