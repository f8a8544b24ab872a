"""Doctors see what was decided then, decide what waits, and amend what was decided."""

import pytest

from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.review import reviews
from tests.museum.test_drafts import finish
from tests.museum.visiting import ON_SQLITE
from tests.office import PASSWORD, decide


@pytest.fixture
def mai(museum):
    return museum.sign_in("doctor")


def of_clinic(museum, *states):
    ours = museum.clinic_named("Aurelia")
    every = museum.in_state(*states).items()
    return {name: told for name, told in every if told["clinic"] == ours}


def test_a_doctor_sees_every_decision_as_it_was_made(museum, mai):
    for name, told in of_clinic(museum, "submitted", "decided", "superseded").items():
        review = reviews.open_review(museum.context, mai, told["id"])
        assert review.decisions == told["decisions"], name
        found = {p["id"]: p["outcome"] for p in review.report["procedures"]}
        assert found == told["outcomes"], name


@pytest.mark.parametrize("shown", ON_SQLITE, indirect=True)
def test_an_amended_decision_stands_beside_the_first(shown):
    amended = shown.screening("amended")
    assert [d["sequence"] for d in amended["decisions"]] == [1, 2]
    [now] = amended["decisions"][1]["decisions"]
    assert (now["decision"], now["conditions"]) == ("proceed-with-conditions", "Patch test first")


def test_a_doctor_of_another_clinic_sees_nothing_of_it(museum):
    stranger = museum.sign_in("doctor-b")
    for told in of_clinic(museum, "submitted", "decided").values():
        with pytest.raises(ActRefusedError, match="gone"):
            reviews.open_review(museum.context, stranger, told["id"])
    every = museum.in_state("submitted", "decided")
    others = every.keys() - of_clinic(museum, "submitted", "decided").keys()
    assert others
    for name in others:
        told = every[name]
        review = reviews.open_review(museum.context, stranger, told["id"])
        assert review.decisions == told["decisions"], name


def test_what_waits_is_decided_and_its_report_is_ordered(museum, mai):
    for told in of_clinic(museum, "submitted").values():
        reviews.decide(*decide(museum, told["id"], "decline", "as advised", who=mai))
        review = reviews.open_review(museum.context, mai, told["id"])
        assert (review.state, len(review.decisions)) == ("decided", 1)
        assert museum.rows_of(told["id"], "decided") and museum.rows_of(told["id"], "plan")


def test_what_was_decided_is_amended_and_the_earlier_decision_stays(museum, mai):
    for name, told in of_clinic(museum, "decided").items():
        *given, password = decide(museum, told["id"], "decline", "after all not", who=mai)
        reviews.amend(*given, "The patient telephoned", password)
        decisions = reviews.open_review(museum.context, mai, told["id"]).decisions
        assert decisions[:-1] == told["decisions"], name
        assert decisions[-1]["replaces"] == told["decisions"][-1]["at"], name
    assert password == PASSWORD


@pytest.mark.parametrize("museum", ON_SQLITE, indirect=True)
def test_a_draft_of_then_becomes_a_decided_report_sealed_and_signed_with_the_keys_of_then(
    museum, mai
):
    id = museum.screening("on the phone")["id"]
    finish(museum, id)
    museum.make(id, "screening")
    reviews.decide(*decide(museum, id, "proceed", who=mai))
    row, pdf = museum.make(id, "decided")

    found = museum.verify(pdf, row.code)
    assert (found.status, found.reasons, found.replayed) == ("PASSED", (), True)
    assert [one["signer"] for one in found.signatures] == ["Seal of Aurelia", "Dr Mai Tran"]
