#!/usr/bin/python3
"""test/cluster test/oracle/coverage.py [SAMPLES [independent|families|verdicts|needed|distributions|noise|scores ...]]

How often do the nominal 95 % intervals hold the true correlation, and the true
capabilities score?  Simulated, on demand: some minutes.  Samples of correlations
are bivariate normal, for families with a part of the variance common to the models
of one family; the truth is known, and is named on the scale of the method.  The truth of a
score is that on the many benchmarks of which a few are a sample.  Of verdicts: how often
they are wrong where the truth is the threshold.  Prints the tables
of src/stats/README.md: all, or those named.
"""
import io
import sys

import numpy as np
from scipy import stats

from simulation import Simulation, clustered, families_option, family_numbers

SIZES = (8, 12, 15, 26, 50, 200)
TRUTHS = (0, 0.5, 0.8, 0.9)
RHOS = (0, 0.5, 0.8)
METHODS = ("spearman", "pearson", "kendall")
RESAMPLES = 1000
SHARES = (0, 0.3, 0.5, 0.7)


def truth(method, rho):
    """Of a bivariate normal with correlation rho."""
    return {"spearman": 6 / np.pi * np.arcsin(rho / 2), "pearson": rho, "kendall": 2 / np.pi * np.arcsin(rho)}[method]


def rho_of(method, true):
    """The correlation of a bivariate normal with a truth on the scale of the method."""
    return {"spearman": 2 * np.sin(np.pi * true / 6), "pearson": true, "kendall": np.sin(np.pi * true / 2)}[method]


def pairs(rng, count, n, rho):
    x, e = rng.normal(size=(2, count, n))
    return x, rho * x + np.sqrt(1 - rho**2) * e


def heavy_tails(rng, count, n, rho):
    """A t copula of 3 degrees of freedom: extremes go together."""
    scale = np.sqrt(3 / rng.chisquare(3, size=(count, n)))
    x, y = pairs(rng, count, n, rho)
    return x * scale, y * scale


def ten_levels(rng, count, n, rho):
    """Scores in ten groups of the same size: many ties."""
    return tuple(np.floor(10 * stats.norm.cdf(v)) for v in pairs(rng, count, n, rho))


DISTRIBUTIONS = {"normal": pairs, "heavy tails": heavy_tails, "ties": ten_levels}


# Of a target of items: how well a model of average ability answers, how steeply it gets better (both on the scale of a
# normal distribution function), and how far the items that all models answer differ; None: each answers its own.
ANSWERS = {"own": (0, 0.15, None), "wide": (0, 0.5, None), "easy": (1.8, 0.5, None), "same": (0, 0.3, 1)}


def answered(rng, ability, k, answers):
    """The share of k items that a model of this ability gets right, and its standard error."""
    shift, slope, spread = ANSWERS[answers]
    position = shift + slope * ability
    if spread is None:
        right = rng.binomial(k, stats.norm.cdf(position))
    else:
        right = np.zeros(ability.shape, int)
        for _ in range(k):
            right += rng.normal(size=ability.shape) < position - spread * rng.normal(size=(len(ability), 1))
    share = right / k
    return share, np.sqrt(share * (1 - share) / (k - 1))


def simulated_truth(method, draw, rho, models=4_000_000):
    """The correlation in the population, where no formula is known; to 0.0005."""
    x, y = draw(np.random.default_rng(1), 1, models, rho)
    with np.errstate(over="ignore"):  # in the p-value
        return (stats.spearmanr if method == "spearman" else stats.kendalltau)(x[0], y[0])[0]


def related_pairs(rng, count, family, share, rho):
    """With a part of the variance that models of one family have in common."""
    common = pairs(rng, count, max(family) + 1, rho)
    own = pairs(rng, count, len(family), rho)
    return tuple(np.sqrt(share) * c[:, family] + np.sqrt(1 - share) * o for c, o in zip(common, own))


# Benchmarks that there could be, of which some are a sample.
UNIVERSE = 500


def scored(rng, n, d, share, cluster=1):
    """Scores of n models on d benchmarks of one factor, a share of them deleted; and
    the models' capabilities scores on all benchmarks there are, on the scale of d.
    Benchmarks of one cluster share half of what the factor leaves."""
    loading = rng.uniform(0.6, 0.95, UNIVERSE)
    own = clustered(rng, n, UNIVERSE, cluster)
    x = rng.normal(size=(n, 1)) * loading + own * np.sqrt(1 - loading**2)
    z = (x - x.mean(0)) / x.std(0)
    v = np.linalg.svd(z, full_matrices=False)[2][0]
    true = z @ (v * np.sign(v.sum())) * np.sqrt(d / UNIVERSE)
    return np.where(rng.random((n, d)) < share, np.nan, x[:, :d]), true


class Study(Simulation):
    def load_pairs(self, scores):
        x, y = scores
        self.load(x=x, y=y)

    def ends(self, method, options):
        self.cursor.execute(f"""SELECT ci_low, ci_high, p_value, (verdict = 'entangled')::int
            FROM sample, benchmark_correlations(m, 'x', '{{y}}', '{method}' {options}) AS c""")
        return np.array(self.cursor.fetchall(), float)

    def coverage(self, method, options, rho, true=None):
        found = self.ends(method, options)
        true = truth(method, rho) if true is None else true
        inside = (found[:, 0] <= true) & (true <= found[:, 1])
        return inside.mean(), np.median(found[:, 1] - found[:, 0]), (found[:, 2] < 0.05).mean(), found[:, 3].mean()

    def independent(self):
        """The true correlation is that of each method, which takes other scores for each."""
        print("| models | true correlation, on the scale of the method | " + " | ".join(
            f"{method}, {kind}" for method in METHODS for kind in ("analytic", "bootstrap")) + " |")
        for n in SIZES:
            for true in TRUTHS:
                cells = []
                for method in METHODS:
                    self.load_pairs(pairs(self.rng, self.samples, n, rho_of(method, true)))
                    for options in ("", f", ci => 'bootstrap', resamples => {RESAMPLES}"):
                        covered, width, *_ = self.coverage(method, options, None, true)
                        cells.append(f"{covered:.3f} ({width:.2f})")
                print(f"| {n} | {true} | " + " | ".join(cells) + " |", flush=True)

    def needed(self):
        """With as many models as models_needed() says, how often is the verdict found?"""
        print("| true correlation | threshold | power | models_needed | found |")
        for rho, threshold, power in ((0, 0.4, 0.8), (0.1, 0.4, 0.8), (0.2, 0.4, 0.8), (0.2, 0.4, 0.95), (0.3, 0.4, 0.8),
                                      (0.6, 0.4, 0.5), (0.6, 0.4, 0.8), (-0.65, 0.4, 0.8), (0.8, 0.4, 0.8), (0.9, 0.4, 0.8),
                                      (0.9, 0.4, 0.95), (0.9, 0.7, 0.8), (0, 0.2, 0.8)):
            self.cursor.execute("SELECT models_needed(%s, %s, %s)", (rho, threshold, power))
            n, = self.cursor.fetchone()
            self.load_pairs(pairs(self.rng, self.samples, n, 2 * np.sin(np.pi * rho / 6)))
            self.cursor.execute(f"""SELECT avg((verdict = %s)::int)
                FROM sample, benchmark_correlations(m, 'x', '{{y}}', threshold => {threshold}) AS c""",
                                ("low" if abs(rho) < threshold else "entangled" if rho > 0 else "inverse",))
            print(f"| {rho} | {threshold} | {power} | {n} | {self.cursor.fetchone()[0]:.3f} |", flush=True)

    def distributions(self):
        """The truth of each is that of its own population; the line names that of the normal scores."""
        print("| method | its correlation of the normal scores | models | " + " | ".join(DISTRIBUTIONS) + " |")
        truths = {}
        for method in ("spearman", "kendall"):
            for n in (8, 15, 26, 50, 200):
                for true in (0, 0.5, 0.8, 0.9):
                    rho = rho_of(method, true)
                    cells = []
                    for name, draw in DISTRIBUTIONS.items():
                        if (method, true, name) not in truths:
                            truths[method, true, name] = true if name == "normal" else simulated_truth(method, draw, rho)
                        self.load_pairs(draw(self.rng, self.samples, n, rho))
                        cells.append(f"{self.coverage(method, '', None, truths[method, true, name])[0]:.3f}")
                    print(f"| {method} | {true} | {n} | " + " | ".join(cells) + " |", flush=True)

    def families(self):
        print("| models | share of the family | true correlation | analytic | bootstrap | jackknife | p < 0.05 | with families |")
        for n in (26, 50):
            family = family_numbers(n)
            for share in SHARES:
                for rho in RHOS:
                    self.load_pairs(related_pairs(self.rng, self.samples, family, share, rho))
                    cells = []
                    rejected = []
                    for options in ("", f", ci => 'bootstrap', resamples => {RESAMPLES}", families_option(family)):
                        covered, width, significant, _ = self.coverage("spearman", options, rho)
                        cells.append(f"{covered:.3f} ({width:.2f})")
                        rejected.append(significant)
                    print(f"| {n} | {share} | {rho} | " + " | ".join(cells) +
                          f" | {rejected[0]:.3f} | {rejected[2]:.3f} |", flush=True)
        print("\n| models | families | share of the family | true correlation | jackknife | p < 0.05 | entangled |")
        of_one = np.arange(26)
        for family, share in ((np.arange(5), 0), (np.arange(9), 0), (of_one, 0), (family_numbers(26), 0.5),
                              (of_one % 5, 0.5), (np.minimum(of_one // 4, 4), 0.5)):
            for rho in (0, "threshold", 0.84):
                at = 2 * np.sin(np.pi * 0.4 / 6) if rho == "threshold" else rho
                self.load_pairs(related_pairs(self.rng, self.samples, family, share, at))
                covered, _, significant, entangled = self.coverage("spearman", families_option(family), at)
                print(f"| {len(family)} | {len(set(family))} | {share} | {rho} | {covered:.3f} | {significant:.3f} | {entangled:.3f} |",
                      flush=True)

    def noise(self):
        """A target of few items: what is left of a true correlation of .6, and what is found of it again."""
        print("| method | models | items | answers | true | reliability | corr | low | entangled | noisy | corrected | corr_disattenuated |")
        rho = 0.6
        r = 2 * np.sin(np.pi * rho / 6)
        for method, n, k, answers in (
                *(("spearman", 200, k, "own") for k in (40, 100, 200, 400)), ("pearson", 200, 200, "own"), ("kendall", 200, 200, "own"),
                ("spearman", 200, 40, "wide"), ("spearman", 200, 100, "easy"), ("spearman", 26, 40, "wide"), ("spearman", 26, 200, "wide"),
                *(("spearman", 200, k, "same") for k in (100, 200, 400))):
            x, ability = pairs(self.rng, self.samples, n, r)
            self.load_items(x, k, *answered(self.rng, ability, k, answers))
            self.cursor.execute(f"""SELECT reliability, corr, verdict = 'low', verdict = 'entangled', status = 'noisy scores',
                reliability >= 0.7, corr_disattenuated FROM sample, benchmark_correlations(m, 'x', '{{y}}', '{method}') AS c""")
            found = np.array(self.cursor.fetchall(), float)
            corrected = found[found[:, 5] == 1, 6]
            print(f"| {method} | {n} | {k} | {answers} | {truth(method, r):.3f} | " + " | ".join(f"{v:.3f}" for v in found[:, :6].mean(0)) +
                  f" | {corrected.mean() if len(corrected) > 20 else np.nan:.3f} |", flush=True)

    def load_items(self, x, k, share, error):
        """A matrix for each sample: model m on x and, with a standard error, on y."""
        self.cursor.execute("DROP TABLE IF EXISTS pair, sample")
        self.cursor.execute("CREATE TABLE pair (s int, model int, x float8, y float8, n int8, stderr float8)")
        for s, values in enumerate(zip(x.tolist(), share.tolist(), error.tolist())):
            lines = "".join(f"{s}\t{i}\t{a!r}\t{y!r}\t{k}\t{e!r}\n" for i, (a, y, e) in enumerate(zip(*values)))
            self.cursor.copy_expert("COPY pair FROM STDIN", io.StringIO(lines))
        self.cursor.execute("""CREATE TABLE sample AS SELECT s, merge(score_matrix(model::text, 'x', x),
            score_matrix(model::text, 'y', y, n, stderr)) AS m FROM pair GROUP BY s""")

    def verdicts(self):
        """40 targets, 36 of them with the threshold for their true correlation: which are borne out?"""
        print("| models | families | the four at | verdict | found | false share | with q_verdict < 0.05: found | false share |")
        at_threshold = 2 * np.sin(np.pi * 0.4 / 6)
        for n, families, other, verdict in ((26, None, 0.9, "entangled"), (100, None, 0.8, "entangled"),
                                            (200, None, 0, "low"), (500, None, 0.2, "low"),
                                            (50, family_numbers(50), 0.9, "entangled"),
                                            (500, np.arange(500) // 5, 0, "low")):
            counts = []
            for _ in range(self.samples // 10):
                common = self.rng.normal(size=n)
                own = self.rng.normal(size=(40, n))
                if families is not None:
                    common, own = (np.sqrt(0.5) * (v[..., families] + w) for v, w in
                                   ((common, self.rng.normal(size=n)), (own, self.rng.normal(size=(40, n)))))
                rho = np.repeat([at_threshold, other], [36, 4])[:, None]
                y = rho * common + np.sqrt(1 - rho**2) * own
                counts.append(self.borne_out(common, y, verdict, families))
            found, false_share, found_q, false_share_q = np.mean(counts, 0)
            kind = "none" if families is None else len(set(families))
            print(f"| {n} | {kind} | {other} | {verdict} | {found:.3f} | {false_share:.3f} | {found_q:.3f} | "
                  f"{false_share_q:.3f} |", flush=True)

    def borne_out(self, x, y, verdict, families):
        """The share of the four that has the verdict, the share of the others among those that have it; the same
        of those with a q_verdict below 0.05."""
        rows = [*x, *y.ravel()]
        n = len(x)
        option = "" if families is None else families_option(families)
        self.cursor.execute(f"""SELECT benchmark::int >= 36, q_verdict < 0.05
            FROM (SELECT score_matrix(m, b, s) AS m FROM unnest(%s::text[], %s::text[], %s::float8[]) AS c (m, b, s)) AS t,
                benchmark_correlations(m, 'x' {option}) AS c WHERE verdict = %s""",
                            ([str(i) for i in range(n)] * 41, ["x"] * n + [str(i // n) for i in range(40 * n)],
                             list(map(float, rows)), verdict))
        found = np.array(self.cursor.fetchall(), bool).reshape(-1, 2)
        right, sure = found[:, 0], found[:, 1]
        return (right.sum() / 4, (~right).sum() / max(1, len(right)),
                (right & sure).sum() / 4, (~right & sure).sum() / max(1, sure.sum()))

    def scores(self):
        print("| models | benchmarks | in clusters of | deleted | score | rank | difference | other sign |")
        for n, d, cluster in ((26, 12, 1), (100, 12, 1), (26, 30, 1), (100, 30, 1), (26, 12, 3), (26, 30, 3)):
            for share in (0, 0.2, 0.4) if cluster == 1 else (0,):
                alone, paired = [], []
                for _ in range(self.samples // 20):
                    x, true = scored(self.rng, n, d, share, cluster)
                    alone.append(score_coverage(self.cursor, x, true))
                    paired.append(difference_coverage(self.cursor, x, true))
                score, rank = np.concatenate(alone).mean(0)
                difference, wrong = np.concatenate(paired).mean(0)
                print(f"| {n} | {d} | {cluster} | {share} | {score:.3f} | {rank:.3f} | {difference:.3f} | {wrong:.3f} |", flush=True)


def with_matrix(cursor, x, rest):
    """The rows of a query on the matrix t.m of x."""
    i, j = np.nonzero(~np.isnan(x))
    cursor.execute(f"""{rest.replace("FROM", "FROM (SELECT score_matrix(m, b, s) AS m FROM unnest(%s::text[], %s::text[], %s::float8[]) AS c (m, b, s)) AS t,", 1)}""",
                   ([str(k) for k in i], [f"b{k:03}" for k in j], list(map(float, x[i, j]))))
    return cursor.fetchall()


def difference_coverage(cursor, x, true):
    """Of ten pairs of models that are truly next to each other: is the true difference in its interval, and does
    that exclude 0 on the wrong side?"""
    order = np.argsort(true)
    result = []
    for k in np.linspace(0, len(order) - 2, 10).astype(int):
        a, b = order[k], order[k + 1]
        for low, high in with_matrix(cursor, x, f"""SELECT ci_low, ci_high FROM
                capabilities_scores_difference(m, '{a}', '{b}', benchmarks(m), missing => 'impute', resamples => {RESAMPLES})
                WHERE ci_low IS NOT NULL"""):
            result.append((low <= true[a] - true[b] <= high, low > 0))
    return np.array(result, float).reshape(-1, 2)


def score_coverage(cursor, x, true):
    """Of each model with an interval: is the truth in it, and its rank?"""
    found = with_matrix(cursor, x, f"""SELECT c.model, ci_low, ci_high, rank_low, rank_high
        FROM capabilities_scores(m, benchmarks(m), missing => 'impute', resamples => {RESAMPLES}) AS c
        WHERE ci_low IS NOT NULL""")
    rank = 1 + (true > true[:, None]).sum(1)
    return np.array([(low <= true[int(m)] <= high, rank_low <= rank[int(m)] <= rank_high)
                     for m, low, high, rank_low, rank_high in found], float)


def main():
    study = Study(int(sys.argv[1]) if len(sys.argv) > 1 else 4000, 20261128)
    print(f"coverage of nominal 95 % intervals (median width), {study.samples} samples a line\n")
    for part in sys.argv[2:] or ("independent", "families", "verdicts", "needed", "distributions", "noise", "scores"):
        getattr(study, part)()
        print()


if __name__ == "__main__":
    main()
