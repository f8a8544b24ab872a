"""A POST that is refused leads to a page that says why: loading it again sends nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, g, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, default_exceptions

from screening.storage.encryption import SealedBlobError
from screening.web.core import error_pages, waiting
from screening.web.core.keeping import AFTER, blueprint_of, say
from screening.web.core.leaving import bp, keep_sent, lead_back, page_sent
from screening.web.core.limits import seconds_to_wait
from screening.web.core.problems import asked_by_program
from screening.web.operations.cookies import try_cookies
from screening.workflow.core.refusal import ActRefusedError, Refusal

STALE, DAMAGED = "stale", "damaged"


def register(app: Flask) -> None:
    pages: dict[type[Exception], Callable[[Any], ResponseReturnValue]] = {
        ActRefusedError: error_pages.refused,
        CSRFError: error_pages.stale,
        HTTPException: error_pages.failed,
        SealedBlobError: error_pages.damaged,
        Exception: error_pages.broken,
    }
    for kind, page in pages.items():
        app.register_error_handler(kind, by_get(page))
    waiting.register(app)  # what was typed cannot be kept where nobody can write


def by_get(page: Callable[[Any], ResponseReturnValue]) -> Callable[[Any], ResponseReturnValue]:
    """Return what answers as `page` does, but for a POST by leading there; what was typed stays."""

    def answer(error: Any) -> ResponseReturnValue:
        if request.method != "POST" or asked_by_program():
            return page(error)
        _keep(error)
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
