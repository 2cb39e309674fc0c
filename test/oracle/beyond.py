#!/usr/bin/python3
"""test/cluster test/oracle/beyond.py [SAMPLES]

How much of a fall of correlations given the capabilities score is arithmetic?  Normal scores of one
factor: d capability benchmarks and two targets, all of the same loading, so that nothing ties two of
them beyond general capability.  The mean correlation given "capability", by the extension, for pairs of
targets, of a target with a capability benchmark, and of capability benchmarks; what the formula
1 / (k + 1 / loading^2) says, k benchmarks in the component; and pairs of capability benchmarks given a
score that contains them.  Prints the table of src/stats/README.md.
"""
import sys

import numpy as np
from scipy import stats

import reference
from simulation import Simulation
from test_partial import partial


def given_capability(simulation, d, method):
    """Mean over samples and pairs: of two targets, of one, of none."""
    names = ",".join(f"c{j}" for j in range(d))
    simulation.cursor.execute(f"""SELECT (benchmark_a >= 't')::int + (benchmark_b >= 't')::int AS targets, avg(corr)
        FROM sample, correlation_matrix(annotate(m, '{{{names}}}'), method => '{method}', controlling => '{{capability}}')
        WHERE benchmark_a < benchmark_b GROUP BY 1 ORDER BY 1 DESC""")
    return [mean for _, mean in simulation.cursor.fetchall()]


def given_score_of_both(x, method):
    """Of the first two of all capability benchmarks, samples x models x d."""
    return np.mean([partial(method, table[:, 0], table[:, 1], [reference.Fit(table).scores])[0] for table in x])


def main():
    simulation = Simulation(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    print("| loading | capability benchmarks | models | plain | targets | formula | target, capability | formula "
          "| two capability | formula | two, given a score with both | -1/(d - 1) |")
    print("|" + "---|" * 12)
    for loading in (0.7, 0.9):
        for d in (3, 6, 12):
            for n in (26, 100):
                shape = simulation.samples, n
                x = loading * simulation.rng.normal(size=(*shape, 1)) + \
                    np.sqrt(1 - loading**2) * simulation.rng.normal(size=(*shape, d + 2))
                names = [*(f"c{j}" for j in range(d)), "t1", "t2"]
                simulation.load(**{name: x[..., j] for j, name in enumerate(names)})
                plain = np.mean([stats.spearmanr(table[:, d], table[:, d + 1])[0] for table in x])
                means = given_capability(simulation, d, "spearman")
                cells = [f"{loading}", f"{d}", f"{n}", f"{plain:.2f}"]
                for i, mean in enumerate(means):
                    cells += [f"{mean:.3f}", f"{1 / (d - i + 1 / loading**2):.3f}"]
                cells += [f"{given_score_of_both(x[..., :d], 'spearman'):.3f}", f"{-1 / (d - 1):.3f}"]
                print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
