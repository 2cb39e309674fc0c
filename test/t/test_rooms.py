"""The order of the rooms of src/: what a file includes lies in its own room or in one below."""
import pathlib
import re
import subprocess

import conftest
import pytest

SRC = conftest.ROOT / "src"

# From the bottom to the top.  Rooms of one line do not know each other.  The loader is a program
# of its own: at the bottom it can have nothing of the rest, and the rest has nothing of it.
ROOMS = [
    ["load"],
    ["stats/base"],
    ["stats/correlation"],
    ["stats/component"],
    ["stats/regression"],
    ["stats/imputation"],
    ["stats/resampling"],
    ["types/forms"],
    ["types/score_matrix"],
    ["types/states"],
    ["functions/shared"],
    ["functions/aggregates", "functions/access", "functions/analyses", "functions/logs", "functions/views"],
    ["functions/eval_tables"],
    ["functions"],
]
FLOOR_OF = {room: i for i, rooms in enumerate(ROOMS) for room in rooms}


def room_of(path):
    return path.parent.relative_to(SRC).as_posix()


FILES = [path for path in sorted(SRC.rglob("*")) if path.suffix in (".c", ".h")]


def test_every_file_is_in_a_room():
    assert len(FILES) > 100
    assert {room_of(path) for path in FILES} == set(FLOOR_OF)


def test_includes_go_down():
    wrong = []
    for path in FILES:
        for name in re.findall(r'^#include "([^"]+)"', path.read_text(encoding="utf-8"), re.M):
            room, own = pathlib.PurePosixPath(name).parent.as_posix(), room_of(path)
            if room in FLOOR_OF:
                assert (SRC / name).exists(), f"{path} includes {name}"
                if room != own and FLOOR_OF[room] >= FLOOR_OF[own]:
                    wrong.append(f"{own}/{path.name} includes {name}")
            elif (path.parent / name).exists():
                wrong.append(f"{own}/{path.name} includes {name} without its room")
    assert wrong == []


def test_the_loader_stands_alone():
    """Of ours it includes its own headers, and it is the only one to do so; of PostgreSQL libpq alone."""
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        ours = re.findall(r'^#include "load/', text, re.M)
        assert not ours or room_of(path) == "load", path
        if room_of(path) == "load":
            others = set(re.findall(r'^#include "([^"]+)"', text, re.M)) - {f"load/{p.name}" for p in FILES}
            assert others <= {"libpq-fe.h"}, path


def test_a_function_is_defined_in_the_room_of_its_header():
    """No declaration reaches up: what a header of a room declares, a file of the room defines."""
    wrong = []
    sources = {}
    for path in FILES:
        if path.suffix == ".c":
            sources[room_of(path)] = sources.get(room_of(path), "") + path.read_text(encoding="utf-8")
    for path in FILES:
        if path.suffix != ".h":
            continue
        for name in re.findall(r"^extern [^;(=]*?\b(sc_\w+)\(", path.read_text(encoding="utf-8"), re.M):
            if not re.search(rf"^{name}\(", sources.get(room_of(path), ""), re.M):
                wrong.append(f"{room_of(path)}/{path.name}: {name}")
    assert wrong == []


def test_banners_and_guards_name_the_file():
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert text.split("\n")[2] == f" * {path.name}", path
        guard = "SC_" + "_".join(path.relative_to(SRC).with_suffix("").parts).upper() + "_H"
        if path.suffix == ".h" and path.name != "refit_lanes_body.h":  # that one is included several times
            assert f"#ifndef {guard}\n#define {guard}\n" in text, path


def test_layout_is_that_of_pgindent():
    """As PostgreSQL lays its own source out; test/indent mends what is not."""
    run = subprocess.run([conftest.ROOT / "test/indent", "--check"], capture_output=True, text=True)
    if run.returncode == 77:
        pytest.skip(run.stderr.strip())
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
