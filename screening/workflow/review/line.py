"""The line of those who wait: its order, its groups, its counts, and whether any of it is new.

All of it is read from what stands beside the sealed columns and costs no key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import String, func, select, type_coerce
from sqlalchemy.orm import Session

from screening.clinical.definitions.eligibility import Outcome
from screening.storage.encryption import fingerprint
from screening.storage.tables import CheckIn, Screening
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.core.states import State
from screening.workflow.review.looks import newest_look

NO_APPOINTMENT = datetime.max.replace(tzinfo=UTC)
OUTCOMES = {outcome.gravity: str(outcome) for outcome in Outcome}


class Group(StrEnum):
    """Where the line is divided, in its order."""

    OVERDUE = "overdue"
    TODAY = "today"
    NEXT = "next"
    NO_DATE = "no-date"


class Place(NamedTuple):
    """Someone's place in the line, without a word of who it is."""

    screening_id: str
    appointment_at: datetime | None
    gravity: int
    submitted_at: datetime


@dataclass(frozen=True)
class Counts:
    """How many wait: in all, with an appointment today, and by gravest outcome."""

    all: int
    today: int
    outcomes: Counter[str]


def mark_of(context: Context, doctor: Staff) -> str:
    """Return what is another once anything on the doctor's queue is: a look for news."""
    with context.database.read() as session:
        return mark_in(context, session, doctor)


def waiting_line(session: Session, doctor: Staff) -> list[Place]:
    """Return everyone who waits, in order; nothing sealed is read."""
    query = select(
        Screening.id, Screening.appointment_at, Screening.gravity, Screening.submitted_at
    ).where(Screening.clinic_id == doctor.clinic_id, Screening.state == State.SUBMITTED)
    places = [
        Place(id, at, gravity or 0, sent)
        for id, at, gravity, sent in session.execute(query)
        if sent is not None
    ]
    return sorted(places, key=_order)


def _order(place: Place) -> tuple[datetime, int, datetime]:
    at = place.appointment_at or NO_APPOINTMENT
    return at, -place.gravity, place.submitted_at


def mark_in(context: Context, session: Session, doctor: Staff) -> str:
    """Return a fingerprint of the line, of who looks at it, of open signs and of the day."""
    held = select(
        Screening.id,
        type_coerce(Screening.appointment_at, String),  # as it is stored: not a date for each
    ).where(Screening.clinic_id == doctor.clinic_id, Screening.state == State.SUBMITTED)
    signs = select(func.count(), func.max(CheckIn.answered_at)).where(
        CheckIn.clinic_id == doctor.clinic_id, CheckIn.gravity >= 1, CheckIn.handled_at.is_(None)
    )
    line = sorted(f"{id} {at}" for id, at in session.execute(held))
    about = tuple(session.execute(signs).one()), newest_look(context, session, doctor)
    said = (line, about, bounds_of_today(context, doctor)[0])
    return fingerprint(context.keys.index, repr(said))[:16]


def bounds_of_today(context: Context, doctor: Staff) -> tuple[datetime, datetime]:
    """Return the moments at which the clinic's day begins and ends."""
    zone = ZoneInfo(doctor.clinic.zone)
    begin = datetime.combine(context.now().astimezone(zone).date(), time(), zone)
    return begin.astimezone(UTC), (begin + timedelta(days=1)).astimezone(UTC)


def group_of(at: datetime | None, day: tuple[datetime, datetime]) -> Group:
    if at is None:
        return Group.NO_DATE
    if at < day[0]:
        return Group.OVERDUE
    return Group.TODAY if at < day[1] else Group.NEXT


def counts_of(line: Sequence[Place], group: Mapping[str, Group]) -> Counts:
    today = sum(one is Group.TODAY for one in group.values())
    return Counts(len(line), today, Counter(OUTCOMES[place.gravity] for place in line))


@dataclass(frozen=True)
class Position:
    """Where someone stands in the line, counted from one, and who comes after."""

    at: int
    of: int
    next_id: str | None


def position_of(session: Session, doctor: Staff, screening_id: str) -> Position:
    """Return the place in the line; of one who does not wait, `at` is 0 and the next the first."""
    ids = [place.screening_id for place in waiting_line(session, doctor)]
    at = ids.index(screening_id) + 1 if screening_id in ids else 0
    others = [id for id in (*ids[at:], *ids[:at]) if id != screening_id]
    return Position(at, len(ids), others[0] if others else None)
