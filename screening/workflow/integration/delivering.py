"""Send news: lease the row, sign it as Standard Webhooks say, post it, record what came back.

Source: https://www.standardwebhooks.com (specification of 2023)
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy.orm import Session
from standardwebhooks import Webhook as Signer

from screening.storage.encryption import SealedBlobError
from screening.storage.tables import Delivery, Webhook
from screening.workflow.core.context import Context
from screening.workflow.core.news import HOOK
from screening.workflow.core.outbox import Outbox
from screening.workflow.core.sealed import open_sealed
from screening.workflow.integration.posting import NotTakenError, post
from screening.workflow.integration.webhooks import signing

GIVEN_UP_AFTER = timedelta(days=3)
NEWS = Outbox(
    Delivery,
    Delivery.state == "pending",
    lease=timedelta(seconds=60),
    pause=timedelta(seconds=30),
    longest_pause=timedelta(hours=12),
)


@dataclass(frozen=True)
class _Parcel:
    url: str
    body: str
    headers: dict[str, str]


def due_news(context: Context) -> list[str]:
    """Return what to ring for: all news that wait for a worker now, the oldest first."""
    with context.database.read() as session:
        return [HOOK + id for id in NEWS.due_ids(session, context.now())]


def deliver(context: Context, order: str) -> bool:
    """Send one piece of news; return False where it is not due, or nobody took it."""
    id = order.removeprefix(HOOK)
    with context.database.write() as session:
        row: Delivery | None = NEWS.due_row(session, id, context.now())
        if row is None:
            return False
        try:
            parcel = _parcel(context, session, row)
        except SealedBlobError:
            row.state, row.error = "dead", "its secret cannot be opened"
            return False
        NEWS.hold(row, context.now())
    host = str(urlsplit(parcel.url).hostname)
    try:
        post(parcel.url, host, parcel.body.encode(), parcel.headers, context.webhook_networks)
    except NotTakenError as error:
        _postpone(context, id, str(error))
        return False
    with context.database.write() as session:
        row = session.get_one(Delivery, id, with_for_update=True)
        if row.state == "pending":
            row.state, row.sent_at = "sent", context.now()
        row.lease_until, row.error = None, None
    return True


def _parcel(context: Context, session: Session, row: Delivery) -> _Parcel:
    webhook, now = session.get_one(Webhook, row.webhook_id), context.now()
    happened = row.created_at.astimezone(UTC).isoformat(timespec="seconds")
    told = {"type": row.kind, "timestamp": happened, "data": {"id": row.subject_id}}
    body = json.dumps(told, separators=(",", ":"))
    content = open_sealed(context, session, webhook, "content")
    signatures = [
        Signer(secret).sign(row.id, _as_signed(now), body) for secret in signing(content, now)
    ]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Screening",
        "webhook-id": row.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    return _Parcel(webhook.url, body, headers)


def _as_signed(now: datetime) -> datetime:
    return now.astimezone(UTC)


def _postpone(context: Context, id: str, error: str) -> None:
    """Try again later, and less and less often; give up after three days."""
    with context.database.write() as session:
        row, now = session.get_one(Delivery, id, with_for_update=True), context.now()
        row.error = error[:200]
        if row.state != "pending":
            return
        if now - row.created_at >= GIVEN_UP_AFTER:
            row.state, row.lease_until = "dead", None
        else:
            NEWS.postpone(row, now)
