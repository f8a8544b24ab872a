"""Let the clock of a running clinic jump, ahead and back again, while patients send.

Usage: python -m bench.faults.clock
The service asks one function for the time (screening.bootstrap.now). Its pages and its worker run
here as always, but that function adds what stands in a file, which is changed under load.
(libfaketime would change it for the whole process, but with it Python's sleep fails: EINVAL.) After
the last jump the clock is right, and what was ordered meanwhile has to be done without waiting for
a wrong day to come. Whoever was truly told meanwhile that the link has ended, or that an answer is
too old, waits and must be able to send then. A report that was sealed ahead passes at the latest
moment that the clock has shown, and is doubted now, since its date lies in the future.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from bench.faults.ground import HEAD, ground, report

HOURS = (0, 72, 0, 1.5, 0, -48, 0, 24 * 400, 0)
PATIENTS = 3
STAYS = 8  # seconds at each moment, so that reports are sealed there
WAIT = ("410 This link has ended", "422 ")  # true on the day that the clock shows
MODULE = "bench.faults.clock"  # also where it is imported
TOLD = "FAULTS_CLOCK"  # names the file with the hours to add


def main() -> bool:
    print(HEAD)
    with ground() as clinic:
        told = clinic.folder / "clock"
        set_clock(told, HOURS[0])
        clinic.settings[TOLD] = str(told)
        clinic.machine(before=(sys.executable, "-m", MODULE, "serve"))
        for hours in HOURS[1:]:
            with clinic.sending([clinic.invite() for _ in range(PATIENTS)], heed=WAIT):
                time.sleep(0.1)
                set_clock(told, hours)
                time.sleep(STAYS)
        waiting = [one for one in clinic.patients if not one.acknowledged]
        reasons = [one.refusals[-1] if one.refusals else "nothing" for one in waiting]
        with clinic.sending(waiting):
            pass
        latest = datetime.now(UTC) + timedelta(hours=max(HOURS))
        result = clinic.result(latest)
    result.wrong.extend(f"told {reason}" for reason in reasons if not reason.startswith(WAIT))
    if not result.ahead:
        result.wrong.append("no report was sealed ahead: tried too quickly to show anything")
    jumps = ", ".join(f"{after - before:+g}" for before, after in pairwise(HOURS))
    fault = f"clock jumping by hours: {jumps}; {len(waiting)} sent once it was right"
    return report(f"{fault}, {result.ahead} sealed ahead", len(HOURS) - 1, result)


def set_clock(told: Path, hours: float) -> None:
    """Say it whole or not at all: it is read whenever the service looks at the time."""
    part = told.with_suffix(".part")
    part.write_text(str(hours))
    part.replace(told)


def told_now() -> datetime:
    return datetime.now(UTC) + timedelta(hours=float(Path(os.environ[TOLD]).read_text()))


def run_part(part: str) -> None:
    """Be one of the processes of `screening serve`, with our clock."""
    from screening import bootstrap, cli, supervisor
    from screening.gunicorn_server import Pages

    for name in supervisor.COMMANDS:
        supervisor.COMMANDS[name] = [sys.executable, "-m", MODULE, name]
    bootstrap.now = told_now
    if part == "web":
        Pages().run()
    cli.main([part, "--demo"] if part == "serve" else [part])


if __name__ == "__main__":
    if sys.argv[1:]:
        run_part(sys.argv[1])
    sys.exit(0 if main() else 1)
