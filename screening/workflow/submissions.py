"""What a patient submitted, opened again."""

from __future__ import annotations

from sqlalchemy.orm import Session

from screening.clinical.report import Report
from screening.storage.encryption import open_json
from screening.storage.tables import Screening
from screening.workflow.workplace import Workplace


def submission_of(place: Workplace, session: Session, screening: Screening) -> Report:
    """Return the report as it was compiled on submission."""
    assert screening.submission is not None
    key = place.screening_key(session, screening)
    report: Report = open_json(key, screening.submission, f"screening:{screening.id}:submission")
    return report
