"""What a patient is told for the time after a procedure, and what is left out for whom.

Advice that a finding forbids is left out as soon as that finding possibly holds:
unknown is not absent, and nobody is told to use what may harm. What is left out
is said, with the finding. Warning signs are never left out.

Pure: no clock. The day of the procedure is an argument, and it is day 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypedDict

from screening.clinical.definitions.dates import Duration
from screening.clinical.definitions.findings import Finding, Findings

HOURS = re.compile(r"([1-9]\d{0,3}) hours?")


class Act(StrEnum):
    """What to do when a warning sign shows."""

    CALL = "call"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Span:
    """How long something lasts, such as 48 hours, two weeks or one month."""

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read "48 hours", "2 weeks" or "1 month". Raises ValueError for anything else."""
        if found := HOURS.fullmatch(text):
            return cls(int(found[1]), "hour")
        wait = Duration.parse(text)
        return cls(wait.count, wait.unit)

    def last_day(self, first: date) -> date:
        """Return the last day that belongs to the span, which begins on `first`.

        Seven days that begin on 1 May end on 7 May. The time of day is not
        known, so 48 hours that begin on 1 May reach into 3 May.
        """
        if self.unit == "hour":
            return Duration(self.count // 24, "day").after(first)
        return Duration(self.count, self.unit).after(first) - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'s' if self.count != 1 else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Something that the patient is told, and where it comes from.

    `source` and `also` are ids of sources.yaml, `facts` the statements of the
    documents that the product grew from. `evidence` is given where our reading is
    weaker than the source.
    """

    text: str
    source: str
    also: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    evidence: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice(Statement):
    """Something to do or to avoid; `starts` after day 0, `lasts` None where no end is given."""

    avoid: bool
    starts: Duration | None = None
    lasts: Span | None = None
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningSign(Statement):
    """A sign that somebody must look at; `listed_by` is the procedure that names it.

    It shows from the day `starts` on (None: from day 0), and mostly by the day `ends`.
    """

    act: Act
    starts: Duration | None = None
    ends: Duration | None = None
    listed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation(Statement):
    """What is normal afterwards, and for how long at most."""

    lasts: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Statement):
    """A visit after the procedure."""

    after: Duration
    obligatory: bool = False


@dataclass(frozen=True, slots=True)
class Aftercare:
    """Everything that a procedure's file says about the time after it."""

    advice: tuple[Advice, ...] = ()
    warning_signs: tuple[WarningSign, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    visits: tuple[Visit, ...] = ()
    course: tuple[Statement, ...] = ()

    def __iter__(self) -> Iterator[Statement]:
        yield from self.advice
        yield from self.warning_signs
        yield from self.expectations
        yield from self.visits
        yield from self.course


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Advice that this patient does not get, and the findings that forbid it."""

    advice: Advice
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The advice that is kept for one patient, and what is left out."""

    kept: tuple[Advice, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of advice on real days; `last` is None where no end is given."""

    advice: Advice
    first: date
    last: date | None


def plan_aftercare(aftercare: Aftercare, findings: Findings) -> Plan:
    """Return the advice for the patient with `findings`."""
    kept, left_out = [], []
    for advice in aftercare.advice:
        forbidding = tuple(name for name in advice.unless if findings.states[name][1])
        if forbidding:
            left_out.append(LeftOut(advice, forbidding))
        else:
            kept.append(advice)
    return Plan(tuple(kept), tuple(left_out))


def calendar(advice: Iterable[Advice], day: date) -> list[Entry]:
    """Return `advice` on real days for a procedure on `day`, in the order of the days."""
    entries = [Entry(one, *days_of(one.starts, one.lasts, day)) for one in advice]
    return sorted(entries, key=lambda entry: (entry.first, entry.last or date.max))


def days_of(starts: Duration | None, lasts: Span | None, day: date) -> tuple[date, date | None]:
    """Return the first and the last day of advice for a procedure on `day`."""
    first = starts.after(day) if starts else day
    return first, lasts.last_day(first) if lasts else None


class ReportStatement(TypedDict):
    """A statement as a report prints it; `sources` are ids, spans are in words."""

    text: str
    sources: list[str]
    evidence: str | None
    note: str | None


class ReportAdvice(ReportStatement):
    avoid: bool
    starts: str | None
    lasts: str | None


class ReportLeftOut(ReportStatement):
    """`because` names each finding that forbids it, with its state."""

    avoid: bool
    because: list[dict[str, str]]


class ReportSign(ReportStatement):
    act: str
    starts: str | None
    ends: str | None


class ReportExpectation(ReportStatement):
    lasts: str | None


class ReportVisit(ReportStatement):
    after: str
    obligatory: bool


class ReportAftercare(TypedDict):
    """The time after a procedure for one patient; days count from day 0."""

    advice: list[ReportAdvice]
    left_out: list[ReportLeftOut]
    warning_signs: list[ReportSign]
    expectations: list[ReportExpectation]
    visits: list[ReportVisit]
    course: list[ReportStatement]


def describe_aftercare(
    aftercare: Aftercare, findings: Findings, known: Mapping[str, Finding]
) -> ReportAftercare:
    """Return `aftercare` for the patient with `findings`; `known` holds every finding."""
    plan = plan_aftercare(aftercare, findings)
    return ReportAftercare(
        advice=[
            ReportAdvice(
                **_said(one), avoid=one.avoid, starts=_text(one.starts), lasts=_text(one.lasts)
            )
            for one in plan.kept
        ],
        left_out=[
            ReportLeftOut(
                **_said(one.advice),
                avoid=one.advice.avoid,
                because=[_forbids(known[name], findings) for name in one.findings],
            )
            for one in plan.left_out
        ],
        warning_signs=[
            ReportSign(
                **_said(one), act=str(one.act), starts=_text(one.starts), ends=_text(one.ends)
            )
            for one in aftercare.warning_signs
        ],
        expectations=[
            ReportExpectation(**_said(one), lasts=_text(one.lasts))
            for one in aftercare.expectations
        ],
        visits=[
            ReportVisit(**_said(one), after=str(one.after), obligatory=one.obligatory)
            for one in aftercare.visits
        ],
        course=[_said(one) for one in aftercare.course],
    )


def _said(one: Statement) -> ReportStatement:
    return ReportStatement(
        text=one.text, sources=[one.source, *one.also], evidence=one.evidence, note=one.note
    )


def _text(span: Duration | Span | None) -> str | None:
    return str(span) if span else None


def _forbids(finding: Finding, findings: Findings) -> dict[str, str]:
    state = "present" if findings.states[finding.id][0] else "unknown"
    return {"finding": finding.id, "name": finding.name, "state": state}


def sources_in(described: ReportAftercare) -> set[str]:
    """Return the id of every source that the printed aftercare names."""
    lists: tuple[Iterable[ReportStatement], ...] = (
        described["advice"],
        described["left_out"],
        described["warning_signs"],
        described["expectations"],
        described["visits"],
        described["course"],
    )
    return {source for one in lists for statement in one for source in statement["sources"]}
