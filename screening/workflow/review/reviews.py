"""What a doctor does: see why each verdict, decide, and sign by deciding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.report.decision import (
    LONGEST_REASON,
    Choice,
    Ruling,
    open_questions,
    problems_with,
)
from screening.clinical.report.parts import Report, ReportProcedure
from screening.clinical.report.report_diff import Changes, changes_between
from screening.storage.columns import new_id
from screening.storage.tables import Decision, ReportRow, Screening
from screening.workflow.accounts.second_factor import confirm
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context, locked_screening
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import decisions_of, open_sealed, seal_into, submission_of
from screening.workflow.core.standing import advice_today, report_for_the_visit, visit_day
from screening.workflow.core.states import State, allow
from screening.workflow.mail.outbox import tell_patient
from screening.workflow.reception.asking_again import ask_for_the_doctor, changing_since
from screening.workflow.reports.outbox import Kind, order_reports
from screening.workflow.review.looks import Look, others_looking
from screening.workflow.screenings.history import Related, related_to


@dataclass(frozen=True)
class ReportState:
    """How far a report's PDF is; `error` says why it is not there yet."""

    kind: str
    state: str
    attempts: int
    error: str | None
    sha256: str | None


@dataclass(frozen=True)
class Review:
    """One screening as the doctor sees it; `today` are its procedures as the answers stand now.

    An amended decision is held against those, the first against the report. `earlier` is the
    decision on the screening before this one. `changing_since` is since when the patient says
    that something changed, and has not sent it yet.
    """

    screening_id: str
    number: str
    state: str
    report: Report
    today: list[ReportProcedure]
    reports: dict[str, ReportState]
    decisions: list[dict[str, Any]]
    changes: Changes | None
    earlier: dict[str, Any] | None
    related: list[Related]
    look: Look | None
    changing_since: datetime | None

    @property
    def decision(self) -> dict[str, Any] | None:
        """The decision in force, None before there is one."""
        return self.decisions[-1] if self.decisions else None


def open_review(context: Context, doctor: Staff, screening_id: str) -> Review:
    """Return the screening to be shown, and note in the audit log who looked.

    Raises what `read_review` raises.
    """
    with context.database.write() as session:
        context.record(session, doctor, "open review", _own(session, doctor, screening_id))
    return read_review(context, doctor, screening_id)


def read_review(context: Context, doctor: Staff, screening_id: str) -> Review:
    """Return the screening with its verdicts. Whoever shows it to a person opens it instead.

    Raises ActRefusedError "gone" for another clinic's, or its state before submission.
    """
    with context.database.read() as session:
        screening = _seen_by(doctor, session.get(Screening, screening_id))
        rows = session.scalars(
            select(ReportRow)
            .where(ReportRow.screening_id == screening_id)
            .order_by(ReportRow.sequence)
        )
        return Review(
            screening.id,
            screening.number,
            screening.state,
            report := report_for_the_visit(context, session, screening),
            advice_today(context, session, screening, report),
            {r.kind: ReportState(r.kind, r.state, r.attempts, r.error, r.sha256) for r in rows},
            decisions_of(context, session, screening),
            _changes(context, session, screening),
            _earlier_decision(context, session, screening),
            related_to(session, screening),
            others_looking(context, session, doctor, [screening_id]).get(screening_id),
            changing_since(context, session, [screening_id]).get(screening_id),
        )


def _changes(context: Context, session: Session, screening: Screening) -> Changes | None:
    """Return what a recheck changed, None for its own or after an erased one."""
    if screening.recheck_of is None:
        return None
    earlier = session.get_one(Screening, screening.recheck_of)
    if earlier.submission is None:
        return None
    return changes_between(
        submission_of(context, session, earlier), submission_of(context, session, screening)
    )


def _earlier_decision(
    context: Context, session: Session, screening: Screening
) -> dict[str, Any] | None:
    earlier = session.get(Screening, screening.recheck_of) if screening.recheck_of else None
    made = decisions_of(context, session, earlier) if earlier and earlier.submission else []
    return made[-1] if made else None


def _own(session: Session, doctor: Staff, screening_id: str) -> Screening:
    return _seen_by(doctor, locked_screening(session, screening_id))


def _seen_by(doctor: Staff, screening: Screening | None) -> Screening:
    if screening is None or screening.clinic_id != doctor.clinic_id:
        raise ActRefusedError(Refusal.GONE)
    if screening.submission is None:
        raise ActRefusedError(Refusal(screening.state))
    return screening


def decide(
    context: Context,
    doctor: Staff,
    screening_id: str,
    rulings: Mapping[str, tuple[Any, ...]],
    password: str,
) -> None:
    """Record the doctor's decision, a Ruling a procedure, and order the signed report.

    The password, or a fresh code of the app, stands for the doctor's hand: the report
    is signed with her own certificate. Raises ActRefusedError: "wrong" or "locked" (password), what
    `problems_with` says, or the state when it was decided already.
    """
    confirm(context, doctor.id, password)
    with context.database.write() as session:
        screening = _own(session, doctor, screening_id)
        allow("decide", screening.state)
        report = submission_of(context, session, screening)
        given = checked(report["procedures"], rulings)
        orders = _settle(context, session, doctor, screening, content_of(report, given))
        screening.state, screening.decided_at = State.DECIDED, context.now()
        if asked := _asked_again(report, given):
            orders += ask_for_the_doctor(context, session, screening, asked, doctor)
        else:
            orders += tell_patient(context, session, screening)
        context.record(session, doctor, "decide", screening)
    for order in orders:
        context.ring(order)


def amend(
    context: Context,
    doctor: Staff,
    screening_id: str,
    rulings: Mapping[str, tuple[Any, ...]],
    why: str,
    password: str,
) -> None:
    """Decide anew what was decided; the earlier decision and its signed report stay.

    Raises what `decide` raises, and ActRefusedError: "needs-why" without a reason
    for the amendment, "ask-again" where more information is requested: for that the
    screening is asked again.
    """
    confirm(context, doctor.id, password)
    if not why.strip():
        raise ActRefusedError(Refusal.NEEDS_WHY)
    with context.database.write() as session:
        screening = _own(session, doctor, screening_id)
        allow("amend", screening.state)
        report = submission_of(context, session, screening)
        now = advice_today(context, session, screening, report)
        given = checked(now, rulings)
        if _asked_again(report, given):
            raise ActRefusedError(Refusal.ASK_AGAIN)
        content = content_of(report, given) | {"why": why.strip()[:LONGEST_REASON]}
        orders = _settle(context, session, doctor, screening, content)
        orders += tell_patient(context, session, screening, content["sequence"])
        context.record(session, doctor, "amend decision", screening)
    for order in orders:
        context.ring(order)


def _settle(
    context: Context,
    session: Session,
    doctor: Staff,
    screening: Screening,
    content: dict[str, Any],
) -> list[str]:
    """Add the next decision of this screening and order its reports; return the orders."""
    now, earlier = context.now(), decisions_of(context, session, screening)
    sequence = len(earlier) + 1
    content |= {
        "sequence": sequence,
        "doctor": {"name": doctor.name},
        "at": now.isoformat(timespec="seconds"),
        "replaces": earlier[-1]["at"] if earlier else None,
        "visit": day.isoformat() if (day := visit_day(session, screening)) else None,
    }
    row = Decision(
        id=new_id(),
        screening_id=screening.id,
        sequence=sequence,
        account_id=doctor.id,
        decided_at=now,
    )
    seal_into(context, session, row, "content", content)
    session.add(row)
    return order_reports(session, screening.id, (Kind.DECIDED, Kind.PLAN), now, sequence)


def _asked_again(report: Report, rulings: Mapping[str, Ruling]) -> set[str]:
    """Return the questions that the doctor wants answered once more."""
    return {
        link_id
        for procedure in report["procedures"]
        if rulings[procedure["id"]].choice == Choice.REQUEST_INFORMATION
        for link_id in open_questions(procedure)
    }


def checked(
    advised: list[ReportProcedure], rulings: Mapping[str, tuple[Any, ...]]
) -> dict[str, Ruling]:
    """Return the ruling on every procedure. Raises ActRefusedError with the first problem."""
    given = {p["id"]: Ruling(*rulings.get(p["id"], ())) for p in advised}
    for procedure in advised:
        if problem := problems_with(procedure, given[procedure["id"]]):
            raise ActRefusedError(Refusal(problem))
    return given


def content_of(report: Report, rulings: Mapping[str, Ruling]) -> dict[str, Any]:
    """Return what is kept of the rulings, with the procedures' names as they stood."""
    return {
        "decisions": [
            {
                "procedure": p["id"],
                "name": p["name"],
                "decision": rulings[p["id"]].choice,
                "codes": list(rulings[p["id"]].codes),
                "reason": rulings[p["id"]].reason.strip(),
                "conditions": rulings[p["id"]].conditions.strip(),
            }
            for p in report["procedures"]
        ]
    }


def read_report(
    context: Context, doctor: Staff, screening_id: str, kind: str, sequence: int | None = None
) -> bytes:
    """Return the newest sealed PDF of `kind`, or that of `sequence`, and note who took it.

    Raises ActRefusedError("pending").
    """
    with context.database.write() as session:
        screening = _own(session, doctor, screening_id)
        query = select(ReportRow).where(
            ReportRow.screening_id == screening_id, ReportRow.kind == kind
        )
        if sequence:
            query = query.where(ReportRow.sequence == sequence)
        row = session.scalars(query.order_by(ReportRow.sequence.desc())).first()
        if row is None or row.pdf is None:
            raise ActRefusedError(Refusal.PENDING)
        context.record(session, doctor, f"read {kind} report", screening)
        pdf: bytes = open_sealed(context, session, row, "pdf")
        return pdf
