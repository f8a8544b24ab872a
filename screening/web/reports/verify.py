"""Anyone may ask whether a report is as it was issued: on a page, or from another program.

No patient is named, no health data is shown, and no upload is kept.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape
from werkzeug.exceptions import RequestEntityTooLarge

from screening.web.core.guards import context, open_to_all
from screening.web.core.limits import a_file, a_link
from screening.web.core.refusal_words import VERIFYING, words
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.reports import authorities, verification
from screening.workflow.reports import issued as issued_reports
from screening.workflow.reports.carried import carried as open_carried
from screening.workflow.reports.carried import carry

bp = Blueprint("verify", __name__)
bp.before_request(open_to_all)


@bp.get("/verify")
def ask() -> ResponseReturnValue:
    if code := request.args.get("code", "").strip():
        return redirect(url_for(".show", code=code[:40]), 303)
    return _ask_page(None)


def _ask_page(issued: issued_reports.Issued | None) -> ResponseReturnValue:
    """Ask for the file; `why` in the address is why the one before was not checked."""
    reason = request.args.get("why")
    if reason not in STATUS:
        return render_template("reports/ask.html", issued=issued, error=None)
    error = words(VERIFYING, ActRefusedError(Refusal(reason)))
    page = render_template("reports/ask.html", issued=issued, error=error, anchor="file")
    return page, STATUS[Refusal(reason)]


@bp.get("/verify/authority")
def authority() -> ResponseReturnValue:
    """Show who vouches for the seals, to whoever checks a report without us."""
    return render_template("reports/authority.html", authorities=authorities.authorities(context()))


@bp.get("/verify/authority/<id>.pem")
@a_link
def certificate(id: str) -> ResponseReturnValue:
    found = authorities.authority(context(), id)
    named = {"Content-Disposition": f'attachment; filename="authority-{found.id[:8]}.pem"'}
    return Response(found.pem, mimetype="application/x-pem-file", headers=named)


@bp.get("/verify/<code>")
@a_link
def show(code: str) -> ResponseReturnValue:
    """Say what is known of the report that printed `code`, and ask for the file."""
    try:
        issued = issued_reports.look_up(context(), code)
    except ActRefusedError as refused:
        error = words(VERIFYING, refused)
        return render_template("reports/ask.html", issued=None, error=error, anchor="code"), 404
    return _ask_page(issued)


@bp.post("/verify")
@bp.post("/verify/<code>")
@a_file
def check(code: str | None = None) -> ResponseReturnValue:
    """Check a file, and lead to the page that says what was found."""
    try:
        if code:
            issued_reports.look_up(context(), code)
        checked = verification.verify_upload(context(), uploaded(), code)
    except (ActRefusedError, RequestEntityTooLarge) as refused:
        reason = _reason(refused)
        at = url_for(".ask", why=reason) if reason is Refusal.GONE or not code else ""
        return redirect(at or url_for(".show", code=code, why=reason), 303)
    return redirect(url_for(".result", carried=carry(context(), checked)), 303)


@bp.get("/verify/result/<carried>")
@a_link
def result(carried: str) -> ResponseReturnValue:
    """Show what was found, for a day; the file is not needed again."""
    if (checked := open_carried(context(), carried)) is None:
        return redirect(url_for(".ask"), 303)
    return render_template("reports/result.html", checked=checked, said=_said)


def _said(reason: Any) -> Markup:
    """Return `reason` in the language of the page; names in it keep their own direction."""
    values = {
        place: Markup("<bdi>%s</bdi>") % value if isinstance(value, str) else _said(value)
        for place, value in reason.values.items()
    }
    return escape(_(reason.text)) % values


def uploaded() -> bytes:
    """Return the file that was sent. Raises ActRefusedError("no-file") without one."""
    if request.mimetype == "application/pdf":
        content = request.get_data(cache=False)
    else:
        sent = request.files.get("file")
        content = sent.read() if sent else b""
        if sent:
            sent.close()
    if not content:
        raise ActRefusedError(Refusal.NO_FILE)
    return content


STATUS = {Refusal.NO_FILE: 422, Refusal.TOO_LARGE: 413, Refusal.BUSY: 503, Refusal.GONE: 404}


def _reason(error: ActRefusedError | RequestEntityTooLarge) -> Refusal:
    return error.reason if isinstance(error, ActRefusedError) else Refusal.TOO_LARGE
