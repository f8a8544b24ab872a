"""Find everyone who was treated with a lot, however it was typed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Screening, Treatment, TreatmentLot
from screening.workflow.core.actor import Actor
from screening.workflow.core.context import Context
from screening.workflow.core.sealed import open_sealed
from screening.workflow.patients.patients import person_of, whole_patient
from screening.workflow.treatments.asking import contact_of_patient
from screening.workflow.treatments.lots import fold_lot, lot_hash

COLUMNS = [
    *("treated_on", "patient", "born", "patient_number", "screening"),
    *("treatments", "products", "by", "email"),
]


@dataclass(frozen=True)
class Recalled:
    """One patient who got the lot: `used` are its product and lot as they were written down.

    `clinic_number` is the clinic's own number of the patient, `to` an address where one is
    known. Without what is sealed where that is damaged: then the number of the screening is left.
    """

    screening_id: str
    number: str
    name: str
    born: str
    clinic_number: str
    to: str
    treated_on: date
    by: str
    procedures: tuple[str, ...]
    used: tuple[str, ...]


def recall(context: Context, by: Actor, lot: str) -> list[Recalled]:
    """Return who of the actor's clinic was treated with `lot`, the latest first; note who asked."""
    assert by.clinic_id
    wanted = lot_hash(context, by.clinic_id, lot)
    query = (
        select(Treatment)
        .join(TreatmentLot)
        .where(
            Treatment.clinic_id == by.clinic_id,
            TreatmentLot.lot_hash == wanted,
            Treatment.undone_at.is_(None),
        )
        .order_by(Treatment.treated_on.desc(), Treatment.created_at.desc())
    )
    with context.database.write() as session:
        context.record(session, by, "recall lot")
        rows = session.scalars(query).all() if wanted else []
        return [_recalled(context, session, row, fold_lot(lot)) for row in rows]


def _recalled(context: Context, session: Session, row: Treatment, lot: str) -> Recalled:
    number = session.get_one(Screening, row.screening_id).number
    day = date.fromisoformat(row.treated_on)
    try:
        content = open_sealed(context, session, row, "content")
        person = person_of(context, session, whole_patient(session, row.patient_id)[0])
        to = contact_of_patient(context, session, row.patient_id, row.screening_id).to
    except SealedBlobError:  # one damaged row must not hide all the others
        return Recalled(row.screening_id, number, "", "", "", "", day, "", (), ())
    given = [
        (one["name"], " ".join(filter(None, (used["product"], used["lot"]))))
        for one in content["done"]
        for used in one["products"]
        if fold_lot(used["lot"]) == lot
    ]
    return Recalled(
        row.screening_id,
        number,
        person.get("name") or "",
        person.get("born") or "",
        person.get("number") or "",
        to,
        day,
        content["by"],
        tuple(dict.fromkeys(name for name, _used in given)),
        tuple(dict.fromkeys(used for _name, used in given)),
    )


def as_csv(found: Iterable[Recalled]) -> str:
    """Return what was found as a file for a spreadsheet, which takes no cell for a formula."""
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(COLUMNS)
    for one in found:
        joined = ("; ".join(one.procedures), "; ".join(one.used))
        who = (one.name, one.born, one.clinic_number, one.number)
        cells = (one.treated_on.isoformat(), *who, *joined, one.by, one.to)
        rows.writerow([f"'{cell}" if cell[:1] in set("=+-@\t\r") else cell for cell in cells])
    return file.getvalue()
