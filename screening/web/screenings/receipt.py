"""What the patient has after sending: the receipt, the own copy, the aftercare, the way back."""

from __future__ import annotations

from flask import Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from screening.web.core.guards import context, is_kiosk, start_visit, visited
from screening.web.screenings.answering import bp, receipt_of
from screening.workflow.reception import asking_again
from screening.workflow.screenings import receipts


@bp.get("/screening/receipt")
def receipt() -> ResponseReturnValue:
    """Say that the answers arrived and what happens next. The answers are not shown again."""
    screening_id = visited()
    if is_kiosk():
        return redirect(url_for("kiosk.done"), 303)
    shown = receipt_of(screening_id)
    return render_template("screenings/receipt.html", receipt=shown, clinic=shown.clinic)


@bp.get("/screening/report.pdf")
def report() -> ResponseReturnValue:
    """Give the patient the sealed report; never on a shared tablet."""
    screening_id = visited()
    if is_kiosk():
        abort(403)
    pdf = receipts.patient_copy(context(), screening_id)
    if pdf is None:
        return redirect(url_for(".receipt"), 303)
    name = receipt_of(screening_id).number
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


@bp.get("/screening/aftercare.ics")
def aftercare() -> ResponseReturnValue:
    """Give the patient the aftercare for a diary; never on a shared tablet."""
    screening_id = visited()
    if is_kiosk():
        abort(403)
    diary = receipts.aftercare_file(context(), screening_id)
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
    screening_id = visited()
    if is_kiosk():
        abort(403)
    start_visit(asking_again.something_changed(context(), screening_id))
    return redirect(url_for(".resume"), 303)
