"""The patient's page some days after: who are you, do you have one of these, what to do now."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from screening.web.core.guards import VISIT_IDLE, context, not_on_a_tablet, open_to_all
from screening.web.core.language import language
from screening.web.core.limits import a_link, a_try
from screening.web.core.refusal_words import TREATMENT, words
from screening.web.treatments.forms import BornForm, check_in_form, name_blanks, replies_in
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.treatments import answers, links
from screening.workflow.treatments.page import Page, open_page

bp = Blueprint("check_in", __name__)
bp.before_request(open_to_all)
bp.before_request(not_on_a_tablet)


@bp.route("/c/<link>", methods=["GET", "POST"])
@a_link
@a_try
def welcome(link: str) -> ResponseReturnValue:
    """Ask for the date of birth; until then nothing is said but whom to call. Looking is free."""
    found = links.follow_link(context(), link)
    g.clinic = found.clinic
    if found.over:
        return _closed(Refusal.CHECK_IN_OVER), 410
    if found.locked:
        return _closed(Refusal.LOCKED), 403
    form = BornForm()
    if form.validate_on_submit():
        try:
            session["check_in"] = links.prove(context(), link, form.born.data)
        except ActRefusedError as refused:
            if refused.reason != Refusal.NO_MATCH:
                return _closed(refused.reason), 403
            form.born.errors = [words(TREATMENT, refused)]
        else:
            session["clinic"] = found.clinic.id
            session["check_in_at"] = context().now().timestamp()
            return redirect(url_for(".signs"), 303)
    page = render_template("treatments/born.html", form=form, clinic=found.clinic)
    return page, 422 if form.errors else 200


def _closed(reason: Refusal) -> str:
    return render_template("treatments/closed.html", reason=reason, clinic=g.clinic)


def _page() -> Page:
    """Return the page of whoever said a short while ago when she was born."""
    ago = context().now().timestamp() - session.get("check_in_at", 0)
    if "check_in" not in session or not 0 <= ago < VISIT_IDLE.total_seconds():
        raise ActRefusedError(Refusal.NO_VISIT)
    page = open_page(context(), session["check_in"], language())
    g.clinic = page.clinic
    return page


@bp.route("/check-in", methods=["GET", "POST"])
def signs() -> ResponseReturnValue:
    """Ask for each sign that may show now. What is ticked counts at once, whatever is blank."""
    page = _page()
    form = check_in_form(page.asked)
    if form.validate_on_submit():
        if answers.answer(context(), page.check_in_id, replies_in(form, page.asked)):
            return redirect(url_for(".result"), 303)
        name_blanks(form, page.asked)
    shown = render_template("treatments/signs.html", page=page, form=form, clinic=page.clinic)
    return shown, 422 if form.errors else 200


@bp.get("/check-in/result")
def result() -> ResponseReturnValue:
    """Say what to do now."""
    page = _page()
    if page.gravity is None:
        return redirect(url_for(".signs"), 303)
    emergencies = [one for one in page.asked if one.act == "emergency"]
    return render_template(
        "treatments/result.html", page=page, clinic=page.clinic, emergencies=emergencies
    )
