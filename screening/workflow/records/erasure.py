"""Destroy what is held on a screening, or on a person with everything that hangs on her.

Whatever was sealed is written over and its key replaced by one that holds that there is
nothing. Rows stay where others point to them, without what they said; the audit log stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from screening.storage.columns import Table
from screening.storage.encryption import SealedBlobError, new_key
from screening.storage.sealed import SEALED, seal_column
from screening.storage.tables import (
    Account,
    AuditEntry,
    CheckIn,
    Clinic,
    Message,
    Note,
    Patient,
    PatientWord,
    Reference,
    ReportRow,
    ReportStamp,
    Screening,
    Treatment,
    TreatmentLot,
)
from screening.workflow.core.actor import Actor
from screening.workflow.core.acts import erased_because
from screening.workflow.core.context import Context, Vault, locked_screening, new_token
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.core.states import ALLOWED, State, allow
from screening.workflow.patients.patients import whole_patient
from screening.workflow.reports.documents import let_go

NOBODY = {"name": "(erased)"}
NOTHING: dict[str, Any] = {"procedures": [], "invited_for": [], "answers": {}}


def erase(context: Context, screening_id: str, by: Actor, why: str) -> list[str]:
    """Destroy the screening's key and all that was sealed with it.

    Return the numbers of the same person's screenings that are kept: they may hold the
    same answers. After the last one nothing is kept of the person either.
    """
    others = erase_screening(context, screening_id, by, "erase", erased_because(why))
    context.database.scrub()
    return others


def erase_screening(
    context: Context, screening_id: str, by: Actor, act: str, why: str | None
) -> list[str]:
    """Do what `erase` does but for the files, which are scrubbed once for many."""
    with context.database.write() as session:
        screening = locked_screening(session, screening_id)
        allow("erase", screening.state)
        return empty_screening(context, session, screening, by, act, why)


def empty_screening(
    context: Vault, session: Session, screening: Screening, by: Actor, act: str, why: str | None
) -> list[str]:
    """Erase within a transaction; return the numbers of the person's others, which are kept."""
    _forget_typed(context, session, [screening], [])
    _empty(context, session, screening)
    _forget_elsewhere(context, session, screening.clinic_id, {screening.number})
    others = []
    if screening.patient_id:
        rows = whole_patient(session, screening.patient_id)
        others = [one.number for one in _screenings(session, rows) if one.id != screening.id]
        _empty_where_nothing_is_left(context, session, rows)
    context.record(session, by, act, screening, why)
    return others


def erase_patient(context: Context, patient_id: str, by: Actor, why: str) -> list[str]:
    """Destroy all that is held on the person, merged rows included; return the screenings' numbers.

    Raises ActRefusedError: "gone", or "erased" where nothing is left to destroy.
    """
    with context.database.write() as session:
        if session.get(Patient, patient_id) is None:
            raise ActRefusedError(Refusal.GONE)
        numbers = empty_person(context, session, patient_id, by, erased_because(why))
        if numbers is None:
            raise ActRefusedError(Refusal.ERASED)
    context.database.scrub()
    return numbers


def empty_person(
    context: Vault, session: Session, patient_id: str, by: Actor, why: str
) -> list[str] | None:
    """Erase a person within a transaction; None where nothing is left to destroy."""
    rows = whole_patient(session, patient_id)
    kept = _screenings(session, rows, hold=True)
    if not kept and not _has_more(session, rows) and not any(_is_known(row) for row in rows):
        return None
    _forget_typed(context, session, kept, rows)
    for screening in kept:
        _empty(context, session, screening)
    numbers = [screening.number for screening in kept]
    _forget_elsewhere(context, session, rows[0].clinic_id, set(numbers))
    session.execute(delete(Note).where(Note.patient_id.in_([row.id for row in rows])))
    for row in rows:
        _empty_patient(context, session, row)
    for screening in kept:
        context.record(session, by, "erase", screening, why)
    at = Actor(by.who, rows[0].clinic_id)
    context.record(session, at, "erase patient", why=f"{rows[0].id}: {why}")
    context.tell_of(session, rows[0])
    return numbers


def empty_old_patients(context: Context, before: datetime) -> None:
    """Empty patients of whom only notes are left, all of them written `before` then."""
    kept = select(Screening.patient_id).where(Screening.state != State.ERASED)
    query = select(Note.patient_id).where(Note.patient_id.not_in(kept)).distinct()
    with context.database.write() as session:
        for patient_id in session.scalars(query).all():
            rows = whole_patient(session, patient_id)
            ids = [row.id for row in rows]
            newest = select(Note.id).where(Note.patient_id.in_(ids), Note.created_at >= before)
            if not _screenings(session, rows) and session.scalar(newest) is None:
                session.execute(delete(Note).where(Note.patient_id.in_(ids)))
                _empty_where_nothing_is_left(context, session, rows)


def _screenings(session: Session, rows: Iterable[Patient], hold: bool = False) -> list[Screening]:
    """Return what is kept of the person, newest first, the order in which every act holds it."""
    query = select(Screening).where(
        Screening.patient_id.in_([row.id for row in rows]), Screening.state != State.ERASED
    )
    query = query.order_by(Screening.created_at.desc())
    return list(session.scalars(query.with_for_update() if hold else query))


def _has_more(session: Session, rows: Iterable[Patient]) -> bool:
    """Return whether a note is left that hangs on no screening."""
    return (
        session.scalar(select(Note.id).where(Note.patient_id.in_([r.id for r in rows]))) is not None
    )


def _is_known(patient: Patient) -> bool:
    return bool(patient.number_hash or patient.person_hash or patient.code_hash)


def _empty_where_nothing_is_left(context: Vault, session: Session, rows: list[Patient]) -> None:
    session.flush()
    if not _screenings(session, rows) and not _has_more(session, rows):
        for row in rows:
            _empty_patient(context, session, row)


def _empty_patient(context: Vault, session: Session, patient: Patient) -> None:
    """Write over who it was; the screenings' keys, which hold nothing, are wrapped anew."""
    key = new_key()
    clinic = session.get_one(Clinic, patient.clinic_id)
    seal_column(context.clinic_key(clinic), patient, "wrapped_key", key)
    seal_column(key, patient, "content", NOBODY)
    patient.number_hash = patient.person_hash = patient.code_hash = None
    patient.code_misses, patient.code_locked_until = 0, None
    for held in (PatientWord, Reference):
        session.execute(delete(held).where(held.patient_id == patient.id))
    session.flush()
    for screening in session.scalars(select(Screening).where(Screening.patient_id == patient.id)):
        _hold_nothing(screening, key)


def _empty(context: Vault, session: Session, screening: Screening) -> None:
    """Write over everything sealed; a new key holds that there is nothing."""
    id = screening.id
    for column in _sealed_in(Screening.__table__):
        if column.nullable:
            setattr(screening, column.name, None)
    _hold_nothing(screening, _wrapping(context, session, screening))
    screening.state, screening.gravity, screening.appointment_at = State.ERASED, None, None
    screening.link_hash = context.hash(f"link:{new_token()}")
    screening.start_code_hash = screening.move_hash = screening.pen_hash = None
    screening.person_hash = screening.device_hash = None
    for held in (Note, Reference):
        session.execute(delete(held).where(held.screening_id == id))
    _empty_treatments(context, session, id)
    for table in Table.metadata.sorted_tables:
        sealed = _sealed_in(table)
        if "screening_id" in table.columns and sealed:
            nothing = {c.name: None if c.nullable else b"" for c in sealed}
            session.execute(update(table).where(table.c.screening_id == id).values(nothing))
    let_go(context, session, id)
    reports = select(ReportRow.id).where(ReportRow.screening_id == id)
    session.execute(delete(ReportStamp).where(ReportStamp.report_id.in_(reports)))
    nothing = dict.fromkeys(("error", "sha256", "lease_until", "proven_until", "restamp_at"))
    of_these = update(ReportRow).where(ReportRow.screening_id == id)
    session.execute(of_these.values(**nothing, state="erased"))
    session.execute(update(Message).where(Message.screening_id == id).values(state="erased"))


def _hold_nothing(screening: Screening, wrapping: bytes) -> None:
    key = new_key()
    seal_column(wrapping, screening, "wrapped_key", key)
    seal_column(key, screening, "person", NOBODY)
    seal_column(key, screening, "draft", NOTHING)


def _empty_treatments(context: Vault, session: Session, screening_id: str) -> None:
    """Let what was done count no more, and nothing say with what or how it went."""
    treated = select(Treatment.id).where(Treatment.screening_id == screening_id)
    session.execute(delete(TreatmentLot).where(TreatmentLot.treatment_id.in_(treated)))
    nothing = {"content": None, "gravity": None, "answered_at": None, "handled_at": None}
    of_these = update(CheckIn).where(CheckIn.treatment_id.in_(treated))
    session.execute(of_these.values(**nothing, state="cancelled"))
    undone = update(Treatment).where(Treatment.screening_id == screening_id)
    session.execute(undone.values(undone_at=context.now()))


def _wrapping(context: Vault, session: Session, screening: Screening) -> bytes:
    """Return the patient's key, or one that nobody has where there is none that opens."""
    if screening.patient_id is None:  # damaged before there were patients
        return new_key()
    try:
        return context.patient_key(session, session.get_one(Patient, screening.patient_id))
    except SealedBlobError:
        return new_key()


def _sealed_in(table: Any) -> list[Any]:
    return [column for column in table.columns if str(column) in SEALED]


def _forget_elsewhere(context: Vault, session: Session, clinic_id: str, numbers: set[str]) -> None:
    """Take the answers of these screenings out of drafts to which they were brought back.

    What the patient had confirmed there and not sent goes too; what was sent is of that visit.
    """
    query = select(AuditEntry.screening_id).where(
        AuditEntry.clinic_id == clinic_id,
        AuditEntry.act == "bring back answers",
        AuditEntry.why.in_(numbers),
    )
    ids = {id for id in session.scalars(query) if id}
    rows = select(Screening).where(Screening.id.in_(ids), Screening.state != State.ERASED)
    for screening in session.scalars(rows.order_by(Screening.created_at.desc()).with_for_update()):
        try:
            draft = open_sealed(context, session, screening, "draft")
        except SealedBlobError:  # nobody can read in it
            continue
        if (draft.get("last") or {}).get("number") in numbers:
            seal_into(context, session, screening, "draft", _without_last(draft, screening.state))


def _without_last(draft: dict[str, Any], state: str) -> dict[str, Any]:
    left = {**draft, "last": None}
    if State(state) in ALLOWED["answer"] | {State.EXPIRED, State.WITHDRAWN}:
        confirmed = draft.get("confirmed", {})
        left["answers"] = {k: a for k, a in draft["answers"].items() if confirmed.get(k) != a}
        left["confirmed"] = {}
    return left


def _forget_typed(
    context: Vault, session: Session, screenings: Iterable[Screening], patients: Iterable[Patient]
) -> None:
    """Take what someone at work typed and did not send, where it names the person."""
    rows: list[Any] = [*screenings, *patients]
    said = {row.number for row in screenings} | {row.id for row in rows}
    for row in rows:
        with suppress(SealedBlobError):
            column = "person" if isinstance(row, Screening) else "content"
            person = open_sealed(context, session, row, column)
            name = person.get("name") or ""
            said |= {name, *name.split(), person.get("number") or ""}
    words = [word.casefold() for word in said if len(word) > 2]
    clinics = {row.clinic_id for row in rows}
    query = select(Account).where(Account.clinic_id.in_(clinics), Account.unfinished.is_not(None))
    for account in session.scalars(query.with_for_update()):
        try:
            pages = open_sealed(context, session, account, "unfinished")
        except SealedBlobError:
            pages = {}
        left = {page: forms for page, forms in pages.items() if not _names(page, forms, words)}
        if left != pages or not pages:
            seal_into(context, session, account, "unfinished", left or None)


def _names(page: str, forms: Any, words: Iterable[str]) -> bool:
    text = f"{page} {json.dumps(forms, ensure_ascii=False)}".casefold()
    return any(word in text for word in words)
