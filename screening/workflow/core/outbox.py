"""Rows that wait for a worker: one holds a row for a while, and what failed waits longer each time.

Reports and mails are ordered by a row, which outlives any process. A worker that
died holds its row up until the lease ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Outbox:
    """`waits` is what a row of `rows` fulfils until it is done; a worker holds one for `lease`.

    The first failure lets a row wait for `pause`, each further one for twice as long,
    and none for more than `longest_pause`.
    """

    rows: Any
    waits: ColumnElement[bool]
    lease: timedelta
    pause: timedelta
    longest_pause: timedelta

    def due_ids(self, session: Session, now: datetime) -> list[str]:
        """Return what waits for a worker now, the oldest first."""
        query = select(self.rows.id).where(*self._due(now)).order_by(self.rows.created_at)
        return list(session.scalars(query))

    def due_row(self, session: Session, id: str, now: datetime) -> Any:
        """Return the row, locked; None where it is not due or another worker holds it."""
        # Looked at and locked in one statement: a second worker waits, then finds it leased.
        query = select(self.rows).where(self.rows.id == id, *self._due(now))
        return session.scalars(query.with_for_update()).first()

    def _due(self, now: datetime) -> tuple[ColumnElement[bool], ...]:
        """Return what a row must fulfil; a time further off than any pause is of a wrong clock."""
        due, lease = self.rows.due_at, self.rows.lease_until
        return (
            self.waits,
            or_(due <= now, due > now + self.longest_pause),
            or_(lease.is_(None), lease < now, lease > now + self.lease),
        )

    def hold(self, row: Any, now: datetime) -> None:
        """Keep the row from other workers for one more try."""
        row.attempts += 1
        row.lease_until = now + self.lease

    def postpone(self, row: Any, now: datetime) -> None:
        """Let go of a row whose try has failed until its next one."""
        pause = self.pause * 2 ** min(row.attempts - 1, 10)
        row.due_at, row.lease_until = now + min(pause, self.longest_pause), None
