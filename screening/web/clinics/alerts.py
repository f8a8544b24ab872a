"""The administrator's page of alerts: the emergency number, and the clinic's address."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from screening.web.core.guards import context, person, require
from screening.web.core.kept_form import KeptForm
from screening.web.core.refusal_words import MAIL_ADDRESS, words
from screening.workflow.clinics.alerts import change_alerts
from screening.workflow.core.refusal import ActRefusedError, Refusal

bp = Blueprint("alerts", __name__, url_prefix="/admin/clinic")
bp.before_request(require("administrator"))


class AlertsForm(KeptForm):
    emergency = StringField(
        _l("Emergency number"),
        description=_l("Patients are told to call it when a sign is an emergency, such as 112."),
    )
    alert_to = StringField(
        _l("E-mail address for alerts (optional)"),
        description=_l(
            "It is told at once, by number alone, that a doctor is needed: where a patient has a "
            "warning sign, or sends answers of which one stands against a treatment."
        ),
    )


@bp.route("/alerts", methods=["GET", "POST"])
def change() -> ResponseReturnValue:
    here = person().clinic
    form = AlertsForm(data={"emergency": here.emergency, "alert_to": here.alert_to or ""})
    if form.validate_on_submit():
        given = (form.emergency.data or "", form.alert_to.data or "")
        try:
            change_alerts(context(), person(), *given)
        except ActRefusedError as refused:
            field = "emergency" if refused.reason == Refusal.NO_NUMBER else "alert_to"
            form[field].errors = [words(MAIL_ADDRESS, refused)]
        else:
            return redirect(url_for("administrator.clinic"), 303)
    page = render_template("clinics/alerts.html", form=form, has_mail=context().mail is not None)
    return page, 422 if form.errors else 200
