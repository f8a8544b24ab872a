"""The patient says that something has changed: what was sent counts until the new answers are."""

from __future__ import annotations

from sqlalchemy.orm import Session

from screening.storage.tables import Screening
from screening.workflow.core.actor import PATIENT
from screening.workflow.core.context import Context, locked_screening
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed
from screening.workflow.core.states import ALLOWED, State, allow
from screening.workflow.reception.asking_again import (
    SOMETHING_CHANGED,
    changes_under_way,
    open_after,
    procedures_of,
    take_over_link,
)
from screening.workflow.screenings.edit_lock import EditLock, check
from screening.workflow.screenings.proof import check_opens, device_hash


def something_changed(context: Context, lock: EditLock) -> str:
    """The patient has news: return a draft in which every answer stands, to be gone through.

    What was sent counts until the draft is sent; said twice it goes on with the same one.
    Raises ActRefusedError: the state where nothing was sent yet, or "other-device".
    """
    with context.database.write() as session:
        old = locked_screening(session, lock.screening_id)
        allow("change", old.state)
        check(context, old, lock)
        check_opens(context, session, old, lock.device)
        begun = changes_under_way(context, session, [old.id]).get(old.id)
        if begun is None:
            chosen = procedures_of(context, session, old)
            begun = open_after(context, session, old, chosen, set(), SOMETHING_CHANGED).row
            context.record(session, PATIENT, "something changed", old)
        begun.device_hash = device_hash(context, begun, lock.device)
        return begun.id


def drop_change(context: Context, lock: EditLock) -> str:
    """Nothing has changed after all: return the screening that was sent, as it was."""
    with context.database.write() as session:
        new = locked_screening(session, lock.screening_id)
        allow("drop-change", new.state)
        check(context, new, lock)
        draft = open_sealed(context, session, new, "draft")
        if new.recheck_of is None or draft.get("why") != SOMETHING_CHANGED:
            raise ActRefusedError(Refusal.GONE)
        new.state, new.pen_hash = State.WITHDRAWN, None
        context.record(session, PATIENT, "nothing changed", new)
        return new.recheck_of


def supersede(context: Context, session: Session, new: Screening, why: str | None) -> None:
    """Put the earlier screening out of use; what was decided on it stays on record."""
    assert new.recheck_of is not None
    earlier = locked_screening(session, new.recheck_of)
    if why == SOMETHING_CHANGED and earlier.state in ALLOWED["change"]:
        take_over_link(context, session, earlier, new)
    earlier.state = State.SUPERSEDED
    context.record(session, PATIENT, "supersede", earlier)
