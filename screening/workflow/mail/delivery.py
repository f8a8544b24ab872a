"""Send the mails that were ordered: lease the row, hand over, record.

The mail is handed over before the row says so. SMTP knows no "exactly once": who
dies between the server's last word and our record cannot know whether it was sent.
Recording first would lose such a mail, and a patient who gets no link is worse
off than one who gets two; so it is sent again, with the same Message-ID, by which
mailboxes and people know it for the same mail. Two workers never send at once: one
holds the lease, longer than a worker is let live with one mail.
"""

from __future__ import annotations

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from screening.documents.outgoing.mail_message import Letter, mail_of
from screening.storage.encryption import SealedBlobError
from screening.storage.tables import CheckIn, Clinic, Message, Screening
from screening.workflow.core.actor import PROGRAM
from screening.workflow.core.context import Context
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.core.states import ALLOWED, State
from screening.workflow.mail.notices import NOTICE, due_notices, send_notice
from screening.workflow.mail.outbox import MAIL, MAILS, Kind, contact_of
from screening.workflow.mail.smtp import MailError, Trouble

log = logging.getLogger("screening.mail")


def due_mails(context: Context) -> list[str]:
    """Return what to ring for: every mail that waits for a worker now, the oldest first."""
    if context.mail is None:
        return []
    with context.database.read() as session:
        mails = [MAIL + id for id in MAILS.due_ids(session, context.now())]
    return mails + due_notices(context)


def send_mail(context: Context, order: str) -> bool:
    """Send one mail; return False when another worker has it, or it is not due or not needed."""
    if order.startswith(NOTICE):
        return send_notice(context, order)
    id = order.removeprefix(MAIL)
    if context.mail is None:
        return False
    try:
        letter = _lease(context, id)
    except SealedBlobError as error:
        _leave(context, id, error)
        return False
    if letter is None:
        return False
    try:
        context.mail.deliver(mail_of(letter))
    except MailError as error:
        _note_failure(context, id, error)
        return False
    _note_sent(context, id)
    return True


def _leave(context: Context, id: str, error: SealedBlobError) -> None:
    """Let a mail whose row is damaged wait; erasing the screening ends it."""
    log.warning("mail %s cannot be written: %s", id, error)
    with context.database.write() as session:
        row = session.get_one(Message, id, with_for_update=True)
        row.due_at = context.now() + MAILS.longest_pause


def _lease(context: Context, id: str) -> Letter | None:
    now = context.now()
    with context.database.write() as session:
        row: Message | None = MAILS.due_row(session, id, now)
        if row is None:
            return None
        screening = session.get_one(Screening, row.screening_id)
        if not _is_needed(session, row, screening, now):
            row.state = "dropped"
            return None
        MAILS.hold(row, now)
        return _letter(context, session, row, screening)


def _is_needed(session: Session, row: Message, screening: Screening, now: datetime) -> bool:
    """Return whether the patient may still answer, or read, behind a link that still works."""
    if row.kind == Kind.ALERT:
        return True
    if row.check_in_id:
        check_in = session.get_one(CheckIn, row.check_in_id)
        ends = check_in.link_expires_at
        return check_in.state in {"asked", "missed"} and ends is not None and ends > now
    if row.kind == Kind.ANSWERED:
        return screening.state == State.DECIDED and screening.link_expires_at > now
    if screening.state not in ALLOWED["answer"] or screening.link_expires_at <= now:
        return False
    appointment = screening.appointment_at
    if row.kind == Kind.EXPIRY_REMINDER and appointment is None:
        return True
    is_reminder = row.kind in {Kind.REMINDER, Kind.EXPIRY_REMINDER}
    return not is_reminder or (appointment is not None and appointment > now)


def _letter(
    context: Context, session: Session, row: Message, screening: Screening
) -> Letter | None:
    to = open_sealed(context, session, row, "recipient")
    assert context.mail and to
    clinic = session.get_one(Clinic, screening.clinic_id)
    language, link, ends = _leads_to(context, session, row, screening, clinic)
    return Letter(
        id=row.id,
        kind=row.kind,
        language=language,
        clinic=clinic.name,
        phone=clinic.phone,
        link=f"{context.public_url}/{link}",
        until=ends.astimezone(ZoneInfo(clinic.zone)).date(),
        sender=context.mail.sender,
        to=to,
        at=row.created_at,
        emergency=clinic.emergency,
        number=screening.number if row.kind == Kind.ALERT else "",
        words=context.definitions.words.get(language, ()),
    )


def _leads_to(
    context: Context, session: Session, row: Message, screening: Screening, clinic: Clinic
) -> tuple[str, str, datetime]:
    """Return the language of a mail, the page that its link opens, and until when."""
    if row.kind == Kind.ALERT:
        return clinic.language, "", row.created_at
    if row.check_in_id:
        check_in = session.get_one(CheckIn, row.check_in_id)
        content = open_sealed(context, session, check_in, "content")
        assert check_in.link_expires_at
        language = content["language"]
        return language, f"c/{content['link']}?lang={language}", check_in.link_expires_at
    contact = contact_of(context, session, screening)
    assert contact
    return contact.language, f"s/{contact.link}", screening.link_expires_at


def _note_failure(context: Context, id: str, error: MailError) -> None:
    """Say what went wrong and when it is tried again; a server that is down gets a rest."""
    log.warning("mail %s failed: %s", id, error.trouble)
    with context.database.write() as session:
        row = session.get_one(Message, id, with_for_update=True)
        if row.state != "pending":
            return
        screening = session.get_one(Screening, row.screening_id)
        seal_into(context, session, row, "error", error.words)
        row.lease_until = None
        if error.trouble is Trouble.REFUSED:
            row.state = "failed"
            context.record(session, PROGRAM, f"{row.kind} mail refused", screening)
            return
        MAILS.postpone(row, context.now())
        if error.trouble is Trouble.NO_ANSWER:
            waiting = (Message.state == "pending", Message.due_at < row.due_at)
            session.execute(update(Message).where(*waiting).values(due_at=row.due_at))


def _note_sent(context: Context, id: str) -> None:
    with context.database.write() as session:
        row = session.get_one(Message, id, with_for_update=True)
        screening = session.get_one(Screening, row.screening_id)
        if row.state == "pending":
            row.state, row.sent_at, row.error, row.lease_until = "sent", context.now(), None, None
        context.record(session, PROGRAM, f"send {row.kind} mail", screening)
