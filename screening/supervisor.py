"""Run the pages and the worker side by side, and start again whichever dies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from screening.config import PREFIX, Config, SettingError, refuse_unwritable
from screening.parent_death import ending_with_us

PAUSE = 0.5  # seconds between looks, and before a dead part is started again
MOST_DEATHS, LATELY = 10, 60.0  # so many within so many seconds, and it does not stay up
COMMANDS = {  # -P: nothing is loaded from the folder that they stand in
    "web": [sys.executable, "-P", "-m", "screening.gunicorn_server"],
    "worker": [sys.executable, "-P", "-m", "screening", "worker"],
}
# Of glibc: each thread that asks for memory would keep a pool of its own, 10 MB of 146.
MEMORY = {"MALLOC_ARENA_MAX": "2"}


def refuse_used_address(config: Config) -> None:
    """Raise SettingError where nothing can listen: gunicorn would say it many times, at length."""
    host, _, port = config.address.rpartition(":")
    if host == "unix":
        refuse_unwritable("ADDRESS", Path(port).parent)
        return
    try:
        socket.create_server((host.strip("[]"), int(port))).close()
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SettingError(
            f"cannot listen on {config.address} ({why}): "
            f"stop what listens there, or set {PREFIX}ADDRESS to another one"
        ) from None


class Parts:
    """The processes, by name."""

    def __init__(self) -> None:
        self._prepare = ending_with_us(signal.SIGTERM)
        self.running = {name: self._start(name) for name in COMMANDS}
        self.deaths: list[float] = []

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(COMMANDS[name], env=MEMORY | os.environ, preexec_fn=self._prepare)

    def start_dead(self) -> str | None:
        """Start again what died; return the name of a part that does not stay up."""
        for name, part in self.running.items():
            if part.poll() is not None:
                now = time.monotonic()
                self.deaths = [at for at in self.deaths if now - at < LATELY] + [now]
                if len(self.deaths) > MOST_DEATHS:
                    return name
                self.running[name] = self._start(name)
        return None

    def reload(self) -> None:
        """Let both take up new settings and lists; each finishes first what it has begun."""
        self.running["web"].send_signal(signal.SIGHUP)
        self.running["worker"].send_signal(signal.SIGINT)

    def stop(self) -> None:
        for part in self.running.values():
            part.send_signal(signal.SIGTERM)
        for part in self.running.values():
            try:
                part.wait(10)
            except subprocess.TimeoutExpired:
                part.kill()


def run(config: Config) -> int:
    """Serve until SIGTERM or Ctrl-C, reload at SIGHUP; return the exit code."""
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, note)
    parts, weak = Parts(), None
    while not weak and not {signal.SIGTERM, signal.SIGINT} & set(received):
        if signal.SIGHUP in received:
            received.remove(signal.SIGHUP)
            parts.reload()
        time.sleep(PAUSE)
        weak = parts.start_dead()
    parts.stop()
    if weak:
        print(f"the {weak} part does not stay up; see above", file=sys.stderr)
    return os.EX_SOFTWARE if weak else os.EX_OK
