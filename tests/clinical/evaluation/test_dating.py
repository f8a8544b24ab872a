"""When it was: one day, still going on, over since, or one of several days."""

from dataclasses import replace
from datetime import date

import pytest

from screening.clinical.definitions.findings import Findings
from screening.clinical.evaluation.case import Case, CaseError, findings_of, read_case, verdicts_of
from screening.definitions.loading import load_definitions
from tests.conftest import SMALL, write_library

ALL, PEEL = "sections/01-all.yaml", "procedures/peel.yaml"
STILL = "    dates: nsaid_recent\n    still: I still take it\n"
AGAIN = """
- id: tablets
  ask: Did you take other tablets like it?
  answer: yes-no
  means: nsaid_recent
  if_not_no:
  - id: tablets_last_dose
    ask: When?
    answer: date
    dates: nsaid_recent
- id: cream
  ask: Or a cream?
  answer: yes-no
  means: nsaid_recent
"""
DATED = {"painkiller": "yes", "painkiller_last_dose": "2026-11-01"}


@pytest.fixture
def lasting(tmp_path):
    asked = SMALL[ALL].replace("    dates: nsaid_recent\n", STILL)
    return load_definitions(write_library(tmp_path, SMALL | {ALL: asked}))


@pytest.fixture
def twice(tmp_path):
    asked = SMALL[ALL].replace("    dates: nsaid_recent\n", STILL) + AGAIN
    return load_definitions(write_library(tmp_path, SMALL | {ALL: asked}))


def told(definitions, on="2026-11-29", answers=None, **given):
    raw = {"procedures": ["peel"], "on": on, "answers": answers or {}, "otherwise": "absent"}
    return verdicts_of(definitions, read_case(definitions, raw | given))["procedures"][0]


@pytest.mark.parametrize("on", ["2026-11-29", "2027-11-29"])
def test_a_wait_after_what_still_goes_on_has_no_end_yet(lasting, on):
    said = told(lasting, on, {"painkiller": "yes", "painkiller_last_dose": "still"})
    [reason] = said["reasons"]

    assert (said["outcome"], said["until"]) == ("deferred", None)
    assert (reason["until"], reason["still"]) == (None, True)


def test_a_finding_given_directly_may_still_go_on_too(lasting):
    said = told(lasting, findings={"nsaid_recent": {"state": "present", "date": "still"}})

    assert (said["outcome"], said["until"], said["reasons"][0]["still"]) == ("deferred", None, True)


def test_what_goes_on_is_confirmed_on_the_day(lasting):
    answers = {"painkiller": "yes", "painkiller_last_dose": "still"}
    said = told(lasting, answers=answers, visit="2026-12-12")

    assert (said["visit"]["outcome"], said["visit"]["until"]) == ("deferred", None)
    assert "painkiller_last_dose" in said["visit"]["to_confirm"]


def test_nothing_still_goes_on_where_the_question_does_not_offer_it(small):
    with pytest.raises(CaseError, match="painkiller_last_dose: 'still' is not a date"):
        told(small, answers={"painkiller": "yes", "painkiller_last_dose": "still"})
    with pytest.raises(CaseError, match=r"dental_work\.date: "):
        told(small, findings={"dental_work": {"state": "present", "date": "still"}})


@pytest.mark.parametrize(
    ("on", "outcome", "until"),
    [
        ("2026-11-14", "deferred", "2026-11-15"),
        ("2026-11-15", "no-contraindication-identified", None),
    ],
)
def test_what_waits_until_it_is_over_ends_on_the_day_since_when_it_is(tmp_path, on, outcome, until):
    peel = SMALL[PEEL].replace("defer: 7 days", "defer: until over")
    library = load_definitions(write_library(tmp_path, SMALL | {PEEL: peel}))
    waits = {rule.finding: str(rule.defer) for rule in library.procedures["peel"].contraindications}
    assert waits["nsaid_recent"] == "until over"
    peel = library.procedures["peel"]
    ahead = replace(library.findings["nsaid_recent"], booked=True)
    library = replace(library, findings=library.findings | {"nsaid_recent": ahead})
    given = {"nsaid_recent": {"state": "present", "date": "2026-11-15"}}
    said = told(library, on, findings=given)

    assert (said["outcome"], said["until"]) == (outcome, until)


def test_what_is_not_over_waits_without_an_end(tmp_path):
    peel = SMALL[PEEL].replace("defer: 7 days", "defer: until over")
    library = load_definitions(write_library(tmp_path, SMALL | {PEEL: peel}))
    said = told(library, findings={"nsaid_recent": "present"})

    assert (said["outcome"], said["until"]) == ("deferred", None)


@pytest.mark.parametrize(
    ("more", "outcome", "until"),
    [
        ({"tablets": "no"}, "no-contraindication-identified", None),
        ({"tablets": "yes", "tablets_last_dose": "2026-11-27"}, "deferred", "2026-12-04"),
        ({"tablets": "unknown", "tablets_last_dose": "2026-11-27"}, "deferred", "2026-12-04"),
        (
            {"tablets": "unknown", "tablets_last_dose": "2020-01-01"},
            "no-contraindication-identified",
            None,
        ),
        ({"tablets": "yes", "tablets_last_dose": "unknown"}, "information-needed", None),
        ({"tablets": "unknown"}, "information-needed", None),
        ({"cream": "yes"}, "information-needed", None),
        ({"cream": "unknown"}, "information-needed", None),
    ],
)
def test_of_two_answers_that_date_one_finding_the_later_counts(twice, more, outcome, until):
    """What is asked below "I do not know" or has no day hides no recent day."""
    said = told(twice, answers=DATED | more)

    assert (said["outcome"], said["until"]) == (outcome, until)
    recent = {"painkiller": "yes", "painkiller_last_dose": "2026-11-28"}
    assert told(twice, answers=recent | more)["outcome"] != "no-contraindication-identified"


def test_what_still_goes_on_outlasts_every_other_day(twice):
    answers = {"painkiller": "yes", "painkiller_last_dose": "still"}
    said = told(twice, answers=answers | {"tablets": "yes", "tablets_last_dose": "2020-01-01"})

    assert (said["outcome"], said["until"]) == ("deferred", None)


def test_a_day_that_lay_ahead_when_it_was_told_is_no_day_later_either(small):
    """Waiting does not make it true."""
    answers = DATED | {"painkiller_last_dose": "2026-11-05", "can_be_pregnant": "no"}
    told_on = dict.fromkeys(answers, date(2026, 11, 1))
    case = Case(("peel",), date(2026, 12, 24), answers, Findings({}), answered_on=told_on)

    assert "nsaid_recent" not in findings_of(small, case, case.on).dates


def test_a_month_that_was_not_over_ends_on_the_day_of_the_answer(small):
    answers = DATED | {"painkiller_last_dose": "2026-11"}
    told_on = dict.fromkeys(answers, date(2026, 11, 9))
    case = Case(("peel",), date(2026, 12, 24), answers, Findings({}), answered_on=told_on)
    found = findings_of(small, case, case.on).dates["nsaid_recent"]

    assert (found.first, found.last) == (date(2026, 11, 1), date(2026, 11, 9))
