"""Where a clinic's programs want news sent: addresses, their secrets, and what did not arrive."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from screening.storage.columns import new_id
from screening.storage.tables import Delivery, Webhook
from screening.workflow.core.actor import Actor
from screening.workflow.core.context import Context
from screening.workflow.core.news import HOOK
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.integration.addresses import is_own, is_reachable

LONGEST_URL = 500
MOST = 5  # addresses of one clinic
FORMER_SIGNS_FOR = timedelta(days=1)
MOST_DEAD = 50


@dataclass(frozen=True)
class WebhookEntry:
    """One address, and how many news wait for it or were given up."""

    id: str
    url: str
    created_at: datetime
    waiting: int
    dead: int


@dataclass(frozen=True)
class DeadLetter:
    """News that nobody took for three days, and what came back at last."""

    id: str
    url: str
    kind: str
    subject_id: str
    created_at: datetime
    error: str


Also = Callable[[Session, str, str], None] | None  # in the same transaction, with id and secret


def add_webhook(context: Context, by: Actor, url: str, also: Also = None) -> tuple[str, str]:
    """Add an address and return its id and its secret, which is seen this once.

    Raises ActRefusedError: "not-https", "own-network" for one inside this machine's networks,
    "too-many".
    """
    assert by.clinic_id
    url = checked(context, url)
    id, secret = new_id(), _new_secret()
    with context.database.write() as session:
        if len(_own(session, by)) >= MOST:
            raise ActRefusedError(Refusal.TOO_MANY)
        row = Webhook(id=id, clinic_id=by.clinic_id, url=url, created_at=context.now())
        seal_into(context, session, row, "content", {"secrets": [{"secret": secret}]})
        session.add(row)
        context.record(session, by, "add webhook", why=id)
        if also:
            also(session, id, secret)
    return id, secret


def checked(context: Context, url: str) -> str:
    """Return the address if news may be sent there; what it resolves to is looked at each time."""
    try:
        parts = urlsplit(url.strip())
        plain = len(url) <= LONGEST_URL and all(ord(c) > 32 for c in url.strip())
        fits = plain and parts.hostname and parts.port != 0 and not parts.username
    except ValueError as error:
        raise ActRefusedError(Refusal.NOT_HTTPS) from error
    allowed = context.webhook_networks
    if parts.scheme == "http" and fits and is_own(str(parts.hostname), allowed):
        return url.strip()
    if parts.scheme != "https" or not fits:
        raise ActRefusedError(Refusal.NOT_HTTPS)
    if not is_reachable(str(parts.hostname), allowed):
        raise ActRefusedError(Refusal.OWN_NETWORK)
    return url.strip()


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def _own(session: Session, by: Actor) -> list[Webhook]:
    query = select(Webhook).where(Webhook.clinic_id == by.clinic_id, Webhook.ended_at.is_(None))
    return list(session.scalars(query.order_by(Webhook.created_at)))


def _one(session: Session, by: Actor, webhook_id: str) -> Webhook:
    for row in _own(session, by):
        if row.id == webhook_id:
            return row
    raise ActRefusedError(Refusal.GONE)


def rotate_secret(context: Context, by: Actor, webhook_id: str, also: Also = None) -> str:
    """Return a new secret; the former signs beside it for a day, so that nothing is missed."""
    with context.database.write() as session:
        row, secret, now = _one(session, by, webhook_id), _new_secret(), context.now()
        former = signing(open_sealed(context, session, row, "content"), now)[:1]
        kept = [{"secret": one, "until": (now + FORMER_SIGNS_FOR).isoformat()} for one in former]
        seal_into(context, session, row, "content", {"secrets": [{"secret": secret}, *kept]})
        context.record(session, by, "rotate webhook secret", why=row.id)
        if also:
            also(session, row.id, secret)
    return secret


def signing(content: dict[str, Any], now: datetime) -> list[str]:
    """Return the secrets that sign now, the newest first."""
    return [
        one["secret"]
        for one in content["secrets"]
        if "until" not in one or now < datetime.fromisoformat(one["until"])
    ]


def end_webhook(context: Context, by: Actor, webhook_id: str) -> None:
    """Send no more news there; what waits is dropped."""
    with context.database.write() as session:
        row = _one(session, by, webhook_id)
        row.ended_at = context.now()
        waits = (Delivery.webhook_id == row.id, Delivery.state == "pending")
        session.execute(update(Delivery).where(*waits).values(state="dropped"))
        context.record(session, by, "end webhook", why=row.id)


def list_webhooks(context: Context, by: Actor) -> list[WebhookEntry]:
    """Return the clinic's addresses, the oldest first."""
    with context.database.read() as session:
        rows = _own(session, by)
        query = (
            select(Delivery.webhook_id, Delivery.state, func.count())
            .where(Delivery.webhook_id.in_([row.id for row in rows]))
            .group_by(Delivery.webhook_id, Delivery.state)
        )
        counts = {(id, state): number for id, state, number in session.execute(query)}
        return [
            WebhookEntry(
                row.id,
                row.url,
                row.created_at,
                counts.get((row.id, "pending"), 0),
                counts.get((row.id, "dead"), 0),
            )
            for row in rows
        ]


def list_dead(context: Context, by: Actor) -> list[DeadLetter]:
    """Return the newest news that were given up, for the administrator to see and send again."""
    query = (
        select(Delivery, Webhook.url)
        .join(Webhook, Webhook.id == Delivery.webhook_id)
        .where(
            Webhook.clinic_id == by.clinic_id,
            Webhook.ended_at.is_(None),
            Delivery.state == "dead",
        )
        .order_by(Delivery.created_at.desc())
        .limit(MOST_DEAD)
    )
    with context.database.read() as session:
        return [
            DeadLetter(row.id, url, row.kind, row.subject_id, row.created_at, row.error or "")
            for row, url in session.execute(query)
        ]


def send_again(context: Context, by: Actor, webhook_id: str) -> None:
    """Let the news that were given up wait once more."""
    with context.database.write() as session:
        row, now = _one(session, by, webhook_id), context.now()
        dead = (Delivery.webhook_id == row.id, Delivery.state == "dead")
        ids = list(session.scalars(select(Delivery.id).where(*dead)))
        fresh = {"state": "pending", "due_at": now, "created_at": now, "attempts": 0}
        session.execute(update(Delivery).where(*dead).values(**fresh))
        context.record(session, by, "send news again", why=row.id)
    for id in ids:
        context.ring(HOOK + id)
