"""The reception's list: who comes, and how far each is. Never an answer or an outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.questionnaire import is_answered, journey
from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Clinic, Patient, Screening, Treatment
from screening.workflow.core.actor import Actor
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed
from screening.workflow.core.states import State
from screening.workflow.mail.outbox import MailState, newest_mails
from screening.workflow.patients.disagreements import Disagreement, disagreements_in
from screening.workflow.patients.patients import person_of
from screening.workflow.reception.asking_again import SOMETHING_CHANGED, changing_since

PAGE = 50
GOES_ON = (State.INVITED, State.IN_PROGRESS, State.SUBMITTED, State.EXPIRED)
NOWHERE = (State.ERASED, State.CONFIRMED, State.SUPERSEDED)


@dataclass(frozen=True)
class DayEntry:
    """One line of the reception's list: who and how far, never an answer or an outcome.

    `born` is what the reception wrote; only who has a date of birth (`has_birth_date`) can
    start on a tablet. `disagreements` are about the name and the date that the patient gave.
    `step` and `steps` say how many questions are answered of how many, as
    things stand; `again` is asking_again's word for why this one comes after another, and
    `earlier` is that one while what was decided on it stands. There is no `name` where
    what is stored is damaged. `confirmed_at` is when its patient arrived last with nothing
    new, `treated` whether it was written down that the treatment was done, `changing` whether the
    patient says that something has changed and has not sent it.
    """

    screening_id: str
    patient_id: str | None
    number: str
    name: str | None
    born: str | None
    phone: str
    disagreements: tuple[Disagreement, ...]
    procedures: tuple[str, ...]
    state: str
    appointment_at: datetime | None
    created_at: datetime
    submitted_at: datetime | None
    withdrawn_at: datetime | None
    link_ends: datetime
    step: int
    steps: int
    again: str | None
    mail: MailState | None
    has_birth_date: bool
    earlier: str | None = None
    confirmed_at: datetime | None = None
    treated: bool = False
    changing: bool = False


def list_screenings(
    context: Context, clinic_id: str, day: date | None = None, page: int = 1
) -> list[DayEntry]:
    """Return everyone who has an appointment on `day`, by time, whatever became of it.

    Without a `day` those who have no appointment, the newest first, a page of them and
    one more where there is another page; of the withdrawn only today's. Of screenings
    that follow each other the last one stands.
    """
    with context.database.read() as session:
        zone = ZoneInfo(session.get_one(Clinic, clinic_id).zone)
        listed = _listed(clinic_id)
        if day:
            begin, end = (_midnight(day + timedelta(days=n), zone) for n in (0, 1))
            on_day = (Screening.appointment_at >= begin, Screening.appointment_at < end)
            query = listed.where(*on_day).order_by(Screening.appointment_at, Screening.created_at)
        else:
            today = _midnight(context.now().astimezone(zone).date(), zone)
            of_today = or_(Screening.state != State.WITHDRAWN, Screening.withdrawn_at >= today)
            query = listed.where(Screening.appointment_at.is_(None), of_today)
            query = query.order_by(Screening.created_at.desc())
            query = query.limit(PAGE + 1).offset(PAGE * (max(page, 1) - 1))
        return _entries(context, session, session.scalars(query).all())


def entry_of(context: Context, by: Actor, screening_id: str) -> DayEntry:
    """Return the line of one screening. Raises ActRefusedError "gone" for another clinic's."""
    with context.database.read() as session:
        screening = session.get(Screening, screening_id)
        if screening is None or screening.clinic_id != by.clinic_id:
            raise ActRefusedError(Refusal.GONE)
        [entry] = _entries(context, session, [screening])
        return entry


def standing(context: Context, by: Actor, screening_id: str) -> str:
    """Return the id of what stands now for this screening, where others have come after it.

    An arrival with nothing new leads back to the one that it confirmed.
    """
    with context.database.read() as session:
        screening = session.get(Screening, screening_id)
        if screening is None or screening.clinic_id != by.clinic_id:
            raise ActRefusedError(Refusal.GONE)
        if screening.state == State.CONFIRMED and screening.recheck_of:
            screening = session.get_one(Screening, screening.recheck_of)
        while later := _later(session, screening):
            if _what_counts(context, session, later) is screening:
                break
            screening = later
        return screening.id


def _later(session: Session, screening: Screening) -> Screening | None:
    query = select(Screening).where(
        Screening.recheck_of == screening.id, Screening.state.in_((*GOES_ON, State.DECIDED))
    )
    return session.scalars(query.order_by(Screening.created_at.desc())).first()


def entries_of(
    context: Context, clinic_id: str, screening_ids: Sequence[str]
) -> dict[str, DayEntry]:
    """Return the lines of those of these screenings that stand for themselves."""
    query = _listed(clinic_id).where(Screening.id.in_(screening_ids))
    with context.database.read() as session:
        rows = session.scalars(query).all()
        return {entry.screening_id: entry for entry in _entries(context, session, rows)}


def _listed(clinic_id: str) -> Select[Screening]:
    """Select what stands for itself: nothing over, and nothing that is asked about again."""
    later = aliased(Screening)
    asked_again = exists().where(later.recheck_of == Screening.id, later.state.in_(GOES_ON))
    return select(Screening).where(
        Screening.clinic_id == clinic_id, Screening.state.not_in(NOWHERE), ~asked_again
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)


def _entries(context: Context, session: Session, found: Sequence[Screening]) -> list[DayEntry]:
    standing = (_what_counts(context, session, row) for row in found)
    rows = list({row.id: row for row in standing}.values())
    ids = [row.id for row in rows]
    changing = changing_since(context, session, ids)
    mails, arrived = newest_mails(session, ids), _confirmed(session, ids)
    treated = set(
        session.scalars(
            select(Treatment.screening_id).where(
                Treatment.screening_id.in_(ids), Treatment.undone_at.is_(None)
            )
        )
    )
    before = [row.recheck_of for row in rows if row.recheck_of]
    still = select(Screening.id).where(Screening.id.in_(before), Screening.state == State.DECIDED)
    decided = set(session.scalars(still))
    return [
        _entry(
            context,
            session,
            row,
            mail=mails.get(row.id),
            earlier=row.recheck_of if row.recheck_of in decided else None,
            confirmed_at=arrived.get(row.id),
            treated=row.id in treated,
            changing=row.id in changing,
        )
        for row in rows
    ]


def _what_counts(context: Context, session: Session, row: Screening) -> Screening:
    """Return what was sent where `row` is the patient's unsent draft of what has changed since."""
    if row.recheck_of is None or row.state in (State.SUBMITTED, State.DECIDED):
        return row
    sent = session.get_one(Screening, row.recheck_of)
    if sent.state not in (State.SUBMITTED, State.DECIDED):
        return row
    with suppress(SealedBlobError):  # one damaged row must not hide all the others
        if open_sealed(context, session, row, "draft").get("why") == SOMETHING_CHANGED:
            return sent
    return row


def _confirmed(session: Session, screening_ids: list[str]) -> dict[str, datetime]:
    """Return when the patient of each arrived last with nothing new."""
    query = (
        select(Screening.recheck_of, func.max(Screening.submitted_at))
        .where(Screening.recheck_of.in_(screening_ids), Screening.state == State.CONFIRMED)
        .group_by(Screening.recheck_of)
    )
    return {id: at for id, at in session.execute(query) if id and at}


def _entry(context: Context, session: Session, screening: Screening, **beside: Any) -> DayEntry:
    try:
        person = open_sealed(context, session, screening, "person")
        draft = open_sealed(context, session, screening, "draft")
        patient = _patient(context, session, screening)
    except SealedBlobError:  # one damaged row must not hide all the others
        person, draft, patient = {"name": None}, {"procedures": [], "answers": {}}, {}
    step, steps = _progress(context, draft) if screening.state == State.IN_PROGRESS else (0, 0)
    known = context.definitions.procedures
    return DayEntry(
        screening_id=screening.id,
        patient_id=screening.patient_id,
        number=screening.number,
        name=person["name"],
        born=person.get("born"),
        phone=str(patient.get("phone") or ""),
        disagreements=tuple(disagreements_in(screening.patient_id or "", patient)),
        procedures=tuple(p for p in draft["procedures"] if p in known),
        state=screening.state,
        appointment_at=screening.appointment_at,
        created_at=screening.created_at,
        submitted_at=screening.submitted_at,
        withdrawn_at=screening.withdrawn_at,
        link_ends=screening.link_expires_at,
        step=step,
        steps=steps,
        again=draft.get("why", "arrival") if screening.recheck_of else None,
        has_birth_date=bool(person.get("born") or context.definitions.born_in(draft["answers"])),
        **beside,
    )


def _patient(context: Context, session: Session, screening: Screening) -> dict[str, Any]:
    if screening.patient_id is None:
        return {}
    return person_of(context, session, session.get_one(Patient, screening.patient_id))


def _progress(context: Context, draft: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many questions are answered, and of how many; an answer may open more."""
    known = [p for p in draft["procedures"] if p in context.definitions.procedures]
    asked = journey(assemble_questionnaire(context.definitions, known), draft["answers"])
    return sum(is_answered(s.item, draft["answers"]) for s in asked), len(asked)
