"""What the reception does about mail: send the link, correct the address, see what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from screening.storage.tables import Screening
from screening.workflow.core.actor import Actor
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed
from screening.workflow.core.states import allow
from screening.workflow.mail.outbox import (
    Contact,
    Kind,
    MailState,
    contact_of,
    keep_contact,
    language_or_english,
    mail_address,
    mails_of,
    order_mail,
    state_of,
    times_ordered,
)
from screening.workflow.reception.invitations import (
    Also,
    fresh_link,
    keep_from_the_desk,
    own_screening,
)


@dataclass(frozen=True)
class SentTo:
    """One mail: how far it is, to whom, and what the mail server said when it failed."""

    how: MailState
    to: str
    said: str | None


@dataclass(frozen=True)
class Mailbox:
    """A screening's mail as the reception sees it. `to` is the address known now, else empty.

    `invitations` counts those ordered so far; whoever sends the next one names it.
    """

    screening_id: str
    number: str
    name: str
    to: str
    language: str
    invitations: int
    mails: list[SentTo]


def open_mailbox(context: Context, by: Actor, screening_id: str) -> Mailbox:
    """Return the screening's mail, and note in the audit log who looked.

    Raises what `read_mailbox` raises.
    """
    with context.database.write() as session:
        screening = own_screening(session, by, screening_id)
        allow("answer", screening.state)
        context.record(session, by, "look at mail", screening)
    return read_mailbox(context, by, screening_id)


def read_mailbox(context: Context, by: Actor, screening_id: str) -> Mailbox:
    """Return the screening's mail, for the page that follows an act which is noted itself.

    Raises ActRefusedError "gone" for another clinic's, or its state where no link is given.
    """
    with context.database.read() as session:
        screening = session.get(Screening, screening_id)
        if screening is None or screening.clinic_id != by.clinic_id:
            raise ActRefusedError(Refusal.GONE)
        allow("renew-link", screening.state)
        contact, rows = contact_of(context, session, screening), mails_of(session, screening_id)
        return Mailbox(
            screening_id,
            screening.number,
            open_sealed(context, session, screening, "person")["name"],
            contact.to if contact else "",
            contact.language if contact else "",
            times_ordered(rows, Kind.INVITATION),
            [
                SentTo(
                    state_of(row),
                    open_sealed(context, session, row, "recipient") or "",
                    open_sealed(context, session, row, "error"),
                )
                for row in rows
            ],
        )


def veiled(to: str) -> str:
    """Return an address so that who knows it knows it again, and nobody else.

    >>> veiled("lan.nguyen@example.org")
    'l…@example.org'
    """
    name, _at, where = to.partition("@")
    return f"{name[:1]}…@{where}" if to else ""


def send_link(
    context: Context,
    by: Actor,
    screening_id: str,
    to: str,
    language: str,
    after: int,
    link: str = "",
    also: Also = None,
) -> None:
    """Mail the personal link `to` an address, which is kept from now on.

    `after` is how many invitations were sent before: the same form twice sends one mail.
    The link stays as it is where an address was known before, or the page still
    holds it as `link`; else it is known only as a hash, so a fresh one is made.
    Raises ActRefusedError: "no-mail", "bad-address", or the state.
    """
    if context.mail is None:
        raise ActRefusedError(Refusal.NO_MAIL)
    to = mail_address(to)
    with context.database.write() as session:
        screening = own_screening(session, by, screening_id)
        allow("answer", screening.state)
        if after < times_ordered(mails_of(session, screening_id), Kind.INVITATION):
            return
        contact = contact_of(context, session, screening)
        held = contact.link if contact else link
        lives = screening.link_expires_at > context.now()
        if contact is None or contact.to != to:
            keep_from_the_desk(context, session, screening)
        if not lives or context.hash(f"link:{held}") != screening.link_hash:
            held = fresh_link(context, session, screening)
        language = language_or_english(context, language)
        keep_contact(context, session, screening, Contact(to, language, held))
        for row in mails_of(session, screening_id):
            if row.state == "pending":  # it would go to the address from before
                row.state = "dropped"
        orders = order_mail(context, session, screening, Kind.INVITATION, after + 1)
        context.record(session, by, "order invitation mail", screening)
        if also:
            also(session, screening)
    for order in orders:
        context.ring(order)
