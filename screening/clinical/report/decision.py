"""What a doctor may decide, and what no doctor may set aside."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.report.parts import ReportProcedure, ReportReason

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
    MILDER_THAN_EARLIER = "milder-than-earlier"


def problems_with(
    procedure: ReportProcedure, ruling: Ruling, standing: Choice | None = None
) -> Problem | None:
    """Return what forbids this ruling, None where nothing does.

    A decision milder than what is advised, for the day or for the visit, needs a reason, and
    so does one milder than what anyone decided earlier and is `standing`; a
    contraindication that certainly holds and that nobody may relax cannot be set aside at all.
    """
    if ruling.choice not in list(Choice):
        return Problem.MISSING
    decided = Choice(ruling.choice)
    if forbidden := _not_to_be_had(procedure, decided):
        return forbidden
    if is_milder(procedure, decided):
        unexplained = Problem.NEEDS_REASON
    elif standing and decided.strictness < standing.strictness:
        unexplained = Problem.MILDER_THAN_EARLIER
    else:
        unexplained = None
    return _problem_with_words(decided, ruling, unexplained)


def advised_choice(procedure: ReportProcedure) -> Choice:
    """Return what is advised, the stricter of the day's and the visit's."""
    visit = procedure.get("visit")
    outcomes = [procedure["outcome"], *([visit["outcome"]] if visit else [])]
    return max((ADVISED[Outcome(one)] for one in outcomes), key=lambda c: c.strictness)


def is_milder(procedure: ReportProcedure, choice: Choice) -> bool:
    """Return whether `choice` is milder than the advice."""
    return choice.strictness < advised_choice(procedure).strictness


def offered_choices(procedure: ReportProcedure) -> list[Choice]:
    """Return what can be decided at all for this procedure, mildest first."""
    return [choice for choice in Choice if not _not_to_be_had(procedure, choice)]


def preselected_choice(
    procedure: ReportProcedure, now: ReportProcedure, standing: Choice | None
) -> Choice | None:
    """Return the advice where a page may choose it beforehand, never what is milder.

    None where something is unknown or to be read, where it reads otherwise by `now`, and
    where an earlier decision that stands is stricter.
    """
    reasons = [*_reasons(procedure), *_reasons(now)]
    if any(r["state"] != "present" for r in reasons) or "to_read" in procedure:
        return None
    advised = advised_choice(procedure)
    if advised_choice(now) is not advised or advised not in offered_choices(procedure):
        return None
    return None if standing and standing.strictness > advised.strictness else advised


def precautions_of(procedure: ReportProcedure) -> list[ReportReason]:
    """Return what is certainly to be weighed, each finding once: what conditions are for."""
    found: dict[str, ReportReason] = {}
    for reason in _reasons(procedure):
        if reason["grade"] == "precaution" and reason["state"] == "present":
            found.setdefault(reason["finding"], reason)
    return list(found.values())


def _reasons(procedure: ReportProcedure) -> list[ReportReason]:
    visit = procedure.get("visit")
    return [*procedure["reasons"], *(visit["reasons"] if visit else [])]


def _not_to_be_had(procedure: ReportProcedure, choice: Choice) -> Problem | None:
    if choice is Choice.REQUEST_INFORMATION and not open_questions(procedure):
        return Problem.NOTHING_TO_ASK
    if choice.proceeds and any(_cannot_be_relaxed(r) for r in _reasons(procedure)):
        return Problem.FIXED
    return None


def open_questions(procedure: ReportProcedure) -> set[str]:
    """Return what to ask again where the doctor needs to know more: what was not known.

    Where all was known, everything behind a reason; nothing where there is no reason.
    """
    behind = {
        state: {a for r in procedure["reasons"] if r["state"] == state for a in r["answers"]}
        for state in ("unknown", "present")
    }
    return behind["unknown"] or behind["present"]


def _problem_with_words(
    decided: Choice, ruling: Ruling, unexplained: Problem | None
) -> Problem | None:
    if max(len(ruling.reason), len(ruling.conditions)) > LONGEST_REASON:
        return Problem.TOO_LONG
    if not set(ruling.codes) <= set(CODES[decided]):
        return Problem.UNKNOWN_CODE
    if unexplained and not (ruling.reason.strip() or ruling.codes):
        return unexplained
    if Code.OTHER in ruling.codes and not ruling.reason.strip():
        return Problem.NEEDS_WORDS
    if decided is Choice.PROCEED_WITH_CONDITIONS and not ruling.conditions.strip():
        return Problem.NEEDS_CONDITIONS
    return None


def _cannot_be_relaxed(reason: Mapping[str, Any]) -> bool:
    certain = reason["state"] == "present" and reason["grade"] == "contraindication"
    return bool(reason["fixed"]) and certain
