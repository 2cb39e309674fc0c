"""What was measured, as one table.

A row compares ours with one contender, or states one measured number of ours.
"""
import dataclasses
import os
import statistics

import measure

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"


def seconds(value):
    if value is None:
        return ""
    for unit, factor in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if value * factor >= 1 or unit == "µs":
            return f"{digits(value * factor)} {unit}"
    return ""


def digits(value):
    """Three significant digits, thousands with commas."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}"


def times(ratio):
    return f"{ratio:.{3 if ratio < 0.1 else 2 if ratio < 10 else 0}f}"


def megabytes(value):
    return "-" if value is None else f"{value / 1e6:,.0f}"


@dataclasses.dataclass
class Row:
    name: str
    what: str
    ours: str
    against: str = ""
    ratio: str = ""
    spread: str = ""
    target: str = ""
    memory: str = ""

    def cells(self):
        return [f"`{self.name}`", self.what, self.ours, self.against, self.ratio, self.spread,
                self.target, self.memory]


HEAD = ["benchmark", "what", "safetycorr", "against", "ratio", "spread", "target", "peak memory, MB"]


def judged(target, value, at_least=False):
    """The target beside a number, and whether the number meets it."""
    if target is None:
        return ""
    sign = "≥" if at_least else "≤"
    if value is None:
        return f"{sign} {target:,}"
    met = value >= target if at_least else value <= target
    return f"{sign} {target:,}: " + ("met" if met else "**missed**")


class Report:
    def __init__(self, scale):
        self.scale, self.rows, self.name = scale, [], ""

    def add(self, what, ours, **columns):
        row = Row(self.name, what, ours, **columns)
        self.rows.append(row)
        print("    " + " | ".join(cell for cell in row.cells()[1:] if cell), flush=True)

    def pair(self, what, ours, theirs, target=None):
        """Ours against one contender of the same comparison."""
        memory = f"{megabytes(ours.memory)} / {megabytes(theirs.memory)}"
        if ours.refused or theirs.refused:
            self.add(what, ours.refused or seconds(ours.median),
                     against=f"{theirs.label}: {theirs.refused or seconds(theirs.median)}",
                     target=judged(target, None), memory=memory)
            return
        found = measure.ratios(ours, theirs)
        middle = statistics.median(found)
        few = f" ({len(found)} runs)" if len(found) < 5 else ""
        self.add(what, seconds(ours.median), against=f"{theirs.label}: {seconds(theirs.median)}",
                 ratio=times(middle), spread=f"{times(min(found))} to {times(max(found))}{few}",
                 target=judged(target, middle), memory=memory)

    def number(self, what, value, unit, target=None, at_least=False):
        """A number of ours that is no ratio."""
        self.add(what, "-" if value is None else f"{digits(value)} {unit}",
                 target=judged(target, value, at_least).replace(":", f" {unit}:"))

    def time(self, what, lane, target=None):
        """A time of ours alone; the target is in milliseconds."""
        if lane.refused:
            self.add(what, lane.refused, memory=megabytes(lane.memory))
            return
        goal = judged(target, lane.median * 1e3).replace(":", " ms:")
        self.add(what, seconds(lane.median), target=goal, memory=megabytes(lane.memory))

    def conditions(self, session):
        version = session.value("SHOW server_version").split()[0]
        processor = ""
        try:
            with open("/proc/cpuinfo", encoding="utf-8") as info:
                processor = next((" of " + line.partition(":")[2].strip()
                                  for line in info if line.startswith("model name")), "")
        except OSError:
            pass
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        return (f"PostgreSQL {version}, {cores} cores{processor}, shared_buffers "
                f"{session.value('SHOW shared_buffers')}, scale {self.scale:g}.")

    def markdown(self, session):
        lines = [HEAD, ["---"] * len(HEAD)] + [row.cells() for row in self.rows]
        return "\n".join([self.conditions(session), ""] + ["| " + " | ".join(line) + " |" for line in lines])


def update_readme(path, table):
    """Replaces what stands between the two markers."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN + "\n")
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{path} lacks the lines {BEGIN} and {END}")
    path.write_text(before + begin + "\n" + table + "\n\n" + end + after, encoding="utf-8")
