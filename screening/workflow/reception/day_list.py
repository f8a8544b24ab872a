"""The reception's list: who comes, and how far each is. Never an answer or an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.questionnaire import BORN, is_answered, journey
from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Clinic, Screening
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed
from screening.workflow.core.states import State
from screening.workflow.mail.outbox import MailState, newest_mails


@dataclass(frozen=True)
class DayEntry:
    """One line of the reception's list: who and how far, never an answer or an outcome.

    `step` and `steps` say how many questions are answered of how many, as things
    stand; `again` is asking_again's word for why this one comes after another. Only
    who has a date of birth (`has_birth_date`) can start on a tablet. There is no
    `name` where what is stored is damaged. `confirmed_at` is when its patient arrived last
    with nothing new.
    """

    screening_id: str
    number: str
    name: str | None
    state: str
    appointment_at: datetime | None
    created_at: datetime
    step: int
    steps: int
    again: str | None
    mail: MailState | None
    has_birth_date: bool
    confirmed_at: datetime | None = None


def list_screenings(
    context: Context, clinic_id: str, day: date | None = None, most: int = 200
) -> list[DayEntry]:
    """Return the clinic's newest screenings, by appointment, then newest first.

    And all who have an appointment on `day`, however long ago they were invited.
    """
    listed = select(Screening).where(
        Screening.clinic_id == clinic_id,
        Screening.state.not_in((State.ERASED, State.CONFIRMED)),
    )
    with context.database.read() as session:
        newest = session.scalars(listed.order_by(Screening.created_at.desc()).limit(most))
        rows = {s.id: s for s in newest}
        if day:
            zone = session.get_one(Clinic, clinic_id).zone
            midnight = datetime.combine(day, time.min, ZoneInfo(zone))
            on_day = Screening.appointment_at.between(midnight, midnight + timedelta(days=1))
            rows |= {s.id: s for s in session.scalars(listed.where(on_day))}
        mails = newest_mails(session, list(rows))
        arrived = _confirmed(session, list(rows))
        found = [
            _entry(context, session, s, mails.get(s.id), arrived.get(s.id)) for s in rows.values()
        ]
    return sorted(found, key=lambda e: (e.appointment_at is None, e.appointment_at or e.created_at))


def _confirmed(session: Session, screening_ids: list[str]) -> dict[str, datetime]:
    """Return when the patient of each arrived last with nothing new."""
    query = (
        select(Screening.recheck_of, func.max(Screening.submitted_at))
        .where(Screening.recheck_of.in_(screening_ids), Screening.state == State.CONFIRMED)
        .group_by(Screening.recheck_of)
    )
    return {id: at for id, at in session.execute(query) if id and at}


def has_birth_date(context: Context, clinic_id: str, screening_id: str) -> bool:
    """Return whether a start code is of use for this screening."""
    with context.database.read() as session:
        screening = session.get(Screening, screening_id)
        if screening is None or screening.clinic_id != clinic_id:
            raise ActRefusedError(Refusal.GONE)
        return _entry(context, session, screening, None).has_birth_date


def _entry(
    context: Context,
    session: Session,
    screening: Screening,
    mail: MailState | None,
    confirmed_at: datetime | None = None,
) -> DayEntry:
    try:
        person = open_sealed(context, session, screening, "person")
        draft = open_sealed(context, session, screening, "draft")
    except SealedBlobError:  # one damaged row must not hide all the others
        person, draft = {"name": None}, {"procedures": [], "answers": {}}
    step, steps = _progress(context, draft) if screening.state == State.IN_PROGRESS else (0, 0)
    return DayEntry(
        screening.id,
        screening.number,
        person["name"],
        screening.state,
        screening.appointment_at,
        screening.created_at,
        step,
        steps,
        draft.get("why", "arrival") if screening.recheck_of else None,
        mail,
        bool(person.get("born") or draft["answers"].get(BORN)),
        confirmed_at,
    )


def _progress(context: Context, draft: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many questions are answered, and of how many; an answer may open more."""
    known = [p for p in draft["procedures"] if p in context.definitions.procedures]
    asked = journey(assemble_questionnaire(context.definitions, known), draft["answers"])
    return sum(is_answered(s.item, draft["answers"]) for s in asked), len(asked)
