"""What the reception does: invite a patient, hand over a tablet, see who has finished."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from screening.clinical.evaluation.case_fields import MOST_PROCEDURES
from screening.storage.columns import new_id
from screening.storage.encryption import new_key
from screening.storage.sealed import seal_value
from screening.storage.tables import Clinic, Patient, Screening
from screening.workflow.core.actor import LONGEST_NAME, Actor
from screening.workflow.core.context import Context, locked_screening, new_code, new_token
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.core.states import State, allow
from screening.workflow.mail.outbox import (
    LINK_LASTS,
    Contact,
    Kind,
    contact_of,
    keep_contact,
    language_or_english,
    mail_address,
    order_mail,
)
from screening.workflow.patients.matching import patient_for
from screening.workflow.patients.patients import describe, person_of
from screening.workflow.screenings.proof import NOBODYS

START_CODE_LASTS = timedelta(hours=12)
# Why a link is shown that the mail takes to the patient: the audit log takes no free text.
SHOWN_BECAUSE = ("no-mail-arrived", "at-the-desk", "no-mailbox", "other-message")
WITHDRAWN_BECAUSE = ("cancelled", "mistake", "twice", "patient-wishes")


@dataclass(frozen=True)
class Invitation:
    """What the patient gets; the secrets are shown once and stored only as hashes."""

    screening_id: str
    number: str
    link: str
    start_code: str


def invite(
    context: Context,
    by: Actor,
    name: str,
    procedures: Iterable[str] = (),
    appointment_at: datetime | None = None,
    to: str = "",
    language: str = "",
    born: str | None = None,
    number: str = "",
    patient_id: str | None = None,
) -> Invitation:
    """Open a screening and return its link and its start code for the tablet.

    Without `procedures` the patient chooses. The link is mailed `to` the address, if one
    is given; `born` is an ISO date, without which the code opens nothing. `number` is the
    clinic's own for its patient, `patient_id` the patient whom a person has chosen. Raises
    ActRefusedError for an unknown procedure or too many, "bad-address", or what `patient_for` says.
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
        given = person | {"language": language}
        patient = patient_for(context, session, by, given, number, patient_id)
        known = person_of(context, session, patient)
        person |= {field: known[field] for field in ("name", "born") if known.get(field)}
        opened = open_screening(context, session, patient, person, draft)
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
    patient: Patient,
    person: Mapping[str, Any],
    draft: Mapping[str, Any],
) -> Opened:
    """Add a screening of `patient` with a number, a link and a start code of its own."""
    clinic = session.get_one(Clinic, patient.clinic_id, with_for_update=True)
    link, code, now, id, key = new_token(), new_code(), context.now(), new_id(), new_key()
    clinic.screenings += 1
    wrapped = seal_value(context.patient_key(session, patient), "screening.wrapped_key", id, key)
    row = Screening(
        id=id,
        clinic_id=clinic.id,
        patient_id=patient.id,
        number=f"SC-{now.year}-{clinic.screenings:06d}",
        state=State.INVITED,
        link_hash=context.hash(f"link:{link}"),
        link_expires_at=now + LINK_LASTS,
        start_code_hash=context.hash(f"start:{code}"),
        start_code_expires_at=now + START_CODE_LASTS,
        created_at=now,
        wrapped_key=wrapped,
        person=seal_value(key, "screening.person", id, person),
        draft=seal_value(key, "screening.draft", id, draft),
    )
    session.add(row)
    session.flush()
    return Opened(row, Invitation(id, row.number, link, code))


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
        describe(context, session, session.get_one(Patient, screening.patient_id), {"born": born})
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


def show_link(context: Context, by: Actor, screening_id: str, why: str) -> str:
    """Return the personal link of a patient whose address is known, which is mailed else.

    `why` is one of SHOWN_BECAUSE. The link stays as it is where it still works.
    """
    with context.database.write() as session:
        screening = own_screening(session, by, screening_id)
        allow("show-link", screening.state)
        if why not in SHOWN_BECAUSE:
            raise ActRefusedError(Refusal.UNKNOWN_REASON)
        context.record(session, by, "show link", screening, why)
        contact = contact_of(context, session, screening)
        held, lives = contact.link if contact else "", screening.link_expires_at > context.now()
        if lives and context.hash(f"link:{held}") == screening.link_hash:
            return held
        return fresh_link(context, session, screening)


def fresh_link(context: Context, session: Session, screening: Screening) -> str:
    """Give the screening another link; what was begun before stays with who began it."""
    link = new_token()
    if screening.device_hash is None and screening.state != State.INVITED:
        draft = open_sealed(context, session, screening, "draft")
        if draft["rows"] if "since" in draft else draft["answers"]:
            screening.device_hash = NOBODYS
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
