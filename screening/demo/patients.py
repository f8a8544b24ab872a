"""Patients for a demo, drawn from the examples of whatever lists are in force.

Every answer is an example's, moved to today, or that of someone with nothing to report. Where no
example leads to an outcome, one answer after the other is tried until something does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, zip_longest
from typing import Any

from screening.clinical.definitions.dates import PartialDate
from screening.clinical.definitions.definitions import (
    Definitions,
    Example,
    assemble_questionnaire,
)
from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.definitions.questionnaire import (
    NO,
    NONE_OF_THESE,
    NOT_KNOWN,
    YES,
    Answer,
    Item,
    ItemType,
    first_unanswered,
    journey,
)
from screening.clinical.evaluation.case import CaseError, evaluate_case, read_case

LONG_AGO = timedelta(days=2000)
AGE = timedelta(days=14_000)


@dataclass(frozen=True)
class Described:
    """Someone who comes for one procedure, and every answer that is asked for it."""

    procedure: str
    answers: Mapping[str, Answer]
    born: str | None


def draw(
    definitions: Definitions, procedures: list[str], on: date, wanted: Outcome, used: set[str]
) -> Described:
    """Return a patient with the outcome that is `wanted`, or one with nothing to report.

    `used` are the examples that were drawn before; the one drawn now is added.
    """
    birth_date = definitions.bindings.birth_date
    for example in _in_turn(definitions, procedures, wanted):
        if example.where not in used:
            said: Any = example.case["answers"]
            moved = {
                k: _moved(v, on - example.on) if k != birth_date else v for k, v in said.items()
            }
            found = _whole(definitions, example.procedure, moved, on)
            if found and _outcome(definitions, found, on) is wanted:
                used.add(example.where)
                return found
    for procedure in procedures:
        for found in _one_answer_apart(definitions, procedure, on):
            if _outcome(definitions, found, on) is wanted:
                return found
    return quiet(definitions, procedures[0], on)


def quiet(definitions: Definitions, procedure: str, on: date) -> Described:
    """Return someone with nothing to report."""
    found = _whole(definitions, procedure, {}, on)
    assert found is not None
    return found


def _in_turn(definitions: Definitions, procedures: list[str], wanted: Outcome) -> Iterator[Example]:
    """Yield the examples that expect `wanted`, one of each procedure before the next of any."""
    fitting = [
        one
        for one in definitions.examples
        if isinstance(one, Example) and one.outcome is wanted and not one.case["findings"]
    ]
    each = ([one for one in fitting if one.procedure == name] for name in procedures)
    return filter(None, chain.from_iterable(zip_longest(*each)))


def _one_answer_apart(definitions: Definitions, procedure: str, on: date) -> Iterator[Described]:
    for item in assemble_questionnaire(definitions, [procedure]):
        for answer in _other_answers(item):
            if found := _whole(definitions, procedure, {item.link_id: answer}, on):
                yield found


def _other_answers(item: Item) -> Iterable[Answer]:
    match item.type:
        case ItemType.YES_NO:
            return (YES, NOT_KNOWN)
        case ItemType.ONE_OF:
            return [option.id for option in item.options if option.means]
        case ItemType.SOME_OF:
            return [[option.id] for option in item.options]
    return ()


def _whole(
    definitions: Definitions, procedure: str, said: Mapping[str, Answer], on: date
) -> Described | None:
    """Return the patient with every answer on the way; None where one of `said` is not."""
    questionnaire = assemble_questionnaire(definitions, [procedure])
    answers: dict[str, Answer] = {}
    while item := first_unanswered(journey(questionnaire, answers), answers):
        answers[item.link_id] = said.get(item.link_id) or _quiet_answer(item, on)
        if first_unanswered(journey(questionnaire, answers), answers) is item:
            return None  # an answer that does not fit would be asked for without end
    return Described(procedure, answers, definitions.born_in(answers))


def _quiet_answer(item: Item, on: date) -> Answer:
    match item.type:
        case ItemType.BIRTH_DATE:
            return (on - AGE).isoformat()
        case ItemType.DATE:
            return (on - LONG_AGO).isoformat()
        case ItemType.SOME_OF:
            return [NONE_OF_THESE]
        case ItemType.ONE_OF:
            none = (option.id for option in item.options if not option.means)
            return next(none, item.options[0].id)
        case ItemType.TEXT:
            return "-"
    return NO


def _moved(answer: Any, by: timedelta) -> Any:
    """Return an answer that is a date as much later; a month or a year stays one."""
    try:
        first = PartialDate.parse(str(answer)).first
    except ValueError:
        return answer
    return (first + by).isoformat()[: len(str(answer))]


def _outcome(definitions: Definitions, found: Described, on: date) -> Outcome | None:
    raw = {
        "procedures": [found.procedure],
        "on": on.isoformat(),
        "answers": dict(found.answers),
    }
    try:
        [one] = evaluate_case(definitions, read_case(definitions, raw))
    except CaseError:
        return None
    return one.outcome
