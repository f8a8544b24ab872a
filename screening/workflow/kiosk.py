"""What happens at the tablet: pair it once, then start one screening with one code.

No page of the tablet knows a patient before a code was typed, and a code works
once. Five misses lock the tablet until the pause is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from screening.storage.tables import Clinic, Kiosk, Lock, Screening, new_id
from screening.workflow.states import allow
from screening.workflow.workplace import (
    ActRefusedError,
    Workplace,
    as_typed,
    new_code,
    new_token,
)

MOST_MISSES = 5
LOCKED_FOR = timedelta(minutes=5)
MOST_PAIRING_MISSES = 10  # in the whole installation: a wrong pairing code tells no clinic


@dataclass(frozen=True)
class Tablet:
    id: str
    name: str
    clinic: Clinic

    @property
    def who(self) -> str:
        return f"kiosk:{self.id}"


def add_kiosk(place: Workplace, clinic_id: str, name: str, by: str = "program") -> str:
    """Return the pairing code of a new tablet; it works once."""
    code = new_code()
    with place.database.write() as session:
        session.add(
            Kiosk(
                id=new_id(),
                clinic_id=clinic_id,
                name=name,
                code_hash=place.hash(f"pair:{code}"),
                created_at=place.now(),
            )
        )
        place.record(session, by, "add tablet", clinic_id=clinic_id, why=name)
    return code


def pair(place: Workplace, code: str) -> str:
    """Return the secret for this tablet's cookie.

    Raises ActRefusedError: "wrong-code", or "locked" after ten misses by anyone.
    """
    token = new_token()
    with place.database.write() as session:
        lock = session.get(Lock, "pairing", with_for_update=True)
        lock = lock or Lock(name="pairing", misses=0)
        session.add(lock)
        if lock.locked_until and place.now() < lock.locked_until:
            raise ActRefusedError("locked")
        query = select(Kiosk).where(Kiosk.code_hash == place.hash(f"pair:{as_typed(code)}"))
        kiosk = session.scalars(query.with_for_update()).first()
        if kiosk and not kiosk.revoked_at:
            lock.misses = 0
            kiosk.code_hash, kiosk.token_hash = None, place.hash(f"kiosk:{token}")
            place.record(session, f"kiosk:{kiosk.id}", "pair", clinic_id=kiosk.clinic_id)
            return token
        lock.misses += 1
        place.record(session, "stranger", "wrong pairing code")
        if lock.misses >= MOST_PAIRING_MISSES:
            lock.misses, lock.locked_until = 0, place.now() + LOCKED_FOR
            place.record(session, "stranger", "lock pairing")
    raise ActRefusedError("wrong-code")


@dataclass(frozen=True)
class KioskEntry:
    """One line of the list of tablets."""

    id: str
    name: str
    paired: bool
    revoked_at: datetime | None
    created_at: datetime


def list_kiosks(place: Workplace, clinic_id: str) -> list[KioskEntry]:
    """Return the clinic's tablets, those in use first."""
    query = select(Kiosk).where(Kiosk.clinic_id == clinic_id).order_by(Kiosk.created_at)
    with place.database.read() as session:
        found = [
            KioskEntry(k.id, k.name, k.token_hash is not None, k.revoked_at, k.created_at)
            for k in session.scalars(query)
        ]
    return sorted(found, key=lambda k: k.revoked_at is not None)


def revoke_kiosk(place: Workplace, clinic_id: str, by: str, kiosk_id: str) -> None:
    """Take a tablet out of use; it is an ordinary browser from its next click on."""
    with place.database.write() as session:
        kiosk = session.get(Kiosk, kiosk_id, with_for_update=True)
        if kiosk is None or kiosk.clinic_id != clinic_id:
            raise ActRefusedError("gone")
        kiosk.revoked_at = kiosk.revoked_at or place.now()
        kiosk.code_hash = kiosk.token_hash = None
        place.record(session, by, "revoke tablet", clinic_id=clinic_id, why=kiosk.name)


def tablet_of(place: Workplace, token: str) -> Tablet | None:
    """Return the tablet that carries this cookie, None when it is unknown or revoked."""
    with place.database.read() as session:
        query = select(Kiosk).where(Kiosk.token_hash == place.hash(f"kiosk:{token}"))
        kiosk = session.scalars(query).first()
        if kiosk is None or kiosk.revoked_at:
            return None
        return Tablet(kiosk.id, kiosk.name, session.get_one(Clinic, kiosk.clinic_id))


def start(place: Workplace, tablet: Tablet, code: str) -> str:
    """Return the screening that `code` starts; the code is used up.

    Raises ActRefusedError: "locked", "wrong-code", or the state of the screening.
    """
    refused: ActRefusedError | None = None
    with place.database.write() as session:
        kiosk = session.get_one(Kiosk, tablet.id, with_for_update=True)
        if kiosk.locked_until and place.now() < kiosk.locked_until:
            raise ActRefusedError("locked")
        query = select(Screening).where(
            Screening.start_code_hash == place.hash(f"start:{as_typed(code)}"),
            Screening.clinic_id == tablet.clinic.id,
            Screening.start_code_expires_at > place.now(),
        )
        screening = session.scalars(query.with_for_update()).first()
        if screening is None:
            kiosk.misses += 1
            refused = ActRefusedError("wrong-code")
            if kiosk.misses >= MOST_MISSES:
                kiosk.misses, kiosk.locked_until = 0, place.now() + LOCKED_FOR
            place.record(session, tablet.who, "wrong start code", clinic_id=tablet.clinic.id)
        else:
            allow("answer", screening.state)
            kiosk.misses, screening.start_code_hash = 0, None
            place.record(
                session,
                tablet.who,
                "start",
                clinic_id=tablet.clinic.id,
                screening_id=screening.id,
            )
    if refused:
        raise refused
    assert screening is not None
    return screening.id
