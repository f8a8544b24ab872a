"""Two patients turn out to be one person: someone says so, and can take it back exactly.

Nothing moves in a merge: a row only says into which other it is merged. Until a doctor has
agreed, the line says so.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from screening.storage.tables import Clinic, Patient
from screening.workflow.core.actor import Actor, Staff
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.patients.patients import own_patient, whole_patient


def merge(context: Context, by: Actor, one: str, other: str) -> None:
    """Say that two patients are one person, who is called from now on as `one` is.

    Raises ActRefusedError: "gone" for another clinic's, "same-patient" where they are one already.
    """
    with context.database.write() as session:
        root, added = (_root(session, by, id) for id in (one, other))
        if root is added:
            raise ActRefusedError(Refusal.SAME_PATIENT)
        added.merged_into, added.merged_at = root.id, context.now()
        added.merge_confirmed_at = None
        context.record(session, by, "merge patients", why=f"{added.id} into {root.id}")
        context.tell_of(session, added)
        context.tell_of(session, root)


def part(context: Context, by: Actor, patient_id: str) -> None:
    """Take the merge of this patient into another back; both are as they were.

    Raises ActRefusedError: "gone", or "not-merged".
    """
    with context.database.write() as session:
        patient = _held(session, by, patient_id)
        if patient.merged_into is None:
            raise ActRefusedError(Refusal.NOT_MERGED)
        into, patient.merged_into = patient.merged_into, None
        patient.merged_at = patient.merge_confirmed_at = None
        context.record(session, by, "part patients", why=f"{patient.id} from {into}")
        context.tell_of(session, patient)


def confirm_merge(context: Context, doctor: Staff, patient_id: str) -> None:
    """A doctor agrees that all rows of this person are one.

    Raises ActRefusedError: "gone" for whoever is no doctor there, or "not-merged" where there
    is nothing to agree to.
    """
    if doctor.role != "doctor":
        raise ActRefusedError(Refusal.GONE)
    with context.database.write() as session:
        rows = whole_patient(session, _held(session, doctor, patient_id).id)
        waiting = [row for row in rows if row.merged_into and row.merge_confirmed_at is None]
        if not waiting:
            raise ActRefusedError(Refusal.NOT_MERGED)
        for row in waiting:
            row.merge_confirmed_at = context.now()
            context.record(session, doctor, "confirm merge", why=f"{row.id} into {row.merged_into}")


def _held(session: Session, by: Actor, patient_id: str) -> Patient:
    """Return the clinic's patient, while no other patient of the clinic is merged or parted."""
    session.get(Clinic, by.clinic_id, with_for_update=True)
    return own_patient(session, by, patient_id)


def _root(session: Session, by: Actor, patient_id: str) -> Patient:
    return whole_patient(session, _held(session, by, patient_id).id)[0]
