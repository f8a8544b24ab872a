"""How long an answer holds, and what of it is unknown on a later day.

An answer is given on one day and may be weighed for another. Only the "no" ages: past
its life an absent finding is unknown, so that no later day is milder without a fresh
answer; what is present stays present. A protective finding ages the other way round,
because there it is the "yes" that speaks for a treatment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from screening.clinical.definitions.dates import PartialDate
from screening.clinical.definitions.definitions import (
    Definitions,
    findings_asked,
    findings_for,
    with_parts,
)
from screening.clinical.definitions.findings import PRESENT, UNKNOWN, Pair
from screening.clinical.definitions.questionnaire import (
    NO,
    NONE_OF_THESE,
    STILL,
    THE_DAY,
    WITHHELD,
    Answer,
    Answers,
    Item,
    Life,
    walk,
)
from screening.clinical.evaluation.answers import Fault, parse_answer
from screening.clinical.evaluation.branching import branches, claims


@dataclass(frozen=True, slots=True)
class Outlived:
    """An answer that a later day does not believe any more."""

    link_id: str
    answered_on: date
    life: Life

    def __str__(self) -> str:
        return f"answered {self.answered_on}, holds for {self.life}"


def outlived_on(
    definitions: Definitions, answers: Answers, answered_on: Mapping[str, date], on: date
) -> dict[str, list[Outlived]]:
    """Return, by finding, the answers whose word on its absence has outlived its life on `on`.

    `answered_on` is question and day; a question that it does not name was answered on `on`.
    """
    found: dict[str, list[Outlived]] = {}
    protective = findings_for(definitions)
    for name, old in _unbelieved(protective, _roots(definitions), answers, answered_on, on):
        found.setdefault(name, []).append(old)
    return found


def outlived_behind(
    definitions: Definitions, outlived: Mapping[str, list[Outlived]], finding: str
) -> list[Outlived]:
    """Return which of the `outlived` answers speak about `finding` or a part of it, in order."""
    parts = sorted(with_parts(definitions, {finding}))
    return list(dict.fromkeys(old for part in parts for old in outlived.get(part, ())))


def age(
    definitions: Definitions, states: Mapping[str, Pair], outlived: Iterable[str]
) -> dict[str, Pair]:
    """Return `states` as a later day knows them: what is `outlived` may have become true."""
    aged, protective = dict(states), findings_for(definitions)
    for name in outlived:
        if name not in protective:
            aged[name] = (states[name][0], 1)
        elif states[name] == PRESENT:
            aged[name] = UNKNOWN
    return aged


def to_confirm(
    definitions: Definitions,
    procedure: str,
    answers: Answers,
    answered_on: Mapping[str, date],
    visit: date,
) -> list[str]:
    """Return the questions of the procedure's list whose answers hold no more on the visit."""
    used = findings_asked(definitions, [procedure])
    return [
        item.link_id
        for item in _asked(_roots(definitions), answers)
        if item.establishes & used
        and _outlived(item, answers[item.link_id], answered_on.get(item.link_id, visit), visit)
    ]


def to_ask_again(
    definitions: Definitions, answers: Answers, answered_on: Mapping[str, date], on: date
) -> set[str]:
    """Return the questions on the way whose answers, of an earlier day, hold no more on `on`."""
    if all(given >= on for given in answered_on.values()):
        return set()
    return {
        item.link_id
        for item in _asked(_roots(definitions), answers)
        if (given := answered_on.get(item.link_id, on)) < on
        and _outlived(item, answers[item.link_id], given, on)
    }


def earliest_days(items: Iterable[Item], answers: Answers, day: date) -> dict[str, date]:
    """Return the first day from `day` on on which each of `answers` can have been said.

    For what was stored before answers had days: none is taken for newer than it must be.
    """
    found = dict.fromkeys(answers, day)
    for item in items:
        answer = answers.get(item.link_id)
        if answer and parse_answer(item, answer, day)[1] is Fault.DATE_AHEAD:
            said = _dated(answer)
            found[item.link_id] = said.first if said else day
    return found


def _roots(definitions: Definitions) -> list[Item]:
    return [item for section in definitions.sections for item in section.items]


def _asked(items: Iterable[Item], answers: Answers) -> Iterator[Item]:
    """Yield the questions on the way that the answers lead to, where something was said."""
    for item in items:
        answer = answers.get(item.link_id)
        if answer and not _withheld(answer):
            yield item
        for _, asked, below in branches(item, answer, UNKNOWN):
            if asked:
                yield from _asked(below, answers)


def _unbelieved(
    protective: Collection[str],
    items: Iterable[Item],
    answers: Answers,
    answered_on: Mapping[str, date],
    on: date,
) -> Iterator[tuple[str, Outlived]]:
    """Yield each finding that an old answer speaks about, its unasked follow-ups included."""
    for item in items:
        answer = answers.get(item.link_id)
        given = answered_on.get(item.link_id, on)
        if answer and not _withheld(answer):
            for name in claims(item):
                life = item.holds.yes if name in protective else item.holds.no
                if life.is_over(given, on):
                    yield name, Outlived(item.link_id, given, life)
        for _, asked, below in branches(item, answer, UNKNOWN):
            if asked:
                yield from _unbelieved(protective, below, answers, answered_on, on)
            elif item.holds.no.is_over(given, on):
                old = Outlived(item.link_id, given, item.holds.no)
                unasked = {name for each in walk(below) for name in claims(each)}
                yield from ((n, old) for n in unasked if n not in protective)


def _withheld(answer: Answer) -> bool:
    return bool(WITHHELD & ({answer} if isinstance(answer, str) else set(answer)))


def _outlived(item: Item, answer: Answer, given: date, on: date) -> bool:
    """Return whether `answer` is past the life of what it says, or of what it leaves out."""
    said_no = answer in (NO, [NONE_OF_THESE])
    if (said_no or _leaves_out(item, answer)) and item.holds.no.is_over(given, on):
        return True
    if said_no:
        return False
    life = THE_DAY if answer == STILL else item.holds.yes
    dated = _dated(answer) if life.until_its_date else None
    return dated.last < on if dated else life.is_over(given, on)


def _leaves_out(item: Item, answer: Answer) -> bool:
    """Return whether a choice that means something was not made: that is a "no" of its own."""
    chosen = {answer} if isinstance(answer, str) else set(answer)
    return any(o.id not in chosen and (o.means or o.then) for o in item.options)


def _dated(answer: Answer) -> PartialDate | None:
    try:
        return PartialDate.parse(answer) if isinstance(answer, str) else None
    except ValueError:
        return None
