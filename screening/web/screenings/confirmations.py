"""What a patient is asked to look at once more: a medicine's name, and last time's answers."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from screening.clinical.definitions.questionnaire import NO
from screening.clinical.medicines.questions import NotRecognised, Question, Reading
from screening.web.core.guards import context, open_to_all, own_lock
from screening.web.core.language import definitions
from screening.web.screenings.forms import CHANGED, SAME, MedicineForm, still_true_form
from screening.web.screenings.way import draft_here, next_url, said_text, to_confirm
from screening.workflow.screenings import medicine_check, previous_answers
from screening.workflow.screenings.draft import Draft

bp = Blueprint("again", __name__, url_prefix="/screening")
bp.before_request(open_to_all)


@bp.route("/medicine", methods=["GET", "POST"])
def medicine() -> ResponseReturnValue:
    """Ask about a medicine on the list: which it is, its spelling, or whether an answer fits."""
    draft = draft_here()
    asked = next(iter(draft.medicine_questions(definitions())), None)
    if asked is None:
        return redirect(next_url(draft), 303)
    listed = url_for("patient.question", name=definitions().medicines.reads[0])
    form = MedicineForm(asked)
    if form.validate_on_submit():
        reply = form.reply.data
        if form.about.data == asked.id:
            if isinstance(asked, NotRecognised) and reply == NO:
                return redirect(listed, 303)
            medicine_check.reply_to_question(context(), own_lock(), asked.id, reply)
        return redirect(url_for("patient.resume"), 303)
    page = render_template(
        "screenings/medicine.html",
        form=form,
        asked=asked,
        kind=type(asked).__name__,
        answered=_answered(asked, draft),
        back=listed,
    )
    return page, 422 if form.errors else 200


def _answered(asked: Question, draft: Draft) -> str:
    if not isinstance(asked, Reading):
        return ""
    return said_text(asked.item, draft.answers[asked.item.link_id])


@bp.route("/still-true", methods=["GET", "POST"])
def still_true() -> ResponseReturnValue:
    """Show last time's answers of one section; each is confirmed, or asked as usual."""
    draft = draft_here()
    found = to_confirm(draft)
    if not found or draft.last is None:
        return redirect(next_url(draft), 303)
    here = found[0]
    form = still_true_form(here)
    if form.validate_on_submit():
        if form.about.data == here.section.id:
            said = {item.link_id: form[item.link_id].data for item, _answer in here.asked}
            same, changed = ({k for k, v in said.items() if v == w} for w in (SAME, CHANGED))
            previous_answers.confirm(context(), own_lock(), same, changed)
        return redirect(url_for("patient.resume"), 303)
    return render_template(
        "screenings/still_true.html",
        form=form,
        here=here,
        last=draft.last,
        left=len(found) - 1,
        told={item.link_id: said_text(item, answer) for item, answer in here.asked},
    ), 422 if form.errors else 200


@bp.post("/anew")
def anew() -> ResponseReturnValue:
    draft_here()
    previous_answers.start_anew(context(), own_lock())
    return redirect(url_for("patient.resume"), 303)
