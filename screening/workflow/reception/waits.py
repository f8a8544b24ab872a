"""Waits that end: then, or a week before a later visit, what blocked is asked again by itself.

Each once. Only the patient's answer and the doctor's decision open the way; the end of a wait
alone clears nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.report.decision import Choice
from screening.clinical.report.parts import Report, ReportProcedure, ReportReason
from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Clinic, Screening
from screening.workflow.core.context import Context, locked_screening
from screening.workflow.core.given import day_at
from screening.workflow.core.sealed import decision_of
from screening.workflow.core.standing import report_for_the_visit, visit_day
from screening.workflow.core.states import State
from screening.workflow.reception.asking_again import ask_after_the_wait

log = logging.getLogger("screening.mail")

BEFORE_THE_VISIT = timedelta(days=7)
LONGEST_WAIT = timedelta(days=800)  # no rule defers for longer


def ask_after_waits(context: Context) -> list[str]:
    """Ask whoever's wait has ended; return what to ring for."""
    now, asked = context.now(), []
    query = select(Screening.id).where(
        Screening.state == State.DECIDED,
        Screening.decided_at > now - LONGEST_WAIT,
    )
    with context.database.read() as session:
        ids = list(session.scalars(query))
        due = [id for id in ids if _readable(context, session, id)]
    for id in due:
        with context.database.write() as session:
            screening = locked_screening(session, id)
            if blocked := _due(context, session, screening):
                asked += ask_after_the_wait(context, session, screening, blocked)
    return asked


def _readable(context: Context, session: Session, id: str) -> bool:
    try:
        return bool(_due(context, session, session.get_one(Screening, id)))
    except SealedBlobError as error:  # one damaged row must not keep the worker from all others
        log.warning("no question after a wait: %s", error)
        return False


def _due(context: Context, session: Session, screening: Screening) -> set[str]:
    """Return what blocked, where its day has come and nobody has asked since; else nothing."""
    decision = decision_of(context, session, screening)
    if screening.state != State.DECIDED or decision is None:
        return set()
    deferred = {d["procedure"] for d in decision["decisions"] if d["decision"] == Choice.DEFER}
    if not deferred:
        return set()
    report = report_for_the_visit(context, session, screening)
    blocked, day = _wait_of(report, deferred, visit_day(session, screening))
    if day is None or day_at(context, session, screening) < day:
        return set()
    return set() if _asked_since(session, screening, day) else blocked


def _wait_of(
    report: Report, deferred: set[str], visit: date | None
) -> tuple[set[str], date | None]:
    """Return the questions behind the deferrals, and the day on which to ask them again."""
    reasons: list[Mapping[str, Any]] = [
        reason
        for procedure in report["procedures"]
        if procedure["id"] in deferred
        for reason in [*procedure["reasons"], *_on_the_visit(procedure)]
        if reason["outcome"] == Outcome.DEFERRED
    ]
    ends = [date.fromisoformat(reason["until"]) for reason in reasons if reason["until"]]
    endless = len(ends) < len(reasons)
    week_before = [visit - BEFORE_THE_VISIT] if visit else []
    days = week_before if endless else [*ends, *week_before]
    return {a for reason in reasons for a in reason["answers"]}, max(days, default=None)


def _on_the_visit(procedure: ReportProcedure) -> list[ReportReason]:
    visit = procedure.get("visit")
    return visit["reasons"] if visit else []


def _asked_since(session: Session, screening: Screening, day: date) -> bool:
    """Return whether a later questionnaire was opened on `day` or after, or is still open."""
    zone = ZoneInfo(session.get_one(Clinic, screening.clinic_id).zone)
    begin = datetime.combine(day, time.min, zone)
    query = select(Screening).where(Screening.recheck_of == screening.id)
    return any(
        later.created_at >= begin or later.state == State.IN_PROGRESS
        for later in session.scalars(query)
    )
