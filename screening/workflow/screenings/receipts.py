"""What a patient has afterwards: the receipt, the own copy or plan, the aftercare as a diary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.definitions.questionnaire import TELL_DOCTOR
from screening.clinical.report.parts import ReportAnswer
from screening.documents.outgoing.calendar_file import aftercare_diary
from screening.storage.tables import Clinic, ReportRow, Screening
from screening.workflow.core.actor import PATIENT
from screening.workflow.core.context import Context, locked_screening
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import decision_of, open_sealed, submission_of
from screening.workflow.core.states import State, allow
from screening.workflow.reports.outbox import Kind


@dataclass(frozen=True)
class Receipt:
    """What a patient is shown after submitting: that it arrived, and the copy when it is made.

    `to_find_out` is what the patient did not know, in the language `asked_in`.
    """

    number: str
    clinic: Clinic
    submitted_at: datetime
    appointment_at: datetime | None
    copy_ready: bool
    decided: bool
    has_diary: bool
    to_find_out: list[ReportAnswer]
    asked_in: str


def read_receipt(context: Context, screening_id: str) -> Receipt:
    """Return the receipt. Raises ActRefusedError with the state before submission."""
    with context.database.read() as session:
        screening = session.get(Screening, screening_id)
        if screening is None:
            raise ActRefusedError(Refusal.GONE)
        allow("read-receipt", screening.state)
        assert screening.submitted_at is not None
        decided = screening.state == State.DECIDED
        to_find_out, asked_in = ([], "") if decided else _to_find_out(context, session, screening)
        return Receipt(
            screening.number,
            session.get_one(Clinic, screening.clinic_id),
            screening.submitted_at,
            screening.appointment_at,
            _own_copy(session, screening) is not None,
            decided,
            _diary(context, session, screening) is not None,
            to_find_out,
            asked_in,
        )


def _to_find_out(
    context: Context, session: Session, screening: Screening
) -> tuple[list[ReportAnswer], str]:
    """Return what the patient did not know, as it was read; what is private aside."""
    report = submission_of(context, session, screening)
    translated = report.get("translated")
    read = translated or report
    unknown = [
        answer
        for section in read["sections"]
        for answer in section["answers"]
        if answer["unknown"] and TELL_DOCTOR not in answer["answer"] and not answer.get("private")
    ]
    return unknown, translated["language"] if translated else report["frame"]["language"]


def patient_copy(context: Context, screening_id: str) -> bytes | None:
    """Return the patient's own copy, after the decision the plan; None while it is being made."""
    with context.database.write() as session:
        screening = locked_screening(session, screening_id)
        allow("read-receipt", screening.state)
        row = _own_copy(session, screening)
        if row is None or row.pdf is None:
            return None
        context.record(session, PATIENT, "read own copy", screening)
        pdf: bytes = open_sealed(context, session, row, "pdf")
        return pdf


def _own_copy(session: Session, screening: Screening) -> ReportRow | None:
    kind = Kind.PLAN if screening.state == State.DECIDED else Kind.COPY
    query = select(ReportRow).where(
        ReportRow.screening_id == screening.id,
        ReportRow.kind == kind,
        ReportRow.state == "sealed",
    )
    return session.scalars(query.order_by(ReportRow.sequence.desc())).first()


def aftercare_file(context: Context, screening_id: str) -> bytes | None:
    """Return the aftercare for the patient's diary, None where nothing is planned for a day."""
    with context.database.read() as session:
        screening = session.get(Screening, screening_id)
        if screening is None:
            raise ActRefusedError(Refusal.GONE)
        allow("read-receipt", screening.state)
        return _diary(context, session, screening)


def _diary(context: Context, session: Session, screening: Screening) -> bytes | None:
    decision = decision_of(context, session, screening)
    if decision is None or screening.submission is None:
        return None
    return aftercare_diary(submission_of(context, session, screening), decision)
