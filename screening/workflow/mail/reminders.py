"""Remind a patient who has not finished: before the visit, or before the link ends.

Each is recorded once. Where there is no visit, or the link ends before it, the link's end is
what matters.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Message, Screening
from screening.workflow.core.context import Context, locked_screening
from screening.workflow.core.states import ALLOWED
from screening.workflow.mail.outbox import Kind, mails_of, order_mail, times_ordered

log = logging.getLogger("screening.mail")


def order_reminders(context: Context, days: int) -> list[str]:
    """Order the mails that are due `days` before; return what to ring for."""
    if context.mail is None:
        return []
    query = select(Screening).where(
        Screening.state.in_(ALLOWED["answer"]),
        Screening.contact.is_not(None),
        or_(Screening.appointment_at > context.now(), Screening.appointment_at.is_(None)),
    )
    reminders = (Message.kind == Kind.REMINDER) | (Message.kind == Kind.EXPIRY_REMINDER)
    ordered: dict[str, list[Any]] = {}
    rows = select(Message.screening_id, Message.kind, Message.created_at).where(reminders)
    with context.database.read() as session:
        waiting = session.scalars(query).all()
        for row in session.execute(rows):
            ordered.setdefault(row.screening_id, []).append(row)
    due = [s.id for s in waiting if _due(s, ordered.get(s.id, []), context.now(), days)]
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
        rows = mails_of(session, screening_id)
        kind = _due(screening, rows, context.now(), days)
        if kind is None or screening.state not in ALLOWED["answer"]:
            return []
        return order_mail(context, session, screening, kind, times_ordered(rows, kind) + 1)


def _due(screening: Screening, rows: Iterable[Any], now: datetime, days: int) -> Kind | None:
    """Return which reminder is due, None where it was ordered since then.

    Who was invited within these days needs none. An appointment that is moved later has a
    reminder of its own.
    """
    appointment, link_ends = screening.appointment_at, screening.link_expires_at
    end = min(appointment or link_ends, link_ends)
    moment = end - timedelta(days=days)
    if not (screening.created_at <= moment <= now < end):
        return None
    kind = Kind.REMINDER if end == appointment else Kind.EXPIRY_REMINDER
    return None if any(r.kind == kind and r.created_at >= moment for r in rows) else kind
