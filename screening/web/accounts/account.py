"""One's own account: password, second factors, where one is signed in."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice

from screening.web.accounts.forms import (
    ChangePasswordForm,
    LanguageForm,
    NewAppForm,
    NewPasskeyForm,
    PasskeyNameForm,
    PasswordNowForm,
    RegistrationForm,
)
from screening.web.accounts.passkey_challenge import (
    answered_challenge,
    new_challenge,
    passkeys_work,
)
from screening.web.accounts.refusal_words import (
    CODE_OF_THE_APP,
    NEW_PASSWORD,
    OWN_PASSWORD,
    PASSKEY,
    PASSKEY_REMOVAL,
    REGISTRATION,
)
from screening.web.core.formatting import picture_of
from screening.web.core.guards import context, person, require
from screening.web.core.keeping import pass_on, passed_on
from screening.web.core.language import desk_languages, own_name
from screening.web.core.leaving import lead_back
from screening.web.core.limits import a_try
from screening.web.core.refusal_words import LANGUAGE, words
from screening.workflow.accounts import (
    administration,
    own_account,
    passkeys,
    passwords,
    second_factor,
)
from screening.workflow.accounts.sessions import check_password
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.core.roles import ROLES

bp = Blueprint("account", __name__, url_prefix="/account")
bp.before_request(require(*ROLES))


@bp.get("")
def front() -> ResponseReturnValue:
    here = person()
    return render_template(
        "accounts/own/front.html",
        here=here,
        zone=here.clinic.zone,
        registration=administration.registration_of(context(), here),
        has_app=own_account.has_app(context(), here),
        codes_left=second_factor.recovery_codes_left(context(), here.id),
        passkeys=passkeys.list_passkeys(context(), here),
        passkeys_work=passkeys_work(),
        sign_ins=own_account.list_sign_ins(context(), here),
        own_language=own_name(here.language) if here.language else "",
        clinic_language=own_name(here.clinic.language),
    )


def _page(template: str, form: FlaskForm, **values: object) -> ResponseReturnValue:
    return render_template(f"accounts/own/{template}.html", form=form, **values), (
        422 if form.errors else 200
    )


def _confirmed(form: FlaskForm) -> bool:
    """Tell whether the form was sent and the password in it is the person's."""
    if not form.validate_on_submit():
        return False
    try:
        check_password(context(), person(), form.password.data, "account")
    except ActRefusedError as refused:
        form.password.errors = [words(OWN_PASSWORD, refused)]
        return False
    return True


@bp.route("/password", methods=["GET", "POST"])
@a_try
def password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            passwords.change_password(context(), person(), form.password.data, form.new.data)
        except ActRefusedError as refused:
            field = form.password if refused.reason in OWN_PASSWORD else form.new
            field.errors = [words({**OWN_PASSWORD, **NEW_PASSWORD}, refused)]
        else:
            return redirect(url_for(".front"), 303)
    return _page("password", form)


@bp.route("/language", methods=["GET", "POST"])
def language() -> ResponseReturnValue:
    """Choose in which language the own desk speaks."""
    here = person()
    form = LanguageForm(data={"language": here.language})
    as_clinic = _("As the clinic: %(language)s", language=own_name(here.clinic.language))
    choices = {"": as_clinic} | desk_languages()
    form.language.choices = [SelectChoice(k, v) for k, v in choices.items()]
    if form.validate_on_submit():
        try:
            own_account.choose_language(context(), here, form.language.data)
        except ActRefusedError as refused:
            form.language.errors = [words(LANGUAGE, refused)]
        else:
            return redirect(url_for(".front"), 303)
    return _page("language", form)


@bp.route("/registration", methods=["GET", "POST"])
@a_try
def registration() -> ResponseReturnValue:
    """Let a doctor's own registration number wait for a second person."""
    form = RegistrationForm(
        data={"registration": administration.registration_of(context(), person())}
    )
    if _confirmed(form):
        try:
            given = form.registration.data or ""
            administration.add_registration(context(), person(), given)
        except ActRefusedError as refused:
            form.registration.errors = [words(REGISTRATION, refused)]
        else:
            return redirect(url_for("second.waiting"), 303)
    return _page("registration", form)


@bp.route("/app", methods=["GET", "POST"])
@a_try
def app() -> ResponseReturnValue:
    """Set up an authenticator app, in the place of the one before."""
    form = NewAppForm()
    if _confirmed(form):
        try:
            second_factor.accept_app(context(), person().id, form.code.data, person().sign_in)
        except ActRefusedError as refused:
            form.code.errors = [words(CODE_OF_THE_APP, refused)]
        else:
            return redirect(url_for(".front"), 303)
    address = second_factor.offer_app(context(), person().id)
    return _page("app", form, address=address, picture=picture_of(address))


@bp.route("/recovery-codes", methods=["GET", "POST"])
@a_try
def recovery_codes() -> ResponseReturnValue:
    form = PasswordNowForm()
    if _confirmed(form):
        codes = second_factor.renew_recovery_codes(context(), person())
        return pass_on(url_for(".new_codes"), [list(codes), url_for(".front")])
    return _page("renew_codes", form)


@bp.get("/recovery-codes/new")
def new_codes() -> ResponseReturnValue:
    """Show the codes for a quarter of an hour, in this browser alone."""
    if (passed := passed_on()) is None:
        return redirect(url_for(".front"), 303)
    codes, following = passed
    return render_template("accounts/own/recovery_codes.html", codes=codes, following=following)


@bp.route("/passkeys/new", methods=["GET", "POST"])
@a_try
def new_passkey() -> ResponseReturnValue:
    form = NewPasskeyForm()
    if _confirmed(form):
        try:
            passkeys.add_passkey(
                context(),
                person(),
                answered_challenge(),
                form.credential.data,
                form.name.data or "",
            )
        except ActRefusedError as refused:
            form.name.errors = [words(PASSKEY, refused)]
        else:
            return redirect(url_for(".front"), 303)
    options = ""
    if passkeys_work():
        options = passkeys.registration_options(context(), person().id, new_challenge())
    return _page("new_passkey", form, options=options)


@bp.route("/passkeys/<passkey_id>", methods=["GET", "POST"])
def passkey(passkey_id: str) -> ResponseReturnValue:
    """Rename a passkey, or remove it."""
    name = passkeys.passkey_name(context(), person(), passkey_id)
    form = PasskeyNameForm(data={"name": name})
    if form.validate_on_submit():
        passkeys.rename_passkey(context(), person(), passkey_id, form.name.data)
        return redirect(url_for(".front"), 303)
    return _page("passkey", form, passkey_id=passkey_id, name=name, removal=PasswordNowForm())


@bp.post("/passkeys/<passkey_id>/removal")
@a_try
def remove_passkey(passkey_id: str) -> ResponseReturnValue:
    form = PasswordNowForm()
    if _confirmed(form):
        try:
            passkeys.remove_passkey(context(), person(), passkey_id)
        except ActRefusedError as refused:
            form.password.errors = [words(PASSKEY_REMOVAL, refused)]
        else:
            return redirect(url_for(".front"), 303)
    return lead_back()


@bp.post("/sign-ins/end")
def end_other_sign_ins() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    own_account.end_other_sign_ins(context(), person())
    return redirect(url_for(".front"), 303)
