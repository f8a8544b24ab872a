"""What is stored sealed, opened again: what a patient submitted, what doctors decided."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.report.parts import Report
from screening.storage.encryption import open_json
from screening.storage.tables import Decision, Screening
from screening.workflow.core.context import Workplace


def submission_of(place: Workplace, session: Session, screening: Screening) -> Report:
    """Return the report as it was compiled on submission."""
    assert screening.submission is not None
    key = place.screening_key(session, screening)
    report: Report = open_json(key, screening.submission, f"screening:{screening.id}:submission")
    return report


def decisions_of(place: Workplace, session: Session, screening: Screening) -> list[dict[str, Any]]:
    """Return every decision as its decided report prints it, the one in force last."""
    query = select(Decision).where(Decision.screening_id == screening.id)
    key = place.screening_key(session, screening)
    return [
        open_json(key, row.content, f"decision:{row.id}")
        for row in session.scalars(query.order_by(Decision.sequence))
    ]


def decision_of(
    place: Workplace, session: Session, screening: Screening, sequence: int | None = None
) -> dict[str, Any] | None:
    """Return the decision in force, or the one of `sequence`; None before there is one."""
    made = decisions_of(place, session, screening)
    return made[sequence - 1 if sequence else -1] if made else None
