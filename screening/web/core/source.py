"""Where a request comes from: a network, and a browser that one of the staff has signed in with.

Many people may share a network: who is known is counted alone, so that no guest of the
clinic's network uses up the tries of those who work or answer there.
"""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv6Address, ip_address, ip_network

from flask import after_this_request, current_app, request, session
from flask_login import current_user
from werkzeug import Response

from screening.web.core.guards import context, cookie_name, person, tablet
from screening.workflow.accounts import browsers, passwords, sessions
from screening.workflow.accounts.tries import Source
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.reports import issued
from screening.workflow.screenings import answering
from screening.workflow.treatments import links

KNOWN = "known"
# What a secret in an address opens: one that does is counted for itself, wherever it is opened.
LINKS = {
    "s": answering.follow_link,
    "c": links.follow_link,
    "set-password": passwords.follow_link,
    "verify": issued.look_up,
}


def network() -> str:
    """Return the address that asks; of IPv6 the /64, all of which one household has."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((address, 64), strict=False))
    return str(address)


def source() -> Source:
    return Source(network(), request.cookies.get(_known_cookie(), ""))


def _known_cookie() -> str:
    return cookie_name(KNOWN, current_app.config["SESSION_COOKIE_SECURE"])


def remember_browser(sign_in: str) -> None:
    """Know this browser from now on by a new secret: someone finished signing in with it."""
    id = sessions.sign_in_id(context(), sign_in)
    secret = browsers.know_browser(context(), id, source().browser)

    @after_this_request
    def keep(response: Response) -> Response:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        how = {"httponly": True, "samesite": "Lax", "secure": secure}
        lasts = int(browsers.KNOWN_FOR.total_seconds())
        response.set_cookie(_known_cookie(), secret, max_age=lasts, **how)
        return response


def whose() -> str:
    """Return under what this request is counted: who asks where that is known, or the network."""
    if current_user.is_authenticated:
        return f"account:{person().id}"
    if here := tablet():
        return f"tablet:{here.id}"
    if known := browsers.known_browser(context(), source().browser):
        return f"browser:{known}"
    if "pen" in session:
        return f"visit:{session['pen']}"
    values = request.view_args or {}
    secret, kind = values.get("link") or values.get("code"), request.path.split("/")[1]
    if secret and kind in LINKS:
        with suppress(ActRefusedError):
            LINKS[kind](context(), secret)
            return f"link:{context().hash(f'limit:{secret}')}"
    return network()
