"""Who told of a warning sign after a treatment, and who has taken it: never which sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Account, CheckIn
from screening.workflow.core.context import Context
from screening.workflow.patients.patients import person_of, whole_patient

STAYS = timedelta(days=14)  # on the page, after somebody has taken it
MOST = 200


@dataclass(frozen=True)
class Warned:
    """One warning; `taken_by` is empty while nobody has taken it, `name` where damaged."""

    patient_id: str
    name: str
    number: str
    phone: str
    answered_at: datetime | None
    taken_by: str
    taken_at: datetime | None


def list_warnings(context: Context, clinic_id: str) -> list[Warned]:
    """Return what nobody has taken yet, the oldest first, then what was taken lately."""
    lately = CheckIn.handled_at > context.now() - STAYS
    query = (
        select(CheckIn, Account.name)
        .outerjoin(Account, Account.id == CheckIn.handled_by)
        .where(CheckIn.clinic_id == clinic_id, CheckIn.gravity >= 1)
        .where(or_(CheckIn.handled_at.is_(None), lately))
        .order_by(CheckIn.handled_at.is_not(None), CheckIn.answered_at)
        .limit(MOST)
    )
    found = []
    with context.database.read() as session:
        for row, name in session.execute(query):
            patient = whole_patient(session, row.patient_id)[0]
            try:
                person = person_of(context, session, patient)
            except SealedBlobError:  # one damaged row must not hide all the others
                person = {}
            found.append(
                Warned(
                    patient.id,
                    person.get("name") or "",
                    person.get("number") or "",
                    person.get("phone") or "",
                    row.answered_at,
                    name or "",
                    row.handled_at,
                )
            )
    return found


def count_warnings(context: Context, clinic_id: str) -> int:
    """Return how many nobody has taken yet."""
    query = select(func.count()).where(
        CheckIn.clinic_id == clinic_id, CheckIn.gravity >= 1, CheckIn.handled_at.is_(None)
    )
    with context.database.read() as session:
        return session.scalar(query) or 0
