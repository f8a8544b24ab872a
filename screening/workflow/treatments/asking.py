"""The worker's round: ask whoever is due how it went, remind once, note who did not answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from screening.clinical.definitions.language import ENGLISH
from screening.storage.encryption import SealedBlobError
from screening.storage.tables import CheckIn, Clinic, Screening, Treatment
from screening.workflow.core.actor import PROGRAM
from screening.workflow.core.context import Context, locked_screening, new_token
from screening.workflow.core.sealed import seal_into
from screening.workflow.core.states import State
from screening.workflow.mail.outbox import (
    Contact,
    contact_of,
    language_or_english,
    order_check_in,
)
from screening.workflow.patients.patients import person_of, whole_patient

log = logging.getLogger("screening.treatments")
NOT_BEFORE = time(9)  # at the clinic: nobody is asked at night
FURTHEST_AHEAD = timedelta(hours=14)  # of our clock is some clinic's
REMIND_AFTER = timedelta(days=2)
MISSED_AFTER = timedelta(days=4)
LINK_LASTS = timedelta(days=14)
Step = Callable[[Context, Session, CheckIn, Screening], list[str]]


def ask_how_it_went(context: Context) -> list[str]:
    """Do what is due now; return the mails to ring for."""
    now = context.now()
    furthest = (now + FURTHEST_AHEAD).date().isoformat()
    asked, linked = CheckIn.state == "asked", CheckIn.link_hash.is_not(None)
    silent = (asked, linked, CheckIn.reminded_at.is_(None))
    rounds: tuple[tuple[Step, tuple[ColumnElement[bool], ...]], ...] = (
        (_ask, (CheckIn.state == "waiting", CheckIn.due_on <= furthest)),
        (_remind, (*silent, CheckIn.asked_at <= now - REMIND_AFTER)),
        (_miss, (asked, CheckIn.asked_at <= now - MISSED_AFTER)),
    )
    return [order for step, due in rounds for order in _each(context, step, due)]


def _each(context: Context, step: Step, due: tuple[ColumnElement[bool], ...]) -> list[str]:
    query = select(CheckIn.id, Treatment.screening_id).join(Treatment).where(*due)
    with context.database.read() as session:
        found = session.execute(query.order_by(CheckIn.due_on)).all()
    orders = []
    for id, screening_id in found:
        try:
            with context.database.write() as session:
                screening = locked_screening(session, screening_id)
                held = select(CheckIn).where(CheckIn.id == id, *due).with_for_update()
                if row := session.scalars(held).first():
                    orders += step(context, session, row, screening)
        except SealedBlobError as error:  # one damaged row must not keep the worker from all others
            log.warning("no check-in: %s", error)
    return orders


def _ask(context: Context, session: Session, row: CheckIn, screening: Screening) -> list[str]:
    """Send the link where an address is known; else it stands on the desk's list from now on."""
    if not _has_come(session, row, context.now()):
        return []
    if screening.state == State.ERASED:
        row.state = "cancelled"
        return []
    contact = contact_of_patient(context, session, row.patient_id, screening.id)
    now = context.now()
    link = new_token() if contact.to and context.mail else None
    content = {"link": link, "language": contact.language, "misses": 0}
    seal_into(context, session, row, "content", {**content, "half": None, "answers": []})
    row.state, row.asked_at, row.link_expires_at = "asked", now, now + LINK_LASTS
    if link is None:
        return []
    row.link_hash = context.hash(f"check-in:{link}")
    context.record(session, PROGRAM, "ask how it went", screening)
    return order_check_in(context, session, screening, row.id, contact.to)


def _has_come(session: Session, row: CheckIn, now: datetime) -> bool:
    zone = ZoneInfo(session.get_one(Clinic, row.clinic_id).zone)
    there = now.astimezone(zone)
    return row.due_on <= there.date().isoformat() and there.time() >= NOT_BEFORE


def contact_of_patient(
    context: Context, session: Session, patient_id: str, screening_id: str
) -> Contact:
    """Return where to ask: the screening's address, or else the newest of the same person's."""
    people = whole_patient(session, patient_id)
    query = select(Screening).where(
        Screening.patient_id.in_([one.id for one in people]), Screening.contact.is_not(None)
    )
    known = session.scalars(query.order_by(Screening.created_at.desc())).all()
    for one in sorted(known, key=lambda row: row.id != screening_id):
        if contact := contact_of(context, session, one):
            return contact
    language = person_of(context, session, people[0]).get("language") or ENGLISH
    return Contact("", language_or_english(context, language), "")


def _remind(context: Context, session: Session, row: CheckIn, screening: Screening) -> list[str]:
    row.reminded_at = context.now()
    contact = contact_of_patient(context, session, row.patient_id, screening.id)
    return order_check_in(context, session, screening, row.id, contact.to) if contact.to else []


def _miss(context: Context, session: Session, row: CheckIn, screening: Screening) -> list[str]:
    row.state = "missed"
    context.record(session, PROGRAM, "miss check-in", screening)
    return []
