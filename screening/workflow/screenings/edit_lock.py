"""Exactly one device at a time answers a screening: the one that holds its edit lock.

Whoever comes in last holds it, and the device before is told so. A shared tablet
holds it only as long as somebody is there; what it held then opens nothing any more,
whatever cookie or page it still has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from screening.storage.tables import Screening
from screening.workflow.core.actor import Actor, Tablet
from screening.workflow.core.context import Workplace, locked_screening, new_token
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.states import ALLOWED, allow

# Far longer than the page's own warning: for a page without script, and for an answer that
# waits in the page until the wireless network is back.
TABLET_HOLDS = timedelta(minutes=15)


@dataclass(frozen=True)
class EditLock:
    """What lets a device change the draft of one screening: a secret that only it was given."""

    screening_id: str
    secret: str


def take(place: Workplace, screening_id: str, by: Actor) -> EditLock:
    """Return the lock of the device that answers from now on: the patient's own, or a tablet.

    It opens nothing where the screening takes no answer any more: a receipt needs none.
    """
    secret, now = new_token(), place.now()
    with place.database.write() as session:
        screening = locked_screening(session, screening_id)
        if screening.state not in ALLOWED["answer"]:
            return EditLock(screening_id, "")
        if screening.pen_hash:
            place.record(session, by, "change device", screening)
        screening.pen_hash = _hash(place, secret)
        screening.pen_until = now + TABLET_HOLDS if isinstance(by, Tablet) else None
    return EditLock(screening_id, secret)


def _hash(place: Workplace, secret: str) -> str:
    return place.hash(f"pen:{secret}")


def check(place: Workplace, screening: Screening, lock: EditLock) -> None:
    """Raise ActRefusedError "elsewhere" where another device answers, "no-visit" where none."""
    over = screening.pen_until is not None and screening.pen_until <= place.now()
    if screening.pen_hash is None or over:
        raise ActRefusedError(Refusal.NO_VISIT)
    if screening.pen_hash != _hash(place, lock.secret):
        raise ActRefusedError(Refusal.ELSEWHERE)


def locked_draft(
    place: Workplace, session: Session, lock: EditLock, act: str = "answer"
) -> Screening:
    """Return the screening, held for this transaction, whose draft may be changed with `lock`.

    Raises ActRefusedError: the state where `act` is not allowed, or what `check` says.
    """
    screening = locked_screening(session, lock.screening_id)
    allow(act, screening.state)
    check(place, screening, lock)
    return screening


def keep(place: Workplace, lock: EditLock) -> None:
    """Somebody is at the tablet: let it hold the lock for another while."""
    with place.database.write() as session:
        screening = locked_screening(session, lock.screening_id)
        check(place, screening, lock)
        screening.pen_until = place.now() + TABLET_HOLDS


def is_here(place: Workplace, lock: EditLock) -> bool:
    """Return whether this device still is the one that answers."""
    with place.database.read() as session:
        screening = session.get(Screening, lock.screening_id)
        try:
            check(place, screening, lock) if screening else None
        except ActRefusedError:
            return False
        return screening is not None


def lay_down(place: Workplace, lock: EditLock) -> None:
    """End the visit: a page or a cookie that came back would open nothing."""
    with place.database.write() as session:
        screening = session.get(Screening, lock.screening_id, with_for_update=True)
        if screening and screening.pen_hash == _hash(place, lock.secret):
            screening.pen_hash = screening.pen_until = None
