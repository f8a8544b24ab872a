"""A case described as data: what `screening evaluate` and `screening report` read and write.

Ids that no definition knows, dates that no calendar has and values of the wrong
type are refused together, each with what and where; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from screening.clinical.definitions.dates import Duration, PartialDate
from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.eligibility import Eligibility, determine_eligibility
from screening.clinical.definitions.findings import STATES, UNKNOWN, Findings, Pair
from screening.clinical.definitions.medicines import NO_MEDICINES, MedicineRecord
from screening.clinical.definitions.policy import in_force
from screening.clinical.definitions.questionnaire import Answer
from screening.clinical.evaluation.ageing import Outlived, age, outlived_on
from screening.clinical.evaluation.answers import (
    Fault,
    establish_findings,
    parse_answer,
    parse_answers,
)
from screening.clinical.evaluation.medicines import MEDICINES, medicines_in

MOST_PROCEDURES = 10
KEYS = {"procedures", "on", "visit", "answers", "answered_on", "findings", "otherwise", MEDICINES}
LONGEST_AHEAD = Duration(2, "year")  # no clinic books a visit later than that
FAULTS = {
    Fault.MISSING: "is empty",
    Fault.NONE_AND_MORE: '"none" cannot stand beside another choice',
    Fault.NOT_A_DATE: "is not a date; write it like 2026-05-03 or 2026-05",
    Fault.TOO_LONG: "is longer than this question allows",
    Fault.TOO_LONG_AGO: "lies too long ago to be true",
}


class CaseError(Exception):
    """The case cannot be used. `problems` says what is wrong and where, a line each."""

    def __init__(self, problems: list[str]):
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Case:
    """A patient's answers and findings, the procedures asked about, and the days.

    `on` is the day that the verdict is for, `visit` the appointment's, where one is known.
    `answered_on` is question and day; what it does not name was answered on `on`.
    """

    procedures: tuple[str, ...]
    on: date
    answers: Mapping[str, Answer]
    given: Findings
    otherwise: Pair = UNKNOWN
    visit: date | None = None
    answered_on: Mapping[str, date] = field(default_factory=dict)
    medicines: MedicineRecord = NO_MEDICINES


def read_case(definitions: Definitions, raw: object, extra: frozenset[str] = frozenset()) -> Case:
    """Return `raw` as a case; keys in `extra` are the caller's own. Raises CaseError."""
    if not isinstance(raw, dict):
        raise CaseError(["the input must be a JSON object"])
    problems = [f"{key}: is not known here" for key in raw if key not in KEYS | extra]
    on = _read("on", problems, _day, raw.get("on"))
    procedures = _read("procedures", problems, _procedures, definitions, raw.get("procedures"))
    otherwise = _read("otherwise", problems, _state, raw.get("otherwise", "unknown"))
    answers = _answers(definitions, raw.get("answers", {}), on or date.max, problems)
    given = _findings(definitions, raw.get("findings", {}), problems)
    answered_on = _answered_on(definitions, raw.get("answered_on", {}), answers, on, problems)
    visit = _visit(raw.get("visit"), on, problems)
    medicines = _read(MEDICINES, problems, medicines_in, definitions, raw.get(MEDICINES), answers)
    if problems or on is None or procedures is None or otherwise is None:
        raise CaseError(problems)
    return Case(procedures, on, answers, given, otherwise, visit, answered_on, medicines)


def evaluate_case(definitions: Definitions, case: Case) -> list[Eligibility]:
    """Return what is advised for each procedure of `case` on its day."""
    return _evaluate(definitions, case, case.on)


def evaluate_visit(definitions: Definitions, case: Case) -> list[Eligibility]:
    """Return what is advised for each procedure on the day of the visit, from the same answers.

    Windows and ages are counted against that day; what an answer may have become until
    then is not, and is named by `to_confirm`.
    """
    assert case.visit is not None
    return _evaluate(definitions, case, case.visit)


def findings_of(definitions: Definitions, case: Case, day: date) -> Findings:
    """Return what the answers of `case` establish, with ages and bookings as of `day`."""
    outlived = outlived_answers(definitions, case)
    return establish_findings(
        definitions,
        *(case.answers, case.on, case.given, case.otherwise, day),
        lambda states: age(definitions, states, outlived),
        case.medicines,
    )


def _evaluate(definitions: Definitions, case: Case, day: date) -> list[Eligibility]:
    findings = findings_of(definitions, case, day)
    lists = in_force(definitions, day).procedures
    return [determine_eligibility(lists[name], findings, day) for name in case.procedures]


def outlived_answers(definitions: Definitions, case: Case) -> dict[str, list[Outlived]]:
    """Return, by finding, the answers that the day of `case` does not believe any more."""
    if not case.answered_on:
        return {}
    return outlived_on(definitions, case.answers, case.answered_on, case.on)


def days_of(case: Case) -> dict[str, date]:
    """Return on which day each question was answered."""
    return dict.fromkeys(case.answers, case.on) | dict(case.answered_on)


def _read(where: str, problems: list[str], read: Callable[..., Any], *given: object) -> Any:
    try:
        return read(*given)
    except ValueError as error:
        problems.append(f"{where}: {error}")
        return None


def _day(given: object) -> date:
    if not isinstance(given, str):
        raise ValueError("write the day as text, like 2026-05-03")
    day = PartialDate.parse(given)
    if day.first != day.last:
        raise ValueError(f'"{given}" is not one day; write it like 2026-05-03')
    return day.first


def _visit(given: object, on: date | None, problems: list[str]) -> date | None:
    visit: date | None = _read("visit", problems, _day, given) if given is not None else None
    if visit and on and visit < on:
        problems.append(f"visit: {visit} lies before the day of the answers, {on}")
    elif visit and on and visit > LONGEST_AHEAD.after(on):
        problems.append(f"visit: {visit} lies more than {LONGEST_AHEAD} ahead; check the year")
    return visit


def _answered_on(
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
        elif (day := _read(where, problems, _day, given)) is None:
            continue
        elif on and day > on:
            problems.append(f"{where}: {day} lies after the day of the case, {on}")
        else:
            days[key] = day
            if key in answers and parse_answer(items[key], answers[key], day)[1]:
                problems.append(f"answers.{key}: {answers[key]!r} cannot have been said on {day}")
    return days


def _state(given: object) -> Pair:
    if not isinstance(given, str) or given not in STATES:
        raise ValueError(f"{given!r} is not one of {', '.join(STATES)}")
    return STATES[given]


def _procedures(definitions: Definitions, given: object) -> tuple[str, ...]:
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


def _answers(
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


def _findings(definitions: Definitions, raw: object, problems: list[str]) -> Findings:
    if not isinstance(raw, dict):
        problems.append("findings: must be an object of finding ids and states")
        return Findings({})
    states: dict[str, Pair] = {}
    dates: dict[str, PartialDate] = {}
    for key, given in raw.items():
        where = f"findings.{key}"
        full = given if isinstance(given, dict) else {"state": given}
        if key not in definitions.findings:
            problems.append(f"{where}: unknown finding")
        elif extra := full.keys() - {"state", "date"}:
            problems.append(f"{where}.{min(extra)}: is not known here")
        elif (state := _read(where, problems, _state, full.get("state"))) is not None:
            states[key] = state
            if full.get("date") is not None:
                finding = definitions.findings[key]
                day = _read(f"{where}.date", problems, _date, full["date"], finding.date)
                dates |= {key: day} if day else {}
    return Findings(states, dates)


def _date(given: object, dated: str | None) -> PartialDate:
    if not dated:
        raise ValueError("this finding has no date")
    if not isinstance(given, str):
        raise ValueError("write the date as text, like 2026-05-03")
    return PartialDate.parse(given)
