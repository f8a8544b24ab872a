"""Whose screening it is: the same number is the same patient; all else a person says.

Twins share a birth date and a family name, and two people a whole name: nothing is merged
or matched by itself. Who has the same folded name and birth date is suggested.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Clinic, Patient, PatientWord
from screening.workflow.core.actor import Actor
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.patients.names import fold, number_hash, person_hash
from screening.workflow.patients.patients import (
    add_patient,
    describe,
    own_patient,
    person_hashes,
    person_of,
    whole_patient,
)
from screening.workflow.patients.search import Found, found_of


def patient_for(
    context: Context,
    session: Session,
    by: Actor,
    person: Mapping[str, Any],
    number: str = "",
    patient_id: str | None = None,
) -> Patient:
    """Return the patient of this number, or the one that was chosen, or else a new one.

    What is known of a patient already is not changed by inviting again. Raises
    ActRefusedError: "other-person" where the number's patient has another name or birth date
    and nobody chose that patient; "number-taken" where it is another's than the chosen one;
    "other-number" where the chosen one has a number already; "gone".
    """
    clinic = session.get_one(Clinic, by.clinic_id, with_for_update=True)
    known = patient_of_number(context, session, clinic.id, number)
    chosen = whole_patient(session, own_patient(session, by, patient_id).id) if patient_id else []
    if known and chosen and known[0] is not chosen[0]:
        raise ActRefusedError(Refusal.NUMBER_TAKEN)
    if known and not chosen and not fits(context, session, known, person):
        raise ActRefusedError(Refusal.OTHER_PERSON)
    if not (known or chosen):
        return add_patient(context, session, clinic, {**person, "number": number.strip()})
    patient = (chosen or known)[0]
    content = person_of(context, session, patient)
    changes = {} if content.get("born") or not person.get("born") else {"born": person["born"]}
    if number.strip() and not known:
        if content.get("number"):
            raise ActRefusedError(Refusal.OTHER_NUMBER)
        changes["number"] = number.strip()
    if changes:
        describe(context, session, patient, changes)
    return patient


def patient_of_number(
    context: Context, session: Session, clinic_id: str, number: str
) -> list[Patient]:
    """Return all rows of the person who has this number at the clinic."""
    hashed = number_hash(context, clinic_id, number)
    if hashed is None:
        return []
    query = select(Patient.id).where(Patient.clinic_id == clinic_id, Patient.number_hash == hashed)
    id = session.scalar(query)
    return whole_patient(session, id) if id else []


def fits(
    context: Context, session: Session, rows: list[Patient], person: Mapping[str, Any]
) -> bool:
    """Return whether name and birth date may be this person's; one not known speaks for nothing."""
    said = set(fold(person.get("name") or ""))
    borns, names = set(), []
    for row in rows:
        content = person_of(context, session, row)
        for one in (content, content.get("own", {})):
            borns |= {one["born"]} if one.get("born") else set()
            names += [set(fold(one["name"]))] if one.get("name") else []
    is_name = not said or not names or any(said <= name or name <= said for name in names)
    born = person.get("born")
    return is_name and (not born or not borns or born in borns)


def suggestions(
    context: Context, by: Actor, name: str, born: str | None = None, number: str = ""
) -> list[Found]:
    """Return who may be meant: the patient of this number, then all of this name and birth date."""
    assert by.clinic_id is not None
    hashed = person_hash(context, by.clinic_id, name, born)
    with context.database.read() as session:
        known = patient_of_number(context, session, by.clinic_id, number)
        alike = _alike(session, {hashed} if hashed else set())
        return found_of(context, session, [*(row.id for row in known), *alike])


def others_alike(context: Context, session: Session, rows: list[Patient]) -> list[Found]:
    """Return other persons of the same name and birth date, but those that someone told apart."""
    hashes, apart = set(), set()
    for row in rows:
        try:
            content = person_of(context, session, row)
        except SealedBlobError:
            continue
        hashes |= person_hashes(context, row.clinic_id, content)
        apart |= set(content.get("apart", ()))
    found = found_of(context, session, _alike(session, hashes))
    own = rows[0].id
    return [one for one in found if one.patient_id != own and one.patient_id not in apart]


def _alike(session: Session, hashes: Iterable[str]) -> list[str]:
    query = (
        select(Patient.id)
        .join(PatientWord, PatientWord.patient_id == Patient.id)
        .where(PatientWord.word_hash.in_(hashes))
        .group_by(Patient.id, Patient.created_at)
        .order_by(Patient.created_at.desc())
    )
    return list(session.scalars(query)) if hashes else []
