"""Render in a process of its own, which stays warm and may be killed.

A page that never ends or eats all memory takes down that process and nothing
else: whoever waited is told, and the next report gets a new one. It knows no
secret and no database, and ends when the one that started it does.

    python -P -m screening.documents.rendering.render_process SOCKET RENDERER SECONDS BYTES
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pkgutil import resolve_name

from screening.clinical.report.parts import Report
from screening.documents.rendering.reader import Reader

MODULE = "screening.documents.rendering.render_process"
LONGEST_START = 12  # seconds to load the renderer
LONGEST = 20  # seconds for one report
MOST_MEMORY = 1_000_000_000  # bytes of address space; a usual report takes a third


class RenderError(Exception):
    """A report could not be rendered; the message says why, and nothing of what is in it."""


class Press:
    """Renders one report after the other; not for two threads at once.

    `renderer` is a function by module and name, `render_pdf` for all but tests. `bound` returns
    what the process calls at its start so that it does not outlive this one.
    """

    def __init__(
        self,
        renderer: str = "screening.documents.rendering.render:render_pdf",
        seconds: int = LONGEST,
        memory: int = MOST_MEMORY,
        bound: Callable[[], Callable[[], None]] | None = None,
    ) -> None:
        self.seconds = seconds
        self._bound = bound
        self._arguments = (renderer, str(seconds), str(memory))
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self._warm = False

    def start(self) -> None:
        """Start the process where none runs, and do not wait until it can render."""
        if self._process and self._process.poll() is None:
            return
        self.close()
        self._line, theirs = Pipe()
        socket = theirs.fileno()
        command = [sys.executable, "-P", "-m", MODULE, str(socket)]
        public = {k: v for k, v in os.environ.items() if not k.startswith("SCREENING_")}
        with theirs:
            self._process = subprocess.Popen(
                [*command, *self._arguments],
                pass_fds=[socket],
                env=public,
                preexec_fn=self._bound() if self._bound else None,
            )

    def render(
        self,
        report: Report,
        decision: Mapping[str, object] | None = None,
        embedded: Mapping[str, bytes] | None = None,
        reader: Reader = Reader.DOCTOR,
        logo: bytes | None = None,
    ) -> bytes:
        """Return what `render_pdf` returns. Raises RenderError."""
        files = dict(embedded or {})
        order = {"report": report, "decision": decision, "reader": reader, "files": list(files)}
        self.start()
        assert self._line
        try:
            self._line.send_bytes(json.dumps(order).encode())
            for content in (logo or b"", *files.values()):
                self._line.send_bytes(content)
            if not self._warm:
                self._answer(LONGEST_START)
            self._warm = True
            return self._answer(self.seconds)
        except (EOFError, OSError) as error:
            self.close()
            raise RenderError("the process that rendered it died") from error

    def _answer(self, seconds: int) -> bytes:
        """Return what the process says within `seconds`."""
        assert self._line
        if not self._line.poll(seconds):
            self.close()
            raise RenderError(f"it took longer than {seconds} seconds")
        if problem := self._line.recv_bytes().decode():
            self.close()  # after an error nobody knows what is left in its memory
            raise RenderError(problem)
        return self._line.recv_bytes()

    def close(self) -> None:
        """End the process, if one runs."""
        if self._line:
            self._line.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._line, self._process, self._warm = None, None, False


def main(socket: str, renderer: str, seconds: str, memory: str) -> None:
    """Render what is ordered on `socket` until it is closed."""
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that started us
    render = resolve_name(renderer)
    with Connection(int(socket)) as line, suppress(EOFError, BrokenPipeError):
        _reply(line, b"")
        while True:
            order = json.loads(line.recv_bytes())
            logo, *contents = (line.recv_bytes() for _ in range(1 + len(order["files"])))
            files = dict(zip(order.pop("files"), contents, strict=True))
            reader = Reader(order.pop("reader"))
            # Whoever waits kills us first; this is for when nobody waits any more.
            signal.alarm(int(seconds) + 1)
            try:
                _reply(line, render(**order, embedded=files, reader=reader, logo=logo or None))
            except Exception as error:  # its text may be the patient's
                line.send_bytes(type(error).__name__.encode())
                return
            signal.alarm(0)


def _reply(line: Connection, content: bytes) -> None:
    line.send_bytes(b"")
    line.send_bytes(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
