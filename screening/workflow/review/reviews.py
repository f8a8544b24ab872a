"""What a doctor does: see why each verdict, decide, and sign by deciding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.report.decision import Choice, Ruling, open_questions
from screening.clinical.report.parts import Report, ReportProcedure
from screening.clinical.report.report_diff import Changes, changes_between
from screening.documents.rendering.drawing import Drawing, drawing_of
from screening.storage.columns import new_id
from screening.storage.tables import Decision, ReportRow, Screening
from screening.workflow.accounts.second_factor import confirm_in_sitting, confirmed_lately
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context, locked_screening
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import decisions_of, document_of, seal_into, submission_of
from screening.workflow.core.standing import advice_today, report_for_the_visit, visit_day
from screening.workflow.core.states import State
from screening.workflow.mail.outbox import tell_patient
from screening.workflow.patients.binding import Binding
from screening.workflow.patients.timeline import Timeline, timeline_of
from screening.workflow.reception.asking_again import ask_for_the_doctor, changing_since
from screening.workflow.reports.outbox import Kind, order_reports
from screening.workflow.review.decision import Proposal, standing_for, weigh
from screening.workflow.review.line import Position, position_of
from screening.workflow.review.looks import Look, others_looking
from screening.workflow.review.notes import keep_note
from screening.workflow.review.queue import name_of
from screening.workflow.review.signing import Signing, signing_of
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
    decision on the screening before this one; `line` all that is known of the patient
    beside it, `stands` what earlier decisions bind, by procedure. `lately` is whether the doctor
    signed a short while ago in this sitting. `changing_since` is since when the patient says
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
    appointment_at: datetime | None
    line: Timeline | None
    stands: dict[str, Binding]
    position: Position
    next_name: str | None
    signing: Signing
    lately: bool

    @property
    def decision(self) -> dict[str, Any] | None:
        """The decision in force, None before there is one."""
        return self.decisions[-1] if self.decisions else None

    @property
    def drawing(self) -> Drawing | None:
        """What the patient drew under the declaration, None where nothing was."""
        return drawing_of(self.report["frame"]["declaration"].get("ink"))


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
    lately = confirmed_lately(context, doctor)
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
            screening.appointment_at,
            timeline_of(context, session, screening) if screening.patient_id else None,
            standing_for(context, session, screening),
            position := position_of(session, doctor, screening_id),
            name_of(context, session, position.next_id),
            signing_of(context, session, doctor),
            lately,
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
    note: str = "",
) -> None:
    """Record the doctor's decision, a Ruling a procedure, and order the signed report.

    The password, or a fresh code of the app, stands for the doctor's hand: the report is
    signed with her own certificate. It is asked for once in a sitting, and each time where
    the decision is milder than advised. Raises ActRefusedError: "wrong", "locked" or
    "needs-signature", and what `weigh` raises.
    """
    _conclude(context, doctor, screening_id, Proposal(rulings, note=note), password)


def amend(
    context: Context,
    doctor: Staff,
    screening_id: str,
    rulings: Mapping[str, tuple[Any, ...]],
    why: str,
    password: str,
    seen: int | None = None,
    note: str = "",
) -> None:
    """Decide anew what was decided; the earlier decision and its signed report stay.

    `seen` is the number of decisions that the doctor saw. Raises what `decide` raises, and
    ActRefusedError: "needs-why" without a reason for the amendment, "decided-meanwhile"
    where another decision came since, "ask-again" where more information is requested: for
    that the screening is asked again.
    """
    _conclude(context, doctor, screening_id, Proposal(rulings, why, seen, note), password)


def _conclude(
    context: Context, doctor: Staff, screening_id: str, proposal: Proposal, password: str
) -> None:
    """Weigh, have it signed for, and record it: weighed again, for another may have come."""
    with context.database.read() as session:
        screening = _seen_by(doctor, session.get(Screening, screening_id))
        milder = weigh(context, session, doctor, screening, proposal).milder
    confirm_in_sitting(context, doctor, password, each_time=milder)
    with context.database.write() as session:
        screening = _own(session, doctor, screening_id)
        weighed = weigh(context, session, doctor, screening, proposal)
        content = weighed.content()
        orders = _settle(context, session, doctor, screening, content)
        asked = set()
        if proposal.act == "decide":
            screening.state, screening.decided_at = State.DECIDED, context.now()
            asked = _asked_again(weighed.report, weighed.rulings)
        if asked:
            orders += ask_for_the_doctor(context, session, screening, asked, doctor)
        else:
            orders += tell_patient(context, session, screening, content["sequence"])
        if proposal.note.strip():
            keep_note(context, session, doctor, screening, proposal.note)
        what = "decide" if proposal.act == "decide" else "amend decision"
        context.record(session, doctor, what, screening)
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
        if row is None or row.state != "sealed":
            raise ActRefusedError(Refusal.PENDING)
        context.record(session, doctor, f"read {kind} report", screening)
        document = document_of(context, session, row)
    return document() or b""
