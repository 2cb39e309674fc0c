"""safetycorr-load: the program itself, on folders that it must get through whatever is in them."""
import gzip
import io
import json
import os
import pathlib
import pty
import random
import re
import resource
import shutil
import signal
import subprocess
import time
import zipfile
import zlib

import psycopg2
import pytest

import conftest

PROGRAM = shutil.which("safetycorr-load")
MIB = 1 << 20


def lm_eval(model, benchmark="mmlu", score=0.5, **more):
    """A small log of lm-evaluation-harness."""
    return json.dumps({"results": {benchmark: {"alias": benchmark, "acc,none": score, "acc_stderr,none": 0.01}},
                       "versions": {benchmark: 1}, "n-samples": {benchmark: {"original": 100, "effective": 100}},
                       "config": {"model": "hf", "model_args": f"pretrained={model}"}, **more}).encode()


def item(number, model="org/items", **more):
    """A line of Every Eval Ever."""
    return json.dumps({"model_id": model, "evaluation_name": "items", "sample_id": str(number),
                       "evaluation": {"score": number % 2}, **more}).encode() + b"\n"


def zipped(name, content, method=zipfile.ZIP_DEFLATED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        archive.writestr("samples/1_epoch_1.json", "{}" * 1000)
        archive.writestr(name, content)
    return data.getvalue()


class Loader:
    """The program with a schema of its own, and what it has left in there."""

    def __init__(self, db, schema):
        self.db, self.schema = db, schema
        self.quoted = '"' + schema.replace('"', '""') + '"'

    def command(self, *arguments):
        return [PROGRAM, "-d", self.db.name, "--schema", self.schema, *map(os.fspath, arguments)]

    def start(self, *arguments, **options):
        return subprocess.Popen(self.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def run(self, *arguments, status=0, **options):
        """Its counts by word, and all that it has said."""
        run = subprocess.run(self.command(*arguments), capture_output=True, timeout=120, check=False, **options)
        said = run.stdout.decode() + run.stderr.decode()
        assert run.returncode == status, said
        counts = {word: int(n) for n, word in re.findall(r"(\d+) (files seen|loaded|replaced|known|rejected)", said.split("\n")[0])}
        passed = re.search(r"passed over: (\d+)", said)
        return {**counts, "passed over": int(passed[1]) if passed else None}, said

    def rows(self, sql):
        return self.db.rows(sql.replace("{}", self.quoted))

    def reasons(self):
        """Reason by the file's name without its folder."""
        return {file.rsplit("/", 1)[1]: reason for file, reason in self.rows("SELECT file, reason FROM {}.logs") if reason}

    def count(self):
        return self.rows("SELECT count(*) FROM {}.logs WHERE hash IS NOT NULL AND reason IS NULL")[0][0]

    def slow_down(self):
        """From now on a log whose name has "slow" in it takes 30 s to load, one with "refused" is an error."""
        self.rows("""CREATE FUNCTION {}.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF new.reason IS NULL AND new.file ~ 'slow' THEN PERFORM pg_sleep(30); END IF;
            IF new.reason IS NULL AND new.file ~ 'refused' THEN RAISE 'refused by a trigger'; END IF;
            RETURN new; END $$""")
        self.rows("CREATE TRIGGER slow BEFORE INSERT ON {}.logs FOR EACH ROW EXECUTE FUNCTION {}.slow()")


@pytest.fixture(scope="module")
def database(db):
    if PROGRAM is None:
        pytest.fail("safetycorr-load is not on PATH: these tests run in test/cluster")
    return db


@pytest.fixture
def loader(database, request):
    made = []

    def make(schema=None):
        made.append(Loader(database, schema or request.node.name[:60]))
        return made[-1]

    yield make
    for each in made:
        each.rows("DROP SCHEMA IF EXISTS {} CASCADE")


@pytest.fixture
def folder(tmp_path):
    """A folder that is written by name: bytes or text, folders made on the way."""
    def write(name, content):
        path = os.path.join(os.fsencode(tmp_path / "logs"), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    write.path = tmp_path / "logs"
    write.path.mkdir()
    return write


# ---------------------------------------------------------------------
# What is taken
# ---------------------------------------------------------------------

def test_every_kind_of_file(loader, folder):
    folder("a/results.json", lm_eval("org/a"))
    folder("b/c/d/results.json.gz", gzip.compress(lm_eval("org/b")[:50]) + gzip.compress(lm_eval("org/b")[50:]))
    folder("items.jsonl", item(1) + item(2))
    folder("items.jsonl.gz", gzip.compress(item(1, "org/zipped") + item(2)))
    folder("deflated.eval", zipped("header.json", lm_eval("org/deflated")))
    folder("stored.EVAL", zipped("header.json", lm_eval("org/stored"), zipfile.ZIP_STORED))
    folder("wide.csv", "model,mmlu\norg/csv,0.5\n")
    for name in ("notes.md", "log.json.bak", ".json", "results.yaml", "a/results.jsonx"):
        folder(name, "nothing")
    load = loader()
    counts, said = load.run(folder.path)
    assert counts == {"files seen": 7, "loaded": 7, "replaced": 0, "known": 0, "rejected": 0, "passed over": 5}, said
    assert load.count() == 7
    # the statement to type, or what has to be said before
    assert "SELECT * FROM capabilities_correlations((SELECT m FROM test_every_kind_of_file.evaluation));" in said


def test_a_file_is_taken_whatever_its_name(loader, folder):
    path = folder("-log\n of 'today\".txt", lm_eval("org/a"))
    link = os.path.join(os.path.dirname(path), b"link")
    os.symlink(path, link)
    load = loader()
    assert load.run(path)[0]["loaded"] == 1
    assert load.run(link)[0]["known"] == 1
    # behind -- also one that looks like an option, relative to here
    assert load.run("--", "-log\n of 'today\".txt", cwd=folder.path)[0]["known"] == 1
    assert load.rows("SELECT file FROM {}.logs") == [(os.fsdecode(path),)]


def test_hostile_names(loader, folder):
    names = [b"new\nline.json", b"quote's \"and\".json", b"-rf.json", b"bad \xff\xc3 utf.json", b"$(touch x); `y`.json",
             b"back\\slash \\x41.json", b"a\xed\xa0\x80.json", "ünï 中.json".encode(), b"%s%n.json", b"\x1b[31mred.json", b" .json",
             b"folder \xfe\n/inner.json"]
    for i, name in enumerate(names):
        folder(name, lm_eval(f"org/{i}"))
    load = loader()
    counts, said = load.run(folder.path)
    assert counts["loaded"] == len(names), said
    found = {file[len(str(folder.path)) + 1:] for file, in load.rows("SELECT file FROM {}.logs")}
    assert found == {"new\nline.json", "quote's \"and\".json", "-rf.json", "bad \\xff\\xc3 utf.json", "$(touch x); `y`.json",
                     "back\\slash \\x5cx41.json", "a\\xed\\xa0\\x80.json", "ünï 中.json", "%s%n.json", "\x1b[31mred.json", " .json",
                     "folder \\xfe\n/inner.json"}
    # what is printed moves no cursor
    folder(b"\x1b[31m bad\n.json", "{")
    _, said = load.run(folder.path)
    assert "\\x1b[31m bad\\x0a.json" in said and "\x1b" not in said


def test_helm_is_two_files_in_one(loader, folder):
    spec = json.dumps({"name": "mmlu:subject=anatomy,model=org_m", "adapter_spec": {"model": "org/m"}})
    stats = json.dumps([{"name": {"name": "exact_match", "split": "test"}, "count": 1, "sum": 0.5, "mean": 0.5}])
    for run in ("one", "two"):
        folder(f"{run}/run_spec.json", "\ufeff" + spec if run == "two" else spec)
        folder(f"{run}/stats.json", stats if run == "one" else stats.replace("0.5", "0.25"))
        for other in ("scenario", "scenario_state", "per_instance_stats", "instances", "display_predictions"):
            folder(f"{run}/{other}.json", "[]")
    folder("without/run_spec.json", spec)
    load = loader()
    counts, said = load.run(folder.path)
    assert (counts["files seen"], counts["loaded"], counts["passed over"]) == (2, 2, 13), said
    assert {os.path.relpath(row[0], folder.path) for row in load.rows("SELECT file FROM {}.logs")} == {"one/stats.json", "two/stats.json"}
    assert loader("helm_by_name").run(folder.path / "one/stats.json")[0]["files seen"] == 1


def test_folders(loader, folder, tmp_path):
    """Of any depth, with the names of files, in loops of links, more than once."""
    folder("x.json/y.eval/a.json", lm_eval("org/a"))
    deep = "/".join(["deep " * 20] * 60)  # a path longer than the system opens in one go
    here = os.getcwd()
    os.chdir(folder.path)
    try:
        for part in deep.split("/"):
            os.mkdir(part)
            os.chdir(part)
        pathlib.Path("deep.json").write_bytes(lm_eval("org/deep"))
    finally:
        os.chdir(here)
    os.symlink(".", folder.path / "loop")
    os.symlink("../..", folder.path / "x.json/up")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/b.json").write_bytes(lm_eval("org/b"))
    for i in range(3):
        os.symlink(tmp_path / "elsewhere", folder.path / f"link{i}")
    os.symlink(tmp_path / "elsewhere/b.json", folder.path / "link.json")
    os.symlink("nowhere", folder.path / "broken.json")
    os.mkfifo(folder.path / "pipe.json")
    load = loader()
    counts, said = load.run(folder.path, folder.path / "x.json", folder.path)
    # the deep one is found, and its name is too long for the server
    assert counts == {"files seen": 6, "loaded": 2, "replaced": 0, "known": 1, "rejected": 3, "passed over": 0}, said
    assert re.search(r" 1  the server refused it \(name of a file is longer than N bytes\)\n +\.\.\.\S.{,250}deep.json\n", said), said
    assert load.reasons() == {"broken.json": "could not be read (No such file or directory)", "pipe.json": "not a file"}
    shutil.rmtree(folder.path)


# ---------------------------------------------------------------------
# What is wrong with a file
# ---------------------------------------------------------------------

def with_method(data, method):
    """The zip file's directory says that its members are compressed by that method."""
    data = bytearray(data)
    for at in [match.start() for match in re.finditer(b"PK\1\2", data)]:
        data[at + 10] = method
    return bytes(data)


def test_bad_files_stop_nothing(loader, folder):
    good = lm_eval("org/good")
    packed = gzip.compress(good)
    archive = zipped("header.json", good)
    at = archive.index(b"header.json") + 20
    folder("a cut.json.gz", packed[:-9])
    folder("b flipped.json.gz", packed[:30] + bytes([packed[30] ^ 255]) + packed[31:])
    folder("c checksum.json.gz", packed[:-6] + b"xx" + packed[-4:])
    folder("d behind.json.gz", packed + b"something")
    folder("e cut.eval", archive[:-30])
    folder("f.eval", "{}")
    folder("g running.eval", zipped("_journal/start.json", "{}"))
    folder("h method.eval", with_method(archive, 99))
    folder("i data.eval", archive[:at] + bytes([archive[at] ^ 255]) + archive[at + 1:])
    folder("j empty.json", b"")
    folder("k empty.json.gz", gzip.compress(b""))
    folder("l cut.json", good[:-10])
    folder("m list.json", "[1, 2]")
    folder("n none.json", "{}")
    folder("o bytes.json", bytes(range(256)))
    folder("p lines.jsonl", item(1) + b"{\n")
    folder("z good.json", good)
    load = loader()
    counts, said = load.run(folder.path)
    assert counts["files seen"] == 17 and counts["loaded"] == 1 and counts["rejected"] == 16, said
    reasons = load.reasons()
    assert {name: reasons[name] for name in sorted(reasons)[:9]} == {
        **dict.fromkeys(["a cut.json.gz", "b flipped.json.gz", "c checksum.json.gz", "d behind.json.gz"], "gzip could not unpack it"),
        "e cut.eval": "not a zip file, or one that ends too early",
        "f.eval": "not a zip file, or one that ends too early",
        "g running.eval": "the log is not finished (no header.json in it)",
        "h method.eval": "header.json in the zip file is compressed in a way that is unknown here; "
                         "load what inspect log dump --header-only FILE prints",
        "i data.eval": "gzip could not unpack it"}
    # listed by kind, with a name
    assert re.search(r"^ +5  gzip could not unpack it\n +\S.*a cut\.json\.gz\n +\.\.\.$", said, re.M), said
    # once more: the bad ones are tried again, and are still bad
    counts, said = load.run(folder.path)
    assert (counts["known"], counts["rejected"]) == (1, 16), said


def zstd_archive(frame, content):
    """A zip file as Inspect writes it since April 2026, which Python's module does not."""
    data = bytearray(zipped("header.json", frame, zipfile.ZIP_STORED))
    entry = data.rindex(b"PK\1\2")
    data[entry + 10:entry + 12] = (93).to_bytes(2, "little")
    data[entry + 16:entry + 20] = zlib.crc32(content).to_bytes(4, "little")
    data[entry + 24:entry + 28] = len(content).to_bytes(4, "little")
    return bytes(data)


def test_zstd(loader, folder, tmp_path):
    zstd = shutil.which("zstd")
    if zstd is None:
        pytest.skip("no program zstd")
    content = lm_eval("org/frame", pad="pad " * 50000)
    frame = subprocess.run([zstd, "-qc"], input=content, capture_output=True, check=True).stdout
    folder("good.eval", zstd_archive(frame, content))
    folder("cut.eval", zstd_archive(frame[:-1], content))
    folder("no frame.eval", zstd_archive(content, content))
    load = loader()
    counts, said = load.run(folder.path)
    assert (counts["loaded"], counts["rejected"]) == (1, 2), said
    assert load.reasons() == {"cut.eval": "zstd could not unpack it", "no frame.eval": "zstd could not unpack it"}


def test_without_the_programs(loader, folder, tmp_path):
    """Where gzip and zstd are not installed the reason says so."""
    folder("a.eval", zstd_archive(b"", b""))
    folder("b.eval", zipped("header.json", lm_eval("org/b")))
    folder("c.json.gz", gzip.compress(lm_eval("org/c")))
    folder("d.json", lm_eval("org/d"))
    load = loader()
    counts, said = load.run(folder.path, env={**os.environ, "PATH": str(tmp_path)})
    assert (counts["loaded"], counts["rejected"]) == (1, 3), said
    assert load.reasons() == {
        "a.eval": "zstd is to be installed, which unpacks it, or load what inspect log dump --header-only FILE prints",
        "b.eval": "gzip is to be installed, which unpacks it", "c.json.gz": "gzip is to be installed, which unpacks it"}


def test_what_unpacks_is_ended(loader, folder, tmp_path):
    """A program that hangs, after Ctrl-C; and options of gzip in the environment are not ours."""
    folder("a.json.gz", gzip.compress(lm_eval("org/a")))
    load = loader()
    assert load.run(folder.path, env={**os.environ, "GZIP": "-1"})[0]["loaded"] == 1
    gzip_of_ours = tmp_path / "gzip"
    gzip_of_ours.write_text(f"#!/bin/sh\necho $$ >{tmp_path}/pid\nexec sleep 60\n", encoding="utf-8")
    gzip_of_ours.chmod(0o755)
    program = load.start(folder.path, env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    deadline = time.monotonic() + 20
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    program.send_signal(signal.SIGINT)
    assert (program.communicate(timeout=5), program.returncode)[1] == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def as_somebody():
    """How a command is run by one whom permissions bind: root is not."""
    if os.getuid() != 0:
        return {}
    return {"user": os.stat(os.environ["PGHOST"]).st_uid}


def test_what_may_not_be_read(loader, folder, tmp_path):
    folder("good.json", lm_eval("org/good"))
    os.chmod(folder("secret.json", lm_eval("org/secret")), 0)
    folder("closed/a.json", lm_eval("org/closed"))
    os.chmod(folder.path / "closed", 0)
    for path in [folder.path, *folder.path.parents][:4]:
        if path.stat().st_uid == os.getuid() and path != pathlib.Path("/tmp"):
            os.chmod(path, 0o755)
    load = loader()
    try:
        counts, said = load.run(folder.path, **as_somebody())
    finally:
        os.chmod(folder.path / "closed", 0o755)
    assert (counts["loaded"], counts["rejected"]) == (1, 2), said
    assert load.reasons() == {"secret.json": "could not be read (Permission denied)",
                              "closed": "folder could not be read (Permission denied)"}
    # mended, it is loaded
    os.chmod(folder.path / "secret.json", 0o644)
    counts, said = load.run(folder.path, folder.path / "missing.json")
    assert (counts["loaded"], counts["known"], counts["rejected"]) == (2, 1, 1), said
    assert re.search(r"1  could not be read \(No such file or directory\)\n +\S*/missing\.json\n", said) and "missing.json" not in load.reasons()


# ---------------------------------------------------------------------
# Again and again
# ---------------------------------------------------------------------

def test_the_same_again(loader, folder):
    for i in range(250):
        folder(f"{i % 7}/{i}.json", lm_eval(f"org/{i}", "mmlu" if i % 2 else "strongreject"))
    folder("items.jsonl", item(1) + item(2))
    load = loader()
    assert load.run(folder.path)[0]["loaded"] == 251
    before = load.rows("SELECT * FROM {}.results ORDER BY 1, 2, 3, 4, 5, 6")
    counts, said = load.run(folder.path)
    assert (counts["loaded"], counts["known"]) == (0, 251), said
    # copied, moved and changed
    shutil.copytree(folder.path / "3", folder.path / "copy")
    os.rename(folder.path / "4", folder.path / "moved")
    assert load.run(folder.path)[0]["loaded"] == 0
    assert load.rows("SELECT * FROM {}.results ORDER BY 1, 2, 3, 4, 5, 6") == before
    folder("1/1.json", lm_eval("org/1", score=0.75))
    counts, said = load.run(folder.path)
    assert (counts["loaded"], counts["replaced"]) == (0, 1), said
    assert load.rows("SELECT score FROM {}.results WHERE file LIKE '%/1/1.json'") == [(0.75,)]
    assert load.rows("SELECT count(*) FROM {}.results") == [(len(before),)]


def test_readers_are_not_waited_for(loader, folder):
    """Somebody reads in a transaction that stays open; the views that are there stay as they are."""
    loaded = loader()
    folder("1.json", lm_eval("org/a"))
    loaded.run(folder.path)
    reader = loaded.db.another()
    reader.connection.autocommit = False
    reader.rows(f"SELECT * FROM {loaded.quoted}.evaluation")
    try:
        folder("2.json", lm_eval("org/b"))
        assert loaded.run(folder.path, env={**os.environ, "PGOPTIONS": "-c lock_timeout=5s"})[0]["loaded"] == 1
    finally:
        reader.connection.close()


def test_two_at_once(loader, folder):
    for i in range(400):
        folder(f"{i % 11}/{i}.json", lm_eval(f"org/{i}") if i % 5 else "{")
    load = loader()
    both = [load.start(folder.path) for _ in range(2)]
    said = [each.communicate(timeout=120) for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    loaded = [int(re.search(rb"(\d+) loaded", out)[1]) for out, _ in said]
    assert sum(loaded) == load.count() == 320, said


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_loses_nothing(loader, folder, number, status):
    load = loader(f"signal_{status}")
    folder("000.json", lm_eval("org/first"))
    load.run(folder.path)
    load.slow_down()
    for i in range(1, 300):
        folder(f"{i:03} slow.json" if i == 250 else f"{i:03}.json", lm_eval(f"org/{i}"))
    program = load.start(folder.path)
    deadline = time.monotonic() + 60
    while load.count() < 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    began = time.monotonic()
    program.send_signal(number)
    out, err = program.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert program.returncode == status, err
    # what it has said it has loaded is there, and a batch that was not through is not
    assert load.count() == 200
    assert re.search(rb"interrupted\n.*: 200 of \d+ files seen so far are loaded and kept", err), err
    assert out == b""
    load.rows("DROP TRIGGER slow ON {}.logs")
    counts, said = load.run(folder.path)
    assert (counts["known"], counts["loaded"]) == (200, 100), said


def test_killed(loader, folder):
    load = loader()
    folder("000.json", lm_eval("org/first"))
    load.run(folder.path)
    load.slow_down()
    for i in range(1, 150):
        folder(f"{i:03} slow.json" if i == 120 else f"{i:03}.json", lm_eval(f"org/{i}"))
    program = load.start(folder.path)
    deadline = time.monotonic() + 60
    while load.count() < 100 and time.monotonic() < deadline:
        time.sleep(0.05)
    program.kill()
    program.communicate()
    # the server notices when it next sends: until then it holds the lock of its batch
    load.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'safetycorr-load'")
    load.rows("DROP TRIGGER slow ON {}.logs")
    counts, said = load.run(folder.path)
    assert (counts["known"], counts["loaded"]) == (100, 50), said


def test_a_server_that_says_no_to_a_file(loader, folder):
    """That one is rejected for it, the others of its batch are loaded."""
    load = loader()
    folder("0.json", lm_eval("org/first"))
    load.run(folder.path)
    load.slow_down()
    for i in range(1, 20):
        folder(f"{i}{' refused' * (i == 9)}.json", lm_eval(f"org/{i}"))
    folder("8 slow.json", lm_eval("org/slow"))
    folder("7 refused.jsonl", item(1, pad="x" * 10000) * 1000)
    # a path that is too long for the index of logs is not recorded
    name = "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=200))
    folder("/".join([name[i:] + name[:i] for i in range(0, 190, 10)]) + "/long.json", lm_eval("org/long"))
    counts, said = load.run(folder.path, env={**os.environ, "PGOPTIONS": "-c statement_timeout=4s"})
    assert (counts["loaded"], counts["rejected"], counts["known"]) == (18, 4, 1), said
    assert re.search(r" 1  the server refused it \(name of a file is longer than N bytes\)\n +\S.*/long.json\n", said), said
    assert load.reasons() == {
        "9 refused.json": "the server refused it (refused by a trigger)",
        "7 refused.jsonl": "the server refused it (refused by a trigger)",
        "8 slow.json": "the server refused it (canceling statement due to statement timeout)"}


def test_a_server_that_goes_away(loader, folder):
    load = loader()
    folder("000.json", lm_eval("org/first"))
    load.run(folder.path)
    load.slow_down()
    for i in range(1, 150):
        folder(f"{i:03} slow.json" if i == 120 else f"{i:03}.json", lm_eval(f"org/{i}"))
    program = load.start(folder.path)
    deadline = time.monotonic() + 60
    while load.count() < 100 and time.monotonic() < deadline:
        time.sleep(0.05)
    load.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'safetycorr-load'")
    _, err = program.communicate(timeout=20)
    assert program.returncode == 1
    assert re.search(rb"could not go on: .*\n.*100 of \d+ files seen so far are loaded and kept", err), err


# ---------------------------------------------------------------------
# Large files
# ---------------------------------------------------------------------

def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (150 * MIB, 150 * MIB))


def test_large_lines_in_little_memory(loader, folder):
    """JSON Lines go in parts; garak's attempts do not go at all."""
    pad = "x" * 20000
    with gzip.open(folder.path / "large.jsonl.gz", "wb", compresslevel=1) as file:
        for i in range(2000):
            file.write(item(i, pad=pad))
    with open(folder.path / "garak.report.jsonl", "wb") as file:
        file.write(b'{"entry_type": "start_run setup", "plugins.model_name": "org/garak"}\n')
        attempt = json.dumps({"entry_type": "attempt", "uuid": "1", "prompt": pad * 10}).encode() + b"\n"
        for i in range(300):
            file.write(attempt)
        file.write(json.dumps({"entry_type": "eval", "probe": "dan.Dan", "detector": "dan.DAN", "passed": 3, "total": 4}).encode())
    load = loader()
    counts, said = load.run(folder.path, preexec_fn=limit_memory, status=0)
    assert counts["files seen"] == 2 and counts["loaded"] >= 1, said
    assert "large.jsonl.gz" not in load.reasons() and "too large" not in said
    counts, said = load.run(folder.path, preexec_fn=limit_memory)
    assert counts["known"] >= 1, said
    # unpacked it is the same; and what the file held before goes
    folder("other.jsonl", item(1, "org/other"))
    assert load.run(folder.path / "other.jsonl")[0]["loaded"] == 1
    (folder.path / "other.jsonl").write_bytes(gzip.decompress((folder.path / "large.jsonl.gz").read_bytes()))
    counts, said = load.run(folder.path / "other.jsonl")
    assert counts["known"] == 1 and load.rows("SELECT count(*) FROM {}.results WHERE model = 'org/other'") == [(0,)], said


def test_large_documents(loader, folder):
    """Whole up to what jsonb holds; what is larger is not read to its end."""
    folder("a 20.json", lm_eval("org/large", pad="x" * (20 * MIB)))
    folder("b.json", b"{")
    os.truncate(folder.path / "b.json", 300 * MIB)
    with open(folder.path / "c.json.gz", "wb") as file:
        file.write(gzip.compress(b"{" + b" " * MIB, 1) + gzip.compress(b" " * MIB, 1) * 300)
    folder("d.jsonl", item(1))
    os.truncate(folder.path / "d.jsonl", 300 * MIB)
    load = loader()
    counts, said = load.run(folder.path)
    assert (counts["loaded"], counts["rejected"]) == (1, 3), said
    assert load.reasons() == {"b.json": "too large: a document may have 256 MiB",
                              "c.json.gz": "too large: a document may have 256 MiB",
                              "d.jsonl": "too large: a line may have 256 MiB"}
    counts, said = load.run(folder.path / "a 20.json")
    assert counts["known"] == 1, said
    # a file that comes to hold what another one does no longer counts for what it held
    folder("e.json", lm_eval("org/other"))
    assert load.run(folder.path / "e.json")[0]["loaded"] == 1
    shutil.copy(folder.path / "a 20.json", folder.path / "e.json")
    counts, said = load.run(folder.path / "e.json")
    assert counts["known"] == 1 and load.rows("SELECT DISTINCT model FROM {}.results") == [("org/large",)], said


# ---------------------------------------------------------------------
# The server
# ---------------------------------------------------------------------

def test_schemas(loader, folder):
    """A schema of any name, which is there already or not, wherever search_path leads."""
    folder("a.json", lm_eval("org/a"))
    load = loader('Evals of "ours"; --')
    said = load.run(folder.path, env={**os.environ, "PGOPTIONS": "-c search_path=nowhere"})[1]
    assert 'FROM public.capabilities_correlations((SELECT m FROM "Evals of ""ours""; --".evaluation' in said
    assert load.run(folder.path)[0]["known"] == 1
    there = loader("there_already")
    there.rows("CREATE SCHEMA {}")
    assert there.run(folder.path)[0]["loaded"] == 1


def test_without_rights(loader, folder, database):
    folder("a.json", lm_eval("org/a"))
    load = loader()
    database.rows("DROP ROLE IF EXISTS sc_load_reader")
    database.rows("CREATE ROLE sc_load_reader LOGIN")
    try:
        said = load.run("-U", "sc_load_reader", folder.path, status=1)[1]
        assert "could not create the schema: permission denied for database" in said
        load.run(folder.path)
        folder("b.json", lm_eval("org/b"))
        said = load.run("-U", "sc_load_reader", folder.path, status=1)[1]
        assert re.search("could not make the tables: |permission denied", said), said
        assert load.count() == 1
    finally:
        database.rows("DROP ROLE sc_load_reader")


def test_without_extension(loader, folder, database):
    folder("a.json", lm_eval("org/a"))
    run = subprocess.run([PROGRAM, "-d", "template1", folder.path], capture_output=True, check=False)
    assert run.returncode == 1
    assert run.stderr.decode() == ('safetycorr-load: database "template1" does not have the extension\n'
                                   "Hint: CREATE EXTENSION safetycorr;\n")


@pytest.mark.parametrize("dbname", [
    "postgresql://somebody:geheim@/nowhere?host={host}", "host={host} dbname=nowhere password=geheim",
    "host={host} password=geheim nonsense", "postgresql://somebody:geheim/x@host/nowhere", "postgresql://somebody:ge heim@host/db",
    "postgresql://somebody:geheim@{{/x", "postgresql:///x?password=geheim&nonsense=1", "host={host} password='geheim"])
def test_passwords_are_not_shown(dbname, folder):
    run = subprocess.run([PROGRAM, "-d", dbname.format(host=os.environ["PGHOST"]), folder.path], capture_output=True, check=False,
                         timeout=60)
    said = run.stdout + run.stderr
    assert run.returncode == 1 and b"could not connect" in said
    assert b"geheim" not in said and b"heim" not in said, said


def test_a_password_is_asked_for(loader, folder, database):
    """On the terminal, only where the server wants one, as psql does; what is typed is not shown."""
    hba = pathlib.Path(database.value("SHOW hba_file"))
    if not os.access(hba, os.W_OK):
        pytest.skip("the server's rules are not ours to write")
    folder("a.json", lm_eval("org/a"))
    load = loader()
    rules = hba.read_text(encoding="utf-8")
    database.rows("DROP ROLE IF EXISTS sc_load_guarded")
    database.rows("CREATE ROLE sc_load_guarded SUPERUSER LOGIN PASSWORD 'geheim'")
    try:
        hba.write_text("local all sc_load_guarded scram-sha-256\n" + rules, encoding="utf-8")
        database.rows("SELECT pg_reload_conf()")
        time.sleep(0.5)
        said = load.run("-U", "sc_load_guarded", "-w", folder.path, status=1)[1]
        assert "no password supplied" in said
        assert load.run("-U", "sc_load_guarded", folder.path, env={**os.environ, "PGPASSWORD": "geheim"})[0]["loaded"] == 1
        for options, password, wanted in (([], b"geheim\n", 0), (["-W"], b"geheim\n", 0), ([], b"falsch\n", 1)):
            pid, terminal = pty.fork()
            if pid == 0:
                os.execv(PROGRAM, load.command("-U", "sc_load_guarded", *options, folder.path))
            seen = b""
            while b": " not in seen:
                seen += os.read(terminal, 1000)
            os.write(terminal, password)
            try:
                while chunk := os.read(terminal, 1000):
                    seen += chunk
            except OSError:  # its end, on Linux
                pass
            os.close(terminal)
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == wanted, seen
            assert b"geheim" not in seen and b"falsch" not in seen
            assert seen.startswith(b"Password")
    finally:
        hba.write_text(rules, encoding="utf-8")
        database.rows("SELECT pg_reload_conf()")
        database.rows("DROP OWNED BY sc_load_guarded CASCADE")
        database.rows("DROP ROLE sc_load_guarded")


# ---------------------------------------------------------------------
# The program
# ---------------------------------------------------------------------

def test_what_the_matrix_hides_is_said(loader, folder):
    """Files of no use, several runs, settings left out, and a role that no score fits."""
    loaded = loader("hidden")
    folder("nan.json", json.dumps({"results": {"t": {"acc,none": "N/A"}}, "versions": {}, "config": {}, "model_name": "n"}))
    for run in range(3):
        folder(f"{run}.json", lm_eval("org/a", "mmlu", run / 10))
    folder("step.json", lm_eval("org/a,revision=step1", "mmlu", 0.9))
    said = loaded.run(folder.path)[1]
    assert "      1  loaded files of which nothing can be used: SELECT * FROM hidden.rejected;\n" in said
    assert "      1  scores that several runs have: SELECT * FROM hidden.collisions;\n" in said
    assert "      1  models and settings that are left out: SELECT * FROM hidden.models;\n" in said
    assert "With a role" not in said
    loaded.rows("UPDATE {}.benchmarks SET variant = 'shots=99' WHERE benchmark = 'mmlu'")
    folder("4.json", lm_eval("org/b", "mmlu", 0.5))
    assert "With a role, but no score that has their metric, filter and variant: mmlu.\n" in loaded.run(folder.path)[1]
    assert "several runs" not in loaded.run(folder.path)[1]


def test_what_to_do_next(loader, folder):
    """Said is what is missing; then what is asked, with imputed scores where few models have all."""
    load = loader("next")
    folder("0.json", lm_eval("org/0", "house_rules"))
    folder("1.json", lm_eval("org/1", "house_rules"))
    folder("2.json", lm_eval("org/1", "rules of the " + "house " * 40))
    said = load.run(folder.path)[1]
    assert "rows 3, runs 3, models 2, benchmarks 2." in said and "capability benchmarks." not in said
    assert re.search(r"direction \(2\):\n +models  benchmark +metric +role +lower_is_better\n"
                     r" +2  house_rules +acc .*\n +1  rules of the house [house ]+\.\.\.  acc ", said), said
    # the one that most models have comes first, and a direction that is known is not said again
    assert ("for example:\nUPDATE next.benchmarks SET role = 'capability' WHERE benchmark = 'house_rules';\n"
            "UPDATE next.benchmarks SET role = 'target' WHERE benchmark = 'rules of") in said, said
    load.rows("UPDATE {}.benchmarks SET role = 'omit'")
    # five models have three capability benchmarks, three have two of them
    for i in range(8):
        for j, benchmark in enumerate(["mmlu", "hellaswag", "winogrande", "truthfulqa_mc1"]):
            if i < 5 or j != 1:
                folder(f"{i} {benchmark}.json", lm_eval(f"org/{i}", benchmark, i / 10 + j / 100))
    said = load.run(folder.path)[1]
    statement = "FROM capabilities_correlations((SELECT m FROM next.evaluation), missing => 'impute')"
    assert "\n5 of 8 models have all 3 capability benchmarks.\n" in said and f"\nNow ask:\nSELECT * {statement};\n" in said, said
    assert load.rows(f"SELECT n, n_imputed {statement} WHERE benchmark = 'truthfulqa_mc1'") == [(8, 3)]
    assert load.rows("SELECT bool_and(reltuples > 0) FROM pg_class WHERE oid IN ('{}.logs'::regclass, '{}.results'::regclass)") == [(True,)]
    for i in range(8):
        folder(f"{i} hellaswag.json", lm_eval(f"org/{i}", "hellaswag", i / 10))
    said = load.run(folder.path)[1]
    assert "\n8 of 8 models have all 3 capability benchmarks.\n" in said and "impute" not in said, said


def test_options(database, folder):
    def run(*arguments):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    meta = json.loads((conftest.ROOT / "META.json").read_text(encoding="utf-8"))
    assert run("--version") == run("-V") == (0, f"safetycorr-load (safetycorr) {meta['version']}\n", "")
    status, out, err = run("--help")
    assert (status, err) == (0, "") and out == run("-?")[1] and "--schema" in out
    assert max(map(len, out.split("\n"))) <= 80
    assert run()[0] == run("--nonsense", "x")[0] == run("-d")[0] == run("--schema", "", "x")[0] == 2
    # nothing loaded, for whatever reason
    assert run("-d", database.name, "--schema", "sc_nothing", str(folder.path))[0] == 1
    assert run("-d", "no such database", str(folder.path))[0] == 1
    assert run("-p", "1", str(folder.path))[0] == 1
    database.rows("DROP SCHEMA sc_nothing CASCADE")


def test_progress_is_for_terminals(loader, folder):
    for i in range(200):
        folder(f"{i}.json", lm_eval(f"org/{i}"))
    load = loader()
    ours, theirs = pty.openpty()
    program = subprocess.Popen(load.command(folder.path), stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    out = program.communicate(timeout=60)[0]
    seen = os.read(ours, 100000)
    os.close(ours)
    assert re.fullmatch(rb"(\r[^\r\n]*\x1b\[K)*\r", seen) and b"files seen" in seen, seen
    assert b"200 loaded" in out and b"\r" not in out
    # and to a pipe not a word
    assert "\r" not in load.run(folder.path)[1]


def test_speed(loader, folder):
    """2,000 files of some 10 kB in at most 10 s."""
    pad = {"config_of_tasks": {str(i): "x" * 80 for i in range(100)}}
    for i in range(2000):
        folder(f"{i % 50}/{i}.json", lm_eval(f"org/{i}", f"task{i % 20}", **pad))
    load = loader()
    began = time.monotonic()
    assert load.run(folder.path)[0]["loaded"] == 2000
    assert time.monotonic() - began < 10
    began = time.monotonic()
    assert load.run(folder.path)[0]["known"] == 2000
    assert time.monotonic() - began < 10


def test_install(tmp_path):
    """Nothing of it stays after make uninstall; the program is among what is installed."""
    def make(target):
        subprocess.run(["make", "-s", "-C", conftest.ROOT, target, f"DESTDIR={tmp_path}"], check=True, capture_output=True)
        return [path for path in tmp_path.rglob("*") if path.is_file()]

    programs = [path for path in make("install") if path.name == "safetycorr-load"]
    assert len(programs) == 1 and programs[0].parent.name == "bin" and os.access(programs[0], os.X_OK)
    assert make("uninstall") == []
