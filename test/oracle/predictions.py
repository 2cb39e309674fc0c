#!/usr/bin/python3
"""test/cluster test/oracle/predictions.py [SAMPLES [fits|logit ...]]

How often does the prediction interval of capabilities_adjusted_scores hold the score of a
new model, how often is a model like the others called unlike them, and how often is there
"significant curvature"?  Simulated, on demand: some minutes.  Each sample has one capability
benchmark, so that the capabilities score is its z-score, and a new score for every model, at
the model's capability.  Prints the tables of src/stats/README.md: all, or those named.
"""
import sys

import numpy as np

from simulation import Simulation, family_numbers

SIZES = (6, 8, 15, 26, 50, 200)


def share(x):
    return 1 / (1 + np.exp(-x))


def normal(rng, x):
    return rng.normal(size=x.shape)


def in_families(rng, x):
    """Half of the variance is common to the models of a family."""
    family = family_numbers(x.shape[1])
    return np.sqrt(0.5) * (rng.normal(size=(len(x), max(family) + 1))[:, family] + rng.normal(size=x.shape))


# Scores of models of capability x; the noise of a new model is drawn anew.
TRUTHS = {
    "a line": lambda rng, x: 0.7 * x + normal(rng, x),
    "a curve": lambda rng, x: 0.7 * x + 0.5 * x**2 + normal(rng, x),
    "a line, heavy tails": lambda rng, x: 0.7 * x + rng.standard_t(3, size=x.shape),
    "a line, noise that grows": lambda rng, x: 0.7 * x + np.exp(x / 2) * normal(rng, x),
    "a line, related models": lambda rng, x: 0.7 * x + in_families(rng, x),
}
SHARES = {
    "a line of logits": lambda rng, x: share(1.2 * x + 0.7 * normal(rng, x)),
    "a line of logits, mostly low": lambda rng, x: share(1.2 * x - 2.5 + 0.7 * normal(rng, x)),
    "the same, of 200 items": lambda rng, x: rng.binomial(200, share(1.2 * x - 2.5 + 0.7 * normal(rng, x))) / 200,
}


class Study(Simulation):
    def draw(self, n, truth, related=False):
        """Model m on x and y; and fresh scores at the same x."""
        x = in_families(self.rng, np.empty((self.samples, n))) if related else self.rng.normal(size=(self.samples, n))
        self.load(x=x, y=truth(self.rng, x), fresh=truth(self.rng, x), least=x == x.min(1, keepdims=True))

    def rates(self, fit, scale="raw"):
        """In percent: new score held, that of the least capable, own score held, p < .05, curvature; ends off [0, 1]."""
        self.cursor.execute("""
            SELECT avg((fresh BETWEEN pi_low AND pi_high)::int), avg((fresh BETWEEN pi_low AND pi_high)::int) FILTER (WHERE least = 1),
                avg((score BETWEEN pi_low AND pi_high)::int), avg((p_value < 0.05)::int),
                avg((status = 'significant curvature')::int) FILTER (WHERE pi_low IS NOT NULL),
                avg(((pi_low < 0)::int + (pi_high > 1)::int) / 2.0), avg((status = 'score outside (0, 1)')::int)
            FROM (SELECT s, c.* FROM sample, capabilities_adjusted_scores(m, '{x}', '{y}', %s, %s) AS c) AS c
                JOIN cell USING (s, model)""", (fit, scale))
        return [100 * float(rate) if rate is not None else np.nan for rate in self.cursor.fetchone()]

    def fits(self):
        """Truth by size: of each fit new score, that of the least capable, own score, p < .05; curvature said."""
        for name, truth in TRUTHS.items():
            for n in SIZES if name == "a line" else (8, 26, 200) if name == "a curve" else (26, 200):
                self.draw(n, truth, "related" in name)
                linear, quadratic = self.rates("linear"), self.rates("quadratic")
                row(name, n, *linear[:5], *quadratic[:4])

    def logit(self):
        """Shares: new score, that of the least capable, p < .05, ends outside: by a line of scores, a line and a curve of logits."""
        for name, truth in SHARES.items():
            for n in (15, 26, 50):
                self.draw(n, truth)
                raw, logit, curve = self.rates("linear"), self.rates("linear", "logit"), self.rates("quadratic", "logit")
                row(name, n, *(raw[i] for i in (0, 1, 3, 4, 5)), *(logit[i] for i in (0, 1, 3, 4, 5)),
                    *(curve[i] for i in (0, 1, 3)), logit[6])


def row(*cells):
    print("| " + " | ".join(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |", flush=True)


if __name__ == "__main__":
    study = Study(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
    for table in sys.argv[2:] or ("fits", "logit"):
        print(f"\n{table}: {getattr(Study, table).__doc__}")
        getattr(study, table)()
