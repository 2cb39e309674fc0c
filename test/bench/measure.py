"""Measuring: sessions, memory of their processes, contenders in alternation.

Every contender has a session of its own, which stays open while it is
compared.  Its first run is not timed: it warms the session and the buffers,
gives the answer that is compared, and is watched for memory.  Then all
contenders of a comparison run in turn, forward and backward, so that what else
the machine does meets them alike, and the ratio is the median of the ratios
within a round.
"""
import dataclasses
import math
import os
import statistics
import threading
import time

import psycopg2
import psycopg2.errors

ENOUGH = 0.05       # seconds that one timing of a cheap statement shall take
CHEAP = 0.02        # below this it is repeated within one timing
TOLERANCE = 1e-9    # of two answers, relative to max(1, |x|)

# What a session of a warehouse has.  JIT costs more than it gives here, to both
# sides.  A plan is parallel only where a comparison asks for it.
SETTINGS = {
    "jit": "off", "work_mem": "256MB", "max_parallel_workers_per_gather": "0",
    "statement_timeout": "10min", "client_min_messages": "warning",
}

# At equal workers: two, whatever the size of the table.
PARALLEL = {
    "max_parallel_workers_per_gather": "2", "min_parallel_table_scan_size": "0",
    "parallel_setup_cost": "0", "parallel_tuple_cost": "0",
}


class Session:
    """A connection in autocommit mode, with the settings of the benchmark."""

    def __init__(self, **settings):
        self.connection = psycopg2.connect("")
        self.connection.autocommit = True
        self.pid = self.connection.info.backend_pid
        for name, value in {**SETTINGS, **settings}.items():
            self.rows(f"SET {name} = '{value}'")

    def rows(self, sql, parameters=None):
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def value(self, sql, parameters=None):
        (value,), = self.rows(sql, parameters)
        return value

    def plan(self, sql):
        return "\n".join(line for line, in self.rows("EXPLAIN " + sql))

    def close(self):
        self.connection.close()


# ----------------------------------------------------------------------
# Memory
# ----------------------------------------------------------------------

def anonymous(pid):
    """
    Bytes of memory that a process has for itself, or None where that cannot be
    read.  RssAnon leaves out shared buffers, whose pages are the server's, and
    the program's files; VmHWM would count both.
    """
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def workers_of(pid):
    """Parallel workers of a backend: the postmaster's children that say so."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            parent = stat.read().rpartition(")")[2].split()[1]
        with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as children:
            candidates = children.read().split()
    except OSError:
        return []
    found = []
    for child in candidates:
        try:
            with open(f"/proc/{child}/cmdline", encoding="utf-8", errors="replace") as command:
                if f"parallel worker for PID {pid}" in command.read():
                    found.append(child)
        except OSError:
            pass
    return found


class MemoryWatch:
    """
    Peak of a process and its parallel workers while the body runs, looked at
    every 2 ms: `before` and `peak`, in bytes, None where they cannot be read.
    """

    def __init__(self, pid):
        self.pid = pid
        self.before = self.peak = anonymous(pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _look(self):
        now = anonymous(self.pid)
        if now is not None:
            now += sum(anonymous(worker) or 0 for worker in workers_of(self.pid))
            self.peak = max(self.peak or 0, now)

    def _watch(self):
        while not self._stop.wait(0.002):
            self._look()

    def __enter__(self):
        if self.before is not None:
            self._thread.start()
        return self

    def __exit__(self, *error):
        self._stop.set()
        if self.before is not None:
            self._thread.join()
            self._look()

    @property
    def grown(self):
        return None if self.before is None else self.peak - self.before


# ----------------------------------------------------------------------
# Contenders
# ----------------------------------------------------------------------

def no_answer(_rows):
    return {}


@dataclasses.dataclass
class Contender:
    """
    One way to the answer.  `action` is a statement, or a function that takes
    the session and returns rows; `answer` makes of the rows a dictionary
    kind → {name: number}, to be compared where others have the same kind.
    """
    label: str
    action: object
    settings: dict = dataclasses.field(default_factory=dict)
    answer: object = no_answer
    at_client: bool = False     # the work is done in this process, not in the backend


class Lane:
    """A contender in its session, and what was measured of it."""

    def __init__(self, contender):
        self.contender, self.label = contender, contender.label
        self.times, self.refused = [], None
        self.memory = self.rows = None
        self.inner, self.elapsed = 1, math.inf
        self.session = Session(**contender.settings)

    def run(self):
        action = self.contender.action
        return self.session.rows(action) if isinstance(action, str) else action(self.session)

    def warm_up(self):
        """The untimed run.  That a limit is passed is a result as well: `refused`."""
        start = time.perf_counter()
        try:
            with MemoryWatch(os.getpid() if self.contender.at_client else self.session.pid) as memory:
                self.rows = self.run()
        except psycopg2.errors.ProgramLimitExceeded:
            self.refused = "refused"
        except psycopg2.errors.QueryCanceled:
            self.refused = "over " + SETTINGS["statement_timeout"]
        self.memory, self.elapsed = memory.peak, time.perf_counter() - start

    def find_inner(self):
        """A statement that is cheap once it is warm is repeated within a timing."""
        self.time_once()
        elapsed = self.times.pop()
        if elapsed < CHEAP:
            self.inner = math.ceil(ENOUGH / elapsed)

    def time_once(self):
        start = time.perf_counter()
        for _ in range(self.inner):
            self.run()
        self.times.append((time.perf_counter() - start) / self.inner)

    @property
    def median(self):
        return statistics.median(self.times) if self.times else None


class Disagreement(Exception):
    """Two contenders gave different answers."""


def compare_answers(first, first_label, second, second_label):
    """Of the kinds of answer that both have; NULL and NaN are no number."""
    for kind in first.keys() & second.keys():
        ours, theirs = first[kind], second[kind]
        if ours.keys() != theirs.keys():
            raise Disagreement(f"{first_label} and {second_label} have other rows: {kind}")
        for name, value in ours.items():
            a, b = (math.nan if x is None else x for x in (value, theirs[name]))
            if math.isnan(a) and math.isnan(b):
                continue
            if not abs(a - b) <= TOLERANCE * max(1, abs(a)):
                raise Disagreement(
                    f"{kind} of {name}: {a!r} by {first_label}, {b!r} by {second_label}")


def compare(contenders, budget=150):
    """
    Runs them as said above, in 5 rounds, or 9 if a round takes but seconds; the
    first is ours, the answers of the others are compared with its.  Once timed
    runs have taken longer than `budget` seconds no further round begins: the
    table says how many there were.
    """
    lanes = [Lane(contender) for contender in contenders]
    try:
        for lane in lanes:
            lane.warm_up()
        able = [lane for lane in lanes if lane.refused is None]
        answers = [(lane.contender.answer(lane.rows), lane.label) for lane in able]
        for other in answers[1:]:
            compare_answers(*answers[0], *other)
        for lane in able:
            if lane.elapsed < 1:
                lane.find_inner()
        runs = 5 if sum(lane.elapsed for lane in able) > 5 else 9
        begun = time.perf_counter()
        for turn in range(runs):
            if turn and time.perf_counter() - begun > budget:
                break
            for lane in able if turn % 2 == 0 else reversed(able):
                lane.time_once()
    finally:
        for lane in lanes:
            lane.session.close()
    return lanes


def ratios(ours, theirs):
    """Round by round; empty where one was refused."""
    return [a / b for a, b in zip(ours.times, theirs.times)]
