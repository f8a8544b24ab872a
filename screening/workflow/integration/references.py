"""What another program calls a patient, an appointment or a screening: its own ids, found again."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.columns import new_id
from screening.storage.tables import Reference, Screening
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into

LONGEST = 255


class Kind(StrEnum):
    """What is referred to."""

    PATIENT = "patient"
    APPOINTMENT = "appointment"
    SCREENING = "screening"


def _hash(context: Context, clinic_id: str, kind: Kind, value: str) -> str:
    return context.hash(f"reference:{clinic_id}:{kind}:{value}")


def find(
    context: Context, session: Session, clinic_id: str, kind: Kind, value: str
) -> Reference | None:
    """Return the row of the clinic that the other program calls so."""
    hashed = _hash(context, clinic_id, kind, value)
    query = select(Reference).where(
        Reference.clinic_id == clinic_id, Reference.kind == kind, Reference.value_hash == hashed
    )
    return session.scalars(query).first()


def refer(
    context: Context, session: Session, screening: Screening, given: Iterable[tuple[Kind, str]]
) -> None:
    """Keep what the other program calls the screening, its appointment and its patient.

    An appointment's id moves to the newest screening that has it. Raises
    ActRefusedError("reference-taken") where another patient or screening is called so.
    """
    assert screening.patient_id
    for kind, value in given:
        if not value:
            continue
        about = None if kind is Kind.PATIENT else screening.id
        row = find(context, session, screening.clinic_id, kind, value)
        if row is not None and kind is Kind.APPOINTMENT:
            session.delete(row)
            session.flush()
            row = None
        if row is not None:
            if (row.patient_id, row.screening_id) != (screening.patient_id, about):
                raise ActRefusedError(Refusal.REFERENCE_TAKEN)
            continue
        row = Reference(
            id=new_id(),
            clinic_id=screening.clinic_id,
            kind=kind,
            value_hash=_hash(context, screening.clinic_id, kind, value),
            patient_id=screening.patient_id,
            screening_id=about,
        )
        seal_into(context, session, row, "content", value)
        session.add(row)
        session.flush()


def references_of(
    context: Context, session: Session, screenings: Iterable[Screening]
) -> dict[str, dict[str, str]]:
    """Return for each screening what it, its appointment and its patient are called, by kind."""
    rows = list(screenings)
    patients = {row.patient_id for row in rows if row.patient_id}
    query = select(Reference).where(Reference.patient_id.in_(patients))
    found: dict[str, dict[str, str]] = {row.id: {} for row in rows}
    for reference in session.scalars(query):
        for row in rows:
            of_patient = reference.screening_id is None and reference.patient_id == row.patient_id
            if of_patient or reference.screening_id == row.id:
                value = open_sealed(context, session, reference, "content")
                found[row.id][reference.kind] = value
    return found
