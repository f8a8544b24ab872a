"""A warning sign on the doctor's desk: what the patient answered, and who takes it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from screening.web.core.guards import context, person, require
from screening.workflow.treatments import signs

bp = Blueprint("sign", __name__, url_prefix="/doctor/signs")
bp.before_request(require("doctor"))


@bp.get("/<check_in_id>")
def show(check_in_id: str) -> ResponseReturnValue:
    """Show the sign and every answer; the look is noted."""
    return render_template(
        "treatments/sign.html",
        opened=signs.open_sign(context(), person(), check_in_id),
        zone=person().clinic.zone,
    )


@bp.post("/<check_in_id>/taking")
def take(check_in_id: str) -> ResponseReturnValue:
    """I take this: then it leaves the top of everyone's desk."""
    signs.handle_sign(context(), person(), check_in_id)
    return redirect(url_for(".show", check_in_id=check_in_id), 303)


@bp.post("/<check_in_id>/handing-back")
def hand_back(check_in_id: str) -> ResponseReturnValue:
    signs.hand_back(context(), person(), check_in_id)
    return redirect(url_for(".show", check_in_id=check_in_id), 303)
