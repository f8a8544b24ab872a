"""The accessibility statement: what works, what does not yet, and whom to tell."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from screening.web.clinics.here import clinic_here
from screening.web.core.guards import open_to_all

bp = Blueprint("statement", __name__)
bp.before_request(open_to_all)


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    return render_template("operations/accessibility.html", clinic=clinic_here())
