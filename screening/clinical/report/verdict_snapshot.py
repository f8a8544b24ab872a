"""What an outcome rests on, kept small beside the report so that a new list can be tried on it."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.definitions.questionnaire import Answer
from screening.clinical.report.parts import Report, ReportProcedure, ReportReason, patient_name

Weight = tuple[str, str | None]
SHOWN_REASONS = 2  # in one line of the queue


class StoredVerdict(TypedDict):
    """One procedure's outcome; `reasons` is finding, what it alone led to, and until when."""

    outcome: str
    until: str | None
    reasons: dict[str, Weight]


class LineReason(TypedDict):
    """Why, in a line of the queue: a finding by its short name, known or "unknown"."""

    name: str
    state: str
    outcome: str
    until: str | None


class LineProcedure(TypedDict):
    """What is advised for one procedure, today and on the visit where that is another day."""

    id: str
    name: str
    outcome: str
    until: str | None
    visit: NotRequired[str]


class QueueLine(TypedDict):
    """What a line of the queue shows, so that no report is opened for a list.

    `reasons` are the gravest few of all procedures. `visit_on` is the day of which `visit`
    speaks, `again` why the patient was asked again, `to_read` whether a person must read first.
    """

    name: str
    born: str | None
    again: str | None
    visit_on: str | None
    to_read: bool
    procedures: list[LineProcedure]
    reasons: list[LineReason]


class Basis(TypedDict):
    """What one patient answered, and what came out for the day `on`, by procedure.

    `answered_on` is question and day, where an answer was given before, `one_a_page` whether
    each question had a page of its own.
    """

    number: str
    on: str
    answers: dict[str, Answer]
    answered_on: NotRequired[dict[str, str]]
    verdicts: dict[str, StoredVerdict]
    medicines: NotRequired[dict[str, Any]]  # as the report's case keeps them; the first had none
    line: NotRequired[QueueLine]  # the first had none
    one_a_page: NotRequired[bool]


def basis_of(report: Report) -> Basis:
    """Return what the report's outcomes rest on."""
    basis = Basis(
        number=report["frame"]["number"],
        on=report["on"],
        answers=report["case"]["answers"],
        verdicts={p["id"]: _verdict(p) for p in report["procedures"]},
        line=line_of(report),
    )
    if "medicines" in report["case"]:
        basis["medicines"] = report["case"]["medicines"]
    if earlier := report["case"].get("answered_on"):
        basis["answered_on"] = earlier
    return basis


def _verdict(procedure: ReportProcedure) -> StoredVerdict:
    """A date counts only where it is what the reason defers until."""
    return StoredVerdict(
        outcome=procedure["outcome"],
        until=procedure["until"],
        reasons={
            r["finding"]: (r["outcome"], r["until"] if r["outcome"] == Outcome.DEFERRED else None)
            for r in procedure["reasons"]
        },
    )


def line_of(report: Report) -> QueueLine:
    """Return what the queue shows of a report."""
    frame = report["frame"]
    visits = [p["visit"]["on"] for p in report["procedures"] if "visit" in p]
    return QueueLine(
        name=patient_name(frame),
        born=frame["patient"]["born"],
        again=frame.get("again"),
        visit_on=visits[0] if visits else None,
        to_read="to_read" in report or "contradictions" in report,
        procedures=[_advised(p) for p in report["procedures"]],
        reasons=_gravest(report["procedures"]),
    )


def _advised(procedure: ReportProcedure) -> LineProcedure:
    line = LineProcedure(
        id=procedure["id"],
        name=procedure["name"],
        outcome=procedure["outcome"],
        until=procedure["until"],
    )
    if "visit" in procedure:
        line["visit"] = procedure["visit"]["outcome"]
    return line


def _gravest(procedures: list[ReportProcedure]) -> list[LineReason]:
    """Return the gravest reasons of all procedures, each finding once."""
    found: dict[str, ReportReason] = {}
    reasons = [reason for procedure in procedures for reason in procedure["reasons"]]
    for reason in sorted(reasons, key=lambda r: -Outcome(r["outcome"]).gravity):
        found.setdefault(reason["finding"], reason)
    return [
        LineReason(name=r["name"], state=r["state"], outcome=r["outcome"], until=r["until"])
        for r in list(found.values())[:SHOWN_REASONS]
    ]
