"""Which questions are asked of whom, in the small library."""

import pytest

from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.questionnaire import (
    answers_on_path,
    first_unanswered,
    journey,
    only_relevant,
)


def asked(small, **answers):
    return [s.item.link_id for s in journey(assemble_questionnaire(small, ["peel"]), answers)]


@pytest.mark.parametrize(
    ("answer", "follows"), [("yes", True), ("unknown", True), ("no", False), ("", False)]
)
def test_who_may_be_pregnant_or_does_not_know_is_asked_on(small, answer, follows):
    assert ("pregnant" in asked(small, can_be_pregnant=answer)) is follows


@pytest.mark.parametrize(("answer", "follows"), [("yes", True), ("unknown", False), ("no", False)])
def test_when_it_was_is_asked_of_those_who_know_that_it_was(small, answer, follows):
    assert ("painkiller_last_dose" in asked(small, painkiller=answer)) is follows


def test_what_follows_a_tick_is_asked_for_that_tick_alone(small):
    assert "aspirin_why" in asked(small, thinner=["warfarin", "aspirin"])
    assert "aspirin_why" not in asked(small, thinner=["warfarin"])


def kept(small, *used):
    [section] = small.sections
    return [item.link_id for item in only_relevant(section.items, set(used))]


def test_only_what_a_list_needs_is_asked_and_what_leads_to_it(small):
    assert kept(small, "pregnancy") == ["can_be_pregnant", "thinner"], "aspirin_why is always asked"
    assert kept(small, "age", "nsaid_recent") == ["date_of_birth", "painkiller", "thinner"]
    assert kept(small, "anticoagulant") == ["thinner"]


def test_only_answers_on_the_way_count(small):
    questionnaire = assemble_questionnaire(small, ["peel"])
    answers = {"can_be_pregnant": "no", "pregnant": "yes", "painkiller": "yes"}

    assert answers_on_path(questionnaire, answers) == {"can_be_pregnant": "no", "painkiller": "yes"}
    waiting = first_unanswered(
        journey(questionnaire, answers | {"date_of_birth": "1990-01-01"}),
        answers | {"date_of_birth": "1990-01-01"},
    )
    assert waiting.link_id == "painkiller_last_dose"
