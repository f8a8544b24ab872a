"""Links and codes, withdrawing and undoing it: what the patient's link then does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from screening.storage.tables import AuditEntry, Screening
from screening.workflow.core.actor import program
from screening.workflow.reception import appointments, invitations
from screening.workflow.records import retention
from screening.workflow.screenings import answering
from tests.mail_server import invite, rows, send_due, texts
from tests.office import refused


def renew(office, id):
    return invitations.renew_link(office.context, office.desk, id)


def lives(office, link):
    """Return whether the link opens something to answer."""
    try:
        return answering.follow_link(office.context, link)[1] in ("invited", "in-progress")
    except Exception:
        return False


def test_a_new_link_and_its_code_void_the_old_ones(office):
    old = office.invite()
    new = renew(office, old.screening_id)

    assert refused(answering.follow_link, office.context, old.link) == "gone"
    assert answering.follow_link(office.context, new.link)[0] == old.screening_id
    with office.context.database.read() as session:
        row = session.get_one(Screening, old.screening_id)
        assert row.start_code_hash == office.context.hash(f"start:{new.start_code}")


def test_a_new_link_to_what_is_sent_has_no_code_for_the_tablet(office):
    id = office.submit()
    new = renew(office, id)

    assert answering.follow_link(office.context, new.link) == (id, "submitted")
    assert new.start_code == ""


def test_a_new_link_is_mailed_where_an_address_is_known(mailing_office, server):
    office = mailing_office
    old = invite(office)
    send_due(office)
    new = renew(office, old.screening_id)
    send_due(office)

    assert new.link in texts(server.mails[-1]) and old.link not in texts(server.mails[-1])
    assert [row.state for row in rows(office)] == ["sent", "sent"]


def test_what_expired_before_it_was_begun_is_invited_again(office):
    id = office.invite().screening_id
    office.pass_time(days=16)
    retention.expire(office.context)

    assert answering.follow_link(office.context, renew(office, id).link) == (id, "invited")


@pytest.mark.both_databases
def test_a_link_works_until_a_week_after_the_visit_or_for_two_weeks(office):
    soon = office.invite(at=office.now + timedelta(days=2))
    late = office.invite(at=office.now + timedelta(days=60))
    never = office.invite()

    def alive(after):
        office.now = office.start + timedelta(days=after)
        return [lives(office, each.link) for each in (soon, late, never)]

    opened = (office.now - office.start).days
    assert alive(opened + 13) == [True, True, True]
    assert alive(opened + 15) == [False, True, False]
    assert alive(opened + 66) == [False, True, False]
    assert alive(opened + 68) == [False, False, False]


def test_the_link_moves_with_the_appointment(office):
    made = office.invite(at=office.now + timedelta(days=2))
    later = office.now + timedelta(days=30)
    appointments.reschedule(office.context, office.desk, made.screening_id, later)
    office.pass_time(days=36)

    assert lives(office, made.link)
    office.pass_time(days=2)
    assert not lives(office, made.link)


def test_another_clinic_cannot_touch_a_screening(office):
    id = office.invite().screening_id

    for act in (invitations.withdraw, invitations.renew_link, invitations.restore):
        assert refused(act, office.context, program("other"), id) == "gone"


def test_a_withdrawal_keeps_its_reason_as_a_word_from_a_list(office):
    id = office.invite().screening_id
    act = (office.context, office.desk, id)

    assert refused(invitations.withdraw, *act, "she has hepatitis") == "unknown-reason"
    invitations.withdraw(*act, "twice")
    with office.context.database.read() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc())).first()
    assert (last.act, last.why) == ("withdraw", "twice")


@pytest.mark.both_databases
def test_a_withdrawal_is_undone_within_an_hour_and_the_link_works_as_before(office):
    made = office.invite()
    office.answer(made.screening_id)
    act = (office.context, office.desk, made.screening_id)
    invitations.withdraw(*act, "mistake")
    assert refused(answering.follow_link, office.context, made.link) == "withdrawn"
    office.pass_time(minutes=59)
    invitations.restore(*act)

    assert answering.follow_link(office.context, made.link) == (made.screening_id, "in-progress")
    assert refused(invitations.restore, *act) == "in-progress"


def test_after_an_hour_a_withdrawal_stays(office):
    id = office.invite().screening_id
    act = (office.context, office.desk, id)
    invitations.withdraw(*act, "mistake")
    office.pass_time(minutes=61)

    assert refused(invitations.restore, *act) == "too-late"


def test_what_was_sent_or_not_begun_is_that_again_after_undoing(office):
    for id, state in ((office.submit(), "submitted"), (office.invite().screening_id, "invited")):
        invitations.withdraw(office.context, office.desk, id, "mistake")
        invitations.restore(office.context, office.desk, id)
        with office.context.database.read() as session:
            row = session.get_one(Screening, id)
            assert (row.state, row.withdrawn_at) == (state, None)


def test_what_had_expired_is_withdrawn_and_expired_again_after_undoing(office):
    id = office.invite().screening_id
    office.pass_time(days=16)
    retention.expire(office.context)
    invitations.withdraw(office.context, office.desk, id, "cancelled")
    invitations.restore(office.context, office.desk, id)

    with office.context.database.read() as session:
        assert session.get_one(Screening, id).state == "expired"


def test_a_mail_that_was_held_back_by_the_withdrawal_goes_after_all(mailing_office, server):
    office = mailing_office
    made = invite(office)
    invitations.withdraw(office.context, office.desk, made.screening_id, "mistake")
    send_due(office)
    assert server.mails == []
    invitations.restore(office.context, office.desk, made.screening_id)
    send_due(office)

    assert made.link in texts(server.mails[0])
