"""The tablet in the waiting room: pair it, type a code, answer, hand it back.

Nothing of a patient survives on it: no page is stored, the cookie changes with
every patient, forms remember nothing, and a page restored by Back reloads.
"""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from screening.web.forms import CodeForm
from screening.web.limits import a_try
from screening.web.visit import KIOSK_COOKIE, open_to_all, start_visit, tablet, workplace
from screening.workflow import kiosk
from screening.workflow.workplace import ActRefusedError

bp = Blueprint("kiosk", __name__, url_prefix="/kiosk")
bp.before_request(open_to_all)
YEAR = 365 * 24 * 3600


@bp.get("")
def front() -> ResponseReturnValue:
    """Ask for a code: the pairing code on a new tablet, a patient's start code on a paired one."""
    here = tablet()
    session.pop("screening", None)
    if here is None:
        return render_template("kiosk/pair.html", form=CodeForm())
    return render_template("kiosk/start.html", form=CodeForm(), clinic=here.clinic)


@bp.post("/pairing")
@a_try
def pair() -> ResponseReturnValue:
    form = CodeForm()
    if current_user.is_authenticated:
        form.validate()
        form.code.errors = [_("Someone from the clinic is signed in here. Sign out first.")]
        return render_template("kiosk/pair.html", form=form), 422
    if form.validate_on_submit():
        try:
            token = kiosk.pair(workplace(), form.code.data)
        except ActRefusedError as refused:
            form.code.errors = [_pairing_words(refused.reason)]
        else:
            session.clear()
            response = redirect(url_for(".front"), 303)
            response.set_cookie(
                KIOSK_COOKIE,
                token,
                max_age=YEAR,
                httponly=True,
                samesite="Strict",
                secure=current_app.config["SESSION_COOKIE_SECURE"],
            )
            return response
    return render_template("kiosk/pair.html", form=form), 422


def _pairing_words(reason: str) -> str:
    if reason == "locked":
        return _("Too many wrong codes. Wait five minutes, then try again.")
    return _("This code is not known, or was used already. Ask for a new one.")


@bp.post("/start")
@a_try
def start() -> ResponseReturnValue:
    form, here = CodeForm(), tablet()
    if here is None:
        return redirect(url_for(".front"), 303)
    if form.validate_on_submit():
        try:
            screening_id = kiosk.start(workplace(), here, form.code.data)
        except ActRefusedError as refused:
            form.code.errors = [_start_words(refused.reason)]
            form.code.data = ""
        else:
            chosen = session.get("language")
            start_visit(screening_id)
            session["language"] = chosen or "en"
            return redirect(url_for("patient.resume"), 303)
    return render_template("kiosk/start.html", form=form, clinic=here.clinic), 422


def _start_words(reason: str) -> str:
    if reason == "locked":
        return _("Too many wrong codes. Please bring the tablet to the reception.")
    return _("This code does not fit. Check it, or ask the reception for a new one.")


@bp.get("/done")
def done() -> ResponseReturnValue:
    """Say thank you and forget the patient."""
    session.clear()
    here = tablet()
    return render_template("kiosk/done.html", clinic=here.clinic if here else None)


@bp.post("/reset")
def reset() -> ResponseReturnValue:
    """Forget the patient at once; the answers so far stay with the clinic."""
    session.clear()
    return redirect(url_for(".front"), 303)
