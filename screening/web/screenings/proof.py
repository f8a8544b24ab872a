"""The pages of the patient's own code, and of a link on a device that did not begin it."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from screening.web.core.guards import (
    context,
    end_visit,
    is_kiosk,
    not_on_a_tablet,
    open_to_all,
    own_lock,
    remember_device,
    start_visit,
    visited,
)
from screening.web.core.limits import a_link, a_try
from screening.web.core.refusal_words import NEW_OWN_CODE, OWN_CODE, words
from screening.web.screenings.code_forms import CodeForm, OwnCodeForm, other_device_page
from screening.web.screenings.way import draft_here
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.screenings import afresh, answering, own_code, previous_answers

bp = Blueprint("proof", __name__)
bp.before_request(open_to_all)


@bp.post("/s/<link>/code")
@a_try
def enter(link: str) -> ResponseReturnValue:
    """Let another device of the patient in by the own code."""
    not_on_a_tablet()
    screening_id, _state = answering.follow_link(context(), link)
    g.clinic = answering.clinic_of(context(), screening_id)
    form = OwnCodeForm()
    if form.validate_on_submit():
        try:
            own_code.enter_by_code(context(), screening_id, remember_device(), form.code.data)
        except ActRefusedError as refused:
            form.code.errors = [words(OWN_CODE, refused)]
        else:
            start_visit(screening_id)
            return redirect(url_for("patient.resume"), 303)
    return other_device_page(link, form)


@bp.post("/s/<link>/afresh")
@a_link
def begin_afresh(link: str) -> ResponseReturnValue:
    """Begin an empty questionnaire on this device; nothing of before shows."""
    not_on_a_tablet()
    screening_id, _state = answering.follow_link(context(), link)
    start_visit(afresh.begin_afresh(context(), screening_id, remember_device()))
    return redirect(url_for("patient.resume"), 303)


@bp.route("/screening/own-code", methods=["GET", "POST"])
@a_try
def choose() -> ResponseReturnValue:
    """Let the patient choose a code, or another one."""
    screening_id = visited()
    if is_kiosk():
        abort(403)
    g.clinic = answering.clinic_of(context(), screening_id)
    form, paused = CodeForm(), "paused" in session
    if form.validate_on_submit():
        try:
            own_code.choose(context(), own_lock(), form.code.data, form.old.data or "")
        except ActRefusedError as refused:
            field = form.old if form.old.data and refused.reason in OWN_CODE else form.code
            field.errors = [words(NEW_OWN_CODE, refused)]
        else:
            if paused:
                end_visit()
            return redirect(url_for(".chosen"), 303)
    known = own_code.may_replace(context(), own_lock())
    page = render_template("screenings/own_code.html", form=form, known=known, paused=paused)
    return page, 422 if form.errors else 200


@bp.get("/screening/own-code/chosen")
def chosen() -> ResponseReturnValue:
    """Say that the code is kept; where the visit was paused, it is over by now."""
    if is_kiosk():
        abort(403)
    return render_template("screenings/code_chosen.html", paused="screening" not in session)


@bp.route("/screening/earlier-answers", methods=["GET", "POST"])
@a_try
def earlier_answers() -> ResponseReturnValue:
    """Show who comes again what was answered last time, by the own code."""
    if is_kiosk():
        abort(403)
    draft_here()
    form = OwnCodeForm()
    if form.validate_on_submit():
        try:
            previous_answers.bring_back_by_code(context(), own_lock(), form.code.data)
        except ActRefusedError as refused:
            form.code.errors = [words(OWN_CODE, refused)]
        else:
            return redirect(url_for("patient.resume"), 303)
    page = render_template("screenings/earlier_answers.html", form=form)
    return page, 422 if form.errors else 200
