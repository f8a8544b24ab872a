from dataclasses import replace
from datetime import date

import pytest

from screening.clinical.definitions.findings import ABSENT, PRESENT, UNKNOWN
from screening.clinical.definitions.questionnaire import Item, ItemType
from screening.clinical.evaluation.answers import Fault, establish_findings, parse_answer

TODAY = date(2026, 11, 21)


def state(definitions, finding, **answers):
    return establish_findings(definitions, answers, TODAY).states[finding]


def test_yes_is_present_and_no_is_absent(small):
    assert state(small, "nsaid_recent", painkiller="yes") == PRESENT
    assert state(small, "nsaid_recent", painkiller="no") == ABSENT


@pytest.mark.parametrize("answer", ["unknown", "tell-doctor", "", "maybe", "YES", ["yes"], 1, None])
def test_whatever_is_not_plainly_yes_or_no_is_unknown(small, answer):
    assert state(small, "nsaid_recent", painkiller=answer) == UNKNOWN


@pytest.mark.parametrize(
    ("finding", "answers"),
    [
        ("nsaid_recent", {"painkiller": "maybe"}),
        ("nsaid_recent", {"painkiller": ""}),
        ("blood_thinner", {"thinner": ["none", "warfarin"]}),
        ("age_under_18", {"date_of_birth": "1990-05"}),
        ("age_under_18", {"date_of_birth": "2027-01-01"}),
    ],
)
def test_an_answer_that_cannot_be_read_is_unknown_whatever_the_rest_is_held_to_be(
    small, finding, answers
):
    found = establish_findings(small, answers, TODAY, otherwise=ABSENT)

    assert found.states[finding] == UNKNOWN


def test_what_only_the_doctor_shall_hear_is_unknown(small):
    [section] = small.sections
    items = tuple(replace(item, private=True) for item in section.items)
    private = replace(small, sections=(replace(section, items=items),))

    assert state(private, "nsaid_recent", painkiller="tell-doctor") == UNKNOWN
    assert state(private, "pregnancy", can_be_pregnant="tell-doctor") == UNKNOWN
    assert state(private, "blood_thinner", thinner=["tell-doctor"]) == UNKNOWN
    assert state(private, "antiplatelet", thinner=["warfarin", "tell-doctor"]) == UNKNOWN


def test_a_follow_up_under_no_is_absent(small):
    assert state(small, "pregnancy", can_be_pregnant="no") == ABSENT
    assert state(small, "pregnancy", can_be_pregnant="no", pregnant="no") == ABSENT


def test_a_follow_up_that_contradicts_the_no_above_it_is_heard(small):
    small = replace(small, format=3)
    dated = {"painkiller": "no", "painkiller_last_dose": "2026-11-20"}

    assert state(small, "pregnancy", can_be_pregnant="no", pregnant="yes") == PRESENT
    assert state(small, "pregnancy", can_be_pregnant="no", pregnant="unknown") == UNKNOWN
    assert state(small, "pregnancy", can_be_pregnant="no", pregnant="no") == ABSENT
    assert state(small, "nsaid_recent", **dated) == UNKNOWN


def test_a_report_of_an_earlier_format_replays_as_it_was(small):
    """There a follow-up off the way was not counted."""
    assert state(small, "pregnancy", can_be_pregnant="no", pregnant="yes") == ABSENT


def test_a_follow_up_that_was_not_reached_is_unknown(small):
    assert state(small, "pregnancy") == UNKNOWN
    assert state(small, "pregnancy", can_be_pregnant="yes") == UNKNOWN


def test_who_does_not_know_is_asked_on_where_the_question_says_so(small):
    assert state(small, "pregnancy", can_be_pregnant="unknown", pregnant="yes") == PRESENT
    assert state(small, "pregnancy", can_be_pregnant="unknown", pregnant="no") == ABSENT


def test_a_tick_beside_i_do_not_know_stays_present(small):
    ticked = ["warfarin", "unknown"]

    assert state(small, "anticoagulant", thinner=ticked) == PRESENT
    assert state(small, "antiplatelet", thinner=ticked) == UNKNOWN


def test_none_of_these_is_absent_for_all(small):
    assert state(small, "blood_thinner", thinner=["none"]) == ABSENT


def test_none_beside_a_tick_clears_nothing(small):
    assert state(small, "antiplatelet", thinner=["none", "warfarin"]) == UNKNOWN


def test_a_derived_finding_follows_its_parts(small):
    assert state(small, "blood_thinner", thinner=["aspirin"]) == PRESENT
    assert state(small, "blood_thinner", thinner=["unknown"]) == UNKNOWN


@pytest.mark.parametrize("born", ["2027-01-01", "1800-01-01", "1990-05", "soon", ""])
def test_a_birthday_that_cannot_be_is_unknown(small, born):
    assert state(small, "age_under_18", date_of_birth=born) == UNKNOWN


def test_a_date_off_the_way_does_not_count(small):
    answers = {"painkiller": "no", "painkiller_last_dose": "2026-11-20"}

    assert "nsaid_recent" not in establish_findings(small, answers, TODAY).dates
    answers["painkiller"] = "unknown"
    assert "nsaid_recent" not in establish_findings(small, answers, TODAY).dates
    answers["painkiller"] = "yes"
    assert "nsaid_recent" in establish_findings(small, answers, TODAY).dates


@pytest.mark.parametrize(
    ("type", "raw", "fault"),
    [
        (ItemType.YES_NO, "", Fault.MISSING),
        (ItemType.YES_NO, "perhaps", Fault.NOT_OFFERED),
        (ItemType.SOME_OF, [], Fault.MISSING),
        (ItemType.SOME_OF, ["none", "unknown"], Fault.NONE_AND_MORE),
        (ItemType.DATE, "2026-02-30", Fault.NOT_A_DATE),
        (ItemType.DATE, "2026-11-22", Fault.DATE_AHEAD),
        (ItemType.DATE, "1750-01-01", Fault.TOO_LONG_AGO),
        (ItemType.TEXT, "x" * 501, Fault.TOO_LONG),
        (ItemType.TEXT, "   ", Fault.MISSING),
    ],
)
def test_each_mistake_has_its_name(type, raw, fault):
    assert parse_answer(Item("q", "?", type), raw, TODAY)[1] is fault
