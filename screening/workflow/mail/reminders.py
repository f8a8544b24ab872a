"""Remind a patient who has not finished: before the visit, or before the link ends.

Each is recorded once. Where the link ends before the visit, its end is what matters.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import select

from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Message, Screening
from screening.workflow.core.context import Context, locked_screening
from screening.workflow.core.states import ALLOWED
from screening.workflow.mail.outbox import Kind, order_mail

log = logging.getLogger("screening.mail")


def order_reminders(context: Context, days: int) -> list[str]:
    """Order the mails that are due `days` before; return what to ring for."""
    if context.mail is None:
        return []
    query = select(Screening).where(
        Screening.state.in_(ALLOWED["answer"]),
        Screening.contact.is_not(None),
        Screening.appointment_at > context.now(),
    )
    reminders = (Message.kind == Kind.REMINDER) | (Message.kind == Kind.EXPIRY_REMINDER)
    with context.database.read() as session:
        kinds = {s.id: _kind_due(s, context.now(), days) for s in session.scalars(query)}
        rows = select(Message.screening_id, Message.kind).where(reminders)
        ordered = {(id, kind) for id, kind in session.execute(rows)}
    due = [id for id, kind in kinds.items() if kind and (id, kind) not in ordered]
    found = []
    for id in due:
        try:
            found += _order(context, id, days)
        except SealedBlobError as error:  # one damaged row must not keep the worker from all others
            log.warning("no reminder: %s", error)
    return found


def _order(context: Context, screening_id: str, days: int) -> list[str]:
    with context.database.write() as session:
        screening = locked_screening(session, screening_id)
        kind = _kind_due(screening, context.now(), days)
        if kind is None or screening.state not in ALLOWED["answer"]:
            return []
        return order_mail(context, session, screening, kind)


def _kind_due(screening: Screening, now: datetime, days: int) -> Kind | None:
    """Return which reminder is due. Who was invited within these days needs none."""
    appointment, link_ends = screening.appointment_at, screening.link_expires_at
    if appointment is None:
        return None
    end = min(appointment, link_ends)
    moment = end - timedelta(days=days)
    if not (screening.created_at <= moment <= now < end):
        return None
    return Kind.REMINDER if end == appointment else Kind.EXPIRY_REMINDER
