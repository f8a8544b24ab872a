"""What of last time's answers may be confirmed, and what is asked afresh."""

from dataclasses import replace
from datetime import date

import pytest

from screening.clinical.definitions.dates import Duration
from screening.clinical.definitions.questionnaire import Item, ItemType
from screening.clinical.report.returning import Told, confirmable

TODAY = date(2026, 11, 21)
SMOKES = Item("smokes", "Do you smoke?", ItemType.YES_NO, means=("anticoagulant",))


def confirmed(small, answer="no", asked=SMOKES.text, **changed):
    """Return whether last time's `answer` to one question may be confirmed."""
    [section] = small.sections
    smokes = replace(SMOKES, **changed)
    definitions = replace(small, sections=(replace(section, items=(*section.items, smokes)),))
    return "smokes" in confirmable(definitions, {"smokes": Told(asked, answer)}, TODAY)


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
        {"afresh": True},
        {"within": Duration(7, "day")},
        {"means": ("nsaid_recent",)},
        {"if_yes": (Item("when", "When?", ItemType.DATE, dates="nsaid_recent"),)},
        {"if_yes": (Item("hurts", "Does it hurt?", ItemType.YES_NO, private=True),)},
    ],
    ids=str,
)
def test_what_may_have_changed_or_was_not_known_or_is_private_is_asked_afresh(small, changed):
    assert not confirmed(small, **changed)


def test_what_is_asked_again_on_the_day_is_asked_afresh(small):
    peel = small.procedures["peel"]
    rules = tuple(replace(r, recheck=r.finding == "blood_thinner") for r in peel.contraindications)
    again = replace(small, procedures={"peel": replace(peel, contraindications=rules)})

    assert confirmed(small) and not confirmed(again)
