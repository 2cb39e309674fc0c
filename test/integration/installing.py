"""Programs of others, from PyPI, for the tests: each in a virtual environment of its own in the
user's cache, in the versions of a file.  What cannot be installed in time is skipped.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent


def cache():
    """As test/integration/npm has it."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ.get("HOME", "/nonexistent"), ".cache")
    folder = pathlib.Path(home) / "safetycorr"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    folder = pathlib.Path(tempfile.gettempdir()) / f"safetycorr-writers-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


class Installer:
    """
    What is installed by a file of versions, into folders prefix-*.  limit is the time for all
    that, in seconds; what has failed is not tried twice.
    """

    def __init__(self, prefix, versions, limit):
        self.prefix, self.versions, self.left = prefix, versions, limit
        self.failed = {}

    def in_time(self, *command, **more):
        start = time.monotonic()
        environment = {**os.environ, "UV_NO_CACHE": "1", **more}
        if "PIP_INDEX_URL" in os.environ:  # uv has a name of its own for it
            environment.setdefault("UV_DEFAULT_INDEX", os.environ["PIP_INDEX_URL"])
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=max(self.left, 1),
                           stdin=subprocess.DEVNULL, env=environment)
        finally:
            self.left -= time.monotonic() - start

    def version(self, package):
        return next(line for line in self.versions.read_text(encoding="utf-8").split() if line.startswith(f"{package}=="))

    def install(self, name, packages, steps):
        """
        The folder of the cache that steps(folder) fill, unless it is there already.  A "done" in it
        comes last, so that one of a run that broke off does not count.  Skips where it fails.
        """
        known = f"{sys.executable}{sys.version}{self.versions.read_text(encoding='utf-8')}{packages}"
        folder = cache() / f"{self.prefix}-{name}-{hashlib.sha256(known.encode()).hexdigest()[:12]}"
        if (folder / "done").exists():
            return folder
        if name in self.failed:
            pytest.skip(self.failed[name])
        for old in cache().glob(f"{self.prefix}-{name}-*"):
            shutil.rmtree(old, ignore_errors=True)
        try:
            steps(folder)
            (folder / "done").touch()
        except (OSError, subprocess.SubprocessError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            said = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
            self.failed[name] = f"{name} cannot be installed: {(said.strip().splitlines() or ['no word of why'])[-1].strip()[:200]}"
            pytest.skip(self.failed[name])
        return folder

    def installed(self, name, *packages, more=(), then=None):
        """
        The Python of a virtual environment with the packages, of the versions of the file.  pip
        takes minutes where uv takes seconds; nothing is built but what more names.  then(folder)
        is done in it once.
        """
        def steps(folder):
            self.in_time(tool, "venv", "-q", "--python", sys.executable, folder)
            self.in_time(tool, "pip", "install", "-q", "--python", folder / "bin/python", "--only-binary", ":all:",
                         *(part for package in more for part in ("--no-binary", package)), "-c", self.versions, *packages)
            if then:
                then(folder)

        tool = uv()
        return self.install(name, (packages, more), steps) / "bin/python"


# the harnesses that write logs; 200 s are for all of them
WRITERS = Installer("writer", HERE / "writers" / "versions.txt", 200)


def uv():
    """The program of that name."""
    def steps(folder):
        WRITERS.in_time(sys.executable, "-m", "venv", folder)
        WRITERS.in_time(folder / "bin/python", "-m", "pip", "install", "-q", "--no-cache-dir", "--no-input", "--retries", "1",
                        "--only-binary", ":all:", WRITERS.version("uv"))

    return WRITERS.install("uv", "", steps) / "bin/uv"
