"""The link is not the proof: what opens on which device, and what the reception reads of it."""

import pytest
from sqlalchemy import select

from screening.clinical.definitions.folder import BEFORE_BINDINGS
from screening.storage.tables import AuditEntry, Patient, Screening
from screening.workflow.core.actor import PATIENT
from screening.workflow.reception import asking_again, invitations
from screening.workflow.review import reviews
from screening.workflow.screenings import (
    afresh,
    answering,
    arrival,
    changes,
    edit_lock,
    own_code,
    previous_answers,
    receipts,
)
from screening.workflow.tablets import handover
from tests.office import DECLARED, PHONE, decide, refused, render_briefly
from tests.workflow.tablets.test_tablets import tablet

BORN = "1986-05-03"
DESK = "the-receptions-browser"


@pytest.fixture
def sent(office):
    """Return the invitation of a patient who answered on her phone and sent it, with a copy."""
    invitation = office.invite()
    office.answer(invitation.screening_id, date_of_birth=BORN, cold_sore_now="yes")
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    office.make_reports(render_briefly)
    return invitation


def follow(office, link, device):
    """Come in by a link on `device`; return the lock."""
    id = answering.enter(office.context, link, device)
    return edit_lock.take(office.context, id, PATIENT, device)


def device_of(office, id):
    with office.context.database.read() as session:
        return session.get_one(Screening, id).device_hash


@pytest.mark.both_databases
def test_the_first_device_that_begins_is_the_screenings_and_no_other_gets_in(office):
    link = office.invite().link
    lock = follow(office, link, PHONE)
    answering.give_answer(office.context, lock, "date_of_birth", BORN)

    assert refused(answering.enter, office.context, link, DESK) == "other-device"
    assert refused(answering.enter, office.context, link, "") == "other-device"
    again = follow(office, link, PHONE)
    assert answering.open_draft(office.context, again).answers == {"date_of_birth": BORN}


def test_looking_at_a_link_binds_nothing(office):
    invitation = office.invite()
    assert answering.look_at(office.context, invitation.link, DESK).may_enter

    assert device_of(office, invitation.screening_id) is None


def test_a_half_done_questionnaire_of_before_there_were_devices_takes_the_first_that_comes(office):
    invitation = office.invite()
    office.answer(invitation.screening_id)
    with office.context.database.write() as session:
        session.get_one(Screening, invitation.screening_id).device_hash = None

    assert answering.open_draft(office.context, follow(office, invitation.link, PHONE)).answers
    assert refused(answering.enter, office.context, invitation.link, DESK) == "other-device"


def test_nobody_reads_from_the_table_which_patients_share_a_browser(office):
    ids = [office.invite(name=name).screening_id for name in ("Lan Nguyen", "Ann Doe")]
    for id in ids:
        edit_lock.take(office.context, id, PATIENT, PHONE)

    assert len({device_of(office, id) for id in ids}) == 2


def test_the_reception_reads_nothing_by_a_fresh_link_to_what_was_sent(office, sent):
    link = invitations.renew_link(office.context, office.desk, sent.screening_id).link

    assert refused(answering.enter, office.context, link, DESK) == "other-device"
    lock = edit_lock.take(office.context, sent.screening_id, PATIENT, DESK)  # had it got in
    receipt = receipts.read_receipt(office.context, lock)
    assert not receipt.proven and not receipt.copy_ready and not receipt.to_find_out
    assert refused(receipts.patient_copy, office.context, lock) == "other-device"
    assert refused(receipts.aftercare_file, office.context, lock) == "other-device"
    assert refused(changes.something_changed, office.context, lock) == "other-device"
    assert receipts.patient_copy(office.context, office.hold(sent.screening_id))


def test_the_reception_reads_nothing_by_a_fresh_link_to_what_is_half_done(office):
    for device in (PHONE, None):  # begun since there are devices, and before
        invitation = office.invite()
        office.answer(invitation.screening_id)
        with office.context.database.write() as session:
            row = session.get_one(Screening, invitation.screening_id)
            row.device_hash = row.device_hash if device else None
        link = invitations.renew_link(office.context, office.desk, invitation.screening_id).link

        assert refused(answering.enter, office.context, link, DESK) == "other-device"


def test_the_reception_reads_nothing_by_an_invitation_of_its_own_and_a_birth_date(office, sent):
    office.pass_time(days=200)
    lock = follow(office, office.invite().link, DESK)
    answering.give_answer(office.context, lock, "date_of_birth", BORN)
    previous_answers.bring_back(office.context, lock)

    assert answering.open_draft(office.context, lock).last is None


def test_the_reception_reads_nothing_by_an_arrival(office, sent):
    """The rows show nothing; what is sent in the end holds the answers of before."""
    lock = follow(office, asking_again.arrive(*by_desk(office, sent)).link, DESK)
    arrival.answer_rows(office.context, lock, dict.fromkeys(BEFORE_BINDINGS.rows, "no"))
    draft = answering.open_draft(office.context, lock)
    assert not draft.medicine_questions(office.context.definitions)
    assert draft.answers.keys() == draft.taken
    while asked := office.answer_open(lock.screening_id):
        assert asked
    lock = follow_again(office, lock)
    answering.submit(office.context, lock, DECLARED)
    office.make_reports(render_briefly)
    lock = edit_lock.take(office.context, lock.screening_id, PATIENT, DESK)

    assert not receipts.read_receipt(office.context, lock).proven
    assert refused(receipts.patient_copy, office.context, lock) == "other-device"
    assert refused(changes.something_changed, office.context, lock) == "other-device"
    office.pass_time(days=100)
    mine = follow(office, office.invite().link, DESK)
    answering.give_answer(office.context, mine, "date_of_birth", BORN)
    previous_answers.bring_back(office.context, mine)
    assert answering.open_draft(office.context, mine).last is None


def by_desk(office, sent):
    return office.context, office.desk, sent.screening_id


def follow_again(office, lock):
    return edit_lock.take(office.context, lock.screening_id, PATIENT, DESK)


def test_the_reception_reads_nothing_by_a_code_of_its_own_choice(office, sent):
    """Neither chosen behind its own link, nor behind an arrival, nor planted beforehand."""
    own_code.choose(office.context, office.hold(sent.screening_id), "seven hills")
    arrived = follow(office, asking_again.arrive(*by_desk(office, sent)).link, DESK)
    assert refused(own_code.choose, office.context, arrived, "nine rivers") == "needs-code"
    for code in ("nine rivers", "lan nguyen"):
        attempt = (office.context, sent.screening_id, DESK, code)
        assert refused(own_code.enter_by_code, *attempt) == "wrong-code"


def test_a_code_planted_before_the_patient_came_opens_nothing_that_she_answers(office):
    planted = office.invite()
    own_code.choose(office.context, follow(office, planted.link, DESK), "nine rivers")
    with office.context.database.read() as session:
        patient = session.get_one(Screening, planted.screening_id).patient_id
    hers = office.invite()
    with office.context.database.write() as session:
        row = session.get_one(Screening, hers.screening_id)
        session.get_one(Patient, row.patient_id).merged_into = patient
    office.answer(hers.screening_id)
    answering.submit(office.context, office.hold(hers.screening_id), DECLARED)

    attempt = (office.context, hers.screening_id, DESK, "nine rivers")
    assert refused(own_code.enter_by_code, *attempt) == "wrong-code"


def test_the_receptions_code_and_the_birth_date_start_an_empty_questionnaire_on_a_tablet(office):
    invitation, here = office.invite(), tablet(office)
    office.answer(invitation.screening_id)
    start = (office.context, here, invitation.start_code, BORN)
    assert refused(handover.start, *start) == "begun"

    lock = edit_lock.take(office.context, handover.start(*start, True), here)
    assert answering.open_draft(office.context, lock).answers == {}
    assert refused(answering.enter, office.context, invitation.link, PHONE) == "other-device"


def test_a_tablet_is_nobodys_device(office):
    invitation, here = office.invite(), tablet(office)
    id = handover.start(office.context, here, invitation.start_code, BORN)
    lock = edit_lock.take(office.context, id, here)
    answering.give_answer(office.context, lock, "date_of_birth", BORN)

    assert refused(answering.enter, office.context, invitation.link, DESK) == "other-device"
    link = handover.link_for_phone(office.context, here, lock)
    handover.follow_to_phone(office.context, link, PHONE)
    assert follow(office, invitation.link, PHONE)


def test_who_has_neither_device_nor_code_begins_afresh(office):
    invitation = office.invite()
    office.answer(invitation.screening_id)

    assert afresh.begin_afresh(office.context, invitation.screening_id, DESK) == (
        invitation.screening_id
    )
    draft = answering.open_draft(office.context, follow(office, invitation.link, DESK))
    assert (draft.answers, draft.invited_for) == ({}, ["mesotherapy-face"])


@pytest.mark.both_databases
def test_what_was_sent_stays_with_the_doctor_when_its_patient_begins_afresh(office, sent):
    new = afresh.begin_afresh(office.context, sent.screening_id, DESK)

    assert new != sent.screening_id
    assert afresh.begin_afresh(office.context, sent.screening_id, DESK) == new, "no second one"
    lock = edit_lock.take(office.context, new, PATIENT, DESK)
    assert answering.open_draft(office.context, lock).answers == {}
    assert reviews.open_review(office.context, office.doctor, sent.screening_id).report
    assert receipts.read_receipt(office.context, office.hold(sent.screening_id)).proven
    with office.context.database.read() as session:
        rows = [session.get_one(Screening, id) for id in (new, sent.screening_id)]
        assert rows[0].patient_id == rows[1].patient_id
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.screening_id == new))
        assert "begin afresh" in acts.all()


def test_what_the_doctor_asks_again_is_for_the_device_that_answered(office):
    invitation = office.invite()
    office.answer(invitation.screening_id, cold_sore_now="yes")
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    reviews.decide(*decide(office, invitation.screening_id, "request-information", "which side?"))

    assert refused(answering.enter, office.context, invitation.link, DESK) == "other-device"
    assert follow(office, invitation.link, PHONE)


def test_the_receipt_says_when_a_role_opened_the_record_and_no_name(office, sent):
    held = office.hold(sent.screening_id)
    assert receipts.read_receipt(office.context, held).opened == []
    office.pass_time(minutes=5)
    reviews.open_review(office.context, office.doctor, sent.screening_id)

    first = office.now
    office.pass_time(minutes=1)
    reviews.open_review(office.context, office.doctor, sent.screening_id)
    [opening] = receipts.read_receipt(office.context, held).opened
    assert (opening.role, opening.at) == ("doctor", first)


def test_what_was_decided_is_told_in_plain_words_and_only_to_the_patient(office, sent):
    reviews.decide(*decide(office, sent.screening_id, "proceed-with-conditions", "as advised"))

    [told] = receipts.read_receipt(office.context, office.hold(sent.screening_id)).decided
    assert (told.procedure, told.word) == ("mesotherapy-face", "may-come")
    assert told.conditions == "Patch test first"
    lock = edit_lock.take(office.context, sent.screening_id, PATIENT, DESK)
    assert receipts.read_receipt(office.context, lock).decided == []


def test_a_tablet_that_has_sent_reads_no_receipt(office):
    invitation, here = office.invite(), tablet(office)
    handover.start(office.context, here, invitation.start_code, BORN)
    lock = edit_lock.take(office.context, invitation.screening_id, here)
    office.answer(invitation.screening_id)
    lock = edit_lock.take(office.context, invitation.screening_id, here)
    answering.submit(office.context, lock, DECLARED)

    for act in (receipts.read_receipt, receipts.patient_copy, receipts.aftercare_file):
        assert refused(act, office.context, lock) == "no-visit"
        assert edit_lock.take(office.context, invitation.screening_id, here).secret == ""


def test_a_link_of_before_there_were_devices_binds_to_nobody_once_the_reception_has_seen_it(office):
    """Neither shown at the desk nor mailed to another address does it open what was begun."""
    invitation = office.invite()
    office.answer(invitation.screening_id)
    with office.context.database.write() as session:
        session.get_one(Screening, invitation.screening_id).device_hash = None
    why = (office.context, office.desk, invitation.screening_id, "at-the-desk")

    link = invitations.show_link(*why).link
    assert refused(answering.enter, office.context, link, DESK) == "other-device"
