"""Every page that says no: what is wrong, and what to do next."""

from __future__ import annotations

from flask import Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from screening.logs import places
from screening.storage.encryption import SealedBlobError
from screening.web.core.guards import end_visit, is_kiosk
from screening.web.core.limits import FILES, seconds_to_wait
from screening.workflow.core.context import ActRefusedError

ON_A_TABLET = {
    "elsewhere": (
        _l("You are going on on another device"),
        _l("This tablet shows your answers no more. Please give it back to the reception."),
    ),
    "no-visit": (
        _l("This page was closed"),
        _l("To keep answers private we closed it. Nothing is lost: ask the reception for a code."),
    ),
}


def register(app: Flask) -> None:
    app.register_error_handler(ActRefusedError, refused)
    app.register_error_handler(CSRFError, stale)
    app.register_error_handler(HTTPException, failed)
    app.register_error_handler(SealedBlobError, damaged)
    app.register_error_handler(Exception, broken)


def refused(error: ActRefusedError) -> ResponseReturnValue:
    """An act came at the wrong time: the link is old, the screening is over, or not theirs."""
    if error.reason in {"submitted", "decided"} and request.blueprint == "patient":
        return redirect(url_for("patient.receipt"), 303)
    if is_kiosk() and error.reason in ON_A_TABLET:
        end_visit()
        closed, why = ON_A_TABLET[error.reason]
        return render_template("core/error.html", title=closed, text=why), 403
    title, text, status = {
        "gone": (
            _("We cannot find this"),
            _("The link may be cut off or old. Open it from the message again, or ask us."),
            404,
        ),
        "expired": (
            _("This link has ended"),
            _("Links work for two weeks. Ask the clinic for a new one. Your answers are not lost."),
            410,
        ),
        "link-expired": (
            _("This link has ended"),
            _("Links to set a password work for three days. Ask the administrator for a new one."),
            410,
        ),
        "withdrawn": (
            _("This questionnaire was withdrawn"),
            _("The clinic does not need these answers any more. Ask the clinic if you are unsure."),
            410,
        ),
        "superseded": (
            _("There is a newer questionnaire"),
            _("Use the newest link that the clinic sent to you."),
            410,
        ),
        "no-visit": (
            _("Please open your link again"),
            _("To keep your answers private we closed the page. Nothing that you sent is lost."),
            403,
        ),
        "elsewhere": (
            _("You are going on on another device"),
            _("Only one device at a time can answer. To go on here, open your link again."),
            409,
        ),
        "link-used": (
            _("This picture code has ended"),
            _("It works once, for ten minutes. Ask the reception how to go on."),
            410,
        ),
        "no-birth-date": (
            _("First tell us when you were born"),
            _("The tablet asks for your date of birth. Go back and answer that question first."),
            409,
        ),
        "incomplete": (
            _("A question is still open"),
            _("Go back to the questions. The page opens where an answer is missing."),
            409,
        ),
        "pending": (
            _("The report is being made"),
            _("This takes a few seconds. Load the page again."),
            409,
        ),
    }.get(
        error.reason,
        (
            _("This cannot be done now"),
            _("Something changed meanwhile. Go back and look again."),
            409,
        ),
    )
    return render_template("core/error.html", title=title, text=text), status


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
    if code == 413 and request.endpoint in FILES:
        too_large, most = _("This file is too large"), FILES[request.endpoint][1]
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
