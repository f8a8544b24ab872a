"""How long a screening is kept: it expires, it is purged, it is erased. The audit log stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, func, or_, select

from screening.storage.tables import Clinic, Patient, Screening, Treatment
from screening.workflow.core.actor import PROGRAM
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.states import ALLOWED, State
from screening.workflow.patients.matching import patient_of_number
from screening.workflow.patients.patients import whole_patients
from screening.workflow.records.erasure import empty_old_patients, erase_screening

GRACE = timedelta(days=1)  # for whoever is answering when the link ends
YEAR = timedelta(days=365.25)


@dataclass(frozen=True)
class Held:
    """A screening by what is not sealed."""

    id: str
    number: str
    state: str


def find_screening(context: Context, number: str, clinic_id: str | None = None) -> Held:
    """Return the screening. Raises ActRefusedError: "gone", or "several" where clinics share it."""
    query = select(Screening).where(Screening.number == number)
    if clinic_id:
        query = query.where(Screening.clinic_id == clinic_id)
    with context.database.read() as session:
        found = session.scalars(query).all()
    if len(found) != 1:
        raise ActRefusedError(Refusal.SEVERAL if found else Refusal.GONE)
    return Held(found[0].id, found[0].number, found[0].state)


def find_patient(context: Context, text: str, clinic_id: str | None = None) -> str:
    """Return the id of the person with this id, clinic's own number or screening's number.

    Raises ActRefusedError: "gone", or "several" where it may be more than one.
    """
    with context.database.read() as session:
        clinics = session.scalars(select(Clinic.id)).all()
        wanted = [id for id in clinics if clinic_id in (None, id)]
        numbered = select(Screening.patient_id).where(
            Screening.number == text.strip().upper(), Screening.clinic_id.in_(wanted)
        )
        by_id = select(Patient.id).where(Patient.id == text.strip(), Patient.clinic_id.in_(wanted))
        ids = [id for query in (by_id, numbered) for id in session.scalars(query) if id]
        for clinic in wanted:
            ids += [row.id for row in patient_of_number(context, session, clinic, text)]
        found = whole_patients(session, ids)
        if len(found) != 1:
            raise ActRefusedError(Refusal.SEVERAL if found else Refusal.GONE)
        return found[0][0].id


def expire(context: Context) -> int:
    """End what was never sent and whose link ended a day ago; return how many."""
    old = and_(
        Screening.state.in_(ALLOWED["expire"]), Screening.link_expires_at < context.now() - GRACE
    )
    with context.database.read() as session:
        ids = list(session.scalars(select(Screening.id).where(old)))
    done = 0
    for id in ids:
        with context.database.write() as session:
            query = select(Screening).where(Screening.id == id, old).with_for_update()
            if screening := session.scalars(query).first():
                screening.state = State.EXPIRED
                context.record(session, PROGRAM, "expire", screening)
                done += 1
    return done


def due_for_purge(context: Context, unsent_days: int, years: int) -> list[Held]:
    """Return what has been kept long enough: never sent, or sent, decided and treated long ago."""
    now = context.now()
    unsent = and_(
        Screening.submitted_at.is_(None),
        Screening.state.in_({State.EXPIRED, State.WITHDRAWN}),
        Screening.link_expires_at < now - timedelta(days=unsent_days),
    )
    treated = select(Treatment.id).where(
        Treatment.screening_id == Screening.id, Treatment.created_at >= now - years * YEAR
    )
    sent = and_(
        func.coalesce(Screening.decided_at, Screening.submitted_at) < now - years * YEAR,
        ~treated.exists(),
    )
    query = select(Screening).where(or_(unsent, sent), Screening.state != State.ERASED)
    with context.database.read() as session:
        found = session.scalars(query.order_by(Screening.created_at))
        return [Held(s.id, s.number, s.state) for s in found]


def purge(context: Context, unsent_days: int, years: int) -> list[Held]:
    """Erase what has been kept long enough and return it."""
    found = due_for_purge(context, unsent_days, years)
    for held in found:
        erase_screening(context, held.id, PROGRAM, "purge", None)
    empty_old_patients(context, context.now() - years * YEAR)
    context.database.scrub()
    return found
