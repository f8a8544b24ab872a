"""What of last time's answers may be confirmed, and what is asked afresh."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.questionnaire import (
    FOR_LIFE,
    THE_DAY,
    Holds,
    Item,
    ItemType,
    Life,
)
from screening.clinical.report.returning import Told, confirmable, confirmed_by, rows_about

TODAY = date(2026, 11, 21)
LASTS = Holds(yes=FOR_LIFE, no=Life.parse("12 months"))
SMOKES = Item("smokes", "Do you smoke?", ItemType.YES_NO, means=("anticoagulant",), holds=LASTS)


def earlier(small, answer="no", asked=SMOKES.text, ago=30, **changed):
    """Return what is made of last time's `answer` to one question."""
    [section] = small.sections
    smokes = replace(SMOKES, **changed)
    definitions = replace(small, sections=(replace(section, items=(*section.items, smokes)),))
    told = {"smokes": Told(asked, answer, TODAY - timedelta(days=ago))}
    return confirmable(definitions, told, TODAY)


def confirmed(small, *args, **changed):
    """Return whether the answer may be confirmed as it stands."""
    return "smokes" in earlier(small, *args, **changed).kept


def test_what_lasts_may_be_confirmed(small):
    assert confirmed(small)
    assert confirmed(small, "yes")


@pytest.mark.parametrize(
    "changed",
    [
        {"answer": "unknown"},
        {"answer": ""},
        {"answer": "perhaps"},
        {"asked": "Did you ever smoke?"},
        {"private": True},
        {"private": True, "answer": "tell-doctor"},
        {"ago": 366},
        {"holds": Holds(no=THE_DAY), "ago": 1},
        {"if_yes": (Item("when", "When?", ItemType.DATE, dates="nsaid_recent"),)},
        {"if_yes": (Item("hurts", "Does it hurt?", ItemType.YES_NO, private=True),)},
    ],
    ids=str,
)
def test_what_may_have_changed_or_was_not_known_or_is_private_is_asked_afresh(small, changed):
    assert not confirmed(small, **changed)


def test_what_is_private_is_asked_afresh_whatever_a_row_says(small):
    found = earlier(small, private=True)

    assert found.kept == found.aged == {}


def test_a_yes_that_lasts_for_life_is_confirmed_where_the_no_would_be_asked(small):
    assert confirmed(small, "yes", ago=4000) and not confirmed(small, "no", ago=4000)


def test_a_no_that_holds_no_more_may_be_confirmed_once_a_row_says_that_nothing_is_new(small):
    assert earlier(small, ago=366).aged == {"smokes": "no"}
    assert earlier(small, holds=Holds(no=THE_DAY), ago=1).aged == {"smokes": "no"}


def test_a_yes_that_holds_no_more_is_asked_afresh(small):
    found = earlier(small, "yes", holds=Holds(yes=THE_DAY), ago=1)

    assert found.kept == found.aged == {}


@pytest.mark.parametrize(("reply", "stands"), [("no", True), ("yes", False), ("unknown", False)])
def test_a_row_speaks_for_what_it_is_about_and_only_no_lets_it_stand(small, reply, stands):
    questionnaire = assemble_questionnaire(small, ["peel"])
    aged = {"painkiller": "no"}
    rows = rows_about(questionnaire, aged, {})

    assert rows == ["else"] and rows_about(questionnaire, aged, aged) == []
    assert (confirmed_by(questionnaire, aged, {"else": reply}) == aged) is stands
    assert confirmed_by(questionnaire, aged, {}) == {}
