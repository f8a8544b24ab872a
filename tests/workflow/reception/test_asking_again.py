"""What is asked again: for the doctor what was not known, all where something changed."""

import pytest

from screening.workflow.reception import asking_again, day_list
from screening.workflow.review import reviews
from screening.workflow.review.queue import list_queue
from screening.workflow.screenings import answering
from tests.office import DECLARED, decide, refused


def test_nothing_is_asked_again_before_it_was_answered(office):
    invitation = office.invite()
    ask = (office.context, office.desk, invitation.screening_id)

    assert refused(asking_again.arrive, *ask) == "invited"


@pytest.fixture
def questioned(office):
    """Return a screening whose doctor needs to know more, and the one that asks for it."""
    invitation = office.invite()
    office.answer(
        invitation.screening_id,
        can_be_pregnant="yes",
        pregnant="unknown",
        cold_sore_now="yes",
    )
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    reviews.decide(*decide(office, invitation.screening_id, "request-information", "Test first"))
    again, _ = answering.follow_link(office.context, invitation.link)
    return invitation.screening_id, again


def test_a_request_for_information_opens_only_what_was_not_known(office, questioned):
    old, again = questioned

    assert again != old
    assert answering.read_draft(office.context, again).why_again == "doctor"
    assert office.answer_open(again) == ["pregnant"]


def test_the_answer_to_the_doctor_comes_back_to_the_queue(office, questioned):
    old, again = questioned
    office.answer_open(again, pregnant="no")
    answering.submit(office.context, office.hold(again), DECLARED)

    assert [e.screening_id for e in list_queue(office.context, office.doctor)] == [again]
    changes = reviews.open_review(office.context, office.doctor, again).changes
    assert [(c["before"], c["now"]) for c in changes["answers"]] == [("I do not know", "No")]
    earlier = reviews.open_review(office.context, office.doctor, old)
    assert earlier.state == "superseded"
    assert earlier.decision["decisions"][0]["decision"] == "request-information"


def test_where_all_is_known_the_doctor_has_what_is_behind_the_reasons_asked_again(office):
    invitation = office.invite()
    office.answer(invitation.screening_id, cold_sore_now="yes")
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    reviews.decide(*decide(office, invitation.screening_id, "request-information", "which side?"))
    again, _ = answering.follow_link(office.context, invitation.link)

    assert office.answer_open(again) == ["cold_sore_now"]


def test_nothing_can_be_asked_where_nothing_stands_behind_a_reason(office):
    id = office.submit()

    assert refused(reviews.decide, *decide(office, id, "request-information")) == "nothing-to-ask"


def test_when_something_changed_what_was_sent_is_void_and_all_answers_come_back(office):
    invitation = office.invite()
    office.answer(invitation.screening_id)
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    again = asking_again.something_changed(office.context, invitation.screening_id)

    assert answering.follow_link(office.context, invitation.link) == (again, "in-progress")
    assert list_queue(office.context, office.doctor) == []
    late = decide(office, invitation.screening_id, "proceed")
    assert refused(reviews.decide, *late) == "superseded"
    assert office.answer_open(again) == []
    [new] = day_list.list_screenings(office.context, office.clinic)
    assert (new.state, new.again) == ("in-progress", "changed")

    answering.give_answer(office.context, office.hold(again), "cold_sore_now", "yes")
    answering.submit(office.context, office.hold(again), DECLARED)
    [waiting] = list_queue(office.context, office.doctor)
    assert waiting.screening_id == again
    assert reviews.open_review(office.context, office.doctor, again).changes["answers"]


def test_nothing_can_change_before_it_was_sent(office):
    id = office.invite().screening_id

    assert refused(asking_again.something_changed, office.context, id) == "invited"
