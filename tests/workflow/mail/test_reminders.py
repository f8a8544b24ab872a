"""Who has not finished is reminded once: before the visit, or before the link ends."""

from datetime import timedelta

import pytest

from screening.workflow.core.actor import PROGRAM
from screening.workflow.mail import delivery
from screening.workflow.mail.reminders import order_reminders
from screening.workflow.reception import appointments, asking_again, invitations
from screening.workflow.records import erasure, retention
from screening.workflow.screenings import answering, changes
from tests.mail_server import TO, invite, rows, send_due, texts
from tests.office import DECLARED, refused
from tests.workflow.records.test_damage import flip

DAYS = 2


@pytest.fixture
def office(mailing_office):
    return mailing_office


def reminded(office):
    """Turn as the worker does; return which mails that added."""
    known = {row.id for row in rows(office)}
    order_reminders(office.context, DAYS)
    return [row.kind for row in rows(office) if row.id not in known]


def test_the_reminder_comes_two_days_before_and_once(office, server):
    invite(office, appointment_at=office.now + timedelta(days=10))
    office.pass_time(days=7, hours=23)
    assert reminded(office) == []
    office.pass_time(hours=2)

    assert reminded(office) == ["reminder"]
    assert reminded(office) == []
    send_due(office)
    assert "Your visit is soon" in texts(server.mails[-1])


def test_where_there_is_no_visit_the_end_of_the_link_is_what_counts(office, server):
    invite(office)
    office.pass_time(days=11, hours=23)
    assert reminded(office) == []
    office.pass_time(hours=2)

    assert reminded(office) == ["expiry-reminder"]
    send_due(office)
    assert "your link ends soon" in texts(server.mails[-1])
    office.pass_time(days=2)
    assert reminded(office) == []


def test_a_damaged_address_keeps_nobody_else_from_a_reminder(office, server, caplog):
    visit = office.now + timedelta(days=10)
    broken, _ = (invite(office, appointment_at=visit).screening_id for _ in range(2))
    office.pass_time(days=9)
    flip(office, broken, "contact")

    assert reminded(office) == ["reminder"]
    assert f"screening:{broken}:contact cannot be opened" in caplog.text
    send_due(office)
    assert len(server.mails) == 2  # the other's invitation and reminder
    assert "cannot be written" in caplog.text and TO not in caplog.text
    assert delivery.due_mails(office.context) == []
    erasure.erase(office.context, broken, PROGRAM, "damaged")
    office.pass_time(hours=2)
    assert delivery.due_mails(office.context) == []


def test_who_was_invited_within_the_two_days_needs_no_reminder(office):
    invite(office, appointment_at=office.now + timedelta(days=1))
    office.pass_time(hours=20)

    assert reminded(office) == []


def test_without_an_address_nobody_is_reminded(office):
    invite(office, to="", appointment_at=office.now + timedelta(days=10))
    invite(office, to="")
    office.pass_time(days=13)

    assert reminded(office) == []


def test_a_visit_in_two_months_has_a_link_that_lives_and_a_reminder_then(office, server):
    link = invite(office, appointment_at=office.now + timedelta(days=60)).link
    office.pass_time(days=57)
    assert reminded(office) == []
    office.pass_time(days=2)

    assert reminded(office) == ["reminder"]
    send_due(office)
    assert link in texts(server.mails[-1])


def test_a_moved_appointment_has_a_reminder_of_its_own(office):
    id = invite(office, appointment_at=office.now + timedelta(days=10)).screening_id
    office.pass_time(days=9)
    assert reminded(office) == ["reminder"]
    appointments.reschedule(office.context, office.desk, id, office.now + timedelta(days=20))
    assert reminded(office) == []
    office.pass_time(days=19)

    assert reminded(office) == ["reminder"]
    assert reminded(office) == []


@pytest.mark.both_databases
@pytest.mark.parametrize("end", ["withdraw", "submit", "erase", "expire", "visit"])
def test_who_has_finished_or_will_not_come_is_left_alone(office, end):
    id = invite(office, appointment_at=office.now + timedelta(days=10)).screening_id
    act = (office.context, office.desk, id)
    if end == "withdraw":
        invitations.withdraw(*act)
    elif end == "submit":
        office.answer(id)
        answering.submit(office.context, office.hold(id), DECLARED)
    elif end == "erase":
        erasure.erase(office.context, id, PROGRAM, "asked")
    office.pass_time(days={"expire": 16, "visit": 10}.get(end, 9))
    retention.expire(office.context)

    assert reminded(office) == []


def test_a_reminder_that_comes_too_late_is_not_sent(office, server):
    invite(office, appointment_at=office.now + timedelta(days=10))
    send_due(office)
    office.pass_time(days=9)
    assert reminded(office) == ["reminder"]
    office.pass_time(days=1)
    send_due(office)

    assert len(server.mails) == 1
    assert rows(office)[-1].state == "dropped"


def test_the_address_goes_along_when_the_questions_are_asked_again(office, server):
    first = invite(office, appointment_at=office.now + timedelta(days=10))
    send_due(office)
    office.answer(first.screening_id)
    answering.submit(office.context, office.hold(first.screening_id), DECLARED)
    changes.something_changed(office.context, office.hold(first.screening_id))
    office.pass_time(days=9)

    assert reminded(office) == ["reminder"]
    send_due(office)
    assert first.link not in texts(server.mails[-1]), "that one leads to what was sent"


def test_a_recheck_has_a_link_of_its_own_in_its_mail(office, server):
    first = invite(office, appointment_at=office.now + timedelta(days=10))
    send_due(office)
    office.answer(first.screening_id)
    answering.submit(office.context, office.hold(first.screening_id), DECLARED)
    act = (office.context, office.desk)
    again = asking_again.arrive(*act, first.screening_id)
    office.pass_time(days=9)

    assert reminded(office) == ["reminder"]
    send_due(office)
    assert again.link in texts(server.mails[-1])
    assert refused(invitations.renew_link, *act, "nobody's") == "gone"
