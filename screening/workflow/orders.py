"""Order a report: a row in the transaction of its cause, which a worker carries out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from screening.storage.tables import ReportRow, new_id

WAITS = ReportRow.sealed_at.is_(None)  # the same as being pending, by an index of few


class Kind(StrEnum):
    """Which report of a screening. The clinic seals all; the doctor signs the decided one.

    COPY and PLAN are the patient's: what was answered, and what follows the decision.
    """

    SCREENING = "screening"
    COPY = "copy"
    DECIDED = "decided"
    PLAN = "plan"


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
