"""Signing in and out, and the page that everyone else lands on."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from screening.web.forms import SignInForm
from screening.web.visit import SignedIn, is_kiosk, person, workplace
from screening.workflow import accounts
from screening.workflow.workplace import ActRefusedError

bp = Blueprint("staff", __name__)
HOME = {"doctor": "doctor.queue", "receptionist": "reception.today", "clinical-lead": "lead.front"}


@bp.get("/")
def home() -> ResponseReturnValue:
    if is_kiosk():
        return redirect(url_for("kiosk.front"), 303)
    if current_user.is_authenticated:
        return redirect(url_for(HOME[person().role]), 303)
    return render_template("staff/home.html")


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    if is_kiosk():
        abort(403)
    form = SignInForm()
    if form.validate_on_submit():
        try:
            secret = accounts.sign_in(workplace(), form.username.data, form.password.data)
        except ActRefusedError as refused:
            form.password.errors = [_why(refused.reason)]
        else:
            session.clear()
            found = accounts.who_is(workplace(), secret)
            assert found is not None
            login_user(SignedIn(found))
            return redirect(url_for(HOME[found.role]), 303)
    return render_template("staff/sign_in.html", form=form), 422 if form.errors else 200


def _why(reason: str) -> str:
    if reason == "locked":
        return _("Too many wrong passwords. Wait 15 minutes, then try again.")
    return _("User name or password is wrong. Check both and try again.")


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    if current_user.is_authenticated:
        accounts.sign_out(workplace(), person().sign_in)
    logout_user()
    session.clear()
    return redirect(url_for(".home"), 303)
