"""On which day of the clinic each stored answer was given, and how.

It stands beside the answers in a draft, under "given". What was stored before answers had
days keeps the day of its sending; a draft, whose last saving nobody noted, that of its
first: no answer is ever taken for newer than it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.clinical.definitions.questionnaire import Answer
from screening.clinical.evaluation.ageing import earliest_days
from screening.storage.tables import AuditEntry, Clinic, Screening
from screening.workflow.core.context import Context
from screening.workflow.core.sealed import submission_of


class Way(StrEnum):
    """How an answer came: typed on the own device or on a tablet, confirmed, or by others."""

    TYPED = "typed"
    CONFIRMED = "confirmed"
    TABLET = "tablet"
    CLINIC = "clinic"
    OTHER_SYSTEM = "other-system"


@dataclass(frozen=True, slots=True)
class Given:
    answered_on: date
    way: str

    @classmethod
    def read(cls, stored: Mapping[str, str]) -> Given:
        return cls(date.fromisoformat(stored["answered_on"]), stored["way"])

    def as_json(self) -> dict[str, str]:
        return {"answered_on": self.answered_on.isoformat(), "way": self.way}


def day_at(context: Context, session: Session, screening: Screening) -> date:
    """Return the day that it is at the screening's clinic."""
    return _day(session, screening, context.now())


def day_in(clinic: Clinic, moment: datetime) -> date:
    """Return the day that it is at the clinic at that moment."""
    return moment.astimezone(ZoneInfo(clinic.zone)).date()


def _day(session: Session, screening: Screening, moment: datetime) -> date:
    return day_in(session.get_one(Clinic, screening.clinic_id), moment)


def given_in(
    context: Context, session: Session, screening: Screening, draft: Mapping[str, Any]
) -> dict[str, Given]:
    """Return when and how each answer of `draft`, the screening's, was given."""
    answers: Mapping[str, Answer] = draft["answers"]
    kept = {key: Given.read(one) for key, one in draft.get("given", {}).items() if key in answers}
    dayless = {key: answer for key, answer in answers.items() if key not in kept}
    if dayless:
        days = _days_before(context, session, screening, dayless)
        confirmed = draft.get("confirmed", {})
        kept |= {
            key: Given(day, Way.CONFIRMED if key in confirmed else Way.TYPED)
            for key, day in days.items()
        }
    return kept


def _days_before(
    context: Context, session: Session, screening: Screening, answers: Mapping[str, Answer]
) -> dict[str, date]:
    """Return the days of answers that were stored without one."""
    items = context.definitions.items
    if screening.submission is not None:
        report = submission_of(context, session, screening)
        return earliest_days(items, answers, date.fromisoformat(report["on"]))
    begun = select(func.min(AuditEntry.at)).where(
        AuditEntry.screening_id == screening.id, AuditEntry.act == "begin"
    )
    moment = session.scalar(begun) or screening.created_at
    days = earliest_days(items, answers, _day(session, screening, moment))
    return days | _taken_over(context, session, screening, answers)


def _taken_over(
    context: Context, session: Session, screening: Screening, answers: Mapping[str, Answer]
) -> dict[str, date]:
    """Return the days of answers that stand as they did in the screening before this one."""
    earlier = session.get(Screening, screening.recheck_of) if screening.recheck_of else None
    if earlier is None or earlier.submission is None:
        return {}
    report = submission_of(context, session, earlier)
    before: Mapping[str, Answer] = report["case"]["answers"]
    same = {key: answer for key, answer in answers.items() if before.get(key) == answer}
    return earliest_days(context.definitions.items, same, date.fromisoformat(report["on"]))


def stamped(
    given: Mapping[str, Given], answers: Iterable[str], day: date, way: Way
) -> dict[str, Any]:
    """Return `given` as it is stored once the questions in `answers` were answered on `day`."""
    fresh = dict.fromkeys(answers, Given(day, way))
    return {key: one.as_json() for key, one in {**given, **fresh}.items()}
