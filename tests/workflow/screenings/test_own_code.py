"""The patient's own code: which are taken, what they open, and how often one may try."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from screening.storage.tables import AuditEntry, Patient, Screening
from screening.workflow.accounts.sessions import NOBODY
from screening.workflow.core.actor import PATIENT
from screening.workflow.screenings import (
    answering,
    edit_lock,
    own_code,
    previous_answers,
    receipts,
)
from tests.office import DECLARED, PHONE, refused, render_briefly

BORN, CODE, OTHER = "1986-05-03", "seven hills", "another-phone"


@pytest.fixture
def sent(office):
    """Return the id of what a patient sent who chose a code."""
    invitation = office.invite()
    office.answer(invitation.screening_id, date_of_birth=BORN)
    own_code.choose(office.context, office.hold(invitation.screening_id), CODE)
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    office.make_reports(render_briefly)
    return invitation.screening_id


def patient_of(office, id):
    with office.context.database.read() as session:
        row = session.get_one(Screening, id)
        return session.get_one(Patient, row.patient_id)


def come_back(office, old, device=OTHER):
    """Return the lock of a further visit of the same patient, on `device`."""
    id = office.invite().screening_id
    with office.context.database.read() as session:
        patient_id = session.get_one(Screening, old).patient_id
    merge(office, id, patient_id)
    return edit_lock.take(office.context, id, PATIENT, device)


def merge(office, id, patient_id):
    """Let the patient of the screening be that one."""
    with office.context.database.write() as session:
        row = session.get_one(Screening, id)
        session.get_one(Patient, row.patient_id).merged_into = patient_id


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("abc12", "too-short"),
        ("  a b c ", "too-short"),
        ("x" * 65, "too-long"),
        ("123456", "common"),
        ("654321", "common"),
        ("aaaaaa", "common"),
        ("qwerty", "common"),
        ("abcdef", "common"),
        ("03051986", "common"),
        ("3.5.1986!", "common"),
        ("1986-05-03", "common"),
        ("030586", "common"),
        ("lan nguyen", "common"),
        ("Nguyen1986", "common"),
        ("NGUYỄN1", "common"),
        ("password1", "common"),
    ],
)
def test_what_others_would_guess_is_refused(office, code, why):
    id = office.invite().screening_id

    assert refused(own_code.choose, office.context, office.hold(id), code) == why


@pytest.mark.both_databases
def test_a_code_is_kept_only_as_a_slow_hash(office, sent):
    kept = patient_of(office, sent).code_hash

    assert kept.startswith("$argon2id$") and "seven" not in kept
    with office.context.database.read() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.screening_id == sent))
        assert all("seven" not in f"{e.act} {e.why}" for e in entries)


def test_a_code_opens_what_was_sent_on_another_device(office, sent):
    own_code.enter_by_code(office.context, sent, OTHER, " SEVEN  hills ")

    lock = edit_lock.take(office.context, sent, PATIENT, OTHER)
    assert receipts.read_receipt(office.context, lock).proven
    assert receipts.patient_copy(office.context, lock)


def test_a_code_opens_what_is_half_done_on_another_device(office):
    invitation = office.invite()
    office.answer(invitation.screening_id)
    own_code.choose(office.context, office.hold(invitation.screening_id), CODE)
    own_code.enter_by_code(office.context, invitation.screening_id, OTHER, CODE)

    assert answering.enter(office.context, invitation.link, OTHER)
    assert refused(answering.enter, office.context, invitation.link, PHONE) == "other-device"


def test_who_comes_again_sees_the_earlier_answers_by_the_code(office, sent):
    office.pass_time(days=100)
    lock = come_back(office, sent)
    assert refused(previous_answers.bring_back_by_code, office.context, lock, "x") == "wrong-code"

    assert previous_answers.bring_back_by_code(office.context, lock, CODE)
    assert answering.open_draft(office.context, lock).last["answers"]
    answering.give_answer(office.context, lock, "date_of_birth", BORN)
    previous_answers.bring_back(office.context, lock)
    assert answering.open_draft(office.context, lock).last, "the birth date takes nothing back"


def test_the_same_device_needs_no_code(office, sent):
    office.pass_time(days=100)
    lock = come_back(office, sent, PHONE)
    answering.give_answer(office.context, lock, "date_of_birth", BORN)
    previous_answers.bring_back(office.context, lock)

    assert answering.open_draft(office.context, lock).last["answers"]


def test_wrong_codes_lock_for_longer_each_time_and_the_right_one_does_not_help_then(office, sent):
    enter = (office.context, sent, OTHER)
    for _ in range(own_code.FREE_MISSES):
        assert refused(own_code.enter_by_code, *enter, "guess 1") == "wrong-code"
    assert refused(own_code.enter_by_code, *enter, CODE) == "locked"
    office.pass_time(minutes=1)
    assert refused(own_code.enter_by_code, *enter, "guess 2") == "wrong-code"
    office.pass_time(minutes=1)
    assert refused(own_code.enter_by_code, *enter, CODE) == "locked"
    pauses = []
    for _ in range(8):
        office.now = patient_of(office, sent).code_locked_until
        assert refused(own_code.enter_by_code, *enter, "guess 3") == "wrong-code"
        pauses.append(patient_of(office, sent).code_locked_until - office.now)

    assert pauses == sorted(pauses) and pauses[-1] == timedelta(days=1)
    office.now = patient_of(office, sent).code_locked_until
    own_code.enter_by_code(*enter, CODE)
    assert patient_of(office, sent).code_misses == 0
    with office.context.database.read() as session:
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.screening_id == sent)).all()
    assert acts.count("wrong own code") == own_code.FREE_MISSES + 9


def test_where_there_is_no_code_every_one_is_wrong_in_the_same_way(office):
    id = office.submit()
    for _ in range(own_code.FREE_MISSES):
        attempt = (office.context, id, OTHER, CODE)
        assert refused(own_code.enter_by_code, *attempt) == "wrong-code"

    assert refused(own_code.enter_by_code, *attempt) == "locked"


def test_another_code_needs_the_old_one_or_the_device(office, sent):
    lock = come_back(office, sent)
    # A further row of the same person may have a code of its own; it opens nothing of this one.
    own_code.choose(office.context, lock, "nine rivers", CODE)

    assert refused(own_code.enter_by_code, office.context, sent, "x", CODE) == "wrong-code"
    own_code.enter_by_code(office.context, sent, PHONE, "nine rivers")
    held = edit_lock.take(office.context, sent, PATIENT, PHONE)
    own_code.choose(office.context, held, "four winds blow")
    own_code.enter_by_code(office.context, sent, OTHER, "four winds blow")


def test_a_lost_code_is_not_replaced_behind_a_link(office, sent):
    id = office.invite().screening_id
    with office.context.database.write() as session:
        row, old = session.get_one(Screening, id), session.get_one(Screening, sent)
        session.get_one(Patient, row.patient_id).code_hash = NOBODY
        session.get_one(Patient, row.patient_id).merged_into = old.patient_id
    lock = edit_lock.take(office.context, id, PATIENT, OTHER)

    assert refused(own_code.choose, office.context, lock, "nine rivers") == "needs-code"
    assert refused(own_code.choose, office.context, lock, "nine rivers", "x y z") == "wrong-code"


def test_who_chose_the_code_of_one_row_guesses_no_longer_at_that_of_another(office, sent):
    lock = come_back(office, sent)
    own_code.choose(office.context, lock, "nine rivers")
    for _ in range(own_code.FREE_MISSES):
        refused(own_code.enter_by_code, office.context, sent, OTHER, "guess it")
        refused(own_code.enter_by_code, office.context, sent, OTHER, "nine rivers")

    assert refused(own_code.enter_by_code, office.context, sent, OTHER, CODE) in {
        "locked",
        "wrong-code",
    }
    assert patient_of(office, sent).code_locked_until


def test_a_visit_that_ended_chooses_no_code(office):
    id = office.invite().screening_id
    lock = office.hold(id)
    edit_lock.lay_down(office.context, lock)

    assert refused(own_code.choose, office.context, lock, CODE) == "no-visit"
