"""Proof by trying every question and answer: no later day is milder without a fresh answer.

One imagined patient gives one answer that says something, and quiet ones to all else. On
each day on which an answer may outlive its life, or a wait may end, the product's own
evaluator weighs what was said on the first day. A reason may become graver, never milder,
but for the end of a dated wait and for a birthday.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from screening.clinical.definitions.dates import Duration
from screening.clinical.definitions.definitions import Definitions, with_parts
from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.definitions.questionnaire import (
    NO,
    NONE_OF_THESE,
    NOT_KNOWN,
    STILL,
    WITHHELD,
    Answer,
    Item,
    ItemType,
    follow_ups,
)
from screening.clinical.evaluation.population import establish_all
from screening.clinical.evaluation.population_eligibility import determine_all
from screening.clinical.evaluation.replies import bits, gather, positions

ANSWERED = date(2026, 1, 31)  # a month after it has no such day
BORN = "1986-01-01"
LAST = 400
AGO = (0, 10, 60)  # days since what is dated happened; booked ones lie as far ahead


@dataclass(frozen=True, slots=True)
class _Later:
    """What one patient said on the first day, weighed `days` later; `item` is what was loud."""

    item: Item
    answers: Mapping[str, Answer]
    days: int


def milder_later(
    definitions: Definitions,
    days: Collection[int] | None = None,
    answered: date = ANSWERED,
) -> Iterator[str]:
    """Yield "file:line: text" for each question with an answer that a later day makes milder.

    `days` after the answers are tried, where none are given those on which anything changes.
    """
    rows = list(_rows(definitions, days, answered))
    for procedure, finding, nth in _softened(definitions, rows, answered):
        row = rows[nth]
        where = definitions.places.get(f"question {row.item.link_id}", row.item.link_id)
        yield (
            f'{where}: the answer "{row.answers[row.item.link_id]}" says less about "{finding}" '
            f"of {procedure} after {row.days} days"
        )


def _rows(
    definitions: Definitions, days: Collection[int] | None, answered: date
) -> Iterator[_Later]:
    """Yield each patient on each day, one patient's days in order."""
    roots = [item for section in definitions.sections for item in section.items]
    quiet: dict[str, Answer] = {}
    _fill(roots, quiet, answered)
    lives = _ends_of_lives(definitions, answered)
    for item, path in _loud(roots, {}, answered):
        answers = quiet | path
        _fill(roots, answers, answered)
        tried = days or lives | _ends_of_waits(definitions, item, answers, answered)
        yield from (_Later(item, answers, number) for number in sorted(tried))


def _softened(
    definitions: Definitions, rows: Sequence[_Later], answered: date
) -> Iterator[tuple[str, str, int]]:
    """Yield (procedure, finding, nth row) for each reason that is milder than the row before."""
    screenings = [(answered + timedelta(row.days), row.answers) for row in rows]
    crowd = gather(screenings, [dict.fromkeys(row.answers, answered) for row in rows])
    findings = establish_all(definitions, crowd)
    same = [n for n, row in enumerate(rows) if n and row.answers is rows[n - 1].answers]
    follows = bits(same, len(rows))  # the row before is the same patient earlier
    aged = {name for name in definitions.findings if "age" in with_parts(definitions, [name])}
    for name, procedure in definitions.procedures.items():
        found = determine_all(procedure, findings, crowd.days, crowd.everyone)
        for rule in procedure.contraindications:
            dated = findings.dates.get(rule.finding, ())
            ends = bits(dated, len(rows)) if isinstance(rule.defer, Duration) else 0
            if rule.finding not in aged:
                fell = _fallen(found.reasons[rule.finding]) & follows & ~ends
                yield from ((name, rule.finding, nth) for nth in positions(fell))


def _fallen(reasons: Mapping[Outcome, int]) -> int:
    """Return which rows lead to less than the row before them."""
    fell = at_least = 0
    for outcome in Outcome:
        at_least |= reasons.get(outcome, 0)
        fell |= (at_least << 1) & ~at_least
    return fell


def _fill(items: Iterable[Item], answers: dict[str, Answer], answered: date) -> None:
    """Add quiet answers to all of `items` and to the follow-ups that are led to."""
    for item in items:
        if item.link_id not in answers:
            answers[item.link_id] = _quiet(item, answered)
        _fill(follow_ups(item, answers[item.link_id]), answers, answered)


def _quiet(item: Item, answered: date) -> Answer:
    match item.type:
        case ItemType.YES_NO:
            return NO
        case ItemType.SOME_OF:
            return [NONE_OF_THESE]
        case ItemType.ONE_OF:
            silent = (o.id for o in item.options if not o.means and not o.doctor_reads)
            return next(silent, item.options[0].id)
        case ItemType.BIRTH_DATE:
            return BORN
        case ItemType.DATE:
            return answered.isoformat()
    return "nothing"


def _loud(
    items: Iterable[Item], path: Mapping[str, Answer], answered: date
) -> Iterator[tuple[Item, dict[str, Answer]]]:
    """Yield every question with each answer to it, and the answers that lead there."""
    for item in items:
        for answer in _answers(item, answered):
            said = {**path, item.link_id: answer}
            yield item, said
            yield from _loud(follow_ups(item, answer), said, answered)


def _answers(item: Item, answered: date) -> Iterator[Answer]:
    match item.type:
        case ItemType.SOME_OF:
            yield from ([code] for code in item.codes)
        case ItemType.DATE:
            sign = 1 if item.booked else -1
            yield from ((answered + timedelta(sign * ago)).isoformat() for ago in AGO)
            yield answered.strftime("%Y-%m")
            yield from (code for code in item.codes if code in {STILL, *WITHHELD})
        case ItemType.BIRTH_DATE:
            yield from (BORN, NOT_KNOWN)
        case ItemType.TEXT:
            yield "something"
        case _:
            yield from item.codes


def _ends_of_lives(definitions: Definitions, answered: date) -> set[int]:
    """Return the days after `answered` on which an answer outlives its life, and those around."""
    lives = {life for item in definitions.items for life in (item.holds.yes, item.holds.no)}
    ends = {(life.length.after(answered) - answered).days for life in lives if life.length}
    return {day for end in ends for day in (end - 1, end, LAST) if day <= LAST} | {0}


def _ends_of_waits(
    definitions: Definitions, item: Item, answers: Mapping[str, Answer], answered: date
) -> set[int]:
    """Return the days on which a wait after the day in the answer to `item` begins or ends."""
    rules = [
        rule
        for procedure in definitions.procedures.values()
        for rule in procedure.contraindications
        if rule.finding == item.dates and isinstance(rule.defer, Duration)
    ]
    try:
        day = date.fromisoformat(str(answers[item.link_id]))
    except ValueError:
        return set()
    ends = {rule.defer.after(day) for rule in rules if isinstance(rule.defer, Duration)}
    ends |= {rule.ahead.before(day) for rule in rules if rule.ahead}
    days = {(end - answered).days + more for end in ends for more in (-1, 0)}
    return {number for number in days if 0 <= number <= LAST}
