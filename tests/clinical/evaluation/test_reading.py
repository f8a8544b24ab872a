"""What no program can judge stands under "To read", and nothing is clear before it was read."""

from datetime import date

import pytest

from screening.clinical.evaluation.case import read_case, verdicts_of
from screening.clinical.evaluation.population import establish_all
from screening.clinical.evaluation.population_eligibility import determine_all
from screening.clinical.evaluation.reading import ToRead, to_read, to_read_by
from screening.clinical.evaluation.replies import gather
from screening.definitions.loading import load_definitions
from tests.conftest import SMALL, write_library

ALL = "sections/01-all.yaml"
CLEAR = "no-contraindication-identified"


WORRY = """
- id: worry
  ask: Any worry?
  answer: yes-no
  private: true
  always: true
  doctor_reads: true
"""


@pytest.fixture
def read(tmp_path):
    text = "      always: true\n"
    herbs = "  options:\n  - {id: herbs, text: Herbs, doctor_reads: true}\n"
    asked = SMALL[ALL].replace(text, text + "      doctor_reads: true\n")
    asked = asked.replace("  options:\n", herbs) + WORRY
    return load_definitions(write_library(tmp_path, SMALL | {ALL: asked}))


def told(definitions, **answers):
    raw = {"procedures": ["peel"], "on": "2026-11-29", "answers": answers, "otherwise": "absent"}
    return verdicts_of(definitions, read_case(definitions, raw))


@pytest.mark.parametrize(
    ("answers", "texts"),
    [
        ({"thinner": ["herbs"]}, {"thinner": "Herbs"}),
        (
            {"thinner": ["herbs", "aspirin"], "aspirin_why": "A stent"},
            {"thinner": "Herbs", "aspirin_why": "A stent"},
        ),
        ({"worry": "yes"}, {"worry": "yes"}),
        ({"worry": "tell-doctor"}, {"worry": "tell-doctor"}),
    ],
)
def test_what_a_person_must_read_is_a_precaution_at_least(read, answers, texts):
    said = told(read, **answers)

    assert {one["question"]: one["text"] for one in said["to_read"]} == texts
    assert said["procedures"][0]["outcome"] == "precaution"


@pytest.mark.parametrize("answers", [{"thinner": ["none"]}, {"worry": "no"}, {"worry": "unknown"}])
def test_what_says_nothing_is_not_read(read, answers):
    said = told(read, **answers)

    assert (said["to_read"], said["procedures"][0]["outcome"]) == ([], CLEAR)


def test_a_graver_outcome_stays(read):
    said = told(read, can_be_pregnant="yes", pregnant="yes", thinner=["herbs"])

    assert said["procedures"][0]["outcome"] == "contraindicated"
    assert said["to_read"] == [{"question": "thinner", "text": "Herbs"}]


def test_a_text_that_was_understood_whole_needs_no_reading(read):
    answers = {"thinner": ["herbs", "aspirin"], "aspirin_why": "aspirin 100 mg"}

    assert to_read(read, "peel", answers, recognised={"aspirin_why"}) == [
        ToRead("thinner", "Herbs")
    ]


def test_of_many_the_same_are_read(read):
    quiet = {"date_of_birth": "1986-01-01", "can_be_pregnant": "no", "painkiller": "no"}
    quiet |= {"thinner": ["none"], "dental": "no", "worry": "no"}
    said = [quiet, quiet | {"thinner": ["herbs"]}, quiet | {"worry": "tell-doctor"}]
    crowd = gather((date(2026, 11, 29), answers) for answers in said)
    unread = to_read_by(read, "peel", crowd)
    peel, findings = read.procedures["peel"], establish_all(read, crowd)
    found = determine_all(peel, findings, crowd.days, crowd.everyone, unread)

    assert unread == 0b110
    assert found.outcomes["no-contraindication-identified"] == 0b001
