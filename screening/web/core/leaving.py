"""Nothing typed is lost: however a page with boxes is left, they are filled when it is seen again.

A page is sent by POST and seen by GET, and no answer to a POST is a page: what was wrong leads
back to the page, which shows the input with the errors (`?checked`), so that reloading sends
nothing twice. Left by another button (`go`), by a link, by time or by closing the tab
(leaving.js), the boxes are kept as they are. Where: of a patient's visit with the draft, of
someone at work with the account, else in this browser's cookie, sealed; on a waiting tablet
nowhere. Never a password, a code or a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response
from wtforms import FileField, Form, PasswordField

from screening.web.core.guards import (
    VISIT_IDLE,
    context,
    is_kiosk,
    open_to_all,
    own_lock,
    person,
    visit_is_over,
)
from screening.workflow.accounts import unfinished as of_account
from screening.workflow.accounts.sessions import IDLE
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

bp = Blueprint("leaving", __name__)
bp.before_request(open_to_all)
COOKIE, PASSED = "typed", "passed"  # in the session
SHOWN_FOR = timedelta(minutes=15)
CHECKED = "checked"  # in an address: say what is wrong with what stands in the boxes
PAGE, FORM, GO, NAMES = "page", "form-of", "go", "names"  # beside the boxes
BESIDE = {PAGE, FORM, GO, NAMES, "csrf_token"}
SECRET = {"password", "new", "again", "code", "old", "pin", "credential"}
OF_A_VISIT = {"patient", "arrival", "again", "proof", "handover"}


def typed() -> MultiDict[str, str] | None:
    """Return what stands in the boxes of this page: sent just now, or kept; None for nothing."""
    if request.method == "POST":
        return request.form
    here = kept_pages().get(request.path, {}).values()
    return MultiDict([(n, v) for one in here for n, v in one["fields"]]) if here else None


def came_back() -> bool:
    """Return whether this page is seen because what it sent was wrong."""
    return request.method == "GET" and CHECKED in request.args


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


# Where it is kept.


def offer(pages: Pages) -> None:
    """Show what is kept with the draft, which the page has opened already."""
    g.kept = _in_cookie() | pages


def kept_pages() -> Pages:
    """Return what is kept for who is here."""
    if "kept" not in g:
        at_work = request.blueprint not in OF_A_VISIT and current_user.is_authenticated
        g.kept = of_account.read_unfinished(context(), person().id) if at_work else _in_cookie()
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
    if not of_a_visit and (account := _account()):
        g.kept = of_account.keep_unfinished(context(), account, page, form, typed)
        return True
    before = {} if is_kiosk() else _in_cookie()
    sealed = seal_for_cookie(context(), put(before, page, form, typed))
    session[COOKIE] = sealed or seal_for_cookie(context(), put({}, page, form, typed))
    return bool(session[COOKIE])


def _in_cookie() -> Pages:
    pages: Pages = open_from_cookie(context(), session.get(COOKIE, "")) or {}
    return lasting(pages, context().now())


def _account() -> str | None:
    """Return who is at work here, or was until the sign-in ended."""
    if current_user.is_authenticated:
        return person().id
    return of_account.account_that_was_in(context(), session.get("_user_id", ""))


def forget(page: str, form: str) -> None:
    """The form was sent and taken."""
    if form not in kept_pages().get(page, {}):
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


# From a POST back to a page.


def page_sent() -> str:
    """Return the page on which the form stands: what it says, or the nearest page above it."""
    named = "" if g.get("unreadable") else request.form.get(PAGE, "")
    if blueprint_of(named):
        return named
    parts = request.path.rstrip("/").split("/")
    above = ("/".join(parts[:end]) or "/" for end in range(len(parts), 0, -1))
    return next(path for path in above if blueprint_of(path))


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


def _typed_now() -> Typed:
    """Return the form as it came, but for what is secret."""
    forms = _forms()
    open_ = {name for form in forms for name in getattr(form, "not_secret", ())}
    every = [field for form in forms for field in form]
    hidden = (SECRET - open_) | BESIDE
    hidden |= {field.name for field in every if isinstance(field, PasswordField | FileField)}
    fields = [[n, v] for n, v in request.form.items(multi=True) if n not in hidden]
    names = {*request.form, *request.form.get(NAMES, "").split(), *(f.name for f in every)}
    now: Typed = {
        "fields": [] if g.get("drop_typed") else fields,
        "names": sorted(names - BESIDE),
        "at": context().now().isoformat(),
    }
    return now | {"of": [type(form).__name__ for form in forms]} if forms else now


def keep_sent(wrong: bool = False) -> None:
    """Keep the form that was sent, with what was `wrong` with it where it comes back."""
    now = _typed_now()
    if wrong:
        errors = {n: [str(e) for e in es] for n, es in _errors() if n and n != "csrf_token"}
        now |= {"wrong": errors, "said": g.get("said", {})}
    g.is_kept = keep(page_sent(), request.form.get(FORM) or request.path, now)


def _forms() -> list[Form]:
    return cast(list[Form], g.get("forms", []))


def _errors() -> Iterator[tuple[str, list[Any]]]:
    for form in _forms():
        yield from form.errors.items()


def keep_what_came_late() -> None:
    """Before an old visit ends: what its page still sends is kept for the next one."""
    if request.method == "POST" and visit_is_over():
        keep_sent()


def go_on() -> ResponseReturnValue | None:
    """Before any page: a button that leaves the page keeps what stands in its boxes.

    `go` names the page to go to, or only says so where the button has an act of its own;
    `lang` in the address shows the page in that language.
    """
    if request.method != "POST" or not {GO, "lang"} & {*request.form, *request.args}:
        return None
    if GO in request.form:
        keep_sent()
        to = request.form[GO]
        return redirect(to, 303) if blueprint_of(to.partition("?")[0]) else None
    if "lang" not in request.args:
        return None
    again = CHECKED in request.args
    keep_sent(wrong=again)
    more = {"lang": request.args["lang"]} | ({CHECKED: "1"} if again else {})
    return redirect(_with(page_sent(), more), 303)


def _with(path: str, more: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(more)}"


def send_back(response: Response) -> Response:
    """After every POST: a page with errors is seen by GET; what was taken is kept no more."""
    if COOKIE in session and is_kiosk() and request.path in g.get("kept", {}):
        session.pop(COOKIE)  # who comes next finds nothing typed
    if came_back() and response.status_code == 200 and any(form.errors for form in _forms()):
        response.status_code = 422
    if request.method != "POST" or request.endpoint == "leaving.keep_typed" or g.get("is_kept"):
        return response
    if 300 <= response.status_code < 400:
        forget(page_sent(), request.form.get(FORM) or request.path)
        return response
    if response.mimetype != "text/html" or not response.get_data():
        return response
    if response.status_code == 429:
        wait = response.headers.get("Retry-After")
        return redirect(url_for("leaving.no", kind="429", page=page_sent(), wait=wait), 303)
    return lead_back()


def lead_back() -> Response:
    """Keep what was sent, with what was wrong, and lead to the page that shows it."""
    keep_sent(wrong=True)
    return redirect(_with(page_sent(), {CHECKED: "1"}), 303)


def leaving_here() -> int:
    """Return after how many idle seconds this visit or sign-in ends, 0 where there is none.

    A tablet has a watch of its own.
    """
    if is_kiosk():
        return 0
    if current_user.is_authenticated:
        return int(IDLE.total_seconds())
    in_a_visit = {"screening", "check_in"} & session.keys()
    return int(VISIT_IDLE.total_seconds()) if in_a_visit else 0


@bp.post("/keep")
def keep_typed() -> ResponseReturnValue:
    """Keep what stands in a form of a page that is being left; also: somebody is still here."""
    if NAMES in request.form:
        keep_sent()
    return "", 204
