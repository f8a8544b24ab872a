"""Exactly one device at a time answers a screening: the one that holds its pen.

Whoever comes in last holds it, and the device before is told so. A shared tablet
holds it only as long as somebody is there; what it held is then as good as gone,
whatever cookie or page it still has.
"""

from __future__ import annotations

from datetime import timedelta

from screening.storage.tables import Screening
from screening.workflow.core.context import Workplace, locked_screening, new_token
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.states import ALLOWED

# Far longer than the page's own warning: for a page without script, and for an answer that
# waits in the page until the wireless network is back.
TABLET_HOLDS = timedelta(minutes=15)


def take(place: Workplace, screening_id: str, who: str, shared: bool = False) -> str:
    """Return the secret of the device that answers from now on; `shared` is a clinic's tablet."""
    pen, now = new_token(), place.now()
    with place.database.write() as session:
        screening = locked_screening(session, screening_id)
        if screening.state not in ALLOWED["answer"]:
            return ""  # a receipt needs none
        if screening.pen_hash:
            about = {"clinic_id": screening.clinic_id, "screening_id": screening_id}
            place.record(session, who, "change device", **about)
        screening.pen_hash = place.hash(f"pen:{pen}")
        screening.pen_until = now + TABLET_HOLDS if shared else None
    return pen


def check(place: Workplace, screening: Screening, pen: str) -> None:
    """Raise ActRefusedError "elsewhere" where another device answers, "no-visit" where none."""
    over = screening.pen_until is not None and screening.pen_until <= place.now()
    if screening.pen_hash is None or over:
        raise ActRefusedError(Refusal.NO_VISIT)
    if screening.pen_hash != place.hash(f"pen:{pen}"):
        raise ActRefusedError(Refusal.ELSEWHERE)


def keep(place: Workplace, screening_id: str, pen: str) -> None:
    """Somebody is at the tablet: let it hold the pen for another while."""
    with place.database.write() as session:
        screening = locked_screening(session, screening_id)
        check(place, screening, pen)
        screening.pen_until = place.now() + TABLET_HOLDS


def is_here(place: Workplace, screening_id: str, pen: str) -> bool:
    """Return whether this device still is the one that answers."""
    with place.database.read() as session:
        screening = session.get(Screening, screening_id)
        try:
            check(place, screening, pen) if screening else None
        except ActRefusedError:
            return False
        return screening is not None


def lay_down(place: Workplace, screening_id: str, pen: str) -> None:
    """End the visit: a page or a cookie that came back would open nothing."""
    with place.database.write() as session:
        screening = session.get(Screening, screening_id, with_for_update=True)
        if screening and screening.pen_hash == place.hash(f"pen:{pen}"):
            screening.pen_hash = screening.pen_until = None
