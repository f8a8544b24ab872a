"""What is asked again: for the doctor what was not known, all where something changed."""

import pytest

from screening.workflow.reception import asking_again, day_list
from screening.workflow.review import reviews
from screening.workflow.review.queue import list_queue
from screening.workflow.screenings import answering, changes, receipts
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


@pytest.fixture
def sent(office):
    """Return the invitation of a screening that was sent."""
    invitation = office.invite()
    office.answer(invitation.screening_id)
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    return invitation


def change(office, sent):
    return changes.something_changed(office.context, office.hold(sent.screening_id))


def test_what_was_sent_counts_until_the_new_answers_are_sent(office, sent):
    again = change(office, sent)

    assert answering.follow_link(office.context, sent.link) == (sent.screening_id, "submitted")
    [waiting] = list_queue(office.context, office.doctor)
    assert (waiting.screening_id, waiting.changing_since) == (sent.screening_id, office.now)
    review = reviews.open_review(office.context, office.doctor, sent.screening_id)
    assert review.changing_since == office.now
    held = office.hold(sent.screening_id)
    assert receipts.read_receipt(office.context, held).changing_since == office.now
    assert office.answer_open(again) == []
    [line] = day_list.list_screenings(office.context, office.clinic)
    assert (line.screening_id, line.state, line.changing) == (sent.screening_id, "submitted", True)


def test_the_new_answers_take_the_place_of_what_was_sent_and_its_link(office, sent):
    again = change(office, sent)
    answering.give_answer(office.context, office.hold(again), "cold_sore_now", "yes")
    answering.submit(office.context, office.hold(again), DECLARED)

    [waiting] = list_queue(office.context, office.doctor)
    assert (waiting.screening_id, waiting.changing_since) == (again, None)
    assert reviews.open_review(office.context, office.doctor, again).changes["answers"]
    late = decide(office, sent.screening_id, "proceed")
    assert refused(reviews.decide, *late) == "superseded"
    assert answering.follow_link(office.context, sent.link) == (again, "submitted")


def test_a_decided_screening_stays_decided_while_the_patient_says_what_changed(office, sent):
    reviews.decide(*decide(office, sent.screening_id, "proceed"))
    change(office, sent)

    review = reviews.open_review(office.context, office.doctor, sent.screening_id)
    assert (review.state, review.changing_since) == ("decided", office.now)


def test_said_twice_it_goes_on_with_the_same_draft(office, sent):
    again = change(office, sent)
    answering.give_answer(office.context, office.hold(again), "cold_sore_now", "yes")

    assert change(office, sent) == again
    assert answering.read_draft(office.context, again).answers["cold_sore_now"] == "yes"


@pytest.mark.both_databases
def test_new_answers_that_are_given_up_change_nothing(office, sent):
    again = change(office, sent)
    held = office.hold(again)

    assert changes.drop_change(office.context, held) == sent.screening_id
    [waiting] = list_queue(office.context, office.doctor)
    assert (waiting.screening_id, waiting.changing_since) == (sent.screening_id, None)
    assert answering.follow_link(office.context, sent.link) == (sent.screening_id, "submitted")
    assert change(office, sent) != again
    other = office.hold(office.invite().screening_id)
    assert refused(changes.drop_change, office.context, other) == "gone"


def test_nothing_can_change_before_it_was_sent(office):
    held = office.hold(office.invite().screening_id)

    assert refused(changes.something_changed, office.context, held) == "invited"
