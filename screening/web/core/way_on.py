"""The way on from a page that says no, and whether this browser takes cookies at all."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from screening.web.core.guards import cookie_name, is_kiosk, open_to_all

bp = Blueprint("cookies", __name__)
bp.before_request(open_to_all)
PROBE = "probe"
STAFFS = {"staff", "account", "administrator", "doctor", "lead", "reception", "patients"}


def way_on(visit_ends: bool = False) -> tuple[str, str] | None:
    """Return what leads on from a page that says no: the words of a button, and its address."""
    if current_user.is_authenticated:
        return _("To your work"), url_for("staff.home")
    if "screening" in session and not visit_ends:
        return _("Go on with my questions"), url_for("patient.resume")
    if is_kiosk():
        return _("To the first page of the tablet"), url_for("kiosk.front")
    if request.blueprint in STAFFS:
        return _("Sign in"), url_for("staff.sign_in")
    return None


def again() -> tuple[str, str] | None:
    """Return what loads the same page again, where it is one that can be loaded."""
    address = to_show(request.path)
    return (_("Load the page again"), address) if address else way_on()


def to_show(path: str) -> str:
    """Return `path` if a page of ours stands there, else nothing: no link leads elsewhere."""
    try:
        current_app.url_map.bind("").match(path, "GET")
    except (HTTPException, RequestRedirect):
        return ""
    return path if path.startswith("/") and not path.startswith("//") else ""


def try_cookies() -> ResponseReturnValue:
    """Send a browser that brought no cookie for one that it was given just now.

    Only so is known whether it takes any; it may also have forgotten ours meanwhile.
    """
    back = to_show(request.args.get("to") or request.path)
    response = redirect(url_for("cookies.probe", to=back, given="y"), 303)
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        cookie_name(PROBE, secure), "1", max_age=60, httponly=True, samesite="Lax", secure=secure
    )
    return response


@bp.get("/cookies")
def probe() -> ResponseReturnValue:
    """Say that cookies are off if the one given just now did not come back, and only then."""
    back = to_show(request.args.get("to", ""))
    if not request.cookies and "given" not in request.args:
        return try_cookies()
    if request.cookies:
        return page_too_old((_("Open the page again"), back) if back else way_on())
    page = render_template(
        "core/error.html",
        title=_("Cookies are switched off in this browser"),
        text=_(
            "We need one cookie to know that these answers are yours. It ends with your visit and "
            "follows you nowhere. Allow cookies for this site, then load the page once more."
        ),
        way=(_("Load the page again"), back) if back else None,
    )
    return page, 400


def page_too_old(way: tuple[str, str] | None) -> ResponseReturnValue:
    """Refuse a form of a visit that is over, or of another one in the same browser."""
    title = _("We could not accept this page")
    text = _(
        "It was open for a long time, or in a second window. Nothing of it was sent. "
        "What you typed is still there if you go back: load the page again and send it once more."
    )
    return render_template("core/error.html", title=title, text=text, way=way), 400
