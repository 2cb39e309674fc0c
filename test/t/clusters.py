"""More servers beside the running one: what the tests of shards and of a standby need.

The running server is the hub; the others are shards, with the extension from
where the hub has it.  Each is a real cluster in a folder of its own, listens on
a socket in there and nowhere else, and belongs to the hub's user, because
PostgreSQL refuses root and the hub must be let through to the sockets.
"""
import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import pytest

import conftest

SETTINGS = """
listen_addresses = ''
port = 5432
unix_socket_directories = '{folder}'
unix_socket_permissions = 0700
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 16MB
max_connections = 20
log_min_messages = log
"""


class Shard:
    """A running cluster, by the folder of its socket."""

    def __init__(self, folder):
        self.host, self.port = str(folder), 5432
        self.connections = []

    def connect(self, database, **options):
        """A connection with the verbs of conftest.Database, closed with the shard."""
        opened = conftest.Database.__new__(conftest.Database)
        opened.name = database
        opened.connection = conftest.connect(database, host=self.host, port=self.port, **options)
        self.connections.append(opened.connection)
        return opened

    def close(self):
        for connection in self.connections:
            connection.close()


class Owner:
    """The user whom the hub's server runs as, and running programs as that user."""

    def __init__(self, hub):
        self.bindir = hub.value("SELECT setting FROM pg_config WHERE name = 'BINDIR'")
        data = pathlib.Path(hub.value("SHOW data_directory"))
        try:
            status = data.stat()
        except OSError as error:
            pytest.skip(f"the server does not run on this machine: {error}")
        self.uid, self.gid = status.st_uid, status.st_gid
        if os.geteuid() not in (0, self.uid):
            pytest.skip("the server runs as another user")

    def run(self, program, *arguments):
        """Output is shown when it fails; a file, since a server would keep a pipe open."""
        other = {} if os.geteuid() == self.uid else {
            "user": self.uid, "group": self.gid, "extra_groups": []}
        with tempfile.TemporaryFile() as output:
            status = subprocess.run([f"{self.bindir}/{program}", *map(str, arguments)], check=False,
                                    cwd="/", stdin=subprocess.DEVNULL, stdout=output,
                                    stderr=subprocess.STDOUT, **other).returncode
            output.seek(0)
            assert status == 0, f"{program}: {output.read().decode(errors='replace')}"

    def give(self, *paths):
        for path in paths:
            os.chown(path, self.uid, self.gid)

    def folder(self, hub):
        """A new folder with a short path, for sockets: about 100 bytes are all there is.

        If possible inside the hub's own, so that whatever removes that, should these
        tests be killed, removes this too; a server whose folder is gone stops.
        """
        socket = hub.connection.info.host or ""
        for base in (socket, tempfile.gettempdir(), "/tmp", "/var/tmp"):
            if base.startswith("/") and len(base) <= 60 and os.access(base, os.W_OK):
                path = pathlib.Path(tempfile.mkdtemp(prefix="shards.", dir=base))
                self.give(path)
                return path
        return pytest.skip("no temporary folder with a short path")


def settings(hub, folder):
    """The shard's postgresql.conf: ours, and where the hub finds its extensions."""
    text = SETTINGS.format(folder=folder)
    for name in ("extension_control_path", "extension_destdir", "dynamic_library_path"):
        value = hub.value("SELECT current_setting(%s, true)", (name,))
        if value:
            text += "{} = '{}'\n".format(name, value.replace("'", "''"))
    return text


@contextlib.contextmanager
def running_shards(hub, count=2, more=""):
    """Starts the shards, with more lines of settings; stops and removes them in the end, whatever happens."""
    owner = Owner(hub)
    folder = owner.folder(hub)
    started, shards = [], []
    try:
        owner.run("initdb", "-D", folder / "new", "-U", hub.connection.info.user, "-A", "trust",
                  "-E", "UTF8", "--locale=C", "--no-sync")
        for i in range(count):
            place = folder / str(i)
            place.mkdir(mode=0o700)
            # initdb takes more than a second, a copy nothing
            shutil.copytree(folder / "new", place / "data")
            with open(place / "data" / "postgresql.conf", "a", encoding="utf-8") as file:
                file.write(settings(hub, place) + more)
            owner.give(place, *[os.path.join(top, name) for top, folders, files in os.walk(place)
                                for name in folders + files])
        for i in range(count):
            started.append(folder / str(i) / "data")
            owner.run("pg_ctl", "-D", started[-1], "-l", folder / str(i) / "log", "-w", "-s", "start")
            shards.append(Shard(folder / str(i)))
        yield shards
        for shard in shards:
            log = pathlib.Path(shard.host, "log").read_text(encoding="utf-8", errors="replace")
            assert "was terminated by signal" not in log and "PANIC: " not in log, log
    finally:
        for shard in shards:
            shard.close()
        for data in started:
            if (data / "postmaster.pid").exists():
                with contextlib.suppress(AssertionError):
                    owner.run("pg_ctl", "-D", data, "-m", "immediate", "-s", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


class Standby(Shard):
    """A hot standby of the running server."""

    def catch_up(self, hub):
        """Waits until the standby has replayed what the hub has written."""
        # without synchronous commits what was written may not have been sent yet: this one is
        hub.rows("SET synchronous_commit = on")
        hub.rows("SELECT pg_logical_emit_message(true, 'catch up', '')")
        hub.rows("RESET synchronous_commit")
        target = hub.value("SELECT pg_current_wal_flush_lsn()")
        admin = self.connect("postgres")
        for _ in range(400):
            if admin.value("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", (target,)):
                return
            time.sleep(0.05)
        raise AssertionError("the standby does not catch up")


@contextlib.contextmanager
def running_standby(hub):
    """A base backup of the running server, started as its hot standby; removed in the end."""
    if hub.value("SHOW wal_level") == "minimal" or int(hub.value("SHOW max_wal_senders")) < 2:
        pytest.skip("the server does not replicate")
    owner = Owner(hub)
    folder = owner.folder(hub)
    data, standby = folder / "data", None
    info = hub.connection.info
    try:
        # -R writes where the primary is
        owner.run("pg_basebackup", "-h", info.host, "-p", info.port, "-U", info.user, "-D", data, "-R",
                  "-X", "stream", "-c", "fast", "--no-sync")
        with open(data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(f"\nunix_socket_directories = '{folder}'\nport = 5432\nhot_standby = on\n")
        owner.run("pg_ctl", "-D", data, "-l", folder / "log", "-w", "-s", "start")
        standby = Standby(folder)
        standby.catch_up(hub)
        yield standby
        log = (folder / "log").read_text(encoding="utf-8", errors="replace")
        assert "was terminated by signal" not in log and "PANIC: " not in log, log
    finally:
        if standby:
            standby.close()
        if (data / "postmaster.pid").exists():
            with contextlib.suppress(AssertionError):
                owner.run("pg_ctl", "-D", data, "-m", "immediate", "-s", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)
