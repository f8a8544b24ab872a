"""What an outcome rests on, kept small beside the report so that a new list can be tried on it."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.definitions.questionnaire import Answer
from screening.clinical.report.parts import Report, ReportProcedure

Weight = tuple[str, str | None]


class StoredVerdict(TypedDict):
    """One procedure's outcome; `reasons` is finding, what it alone led to, and until when."""

    outcome: str
    until: str | None
    reasons: dict[str, Weight]


class Basis(TypedDict):
    """What one patient answered, and what came out for the day `on`, by procedure.

    `answered_on` is question and day, where an answer was given before.
    """

    number: str
    on: str
    answers: dict[str, Answer]
    answered_on: NotRequired[dict[str, str]]
    verdicts: dict[str, StoredVerdict]
    medicines: NotRequired[dict[str, Any]]  # as the report's case keeps them; the first had none


def basis_of(report: Report) -> Basis:
    """Return what the report's outcomes rest on."""
    basis = Basis(
        number=report["frame"]["number"],
        on=report["on"],
        answers=report["case"]["answers"],
        verdicts={p["id"]: _verdict(p) for p in report["procedures"]},
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
