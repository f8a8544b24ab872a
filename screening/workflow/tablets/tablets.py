"""A clinic's tablets: added, paired once, locked, unlocked, released, revoked.

Five misses lock a tablet until somebody of the clinic unlocks it: the count stands
in the database, so that no restart forgives it. handover.py starts a screening.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.storage.columns import new_id
from screening.storage.tables import Clinic, Kiosk
from screening.workflow.accounts.hashing import hasher, matches
from screening.workflow.accounts.tries import (
    SOMEWHERE,
    Source,
    check_door,
    count_try,
    door,
    forgive,
)
from screening.workflow.core.actor import STRANGER, Actor, Tablet, of_tablet
from screening.workflow.core.context import Context, as_typed, new_code, new_token
from screening.workflow.core.refusal import ActRefusedError, Refusal

MOST_MISSES = 5
SHORTEST_PIN, LONGEST_PIN = 6, 12
LOCKED_FOR = timedelta(minutes=5)
MOST_PAIRING_MISSES = 10  # from one address: a wrong pairing code tells no clinic


def add_kiosk(context: Context, by: Actor, name: str, pin: str = "") -> str:
    """Return the pairing code of a new tablet; it works once. `pin` may release the tablet."""
    code, pin_hash = new_code(), _slow_hash(pin) if pin else None
    kiosk = Kiosk(
        id=new_id(),
        clinic_id=by.clinic_id,
        name=name,
        code_hash=context.hash(f"pair:{code}"),
        pin_hash=pin_hash,
        created_at=context.now(),
    )
    with context.database.write() as session:
        session.add(kiosk)
        context.record(session, by, "add tablet", why=of_tablet(kiosk).who)
    return code


def pair(context: Context, code: str, source: Source = SOMEWHERE) -> str:
    """Return the secret for this tablet's cookie.

    Raises ActRefusedError: "wrong-code", or "locked" after ten misses from one address.
    """
    token = new_token()
    at = door(context, "pairing", source.address)
    at = replace(at, most=MOST_PAIRING_MISSES, locked_for=LOCKED_FOR)
    with context.database.write() as session:
        check_door(context, session, at)
        query = select(Kiosk).where(Kiosk.code_hash == context.hash(f"pair:{as_typed(code)}"))
        kiosk = session.scalars(query.with_for_update()).first()
        if kiosk and not kiosk.revoked_at:
            forgive(session, at)
            kiosk.code_hash, kiosk.token_hash = None, context.hash(f"kiosk:{token}")
            context.record(session, of_tablet(kiosk), "pair")
            return token
        count_try(context, session, at, STRANGER, "wrong pairing code")
    raise ActRefusedError(Refusal.WRONG_CODE)


@dataclass(frozen=True)
class KioskEntry:
    """One line of the list of tablets."""

    id: str
    name: str
    paired: bool
    locked: bool
    has_pin: bool
    revoked_at: datetime | None
    created_at: datetime


def list_kiosks(context: Context, clinic_id: str) -> list[KioskEntry]:
    """Return the clinic's tablets, those in use first."""
    query = select(Kiosk).where(Kiosk.clinic_id == clinic_id).order_by(Kiosk.created_at)
    with context.database.read() as session:
        found = [
            KioskEntry(
                k.id,
                k.name,
                k.token_hash is not None,
                k.locked_at is not None,
                k.pin_hash is not None,
                k.revoked_at,
                k.created_at,
            )
            for k in session.scalars(query)
        ]
    return sorted(found, key=lambda k: k.revoked_at is not None)


def revoke_kiosk(context: Context, by: Actor, kiosk_id: str) -> None:
    """Take a tablet out of use; it is an ordinary browser from its next click on."""
    with context.database.write() as session:
        kiosk = _own(session, by, kiosk_id)
        kiosk.revoked_at = kiosk.revoked_at or context.now()
        kiosk.code_hash = kiosk.token_hash = kiosk.pin_hash = None
        context.record(session, by, "revoke tablet", why=of_tablet(kiosk).who)


def tablet_of(context: Context, token: str) -> Tablet | None:
    """Return the tablet that carries this cookie, None when it is unknown or revoked."""
    with context.database.read() as session:
        query = select(Kiosk).where(Kiosk.token_hash == context.hash(f"kiosk:{token}"))
        kiosk = session.scalars(query).first()
        if kiosk is None or kiosk.revoked_at:
            return None
        clinic = session.get_one(Clinic, kiosk.clinic_id)
        who, locked = of_tablet(kiosk).who, kiosk.locked_at is not None
        return Tablet(who, clinic.id, kiosk.id, kiosk.name, clinic, locked)


def _own(session: Session, by: Actor, kiosk_id: str) -> Kiosk:
    """Return the clinic's tablet, held. Another clinic's is as good as none."""
    kiosk = session.get(Kiosk, kiosk_id, with_for_update=True)
    if kiosk is None or kiosk.clinic_id != by.clinic_id:
        raise ActRefusedError(Refusal.GONE)
    return kiosk


def count_miss(context: Context, session: Session, kiosk: Kiosk, misses: int, act: str) -> int:
    """Note a wrong code or PIN and return how many there were; the fifth locks the tablet."""
    context.record(session, of_tablet(kiosk), act, why=of_tablet(kiosk).who)
    if misses + 1 < MOST_MISSES:
        return misses + 1
    kiosk.locked_at = context.now()
    context.record(session, of_tablet(kiosk), "lock tablet", why=of_tablet(kiosk).who)
    return 0


def unlock(context: Context, by: Actor, kiosk_id: str) -> None:
    """Someone of the clinic has seen who is at the tablet: let it go on."""
    with context.database.write() as session:
        kiosk = _own(session, by, kiosk_id)
        kiosk.locked_at, kiosk.misses, kiosk.pin_misses = None, 0, 0
        context.record(session, by, "unlock tablet", why=of_tablet(kiosk).who)


def set_pin(context: Context, by: Actor, kiosk_id: str, pin: str) -> None:
    """Set the PIN that releases the tablet."""
    hashed = _slow_hash(pin)
    with context.database.write() as session:
        kiosk = _own(session, by, kiosk_id)
        if kiosk.revoked_at:
            raise ActRefusedError(Refusal.GONE)
        kiosk.pin_hash, kiosk.pin_misses = hashed, 0
        context.record(session, by, "set PIN of tablet", why=of_tablet(kiosk).who)


def release(context: Context, tablet: Tablet, pin: str) -> None:
    """End the tablet's service by its PIN: an ordinary browser again, to be paired anew.

    Raises ActRefusedError: "locked", "wrong-pin", or "no-pin" where none was set.
    """
    with context.database.read() as session:
        stored = session.get_one(Kiosk, tablet.id).pin_hash
    fits = stored is not None and matches(
        stored, pin[:LONGEST_PIN]
    )  # outside the lock: it takes long on purpose
    with context.database.write() as session:
        kiosk = session.get_one(Kiosk, tablet.id, with_for_update=True)
        if kiosk.locked_at:
            raise ActRefusedError(Refusal.LOCKED)
        if kiosk.pin_hash is None or kiosk.pin_hash != stored:
            raise ActRefusedError(Refusal.NO_PIN)
        if fits:
            kiosk.token_hash, kiosk.pin_misses = None, 0
            context.record(session, tablet, "release tablet", why=of_tablet(kiosk).who)
            return
        kiosk.pin_misses = count_miss(context, session, kiosk, kiosk.pin_misses, "wrong PIN")
    raise ActRefusedError(Refusal.WRONG_PIN)


def pair_again(context: Context, by: Actor, kiosk_id: str) -> str:
    """Return a new pairing code for a tablet of the list; what was paired so far ends."""
    code = new_code()
    with context.database.write() as session:
        kiosk = _own(session, by, kiosk_id)
        if kiosk.revoked_at:
            raise ActRefusedError(Refusal.GONE)
        kiosk.code_hash, kiosk.token_hash = context.hash(f"pair:{code}"), None
        context.record(session, by, "give pairing code", why=of_tablet(kiosk).who)
    return code


def _slow_hash(pin: str) -> str:
    if not (pin.isdecimal() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        raise ActRefusedError(Refusal.NOT_A_PIN)
    return hasher.hash(pin)
