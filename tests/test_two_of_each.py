"""Two processes of the pages and two workers over PostgreSQL, and a program that asks them at once.

Whatever two of them could do twice is done once, and what each counts is counted together.
"""

import json
import subprocess
import urllib.error
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import func, select
from standardwebhooks import Webhook

from screening.storage import audit
from screening.storage.tables import AuditEntry, Delivery, ReportRow, Screening
from screening.web.integration.api import PER_MINUTE
from screening.workflow.core.actor import program
from screening.workflow.integration import api_keys
from screening.workflow.reception.invitations import Invitation
from tests.installation import Installation
from tests.news_receiver import NETWORKS, receiver
from tests.office import Office
from tests.postgres import DATABASES
from tests.test_crash import processes, send, wait_for

__all__ = ["receiver"]
pytestmark = pytest.mark.fault
VISITS = [f"visit-{n}" for n in range(3)]


class Program:
    """What a booking system sends over HTTP, with its key."""

    def __init__(self, server, office):
        by = program(office.clinic)
        self.key = api_keys.make_key(office.context, by, "Booking", list(api_keys.Scope))
        self.api = f"{server.url}/api/v1"

    def __call__(self, method, path, body=None, kind="application/json", **headers):
        headers |= {"Authorization": f"Bearer {self.key}", "Content-Type": kind}
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
        try:
            asked = Request(self.api + path, data, headers, method=method)
            with urlopen(asked, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def read(self, path):
        status, told = self("GET", path)
        assert status == 200, told
        return told

    def open(self, visit):
        """Open a screening under a key that another sends at the same moment."""
        wanted = {"external_id": visit, "patient": {"name": "Lan Nguyen", "born": "1986-05-03"}}
        wanted["procedures"] = ["mesotherapy-face"]
        status, told = self("POST", "/screenings", wanted, **{"Idempotency-Key": visit})
        return visit, status, json.loads(told)


@pytest.fixture
def office(tmp_path, cluster):
    office = Office(tmp_path / "office", SCREENING_DATABASE=cluster.new(), **NETWORKS)
    yield office
    office.close()


@pytest.fixture
def server(office):
    """All that `screening serve` starts, with two processes of the pages, and a worker more."""
    settings = {"SCREENING_WEB_WORKERS": "2", **NETWORKS}
    server = Installation(office.config.instance, database=office.config.database)
    server.settings = settings
    server.start()
    with server.log.open("a") as log:
        worker = subprocess.Popen(
            [*server.program, "worker"], env=server.environment, stdout=log, stderr=log
        )
    try:
        wait_for(lambda: sum("gunicorn" in line for line in processes(server).values()) == 3)
        yield server
        assert worker.poll() is None, server.log.read_text()[-2000:]
    finally:
        worker.terminate()
        worker.wait(30)
        server.stop()


@pytest.mark.parametrize("kind", [d for d in DATABASES if d == "postgresql"])
def test_what_two_of_each_do_at_once_is_done_once(office, server, receiver, kind):
    booking, acknowledged = Program(server, office), []
    secret = json.loads(booking("POST", "/webhooks", {"url": receiver.url})[1])["secret"]

    def walk(one):
        id, link = one["id"], one["link"].rpartition("/")[2]
        send(server, Invitation(id, one["number"], link, ""), acknowledged)

    def read(id):
        assert json.loads(booking.read(f"/screenings/{id}"))["state"] == "submitted"
        [verdict] = json.loads(booking.read(f"/screenings/{id}/verdict"))["procedures"]
        pdf = booking.read(f"/screenings/{id}/reports/screening/1")
        checked = booking("POST", "/verifications", pdf, "application/pdf")[1]
        return verdict["id"], json.loads(checked)["status"]

    with ThreadPoolExecutor(8) as pool:
        asked = list(pool.map(booking.open, VISITS * 2))
        opened = {told["id"]: told for _visit, status, told in asked if status == 201}
        for id in opened:
            office.answer(id)
        list(pool.map(walk, opened.values()))
        assert sorted(acknowledged) == sorted(opened)
        wait_for(lambda: states(office, ReportRow) == {"sealed": 2 * len(VISITS)})
        read_back = list(pool.map(read, opened))
        wait_for(lambda: states(office, Delivery).keys() == {"sent"})
        some = list(pool.map(lambda _: booking("GET", "/procedures")[0], range(PER_MINUTE + 20)))

    assert {status for _visit, status, _told in asked} <= {201, 409}
    assert Counter(told["external_id"] for told in opened.values()) == Counter(VISITS)
    assert read_back == [("mesotherapy-face", "PASSED")] * len(VISITS)
    told = [Webhook(secret).verify(body, headers) for headers, body in receiver.got]
    assert {one["data"]["id"] for one in told} == set(opened)
    arrived = Counter(headers["webhook-id"] for headers, _body in receiver.got)
    assert set(arrived.values()) == {1} and len(arrived) == states(office, Delivery)["sent"]
    assert Counter(some) == {200: PER_MINUTE, 429: 20}
    with office.context.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Screening)) == len(VISITS)
        seals = select(AuditEntry.screening_id).where(AuditEntry.act == "seal screening report")
        assert Counter(session.scalars(seals)) == Counter(list(opened))
        assert audit.find_break(session, office.context.keys.audit) is None


def states(office, table):
    with office.context.database.read() as session:
        return dict(session.execute(select(table.state, func.count()).group_by(table.state)).all())
