"""Nothing typed is lost: however a page with boxes is left, they are filled when it is seen again.

A page is sent by POST and seen by GET, and no answer to a POST is a page: what was wrong leads
back to the page, which shows the input with the errors (`?checked`), so that reloading sends
nothing twice. Left by another button (`go`), by a link, by time or by closing the tab
(leaving.js), the boxes are kept as they are (keeping.py). Never a password, a code or a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import FileField, Form, PasswordField

from screening.web.core.filling import filled
from screening.web.core.guards import (
    VISIT_IDLE,
    context,
    is_kiosk,
    open_to_all,
    visit_is_over,
)
from screening.web.core.keeping import (
    CHECKED,
    COOKIE,
    blueprint_of,
    came_back,
    forget,
    keep,
    kept_pages,
)
from screening.workflow.accounts.sessions import IDLE
from screening.workflow.core.unfinished import (
    Typed,
)

bp = Blueprint("leaving", __name__)
bp.before_request(open_to_all)
PAGE, FORM, GO, NAMES = "page", "form-of", "go", "names"  # beside the boxes
BESIDE = {PAGE, FORM, GO, NAMES, "csrf_token"}
SECRET = {"password", "new", "again", "code", "old", "pin", "credential"}


def page_sent() -> str:
    """Return the page on which the form stands: what it says, or the nearest page above it."""
    named = "" if g.get("unreadable") else request.form.get(PAGE, "")
    if blueprint_of(named):
        return named
    parts = request.path.rstrip("/").split("/")
    above = ("/".join(parts[:end]) or "/" for end in range(len(parts), 0, -1))
    return next(path for path in above if blueprint_of(path))


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
    if request.method == "GET" and response.mimetype == "text/html":
        return _with_boxes_filled(response)
    if request.method != "POST" or request.endpoint == "leaving.keep_typed" or g.get("is_kept"):
        return response
    if 300 <= response.status_code < 400:
        if kept_pages():
            forget(page_sent(), request.form.get(FORM) or request.path)
        return response
    if response.mimetype != "text/html" or not response.get_data():
        return response
    if response.status_code == 503:  # nothing can be written now: its page sends the same again
        return response
    if response.status_code == 429:
        wait = response.headers.get("Retry-After")
        return redirect(url_for("leaving.no", kind="429", page=page_sent(), wait=wait), 303)
    return lead_back()


def _with_boxes_filled(response: Response) -> Response:
    has_boxes = response.is_sequence and b'"csrf_token"' in response.get_data()
    if has_boxes and (forms := kept_pages().get(request.path)):
        response.set_data(filled(response.get_data(as_text=True), request.path, forms))
    return response


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
    if "drop" in request.form:
        forget(page_sent())
        return redirect(page_sent(), 303)
    if NAMES in request.form:
        keep_sent()
    return "", 204
