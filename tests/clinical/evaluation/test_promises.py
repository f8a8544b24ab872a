"""Promises that hold for any answers, shown on generated ones."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.clinical.definitions.definitions import assemble_questionnaire, findings_used
from screening.clinical.definitions.eligibility import Outcome, determine_eligibility
from screening.clinical.definitions.questionnaire import (
    ItemType,
    answers_on_path,
    first_unanswered,
    journey,
)
from screening.clinical.evaluation.answers import establish_findings

TODAY = date(2026, 11, 21)
QUESTIONS = Path(__file__).parents[3] / "questions"
CLEAR = Outcome.NONE_IDENTIFIED


def answer_to(item):
    """Return a strategy for anything that may arrive as an answer to `item`."""
    days = st.integers(-400, 40).map(lambda n: (TODAY + timedelta(days=n)).isoformat())
    match item.type:
        case ItemType.SOME_OF:
            return st.lists(st.sampled_from(item.codes), max_size=3)
        case ItemType.DATE:
            return days | days.map(lambda d: d[:7]) | st.just("unknown")
        case ItemType.BIRTH_DATE:
            return st.sampled_from(["1930-01-01", "1960-06-01", "2006-01-01", "2010-01-01"])
        case ItemType.TEXT:
            return st.text(max_size=20)
    return st.sampled_from(item.codes)


def answers_for(definitions):
    return st.fixed_dictionaries({}, optional={i.link_id: answer_to(i) for i in definitions.items})


def outcome(definitions, procedure, answers):
    findings = establish_findings(definitions, answers, TODAY)
    return determine_eligibility(definitions.procedures[procedure], findings, TODAY).outcome


@given(st.data())
def test_a_blank_never_hides_a_contraindication(small, data):
    """If a patient is clear without an answer, no value of that answer would change it."""
    answers = data.draw(answers_for(small))
    hidden = data.draw(st.sampled_from(list(small.items)))
    fewer = {q: a for q, a in answers.items() if q != hidden.link_id}
    anything = data.draw(answer_to(hidden))

    if outcome(small, "peel", fewer) is CLEAR:
        assert outcome(small, "peel", fewer | {hidden.link_id: anything}) is CLEAR


def quiet_patient(definitions, procedure):
    """Return the questions of someone with nothing to report, and the answers."""
    questionnaire = assemble_questionnaire(definitions, [procedure])
    answers = {}
    while item := first_unanswered(journey(questionnaire, answers), answers):
        answers[item.link_id] = quiet_answer(item)
    return [step.item for step in journey(questionnaire, answers)], answers


@pytest.mark.parametrize("procedure", [p.stem for p in (QUESTIONS / "procedures").iterdir()])
def test_one_blank_in_the_library_is_never_clear(library, procedure):
    """Take any one answer away from a patient who is clear: the outcome is not clear."""
    items, answers = quiet_patient(library, procedure)
    assert outcome(library, procedure, answers) is CLEAR

    used = findings_used(library, [procedure])
    for item in items:
        if item.establishes & used:
            fewer = {q: a for q, a in answers.items() if q != item.link_id}
            assert outcome(library, procedure, fewer) is not CLEAR, item.link_id


def quiet_answer(item):
    """Return the answer of someone with nothing to report."""
    match item.type:
        case ItemType.BIRTH_DATE:
            return "1986-01-01"
        case ItemType.SOME_OF:
            return ["none"]
        case ItemType.ONE_OF:
            return next(option.id for option in item.options if not option.means)
        case ItemType.DATE:
            return "2020-01-01"
        case ItemType.TEXT:
            return "nothing"
    return "no"


@given(st.data())
def test_answers_off_the_way_never_make_an_outcome_milder(small, data):
    """Nothing that a patient says is silent: what contradicts the way there is not known."""
    answers = data.draw(answers_for(small))
    questionnaire = assemble_questionnaire(small, ["peel"])
    counted = answers_on_path(questionnaire, answers)
    small = replace(small, format=3)

    heard, led = (outcome(small, "peel", said) for said in (answers, counted))
    assert heard.gravity >= led.gravity


@given(st.data())
def test_not_knowing_is_never_better_than_knowing_the_best(small, data):
    """Replace any answer by "I do not know": the outcome never becomes clear."""
    answers = data.draw(answers_for(small))
    asked = [i for i in small.items if i.means and i.link_id in answers]
    if asked:
        hidden = data.draw(st.sampled_from(asked))
        before = outcome(small, "peel", answers)
        after = outcome(small, "peel", answers | {hidden.link_id: "unknown"})
        assert after is not CLEAR or before is CLEAR
