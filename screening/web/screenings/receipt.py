"""What the patient has after sending: the receipt, the own copy, the aftercare, the way back."""

from __future__ import annotations

from flask import Response, abort, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from screening.web.core.guards import (
    context,
    is_kiosk,
    own_lock,
    remember_device,
    start_visit,
    visited,
)
from screening.web.core.language import definitions
from screening.web.core.leaving import lead_back
from screening.web.core.limits import a_try
from screening.web.core.refusal_words import OWN_CODE, words
from screening.web.screenings.answering import bp
from screening.web.screenings.code_forms import CodeForm, OwnCodeForm
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.screenings import changes, own_code, receipts
from screening.workflow.screenings.receipts import Receipt


@bp.get("/screening/receipt")
def receipt() -> ResponseReturnValue:
    """Say that the answers arrived and what happens next. The answers are not shown again."""
    visited()
    if is_kiosk():
        return redirect(url_for("kiosk.done"), 303)
    shown = _receipt()
    return render_template(
        "screenings/receipt.html",
        receipt=shown,
        clinic=shown.clinic,
        names={id: one.name for id, one in definitions().procedures.items()},
        code_form=CodeForm(),
        entering=OwnCodeForm(),
    )


def _receipt() -> Receipt:
    """Return the receipt, and let the page name its clinic."""
    receipt = receipts.read_receipt(context(), own_lock())
    g.clinic = receipt.clinic
    return receipt


@bp.get("/screening/report.pdf")
def report() -> ResponseReturnValue:
    """Give the patient the sealed report; never on a shared tablet."""
    visited()
    if is_kiosk():
        abort(403)
    pdf = receipts.patient_copy(context(), own_lock())
    if pdf is None:
        return redirect(url_for(".receipt"), 303)
    name = _receipt().number
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


@bp.get("/screening/aftercare.ics")
def aftercare() -> ResponseReturnValue:
    """Give the patient the aftercare for a diary; never on a shared tablet."""
    visited()
    if is_kiosk():
        abort(403)
    diary = receipts.aftercare_file(context(), own_lock())
    if diary is None:
        return redirect(url_for(".receipt"), 303)
    return Response(
        diary,
        mimetype="text/calendar",
        headers={"Content-Disposition": 'attachment; filename="aftercare.ics"'},
    )


@bp.route("/screening/change", methods=["GET", "POST"])
def change() -> ResponseReturnValue:
    """The patient has news: say what that does, then go through the answers again."""
    visited()
    if is_kiosk():
        abort(403)
    _receipt()
    form = FlaskForm()
    if form.validate_on_submit():
        start_visit(changes.something_changed(context(), own_lock()))
        return redirect(url_for(".resume"), 303)
    return render_template("screenings/change.html", form=form)


@bp.post("/screening/unchanged")
def unchanged() -> ResponseReturnValue:
    """Nothing has changed after all: back to the receipt of what was sent."""
    visited()
    if is_kiosk():
        abort(403)
    start_visit(changes.drop_change(context(), own_lock()))
    return redirect(url_for(".receipt"), 303)


@bp.post("/screening/receipt/code")
@a_try
def prove() -> ResponseReturnValue:
    """Show the receipt in full to who types the own code."""
    screening_id = visited()
    if is_kiosk():
        abort(403)
    _receipt()
    form = OwnCodeForm()
    if form.validate_on_submit():
        try:
            own_code.enter_by_code(context(), screening_id, remember_device(), form.code.data)
        except ActRefusedError as refused:
            form.code.errors = [words(OWN_CODE, refused)]
        else:
            return redirect(url_for(".receipt"), 303)
    return lead_back()
