"""A person at the clinic says what a patient is called, when born, under which number.

The screenings that are kept of the patient are called so from then on; what was sent and
sealed stays as it was.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Clinic, Patient, Screening
from screening.workflow.core.actor import LONGEST_NAME, Actor
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.core.states import State
from screening.workflow.patients.disagreements import FIELDS
from screening.workflow.patients.names import number_hash
from screening.workflow.patients.patients import describe, own_patient, person_of, whole_patient

LONGEST_NUMBER = 40


def change_patient(
    context: Context, by: Actor, patient_id: str, name: str, born: str | None, number: str
) -> None:
    """Keep name, birth date (ISO) and the clinic's own number as they are from now on.

    Raises ActRefusedError: "gone", "no-name", or "number-taken" by another person.
    """
    name, number = name.strip()[:LONGEST_NAME], number.strip()[:LONGEST_NUMBER]
    if not name:
        raise ActRefusedError(Refusal.NO_NAME)
    with context.database.write() as session:
        session.get(Clinic, by.clinic_id, with_for_update=True)
        patient = own_patient(session, by, patient_id)
        if (hashed := number_hash(context, patient.clinic_id, number)) is not None:
            query = select(Patient.id).where(Patient.clinic_id == patient.clinic_id)
            if session.scalar(query.where(Patient.number_hash == hashed)) not in (None, patient.id):
                raise ActRefusedError(Refusal.NUMBER_TAKEN)
        change = {"name": name, "born": born, "number": number}
        before = person_of(context, session, patient)
        changed = [field for field in change if (before.get(field) or "") != (change[field] or "")]
        if not changed:
            return
        _rename(context, session, patient, {field: change[field] for field in FIELDS})
        describe(context, session, patient, change)
        context.record(session, by, "change patient", why=f"{patient.id}: {', '.join(changed)}")
        context.tell_of(session, patient)


def settle(context: Context, by: Actor, patient_id: str, field: str, right: str) -> None:
    """Say which is right where reception and patient differ: `right` is "clinic" or "own".

    Raises ActRefusedError: "gone", or "missing" where they do not differ.
    """
    with context.database.write() as session:
        session.get(Clinic, by.clinic_id, with_for_update=True)
        patient = own_patient(session, by, patient_id)
        content = person_of(context, session, patient)
        clinic, own = content.get(field), content.get("own", {}).get(field)
        if field not in FIELDS or right not in ("clinic", "own") or not clinic or not own:
            raise ActRefusedError(Refusal.MISSING)
        change: dict[str, Any] = {"settled": content.get("settled", {}) | {field: [clinic, own]}}
        if right == "own":
            change[field] = own
            _rename(context, session, patient, {field: own})
        describe(context, session, patient, change)
        context.record(session, by, "settle patient", why=f"{patient.id}: {field}, {right}")
        context.tell_of(session, patient)


def keep_apart(context: Context, by: Actor, one: str, other: str) -> None:
    """Say that two patients who are alike are two people; neither is suggested for the other."""
    with context.database.write() as session:
        session.get(Clinic, by.clinic_id, with_for_update=True)
        rows = [whole_patient(session, own_patient(session, by, id).id)[0] for id in (one, other)]
        if rows[0] is rows[1]:
            raise ActRefusedError(Refusal.SAME_PATIENT)
        told_apart(context, session, *rows)
        context.record(session, by, "keep patients apart", why=f"{rows[0].id} from {rows[1].id}")


def told_apart(context: Context, session: Session, one: Patient, other: Patient) -> None:
    """Note in both that they are two."""
    for row, not_this in ((one, other), (other, one)):
        apart = set(person_of(context, session, row).get("apart", ())) | {not_this.id}
        describe(context, session, row, {"apart": sorted(apart)})


def _rename(
    context: Context, session: Session, patient: Patient, person: dict[str, str | None]
) -> None:
    """Call the patient so in all screenings that are kept."""
    query = select(Screening).where(
        Screening.patient_id == patient.id, Screening.state != State.ERASED
    )
    rows = session.scalars(query.order_by(Screening.created_at.desc()).with_for_update())
    for screening in rows:
        with suppress(SealedBlobError):  # what is damaged has no name to change
            known = open_sealed(context, session, screening, "person")
            seal_into(context, session, screening, "person", known | person)
