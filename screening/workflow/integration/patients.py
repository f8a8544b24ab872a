"""What other programs read of a patient: the screenings, and what was done after them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from screening.storage.tables import Reference, Treatment
from screening.workflow.core.actor import ApiClient
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed
from screening.workflow.integration.reading import Entry, Sought, list_entries
from screening.workflow.integration.references import Kind, find
from screening.workflow.patients.patients import own_patient, whole_patient


@dataclass(frozen=True)
class Known:
    """A patient and a page of the screenings; `external` holds the programs' own ids.

    `treatments` were done after these screenings, None for whoever may not know.
    """

    id: str
    external: list[str]
    screenings: list[Entry]
    treatments: list[dict[str, Any]] | None
    following: str


def called_so(context: Context, by: ApiClient, external_id: str) -> str:
    """Return the id of the patient that the program calls so. Raises ActRefusedError("gone")."""
    with context.database.read() as session:
        row = find(context, session, by.clinic.id, Kind.PATIENT, external_id)
        if row is None:
            raise ActRefusedError(Refusal.GONE)
        return row.patient_id


def read_patient(
    context: Context, by: ApiClient, patient_id: str, most: int, cursor: str, *, clinical: bool
) -> Known:
    """Return what is known of the whole person, the newest screenings first.

    With `clinical` also what was done, and it is noted who read it. Raises ActRefusedError:
    "gone" for another clinic's, "bad-cursor".
    """
    with context.database.read() as session:
        rows = whole_patient(session, own_patient(session, by, patient_id).id)
        people = [row.id for row in rows]
        query = select(Reference).where(
            Reference.kind == Kind.PATIENT, Reference.patient_id.in_(people)
        )
        external = [open_sealed(context, session, one, "content") for one in session.scalars(query)]
    sought = Sought(patient_id=patient_id)
    entries, following = list_entries(context, by, sought, most, cursor)
    done = _done(context, by, people[0], [one.id for one in entries]) if clinical else None
    return Known(people[0], sorted(external), entries, done, following)


def _done(
    context: Context, by: ApiClient, patient_id: str, screening_ids: list[str]
) -> list[dict[str, Any]]:
    """Return what was done after these screenings, the newest first, and note who read it."""
    with context.database.write() as session:
        context.record(session, by, "look at treatments", why=patient_id)
        query = select(Treatment).where(
            Treatment.screening_id.in_(screening_ids), Treatment.undone_at.is_(None)
        )
        newest = (Treatment.treated_on.desc(), Treatment.created_at.desc())
        found = []
        for row in session.scalars(query.order_by(*newest)):
            content = open_sealed(context, session, row, "content")
            done = [
                {"procedure": one["procedure"], "products": one["products"]}
                for one in content["done"]
            ]
            told = {"id": row.id, "screening_id": row.screening_id, "treated_on": row.treated_on}
            found.append(told | {"by": content["by"], "why": content["why"], "done": done})
        return found
