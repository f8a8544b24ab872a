"""A patient stops for now: the answers stay, also what is not finished; this browser forgets."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from screening.web.core.guards import (
    context,
    end_visit,
    is_kiosk,
    is_paused,
    own_lock,
    pause_visit,
)
from screening.web.screenings.answering import bp
from screening.web.screenings.code_forms import CodeForm
from screening.web.screenings.way import draft_here
from screening.workflow.screenings import own_code


@bp.post("/screening/leave")
def leave() -> ResponseReturnValue:
    """Stop for now: the answers stay, this browser forgets; a code may still be chosen."""
    draft_here()
    if is_kiosk() or own_code.may_replace(context(), own_lock()):
        end_visit()
    else:
        pause_visit()
    return redirect(url_for(".left"), 303)


@bp.get("/screening/left")
def left() -> ResponseReturnValue:
    form = CodeForm() if is_paused() else None
    return render_template("screenings/left.html", form=form)
