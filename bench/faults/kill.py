"""SIGKILL the processes of a clinic while patients send and reports are made.

Usage: python -m bench.faults.kill [ROUNDS [SECONDS]]
Half of the rounds are over SQLite, half over PostgreSQL with two machines, each with pages and a
worker of its own. In each round patients send, and at a random moment one part is killed.
After SECONDS over one database no new round begins; the row says how many there were.
Prints a row of Markdown for each database and exits 1 if anything was lost or doubled.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from bench.faults.ground import HEAD, Ground, ground, report
from tests.installation import Installation
from tests.postgres import INITDB, Cluster

ROUNDS, SECONDS = 200, 600
PATIENTS_A_ROUND = {"web": 1, "worker": 1, "both": 1, "power": 2}
LUCK = random.Random(7263)
# How many of a hundred rounds kill what.
SHARES = {"web": 40, "worker": 40, "both": 8, "power": 12}


def main(rounds: int = ROUNDS, seconds: float = SECONDS) -> bool:
    print(HEAD)
    half = rounds // 2 if INITDB else rounds
    with ground() as clinic:
        clinic.machine()
        fine = run(clinic, half, seconds, "SIGKILL over SQLite, one machine")
    if not INITDB:
        print("PostgreSQL is not installed: its half was done over SQLite", file=sys.stderr)
        return fine
    cluster = Cluster()
    try:
        with ground(cluster.new()) as clinic:
            clinic.machine("one")
            clinic.machine("two")
            half = rounds - half
            return run(clinic, half, seconds, "SIGKILL over PostgreSQL, two machines") and fine
    finally:
        cluster.remove()


def run(clinic: Ground, rounds: int, seconds: float, fault: str) -> bool:
    kinds = [kind for kind, share in SHARES.items() for _ in range(-(-share * rounds // 100))]
    LUCK.shuffle(kinds)
    done: Counter[str] = Counter()
    end = time.monotonic() + seconds
    for number, kind in enumerate(kinds[:rounds]):
        if time.monotonic() > end:
            break
        patients = [clinic.invite() for _ in range(PATIENTS_A_ROUND[kind])]
        clinic.order_mail()
        victim = clinic.machines[number % len(clinic.machines)]
        with clinic.sending(patients):
            time.sleep(LUCK.uniform(0, 0.25))
            strike(victim, kind)
        done[kind] += 1
    counts = ", ".join(f"{kind} {count}" for kind, count in sorted(done.items()))
    return report(f"{fault} ({counts})", done.total(), clinic.result())


def strike(machine: Installation, kind: str) -> None:
    """Kill what answers, what makes reports, the parents of both, or everything."""
    if kind == "power":
        machine.kill()
        machine.start()
        return
    while True:  # a part that was killed in the last round may be on its way back
        parts = {command_of(pid): pid for pid in children(machine.process.pid)}
        masters = {
            "web": next((pid for line, pid in parts.items() if "gunicorn" in line), 0),
            "worker": next((pid for line, pid in parts.items() if "worker" in line), 0),
        }
        if kind == "both":
            found = list(masters.values())
        else:
            found = children(masters[kind]) if masters[kind] else []
        if found and all(found) and all(kill(pid) for pid in found):
            return
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    """Return the processes that `pid` started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == pid:
                found.append(int(entry.name))
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(0 if main(*map(int, sys.argv[1:])) else 1)
