"""What a patient has afterwards: the receipt, the own copy or plan, the aftercare as a diary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.definitions.questionnaire import TELL_DOCTOR
from screening.clinical.report.parts import ReportAnswer
from screening.documents.outgoing.calendar_file import aftercare_diary
from screening.storage.tables import (
    Account,
    AuditEntry,
    Clinic,
    ReportRow,
    Screening,
    Treatment,
)
from screening.workflow.core.actor import PATIENT
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import decision_of, document_of, open_sealed, submission_of
from screening.workflow.core.standing import report_for_the_visit
from screening.workflow.core.states import State, allow
from screening.workflow.reception.appointments import words_of
from screening.workflow.reception.asking_again import changing_since
from screening.workflow.reports.outbox import Kind
from screening.workflow.screenings.edit_lock import EditLock, check
from screening.workflow.screenings.own_code import has_code
from screening.workflow.screenings.proof import check_opens, opens

# What the audit log calls it when somebody of the clinic saw what the patient answered.
OPENINGS = ("open review", "read screening report", "read decided report", "export")


USUAL = timedelta(seconds=3)  # until the copy is there; a second and a half is measured


@dataclass(frozen=True)
class Decided:
    """What was decided on one treatment: its word, from which ISO day on, and the conditions.

    `procedure` is its id, `treatment` its name as it stood.
    """

    procedure: str
    treatment: str
    word: str
    day: str | None
    conditions: str


@dataclass(frozen=True)
class Opening:
    """Someone of the clinic opened the record: the role, never who."""

    role: str
    at: datetime


@dataclass(frozen=True)
class Receipt:
    """What a patient is shown after submitting: that it arrived, and the copy when it is made.

    The copy is `copy_late` where it takes longer than on a machine that has nothing else to do.
    `to_find_out` is what the patient did not know, in the language `asked_in`; `decided`
    what the doctor decided, procedure by procedure. All that says something about the
    patient's health is there only where it is `proven` that the patient asks (proof.py).
    """

    number: str
    clinic: Clinic
    submitted_at: datetime
    appointment_at: datetime | None
    copy_ready: bool
    copy_late: bool
    decided: list[Decided]
    is_decided: bool
    has_diary: bool
    to_find_out: list[ReportAnswer]
    asked_in: str
    opened: list[Opening]
    proven: bool
    has_code: bool
    changing_since: datetime | None


def read_receipt(context: Context, lock: EditLock) -> Receipt:
    """Return the receipt for who is in. Raises ActRefusedError: the state before submission."""
    with context.database.read() as session:
        screening = _sent(context, session, lock)
        assert screening.submitted_at is not None
        proven = opens(context, session, screening, lock.device)
        decided = screening.state == State.DECIDED
        unknown: tuple[list[ReportAnswer], str] = ([], "")
        if proven and not decided:
            unknown = _to_find_out(context, session, screening)
        return Receipt(
            screening.number,
            session.get_one(Clinic, screening.clinic_id),
            screening.submitted_at,
            screening.appointment_at,
            proven and _own_copy(session, screening) is not None,
            context.now() - screening.submitted_at > USUAL,
            _decided(context, session, screening) if proven else [],
            decided,
            proven and _diary(context, session, screening) is not None,
            *unknown,
            _openings(session, screening),
            proven,
            has_code(context, session, screening, lock.device),
            changing_since(context, session, [screening.id]).get(screening.id),
        )


def _sent(context: Context, session: Session, lock: EditLock) -> Screening:
    """Return the screening, which was sent, for the browser that is in."""
    screening = session.get(Screening, lock.screening_id)
    if screening is None:
        raise ActRefusedError(Refusal.GONE)
    allow("read-receipt", screening.state)
    check(context, screening, lock)
    return screening


def _decided(context: Context, session: Session, screening: Screening) -> list[Decided]:
    """Return what was decided, in the words that the reception says too."""
    decision = decision_of(context, session, screening)
    if decision is None:
        return []
    said = {one["procedure"]: one for one in decision["decisions"]}
    report = report_for_the_visit(context, session, screening)
    ids = [one["id"] for one in report["procedures"]]
    return [
        Decided(id, one.treatment, one.word, one.day, said[id]["conditions"])
        for id, one in zip(ids, words_of(context, session, screening), strict=True)
    ]


def _openings(session: Session, screening: Screening) -> list[Opening]:
    """Return when the record was opened, the newest first; once a day and role."""
    query = (
        select(AuditEntry.at, Account.role)
        .join(Account, AuditEntry.who == "account:" + Account.id)
        .where(AuditEntry.screening_id == screening.id, AuditEntry.act.in_(OPENINGS))
        .order_by(AuditEntry.sequence)
    )
    zone = ZoneInfo(session.get_one(Clinic, screening.clinic_id).zone)
    first: dict[tuple[str, date], Opening] = {}
    for at, role in session.execute(query):
        first.setdefault((role, at.astimezone(zone).date()), Opening(role, at))
    return list(first.values())[::-1]


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


def patient_copy(context: Context, lock: EditLock) -> bytes | None:
    """Return the patient's own copy, after the decision the plan; None while it is being made.

    Raises ActRefusedError "other-device" where nothing proves that the patient asks.
    """
    with context.database.write() as session:
        screening = _sent(context, session, lock)
        check_opens(context, session, screening, lock.device)
        row = _own_copy(session, screening)
        if row is None or row.state != "sealed":
            return None
        context.record(session, PATIENT, "read own copy", screening)
        document = document_of(context, session, row)
    return document()


def _own_copy(session: Session, screening: Screening) -> ReportRow | None:
    kind = Kind.PLAN if screening.state == State.DECIDED else Kind.COPY
    query = select(ReportRow).where(
        ReportRow.screening_id == screening.id,
        ReportRow.kind == kind,
        ReportRow.state == "sealed",
    )
    return session.scalars(query.order_by(ReportRow.sequence.desc())).first()


def aftercare_file(context: Context, lock: EditLock) -> bytes | None:
    """Return the aftercare for the patient's diary, None where nothing is planned for a day."""
    with context.database.read() as session:
        screening = _sent(context, session, lock)
        check_opens(context, session, screening, lock.device)
        return _diary(context, session, screening)


def _diary(context: Context, session: Session, screening: Screening) -> bytes | None:
    decision = decision_of(context, session, screening)
    if decision is None or screening.submission is None:
        return None
    report = submission_of(context, session, screening)
    return aftercare_diary(report, decision, _done(context, session, screening))


def _done(context: Context, session: Session, screening: Screening) -> tuple[date, set[str]] | None:
    """Return the day and the procedures of the newest treatment, None before there is one."""
    query = select(Treatment).where(
        Treatment.screening_id == screening.id, Treatment.undone_at.is_(None)
    )
    row = session.scalars(query.order_by(Treatment.treated_on.desc())).first()
    if row is None:
        return None
    done = open_sealed(context, session, row, "content")["done"]
    return date.fromisoformat(row.treated_on), {one["procedure"] for one in done}
