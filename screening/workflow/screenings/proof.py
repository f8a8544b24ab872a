"""Proof of the patient, not of the link: the device that began a screening, or the patient's code.

A link alone opens only what holds no answer yet. A browser of the patient has one lasting
secret; with each screening that it begins stands a keyed hash of it, of the patient and no one
else, so that nobody reads from the table which patients share a browser. Whoever brings the
patient's own code (own_code.py) puts the new device in the place of the old one.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from screening.storage.tables import Screening
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed
from screening.workflow.core.states import ALLOWED


def device_hash(context: Context, screening: Screening, device: str) -> str:
    """Return what stands with the patient's screenings that `device` begins."""
    return context.hash(f"device:{screening.patient_id}:{device}")


def is_of(context: Context, screening: Screening, device: str) -> bool:
    """Return whether `device` began this screening, or was put in the place of who did."""
    return bool(device) and screening.device_hash == device_hash(context, screening, device)


def may_enter(context: Context, screening: Screening, device: str) -> bool:
    """Return whether the link is enough on `device`; it is where nobody has begun."""
    unbegun = screening.device_hash is None and screening.state in ALLOWED["answer"]
    return unbegun or is_of(context, screening, device)


def opens(context: Context, session: Session, screening: Screening, device: str) -> bool:
    """Return whether `device` may see what was answered: here, and before where that stands here.

    The reception makes a link for an arrival and may be the first to follow it; the answers of
    before are in what is sent then, and it has not begun those.
    """
    return all(is_of(context, one, device) for one in _answered_in(context, session, screening))


def check_opens(context: Context, session: Session, screening: Screening, device: str) -> None:
    """Raise ActRefusedError "other-device" where `device` may not see what was answered."""
    if not opens(context, session, screening, device):
        raise ActRefusedError(Refusal.OTHER_DEVICE)


def _answered_in(context: Context, session: Session, screening: Screening) -> Iterator[Screening]:
    """Return the screenings whose answers stand in this one, itself first."""
    one: Screening | None = screening
    while one is not None:
        yield one
        afresh = open_sealed(context, session, one, "draft").get("afresh")
        one = session.get(Screening, one.recheck_of) if one.recheck_of and not afresh else None
