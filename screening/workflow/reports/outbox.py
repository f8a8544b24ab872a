"""Order a report: a row in the transaction of its cause, which a worker carries out."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_
from sqlalchemy.orm import Session

from screening.storage.columns import new_id
from screening.storage.tables import ReportRow
from screening.workflow.core.outbox import Outbox

# Not sealed says the same but of erased ones, by an index that holds only the few that wait.
WAITS = and_(ReportRow.sealed_at.is_(None), ReportRow.state == "pending")
REPORTS = Outbox(
    ReportRow,
    WAITS,
    lease=timedelta(seconds=40),
    pause=timedelta(seconds=2),
    longest_pause=timedelta(minutes=10),
)


class Kind(StrEnum):
    """Which report of a screening. The clinic seals all; the doctor signs the decided one.

    COPY and PLAN are the patient's: what was answered, there at once, and what follows the
    decision, in plain words.
    ARRIVAL is the page that says that nothing is new, and on which decision that rests.
    """

    SCREENING = "screening"
    COPY = "copy"
    DECIDED = "decided"
    PLAN = "plan"
    ARRIVAL = "arrival"


def order_reports(
    session: Session,
    screening_id: str,
    kinds: tuple[Kind, ...],
    now: datetime,
    sequence: int = 1,
) -> list[str]:
    """Add the orders and return their ids, for the bell once they are committed."""
    rows = [
        ReportRow(
            id=new_id(),
            screening_id=screening_id,
            kind=kind,
            sequence=sequence,
            state="pending",
            due_at=now,
            created_at=now,
        )
        for kind in kinds
    ]
    session.add_all(rows)
    return [row.id for row in rows]
