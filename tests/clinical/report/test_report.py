"""What a report says of each answer, on a small list that a reader can keep in mind."""

from dataclasses import replace

import pytest

from screening.clinical.definitions.contradictions import Contradiction, Side
from screening.clinical.definitions.questionnaire import Item, ItemType
from screening.clinical.evaluation.case import read_case
from screening.clinical.evaluation.contradictions import MISLED
from screening.clinical.report.report import WORDS, compile_report
from screening.definitions.loading import load_definitions
from tests.clinical.evaluation.test_dating import ALL, STILL
from tests.clinical.report.test_decisive import QUIET
from tests.conftest import SMALL, write_library

TABLETS = Item("tablets", "Do you take tablets?", ItemType.YES_NO, means=("anticoagulant",))


@pytest.fixture
def twice(small):
    """Return a library that asks about blood thinners in two questions."""
    [section] = small.sections
    return replace(small, sections=(replace(section, items=(*section.items, TABLETS)),))


def answers(definitions, **said):
    raw = {"procedures": ["peel"], "on": "2026-11-21", "answers": QUIET | said}
    report = compile_report(definitions, read_case(definitions, raw), raw, {})
    return {a["link_id"]: a for section in report["sections"] for a in section["answers"]}


def marked(definitions, mark, **said):
    return {link_id for link_id, a in answers(definitions, **said).items() if a[mark]}


def test_an_answer_matters_where_a_reason_rests_on_it_and_a_no_never_does(twice):
    assert marked(twice, "matters", tablets="no") == set()
    assert marked(twice, "matters", tablets="no", thinner=["warfarin"]) == {"thinner"}
    assert marked(twice, "matters", tablets="yes") == {"tablets"}
    assert marked(twice, "matters", tablets="unknown") == {"tablets"}


def test_a_no_is_plain_and_nothing_else_is(twice):
    quiet = marked(twice, "plain", tablets="no")

    assert quiet == {"can_be_pregnant", "painkiller", "thinner", "dental", "tablets"}
    assert marked(twice, "plain", tablets="unknown") == quiet - {"tablets"}
    assert marked(twice, "plain", tablets="yes") == quiet - {"tablets"}


def test_what_is_not_known_is_marked(small):
    assert marked(small, "unknown") == set()
    assert marked(small, "unknown", painkiller="unknown") == {"painkiller"}
    assert marked(small, "unknown", thinner=["warfarin", "unknown"]) == {"thinner"}


def reasons(definitions, **said):
    raw = {"procedures": ["peel"], "on": "2026-11-21", "answers": QUIET | said}
    [procedure] = compile_report(definitions, read_case(definitions, raw), raw, {})["procedures"]
    return {reason["finding"]: reason for reason in procedure["reasons"]}


def test_a_reason_names_every_question_that_was_asked_about_it(twice):
    """Also of the parts of a finding that is worked out, and the birth date of an age."""
    found = reasons(twice, tablets="yes", date_of_birth="2010-01-01")

    assert found["blood_thinner"]["answers"] == ["thinner", "tablets"]
    assert found["age_under_18"]["answers"] == ["date_of_birth"]


def test_a_reason_names_every_source(small):
    peel = small.procedures["peel"]
    rules = tuple(replace(rule, also=("S2",)) for rule in peel.contraindications)
    two = replace(small, procedures={"peel": replace(peel, contraindications=rules)})
    two = replace(two, sources=two.sources | {"S2": replace(two.sources["S1"], id="S2")})

    assert reasons(two, painkiller="yes")["nsaid_recent"]["sources"] == ["S1", "S2"]


NOTES = Item("notes", "Is there anything else?", ItemType.TEXT, always=True, doctor_reads=True)
TWO_AT_ONCE = Contradiction(
    Side(question="can_be_pregnant", codes=("no",)),
    Side(question="dental", codes=("yes",)),
    "Made up for a test.",
    ("pregnancy",),
)


@pytest.fixture
def listening(small):
    """Return a library with a free text for the doctor, and two answers that do not go together."""
    [section] = small.sections
    section = replace(section, items=(*section.items, NOTES))
    return replace(small, sections=(section,), contradictions=(TWO_AT_ONCE,), format=3)


def report_of(definitions, **said):
    raw = {"procedures": ["peel"], "on": "2026-11-21", "answers": QUIET | said}
    return compile_report(definitions, read_case(definitions, raw), raw, {})


def test_what_no_program_can_judge_stands_in_the_report_as_it_was_written(listening):
    report = report_of(listening, notes="My sister is pushing me to do this.")

    assert report["to_read"] == [
        {
            "link_id": "notes",
            "question": "Is there anything else?",
            "text": "My sister is pushing me to do this.",
        }
    ]
    assert report["procedures"][0]["to_read"] == ["notes"]
    assert report["procedures"][0]["outcome"] == "precaution"


def test_answers_that_cannot_both_be_true_stand_side_by_side_in_words(listening):
    [clash] = report_of(listening, can_be_pregnant="no", dental="yes")["contradictions"]

    assert clash["because"] == "Made up for a test."
    assert [(one["link_id"], one["text"]) for one in clash["answers"]] == [
        ("can_be_pregnant", "No"),
        ("dental", "Yes"),
    ]
    assert clash["leaves_open"] == [listening.findings["pregnancy"].name]


def test_a_follow_up_that_nothing_led_to_is_shown_too(listening):
    """Its question lies on no way, and its words are there all the same."""
    [clash] = report_of(listening, can_be_pregnant="no", pregnant="yes")["contradictions"]

    assert clash["because"] == WORDS[MISLED]
    assert [one["link_id"] for one in clash["answers"]] == ["can_be_pregnant", "pregnant"]


def test_nothing_to_read_and_nothing_contradictory_leave_no_empty_place(listening):
    report = report_of(listening)

    assert "to_read" not in report
    assert "contradictions" not in report
    assert "to_read" not in report["procedures"][0]


def test_a_medicine_that_nobody_knows_is_named_beside_the_words_it_stood_in(library):
    said = {"other_meds": "yes", "medicine_list": "Metformin 500 mg\nQwertyzol 3 mg"}
    raw = {"procedures": ["chemical-peel"], "on": "2026-11-21", "answers": said}
    read = compile_report(library, read_case(library, raw), raw, {})["to_read"]

    [listed] = [one for one in read if one["link_id"] == "medicine_list"]
    assert listed["text"] == "Metformin 500 mg\nQwertyzol 3 mg"
    assert listed["not_recognised"] == ["Qwertyzol 3 mg"]


def test_what_still_goes_on_says_so_and_names_no_end(tmp_path):
    asked = SMALL[ALL].replace("    dates: nsaid_recent\n", STILL)
    lasting = load_definitions(write_library(tmp_path, SMALL | {ALL: asked}))

    found = reasons(lasting, painkiller="yes", painkiller_last_dose="still")["nsaid_recent"]
    assert (found["still"], found["until"], found["wait"]) == (True, None, "7 days")
    dated = reasons(lasting, painkiller="yes", painkiller_last_dose="2026-11-20")["nsaid_recent"]
    assert "still" not in dated
