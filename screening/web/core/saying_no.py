"""A POST that is refused leads to a page that says why: loading it again sends nothing twice."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

from flask import (
    Blueprint,
    Flask,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, default_exceptions

from screening.storage.encryption import SealedBlobError
from screening.storage.turn import WaitedTooLongError
from screening.web.core import error_pages
from screening.web.core.guards import cookie_name, open_to_all
from screening.web.core.keeping import AFTER, blueprint_of, say
from screening.web.core.leaving import bp, keep_sent, lead_back, page_sent
from screening.web.core.limits import seconds_to_wait
from screening.web.core.problems import asked_by_program, problem
from screening.workflow.core.refusal import ActRefusedError, Refusal

log = logging.getLogger("screening.pages")
STALE, DAMAGED = "stale", "damaged"
AGAIN_AFTER = 5  # seconds
# What is typed anew rather than written into a page.
SECRET = re.compile(r"pass|code|pin$|secret", re.IGNORECASE)


cookies = Blueprint("cookies", __name__)
cookies.before_request(open_to_all)


def register(app: Flask) -> None:
    app.register_blueprint(cookies)
    pages: dict[type[Exception], Callable[[Any], ResponseReturnValue]] = {
        ActRefusedError: error_pages.refused,
        CSRFError: error_pages.stale,
        HTTPException: error_pages.failed,
        SealedBlobError: error_pages.damaged,
        Exception: error_pages.broken,
    }
    for kind, page in pages.items():
        app.register_error_handler(kind, by_get(page))
    # What was typed cannot be kept where nobody lets us write.
    app.register_error_handler(WaitedTooLongError, busy)


def by_get(page: Callable[[Any], ResponseReturnValue]) -> Callable[[Any], ResponseReturnValue]:
    """Return what answers as `page` does, but for a POST by leading there; what was typed stays."""

    def answer(error: Any) -> ResponseReturnValue:
        if request.method != "POST" or asked_by_program():
            return page(error)
        try:
            _keep(error)
        except Exception as failure:  # the database is away: the page says so, and keeps nothing
            g.is_kept = True  # nor is it tried again
            return error_pages.broken(failure)
        if isinstance(error, HTTPException) and error.code == 401:
            return redirect(url_for("staff.sign_in"), 303)
        if isinstance(error, CSRFError) and _from_here():
            say(STALE, True)
            return lead_back()
        if isinstance(error, CSRFError) and not request.cookies:
            return try_cookies(page_sent())
        response = make_response(page(error))
        if response.status_code < 400 or response.mimetype != "text/html":
            return response
        wait = seconds_to_wait() if response.status_code == 429 else None
        about: dict[str, Any] = {"at": request.endpoint, "page": page_sent(), "wait": wait}
        return redirect(url_for("leaving.no", kind=_kind(error), **about), 303)

    return answer


def _keep(error: Any) -> None:
    """Keep the form where it can be read, and where the browser is known to have sent it itself."""
    g.unreadable = getattr(error, "code", None) == 413
    known = not isinstance(error, CSRFError) or _from_here()
    if known and not g.unreadable:
        keep_sent()
    g.is_kept = True
    if getattr(error, "code", None) == 401:
        session[AFTER] = page_sent()


def _from_here() -> bool:
    """Return whether a page of ours sent this, though its token is of an earlier visit."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")  # older browsers say nothing
    return bool(request.cookies) and site == "same-origin"  # and foreign pages get no cookie


def _kind(error: Exception) -> str:
    match error:
        case ActRefusedError():
            return str(error.reason)
        case CSRFError():
            return STALE
        case HTTPException():
            return str(error.code or 500)
        case SealedBlobError():
            return DAMAGED
    return "500"


@bp.get("/no/<kind>")
def no(kind: str) -> ResponseReturnValue:
    """Say why a form was refused, and lead back to it."""
    page = request.args.get("page", "")
    g.way_back = page if blueprint_of(page) else ""
    if kind == STALE:
        return error_pages.stale(CSRFError())
    if kind == DAMAGED:
        return error_pages.damaged(SealedBlobError())
    if kind in set(Refusal):
        return error_pages.refused(ActRefusedError(Refusal(kind)))
    code = int(kind) if kind.isdecimal() and int(kind) in default_exceptions else 404
    return error_pages.failed(default_exceptions[code]())


def busy(error: WaitedTooLongError) -> ResponseReturnValue:
    """Nothing was kept, as nobody let us write: say so, and send the same again at one tap."""
    log.error("%s in %s", type(error).__name__, request.endpoint)
    header = {"Retry-After": str(AGAIN_AFTER)}
    if asked_by_program():
        said = "Others hold up the database; nothing was stored. Send the same again."
        refused = problem(503, "busy", said)
        refused.headers.update(header)
        return refused
    if request.accept_mimetypes.best == "application/json":
        return jsonify(error="busy", retry_after=AGAIN_AFTER), 503, header
    return render_template("core/busy.html", kept=_typed(), address=request.full_path), 503, header


def _typed() -> list[tuple[str, str]]:
    """Return the fields of the form; nothing where one was a secret or a file."""
    if request.method != "POST" or request.files:
        return []
    fields = list(request.form.items(multi=True))
    return [] if any(SECRET.search(name) and value for name, value in fields) else fields


def try_cookies(page: str) -> ResponseReturnValue:
    """Lead a browser that brought no cookie to where it is seen whether it keeps one.

    It may take none, or it has forgotten ours meanwhile. `page` is where it goes on.
    """
    response = redirect(url_for("cookies.probe", page=page, given="y"), 303)
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    how = {"httponly": True, "samesite": "Lax", "secure": secure}
    response.set_cookie(cookie_name("probe", secure), "1", max_age=60, **how)
    return response


@cookies.get("/cookies")
def probe() -> ResponseReturnValue:
    """Say that cookies are off if the one given just now did not come back, and only then."""
    page = request.args.get("page", "")
    page = page if blueprint_of(page) else ""
    if request.cookies:
        g.way_back = page
        return error_pages.stale(CSRFError())
    if "given" not in request.args:
        return try_cookies(page)
    shown = render_template(
        "core/error.html",
        title=_("Cookies are switched off in this browser"),
        text=_(
            "We need one cookie to know that these answers are yours. It ends with your visit and "
            "follows you nowhere. Allow cookies for this site, then load the page once more."
        ),
        way=(_("Load the page again"), page) if page else None,
    )
    return shown, 400
