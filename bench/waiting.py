"""Measure the doctor's queue: 300 wait and 1,000 are decided beside them.

Usage: python bench/waiting.py [CHECKOUT]
Prints what opening the queue and looking for news cost in processor time, the best of RUNS.
With CHECKOUT, another one of this project such as the release before, both are measured in
turn in the same run, so that other work on the machine weighs on both alike.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

WAITING, DECIDED, RUNS, TURNS = 300, 1_000, 20, 3
HERE = Path(__file__).parents[1]
SHOWN = {"open": "open the queue", "bytes": "its page", "news": "look for news", "new": "with news"}


def main(checkouts: list[Path]) -> None:
    print(f"{WAITING} wait, {DECIDED:,} are decided; processor time, the best of {RUNS * TURNS}.\n")
    found: dict[Path, list[dict[str, float]]] = {folder: [] for folder in checkouts}
    for _ in range(TURNS):
        for folder in checkouts:
            found[folder].append(apart(folder))
    print("| | " + " | ".join(SHOWN.values()) + " |\n|---|---:|---:|---:|---:|")
    for folder, turns in found.items():
        best = {name: min(turn[name] for turn in turns) for name in SHOWN}
        size = f"{best.pop('bytes') / 1000:.0f} kB"
        open_, news, new = (f"{one:.1f} ms" for one in best.values())
        print(f"| {folder.name} | {open_} | {size} | {news} | {new} |")


def apart(folder: Path) -> dict[str, float]:
    """Measure the checkout in a process of its own, with its own bench/stored.py."""
    path = os.pathsep.join(map(str, (folder, folder / "bench")))
    done = subprocess.run(
        [sys.executable, __file__, "--measure"],
        env={**os.environ, "PYTHONPATH": path},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def measure() -> dict[str, float]:
    from stored import fill, make_patients

    from screening.app import create_app
    from screening.bootstrap import open_context
    from screening.config import read_config
    from screening.storage.tables import SignIn
    from screening.workflow.accounts.sessions import add_account, sign_in_id
    from screening.workflow.clinics.clinics import add_clinic
    from screening.workflow.core.actor import program
    from screening.workflow.patients.adoption import adopt

    with tempfile.TemporaryDirectory() as folder:
        config = read_config({"SCREENING_INSTANCE": folder})
        context = open_context(config)
        clinic = add_clinic(context, "Bench", "", "", "UTC")
        people = make_patients(context.definitions, 40)
        fill(context, clinic, people, range(DECIDED), "decided")
        fill(context, clinic, people, range(DECIDED, DECIDED + WAITING))
        adopt(context)
        account = add_account(context, program(clinic), "d", "Dr D", "doctor", "x" * 20)
        secret, now = secrets.token_urlsafe(), context.now()
        with context.database.write() as session:
            row = SignIn(id=sign_in_id(context, secret), account_id=account, factor="code")
            row.started_at = row.seen_at = now
            session.add(row)
        app = create_app(config, context)
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = secret, True
        page = client.get("/doctor").text
        found = re.search('data-mark="([^"]+)"', page)
        seen = f"?seen={found[1]}" if found else ""
        return {
            "open": best(lambda: client.get("/doctor")),
            "bytes": len(page),
            "news": best(lambda: client.get(f"/doctor/queue{seen}")),
            "new": best(lambda: client.get("/doctor/queue?seen=another")),
        }


def best(ask: Callable[[], object]) -> float:
    """Return what `ask` costs in ms of processor time, the first time apart."""
    ask()
    times = []
    for _ in range(RUNS):
        started = time.process_time()
        ask()
        times.append((time.process_time() - started) * 1000)
    return min(times)


if __name__ == "__main__":
    if sys.argv[1:] == ["--measure"]:
        print(json.dumps(measure()))
    else:
        main([*[Path(one).resolve() for one in sys.argv[1:]], HERE])
