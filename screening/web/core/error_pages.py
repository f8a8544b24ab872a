"""Every page that says no: what is wrong, and what to do next."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Response, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_babel.speaklater import LazyString
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from screening.logs import places
from screening.storage.encryption import SealedBlobError
from screening.web.core.guards import end_visit, is_kiosk
from screening.web.core.keeping import blueprint_of
from screening.web.core.limits import FILES, seconds_to_wait
from screening.web.core.problems import asked_by_program, problem, problem_of
from screening.web.core.refusal_words import ON_A_TABLET, PAGES
from screening.workflow.core.refusal import ActRefusedError, Refusal

log = logging.getLogger("screening.pages")
Words = str | LazyString
Way = tuple[str, str] | None
STAFFS = {"staff", "account", "administrator", "doctor", "lead", "reception", "patients"}
# After these nothing of the visit is left to go on with: the page offers no way back into it.
VISIT_ENDS = {
    *(Refusal.GONE, Refusal.EXPIRED, Refusal.WITHDRAWN, Refusal.SUPERSEDED, Refusal.CONFIRMED),
    *(Refusal.NO_VISIT, Refusal.ELSEWHERE, Refusal.OTHER_DEVICE, Refusal.LINK_USED),
    *(Refusal.CHECK_IN_OVER, Refusal.SUBMITTED, Refusal.DECIDED, Refusal.ERASED),
}


def _page(title: Words, text: Words, status: int, way: Way) -> tuple[str | Response, int]:
    """Return a page that says no: what is wrong, what to do, whom to call; a problem to a program.

    It comes even where nothing can be read that would make it a page of the clinic.
    """
    if asked_by_program():
        return problem_of(status), status
    try:
        return render_template("core/error.html", title=title, text=text, way=way), status
    except Exception as error:
        _log(error)
        heading = f"<title>{escape(title)}</title><h1>{escape(title)}</h1>"
        return f"<!DOCTYPE html>{heading}<p>{escape(text)}", status


def _asked_for() -> str:
    """Return the page on which somebody is: that of the refused form, or this one; "" for none."""
    page = str(g.get("way_back", "") or request.path)
    return page if blueprint_of(page) not in {"", "leaving", "cookies"} else ""


def way_on(visit_ends: bool = False) -> Way:
    """Return what leads on from a page that says no: the words of a button, and its address."""
    if g.get("way_back") and not visit_ends:
        return _("Back to the page"), g.way_back
    if current_user.is_authenticated:
        return _("To your work"), url_for("staff.home")
    if "screening" in session and not visit_ends:
        return _("Go on with my questions"), url_for("patient.resume")
    if is_kiosk():
        return _("To the first page of the tablet"), url_for("kiosk.front")
    if blueprint_of(_asked_for()) in STAFFS:
        return _("Sign in"), url_for("staff.sign_in")
    return None


def again() -> Way:
    """Return what loads the same page again, where it is one that can be loaded."""
    page = _asked_for()
    return (_("Load the page again"), page) if page else way_on()


def _tried(find: Callable[..., Way], *given: bool) -> Way:
    try:
        return find(*given)
    except Exception:  # who asks cannot be told: the page says the rest
        return None


def refused(error: ActRefusedError) -> ResponseReturnValue:
    """An act came at the wrong time: the link is old, the screening is over, or not theirs."""
    sent = {Refusal.SUBMITTED, Refusal.DECIDED}
    if error.reason in sent and request.blueprint == "patient":
        return redirect(url_for("patient.receipt"), 303)
    page = PAGES[error.reason]
    if is_kiosk() and error.reason in ON_A_TABLET:
        end_visit()
        page = ON_A_TABLET[error.reason]
    return _page(page.title, page.text, page.status, _tried(way_on, error.reason in VISIT_ENDS))


def stale(error: CSRFError) -> ResponseReturnValue:
    """A form without its token, of another window or another place: of cookies nothing is known."""
    title = _("We could not accept this page")
    text = _(
        "It was open for a long time, or in a second window. Nothing of it was sent. "
        "What you typed is still there if you go back: load the page again and send it once more."
    )
    return _page(title, text, 400, _tried(again))


def failed(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400 or error.response:
        return error
    if code == 429:
        return too_often()
    at = request.args.get("at", request.endpoint)
    if code == 413 and at in FILES:
        return _page(_("This file is too large"), FILES[at][1], code, _tried(again))
    title, text = {
        400: (_("We could not read this"), _("Go back and try once more.")),
        401: (_("Please sign in"), _("You were signed out. Sign in and do it again.")),
        403: _not_yours(),
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
        500: (
            _("Something went wrong on our side"),
            _("Nothing that you sent before is lost. Try again in a minute, or tell the clinic."),
        ),
    }.get(code, (_("Something went wrong"), _("Try again in a moment.")))
    return _page(title, text, code, _tried(again if code >= 500 else way_on))


def _not_yours() -> tuple[str, str]:
    if is_kiosk():
        text = _("Links open on your own phone. Here you begin with a code from the reception.")
        return _("This does not open on the tablet"), text
    if blueprint_of(_asked_for()) in STAFFS:
        return _("This page is not for you"), _("Go back, or sign in with another account.")
    return _("This page is not for you"), _("Go back, or ask the clinic.")


def too_often() -> ResponseReturnValue:
    """Too many tries from one address: say how long to wait."""
    wait = seconds_to_wait()
    text = ngettext(
        "Wait %(num)s second, then load the page again.",
        "Wait %(num)s seconds, then load the page again.",
        wait,
    )
    page, status = _page(_("Too many tries"), text, 429, _tried(again))
    return page, status, {"Retry-After": str(wait)}


def damaged(error: SealedBlobError) -> ResponseReturnValue:
    """What is stored was changed or lost a bit: nothing of it is shown, rather than half."""
    _log(error)
    if asked_by_program():
        return problem(500, "damaged", "What is stored of it is damaged. Tell the administrator.")
    text = _("What is stored of it is damaged, so nothing of it is shown. Please call the clinic.")
    if current_user.is_authenticated:
        text = _(
            "What is stored of it is damaged, so nothing of it is shown. Tell the administrator: "
            "a backup may still hold it."
        )
    return _page(_("This record cannot be opened"), text, 500, _tried(way_on, True))


def _log(error: Exception) -> None:
    where = {"where": places(error)}
    log.error("%s in %s", type(error).__name__, request.endpoint, extra=where)


def broken(error: Exception) -> ResponseReturnValue:
    """Our own fault: log what and where, never what the patient wrote."""
    _log(error)
    if current_app.testing:
        raise error
    text = _("Nothing that you sent before is lost. Try again in a minute, or tell the clinic.")
    return _page(_("Something went wrong on our side"), text, 500, _tried(again))
