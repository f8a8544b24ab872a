"""What would keep the installation from doing its work, or soon will."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from screening.storage.tables import ReportRow
from screening.workflow.workplace import Workplace

LEAST_FREE_BYTES = 200_000_000
LATE = timedelta(minutes=10)


def problems(place: Workplace, free_bytes: int) -> list[str]:
    """Return what is wrong, a sentence each; `free_bytes` is the room left on the disk."""
    found = []
    now = place.now()
    try:
        with place.database.read() as session:
            late = session.scalar(
                select(func.count())
                .select_from(ReportRow)
                .where(ReportRow.state == "pending", ReportRow.created_at < now - LATE)
            )
    except SQLAlchemyError:
        found.append("the database does not answer")
    else:
        if late:
            found.append(f"reports that wait for more than ten minutes: {late}")
    if free_bytes < LEAST_FREE_BYTES:
        found.append("less than 200 MB of disk are free")
    if not place.seal.in_force(now):
        found.append("the seal's certificate is not in force")
    return found
