"""An answer has a day: what a later day believes of it, and what the visit has to ask again."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.definitions.questionnaire import (
    FOR_LIFE,
    NO,
    THE_DAY,
    UNTIL_ITS_DATE,
    YES,
    Holds,
    Life,
    first_unanswered,
    journey,
    walk,
)
from screening.clinical.evaluation.ageing import outlived_on, to_ask_again
from screening.clinical.evaluation.case import CaseError, evaluate_case, read_case
from screening.clinical.evaluation.verdicts import verdicts_of
from screening.definitions.loading import load_definitions
from tests.clinical.evaluation.test_promises import quiet_answer
from tests.conftest import SMALL, write_library

CASES = [
    json.loads(line)
    for line in (Path(__file__).with_name("cases") / "day.jsonl").read_text().splitlines()
]
ON = date(2026, 11, 29)
DAYS = (0, 1, 6, 7, 8, 13, 14, 29, 31, 60, 91, 92, 120, 182, 183, 200, 364, 365, 366, 400)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_right_answer_of_a_case(library, case):
    expect = case["expect"]
    if "exit" in expect:
        with pytest.raises(CaseError) as refused:
            read_case(library, case["in"])
        assert expect["why"] in str(refused.value)
        return
    told = verdicts_of(library, read_case(library, case["in"]))
    [verdict] = told["procedures"]
    for word in expect.keys() - {"visit", "why"}:
        assert verdict[word] == expect[word]
    assert expect.get("why", "") in json.dumps(verdict)
    assert expect.get("visit", {}).items() <= verdict.get("visit", {}).items()


@pytest.mark.parametrize(
    ("text", "life"),
    [("the day", THE_DAY), ("for life", FOR_LIFE), ("until its date", UNTIL_ITS_DATE)],
)
def test_a_life_is_read_as_it_is_written(text, life):
    assert Life.parse(text) == life


@pytest.mark.parametrize("text", ["", "12", "a day", "7 days", "2 years", "12 monthes", "The day"])
def test_what_is_no_life_is_refused(text):
    with pytest.raises(ValueError):
        Life.parse(text)


@pytest.mark.parametrize(
    ("life", "given", "last", "over"),
    [
        ("the day", "2026-11-29", "2026-11-29", "2026-11-30"),
        ("12 months", "2024-02-29", "2025-02-27", "2025-02-28"),
        ("6 months", "2026-08-31", "2027-02-27", "2027-02-28"),
    ],
)
def test_a_life_ends_on_its_day(life, given, last, over):
    given, last, over = map(date.fromisoformat, (given, last, over))

    assert not Life.parse(life).is_over(given, last)
    assert Life.parse(life).is_over(given, over)


def answers_of(library, procedures, special):
    """Return quiet answers to all that is asked, but for `special`."""
    questionnaire, answers = assemble_questionnaire(library, procedures), {}
    while item := first_unanswered(journey(questionnaire, answers), answers):
        answers[item.link_id] = special.get(item.link_id) or quiet_answer(item)
    return answers


def on_a_later_day(library, procedures, answers, days):
    raw = {
        "procedures": procedures,
        "on": str(ON + timedelta(days=days)),
        "answers": answers,
        "answered_on": dict.fromkeys(answers, str(ON)),
    }
    return evaluate_case(library, read_case(library, raw))


def milder(found, earlier):
    """Return the procedures that came out milder, but for those whose dated wait is over."""
    pairs = zip(found, earlier, strict=True)
    return [
        now.procedure.id
        for now, then in pairs
        if now.outcome.gravity < then.outcome.gravity
        and not (then.outcome is Outcome.DEFERRED and then.until and then.until <= now.on)
    ]


def test_quiet_answers_do_not_hold_for_ever(library):
    """Three hundred days later nobody is clear of anything without a fresh answer."""
    procedures = list(library.procedures)
    answers = answers_of(library, procedures, {})
    assert {e.outcome for e in on_a_later_day(library, procedures, answers, 0)} == {
        Outcome.NONE_IDENTIFIED
    }

    later = on_a_later_day(library, procedures, answers, 300)

    assert all(one.outcome.gravity >= Outcome.INFORMATION_NEEDED.gravity for one in later)


@settings(max_examples=40 * settings.default.max_examples // 100)
@given(data=st.data())
def test_no_later_day_is_milder_without_a_fresh_answer(library, data):
    procedures = list(library.procedures)
    gates = [item for item in library.items if {YES, NO} <= set(item.codes)]
    special = {
        item.link_id: data.draw(st.sampled_from(item.codes))
        for item in data.draw(st.lists(st.sampled_from(gates), max_size=6))
    }
    answers = answers_of(library, procedures, special)
    before = on_a_later_day(library, procedures, answers, 0)
    for days in DAYS[1:]:
        now = on_a_later_day(library, procedures, answers, days)
        assert milder(now, before) == []
        before = now


PROTECTED = {
    "findings.yaml": """
findings:
- id: illness
  is: An illness
- id: calm
  is: It is under control
  protective: true
- id: restless
  is: An illness that is not under control
  when: {all: [illness, {not: calm}]}
""",
    "sections/01-all.yaml": """
section: all
title: All
questions:
- id: q_illness
  ask: Do you have the illness?
  answer: yes-no
  holds: {yes: for life, no: 12 months}
  means: illness
  if_yes:
  - id: q_calm
    ask: Is it under control?
    answer: yes-no
    holds: {yes: 6 months, no: for life}
    means: calm
""",
    "procedures/peel.yaml": """
procedure: peel
name: Peel
summary: A small procedure for tests.
contraindications:
- finding: restless
  grade: contraindication
  because: It heals badly.
  source: S1
""",
    "sources.yaml": SMALL["sources.yaml"],
}


@pytest.mark.parametrize(
    ("illness", "calm", "days", "outcome"),
    [
        ("yes", "yes", 0, "no-contraindication-identified"),
        ("yes", "yes", 180, "no-contraindication-identified"),
        ("yes", "yes", 181, "information-needed"),
        ("yes", "no", 400, "contraindicated"),
        ("no", None, 364, "no-contraindication-identified"),
        ("no", None, 365, "information-needed"),
    ],
)
def test_of_a_protective_finding_it_is_the_yes_that_ages(tmp_path, illness, calm, days, outcome):
    library = load_definitions(write_library(tmp_path, PROTECTED))
    answers = {"q_illness": illness} | ({"q_calm": calm} if calm else {})
    [found] = on_a_later_day(library, ["peel"], answers, days)

    assert found.outcome == outcome


def test_the_follow_ups_of_an_old_no_are_unknown_too(library):
    """Nobody asked them, and nobody knows any more that there was no need to."""
    raw = {
        "procedures": ["soft-lifting"],
        "on": str(ON),
        "answers": {"bleeding": "no"},
        "answered_on": {"bleeding": "2020-01-01"},
        "otherwise": "absent",
    }
    [verdict] = verdicts_of(library, read_case(library, raw))["procedures"]

    assert verdict["outcome"] == "information-needed"
    assert {reason["why"] for reason in verdict["reasons"]} == {
        "answered 2020-01-01, holds for 12 months"
    }


def test_what_lasts_is_written_at_every_question_that_is_shipped(library):
    """None is left to the strictest reading by accident."""
    lasting = [item for item in library.items if item.holds != Holds()]

    assert len(lasting) > len(list(library.items)) / 2


def test_an_archive_without_lives_is_read_as_of_its_day_only(small):
    """A list that says nothing about lives believes no answer of an earlier day."""
    booked = Holds(UNTIL_ITS_DATE, THE_DAY)
    assert {item.holds for item in small.items} == {Holds(), booked}
    forever = replace(next(iter(small.items)), holds=Holds(FOR_LIFE, FOR_LIFE))
    assert not forever.holds.no.is_over(date(1990, 1, 1), ON)


def test_a_choice_that_was_not_made_is_confirmed_as_a_no_is(library):
    """What one-of and some-of answers leave out is a "no", and holds no longer than one."""
    answers = {"heart": ["high_blood_pressure"], "lump": "no_lump"}
    raw = {"procedures": ["mesotherapy-face"], "on": "2026-11-21", "answers": answers}
    for visit, confirm in (("2026-11-22", ["lump"]), ("2027-11-21", ["heart", "lump"])):
        case = read_case(library, raw | {"visit": visit})
        [verdict] = verdicts_of(library, case)["procedures"]
        assert verdict["visit"]["to_confirm"] == confirm


def test_whatever_is_not_believed_any_more_is_asked_again(library):
    answers = {}
    items = [item for section in library.sections for item in section.items]
    for item in walk(items):
        answers[item.link_id] = quiet_answer(item)
    on, before = date(2026, 11, 21), date(2025, 11, 1)
    days = dict.fromkeys(answers, before)
    found = outlived_on(library, answers, days, on)
    again = to_ask_again(library, answers, days, on)

    assert {old.link_id for olds in found.values() for old in olds} <= again
