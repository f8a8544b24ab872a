"""What the reception does: invite a patient, hand over a tablet, see who has finished."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.questionnaire import BORN, is_answered, journey
from screening.clinical.evaluation.case_fields import MOST_PROCEDURES
from screening.storage.columns import new_id
from screening.storage.encryption import SealedBlobError, new_key
from screening.storage.sealed import seal_value
from screening.storage.tables import Clinic, Screening
from screening.workflow.core.actor import LONGEST_NAME, Actor
from screening.workflow.core.context import Context, locked_screening, new_code, new_token
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.core.states import State, allow
from screening.workflow.mail.outbox import (
    Contact,
    Kind,
    MailState,
    contact_of,
    keep_contact,
    language_or_english,
    mail_address,
    newest_mails,
    order_mail,
)

LINK_LASTS = timedelta(days=14)
START_CODE_LASTS = timedelta(hours=12)
WITHDRAWN_BECAUSE = ("cancelled", "mistake", "twice", "patient-wishes")


@dataclass(frozen=True)
class Invitation:
    """What the patient gets; the secrets are shown once and stored only as hashes."""

    screening_id: str
    number: str
    link: str
    start_code: str


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


def invite(
    context: Context,
    by: Actor,
    name: str,
    procedures: Iterable[str] = (),
    appointment_at: datetime | None = None,
    to: str = "",
    language: str = "",
    born: str | None = None,
) -> Invitation:
    """Open a screening and return its link and its start code for the tablet.

    Without `procedures` the patient chooses. The link is mailed `to` the address, if one
    is given; `born` is an ISO date, without which the code opens nothing. Raises
    ActRefusedError for an unknown procedure or too many, or "bad-address".
    """
    to = mail_address(to) if to else ""
    chosen = list(procedures)
    if len(chosen) > MOST_PROCEDURES:
        raise ActRefusedError(Refusal.TOO_MANY_PROCEDURES)
    if any(p not in context.definitions.procedures for p in chosen):
        raise ActRefusedError(Refusal.UNKNOWN_PROCEDURE)
    draft = {"procedures": chosen, "invited_for": chosen, "answers": {}}
    person = {"name": name[:LONGEST_NAME], "born": born}
    with context.database.write() as session:
        clinic = session.get_one(Clinic, by.clinic_id, with_for_update=True)
        opened = open_screening(context, session, clinic, person, draft)
        opened.row.appointment_at = appointment_at
        orders = []
        if to:
            language = language_or_english(context, language)
            contact = Contact(to, language, opened.invitation.link)
            keep_contact(context, session, opened.row, contact)
            orders = order_mail(context, session, opened.row, Kind.INVITATION)
        context.record(session, by, "invite", opened.row)
    for order in orders:
        context.ring(order)
    return opened.invitation


@dataclass(frozen=True)
class Opened:
    row: Screening
    invitation: Invitation


def open_screening(
    context: Context,
    session: Session,
    clinic: Clinic,
    person: Mapping[str, Any],
    draft: Mapping[str, Any],
) -> Opened:
    """Add a screening with a number, a link and a start code of its own."""
    link, code, now, id, key = new_token(), new_code(), context.now(), new_id(), new_key()
    clinic.screenings += 1
    row = Screening(
        id=id,
        clinic_id=clinic.id,
        number=f"SC-{now.year}-{clinic.screenings:06d}",
        state=State.INVITED,
        link_hash=context.hash(f"link:{link}"),
        link_expires_at=now + LINK_LASTS,
        start_code_hash=context.hash(f"start:{code}"),
        start_code_expires_at=now + START_CODE_LASTS,
        created_at=now,
        wrapped_key=seal_value(context.clinic_key(clinic), "screening.wrapped_key", id, key),
        person=seal_value(key, "screening.person", id, person),
        draft=seal_value(key, "screening.draft", id, draft),
    )
    session.add(row)
    session.flush()
    return Opened(row, Invitation(id, row.number, link, code))


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


def new_start_code(context: Context, by: Actor, screening_id: str) -> str:
    """Return a fresh code that starts this screening on a tablet once; the old one is void."""
    code = new_code()
    with context.database.write() as session:
        screening = own_screening(session, by, screening_id)
        allow("answer", screening.state)
        screening.start_code_hash = context.hash(f"start:{code}")
        screening.start_code_expires_at = context.now() + START_CODE_LASTS
        context.record(session, by, "give start code", screening)
    return code


def note_birth_date(context: Context, by: Actor, screening_id: str, born: str) -> None:
    """Keep when the patient was born (ISO), so that a tablet can ask for it."""
    with context.database.write() as session:
        screening = own_screening(session, by, screening_id)
        allow("answer", screening.state)
        person = open_sealed(context, session, screening, "person") | {"born": born}
        seal_into(context, session, screening, "person", person)
        context.record(session, by, "note date of birth", screening)


def renew_link(context: Context, by: Actor, screening_id: str) -> str:
    """Return a fresh personal link; the old one is void."""
    with context.database.write() as session:
        screening = own_screening(session, by, screening_id)
        allow("renew-link", screening.state)
        if screening.state == State.EXPIRED:
            screening.state = State.IN_PROGRESS
        link = fresh_link(context, session, screening)
        context.record(session, by, "renew link", screening)
    return link


def fresh_link(context: Context, session: Session, screening: Screening) -> str:
    link = new_token()
    screening.link_hash = context.hash(f"link:{link}")
    screening.link_expires_at = context.now() + LINK_LASTS
    if contact := contact_of(context, session, screening):
        keep_contact(context, session, screening, replace(contact, link=link))
    return link


def withdraw(context: Context, by: Actor, screening_id: str, why: str | None = None) -> None:
    """End a screening that is not wanted any more; its link then says so.

    `why` is one of WITHDRAWN_BECAUSE: the audit log takes no free text, which might
    say something about the patient's health.
    """
    with context.database.write() as session:
        screening = own_screening(session, by, screening_id)
        if why is not None and why not in WITHDRAWN_BECAUSE:
            raise ActRefusedError(Refusal.UNKNOWN_REASON)
        allow("withdraw", screening.state)
        screening.state = State.WITHDRAWN
        context.record(session, by, "withdraw", screening, why)


def own_screening(session: Session, by: Actor, screening_id: str) -> Screening:
    """Return the clinic's screening. Another clinic's is as good as none."""
    screening = locked_screening(session, screening_id)
    if screening.clinic_id != by.clinic_id:
        raise ActRefusedError(Refusal.GONE)
    return screening
