"""A real installation for tests: its own folder, its own port, real processes, killed for real."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import pyotp

from screening.bootstrap import open_context
from screening.config import read_config
from screening.demo.clinic import demo_config
from screening.workflow.clinics import clinics
from screening.workflow.core.actor import program
from screening.workflow.reception import invitations
from screening.workflow.tablets import tablets

ZONE = ZoneInfo("Europe/London")  # where the demo clinic is
RUNNING = {}  # by address, for whoever has only a page of it


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@dataclass
class Installation:
    """`screening serve --demo` in a folder; `printed` is what it says at start.

    `settings` are further variables of the environment, `before` a program that starts it,
    `program` what stands in for `screening`.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    host: str = "127.0.0.1"
    database: str = ""
    settings: dict = field(default_factory=dict)
    before: tuple = ()
    program: tuple = (sys.executable, "-P", "-m", "screening")
    cwd: Path | None = None
    log: Path | None = None
    printed: str = ""
    process: subprocess.Popen | None = None

    def __post_init__(self):
        self.log = self.log or self.folder / "log.txt"

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    @property
    def environment(self):
        return os.environ | {
            "SCREENING_INSTANCE": str(self.folder),
            "SCREENING_ADDRESS": f"127.0.0.1:{self.port}",
            "SCREENING_PUBLIC_URL": self.url,
            "SCREENING_DATABASE": self.database,
            **self.settings,
        }

    def start(self):
        log = self.log.open("a")
        self.process = subprocess.Popen(
            [*self.before, *self.program, "serve", "--demo"],
            cwd=self.cwd,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        log.close()
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("Serving on"):
                break
        self.printed = "".join(lines)
        self._wait_until_alive()
        RUNNING[self.url] = self
        return self

    def _wait_until_alive(self):
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=2).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.kill()
        raise AssertionError(self.log.read_text()[-2000:])

    def kill(self):
        """End every process at once, the way a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.process.stdout.close()
        if "context" in vars(self):
            self.context.database.close()

    def command(self, *arguments, **kwargs):
        """Run `screening` with this installation's settings."""
        return subprocess.run(
            [*self.program, *map(str, arguments)],
            cwd=self.cwd,
            env=self.environment,
            capture_output=True,
            timeout=120,
            **kwargs,
        )

    def wait_for_report(self):
        """Return once every report that was ordered is sealed; SQLite only."""
        for _ in range(600):
            with closing(sqlite3.connect(self.folder / "screening.db", timeout=30)) as database:
                states = {state for (state,) in database.execute("SELECT state FROM report")}
            if states == {"sealed"}:
                return
            time.sleep(0.1)
        raise AssertionError(f"reports are {states}: {self.log.read_text()[-2000:]}")

    def day(self, ago=0):
        """Return the day at the clinic `ago` days before its today."""
        return datetime.now(UTC).astimezone(ZONE).date() - timedelta(ago)

    def found(self, pattern):
        return re.search(pattern, self.printed)[1]

    @property
    def link(self):
        return self.found(r"Patient link\s+(\S+)")

    @property
    def doctor_password(self):
        return self.password("doctor")

    @property
    def reception_password(self):
        return self.password("reception")

    def password(self, username):
        return self.found(rf"user name: {username}\s+password: (\S+)")

    def code(self, username):
        """Return the code that the person's app shows now.

        A code works once; tests do not wait half a minute for the next one.
        """
        database = sqlite3.connect(self.folder / "screening.db", timeout=30)
        with database:
            database.execute(
                "UPDATE account SET totp_counter = NULL WHERE username = ?", [username]
            )
        database.close()
        return pyotp.TOTP(self.found(rf"user name: {username}\s.*secret: (\S+)")).now()

    def sign_in(self, visitor, username):
        """Sign in with a visitor (tests/visitor.py), through both pages."""
        visitor.get(f"{self.url}/sign-in")
        visitor.post(username=username, password=self.password(username))
        return visitor.post(code=self.code(username))

    @property
    def lead_password(self):
        return self.password("lead")

    @property
    def pairing_code(self):
        return self.found(r"pairing code (\S+)")

    @property
    def pin(self):
        return self.found(r"PIN (\d{6}) ")

    @property
    def start_code(self):
        return self.found(r"start code (\S+)")

    @cached_property
    def context(self):
        """Return what a command opens, for acts that need no process of their own.

        A process costs seconds of starting; test_cli.py runs the commands as processes.
        """
        return open_context(demo_config(read_config(self.environment)))

    @property
    def clinic_id(self):
        [(id, _)] = clinics.list_clinics(self.context)
        return id

    def invite(self, name, *procedures):
        """Return a fresh personal link."""
        made = invitations.invite(self.context, program(self.clinic_id), name, procedures)
        return f"{self.url}/s/{made.link}"

    def add_kiosk(self, name):
        """Return the pairing code of a further tablet."""
        return tablets.add_kiosk(self.context, program(self.clinic_id), name)
