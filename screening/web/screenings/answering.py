"""The patient's way: link, treatments, one question a page, check, declare, receipt."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from screening.clinical.definitions.questionnaire import (
    Answer,
    Item,
    ItemType,
    Step,
    first_unanswered,
    is_answered,
    journey,
)
from screening.clinical.report.arrival import ROWS
from screening.clinical.report.parts import AnsweredBy
from screening.clinical.report.progress import progress_at
from screening.clinical.report.report import answer_text
from screening.clinical.report.returning import StillTrue, still_to_confirm
from screening.web.core import keeping
from screening.web.core.formatting import declaration_text, shown_date
from screening.web.core.guards import (
    context,
    device,
    is_kiosk,
    not_on_a_tablet,
    open_to_all,
    own_lock,
    start_visit,
)
from screening.web.core.language import definitions, language
from screening.web.core.limits import a_link
from screening.web.screenings.code_forms import other_device_page
from screening.web.screenings.forms import (
    WORDS,
    AnswererForm,
    DeclarationForm,
    ProceduresForm,
    procedure_choices,
    question_form,
)
from screening.workflow.screenings import answering, arrival, edit_lock, previous_answers
from screening.workflow.screenings.draft import Draft

bp = Blueprint("patient", __name__)
bp.before_request(open_to_all)


@bp.get("/s/<link>")
@a_link
def welcome(link: str) -> ResponseReturnValue:
    """Show what this is. Looking does not use the link up."""
    not_on_a_tablet()
    screening_id, state = answering.follow_link(context(), link)
    g.clinic = answering.clinic_of(context(), screening_id)
    if not answering.may_enter(context(), screening_id, device()):
        return other_device_page(link)
    over = state in {"submitted", "decided"}
    draft = None if over else answering.read_draft(context(), screening_id)
    return render_template("screenings/welcome.html", draft=draft, over=over, form=FlaskForm())


@bp.post("/s/<link>")
@a_link
def begin(link: str) -> ResponseReturnValue:
    """Let this browser in, and take the secret out of the address."""
    not_on_a_tablet()
    start_visit(answering.enter(context(), link, device()))
    return redirect(url_for(".resume"), 303)


@bp.get("/screening")
def resume() -> ResponseReturnValue:
    """Go to where the patient left off."""
    return redirect(next_url(draft_here()), 303)


def draft_here() -> Draft:
    draft = answering.open_draft(context(), own_lock())
    if is_kiosk():
        edit_lock.keep(context(), own_lock())
    g.clinic = draft.clinic
    keeping.offer(draft.unfinished)
    return draft


def to_confirm(draft: Draft) -> list[StillTrue]:
    """Return last time's answers that this patient may still confirm; none on a shared tablet."""
    if draft.last is None or is_kiosk():
        return []
    questionnaire = draft.questionnaire(definitions())
    return list(still_to_confirm(questionnaire, draft.answers, draft.last["answers"]))


def next_url(draft: Draft) -> str:
    if not draft.procedures or draft.state == "invited":
        return url_for("patient.procedures")
    if draft.open_rows:
        return url_for("arrival.rows", page=1 if set(draft.open_rows) & set(ROWS) else 2)
    steps = journey(draft.questionnaire(definitions()), draft.answers)
    if draft.medicine_questions(definitions()):
        return url_for("again.medicine")
    if to_confirm(draft):
        return url_for("again.still_true")
    if item := first_unanswered(steps, draft.answers):
        return url_for("patient.question", link_id=item.link_id)
    if draft.since and not arrival.is_new(context(), draft.id):
        return url_for("arrival.confirm")
    return url_for("patient.check")


@bp.route("/screening/procedures", methods=["GET", "POST"])
def procedures() -> ResponseReturnValue:
    draft = draft_here()
    form = ProceduresForm(data={"procedures": draft.procedures or draft.invited_for})
    form.procedures.choices = procedure_choices(definitions().procedures)
    if form.validate_on_submit():
        answering.choose_procedures(context(), own_lock(), form.procedures.data)
        return redirect(url_for(".resume"), 303)
    status = 422 if form.errors else 200
    return render_template("screenings/procedures.html", draft=draft, form=form), status


@bp.route("/screening/questions/<link_id>", methods=["GET", "POST"])
def question(link_id: str) -> ResponseReturnValue:
    """Ask one question. An address typed by hand cannot skip one or reach one off the way."""
    draft = draft_here()
    questionnaire = draft.questionnaire(definitions())
    steps = journey(questionnaire, draft.answers)
    place = next((i for i, s in enumerate(steps) if s.item.link_id == link_id), None)
    reached = _reached(steps, draft)
    if place is None or place > reached or link_id in draft.taken:
        return redirect(next_url(draft), 303)
    item = steps[place].item
    form = question_form(item, draft.today, draft.answers)
    if form.validate_on_submit():
        answering.give_answer(context(), own_lock(), link_id, form[link_id].answer)
        if item.type is ItemType.BIRTH_DATE and not is_kiosk():
            previous_answers.bring_back(context(), own_lock())
        return redirect(_after(link_id), 303)
    return render_template(
        "screenings/question.html",
        draft=draft,
        form=form,
        field=form[link_id],
        item=item,
        step=steps[place],
        progress=progress_at(questionnaire, steps, place),
        back=_back_url(steps, place, draft),
    ), 422 if form.errors else 200


def _reached(steps: list[Step], draft: Draft) -> int:
    """Return the place of the first open question, the end when all are answered."""
    for place, step in enumerate(steps):
        if not is_answered(step.item, draft.answers):
            return place
    return len(steps)


def _is_complete(steps: list[Step], draft: Draft) -> bool:
    return (
        bool(steps)
        and _reached(steps, draft) == len(steps)
        and not draft.medicine_questions(definitions())
    )


def _back_url(steps: list[Step], place: int, draft: Draft) -> str:
    """Return the page before; on arrival the rows, or the question before that was asked there."""
    before = [s.item.link_id for s in steps[:place] if s.item.link_id not in draft.taken]
    if before:
        return url_for(".question", link_id=before[-1])
    return url_for("arrival.rows", page=2) if draft.since else url_for(".procedures")


def _after(link_id: str) -> str:
    """Return what follows the question just answered; a corrected answer goes back to the check."""
    draft = draft_here()
    if draft.medicine_questions(definitions()) or to_confirm(draft):
        return next_url(draft)
    steps = journey(draft.questionnaire(definitions()), draft.answers)
    place = next(i for i, s in enumerate(steps) if s.item.link_id == link_id)
    if draft.since:
        return next_url(draft)
    if _reached(steps, draft) == len(steps):
        return url_for(".check")
    return url_for(".question", link_id=steps[place + 1].item.link_id)


@bp.get("/screening/check")
def check() -> ResponseReturnValue:
    draft = draft_here()
    steps = journey(draft.questionnaire(definitions()), draft.answers)
    if not _is_complete(steps, draft):
        return redirect(next_url(draft), 303)
    chosen = [definitions().procedures[p].name for p in draft.procedures]
    return render_template(
        "screenings/check.html",
        draft=draft,
        chosen=chosen,
        sections=_rows_by_section(steps, draft),
        doubts=_doubts(steps, draft),
        back=_back_url(steps, len(steps), draft),
    )


def _rows_by_section(steps: list[Step], draft: Draft) -> dict[str, list[dict[str, str]]]:
    sections: dict[str, list[dict[str, str]]] = {}
    for step in (s for s in steps if s.item.link_id not in draft.taken):
        sections.setdefault(step.section.title, []).append(_row(step.item, draft))
    return sections


def _row(item: Item, draft: Draft) -> dict[str, str]:
    return {
        "key": item.text,
        "value": said_text(item, draft.answers[item.link_id]),
        "href": url_for(".question", link_id=item.link_id),
    }


def _doubts(steps: list[Step], draft: Draft) -> list[tuple[str | None, list[dict[str, str]]]]:
    """Return what to ask about answers that cannot both be true; earlier ones stay hidden."""
    items = {step.item.link_id: step.item for step in steps}
    return [
        (clash.ask, [_row(items[link_id], draft) for link_id in clash.answers])
        for clash in draft.doubts(definitions())
        if clash.answers.keys() <= items.keys() - draft.taken
    ]


def said_text(item: Item, answer: Answer) -> str:
    if isinstance(answer, str) and answer[:4].isdecimal() and "date" in item.type:
        return shown_date(answer)
    return answer_text(item, answer, words_here())


def words_here() -> dict[str, str]:
    """Return "yes", "no" and the like in the language of this request."""
    return {code: str(word) for code, word in WORDS.items()} | {"": _("Not answered")}


@bp.route("/screening/who-answered", methods=["GET", "POST"])
def who_answered() -> ResponseReturnValue:
    """Ask once whose hand it was, before the declaration that says so."""
    draft = draft_here()
    steps = journey(draft.questionnaire(definitions()), draft.answers)
    if not _is_complete(steps, draft):
        return redirect(next_url(draft), 303)
    given = draft.answered_by or AnsweredBy(who="", name="")
    form = AnswererForm(data={"who": given["who"], "interpreter": given["name"]})
    if form.validate_on_submit():
        name = form.interpreter.data or ""
        answering.say_who_answered(context(), own_lock(), form.who.data, name)
        return redirect(url_for(".declaration"), 303)
    page = render_template("screenings/who_answered.html", form=form, back=url_for(".check"))
    return page, 422 if form.errors else 200


@bp.route("/screening/declaration", methods=["GET", "POST"])
def declaration() -> ResponseReturnValue:
    draft = draft_here()
    steps = journey(draft.questionnaire(definitions()), draft.answers)
    if not _is_complete(steps, draft):
        return redirect(next_url(draft), 303)
    if draft.answered_by is None:
        return redirect(url_for(".who_answered"), 303)
    form = DeclarationForm()
    text = declaration_text(draft.answered_by)
    if form.validate_on_submit():
        made = {"text": text, "name": form.full_name.data.strip(), "ink": form.ink.data or ""}
        answering.submit(context(), own_lock(), made, language(), words_here())
        if is_kiosk():
            return redirect(url_for("kiosk.done"), 303)
        start_visit(draft.id)  # what was held for answering has ended with that
        return redirect(url_for(".receipt"), 303)
    return render_template(
        "screenings/declaration.html",
        draft=draft,
        form=form,
        text=text,
        back=url_for(".who_answered"),
    ), 422 if form.errors else 200
