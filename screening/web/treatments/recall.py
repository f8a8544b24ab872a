"""A recall: everyone who got a lot. Each look is noted."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from screening.web.core.guards import context, person, require
from screening.web.core.keeping import pass_on, passed_on
from screening.web.treatments.forms import LotForm
from screening.workflow.treatments.recall import as_csv, recall

bp = Blueprint("recall", __name__, url_prefix="/recall")
bp.before_request(require("doctor", "clinical-lead"))


@bp.route("", methods=["GET", "POST"])
def lot() -> ResponseReturnValue:
    """Find a lot; it is sent in the page and not in its address, which stands in logs."""
    form, found = LotForm(), None
    if form.validate_on_submit():
        return pass_on(url_for(".lot"), form.lot.data)
    if (lot := passed_on()) is not None:
        form.lot.data = lot
        found = recall(context(), person(), lot)
    page = render_template("treatments/recall.html", form=form, found=found)
    return page, 422 if form.errors else 200


@bp.post("/patients.csv")
def export() -> ResponseReturnValue:
    form = LotForm()
    if not form.validate_on_submit():
        return render_template("treatments/recall.html", form=form, found=None), 422
    return Response(
        as_csv(recall(context(), person(), form.lot.data)),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="recall.csv"'},
    )
