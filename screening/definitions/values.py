"""How single values are written in the files: ids, texts, days, waits, ages, conditions."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, InstanceOf
from pydantic import StringConstraints as Matches

from screening.clinical.definitions.aftercare import Span
from screening.clinical.definitions.contradictions import Side
from screening.clinical.definitions.coverage import Cell
from screening.clinical.definitions.dates import UNTIL_OVER, Duration, PartialDate
from screening.clinical.definitions.eligibility import UNTIL_RESOLVED, Outcome
from screening.clinical.definitions.findings import AgeBand, All, Condition, Not
from screening.clinical.definitions.findings import Any as AnyOf
from screening.clinical.definitions.folder import ARRIVAL_ROWS
from screening.clinical.definitions.questionnaire import RESERVED, Holds, Life
from screening.definitions.problems import did_you_mean

AGES: dict[str, Callable[..., AgeBand]] = {
    r"below (\d+)": lambda n: AgeBand(None, n - 1),
    r"over (\d+)": lambda n: AgeBand(n + 1, None),
    r"(\d+) or over": lambda n: AgeBand(n, None),
    r"(\d+) to (\d+)": AgeBand,
}
FORMAT = 4  # the newest that this program reads
LONGEST_TEXT = 2_000
DAY_0 = "0 days"


def _wait(text: str) -> Duration | str:
    if text == UNTIL_OVER:
        return Duration(0, "day")
    return text if text == UNTIL_RESOLVED else Duration.parse(text)


def _start(text: str) -> Duration | None:
    return None if text == DAY_0 else Duration.parse(text)


def _day(text: str) -> date:
    try:
        day = PartialDate.parse(text)
    except ValueError:
        day = None
    if day is None or day.first != day.last:
        raise ValueError(f'"{text}" is not a day; write it like 2026-05-03')
    return day.first


def _length(given: object) -> Duration:
    return Duration.parse(str(given))


def _holds(given: object) -> Holds:
    """Read one length for both, or {yes: ..., no: ...}."""
    match given:
        case str():
            return Holds(Life.parse(given), Life.parse(given))
        case {"yes": str(yes), "no": str(no), **rest} if not rest:
            return Holds(Life.parse(yes), Life.parse(no))
    raise ValueError("'holds' must be a length of time, or {yes: ..., no: ...}")


def _format(given: object) -> int:
    known = [str(n) for n in range(1, FORMAT + 1)]
    if given not in known:
        raise ValueError(f'format "{given}" is not one of {", ".join(known)}')
    return int(str(given))


def _row(given: str) -> str:
    if given not in ARRIVAL_ROWS:
        raise ValueError(f'row "{given}" is not one of {", ".join(ARRIVAL_ROWS)}')
    return given


def _because(text: str) -> str:
    if not text.startswith("because "):
        raise ValueError('say why after "because": no_consequence: because ...')
    return text


def _side(given: object) -> Side:
    """Read a finding's id, or {question: answer}, or {question: [answer, ...]}."""
    match given:
        case str():
            return Side(finding=given)
        case dict() if len(given) == 1:
            [(question, codes)] = given.items()
            codes = [codes] if isinstance(codes, str) else codes
            if codes and all(isinstance(code, str) for code in codes):
                return Side(str(question), tuple(codes))
    raise ValueError("must be a finding, or one question with its answer: {anaphylaxis: no}")


def _age(text: str) -> AgeBand:
    for pattern, band in AGES.items():
        if found := re.fullmatch(pattern, text):
            return band(*map(int, found.groups()))
    raise ValueError(
        f'"{text}" is not an age; write "below 18", "18 to 24", "over 60" or "65 or over"'
    )


def _condition(given: Any) -> Condition:
    match given:
        case str():
            return given
        case {"all": [_, _, *_] as parts, **rest} if not rest:
            return All(tuple(map(_condition, parts)))
        case {"any": [_, _, *_] as parts, **rest} if not rest:
            return AnyOf(tuple(map(_condition, parts)))
        case {"not": part, **rest} if not rest:
            return Not(_condition(part))
    raise ValueError(
        "'when' must be a finding, {all: [...]} or {any: [...]} of two or more, or {not: ...}"
    )


def _singles(given: object) -> tuple[ExpectedSingle, ...]:
    if isinstance(given, dict):
        return tuple((PartialDate.parse(day), *_expected(said)) for day, said in given.items())
    return ((None, *_expected(given)),)


def _expected(given: object) -> tuple[Outcome, date | None]:
    """Read "precaution" or "deferred until 2026-11-28"."""
    outcome, *until = str(given).split(" until ", 1)
    if outcome not in list(Outcome):
        near = did_you_mean(outcome, Outcome)
        raise ValueError(f'"{outcome}" is not one of {", ".join(Outcome)}{near}')
    return Outcome(outcome), PartialDate.parse(until[0]).first if until else None


def _ids(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


def _not_reserved(name: str) -> str:
    if name in RESERVED:
        raise ValueError(f'"{name}" is an answer that the program itself offers; choose another id')
    return name


Id = Annotated[str, Matches(pattern=r"^[a-z][a-z0-9_-]*$", max_length=64)]
LinkId = Annotated[str, Matches(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
OptionId = Annotated[Id, AfterValidator(_not_reserved)]
SourceId = Annotated[str, Matches(pattern=r"^[A-Z0-9][A-Z0-9-]*$", max_length=20)]
FactId = Annotated[str, Matches(pattern=r"^S\d-\d{3}$")]
Text = Annotated[str, Matches(min_length=1, max_length=LONGEST_TEXT, strip_whitespace=True)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_ids)]
ExpectedSingle = tuple[PartialDate | None, Outcome, date | None]
Singles = Annotated[Any, AfterValidator(_singles)]
Wait = Annotated[str, AfterValidator(_wait)]
Day = Annotated[str, AfterValidator(_day)]
Language = Annotated[str, Matches(pattern=r"^[a-z]{2}$")]
ArrivalRow = Annotated[str, AfterValidator(_row)]
Format = Annotated[int, BeforeValidator(_format)]
BecauseText = Annotated[Text, AfterValidator(_because)]
Decided = Annotated[Text, AfterValidator(Cell.parse)]
OneSide = Annotated[InstanceOf[Side], BeforeValidator(_side)]
Lives = Annotated[InstanceOf[Holds], BeforeValidator(_holds)]
Length = Annotated[InstanceOf[Duration], BeforeValidator(_length)]
When = Annotated[Any, AfterValidator(_condition)]
After = Annotated[str, AfterValidator(Duration.parse)]
Start = Annotated[str, AfterValidator(_start)]
Lasts = Annotated[str, AfterValidator(Span.parse)]
Age = Annotated[str, AfterValidator(_age)]
Evidence = Literal[
    "label", "law", "regulator", "guideline", "guidance", "paper", "clinic", "inference"
]
