"""What came before a screening: the ones it asks again about, and what may be the same person."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from screening.clinical.report.parts import patient_name
from screening.storage.tables import Screening
from screening.workflow.core.context import Context
from screening.workflow.patients.patients import whole_patient


@dataclass(frozen=True)
class Related:
    """Another screening, by its number only. `chained` ones are of this patient for certain, as
    it is asked again about or a person has said so; of the others name and date of birth are
    the same.
    """

    screening_id: str
    number: str
    state: str
    submitted_at: datetime
    chained: bool


def person_hash(context: Context, clinic_id: str, frame: Mapping[str, Any]) -> str | None:
    """Return the keyed hash that finds the same name and date of birth in one clinic.

    None without a date of birth: a name alone says too little. That of workflow/patients/names.py
    is another, of a name that is folded: it suggests who may be the same, where this one leads to
    answers of before; both are stored, so neither can become the other.
    """
    born = frame["patient"]["born"]
    if not born:
        return None
    plain = " ".join(unicodedata.normalize("NFKC", patient_name(frame)).casefold().split())
    return context.hash(f"person:{clinic_id}:{plain}:{born}")


def related_to(session: Session, screening: Screening) -> list[Related]:
    """Return the other submitted screenings of this patient, newest first."""
    chain = _chain(session, screening) | _of_the_person(session, screening)
    same = Screening.person_hash == screening.person_hash
    query = select(Screening).where(
        Screening.clinic_id == screening.clinic_id,
        Screening.id != screening.id,
        Screening.submitted_at.is_not(None),
        or_(Screening.id.in_(chain), same) if screening.person_hash else Screening.id.in_(chain),
    )
    return [
        Related(s.id, s.number, s.state, s.submitted_at, s.id in chain)
        for s in session.scalars(query.order_by(Screening.submitted_at.desc()))
        if s.submitted_at
    ]


def _of_the_person(session: Session, screening: Screening) -> set[str]:
    """Return the ids of the other screenings of the same patient, merged ones among them."""
    if screening.patient_id is None:
        return set()
    people = [row.id for row in whole_patient(session, screening.patient_id)]
    query = select(Screening.id).where(Screening.patient_id.in_(people))
    return set(session.scalars(query)) - {screening.id}


def _chain(session: Session, screening: Screening) -> set[str]:
    """Return the ids of the screenings that this one asks again about, and that ask after it."""
    found = {screening.id}
    earlier = screening.recheck_of
    while earlier and earlier not in found:
        found.add(earlier)
        earlier = session.get_one(Screening, earlier).recheck_of
    later = {screening.id}
    while later:
        query = select(Screening.id).where(Screening.recheck_of.in_(later))
        later = set(session.scalars(query)) - found
        found |= later
    return found - {screening.id}
