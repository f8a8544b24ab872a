"""What the reception does: invite a patient, give a new link, withdraw and undo that.

A link works for two weeks, or until a week after the visit where that is later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
from screening.workflow.core.states import ALLOWED, State, allow
from screening.workflow.mail.outbox import (
    LINK_LASTS,
    Contact,
    Kind,
    contact_of,
    keep_contact,
    language_or_english,
    mail_address,
    order_again,
    order_mail,
    send_after_all,
)
from screening.workflow.patients.matching import patient_for
from screening.workflow.patients.patients import describe, person_of
from screening.workflow.reception.people_alike import people_alike

AFTER_THE_VISIT = timedelta(days=7)
START_CODE_LASTS = timedelta(hours=12)
# In the place of a device: it was begun on a tablet, or answers of before stand in it that no
# device brought, and whoever follows its link first is not let in to them.
NOBODYS = "nobody"
UNDO_WITHIN = timedelta(hours=1)
# Why a link is shown that the mail takes to the patient: the audit log takes no free text.
SHOWN_BECAUSE = ("no-mail-arrived", "at-the-desk", "no-mailbox", "other-message")
WITHDRAWN_BECAUSE = ("cancelled", "mistake", "twice", "patient-wishes")
Also = Callable[[Session, Screening], None] | None  # in the same transaction


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
    phone: str = "",
    *,
    careful: bool = False,
    also: Also = None,
) -> Invitation:
    """Open a screening and return its link and its start code for the tablet.

    Without `procedures` the patient chooses. The link is mailed `to` the address, if one
    is given; `born` is an ISO date, without which the code opens nothing. `number` is the
    clinic's own for its patient, `patient_id` the patient whom a person has chosen; who is
    `careful` is told of people alike first; `also` is done in the same transaction.
    Raises ActRefusedError for an unknown procedure or too many, "bad-address", "alike", or
    what `patient_for` says.
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
        alike = (context, session, by, given, number, appointment_at, patient_id)
        if careful and people_alike(*alike):
            raise ActRefusedError(Refusal.ALIKE)
        patient = patient_for(context, session, by, given, number, patient_id)
        if phone:
            describe(context, session, patient, {"phone": phone})
        known = person_of(context, session, patient)
        person |= {field: known[field] for field in ("name", "born") if known.get(field)}
        opened = open_screening(context, session, patient, person, draft, appointment_at)
        if also:
            also(session, opened.row)
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
    appointment_at: datetime | None = None,
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
        link_expires_at=link_end(now, appointment_at),
        start_code_hash=context.hash(f"start:{code}"),
        start_code_expires_at=now + START_CODE_LASTS,
        appointment_at=appointment_at,
        created_at=now,
        wrapped_key=wrapped,
        person=seal_value(key, "screening.person", id, person),
        draft=seal_value(key, "screening.draft", id, draft),
    )
    session.add(row)
    session.flush()
    return Opened(row, Invitation(id, row.number, link, code))


def link_end(now: datetime, appointment_at: datetime | None) -> datetime:
    """Return when a link that is given now ends."""
    end = now + LINK_LASTS
    return max(end, appointment_at + AFTER_THE_VISIT) if appointment_at else end


def fresh_code(context: Context, screening: Screening) -> str:
    """Return a code that starts this screening on a tablet once; the one before is void."""
    code = new_code()
    screening.start_code_hash = context.hash(f"start:{code}")
    screening.start_code_expires_at = context.now() + START_CODE_LASTS
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


def renew_link(context: Context, by: Actor, screening_id: str) -> Invitation:
    """Return a fresh link, and a fresh code while there is something to answer; the old are void.

    The link is mailed where an address is known. What has expired goes on where it stopped.
    """
    with context.database.write() as session:
        screening = own_screening(session, by, screening_id)
        allow("renew-link", screening.state)
        if screening.state == State.EXPIRED:
            reopen(context, session, screening)
        link, code = fresh_link(context, session, screening), ""
        orders: list[str] = []
        if screening.state in ALLOWED["answer"]:
            code = fresh_code(context, screening)
            orders = order_again(context, session, screening, Kind.INVITATION)
        elif screening.state == State.DECIDED:
            orders = order_again(context, session, screening, Kind.ANSWERED)
        context.record(session, by, "renew link", screening)
        renewed = Invitation(screening.id, screening.number, link, code)
    for order in orders:
        context.ring(order)
    return renewed


def reopen(context: Context, session: Session, screening: Screening) -> None:
    """Let a screening that has ended unsent be answered again, from where it stopped."""
    draft = open_sealed(context, session, screening, "draft")
    begun = screening.recheck_of or draft["answers"] or "given" in draft
    screening.state = State.IN_PROGRESS if begun else State.INVITED


def show_link(context: Context, by: Actor, screening_id: str, why: str) -> Invitation:
    """Return the personal link of a patient whose address is known, which is mailed else.

    `why` is one of SHOWN_BECAUSE. The link stays as it is where it still works.
    """
    with context.database.write() as session:
        screening = own_screening(session, by, screening_id)
        allow("show-link", screening.state)
        if why not in SHOWN_BECAUSE:
            raise ActRefusedError(Refusal.UNKNOWN_REASON)
        context.record(session, by, "show link", screening, why)
        keep_from_the_desk(context, session, screening)
        contact = contact_of(context, session, screening)
        held, lives = contact.link if contact else "", screening.link_expires_at > context.now()
        if not lives or context.hash(f"link:{held}") != screening.link_hash:
            held = fresh_link(context, session, screening)
        return Invitation(screening.id, screening.number, held, "")


def keep_from_the_desk(context: Context, session: Session, screening: Screening) -> None:
    """Let whoever follows the link first not be let in to what was begun: the clinic has it now."""
    if screening.device_hash is None and screening.state != State.INVITED:
        draft = open_sealed(context, session, screening, "draft")
        if draft["rows"] if "since" in draft else draft["answers"]:
            screening.device_hash = NOBODYS


def fresh_link(context: Context, session: Session, screening: Screening) -> str:
    """Give the screening another link; what was begun before stays with who began it."""
    link = new_token()
    keep_from_the_desk(context, session, screening)
    screening.link_hash = context.hash(f"link:{link}")
    screening.link_expires_at = link_end(context.now(), screening.appointment_at)
    if contact := contact_of(context, session, screening):
        keep_contact(context, session, screening, replace(contact, link=link))
    return link


def withdraw(
    context: Context, by: Actor, screening_id: str, why: str | None = None, also: Also = None
) -> None:
    """End a screening that is not wanted any more; its link then says so.

    `why` is one of WITHDRAWN_BECAUSE: the audit log takes no free text.
    """
    with context.database.write() as session:
        screening = own_screening(session, by, screening_id)
        if why is not None and why not in WITHDRAWN_BECAUSE:
            raise ActRefusedError(Refusal.UNKNOWN_REASON)
        allow("withdraw", screening.state)
        screening.state, screening.withdrawn_at = State.WITHDRAWN, context.now()
        context.record(session, by, "withdraw", screening, why)
        if also:
            also(session, screening)


def restore(context: Context, by: Actor, screening_id: str) -> None:
    """Undo a withdrawal within the hour: the link works again, all is as it was before.

    Raises ActRefusedError "too-late" afterwards.
    """
    with context.database.write() as session:
        screening = own_screening(session, by, screening_id)
        allow("restore", screening.state)
        at, now = screening.withdrawn_at, context.now()
        if at is None or now - at > UNDO_WITHIN:
            raise ActRefusedError(Refusal.TOO_LATE)
        if screening.submitted_at:
            screening.state = State.SUBMITTED
        elif screening.link_expires_at <= now:
            screening.state = State.EXPIRED
        else:
            reopen(context, session, screening)
            send_after_all(session, screening)
        screening.withdrawn_at = None
        context.record(session, by, "restore", screening)


def own_screening(session: Session, by: Actor, screening_id: str) -> Screening:
    """Return the clinic's screening. Another clinic's is not found."""
    screening = locked_screening(session, screening_id)
    if screening.clinic_id != by.clinic_id:
        raise ActRefusedError(Refusal.GONE)
    return screening
