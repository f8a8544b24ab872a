"""Signing in and out, and the page that everyone else lands on."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from screening.web.accounts.forms import (
    FirstCodeForm,
    NewPasswordForm,
    PasskeyForm,
    SecondFactorForm,
    SignInForm,
)
from screening.web.accounts.passkey_challenge import (
    answered_challenge,
    new_challenge,
    passkeys_work,
)
from screening.web.accounts.refusal_words import CODE_OF_THE_APP, NEW_PASSWORD, PASSKEY, SIGNING_IN
from screening.web.core.formatting import browser_family, picture_of
from screening.web.core.guards import SignedIn, context, is_kiosk, open_to_all, person
from screening.web.core.keeping import AFTER, WAS, blueprint_of, pass_on, said, say, who_was_in
from screening.web.core.leaving import lead_back
from screening.web.core.limits import a_link, a_try, limiter
from screening.web.core.refusal_words import words
from screening.web.core.source import remember_browser, source, whose
from screening.web.review.words import ending_words
from screening.workflow.accounts import passkeys, passwords, sessions
from screening.workflow.accounts import second_factor as factor
from screening.workflow.accounts.second_factor import Waiting
from screening.workflow.accounts.sessions import why_ended
from screening.workflow.accounts.unfinished import account_that_was_in
from screening.workflow.core.refusal import ActRefusedError

bp = Blueprint("staff", __name__)
bp.before_request(open_to_all)
HOME = {
    "doctor": "doctor.queue",
    "receptionist": "reception.today",
    "clinical-lead": "lead.front",
    "administrator": "administrator.accounts",
}


def home_url(role: str) -> str:
    """Return where someone's work begins; a role without a desk gets a plain page."""
    return url_for(HOME.get(role, "account.front"))


def _passkey() -> str:
    """Count a passkey that is known for itself: no guest of its network stops it."""
    known = passkeys.credential_of(context(), request.form.get("credential", ""))
    return f"passkey:{known}" if known else whose()


@bp.get("/")
def home() -> ResponseReturnValue:
    if is_kiosk():
        return redirect(url_for("kiosk.front"), 303)
    if current_user.is_authenticated:
        return redirect(home_url(person().role), 303)
    return render_template("accounts/sign_in/home.html")


@bp.route("/sign-in", methods=["GET", "POST"])
@a_try
def sign_in() -> ResponseReturnValue:
    if is_kiosk():
        abort(403)
    form = SignInForm()
    if form.validate_on_submit():
        try:
            secret = sessions.sign_in(
                context(), form.username.data, form.password.data, _browser(), source()
            )
        except ActRefusedError as refused:
            form.password.errors = [words(SIGNING_IN, refused)]
        else:
            _forget_but(AFTER, "_user_id", WAS)
            session["waiting"] = secret
            return redirect(url_for(".second_factor"), 303)
    problem, kept = said("problem", ""), AFTER in session
    bad = form.errors or problem
    return render_template(
        "accounts/sign_in/sign_in.html",
        form=form,
        problem=problem,
        ended="_user_id" in session and not bad,
        cause=ending_words(why_ended(context(), session.get("_user_id"))) if kept else "",
        options=passkeys.sign_in_options(new_challenge()) if passkeys_work() else "",
    ), 422 if bad else 200


def _forget_but(*names: str) -> None:
    """End what this browser was let in to, but for where it was when a sign-in ended."""
    kept = {name: session[name] for name in names if name in session}
    session.clear()
    session.update(kept)


@bp.post("/sign-in/passkey")
@limiter.limit("30 per minute", key_func=_passkey)
def passkey() -> ResponseReturnValue:
    """Sign in with a passkey alone: the device has checked who holds it."""
    if is_kiosk():
        abort(403)
    try:
        challenge = answered_challenge()
        answer = PasskeyForm().credential.data or ""
        secret = passkeys.sign_in(context(), challenge, answer, _browser())
    except ActRefusedError as refused:
        say("problem", words(PASSKEY, refused))
        return lead_back()
    return redirect(_enter(secret), 303)


@bp.route("/sign-in/second-factor", methods=["GET", "POST"])
@a_try
def second_factor() -> ResponseReturnValue:
    waiting = _waiting()
    if waiting.must_set_up:
        return redirect(url_for(".set_up"), 303)
    form = SecondFactorForm()
    if form.validate_on_submit():
        try:
            secret = factor.complete(context(), waiting, form.code.data, source())
        except ActRefusedError as refused:
            form.code.errors = [words(CODE_OF_THE_APP, refused)]
        else:
            return redirect(_enter(secret), 303)
    form.code.data, problem = "", said("problem", "")
    offered = waiting.has_passkey and passkeys_work()
    return render_template(
        "accounts/sign_in/second_factor.html",
        form=form,
        problem=problem,
        options=passkeys.sign_in_options(new_challenge()) if offered else "",
    ), 422 if form.errors or problem else 200


@bp.route("/sign-in/set-up", methods=["GET", "POST"])
@a_try
def set_up() -> ResponseReturnValue:
    """Set up the first second factor; no other page opens before."""
    waiting, form = _newcomer(), FirstCodeForm()
    if form.validate_on_submit():
        try:
            secret = factor.set_up(context(), waiting, form.code.data)
        except ActRefusedError as refused:
            form.code.errors = [words(CODE_OF_THE_APP, refused)]
        else:
            return _first_entry(secret)
    problem = said("problem", "")
    address = factor.offer_app(context(), waiting.account_id)
    options = ""
    if passkeys_work():
        options = passkeys.registration_options(context(), waiting.account_id, new_challenge())
    return render_template(
        "accounts/sign_in/set_up.html",
        form=form,
        problem=problem,
        address=address,
        picture=picture_of(address),
        options=options,
    ), 422 if form.errors or problem else 200


@bp.post("/sign-in/set-up/passkey")
@a_try
def set_up_passkey() -> ResponseReturnValue:
    waiting = _newcomer()
    try:
        answer = PasskeyForm().credential.data or ""
        secret = passkeys.set_up(context(), waiting, answered_challenge(), answer, "")
    except ActRefusedError as refused:
        say("problem", words(PASSKEY, refused))
        return lead_back()
    return _first_entry(secret)


def _waiting() -> Waiting:
    """Return who gave the password here, or begin again."""
    waiting = factor.who_waits(context(), session.get("waiting", ""))
    if is_kiosk() or waiting is None:
        abort(403 if is_kiosk() else redirect(url_for(".sign_in"), 303))
    g.clinic = waiting.clinic
    return waiting


def _newcomer() -> Waiting:
    waiting = _waiting()
    if not waiting.must_set_up:
        abort(redirect(url_for(".second_factor"), 303))
    return waiting


def _browser() -> str:
    return browser_family(request.user_agent.string)


def _enter(secret: str) -> str:
    """Let this browser in and return where the work begins, or was when the sign-in ended."""
    before = account_that_was_in(context(), who_was_in())
    after = session.get(AFTER, "")
    session.clear()
    found = sessions.who_is(context(), secret)
    assert found is not None
    login_user(SignedIn(found))
    remember_browser(secret)
    return after if before == found.id and blueprint_of(after) else home_url(found.role)


def _first_entry(secret: str) -> ResponseReturnValue:
    """Let someone in for the first time and show the recovery codes, once."""
    following = _enter(secret)
    codes = factor.renew_recovery_codes(context(), person())
    return pass_on(url_for("account.new_codes"), [list(codes), following])


@bp.route("/set-password/<link>", methods=["GET", "POST"])
@a_link
def set_password(link: str) -> ResponseReturnValue:
    """Set the first password, or a new one, by a link that the administrator gave."""
    if is_kiosk():
        abort(403)
    username, form = passwords.follow_link(context(), link), NewPasswordForm()
    if form.validate_on_submit():
        try:
            passwords.set_password(context(), link, form.new.data, source())
        except ActRefusedError as refused:
            form.new.errors = [words(NEW_PASSWORD, refused)]
        else:
            session.clear()
            return redirect(url_for(".sign_in"), 303)
    return render_template(
        "accounts/sign_in/set_password.html", form=form, username=username
    ), 422 if form.errors else 200


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    secret = person().sign_in if current_user.is_authenticated else ""
    if secret:
        sessions.sign_out(context(), secret)
    logout_user()
    session.clear()
    session[WAS] = secret  # what another tab still holds is kept for the same person
    return redirect(url_for(".home"), 303)
