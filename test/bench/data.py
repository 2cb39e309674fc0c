"""Data for the benchmarks, made in the server.

Every number comes from a hash of what it belongs to, so that data are the same
in every run and in whatever order rows are made.  A score is a model's skill
times the benchmark's slope plus noise: correlations come out as real ones do,
from none to very high, a few of them negative.

Tables are unlogged.  INSERT leaves their pages in shared buffers, where CREATE
TABLE AS would go through a ring of a few pages: a scan then measures the
contenders, not the operating system's cache.
"""
import csv
import pathlib

SHARED = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data"
CAPABILITIES = 12

# uniform() has 52 bits of the hash, and is never 0, for gauss() takes its logarithm.
FUNCTIONS = """
CREATE FUNCTION uniform(key int8, stream int8) RETURNS float8 IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(key, stream) & 4503599627370495) + 1) / 4503599627370497.0::float8;

CREATE FUNCTION gauss(key int8, stream int8) RETURNS float8 IMMUTABLE PARALLEL SAFE
RETURN sqrt(-2 * ln(uniform(key, stream))) * cosd(360 * uniform(key, stream + 1000));
"""


def create_functions(session):
    session.rows(FUNCTIONS)


def scaled(number, scale, least=1):
    return max(least, round(number * scale))


def finish(session, table):
    session.rows(f"VACUUM (ANALYZE) {table}")


def bench_name(j, text=True):
    return f"bench-{j:03d}" if text else str(j)


def capabilities(n=CAPABILITIES, text=True):
    return [bench_name(j, text) for j in range(1, n + 1)]


def sql_list(names):
    return "ARRAY[" + ", ".join(f"'{name}'" for name in names) + "]"


def make_cells(session, models, benchmarks, capability=CAPABILITIES):
    """
    Table cell: each model on each benchmark, by its number from 0, with labels
    of both kinds, the score, and the probability to solve an item.  The first
    `capability` benchmarks follow skill closely.
    """
    session.rows("DROP TABLE IF EXISTS cell")
    session.rows("""CREATE UNLOGGED TABLE cell (
        cell int8, model text, benchmark text, model_id int8, benchmark_id int8, score float8, p float8)""")
    session.rows(f"""INSERT INTO cell
        SELECT c.i * {benchmarks} + c.j, 'model-' || to_char(c.i + 1, 'FM0000'),
            'bench-' || CASE WHEN c.j < 999 THEN to_char(c.j + 1, 'FM000') ELSE (c.j + 1)::text END,
            c.i + 1, c.j + 1, 50 + 15 * c.x, 1 / (1 + exp(-1.5 * c.x - c.ease))
        FROM (SELECT i, b.j, b.ease,
                b.slope * gauss(i, 1) + sqrt(1 - b.slope ^ 2) * gauss(i * {benchmarks} + b.j, 3) AS x
            FROM generate_series(0::int8, {models} - 1) AS i,
                (SELECT j, 0.5 * gauss(j, 2) AS ease,
                    CASE WHEN j < {capability} THEN 0.75 + 0.2 * uniform(j, 4)
                        ELSE 1.3 * uniform(j, 4) - 0.35 END AS slope
                FROM generate_series(0::int8, {benchmarks} - 1) AS j) AS b) AS c
        ORDER BY 1""")
    finish(session, "cell")


def make_items(session, table, models, benchmarks, items, ids=False, shuffled=False):
    """
    Rows of single items, 0 or 1, as an evaluation writes them: by model and
    benchmark, or shuffled.  The same items in both orders.
    """
    make_cells(session, models, benchmarks)
    kind = "int8" if ids else "text"
    model, benchmark = ("model_id", "benchmark_id") if ids else ("model", "benchmark")
    session.rows(f"CREATE UNLOGGED TABLE {table} (model {kind}, benchmark {kind}, score float8)")
    score = f"(uniform(c.cell * {items} + k, 5) < c.p)::int::float8"
    if not shuffled:
        # LATERAL makes the order: cells as they stand, each with its items.
        session.rows(f"""INSERT INTO {table} SELECT c.{model}, c.{benchmark}, {score}
            FROM cell AS c, LATERAL generate_series(c.cell - c.cell, {items} - 1) AS k""")
    else:
        # A permutation without a sort of 20 million rows: a large stride through
        # all items, then three steps that each shift one index by a hash of the
        # others, which can be undone and so hit no item twice.
        n = models * benchmarks * items
        session.rows("SET enable_mergejoin = off")
        session.rows(f"""INSERT INTO {table} SELECT c.{model}, c.{benchmark}, {score}
            FROM (SELECT i * {benchmarks} + j AS cell,
                    (k + (hashint8extended(i * {benchmarks} + j, 8) & 2147483647)) % {items} AS k
                FROM (SELECT (i + (hashint8extended(j * {items} + k, 7) & 2147483647)) % {models} AS i, j, k
                    FROM (SELECT i, (j + (hashint8extended(i * {items} + k, 6) & 2147483647)) % {benchmarks} AS j, k
                        FROM (SELECT x % {models} AS i, x / {models} % {benchmarks} AS j,
                                x / {models * benchmarks} AS k
                            FROM (SELECT s * 2654435761 % {n} AS x
                                FROM generate_series(0::int8, {n} - 1) AS s) AS a) AS b) AS d) AS e) AS f
                JOIN cell AS c USING (cell)""")
        session.rows("RESET enable_mergejoin")
    finish(session, table)


def make_scores(session, table, models, benchmarks, capability=CAPABILITIES):
    """A long table with one score for each model on each benchmark."""
    make_cells(session, models, benchmarks, capability)
    session.rows(f"CREATE UNLOGGED TABLE {table} (model text, benchmark text, score float8)")
    session.rows(f"INSERT INTO {table} SELECT model, benchmark, score FROM cell ORDER BY cell")
    finish(session, table)


def make_sparse(session, table, models, benchmarks):
    """A public collection: a third of the models has all capability benchmarks."""
    collect(session, table, models, benchmarks, CAPABILITIES, 1 / 3, "uniform(i, 9) < 1 / 3.0")


def make_gaps(session, table, models, benchmarks, capability):
    """Another: every model has about a quarter of the capability benchmarks."""
    collect(session, table, models, benchmarks, capability, 1 / 4, f"uniform(i * {capability} + j, 9) < 0.25")


def collect(session, table, models, benchmarks, capability, share, which, filled=0.02):
    """
    Of the capability benchmarks models have that share, and of the others one out
    of each stretch of about equal length, so that no cell comes twice and the
    share of filled ones is met.
    """
    others = benchmarks - capability
    picks = max(4, round(filled * benchmarks - capability * share))
    session.rows(f"CREATE UNLOGGED TABLE {table} (model text, benchmark text, score float8)")
    session.rows(f"""INSERT INTO {table}
        SELECT 'model-' || to_char(i + 1, 'FM00000'),
            'bench-' || CASE WHEN j < 999 THEN to_char(j + 1, 'FM000') ELSE (j + 1)::text END,
            50 + 15 * (slope * gauss(i, 1) + sqrt(1 - slope ^ 2) * gauss(i * {benchmarks} + j, 3))
        FROM (SELECT i, j, CASE WHEN j < {capability} THEN 0.75 + 0.2 * uniform(j, 4)
                    ELSE 1.3 * uniform(j, 4) - 0.35 END AS slope
            FROM generate_series(0::int8, {models} - 1) AS i, LATERAL (
                SELECT j FROM generate_series(i - i, {capability} - 1) AS j WHERE {which}
                UNION ALL
                SELECT {capability} + k * {others} / {picks} + trunc(uniform(i * {picks} + k, 10)
                    * ((k + 1) * {others} / {picks} - k * {others} / {picks}))::int8
                FROM generate_series(i - i, {picks} - 1) AS k) AS p) AS c""")
    finish(session, table)


def make_vectors(session, table, rows, columns):
    """A wide table: each row an array, with one common factor."""
    session.rows(f"CREATE UNLOGGED TABLE {table} (i int8, v float8[])")
    if columns <= 100:
        # Written out, which is five times as fast as a subquery for each row.
        array = "ARRAY[" + ", ".join(
            f"{100 * (j % 7)} + {0.4 + 0.5 * (j * 0.618034 % 1):.3f} * z + uniform(i, {j + 20})"
            for j in range(columns)) + "]"
    else:
        # Long arrays are stored outside the row; numbers do not compress.
        session.rows(f"ALTER TABLE {table} ALTER v SET STORAGE EXTERNAL")
        array = f"""ARRAY(
            SELECT (0.4 + 0.5 * (j * 0.618034 % 1)::float8) * z + uniform(i * {columns} + j, 20)
            FROM generate_series(1, {columns}) AS j)"""
    session.rows(f"""INSERT INTO {table} SELECT i, {array}
        FROM (SELECT i, gauss(i, 1) AS z FROM generate_series(1::int8, {rows}) AS i OFFSET 0) AS r""")
    finish(session, table)


def make_chat(session, table):
    """
    The paper's chat matrix as a long table; where the real one is absent, one
    of its shape.  Returns the capability benchmarks and which of both it is.
    """
    chosen = ["logiqa", "piqa", "hellaswag", "winogrande", "superglue_copa", "medqa_4options",
              "arc_challenge", "mmlu", "minerva_math", "lambada_openai", "gsm8k", "bbh"]
    path = SHARED / "safetywashing" / "benchmarks_chat_models_compute.csv"
    if not path.is_file():
        make_scores(session, table, 26, 178)
        return capabilities(), "made data"
    session.rows(f"CREATE UNLOGGED TABLE {table} (model text, benchmark text, score float8)")
    about = {"model", "name", "type", "model_size", "FLOP"}
    with open(path, encoding="utf-8", newline="") as lines:
        rows = [(row["model"], name, value) for row in csv.DictReader(lines)
                for name, value in row.items() if name not in about and value]
    with session.connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} VALUES (%s, %s, %s)", rows)
    finish(session, table)
    return chosen, "the paper's data"
