"""What no program can judge, and a person must read before anything is decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from screening.clinical.definitions.definitions import Definitions, assemble_questionnaire
from screening.clinical.definitions.questionnaire import (
    NOT_KNOWN,
    TELL_DOCTOR,
    YES,
    Answers,
    Item,
    ItemType,
)
from screening.clinical.evaluation.replies import Population, bits
from screening.clinical.medicines.record import read_whole


@dataclass(frozen=True, slots=True)
class ToRead:
    """An answer as the patient gave it: the free text, or the choice in the question's words."""

    link_id: str
    text: str


def to_read(
    definitions: Definitions,
    procedure: str,
    answers: Answers,
    recognised: Collection[str] = frozenset(),
) -> list[ToRead]:
    """Return what a doctor reads for `procedure`.

    `recognised` are questions whose whole text the program understood; a text of
    which a part was not is read whole.
    """
    asked = assemble_questionnaire(definitions, [procedure])
    return [
        ToRead(item.link_id, text)
        for item in asked
        if item.link_id in answers and item.link_id not in recognised
        for text in _texts(item, answers)
    ]


def to_read_by(definitions: Definitions, procedure: str, population: Population) -> int:
    """Return for whom a doctor reads something; see `to_read`."""
    those, medicines = 0, population.medicines
    whole = {nth: read_whole(definitions, record) for nth, (record, _) in medicines.items()}
    for item in assemble_questionnaire(definitions, [procedure]):
        for value, who in population.said.get(item.link_id, {}).items():
            answer = value if isinstance(value, str) else list(value)
            if any(_texts(item, {item.link_id: answer})):
                unread = [nth for nth in who if item.link_id not in whole.get(nth, ())]
                those |= bits(unread, len(population.days))
    return those


def _texts(item: Item, answers: Answers) -> Iterator[str]:
    answer = answers[item.link_id]
    codes = [answer] if isinstance(answer, str) else answer
    if TELL_DOCTOR in codes and (item.doctor_reads or any(o.doctor_reads for o in item.options)):
        yield TELL_DOCTOR
    elif item.type is ItemType.TEXT or item.type.is_date:
        yield from (code for code in codes if item.doctor_reads and code not in ("", NOT_KNOWN))
    elif item.doctor_reads and YES in codes:
        yield YES
    yield from (o.text for o in item.options if o.doctor_reads and o.id in codes)
