"""Every page that says no: what is wrong, and what to do next."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from screening.logs import places
from screening.storage.encryption import SealedBlobError
from screening.web.core.guards import end_visit, is_kiosk
from screening.web.core.limits import FILES, seconds_to_wait
from screening.web.core.refusal_words import ON_A_TABLET, PAGES
from screening.workflow.core.refusal import ActRefusedError, Refusal


def refused(error: ActRefusedError) -> ResponseReturnValue:
    """An act came at the wrong time: the link is old, the screening is over, or not theirs."""
    sent = {Refusal.SUBMITTED, Refusal.DECIDED}
    if error.reason in sent and request.blueprint == "patient":
        return redirect(url_for("patient.receipt"), 303)
    page = PAGES[error.reason]
    if is_kiosk() and error.reason in ON_A_TABLET:
        end_visit()
        page = ON_A_TABLET[error.reason]
    return render_template("core/error.html", title=page.title, text=page.text), page.status


def stale(error: CSRFError) -> ResponseReturnValue:
    if not request.cookies:
        title = _("Cookies are switched off in this browser")
        text = _(
            "We need one cookie to know that these answers are yours. It ends with your visit and "
            "follows you nowhere. Allow cookies for this site, then load the page once more."
        )
        return render_template("core/error.html", title=title, text=text), 400
    title = _("We could not accept this page")
    text = _(
        "Your browser sent it without our cookie. Allow cookies for this site, then go back: "
        "what you typed is still there. Load the page once more and send it again."
    )
    return render_template("core/error.html", title=title, text=text), 400


def failed(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400 or error.response:
        return error
    if code == 429:
        return too_often()
    at = request.args.get("at", request.endpoint)
    if code == 413 and at in FILES:
        too_large, most = _("This file is too large"), FILES[at][1]
        return render_template("core/error.html", title=too_large, text=most), code
    title, text = {
        400: (_("We could not read this"), _("Go back and try once more.")),
        401: (_("Please sign in"), _("You were signed out. Sign in and do it again.")),
        403: (_("This page is not for you"), _("Go back, or sign in with another account.")),
        404: (
            _("There is no such page"),
            _("Check the address. If you followed a link from the clinic, open it again."),
        ),
        405: (_("This page works differently"), _("Go back and use the buttons on the page.")),
        413: (
            _("That is too much text"),
            _(
                "A page may carry 64 kB in 500 fields. Go back: what you typed is still there. "
                "Make it shorter."
            ),
        ),
    }.get(code, (_("Something went wrong"), _("Try again in a moment.")))
    return render_template("core/error.html", title=title, text=text), code


def too_often() -> ResponseReturnValue:
    """Too many tries from one address: say how long to wait."""
    wait = seconds_to_wait()
    text = ngettext(
        "Wait %(num)s second, then load the page again.",
        "Wait %(num)s seconds, then load the page again.",
        wait,
    )
    page = render_template("core/error.html", title=_("Too many tries"), text=text)
    return page, 429, {"Retry-After": str(wait)}


def damaged(error: SealedBlobError) -> ResponseReturnValue:
    """What is stored was changed or lost a bit: nothing of it is shown, rather than half."""
    _log(error)
    title = _("This record cannot be opened")
    text = _(
        "What is stored of it is damaged, so nothing of it is shown. Tell the administrator: "
        "a backup may still hold it."
    )
    return render_template("core/error.html", title=title, text=text), 500


def _log(error: Exception) -> None:
    where = {"where": places(error)}
    current_app.logger.error("%s in %s", type(error).__name__, request.endpoint, extra=where)


def broken(error: Exception) -> ResponseReturnValue:
    """Our own fault: log what and where, never what the patient wrote."""
    _log(error)
    if current_app.testing:
        raise error
    title = _("Something went wrong on our side")
    text = _("Nothing that you sent before is lost. Try again in a minute, or tell the clinic.")
    return render_template("core/error.html", title=title, text=text), 500
