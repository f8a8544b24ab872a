"""How much waits, for the machines that watch: numbers only.

What is over is not counted: it grows for ever, and this is asked every few seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.storage.tables import Clinic, Message, ReportRow, Screening
from screening.workflow.core.context import Context
from screening.workflow.core.states import State
from screening.workflow.reports.outbox import WAITS

OPEN = (State.INVITED, State.IN_PROGRESS, State.SUBMITTED)
UNSENT = ("pending", "failed")


@dataclass(frozen=True)
class Counts:
    """`screenings` and `mails` are of the states above, `invited` is how many there ever were.

    `oldest_pending` is the age in seconds of the report that waits longest, 0 for none.
    """

    screenings: dict[str, int]
    invited: int
    mails: dict[str, int]
    pending: int
    failing: int
    oldest_pending: float


def count_work(context: Context) -> Counts:
    """Return how many screenings and mails wait in which state, and what reports wait."""
    reports = select(func.count(), func.count(ReportRow.error), func.min(ReportRow.created_at))
    with context.database.read() as session:
        screenings = _by_state(session, Screening, OPEN)
        mails = _by_state(session, Message, UNSENT)
        invited = session.scalar(select(func.sum(Clinic.screenings))) or 0
        pending, failing, oldest = session.execute(reports.where(WAITS)).one()
    age = (context.now() - oldest).total_seconds() if oldest else 0.0
    return Counts(screenings, invited, mails, pending, failing, max(age, 0.0))


def _by_state(
    session: Session, table: type[Screening] | type[Message], states: Sequence[str]
) -> dict[str, int]:
    query = select(table.state, func.count()).where(table.state.in_(states)).group_by(table.state)
    return dict.fromkeys(states, 0) | dict(session.execute(query).all())
