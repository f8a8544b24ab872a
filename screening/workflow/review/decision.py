"""A decision as a doctor proposes it, weighed in one place before it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from screening.clinical.report.decision import (
    LONGEST_REASON,
    Choice,
    Problem,
    Ruling,
    is_milder,
    problems_with,
)
from screening.clinical.report.parts import Report, ReportProcedure
from screening.storage.tables import Screening
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import decisions_of, submission_of
from screening.workflow.core.standing import advice_today
from screening.workflow.core.states import allow
from screening.workflow.patients.binding import Binding, binding_decisions
from screening.workflow.review.signing import signing_of


class RulingsRefusedError(ActRefusedError):
    """Some of what was decided cannot be: `problems` says for which procedure, and why."""

    def __init__(self, problems: Mapping[str, Problem]):
        self.problems = problems
        super().__init__(Refusal(next(iter(problems.values()))))


@dataclass(frozen=True)
class Proposal:
    """What a doctor wants to decide: a ruling a procedure, as it was typed and ticked.

    `why` makes it an amendment. `seen` is the number of decisions that the doctor saw when
    deciding, where that is known; `note` is for colleagues only.
    """

    rulings: Mapping[str, tuple[Any, ...]]
    why: str | None = None
    seen: int | None = None
    note: str = ""

    @property
    def act(self) -> str:
        return "decide" if self.why is None else "amend"


@dataclass(frozen=True)
class Weighed:
    """A proposal that may be recorded; `milder` than the advice or than what stands."""

    report: Report
    rulings: Mapping[str, Ruling]
    milder: bool
    why: str | None = None
    stood: dict[str, Binding] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """Return what is kept of it, with the procedures' names as they stood."""
        content: dict[str, Any] = {
            "decisions": [
                {
                    "procedure": p["id"],
                    "name": p["name"],
                    "decision": self.rulings[p["id"]].choice,
                    "codes": list(self.rulings[p["id"]].codes),
                    "reason": self.rulings[p["id"]].reason.strip(),
                    "conditions": self.rulings[p["id"]].conditions.strip(),
                }
                for p in self.report["procedures"]
            ]
        }
        return content if self.why is None else content | {"why": self.why}


def weigh(
    context: Context, session: Session, doctor: Staff, screening: Screening, proposal: Proposal
) -> Weighed:
    """Return the proposal once nothing forbids it.

    Raises ActRefusedError: the state, "decided-meanwhile", "no-credentials", "needs-why",
    "ask-again", or RulingsRefusedError with every problem.
    """
    allow(proposal.act, screening.state)
    made = decisions_of(context, session, screening)
    if proposal.seen is not None and proposal.seen != len(made):
        raise ActRefusedError(Refusal.DECIDED_MEANWHILE)
    if not signing_of(context, session, doctor).holds:
        raise ActRefusedError(Refusal.NO_CREDENTIALS)
    why = None if proposal.why is None else proposal.why.strip()[:LONGEST_REASON]
    if why == "":
        raise ActRefusedError(Refusal.NEEDS_WHY)
    report = submission_of(context, session, screening)
    advised = report["procedures"]
    if why is not None:
        advised = advice_today(context, session, screening, report)
    stands = standing_for(context, session, screening)
    rulings = _checked(advised, proposal.rulings, stands)
    asks = any(r.choice == Choice.REQUEST_INFORMATION for r in rulings.values())
    if why is not None and asks:
        raise ActRefusedError(Refusal.ASK_AGAIN)
    milder = any(_is_milder(p, rulings[p["id"]], stands.get(p["id"])) for p in advised)
    return Weighed(report, rulings, milder, why, stands)


def standing_for(context: Context, session: Session, screening: Screening) -> dict[str, Binding]:
    """Return by procedure what anyone decided on another screening of this person and stands."""
    if screening.patient_id is None:
        return {}
    return {one.procedure: one for one in binding_decisions(context, session, screening)}


def _checked(
    advised: list[ReportProcedure],
    given: Mapping[str, tuple[Any, ...]],
    stands: Mapping[str, Binding],
) -> dict[str, Ruling]:
    rulings = {p["id"]: Ruling(*given.get(p["id"], ())) for p in advised}
    problems = {}
    for procedure in advised:
        id, stood = procedure["id"], stands.get(procedure["id"])
        problem = problems_with(procedure, rulings[id], stood.choice if stood else None)
        if problem:
            problems[id] = problem
    if problems:
        raise RulingsRefusedError(problems)
    return rulings


def _is_milder(procedure: ReportProcedure, ruling: Ruling, stood: Binding | None) -> bool:
    choice = Choice(ruling.choice)
    return is_milder(procedure, choice) or bool(stood and stood.is_milder(choice))
