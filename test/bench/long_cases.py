"""Benchmarks over long tables: score_matrix and what comes after it.

A case is a function of a session, the scale and the report.  It makes its data
and compares; the caller drops its tables.
"""
import data
import measure
import rivals
from data import scaled
from measure import PARALLEL, Contender, compare


def numbers(kind):
    """Answer of rows (name, number)."""
    return lambda rows: {kind: dict(rows)}


def sums(rows):
    """Answer of one row of numbers."""
    return {"sums": {place: float(value) for place, value in enumerate(rows[0])}}


def correlations(source, capabilities):
    return f"SELECT benchmark, corr FROM capabilities_correlations({source}, {data.sql_list(capabilities)})"


def matrix_of(table, where=""):
    return f"(SELECT score_matrix(model, benchmark, score) FROM {table}{where})"


def group_by(table):
    """Produces every mean, sends none of them."""
    return (f"SELECT count(*), sum(a) FROM (SELECT model, benchmark, avg(score) AS a "
            f"FROM {table} GROUP BY 1, 2) AS g")


def plpython(query, capabilities):
    return f"SELECT * FROM plpython_correlations($q${query}$q$, {data.sql_list(capabilities)})"


def agree(session, first, second, answer):
    """Two statements that must say the same, not timed."""
    measure.compare_answers(answer(session.rows(first)), "safetycorr",
                            answer(session.rows(second)), "the check")


def check_cells(session, table):
    agree(session, f"SELECT count(*), sum(score) FROM cells({matrix_of(table)})", group_by(table), sums)


# ----------------------------------------------------------------------
# Items
# ----------------------------------------------------------------------

def shape(scale):
    """500 models, 100 benchmarks, 400 items; smaller in models and items alike."""
    return scaled(500, scale ** 0.5, 20), 100, scaled(400, scale ** 0.5, 4)


def must_plan(node, statement, settings):
    """What is compared is only what it is called if the planner goes along."""
    session = measure.Session(**settings)
    plan = session.plan(statement)
    session.close()
    if node not in plan:
        raise measure.Disagreement(f"no {node} in the plan of {statement}:\n{plan}")


def check_items(session, table, chosen, ours):
    """Cells against GROUP BY, correlations against numpy over GROUP BY."""
    check_cells(session, table)
    means = f"SELECT model::text, benchmark::text, avg(score) FROM {table} GROUP BY 1, 2"
    agree(session, ours, plpython(means, chosen), numbers("corr"))


def items(session, scale, report, ids):
    models, benchmarks, per_cell = shape(scale)
    data.make_items(session, "items", models, benchmarks, per_cell, ids=ids)
    chosen = data.capabilities(text=not ids)
    ours = correlations(matrix_of("items"), chosen)
    check_items(session, "items", chosen, ours)
    rows = f"{models * benchmarks * per_cell:,} rows, {'bigint ids' if ids else 'text labels'}"
    for settings, workers in (({}, "serial"), (PARALLEL, "2 workers")):
        contenders = [Contender("safetycorr", ours, settings),
                      Contender("GROUP BY, avg", group_by("items"), settings)]
        if settings:
            for contender in contenders:
                must_plan("Workers Planned: 2", contender.action, settings)
                must_plan("Partial", contender.action, settings)
        lanes = compare(contenders)
        report.pair(f"{rows}, {workers}", *lanes, target=1.0)


def items_text(session, scale, report):
    items(session, scale, report, ids=False)


def items_ids(session, scale, report):
    items(session, scale, report, ids=True)


def items_shuffled(session, scale, report):
    models, benchmarks, per_cell = shape(scale)
    data.make_items(session, "items", models, benchmarks, per_cell)
    data.make_items(session, "shuffled", models, benchmarks, per_cell, shuffled=True)
    chosen = data.capabilities()
    lanes = compare([
        Contender("safetycorr", correlations(matrix_of("shuffled"), chosen), answer=numbers("corr")),
        Contender("safetycorr, clustered", correlations(matrix_of("items"), chosen), answer=numbers("corr")),
        Contender("GROUP BY, avg", group_by("shuffled"))])
    rows = f"{models * benchmarks * per_cell:,} rows in shuffled order, text labels, serial"
    report.pair(rows, lanes[0], lanes[1], target=1.5)
    report.pair(rows, lanes[0], lanes[2])


# ----------------------------------------------------------------------
# One score a cell
# ----------------------------------------------------------------------

def paper(session, scale, report):
    """The whole analysis in a warm session, long table in."""
    chosen, origin = data.make_chat(session, "chat")
    lanes = compare([
        Contender("safetycorr", correlations(matrix_of("chat"), chosen), answer=numbers("corr")),
        Contender("PL/Python, numpy", plpython("SELECT model, benchmark, score FROM chat", chosen),
                  answer=numbers("corr"))])
    what = f"26 × 178 ({origin}) → {len(lanes[0].rows)} correlations"
    report.time(what, lanes[0], target=2)
    report.pair(what, *lanes, target=0.15)


def labels(session, scale, report):
    models, benchmarks = scaled(2000, scale, 50), 200
    data.make_scores(session, "scores", models, benchmarks, capability=20)
    chosen = data.capabilities(20)
    lanes = compare([
        Contender("safetycorr", correlations(matrix_of("scores"), chosen), answer=numbers("corr")),
        Contender("PL/Python, numpy", plpython("SELECT model, benchmark, score FROM scores", chosen),
                  answer=numbers("corr")),
        Contender("GROUP BY, avg", group_by("scores")),
        Contender("pandas client", lambda s: rivals.pandas_client(s, "scores", chosen),
                  answer=numbers("corr"), at_client=True)])
    check_cells(session, "scores")
    what = f"{models * benchmarks:,} rows, text labels → {len(lanes[0].rows)} correlations"
    for theirs, target in zip(lanes[1:], (0.4, 0.5, None)):
        report.pair(what, lanes[0], theirs, target=target)


def sparse(session, scale, report):
    models, benchmarks = scaled(22000, scale ** 0.5, 200), scaled(2200, scale ** 0.5, 100)
    data.make_sparse(session, "scores", models, benchmarks)
    n_cells = session.value("SELECT count(*) FROM scores")
    chosen = data.capabilities()
    what = f"{models:,} × {benchmarks:,}, {n_cells:,} cells"

    build = "SELECT score_matrix(model, benchmark, score) IS NOT NULL FROM scores"
    lanes = compare([Contender("safetycorr", build), Contender("GROUP BY, avg", group_by("scores"))])
    report.pair(f"{what}: build", *lanes)
    report.number("cells built per second", n_cells / lanes[0].median / 1e6, "million/s", 2, at_least=True)
    check_cells(session, "scores")

    # The state as PostgreSQL accounts for it; the peak has the flat copy that the
    # executor makes of the result beside it.
    state = session.value(f"""SELECT bytes FROM (SELECT score_matrix(model, benchmark, score) AS m,
        (SELECT sum(total_bytes)::float8 FROM pg_backend_memory_contexts WHERE name = 'safetycorr states') AS bytes
        FROM scores OFFSET 0) AS q WHERE m IS NOT NULL""")
    report.number("memory of the state", state / n_cells, "bytes/cell", 40)

    # A session that has collected a small matrix has loaded all code and caches.
    collecting = measure.Session()
    collecting.rows(f"{build.partition(' FROM')[0]} FROM (SELECT * FROM scores LIMIT 1000) AS few")
    with measure.MemoryWatch(collecting.pid) as memory:
        collecting.rows(build)
    collecting.close()
    grown = memory.grown
    report.number("peak memory, with the result", None if grown is None else grown / n_cells, "bytes/cell")

    for storage in ("EXTENDED", "EXTERNAL"):
        session.rows(f"CREATE UNLOGGED TABLE stored_{storage} (m score_matrix)")
        session.rows(f"ALTER TABLE stored_{storage} ALTER m SET STORAGE {storage}")
        session.rows(f"INSERT INTO stored_{storage} SELECT {matrix_of('scores')}")
        size = session.value(f"SELECT pg_column_size(m) FROM stored_{storage}")
        # The target is for the bytes before compression.
        report.number(f"stored, {storage}", size / n_cells, "bytes/cell",
                      24 if storage == "EXTERNAL" else None)

    def store(storage):
        """In a transaction that is undone; the table stays as it is."""
        def action(own):
            own.rows("BEGIN")
            own.rows(f"INSERT INTO stored_{storage} SELECT {matrix_of('scores')}")
            own.rows("ROLLBACK")
        return action

    def group_and_store(own):
        own.rows("BEGIN")
        own.rows("CREATE UNLOGGED TABLE means AS "
                 "SELECT model, benchmark, avg(score) AS score FROM scores GROUP BY 1, 2")
        own.rows("ROLLBACK")

    lanes = compare([Contender("safetycorr", store("extended")),
                     Contender("table of GROUP BY", group_and_store)])
    report.pair(f"{what}: build and store", *lanes)
    lanes = compare([
        Contender("safetycorr", "SELECT count(*), sum(score) FROM stored_extended, cells(m)", answer=sums),
        Contender("the table of scores",
                  "SELECT count(*), sum(score) FROM (SELECT * FROM scores OFFSET 0) AS s", answer=sums)])
    report.pair(f"{what}: read all cells back", *lanes)
    lanes = compare([
        Contender("safetycorr", correlations("(SELECT m FROM stored_extended)", chosen),
                  answer=numbers("corr")),
        Contender("PL/Python, numpy, of the table of scores",
                  plpython("SELECT model, benchmark, score FROM scores", chosen), answer=numbers("corr"))])
    report.pair(f"{what}: stored → {len(lanes[0].rows or []):,} correlations", *lanes)


# ----------------------------------------------------------------------
# Many matrices
# ----------------------------------------------------------------------

def rollup(session, scale, report):
    days, models, benchmarks = scaled(1000, scale, 10), 26, 180
    data.make_cells(session, models, benchmarks)
    session.rows("CREATE UNLOGGED TABLE raw (day int, model text, benchmark text, score float8)")
    session.rows(f"""INSERT INTO raw
        SELECT d, model, benchmark, score + 5 * gauss(cell * {days} + d, 11)
        FROM generate_series(0, {days}) AS d, cell ORDER BY d, cell""")
    data.finish(session, "raw")
    # Day 0 is the new one.
    session.rows("CREATE UNLOGGED TABLE by_day (day int PRIMARY KEY, m score_matrix)")
    session.rows("INSERT INTO by_day SELECT day, score_matrix(model, benchmark, score) FROM raw "
                 "WHERE day > 0 GROUP BY day")
    session.rows("CREATE UNLOGGED TABLE total (id int PRIMARY KEY, m score_matrix)")
    session.rows("INSERT INTO total SELECT 1, rollup(m) FROM by_day")
    session.rows("CREATE UNLOGGED TABLE today AS SELECT * FROM raw WHERE day = 0")
    for table in ("by_day", "total", "today"):
        data.finish(session, table)

    n_cells = models * benchmarks
    old = matrix_of("raw", " WHERE day > 0")
    report.number(f"a stored matrix of {models} × {benchmarks}", session.value(
        "SELECT avg(pg_column_size(m))::float8 FROM by_day") / n_cells, "bytes/cell")
    report.number(f"the same, {days:,} merged", session.value(
        "SELECT avg(pg_column_size(m))::float8 FROM total") / n_cells, "bytes/cell")
    agree(session, "SELECT count(*), sum(score), sum(n) FROM cells((SELECT rollup(m) FROM by_day))",
          "SELECT count(*), sum(a), sum(n) FROM (SELECT avg(score) AS a, count(*) AS n FROM raw WHERE day > 0 "
          "GROUP BY model, benchmark) AS g", sums)

    lanes = compare([
        Contender("safetycorr", "SELECT rollup(m) IS NOT NULL FROM by_day"),
        Contender("score_matrix of their rows", f"SELECT {old} IS NOT NULL")])
    report.pair(f"rollup of {days:,} stored matrices of {models} × {benchmarks}", *lanes, target=1.0)

    def merge_today(own):
        own.rows("BEGIN")
        own.rows(merge)
        own.rows("ROLLBACK")

    merge = """INSERT INTO total AS t SELECT 1, score_matrix(model, benchmark, score) FROM today
        ON CONFLICT (id) DO UPDATE SET m = merge(t.m, excluded.m)"""
    session.rows("BEGIN")
    session.rows(merge)
    agree(session, "SELECT count(*), sum(score), sum(n) FROM total, cells(m)",
          f"SELECT count(*), sum(score), sum(n) FROM cells({matrix_of('raw')})", sums)
    session.rows("ROLLBACK")
    lanes = compare([
        Contender("safetycorr", merge_today),
        Contender("score_matrix of all rows", f"SELECT {matrix_of('raw')} IS NOT NULL")])
    report.pair(f"a day of {n_cells:,} scores merged into a stored matrix", *lanes)


def groups(session, scale, report):
    """Hashed aggregation that holds all groups at once."""
    count = scaled(100000, scale, 1000)
    session.rows("CREATE UNLOGGED TABLE many ("
                 "g int, model text, benchmark text, y float8, x float8, v float8[])")
    session.rows(f"""INSERT INTO many
        SELECT g, 'model-' || k, 'bench-001', uniform(g * 5 + k, 1), uniform(g * 5 + k, 2),
            ARRAY[uniform(g * 5 + k, 1), uniform(g * 5 + k, 2)]
        FROM generate_series(1, {count}) AS g, generate_series(1, 5) AS k""")
    data.finish(session, "many")
    settings = {"work_mem": "4GB", "hash_mem_multiplier": "2", "enable_sort": "off"}

    def grouped(aggregate):
        return (f"SELECT count(*) FROM (SELECT g, {aggregate} AS s FROM many GROUP BY g OFFSET 0) AS q "
                "WHERE s IS NOT NULL")

    def bytes_per_group(aggregate):
        own = measure.Session(**settings)
        own.rows(grouped(aggregate).replace("FROM many", "FROM (SELECT * FROM many LIMIT 50) AS few"))
        with measure.MemoryWatch(own.pid) as memory:
            own.rows(grouped(aggregate))
        own.close()
        return None if memory.grown is None else memory.grown / count

    floor = bytes_per_group("avg(y)")
    report.number(f"{count:,} groups of 5 rows, avg", floor, "bytes/group")
    for aggregate in ("score_matrix(model, benchmark, y)", "spearman_corr(y, x)", "score_moments(v)"):
        name = aggregate.partition("(")[0]
        must_plan("HashAggregate", grouped(aggregate), settings)
        lanes = compare([Contender("safetycorr", grouped(aggregate), settings),
                         Contender("avg", grouped("avg(y)"), settings)], budget=60)
        report.pair(f"{count:,} groups of 5 rows, {name}", *lanes)
        if not lanes[0].refused:
            report.number(f"{count:,} groups of 5 rows, {name}", bytes_per_group(aggregate), "bytes/group")
