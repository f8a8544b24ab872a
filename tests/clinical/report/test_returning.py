"""What of last time's answers may be confirmed, and what is asked afresh."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from screening.clinical.definitions.questionnaire import (
    FOR_LIFE,
    THE_DAY,
    Holds,
    Item,
    ItemType,
    Life,
)
from screening.clinical.report.returning import Told, confirmable

TODAY = date(2026, 11, 21)
LASTS = Holds(yes=FOR_LIFE, no=Life.parse("12 months"))
SMOKES = Item("smokes", "Do you smoke?", ItemType.YES_NO, means=("anticoagulant",), holds=LASTS)


def confirmed(small, answer="no", asked=SMOKES.text, ago=30, **changed):
    """Return whether last time's `answer` to one question may be confirmed."""
    [section] = small.sections
    smokes = replace(SMOKES, **changed)
    definitions = replace(small, sections=(replace(section, items=(*section.items, smokes)),))
    told = {"smokes": Told(asked, answer, TODAY - timedelta(days=ago))}
    return "smokes" in confirmable(definitions, told, TODAY)


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


def test_a_yes_that_lasts_for_life_is_confirmed_where_the_no_would_be_asked(small):
    assert confirmed(small, "yes", ago=4000) and not confirmed(small, "no", ago=4000)
