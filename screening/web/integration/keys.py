"""The administrator's page of other programs: their keys, and the news that nobody took."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from screening.web.core.guards import context, person, require
from screening.web.core.keeping import pass_on, passed_on
from screening.workflow.core.actor import LONGEST_NAME
from screening.workflow.integration import api_keys, webhooks
from screening.workflow.integration.api_keys import Scope

bp = Blueprint("integration", __name__, url_prefix="/admin/programs")
bp.before_request(require("administrator"))
SCOPES = {
    Scope.INVITE: _l("Invite patients, move and withdraw screenings, note treatments"),
    Scope.LINKS: _l("Get a patient’s personal link itself"),
    Scope.STATUS: _l("See how far a screening is, and what the reception may say"),
    Scope.CLINICAL: _l("Read verdicts, answers, decisions, reports, check-ins; note what is known"),
    Scope.WEBHOOKS: _l("Say where news is sent"),
}


class KeyForm(FlaskForm):
    """What a new key is called, and what it may do."""

    name = StringField(
        _l("What the program is called"),
        [InputRequired(_l("Give the program a name.")), Length(max=LONGEST_NAME)],
    )
    scopes = SelectMultipleField(
        _l("What it may do"),
        [InputRequired(_l("Tick at least one."))],
        choices=[SelectChoice(scope, words) for scope, words in SCOPES.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


@bp.route("", methods=["GET", "POST"])
def programs() -> ResponseReturnValue:
    """List the keys; a new one is shown to this browser for a quarter of an hour."""
    form = KeyForm()
    if form.validate_on_submit():
        secret = api_keys.make_key(context(), person(), form.name.data, form.scopes.data)
        return pass_on(url_for(".programs"), secret)
    return _page(form, passed_on() or ""), 422 if form.errors else 200


def _page(form: FlaskForm, secret: str = "") -> str:
    return render_template(
        "integration/programs.html",
        form=form,
        secret=secret,
        keys=api_keys.list_keys(context(), person()),
        scopes=SCOPES,
        zone=person().clinic.zone,
        webhooks=webhooks.list_webhooks(context(), person()),
        dead=webhooks.list_dead(context(), person()),
    )


@bp.post("/<key_id>/revocation")
def revoke(key_id: str) -> ResponseReturnValue:
    api_keys.revoke_key(context(), person(), key_id)
    return redirect(url_for(".programs"), 303)


@bp.post("/webhooks/<webhook_id>/deliveries")
def send_again(webhook_id: str) -> ResponseReturnValue:
    """Send once more what nobody took for three days."""
    webhooks.send_again(context(), person(), webhook_id)
    return redirect(url_for(".programs"), 303)


@bp.post("/webhooks/<webhook_id>/end")
def end_webhook(webhook_id: str) -> ResponseReturnValue:
    webhooks.end_webhook(context(), person(), webhook_id)
    return redirect(url_for(".programs"), 303)
