"""Run the pages and the worker side by side, and start again whichever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

from screening.config import Config

PAUSE = 0.5  # seconds between looks, and before a dead part is started again


def commands(config: Config) -> dict[str, list[str]]:
    """Return the command line of each part."""
    web = [
        *(sys.executable, "-m", "gunicorn", "screening.app:create_app()"),
        *("--bind", config.address, "--worker-class", "gthread"),
        *("--workers", "1", "--threads", str(config.web_threads)),
        *("--log-level", "warning", "--limit-request-line", "2048"),
    ]
    return {"web": web, "worker": [sys.executable, "-m", "screening", "worker"]}


def run(config: Config) -> int:
    """Serve until SIGTERM or Ctrl-C; return the exit code."""
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    parts = {name: subprocess.Popen(line) for name, line in commands(config).items()}
    quick_deaths = 0
    while not stopping:
        time.sleep(PAUSE)
        for name, line in commands(config).items():
            if parts[name].poll() is not None and not stopping:
                quick_deaths += 1
                if quick_deaths > 10:
                    print(f"the {name} part does not stay up; see above", file=sys.stderr)
                    stopping = True
                    break
                parts[name] = subprocess.Popen(line)
    for part in parts.values():
        part.send_signal(signal.SIGTERM)
    for part in parts.values():
        try:
            part.wait(10)
        except subprocess.TimeoutExpired:
            part.kill()
    return os.EX_OK if quick_deaths <= 10 else os.EX_SOFTWARE
