"""Answers that cannot both be true both stand; what they speak about is not known."""

from dataclasses import replace

import pytest

from screening.clinical.evaluation.case import CaseError, read_case, verdicts_of
from screening.clinical.evaluation.contradictions import MISLED
from screening.definitions.loading import load_definitions
from tests.clinical.evaluation.test_ageing import PROTECTED
from tests.conftest import SMALL, write_library

CLASH = """
contradictions:
- one: {can_be_pregnant: no}
  other: {dental: yes}
  because: Made up for a test.
  unknown: [pregnancy, dental_work]
- one: anticoagulant
  other: {thinner: aspirin}
  because: Two at once.
"""


@pytest.fixture
def clashing(tmp_path):
    files = SMALL | {"contradictions.yaml": CLASH}
    return replace(load_definitions(write_library(tmp_path, files)), format=3)


def told(definitions, **answers):
    raw = {"procedures": ["peel"], "on": "2026-11-29", "answers": answers, "otherwise": "absent"}
    said = verdicts_of(definitions, read_case(definitions, raw))
    [verdict] = said["procedures"]
    reasons = {r["finding"]: r["state"] for r in verdict["reasons"]}
    return verdict["outcome"], reasons, said.get("contradictions", [])


def test_what_a_contradiction_leaves_open_is_unknown_or_what_an_answer_establishes(clashing):
    outcome, reasons, [clash] = told(clashing, can_be_pregnant="no", dental="yes")

    assert outcome == "deferred"
    assert reasons == {"pregnancy": "unknown", "dental_work": "present"}
    assert clash == {
        "because": "Made up for a test.",
        "answers": {"can_be_pregnant": "no", "dental": "yes"},
        "findings": ["pregnancy", "dental_work"],
    }


def test_one_side_alone_contradicts_nothing(clashing):
    assert told(clashing, can_be_pregnant="no", dental="no") == (
        "no-contraindication-identified",
        {},
        [],
    )


def test_who_does_not_know_one_side_may_contradict_herself(clashing):
    """Unknown never clears, but nobody is shown a contradiction that may not be one."""
    outcome, reasons, clashes = told(clashing, can_be_pregnant="no", dental="unknown")

    assert (outcome, clashes) == ("information-needed", [])
    assert reasons == {"pregnancy": "unknown", "dental_work": "unknown"}


def test_a_contradiction_may_change_nothing_and_is_shown_all_the_same(clashing):
    outcome, reasons, [clash] = told(clashing, thinner=["warfarin", "aspirin"])

    assert (outcome, reasons) == ("precaution", {"blood_thinner": "present"})
    assert clash["because"] == "Two at once."


@pytest.mark.parametrize(
    ("answers", "outcome", "state"),
    [
        ({"can_be_pregnant": "no", "pregnant": "yes"}, "contraindicated", "present"),
        ({"can_be_pregnant": "no", "pregnant": "unknown"}, "information-needed", "unknown"),
        ({"can_be_pregnant": "no", "pregnant": "no"}, "no-contraindication-identified", None),
    ],
)
def test_a_no_beside_its_follow_up_is_a_contradiction(clashing, answers, outcome, state):
    found, reasons, clashes = told(clashing, **answers)

    assert (found, reasons.get("pregnancy")) == (outcome, state)
    assert [c["because"] for c in clashes] == ([MISLED] if state else [])


def test_a_day_below_a_no_leaves_open_what_it_dates(clashing):
    answers = {"painkiller": "no", "painkiller_last_dose": "2026-11-01"}
    outcome, reasons, [clash] = told(clashing, **answers)

    assert (outcome, reasons) == ("information-needed", {"nsaid_recent": "unknown"})
    assert clash["answers"] == answers


def test_an_option_that_was_not_ticked_beside_its_follow_up_is_a_contradiction(clashing):
    outcome, reasons, [clash] = told(clashing, thinner=["none"], aspirin_why="For my heart")

    assert (outcome, reasons) == ("precaution", {"blood_thinner": "unknown"})
    assert clash["findings"] == ["antiplatelet"]


def test_a_follow_up_without_its_question_is_refused(clashing):
    with pytest.raises(CaseError) as refused:
        told(clashing, pregnant="yes", painkiller="")

    assert refused.value.problems[-1] == (
        'answers.pregnant: is asked only below "can_be_pregnant", which is not answered'
    )


def test_a_report_made_before_is_read_as_it_was(small):
    raw = {"procedures": ["peel"], "on": "2026-11-29", "answers": {"pregnant": "yes"}}

    assert read_case(small, raw, strict=False).answers == {"pregnant": "yes"}


def test_a_protective_answer_that_is_contradicted_protects_no_more(tmp_path):
    clash = """
contradictions:
- one: {q_illness: yes}
  other: {q_calm: yes}
  because: Made up for a test.
  unknown: calm
"""
    files = PROTECTED | {"contradictions.yaml": clash}
    library = load_definitions(write_library(tmp_path, files))
    raw = {"procedures": ["peel"], "on": "2026-11-29", "otherwise": "absent"}

    for calm, outcome in (("yes", "information-needed"), ("no", "contraindicated")):
        case = read_case(library, raw | {"answers": {"q_illness": "yes", "q_calm": calm}})
        assert verdicts_of(library, case)["procedures"][0]["outcome"] == outcome
