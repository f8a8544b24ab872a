"""A deferral comes back by itself: on the day on which it ends, or a week before the visit."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from screening.storage.tables import Screening
from screening.workflow.mail.delivery import due_mails, send_mail
from screening.workflow.reception import day_list, invitations
from screening.workflow.reception.waits import ask_after_waits
from screening.workflow.review import reviews
from screening.workflow.review.queue import list_queue
from screening.workflow.screenings import answering, arrival
from tests.mail_server import TO, texts
from tests.office import DECLARED, decide
from tests.workflow.records.test_damage import flip

ASPIRIN = {"painkiller": "yes"}
ROWS = dict.fromkeys(
    ("pregnancy", "period", "illness", "infection", "cold-sore", "medicines", "else"), "no"
)


def deferred(office, at=None, **special):
    """Return the link and screening of someone whom the doctor asked to wait."""
    said = special or ASPIRIN | {"painkiller_last_dose": office.day(1)}
    invitation = office.invite(at=at)
    office.answer(invitation.screening_id, **said)
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    reviews.decide(*decide(office, invitation.screening_id, "defer"))
    return invitation


def asked(office, invitation):
    """Turn as the worker does; return the screening that asks again, None where none does."""
    ask_after_waits(office.context)
    with office.context.database.read() as session:
        query = select(Screening.id).where(Screening.recheck_of == invitation.screening_id)
        return session.scalar(query)


@pytest.mark.both_databases
def test_on_the_day_on_which_the_wait_ends_what_blocked_is_asked_again(office):
    invitation = deferred(office)
    office.pass_time(days=5)
    assert asked(office, invitation) is None
    office.pass_time(days=1)
    again = asked(office, invitation)

    assert answering.follow_link(office.context, invitation.link) == (again, "in-progress")
    assert answering.read_draft(office.context, again).why_again == "wait"
    arrival.answer_rows(office.context, office.hold(again), ROWS)
    assert "painkiller" in office.answer_open(again)
    answering.submit(office.context, office.hold(again), DECLARED)
    [entry] = list_queue(office.context, office.doctor)
    assert (entry.screening_id, entry.became_clear) == (again, True)


def test_what_lasts_is_asked_again_too_where_it_blocked(office):
    id = office.submit("thread-lift", vaccine="yes", vaccine_date=office.day(1))
    reviews.decide(*decide(office, id, "defer"))
    office.pass_time(days=13)
    ask_after_waits(office.context)
    [entry] = [e for e in day_list.list_screenings(office.context, office.clinic) if e.again]
    arrival.answer_rows(office.context, office.hold(entry.screening_id), ROWS)

    assert office.answer_open(entry.screening_id) == ["vaccine"]


def test_it_is_asked_once(office):
    invitation = deferred(office)
    office.pass_time(days=6)
    asked(office, invitation)
    before = len(day_list.list_screenings(office.context, office.clinic))
    office.pass_time(days=3)
    ask_after_waits(office.context)

    assert len(day_list.list_screenings(office.context, office.clinic)) == before


def test_where_the_visit_is_later_it_is_asked_a_week_before(office):
    invitation = deferred(office, office.now + timedelta(days=30))
    office.pass_time(days=22)
    assert asked(office, invitation) is None
    office.pass_time(days=1)

    assert asked(office, invitation)


def test_what_ends_with_no_day_is_asked_a_week_before_the_visit_and_else_not(office):
    without = deferred(office, cold_sore_now="yes")
    booked = deferred(office, office.now + timedelta(days=30), cold_sore_now="yes")
    office.pass_time(days=23)

    assert asked(office, booked) and asked(office, without) is None


def test_what_still_blocks_does_not_become_clear(office):
    invitation = deferred(office)
    office.pass_time(days=6)
    again = asked(office, invitation)
    arrival.answer_rows(office.context, office.hold(again), ROWS)
    office.answer_open(again, painkiller="yes", painkiller_last_dose=office.day())
    answering.submit(office.context, office.hold(again), DECLARED)

    [entry] = list_queue(office.context, office.doctor)
    assert (entry.outcome, entry.became_clear) == ("deferred", False)


def test_the_end_of_a_wait_alone_clears_nothing(office):
    invitation = deferred(office)
    office.pass_time(days=60)
    asked(office, invitation)

    assert list_queue(office.context, office.doctor) == []
    review = reviews.read_review(office.context, office.doctor, invitation.screening_id)
    assert (review.state, review.decision["decisions"][0]["decision"]) == ("decided", "defer")


def test_whom_the_doctor_did_not_defer_is_not_asked(office):
    id = office.submit(**ASPIRIN, painkiller_last_dose=office.day(1))
    reviews.decide(*decide(office, id, "decline"))
    office.pass_time(days=60)

    assert ask_after_waits(office.context) == []
    assert len(day_list.list_screenings(office.context, office.clinic)) == 1


def test_a_damaged_decision_keeps_nobody_else_from_being_asked(office):
    broken, whole = deferred(office), deferred(office)
    office.pass_time(days=6)
    flip(office, broken.screening_id, "submission")

    assert asked(office, whole)


def test_a_mail_says_that_the_wait_is_over(mailing_office, server):
    office = mailing_office
    made = invitations.invite(office.context, office.desk, "Lan", ["mesotherapy-face"], None, TO)
    for order in due_mails(office.context):
        send_mail(office.context, order)
    office.answer(made.screening_id, **ASPIRIN, painkiller_last_dose=office.day(1))
    answering.submit(office.context, office.hold(made.screening_id), DECLARED)
    reviews.decide(*decide(office, made.screening_id, "defer"))
    office.pass_time(days=6)
    for order in ask_after_waits(office.context):
        send_mail(office.context, order)

    mail = texts(server.mails[-1])
    assert "We asked you to wait" in mail and made.link in mail
