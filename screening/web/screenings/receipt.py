"""What the patient has after sending: the receipt, the own copy, the aftercare, the way back."""

from __future__ import annotations

from flask import Response, abort, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from screening.web.core.guards import is_kiosk, start_visit, workplace
from screening.web.screenings.answering import bp, receipt_of
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.reception import recheck
from screening.workflow.screenings import receipts


@bp.get("/screening/receipt")
def receipt() -> ResponseReturnValue:
    """Say that the answers arrived and what happens next. The answers are not shown again."""
    if "screening" not in session:
        raise ActRefusedError(Refusal.NO_VISIT)
    if is_kiosk():
        return redirect(url_for("kiosk.done"), 303)
    shown = receipt_of(session["screening"])
    return render_template("screenings/receipt.html", receipt=shown, clinic=shown.clinic)


@bp.get("/screening/report.pdf")
def report() -> ResponseReturnValue:
    """Give the patient the sealed report; never on a shared tablet."""
    if "screening" not in session:
        raise ActRefusedError(Refusal.NO_VISIT)
    if is_kiosk():
        abort(403)
    pdf = receipts.patient_copy(workplace(), session["screening"])
    if pdf is None:
        return redirect(url_for(".receipt"), 303)
    name = receipt_of(session["screening"]).number
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


@bp.get("/screening/aftercare.ics")
def aftercare() -> ResponseReturnValue:
    """Give the patient the aftercare for a diary; never on a shared tablet."""
    if "screening" not in session:
        raise ActRefusedError(Refusal.NO_VISIT)
    if is_kiosk():
        abort(403)
    diary = receipts.aftercare_file(workplace(), session["screening"])
    if diary is None:
        return redirect(url_for(".receipt"), 303)
    return Response(
        diary,
        mimetype="text/calendar",
        headers={"Content-Disposition": 'attachment; filename="aftercare.ics"'},
    )


@bp.post("/screening/change")
def change() -> ResponseReturnValue:
    """The patient has news: what was sent does not count any more, and is gone through again."""
    if "screening" not in session:
        raise ActRefusedError(Refusal.NO_VISIT)
    if is_kiosk():
        abort(403)
    start_visit(recheck.something_changed(workplace(), session["screening"]))
    return redirect(url_for(".resume"), 303)
