"""The administrator's pages: accounts, tablets, looks, the audit log. Never an answer."""

from __future__ import annotations

import csv
import io
from contextlib import closing, nullcontext
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice

from screening.web.accounts.administration_forms import (
    ROLE_WORDS,
    AccountForm,
    AnchorForm,
    AuditForm,
    LookForm,
    NewPinForm,
    RoleForm,
    TabletForm,
    look_words,
)
from screening.web.accounts.refusal_words import NEW_ACCOUNT
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
from screening.workflow.records import audit_log
from screening.workflow.records.audit_log import Wanted
from screening.workflow.tablets import tablets as all_tablets

bp = Blueprint("administrator", __name__, url_prefix="/admin")
bp.before_request(require("administrator"))
MOST_EXPORTED = 100_000


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
        username, name = form.username.data, form.name.data.strip()
        try:
            link = administration.open_account(context(), person(), username, name, form.role.data)
        except ActRefusedError as refused:
            form.username.errors = [words(NEW_ACCOUNT, refused)]
        else:
            return _to_link(name, link)
    return render_template(
        "accounts/administration/new_account.html", form=form
    ), 422 if form.errors else 200


def _to_link(name: str, link: str) -> ResponseReturnValue:
    """Lead to the page that shows the link for a quarter of an hour, in this browser alone."""
    return pass_on(url_for(".password_link"), [name, link])


@bp.get("/password-link")
def password_link() -> ResponseReturnValue:
    if (passed := passed_on()) is None:
        return redirect(url_for(".accounts"), 303)
    name, link = passed
    address = current_app.config["PUBLIC_URL"] + url_for("staff.set_password", link=link)
    return render_template("accounts/administration/link.html", name=name, address=address)


@bp.get("/accounts/<account_id>")
def account(account_id: str) -> ResponseReturnValue:
    entry = _entry(account_id)
    return render_template(
        "accounts/administration/account.html",
        account=entry,
        form=RoleForm(data={"role": entry.role}),
        roles=ROLE_WORDS,
        own=entry.id == person().id,
    )


def _entry(account_id: str) -> AccountEntry:
    for entry in administration.list_accounts(context(), person()):
        if entry.id == account_id:
            return entry
    raise ActRefusedError(Refusal.GONE)


@bp.post("/accounts/<account_id>/role")
def change_role(account_id: str) -> ResponseReturnValue:
    administration.change_role(context(), person(), account_id, request.form.get("role", ""))
    return redirect(url_for(".account", account_id=account_id), 303)


@bp.post("/accounts/<account_id>/link")
def give_link(account_id: str) -> ResponseReturnValue:
    link = administration.give_link(context(), person(), account_id)
    return _to_link(_entry(account_id).name, link)


@bp.post("/accounts/<account_id>/second-factor/reset")
def reset_second_factor(account_id: str) -> ResponseReturnValue:
    administration.reset_second_factor(context(), person(), account_id)
    return redirect(url_for(".account", account_id=account_id), 303)


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


@bp.get("/audit")
def audit() -> ResponseReturnValue:
    form, wanted = _wanted()
    entries = audit_log.list_entries(context(), person(), wanted)
    more = len(entries) == audit_log.A_PAGE
    noted = passed_on()
    return _audit_page(
        form,
        entries=entries,
        next_before=entries[-1].sequence if more else None,
        checked=None if noted is None else audit_log.verify_noted(context(), person(), noted),
    )


def _audit_page(form: AuditForm, **values: object) -> str:
    kept = {k: v for k, v in request.args.items() if k in form.data}
    shown = {"entries": [], "next_before": None, "checked": None, "anchor": AnchorForm()} | values
    return render_template(
        "accounts/administration/audit.html",
        form=form,
        kept=kept,
        first=not request.args.get("before"),
        zone=person().clinic.zone,
        **shown,
    )


def _wanted() -> tuple[AuditForm, Wanted]:
    """Return the filter as it was asked for; a part that cannot be read narrows nothing."""
    form = AuditForm(request.args)
    everyone = {"": _("Everyone")} | audit_log.list_people(context(), person())
    others = {"patient": _("Patients"), "program": _("The service"), "stranger": _("Strangers")}
    form.who.choices = [SelectChoice(k, v) for k, v in (everyone | others).items()]
    form.validate()
    before = request.args.get("before", "")
    return form, Wanted(
        form.who.data or "",
        form.number.data or "",
        form.act.data or "",
        kind if (kind := form.kind.data) in ("acts", "reads") else "",
        _day(form.since.data),
        _day(form.until.data, timedelta(days=1)),
        int(before) if before.isdecimal() and len(before) < 16 else None,
    )


def _day(day: date | None, later: timedelta = timedelta()) -> datetime | None:
    """Return the moment when `day` begins at the clinic, or one `later`."""
    if day is None or not 1900 < day.year < 9000:
        return None
    return datetime.combine(day + later, time(), ZoneInfo(person().clinic.zone))


@bp.get("/audit.csv")
def export_audit() -> ResponseReturnValue:
    """Give the entries of the filter as a file; the moments are UTC."""
    _form, wanted = _wanted()
    entries = audit_log.list_entries(context(), person(), wanted, "export audit log", MOST_EXPORTED)
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(["sequence", "at", "who", "act", "screening", "about", "kind"])
    for e in entries:
        told = map(_cell, (e.who, e.act, e.number, e.about, e.kind))
        rows.writerow([e.sequence, e.at.isoformat(), *told])
    return Response(
        file.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


def _cell(text: str) -> str:
    """Return `text` so that a spreadsheet never takes it for a formula."""
    return f"'{text}" if text[:1] in set("=+-@\t\r") else text


@bp.post("/audit/verification")
def verify_audit() -> ResponseReturnValue:
    """Say whether the log is whole, and whether it still holds a head that was noted."""
    anchor = AnchorForm()
    if anchor.validate_on_submit():
        return pass_on(url_for(".audit"), anchor.anchor.data or "")
    return lead_back()
