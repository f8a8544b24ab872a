"""A decision is never changed: a later one is added, signed anew, and says what it replaces."""

import pytest

from screening.bootstrap import trusted
from screening.documents.verifying.verify import verify_pdf
from screening.workflow.review import reviews
from tests.office import PASSWORD, decide, refused, text_of


def amend(office, id, choice, reason="", why="The letter came", **more):
    place, who, id, rulings, password = decide(office, id, choice, reason, **more)
    return place, who, id, rulings, why, password


@pytest.mark.both_databases
def test_the_earlier_decision_stays_and_the_new_report_says_what_it_replaces(office, tmp_path):
    id = office.submit(bleeding="unknown")
    reviews.decide(*decide(office, id, "defer"))
    office.make_reports()
    first = reviews.read_report(office.context, office.doctor, id, "decided")
    other = office.add("other", "Dr Else", "doctor")

    office.pass_time(hours=1)
    reviews.amend(*amend(office, id, "proceed", "Her own doctor wrote", who=other))
    office.make_reports()
    review = reviews.open_review(office.context, office.doctor, id)
    second = reviews.read_report(office.context, office.doctor, id, "decided")

    said = [(d["sequence"], d["doctor"]["name"], d.get("why")) for d in review.decisions]
    assert said == [(1, "Dr Mai Tran", None), (2, "Dr Else", "The letter came")]
    assert review.decision["decisions"][0]["decision"] == "proceed"
    assert review.state == "decided"
    assert reviews.read_report(office.context, office.doctor, id, "decided", 1) == first
    assert verify_pdf(second, trusted(office.config), office.now).status == "PASSED"
    text = text_of(second, tmp_path)
    assert "This decision replaces the one of" in text and "The letter came" in text
    assert "replaces the one of" not in text_of(first, tmp_path)


@pytest.mark.parametrize(
    ("said", "choice", "why", "problem"),
    [
        ({}, "decline", "  ", "needs-why"),
        ({"bleeding": "unknown"}, "request-information", "why", "ask-again"),
        ({"can_be_pregnant": "yes", "pregnant": "yes"}, "proceed", "why", "fixed"),
    ],
)
def test_an_amendment_is_bound_like_a_decision(office, said, choice, why, problem):
    id = office.submit(**said)
    reviews.decide(*decide(office, id, "decline"))

    assert refused(reviews.amend, *amend(office, id, choice, "reason", why)) == problem
    assert len(reviews.open_review(office.context, office.doctor, id).decisions) == 1


def test_only_what_was_decided_can_be_amended_and_only_with_the_password(office):
    id = office.submit()
    assert refused(reviews.amend, *amend(office, id, "decline")) == "submitted"

    reviews.decide(*decide(office, id, "proceed"))
    assert refused(reviews.amend, *amend(office, id, "decline", password="no")) == "wrong"


@pytest.mark.parametrize(
    ("ruling", "problem"),
    [
        (("proceed", "", ("benefit-outweighs",)), None),
        (("proceed", "", ("other",)), "needs-words"),
        (("proceed", "", ("treat-first",)), "unknown-code"),
        (("proceed-with-conditions", "", ("specialist-agrees",)), "needs-conditions"),
        (("proceed-with-conditions", "", ("specialist-agrees",), "Half the dose"), None),
        (("proceed", "", ()), "needs-reason"),
    ],
)
def test_a_reason_may_be_ticked_and_conditions_must_be_written(office, tmp_path, ruling, problem):
    id = office.submit(bleeding="unknown")
    act = (office.context, office.doctor, id, {"mesotherapy-face": ruling}, PASSWORD)

    if problem:
        assert refused(reviews.decide, *act) == problem
        return
    reviews.decide(*act)
    office.make_reports()
    text = text_of(reviews.read_report(office.context, office.doctor, id, "decided"), tmp_path)
    assert ("Half the dose" in text) == (len(ruling) == 4)
    assert "the benefit outweighs" in text or "a specialist agrees" in text
