"""Where what is typed is kept: with the draft, with the account, or in the browser's cookie.

Of a patient's visit it is kept with the draft, of someone at work with the account, else in this
browser's cookie, sealed; on a waiting tablet for one page alone.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any, cast

from flask import current_app, g, redirect, request, session
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from screening.web.core.guards import context, is_kiosk, open_to_all, own_lock, person
from screening.workflow.accounts import unfinished as of_account
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.core.unfinished import (
    Pages,
    Typed,
    drop,
    lasting,
    open_from_cookie,
    put,
    seal_for_cookie,
)
from screening.workflow.screenings import unfinished as of_draft

WAS = "was"  # in the session: the sign-in that was ended here
AFTER = "after"  # in the session: the page that a sign-in leads back to
COOKIE, PASSED = "typed", "passed"  # in the session
SHOWN_FOR = timedelta(minutes=15)
CHECKED = "checked"  # in an address: say what is wrong with what stands in the boxes
OF_A_VISIT = {"patient", "arrival", "again", "proof", "handover"}


def typed(form: str = "") -> MultiDict[str, str] | None:
    """Return what stands in the boxes of this page: sent just now, or kept; None for nothing.

    `form` is the address of the one form that is meant.
    """
    if request.method == "POST":
        return request.form
    here = kept_pages().get(request.path, {})
    meant = [one for of, one in here.items() if form in ("", of)]
    return MultiDict([(n, v) for one in meant for n, v in one["fields"]]) if meant else None


def came_back() -> bool:
    """Return whether this page is seen because what it sent was wrong."""
    return request.method == "GET" and CHECKED in request.args


def is_unfinished() -> bool:
    """Return whether this page shows what was typed before and not sent."""
    return request.method == "GET" and bool(kept_pages().get(request.path)) and not came_back()


def say(name: str, what: object) -> None:
    """On a form that comes back: tell its page `what`, which `said` returns there."""
    g.setdefault("said", {})[name] = what


def said(name: str, otherwise: Any = None) -> Any:
    """Return what `say` told, while the form is sent and on the page that it comes back to."""
    if request.method == "POST":
        return g.get("said", {}).get(name, otherwise)
    here = kept_pages().get(request.path, {}).values() if came_back() else ()
    return next((one["said"][name] for one in here if name in one.get("said", {})), otherwise)


def drop_typed() -> None:
    """Keep nothing of the form that was just sent: whoever sees its page next is another."""
    g.drop_typed = True


def offer(pages: Pages) -> None:
    """Show what is kept with the draft, which the page has opened already."""
    g.kept = _in_cookie() | pages


def kept_pages() -> Pages:
    """Return what is kept for who is here."""
    if "kept" not in g:
        g.kept = _in_cookie()
        if request.blueprint in OF_A_VISIT:
            with suppress(ActRefusedError):
                g.kept |= of_draft.read_unfinished(context(), own_lock())
        elif current_user.is_authenticated:
            g.kept = of_account.read_unfinished(context(), person().id)
    return cast(Pages, g.kept)


def keep(page: str, form: str, typed: Typed) -> bool:
    """Keep `typed` for whose page it is; False where nothing may be kept."""
    of_a_visit = blueprint_of(page) in OF_A_VISIT
    if of_a_visit:
        with suppress(ActRefusedError):
            g.kept = of_draft.keep_unfinished(context(), own_lock(), page, form, typed)
            return True
        if is_kiosk():
            return False
    if not of_a_visit and (account := _account(page)):
        g.kept = of_account.keep_unfinished(context(), account, page, form, typed)
        return True
    before = {} if is_kiosk() else _in_cookie()
    sealed = seal_for_cookie(context(), put(before, page, form, typed))
    session[COOKIE] = sealed or seal_for_cookie(context(), put({}, page, form, typed))
    return bool(session[COOKIE])


def _in_cookie() -> Pages:
    pages: Pages = open_from_cookie(context(), session.get(COOKIE, "")) or {}
    return lasting(pages, context().now())


def _account(page: str) -> str | None:
    """Return who is at work here, or was until the sign-in ended.

    A page for everyone, that of signing in above all, is seen again without a sign-in: what is
    typed there is nobody's of before.
    """
    if current_user.is_authenticated:
        return person().id
    if open_to_all in current_app.before_request_funcs[blueprint_of(page)]:
        return None
    return of_account.account_that_was_in(context(), who_was_in())


def who_was_in() -> str:
    """Return the secret of the sign-in that has ended in this browser."""
    return str(session.get("_user_id") or session.get(WAS, ""))


def forget(page: str, form: str = "") -> None:
    """The form was sent and taken, or all forms of the page are to be forgotten."""
    if form and form not in kept_pages().get(page, {}):
        return
    if COOKIE in session:
        session[COOKIE] = seal_for_cookie(context(), drop(_in_cookie(), page, form))
    if blueprint_of(page) in OF_A_VISIT:
        with suppress(ActRefusedError):
            of_draft.forget_unfinished(context(), own_lock(), page, form)
    elif current_user.is_authenticated:
        of_account.forget_unfinished(context(), person().id, page, form)


def pass_on(page: str, what: object) -> Response:
    """Lead to `page`, which shows `what` a POST gave: a code, say. `passed_on` returns it there."""
    passed = {"page": page, "what": what, "until": (context().now() + SHOWN_FOR).isoformat()}
    session[PASSED] = seal_for_cookie(context(), passed)
    return redirect(page, 303)


def passed_on() -> Any:
    """Return what was passed on to this page, None where nothing was or it is too long ago."""
    passed = open_from_cookie(context(), session.get(PASSED, ""))
    if passed is None or passed["page"] != request.path:
        return None
    return passed["what"] if context().now().isoformat() < passed["until"] else None


def blueprint_of(path: str) -> str:
    """Return whose page `path` is, "" where it is none of ours."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None or not path.startswith("/") or len(path) > 300:
        return ""
    try:
        endpoint, _values = adapter.match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return ""
    return str(endpoint).partition(".")[0] if "." in endpoint else ""
