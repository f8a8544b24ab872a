"""Two machines over one PostgreSQL, a web and a worker each; one of them dies under load."""

import shutil
import threading
import time
from collections import Counter

import pytest
from sqlalchemy import select

from screening.storage import audit
from screening.storage.tables import AuditEntry, ReportRow, Screening
from tests.installation import Installation
from tests.office import Office
from tests.postgres import DATABASES
from tests.test_crash import let_leases_end, send, wait_for_reports

pytestmark = pytest.mark.fault
PATIENTS = 12


@pytest.mark.parametrize("kind", [d for d in DATABASES if d == "postgresql"])
def test_one_machine_dies_and_nothing_that_was_acknowledged_is_lost(tmp_path, cluster, kind):
    address = cluster.new()
    office = Office(tmp_path / "office", SCREENING_DATABASE=address)
    machines = [machine(tmp_path / name, office, address) for name in ("one", "two")]
    waiting = [office.invite() for _ in range(PATIENTS)]
    for invitation in waiting:
        office.answer(invitation.screening_id)
    acknowledged = []
    threads = [
        threading.Thread(target=send, args=(machines[n % 2], invitation, acknowledged))
        for n, invitation in enumerate(waiting)
    ]
    for thread in threads:
        thread.start()
    while len(acknowledged) < 4:
        time.sleep(0.01)
    machines[0].kill()
    for thread in threads:
        thread.join()
    before = len(acknowledged)
    for invitation in waiting:
        if invitation.screening_id not in acknowledged:
            send(machines[1], invitation, acknowledged)
    let_leases_end(office)  # then the other machine finds by itself, within a minute, what waits
    reports = wait_for_reports(office, 300)
    machines[1].stop()

    assert before >= PATIENTS // 2, "the machine that lived did not serve its own"
    with office.context.database.read() as session:
        submitted = set(session.scalars(select(Screening.id).where(Screening.state == "submitted")))
        orders = Counter(
            session.scalars(select(ReportRow.screening_id).where(ReportRow.kind == "screening"))
        )
        seals = select(AuditEntry.screening_id).where(AuditEntry.act == "seal screening report")
        sealed = Counter(session.scalars(seals))
        assert audit.find_break(session, office.context.keys.audit) is None
    assert submitted == {i.screening_id for i in waiting} >= set(acknowledged)
    assert orders == sealed == Counter(submitted)
    assert Counter(reports) == Counter(dict.fromkeys(submitted, 2)), "the report and a copy"
    office.close()


def machine(folder, office, address):
    """Return a served machine that shares only the database and the secret."""
    folder.mkdir()
    shutil.copy(office.config.secret_file, folder / "secret")
    return Installation(folder, database=address).start()
