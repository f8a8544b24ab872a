"""Kill every process at random moments: what a patient saw acknowledged is never lost."""

import random
import threading
import time
import urllib.error
from http.client import HTTPException

from sqlalchemy import select

from screening.documents.verify import verify_pdf
from screening.opening import trusted
from screening.storage.tables import ReportRow, Screening
from screening.workflow import receipts
from tests.installation import Installation
from tests.office import Office
from tests.visitor import Visitor

ROUNDS = {"sqlite": 6, "postgresql": 3}  # bench/faults/kill.py does 200
MOST_ROUNDS = 20  # on a machine so slow that most are killed before they have sent
PATIENTS_A_ROUND = 3


def test_power_cuts_lose_no_acknowledged_submission(tmp_path, address):
    rounds = ROUNDS[address.split(":")[0].split("+")[0]]
    office = Office(tmp_path, SCREENING_DATABASE=address)
    server = Installation(tmp_path, database=address)
    luck = random.Random(7263)
    acknowledged = []
    pace = 0.0
    for number in range(MOST_ROUNDS):
        if number > rounds and len(acknowledged) > rounds:
            break
        waiting = [office.invite() for _ in range(PATIENTS_A_ROUND)]
        for invitation in waiting:
            office.answer(invitation.screening_id)
        server.start()
        threads = [
            threading.Thread(target=send, args=(server, invitation, acknowledged))
            for invitation in waiting
        ]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        if pace:
            time.sleep(pace * luck.uniform(0.05, 1.1))
            server.kill()
        for thread in threads:
            thread.join()
        if not pace:  # the first round is left alone: it shows how quick this machine is today
            pace = time.monotonic() - started
            server.kill()

    server.start()
    reports = wait_for_reports(office, 300)
    server.stop()

    assert len(acknowledged) > rounds, "too few submissions to show anything"
    with office.place.database.read() as session:
        for id in acknowledged:
            assert session.get_one(Screening, id).state == "submitted"
        submitted = set(session.scalars(select(Screening.id).where(Screening.state == "submitted")))
    assert set(reports) == submitted >= set(acknowledged)
    for id in acknowledged:
        sealed = receipts.patient_copy(office.place, id)
        assert verify_pdf(sealed, trusted(office.config)).status == "PASSED"
    office.close()


def send(server, invitation, acknowledged):
    """Send the declaration; note it as acknowledged once the receipt was shown."""
    visitor = Visitor()
    try:
        visitor.get(f"{server.url}/s/{invitation.link}").post()
        visitor.get(f"{server.url}/screening/declaration")
        if visitor.url.endswith("/who-answered"):  # not asked again of who was cut off after it
            visitor.post(who="self")
        visitor.post(agree="y", full_name="Lan Nguyen")
    except (urllib.error.URLError, HTTPException, OSError, TypeError):
        return
    if "Your answers have arrived" in visitor.html:
        acknowledged.append(invitation.screening_id)


def wait_for_reports(office, seconds):
    """Return the screenings whose report is sealed, once none is pending."""
    end = time.monotonic() + seconds
    while True:
        with office.place.database.read() as session:
            rows = session.execute(select(ReportRow.screening_id, ReportRow.state)).all()
        if all(state == "sealed" for _, state in rows) or time.monotonic() > end:
            return [id for id, state in rows if state == "sealed"]
        time.sleep(1)
