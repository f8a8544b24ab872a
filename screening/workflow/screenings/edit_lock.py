"""Exactly one device at a time is in a screening: the one that holds its edit lock.

It answers, and after sending it reads the receipt. Whoever comes in last holds it, and the
device before is told so. A shared tablet holds it only as long as somebody is there; what it
held then opens nothing any more, whatever cookie or page it still has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from screening.storage.tables import Screening
from screening.workflow.core.actor import Actor, Tablet
from screening.workflow.core.context import Context, locked_screening, new_token
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.states import ALLOWED, allow
from screening.workflow.screenings.proof import device_hash

# Far longer than the page's own warning: for a page without script, and for an answer that
# waits in the page until the wireless network is back.
TABLET_HOLDS = timedelta(minutes=15)
KEPT_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class EditLock:
    """What lets a device into one screening: a secret that only this visit was given.

    `device` is the lasting secret of the patient's own browser, empty on a tablet: it shows
    what was answered there before (proof.py). `clinic_id` is told to who takes it.
    """

    screening_id: str
    secret: str
    device: str = ""
    clinic_id: str = ""


def take(
    context: Context, screening_id: str, by: Actor, device: str = "", before: str | None = None
) -> EditLock:
    """Return the lock of who is in from now on: the patient's own `device`, or a tablet.

    `before` is what the same browser held until now, and lays down with that. The first device
    that begins is the screening's. After sending only the patient's own may come in, to the
    receipt.
    """
    secret, now, shared = new_token(), context.now(), isinstance(by, Tablet)
    with context.database.write() as session:
        screening = locked_screening(session, screening_id)
        if before and screening.pen_hash == _hash(context, before):
            screening.pen_hash = screening.pen_until = None
        answers = screening.state in ALLOWED["answer"]
        if not answers and (shared or screening.state not in ALLOWED["read-receipt"]):
            return EditLock(screening_id, "", device, screening.clinic_id)
        if answers and screening.pen_hash:
            context.record(session, by, "change device", screening)
        if answers and device and screening.device_hash is None:
            screening.device_hash = device_hash(context, screening, device)
        screening.pen_hash = _hash(context, secret)
        screening.pen_until = now + TABLET_HOLDS if shared else None
        return EditLock(screening_id, secret, device, screening.clinic_id)


def _hash(context: Context, secret: str) -> str:
    return context.hash(f"pen:{secret}")


def check(context: Context, screening: Screening, lock: EditLock) -> None:
    """Raise ActRefusedError "elsewhere" where another device is in, "no-visit" where none is."""
    over = screening.pen_until is not None and screening.pen_until <= context.now()
    if screening.pen_hash is None or over:
        raise ActRefusedError(Refusal.NO_VISIT)
    if screening.pen_hash != _hash(context, lock.secret):
        raise ActRefusedError(Refusal.ELSEWHERE)


def locked_draft(
    context: Context, session: Session, lock: EditLock, act: str = "answer"
) -> Screening:
    """Return the screening, held for this transaction, whose draft may be changed with `lock`.

    Raises ActRefusedError: the state where `act` is not allowed, or what `check` says.
    """
    screening = locked_screening(session, lock.screening_id)
    allow(act, screening.state)
    check(context, screening, lock)
    return screening


def keep(context: Context, lock: EditLock, until: datetime | None = None) -> None:
    """Somebody is at the tablet: let it hold the lock for another while.

    Where it is known to hold it `until` then, that is written once a minute and no oftener.
    """
    if until and until - context.now() > TABLET_HOLDS - KEPT_EVERY:
        return
    with context.database.write() as session:
        screening = locked_screening(session, lock.screening_id)
        check(context, screening, lock)
        screening.pen_until = context.now() + TABLET_HOLDS


def is_here(context: Context, lock: EditLock) -> bool:
    """Return whether this device still is the one that is in."""
    with context.database.read() as session:
        screening = session.get(Screening, lock.screening_id)
        try:
            check(context, screening, lock) if screening else None
        except ActRefusedError:
            return False
        return screening is not None


def lay_down(context: Context, lock: EditLock) -> None:
    """End the visit: a page or a cookie that came back would open nothing."""
    with context.database.write() as session:
        screening = session.get(Screening, lock.screening_id, with_for_update=True)
        if screening and screening.pen_hash == _hash(context, lock.secret):
            screening.pen_hash = screening.pen_until = None
