"""Read what a patient answered, and what the answers establish.

A question that was not asked because its parent was "no" is absent. A blank, "I
do not know", "tell only the doctor", an unreadable value or a date that cannot
be true is unknown, and unknown is never read as "no". What is answered below an
unknown question holds only if that question is "yes": it counts in full where it
speaks against a procedure, and as possible where it speaks for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum

from screening.clinical.definitions.dates import PartialDate, age_on
from screening.clinical.definitions.definitions import Definitions, findings_for
from screening.clinical.definitions.findings import (
    ABSENT,
    PRESENT,
    UNKNOWN,
    Findings,
    Pair,
    any_of,
    derive,
    usable_date,
)
from screening.clinical.definitions.medicines import NO_MEDICINES, MedicineRecord
from screening.clinical.definitions.questionnaire import (
    NO,
    NONE_OF_THESE,
    NOT_KNOWN,
    STILL,
    WITHHELD,
    YES,
    Answer,
    Answers,
    Item,
    ItemType,
    walk,
)
from screening.clinical.evaluation.branching import branches, claims, pair_of
from screening.clinical.evaluation.contradictions import declared, heard_anyway, leave_open
from screening.clinical.evaluation.dating import dates_said
from screening.clinical.medicines.record import medicine_states

OLDEST = 120
TODAY: Mapping[str, date] = {}  # every answer is of the day that is weighed


class Fault(StrEnum):
    """What is wrong with an answer; the pages say it in the patient's language."""

    MISSING = "missing"
    NOT_OFFERED = "not-offered"
    NONE_AND_MORE = "none-and-more"
    NOT_A_DATE = "not-a-date"
    DATE_AHEAD = "date-ahead"
    TOO_LONG_AGO = "too-long-ago"
    TOO_LONG = "too-long"


def parse_answer(item: Item, raw: object, on: date) -> tuple[Answer | None, Fault | None]:
    """Return `raw` as an answer to `item`, or what is wrong with it.

    `raw` is a code, a list of codes, an ISO date that may be partial, or text.
    """
    match item.type:
        case ItemType.SOME_OF:
            return _parse_ticks(item, raw)
        case _ if raw in (None, ""):
            return ("", None) if not item.required else (None, Fault.MISSING)
        case _ if not isinstance(raw, str):
            return None, Fault.NOT_OFFERED
        case ItemType.YES_NO | ItemType.ONE_OF:
            plain = item.type is ItemType.YES_NO and raw in (YES, NO)
            return (raw, None) if plain or raw in item.codes else (None, Fault.NOT_OFFERED)
        case ItemType.DATE | ItemType.BIRTH_DATE:
            fault = None if raw in item.codes else _date_fault(item, raw, on)
            return (None, fault) if fault else (raw, None)
        case ItemType.TEXT:
            text = raw.replace("\r\n", "\n").strip()
            if len(text) > item.longest:
                return None, Fault.TOO_LONG
            return (text, None) if text or not item.required else (None, Fault.MISSING)
    raise AssertionError(item.type)


def _parse_ticks(item: Item, raw: object) -> tuple[Answer | None, Fault | None]:
    ticks = [raw] if isinstance(raw, str) and raw else raw or []
    codes = item.codes
    if not isinstance(ticks, list) or not all(t in codes for t in ticks):
        return None, Fault.NOT_OFFERED
    if not ticks:
        return None, Fault.MISSING
    if NONE_OF_THESE in ticks and len(ticks) > 1:
        return None, Fault.NONE_AND_MORE
    return [code for code in codes if code in ticks], None


def _date_fault(item: Item, text: str, on: date) -> Fault | None:
    try:
        given = PartialDate.parse(text)
    except ValueError:
        return Fault.NOT_A_DATE
    return implausible(item, given, on)


def implausible(item: Item, given: PartialDate, on: date) -> Fault | None:
    """Return why a patient who answers on the day `on` cannot mean the date `given`."""
    if given.last.year < on.year - OLDEST:
        return Fault.TOO_LONG_AGO
    if item.type is ItemType.BIRTH_DATE and given.first != given.last:
        return Fault.NOT_A_DATE
    if given.first > on and not item.booked:
        return Fault.DATE_AHEAD
    return Fault.NOT_A_DATE if given.first.year > on.year + 10 else None


def parse_answers(
    items: Iterable[Item],
    raw: Mapping[str, object],
    on: date,
    answered_on: Mapping[str, date] = TODAY,
) -> tuple[dict[str, Answer], dict[str, Fault]]:
    """Return the readable answers to `items` in `raw`, and what is wrong with the others.

    `answered_on` is question and day; a question that it does not name was answered on `on`.
    """
    answers: dict[str, Answer] = {}
    faults: dict[str, Fault] = {}
    for item in items:
        if item.link_id in raw:
            day = answered_on.get(item.link_id, on)
            answer, fault = parse_answer(item, raw[item.link_id], day)
            if fault:
                faults[item.link_id] = fault
            elif answer is not None:
                answers[item.link_id] = answer
    return answers, faults


def establish_findings(
    definitions: Definitions,
    answers: Answers,
    on: date,
    given: Findings | None = None,
    otherwise: Pair = UNKNOWN,
    day: date | None = None,
    later: Callable[[Mapping[str, Pair]], Mapping[str, Pair]] = lambda states: states,
    medicines: MedicineRecord = NO_MEDICINES,
    answered_on: Mapping[str, date] = TODAY,
) -> Findings:
    """Return the state of every finding, and its date where the patient gave one.

    A finding in `given` wins over the answers; one that nothing mentions has the
    state `otherwise`. `on` is the day until which something can have happened, `day`
    the one for which ages are worked out, where that is another. `later` says what of
    the states a later day still knows (evaluation/ageing.py), `answered_on` until which
    day an answer can speak of something. `medicines` is what was read in the patient's own
    list; no answer takes away what a medicine says.
    """
    items = [item for section in definitions.sections for item in section.items]
    readable, faults = parse_answers(walk(items), answers, on, answered_on)
    readable |= dict.fromkeys(faults, NOT_KNOWN)
    said: dict[str, list[Pair]] = {}
    for name, pair in _said(items, readable, otherwise, day or on, definitions):
        said.setdefault(name, []).append(pair)
    states = dict(later({name: any_of(*pairs) for name, pairs in said.items()}))
    for name, finding in definitions.findings.items():
        if finding.when is None:
            states.setdefault(name, otherwise)
    for name, pair in medicine_states(definitions, medicines, readable):
        states[name] = any_of(states.get(name, ABSENT), pair)
    if definitions.contradictions:
        found = declared(definitions, readable, derive(definitions.findings, states))
        states = leave_open(definitions, found, states)
    states |= given.states if given else {}
    dates, still = dates_said(definitions, items, readable, otherwise, on, answered_on)
    if given:
        dates = {n: d for n, d in dates.items() if n not in given.still} | dict(given.dates)
        still = (still - given.dates.keys()) | given.still
    usable = {n: usable_date(definitions.findings[n], d, on) for n, d in dates.items()}
    return Findings(
        derive(definitions.findings, states),
        {n: d for n, d in usable.items() if d is not None},
        still,
    )


def _said(
    items: Iterable[Item], answers: Answers, blank: Pair, on: date, definitions: Definitions
) -> Iterator[tuple[str, Pair]]:
    """Yield (finding, pair) for everything that `items` and their follow-ups say."""
    for item in items:
        answer = answers.get(item.link_id)
        if item.type is ItemType.BIRTH_DATE:
            yield from _ages(definitions, answer, blank, on)
        if answer == STILL and item.dates:
            yield item.dates, PRESENT
        for name in item.means:
            yield name, pair_of(answer, YES, blank)
        for option in item.options:
            for name in option.means:
                yield name, pair_of(answer, option.id, blank)
        for parent, asked, below in branches(item, answer, blank):
            if not asked:
                yield from ((n, parent) for i in walk(below) for n in claims(i))
                continue
            doubtful = set() if parent == PRESENT else findings_for(definitions)
            for name, (certain, possible) in _said(below, answers, blank, on, definitions):
                yield name, (0 if name in doubtful else certain, possible)
        if definitions.hears_all and item.follow_ups:
            yield from heard_anyway(item, answers, blank, findings_for(definitions))


def _ages(
    definitions: Definitions, answer: Answer | None, blank: Pair, on: date
) -> Iterator[tuple[str, Pair]]:
    for finding in definitions.findings.values():
        if finding.age is not None:
            if not isinstance(answer, str) or answer in WITHHELD or not answer:
                yield finding.id, UNKNOWN if answer else blank
            else:
                years = age_on(PartialDate.parse(answer).first, on)
                yield finding.id, PRESENT if finding.age.holds(years) else ABSENT
