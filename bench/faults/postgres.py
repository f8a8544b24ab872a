"""Restart PostgreSQL while patients send: stopped in order, or crashed.

Usage: python -m bench.faults.postgres [TIMES]
Two machines over one PostgreSQL of our own. Prints a row of Markdown and exits 1 if anything that
was acknowledged is lost.
"""

from __future__ import annotations

import sys
import time

from bench.faults.ground import HEAD, ground, report
from tests.postgres import INITDB, Cluster

TIMES = 10
PATIENTS = 4
DOWN = 1.0  # seconds


def main(times: int = TIMES) -> bool:
    if not INITDB:
        print("PostgreSQL restarted: left out, it is not installed", file=sys.stderr)
        return True
    print(HEAD)
    cluster = Cluster()
    try:
        with ground(cluster.new()) as clinic:
            clinic.machine("one")
            clinic.machine("two")
            for number in range(times):
                with clinic.sending([clinic.invite() for _ in range(PATIENTS)]):
                    time.sleep(0.1)
                    cluster.stop("immediate" if number % 2 else "fast")
                    time.sleep(DOWN)
                    cluster.start()
            result = clinic.result()
    finally:
        cluster.remove()
    return report("PostgreSQL restarted (every second time by a crash)", times, result)


if __name__ == "__main__":
    sys.exit(0 if main(*map(int, sys.argv[1:])) else 1)
