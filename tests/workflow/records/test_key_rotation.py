import os
import threading
import time
from collections import Counter
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from screening.bootstrap import open_context
from screening.config import read_secrets, write_secrets
from screening.storage import audit
from screening.storage.encryption import SealedBlobError, open_bytes
from screening.storage.installation import WrongSecretError
from screening.storage.tables import Clinic, Patient, Screening
from screening.workflow.accounts import sessions
from screening.workflow.clinics import clinics
from screening.workflow.patients.patients import add_patient, person_of
from screening.workflow.reception import day_list
from screening.workflow.records import key_rotation
from screening.workflow.review import queue
from screening.workflow.screenings import answering, receipts
from tests.office import DECLARED, PASSWORD

pytestmark = pytest.mark.both_databases


def rotate(office):
    path = office.config.secret_file
    write_secrets(path, [os.urandom(32), *read_secrets(path)])
    key_rotation.rotate_secret(office.context, read_secrets(path))


def wrapped(office, of):
    with office.context.database.read() as session:
        return {r.id: r.wrapped_key for r in session.scalars(select(of))}


def test_a_new_secret_is_in_force_while_what_runs_goes_on(office):
    invitation, before = office.invite(), wrapped(office, Clinic)
    rotate(office)

    office.answer(invitation.screening_id)
    assert answering.follow_link(office.context, invitation.link)[0] == invitation.screening_id
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    sessions.sign_in(office.context, "doctor", PASSWORD)
    office.make_reports()
    assert receipts.patient_copy(office.context, office.hold(invitation.screening_id))
    clinics.add_clinic(office.context, "Other", "", "", "UTC")
    for blob in before.values():
        assert blob not in wrapped(office, Clinic).values()


def test_the_newest_secret_alone_opens_it_and_the_older_one_does_not(office):
    path, id = office.config.secret_file, office.submit()
    [old] = read_secrets(path)
    rotate(office)
    newest, older = read_secrets(path)
    assert older == old
    assert key_rotation.in_use(office.context, newest) and not key_rotation.in_use(
        office.context, old
    )

    write_secrets(path, [newest])
    again = open_context(office.config)
    assert again.keys.index == office.context.keys.index
    assert again.seal.certificate_pem == office.context.seal.certificate_pem
    with again.database.read() as session:
        assert again.screening_key(session, session.get_one(Screening, id))
        assert audit.find_break(session, again.keys.audit) is None
    again.database.close()

    write_secrets(path, [old])
    with pytest.raises(WrongSecretError):
        open_context(office.config)


def test_the_key_that_a_thief_has_opens_nothing_new(office):
    stolen = office.context.keys.wrapping
    rotate(office)
    [(id, blob)] = wrapped(office, Clinic).items()

    with pytest.raises(SealedBlobError):
        open_bytes(stolen, blob, f"clinic:{id}")


def test_a_clinic_gets_a_new_key_and_everything_still_opens(office):
    ids = [office.submit() for _ in range(3)]
    before = wrapped(office, Patient)
    assert key_rotation.rotate_clinic(office.context, office.clinic).patients == 3

    assert not set(before.values()) & set(wrapped(office, Patient).values())
    office.make_reports()
    for id in ids:
        assert receipts.patient_copy(office.context, office.hold(id))
    with office.context.database.read() as session:
        assert sessions.doctor_credentials(office.context, session, office.doctor.id)
        assert clinics.clinic_seal(office.context, session, office.clinic)
    assert office.sign_in("doctor").name == "Dr Mai Tran"  # the app's secret is sealed too


def rotate_clinic(office):
    key_rotation.rotate_clinic(office.context, office.clinic)


@pytest.mark.parametrize("kind_of", [rotate, rotate_clinic], ids=["secret", "clinic"])
def test_what_is_being_written_is_finished_before_a_key_changes(office, kind_of):
    """An act reads and seals row after row: it must not meet one key here and another there."""
    office.invite()
    rotation = threading.Thread(target=kind_of, args=(office,))
    with office.context.database.write() as session:
        clinic = session.get_one(Clinic, office.clinic)
        rotation.start()
        waits_or_is_through(office, rotation)
        [patient] = session.scalars(select(Patient))
        assert person_of(office.context, session, patient)["name"] == "Lan Nguyen"
        add_patient(office.context, session, clinic, {"name": "Late Nguyen"})
        assert rotation.is_alive()
    rotation.join()

    with office.context.database.read() as session:
        people = [person_of(office.context, session, p) for p in session.scalars(select(Patient))]
    assert {person["name"] for person in people} == {"Lan Nguyen", "Late Nguyen"}


def waits_or_is_through(office, rotation):
    """Return once `rotation` can do no more by itself."""
    if office.context.database.engine.dialect.name == "sqlite":
        return  # there a write waits for the file's lock before it reads anything
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while rotation.is_alive():
        with office.context.database.read() as session:
            if session.scalar(waiting):
                return
        time.sleep(0.01)


def test_a_read_goes_on_under_the_keys_of_the_moment_at_which_it_began(office):
    """Also where this process has not met them: it looked at nothing between two rotations."""
    elsewhere = SimpleNamespace(config=office.config, context=open_context(office.config))
    rotate(elsewhere)
    with office.context.database.read() as session:
        clinic = session.get_one(Clinic, office.clinic)
        rotate(elsewhere)
        assert office.context.clinic_key(clinic)
    with office.context.database.read() as session:
        assert office.context.clinic_key(session.get_one(Clinic, office.clinic))
    elsewhere.context.database.close()


def test_nobody_notices_a_rotation(office):
    """Patients answer, the reception lists and invites while both kinds of key change."""
    invited = [office.invite().screening_id for _ in range(4)]
    failures, done, rounds = [], threading.Event(), Counter()

    def use(id):
        held = office.hold(id)
        while not done.is_set():
            try:
                answering.give_answer(office.context, held, "note", "x")
                day_list.list_screenings(office.context, office.clinic)
                office.invite()
                queue.list_queue(office.context, office.doctor)
                rounds[id] += 1
            except Exception as error:
                failures.append(repr(error))
                return

    threads = [threading.Thread(target=use, args=(id,)) for id in invited]
    for thread in threads:
        thread.start()
    for _ in range(3):
        key_rotation.rotate_clinic(office.context, office.clinic)
        rotate(office)
        before = dict(rounds)
        while not failures and any(rounds[id] < before.get(id, 0) + 2 for id in invited):
            time.sleep(0.01)
    done.set()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(day_list.list_screenings(office.context, office.clinic)) >= 4
