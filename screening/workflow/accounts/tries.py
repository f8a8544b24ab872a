"""Wrong tries: each door counts them by who tries and from where.

So nobody shuts a door in another's face: a stranger's wrong passwords stop the stranger.
A name that does not exist is counted as one that does, in the same words and the same time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from screening.storage.database import take_turn
from screening.storage.tables import Lock
from screening.workflow.core.actor import Actor, Staff
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal

MOST_MISSES = 5
LOCKED_FOR = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Source:
    """Where a try comes from: a network address, and the secret that the browser is known by."""

    address: str = ""
    browser: str = ""


SOMEWHERE = Source()


@dataclass(frozen=True)
class Door:
    """What is tried, from where, under the keyed hash that stands in the database."""

    name: str
    most: int = MOST_MISSES
    locked_for: timedelta = LOCKED_FOR


def door(context: Context, *parts: str) -> Door:
    return Door(context.hash("door:" + "\n".join(parts)))


def password_door(context: Context, username: str, address: str, browser: str = "") -> Door:
    """Return the door of passwords: of a name, there or not, from an address or a known browser."""
    return door(context, "password", username, address, browser)


def code_door(context: Context, account_id: str, browser: str = "") -> Door:
    """Return the door of codes: of one browser that is known, else of all the others together."""
    return door(context, "code", account_id, browser)


def own_door(context: Context, person: Staff, what: str) -> Door:
    """Return the door of whoever is signed in: each sign-in counts for itself."""
    return door(context, what, person.sign_in)


def check_door(context: Context, session: Session, at: Door) -> None:
    """Raise ActRefusedError("locked") while too many tries here were wrong."""
    take_turn(session, int(at.name[:15], 16))  # a row that is not there cannot be held
    if is_shut(context, session, at):
        raise ActRefusedError(Refusal.LOCKED)


def is_shut(context: Context, session: Session, at: Door) -> bool:
    row = session.get(Lock, at.name, populate_existing=True)
    return bool(row and row.locked_until and context.now() < row.locked_until)


def count_try(context: Context, session: Session, at: Door, by: Actor, act: str) -> None:
    """Note a wrong try; the last of so many in a row shuts the door for a while."""
    now = context.now()
    session.execute(delete(Lock).where(Lock.at < now - FORGOTTEN_AFTER))
    row = session.get(Lock, at.name, with_for_update=True)
    if row is None:
        session.add(row := Lock(name=at.name, misses=0))
    row.misses, row.at = row.misses + 1, now
    context.record(session, by, act)
    if row.misses >= at.most:
        row.misses, row.locked_until = 0, now + at.locked_for
        context.record(session, by, f"lock after {act}")


def forgive(session: Session, at: Door) -> None:
    session.execute(delete(Lock).where(Lock.name == at.name))
