"""What the simulations of coverage.py, differences.py, predictions.py, report.py and ahead.py share: samples as matrices
in the database, and how their scores hang together."""
import io

import numpy as np
import psycopg2


class Simulation:
    def __init__(self, samples, seed=20261129):
        self.samples = samples
        self.connection = psycopg2.connect("")
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()
        self.cursor.execute("CREATE EXTENSION IF NOT EXISTS safetycorr")
        self.rng = np.random.default_rng(seed)

    def load(self, **scores):
        """A table of cells and a matrix for each sample: samples x models on each benchmark that is named."""
        self.cursor.execute("DROP TABLE IF EXISTS cell, sample")
        self.cursor.execute(f"CREATE TABLE cell (s int, model text, {', '.join(f'{name} float8' for name in scores)})")
        stacked = np.stack([np.asarray(x, float) for x in scores.values()], -1).tolist()
        lines = "".join(f"{s}\t{i}\t" + "\t".join(map(repr, row)) + "\n"
                        for s, sample in enumerate(stacked) for i, row in enumerate(sample))
        self.cursor.copy_expert("COPY cell FROM STDIN", io.StringIO(lines))
        pairs = ", ".join(f"'{name}', {name}" for name in scores)
        self.cursor.execute(f"""CREATE TABLE sample AS
            SELECT s, score_matrix(model, jsonb_build_object({pairs})) AS m FROM cell GROUP BY s""")


def family_numbers(n, families=9):
    """Of n models: sizes differ, as they do in the paper's data."""
    return np.sort(np.arange(n) ** 2 % families) if n < families else \
        np.concatenate([np.arange(families), np.arange(n - families) % 4])


def families_option(family):
    return ", families => '{" + ", ".join(f'"{i}": "f{f}"' for i, f in enumerate(family)) + "}'"


def clustered(rng, n, d, cluster):
    """What n models have of their own on d benchmarks; those of one cluster share half of it."""
    own = rng.normal(size=(n, d))
    if cluster > 1:
        own = np.sqrt(0.5) * (own + rng.normal(size=(n, d))[:, np.arange(d) // cluster])
    return own
