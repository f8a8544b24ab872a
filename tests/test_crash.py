"""Kill every process at random moments: what a patient saw acknowledged is never lost."""

import os
import random
import signal
import subprocess
import threading
import time
import urllib.error
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPException

import pytest
from sqlalchemy import select, update

from screening.bootstrap import trusted
from screening.documents.verifying.verify import verify_pdf
from screening.storage.tables import ReportRow, Screening
from screening.workflow.screenings import receipts
from tests.installation import Installation
from tests.office import PHONE, Office
from tests.visitor import Visitor

pytestmark = pytest.mark.fault
ROUNDS = 1  # bench/faults/kill.py does 200; test_two_machines.py kills one over PostgreSQL
PATIENTS_A_ROUND = 3
WHOLE = 7  # processes: serve, two of gunicorn, three of the worker, the press


def test_power_cuts_lose_no_acknowledged_submission(tmp_path):
    office = Office(tmp_path)
    server = Installation(tmp_path)
    luck = random.Random(7263)
    acknowledged = []
    for _ in range(ROUNDS):
        before = len(acknowledged)
        waiting = [office.invite() for _ in range(PATIENTS_A_ROUND)]
        for invitation in waiting:
            office.answer(invitation.screening_id)
        server.start()
        threads = [
            threading.Thread(target=send, args=(server, invitation, acknowledged))
            for invitation in waiting
        ]
        for thread in threads:
            thread.start()
        wait_for(lambda before=before: len(acknowledged) > before)
        time.sleep(luck.uniform(0, 0.5))  # others send, reports are made
        server.kill()
        for thread in threads:
            thread.join()

    let_leases_end(office)
    server.start()
    reports = wait_for_reports(office, 300)
    server.stop()
    assert not processes(server)

    with office.context.database.read() as session:
        for id in acknowledged:
            assert session.get_one(Screening, id).state == "submitted"
        submitted = set(session.scalars(select(Screening.id).where(Screening.state == "submitted")))
    assert set(reports) == submitted >= set(acknowledged)
    for id in acknowledged:
        sealed = receipts.patient_copy(office.context, office.hold(id))
        assert verify_pdf(sealed, trusted(office.config), datetime.now(UTC)).status == "PASSED"
    office.close()


def test_a_part_that_is_killed_leaves_nothing_running(tmp_path):
    server = Installation(tmp_path).start()
    try:
        wait_for(lambda: len(processes(server)) == WHOLE)
        worker, *below = [p for p, line in processes(server).items() if "gunicorn" not in line][1:]
        os.kill(worker, signal.SIGKILL)
        wait_for(lambda: not processes(server).keys() & {*below})

        server.process.kill()
        server.process.wait()
        wait_for(lambda: not processes(server))
    finally:
        with suppress(ProcessLookupError):
            server.kill()


def processes(server):
    """Return the command lines, by process id, of all that `server` started and that still runs."""
    asked = ["ps", "-ww", "-o", "pid=,stat=,args=", "--sid", str(server.process.pid)]
    done = subprocess.run(asked, capture_output=True, text=True)
    rows = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    return {int(pid): line for pid, state, line in rows if state[0] != "Z"}


def wait_for(found):
    for _ in range(300):
        if found():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to that within 30 seconds")


def send(server, invitation, acknowledged):
    """Send the declaration; note it as acknowledged once the receipt was shown."""
    visitor = Visitor().bring(server.url, device=PHONE)
    try:
        visitor.get(f"{server.url}/s/{invitation.link}").post()
        visitor.get(f"{server.url}/screening/check").declare()
    except (urllib.error.URLError, HTTPException, OSError, TypeError):
        return
    if "Your answers have arrived" in visitor.html:
        acknowledged.append(invitation.screening_id)


def let_leases_end(office):
    """Let the dead hold no report any more, as if their 40 seconds were over."""
    with office.context.database.write() as session:
        held = ReportRow.lease_until.is_not(None)
        session.execute(update(ReportRow).where(held).values(lease_until=ReportRow.created_at))


def wait_for_reports(office, seconds):
    """Return the screenings whose report is sealed, once none is pending."""
    end = time.monotonic() + seconds
    while True:
        with office.context.database.read() as session:
            rows = session.execute(select(ReportRow.screening_id, ReportRow.state)).all()
        if all(state == "sealed" for _, state in rows) or time.monotonic() > end:
            return [id for id, state in rows if state == "sealed"]
        time.sleep(0.3)
