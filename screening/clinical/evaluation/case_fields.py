"""Read each field of a case, and say what is wrong with it and where.

Whatever is wrong is added to `problems`, a line each, beginning with the field's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from screening.clinical.definitions.dates import Duration, PartialDate
from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.findings import STATES, Findings, Pair
from screening.clinical.definitions.questionnaire import STILL, Answer
from screening.clinical.evaluation.answers import Fault, parse_answer, parse_answers

MOST_PROCEDURES = 10
LONGEST_AHEAD = Duration(2, "year")  # no clinic books a visit later than that
FAULTS = {
    Fault.MISSING: "is empty",
    Fault.NONE_AND_MORE: '"none" cannot stand beside another choice',
    Fault.NOT_A_DATE: "is not a date; write it like 2026-05-03 or 2026-05",
    Fault.TOO_LONG: "is longer than this question allows",
    Fault.TOO_LONG_AGO: "lies too long ago to be true",
}


def read_field(where: str, problems: list[str], read: Callable[..., Any], *given: object) -> Any:
    try:
        return read(*given)
    except ValueError as error:
        problems.append(f"{where}: {error}")
        return None


def one_day(given: object) -> date:
    if not isinstance(given, str):
        raise ValueError("write the day as text, like 2026-05-03")
    day = PartialDate.parse(given)
    if day.first != day.last:
        raise ValueError(f'"{given}" is not one day; write it like 2026-05-03')
    return day.first


def visit_day(given: object, on: date | None, problems: list[str]) -> date | None:
    if given is None:
        return None
    visit: date | None = read_field("visit", problems, one_day, given)
    if visit and on and visit < on:
        problems.append(f"visit: {visit} lies before the day of the answers, {on}")
    elif visit and on and visit > LONGEST_AHEAD.after(on):
        problems.append(f"visit: {visit} lies more than {LONGEST_AHEAD} ahead; check the year")
    return visit


def days_answered(
    definitions: Definitions,
    raw: object,
    answers: Mapping[str, Answer],
    on: date | None,
    problems: list[str],
) -> dict[str, date]:
    """Return on which day each question was answered; an answer is never newer than the case."""
    if not isinstance(raw, dict):
        problems.append("answered_on: must be an object of question ids and days")
        return {}
    items = {item.link_id: item for item in definitions.items}
    days: dict[str, date] = {}
    for key, given in raw.items():
        where = f"answered_on.{key}"
        if key not in items:
            problems.append(f"{where}: unknown question")
        elif (day := read_field(where, problems, one_day, given)) is None:
            continue
        elif on and day > on:
            problems.append(f"{where}: {day} lies after the day of the case, {on}")
        else:
            days[key] = day
            if key in answers and parse_answer(items[key], answers[key], day)[1]:
                problems.append(f"answers.{key}: {answers[key]!r} cannot have been said on {day}")
    return days


def state_of(given: object) -> Pair:
    if not isinstance(given, str) or given not in STATES:
        raise ValueError(f"{given!r} is not one of {', '.join(STATES)}")
    return STATES[given]


def procedures_in(definitions: Definitions, given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or not given:
        raise ValueError("name at least one procedure, in a list")
    if len(given) > MOST_PROCEDURES:
        raise ValueError(f"at most {MOST_PROCEDURES} procedures a screening")
    if unknown := [p for p in given if str(p) not in definitions.procedures]:
        known = ", ".join(definitions.procedures)
        raise ValueError(f"unknown procedure {unknown[0]!r}; known: {known}")
    if len(set(given)) < len(given):
        raise ValueError("the same procedure is named twice")
    return tuple(given)


def answers_in(
    definitions: Definitions, raw: object, on: date, problems: list[str]
) -> dict[str, Answer]:
    if not isinstance(raw, dict):
        problems.append("answers: must be an object of question ids and answers")
        return {}
    items = {item.link_id: item for item in definitions.items}
    problems += [f"answers.{key}: unknown question" for key in raw if key not in items]
    answers, faults = parse_answers(items.values(), raw, on)
    for key, fault in faults.items():
        if fault is Fault.DATE_AHEAD:
            answers[key] = raw[key]
        elif fault is Fault.NOT_OFFERED:
            choices = ", ".join(items[key].codes) or "text"
            problems.append(f"answers.{key}: {raw[key]!r} is not one of {choices}")
        else:
            problems.append(f"answers.{key}: {raw[key]!r} {FAULTS[fault]}")
    return answers


def ungated(definitions: Definitions, answers: Mapping[str, Answer]) -> Iterator[str]:
    """Yield each answer to a follow-up whose question above it is not answered: it says nothing."""
    for item in definitions.items:
        if not answers.get(item.link_id):
            for below in item.follow_ups:
                if answers.get(below.link_id):
                    yield (
                        f'answers.{below.link_id}: is asked only below "{item.link_id}", '
                        "which is not answered"
                    )


def findings_in(definitions: Definitions, raw: object, problems: list[str]) -> Findings:
    if not isinstance(raw, dict):
        problems.append("findings: must be an object of finding ids and states")
        return Findings({})
    states: dict[str, Pair] = {}
    dates: dict[str, PartialDate] = {}
    still: set[str] = set()
    for key, given in raw.items():
        where = f"findings.{key}"
        full = given if isinstance(given, dict) else {"state": given}
        if key not in definitions.findings:
            problems.append(f"{where}: unknown finding")
        elif extra := full.keys() - {"state", "date"}:
            problems.append(f"{where}.{min(extra)}: is not known here")
        elif (state := read_field(where, problems, state_of, full.get("state"))) is not None:
            states[key] = state
            finding = definitions.findings[key]
            if full.get("date") == STILL and finding.date and not finding.booked:
                still.add(key)
            elif full.get("date") is not None:
                day = read_field(f"{where}.date", problems, date_in, full["date"], finding.date)
                dates |= {key: day} if day else {}
    return Findings(states, dates, frozenset(still))


def date_in(given: object, dated: str | None) -> PartialDate:
    if not dated:
        raise ValueError("this finding has no date")
    if not isinstance(given, str):
        raise ValueError("write the date as text, like 2026-05-03")
    return PartialDate.parse(given)
