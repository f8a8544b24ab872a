"""What is weighed before a decision is recorded: who decided before, who signs, who was first."""

from datetime import timedelta

import pytest

from screening.bootstrap import issue_seal
from screening.storage.tables import Account
from screening.workflow.clinics import clinics
from screening.workflow.review import notes, reviews
from screening.workflow.review.decision import RulingsRefusedError
from screening.workflow.screenings import answering
from tests.office import DECLARED, PASSWORD, decide, refused


def returning(office, choice, reason="168/102 on the day"):
    """Return a second screening of a patient of whom another doctor decided so."""
    other = office.add("other", "Dr Omar Haddad", "doctor")
    first = office.submit()
    reviews.decide(*decide(office, first, choice, reason, who=other))
    again = office.arrive(first, medicines="yes")
    office.answer_open(again)
    answering.submit(office.context, office.hold(again), DECLARED)
    return again


@pytest.mark.both_databases
@pytest.mark.parametrize("earlier", ["decline", "defer", "proceed-with-conditions"])
def test_what_is_milder_than_a_colleagues_decision_needs_a_reason(office, earlier):
    id = returning(office, earlier)

    assert refused(reviews.decide, *decide(office, id, "proceed")) == "milder-than-earlier"
    reviews.decide(*decide(office, id, "proceed", "128/82 today"))


def test_what_is_as_strict_as_a_colleagues_decision_needs_none(office):
    reviews.decide(*decide(office, returning(office, "defer"), "decline"))


def test_a_decision_milder_than_a_colleagues_is_signed_for_each_time(office):
    id = returning(office, "decline")
    reviews.decide(*decide(office, office.submit(), "proceed"))

    act = decide(office, id, "proceed", "128/82 today", password="")
    assert refused(reviews.decide, *act) == "needs-signature"


def test_a_second_step_counts_for_ten_minutes_and_for_one_sitting(office):
    unsigned = {"password": ""}
    first = office.submit()
    assert refused(reviews.decide, *decide(office, first, "proceed", **unsigned)) == (
        "needs-signature"
    )
    reviews.decide(*decide(office, first, "proceed"))
    office.pass_time(minutes=9)
    reviews.decide(*decide(office, office.submit(), "proceed", **unsigned))

    second = office.submit()
    elsewhere = office.sign_in("doctor")
    act = decide(office, second, "proceed", who=elsewhere, **unsigned)
    assert refused(reviews.decide, *act) == "needs-signature"
    office.pass_time(minutes=1)
    assert refused(reviews.decide, *decide(office, second, "proceed", **unsigned)) == (
        "needs-signature"
    )


def test_every_problem_of_a_decision_is_said_at_once(office):
    id = office.submit("mesotherapy-face", "chemical-peel", bleeding="unknown")
    with pytest.raises(RulingsRefusedError) as caught:
        reviews.decide(office.context, office.doctor, id, {}, PASSWORD)

    assert caught.value.problems == {"mesotherapy-face": "missing", "chemical-peel": "missing"}


def test_an_amendment_of_a_decision_that_was_replaced_meanwhile_is_refused(office):
    id = office.submit()
    reviews.decide(*decide(office, id, "proceed"))
    rulings = {"mesotherapy-face": ("defer", "rash")}
    act = (office.context, office.doctor, id, rulings)
    reviews.amend(*act, "A letter", PASSWORD, seen=1)

    assert refused(reviews.amend, *act, "Mine", PASSWORD, 1) == "decided-meanwhile"
    reviews.amend(*act, "Mine", PASSWORD, seen=2)


def test_who_has_no_certificate_that_holds_decides_nothing(office):
    id = office.submit()
    ends = reviews.read_review(office.context, office.doctor, id).signing.ends
    office.now = ends - timedelta(days=10)
    signing = reviews.read_review(office.context, office.doctor, id).signing
    assert signing.holds and signing.ends_soon

    office.now = ends
    assert refused(reviews.decide, *decide(office, id, "decline")) == "no-credentials"
    with office.context.database.write() as session:
        session.get_one(Account, office.doctor.id).credentials = None
    assert refused(reviews.decide, *decide(office, id, "decline")) == "no-credentials"


def test_a_refused_decision_leaves_no_note_and_a_note_is_its_doctors_words(office):
    id = office.submit()
    act = (office.context, office.doctor, id)
    reviews.decide(*decide(office, id, "proceed"), note="Prefers mornings")
    notes.write_note(*act, " Called her ")
    assert refused(notes.write_note, *act, " ") == "no-note"
    assert refused(notes.write_note, *act, "x" * 1001) == "too-long"
    stranger = office.add("stranger", "Dr Else", "doctor", _other_clinic(office))
    assert refused(notes.write_note, office.context, stranger, id, "Mine") == "gone"

    line = reviews.read_review(*act).line
    said = [(e.content["text"], e.doctor) for e in line.events if e.what == "note"]
    assert sorted(said) == [("Called her", "Dr Mai Tran"), ("Prefers mornings", "Dr Mai Tran")]


def _other_clinic(office):
    seal = issue_seal(office.config, office.context.keys, "Other", office.now)
    return clinics.add_clinic(office.context, "Other", "2 Street", "456", "Europe/London", seal)
