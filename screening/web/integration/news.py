"""The operations that say where news is sent: signed webhooks that tell who changed, never how."""

from __future__ import annotations

from typing import Any

from screening.web.core.guards import context
from screening.web.integration.answered import WebhookMade, WebhookOut, WebhooksOut
from screening.web.integration.api import bp, client, once, operation
from screening.web.integration.asked import WebhookIn
from screening.workflow.integration import requests, webhooks
from screening.workflow.integration.api_keys import Scope
from screening.workflow.integration.requests import Claim

WEBHOOKS = "webhooks"


@bp.post("/webhooks")
@operation(Scope.WEBHOOKS, 201, WebhookMade, WEBHOOKS)
def add_webhook(json: WebhookIn) -> Any:
    """Have news sent to an address.

    It says `{"type": "screening.updated", "timestamp": …, "data": {"id": …}}`, or
    `patient.updated`: read what you may with the id. It is signed as Standard Webhooks say. What
    is not answered with a status of 200 to 299 is sent again, with longer and longer pauses, for
    three days. Scope `webhooks`.
    """

    def act(held: Claim | None) -> tuple[None, WebhookMade]:
        id, secret = webhooks.add_webhook(context(), client(), json.url, _kept(held))
        return None, WebhookMade(id=id, secret=secret)

    return once(act, 201)


def _kept(held: Claim | None) -> webhooks.Also:
    """Return what keeps an id and its secret, which is seen once, for whoever asks again."""
    return requests.kept_with(context(), held, None, _told)


def _told(id: str, secret: str) -> dict[str, Any]:
    return WebhookMade(id=id, secret=secret).model_dump()


@bp.get("/webhooks")
@operation(Scope.WEBHOOKS, 200, WebhooksOut, WEBHOOKS)
def list_webhooks() -> Any:
    """Where news is sent. Scope `webhooks`."""
    found = webhooks.list_webhooks(context(), client())
    told = [
        WebhookOut(
            id=one.id,
            url=one.url,
            created_at=one.created_at,
            waiting=one.waiting,
            dead=one.dead,
        )
        for one in found
    ]
    return WebhooksOut(webhooks=told)


@bp.delete("/webhooks/<webhook_id>")
@operation(Scope.WEBHOOKS, 204, None, WEBHOOKS)
def end_webhook(webhook_id: str) -> Any:
    """Send nothing there any more. Scope `webhooks`."""
    webhooks.end_webhook(context(), client(), webhook_id)
    return "", 204


@bp.post("/webhooks/<webhook_id>/secret")
@operation(Scope.WEBHOOKS, 200, WebhookMade, WEBHOOKS)
def rotate_secret(webhook_id: str) -> Any:
    """A new secret; the former signs beside it for a day. Scope `webhooks`."""

    def act(held: Claim | None) -> tuple[None, WebhookMade]:
        secret = webhooks.rotate_secret(context(), client(), webhook_id, _kept(held))
        return None, WebhookMade(id=webhook_id, secret=secret)

    return once(act, 200)


@bp.post("/webhooks/<webhook_id>/deliveries")
@operation(Scope.WEBHOOKS, 204, None, WEBHOOKS)
def send_again(webhook_id: str) -> Any:
    """Send once more what was given up. Scope `webhooks`."""

    def act(_held: Claim | None) -> tuple[None, None]:
        webhooks.send_again(context(), client(), webhook_id)
        return None, None

    return once(act, 204)
