"""What is asked again: on arrival what may have changed, for the doctor what was not known."""

import pytest

from screening.workflow.reception import invitations, recheck
from screening.workflow.review import reviews
from screening.workflow.review.queue import list_queue
from screening.workflow.screenings import answering
from tests.office import DECLARED, decide, refused


@pytest.fixture
def arrived(office):
    """Return the recheck of someone who had nothing to report four days ago."""
    id = office.submit(can_be_pregnant="yes", pregnant="no", period="no")
    office.pass_time(days=4)
    return id, recheck.recheck(office.context, office.desk, id)


def test_on_the_day_only_what_may_have_changed_is_asked_again(office, arrived):
    _, again = arrived

    asked = office.answer_open(again.screening_id)

    lasting = {"date_of_birth", "can_be_pregnant", "bleeding", "heart"}
    assert {"pregnant", "period", "painkiller", "ill_now", "cold_sore_now"} <= set(asked)
    assert not lasting & set(asked)


def test_the_outcome_is_worked_out_anew_as_of_the_day(office, arrived):
    old, again = arrived
    office.answer_open(again.screening_id, cold_sore_now="yes")
    answering.submit(office.context, office.hold(again.screening_id), DECLARED)

    review = reviews.open_review(office.context, office.doctor, again.screening_id)

    assert review.report["procedures"][0]["outcome"] == "deferred"
    assert review.report["on"] == office.now.date().isoformat()
    assert review.changes["answers"][0]["now"] == "Yes"
    assert review.changes["outcomes"] == [
        {
            "what": "Mesotherapy, face",
            "before": "no-contraindication-identified",
            "now": "deferred",
            "because": [review.changes["answers"][0]],
        }
    ]
    assert reviews.open_review(office.context, office.doctor, old).state == "superseded"


def test_until_it_is_sent_the_earlier_screening_stays_in_force(office, arrived):
    old, _ = arrived

    assert reviews.open_review(office.context, office.doctor, old).state == "submitted"


def test_a_recheck_cannot_be_sent_with_a_question_open(office, arrived):
    _, again = arrived

    held = office.hold(again.screening_id)
    assert refused(answering.submit, office.context, held, DECLARED) == "incomplete"


def test_nothing_is_asked_again_before_it_was_answered(office):
    invitation = office.invite()
    ask = (office.context, office.desk, invitation.screening_id)

    assert refused(recheck.recheck, *ask) == "invited"


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
    again = recheck.something_changed(office.context, invitation.screening_id)

    assert answering.follow_link(office.context, invitation.link) == (again, "in-progress")
    assert list_queue(office.context, office.doctor) == []
    late = decide(office, invitation.screening_id, "proceed")
    assert refused(reviews.decide, *late) == "superseded"
    assert office.answer_open(again) == []
    [new, _] = sorted(
        invitations.list_screenings(office.context, office.clinic), key=lambda e: e.state
    )
    assert (new.state, new.again) == ("in-progress", "changed")

    answering.give_answer(office.context, office.hold(again), "cold_sore_now", "yes")
    answering.submit(office.context, office.hold(again), DECLARED)
    [waiting] = list_queue(office.context, office.doctor)
    assert waiting.screening_id == again
    assert reviews.open_review(office.context, office.doctor, again).changes["answers"]


def test_nothing_can_change_before_it_was_sent(office):
    id = office.invite().screening_id

    assert refused(recheck.something_changed, office.context, id) == "invited"
