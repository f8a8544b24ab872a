"""What a patient is asked to look at once more: a medicine's name, and last time's answers."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from screening.web.core.guards import context, open_to_all, own_lock
from screening.web.core.language import definitions
from screening.web.screenings.answering import draft_here, next_url, said_text, to_confirm
from screening.web.screenings.forms import CHANGED, SAME, ReadingForm, still_true_form
from screening.workflow.screenings import medicine_check, previous_answers

bp = Blueprint("again", __name__, url_prefix="/screening")
bp.before_request(open_to_all)


@bp.route("/medicine", methods=["GET", "POST"])
def medicine() -> ResponseReturnValue:
    """Show a medicine's name that the patient wrote beside the question that it belongs to."""
    draft = draft_here()
    reading = next(iter(draft.readings(definitions())), None)
    if reading is None:
        return redirect(next_url(draft), 303)
    form = ReadingForm(reading)
    if form.validate_on_submit():
        if form.about.data == reading.kind.id:
            reply = form.reply.data
            medicine_check.reply_to_reading(context(), own_lock(), reading.kind.id, reply)
        return redirect(url_for("patient.resume"), 303)
    return render_template(
        "screenings/medicine.html",
        form=form,
        reading=reading,
        answered=said_text(reading.item, draft.answers[reading.item.link_id]),
        back=url_for("patient.question", link_id=definitions().medicines.reads[0]),
    ), 422 if form.errors else 200


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
