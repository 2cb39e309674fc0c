"""Benchmarks over wide tables, and of components.

A case is a function of a session, the scale and the report.  It makes its data
and compares; the caller drops its tables.
"""
import os
import pathlib
import shlex
import subprocess
import tempfile
import types

import data
import measure
import rivals
from data import scaled
from measure import Contender, Lane, compare

HERE = pathlib.Path(__file__).resolve().parent


def by_place(kind, values):
    return {kind: dict(enumerate(values))}


def vectors(session, scale, report):
    rows, columns = scaled(1_000_000, scale, 1000), 32
    data.make_vectors(session, "vectors", rows, columns)
    means = ", ".join(f"avg(v[{j}])" for j in range(1, columns + 1))
    lanes = compare([
        Contender("safetycorr", "SELECT weights(c), means(c) FROM (SELECT first_component(v) AS c "
                  "FROM vectors OFFSET 0) AS f",
                  answer=lambda r: {**by_place("weights", r[0][0]), **by_place("means", r[0][1])}),
        Contender(f"avg(v[1]), …, avg(v[{columns}])", f"SELECT {means} FROM vectors",
                  answer=lambda r: by_place("means", r[0])),
        Contender("PL/Python, cursor and numpy", "SELECT plpython_first_component('SELECT v FROM vectors')",
                  answer=lambda r: by_place("weights", r[0][0]))])
    what = f"{rows:,} × float8[{columns}] → first_component, serial"
    report.pair(what, lanes[0], lanes[1], target=0.5)
    report.pair(what, lanes[0], lanes[2], target=0.12)


def window(session, scale, report):
    """
    Does a row of a moving frame cost more the more rows came before it?  Two
    cursors over one statement: one stands behind four fifths of the rows, one
    where the frame has just been filled.  They fetch in turn.
    """
    frame, rows = 1000, scaled(100_000, scale, 5000)
    session.rows("CREATE UNLOGGED TABLE series (i int8, v float8[], s float8)")
    elements = ", ".join(f"0.8 * z + uniform(i, {j})" for j in range(2, 10))
    session.rows(f"""INSERT INTO series SELECT i, ARRAY[{elements}], 0.5 * z + uniform(i, 10)
        FROM (SELECT i, gauss(i, 1) AS z FROM generate_series(1::int8, {rows}) AS i OFFSET 0) AS r""")
    data.finish(session, "series")
    moving = f"capabilities_corr(v, s) OVER (ORDER BY i ROWS {frame - 1} PRECEDING)"
    piece = (rows - frame) // 5 // 5     # a fifth of the rows, in five rounds

    def declare(own):
        own.rows("BEGIN")
        own.rows(f"DECLARE place NO SCROLL CURSOR FOR SELECT {moving} FROM series")

    def fetch(own):
        if len(own.rows(f"FETCH {piece} FROM place")) != piece:
            raise measure.Disagreement("a cursor came to its end")

    early = Lane(Contender("rows at the start", fetch))
    late = Lane(Contender("rows at the end", fetch))
    for lane, skipped in ((early, frame), (late, rows - 5 * piece)):
        declare(lane.session)
        with measure.MemoryWatch(lane.session.pid) as memory:
            lane.session.rows(f"MOVE {skipped} FROM place")
        lane.memory = memory.peak
    for turn in range(5):
        for lane in (late, early) if turn % 2 == 0 else (early, late):
            lane.time_once()
    for lane in (early, late):
        lane.times = [elapsed / piece for elapsed in lane.times]
        lane.session.close()
    # A frame that has moved far enough to hold none of the first rows, anew.
    last = 2 * frame
    moved = session.value(f"SELECT c FROM (SELECT i, {moving} AS c FROM series WHERE i <= {last}) AS w "
                          f"WHERE i = {last}")
    anew = session.value(f"SELECT capabilities_corr(v, s) FROM series "
                         f"WHERE i > {last - frame} AND i <= {last}")
    if moved != anew:
        raise measure.Disagreement(f"a moving frame, {moved!r}, and its rows anew, {anew!r}")
    report.pair(f"a frame of {frame:,} rows in {rows:,}, float8[8]: a row at the end",
                late, early, target=1.2)


# ----------------------------------------------------------------------
# Components
# ----------------------------------------------------------------------

class Symmv:
    """
    gsl_eigen_symmv on a correlation matrix with one factor, timed by a program
    of its own.  A matrix of thousands of columns takes minutes: unless
    SYMMV=full, one is measured and the others follow from it by the cube.
    """

    def __init__(self, scale):
        self.full = os.environ.get("SYMMV") == "full"
        self.base = 2000 if scale >= 1 else 400
        self.measured = {}
        self.folder = tempfile.TemporaryDirectory()
        self.program = os.path.join(self.folder.name, "symmv")
        config = os.environ.get("GSL_CONFIG") or "gsl-config"
        flags = [shlex.split(subprocess.check_output([config, option], text=True))
                 for option in ("--cflags", "--libs")]
        subprocess.run(["gcc", "-O2", *flags[0], str(HERE / "symmv.c"), "-o", self.program, *flags[1]],
                       check=True)

    def seconds(self, d):
        """Seconds for d columns, and how they are known."""
        at = d if self.full else min(d, self.base)
        if at not in self.measured:
            self.measured[at] = float(subprocess.check_output([self.program, str(at)], text=True))
        if at == d:
            return self.measured[d], "measured once"
        return self.measured[at] * (d / at) ** 3, f"extrapolated from {at:,}"


def against_symmv(report, what, lane, d, symmv):
    """The contender ran once, so the spread is that of ours."""
    theirs, how = symmv.seconds(d)
    report.pair(what, lane, types.SimpleNamespace(
        label=f"gsl_eigen_symmv, {how}", refused=None, memory=None, median=theirs,
        times=[theirs] * len(lane.times)), target=0.1)


def component_of_matrix(session, report, symmv, models, benchmarks):
    """All benchmarks are capability benchmarks."""
    data.make_cells(session, models, benchmarks, capability=benchmarks)
    session.rows("CREATE UNLOGGED TABLE stored AS "
                 "SELECT score_matrix(model, benchmark, score) AS m FROM cell")

    def answer(rows):
        expected = rivals.scores_by_svd(session.rows("SELECT model, benchmark, score FROM cell"))
        # Scores grow with the number of benchmarks: relative to the largest.
        largest = max(map(abs, expected.values()))
        ours, theirs = ({"score": {name: score / largest for name, score in pairs}}
                        for pairs in (rows, expected.items()))
        measure.compare_answers(ours, "safetycorr", theirs, "numpy")
        return {}

    lane, = compare([Contender(
        "safetycorr", "SELECT model, capability FROM stored, capabilities_scores(m, benchmarks(m))",
        answer=answer)], budget=60)
    against_symmv(report, f"{models:,} × {benchmarks:,}: capabilities_scores", lane, benchmarks, symmv)
    session.rows("DROP TABLE stored, cell")


def components(session, scale, report):
    symmv = Symmv(scale)

    def size(columns):
        """Wide enough, in a quick try too, for the solvers of large matrices."""
        return scaled(columns, scale ** 0.5, 300)

    component_of_matrix(session, report, symmv, 26, size(4000))
    component_of_matrix(session, report, symmv, scaled(500, scale ** 0.5, 50), size(3000))

    rows, columns = scaled(20000, scale ** 0.5, 200), size(2000)
    data.make_vectors(session, "wide", rows, columns)
    what = f"{rows:,} × float8[{columns:,}]"

    def checked(rows):
        """An eigenvector of the Pearson matrix, and with more than half of the variance the first."""
        (means, sds, weights, eigenvalue, explained), = rows
        residual = session.value(
            "SELECT plpython_residual('SELECT v FROM wide', %s, %s, %s, %s)",
            (means, sds, weights, eigenvalue))
        length = sum(weight * weight for weight in weights)
        if not (residual < measure.TOLERANCE and abs(length - 1) < measure.TOLERANCE and explained > 0.5):
            raise measure.Disagreement(f"the component of {what} leaves a residual of {residual}")
        return {}

    def component(source):
        return ("SELECT means(c), sds(c), weights(c), (eigenvalues(c))[1], explained(c) "
                f"FROM (SELECT {source} OFFSET 0) AS f")

    lane, = compare([Contender("safetycorr", component("first_component(v) AS c FROM wide"),
                               answer=checked)], budget=60)
    against_symmv(report, f"{what}: first_component", lane, columns, symmv)
    if not lane.refused:
        session.rows("CREATE UNLOGGED TABLE moments AS SELECT score_moments(v) AS m FROM wide")
        lane, = compare([Contender("safetycorr", component("first_component(m) AS c FROM moments"),
                                   answer=checked)], budget=60)
        against_symmv(report, f"{what}: first_component of stored score_moments", lane, columns, symmv)
