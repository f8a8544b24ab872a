"""Mails that tell a clinic's doctors of a change of accounts: rows of their own.

They go to the address that the clinic gave for alerts. Nobody is named in them.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy.orm import Session

from screening.documents.outgoing.mail_message import Letter, mail_of
from screening.storage.columns import new_id
from screening.storage.tables import AccountChange, AccountNotice, Clinic
from screening.workflow.core.context import Context, Vault
from screening.workflow.core.outbox import Outbox
from screening.workflow.mail.outbox import MAIL
from screening.workflow.mail.smtp import MailError, Trouble

log = logging.getLogger("screening.mail")
NOTICES = Outbox(
    AccountNotice,
    AccountNotice.state == "pending",
    lease=timedelta(seconds=60),
    pause=timedelta(minutes=1),
    longest_pause=timedelta(hours=1),
)
NOTICE = f"{MAIL}notice:"  # what rings for a notice begins with this


def order_notice(context: Context, session: Session, change: AccountChange) -> list[str]:
    """Order the mail that something was begun or settled; return what to ring for."""
    return [] if context.mail is None else note(context, session, change)


def note(context: Vault, session: Session, change: AccountChange) -> list[str]:
    """Order it also where no mail server is known yet, as in a restore."""
    if not session.get_one(Clinic, change.clinic_id).alert_to:
        return []
    row = AccountNotice(id=new_id(), change_id=change.id, state="pending")
    row.due_at = row.created_at = context.now()
    session.add(row)
    return [NOTICE + row.id]


def due_notices(context: Context) -> list[str]:
    with context.database.read() as session:
        return [NOTICE + id for id in NOTICES.due_ids(session, context.now())]


def send_notice(context: Context, order: str) -> bool:
    """Send one; return False when another worker has it, or it is not due or fails."""
    id, mail = order.removeprefix(NOTICE), context.mail
    letter = _lease(context, id)
    if letter is None or mail is None:
        return False
    try:
        mail.deliver(mail_of(letter))
    except MailError as error:
        log.warning("notice %s failed: %s", id, error.trouble)
        with context.database.write() as session:
            row = session.get_one(AccountNotice, id, with_for_update=True)
            NOTICES.postpone(row, context.now())
            if error.trouble is Trouble.REFUSED:
                row.state = "failed"
        return False
    with context.database.write() as session:
        row = session.get_one(AccountNotice, id, with_for_update=True)
        row.state, row.sent_at, row.lease_until = "sent", context.now(), None
    return True


def _lease(context: Context, id: str) -> Letter | None:
    now = context.now()
    with context.database.write() as session:
        row: AccountNotice | None = NOTICES.due_row(session, id, now)
        if row is None:
            return None
        change = session.get_one(AccountChange, row.change_id)
        clinic = session.get_one(Clinic, change.clinic_id)
        if not clinic.alert_to or context.mail is None:
            row.state = "dropped"
            return None
        NOTICES.hold(row, now)
        return Letter(
            id=row.id,
            kind="accounts",
            language=clinic.language,
            clinic=clinic.name,
            phone=clinic.phone,
            link=f"{context.public_url}/confirmations",
            until=row.created_at.date(),
            sender=context.mail.sender,
            to=clinic.alert_to,
            at=row.created_at,
            words=context.definitions.words.get(clinic.language, ()),
        )
