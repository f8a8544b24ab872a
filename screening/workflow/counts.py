"""How much there is and how much waits, for the machines that watch: numbers only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.storage.tables import Message, ReportRow, Screening
from screening.workflow.workplace import Workplace


@dataclass(frozen=True)
class Counts:
    """`oldest_pending` is the age in seconds of the report that waits longest, 0 for none."""

    screenings: dict[str, int]
    mails: dict[str, int]
    pending: int
    failing: int
    oldest_pending: float


def count_work(place: Workplace) -> Counts:
    """Return how many screenings and mails are in which state, and what reports wait."""
    waits = ReportRow.state == "pending"
    reports = select(func.count(), func.count(ReportRow.error), func.min(ReportRow.created_at))
    with place.database.read() as session:
        screenings, mails = (_by_state(session, table) for table in (Screening, Message))
        pending, failing, oldest = session.execute(reports.where(waits)).one()
    age = (place.now() - oldest).total_seconds() if oldest else 0.0
    return Counts(screenings, mails, pending, failing, max(age, 0.0))


def _by_state(session: Session, table: type[Screening] | type[Message]) -> dict[str, int]:
    query = select(table.state, func.count()).group_by(table.state)
    return dict(session.execute(query).all())
