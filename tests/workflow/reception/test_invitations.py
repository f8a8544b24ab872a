from sqlalchemy import select

from screening.storage.tables import AuditEntry
from screening.workflow.core.actor import program
from screening.workflow.reception import day_list, invitations
from screening.workflow.screenings import answering
from tests.office import refused


def test_a_new_link_voids_the_old_one(office):
    old = office.invite()
    new = invitations.renew_link(office.context, office.desk, old.screening_id)

    assert refused(answering.follow_link, office.context, old.link) == "gone"
    assert answering.follow_link(office.context, new)[0] == old.screening_id


def test_another_clinic_cannot_touch_a_screening(office):
    id = office.invite().screening_id

    for act in (invitations.withdraw, invitations.renew_link, invitations.new_start_code):
        assert refused(act, office.context, program("other"), id) == "gone"


def test_the_list_shows_who_and_how_far_but_no_answer(office):
    office.submit(cold_sore_now="yes")

    [entry] = day_list.list_screenings(office.context, office.clinic)

    assert (entry.name, entry.state) == ("Lan Nguyen", "submitted")
    assert not hasattr(entry, "gravity")


def test_the_list_shows_how_far_a_patient_is(office):
    id = office.invite().screening_id
    answering.choose_procedures(office.context, office.hold(id), ["mesotherapy-face"])
    answering.give_answer(office.context, office.hold(id), "date_of_birth", "1986-05-03")

    [entry] = day_list.list_screenings(office.context, office.clinic)

    assert entry.step == 1
    assert entry.steps > 20


def test_a_withdrawal_keeps_its_reason_as_a_word_from_a_list(office):
    id = office.invite().screening_id
    act = (office.context, office.desk, id)

    assert refused(invitations.withdraw, *act, "she has hepatitis") == "unknown-reason"
    invitations.withdraw(*act, "twice")
    with office.context.database.read() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc())).first()
    assert (last.act, last.why) == ("withdraw", "twice")
