"""News for a clinic's other programs: that something changed, and of whom; never what.

A row in the transaction of its cause, as reports and mails are ordered. What is still to be
sent of the same subject is not ordered twice: whoever gets it reads how things stand then.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from screening.storage.columns import new_id
from screening.storage.tables import Delivery, Webhook

SCREENING_UPDATED, PATIENT_UPDATED = "screening.updated", "patient.updated"
HOOK = "hook:"  # what rings for a delivery begins with this


def note_news(
    session: Session,
    clinic_id: str,
    kind: str,
    subject_id: str,
    now: datetime,
    ring: Callable[[str], None],
) -> None:
    """Order the news for each of the clinic's webhooks; ring for it once it is committed."""
    query = select(Webhook.id).where(Webhook.clinic_id == clinic_id, Webhook.ended_at.is_(None))
    for webhook_id in session.scalars(query).all():
        waiting = select(Delivery.id).where(
            Delivery.webhook_id == webhook_id,
            Delivery.kind == kind,
            Delivery.subject_id == subject_id,
            Delivery.state == "pending",
            Delivery.lease_until.is_(None),
        )
        if session.scalars(waiting).first():
            continue
        id = new_id()
        row = Delivery(id=id, webhook_id=webhook_id, kind=kind, subject_id=subject_id)
        row.state, row.due_at, row.created_at = "pending", now, now
        session.add(row)
        session.flush()
        _ring_later(session, ring, HOOK + id)


def _ring_later(session: Session, ring: Callable[[str], None], order: str) -> None:
    event.listen(session, "after_commit", lambda _session: ring(order), once=True)
