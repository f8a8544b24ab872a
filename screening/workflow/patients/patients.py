"""A patient is one person of one clinic; screenings, notes and treatments hang on the patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from screening.clinical.definitions.questionnaire import Answer
from screening.clinical.report.parts import AnsweredBy
from screening.clinical.report.report import RELATIVE
from screening.storage.columns import new_id
from screening.storage.encryption import SealedBlobError, new_key
from screening.storage.sealed import seal_value
from screening.storage.tables import Clinic, Patient, PatientWord, Screening
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
    name, born = (_said(content, field)[:1] or [""] for field in ("name", "born"))
    seal_into(context, session, patient, "content", content)
    patient.person_hash = person_hash(context, patient.clinic_id, name[0], born[0])
    patient.number_hash = number_hash(context, patient.clinic_id, content.get("number") or "")
    session.flush()
    session.execute(delete(PatientWord).where(PatientWord.patient_id == patient.id))
    hashes = person_hashes(context, patient.clinic_id, content)
    for called in (content.get("name"), content.get("own", {}).get("name")):
        hashes |= word_hashes(context, patient.clinic_id, called or "")
    session.add_all(PatientWord(patient_id=patient.id, word_hash=one) for one in sorted(hashes))
    session.flush()


def person_hashes(context: Context, clinic_id: str, content: Mapping[str, Any]) -> set[str]:
    """Return the hashes of every name with every birth date that reception or patient gave."""
    return {
        hashed
        for name in _said(content, "name")
        for born in _said(content, "born")
        if (hashed := person_hash(context, clinic_id, name, born))
    }


def _said(content: Mapping[str, Any], field: str) -> list[str]:
    """Return what the reception wrote, then what the patient gave unless that was settled."""
    clinic, own = content.get(field), content.get("own", {}).get(field)
    if clinic and content.get("settled", {}).get(field) == [clinic, own]:
        own = None
    return [one for one in dict.fromkeys((clinic, own)) if one]


def note_own(
    context: Context,
    session: Session,
    screening: Screening,
    signed: str,
    born: Answer | None,
    answered_by: AnsweredBy | None,
) -> None:
    """Keep the name and the birth date that the patient gave, beside the reception's.

    A relative signs with another name. An empty one leaves the one of before.
    """
    name = "" if answered_by and answered_by["who"] == RELATIVE else signed
    patient = session.get_one(Patient, screening.patient_id, with_for_update=True)
    with suppress(SealedBlobError):  # what is damaged here must not keep the answers from anyone
        before = person_of(context, session, patient).get("own", {})
        own = before | {k: v for k, v in (("name", name.strip()), ("born", born)) if v}
        if own != before:
            describe(context, session, patient, {"own": own})


def person_of(context: Context, session: Session, patient: Patient) -> dict[str, Any]:
    """Return what is known: the reception's "name", "born", "number" and "language".

    "own" holds the name and birth date that the patient gave, "settled" which pairs of the
    two a person has judged, "apart" the ids of patients who are alike and another person.
    """
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
    return whole_patients(session, [patient_id])[0]


def whole_patients(session: Session, patient_ids: Iterable[str]) -> list[list[Patient]]:
    """Return all rows of each of these persons, each person once, in the order of the ids."""
    ids = list(patient_ids)
    known = {row.id: row for row in _rows(session, Patient.id, ids)}
    while missing := {row.merged_into for row in known.values() if row.merged_into} - known.keys():
        known |= {row.id: row for row in _rows(session, Patient.id, missing)}
    tops = dict.fromkeys(_top(known, id) for id in ids)
    below: dict[str, list[Patient]] = {top: [known[top]] for top in tops}
    whose, newest = {top: top for top in tops}, list(tops)
    while newest:
        merged = _rows(session, Patient.merged_into, newest)
        for row in merged:
            whose[row.id] = whose[row.merged_into or ""]
            below[whose[row.id]].append(row)
        newest = [row.id for row in merged]
    return list(below.values())


def _rows(session: Session, column: Any, ids: Iterable[str]) -> Sequence[Patient]:
    query = select(Patient).where(column.in_(list(ids)))
    return session.scalars(query.order_by(Patient.created_at)).all()


def _top(rows: Mapping[str, Patient], id: str) -> str:
    while into := rows[id].merged_into:
        id = into
    return id


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
