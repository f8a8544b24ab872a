"""What other programs read: how far a screening is, and with the scope for it what was found."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from screening.storage.encryption import SealedBlobError
from screening.storage.tables import CheckIn, ReportRow, Screening, Treatment
from screening.workflow.core.actor import ApiClient
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import decision_of, document_of, open_sealed
from screening.workflow.core.standing import report_for_the_visit
from screening.workflow.core.states import State, allow
from screening.workflow.integration.references import Kind, find, references_of
from screening.workflow.patients.patients import whole_patient
from screening.workflow.reception.appointments import Coming, words_for

MOST = 100


@dataclass(frozen=True)
class Entry:
    """One screening without anything that was answered. `external` holds the program's own ids.

    `patient_id` is that of the whole person, `words` what the reception may say once a
    doctor has decided.
    """

    id: str
    number: str
    state: str
    procedures: tuple[str, ...]
    patient_id: str
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    appointment_at: datetime | None
    link_ends_at: datetime
    external: dict[str, str]
    words: list[Coming]


@dataclass(frozen=True)
class Sought:
    """Which screenings are wanted; what is None narrows nothing. `patient` is the program's id."""

    state: str | None = None
    patient: str | None = None
    appointment: str | None = None
    screening: str | None = None
    number: str | None = None
    visits_from: datetime | None = None
    visits_until: datetime | None = None
    patient_id: str | None = None


def cursor_of(entry: Entry) -> str:
    """Return where the next page begins, as text that says nothing to its bearer."""
    return urlsafe_b64encode(f"{entry.created_at.isoformat()} {entry.id}".encode()).decode()


def _after(cursor: str) -> tuple[datetime, str]:
    try:
        at, id = urlsafe_b64decode(cursor.encode()).decode().split(" ")
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise ActRefusedError(Refusal.BAD_CURSOR) from error
    if moment.tzinfo is None:
        raise ActRefusedError(Refusal.BAD_CURSOR)
    return moment, id


def list_entries(
    context: Context, by: ApiClient, sought: Sought, most: int, cursor: str = ""
) -> tuple[list[Entry], str]:
    """Return a page of the clinic's screenings, the newest first, and the cursor of the next one.

    The cursor is empty after the last page. Raises ActRefusedError("bad-cursor").
    """
    query = select(Screening).where(Screening.clinic_id == by.clinic.id)
    query = query.where(Screening.state != State.ERASED)
    if sought.state:
        query = query.where(Screening.state == sought.state)
    if sought.number:
        query = query.where(Screening.number == sought.number)
    if sought.visits_from:
        query = query.where(Screening.appointment_at >= sought.visits_from)
    if sought.visits_until:
        query = query.where(Screening.appointment_at < sought.visits_until)
    if cursor:
        at, id = _after(cursor)
        before = and_(Screening.created_at == at, Screening.id < id)
        query = query.where(or_(Screening.created_at < at, before))
    with context.database.read() as session:
        if sought.patient_id:
            people = [one.id for one in whole_patient(session, sought.patient_id)]
            query = query.where(Screening.patient_id.in_(people))
        for kind, value in (
            (Kind.PATIENT, sought.patient),
            (Kind.APPOINTMENT, sought.appointment),
            (Kind.SCREENING, sought.screening),
        ):
            if value is None:
                continue
            row = find(context, session, by.clinic.id, kind, value)
            if row is None:
                return [], ""
            if kind is Kind.PATIENT:
                people = [one.id for one in whole_patient(session, row.patient_id)]
                query = query.where(Screening.patient_id.in_(people))
            else:
                query = query.where(Screening.id == row.screening_id)
        query = query.order_by(Screening.created_at.desc(), Screening.id.desc()).limit(most + 1)
        rows = session.scalars(query).all()
        entries = _entries(context, session, rows[:most])
    return entries, cursor_of(entries[-1]) if len(rows) > most else ""


def read_entry(context: Context, by: ApiClient, screening_id: str) -> Entry:
    """Return how far a screening of the clinic is. Raises ActRefusedError("gone")."""
    with context.database.read() as session:
        return _entries(context, session, [own_row(session, by, screening_id)])[0]


def own_row(session: Session, by: ApiClient, screening_id: str) -> Screening:
    """Return the clinic's screening. Another clinic's is not found."""
    screening = session.get(Screening, screening_id)
    if screening is None or screening.clinic_id != by.clinic.id:
        raise ActRefusedError(Refusal.GONE)
    return screening


def _entries(context: Context, session: Session, rows: Sequence[Screening]) -> list[Entry]:
    words = words_for(context, rows[0].clinic_id, [row.id for row in rows]) if rows else {}
    external = references_of(context, session, rows)
    return [
        Entry(
            row.id,
            row.number,
            row.state,
            _procedures(context, session, row),
            whole_patient(session, row.patient_id)[0].id if row.patient_id else "",
            row.created_at,
            row.submitted_at,
            row.decided_at,
            row.appointment_at,
            row.link_expires_at,
            external[row.id],
            words.get(row.id, []),
        )
        for row in rows
    ]


def _procedures(context: Context, session: Session, row: Screening) -> tuple[str, ...]:
    try:
        return tuple(open_sealed(context, session, row, "draft")["procedures"])
    except SealedBlobError:  # one damaged row must not hide all the others
        return ()


def read_verdict(context: Context, by: ApiClient, screening_id: str) -> dict[str, Any]:
    """Return the report as it stands for the visit, and note who read it.

    Raises ActRefusedError: "gone", or the state before it was sent.
    """
    with context.database.write() as session:
        screening = _sent(session, by, screening_id)
        context.record(session, by, "read verdict", screening)
        report: dict[str, Any] = dict(report_for_the_visit(context, session, screening))
        return report


def read_decision(context: Context, by: ApiClient, screening_id: str) -> dict[str, Any] | None:
    """Return the decision in force, None before there is one; note who read it."""
    with context.database.write() as session:
        screening = _sent(session, by, screening_id)
        context.record(session, by, "read decision", screening)
        return decision_of(context, session, screening)


def _sent(session: Session, by: ApiClient, screening_id: str) -> Screening:
    screening = own_row(session, by, screening_id)
    if screening.submission is None:
        allow("arrive", screening.state)
        raise ActRefusedError(Refusal.PENDING)
    return screening


def list_reports(context: Context, by: ApiClient, screening_id: str) -> list[dict[str, Any]]:
    """Return which reports there are, made or still to be made."""
    with context.database.read() as session:
        screening = own_row(session, by, screening_id)
        query = select(ReportRow).where(ReportRow.screening_id == screening.id)
        rows = session.scalars(query.order_by(ReportRow.created_at, ReportRow.id))
        return [
            {
                "kind": row.kind,
                "sequence": row.sequence,
                "sealed_at": row.sealed_at,
                "sha256": row.sha256,
                "code": row.code,
            }
            for row in rows
        ]


def read_report(
    context: Context, by: ApiClient, screening_id: str, kind: str, sequence: int
) -> bytes:
    """Return a sealed PDF, and note who took it. Raises ActRefusedError: "gone", "pending"."""
    with context.database.write() as session:
        screening = own_row(session, by, screening_id)
        query = select(ReportRow).where(
            ReportRow.screening_id == screening.id,
            ReportRow.kind == kind,
            ReportRow.sequence == sequence,
        )
        row = session.scalars(query).first()
        if row is None:
            raise ActRefusedError(Refusal.GONE)
        if row.state != "sealed":
            raise ActRefusedError(Refusal.PENDING)
        context.record(session, by, f"read {kind} report", screening)
        document = document_of(context, session, row)
    return document() or b""


def read_check_ins(context: Context, by: ApiClient, screening_id: str) -> list[dict[str, Any]]:
    """Return how the patient was after each treatment, and note who read it."""
    with context.database.write() as session:
        screening = own_row(session, by, screening_id)
        context.record(session, by, "read check-ins", screening)
        query = (
            select(CheckIn, Treatment.treated_on)
            .join(Treatment, Treatment.id == CheckIn.treatment_id)
            .where(Treatment.screening_id == screening.id)
            .order_by(CheckIn.due_on, CheckIn.sequence)
        )
        return [
            {
                "id": row.id,
                "treated_on": treated_on,
                "due_on": row.due_on,
                "state": row.state,
                "answered_at": row.answered_at,
                "gravity": row.gravity,
                "signs": _signs(context, session, row),
            }
            for row, treated_on in session.execute(query)
        ]


def _signs(context: Context, session: Session, row: CheckIn) -> list[dict[str, str]]:
    content = open_sealed(context, session, row, "content") if row.content else None
    answers = content["answers"] if content else []
    return [
        {"sign": sign["sign"], "reply": sign["reply"]}
        for answer in answers[-1:]
        for sign in answer["signs"]
    ]
