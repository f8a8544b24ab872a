"""The patient's way: the link and what it is for, then screen by screen."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from screening.clinical.way.journey import Journey
from screening.clinical.way.screens import Screen
from screening.web.core.guards import (
    context,
    device,
    is_kiosk,
    not_on_a_tablet,
    open_to_all,
    own_lock,
    start_visit,
)
from screening.web.core.language import definitions
from screening.web.core.limits import a_link
from screening.web.screenings.code_forms import other_device_page
from screening.web.screenings.forms import ProceduresForm, procedure_choices
from screening.web.screenings.screens import (
    Part,
    answers_in,
    parts_of,
    replies_in,
    rows_sent,
    say_what_is_noted,
    screen_form,
)
from screening.web.screenings.way import (
    change_url,
    draft_here,
    draft_to_answer,
    expected,
    journey_of,
    next_url,
    url_of,
)
from screening.workflow.screenings import answering, previous_answers
from screening.workflow.screenings.draft import Draft

bp = Blueprint("patient", __name__)
bp.before_request(open_to_all)


@bp.get("/s/<link>")
@a_link
def welcome(link: str) -> ResponseReturnValue:
    """Show what this is, and ask what it is for. Looking does not use the link up."""
    not_on_a_tablet()
    found = answering.look_at(context(), link, device())
    g.clinic, draft = found.clinic, found.draft
    if not found.may_enter:
        return other_device_page(link)
    if draft is None:
        return render_template("screenings/sent.html", form=FlaskForm())
    form = _procedures_form(draft) if asks_treatments(draft) else FlaskForm()
    return render_template(
        "screenings/welcome.html",
        title=definitions().title,
        draft=draft,
        form=form,
        is_link=True,
        change=False,
        way=expected(draft),
    )


@bp.post("/s/<link>")
@a_link
def begin(link: str) -> ResponseReturnValue:
    """Let this browser in, and take the secret out of the address.

    What it is for is kept with that; where nothing was chosen, the next page asks.
    """
    not_on_a_tablet()
    start_visit(answering.enter(context(), link, device()))
    if "procedures" not in request.form:
        return redirect(url_for(".resume"), 303)
    draft = draft_here()
    form = _procedures_form(draft)
    if asks_treatments(draft) and form.validate_on_submit():
        draft = answering.choose_procedures(context(), own_lock(), form.procedures.data)
    return redirect(next_url(draft), 303)


def asks_treatments(draft: Draft) -> bool:
    """Return whether the first page asks what it is for: not of who has begun, or comes again."""
    return draft.state == "invited" and not draft.why_again


@bp.get("/screening")
def resume() -> ResponseReturnValue:
    """Go to where the patient left off."""
    return redirect(next_url(draft_here()), 303)


@bp.route("/screening/procedures", methods=["GET", "POST"])
def procedures() -> ResponseReturnValue:
    """Ask what the patient comes for, where no link's page has: on a tablet, say."""
    return _procedures(change=False)


@bp.route("/screening/procedures/change", methods=["GET", "POST"])
def change_procedures() -> ResponseReturnValue:
    """Ask it anew, and lead back to the check."""
    return _procedures(change=True)


def _procedures(change: bool) -> ResponseReturnValue:
    draft = draft_here()
    form = _procedures_form(draft)
    if form.validate_on_submit():
        draft = answering.choose_procedures(context(), own_lock(), form.procedures.data)
        return redirect(next_url(draft), 303)
    page = render_template(
        "screenings/welcome.html",
        title=definitions().title,
        draft=draft,
        form=form,
        is_link=False,
        change=change,
        back=url_for(".check") if change else None,
        way=expected(draft),
    )
    return page, 422 if form.errors else 200


def _procedures_form(draft: Draft) -> ProceduresForm:
    form = ProceduresForm(data={"procedures": draft.procedures or draft.invited_for})
    form.procedures.choices = procedure_choices(definitions().procedures)
    return form


@bp.route("/screening/questions/<name>", methods=["GET", "POST"])
def question(name: str) -> ResponseReturnValue:
    """Ask one screen. An address typed by hand cannot skip one or reach one off the way."""
    return _question(name, change=False)


@bp.route("/screening/questions/<name>/change", methods=["GET", "POST"])
def change_question(name: str) -> ResponseReturnValue:
    """Ask it once more, and lead back to the check."""
    return _question(name, change=True)


def _question(name: str, change: bool) -> ResponseReturnValue:
    answers = None
    with draft_to_answer() as (draft, put_in):
        way = journey_of(draft)
        screen = way.screen(name)
        if screen is None:
            return redirect(_nearest(way, name, change, draft), 303)
        shown = way.shown(screen)
        form = screen_form(rows_sent(screen, shown), draft.today, draft.answers, draft.said)
        if form.validate_on_submit():
            answers = answers_in(form)
            draft = put_in({"answers": answers, "said": replies_in(form)})
    birth_date = definitions().bindings.birth_date
    if answers is not None:
        if birth_date in answers and not is_kiosk():
            previous_answers.bring_back(context(), own_lock())
            previous_answers.show_noted(context(), own_lock())
            draft = draft_here()
        return redirect(next_url(draft), 303)
    if not is_kiosk():
        say_what_is_noted(form, draft.noted_about(definitions()))
    parts = parts_of(form, draft.answers)
    page = render_template(
        "screenings/question.html",
        draft=draft,
        form=form,
        parts=parts,
        heading=_heading(screen, parts),
        is_private=screen.items[0].private,
        progress=way.progress(screen),
        back=url_for(".check") if change else url_of(way.before(screen), draft),
        birth_date=birth_date,
        asks_birth=birth_date in [row.item.link_id for row in shown],
    )
    return page, 422 if form.errors else 200


def _heading(screen: Screen, parts: list[Part]) -> str:
    """Return what a page of several questions is called; one alone is its own heading."""
    if len(parts) == 1 and (parts[0].heading or len(parts[0].fields) == 1):
        return parts[0].heading
    if screen.is_more:
        return _("Tell us more")
    if screen.items[0].private:
        return _("Private questions")
    return ", ".join(section.title for section in screen.sections)


def _nearest(way: Journey, name: str, change: bool, draft: Draft) -> str:
    """Return the screen that asks the question `name`, else the page that is next."""
    found = way.screen_with(name)
    if found is None or found.name == name or way.screen(found.name) is None:
        return url_of(way.next, draft)
    return change_url(found.name) if change else url_for(".question", name=found.name)
