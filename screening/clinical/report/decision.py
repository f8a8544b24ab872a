"""What a doctor may decide, and what no doctor may set aside."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.report.parts import ReportProcedure

LONGEST_REASON = 500


class Choice(StrEnum):
    """What a doctor may decide for one procedure, mildest first."""

    PROCEED = "proceed"
    PROCEED_WITH_CONDITIONS = "proceed-with-conditions"
    REQUEST_INFORMATION = "request-information"
    DEFER = "defer"
    DECLINE = "decline"

    @property
    def strictness(self) -> int:
        return list(Choice).index(self)

    @property
    def proceeds(self) -> bool:
        """Whether the patient is treated; all else only says what comes first, or instead."""
        return self in {Choice.PROCEED, Choice.PROCEED_WITH_CONDITIONS}


ADVISED = {
    Outcome.NONE_IDENTIFIED: Choice.PROCEED,
    Outcome.PRECAUTION: Choice.PROCEED_WITH_CONDITIONS,
    Outcome.INFORMATION_NEEDED: Choice.REQUEST_INFORMATION,
    Outcome.DEFERRED: Choice.DEFER,
    Outcome.CONTRAINDICATED: Choice.DECLINE,
}


class Code(StrEnum):
    """Why a doctor decided so, in the few words that can be counted."""

    BENEFIT = "benefit-outweighs"
    SPECIALIST = "specialist-agrees"
    WITHOUT_COMPONENT = "product-without-the-component"
    ADAPTED = "dose-or-plan-adapted"
    CONSENTS = "informed-and-consents"
    UNCLEAR = "answer-unclear"
    RECORDS = "records-needed"
    WAIT = "wait-is-over-later"
    TREAT_FIRST = "treat-first"
    RISK = "risk-outweighs"
    ALTERNATIVE = "better-alternative"
    WISH = "patient-wishes"
    OTHER = "other"


PROCEEDING = (
    *(Code.BENEFIT, Code.SPECIALIST, Code.WITHOUT_COMPONENT),
    *(Code.ADAPTED, Code.CONSENTS, Code.OTHER),
)
CODES: dict[Choice, tuple[Code, ...]] = {
    Choice.PROCEED: PROCEEDING,
    Choice.PROCEED_WITH_CONDITIONS: PROCEEDING,
    Choice.REQUEST_INFORMATION: (Code.UNCLEAR, Code.RECORDS, Code.OTHER),
    Choice.DEFER: (Code.WAIT, Code.TREAT_FIRST, Code.WISH, Code.OTHER),
    Choice.DECLINE: (Code.RISK, Code.ALTERNATIVE, Code.WISH, Code.OTHER),
}


class Ruling(NamedTuple):
    """What a doctor decides for one procedure, as it was typed and ticked."""

    choice: str = ""
    reason: str = ""
    codes: tuple[str, ...] = ()
    conditions: str = ""


class Problem(StrEnum):
    """What forbids a ruling."""

    MISSING = "missing"
    FIXED = "fixed"
    NEEDS_REASON = "needs-reason"
    NEEDS_WORDS = "needs-words"
    NEEDS_CONDITIONS = "needs-conditions"
    UNKNOWN_CODE = "unknown-code"
    TOO_LONG = "too-long"
    NOTHING_TO_ASK = "nothing-to-ask"


def problems_with(procedure: ReportProcedure, ruling: Ruling) -> Problem | None:
    """Return what forbids this ruling, None where nothing does.

    A decision milder than what is advised, for the day or for the visit, needs a reason; a
    contraindication that certainly holds and that nobody may relax cannot be set aside at all.
    """
    visit = procedure.get("visit")
    outcomes = [procedure["outcome"], *([visit["outcome"]] if visit else [])]
    reasons = [*procedure["reasons"], *(visit["reasons"] if visit else [])]
    if ruling.choice not in list(Choice):
        return Problem.MISSING
    decided = Choice(ruling.choice)
    advised = max((ADVISED[Outcome(one)] for one in outcomes), key=lambda c: c.strictness)
    if decided is Choice.REQUEST_INFORMATION and not open_questions(procedure):
        return Problem.NOTHING_TO_ASK
    if decided.proceeds and any(_cannot_be_relaxed(r) for r in reasons):
        return Problem.FIXED
    milder = decided.strictness < advised.strictness
    return _problem_with_words(decided, ruling, milder)


def open_questions(procedure: ReportProcedure) -> set[str]:
    """Return what to ask again where the doctor needs to know more: what was not known.

    Where all was known, everything behind a reason; nothing where there is no reason.
    """
    behind = {
        state: {a for r in procedure["reasons"] if r["state"] == state for a in r["answers"]}
        for state in ("unknown", "present")
    }
    return behind["unknown"] or behind["present"]


def _problem_with_words(decided: Choice, ruling: Ruling, milder: bool) -> Problem | None:
    if max(len(ruling.reason), len(ruling.conditions)) > LONGEST_REASON:
        return Problem.TOO_LONG
    if not set(ruling.codes) <= set(CODES[decided]):
        return Problem.UNKNOWN_CODE
    if milder and not (ruling.reason.strip() or ruling.codes):
        return Problem.NEEDS_REASON
    if Code.OTHER in ruling.codes and not ruling.reason.strip():
        return Problem.NEEDS_WORDS
    if decided is Choice.PROCEED_WITH_CONDITIONS and not ruling.conditions.strip():
        return Problem.NEEDS_CONDITIONS
    return None


def _cannot_be_relaxed(reason: Mapping[str, Any]) -> bool:
    certain = reason["state"] == "present" and reason["grade"] == "contraindication"
    return bool(reason["fixed"]) and certain
