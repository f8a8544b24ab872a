"""Run pytest in forks of one process that has loaded the libraries: half the time of a row.

Orders come on standard input, answers go to standard output, one JSON a line. Nothing of our own is
loaded before a fork: that is what is broken.
"""

import importlib
import json
import os
import signal
import sys
import tempfile
import time

LIBRARIES = """
    alembic.command argon2 babel.dates cryptography.x509 flask_babel flask_limiter flask_login
    flask_wtf fontTools.ttLib huey icalendar pikepdf PIL.Image prometheus_client pydantic
    pyhanko.sign.signers pyhanko.sign.validation pyotp pypdf segno sqlalchemy.orm weasyprint
    webauthn wtforms yaml
"""


def main() -> None:
    for name in LIBRARIES.split():
        importlib.import_module(name)
    for line in sys.stdin:
        code, text = _run(**json.loads(line))
        print(json.dumps({"code": code, "text": text}), flush=True)


def _run(arguments: list[str], seconds: int, bytecode: bool) -> tuple[int | None, str]:
    """Return how pytest ended, None after so many `seconds`, and what it said."""
    with tempfile.TemporaryFile("w+") as said:
        child = os.fork()
        if child == 0:
            os.setsid()
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            os.close(0)
            sys.dont_write_bytecode = not bytecode
            import pytest

            code = int(pytest.main(arguments))
            sys.stdout.flush()
            os._exit(code)
        code = _ended(child, time.monotonic() + seconds)
        said.seek(0)
        return code, said.read()


def _ended(child: int, until: float) -> int | None:
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


if __name__ == "__main__":
    sys.path.pop(0)  # this folder
    main()
