"""A PostgreSQL of the tests' own: a fresh cluster in a temporary folder, reached by a socket."""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path

import psycopg

INITDB = next(
    (
        Path(found)
        for found in (
            shutil.which("initdb"),
            *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), reverse=True),
        )
        if found
    ),
    None,
)
DATABASES = ["sqlite", "postgresql"] if INITDB else ["sqlite"]
# Nothing here outlives the machine's power, so nothing needs to reach the disk; a database lives
# for seconds, and what is never tidied in it may lie in memory.
OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c max_connections=200 -c autovacuum=off"
    " -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=96MB"
)
PREFIX = "screening-pg-"


class Cluster:
    """One running server with its files below `place`; `new` gives an empty database in it."""

    def __init__(self, place=None):
        self.user = _unprivileged()
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        of_many = "PYTEST_XDIST_WORKER" in os.environ  # its parent outlives the others, too
        (self.folder / "owner").write_text(str(os.getppid() if of_many else os.getpid()))
        for left in self.folder.parent.glob(f"{PREFIX}*/owner"):
            if not Path("/proc", left.read_text()).exists():
                self._remove_left(left.parent)
        if self.user:
            shutil.chown(self.folder, self.user)
        self._run("initdb", "--no-sync", "--auth=trust", "--username=tests", "--encoding=UTF8")
        self.start()

    def _run(self, program, *arguments):
        """Run as somebody who is not root: PostgreSQL refuses root."""
        line = [INITDB.with_name(program), "-D", self.folder / "data", *arguments]
        become = ["runuser", "-u", self.user, "--"] if self.user else []
        # Its server keeps what it inherits open for good, so no pipe of ours.
        with (self.folder / "log").open("a") as log:
            subprocess.run(
                [*become, *line],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=True,
            )

    def start(self):
        options = f"{OPTIONS} -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "start", "-w", "-o", options)

    def stop(self, how="fast"):
        """Stop the server; "immediate" is what a crash looks like."""
        self._run("pg_ctl", "stop", "-m", how)

    def remove(self):
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def _remove_left(self, folder):
        """Remove what a killed run left: a server without tests, and gigabytes of memory."""
        ours, self.folder = self.folder, folder
        with suppress(subprocess.CalledProcessError, OSError):
            self.stop("immediate")
        self.folder = ours
        shutil.rmtree(folder, ignore_errors=True)

    def new(self, template="template0"):
        """Return the address of a new database, empty or a copy of `template`."""
        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._address(name)

    def _address(self, name):
        return f"postgresql://tests@/{name}?host={self.folder}"


def name_in(address):
    return address.partition("?")[0].rpartition("/")[2]


def _unprivileged():
    """Return whom to run the server as, None when we are not root ourselves."""
    if os.getuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
