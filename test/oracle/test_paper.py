"""The safetywashing paper's numbers from its own data, and two other collections.

Data and expected values are in ../shared/data and stay there; without that folder
these tests are skipped.  Four runs: base and chat models, from the two branches
of the paper's repository, which differ in the training compute of two models.
"""
import csv
import os
import pathlib
import subprocess

import numpy as np
import pandas
import pytest
from scipy import stats

import reference
from compare import check_correlation

TEST = pathlib.Path(__file__).resolve().parent.parent
CAPABILITIES = sorted(["logiqa", "piqa", "hellaswag", "winogrande", "superglue_copa",
                       "medqa_4options", "arc_challenge", "mmlu", "minerva_math",
                       "lambada_openai", "gsm8k", "bbh"])
ABOUT_MODELS = ["model", "name", "type"]
COVARIATES = ["model_size", "FLOP"]
PATHS = ("long", "jsonb")

# oracle file -> score file
RUNS = {"main_base": "benchmarks_base_models.csv",
        "main_chat": "benchmarks_chat_models.csv",
        "compute_correlations_base": "benchmarks_base_models.csv",
        "compute_correlations_chat": "benchmarks_chat_models_compute.csv"}
OF_MODELS = {"base": "compute_correlations_base", "chat": "compute_correlations_chat"}

# Truncated in print instead of rounded: (column, models).
TRUNCATED = {("halueval_dialogue", "chat"), ("piqa", "chat"),
             ("machiavelli-violations.Σ", "chat"),
             ("HarmBench-DirectRequest-misinformation_disinformation", "base")}


# ----------------------------------------------------------------------
# Into the database
# ----------------------------------------------------------------------

def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def array_of(columns):
    """SQL for an array of columns."""
    return f"ARRAY[{', '.join(map(quoted, columns))}]"


def load_csv(db, table, path, types):
    """A table as the header says; the type of a column is float8 if not in types."""
    with open(path, encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    names = [name or "row" for name in header]
    columns = ", ".join(f"{quoted(n)} {types.get(n, 'float8')}" for n in names)
    db.rows(f"CREATE TABLE {quoted(table)} ({columns})")
    with open(path, encoding="utf-8") as file, db.connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quoted(table)} FROM STDIN (FORMAT csv, HEADER)", file)
    return names


class Run:
    """One score file: a wide table of it, and a score_matrix by two paths."""

    def __init__(self, db, oracles, name, path):
        self.db, self.oracles, self.name = db, oracles, name
        columns = load_csv(db, name, path, dict.fromkeys(ABOUT_MODELS, "text"))
        self.benchmarks = sorted(c for c in columns if c not in ABOUT_MODELS + COVARIATES)
        self.wide = quoted(name)
        outside = "'{%s}'::text[]" % ",".join(ABOUT_MODELS)
        db.rows(f"""
            CREATE TABLE {quoted(name + "_m")} AS
            SELECT 'jsonb' AS path, score_matrix(model, to_jsonb(t) - {outside}) AS m
            FROM {self.wide} AS t
            UNION ALL
            SELECT 'long', score_matrix(model, key, value::float8)
            FROM {self.wide} AS t, jsonb_each_text(to_jsonb(t) - {outside})""")
        db.rows(f"""UPDATE {quoted(name + "_m")} SET m = annotate(m, capabilities => %s,
            covariates => %s)""", [CAPABILITIES, COVARIATES])

    def oracle(self, what):
        return pandas.read_csv(self.oracles / f"paper_{self.name}_{what}.csv", index_col=0)

    def analysis(self, path, columns, call, parameters=()):
        """Rows of a set function over the matrix of a path."""
        return self.db.rows(f"SELECT {columns} FROM {quoted(self.name + '_m')}, {call} "
                            f"WHERE path = %s", [*parameters, path])

    def correlations(self, path, method):
        """{benchmark: (corr, n)} with the capabilities score, part-whole too."""
        if path == "wide":
            return self.wide_correlations(method)
        return {b: (corr, n) for b, corr, n in self.analysis(
            path, "benchmark, corr, n", "capabilities_correlations(m, targets => %s, "
            "method => %s, exclude_self => false)", [self.benchmarks, method])}

    def wide_correlations(self, method):
        """From the window's scores, but Spearman's from the aggregate itself."""
        scored = (f"(SELECT *, capabilities_score({array_of(CAPABILITIES)}) OVER () AS "
                  f"capability FROM {self.wide}) AS t")
        if method == "spearman":
            call = f"capabilities_corr({array_of(CAPABILITIES)}, {array_of(self.benchmarks)})"
        else:  # a correlation of values in SQL is PostgreSQL's own
            function = {"kendall": "kendall_corr", "pearson": "corr"}[method]
            call = "ARRAY[%s]" % ", ".join(f"{function}({quoted(b)}, capability)"
                                           for b in self.benchmarks)
        counts = "ARRAY[%s]" % ", ".join(f"count({quoted(b)})" for b in self.benchmarks)
        corrs, n = self.db.row(f"SELECT {call}, {counts} FROM {scored}")
        return dict(zip(self.benchmarks, zip(corrs, n)))

    def against(self, path, benchmark, targets):
        """{target: (corr, n)}: Spearman with one column, in targets' order."""
        if path != "wide":
            return {b: (corr, n) for b, corr, n in self.analysis(
                path, "benchmark, corr, n",
                "benchmark_correlations(m, against => %s, targets => %s)",
                [benchmark, sorted(targets)])}
        x = quoted(benchmark)
        calls = ", ".join(f"spearman_corr({quoted(b)}, {x})" for b in targets)
        counts = ", ".join(f"count(*) FILTER (WHERE {x} + {quoted(b)} IS NOT NULL)"
                           for b in targets)
        corrs, n = self.db.row(f"SELECT ARRAY[{calls}], ARRAY[{counts}] FROM {self.wide}")
        return dict(zip(targets, zip(corrs, n)))

    def scores(self, path):
        """{model: capabilities score}."""
        if path != "wide":
            return dict(self.analysis(path, "model, capability", "capabilities_scores(m)"))
        return dict(self.db.rows(f"SELECT model, capabilities_score({array_of(CAPABILITIES)}) "
                                 f"OVER () FROM {self.wide}"))


@pytest.fixture(scope="module")
def runs(db, shared_data):
    folder = shared_data / "safetywashing"
    return {name: Run(db, folder / "oracles", name, folder / file)
            for name, file in RUNS.items()}


def close(ours, expected, what):
    """12 digits, as the oracles have; NULL where they have nothing."""
    if expected is None or np.isnan(expected):
        assert ours is None, what
    else:
        assert ours is not None, what
        assert abs(ours - expected) <= 1e-11 * max(1, abs(expected)), \
            f"{what}: {ours}, expected {expected}"


# ----------------------------------------------------------------------
# Against the oracles
# ----------------------------------------------------------------------

@pytest.mark.parametrize("path", (*PATHS, "wide"))
@pytest.mark.parametrize("name", RUNS)
def test_scores(runs, name, path):
    """Capabilities scores of all models."""
    expected = runs[name].oracle("scores")["capabilities_score"]
    ours = runs[name].scores(path)
    assert set(ours) == set(expected.index) and len(ours) == len(expected)
    for model, score in expected.items():
        close(ours[model], score, model)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", RUNS)
def test_loadings_and_eigenvalues(runs, name, path):
    """The first component: weights (called loadings by the oracle), eigenvalues."""
    run = runs[name]
    expected = run.oracle("loadings")["loading"]
    ours = dict(run.analysis(path, "benchmark, weight", "capabilities_loadings(m)"))
    assert sorted(ours) == sorted(expected.index) == CAPABILITIES
    for benchmark, weight in expected.items():
        close(ours[benchmark], weight, benchmark)
    spectrum = run.analysis(path, "eigenvalue, explained, n",
                            "capabilities_components(m)")
    oracle = run.oracle("eigen").reset_index()
    assert len(spectrum) == len(oracle) == 12
    for (value, explained, n), row in zip(spectrum, oracle.itertuples()):
        close(value, row.eigenvalue, "eigenvalue")
        close(explained, row.explained, "explained")
        assert n == len(run.oracle("scores"))


@pytest.mark.parametrize("name", RUNS)
def test_wide_component(runs, name):
    """first_component streams: Pearson's matrix, against the reference."""
    run = runs[name]
    columns = array_of(CAPABILITIES)
    x = np.array([row[0] for row in run.db.rows(f"SELECT {columns} FROM {run.wide}")])
    fitted = reference.Fit(x, "pearson")
    weights, values, n = run.db.row(
        "SELECT weights(c), eigenvalues(c), n_rows(c) FROM "
        f"(SELECT first_component({columns}) AS c FROM {run.wide} OFFSET 0) AS f")
    assert np.abs(weights - fitted.vectors[0]).max() <= 1e-12 * fitted.condition()
    assert np.abs(values - fitted.values).max() <= 1e-12 * fitted.values[0]
    assert n == len(x)


@pytest.mark.parametrize("path", (*PATHS, "wide"))
@pytest.mark.parametrize("name", RUNS)
def test_correlations(runs, name, path):
    """Every benchmark by every method, n, and Spearman with training compute."""
    run = runs[name]
    oracle = run.oracle("correlations")
    assert sorted(oracle.index) == run.benchmarks
    for method, column in (("spearman", "spearman"), ("pearson", "pearson"),
                           ("kendall", "kendall_tau_b")):
        ours = run.correlations(path, method)
        assert set(ours) == set(oracle.index)
        for benchmark, row in oracle.iterrows():
            close(ours[benchmark][0], row[column], f"{benchmark}, {method}")
            assert ours[benchmark][1] == row["n"], benchmark
    compute = run.against(path, "FLOP", run.benchmarks)
    for benchmark, row in oracle.iterrows():
        close(compute[benchmark][0], row["compute_spearman"], f"{benchmark}, compute")
    complete = oracle["n"] == oracle["n"].max()
    assert all(compute[b][1] == row["n_flop"] for b, row in oracle[complete].iterrows())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("models", ("base", "chat"))
def test_correlation_matrix(runs, models, path):
    """The full square of the capability benchmarks."""
    run = runs[OF_MODELS[models]]
    oracle = pandas.read_csv(run.oracles / f"paper_spearman_matrix_{models}.csv", index_col=0)
    rows = run.analysis(path, "benchmark_a, benchmark_b, corr",
                        "correlation_matrix(m, %s)", [CAPABILITIES])
    assert len(rows) == 144
    for a, b, corr in rows:
        close(corr, oracle.loc[a, b], f"{a}, {b}")


# ----------------------------------------------------------------------
# Against the printed numbers
# ----------------------------------------------------------------------

@pytest.fixture(scope="module")
def published(shared_data):
    return pandas.read_csv(shared_data / "safetywashing" / "published.csv")


def capability_pairs(run, path):
    """Spearman correlations of the 66 pairs of capability benchmarks."""
    if path != "wide":
        return [corr for a, b, corr in run.analysis(
            path, "benchmark_a, benchmark_b, corr", "correlation_matrix(m, %s)",
            [CAPABILITIES]) if a < b]
    return [corr for i, a in enumerate(CAPABILITIES[:-1])
            for corr, _ in run.against(path, a, CAPABILITIES[i + 1:]).values()]


def score_vs_compute(run, path):
    """Spearman of the capabilities score and training compute."""
    if path == "wide":
        scored = (f"SELECT capabilities_score({array_of(CAPABILITIES)}) OVER () AS capability,"
                  f" \"FLOP\" FROM {run.wide}")
        return run.db.value(f'SELECT spearman_corr(capability, "FLOP") FROM ({scored}) AS t')
    return run.analysis(path, "spearman_corr(capability, score) FILTER (WHERE benchmark = 'FLOP')",
                        "capabilities_scores(m) JOIN LATERAL cells(m) USING (model)")[0][0]


def ours_for(runs, path, published):
    """{line of published: our correlation}; lines that cannot be computed are absent."""
    ours = {}
    for models, name in OF_MODELS.items():
        run = runs[name]
        of_models = published[published.models == models]
        capabilities = run.correlations(path, "spearman")
        compute = run.against(path, "FLOP", run.benchmarks)
        pairs = capability_pairs(run, path)
        for line, row in of_models.iterrows():
            if row.statistic == "capabilities":
                ours[line] = capabilities[row.column][0]
            elif row.statistic == "compute":
                ours[line] = compute[row.column][0]
            elif row.statistic == "accuracy_vs_calibration":
                accuracy, calibration = row.column.split("|")
                ours[line] = run.against(path, accuracy, [calibration])[calibration][0]
            elif row.statistic == "score_vs_compute":
                ours[line] = score_vs_compute(run, path)
            elif row.statistic == "mean_cap_correlation":
                ours[line] = np.mean(pairs)
            elif row.statistic == "sd_cap_correlation":
                ours[line] = np.std(pairs)
            elif row.statistic == "explained_variance_pc1" and path != "wide":
                ours[line] = run.analysis(path, "explained", "capabilities_components(m)")[0][0]
    return ours


@pytest.mark.parametrize("path, computable", [("long", 317), ("jsonb", 317), ("wide", 315)])
def test_published_numbers(runs, published, path, computable):
    """All but the four of vision models; the wide path has no Spearman eigenvalues."""
    ours = ours_for(runs, path, published)
    assert len(published) == 321 and len(ours) == computable
    missing = set(published.index) - set(ours)
    assert set(published.statistic[sorted(missing)]) <= {
        "vision_capabilities", "accuracy_vs_calibration", "explained_variance_pc1"}
    assert (published.models[sorted(missing)].str.startswith("vision").sum()) == 4
    mismatches, truncated = [], set()
    for line, corr in ours.items():
        row = published.loc[line]
        off = abs(100 * corr - row.published_pct)
        if (row.column, row.models) in TRUNCATED and 0.05 + 1e-9 < off <= 0.1:
            truncated.add((row.column, row.models))
        elif off > 0.05 + 1e-9:
            mismatches.append(f"{row.table} {row.models} {row.benchmark} ({row.statistic}): "
                              f"{row.published_pct} published, {100 * corr:.3f} ours")
    assert mismatches == []
    assert truncated == TRUNCATED


def test_truncated_value(runs):
    """The four that are truncated in print, to three digits."""
    expected = {("halueval_dialogue", "chat"): 89.197, ("piqa", "chat"): 88.972,
                ("machiavelli-violations.Σ", "chat"): -52.957,
                ("HarmBench-DirectRequest-misinformation_disinformation", "base"): -53.964}
    for (column, models), value in expected.items():
        corr, _ = runs[OF_MODELS[models]].correlations("long", "spearman")[column]
        assert round(100 * corr, 3) == value, column


def test_ties_by_rank_on_the_papers_data(runs):
    """Minimal ranks, or 1 - 6 sum d^2 / (n^3 - n), are off by up to 0.58 here."""
    run = runs["main_chat"]
    score = run.scores("long")
    off = []
    for benchmark in run.benchmarks:
        pairs = run.db.rows(f"SELECT model, {quoted(benchmark)} FROM {run.wide} "
                            f"WHERE {quoted(benchmark)} IS NOT NULL")
        y = np.array([value for _, value in pairs])
        x = np.array([score[model] for model, _ in pairs])
        n = len(y)
        d = stats.rankdata(y, "min") - stats.rankdata(x, "min")
        off.append(abs(1 - 6 * (d @ d) / (n ** 3 - n) - reference.spearman(y, x)))
    assert max(off) > 0.5
    # and ours is none of that: test_correlations


# ----------------------------------------------------------------------
# make paper
# ----------------------------------------------------------------------

def run_paper(db, folder):
    """What test/paper prints: {table: [[cell, ...], ...]}, and all of it."""
    done = subprocess.run([TEST / "paper", folder], env={**os.environ, "PGDATABASE": db.name},
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    tables, rows = {}, []
    for line in done.stdout.splitlines():
        if line.strip().startswith("Table "):
            rows = tables.setdefault(line.strip().split(":")[0][6:], [])
        elif "|" in line:
            rows.append([cell.strip() for cell in line.split("|")])
    return tables, done.stdout


def test_make_paper(db, runs, published, shared_data):
    """Tables 2 to 8 as printed: ours are ours, and agree with the published ones."""
    tables, text = run_paper(db, shared_data / "safetywashing")
    assert sorted(tables) == list("2345678")
    run = runs["compute_correlations_chat"]
    capabilities = run.correlations("jsonb", "spearman")
    compute = run.against("jsonb", "FLOP", run.benchmarks)
    for number, (header, *rows) in tables.items():
        assert header[:4] == ["benchmark", "published", "ours", "n"]
        assert len(rows) == {"2": 2, "3": 5, "4": 3, "5": 2, "6": 4, "7": 9, "8": 3}[number]
        for name, printed, ours, n, *of_compute in rows:
            row = published[(published.table == f"T{number}") & (published.benchmark == name)]
            if number == "6" or not isinstance(row.column.iloc[0], str):
                assert (ours, n) == (printed, "26") if "MMLU" in name else ours == ""
                continue
            corr, models = capabilities[row.column.iloc[0]]
            assert (ours, n) == (f"{100 * corr:.1f}", str(models)) and ours == printed, name
            if of_compute[0]:
                corr, models = compute[row.column.iloc[0]]
                assert of_compute[1:] == [f"{100 * corr:.1f}", str(models)], name
                assert of_compute[0] == of_compute[1], name
    assert "22 of 22 published capabilities correlations agree" in text
    assert "19 of 19 published compute correlations agree" in text
    assert "Note:" not in text


def test_make_paper_without_the_compute_file(db, shared_data, tmp_path):
    """With the file of the main branch it says that n is 21, and why."""
    (tmp_path / "benchmarks_chat_models.csv").symlink_to(
        shared_data / "safetywashing" / "benchmarks_chat_models.csv")
    tables, text = run_paper(db, tmp_path)
    assert "Note: this file has the training compute of 21 models" in text
    assert "22 of 22 published capabilities correlations agree" in text
    lmsys = tables["2"][2]
    assert lmsys[4:6] == ["61.5", "51.1"]


def test_published_tables_are_the_published_ones(published):
    """The file that the project ships against the transcription of the whole paper."""
    shipped = pandas.read_csv(TEST / "data" / "published_tables.csv")
    columns = ["statistic", "models", "benchmark", "column", "published_pct"]
    everything = set(map(tuple, published[columns].fillna("").values))
    assert set(map(tuple, shipped[columns].fillna("").values)) <= everything
    for number in "234578":
        assert (shipped.table == f"T{number}").sum() == (published.table == f"T{number}").sum()


# ----------------------------------------------------------------------
# Other real data
# ----------------------------------------------------------------------

LEADERBOARD = sorted(["IFEval", "BBH", "MATH Lvl 5", "GPQA", "MUSR", "MMLU-PRO"])


@pytest.fixture(scope="module")
def sloth(db, shared_data):
    """197 models, 32 % of the cells missing; booleans, dates, blanks in names."""
    path = shared_data / "sloth" / "data_v1.csv"
    load_csv(db, "sloth", path, {"row": "int", "Model": "text", "Family": "text",
                                 "Instruct": "bool", "date": "date"})
    frame = pandas.read_csv(path).drop(columns=["Unnamed: 0", "date"])
    return frame.assign(Instruct=frame.Instruct.astype(float))


@pytest.mark.parametrize("method", reference.METHODS)
def test_sloth(db, sloth, method):
    """Every column against six capability benchmarks, gaps and all."""
    fitted = reference.Fit(sloth[LEADERBOARD].to_numpy(float))
    assert fitted.n == 117
    rows = db.rows("""SELECT benchmark, n, n_dropped, corr, ci_low, ci_high, p_value, status
        FROM (SELECT score_matrix("Model", to_jsonb(sloth) - '{row,Model,Family,date}'::text[]) AS m
            FROM sloth) AS s, capabilities_correlations(m, %s, method => %s)""",
        [LEADERBOARD, method])
    assert len(rows) == len(set(sloth) - {"Model", "Family", *LEADERBOARD}) == 108
    for benchmark, n, n_dropped, *rest in rows:
        expected = reference.with_capabilities(fitted, sloth[benchmark].to_numpy(float), method)
        assert (n, n_dropped) == (expected.n, expected.n_dropped), benchmark
        assert expected.corr is None or not fitted.has_close_scores(expected.who)
        check_correlation(rest, expected, 0.95, True, fitted, benchmark)


def test_sloth_by_family(db, sloth):
    """One statement over 37 families: thin ones are NULL, none kills the query."""
    by_matrix = dict(db.rows("""SELECT "Family", capabilities_corr(score_matrix("Model", to_jsonb(sloth) - '{row,Model,Family,date}'::text[]), 'TruthfulQA', %s) FROM sloth GROUP BY "Family" """, [LEADERBOARD]))
    by_rows = dict(db.rows(f"""SELECT "Family", capabilities_corr({array_of(LEADERBOARD)},
            "TruthfulQA") FROM sloth GROUP BY "Family" """))
    assert by_matrix == by_rows and len(by_rows) == 37
    answered = 0
    for family, rows in sloth.groupby("Family"):
        fitted = reference.Fit(rows[LEADERBOARD].to_numpy(float))
        expected = reference.with_capabilities(fitted, rows["TruthfulQA"].to_numpy(float))
        assert (by_rows[family] is None) == (expected.corr is None), family
        if expected.corr is not None:
            assert abs(by_rows[family] - expected.corr) <= 1e-14, family
            answered += 1
    assert 5 <= answered < 37


def test_llama2_report(db, shared_data):
    """12 models, one benchmark of which lower is better: the worked example."""
    path = shared_data / "llama2_report" / "llama2_pretrained.csv"
    names = load_csv(db, "llama2", path, {"model": "text"})
    capabilities = sorted(names[3:11])
    frame = pandas.read_csv(path)
    fitted = reference.Fit(frame[capabilities].to_numpy())
    rows = {row[0]: row[1:] for row in db.rows("""
        SELECT benchmark, direction, n, corr, ci_low, ci_high, p_value, status
        FROM (SELECT annotate(score_matrix(model, to_jsonb(t) - 'model'), %s, '{toxigen}',
                '{params_b,tokens_t}') AS m FROM llama2 AS t) AS s,
            capabilities_correlations(m)""", [capabilities])}
    assert set(rows) == {"truthfulqa", "toxigen"}
    for benchmark, sign in (("truthfulqa", 1), ("toxigen", -1)):
        expected = reference.with_capabilities(fitted, sign * frame[benchmark].to_numpy())
        direction, n, *rest = rows[benchmark]
        assert (direction, n) == ("lower" if sign < 0 else None, 12)
        check_correlation(rest, expected, 0.95, True, fitted, benchmark)
    assert [round(v, 2) for v in rows["truthfulqa"][2:5]] == [0.97, 0.84, 0.99]
    assert [round(v, 2) for v in rows["toxigen"][2:5]] == [-0.3, -0.75, 0.34]
