"""The day's list: everyone of the day whatever became of them, and each visit once."""

from datetime import datetime, time, timedelta

import pytest

from screening.workflow.core.actor import program
from screening.workflow.reception import appointments, asking_again, day_list, invitations
from screening.workflow.records import retention
from screening.workflow.review import reviews
from screening.workflow.screenings import answering
from tests.office import ZONE, decide, refused


def of_the_day(office, at):
    day = at.astimezone(ZONE).date()
    return day_list.list_screenings(office.context, office.clinic, day)


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


@pytest.mark.both_databases
def test_whoever_has_an_appointment_that_day_stands_there_whatever_the_state(office):
    at = office.now + timedelta(days=30)
    expired = office.invite(at=at).screening_id
    office.pass_time(days=1)
    ids = {
        "invited": office.invite(at=at).screening_id,
        "submitted": office.submit(at=at),
        "decided": office.submit(at=at),
        "withdrawn": office.submit(at=at),
    }
    reviews.decide(*decide(office, ids["decided"], "decline"))
    invitations.withdraw(office.context, office.desk, ids["withdrawn"], "cancelled")
    office.pass_time(days=40)
    retention.expire(office.context)

    found = {e.screening_id: e.state for e in of_the_day(office, at)}
    assert found.pop(expired) == "expired" and found.pop(ids["invited"]) == "expired"
    assert found == {ids[state]: state for state in ("submitted", "decided", "withdrawn")}


def test_the_day_ends_at_midnight_at_the_clinic(office):
    day = office.now.astimezone(ZONE).date() + timedelta(days=3)
    midnight = datetime.combine(day + timedelta(days=1), time.min, ZONE)
    last, first = (
        office.invite(at=midnight - timedelta(minutes=1)).screening_id,
        office.invite(at=midnight).screening_id,
    )

    for at, id in ((day, last), (day + timedelta(days=1), first)):
        [entry] = day_list.list_screenings(office.context, office.clinic, at)
        assert entry.screening_id == id


def test_one_visit_is_one_line_while_it_is_asked_about_again(office):
    at = office.now + timedelta(days=1)
    old = office.submit(at=at)
    reviews.decide(*decide(office, old, "proceed"))
    again = asking_again.arrive(office.context, office.desk, old).screening_id

    [entry] = of_the_day(office, at)
    assert (entry.screening_id, entry.earlier, entry.again) == (again, old, "arrival")
    assert day_list.standing(office.context, office.desk, old) == again
    invitations.withdraw(office.context, office.desk, again, "mistake")
    assert old in {e.screening_id for e in of_the_day(office, at)}


def test_what_is_asked_again_moves_along_with_the_visit(office):
    old = office.submit(at=office.now + timedelta(days=1))
    reviews.decide(*decide(office, old, "proceed"))
    again = asking_again.arrive(office.context, office.desk, old).screening_id
    later = office.now + timedelta(days=9)
    appointments.reschedule(office.context, office.desk, again, later)

    [entry] = of_the_day(office, later)
    assert entry.screening_id == again
    invitations.withdraw(office.context, office.desk, again, "mistake")
    assert old in {e.screening_id for e in of_the_day(office, later)}


def test_who_has_no_appointment_is_listed_newest_first_in_pages(office, monkeypatch):
    monkeypatch.setattr(day_list, "PAGE", 2)
    ids = []
    for _ in range(3):
        ids.insert(0, office.invite().screening_id)
        office.pass_time(minutes=1)
    office.invite(at=office.now + timedelta(days=5))

    def listed(page):
        found = day_list.list_screenings(office.context, office.clinic, page=page)
        return [e.screening_id for e in found]

    assert listed(1) == ids and listed(2) == ids[2:]


def test_who_was_withdrawn_stays_for_the_day_and_no_longer(office):
    id = office.invite().screening_id
    invitations.withdraw(office.context, office.desk, id, "mistake")
    assert len(day_list.list_screenings(office.context, office.clinic)) == 1
    office.pass_time(days=1)

    assert day_list.list_screenings(office.context, office.clinic) == []


def test_an_appointment_is_taken_away(office):
    made = office.invite(at=office.now + timedelta(days=60))
    appointments.reschedule(office.context, office.desk, made.screening_id, None)

    [entry] = day_list.list_screenings(office.context, office.clinic)
    assert entry.appointment_at is None
    assert entry.link_ends == office.now + timedelta(days=14)


def test_a_new_appointment_opens_what_had_expired(office):
    made = office.invite()
    office.pass_time(days=16)
    retention.expire(office.context)
    at = office.now + timedelta(days=3)
    appointments.reschedule(office.context, office.desk, made.screening_id, at)

    assert answering.follow_link(office.context, made.link) == (made.screening_id, "invited")


def test_an_appointment_that_is_withdrawn_or_over_does_not_move(office):
    id = office.invite(at=office.now + timedelta(days=1)).screening_id
    invitations.withdraw(office.context, office.desk, id, "cancelled")
    move = (office.context, office.desk, id, office.now + timedelta(days=2))

    assert refused(appointments.reschedule, *move) == "withdrawn"


def test_another_clinics_line_is_not_found(office):
    id = office.invite().screening_id

    for act in (day_list.entry_of, day_list.standing):
        assert refused(act, office.context, program("other"), id) == "gone"
