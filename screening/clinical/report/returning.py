"""What of last time's answers a patient may simply confirm, and what is asked afresh.

Asked afresh, with everything that belongs to the same first question: an answer that holds
no more (evaluation/ageing.py), what has a date, what was not known or is private, and a
question that reads otherwise by now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.questionnaire import (
    WITHHELD,
    Answer,
    Item,
    Questionnaire,
    Section,
    is_answered,
    journey,
    walk,
)
from screening.clinical.evaluation.ageing import to_ask_again
from screening.clinical.evaluation.answers import parse_answer


@dataclass(frozen=True, slots=True)
class Told:
    """A question as it was asked last time, in English, and what was answered on which day."""

    question: str
    answer: Answer
    answered_on: date


@dataclass(frozen=True, slots=True)
class StillTrue:
    """One section: the questions that may be confirmed, each with last time's answer."""

    section: Section
    asked: tuple[tuple[Item, Answer], ...]


def confirmable(definitions: Definitions, told: Mapping[str, Told], on: date) -> dict[str, Answer]:
    """Return the answers in `told` that may be confirmed on the day `on`, by link id.

    `definitions` are the English ones.
    """
    answers = {link_id: one.answer for link_id, one in told.items()}
    days = {link_id: one.answered_on for link_id, one in told.items()}
    again = to_ask_again(definitions, answers, days, on)
    kept: dict[str, Answer] = {}
    for section in definitions.sections:
        for root in section.items:
            tree = list(walk([root]))
            if not any(_asked_afresh(item, again, told, on) for item in tree):
                kept |= {i.link_id: told[i.link_id].answer for i in tree if i.link_id in told}
    return kept


def _asked_afresh(item: Item, again: set[str], told: Mapping[str, Told], on: date) -> bool:
    if item.type.is_date or item.private or item.link_id in again:
        return True
    if item.link_id not in told:
        return False
    last = told[item.link_id]
    codes = {last.answer} if isinstance(last.answer, str) else set(last.answer)
    answer, fault = parse_answer(item, last.answer, on)
    return bool(codes & WITHHELD) or fault is not None or not answer or last.question != item.text


def still_to_confirm(
    questionnaire: Questionnaire, answers: Mapping[str, Answer], last: Mapping[str, Answer]
) -> Iterator[StillTrue]:
    """Yield what is still to confirm, section by section, follow-ups with what leads to them."""
    steps = journey(questionnaire, {**last, **answers})
    for section in questionnaire.sections:
        items = [s.item for s in steps if s.section.id == section.id]
        asked = [
            (i, last[i.link_id]) for i in items if i.link_id in last and not is_answered(i, answers)
        ]
        if asked:
            yield StillTrue(section, tuple(asked))
