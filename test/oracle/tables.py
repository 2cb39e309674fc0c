"""Tables of scores that are in the database and in numpy at the same time."""
import csv

import numpy as np

from compare import copy

CAPABILITIES = sorted(["logiqa", "piqa", "hellaswag", "winogrande", "superglue_copa",
                       "medqa_4options", "arc_challenge", "mmlu", "minerva_math",
                       "lambada_openai", "gsm8k", "bbh"])
ABOUT = {"model", "name", "type", "model_size", "FLOP"}
FILES = {"base": "benchmarks_base_models.csv", "chat": "benchmarks_chat_models_compute.csv"}


class Matrix:
    """Scores by model and benchmark, in C order, in numpy and in a table."""

    def __init__(self, db, name, cells, capabilities):
        self.db, self.name, self.capabilities = db, name, sorted(capabilities)
        self.models = sorted({model for model, _ in cells}, key=str.encode)
        self.benchmarks = sorted({b for _, b in cells}, key=str.encode)
        self.table = np.full((len(self.models), len(self.benchmarks)), np.nan)
        for (model, benchmark), score in cells.items():
            self.table[self.models.index(model), self.benchmarks.index(benchmark)] = score
        db.rows(f"CREATE TABLE {name}_cell (model text, benchmark text, score float8)")
        copy(db, f"{name}_cell", [(m, b, repr(float(s))) for (m, b), s in cells.items()])
        db.rows(f"CREATE TABLE {name} AS SELECT score_matrix(model, benchmark, score) AS m "
                f"FROM {name}_cell")

    def column(self, benchmark):
        return self.table[:, self.benchmarks.index(benchmark)]

    def columns(self, benchmarks):
        return np.column_stack([self.column(b) for b in benchmarks])

    def complete(self, capabilities=None):
        return ~np.isnan(self.columns(capabilities or self.capabilities)).any(1)

    @property
    def targets(self):
        return [b for b in self.benchmarks if b not in self.capabilities]

    def call(self, function, columns="c.*", **parameters):
        """Rows of a set function over the matrix, all parameters by name."""
        parameters = {"capabilities": self.capabilities, **parameters}
        if parameters["capabilities"] is None:
            del parameters["capabilities"]
        given = "".join(f", {key} => %({key})s" for key in parameters)
        return self.db.rows(f"SELECT {columns} FROM {self.name}, {function}(m{given}) AS c", parameters)


def family_of(model):
    """Of the paper's models: what comes before the first digit or hyphen."""
    name = model.rpartition("/")[2].lower()
    return name.partition("-")[0].rstrip("0123456789.")


def load_paper(db, shared_data):
    """The paper's base and chat models, {name: Matrix}."""
    made = {}
    for name, file in FILES.items():
        with open(shared_data / "safetywashing" / file, encoding="utf-8", newline="") as lines:
            cells = {(row["model"], b): float(value) for row in csv.DictReader(lines)
                     for b, value in row.items() if b not in ABOUT and value}
        made[name] = Matrix(db, name, cells, CAPABILITIES)
    return made


def random_matrix(db, number):
    """Few models, ties, missing scores, a constant: what makes resamples degenerate."""
    rng = np.random.default_rng(1000 + number)
    n, d, m = int(rng.integers(5, 16)), int(rng.integers(1, 5)), 6
    skill = rng.normal(size=n)
    cells = {}
    for j in range(d + m):
        slope = 0.9 if j < d else rng.uniform(-1, 1)
        column = slope * skill + np.sqrt(1 - slope**2) * rng.normal(size=n)
        if rng.random() < 0.4:
            column = np.round(column)
        for i in range(n):
            if rng.random() > (0.05 if j < d else 0.2):
                cells[f"model {i}", f"{'cap' if j < d else 'target'} {j}"] = column[i]
    cells["model 0", "target constant"] = cells["model 1", "target constant"] = \
        cells["model 2", "target constant"] = 1.0
    return Matrix(db, f"random_{number}", cells, {f"cap {j}" for j in range(d)} &
                  {b for _, b in cells})
