"""Order a mail: a row in the transaction of its cause, which a worker sends.

An address is kept sealed with the screening's key, and with it the personal link,
which is otherwise stored only as a hash: a reminder has to hold it again. It goes
when the screening is erased.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from screening.clinical.definitions.language import ENGLISH
from screening.storage.columns import new_id
from screening.storage.tables import Clinic, Message, Screening
from screening.workflow.core.context import Context
from screening.workflow.core.outbox import Outbox
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into

MAILS = Outbox(
    Message,
    Message.state == "pending",
    lease=timedelta(seconds=60),
    pause=timedelta(minutes=1),
    longest_pause=timedelta(hours=1),
)
LINK_LASTS = timedelta(days=14)
MAIL = "mail:"  # what rings for a mail begins with this, what rings for a report does not
LONGEST_ADDRESS = 254
LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
# What browsers take as an e-mail address (WHATWG HTML, "valid e-mail address"), with a dot.
ADDRESS = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{LABEL}(?:\.{LABEL})+")


class Kind(StrEnum):
    """Why a mail is sent."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    REQUEST_INFORMATION = "request-information"
    EXPIRY_REMINDER = "expiry-reminder"
    WAIT_OVER = "wait-over"
    CHECK_IN = "check-in"
    ALERT = "alert"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Contact:
    """Where to send the link, in which language, and the link itself."""

    to: str
    language: str
    link: str


@dataclass(frozen=True)
class MailState:
    """How far a mail is. `due_at` lies ahead while a failed one waits for its next try."""

    kind: str
    sequence: int
    state: str
    due_at: datetime
    sent_at: datetime | None


def mail_address(typed: str) -> str:
    """Return the address as it may stand in a mail. Raises ActRefusedError("bad-address")."""
    text = typed.strip()
    try:
        fits = len(text) <= LONGEST_ADDRESS and ADDRESS.fullmatch(text)
        if not fits or Address(addr_spec=text).addr_spec != text:
            raise ActRefusedError(Refusal.BAD_ADDRESS)
    except (ValueError, MessageError) as error:
        raise ActRefusedError(Refusal.BAD_ADDRESS) from error
    return text


def keep_contact(
    context: Context, session: Session, screening: Screening, contact: Contact | None
) -> None:
    seal_into(context, session, screening, "contact", asdict(contact) if contact else None)


def contact_of(context: Context, session: Session, screening: Screening) -> Contact | None:
    """Return where to mail, None where no address is known."""
    kept = open_sealed(context, session, screening, "contact")
    return Contact(**kept) if kept else None


def order_mail(
    context: Context, session: Session, screening: Screening, kind: Kind, sequence: int = 1
) -> list[str]:
    """Add the order and return what to ring for once it is committed.

    Nothing where no mail is set up, no address is known, or this very mail was ordered
    already: `kind` and `sequence` are unique in a screening, so one cause gives one mail.
    """
    contact = contact_of(context, session, screening)
    if context.mail is None or contact is None:
        return []
    same = (Message.kind == kind, Message.sequence == sequence)
    query = select(Message.id).where(Message.screening_id == screening.id, *same)
    if session.scalar(query):
        return []
    return [_add(context, session, screening, kind, contact.to, sequence)]


def order_check_in(
    context: Context, session: Session, screening: Screening, check_in_id: str, to: str
) -> list[str]:
    """Order the mail that asks how it went, once more each time; return what to ring for."""
    if context.mail is None:
        return []
    sequence = _next(session, screening, Kind.CHECK_IN)
    return [_add(context, session, screening, Kind.CHECK_IN, to, sequence, check_in_id)]


def order_alert(context: Context, session: Session, screening: Screening) -> list[str]:
    """Tell the clinic's address that a doctor is needed; the mail names the number alone.

    Whoever calls this does so once an event. Nothing where the clinic gave no address.
    """
    to = session.get_one(Clinic, screening.clinic_id).alert_to
    if context.mail is None or not to:
        return []
    sequence = _next(session, screening, Kind.ALERT)
    return [_add(context, session, screening, Kind.ALERT, to, sequence)]


def _next(session: Session, screening: Screening, kind: Kind) -> int:
    same = (Message.screening_id == screening.id, Message.kind == kind)
    return (session.scalar(select(func.max(Message.sequence)).where(*same)) or 0) + 1


def _add(
    context: Context,
    session: Session,
    screening: Screening,
    kind: Kind,
    to: str,
    sequence: int,
    check_in_id: str | None = None,
) -> str:
    now, id = context.now(), new_id()
    row = Message(id=id, screening_id=screening.id, kind=kind, sequence=sequence)
    row.state, row.due_at, row.created_at, row.check_in_id = "pending", now, now, check_in_id
    seal_into(context, session, row, "recipient", to)
    session.add(row)
    session.flush()
    return MAIL + id


def tell_patient(
    context: Context, session: Session, screening: Screening, sequence: int = 1
) -> list[str]:
    """Order the mail that the clinic has answered, behind a link that works for two weeks more."""
    ends = context.now() + LINK_LASTS
    screening.link_expires_at = max(screening.link_expires_at, ends)
    return order_mail(context, session, screening, Kind.ANSWERED, sequence)


def order_again(context: Context, session: Session, screening: Screening, kind: Kind) -> list[str]:
    """Order a mail once more, and drop what still waits: its link would be void."""
    rows = mails_of(session, screening.id)
    for row in rows:
        if row.state == "pending":
            row.state = "dropped"
    return order_mail(context, session, screening, kind, times_ordered(rows, kind) + 1)


def times_ordered(rows: Iterable[Message], kind: Kind) -> int:
    """Return the highest sequence among the messages of this kind, 0 where there is none."""
    return max((row.sequence for row in rows if row.kind == kind), default=0)


def send_after_all(session: Session, screening: Screening) -> None:
    """Let the newest mail wait again where it was dropped: the screening goes on after all."""
    for row in mails_of(session, screening.id)[-1:]:
        if row.state == "dropped":
            row.state = "pending"


def newest_mails(session: Session, screening_ids: list[str]) -> dict[str, MailState]:
    """Return the newest mail of each screening that has one."""
    query = select(Message).where(Message.screening_id.in_(screening_ids))
    rows = session.scalars(query.order_by(Message.created_at, Message.sequence))
    return {row.screening_id: state_of(row) for row in rows}


def state_of(row: Message) -> MailState:
    return MailState(row.kind, row.sequence, row.state, row.due_at, row.sent_at)


def mails_of(session: Session, screening_id: str) -> list[Message]:
    """Return the screening's messages, the newest last."""
    query = select(Message).where(Message.screening_id == screening_id)
    return list(session.scalars(query.order_by(Message.created_at, Message.sequence)))


def language_or_english(context: Context, language: str) -> str:
    return language if language in context.definitions.translations else ENGLISH
