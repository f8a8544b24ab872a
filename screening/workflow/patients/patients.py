"""A patient is one person of one clinic; screenings, notes and treatments hang on the patient."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from screening.storage.columns import new_id
from screening.storage.encryption import new_key
from screening.storage.sealed import seal_value
from screening.storage.tables import Clinic, Patient, PatientWord
from screening.workflow.core.actor import Actor
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.patients.names import number_hash, person_hash, word_hashes


def add_patient(
    context: Context, session: Session, clinic: Clinic, person: Mapping[str, Any]
) -> Patient:
    """Add a patient: `person` holds "name", and may hold "born" (ISO), "number", "language"."""
    id, key = new_id(), new_key()
    patient = Patient(
        id=id,
        clinic_id=clinic.id,
        wrapped_key=seal_value(context.clinic_key(clinic), "patient.wrapped_key", id, key),
        content=seal_value(key, "patient.content", id, {}),
        created_at=context.now(),
    )
    session.add(patient)
    session.flush()
    describe(context, session, patient, person)
    return patient


def describe(
    context: Context, session: Session, patient: Patient, changes: Mapping[str, Any]
) -> None:
    """Change what is known of the patient, and by what the patient is found."""
    content = {**person_of(context, session, patient), **changes}
    name, number = content.get("name") or "", content.get("number") or ""
    seal_into(context, session, patient, "content", content)
    patient.person_hash = person_hash(context, patient.clinic_id, name, content.get("born"))
    patient.number_hash = number_hash(context, patient.clinic_id, number)
    session.flush()
    session.execute(delete(PatientWord).where(PatientWord.patient_id == patient.id))
    hashes = sorted(word_hashes(context, patient.clinic_id, name))
    session.add_all(PatientWord(patient_id=patient.id, word_hash=one) for one in hashes)
    session.flush()


def person_of(context: Context, session: Session, patient: Patient) -> dict[str, Any]:
    """Return {"name", "born", "number", "language"}, as far as they are known."""
    content: dict[str, Any] = open_sealed(context, session, patient, "content")
    return content


def own_patient(session: Session, by: Actor, patient_id: str) -> Patient:
    """Return the clinic's patient. Raises ActRefusedError("gone") for another clinic's."""
    patient = session.get(Patient, patient_id, populate_existing=True)
    if patient is None or patient.clinic_id != by.clinic_id:
        raise ActRefusedError(Refusal.GONE)
    return patient


def whole_patient(session: Session, patient_id: str) -> list[Patient]:
    """Return all rows that are this person: the one that stands for it first, then the merged."""
    root = session.get_one(Patient, patient_id)
    while root.merged_into:
        root = session.get_one(Patient, root.merged_into)
    found, newest = [root], [root.id]
    while newest:
        query = select(Patient).where(Patient.merged_into.in_(newest))
        merged = session.scalars(query.order_by(Patient.created_at)).all()
        found += merged
        newest = [row.id for row in merged]
    return found


def joined_at(rows: Mapping[str, Patient], one: str, other: str) -> datetime | None:
    """Return since when two rows of a person are one, None where they always were.

    `rows` are all of the person.
    """
    apart = _merges(rows, one) ^ _merges(rows, other)
    return max((at for id in apart if (at := rows[id].merged_at)), default=None)


def _merges(rows: Mapping[str, Patient], id: str) -> set[str]:
    """Return the rows from `id` upwards that were merged into the next."""
    found = set()
    while into := rows[id].merged_into:
        found.add(id)
        id = into
    return found
