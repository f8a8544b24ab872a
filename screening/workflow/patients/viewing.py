"""One person as a page shows her, and a note in the audit log of who looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Patient
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.patients.matching import others_alike
from screening.workflow.patients.patients import own_patient, person_of, whole_patient
from screening.workflow.patients.search import Found, found_of
from screening.workflow.patients.timeline import Timeline, timeline_of_patient


@dataclass(frozen=True)
class Called:
    """One row of a person: what the reception wrote in it, and since when it is merged."""

    patient_id: str
    name: str
    born: str | None
    number: str
    merged_at: datetime | None
    confirmed: bool


@dataclass(frozen=True)
class PatientView:
    """`alike` are others of the same name and birth date; `line` only for a doctor."""

    found: Found
    rows: list[Called]
    alike: list[Found]
    line: Timeline | None


def open_patient(context: Context, by: Staff, patient_id: str) -> PatientView:
    """Return the person to be shown. Raises ActRefusedError("gone") for another clinic's."""
    with context.database.write() as session:
        own = own_patient(session, by, patient_id)
        context.record(session, by, "look at patient", why=own.id)
    with context.database.read() as session:
        rows = whole_patient(session, patient_id)
        is_doctor = by.role == "doctor"
        return PatientView(
            found_of(context, session, [patient_id])[0],
            [_called(context, session, row) for row in rows],
            others_alike(context, session, rows),
            timeline_of_patient(context, session, patient_id) if is_doctor else None,
        )


def _called(context: Context, session: Session, row: Patient) -> Called:
    try:
        content = person_of(context, session, row)
    except SealedBlobError:
        content = {}
    name, number = content.get("name") or "", content.get("number") or ""
    confirmed = row.merge_confirmed_at is not None
    return Called(row.id, name, content.get("born"), number, row.merged_at, confirmed)
