"""What of last time's answers a patient may simply confirm, and what is asked afresh.

Asked afresh, with everything that belongs to the same first question: what has a date, what
was not known or is private, a question that reads otherwise by now, and an answer that holds
no more (evaluation/ageing.py) and said something. One that holds no more and said nothing is
asked about in a row, with others (arrival.py): "no" there lets it be confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.questionnaire import (
    NO,
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
from screening.clinical.report.arrival import covered_by, says_nothing


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


@dataclass(frozen=True, slots=True)
class Earlier:
    """Answers of before: `kept` may be confirmed, `aged` once a row says that nothing is new."""

    kept: dict[str, Answer]
    aged: dict[str, Answer]


def confirmable(definitions: Definitions, told: Mapping[str, Told], on: date) -> Earlier:
    """Return which of the answers in `told` may be confirmed on the day `on`, by link id.

    `definitions` are the English ones.
    """
    answers = {link_id: one.answer for link_id, one in told.items()}
    days = {link_id: one.answered_on for link_id, one in told.items()}
    again = to_ask_again(definitions, answers, days, on)
    earlier = Earlier({}, {})
    for section in definitions.sections:
        for root in section.items:
            tree = list(walk([root]))
            said = [item for item in tree if item.link_id in told]
            found = {item.link_id: told[item.link_id].answer for item in said}
            if any(_asked_afresh(item, told[item.link_id], on) for item in said):
                continue
            outlived = [item for item in said if item.link_id in again]
            dated = any(item.type.is_date or item.private for item in tree)
            if not outlived and not dated:
                earlier.kept.update(found)
            elif all(says_nothing(item, told[item.link_id].answer) for item in outlived):
                earlier.aged.update(found)
    return earlier


def _asked_afresh(item: Item, last: Told, on: date) -> bool:
    if item.type.is_date or item.private:
        return True
    codes = {last.answer} if isinstance(last.answer, str) else set(last.answer)
    answer, fault = parse_answer(item, last.answer, on)
    return bool(codes & WITHHELD) or fault is not None or not answer or last.question != item.text


def rows_about(
    questionnaire: Questionnaire, aged: Mapping[str, Answer], answers: Mapping[str, Answer]
) -> list[str]:
    """Return the rows that speak for what is `aged` and not answered since, in order."""
    waiting = {link_id for link_id in aged if link_id not in answers}
    return [row for row in questionnaire.bindings.rows if waiting & _spoken_for(questionnaire, row)]


def confirmed_by(
    questionnaire: Questionnaire, aged: Mapping[str, Answer], replies: Mapping[str, str]
) -> dict[str, Answer]:
    """Return what of `aged` the `replies` let stand: every row about a first question is "no"."""
    stands: dict[str, Answer] = {}
    for section in questionnaire.sections:
        for root in section.items:
            found = {i.link_id: aged[i.link_id] for i in walk([root]) if i.link_id in aged}
            known = questionnaire.bindings.rows
            rows = [row for row in known if found.keys() & _spoken_for(questionnaire, row)]
            if all(replies.get(row) == NO for row in rows):
                stands |= found
    return stands


def _spoken_for(questionnaire: Questionnaire, row: str) -> set[str]:
    return {item.link_id for item in covered_by(questionnaire, row)}


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
