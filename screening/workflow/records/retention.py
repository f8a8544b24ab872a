"""How long a screening is kept: it expires, it is purged, it is erased. The audit log stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from screening.storage.columns import Table
from screening.storage.encryption import SealedBlobError, new_key
from screening.storage.sealed import SEALED, seal_column
from screening.storage.tables import Message, Patient, ReportRow, Screening
from screening.workflow.core.actor import PROGRAM, Actor
from screening.workflow.core.context import Context, locked_screening, new_token
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.states import ALLOWED, State, allow

GRACE = timedelta(days=1)  # for whoever is answering when the link ends
YEAR = timedelta(days=365.25)
NOBODY = {"name": "(erased)"}
NOTHING: dict[str, Any] = {"procedures": [], "invited_for": [], "answers": {}}


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
    """Return what has been kept long enough: never sent, or sent and decided long ago."""
    now = context.now()
    unsent = and_(
        Screening.submitted_at.is_(None),
        Screening.state.in_({State.EXPIRED, State.WITHDRAWN}),
        Screening.link_expires_at < now - timedelta(days=unsent_days),
    )
    sent = func.coalesce(Screening.decided_at, Screening.submitted_at) < now - years * YEAR
    query = select(Screening).where(or_(unsent, sent), Screening.state != State.ERASED)
    with context.database.read() as session:
        found = session.scalars(query.order_by(Screening.created_at))
        return [Held(s.id, s.number, s.state) for s in found]


def purge(context: Context, unsent_days: int, years: int) -> list[Held]:
    """Erase what has been kept long enough and return it."""
    found = due_for_purge(context, unsent_days, years)
    for held in found:
        _erase(context, held.id, PROGRAM, "purge", None)
    context.database.scrub()
    return found


def erase(context: Context, screening_id: str, by: Actor, why: str) -> list[str]:
    """Destroy the screening's key and all that was sealed with it.

    Return the numbers of screenings that ask again about this one, or that this one
    asks again about: they hold the same patient's answers.
    """
    connected = _erase(context, screening_id, by, "erase", why)
    context.database.scrub()
    return connected


def _erase(context: Context, screening_id: str, by: Actor, act: str, why: str | None) -> list[str]:
    with context.database.write() as session:
        screening = locked_screening(session, screening_id)
        allow("erase", screening.state)
        _empty(context, session, screening)
        context.record(session, by, act, screening, why)
        query = select(Screening.number).where(
            or_(Screening.recheck_of == screening_id, Screening.id == screening.recheck_of),
            Screening.state != State.ERASED,
        )
        return list(session.scalars(query))


def _empty(context: Context, session: Session, screening: Screening) -> None:
    """Write over everything sealed; a new key holds that there is nothing."""
    id, key = screening.id, new_key()
    seal_column(_wrapping(context, session, screening), screening, "wrapped_key", key)
    for column in _sealed_in(Screening.__table__):
        if column.nullable:
            setattr(screening, column.name, None)
    seal_column(key, screening, "person", NOBODY)
    seal_column(key, screening, "draft", NOTHING)
    screening.state, screening.gravity, screening.appointment_at = State.ERASED, None, None
    screening.link_hash = context.hash(f"link:{new_token()}")
    screening.start_code_hash = screening.move_hash = screening.pen_hash = None
    screening.person_hash = screening.device_hash = None
    for table in Table.metadata.sorted_tables:
        sealed = _sealed_in(table)
        if "screening_id" in table.columns and sealed:
            nothing = {c.name: None if c.nullable else b"" for c in sealed}
            session.execute(update(table).where(table.c.screening_id == id).values(nothing))
    session.execute(
        update(ReportRow)
        .where(ReportRow.screening_id == id)
        .values(state="erased", error=None, sha256=None, lease_until=None)
    )
    session.execute(update(Message).where(Message.screening_id == id).values(state="erased"))


def _wrapping(context: Context, session: Session, screening: Screening) -> bytes:
    """Return the patient's key, or one that nobody has where that one is damaged."""
    assert screening.patient_id is not None
    try:
        return context.patient_key(session, session.get_one(Patient, screening.patient_id))
    except SealedBlobError:
        return new_key()


def _sealed_in(table: Any) -> list[Any]:
    return [column for column in table.columns if str(column) in SEALED]
