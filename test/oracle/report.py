#!/usr/bin/python3
"""test/cluster test/oracle/report.py [SAMPLES]

How often does capabilities_report say something where nothing is wrong?  Simulated, on
demand: some minutes.  The capability benchmarks have one factor in common, with loadings
of 0.6 to 0.95; of 12 targets four each have a true Spearman correlation of 0, 0.3 and 0.8
with it.  Models are independent, also those of one family; all scores have small standard
errors; every direction is declared.  Then controls and a later component, over 20 targets
with a true correlation of 0 to 0.8.  Prints the tables of src/stats/README.md.
"""
import io
import json
import sys

import numpy as np

from simulation import Simulation

TRUE = (0, 0.3, 0.8)
EACH = 4
ERROR = 0.2  # of a score of variance 1 + ERROR**2: reliability 0.96
SETTINGS = [(10, 8, None), (15, 12, None), (26, 3, None), (26, 8, None), (26, 12, None), (26, 12, 8), (100, 8, None), (100, 12, 8)]
CONTROLS = (0.0, 0.7, 0.82, 0.95)  # tie to the factor: VIF of 1, 2.0, 3.1 and 10.3 by it
TARGETS = np.linspace(0, 0.8, 20)
WORDS = {
    "no verdict": "^no verdict",
    "score reliability": "reliability of the capabilities score",
    "noise": "low may be noise",
    "q_verdict": "may be chance",
    "ties": "tied at",
    "sign": "the sign changes",
    "moves": "corr is",
}


class Study(Simulation):
    def draw(self, n, d):
        """Samples of n models, d capability benchmarks c... and the targets t..., as a matrix each."""
        ability = self.rng.normal(size=(self.samples, n, 1))
        slope = np.concatenate([np.linspace(0.6, 0.95, d), np.repeat([2 * np.sin(np.pi * r / 6) for r in TRUE], EACH)])
        x = slope * ability + np.sqrt(1 - slope**2) * self.rng.normal(size=(self.samples, n, len(slope)))
        x += ERROR * self.rng.normal(size=x.shape)
        names = [f"c{j}" for j in range(d)] + [f"t{r} {k}" for r in TRUE for k in range(EACH)]
        lines = "".join(f"{s}\t{i}\t{name}\t{score!r}\n" for s, sample in enumerate(x.tolist())
                        for i, row in enumerate(sample) for name, score in zip(names, row))
        self.cursor.execute("DROP TABLE IF EXISTS cell, sample; CREATE TABLE cell (s int, model text, benchmark text, score float8)")
        self.cursor.copy_expert("COPY cell FROM STDIN", io.StringIO(lines))
        self.cursor.execute("""CREATE TABLE sample AS SELECT s, annotate(score_matrix(model, benchmark, score, 400, %s),
            capabilities => %s, higher_is_better => %s) AS m FROM cell GROUP BY s""", (ERROR, names[:d], names))

    def said(self, families):
        """By true correlation: rows, those with a claim, and of all rows in percent each word, and any but a later component."""
        cases = ", ".join(f"100 * avg((note ~ '{pattern}')::int)" for pattern in WORDS.values())
        self.cursor.execute(f"""SELECT split_part(benchmark, ' ', 1), 100 * avg((verdict <> 'unresolved')::int), {cases},
                100 * avg((regexp_replace(note, '(; )?corr with component 2[^;]*', '') !~ '^(no fault|undecided|. families|only . models|$)')::int)
            FROM sample, capabilities_report(m, families => %s) GROUP BY 1""", (families,))
        return {name: [float(value or 0) for value in row] for name, *row in self.cursor.fetchall()}

    def false(self, families):
        """Verdicts that are false, and of those without a word on q_verdict, in percent of such verdicts."""
        self.cursor.execute("""SELECT 100 * avg(wrong), 100 * avg(wrong) FILTER (WHERE note !~ 'may be chance')
            FROM (SELECT note, (CASE split_part(benchmark, ' ', 1) WHEN 't0' THEN verdict <> 'low' WHEN 't0.3' THEN verdict NOT IN ('low', 'positive')
                    ELSE verdict NOT IN ('entangled', 'positive') END)::int AS wrong
                FROM sample, capabilities_report(m, families => %s) WHERE verdict <> 'unresolved') AS r""", (families,))
        return list(map(float, self.cursor.fetchone()))

    def moves(self, families):
        """The same of any row, whatever its verdict: sign changes, moves by more than 0.2."""
        kinds = ("benchmark", "model", "family")
        sign = " OR ".join(f"corr > 0 AND without_{k}_low < 0 OR corr < 0 AND without_{k}_high > 0" for k in kinds)
        far = " OR ".join(f"corr - without_{k}_low > 0.2 OR without_{k}_high - corr > 0.2" for k in kinds)
        self.cursor.execute(f"""SELECT split_part(benchmark, ' ', 1), 100 * avg(coalesce({sign}, false)::int),
                100 * avg(coalesce({far}, false)::int)
            FROM sample, capabilities_robustness(m, families => %s) GROUP BY 1""", (families,))
        return {name: list(map(float, row)) for name, *row in self.cursor.fetchall()}


    def draw_clean(self, n):
        """Samples of n models: twelve capability benchmarks of one factor, a covariate of each tie to it, and TARGETS."""
        ability = self.rng.normal(size=(self.samples, n, 1))
        slope = np.concatenate([np.linspace(0.6, 0.95, 12), CONTROLS, TARGETS])
        x = slope * ability + np.sqrt(1 - slope**2) * self.rng.normal(size=(self.samples, n, len(slope)))
        names = [f"c{j}" for j in range(12)] + [f"x{r}" for r in CONTROLS] + [f"t{k}" for k in range(len(TARGETS))]
        lines = "".join(f"{s}\t{i}\t{name}\t{score!r}\n" for s, sample in enumerate(x.tolist())
                        for i, row in enumerate(sample) for name, score in zip(names, row))
        self.cursor.execute("DROP TABLE IF EXISTS cell, sample; CREATE TABLE cell (s int, model text, benchmark text, score float8)")
        self.cursor.copy_expert("COPY cell FROM STDIN", io.StringIO(lines))
        self.cursor.execute("""CREATE TABLE sample AS SELECT s, annotate(score_matrix(model, benchmark, score),
            capabilities => %s, covariates => %s, higher_is_better => %s) AS m FROM cell GROUP BY s""",
                            (names[:12], [f"x{r}" for r in CONTROLS], names))

    def later(self, families):
        """Of the rows, and of the samples, with a note of component 2, and of one that is above chance, in percent."""
        self.cursor.execute("""SELECT 100 * avg(named), 100 * avg((named > 0)::int), 100 * avg(above), 100 * avg((above > 0)::int)
            FROM (SELECT s, avg((note ~ 'component 2')::int) AS named, avg((note ~ 'component 2 is [^,;]+(;|$)')::int) AS above
                FROM sample, capabilities_report(m, families => %s) GROUP BY s) AS r""", (families,))
        return list(map(float, self.cursor.fetchone()))

    def told_apart(self, control, families):
        """Of the rows with the note that the control and capability cannot be told apart."""
        self.cursor.execute("""SELECT 100 * avg((note ~ 'cannot be told apart')::int)
            FROM sample, capabilities_report(m, targets => '{t0,t10,t19}', controlling => ARRAY[%s], families => %s)""",
                            (f"x{control}", families))
        return float(self.cursor.fetchone()[0])


def row(*cells):
    print("| " + " | ".join(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |", flush=True)


if __name__ == "__main__":
    study = Study(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
    row("models", "benchmarks", "families", "true correlation", "verdict", *WORDS, "any", "of any row: sign", "moves")
    false = []
    for n, d, count in SETTINGS:
        study.draw(n, d)
        given = json.dumps({str(i): f"f{i % count}" for i in range(n)} if count else {})
        said, moved = study.said(given), study.moves(given)
        false.append((n, d, count or "none", *study.false(given)))
        for r in TRUE:
            row(n, d, count or "none", r, *said[f"t{r}"], *moved[f"t{r}"])
    row("models", "benchmarks", "families", "false verdicts", "without a word on q_verdict")
    for cells in false:
        row(*cells)
    study = Study(study.samples)
    row("models", "families", "rows with component 2", "samples", "above chance: rows", "samples", *(f"not told apart, {r}" for r in CONTROLS))
    for n, count in ((26, None), (26, 8), (100, None), (100, 12)):
        study.draw_clean(n)
        given = json.dumps({str(i): f"f{i % count}" for i in range(n)} if count else {})
        row(n, count or "none", *study.later(given), *(study.told_apart(r, given) for r in CONTROLS))
