"""How a report stands now: for the appointment that is booked now, and on a later day."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from screening.clinical.report.parts import Report, ReportProcedure
from screening.clinical.report.visit import for_visit, on_a_later_day
from screening.storage.tables import Clinic, Screening
from screening.workflow.core.archive import definitions_of
from screening.workflow.core.context import Context
from screening.workflow.core.given import day_at
from screening.workflow.core.sealed import submission_of


def visit_day(session: Session, screening: Screening) -> date | None:
    """Return the day of the appointment at the clinic, None where there is none."""
    if screening.appointment_at is None:
        return None
    clinic = session.get_one(Clinic, screening.clinic_id)
    return screening.appointment_at.astimezone(ZoneInfo(clinic.zone)).date()


def report_for_the_visit(context: Context, session: Session, screening: Screening) -> Report:
    """Return what was sent, with the verdict for the visit as the appointment stands now."""
    report = submission_of(context, session, screening)
    day, weighed = visit_day(session, screening), report["case"].get("visit")
    if (day.isoformat() if day else None) == weighed:
        return report
    definitions = definitions_of(context, report["definitions"])
    if definitions is None:
        return report
    zone, at = ZoneInfo(report["frame"]["zone"]), screening.appointment_at
    appointment = at.astimezone(zone).isoformat() if isinstance(at, datetime) else None
    found = for_visit(definitions, report, day)
    found["frame"] = report["frame"] | {"appointment": appointment}
    return found


def advice_today(
    context: Context, session: Session, screening: Screening, report: Report
) -> list[ReportProcedure]:
    """Return the procedures of `report` as its answers stand today: an old one may hold no more."""
    definitions = definitions_of(context, report["definitions"])
    today = day_at(context, session, screening)
    return on_a_later_day(definitions, report, today) if definitions else report["procedures"]
