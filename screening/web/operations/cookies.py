"""Whether a browser takes cookies: tried by giving it one, so that none is blamed that does."""

from __future__ import annotations

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from screening.web.core import error_pages
from screening.web.core.guards import cookie_name, open_to_all
from screening.web.core.keeping import blueprint_of

bp = Blueprint("cookies", __name__)
bp.before_request(open_to_all)


def try_cookies(page: str) -> ResponseReturnValue:
    """Lead a browser that brought no cookie to where it is seen whether it keeps one.

    It may take none, or it has forgotten ours meanwhile. `page` is where it goes on.
    """
    response = redirect(url_for("cookies.probe", page=page, given="y"), 303)
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    how = {"httponly": True, "samesite": "Lax", "secure": secure}
    response.set_cookie(cookie_name("probe", secure), "1", max_age=60, **how)
    return response


@bp.get("/cookies")
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
