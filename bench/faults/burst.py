"""Let thousands send at once while no worker is there for an hour, then let it catch up.

Usage: python -m bench.faults.burst [PATIENTS [SECONDS]]
Patients with an answered questionnaire declare and send over HTTP, sixteen at a time, to pages
without a worker. Then the clock goes on by an hour, /readyz has to say what waits, and the worker
comes back and makes reports for at most SECONDS. What is left then is counted, and has to wait
without a failure. Prints a row of Markdown and exits 1 if anything was lost or doubled.
"""

from __future__ import annotations

import json
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter

from sqlalchemy import func, select

from bench.faults.clock import TOLD, run_part, set_clock
from bench.faults.ground import Ground, ground
from bench.faults.patients import ANSWERS, BORN, NAME, Patient
from screening.storage import audit
from screening.storage.tables import ReportRow, Screening
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.core.states import State

PATIENTS, SECONDS = 2_000, 3_000
AT_ONCE = 16
MODULE = "bench.faults.burst"  # also where it is imported
HEAD = (
    "| sent in a burst without a worker | seconds | acknowledged | lost | wrong verdicts "
    "| reports sealed | in seconds | doubled | still wait | failing |\n|" + "---:|" * 10
)


def main(patients: int = PATIENTS, seconds: float = SECONDS) -> bool:
    print(HEAD)
    with ground() as clinic:
        told = clinic.folder / "clock"
        set_clock(told, 0)
        clinic.settings[TOLD] = str(told)
        pages = clinic.machine(before=(sys.executable, "-m", MODULE, "serve-pages"))
        many = answered(clinic, patients)
        began = time.monotonic()
        send(clinic, many)
        sent_in = time.monotonic() - began
        set_clock(told, 1)
        noticed = complaints(pages.url)
        pages.stop()
        clinic.machines.clear()
        clinic.machine(before=(sys.executable, "-m", "bench.faults.clock", "serve"))
        began = time.monotonic()
        while waiting(clinic)[0] and time.monotonic() - began < seconds:
            time.sleep(2)
        counts, wrong = compare(clinic, many)
        took = (round(sent_in), counts[0], counts[1], counts[2], counts[3])
        took = (*took, round(time.monotonic() - began), counts[4], *waiting(clinic))
        print(f"| {patients} | " + " | ".join(map(str, took)) + " |", flush=True)
        if not any("reports that wait" in one for one in noticed):
            wrong.append(f"/readyz did not say that reports wait: {noticed}")
    for words, count in Counter(wrong).items():
        print(f"WRONG ({count} times): {words}", file=sys.stderr)
    return not wrong


def answered(clinic: Ground, number: int) -> list[Patient]:
    """Return so many patients with the same answers, by kind; each has an own screening."""
    context, drafts = clinic.office.context, {}
    for kind in ANSWERS:
        first = clinic.office.invite(name=NAME, born=BORN).screening_id
        clinic.office.answer(first, **ANSWERS[kind])
        with context.database.read() as session:
            drafts[kind] = open_sealed(context, session, session.get_one(Screening, first), "draft")
    made = []
    for n in range(number):
        kind = list(ANSWERS)[n % len(ANSWERS)]
        one = clinic.office.invite(name=NAME, born=BORN)
        with context.database.write() as session:
            row = session.get_one(Screening, one.screening_id)
            seal_into(context, session, row, "draft", drafts[kind])
            row.state = State.IN_PROGRESS
        clinic.office.bind(one.screening_id)
        address = f"127.2.{n // 250}.{n % 250 + 1}"
        made.append(Patient(one.screening_id, one.link, kind, address))
    return made


def send(clinic: Ground, many: list[Patient]) -> None:
    """Let sixteen at a time send until all have seen the receipt."""
    left = iter(many)
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                one = next(left, None)
            if one is None:
                return
            one.send(clinic.machines, 300)

    threads = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def complaints(url: str) -> list[str]:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=30) as answer:
            return list(json.load(answer)["problems"])
    except urllib.error.HTTPError as error:
        return list(json.load(error)["problems"])


def waiting(clinic: Ground) -> tuple[int, int]:
    """Return how many reports wait, and how many of them after a failure."""
    with clinic.office.context.database.read() as session:
        query = select(func.count(), func.count(ReportRow.error))
        wait, failing = session.execute(query.where(ReportRow.state == "pending")).one()
    return wait, failing


def compare(clinic: Ground, many: list[Patient]) -> tuple[tuple[int, ...], list[str]]:
    """Return acknowledged, lost, wrong verdicts, sealed and doubled; and what must not be."""
    context, wrong = clinic.office.context, []
    with context.database.read() as session:
        states = dict(session.execute(select(Screening.id, Screening.state)).all())
        rows = session.execute(select(ReportRow.screening_id, ReportRow.kind, ReportRow.state))
        kinds = Counter((id, kind) for id, kind, _ in rows.all())
        ready = select(func.count()).select_from(ReportRow).where(ReportRow.state == "sealed")
        sealed = session.scalar(ready) or 0
        if (broken := audit.find_break(session, context.keys.audit)) is not None:
            wrong.append(f"the audit log is broken at {broken}")
    lost = sum(one.acknowledged and states[one.id] != "submitted" for one in many)
    verdicts = sum(
        clinic._outcomes(one.id) != clinic.outcomes[one.kind]
        for one in many
        if states[one.id] == "submitted"
    )
    doubled = sum(count - 1 for count in kinds.values())
    acknowledged = sum(one.acknowledged for one in many)
    wrong += ["an acknowledged submission was lost"] * lost + ["a wrong verdict"] * verdicts
    wrong += ["a report was ordered twice"] * doubled
    wrong += ["a patient never saw the receipt"] * (len(many) - acknowledged)
    return (acknowledged, lost, verdicts, sealed, doubled), wrong


def serve_pages_alone() -> None:
    """Be `screening serve` without its worker, with our clock."""
    from screening import supervisor

    del supervisor.COMMANDS["worker"]
    run_part("serve")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve-pages"]:
        serve_pages_alone()
    sys.exit(0 if main(*map(int, sys.argv[1:])) else 1)
