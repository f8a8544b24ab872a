"""Ask a device for its passkey: the challenge waits in the session until it is answered."""

from __future__ import annotations

import secrets
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app, session

from screening.web.core.guards import context
from screening.workflow.accounts.passkeys import Challenge
from screening.workflow.core.refusal import ActRefusedError, Refusal


def passkeys_work() -> bool:
    """Tell whether browsers take passkeys here: they need a name, not a bare IP address."""
    try:
        ip_address(urlsplit(current_app.config["PUBLIC_URL"]).hostname or "")
    except ValueError:
        return True
    return False


def new_challenge() -> Challenge:
    """Return a challenge for this browser; an earlier one does not count any more."""
    text, now = secrets.token_urlsafe(32), context().now()
    session["challenge"] = [text, now.isoformat()]
    return Challenge(text, _site(), now)


def answered_challenge() -> Challenge:
    """Return the challenge that this browser was given. Raises ActRefusedError("wrong")."""
    if "challenge" not in session:
        raise ActRefusedError(Refusal.WRONG)
    text, at = session.pop("challenge")
    return Challenge(text, _site(), datetime.fromisoformat(at))


def _site() -> str:
    url = urlsplit(current_app.config["PUBLIC_URL"])
    return f"{url.scheme}://{url.netloc}"
