"""The verdict for the visit: for the day that is booked, and for another as soon as it is moved."""

from datetime import timedelta

import pytest

from screening.workflow.reception import appointments
from screening.workflow.reception.appointments import Word
from screening.workflow.review import reviews
from tests.office import decide, refused

ASPIRIN = {"painkiller": "yes"}


@pytest.fixture
def booked(office):
    """Return who took a painkiller yesterday and comes in three weeks."""
    at = office.now + timedelta(days=21)
    return office.submit(painkiller="yes", painkiller_last_dose=office.day(1), at=at)


def visit_of(office, id):
    [procedure] = reviews.read_review(office.context, office.doctor, id).report["procedures"]
    return procedure["outcome"], procedure.get("visit")


def test_the_verdict_for_the_visit_stands_beside_that_of_the_day(office, booked):
    outcome, visit = visit_of(office, booked)

    assert outcome == "deferred"
    assert (visit["on"], visit["outcome"]) == (office.day(-21), "no-contraindication-identified")
    assert "painkiller" in visit["to_confirm"] and "bleeding" not in visit["to_confirm"]


def test_a_moved_appointment_is_weighed_for_the_new_day_at_once(office, booked):
    at = office.now + timedelta(days=2)
    appointments.reschedule(office.context, office.desk, booked, at)
    outcome, visit = visit_of(office, booked)

    assert outcome == "deferred", "the verdict of the day of the answers never moves"
    assert (visit["on"], visit["outcome"]) == (office.day(-2), "deferred")


def test_what_was_moved_before_the_answers_is_no_day_to_weigh_for(office, booked):
    office.pass_time(days=1)
    appointments.reschedule(office.context, office.desk, booked, office.now - timedelta(days=9))

    assert visit_of(office, booked)[1] is None


def words(office, id):
    found = appointments.words_for(office.context, office.clinic, [id]).get(id, [])
    return [(one.word, one.day, bool(one.to_confirm)) for one in found]


def test_the_reception_reads_a_word_and_never_a_reason(office, booked):
    assert words(office, booked) == [], "before the doctor has decided"
    reviews.decide(*decide(office, booked, "proceed", "the wait is over by then"))
    assert words(office, booked) == [(Word.MAY_COME, None, True)]

    appointments.reschedule(office.context, office.desk, booked, office.now + timedelta(days=30))
    assert words(office, booked) == [(Word.MAY_COME, None, True)]


def test_a_deferred_patient_may_book_again_from_the_day_on_which_the_wait_ends(office):
    id = office.submit(painkiller="yes", painkiller_last_dose=office.day(1))
    reviews.decide(*decide(office, id, "defer"))

    assert words(office, id) == [(Word.BOOK_AGAIN, office.day(-6), False)]


def test_a_declined_treatment_is_not_for_this_patient(office):
    id = office.submit()
    reviews.decide(*decide(office, id, "decline"))

    assert words(office, id) == [(Word.NOT_THIS, None, False)]


def test_a_new_day_on_which_more_speaks_against_it_is_the_doctors_to_see(office):
    later = office.now + timedelta(days=90)
    id = office.submit("thread-lift", **office.vaccine_in(days=40), at=later)
    reviews.decide(*decide(office, id, "proceed"))
    assert words(office, id)[0][0] == Word.MAY_COME

    appointments.reschedule(office.context, office.desk, id, office.now + timedelta(days=41))
    assert visit_of(office, id)[1]["outcome"] == "deferred"
    assert words(office, id)[0][0] == Word.DOCTOR_CALLS


def test_nobody_moves_the_appointment_of_another_clinic(office, booked):
    other = office.desk.__class__("account:9", None)
    move = (office.context, other, booked, office.now)

    assert refused(appointments.reschedule, *move) == "gone"


def test_an_amended_decision_is_held_against_the_answers_as_they_stand(office):
    id = office.submit(can_be_pregnant="yes", pregnant="no", period="no")
    reviews.decide(*decide(office, id, "defer", "the clinic is full"))
    *start, choices, password = decide(office, id, "proceed")
    reviews.amend(*start, choices, "there is room", password)

    office.pass_time(days=20)
    *start, choices, password = decide(office, id, "proceed")
    again = (*start, choices, "there is room", password)
    assert refused(reviews.amend, *again) == "needs-reason"
