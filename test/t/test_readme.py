"""The documents say what is true.

Their SQL examples run in order, in one psql session on a new database, from the
top of the source tree; where a block of text follows one, that is what psql
prints.  Those that are marked are run by test_recipes.py, which has more servers,
or are the demo's.
The reference is held against the catalogs, its limits against the
headers.
"""
import math
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# In the order in which somebody follows them: examples use what those before have made.
DOCS = ["README.md", "sql/reading.md", "src/stats/README.md", "sql/README.md", "test/bench/README.md",
        "sql/loading.md", "sql/recipes.md", "sql/servers.md", "src/dashboards/README.md", "test/README.md",
        "src/README.md", "test/data/README.md"]
TEXTS = {doc: (ROOT / doc).read_text(encoding="utf-8") for doc in DOCS}
TEXT = "".join(TEXTS.values())
REFERENCE = TEXTS["sql/README.md"]
FRONT_PAGE = TEXTS["README.md"]
READING = TEXTS["sql/reading.md"]
DEMO = (ROOT / "test/demo.sql").read_text(encoding="utf-8")

# Functions that PostgreSQL calls, not people.
SUPPORT = re.compile(r"_(in|out|recv|send|accum|support|inv|combine|final|eq|ne|lt|le|gt|ge|cmp|hash|hash_extended)$")


class Block:
    """A fenced block: its language, its text, the document and line of its first fence, where it runs."""

    def __init__(self, match):
        self.language, self.text, self.where = match["language"], match["text"], match["where"]
        self.start, self.end = match.span()
        before, self.line = TEXT[:match.start("language")], 0
        for doc, text in TEXTS.items():
            self.doc = doc
            if len(before) < len(text):
                break
            before = before[len(text):]
        self.line = f"{self.doc}:{before.count(chr(10)) + 1}"
        self.output = None  # the text block that follows, if any


def read_blocks():
    fence = re.compile(r"^(?:<!-- run by test_\w+\.py: (?P<where>.*?) -->\n)?"
                       r"```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
    blocks = [Block(match) for match in fence.finditer(TEXT)]
    for block, following in zip(blocks, blocks[1:]):
        if following.language == "text" and not TEXT[block.end:following.start].strip():
            block.output = following
    return blocks


BLOCKS = read_blocks()
EXAMPLES = [block for block in BLOCKS if block.language == "sql" and not block.where]


def psql(database, script, *options):
    """What psql prints in English, errors in their place among the rest."""
    return subprocess.run(
        ["psql", "-X", "-d", database, *options], input=script, cwd=ROOT, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        env={**os.environ, "LC_ALL": "C", "PGCLIENTENCODING": "UTF8"}).stdout


def without_trailing_blanks(text):
    """psql pads its headers; the documents, as every text here, has no such blanks."""
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))


def rounded(text):
    """
    The same text with numbers of more than 12 digits rounded to 12, which is
    what other machines promise, and with the widths that come from them undone.
    """
    text = re.sub(r"-?\d+\.\d{11,}(e[-+]\d+)?",
                  lambda number: f"{float(number[0]):.12g}", text)
    return re.sub(r"-{2,}", "-", re.sub(r" +", " ", text))


def is_same_output(shown, printed):
    shown, printed = without_trailing_blanks(shown), without_trailing_blanks(printed)
    return shown == printed or rounded(shown) == rounded(printed)


@pytest.fixture(scope="module")
def new_database(db):
    """Makes empty databases, dropped in the end."""
    names = []

    def make(suffix):
        names.append(f"{db.name}_{suffix}")
        db.rows(f'DROP DATABASE IF EXISTS "{names[-1]}" WITH (FORCE)')
        db.rows(f'CREATE DATABASE "{names[-1]}"')
        return names[-1]

    yield make
    for name in names:
        db.rows(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def printed(new_database):
    """What each example prints, by its place in the documents."""
    script = "".join(f"\\echo <<{block.line}>>\n{block.text}" for block in EXAMPLES)
    parts = re.split(r"^<<(\S+)>>\n", psql(new_database("examples"), script), flags=re.M)
    assert parts[0] == ""
    return {line: text for line, text in zip(parts[1::2], parts[2::2])}


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.line)
def test_example(block, printed):
    output = printed[block.line]
    if block.output is None:
        assert not re.search(r"^(ERROR|WARNING|NOTICE|FATAL|invalid)\b|^\\", output, re.M), output
    elif not is_same_output(block.output.text, output):
        assert without_trailing_blanks(block.output.text) == without_trailing_blanks(output)


def test_every_output_has_its_example():
    followers = [block.output for block in BLOCKS if block.language == "sql" and block.output]
    strays = [block for block in BLOCKS if block.language == "text" and block not in followers]
    assert [block.line for block in strays] == []


def test_a_difference_is_seen():
    """The comparison forgives blanks and a 13th digit, nothing else."""
    assert is_same_output(" a \n---\n 0.1234567890123 \n", " a\n---\n 0.1234567890122\n\n")
    assert not is_same_output("0.1234567890123", "0.1234567891123")
    assert not is_same_output("0.97", "0.96")
    assert not is_same_output("(1 row)", "(2 rows)")


@pytest.fixture(scope="module")
def demo(new_database):
    """What "make demo" prints."""
    return psql(new_database("demo"), "", "-v", "ON_ERROR_STOP=1", "-f", "test/demo.sql")


def tables_of(output):
    """The tables that psql has printed, rows as dicts."""
    found = []
    for header, rows in re.findall(r"^( .+)\n-[-+]+\n((?: .*\n)+)", output, re.M):
        names, *values = [[cell.strip() for cell in line.split("|")] for line in [header, *rows.splitlines()]]
        found.append([dict(zip(names, row, strict=True)) for row in values])
    return found


def test_front_page_begins_as_the_demo(demo):
    """The answer at a glance is the demo's first query with what it prints."""
    shown, = [block for block in BLOCKS if block.where == "demo"]
    assert shown.doc == "README.md" and shown.text in DEMO
    first = re.search(r"^ .*?(?=\n\n)", demo, re.M | re.S)[0]
    assert without_trailing_blanks(shown.output.text) == without_trailing_blanks(first)


def test_front_page_makes_what_the_demo_asks():
    """By the same statements."""
    setup, = [block.text for block in EXAMPLES if "CREATE VIEW safety_evaluation" in block.text]
    statements = re.findall(r"^(?:CREATE (?:TABLE|VIEW)|\\copy) .*?(?=\n\n|\n\\)", setup, re.M | re.S)
    assert len(statements) == 3
    assert [statement for statement in statements if statement not in DEMO] == []


def test_demo_says_what_its_tables_show(demo):
    """Every verdict has a row; the two kinds have opposite signs, and their intervals hold 0."""
    glance, notes, kinds = tables_of(demo)
    assert {row["verdict"] for row in glance} == {"entangled", "inverse", "low", "positive", "negative", "unresolved"}
    assert {row["n"] for row in glance} == {"53"} and len(glance) == 7
    assert len({row["benchmark"] for row in notes}) == 3
    assert [row["models"] for row in kinds] == ["base", "chat"]
    assert len({float(row["corr"]) > 0 for row in kinds}) == 2
    for row in kinds:
        low, high = map(float, row["interval"].split(" to "))
        assert low < 0 < high


# ---------------------------------------------------------------------------
# The reference against the catalogs
# ---------------------------------------------------------------------------

SHORT_TYPES = {
    "double precision": "float8", "boolean": "bool", "integer": "int4", "bigint": "int8",
    "timestamp with time zone": "timestamptz"}

MEMBERS = """
    FROM pg_extension AS e
        JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass
            AND d.refobjid = e.oid AND d.deptype = 'e'
    WHERE e.extname = 'safetycorr' AND d.classid = '{}'::regclass"""


def short(text):
    """A list of arguments or columns as the reference writes it."""
    for name, alias in SHORT_TYPES.items():
        text = re.sub(rf"\b{name}\b", alias, text)
    return re.sub(r"::(text|jsonb|float8|int4|principal_component)(\[\])?", "", text)


def functions(db):
    return [(name, short(arguments), short(result)) for name, arguments, result in db.rows(
        """SELECT p.proname, replace(pg_get_function_arguments(p.oid), '"', ''), pg_get_function_result(p.oid)
        FROM pg_proc AS p WHERE p.oid IN (SELECT d.objid """ + MEMBERS.format("pg_proc") + ")")]


def entry(name):
    """What stands under the heading of a function or type."""
    heading = f"\n### `{name}`\n"
    assert REFERENCE.count(heading) == 1, name
    return re.split(r"^#{1,3} ", REFERENCE[REFERENCE.index(heading) + len(heading):], maxsplit=1, flags=re.M)[0]


def table_rows(first, text):
    """The first cells of table rows that match, and the other cells."""
    return [(match[1], [cell.strip() for cell in match[2].split(" | ")])
            for match in re.finditer(rf"^\| {first} \| (.*) \|$", text, re.M)]


def test_reference_has_every_function_with_its_arguments(db):
    """Under its own heading, with what it returns."""
    missing = [f"{name}({arguments}) RETURNS {result}" for name, arguments, result in functions(db)
               if not SUPPORT.search(name)
               and f"{name}({arguments}) RETURNS {result}" not in re.sub(r"\s+", " ", entry(name))]
    assert missing == []


def test_reference_has_every_argument(db):
    """In a table row, with its default if it has one; a link where options are explained."""
    lost = []
    for name, arguments, _ in functions(db):
        if SUPPORT.search(name) or not re.match(r"\w+ ", arguments):  # rollup's have no names
            continue
        rows = {(argument, cells[0] if len(cells) == 2 else "")
                for argument, cells in table_rows(r"\[?`(\w+)`(?:\]\(#options\))?", entry(name))}
        wanted = re.findall(r"(\w+) [^ ,]+(?: DEFAULT ('[^']*'|[^,]+))?(?:, |$)", arguments)
        assert len(wanted) == len(re.findall(r", |$", arguments))
        lost += [f"{name}: {argument}" for argument, default in wanted
                 if (argument, f"`{default}`" if default else "") not in rows]
    assert lost == []


def test_reference_has_every_result_column(db):
    """Under the heading of a function every column of its rows, and those of a correlation_test under its own."""
    columns = {}
    for row_type, name, kind in db.rows(
            """SELECT a.attrelid::regclass::text, a.attname, format_type(a.atttypid, a.atttypmod)
            FROM pg_attribute AS a JOIN pg_type AS t ON t.typrelid = a.attrelid WHERE t.oid IN (SELECT d.objid """
            + MEMBERS.format("pg_type") + ") ORDER BY a.attrelid, a.attnum"):
        columns.setdefault(row_type, []).append((name, short(kind)))
    described = {name: result.removeprefix("SETOF ") for name, _, result in functions(db) if result.startswith("SETOF")}
    assert len(described) > 14
    described["correlation_test"] = "correlation_test"
    assert set(described.values()) == set(columns)
    for name, row_type in described.items():
        table = entry(name).partition("| column | type |")[2].partition("\n\n")[0]
        assert [(column, cells[0]) for column, cells in table_rows(r"`(\w+)`", table)] == columns[row_type], name
        assert all(len(cells) == 2 and cells[1] for _, cells in table_rows(r"`(\w+)`", table)), name


def test_reference_has_an_index(db):
    """Of every function, above the first section."""
    index = REFERENCE[:REFERENCE.index("\n## ")]
    names = {name for name, _, _ in functions(db) if not SUPPORT.search(name)}
    assert names == set(re.findall(r"\[`(\w+)`\]\(#\1\)", index)) - {"correlation_test"}


def test_reference_has_every_type_and_its_support(db):
    types = [name for name, in db.rows(  # not the array types, which are members from 17 on
        "SELECT d.objid::regtype::text " + MEMBERS.format("pg_type") +
        " AND NOT EXISTS (SELECT FROM pg_type AS t WHERE t.typarray = d.objid)")]
    assert len(types) == 26
    types = [name for name in types if not name.endswith("_row")]
    assert [name for name in types if f"| `{name}` |" not in REFERENCE] == []
    kinds = {SUPPORT.search(name)[1] for name, _, _ in functions(db) if SUPPORT.search(name)}
    assert [kind for kind in kinds if f"`…_{kind}`" not in REFERENCE] == []


def test_reference_names_every_function(db):
    """Those too that nobody calls: who meets one in an error or a plan finds it."""
    names = {name for name, _, _ in functions(db)}
    assert len(names) > 100
    assert [name for name in sorted(names) if f"`{name}`" not in REFERENCE] == []


def verdicts(database, query):
    """What benchmark has which verdict, after the examples of the front page and those of reading it."""
    setup = "".join(block.text for block in EXAMPLES if block.doc in ("README.md", "sql/reading.md"))
    lines = psql(database, f"{setup}\\echo <<verdicts>>\n{query};\n", "-q", "-A", "-t").split("<<verdicts>>\n")[1]
    return dict(line.split("|") for line in lines.splitlines())


def test_what_families_change(new_database, demo):
    """The verdicts that would be others if models of a family were independent."""
    shown = {row["benchmark"]: row["verdict"] for row in tables_of(demo)[0]}
    found = verdicts(new_database("families"),
                     "SELECT benchmark, verdict FROM capabilities_correlations((TABLE paper))")
    assert {name: found[name] for name, verdict in shown.items() if found[name] != verdict} == {"GCG": "negative"}
    assert shown["GCG"] == "unresolved"
    assert "Above, GCG would be *negative* without them" in re.sub(r"\s+", " ", FRONT_PAGE)
    assert found["CrowS-Pairs English"] == "low" and "Taken as independent, CrowS-Pairs would be *low*." in READING


def test_reference_has_every_cast(db):
    casts = db.rows(
        """SELECT c.castsource::regtype::text, c.casttarget::regtype::text FROM pg_cast AS c
        WHERE c.oid IN (SELECT d.objid """ + MEMBERS.format("pg_cast") + ")")
    assert len(casts) == 4
    assert [cast for cast in casts if "`{}::{}`".format(*cast) not in REFERENCE] == []


# ---------------------------------------------------------------------------
# Words and numbers against the source
# ---------------------------------------------------------------------------

def source(pattern):
    return "\n".join(path.read_text(encoding="utf-8")
                     for path in sorted((ROOT / "src").glob(pattern)))


def test_every_status_word_is_explained():
    words = set(re.findall(r'#define SC_STATUS_\w+ "([^"]+)"', source("functions/*/*.h")))
    code = source("functions/*/*.c")
    words.update(re.findall(r'\breturn "([^"]+)";', code))
    words.update(re.findall(r'"(constant [^"]+)"', code))
    assert {"ok", "incomplete", "too few models", "constant reference", "covariate"} <= words
    section = REFERENCE[REFERENCE.index("## Status words"):REFERENCE.index("## Rules")]
    assert [word for word in sorted(words) if f"`{word}`" not in section] == []


def test_every_verdict_is_explained():
    words = re.findall(r'"([a-z]+)"', source("stats/correlation/verdict.c"))
    assert {"entangled", "tied", "unresolved"} <= set(words) and len(words) == 7
    section = READING[READING.index("## Interval and verdict"):READING.index("## Notes, and")] + \
        REFERENCE[REFERENCE.index("**A later component.**"):REFERENCE.index("### `benchmark_correlations`")]
    assert [word for word in words if f"`{word}`" not in section] == []
    section = FRONT_PAGE[FRONT_PAGE.index("## How to read the answer"):FRONT_PAGE.index("## What makes it different")]
    assert [word for word in words if f"`{word}`" not in section] == ["tied"]  # that of later components


def test_every_limit_is_quoted_as_it_is():
    defined = {name: float(value) for name, value in re.findall(
        r"^#define (SC_(?:MAX|MIN|VERDICT)_\w+|SC_EXACT_(?:UN)?TIED|SC_\w+_TOLERANCE|SC_DEFAULT_CONFIDENCE)[ \t]+"
        r"(?:\(\(size_t\) )?([\d.e+-]+)", source("*/*/*.h"), re.M)}
    quoted = {name: float(value.replace(",", "")) for value, name in re.findall(
        r"\| ([\d,.e+-]+) \| `(SC_\w+)` \|", REFERENCE)}
    assert len(defined) > 5
    assert quoted == defined


def test_what_few_models_can_show():
    """The table of the smallest correlations, from the formula of the interval."""
    def low(corr, n):
        return math.tanh(math.atanh(corr) - 1.959964 * math.sqrt((1 + corr**2 / 2) / (n - 3)))

    models, *rows = [re.search(rf"^\| {first} \| (.*) \|$", TEXT, re.M)[1].split(" | ")
                     for first in ("models", "interval above 0", "interval above 0.4")]
    assert len(models) > 4
    for threshold, row in zip((0, 0.4), rows):
        for n, corr in zip(models, map(float, row), strict=True):
            assert low(corr + 0.005, int(n)) > threshold > low(corr - 0.005, int(n)), (n, corr)


def prose(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


@pytest.mark.parametrize("doc", DOCS)
def test_prose_is_narrow(doc):
    """So that a terminal, a diff and two windows side by side show it; tables and pictures are as wide as they are."""
    wide = [line for line in prose(TEXTS[doc]).splitlines() if len(line) > 120 and not line.startswith(("|", "!["))]
    assert wide == []


def anchors(text):
    """Headings are linked as GitHub names them."""
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"^#+ (.+)$", prose(text), re.M)}


@pytest.mark.parametrize("doc", DOCS)
def test_links_lead_somewhere(doc):
    """From where the document lies; to headings that are there."""
    targets = re.findall(r"\]\((?!https?:)([^)]+)\)", prose(TEXTS[doc]))
    lost = []
    for target in targets:
        path, _, anchor = target.partition("#")
        file = (ROOT / doc).parent / path if path else ROOT / doc
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            lost.append(target)
    assert lost == []


def test_every_document_is_linked_from_the_front_door():
    linked = re.findall(r"\]\(([^)#:]+\.md)", FRONT_PAGE)
    assert [doc for doc in DOCS[1:] if doc not in linked] == []


def test_front_page_quotes_what_was_measured():
    """The shares that it names are those of the tables elsewhere."""
    words = re.sub(r"\s+", " ", FRONT_PAGE)
    times = TEXTS["test/bench/README.md"]
    ratios = re.findall(r"^\| `items-\w+` \| 20,000,000 .*\| GROUP BY, avg: [^|]+ \| ([\d.]+) \|", times, re.M)
    assert len(ratios) == 5 and f"take {min(ratios)} to {max(ratios)} of the time of `GROUP BY`" in words
    merging, = re.findall(r"^\| `rollup` \| a day of .* merged into [^|]+\|[^|]+\|[^|]+\| ([\d.]+) \|", times, re.M)
    assert f"Merging a day in takes {float(merging):.2f} of reading all rows again" in words

    section = TEXTS["src/stats/README.md"].partition("## How good the intervals are")[2].partition("\n##")[0]
    first_table = section.partition("These are")[0]
    covered = [float(x) for x in re.findall(r"^\| \d+ \| [\d.]+ \| ([\d.]+) \|", first_table, re.M)]
    assert len(covered) == 24
    assert f"95 % intervals cover {min(covered):.0f} to {max(covered):.0f} % (normal scores, 8 to 200" in words
    formula, jackknife = zip(*re.findall(r"^\| 0\.7 \| [\d.]+ \| ([\d.]+) \| [\d.]+ \| ([\d.]+) \|", section, re.M))
    assert len(formula) == 3
    assert (f"70 % of the variance, intervals that take them as independent cover {float(min(formula)):.0f} to "
            f"{float(max(formula)):.0f} %, those of the jackknife over families {float(min(jackknife)):.0f} to "
            f"{float(max(jackknife)):.0f} %") in words


def test_front_door_is_short():
    assert FRONT_PAGE.count("\n") <= 195
