"""The administrator's pages: accounts, tablets, looks. No patient's answer."""

from __future__ import annotations

from contextlib import closing, nullcontext
from datetime import timedelta

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import Field
from wtforms.fields.choices import SelectChoice

from screening.web.accounts.administration_forms import (
    ROLE_WORDS,
    AccountForm,
    LookForm,
    NewPinForm,
    RoleForm,
    TabletForm,
    look_words,
)
from screening.web.accounts.refusal_words import NEW_ACCOUNT
from screening.web.accounts.second_person import to_link
from screening.web.core.formatting import picture_of
from screening.web.core.guards import context, person, require
from screening.web.core.keeping import pass_on, passed_on, said, say
from screening.web.core.language import desk_languages
from screening.web.core.leaving import lead_back
from screening.web.core.refusal_words import words
from screening.workflow.accounts import administration
from screening.workflow.accounts.administration import AccountEntry
from screening.workflow.clinics import branding
from screening.workflow.clinics.branding import Look
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.tablets import tablets as all_tablets

bp = Blueprint("administrator", __name__, url_prefix="/admin")
bp.before_request(require("administrator"))


@bp.get("")
def accounts() -> ResponseReturnValue:
    return render_template(
        "accounts/administration/accounts.html",
        accounts=administration.list_accounts(context(), person()),
        certificates=administration.certificates(context(), person()),
        soon=context().now() + timedelta(days=60),
        roles=ROLE_WORDS,
        zone=person().clinic.zone,
    )


@bp.route("/accounts/new", methods=["GET", "POST"])
def new_account() -> ResponseReturnValue:
    """Add an account; its owner sets the password by a link that is shown once."""
    form = AccountForm()
    if form.validate_on_submit():
        name = form.name.data.strip()
        given = (form.username.data, name, form.role.data, form.registration.data)
        try:
            return _given(name, administration.open_account(context(), person(), *given))
        except ActRefusedError as refused:
            _field_of(form, refused).errors = [words(NEW_ACCOUNT, refused)]
    return render_template(
        "accounts/administration/new_account.html", form=form
    ), 422 if form.errors else 200


def _field_of(form: AccountForm | RoleForm, refused: ActRefusedError) -> Field:
    fields = {Refusal.NAME_TAKEN: "name", Refusal.NEEDS_REGISTRATION: "registration"}
    field: Field = form[
        fields.get(refused.reason, "role" if "username" not in form else "username")
    ]
    return field


def _given(name: str, link: str | None) -> ResponseReturnValue:
    """Lead to the page with the link; where there is none yet, a second person is waited for."""
    return to_link(name, link) if link else redirect(url_for("second.waiting"), 303)


@bp.get("/accounts/<account_id>")
def account(account_id: str) -> ResponseReturnValue:
    return _account_page(account_id)


def _account_page(account_id: str, form: RoleForm | None = None) -> ResponseReturnValue:
    entry = _entry(account_id)
    held = {"role": entry.role, "registration": entry.registration}
    return render_template(
        "accounts/administration/account.html",
        account=entry,
        form=form or RoleForm(formdata=None, data=held),
        roles=ROLE_WORDS,
        own=entry.id == person().id,
    ), 422 if form else 200


def _entry(account_id: str) -> AccountEntry:
    for entry in administration.list_accounts(context(), person()):
        if entry.id == account_id:
            return entry
    raise ActRefusedError(Refusal.GONE)


@bp.post("/accounts/<account_id>/role")
def change_role(account_id: str) -> ResponseReturnValue:
    form = RoleForm()
    try:
        given = (account_id, form.role.data or "", form.registration.data)
        administration.change_role(context(), person(), *given)
    except ActRefusedError as refused:
        _field_of(form, refused).errors = [words(NEW_ACCOUNT, refused)]
        return _account_page(account_id, form)
    return redirect(url_for("second.waiting"), 303)


@bp.post("/accounts/<account_id>/link")
def give_link(account_id: str) -> ResponseReturnValue:
    link = administration.give_link(context(), person(), account_id)
    return _given(_entry(account_id).name, link)


@bp.post("/accounts/<account_id>/second-factor/reset")
def reset_second_factor(account_id: str) -> ResponseReturnValue:
    administration.reset_second_factor(context(), person(), account_id)
    return redirect(url_for("second.waiting"), 303)


@bp.post("/accounts/<account_id>/closing")
def disable(account_id: str) -> ResponseReturnValue:
    administration.disable(context(), person(), account_id)
    return redirect(url_for(".account", account_id=account_id), 303)


@bp.post("/accounts/<account_id>/opening")
def enable(account_id: str) -> ResponseReturnValue:
    administration.enable(context(), person(), account_id)
    return redirect(url_for(".account", account_id=account_id), 303)


@bp.route("/tablets", methods=["GET", "POST"])
def tablets() -> ResponseReturnValue:
    """List the tablets; adding one shows its pairing code once."""
    form = TabletForm()
    if form.validate_on_submit():
        name, pin = form.name.data.strip(), form.pin.data or ""
        code = all_tablets.add_kiosk(context(), person(), name, pin)
        return pass_on(url_for(".tablets"), code)
    form.pin.errors = [*form.pin.errors, *said("pin", [])]
    return _tablets_page(form, passed_on() or ""), 422 if form.errors else 200


def _tablets_page(form: FlaskForm, code: str = "") -> str:
    address = current_app.config["PUBLIC_URL"] + url_for("kiosk.pair_by_picture", code=code or "-")
    return render_template(
        "accounts/administration/tablets.html",
        form=form,
        code=code,
        picture=picture_of(address) if code else "",
        tablets=all_tablets.list_kiosks(context(), person().clinic.id),
        zone=person().clinic.zone,
    )


@bp.post("/tablets/<kiosk_id>/pairing-code")
def pair_again(kiosk_id: str) -> ResponseReturnValue:
    """Give a tablet of the list a new pairing code; whatever was paired as it ends."""
    code = all_tablets.pair_again(context(), person(), kiosk_id)
    return pass_on(url_for(".tablets"), code)


@bp.post("/tablets/<kiosk_id>/pin")
def set_pin(kiosk_id: str) -> ResponseReturnValue:
    form = NewPinForm()
    if form.validate_on_submit():
        here = person()
        all_tablets.set_pin(context(), here, kiosk_id, form.pin.data)
        return redirect(url_for(".tablets"), 303)
    say("pin", [str(wrong) for wrong in form.pin.errors])
    return lead_back()


@bp.post("/tablets/<kiosk_id>/revocation")
def revoke(kiosk_id: str) -> ResponseReturnValue:
    here = person()
    all_tablets.revoke_kiosk(context(), here, kiosk_id)
    return redirect(url_for(".tablets"), 303)


@bp.route("/clinic", methods=["GET", "POST"])
def clinic() -> ResponseReturnValue:
    """Show and change the clinic's name, telephone, colours, logo and paper."""
    here = person().clinic
    kept = ("name", "address", "phone", "accent", "accent_dark", "paper", "language", "one_a_page")
    form = LookForm(data={name: getattr(here, name) for name in kept})
    form.language.choices = [SelectChoice(k, v) for k, v in desk_languages().items()]
    if form.validate_on_submit() and _look_changed(form):
        return redirect(url_for(".clinic"), 303)
    return render_template(
        "accounts/administration/clinic.html", form=form
    ), 422 if form.errors else 200


def _look_changed(form: LookForm) -> bool:
    """Change the look, or write into the form why not."""
    sent = form.logo.data
    with closing(sent) if sent else nullcontext():
        picture = sent.stream.read(branding.LARGEST_LOGO + 1) if sent else b""
    texts = {name: form[name].data or "" for name in ("name", "address", "phone")}
    colours = {name: (form[name].data or "").strip() for name in ("accent", "accent_dark")}
    logo = b"" if form.no_logo.data else picture or None
    try:
        branding.change_look(
            context(),
            person(),
            Look(
                **texts,
                **colours,
                paper=form.paper.data,
                language=form.language.data,
                one_a_page=form.one_a_page.data,
                logo=logo,
            ),
        )
    except ActRefusedError as refused:
        field, said = look_words(refused, **colours)
        form[field].errors = [said]
        return False
    return True
